"""The relative rule on arrays: which of a pool's units are denser than the pool explains.

A pool is sorted and counted once for each radius. Which of its units are producers then changes with
every map drawn under the null, and only they are looked at again. A compiled path (numba, where
installed) and the plain one give the same labels and counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.kernels.density import cluster, footprint_sums
from sialgeo.kernels.grid import Grid, frame_of
from sialgeo.kernels.likelihood import hypergeometric_critical
from sialgeo.kernels.neighbours import count_within, worth

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Rung:
    """A pool at one radius: what each unit needs to be a core, and its grid where compiled.

    ``need`` (m,) is in the order of the grid where there is one, else as the pool was given. Where
    only the pool's first ``few`` units are asked about, the others' is unknown.
    """

    xy: Array
    radius: float
    need: Ints
    grid: Grid | None
    few: int = 0

    @cached_property
    def rank(self) -> Ints:
        """Return each unit's place in the order of the grid."""
        rank = np.arange(len(self.xy), dtype=np.int64)
        if self.grid is not None:
            rank[self.grid.order] = np.arange(len(rank))
        return rank

    def _at(self, chosen: Ints) -> tuple[Ints, Ints]:
        """Return the chosen units' places in the grid, rising, and which of the chosen is at each."""
        if self.grid is not None and self.few == len(chosen):
            return _first(self.grid, self.few)
        at = self.rank[chosen]
        by = np.argsort(at)
        return at[by], by

    @classmethod
    def of(
        cls,
        pool: Array,
        cases: int,
        radius: float,
        alpha: float,
        least: int,
        *,
        few: int = 0,
        compiled: bool | None = None,
        threads: int = 0,
    ) -> Rung:
        """Count the pool (m, 2) within the radius (metres) of each unit, or of the ``few`` first.

        A unit with k cases (itself included) among b of the pool is a core if k ≥ ``least`` and
        P(Hypergeom(m − 1, cases − 1, b − 1) ≥ k − 1) ≤ ``alpha``.
        """
        frame = frame_of(pool, radius, compiled=worth(len(pool), compiled))
        grid = None if frame is None else Grid.of(pool, frame, threads)
        need = np.full(len(pool), least, dtype=np.int64)
        at: Any = slice(few or None)
        if grid is None:
            held = count_within(pool[at], pool, radius, compiled=False)
        elif few:
            at, by = _first(grid, few)
            held = grid.subset(at, by, threads).counts(grid, radius, threads)
        else:
            held = grid.counts(grid, radius, threads)
        need[at] = np.maximum(hypergeometric_critical(held, cases, len(pool), alpha), least)
        return cls(pool, radius, need, grid, few)

    def label(self, chosen: Ints, threads: int = 0) -> tuple[Ints, Flags]:
        """Return labels (−1: in no cluster) and core flags, (n,), where these units are the cases."""
        if self.grid is None:
            xy = self.xy[chosen]
            core = count_within(xy, xy, self.radius, compiled=False) >= self.need[chosen]
            if not core.any():
                return np.full(len(chosen), -1, dtype=np.int64), core
            return cluster(xy, core, self.radius, compiled=False), core
        at, by = self._at(chosen)
        cases = self.grid.subset(at, by, threads)
        core = cases.reach(cases, self.radius, self.need[at], threads)
        if not core.any():
            return np.full(len(chosen), -1, dtype=np.int64), core
        return cases.labels(core, self.radius, threads)

    def covered(self, chosen: Ints, labels: Ints, threads: int = 0) -> tuple[Array, Array]:
        """Return the cases and the pool's units in each cluster's footprint, (k,) each.

        A footprint is the union of discs of half the radius around the members.
        """
        reach = self.radius / 2
        flags = np.zeros(len(self.xy))
        flags[self.rank[chosen]] = 1.0
        inside = np.flatnonzero(labels >= 0)
        if self.grid is None:
            wide = np.full(int(labels.max(initial=-1)) + 1, reach)
            places, ours = self.xy[chosen[inside]], labels[inside]
            ones = np.ones(len(self.xy))
            pool = footprint_sums(self.xy, ones, places, ours, wide, compiled=False)
            return footprint_sums(self.xy, flags, places, ours, wide, compiled=False), pool
        at = self.rank[chosen[inside]]
        by = np.argsort(at)
        members = self.grid.subset(at[by], by, threads)
        sums = self.grid.covered(
            members, labels[inside[by]], reach, np.ones(len(flags)), flags, threads
        )
        return sums[1], sums[0]


def _first(grid: Grid, few: int) -> tuple[Ints, Ints]:
    """Return where a grid holds the first rows given, and which row is there."""
    at = np.flatnonzero(grid.order < few)
    return at, grid.order[at].astype(np.int64)
