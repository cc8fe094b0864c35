"""What a reader works out of a study from all the counts that are published of it together.

The counts by concentration, territory, chain and grid cell are sums of one table that nobody sees: the
producers in each cell, of each territory, concentration and chain. Each of the published tables may hold
its own rule and all together still give a small count of that table away. So the gate attacks itself
before anything is published (:func:`audited`) and withholds further counts until none is known closely.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sialgeo.kernels.bounds import Told, known_closely

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

ALL, AREAS, CHAINS, CELLS, TERRITORY_CHAINS, AREA_CHAINS, TERRITORIES = range(7)
# what is withheld first where there is a choice; the sum of all, areas and chains stay
_GIVES_WAY = (CELLS, TERRITORY_CHAINS, AREA_CHAINS, TERRITORIES)


@dataclass(frozen=True)
class Shown:
    """Which counts are published: masks by territory, by area and chain, by territory and chain, by cell."""

    territories: Mask
    area_chains: Mask
    territory_chains: Mask
    cells: Mask

    @classmethod
    def nothing(cls, territories: int, areas: int, chains: int) -> Shown:
        """Return masks that show no count; the last of territories, areas and chains is "none of them"."""

        def none(*shape: int) -> Mask:
            return np.zeros(shape, dtype=bool)

        by_area, by_territory = none(areas + 1, chains + 1), none(territories + 1, chains + 1)
        return cls(none(territories + 1), by_area, by_territory, none(1))


class Crossing:
    """The producers of each grid cell, territory, concentration and chain.

    Parameters
    ----------
    cell, territory, area, chain : arrays of int, shape (n,)
        Of each producer; −1 is "none of them".
    sizes
        How many cells, territories, areas and chains there are.

    Notes
    -----
    A reader is taken to know which concentration reaches into which cell and territory, that producers
    of none may be beside it anywhere, how many there are of each chain, and what every table shows.
    """

    def __init__(
        self, cell: Ints, territory: Ints, area: Ints, chain: Ints, sizes: tuple[int, int, int, int]
    ) -> None:
        cells, territories, areas, chains = self.sizes = (sizes[0], *(n + 1 for n in sizes[1:]))
        place = (territory % territories * cells + cell % cells) * areas
        area, chain = area % areas, chain % chains
        reached = np.unique(np.concatenate([place + area, place + areas - 1]))
        every = (reached[:, None] * chains + np.unique(chain)).ravel()
        self.counts: Counts = np.zeros(len(every), dtype=np.int64)
        codes, n = np.unique((place + area) * chains + chain, return_counts=True)
        self.counts[np.searchsorted(every, codes)] = n
        rest, self.chain = np.divmod(every, chains)
        rest, self.area = np.divmod(rest, areas)
        self.territory, self.cell = np.divmod(rest, cells)
        self.group = {
            ALL: np.zeros_like(every), AREAS: self.area, CHAINS: self.chain, CELLS: self.cell,
            TERRITORIES: self.territory, AREA_CHAINS: self.area * chains + self.chain,
            TERRITORY_CHAINS: self.territory * chains + self.chain,
        }  # fmt: skip
        widths = (1, areas, chains, cells, territories * chains, areas * chains, territories)
        self.sums = [
            np.bincount(self.group[table], weights=self.counts, minlength=width).astype(np.int64)
            for table, width in enumerate(widths)
        ]

    def by_chain(self) -> tuple[Counts, Counts]:
        """Return the producers by territory and chain, and by area and chain; the last of each is none."""
        _cells, territories, areas, chains = self.sizes
        found = self.sums[TERRITORY_CHAINS].reshape(territories, chains)
        return found, self.sums[AREA_CHAINS].reshape(areas, chains)

    def told(self, shown: Shown, least: int) -> list[Told]:
        """Return the sums of each table as a reader knows them."""
        found = []
        for table, (sums, known) in enumerate(
            zip(self.sums, self.masks(shown, least), strict=True)
        ):
            low = high = sums.astype(float)
            if table == CELLS:  # a class, not a count
                low = np.floor(low / least) * least
                high = low + least - 1
            low, high = np.where(known, low, -np.inf), np.where(known, high, np.inf)
            found.append(Told(self.group[table], low, high))
        return found

    def masks(self, shown: Shown, least: int) -> list[Mask]:
        """Return which sums of each table a reader knows."""
        areas = np.append(np.ones(self.sizes[2] - 1, dtype=bool), False)
        chains = self.sums[CHAINS] >= least
        chains[-1] = False
        masks = [np.ones(1, dtype=bool), areas, chains, shown.cells]
        masks += [shown.territory_chains.ravel(), shown.area_chains.ravel(), shown.territories]
        return masks

    def wanted(self, shown: Shown) -> list[Ints]:
        """Return the ways to add up that no reader may see through; what is in no cell shown is one."""
        cells, _territories, areas, _chains = self.sizes
        seen = np.where(shown.cells[self.cell], self.cell, cells)
        at, by = self.group[TERRITORY_CHAINS], self.group[AREA_CHAINS]
        found = [self.territory, self.territory * areas + self.area, at, by, at * areas + self.area]
        for cell in (self.cell, seen):
            wide = cell.astype(np.int64)
            found += [wide, wide * areas + self.area]
            found += [wide * self.sizes[1] + self.territory]
            found += [(wide * self.sizes[1] + self.territory) * areas + self.area]
        return found


def audited(crossing: Crossing, shown: Shown, least: int) -> Shown:
    """Return what may be shown so that no small count follows from all tables together.

    Small is from 1 to ``least`` − 1; see :func:`sialgeo.kernels.bounds.known_closely` for what is safe.
    Of the counts that pin one, the one that matters least is withheld: a cell, else a count by chain,
    else that of a territory, the smallest of its kind.

    Examples
    --------
    A district of 25 holds a whole concentration of 24. Its count must go, and with it that of the
    other, because the sum of both is known:

    >>> none = np.full(65, -1)
    >>> territory, area = np.repeat([0, 1], [25, 40]), np.repeat([0, -1], [24, 41])
    >>> crossing = Crossing(none, territory, area, none, (1, 2, 1, 0))
    >>> shown = Shown.nothing(2, 1, 0)
    >>> shown.territories[:-1] = True
    >>> audited(crossing, shown, 10).territories.tolist()
    [False, False, False]
    """
    settled: set[bytes] = set()
    while True:
        told, masks = crossing.told(shown, least), crossing.masks(shown, least)
        known = known_closely(crossing.counts, told, crossing.wanted(shown), least, settled)
        hidden: set[tuple[int, int]] = set()
        for one in known:
            found = _giving_way(crossing, masks, one.pins) or _giving_way(
                crossing,
                masks,
                [
                    (t, int(g))
                    for t in _GIVES_WAY
                    for g in set(crossing.group[t][one.parts].tolist())
                ],
            )
            if found and not hidden & set(found):
                hidden.add(found[0])
        if not hidden:
            return shown
        shown = _without(shown, hidden)


def _giving_way(
    crossing: Crossing, masks: list[Mask], pins: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return the shown counts among some that may be withheld, the one to begin with first."""
    able = [
        (table, group)
        for table, group in pins
        if table in _GIVES_WAY and masks[table][group] and crossing.sums[table][group] > 0
    ]
    return sorted(
        able, key=lambda pin: (_GIVES_WAY.index(pin[0]), crossing.sums[pin[0]][pin[1]], pin[1])
    )


def _without(shown: Shown, hidden: set[tuple[int, int]]) -> Shown:
    """Return what is shown without some counts."""
    masks = {
        TERRITORIES: shown.territories.copy(), AREA_CHAINS: shown.area_chains.copy(),
        TERRITORY_CHAINS: shown.territory_chains.copy(), CELLS: shown.cells.copy(),
    }  # fmt: skip
    for table, group in hidden:
        masks[table].reshape(-1)[group] = False
    return replace(
        shown, territories=masks[TERRITORIES], area_chains=masks[AREA_CHAINS],
        territory_chains=masks[TERRITORY_CHAINS], cells=masks[CELLS],
    )  # fmt: skip
