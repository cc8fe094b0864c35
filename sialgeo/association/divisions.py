"""Other divisions of the territory: areas joined by a column, and grids laid at three offsets.

The modifiable areal unit problem (Openshaw 1984): an association may come and go with the limits of
the areas, so it is computed over several.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from sialgeo.association.counting import Given, Places, Points
from sialgeo.i18n import _

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

OFFSETS = ((0.0, 0.0), (1 / 3, 2 / 3), (2 / 3, 1 / 3))  # of a cell's side
BLOCK = 2  # cells of a raster joined to one


@dataclass(frozen=True)
class Grid:
    """Square cells: ``value_at`` gives the indicator of the cell of each point, NaN where it has none."""

    low: Array
    side: float
    keys: Ints  # sorted
    y: Array

    def value_at(self, xy: Array) -> Array:
        cell = _keys(xy, self.low, self.side)
        place = np.minimum(np.searchsorted(self.keys, cell), len(self.keys) - 1)
        found: Array = np.where(self.keys[place] == cell, self.y[place], np.nan)
        return found


def joined(given: Given, territories: gpd.GeoDataFrame, by: str) -> tuple[Places, Ints]:
    """Return the areas joined by a column, and the joined area of each; without a code, in none."""
    import pandas as pd

    codes = pd.factorize(territories[by].iloc[given.rows].astype(object))[0].astype(np.int64)
    first = np.full(int(codes.max(initial=-1)) + 1, len(codes))
    np.minimum.at(first, codes[codes >= 0], np.flatnonzero(codes >= 0))
    rank = np.argsort(np.argsort(first))  # numbered in canonical order, whatever the codes
    group = np.where(codes >= 0, np.append(rank, -1)[codes], -1).astype(np.int64)
    return given.places.grouped(group), group


def blocks(given: Given) -> list[tuple[str, Places]]:
    """Return a full grid of cells joined two by two, at three offsets; incomplete blocks left out."""
    columns, rows = given.places.shape or (0, 0)
    found = []
    for k, (right, up) in enumerate(((0, 0), (0, 1), (1, 0)), start=1):
        wide, high = (columns - right) // BLOCK, (rows - up) // BLOCK
        if wide < 2 or high < 2:
            continue
        i, j = np.divmod(np.arange(columns * rows), rows)
        a, b = (i - right) // BLOCK, (j - up) // BLOCK
        inside = (a >= 0) & (a < wide) & (b >= 0) & (b < high)
        places = given.places.grouped(np.where(inside, a * high + b, -1).astype(np.int64))
        if places.x.sum() > 0 and places.n.sum() > 0:
            name = _("blocks of {n} × {n} cells, offset {k}").format(n=BLOCK, k=k)
            found.append((name, Places(places.x, places.n, places.y, places.xy, (wide, high))))
    return found


def grids(given: Given) -> list[tuple[str, Places, Grid]]:
    """Return the counts on square cells as large as the mean area, at three offsets.

    Points fall in cells; counts known by area only are spread evenly over it. A cell's indicator is
    the mean of the areas in it, weighted by the reference (where it has none, by the producers).
    """
    places = given.places
    if given.shapes is None:
        low, high = places.xy.min(axis=0), places.xy.max(axis=0)
        total = float(np.prod(np.maximum(high - low, 1e-9)))
        side = BLOCK * float(np.sqrt(total / len(places.y)))
    else:
        bounds = shapely.bounds(given.shapes)
        low = bounds[:, :2].min(axis=0)
        side = float(np.sqrt(shapely.area(given.shapes).sum() / len(places.y)))
    found = []
    for k, offset in enumerate(OFFSETS, start=1):
        corner = low - side * np.array(offset)
        made = _on_grid(given, corner, side)
        if made is not None:
            name = _("grid of {side:.3g} km, offset {k}").format(side=side / 1000, k=k)
            found.append((name, *made))
    return found


def _on_grid(given: Given, low: Array, side: float) -> tuple[Places, Grid] | None:
    pieces: tuple[Ints, Ints, Array] | None = None
    if given.shapes is not None and (given.producers is None or given.reference is None):
        pieces = _pieces(given.shapes, low, side)
    cell_x, area_x, x = _shares(given.producers, given.places.x, pieces, low, side)
    cell_n, area_n, n = _shares(given.reference, given.places.n, pieces, low, side)
    keys, place = np.unique(np.concatenate([cell_x, cell_n]), return_inverse=True)
    place = place.reshape(-1)
    at_x, at_n = place[: len(cell_x)], place[len(cell_x) :]
    y = given.places.y

    def total(at: Ints, values: Array) -> Array:
        return np.bincount(at, weights=values, minlength=len(keys)).astype(float)

    by_x, by_n = total(at_x, x), total(at_n, n)
    value = np.full(len(keys), np.nan)
    np.divide(total(at_x, x * y[area_x]), by_x, out=value, where=by_x > 0)
    np.divide(total(at_n, n * y[area_n]), by_n, out=value, where=by_n > 0)
    used = np.isfinite(value)
    if used.sum() < 3 or by_x[used].sum() <= 0 or by_n[used].sum() <= 0:
        return None
    keys, value = keys[used], value[used]
    columns, rows = np.divmod(keys, _WIDE)
    xy = low + side * (np.column_stack([columns, rows]) + 0.5)
    return Places(by_x[used], by_n[used], value, xy), Grid(low, side, keys, value)


_WIDE = 1 << 30


def _keys(xy: Array, low: Array, side: float) -> Ints:
    cell = np.floor((xy - low) / side).astype(np.int64)
    keys: Ints = np.where((cell >= 0).all(axis=1), cell[:, 0] * _WIDE + cell[:, 1], -1)
    return keys


def _shares(
    points: Points | None,
    counts: Array,
    pieces: tuple[Ints, Ints, Array] | None,
    low: Array,
    side: float,
) -> tuple[Ints, Ints, Array]:
    """Return cell, area and count of every point, or of every piece of an area in a cell."""
    if points is not None:
        return _keys(points.xy, low, side), points.area, points.mass
    cell, area, part = pieces if pieces is not None else (np.zeros(0, int),) * 2 + (np.zeros(0),)
    return cell, area, counts[area] * part


def _pieces(shapes: Any, low: Array, side: float) -> tuple[Ints, Ints, Array]:
    """Return cell, area and share of the area, for every part of an area in a cell."""
    high = shapely.bounds(shapes)[:, 2:].max(axis=0)
    columns, rows = np.floor((high - low) / side).astype(int) + 1
    i, j = np.divmod(np.arange(columns * rows), rows)
    x, y = low[0] + i * side, low[1] + j * side
    boxes = shapely.box(x, y, x + side, y + side)
    cell, area = shapely.STRtree(shapes).query(boxes, predicate="intersects")
    with np.errstate(invalid="ignore"):
        size = shapely.area(shapely.intersection(boxes[cell], shapes[area]))
    met = size > 0
    cell, area, size = cell[met], area[met], size[met]
    part = size / shapely.area(shapes)[area]
    return (i[cell] * _WIDE + j[cell]).astype(np.int64), area.astype(np.int64), part
