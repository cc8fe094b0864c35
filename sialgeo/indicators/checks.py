"""Reading figures of one length, and refusing those that cannot be what they are said to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.errors import ParameterError, SchemaError, raise_all
from sialgeo.i18n import _
from sialgeo.model import Indicator
from sialgeo.plausibility import Array, value_faults, value_notes

if TYPE_CHECKING:
    import pandas as pd


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


def declared(indicators: Iterable[Indicator | Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return what is declared of each indicator, by column."""
    fields = ("column", "family", "year", "unit", "better", "source", "method_year", "low", "high")
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
    'WARNING: “poor” is said to be in percent'
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
