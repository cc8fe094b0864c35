"""``sialgeo export``: maps, tables and layers to hand on."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sialgeo
from sialgeo import model, study
from sialgeo.cli.parser import Parser, UsageError, names_in
from sialgeo.cli.reports import Report, path_lines
from sialgeo.disclosure import PUBLISH
from sialgeo.exporters.kinds import KINDS, MAX_MB, kind_of
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
        default=PUBLISH[0],
        help=_(
            "what is handed on: areas and counts by grid cell (default), areas only, or areas with displaced points or the producers' points"
        ),
    )
    out(
        "--max-mb",
        type=float,
        default=MAX_MB,
        metavar="MB",
        help=_("most megabytes of the web map; many points become coarser (default {mb:g})").format(
            mb=MAX_MB
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

    _declare_figure(parser)


def _declare_figure(parser: Parser) -> None:
    add = parser.group(_("figure")).add_argument
    add(
        "--figure",
        choices=tuple(KINDS),
        default=None,
        help=_("kind of map of the .png and .svg: {known}").format(
            known="; ".join(f"{kind} ({_(said)})" for kind, said in KINDS.items())
        ),
    )
    add("--column", metavar="COLUMN", help=_("indicator of that map"))
    add("--surface", metavar="RISK.tif", help=_("surface of sialgeo surface, for risk"))
    add(
        "--actors",
        metavar="FILE",
        help=_("actors, drawn where they are, for actors and taller.pdf"),
    )
    add("--by", metavar="COLUMN", help=_("column with the actors' kind"))
    add("--label", metavar="COLUMN", help=_("column with the actors' names, to write them"))
    add(
        "--before",
        metavar="BEFORE.work.gpkg",
        help=_("earlier date: for the figure of change, and its footprints in the web map"),
    )
    add("--dates", metavar="2012,2024", help=_("the two dates, as they are to be written"))


def act(options: argparse.Namespace, progress: Progress) -> Report:
    found = sialgeo.read_concentrations(options.workfile)
    before = sialgeo.read_concentrations(options.before) if options.before else None
    dates = _dates(options)
    context = _context(options, found)
    if before is not None:
        told = dates or ("", context.date)
        context = replace(context, earlier=before, earlier_date=told[0], date=told[1])
    paths = sialgeo.export_all(
        found,
        options.outputs,
        publish=options.publish,
        min_n=options.min_n,
        context=context,
        figure=options.figure,
        figure_options=_figure_options(options, found) | _two_dates(options, before, dates),
        max_mb=options.max_mb,
        archive=options.zip or None,
        progress=progress,
    )
    lines = (_("Written:"), *path_lines(paths))
    return Report(lines, {"outputs": paths})


def _figure_options(options: argparse.Namespace, found: Concentrations) -> dict[str, Any]:
    """Return what is given for the figure, files read."""
    given = {"column": options.column, "by": options.by, "name": options.label}
    held: dict[str, Any] = {name: value for name, value in given.items() if value}
    if options.surface:
        held["surface"] = sialgeo.Surface.from_geotiff(options.surface)
    if options.actors:
        held["actors"] = sialgeo.read_producers(options.actors).to_crs(found.producers.crs)
    return held


def _dates(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the earlier date and the later, if they are given."""
    dates = names_in(options.dates) if options.dates else ()
    if dates and len(dates) != 2:
        raise UsageError(_("--dates needs two dates, as 2012,2024"))
    return dates


def _two_dates(
    options: argparse.Namespace, before: Concentrations | None, dates: tuple[str, ...]
) -> dict[str, Any]:
    """Return what the figure of change is given; the web map takes it from the context."""
    kinds = [options.figure, *(kind_of(Path(path)) for path in options.outputs)]
    if (before is None and not dates) or "change" not in kinds:
        return {}
    given = {"before": before, "dates": dates or None}
    return {name: value for name, value in given.items() if value is not None}


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
