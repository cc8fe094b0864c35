"""Specialisation: the location quotient, its standard error, interval and exact upper tail.

References
----------
Florence, P. S. (1939). Report on the Location of Industry. PEP.
Beyene, J. and Moineddin, R. (2005). Methods for confidence interval estimation of a ratio parameter
with application to location quotients. BMC Medical Research Methodology 5:32.
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
    0 and the upper one Clopper and Pearson's for p_i = 0 over p. Undefined (n_i = 0 or x = 0): NaN.
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
        empty_high = (1 - ((1 - level) / 2) ** (1 / n_i)) / p
    counts = np.isfinite(lq)
    for figure in (x_i, n_i, x, n):
        counts &= figure == np.floor(figure)
    some, none = counts & (x_i > 0), counts & (x_i == 0)
    se = np.where(
        some, np.sqrt(np.clip(variance, 0.0, None), where=some, out=np.zeros_like(lq)), np.nan
    )
    width = ndtri(0.5 + level / 2) * np.where(some, se, 0.0)
    low = np.where(some, lq * np.exp(-width), np.where(none, 0.0, np.nan))
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
