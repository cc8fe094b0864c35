"""A raster laid over footprints: the mean of its cells, weighted by the part of each that is covered."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from sialgeo.errors import (
    CRSError,
    FileError,
    MissingDependencyError,
    ParameterError,
    SchemaError,
)
from sialgeo.i18n import _, ngettext
from sialgeo.kernels.interpolation import zonal_sums
from sialgeo.model import COVERED, Concentrations, Indicator, Raster, Step, versions
from sialgeo.overlays.common import (
    RESERVED,
    TOUCHED,
    Array,
    Shapes,
    coverage_note,
    crs_label,
    entry,
    indicator_notes,
    reserved,
    traces,
    valid,
    with_columns,
)
from sialgeo.progress import Progress

Transform = tuple[float, float, float, float, float, float]

WHOLE = 0.995  # a raster that covers less of the footprints than this covers them in part
CELLS_AT_ONCE = 4_000_000
PLAIN_CELLS = 2_000_000  # of one footprint: more needs exactextract


@dataclass(frozen=True)
class _Band:
    """A north-up raster band, read block by block; NaN where there is no data."""

    read: Callable[[slice, slice], Array]
    rows: int
    columns: int
    transform: Transform
    crs: Any
    fingerprint: str
    notes: tuple[str, ...] = ()


def raster_column(asked: Sequence[str] | None, indicators: Sequence[Indicator], name: str) -> str:
    if asked is not None and len(asked) != 1:
        raise ParameterError(
            _("a raster has one value: give one name in columns, not {n}").format(n=len(asked))
        )
    column = asked[0] if asked else indicators[0].column if len(indicators) == 1 else name
    if not column:
        raise ParameterError(
            _('the raster has no name. Remedy: columns="…", the name its value shall have')
        )
    return column


def _crs_of(crs: Any) -> Any:
    from pyproj import CRS
    from pyproj.exceptions import CRSError as UnknownCRS

    if crs is None or crs == "":
        raise CRSError(
            _(
                "no CRS: raster. Remedy: set the one it is in, for instance with gdal_edit.py -a_srs EPSG:4326"
            )
        )
    try:
        return CRS.from_user_input(crs)
    except UnknownCRS as failure:
        raise CRSError(
            _("the raster's CRS is not understood: {crs}").format(crs=str(crs)[:80])
        ) from failure


def band_of(raster: Raster) -> _Band:
    values = np.asarray(raster.values)
    if values.ndim != 2 or not values.size:
        raise SchemaError(
            _("the raster must hold rows and columns of values; its shape is {shape}").format(
                shape=values.shape
            )
        )
    if np.isinf(values).any():
        raise SchemaError(_("the raster holds infinite values. Remedy: set them to no data (NaN)"))
    transform = _usable(tuple(float(v) for v in raster.transform))
    transform, flipped = _upright(transform, len(values))

    def read(rows: slice, columns: slice) -> Array:
        if flipped:
            block = values[len(values) - rows.stop : len(values) - rows.start, columns][::-1]
        else:
            block = values[rows, columns]
        return np.ascontiguousarray(block, dtype=float)

    digest = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:16]
    return _Band(read, len(values), values.shape[1], transform, _crs_of(raster.crs), digest)


def _usable(transform: tuple[float, ...]) -> Transform:
    a, b, c, d, e, f = transform[:6]
    if b or d or a <= 0 or not e:
        raise SchemaError(
            _(
                "the raster is rotated or mirrored, or has no cell size. Remedy: warp it first, as gdalwarp in.tif out.tif does"
            )
        )
    return a, b, c, d, e, f


def _upright(transform: Transform, rows: int) -> tuple[Transform, bool]:
    """Return the transform with the north up, and whether the rows must be turned over for it."""
    a, b, c, d, e, f = transform
    return ((a, b, c, d, -e, f + e * rows), True) if e > 0 else (transform, False)


@contextmanager
def opened(path: Path) -> Iterator[_Band]:
    """Open a GeoTIFF's first band; only the blocks under the footprints are read."""
    try:
        import rasterio
    except ImportError as failure:
        raise MissingDependencyError("rasterio", _("Reading a raster file")) from failure
    if not path.is_file():
        raise FileError(_("{path}: there is no such file").format(path=path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            dataset = rasterio.open(path)
        with dataset:
            yield _file_band(dataset, path)
    except (rasterio.errors.RasterioError, rasterio.errors.RasterioIOError) as failure:
        raise FileError(
            _(
                "{path}: cannot be read as a raster ({reason}). Remedy: give a GeoTIFF; polygons are read with read_territories"
            ).format(path=path, reason=str(failure).splitlines()[0] if str(failure) else "")
        ) from failure


def _file_band(dataset: Any, path: Path) -> _Band:
    from rasterio.windows import Window

    transform, flipped = _upright(_usable(tuple(dataset.transform)), dataset.height)
    scale, offset = dataset.scales[0], dataset.offsets[0]

    def read(rows: slice, columns: slice) -> Array:
        top = dataset.height - rows.stop if flipped else rows.start
        window = Window(columns.start, top, columns.stop - columns.start, rows.stop - rows.start)
        block = np.ma.filled(dataset.read(1, window=window, masked=True).astype(float), np.nan)
        if np.isinf(block).any():
            raise SchemaError(
                _("the raster holds infinite values. Remedy: set them to no data (NaN)")
            )
        turned = block[::-1] if flipped else block
        values: Array = np.ascontiguousarray(turned * scale + offset)
        return values

    notes = []
    if dataset.nodata is None and not np.issubdtype(np.dtype(dataset.dtypes[0]), np.floating):
        notes.append(_("The raster declares no value for “no data”: every cell counts as a value."))
    if dataset.count > 1:
        notes.append(
            _("The raster has {n} bands; the first was laid over.").format(n=dataset.count)
        )
    crs = _crs_of(dataset.crs.to_wkt() if dataset.crs else None)
    return _Band(
        read, dataset.height, dataset.width, transform, crs, _file_digest(path), tuple(notes)
    )


def _file_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:16]


def overlay_raster(
    concentrations: Concentrations,
    band: _Band,
    column: str,
    indicators: Sequence[Indicator],
    progress: Progress,
) -> Concentrations:
    areas = concentrations.areas
    laid = {i.column for i in concentrations.indicators}
    if column in RESERVED:
        raise SchemaError(reserved(column))
    if column in areas.columns and column not in laid:
        raise SchemaError(
            _(
                "the areas already have a column “{column}”. Remedy: give the raster's value another name (columns=)"
            ).format(column=column)
        )
    shapes = (
        valid(areas.geometry.to_crs(band.crs).to_numpy())
        if len(areas)
        else np.zeros(0, dtype=object)
    )
    sums = np.zeros((len(shapes), 2))
    for k, shape in enumerate(shapes):
        progress(k / len(shapes), _("Laying the raster over the footprints"))
        sums[k] = _zonal(band, shape)
    cell = -band.transform[0] * band.transform[4]
    whole = shapely.area(shapes) / cell
    mean = np.divide(sums[:, 0], sums[:, 1], out=np.full(len(shapes), np.nan), where=sums[:, 1] > 0)
    covered = np.divide(sums[:, 1], whole, out=np.full(len(shapes), np.nan), where=whole > 0)
    covered = np.clip(np.where(np.abs(covered - 1) < TOUCHED, 1.0, covered), 0.0, 1.0)
    if len(shapes) and not (sums[:, 1] > 0).any():
        raise SchemaError(_not_covered(band, shapes))
    indicator = next((i for i in indicators if i.column == column), Indicator(column, {}))
    notes = [
        *band.notes,
        *_raster_notes(column, covered, whole, sums[:, 1]),
        *indicator_notes([indicator]),
    ]
    areas = with_columns(areas, {column: mean, column + COVERED: covered}, traces(column))
    producers = concentrations.producers
    if (
        column in laid and column in producers.columns
    ):  # of polygons laid before under the same name
        producers = producers.drop(columns=column)
    parameters = {
        "layer": "raster",
        "columns": [column],
        "weighting": "coverage",
        "indicators": [entry(indicator)],
    }
    inputs = {"raster": band.fingerprint}
    step = Step("overlay", parameters, crs_label(band.crs), None, versions(), inputs, tuple(notes))
    progress(1.0, _("Indicators laid over"))
    return concentrations.with_step(step, areas=areas, producers=producers)


def _not_covered(band: _Band, shapes: Shapes) -> str:
    a, _b, c, _d, e, f = band.transform
    raster = (c, f + e * band.rows, c + a * band.columns, f)
    said = [
        "{:.6g}, {:.6g}, {:.6g}, {:.6g}".format(*map(float, b))
        for b in (raster, shapely.total_bounds(shapes))
    ]
    return _(
        "the raster covers none of the concentrations: it reaches over {raster}, they over {areas} (west, south, east, north in the raster's CRS), or it has no data there. Remedy: give the raster of the same region, in the CRS it says"
    ).format(raster=said[0], areas=said[1])


def _raster_notes(column: str, covered: Array, whole: Array, known: Array) -> list[str]:
    notes = []
    total = float(whole.sum())
    share = float(known.sum()) / total if total > 0 else 1.0
    if share < WHOLE:
        notes.append(
            _("The raster “{column}” has data for {share:.1%} of the footprints' area.").format(
                column=column, share=share
            )
        )
    notes += coverage_note(column, covered)
    small = int((whole < 1).sum())
    if small:
        notes.append(
            ngettext(
                "{n} footprint is smaller than one cell of the raster “{column}”.",
                "{n} footprints are smaller than one cell of the raster “{column}”.",
                small,
            ).format(n=small, column=column)
        )
    return notes


def _zonal(band: _Band, shape: Any) -> tuple[float, float]:
    """Return (Σ coverage·value, Σ coverage) of one footprint, reading a bounded block at a time."""
    a, b, c, d, e, f = band.transform
    west, south, east, north = shapely.bounds(shape)
    if not np.isfinite([west, south, east, north]).all():
        return 0.0, 0.0
    left, right = max(0, int((west - c) // a)), min(band.columns, int(-((c - east) // a)))
    top, bottom = max(0, int((north - f) // e)), min(band.rows, int(-((f - south) // e)))
    if left >= right or top >= bottom:
        return 0.0, 0.0
    sums = _exact_sums if _has_exactextract() else zonal_sums
    if sums is zonal_sums and (right - left) * (bottom - top) > PLAIN_CELLS:
        raise MissingDependencyError(
            "exactextract", _("Laying so fine a raster over the footprints")
        )
    step = max(1, CELLS_AT_ONCE // (right - left))
    total = known = 0.0
    for row in range(top, bottom, step):
        rows = slice(row, min(row + step, bottom))
        block = band.read(rows, slice(left, right))
        held, count = sums(shape, block, (a, b, c + a * left, d, e, f + e * row))
        total, known = total + held, known + count
    return total, known


def _has_exactextract() -> bool:
    from importlib.util import find_spec

    return find_spec("exactextract") is not None


def _exact_sums(zone: Any, values: Array, transform: Transform) -> tuple[float, float]:
    """Return the same sums as ``zonal_sums``, by exactextract."""
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource
    from shapely.geometry import mapping

    a, _b, c, _d, e, f = transform
    rows, columns = values.shape
    source = NumPyRasterSource(values, c, f + e * rows, c + a * columns, f, nodata=np.nan)
    feature = {"type": "Feature", "properties": {}, "geometry": mapping(zone)}
    found = exact_extract(source, [feature], ["sum", "count"])[0]["properties"]
    count = float(found["count"] or 0.0)
    return (float(found["sum"]), count) if count > 0 else (0.0, 0.0)
