"""Likelihoods and critical counts, shared by every path so that p-values agree.

References
----------
Kulldorff, M. (1997). A spatial scan statistic. Communications in Statistics 26(6), 1481–1496.
Jung, I., Kulldorff, M., Richard, O. J. (2010). A spatial scan statistic for multinomial data.
Statistics in Medicine 29, 1910–1918.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaln, xlogy

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

UNREACHABLE = np.iinfo(np.int64).max // 4
_ROWS_AT_ONCE = 512


def bernoulli_llr(c: Array | float, m: Array | float, cases: float, pool: float) -> Array:
    """Return Kulldorff's Bernoulli log-likelihood ratio of a high-rate zone; 0 where it is not high.

    Parameters
    ----------
    c, m
        Cases and pool units in the zone.
    cases, pool
        Cases and pool units in all.

    Examples
    --------
    SaTScan's published zone of the *grave* data: 11 of 19 in, 30 of 143 in all.

    >>> round(float(bernoulli_llr(11, 19, 30, 143)), 5)
    7.41934
    """
    c, m = np.asarray(c, dtype=float), np.asarray(m, dtype=float)
    out, rest = cases - c, pool - m
    inside = xlogy(c, _ratio(c, m)) + xlogy(m - c, _ratio(m - c, m))
    outside = xlogy(out, _ratio(out, rest)) + xlogy(rest - out, _ratio(rest - out, rest))
    null = xlogy(cases, cases / pool) + xlogy(pool - cases, (pool - cases) / pool)
    high = c * rest > out * m
    return np.where(high, np.maximum(inside + outside - null, 0.0), 0.0)


def poisson_llr(c: Array | float, mu: Array | float, cases: float) -> Array:
    """Return Kulldorff's Poisson log-likelihood ratio of a high-rate zone; 0 where it is not high.

    >>> round(float(poisson_llr(100, 58.2827, 552)), 3)
    14.084
    """
    c, mu = np.asarray(c, dtype=float), np.asarray(mu, dtype=float)
    mu = np.clip(mu, 1e-12, None)
    value = xlogy(c, _ratio(c, mu)) + xlogy(cases - c, _ratio(cases - c, cases - mu))
    return np.where(c > mu, np.maximum(value, 0.0), 0.0)


def multinomial_llr(counts: Array, totals: Array) -> Array:
    """Return the log-likelihood ratio of zones whose mix of categories differs from the rest.

    Two-sided: with two categories it is the Bernoulli ratio of high and of low rates (Jung,
    Kulldorff and Richard 2010).

    Parameters
    ----------
    counts : (..., k)
        Cases of each category in the zones.
    totals : (k,)
        Cases of each category in all.

    Examples
    --------
    >>> round(float(multinomial_llr(np.array([30, 5, 5]), np.array([60, 40, 20]))), 6)
    8.47536
    """
    inside, totals = np.asarray(counts, dtype=float), np.asarray(totals, dtype=float)
    rest = totals - inside
    n, everything = inside.sum(axis=-1), totals.sum()
    value = (xlogy(inside, inside) + xlogy(rest, rest)).sum(axis=-1)
    value = value - xlogy(n, n) - xlogy(everything - n, everything - n)
    null = xlogy(totals, totals).sum() - xlogy(everything, everything)
    return np.asarray(np.maximum(value - null, 0.0), dtype=float)


def _ratio(a: Array, b: Array) -> Array:
    return np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=np.asarray(b) > 0)


def hypergeometric_critical(b: Ints, cases: int, pool: int, alpha: float) -> Ints:
    """Return the least k for which P(Hypergeom(pool−1, cases−1, b−1) ≥ k−1) ≤ alpha.

    Parameters
    ----------
    b : (n,) int
        Pool units within the radius, the unit itself included.

    Examples
    --------
    >>> hypergeometric_critical(np.array([50]), cases=500, pool=30_500, alpha=0.001)
    array([7])
    """
    found, inverse = np.unique(b, return_inverse=True)
    critical = np.empty(len(found), dtype=np.int64)
    if len(found) == 0:
        return critical
    mean = (found - 1.0) * (cases - 1.0) / max(pool - 1.0, 1.0)
    for low in range(0, len(found), _ROWS_AT_ONCE):
        part = slice(low, low + _ROWS_AT_ONCE)
        width = int(np.ceil(12 * np.sqrt(mean[part].max() + 1) + 40))
        critical[part] = _tail_start(found[part], np.floor(mean[part]), width, cases, pool, alpha)
    return critical[inverse.reshape(-1)]


def _tail_start(b: Ints, start: Array, width: int, cases: int, pool: int, alpha: float) -> Ints:
    """Return, per row, the least k = x + 1 whose upper tail P(X ≥ x) is at most alpha.

    The first probability of a row is by logarithms, the others by the ratio of neighbours.
    """
    marked, rest = cases - 1.0, float(pool - cases)
    draws = (b - 1.0)[:, None]
    most = np.minimum(draws, marked)
    first = np.maximum(start[:, None], draws - rest)
    x = first + np.arange(width)[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (marked - x) * (draws - x) / ((x + 1.0) * (rest - draws + x + 1.0))
    p = np.empty_like(x)
    p[:, :1] = np.exp(
        _log_choose(marked, first)
        + _log_choose(rest, draws - first)
        - _log_choose(pool - 1.0, draws)
    )
    p[:, 1:] = np.where(x[:, 1:] <= most, ratio[:, :-1], 0.0)
    np.cumprod(p, axis=1, out=p)
    tail = np.cumsum(p[:, ::-1], axis=1)[:, ::-1]
    small = tail <= alpha
    least = (first[:, 0] + small.argmax(axis=1)).astype(np.int64)
    reachable = small.any(axis=1) & (least <= most[:, 0])
    return np.where(reachable, least + 1, UNREACHABLE)


def _log_choose(n: Any, k: Any) -> Array:
    return np.asarray(gammaln(np.add(n, 1.0)) - gammaln(k + 1.0) - gammaln(np.subtract(n, k) + 1.0))


def poisson_critical(mu: Array, alpha: float) -> Ints:
    """Return the least k for which P(Poisson(mu) ≥ k−1) ≤ alpha.

    >>> poisson_critical(np.array([1.96]), 0.01)
    array([8])
    """
    from scipy.stats import poisson  # slow to import, and wanted by few

    return np.asarray(poisson.isf(alpha, np.maximum(mu, 1e-12)), dtype=np.int64) + 2


def naive_risk_interval(
    c: Array, share: Array, cases: int, level: float = 0.95
) -> tuple[Array, Array, Array]:
    """Return the relative risk inside against outside and its exact conditional interval.

    Given ``cases`` in all, c is binomial with odds RR·share/(1−share): the Clopper–Pearson bounds of
    its probability give those of RR. It ignores that the zone was chosen for its high rate.

    Parameters
    ----------
    c : (k,)
        Cases in each zone.
    share : (k,)
        Each zone's share of the reference population (pool), 0 to 1.
    """
    c, share = np.asarray(c, dtype=float), np.asarray(share, dtype=float)
    tail = (1 - level) / 2
    low = np.where(c > 0, betaincinv(np.maximum(c, 1e-9), cases - c + 1, tail), 0.0)
    high = np.where(c < cases, betaincinv(c + 1, np.maximum(cases - c, 1e-9), 1 - tail), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = (1 - share) / share
        return c / (cases - c) * odds, low / (1 - low) * odds, high / (1 - high) * odds


def monte_carlo_p(observed: Array, maxima: Array) -> Array:
    """Return (1 + the number of null maxima at or above each statistic) / (R + 1).

    >>> monte_carlo_p(np.array([5.0, 1.0]), np.array([0.0, 2.0, 3.0]))
    array([0.25, 0.75])
    """
    ordered = np.sort(maxima)
    # a statistic recomputed on the same units may differ in its last bits
    above = len(ordered) - np.searchsorted(ordered, observed * (1 - 1e-12) - 1e-12, side="left")
    return np.asarray((1 + above) / (len(ordered) + 1), dtype=float)
