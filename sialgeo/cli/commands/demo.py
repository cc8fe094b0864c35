"""``sialgeo demo``: the shipped study."""

from __future__ import annotations

import argparse
from dataclasses import replace
from importlib.util import find_spec

import sialgeo
from sialgeo.cli.parser import Parser, output_folder
from sialgeo.cli.reports import Report, report_run
from sialgeo.i18n import _
from sialgeo.progress import Progress
from sialgeo.study import Study

OUTPUT = "sialgeo-demo"


def declare(parser: Parser) -> None:
    output_folder(parser, OUTPUT)


def act(options: argparse.Namespace, progress: Progress) -> Report:
    study = Study.from_toml(sialgeo.load_sample("cajamarca").study)
    if find_spec("typst") is not None:
        return report_run(study.run(options.output, progress))
    paged, said = without_pdf(study)
    report = report_run(paged.run(options.output, progress))
    return replace(report, lines=(*report.lines, "", said))


def without_pdf(study: Study) -> tuple[Study, str]:
    """Return a study that writes its reports as pages, and the sentence that says why."""
    formats = tuple(
        name.removesuffix(".pdf") + ".report.html" if name.endswith(".pdf") else name
        for name in study.export.formats
    )
    said = _(
        "The report is a page (.report.html): PDF needs typst, which is not installed. Remedy: {install}"
    ).format(install='pip install "sialgeo[report]"')
    return replace(study, export=replace(study.export, formats=formats)), said
