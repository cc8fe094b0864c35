"""The counts that are published together, and what may be shown of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sialgeo.disclosure.audit import Crossing, Shown, audited
from sialgeo.disclosure.recorded import chain_of
from sialgeo.kernels.suppression import hidden_in_row, hidden_in_table
from sialgeo.model import CHAIN_N, CONCENTRATION, TERRITORY, Concentrations, Context, N

if TYPE_CHECKING:
    import geopandas as gpd

    from sialgeo.disclosure.cells import Grid

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def _hidden_chains(
    counts: Array, totals: Array, rest: Array, min_n: int, already: Mask | None = None
) -> Mask:
    """Mark the cells of a table by chain, whose sums the reader may know, that must not be shown.

    ``totals`` are the rows' sums (what is of no chain is a column that nobody sees), ``rest`` is a
    row that nobody sees: the producers in none of the rows. ``already``: cells that are hidden.
    """
    table = np.vstack([counts, rest])
    none = np.append(np.maximum(totals - counts.sum(axis=1), 0.0), 0.0)
    unseen = np.zeros((table.shape[0], table.shape[1] + 1), dtype=bool)
    unseen[-1], unseen[:, -1] = True, True
    if already is not None:
        unseen[:-1, :-1] = already
    hidden = hidden_in_table(np.column_stack([table, none]), min_n, unseen)
    return hidden[:-1, :-1]


class Counts:
    """The producers of each territory, chain and grid cell, and what may be shown of them.

    ``alone`` is what each table may show by itself, ``shown`` what all may show together
    (:mod:`sialgeo.disclosure.audit`). The last territory holds those in none, the last chain those of none.
    """

    def __init__(
        self,
        c: Concentrations,
        areas: gpd.GeoDataFrame,
        context: Context,
        grid: Grid | None,
        min_n: int,
    ) -> None:
        import pandas as pd

        column, layer, key = chain_of(c), context.territories, context.territory_key
        kinds = pd.Series(None, c.producers.index) if column is None else c.producers[column]
        chain, own = pd.factorize(kinds, sort=True)
        self.own_chains = [str(one) for one in own]
        told = [str(name)[len(CHAIN_N) :] for name in areas if str(name).startswith(CHAIN_N)]
        self.chains = list(dict.fromkeys([*self.own_chains, *told]))
        self.territories = None if layer is None else _territory_counts(c, layer, key)
        keys = pd.Index([] if layer is None or self.territories is None else layer[key])
        nowhere = np.full(len(c.producers), -1)
        territory = keys.get_indexer(c.producers[TERRITORY]) if len(keys) else nowhere
        area = areas.index.get_indexer(c.producers[CONCENTRATION])
        self._codes = (territory, area, chain)
        self._sizes = (len(keys), len(areas), len(self.chains))
        plain = Crossing(nowhere, *self._codes, (1, *self._sizes))
        self.territory_chains, area_chains = plain.by_chain()
        self.alone = self._each_alone(areas, area_chains[-1].astype(float), min_n)
        self.shown = audited(plain, self.alone, min_n)
        if grid is not None:
            cells = ~hidden_in_row(grid.cells.n.astype(float), min_n, ~grid.fit)
            self.alone = replace(self.alone, cells=cells)
            all_together = Crossing(grid.cells.of, *self._codes, (len(cells), *self._sizes))
            self.shown = audited(all_together, replace(self.shown, cells=cells), min_n)

    def _each_alone(self, areas: gpd.GeoDataFrame, outside: Array, min_n: int) -> Shown:
        """Return what each table may show by itself; ``outside``: of each chain in no concentration."""
        shown = Shown.nothing(*self._sizes)
        columns = [CHAIN_N + chain for chain in self.chains]
        if len(areas) and set(columns) <= set(areas):
            counts = np.nan_to_num(areas[columns].to_numpy(float, na_value=np.nan))
            totals = areas[N].to_numpy(float)
            shown.area_chains[:-1, :-1] = ~_hidden_chains(counts, totals, outside[:-1], min_n)
        if self.territories is not None:
            few = hidden_in_row(self.territories, min_n)[:-1]
            counts = self.territory_chains[:, :-1].astype(float)
            already = few[:, None] & (counts[:-1] > 0)
            totals = self.territories[:-1]
            hidden = _hidden_chains(counts[:-1], totals, counts[-1], min_n, already)
            shown.territories[:-1], shown.territory_chains[:-1, :-1] = ~few, ~(hidden | already)
        return shown


def _territory_counts(
    c: Concentrations, territories: gpd.GeoDataFrame, key: str | None
) -> Array | None:
    """Count producers by territory; the last entry holds those in none of them."""
    if key is None or key not in territories or TERRITORY not in c.producers:
        return None
    per_code = c.producers[TERRITORY].value_counts()
    if not per_code.index.isin(territories[key]).any() or not territories[key].is_unique:
        return None
    counts = territories[key].map(per_code).fillna(0).to_numpy(float)
    return np.append(counts, len(c.producers) - counts.sum())
