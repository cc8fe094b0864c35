"""``taller.pdf``: the map for a workshop, to be printed large and drawn on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from sialgeo.exporters import figures
from sialgeo.exporters.kinds import WORKSHOP
from sialgeo.model import Publication


def write(
    publication: Publication,
    path: str | os.PathLike[str],
    options: Mapping[str, Any] | None = None,
) -> None:
    """Write the map for a workshop as a PDF of lines and letters: A3, to print at A2 or larger.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        A file ``*.pdf``.
    options
        ``actors``, ``by`` and ``name``, as :func:`sialgeo.figure`: those that may be shown.

    Raises
    ------
    FileError
        The file cannot be written.
    MissingDependencyError
        matplotlib is not installed.
    """
    figures.write(publication, path, WORKSHOP, options)
