"""``sialgeo bivariate``: two indicators of the districts in one map, and where they go together."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import sialgeo
from sialgeo import study
from sialgeo.association.result import p_text
from sialgeo.cli.parser import (
    Parser,
    UsageError,
    declare_parameters,
    declare_territories,
    given_parameters,
    require_key,
)
from sialgeo.cli.reports import Report, aligned, listed, path_lines
from sialgeo.files import write_layer
from sialgeo.i18n import _
from sialgeo.progress import Progress
from sialgeo.symbology import LOCAL_CLASSES

if TYPE_CHECKING:
    import geopandas as gpd


def declare(parser: Parser) -> None:
    from sialgeo.association import LocalAssociation

    add = parser.group(_("inputs")).add_argument
    declare_territories(add, required=True)
    add("--x", required=True, metavar="COLUMN", help=_("first indicator"))
    add("--y", required=True, metavar="COLUMN", help=_("second indicator"))
    add(
        "--population",
        required=True,
        metavar="COLUMN",
        help=_("column with the districts' population"),
    )
    declare_parameters(parser.group(_("method")), LocalAssociation)
    add = parser.group(_("outputs")).add_argument
    add("--output", required=True, metavar="BOTH.gpkg", help=_("districts with both classes"))
    add("--picture", default="", metavar="BOTH.png", help=_("map of the 3 × 3 classes"))


def act(options: argparse.Namespace, progress: Progress) -> Report:
    from sialgeo.association import LocalAssociation

    require_key(options)
    if not options.output.lower().endswith(".gpkg"):
        raise UsageError(_("--output {path}: must end in .gpkg").format(path=options.output))
    asked = given_parameters(options, LocalAssociation)
    progress(0.0, _("Reading the districts"))
    columns = (options.x, options.y, options.population)
    source = study.TerritoriesSource(
        options.territories, key=options.key, table=options.indicators, columns=columns
    )
    layer, notes = study.read_territories(source, Path())
    progress(0.3, _("Testing against random permutations"))
    found = sialgeo.bivariate_map(
        layer, options.x, options.y, population=options.population, **asked
    )
    progress(0.9, _("Writing"))
    written = {"bivariate": Path(options.output)}
    write_layer(found, written["bivariate"], "bivariate")
    if options.picture:
        from sialgeo.exporters.choropleths import write_bivariate

        written["picture"] = Path(options.picture)
        x, y = sialgeo.describe_indicators((options.x, options.y))
        write_bivariate(found, written["picture"], x, y)
    progress(1.0, _("Done"))
    return _report(found, notes, written)


def _report(found: gpd.GeoDataFrame, notes: tuple[str, ...], written: dict[str, Path]) -> Report:
    classes = found["class"].value_counts().sort_index()
    local = found["local_class"].value_counts()
    told = {**found.attrs["global"]}
    rows = [[_(LOCAL_CLASSES[name][1]), str(n)] for name, n in local.items()]
    cautions = (*notes, *found.attrs["notes"])
    lines = [
        _("{statistic} of the whole map: {value:.3f} (p {p}).").format(
            statistic="Lee's L" if told["name"] == "lee" else _("Bivariate Moran"),
            value=told["statistic"],
            p=p_text(told["p_value"]),
        ),
        "",
        *aligned([[_("class"), _("districts")], *rows], left=(0,)),
        *listed(_("Notes:"), cautions),
        "",
        _("Written:"),
        *path_lines(written.values()),
    ]
    data = {
        "global": told,
        "classes": classes.to_dict(),
        "local_classes": local.to_dict(),
        "notes": cautions,
        "outputs": written,
    }
    return Report(tuple(lines), data)
