"""The one seam to numba: kernels that release the GIL, without its own threads.

``parallel=True`` is not used: its threading layer aborts a host that calls it from several threads,
as QGIS does.
"""

from __future__ import annotations

import functools
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import numpy as np


@functools.cache
def kernels() -> SimpleNamespace | None:
    """Return the compiled kernels, or None where numba is not installed."""
    if find_spec("numba") is None:
        return None
    from numba import njit

    compile_ = njit(nogil=True, cache=True, fastmath=False)
    return SimpleNamespace(count=compile_(_count))


def _count(
    queries: Any,
    xy: Any,
    starts: Any,
    x0: float,
    y0: float,
    side: float,
    columns: int,
    rows: int,
    radius: float,
) -> Any:
    """Count, for each query, the grid's points at a distance ≤ radius (written for numba)."""
    found = np.zeros(len(queries), dtype=np.int64)
    limit = radius * radius
    for q in range(len(queries)):
        x, y = queries[q, 0], queries[q, 1]
        left = max(int(np.floor((x - radius - x0) / side)), 0)
        right = min(int(np.floor((x + radius - x0) / side)), columns - 1)
        bottom = max(int(np.floor((y - radius - y0) / side)), 0)
        top = min(int(np.floor((y + radius - y0) / side)), rows - 1)
        if right < left:
            continue
        number = 0
        for row in range(bottom, top + 1):
            for i in range(starts[row * columns + left], starts[row * columns + right + 1]):
                dx, dy = xy[i, 0] - x, xy[i, 1] - y
                if dx * dx + dy * dy <= limit:
                    number += 1
        found[q] = number
    return found
