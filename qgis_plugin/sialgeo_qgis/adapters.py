# SPDX-License-Identifier: GPL-2.0-or-later
"""Qgs ⇄ tables: layers cross as arrays of WKB and columns, in both directions.

QGIS itself writes a layer to temporary FlatGeobufs and pyogrio reads them; pyogrio writes and QGIS reads
on the other side. So no attribute and no geometry is handled one by one in Python: but of plain points,
whose values are quicker taken than written, and of tables without geometry, which are short. A layer
crosses in parts: while pyogrio is at one, nothing else in Python can run, the window's own code neither.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProviderRegistry,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QMetaType, Qt, QTime, QVariant

from .texts import tr

_OLD_TYPES = hasattr(QVariant, "Double")  # Qt 5: QgsField takes QVariant's types
_TYPE = QVariant if _OLD_TYPES else QMetaType.Type
_TEXT = _TYPE.String if _OLD_TYPES else _TYPE.QString
_FAST = QgsFeatureSink.Flag.FastInsert
_UNCHECKED = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
_MOST_CELLS = 50_000_000
_PART = 25_000  # features of one file: a tenth of a second or two of pyogrio
_SPARSE = 4  # numbers a row, from which a file is not read by ranges of them


def _number_of(enumerated) -> int:
    return int(getattr(enumerated, "value", enumerated))


_WHOLE = {_number_of(kind) for kind in (_TYPE.Int, _TYPE.UInt, _TYPE.LongLong, _TYPE.ULongLong)}
_REAL = _number_of(_TYPE.Double)
_DATE = _number_of(_TYPE.Date if _OLD_TYPES else _TYPE.QDate)
_TIME = _number_of(_TYPE.Time if _OLD_TYPES else _TYPE.QTime)


class Reporter:
    """A sialgeo ``progress`` that speaks to QGIS and raises ``Cancelled`` when the user stops it."""

    def __init__(self, feedback, start: float = 0.0, stop: float = 1.0) -> None:
        self._feedback, self._start, self._stop, self._said = feedback, start, stop, None

    @property
    def feedback(self):
        """Return what is spoken to."""
        return self._feedback

    def __call__(self, fraction: float, message: str = "") -> None:
        """Report the fraction done, or stop."""
        if self._feedback.isCanceled():
            from sialgeo.errors import Cancelled

            raise Cancelled(message)
        self._feedback.setProgress(100 * (self._start + (self._stop - self._start) * fraction))
        if message and message != self._said:
            self._said = message
            self._feedback.setProgressText(message)

    def part(self, start: float, stop: float) -> Reporter:
        """Return a reporter whose 0–1 is this part of this one's."""
        width = self._stop - self._start
        return Reporter(self._feedback, self._start + width * start, self._start + width * stop)


# --- from QGIS ------------------------------------------------------------------------------------


def frame_of(source, feedback, way=None):
    """Return a feature source as a GeoDataFrame; the index holds the feature ids.

    ``way`` is what :func:`way_of` found to be quicker for the source's layer.
    """
    import numpy as np
    import pandas as pd

    numbers, parts = [np.empty(0, dtype=np.int64)], []
    for of_part, part in (way or _parts)(source, feedback):
        numbers.append(np.array(of_part, dtype=np.int64))
        if len(part):
            parts.append(_as_told(part, source.fields()))
    parts = parts or [_nothing(source)]
    frame = pd.concat(parts) if len(parts) > 1 else parts[0]
    frame = frame.set_geometry(_single_points(frame.geometry)).set_crs(
        crs_from_qgis(source.sourceCrs()), allow_override=True
    )
    if "geometry" in source.fields().names():
        frame = frame.rename_geometry("geometry of the layer")
    frame = _with_index(frame, np.concatenate(numbers), source)
    own = next((n for n in frame.columns if str(n).lower() == "fid"), None)
    if own is not None and frame[own].equals(frame.index.to_series()):
        frame = frame.drop(columns=own)  # the file's own numbering, which the next file makes anew
    return frame


def _parts(source, feedback) -> Iterator[tuple]:
    """Have QGIS write a source to files of at most _PART features; yield the ids and the table of each."""
    features, feature = source.getFeatures(_stopped_by(feedback)), QgsFeature()
    more = features.nextFeature(feature)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "layer.fgb")
        while more:
            ids, writer = [], _writer(source, path, feedback)
            well = not writer.hasError()
            while more and well and len(ids) < _PART:
                ids.append(feature.id())
                well = writer.addFeature(feature, _FAST)
                more = features.nextFeature(feature)
            reason = None if well else writer.errorMessage()
            del writer  # the file is whole only then
            _require_whole(reason, feedback)
            yield ids, _read(path, source)
            Path(path).unlink()
    _stop_if_cancelled(feedback)


def way_of(layer):
    """Return a quicker way to read all that a layer shows, None where there is none.

    Call it in the main thread.
    """
    if not isinstance(layer, QgsVectorLayer):
        return None
    file = _file_of(layer)
    if file:
        return partial(_parts_of_file, file)
    plain = layer.wkbType() == wkb_type("Point") and _is_plain(layer.fields())
    return _parts_of_points if plain else None


def _is_plain(fields) -> bool:
    """Tell whether all fields hold numbers or texts, and none has the geometry's name."""
    kinds = (*_WHOLE, _REAL, _number_of(_TEXT))
    return all(_number_of(field.type()) in kinds and field.name() != "geometry" for field in fields)


def _parts_of_points(source, feedback) -> Iterator[tuple]:
    """Yield the ids and the table of each part of a layer of points: from their values, with no file between."""
    import geopandas as gpd

    fields = source.fields()
    # a point is valid: to have GEOS look at each takes twice as long as all the rest
    features, feature = source.getFeatures(_stopped_by(feedback), _UNCHECKED), QgsFeature()
    more = features.nextFeature(feature)
    while more:
        ids, rows, shapes = [], [], []
        with _no_collection():
            while more and len(ids) < _PART:
                ids.append(feature.id())
                rows.append(feature.attributes())
                shapes.append(feature.geometry().asWkb().data())
                more = features.nextFeature(feature)
        points = _points_of(shapes)
        held = zip(*rows, strict=True)
        columns = {f.name(): _column(f, values) for f, values in zip(fields, held, strict=True)}
        yield ids, gpd.GeoDataFrame(columns, geometry=points)
    _stop_if_cancelled(feedback)


def _points_of(wkb):
    """Return points from their bytes in WKB; none where there are no bytes, or an empty point's."""
    import numpy as np
    import shapely

    form = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
    joined = b"".join(wkb)
    if len(joined) == form.itemsize * len(wkb):
        held = np.frombuffer(joined, dtype=form)
        if (held["order"] == 1).all():
            points = shapely.points(held["x"], held["y"])
            points[np.isnan(held["x"]) | np.isnan(held["y"])] = None
            return points
    points = shapely.from_wkb([one or None for one in wkb])
    points[shapely.is_empty(points)] = None
    return points


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let the collection of garbage wait: in a large program it looks through everything, many times a part."""
    waits = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if waits:
            gc.enable()


def _require_whole(reason, feedback) -> None:
    """Stop where the user cancelled, or a part was not written for a reason."""
    _stop_if_cancelled(feedback)
    if reason is not None:
        raise QgsProcessingException(
            tr("The layer could not be read ({reason}).").format(reason=reason)
        )


def _file_of(layer):
    """Return where pyogrio can read all that a layer shows, None where QGIS has to tell it.

    That is a GeoPackage of points with numbers and texts, its rows numbered by ``fid``, without edits,
    filter, join or virtual field.
    """
    if layer.providerType() != "ogr":
        return None
    provider, fields = layer.dataProvider(), layer.fields()
    where = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    said = {name for name, value in where.items() if value} - {"path", "layerName"}
    keys = provider.pkAttributeIndexes()
    plain = (
        provider.storageType() == "GPKG"
        and QgsWkbTypes.geometryType(layer.wkbType()) == QgsWkbTypes.geometryType(wkb_type("Point"))
        and not (said or layer.isEditable() or layer.subsetString() or layer.vectorJoins())
        and fields.count() == provider.fields().count()
        and len(keys) == 1
        and fields.at(keys[0]).name() == "fid"
        and _is_plain(fields)
    )
    if not plain or layer.featureCount() < _PART:
        return None
    low, high = (int(ask(keys[0])) for ask in (layer.minimumValue, layer.maximumValue))
    if high - low > _SPARSE * layer.featureCount():
        return None
    return where["path"], where.get("layerName") or None, range(low, high + 1, _PART)


def _parts_of_file(file, source, feedback) -> Iterator[tuple]:
    """Yield the ids and the table of each part of a GeoPackage."""
    del source  # the file says all of it
    import pyogrio

    path, layer, starts = file
    for start in starts:
        where = f"fid >= {start} AND fid < {start + _PART}"
        part = pyogrio.read_dataframe(path, layer=layer, where=where, fid_as_index=True)
        _stop_if_cancelled(feedback)
        yield part.index, part


def _writer(source, path: str, feedback) -> QgsVectorFileWriter:
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.fileEncoding = "FlatGeobuf", "UTF-8"
    options.layerOptions = ["SPATIAL_INDEX=NO"]
    options.feedback = feedback
    kind, crs = source.wkbType(), source.sourceCrs()
    fields = QgsFields()
    for field in source.fields():  # without a length or decimals, to which values would be cut
        known = _number_of(field.type()) != _TIME  # the format has none
        fields.append(QgsField(field.name(), field.type() if known else _TEXT))
    return QgsVectorFileWriter.create(
        path, fields, kind, crs, QgsCoordinateTransformContext(), options
    )


def _read(path: str, source):
    """Return what QGIS wrote to a file."""
    import pyogrio
    from pyogrio.errors import DataSourceError

    try:
        return pyogrio.read_dataframe(path)
    except DataSourceError:  # a file of no feature with a geometry cannot be opened
        return _nothing(source)


def _nothing(source):
    import geopandas as gpd

    return gpd.GeoDataFrame(
        {n: [] for n in source.fields().names() if n != "geometry"}, geometry=[]
    )


def _with_index(frame, ids, source):
    """Return the frame indexed by feature id; features without geometry, which no file held, as gaps."""
    if len(frame) != len(ids):
        held = [
            f.id() for f in source.getFeatures() if f.hasGeometry() and not f.geometry().isEmpty()
        ]
        frame.index = held
        frame = frame.reindex(ids)
    else:
        frame.index = ids
    return frame


def _as_told(frame, fields):
    """Return whole numbers as 64 bits, dates and times as ISO text."""
    for name in frame.columns.drop(frame.geometry.name):
        column = frame[name]
        if column.dtype.kind in "iu":
            frame[name] = column.astype("int64")
        elif column.dtype.kind == "M":
            whole_days = _kind(fields, name) == _DATE
            form = "%Y-%m-%d" if whole_days else "%Y-%m-%dT%H:%M:%S"
            frame[name] = column.dt.strftime(form).astype(object).where(column.notna(), None)
        elif _kind(fields, name) == _TIME:
            frame[name] = column.str.slice(0, 8)  # without thousandths, as QGIS shows it
    return frame


def _kind(fields, name):
    at = fields.lookupField(str(name))
    return None if at < 0 else _number_of(fields.at(at).type())


def table_of(source, feedback):
    """Return a feature source's attributes as a DataFrame, without geometry."""
    ids, rows = [], []
    for feature in source.getFeatures(QgsFeatureRequest().setFlags(_flag("NoGeometry"))):
        ids.append(feature.id())
        rows.append(feature.attributes())
    _stop_if_cancelled(feedback)
    return _plain_table(_columns(source.fields(), ids, rows), ids).reset_index(drop=True)


def _flag(name: str):
    """Return a flag of a request, in the place where this version keeps it."""
    return getattr(getattr(QgsFeatureRequest, "Flag", QgsFeatureRequest), name)


def _stopped_by(feedback) -> QgsFeatureRequest:
    """Return a request for all features that ends early where the user cancels."""
    request = QgsFeatureRequest()
    request.setFeedback(feedback)
    return request


def _stop_if_cancelled(feedback) -> None:
    if feedback.isCanceled():
        from sialgeo.errors import Cancelled

        raise Cancelled


def read_numbers(table, kept):
    """Return a table with its columns of numbers as numbers, and their names.

    QGIS opens a CSV with every column as text. A column is taken for numbers where every value that is
    there is one; codes with leading zeros and the columns ``kept`` stay text.
    """
    import pandas as pd

    found = {}
    for name in table.columns:
        if name in kept or table[name].dtype.kind in "biuf":
            continue
        text = table[name].astype("object").where(table[name].notna(), "").astype(str).str.strip()
        known = text[text != ""]
        if len(known) == 0 or known.str.match(r"0\d").any():
            continue
        if known.str.match(r"[-+]?\d*,\d+$|[-+]?\d+$").all():
            text = text.str.replace(",", ".", regex=False)
        numbers = pd.to_numeric(text.where(text != "", None), errors="coerce")
        if numbers[known.index].notna().all():
            found[name] = numbers.astype(float)
    return table.assign(**found), list(found)


def crs_from_qgis(crs: QgsCoordinateReferenceSystem):
    """Return QGIS's CRS as pyproj's, None where there is none."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if not crs.isValid():
        return None
    try:
        return CRS.from_user_input(crs.authid())
    except CRSError:  # a CRS of the user's own
        try:
            variant = QgsCoordinateReferenceSystem.WktVariant.WKT2_2019
        except AttributeError:
            variant = QgsCoordinateReferenceSystem.WKT2_2019
        return CRS.from_wkt(crs.toWkt(variant))


def raster_of(provider, band: int, column: str):
    """Return one band of a raster data provider as a sialgeo ``Raster``, NaN where it holds no data."""
    import numpy as np

    from sialgeo.model import Raster

    width, height, extent = provider.xSize(), provider.ySize(), provider.extent()
    if width * height > _MOST_CELLS:
        raise QgsProcessingException(
            tr(
                "The raster has {cells} million cells, which do not fit in memory. "
                "Remedy: clip it to the study area."
            ).format(cells=width * height // 1_000_000)
        )
    block = provider.block(band, extent, width, height)
    kinds = {1: "u1", 2: "u2", 3: "i2", 4: "u4", 5: "i4", 6: "f4", 7: "f8", 14: "i1"}
    kind = kinds.get(_number_of(block.dataType()))
    if kind is None or not block.isValid():
        raise QgsProcessingException(
            tr("Band {band} of the raster cannot be read as numbers.").format(band=band)
        )
    values = np.frombuffer(bytes(block.data()), dtype=kind).astype(float).reshape(height, width)
    if provider.sourceHasNoDataValue(band) and provider.useSourceNoDataValue(band):
        values[values == provider.sourceNoDataValue(band)] = np.nan
    for gap in provider.userNoDataValues(band):
        values[(values >= gap.min()) & (values <= gap.max())] = np.nan
    step_x, step_y = extent.width() / width, extent.height() / height
    transform = (step_x, 0.0, extent.xMinimum(), 0.0, -step_y, extent.yMaximum())
    return Raster(values, transform, crs_from_qgis(provider.crs()), column)


def _columns(fields, ids, rows) -> dict[str, list]:
    held = list(zip(*rows, strict=True)) if rows else [()] * fields.count()
    columns = {}
    for field, values in zip(fields, held, strict=True):
        if field.name().lower() == "fid" and list(values) == ids:
            continue  # the file's own numbering, which the next file makes anew
        columns[field.name()] = (field, values)
    return columns


def _plain_table(columns, ids):
    import pandas as pd

    return pd.DataFrame(
        {name: _column(*held) for name, held in columns.items()}, index=pd.Index(ids)
    )


def _column(field, values):
    import numpy as np

    kind, types = _number_of(field.type()), set(map(type, values))
    if kind in (*_WHOLE, _REAL) and types <= {int, float}:  # no gap: no need to look at each
        return np.array(values, dtype=float if kind == _REAL else np.int64)
    known = values if types == {str} else [_plain(value) for value in values]
    gaps = any(value is None for value in known)
    if kind == _REAL or (kind in _WHOLE and gaps):
        return np.array([np.nan if v is None else v for v in known], dtype=float)
    if kind in _WHOLE:
        return np.array(known, dtype=np.int64)
    column = np.empty(len(known), dtype=object)
    column[:] = known
    return column


def _plain(value):
    if value is None or isinstance(value, QVariant):
        return None
    if isinstance(value, (QDate, QTime, QDateTime)):
        return value.toString(Qt.DateFormat.ISODate) if value.isValid() else None
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _single_points(series):
    """Return multi-points of one part as points: formats write single points that way."""
    import numpy as np
    import shapely

    shapes = series.to_numpy()
    multiple = shapely.get_type_id(shapes) == 4
    if multiple.any() and (shapely.get_num_geometries(shapes[multiple]) == 1).all():
        return np.where(multiple, shapely.get_geometry(shapes, 0), shapes)
    return shapes


# --- to QGIS --------------------------------------------------------------------------------------


def crs_to_qgis(crs) -> QgsCoordinateReferenceSystem:
    """Return pyproj's CRS as QGIS's."""
    authority = crs.to_authority() if crs is not None else None
    if authority:
        found = QgsCoordinateReferenceSystem(":".join(authority))
        if found.isValid():
            return found
    return (
        QgsCoordinateReferenceSystem.fromWkt(crs.to_wkt())
        if crs is not None
        else QgsCoordinateReferenceSystem()
    )


def fields_of(frame) -> QgsFields:
    """Return the fields that hold a table's columns."""
    fields = QgsFields()
    for name in _attributes(frame):
        fields.append(QgsField(str(name), _field_type(frame[name].dtype)))
    return fields


def fill(sink, frame, feedback, *, multi: bool = False) -> None:
    """Write a GeoDataFrame's rows to a sink."""
    if frame.geometry.notna().all() and len(frame):
        _fill_from_files(sink, frame, feedback, multi=multi)
        return
    fields = fields_of(frame)
    names = _attributes(frame)
    rows = (
        zip(*(_values(frame[name]) for name in names), strict=True) if names else [()] * len(frame)
    )
    batch = []
    for wkb, row in zip(frame.geometry.to_wkb(), rows, strict=True):
        feature = QgsFeature(fields)
        if wkb is not None:
            shape = QgsGeometry()
            shape.fromWkb(wkb)
            if multi and not shape.convertToMultiType():
                raise QgsProcessingException(tr("A shape of the output has no multi-part form."))
            feature.setGeometry(shape)
        feature.setAttributes(list(row))
        batch.append(feature)
    _stop_if_cancelled(feedback)
    _told(sink.addFeatures(batch, _FAST), sink)


def _fill_from_files(sink, frame, feedback, *, multi: bool) -> None:
    """Have QGIS read the rows from temporary files into the sink, a part at a time."""
    from sialgeo.kernels.parts import parts as slices

    bare = QgsVectorLayer.LayerOptions()
    bare.loadDefaultStyle = False
    with tempfile.TemporaryDirectory() as folder:
        for number, rows in enumerate(slices(len(frame))):
            path = str(Path(folder) / f"{number}.fgb")
            _to_file(frame.iloc[rows], path, multi)
            layer = QgsVectorLayer(path, "layer", "ogr", bare)
            features = layer.getFeatures(_stopped_by(feedback))
            well = sink.addFeatures(features, _FAST)
            del features, layer  # before the file goes
            Path(path).unlink()
            _stop_if_cancelled(feedback)
            _told(well, sink)


def _to_file(frame, path: str, multi: bool) -> None:
    import pyogrio

    told = frame.assign(**{n: _texts(frame[n]) for n in _attributes(frame) if _is_text(frame[n])})
    pyogrio.write_dataframe(
        told, path, driver="FlatGeobuf", promote_to_multi=multi, SPATIAL_INDEX="NO"
    )


def write_surface(surface, path) -> None:
    """Write a surface of relative risk as ``Surface.to_geotiff`` does, by QGIS's own GDAL: rasterio may be absent."""
    import numpy as np
    from osgeo import gdal

    bands = surface.bands
    rows, columns = surface.values.shape
    how = ["COMPRESS=DEFLATE", "PREDICTOR=3", "TILED=YES"]
    driver = gdal.GetDriverByName("GTiff")
    file = driver.Create(str(path), columns, rows, len(bands), gdal.GDT_Float32, how)
    if file is None:
        raise QgsProcessingException(
            tr("The output layer could not be written ({reason}).").format(
                reason=gdal.GetLastErrorMsg()
            )
        )
    a, b, c, d, e, f = surface.transform
    file.SetGeoTransform((c, a, b, f, d, e))
    file.SetProjection(crs_to_qgis(surface.crs).toWkt())
    file.SetMetadata(surface.tags)
    for number, (said, values) in enumerate(bands, start=1):
        band = file.GetRasterBand(number)
        band.SetNoDataValue(float("nan"))
        band.SetDescription(said)
        cells = values.astype(np.float32).tobytes()
        band.WriteRaster(0, 0, columns, rows, cells, buf_type=gdal.GDT_Float32)
    file.FlushCache()
    del band, file  # the file is whole only then


def wkb_type(name: str):
    """Return QGIS's geometry type by name, in the place where this version keeps it."""
    return (
        getattr(QgsWkbTypes.Type, name)
        if hasattr(QgsWkbTypes, "Type")
        else getattr(QgsWkbTypes, name)
    )


def _told(well: bool, sink) -> None:
    if not well:
        raise QgsProcessingException(
            tr("The output layer could not be written ({reason}).").format(reason=sink.lastError())
        )


def _attributes(frame) -> list:
    return [name for name in frame.columns if name != frame.geometry.name]


def _field_type(dtype):
    if dtype.kind == "b":
        return _TYPE.Bool
    if dtype.kind in "iu":
        return _TYPE.LongLong
    if dtype.kind == "f":
        return _TYPE.Double
    return _TEXT


def _is_text(column) -> bool:
    return column.dtype.kind not in "biuf"


def _texts(column):
    """Return a column of anything as text, gaps as gaps."""
    told = column.astype(object)
    if set(map(type, told[column.notna()])) != {str}:  # QGIS takes no other kind of text
        told = told.map(str, na_action="ignore")
    return told.where(column.notna(), None)


def _values(column) -> list:
    told = _texts(column) if _is_text(column) else column
    gaps = column.isna().tolist()
    return [None if gap else value for gap, value in zip(gaps, told.tolist(), strict=True)]
