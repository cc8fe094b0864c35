"""The concentrations that may be published, and their columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.disclosure.counts import Counts
from sialgeo.disclosure.footprints import PUBLISHED_CRS, generalised
from sialgeo.disclosure.recorded import volumes_of
from sialgeo.disclosure.withheld import (
    CHAIN_COUNTS,
    COLUMNS,
    CONCENTRATIONS,
    CRITERIA_TABLE,
    DOMINANCE,
    DOMINANT,
    DOMINATED,
    FEW,
    PRIVATE_COLUMN,
    SHARES,
    SMALL_COUNT,
    UNKNOWN_COLUMN,
    say,
)
from sialgeo.model import (
    CHAIN_ENTROPY,
    CHAIN_LQ,
    CHAIN_LQ_HIGH,
    CHAIN_LQ_LOW,
    CHAIN_N,
    CONCENTRATION,
    CRITERIA,
    EXPOSED_OUTPUT,
    EXPOSED_PRODUCERS,
    LABELS,
    LQ,
    LQ_HIGH,
    LQ_LOW,
    MAIN_CHAIN,
    MEMBER_SHARE,
    OF_INDICATOR,
    SUBINDEX,
    SUPPLIERS_WITHIN,
    SUPPLY_WITHIN,
    Concentrations,
    Indicator,
    N,
)

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_OUTPUT_KNOWN = "output_known"  # of ``profile``: how many producers' output is known


def publishable(c: Concentrations, min_n: int, withheld: list[tuple[str, int, str]]) -> Mask:
    """Mark the areas that are large enough and not dominated, and report the others."""
    counted = (
        c.producers[CONCENTRATION].value_counts().reindex(c.areas.index).fillna(0).to_numpy(int)
    )
    enough: Mask = np.minimum(counted, c.areas[N].to_numpy(int)) >= min_n
    free = ~_dominated(c)
    withheld.append((CONCENTRATIONS, int((~enough).sum()), FEW))
    withheld.append((CONCENTRATIONS, int((enough & ~free).sum()), DOMINATED))
    kept: Mask = enough & free
    return kept


def _dominated(c: Concentrations) -> Mask:
    """Mark the areas whose two largest producers hold more than 85 % of the output."""
    dominated: Mask = np.zeros(len(c), dtype=bool)
    members = c.producers.groupby(CONCENTRATION).indices
    for output in volumes_of(c):
        shares = [_top_share(output[members.get(i, [])]) for i in c.areas.index]
        dominated |= np.array([share > DOMINANCE for share in shares], dtype=bool)
    return dominated


def _top_share(output: Array) -> float:
    total = output.sum()
    return float(np.sort(output)[-DOMINANT:].sum() / total) if total > 0 else 0.0


def published_areas(
    c: Concentrations,
    kept: Mask,
    indicators: tuple[Indicator, ...],
    columns: Sequence[str],
    withheld: list[tuple[str, int, str]],
) -> gpd.GeoDataFrame:
    import geopandas as gpd

    geometry = c.areas.geometry.name
    known = [
        col for col in c.areas.columns if col != geometry and _is_known(col, indicators, columns)
    ]
    private = CRITERIA in c.areas and CRITERIA not in known
    withheld.append((CRITERIA_TABLE, int(private), PRIVATE_COLUMN))
    withheld.append((COLUMNS, len(c.areas.columns) - len(known) - 1 - private, UNKNOWN_COLUMN))
    chosen = c.areas.loc[kept]
    return gpd.GeoDataFrame(
        chosen[known].copy(), geometry=generalised(c, chosen), crs=PUBLISHED_CRS
    )


def _is_known(column: Any, indicators: tuple[Indicator, ...], columns: Sequence[str]) -> bool:
    if column in LABELS or column in columns or column == _OUTPUT_KNOWN:
        return True
    families = (CHAIN_N, CHAIN_LQ, CHAIN_LQ_LOW, CHAIN_LQ_HIGH)
    if str(column).startswith((*families, SUPPLIERS_WITHIN, SUPPLY_WITHIN, SUBINDEX)):
        return True
    return any(column == i.column + ending for i in indicators for ending in OF_INDICATOR)


def without_small_chains(
    areas: gpd.GeoDataFrame, counts: Counts, withheld: list[tuple[str, int, str]]
) -> gpd.GeoDataFrame:
    """Blank the chain counts, and their quotients, that are too small or would give one away."""
    if not any(str(column).startswith(CHAIN_N) for column in areas) or not len(areas):
        return areas
    hidden = ~counts.shown.area_chains[:-1, :-1]
    say(withheld, CHAIN_COUNTS, hidden, ~counts.alone.area_chains[:-1, :-1])
    areas = areas.copy()
    some: Mask = np.asarray(hidden.any(axis=1))
    blank(areas, CHAIN_ENTROPY, some)
    for j, chain in enumerate(counts.chains):
        for prefix in (CHAIN_N, CHAIN_LQ, CHAIN_LQ_LOW, CHAIN_LQ_HIGH):
            blank(areas, prefix + chain, hidden[:, j])
        if MAIN_CHAIN in areas:  # the quotient of the main chain would give its count away
            for quotient in (LQ, LQ_LOW, LQ_HIGH):
                blank(areas, quotient, hidden[:, j] & (areas[MAIN_CHAIN] == chain).to_numpy())
    return areas


def without_small_shares(
    areas: gpd.GeoDataFrame, min_n: int, withheld: list[tuple[str, int, str]]
) -> gpd.GeoDataFrame:
    """Blank the shares of producers that stand for a small count, or for one of a withheld chain."""
    found = [col for col in (MEMBER_SHARE, EXPOSED_PRODUCERS) if col in areas]
    if not found or not len(areas):
        return areas
    areas, n = areas.copy(), areas[N].to_numpy(float)
    chains = [col for col in areas.columns if str(col).startswith(CHAIN_N)]
    unseen = areas[chains].isna().any(axis=1).to_numpy()
    for column in found:
        count = n * areas[column].to_numpy(float, na_value=np.nan) / 100.0
        least = np.minimum(count, n - count)
        hidden: Mask = (least > 0.5) & (least < min_n - 0.5)
        if column == EXPOSED_PRODUCERS:
            hidden |= unseen & np.isfinite(count)
            blank(areas, EXPOSED_OUTPUT, hidden)
        withheld.append((SHARES, int(hidden.sum()), SMALL_COUNT))
        blank(areas, column, hidden)
    return areas


def blank(areas: gpd.GeoDataFrame, column: str, hidden: Mask) -> None:
    if hidden.any() and column in areas:
        areas[column] = np.where(hidden, np.nan, areas[column].to_numpy(float, na_value=np.nan))
