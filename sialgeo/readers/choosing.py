"""What is kept of a table while it is read: the columns and the cases, pushed down to the reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import SchemaError
from sialgeo.i18n import _, plain
from sialgeo.precision import PRECISION
from sialgeo.readers.activities import PERSONS_MAX, PERSONS_MIN, activity_column
from sialgeo.readers.columns import check_decimal, repair_codes, typed
from sialgeo.readers.coordinates import Country
from sialgeo.readers.formats import TEXTS, enriched, format_of
from sialgeo.readers.grids import Choice
from sialgeo.readers.log import Log
from sialgeo.readers.names import (
    code_widths,
    columns_beneath,
    coordinate_pairs,
    parts_of_degrees,
    point_columns,
    zone_columns,
)
from sialgeo.triage.selection import cases_columns, cases_mask, unknown_columns

if TYPE_CHECKING:
    import pandas as pd

_MADE = (*TEXTS, PERSONS_MIN, PERSONS_MAX, PRECISION)


class Options(NamedTuple):
    """What a caller states about a table; all else is guessed."""

    x: str | None = None
    y: str | None = None
    crs: Any = None
    decimal: str | None = None
    signs: str | None = None
    country: Country = None
    abroad: str | None = None
    area: Any = None
    repairs: frozenset[str] = frozenset()
    preset: str | None = None
    chains: Any = None
    columns: Sequence[str] | None = None


def choice_of(cases: str | None, options: Options) -> Choice | None:
    """Return what is kept of a table, or None where all of it is."""
    columns = options.columns
    if columns is None and cases is None:
        return None
    stated = [n for n in (options.x, options.y) if n is not None]
    decimal, preset, chains = options.decimal, options.preset, options.chains
    needed = [] if cases is None else cases_columns(cases)

    def names(there: list[str]) -> list[str]:
        beneath = [c for n in stated for c in columns_beneath(n, there)]
        asked = None if columns is None else [*columns, *beneath]
        made = _MADE if format_of(there, preset) is not None or chains else ()
        unknown = [n for n in (*(asked or ()), *needed) if n not in there and n not in made]
        if unknown:
            raise SchemaError(unknown_columns(unknown, there))
        if asked is None:
            return there
        wanted = {*asked, *needed, *_told_by(there, stated)}
        return [n for n in there if n in wanted]

    def rows(cells: pd.DataFrame) -> NDArray[np.bool_]:
        known = format_of(list(map(str, cells.columns)), preset)
        if any(n in _MADE and n not in cells.columns for n in needed):
            cells = enriched(cells, Log(None), known, chains=chains, point=())
        return _mask(cells, cases or "", needed, decimal)

    return Choice(names, None if cases is None else rows)


def _told_by(there: list[str], stated: Sequence[str]) -> set[str]:
    """Return the columns that tell positions, their system, or what a format adds."""
    found = (
        {n for pair in coordinate_pairs(there) for n in (pair.x, pair.y)} if not stated else set()
    )
    found |= {*point_columns(there), *zone_columns(there)} if not stated else set()
    found |= {c for parts in parts_of_degrees(there).values() for c in parts}
    found |= {n for n in there if "datum" in plain(n).split("_")}
    activity = activity_column(there)
    found |= {activity[0]} if activity else set()
    ends = ("per_ocu", "_precision", "_accuracy", "uuid", "key", "instanceid", "submission_time")
    return found | {n for n in there if plain(n).endswith(ends)}


def _mask(
    cells: pd.DataFrame, cases: str, needed: Sequence[str], decimal: str | None
) -> NDArray[np.bool_]:
    """Mark the cases among cells that have no types yet."""
    import pandas as pd

    held = typed(cells[list(needed)], Log(None), decimal=check_decimal(decimal), fallback=".")
    for name in needed:
        if name in TEXTS:
            held[name] = cells[name]
        elif code_widths(name):
            held[name] = repair_codes(held[name], name)[0]
    return cases_mask(pd.DataFrame(held), cases)


def narrowed(table: pd.DataFrame, columns: Sequence[str] | None, always: Sequence[str]) -> Any:
    """Return a table with the columns that were asked for, and those that always stay."""
    if columns is None:
        return table
    return table[[c for c in table.columns if c in {*columns, *always}]]


def require_case(kept: int, cases: str | None) -> None:
    """Raise where no row satisfies the expression."""
    if cases is not None and not kept:
        raise SchemaError(_("no row satisfies “{expression}”.").format(expression=cases))
