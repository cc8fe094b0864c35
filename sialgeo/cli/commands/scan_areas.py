"""``sialgeo scan-areas``: the groups of districts whose counts are most in excess."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import sialgeo
from sialgeo.cli.parser import Parser
from sialgeo.cli.reports import Report, aligned, figure, path_lines
from sialgeo.files import write_layer
from sialgeo.i18n import _
from sialgeo.model import CONCENTRATION, EXPECTED, P_VALUE, RR, N
from sialgeo.params import Param, params_of, parse_value
from sialgeo.progress import Progress, scaled

_NAMES = {"shape": "shapes"}  # of the scan's declaration → of ``scan_areas``


def declare(parser: Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("territories", metavar="LAYER", help=_("polygons of the districts"))
    add(
        "--cases",
        required=True,
        metavar="COLUMN[,COLUMN…]",
        help=_("column with the number of producers; several, one a chain: the multinomial model"),
    )
    add("--population", metavar="COLUMN", help=_("column with all farms, or the people"))
    group = parser.group(_("method"))
    for declared in _declared():
        group.add_argument(
            f"--{declared.name.replace('_', '-')}",
            default=None,
            choices=declared.choices or None,
            metavar=None if declared.choices else declared.kind.__name__.upper(),
            help=_(declared.help).replace("%", "%%"),
        )
    parser.group(_("outputs")).add_argument(
        "--output", required=True, metavar="ZONES.gpkg", help=_("districts with their zone")
    )


def _declared() -> list[Param]:
    """Return the declarations of the scan and of its replicates; every district is a centre."""
    from sialgeo.scans import SpatialScan
    from sialgeo.significance import Replication

    both = (*params_of(SpatialScan), *params_of(Replication))
    return [p for p in both if p.name != "centres"]


def act(options: argparse.Namespace, progress: Progress) -> Report:
    asked = {
        _NAMES.get(p.name, p.name): parse_value(p, getattr(options, p.name))
        for p in _declared()
        if getattr(options, p.name) is not None
    }
    columns = [name.strip() for name in options.cases.split(",") if name.strip()]
    if asked.get("model", "auto") == "auto":
        asked["model"] = "multinomial" if len(columns) > 1 else "poisson"
    progress(0.0, _("Reading the districts"))
    areas = sialgeo.read_territories(options.territories)
    found = sialgeo.scan_areas(
        areas,
        columns if len(columns) > 1 else columns[0],
        population=options.population,
        progress=scaled(progress, 0.1, 0.9),
        **asked,
    )
    progress(0.9, _("Writing"))
    write_layer(found, Path(options.output), "zones")
    progress(1.0, _("Done"))
    zones = found[found[CONCENTRATION] > 0].groupby(CONCENTRATION)
    table = zones.first().assign(districts=zones.size())
    lines = [*_table(table, columns), "", _("Written:"), *path_lines([Path(options.output)])]
    kept = [c for c in (N, EXPECTED, RR, P_VALUE, "districts") if c in table]
    kept += [c for c in table if str(c).startswith((f"{EXPECTED}__", f"{RR}__"))]
    rows = table[kept].reset_index().to_dict("records")
    return Report(tuple(lines), {"zones": rows, "outputs": {"zones": options.output}})


def _table(zones: Any, columns: list[str]) -> list[str]:
    """Return the zones as aligned lines; by chain where several were scanned."""
    if not len(zones):
        return [_("No zone in excess.")]
    risks = [RR] if RR in zones else [f"{RR}__{column}" for column in columns]
    heads = [_("Relative risk")] if RR in zones else columns
    head = ["", _("districts"), _("Producers"), *heads, "p"]
    rows = [
        [
            str(k),
            str(zone["districts"]),
            figure(zone[N]),
            *(figure(zone[risk], 2) for risk in risks),
            figure(zone[P_VALUE], 3),
        ]
        for k, zone in zones.iterrows()
    ]
    return aligned([head, *rows])
