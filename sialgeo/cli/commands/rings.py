"""``sialgeo rings``: the indicators of the footprints and of the rings around them."""

from __future__ import annotations

import argparse
from pathlib import Path

import sialgeo
from sialgeo import study
from sialgeo.cli.parser import (
    Parser,
    UsageError,
    declare_shares,
    declare_territories,
    names_in,
    require_key,
    shares_of,
)
from sialgeo.cli.reports import Report, aligned, path_lines
from sialgeo.files import write_csv
from sialgeo.i18n import _, localised
from sialgeo.overlays.interpolating import FROM, RADII, TO
from sialgeo.params import parse_distance
from sialgeo.progress import Progress


def declare(parser: Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("workfile", metavar="C.work.gpkg", help=_("working file of detect"))
    declare_territories(add, required=True)
    add("--columns", default="", metavar="A,B", help=_("indicators: rates and indices"))
    declare_shares(add)
    add(
        "--radii",
        default=",".join(f"{r / 1000:g}km" for r in RADII),
        metavar="5km,10km",
        help=_("outer edges of the rings (default: {default})").format(default="%(default)s"),
    )
    parser.group(_("outputs")).add_argument(
        "--output", required=True, metavar="RINGS.csv", help=_("table, without locations")
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    columns, totals = (names_in(options.columns), names_in(options.totals))
    if not columns and not totals:
        raise UsageError(_("rings needs --columns or --totals"))
    require_key(options)
    if not options.output.lower().endswith(".csv"):
        raise UsageError(_("--output {path}: must end in .csv").format(path=options.output))
    radii = [parse_distance(text) for text in names_in(options.radii)]
    found = sialgeo.read_concentrations(options.workfile)
    source = study.TerritoriesSource(
        options.territories,
        key=options.key,
        table=options.indicators,
        columns=columns,
        **shares_of(options),
    )
    progress(0.2, _("Laying over {layer}").format(layer=options.territories))
    layer, _notes = study.read_territories(source, Path(), found.producers.crs)
    table = study.published_rings(
        found, layer, source, Path(), radii=radii, published=sialgeo.protect(found).areas.index
    )
    write_csv(table, options.output)
    shown = [*columns, *totals]
    head = [_("Concentration"), _("from (km)"), _("to (km)"), *shown]
    rows = [
        [
            str(r["name"]),
            *(localised(f"{r[end] / 1000:g}") for end in (FROM, TO)),
            *(localised(f"{r[c]:.4g}") if r[c] == r[c] else "–" for c in shown),
        ]
        for r in table.to_dict("records")
    ]
    notes = list(table.attrs["notes"])
    lines = [*aligned([head, *rows], left=(0,)), *notes, "", *path_lines([Path(options.output)])]
    data = {"rings": table.to_dict("records"), "notes": notes, "outputs": {"csv": options.output}}
    return Report(tuple(lines), data)
