"""Volumes of different units and periods on one footing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sialgeo.tables.cells import blank

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


def per_year(volume: Any, unit: Any, period: Any) -> tuple[float, str]:
    """Return a volume per year, and what it is counted in: ``"t"``, ``"L"`` or ``"pieza"``.

    A season counts as a year. What lacks a unit or a period is NaN.

    >>> per_year(2.0, "t", "semana"), per_year(100.0, "kg", "anio")
    ((104.0, 't'), (0.1, 't'))
    """
    if blank(volume) or unit not in _UNITS or period not in _PERIODS:
        return math.nan, ""
    dimension, factor = _UNITS[unit]
    return float(volume) * factor * _PERIODS[period], dimension
