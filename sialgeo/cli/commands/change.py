"""``sialgeo change``: the change of an indicator between two comparable years."""

from __future__ import annotations

import argparse
from pathlib import Path

import sialgeo
from sialgeo.cli.parser import Parser, UsageError
from sialgeo.cli.reports import Report, path_lines
from sialgeo.files import write_csv
from sialgeo.i18n import _
from sialgeo.progress import Progress
from sialgeo.readers.presets import PRESETS


def declare(parser: Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("table", metavar="TABLE", help=_("table of indicators"))
    add("--key", default="", metavar="COLUMN", help=_("column with the official code, as ubigeo"))
    add("--from", dest="a", required=True, metavar="COLUMN", help=_("column of the earlier year"))
    add("--to", dest="b", required=True, metavar="COLUMN", help=_("column of the later year"))
    add("--preset", choices=("", *PRESETS), default="", help=_("whose table it is"))
    add("--description", default="", metavar="TABLE", help=_("table that describes the columns"))
    parser.group(_("outputs")).add_argument(
        "--output", required=True, metavar="CHANGE.csv", help=_("table, one row per code")
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    if not options.output.lower().endswith(".csv"):
        raise UsageError(_("--output {path}: must end in .csv").format(path=options.output))
    progress(0.1, _("Reading the table"))
    table = sialgeo.read_indicators(
        options.table,
        key=options.key or None,
        preset=options.preset,
        description=options.description or None,
    )
    key = table.attrs["reading"]["key"]
    known = {i.column: i for i in table.attrs.get("indicators", ())}
    asked = sialgeo.describe_indicators((options.a, options.b), description=known)
    found = sialgeo.change(table.set_index(key), options.a, options.b, indicators=asked)
    write_csv(found, options.output, index=True)
    counts = found["direction"].value_counts()
    said = {k: int(counts.get(k, 0)) for k in ("better", "worse", "same")}
    said["unknown"] = int(found["direction"].isna().sum())
    lines = [
        _(
            "{n} territories: {better} better, {worse} worse, {same} the same, {unknown} not known."
        ).format(n=len(found), **said),
        _("Median change: {value:.4g}.").format(value=float(found["change"].median())),
        *found.attrs["notes"],
        "",
        *path_lines([Path(options.output)]),
    ]
    data = {"directions": said, "median_change": float(found["change"].median())}
    return Report(tuple(lines), {**data, "outputs": {"csv": options.output}})
