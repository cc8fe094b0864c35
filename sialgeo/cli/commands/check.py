"""``sialgeo check``: a table of producers, row by row."""

from __future__ import annotations

import argparse

import sialgeo
from sialgeo.cli.parser import Parser, declare_reader, reading_of
from sialgeo.cli.reports import ROWS, Report, aligned, listed, path_lines
from sialgeo.i18n import _
from sialgeo.progress import Progress


def declare(parser: Parser) -> None:
    inputs = parser.group(_("inputs"))
    inputs.add_argument("producers", metavar="PRODUCERS", help=_("table or layer of producers"))
    declare_reader(parser)
    parser.group(_("outputs")).add_argument(
        "--output", metavar="FAULTS.csv", help=_("write the faults, one row each")
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    progress(0.0, _("Reading the producers"))
    table = sialgeo.read_producers(options.producers, **reading_of(options))
    progress(0.5, _("Examining the rows"))
    triage = sialgeo.check_producers(table, country=options.country or None)
    progress(1.0, _("Examined"))
    guesses = [g["sentence"] for g in table.attrs.get("reading", {}).get("guesses", ())]
    lines = [triage.summary, *listed(_("Read as:"), guesses)]
    faults = triage.faults[["row", "column", "code", "severity", "message", "proposal"]]
    if len(faults):
        head = [_("row"), _("column"), _("code"), _("severity"), _("what"), _("proposal")]
        rows = [[str(cell) for cell in row] for row in faults.head(ROWS).to_numpy().tolist()]
        lines += ["", *aligned([head, *rows], left=range(1, 6))]
        if len(faults) > ROWS:
            lines.append(_("… and {n} more; --output writes them all").format(n=len(faults) - ROWS))
    paths = {}
    if options.output:
        paths["faults"] = triage.write(options.output)
        lines += ["", _("Written:"), *path_lines(paths.values())]
    data = {
        "summary": triage.summary,
        "read": triage.read,
        "usable": triage.usable,
        "rejected": triage.rejected,
        "counts": triage.counts,
        "faults": faults.to_dict(orient="records"),
        "guesses": guesses,
        "outputs": paths,
    }
    return Report(tuple(lines), data)
