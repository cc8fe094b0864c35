"""A workbook written whole or not at all, where openpyxl is at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sialgeo.errors import MissingDependencyError
from sialgeo.files import whole_file
from sialgeo.i18n import _


def write_workbook(path: str | os.PathLike[str], fill: Callable[[Any], None]) -> Path:
    """Write the workbook that ``fill`` fills; it is given an empty one with one sheet."""
    if find_spec("openpyxl") is None:
        raise MissingDependencyError("openpyxl", _("Writing a workbook"))
    from openpyxl import Workbook

    target = Path(path)
    book = Workbook()
    fill(book)
    with whole_file(target) as temporary:
        book.save(temporary)
    return target
