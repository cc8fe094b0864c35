"""The template workbook: one sheet for each table, with drop-downs, made of the declaration."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sialgeo.i18n import N_, _
from sialgeo.tables.declared import BY_NAME, TABLES
from sialgeo.tables.fields import Field, Table
from sialgeo.tables.workbook import write_workbook

_README, _DICTIONARY, _LISTS = HELP_SHEETS = ("leame", "diccionario", "listas")
PLACE_COLUMNS = ("lat", "lon")
YES_NO = ("si", "no")
_ROWS = 2_000  # rows that carry drop-downs
_INTRODUCTION = (
    N_("Tables of a SIAL study. Fill in the sheets you know; leave the others empty."),
    N_("One row for one thing. Columns in bold must be filled in. The arrow in a cell opens its list."),
    N_("What was not surveyed stays “not assessable”: say in “levantamiento” what you looked into, and where."),
    N_("Dates as 2004, 2004-05 or 2004-05-31. A volume needs its unit and its period. Empty means not known, never zero."),
    N_("Columns of your own may stand beside; they are kept. Names are restricted and never handed on."),
    N_("Check it with: sialgeo classify … --tables THIS_FILE; every fault is told with sheet and row."),
)  # fmt: skip


def write_template(path: str | os.PathLike[str]) -> Path:
    """Write the workbook (``.xlsx``) in which the tables of a SIAL study are filled in.

    One sheet for each table, with the words of closed lists and the codes of other sheets as
    drop-downs; a dictionary; texts in the language in force. :func:`sialgeo.read_tables` reads it.

    Parameters
    ----------
    path
        File to write; written whole or not at all.

    Returns
    -------
    Path

    Raises
    ------
    FileError
        It cannot be written.
    MissingDependencyError
        openpyxl is not installed.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> write_template(pathlib.Path(tempfile.mkdtemp()) / "plantilla.xlsx").name
    'plantilla.xlsx'
    """
    return write_workbook(path, _fill_tables)


def _fill_tables(book: Any) -> None:
    _introduce(book.active)
    lists = _Lists(book)
    for table in TABLES:
        _fill(book.create_sheet(table.name), table, lists)
    _define(book.create_sheet(_DICTIONARY))
    lists.write()


def columns_of(table: Table) -> Iterator[tuple[str, Field | None]]:
    """Yield the columns of a table's sheet: the declared ones, and two for the place."""
    for declared in table.fields:
        yield declared.name, declared
    if table.shape == "point":
        for name in PLACE_COLUMNS:
            yield name, None


class _Lists:
    """The words of closed lists, one column each in a hidden sheet."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._columns: dict[tuple[str, ...], str] = {}

    def formula(self, words: tuple[str, ...]) -> str:
        """Return the range that holds these words."""
        from openpyxl.utils import get_column_letter

        if words not in self._columns:
            self._columns[words] = get_column_letter(len(self._columns) + 1)
        column = self._columns[words]
        return f"{_LISTS}!${column}$1:${column}${len(words)}"

    def write(self) -> None:
        page = self._book.create_sheet(_LISTS)
        page.sheet_state = "hidden"
        for words, column in self._columns.items():
            for row, word in enumerate(words, 1):
                page[f"{column}{row}"] = word


def _introduce(page: Any) -> None:
    from openpyxl.styles import Alignment, Font

    page.title = _README
    page.column_dimensions["A"].width = 28
    page.column_dimensions["B"].width = 100
    for row, text in enumerate(_INTRODUCTION, 1):
        page.cell(row, 1, _(text)).font = Font(bold=row == 1, size=13 if row == 1 else 11)
    start = len(_INTRODUCTION) + 2
    for row, table in enumerate(TABLES, start):
        page.cell(row, 1, table.name).hyperlink = f"#'{table.name}'!A1"
        page.cell(row, 1).style = "Hyperlink"
        page.cell(row, 2, f"{_(table.title)}: {_(table.help)}").alignment = Alignment(
            wrap_text=True
        )


def _fill(page: Any, table: Table, lists: _Lists) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    page.freeze_panes = "A2"
    for at, (name, declared) in enumerate(columns_of(table), 1):
        letter = get_column_letter(at)
        head = page.cell(1, at, name)
        wanted = declared is not None and declared.required
        head.font = Font(bold=wanted, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor="7A3E00" if wanted else "00695C")
        help_text = _(declared.help) if declared is not None else _("Decimal degrees (WGS84)")
        head.comment = Comment(help_text, "sialgeo", width=320, height=90)
        page.column_dimensions[letter].width = max(12, len(name) + 3)
        if declared is not None and declared.kind in ("code", "date"):
            page.column_dimensions[letter].number_format = "@"
        rule = _rule(declared, lists) if declared is not None else _degrees(name)
        if rule is not None:
            page.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{_ROWS}")


def _rule(declared: Field, lists: _Lists) -> Any:
    """Return what a cell of this column may hold, as the workbook says it; None for free text."""
    if declared.kind == "choice":
        return _list(lists.formula(tuple(c.code for c in declared.choices)), strict=True)
    if declared.kind == "yesno":
        return _list(lists.formula(YES_NO), strict=True)
    if declared.kind in ("number", "whole"):
        kind = "decimal" if declared.kind == "number" else "whole"
        return _bounds(kind, declared.ge, declared.le)
    if len(declared.refers) == 1 and BY_NAME[declared.refers[0]].key:
        other = BY_NAME[declared.refers[0]]
        column = _letter(other, other.key)
        return _list(f"{other.name}!${column}$2:${column}${_ROWS}", strict=False)
    if declared.refers == ("cadena",):
        return _list(f"cadena!$A$2:$A${_ROWS}", strict=False)
    return None


def _letter(table: Table, column: str) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(table.columns.index(column) + 1))


def _list(formula: str, *, strict: bool) -> Any:
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(type="list", formula1=f"={formula}", allow_blank=True)
    rule.showErrorMessage = strict
    rule.errorTitle, rule.error = "sialgeo", _("Choose a word of the list.")
    return rule


def _bounds(kind: str, low: float | None, high: float | None) -> Any:
    from openpyxl.worksheet.datavalidation import DataValidation

    least = -1e12 if low is None else low
    most = 1e12 if high is None else high
    rule = DataValidation(
        type=kind,
        operator="between",
        formula1=f"{least:.0f}",
        formula2=f"{most:.0f}",
        allow_blank=True,
    )
    rule.showErrorMessage = True
    rule.errorTitle, rule.error = (
        "sialgeo",
        _("Write a number; leave the cell empty where it is not known."),
    )
    return rule


def _degrees(name: str) -> Any:
    return _bounds("decimal", *((-90.0, 90.0) if name == "lat" else (-180.0, 180.0)))


def _define(page: Any) -> None:
    from openpyxl.styles import Alignment, Font

    heads = (_("table"), _("column"), _("English alias"), _("what it is"), _("words"))
    for at, (head, width) in enumerate(zip(heads, (22, 20, 22, 60, 80), strict=True), 1):
        page.cell(1, at, head).font = Font(bold=True)
        page.column_dimensions["ABCDE"[at - 1]].width = width
    page.freeze_panes = "A2"
    row = 2
    for table in TABLES:
        for declared in table.fields:
            words = "; ".join(f"{c.code} = {_(c.label)}" for c in declared.choices)
            cells = (table.name, declared.name, declared.english, _(declared.help), words)
            for at, text in enumerate(cells, 1):
                page.cell(row, at, text).alignment = Alignment(wrap_text=True, vertical="top")
            row += 1
