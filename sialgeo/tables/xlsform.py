"""The field form (XLSForm, for KoboToolbox, ODK and SurveyCTO), made of the same declaration."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sialgeo.i18n import N_, text_in
from sialgeo.tables.dates import DATE_HELP
from sialgeo.tables.declared import (
    ACTIONS,
    CAPABILITIES,
    EVENTS,
    FLOWS,
    MEMBERSHIPS,
    ORGANISATIONS,
    RESOURCES,
    SURVEYED,
    UNITS,
)
from sialgeo.tables.fields import Field
from sialgeo.tables.workbook import write_workbook

WHICH = "tabla"  # the question that says which table a record fills; the reader knows it
PLACE = "ubicacion"
FIELD_TABLES = (
    UNITS,
    FLOWS,
    ORGANISATIONS,
    MEMBERSHIPS,
    ACTIONS,
    RESOURCES,
    EVENTS,
    SURVEYED,
    CAPABILITIES,
)
_YES_NO = "si_no"
_SURVEY = (
    "type",
    "name",
    "label::Español (es)",
    "label::English (en)",
    "hint::Español (es)",
    "hint::English (en)",
    "required",
    "relevant",
    "constraint",
)
_CHOICES = ("list_name", "name", "label::Español (es)", "label::English (en)")
_DATE_RULE = r"regex(., '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$')"
_ASK_WHICH = N_("What do you record?")
_ASK_PLACE = N_("Place of the unit")
_TITLE = {"es": "sialgeo: tablas de un estudio SIAL"}


def write_xlsform(path: str | os.PathLike[str]) -> Path:
    """Write the field form (``.xlsx``): one record fills one row of one table, in Spanish and English.

    Load it into KoboToolbox, ODK or SurveyCTO; :func:`sialgeo.read_tables` reads the export.

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
    >>> write_xlsform(pathlib.Path(tempfile.mkdtemp()) / "formulario.xlsx").name
    'formulario.xlsx'
    """
    return write_workbook(path, _fill_form)


def _fill_form(book: Any) -> None:
    survey = book.active
    survey.title = "survey"
    _rows(survey, _SURVEY, _questions())
    _rows(book.create_sheet("choices"), _CHOICES, _words())
    settings = {
        "form_title": _TITLE["es"],
        "form_id": "sialgeo_tablas",
        "default_language": "Español (es)",
    }
    _rows(book.create_sheet("settings"), tuple(settings), iter([settings]))


def _rows(page: Any, heads: tuple[str, ...], rows: Iterator[dict[str, str]]) -> None:
    page.append(list(heads))
    for row in rows:
        page.append([row.get(head, "") for head in heads])


def _said(kind: str, text: str) -> dict[str, str]:
    return {
        f"{kind}::Español (es)": text_in("es", text),
        f"{kind}::English (en)": text_in("en", text),
    }


def _questions() -> Iterator[dict[str, str]]:
    yield {
        "type": f"select_one {WHICH}",
        "name": WHICH,
        "required": "yes",
        **_said("label", _ASK_WHICH),
    }
    for table in FIELD_TABLES:
        yield {
            "type": "begin_group",
            "name": table.name,
            "relevant": f"${{{WHICH}}} = '{table.name}'",
            **_said("label", table.title),
            **_said("hint", table.help),
        }
        for declared in table.fields:
            yield _question(table.name, declared)
        if table.shape == "point":
            yield {"type": "geopoint", "name": PLACE, **_said("label", _ASK_PLACE)}
        yield {"type": "end_group", "name": table.name}


def _question(table: str, declared: Field) -> dict[str, str]:
    asked = {
        "name": declared.name,
        "required": "yes" if declared.required else "",
        **_said("label", declared.help),
    }
    if declared.unit:
        asked |= {"hint::Español (es)": declared.unit, "hint::English (en)": declared.unit}
    if declared.kind == "choice":
        return asked | {"type": f"select_one {_list_name(table, declared)}"}
    if declared.kind == "yesno":
        return asked | {"type": f"select_one {_YES_NO}"}
    if declared.kind == "date":
        examples = {"hint::Español (es)": DATE_HELP, "hint::English (en)": DATE_HELP}
        return asked | {"type": "text", "constraint": _DATE_RULE, **examples}
    if declared.kind in ("number", "whole"):
        bounds = [f". >= {declared.ge:g}"] if declared.ge is not None else []
        bounds += [f". <= {declared.le:g}"] if declared.le is not None else []
        kind = "decimal" if declared.kind == "number" else "integer"
        return asked | {"type": kind, "constraint": " and ".join(bounds)}
    return asked | {"type": "text"}


def _list_name(table: str, declared: Field) -> str:
    return f"{table}_{declared.name}"


def _words() -> Iterator[dict[str, str]]:
    for table in FIELD_TABLES:
        yield {"list_name": WHICH, "name": table.name, **_said("label", table.title)}
    for code, text in (("si", N_("yes")), ("no", N_("no"))):
        yield {"list_name": _YES_NO, "name": code, **_said("label", text)}
    for table in FIELD_TABLES:
        for declared in table.fields:
            for choice in declared.choices:
                words = _said("label", choice.label)
                yield {"list_name": _list_name(table.name, declared), "name": choice.code, **words}
