"""Coordinates of a table: which columns, which axes and signs, which reference system.

Each way to read them is a hypothesis, scored by the share of positions that it puts inside the study
area or the country; two that are close are an error that names both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import CRSError, ParameterError, SchemaError
from sialgeo.i18n import _, plain
from sialgeo.readers.columns import (
    clean,
    coordinate_decimal,
    parse_coordinates,
    sexagesimal,
    spread,
)
from sialgeo.readers.log import Log
from sialgeo.readers.names import (
    Pair,
    columns_beneath,
    coordinate_pairs,
    joined_name,
    parts_of_degrees,
    zone_columns,
)
from sialgeo.readers.systems import (
    DATUMS,
    MEXICO,
    NATIONAL,
    PERU,
    WGS84,
    Datum,
    datum_said,
    modern,
    zone_label,
    zones_between,
)
from sialgeo.triage.checks import looks_utm
from sialgeo.triage.countries import (
    admin1,
    anywhere,
    area_of,
    as_written,
    country_codes,
    degrees_of,
    find_home,
    inside,
    share_of_one_country,
)
from sialgeo.triage.selection import unknown_columns

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Country = str | Sequence[str] | None

SIDES = ("NE", "NW", "SE", "SW")
_CLOSE = 0.2
_ENOUGH = 0.8
_FEW = 0.2  # of the points inside: fewer, and the file as a whole is read otherwise


# --- which columns --------------------------------------------------------------------------------
def find_columns(
    cells: pd.DataFrame, x: str | None, y: str | None, log: Log, ground: Ground
) -> Pair:
    """Return the columns of the coordinates: the stated ones, else those whose names say so.

    Of several whose names say it alike, the one whose positions lie inside the ground.

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
        return Pair(x, y, stated[0].kind if stated else "any", 9.0, True)
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
    shares = [1.0] if len(best) == 1 else [_share_of(cells, p, ground) for p in best]
    order = np.argsort(shares)[::-1]
    best = [best[i] for i in order]
    if len(best) > 1 and shares[order[0]] - shares[order[1]] < _CLOSE:
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
    """Tell whether a column holds anything but blanks and zeros."""
    for some in (column.head(_SAMPLE), column):  # nearly always, the first cells tell
        held = some.dropna().astype(str).str.strip()
        if (~held.str.fullmatch(r"0*(?:[.,]0*)?")).any():
            return True
    return False


def _share_of(cells: pd.DataFrame, pair: Pair, ground: Ground) -> float:
    """Return the share of a pair's positions, read as degrees, that lie inside the ground."""
    rows = np.unique(np.linspace(0, len(cells) - 1, 500).astype(int))
    some = cells.iloc[rows]
    decimal, _sure = coordinate_decimal([some[pair.x], some[pair.y]])
    x, y = (parse_coordinates(some[c], decimal).values for c in (pair.x, pair.y))
    use = (np.abs(x) <= 180) & (np.abs(y) <= 90) & ((x != 0) | (y != 0))
    if ground.stated:
        share = ground.share(x[use], y[use], rows[use], ())
    else:
        share = share_of_one_country(x[use], y[use])
    return share * float(use.mean())


def join_parts(cells: pd.DataFrame, log: Log) -> tuple[pd.DataFrame, Pair] | None:
    """Join degrees, minutes and seconds that stand in columns of their own, or return None."""
    names = [str(c) for c in cells.columns]
    parts = parts_of_degrees(names)
    taken = {c for columns in parts.values() for c in columns}
    if set(parts) != {"x", "y"} or coordinate_pairs([n for n in names if n not in taken]):
        return None
    x, y = (joined_name(parts[axis]) for axis in "xy")
    shown = [c for columns in parts.values() for c in columns]
    log.guess(
        "columns",
        [x, y],
        0.9,
        _("Coordinates: degrees, minutes and seconds in {names}.").format(names=", ".join(shown)),
    )
    return _with_joined(cells, parts.values()), Pair(x, y, "degrees", 2.0)


def join_stated(cells: pd.DataFrame, x: str, y: str) -> tuple[pd.DataFrame, Pair] | None:
    """Join the columns that ``x`` and ``y`` name as “degrees + minutes + seconds”, or return None."""
    names = [str(c) for c in cells.columns]
    parts = [columns_beneath(name, names) for name in (x, y)]
    if any(len(columns) < 2 for columns in parts):
        return None
    return _with_joined(cells, parts), Pair(x, y, "degrees", 9.0, True)


def _with_joined(cells: pd.DataFrame, parts: Iterable[Sequence[str]]) -> pd.DataFrame:
    """Return cells with a column for each coordinate whose parts stand apart."""
    joined = cells.copy()
    for columns in parts:
        joined[joined_name(columns)] = [
            _joined([row[c] for c in columns]) for _i, row in cells[list(columns)].iterrows()
        ]
    return joined


def _joined(values: Sequence[Any]) -> str:
    """Return the parts of one coordinate as a text that ``sexagesimal`` reads."""
    texts = ["" if v is None or v != v else str(v).strip().replace(",", ".") for v in values]  # noqa: PLR0124
    if not texts[0]:
        return ""
    degrees, minutes, seconds = (*(t or "0" for t in texts), "0")[:3]
    text = f"{degrees}° {minutes}' {seconds}"
    value = sexagesimal(text.replace(".0°", "°"))
    return text if value is None else f"{value:.10f}"


# --- which reference system -----------------------------------------------------------------------
class Located(NamedTuple):
    """Positions in one CRS; ``unknown`` marks rows whose own UTM zone is not told."""

    xy: Array
    crs: Any
    unknown: Mask
    pair: Pair


class Ground(NamedTuple):
    """What positions are held against: the study area, else the stated country, else what rows declare."""

    area: Any = None
    codes: tuple[str, ...] | None = None
    declared: tuple[str, NDArray[np.object_]] | None = None
    anywhere: bool = False

    @property
    def stated(self) -> bool:
        """Tell whether there is something to hold positions against before a guess."""
        return self.area is not None or self.codes is not None or self.declared is not None

    @property
    def name(self) -> str:
        """Return what positions are held against, for a sentence."""
        if self.area is not None:
            return _("the study area")
        if self.codes is not None:
            return ", ".join(self.codes)
        return _("their “{column}”").format(column=self.declared[0] if self.declared else "")

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """Return west, south, east, north in degrees, or None."""
        shape = self.area if self.area is not None else None
        if shape is None and self.codes is not None:
            shape = area_of(self.codes)
        if shape is None and self.declared is not None:
            import shapely

            provinces = admin1() or {}
            shape = shapely.union_all(
                [provinces[w] for w in set(self.declared[1]) & set(provinces)]
            )
        if shape is None:
            return None
        west, south, east, north = (float(v) for v in shape.bounds)
        return west, south, east, north

    def share(
        self, lon: Array, lat: Array, rows: NDArray[np.intp], codes: tuple[str, ...]
    ) -> float:
        """Return the share of positions inside; ``codes`` are the countries where nothing is stated."""
        if not len(lon):
            return 0.0
        if self.area is not None:
            return float(inside(self.area, lon, lat).mean())
        if self.codes is None and self.declared is not None:
            return _in_declared(lon, lat, self.declared[1][rows])
        shape = area_of(self.codes if self.codes is not None else codes)
        return 0.0 if shape is None else float(inside(shape, lon, lat).mean())


def ground_of(cells: pd.DataFrame, country: Country, area: Any) -> Ground:
    """Return what a table's positions are held against."""
    if anywhere(country):
        return Ground(area, anywhere=True)
    codes = None if country is None else country_codes(country)
    declared = _declared(cells) if area is None and codes is None else None
    return Ground(area, codes, declared)


def _declared(cells: pd.DataFrame) -> tuple[str, NDArray[np.object_]] | None:
    """Return the column that names the department, state or province of nearly every row."""
    import pandas as pd

    provinces = admin1()
    if provinces is None:
        return None
    for name in cells.columns:
        column = cells[name]
        if column.dtype.kind in "biufM":
            continue
        some = [_word(v) in provinces for v in spread(column, _SAMPLE)]
        if not some or np.mean(some) < _ENOUGH / 2:
            continue
        codes, values = pd.factorize(column, use_na_sentinel=False)
        words = np.array([_word(v) for v in values], dtype=object)
        if np.array([w in provinces for w in words])[codes].mean() >= _ENOUGH:
            return str(name), words[codes]
    return None


_SAMPLE = 2_000  # cells of a column that tell whether all of them are worth a look


def _word(cell: Any) -> str:
    return plain(cell) if isinstance(cell, str) else ""


def _in_declared(lon: Array, lat: Array, words: NDArray[np.object_]) -> float:
    """Return the share of positions that lie in the province their row declares."""
    provinces = admin1() or {}
    hit, known = np.zeros(len(lon), dtype=bool), np.zeros(len(lon), dtype=bool)
    for word in set(words) & set(provinces):
        rows = words == word
        known |= rows
        hit[rows] = inside(provinces[word], lon[rows], lat[rows])
    return float(hit[known].mean()) if known.any() else 0.0


def locate(
    xy: Array,
    pair: Pair,
    cells: pd.DataFrame,
    log: Log,
    *,
    crs: Any,
    signs: str | None,
    ground: Ground,
    words: Iterable[tuple[str, str]] = (),
) -> Located:
    """Put coordinates (rows, 2) into a CRS: the stated one, else the one that they speak for.

    Every way to read them (axes, signs, zone, datum) is a hypothesis, scored by the share of
    positions that it puts inside the ground; ``words`` are texts that may name a datum.
    """
    from pyproj import CRS

    none = np.zeros(len(xy), dtype=bool)
    if signs is not None:
        xy = _signed(xy, check_signs(signs))
    if crs is not None:
        return Located(xy, stated_crs(crs), none, pair)
    use = np.isfinite(xy).all(axis=1) & (xy != 0).any(axis=1)
    if not use.any():
        return Located(xy, CRS.from_epsg(4326), none, pair)
    px, py = xy[use].T
    degrees = ((np.abs(px) <= 180) & (np.abs(py) <= 180)).mean()
    metres = (looks_utm(px, py) | (looks_utm(py, px) & (px > 1e6))).mean()
    said = datum_said(words)
    if degrees >= 0.5:
        xy, pair = _turned_degrees(xy, use, pair, log, ground, fixed=signs is not None)
        epsg = said[0].degrees if said is not None else 4326
        log.guess("crs", f"EPSG:{epsg}", degrees, _degrees_sentence(epsg, said))
        return Located(xy, CRS.from_epsg(epsg), none, pair)
    if metres >= 0.5:
        if pair.kind == "degrees":
            raise CRSError(_metres_called_degrees(px, py, pair, ground))
        xy, pair = _turned_metres(xy, use, pair, log)
        zoned = _by_zone_column(xy, use, cells, log, pair, said)
        if zoned is not None:
            return zoned
    held = np.flatnonzero(use)
    like = looks_utm(*xy[use].T) if metres >= 0.5 else np.ones(len(held), dtype=bool)
    rows = held[like]
    guessed = _guess_system(xy[rows], rows, log, ground, said)
    return Located(xy, guessed, none, pair)


def _degrees_sentence(epsg: int, said: tuple[Datum, str] | None) -> str:
    if said is None:
        return _("Coordinates are degrees (WGS 84, EPSG:4326).")
    return _("Coordinates are degrees ({datum}, EPSG:{epsg}), by {place}.").format(
        datum=said[0].name, epsg=epsg, place=said[1]
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


# --- axes and signs -------------------------------------------------------------------------------
def check_signs(signs: str) -> str:
    """Return the side on which degrees without a sign lie: NE (as written), NW, SE, SW."""
    side = signs.strip().upper().replace("O", "W")
    side = {"W": "NW", "S": "SE", "N": "NE", "E": "NE", "WS": "SW"}.get(side, side)
    if side not in SIDES:
        raise ParameterError(
            _("signs “{signs}”: must be one of {known}").format(signs=signs, known=", ".join(SIDES))
        )
    return side


def _signed(xy: Array, side: str) -> Array:
    made: Array = xy.copy()
    if "W" in side:
        made[:, 0] = -np.abs(made[:, 0])
    if "S" in side:
        made[:, 1] = -np.abs(made[:, 1])
    return made


class _Turn(NamedTuple):
    swapped: bool
    side: str
    share: float

    def sentence(self, pair: Pair, ground: str) -> str:
        told = []
        if self.swapped:
            told.append(_("“{y}” holds longitudes and “{x}” latitudes").format(x=pair.x, y=pair.y))
        if self.side != "NE":
            side = {"NW": _("west"), "SE": _("south"), "SW": _("south and west")}[self.side]
            told.append(_("the sign of {side} was left out").format(side=side))
        return _(
            "{told}: so read, {share:.0%} of the points lie in {ground}, as written none or few."
        ).format(told="; ".join(told), share=self.share, ground=ground)


def _turned_degrees(
    xy: Array, use: Mask, pair: Pair, log: Log, ground: Ground, *, fixed: bool
) -> tuple[Array, Pair]:
    """Return degrees as they were meant, where the whole file is swapped or lacks signs; say it."""
    if pair.stated and (fixed or (ground.codes is None and ground.area is None)):
        return xy, pair
    rows = np.flatnonzero(use)
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, 5000).astype(int))]
    lon, lat = xy[rows].T
    if ground.anywhere and ground.area is None:
        return xy, pair
    home = None if ground.stated else as_written(lon, lat)
    written = ground.share(lon, lat, rows, ()) if ground.stated else float(home or 0.0)
    if written >= _FEW:
        return xy, pair
    turns = []
    for swapped in (False, True):
        if swapped and pair.stated:
            continue
        for side in SIDES[:1] if fixed else SIDES:
            if side == "NE" and not swapped:
                continue
            x, y = _signed(xy[rows][:, ::-1] if swapped else xy[rows], side).T
            if not _changes(lon, lat, x, y) or (np.abs(y) > 90).mean() > 0.5:
                continue
            share = ground.share(x, y, rows, ()) if ground.stated else share_of_one_country(x, y)
            turns.append(_Turn(swapped, side, share))
    turns = _distinct(sorted(turns, key=lambda t: (-t.share, t.side != "NE", t.swapped)), xy[rows])
    if not turns or turns[0].share < _ENOUGH:
        return xy, pair
    name = ground.name if ground.stated else _("one country")
    close = [t for t in turns[1:] if t.share > turns[0].share - _CLOSE]
    if close:
        raise CRSError(
            _(
                'the coordinates may be read in two ways. 1: {first} 2: {second} Remedy: name the country, country="PE", or the columns, x= and y=, and signs='
            ).format(first=turns[0].sentence(pair, name), second=close[0].sentence(pair, name))
        )
    best = turns[0]
    log.guess("signs" if best.side != "NE" else "axes", best.side, best.share - written,
              best.sentence(pair, name))  # fmt: skip
    if best.swapped:
        pair = pair._replace(x=pair.y, y=pair.x)
        log.revise("columns", [pair.x, pair.y])
    return _signed(xy[:, ::-1] if best.swapped else xy, best.side), pair


def _changes(lon: Array, lat: Array, x: Array, y: Array) -> bool:
    return bool(((lon != x) | (lat != y)).any())


def _distinct(turns: list[_Turn], xy: Array) -> list[_Turn]:
    """Leave out turns that give the same positions as a better one."""
    seen: list[Array] = []
    kept = []
    for turn in turns:
        made = _signed(xy[:, ::-1] if turn.swapped else xy, turn.side)
        if not any(np.array_equal(made, other) for other in seen):
            seen.append(made)
            kept.append(turn)
    return kept


def _turned_metres(xy: Array, use: Mask, pair: Pair, log: Log) -> tuple[Array, Pair]:
    """Return eastings first, where most rows of the file have the northing first; say it."""
    px, py = xy[use].T
    first = looks_utm(py, px) & (px > 1e6)
    share = float(first.sum() / (first | looks_utm(px, py)).sum())
    if pair.stated and share > _ENOUGH:
        raise CRSError(
            _('“{x}” holds northings, and “{y}” eastings. Remedy: x="{y}", y="{x}"').format(
                x=pair.x, y=pair.y
            )
        )
    if share <= _ENOUGH:
        return xy, pair
    turned = pair._replace(x=pair.y, y=pair.x)
    sentence = _("“{y}” holds eastings and “{x}” northings.").format(x=pair.x, y=pair.y)
    log.guess("axes", "NE", share, sentence)
    log.revise("columns", [turned.x, turned.y])
    return xy[:, ::-1].copy(), turned


# --- zones and projections ------------------------------------------------------------------------
class _System(NamedTuple):
    epsg: int
    ground: str
    share: float


def _systems(xy: Array, rows: NDArray[np.intp], ground: Ground, datum: Datum) -> list[_System]:
    """Return the candidate systems by the share of positions that they put inside."""
    chosen = np.unique(np.linspace(0, len(xy) - 1, 5000).astype(int))
    (x, y), rows = xy[chosen].T, rows[chosen]
    bounds = ground.bounds
    tried: list[tuple[int, tuple[str, ...]]]
    if bounds is not None:
        national = [c for code in ground.codes or NATIONAL for c in NATIONAL.get(code, ())]
        tried = [(e, ()) for e in (*zones_between(*bounds, datum), *national)]
    else:
        tried = [*((datum.utm(z, True), ("PE",)) for z in PERU)]
        tried += [(datum.utm(z, False), ("MX",)) for z in MEXICO]
        tried += [(e, (code,)) for code, codes in NATIONAL.items() for e in codes]
    if ((np.abs(x) > 1e6) & (np.abs(x) < 2.004e7) & (np.abs(y) < 2.1e7)).mean() > 0.9:
        tried += [(3857, ())]
    found = []
    for epsg, codes in tried:
        if epsg == 0:
            continue
        lon, lat = degrees_of(x, y, epsg)
        if not ground.stated and not codes:
            share = share_of_one_country(lon, lat)
        else:
            share = ground.share(lon, lat, rows, codes)
        name = ground.name if ground.stated else ", ".join(codes) or _("one country")
        found.append(_System(epsg, name, share))
    return sorted(found, key=lambda z: -z.share)


def _guess_system(
    xy: Array, rows: NDArray[np.intp], log: Log, ground: Ground, said: tuple[Datum, str] | None
) -> Any:
    from pyproj import CRS

    datum = said[0] if said is not None else DATUMS[WGS84]
    utm = bool(looks_utm(*xy.T).mean() >= 0.5)
    systems = _systems(xy, rows, ground, datum)
    if not systems or systems[0].share < _ENOUGH:
        raise CRSError(_no_system(xy, utm))
    close = [z for z in systems if z.share > systems[0].share - _CLOSE]
    if len(close) > 1:
        raise CRSError(
            _(
                "the UTM zone may be {zones}: all put the points inside the country. Remedy: name it, "
                'crs="EPSG:{epsg}"'
            ).format(
                zones="; ".join(f"{zone_label(z.epsg)} {z.share:.0%}" for z in close),
                epsg=close[0].epsg,
            )
        )
    best = systems[0]
    second = systems[1].share if len(systems) > 1 else 0.0
    by = _("datum WGS 84, as no other is named") if said is None else _("datum by {place}").format(place=said[1])  # fmt: skip
    log.guess(
        "crs",
        f"EPSG:{best.epsg}",
        best.share * (1 - second),
        _("Coordinates are {zone}, {by}: {share:.0%} of the points lie in {country}.").format(
            zone=zone_label(best.epsg), by=by, share=best.share, country=best.ground
        ),
    )
    return CRS.from_epsg(best.epsg)


def _no_system(xy: Array, utm: bool) -> str:
    if not utm and bool(((xy == np.round(xy)) & (np.abs(xy) >= 1e4)).all(axis=1).mean() > 0.5):
        return _(
            "coordinates such as ({x:.10g}, {y:.10g}) are no metres, and look like degrees that lost their decimal mark, as a spreadsheet of a country with decimal commas does to points. Remedy: export the table again with these columns as text"
        ).format(x=xy[0, 0], y=xy[0, 1])
    if not utm:
        return _(
            "coordinates such as ({x:.10g}, {y:.10g}) are neither degrees nor UTM metres. Remedy: name "
            'their system, for instance crs="EPSG:32717"'
        ).format(x=xy[0, 0], y=xy[0, 1])
    return _(
        "coordinates such as ({x:.10g}, {y:.10g}) are metres, and their UTM zone cannot be told. "
        'Remedy: crs="EPSG:32717" (17 S), EPSG:32718, EPSG:32719, EPSG:32616 (16 N) …, or the '
        'country, country="EC"'
    ).format(x=xy[0, 0], y=xy[0, 1])


_ZONE = re.compile(
    r"(?:utm|zona|huso)?\s*(\d{1,2})\s*°?\s*([a-z]?)(?:ur|orte|orth|outh)?", re.IGNORECASE
)


def _by_zone_column(
    xy: Array,
    use: Mask,
    cells: pd.DataFrame,
    log: Log,
    pair: Pair,
    said: tuple[Datum, str] | None,
) -> Located | None:
    """Read the zone of each row from a column that names it; several zones are put into degrees."""
    from pyproj import CRS

    datum = said[0] if said is not None else DATUMS[WGS84]
    for name in zone_columns([str(c) for c in cells.columns]):
        told = np.array(
            [_zone_code(v, y, datum) for v, y in zip(cells[name], xy[:, 1], strict=True)]
        )
        if (told[use] > 0).mean() < 0.9:
            continue
        codes = sorted({int(c) for c in told[use] if c > 0})
        lonlat = np.full_like(xy, np.nan)
        for code in codes:
            rows = told == code
            put = modern(xy[rows], CRS.from_epsg(code), Log(None))
            lonlat[rows] = np.column_stack(degrees_of(put.xy[:, 0], put.xy[:, 1], put.crs))
        home = find_home(lonlat[use, 0], lonlat[use, 1])
        if home is None or home.share < 0.5:
            continue
        sentence = _("Coordinates are {zones}, by column “{column}”.").format(
            zones=", ".join(zone_label(c) for c in codes), column=name
        )
        told_codes: Any = [f"EPSG:{c}" for c in codes]
        log.guess("crs", told_codes[0] if len(codes) == 1 else told_codes, home.share, sentence)
        if len(codes) == 1:
            return Located(xy, CRS.from_epsg(codes[0]), np.zeros(len(xy), dtype=bool), pair)
        lonlat[~np.isfinite(xy).all(axis=1)] = xy[~np.isfinite(xy).all(axis=1)]
        log.note(_("The rows are in several UTM zones: all are put into degrees (EPSG:4326)."))
        return Located(lonlat, CRS.from_epsg(4326), (told == 0) & use, pair)
    return None


def _zone_code(value: Any, y: float, datum: Datum) -> int:
    """Return the EPSG code of a zone as people write it, 0 where it is none; S is south."""
    text = f"{value:g}" if isinstance(value, int | float) else clean(str(value))
    found = _ZONE.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= 60:
        return 0
    letter = found[2].upper()
    # without a letter: southern northings within 38 degrees of the equator exceed 5,800 km
    south = (letter == "S" or letter < "N") if letter else bool(y > 5.8e6)
    return datum.utm(int(found[1]), south)


def _metres_called_degrees(x: Array, y: Array, pair: Pair, ground: Ground) -> str:
    xy = np.column_stack([x, y])
    found = _systems(xy, np.arange(len(x)), ground, DATUMS[WGS84])
    zones = [z for z in found if z.share >= 0.5]
    near = "; ".join(f"{zone_label(z.epsg)}: {z.share:.0%}" for z in zones) or "EPSG:32717"
    return _(
        "columns “{x}” and “{y}” are named as degrees and hold UTM metres, as ({a:.10g}, {b:.10g}). "
        'Remedy: crs="EPSG:{epsg}" if they are metres (points inside the country by zone: {zones})'
    ).format(x=pair.x, y=pair.y, a=x[0], b=y[0], epsg=zones[0].epsg if zones else 32717, zones=near)
