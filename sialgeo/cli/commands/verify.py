"""``sialgeo verify``: agreement with published numbers."""

from __future__ import annotations

import argparse

from sialgeo.cli.parser import Parser
from sialgeo.cli.reports import DONE, Report
from sialgeo.i18n import _
from sialgeo.progress import Progress

DISAGREES = 1


def declare(parser: Parser) -> None:
    parser.group(_("inputs")).add_argument(
        "--data", metavar="DIR", help=_("folder with the third-party files that some numbers need")
    )


def act(options: argparse.Namespace, bar: Progress) -> Report:
    from sialgeo.verification import format_checks, left_out, verify

    bar(0.0, _("Recomputing published numbers"))
    checks = verify(options.data)
    lines = [*format_checks(checks), *left_out(options.data)]
    rows = [
        {
            "name": c.name,
            "ours": c.ours,
            "published": c.published,
            "tolerance": c.tolerance,
            "source": c.source,
            "passed": c.passed,
        }
        for c in checks
    ]
    failed = not all(c.passed for c in checks)
    return Report(tuple(lines), {"checks": rows}, DISAGREES if failed else DONE)
