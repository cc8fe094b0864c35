"""``sialgeo chains``: many chains at once, and what they show together."""

from __future__ import annotations

import argparse

from sialgeo import study
from sialgeo.chains import Chains
from sialgeo.cli.commands import detect
from sialgeo.cli.parser import Parser, UsageError
from sialgeo.cli.reports import Report, aligned, figure, report
from sialgeo.i18n import _
from sialgeo.model import P_VALUE, N
from sialgeo.progress import Progress


def declare(parser: Parser) -> None:
    detect.declare(parser)
    parser.group(_("chains")).add_argument(
        "--no-mix",
        action="store_true",
        help=_("leave out the scan for where the mix of the chains differs"),
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    if not options.chain:
        raise UsageError(_("--chain COLUMN is missing: which chain is each producer of?"))
    asked = detect.study_of(options, study.ChainsChoice(mix=not options.no_mix))
    found, paths, guesses = detect.run_detection(options, asked, progress)
    made = report(found.concentrations, paths, guesses, found.rejected, by_radius=True)
    if found.chains is None:
        return made
    told = found.chains
    lines = ["", *_table(told), *_overlap(told), *_zones(told)]
    data = {
        "sentences": told.sentences(),
        "chains": told.table.reset_index().to_dict("records"),
        "overlap": told.pairs().to_dict("records"),
        "basins": told.basins().to_dict("records"),
        "mix": told.zones().reset_index().to_dict("records"),
    }
    return Report((*made.lines, *lines), {**made.data, **data})


def _table(told: Chains) -> list[str]:
    head = [
        _("Chain"),
        _("Producers"),
        _("Concentrations"),
        _("smallest p"),
        _("over the chains"),
        _("beyond chance"),
        _("tested"),
    ]
    rows = [
        [
            str(row.Index),
            str(row.producers),
            str(row.concentrations),
            figure(row.smallest_p, 3),
            figure(row.p_over_chains, 3),
            _("yes") if row.selected else _("no"),
            str(row.tested),
        ]
        for row in told.table.itertuples()
    ]
    return aligned([head, *rows], left=(0,))


def _overlap(told: Chains) -> list[str]:
    """Return the overlap matrix of the chains that have tested concentrations."""
    names = [name for name in told.overlap.index if told.overlap.loc[name, name] > 0]
    if len(names) < 2:
        return []
    rows = [[a, *(figure(told.overlap.loc[a, b], 2) for b in names)] for a in names]
    title = _("Overlap of the footprints (Jaccard index):")
    return ["", title, *aligned([["", *names], *rows], left=(0,))]


def _zones(told: Chains) -> list[str]:
    """Return the zones with another mix: each chain beside how common it is elsewhere."""
    zones, names = told.zones(), list(told.table.index)
    if not len(zones):
        return []
    rows = [
        [str(k), figure(zone[N]), figure(zone[P_VALUE], 3), *(figure(zone[n], 2) for n in names)]
        for k, zone in zones.iterrows()
    ]
    title = _("Zones with another mix of chains (how many times as common as elsewhere):")
    head = ["", _("Producers"), "p", *names]
    return ["", title, *aligned([head, *rows], left=(0,))]
