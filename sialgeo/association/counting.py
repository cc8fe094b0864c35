"""Producers and reference units counted by area: what the tests of ``associate`` are given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from sialgeo.crs import crs_name, equal_area_crs, require_crs, xy_of
from sialgeo.descriptions import guess_indicator
from sialgeo.errors import ParameterError, SchemaError, raise_all
from sialgeo.i18n import _, ngettext
from sialgeo.kernels.inside import pairs_inside
from sialgeo.kernels.neighbours import canonical_order
from sialgeo.model import (
    CONCENTRATION,
    EVIDENCE,
    NOISE,
    TESTED,
    Concentrations,
    Indicator,
    Raster,
)
from sialgeo.neighbourhoods import overlap_notes
from sialgeo.plausibility import scale_notes, value_faults, warnings_first
from sialgeo.references import Reference

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Shapes = NDArray[np.object_]

Counted = "Concentrations | gpd.GeoDataFrame | str"
LITTLE = 0.8  # of the producers: a layer that covers less is pointed out
GRID_SLACK = 1e-6


@dataclass(frozen=True)
class Places:
    """Areas in canonical order: producers x, reference n, indicator y, a point of each in metres.

    ``shape`` is (columns, rows) where they make a full rectangular grid in that order.
    """

    x: Array
    n: Array
    y: Array
    xy: Array
    shape: tuple[int, int] | None = None

    @property
    def contrast(self) -> Array:
        """x_a/x − n_a/n: the statistic is its product with y."""
        c: Array = self.x / self.x.sum() - self.n / self.n.sum()
        return c

    @property
    def statistic(self) -> float:
        return float(self.contrast @ self.y)

    def grouped(self, group: Ints, xy: Array | None = None) -> Places:
        """Return the places merged by group (0 …; −1 left out): y weighted by the reference."""
        kept = group >= 0
        size = int(group.max(initial=-1)) + 1
        g = group[kept]

        def total(values: Array) -> Array:
            return np.bincount(g, weights=values[kept], minlength=size).astype(float)

        x, n, number = total(self.x), total(self.n), total(np.ones(len(group)))
        plain = total(self.y) / np.maximum(number, 1)
        y = np.divide(total(self.n * self.y), n, out=plain, where=n > 0)
        if xy is None:
            each = [total(self.xy[:, k]) / np.maximum(number, 1) for k in (0, 1)]
            xy = np.column_stack(each)
        used = number > 0
        return Places(x[used], n[used], y[used], xy[used])


@dataclass(frozen=True)
class Points:
    """Points in metres with a mass and the area each stands in (row of ``Places``)."""

    xy: Array
    mass: Array
    area: Ints


@dataclass(frozen=True)
class Given:
    """What was given, ready to be tested."""

    places: Places
    shapes: Shapes | None  # polygons in an equal-area projection, in the order of the places
    rows: Ints  # row of the caller's table of each place
    producers: Points | None
    reference: Points | None
    crs: Any
    notes: tuple[str, ...]
    facts: dict[str, Any] = field(default_factory=dict)


# --- polygons ------------------------------------------------------------------------------------------
def count_polygons(
    producers: Concentrations | gpd.GeoDataFrame | str,
    territories: gpd.GeoDataFrame,
    column: str,
    reference: Reference | gpd.GeoDataFrame | str,
    indicator: Indicator | None = None,
) -> Given:
    """Count producers and reference by polygon; areas without a value are left out, and said."""
    import geopandas as gpd

    _check_polygons(territories, column, producers, reference, indicator)
    concentrations = producers if isinstance(producers, Concentrations) else None
    table = concentrations.producers if concentrations is not None else producers
    notes: list[str] = suspicions(territories, [column])
    layers = {"territories": territories}
    if isinstance(table, gpd.GeoDataFrame):
        layers = {"producers": table, **layers}
    require_crs(**layers)
    crs = equal_area_crs(territories)
    shapes = _projected(territories, crs)
    xy = shapely.get_coordinates(shapely.point_on_surface(shapes))
    order = _order(territories)
    shapes, xy = shapes[order], xy[order]
    y = _numbers(territories, column)[order]
    x, producer_points = _counted(
        table, territories, order, shapes, crs, _chosen(concentrations, notes), notes
    )
    base = _pool(table, reference)
    n, reference_points = _counted(base, territories, order, shapes, crs, None, notes, ours=False)
    known = np.isfinite(y) & np.isfinite(x) & np.isfinite(n)
    notes += [*_left_out(known, y, x, n, column), *overlap_notes(territories)]
    places = Places(x[known], n[known], y[known], xy[known])
    _check_places(places, column)
    row = np.where(known, np.cumsum(known) - 1, -1).astype(np.int64)
    grid = _lattice(places, territories)
    return Given(
        Places(places.x, places.n, places.y, places.xy, grid),
        shapes[known],
        order[known],
        _kept(producer_points, row),
        _kept(reference_points, row),
        crs,
        tuple(warnings_first(notes)),
        {"areas_given": len(territories), "areas_left_out": int((~known).sum())},
    )


def _check_polygons(
    territories: gpd.GeoDataFrame,
    column: str,
    producers: Any,
    reference: Any,
    indicator: Indicator | None,
) -> None:
    if not len(territories):
        raise SchemaError(_("the layer of territories is empty"))
    faults: list[str] = []
    shapes = territories.geometry.to_numpy()
    bare = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if bare.any():
        faults.append(
            _(
                "{n} territories have no polygon (rows {rows} …). Remedy: complete them or take them out"
            ).format(n=int(bare.sum()), rows=_rows(territories, bare))
        )
    other = ~bare & ~np.isin(shapely.get_type_id(shapes), (3, 6))
    if other.any():
        faults.append(
            _("the territories hold {kinds}, not polygons. Remedy: give the layer of areas").format(
                kinds=", ".join(sorted(set(territories.geom_type[other])))
            )
        )
    wanted = [column, *(c for c in (producers, reference) if isinstance(c, str))]
    for name in dict.fromkeys(wanted):
        faults += number_faults(
            territories,
            name,
            counts=name != column,
            indicator=indicator if name == column else None,
        )
    raise_all(faults, SchemaError)


def number_faults(
    table: gpd.GeoDataFrame,
    column: str,
    *,
    counts: bool = False,
    indicator: Indicator | None = None,
) -> list[str]:
    """Name what is wrong with a column of numbers: not there, no numbers, infinite, negative counts.

    An indicator's values are held against its family and unit: as given, as the layer declares them,
    else as the column's name tells.
    """
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if column not in table.columns:
        held = ", ".join(str(c) for c in table.columns if c != table.geometry.name)
        return [
            _("the territories have no column “{column}”. They have: {columns}").format(
                column=column, columns=held
            )
        ]
    if not is_numeric_dtype(table[column]) or is_bool_dtype(table[column]):
        return [
            _(
                "column “{column}” of the territories holds no numbers. Remedy: read it as numbers, with its decimal sign"
            ).format(column=column)
        ]
    values = _numbers(table, column)
    faults: list[str] = []
    if np.isinf(values).any():
        faults.append(
            _(
                "column “{column}” is infinite in {rows}. Remedy: leave it empty where it is not known"
            ).format(column=column, rows=_rows(table, np.isinf(values)))
        )
    if counts and (values < 0).any():
        faults.append(
            _("counts in “{column}” are negative in {rows}").format(
                column=column, rows=_rows(table, values < 0)
            )
        )
    if not counts and not faults:
        said = indicator or indicator_of(table, column)
        faults += value_faults(values, table.index.tolist(), column, said.family, said.unit)
    return faults


def indicator_of(table: gpd.GeoDataFrame, column: str) -> Indicator:
    """Return what a layer declares of a column, else what the column's name tells."""
    declared = (i for i in table.attrs.get("indicators", ()) if isinstance(i, Indicator))
    return next((i for i in declared if i.column == column), None) or guess_indicator(column)


def suspicions(table: gpd.GeoDataFrame, columns: Iterable[str]) -> list[str]:
    """Return what is suspicious of columns: percentages that look like shares."""
    return [
        note
        for column in dict.fromkeys(columns)
        for note in scale_notes(_numbers(table, column), column, indicator_of(table, column).unit)
    ]


def _rows(table: gpd.GeoDataFrame, mask: Flags) -> str:
    return ", ".join(map(str, table.index[mask][:5]))


def _numbers(table: gpd.GeoDataFrame, column: str) -> Array:
    values: Array = table[column].to_numpy(dtype=float, na_value=np.nan)
    return values


def _projected(territories: gpd.GeoDataFrame, crs: Any) -> Shapes:
    shapes: Shapes = territories.geometry.to_crs(crs).to_numpy()
    bad = ~shapely.is_valid(shapes)
    if bad.any():
        shapes = shapes.copy()
        shapes[bad] = shapely.make_valid(shapes[bad])
    return shapes


def _order(territories: gpd.GeoDataFrame) -> Ints:
    """Return the order by x, then y, in the layer's own CRS (cells of one column stay together)."""
    points = shapely.get_coordinates(shapely.point_on_surface(territories.geometry.to_numpy()))
    step = max(float(np.ptp(points, axis=0).max()), 1e-300) * 1e-7
    return canonical_order(np.round((points - points.min(axis=0)) / step))


def _chosen(concentrations: Concentrations | None, notes: list[str]) -> Flags | None:
    """Mark the producers that stand in the concentrations asked about."""
    if concentrations is None:
        return None
    label = concentrations.producers[CONCENTRATION].to_numpy()
    areas = concentrations.areas
    tested = areas.index[areas[EVIDENCE] == TESTED].to_numpy()
    wanted = tested if len(tested) else areas.index.to_numpy()
    inside: Flags = np.isin(label, wanted) & (label != NOISE)
    if not inside.any():
        raise SchemaError(
            _(
                "no producer is in a concentration. Remedy: give the producers themselves, to ask about all of them"
            )
        )
    told = (
        _("Counted: the {n} of {total} producers that are in tested concentrations.")
        if len(tested)
        else _(
            "Counted: the {n} of {total} producers in concentrations, none of which is shown by a test."
        )
    )
    notes.append(told.format(n=int(inside.sum()), total=len(label)))
    return inside


def _pool(
    table: gpd.GeoDataFrame | str, reference: Reference | gpd.GeoDataFrame | str
) -> Reference | gpd.GeoDataFrame | str:
    """Return the reference with the producers in it where both are units taken one by one."""
    import geopandas as gpd

    if isinstance(reference, str):
        return reference
    population = Reference.of(reference)
    if not isinstance(table, gpd.GeoDataFrame):
        return population
    require_crs(producers=table, reference=population.table)
    if population.kind == "mass" or population.includes_producers:
        return population
    arrays = population.arrays(table, table.crs)
    xy = np.vstack([xy_of(table, table.crs), arrays.xy])
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=table.crs)


def _counted(
    source: Any,
    territories: gpd.GeoDataFrame,
    order: Ints,
    shapes: Shapes,
    crs: Any,
    chosen: Flags | None,
    notes: list[str],
    *,
    ours: bool = True,
) -> tuple[Array, Points | None]:
    """Return the count by area from a column or from points, and the points with their areas."""
    if isinstance(source, str):
        return _numbers(territories, source)[order], None
    table, mass = masses(source)
    require_crs(**{"producers" if ours else "reference": table, "territories": territories})
    if chosen is not None:
        table, mass = table[chosen], mass[chosen]
    xy = xy_of(table, crs)
    area, double = own_area(xy, shapes)
    notes += outside_notes(area < 0, mass, ours=ours, double=double)
    inside = area >= 0
    counts = np.bincount(area[inside], weights=mass[inside], minlength=len(shapes))
    return counts.astype(float), Points(xy[inside], mass[inside], area[inside])


def masses(source: Reference | gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Array]:
    """Return a point table and the count each row carries."""
    if isinstance(source, Reference):
        mass = source.table["mass"].to_numpy(float) if source.kind == "mass" else None
        return source.table, np.ones(len(source.table)) if mass is None else mass
    return source, np.ones(len(source))


def own_area(xy: Array, shapes: Shapes) -> tuple[Ints, int]:
    """Return the polygon each point stands in (the first of several; −1 none), and how many have several."""
    found = np.full(len(xy), len(shapes), dtype=np.int64)
    point, polygon = pairs_inside(shapely.points(xy), shapes)
    np.minimum.at(found, point, polygon)
    several = int((np.bincount(point, minlength=len(xy)) > 1).sum()) if len(point) else 0
    return np.where(found == len(shapes), -1, found).astype(np.int64), several


def outside_notes(outside: Flags, mass: Array, *, ours: bool, double: int = 0) -> list[str]:
    """Say how much of the producers or of the reference stands in no area, and in several."""
    notes: list[str] = []
    total, lost = float(mass.sum()), float(mass[outside].sum())
    if lost >= total:
        raise SchemaError(
            _(
                "the territories do not meet the producers or the reference: none lies in them. Remedy: check that all are of the same region and in the CRS they say"
            )
        )
    if lost:
        share = lost / total
        text = (
            _("{n} producers of {total} ({share:.1%}) stand in no territory and are left out.")
            if ours
            else _(
                "{n} reference units of {total} ({share:.1%}) stand in no territory and are left out."
            )
        )
        notes.append(text.format(n=f"{lost:,.0f}", total=f"{total:,.0f}", share=share))
        if 1 - share < LITTLE:
            text = (
                _(
                    "WARNING: the territories hold only {share:.0%} of the producers: what is said is about that part, not about all. Remedy: give territories that cover the whole region"
                )
                if ours
                else _(
                    "WARNING: the territories hold only {share:.0%} of the reference: what is said is about that part, not about all. Remedy: give territories that cover the whole region"
                )
            )
            notes.append(text.format(share=1 - share))
    if double:
        notes.append(
            ngettext(
                "{n} point stands on a border or where territories overlap; it is counted once.",
                "{n} points stand on a border or where territories overlap; each is counted once.",
                double,
            ).format(n=double)
        )
    return notes


def _left_out(known: Flags, y: Array, x: Array, n: Array, column: str) -> list[str]:
    lost = ~known
    if not lost.any():
        return []
    x_all, n_all = float(np.nansum(x)), float(np.nansum(n))
    return [
        _(
            "{k} of {total} areas are left out, {blank} of them without a value of “{column}”: they hold {x:.1%} of the producers and {n:.1%} of the reference."
        ).format(
            k=int(lost.sum()),
            total=len(known),
            blank=int((~np.isfinite(y)).sum()),
            column=column,
            x=float(np.nansum(x[lost])) / x_all if x_all else 0.0,
            n=float(np.nansum(n[lost])) / n_all if n_all else 0.0,
        )
    ]


def _check_places(places: Places, column: str) -> None:
    faults: list[str] = []
    if len(places.y) < 3:
        raise SchemaError(
            _("{n} areas with a value of “{column}”: at least three are needed").format(
                n=len(places.y), column=column
            )
        )
    if np.ptp(places.y) == 0:
        faults.append(
            _("“{column}” is the same in all areas: there is nothing to compare").format(
                column=column
            )
        )
    if places.x.sum() <= 0:
        faults.append(_("there are no producers in the areas that have a value"))
    if places.n.sum() <= 0:
        faults.append(_("there is no reference in the areas that have a value"))
    raise_all(faults, SchemaError)
    if np.abs(places.contrast).max() <= 1e-15:
        raise SchemaError(
            _(
                "the producers are spread exactly as the reference: there is nothing to test. Remedy: is the reference the producers themselves?"
            )
        )


def _kept(points: Points | None, row: Ints) -> Points | None:
    if points is None:
        return None
    area = row[points.area]
    inside = area >= 0
    return Points(points.xy[inside], points.mass[inside], area[inside])


def _lattice(places: Places, territories: gpd.GeoDataFrame) -> tuple[int, int] | None:
    """Return (columns, rows) where the polygons are all the equal cells of a rectangle."""
    if len(places.y) != len(territories):
        return None
    bounds = territories.geometry.bounds.to_numpy()
    size = bounds[:, 2:] - bounds[:, :2]
    if np.ptp(size, axis=0).max() > GRID_SLACK * size.max():
        return None
    extent = bounds[:, 2:].max(axis=0) - bounds[:, :2].min(axis=0)
    columns, rows = (round(v) for v in (extent / size.mean(axis=0)).tolist())
    full = columns * rows == len(places.y) and columns > 1 and rows > 1
    cells = np.round((bounds[:, :2] - bounds[:, :2].min(axis=0)) / size.mean(axis=0)).astype(int)
    distinct = len(np.unique(cells, axis=0)) == len(cells)
    rectangles = bool(np.allclose(territories.geometry.area, size.prod(axis=1), rtol=GRID_SLACK))
    return (columns, rows) if full and distinct and rectangles else None


# --- rasters -------------------------------------------------------------------------------------------
def count_cells(
    producers: Concentrations | gpd.GeoDataFrame | str,
    raster: Raster,
    column: str,
    reference: Reference | gpd.GeoDataFrame | str,
    indicator: Indicator | None = None,
) -> Given:
    """Count producers and reference by cell of a raster; the points are taken to its CRS."""
    import geopandas as gpd

    if isinstance(producers, str) or isinstance(reference, str):
        raise ParameterError(
            _(
                "a raster has no columns of counts. Remedy: give producers and reference as point layers"
            )
        )
    if raster.crs is None:
        raise SchemaError(_("the raster has no CRS. Remedy: give it the one it is in"))
    concentrations = producers if isinstance(producers, Concentrations) else None
    table = concentrations.producers if concentrations is not None else producers
    notes: list[str] = []
    values = np.asarray(raster.values, dtype=float)
    rows, columns = values.shape
    centres = _cell_centres(raster)
    layer = gpd.GeoSeries(gpd.points_from_xy(centres[:, 0], centres[:, 1]), crs=raster.crs)
    crs = equal_area_crs(layer)
    xy = xy_of(layer, crs)
    y = values.T.ravel()  # column by column: the order of a lattice of polygons
    said = indicator or guess_indicator(column)
    raise_all(value_faults(y, range(y.size), column, said.family, said.unit), SchemaError)
    chosen = _chosen(concentrations, notes)
    x, producer_points = _in_cells(table, raster, crs, chosen, notes, ours=True)
    base = _pool(table, reference)
    n, reference_points = _in_cells(base, raster, crs, None, notes, ours=False)
    known = np.isfinite(y)
    notes += _left_out(known, y, x, n, column)
    places = Places(
        x[known], n[known], y[known], xy[known], (columns, rows) if known.all() else None
    )
    _check_places(places, column)
    row = np.where(known, np.cumsum(known) - 1, -1).astype(np.int64)
    return Given(
        places,
        None,
        np.flatnonzero(known).astype(np.int64),
        _kept(producer_points, row),
        _kept(reference_points, row),
        crs,
        tuple(notes),
        {"areas_given": values.size, "areas_left_out": int((~known).sum())},
    )


def _cell_centres(raster: Raster) -> Array:
    rows, columns = raster.values.shape
    across, down = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5, indexing="ij")
    a, b, c, d, e, f = raster.transform
    x = a * across + b * down + c
    y = d * across + e * down + f
    return np.column_stack([x.ravel(), y.ravel()])


def _in_cells(
    source: Any,
    raster: Raster,
    crs: Any,
    chosen: Flags | None,
    notes: list[str],
    *,
    ours: bool,
) -> tuple[Array, Points]:
    table, mass = masses(source)
    require_crs(**{"producers" if ours else "reference": table})
    if chosen is not None:
        table, mass = table[chosen], mass[chosen]
    there = xy_of(table, raster.crs)
    a, b, c, d, e, f = raster.transform
    determinant = a * e - b * d
    dx, dy = there[:, 0] - c, there[:, 1] - f
    across = np.floor((e * dx - b * dy) / determinant).astype(np.int64)
    down = np.floor((a * dy - d * dx) / determinant).astype(np.int64)
    rows, columns = raster.values.shape
    inside = (across >= 0) & (across < columns) & (down >= 0) & (down < rows)
    notes += outside_notes(~inside, mass, ours=ours)
    cell = across[inside] * rows + down[inside]
    counts = np.bincount(cell, weights=mass[inside], minlength=rows * columns).astype(float)
    return counts, Points(xy_of(table, crs)[inside], mass[inside], cell)


def crs_label(crs: Any) -> str:
    return crs_name(crs)
