"""Reference systems that coordinates may be in: datums that words name, zones, national projections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import crs_name, datum_shift, is_wgs84, wgs84_operation
from sialgeo.errors import CRSError
from sialgeo.i18n import _, plain
from sialgeo.readers.log import Log
from sialgeo.triage.countries import bounds_of, degrees_of, find_home

Array = NDArray[np.float64]
WGS84 = "WGS 84"
_PERU96 = {17: 5839, 18: 5387, 19: 5389}


class Datum(NamedTuple):
    """A datum: its longitude and latitude, and its UTM zones as EPSG codes less the zone's number.

    ``zones`` are the first and last zone that the register holds, north and south of the equator;
    ``old`` tells a datum that lies hundreds of metres from WGS 84.
    """

    name: str
    words: str
    degrees: int
    north: int = 0
    south: int = 0
    zones: tuple[int, int, int, int] = (1, 60, 1, 60)
    old: bool = False

    def utm(self, zone: int, south: bool) -> int:
        """Return the EPSG code of a UTM zone; 0 where the datum has none there.

        Where one that lies within metres of WGS 84 has none, that of WGS 84: people in Peru write ITRF.
        """
        base = self.south if south else self.north
        first, last = self.zones[2:] if south else self.zones[:2]
        if self.name == "Peru96" and south and zone in _PERU96:
            return _PERU96[zone]
        if base and first <= zone <= last:
            return base + zone
        return 0 if self.old else (32700 if south else 32600) + zone


DATUMS: Mapping[str, Datum] = {
    d.name: d
    for d in (
        Datum(WGS84, r"wgs_?84|wgs", 4326, 32600, 32700),
        Datum(
            "PSAD56",
            r"psad_?(?:19)?56|psad|la_canoa",
            4248,
            24800,
            24860,
            (17, 21, 17, 22),
            old=True,
        ),
        Datum("NAD27", r"nad_?(?:19)?27", 4267, 26700, zones=(1, 22, 0, 0), old=True),
        Datum("SAD69", r"sad_?(?:19)?69", 4618, 29150, 29170, (18, 22, 17, 25), old=True),
        Datum("Mexico ITRF92", r"itrf_?(?:19)?92", 4483, 4473, zones=(11, 16, 0, 0)),
        Datum("Mexico ITRF2008", r"itrf_?(?:20)?08|itrf", 6365, 6355, zones=(11, 16, 0, 0)),
        Datum("SIRGAS 2000", r"sirgas_?2000|sirgas", 4674, 31954, 31960, (11, 22, 17, 25)),
        Datum("Peru96", r"peru_?96", 5373),
    )
}
# projections of a whole country, by its code
NATIONAL: Mapping[str, tuple[int, ...]] = {"MX": (6372,), "CO": (9377,), "CR": (5367,)}
PERU, MEXICO = (17, 18, 19), (11, 12, 13, 14, 15, 16)


def datum_said(texts: Iterable[tuple[str, str]]) -> tuple[Datum, str] | None:
    """Return the datum that words name, and where: pairs of (place, text) are looked at.

    Raises
    ------
    CRSError
        The words name two datums.

    Examples
    --------
    >>> datum_said([("column", "ESTE_PSAD56"), ("column", "NORTE_PSAD56")])[0].degrees
    4248
    >>> datum_said([("column", "id")]) is None
    True
    """
    found: dict[str, str] = {}
    for place, text in texts:
        said = datum_of(text)
        if said is not None:
            found.setdefault(said.name, place)
    if len(found) > 1:
        first, second = list(found.items())[:2]
        raise CRSError(
            _(
                'the datum may be {first} ({a}) or {second} ({b}). Remedy: name the reference system, crs="EPSG:…"'
            ).format(first=first[0], a=first[1], second=second[0], b=second[1])
        )
    return next(((DATUMS[name], place) for name, place in found.items()), None)


def datum_of(text: str) -> Datum | None:
    """Return the datum that a text names.

    >>> datum_of("WGS-84").name, datum_of("Psad 56").name, datum_of("lechería") is None
    ('WGS 84', 'PSAD56', True)
    """
    bare = f"_{plain(str(text))}_"
    for datum in DATUMS.values():
        if re.search(rf"_(?:{datum.words})(?=_|[0-9]{{2}}[sn]?_)", bare):
            return datum
    return None


def zone_label(epsg: int) -> str:
    """Return the name of a UTM zone, or of another system, for a person.

    >>> zone_label(32717), zone_label(24877)
    ('UTM 17 S (EPSG:32717)', 'PSAD56 / UTM 17 S (EPSG:24877)')
    """
    from pyproj import CRS

    crs = CRS.from_epsg(epsg)
    if crs.utm_zone is None:
        return f"{crs.name} (EPSG:{epsg})"
    zone = f"UTM {crs.utm_zone[:-1]} {crs.utm_zone[-1]}"
    datum = str(crs.name).partition(" / ")[0]
    return f"{zone} (EPSG:{epsg})" if datum == WGS84 else f"{datum} / {zone} (EPSG:{epsg})"


def zones_between(west: float, south: float, east: float, north: float, datum: Datum) -> list[int]:
    """Return the EPSG codes of a datum's UTM zones over bounds in degrees."""
    zones = range(int((west + 180) // 6) + 1, int((east + 180) // 6) + 2)
    sides = [True] * (south < 0) + [False] * (north > 0)
    codes = [datum.utm(min(zone, 60), side) for side in sides for zone in zones]
    return [code for code in codes if code]


class Modern(NamedTuple):
    """Positions on WGS 84, and the operation that brought them there (None where none was needed)."""

    xy: Array
    crs: Any
    operation: dict[str, Any] | None


def modern(xy: Array, crs: Any, log: Log) -> Modern:
    """Put positions of an old datum (PSAD56, NAD27) into WGS 84 by the most accurate operation, and say it.

    What lies within some metres of WGS 84 (ITRF, SIRGAS, NAD83) is left as it is.
    """
    from pyproj import CRS

    if is_wgs84(crs):
        return Modern(xy, crs, None)
    held = np.isfinite(xy).all(axis=1)
    if not held.any():
        return Modern(xy, crs, None)
    x, y = xy[held].T
    lon, lat = degrees_of(x, y, crs)
    home = find_home(lon, lat)
    if home is not None:
        bounds = bounds_of(home.codes)
    else:
        west, south = float(np.nanmin(lon)), float(np.nanmin(lat))
        bounds = west, south, float(np.nanmax(lon)), float(np.nanmax(lat))
    if not np.isfinite(bounds).all():
        return Modern(xy, crs, None)
    operation = wgs84_operation(crs, bounds)
    few = slice(None, None, max(1, len(x) // 500))
    shift = datum_shift(crs, operation, x[few], y[few])
    if shift < _OLD:
        return Modern(xy, crs, None)
    moved = np.full_like(xy, np.nan)
    moved[held] = np.column_stack(operation.transformer.transform(x, y))
    moved[~held] = xy[~held]
    said = _(
        "Put from {crs} into WGS 84 (EPSG:4326) by “{operation}”, accurate to {accuracy} m; the datums are {shift:.0f} m apart here."
    ).format(
        crs=crs_name(crs),
        operation=operation.name,
        accuracy="?" if np.isnan(operation.accuracy) else f"{operation.accuracy:g}",
        shift=shift,
    )
    log.note(said)
    if operation.better:
        log.note(
            _("“{operation}” would be more accurate, and its grid is not installed.").format(
                operation=operation.better
            )
        )
    told = {"name": operation.name, "accuracy": operation.accuracy, "from": crs_name(crs)}
    return Modern(moved, CRS.from_epsg(4326), told)


_OLD = 20.0  # metres between a datum and WGS 84 from which positions are put right
