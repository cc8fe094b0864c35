"""Autocorrelation on arrays: Moran's I, Lee's L, maps as smooth as the one given, the modified t-test.

Neighbours come as compressed rows, as in :mod:`sialgeo.kernels.local`; weights made of them are
row-standardised. Areas without neighbours take no part in Moran's I and Lee's L (NaN, never 0).

References
----------
Wagner, H. H., Dray, S. (2015). Generating spatially constrained null models for irregularly spaced
data using Moran spectral randomization methods. Methods in Ecology and Evolution 6, 1169–1178.
Dutilleul, P. (1993). Modifying the t test for assessing the correlation between two spatial
processes. Biometrics 49, 305–314.
Cliff, A. D., Ord, J. K. (1981). Spatial Processes. Pion.
Lee, S.-I. (2001). Developing a bivariate spatial association measure: an integration of Pearson's r
and Moran's I. Journal of Geographical Systems 3, 369–385.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo.kernels.local import _draws, lag

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

PAIR, SINGLETON = "pair", "singleton"
AT_ONCE = 4_000_000
FITTED_ON = 500  # areas that a smoothness is fitted on
OCTAVES = range(-5, 3)  # reaches tried: powers of two of the mean distance between places
ORDERS = {
    0.5: 1.0,
    1.5: 0.5,
    2.5: 0.4,
    np.inf: 0.7,
}  # each with the reach that compares with the first's
NOISES = (
    0.001,
    0.003,
    0.01,
    0.03,
    0.1,
    0.3,
    0.6,
    0.9,
)  # shares of the variance that are not smooth
PAIRS = 400_000_000  # of places, in the modified t-test
CLASSES = 13  # of distance, in the modified t-test
ROUND = 1e-10  # of a statistic's scale: equal sums in another order are equal


# --- eigenvectors, and maps made of them ------------------------------------------------------------
class Smoothness(NamedTuple):
    """How smooth a map is: a Matérn correlation of an ``order`` that falls off over ``reach`` metres.

    Orders ½ (exponential), 3/2, 5/2 and infinity (Gaussian): the higher, the smoother close by.
    """

    reach: float
    order: float

    @property
    def told(self) -> dict[str, float | str]:
        """Return reach and order as JSON holds them."""
        return {"reach": self.reach, "order": self.order if self.order < np.inf else "gaussian"}

    def weights(self, distance: Array) -> Array:
        """Return the correlation at each distance."""
        h = distance / self.reach
        if self.order == np.inf:
            near: Array = np.exp(-0.5 * h * h)
            return near
        near = np.exp(-h)
        if self.order == 1.5:
            near *= 1 + h
        elif self.order == 2.5:
            near *= 1 + h + h * h / 3
        return near


class FittedVectors:
    """Eigenvectors of the weights that fit a map, for maps over the same places.

    Their signs are free under the null, and nothing else is: a Gaussian map's coefficients on the
    eigenvectors of its own covariance are independent and symmetric about 0. The eigenvectors of
    binary contiguity are not near those towards the edges and where areas are of unequal size, and
    null maps made of them are then too rough.

    Parameters
    ----------
    xy : (n, 2) metres
    kept : int
        Eigensystems held in memory; more than 1 only pays where many maps are fitted.
    """

    def __init__(self, xy: Array, kept: int = 1) -> None:
        some = xy[:: -(-len(xy) // FITTED_ON)]
        self._all = _systems(xy, kept)
        # a fit asks for some thirty small ones, another map for others of the same few score
        few = kept if kept == 1 else None
        self._some = self._all if len(some) == len(xy) else _systems(some, few)
        self._step = -(-len(xy) // FITTED_ON)
        self._mean = _mean_distance(some)

    def __call__(self, values: Array) -> tuple[Array, Smoothness]:
        """Return the eigenvectors (n, n − 1) of the likeliest correlation, and the correlation."""
        smoothness = self.fit(values)
        return self._all(smoothness)[1], smoothness

    def fit(self, values: Array) -> Smoothness:
        """Return the correlation under which the map is likeliest (restricted likelihood).

        Reaches are tried by octaves, then by half octaves about the best for every order, each with
        any share of noise. On many areas it is fitted on every k-th.
        """
        z = standardised(values[:: self._step])
        found: dict[Smoothness, float] = {}

        def likeliest(orders: Iterable[float], octaves: Iterable[float]) -> Smoothness:
            for order, octave in itertools.product(orders, octaves):
                tried = Smoothness(2.0**octave * self._mean * ORDERS[order], order)
                if tried not in found:
                    power, vectors = self._some(tried)
                    found[tried] = _likelihood(np.maximum(power, 1e-9), vectors.T @ z)
            return max(found, key=found.__getitem__)

        coarse = likeliest((1.5,), OCTAVES)
        middle = float(np.log2(coarse.reach / self._mean / ORDERS[1.5]))
        return likeliest(ORDERS, [round(2 * middle) / 2 + k / 2 for k in range(-2, 3)])


def _systems(xy: Array, kept: int | None) -> Callable[[Smoothness], tuple[Array, Array]]:
    from scipy.spatial.distance import cdist

    distance = cdist(xy, xy)

    @functools.lru_cache(kept)
    def system(smoothness: Smoothness) -> tuple[Array, Array]:
        return moran_vectors(smoothness.weights(distance))

    return system


def _mean_distance(xy: Array) -> float:
    from scipy.spatial.distance import pdist

    return float(pdist(xy).mean()) or 1.0


def _likelihood(power: Array, b: Array) -> float:
    """Return the profile log-likelihood of coefficients, the best over shares of noise."""
    noise = np.array(NOISES)[:, None]
    variance = (1 - noise) * power + noise
    scale = (b * b / variance).mean(axis=1)
    return float((-0.5 * (np.log(variance).sum(axis=1) + len(b) * np.log(scale))).max())


def contiguity_weights(start: Ints, neighbours: Ints) -> Array:
    """Return symmetric binary weights (n, n) of compressed rows."""
    n = len(start) - 1
    weights = np.zeros((n, n))
    rows = np.repeat(np.arange(n), np.diff(start))
    weights[rows, neighbours] = 1.0
    weights[neighbours, rows] = 1.0
    return weights


def moran_vectors(weights: Array) -> tuple[Array, Array]:
    """Return Moran's eigenvalues and eigenvectors of symmetric weights, the constant left out.

    Returns
    -------
    values : (n − 1,), falling; vectors : (n, n − 1), orthonormal, each of mean 0.
        Σ values·(vectorsᵀz)² / Σ z² is Moran's I times the mean row sum of the weights.
    """
    from scipy.linalg import eigh

    mean = weights.mean(axis=0)
    centred = weights - mean - mean[:, None] + mean.mean()
    # the constant vector gets an eigenvalue above all others, and is told apart by it
    centred += (2 * float(np.abs(centred).sum(axis=1).max()) + 1.0) / len(weights)
    values, vectors = eigh(centred, overwrite_a=True, check_finite=False)
    return np.ascontiguousarray(values[-2::-1]), np.ascontiguousarray(vectors[:, -2::-1])


def spectral_draws(
    contrast: Array,
    values: Array,
    vectors: Array,
    replicates: int,
    rng: np.random.Generator,
    procedure: str = SINGLETON,
) -> Array:
    """Return Σ contrast·y* for maps y* drawn by Moran spectral randomisation of ``values``.

    Singleton: each eigenvector keeps its share of the variance and gets a random sign, so Moran's I is
    exactly kept. Pair: each two successive ones share theirs at a random angle, as if their
    eigenvalues were equal; on smooth maps the first ones are far from it.
    """
    a = vectors.T @ contrast
    b = vectors.T @ (values - values.mean())
    found = np.zeros(replicates)
    chunk = max(AT_ONCE // max(len(a), 1), 1)
    for low in range(0, replicates, chunk):
        high = min(low + chunk, replicates)
        if procedure == SINGLETON:
            found[low:high] = _signs((high - low, len(b)), rng) @ (a * b)
        else:
            found[low:high] = _turned(b, high - low, rng) @ a
    return found


def spectral_maps(
    values: Array,
    vectors: Array,
    replicates: int,
    rng: np.random.Generator,
    procedure: str = SINGLETON,
) -> Array:
    """Return maps (replicates, n) with the mean, the variance and the autocorrelation of ``values``.

    Mean and variance are exact; Moran's I (with the weights of the eigenvectors) is exact for
    "singleton" and within the gap of successive eigenvalues for "pair".
    """
    b = vectors.T @ (values - values.mean())
    singly = procedure == SINGLETON
    drawn = _signs((replicates, len(b)), rng) * b if singly else _turned(b, replicates, rng)
    return np.asarray(values.mean() + drawn @ vectors.T, dtype=np.float64)


def _signs(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    """Return −1 and 1 at random."""
    size = shape[0] * shape[1]
    bits = np.unpackbits(np.frombuffer(rng.bytes(-(-size // 8)), dtype=np.uint8), count=size)
    return np.asarray(2.0 * bits - 1.0, dtype=np.float64).reshape(shape)


def _turned(b: Array, replicates: int, rng: np.random.Generator) -> Array:
    """Return coefficients, each two successive ones at a random angle."""
    pairs = len(b) // 2
    drawn = np.empty((replicates, len(b)))
    power = np.hypot(b[0 : 2 * pairs : 2], b[1 : 2 * pairs : 2])
    angle = rng.uniform(0.0, 2 * np.pi, (replicates, pairs))
    drawn[:, 0 : 2 * pairs : 2] = power * np.cos(angle)
    drawn[:, 1 : 2 * pairs : 2] = power * np.sin(angle)
    if len(b) % 2:
        drawn[:, -1] = _signs((replicates, 1), rng)[:, 0] * b[-1]
    return drawn


# --- toroidal shift ----------------------------------------------------------------------------------
def shift_draws(contrast: Array, values: Array, replicates: int, rng: np.random.Generator) -> Array:
    """Return Σ contrast·y* for a grid (rows, columns) of values shifted on the torus, turned, mirrored.

    Quarter turns need a square; other rectangles are turned by half only. Draws are taken from the
    sums of all shifts, which are circular cross-correlations.
    """
    all_shifts = every_shift(contrast, values).ravel()
    drawn: Array = all_shifts[rng.integers(len(all_shifts), size=replicates)]
    return drawn


def every_shift(contrast: Array, values: Array) -> Array:
    """Return Σ contrast·y* for each turn and mirror image, and each shift (rows, columns) of it."""
    from scipy.fft import irfft2, rfft2

    step = 1 if values.shape[0] == values.shape[1] else 2
    turned = [np.rot90(values, quarter) for quarter in range(0, 4, step)]
    images = np.stack([image for t in turned for image in (t, t[:, ::-1])])
    spectrum = rfft2(contrast)[None] * np.conj(rfft2(images, axes=(1, 2)))
    return np.asarray(irfft2(spectrum, s=values.shape, axes=(1, 2)))


def far_correlation(values: Array) -> float:
    """Return the correlation of a grid's values a quarter of its side apart (mean of both ways)."""
    z = values - values.mean()
    variance = float((z**2).mean())
    rows, columns = (max(s // 4, 1) for s in values.shape)
    return float(
        ((z[rows:] * z[:-rows]).mean() + (z[:, columns:] * z[:, :-columns]).mean()) / 2 / variance
    )


def p_of_magnitude(observed: float, drawn: Array) -> float:
    """Return (1 + #{|T*| ≥ |T|}) / (R + 1), for a null whose mean is 0.

    >>> p_of_magnitude(-3.0, np.array([1.0, -4.0, 2.0]))
    0.5
    """
    slack = ROUND * max(float(np.abs(drawn).max(initial=0.0)), abs(observed))
    above = int((np.abs(drawn) >= abs(observed) - slack).sum())
    return (1 + above) / (len(drawn) + 1)


def p_of_tails(observed: float, drawn: Array) -> float:
    """Return twice the smaller tail, (1 + #) / (R + 1), at most 1: for a null whose mean is not known.

    >>> p_of_tails(5.0, np.array([1.0, 2.0, 3.0]))
    0.5
    """
    slack = ROUND * max(float(np.abs(drawn).max(initial=0.0)), abs(observed))
    least = min(int((drawn >= observed - slack).sum()), int((drawn <= observed + slack).sum()))
    return min(2 * (1 + least) / (len(drawn) + 1), 1.0)


# --- the modified t-test -------------------------------------------------------------------------------
class ModifiedT(NamedTuple):
    """Dutilleul's test: correlation, effective sample size, two-sided p (NaN where it is undefined)."""

    r: float
    effective: float
    p: float


def modified_t(x: Array, y: Array, xy: Array, classes: int = CLASSES) -> ModifiedT:
    """Test the correlation of two smooth variables (Dutilleul 1993).

    The autocovariances of both, by class of distance, say how many independent areas the n are worth.
    Above 20,000 areas they are taken from every k-th of them to all others.
    """
    from scipy.stats import t as student

    n = len(x)
    zx, zy = x - x.mean(), y - y.mean()
    counts, cx, cy = _autocovariances(zx, zy, xy, classes)
    scale = n / len(counts)
    row_x, row_y = counts @ cx, counts @ cy  # Σ 1, by rows
    sum_x, sum_y = scale * float(row_x.sum()), scale * float(row_y.sum())
    trace_x, trace_y = n * cx[0] - sum_x / n, n * cy[0] - sum_y / n
    both = scale * float(counts.sum(axis=0) @ (cx * cy) - 2 / n * (row_x @ row_y))
    both += sum_x * sum_y / n**2
    r = float((zx @ zy) / np.sqrt((zx @ zx) * (zy @ zy)))
    if both <= 0 or trace_x <= 0 or trace_y <= 0:
        return ModifiedT(r, float("nan"), float("nan"))
    effective = 1 + float(trace_x * trace_y) / both
    freedom = effective - 2
    if freedom < 1:
        return ModifiedT(r, effective, float("nan"))
    t = abs(r) * np.sqrt(freedom / max(1 - r * r, 1e-300))
    return ModifiedT(r, effective, float(2 * student.sf(t, freedom)))


def _autocovariances(zx: Array, zy: Array, xy: Array, classes: int) -> tuple[Array, Array, Array]:
    """Return pairs by row and class (class 0 is the place itself), and both mean products by class."""
    from scipy.spatial.distance import cdist

    n = len(zx)
    corners = np.array([xy.min(axis=0), xy.max(axis=0)])
    width = float(np.hypot(*(corners[1] - corners[0]))) * (1 + 1e-9) / classes
    from_ = np.arange(0, n, max(-(-n * n // PAIRS), 1))
    counts = np.zeros((len(from_), classes + 1))
    sums = np.zeros((2, classes + 1))
    chunk = max(AT_ONCE // n, 1)
    for low in range(0, len(from_), chunk):
        rows = from_[low : low + chunk]
        size = len(rows)
        kind = 1 + (cdist(xy[rows], xy) / (width or 1.0)).astype(np.int64)
        kind[np.arange(size), rows] = 0
        cell = (np.arange(size)[:, None] * (classes + 1) + kind).ravel()
        each = np.bincount(cell, minlength=size * (classes + 1)).reshape(size, -1)
        counts[low : low + size] = each
        for k, z in enumerate((zx, zy)):
            each = np.bincount(
                cell, weights=np.broadcast_to(z, (size, n)).ravel(), minlength=size * (classes + 1)
            )
            sums[k] += z[rows] @ each.reshape(size, -1)
    sums /= np.maximum(counts.sum(axis=0), 1.0)
    sums[:, 0] = zx @ zx / n, zy @ zy / n
    return counts, sums[0], sums[1]


# --- Moran's I -----------------------------------------------------------------------------------------
class Moran(NamedTuple):
    """Moran's I with its expectation and variances (normality, randomisation), and areas counted."""

    statistic: float
    expected: float
    var_norm: float
    var_rand: float
    n: int


def moran_index(values: Array, start: Ints, neighbours: Ints) -> Moran:
    """Return Moran's I with row-standardised weights and its analytic moments (Cliff & Ord 1981)."""
    degree = np.diff(start)
    linked = degree > 0
    n = int(linked.sum())
    z = np.where(linked, values - values[linked].mean(), 0.0)
    s0 = float(n)
    rows = np.repeat(np.arange(len(degree)), degree)
    weight = 1.0 / np.maximum(degree, 1)
    back = np.isin(neighbours * len(degree) + rows, rows * len(degree) + neighbours)
    there, other = weight[rows], np.where(back, weight[neighbours], 0.0)
    # a pair linked both ways is met twice, one linked one way once: ½ Σ over ordered pairs
    s1 = float(np.where(back, 0.5 * (there + other) ** 2, there**2).sum())
    received = np.bincount(neighbours, weights=there, minlength=len(degree))
    s2 = float(((1.0 + received[linked]) ** 2).sum())
    index = float((z * lag(z, start, neighbours) * weight).sum() / (z @ z) * n / s0)
    expected = -1.0 / (n - 1)
    norm = (n * n * s1 - n * s2 + 3 * s0**2) / ((n * n - 1) * s0**2) - expected**2
    kurtosis = float((z**4).sum() / n / ((z @ z) / n) ** 2)
    first = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
    rand = (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    return Moran(index, expected, float(norm), float(rand), n)


# --- two variables -------------------------------------------------------------------------------------
def standardised(values: Array) -> Array:
    """Return values less their mean, over their standard deviation (n)."""
    z: Array = (values - values.mean()) / values.std()
    return z


def neighbour_means(values: Array, start: Ints, neighbours: Ints) -> Array:
    """Return each area's mean over its neighbours; NaN where it has none."""
    degree = np.diff(start)
    means: Array = np.where(
        degree > 0, lag(values, start, neighbours) / np.maximum(degree, 1), np.nan
    )
    return means


def lee_local(x: Array, y: Array, start: Ints, neighbours: Ints) -> Array:
    """Return local Lee's L with row-standardised weights; their mean over linked areas is the global.

    Standardising takes all linked areas; NaN where an area has no neighbours.
    """
    return _product(x, y, start, neighbours, smooth_both=True)


def bivariate_local(x: Array, y: Array, start: Ints, neighbours: Ints) -> Array:
    """Return bivariate local Moran, x at the area and y around it; the mean is the global.

    Wartenberg's measure mixes the association of neighbours with the one in place.
    """
    return _product(x, y, start, neighbours, smooth_both=False)


def _product(x: Array, y: Array, start: Ints, neighbours: Ints, *, smooth_both: bool) -> Array:
    linked = np.diff(start) > 0
    zx = (x - x[linked].mean()) / x[linked].std()
    zy = (y - y[linked].mean()) / y[linked].std()
    around = neighbour_means(zy, start, neighbours)
    mine = neighbour_means(zx, start, neighbours) if smooth_both else zx
    found: Array = np.where(linked, mine * around, np.nan)
    return found


def lee_counts(
    x: Array,
    y: Array,
    start: Ints,
    neighbours: Ints,
    replicates: int,
    rng: np.random.Generator,
) -> tuple[Ints, Ints]:
    """Count how often Lee's local L with neighbours drawn at random is at or above, at or below.

    The other areas are drawn with both their values, so that the association in place is part of the
    null (Lee 2004, Environment and Planning A 36).
    """
    degree = np.diff(start)
    n, most = len(x), int(degree.max(initial=0))
    above, below = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    if most == 0:
        return above, below
    draws = _draws(n - 1, most, replicates, rng)
    observed = lee_local(x, y, start, neighbours)
    linked = degree > 0
    zx = (x - x[linked].mean()) / x[linked].std()
    zy = (y - y[linked].mean()) / y[linked].std()
    slack = ROUND * float(np.nanmax(np.abs(observed)))
    for size in np.unique(degree[linked]):
        members = np.flatnonzero(degree == size)
        chunk = max(AT_ONCE // (replicates * int(size)), 1)
        for low in range(0, len(members), chunk):
            area = members[low : low + chunk]
            who = draws[None, :, :size] + (draws[None, :, :size] >= area[:, None, None])
            drawn = zx[who].mean(axis=2) * zy[who].mean(axis=2)
            above[area] = (drawn >= observed[area, None] - slack).sum(axis=1)
            below[area] = (drawn <= observed[area, None] + slack).sum(axis=1)
    return above, below


def weighted_breaks(values: Array, weights: Array, classes: int = 3) -> Array:
    """Return the upper limits of the lower classes that split the weight (people) into equal parts.

    Equal values stay together; where a limit cannot be met, the nearest cut on either side is taken.

    >>> weighted_breaks(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 1.0]))
    array([1., 2.])
    >>> weighted_breaks(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 2.0]))
    array([1., 2.])
    """
    each, place = np.unique(values, return_inverse=True)
    held = np.cumsum(np.bincount(place.reshape(-1), weights=weights))
    wanted = np.arange(1, classes) / classes
    gap = np.abs(held[None, :] / held[-1] - wanted[:, None])
    nearest = np.argmax(gap <= gap.min(axis=1, keepdims=True) + 1e-12, axis=1)
    limits: Array = each[nearest]
    return limits
