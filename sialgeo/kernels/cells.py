"""The grid's loops, written for numba: they are called through :mod:`sialgeo.kernels.grid`.

Points lie sorted by cell: ``start[c]`` to ``start[c + 1]`` are those of the c-th occupied cell, whose
number is ``keys[c]`` = row × width + column and whose points fill ``box[c]`` (west, east, south,
north). A cell's side is a little under radius / √2, so that its points are neighbours without looking
and only cells up to two steps away matter: ``low[c, d]`` to ``high[c, d]`` are those of the d-th row
around a cell. A box is left or taken whole exactly where every one of its points would be, for
rounding keeps the order of differences, squares and sums.

Each function works on the cells ``first`` to ``last`` and writes there only, so that several threads
share the work. Compiling takes a time that grows with every statement: they are few and plain, and
``min`` and ``max``, which are compiled anew for every function, are left out. The innermost loops
count in unsigned numbers, which cannot mean a place from the end: they then take several points at
once.
"""

from __future__ import annotations

from typing import Any

import numpy as np


# --- counting --------------------------------------------------------------------------------------
def _fill(x: Any, y: Any, start: Any, first: int, last: int, box: Any) -> None:
    """Note what the points of each cell fill."""
    for c in range(first, last):
        west = east = x[start[c]]
        south = north = y[start[c]]
        for i in range(start[c] + 1, start[c + 1]):
            west, east = (x[i] if x[i] < west else west), (x[i] if x[i] > east else east)
            south, north = (y[i] if y[i] < south else south), (y[i] if y[i] > north else north)
        box[c, 0], box[c, 1], box[c, 2], box[c, 3] = west, east, south, north


def _windows(
    qkeys: Any, keys: Any, width: int, first: int, last: int, begin: Any, low: Any, high: Any
) -> None:
    """Note which occupied cells lie around each cell: ``begin`` (rows,) is where to look first."""
    rows = len(begin)
    span = rows // 2
    for c in range(first, last):
        for d in range(rows):
            nearest, at = qkeys[c] + (d - span) * width, begin[d]
            while at < len(keys) and keys[at] < nearest - span:
                at += 1
            begin[d] = low[c, d] = at
            while at < len(keys) and keys[at] <= nearest + span:
                at += 1
            high[c, d] = at


def _count(
    qx: Any, qy: Any, qstart: Any, mine: Any, x: Any, y: Any, start: Any, box: Any, low: Any,
    high: Any, radius: float, need: Any, step: int, first: int, last: int, found: Any,
) -> None:  # fmt: skip
    """Count, for each query, the points at a distance ≤ radius; ``mine`` is its own cell among theirs.

    A count may end, too low or high enough, once it is settled whether it is ``need[i · step]`` or
    more; with a need of 0 it is made to its end. The rows around are looked at from the middle out:
    most counts are settled there.
    """
    limit = radius * radius
    for c in range(first, last):
        around = 0
        for d in range(5):
            around += start[high[c, d]] - start[low[c, d]]
        own = start[mine[c] + 1] - start[mine[c]] if mine[c] >= 0 else 0
        for i in range(qstart[c], qstart[c + 1]):
            least, px, py = need[i * step], qx[i], qy[i]
            total, left = own, around - own
            for turn in range(5):
                d = (2, 1, 3, 0, 4)[turn]
                for q in range(low[c, d], high[c, d]):
                    if least > 0 and (total >= least or total + left < least):
                        break
                    if q == mine[c]:
                        continue
                    left -= start[q + 1] - start[q]
                    west, east = box[q, 0] - px, px - box[q, 1]
                    south, north = box[q, 2] - py, py - box[q, 3]
                    dx, far_x = (west, east) if west > east else (east, west)
                    dy, far_y = (south, north) if south > north else (north, south)
                    if dx < 0:
                        dx = 0.0
                    if dy < 0:
                        dy = 0.0
                    if dx * dx + dy * dy > limit:
                        continue
                    if far_x * far_x + far_y * far_y <= limit:
                        total += start[q + 1] - start[q]
                        continue
                    for j in range(np.uint64(start[q]), np.uint64(start[q + 1])):
                        dx, dy = x[j] - px, y[j] - py
                        total += dx * dx + dy * dy <= limit
            found[i] = total


# --- joining ---------------------------------------------------------------------------------------
def _union(
    x: Any, y: Any, keys: Any, start: Any, box: Any, low: Any, high: Any, width: int,
    radius: float, first: int, last: int, beyond: int, parent: Any,
) -> None:  # fmt: skip
    """Join the cells ``first`` to ``last`` that have points at a distance ≤ radius.

    ``beyond`` 0: pairs within these cells, whose parents are then among them; 1: pairs with later ones.
    Cells that touch come first: most others are joined by then, and need no look.
    """
    limit = radius * radius
    for turn in range(2):
        for c in range(first, last):
            for d in range(2, 5):
                for p in range(low[c, d], high[c, d]):
                    aside = keys[p] - keys[c] - (d - 2) * width
                    touches = d < 4 and aside * aside < 2
                    if p <= c or (p >= last) != (beyond > 0) or touches != (turn == 0):
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
                    joined = False
                    for i in range(start[c], start[c + 1]):
                        west, east = box[p, 0] - x[i], x[i] - box[p, 1]
                        south, north = box[p, 2] - y[i], y[i] - box[p, 3]
                        dx, dy = west if west > east else east, south if south > north else north
                        if dx < 0:
                            dx = 0.0
                        if dy < 0:
                            dy = 0.0
                        if dx * dx + dy * dy > limit:
                            continue
                        for j in range(np.uint64(start[p]), np.uint64(start[p + 1])):
                            dx, dy = x[j] - x[i], y[j] - y[i]
                            if dx * dx + dy * dy <= limit:
                                joined = True
                                break
                        if joined:
                            break
                    if joined:
                        if a < b:
                            parent[b] = a
                        else:
                            parent[a] = b


def _nearest(
    qx: Any, qy: Any, qstart: Any, x: Any, y: Any, start: Any, box: Any, low: Any, high: Any,
    radius: float, first: int, last: int, found: Any,
) -> None:  # fmt: skip
    """Write the cell of each query's nearest point at a distance ≤ radius, else −1.

    Of points equally near it is the one of least x, then y.
    """
    for c in range(first, last):
        for i in range(qstart[c], qstart[c + 1]):
            px, py, best, who = qx[i], qy[i], radius * radius, np.int64(-1)
            found[i] = -1
            for d in range(5):
                for q in range(low[c, d], high[c, d]):
                    west, east = box[q, 0] - px, px - box[q, 1]
                    south, north = box[q, 2] - py, py - box[q, 3]
                    dx, dy = west if west > east else east, south if south > north else north
                    if dx < 0:
                        dx = 0.0
                    if dy < 0:
                        dy = 0.0
                    if dx * dx + dy * dy > best:
                        continue
                    for j in range(start[q], start[q + 1]):
                        dx, dy = x[j] - px, y[j] - py
                        gap = dx * dx + dy * dy
                        if gap < best or (
                            gap == best
                            and (who < 0 or x[j] < x[who] or (x[j] == x[who] and y[j] < y[who]))
                        ):
                            best, who = gap, j
                            found[i] = q


def _cover(
    x: Any, y: Any, mass: Any, case: Any, start: Any, which: Any, mx: Any, my: Any, mstart: Any,
    label: Any, box: Any, low: Any, high: Any, reach: float, first: int, last: int, stamp: Any,
    sums: Any,
) -> None:  # fmt: skip
    """Add each point's mass, and its cases, to every cluster with a member at a distance ≤ reach.

    ``reach`` is less than a side. The points are those of the cells ``which``; ``stamp`` (clusters,)
    remembers the last point that a cluster got.
    """
    limit = reach * reach
    for c in range(first, last):
        for i in range(start[which[c]], start[which[c] + 1]):
            for d in range(3):
                for q in range(low[c, d], high[c, d]):
                    alone = label[mstart[q]] == label[mstart[q + 1] - 1]  # sorted by cluster
                    if alone and stamp[label[mstart[q]]] == i:
                        continue
                    west, east = box[q, 0] - x[i], x[i] - box[q, 1]
                    south, north = box[q, 2] - y[i], y[i] - box[q, 3]
                    dx, dy = west if west > east else east, south if south > north else north
                    if dx < 0:
                        dx = 0.0
                    if dy < 0:
                        dy = 0.0
                    if dx * dx + dy * dy > limit:
                        continue
                    for j in range(mstart[q], mstart[q + 1]):
                        k = label[j]
                        dx, dy = mx[j] - x[i], my[j] - y[i]
                        if dx * dx + dy * dy <= limit and stamp[k] != i:
                            stamp[k] = i
                            sums[0, k] += mass[i]
                            sums[1, k] += case[i]
                            if alone:
                                break


COUNTING = (_fill, _windows, _count)
JOINING = (_windows, _union, _nearest)
COVERING = (_windows, _cover)
