"""The embedded basemap, and the compact coding of every shape on the page.

Admin-1 outlines of Latin America and country outlines of the world (Natural Earth, public domain)
are cut to a window around the data; the rest of the world is kept as a coarse backdrop. Shapes are
written as zigzag varints of the differences between rounded coordinates, in base64: about a tenth
of the same GeoJSON. ``map.js`` decodes them; :func:`decode` is its twin for tests.
"""

from __future__ import annotations

import base64
import sqlite3
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Bounds = tuple[float, float, float, float]
Coordinates = NDArray[np.float64]

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


def encode(shapes: Iterable[Any], digits: int) -> str:
    """Return shapes as base64 of zigzag varints of differences.

    Each shape is its number of parts; each part its number of rings (a line is a part of one ring);
    each ring its number of points, then the differences of x and y from the point before, in units
    of ``10**-digits`` degrees; the first from the shape before. A ring's closing point is left out.

    Parameters
    ----------
    shapes
        Polygons, multipolygons, lines or multilines of shapely; None and empty ones keep their place
        with no part.
    digits
        Decimals of a degree that are kept.

    Examples
    --------
    >>> import shapely
    >>> decode(encode([shapely.box(0, 0, 1, 1)], 1), 1)
    [[[[(1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]]]]
    """
    numbers: list[NDArray[np.int64]] = []
    last = np.zeros((1, 2), dtype=np.int64)
    for shape in shapes:
        parts = [rings for rings in (_rings(part, digits) for part in _parts(shape)) if rings]
        numbers.append(np.array([len(parts)]))
        for rings in parts:
            numbers.append(np.array([len(rings)]))
            for ring in rings:
                steps = np.diff(np.vstack([last, ring]), axis=0)
                last = ring[-1:]
                numbers.append(np.array([len(ring)]))
                numbers.append(_zigzag(steps).ravel())
    return _base64(numbers)


def encode_points(xy: Coordinates, digits: int) -> str:
    """Return points (n, 2) in degrees as base64 of zigzag varints of differences, in the order given.

    Examples
    --------
    >>> encode_points(np.array([[0.0, 0.0], [0.1, -0.1]]), 1)
    'AAACAQ=='
    """
    rounded = np.round(np.asarray(xy, dtype=float) * 10**digits).astype(np.int64)
    steps = np.diff(np.vstack([np.zeros((1, 2), dtype=np.int64), rounded]), axis=0)
    return _base64([_zigzag(steps).ravel()])


def morton_order(xy: Coordinates) -> NDArray[np.int64]:
    """Return the order of points (n, 2) in degrees along a Z-curve over Web Mercator.

    Neighbours on the curve are neighbours on the map: differences stay small, and the points of a
    map tile are one run of the sequence.

    Examples
    --------
    >>> morton_order(np.array([[170.0, -80.0], [-170.0, 80.0], [170.0, 80.0]])).tolist()
    [1, 2, 0]
    """
    degrees = np.asarray(xy, dtype=float).reshape(-1, 2)
    latitude = np.radians(np.clip(degrees[:, 1], -85.05, 85.05))
    across = (degrees[:, 0] + 180.0) / 360.0
    down = 0.5 - np.arcsinh(np.tan(latitude)) / (2 * np.pi)
    code = np.zeros(len(degrees), dtype=np.uint64)
    for axis, share in enumerate((across, down)):
        cell = (np.clip(share, 0.0, 1.0 - 2.0**-26) * 2.0**26).astype(np.uint64)
        for bit in range(26):
            code |= ((cell >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + axis)
    return np.argsort(code, kind="stable").astype(np.int64)


def decode(text: str, digits: int) -> list[list[list[list[tuple[float, float]]]]]:
    """Return the shapes of :func:`encode` as parts of rings of points."""
    numbers = iter(_integers(base64.b64decode(text)))
    x = y = 0
    shapes = []
    for parts in numbers:
        shape = []
        for _part in range(parts):
            rings = []
            for _ring in range(next(numbers)):
                ring = []
                for _point in range(next(numbers)):
                    x, y = x + _unzigzag(next(numbers)), y + _unzigzag(next(numbers))
                    ring.append((x / 10**digits, y / 10**digits))
                rings.append(ring)
            shape.append(rings)
        shapes.append(shape)
    return shapes


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


def _integers(data: bytes) -> list[int]:
    found, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(value)
            value = shift = 0
    return found


def _unzigzag(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _zigzag(values: NDArray[np.int64]) -> NDArray[np.int64]:
    coded: NDArray[np.int64] = (values << 1) ^ (values >> 63)
    return coded


def _base64(numbers: list[NDArray[np.int64]]) -> str:
    """Return unsigned integers as base64 of varints, seven bits a byte, low bits first."""
    left = np.concatenate([np.zeros(0, dtype=np.int64), *numbers])
    columns = []
    alive = np.ones(len(left), dtype=bool)
    while alive.any():
        more = left > 127
        columns.append((np.where(more, left & 127 | 128, left), alive))
        left, alive = left >> 7, alive & more
    if not columns:
        return ""
    table = np.stack([values for values, _ in columns], axis=1).astype(np.uint8)
    used = np.stack([mask for _, mask in columns], axis=1)
    return base64.b64encode(table[used].tobytes()).decode("ascii")


def _parts(shape: Any) -> list[Any]:
    if shape is None or shape.is_empty:
        return []
    return [
        part for one in getattr(shape, "geoms", [shape]) for part in getattr(one, "geoms", [one])
    ]


def _rings(part: Any, digits: int) -> list[NDArray[np.int64]]:
    """Return the rings of a polygon, or the one of a line, as whole numbers; none if it collapses."""
    if part.geom_type in ("LineString", "LinearRing"):
        line = _rounded(part.coords, digits)
        return [line] if len(line) > 1 else []
    if part.geom_type != "Polygon":
        return []
    outer, *holes = (
        _open(_rounded(ring.coords, digits)) for ring in (part.exterior, *part.interiors)
    )
    return [ring for ring in (outer, *holes) if len(ring) > 2] if len(outer) > 2 else []


def _rounded(coordinates: Any, digits: int) -> NDArray[np.int64]:
    points = np.round(np.asarray(coordinates, dtype=float)[:, :2] * 10**digits).astype(np.int64)
    moved = np.ones(len(points), dtype=bool)
    moved[1:] = (np.diff(points, axis=0) != 0).any(axis=1)
    kept: NDArray[np.int64] = points[moved]
    return kept


def _open(ring: NDArray[np.int64]) -> NDArray[np.int64]:
    return ring[:-1] if len(ring) > 1 and (ring[0] == ring[-1]).all() else ring


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
    large = [part for part in _parts(joined) if part.area > _ISLET]
    return shapely.MultiPolygon(large).simplify(_COARSE).buffer(0)


def _wkb(blob: bytes) -> bytes:
    """Return the WKB within a GeoPackage's geometry (OGC 12-128r18, 2.1.3)."""
    flags = struct.unpack_from("B", blob, 3)[0]
    return blob[8 + _ENVELOPE_BYTES[(flags >> 1) & 7] :]


def _polygonal(shape: Any) -> Any:
    import shapely

    return shapely.MultiPolygon([part for part in _parts(shape) if part.geom_type == "Polygon"])


def _lines(shapes: Iterable[Any]) -> list[Any]:
    """Return lines without repeats: a limit that two areas share is drawn once."""
    import shapely

    joined = shapely.union_all([shape for shape in shapes if not shape.is_empty])
    kept = [part for part in _parts(joined) if part.geom_type == "LineString"]
    merged = shapely.line_merge(shapely.MultiLineString(kept))
    return [merged]


def _kept(shapes: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(shape for shape in shapes if not shape.is_empty)


def _named(name: str, shape: Any) -> Named:
    inside = max(
        _parts(_polygonal(shape)), key=lambda part: part.area, default=shape
    ).representative_point()
    return Named(name, round(float(inside.x), 3), round(float(inside.y), 3))
