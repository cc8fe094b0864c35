"""Which points lie in which polygons."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_AT_ONCE = 250_000  # points, so that the pairs of a large table are not all held


def pairs_inside(points: Any, shapes: Any) -> tuple[Ints, Ints]:
    """Return (point, polygon) for every point in or on the border of a polygon.

    Boxes are looked up in a tree of the polygons, then the points tried on prepared polygons: faster
    than a tree of the points where points are many. They are tried polygon by polygon, so that each
    is at hand while it is asked. A missing or empty point lies in none.

    Examples
    --------
    >>> spots = shapely.points([(0.5, 0.5), (1.0, 0.5), (9.0, 9.0)])
    >>> point, polygon = pairs_inside(spots, shapely.box([0, 1], 0, [1, 2], 1))
    >>> sorted(zip(point.tolist(), polygon.tolist()))
    [(0, 0), (1, 0), (1, 1)]
    """
    held = np.asarray(shapes, dtype=object)
    shapely.prepare(held)
    tree = shapely.STRtree(held)
    found: list[tuple[Ints, Ints]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for first in range(0, len(points), _AT_ONCE):
        part = points[first : first + _AT_ONCE]
        point, polygon = tree.query(part)
        order = np.argsort(polygon, kind="stable")
        point, polygon = point[order], polygon[order]
        x, y = shapely.get_x(part), shapely.get_y(part)
        inside = shapely.intersects_xy(held[polygon], x[point], y[point])
        found.append((point[inside] + first, polygon[inside]))
    one, two = (np.concatenate(each) for each in zip(*found, strict=True))
    return one, two
