"""The compiled path: exact neighbour counts and DBSCAN on a grid with sorted keys.

Points are sorted into squares whose diagonal is the radius, so that points of one square are
neighbours without looking and only squares up to two steps away matter. Squares wholly inside a
point's disc are counted whole. Only occupied squares are stored: small radii over huge extents cost
nothing more. Memory is linear in the points; no pair is ever stored.

The loops are in :mod:`sialgeo.kernels.cells`; numba compiles them at their first use and keeps the
result on disk. They release the GIL and run on our own threads.

References
----------
Gunawan, A. (2013). A faster algorithm for DBSCAN. Master's thesis, TU Eindhoven.
Wang, Y., Gu, Y., Shun, J. (2020). Theoretically-efficient and practical parallel DBSCAN. SIGMOD.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo.kernels.cells import FUNCTIONS
from sialgeo.kernels.compiled import compile_all, default_threads

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.int32]
Flags = NDArray[np.bool_]

TIGHT = 1e-9  # relative room for rounding where a square is taken or left whole
ROUGH = 1e-3  # more room than this, and the coordinates cannot tell squares apart
MOST = 2**31 - 1  # points: their numbers take 32 bits
PARTS = 8  # for each thread: the work of squares is uneven
STACKS = 9  # bits: as many stacks of squares are sorted one by one
ALONE = 20_000  # points under which threads are not worth starting


def functions() -> SimpleNamespace | None:
    """Return the compiled functions, or None where numba is not there or does not fit numpy."""
    return compile_all(FUNCTIONS)


_in_use = threading.Event()


def in_use() -> bool:
    """Tell whether a grid was made in this process: what it needs is loaded."""
    return _in_use.is_set()


class Frame(NamedTuple):
    """The squares: origin, side, row length, and the relative room for rounding."""

    x0: float
    y0: float
    side: float
    width: int
    slack: float


def frame_of(xy: Array, radius: float, *, compiled: bool = True) -> Frame | None:
    """Return the squares for points (n, 2), or None where the compiled path cannot serve them."""
    if not compiled or len(xy) == 0 or len(xy) > MOST or functions() is None:
        return None
    west, east = float(xy[:, 0].min()), float(xy[:, 0].max())
    south, north = float(xy[:, 1].min()), float(xy[:, 1].max())
    farthest = max(abs(west), abs(east), abs(south), abs(north))
    slack = TIGHT + 32 * float(np.finfo(float).eps) * farthest / max(radius, 1e-300)
    if slack > ROUGH:
        return None
    side = radius / math.sqrt(2) * (1 - slack)
    x0, y0 = west - 3 * side, south - 3 * side
    columns, rows = (east - x0) / side + 8, (north - y0) / side + 8
    return Frame(x0, y0, side, int(columns), 4 * slack) if columns * rows < 2.0**62 else None


_STEPS = np.array(  # (columns, rows) to half of the squares within reach, the nearest first
    [(1, 0), (0, 1), (1, 1), (-1, 1), (2, 0), (0, 2), (2, 1), (-2, 1), (1, 2), (-1, 2), (2, 2), (-2, 2)]
)  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """Points sorted into squares: ``keys`` are those occupied, ``start`` where each begins.

    ``order`` are the points' rows as given; ``given`` their squares in that order, where few squares
    are empty.
    """

    x: Array
    y: Array
    order: Rows
    keys: Ints
    start: Ints
    frame: Frame
    given: NDArray[Any] | None = None

    @classmethod
    def of(cls, xy: Array, frame: Frame, threads: int = 0) -> Grid:
        """Sort points (n, 2), all within the frame."""
        _in_use.set()
        xy = np.ascontiguousarray(xy, dtype=float)
        cells = (int((float(xy[:, 1].max()) - frame.y0) / frame.side) + 1) * frame.width
        bounds = _bounds(len(xy), threads)
        if cells < 4 * len(xy) + 1024 and cells <= MOST:
            return _sorted_by_tally(xy, frame, cells, bounds)
        return _sorted_by_digits(xy, frame, cells, bounds)

    def counts(self, points: Grid, radius: float, threads: int = 0) -> Ints:
        """Count, for each of this grid's points as sorted, the points of another at ≤ radius.

        Both grids share their squares.
        """
        found = np.zeros(len(self.x), dtype=np.int64)
        made = _required()
        self._share(
            lambda low, high: made.count(
                self.x, self.y, self.keys, self.start, points.x, points.y, points.keys,
                points.start, *self.frame, radius, low, high, *self._rows(points, low), found,
            ), threads,
        )  # fmt: skip
        return found

    def reach(self, points: Grid, radius: float, need: Any, threads: int = 0) -> Flags:
        """Tell, for each of this grid's points as sorted, whether its count is ``need`` or more.

        ``need`` is one number, or one for each point as sorted.
        """
        reached = np.zeros(len(self.x), dtype=np.bool_)
        least = np.atleast_1d(np.asarray(need, dtype=np.int64))
        step, made = int(np.ndim(need) > 0), _required()
        self._share(
            lambda low, high: made.reach(
                self.x, self.y, self.keys, self.start, points.x, points.y, points.keys,
                points.start, *self.frame, radius, least, step, low, high,
                *self._rows(points, low), reached,
            ), threads,
        )  # fmt: skip
        return reached

    def labels(self, core: Flags, radius: float, threads: int = 0) -> tuple[Ints, Flags]:
        """Join cores (flags as sorted) at ≤ radius, give others to their nearest core.

        The points are reordered within their squares: use the grid no more. Returns labels and core
        flags in the order given.
        """
        made, n, count = _required(), len(self.x), len(self.keys)
        cores, leader = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        box = np.zeros((count, 4))
        self._share(
            lambda low, high: made.cores_first(
                self.x, self.y, self.order, core, self.start, low, high, cores, leader, box
            ), threads,
        )  # fmt: skip
        number = self._components(cores, leader, box, radius, threads)
        labels, flags = np.empty(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
        self._share(
            lambda low, high: made.label(
                self.x, self.y, self.order, self.keys, self.start, cores, number, *self.frame,
                radius, low, high, self._rows(self, low)[0], int(self.given is None), labels, flags,
            ), threads,
        )  # fmt: skip
        if self.given is not None:
            table = np.full(int(self.keys[-1]) + 1, -1, dtype=np.int32)
            table[self.keys] = np.where(cores == np.diff(self.start), number, -1)
            given = self.given
            _run(
                lambda low, high: made.spread(given, table, low, high, labels, flags),
                _bounds(n, threads),
                threads,
            )
        return labels, flags

    @cached_property
    def cell(self) -> Rows:
        """Return which of the occupied squares each sorted point is in."""
        return np.repeat(np.arange(len(self.keys), dtype=np.int32), np.diff(self.start))

    def subset(self, chosen: Ints, order: Ints) -> Grid:
        """Return the grid of some points: positions as sorted, rising, and the rows they get."""
        cell = self.cell[chosen]
        start = np.concatenate([[0], np.flatnonzero(np.diff(cell)) + 1, [len(chosen)]])
        keys = self.keys[cell[start[:-1]]]
        rows = order.astype(np.int32)
        return Grid(self.x[chosen], self.y[chosen], rows, keys, start.astype(np.int64), self.frame)

    def covered(
        self, members: Grid, labels: Ints, reach: float, mass: Array, case: Array, threads: int = 0
    ) -> Array:
        """Sum this grid's points within reach of any member of each cluster.

        Parameters
        ----------
        members
            A grid with the same squares, whose side is more than ``reach``; ``labels`` (m,) their
            clusters in its order.
        mass, case : (n,)
            Two figures of each point, as sorted.

        Returns
        -------
        sums : (2, clusters), of mass and of case.
        """
        made, count = _required(), int(labels.max(initial=-1)) + 1
        by = np.lexsort((labels, members.cell))
        mx, my, label = members.x[by], members.y[by], labels[by]
        strips = self._strips(1, 2 * PARTS)  # as many for any number of threads: sums add up alike
        found = {low: np.zeros((2, count)) for low, _high in strips}

        def part(low: int, high: int) -> None:
            stamp = np.full(count, -1, dtype=np.int64)
            key, width = int(self.keys[low]), self.frame.width
            begin = np.searchsorted(members.keys, key + np.arange(-1, 2) * width - 1)
            made.cover(
                self.x, self.y, mass, case, self.keys, self.start, mx, my, members.keys,
                members.start, label, *self.frame, reach, low, high, begin, stamp, found[low],
            )  # fmt: skip

        _run(part, strips, threads)
        total: Array = np.sum(list(found.values()), axis=0)
        return total

    def _components(
        self, cores: Ints, leader: Ints, box: Array, radius: float, threads: int
    ) -> Ints:
        """Return the number of each square's component: strips by threads, then what joins them."""
        made, width = _required(), self.frame.width
        parent = np.arange(len(self.keys), dtype=np.int64)
        given = (self.x, self.y, self.keys, self.start, cores, box, self.frame.slack, radius)
        steps = _STEPS[:, 1] * width + _STEPS[:, 0]

        def union(low: int, high: int, beyond: int = 0) -> None:
            begin = np.searchsorted(self.keys, self.keys[low] + steps)
            made.union(*given, steps, begin, low, high, beyond, parent)

        strips = self._strips(threads, parts=1)
        _run(union, strips, threads)
        for low, high in strips[:-1]:
            near = int(np.searchsorted(self.keys, self.keys[high - 1] - 2 * width - 2))
            union(max(low, near), high, 1)
        least = np.full(len(parent), -1, dtype=np.int64)
        made.leaders(parent, leader, self.x, self.y, least)
        roots = np.flatnonzero(least >= 0)
        first = least[roots]
        number = np.full(len(parent), -1, dtype=np.int64)
        number[roots[np.lexsort((self.y[first], self.x[first]))]] = np.arange(len(roots))
        return number[parent]

    def _rows(self, points: Grid, first: int) -> tuple[Ints, Ints]:
        """Return where the five rows around a square begin among another grid's squares, twice."""
        key, width = int(self.keys[first]), self.frame.width
        begin = np.searchsorted(points.keys, key + np.arange(-2, 3) * width - 2)
        return begin, begin.copy()

    def _share(self, work: Callable[[int, int], Any], threads: int, parts: int = PARTS) -> None:
        _run(work, self._strips(threads, parts), threads)

    def _strips(self, threads: int, parts: int) -> list[tuple[int, int]]:
        """Split the squares into runs of as many points, more of them than threads."""
        if len(self.x) < ALONE:
            return [(0, len(self.keys))]
        wanted = (threads or default_threads()) * parts
        cuts = np.searchsorted(self.start, np.linspace(0, len(self.x), wanted + 1)[1:-1])
        cuts = np.unique([0, *cuts.tolist(), len(self.keys)])
        return list(itertools.pairwise(cuts.tolist()))


def _run(work: Callable[[int, int], Any], bounds: list[tuple[int, int]], threads: int) -> None:
    if len(bounds) == 1 or threads == 1:
        for low, high in bounds:
            work(low, high)
        return
    with ThreadPoolExecutor(threads or default_threads()) as pool:
        list(pool.map(work, *zip(*bounds, strict=True)))


def _bounds(n: int, threads: int) -> list[tuple[int, int]]:
    workers = 1 if n < ALONE else threads or default_threads()
    return list(itertools.pairwise(np.linspace(0, n, workers + 1).astype(int).tolist()))


def _required() -> SimpleNamespace:
    found = functions()
    if found is None:
        raise RuntimeError("the compiled path was asked for without numba")
    return found


def _sorted_by_tally(xy: Array, frame: Frame, cells: int, bounds: list[tuple[int, int]]) -> Grid:
    """Sort by counting what each square holds."""
    made, n = _required(), len(xy)
    keys, sizes = np.empty(n, dtype=np.int32), np.zeros((len(bounds), cells), dtype=np.int32)
    turn = {low: t for t, (low, _high) in enumerate(bounds)}

    def tally(low: int, high: int) -> None:
        made.number(xy, *frame[:4], low, high, keys)
        made.tally(keys, low, high, sizes[turn[low]])

    _run(tally, bounds, len(bounds))
    held = sizes.sum(axis=0, dtype=np.int32)
    place = np.cumsum(held, dtype=np.int32) - held
    found = np.flatnonzero(held)
    start = np.append(place[found], n).astype(np.int64)
    shift = max(cells.bit_length() - STACKS, 0)
    stacks = np.add.reduceat(sizes, np.arange(0, cells, 1 << shift), axis=1, dtype=np.int64).T
    before = np.ascontiguousarray((np.cumsum(stacks).reshape(stacks.shape) - stacks).T)
    ends = np.append(before[0], n)
    dealt, tags = np.empty((n, 2)), np.empty(n, dtype=np.int64)
    _run(
        lambda low, high: made.deal(xy, keys, low, high, shift, before[turn[low]], dealt, tags),
        bounds,
        len(bounds),
    )
    x, y, order = np.empty(n), np.empty(n), np.empty(n, dtype=np.int32)
    cuts = np.unique(ends[np.searchsorted(ends, np.linspace(0, n, len(bounds) + 1))]).tolist()
    _run(
        lambda low, high: made.scatter(dealt, tags, low, high, place, x, y, order),
        list(itertools.pairwise(cuts)),
        len(bounds),
    )
    return Grid(x, y, order, found, start, frame, keys)


def _sorted_by_digits(xy: Array, frame: Frame, cells: int, bounds: list[tuple[int, int]]) -> Grid:
    """Sort where squares are many more than points: none is kept that is empty."""
    made, n = _required(), len(xy)
    keys, order = np.empty(n, dtype=np.int64), np.arange(n, dtype=np.int32)
    _run(lambda low, high: made.number(xy, *frame[:4], low, high, keys), bounds, len(bounds))
    spare_keys, spare_order = np.empty_like(keys), np.empty_like(order)
    size = np.zeros(2048, dtype=np.int64)
    if made.radix(keys, order, spare_keys, spare_order, cells.bit_length(), size):
        keys, order = spare_keys, spare_order
    new = np.flatnonzero(np.diff(keys)) + 1
    start = np.concatenate([[0], new, [n]]).astype(np.int64)
    return Grid(xy[:, 0][order], xy[:, 1][order], order, keys[start[:-1]], start, frame)
