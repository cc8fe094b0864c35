"""Coordinates of a table: which columns, which decimal mark, which reference system."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import CRSError, ParameterError, SchemaError
from sialgeo.i18n import _, plain
from sialgeo.readers.columns import Parsed, clean
from sialgeo.readers.log import Log
from sialgeo.readers.names import Pair, coordinate_pairs, point_columns, zone_columns
from sialgeo.triage.checks import looks_utm
from sialgeo.triage.countries import (
    ANYWHERE,
    area_of,
    country_codes,
    degrees_of,
    find_home,
    inside,
)
from sialgeo.triage.selection import unknown_columns

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

_PERU = (32717, 32718, 32719)
_MEXICO = (32611, 32612, 32613, 32614, 32615, 32616)
_CLOSE = 0.2
_ENOUGH = 0.8


# --- which columns --------------------------------------------------------------------------------
def find_columns(cells: pd.DataFrame, x: str | None, y: str | None, log: Log) -> Pair:
    """Return the columns of the coordinates: the stated ones, else those whose names say so.

    Raises
    ------
    ParameterError
        Only one of ``x`` and ``y`` is stated.
    SchemaError
        A stated column is not there, none is recognised, or two pairs are equally likely.
    """
    names = [str(c) for c in cells.columns]
    if (x is None) != (y is None):
        raise ParameterError(_("x and y: name both columns, or neither"))
    if x is not None and y is not None:
        missing = [n for n in (x, y) if n not in names]
        if missing:
            raise SchemaError(unknown_columns(missing, names))
        stated = [p for p in coordinate_pairs([x, y]) if (p.x, p.y) == (x, y)]
        return Pair(x, y, stated[0].kind if stated else "any", 9.0)
    pairs = [p for p in coordinate_pairs(names) if _filled(cells[p.x]) and _filled(cells[p.y])]
    pairs = pairs or coordinate_pairs(names)
    if not pairs:
        raise SchemaError(
            _(
                "no columns of coordinates are recognised. The columns are: {names}. Remedy: name "
                'them, x="…" (longitude or easting) and y="…" (latitude or northing)'
            ).format(names=", ".join(names))
        )
    best = [p for p in pairs if p.score == pairs[0].score]
    if len(best) > 1:
        raise SchemaError(
            _(
                'several columns may be the coordinates: {pairs}. Remedy: name them, x="{x}", y="{y}"'
            ).format(pairs="; ".join(f"{p.x} + {p.y}" for p in best), x=best[0].x, y=best[0].y)
        )
    log.guess(
        "columns",
        [best[0].x, best[0].y],
        {3.0: 0.99, 2.5: 0.95, 2.0: 0.9}.get(best[0].score, 0.6),
        _("Coordinates: columns “{x}” and “{y}”.").format(x=best[0].x, y=best[0].y),
    )
    return best[0]


def _filled(column: pd.Series) -> bool:
    held = column.dropna()
    return bool((held.astype(str).str.strip() != "").any())


_PAIR = re.compile(r"\s*(-?\d+[.]\d+)[\s,;]+(-?\d+[.]\d+)(?:[\s,;]+-?[\d.]+){0,2}\s*")
_WKT = re.compile(
    r"\s*(?:SRID=4326;)?POINT\s*Z?\s*\(\s*(\S+)\s+(\S+)(?:\s+\S+)?\s*\)\s*", re.IGNORECASE
)


def split_point(cells: pd.DataFrame, log: Log) -> tuple[pd.DataFrame, Pair] | None:
    """Split a column that holds the whole position ("lat lon alt precision", WKT) into two, or None."""
    if coordinate_pairs([str(c) for c in cells.columns]):
        return None
    for name in point_columns([str(c) for c in cells.columns]):
        texts = [str(v) for v in cells[name] if isinstance(v, str) and v.strip()]
        wkt = [bool(_WKT.fullmatch(t)) for t in texts]
        if (
            not texts
            or np.mean([w or bool(_PAIR.fullmatch(t)) for w, t in zip(wkt, texts, strict=True)])
            < _ENOUGH
        ):
            continue
        halves = [_halves(v) for v in cells[name]]
        split = cells.copy()
        split["_y"], split["_x"] = [h[0] for h in halves], [h[1] for h in halves]
        log.guess(
            "columns",
            [str(name)],
            0.9,
            _("Coordinates: column “{name}” holds {order}.").format(
                name=name, order="WKT" if any(wkt) else _("latitude and longitude")
            ),
        )
        return split, Pair("_x", "_y", "degrees", 2.0)
    return None


def _halves(cell: Any) -> tuple[str, str]:
    text = cell if isinstance(cell, str) else ""
    found = _WKT.fullmatch(text)
    if found:
        return found[2], found[1]
    found = _PAIR.fullmatch(text)
    return (found[1], found[2]) if found else (text, text)


# --- which reference system -----------------------------------------------------------------------
class Located(NamedTuple):
    """Positions in one CRS; ``unknown`` marks rows whose own UTM zone is not told."""

    xy: Array
    crs: Any
    unknown: NDArray[np.bool_]


def locate(
    x: Parsed,
    y: Parsed,
    pair: Pair,
    cells: pd.DataFrame,
    log: Log,
    *,
    crs: Any,
    country: str | Sequence[str] | None,
) -> Located:
    """Put parsed coordinates into a CRS: the stated one, else the one that they speak for."""
    from pyproj import CRS

    xy = np.column_stack([x.values, y.values])
    none = np.zeros(len(xy), dtype=bool)
    if crs is not None:
        return Located(xy, stated_crs(crs), none)
    use = np.isfinite(xy).all(axis=1) & (xy != 0).any(axis=1)
    if not use.any():
        return Located(xy, CRS.from_epsg(4326), none)
    px, py = xy[use].T
    degrees = ((np.abs(px) <= 180) & (np.abs(py) <= 180)).mean()
    metres = (looks_utm(px, py) | (looks_utm(py, px) & (px > 1e6))).mean()
    if degrees >= 0.5:
        log.guess("crs", "EPSG:4326", degrees, _("Coordinates are degrees (WGS 84, EPSG:4326)."))
        return Located(xy, CRS.from_epsg(4326), none)
    if metres >= 0.5:
        if pair.kind == "degrees":
            raise CRSError(_metres_called_degrees(px, py, pair, country))
        zoned = _by_zone_column(xy, use, cells, log)
        if zoned is not None:
            return zoned
        like = looks_utm(px, py) | looks_utm(py, px)
        guessed = _guess_zone(px[like], py[like], cells[use][like], country, log)
        return Located(xy, guessed, none)
    if _is_mercator(px, py):
        log.guess("crs", "EPSG:3857", 0.7, _("Coordinates are Web Mercator metres (EPSG:3857)."))
        return Located(xy, CRS.from_epsg(3857), none)
    raise CRSError(
        _(
            "coordinates such as ({x:.10g}, {y:.10g}) are neither degrees nor UTM metres. Remedy: name "
            'their system, for instance crs="EPSG:32717"'
        ).format(x=px[0], y=py[0])
    )


def stated_crs(crs: Any) -> Any:
    """Return a stated CRS, or raise one clear error."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError as Unreadable

    try:
        return CRS.from_user_input(crs)
    except Unreadable:
        raise CRSError(
            _("CRS “{crs}” is unknown. Remedy: an EPSG code, as EPSG:4326 or EPSG:32717").format(
                crs=crs
            )
        ) from None


def _is_mercator(x: Array, y: Array) -> bool:
    if not ((np.abs(x) > 1e6) & (np.abs(x) < 2.004e7) & (np.abs(y) < 2.1e7)).mean() > 0.9:
        return False
    home = find_home(*degrees_of(x, y, 3857))
    return home is not None and home.share >= _ENOUGH


class _Zone(NamedTuple):
    epsg: int
    country: str
    share: float


def _label(epsg: int) -> str:
    return f"UTM {epsg % 100} {'S' if epsg // 100 == 327 else 'N'} (EPSG:{epsg})"


def _zones(x: Array, y: Array, country: str | Sequence[str] | None) -> list[_Zone]:
    """Return the candidate zones by the share of positions that they put inside their country."""
    chosen = np.unique(np.linspace(0, len(x) - 1, 5000).astype(int))
    x, y = x[chosen], y[chosen]
    tried: list[tuple[int, tuple[str, ...]]]
    if country is None or country == ANYWHERE:
        tried = [*((e, ("PE",)) for e in _PERU), *((e, ("MX",)) for e in _MEXICO)]
    else:
        codes = country_codes(country)
        tried = [(e, codes) for e in _zones_of(codes)]
    found = []
    for epsg, codes in tried:
        area = area_of(codes)
        if area is not None:
            share = float(inside(area, *degrees_of(x, y, epsg)).mean())
            found.append(_Zone(epsg, ", ".join(codes), share))
    return sorted(found, key=lambda z: -z.share)


def _zones_of(codes: tuple[str, ...]) -> list[int]:
    area = area_of(codes)
    if area is None:
        return []
    west, south, east, north = area.bounds
    zones = range(int((west + 180) // 6) + 1, int((east + 180) // 6) + 2)
    sides = ([32700] if south < 0 else []) + ([32600] if north > 0 else [])
    return [side + min(zone, 60) for side in sides for zone in zones]


def _guess_zone(
    x: Array, y: Array, cells: pd.DataFrame, country: str | Sequence[str] | None, log: Log
) -> Any:
    from pyproj import CRS

    swapped = (looks_utm(y, x) & (x > 1e6)).mean() > 0.5
    zones = _zones(*((y, x) if swapped else (x, y)), country)
    if not zones or zones[0].share < _ENOUGH:
        raise CRSError(
            _(
                "coordinates such as ({x:.10g}, {y:.10g}) are metres, and their UTM zone cannot be told. "
                'Remedy: crs="EPSG:32717" (17 S), EPSG:32718, EPSG:32719, EPSG:32616 (16 N) …, or the '
                'country, country="EC"'
            ).format(x=x[0], y=y[0])
        )
    close = [z for z in zones if z.share > zones[0].share - _CLOSE]
    if len(close) > 1:
        declared = _by_declared(*((y, x) if swapped else (x, y)), close, cells)
        if declared is None:
            raise CRSError(
                _(
                    "the UTM zone may be {zones}: all put the points inside the country. Remedy: name it, "
                    'crs="EPSG:{epsg}"'
                ).format(
                    zones="; ".join(f"{_label(z.epsg)} {z.share:.0%}" for z in close),
                    epsg=close[0].epsg,
                )
            )
        epsg, column, share = declared
        sentence = _("Coordinates are {zone}: {share:.0%} of the points lie in their “{column}”.")
        log.guess(
            "crs",
            f"EPSG:{epsg}",
            share,
            sentence.format(zone=_label(epsg), share=share, column=column),
        )
        return CRS.from_epsg(epsg)
    best = zones[0]
    second = zones[1].share if len(zones) > 1 else 0.0
    log.guess(
        "crs",
        f"EPSG:{best.epsg}",
        best.share * (1 - second),
        _(
            "Coordinates are {zone}, datum WGS 84 (PSAD56 would lie 430 m off): {share:.0%} of the points lie in {country}."
        ).format(zone=_label(best.epsg), share=best.share, country=best.country),
    )
    return CRS.from_epsg(best.epsg)


def _by_declared(
    x: Array, y: Array, zones: Sequence[_Zone], cells: pd.DataFrame
) -> tuple[int, str, float] | None:
    """Tell close zones apart by a column that names the department or state of each row."""
    from sialgeo.triage.countries import admin1

    provinces = admin1()
    if provinces is None:
        return None
    for name in cells.columns:
        words = [plain(v) if isinstance(v, str) else "" for v in cells[name]]
        known = np.array([w in provinces for w in words])
        if known.mean() < _ENOUGH:
            continue
        shares = []
        for zone in zones:
            lon, lat = degrees_of(x, y, zone.epsg)
            hit = np.zeros(len(x), dtype=bool)
            for word in {w for w in words if w in provinces}:
                rows = np.array([w == word for w in words])
                hit[rows] = inside(provinces[word], lon[rows], lat[rows])
            shares.append(float(hit[known].mean()))
        order = np.argsort(shares)[::-1]
        if shares[order[0]] >= _ENOUGH and shares[order[0]] - shares[order[1]] > _CLOSE:
            return zones[int(order[0])].epsg, str(name), shares[order[0]]
    return None


_ZONE = re.compile(
    r"(?:utm|zona|huso)?\s*(\d{1,2})\s*°?\s*([a-z]?)(?:ur|orte|orth|outh)?", re.IGNORECASE
)


def _by_zone_column(
    xy: Array, use: NDArray[np.bool_], cells: pd.DataFrame, log: Log
) -> Located | None:
    """Read the zone of each row from a column that names it; several zones are put into degrees."""
    from pyproj import CRS

    for name in zone_columns([str(c) for c in cells.columns]):
        told = np.array([_zone_code(v, y) for v, y in zip(cells[name], xy[:, 1], strict=True)])
        if (told[use] > 0).mean() < 0.9:
            continue
        codes = sorted({int(c) for c in told[use] if c > 0})
        lonlat = np.full_like(xy, np.nan)
        for code in codes:
            rows = told == code
            lonlat[rows] = np.column_stack(degrees_of(xy[rows, 0], xy[rows, 1], code))
        home = find_home(lonlat[use, 0], lonlat[use, 1])
        if home is None or home.share < 0.5:
            continue
        sentence = _("Coordinates are {zones}, by column “{column}”.").format(
            zones=", ".join(_label(c) for c in codes), column=name
        )
        told_codes: Any = [f"EPSG:{c}" for c in codes]
        log.guess("crs", told_codes[0] if len(codes) == 1 else told_codes, home.share, sentence)
        if len(codes) == 1:
            return Located(xy, CRS.from_epsg(codes[0]), np.zeros(len(xy), dtype=bool))
        lonlat[~np.isfinite(xy).all(axis=1)] = xy[~np.isfinite(xy).all(axis=1)]
        log.note(_("The rows are in several UTM zones: all are put into degrees (EPSG:4326)."))
        return Located(lonlat, CRS.from_epsg(4326), (told == 0) & use)
    return None


def _zone_code(value: Any, y: float) -> int:
    """Return the EPSG code of a zone as people write it, 0 where it is none; S is south."""
    text = f"{value:g}" if isinstance(value, int | float) else clean(str(value))
    found = _ZONE.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= 60:
        return 0
    letter = found[2].upper()
    # without a letter: southern northings within 38 degrees of the equator exceed 5,800 km
    south = (letter == "S" or letter < "N") if letter else bool(y > 5.8e6)
    return (32700 if south else 32600) + int(found[1])


def _metres_called_degrees(
    x: Array, y: Array, pair: Pair, country: str | Sequence[str] | None
) -> str:
    zones = [z for z in _zones(x, y, country) if z.share >= 0.5]
    near = "; ".join(f"{_label(z.epsg)}: {z.share:.0%}" for z in zones) or "EPSG:32717"
    return _(
        "columns “{x}” and “{y}” are named as degrees and hold UTM metres, as ({a:.10g}, {b:.10g}). "
        'Remedy: crs="EPSG:{epsg}" if they are metres (points inside the country by zone: {zones})'
    ).format(x=pair.x, y=pair.y, a=x[0], b=y[0], epsg=zones[0].epsg if zones else 32717, zones=near)
