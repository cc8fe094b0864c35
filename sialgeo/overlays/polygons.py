"""Indicators of polygons laid over footprints, and of its own polygon given to each producer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sialgeo.crs import areas_crs, require_crs
from sialgeo.errors import SchemaError
from sialgeo.i18n import _
from sialgeo.kernels.interpolation import shared_totals, weighted_means
from sialgeo.model import (
    CONCENTRATION,
    COVERED,
    HIGH,
    LOW,
    OF_UNITS,
    TERRITORIES,
    TERRITORY,
    TERRITORY_NAME,
    TERRITORY_UNSURE,
    UNITS_KNOWN,
    Concentrations,
    Indicator,
    Step,
    fingerprint,
    versions,
)
from sialgeo.overlays.checks import (
    Asked,
    Chosen,
    checked,
    chosen_columns,
    earlier_key,
    name_faults,
)
from sialgeo.overlays.common import (
    Array,
    Ints,
    code_of,
    coverage_note,
    entry,
    guess_notes,
    indicator_notes,
    numbers,
    traces,
    with_columns,
)
from sialgeo.overlays.intervals import carried
from sialgeo.overlays.pieces import Pieces, covered_share, cut, touched
from sialgeo.overlays.standing import own_polygon, standing_notes, stated_precision, unsure
from sialgeo.overlays.weights import Weights, overlap_notes, weights_of
from sialgeo.plausibility import warnings_first
from sialgeo.progress import Progress

if TYPE_CHECKING:
    import geopandas as gpd


def overlay_polygons(
    concentrations: Concentrations, layer: gpd.GeoDataFrame, asked: Asked, progress: Progress
) -> Concentrations:
    require_crs(producers=concentrations.producers, territories=layer)
    asked.drawing.check()
    laid_names = [*chosen_columns(layer, asked), *asked.totals] if len(layer) else []
    chosen = checked(layer, asked, name_faults(concentrations, laid_names, asked.key, asked.name))
    given = concentrations.producers
    metres, stated = stated_precision(given, asked.precision)
    progress(0.0, _("Finding each producer's district"))
    own, several = own_polygon(given, layer, asked.key)
    doubtful = None if metres is None else unsure(given, layer, own, metres)
    progress(0.4, _("Laying the indicators over the footprints"))
    crs = areas_crs(given if len(given) else layer)
    pieces = cut(concentrations.areas.geometry, layer, crs)
    if len(given) and not (own >= 0).any() and not len(pieces.target):
        raise SchemaError(
            _(
                "the territories do not meet the producers: none lies in them. Remedy: check that both are of the same region and in the CRS they say"
            )
        )
    weights = weights_of(pieces, layer, asked.population, asked.settlements, asked.key)
    producers = _producers_with(concentrations, layer, asked, chosen, own, doubtful)
    laid, notes = carry(pieces, weights, layer, asked, chosen)
    if asked.name is not None or asked.key is not None:
        laid[TERRITORIES] = touched(layer, asked.name, asked.key, pieces)
    laid |= _of_units(producers, concentrations.areas, own, layer, asked, chosen)
    columns = [i.column for i in (*chosen.means, *chosen.totals)]
    described = _described(chosen, layer, asked.population)
    notes = [
        *standing_notes(own, several, doubtful, metres, len(layer)),
        *guess_notes(chosen.guessed),
        *chosen.notes,
        *overlap_notes(pieces),
        *weights.notes,
        *notes,
        *indicator_notes(described),
    ]
    if TERRITORY in producers and earlier_key(concentrations) not in (None, asked.key):
        notes.append(_("The territories named are those of the layer laid last."))
    parameters = {
        **_parameters(asked, chosen, described),
        "weighting": weights.kind,
        "precision": stated,
        "territories": len(layer),
        "producers_outside": int((own < 0).sum()),
        "producers_ambiguous": int(several.sum()),
        "producers_unsure": None if doubtful is None else int(doubtful.sum()),
    }
    inputs = {"territories": fingerprint(layer)}
    if weights.fingerprint:
        inputs["settlements"] = weights.fingerprint
    seed = asked.drawing.seed if "draws" in parameters else None
    said = tuple(warnings_first(notes))
    step = Step("overlay", parameters, pieces.label, seed, versions(), inputs, said)
    progress(1.0, _("Indicators laid over"))
    stale = {*laid}.union(*(traces(c) for c in columns))
    areas = with_columns(concentrations.areas, laid, stale)
    return concentrations.with_step(step, producers=producers, areas=areas)


def _parameters(asked: Asked, chosen: Chosen, described: Sequence[Indicator]) -> dict[str, Any]:
    """Return what was asked, to be written in the step."""
    found: dict[str, Any] = {
        "layer": "polygons",
        "columns": [i.column for i in chosen.means],
        "totals": [i.column for i in chosen.totals],
        "key": asked.key,
        "name": asked.name,
        "population": asked.population,
        "indicators": [entry(i) for i in described],
    }
    if any(i.low and i.high for i in chosen.means):
        found |= {"draws": asked.drawing.draws, "dependence": asked.drawing.dependence}
    return found


# --- what is carried to the targets ------------------------------------------------------------------
def carry(
    pieces: Pieces, weights: Weights, layer: gpd.GeoDataFrame, asked: Asked, chosen: Chosen
) -> tuple[dict[str, Any], list[str]]:
    """Return the columns of the targets (means, totals, intervals, coverage), and what is to be said."""
    n = len(pieces.whole)
    found: dict[str, Any] = {}
    notes: list[str] = []
    for indicator in chosen.means:
        column = indicator.column
        values = numbers(layer[column])
        found[column] = weighted_means(pieces.target, values[pieces.source], weights.piece, n)
        covered = covered_share(pieces, np.isfinite(values[pieces.source] * weights.piece))
        found[column + COVERED] = covered
        notes += coverage_note(column, covered)
        if indicator.low and indicator.high:
            low, high, said = _interval(pieces, weights, layer, asked, indicator)
            found[column + LOW], found[column + HIGH] = low, high
            notes += said
    for indicator in chosen.totals:
        column = indicator.column
        values = numbers(layer[column])[pieces.source]
        totals = shared_totals(pieces.target, values, weights.share_of(column), n)
        met = np.bincount(pieces.target, minlength=n) > 0
        found[column] = np.where(met, totals, np.nan)
        covered = covered_share(pieces, np.isfinite(values))
        found[column + COVERED] = covered
        notes += coverage_note(column, covered)
    return found, notes


def _interval(
    pieces: Pieces,
    weights: Weights,
    layer: gpd.GeoDataFrame,
    asked: Asked,
    indicator: Indicator,
) -> tuple[Array, Array, list[str]]:
    drawing = asked.drawing
    ends_low, ends_high, exact = _carried(
        pieces.target, pieces.source, weights.piece, layer, len(pieces.whole), asked, indicator
    )
    notes = [
        _(
            "“{column}”: intervals carried by {draws} draws (seed {seed}); the territories' errors were taken as {how}."
        ).format(
            column=indicator.column,
            draws=drawing.draws,
            seed=drawing.seed,
            how=_("independent; where they err together the interval is wider")
            if drawing.dependence == 0
            else _("correlated ({value:g})").format(value=drawing.dependence),
        )
    ]
    if exact:
        notes.append(
            _(
                "“{column}”: {n} territories have no interval and count as exact: the intervals are too narrow."
            ).format(column=indicator.column, n=exact)
        )
    return ends_low, ends_high, notes


def _carried(
    target: Ints,
    source: Ints,
    weight: Array,
    layer: gpd.GeoDataFrame,
    n: int,
    asked: Asked,
    indicator: Indicator,
) -> tuple[Array, Array, int]:
    values, low, high = (
        numbers(layer[c]) for c in (indicator.column, indicator.low, indicator.high)
    )
    return carried(
        indicator.column,
        target,
        source,
        weight,
        (values, low, high),
        _order(layer, asked.key),
        n,
        (indicator.family, indicator.unit),
        asked.drawing,
    )


def _order(layer: gpd.GeoDataFrame, key: str | None) -> Ints:
    """Return the rank of each polygon by code, else by place, whatever the order of rows."""
    if key is not None:
        codes = np.array([code_of(v) or "" for v in layer[key].tolist()])
        order = np.argsort(codes, kind="stable")
    else:
        order = np.lexsort(shapely.bounds(layer.geometry.to_numpy()).T)
    rank = np.empty(len(layer), dtype=np.int64)
    rank[order] = np.arange(len(layer))
    return rank


# --- producers --------------------------------------------------------------------------------------
def _producers_with(
    concentrations: Concentrations,
    layer: gpd.GeoDataFrame,
    asked: Asked,
    chosen: Chosen,
    own: Ints,
    doubtful: Any,
) -> gpd.GeoDataFrame:
    given = concentrations.producers
    added: dict[str, Any] = {}
    for column, source in ((TERRITORY, asked.key), (TERRITORY_NAME, asked.name)):
        if source is not None:
            texts = np.array([*(code_of(v) for v in layer[source].tolist()), None], dtype=object)
            added[column] = texts[own]
    if doubtful is not None:
        added[TERRITORY_UNSURE] = doubtful
    for indicator in chosen.means:
        added[indicator.column] = np.append(numbers(layer[indicator.column]), np.nan)[own]
    stale = {*added}
    if earlier_key(concentrations) is not None:
        stale |= {TERRITORY_UNSURE}
        stale |= {TERRITORY, TERRITORY_NAME} if asked.key or asked.name else set()
    return with_columns(given, added, stale)


def _of_units(
    producers: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    own: Ints,
    layer: gpd.GeoDataFrame,
    asked: Asked,
    chosen: Chosen,
) -> dict[str, Array]:
    """Return what the producers' own territories tell of each concentration."""
    group = areas.index.get_indexer(producers[CONCENTRATION]).astype(np.int64)
    means = _means_of_units(producers, group, len(areas), chosen)
    return means | _intervals_of_units(group, own, layer, len(areas), asked, chosen)


def _means_of_units(
    producers: gpd.GeoDataFrame, group: Ints, n: int, chosen: Chosen
) -> dict[str, Array]:
    """Return the mean over each concentration's producers, and the share of them with a value."""
    inside = group >= 0
    count = np.bincount(group[inside], minlength=n).astype(float)
    added = {}
    for column in (i.column for i in chosen.means):
        values = numbers(producers[column])[inside]
        known = np.bincount(group[inside][np.isfinite(values)], minlength=n)
        added[column + OF_UNITS] = weighted_means(group[inside], values, np.ones(len(values)), n)
        added[column + UNITS_KNOWN] = np.divide(
            known, count, out=np.full(n, np.nan), where=count > 0
        )
    return added


def _intervals_of_units(
    group: Ints, own: Ints, layer: gpd.GeoDataFrame, n: int, asked: Asked, chosen: Chosen
) -> dict[str, Array]:
    """Return the ends of the interval of the producers' mean: their territories' errors carried.

    Producers of one territory share its error, so many of them in one make nothing surer.
    """
    inside = (group >= 0) & (own >= 0)
    weight = np.ones(int(inside.sum()))
    added = {}
    for indicator in chosen.means:
        if indicator.low and indicator.high:
            low, high, _exact = _carried(
                group[inside], own[inside], weight, layer, n, asked, indicator
            )
            added[indicator.column + OF_UNITS + LOW] = low
            added[indicator.column + OF_UNITS + HIGH] = high
    return added


def _described(
    chosen: Chosen, layer: gpd.GeoDataFrame, population: str | None
) -> Sequence[Indicator]:
    """Return what each column says, with its population-weighted mean over the whole layer."""
    everywhere = np.zeros(len(layer), dtype=np.int64)
    found = []
    for indicator in chosen.means:
        overall = float("nan")
        if population is not None:
            values, people = numbers(layer[indicator.column]), numbers(layer[population])
            overall = float(weighted_means(everywhere, values, people, 1)[0])
        found.append(replace(indicator, overall=overall))
    return [*found, *chosen.totals]
