"""Who can supply whom: access to suppliers, Huff's shares, the nearest plant with room; on arrays.

References
----------
Huff, D. L. (1963). A probabilistic analysis of shopping center trade areas. Land Economics 39(1), 81–90.
Gale, D. and Shapley, L. S. (1962). College admissions and the stability of marriage. American
Mathematical Monthly 69(1), 9–15.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

AT_ONCE = 1_000_000  # distances of one block
NEAREST = 16  # plants looked up at first for each supplier


class Catchments(NamedTuple):
    """Per plant: suppliers and supply that fall to it, and their mean distance, weighted by supply."""

    suppliers: Array
    supply: Array
    distance: Array


def decayed_access(plants: Array, suppliers: Array, supply: Array, scale: float) -> Array:
    """Return Σ supply · exp(−d / scale) for each plant.

    >>> decayed_access(np.zeros((1, 2)), np.array([[0.0, 0.0], [0.0, 1000.0]]), np.ones(2), 1000.0).round(4)
    array([1.3679])
    """
    found = np.zeros(len(plants))
    for block, d in _blocks(plants, suppliers):
        found[block] = np.exp(-d / scale) @ supply
    return found


def huff(
    plants: Array,
    attraction: Array,
    suppliers: Array,
    supply: Array,
    *,
    reach: float,
    exponent: float = 2.0,
    least: float = 100.0,
) -> Catchments:
    """Share each supplier among the plants within reach by attraction · d^−exponent (Huff 1963).

    ``least`` is the smallest distance that counts, so that a neighbour does not take all.

    Examples
    --------
    >>> found = huff(np.array([[0.0, 0.0], [3000.0, 0.0]]), np.array([1.0, 4.0]),
    ...              np.array([[1000.0, 0.0]]), np.array([10.0]), reach=5000.0)
    >>> found.supply.tolist()
    [5.0, 5.0]
    """
    sums = np.zeros((3, len(plants)))
    for block, d in _blocks(suppliers, plants):
        pull = np.where(d <= reach, attraction / np.maximum(d, least) ** exponent, 0.0)
        total = pull.sum(axis=1, keepdims=True)
        share = np.divide(pull, total, out=np.zeros_like(pull), where=total > 0)
        sums[0] += share.sum(axis=0)
        sums[1] += supply[block] @ share
        sums[2] += supply[block] @ (share * d)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sums[2] / sums[1]
    return Catchments(sums[0], sums[1], np.where(sums[1] > 0, mean, np.nan))


def nearest_with_room(
    plants: Array, capacity: Array, suppliers: Array, supply: Array, *, reach: float
) -> Ints:
    """Give each supplier whole to the nearest plant that has room for it; −1 where none within reach.

    The shortest ways go first, so that no supplier and plant would both rather have each other (Gale
    and Shapley 1962). Of equal ways the supplier of least x, then y, then supply goes first.

    Examples
    --------
    >>> nearest_with_room(np.array([[0.0, 0.0], [9.0, 0.0]]), np.array([1.0, 5.0]),
    ...                   np.array([[1.0, 0.0], [2.0, 0.0]]), np.ones(2), reach=100.0)
    array([0, 1])
    """
    given = np.full(len(suppliers), -1, dtype=np.int64)
    if not len(plants) or not len(suppliers):
        return given
    order = np.lexsort((plants[:, 1], plants[:, 0]))  # plants of one place: the first in this order
    tree, room = cKDTree(plants[order]), capacity[order].astype(float)
    rank = np.empty(len(suppliers), dtype=np.int64)
    rank[np.lexsort((supply, suppliers[:, 1], suppliers[:, 0]))] = np.arange(len(suppliers))
    width = min(NEAREST, len(plants))
    near, place = (a.reshape(len(suppliers), -1) for a in tree.query(suppliers, k=width))
    ways: dict[int, tuple[Array, Ints]] = {}
    queue = [(float(near[i, 0]), int(rank[i]), i, 0) for i in range(len(suppliers))]
    heapq.heapify(queue)
    while queue:
        d, first, i, turn = heapq.heappop(queue)
        if d > reach:
            continue
        held = ways.get(i)
        plant = int(place[i, turn]) if held is None else int(held[1][turn])
        if supply[i] <= room[plant] * (1 + 1e-12):
            room[plant] -= supply[i]
            given[i] = order[plant]
            continue
        turn += 1
        if held is None and turn == width and width < len(plants):  # look farther, once
            ways[i] = held = tree.query(suppliers[i], k=len(plants))
        distances = near[i] if held is None else held[0]
        if turn < len(distances):
            heapq.heappush(queue, (float(distances[turn]), first, i, turn))
    return given


def assigned(plants: Array, suppliers: Array, supply: Array, given: Ints) -> Catchments:
    """Return the catchments of suppliers given whole to plants."""
    some = given >= 0
    d = np.hypot(*(suppliers[some] - plants[given[some]]).T)
    count = np.bincount(given[some], minlength=len(plants)).astype(float)
    held: Array = np.bincount(given[some], weights=supply[some], minlength=len(plants)).astype(
        float
    )
    way = np.bincount(given[some], weights=supply[some] * d, minlength=len(plants))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = way / held
    return Catchments(count, held, np.where(held > 0, mean, np.nan))


def _blocks(rows: Array, columns: Array) -> Iterator[tuple[slice, Array]]:
    """Yield blocks of rows with their distances to all columns."""
    step = max(AT_ONCE // max(len(columns), 1), 1)
    for first in range(0, len(rows), step):
        block = slice(first, first + step)
        dx = rows[block, 0][:, None] - columns[None, :, 0]
        dy = rows[block, 1][:, None] - columns[None, :, 1]
        yield block, np.sqrt(dx * dx + dy * dy)
