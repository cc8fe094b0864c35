"""How precise positions are, by what a column states, a degree's decimals show or a centre stands for.

A radius under twice the precision finds how positions were placed rather than where producers are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import require_crs
from sialgeo.errors import SchemaError
from sialgeo.i18n import _

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]

PRECISION = "precision_m"  # column of the producers, in metres
# decimals of a degree and the metres they are good to, the finest first
_BY_DECIMALS = ((4, 11.0), (3, 111.0), (2, 1_112.0), (1, 11_120.0), (0, 111_200.0))
_TELLING = 0.05  # of the rows: a precision known of fewer tells nothing of the table
_MOST = 0.95  # of the rows whose precision is known: the others are outliers
_ON = 50.0  # metres: what a centre written with 3 to 4 decimals may be off
_DEGREE = 111_195.0  # metres


def known_precision(table: pd.DataFrame, xy: Array, crs: Any) -> Array:
    """Return the precision of each position in metres by its column or its decimals, else NaN.

    Where both tell it the coarser one holds.
    """
    known = np.full(len(xy), np.nan)
    if PRECISION in table.columns and table[PRECISION].dtype.kind in "iuf":
        stated = table[PRECISION].to_numpy(dtype=float, na_value=np.nan)
        known = np.where(np.isfinite(stated) & (stated >= 0), stated, np.nan)
    if crs.is_geographic:
        for decimals, metres in _BY_DECIMALS:
            known = np.where(written_with(xy, decimals), np.fmax(known, metres), known)
    return known


def written_with(xy: Array, decimals: int) -> NDArray[np.bool_]:
    """Mark the positions (n, 2) in degrees that are written with so many decimals at the most."""
    grown = xy * 10**decimals
    with np.errstate(invalid="ignore"):
        few: NDArray[np.bool_] = (np.abs(grown - np.round(grown)) < 1e-7 * 10**decimals).all(axis=1)
    return few


def least_radius(precision: Array) -> float | None:
    """Return twice the precision (metres) of 19 in 20 of the rows of which it is known.

    None where it is known of fewer than 1 row in 20.

    Examples
    --------
    >>> least_radius(np.array([10.0, 10.0, np.nan])), least_radius(np.array([np.nan]))
    (20.0, None)
    """
    known = precision[np.isfinite(precision)]
    if not len(known) or len(known) < _TELLING * len(precision):
        return None
    return 2.0 * float(np.quantile(known, _MOST))


def centre_precision(
    lonlat: Array,
    *,
    districts: gpd.GeoDataFrame | None = None,
    places: gpd.GeoDataFrame | None = None,
) -> Array:
    """Return the precision in metres of the positions that are the centre of a district or a place, else NaN.

    A position that is a district's centre is good to the radius of a circle as large as the district;
    one that is a place's, to half the distance to the next place.
    """
    precision = np.full(len(lonlat), np.nan)
    use = np.isfinite(lonlat).all(axis=1)
    for centres, reach in _centres(districts, places):
        metres = np.full(len(lonlat), np.nan)
        metres[use] = _on(lonlat[use], centres, reach)
        precision = np.where(np.isnan(precision), metres, precision)
    return precision


def _centres(
    districts: gpd.GeoDataFrame | None, places: gpd.GeoDataFrame | None
) -> Iterator[tuple[Array, Array]]:
    """Yield centres (n, 2) in degrees with the precision in metres that each stands for."""
    import shapely
    from scipy.spatial import cKDTree

    if districts is not None:
        shapes = shapes_in_degrees(districts, "districts")
        middle = shapely.get_coordinates(shapely.centroid(shapes))
        square = np.cos(np.radians(middle[:, 1])) * _DEGREE**2
        yield middle, np.sqrt(shapely.area(shapes) * square / np.pi)
    if places is not None:
        points = shapely.get_coordinates(shapely.centroid(shapes_in_degrees(places, "places")))
        if len(points) > 1:
            flat = points * [np.cos(np.radians(points[:, 1].mean())), 1.0]
            apart = cKDTree(flat).query(flat, k=2)[0][:, 1] * _DEGREE / 2
            yield points, np.maximum(apart, _ON)


def _on(lonlat: Array, centres: Array, reach: Array) -> Array:
    """Return the reach of the centre that each position lies on, NaN where it lies on none."""
    from scipy.spatial import cKDTree

    scale = np.array([np.cos(np.radians(centres[:, 1].mean())), 1.0])
    distance, at = cKDTree(centres * scale).query(
        lonlat * scale, distance_upper_bound=_ON / _DEGREE
    )
    held = np.isfinite(distance)
    found = np.full(len(lonlat), np.nan)
    found[held] = reach[at[held]]
    return found


def shapes_in_degrees(layer: gpd.GeoDataFrame, name: str) -> NDArray[Any]:
    """Return the shapes of a layer in degrees, or raise one clear error."""
    if not hasattr(layer, "geometry") or not len(layer):
        raise SchemaError(_("{layer}: must be a layer with geometry").format(layer=name))
    require_crs(**{name: layer})
    shapes: NDArray[Any] = layer.to_crs(4326).geometry.to_numpy()
    return shapes
