"""A grid whose cells are small where there are many points and large where there are few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEVELS = 5  # the largest cells are 2⁵ times as wide as the smallest
NEGLIGIBLE = 0.1  # parts below this share of their cell are left out rather than keep it whole


class Cells(NamedTuple):
    """Cells that do not overlap: lower left corner and side in metres, points, fit to be shown.

    ``of`` is the cell of each point.
    """

    x: Array
    y: Array
    side: Array
    n: NDArray[np.int64]
    fit: Mask
    of: NDArray[np.int64]


def nested_cells(
    xy: Array, side: float, least: int, volumes: Sequence[Array] = (), dominance: float = 1.0
) -> Cells:
    """Divide the plane into squares, the large ones into four while each part may be shown.

    A cell is divided where every part that holds points holds at least ``least`` of them, and none is
    dominated by two; parts of together a tenth of their cell or less do not stand in the way, but are not
    fit to be shown themselves. No cell lies in another, so that none can be taken from another.

    Parameters
    ----------
    xy : array of float, shape (n, 2)
        In metres.
    side
        Side of the smallest cells.
    least
        Least number of points of a cell that is shown.
    volumes : sequence of array of float, shape (n,)
        Outputs of each point: a cell whose two largest hold more than ``dominance`` is not shown.

    Examples
    --------
    >>> dense = np.tile([[10.0, 10.0], [110.0, 10.0], [10.0, 110.0], [110.0, 110.0]], (10, 1))
    >>> found = nested_cells(np.vstack([dense, [[3000.0, 50.0]] * 12]), 100.0, 10)
    >>> found.n.tolist(), found.side.tolist(), bool(found.fit.all())
    ([10, 10, 10, 10, 12], [100.0, 100.0, 100.0, 100.0, 100.0], True)
    """
    base = np.floor(xy / side).astype(np.int64)
    level = np.full(len(xy), LEVELS)
    for coarse in range(LEVELS, 0, -1):
        open_ = level == coarse
        if not open_.any():
            break
        held = [volume[open_] for volume in volumes]
        good = _fit(base[open_] >> (coarse - 1), least, held, dominance)
        _cells, parent = np.unique(_key(base[open_] >> coarse), return_inverse=True)
        small = np.bincount(parent, weights=~good) > NEGLIGIBLE * np.bincount(parent)
        level[np.flatnonzero(open_)[~small[parent]]] = coarse - 1
    own = base >> level[:, None]
    _keys, first, of, n = np.unique(
        _key(own) * (LEVELS + 1) + level, return_index=True, return_inverse=True, return_counts=True
    )
    fit = _shown(of, n, least, volumes, dominance)
    sides = side * 2.0 ** level[first]
    return Cells(own[first, 0] * sides, own[first, 1] * sides, sides, n, fit, of)


def _key(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one number a cell."""
    low, high = cells.min(axis=0), cells.max(axis=0)
    key: NDArray[np.int64] = (cells[:, 0] - low[0]) * (high[1] - low[1] + 1) + cells[:, 1] - low[1]
    return key


def _fit(cells: NDArray[np.int64], least: int, volumes: Sequence[Array], dominance: float) -> Mask:
    """Mark the points whose cell may be shown."""
    _keys, inverse, n = np.unique(_key(cells), return_inverse=True, return_counts=True)
    good: Mask = _shown(inverse, n, least, volumes, dominance)[inverse]
    return good


def _shown(
    inverse: NDArray[np.int64],
    n: NDArray[np.int64],
    least: int,
    volumes: Sequence[Array],
    dominance: float,
) -> Mask:
    """Mark the cells of enough points, not dominated by two."""
    shown: Mask = n >= least
    for volume in volumes:
        order = np.lexsort((-volume, inverse))
        place = np.arange(len(order)) - np.repeat(np.cumsum(n) - n, n)
        total = np.bincount(inverse, weights=volume, minlength=len(n))
        largest = np.where(place < 2, volume[order], 0.0)
        top = np.bincount(inverse[order], weights=largest, minlength=len(n))
        shown &= top <= dominance * np.where(total > 0, total, np.inf)
    return shown
