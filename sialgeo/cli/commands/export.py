"""``sialgeo export``: maps, tables and layers to hand on."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import sialgeo
from sialgeo import model, study
from sialgeo.cli.parser import Parser
from sialgeo.cli.reports import Report, path_lines
from sialgeo.disclosure import PUBLISH
from sialgeo.exporters.kinds import PUBLISHED
from sialgeo.i18n import LANGUAGES, _
from sialgeo.progress import Progress

if TYPE_CHECKING:
    from sialgeo.model import Concentrations


def declare(parser: Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("workfile", metavar="C.work.gpkg", help=_("working file of detect or overlay"))
    add("--territories", default="", metavar="FILE", help=_("polygons of districts, to draw"))
    add("--key", default="", metavar="COLUMN", help=_("column with the official code, as ubigeo"))
    add("--name", default="", metavar="COLUMN", help=_("column with the districts' names"))
    add("--title", default="", help=_("title of the map"))
    add("--licence", default="", help=_("licence of what is handed on, as CC BY 4.0"))
    out = parser.group(_("outputs")).add_argument
    out(
        "outputs",
        nargs="+",
        metavar="OUTPUT",
        help=_("files, told by their suffix: {known}").format(
            known=" ".join(f".{s}" for s in study.FILES if s != "datapackage")
        ),
    )
    out(
        "--publish",
        choices=PUBLISH,
        default="areas",
        help=_(
            "what is handed on: areas only, counts by cell, displaced points, or the producers' points"
        ),
    )
    out(
        "--figure",
        choices=tuple(PUBLISHED),
        default=None,
        help=_("kind of map of the .png and .svg: {known}").format(
            known="; ".join(f"{kind} ({_(said)})" for kind, said in PUBLISHED.items())
        ),
    )
    out("--zip", default="", metavar="FILE.zip", help=_("an archive that holds them all"))
    out(
        "--min-n",
        type=int,
        default=10,
        metavar="N",
        help=_("smaller concentrations are withheld (default 10)"),
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    found = sialgeo.read_concentrations(options.workfile)
    context = _context(options, found)
    paths = sialgeo.export_all(
        found,
        options.outputs,
        publish=options.publish,
        min_n=options.min_n,
        context=context,
        figure=options.figure,
        archive=options.zip or None,
        progress=progress,
    )
    lines = (_("Written:"), *path_lines(paths))
    return Report(lines, {"outputs": paths})


def _context(options: argparse.Namespace, found: Concentrations) -> model.Context:
    said = next((s.parameters for s in found.steps if s.verb == "study"), {})
    title = dict.fromkeys(LANGUAGES, options.title) if options.title else said.get("title", {})
    layer = None
    if options.territories:
        source = study.TerritoriesSource(options.territories, key=options.key, name=options.name)
        layer, _notes = study.read_territories(source, Path(), found.producers.crs)
    return model.Context(
        title=title,
        sources=tuple(said.get("sources", ())),
        synthetic=found.synthetic,
        date=date.today().isoformat(),
        territories=layer,
        territory_key=options.key or None,
        territory_name=options.name or None,
        indicators=found.indicators,
        licence=options.licence or said.get("licence", ""),
    )
