"""``sialgeo overlay``: lay indicators of development over concentrations."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import sialgeo
from sialgeo import model, study
from sialgeo.cli.parser import Parser, UsageError, require_workfile, workfile_option
from sialgeo.cli.reports import Report, report
from sialgeo.i18n import LANGUAGES, N_, _
from sialgeo.progress import Progress

if TYPE_CHECKING:
    from sialgeo.model import Concentrations

HELP = N_("lay indicators of development over them")


def declare(parser: Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("workfile", metavar="C.work.gpkg", help=_("working file of detect"))
    add("--territories", default="", metavar="FILE", help=_("polygons of districts"))
    add("--indicators", default="", metavar="TABLE", help=_("table of indicators, joined by --key"))
    add("--key", default="", metavar="COLUMN", help=_("column with the official code, as ubigeo"))
    add("--name", default="", metavar="COLUMN", help=_("column with the districts' names"))
    add(
        "--population",
        default="",
        metavar="COLUMN",
        help=_("column with the districts' population"),
    )
    add("--raster", default="", metavar="FILE.tif", help=_("raster with one indicator"))
    add(
        "--columns",
        default="",
        metavar="A,B",
        help=_("indicators to lay over (for a raster: its name)"),
    )
    about = parser.group(_("what these indicators are (of all columns given)")).add_argument
    about("--family", choices=tuple(model.FAMILIES), default="other", help=_("kind of indicator"))
    about("--year", type=int, help=_("year of the figures"))
    about("--unit", default="", help=_("unit, as percent"))
    about("--better", choices=("more", "less"), default="", help=_("which is better"))
    about("--source", default="", help=_("publisher and title"))
    workfile_option(parser)


def act(options: argparse.Namespace, progress: Progress) -> Report:
    columns = tuple(c.strip() for c in options.columns.split(",") if c.strip())
    if bool(options.territories) == bool(options.raster) or not columns:
        raise UsageError(_("overlay needs --columns and either --territories or --raster"))
    require_workfile(options.output)
    found = sialgeo.read_concentrations(options.workfile)
    indicators = tuple(_indicator(column, options) for column in columns)
    progress(0.2, _("Laying over {layer}").format(layer=options.territories or options.raster))
    if options.raster:
        if len(columns) > 1:
            raise UsageError(_("a raster holds one indicator: give --columns one name"))
        source = study.RasterSource(options.raster, columns[0], indicator=indicators[0])
        found = study.lay_raster(found, source, Path())
    else:
        found = _lay_territories(found, options, columns, indicators)
    written = Path(sialgeo.save(found, options.output))
    return report(found, {"work": written})


def _indicator(column: str, options: argparse.Namespace) -> model.Indicator:
    return model.Indicator(
        column=column,
        name=dict.fromkeys(LANGUAGES, column),
        family=model.FAMILIES[options.family],  # type: ignore[arg-type]
        year=options.year,
        unit=options.unit,
        better=options.better,
        source=options.source,
    )


def _lay_territories(
    found: Concentrations,
    options: argparse.Namespace,
    columns: tuple[str, ...],
    indicators: tuple[model.Indicator, ...],
) -> Concentrations:
    source = study.TerritoriesSource(
        options.territories,
        key=options.key,
        name=options.name,
        population=options.population,
        table=options.indicators,
        columns=columns,
        indicators=indicators,
    )
    if source.table and not source.key:
        raise UsageError(_("--indicators is joined by --key: give the column with the code"))
    layer, notes = study.read_territories(source, Path(), found.producers.crs)
    return study.lay_over(found, layer, source, notes)
