"""Two variables on one map: an indicator of the territories against the producers in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.association import bivariate_classes
from sialgeo.exporters.wording import indicator_name
from sialgeo.i18n import N_, _, localised
from sialgeo.model import Indicator, N, Publication
from sialgeo.symbology import BIVARIATE, UNITS, decimals

if TYPE_CHECKING:
    import geopandas as gpd

NO_CLASS, HIDDEN = -1, -2
_LEVELS = (N_("low"), N_("middle"), N_("high"))
_EQUAL_AREA = "ESRI:54034"  # cylindrical equal-area: areas only
_LEAST = 3


def bivariate_layers(
    publication: Publication,
    territories: gpd.GeoDataFrame | None,
    in_each: Callable[[Callable[[], Any]], Any],
) -> list[dict[str, Any]]:
    """Return a 3 × 3 layer for each indicator of the territories that has a poorer end.

    Producers are taken per 1,000 people where the population is known, else per 100 km²; counts that
    are withheld stay out. ``in_each`` says a text in every language.
    """
    if territories is None:
        return []
    population = publication.context.territory_population
    made = [
        bivariate_layer(territories, indicator, population, in_each)
        for indicator in publication.indicators
    ]
    return [layer for layer in made if layer is not None]


def bivariate_layer(
    territories: gpd.GeoDataFrame,
    indicator: Indicator,
    population: str | None,
    in_each: Callable[[Callable[[], Any]], Any],
) -> dict[str, Any] | None:
    """Return the 3 × 3 layer of one indicator; None where it cannot be classed."""
    lacking = {indicator.column, N} - set(territories.columns)
    if lacking or not indicator.better:
        return None
    rate, per, weights = _rate(territories, population)
    values = territories[indicator.column].to_numpy(float)
    known = np.isfinite(values) & np.isfinite(rate) & (weights > 0)
    if known.sum() < _LEAST or len(np.unique(rate[known])) < _LEAST:
        return None
    return _layer(territories, indicator, rate, weights, per, in_each)


def _rate(territories: gpd.GeoDataFrame, population: str | None) -> tuple[Any, str, Any]:
    counts = territories[N].to_numpy(float)
    if population and population in territories.columns:
        people = np.nan_to_num(territories[population].to_numpy(float))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(people > 0, 1_000 * counts / people, np.nan), "people", people
    area = territories.geometry.to_crs(_EQUAL_AREA).area.to_numpy() / 1e8
    return counts / np.where(area > 0, area, np.nan), "area", np.ones(len(territories))


def _layer(
    territories: gpd.GeoDataFrame,
    indicator: Indicator,
    rate: Any,
    weights: Any,
    per: str,
    in_each: Callable[[Callable[[], Any]], Any],
) -> dict[str, Any]:
    sign = -1.0 if indicator.better == "more" else 1.0  # the poorer end is high
    table = territories[[territories.geometry.name]].copy()
    table["x"] = sign * territories[indicator.column].to_numpy(float)
    table["y"], table["weight"] = rate, weights
    table["hidden"] = np.isnan(territories[N].to_numpy(float))
    found = bivariate_classes(table, "x", "y", population="weight", suppressed="hidden")
    place = 3 * (found["x_class"] - 1) + found["y_class"] - 1
    place = place.fillna(NO_CLASS).astype(int).where(~table["hidden"], HIDDEN)
    x_breaks = [sign * b for b in found.attrs["breaks"]["x"]]
    return {
        "key": f"{indicator.column}×n",
        "per": per,
        "label": in_each(partial(_title, indicator)),
        "colours": list(BIVARIATE),
        "classes": [int(c) for c in place],
        "x_label": in_each(partial(_poorer, indicator)),
        "y_label": in_each(partial(_producers, per)),
        "x_labels": in_each(partial(_ranges, x_breaks, indicator.unit, sign > 0)),
        "y_labels": in_each(partial(_ranges, found.attrs["breaks"]["y"], "", True)),
        "said": [in_each(partial(_said, indicator, x, y)) for x in range(3) for y in range(3)],
        "note": in_each(partial(_note, per)),
    }


def _title(indicator: Indicator) -> str:
    return _("{name} × producers").format(name=indicator_name(indicator))


def _poorer(indicator: Indicator) -> str:
    return _("{name}, towards the poorer end").format(name=indicator_name(indicator))


def _producers(per: str) -> str:
    return _("Producers per 1,000 people") if per == "people" else _("Producers per 100 km²")


def _said(indicator: Indicator, x: int, y: int) -> str:
    level = 2 - x if indicator.better == "more" else x
    return _("{name}: {x}; producers: {y}").format(
        name=indicator_name(indicator), x=_(_LEVELS[level]), y=_(_LEVELS[y])
    )


def _note(per: str) -> str:
    if per == "people":
        return _(
            "Classes of a third of the people each. Not coloured: no data or withheld (dashed)."
        )
    return _(
        "Classes of a third of the territories each. Not coloured: no data or withheld (dashed)."
    )


def _ranges(breaks: list[float], unit: str, rising: bool) -> list[str]:
    """Return what each third holds: below the first limit, between, above."""
    low, high = sorted(breaks)
    digits = min(3, decimals(max(abs(high), high - low)))
    unit = UNITS.get(unit, unit)
    middle = f"≤ {high:.{digits}f}" if high > low else "–"  # ties may leave the middle empty
    texts = [f"≤ {low:.{digits}f}", middle, f"> {high:.{digits}f}"]
    shown = [f"{localised(text)} {unit}".rstrip() for text in texts]
    return shown if rising else shown[::-1]
