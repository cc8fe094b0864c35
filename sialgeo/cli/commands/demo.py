"""``sialgeo demo``: the shipped study."""

from __future__ import annotations

import argparse

import sialgeo
from sialgeo.cli.parser import Parser, output_folder
from sialgeo.cli.reports import Report, report_run
from sialgeo.i18n import N_
from sialgeo.progress import Progress
from sialgeo.study import Study

OUTPUT = "sialgeo-demo"

HELP = N_("the Cajamarca study, end to end")


def declare(parser: Parser) -> None:
    output_folder(parser, OUTPUT)


def act(options: argparse.Namespace, progress: Progress) -> Report:
    sample = sialgeo.load_sample("cajamarca")
    return report_run(Study.from_toml(sample.study).run(options.output, progress))
