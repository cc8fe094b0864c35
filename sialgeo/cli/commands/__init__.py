"""The commands in the order of a study; each module has ``HELP``, ``declare(parser)`` and ``act``.

``act(options, progress)`` returns a :class:`~sialgeo.cli.reports.Report`. A new command is a module
and a line here.
"""

from __future__ import annotations

from sialgeo.cli.commands import (
    associate,
    change,
    check,
    classify,
    compare,
    demo,
    detect,
    export,
    hot_spots,
    link,
    overlay,
    prioritise,
    rings,
    run,
    suggest_radius,
    surface,
    template,
    verify,
)

COMMANDS = {
    "demo": demo,
    "run": run,
    "check": check,
    "suggest-radius": suggest_radius,
    "detect": detect,
    "surface": surface,
    "hot-spots": hot_spots,
    "overlay": overlay,
    "rings": rings,
    "change": change,
    "associate": associate,
    "link": link,
    "compare": compare,
    "prioritise": prioritise,
    "template": template,
    "classify": classify,
    "export": export,
    "verify": verify,
}
