"""Long calls in parts, and places told apart: what a program with a window can wait for.

While one call of shapely or of a driver is at a million rows, no other thread of Python can run, and
a window does not answer. In parts it takes as long, and the others have their turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

PART = 25_000  # rows: about a tenth of a second


def parts(rows: int) -> Iterator[slice]:
    """Yield the slices of at most ``PART`` rows, at least one.

    >>> [part.stop for part in parts(60_000)]
    [25000, 50000, 75000]
    """
    for start in range(0, max(rows, 1), PART):
        yield slice(start, start + PART)


def points(xy: NDArray[np.float64]) -> NDArray[Any]:
    """Return shapely's points of coordinates (n, 2)."""
    import shapely

    return np.concatenate([shapely.points(xy[part]) for part in parts(len(xy))])


def places(
    xy: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return each place once in the order of x and y, the first row at it, and each row's place.

    As ``np.unique(xy, axis=0)``, which lets no other thread run and takes several times as long.

    Parameters
    ----------
    xy
        Coordinates (n, 2), finite.

    Examples
    --------
    >>> once, first, place = places(np.array([[2.0, 0.0], [1.0, 5.0], [2.0, 0.0], [1.0, -5.0]]))
    >>> once.tolist(), first.tolist(), place.tolist()
    ([[1.0, -5.0], [1.0, 5.0], [2.0, 0.0]], [3, 1, 0], [2, 1, 2, 0])
    """
    paired = np.ascontiguousarray(xy, dtype=np.float64).view(np.complex128).reshape(-1)
    once, first, place = np.unique(paired, return_index=True, return_inverse=True)
    return once.view(np.float64).reshape(-1, 2), first, place.reshape(-1)
