"""The header of a table: in which rows it stands, what it calls the columns, what stands above it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import _
from sialgeo.readers.log import Log
from sialgeo.readers.names import coordinate_pairs

_MOST_COLUMNS = 5_000
HEADER_ROWS = 30  # first rows among which the header is looked for
_DEEPEST = 15
_NUMERIC = re.compile(r"[+\-−]?[\d\s.,'’]*\d[\d\s.,]*(?:[eE][+-]?\d+)?")
_YEAR = re.compile(r"(?:19|20)\d\d")


class Header(NamedTuple):
    """Position of the header's last row (−1: there is none), the titles, the texts above them."""

    at: int
    titles: list[Any]
    above: list[str]


def blank(cell: Any) -> bool:
    """Tell whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip()) or cell != cell  # noqa: PLR0124


def title_of(cell: Any) -> str:
    """Return a title as text in one line, a year without its decimal point; empty where there is none."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if blank(cell) else " ".join(str(cell).split())


def is_number(cell: Any) -> bool:
    """Tell whether a cell is a number, or a text that is one."""
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | float):
        return True
    return isinstance(cell, str) and bool(_NUMERIC.fullmatch(cell.strip()))


def _is_year(cell: Any) -> bool:
    text = f"{cell:g}" if isinstance(cell, int | float) else str(cell).strip()
    return bool(_YEAR.fullmatch(text))


def find_header(rows: Sequence[Sequence[Any]], stated: int | None, total: int, log: Log) -> Header:
    """Return the header of a table by its first rows, and say where it was found.

    Raises
    ------
    ParameterError
        The row that is stated is none of the ``total`` rows.
    SchemaError
        There are more columns than a table has.
    """
    width = max((len(r) for r in rows[:HEADER_ROWS]), default=0)
    if width > _MOST_COLUMNS:
        raise SchemaError(
            _("the table has {n} columns, more than {most}. Remedy: export the ones needed").format(
                n=width, most=_MOST_COLUMNS
            )
        )
    if stated is not None:
        at = _stated(stated, total)
        both = None if at is None or at < 1 else _two_rows(rows[at - 1 : at + 1])
        if at is None or both is None:
            return _header(rows, at)
        return both._replace(at=at, above=_texts(rows[:at]))
    both = _two_rows(rows)
    if both is not None:
        said = _("The header is in rows {first} and {row}.").format(first=both.at, row=both.at + 1)
        log.guess("header", both.at + 1, 0.8, said)
        return both
    at = header_row(rows)
    if at is None:
        said = _("No header: the columns are called columna_1, columna_2 …")
        log.guess("header", 0, 0.7, said)
    elif at > 0:
        log.guess("header", at + 1, 0.9, _("The header is in row {row}.").format(row=at + 1))
    return _header(rows, at)


def _header(rows: Sequence[Sequence[Any]], at: int | None) -> Header:
    return Header(-1, [], []) if at is None else Header(at, list(rows[at]), _texts(rows[:at]))


def _texts(rows: Sequence[Sequence[Any]]) -> list[str]:
    return [str(c) for r in rows for c in r if not blank(c)]


def _stated(row: int, rows: int) -> int | None:
    """Return the position of a stated header, None where it is stated that there is none."""
    if not 0 <= row < rows:
        raise ParameterError(
            _(
                "header: row {row} is not one of the {n} rows; 0 says that there is no header"
            ).format(row=row, n=rows)
        )
    return row - 1 if row else None


def header_row(rows: Sequence[Sequence[Any]]) -> int | None:
    """Return the position of the header among the first rows, or None where there is none.

    The first row that is wide enough and holds no number (years excepted); rather one that names
    coordinates.
    """
    filled = [[c for c in r if not blank(c)] for r in rows[:HEADER_ROWS]]
    widest = max((len(r) for r in filled), default=0)
    fits = [i for i, r in enumerate(filled) if len(r) >= max(1.0, 0.6 * widest) and _words_only(r)]
    named = [i for i in fits if coordinate_pairs([str(c) for c in filled[i]])]
    if named and named[0] < _DEEPEST:
        return named[0]
    return fits[0] if fits and fits[0] < _DEEPEST else None


def _words_only(cells: Sequence[Any]) -> bool:
    return not any(is_number(c) and not _is_year(c) for c in cells)


def _two_rows(rows: Sequence[Sequence[Any]]) -> Header | None:
    """Return a header of two rows, "Coordenadas" above "Latitud" and "Longitud"; None where one row does.

    It is one only where the lower row names the coordinates, and the upper one names columns that the
    lower one leaves open.
    """
    for i in range(min(len(rows) - 1, _DEEPEST)):
        upper, lower = list(rows[i]), list(rows[i + 1])
        under = [c for c in lower if not blank(c)]
        if not under or not _words_only([c for c in (*upper, *under) if not blank(c)]):
            continue
        if coordinate_pairs([str(c) for c in upper if not blank(c)]):
            return None
        if not coordinate_pairs([str(c) for c in under]):
            continue
        lone = [
            j for j, c in enumerate(upper) if not blank(c) and (j >= len(lower) or blank(lower[j]))
        ]
        grouped = any(not blank(u) and not blank(c) for u, c in zip(upper, lower, strict=False))
        if not lone or not grouped:
            return None
        return Header(i + 1, _joined(upper, lower), _texts(rows[: i + 1]))
    return None


def _joined(upper: list[Any], lower: list[Any]) -> list[Any]:
    """Return one title a column: the lower one, after its group where it repeats; else the upper one."""
    width = max(len(upper), len(lower))
    upper, lower = (r + [""] * (width - len(r)) for r in (upper, lower))
    often = Counter(title_of(c) for c in lower)
    group, titles = "", []
    for above, below in zip(upper, lower, strict=True):
        group = group if blank(above) else title_of(above)
        if blank(below):
            titles.append(above)
        else:
            title = title_of(below)
            titles.append(f"{group} {title}" if often[title] > 1 else title)
    return titles


def taken_apart(rows: list[list[Any]], log: Log) -> list[list[Any]]:
    """Return rows of which each is one cell that holds a whole line of separated text, as its cells.

    So a CSV looks that was pasted into a sheet, or saved again by a spreadsheet of another country.
    """
    held = [[c for c in r if not blank(c)] for r in rows]
    if any(len(line) > 1 or not all(isinstance(c, str) for c in line) for line in held):
        return rows
    lines = ["".join(line).replace("\n", " ") for line in held]
    for separator in (";", ",", "\t", "|"):
        try:
            if not any(
                coordinate_pairs(r) for r in csv.reader(lines[:_DEEPEST], delimiter=separator)
            ):
                continue
            cells: list[list[Any]] = list(csv.reader(lines, delimiter=separator))
        except csv.Error:
            continue
        if len(cells) == len(rows):
            mark = "\\t" if separator == "\t" else separator
            log.note(
                _(
                    "Each row is one cell that holds a whole line: it is taken apart at “{mark}”."
                ).format(mark=mark)
            )
            return cells
    return rows
