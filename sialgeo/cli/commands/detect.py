"""``sialgeo detect``: find concentrations and test them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import sialgeo
from sialgeo import params, study
from sialgeo.cli.parser import (
    PLACES,
    REFERENCE,
    Parser,
    UsageError,
    declare_reader,
    reading_of,
    require_workfile,
    workfile_option,
)
from sialgeo.cli.reports import Report, report
from sialgeo.errors import raise_all
from sialgeo.files import whole_folder
from sialgeo.i18n import _
from sialgeo.pools import COINCIDENT
from sialgeo.progress import Progress
from sialgeo.workfile import SUFFIX


def declare(parser: Parser) -> None:
    add = declare_pool(parser)
    add("--places", default="", metavar="FILE", help=_("named places, to name the concentrations"))
    add(
        "--place-name", default="", metavar="COLUMN", help=_("column of the places with their name")
    )
    _declare_columns(parser)
    declare_reader(parser, REFERENCE, PLACES)
    _declare_methods(parser)
    workfile_option(parser)


def declare_pool(parser: Parser) -> Any:
    """Add the table and the reference population; return what adds further inputs."""
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
        "--habitable",
        action="store_true",
        help=_(
            "the reference's polygons are land where producers could be, not a population: inconclusive"
        ),
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
    return add


def _declare_columns(parser: Parser) -> None:
    columns = parser.group(_("columns of the table"))
    columns.add_argument("--id", default="", metavar="COLUMN", help=_("identifier of a producer"))
    columns.add_argument("--chain", default="", metavar="COLUMN", help=_("chain of a producer"))
    columns.add_argument("--volume", default="", metavar="COLUMN", help=_("output of a producer"))
    columns.add_argument("--volume-unit", default="", metavar="UNIT", help=_("unit of the output"))
    columns.add_argument(
        "--employment", default="", metavar="COLUMN", help=_("people who work at a producer's")
    )
    columns.add_argument(
        "--locality", default="", metavar="COLUMN", help=_("locality, to name a concentration")
    )


def _declare_methods(parser: Parser) -> None:
    """Add the options of every method, made from its parameters' declarations."""
    from sialgeo.methods import METHODS

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
    declare_coincident(group)
    group.add_argument(
        "--producer-weights",
        default="",
        metavar="COLUMN",
        help=_("column with a weight of each producer: it describes, the tests count units"),
    )
    _declare_evidence(group)


def declare_coincident(group: Any) -> None:
    """Add the policy for units at one coordinate."""
    group.add_argument(
        "--coincident",
        choices=COINCIDENT,
        default=COINCIDENT[0],
        help=_("units at one coordinate count one by one, or as one site"),
    )


def _declare_evidence(group: Any) -> None:
    """Add the options of the test and of what is gathered beside it."""
    from sialgeo.evidence import Gathering
    from sialgeo.significance import Replication

    group.add_argument(
        "--no-confirm",
        action="store_true",
        help=_("leave out the spatial scan that says which concentrations a second method finds"),
    )
    counts = (p for p in params.params_of(Gathering) if p.kind is int)
    for declared in (*params.params_of(Replication), *counts):
        said = _("; default {default}").format(default=declared.default)
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


def act(options: argparse.Namespace, progress: Progress) -> Report:
    found, paths, guesses = run_detection(options, study_of(options), progress)
    return report(found.concentrations, paths, guesses, found.rejected, by_radius=True)


def run_detection(
    options: argparse.Namespace, asked: study.Study, progress: Progress
) -> tuple[study.Found, dict[str, Path], list[str]]:
    """Detect, and write the working file and the rows that could not be read."""
    require_workfile(options.output)
    target = Path(options.output)
    rejected = target.name.removesuffix(SUFFIX) + f".{study.REJECTED}"
    with whole_folder(target.parent) as folder:
        found = asked.find(progress, rejected=folder / rejected)
        sialgeo.save(found.concentrations, folder / target.name)
        guesses = [g.replace(str(folder), str(target.parent)) for g in found.guesses]
        if not found.rejected:
            (folder / rejected).unlink()
    paths = {"work": target} | ({"rejected": target.with_name(rejected)} if found.rejected else {})
    return found, paths, guesses


def study_of(options: argparse.Namespace, chains: study.ChainsChoice | None = None) -> study.Study:
    """Return the options of ``detect`` as a study."""
    from sialgeo.significance import Replication

    faults = []
    if bool(options.places) != bool(options.place_name):
        faults.append(_("--places and --place-name go together"))
    given_any = options.reference or options.cases or chains
    if options.method == study.METHOD and not given_any:
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
    columns = ("id", "chain", "volume", "volume_unit", "employment", "locality", "cases")
    return study.Study(
        about=study.About(seed=options.seed),
        producers=study.ProducersSource(
            options.table, **{c: getattr(options, c) for c in columns}, **reading_of(options)
        ),
        reference=reference_of(options),
        detection=study.Detection(
            method=options.method,
            replicates=options.replicates,
            splits=options.splits,
            runs=options.runs,
            confirm=not options.no_confirm,
            weights=options.producer_weights,
            coincident=options.coincident,
            parameters=parsed,
        ),
        chains=chains,
        places=_places_of(options),
    )


def _places_of(options: argparse.Namespace) -> study.PlacesSource | None:
    reading = reading_of(options, PLACES)
    if not options.places:
        return None
    return study.PlacesSource(options.places, options.place_name, **reading)


def reference_of(options: argparse.Namespace) -> study.ReferenceSource | None:
    reading = reading_of(options, REFERENCE)
    if not options.reference:
        return None
    return study.ReferenceSource(
        options.reference,
        counts=options.counts,
        settlements=options.settlements,
        weight=options.weight,
        includes_producers=options.reference_includes_producers,
        habitable=options.habitable,
        key=options.key,
        **reading,
    )


def pool_of(options: argparse.Namespace, progress: Progress) -> study.Inputs:
    """Read the producers and the reference population that the options of ``declare_pool`` name."""
    asked = study.Study(
        producers=study.ProducersSource(options.table, cases=options.cases, **reading_of(options)),
        reference=reference_of(options),
    )
    return study.read_inputs(asked, progress)
