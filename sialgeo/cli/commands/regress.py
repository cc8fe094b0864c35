"""``sialgeo regress``: one indicator of the districts by others, neighbours being alike."""

from __future__ import annotations

import argparse
from pathlib import Path

import sialgeo
from sialgeo import study
from sialgeo.cli.parser import (
    Parser,
    UsageError,
    declare_parameters,
    declare_territories,
    given_parameters,
    names_in,
    require_key,
)
from sialgeo.cli.reports import Report, aligned, listed, path_lines
from sialgeo.files import write_csv
from sialgeo.i18n import _, localised
from sialgeo.progress import Progress


def declare(parser: Parser) -> None:
    from sialgeo.association.asked import Regressing

    add = parser.group(_("inputs")).add_argument
    declare_territories(add, required=True)
    add("--y", required=True, metavar="COLUMN", help=_("indicator that is explained"))
    add("--x", required=True, metavar="A,B", help=_("columns that explain it"))
    declare_parameters(parser.group(_("method")), Regressing)
    parser.group(_("outputs")).add_argument(
        "--output", default="", metavar="FIT.csv", help=_("table of the coefficients")
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    from sialgeo.association.asked import Regressing

    require_key(options)
    if options.output and not options.output.lower().endswith(".csv"):
        raise UsageError(_("--output {path}: must end in .csv").format(path=options.output))
    explaining = names_in(options.x)
    source = study.TerritoriesSource(
        options.territories,
        key=options.key,
        table=options.indicators,
        columns=(options.y, *explaining),
    )
    progress(0.2, _("Reading the districts"))
    layer, notes = study.read_territories(source, Path())
    asked = given_parameters(options, Regressing)
    found = sialgeo.spatial_regression(layer, options.y, explaining, **asked)
    written = {}
    if options.output:
        table = found.coefficients.rename_axis("column")
        written["csv"] = write_csv(table, options.output, index=True)
    said = found.summary()
    head = ["", _("estimate"), _("standard error"), "z", "p"]
    rows = [
        [str(name), *(localised(f"{row[c]:.4g}") for c in ("estimate", "error", "z", "p"))]
        for name, row in found.coefficients.iterrows()
    ]
    lines = [said.verdict, said.number, "", *aligned([head, *rows], left=(0,))]
    lines += listed(_("Notes:"), (*notes, *found.notes))
    lines += ["", *path_lines(written.values())] if written else []
    data = {
        "model": found.model,
        "coefficients": found.coefficients.to_dict("index"),
        "tests": found.tests.to_dict("index"),
        "moran": found.moran,
        "log_likelihood": found.log_likelihood,
        "aic": found.aic,
        "notes": [*notes, *found.notes],
        "outputs": written,
    }
    return Report(tuple(lines), data)
