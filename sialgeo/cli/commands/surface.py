"""``sialgeo surface``: where producers are denser than the reference population, as a raster."""

from __future__ import annotations

import argparse

import sialgeo
from sialgeo.cli.commands.detect import declare_coincident, declare_pool, pool_of
from sialgeo.cli.parser import REFERENCE, Parser, UsageError, declare_reader
from sialgeo.cli.reports import Report, listed, path_lines
from sialgeo.i18n import _
from sialgeo.params import params_of, parse_value
from sialgeo.progress import Progress, scaled


def declare(parser: Parser) -> None:
    from sialgeo.surfaces import RelativeRisk

    declare_pool(parser)
    declare_reader(parser, REFERENCE)
    group = parser.group(_("method"))
    for declared in params_of(RelativeRisk):
        said = _("; default {default}").format(default=declared.default)
        group.add_argument(
            f"--{declared.name.replace('_', '-')}",
            default=None,
            metavar=_("DISTANCE") if declared.unit == "m" else declared.kind.__name__.upper(),
            help=(_(declared.help) + said).replace("%", "%%"),
        )
    declare_coincident(group)
    parser.group(_("outputs")).add_argument(
        "--output", required=True, metavar="RISK.tif", help=_("GeoTIFF of the surface")
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    from sialgeo.surfaces import RelativeRisk

    asked = {
        p.name: parse_value(p, getattr(options, p.name))
        for p in params_of(RelativeRisk)
        if getattr(options, p.name) is not None
    }
    inputs = pool_of(options, scaled(progress, 0.0, 0.3))
    if inputs.reference is None:
        raise UsageError(_("a relative risk needs --reference or --cases"))
    surface = sialgeo.relative_risk_surface(
        inputs.producers,
        inputs.reference,
        coincident=options.coincident,
        progress=scaled(progress, 0.3, 0.95),
        **asked,
    )
    surface.to_geotiff(options.output)
    progress(1.0, _("Done"))
    said = []
    if surface.test is not None:
        said.append(
            _("The map as a whole against random labelling: p = {p:.3f}.").format(
                p=surface.test.p_value
            )
        )
    lines = [
        *said,
        *listed(_("Notes:"), surface.notes),
        "",
        _("Private (locations of the producers; do not hand on):"),
        *path_lines([options.output]),
    ]
    p = None if surface.test is None else surface.test.p_value
    data = {"p_value": p, "notes": surface.notes, "outputs": {"surface": options.output}}
    return Report(tuple(lines), data)
