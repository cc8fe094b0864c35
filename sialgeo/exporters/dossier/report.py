"""The study report: what was found, the fact sheets, how it was done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sialgeo.disclosure import withheld_in_short
from sialgeo.exporters import figures
from sialgeo.exporters.diagrams import plot_evidence
from sialgeo.exporters.dossier.blocks import (
    Block,
    Bullets,
    Document,
    Facts,
    Heading,
    Paragraph,
    Picture,
    Table,
    Turn,
)
from sialgeo.exporters.dossier.ficha import LONGEST, all_cautions, ficha, figure_of, png, shortened
from sialgeo.exporters.dossier.paragraph import method_sentences, references
from sialgeo.exporters.tables import Sheet, chain_sheets, guide_sheet
from sialgeo.exporters.wording import (
    association_lines,
    said_first,
    shown,
    synthetic_of,
    title_of,
)
from sialgeo.i18n import _, language, tell_date
from sialgeo.model import (
    ACTIVATION,
    BY_RADIUS,
    CHANGE,
    DECLUSTERING,
    EVIDENCE,
    EXPECTED,
    EXPOSURE,
    GRADE,
    LABELS,
    NAME,
    P_VALUE,
    PRIORITY,
    PRIORITY_RANK,
    RR,
    WORDS,
    N,
    Publication,
)
from sialgeo.radii import evidence_by_radius, guide_of

_ROLES = {"verdict": "verdict", "number": "number", "caution": "caution", "synthetic": "alarm"}
_COLUMNS = (N, EXPECTED, RR, P_VALUE, EVIDENCE, GRADE)
_SECOND = (ACTIVATION, DECLUSTERING, EXPOSURE, CHANGE, PRIORITY, PRIORITY_RANK)


def report(publication: Publication) -> Document:
    """Return the whole report in the language in force: summary, fact sheets, method, sources."""
    blocks: list[Block] = [
        Heading(shortened(title_of(publication)), 1),
        *_first(publication),
        Heading(_("Concentrations")),
        _table(publication),
        *_beside(publication),
        _map(publication),
        *_associations(publication),
    ]
    for concentration in publication.areas.index:
        blocks += ficha(publication, concentration, brief=True)
    blocks += [
        Heading(_("How it was done"), 1),
        *(Paragraph(text) for text in method_sentences(publication)),
        *_radii(publication),
        *_chains(publication),
        *all_cautions(publication),
        Heading(_("Tests")),
        _tests(publication),
        Heading(_("Sources")),
        Bullets(tuple(shortened(s, 3 * LONGEST) for s in publication.context.sources)),
        Heading(_("References")),
        Bullets(references(publication)),
    ]
    return document(publication, tuple(blocks))


def fichas(publication: Publication) -> Document:
    """Return the fact sheets alone."""
    sheets = (ficha(publication, c, brief=True) for c in publication.areas.index)
    blocks = [block for sheet in sheets for block in sheet]
    rest = all_cautions(publication)
    return document(publication, (*blocks, *((Turn(), *rest) if rest else ())))


def document(publication: Publication, blocks: tuple[Block, ...]) -> Document:
    """Return blocks as a document with the study's title, date and foot."""
    foot = [shortened(title_of(publication), 80), tell_date(publication.context.date)]
    foot += [shortened(synthetic_of(publication), 140)]
    return Document(
        title=shortened(title_of(publication)),
        language=language(),
        date=publication.context.date,
        foot=" · ".join(text for text in foot if text),
        blocks=blocks,
    )


def _first(publication: Publication) -> list[Block]:
    found: list[Block] = []
    for line in said_first(publication):
        if line.key in _ROLES:
            found.append(Paragraph(line.text, _ROLES[line.key]))  # type: ignore[arg-type]
        elif line.key == "ecological":
            found.append(Paragraph(line.text, "small"))
    withheld = withheld_in_short(publication)  # the reasons stand under how it was done
    found += [Paragraph(withheld, "small")] if withheld else []
    facts = [
        (line.heading, line.text)
        for line in said_first(publication)
        if line.key in ("reference", "date")
    ]
    return [*found, Facts(tuple(facts))] if facts else found


def _associations(publication: Publication) -> list[Block]:
    """Tell whether the concentrations lie in poorer places than expected, where it was asked."""
    told: list[Block] = []
    for line in association_lines(publication):
        if line.key == "association":
            told.append(Heading(line.heading))
        told.append(Paragraph(line.text, "small" if line.key != "association" else "body"))
    return told


def _table(publication: Publication) -> Block:
    if not len(publication.areas):
        return Paragraph(_("There is no concentration to list."))
    return _listed(publication, _COLUMNS)


def _beside(publication: Publication) -> list[Block]:
    """Return a second table: activation, exposure, change and priority, where any is known."""
    known = [c for c in _SECOND if c in publication.areas and publication.areas[c].notna().any()]
    return [_listed(publication, known)] if known else []


def _listed(publication: Publication, asked: Sequence[str]) -> Table:
    """Return one row for each concentration, with the columns that there are."""
    areas = publication.areas
    columns = [c for c in asked if c in areas]
    head = ("", _(LABELS[NAME].text), *(_(LABELS[c].text) for c in columns))
    rows = tuple(
        (str(index), shortened(row[NAME], 60), *(_cell(c, row[c]) for c in columns))
        for index, row in areas.iterrows()
    )
    words = tuple(i + 2 for i, c in enumerate(columns) if c in WORDS)
    return Table(head, rows, (0, 1, *words))


def _cell(column: str, value: Any) -> str:
    if isinstance(value, str):
        return str(shown(column, value)).partition(":")[0]
    return "–" if value is None else figure_of(value, LABELS[column].digits)


def _map(publication: Publication) -> Block:
    return Picture(png(figures.plot(publication)), _("Map of the concentrations"), 0.85)


def _radii(publication: Publication) -> list[Block]:
    """Tell the choice of the radius: what each of a ladder shows, or what chance gives within one."""
    guide = guide_of(publication)
    if guide is not None:
        return [
            Heading(_("The radius")),
            *(Paragraph(text) for text in guide.sentences()),
            _as_table(guide_sheet(guide)),
        ]
    if not any(step.parameters.get(BY_RADIUS) for step in publication.steps):
        return []
    evidence = evidence_by_radius(publication)
    return [
        Heading(_("The radius")),
        *(Paragraph(text) for text in evidence.sentences()),
        Picture(png(plot_evidence(evidence)), _("What each radius shows"), 0.9),
    ]


def _chains(publication: Publication) -> list[Block]:
    """Tell what many chains show together."""
    told: list[Block] = []
    for sheet in chain_sheets(publication):
        told += [Heading(sheet.name), _as_table(sheet)]
    return told


def _as_table(sheet: Sheet) -> Table:
    """Return a sheet of the workbook as a table to read."""
    rows = tuple(
        tuple(
            "–" if value is None else str(value) if digits is None else figure_of(value, digits)
            for value, digits in zip(row, sheet.digits, strict=True)
        )
        for row in sheet.rows
    )
    words = tuple(i for i, digits in enumerate(sheet.digits) if digits is None)
    return Table(tuple(sheet.headers), rows, words)


def _tests(publication: Publication) -> Block:
    if not publication.tests:
        return Paragraph(_("No test was made."))
    head = (_("Test"), _("Statistic"), "p", _("Replicates"), _("Seed"), _("Null hypothesis"))
    rows = tuple(
        (
            t.label(),
            figure_of(t.statistic, 2),
            figure_of(t.p_value, 3),
            figure_of(t.replicates, 0),
            str(t.seed),
            _(t.null),
        )
        for t in publication.tests
    )
    return Table(head, rows, (0, 5))
