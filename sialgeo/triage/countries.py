"""Countries: where producers are said, or seem, to be, by embedded outlines."""

from __future__ import annotations

import csv
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import ParameterError
from sialgeo.i18n import _, language, plain

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_DATA = Path(__file__).parents[1] / "data"
_OUTLINES, _SPANISH = _DATA / "admin1.gpkg", _DATA / "paises.csv"
_REACH = 0.15  # degrees: the outlines are simplified, coasts and islands need room
_OFFSHORE = 0.5  # degrees: islands and coasts that the outlines leave out
_NEAR = 2.0  # degrees: a country this close is a neighbour, not a slip of the pen
_SAMPLE = 2000
ANYWHERE = "any"  # as country: positions are not held against any outline
ABROAD = ("warn", "reject")  # what becomes of points outside the country


class Outlines(NamedTuple):
    """Country outlines in degrees (EPSG:4326)."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    shapes: NDArray[Any]


class Home(NamedTuple):
    """Where the producers are said, or seem, to be; ``near`` also covers the neighbours.

    ``strict``: points outside are rejected, those in a neighbouring country too.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    area: Any
    near: Any
    strict: bool
    share: float


@functools.cache
def outlines() -> Outlines | None:
    """Return the embedded country outlines, or None where the package was built without them."""
    import geopandas as gpd

    if not _OUTLINES.is_file():
        return None
    table = gpd.read_file(_OUTLINES, layer="countries")
    return Outlines(
        tuple(map(str, table["iso_a2"])), tuple(map(str, table["name"])), table.geometry.to_numpy()
    )


@functools.cache
def _in_spanish() -> dict[str, str]:
    """Return the Spanish names of the outlined countries by code."""
    with _SPANISH.open(encoding="utf-8", newline="") as handle:
        return {row["iso_a2"]: row["es"] for row in csv.DictReader(handle)}


def country_codes(country: str | Sequence[str]) -> tuple[str, ...]:
    """Return ISO codes of countries given by code or name (``"PE"``, ``"Brasil"``, ``["DE", "AT"]``).

    Raises
    ------
    ParameterError
        A country is unknown.
    """
    known = outlines()
    wanted = [country] if isinstance(country, str) else list(country)
    if known is None:
        return tuple(wanted)
    names = {plain(n): c for c, n in _in_spanish().items()}
    names |= {plain(n): c for n, c in zip(known.names, known.codes, strict=True)}
    names |= {plain(c): c for c in known.codes}
    unknown = [w for w in wanted if plain(w) not in names]
    if unknown:
        raise ParameterError(
            _("country {names} is unknown. Remedy: its two-letter code, as PE or MX").format(
                names=", ".join(map(str, unknown))
            )
        )
    return tuple(dict.fromkeys(names[plain(w)] for w in wanted))


@functools.cache
def area_of(codes: tuple[str, ...]) -> Any:
    """Return one prepared shape of countries with some room around it, or None without outlines."""
    import shapely

    known = outlines()
    if known is None:
        return None
    shapes = known.shapes[np.isin(known.codes, codes)]
    area = shapely.buffer(shapely.union_all(shapes), _REACH)
    shapely.prepare(area)
    return area


def inside(area: Any, lon: Array, lat: Array) -> Mask:
    """Mark the positions (degrees) that lie in an area; what is not finite lies in none."""
    import shapely

    good = np.isfinite(lon) & np.isfinite(lat)
    found = np.zeros(len(lon), dtype=bool)
    found[good] = shapely.contains_xy(area, lon[good], lat[good])
    return found


def anywhere(country: str | Sequence[str] | None) -> bool:
    """Tell whether positions are to be held against no country.

    >>> anywhere("any"), anywhere(["any"]), anywhere("PE"), anywhere(None)
    (True, True, False, False)
    """
    return country == ANYWHERE or (country is not None and list(country) == [ANYWHERE])


def find_home(
    lon: Array,
    lat: Array,
    country: str | Sequence[str] | None = None,
    abroad: str | None = None,
) -> Home | None:
    """Return the countries that producers lie in: the stated ones, else what their positions say.

    Without a country stated, the country of most positions is home, with every other that holds at
    least 5 % of them, unless swapping coordinates or signs would bring those into the first.
    ``"any"`` as country switches this off. None where the outlines are absent or the positions lie in no country.
    ``abroad``: what becomes of points outside, "reject" by default where the country is stated.
    """
    if abroad is not None and abroad not in ABROAD:
        raise ParameterError(
            _("abroad “{abroad}”: must be one of {known}").format(
                abroad=abroad, known=", ".join(ABROAD)
            )
        )
    known = outlines()
    if known is None or anywhere(country):
        return None
    if country is None:
        return _told_by(known, lon, lat, abroad == "reject")
    codes = country_codes(country)
    share = float(inside(area_of(codes), lon, lat).mean()) if len(lon) else 0.0
    return _home(known, codes, abroad != "warn", share)


def _told_by(known: Outlines, lon: Array, lat: Array, strict: bool) -> Home | None:
    """Return the countries that positions tell."""
    usable = np.flatnonzero((np.abs(lon) <= 180) & (np.abs(lat) <= 180) & ((lon != 0) | (lat != 0)))
    if not len(usable):
        return None
    chosen = usable[np.unique(np.linspace(0, len(usable) - 1, _SAMPLE).astype(int))]
    lon, lat = lon[chosen], lat[chosen]
    counts = _countries(known, lon, lat)
    if counts.sum() < 0.2 * len(lon):
        coast = _coast(known, lon, lat)
        if coast is not None:
            return _home(known, (coast,), strict, float(inside(area_of((coast,)), lon, lat).mean()))
        counts = max((_countries(known, x, y) for _code, x, y in turned(lon, lat)), key=np.max)
        if counts.max() < 0.8 * len(lon):
            return None
        return _home(known, (known.codes[int(counts.argmax())],), strict, counts.max() / len(lon))
    top = known.codes[int(counts.argmax())]
    others = [known.codes[i] for i in np.flatnonzero(counts >= max(2.0, 0.05 * len(lon)))]
    codes = (top, *(c for c in others if c != top and not _slips(c, top, lon, lat)))
    return _home(known, codes, strict, float(inside(area_of(codes), lon, lat).mean()))


def as_written(lon: Array, lat: Array) -> float:
    """Return the share of positions that lie in some country, or off its coast, as they are written."""
    known = outlines()
    if known is None or not len(lon):
        return 1.0
    share = float(_countries(known, lon, lat).sum()) / len(lon)
    return 1.0 if share < 0.2 and _coast(known, lon, lat) is not None else share


def share_of_one_country(lon: Array, lat: Array) -> float:
    """Return the share of positions that lie in the country which holds most of them."""
    known = outlines()
    if known is None or not len(lon):
        return 0.0
    return float(_countries(known, lon, lat).max()) / len(lon)


def bounds_of(codes: tuple[str, ...]) -> tuple[float, float, float, float]:
    """Return west, south, east, north of countries in degrees."""
    import shapely

    known = outlines()
    if known is None:
        raise ParameterError(_("the outlines of countries are not installed"))
    box = shapely.total_bounds(known.shapes[np.isin(known.codes, codes)])
    west, south, east, north = (float(v) for v in box)
    return west, south, east, north


_SEA = 0.5  # degrees off every coast: the outlines are coarse, and leave small islands out


def at_sea(lon: Array, lat: Array) -> Mask:
    """Mark the positions (degrees) that lie in no country nor near its coast."""
    import shapely

    known = outlines()
    found = np.zeros(len(lon), dtype=bool)
    good = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    if known is None or not good.any():
        return found
    near = shapely.STRtree(known.shapes).query(
        shapely.points(lon[good], lat[good]), predicate="dwithin", distance=_SEA
    )[0]
    on_land = np.zeros(int(good.sum()), dtype=bool)
    on_land[np.unique(near)] = True
    found[np.flatnonzero(good)[~on_land]] = True
    return found


def _coast(known: Outlines, lon: Array, lat: Array) -> str | None:
    """Return the country whose coast most positions are off by a little, or None."""
    import shapely

    good = np.abs(lat) <= 90
    hit, country = shapely.STRtree(known.shapes).query_nearest(
        shapely.points(lon[good], lat[good]), max_distance=_OFFSHORE
    )
    if len(np.unique(hit)) < 0.8 * len(lon):
        return None
    return known.codes[int(np.bincount(country).argmax())]


def _home(known: Outlines, codes: tuple[str, ...], strict: bool, share: float) -> Home:
    import shapely

    area = area_of(codes)
    near = [
        c for c, s in zip(known.codes, known.shapes, strict=True) if shapely.dwithin(area, s, _NEAR)
    ]
    spanish = _in_spanish() if language() == "es" else {}
    names = tuple(spanish.get(c, known.names[known.codes.index(c)]) for c in codes)
    return Home(codes, names, area, area_of(tuple(near)), strict, float(share))


def _countries(known: Outlines, lon: Array, lat: Array) -> NDArray[np.int64]:
    """Count the positions in each country."""
    import shapely

    good = np.abs(lat) <= 90  # what is not finite is none
    hit = shapely.STRtree(known.shapes).query(
        shapely.points(lon[good], lat[good]), predicate="intersects"
    )[1]
    return np.bincount(hit, minlength=len(known.codes)).astype(np.int64)


def turned(lon: Array, lat: Array) -> list[tuple[str, Array, Array]]:
    """Return what the positions would be, had they been written wrongly, with the reason code."""
    return [
        ("lat_lon_invertidas", lat, lon),
        ("signo_omitido", -lon, lat),
        ("signo_omitido", lon, -lat),
        ("signo_omitido", -lon, -lat),
        ("lat_lon_invertidas", -lat, -lon),
        ("lat_lon_invertidas", -lat, lon),
    ]


def _slips(code: str, top: str, lon: Array, lat: Array) -> bool:
    """Tell whether most positions in a country would lie in the first one, written otherwise."""
    here = inside(area_of((code,)), lon, lat) & ~inside(area_of((top,)), lon, lat)
    if not here.any():
        return False
    return any(
        inside(area_of((top,)), x, y).mean() >= 0.8 for _code, x, y in turned(lon[here], lat[here])
    )


def degrees_of(x: Array, y: Array, crs: Any) -> tuple[Array, Array]:
    """Return longitude and latitude (WGS 84) of positions in a CRS; NaN where there is none."""
    from pyproj import CRS, Transformer

    source = CRS.from_user_input(crs)
    if source.is_geographic and source.to_epsg() == 4326:
        return x, y
    lon, lat = Transformer.from_crs(source, 4326, always_xy=True).transform(x, y)
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    bad = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(bad, np.nan, lon), np.where(bad, np.nan, lat)


@functools.cache
def admin1() -> dict[str, Any] | None:
    """Return the departments, states and provinces by plain name, with some room around them."""
    import geopandas as gpd
    import shapely

    if not _OUTLINES.is_file():
        return None
    table = gpd.read_file(_OUTLINES, layer="admin1")
    found: dict[str, Any] = {}
    for name, shape in zip(table["name"], table.geometry, strict=True):
        room = shapely.buffer(shape, _REACH)
        key = plain(name)
        found[key] = shapely.union(found[key], room) if key in found else room
    for shape in found.values():
        shapely.prepare(shape)
    return found
