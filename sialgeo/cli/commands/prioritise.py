"""``sialgeo prioritise``: which concentrations come first, whatever the weights."""

from __future__ import annotations

import argparse
from pathlib import Path

import sialgeo
from sialgeo import params
from sialgeo.cli.parser import Parser, named_lists, require_workfile, workfile_option
from sialgeo.cli.reports import Report, aligned, figure, report
from sialgeo.i18n import _
from sialgeo.model import NAME, P_TOP, PRIORITY, PRIORITY_RANK, RANK_HIGH, RANK_LOW, WORDS
from sialgeo.priorities import Prioritising
from sialgeo.progress import Progress


def declare(parser: Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("workfile", metavar="C.work.gpkg", help=_("working file of detect"))
    add(
        "--subindex",
        action="append",
        default=[],
        metavar="NAME=COLUMN,-COLUMN",
        help=_("a sub-index and its columns; a minus where less comes first (may be repeated)"),
    )
    for p in params.params_of(Prioritising):
        add(f"--{p.name}", default="", help=f"{_(p.help)} ({p.default})")
    workfile_option(parser)


def act(options: argparse.Namespace, progress: Progress) -> Report:
    require_workfile(options.output)
    given = {p.name: getattr(options, p.name) for p in params.params_of(Prioritising)}
    asked = params.build(Prioritising, {name: text for name, text in given.items() if text})
    chosen = named_lists(options.subindex, "--subindex", "NAME=COLUMN,-COLUMN")
    found = sialgeo.read_concentrations(options.workfile)
    progress(0.3, _("Ranking"))
    found = sialgeo.prioritise(found, subindices=chosen or None, **params.as_dict(asked))
    rows = [
        [
            str(r[NAME]),
            figure(r[PRIORITY_RANK]),
            f"{figure(r[RANK_LOW])}–{figure(r[RANK_HIGH])}",
            figure(r[P_TOP], 2),
            _(WORDS[PRIORITY][r[PRIORITY]]),
        ]
        for _i, r in found.areas.sort_values(PRIORITY_RANK).iterrows()
    ]
    heads = [_("Name"), _("Rank"), "5–95 %", _("p (first)"), _("Priority")]
    lines = aligned([heads, *rows], left=(0, 4))
    made = report(found, {"work": Path(sialgeo.save(found, options.output))}, answer=lines)
    columns = [NAME, PRIORITY_RANK, RANK_LOW, RANK_HIGH, P_TOP, PRIORITY]
    ranks = found.areas[columns].to_dict("records")
    return Report(made.lines, {**made.data, "priorities": ranks})
