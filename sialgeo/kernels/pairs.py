"""Distances between pairs: sums and histograms over the pairs within a reach, none of them stored.

Points are sorted into rows and, within a row, by x; a query walks the stretch of each row that its
reach covers. Memory is linear in the points and the classes of distance. The functions at the end are
written for numba; without it the same sums are made by numpy, a block of pairs at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.kernels.compiled import compile_all

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

ROWS = 4  # rows in one reach
AT_ONCE = 1_000_000  # pairs of one block of the plain path
COMPILED_FROM = 1_000_000  # pairs from which compiling pays
BLOCK = 128  # neighbours whose distances the compiled path makes at once


@dataclass(frozen=True)
class Rows:
    """Points in the order of (row, x): ``order`` gives their place in the input."""

    x: Array
    y: Array
    row: Ints
    order: Ints
    count: int

    @classmethod
    def of(cls, xy: Array, reach: float, low: float | None = None, count: int = 0) -> Rows:
        """Sort points (n, 2); ``low`` and ``count`` give the rows of another set of points."""
        base = float(xy[:, 1].min()) if low is None else low
        row = np.floor((xy[:, 1] - base) / (reach / ROWS)).astype(np.int64)
        if low is None:
            count = int(row.max(initial=0)) + 1
        row = np.clip(row, 0, max(count - 1, 0))
        order = np.lexsort((xy[:, 1], xy[:, 0], row)).astype(np.int64)
        return cls(xy[order, 0], xy[order, 1], row[order], order, count)

    def part(self, chosen: Ints) -> Rows:
        """Keep the points at these places of the sorted order, which must increase."""
        return Rows(self.x[chosen], self.y[chosen], self.row[chosen], chosen, self.count)

    @property
    def start(self) -> Ints:
        """Where each row begins, and where the last ends."""
        return np.searchsorted(self.row, np.arange(self.count + 1)).astype(np.int64)


def sums_within(
    queries: Rows, points: Rows, weights: Array, radii: Array, *, compiled: bool | None = None
) -> Array:
    """Sum, for each query, the weights of the points at a distance ≤ each radius.

    Parameters
    ----------
    queries, points
        Sorted into the same rows (``Rows.of`` with a reach ≥ the largest radius).
    weights : (m,)
        In the order of ``points``.
    radii : (k,)
        Increasing, metres.

    Returns
    -------
    (n, k) float64
        In the order of ``queries``; a query that is itself among the points counts itself.

    Examples
    --------
    >>> rows = Rows.of(np.array([[0.0, 0.0], [3.0, 4.0], [9.0, 0.0]]), 10.0)
    >>> sums_within(rows, rows, np.ones(3), np.array([5.0, 9.0]))[np.argsort(rows.order)]
    array([[2., 3.],
           [2., 3.],
           [1., 3.]])
    """
    rings = np.zeros((len(queries.x), len(radii)))
    if not rings.size or not len(points.x):
        return rings
    if compiled is None:
        compiled = len(queries.x) * len(points.x) >= COMPILED_FROM
    made = compile_all((_rings,), bare=True) if compiled else None
    limits = np.asarray(radii, dtype=float) ** 2
    if made is not None:
        made.rings(
            queries.x, queries.y, queries.row, points.x, points.y, points.start,
            np.ascontiguousarray(weights, dtype=float), limits, _hints(limits),
            np.empty(BLOCK), np.zeros((2, len(limits))), rings,
        )  # fmt: skip
    else:
        for i, d2 in _blocks(queries, points):
            place = np.searchsorted(limits, d2)
            for k in range(len(limits)):
                rings[i, k] = (place == k) @ weights
    sums: Array = np.cumsum(rings, axis=1)
    return sums


def sums_around(xy: Array, points: Array, weights: Array, radii: Array) -> Array:
    """Sum, for each place (n, 2), the weights of the points (m, 2) at a distance ≤ each radius.

    As ``sums_within``, for places and points that are not sorted yet.

    >>> sums_around(np.zeros((1, 2)), np.array([[3.0, 4.0], [9.0, 0.0]]), np.ones(2), np.array([5.0]))
    array([[1.]])
    """
    reach = float(radii[-1])
    low = float(min(xy[:, 1].min(), points[:, 1].min()))
    high = float(max(xy[:, 1].max(), points[:, 1].max()))
    rows = int((high - low) / (reach / ROWS)) + 1
    asked, places = (Rows.of(given, reach, low, rows) for given in (xy, points))
    sums = np.empty((len(xy), len(radii)))
    sums[asked.order] = sums_within(asked, places, weights[places.order], radii)
    return sums


def histogram(
    points: Rows, weights: Array | None, top: float, classes: int, *, compiled: bool | None = None
) -> tuple[Array, Array]:
    """Count the pairs of points by distance, and sum the products of their weights.

    Returns
    -------
    counts, sums : (classes,)
        Of the pairs (each once) whose distance is < ``top``, in classes of equal width; without
        weights the sums are the counts.

    Examples
    --------
    >>> rows = Rows.of(np.array([[0.0, 0.0], [3.0, 4.0], [9.0, 0.0]]), 10.0)
    >>> histogram(rows, None, 10.0, 5)[0]
    array([0., 0., 1., 1., 1.])
    """
    counts = np.zeros(classes)
    sums = np.zeros(classes) if weights is not None else counts
    w = np.ones(len(points.x)) if weights is None else np.ascontiguousarray(weights, dtype=float)
    if compiled is None:
        compiled = len(points.x) ** 2 >= COMPILED_FROM
    made = compile_all((_histogram,), bare=True) if compiled else None
    if made is not None:
        made.histogram(
            points.x,
            points.y,
            points.row,
            points.start,
            w,
            float(top),
            counts,
            sums,
            weights is not None,
            np.empty(BLOCK, dtype=np.int32),
            np.zeros(classes + 1, dtype=np.int64),
        )
        return counts, sums
    scale = classes / top
    for i, d2 in _blocks(points, points):
        later = np.arange(len(points.x))[None, :] > i[:, None]
        place = (np.sqrt(d2) * scale).astype(np.int64)
        kept = later & (place < classes)
        counts += np.bincount(place[kept], minlength=classes)
        if weights is not None:
            product = w[i][:, None] * w[None, :]
            sums += np.bincount(place[kept], weights=product[kept], minlength=classes)
    return counts, sums


def _blocks(queries: Rows, points: Rows) -> Any:
    """Yield blocks of queries with the squared distances to all points."""
    step = max(AT_ONCE // len(points.x), 1)
    for first in range(0, len(queries.x), step):
        i = np.arange(first, min(first + step, len(queries.x)))
        dx = queries.x[i][:, None] - points.x[None, :]
        dy = queries.y[i][:, None] - points.y[None, :]
        yield i, dx * dx + dy * dy


def _hints(limits: Array, cells: int = 1024) -> Ints:
    """Return, for each cell of squared distance, the first radius that can be meant."""
    edges = np.arange(cells) * (limits[-1] / cells)
    first: Ints = np.searchsorted(limits, edges).astype(np.int64)
    return first


# --- written for numba ------------------------------------------------------------------------------


def _rings(
    qx: Any, qy: Any, qrow: Any, px: Any, py: Any, start: Any, weights: Any, limits: Any,
    hints: Any, d2: Any, lane: Any, rings: Any,
) -> None:  # fmt: skip
    """Sum by rings; ``d2`` (BLOCK,) and ``lane`` (2, radii), zero, are room to work in.

    There are two lanes so that one sum need not wait for the last. Room made here, and arrays set or
    added as wholes, would take seconds to compile.
    """
    rows, last = len(start) - 1, limits[len(limits) - 1]
    reach = np.sqrt(last)
    scale = len(hints) / last if last > 0 else 0.0
    for i in range(len(qx)):
        x, y = qx[i], qy[i]
        for r in range(max(qrow[i] - ROWS - 1, 0), min(qrow[i] + ROWS + 2, rows)):
            first, high = start[r], start[r + 1]
            wanted, last_one = x - reach, high
            while first < last_one:  # halved by hand: numpy's own search takes long to compile
                middle = (first + last_one) // 2
                if px[middle] < wanted:
                    first = middle + 1
                else:
                    last_one = middle
            while first < high:
                if px[first] > x + reach:
                    break
                n = min(high - first, BLOCK)
                at = np.uint64(first)  # unsigned numbers let it take several points at once
                for j in range(np.uint64(n)):
                    dx, dy = px[at + j] - x, py[at + j] - y
                    d2[j] = dx * dx + dy * dy
                if len(limits) == 1:
                    total = 0.0
                    for j in range(np.uint64(n)):
                        total += weights[at + j] * (d2[j] <= last)
                    rings[i, 0] += total
                    first += n
                    continue
                for j in range(n):
                    square = d2[j]
                    if square <= last:
                        b = hints[min(int(square * scale), len(hints) - 1)]
                        while b > 0 and square <= limits[b - 1]:
                            b -= 1
                        while square > limits[b]:
                            b += 1
                        lane[j & 1, b] += weights[first + j]
                first += n
        for b in range(len(limits)):
            rings[i, b] += lane[0, b] + lane[1, b]
            lane[0, b] = lane[1, b] = 0.0


def _histogram(
    px: Any, py: Any, row: Any, start: Any, weights: Any, top: float, counts: Any, sums: Any,
    weighted: bool, place: Any, tally: Any,
) -> None:  # fmt: skip
    """Tally by distance; ``place`` (BLOCK,) and ``tally`` (classes + 1,), zero, are room to work in."""
    rows, classes = len(start) - 1, len(counts)
    scale = classes / top
    beyond = float(classes)
    for i in range(len(px)):
        x, y = px[i], py[i]
        for r in range(row[i], min(row[i] + ROWS + 2, rows)):
            first, high = start[r], start[r + 1]
            wanted, last_one = x - top, high
            while first < last_one:
                middle = (first + last_one) // 2
                if px[middle] < wanted:
                    first = middle + 1
                else:
                    last_one = middle
            if r == row[i]:
                first = i + 1
            while first < high:
                if px[first] > x + top:
                    break
                n = min(high - first, BLOCK)
                at = np.uint64(first)
                for j in range(np.uint64(n)):
                    dx, dy = px[at + j] - x, py[at + j] - y
                    place[j] = np.int32(min(np.sqrt(dx * dx + dy * dy) * scale, beyond))
                if weighted:
                    for j in range(n):
                        if place[j] < classes:
                            sums[place[j]] += weights[i] * weights[first + j]
                for j in range(n):
                    tally[place[j]] += 1
                first += n
    for k in range(classes):
        counts[k] += tally[k]
