# SPDX-License-Identifier: GPL-2.0-or-later
"""Qgs ⇄ tables: layers cross as arrays of WKB and columns, in both directions."""

from __future__ import annotations

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessingException,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QMetaType, Qt, QTime, QVariant

from .texts import tr

_OLD_TYPES = hasattr(QVariant, "Double")  # Qt 5: QgsField takes QVariant's types
_TYPE = QVariant if _OLD_TYPES else QMetaType.Type
_TEXT = QVariant.String if _OLD_TYPES else QMetaType.Type.QString
_CHUNK = 2_000
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
    import geopandas as gpd
    import numpy as np
    import shapely

    ids, shapes, rows = _features(source, feedback, QgsFeatureRequest(), with_geometry=True)
    columns = _columns(source.fields(), ids, rows)
    holders = np.empty(len(shapes), dtype=object)
    holders[:] = shapes
    geometry = gpd.GeoSeries(
        _single_points(shapely.from_wkb(holders)), index=ids, crs=crs_from_qgis(source.sourceCrs())
    )
    name = "geometry" if "geometry" not in columns else "geometry of the layer"
    frame = _plain_table(columns, ids)
    frame = gpd.GeoDataFrame(frame, geometry=geometry.rename(name))
    frame.index.name = None
    return frame


def table_of(source, feedback):
    """Return a feature source's attributes as a DataFrame, without geometry."""
    try:
        bare = QgsFeatureRequest.Flag.NoGeometry
    except AttributeError:
        bare = QgsFeatureRequest.NoGeometry
    ids, _shapes, rows = _features(
        source, feedback, QgsFeatureRequest().setFlags(bare), with_geometry=False
    )
    return _plain_table(_columns(source.fields(), ids, rows), ids).reset_index(drop=True)


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


def _features(source, feedback, request, *, with_geometry):
    ids, shapes, rows = [], [], []
    for number, feature in enumerate(source.getFeatures(request)):
        if number % _CHUNK == 0 and feedback.isCanceled():
            from sialgeo.errors import Cancelled

            raise Cancelled
        ids.append(feature.id())
        rows.append(feature.attributes())
        if with_geometry:
            shape = feature.geometry()
            shapes.append(None if shape.isNull() else bytes(shape.asWkb()))
    return ids, shapes, rows


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


def _single_points(shapes):
    """Return multi-points of one part as points: formats write single points that way."""
    import numpy as np
    import shapely

    multiple = shapely.get_type_id(shapes) == 4
    if multiple.any() and (shapely.get_num_geometries(shapes[multiple]) == 1).all():
        shapes = np.where(multiple, shapely.get_geometry(shapes, 0), shapes)
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
    """Write a GeoDataFrame's rows to a sink, in chunks."""
    names = _attributes(frame)
    columns = [_values(frame[name]) for name in names]
    fields = fields_of(frame)
    batch = []
    for number, wkb in enumerate(frame.geometry.to_wkb()):
        feature = QgsFeature(fields)
        if wkb is not None:
            shape = QgsGeometry()
            shape.fromWkb(wkb)
            if multi:
                shape.convertToMultiType()
            feature.setGeometry(shape)
        feature.setAttributes([column[number] for column in columns])
        batch.append(feature)
        if len(batch) == _CHUNK:
            _flush(sink, batch, feedback)
            batch = []
    _flush(sink, batch, feedback)


def wkb_type(name: str):
    """Return QGIS's geometry type by name, in the place where this version keeps it."""
    return (
        getattr(QgsWkbTypes.Type, name)
        if hasattr(QgsWkbTypes, "Type")
        else getattr(QgsWkbTypes, name)
    )


def _flush(sink, batch, feedback) -> None:
    if feedback.isCanceled():
        from sialgeo.errors import Cancelled

        raise Cancelled
    if batch and not sink.addFeatures(batch, QgsFeatureSink.Flag.FastInsert):
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


def _values(column) -> list:
    gaps = column.isna().tolist()
    values = column.tolist()
    if column.dtype.kind not in "biuf":
        values = [str(value) for value in values]  # numpy's own str is none to Qt
    return [None if gap else value for gap, value in zip(gaps, values, strict=True)]
