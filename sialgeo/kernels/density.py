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

from sialgeo.kernels.grid import Frame, Grid, frame_of
from sialgeo.kernels.neighbours import (
    canonical_order,
    components_within,
    covered_by,
    crowded,
    nearest_within,
    reaches,
    worth,
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
    frame = frame_of(xy, radius, compiled=worth(len(xy), compiled))
    if frame is not None:
        grid = Grid.of(xy, frame)
        return grid.labels(core[grid.order], radius)[0]
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
    frame = frame_of(xy, radius, compiled=worth(len(xy), compiled))
    if frame is not None:
        grid = Grid.of(xy, frame)
        return grid.labels(grid.reach(grid, radius, min_units), radius)
    core = crowded(xy, radius, min_units) if len(xy) else np.zeros(0, dtype=bool)
    rest = np.flatnonzero(~core)
    core[rest] = reaches(xy[rest], xy, radius, min_units)
    return cluster(xy, core, radius, compiled=False), core


def footprint_sums(
    points: Array,
    mass: Array,
    members: Array,
    labels: Ints,
    radius: Array,
    *,
    compiled: bool | None = None,
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
    if len(points) == 0:
        return sums
    large = worth(len(points) + len(members), compiled)
    for reach in np.unique(radius[:count]):
        ours = np.flatnonzero((labels >= 0) & (radius[labels] == reach))
        frame = frame_of(points, 2 * float(reach), compiled=large)  # squares wider than the reach
        if frame is not None:
            held = _covered(points, mass, members[ours], labels[ours], float(reach), frame)
            sums[: len(held)] += held
            continue
        for number in np.unique(labels[ours]):
            near = covered_by(points, members[ours[labels[ours] == number]], float(reach))
            sums[number] = mass[near].sum()
    return sums


def _covered(
    points: Array, mass: Array, members: Array, labels: Ints, reach: float, frame: Frame
) -> Array:
    near = np.ones(len(members), dtype=bool)
    for axis in (0, 1):  # along columns: far quicker than along rows
        place = members[:, axis]
        near &= place >= points[:, axis].min() - reach
        near &= place <= points[:, axis].max() + reach
    if not near.any():
        return np.zeros(0)
    grid, ours = Grid.of(points, frame), Grid.of(members[near], frame)
    held = mass[grid.order]
    sums: Array = grid.covered(ours, labels[near][ours.order], reach, held, held)[0]
    return sums
