"""What a person reads in every output: column labels with units, title, what to say first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any, NamedTuple

from sialgeo.association import associations_of
from sialgeo.disclosure import withheld_sentences
from sialgeo.i18n import N_, _, language, pick, retell, tell_date
from sialgeo.model import (
    BY_CHAIN,
    BY_RADIUS,
    CHAIN_LQ,
    CHAIN_LQ_HIGH,
    CHAIN_LQ_LOW,
    CHAIN_N,
    COVERED,
    HIGH,
    LABELS,
    LOW,
    MIX_ZONES,
    N_LEAST,
    N_MOST,
    OF_UNITS,
    ON_TERROIRS,
    OUTPUT,
    OVERLAPS,
    PLACES_TOLD,
    SUBINDEX,
    SUBINDEX_NAMES,
    SUPPLIERS_WITHIN,
    SUPPLY_WITHIN,
    UNITS_KNOWN,
    WORDS,
    Indicator,
    Label,
    Publication,
)
from sialgeo.radii import GUIDE
from sialgeo.symbology import UNITS

# parameters of a step that are told in a place of their own
ELSEWHERE = (
    *("indicators", "answer", BY_RADIUS, GUIDE, BY_CHAIN, OVERLAPS, MIX_ZONES),
    *(PLACES_TOLD, ON_TERROIRS),
)
NO_TITLE = N_("Concentrations of rural agro-industry")
ECOLOGICAL = N_(
    "The indicators describe the territories where the producers are, not their households."
)
_CHAIN_TEXTS = {
    CHAIN_N: Label(N_("Producers of {chain}"), "", 0),
    CHAIN_LQ: Label(N_("Location quotient of {chain}"), "", 2),
    CHAIN_LQ_LOW: Label(N_("Location quotient of {chain}, lower 95 %"), "", 2),
    CHAIN_LQ_HIGH: Label(N_("Location quotient of {chain}, upper 95 %"), "", 2),
}
_RING_TEXTS = {
    SUPPLIERS_WITHIN: Label(N_("Suppliers within {km} km, mean per plant"), "", 1),
    SUPPLY_WITHIN: Label(N_("Supply within {km} km, mean per plant"), "", 1),
}
_INDICATOR_TEXTS = {
    COVERED: Label(N_("{name}: share of the area with a value"), "", 2),
    OF_UNITS: Label(N_("{name}: mean over the producers' own territories")),
    OF_UNITS + LOW: Label(N_("{name}: mean over the producers' own territories, lower 95 %")),
    OF_UNITS + HIGH: Label(N_("{name}: mean over the producers' own territories, upper 95 %")),
    UNITS_KNOWN: Label(N_("{name}: share of producers with a value"), "", 2),
    LOW: Label(N_("{name}: lower 95 %")),
    HIGH: Label(N_("{name}: upper 95 %")),
}
_IN_UNIT = (OF_UNITS, OF_UNITS + LOW, OF_UNITS + HIGH, LOW, HIGH)  # of the indicator itself
_OTHER_TEXTS = {
    "destination": Label(N_("Destination")),
    "product": Label(N_("Product")),
    "volume": Label(N_("Volume"), "", 1),
    "volume_unit": Label(N_("Unit")),
    "output_known": Label(N_("Producers with a known output"), "", 0),
    N_LEAST: Label(N_("Producers, at least"), "", 0),
    N_MOST: Label(N_("Producers, at most"), "", 0),
    "side_m": Label(N_("Side of the cell"), "m", 0),
}


class Said(NamedTuple):
    """One line of what an output says about itself: its key, heading and text."""

    key: str
    heading: str
    text: str


def label_of(column: str, publication: Publication) -> Label:
    """Return what a person reads for a column, in the language in force."""
    if column in LABELS:
        label = LABELS[column]
        unit = _volume_unit(publication) if column == OUTPUT else label.unit
        return label._replace(text=_(label.text), unit=unit)
    for prefix in sorted(_CHAIN_TEXTS, key=len, reverse=True):
        if column.startswith(prefix):
            label = _CHAIN_TEXTS[prefix]
            return label._replace(text=_(label.text).format(chain=column[len(prefix) :]))
    for prefix, label in _RING_TEXTS.items():
        if column.startswith(prefix):
            return label._replace(text=_(label.text).format(km=column[len(prefix) :]))
    if column.startswith(SUBINDEX):
        name = column[len(SUBINDEX) :]
        said = _("Sub-index: {name} (0–1)").format(name=_(SUBINDEX_NAMES.get(name, name)))
        return Label(said, "", 2)
    for indicator in publication.indicators:
        found = _indicator_label(column, indicator)
        if found is not None:
            return found
    if column == publication.context.territory_population:
        return Label(_("Population"), "", 0)
    label = _OTHER_TEXTS.get(column, Label(column))
    return label._replace(text=_(label.text))


def with_unit(label: Label) -> str:
    """Return a label's text with its unit."""
    return f"{label.text} ({label.unit})" if label.unit else label.text


def indicator_name(indicator: Indicator) -> str:
    """Return an indicator's name with its year, in the language in force."""
    name = indicator.label()
    year = str(indicator.year) if indicator.year else ""
    return name if not year or year in name else f"{name}, {year}"


def _indicator_label(column: str, indicator: Indicator) -> Label | None:
    name, unit = indicator_name(indicator), UNITS.get(indicator.unit, indicator.unit)
    if column == indicator.column:
        return Label(name, unit)
    for suffix, label in _INDICATOR_TEXTS.items():
        if column == indicator.column + suffix:
            own = unit if suffix in _IN_UNIT else ""
            return label._replace(text=_(label.text).format(name=name), unit=own)
    return None


def _volume_unit(publication: Publication) -> str:
    units = [s.parameters.get("volume_unit") for s in publication.steps if s.verb == "profile"]
    return str(units[-1] or "") if units else ""


def title_of(publication: Publication) -> str:
    """Return the study's title in the language in force."""
    return pick(publication.context.title) or _(NO_TITLE)


def synthetic_of(publication: Publication) -> str:
    """Return the label of synthetic data, empty where the data are real."""
    label = pick(publication.context.synthetic)
    return _("Synthetic data: {label}").format(label=label) if label else ""


def said_first(publication: Publication) -> tuple[Said, ...]:
    """Return title, verdict, number, cautions, sources and what is withheld, in that order."""
    context, summary = publication.context, publication.summaries[language()]
    reference = pick(context.reference)
    synthetic = synthetic_of(publication)
    caution = "" if synthetic and summary.caution == synthetic else summary.caution
    lines = [
        Said("title", _("Title"), title_of(publication)),
        Said("synthetic", _("Data"), synthetic),
        Said("verdict", _("Verdict"), summary.verdict),
        Said("number", _("Number"), summary.number),
        Said("caution", _("Caution"), caution),
        *association_lines(publication),
        *(Said("withheld", _("Withheld"), text) for text in withheld_sentences(publication)),
        Said("ecological", _("Caution"), _(ECOLOGICAL) if publication.indicators else ""),
        Said("reference", _("Reference population"), reference),
        Said("date", _("Date"), tell_date(context.date)),
        *(Said("source", _("Source"), source) for source in context.sources),
        Said("licence", _("Licence"), context.licence),
        *(Said("note", _("Note"), retell(note)) for note in publication.notes),
    ]
    return tuple(line for line in lines if line.text)


def association_lines(publication: Publication) -> tuple[Said, ...]:
    """Return what the tests of association say: verdict with its cautions, range, naive p-values."""
    found: list[Said] = []
    for answer in associations_of(publication.steps):
        heading = _("Association: {name}").format(name=indicator_name(answer.indicator))
        synthetic = synthetic_of(publication)
        cautions = [c for c in answer.cautions if str(c) != synthetic]
        told = " ".join([answer.verdict, *cautions])
        found.append(Said("association", heading, told))
        for text in (answer.over_divisions, answer.contrast):
            found.append(Said("association_figures", heading, text))
    return tuple(found)


def shown(column: str, value: Any) -> Any:
    """Return a cell as a person reads it: evidence in words, lists joined, missing ones None."""
    value, words = plain(value), WORDS.get(column, {})
    if isinstance(value, str) and words:  # a list that was read back from a file is one text
        value = value.split("; ")
    if isinstance(value, list):
        value = [_(words[v]) if v in words else v for v in value]
    return joined(value)


def joined(value: Any) -> Any:
    """Return lists as one text."""
    return "; ".join(map(str, value)) if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """Return a value as JSON takes it: NaN and infinity are None, tuples lists, numpy's own plain."""
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(held) for held in value]
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    return None if str(value) in ("<NA>", "NaT") else str(value)
