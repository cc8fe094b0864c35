"""Layers that cross in several parts: what arrives, and what the layer's features say."""

import tempfile
from pathlib import Path

from qgis.core import (
    NULL,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameters,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QTime

FIELDS = (
    "n:integer", "big:int8", "v:double", "who:string", "on:date", "at:datetime", "o'clock:time",
    "yes:boolean",
)  # fmt: skip
PLAIN = [name.partition(":")[0] for name in FIELDS[:4]]


def every_kind(kinds=FIELDS):
    """Return a layer of eleven points with every kind of field; a third of the cells is NULL."""
    uri = "Point?crs=EPSG:32717" + "".join(f"&field={kind}" for kind in kinds)
    layer, made = QgsVectorLayer(uri, "kinds", "memory"), []
    for i in range(11):
        row = [
            i - 3, 2**53 - i, i / 7, f"Ñandú “{i}”; ≥, 日本", QDate(2020, 1, 1 + i),
            QDateTime(QDate(2020, 1, 1 + i), QTime(i, 30, 5)), QTime(i, 5, 7), i % 2 == 0,
        ]  # fmt: skip
        row = [NULL if (i + k) % 3 == 0 else value for k, value in enumerate(row)]
        feature = QgsFeature(layer.fields())
        feature.setAttributes(row[: len(kinds)])
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(7e5 + i / 3, 9.1e6 - i / 7)))
        made.append(feature)
    layer.dataProvider().addFeatures(made)
    QgsProject.instance().addMapLayer(layer, False)
    return layer


def _said(frame):
    """Return a table as the features' ids, coordinates and cells."""
    rows = frame.drop(columns="geometry").astype(object)
    rows = rows.where(rows.notna(), None).to_numpy().tolist()
    at = [p and (p.x, p.y) for p in frame.geometry]
    return [list(one) for one in zip(frame.index.tolist(), at, rows, strict=True)]


def _held(features, names):
    """Return the same of features, one by one."""
    from sialgeo_qgis.adapters import _plain

    return [[f.id(), _place(f.geometry()), [_plain(f[n]) for n in names]] for f in features]


def _place(geometry):
    at = geometry.constGet()
    return None if at is None or at.isEmpty() else (at.x(), at.y())


def _frames(given, feedback):
    """Return a layer as it arrives feature by feature, and in the quicker way where there is one."""
    from sialgeo_qgis.adapters import frame_of, way_of

    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    definition = QgsProcessingParameterFeatureSource("INPUT", "")
    source = QgsProcessingParameters.parameterAsSource(definition, {"INPUT": given}, context)
    layer = QgsProcessingParameters.parameterAsVectorLayer(definition, {"INPUT": given}, context)
    way = way_of(layer)
    return frame_of(source, feedback), way and frame_of(source, feedback, way)


def _types(*frames):
    return [list(map(str, frame.dtypes)) for frame in frames]


def _back(frame, feedback):
    """Return the rows of a temporary layer that a table was written to."""
    from sialgeo_qgis.adapters import crs_to_qgis, fields_of, fill, wkb_type

    context = QgsProcessingContext()
    sink, name = QgsProcessingUtils.createFeatureSink(
        "memory:", context, fields_of(frame), wkb_type("Point"), crs_to_qgis(frame.crs)
    )
    fill(sink, frame, feedback)
    del sink
    made = QgsProcessingUtils.mapLayerFromString(name, context)
    return [row[1:] for row in _held(made.getFeatures(), [f.name() for f in made.fields()])]


def told(folder, feedback):
    """Tell whether all arrives, with files of three features."""
    from sialgeo_qgis import adapters

    kept, adapters._PART = adapters._PART, 3
    found = {}
    with tempfile.TemporaryDirectory(dir=folder) as inside:
        layer = every_kind()
        names = [field.name() for field in layer.fields()]
        frame, quick = _frames(layer, feedback)
        found["every kind"] = (_said(frame), _held(layer.getFeatures(), names))
        found["every kind: quicker"] = quick is not None
        found["back"] = (_back(frame, feedback), [row[1:] for row in _said(frame)])
        layer = every_kind(FIELDS[:4])
        frame, quick = _frames(layer, feedback)
        found["temporary"] = (_said(quick), _held(layer.getFeatures(), PLAIN))
        found["types of a temporary layer"] = _types(quick, frame)
        empty = QgsGeometry.fromWkt("POINT EMPTY")
        layer.dataProvider().changeGeometryValues({2: QgsGeometry(), 9: QgsGeometry(), 4: empty})
        layer.dataProvider().deleteFeatures([5])
        frame, quick = _frames(layer, feedback)
        found["without geometry"] = (_said(quick), _held(layer.getFeatures(), PLAIN))
        found |= _of_files(Path(inside) / "plain.gpkg", feedback)
    adapters._PART = kept
    return found


def _of_files(path, feedback):
    options = QgsVectorFileWriter.SaveVectorOptions()
    context = QgsProject.instance().transformContext()
    QgsVectorFileWriter.writeAsVectorFormatV2(every_kind(FIELDS[:4]), str(path), context, options)
    layer = QgsVectorLayer(str(path), "plain", "ogr")
    QgsProject.instance().addMapLayer(layer, False)
    layer.dataProvider().deleteFeatures([2, 7])  # numbers are missing
    found, frames = {}, {}

    def look(case, given, features):
        slow, quick = frames[case] = _frames(given, feedback)
        found[case] = (_said(slow), _held(features, PLAIN))
        if quick is not None:
            found[f"{case}, quickly"] = (_said(quick), _said(slow))

    look("a file", layer, layer.getFeatures())
    slow, quick = frames["a file"]
    found["types of a file"] = _types(quick, slow)
    layer.setSubsetString("n > 0")
    look("a filter", layer, layer.getFeatures())
    layer.setSubsetString("")
    layer.startEditing()
    layer.changeAttributeValue(3, 4, "changed")
    layer.deleteFeature(5)
    look("edits", layer, layer.getFeatures())
    layer.rollBack()
    layer.selectByIds([3, 8, 9])
    chosen = QgsFeatureRequest().setFilterFids([3, 8, 9])
    selected = QgsProcessingFeatureSourceDefinition(layer.id(), True)
    look("selected", selected, layer.getFeatures(chosen))
    QgsProject.instance().removeMapLayer(layer.id())
    return found
