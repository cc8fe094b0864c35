"""``sialgeo air-districts``: districts of rural agro-industry, where there are only counts by area."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import sialgeo
from sialgeo.cli.parser import Parser, UsageError, names_in
from sialgeo.cli.reports import ROWS, Report, aligned, figure, path_lines
from sialgeo.files import write_csv
from sialgeo.i18n import _
from sialgeo.progress import Progress


def declare(parser: Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("table", metavar="TABLE", help=_("counts of units, one row per area: a table or a layer"))
    add("--key", default="", metavar="COLUMN", help=_("column with the official code, as ubigeo"))
    for name, said in (
        ("total", _("column with all establishments")),
        ("processing", _("column with those that process agricultural produce")),
        ("small", _("column with the small ones of these")),
        ("medium", _("column with the medium ones of these")),
        ("large", _("column with the large ones of these")),
    ):
        add(f"--{name}", required=True, metavar="COLUMN", help=said)
    add(
        "--chains",
        required=True,
        metavar="A,B",
        help=_("columns with the processing units of each chain"),
    )
    parser.group(_("outputs")).add_argument(
        "--output", default="", metavar="DISTRICTS.csv", help=_("table, one row per code")
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    from sialgeo.typology.districts import SIZES, STEPS, summary_of

    if options.output and not options.output.lower().endswith(".csv"):
        raise UsageError(_("--output {path}: must end in .csv").format(path=options.output))
    progress(0.1, _("Reading the table"))
    table = sialgeo.read_indicators(options.table, key=options.key or None)
    found = sialgeo.distritos_air(
        table.set_index(table.attrs["reading"]["key"]),
        total=options.total,
        processing=options.processing,
        sizes={size: getattr(options, size) for size in SIZES},
        chains=names_in(options.chains),
    )
    paths: dict[str, Path] = {}
    if options.output:
        paths["csv"] = write_csv(found, options.output, index=True)
    progress(1.0, _("Done"))
    first = found.sort_values(["steps_met", "lq_processing"], ascending=False).head(ROWS)
    heads = ["", "LQ", _("main chain"), "LQ", *(str(k) for k in range(1, len(STEPS) + 1))]
    lines = [
        summary_of(found),
        "",
        *aligned(
            [heads, *(_row(code, row, list(STEPS)) for code, row in first.iterrows())], left=(0, 2)
        ),
        "",
        *(f"{k}: {_(said)}" for k, said in enumerate(STEPS.values(), start=1)),
    ]
    lines += ["", _("Written:"), *path_lines(paths.values())] if paths else []
    data = {"areas": found.reset_index().to_dict("records"), "outputs": paths}
    return Report(tuple(lines), data)


def _row(code: Any, row: Any, steps: list[str]) -> list[str]:
    marks = {True: _("yes"), False: _("no")}
    return [
        str(code),
        figure(row["lq_processing"], 2),
        str(row["main_chain"]) if isinstance(row["main_chain"], str) else "–",
        figure(row["main_chain_lq"], 2),
        *("–" if row[step] is None else marks[bool(row[step])] for step in steps),
    ]
