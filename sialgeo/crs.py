"""Coordinate reference systems: one guard, one choice of metric projection.

Distances are measured in the UTM zone of the data where the extent fits it, else in an azimuthal
equidistant projection centred on the data; areas in a Lambert azimuthal equal-area projection centred
on the data. EPSG:3857 is never used for metrics: its scale is 1/cos(latitude).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import CRSError, SchemaError
from sialgeo.i18n import _

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

Array = NDArray[np.float64]
_UTM_WIDTH, _UTM_REACH = 6.0, 3.5


def require_crs(**layers: gpd.GeoDataFrame) -> CRS:
    """Return the one CRS that all layers share.

    Parameters
    ----------
    **layers
        Layers by the name that the error shall call them.

    Raises
    ------
    CRSError
        A layer has no CRS, or they differ.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([-78.5], [-7.1]), crs=4326)
    >>> require_crs(producers=points).to_epsg()
    4326
    >>> require_crs(producers=points, places=points.to_crs(32717))
    Traceback (most recent call last):
    ...
    sialgeo.errors.CRSError: CRS differ: producers EPSG:4326, places EPSG:32717. Remedy: layer.to_crs("EPSG:4326")
    """
    bare = [name for name, layer in layers.items() if layer.crs is None]
    if bare:
        raise CRSError(
            _(
                'no CRS: {layers}. Remedy: set the one the coordinates are in, as layer.set_crs("EPSG:4326") for degrees of longitude and latitude'
            ).format(layers=", ".join(bare))
        )
    first, *others = layers.values()
    if any(layer.crs != first.crs for layer in others):
        raise CRSError(
            _('CRS differ: {layers}. Remedy: layer.to_crs("{crs}")').format(
                layers=", ".join(f"{name} {crs_name(layer.crs)}" for name, layer in layers.items()),
                crs=crs_name(first.crs),
            )
        )
    shared: CRS = first.crs
    return shared


def crs_name(crs: Any) -> str:
    """Return a short name of a CRS: its authority code, else its own name."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.to_proj4() or crs.name)


def metric_crs(layer: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    """Return the projection in metres in which distances of this layer are measured.

    The layer's own CRS where it is projected in metres and not Web Mercator; else the UTM zone of its
    centre where the extent fits (at most 6 degrees wide and within 3.5 degrees of the central
    meridian); else an azimuthal equidistant projection centred on the data.

    Examples
    --------
    >>> import geopandas as gpd
    >>> metric_crs(gpd.GeoSeries(gpd.points_from_xy([-78.5, -78.6], [-7.1, -6.5]), crs=4326)).to_epsg()
    32717
    """
    from pyproj import CRS

    crs = require_crs(layer=layer)
    if (
        crs.is_projected
        and crs.to_epsg() != 3857
        and crs.axis_info[0].unit_conversion_factor == 1.0
    ):
        return crs
    west, south, east, north = _degrees(layer)
    longitude, latitude = (west + east) / 2, (south + north) / 2
    zone = int((longitude + 180) // 6) % 60 + 1
    meridian = zone * 6 - 183
    reach = max(abs(west - meridian), abs(east - meridian))
    if east - west <= _UTM_WIDTH and reach <= _UTM_REACH and south >= -80 and north <= 84:
        return CRS.from_epsg((32700 if latitude < 0 else 32600) + zone)
    return _centred("aeqd", longitude, latitude)


def equal_area_crs(layer: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    """Return the Lambert azimuthal equal-area projection centred on the layer."""
    west, south, east, north = _degrees(layer)
    return _centred("laea", (west + east) / 2, (south + north) / 2)


def _centred(projection: str, longitude: float, latitude: float) -> CRS:
    from pyproj import CRS

    return CRS.from_proj4(
        f"+proj={projection} +lat_0={latitude:.4f} +lon_0={longitude:.4f} +datum=WGS84 +units=m +no_defs"
    )


def _degrees(layer: gpd.GeoDataFrame | gpd.GeoSeries) -> tuple[float, float, float, float]:
    import geopandas as gpd
    from shapely.geometry import box

    bounds = layer.total_bounds
    if not np.isfinite(bounds).all():
        raise SchemaError(_("the layer has no coordinates to project (empty, or not finite)"))
    if layer.crs.is_geographic:
        west, south, east, north = (float(v) for v in bounds)
    else:
        corners = gpd.GeoSeries([box(*bounds)], crs=layer.crs).to_crs(4326)
        west, south, east, north = (float(v) for v in corners.total_bounds)
    if abs(south) > 90 or abs(north) > 90 or west < -180.001 or east > 360.001:
        raise CRSError(
            _(
                "coordinates ({west:.0f}, {south:.0f}) to ({east:.0f}, {north:.0f}) are no degrees of longitude and latitude. Remedy: they look like metres; set the projected CRS they are in (for instance EPSG:32717)"
            ).format(west=west, south=south, east=east, north=north)
        )
    return west, south, east, north


def xy_of(layer: gpd.GeoDataFrame | gpd.GeoSeries, crs: Any) -> Array:
    """Return the coordinates (n, 2) of a point layer in a CRS, in the layer's order."""
    points = layer.geometry.to_crs(crs)
    xy: Array = np.column_stack([points.x.to_numpy(float), points.y.to_numpy(float)])
    return xy
