# SPDX-License-Identifier: GPL-2.0-or-later
"""Qgs ⇄ tables: layers cross as arrays of WKB and columns, in both directions.

QGIS itself writes a layer to a temporary FlatGeobuf and reads one; pyogrio does the same on the other
side. So no feature is handled one by one in Python. Tables without geometry, which are short, are.
"""

from __future__ import annotations

import tempfile
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
_MOST_CELLS = 50_000_000


def _number_of(enumerated) -> int:
    return int(getattr(enumerated, "value", enumerated))


_WHOLE = {_number_of(kind) for kind in (_TYPE.Int, _TYPE.UInt, _TYPE.LongLong, _TYPE.ULongLong)}
_REAL = _number_of(_TYPE.Double)


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


def frame_of(source, feedback):
    """Return a feature source as a GeoDataFrame; the index holds the feature ids."""
    import pyogrio
    from pyogrio.errors import DataSourceError

    ids = _ids(source, feedback)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "layer.fgb")
        _write_layer(source, path, feedback)
        try:
            frame = pyogrio.read_dataframe(path)
        except (
            DataSourceError
        ):  # a file of no feature, or of none with a geometry, cannot be opened
            frame = _nothing(source)
    frame = frame.set_geometry(_single_points(frame.geometry)).set_crs(
        crs_from_qgis(source.sourceCrs()), allow_override=True
    )
    if "geometry" in source.fields().names():
        frame = frame.rename_geometry("geometry of the layer")
    frame = _with_index(_as_told(frame), ids, source)
    own = next((n for n in frame.columns if str(n).lower() == "fid"), None)
    if own is not None and frame[own].tolist() == ids:
        frame = frame.drop(columns=own)  # the file's own numbering, which the next file makes anew
    return frame


def _ids(source, feedback) -> list:
    """Return the features' ids, in the order in which they are read."""
    bare = QgsFeatureRequest().setFlags(_flag("NoGeometry")).setNoAttributes()
    ids = [feature.id() for feature in source.getFeatures(bare)]
    _stop_if_cancelled(feedback)
    return ids


def _write_layer(source, path: str, feedback) -> None:
    """Have QGIS write a source to a file."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.fileEncoding = "FlatGeobuf", "UTF-8"
    options.layerOptions = ["SPATIAL_INDEX=NO"]
    options.feedback = feedback
    kind, crs = source.wkbType(), source.sourceCrs()
    writer = QgsVectorFileWriter.create(
        path, source.fields(), kind, crs, QgsCoordinateTransformContext(), options
    )
    well = not writer.hasError() and writer.addFeatures(
        source.getFeatures(_stopped_by(feedback)), _FAST
    )
    reason = writer.errorMessage()
    del writer  # the file is whole only then
    _stop_if_cancelled(feedback)
    if not well:
        raise QgsProcessingException(
            tr("The layer could not be read ({reason}).").format(reason=reason)
        )


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


def _as_told(frame):
    """Return whole numbers as 64 bits, dates and times as ISO text."""
    for name in frame.columns.drop(frame.geometry.name):
        column = frame[name]
        if column.dtype.kind in "iu":
            frame[name] = column.astype("int64")
        elif column.dtype.kind == "M":
            whole_days = (column.dropna().dt.normalize() == column.dropna()).all()
            form = "%Y-%m-%d" if whole_days else "%Y-%m-%dT%H:%M:%S"
            frame[name] = column.dt.strftime(form).astype(object).where(column.notna(), None)
    return frame


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

    known = [_plain(value) for value in values]
    kind = _number_of(field.type())
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
        _fill_from_file(sink, frame, feedback, multi=multi)
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


def _fill_from_file(sink, frame, feedback, *, multi: bool) -> None:
    """Have QGIS read the rows from a temporary file into the sink."""
    import pyogrio

    told = frame.assign(**{n: _texts(frame[n]) for n in _attributes(frame) if _is_text(frame[n])})
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "layer.fgb")
        pyogrio.write_dataframe(
            told, path, driver="FlatGeobuf", promote_to_multi=multi, SPATIAL_INDEX="NO"
        )
        layer = QgsVectorLayer(path, "layer", "ogr")
        features = layer.getFeatures(_stopped_by(feedback))
        well = sink.addFeatures(features, _FAST)
        del features, layer  # before the file goes
    _stop_if_cancelled(feedback)
    _told(well, sink)


def write_surface(surface, path) -> None:
    """Write a surface of relative risk as ``Surface.to_geotiff`` does, by QGIS's own GDAL: rasterio may be absent."""
    import numpy as np
    from osgeo import gdal

    from sialgeo.i18n import _

    bands = [(_("log relative risk"), surface.values)]
    if surface.p_values is not None:
        bands += [(_("p, higher"), surface.p_values), (_("p, lower"), surface.p_lower)]
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
    tags = {"bandwidth_m": f"{surface.bandwidth:g}", "level": f"{surface.level:g}", "log": "1"}
    tags |= {
        "replicates": str(surface.step.parameters["replicates"]),
        "seed": str(surface.step.seed),
    }
    file.SetMetadata(tags)
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
    return column.astype(object).map(str, na_action="ignore").where(column.notna(), None)


def _values(column) -> list:
    told = _texts(column) if _is_text(column) else column
    gaps = column.isna().tolist()
    return [None if gap else value for gap, value in zip(gaps, told.tolist(), strict=True)]
