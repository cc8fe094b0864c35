"""The grid's loops, written for numba: they are called through :mod:`sialgeo.kernels.grid`.

Points lie sorted by cell: ``start[c]`` to ``start[c + 1]`` are those of the c-th occupied cell, whose
number is ``keys[c]`` = row × width + column. A cell's side is a little under radius / √2, so that its
points are neighbours without looking and only cells up to two steps away matter. ``slack`` is the
relative room for rounding where a whole cell is taken or left.

Each function works on the cells ``first`` to ``last`` and writes there only, so that several threads
share the work.
"""

from __future__ import annotations

from typing import Any

import numpy as np


# --- sorting ---------------------------------------------------------------------------------------
def _number(
    xy: Any, x0: float, y0: float, side: float, width: int, first: int, last: int, keys: Any
) -> None:
    """Number the cells of the points ``first`` to ``last``."""
    for i in range(first, last):
        keys[i] = int((xy[i, 1] - y0) / side) * width + int((xy[i, 0] - x0) / side)


def _tally(keys: Any, first: int, last: int, size: Any) -> None:
    for i in range(first, last):
        size[keys[i]] += 1


def _deal(
    xy: Any, keys: Any, first: int, last: int, shift: int, place: Any, dealt: Any, tags: Any
) -> None:
    """Put the points into stacks of neighbouring cells, so that sorting each stack stays in the cache."""
    for i in range(first, last):
        key = np.int64(keys[i])
        at = place[key >> shift]
        place[key >> shift] = at + 1
        dealt[at, 0], dealt[at, 1] = xy[i, 0], xy[i, 1]
        tags[at] = (key << 32) | i


def _scatter(
    dealt: Any, tags: Any, first: int, last: int, place: Any, x: Any, y: Any, order: Any
) -> None:
    for i in range(first, last):
        key = tags[i] >> 32
        at = place[key]
        place[key] = at + 1
        order[at] = tags[i] & 0xFFFFFFFF
        x[at], y[at] = dealt[i, 0], dealt[i, 1]


def _radix(keys: Any, order: Any, spare_keys: Any, spare_order: Any, bits: int, size: Any) -> bool:
    """Sort keys and their rows, 11 bits a time; True where the result is in the spare arrays."""
    shift, swapped = 0, False
    while shift < bits:
        size[:] = 0
        for i in range(len(keys)):
            size[(keys[i] >> shift) & 2047] += 1
        total = 0
        for d in range(2048):
            held = size[d]
            size[d] = total
            total += held
        for i in range(len(keys)):
            d = (keys[i] >> shift) & 2047
            spare_keys[size[d]], spare_order[size[d]] = keys[i], order[i]
            size[d] += 1
        keys, spare_keys = spare_keys, keys
        order, spare_order = spare_order, order
        shift += 11
        swapped = not swapped
    return swapped


# --- counting --------------------------------------------------------------------------------------
def _count(
    qx: Any, qy: Any, qkeys: Any, qstart: Any, px: Any, py: Any, keys: Any, start: Any,
    x0: float, y0: float, side: float, width: int, slack: float, radius: float,
    first: int, last: int, begin: Any, end: Any, found: Any,
) -> None:  # fmt: skip
    """Count, for each query, the points at a distance ≤ radius."""
    limit = radius * radius
    inner, outer = limit * (1 - slack), limit * (1 + slack)
    for c in range(first, last):
        key = qkeys[c]
        for d in range(5):
            lowest = key + (d - 2) * width - 2
            while begin[d] < len(keys) and keys[begin[d]] < lowest:
                begin[d] += 1
            end[d] = max(end[d], begin[d])
            while end[d] < len(keys) and keys[end[d]] <= lowest + 4:
                end[d] += 1
        left, bottom = x0 + (key % width) * side, y0 + (key // width) * side
        for i in range(qstart[c], qstart[c + 1]):
            x, y = qx[i] - left, qy[i] - bottom
            total = 0
            for d in range(5):
                low = (d - 2) * side - y
                high = low + side
                gap = low if low > 0 else (high if high < 0 else 0.0)
                far = low if low + high < 0 else high
                near_y, far_y = gap * gap, far * far
                for q in range(begin[d], end[d]):
                    low = (keys[q] - key - (d - 2) * width) * side - x
                    high = low + side
                    gap = low if low > 0 else (high if high < 0 else 0.0)
                    if near_y + gap * gap > outer:
                        continue
                    far = low if low + high < 0 else high
                    if far_y + far * far < inner:
                        total += start[q + 1] - start[q]
                        continue
                    for j in range(start[q], start[q + 1]):
                        dx, dy = px[j] - qx[i], py[j] - qy[i]
                        total += dx * dx + dy * dy <= limit
            found[i] = total


def _reach(
    qx: Any, qy: Any, qkeys: Any, qstart: Any, px: Any, py: Any, keys: Any, start: Any,
    x0: float, y0: float, side: float, width: int, slack: float, radius: float,
    need: Any, step: int, first: int, last: int, begin: Any, end: Any, reached: Any,
) -> None:  # fmt: skip
    """Tell, for each query, whether ``need[i · step]`` points or more are at a distance ≤ radius.

    What whole cells hold decides where it can; a count ends as soon as it is settled.
    """
    limit = radius * radius
    inner, outer = limit * (1 - slack), limit * (1 + slack)
    for c in range(first, last):
        key = qkeys[c]
        around, own = 0, 0
        for d in range(5):
            lowest = key + (d - 2) * width - 2
            while begin[d] < len(keys) and keys[begin[d]] < lowest:
                begin[d] += 1
            end[d] = max(end[d], begin[d])
            while end[d] < len(keys) and keys[end[d]] <= lowest + 4:
                end[d] += 1
            around += start[end[d]] - start[begin[d]]
        for q in range(begin[2], end[2]):
            if keys[q] == key:
                own = start[q + 1] - start[q]
        left, bottom = x0 + (key % width) * side, y0 + (key // width) * side
        for i in range(qstart[c], qstart[c + 1]):
            least, total, open_ = need[i * step], own, around - own
            x, y = qx[i] - left, qy[i] - bottom
            for turn in range(5):
                if total >= least or total + open_ < least:
                    break
                d = 2 if turn == 0 else (turn if turn > 2 else 2 - turn)  # the own row first
                low = (d - 2) * side - y
                high = low + side
                gap = low if low > 0 else (high if high < 0 else 0.0)
                far = low if low + high < 0 else high
                near_y, far_y = gap * gap, far * far
                for q in range(begin[d], end[d]):
                    if keys[q] == key:
                        continue
                    held = start[q + 1] - start[q]
                    open_ -= held
                    low = (keys[q] - key - (d - 2) * width) * side - x
                    high = low + side
                    gap = low if low > 0 else (high if high < 0 else 0.0)
                    if near_y + gap * gap > outer:
                        continue
                    far = low if low + high < 0 else high
                    if far_y + far * far < inner:
                        total += held
                        continue
                    for j in range(start[q], start[q + 1]):
                        dx, dy = px[j] - qx[i], py[j] - qy[i]
                        total += dx * dx + dy * dy <= limit
                    if total >= least:
                        break
            reached[i] = total >= least


# --- joining ---------------------------------------------------------------------------------------
def _cores_first(
    x: Any, y: Any, order: Any, core: Any, start: Any, first: int, last: int,
    cores: Any, leader: Any, box: Any,
) -> None:  # fmt: skip
    """Put each cell's cores before its others; note their number, their first one and their box."""
    for c in range(first, last):
        i, j = start[c], start[c + 1] - 1
        while i <= j:
            if core[i]:
                i += 1
                continue
            if core[j]:
                x[i], x[j] = x[j], x[i]
                y[i], y[j] = y[j], y[i]
                order[i], order[j] = order[j], order[i]
                core[i], core[j] = True, False
            j -= 1
        cores[c], leader[c] = i - start[c], -1
        west, east, south, north = np.inf, -np.inf, np.inf, -np.inf
        for k in range(start[c], i):
            west, east = min(west, x[k]), max(east, x[k])
            south, north = min(south, y[k]), max(north, y[k])
        lowest = np.inf
        for k in range(start[c], i):
            if x[k] == west and y[k] < lowest:
                lowest, leader[c] = y[k], k
        box[c, 0], box[c, 1], box[c, 2], box[c, 3] = west, east, south, north


def _union(
    x: Any, y: Any, keys: Any, start: Any, cores: Any, box: Any, slack: float,
    radius: float, steps: Any, begin: Any, first: int, last: int, beyond: int, parent: Any,
) -> None:  # fmt: skip
    """Join the cells ``first`` to ``last`` that have cores at a distance ≤ radius.

    ``begin[s]`` is the first cell at or after the first one's s-th step; ``beyond`` 0: pairs within these cells, whose parents are then among them; 1: pairs with later ones.
    """
    limit = radius * radius
    outer, inner = limit * (1 + slack), limit * (1 - slack)
    for s in range(len(steps)):
        p = begin[s]
        for c in range(first, last):
            wanted = keys[c] + steps[s]
            while p < len(keys) and keys[p] < wanted:
                p += 1
            if p == len(keys):
                break
            if keys[p] != wanted or cores[c] == 0 or cores[p] == 0 or (p >= last) != (beyond > 0):
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
            dx = max(box[p, 0] - box[c, 1], box[c, 0] - box[p, 1], 0.0)
            dy = max(box[p, 2] - box[c, 3], box[c, 2] - box[p, 3], 0.0)
            if dx * dx + dy * dy > outer:
                continue
            dx = max(box[p, 1] - box[c, 0], box[c, 1] - box[p, 0])
            dy = max(box[p, 3] - box[c, 2], box[c, 3] - box[p, 2])
            joined = dx * dx + dy * dy < inner
            i = start[c]
            while not joined and i < start[c] + cores[c]:
                dx = max(box[p, 0] - x[i], x[i] - box[p, 1], 0.0)
                dy = max(box[p, 2] - y[i], y[i] - box[p, 3], 0.0)
                if dx * dx + dy * dy <= outer:
                    for j in range(start[p], start[p] + cores[p]):
                        gx, gy = x[j] - x[i], y[j] - y[i]
                        if gx * gx + gy * gy <= limit:
                            joined = True
                            break
                i += 1
            if joined:
                parent[max(a, b)] = min(a, b)


def _leaders(parent: Any, leader: Any, x: Any, y: Any, least: Any) -> None:
    """Point each cell at its component's first; note each component's first core (least x, then y)."""
    for c in range(len(parent)):
        root = parent[parent[c]]  # a parent comes before its cells
        parent[c] = root
        k, i = least[root], leader[c]
        if i >= 0 and (k < 0 or x[i] < x[k] or (x[i] == x[k] and y[i] < y[k])):
            least[root] = i


def _label(
    x: Any, y: Any, order: Any, keys: Any, start: Any, cores: Any, number: Any,
    x0: float, y0: float, side: float, width: int, slack: float, radius: float,
    first: int, last: int, begin: Any, whole: int, labels: Any, core: Any,
) -> None:  # fmt: skip
    """Write, in the order given, each core's component and each other point's nearest core's.

    Of cores equally near it is the one of least x, then y. Cells of cores only are left out where
    ``whole`` is 0.
    """
    limit = radius * radius
    for c in range(first, last):
        dense = start[c] + cores[c]
        if whole or dense < start[c + 1]:
            for i in range(start[c], dense):
                labels[order[i]], core[order[i]] = number[c], True
        for d in range(5):
            lowest = keys[c] + (d - 2) * width - 2
            while begin[d] < len(keys) and keys[begin[d]] < lowest:
                begin[d] += 1
        left, bottom = x0 + (keys[c] % width) * side, y0 + (keys[c] // width) * side
        for i in range(dense, start[c + 1]):
            best, who, of_cell = limit, -1, -1
            for d in range(5):
                low = bottom + (d - 2) * side - y[i]
                gap = low if low > 0 else (low + side if low + side < 0 else 0.0)
                near_y = gap * gap
                q = begin[d]
                while q < len(keys) and keys[q] <= keys[c] + (d - 2) * width + 2:
                    low = left + (keys[q] - keys[c] - (d - 2) * width) * side - x[i]
                    gap = low if low > 0 else (low + side if low + side < 0 else 0.0)
                    if near_y + gap * gap <= best + slack * limit:
                        for j in range(start[q], start[q] + cores[q]):
                            dx, dy = x[j] - x[i], y[j] - y[i]
                            gap = dx * dx + dy * dy
                            if gap > best or (
                                gap == best
                                and who >= 0
                                and (x[j] > x[who] or (x[j] == x[who] and y[j] >= y[who]))
                            ):
                                continue
                            best, who, of_cell = gap, j, q
                    q += 1
            labels[order[i]] = number[of_cell] if who >= 0 else -1


def _spread(keys: Any, table: Any, first: int, last: int, labels: Any, core: Any) -> None:
    """Give the points of cells that are all core their cell's component (−1 in ``table``: not so)."""
    for i in range(first, last):
        number = table[keys[i]]
        if number >= 0:
            labels[i], core[i] = number, True


def _cover(
    x: Any, y: Any, mass: Any, case: Any, keys: Any, start: Any, mx: Any, my: Any, mkeys: Any,
    mstart: Any, label: Any, x0: float, y0: float, side: float, width: int, slack: float,
    reach: float, first: int, last: int, begin: Any, stamp: Any, sums: Any,
) -> None:  # fmt: skip
    """Add each point's mass, and its cases, to every cluster with a member at a distance ≤ reach.

    ``reach`` is less than a side. ``stamp`` (clusters,) remembers the last point that a cluster got.
    """
    limit = reach * reach
    outer = limit * (1 + slack)
    for c in range(first, last):
        for d in range(3):
            while begin[d] < len(mkeys) and mkeys[begin[d]] < keys[c] + (d - 1) * width - 1:
                begin[d] += 1
        left, bottom = x0 + (keys[c] % width) * side, y0 + (keys[c] // width) * side
        for i in range(start[c], start[c + 1]):
            for d in range(3):
                low = bottom + (d - 1) * side - y[i]
                gap = low if low > 0 else (low + side if low + side < 0 else 0.0)
                near_y = gap * gap
                q = begin[d]
                while q < len(mkeys) and mkeys[q] <= keys[c] + (d - 1) * width + 1:
                    low = left + (mkeys[q] - keys[c] - (d - 1) * width) * side - x[i]
                    gap = low if low > 0 else (low + side if low + side < 0 else 0.0)
                    alone = label[mstart[q]] == label[mstart[q + 1] - 1]  # sorted by cluster
                    if near_y + gap * gap > outer or (alone and stamp[label[mstart[q]]] == i):
                        q += 1
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
                    q += 1


FUNCTIONS = (
    _number, _tally, _deal, _scatter, _radix, _count, _reach, _cores_first, _union, _leaders,
    _label, _spread, _cover,
)  # fmt: skip
