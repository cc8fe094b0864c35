"""Specialisation: location quotients and their intervals, shrinkage; indices of concentration.

References
----------
Florence, P. S. (1939). Report on the Location of Industry. PEP.
Beyene, J. and Moineddin, R. (2005). Methods for confidence interval estimation of a ratio parameter
with application to location quotients. BMC Medical Research Methodology 5:32.
Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes estimators. Applied
Statistics 40(2), 283–294.
Ellison, G. and Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing industries: a
dartboard approach. Journal of Political Economy 105(5), 889–927.
Maurel, F. and Sédillot, B. (1999). A measure of the geographic concentration in French manufacturing
industries. Regional Science and Urban Economics 29(5), 575–604.
Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical Journal 27.
Clopper, C. and Pearson, E. S. (1934). The use of confidence or fiducial limits. Biometrika 26, 404–413.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]


class Quotients(NamedTuple):
    """Location quotients (n,) with standard error of the logarithm, bounds and upper-tail p."""

    lq: Array
    se_ln: Array
    low: Array
    high: Array
    p_upper: Array


def location_quotients(
    x_i: Array, n_i: Array, x: Array, n: Array, level: float = 0.95
) -> Quotients:
    """Return (x_i/n_i)/(x/n) with its interval; arrays of one shape, checked by the caller.

    Parameters
    ----------
    x_i, n_i
        Units of the kind, and units of all kinds, in the area.
    x, n
        The same in the whole territory, the area included.
    level
        Coverage of the interval.

    Notes
    -----
    Delta method on the logarithm, the area being part of the total:
    Var ln LQ = (1−p_i)/x_i + (1−p)/x − 2(1−p_i)/x. Where x_i = 0 the quotient is 0, the lower bound
    0 and the upper one Clopper and Pearson's for p_i = 0 over p; where all units of the area are of the
    kind (x_i = n_i) the delta method knows no error in p_i, and the lower bound is Clopper and
    Pearson's for p_i = 1 over p. Undefined (n_i = 0 or x = 0): NaN.
    Figures that are no whole numbers (volumes) have a quotient, no interval and no p.

    Examples
    --------
    >>> found = location_quotients(*(np.array([v]) for v in (30.0, 200.0, 100.0, 2000.0)))
    >>> [round(float(v[0]), 4) for v in found]
    [3.0, 0.1443, 2.2608, 3.9809, 0.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        p_i, p = x_i / n_i, x / n
        lq = np.where((n_i > 0) & (x > 0), p_i / p, np.nan)
        variance = (1 - p_i) / x_i + (1 - p) / x - 2 * (1 - p_i) / x
        least = ((1 - level) / 2) ** (1 / n_i)  # of p_i = 1, one minus it the most of p_i = 0
    counts = np.isfinite(lq)
    for figure in (x_i, n_i, x, n):
        counts &= figure == np.floor(figure)
    some, none = counts & (x_i > 0), counts & (x_i == 0)
    se = np.where(
        some, np.sqrt(np.clip(variance, 0.0, None), where=some, out=np.zeros_like(lq)), np.nan
    )
    width = ndtri(0.5 + level / 2) * np.where(some, se, 0.0)
    low = np.where(some, lq * np.exp(-width), np.where(none, 0.0, np.nan))
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(some & (x_i == n_i), np.minimum(low, least / p), low)
        empty_high = (1 - least) / p
    high = np.where(some, lq * np.exp(width), np.where(none, empty_high, np.nan))
    return Quotients(lq, se, low, high, _upper_tail(x_i, n_i, x, n, counts))


def _upper_tail(x_i: Array, n_i: Array, x: Array, n: Array, counts: NDArray[np.bool_]) -> Array:
    """P(X ≥ x_i) where n_i units are drawn from n of which x are of the kind."""
    tail = np.full(len(x_i), np.nan)
    if counts.any():
        drawn = [figure[counts].astype(np.int64) for figure in (x_i, n, x, n_i)]
        from scipy.stats import hypergeom  # slow to import, and wanted by few

        tail[counts] = np.clip(hypergeom.sf(drawn[0] - 1, drawn[1], drawn[2], drawn[3]), 0.0, 1.0)
    return tail


class Shrunk(NamedTuple):
    """Quotients drawn towards their mean, with the bounds of their posterior."""

    quotient: Array
    low: Array
    high: Array


def shrink(observed: Array, expected: Array, level: float = 0.95) -> Shrunk:
    """Return empirical-Bayes quotients (x+a)/(E+b): Gamma–Poisson, fitted by moments.

    Parameters
    ----------
    observed, expected : (k,)
        Units of the kind, and those that the whole territory's share would give. Rows that are NaN
        or expect none take no part and stay NaN.

    Notes
    -----
    Prior mean m = Σx/ΣE, prior variance A = ΣE(x/E−m)²/ΣE − m/Ē, a = m²/A, b = m/A (Marshall 1991).
    Where A ≤ 0 the rows vary no more than chance makes them: all are m.

    Examples
    --------
    >>> shrink(np.array([30.0, 1.0, 9.0]), np.array([10.0, 0.5, 29.5])).quotient.round(2)
    array([2.86, 1.39, 0.32])
    """
    from scipy.special import gammaincinv

    used = np.isfinite(observed) & np.isfinite(expected) & (expected > 0)
    nothing = np.full(len(observed), np.nan)
    found = Shrunk(nothing, nothing.copy(), nothing.copy())
    if not used.any():
        return found
    x, e = observed[used], expected[used]
    mean = x.sum() / e.sum()
    variance = float((e * (x / e - mean) ** 2).sum() / e.sum() - mean / e.mean())
    if variance <= 0 or mean <= 0:
        for figure in found:
            figure[used] = mean
        return found
    a, b = mean**2 / variance, mean / variance
    found.quotient[used] = (x + a) / (e + b)
    tail = (1 - level) / 2
    found.low[used] = gammaincinv(x + a, tail) / (e + b)
    found.high[used] = gammaincinv(x + a, 1 - tail) / (e + b)
    return found


class Agglomeration(NamedTuple):
    """Raw concentration G, plants' Herfindahl H, Ellison–Glaeser γ and Maurel–Sédillot γ."""

    raw: float
    herfindahl: float
    ellison_glaeser: float
    maurel_sedillot: float


def agglomeration(s: Array, x: Array, plants: Array) -> Agglomeration:
    """Return how far an activity is concentrated beyond what its few plants make it.

    Parameters
    ----------
    s, x : (regions,)
        Shares of the regions in the activity and in all activity, each adding up to 1.
    plants : (plants,)
        Sizes of the activity's plants.

    Notes
    -----
    G = Σ(s−x)², H = Σz² of the plants' shares z, γ = [G/(1−Σx²) − H]/(1−H) (Ellison and Glaeser 1997);
    Maurel and Sédillot (1999) take Σs² − Σx² in place of G. One plant (H = 1), or all activity in one
    region: undefined, NaN.

    Examples
    --------
    >>> found = agglomeration(np.array([0.6, 0.1, 0.3]), np.array([0.5, 0.3, 0.2]),
    ...                       np.array([10.0, 20.0, 30.0, 5.0, 5.0, 30.0]))
    >>> [round(v, 4) for v in found]
    [0.06, 0.235, -0.1807, -0.1385]
    """
    z = plants / plants.sum()
    h, room = float((z**2).sum()), 1 - float((x**2).sum())
    raw = float(((s - x) ** 2).sum())
    other = float((s**2).sum() - (x**2).sum())
    if not 1 - h > 1e-12 or not room > 1e-12:
        return Agglomeration(raw, h, float("nan"), float("nan"))
    eg, ms = ((g / room - h) / (1 - h) for g in (raw, other))
    return Agglomeration(raw, h, float(eg), float(ms))


def locational_gini(s: Array, x: Array) -> float:
    """Return the Gini of the shares s against x, regions in order of s/x.

    >>> round(locational_gini(np.array([0.6, 0.1, 0.3]), np.array([0.5, 0.3, 0.2])), 4)
    0.23
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        order = np.argsort(np.where(x > 0, s / x, np.inf), kind="stable")
    below = np.concatenate([[0.0], np.cumsum(s[order])])
    return float(1 - (x[order] * (below[1:] + below[:-1])).sum())


def relative_theil(s: Array, x: Array) -> float:
    """Return Theil's Σ s ln(s/x); infinite where s has a share that x has not.

    >>> round(relative_theil(np.array([0.6, 0.1, 0.3]), np.array([0.5, 0.3, 0.2])), 6)
    0.121171
    """
    held = s > 0
    with np.errstate(divide="ignore"):
        return float((s[held] * np.log(s[held] / x[held])).sum())


def hoover(s: Array, x: Array) -> float:
    """Return Hoover's ½Σ|s − x|: the share that would have to move.

    >>> round(hoover(np.array([0.6, 0.1, 0.3]), np.array([0.5, 0.3, 0.2])), 4)
    0.2
    """
    return float(np.abs(s - x).sum() / 2)


def entropy(mix: Array) -> Array:
    """Return how evenly each row (n, kinds) of counts is spread over the kinds: H/ln K, 0–1.

    H = −Σ p ln p (Shannon 1948), K the number of kinds; 0 where all is of one kind, as where there
    is one kind only; NaN for a row without any.

    >>> entropy(np.array([[5.0, 5.0], [9.0, 0.0], [0.0, 0.0]])).tolist()
    [1.0, 0.0, nan]
    >>> entropy(np.array([[7.0]])).tolist()
    [0.0]
    """
    held, kinds = mix.sum(axis=1), mix.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        p = mix / held[:, None]
        h = -np.where(p > 0, p * np.log(p), 0.0).sum(axis=1)
    even = np.abs(h) / np.log(kinds) if kinds > 1 else np.zeros(len(mix))
    found: Array = np.where(held > 0, even, np.nan)
    return found
