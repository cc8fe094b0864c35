"""``sialgeo associate``: are the concentrations in poorer places than expected?"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import sialgeo
from sialgeo import study
from sialgeo.association import Association, AssociationTest
from sialgeo.association.result import p_text
from sialgeo.cli.parser import (
    Parser,
    UsageError,
    declare_territories,
    names_in,
    require_key,
    require_workfile,
    workfile_option,
)
from sialgeo.cli.reports import Report, aligned, listed, path_lines
from sialgeo.i18n import _, localised, retell
from sialgeo.params import build, params_of
from sialgeo.progress import Progress, scaled

_TESTED = ("method", "replicates", "seed")


def declare(parser: Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("workfile", metavar="C.work.gpkg", help=_("working file of detect"))
    declare_territories(add, required=True)
    add("--columns", required=True, metavar="A,B", help=_("indicators to test"))
    add("--better", required=True, choices=("more", "less"), help=_("which is better"))
    add(
        "--reference",
        required=True,
        metavar="FILE|COLUMN",
        help=_("population compared with: points, a raster, or a column of the territories"),
    )
    add(
        "--dissolve",
        default="",
        metavar="COLUMN",
        help=_("column to join the territories by (province), for a second level"),
    )
    test = parser.group(_("test"))
    for p in params_of(AssociationTest):
        if p.name in _TESTED:
            test.add_argument(
                f"--{p.name}",
                type=type(p.default),
                default=p.default,
                choices=p.choices or None,
                help=_(p.help),
            )
    workfile_option(parser)


def act(options: argparse.Namespace, progress: Progress) -> Report:
    require_workfile(options.output)
    columns = names_in(options.columns)
    if not columns:
        raise UsageError(_("--columns: name at least one indicator"))
    require_key(options)
    asked = {name: getattr(options, name) for name in _TESTED}
    build(AssociationTest, asked)  # what is wrong is said before anything is read
    found = sialgeo.read_concentrations(options.workfile)
    source = study.TerritoriesSource(
        options.territories, key=options.key, table=options.indicators, columns=columns
    )
    layer, notes = study.read_territories(source, Path(), found.producers.crs)
    reference = options.reference
    if reference not in layer.columns:
        reference = sialgeo.read_reference(reference).to_crs(found.producers.crs)
    answers = []
    for i, column in enumerate(columns):
        answers.append(
            sialgeo.associate(
                found,
                layer,
                column=column,
                reference=reference,
                better=options.better,
                dissolve=options.dissolve or None,
                progress=scaled(progress, i / len(columns), (i + 1) / len(columns)),
                **asked,
            )
        )
        found = answers[-1].added_to(found)
    written = Path(sialgeo.save(found, options.output))
    *others, last = answers
    lines = [*(line for answer in others for line in lines_of(answer)), *lines_of(last, notes)]
    private = _("Private (locations of the producers; do not hand on):")
    lines += [private, *path_lines([written])]
    data = {"associations": [a.to_dict() for a in answers], "outputs": {"work": written}}
    return Report(tuple(lines), data)


def lines_of(answer: Association, more: Sequence[str] = ()) -> list[str]:
    """Return the verdict, its cautions, every division, and the naive p-values beside the right one.

    ``more`` are notes on the layer, which stand with the answer's own.
    """
    lines = [answer.verdict, *answer.cautions]
    if len(answer.divisions) > 1:
        head = [_("Division of the territory"), _("Areas"), _("Difference"), "p"]
        rows = [
            [
                retell(d.name),
                str(d.areas),
                localised(f"{d.statistic:+.3g}"),
                p_text(d.p_value).lstrip("= "),
            ]
            for d in answer.divisions
        ]
        lines += ["", answer.summary().number, "", *aligned([head, *rows], left=(0,))]
    if answer.contrast:
        lines += ["", answer.contrast]
    return [*lines, *listed(_("Notes:"), (*answer.notes, *more)), ""]
