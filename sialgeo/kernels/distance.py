"""Functions of distance and their envelopes: M, Kd, K, on arrays.

References
----------
Marcon, E. and Puech, F. (2010). Measures of the geographic concentration of industries: improving
distance-based methods. Journal of Economic Geography 10(5), 745–762.
Duranton, G. and Overman, H. G. (2005). Testing for localization using micro-geographic data. Review
of Economic Studies 72(4), 1077–1106.
Ripley, B. D. (1977). Modelling spatial patterns. Journal of the Royal Statistical Society B 39(2).
Myllymäki, M. et al. (2017). Global envelope tests for spatial processes. Journal of the Royal
Statistical Society B 79(2), 381–404.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

FAR = 9.0  # bandwidths, beyond which a Gaussian is less than rounding


def m_ratio(near: Array, around: Array, global_ratio: Array) -> Array:
    """Return Marcon and Puech's M at each radius from each reference point's sums.

    Parameters
    ----------
    near, around : (n, k)
        Weights of the neighbours of the kind looked for, and of all kinds, within each radius, the
        point itself left out.
    global_ratio : (n,)
        The same ratio over the whole map, the point itself left out.

    Notes
    -----
    A point without any neighbour within a radius counts in neither sum at that radius.

    Examples
    --------
    >>> m_ratio(np.array([[1.0], [0.0]]), np.array([[2.0], [0.0]]), np.array([0.25, 0.25]))
    array([2.])
    """
    some = around > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        local = np.where(some, near / around, 0.0).sum(axis=0)
        ratio: Array = local / (some * global_ratio[:, None]).sum(axis=0)
    return ratio


def silverman(counts: Array, top: float) -> float:
    """Return Silverman's bandwidth of distances counted in classes up to ``top``: R's bw.nrd0.

    0.9 · min(s, IQR/1.34) · n^(−1/5); the distances of a class are spread evenly over it.
    """
    n, width = counts.sum(), top / len(counts)
    if n < 2:
        return float("nan")
    middle = (np.arange(len(counts)) + 0.5) * width
    mean = counts @ middle / n
    spread = float(np.sqrt(counts @ (middle - mean) ** 2 / (n - 1)))
    reached = np.concatenate([[0.0], np.cumsum(counts)])
    # the i-th of n lies in the middle of its own share of the class; R's quantiles are of type 7
    wanted = np.array([0.25, 0.75]) * (n - 1) + 0.5
    low, high = np.interp(wanted, reached, np.arange(len(reached)) * width)
    least = min(spread, (high - low) / 1.34) or spread or 1.0
    return float(0.9 * least * n**-0.2)


def reflected_density(sums: Array, total: float, top: float, radii: Array, width: float) -> Array:
    """Return the Gaussian kernel density of the distances, reflected at 0, at each radius.

    ``sums`` are the weights of the pairs by class of distance up to ``top``; ``total`` is that of all
    pairs, the farther ones too, so that the density integrates to the share of pairs it covers.
    """
    middle = (np.arange(len(sums)) + 0.5) * (top / len(sums))
    reach = FAR * width
    density = np.zeros(len(radii))
    for k, r in enumerate(radii):
        near = slice(*np.searchsorted(middle, [r - reach, r + reach]))
        mirrored = slice(0, int(np.searchsorted(middle, reach - r)))
        density[k] = np.exp(-0.5 * ((r - middle[near]) / width) ** 2) @ sums[near]
        density[k] += np.exp(-0.5 * ((r + middle[mirrored]) / width) ** 2) @ sums[mirrored]
    scaled: Array = density / (total * width * np.sqrt(2 * np.pi))
    return scaled


class Envelope(NamedTuple):
    """Bounds that a share 1 − α of the simulated functions keeps everywhere, and the global p-value."""

    low: Array
    high: Array
    p_value: float


def global_envelope(observed: Array, simulated: Array, alpha: float = 0.05) -> Envelope:
    """Return the global envelope of simulated functions, and the p-value of the observed one.

    Parameters
    ----------
    observed : (k,)
    simulated : (replicates, k)
    alpha
        Share of simulations that leave the envelope somewhere.

    Notes
    -----
    Simulations that touch a bound at any radius are dropped, round after round, until the share
    ``alpha`` is (Duranton and Overman 2005); within a round in the order of the extreme rank length, so
    that exactly that share goes. The p-value is of the same order (Myllymäki et al. 2017): two sided,
    (1 + #)/(R + 1), ties counted against the observed function. Radii at which any function is
    undefined are NaN and left out.

    Examples
    --------
    >>> waves = np.sin(np.arange(99)[:, None] + np.arange(4))
    >>> bounds = global_envelope(np.full(4, 5.0), waves)
    >>> bounds.p_value, bool((bounds.high < 5).all())
    (0.01, True)
    """
    defined = np.isfinite(simulated).all(axis=0) & np.isfinite(observed)
    low, high = np.full(len(observed), np.nan), np.full(len(observed), np.nan)
    if not defined.any() or len(simulated) == 0:
        return Envelope(low, high, float("nan"))
    maps = simulated[:, defined]
    low[defined], high[defined] = _dropped(maps, alpha)
    return Envelope(low, high, _rank_length(observed[defined], maps))


def _dropped(maps: Array, alpha: float) -> tuple[Array, Array]:
    ranks = _extreme_ranks(maps)
    order = np.lexsort(ranks[:, ::-1].T)  # the most extreme first
    kept = maps[order[int(np.floor(alpha * len(maps))) :]]
    return kept.min(axis=0), kept.max(axis=0)


def _extreme_ranks(maps: Array) -> Array:
    """Return each function's ranks from the nearer bound, the most extreme first."""
    order = np.sort(maps, axis=0)
    below, above = np.empty(maps.shape), np.empty(maps.shape)
    for k in range(maps.shape[1]):  # ranks of ties: the least extreme one they share
        below[:, k] = np.searchsorted(order[:, k], maps[:, k], side="right")
        above[:, k] = len(maps) - np.searchsorted(order[:, k], maps[:, k], side="left")
    ranks: Array = np.sort(np.minimum(below, above), axis=1)
    return ranks


def _rank_length(observed: Array, maps: Array) -> float:
    """Return the p-value of the observed function by the extreme rank length of all."""
    ranks = _extreme_ranks(np.vstack([observed, maps]))
    differs = ranks != ranks[0]
    where = differs.argmax(axis=1)
    rows = np.arange(len(ranks))
    as_extreme = ~differs.any(axis=1) | (ranks[rows, where] < ranks[0][where])
    return float(as_extreme.sum() / len(ranks))


# --- edges of a rectangle ---------------------------------------------------------------------------


def isotropic_weights(xy: Array, d: Array, window: tuple[float, float, float, float]) -> Array:
    """Return Ripley's edge weight: 1 / the share of the circle around each point inside a rectangle.

    ``d`` is the distance to the neighbour, at most half of the rectangle's longer diagonal.
    """
    west, south, east, north = window
    gaps = np.column_stack([xy[:, 0] - west, xy[:, 1] - south, east - xy[:, 0], north - xy[:, 1]])
    with np.errstate(divide="ignore", invalid="ignore"):
        half = np.arccos(np.clip(gaps / d[:, None], -1.0, 1.0))  # 0 where the side is out of reach
        to_corner = np.stack(
            [np.arctan2(gaps[:, (s + 1) % 4], gaps[:, s]) for s in range(4)], axis=1
        )
    outside = np.zeros(len(d))
    for side in range(4):
        outside += np.minimum(half[:, side], to_corner[:, side])
        before = (side - 1) % 4
        outside += np.minimum(half[:, side], np.pi / 2 - to_corner[:, before])
    share = 1 - outside / (2 * np.pi)
    weights: Array = np.where(d > 0, 1 / np.maximum(share, 1e-12), 1.0)
    return weights


def translation_weights(step: Array, window: tuple[float, float, float, float]) -> Array:
    """Return Ohser and Stoyan's edge weight: area / area shared with the window moved by the step."""
    width, height = window[2] - window[0], window[3] - window[1]
    weights: Array = width * height / ((width - np.abs(step[:, 0])) * (height - np.abs(step[:, 1])))
    return weights


def border_gaps(xy: Array, window: tuple[float, float, float, float]) -> Array:
    """Return the distance of each point to the nearest side of a rectangle."""
    west, south, east, north = window
    sides = [xy[:, 0] - west, xy[:, 1] - south, east - xy[:, 0], north - xy[:, 1]]
    gaps: Array = np.min(np.column_stack(sides), axis=1)
    return gaps
