"""``concentrations.csv``: the table of concentrations for spreadsheets and programs.

UTF-8 with a mark at the start, so that Excel reads the accents. Where the country in force writes
1.234,5 the columns are separated by semicolons and decimals by commas, which is what Excel expects
there; ``datapackage.json`` says so to programs. Column names are English and do not change.
"""

from __future__ import annotations

import csv
import io
import os
from typing import Any

from sialgeo.exporters.wording import joined, plain
from sialgeo.files import whole_file
from sialgeo.i18n import marks
from sialgeo.model import CONCENTRATION, Publication

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(publication: Publication, path: str | os.PathLike[str]) -> None:
    """Write the published concentrations, one row each, without geometry.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        A file ``*.csv``. An empty cell is "not known" or "withheld", never zero. A text that a
        spreadsheet would read as a formula begins with an apostrophe.

    Raises
    ------
    FileError
        The file cannot be written.
    """
    areas = publication.areas
    table = areas.drop(columns=areas.geometry.name).rename_axis(CONCENTRATION).reset_index()
    decimal, _thousands = marks()
    held = io.StringIO()
    writer = csv.writer(held, delimiter=separator(), lineterminator="\r\n")
    writer.writerow([_cell(str(column), decimal) for column in table.columns])
    for row in table.itertuples(index=False, name=None):
        writer.writerow([_cell(value, decimal) for value in row])
    with whole_file(path) as temporary:
        temporary.write_bytes(held.getvalue().encode("utf-8-sig", "replace"))


def separator() -> str:
    """Return what separates the columns in the country in force."""
    return ";" if marks()[0] == "," else ","


def _cell(value: Any, decimal: str) -> str:
    """Return a value as text, numbers with the country's decimal mark, formulas disarmed."""
    told = joined(plain(value))
    if told is None:
        return ""
    if isinstance(told, float):
        return repr(told).replace(".", decimal)
    if not isinstance(told, str):
        return str(told)
    text = told.replace("\x00", "")
    return "'" + text if text.lstrip().startswith(FORMULA) or text.startswith(FORMULA) else text
