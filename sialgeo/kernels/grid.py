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

from sialgeo.kernels import cells
from sialgeo.kernels.compiled import compile_all, default_threads, serves

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.int32]
Flags = NDArray[np.bool_]

TIGHT = 1e-9  # relative room for rounding where a square is taken or left whole
ROUGH = 1e-3  # more room than this, and the coordinates cannot tell squares apart
MOST = 2**31 - 1  # points: their numbers take 32 bits
PARTS = 8  # for each thread: the work of squares is uneven
BLOCK = 65_536  # points whose squares are found at a time: they stay in the cache
ALONE = 20_000  # points under which threads are not worth starting


_in_use = threading.Event()


def in_use() -> bool:
    """Tell whether a grid was made in this process: what it needs is loaded."""
    return _in_use.is_set()


class Frame(NamedTuple):
    """The squares: origin, side, row length."""

    x0: float
    y0: float
    side: float
    width: int


def frame_of(xy: Array, radius: float, *, compiled: bool = True) -> Frame | None:
    """Return the squares for points (n, 2), or None where the compiled path cannot serve them."""
    if not compiled or len(xy) == 0 or len(xy) > MOST or not serves():
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
    return Frame(x0, y0, side, int(columns)) if columns * rows < 2.0**62 else None


@dataclass(frozen=True)
class Grid:
    """Points sorted into squares: ``keys`` are those occupied, ``start`` where each begins.

    ``order`` are the points' rows as given.
    """

    x: Array
    y: Array
    order: Rows
    keys: Ints
    start: Ints
    frame: Frame

    @classmethod
    def of(cls, xy: Array, frame: Frame, threads: int = 0) -> Grid:
        """Sort points (n, 2), all within the frame."""
        _in_use.set()
        xy = np.require(xy, dtype=float, requirements=["C", "W"])
        return _sorted(xy, frame, (float(xy[:, 1].max()) - frame.y0) / frame.side + 1, threads)

    def counts(self, points: Grid, radius: float, threads: int = 0) -> Ints:
        """Count, for each of this grid's points as sorted, the points of another at ≤ radius.

        Both grids share their squares.
        """
        return self._counted(points, radius, np.zeros(1, dtype=np.int64), threads)

    def reach(self, points: Grid, radius: float, need: Any, threads: int = 0) -> Flags:
        """Tell, for each of this grid's points as sorted, whether its count is ``need`` or more.

        ``need`` is one number, or one for each point as sorted.
        """
        least = np.atleast_1d(np.asarray(need, dtype=np.int64))
        return self._counted(points, radius, least, threads) >= least

    def _counted(self, points: Grid, radius: float, need: Ints, threads: int) -> Ints:
        made, found = _made(cells.COUNTING), np.zeros(len(self.x), dtype=np.int64)
        low, high = _windows(self.keys, points, 2, threads)
        mine = np.arange(len(self.keys))
        if points is not self:
            mine = np.minimum(np.searchsorted(points.keys, self.keys), len(points.keys) - 1)
            mine[points.keys[mine] != self.keys] = -1
        self._share(
            lambda first, last: made.count(
                self.x, self.y, self.start, mine, points.x, points.y, points.start, points.box,
                low, high, float(radius), need, int(len(need) > 1), first, last, found,
            ), threads,
        )  # fmt: skip
        return found

    def labels(self, core: Flags, radius: float, threads: int = 0) -> tuple[Ints, Flags]:
        """Join cores (flags as sorted) at ≤ radius, give others to their nearest core.

        Returns labels and core flags in the order given.
        """
        labels, flags = np.full(len(core), -1, dtype=np.int64), np.zeros(len(core), dtype=np.bool_)
        inner, outer = np.flatnonzero(core), np.flatnonzero(~core)
        if len(inner) == 0:
            return labels, flags
        cores = self.subset(inner, self.order[inner], threads) if len(outer) else self
        number = cores._components(radius, threads)

        def write(first: int, last: int) -> None:
            rows = cores.order[first:last]
            labels[rows], flags[rows] = number[cores.cell[first:last]], True

        _run(write, _bounds(len(cores.x), threads), threads)
        if len(outer):
            others = self.subset(outer, self.order[outer], threads)
            found = others._nearest(cores, radius, threads)
            labels[others.order] = np.where(found >= 0, number[found], -1)
        return labels, flags

    @cached_property
    def cell(self) -> Rows:
        """Return which of the occupied squares each sorted point is in."""
        return np.repeat(np.arange(len(self.keys), dtype=np.int32), np.diff(self.start))

    @cached_property
    def box(self) -> Array:
        """Return what the points of each square fill: west, east, south, north."""
        made, box = _made(cells.COUNTING), np.empty((len(self.keys), 4))
        _run(
            lambda first, last: made.fill(self.x, self.y, self.start, first, last, box),
            _bounds(len(box), 0), 0,
        )  # fmt: skip
        return box

    def subset(self, chosen: Ints, order: NDArray[np.integer[Any]], threads: int = 0) -> Grid:
        """Return the grid of some points: positions as sorted, rising, and the rows they get."""
        x, y = np.empty(len(chosen)), np.empty(len(chosen))
        cell, of_all = np.empty(len(chosen), dtype=np.int32), self.cell

        def take(first: int, last: int) -> None:
            at, part = chosen[first:last], slice(first, last)
            x[part], y[part], cell[part] = self.x[at], self.y[at], of_all[at]

        _run(take, _bounds(len(chosen), threads), threads)
        start = np.concatenate([[0], np.flatnonzero(cell[1:] != cell[:-1]) + 1, [len(chosen)]])
        keys = self.keys[cell[start[:-1]]]
        return Grid(x, y, order.astype(np.int32), keys, start.astype(np.int64), self.frame)

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
        made, count = _made(cells.COVERING), int(labels.max(initial=-1)) + 1
        by = np.lexsort((labels, members.cell))
        mx, my, label = members.x[by], members.y[by], labels[by]
        beside = _windows(members.keys, self, 1, threads)  # the squares that a footprint can touch
        which = _within(*beside, len(self.keys))
        if len(which) == 0:
            return np.zeros((2, count))
        low, high = _windows(self.keys[which], members, 1, threads)
        cuts = np.linspace(0, len(which), 2 * PARTS + 1).astype(int).tolist()
        # as many strips for any number of threads: sums add up alike
        strips = [(first, last) for first, last in itertools.pairwise(cuts) if last > first]
        found = {first: np.zeros((2, count)) for first, _last in strips}

        def part(first: int, last: int) -> None:
            stamp = np.full(count, -1, dtype=np.int64)
            made.cover(
                self.x, self.y, mass, case, self.start, which, mx, my, members.start, label, members.box,
                low, high, float(reach), first, last, stamp, found[first],
            )  # fmt: skip

        _run(part, strips, threads if len(which) > ALONE else 1)
        total: Array = np.sum(list(found.values()), axis=0)
        return total

    def _components(self, radius: float, threads: int) -> Ints:
        """Return the number of each square's component: strips by threads, then what joins them."""
        made, width = _made(cells.JOINING), self.frame.width
        parent = np.arange(len(self.keys), dtype=np.int64)
        low, high = _windows(self.keys, self, 2, threads)

        def union(first: int, last: int, beyond: int = 0) -> None:
            made.union(
                self.x, self.y, self.keys, self.start, self.box, low, high, width, float(radius),
                first, last, beyond, parent,
            )  # fmt: skip

        strips = self._strips(threads, parts=1)
        _run(union, strips, threads)
        for first, last in strips[:-1]:
            near = int(np.searchsorted(self.keys, self.keys[last - 1] - 2 * width - 2))
            union(max(first, near), last, 1)
        while (parent[parent] != parent).any():
            parent = parent[parent]
        return self._numbered(parent)

    def _numbered(self, root: Ints) -> Ints:
        """Number the components, given as a square of theirs, by their first point (least x, then y)."""
        west = np.full(len(root), np.inf)
        np.minimum.at(west, root, self.box[:, 0])
        held = np.flatnonzero(self.box[:, 0] == west[root])  # the squares of a westernmost point
        size = np.diff(self.start)[held]
        at = np.arange(size.sum()) + np.repeat(self.start[held] - np.cumsum(size) + size, size)
        whose = np.repeat(root[held], size)
        first = self.x[at] == west[whose]
        at, whose = at[first], whose[first]
        order = whose[np.lexsort((self.y[at], self.x[at]))]
        found, place = np.unique(order, return_index=True)
        number = np.empty(len(root), dtype=np.int64)
        number[found[np.argsort(place)]] = np.arange(len(found))
        return number[root]

    def _nearest(self, points: Grid, radius: float, threads: int) -> Ints:
        """Return the square of each point's nearest point of another grid at ≤ radius, else −1."""
        made, found = _made(cells.JOINING), np.empty(len(self.x), dtype=np.int64)
        low, high = _windows(self.keys, points, 2, threads)
        self._share(
            lambda first, last: made.nearest(
                self.x, self.y, self.start, points.x, points.y, points.start, points.box, low,
                high, float(radius), first, last, found,
            ), threads,
        )  # fmt: skip
        return found

    def _share(self, work: Callable[[int, int], Any], threads: int) -> None:
        _run(work, self._strips(threads, PARTS), threads)

    def _strips(self, threads: int, parts: int) -> list[tuple[int, int]]:
        """Split the squares into runs of as many points, more of them than threads."""
        if len(self.x) < ALONE:
            return [(0, len(self.keys))]
        wanted = (threads or default_threads()) * parts
        cuts = np.searchsorted(self.start, np.linspace(0, len(self.x), wanted + 1)[1:-1])
        cuts = np.unique([0, *cuts.tolist(), len(self.keys)])
        return list(itertools.pairwise(cuts.tolist()))


def _made(functions: tuple[Callable[..., Any], ...]) -> SimpleNamespace:
    found = compile_all(functions, bare=True)
    if found is None:
        raise RuntimeError("the compiled path was asked for without numba")
    return found


def _windows(keys: Ints, points: Grid, span: int, threads: int) -> tuple[Rows, Rows]:
    """Return where the rows of ``points``' squares around each square begin and end, (squares, rows)."""
    made, width = _made(cells.COUNTING), points.frame.width
    low = np.empty((len(keys), 2 * span + 1), dtype=np.int32)
    high = np.empty_like(low)

    def part(first: int, last: int) -> None:
        rows = np.arange(-span, span + 1) * width - span
        begin = np.searchsorted(points.keys, keys[first] + rows)
        made.windows(keys, points.keys, width, first, last, begin, low, high)

    _run(part, _bounds(len(keys), threads), threads)
    return low, high


def _within(low: Rows, high: Rows, count: int) -> Ints:
    """Return which of ``count`` squares lie in any of the windows."""
    depth = np.bincount(low.ravel(), minlength=count + 1)
    depth -= np.bincount(high.ravel(), minlength=count + 1)
    found: Ints = np.flatnonzero(np.cumsum(depth)[:count])
    return found


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


def _sorted(xy: Array, frame: Frame, rows: float, threads: int) -> Grid:
    """Sort points by square, and by row as given within each; no square is kept that is empty."""
    n, bounds = len(xy), _bounds(len(xy), threads)
    keys, order = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int32)
    x, y, packed = np.empty(n), np.empty(n), rows * frame.width <= MOST

    def number(first: int, last: int) -> None:
        for low in range(first, last, BLOCK):
            high = min(low + BLOCK, last)
            square = ((xy[low:high, 1] - frame.y0) / frame.side).astype(np.int64) * frame.width
            square += ((xy[low:high, 0] - frame.x0) / frame.side).astype(np.int64)
            if packed:  # number and row in one word: sorted sooner than an order is found
                square <<= 32
                square |= np.arange(low, high)
            keys[low:high] = square
        if packed:
            keys[first:last].sort()

    def take(first: int, last: int) -> None:
        part = slice(first, last)
        if packed:
            order[part] = keys[part] & MOST
            keys[part] >>= 32
        row = xy.take(order[part], axis=0)  # both coordinates at one visit of the memory
        x[part], y[part] = row[:, 0], row[:, 1]

    _run(number, bounds, threads)
    if not packed:
        order[:] = np.argsort(keys, kind="stable")
        keys = keys[order]
    elif len(bounds) > 1:
        keys.sort(kind="stable")  # joins what is sorted already
    _run(take, bounds, threads)
    start = np.concatenate([[0], np.flatnonzero(keys[1:] != keys[:-1]) + 1, [n]])
    return Grid(x, y, order, keys[start[:-1]], start.astype(np.int64), frame)
