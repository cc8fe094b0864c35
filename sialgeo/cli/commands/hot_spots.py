"""``sialgeo hot-spots``: districts among high or low values, for those who only have counts."""

from __future__ import annotations

import argparse
from pathlib import Path

import sialgeo
from sialgeo.cli.parser import Parser, declare_parameters, given_parameters
from sialgeo.cli.reports import Report, aligned, listed, path_lines
from sialgeo.files import write_layer
from sialgeo.i18n import _
from sialgeo.progress import Progress
from sialgeo.symbology import LOCAL_CLASSES


def declare(parser: Parser) -> None:
    from sialgeo.hotspots import HotSpots

    add = parser.group(_("inputs")).add_argument
    add("territories", metavar="LAYER", help=_("polygons of the districts"))
    add("--counts", required=True, metavar="COLUMN", help=_("column with the count or the value"))
    add("--population", metavar="COLUMN", help=_("population at risk: the rate is analysed"))
    declare_parameters(parser.group(_("method")), HotSpots)
    parser.group(_("outputs")).add_argument(
        "--output", required=True, metavar="HOT.gpkg", help=_("districts with statistic and class")
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    from sialgeo.hotspots import HotSpots

    asked = given_parameters(options, HotSpots)
    progress(0.0, _("Reading the districts"))
    areas = sialgeo.read_territories(options.territories)
    found = sialgeo.hot_spots(
        areas, options.counts, population=options.population, progress=progress, **asked
    )
    progress(0.9, _("Writing"))
    write_layer(found, Path(options.output), "hot_spots")
    progress(1.0, _("Done"))
    counts = found["class"].value_counts()
    rows = [[_(LOCAL_CLASSES[name][1]), str(n)] for name, n in counts.items()]
    lines = [
        *aligned([[_("class"), _("districts")], *rows], left=(0,)),
        *listed(_("Notes:"), found.attrs.get("notes", ())),
        "",
        _("Written:"),
        *path_lines([Path(options.output)]),
    ]
    data = {"classes": counts.to_dict(), "notes": found.attrs.get("notes", ())}
    return Report(tuple(lines), {**data, "outputs": {"hot_spots": options.output}})
