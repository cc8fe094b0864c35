"""``taller.pdf``: the map for a workshop, to be printed large and drawn on."""

from __future__ import annotations

import os

from sialgeo.exporters import figures
from sialgeo.model import Publication


def write(publication: Publication, path: str | os.PathLike[str]) -> None:
    """Write the map for a workshop as a PDF of lines and letters: A3, to print at A2 or larger.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        A file ``*.pdf``.

    Raises
    ------
    FileError
        The file cannot be written.
    MissingDependencyError
        matplotlib is not installed.
    """
    figures.write(publication, path, "workshop")
