"""Colocation: which kinds have which as nearest neighbours, ties shared; on arrays.

Units at one place are kept together as a site, so that memory grows with the sites and not with the
pairs of units that share one.

References
----------
Leslie, T. F. and Kronenfeld, B. J. (2011). The colocation quotient: a new measure of spatial
association between categorical subsets of points. Geographical Analysis 43(3), 306–326.
Wang, F., Hu, Y., Wang, S. and Li, X. (2017). Local indicator of colocation quotient with a statistical
significance test. The Professional Geographer 69(1), 22–31.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

TIED = 1e-9  # relative: distances this close are one


@dataclass(frozen=True)
class Neighbours:
    """The k nearest of every unit, by site: ``own`` per other unit at the site, ``shares`` elsewhere."""

    site: Ints
    own: Array
    shares: Any  # (sites, sites) sparse: what one unit of the column's site is to the row's

    @classmethod
    def of(cls, xy: Array, k: int) -> Neighbours:
        """Find the k nearest others; those tied for the last places share them.

        >>> found = Neighbours.of(np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [9.0, 0.0]]), 1)
        >>> found.shares.toarray()[found.site[0]].tolist()
        [0.5, 0.0, 0.5, 0.0]
        """
        places, site, held = np.unique(xy, axis=0, return_inverse=True, return_counts=True)
        site = site.reshape(-1).astype(np.int64)
        others = held - 1
        own = np.minimum(1.0, k / np.maximum(others, 1)) / k
        left = np.maximum(k - others, 0)
        rows, columns, values = [], [], []
        tree = cKDTree(places)
        open_rows = np.flatnonzero(left > 0)
        width = min(k + 2, len(places))
        while len(open_rows):
            distance, index = tree.query(places[open_rows], k=width)
            distance = distance.reshape(len(open_rows), -1)
            index = index.reshape(len(open_rows), -1)
            done = np.zeros(len(open_rows), dtype=bool)
            for n, s in enumerate(open_rows.tolist()):
                d, found, ready = _shared(
                    distance[n], index[n], s, held, int(left[s]), width == len(places)
                )
                if ready:
                    done[n] = True
                    rows.append(np.full(len(found), s))
                    columns.append(found)
                    values.append(d / k)
            open_rows = open_rows[~done]
            width = min(2 * width, len(places))
        entries = [
            np.concatenate(part) if part else np.zeros(0) for part in (values, rows, columns)
        ]
        shares = csr_array(
            (entries[0], (entries[1].astype(np.int64), entries[2].astype(np.int64))),
            shape=(len(places), len(places)),
        )
        return cls(site, own, shares)


def _shared(
    distance: Array, index: Ints, site: int, held: Ints, left: int, complete: bool
) -> tuple[Array, Ints, bool]:
    """Return what each unit of the nearest sites is worth until ``left`` places are filled."""
    apart = index != site
    d, found = distance[apart], index[apart]
    size = held[found]
    before = np.concatenate([[0], np.cumsum(size)[:-1]])
    filled = np.flatnonzero(before + size >= left)
    if not len(filled):
        return np.ones(len(found)), found, complete  # fewer than k others in all
    last = d[filled[0]] * (1 + TIED)
    ready = complete or d[-1] > last
    tied = (d >= d[filled[0]] * (1 - TIED)) & (d <= last)
    nearer = d < d[filled[0]] * (1 - TIED)
    rest = (left - size[nearer].sum()) / size[tied].sum()
    worth = np.where(nearer, 1.0, np.where(tied, rest, 0.0))
    used = worth > 0
    return worth[used], found[used], ready


def pair_counts(near: Neighbours, code: Ints, kinds: int) -> Array:
    """Return C (kinds, kinds): for units of the row's kind, the neighbours of the column's kind.

    >>> near = Neighbours.of(np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [6.0, 0.0]]), 1)
    >>> pair_counts(near, np.array([0, 1, 0, 0]), 2)
    array([[2., 1.],
           [1., 0.]])
    """
    sites = len(near.own)
    held = np.bincount(near.site * kinds + code, minlength=sites * kinds).reshape(sites, kinds)
    table = held.astype(float)
    counts: Array = table.T @ (near.own[:, None] * table) + table.T @ (near.shares @ table)
    counts -= np.diag(near.own @ table)
    return counts


def quotients(counts: Array, sizes: Array) -> tuple[Array, float]:
    """Return the pairwise colocation quotients and the global one.

    CLQ(A→B) = (C(A→B)/N_A) / (N′_B/(N−1)), N′_B = N_B, less one where B is A. Global: the same of all
    pairs of one kind together. A kind alone of its own has no quotient with itself: NaN.
    """
    n = sizes.sum()
    others = sizes[None, :] - np.eye(len(sizes))
    with np.errstate(divide="ignore", invalid="ignore"):
        pairwise: Array = (counts / sizes[:, None]) / (others / (n - 1))
        together = np.trace(counts) / (sizes * (sizes - 1)).sum() * (n - 1)
    pairwise[~np.isfinite(pairwise)] = np.nan
    return pairwise, float(together) if np.isfinite(together) else float("nan")


def nearest_weights(xy: Array, asked: Ints, k: int) -> tuple[Ints, Array]:
    """Return the k nearest others of the units asked for, with adaptive Gaussian weights.

    The bandwidth is the distance to the k-th neighbour; each row of weights adds up to 1. Of equals the
    first in the given order is taken: give the units in canonical order.
    """
    width = min(k + 1, len(xy))
    distance, index = cKDTree(xy).query(xy[asked], k=width)
    distance, index = distance.reshape(len(asked), -1), index.reshape(len(asked), -1)
    apart = index != asked[:, None]
    apart[apart.all(axis=1), -1] = False  # a unit may miss itself among coincident ones
    distance = distance[apart].reshape(len(asked), width - 1)
    index = index[apart].reshape(len(asked), width - 1)
    reach = distance[:, -1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(reach > 0, np.exp(-0.5 * (distance / reach) ** 2), 1.0)
    return index.astype(np.int64), weight / weight.sum(axis=1, keepdims=True)
