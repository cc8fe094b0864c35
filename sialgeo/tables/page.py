"""The page that documents the tables, made of the declaration: ``python -m sialgeo.tables.page``."""

from __future__ import annotations

import sys
from pathlib import Path

from sialgeo.i18n import N_, _, use_language
from sialgeo.tables.declared import TABLES
from sialgeo.tables.fields import Field

_INTRODUCTION = N_(
    "Made of the declaration in `sialgeo/tables/declared.py`, as are the reader, its checks, the "
    "template workbook and the field form. Names are Spanish; the English alias is accepted in its "
    "place. **Bold** columns may not be empty. Names marked † tell of a person and are never handed on. "
    "Dates are 2004, 2004-05 or 2004-05-31. Tables with a place are layers, or have columns `lat` and "
    "`lon`."
)
_KINDS = {
    "text": N_("text"),
    "code": N_("code"),
    "number": N_("number"),
    "whole": N_("whole number"),
    "date": N_("date"),
    "yesno": N_("yes or no"),
    "choice": N_("word of the list"),
}
PAGES = {"es": "sial-tablas.es.md", "en": "sial-tables.md"}


def page(code: str) -> str:
    """Return the documentation of every table as Markdown, in ``"es"`` or ``"en"``.

    >>> page("en").splitlines()[0]
    '# The tables of a SIAL study'
    """
    with use_language(code):
        title = _("The tables of a SIAL study")
        lines = [f"# {title}", "", _(_INTRODUCTION)]
        for table in TABLES:
            lines += [
                "",
                f"## `{table.name}` · `{table.english}`",
                "",
                f"{_(table.title)}. {_(table.help)}.",
                "",
            ]
            heads = (_("column"), _("English alias"), _("what it is"), _("kind"))
            lines += [f"| {' | '.join(heads)} |", "|---|---|---|---|"]
            lines += [_row(declared) for declared in table.fields]
        return "\n".join(lines) + "\n"


def _row(declared: Field) -> str:
    name = f"**`{declared.name}`**" if declared.required else f"`{declared.name}`"
    name += " †" if declared.restricted else ""
    kind = _(_KINDS[declared.kind])
    if declared.choices:
        kind = ", ".join(f"`{c.code}` {_(c.label)}" for c in declared.choices)
    elif declared.refers:
        kind += " → " + " / ".join(f"`{name}`" for name in declared.refers)
    unit = f" ({declared.unit})" if declared.unit else ""
    return f"| {name} | `{declared.english}` | {_(declared.help)}{unit} | {kind} |"


def main(folder: str) -> None:
    """Write the pages into a folder."""
    for code, name in PAGES.items():
        Path(folder, name).write_text(page(code), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
