"""The verdict on one concentration: one line in plain words, in Spanish and in English.

What a person reads first beside a name: whether it is more than chance, how much more, whether it holds
when the data are shaken, and whether a second method sees it too. Every verb that adds evidence writes the
line again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sialgeo.i18n import LANGUAGES, _, localised, numeral, use_language
from sialgeo.model import (
    AGREEMENT,
    EVIDENCE,
    EXPLORATORY,
    GRADE,
    HELD_OUT,
    HELD_OUT_LOW,
    INCONCLUSIVE,
    NOT_SIGNIFICANT,
    P_VALUE,
    RR,
    STABILITY_BAND,
    TESTED,
    VERDICT,
)

if TYPE_CHECKING:
    import geopandas as gpd

SLIGHT = 1.5  # a relative risk under this means little, however small its p-value
CONFIRMED, PARTLY = 0.5, 0.0  # shares of a concentration that another detector finds too


def verdict(area: Mapping[str, Any]) -> str:
    """Return the one-line verdict on a row of ``areas``, in the language in force.

    "Significant but slight" is said where the relative risk, on held-out producers where it is known,
    is under 1.5.

    Examples
    --------
    >>> from sialgeo.i18n import use_language
    >>> with use_language("en"):
    ...     verdict({"evidence": "tested", "p_value": 0.001, "relative_risk": 1.4})
    'Significant but slight: 1.4 times the rest (p = 0.001).'
    """
    kind = str(area.get(EVIDENCE, ""))
    if kind == EXPLORATORY:
        return _("Exploratory group, no reference population and no test: it proves nothing.")
    if kind == INCONCLUSIVE:
        return _("Inconclusive: this reference cannot carry a test.")
    if kind == NOT_SIGNIFICANT:
        return _("Not significant: chance and the reference population explain it ({p}).").format(
            p=said_p(area.get(P_VALUE))
        )
    if kind != TESTED:
        return _("Detected, not yet tested.")
    parts = [_strength(area), *_behaviour(area)]
    return "; ".join(parts) + "."


def with_verdicts(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the areas with the verdict of each, one column for each language."""
    areas = areas.copy()
    rows = areas.drop(columns=areas.geometry.name).to_dict("records")
    for code in LANGUAGES:
        with use_language(code):
            areas[VERDICT + code] = [str(verdict(row)) for row in rows]
    return areas


def said_p(p: Any) -> str:
    """Return a p-value as it is read: ``p = 0.012``, ``p < 0.001``."""
    if p is None or not math.isfinite(float(p)):
        return "p = –"
    return f"p = {localised(f'{float(p):.3f}')}" if p >= 0.001 else f"p < {localised('0.001')}"


def slight(area: Mapping[str, Any]) -> bool:
    """Tell whether the best estimate of the relative risk is under 1.5."""
    best = _number(area.get(HELD_OUT))
    best = _number(area.get(RR)) if best is None else best
    return best is not None and best < SLIGHT


def _strength(area: Mapping[str, Any]) -> str:
    p = said_p(area.get(P_VALUE))
    held, low = _number(area.get(HELD_OUT)), _number(area.get(HELD_OUT_LOW))
    naive, grade = _number(area.get(RR)), area.get(GRADE)
    best = naive if held is None else held
    if slight(area):
        return _("Significant but slight: {risk} times the rest ({p})").format(
            risk=numeral("{x:.1f}", x=best), p=p
        )
    if grade == "uncertain" or (grade is not None and low is None):
        return _("Significant; how much denser is uncertain ({p})").format(p=p)
    if low is not None and grade in ("strong", "moderate", "weak"):
        words = {
            "strong": _("Significant and strong: {risk} times the rest, at least {low} ({p})"),
            "moderate": _("Significant and moderate: {risk} times the rest, at least {low} ({p})"),
            "weak": _(
                "Significant, weak at the least: {risk} times the rest, at least {low} ({p})"
            ),
        }
        risk, least = numeral("{x:.1f}", x=best), numeral("{x:.1f}", x=low)
        return words[str(grade)].format(risk=risk, low=least, p=p)
    return _("Significant: denser than the reference population explains ({p})").format(p=p)


def _behaviour(area: Mapping[str, Any]) -> list[str]:
    bands = {
        "robust": _("robust when the data are shaken"),
        "indicative": _("indicative: it changes when the data are shaken"),
        "unstable": _("unstable: it dissolves when the data are shaken"),
    }
    parts = [bands[band]] if (band := str(area.get(STABILITY_BAND, ""))) in bands else []
    share = _number(area.get(AGREEMENT))
    if share is not None:
        parts.append(
            _("confirmed by a second method")
            if share >= CONFIRMED
            else (
                _("confirmed by a second method in part only")
                if share > PARTLY
                else _("not confirmed by a second method")
            )
        )
    return parts


def _number(value: Any) -> float | None:
    if value is None or isinstance(value, str):
        return None
    return float(value) if math.isfinite(float(value)) else None
