"""Run inside QGIS's desktop: how long a million points take from a layer into a table, and back into a layer.

They come from a GeoPackage and from a temporary layer, and go to a temporary layer. Each point has a whole number, a real number and a text. ``SIALGEO_POINTS`` is the number of points.
"""

import os
import time

from hands import PICTURES, begin, drive, told
from qgis.core import (
    QgsFeature,
    QgsFeatureSink,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameters,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

POINTS = int(os.environ.get("SIALGEO_POINTS", "1000000"))


def points():
    """Return a layer of points in rows of a thousand."""
    layer = QgsVectorLayer(
        "Point?crs=EPSG:32717&field=n:integer&field=v:double&field=who:string", "points", "memory"
    )
    made = []
    for number in range(POINTS):
        feature = QgsFeature(layer.fields())
        feature.setAttributes(
            [number, number / 8, f"producer {number % 1000}"]
        )  # five decimals: QGIS rounds as it saves
        x, y = 7e5 + number % 1000 * 97.0, 9.1e6 + number // 1000 * 89.0
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(x, y)))
        made.append(feature)
    layer.dataProvider().addFeatures(made, QgsFeatureSink.Flag.FastInsert)
    QgsProject.instance().addMapLayer(layer, False)
    return layer


def timed(name, act):
    """Tell how long something took, by the clock and by the processor."""
    wall, used = time.perf_counter(), time.process_time()
    answer = act()
    spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - used}
    told[name] = {kind: round(seconds, 1) for kind, seconds in spent.items()}
    return answer


def saved(layer):
    """Return the same layer as a GeoPackage."""
    path = str(PICTURES / "points.gpkg")
    options = QgsVectorFileWriter.SaveVectorOptions()
    transform = QgsProject.instance().transformContext()
    QgsVectorFileWriter.writeAsVectorFormatV2(layer, path, transform, options)
    stored = QgsVectorLayer(path, "stored", "ogr")
    QgsProject.instance().addMapLayer(stored, False)
    return stored


def read(layer, context):
    """Read a layer into a table, as an algorithm does."""
    from sialgeo_qgis.adapters import frame_of, way_of

    definition, given = QgsProcessingParameterFeatureSource("INPUT", ""), {"INPUT": layer.id()}
    source = QgsProcessingParameters.parameterAsSource(definition, given, context)
    return frame_of(source, QgsProcessingFeedback(), way_of(layer)).reset_index(drop=True)


def written(frame, context):
    """Write a table to a temporary layer, as an algorithm does."""
    from sialgeo_qgis.adapters import crs_to_qgis, fields_of, fill, wkb_type

    sink, name = QgsProcessingUtils.createFeatureSink(
        "memory:", context, fields_of(frame), wkb_type("Point"), crs_to_qgis(frame.crs)
    )
    fill(sink, frame, QgsProcessingFeedback())
    del sink
    return QgsProcessingUtils.mapLayerFromString(name, context)


def work():
    begin()
    from sialgeo_qgis import library
    from sialgeo_qgis.adapters import way_of

    library.bind()
    library.sialgeo()
    layer, context = points(), QgsProcessingContext()
    context.setProject(QgsProject.instance())
    stored = saved(layer)
    told["quicker"] = [way_of(one) is not None for one in (stored, layer)]
    frame = timed("in from a GeoPackage", lambda: read(stored, context))
    again = timed("in from a temporary layer", lambda: read(layer, context))
    made = timed("out to a temporary layer", lambda: written(frame, context))
    last = next(made.getFeatures(f'"n" = {POINTS - 1}'))
    told["points"] = made.featureCount()
    told["right"] = last["who"] == f"producer {(POINTS - 1) % 1000}"
    told["same"] = bool((frame.geometry == again.geometry).all()) and frame["v"].equals(again["v"])


drive(work)
