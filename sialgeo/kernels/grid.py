"""The compiled path: exact neighbour counts and DBSCAN on a grid with sorted keys.

Points are sorted into squares whose diagonal is the radius, so that points of one square are
neighbours without looking and only squares up to two steps away matter. Squares wholly inside a
point's disc are counted whole. Only occupied squares are stored: small radii over huge extents cost
nothing more. Memory is linear in the points; no pair is ever stored.

The functions at the end are written for numba; it compiles them at their first use and
keeps the result on disk. They release the GIL and run on our own threads.

References
----------
Gunawan, A. (2013). A faster algorithm for DBSCAN. Master's thesis, TU Eindhoven.
Wang, Y., Gu, Y., Shun, J. (2020). Theoretically-efficient and practical parallel DBSCAN. SIGMOD.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.kernels.compiled import compile_all, default_threads

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

TIGHT = 1e-9  # relative room for rounding where a square is taken or left whole
CHUNK = 4096  # squares for one thread at a time, at the least


def functions() -> SimpleNamespace | None:
    """Return the compiled functions, or None where numba is not there or does not fit numpy."""
    return compile_all(_FUNCTIONS)


def fits(xy: Array, radius: float) -> bool:
    """Tell whether the compiled path can serve: it is there, and its squares can be numbered."""
    if functions() is None:
        return False
    side = radius / math.sqrt(2) * (1 - TIGHT)
    columns, rows = np.ptp(xy, axis=0) / side + 16
    return bool(columns * rows < 2.0**62)


@dataclass(frozen=True)
class Grid:
    """Points sorted into squares: ``keys`` are those occupied, ``start`` where each begins."""

    x: Array
    y: Array
    order: Ints
    keys: Ints
    start: Ints
    x0: float
    y0: float
    side: float
    width: int

    @classmethod
    def of(cls, xy: Array, radius: float, frame: Grid | None = None) -> Grid:
        """Sort points (n, 2) for a radius; ``frame`` gives the squares of another grid."""
        made = _required()
        if frame is None:
            side = radius / math.sqrt(2) * (1 - TIGHT)
            x0, y0 = xy[:, 0].min() - 3 * side, xy[:, 1].min() - 3 * side
            width = int((xy[:, 0].max() - x0) / side) + 8
        else:
            side, x0, y0, width = frame.side, frame.x0, frame.y0, frame.width
        keys = made.keys(xy[:, 0], xy[:, 1], x0, y0, side, width)
        order, keys, start = _sorted(keys, made)
        x, y = xy[:, 0][order], xy[:, 1][order]
        return cls(x, y, order, keys, start, float(x0), float(y0), float(side), width)

    @property
    def frame(self) -> tuple[float, float, float, int]:
        """Return the origin, the side and the row length of the squares."""
        return self.x0, self.y0, self.side, self.width

    def subset(self, chosen: Flags) -> Grid:
        """Keep some of the sorted points (flags in the sorted order); nothing is sorted again."""
        kept = np.concatenate([[0], np.cumsum(chosen)])[self.start]
        size = np.diff(kept)
        held = size > 0
        start = np.concatenate([[0], np.cumsum(size[held])]).astype(np.int64)
        part = (self.x[chosen], self.y[chosen], self.order[chosen], self.keys[held], start)
        return Grid(*part, *self.frame)

    def counts(self, points: Grid, radius: float, at_least: int = 0, threads: int = 0) -> Ints:
        """Count, for each of this grid's points as sorted, the points of another at ≤ radius.

        Both grids share their squares. ``at_least`` > 0 stops a point's count once it is reached.
        """
        found = np.zeros(len(self.x), dtype=np.int64)
        made = _required()

        def part(bounds: tuple[int, int]) -> None:
            made.count(
                self.x, self.y, self.keys, self.start, points.x, points.y, points.keys,
                points.start, *self.frame, radius, at_least, bounds[0], bounds[1], found,
            )  # fmt: skip

        workers = threads or default_threads()
        step = max(-(-len(self.keys) // (4 * workers)), CHUNK)
        parts = [(low, min(low + step, len(self.keys))) for low in range(0, len(self.keys), step)]
        if len(parts) <= 1 or workers == 1:
            for bounds in parts:
                part(bounds)
            return found
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(part, parts))
        return found

    def labels(self, core: Flags, radius: float) -> Ints:
        """Join cores (flags as sorted) at ≤ radius, give others to their nearest core; as given."""
        made = _required()
        cores = self.subset(core)
        parent = np.arange(len(cores.keys), dtype=np.int64)
        made.union(cores.x, cores.y, cores.keys, cores.start, *cores.frame, radius, parent)
        of_core = made.flatten(parent, cores.x, cores.y, cores.start)
        labels = np.full(len(self.x), -1, dtype=np.int64)
        labels[core] = of_core
        others = self.subset(~core)
        labels[~core] = made.nearest_core(
            others.x, others.y, others.keys, others.start,
            cores.x, cores.y, cores.keys, cores.start, of_core, self.width, radius,
        )  # fmt: skip
        given = np.empty_like(labels)
        given[self.order] = labels
        return given


def _required() -> SimpleNamespace:
    found = functions()
    if found is None:
        raise RuntimeError("the compiled path was asked for without numba")
    return found


def _sorted(keys: Ints, made: SimpleNamespace) -> tuple[Ints, Ints, Ints]:
    """Return the order of the points by key, the keys that occur, and where each begins."""
    low, high = int(keys.min()), int(keys.max())
    if high - low < 4 * len(keys) + 1024:
        size = np.bincount(keys - low, minlength=high - low + 1)
        first = np.concatenate([[0], np.cumsum(size)])
        order = made.scatter(keys, low, first[:-1].copy())
        held = np.flatnonzero(size)
        return order, held + low, np.append(first[held], len(keys)).astype(np.int64)
    order = np.argsort(keys, kind="stable")
    found, start = np.unique(keys[order], return_index=True)
    return order.astype(np.int64), found, np.append(start, len(keys)).astype(np.int64)


# --- written for numba ------------------------------------------------------------------------------


def _keys(x: Any, y: Any, x0: float, y0: float, side: float, width: int) -> Any:
    keys = np.empty(len(x), dtype=np.int64)
    for i in range(len(x)):
        keys[i] = int((y[i] - y0) / side) * width + int((x[i] - x0) / side)
    return keys


def _scatter(keys: Any, low: int, place: Any) -> Any:
    order = np.empty(len(keys), dtype=np.int64)
    for i in range(len(keys)):
        k = keys[i] - low
        order[place[k]] = i
        place[k] += 1
    return order


def _count(
    qx: Any, qy: Any, qkeys: Any, qstart: Any, px: Any, py: Any, keys: Any, start: Any,
    x0: float, y0: float, side: float, width: int, radius: float, at_least: int,
    first: int, last: int, found: Any,
) -> None:  # fmt: skip
    limit = radius * radius
    inner, outer = limit * (1 - 1e-9), limit * (1 + 1e-9)
    begin = np.zeros(5, dtype=np.int64)
    end = np.zeros(5, dtype=np.int64)
    for d in range(5):
        begin[d] = np.searchsorted(keys, qkeys[first] + (d - 2) * width - 2)
        end[d] = begin[d]
    for c in range(first, last):
        key = qkeys[c]
        for d in range(5):
            lowest = key + (d - 2) * width - 2
            p = begin[d]
            while p < len(keys) and keys[p] < lowest:
                p += 1
            begin[d] = p
            q = max(p, end[d])
            while q < len(keys) and keys[q] <= lowest + 4:
                q += 1
            end[d] = q
        left = x0 + (key % width) * side
        bottom = y0 + (key // width) * side
        for i in range(qstart[c], qstart[c + 1]):
            x, y = qx[i] - left, qy[i] - bottom
            total = 0
            for turn in range(5):
                d = (turn + 2) % 5  # the own row first
                ylow = (d - 2) * side - y
                yhigh = ylow + side
                near_y = ylow * ylow if ylow > 0 else (yhigh * yhigh if yhigh < 0 else 0.0)
                far_y = max(ylow * ylow, yhigh * yhigh)
                for q in range(begin[d], end[d]):
                    xlow = (keys[q] - key - (d - 2) * width) * side - x
                    xhigh = xlow + side
                    near = near_y + (
                        xlow * xlow if xlow > 0 else (xhigh * xhigh if xhigh < 0 else 0.0)
                    )
                    if near > outer:
                        continue
                    if far_y + max(xlow * xlow, xhigh * xhigh) < inner:
                        total += start[q + 1] - start[q]
                        continue
                    for j in range(start[q], start[q + 1]):
                        dx, dy = px[j] - qx[i], py[j] - qy[i]
                        if dx * dx + dy * dy <= limit:
                            total += 1
                if 0 < at_least <= total:
                    break
            found[i] = total


def _union(
    x: Any, y: Any, keys: Any, start: Any, x0: float, y0: float, side: float, width: int,
    radius: float, parent: Any,
) -> None:  # fmt: skip
    limit = radius * radius
    outer = limit * (1 + 1e-9)
    steps_x = np.array([1, 0, 1, -1, 2, 0, 2, -2, 1, -1, 2, -2])
    steps_y = np.array([0, 1, 1, 1, 0, 2, 1, 1, 2, 2, 2, 2])
    for s in range(12):
        step = steps_y[s] * width + steps_x[s]
        p = 0
        for c in range(len(keys)):
            wanted = keys[c] + step
            while p < len(keys) and keys[p] < wanted:
                p += 1
            if p == len(keys):
                break
            if keys[p] != wanted:
                continue
            a, b = c, p
            while parent[a] != a:
                parent[a] = parent[parent[a]]
                a = parent[a]
            while parent[b] != b:
                parent[b] = parent[parent[b]]
                b = parent[b]
            if a == b:
                continue
            left = x0 + (wanted % width) * side
            bottom = y0 + (wanted // width) * side
            joined = False
            for i in range(start[c], start[c + 1]):
                dx = max(left - x[i], 0.0, x[i] - left - side)
                dy = max(bottom - y[i], 0.0, y[i] - bottom - side)
                if dx * dx + dy * dy > outer:
                    continue
                for j in range(start[p], start[p + 1]):
                    gx, gy = x[j] - x[i], y[j] - y[i]
                    if gx * gx + gy * gy <= limit:
                        joined = True
                        break
                if joined:
                    break
            if joined:
                parent[max(a, b)] = min(a, b)


def _flatten(parent: Any, x: Any, y: Any, start: Any) -> Any:
    """Number the components by their first point (least x, then y); one number per point."""
    cells = len(parent)
    least = np.full(cells, -1, dtype=np.int64)
    for c in range(cells):
        root = c
        while parent[root] != root:
            root = parent[root]
        parent[c] = root
        for i in range(start[c], start[c + 1]):
            k = least[root]
            if k < 0 or x[i] < x[k] or (x[i] == x[k] and y[i] < y[k]):
                least[root] = i
    roots = np.flatnonzero(least >= 0)
    by_y = roots[np.argsort(y[least[roots]], kind="mergesort")]
    ordered = by_y[np.argsort(x[least[by_y]], kind="mergesort")]
    number = np.empty(cells, dtype=np.int64)
    for k in range(len(ordered)):
        number[ordered[k]] = k
    labels = np.empty(len(x), dtype=np.int64)
    for c in range(cells):
        for i in range(start[c], start[c + 1]):
            labels[i] = number[parent[c]]
    return labels


def _nearest_core(
    qx: Any, qy: Any, qkeys: Any, qstart: Any, px: Any, py: Any, keys: Any, start: Any,
    labels: Any, width: int, radius: float,
) -> Any:  # fmt: skip
    """Give each query the label of its nearest core at ≤ radius; of equals the least x, then y."""
    limit = radius * radius
    found = np.full(len(qx), -1, dtype=np.int64)
    begin = np.zeros(5, dtype=np.int64)
    for c in range(len(qkeys)):
        for d in range(5):
            lowest = qkeys[c] + (d - 2) * width - 2
            p = begin[d]
            while p < len(keys) and keys[p] < lowest:
                p += 1
            begin[d] = p
        for i in range(qstart[c], qstart[c + 1]):
            best, who = limit, -1
            for d in range(5):
                highest = qkeys[c] + (d - 2) * width + 2
                q = begin[d]
                while q < len(keys) and keys[q] <= highest:
                    for j in range(start[q], start[q + 1]):
                        dx, dy = px[j] - qx[i], py[j] - qy[i]
                        gap = dx * dx + dy * dy
                        if gap < best or (
                            gap == best
                            and (
                                who < 0 or px[j] < px[who] or (px[j] == px[who] and py[j] < py[who])
                            )
                        ):
                            best, who = gap, j
                    q += 1
            if who >= 0:
                found[i] = labels[who]
    return found


_FUNCTIONS = (_keys, _scatter, _count, _union, _flatten, _nearest_core)
