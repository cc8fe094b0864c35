"""The embedded basemap.

Admin-1 outlines of Latin America and country outlines of the world (Natural Earth, public domain)
are cut to a window around the data; the rest of the world is kept as a coarse backdrop. Coded
(:mod:`.coding`) it takes about a tenth of the same GeoJSON.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sialgeo.exporters.coding import parts_of

Bounds = tuple[float, float, float, float]

SOURCE = "Natural Earth"
_DATA = Path(__file__).parents[1] / "data" / "admin1.gpkg"
_ADMIN1 = "SELECT iso_a2, name, geom FROM admin1 ORDER BY fid"
_COUNTRIES = "SELECT iso_a2, name, geom FROM countries ORDER BY fid"
_REACH = 4.0  # degrees around the data that are drawn in detail
_COARSE, _ISLET = (
    0.25,
    0.3,
)  # degrees, square degrees: what the backdrop beyond the window leaves out
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)


class Named(NamedTuple):
    """A name and where to write it, in degrees."""

    name: str
    longitude: float
    latitude: float


@dataclass(frozen=True)
class Basemap:
    """Land, borders and names around the data; geometries in degrees (EPSG:4326)."""

    land: tuple[Any, ...]
    backdrop: tuple[Any, ...]  # the land beyond the window, coarse
    borders: tuple[Any, ...]
    provinces: tuple[Any, ...]
    countries: tuple[Named, ...]
    names: tuple[Named, ...]


class _Area(NamedTuple):
    iso: str
    name: str
    shape: Any


def around(bounds: Bounds) -> Basemap:
    """Return the basemap for data within ``bounds``.

    Parameters
    ----------
    bounds
        West, south, east, north of the data, in degrees.

    Returns
    -------
    Basemap
        Detailed within a window of at least four degrees, and the extent's own size, about the data.

    Examples
    --------
    >>> found = around((-79.5, -7.8, -77.7, -4.6))
    >>> "Cajamarca" in {label.name for label in found.names}
    True
    """
    import shapely

    west, south, east, north = bounds
    pad = max(_REACH, east - west, north - south)
    window = shapely.box(
        max(west - pad, -180.0),
        max(south - pad, -89.0),
        min(east + pad, 180.0),
        min(north + pad, 89.0),
    )
    provinces, countries = _read(_ADMIN1), _read(_COUNTRIES)
    held = {area.iso for area in provinces}
    near = [a for a in provinces if a.shape.intersects(window)]
    whole = [a for a in countries if a.iso not in held and a.shape.intersects(window)]
    for iso in sorted({a.iso for a in near}):
        joined = shapely.union_all([a.shape for a in near if a.iso == iso])
        named = next((c.name for c in countries if c.iso == iso), "")
        whole.append(_Area(iso, named, joined))
    land = [_polygonal(a.shape.intersection(window)) for a in whole]
    edges = [a.shape.boundary.intersection(window) for a in whole]
    return Basemap(
        land=_kept(land),
        backdrop=_kept([_polygonal(_world().difference(window))]),
        borders=_kept(_lines(edges)),
        provinces=_kept(_lines(a.shape.boundary.intersection(window) for a in near)),
        countries=tuple(_named(a.name, a.shape.intersection(window)) for a in whole if a.name),
        names=tuple(_named(a.name, a.shape.intersection(window)) for a in near if a.name),
    )


def simplified(shapes: Sequence[Any], vertices: int) -> list[Any]:
    """Return polygons with at most about ``vertices`` vertices in all; shared limits stay shared.

    Uses GEOS's coverage simplification where shapely has it (2.1, GEOS 3.12), else polygon by polygon,
    which may leave slivers narrower than the tolerance.

    Examples
    --------
    >>> import shapely
    >>> disc = shapely.Point(0, 0).buffer(1, quad_segs=200)
    >>> bool(shapely.get_num_coordinates(simplified([disc], 100)[0]) <= 100)
    True
    """
    import shapely

    kept = np.array(list(shapes), dtype=object)
    tolerance = 0.0005
    coverage = (
        getattr(shapely, "coverage_simplify", None) if shapely.geos_version >= (3, 12, 0) else None
    )
    while shapely.get_num_coordinates(kept).sum() > vertices and tolerance < 0.1:
        if coverage is not None:
            kept = np.asarray(coverage(kept, tolerance), dtype=object)
        else:
            kept = np.asarray(shapely.simplify(kept, tolerance), dtype=object)
        tolerance *= 1.6
    return list(kept)


@lru_cache(maxsize=2)
def _read(query: str) -> tuple[_Area, ...]:
    """Read a layer of the shipped GeoPackage with sqlite and shapely alone (no GDAL needed)."""
    import shapely

    connection = sqlite3.connect(f"{_DATA.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        rows = connection.execute(query).fetchall()
    finally:
        connection.close()
    return tuple(_Area(iso, name or "", shapely.from_wkb(_wkb(blob))) for iso, name, blob in rows)


@lru_cache(maxsize=1)
def _world() -> Any:
    """Return the world's land without its islets, coarse, as one shape."""
    import shapely

    joined = shapely.union_all([a.shape.buffer(0.01) for a in _read(_COUNTRIES)])
    large = [part for part in parts_of(joined) if part.area > _ISLET]
    return shapely.MultiPolygon(large).simplify(_COARSE).buffer(0)


def _wkb(blob: bytes) -> bytes:
    """Return the WKB within a GeoPackage's geometry (OGC 12-128r18, 2.1.3)."""
    flags = struct.unpack_from("B", blob, 3)[0]
    return blob[8 + _ENVELOPE_BYTES[(flags >> 1) & 7] :]


def _polygonal(shape: Any) -> Any:
    import shapely

    return shapely.MultiPolygon([part for part in parts_of(shape) if part.geom_type == "Polygon"])


def _lines(shapes: Iterable[Any]) -> list[Any]:
    """Return lines without repeats: a limit that two areas share is drawn once."""
    import shapely

    joined = shapely.union_all([shape for shape in shapes if not shape.is_empty])
    kept = [part for part in parts_of(joined) if part.geom_type == "LineString"]
    merged = shapely.line_merge(shapely.MultiLineString(kept))
    return [merged]


def _kept(shapes: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(shape for shape in shapes if not shape.is_empty)


def _named(name: str, shape: Any) -> Named:
    inside = max(
        parts_of(_polygonal(shape)), key=lambda part: part.area, default=shape
    ).representative_point()
    return Named(name, round(float(inside.x), 3), round(float(inside.y), 3))
