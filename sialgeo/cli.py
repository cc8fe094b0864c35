"""The command line: the public verbs with options made from the parameters' declarations.

Exit status: 0 done; 2 bad input (the message names place and remedy); 130 cancelled. ``--json``
prints one object on stdout. Every output is written whole or not at all.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import sialgeo
from sialgeo import model, params, study
from sialgeo.errors import Cancelled, SialgeoError, raise_all
from sialgeo.i18n import LANGUAGES, N_, _, language, ngettext, use_language
from sialgeo.progress import Progress, scaled
from sialgeo.workfile import SUFFIX, is_work_file

if TYPE_CHECKING:
    from sialgeo.model import Concentrations
    from sialgeo.study import Study, StudyResult

DONE, DISAGREES, BAD_INPUT, CANCELLED = 0, 1, 2, 130
DEMO, OUTPUT = "sialgeo-demo", "sialgeo-output"
_ROWS = 20


@dataclass(frozen=True)
class Report:
    """What a command says: lines for people, one object for machines."""

    lines: tuple[str, ...]
    data: Mapping[str, Any] = field(default_factory=dict)
    status: int = DONE


class UsageError(SialgeoError):
    """The command line itself is at fault."""


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
    bar = _Bar(sys.stderr, quiet=machine)
    try:
        options = _parser().parse_args(arguments)
        if options.command is None:
            raise UsageError(_("no command. Remedy: sialgeo --help lists them"))
        report = options.act(options, bar)
    except _Shown:
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
            return asked if asked in LANGUAGES else None
    return None


def _forgive_encoding() -> None:
    """Let a terminal without UTF-8 show a replacement rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _write_json(data: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(_plain(data), ensure_ascii=False, allow_nan=False) + "\n")


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: NaN is null, paths are text."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(v) for v in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


# --- progress -----------------------------------------------------------------------------------
class _Bar:
    """A bar on a terminal, a line per message elsewhere, nothing for machines."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self.stream, self.quiet = stream, quiet
        self.live = not quiet and stream.isatty()
        self.shown = ""

    def __call__(self, fraction: float, message: str) -> None:
        if self.quiet:
            return
        done = min(max(fraction, 0.0), 1.0)
        if not self.live:
            if message != self.shown:
                self.stream.write(f"{done:4.0%} {message}\n")
                self.shown = message
            return
        full = round(24 * done)
        line = f"[{'█' * full}{'·' * (24 - full)}] {done:4.0%} {message}"
        if line != self.shown:
            width = shutil.get_terminal_size().columns - 1
            self.stream.write(f"\r\x1b[K{line[:width]}")
            self.stream.flush()
            self.shown = line

    def close(self) -> None:
        """Clear the bar."""
        if self.live and self.shown:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
        self.shown = ""


# --- the parser ---------------------------------------------------------------------------------
class _Shown(Exception):  # noqa: N818  (no error: help or version was shown)
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


def _translated(message: str) -> str:
    for pattern, text in _ARGPARSE:
        match = re.fullmatch(pattern, message, flags=re.DOTALL)
        if match:
            return _(text).format(*match.groups())
    return message


class _Help(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, _("usage: ") if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """A parser whose help and errors are in the language in force."""

    def __init__(self, **options: Any) -> None:
        options |= {"formatter_class": _Help, "add_help": False, "allow_abbrev": False}
        super().__init__(**options)
        self.general = general = self.add_argument_group(_("general options"))
        general.add_argument("-h", "--help", action=_ShowHelp, nargs=0, help=_("show this help"))
        general.add_argument(
            "--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=_("language of all texts")
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
                problem=_translated(message), command=self.prog
            )
        )

    def group(self, title: str) -> Any:
        return self.add_argument_group(title)


class _ShowHelp(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_rest: Any) -> NoReturn:
        sys.stdout.write(parser.format_help())
        raise _Shown


class _ShowVersion(argparse.Action):
    def __call__(self, *_rest: Any) -> NoReturn:
        sys.stdout.write(f"sialgeo {sialgeo.__version__}\n")
        raise _Shown


def _parser() -> _Parser:
    parser = _Parser(
        prog="sialgeo",
        description=_(
            "Geographic concentrations of rural agro-industry: found, tested, described and mapped."
        ),
        epilog=_(
            "Exit status: 0 done, 1 a published number is not met (verify), 2 bad input, 130 cancelled."
        ),
    )
    parser.general.add_argument(
        "--version", action=_ShowVersion, nargs=0, help=_("show the version")
    )
    commands = parser.add_subparsers(
        title=_("commands"), dest="command", metavar=_("COMMAND"), parser_class=_Parser
    )
    for name, help_text, declare, act in (
        ("demo", N_("the Cajamarca study, end to end"), _declare_demo, _demo),
        ("run", N_("run a study file"), _declare_run, _run),
        ("check", N_("examine a table of producers row by row"), _declare_check, _check),
        ("detect", N_("find concentrations and test them"), _declare_detect, _detect),
        ("overlay", N_("lay indicators of development over them"), _declare_overlay, _overlay),
        ("export", N_("write maps, tables and layers to hand on"), _declare_export, _export),
        ("verify", N_("agreement with published numbers"), _declare_verify, _verify),
    ):
        sub = commands.add_parser(name, help=_(help_text), description=_(help_text))
        sub.set_defaults(act=act)
        declare(sub)
    return parser


def _declare_demo(parser: _Parser) -> None:
    _output_folder(parser, DEMO)


def _declare_run(parser: _Parser) -> None:
    inputs = parser.group(_("inputs"))
    inputs.add_argument("study", metavar="STUDY.toml", help=_("study file"))
    _output_folder(parser, OUTPUT)


def _output_folder(parser: _Parser, default: str) -> None:
    outputs = parser.group(_("outputs"))
    outputs.add_argument(
        "--output",
        metavar="DIR",
        default=default,
        help=_("folder for the outputs (default: {default})").format(default=default),
    )


_READER = {
    "layer": N_("layer of a file that has several"),
    "x": N_("column of longitude or east"),
    "y": N_("column of latitude or north"),
    "crs": N_("coordinate reference system, as EPSG:32717"),
    "encoding": N_("encoding of the text, as cp1252"),
    "separator": N_("separator of the columns"),
    "decimal": N_("decimal mark: . or ,"),
    "country": N_("country of the producers (ISO code, as PE), to examine the coordinates"),
}


def _declare_reader(parser: _Parser) -> None:
    reading = parser.group(_("reading the table (each is guessed and said where it is not given)"))
    for name, help_text in _READER.items():
        reading.add_argument(f"--{name}", default="", help=_(help_text))


def _declare_check(parser: _Parser) -> None:
    inputs = parser.group(_("inputs"))
    inputs.add_argument("producers", metavar="PRODUCERS", help=_("table or layer of producers"))
    _declare_reader(parser)
    parser.group(_("outputs")).add_argument(
        "--output", metavar="FAULTS.csv", help=_("write the faults, one row each")
    )


def _declare_detect(parser: _Parser) -> None:
    inputs = parser.group(_("inputs"))
    add = inputs.add_argument
    add("table", metavar="TABLE", help=_("table or layer of producers"))
    add(
        "--cases",
        default="",
        metavar="EXPRESSION",
        help=_(
            "which rows are the producers, as \"code == '311513'\"; without --reference all rows are the reference"
        ),
    )
    add(
        "--reference",
        default="",
        metavar="FILE",
        help=_("reference population: points, a raster, or polygons with --counts"),
    )
    add(
        "--counts",
        default="",
        metavar="COLUMN",
        help=_("column of the reference's polygons with the number of units"),
    )
    add(
        "--settlements",
        default="",
        metavar="FILE",
        help=_("places over which the counts are spread"),
    )
    add(
        "--weight",
        default="",
        metavar="COLUMN",
        help=_("column of the settlements to share the counts by"),
    )
    add(
        "--reference-includes-producers",
        action="store_true",
        help=_("the producers are among the reference's units"),
    )
    add(
        "--key",
        default="",
        metavar="COLUMN",
        help=_("column that identifies a unit in both tables"),
    )
    add("--places", default="", metavar="FILE", help=_("named places, to name the concentrations"))
    add(
        "--place-name", default="", metavar="COLUMN", help=_("column of the places with their name")
    )
    _declare_columns(parser)
    _declare_reader(parser)
    _declare_methods(parser)
    _workfile_option(parser)


def _declare_columns(parser: _Parser) -> None:
    columns = parser.group(_("columns of the table"))
    columns.add_argument("--id", default="", metavar="COLUMN", help=_("identifier of a producer"))
    columns.add_argument("--chain", default="", metavar="COLUMN", help=_("chain of a producer"))
    columns.add_argument("--volume", default="", metavar="COLUMN", help=_("output of a producer"))
    columns.add_argument("--volume-unit", default="", metavar="UNIT", help=_("unit of the output"))
    columns.add_argument(
        "--locality", default="", metavar="COLUMN", help=_("locality, to name a concentration")
    )


def _declare_methods(parser: _Parser) -> None:
    """Add the options of every method, made from its parameters' declarations."""
    from sialgeo.methods import METHODS
    from sialgeo.robustness import Shaking, Splitting
    from sialgeo.significance import Replication

    group = parser.group(_("method"))
    group.add_argument(
        "--method",
        choices=tuple(METHODS),
        default=study.METHOD,
        help=_("default: {default}; the others are exploratory").format(default=study.METHOD),
    )
    for name, (declared, methods) in _method_params().items():
        unit = _(" (metres, or as 5km)") if declared.unit == "m" else ""
        unit += _(" (or auto)") if declared.auto else ""
        default = declared.default
        said = _("; default {default}; {methods}").format(
            default=f"{default:g}" if declared.kind is float else default,
            methods=", ".join(methods),
        )
        group.add_argument(
            f"--{name.replace('_', '-')}",
            metavar=_("DISTANCE") if declared.unit == "m" else declared.kind.__name__.upper(),
            help=(_(declared.help) + unit + said).replace("%", "%%"),
        )
    group.add_argument(
        "--coincident",
        choices=("units", "sites"),
        default="units",
        help=_("units at one coordinate count one by one, or as one site"),
    )
    robustness = [params.params_of(Splitting)[0], params.params_of(Shaking)[0]]
    for declared in (*params.params_of(Replication), *robustness):
        said = _("; default {default}").format(default=declared.default)
        said += _("; 0 leaves it out") if declared in robustness else ""
        group.add_argument(
            f"--{declared.name}",
            type=int,
            default=declared.default,
            metavar="INT",
            help=(_(declared.help) + said).replace("%", "%%"),
        )


def _method_params() -> dict[str, tuple[params.Param, list[str]]]:
    """Return each parameter once, with the methods that have it."""
    from sialgeo.methods import METHODS

    found: dict[str, tuple[params.Param, list[str]]] = {}
    for method, owner in METHODS.items():
        for declared in params.params_of(owner):
            found.setdefault(declared.name, (declared, []))[1].append(method)
    return found


def _workfile_option(parser: _Parser) -> None:
    parser.group(_("outputs")).add_argument(
        "--output",
        required=True,
        metavar="C.work.gpkg",
        help=_("working file: private, it holds the producers' locations"),
    )


def _declare_overlay(parser: _Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("workfile", metavar="C.work.gpkg", help=_("working file of detect"))
    add("--territories", default="", metavar="FILE", help=_("polygons of districts"))
    add("--indicators", default="", metavar="TABLE", help=_("table of indicators, joined by --key"))
    add("--key", default="", metavar="COLUMN", help=_("column with the official code, as ubigeo"))
    add("--name", default="", metavar="COLUMN", help=_("column with the districts' names"))
    add(
        "--population",
        default="",
        metavar="COLUMN",
        help=_("column with the districts' population"),
    )
    add("--raster", default="", metavar="FILE.tif", help=_("raster with one indicator"))
    add(
        "--columns",
        default="",
        metavar="A,B",
        help=_("indicators to lay over (for a raster: its name)"),
    )
    about = parser.group(_("what these indicators are (of all columns given)")).add_argument
    about("--family", choices=tuple(model.FAMILIES), default="other", help=_("kind of indicator"))
    about("--year", type=int, help=_("year of the figures"))
    about("--unit", default="", help=_("unit, as percent"))
    about("--better", choices=("more", "less"), default="", help=_("which is better"))
    about("--source", default="", help=_("publisher and title"))
    _workfile_option(parser)


def _declare_export(parser: _Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("workfile", metavar="C.work.gpkg", help=_("working file of detect or overlay"))
    add("--territories", default="", metavar="FILE", help=_("polygons of districts, to draw"))
    add("--key", default="", metavar="COLUMN", help=_("column with the official code, as ubigeo"))
    add("--name", default="", metavar="COLUMN", help=_("column with the districts' names"))
    add("--title", default="", help=_("title of the map"))
    out = parser.group(_("outputs")).add_argument
    out(
        "outputs",
        nargs="+",
        metavar="OUTPUT",
        help=_("files, told by their suffix: {known}").format(
            known=" ".join(f".{s}" for s in study.FILES)
        ),
    )
    out(
        "--publish",
        choices=("areas", "grid", "points"),
        default="areas",
        help=_("what is handed on: areas only, counts by cell, or the producers' points"),
    )
    out(
        "--min-n",
        type=int,
        default=10,
        metavar="N",
        help=_("smaller concentrations are withheld (default 10)"),
    )


# --- the commands -------------------------------------------------------------------------------
def _demo(options: argparse.Namespace, progress: Progress) -> Report:
    sample = sialgeo.load_sample("cajamarca")
    return _report_run(study.Study.from_toml(sample.study).run(options.output, progress))


def _run(options: argparse.Namespace, progress: Progress) -> Report:
    return _report_run(study.Study.from_toml(options.study).run(options.output, progress))


def _check(options: argparse.Namespace, progress: Progress) -> Report:
    progress(0.0, _("Reading the producers"))
    table = sialgeo.read_producers(options.producers, **_reading_of(options))
    progress(0.5, _("Examining the rows"))
    triage = sialgeo.check_producers(table, country=options.country or None)
    progress(1.0, _("Examined"))
    guesses = [g["sentence"] for g in table.attrs.get("reading", {}).get("guesses", ())]
    lines = [triage.summary, *_listed(_("Read as:"), guesses)]
    faults = triage.faults[["row", "column", "code", "severity", "message", "proposal"]]
    if len(faults):
        head = [_("row"), _("column"), _("code"), _("severity"), _("what"), _("proposal")]
        rows = [[str(cell) for cell in row] for row in faults.head(_ROWS).to_numpy().tolist()]
        lines += ["", *aligned([head, *rows], left=range(1, 6))]
        if len(faults) > _ROWS:
            lines.append(
                _("… and {n} more; --output writes them all").format(n=len(faults) - _ROWS)
            )
    paths = {}
    if options.output:
        paths["faults"] = triage.write(options.output)
        lines += ["", _("Written:"), *_path_lines(paths.values())]
    data = {
        "summary": triage.summary,
        "read": triage.read,
        "usable": triage.usable,
        "rejected": triage.rejected,
        "counts": triage.counts,
        "faults": faults.to_dict(orient="records"),
        "guesses": guesses,
        "outputs": paths,
    }
    return Report(tuple(lines), data)


def _reading_of(options: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(options, name) for name in _READER if getattr(options, name)}


def _detect(options: argparse.Namespace, progress: Progress) -> Report:
    asked = _study_of(options)
    _require_workfile(options.output)
    target = Path(options.output)
    rejected = target.name.removesuffix(SUFFIX) + f".{study.REJECTED}"
    with study.whole_folder(target.parent) as folder:
        found = asked.find(progress, rejected=folder / rejected)
        sialgeo.save(found.concentrations, folder / target.name)
        guesses = [g.replace(str(folder), str(target.parent)) for g in found.guesses]
        if not found.rejected:
            (folder / rejected).unlink()
    paths = {"work": target} | ({"rejected": target.with_name(rejected)} if found.rejected else {})
    return _report(found.concentrations, paths, guesses, found.rejected)


def _require_workfile(output: str) -> None:
    """Refuse a wrong name before the work, not after it."""
    if not is_work_file(Path(output)):
        raise UsageError(
            _("--output {path}: must end in {suffix}: it holds the producers' locations").format(
                path=output, suffix=SUFFIX
            )
        )


def _study_of(options: argparse.Namespace) -> Study:
    """Return the options of ``detect`` as a study."""
    from sialgeo.significance import Replication

    faults = []
    if bool(options.places) != bool(options.place_name):
        faults.append(_("--places and --place-name go together"))
    if options.method == study.METHOD and not (options.reference or options.cases):
        faults.append(
            _(
                "--method {method} asks “more concentrated than what?” and needs --reference or --cases. Remedy: give one, or explore without a test by --method dbscan"
            ).format(method=options.method)
        )
    raise_all(faults, UsageError)
    Replication(options.replicates, options.seed)
    known = _method_params()
    given = {name: getattr(options, name) for name in known if getattr(options, name) is not None}
    parsed = {name: params.parse_value(known[name][0], text) for name, text in given.items()}
    columns = ("id", "chain", "volume", "volume_unit", "locality", "cases")
    return study.Study(
        about=study.About(seed=options.seed),
        producers=study.ProducersSource(
            options.table, **{c: getattr(options, c) for c in columns}, **_reading_of(options)
        ),
        reference=_reference_of(options),
        detection=study.Detection(
            method=options.method,
            replicates=options.replicates,
            splits=options.splits,
            runs=options.runs,
            coincident=options.coincident,
            parameters=parsed,
        ),
        places=study.PlacesSource(options.places, options.place_name) if options.places else None,
    )


def _reference_of(options: argparse.Namespace) -> study.ReferenceSource | None:
    if not options.reference:
        return None
    return study.ReferenceSource(
        options.reference,
        counts=options.counts,
        settlements=options.settlements,
        weight=options.weight,
        includes_producers=options.reference_includes_producers,
        key=options.key,
    )


def _overlay(options: argparse.Namespace, progress: Progress) -> Report:
    columns = tuple(c.strip() for c in options.columns.split(",") if c.strip())
    if bool(options.territories) == bool(options.raster) or not columns:
        raise UsageError(_("overlay needs --columns and either --territories or --raster"))
    _require_workfile(options.output)
    found = sialgeo.read_concentrations(options.workfile)
    indicators = tuple(_indicator(column, options) for column in columns)
    progress(0.2, _("Laying over {layer}").format(layer=options.territories or options.raster))
    if options.raster:
        if len(columns) > 1:
            raise UsageError(_("a raster holds one indicator: give --columns one name"))
        source = study.RasterSource(options.raster, columns[0], indicator=indicators[0])
        found = study.lay_raster(found, source, Path())
    else:
        found = _lay_territories(found, options, columns, indicators)
    written = Path(sialgeo.save(found, options.output))
    return _report(found, {"work": written})


def _indicator(column: str, options: argparse.Namespace) -> model.Indicator:
    return model.Indicator(
        column=column,
        name=dict.fromkeys(LANGUAGES, column),
        family=model.FAMILIES[options.family],  # type: ignore[arg-type]
        year=options.year,
        unit=options.unit,
        better=options.better,
        source=options.source,
    )


def _lay_territories(
    found: Concentrations,
    options: argparse.Namespace,
    columns: tuple[str, ...],
    indicators: tuple[model.Indicator, ...],
) -> Concentrations:
    source = study.TerritoriesSource(
        options.territories,
        key=options.key,
        name=options.name,
        population=options.population,
        table=options.indicators,
        columns=columns,
        indicators=indicators,
    )
    if source.table and not source.key:
        raise UsageError(_("--indicators is joined by --key: give the column with the code"))
    layer, notes = study.read_territories(source, Path(), found.producers.crs)
    return study.lay_over(found, layer, source, notes)


def _export(options: argparse.Namespace, progress: Progress) -> Report:
    found = sialgeo.read_concentrations(options.workfile)
    context = _context(options, found)
    paths: dict[str, Path] = {}
    for i, output in enumerate(options.outputs):
        part = scaled(progress, i / len(options.outputs), (i + 1) / len(options.outputs))
        paths[output] = Path(
            sialgeo.export(
                found,
                output,
                publish=options.publish,
                min_n=options.min_n,
                context=context,
                progress=part,
            )
        )
    lines = (_("Written:"), *_path_lines(paths.values()))
    return Report(lines, {"outputs": list(paths.values())})


def _context(options: argparse.Namespace, found: Concentrations) -> model.Context:
    said = next((s.parameters for s in found.steps if s.verb == "study"), {})
    title = dict.fromkeys(LANGUAGES, options.title) if options.title else said.get("title", {})
    layer = None
    if options.territories:
        source = study.TerritoriesSource(options.territories, key=options.key, name=options.name)
        layer, _notes = study.read_territories(source, Path(), found.producers.crs)
    return model.Context(
        title=title,
        sources=tuple(said.get("sources", ())),
        synthetic=found.synthetic,
        date=date.today().isoformat(),
        territories=layer,
        territory_key=options.key or None,
        territory_name=options.name or None,
        indicators=found.indicators,
    )


def _declare_verify(parser: _Parser) -> None:
    parser.group(_("inputs")).add_argument(
        "--data", metavar="DIR", help=_("folder with the third-party files that some numbers need")
    )


def _verify(options: argparse.Namespace, bar: _Bar) -> Report:
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


# --- what is said -------------------------------------------------------------------------------
def _report_run(result: StudyResult) -> Report:
    if result.study.producers is None:
        return _report_territories(result)
    return _report(result.concentrations, result.paths, result.guesses, result.rejected)


def _report_territories(result: StudyResult) -> Report:
    """Say what a study without producers shows: its territories, by group where it names one."""
    layer, source = result.context.territories, result.study.territories[0]
    verdict = ngettext(
        "{n} territory with its indicators; no producers were examined.",
        "{n} territories with their indicators; no producers were examined.",
        0 if layer is None else len(layer),
    ).format(n=0 if layer is None else len(layer))
    lines, groups = [verdict], []
    if layer is not None and source.group and source.shown:
        labels = [i.label() for i in source.indicators] or list(source.shown)
        means = layer.groupby(source.group)[list(source.shown)].agg(["size", "mean"])
        for group, row in means.iterrows():
            figures = {c: float(row[c, "mean"]) for c in source.shown}
            groups.append({"group": group, "n": int(row[source.shown[0], "size"]), **figures})
        table = [
            [str(g["group"]), str(g["n"]), *(f"{g[c]:.3g}" for c in source.shown)] for g in groups
        ]
        lines += ["", *aligned([["", "n", *labels], *table], left=(0,))]
        lines += [_("Plain means of the territories, not weighted by population.")]
    lines += ["", _("To hand on:"), *_path_lines(_public(result.paths))]
    data = {"verdict": verdict, "groups": groups, "outputs": result.paths}
    return Report(tuple(lines), data)


def _public(paths: Mapping[str, Path]) -> list[Path]:
    return [path for kind, path in paths.items() if kind not in _PRIVATE]


def _report(
    found: Concentrations,
    paths: Mapping[str, Path],
    guesses: Sequence[str] = (),
    rejected: int = 0,
) -> Report:
    """Say the verdict, one number, one caution; then the table, the guesses and the paths."""
    said = found.summary()
    lines = [said.verdict, said.number, said.caution]
    if len(found):
        lines += ["", *_table(found)]
    if rejected:
        lines += [
            "",
            ngettext(
                "{n} row could not be used: {path} says why.",
                "{n} rows could not be used: {path} says why.",
                rejected,
            ).format(n=rejected, path=paths.get("rejected", "")),
        ]
    lines += [*_listed(_("Read as:"), guesses), *_listed(_("Notes:"), found.notes)]
    public = _public(paths)
    private = [p for kind, p in paths.items() if kind in _PRIVATE]
    if public:
        lines += ["", _("To hand on:"), *_path_lines(public)]
    if private:
        lines += [
            "",
            _("Private (locations of the producers; do not hand on):"),
            *_path_lines(private),
        ]
    return Report(tuple(lines), _data(found, paths, guesses, rejected))


def _listed(title: str, entries: Sequence[str]) -> list[str]:
    return ["", title, *(f"  - {entry}" for entry in entries)] if entries else []


_PRIVATE = ("work", "rejected", "study")


def _path_lines(paths: Iterable[Path]) -> list[str]:
    return [f"  {path}" for path in paths]


def _data(
    found: Concentrations, paths: Mapping[str, Path], guesses: Sequence[str], rejected: int
) -> dict[str, Any]:
    said = found.summary()
    areas = found.areas.drop(columns=found.areas.geometry.name)
    rows = areas.reset_index(names="concentration").to_dict(orient="records")
    return {
        "verdict": said.verdict,
        "number": said.number,
        "caution": said.caution,
        "producers": len(found.producers),
        "concentrations": rows,
        "tests": [vars(t) for t in found.tests],
        "notes": found.notes,
        "guesses": guesses,
        "rejected": rejected,
        "outputs": paths,
    }


_HEADS: Mapping[str, str] = {  # short, for a terminal
    model.NAME: N_("Name"),
    model.N: N_("Producers"),
    model.EXPECTED: N_("Expected"),
    model.RR: N_("Relative risk"),
    model.P_VALUE: "p",
    model.EVIDENCE: N_("Evidence"),
}
_INDICATORS = 3


def _table(found: Concentrations) -> list[str]:
    """Return the concentrations as aligned lines, with the first few indicators."""
    laid = [i for i in found.indicators if i.column in found.areas.columns][:_INDICATORS]
    labels = {i.column: i.label() for i in laid}
    columns = [c for c in _HEADS if c in found.areas.columns]
    columns[-1:-1] = list(labels)
    shown = found.areas.head(_ROWS)
    head = ["", *(labels.get(c) or _(_HEADS[c]) for c in columns)]
    digits = {c: _digits(c, shown[c]) for c in columns if c not in (model.NAME, model.EVIDENCE)}
    rows = [
        [str(index), *(_cell(c, row[c], digits.get(c, 0)) for c in columns)]
        for index, row in shown.iterrows()
    ]
    lines = aligned([head, *rows], left=(1, len(columns)))
    more = len(found) - len(rows)
    if more > 0:
        lines.append(_("… and {n} more in the files").format(n=more))
    return lines


def _digits(column: str, values: Any) -> int:
    label = model.LABELS.get(column)
    if label is not None and label.digits is not None:
        return label.digits
    return 3 if values.abs().max() <= 1 else 1


def aligned(rows: Sequence[Sequence[str]], left: Sequence[int] = ()) -> list[str]:
    """Return rows of text as lines with aligned columns, numbers to the right.

    >>> aligned([["a", "n"], ["bcd", "10"]], left=(0,))
    ['a     n', 'bcd  10']
    """
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _cell(column: str, value: Any, digits: int) -> str:
    if column == model.EVIDENCE:
        return _(model.EVIDENCE_LABELS.get(value, str(value))).partition(":")[0]
    if isinstance(value, str):
        return value
    number = float(value)
    return f"{number:.{digits}f}" if math.isfinite(number) else "–"
