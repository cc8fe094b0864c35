"""Well-being on arrays: human development, multidimensional poverty, concentration by rank.

References
----------
UNDP (2014). Human Development Report 2014, technical note 1.
Alkire, S., Foster, J. (2011). Counting and multidimensional poverty measurement. Journal of Public
Economics 95, 476–487.
Kakwani, N., Wagstaff, A., van Doorslaer, E. (1997). Socioeconomic inequalities in health:
measurement, computation, and statistical inference. Journal of Econometrics 77, 87–103.
Erreygers, G. (2009). Correcting the concentration index. Journal of Health Economics 28, 504–515.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


class Goalposts(NamedTuple):
    """Least and greatest value of each component; beyond the greatest it counts as the greatest."""

    life: tuple[float, float]
    expected: tuple[float, float]
    mean: tuple[float, float]
    income: tuple[float, float]


def human_development(
    life: Array,
    expected: Array,
    mean: Array,
    income: Array,
    g: Goalposts,
    education: float | None = None,
) -> Array:
    """Return the geometric mean of health, education and income (methods since 2010).

    Education is the mean of its two indices (since 2014), or with ``education``, the greatest that was
    observed, their geometric mean over it (2010 to 2013); income is on the logarithm. NaN stays NaN.

    Examples
    --------
    >>> g = Goalposts((20.0, 85.0), (0.0, 18.0), (0.0, 15.0), (100.0, 75000.0))
    >>> norway = (np.array([v]) for v in (81.6, 17.5, 12.6, 64992.0))
    >>> human_development(*norway, g).round(3).tolist()
    [0.944]
    """
    a_child, an_adult = _index(expected, g.expected), _index(mean, g.mean)
    schooling = (a_child + an_adult) / 2
    if education is not None:
        schooling = np.minimum(np.sqrt(a_child * an_adult) / education, 1.0)
    money = _index(np.log(income), (float(np.log(g.income[0])), float(np.log(g.income[1]))))
    return np.asarray(np.cbrt(_index(life, g.life) * schooling * money))


def former_development(
    life: Array,
    literacy: Array,
    enrolment: Array,
    income: Array,
    income_bounds: tuple[float, float],
) -> Array:
    """Return the mean of health, education and income (reports until 2009).

    Health is (LE − 25)/60; education two thirds literacy and one third enrolment, both of 100; income
    is on the logarithm. What lies above a greatest value counts as it. NaN stays NaN.

    Examples
    --------
    >>> japan = (np.array([v]) for v in (82.7, 99.0, 86.6, 33632.0))
    >>> former_development(*japan, (100.0, 40000.0)).round(2).tolist()
    [0.96]
    """
    schooling = (2 * _index(literacy, (0.0, 100.0)) + _index(enrolment, (0.0, 100.0))) / 3
    least, greatest = (float(v) for v in np.log(income_bounds))
    money = _index(np.log(income), (least, greatest))
    return np.asarray((_index(life, (25.0, 85.0)) + schooling + money) / 3)


def _index(values: Array, bounds: tuple[float, float]) -> Array:
    least, greatest = bounds
    return (np.minimum(values, greatest) - least) / (greatest - least)


class Counted(NamedTuple):
    """Who is deprived of what: g0 (n, d), score c (n,), poor (n,), gap (n, d) in shares of z."""

    deprived: Flags
    score: Array
    poor: Flags
    gap: Array


def count_deprivations(x: Array, z: Array, weights: Array, k: float) -> Counted:
    """Identify the poor by dual cutoff: deprived where x < z, poor where the weighted count ≥ k.

    Gaps mean something only where z > 0 and x ≥ 0: the caller sees to it.
    """
    deprived = x < z
    score = deprived @ weights
    poor = score >= k - 1e-9 * weights.sum()
    gap = np.where(deprived, (z - x) / np.where(z > 0, z, 1.0), 0.0)
    return Counted(deprived, np.asarray(score), poor, gap)


def adjusted_headcounts(found: Counted, weights: Array, people: Array) -> dict[str, float]:
    """Return H, A, M0, M1, M2 of the rows, each row being as many people as ``people`` says."""
    total, share = people.sum(), weights / weights.sum()
    if total <= 0:
        return dict.fromkeys(("H", "A", "M0", "M1", "M2"), float("nan"))
    poor = np.where(found.poor, people, 0.0)
    headcount = float(poor.sum() / total)
    gaps = [float(poor @ ((found.gap**a) @ share) / total) for a in (1, 2)]
    m0 = float(poor @ (found.deprived @ share) / total)
    return {
        "H": headcount,
        "A": m0 / headcount if headcount > 0 else float("nan"),
        "M0": m0,
        "M1": gaps[0],
        "M2": gaps[1],
    }


class Ranked(NamedTuple):
    """The concentration index and what its standard error is made of."""

    value: float
    mean: float
    influence: Array  # (n,) of the index, weighted mean zero
    influence_product: Array  # (n,) of mean × index
    p: Array  # (n,) cumulative share of weights after each row, poorest first
    curve: Array  # (n,) cumulative share of h


def concentration(h: Array, rank_by: Array, weights: Array) -> Ranked:
    """Return the concentration index of h over the fractional rank, ties sharing their mid-rank.

    Parameters
    ----------
    h, rank_by, weights
        (n,) finite; h ≥ 0 with a mean above zero; weights > 0; least ``rank_by`` ranks first.

    Notes
    -----
    C = 2 cov_w(h, r)/μ. The influence of a row is a − (1 + C), a = (h/μ)(2r − 1 − C) + 2 − q⁻ − q⁺,
    with q⁻, q⁺ the concentration curve before and after the row's ties (Kakwani, Wagstaff and van
    Doorslaer 1997, their variance being the mean square of it over n).

    Examples
    --------
    >>> pop = np.array([10.0, 20, 30, 20, 20])
    >>> found = concentration(np.array([8.0, 6, 3, 2, 1]) / pop, np.arange(5.0), pop)
    >>> round(found.value, 3)
    -0.475
    """
    p = weights / weights.sum()
    mean = float(p @ h)
    group = np.unique(rank_by, return_inverse=True)[1].reshape(-1)
    share = np.bincount(group, p)
    held = np.bincount(group, p * h) / mean
    above = np.asarray(np.cumsum(share), dtype=float)
    over = np.asarray(np.cumsum(held), dtype=float)
    rank = (above - share / 2)[group]
    value = float(2 * (p * (h - mean)) @ (rank - 0.5) / mean)
    a = h / mean * (2 * rank - 1 - value) + 2 - (2 * over - held)[group]
    influence = a - (1 + value)
    product = mean * influence + value * (h - mean)
    return Ranked(value, mean, influence, product, above, over)


def standard_error(influence: Array, weights: Array, blocks: Ints | None = None) -> float:
    """Return the linearised standard error; rows of one block are taken as one draw."""
    parts = weights / weights.sum() * influence
    if blocks is not None:
        parts = np.bincount(blocks, parts)
    n = len(parts)
    return float(np.sqrt(n / (n - 1) * (parts**2).sum())) if n > 1 else float("nan")
