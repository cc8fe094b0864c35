"""``sialgeo classify``: how activated concentrations are, on the tables of a SIAL study."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sialgeo
from sialgeo import model, params, study
from sialgeo.cli.parser import Parser, UsageError, require_workfile, workfile_option
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
    add(
        "--tables",
        required=True,
        metavar="PATH",
        help=_("tables of the study: a workbook, a GeoPackage or a folder"),
    )
    add(
        "--files",
        action="append",
        default=[],
        metavar="TABLE=FILE,FILE",
        help=_("files, sheets or layers that bear another name, as unidad=queserias.csv"),
    )
    add("--id", default="id", metavar="COLUMN", help=_("column of the producers with their code"))
    add("--date", default="", metavar="DATE", help=_("date for which the level holds, as 2004"))
    add(
        "--since",
        default="",
        metavar="DATE",
        help=_("from when a fall of membership is looked for"),
    )
    _declare_thresholds(parser)
    workfile_option(parser)
    parser.group(_("outputs")).add_argument(
        "--details",
        default="",
        metavar="DIR",
        help=_("folder for every criterion, what flips, and the questions for the field (private)"),
    )


def _declare_thresholds(parser: Parser) -> None:
    group = parser.group(_("thresholds"))
    for declared in params.params_of(Thresholds):
        default = f"{declared.default:g}" if declared.kind is float else declared.default
        said = _("; default {default}").format(default=default)
        group.add_argument(
            f"--{declared.name.replace('_', '-')}",
            choices=declared.choices or None,
            metavar=None if declared.choices else declared.kind.__name__.upper(),
            help=(_(declared.help) + said).replace("%", "%%"),
        )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    require_workfile(options.output)
    asked = {
        p.name: getattr(options, p.name)
        for p in params.params_of(Thresholds)
        if getattr(options, p.name) is not None
    }
    thresholds = params.build(Thresholds, asked)
    progress(0.0, _("Reading the tables"))
    tables = sialgeo.read_tables(options.tables, files=_files(options.files))
    found = sialgeo.read_concentrations(options.workfile)
    progress(0.6, _("Classifying"))
    typology, found = study.classified(
        found, tables, thresholds, key=options.id, date=options.date, since=options.since
    )
    sialgeo.save(found, options.output)
    paths = {"work": Path(options.output)}
    if options.details:
        paths |= study.write_details(typology, found, Path(options.details))
    progress(1.0, _("Done"))
    return _report(typology, found, tables.notes, paths)


def _files(given: list[str]) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for text in given:
        table, sign, names = text.partition("=")
        if not sign or not names:
            raise UsageError(
                _("--files {text}: must be TABLE=FILE, as unidad=queserias.csv").format(text=text)
            )
        files.setdefault(table.strip(), []).extend(n.strip() for n in names.split(","))
    return files


def _report(
    typology: Typology, found: model.Concentrations, notes: Any, paths: dict[str, Path]
) -> Report:
    said = typology.summary()
    columns = [c for c in _SHOWN if c in found.areas]
    head = ["", *(_(model.LABELS[c].text) for c in columns)]
    rows = [
        [str(label), *(_cell(c, row[c]) for c in columns)] for label, row in found.areas.iterrows()
    ]
    questions = len(sialgeo.field_questions(found))
    lines = [
        *said,
        "",
        *aligned([head, *rows], left=range(1, len(head))),
        "",
        _("{n} questions for the field (--details writes them).").format(n=questions),
        *listed(_("Read as:"), notes),
        *listed(_("Notes:"), found.notes),
        "",
        _("Private (locations of the producers; do not hand on):"),
        *path_lines(paths.values()),
    ]
    areas = found.areas.drop(columns=[found.areas.geometry.name, model.CRITERIA])
    data = {
        "verdict": said.verdict,
        "number": said.number,
        "caution": said.caution,
        "concentrations": areas.reset_index(names="concentration").to_dict("records"),
        "criteria": typology.criteria.to_dict("records"),
        "sensitivity": typology.sensitivity.to_dict("records"),
        "notes": found.notes,
        "outputs": paths,
    }
    return Report(tuple(lines), data)


def _cell(column: str, value: Any) -> str:
    if not isinstance(value, str):
        return "–"
    return _(model.WORDS.get(column, {}).get(value, value))
