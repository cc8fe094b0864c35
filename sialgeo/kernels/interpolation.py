"""Carrying figures from one set of areas to another: by polygons and by raster cells.

Pieces are the intersections of targets (footprints) with sources (districts), one row per pair.

References
----------
Goodchild, M. F. and Lam, N. (1980). Areal interpolation: a variant of the traditional spatial
problem. Geo-Processing 1, 297–312.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Transform = tuple[float, float, float, float, float, float]

_CELLS_AT_ONCE = 65_536


def weighted_means(group: Ints, values: Array, weights: Array, n: int) -> Array:
    """Return Σw·y/Σw by group, (n,); values that are NaN, and their weights, are left out.

    An intensive figure (a rate, an index) of the targets. NaN where no weight is left.

    Examples
    --------
    Two halves hold .4 and .6; 200 and 300 people live in them: .52 (by area it would be .50).

    >>> float(weighted_means(np.array([0, 0]), np.array([0.4, 0.6]), np.array([200.0, 300.0]), 1)[0])
    0.52
    """
    known = np.isfinite(values) & np.isfinite(weights)
    total = np.bincount(group[known], weights=weights[known], minlength=n)
    held = np.bincount(group[known], weights=(values * weights)[known], minlength=n)
    means: Array = np.divide(held, total, out=np.full(n, np.nan), where=total > 0)
    return means


def shared_totals(group: Ints, totals: Array, shares: Array, n: int) -> Array:
    """Return Σ share·total by group, (n,): an extensive figure (people, producers) of the targets.

    ``shares`` is the part of each source that lies in the target; where targets tile the sources the
    sum is conserved. A group with a NaN total is NaN.

    >>> shared_totals(np.array([0, 1]), np.array([90.0, 90.0]), np.array([1 / 3, 2 / 3]), 2).round(9)
    array([30., 60.])
    """
    return areas_by_group(group, totals * shares, n)


def areas_by_group(group: Ints, areas: Array, n: int) -> Array:
    """Return the sum of the pieces' areas by group, (n,)."""
    total: Array = np.bincount(group, weights=areas, minlength=n).astype(float)
    return total


def union_areas(group: Ints, pieces: NDArray[np.object_], n: int) -> Array:
    """Return the area that the pieces of each group cover together, overlaps counted once, (n,)."""
    covered = np.zeros(n)
    order = np.argsort(group, kind="stable")
    found, first, count = np.unique(group[order], return_index=True, return_counts=True)
    for size in np.unique(count):
        here = count == size
        rows = order[first[here][:, None] + np.arange(size)]
        with np.errstate(invalid="ignore"):  # GEOS 3.11 raises the flag on shapes that only touch
            joined = pieces[rows[:, 0]] if size == 1 else shapely.union_all(pieces[rows], axis=1)
            covered[found[here]] = shapely.area(joined)
    return covered


def zonal_sums(
    zone: shapely.Geometry,
    values: Array,
    transform: Transform,
) -> tuple[float, float]:
    """Return (Σ coverage·value, Σ coverage) of one polygon over a north-up raster.

    ``coverage`` is the part of a cell that lies in the polygon; cells that are NaN count in neither
    sum. Cells are clipped by the polygon in blocks, so that memory stays bounded.

    Parameters
    ----------
    zone
        Valid polygon or multipolygon in the raster's CRS.
    values : (rows, columns)
        NaN for no data.
    transform
        Affine (a, 0, c, 0, e, f) with a > 0 and e < 0.

    Examples
    --------
    >>> cells = np.array([[1.0, 2.0], [3.0, np.nan]])
    >>> zonal_sums(shapely.box(0.5, 0.0, 2.0, 2.0), cells, (1.0, 0.0, 0.0, 0.0, -1.0, 2.0))
    (4.0, 2.0)
    """
    total = count = 0.0
    rows, columns = values.shape
    for row, column, part in _covered(zone, (rows, columns), transform, values):
        total += float((part * values[row, column]).sum())
        count += float(part.sum())
    return total, count


def covered_cells(
    zone: shapely.Geometry, shape: tuple[int, int], transform: Transform
) -> tuple[Ints, Array]:
    """Return the numbers (row by row, increasing) of the cells that a valid polygon covers, and how much.

    >>> covered_cells(shapely.box(0.5, 0.0, 2.0, 1.0), (2, 2), (1.0, 0.0, 0.0, 0.0, -1.0, 2.0))
    (array([2, 3]), array([0.5, 1. ]))
    """
    cells, parts = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    for row, column, part in _covered(zone, shape, transform):
        met = part > 0
        cells.append((row * shape[1] + column)[met])
        parts.append(part[met])
    return np.concatenate(cells), np.concatenate(parts)


def _covered(
    zone: shapely.Geometry,
    shape: tuple[int, int],
    transform: Transform,
    values: Array | None = None,
) -> Iterator[tuple[Ints, Ints, Array]]:
    """Yield rows, columns and the part covered of the cells in a polygon's box, a block at a time.

    Cells whose value is NaN are left out.
    """
    a, _, c, _, e, f = transform
    rows, columns = shape
    west, south, east, north = shapely.bounds(zone)
    first_column, last_column = _reach((west - c) / a, (east - c) / a, columns)
    first_row, last_row = _reach((north - f) / e, (south - f) / e, rows)
    if first_column >= last_column or first_row >= last_row:
        return
    shapely.prepare(zone)
    step = max(1, _CELLS_AT_ONCE // (last_column - first_column))
    for top in range(first_row, last_row, step):
        bottom = min(top + step, last_row)
        row, column = np.mgrid[top:bottom, first_column:last_column].reshape(2, -1)
        if values is not None:
            known = np.isfinite(values[row, column])
            row, column = row[known], column[known]
        x, y = c + a * column, f + e * row
        yield row, column, _coverage(zone, shapely.box(x, y + e, x + a, y), -a * e)


def _reach(start: float, stop: float, size: int) -> tuple[int, int]:
    return max(0, int(np.floor(start))), min(size, int(np.ceil(stop)))


def _coverage(zone: shapely.Geometry, cells: NDArray[np.object_], cell_area: float) -> Array:
    """Return the part of each cell inside a prepared polygon."""
    part = np.zeros(len(cells))
    met = shapely.intersects(zone, cells)
    inside = np.zeros(len(cells), dtype=bool)
    inside[met] = shapely.contains(zone, cells[met])
    part[inside] = 1.0
    edge = met & ~inside
    with np.errstate(invalid="ignore"):  # as above
        part[edge] = shapely.area(shapely.intersection(zone, cells[edge])) / cell_area
    return part
