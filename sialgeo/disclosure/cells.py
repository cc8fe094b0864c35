"""Producers counted by square cells, large where there are few, told by classes of count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import metric_crs, xy_of
from sialgeo.disclosure.counts import Counts
from sialgeo.disclosure.footprints import KEEP_AWAY, PUBLISHED_CRS, rounded, shift_of
from sialgeo.disclosure.recorded import radius_of, volumes_of
from sialgeo.disclosure.withheld import DOMINANCE, GRID_CELLS, say
from sialgeo.kernels.nested import Cells, nested_cells
from sialgeo.model import N_LEAST, N_MOST, Concentrations, N

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_GRID_TRIES = 4  # then the cells with a corner at a producer are left out


@dataclass(frozen=True)
class Grid:
    """The grid before anything is withheld for the sake of a sum: cells, their squares, fit to be shown."""

    cells: Cells
    boxes: gpd.GeoSeries
    fit: Mask


def cells_of(c: Concentrations, cell: float | None, min_n: int) -> Grid | None:
    """Count the producers, if there are any, by square cells, large where there are few."""
    if not len(c.producers):
        return None
    crs = metric_crs(c.producers)
    side = cell or 2.0 * (radius_of(c) or 5_000.0)
    xy, volumes = xy_of(c.producers, crs), volumes_of(c)
    for attempt in range(_GRID_TRIES):
        shift = shift_of(side, attempt)
        cells = nested_cells(xy - shift, side, min_n, volumes, DOMINANCE)
        boxes = _boxes(cells, shift, crs)
        near = _has_corner_at(boxes.to_crs(crs), xy)
        if not (near & cells.fit).any():
            break
    return Grid(cells, boxes, cells.fit & ~near)


def published_grid(
    grid: Grid | None, counts: Counts, min_n: int, withheld: list[tuple[str, int, str]]
) -> gpd.GeoDataFrame:
    """Return the cells that may be shown."""
    import geopandas as gpd

    if grid is None:
        nothing: dict[str, list[float]] = {N: [], N_LEAST: [], N_MOST: [], "side_m": []}
        return gpd.GeoDataFrame(nothing, geometry=[], crs=PUBLISHED_CRS)
    shown = counts.shown.cells
    say(withheld, GRID_CELLS, ~shown, ~counts.alone.cells)
    table = {
        **counts_told(grid.cells.n[shown], min_n),
        "side_m": grid.cells.side[shown],
    }
    boxes = grid.boxes[shown].reset_index(drop=True)
    return gpd.GeoDataFrame(table, geometry=boxes, crs=PUBLISHED_CRS)


def _boxes(cells: Cells, shift: Array, crs: Any) -> gpd.GeoSeries:
    import geopandas as gpd
    import shapely

    x, y = cells.x + shift[0], cells.y + shift[1]
    boxes = shapely.box(x, y, x + cells.side, y + cells.side)
    return rounded(gpd.GeoSeries(boxes, crs=crs).to_crs(PUBLISHED_CRS))


def _has_corner_at(shapes: gpd.GeoSeries, xy: Array) -> Mask:
    """Mark the shapes one of whose corners is at a producer."""
    from scipy.spatial import cKDTree

    corners = shapes.get_coordinates()
    near = cKDTree(xy).query(corners.to_numpy())[0] < KEEP_AWAY
    found: Mask = np.zeros(len(shapes), dtype=bool)
    found[corners.index.to_numpy()[near]] = True
    return found


def counts_told(counts: NDArray[np.int64], min_n: int) -> dict[str, NDArray[np.int64]]:
    """Return the class, ``min_n`` wide, that each count is in: its middle, least and most.

    The exact count of an area, taken from that of the cell around it, then leaves a class as wide, or
    one that reaches down to nothing.

    >>> told = counts_told(np.array([10, 19, 20, 47]), 10)
    >>> {column: values.tolist() for column, values in told.items()}
    {'n': [15, 15, 25, 45], 'n_least': [10, 10, 20, 40], 'n_most': [19, 19, 29, 49]}
    """
    least = counts // min_n * min_n
    return {N: least + min_n // 2, N_LEAST: least, N_MOST: least + min_n - 1}
