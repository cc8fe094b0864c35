"""Coordinate reference systems: one guard, one choice of metric projection.

Distances are measured in the UTM zone of the data where the extent fits it, else in an azimuthal
equidistant projection centred on the data; areas in a Lambert azimuthal equal-area projection centred
on the data. Web Mercator and its kin are never used for metrics: their scale is 1/cos(latitude).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import CRSError, SchemaError
from sialgeo.i18n import N_, _, tell_number

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

Array = NDArray[np.float64]
_UTM_WIDTH, _UTM_REACH = 6.0, 3.5
_TRUE_TO = 0.03  # a projection that lengthens or shortens by more is not measured in


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
    if authority:
        return ":".join(authority)
    text = str(crs.srs)
    return text if text.startswith("+proj") else str(crs.name)


_CENTRED = {"laea": N_("Lambert azimuthal equal-area"), "aeqd": N_("azimuthal equidistant")}


def crs_told(crs: Any) -> str:
    """Return a CRS as the foot of a map names it: its code, else in words.

    >>> from pyproj import CRS
    >>> crs_told(CRS.from_epsg(32717))
    'EPSG:32717'
    >>> crs_told(_centred("laea", -78.61, -7.1))
    'Lambert azimuthal equal-area, centred on -7.10°, -78.61°'
    """
    named = crs_name(crs)
    found = re.match(
        r"\+proj=(\w+) \+lat_0=(\S+) \+lon_0=(\S+)", named
    )  # as ``_centred`` writes it
    projection = _CENTRED.get(found[1]) if found else None
    if found is None or projection is None:
        return named
    at = ", ".join(f"{tell_number(float(degrees), 2)}°" for degrees in found.groups()[1:])
    return _("{projection}, centred on {at}").format(projection=_(projection), at=at)


def metric_crs(layer: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    """Return the projection in metres in which distances of this layer are measured.

    The layer's own CRS where it is projected in metres, is no Mercator, and is true to 3 % over the
    layer's extent; else the UTM zone of its centre where the extent fits (at most 6 degrees wide and
    within 3.5 degrees of the central meridian); else an azimuthal equidistant projection centred on
    the data.

    Raises
    ------
    CRSError
        There is no CRS, or it is neither degrees nor a map projection, or the coordinates are not in it.
    SchemaError
        There are no coordinates.

    Examples
    --------
    >>> import geopandas as gpd
    >>> metric_crs(gpd.GeoSeries(gpd.points_from_xy([-78.5, -78.6], [-7.1, -6.5]), crs=4326)).to_epsg()
    32717
    """
    from pyproj import CRS

    crs = require_crs(layer=layer)
    west, south, east, north = bounds = _degrees(layer)
    if _is_true(crs, bounds):
        return crs
    longitude, latitude = (west + east) / 2, (south + north) / 2
    zone = int((longitude + 180) // 6) % 60 + 1
    meridian = zone * 6 - 183
    reach = max(abs((v - meridian + 180) % 360 - 180) for v in (west, east))
    if east - west <= _UTM_WIDTH and reach <= _UTM_REACH and south >= -80 and north <= 84:
        return CRS.from_epsg((32700 if latitude < 0 else 32600) + zone)
    return _centred("aeqd", longitude, latitude)


def _is_true(crs: CRS, bounds: tuple[float, float, float, float]) -> bool:
    """Tell whether distances in a CRS are metres on the ground, over bounds in degrees."""
    from pyproj import Proj

    if not crs.is_projected or any(
        axis.unit_conversion_factor != 1.0 for axis in crs.axis_info[:2]
    ):
        return False
    method = crs.coordinate_operation.method_name.lower() if crs.coordinate_operation else ""
    if "mercator" in method and "transverse" not in method and "oblique" not in method:
        return False
    west, south, east, north = bounds
    longitude = np.array([west, east, west, east, (west + east) / 2])
    latitude = np.array([south, south, north, north, (south + north) / 2])
    factors = Proj(crs).get_factors((longitude + 180) % 360 - 180, latitude)
    scale = np.array([factors.tissot_semimajor, factors.tissot_semiminor])
    return bool((np.abs(scale - 1) <= _TRUE_TO).all())


def equal_area_crs(layer: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    """Return the Lambert azimuthal equal-area projection centred on the layer."""
    west, south, east, north = _degrees(layer)
    return _centred("laea", (west + east) / 2, (south + north) / 2)


def areas_crs(layer: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    """Return a projection for areas only: the layer's own where it keeps them, else a centred one.

    Distances in it may be wrong: where they matter too, take :func:`equal_area_crs`.

    >>> import geopandas as gpd
    >>> areas_crs(gpd.GeoSeries.from_xy([0.0], [0.0], crs=6933)).to_epsg()
    6933
    >>> areas_crs(gpd.GeoSeries.from_xy([500_000.0], [9_200_000.0], crs=32717)).srs.split()[0]
    '+proj=laea'
    """
    own: CRS = layer.crs
    return own if _keeps_areas(own) else equal_area_crs(layer)


def _keeps_areas(crs: CRS) -> bool:
    """Tell whether a CRS is an equal-area projection in metres."""
    made = crs.coordinate_operation if crs.is_projected else None
    return (
        made is not None
        and "Equal Area" in made.method_name
        and all(axis.unit_name == "metre" for axis in crs.axis_info)
    )


def _centred(projection: str, longitude: float, latitude: float) -> CRS:
    from pyproj import CRS

    longitude = (longitude + 180) % 360 - 180
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
    elif layer.crs.is_projected:
        corners = gpd.GeoSeries([box(*bounds)], crs=layer.crs).to_crs(4326)
        west, south, east, north = (float(v) for v in corners.bounds.to_numpy()[0])
    else:
        raise CRSError(
            _(
                "the CRS {crs} has neither degrees nor map coordinates. Remedy: layer.to_crs() to one that has"
            ).format(crs=crs_name(layer.crs))
        )
    if not np.isfinite([west, south, east, north]).all():
        raise CRSError(
            _(
                "the coordinates are outside what the CRS {crs} can hold. Remedy: check that it is the one they are in"
            ).format(crs=crs_name(layer.crs))
        )
    if abs(south) > 90 or abs(north) > 90 or west < -180.001 or east > 360.001:
        raise CRSError(
            _(
                "coordinates ({west:.0f}, {south:.0f}) to ({east:.0f}, {north:.0f}) are no degrees of longitude and latitude. Remedy: they look like metres; set the projected CRS they are in (for instance EPSG:32717)"
            ).format(west=west, south=south, east=east, north=north)
        )
    if east - west > 180:
        west, east = _across_the_antimeridian(layer, west, east)
    return west, south, east, north


def _across_the_antimeridian(
    layer: gpd.GeoDataFrame | gpd.GeoSeries, west: float, east: float
) -> tuple[float, float]:
    """Return the narrower of the spans −180 to 180 and 0 to 360 that hold the layer."""
    import shapely

    degrees = layer.geometry if layer.crs.is_geographic else layer.geometry.to_crs(4326)
    longitude = shapely.get_coordinates(degrees.to_numpy())[:, 0] % 360
    if np.ptp(longitude) < east - west:
        return float(longitude.min()), float(longitude.max())
    return west, east


def xy_of(layer: gpd.GeoDataFrame | gpd.GeoSeries, crs: Any) -> Array:
    """Return the coordinates (n, 2) of a point layer in a CRS, in the layer's order.

    Raises
    ------
    SchemaError
        A row is no point, or has no finite coordinates in the CRS.
    """
    kinds = set(layer.geom_type.dropna().unique()) - {"Point"}
    if kinds:
        raise SchemaError(
            _("points are needed; the layer holds {kinds}").format(kinds=", ".join(sorted(kinds)))
        )
    points = layer.geometry.to_crs(crs)
    xy: Array = np.column_stack([points.x.to_numpy(float), points.y.to_numpy(float)])
    lost = ~np.isfinite(xy).all(axis=1)
    if lost.any():
        raise SchemaError(
            _(
                "{n} points have no finite coordinates in {crs} (rows {rows} …). Remedy: leave them out, or check the CRS"
            ).format(
                n=int(lost.sum()),
                crs=crs_name(points.crs),
                rows=", ".join(map(str, layer.index[lost][:5])),
            )
        )
    return xy


# --- old datums -----------------------------------------------------------------------------------
class Operation(NamedTuple):
    """How coordinates are put into WGS 84: ``accuracy`` in metres, NaN where it is not known.

    ``better`` names a more accurate operation whose grid is not installed, or is empty.
    """

    transformer: Any
    name: str
    accuracy: float
    better: str


def wgs84_operation(crs: Any, bounds: tuple[float, float, float, float]) -> Operation:
    """Return the most accurate operation into WGS 84 that covers an area.

    PROJ's own first choice for PSAD56 is the mean one of South America (42 m), even where the area
    of interest is Peru, whose own is good to 16 m.

    Parameters
    ----------
    crs
        What the coordinates are in.
    bounds
        West, south, east, north in degrees of what must be covered: the country.

    Examples
    --------
    >>> peru = (-81.33, -18.35, -68.65, -0.04)
    >>> found = wgs84_operation("EPSG:24877", peru)
    >>> found.name, found.accuracy
    ('PSAD56 to WGS 84 (8)', 16.0)
    """
    import warnings

    from pyproj.aoi import AreaOfInterest
    from pyproj.transformer import TransformerGroup

    interest: Any = AreaOfInterest(*bounds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the best needs a grid: told in ``better``
        group = TransformerGroup(crs, 4326, always_xy=True, area_of_interest=interest)
    ready = [t for t in group.transformers if t.accuracy >= 0 and _covers(t.area_of_use, bounds)]
    if not ready:
        first = group.transformers[0]
        return Operation(first, _bare(first.description), np.nan, "")
    best = min(ready, key=lambda t: t.accuracy)
    missing = [
        o
        for o in group.unavailable_operations
        if 0 <= o.accuracy < best.accuracy and _covers(o.area_of_use, bounds)
    ]
    better = min(missing, key=lambda o: o.accuracy).name if missing else ""
    return Operation(best, _bare(best.description), float(best.accuracy), _bare(better))


_COVERED = 0.98  # of the bounds: outlines are simplified


def _covers(area: Any, bounds: tuple[float, float, float, float]) -> bool:
    """Tell whether an operation's area of use holds bounds, but for a sliver."""
    if area is None:
        return False
    west, south, east, north = bounds
    shared = [
        max(min(east, area.east) - max(west, area.west), 0.0),
        max(min(north, area.north) - max(south, area.south), 0.0),
    ]
    whole = [max(east - west, 1e-9), max(north - south, 1e-9)]
    if east - west < 1e-9:
        shared[0] = whole[0] * (area.west <= west <= area.east)
    if north - south < 1e-9:
        shared[1] = whole[1] * (area.south <= south <= area.north)
    return bool(shared[0] * shared[1] >= _COVERED * whole[0] * whole[1])


def _bare(name: str) -> str:
    """Return an operation's own name, without the projection and the order of axes around it."""
    parts = [p for p in name.split(" + ") if " to " in p and "axis order" not in p]
    return " + ".join(p.removeprefix("Inverse of ") for p in parts) or name


def datum_shift(crs: Any, operation: Operation, x: Array, y: Array) -> float:
    """Return how far (metres) WGS 84 lies from a CRS's own longitude and latitude at some points.

    >>> import numpy as np
    >>> op = wgs84_operation("EPSG:24877", (-81.33, -18.35, -68.65, -0.04))
    >>> 400 < datum_shift("EPSG:24877", op, np.array([774_000.0]), np.array([9_207_000.0])) < 460
    True
    """
    from pyproj import CRS, Transformer

    source = CRS.from_user_input(crs)
    own = Transformer.from_crs(source, source.geodetic_crs, always_xy=True)
    a = np.asarray(own.transform(x, y), dtype=float)
    b = np.asarray(operation.transformer.transform(x, y), dtype=float)
    off = (b - a) * 111_195.0
    off[0] *= np.cos(np.radians(a[1]))
    far = np.hypot(*off)
    far = far[np.isfinite(far)]
    return float(np.median(far)) if len(far) else 0.0


def is_wgs84(crs: Any) -> bool:
    """Tell whether a CRS is on the datum of WGS 84 (any realisation)."""
    from pyproj import CRS

    datum = CRS.from_user_input(crs).geodetic_crs
    return datum is not None and datum.name.startswith("WGS 84")
