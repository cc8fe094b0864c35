"""Density clustering on arrays: DBSCAN with deterministic borders, and its relative form.

References
----------
Ester, M., Kriegel, H.-P., Sander, J., Xu, X. (1996). A density-based algorithm for discovering
clusters in large spatial databases with noise. KDD-96, 226–231.
Schubert, E. et al. (2017). DBSCAN revisited, revisited. ACM TODS 42(3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sialgeo.kernels.grid import Grid, fits
from sialgeo.kernels.neighbours import (
    COMPILED_FROM,
    canonical_order,
    components_within,
    count_within,
    covered_by,
    nearest_within,
)

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def cluster(xy: Array, core: Flags, radius: float, *, compiled: bool | None = None) -> Ints:
    """Join cores at a distance ≤ radius and give each other unit to its nearest core in reach.

    Returns
    -------
    labels : (n,) int64
        −1 for units in no cluster; numbers by the canonical order (x, then y) of the cores.
    """
    if _on_grid(xy, radius, compiled):
        grid = Grid.of(xy, radius)
        return grid.labels(core[grid.order], radius)
    labels = np.full(len(xy), -1, dtype=np.int64)
    cores = np.flatnonzero(core)
    cores = cores[canonical_order(xy[cores])]
    labels[cores] = components_within(xy[cores], radius)
    others = np.flatnonzero(~core)
    nearest = nearest_within(xy[others], xy[cores], radius)
    reached = nearest >= 0
    labels[others[reached]] = labels[cores[nearest[reached]]]
    return labels


def dbscan(
    xy: Array, radius: float, min_units: int, *, compiled: bool | None = None
) -> tuple[Ints, Flags]:
    """Return DBSCAN's labels and core flags; ``min_units`` includes the unit itself.

    >>> dbscan(np.array([[0.0, 0.0], [0.0, 1.0], [9.0, 9.0]]), 1.0, 2)[0]
    array([ 0,  0, -1])
    """
    if _on_grid(xy, radius, compiled):
        grid = Grid.of(xy, radius)
        dense = grid.counts(grid, radius, at_least=min_units) >= min_units
        core = np.empty(len(xy), dtype=bool)
        core[grid.order] = dense
        return grid.labels(dense, radius), core
    core = count_within(xy, xy, radius, compiled=False) >= min_units
    return cluster(xy, core, radius, compiled=False), core


def _on_grid(xy: Array, radius: float, compiled: bool | None) -> bool:
    wanted = len(xy) >= COMPILED_FROM if compiled is None else compiled
    return wanted and len(xy) > 0 and fits(xy, radius)


def footprint_sums(
    points: Array, mass: Array, members: Array, labels: Ints, radius: Array
) -> Array:
    """Sum the mass of the points inside each cluster's footprint (discs around its members).

    Parameters
    ----------
    points : (m, 2), mass : (m,)
    members : (n, 2), labels : (n,)
        Units and their clusters; −1 takes no part.
    radius : (k,)
        Of each cluster's discs, metres.

    Returns
    -------
    sums : (k,) for clusters 0 to k − 1.
    """
    count = int(labels.max(initial=-1)) + 1
    sums = np.zeros(count)
    for number in range(count):
        sums[number] = mass[covered_by(points, members[labels == number], radius[number])].sum()
    return sums
