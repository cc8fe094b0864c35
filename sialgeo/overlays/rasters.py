"""A raster laid over footprints: the mean of its cells, weighted by the part of each that is covered."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sialgeo.crs import require_crs
from sialgeo.descriptions import guess_indicator
from sialgeo.errors import (
    CRSError,
    FileError,
    MissingDependencyError,
    ParameterError,
    SchemaError,
)
from sialgeo.i18n import _, ngettext
from sialgeo.kernels.interpolation import Transform, covered_cells, zonal_sums
from sialgeo.model import COVERED, Concentrations, Indicator, Raster, Step, versions
from sialgeo.overlays.common import (
    RESERVED,
    TOUCHED,
    Array,
    Ints,
    Shapes,
    coverage_note,
    crs_label,
    entry,
    guess_notes,
    indicator_notes,
    reserved,
    traces,
    valid,
    with_columns,
)
from sialgeo.plausibility import bounds_of, no_data, outside, scale_notes
from sialgeo.progress import Progress, silent

if TYPE_CHECKING:
    import geopandas as gpd

TOTAL = "__total"  # column + this: sum of the cells
WHOLE = 0.995  # a raster that covers less of the footprints than this covers them in part
CELLS_AT_ONCE = 4_000_000
PLAIN_CELLS = 2_000_000  # of one footprint: more needs exactextract


@dataclass(frozen=True)
class Band:
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


def band_of(raster: Raster) -> Band:
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
    return Band(read, len(values), values.shape[1], transform, _crs_of(raster.crs), digest)


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
def opened(path: Path, band: int = 1) -> Iterator[Band]:
    """Open one band of a GeoTIFF; only the blocks under the footprints are read."""
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
            if not 1 <= band <= dataset.count:
                raise ParameterError(
                    _("{path}: no band {band}; it has {n}").format(
                        path=path, band=band, n=dataset.count
                    )
                )
            yield _file_band(dataset, path, band)
    except (rasterio.errors.RasterioError, rasterio.errors.RasterioIOError) as failure:
        raise FileError(
            _(
                "{path}: cannot be read as a raster ({reason}). Remedy: give a GeoTIFF; polygons are read with read_territories"
            ).format(path=path, reason=str(failure).splitlines()[0] if str(failure) else "")
        ) from failure


def _file_band(dataset: Any, path: Path, number: int) -> Band:
    from rasterio.windows import Window

    transform, flipped = _upright(_usable(tuple(dataset.transform)), dataset.height)
    scale, offset = dataset.scales[number - 1], dataset.offsets[number - 1]

    def read(rows: slice, columns: slice) -> Array:
        top = dataset.height - rows.stop if flipped else rows.start
        window = Window(columns.start, top, columns.stop - columns.start, rows.stop - rows.start)
        block = np.ma.filled(dataset.read(number, window=window, masked=True).astype(float), np.nan)
        if np.isinf(block).any():
            raise SchemaError(
                _("the raster holds infinite values. Remedy: set them to no data (NaN)")
            )
        turned = block[::-1] if flipped else block
        values: Array = np.ascontiguousarray(turned * scale + offset)
        return values

    notes = []
    if dataset.nodata is None and not np.issubdtype(
        np.dtype(dataset.dtypes[number - 1]), np.floating
    ):
        notes.append(_("The raster declares no value for “no data”: every cell counts as a value."))
    if dataset.count > 1:
        notes.append(
            _("The raster has {n} bands; band {band} was laid over.").format(
                n=dataset.count, band=number
            )
        )
    crs = _crs_of(dataset.crs.to_wkt() if dataset.crs else None)
    return Band(
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
    band: Band,
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
    indicator = next((i for i in indicators if i.column == column), None)
    guess = [] if indicator is not None else guess_notes([guess_indicator(column)])
    indicator = indicator or guess_indicator(column)
    zones = _zones(band, areas.geometry, partial(refuse_cells, indicator), progress)
    notes = [
        *scale_notes(zones.mean, column, indicator.unit),
        *guess,
        *band.notes,
        *_raster_notes(column, zones),
        *indicator_notes([indicator]),
    ]
    found = {column: zones.mean, column + COVERED: zones.covered}
    producers = concentrations.producers
    if column in laid and column in producers.columns:  # of polygons laid before, same name
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
    areas = with_columns(areas, found, traces(column))
    return concentrations.with_step(step, areas=areas, producers=producers)


@dataclass(frozen=True)
class _Zones:
    """What a raster holds in each polygon: mean and sum, share with data, cells in all and known."""

    mean: Array
    total: Array
    covered: Array
    whole: Array
    known: Array


def _zones(
    band: Band, geometry: gpd.GeoSeries, check: Callable[[Array], None], progress: Progress
) -> _Zones:
    shapes: Shapes = np.zeros(0, dtype=object)
    if len(geometry):
        shapes = valid(geometry.to_crs(band.crs).to_numpy())
    sums = zonal_sums_of(band, shapes, check, progress)
    held, known = sums[:, 0], sums[:, 1]
    if len(shapes) and not (known > 0).any():
        raise SchemaError(_not_covered(band, shapes))
    whole = shapely.area(shapes) / (-band.transform[0] * band.transform[4])
    nothing = np.full(len(shapes), np.nan)
    covered = np.divide(known, whole, out=nothing.copy(), where=whole > 0)
    covered = np.clip(np.where(np.abs(covered - 1) < TOUCHED, 1.0, covered), 0.0, 1.0)
    mean = np.divide(held, known, out=nothing.copy(), where=known > 0)
    return _Zones(mean, np.where(known > 0, held, np.nan), covered, whole, known)


def zonal_statistics(
    polygons: gpd.GeoDataFrame,
    raster: Raster | str | os.PathLike[str],
    *,
    column: str | None = None,
    band: int = 1,
    indicator: Indicator | None = None,
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Return polygons with the mean and the sum of a raster's cells, weighted by exact coverage.

    Parameters
    ----------
    polygons
        Districts, cells of a grid, catchments: polygons in any CRS; they are taken to the raster's.
    raster
        In memory, or the path of a GeoTIFF, of which only the blocks under the polygons are read.
    column
        Name of the value; by default the raster's.
    band
        Band of the file, from 1.
    indicator
        What the raster says; its family and unit tell which values cannot be.
    progress
        ``progress(fraction, message)``; raises ``Cancelled`` to stop.

    Returns
    -------
    GeoDataFrame
        The polygons, same rows and CRS, with COL (mean of the cells, NaN where none has data),
        ``COL__total`` (their sum, for counts) and ``COL__covered`` (share of the polygon, 0–1, with
        data). A cell counts by the part of it inside. ``attrs["notes"]`` are the cautions.

    Raises
    ------
    CRSError, SchemaError, FileError, ParameterError
        As for :func:`overlay`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from sialgeo import Raster
    >>> cells = Raster(np.array([[1.0, 2.0], [3.0, np.nan]]), (1.0, 0, 0, 0, -1.0, 2.0), "EPSG:32717")
    >>> zone = gpd.GeoDataFrame(geometry=[shapely.box(0.5, 0, 2, 2)], crs=32717)
    >>> found = zonal_statistics(zone, cells, column="value")
    >>> found[["value", "value__total", "value__covered"]].round(3).values.tolist()
    [[2.0, 4.0, 0.667]]
    """
    require_crs(polygons=polygons)
    name = raster.name if isinstance(raster, Raster) else Path(raster).stem
    known = [indicator] if indicator is not None else []
    chosen = raster_column(None if column is None else [column], known, name)
    said = indicator or guess_indicator(chosen)
    with held_band(raster, band) as source:
        zones = _zones(source, polygons.geometry, partial(refuse_cells, said), progress or silent)
    found = {chosen: zones.mean, chosen + TOTAL: zones.total, chosen + COVERED: zones.covered}
    joined = with_columns(polygons, found, {*found})
    notes = [*source.notes, *_raster_notes(chosen, zones)]
    joined.attrs = {**polygons.attrs, "notes": tuple(notes)}
    return joined


@contextmanager
def held_band(raster: Raster | str | os.PathLike[str], band: int = 1) -> Iterator[Band]:
    """Open a raster, in memory or in a file."""
    if isinstance(raster, Raster):
        yield band_of(raster)
        return
    with opened(Path(raster), band) as source:
        yield source


def _not_covered(band: Band, shapes: Shapes) -> str:
    a, _b, c, _d, e, f = band.transform
    raster = (c, f + e * band.rows, c + a * band.columns, f)
    said = [
        "{:.6g}, {:.6g}, {:.6g}, {:.6g}".format(*map(float, b))
        for b in (raster, shapely.total_bounds(shapes))
    ]
    return _(
        "the raster covers none of the concentrations: it reaches over {raster}, they over {areas} (west, south, east, north in the raster's CRS), or it has no data there. Remedy: give the raster of the same region, in the CRS it says"
    ).format(raster=said[0], areas=said[1])


def _raster_notes(column: str, zones: _Zones) -> list[str]:
    notes = []
    total = float(zones.whole.sum())
    share = float(zones.known.sum()) / total if total > 0 else 1.0
    if share < WHOLE:
        notes.append(
            _("The raster “{column}” has data for {share:.1%} of the footprints' area.").format(
                column=column, share=share
            )
        )
    notes += coverage_note(column, zones.covered)
    small = int((zones.whole < 1).sum())
    if small:
        notes.append(
            ngettext(
                "{n} footprint is smaller than one cell of the raster “{column}”.",
                "{n} footprints are smaller than one cell of the raster “{column}”.",
                small,
            ).format(n=small, column=column)
        )
    return notes


def zonal_sums_of(
    band: Band,
    shapes: Shapes,
    check: Callable[[Array], None],
    progress: Progress = silent,
) -> Array:
    """Return (Σ coverage·value, Σ coverage) of each polygon, (n, 2).

    ``check`` is given every block of cells before it is used, and raises where one cannot be.
    """
    sums = np.zeros((len(shapes), 2))
    for k, shape in enumerate(shapes):
        progress(k / len(shapes), _("Laying the raster over the footprints"))
        for block, transform in blocks(band, shape):
            check(block)
            sums[k] += _clip(shape, block, transform)
    return sums


def refuse_cells(indicator: Indicator, block: Array) -> None:
    """Refuse cells that the indicator cannot have, and undeclared marks of “no data”."""
    marked = no_data(block)
    least, greatest = bounds_of(indicator.family, indicator.unit)
    bad = marked | outside(block, least, greatest)
    if not bad.any():
        return
    value, n = float(block[bad].flat[0]), int(bad.sum())
    if marked.any():
        raise SchemaError(
            _(
                "the raster “{column}”: {n} cells are {value:g}, a usual mark of “no data” that the file does not declare. Remedy: declare it, as gdal_edit.py -a_nodata {value:g} does"
            ).format(column=indicator.column, n=n, value=float(block[marked].flat[0]))
        )
    raise SchemaError(
        _(
            "the raster “{column}”: {n} cells lie outside {least:g}–{greatest:g} (for instance {value:g}), which its unit does not allow. Remedy: state another unit, divide percentages by 100, or declare the “no data” value"
        ).format(column=indicator.column, n=n, least=least, greatest=greatest, value=value)
    )


def blocks(band: Band, shape: Any) -> Iterator[tuple[Array, Transform]]:
    """Read the cells under a polygon's bounds, a bounded block at a time."""
    a, b, c, d, e, f = band.transform
    west, south, east, north = shapely.bounds(shape)
    if not np.isfinite([west, south, east, north]).all():
        return
    left, right = max(0, int((west - c) // a)), min(band.columns, int(-((c - east) // a)))
    top, bottom = max(0, int((north - f) // e)), min(band.rows, int(-((f - south) // e)))
    if left >= right or top >= bottom:
        return
    if not _has_exactextract() and (right - left) * (bottom - top) > PLAIN_CELLS:
        raise MissingDependencyError(
            "exactextract", _("Laying so fine a raster over the footprints")
        )
    across = min(right - left, CELLS_AT_ONCE)
    down = max(1, CELLS_AT_ONCE // across)
    for row in range(top, bottom, down):
        rows = slice(row, min(row + down, bottom))
        for column in range(left, right, across):
            columns = slice(column, min(column + across, right))
            yield band.read(rows, columns), (a, b, c + a * column, d, e, f + e * row)


def _clip(shape: Any, block: Array, transform: Transform) -> tuple[float, float]:
    sums = _exact_sums if _has_exactextract() else zonal_sums
    return sums(shape, block, transform)


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


def cells_covered(
    zones: Shapes, shape: tuple[int, int], transform: Transform
) -> list[tuple[Ints, Array]]:
    """Return the numbers (row by row, increasing) of the cells that each polygon covers, and how much."""
    if not len(zones) or not _has_exactextract():
        return [covered_cells(zone, shape, transform) for zone in zones]
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource
    from shapely.geometry import mapping

    a, _b, c, _d, e, f = transform
    none = np.broadcast_to(np.int8(0), shape)  # only where the cells lie is asked
    source = NumPyRasterSource(none, c, f + e * shape[0], c + a * shape[1], f)
    features = [{"type": "Feature", "properties": {}, "geometry": mapping(zone)} for zone in zones]
    found = []
    for one in exact_extract(source, features, ["cell_id", "coverage"]):
        told = one["properties"]
        order = np.argsort(told["cell_id"], kind="stable")
        found.append(
            (
                np.asarray(told["cell_id"], dtype=np.int64)[order],
                np.asarray(told["coverage"], dtype=float)[order],
            )
        )
    return found
