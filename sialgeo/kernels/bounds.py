"""What follows from sums that are told, exactly or as a class: how closely the counts behind them are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, vstack

Array = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

MOST = 1_000  # parts of one system; more are taken in turn, the others held at what they are
_NODES = 200  # of the search for whole numbers, where the vertices of the system are none
_PINNED, _WHOLE = 1e-9, 1e-6
_HOPS, _LOOSE = 3, 200


class Told(NamedTuple):
    """One table of sums: the sum that each part is in, and the least and most that are told of each.

    Both are infinite where nothing is told.
    """

    group: Ints
    low: Array
    high: Array


class Known(NamedTuple):
    """A count that is known too closely: its parts, and which sums of which table pin it."""

    parts: Ints
    pins: list[tuple[int, int]]


def known_closely(
    counts: NDArray[np.int64],
    tables: Sequence[Told],
    wanted: Sequence[Ints],
    least: int,
    settled: set[bytes] | None = None,
) -> list[Known]:
    """Return the small counts that the sums together tell more closely than they may.

    A count from 1 to ``least`` − 1 is safe where it may as well be zero, or where what it may be
    spans ``least`` whole numbers (Hundepool et al. 2012, *Statistical Disclosure Control*: feasibility
    intervals, sliding protection). That is shown by whole numbers that agree with every sum, found by
    programming: one solution speaks for many counts at once. Of a system of more than ``MOST`` parts
    those around a count are looked at, the rest held at its true counts: what is safe so, is safe; more
    may be called known than is.

    Parameters
    ----------
    counts : array of int, shape (n,)
        The true counts of the parts: zero for those that a reader must reckon with too.
    tables : sequence of Told
        The sums that a reader knows.
    wanted : sequence of arrays of int, shape (n,)
        For each way to add the parts up, the sum that each is in.
    least
        The least count that may be known.
    settled
        Counts that were found safe when more was told than now: they are not looked at again, and
        those that are found safe now are added.

    Returns
    -------
    list of Known

    Examples
    --------
    A district of 25 holds a whole concentration of 24:

    >>> parts = np.array([24, 1, 40])
    >>> district = Told(np.array([0, 0, 1]), np.array([25.0, 40.0]), np.array([25.0, 40.0]))
    >>> area = Told(np.array([0, 1, 1]), np.array([24.0, -np.inf]), np.array([24.0, np.inf]))
    >>> [known.parts.tolist() for known in known_closely(parts, [district, area], [np.arange(3)], 10)]
    [[1]]
    """
    settled = set() if settled is None else settled
    targets = _small_sums(counts, wanted, least, settled)
    safe: Mask = np.zeros(targets.shape[0], dtype=bool)
    for start in range(0, len(counts), MOST):
        run = np.arange(start, min(start + MOST, len(counts)))
        mine = np.flatnonzero(~safe & (np.diff(targets[:, run].indptr) > 0))
        if len(mine):
            system = _System(counts, tables, run, least)
            safe[mine] = system.may_be_otherwise(targets[mine][:, run])
    parts, known = _parts_of(targets), []
    for target in np.flatnonzero(~safe):
        around = _around(parts[target], tables)
        system, one = _System(counts, tables, around, least), targets[target][:, around]
        safe[target] = system.may_be_otherwise(one)[0]
        if not safe[target]:
            known.append(Known(parts[target], system.pins(one.toarray().ravel())))
    settled |= {parts[target].tobytes() for target in np.flatnonzero(safe)}
    return known


def _around(parts: Ints, tables: Sequence[Told]) -> Ints:
    """Return the parts that share a sum with some, those that share one with these, and the least told."""
    n = len(tables[0].group)
    chosen: Mask = np.ones(n, dtype=bool)
    if n <= MOST:
        return np.flatnonzero(chosen)
    chosen[:] = False
    chosen[parts] = True
    sizes = [np.bincount(told.group, minlength=len(told.low)) for told in tables]
    for _hop in range(_HOPS):
        wider = chosen.copy()
        for told, size in zip(tables, sizes, strict=True):
            met: Mask = np.zeros(len(size), dtype=bool)
            met[told.group[chosen]] = True
            wider |= (met & (size <= MOST // 4))[told.group]
        if wider.sum() > MOST:
            break
        chosen = wider
    told_of = np.sum([np.isfinite(told.low)[told.group] for told in tables], axis=0)
    chosen[np.argsort(told_of, kind="stable")[:_LOOSE]] = True
    return np.flatnonzero(chosen)


def _small_sums(
    counts: NDArray[np.int64], wanted: Sequence[Ints], least: int, settled: set[bytes]
) -> csr_matrix:
    """Return the sums from 1 to ``least`` − 1, a row each with ones at its parts; none comes twice."""
    rows = []
    for group in wanted:
        _labels, of = np.unique(group, return_inverse=True)
        sums = np.bincount(of, weights=counts)
        small = (sums > 0) & (sums < least)
        at = np.flatnonzero(small[of])
        row = np.cumsum(small)[of[at]] - 1
        rows.append(csr_matrix((np.ones(len(at)), (row, at)), shape=(small.sum(), len(counts))))
    every = vstack(rows).tocsr()
    every.sort_indices()
    parts = _parts_of(every)
    first = {parts[i].tobytes(): i for i in reversed(range(len(parts)))}
    return every[sorted(row for key, row in first.items() if key not in settled)]


def _parts_of(targets: csr_matrix) -> list[Ints]:
    """Return the parts that each target is the sum of."""
    return np.split(targets.indices, targets.indptr[1:-1])[: targets.shape[0]]


class _System:
    """What is told of some of the parts, the others taken off; none is below zero."""

    def __init__(
        self, counts: NDArray[np.int64], tables: Sequence[Told], parts: Ints, least: int
    ) -> None:
        self.counts, self.least = counts[parts], least
        self.names: list[tuple[int, int]] = []
        rows, at, low, high = [], [], [], []
        for number, told in enumerate(tables):
            group, width = told.group[parts], len(told.low)
            others = np.bincount(told.group, weights=counts, minlength=width)
            others -= np.bincount(group, weights=self.counts, minlength=width)
            known = np.isfinite(told.low) & (np.bincount(group, minlength=width) > 0)
            mine = np.flatnonzero(known[group])
            rows.append(len(self.names) + np.cumsum(known)[group[mine]] - 1)
            at.append(mine)
            self.names += [(number, one) for one in np.flatnonzero(known).tolist()]
            low.append((told.low - others)[known])
            high.append((told.high - others)[known])
        place = (np.concatenate(rows), np.concatenate(at))
        shape = (len(self.names), len(parts))
        self.sums = csr_matrix((np.ones(len(place[0])), place), shape=shape)
        self.low, self.high = np.concatenate(low), np.concatenate(high)
        exact = self.low == self.high
        wide = np.flatnonzero(~exact)
        self.rows = np.concatenate([np.flatnonzero(exact), wide, wide])
        self.within = {
            "A_eq": self.sums[exact],
            "b_eq": self.low[exact],
            "A_ub": vstack([self.sums[wide], -self.sums[wide]]),
            "b_ub": np.concatenate([self.high[wide], -self.low[wide]]),
        }

    def may_be_otherwise(self, targets: csr_matrix) -> Mask:
        """Mark the targets found to be possibly zero, or as many numbers as the least count.

        All are pushed down and up together, and again those that are left, until that shows no more of
        them: of one alone the answer is exact.
        """
        lowest = highest = targets @ self.counts
        left = np.arange(targets.shape[0])
        while True:
            before = len(left)
            for sign in (1.0, -1.0):
                push = np.asarray(targets[left].sum(axis=0)).ravel()
                told = targets @ self._extreme(sign * push)
                lowest, highest = np.minimum(lowest, told), np.maximum(highest, told)
                safe: Mask = (lowest < 0.5) | (highest - lowest > self.least - 1.5)
                left = np.flatnonzero(~safe)
                if not len(left):
                    return safe
            if len(left) == before:
                return safe

    def _extreme(self, push: Array) -> Array:
        """Return whole numbers that agree with every sum and make a weighted sum as small as may be."""
        found = linprog(push, **self.within, method="highs-ds").x
        if found is None or np.abs(found - np.round(found)).max() > _WHOLE:
            found = milp(
                push,
                integrality=np.ones(len(push)),
                constraints=LinearConstraint(self.sums, self.low, self.high),
                options={"node_limit": _NODES},
            ).x
        whole: Array = self.counts.astype(float) if found is None else np.round(found)
        return whole

    def pins(self, target: Array) -> list[tuple[int, int]]:
        """Return the tables and sums without which a target could be less."""
        found = linprog(target, **self.within, method="highs-ds")
        if found.x is None:
            return []
        prices = np.abs(np.concatenate([found.eqlin.marginals, found.ineqlin.marginals]))
        rows = dict.fromkeys(self.rows[prices > _PINNED].tolist())
        return [self.names[row] for row in rows]
