"""Totals of areas spread smoothly over cells, every area's total kept.

The areas are held as *fragments*: the part of one cell that lies in one area, one row per pair. A
cell on a border has a fragment of each side, so that totals are kept exactly whatever the cells' size.

References
----------
Tobler, W. R. (1979). Smooth pycnophylactic interpolation for geographical regions. Journal of the
American Statistical Association 74(367), 519–530.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.kernels.interpolation import Transform

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Covered = tuple[Ints, Array]  # numbers of cells, increasing, and the part (0–1) of each

OWN = (
    0.2  # of a cell's new density is its own, the rest its neighbours': all theirs would oscillate
)


@dataclass(frozen=True)
class Cells:
    """Square cells of an equal-area projection, north up, numbered row by row."""

    x0: float  # west
    y0: float  # north
    side: float
    rows: int
    columns: int

    @property
    def shape(self) -> tuple[int, int]:
        """Return rows and columns."""
        return self.rows, self.columns

    @property
    def transform(self) -> Transform:
        """Return the affine (a, 0, c, 0, e, f)."""
        return self.side, 0.0, self.x0, 0.0, -self.side, self.y0


@dataclass(frozen=True)
class Fragments:
    """The parts of cells in areas, sorted by area, then cell: ``start[s]`` begins those of area s."""

    cell: Ints
    area: Array
    start: Ints

    @classmethod
    def of(cls, found: Sequence[Covered], cells: Cells) -> Fragments:
        """Join the cells that each area covers, as :func:`covered_cells` tells them."""
        start = np.cumsum([0, *(len(cell) for cell, _part in found)])
        none: Covered = (np.empty(0, dtype=np.int64), np.empty(0))
        cell, part = (np.concatenate(one) for one in zip(none, *found, strict=True))
        return cls(cell.astype(np.int64), part * cells.side**2, start.astype(np.int64))

    @property
    def owner(self) -> Ints:
        """Return the area of each fragment."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    def held_in(self, owner: int, piece: Covered, amount: Array, cells: Cells) -> float:
        """Return what an area's fragments hold, of ``amount`` (fragments,), in the cells of a piece of it."""
        mine = slice(self.start[owner], self.start[owner + 1])
        cell, part = piece
        at = np.searchsorted(self.cell[mine], cell)
        own = np.minimum(at, max(mine.stop - mine.start - 1, 0))
        met = self.cell[mine][own] == cell  # rounding may leave a cell of the piece out of its area
        own, part = own[met], part[met]
        inside = np.minimum(part * cells.side**2 / self.area[mine][own], 1.0)
        return float((amount[mine][own] * inside).sum())


def smooth_densities(
    totals: Array,
    fragments: Fragments,
    settled: Flags,
    cells: Cells,
    *,
    iterations: int,
    tolerance: float,
    watch: Callable[[int], None] = lambda _done: None,
) -> tuple[Array, float]:
    """Return the density of each fragment, and the last iteration's change of the greatest one's part.

    Each iteration averages the cells with their four neighbours, moves every area's densities up or
    down together until its total is met, sets what fell below zero to zero and scales to the total.
    Beyond the areas nothing is known: a cell at the edge is averaged with the neighbours it has, so
    that a density that is the same everywhere stays so.

    Parameters
    ----------
    totals : (areas,)
        Not negative. NaN: not known; its cells take no part.
    fragments
        Of the areas.
    settled : (fragments,)
        False where nothing of the total can be.
    iterations
        At most so many.
    tolerance
        Stop where no density changes by more than this part of the greatest first one.
    watch
        Called with the number of iterations done.

    Examples
    --------
    Two areas of two cells with 4 and 12 in them: from 2, 2, 6, 6 to a slope.

    >>> cells = Cells(0.0, 1.0, 1.0, 1, 4)
    >>> held = Fragments.of([(np.array([0, 1]), np.ones(2)), (np.array([2, 3]), np.ones(2))], cells)
    >>> everywhere = np.ones(4, dtype=bool)
    >>> found, _ = smooth_densities(
    ...     np.array([4.0, 12.0]), held, everywhere, cells, iterations=1, tolerance=1e-9)
    >>> found.round(6).tolist()
    [1.2, 2.8, 5.2, 6.8]
    >>> found, _ = smooth_densities(
    ...     np.array([4.0, 12.0]), held, everywhere, cells, iterations=500, tolerance=1e-9)
    >>> found.round(6).tolist()
    [1.5, 2.5, 5.5, 6.5]
    """
    n, owner = len(totals), fragments.owner
    used = settled & np.isfinite(totals)[owner]
    cell, who, area = fragments.cell[used], owner[used], fragments.area[used]
    size = np.bincount(who, weights=area, minlength=n)
    ground = np.bincount(cell, weights=area, minlength=cells.rows * cells.columns)
    inside = (ground > 0).reshape(cells.shape)
    density = totals[who] / size[who]
    limit = tolerance * float(density.max(initial=0.0))
    near, change = _neighbours(inside), 0.0
    for done in range(iterations):
        mass = np.bincount(cell, weights=density * area, minlength=len(ground))
        of_cells = np.divide(mass, ground, out=mass, where=ground > 0).reshape(cells.shape)
        new = _averaged(of_cells, near).ravel()[cell]
        new += ((totals - np.bincount(who, weights=new * area, minlength=n)) / _not0(size))[who]
        np.maximum(new, 0.0, out=new)
        new *= (totals / _not0(np.bincount(who, weights=new * area, minlength=n)))[who]
        change = float(np.abs(new - density).max(initial=0.0))
        density = new
        watch(done + 1)
        if change <= limit:
            break
    whole = np.where(np.isfinite(totals)[owner], 0.0, np.nan)
    whole[used] = density
    return whole, change * tolerance / limit if limit > 0 else 0.0


def _not0(values: Any) -> Array:
    safe: Array = np.where(values > 0, values, 1.0)
    return safe


def _neighbours(inside: Flags) -> Array:
    """Return the number of the four neighbours of each cell that lie inside, NaN for cells outside."""
    number: Array = _sum_around(inside.astype(float))
    number[~inside] = np.nan
    return number


def _averaged(density: Array, near: Array) -> Array:
    """Return OWN of each cell's density with the rest from its neighbours; alone, its own."""
    mean = np.divide(_sum_around(density), near, out=density.copy(), where=near > 0)
    averaged: Array = OWN * density + (1 - OWN) * mean
    return averaged


def _sum_around(grid: Array) -> Array:
    total = np.zeros_like(grid)
    total[1:] += grid[:-1]
    total[:-1] += grid[1:]
    total[:, 1:] += grid[:, :-1]
    total[:, :-1] += grid[:, 1:]
    return total
