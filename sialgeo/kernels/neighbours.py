"""Who is within a radius: counts and connected components, in memory linear in the points.

Nothing here allocates what grows with the number of neighbour pairs: counts are reduced as they are
made, and components are found cell by cell. A compiled path (numba, where installed) serves large
inputs; both paths give the same integers.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from sialgeo.kernels.grid import TIGHT, Frame, Grid, frame_of, in_use

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

PAIRS_AT_ONCE = 2_000_000
FEW = 64
SAMPLE = 8
TREE_FROM = 100_000  # pairs of points between two cells from which a tree is cheaper
COMPILED_FROM = 50_000  # points from which loading numba and what it compiled pays
COMPILED_FROM_WARM = 2_000  # and where they are loaded


def canonical_order(xy: Array) -> Ints:
    """Return the order by x, then y: results then do not depend on the row order."""
    return np.lexsort((xy[:, 1], xy[:, 0])).astype(np.int64)


def count_within(
    queries: Array, points: Array, radius: float, *, compiled: bool | None = None
) -> Ints:
    """Count, for each query (n, 2), the points (m, 2) at a distance ≤ radius (metres).

    >>> count_within(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [9.0, 9.0]]), 5.0)
    array([1])
    """
    if len(queries) == 0 or len(points) == 0:
        return np.zeros(len(queries), dtype=np.int64)
    frame = frame_of(points, radius, compiled=worth(len(queries) + len(points), compiled))
    if frame is not None:
        return _count_on_grid(queries, points, radius, frame)
    tree = cKDTree(points)
    return np.asarray(tree.query_ball_point(queries, radius, return_length=True), dtype=np.int64)


def reaches(queries: Array, points: Array, radius: float, least: int) -> Flags:
    """Tell which queries have ``least`` points or more at a distance ≤ radius (the plain path).

    Few are looked for one by one, nearest first; many are counted.
    """
    if len(points) < least or len(queries) == 0:
        return np.full(len(queries), False)
    if least > FEW:
        return count_within(queries, points, radius, compiled=False) >= least
    tree, found = cKDTree(points), np.zeros(len(queries), dtype=bool)
    chunk = PAIRS_AT_ONCE // least
    for low in range(0, len(queries), chunk):
        asked = queries[low : low + chunk]
        index = tree.query(asked, k=[least], distance_upper_bound=radius * (1 + TIGHT))[1][:, 0]
        hit = np.flatnonzero(index < len(points))
        gap = ((asked[hit] - points[index[hit]]) ** 2).sum(axis=1)
        found[low + hit] = gap <= radius * radius
    return found


def worth(n: int, compiled: bool | None) -> bool:
    """Tell whether to take the compiled path for n points, where the caller leaves it open."""
    if compiled is not None:
        return compiled
    return n >= (COMPILED_FROM_WARM if in_use() else COMPILED_FROM)


def _count_on_grid(queries: Array, points: Array, radius: float, frame: Frame) -> Ints:
    grid = Grid.of(points, frame)
    found = np.zeros(len(queries), dtype=np.int64)
    if queries is points:
        found[grid.order] = grid.counts(grid, radius)
        return found
    low, high = points.min(axis=0) - radius, points.max(axis=0) + radius
    near = np.flatnonzero(((queries >= low) & (queries <= high)).all(axis=1))
    if len(near):
        asked = Grid.of(queries[near], frame)
        found[near[asked.order]] = asked.counts(grid, radius)
    return found


def components_within(xy: Array, radius: float) -> Ints:
    """Label the connected components of the graph that joins points at a distance ≤ radius.

    Points in one square of diagonal ``radius`` are joined without looking; two squares are joined when
    any pair across them is near enough, and squares already joined are not looked at again (after
    Gunawan 2013, "A faster algorithm for DBSCAN", TU Eindhoven).

    Returns
    -------
    labels : (n,) int64
        From 0, numbered by the first point of each component in the given order.

    Examples
    --------
    >>> components_within(np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]]), 1.0)
    array([0, 0, 1])
    """
    if len(xy) == 0:
        return np.zeros(0, dtype=np.int64)
    cells = _Cells.of(xy, radius)
    component = np.arange(cells.count, dtype=np.int64)
    joined: list[tuple[Ints, Ints]] = []
    for step in _half_steps():
        a, b = cells.neighbours(step)
        apart = component[a] != component[b]
        a, b = a[apart], b[apart]
        near = _any_within(cells, a, b, radius)
        if near.any():
            joined.append((a[near], b[near]))
            component = _components(cells.count, joined)
    return _renumber(component[cells.of_point])


def nearest_within(queries: Array, points: Array, radius: float) -> Ints:
    """Return, for each query, the index of its nearest point at a distance ≤ radius, else −1.

    Of points at one distance it is the one of least x, then least y.
    """
    found = np.full(len(queries), -1, dtype=np.int64)
    if len(queries) == 0 or len(points) == 0:
        return found
    tree, reach = cKDTree(points), radius * (1 + TIGHT)
    distance, index = tree.query(queries, k=min(2, len(points)), distance_upper_bound=reach)
    distance, index = distance.reshape(len(queries), -1), index.reshape(len(queries), -1)
    hit = np.flatnonzero(index[:, 0] < len(points))
    gap = ((queries[hit] - points[index[hit, 0]]) ** 2).sum(axis=1)
    found[hit] = np.where(gap <= radius * radius, index[hit, 0], -1)
    if index.shape[1] > 1:
        tied = hit[distance[hit, 1] <= distance[hit, 0] * (1 + TIGHT)]
        for q in tied.tolist():
            found[q] = _first_of_equals(queries[q], points, tree, float(distance[q, 0]), radius)
    return found


def _first_of_equals(query: Array, points: Array, tree: Any, nearest: float, radius: float) -> int:
    near = np.array(tree.query_ball_point(query, nearest * (1 + TIGHT) + 1e-300), dtype=np.int64)
    gap = ((points[near] - query) ** 2).sum(axis=1)
    inside = gap <= radius * radius
    near, gap = near[inside], gap[inside]
    if len(near) == 0:
        return -1
    order = np.lexsort((points[near, 1], points[near, 0], gap))
    return int(near[order[0]])


def covered_by(queries: Array, members: Array, radius: float) -> Flags:
    """Mark the queries at a distance ≤ radius from any member."""
    if len(members) == 0:
        return np.zeros(len(queries), dtype=bool)
    reach = radius * (1 + 1e-9)  # the distance decides, not the rounding of the box
    low, high = members.min(axis=0) - reach, members.max(axis=0) + reach
    inside = ((queries >= low) & (queries <= high)).all(axis=1)
    covered = np.zeros(len(queries), dtype=bool)
    covered[inside] = nearest_within(queries[inside], members, radius) >= 0
    return covered


def crowded(xy: Array, radius: float, least: int) -> Flags:
    """Mark points that have ``least`` neighbours (themselves included) in their own square already."""
    cells = _Cells.of(xy, radius)
    found: Flags = cells.size[cells.of_point] >= least
    return found


def _half_steps() -> list[tuple[int, int]]:
    """Return half of the steps to cells within reach, nearest first."""
    steps = [(dx, dy) for dx, dy in product(range(3), range(-2, 3)) if dx > 0 or dy > 0]
    return sorted(steps, key=lambda s: s[0] ** 2 + s[1] ** 2)


def _components(count: int, edges: list[tuple[Ints, Ints]]) -> Ints:
    a = np.concatenate([e[0] for e in edges])
    b = np.concatenate([e[1] for e in edges])
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _renumber(labels: Ints) -> Ints:
    _unique, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse.reshape(-1)]


class _Cells:
    """Points sorted into squares whose diagonal is the radius."""

    def __init__(self, xy: Array, of_point: Ints, keys: Ints, height: int) -> None:
        self.of_point, self.keys, self.height, self.count = of_point, keys, height, len(keys)
        order = np.argsort(of_point, kind="stable")
        self.xy = xy[order]
        self.size = np.bincount(of_point, minlength=self.count).astype(np.int64)
        self.start = np.concatenate([[0], np.cumsum(self.size)[:-1]]).astype(np.int64)

    @classmethod
    def of(cls, xy: Array, radius: float) -> _Cells:
        side = radius / math.sqrt(2) * (1 - 1e-9)
        far = np.floor((xy - xy.min(axis=0)) / side)
        cell = np.column_stack([_without_gaps(far[:, 0]), _without_gaps(far[:, 1])])
        height = int(cell[:, 1].max()) + 5  # room for steps of ±2 without meeting the next column
        keys, of_point = np.unique(cell[:, 0] * height + cell[:, 1], return_inverse=True)
        return cls(xy, of_point.reshape(-1).astype(np.int64), keys, height)

    def neighbours(self, step: tuple[int, int]) -> tuple[Ints, Ints]:
        wanted = self.keys + step[0] * self.height + step[1]
        place = np.searchsorted(self.keys, wanted)
        place[place == self.count] = 0
        a = np.flatnonzero(self.keys[place] == wanted)
        return a.astype(np.int64), place[a].astype(np.int64)


def _without_gaps(row: Array) -> Ints:
    """Shorten gaps of 3 rows or more to 3: the keys stay small however wide the map."""
    found, place = np.unique(row, return_inverse=True)
    steps = np.minimum(np.diff(found, prepend=found[0]), 3.0)
    return np.cumsum(steps).astype(np.int64)[place.reshape(-1)]


def _any_within(cells: _Cells, a: Ints, b: Ints, radius: float) -> Flags:
    """Tell, for each pair of cells, whether any two of their points are within the radius."""
    near = _in_chunks(
        cells, a, b, np.arange(len(a)), radius, SAMPLE
    )  # crowded squares mostly touch
    pairs = np.where(near, 0, cells.size[a] * cells.size[b])
    pairs[np.maximum(cells.size[a], cells.size[b]) <= SAMPLE] = 0
    for p in np.flatnonzero(pairs > TREE_FROM):
        ours = cells.xy[cells.start[a[p]] : cells.start[a[p]] + cells.size[a[p]]]
        theirs = cells.xy[cells.start[b[p]] : cells.start[b[p]] + cells.size[b[p]]]
        near[p] = bool((nearest_within(ours, theirs, radius) >= 0).any())
    small = np.flatnonzero((pairs > 0) & (pairs <= TREE_FROM))
    near[small] = _in_chunks(cells, a, b, small, radius)[small]
    return near


def _in_chunks(
    cells: _Cells, a: Ints, b: Ints, which: Ints, radius: float, most: int | None = None
) -> Flags:
    """Tell it for some of the pairs of cells from all pairs of points, or the first ``most`` of each."""
    near = np.zeros(len(a), dtype=bool)
    ours, theirs = cells.size[a[which]], cells.size[b[which]]
    if most is not None:
        ours, theirs = np.minimum(ours, most), np.minimum(theirs, most)
    ends = np.cumsum(ours * theirs)
    total = int(ends[-1]) if len(ends) else 0
    bounds = np.searchsorted(ends, np.arange(0, total + 1, PAIRS_AT_ONCE))
    for low, high in zip(bounds, [*bounds[1:], len(which)], strict=True):
        part = which[low:high]
        if len(part):
            near[part] = _any_pair(
                cells, a[part], b[part], ours[low:high], theirs[low:high], radius
            )
    return near


def _any_pair(cells: _Cells, a: Ints, b: Ints, ours: Ints, theirs: Ints, radius: float) -> Flags:
    size = ours * theirs
    pair = np.repeat(np.arange(len(a)), size)
    rank = np.arange(len(pair)) - np.repeat(np.cumsum(size) - size, size)
    i = cells.start[a][pair] + rank // theirs[pair]
    j = cells.start[b][pair] + rank % theirs[pair]
    gap = cells.xy[i] - cells.xy[j]
    within = gap[:, 0] ** 2 + gap[:, 1] ** 2 <= radius * radius
    return np.bincount(pair[within], minlength=len(a)) > 0
