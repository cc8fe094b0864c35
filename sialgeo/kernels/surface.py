"""Kernel density on a grid: binning, Gaussian filtering, edge correction, bandwidths.

Units are binned once (linearly: each shares itself among the four cell centres around it) and the
counts are filtered in the Fourier domain, so the cost does not grow with units × cells. An adaptive
estimate is a sum of filtered counts, one per class of bandwidth.

References
----------
Terrell, G. R. (1990). The maximal smoothing principle in density estimation. JASA 85, 470–477.
Abramson, I. S. (1982). On bandwidth variation in kernel estimates. Annals of Statistics 10(4).
Davies, T. M., Hazelton, M. L. (2010). Adaptive kernel estimation of spatial relative risk. Statistics
in Medicine 29, 2423–2437.
Davies, T. M., Baddeley, A. (2018). Fast computation of spatially adaptive kernel estimates.
Statistics and Computing 28, 937–956.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

REACH = 6.0  # bandwidths: the Gaussian is cut off there (1.5e-8 of its top)
LARGEST = 5.0  # adaptive bandwidths are cut at so many times their median
STEP = 1.08  # adaptive bandwidths are rounded to a ladder with this ratio
MOST_CLASSES = 40


def oversmoothing(xy: Array, mass: Array | None = None, n: float | None = None) -> float:
    """Return Terrell's oversmoothing bandwidth of a pattern: the standard deviation of a Gaussian.

    h = s·[d·R/(n·V)]^{1/6} with d = 2, R = 1/(4π), V = 16·Γ(5)·8/(10⁴π), and s the smaller of the mean
    standard deviation and the mean interquartile range / 1.34 of the two axes (the former where the
    latter is 0).

    Parameters
    ----------
    xy : (m, 2)
    mass : (m,), optional
        Units at each place.
    n : float, optional
        Number of units to use instead of the pattern's own.

    Examples
    --------
    >>> corners = np.array([[0.0, 0.0], [0.0, 2.0], [2.0, 0.0], [2.0, 2.0]])
    >>> round(oversmoothing(corners), 6)  # sd 1.1547 < 2/1.34; times (1.627604/4)^(1/6)
    0.993995
    """
    count = float(len(xy)) if n is None else float(n)
    gap = xy - xy.mean(axis=0) if mass is None else xy - np.average(xy, axis=0, weights=mass)
    weight = np.ones(len(xy)) if mass is None else mass
    freedom = max(len(xy) - 1.0, 1.0) / len(xy) * weight.sum()
    deviation = float(np.sqrt((weight[:, None] * gap**2).sum(axis=0) / freedom).mean())
    quartile = float(
        np.mean([np.ptp(_quantiles(xy[:, axis], mass, (0.25, 0.75))) for axis in (0, 1)])
    )
    spread = min(deviation, quartile / 1.34) if quartile > 0 else deviation
    roughness, largest = 1 / (4 * math.pi), 16 * math.gamma(5) * 8 / (10**4 * math.pi)
    return float(spread * (2 * roughness / (count * largest)) ** (1 / 6))


def _quantiles(values: Array, mass: Array | None, at: tuple[float, ...]) -> Array:
    if mass is None:
        return np.asarray(np.quantile(values, at))
    order = np.argsort(values)
    held = np.cumsum(mass[order])
    rank = np.minimum(np.searchsorted(held, np.array(at) * held[-1]), len(order) - 1)
    return np.asarray(values[order][rank])


@dataclass(frozen=True)
class Grid:
    """Square cells; row 0 is the northernmost. ``west`` and ``north`` are the outer edges (metres)."""

    west: float
    north: float
    cell: float
    rows: int
    columns: int

    @classmethod
    def over(cls, low: Array, high: Array, cell: float) -> Grid:
        """Return the grid centred on a box whose outermost centres lie on or beyond the box's edges."""
        span = np.maximum(high - low, 0.0)
        columns, rows = (math.ceil(float(side) / cell - 1e-9) + 1 for side in span)
        middle = (low + high) / 2
        west = float(middle[0] - columns * cell / 2)
        return cls(west, float(middle[1] + rows * cell / 2), float(cell), rows, columns)

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """Return the affine (a, b, c, d, e, f): x = a·col + c, y = e·row + f."""
        return (self.cell, 0.0, self.west, 0.0, -self.cell, self.north)

    @property
    def shape(self) -> tuple[int, int]:
        """Return (rows, columns)."""
        return self.rows, self.columns

    def centres(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the centres' x (columns,) and y (rows,)."""
        x = self.west + self.cell * (np.arange(self.columns) + 0.5)
        y = self.north - self.cell * (np.arange(self.rows) + 0.5)
        return x, y

    def place(self, xy: Array) -> Placed:
        """Return each unit's cell and its offsets from that cell's centre to the next ones."""
        column = (xy[:, 0] - self.west) / self.cell - 0.5
        row = (self.north - xy[:, 1]) / self.cell - 0.5
        left = np.clip(np.floor(column), 0, max(self.columns - 2, 0))
        top = np.clip(np.floor(row), 0, max(self.rows - 2, 0))
        return Placed(
            (top * self.columns + left).astype(np.int64),
            np.clip(column - left, 0.0, 1.0),
            np.clip(row - top, 0.0, 1.0),
            self,
        )


@dataclass(frozen=True)
class Placed:
    """Units on a grid: ``base`` (n,) flat cell up and left of each, ``right`` and ``down`` in 0–1."""

    base: Ints
    right: Array
    down: Array
    grid: Grid

    def take(self, chosen: Any) -> Placed:
        """Return some of the units."""
        return Placed(self.base[chosen], self.right[chosen], self.down[chosen], self.grid)

    def corners(self) -> tuple[tuple[Ints, Array], ...]:
        """Return the four cells around each unit, with its share of each."""
        below = self.grid.columns if self.grid.rows > 1 else 0
        beside = 1 if self.grid.columns > 1 else 0
        left, up = 1 - self.right, 1 - self.down
        return (
            (self.base, left * up),
            (self.base + beside, self.right * up),
            (self.base + below, left * self.down),
            (self.base + below + beside, self.right * self.down),
        )

    def counts(self, mass: Array | None = None) -> Array:
        """Return the units binned, (rows, columns); their sum is the number of units."""
        cells = self.grid.rows * self.grid.columns
        total = np.zeros(cells)
        for cell, share in self.corners():
            weight = share if mass is None else share * mass
            total += np.bincount(cell, weights=weight, minlength=cells)
        return total.reshape(self.grid.shape)

    def sample(self, surface: Array) -> Array:
        """Return the surface at each unit, between the centres bilinearly, (n,)."""
        flat = surface.reshape(-1)
        found = np.zeros(len(self.base))
        for cell, share in self.corners():
            found += flat[cell] * share
        return found


@dataclass(frozen=True)
class Filter:
    """Gaussian filters of several bandwidths (metres) on one grid, by fast Fourier transform."""

    grid: Grid
    bandwidths: tuple[float, ...]

    @cached_property
    def _padded(self) -> tuple[int, int]:
        reach = math.ceil(REACH * max(self.bandwidths) / self.grid.cell)
        rows, columns = (next_fast_len(n + min(reach, n), real=True) for n in self.grid.shape)
        return rows, columns

    @cached_property
    def _kernels(self) -> tuple[tuple[Array, Array], ...]:
        """Return each bandwidth's transform along rows and along columns."""
        rows, columns = self._padded
        return tuple(
            (_transform(rows, h / self.grid.cell), _transform(columns, h / self.grid.cell)[: columns // 2 + 1])
            for h in self.bandwidths
        )  # fmt: skip

    def spectrum(self, counts: Array, number: int) -> Any:
        """Return the transform of the counts filtered with one of the bandwidths."""
        down, across = self._kernels[number]
        found = rfft2(counts, s=self._padded)
        found *= down[:, None]
        found *= across[None, :]
        return found

    def back(self, spectrum: Any) -> Array:
        """Return the surface of a spectrum; rounding below 0 is cut."""
        rows, columns = self.grid.shape
        found: Array = irfft2(spectrum, s=self._padded)[:rows, :columns]
        return np.maximum(found, 0.0)

    def smooth(self, counts: Array, number: int = 0) -> Array:
        """Return the counts filtered with one of the bandwidths; what leaves the grid is lost."""
        return self.back(self.spectrum(counts, number))


def _transform(size: int, sigma: float) -> Array:
    """Return the real transform of a sampled Gaussian that sums to 1, wrapped around ``size``."""
    reach = min(math.ceil(REACH * sigma), size // 2)
    offset = np.arange(-reach, reach + 1)
    weight = np.exp(-0.5 * (offset / sigma) ** 2)
    wrapped = np.zeros(size)
    np.add.at(wrapped, offset % size, weight / weight.sum())
    return np.asarray(np.fft.fft(wrapped).real)


@dataclass(frozen=True)
class Estimator:
    """Density estimates on one grid with the uniform edge correction (Diggle 1985).

    ``window`` (rows, columns) is the share of each cell inside the study area; ``edge`` (rows,
    columns) the share of the kernel at each cell that falls inside the window; ``kind`` (m,) the
    bandwidth class of each unit of the pool it was made for (None: one bandwidth for all).
    """

    filter: Filter
    window: Array
    edge: Array
    kind: Ints | None = None

    def spread(self, placed: Placed, kind: Ints | None = None, mass: Array | None = None) -> Array:
        """Return the filtered, edge-corrected counts of units, (rows, columns); 0 outside the window.

        Parameters
        ----------
        kind : (n,) int, optional
            Bandwidth class of each unit (all of the first by default).
        mass : (n,), optional
            Units at each place.
        """
        if kind is None:
            found = self.filter.smooth(placed.counts(mass))
        else:
            total: Any = 0.0
            for number in np.unique(kind):
                ours = np.flatnonzero(kind == number)
                held = None if mass is None else mass[ours]
                total = total + self.filter.spectrum(placed.take(ours).counts(held), int(number))
            found = self.filter.back(total)
        return np.where(self.window > 0, found / self.edge, 0.0)

    def density(self, spread: Array) -> Array:
        """Return spread counts as a density: its integral over the window is 1 (per square metre)."""
        total = float((spread * self.window).sum()) * self.filter.grid.cell**2
        return spread / max(total, 1e-300)


def window_of_box(grid: Grid, low: Array, high: Array) -> Array:
    """Return the share of each cell inside a box, (rows, columns)."""
    x, y = grid.centres()
    across = _overlap(x, grid.cell, low[0], high[0])
    down = _overlap(y, grid.cell, low[1], high[1])
    return down[:, None] * across[None, :]


def _overlap(centre: Array, cell: float, low: float, high: float) -> Array:
    if high - low <= 0:  # units on one line: the line has no width, its cells have
        return np.ones(len(centre))
    ends = np.minimum(centre + cell / 2, high) - np.maximum(centre - cell / 2, low)
    return np.clip(ends / cell, 0.0, 1.0)


def fixed(grid: Grid, window: Array, bandwidth: float) -> Estimator:
    """Return the estimator with one bandwidth (metres)."""
    gauss = Filter(grid, (float(bandwidth),))
    return Estimator(gauss, window, _edge(gauss.smooth(window)))


def adaptive(
    grid: Grid, window: Array, bandwidth: float, xy: Array, pilot_mass: Array
) -> Estimator:
    """Return Abramson's estimator: bandwidths ∝ 1/√(pilot density), geometric mean ``bandwidth``.

    The pilot is the pool's own estimate with ``bandwidth``, so that cases and reference share one
    bandwidth at each place (the symmetric estimator of Davies, Jones and Hazelton 2016) and a
    relabelling changes none. Bandwidths are kept between one cell and five times their median.

    Parameters
    ----------
    xy : (m, 2)
        The pool's places; ``pilot_mass`` (m,) their units (0: not in the pilot).
    """
    first = fixed(grid, window, bandwidth)
    placed = grid.place(xy)
    pilot = first.density(first.spread(placed, mass=pilot_mass))
    least = 1e-12 * pilot.max()
    raw = 1 / np.sqrt(np.maximum(placed.sample(pilot), least))
    scale = bandwidth / math.exp(float(np.average(np.log(raw), weights=pilot_mass)))
    middle = float(_quantiles(raw, pilot_mass, (0.5,))[0])
    low, high = grid.cell, max(LARGEST * middle * scale, grid.cell)
    bandwidths = np.clip(raw * scale, low, high)
    everywhere = np.clip(scale / np.sqrt(np.maximum(pilot, least)), low, high)
    ladder = _ladder(float(bandwidths.min()), float(bandwidths.max()))
    gauss = Filter(grid, tuple(ladder.tolist()))
    edge = np.ones(grid.shape)
    of_cell = _nearest(ladder, everywhere.reshape(-1)).reshape(grid.shape)
    for number in np.unique(of_cell[window > 0]):
        ours = of_cell == number
        edge[ours] = gauss.smooth(window, int(number))[ours]
    return Estimator(gauss, window, _edge(edge), _nearest(ladder, bandwidths))


def _ladder(low: float, high: float) -> Array:
    steps = min(math.ceil(math.log(high / low) / math.log(STEP)), MOST_CLASSES - 1)
    return np.geomspace(low, high, max(steps, 0) + 1)


def _nearest(ladder: Array, values: Array) -> Ints:
    """Return the rung nearest to each value on a logarithmic scale."""
    between = np.sqrt(ladder[1:] * ladder[:-1])
    return np.asarray(np.searchsorted(between, values), dtype=np.int64)


def _edge(share: Array) -> Array:
    """Return the kernel's share inside the window, never so small that a cell blows up."""
    return np.maximum(share, 1e-3)
