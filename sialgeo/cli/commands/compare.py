"""``sialgeo compare``: what became of the concentrations of an earlier date."""

from __future__ import annotations

import argparse
from pathlib import Path

import sialgeo
from sialgeo import params
from sialgeo.cli.parser import Parser, require_workfile, workfile_option
from sialgeo.cli.reports import Report, aligned, figure, report
from sialgeo.comparison import Comparing
from sialgeo.files import write_csv
from sialgeo.i18n import _
from sialgeo.model import BEFORE, CHANGE, N_BEFORE, NAME, WORDS, N
from sialgeo.progress import Progress


def declare(parser: Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("before", metavar="BEFORE.work.gpkg", help=_("working file of the earlier date"))
    add("after", metavar="AFTER.work.gpkg", help=_("working file of the later date"))
    add("--id", default="", metavar="COLUMN", help=_("column with the units' codes, in both"))
    how = parser.group(_("how")).add_argument
    for p in params.params_of(Comparing):
        how(f"--{p.name}", default="", help=f"{_(p.help)} ({p.default:g})")
    add("--table", default="", metavar="FILE.csv", help=_("table of changes to hand on"))
    workfile_option(parser)


def act(options: argparse.Namespace, progress: Progress) -> Report:
    require_workfile(options.output)
    given = {p.name: getattr(options, p.name) for p in params.params_of(Comparing)}
    asked = params.build(Comparing, {name: text for name, text in given.items() if text})
    before, after = (sialgeo.read_concentrations(p) for p in (options.before, options.after))
    progress(0.3, _("Comparing"))
    found = sialgeo.compare(before, after, id=options.id or None, **params.as_dict(asked))
    paths = {"work": Path(sialgeo.save(found.concentrations, options.output))}
    if options.table:
        paths["table"] = write_csv(found.published(), options.table)
    rows = [
        [
            str(r[NAME]),
            _(WORDS[CHANGE][r[CHANGE]]),
            str(r[BEFORE]),
            figure(r[N_BEFORE]),
            figure(r[N]),
        ]
        for _i, r in found.table.iterrows()
    ]
    heads = [_("Name"), _("Change"), _("Before"), _("Producers before"), _("Producers after")]
    lines = aligned([heads, *rows], left=(0, 1, 2))
    made = report(found.concentrations, paths, answer=lines)
    changes = found.table[CHANGE].value_counts().to_dict()
    return Report(made.lines, {**made.data, "changes": changes})
