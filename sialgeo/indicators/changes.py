"""Change of an indicator between two years, where their methods are the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.errors import ParameterError, SchemaError, raise_all
from sialgeo.i18n import _
from sialgeo.indicators.checks import check_indicators, declared, numbers
from sialgeo.model import Indicator
from sialgeo.plausibility import PERCENT, Array

if TYPE_CHECKING:
    import pandas as pd

BETTER, WORSE, SAME = "better", "worse", "same"


def change(
    table: pd.DataFrame,
    a: str,
    b: str,
    *,
    indicators: Iterable[Indicator | Mapping[str, Any]],
) -> pd.DataFrame:
    """Return the change from column a to column b, refused where their methods differ.

    Parameters
    ----------
    table
        One row per territory, with both columns.
    a, b
        Columns of the earlier and the later year.
    indicators
        What both columns are: :class:`sialgeo.model.Indicator` or mappings with ``column``, ``year``,
        ``method_year``, ``family``, ``unit``, ``better``, ``source``. The method year must be stated:
        nothing is compared on a guess.

    Returns
    -------
    DataFrame
        Index of the table. Both columns, ``change`` (b − a, in their unit; percentage points for
        percentages), ``change_per_year``, ``change_percent`` (of a; NaN where a is 0, and for
        percentages) and ``direction`` ("better", "worse", "same"; missing where a value is, or where
        it is not stated what is better). ``attrs["notes"]``.

    Raises
    ------
    ParameterError
        The two are not comparable: method, unit, family or direction differ or a method is not stated,
        or b is not later than a. All faults at once.
    SchemaError
        A column is missing or holds values that cannot be; one is in shares and the other in percent.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"idh_2010": [0.61, 0.70], "idh_2020": [0.66, None]}, index=["31001", "31002"])
    >>> both = [dict(column=f"idh_{y}", year=y, method_year=2010, family="hdi", better="more",
    ...     source="PNUD México") for y in (2010, 2020)]
    >>> found = change(table, "idh_2010", "idh_2020", indicators=both)
    >>> found["change"].round(3).tolist(), found["direction"].tolist()
    ([0.05, nan], ['better', <NA>])
    """
    import pandas as pd

    described = declared(indicators)
    missing = [c for c in (a, b) if c not in described]
    if missing:
        raise ParameterError(
            _("{names}: not described in indicators=").format(names=", ".join(missing))
        )
    one, other = described[a], described[b]
    raise_all(_differences(one, other), ParameterError)
    notes = list(check_indicators(table, [one, other]))
    before, after = numbers(table[a], a), numbers(table[b], b)
    scale = _scale_faults(before, after, a, b)
    if not one.get("unit"):  # a unit that is stated for both makes it a caution
        raise_all(scale, SchemaError)
    notes += scale
    moved = after - before
    percent = str(one.get("unit") or "").strip().casefold() in PERCENT
    relative = np.full(len(moved), np.nan)
    if not percent:
        np.divide(100 * moved, np.abs(before), out=relative, where=before != 0)
    found: pd.DataFrame = pd.DataFrame(
        {
            a: before,
            b: after,
            "change": moved,
            "change_per_year": moved / (int(other["year"]) - int(one["year"])),
            "change_percent": relative,
            "direction": _directions(moved, str(one.get("better") or "")),
        },
        index=table.index,
    )
    notes.append(
        _("Where the values are estimates, a change smaller than their intervals is none.")
    )
    found.attrs = {"notes": tuple(notes)}
    return found


def _differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    names = (one["column"], other["column"])
    faults: list[str] = []
    for field in ("method_year", "year"):
        bare = [str(e["column"]) for e in (one, other) if e.get(field) in (None, "")]
        if bare:
            faults.append(
                _(
                    "{names}: {field} is not stated, so nothing says that the years are comparable. Remedy: state it in indicators="
                ).format(names=", ".join(bare), field=field)
            )
    if not faults and str(one["method_year"]) != str(other["method_year"]):
        faults.append(
            _(
                "{a} and {b} follow different methods ({one} and {other}): their difference would mix change with method. Remedy: a series computed by one method; ranks within each year can be shown side by side"
            ).format(a=names[0], b=names[1], one=one["method_year"], other=other["method_year"])
        )
    if not faults and int(other["year"]) <= int(one["year"]):
        faults.append(
            _("{b} ({later}) is not later than {a} ({earlier})").format(
                a=names[0], b=names[1], earlier=one["year"], later=other["year"]
            )
        )
    for field in ("family", "unit", "better"):
        if (one.get(field) or "") != (other.get(field) or ""):
            faults.append(
                _("{a} and {b} differ in {field}: “{one}” and “{other}”").format(
                    a=names[0],
                    b=names[1],
                    field=field,
                    one=one.get(field) or "",
                    other=other.get(field) or "",
                )
            )
    return faults


def _scale_faults(before: Array, after: Array, a: str, b: str) -> list[str]:
    """One in 0–1 and the other far above: shares against percentages."""
    tops = [np.nanmax(v) if (~np.isnan(v)).any() else np.nan for v in (before, after)]
    typical = [np.nanmedian(np.abs(v)) if (~np.isnan(v)).any() else np.nan for v in (before, after)]
    low, high = int(np.argmin(tops)), int(np.argmax(tops))
    if not (tops[low] <= 1 < tops[high] and typical[high] > 20 * typical[low] > 0):
        return []
    return [
        _(
            "“{low}” has no value above 1 and “{high}” reaches {top:g}: shares and percentages. Remedy: bring both to one unit"
        ).format(low=(a, b)[low], high=(a, b)[high], top=float(tops[high]))
    ]


def _directions(moved: Any, better: str) -> Any:
    import pandas as pd

    said = np.full(len(moved), pd.NA, dtype=object)
    if better in ("more", "less"):
        gain = moved if better == "more" else -moved
        said[gain > 0], said[gain < 0], said[gain == 0] = BETTER, WORSE, SAME
    return pd.array(said, dtype="string")
