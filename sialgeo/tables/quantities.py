"""Volumes of different units and periods on one footing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from sialgeo.tables.cells import blank

Amount = tuple[float, str]  # per year, and what it is counted in

_UNITS: Mapping[
    str, tuple[str, float]
] = {  # dimension, and how many base units (t, L, pieces) it is
    "kg": ("t", 0.001),
    "t": ("t", 1.0),
    "lb": ("t", 0.00045359237),
    "qq": ("t", 0.045359237),
    "qqm": ("t", 0.1),
    "L": ("L", 1.0),
    "m3": ("L", 1000.0),
    "pieza": ("pieza", 1.0),
}
_PERIODS: Mapping[str, float] = {
    "dia": 365.0,
    "semana": 52.0,
    "quincena": 24.0,
    "mes": 12.0,
    "anio": 1.0,
    "campania": 1.0,
}


def per_year(volume: Any, unit: Any, period: Any) -> Amount:
    """Return a volume per year, and what it is counted in: ``"t"``, ``"L"`` or ``"pieza"``.

    A season counts as a year. What lacks a unit or a period is NaN.

    >>> per_year(2.0, "t", "semana"), per_year(100.0, "kg", "anio")
    ((104.0, 't'), (0.1, 't'))
    """
    if blank(volume) or unit not in _UNITS or period not in _PERIODS:
        return math.nan, ""
    dimension, factor = _UNITS[unit]
    return float(volume) * factor * _PERIODS[period], dimension


def share_of(amounts: Iterable[tuple[Amount, bool]]) -> float:
    """Return the share (0–1) of the amounts that is marked, each unit within its own.

    Units weigh by how many amounts are in them; amounts that are not known are left out. NaN where
    nothing is known.

    >>> share_of([((3.0, "t"), True), ((1.0, "t"), False), ((math.nan, ""), True)])
    0.75
    >>> share_of([((1.0, "t"), True), ((2.0, "L"), False)])
    0.5
    """
    sums: dict[str, list[float]] = {}
    for (amount, unit), marked in amounts:
        if not math.isnan(amount):
            held = sums.setdefault(unit, [0.0, 0.0, 0.0])
            held[0] += amount * marked
            held[1] += amount
            held[2] += 1
    known = [(part / whole, n) for part, whole, n in sums.values() if whole > 0]
    weight = sum(n for _share, n in known)
    return sum(share * n for share, n in known) / weight if weight else math.nan
