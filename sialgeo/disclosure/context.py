"""Territories, places, titles and summaries, as far as they may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sialgeo.disclosure.cleaning import clean_text, clean_texts, legible_layer
from sialgeo.disclosure.counts import Counts
from sialgeo.disclosure.footprints import PUBLISHED_CRS
from sialgeo.disclosure.withheld import CHAIN_TERRITORY_COUNTS, TERRITORY_COUNTS, say
from sialgeo.i18n import LANGUAGES, _, use_language
from sialgeo.model import BIVARIATE, CHAIN_N, NAME, Concentrations, Context, Indicator, N, Summary

if TYPE_CHECKING:
    import geopandas as gpd

Mask = NDArray[np.bool_]


def context_of(c: Concentrations, context: Context | None) -> Context:
    context = context or Context()
    if context.synthetic:
        return context
    labels = (s.parameters["synthetic"] for s in c.steps if s.parameters.get("synthetic"))
    return replace(context, synthetic=next(labels, ""))


def indicators_of(c: Concentrations, context: Context) -> tuple[Indicator, ...]:
    found = {i.column: i for i in (*context.indicators, *c.indicators)}
    return tuple(replace(i, source=clean_text(i.source)) for i in found.values())


def published_context(
    context: Context,
    indicators: tuple[Indicator, ...],
    counts: Counts,
    earlier: gpd.GeoDataFrame | None,
    withheld: list[tuple[str, int, str]],
) -> Context:
    """Return the context with key, name and indicators of territories, and names of places, only.

    ``earlier``: the concentrations of an earlier date, as far as they may be shown.
    """
    territories, places = context.territories, context.places
    if territories is not None:
        named = (
            context.territory_key,
            context.territory_name,
            context.territory_population,
            *(i.column for i in indicators),
            BIVARIATE,
        )
        territories = legible_layer(_with_counts(_narrow(territories, named), counts, withheld))
    if places is not None:
        places = legible_layer(_narrow(places, (context.place_name,)))
    terroirs = context.terroirs
    if terroirs is not None:
        terroirs = _narrow(terroirs, (NAME,))
    return replace(
        context,
        terroirs=terroirs,
        earlier=earlier,
        earlier_date=clean_text(context.earlier_date),
        territories=territories,
        places=places,
        indicators=indicators,
        title=clean_texts(context.title),
        synthetic=clean_texts(context.synthetic),
        reference=clean_texts(context.reference),
        sources=tuple(clean_text(source) for source in context.sources),
        date=clean_text(context.date),
        licence=clean_text(context.licence),
    )


def _with_counts(
    territories: gpd.GeoDataFrame, counts: Counts, withheld: list[tuple[str, int, str]]
) -> gpd.GeoDataFrame:
    """Add the producers of each territory, and of each chain in it, as far as they are shown."""
    if counts.territories is None:
        return territories
    shown, alone = counts.shown, counts.alone
    say(withheld, TERRITORY_COUNTS, ~shown.territories[:-1], ~alone.territories[:-1])
    territories[N] = np.where(shown.territories, counts.territories, np.nan)[:-1]
    if not counts.own_chains:
        return territories
    own = len(counts.own_chains)
    by_chain, alone_by_chain = shown.territory_chains[:-1, :own], alone.territory_chains[:-1, :own]
    say(withheld, CHAIN_TERRITORY_COUNTS, ~by_chain, ~alone_by_chain)
    for j, chain in enumerate(counts.own_chains):
        told = np.where(by_chain[:, j], counts.territory_chains[:-1, j], np.nan)
        territories[f"{CHAIN_N}{chain}"] = told
    return territories


def _narrow(layer: gpd.GeoDataFrame, columns: Sequence[str | None]) -> gpd.GeoDataFrame:
    chosen = [col for col in dict.fromkeys(columns) if col is not None and col in layer]
    narrow = layer[[*chosen, layer.geometry.name]].to_crs(PUBLISHED_CRS).reset_index(drop=True)
    narrow.attrs = {}
    return narrow


def summaries_of(c: Concentrations, kept: Mask) -> Mapping[str, Summary]:
    """Return the summary in each language; its number counts published concentrations only."""
    shown = replace(c, areas=c.areas.loc[kept])
    held_back = int((~kept).sum())
    said = {}
    for code in LANGUAGES:
        with use_language(code):
            summary = c.summary()
            if held_back:
                number = shown.summary().number
                note = _("Withheld as confidential: {n}.").format(n=held_back)
                summary = summary._replace(number=f"{number} {note}")
            said[code] = summary
    return said
