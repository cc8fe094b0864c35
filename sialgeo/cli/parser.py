"""The parser: argparse in the language in force, and the options that several commands share."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import sialgeo
from sialgeo.errors import SialgeoError
from sialgeo.i18n import COMMA_COUNTRIES, LANGUAGES, N_, _
from sialgeo.params import params_of, parse_value
from sialgeo.workfile import SUFFIX, is_work_file

_POINT_COUNTRIES = ("CR", "CU", "DO", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "SV")
TAGS = (*LANGUAGES, *(f"es_{c}" for c in sorted({*COMMA_COUNTRIES, *_POINT_COUNTRIES})))


class UsageError(SialgeoError):
    """The command line itself is at fault."""


class Shown(Exception):  # noqa: N818  (no error: help or version was shown)
    """Help or the version was written; there is nothing more to do."""


_ARGPARSE = (  # argparse's own messages, which are English
    (r"the following arguments are required: (.*)", N_("missing: {0}")),
    (r"unrecognized arguments: (.*)", N_("not known here: {0}")),
    (
        r"argument (.*?): invalid choice: (.*?) \(choose from (.*)\)",
        N_("{0}: {1} is not known; choose from {2}"),
    ),
    (r"argument (.*?): invalid choice: ([^,(]*).*", N_("{0}: {1} is not known")),
    (r"argument (.*?): expected one argument", N_("{0}: a value is missing")),
    (r"argument (.*?): expected at least one argument", N_("{0}: a value is missing")),
    (r"argument (.*?): expected (\d+) arguments?", N_("{0}: needs {1} values")),
    (r"argument (.*?): invalid (?:\w+) value: (.*)", N_("{0}: {1} is not a number of this kind")),
    (r"argument (.*?): ignored explicit argument (.*)", N_("{0}: takes no value, but got {1}")),
    (r"argument (.*?): not allowed with argument (.*)", N_("{0}: not together with {1}")),
    (r"ambiguous option: (.*?) could match (.*)", N_("{0}: could be any of {1}")),
    (r"one of the arguments (.*) is required", N_("one of these is needed: {0}")),
)


def translated(message: str) -> str:
    for pattern, text in _ARGPARSE:
        match = re.fullmatch(pattern, message, flags=re.DOTALL)
        if match:
            return _(text).format(*match.groups())
    return message


class _Help(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, _("usage: ") if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser whose help and errors are in the language in force."""

    def __init__(self, **options: Any) -> None:
        options |= {"formatter_class": _Help, "add_help": False, "allow_abbrev": False}
        super().__init__(**options)
        self.general = general = self.add_argument_group(_("general options"))
        general.add_argument("-h", "--help", action=_ShowHelp, nargs=0, help=_("show this help"))
        general.add_argument(
            "--lang",
            choices=TAGS,
            metavar="{es,en}",
            default=argparse.SUPPRESS,
            help=_("language of all texts; es_CO writes numbers and dates as in Colombia"),
        )
        general.add_argument(
            "--json",
            action="store_true",
            default=argparse.SUPPRESS,
            help=_("print one machine-readable object on stdout"),
        )

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            _("{problem}. Remedy: {command} --help").format(
                problem=translated(message), command=self.prog
            )
        )

    def group(self, title: str) -> Any:
        return self.add_argument_group(title)


class _ShowHelp(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_rest: Any) -> NoReturn:
        sys.stdout.write(parser.format_help())
        raise Shown


class ShowVersion(argparse.Action):
    def __call__(self, *_rest: Any) -> NoReturn:
        sys.stdout.write(f"sialgeo {sialgeo.__version__}\n")
        raise Shown


def output_folder(parser: Parser, default: str) -> None:
    outputs = parser.group(_("outputs"))
    outputs.add_argument(
        "--output",
        metavar="DIR",
        default=default,
        help=_("folder for the outputs (default: {default})").format(default=default),
    )


READER = {
    "layer": N_("layer of a file that has several"),
    "x": N_("column of longitude or east"),
    "y": N_("column of latitude or north"),
    "crs": N_("coordinate reference system, as EPSG:32717"),
    "encoding": N_("encoding of the text, as cp1252"),
    "separator": N_("separator of the columns"),
    "decimal": N_("decimal mark: . or ,"),
    "header": N_("row of the header, as a spreadsheet counts; 0: none"),
    "signs": N_("side on which degrees without a sign lie: SW, NW, SE; NE: as written"),
    "country": N_("country of the points (ISO code, as PE, or several), to examine coordinates"),
    "abroad": N_("points outside the country: reject (where it is stated, the default) or warn"),
    "area": N_("layer of polygons with the study area, to tell what the coordinates are"),
    "preset": N_("format of the table: denue, kobo, odk, none"),
    "chains": N_("table that gives codes of activity their chain; default: the package's"),
    "columns": N_("columns to keep, the others are not read: id,codigo_act"),
    "apply": N_("repairs to make, by their reason codes: signo_omitido,duplicado"),
}


REFERENCE, PLACES = "reference", "places"  # options, and what stands before those of their reader


def declare_reader(parser: Parser, *others: str) -> None:
    """Add the options of the reader; the same again for every other option that names a file."""
    reading = parser.group(_("reading the table (each is guessed and said where it is not given)"))
    for name, help_text in READER.items():
        reading.add_argument(f"--{name}", default="", help=_(help_text))
    for other in others:
        declare_reader_of(parser, other)


def declare_reader_of(parser: Parser, other: str) -> None:
    """Add the options of the reader for the file that another option names."""
    group = parser.group(
        _("reading --{other} (what is given for the table is not its)").format(other=other)
    )
    for name in READER:
        told = _("as --{name}, for --{other}").format(name=name, other=other)
        group.add_argument(f"--{other}-{name}", default="", help=told)


def reading_of(options: argparse.Namespace, of: str = "") -> dict[str, Any]:
    """Return the reader's options that were given for the table, or for another option's file."""
    before = f"{of}_" if of else ""
    asked = {name: getattr(options, before + name) for name in READER}
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    if given and of and not getattr(options, of):
        raise UsageError(
            _("--{option}: there is no --{other} that it could read").format(
                option=f"{of}-{next(iter(given))}", other=of
            )
        )
    if "header" in given:
        given["header"] = _row(given["header"])
    for name in ("columns", "apply", "country"):
        if name in given:
            given[name] = names_in(given[name])
    return given


def _row(text: str) -> int:
    if not text.isdigit():
        raise UsageError(_("--header {text}: must be the number of a row").format(text=text))
    return int(text)


def declare_territories(add: Callable[..., Any], *, required: bool = False) -> None:
    """Add the polygons of districts, their table of indicators and the code that joins them."""
    more = {"required": True} if required else {"default": ""}
    add("--territories", metavar="FILE", help=_("polygons of districts"), **more)
    add("--indicators", default="", metavar="TABLE", help=_("table of indicators, joined by --key"))
    add("--key", default="", metavar="COLUMN", help=_("column with the official code, as ubigeo"))


def declare_shares(add: Callable[..., Any]) -> None:
    """Add what the figures of polygons are weighted by and shared out with (:func:`shares_of`)."""
    add("--totals", default="", metavar="A,B", help=_("counts of the districts, to share out"))
    add(
        "--population",
        default="",
        metavar="COLUMN",
        help=_("column with the districts' population"),
    )
    add("--settlements", default="", metavar="FILE.tif", help=_("raster of where the people live"))


def shares_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return the same as a source of territories takes it."""
    return {
        "totals": names_in(options.totals),
        "population": options.population,
        "settlements": options.settlements,
    }


def require_key(options: argparse.Namespace) -> None:
    """Refuse a table of indicators that nothing joins."""
    if options.indicators and not options.key:
        raise UsageError(_("--indicators is joined by --key: give the column with the code"))


def declare_parameters(group: Any, kind: type) -> None:
    """Add an option for each declared parameter of a verb; what is not given keeps its default."""
    for declared in params_of(kind):
        default = f"{declared.default:g}" if declared.kind is float else declared.default
        said = _("; default {default}").format(default=default)
        group.add_argument(
            f"--{declared.name.replace('_', '-')}",
            default=None,
            choices=declared.choices or None,
            metavar=None if declared.choices else declared.kind.__name__.upper(),
            help=(_(declared.help) + said).replace("%", "%%"),
        )


def given_parameters(options: argparse.Namespace, kind: type) -> dict[str, Any]:
    """Return the parameters of a verb that were given."""
    return {
        p.name: parse_value(p, getattr(options, p.name))
        for p in params_of(kind)
        if getattr(options, p.name) is not None
    }


def declare_tables(add: Callable[..., Any], *, required: bool = False) -> None:
    """Add the tables of a SIAL study and the names of their files."""
    more = {"required": True} if required else {"default": ""}
    add(
        "--tables",
        metavar="PATH",
        help=_("tables of the study: a workbook, a GeoPackage or a folder"),
        **more,
    )
    add(
        "--files",
        action="append",
        default=[],
        metavar="TABLE=FILE,FILE",
        help=_("files, sheets or layers that bear another name, as unidad=queserias.csv"),
    )


def tables_of(options: argparse.Namespace) -> Any:
    """Read the tables that ``declare_tables`` asked for; None where there are none."""
    if not options.tables:
        return None
    files = named_lists(options.files, "--files", "TABLE=FILE")
    return sialgeo.read_tables(options.tables, files=files)


def named_lists(given: Sequence[str], option: str, form: str) -> dict[str, list[str]]:
    """Return what an option that may be repeated says as ``NAME=A,B``."""
    found: dict[str, list[str]] = {}
    for text in given:
        name, sign, names = text.partition("=")
        if not sign or not name.strip() or not names_in(names):
            raise UsageError(
                _("{option} {text}: must be {form}").format(option=option, text=text, form=form)
            )
        found.setdefault(name.strip(), []).extend(names_in(names))
    return found


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of ``A,B``.

    >>> names_in(" a, ,b")
    ('a', 'b')
    """
    return tuple(name.strip() for name in text.split(",") if name.strip())


def workfile_option(parser: Parser) -> None:
    parser.group(_("outputs")).add_argument(
        "--output",
        required=True,
        metavar="C.work.gpkg",
        help=_("working file: private, it holds the producers' locations"),
    )


def require_workfile(output: str) -> None:
    """Refuse a wrong name before the work, not after it."""
    if not is_work_file(Path(output)):
        raise UsageError(
            _("--output {path}: must end in {suffix}: it holds the producers' locations").format(
                path=output, suffix=SUFFIX
            )
        )
