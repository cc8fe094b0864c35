"""``sialgeo suggest-radius``: what speaks for one radius or another."""

from __future__ import annotations

import argparse
from pathlib import Path

import sialgeo
from sialgeo.cli.commands.detect import declare_pool, pool_of
from sialgeo.cli.parser import REFERENCE, Parser, declare_reader
from sialgeo.cli.reports import Report, aligned, figure, path_lines
from sialgeo.exporters.diagrams import write_guide
from sialgeo.i18n import _, localised
from sialgeo.params import params_of
from sialgeo.progress import Progress, scaled
from sialgeo.radii import RadiusChoice


def declare(parser: Parser) -> None:
    declare_pool(parser)
    declare_reader(parser, REFERENCE)

    group = parser.group(_("method"))
    for declared in params_of(RadiusChoice):
        group.add_argument(
            f"--{declared.name.replace('_', '-')}",
            type=declared.kind,
            default=declared.default,
            choices=declared.choices or None,
            metavar=None if declared.choices else declared.kind.__name__.upper(),
            help=_(declared.help) + _("; default {default}").format(default=declared.default),
        )
    parser.group(_("outputs")).add_argument(
        "--output",
        metavar="CURVE.png",
        help=_("draw the curve of neighbours' distances (png, svg)"),
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    inputs = pool_of(options, progress)
    guide = sialgeo.suggest_radius(
        inputs.producers,
        reference=inputs.reference,
        **{p.name: getattr(options, p.name) for p in params_of(RadiusChoice)},
        progress=scaled(progress, 0.5, 1.0),
    )
    progress(1.0, _("Done"))
    head = [
        _("radius (km)"),
        _("neighbours by chance"),
        _("least, 1 in 100"),
        _("least, 1 in 1,000"),
        _("producers with {n} or more").format(n=options.min_units),
        _("usable"),
    ]
    rows = [
        [
            localised(f"{row.Index / 1000:g}"),
            figure(row.by_chance, 1),
            str(row.least_01),
            str(row.least_001),
            f"{row.crowded:.0%}",
            _("yes") if row.usable else _("no"),
        ]
        for row in guide.table.itertuples()
    ]
    lines = [*guide.sentences(), "", *aligned([head, *rows])]
    paths = {}
    if options.output:
        paths["curve"] = write_guide(guide, Path(options.output))
        lines += ["", _("Written:"), *path_lines(paths.values())]
    data = {
        "sentences": guide.sentences(),
        "radii": guide.table.reset_index().to_dict(orient="records"),
        "spacing_m": guide.spacing,
        "least_m": guide.least,
        "precise_m": guide.precise,
        "most_m": guide.most,
        "knee_m": guide.knee,
        "outputs": paths,
    }
    return Report(tuple(lines), data)
