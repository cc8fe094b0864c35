"""``sialgeo specialise``: location quotients by district, and how unevenly each chain lies over them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import sialgeo
from sialgeo.cli.parser import Parser, declare_reader, reading_of
from sialgeo.cli.reports import ROWS, Report, aligned, listed, path_lines
from sialgeo.errors import SchemaError
from sialgeo.files import write_csv
from sialgeo.i18n import _, localised, ngettext
from sialgeo.progress import Progress

_INDICES = {
    "ellison_glaeser": "Ellison–Glaeser",
    "maurel_sedillot": "Maurel–Sédillot",
    "gini": "Gini",
    "theil": "Theil",
    "hoover": "Hoover",
}


def declare(parser: Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("units", metavar="TABLE", help=_("all units, with their chain"))
    add("--chain", required=True, metavar="COLUMN", help=_("column with the chain"))
    add(
        "--territory",
        default="",
        metavar="COLUMN",
        help=_("column with the code of each unit's district; by default that of --territories"),
    )
    add("--size", default="", metavar="COLUMN", help=_("column with the units' size"))
    add("--territories", default="", metavar="FILE", help=_("polygons of districts"))
    add("--key", default="", metavar="COLUMN", help=_("column with the official code, as ubigeo"))
    declare_reader(parser)
    out = parser.group(_("outputs")).add_argument
    out("--table", default="", metavar="FILE.csv", help=_("every chain in every district"))
    out("--indices", default="", metavar="FILE.csv", help=_("indices of agglomeration by chain"))


def act(options: argparse.Namespace, progress: Progress) -> Report:
    progress(0.0, _("Reading the units"))
    units = sialgeo.read_producers(options.units, **reading_of(options))
    territory = options.territory or options.key
    if not territory:
        raise SchemaError(_("which district is a unit in? Remedy: --territory COLUMN"))
    more: dict[str, Any] = {}
    if options.territories:
        layer = sialgeo.read_territories(options.territories, key=options.key or None)
        more = {"territories": layer, "key": options.key or territory}
    progress(0.5, _("Comparing the districts"))
    quotients = sialgeo.quotients_by_territory(
        units, chain=options.chain, territory=territory, **more
    )
    indices = sialgeo.agglomeration_indices(
        units, chain=options.chain, territory=territory, size=options.size or None
    )
    paths = {}
    for kind, table, index in (("table", quotients, False), ("indices", indices, True)):
        if getattr(options, kind):
            paths[kind] = write_csv(table, getattr(options, kind), index=index)
    progress(1.0, _("Done"))
    return _report(quotients, indices, (options.chain, territory), paths)


def _report(
    quotients: Any, indices: Any, columns: tuple[str, str], paths: dict[str, Path]
) -> Report:
    chain, territory = columns
    first = quotients.sort_values(["q_value", "shrunk"], ascending=[True, False]).head(ROWS)
    rows = [
        [
            str(r[chain]), str(r[territory]), str(int(r["n"])), localised(f"{r['lq']:.2f}"),
            localised(f"{r['low']:.2f}–{r['high']:.2f}"), localised(f"{r['shrunk']:.2f}"),
            localised(f"{r['q_value']:.3f}"),
        ]
        for _i, r in first.iterrows()
    ]  # fmt: skip
    heads = [_("Chain"), _("Territory"), "n", "LQ", _("95 %"), _("shrunken"), "q"]
    index_rows = [
        [str(name), *(localised(f"{row[c]:.3f}") for c in _INDICES)]
        for name, row in indices.iterrows()
    ]
    lost = int(quotients.attrs.get("left_out", 0))
    notes = (
        [
            ngettext(
                "{n} unit without a chain or a district was left out.",
                "{n} units without a chain or a district were left out.",
                lost,
            ).format(n=lost)
        ]
        if lost
        else []
    )
    notes.append(_("Indices by district change with the division; functions of distance do not."))
    lines = [
        _("The most specialised districts:"),
        *aligned([heads, *rows], left=(0, 1)),
        "",
        _("How unevenly each chain lies over the districts:"),
        *aligned([["", *_INDICES.values()], *index_rows], left=(0,)),
        *listed(_("Notes:"), notes),
    ]
    if paths:
        lines += ["", _("Written:"), *path_lines(paths.values())]
    data = {
        "quotients": quotients.to_dict("records"),
        "indices": indices.reset_index().to_dict("records"),
        "notes": notes,
        "outputs": paths,
    }
    return Report(tuple(lines), data)
