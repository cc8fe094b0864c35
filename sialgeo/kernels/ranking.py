"""Ranks under all weightings of sub-indices, on arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Array = NDArray[np.float64]

AT_ONCE = 2_000_000  # scores of one block of weightings
LEAST = 0.01  # of a sub-index in the geometric mean, so that the last rank is no zero


class Robustness(NamedTuple):
    """Per row: score and rank under equal weights, rank by geometric mean, and over the weightings."""

    score: Array
    rank: Array
    geometric: Array
    p_top: Array
    low: Array
    high: Array


def percentile_ranks(values: Array) -> Array:
    """Return (rank − ½)/n of each value, ties sharing the mean rank; NaN stays NaN.

    >>> percentile_ranks(np.array([10.0, 30.0, np.nan, 30.0])).round(3).tolist()
    [0.167, 0.667, nan, 0.667]
    """
    found = np.full(len(values), np.nan)
    known = np.isfinite(values)
    if known.any():
        found[known] = (rankdata(values[known]) - 0.5) / known.sum()
    return found


def ranks(scores: Array) -> Array:
    """Return ranks from 1 for the largest score, along the last axis; ties share the mean rank.

    >>> ranks(np.array([0.2, 0.9, 0.2])).tolist()
    [2.5, 1.0, 2.5]
    """
    found: Array = rankdata(-np.round(scores, 12), axis=-1).astype(float)
    return found


def robustness(scores: Array, top: int, draws: int, rng: np.random.Generator) -> Robustness:
    """Return how rows (n, k) of sub-indices rank under equal and under Dirichlet(1) weights.

    A row is among the first ``top`` where fewer than ``top`` rows score higher; the interval of ranks
    holds the middle 90 % of the weightings.

    Examples
    --------
    >>> found = robustness(np.array([[0.9, 0.1], [0.1, 0.9], [0.05, 0.05]]), 1, 4000,
    ...                    np.random.default_rng(1))
    >>> found.rank.tolist(), found.p_top.round(1).tolist(), found.high.tolist()
    ([1.5, 1.5, 3.0], [0.5, 0.5, 0.0], [2.0, 2.0, 3.0])
    """
    equal = scores.mean(axis=1)
    geometric = np.exp(np.log(np.maximum(scores, LEAST)).mean(axis=1))
    weights = rng.dirichlet(np.ones(scores.shape[1]), draws)
    found = np.empty((draws, len(scores)))
    first = np.zeros(len(scores))
    step = max(AT_ONCE // max(len(scores), 1), 1)
    for start in range(0, draws, step):
        drawn = np.round(weights[start : start + step] @ scores.T, 12)
        found[start : start + step] = rankdata(-drawn, axis=1)
        first += (rankdata(-drawn, axis=1, method="min") <= top).sum(axis=0)
    low, high = np.quantile(found, [0.05, 0.95], axis=0)
    return Robustness(equal, ranks(equal), ranks(geometric), first / draws, low, high)
