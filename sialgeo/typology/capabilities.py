"""Capabilities (Sen) of those who belong to an organisation beside those who do not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sialgeo.tables import SialTables
from sialgeo.tables.cells import blank
from sialgeo.tables.dates import first_day
from sialgeo.tables.declared import CAPABILITY_NAMES
from sialgeo.typology.classifying import date_of
from sialgeo.typology.facts import Reader, Row

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    *("organisation", "capability", "scale", "basis", "members", "non_members", "difference"),
    *("n_members", "n_non_members"),
)
_GROUPS = ("miembros", "no_miembros")


def capability_gaps(tables: SialTables, *, date: str | None = None) -> pd.DataFrame:
    """Return the mean capabilities of the members of each organisation beside those of non-members.

    Parameters
    ----------
    tables
        With ``capacidad``, and for rows of units ``membresia_org``.
    date
        Day, month or year for which memberships and figures hold; of several rows of a unit the last
        counts. Without it all that has begun and has no end.

    Returns
    -------
    DataFrame
        One row per organisation (empty: any of them), capability, scale and ``basis``: "units", the
        means over the units described, with ``n_members`` and ``n_non_members``; or "reported", what
        the table says of the groups themselves (their numbers NaN). ``difference`` is members minus
        non-members, NaN where one side is not described. Figures of different scales are never
        joined. Empty without the table.

    Raises
    ------
    ParameterError
        The date is no date.

    Notes
    -----
    Those who join may have been better off before: a difference is no effect of the organisation.

    Examples
    --------
    >>> import pandas as pd
    >>> tables = SialTables.from_frames({
    ...     "organizacion": pd.DataFrame({"id": ["APDL"], "tipo": ["asociacion"]}),
    ...     "membresia_org": pd.DataFrame({"miembro": ["Q1"], "org": ["APDL"]}),
    ...     "unidad": pd.DataFrame({"id": ["Q1", "Q2", "Q3"], "eslabon": "3"}),
    ...     "capacidad": pd.DataFrame({"unidad": ["Q1", "Q2", "Q3"], "credito": [4, 2, 3],
    ...                                "escala": "1-5", "fuente": "encuesta"})})
    >>> capability_gaps(tables)[["organisation", "capability", "members", "non_members", "difference"]].values.tolist()
    [['', 'credito', 4.0, 2.5, 1.5], ['APDL', 'credito', 4.0, 2.5, 1.5]]
    """
    import pandas as pd

    reader = Reader(tables, date_of(date, "date"), None)
    rows = [r for r in reader.rows.get("capacidad", []) if reader.begun(r["fecha"])]
    found = [*_of_units(reader, rows), *_reported(rows)]
    table: pd.DataFrame = pd.DataFrame(found, columns=list(COLUMNS))
    return table.sort_values(["organisation", "basis"], kind="stable", ignore_index=True)


def _of_units(reader: Reader, rows: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
    described = sorted(
        (r for r in rows if r["unidad"] is not None), key=lambda r: first_day(r["fecha"] or "0000")
    )
    last = {(r["unidad"], r["escala"]): r for r in described}
    members = {code: set(reader.units_of(code)) for code in reader.organisations}
    members = {code: units for code, units in members.items() if units}
    bodies = {"": set().union(*members.values()), **members} if members else {}
    for code, inside in bodies.items():
        for scale in dict.fromkeys(scale for _unit, scale in last):
            for name in CAPABILITY_NAMES:
                sides: tuple[list[float], list[float]] = ([], [])
                for (unit, of), row in last.items():
                    if of == scale and not blank(row[name]):
                        sides[unit not in inside].append(float(row[name]))
                if sides[0] or sides[1]:
                    counts = (len(sides[0]), len(sides[1]))
                    yield _row(code, name, scale, "units", *map(_mean, sides), *counts)


def _reported(rows: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
    groups = [r for r in rows if r["unidad"] is None and r["grupo"] is not None]
    for code, scale in dict.fromkeys((r["org"] or "", r["escala"]) for r in groups):
        own = [r for r in groups if (r["org"] or "", r["escala"]) == (code, scale)]
        for name in CAPABILITY_NAMES:
            sides = [
                [float(r[name]) for r in own if r["grupo"] == group and not blank(r[name])]
                for group in _GROUPS
            ]
            if any(sides):
                yield _row(code, name, scale, "reported", *map(_mean, sides), math.nan, math.nan)


def _row(
    code: str, name: str, scale: Any, basis: str, members: float, others: float, *counts: float
) -> tuple[Any, ...]:
    return (code, name, scale, basis, members, others, members - others, *counts)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan
