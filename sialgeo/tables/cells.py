"""Cells as they were written → cells as declared, with every fault of every row."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sialgeo.i18n import _, plain
from sialgeo.tables.dates import DATE_HELP, parse_date
from sialgeo.tables.fields import Field, Table

if TYPE_CHECKING:
    import pandas as pd

_YES = {"si", "s", "yes", "y", "true", "verdadero", "1", "1_0", "x"}
_NO = {"no", "n", "false", "falso", "0", "0_0"}
_GROUPED_COMMA = re.compile(r"[+\-−]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_GROUPED_DOT = re.compile(r"[+\-−]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
_DOUBTFUL = re.compile(r"[+\-−]?[1-9]\d{0,2}[.,]\d{3}")


class Fault(NamedTuple):
    """What is wrong in one cell or row; ``code`` is stable, the texts are in the language in force."""

    table: str
    row: Any
    column: str
    code: str
    message: str
    remedy: str


class _Bad(NamedTuple):
    code: str
    message: str
    remedy: str


def blank(cell: Any) -> bool:
    """Tell whether a cell holds nothing (None, NaN, NaT, blanks)."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return True
    return bool(cell != cell) if isinstance(cell, Real) else str(cell) in ("NaT", "<NA>")  # noqa: PLR0124


def typed(frame: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, list[Fault]]:
    """Return a table with the declared columns under their Spanish names, and its faults.

    Columns that are not declared keep their names and stand behind. The index tells the rows.
    """
    import pandas as pd

    renamed, faults = _renamed(frame, table)
    held: dict[str, Any] = {}
    for declared in table.fields:
        if declared.name not in renamed:
            if declared.required and len(renamed):
                faults.append(_lacks(table, declared))
            held[declared.name] = _absent(declared, len(renamed))
            continue
        column, wrong = _column(renamed[declared.name], table, declared)
        held[declared.name] = column
        faults += wrong
    others = [c for c in renamed.columns if c not in held]
    made = pd.DataFrame(held, index=renamed.index)
    return made.join(renamed[others]) if others else made, faults


def _renamed(frame: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, list[Fault]]:
    """Give the columns their Spanish names; the Spanish name wins where both stand there."""
    aliases = table.aliases()
    taken: dict[int, str] = {}
    faults: list[Fault] = []
    names = [str(c) for c in frame.columns]
    exact = {plain(name) for name in names}
    for at, name in enumerate(names):
        meant = aliases.get(plain(name))
        if meant is None or (plain(name) != meant and meant in exact):
            continue
        if meant in taken.values():
            first = next(names[k] for k, v in taken.items() if v == meant)
            faults.append(
                Fault(
                    table.name,
                    "",
                    name,
                    "columna_repetida",
                    _("“{first}” and “{second}” are the same column").format(
                        first=first, second=name
                    ),
                    _("leave one of them"),
                )
            )
            continue
        taken[at] = meant
    renamed = frame.copy()
    renamed.columns = [taken.get(at, name) for at, name in enumerate(names)]
    return renamed, faults


def _lacks(table: Table, declared: Field) -> Fault:
    return Fault(
        table.name,
        "",
        declared.name,
        "columna_falta",
        _("the column is missing ({help})").format(help=_(declared.help)),
        _("add the column “{spanish}” (or “{english}”)").format(
            spanish=declared.name, english=declared.english
        ),
    )


def _absent(declared: Field, n: int) -> Any:
    if declared.kind in ("number", "whole"):
        return np.full(n, np.nan)
    return np.full(n, None, dtype=object)


def _column(column: pd.Series, table: Table, declared: Field) -> tuple[pd.Series, list[Fault]]:
    """Return one column read as declared; a cell that cannot be read is empty and a fault."""
    import pandas as pd

    read = _reader(declared, column)
    codes, cells = pd.factorize(column.to_numpy(dtype=object))  # each different cell is read once
    nothing: Any = None
    if declared.required:
        nothing = _Bad("celda_vacia", _("the cell is empty"), _("fill it in"))
    answers = [nothing if blank(cell) else read(cell) for cell in cells] + [nothing]  # −1: missing
    wrong = np.array([isinstance(a, _Bad) for a in answers], dtype=bool)
    held = np.empty(len(answers), dtype=object)
    held[:] = [None if bad else a for a, bad in zip(answers, wrong, strict=True)]
    faults = [
        Fault(table.name, column.index[at], declared.name, *answers[codes[at]])
        for at in np.flatnonzero(wrong[codes])
    ]
    kind = "float64" if declared.kind in ("number", "whole") else object
    return pd.Series(held[codes], index=column.index, dtype=kind), faults


def _reader(declared: Field, column: pd.Series) -> Callable[[Any], Any]:
    if declared.kind == "choice":
        words = declared.words()
        return lambda cell: _choice(cell, words, declared)
    if declared.kind in ("number", "whole"):
        mark = _decimal_mark(column)
        return lambda cell: _number(cell, declared, mark)
    return {"date": _date, "yesno": _yesno, "code": _code}.get(declared.kind, _text)


def _text(cell: Any) -> str:
    return " ".join(str(cell).split())


def _code(cell: Any) -> str:
    """Return a code as text; a workbook's 12.0 is 12."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return _text(cell)


def _choice(cell: Any, words: Any, declared: Field) -> Any:
    said = _code(cell)
    found = words.get(plain(said))
    if found is not None:
        return found
    near = difflib.get_close_matches(plain(said), list(words), n=1, cutoff=0.7)
    remedy = _("one of {known}").format(known=", ".join(c.code for c in declared.choices))
    if near:
        remedy = _("perhaps {near}; {remedy}").format(near=words[near[0]], remedy=remedy)
    code = "eslabon_desconocido" if declared.name == "eslabon" else "palabra_desconocida"
    return _Bad(code, _("“{said}” is not known").format(said=said), remedy)


def _date(cell: Any) -> Any:
    found = parse_date(cell)
    if found is None:
        return _Bad(
            "fecha_ilegible",
            _("“{said}” is no date").format(said=_text(cell)),
            _("write year, month or day: {examples}").format(examples=DATE_HELP),
        )
    return found


def _yesno(cell: Any) -> Any:
    word = plain(str(cell))
    if word in _YES or word in _NO:
        return word in _YES
    return _Bad(
        "si_no", _("“{said}” is neither yes nor no").format(said=_text(cell)), _("write si or no")
    )


def _decimal_mark(column: pd.Series) -> str:
    """Return the decimal mark of a column's texts; empty where cells of three decimals are doubtful."""
    texts = [str(c).strip() for c in column.to_numpy(dtype=object) if isinstance(c, str)]
    sure = [t for t in texts if not _DOUBTFUL.fullmatch(t)]
    comma = any("," in t and t.rfind(",") > t.rfind(".") for t in sure)
    dot = any("." in t and t.rfind(".") > t.rfind(",") for t in sure)
    if comma and dot:
        return ""
    if comma:
        return ","
    return "." if dot or not any("," in t for t in texts) else ""


def _number(cell: Any, declared: Field, mark: str) -> Any:
    value = _figure(cell, mark)
    if isinstance(value, _Bad):
        return value
    unit = f" {declared.unit}" if declared.unit else ""
    if declared.kind == "whole" and not value.is_integer():
        return _Bad("numero", _("{value:g} is no whole number").format(value=value), _("mend it"))
    low, high = declared.ge, declared.le
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = (f"≥ {low:g}" if low is not None else "") + (
            f" ≤ {high:g}" if high is not None else ""
        )
        return _Bad(
            "fuera_de_rango",
            _("{value:g} is out of bounds").format(value=value),
            _("must be {bounds}").format(bounds=bounds.strip() + unit),
        )
    return value


def _figure(cell: Any, mark: str) -> Any:
    if isinstance(cell, int | float | np.number):
        value = float(cell)
    else:
        text = str(cell).strip().replace("−", "-").replace(" ", "").replace("\u00a0", "")
        if not mark and _DOUBTFUL.fullmatch(text):
            return _Bad(
                "numero",
                _("“{said}” may mean thousands or decimals").format(said=text),
                _("write 1234 or 1.5"),
            )
        grouped, sign = (_GROUPED_DOT, ".") if mark == "," else (_GROUPED_COMMA, ",")
        if grouped.fullmatch(text):
            text = text.replace(sign, "")
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            return _Bad("numero", _("“{said}” is no number").format(said=cell), _("write a number"))
    if not math.isfinite(value):
        return _Bad(
            "numero",
            _("“{said}” is no finite number").format(said=cell),
            _("leave it empty where it is not known"),
        )
    return value


def told(faults: Iterable[Fault]) -> list[str]:
    """Return the faults as sentences; equal faults of several rows make one, which names them."""
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for f in faults:
        key = (f.table, f.column, f.message, f.remedy)
        groups.setdefault(key, []).append(str(f.row))
    return [_sentence(*key, rows) for key, rows in groups.items()]


_MOST_ROWS = 20


def _sentence(table: str, column: str, message: str, remedy: str, rows: list[str]) -> str:
    place = table
    named = [row for row in rows if row]
    if named:
        listed = ", ".join(named[:_MOST_ROWS])
        if len(named) > _MOST_ROWS:
            listed += _(", … ({n} in all)").format(n=len(named))
        word = _("row {rows}") if len(named) == 1 else _("rows {rows}")
        place += ", " + word.format(rows=listed)
    if column:
        place += f", {column}"
    return _("{place}: {message}. Remedy: {remedy}").format(
        place=place, message=message, remedy=remedy
    )
