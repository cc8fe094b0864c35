"""``tables.xlsx``: one sheet a table, labels with units in the language in force.

Row 1 of each sheet is the title, with the label of synthetic data; row 2 the header. Texts that begin
like a formula stay texts.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sialgeo.association import associations_of
from sialgeo.association.result import METHOD_NAMES
from sialgeo.errors import MissingDependencyError
from sialgeo.exporters.wording import (
    ELSEWHERE,
    indicator_name,
    label_of,
    plain,
    said_first,
    shown,
    synthetic_of,
    title_of,
    with_unit,
)
from sialgeo.files import whole_file
from sialgeo.guide import field_questions, guide_phases
from sialgeo.i18n import LANGUAGES, N_, _, language, retell
from sialgeo.model import (
    BY_CHAIN,
    BY_RADIUS,
    CHAIN_LQ,
    CHAIN_N,
    CONCENTRATION,
    COVERED,
    HIGH,
    LABELS,
    LOW,
    MAIN_CHAIN,
    MIX_ZONE,
    MIX_ZONES,
    NAME,
    OF_UNITS,
    ON_TERROIRS,
    OVERLAPS,
    P_VALUE,
    PLACES_TOLD,
    STATISTIC,
    UNITS_KNOWN,
    VERDICT,
    N,
    Publication,
)
from sialgeo.radii import RadiusGuide, evidence_by_radius, guide_of

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST, _WIDEST, _NARROWEST = 32_000, 60, 9
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
FAMILIES: Mapping[str, str] = {
    "monetary": N_("monetary poverty"),
    "hdi": N_("human development index"),
    "capabilities": N_("capabilities"),
    "marginalisation": N_("marginalisation"),
    "other": N_("other"),
}


KINDS: Mapping[str, str] = {"group": N_("group of concentrations"), "territory": N_("territory")}


class Sheet(NamedTuple):
    """One table: sheet name, headers, number of decimals by column (None: general), rows."""

    name: str
    headers: list[str]
    digits: list[int | None]
    rows: list[list[Any]]


def write(publication: Publication, path: str | os.PathLike[str]) -> None:
    """Write the tables of a publication as a spreadsheet.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        A file ``*.xlsx``.

    Raises
    ------
    FileError
        The file cannot be written.
    MissingDependencyError
        openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
    except ImportError as failure:
        raise MissingDependencyError("openpyxl", _("writing spreadsheets")) from failure
    book = Workbook()
    book.remove(book.active)
    heading = " · ".join(t for t in (title_of(publication), synthetic_of(publication)) if t)
    book.properties.title = _clean(title_of(publication))
    book.properties.creator = "sialgeo"
    with whole_file(path) as temporary:
        for sheet in sheets(publication):
            _fill(book.create_sheet(_FORBIDDEN.sub(" ", sheet.name)[:31]), sheet, heading)
        held = io.BytesIO()
        book.save(held)
        temporary.write_bytes(held.getvalue())


def sheets(publication: Publication) -> list[Sheet]:
    """Return the tables in order."""
    guide = guide_of(publication)
    return [
        _concentrations(publication),
        _by_chain(publication),
        *chain_sheets(publication),
        *_by_radius(publication),
        *([] if guide is None else [guide_sheet(guide)]),
        _by_territory(publication),
        *_flows(publication),
        _indicators(publication),
        _tests(publication),
        *_associations(publication),
        *_together(publication),
        _guide(publication),
        _questions(publication),
        _sources(publication),
    ]


def _concentrations(publication: Publication) -> Sheet:
    areas = publication.areas
    others = {VERDICT + code for code in LANGUAGES if code != language()}
    columns = [c for c in areas.columns if c != areas.geometry.name and c not in others]
    table = areas[columns].rename_axis(CONCENTRATION).reset_index()
    return _sheet(_("Concentrations"), table, publication)


def _sheet(name: str, table: Any, publication: Publication) -> Sheet:
    labels = [label_of(str(column), publication) for column in table.columns]
    rows = [
        [shown(str(c), v) for c, v in zip(table.columns, row, strict=True)]
        for row in table.itertuples(index=False, name=None)
    ]
    return Sheet(
        name, [with_unit(label) for label in labels], [label.digits for label in labels], rows
    )


def _by_chain(publication: Publication) -> Sheet:
    areas = publication.areas
    headers: list[str] = [
        _("Chain"),
        _("Concentrations where it is the main chain"),
        _("Producers in published concentrations"),
        _("Counts withheld"),
        _("Highest location quotient"),
        _("Concentration of the highest"),
    ]
    rows = []
    for column in (c for c in areas.columns if str(c).startswith(CHAIN_N)):
        chain = column[len(CHAIN_N) :]
        main = int((areas[MAIN_CHAIN] == chain).sum()) if MAIN_CHAIN in areas else None
        known = areas[column].dropna()
        quotients = (
            areas[CHAIN_LQ + chain].dropna() if CHAIN_LQ + chain in areas else known.iloc[:0]
        )
        highest, where = None, None
        if len(quotients):
            highest, where = float(quotients.max()), str(areas.loc[quotients.idxmax(), NAME])
        withheld = len(areas) - len(known)
        rows.append(
            [chain, main, float(known.sum()) if len(known) else None, withheld, highest, where]
        )
    return Sheet(_("By chain"), headers, [None, 0, 0, 0, 2, None], rows)


def _by_radius(publication: Publication) -> list[Sheet]:
    """Return what each radius of a ladder shows, where there was one."""
    if not any(step.parameters.get(BY_RADIUS) for step in publication.steps):
        return []
    evidence = evidence_by_radius(publication)
    headers: list[str] = [
        _("Radius (km)"),
        _(LABELS[CONCENTRATION].text),
        _(LABELS[NAME].text),
        _(LABELS[N].text),
        _(LABELS[STATISTIC].text),
        _("p-value over all radii"),
        _("Radius chosen"),
    ]
    rows = [
        [
            row.radius / 1000,
            int(row.concentration),
            evidence.names.get(int(row.concentration), ""),
            int(row.n),
            plain(row.statistic),
            plain(row.p_value),
            _("yes") if row.kept else "",
        ]
        for row in evidence.answers.sort_values(["concentration", "radius"]).itertuples()
    ]
    return [Sheet(_("By radius"), headers, [1, None, None, 0, 2, 3, None], rows)]


def guide_sheet(guide: RadiusGuide) -> Sheet:
    """Return what chance gives within each radius, where one radius was given."""
    headers: list[str] = [
        _("Radius (km)"),
        _("Neighbours by chance"),
        _("Least number of producers, 1 in 100"),
        _("Least number of producers, 1 in 1,000"),
        _("Can be used"),
    ]
    rows = [
        [
            row.Index / 1000,
            plain(row.by_chance),
            int(row.least_01),
            int(row.least_001),
            _("yes") if row.usable else _("no"),
        ]
        for row in guide.table.itertuples()
    ]
    return Sheet(_("Radius guide"), headers, [1, 1, 0, 0, None], rows)


def chain_sheets(publication: Publication) -> list[Sheet]:
    """Return what many chains show together: which are concentrated, where they meet, how they mix."""
    held = next((s.parameters for s in publication.steps if s.parameters.get(BY_CHAIN)), None)
    if held is None:
        return []
    headers: list[str] = [
        _("Chain"),
        _("Producers"),
        _("Concentrations found"),
        _("Smallest p-value"),
        _("The same, adjusted over the chains"),
        _("Concentrated beyond chance"),
        _("Concentrations that pass the test"),
    ]
    rows = [
        [
            row["chain"],
            row["producers"],
            row["concentrations"],
            plain(row["smallest_p"]),
            plain(row["p_over_chains"]),
            _("yes") if row["selected"] else _("no"),
            row["tested"],
        ]
        for row in held[BY_CHAIN]
    ]
    found = [Sheet(_("Chains"), headers, [None, 0, 0, 3, 3, None, 0], rows)]
    if held.get(OVERLAPS):
        found.append(_overlaps(held[OVERLAPS]))
    if held.get(MIX_ZONES):
        found.append(_mix_zones(held[MIX_ZONES], [row["chain"] for row in held[BY_CHAIN]]))
    return found


def _overlaps(pairs: Sequence[Mapping[str, Any]]) -> Sheet:
    """Return the overlap matrix: the Jaccard index of the footprints, chain by chain."""
    names = sorted({pair[side] for pair in pairs for side in ("chain", "other")})
    shared = {(pair["chain"], pair["other"]): pair["overlap"] for pair in pairs}
    rows = [
        [a, *(1.0 if a == b else shared.get((a, b), shared.get((b, a))) for b in names)]
        for a in names
    ]
    return Sheet(_("Overlap of chains"), [_("Chain"), *names], [None, *(2 for _n in names)], rows)


def _mix_zones(zones: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Sheet:
    """Return the zones with another mix: how many times as common each chain is there as elsewhere."""
    rows = [
        [zone[MIX_ZONE], zone[N], plain(zone[P_VALUE]), *(plain(zone[name]) for name in names)]
        for zone in zones
    ]
    headers: list[str] = [_(LABELS[column].text) for column in (MIX_ZONE, N, P_VALUE)]
    digits = [None, 0, 3, *(2 for _name in names)]
    return Sheet(_("Mix of chains"), [*headers, *names], digits, rows)


def _flows(publication: Publication) -> list[Sheet]:
    flows = publication.flows
    if flows is None or not len(flows):
        return []
    table = flows.drop(columns=flows.geometry.name)
    return [_sheet(_("Flows"), table, publication)]


def _together(publication: Publication) -> list[Sheet]:
    """Return what groups and territories given by the user are, and what lies on what."""
    import pandas as pd

    rows = [row for step in publication.steps for row in step.parameters.get(PLACES_TOLD, ())]
    overlaps = [row for step in publication.steps for row in step.parameters.get(ON_TERROIRS, ())]
    found = []
    if rows:
        table = pd.DataFrame(rows)
        table["kind"] = [_(KINDS[kind]) for kind in table["kind"]]
        made = _sheet(_("Groups and territories"), table, publication)
        found.append(made._replace(headers=[_("What"), *made.headers[1:]]))
    if overlaps:
        headers: list[str] = [
            _("Territory"),
            _(LABELS[CONCENTRATION].text),
            _("In common (km²)"),
            _("Share of the footprint"),
            _("Share of the territory"),
        ]
        cells = [list(row.values()) for row in overlaps]
        found.append(Sheet(_("Overlap"), headers, [None, None, 1, 2, 2], cells))
    return found


def _guide(publication: Publication) -> Sheet:
    headers: list[str] = [
        _("Phase of the SIAL guide"),
        _("What sialgeo gives to it"),
        _("Done"),
        _("Open questions"),
    ]
    rows = [
        [row.guide, row.given, _("yes") if row.done else _("no"), row.open_questions]
        for row in guide_phases(publication).itertuples()
    ]
    return Sheet(_("SIAL guide"), headers, [None, None, None, 0], rows)


def _questions(publication: Publication) -> Sheet:
    headers: list[str] = [
        _(LABELS[CONCENTRATION].text),
        _(LABELS[NAME].text),
        _("Phase of the SIAL guide"),
        _("Table to fill in"),
        _("Question"),
    ]
    phases = guide_phases(publication)["guide"]
    rows = [
        [plain(row.concentration), row.name, phases[row.phase], row.table, row.question]
        for row in field_questions(publication).itertuples()
    ]
    return Sheet(_("Field questions"), headers, [None] * 5, rows)


def _by_territory(publication: Publication) -> Sheet:
    territories = publication.context.territories
    name = _("By territory")
    if territories is None:
        return Sheet(name, [_("Territory")], [None], [[_("No territories were given.")]])
    context = publication.context
    table = territories.drop(columns=territories.geometry.name)
    if N not in table:
        return _named_sheet(name, table, publication, context.territory_key, context.territory_name)
    rest = [c for c in table.columns if c != N]
    named = [c for c in (context.territory_key, context.territory_name) if c in rest]
    table = table[[*named, N, *(c for c in rest if c not in named)]]
    return _named_sheet(name, table, publication, context.territory_key, context.territory_name)


def _named_sheet(
    name: str, table: Any, publication: Publication, key: str | None, named: str | None
) -> Sheet:
    """Return a sheet whose key and name columns have the labels of territories."""
    sheet = _sheet(name, table, publication)
    said = {key: _(LABELS["territory"].text), named: _(LABELS["territory_name"].text)}
    headers = [said.get(c, h) for c, h in zip(table.columns, sheet.headers, strict=True)]
    return sheet._replace(headers=headers)


def _indicators(publication: Publication) -> Sheet:
    areas = publication.areas
    headers: list[str] = [
        _(LABELS[CONCENTRATION].text),
        _(LABELS[NAME].text),
        _("Indicator"),
        _("Family"),
        _("Year"),
        _("Unit"),
        _("Value in the area"),
        _("Lower 95 %"),
        _("Upper 95 %"),
        _("Share of the area with a value"),
        _("Mean over the producers' own territories"),
        _("Producers' own territories, lower 95 %"),
        _("Producers' own territories, upper 95 %"),
        _("Share of producers with a value"),
        _("All territories"),
        _("Source"),
    ]
    rows = []
    for number, area in areas.iterrows():
        for i in publication.indicators:
            endings = (
                "",
                LOW,
                HIGH,
                COVERED,
                OF_UNITS,
                OF_UNITS + LOW,
                OF_UNITS + HIGH,
                UNITS_KNOWN,
            )
            wanted = [i.column + s for s in endings]
            if not any(column in areas for column in wanted):
                continue
            values = [plain(area.get(column)) for column in wanted]
            told = [indicator_name(i), _(FAMILIES[i.family]), i.year, i.unit]
            rows.append([plain(number), area[NAME], *told, *values, plain(i.overall), i.source])
    digits: list[int | None] = [*(None,) * 6, 3, 3, 3, 2, 3, 3, 3, 2, 3, None]
    return Sheet(_("Indicators"), headers, digits, rows)


def _tests(publication: Publication) -> Sheet:
    headers: list[str] = [
        _("Test"),
        _("Statistic"),
        _("p-value"),
        _("Alternative"),
        _("Replicates"),
        _("Seed"),
        _("Null hypothesis"),
    ]
    rows = [
        [
            t.label(),
            plain(t.statistic),
            plain(t.p_value),
            _(t.alternative),
            t.replicates,
            t.seed,
            _(t.null),
        ]
        for t in publication.tests
    ]
    digits: list[int | None] = [None, 2, 3, None, 0, None, None]
    return Sheet(_("Tests"), headers, digits, rows)


def _associations(publication: Publication) -> list[Sheet]:
    """Return one sheet with every division of every test of association, where there is one."""
    found = associations_of(publication.steps)
    headers: list[str] = [
        _("Indicator"),
        _("Division of the territory"),
        _("Areas"),
        _("Mean where the producers are"),
        _("Mean of the reference population"),
        _("Difference"),
        _("p-value"),
        _("Null hypothesis"),
        _("Naive p-value: units"),
        _("Naive p-value: areas"),
        _("Verdict"),
    ]
    rows: list[list[Any]] = []
    for answer in found:
        name, null = indicator_name(answer.indicator), _(METHOD_NAMES[answer.method])
        for i, d in enumerate(answer.divisions):
            first = i == 0  # means and naive p-values belong to the areas given
            means = [answer.producers_mean, answer.reference_mean] if first else [None, None]
            plainly = [answer.naive["units"], answer.naive["areas"]]
            shown_p = plainly if first and answer.tested else [None, None]
            figures = [plain(d.statistic), plain(d.p_value), null, *shown_p]
            verdict = answer.verdict if first else None
            rows.append([name, retell(d.name), d.areas, *means, *figures, verdict])
    digits: list[int | None] = [None, None, 0, 3, 3, 3, 3, None, 3, 3, None]
    return [Sheet(_("Association"), headers, digits, rows)] if rows else []


def _sources(publication: Publication) -> Sheet:
    rows: list[list[Any]] = [[said.heading, "", said.text] for said in said_first(publication)]
    for step in publication.steps:
        rows += [
            [step.verb, str(k), _told(v)] for k, v in step.parameters.items() if k not in ELSEWHERE
        ]
        rows += [[step.verb, "crs", step.crs]] if step.crs else []
        rows += [[step.verb, "seed", step.seed]] if step.seed is not None else []
    newest: dict[str, str] = {}
    for step in publication.steps:
        newest.update(step.versions)
    rows += [[_("Version"), library, version] for library, version in newest.items()]
    return Sheet(
        _("Sources and parameters"), [_("Subject"), _("Parameter"), _("Value")], [None] * 3, rows
    )


def _told(value: Any) -> Any:
    value = plain(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{k}: {_told(v)}" for k, v in value.items())
    return "; ".join(str(_told(v)) for v in value) if isinstance(value, list) else value


# --- cells -----------------------------------------------------------------------------------------


def _fill(page: Any, sheet: Sheet, heading: str) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    _put(page.cell(1, 1), heading)
    page.cell(1, 1).font = Font(bold=True)
    for j, header in enumerate(sheet.headers, start=1):
        cell = page.cell(2, j)
        _put(cell, header)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", start_color="00334F")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for i, row in enumerate(sheet.rows, start=3):
        for j, value in enumerate(row, start=1):
            _put(page.cell(i, j), value, sheet.digits[j - 1])
    for j, header in enumerate(sheet.headers, start=1):
        page.column_dimensions[get_column_letter(j)].width = _width(header, sheet.rows, j - 1)
    page.freeze_panes = "A3" if len(sheet.headers) < 4 else "C3"
    if sheet.rows:
        page.auto_filter.ref = f"A2:{get_column_letter(len(sheet.headers))}{len(sheet.rows) + 2}"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "1:2"


def _put(cell: Any, value: Any, digits: int | None = None) -> None:
    """Write a value; a text that begins like a formula is marked as text."""
    if isinstance(value, str):
        text = _clean(value)
        cell.value = text
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(_FORMULA)
        return
    cell.value = value
    if isinstance(value, int | float) and not isinstance(value, bool) and digits is not None:
        cell.number_format = "#,##0" + ("." + "0" * digits if digits else "")


def _clean(text: str) -> str:
    """Return a text without the characters that a spreadsheet may not hold."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    seen = text.encode("utf-8", "replace").decode("utf-8")
    return str(ILLEGAL_CHARACTERS_RE.sub("", seen))[:_LONGEST]


def _width(header: str, rows: Sequence[Sequence[Any]], j: int) -> float:
    longest = max(_lengths(row[j] for row in rows), default=0)
    return float(min(max(longest, min(len(header), 24), _NARROWEST), _WIDEST) + 2)


def _lengths(values: Iterable[Any]) -> Iterable[int]:
    for value in values:
        yield 9 if isinstance(value, float) else len(str(value))
