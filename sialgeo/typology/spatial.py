"""Axis 1: what the points alone show, and the stars beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.model import (
    HELD_OUT_LOW,
    LQ,
    LQ_LOW,
    MAIN_CHAIN,
    P_VALUE,
    RR_LOW,
    STABILITY,
    N,
)
from sialgeo.typology.levels import MET, NOT_EVALUABLE, NOT_MET, Criterion
from sialgeo.typology.thresholds import Thresholds

if TYPE_CHECKING:
    import pandas as pd

SUFFICIENT, INSUFFICIENT = "sufficient", "insufficient"
_FEWEST = 10  # concentrations of a category, below which a top tenth says nothing


def spatial_criteria(row: Mapping[str, Any], asked: Thresholds) -> list[Criterion]:
    """Hold what was detected and tested at one concentration against the thresholds."""
    low, source = _lower_bound(row)
    p, stability = _number(row, P_VALUE), _number(row, STABILITY)
    steady = stability >= asked.stability_indicative
    return [
        _criterion("producers", _number(row, N), asked.min_units, _number(row, N) >= asked.min_units),
        _criterion("significance", p, asked.alpha, p <= asked.alpha),
        _criterion("strength", low, asked.lower_bound, low > asked.lower_bound, source),
        _criterion("stability", stability, asked.stability_indicative, steady, _band(stability, asked)),
    ]  # fmt: skip


def spatial_evidence(criteria: Sequence[Criterion]) -> str:
    """Return what the criteria of axis 1 come to; stability is told beside, it decides nothing."""
    deciding = [c for c in criteria if c.axis == "spatial" and c.criterion != "stability"]
    if any(c.status == NOT_MET for c in deciding):
        return INSUFFICIENT
    if not deciding or any(c.status == NOT_EVALUABLE for c in deciding):
        return NOT_EVALUABLE
    return SUFFICIENT


def pooled(criteria: Sequence[Sequence[Criterion]]) -> list[Criterion]:
    """Return the criteria of a group of concentrations: each holds where it holds at every pole."""
    made = []
    for own in zip(*criteria, strict=True):
        statuses = [c.status for c in own]
        worst = next((s for s in (NOT_MET, NOT_EVALUABLE) if s in statuses), MET)
        held = f"{statuses.count(MET)} / {len(own)}"
        weakest = max if own[0].criterion == "significance" else min
        known = [c.value for c in own if not math.isnan(c.value)]
        value = float(weakest(known)) if known else math.nan
        made.append(own[0]._replace(status=worst, detail=held, value=value))
    return made


def _criterion(name: str, value: float, threshold: float, met: bool, detail: str = "") -> Criterion:
    status = NOT_EVALUABLE if math.isnan(value) else (MET if met else NOT_MET)
    return Criterion("spatial", 0, name, value, float(threshold), status, "", detail)


def _number(row: Mapping[str, Any], column: str) -> float:
    value = row.get(column)
    return math.nan if value is None else float(value)


def _lower_bound(row: Mapping[str, Any]) -> tuple[float, str]:
    """Return the most honest lower bound there is: held out, else of relative risk, else of LQ."""
    for column in (HELD_OUT_LOW, RR_LOW, LQ_LOW):
        value = _number(row, column)
        if not math.isnan(value):
            return value, column
    return math.nan, ""


def _band(stability: float, asked: Thresholds) -> str:
    if math.isnan(stability):
        return ""
    if stability >= asked.stability_robust:
        return "robust"
    return "indicative" if stability >= asked.stability_indicative else "unstable"


def stars(areas: pd.DataFrame, focus: Sequence[float] | None, asked: Thresholds) -> list[list[str]]:
    """Return the stars of each concentration, in the style of the European Cluster Observatory.

    Size and focus: among the top tenth of the concentrations of the same main chain, where there are
    ten or more; specialisation: location quotient of two or more. ``focus`` is the share of the
    region's employment, NaN where it is not known.
    """
    category = areas[MAIN_CHAIN].to_numpy() if MAIN_CHAIN in areas else np.zeros(len(areas), int)
    quotient = areas[LQ].to_numpy(float) if LQ in areas else np.full(len(areas), np.nan)
    size = _top(areas[N].to_numpy(float), category, asked.star_top)
    centred = _top(np.asarray(focus, float), category, asked.star_top) if focus is not None else []
    found: list[list[str]] = []
    for k in range(len(areas)):
        own = ["size"] if size[k] else []
        own += ["specialisation"] if quotient[k] >= asked.star_quotient else []
        own += ["focus"] if len(centred) and centred[k] else []
        found.append(own)
    return found


def _top(values: np.ndarray[Any, Any], category: Any, share: float) -> list[bool]:
    """Tell which values are in the top share of their category."""
    found = [False] * len(values)
    for name in dict.fromkeys(category.tolist()):
        own = [
            k for k, c in enumerate(category.tolist()) if c == name and not math.isnan(values[k])
        ]
        if len(own) >= _FEWEST:
            limit = np.quantile(values[own], 1 - share, method="higher")
            for k in own:
                found[k] = bool(values[k] >= limit)
    return found
