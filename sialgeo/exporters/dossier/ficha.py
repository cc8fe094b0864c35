"""The fact sheet of one concentration: two pages, what matters first.

Fields after the project's own list (docs/methods.md): identification, map, size, evidence, chains,
linkages, collective action, resources, social context, reliability, and what the sheet does not say.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from sialgeo.disclosure import withheld_sentences
from sialgeo.exporters import figures
from sialgeo.exporters.dossier.blocks import (
    Beside,
    Block,
    Bullets,
    Facts,
    Heading,
    Paragraph,
    Picture,
    Table,
    Turn,
)
from sialgeo.exporters.webmap import said
from sialgeo.exporters.wording import (
    ECOLOGICAL,
    indicator_name,
    label_of,
    shown,
    synthetic_of,
    with_unit,
)
from sialgeo.guide import field_questions
from sialgeo.i18n import N_, _, retell, tell_date, tell_number
from sialgeo.model import (
    ACTIVATION,
    ACTIVATION_EVIDENCE,
    AGREEMENT,
    AREA,
    BACKWARD,
    BY_RADIUS,
    CATCHMENT_KM,
    CATCHMENT_N,
    CATCHMENT_VOLUME,
    CHAIN_ENTROPY,
    CHAIN_LQ,
    CHAIN_LQ_HIGH,
    CHAIN_LQ_LOW,
    CHAIN_N,
    COMPLETENESS,
    COORDINATION,
    DECLUSTERING,
    DECLUSTERING_REASONS,
    DENSITY,
    EFFICIENCY,
    EMPLOYMENT,
    EVIDENCE,
    EXPECTED,
    EXPOSURE_ACTIVATION,
    FDR,
    FORWARD,
    GRADE,
    HELD_OUT,
    HELD_OUT_HIGH,
    HELD_OUT_LOW,
    HIGH,
    INCOME_EFFECT,
    LABELS,
    LINKS_MISSING,
    LINKS_PRESENT,
    LOCAL_CONTENT,
    LOW,
    LQ,
    LQ_HIGH,
    LQ_LOW,
    MAIN_CHAIN,
    NAME,
    NOT_TOLD,
    OF_UNITS,
    OUTPUT,
    OUTPUT_SHARE,
    P_VALUE,
    RADII,
    RESOURCES,
    RR,
    RR_HIGH,
    RR_LOW,
    SHARE,
    SOLD_OUTSIDE,
    SPATIAL_EVIDENCE,
    STABILITY,
    STABILITY_BAND,
    STARS,
    SUPPLIER_ACCESS,
    SUPPLIERS_WITHIN,
    SUPPLY_WITHIN,
    TERRITORIES,
    THREATS,
    UNMET,
    UNSURVEYED,
    N,
    Publication,
)
from sialgeo.radii import evidence_by_radius, guide_of
from sialgeo.symbology import UNITS

Row = Mapping[str, Any]

LONGEST = 120  # characters of a name in a heading
MOST_CAUTIONS = 7  # what the second page of a fact sheet holds
_DPI = 200
SIZE = (N, SHARE, EMPLOYMENT, OUTPUT, OUTPUT_SHARE, AREA, DENSITY)
TESTED = (
    *(EVIDENCE, P_VALUE, FDR, EXPECTED, GRADE, STABILITY, STABILITY_BAND, AGREEMENT, RADII, STARS),
)
CHAIN_LINKED = (LINKS_PRESENT, LINKS_MISSING, COMPLETENESS)
SUPPLIED = (SUPPLIER_ACCESS, CATCHMENT_N, CATCHMENT_VOLUME, CATCHMENT_KM)
DEALING = (BACKWARD, LOCAL_CONTENT, FORWARD, SOLD_OUTSIDE)
ACTIVATED = (
    ACTIVATION,
    ACTIVATION_EVIDENCE,
    SPATIAL_EVIDENCE,
    COORDINATION,
    *EFFICIENCY,
    RESOURCES,
    THREATS,
    DECLUSTERING,
    DECLUSTERING_REASONS,
    UNMET,
    UNSURVEYED,
    EXPOSURE_ACTIVATION,
    INCOME_EFFECT,
)
MOST_QUESTIONS = 6
FEW_CHAINS, FEW_BESIDE_LINKAGES = 5, 3  # that the first page has room for beneath the evidence
INTERVALS = (
    (HELD_OUT, HELD_OUT_LOW, HELD_OUT_HIGH),
    (RR, RR_LOW, RR_HIGH),
    (LQ, LQ_LOW, LQ_HIGH),
)
NOT_SAID = (
    N_(
        "That it is a localised agri-food system (SIAL): organisations, collective action and specific resources are not in coordinates."
    ),
    N_("Why the producers are there, or what would happen if something were done: it shows where."),
    N_("How its households live: indicators describe territories, not the producers' homes."),
    N_(
        "That poverty comes from the concentration, or the other way round: association is no effect."
    ),
    N_("That a place without a concentration has no producers, or none worth support."),
)


def ficha(
    publication: Publication, concentration: Any, *, maps: bool = True, brief: bool = False
) -> tuple[Block, ...]:
    """Return the fact sheet of one published concentration, in the language in force.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` allows to be handed on.
    concentration
        Its number: a label of ``publication.areas``.
    maps
        Whether its two maps are drawn.
    brief
        Whether no more cautions are listed than two pages hold: :func:`all_cautions` tells the rest.
    """
    row = publication.areas.drop(columns=publication.areas.geometry.name).loc[concentration]
    held = {str(column): value for column, value in row.items()}
    verdict, number, caution = said(held, synthetic_of(publication))
    first, second = _shared_out(held, publication)
    return (
        Heading(f"{concentration} · {shortened(held.get(NAME))}", 1),
        Paragraph(_where(held, publication), "small"),
        Paragraph(verdict, "verdict"),
        Paragraph(number, "number"),
        Paragraph(caution, "caution"),
        *((_maps(publication, concentration, held),) if maps else ()),
        Heading(_("Size")),
        Facts(_facts(held, SIZE, publication)),
        Heading(_("Evidence")),
        Facts(
            (
                *_facts(held, TESTED, publication),
                *_intervals(held, publication),
            )
        ),
        *_radii(concentration, publication),
        *first,
        Turn(),
        *second,
        *_activation(held, publication),
        *_questions(concentration, publication),
        *_context(held, publication),
        *_reliability(publication, brief=brief),
        Heading(_("What this sheet does not say")),
        Bullets(tuple(_(text) for text in NOT_SAID)),
    )


def shortened(text: Any, longest: int = LONGEST) -> str:
    """Return a text of the data on one line, cut where it is absurdly long.

    >>> shortened("a\\n b" + "c" * 200, 10)
    'a bcccccc…'
    """
    one = figures.one_line(text)
    return one if len(one) <= longest else one[: longest - 1] + "…"


def figure_of(value: Any, digits: int | None) -> str:
    """Return a number as a person reads it, a dash where it is not known."""
    number = float(value)
    if not math.isfinite(number):
        return "–"
    if digits is None:
        digits = 3 if abs(number) < 1 else 1
    return tell_number(number, digits)


def _where(row: Row, publication: Publication) -> str:
    lines = []
    if _known(row.get(MAIN_CHAIN)):
        lines.append(_("Main chain: {chain}").format(chain=shortened(row[MAIN_CHAIN])))
    if _known(row.get(TERRITORIES)):
        names = shortened(shown(TERRITORIES, row[TERRITORIES]), 2 * LONGEST)
        lines.append(_("Territories: {names}").format(names=names))
    if publication.context.date:
        lines.append(_("Date: {date}").format(date=tell_date(publication.context.date)))
    return " · ".join(lines)


def _known(value: Any) -> bool:
    if value is None or value == "":
        return False
    return not (isinstance(value, float) and math.isnan(value)) and str(value) != "<NA>"


def _maps(publication: Publication, concentration: Any, row: Row) -> Beside:
    name = shortened(row.get(NAME))
    near = figures.detail(publication, concentration, size=(5.2, 3.3))
    far = figures.locator(publication, concentration, size=(2.1, 3.3))
    return Beside(
        (
            Picture(png(far), _("Where {name} lies in the study").format(name=name), 0.28),
            Picture(png(near), _("{name} from near").format(name=name), 0.72),
        )
    )


def png(ax: Any) -> bytes:
    """Return the picture that axes stand in."""
    held = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")
        ax.figure.savefig(held, format="png", dpi=_DPI, metadata={"Software": "sialgeo"})
    return held.getvalue()


def _facts(
    row: Row, columns: Sequence[str], publication: Publication
) -> tuple[tuple[str, str], ...]:
    found = []
    for column in columns:
        value = row.get(column)
        if column in row and not (isinstance(value, list) and not value):
            label = label_of(column, publication)
            if not _known(value):
                told = _(NOT_TOLD) if column in EFFICIENCY else _("not known")
            elif isinstance(value, int | float) or hasattr(value, "dtype"):
                told = figure_of(value, label.digits)
            else:
                told = shortened(shown(column, value))
            found.append((with_unit(label), told))
    return tuple(found)


def _intervals(row: Row, publication: Publication) -> tuple[tuple[str, str], ...]:
    found = []
    for column, low, high in INTERVALS:
        if _known(row.get(column)):
            told = figure_of(row[column], 2)
            if _known(row.get(low)) and _known(row.get(high)):
                told += f" [{figure_of(row[low], 2)}; {figure_of(row[high], 2)}]"
            label = label_of(column, publication).text
            label += _(" (ignores the selection)") if column == RR else ""
            found.append((label, told))
    return tuple(found)


def _radii(concentration: Any, publication: Publication) -> tuple[Block, ...]:
    """Say what each radius of a ladder shows of it, or what chance gives within the one given."""
    guide = guide_of(publication)
    radius = next(
        (s.parameters["radius"] for s in publication.steps if "radius" in s.parameters), 0
    )
    if guide is not None and radius in guide.table.index:
        return (Paragraph(guide.at(float(radius)), "small"),)
    if not _climbed(publication):
        return ()
    answers = evidence_by_radius(publication).answers
    own = answers[answers["concentration"] == concentration].sort_values("radius")
    rows = tuple(
        (
            figure_of(row.radius / 1000, 0),
            figure_of(row.n, 0),
            figure_of(row.p_value, 3),
            _("yes") if row.kept else "",
        )
        for row in own.itertuples()
    )
    head = (_("Radius (km)"), _("Producers"), _("p-value over all radii"), _("Radius chosen"))
    return (Table(head, rows, (3,)),) if rows else ()


def _shared_out(row: Row, publication: Publication) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Return chains and linkages: those that the first page has room for, and the others."""
    chains, linked = _chains(row), _linkages(row, publication)
    n = sum(column.startswith(CHAIN_N) for column in row)
    if n > FEW_CHAINS or _climbed(publication):
        return (), (*chains, *linked)
    return (chains, linked) if n > FEW_BESIDE_LINKAGES else ((*chains, *linked), ())


def _linkages(row: Row, publication: Publication) -> tuple[Block, ...]:
    """Say which links of the chain are there, who supplies, and where the product goes."""
    known = {column for column, value in row.items() if _told(value)}
    links, supplied, dealing = (
        _facts(row, [c for c in asked if c in known], publication)
        for asked in (CHAIN_LINKED, SUPPLIED, DEALING)
    )
    rings = [_rings(row, prefix, publication) for prefix in (SUPPLIERS_WITHIN, SUPPLY_WITHIN)]
    facts = (*links, *(ring for ring in rings if ring is not None), *supplied, *dealing)
    return (Heading(_("Linkages")), Facts(facts)) if facts else ()


def _rings(row: Row, prefix: str, publication: Publication) -> tuple[str, str] | None:
    """Return the figures of all radii in one line; None where none is known."""
    held = {c[len(prefix) :]: v for c, v in row.items() if c.startswith(prefix) and _known(v)}
    if not held:
        return None
    radii = sorted(held, key=float)
    label = label_of(prefix + ", ".join(radii), publication)
    return label.text, " · ".join(figure_of(held[radius], label.digits) for radius in radii)


def _told(value: Any) -> bool:
    """Tell whether a cell says anything: an empty list does not."""
    return len(value) > 0 if hasattr(value, "__len__") else _known(value)


def _climbed(publication: Publication) -> bool:
    """Tell whether a ladder of radii was climbed: its table is on the first page."""
    return any(step.parameters.get(BY_RADIUS) for step in publication.steps)


def _activation(row: Row, publication: Publication) -> tuple[Block, ...]:
    """Say how activated it is, where it was classified."""
    if ACTIVATION not in row:
        return ()
    shown = [c for c in ACTIVATED if c in row and (c in EFFICIENCY or _told(row[c]))]
    facts = _facts(row, shown, publication)
    return (Heading(_("Collective action")), Facts(facts))


def _questions(concentration: Any, publication: Publication) -> tuple[Block, ...]:
    """Say what to ask in the field: what is missing, or all of it where nothing was classified."""
    areas = publication.areas.drop(columns=publication.areas.geometry.name)
    asked = field_questions(areas[areas.index == concentration])["question"].head(MOST_QUESTIONS)
    return (Heading(_("Questions for the field")), Bullets(tuple(asked))) if len(asked) else ()


def _chains(row: Row) -> tuple[Block, ...]:
    chains = [c[len(CHAIN_N) :] for c in row if c.startswith(CHAIN_N)]
    if not chains:
        return ()
    rows = []
    for chain in chains:
        interval = [row.get(prefix + chain) for prefix in (CHAIN_LQ_LOW, CHAIN_LQ_HIGH)]
        rows.append(
            (
                shortened(chain),
                _count(row[CHAIN_N + chain]),
                figure_of(_or_nan(row.get(CHAIN_LQ + chain)), 2),
                "–".join(figure_of(_or_nan(v), 2) for v in interval),
            )
        )
    head = (_("Chain"), _("Producers"), _("Location quotient"), _("95 % interval"))
    note = _("A location quotient above 1: the chain's share here is larger than in the study.")
    if _known(row.get(CHAIN_ENTROPY)):
        mix = f"{_(LABELS[CHAIN_ENTROPY].text)}: {figure_of(row[CHAIN_ENTROPY], 2)}."
        note = f"{mix} {note}"
    return (Heading(_("Chains")), Table(head, tuple(rows)), Paragraph(note, "small"))


def _count(value: Any) -> str:
    return figure_of(value, 0) if _known(value) else _("withheld")


def _or_nan(value: Any) -> float:
    return float(value) if _known(value) else math.nan


def _with_interval(row: Row, column: str) -> str:
    """Return a figure, with the ends of its interval where it has one."""
    told = figure_of(_or_nan(row.get(column)), None)
    low, high = (_or_nan(row.get(column + end)) for end in (LOW, HIGH))
    if math.isnan(low) or math.isnan(high):
        return told
    return f"{told} [{figure_of(low, None)}–{figure_of(high, None)}]"


def _context(row: Row, publication: Publication) -> tuple[Block, ...]:
    rows = []
    for indicator in publication.indicators:
        if indicator.column not in row:
            continue
        unit = UNITS.get(indicator.unit, indicator.unit)
        rows.append(
            (
                indicator_name(indicator) + (f" ({unit})" if unit else ""),
                _with_interval(row, indicator.column),
                _with_interval(row, indicator.column + OF_UNITS),
                figure_of(indicator.overall, None),
                shortened(indicator.source),
            )
        )
    if not rows:
        return ()
    head = (
        _("Indicator"),
        _("here"),
        _("producers' own territories"),
        _("all territories"),
        _("Source"),
    )
    return (
        Heading(_("Human development and poverty")),
        Table(head, tuple(rows), (0, 4)),
        Paragraph(_(ECOLOGICAL), "small"),
    )


def all_cautions(publication: Publication) -> tuple[Block, ...]:
    """Return the cautions in full, where brief fact sheets could not hold them."""
    if len(_cautions(publication)) <= MOST_CAUTIONS:
        return ()
    return _reliability(publication, brief=False)


def _reliability(publication: Publication, *, brief: bool) -> tuple[Block, ...]:
    lines = _cautions(publication)
    if not lines:
        return ()
    if brief and len(lines) > MOST_CAUTIONS:
        kept = lines[: MOST_CAUTIONS - 1]
        more = _("{n} more hold for the whole study: see “Reliability” at the end.")
        lines = [*kept, more.format(n=tell_number(len(lines) - len(kept)))]
    return (Heading(_("Reliability")), Bullets(tuple(lines)))


def _cautions(publication: Publication) -> list[str]:
    lines = [synthetic_of(publication), *withheld_sentences(publication)]
    lines += [retell(note) for note in publication.notes if retell(note) != _(ECOLOGICAL)]
    return list(dict.fromkeys(shortened(line, 300) for line in lines if line))
