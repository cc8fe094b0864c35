# SPDX-License-Identifier: GPL-2.0-or-later
"""What each page of the wizard tells of its input: sialgeo's own verbs, shown as HTML. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from ..texts import tr

_MOST_FAULTS = 12


@dataclass
class Checked:
    """Whether an input can be used, what is told of it, its columns, and what was found and read."""

    usable: bool
    html: str
    columns: tuple = ()
    triage: object = None
    inputs: object = None


def producers(study, report) -> Checked:
    """Read and examine the producers."""
    import sialgeo
    from sialgeo.study import read_inputs

    source = study.producers
    inputs = read_inputs(replace(study, reference=None), report.part(0.0, 0.6))
    table, usable = inputs.everyone, len(inputs.producers)
    report(0.6, tr("Examining the rows"))
    triage = sialgeo.check_producers(
        table, country=source.country or None, abroad=source.abroad or None
    )
    told = [_strong(triage.summary), _list([*_read(table), *inputs.notes])]
    if source.cases:
        told.append(
            _paragraph(
                tr("{n} of {total} rows are producers by your rule.").format(
                    n=f"{usable:,}", total=f"{len(table):,}"
                )
            )
        )
    else:
        usable = triage.usable
    told.append(_faults_by_code(triage.faults))
    return Checked(usable > 1, "".join(told), _columns(table), triage)


def reference(study, report) -> Checked:
    """Read the reference population and hold it against the producers."""
    from sialgeo.study import read_inputs

    inputs = read_inputs(study, report)
    held = inputs.reference
    if held is None:
        return Checked(
            True,
            _strong(tr("Without a reference nothing can be tested."))
            + _paragraph(
                tr(
                    "The groups found are exploratory: they prove nothing, and every output says so."
                )
            ),
            inputs=inputs,
        )
    n = len(held.table) if held.kind == "points" else float(held.table["mass"].sum())
    told = [
        _strong(
            tr("{producers} producers against {n} of “{name}”.").format(
                producers=f"{len(inputs.producers):,}", n=f"{n:,.0f}", name=held.name or "–"
            )
        )
    ]
    if held.masked:
        told.append(_paragraph(tr("This is land, not people: the answer stays inconclusive.")))
    elif held.spacing > 0:
        told.append(
            _paragraph(
                tr(
                    "Its places are {km} km apart: a radius under twice that would invent concentrations."
                ).format(km=f"{held.spacing / 1000:.1f}")
            )
        )
    told.append(_list([*_read(held.table), *inputs.notes]))
    return Checked(n > 0, "".join(told), inputs=inputs)


def neighbourhood(study, report, inputs) -> Checked:
    """Say what speaks for one radius or another."""
    import sialgeo

    report(0.1, tr("Looking at several radii"))
    chosen = study.detection.detector
    guide = sialgeo.suggest_radius(
        inputs.producers, reference=inputs.reference, min_units=chosen.min_units
    )
    rows = [
        (
            f"{radius / 1000:g}",
            f"{row['by_chance']:.1f}",
            str(int(row["least_001"])),
            f"{100 * row['crowded']:.0f} %",
            tr("yes") if row["usable"] else tr("no"),
        )
        for radius, row in guide.table.iterrows()
    ]
    head = (
        tr("Radius (km)"),
        tr("By chance"),
        tr("Remarkable from"),
        tr("Crowded"),
        tr("Usable"),
    )
    radius = getattr(chosen, "radius", "auto")
    told = _list(guide.sentences()) + _table(head, rows)
    if radius != "auto" and not guide.least <= radius <= guide.most:
        told = (
            _strong(
                tr("{km} km is outside what can be used here: {least} to {most} km.").format(
                    km=f"{radius / 1000:g}",
                    least=f"{guide.least / 1000:.1f}",
                    most=f"{guide.most / 1000:.1f}",
                )
            )
            + told
        )
    return Checked(True, told)


def territories(study, report) -> Checked:
    """Read the territories, join their table and describe the indicators."""
    from sialgeo.descriptions import describe_indicators, sentence
    from sialgeo.study import read_territories

    source = study.territories[0]
    report(0.2, tr("Reading the territories"))
    layer, notes = read_territories(source, study.folder)
    numbers = tuple(
        str(name)
        for name in layer.columns
        if name != layer.geometry.name and layer[name].dtype.kind in "if"
    )
    told = [
        _strong(tr("{n} territories.").format(n=f"{len(layer):,}")),
        _list([*_read(layer), *notes]),
    ]
    known = {one.column: one for one in (*layer.attrs.get("indicators", ()), *source.indicators)}
    rows = []
    for column in (c for c in source.shown if c in numbers):
        values = layer[column].dropna()
        about = known.get(column) or describe_indicators([column])[0]
        span = f"{values.min():g} – {values.max():g}" if len(values) else "–"
        rows.append((sentence(about), f"{len(values):,} / {len(layer):,}", span))
    if rows:
        told.append(_table((tr("Indicator"), tr("With a value"), tr("From – to")), rows))
    else:
        told.append(_paragraph(tr("Tick the indicators to lay over, on the left.")))
    return Checked(bool(rows), "".join(told), numbers)


def tables(study, report) -> Checked:
    """Name every fault in the tables of the SIAL study."""
    import sialgeo

    source = study.sial
    path = study.resolve(source.path)
    report(0.2, tr("Reading the tables"))
    try:
        found = sialgeo.read_tables(path, files=source.files)
    except sialgeo.SchemaError:
        return _faults_of_tables(sialgeo.check_tables(path, files=source.files))
    said = tr("Tables found in {place}: {names}. No fault.")
    return Checked(
        True,
        _strong(said.format(place=Path(path).name, names=", ".join(sorted(found.given))))
        + _list(found.notes),
    )


def _faults_of_tables(faults) -> Checked:
    rows = [
        (str(f.table), str(f.row), str(f.column), str(f.message), str(f.remedy))
        for f in faults.head(_MOST_FAULTS).itertuples()
    ]
    head = (tr("Table"), tr("Row"), tr("Column"), tr("Fault"), tr("Remedy"))
    said = tr("{n} faults; nothing can be classified before they are mended.")
    return Checked(False, _strong(said.format(n=len(faults))) + _table(head, rows))


# --- as HTML ---------------------------------------------------------------------------------------


def _read(table) -> list[str]:
    reading = getattr(table, "attrs", {}).get("reading", {})
    return [*(g["sentence"] for g in reading.get("guesses", ())), *reading.get("notes", ())]


def _columns(table) -> tuple:
    return tuple(str(name) for name in table.columns if name != table.geometry.name)


def _faults_by_code(faults) -> str:
    if not len(faults):
        return ""
    rows = []
    for (message, proposal), group in faults.groupby(["message", "proposal"], sort=False):
        kind = tr("set aside") if group["severity"].iloc[0] == "reject" else tr("warning")
        where = ", ".join(map(str, group["row"].head(5))) + (" …" if len(group) > 5 else "")
        rows.append((f"{len(group):,}", kind, str(message), str(proposal), where))
    rows.sort(key=lambda row: -int(row[0].replace(",", "")))
    head = (tr("Rows"), tr("Kind"), tr("What is wrong"), tr("Proposal"), tr("Which rows"))
    more = len(rows) - _MOST_FAULTS
    said = tr("… and {n} more kinds; the list of faults holds all.").format(n=more)
    return _table(head, rows[:_MOST_FAULTS]) + (_paragraph(said) if more > 0 else "")


def _strong(text: str) -> str:
    return f"<p><b>{escape(text)}</b></p>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _list(sentences) -> str:
    items = "".join(f"<li>{escape(str(one))}</li>" for one in sentences if one)
    return f"<ul>{items}</ul>" if items else ""


def _table(head, rows) -> str:
    def row(cells, tag) -> str:
        told = (f"<{tag} align='left'>{escape(cell)}</{tag}>" for cell in cells)
        return f"<tr>{''.join(told)}</tr>"

    return (
        f"<table cellspacing='0' cellpadding='3'>{row(head, 'th')}"
        f"{''.join(row(r, 'td') for r in rows)}</table>"
    )
