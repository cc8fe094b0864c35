"""The command line: the public verbs with options made from the parameters' declarations.

Exit status: 0 done; 1 a published number is not met; 2 bad input (the message names place and
remedy); 130 cancelled. ``--json`` prints one object on stdout. Every output is written whole or not
at all. A command is a module of :mod:`sialgeo.cli.commands`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from sialgeo.cli.bar import Bar
from sialgeo.cli.commands import COMMANDS, command
from sialgeo.cli.parser import TAGS, Parser, Shown, ShowVersion, UsageError
from sialgeo.cli.reports import DONE, plain
from sialgeo.errors import Cancelled, SialgeoError
from sialgeo.i18n import _, language, use_language

DISAGREES, BAD_INPUT, CANCELLED = 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status.

    Examples
    --------
    >>> main(["--version"])
    sialgeo ...
    0
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    _forgive_encoding()
    with use_language(_language_in(arguments) or language()):
        try:
            return _main(arguments)
        except BrokenPipeError:  # the reader of our output went away, as in ``sialgeo … | head``
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE


def _main(arguments: list[str]) -> int:
    machine = "--json" in arguments
    bar = Bar(sys.stderr, quiet=machine)
    try:
        options = _parser(arguments).parse_args(arguments)
        if options.command is None:
            raise UsageError(_("no command. Remedy: sialgeo --help lists them"))
        report = options.act(options, bar)
    except Shown:
        return DONE
    except (SialgeoError, Cancelled, KeyboardInterrupt) as failure:
        bar.close()
        return _failed(failure, machine)
    bar.close()
    if machine:
        _write_json({"status": "done", "command": options.command, **report.data})
    else:
        sys.stdout.write("\n".join(report.lines) + "\n")
    sys.stdout.flush()
    status: int = report.status
    return status


def _failed(failure: BaseException, machine: bool) -> int:
    bad = isinstance(failure, SialgeoError)
    message = str(failure) if bad else _("Cancelled. Nothing was left half-written.")
    sys.stderr.write(f"sialgeo: {message}\n")
    if machine:
        kind = type(failure).__name__ if bad else "Cancelled"
        _write_json({"status": "error" if bad else "cancelled", "kind": kind, "message": message})
    return BAD_INPUT if bad else CANCELLED


def _language_in(arguments: list[str]) -> str | None:
    """Return the language asked for, before anything is parsed (errors are said in it too)."""
    for i, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            asked = value if equals else "".join(arguments[i + 1 : i + 2])
            return asked if asked in TAGS else None
    return None


def _forgive_encoding() -> None:
    """Let a terminal without UTF-8 show a replacement rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _write_json(data: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(plain(data), ensure_ascii=False, allow_nan=False) + "\n")


def _parser(arguments: Sequence[str]) -> Parser:
    """Return the parser; of the commands only those that are named have their options declared."""
    parser = Parser(
        prog="sialgeo",
        description=_(
            "Geographic concentrations of rural agro-industry: found, tested, described and mapped."
        ),
        epilog=_(
            "Exit status: 0 done, 1 a published number is not met (verify), 2 bad input, 130 cancelled."
        ),
    )
    parser.general.add_argument(
        "--version", action=ShowVersion, nargs=0, help=_("show the version")
    )
    commands = parser.add_subparsers(
        title=_("commands"), dest="command", metavar=_("COMMAND"), parser_class=Parser
    )
    for name, help_text in COMMANDS.items():
        said = _(help_text)
        sub = commands.add_parser(name, help=said, description=said)
        if name in arguments:
            module = command(name)
            sub.set_defaults(act=module.act)
            module.declare(sub)
    return parser
