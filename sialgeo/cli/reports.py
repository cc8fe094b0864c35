"""What a command says: lines for people, one object for machines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sialgeo import model
from sialgeo.association.result import associations_of, p_text
from sialgeo.i18n import N_, _, localised, ngettext, pick
from sialgeo.verdicts import verdict

if TYPE_CHECKING:
    from sialgeo.association import Contrast
    from sialgeo.model import Concentrations
    from sialgeo.study import StudyResult

DONE = 0
ROWS = 20


@dataclass(frozen=True)
class Report:
    """What a command says: lines for people, one object for machines."""

    lines: tuple[str, ...]
    data: Mapping[str, Any] = field(default_factory=dict)
    status: int = DONE


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: NaN is null, paths are text."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(v) for v in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def report_run(result: StudyResult) -> Report:
    if result.study.producers is None:
        return _report_territories(result)
    made = report(
        result.concentrations, result.paths, result.guesses, result.rejected, by_radius=True
    )
    phases = result.phases()
    rows = [
        [
            row.guide,
            _("done") if row.done else _("open"),
            ngettext("{n} open question", "{n} open questions", row.open_questions).format(
                n=row.open_questions
            ),
            ", ".join(row.files),
        ]
        for row in phases.itertuples()
    ]
    lines = ("", _("Phases of the SIAL guide:"), *aligned(rows, left=(0, 1, 2, 3)))
    guide = phases.reset_index().to_dict("records")
    return Report((*made.lines, *lines), {**made.data, "guide": guide})


def _report_territories(result: StudyResult) -> Report:
    """Say what a study without producers shows: its territories, by group where it names one."""
    layer, source = result.context.territories, result.study.territories[0]
    verdict = ngettext(
        "{n} territory with its indicators; no producers were examined.",
        "{n} territories with their indicators; no producers were examined.",
        0 if layer is None else len(layer),
    ).format(n=0 if layer is None else len(layer))
    lines, groups = [verdict], []
    if result.contrasts:
        for told in result.contrasts:
            lines += ["", *_contrast_lines(told)]
    elif layer is not None and source.group and source.shown:
        labels = [i.label() for i in source.indicators] or list(source.shown)
        means = layer.groupby(source.group)[list(source.shown)].agg(["size", "mean"])
        for group, row in means.iterrows():
            figures = {c: float(row[c, "mean"]) for c in source.shown}
            groups.append({"group": group, "n": int(row[source.shown[0], "size"]), **figures})
        table = [
            [str(g["group"]), str(g["n"]), *(localised(f"{g[c]:.3g}") for c in source.shown)]
            for g in groups
        ]
        lines += ["", *aligned([["", "n", *labels], *table], left=(0,))]
        lines += [_("Plain means of the territories, not weighted by population.")]
    lines += ["", _("To hand on:"), *path_lines(_public(result.paths))]
    data = {"verdict": verdict, "groups": groups, "outputs": result.paths}
    if result.contrasts:
        data["contrasts"] = [told.to_dict() for told in result.contrasts]
    return Report(tuple(lines), data)


def _contrast_lines(told: Contrast) -> list[str]:
    """Say the statement, the verdict, the last indicator, and every indicator in a line."""
    statement = [pick(told.statement)] if told.statement else []
    head = ["", told.group, _("rest"), "p", _("departing from it")]
    rows = [
        [
            r.indicator.label(),
            figure(r.group_mean, 3),
            figure(r.rest_mean, 3),
            p_text(r.p_value).removeprefix("= "),
            ", ".join(r.departing) or "–",
        ]
        for r in told.rows
    ]
    return [
        *statement,
        told.verdict,
        told.said_of(told.rows[-1]),
        *told.cautions,
        "",
        *aligned([head, *rows], left=(0, 4)),
    ]


def _public(paths: Mapping[str, Path]) -> list[Path]:
    return [path for kind, path in paths.items() if kind not in _PRIVATE]


def report(
    found: Concentrations,
    paths: Mapping[str, Path],
    guesses: Sequence[str] = (),
    rejected: int = 0,
    *,
    by_radius: bool = False,
    answer: Sequence[str] = (),
) -> Report:
    """Say the verdict, one number, one caution; then the table, the guesses and the paths.

    ``answer`` is what a command adds to what was known, and stands in the table's place.
    """
    said = found.summary()
    lines = [said.verdict, said.number, said.caution]
    if answer:
        lines += ["", *answer]
    elif len(found):
        lines += ["", *_table(found), "", *_verdicts(found)]
    if by_radius:
        lines += _radii(found)
    for told in associations_of(found.steps):
        lines += ["", told.verdict, *told.cautions]
    if rejected:
        lines += [
            "",
            ngettext(
                "{n} row could not be used: {path} says why.",
                "{n} rows could not be used: {path} says why.",
                rejected,
            ).format(n=rejected, path=paths.get("rejected", "")),
        ]
    lines += [*listed(_("Read as:"), guesses), *listed(_("Notes:"), found.notes)]
    public = _public(paths)
    private = [p for kind, p in paths.items() if kind in _PRIVATE]
    if public:
        lines += ["", _("To hand on:"), *path_lines(public)]
    if private:
        lines += [
            "",
            _("Private (locations of the producers; do not hand on):"),
            *path_lines(private),
        ]
    return Report(tuple(lines), _data(found, paths, guesses, rejected))


def _radii(found: Concentrations) -> list[str]:
    """Say what each radius of a ladder shows, or what chance gives within the one given."""
    from sialgeo.radii import evidence_by_radius, guide_of  # scipy: not for a command to start with

    guide = guide_of(found)
    if guide is not None:
        return ["", *guide.sentences()]
    if not _climbed(found):
        return []
    evidence = evidence_by_radius(found)
    return [
        *listed(_("What each radius shows:"), evidence.tree()),
        *("", *evidence.sentences()),
    ]


def _climbed(found: Concentrations) -> bool:
    return any(step.parameters.get(model.BY_RADIUS) for step in found.steps)


def listed(title: str, entries: Sequence[str]) -> list[str]:
    return ["", title, *(f"  - {entry}" for entry in entries)] if entries else []


_PRIVATE = (
    "work",
    "rejected",
    "study",
    "criteria",
    "sensitivity",
    "overlaps",
    "questions",
    "guide",
    "surface",
)


def path_lines(paths: Iterable[Path]) -> list[str]:
    return [f"  {path}" for path in paths]


def _data(
    found: Concentrations, paths: Mapping[str, Path], guesses: Sequence[str], rejected: int
) -> dict[str, Any]:
    from sialgeo.radii import evidence_by_radius, guide_of

    said = found.summary()
    areas = found.areas.drop(columns=found.areas.geometry.name)
    rows = areas.reset_index(names="concentration").to_dict(orient="records")
    guide, radii = guide_of(found), {}
    if _climbed(found):
        evidence = evidence_by_radius(found)
        radii = {"radii": evidence.table.reset_index().to_dict("records"), "tree": evidence.tree()}
    elif guide is not None:
        radii = {"radii": guide.table.reset_index().to_dict("records")}
    return {
        **radii,
        "verdict": said.verdict,
        "number": said.number,
        "caution": said.caution,
        "producers": len(found.producers),
        "concentrations": rows,
        "tests": [vars(t) for t in found.tests],
        "associations": [a.to_dict() for a in associations_of(found.steps)],
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
    model.HELD_OUT: N_("on held-out producers"),
    model.P_VALUE: "p",
    model.STABILITY: N_("Stability"),
    model.AGREEMENT: N_("Confirmed"),
    model.EVIDENCE: N_("Evidence"),
}


def _verdicts(found: Concentrations) -> list[str]:
    """Return one line for each concentration of the table."""
    rows = found.areas.head(ROWS)
    return [f"{k} {row[model.NAME]}: {verdict(row)}" for k, row in rows.iterrows()]


_INDICATORS = 3


def _table(found: Concentrations) -> list[str]:
    """Return the concentrations as aligned lines, with the first few indicators."""
    laid = [i for i in found.indicators if i.column in found.areas.columns][:_INDICATORS]
    labels = {i.column: i.label() for i in laid}
    columns = [c for c in _HEADS if c in found.areas.columns]
    columns[-1:-1] = list(labels)
    shown = found.areas.head(ROWS)
    head = ["", *(labels.get(c) or _(_HEADS[c]) for c in columns)]
    digits = {c: _digits(c, shown[c]) for c in columns if c not in (model.NAME, model.EVIDENCE)}
    rows = [
        [str(index), *(_cell(c, row, digits.get(c, 0)) for c in columns)]
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


def figure(value: float, digits: int = 0) -> str:
    """Return a number with the marks of the country in force; a dash where it is not known."""
    if math.isinf(value):
        return "∞"
    return localised(f"{value:.{digits}f}") if math.isfinite(value) else "–"


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


def _cell(column: str, row: Any, digits: int) -> str:
    value = row[column]
    if column == model.HELD_OUT and math.isfinite(value):
        ends = [figure(row[end], digits) for end in (model.HELD_OUT_LOW, model.HELD_OUT_HIGH)]
        return f"{figure(value, digits)} [{'–'.join(ends)}]"
    if column == model.EVIDENCE:
        return _(model.EVIDENCE_LABELS.get(value, str(value))).partition(":")[0]
    if isinstance(value, str):
        return value
    return figure(float(value), digits)
