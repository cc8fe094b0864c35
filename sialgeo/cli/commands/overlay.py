"""``sialgeo overlay``: lay indicators of development over concentrations."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sialgeo
from sialgeo import model, study
from sialgeo.cli.parser import (
    Parser,
    UsageError,
    declare_shares,
    declare_tables,
    declare_territories,
    names_in,
    require_key,
    require_workfile,
    shares_of,
    tables_of,
    workfile_option,
)
from sialgeo.cli.reports import Report, report
from sialgeo.descriptions import guess_indicator
from sialgeo.i18n import LANGUAGES, _
from sialgeo.progress import Progress
from sialgeo.readers.presets import PRESETS

if TYPE_CHECKING:
    from sialgeo.model import Concentrations


def declare(parser: Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("workfile", metavar="C.work.gpkg", help=_("working file of detect"))
    declare_territories(add)
    add("--name", default="", metavar="COLUMN", help=_("column with the districts' names"))
    declare_shares(add)
    add("--raster", default="", metavar="FILE.tif", help=_("raster with one indicator"))
    declare_tables(add)
    add(
        "--columns",
        default="",
        metavar="A,B",
        help=_("indicators to lay over (for a raster: its name)"),
    )
    add(
        "--precision",
        default="",
        metavar="COLUMN|METRES",
        help=_("precision of the producers' coordinates (default: column precision_m)"),
    )
    add("--band", type=int, default=1, help=_("band of the raster"))
    add("--draws", type=int, default=1000, help=_("draws to carry intervals"))
    add("--seed", type=int, default=1, help=_("seed of the draws"))
    about = parser.group(
        _(
            "what these indicators are (of all columns given; else what a preset or their names tell)"
        )
    ).add_argument
    about("--preset", choices=("", *PRESETS), default="", help=_("whose table --indicators is"))
    about("--description", default="", metavar="TABLE", help=_("table that describes the columns"))
    about("--family", choices=("", *model.FAMILIES), default="", help=_("kind of indicator"))
    about("--year", type=int, help=_("year of the figures"))
    about("--unit", default="", help=_("unit, as percent"))
    about("--better", choices=("more", "less"), default="", help=_("which is better"))
    about("--source", default="", help=_("publisher and title"))
    workfile_option(parser)


def act(options: argparse.Namespace, progress: Progress) -> Report:
    columns = names_in(options.columns)
    totals = names_in(options.totals)
    given = [bool(o) for o in (options.territories, options.raster, options.tables)]
    if sum(given) != 1 or not (columns or totals or options.tables):
        raise UsageError(
            _(
                "overlay needs --columns and one of --territories, --raster, or --tables (all their indicators without --columns)"
            )
        )
    require_workfile(options.output)
    found = sialgeo.read_concentrations(options.workfile)
    indicators = tuple(_indicator(column, options) for column in columns) if _told(options) else ()
    over = options.territories or options.raster or options.tables
    progress(0.2, _("Laying over {layer}").format(layer=over))
    if options.raster:
        if len(columns) != 1 or totals:
            raise UsageError(_("a raster holds one indicator: give --columns one name"))
        source = study.RasterSource(
            options.raster, columns[0], options.band, next(iter(indicators), None)
        )
        found = study.lay_raster(found, source, Path())
    else:
        found = _lay_territories(found, options, columns, indicators)
    written = Path(sialgeo.save(found, options.output))
    return report(found, {"work": written})


def _told(options: argparse.Namespace) -> bool:
    """Tell whether the options say what the indicators are."""
    said = (options.family, options.unit, options.better, options.source)
    return any(said) or (options.year is not None and not options.preset)


def _indicator(column: str, options: argparse.Namespace) -> model.Indicator:
    """Return what the options say of a column; what they leave out, its name tells."""
    guess = guess_indicator(column)
    family: Any = model.FAMILIES[options.family] if options.family else guess.family
    return replace(
        guess,
        name=dict.fromkeys(LANGUAGES, column),
        family=family,
        year=options.year or guess.year,
        unit=options.unit or (guess.unit if family == guess.family else ""),
        better=options.better or guess.better,
        source=options.source,
    )


def _lay_territories(
    found: Concentrations,
    options: argparse.Namespace,
    columns: tuple[str, ...],
    indicators: tuple[model.Indicator, ...],
) -> Concentrations:
    own = bool(options.tables)  # territorio and indicador: their columns have known names
    source = study.TerritoriesSource(
        options.tables or options.territories,
        key="codigo" if own else options.key,
        name="nombre" if own else options.name,
        table=options.indicators,
        columns=columns,
        preset=options.preset,
        year=options.year or 0,
        description=options.description,
        precision=options.precision,
        draws=options.draws,
        indicators=indicators,
        **shares_of(options),
    )
    if own:
        layer = tables_of(options).indicator_layer().to_crs(found.producers.crs)
        return study.lay_over(found, layer, source, Path(), seed=options.seed)
    require_key(options)
    layer, notes = study.read_territories(source, Path(), found.producers.crs)
    return study.lay_over(found, layer, source, Path(), seed=options.seed, notes=notes)
