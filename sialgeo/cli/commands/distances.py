"""``sialgeo distances``: at which distances units of a kind stand together more than by chance."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

import sialgeo
from sialgeo import params
from sialgeo.cli.parser import (
    Parser,
    UsageError,
    declare_parameters,
    declare_reader,
    given_parameters,
    names_in,
    reading_of,
)
from sialgeo.cli.reports import Report, aligned, listed, path_lines
from sialgeo.files import write_csv
from sialgeo.i18n import N_, _, localised
from sialgeo.progress import Progress, scaled

FUNCTIONS = {
    "m": N_("M (Marcon and Puech): the share of a kind around its units over its share in all"),
    "kd": N_("Kd (Duranton and Overman): the density of the distances between units of a kind"),
    "k": N_("cross-K (Ripley): how many of another kind stand within a distance"),
}
_WORDS = {
    "concentrated": N_("more than by chance"),
    "dispersed": N_("less than by chance"),
    "neither": N_("as by chance"),
}
_SHOWN = 10  # radii on the terminal


def declare(parser: Parser) -> None:
    from sialgeo.distances import Simulating

    add = parser.group(_("inputs")).add_argument
    add("units", metavar="TABLE", help=_("all units, with their kind"))
    add("--kind", required=True, metavar="COLUMN", help=_("column with the kind, as cadena"))
    add("--of", required=True, metavar="KIND", help=_("around units of this kind"))
    add("--near", default="", metavar="KIND", help=_("how many of this kind (by default the same)"))
    add("--reference", default="", metavar="FILE", help=_("further units of no kind, as all farms"))
    add("--weight", default="", metavar="COLUMN", help=_("column with the units' size"))
    declare_reader(parser)
    group = parser.group(_("how"))
    how = group.add_argument
    how(
        "--function",
        default="m",
        choices=tuple(FUNCTIONS),
        help="; ".join(map(_, FUNCTIONS.values())),
    )
    how("--radii", default="", metavar="1km,5km", help=_("distances looked at (by default 40)"))
    declare_parameters(group, Simulating)
    out = parser.group(_("outputs")).add_argument
    out("--table", default="", metavar="FILE.csv", help=_("the function at each distance"))
    out("--figure", default="", metavar="FILE.png", help=_("the function over its envelope"))


def act(options: argparse.Namespace, progress: Progress) -> Report:
    from sialgeo.distances import Simulating

    asked: dict[str, Any] = given_parameters(options, Simulating)
    if options.radii:
        asked["radii"] = [params.parse_distance(text) for text in names_in(options.radii)]
    progress(0.0, _("Reading the units"))
    units = sialgeo.read_producers(options.units, **reading_of(options))
    reference = None
    if options.reference:
        reference = sialgeo.read_producers(options.reference).to_crs(units.crs)
    found = _function(options, units, reference, asked, scaled(progress, 0.1, 0.95))
    paths = _written(found, options)
    progress(1.0, _("Done"))
    return _report(found, options, paths)


def _function(
    options: argparse.Namespace,
    units: Any,
    reference: Any,
    asked: dict[str, Any],
    progress: Progress,
) -> Any:
    weight = options.weight or None
    if options.function == "m":
        return sialgeo.m_function(
            units, kind=options.kind, of=options.of, near=options.near or None,
            reference=reference, weight=weight, progress=progress, **asked,
        )  # fmt: skip
    if options.function == "kd":
        if options.near:
            raise UsageError(_("kd looks at one kind: leave out --near"))
        return sialgeo.kd_function(
            units, kind=options.kind, of=options.of, reference=reference, weight=weight,
            progress=progress, **asked,
        )  # fmt: skip
    if options.kind not in units or weight:
        raise UsageError(_("k needs --kind, a column of the units, and takes no --weight"))
    here, there = (
        units[units[options.kind].astype("string") == k] for k in (options.of, options.near)
    )
    return sialgeo.cross_k(
        here, others=there if options.near else None, among=reference, progress=progress, **asked
    )


def _written(found: Any, options: argparse.Namespace) -> dict[str, Path]:
    from sialgeo.exporters.figures.furniture import save

    paths: dict[str, Path] = {}
    if options.table:
        paths["table"] = write_csv(found.table, options.table)
    if options.figure:
        paths["figure"] = Path(options.figure)
        save(lambda: found.plot().figure, paths["figure"], f"{found.name}, {options.of}")
    return paths


def _report(found: Any, options: argparse.Namespace, paths: dict[str, Path]) -> Report:
    table, test = found.table, found.test
    said = _(FUNCTIONS[options.function])
    lines = [said]
    if test is not None:
        lines.append(
            _("p = {p} over all distances together. Null: {null}.").format(
                p=_figure(test.p_value), null=_(test.null)
            )
        )
    step = max(len(table) // _SHOWN, 1)
    rows = [
        [
            localised(f"{row['r'] / 1000:.4g}"),
            *(_figure(row[name]) for name in ("value", "low", "high")),
            _(_WORDS[row["class"]]),
        ]
        for row in table.iloc[step - 1 :: step].to_dict("records")
    ]
    heads = ["km", found.name, _("envelope, low"), _("envelope, high"), ""]
    lines += ["", *aligned([heads, *rows], left=(4,)), *listed(_("Notes:"), found.notes)]
    if paths:
        lines += ["", _("Written:"), *path_lines(paths.values())]
    data = {
        "function": found.name,
        "p_value": None if test is None else test.p_value,
        "table": table.to_dict("records"),
        "notes": found.notes,
        "outputs": paths,
    }
    return Report(tuple(lines), data)


def _figure(value: float) -> str:
    return localised(f"{value:.4g}") if math.isfinite(value) else "–"
