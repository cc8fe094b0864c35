"""Reading figures of one length, and refusing those that cannot be what they are said to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import ParameterError, SchemaError, raise_all
from sialgeo.i18n import _
from sialgeo.model import Indicator

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

SHOWN = 5
PERCENT = frozenset({"%", "percent", "per cent", "por ciento", "porcentaje"})
SHARE = frozenset({"share", "proportion", "0-1", "0–1", "proporción", "proporcion"})


def some(labels: Iterable[Any]) -> str:
    """Return the first few labels, and "…" where there are more."""
    shown = [str(label) for label in labels]
    return ", ".join(shown[:SHOWN]) + (", …" if len(shown) > SHOWN else "")


def numbers(values: Any, name: str) -> Array:
    """Return values as floats (n,), missing ones as NaN."""
    import pandas as pd

    try:
        found: Array = pd.Series(values).to_numpy(dtype=float, na_value=np.nan)
        return found
    except (TypeError, ValueError):
        raise SchemaError(
            _("“{name}” holds texts where numbers are expected. Remedy: read it as numbers").format(
                name=name
            )
        ) from None


def aligned(figures: Mapping[str, Any]) -> tuple[pd.Index, dict[str, Array]]:
    """Return the common index and the figures as floats of one length; single numbers are repeated.

    Figures given as Series must have one index: nothing is matched by position against another.
    """
    import pandas as pd

    series = {name: f for name, f in figures.items() if isinstance(f, pd.Series)}
    index: pd.Index | None = next((f.index for f in series.values()), None)
    if any(not f.index.equals(index) for f in series.values()):
        raise ParameterError(
            _(
                "{names} have different indexes. Remedy: align them first, for instance with reindex"
            ).format(names=", ".join(series))
        )
    held = {
        name: numbers(np.atleast_1d(f), name) if name not in series else numbers(f, name)
        for name, f in figures.items()
    }
    lengths = {len(held[name]) for name, f in figures.items() if np.ndim(f) > 0}
    if len(lengths) > 1:
        raise ParameterError(
            _("{names} must be single numbers or lists of one length").format(
                names=", ".join(figures)
            )
        )
    size = lengths.pop() if lengths else 1
    index = pd.RangeIndex(size) if index is None else index
    return index, {
        name: np.broadcast_to(f, (size,)) if len(f) == 1 else f for name, f in held.items()
    }


def require_index(name: str, given: Any, index: pd.Index) -> None:
    """Refuse a Series of another index: nothing is matched by position against another."""
    import pandas as pd

    if isinstance(given, pd.Series) and not given.index.equals(index):
        raise ParameterError(
            _("{name} has another index than the figures. Remedy: align it first").format(name=name)
        )


def outside(values: Array, least: float, greatest: float) -> Flags:
    """Tell which known values lie outside [least, greatest], infinite ones included."""
    return ~np.isnan(values) & ~((values >= least) & (values <= greatest) & np.isfinite(values))


def value_faults(
    values: Array, rows: Sequence[Any], column: str, family: str, unit: str
) -> list[str]:
    """Return what the values of an indicator cannot be, given its family and unit."""
    kind = unit.strip().casefold()
    least, greatest = -np.inf, np.inf
    if kind in PERCENT:
        least, greatest = 0.0, 100.0
    elif kind in SHARE or (family == "hdi"):
        least, greatest = 0.0, 1.0
    bad = outside(values, least, greatest)
    if not bad.any():
        return []
    told = {
        "column": column, "n": int(bad.sum()), "rows": some(np.asarray(rows, dtype=object)[bad]),
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
    return [text.format(**told)]


def value_notes(values: Array, column: str, unit: str) -> list[str]:
    """Return what is suspicious, but possible."""
    known = values[~np.isnan(values)]
    notes: list[str] = []
    if unit.strip().casefold() in PERCENT and len(known) > 1 and 0 < known.max() <= 1:
        notes.append(
            _(
                '“{column}” is said to be in percent, and no value is above 1: are they shares? If so, multiply by 100 or state unit="share".'
            ).format(column=column)
        )
    if len(values) > len(known):
        notes.append(
            _("“{column}”: {n} of {total} values are not known.").format(
                column=column, n=len(values) - len(known), total=len(values)
            )
        )
    return notes


def declared(indicators: Iterable[Indicator | Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return what is declared of each indicator, by column."""
    fields = ("column", "name", "family", "year", "unit", "better", "source", "method_year")
    found = {}
    for indicator in indicators:
        one = (
            dict(indicator)
            if isinstance(indicator, Mapping)
            else {f: getattr(indicator, f, None) for f in fields}
        )
        if not one.get("column"):
            raise ParameterError(_("an indicator is declared without its column"))
        found[str(one["column"])] = one
    return found


def check_indicators(
    table: pd.DataFrame, indicators: Iterable[Indicator | Mapping[str, Any]]
) -> tuple[str, ...]:
    """Refuse columns whose values cannot be what is declared of them; return what is suspicious.

    Parameters
    ----------
    table
        One row per territory.
    indicators
        :class:`sialgeo.model.Indicator` or mappings with its fields (``column``, ``family``,
        ``unit``): percentages must lie in 0–100, shares and human development indices in 0–1.

    Returns
    -------
    tuple of str
        Notes: percentages that look like shares, and how many values are not known.

    Raises
    ------
    SchemaError
        Every column that is missing, is no number, or holds values that cannot be, in one error.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"idh": [0.4, 47.5], "poor": [0.31, 0.12]}, index=["060101", "060102"])
    >>> check_indicators(table, [{"column": "poor", "unit": "%"}])[0][:40]
    '“poor” is said to be in percent, and no '
    >>> check_indicators(table, [{"column": "idh", "family": "hdi"}])
    Traceback (most recent call last):
    ...
    sialgeo.errors.SchemaError: “idh”: 1 values from 47.5 to 47.5 lie outside 0–1 (rows 060102). ...
    """
    faults: list[str] = []
    notes: list[str] = []
    for column, one in declared(indicators).items():
        if column not in table.columns:
            faults.append(_("the table has no column “{column}”").format(column=column))
            continue
        try:
            values = numbers(table[column], column)
        except SchemaError as error:
            faults.append(str(error))
            continue
        unit = str(one.get("unit") or "")
        faults += value_faults(
            values, list(table.index), column, str(one.get("family") or ""), unit
        )
        notes += value_notes(values, column, unit)
    raise_all(faults, SchemaError)
    return tuple(notes)
