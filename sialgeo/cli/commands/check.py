"""``sialgeo check``: a table of producers, row by row."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sialgeo
from sialgeo.cli.parser import PLACES, Parser, declare_reader, reading_of
from sialgeo.cli.reports import ROWS, Report, aligned, listed, path_lines
from sialgeo.i18n import _
from sialgeo.progress import Progress, scaled
from sialgeo.triage.faults import SEVERITIES

if TYPE_CHECKING:
    from sialgeo.triage import Triage

REJECTED = "rechazados.csv"
_SHOWN = 4  # rows of one fault that are named; the file names them all


def declare(parser: Parser) -> None:
    inputs = parser.group(_("inputs"))
    inputs.add_argument("producers", metavar="PRODUCERS", help=_("table or layer of producers"))
    inputs.add_argument(
        "--districts",
        default="",
        metavar="FILE",
        help=_("polygons of districts: who lies far from the one declared, or on its centre?"),
    )
    inputs.add_argument(
        "--water",
        default="",
        metavar="FILE",
        help=_("polygons of lakes and reservoirs: who lies in one?"),
    )
    inputs.add_argument(
        "--places", default="", metavar="FILE", help=_("populated places: who lies on one exactly?")
    )
    declare_reader(parser, PLACES)
    outputs = parser.group(_("outputs"))
    outputs.add_argument(
        "--output",
        metavar="FAULTS.csv",
        default=REJECTED,
        help=_(
            "the faults, one row each, and beside it the same as a layer (default: {default})"
        ).format(default=REJECTED),
    )
    outputs.add_argument("--dry", action="store_true", help=_("print only, write nothing"))
    outputs.add_argument(
        "--repaired",
        default="",
        metavar="TABLE.gpkg",
        help=_("the producers as read and repaired by --apply: private"),
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    progress(0.0, _("Reading the producers"))
    asked, of_places = reading_of(options), reading_of(options, PLACES)
    table = sialgeo.read_producers(options.producers, progress=scaled(progress, 0.0, 0.5), **asked)
    progress(0.5, _("Examining the rows"))
    given = {name: getattr(options, name) for name in ("districts", "water")}
    around = {
        **{name: sialgeo.read_territories(path) for name, path in given.items() if path},
        "places": sialgeo.read_producers(options.places, **of_places) if options.places else None,
    }
    held = {name: asked.get(name) for name in ("country", "abroad")}
    triage = sialgeo.check_producers(table, **held, **around)
    progress(1.0, _("Examined"))
    reading = table.attrs.get("reading", {})
    guesses = [g["sentence"] for g in reading.get("guesses", ())]
    lines = [triage.summary, *_radius(triage), *listed(_("Read as:"), guesses)]
    lines += listed(_("Notes:"), reading.get("notes", ()))
    faults = triage.faults[["row", "column", "code", "severity", "message", "proposal"]]
    lines += _table(faults)
    paths = _written(triage, table, options)
    if paths:
        lines += ["", _("Written (private: rows of the producers):"), *path_lines(paths.values())]
    data = {
        "summary": triage.summary,
        "read": triage.read,
        "usable": triage.usable,
        "rejected": triage.rejected,
        "counts": triage.counts,
        "repairs": reading.get("repairs", {}),
        "least_radius": triage.least_radius,
        "faults": faults.to_dict(orient="records"),
        "guesses": guesses,
        "outputs": paths,
    }
    return Report(tuple(lines), data)


def _radius(triage: Triage) -> list[str]:
    if triage.least_radius is None:
        return []
    return [
        _("By the precision of the positions, use a radius of at least {m:.0f} m.").format(
            m=triage.least_radius
        )
    ]


def _table(faults: Any) -> list[str]:
    if not len(faults):
        return []
    head = [_("rows"), _("column"), _("code"), _("severity"), _("what"), _("proposal")]
    alike: dict[tuple[str, ...], list[str]] = {}
    for row, *rest in faults.astype(str).to_numpy().tolist():
        alike.setdefault(tuple(rest), []).append(row)
    lines = [
        [_some(rows), column, code, _(SEVERITIES[severity]), what, proposal]
        for (column, code, severity, what, proposal), rows in alike.items()
    ]
    told = ["", *aligned([head, *lines[:ROWS]], left=range(6))]
    more = sum(len(rows) for rows in list(alike.values())[ROWS:])
    if more:
        told.append(_("… and {n} more; --output writes them all").format(n=more))
    return told


def _some(rows: Sequence[str]) -> str:
    """Return the first rows that have a fault, and how many they are where that is not all.

    >>> _some(["2", "5"]), _some(list("23456789"))
    ('2, 5', '2, 3, 4, 5 … (8)')
    """
    if len(rows) <= _SHOWN + 1:
        return ", ".join(rows)
    return f"{', '.join(rows[:_SHOWN])} … ({len(rows)})"


def _written(triage: Triage, table: Any, options: argparse.Namespace) -> dict[str, Path]:
    """Write the faults as a table and as a layer, and the repaired producers where they are asked for."""
    paths: dict[str, Path] = {}
    if options.output and not options.dry and len(triage.faults):
        paths["faults"] = triage.write(options.output)
        if len(triage.layer):
            paths["layer"] = triage.write(Path(options.output).with_suffix(".gpkg"))
    if options.repaired and not options.dry:
        paths["repaired"] = sialgeo.write_producers(table, options.repaired)
    return paths
