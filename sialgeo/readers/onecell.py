"""A whole position in one cell: two numbers, degrees with letters, WKT, GeoJSON, WKB, a map's link, UTM.

Codes that stand for a position and hold none that can be read (Plus Codes, short links) are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sialgeo.errors import SchemaError
from sialgeo.i18n import N_, _
from sialgeo.readers.columns import sexagesimal
from sialgeo.readers.log import Log
from sialgeo.readers.names import Pair, coordinate_pairs, halves_of, point_columns

if TYPE_CHECKING:
    import pandas as pd

_ENOUGH = 0.8  # of the cells that hold something
_NAMED, _STATED = 0.5, 0.01  # of those of a column that is called so, or stated
_SAMPLE = 500
_LONGEST = 2_000  # characters of a cell that is looked at: a link, a GeoJSON
_SHORT = 120  # of one that is written by hand

_POINT = r"[+\-−–]?(?:\d{1,3}\.\d+|\d{5,}(?:\.\d+)?)"
_COMMA = r"[+\-−–]?\d{1,7},\d+"
_NORTH = r"(?:N(?:orte|orth)?|S(?:ur|outh)?)"
_EAST = r"(?:O(?:este)?|E(?:ste|ast)?|W(?:est)?)"
_DEGREES = r"[^NSEWO]*\d[^NSEWO]*"
_BETWEEN = r"[\s,;/|]"
_SIGNED = r"[+\-−]?\d+(?:\.\d+)?"


def _form(text: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{text}\s*", re.IGNORECASE | re.DOTALL)


_PAIRS = (
    _form(rf"[(\[]?\s*(?P<y>{_POINT})°?{_BETWEEN}+(?P<x>{_POINT})°?(?:[\s,;]+-?[\d.]+){{0,2}}\s*[)\]]?"),
    _form(rf"[(\[]?\s*(?P<y>{_COMMA})°?\s*(?:[;/|]|,\s|\s)\s*(?P<x>{_COMMA})°?(?:[\s;]+-?[\d,]+){{0,2}}\s*[)\]]?"),
)  # fmt: skip
_LETTERS = (
    _form(rf"(?P<y>{_DEGREES}{_NORTH})\.?{_BETWEEN}*(?P<x>{_DEGREES}{_EAST})\.?"),
    _form(rf"(?P<x>{_DEGREES}{_EAST})\.?{_BETWEEN}*(?P<y>{_DEGREES}{_NORTH})\.?"),
    _form(rf"(?P<y>[NS]{_DEGREES}){_BETWEEN}*(?P<x>[EWO]{_DEGREES})"),
    _form(rf"(?P<x>[EWO]{_DEGREES}){_BETWEEN}*(?P<y>[NS]{_DEGREES})"),
)
_WKT = (
    _form(r"(?:SRID=\d+;)?\s*POINT\s*(?:ZM|Z|M)?\s*\(\s*(?P<x>[^\s)]+)\s+(?P<y>[^\s)]+)(?:\s+[^\s)]+){0,2}\s*\)"),
)  # fmt: skip
_GEOJSON = (
    _form(rf'\{{.*"coordinates"\s*:\s*\[\s*(?P<x>{_SIGNED})\s*,\s*(?P<y>{_SIGNED})\s*[,\]].*'),
)
_LINK = (
    _form(r"https?://.*!3d(?P<y>-?\d+\.\d+)!4d(?P<x>-?\d+\.\d+).*"),
    _form(r"https?://\S*mlat=(?P<y>-?\d+\.\d+)&mlon=(?P<x>-?\d+\.\d+).*"),
    _form(r"(?:https?://\S*?[@=/:+]|geo:)(?P<y>-?\d{1,2}\.\d+)(?:,|%2C)(?:\+|%20|\s)*(?P<x>-?\d{1,3}\.\d+).*"),
)  # fmt: skip
_UTM = (
    _form(rf"(?:UTM\s*)?(?P<zone>\d{{1,2}}\s*[C-X]?){_BETWEEN}+(?P<x>\d{{6}}(?:[.,]\d+)?)\s*m?\s*E?{_BETWEEN}+(?P<y>\d{{5,8}}(?:[.,]\d+)?)\s*m?\s*[NS]?"),
)  # fmt: skip
_FORMS: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...] = (
    (N_("latitude and longitude"), _PAIRS),
    ("WKT", _WKT),
    ("GeoJSON", _GEOJSON),
    (N_("the links of a map"), _LINK),
    (N_("a UTM zone, easting and northing"), _UTM),
    (N_("degrees of latitude and longitude with their letters"), _LETTERS),
)
_LONG_FORMS = tuple(form for form in _FORMS if form[1] in (_WKT, _GEOJSON, _LINK))
_WKB = re.compile(r"\s*0[01][0-9A-F]{40,}\s*", re.IGNORECASE)
# codes that name a place and hold no coordinates that could be read: what they are, and what to do
_REFUSED = (
    (
        re.compile(r"(?:\s*[23456789CFGHJMPQRVWX]{2,8}\+[23456789CFGHJMPQRVWX]{2,3}\b.*)", re.IGNORECASE),
        N_("Plus Codes"),
        N_("look each up in Google Maps or on plus.codes, and copy its latitude and longitude into two columns"),
    ),
    (
        re.compile(r"\s*https?://(?:maps\.app\.)?goo\.gl/.*", re.IGNORECASE),
        N_("short links of a map"),
        N_("open each, and copy the latitude and longitude that the map shows into two columns"),
    ),
    (
        re.compile(r"\s*///[^\W\d_]+\.[^\W\d_]+\.[^\W\d_]+\s*"),
        N_("addresses of what3words"),
        N_("look each up on what3words.com, and copy its latitude and longitude into two columns"),
    ),
)  # fmt: skip


class Cell(NamedTuple):
    """A position as it stands in one cell: the form, and its two halves as texts."""

    form: str
    x: str
    y: str
    zone: str = ""


def read_cell(text: str) -> Cell | None:
    """Return the two halves of a position that stands in one cell, or None where it holds none.

    >>> read_cell("-7.163, -78.512")[1:3], read_cell("POINT (-78.512 -7.163)")[1:3]
    (('-78.512', '-7.163'), ('-78.512', '-7.163'))
    >>> read_cell("7°09'46.8\\"S 78°30'43.2\\"O").x, read_cell("17 M 774321.5 m E 9207123 m S").zone
    ('78°30\\'43.2"O', '17 M')
    """
    if not text.strip() or len(text) > _LONGEST:
        return None
    if _WKB.fullmatch(text):
        return _of_wkb(text.strip())
    for form, patterns in _FORMS if len(text) <= _SHORT else _LONG_FORMS:
        for pattern in patterns:
            found = pattern.fullmatch(text)
            if found is None:
                continue
            x, y = (found[half].strip(" \t\n,;/|") for half in "xy")
            if patterns is _LETTERS and (sexagesimal(x) is None or sexagesimal(y) is None):
                continue
            return Cell(form, x, y, (found.groupdict().get("zone") or "").strip())
    return None


def _of_wkb(text: str) -> Cell | None:
    import shapely

    shape = shapely.from_wkb(text, on_invalid="ignore")
    if shape is None or shape.geom_type != "Point" or shape.is_empty:
        return None
    return Cell("WKB", repr(float(shape.x)), repr(float(shape.y)))


def split_stated(cells: pd.DataFrame, x: str, y: str, log: Log) -> tuple[pd.DataFrame, Pair] | None:
    """Split the column that ``x`` and ``y`` name, or return None where they name no such column.

    Twice its own name: which half is which is a guess, as ever. The names of its halves say that too.

    Raises
    ------
    SchemaError
        The column holds no positions.
    """
    names = [str(c) for c in cells.columns]
    if x in names and y in names:
        name = x if x == y else None
    else:
        name = next((n for n in names if {x, y} == {*halves_of(n)}), None)
    if name is None:
        return None
    if not _holds_positions(cells[name], _STATED):
        _refuse_codes(cells[[name]])
        raise SchemaError(_("column “{name}” holds no positions").format(name=name))
    if x == y:
        return _split(cells, name, log, 1.0)
    return _halved(cells, name)[0], Pair(x, y, "any", 9.0, True)


def split_point(cells: pd.DataFrame, log: Log) -> tuple[pd.DataFrame, Pair] | None:
    """Split the column that holds the whole position into two, or return None where there is none.

    Columns that are called so are looked at first, then every text.

    Raises
    ------
    SchemaError
        Two columns hold different positions, or the only ones are codes that cannot be read.
    """
    names = [str(c) for c in cells.columns]
    if coordinate_pairs(names):
        return None
    named = point_columns(names)
    for tier, enough in ((named, _NAMED), ([n for n in names if n not in named], _ENOUGH)):
        held = [n for n in tier if _holds_positions(cells[n], enough)]
        if held:
            _require_one(cells, held)
            return _split(cells, held[0], log, 0.9 if tier is named else 0.7)
    _refuse_codes(cells)
    return None


def _sample(column: pd.Series) -> list[str]:
    """Return some texts of a column, from all over it; none where it holds numbers."""
    values = column.to_numpy()
    if values.dtype.kind in "biufM":
        return []
    some = values[np.unique(np.linspace(0, len(values) - 1, 4 * _SAMPLE).astype(int))]
    return [v for v in some if isinstance(v, str) and v.strip()][:_SAMPLE]


def _holds_positions(column: pd.Series, enough: float) -> bool:
    texts = _sample(column)
    return bool(texts) and float(np.mean([read_cell(t) is not None for t in texts])) >= enough


def _require_one(cells: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise where columns that all hold positions do not hold the same."""
    if len(names) < 2:
        return
    first, *others = ([_place(t) for t in cells[n].head(_SAMPLE)] for n in names)
    if any(other != first for other in others):
        raise SchemaError(
            _(
                "several columns hold positions: {names}. Remedy: leave one of them in the table, or split it into two columns"
            ).format(names=", ".join(names))
        )


def _place(cell: Any) -> tuple[str, str] | None:
    found = read_cell(cell) if isinstance(cell, str) else None
    return None if found is None else (found.x, found.y)


def _split(
    cells: pd.DataFrame, name: str, log: Log, confidence: float
) -> tuple[pd.DataFrame, Pair]:
    split, forms = _halved(cells, name)
    x, y = halves_of(name)
    log.guess(
        "columns",
        [x, y],
        confidence,
        _("Coordinates: column “{name}” holds {order}.").format(name=name, order="; ".join(forms)),
    )
    return split, Pair(x, y, "any", 2.0)


def _halved(cells: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[str]]:
    """Return cells with the two halves of a column beside it, and the forms in which it stands."""
    read = list(_halves(cells[name]))
    split = cells.copy()
    x, y = halves_of(name)
    split[y], split[x] = [c.y for c in read], [c.x for c in read]
    if any(c.zone for c in read):
        split["_zona"] = [c.zone for c in read]
    return split, list(dict.fromkeys(_(c.form) for c in read if c.form))


def _halves(column: pd.Series) -> Iterator[Cell]:
    """Yield the position of each cell; a cell that holds none is its own halves, to be told."""
    for value in column:
        text = value if isinstance(value, str) else ""
        yield read_cell(text) or Cell("", text, text)


def _refuse_codes(cells: pd.DataFrame) -> None:
    for name in cells.columns:
        texts = _sample(cells[name])
        for pattern, what, remedy in _REFUSED:
            if texts and np.mean([bool(pattern.fullmatch(t)) for t in texts]) >= _ENOUGH:
                raise SchemaError(
                    _(
                        "column “{name}” holds {what} ({example}), from which no coordinates are read. Remedy: {remedy}"
                    ).format(
                        name=name, what=_(what), example=texts[0].strip()[:40], remedy=_(remedy)
                    )
                )
