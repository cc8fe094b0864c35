"""Which cells of a table with known sums must be hidden so that no hidden one can be worked out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def hidden_in_row(counts: Array, least: int, already: Mask | None = None) -> Mask:
    """Mark the counts of a row with a known sum that must not be shown.

    Those from 1 to ``least`` − 1, and the smallest others until the marked ones are at least two and
    add up to at least ``least``, so that the sum gives none of them away. Zero is no secret.

    Parameters
    ----------
    counts : array of float, shape (n,)
    least
        The least count that is shown.
    already : array of bool, shape (n,), optional
        Counts that are hidden for another reason.

    Returns
    -------
    array of bool, shape (n,)

    Examples
    --------
    >>> hidden_in_row(np.array([30.0, 12.0, 3.0, 0.0]), 10).tolist()
    [False, True, True, False]
    """
    small = (counts > 0) & (counts < least)
    hidden: Mask = small if already is None else small | already
    if not hidden.any():
        return hidden
    for i in np.argsort(counts, kind="stable"):
        if hidden.sum() >= 2 and counts[hidden].sum() >= least:
            break
        hidden[i] |= counts[i] > 0
    return hidden


def hidden_in_table(counts: Array, least: int, already: Mask | None = None) -> Mask:
    """Mark the cells of a table with known row and column sums that must not be shown.

    Rows and columns are treated in turn (:func:`hidden_in_row`) until nothing changes; then every
    small cell that the sums still determine gets company, and so on. At the end no small count
    follows from the shown ones and the sums (secondary suppression; Hundepool et al. 2012,
    *Statistical Disclosure Control*). Sums that are themselves below ``least`` count as not shown. More cells may be hidden than an
    optimum would need.

    Parameters
    ----------
    counts : array of float, shape (rows, columns)
    least
        The least count that is shown.
    already : array of bool, shape (rows, columns), optional
        Cells that are not shown anyway.

    Returns
    -------
    array of bool, shape (rows, columns)

    Examples
    --------
    >>> table = np.array([[20.0, 30.0, 3.0], [40.0, 25.0, 15.0], [11.0, 50.0, 60.0]])
    >>> hidden_in_table(table, 10).astype(int).tolist()
    [[1, 0, 1], [0, 1, 1], [1, 1, 0]]
    """
    small = (counts > 0) & (counts < least)
    hidden: Mask = small.copy()
    if already is not None:
        hidden |= already & (counts > 0)
    known = tuple(~hidden_in_row(counts.sum(axis=axis), least) for axis in (1, 0))
    while True:
        hidden = _both_ways(counts, least, hidden, known)
        told = determined(hidden, *known) & small
        more = _company(counts, hidden, told) if told.any() else None
        if more is None:
            return hidden
        hidden[more] = True


def determined(hidden: Mask, rows_known: Mask, columns_known: Mask) -> Mask:
    """Mark the hidden cells that the known sums of rows and columns determine.

    A hidden cell is an edge between its row and its column; rows and columns whose sum is not known
    are one node. A cell on a cycle is free: an amount can be shifted along the cycle without changing a
    sum. So the determined ones are the bridges of this graph.

    Examples
    --------
    >>> known = np.array([True, True])
    >>> bool(determined(np.array([[True, True], [True, True]]), known, known).any())
    False
    >>> int(determined(np.array([[True, False], [False, True]]), known, known).sum())
    2
    """
    rows, columns = np.nonzero(hidden)
    told: Mask = np.zeros(hidden.shape, dtype=bool)
    free = hidden.shape[0] + hidden.shape[1]
    starts = np.where(rows_known[rows], rows, free)
    ends = np.where(columns_known[columns], hidden.shape[0] + columns, free)
    is_bridge = _bridges(free + 1, starts.tolist(), ends.tolist())
    told[rows, columns] = is_bridge
    return told


def _bridges(nodes: int, starts: list[int], ends: list[int]) -> Mask:
    """Mark the edges of a graph that lie on no cycle (Tarjan's low links, without recursion)."""
    beside: list[list[tuple[int, int]]] = [[] for _node in range(nodes)]
    for edge, (a, b) in enumerate(zip(starts, ends, strict=True)):
        beside[a].append((b, edge))
        beside[b].append((a, edge))
    order, low = [-1] * nodes, [0] * nodes
    found: Mask = np.zeros(len(starts), dtype=bool)
    clock = 0
    for root in range(nodes):
        if order[root] >= 0:
            continue
        order[root] = low[root] = clock
        clock += 1
        stack = [(root, -1, iter(beside[root]))]
        while stack:
            node, by, rest = stack[-1]
            step = next(rest, None)
            if step is None:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    low[above] = min(low[above], low[node])
                    found[by] = low[node] > order[above]
                continue
            other, edge = step
            if edge == by:
                continue
            if order[other] >= 0:
                low[node] = min(low[node], order[other])
                continue
            order[other] = low[other] = clock
            clock += 1
            stack.append((other, edge, iter(beside[other])))
    return found


def _both_ways(counts: Array, least: int, hidden: Mask, known: tuple[Mask, ...]) -> Mask:
    """Return the hidden cells after rows and columns were treated until nothing changes."""
    while True:
        before = hidden.copy()
        for i in np.flatnonzero(known[0]):
            hidden[i] = hidden_in_row(counts[i], least, hidden[i])
        for j in np.flatnonzero(known[1]):
            hidden[:, j] = hidden_in_row(counts[:, j], least, hidden[:, j])
        if np.array_equal(before, hidden):
            return hidden


def _company(counts: Array, hidden: Mask, told: Mask) -> tuple[int, int] | None:
    """Return the smallest shown cell in the row or column of a determined one, if any."""
    shown = ~hidden & (counts > 0)
    rows, columns = np.nonzero(told)
    near: Mask = np.zeros_like(shown)
    near[rows], near[:, columns] = True, True
    near &= shown
    if not near.any():
        return None
    i, j = np.unravel_index(np.argmin(np.where(near, counts, np.inf)), counts.shape)
    return int(i), int(j)
