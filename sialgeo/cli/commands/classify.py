"""``sialgeo classify``: how activated concentrations are, on the tables of a SIAL study."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sialgeo
from sialgeo import model, study
from sialgeo.cli.parser import (
    Parser,
    declare_parameters,
    declare_tables,
    given_parameters,
    named_lists,
    require_workfile,
    tables_of,
    workfile_option,
)
from sialgeo.cli.reports import Report, aligned, listed, path_lines
from sialgeo.i18n import _
from sialgeo.progress import Progress
from sialgeo.typology import Thresholds

if TYPE_CHECKING:
    from sialgeo.typology import Typology

_SHOWN = (
    model.NAME,
    model.SPATIAL_EVIDENCE,
    model.ACTIVATION,
    model.ACTIVATION_EVIDENCE,
    model.COORDINATION,
    model.DECLUSTERING,
    model.EXPOSURE_ACTIVATION,
)


def declare(parser: Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("workfile", metavar="C.work.gpkg", help=_("working file of detect"))
    declare_tables(add, required=True)
    add("--id", default="id", metavar="COLUMN", help=_("column of the producers with their code"))
    add("--date", default="", metavar="DATE", help=_("date for which the level holds, as 2004"))
    add(
        "--since",
        default="",
        metavar="DATE",
        help=_("from when a fall of membership is looked for"),
    )
    add(
        "--group",
        action="append",
        default=[],
        metavar="NAME=A,B",
        help=_("concentrations, by number or name, to classify together too (may be repeated)"),
    )
    add(
        "--also",
        action="append",
        default=[],
        metavar="PLACE=A,B",
        help=_("further names that the tables use for a concentration (may be repeated)"),
    )
    add(
        "--territories",
        default="",
        metavar="FILE",
        help=_("polygons of territories (terruños) to classify beside, with their overlap"),
    )
    declare_parameters(parser.group(_("thresholds")), Thresholds)
    workfile_option(parser)
    parser.group(_("outputs")).add_argument(
        "--details",
        default="",
        metavar="DIR",
        help=_("folder for every criterion, what flips, and the questions for the field (private)"),
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    require_workfile(options.output)
    thresholds = Thresholds(**given_parameters(options, Thresholds))
    progress(0.0, _("Reading the tables"))
    tables = tables_of(options)
    groups = named_lists(options.group, "--group", "NAME=A,B")
    territories = sialgeo.read_territories(options.territories) if options.territories else None
    given = sialgeo.read_concentrations(options.workfile)
    progress(0.6, _("Classifying"))
    found = study.classified(
        given,
        tables,
        thresholds,
        key=options.id,
        date=options.date,
        since=options.since,
        groups=groups,
        territories=territories,
        names=named_lists(options.also, "--also", "PLACE=A,B"),
    )
    sialgeo.save(found.concentrations, options.output)
    paths = {"work": Path(options.output)}
    if options.details:
        paths |= study.write_details(found, Path(options.details))
    progress(1.0, _("Done"))
    return _report(found, tables.notes, paths)


def _report(answer: study.Classified, notes: Any, paths: dict[str, Path]) -> Report:
    typology, found = answer.typology, answer.concentrations
    said = typology.summary()
    questions = len(sialgeo.field_questions(found))
    lines = [
        *said,
        "",
        *_table(found.areas),
        *(line for other in answer.together for line in _together(other)),
        "",
        _("{n} questions for the field (--details writes them).").format(n=questions),
        *listed(_("Read as:"), notes),
        *listed(_("Notes:"), found.notes),
        "",
        _("Private (locations of the producers; do not hand on):"),
        *path_lines(paths.values()),
    ]
    data = {
        "verdict": said.verdict,
        "number": said.number,
        "caution": said.caution,
        "concentrations": _records(found.areas, "concentration"),
        "criteria": typology.criteria.to_dict("records"),
        "sensitivity": typology.sensitivity.to_dict("records"),
        "together": [
            {"kind": other.kind, "places": _records(other.areas, "place")}
            | {"overlaps": other.overlaps.to_dict("records")}
            for other in answer.together
        ],
        "notes": found.notes,
        "outputs": paths,
    }
    return Report(tuple(lines), data)


def _together(typology: Typology) -> list[str]:
    """Return what is said of groups or territories: their two axes, and what lies on what."""
    title = _("Groups of concentrations:") if typology.kind == "group" else _("Territories:")
    lines = ["", title, *_table(typology.areas)]
    for row in typology.overlaps.to_dict("records"):
        lines.append(
            "  "
            + _(
                "{territory} and {concentration}: {area:.1f} km² in common, {footprint:.0%} of the footprint, {ground:.0%} of the territory."
            ).format(
                territory=row["territory"],
                concentration=row["concentration"],
                area=row["area_km2"],
                footprint=row["share_of_footprint"],
                ground=row["share_of_territory"],
            )
        )
    return lines


def _table(areas: Any) -> list[str]:
    columns = [c for c in _SHOWN if c in areas]
    head = ["", *(_(model.LABELS[c].text) for c in columns)]
    rows = [[str(label), *(_cell(c, row[c]) for c in columns)] for label, row in areas.iterrows()]
    return aligned([head, *rows], left=range(1, len(head)))


def _records(areas: Any, index: str) -> list[dict[str, Any]]:
    told = areas.drop(columns=[areas.geometry.name, model.CRITERIA])
    records: list[dict[str, Any]] = told.reset_index(names=index).to_dict("records")
    return records


def _cell(column: str, value: Any) -> str:
    if not isinstance(value, str):
        return "–"
    return _(model.WORDS.get(column, {}).get(value, value))
