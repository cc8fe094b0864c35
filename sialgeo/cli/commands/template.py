"""``sialgeo template``: the workbook in which the tables of a SIAL study are filled in."""

from __future__ import annotations

import argparse

import sialgeo
from sialgeo.cli.parser import Parser
from sialgeo.cli.reports import Report, path_lines
from sialgeo.i18n import _
from sialgeo.progress import Progress


def declare(parser: Parser) -> None:
    outputs = parser.group(_("outputs"))
    outputs.add_argument("workbook", metavar="OUT.xlsx", help=_("workbook to write"))
    outputs.add_argument(
        "--form",
        default="",
        metavar="FORM.xlsx",
        help=_("also write the field form (XLSForm, for KoboToolbox and ODK)"),
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    paths = {"template": sialgeo.write_template(options.workbook)}
    if options.form:
        paths["form"] = sialgeo.write_xlsform(options.form)
    progress(1.0, _("Done"))
    lines = [_("Fill in the sheets you know; then: sialgeo classify … --tables FILE")]
    return Report((*lines, *path_lines(paths.values())), {"outputs": paths})
