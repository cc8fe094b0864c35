"""Names of columns: which are coordinates, which are codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from sialgeo.i18n import plain

_TAIL = r"(?:wgs84|gps|dec|dd|gd|utm|wgs|psad56|nad27|y|x|_?1[0-9][sn]?)?"
_LAT = re.compile(rf"(?:geo|gps)?lat(?:t?itude?|itut|i)?{_TAIL}")
_LON = re.compile(rf"(?:geo|gps)?(?:lon|long|lng|longi|longu?itude?){_TAIL}")
_X = re.compile(
    r"(?:x|este|east|eastings?|coordx|xcoord|utmx|xutm|utme|eutm|posx|pointx|cx|coordeste|esteutm)"
    r"(?:utm|_?1[0-9][sn]?)?"
)
_Y = re.compile(
    r"(?:y|norte|north|northings?|coordy|ycoord|utmy|yutm|utmn|nutm|posy|pointy|cy|coordnorte"
    r"|norteutm)(?:utm|_?1[0-9][sn]?)?"
)
_HELP = re.compile(
    r"(?:coord|coords|coordenada|coordenadas|coordinate|coordinates|utm|gps|wgs84|wgs|84|point|punto"
    r"|pos|geo|m|metros|dd|gd|dec|decimal|decimales|de|la|en|ubicacion|location|grados|zona|datum"
    r"|psad56|psad|56|nad27|nad|27|itrf|itrf92|itrf2008|sirgas|degrees|meters|metres|mts|valor"
    r"|1[0-9][sn]?|2[0-5][sn]?)"
)
_POINT = {
    "coordenadas", "coordenada", "coordinates", "coords", "gps", "geopoint", "geopunto", "ubicacion",
    "location", "latlon", "lat_lon", "latlong", "lat_long", "latitud_longitud", "punto_gps", "wkt",
    "geom", "geometry", "the_geom", "geometria", "punto",
}  # fmt: skip
_CODES = {
    "id", "ubigeo", "cve", "cvegeo", "clave", "cod", "codigo", "code", "codes", "scian",
    "ciiu", "naics", "isic", "clee", "ruc", "rfc", "dni", "curp", "cp", "zip", "postal", "tel",
    "telefono", "phone", "celular", "geoid", "fips", "geocode", "geocodigo", "iddpto", "idprov",
    "iddist", "ccdd", "ccpp", "ccdi", "ageb", "gdlcode", "uuid", "folio", "expediente", "fmid",
}  # fmt: skip
_ZONES = {"zona", "zone", "huso"}


_SIDES = {"x", "y", "n", "s", "e", "w", "o", "sur", "norte", "este", "oeste", "south", "west"}


class Pair(NamedTuple):
    """Two columns that may be coordinates, ``x`` first; ``kind`` is what their names say."""

    x: str
    y: str
    kind: Literal["degrees", "any"]
    score: float
    stated: bool = False


def coordinate_pairs(names: Sequence[str]) -> list[Pair]:
    """Return the pairs of columns whose names say coordinates, the surest first.

    >>> coordinate_pairs(["id", "_x_latitude", "_x_longitude", "Este", "Norte"])[0].kind
    'degrees'
    >>> [p.x for p in coordinate_pairs(["LATITUD", "LONGITUD", "precio_x_kilo"])]
    ['LONGITUD']
    """
    halves: dict[tuple[str, str], dict[str, list[str]]] = {}
    for name in dict.fromkeys(names):
        found = _half(name)
        if found is not None:
            kind, axis, rest = found
            halves.setdefault((kind, rest), {}).setdefault(axis, []).append(name)
    pairs = []
    for (kind, rest), axes in halves.items():
        helped = all(_HELP.fullmatch(t) for t in rest.split("_")) if rest else True
        for x in axes.get("x", []):
            for y in axes.get("y", []):
                if kind == "degrees":
                    pairs.append(Pair(x, y, "degrees", 3.0 if helped else 2.0))
                elif kind == "any":
                    pairs.append(Pair(x, y, "any", 2.5))
                else:
                    pairs.append(Pair(x, y, "any", 1.0))
    return sorted(pairs, key=lambda p: -p.score)


def _half(name: str) -> tuple[str, str, str] | None:
    tokens = plain(name).split("_")
    for pattern, axis in ((_LAT, "y"), (_LON, "x")):
        rest = [t for t in tokens if not pattern.fullmatch(t)]
        if len(rest) < len(tokens):
            return "degrees", axis, "_".join(t for t in rest if t not in _SIDES)
    for pattern, axis in ((_X, "x"), (_Y, "y")):
        rest = [t for t in tokens if not pattern.fullmatch(t)]
        if len(rest) < len(tokens) and all(_HELP.fullmatch(t) for t in rest):
            return "any", axis, "_".join(rest)
    if tokens in (["e"], ["n"]):
        return "letters", "x" if tokens == ["e"] else "y", ""
    return None


_PARTS = (
    re.compile(r"(?:grados?|grad|deg|degrees?|gr|g|d)"),
    re.compile(r"(?:minutos?|min|minutes?|m)"),
    re.compile(r"(?:segundos?|seg|sec|seconds?|s)"),
)


def parts_of_degrees(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the columns of degrees, minutes (and seconds) of each axis, where they stand apart.

    >>> parts_of_degrees(["lat_grados", "lat_min", "lat_seg", "lon_grados", "lon_min"])
    {'y': ('lat_grados', 'lat_min', 'lat_seg'), 'x': ('lon_grados', 'lon_min')}
    """
    found: dict[str, dict[int, str]] = {}
    for name in names:
        tokens = plain(name).split("_")
        if len(tokens) != 2:
            continue
        for pattern, axis in ((_LAT, "y"), (_LON, "x")):
            rest = [t for t in tokens if not pattern.fullmatch(t)]
            part = [i for i, p in enumerate(_PARTS) if len(rest) == 1 and p.fullmatch(rest[0])]
            if part:
                found.setdefault(axis, {}).setdefault(part[0], name)
    return {
        axis: tuple(parts[i] for i in sorted(parts))
        for axis, parts in found.items()
        if sorted(parts) in ([0, 1], [0, 1, 2])
    }


def halves_of(column: str) -> tuple[str, str]:
    """Return what the two halves of a position that stands in one column are called, x first."""
    return f"{column} [x]", f"{column} [y]"


def joined_name(columns: Sequence[str]) -> str:
    """Return what a coordinate is called whose degrees, minutes and seconds stand apart."""
    return " + ".join(columns)


def columns_beneath(name: str, there: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of a table that a coordinate is made of: itself, or what its name tells.

    >>> columns_beneath("GPS [x]", ["GPS"]), columns_beneath("lat_g + lat_m", ["lat_g", "lat_m"])
    (('GPS',), ('lat_g', 'lat_m'))
    >>> columns_beneath("lat", ["lat"]), columns_beneath("none [y]", ["lat"])
    (('lat',), ('none [y]',))
    """
    if name in there:
        return (name,)
    whole = next((c for c in there if name in halves_of(c)), None)
    if whole is not None:
        return (whole,)
    parts = tuple(name.split(" + "))
    return parts if set(parts) <= set(there) else (name,)


def point_columns(names: Sequence[str]) -> list[str]:
    """Return the columns whose names say that one cell holds the whole position."""
    return [n for n in names if plain(n) in _POINT or plain(n).removeprefix("_") in _POINT]


def zone_columns(names: Sequence[str]) -> list[str]:
    """Return the columns whose names say UTM zone."""
    return [n for n in names if _ZONES & set(plain(n).split("_"))]


def is_code(name: str) -> bool:
    """Tell whether a column's name says code: its values stay text, with their zeros.

    >>> is_code("codigo_act"), is_code("UBIGEO"), is_code("idh_2019")
    (True, True, False)
    """
    tokens = plain(name).split("_")
    return bool(_CODES & set(tokens)) or tokens[0].startswith(("cve", "ubigeo", "codigo"))


# official codes: allowed numbers of digits
_WIDTHS = {
    "ubigeo": (2, 4, 6, 10),
    "cvegeo": (2, 5, 9),
    "cve_ent": (2,),
    "cve_mun": (3, 5),
    "clave_municipio": (3, 5),
    "cve_loc": (4, 9),
    "clave_entidad": (2,),
    "iddpto": (2,),
    "idprov": (4,),
    "iddist": (6,),
    "fips": (2, 5),
    "geoid": (2, 5, 11),
}


def code_widths(name: str) -> tuple[int, ...]:
    """Return the numbers of digits that an official code of this name may have, or none."""
    said = plain(name)
    if said in _WIDTHS:
        return _WIDTHS[said]
    return next((w for n, w in _WIDTHS.items() if said.startswith((n + "_d", n + "_i"))), ())
