"""What figures of an indicator cannot be, given what is said of them, and what is suspicious."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.i18n import N_, _

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

SHOWN = 5
PERCENT = frozenset({"%", "percent", "per cent", "por ciento", "porcentaje"})
SHARE = frozenset({"share", "proportion", "0-1", "0–1", "proporción", "proporcion"})

# what programs write for "no data"; the positive ones only where they stand alone far above the rest
_BELOW = (-99.0, -999.0, -9998.0, -9999.0, -99_999.0, -999_999.0, -32_768.0, -2_147_483_648.0)
_ABOVE = (9_999.0, 99_999.0, 999_999.0, 9_999_999.0, 99_999_999.0, 2_147_483_647.0)
_HUGE, _ALONE = 1e30, 10.0


WARNING = N_("WARNING:")  # begins the cautions that must not be overlooked


def warnings_first(notes: Iterable[str]) -> list[str]:
    """Return cautions with the ones that begin by a warning before the others.

    >>> warnings_first(["a", "WARNING: b", "c"])
    ['WARNING: b', 'a', 'c']
    """
    return sorted(notes, key=lambda note: not note.startswith(_(WARNING)))


def some(labels: Iterable[Any]) -> str:
    """Return the first few labels, and "…" where there are more."""
    shown = [str(label) for label in labels]
    return ", ".join(shown[:SHOWN]) + (", …" if len(shown) > SHOWN else "")


def outside(values: Array, least: float, greatest: float) -> Flags:
    """Tell which known values lie outside [least, greatest], infinite ones included."""
    return ~np.isnan(values) & ~((values >= least) & (values <= greatest) & np.isfinite(values))


def no_data(values: Array) -> Flags:
    """Tell which values are the usual marks of "no data", read as numbers.

    A positive mark (9999, 99999 …) counts only where it is ten times what the others reach.

    >>> no_data(np.array([31.0, -9999.0, 99999.0, 99999.0])).tolist()
    [False, True, True, True]
    >>> no_data(np.array([9998.0, 9999.0, 10_000.0])).any()
    np.False_
    """
    with np.errstate(invalid="ignore"):
        marked: Flags = np.isin(values, _BELOW) | (np.isfinite(values) & (np.abs(values) >= _HUGE))
        for mark in _ABOVE:
            held = values == mark
            rest = np.abs(values[~held & ~marked & np.isfinite(values)])
            if held.any() and rest.size and mark >= _ALONE * max(float(rest.max()), 1.0):
                marked = marked | held
    return marked


def bounds_of(family: str, unit: str) -> tuple[float, float]:
    """Return the least and greatest value that a family and unit allow.

    >>> bounds_of("monetary", "percent"), bounds_of("hdi", "index")
    ((0.0, 100.0), (0.0, 1.0))
    """
    kind = unit.strip().casefold()
    if kind in PERCENT:
        return 0.0, 100.0
    if kind in SHARE or family == "hdi":
        return 0.0, 1.0
    return -np.inf, np.inf


def value_faults(
    values: Array, rows: Sequence[Any], column: str, family: str, unit: str
) -> list[str]:
    """Return what the values of an indicator cannot be, given its family and unit."""
    labels = np.asarray(rows, dtype=object)
    faults: list[str] = []
    marked = no_data(values)
    if marked.any():
        faults.append(
            _(
                "“{column}”: {n} values are {value:g}, a usual mark of “no data” read as a number (rows {rows}). Remedy: leave those cells empty, or declare the mark"
            ).format(
                column=column,
                n=int(marked.sum()),
                value=float(values[marked][0]),
                rows=some(labels[marked]),
            )
        )
    least, greatest = bounds_of(family, unit)
    bad = outside(values, least, greatest) & ~marked
    if not bad.any():
        return faults
    told = {
        "column": column, "n": int(bad.sum()), "rows": some(labels[bad]),
        "low": float(values[bad].min()), "high": float(values[bad].max()),
    }  # fmt: skip
    if greatest == 100:
        text = _(
            "“{column}”: {n} values from {low:g} to {high:g} are no percentages (rows {rows}). Remedy: declare the “no data” value, or correct them"
        )
    elif greatest == 1:
        text = _(
            "“{column}”: {n} values from {low:g} to {high:g} lie outside 0–1 (rows {rows}). Remedy: divide percentages by 100, declare the “no data” value, or correct the unit"
        )
    else:
        text = _("“{column}”: {n} values are infinite (rows {rows})")
    faults.append(text.format(**told))
    return faults


def scale_notes(values: Array, column: str, unit: str) -> list[str]:
    """Return the caution that percentages look like shares."""
    known = values[~np.isnan(values)]
    if unit.strip().casefold() in PERCENT and len(known) > 1 and 0 < known.max() <= 1:
        return [
            _(
                'WARNING: “{column}” is said to be in percent, and no value is above 1: are they shares? If so, multiply by 100 or state unit="share".'
            ).format(column=column)
        ]
    return []


def value_notes(values: Array, column: str, unit: str) -> list[str]:
    """Return what is suspicious, but possible."""
    notes = scale_notes(values, column, unit)
    missing = int(np.isnan(values).sum())
    if missing:
        notes.append(
            _("“{column}”: {n} of {total} values are not known.").format(
                column=column, n=missing, total=len(values)
            )
        )
    return notes
