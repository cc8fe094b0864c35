"""Indicators of polygons laid over footprints, and of its own polygon given to each producer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sialgeo.crs import equal_area_crs, require_crs
from sialgeo.errors import SchemaError, raise_all
from sialgeo.i18n import _, ngettext
from sialgeo.kernels.interpolation import areas_by_group, union_areas, weighted_means
from sialgeo.model import (
    CONCENTRATION,
    COVERED,
    OF_UNITS,
    TERRITORIES,
    TERRITORY,
    TERRITORY_NAME,
    UNITS_KNOWN,
    Concentrations,
    Indicator,
    Step,
    fingerprint,
    versions,
)
from sialgeo.overlays.common import (
    RESERVED,
    TOUCHED,
    Array,
    Flags,
    Ints,
    Shapes,
    code_of,
    coverage_note,
    crs_label,
    entry,
    indicator_notes,
    numbers,
    reserved,
    row_names,
    traces,
    valid,
    with_columns,
)
from sialgeo.progress import Progress

if TYPE_CHECKING:
    import geopandas as gpd

OVERLAP = 0.001  # of a footprint: less is the noise of simplified limits


@dataclass(frozen=True)
class Asked:
    """What was asked of a polygon layer."""

    columns: Sequence[str] | None
    key: str | None
    name: str | None
    population: str | None
    indicators: tuple[Indicator, ...]


def overlay_polygons(
    concentrations: Concentrations, layer: gpd.GeoDataFrame, asked: Asked, progress: Progress
) -> Concentrations:
    require_crs(producers=concentrations.producers, territories=layer)
    columns = _checked_columns(concentrations, layer, asked)
    progress(0.0, _("Finding each producer's district"))
    own, ambiguous = _own_polygon(concentrations.producers, layer, asked.key)
    progress(0.4, _("Laying the indicators over the footprints"))
    pieces = _pieces(concentrations, layer)
    if len(concentrations.producers) and not (own >= 0).any() and not len(pieces.target):
        raise SchemaError(
            _(
                "the territories do not meet the producers: none lies in them. Remedy: check that both are of the same region and in the CRS they say"
            )
        )
    notes = _producer_notes(own, ambiguous, layer)
    notes += _weight_notes(layer, asked, pieces)
    producers = _producers_with(concentrations, layer, asked, columns, own)
    areas, covered = _areas_with(concentrations, layer, asked, columns, pieces)
    of_units = _means_of_units(producers, areas, columns)
    areas = with_columns(areas, of_units, set(of_units))
    progress(0.9, _("Laying the indicators over the footprints"))
    described = _described(columns, asked.indicators, layer, asked.population)
    for column in columns:
        notes += coverage_note(column, covered[column])
    notes += indicator_notes(described)
    if TERRITORY in producers and _earlier_key(concentrations) not in (None, asked.key):
        notes.append(_("The territories named are those of the layer laid last."))
    parameters = {
        "layer": "polygons",
        "columns": columns,
        "key": asked.key,
        "name": asked.name,
        "population": asked.population,
        "weighting": "population" if asked.population else "area",
        "territories": len(layer),
        "producers_outside": int((own < 0).sum()),
        "producers_ambiguous": ambiguous,
        "indicators": [entry(i) for i in described],
    }
    inputs = {"territories": fingerprint(layer)}
    step = Step("overlay", parameters, pieces.crs, None, versions(), inputs, tuple(notes))
    progress(1.0, _("Indicators laid over"))
    return concentrations.with_step(step, producers=producers, areas=areas)


# --- checks of the layer ---------------------------------------------------------------------------
def _checked_columns(
    concentrations: Concentrations, layer: gpd.GeoDataFrame, asked: Asked
) -> list[str]:
    """Return the indicator columns; one error with every fault of layer and columns."""
    faults = _layer_faults(layer, asked.key)
    extra = {"key": asked.key, "name": asked.name, "population": asked.population}
    missing = _("the territories have no column “{column}” ({what}). They have: {columns}")
    held = ", ".join(str(c) for c in layer.columns if c != layer.geometry.name)
    wanted = [(what, c) for what, c in extra.items() if c is not None]
    wanted += [("columns", c) for c in asked.columns or ()]
    absent = [(what, c) for what, c in wanted if c not in layer.columns]
    faults += [missing.format(column=c, what=f"{what}=", columns=held) for what, c in absent]
    columns = [c for c in _chosen(layer, asked) if c in layer.columns]
    if not columns and not absent:
        faults.append(
            _("the territories have no numeric column to lay over. They have: {columns}").format(
                columns=held
            )
        )
    for column in columns:
        faults += _number_faults(layer, column, asked.key)
    if asked.population is not None and asked.population in layer.columns:
        faults += _number_faults(layer, asked.population, asked.key, negative=True)
    faults += _name_faults(concentrations, columns, asked)
    raise_all(faults, SchemaError)
    return columns


def _chosen(layer: gpd.GeoDataFrame, asked: Asked) -> list[str]:
    if asked.columns is not None:
        return list(dict.fromkeys(asked.columns))
    described = [i.column for i in asked.indicators if i.column in layer.columns]
    if described:
        return list(dict.fromkeys(described))
    numeric = layer.drop(columns=layer.geometry.name).select_dtypes("number").columns
    return [str(c) for c in numeric if c not in {asked.key, asked.name, asked.population}]


def _layer_faults(layer: gpd.GeoDataFrame, key: str | None) -> list[str]:
    if not len(layer):
        return [_("the layer of territories is empty")]
    faults = []
    shapes = layer.geometry.to_numpy()
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    other = ~missing & ~np.isin(shapely.get_type_id(shapes), (3, 6))
    if other.any():
        kinds = ", ".join(sorted(set(layer.geom_type[other])))
        faults.append(
            _(
                "the territories hold {kinds}, not polygons (rows {rows}). Remedy: give the layer of areas"
            ).format(kinds=kinds, rows=row_names(layer, other, key))
        )
    if missing.any():
        faults.append(
            _(
                "the territories have rows without polygon: {rows}. Remedy: complete them or take them out"
            ).format(rows=row_names(layer, missing, key))
        )
    invalid = ~missing & ~other & ~shapely.is_valid(shapes)
    if invalid.any():
        reason = str(shapely.is_valid_reason(shapes[np.argmax(invalid)]))
        faults.append(
            _(
                "the territories have invalid polygons: {rows} (the first: {reason}). Remedy: “Fix geometries” in QGIS, or layer.geometry.make_valid()"
            ).format(rows=row_names(layer, invalid, key), reason=reason)
        )
    return faults


def _number_faults(
    layer: gpd.GeoDataFrame, column: str, key: str | None, *, negative: bool = False
) -> list[str]:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if not is_numeric_dtype(layer[column]) or is_bool_dtype(layer[column]):
        return [
            _(
                "column “{column}” of the territories holds no numbers. Remedy: read it as numbers, with its decimal sign"
            ).format(column=column)
        ]
    values = numbers(layer[column])
    faults = []
    if np.isinf(values).any():
        rows = row_names(layer, np.isinf(values), key)
        faults.append(
            _(
                "column “{column}” is infinite in {rows}. Remedy: leave it empty where it is not known"
            ).format(column=column, rows=rows)
        )
    if negative and (values < 0).any():
        rows = row_names(layer, values < 0, key)
        faults.append(
            _("population “{column}” is negative in {rows}").format(column=column, rows=rows)
        )
    return faults


def _name_faults(concentrations: Concentrations, columns: Sequence[str], asked: Asked) -> list[str]:
    """Name the columns that would overwrite what the caller or another step put there."""
    laid = {i.column for i in concentrations.indicators}
    faults = [reserved(c) for c in columns if c in RESERVED]
    taken = {str(c) for c in concentrations.producers.columns} | {
        str(c) for c in concentrations.areas.columns
    }
    doubled = [c for c in columns if c in taken and c not in laid and c not in RESERVED]
    if _earlier_key(concentrations) is None:
        own = ((asked.key, TERRITORY), (asked.name, TERRITORY_NAME))
        doubled += [
            c for given, c in own if given is not None and c in concentrations.producers.columns
        ]
    faults += [
        _("the producers or areas already have a column “{column}”. Remedy: rename it").format(
            column=c
        )
        for c in dict.fromkeys(doubled)
    ]
    return faults


def _earlier_key(concentrations: Concentrations) -> str | None:
    """Return the key (or name) column of the polygons laid last, None where there were none."""
    for step in reversed(concentrations.steps):
        if step.verb == "overlay" and (step.parameters.get("key") or step.parameters.get("name")):
            return str(step.parameters.get("key") or step.parameters["name"])
    return None


# --- each producer's own polygon --------------------------------------------------------------------
def _own_polygon(
    producers: gpd.GeoDataFrame, layer: gpd.GeoDataFrame, key: str | None
) -> tuple[Ints, int]:
    """Return the row of the polygon each producer stands in (−1 for none), and how many are in several."""
    tree = shapely.STRtree(producers.geometry.to_numpy())
    polygon, point = tree.query(layer.geometry.to_numpy(), predicate="intersects")
    order = np.arange(len(layer))
    if key is not None:
        order = np.argsort(
            np.array([code_of(v) or "\uffff" for v in layer[key].tolist()]), kind="stable"
        )
    rank = np.empty(len(layer), dtype=np.int64)
    rank[order] = np.arange(len(layer))
    best = np.full(len(producers), len(layer), dtype=np.int64)
    np.minimum.at(best, point, rank[polygon])
    own = np.append(order, -1)[best].astype(np.int64)
    return own, int((np.bincount(point, minlength=len(producers)) > 1).sum())


def _producers_with(
    concentrations: Concentrations,
    layer: gpd.GeoDataFrame,
    asked: Asked,
    columns: Sequence[str],
    own: Ints,
) -> gpd.GeoDataFrame:
    given = concentrations.producers
    added: dict[str, Any] = {}
    for column, source in ((TERRITORY, asked.key), (TERRITORY_NAME, asked.name)):
        if source is not None:
            texts = np.array([*(code_of(v) for v in layer[source].tolist()), None], dtype=object)
            added[column] = texts[own]
    for column in columns:
        added[column] = np.append(numbers(layer[column]), np.nan)[own]
    stale = {*added}
    if (asked.key or asked.name) and _earlier_key(concentrations) is not None:
        stale |= {TERRITORY, TERRITORY_NAME}
    return with_columns(given, added, stale)


def _means_of_units(
    producers: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, columns: Sequence[str]
) -> dict[str, Array]:
    """Return the mean over each concentration's producers, and the share of them with a value."""
    group = areas.index.get_indexer(producers[CONCENTRATION]).astype(np.int64)
    inside = group >= 0
    count = np.bincount(group[inside], minlength=len(areas)).astype(float)
    added = {}
    for column in columns:
        values = numbers(producers[column])[inside]
        known = np.bincount(group[inside][np.isfinite(values)], minlength=len(areas))
        added[column + OF_UNITS] = weighted_means(
            group[inside], values, np.ones(len(values)), len(areas)
        )
        added[column + UNITS_KNOWN] = np.divide(
            known, count, out=np.full(len(areas), np.nan), where=count > 0
        )
    return added


# --- the footprints ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Pieces:
    """Intersections of footprints with polygons, in an equal-area projection."""

    target: Ints  # row of the footprint, one per piece
    source: Ints  # row of the polygon
    shapes: Shapes
    area: Array
    part: Array  # of the polygon's area
    whole: Array  # area of each footprint
    double: Array  # share of each footprint that lies in more than one polygon
    crs: str


def _pieces(concentrations: Concentrations, layer: gpd.GeoDataFrame) -> _Pieces:
    areas = concentrations.areas.geometry
    target, source = layer.sindex.query(areas.to_numpy(), predicate="intersects")
    crs = equal_area_crs(concentrations.producers if len(concentrations.producers) else layer)
    hit, back = np.unique(source, return_inverse=True)
    polygons = valid(layer.geometry.iloc[hit].to_crs(crs).to_numpy())
    footprints = valid(areas.to_crs(crs).to_numpy())
    whole = shapely.area(footprints).astype(float)
    with np.errstate(invalid="ignore"):  # GEOS 3.11 raises the flag on shapes that only touch
        shapes = shapely.intersection(footprints[target], polygons[back])
    area = shapely.area(shapes).astype(float)
    met = area > 0
    target, source, shapes, area = target[met], source[met], shapes[met], area[met]
    part = area / shapely.area(polygons[back[met]])
    n = len(areas)
    twice = areas_by_group(target, area, n) - union_areas(target, shapes, n)
    double = np.divide(twice, whole, out=np.zeros(n), where=whole > 0)
    return _Pieces(
        target.astype(np.int64),
        source.astype(np.int64),
        shapes,
        area,
        part,
        whole,
        double,
        crs_label(crs),
    )


def _areas_with(
    concentrations: Concentrations,
    layer: gpd.GeoDataFrame,
    asked: Asked,
    columns: Sequence[str],
    pieces: _Pieces,
) -> tuple[gpd.GeoDataFrame, dict[str, Array]]:
    """Return the areas with each column's mean and coverage, and the coverage by column."""
    areas = concentrations.areas
    weight = pieces.area
    people_known = np.ones(len(pieces.area), dtype=bool)
    if asked.population is not None:
        people = numbers(layer[asked.population])[pieces.source]
        weight, people_known = people * pieces.part, np.isfinite(people)
    added: dict[str, Any] = {}
    covered = {}
    for column in columns:
        values = numbers(layer[column])[pieces.source]
        added[column] = weighted_means(pieces.target, values, weight, len(areas))
        covered[column] = _covered(pieces, np.isfinite(values) & people_known)
        added[column + COVERED] = covered[column]
    if asked.name is not None or asked.key is not None:
        added[TERRITORIES] = _touched(layer, asked.name, asked.key, pieces)
    stale = {*added}.union(*(traces(c) for c in columns))
    return with_columns(areas, added, stale), covered


def _covered(pieces: _Pieces, known: Flags) -> Array:
    """Return the share (0–1) of each footprint that has a value; overlaps count once."""
    n = len(pieces.whole)
    area = areas_by_group(pieces.target[known], pieces.area[known], n)
    again = known & (pieces.double > OVERLAP)[pieces.target]
    if again.any():
        union = union_areas(pieces.target[again], pieces.shapes[again], n)
        area = np.where(pieces.double > OVERLAP, union, area)
    share = np.divide(area, pieces.whole, out=np.full(n, np.nan), where=pieces.whole > 0)
    return np.clip(np.where(np.abs(share - 1) < TOUCHED, 1.0, share), 0.0, 1.0)


def _touched(layer: gpd.GeoDataFrame, name: str | None, key: str | None, pieces: _Pieces) -> Shapes:
    """Return the names of the polygons that each footprint touches, largest part first."""
    names = [code_of(v) for v in layer[name if name is not None else key].tolist()]
    if name is not None and key is not None:
        names = [said or code_of(v) for said, v in zip(names, layer[key].tolist(), strict=True)]
    real = pieces.area > TOUCHED * pieces.whole[pieces.target]
    order = np.lexsort((-pieces.area, pieces.target))
    found: list[dict[str, None]] = [{} for _ in pieces.whole]
    for k in order[real[order]]:
        said = names[pieces.source[k]]
        if said is not None:
            found[pieces.target[k]][said] = None
    touched: Shapes = np.array([", ".join(texts) for texts in found], dtype=object)
    return touched


# --- what is said ----------------------------------------------------------------------------------
def _producer_notes(own: Ints, ambiguous: int, layer: gpd.GeoDataFrame) -> list[str]:
    notes = []
    outside = int((own < 0).sum())
    if outside:
        notes.append(
            ngettext(
                "{n} of {total} producers stands in none of the {polygons} territories; its indicators are not known.",
                "{n} of {total} producers stand in none of the {polygons} territories; their indicators are not known.",
                outside,
            ).format(n=outside, total=len(own), polygons=len(layer))
        )
    if ambiguous:
        notes.append(
            ngettext(
                "{n} of {total} producers stands on a border or where territories overlap; the first by code was taken.",
                "{n} of {total} producers stand on a border or where territories overlap; the first by code was taken.",
                ambiguous,
            ).format(n=ambiguous, total=len(own))
        )
    return notes


def _weight_notes(layer: gpd.GeoDataFrame, asked: Asked, pieces: _Pieces) -> list[str]:
    notes = []
    if asked.population is None:
        notes.append(
            _(
                "Footprint values are weighted by area, empty land included: no population column was given (population=)."
            )
        )
    else:
        unknown = np.unique(
            pieces.source[np.isnan(numbers(layer[asked.population])[pieces.source])]
        )
        if len(unknown):
            notes.append(
                _(
                    "{n} territories touched have no population and count in no footprint value: {rows}"
                ).format(
                    n=len(unknown),
                    rows=row_names(layer, np.isin(np.arange(len(layer)), unknown), asked.key),
                )
            )
    double = pieces.double > OVERLAP
    if double.any():
        n = int(double.sum())
        notes.append(
            ngettext(
                "Territories overlap within {n} footprint (up to {share:.1%} of it): that land counts twice.",
                "Territories overlap within {n} footprints (up to {share:.1%} of one): that land counts twice.",
                n,
            ).format(n=n, share=float(pieces.double.max()))
        )
    return notes


def _described(
    columns: Sequence[str],
    given: Sequence[Indicator],
    layer: gpd.GeoDataFrame,
    population: str | None,
) -> list[Indicator]:
    """Return what each column says, with its population-weighted mean over the whole layer."""
    known = {i.column: i for i in given}
    found = []
    for column in columns:
        indicator = known.get(column, Indicator(column, {}))
        overall = float("nan")
        if population is not None:
            everywhere = np.zeros(len(layer), dtype=np.int64)
            overall = float(
                weighted_means(everywhere, numbers(layer[column]), numbers(layer[population]), 1)[0]
            )
        found.append(replace(indicator, overall=overall))
    return found
