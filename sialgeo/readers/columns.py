"""Values of columns: numbers with their decimal mark, codes as text, dates; coordinates as numbers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import _, plain
from sialgeo.readers.log import Log
from sialgeo.readers.names import code_widths, is_code

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Decimal = Literal[".", ","]

MISSING = frozenset(
    [
        "",
        "na",
        "n/a",
        "n.a.",
        "nan",
        "null",
        "none",
        "nd",
        "n.d.",
        "n/d",
        "s/d",
        "s.d.",
        "sin dato",
        "sin datos",
        "no disponible",
        "#n/a",
        "#¡ref!",
        "#ref!",
        "#div/0!",
        "#¡div/0!",
        "#value!",
        "#¡valor!",
        "#name?",
        "#¿nombre?",
        "-",
        "--",
        ".",
    ]
)
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity|infinito|#num!|#¡num!)", re.IGNORECASE)
_TRUE_FALSE = {"true": True, "false": False, "verdadero": True, "falso": False}

_EXPONENT = r"(?:[eE][+-]?\d+)?"
_ANY = re.compile(rf"[+-]?(?:\d[\d.,]*|[.,]\d+){_EXPONENT}")
# what only one decimal mark can explain, and what both can
_ONLY_DOT = re.compile(
    rf"[+-]?(?:(?:\d{{4,}}|0+)\.\d+|\d*\.(?:\d{{1,2}}|\d{{4,}})|\d+\.|\d{{1,3}}(?:,\d{{3}})+\.\d+"
    rf"|\d{{1,3}}(?:,\d{{3}}){{2,}}){_EXPONENT}|[+-]?\d*\.\d+[eE][+-]?\d+"
)
_ONLY_COMMA = re.compile(
    rf"[+-]?(?:(?:\d{{4,}}|0+),\d+|\d*,(?:\d{{1,2}}|\d{{4,}})|\d+,|\d{{1,3}}(?:\.\d{{3}})+,\d+"
    rf"|\d{{1,3}}(?:\.\d{{3}}){{2,}}){_EXPONENT}|[+-]?\d*,\d+[eE][+-]?\d+"
)
_EITHER = re.compile(r"[+-]?\d{1,3}[.,]\d{3}")
_ZERO_FIRST = re.compile(r"0\d+")
_THOUSANDS = {
    ".": re.compile(rf"[+-]?\d{{1,3}}(?:,\d{{3}})+(?:\.\d*)?{_EXPONENT}"),
    ",": re.compile(rf"[+-]?\d{{1,3}}(?:\.\d{{3}})+(?:,\d*)?{_EXPONENT}"),
}
_PLAIN = {
    ".": re.compile(rf"[+-]?(?:\d+\.?\d*|\.\d+){_EXPONENT}"),
    ",": re.compile(rf"[+-]?(?:\d+,?\d*|,\d+){_EXPONENT}"),
}
_SAMPLE = 2000


class Marks(NamedTuple):
    """How many cells only a decimal point explains, only a comma, and how many either."""

    dot: int = 0
    comma: int = 0
    either: int = 0

    def __add__(self, other: tuple[int, ...]) -> Marks:  # type: ignore[override]
        return Marks(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def decimal(self) -> Decimal | None:
        """The mark that clearly more cells speak for, or None."""
        if self.dot > self.comma:
            return "."
        return "," if self.comma > self.dot else None


def clean(text: str) -> str:
    """Return a number's text without spaces, apostrophes and typographic signs."""
    bare = re.sub(r"[\s\u00a0\u2009\u202f'’]", "", text)
    return bare.replace("−", "-").replace("–", "-")


def number(text: str, decimal: Decimal) -> float | None:
    """Return the number that a text is under a decimal mark, or None.

    >>> number("9.207.123,5", ","), number("1,234.5", "."), number("1,5", ".")
    (9207123.5, 1234.5, None)
    """
    bare = clean(text)
    grouping = "," if decimal == "." else "."
    if _THOUSANDS[decimal].fullmatch(bare):
        bare = bare.replace(grouping, "")
    elif not _PLAIN[decimal].fullmatch(bare):
        return None
    return float(bare.replace(decimal, "."))


def marks(texts: Iterable[str]) -> Marks:
    """Count what the cells of a column say about the decimal mark."""
    dot = comma = either = 0
    for text in texts:
        bare = clean(text)
        if "." not in bare and "," not in bare:
            continue
        if _EITHER.fullmatch(bare) and not bare.lstrip("+-").startswith("0"):
            either += 1
        elif _ONLY_DOT.fullmatch(bare):
            dot += 1
        elif _ONLY_COMMA.fullmatch(bare):
            comma += 1
    return Marks(dot, comma, either)


def _texts(column: pd.Series, limit: int = _SAMPLE) -> list[str]:
    """Return a sample of the texts of a column, missing ones left out."""
    found = (v.strip() for v in spread(column, limit * 4).to_numpy() if isinstance(v, str))
    return [t for t in found if t.lower() not in MISSING][:limit]


def spread(column: pd.Series, most: int) -> pd.Series:
    """Return at most so many cells of a column, taken at even distances."""
    if len(column) <= most:
        return column
    return column.iloc[np.unique(np.linspace(0, len(column) - 1, most).astype(int))]


def by_value(column: pd.Series, made: Callable[[Any], Any]) -> pd.Series:
    """Return what a function makes of each cell; it is called once for each different one."""
    import pandas as pd

    codes, values = pd.factorize(column, use_na_sentinel=False)
    found: pd.Series = pd.Series([made(v) for v in values]).take(codes)
    return found.set_axis(column.index)


def check_decimal(decimal: str | None) -> Decimal | None:
    """Return a stated decimal mark, or raise ``ParameterError``."""
    if decimal is None or decimal == ".":
        return "." if decimal else None
    if decimal == ",":
        return ","
    raise ParameterError(_("decimal “{decimal}”: must be . or ,").format(decimal=decimal))


# --- coordinates ----------------------------------------------------------------------------------
class Parsed(NamedTuple):
    """A column of coordinates as numbers: NaN where there is none, and why."""

    values: Array
    empty: Mask
    wrong: Mask
    proposals: NDArray[np.object_]
    sexagesimal: int
    others: Array  # what a cell that is no number would be with the other decimal mark


def coordinate_decimal(columns: Sequence[pd.Series]) -> tuple[Decimal | None, float]:
    """Return the decimal mark of coordinate columns and how sure that is; None where none occurs."""
    pool = [t for column in columns for t in _texts(column)]
    found = marks(pool)
    if found.decimal is not None:
        total = found.dot + found.comma
        return found.decimal, max(found.dot, found.comma) / total
    if not found.either:
        return None, 1.0
    bare = [clean(t) for t in pool]
    mark: Decimal = "." if sum("." in b for b in bare) >= sum("," in b for b in bare) else ","
    values = [number(t, mark) for t in pool]
    small = [v for v in values if v is not None and abs(v) <= 180]
    if len(small) >= 0.8 * len(values):
        return mark, 0.9  # 1–3 digits before the mark: degrees
    return ("," if mark == "." else "."), 0.8  # else the mark groups thousands of metres


_DMS = re.compile(
    r"(?P<before>[NSEWO])?\s*(?P<sign>[+-])?\s*(?P<d>\d{1,3}(?:[.,]\d+)?)\s*(?:[°º˚:]|\s)?\s*"
    r"(?:(?P<m>\d{1,2}(?:[.,]\d+)?)\s*(?:['′’´`:]|\s)?\s*)?"
    r"(?:(?P<s>\d{1,2}(?:[.,]\d+)?)\s*(?:\"|″|”|''|´´)?\s*)?"
    r"(?P<after>[NSEWO]|NORTE|SUR|ESTE|OESTE|NORTH|SOUTH|EAST|WEST)?\.?",
    re.IGNORECASE,
)
_MARKED = re.compile(r"[°º˚NSEWO]", re.IGNORECASE)
_NEGATIVE = {"S", "W", "O"}


def sexagesimal(text: str) -> float | None:
    """Return decimal degrees of degrees, minutes, seconds; O (oeste) is west.

    >>> sexagesimal("78°31'12\\"O"), sexagesimal("7 30 S"), sexagesimal("12.5")
    (-78.52, -7.5, None)
    """
    bare = text.strip().replace("−", "-").replace("–", "-")
    found = _DMS.fullmatch(bare)
    if found is None or not _MARKED.search(bare) or (found["before"] and found["after"]):
        return None
    parts = [float(found[g].replace(",", ".")) if found[g] else 0.0 for g in "dms"]
    if parts[1] >= 60 or parts[2] >= 60:
        return None
    letter = (found["before"] or found["after"] or "").upper()[:1]
    value = parts[0] + parts[1] / 60 + parts[2] / 3600
    return -value if letter in _NEGATIVE or found["sign"] == "-" else value


def parse_coordinates(column: pd.Series, decimal: Decimal | None) -> Parsed:
    """Read a column of coordinates: numbers, texts under a decimal mark, degrees with minutes."""
    import pandas as pd

    n = len(column)
    values = np.full(n, np.nan)
    empty, wrong = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    proposals = np.full(n, "", dtype=object)
    others = np.full(n, np.nan)
    dms = 0
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = column.to_numpy(dtype=float, na_value=np.nan).copy()
        return Parsed(values, np.isnan(values), wrong, proposals, 0, np.full(n, np.nan))
    values = _quick(column, decimal)
    odd = np.flatnonzero(np.isnan(values))
    for i, cell in zip(odd, column.iloc[odd].to_numpy(dtype=object), strict=True):
        if isinstance(cell, int | float) and not isinstance(cell, bool) and cell is not None:
            values[i] = float(cell)
            empty[i] = bool(np.isnan(values[i]))
            continue
        text = "" if cell is None or cell is pd.NA else str(cell).strip()
        if _NOT_FINITE.fullmatch(text):
            values[i] = np.inf if "inf" in text.lower() else np.nan
            continue
        if text.lower() in MISSING:
            empty[i] = True
            continue
        other = number(text, "," if (decimal or ".") == "." else ".")
        if other is not None and abs(other) <= 180 and _EITHER.fullmatch(clean(text)):
            value = None if _grouped(text, decimal or ".") else number(text, decimal or ".")
        else:
            value = number(text, decimal or ".")
        if value is None:
            value = sexagesimal(text)
            dms += value is not None
        if value is None:
            wrong[i] = True
            if other is not None:
                others[i] = other
                proposals[i] = _("it reads as {value} with the other decimal mark").format(
                    value=other
                )
            continue
        values[i] = value
    return Parsed(values, empty, wrong, proposals, dms, others)


def _grouped(text: str, decimal: Decimal) -> bool:
    """Tell whether a text would be a number of thousands: no degree is."""
    return ("," if decimal == "." else ".") in text


def _quick(column: pd.Series, decimal: Decimal | None) -> Array:
    """Convert the plain cells, many at once; what is not plain stays NaN."""
    import pandas as pd

    values = np.full(len(column), np.nan)
    for start in range(0, len(column), _AT_ONCE):
        texts = column.iloc[start : start + _AT_ONCE].astype(str)
        if decimal == ",":
            plain_ones = ~texts.str.contains(".", regex=False).to_numpy(dtype=bool)
            texts = texts.str.replace(",", ".", regex=False).where(plain_ones, "")
        values[start : start + len(texts)] = pd.to_numeric(texts.str.strip(), errors="coerce")
    values[~np.isfinite(values)] = np.nan
    return values


_AT_ONCE = 200_000  # cells: as Python's texts they take ten times the memory of their numbers


# --- other columns --------------------------------------------------------------------------------
def typed(
    cells: pd.DataFrame, log: Log, *, decimal: Decimal | None, fallback: Decimal | None
) -> pd.DataFrame:
    """Return cells with types: numbers, codes and texts, truths, dates.

    ``decimal`` is the stated mark; ``fallback`` what the coordinates say, for columns that leave it
    open. A column that both marks explain, with nothing else to tell, is an error that names both.
    """
    import pandas as pd

    found = {
        name: marks(_numeric_texts(cells[name]))
        for name in cells.columns
        if _open(cells[name], name)
    }
    whole = Marks()
    for each in found.values():
        whole = whole + each
    fallback = fallback or whole.decimal
    faults: list[str] = []
    ready: dict[str, Any] = {}
    for name in cells.columns:
        column = cells[name]
        said = found.get(name)
        mark = decimal
        if said is not None and mark is None:
            mark = said.decimal or fallback
            if mark is None and said.either:
                faults.append(_open_decimal(name, _numeric_texts(column)))
                mark = "."
        ready[name] = _typed_column(column, name, mark or ".", log)
    if faults:
        raise SchemaError("\n".join(faults))
    done: pd.DataFrame = pd.DataFrame(ready, index=cells.index)
    return done


def _open(column: pd.Series, name: str) -> bool:
    return not is_code(name) and column.dtype.kind not in "biufM"


def _numeric_texts(column: pd.Series) -> list[str]:
    return [t for t in _texts(column, 500) if _ANY.fullmatch(clean(t))]


def _open_decimal(name: str, texts: Sequence[str]) -> str:
    cell = next(t for t in texts if _EITHER.fullmatch(clean(t)))
    return _(
        'column “{column}”: {cell} may be {first:g} or {second:g}. Remedy: say which, decimal="." or '
        'decimal=","'
    ).format(
        column=name, cell=cell, first=number(cell, ".") or 0.0, second=number(cell, ",") or 0.0
    )


def _typed_column(column: pd.Series, name: str, decimal: Decimal, log: Log) -> Any:
    import pandas as pd

    if column.dtype.kind in "biufM":
        return code_text(column) if is_code(name) and column.dtype.kind in "iuf" else column
    if pd.api.types.is_string_dtype(column):
        texts = code_text(column)
        return texts if is_code(name) else _typed_texts(texts, name, decimal, log)
    held = [v for v in column.to_numpy(dtype=object) if not _void(v)]
    if not held:
        return pd.Series(np.nan, index=column.index, dtype=float)
    if all(isinstance(v, bool) for v in held):
        full = len(held) == len(column)
        return column.astype(bool) if full else column.map(lambda v: None if _void(v) else v)
    if all(isinstance(v, dt.date) for v in held):
        return _dates(column)
    numbers = [isinstance(v, int | float) and not isinstance(v, bool) for v in held]
    if is_code(name):
        return code_text(column)
    if all(numbers):
        values = column.map(lambda v: np.nan if _void(v) else v).astype(float)
        return _whole(values)
    return _typed_texts(column.map(_text), name, decimal, log)


def _dates(column: pd.Series) -> pd.Series:
    """Return days and times as such; as text where one is beyond what pandas can hold."""
    import pandas as pd

    held: Any = [None if _void(v) else v for v in column.to_numpy(dtype=object)]
    dates: pd.Series
    try:
        dates = pd.Series(pd.to_datetime(held), index=column.index).astype("datetime64[us]")
    except (ValueError, OverflowError):
        dates = pd.Series([_text(v) for v in held], index=column.index)
    return dates


def _void(value: Any) -> bool:
    if value is None or value != value:  # noqa: PLR0124  (NaN)
        return True
    return isinstance(value, str) and not value.strip()


def _text(value: Any) -> Any:
    """Return a cell as text, whole numbers without a decimal point; NaN where it is void."""
    if _void(value):
        return np.nan
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return str(value).strip() if isinstance(value, str) else str(value)


def code_text(column: pd.Series) -> pd.Series:
    """Return codes as text: 60101.0 becomes "60101"; missing stays missing."""
    import pandas as pd

    texts: pd.Series
    if pd.api.types.is_string_dtype(column):
        texts = column.str.strip()
        if (texts == "").any():
            texts = texts.where(texts != "", np.nan)
        return texts if texts.dtype != object else pd.Series(list(texts), index=texts.index)
    texts = pd.Series([_text(v) for v in column.to_numpy(dtype=object)], index=column.index)
    return texts


def _whole(values: pd.Series) -> pd.Series:
    """Return whole numbers as integers where none is missing."""
    array = values.to_numpy(float)
    if (
        np.isfinite(array).all()
        and (array == np.round(array)).all()
        and (np.abs(array) < 2**53).all()
    ):
        whole: pd.Series = values.astype("int64")
        return whole
    return values


def _typed_texts(texts: pd.Series, name: str, decimal: Decimal, log: Log) -> pd.Series:
    import pandas as pd

    sample = _texts(texts, 200)
    if not sample:
        void: pd.Series = pd.Series(np.nan, index=texts.index, dtype=float)
        return void
    if {t.lower() for t in sample} <= set(_TRUE_FALSE):
        truths: Any = texts.astype(object).map(lambda t: _TRUE_FALSE.get(str(t).lower()))
        told: pd.Series = truths.astype(bool) if bool(truths.notna().all()) else truths
        return told
    likely = sum(bool(_ANY.fullmatch(clean(t))) and len(t) < 25 for t in sample)
    if likely < 0.9 * len(sample):
        return texts
    values = _quick(texts, decimal)
    told = ~texts.isna().to_numpy(dtype=bool)
    odd = told & np.isnan(values)  # no number is a word for what is missing
    told[odd] = ~texts[odd].str.lower().isin(MISSING).to_numpy(dtype=bool)
    held: pd.Series = texts[told]
    if held.str.fullmatch(_ZERO_FIRST.pattern).any() or (held.str.len() > 15).all():
        return texts
    for at in np.flatnonzero(odd & told).tolist():
        found = number(texts.iloc[at], decimal)
        if found is None:
            log.note(
                _("Column “{column}” is text: “{cell}” is no number.").format(
                    column=name, cell=texts.iloc[at]
                )
            )
            return texts
        values[at] = found
    if (np.abs(values[np.isfinite(values)]) >= 2**53).any():
        return texts
    marked = held.head(_SAMPLE).str.contains(r"[.,eE]", regex=True).any()
    numbers: pd.Series = pd.Series(values, index=texts.index)
    return numbers if marked else _whole(numbers)


# --- codes ----------------------------------------------------------------------------------------
def repair_codes(codes: pd.Series, name: str) -> tuple[pd.Series, int, int]:
    """Give codes their lost leading zero back: (codes as text, how many, digits).

    Where the name is of an official code (UBIGEO, CVEGEO …), the number of digits is known; else
    codes of two neighbouring lengths, in a column called code, tell that the shorter ones lost it.
    """
    texts = code_text(codes)
    held = texts.dropna()
    lengths = set(held.str.len().unique())
    if not len(held) or not held.str.fullmatch(r"\d+").all() or not lengths:
        return texts, 0, 0
    longest = max(lengths)
    width = next((w for w in code_widths(name) if w >= longest), 0)
    if not width:
        by_name = is_code(name) and plain(name) not in {"id", "folio"}
        width = longest if by_name and lengths == {longest, longest - 1} and longest >= 4 else 0
    short = (
        held[held.str.len() == width - 1] if width and lengths <= {width, width - 1} else held[:0]
    )
    if not len(short):
        return texts, 0, width
    fixed = texts.copy()
    fixed[short.index] = "0" + short
    return fixed, len(short), width
