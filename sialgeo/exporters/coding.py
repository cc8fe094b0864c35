"""The compact coding of everything a page holds: varints, Morton codes, and blobs of base64(zlib).

Shapes are zigzag varints of the differences between rounded coordinates; points are the gaps between
sorted Morton codes (Morton 1966; as in quadtree tiles of Web Mercator), so that a map tile is one run of
the sequence. ``web/codec.js`` and ``web/morton.js`` read them; :func:`decode`, :func:`gaps_to_codes` and
:func:`unpack` are their twins for tests.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Coordinates = NDArray[np.float64]
Codes = NDArray[np.uint64]

MOST_BITS = 26  # of a Morton code's axis: 52 bits in all, which a JavaScript number holds exactly
EQUATOR = 40_075_016.686  # metres around Web Mercator's equator
_SPREAD = (  # shifts and masks that leave a gap after every bit
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


# --- blobs -------------------------------------------------------------------------------------------
def pack(header: Any, blocks: Mapping[str, bytes]) -> str:
    """Return one blob: base64 of zlib of the header's length (4 bytes), the header as JSON, the blocks.

    Parameters
    ----------
    header
        Anything JSON takes (no NaN).
    blocks
        Bytes by name; the header's wrapper says where each begins and how long it is.

    Examples
    --------
    >>> unpack(pack({"a": 1}, {"b": b"xyz"}))
    ({'a': 1}, {'b': b'xyz'})
    """
    places, at = {}, 0
    for name, block in blocks.items():
        places[name] = [at, len(block)]
        at += len(block)
    text = json.dumps(
        {"header": header, "blocks": places},
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    ).encode("utf-8", "replace")
    packer = zlib.compressobj(9)
    parts = [packer.compress(struct.pack("<I", len(text))), packer.compress(text)]
    parts += [packer.compress(block) for block in blocks.values()]
    return base64.b64encode(b"".join([*parts, packer.flush()])).decode("ascii")


def unpack(blob: str) -> tuple[Any, dict[str, bytes]]:
    """Return the header and the blocks of :func:`pack`."""
    data = zlib.decompress(base64.b64decode(blob))
    start = 4 + struct.unpack_from("<I", data)[0]
    held = json.loads(data[4:start])
    blocks = {
        name: data[start + at : start + at + length]
        for name, (at, length) in held["blocks"].items()
    }
    return held["header"], blocks


# --- shapes ------------------------------------------------------------------------------------------
def encode(shapes: Iterable[Any], digits: int) -> bytes:
    """Return shapes as zigzag varints of differences.

    Each shape is its number of parts; each part its number of rings (a line is a part of one ring);
    each ring its number of points, then the differences of x and y from the point before, in units
    of ``10**-digits`` of theirs; the first from the shape before. A ring's closing point is left out.

    Parameters
    ----------
    shapes
        Polygons, multipolygons, lines or multilines of shapely; None and empty ones keep their place
        with no part.
    digits
        Decimals that are kept.

    Examples
    --------
    >>> import shapely
    >>> decode(encode([shapely.box(0, 0, 1, 1)], 1), 1)
    [[[[(1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]]]]
    """
    numbers: list[NDArray[np.int64]] = []
    last = np.zeros((1, 2), dtype=np.int64)
    for shape in shapes:
        parts = [rings for rings in (_rings(part, digits) for part in parts_of(shape)) if rings]
        numbers.append(np.array([len(parts)]))
        for rings in parts:
            numbers.append(np.array([len(rings)]))
            for ring in rings:
                steps = np.diff(np.vstack([last, ring]), axis=0)
                last = ring[-1:]
                numbers.append(np.array([len(ring)]))
                numbers.append(_zigzag(steps).ravel())
    return varints(np.concatenate([np.zeros(0, dtype=np.int64), *numbers]))


def decode(data: bytes, digits: int) -> list[list[list[list[tuple[float, float]]]]]:
    """Return the shapes of :func:`encode` as parts of rings of points."""
    numbers = iter(integers(data))
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


def path_of(shapes: Iterable[Any], digits: int) -> str:
    """Return shapes as one path of SVG in whole numbers: ``10**-digits`` of their unit each.

    Parameters
    ----------
    shapes
        Polygons, multipolygons, lines or multilines of shapely; None and empty ones are left out.
    digits
        Decimals that are kept.

    Examples
    --------
    >>> import shapely
    >>> path_of([shapely.box(0, 0, 1, 1), shapely.LineString([(2, 0), (3, -1)])], 1)
    'M10 0l0 10-10 0 0-10zM20 0l10-10'
    """
    drawn = []
    for part in (part for shape in shapes for part in parts_of(shape)):
        end = "z" if part.geom_type == "Polygon" else ""
        for ring in _rings(part, digits):
            steps = " ".join(map(str, np.diff(ring, axis=0).ravel().tolist())).replace(" -", "-")
            drawn.append(f"M{ring[0, 0]} {ring[0, 1]}l{steps}{end}")
    return "".join(drawn)


def parts_of(shape: Any) -> list[Any]:
    """Return the parts of a geometry, of a collection of collections too; none where it is empty."""
    if shape is None or shape.is_empty:
        return []
    return [
        part for one in getattr(shape, "geoms", [shape]) for part in getattr(one, "geoms", [one])
    ]


def to_world(xy: Coordinates) -> Coordinates:
    """Return longitude and latitude in degrees (n, 2) as shares of Web Mercator's world, y downwards.

    Latitudes beyond ±85.05° are drawn in.

    Examples
    --------
    >>> to_world(np.array([[-180.0, 0.0], [90.0, 0.0]])).tolist()
    [[0.0, 0.5], [0.75, 0.5]]
    """
    latitude = np.radians(np.clip(xy[:, 1], -85.05, 85.05))
    y = 0.5 - np.arcsinh(np.tan(latitude)) / (2 * np.pi)
    return np.column_stack([(xy[:, 0] + 180.0) / 360.0, y])


# --- points ------------------------------------------------------------------------------------------
def morton_codes(xy: Coordinates, bits: int) -> Codes:
    """Return the Morton codes of points (n, 2) in degrees: x and y of Web Mercator, bits interleaved.

    Parameters
    ----------
    xy : ndarray, shape (n, 2)
        Longitude and latitude in degrees; latitudes beyond ±85.05° are drawn in.
    bits
        Bits of each axis, at most 26: a cell is 40,075 km / 2**bits wide at the equator.

    Examples
    --------
    >>> morton_codes(np.array([[-170.0, 80.0], [170.0, 80.0], [170.0, -80.0]]), 1).tolist()
    [0, 1, 3]
    """
    world = to_world(np.asarray(xy, dtype=float).reshape(-1, 2))
    code = np.zeros(len(world), dtype=np.uint64)
    for axis in (0, 1):
        spread = np.clip(np.floor(world[:, axis] * 2.0**bits), 0, 2**bits - 1).astype(np.uint64)
        for shift, mask in _SPREAD:
            spread |= spread << np.uint64(shift)
            spread &= np.uint64(mask)
        code |= spread << np.uint64(axis)
    return code


def cell_metres(bits: int, latitude: float = 0.0) -> float:
    """Return the width of a cell of that many bits, in metres on the ground.

    Examples
    --------
    >>> round(cell_metres(20))
    38
    """
    return float(EQUATOR / 2**bits * np.cos(np.radians(latitude)))


def codes_to_gaps(codes: Codes) -> bytes:
    """Return sorted codes as varints of their gaps.

    Examples
    --------
    >>> gaps_to_codes(codes_to_gaps(np.array([5, 5, 300], dtype=np.uint64))).tolist()
    [5, 5, 300]
    """
    return varints(np.diff(codes.astype(np.int64), prepend=np.int64(0)))


def gaps_to_codes(data: bytes) -> Codes:
    """Return the codes of :func:`codes_to_gaps`."""
    codes: Codes = np.cumsum(np.array(integers(data), dtype=np.uint64), dtype=np.uint64)
    return codes


# --- varints -----------------------------------------------------------------------------------------
def varints(values: ArrayLike) -> bytes:
    """Return unsigned integers as varints: seven bits a byte, low bits first.

    Examples
    --------
    >>> varints([1, 300]).hex()
    '01ac02'
    """
    left = np.asarray(values, dtype=np.int64).ravel()
    if not len(left):
        return b""
    length = np.ones(len(left), dtype=np.int64)
    longest = 1
    while (left >> (7 * longest)).any():
        length += (left >> (7 * longest)) > 0
        longest += 1
    begin = np.cumsum(length) - length
    coded = np.zeros(int(length.sum()), dtype=np.uint8)
    for place in range(longest):
        held = length > place
        more = np.where(length[held] > place + 1, 128, 0)
        coded[begin[held] + place] = ((left[held] >> (7 * place)) & 127) | more
    return coded.tobytes()


def integers(data: bytes) -> list[int]:
    """Return the integers of :func:`varints`."""
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
