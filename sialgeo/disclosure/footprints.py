"""Footprints redrawn on a grid: the corners of a hull and the centres of arcs are producers' places."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import metric_crs, xy_of
from sialgeo.disclosure.recorded import radius_of
from sialgeo.errors import ParameterError
from sialgeo.i18n import _
from sialgeo.model import Concentrations, N

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]

PUBLISHED_CRS = 4326
KEEP_AWAY = 2.0  # metres between any published vertex and any producer
_CELLS_PER_RADIUS = 4  # the grid of footprints: a quarter of the radius (at least a tenth is asked)
_LOBE = 2.2  # cells: a little more than the discs of a footprint, which are half a radius wide
_MOST_CELLS = 1_000  # across one footprint
_TRIES = 64
_GOLDEN = 0.6180339887498949


def generalised(c: Concentrations, areas: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Redraw the footprints on a grid that keeps away from every producer (EPSG:4326)."""
    import geopandas as gpd

    if not len(areas):
        return gpd.GeoSeries([], index=areas.index, crs=PUBLISHED_CRS)
    crs = metric_crs(c.producers)
    shapes = areas.geometry.to_crs(crs)
    side = _side(c, shapes)
    bodies = [_without_lobes(shape, _LOBE * side) for shape in shapes]

    def draw(shift: Array) -> gpd.GeoSeries:
        drawn = [_on_grid(shape, side, shift) for shape in bodies]
        return gpd.GeoSeries(drawn, index=areas.index, crs=crs)

    return _kept_away(c, draw, side)


def _kept_away(
    c: Concentrations, draw: Callable[[Array], gpd.GeoSeries], side: float
) -> gpd.GeoSeries:
    """Return shapes on the first grid none of whose corners is at a producer (EPSG:4326)."""
    from scipy.spatial import cKDTree

    crs = metric_crs(c.producers)
    secret = xy_of(c.producers, crs)
    tree = cKDTree(secret[np.isfinite(secret).all(axis=1)])
    for attempt in range(_TRIES):
        published = rounded(draw(shift_of(side, attempt)).to_crs(PUBLISHED_CRS))
        corners = published.to_crs(crs).get_coordinates().to_numpy()
        if not len(corners) or tree.query(corners)[0].min() >= KEEP_AWAY:
            return published
    raise ParameterError(
        _("no grid of {side:.0f} m keeps away from the producers. Remedy: a larger radius").format(
            side=side
        )
    )


def shift_of(side: float, attempt: int) -> Array:
    """Return where a grid begins: at zero first, then spread over its cell."""
    return side * np.array([attempt * _GOLDEN % 1.0, attempt * _GOLDEN**2 % 1.0])


def rounded(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Round coordinates to a millionth of a degree (0.1 m), which no reader needs finer."""
    import geopandas as gpd
    import shapely

    moved = shapely.transform(shapes.to_numpy(), lambda xy: np.round(xy, 6))
    return gpd.GeoSeries(moved, index=shapes.index, crs=shapes.crs)


def _side(c: Concentrations, shapes: gpd.GeoSeries) -> float:
    """Return the side of the footprints' grid: a quarter of the radius, else of the mean spacing."""
    radius = radius_of(c)
    if radius is None:
        spacing = np.sqrt(shapes.area.to_numpy() / c.areas.loc[shapes.index, N].to_numpy(float))
        radius = 2.0 * float(np.median(spacing))
    widest = float(
        (
            shapes.bounds[["maxx", "maxy"]].to_numpy() - shapes.bounds[["minx", "miny"]].to_numpy()
        ).max()
    )
    return max(radius / _CELLS_PER_RADIUS, 10 * KEEP_AWAY, widest / _MOST_CELLS)


def _without_lobes(shape: BaseGeometry, reach: float) -> BaseGeometry:
    """Return a shape without the lobes that single producers at its edge make.

    The footprint is a union of discs, and a disc that stands out has a producer in its middle.
    Nothing is cut where more than half of the shape would go (a row of producers along a road).
    """
    body = shape.buffer(-reach).buffer(reach)
    return body if body.area > 0.5 * shape.area else shape


def _on_grid(shape: BaseGeometry, side: float, shift: Array) -> BaseGeometry:
    """Return the grid cells whose centre is in the shape widened by half a cell, corners cut."""
    import shapely

    wide = shape.buffer(side / 2)
    low, high = np.split((np.asarray(wide.bounds) - np.tile(shift, 2)) / side, 2)
    columns = np.arange(np.floor(low[0]), np.ceil(high[0]) + 1)
    rows = np.arange(np.floor(low[1]), np.ceil(high[1]) + 1)
    x, y = (a.ravel() for a in np.meshgrid(columns, rows))
    shapely.prepare(wide)
    inside = shapely.contains_xy(wide, (x + 0.5) * side + shift[0], (y + 0.5) * side + shift[1])
    x, y = x[inside], y[inside]
    whole = shapely.union_all(shapely.box(x, y, x + 1, y + 1))  # in whole cells: exact
    cut = whole.simplify(0.75)
    drawn: BaseGeometry = shapely.transform(
        cut if cut.is_valid and not cut.is_empty else whole, lambda xy: xy * side + shift
    )
    return drawn
