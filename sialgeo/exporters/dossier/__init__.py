"""Documents to print and to send: the fact sheets and the study report, as PDF, HTML and Markdown.

``ficha`` and ``report`` say what a document holds (:mod:`.blocks`), once; ``typeset`` and ``markup``
write it. ``name.pdf`` is the report with a fact sheet of two pages for each concentration;
``name.ficha.pdf`` the fact sheets alone; ``name.report.html`` and ``name.md`` the report as a page and
as text that word processors open.
"""

from __future__ import annotations

import os
from pathlib import Path

from sialgeo.errors import ParameterError
from sialgeo.exporters.dossier import ficha, markup, report, typeset
from sialgeo.exporters.dossier.blocks import Document
from sialgeo.files import whole_file
from sialgeo.i18n import _
from sialgeo.model import Publication

ALONE = (".ficha.pdf", "ficha.pdf")


def fact_sheet(publication: Publication, concentration: int, *, maps: bool = False) -> str:
    """Return the fact sheet of one concentration as HTML without a head, in the language in force.

    It is for what has a page of its own: a panel, a notebook, a message. Documents to hand on are
    written by :func:`sialgeo.export`.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` or :func:`sialgeo.read_publication` returned.
    concentration
        Its number: a label of ``publication.areas``.
    maps
        Whether its two maps are drawn into it; they need matplotlib.

    Returns
    -------
    str

    Raises
    ------
    ParameterError
        No such concentration is published.
    MissingDependencyError
        matplotlib is not installed and maps were asked for.

    Examples
    --------
    >>> import geopandas as gpd, sialgeo
    >>> from shapely.geometry import box
    >>> dairies = gpd.GeoDataFrame({"concentration": [1] * 12, "membership": "core"}, crs=32717,
    ...     geometry=gpd.points_from_xy([770_000 + 100 * i for i in range(12)], [9_200_000] * 12))
    >>> areas = gpd.GeoDataFrame({"name": ["Chota"], "n": [12], "evidence": ["tested"]}, index=[1],
    ...     crs=32717, geometry=[box(769e3, 9199e3, 772e3, 9201e3)])
    >>> sheet = fact_sheet(sialgeo.protect(sialgeo.Concentrations(dairies, areas)), 1)
    >>> sheet.splitlines()[0]
    '<h1>1 · Chota</h1>'
    """
    if concentration not in publication.areas.index:
        raise ParameterError(
            _("concentration = {number}: is not published; published are: {known}").format(
                number=concentration, known=", ".join(map(str, publication.areas.index)) or "–"
            )
        )
    return markup.fragment(ficha.ficha(publication, concentration, maps=maps))


def write(
    publication: Publication,
    path: str | os.PathLike[str],
    *,
    made: dict[bool, Document] | None = None,
) -> None:
    """Write the document that the name asks for, whole or not at all.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        ``*.pdf`` (``ficha.pdf`` or ``*.ficha.pdf``: the fact sheets alone), ``*.report.html``, ``*.md``.
    made
        Documents of this publication that were laid out for another file; what is made is kept there.

    Raises
    ------
    FileError
        The file cannot be written.
    MissingDependencyError
        typst (PDF) or matplotlib (the maps) is not installed.
    """
    with whole_file(path) as temporary:  # first: a folder that may not be written is told at once
        temporary.write_bytes(_content(publication, Path(path).name.lower(), made))


def document_of(publication: Publication, path: str | os.PathLike[str]) -> Document:
    """Return what the document of a name holds, in the language in force, before it is PDF or a page.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        As :func:`write` takes it; only the name is looked at.
    """
    return report.fichas(publication) if _alone(publication, path) else report.report(publication)


def _alone(publication: Publication, path: str | os.PathLike[str]) -> bool:
    """Tell whether a name asks for the fact sheets alone."""
    return Path(path).name.lower().endswith(ALONE) and len(publication.areas) > 0


def _content(publication: Publication, name: str, made: dict[bool, Document] | None) -> bytes:
    made = {} if made is None else made
    alone = _alone(publication, name)
    if alone not in made:
        made[alone] = document_of(publication, name)
    document = made[alone]
    if name.endswith(".pdf"):
        return typeset.pdf(document)
    page = markup.page(document) if name.endswith(".html") else markup.markdown(document)
    return page.encode("utf-8")
