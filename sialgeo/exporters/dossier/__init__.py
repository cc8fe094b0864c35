"""Documents to print and to send: the fact sheets and the study report, as PDF, HTML and Markdown.

``ficha`` and ``report`` say what a document holds (:mod:`.blocks`), once; ``typeset`` and ``markup``
write it. ``name.pdf`` is the report with a fact sheet of two pages for each concentration;
``name.ficha.pdf`` the fact sheets alone; ``name.report.html`` and ``name.md`` the report as a page and
as text that word processors open.
"""

from __future__ import annotations

import os
from pathlib import Path

from sialgeo.exporters.dossier import markup, report, typeset
from sialgeo.files import whole_file
from sialgeo.model import Publication

ALONE = (".ficha.pdf", "ficha.pdf")


def write(publication: Publication, path: str | os.PathLike[str]) -> None:
    """Write the document that the name asks for, whole or not at all.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        ``*.pdf`` (``ficha.pdf`` or ``*.ficha.pdf``: the fact sheets alone), ``*.report.html``, ``*.md``.

    Raises
    ------
    FileError
        The file cannot be written.
    MissingDependencyError
        typst (PDF) or matplotlib (the maps) is not installed.
    """
    with whole_file(path) as temporary:  # first: a folder that may not be written is told at once
        temporary.write_bytes(_content(publication, Path(path).name.lower()))


def _content(publication: Publication, name: str) -> bytes:
    alone = name.endswith(ALONE) and len(publication.areas) > 0
    document = report.fichas(publication) if alone else report.report(publication)
    if name.endswith(".pdf"):
        return typeset.pdf(document)
    page = markup.page(document) if name.endswith(".html") else markup.markdown(document)
    return page.encode("utf-8")
