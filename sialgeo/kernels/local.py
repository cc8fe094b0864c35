"""Local statistics of areas: Getis–Ord Gi*, local Moran, conditional permutation.

Neighbours come as compressed rows: the neighbours of area i are ``neighbours[start[i]:start[i + 1]]``,
itself not among them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


def lag(values: Array, start: Ints, neighbours: Ints) -> Array:
    """Sum each area's neighbours' values.

    >>> lag(np.array([1.0, 2.0, 4.0]), np.array([0, 1, 3, 3]), np.array([1, 0, 2]))
    array([2., 5., 0.])
    """
    exact: Array = np.add.reduceat(
        np.append(values[neighbours], 0.0), np.minimum(start[:-1], len(neighbours))
    )
    exact[start[:-1] == start[1:]] = 0.0
    return exact


def getis_ord_star(values: Array, start: Ints, neighbours: Ints) -> Array:
    """Return Gi* (a z-score) with binary weights, the area itself included (Ord & Getis 1995)."""
    n = len(values)
    weight = np.diff(start) + 1.0
    mean, spread = values.mean(), values.std()
    around = lag(values, start, neighbours) + values
    return np.asarray(
        (around - mean * weight) / (spread * np.sqrt((n * weight - weight**2) / (n - 1)))
    )


def local_moran(values: Array, start: Ints, neighbours: Ints) -> Array:
    """Return local Moran with row-standardised weights, m2 with n − 1 (as esda and GeoDa).

    Areas without neighbours are NaN.
    """
    z = values - values.mean()
    m2 = (z**2).sum() / (len(values) - 1)
    degree = np.diff(start)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = lag(z, start, neighbours) / degree
    return np.asarray(np.where(degree > 0, z * mean / m2, np.nan))


def conditional_counts(
    values: Array, start: Ints, neighbours: Ints, replicates: int, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Count how often the neighbours' sum drawn at random is at or above, and at or below, the observed.

    Each replicate draws as many of the other areas as the area has neighbours, without replacement;
    all areas share the draws, each passing over itself (as esda and GeoDa do). Areas between two of
    the numbers drawn thus share a sum, which is taken once.

    Returns
    -------
    above, below : (n,) int64
    """
    n, degree = len(values), np.diff(start)
    above, below = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    if not degree.any():
        return above, below
    draws = _draws(n - 1, int(degree.max()), replicates, rng)
    observed = lag(values, start, neighbours)
    slack = 1e-9 * max(float(np.abs(values).max()), 1e-300)  # equal sums in another order are equal
    for size in np.unique(degree[degree > 0]).tolist():
        area = np.flatnonzero(degree == size)
        least, most = observed[area] - slack, observed[area] + slack
        more, less = np.zeros(len(area), dtype=np.int32), np.zeros(len(area), dtype=np.int32)
        for drawn in np.sort(draws[:, :size], axis=1):
            # the areas up to a number drawn pass over themselves there: the next value is theirs
            passed, next_ = np.cumsum(values[drawn]), np.cumsum(values[drawn + 1][::-1])[::-1]
            sums = np.append(0.0, passed) + np.append(next_, 0.0)
            ends = np.searchsorted(area, drawn, side="right")
            total = np.repeat(sums, np.diff(ends, prepend=0, append=len(area)))
            more += total >= least
            less += total <= most
        above[area], below[area] = more, less
    return above, below


def _draws(population: int, size: int, replicates: int, rng: np.random.Generator) -> Ints:
    """Return (replicates, size) numbers below ``population``, each row without repeats."""
    if size > population:
        raise ValueError("more neighbours than other areas")
    if size * 4 > population:
        return np.array(
            [rng.permutation(population)[:size] for _ in range(replicates)], dtype=np.int64
        )
    drawn = rng.integers(0, population, (replicates, size))
    while True:
        ordered = np.sort(drawn, axis=1)
        repeated = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        if not repeated.any():
            return drawn.astype(np.int64)
        drawn[repeated] = rng.integers(0, population, (int(repeated.sum()), size))


def two_sided(above: Ints, below: Ints, replicates: int) -> Array:
    """Return the two-sided p-value: twice the smaller tail, (1 + #) / (R + 1) each, at most 1."""
    return np.asarray(np.minimum(2.0 * (np.minimum(above, below) + 1.0) / (replicates + 1.0), 1.0))


def benjamini_hochberg(p: Array) -> Array:
    """Return p-values adjusted for the false discovery rate (Benjamini & Hochberg 1995); NaN stays NaN.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, np.nan]))
    array([0.03, 0.04, 0.04,  nan])
    """
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    scaled = p[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def empirical_bayes_z(events: Array, population: Array) -> Array:
    """Return rates standardised by empirical Bayes (Assunção & Reis 1999, Statistics in Medicine 18)."""
    rate = events.sum() / population.sum()
    raw = events / population
    variance = (population * (raw - rate) ** 2).sum() / population.sum()
    between = variance - rate / (population.sum() / len(population))
    spread = np.maximum(between, 0.0) + rate / population
    return np.asarray((raw - rate) / np.sqrt(spread))
