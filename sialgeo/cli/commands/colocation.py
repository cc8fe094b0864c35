"""``sialgeo colocation``: which kinds of units have which as their nearest, more than by chance."""

from __future__ import annotations

import argparse
from pathlib import Path

import sialgeo
from sialgeo.cli.parser import (
    Parser,
    declare_parameters,
    declare_reader,
    given_parameters,
    reading_of,
)
from sialgeo.cli.reports import Report, aligned, path_lines
from sialgeo.files import write_csv
from sialgeo.i18n import _, localised
from sialgeo.model import SIGNIFICANCE
from sialgeo.progress import Progress, scaled


def declare(parser: Parser) -> None:
    from sialgeo.colocation import Colocating

    add = parser.group(_("inputs")).add_argument
    add("units", metavar="TABLE", help=_("all actors: leaving a kind out changes every quotient"))
    add("--kind", required=True, metavar="COLUMN", help=_("column with the kind, as cadena"))
    declare_reader(parser)
    declare_parameters(parser.group(_("how")), Colocating)
    out = parser.group(_("outputs")).add_argument
    out(
        "--table",
        default="",
        metavar="FILE.csv",
        help=_("every pair with its quotient and p-value"),
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    from sialgeo.colocation import Colocating

    progress(0.0, _("Reading the units"))
    units = sialgeo.read_producers(options.units, **reading_of(options))
    found = sialgeo.colocation_quotient(
        units,
        kind=options.kind,
        progress=scaled(progress, 0.1, 0.95),
        **given_parameters(options, Colocating),
    )
    paths: dict[str, Path] = {}
    if options.table:
        paths["table"] = write_csv(found.table, options.table)
    progress(1.0, _("Done"))
    rows = [
        [
            f"{row['kind']} → {row['near']}",
            localised(f"{row['clq']:.2f}"),
            localised(f"{row['q_value']:.3f}"),
            _word(row["clq"], row["q_value"]),
        ]
        for row in found.table.to_dict("records")
    ]
    heads = [_("Pair"), _("Quotient"), "q", ""]
    whole = _("Units beside their own kind, over chance: {value} (p = {p}).").format(
        value=localised(f"{found.overall:.2f}"), p=localised(f"{found.overall_p:.3f}")
    )
    lines = [whole, "", *aligned([heads, *rows], left=(0, 3))]
    if paths:
        lines += ["", _("Written:"), *path_lines(paths.values())]
    data = {
        "overall": found.overall,
        "overall_p": found.overall_p,
        "pairs": found.table.to_dict("records"),
        "outputs": paths,
    }
    return Report(tuple(lines), data)


def _word(quotient: float, q_value: float) -> str:
    if not q_value <= SIGNIFICANCE:
        return _("as by chance")
    return _("together") if quotient > 1 else _("apart")
