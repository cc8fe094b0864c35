"""``sialgeo run``: a study file."""

from __future__ import annotations

import argparse

from sialgeo.cli.parser import Parser, output_folder
from sialgeo.cli.reports import Report, report_run
from sialgeo.i18n import _
from sialgeo.progress import Progress
from sialgeo.study import Study

OUTPUT = "sialgeo-output"


def declare(parser: Parser) -> None:
    inputs = parser.group(_("inputs"))
    inputs.add_argument("study", metavar="STUDY.toml", help=_("study file"))
    output_folder(parser, OUTPUT)


def act(options: argparse.Namespace, progress: Progress) -> Report:
    return report_run(Study.from_toml(options.study).run(options.output, progress))
