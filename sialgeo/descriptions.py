"""What indicators are: declared in a table, or guessed from the names of their columns and said so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sialgeo.errors import SchemaError, raise_all
from sialgeo.i18n import N_, _
from sialgeo.model import FAMILIES, Indicator

if TYPE_CHECKING:
    import pandas as pd

Family = Literal["monetary", "hdi", "capabilities", "marginalisation", "other"]
Direction = Literal["more", "less", ""]

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_COUNT = re.compile(
    r"(?:^|[_\W])(?:pob|poblacion|población|personas|people|num|n)(?:$|[_\W])", re.IGNORECASE
)
_BETTER: Mapping[str, Direction] = {
    "more_is_better": "more",
    "more": "more",
    "más": "more",
    "mas": "more",
    "more_is_worse": "less",
    "less_is_better": "less",
    "less": "less",
    "menos": "less",
}
FAMILY_LABELS: Mapping[str, str] = {
    "hdi": N_("human development"),
    "monetary": N_("monetary poverty"),
    "marginalisation": N_("marginalisation"),
    "capabilities": N_("capabilities"),
    "other": N_("other"),
}
DIRECTION_LABELS: Mapping[str, str] = {
    "more": N_("more is better"),
    "less": N_("less is better"),
    "": N_("no direction"),
}


class _Reading(NamedTuple):
    names: re.Pattern[str]
    family: Family
    better: Direction
    unit: str


# CONAPO's index and its normalised form: since 2020 (DP2) more of it is less marginalisation
_CONAPO = re.compile(r"^imn?(?:$|_)|indice_?marg|índice_?marg", re.IGNORECASE)
_READINGS = (
    _Reading(re.compile(r"idh|hdi", re.IGNORECASE), "hdi", "more", "index"),
    _Reading(re.compile(r"pobre|poverty|poor", re.IGNORECASE), "monetary", "less", "percent"),
    _Reading(re.compile(r"carencia|depriv|rezago|nbi", re.IGNORECASE), "capabilities", "less", ""),
    _Reading(re.compile(r"margina", re.IGNORECASE), "marginalisation", "", ""),
)


def guess_indicator(column: str, *, source: str = "") -> Indicator:
    """Return what the name of a column tells of its indicator: family, year, unit, direction.

    Nothing but the name is looked at; :func:`sentence` says how it was read. A count of people
    ("pobreza_pob") is no rate, and stays ``"other"``.

    Examples
    --------
    >>> poverty = guess_indicator("pobreza_2018")
    >>> poverty.family, poverty.year, poverty.unit, poverty.better
    ('monetary', 2018, 'percent', 'less')
    >>> guess_indicator("im_2020").better, guess_indicator("im_2010").better
    ('more', 'less')
    >>> guess_indicator("altitud").family
    'other'
    """
    found = _YEAR.search(column)
    year = int(found.group()) if found else None
    label = column.replace("_", " ")
    reading = next((r for r in _READINGS if r.names.search(column)), None)
    if _CONAPO.search(column):
        direction: Direction = "" if year is None else "more" if year >= 2020 else "less"
        reading = _Reading(_CONAPO, "marginalisation", direction, "index")
    if reading is None or _COUNT.search(column):
        reading = _Reading(_CONAPO, "other", "", "")
    return Indicator(
        column=column,
        name={"es": label, "en": label},
        family=reading.family,
        year=year,
        unit=reading.unit,
        better=reading.better,
        source=source,
    )


def sentence(indicator: Indicator) -> str:
    """Return how an indicator was read, in one sentence.

    >>> sentence(guess_indicator("idh_2019"))
    '“idh_2019” is read as: human development, year 2019, more is better.'
    """
    return _("“{column}” is read as: {family}, year {year}, {better}.").format(
        column=indicator.column,
        family=_(FAMILY_LABELS[indicator.family]),
        year=indicator.year or _("unknown"),
        better=_(DIRECTION_LABELS[indicator.better]),
    )


def described_indicators(table: pd.DataFrame) -> dict[str, Indicator]:
    """Return the indicators that a table describes, by column.

    Parameters
    ----------
    table
        One row per indicator. Columns: ``indicator`` (the column it describes), and any of
        ``name_es``, ``name_en``, ``family`` (monetary, hdi, capabilities, marginalisation, other, or
        their Spanish names), ``year``, ``method_year``, ``unit``, ``direction`` (more_is_better,
        more_is_worse), ``source``, ``low`` and ``high`` (columns with the ends of the 95 % interval).

    Raises
    ------
    SchemaError
        There is no column ``indicator``, a family or direction is not known, a year is no year, or
        one indicator is described twice: all faults at once.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"indicator": ["idh_2019"], "family": ["idh"], "year": [2019],
    ...     "direction": ["more_is_better"], "source": ["PNUD Perú"]})
    >>> described_indicators(table)["idh_2019"].family
    'hdi'
    """
    if "indicator" not in table.columns:
        raise SchemaError(
            _(
                "the description of the indicators has no column “indicator”. It has: {columns}"
            ).format(columns=", ".join(map(str, table.columns)))
        )
    faults: list[str] = []
    made: dict[str, Indicator] = {}
    for held in table.to_dict("records"):
        row = {str(k): _said(v) for k, v in held.items()}
        column = row["indicator"]
        if not column:
            continue
        if column in made:
            faults.append(_("“{column}” is described twice").format(column=column))
        made[column] = _one(column, row, faults)
    raise_all(faults, SchemaError)
    return made


def _one(column: str, row: Mapping[str, str], faults: list[str]) -> Indicator:
    family, direction = row.get("family", ""), row.get("direction", "")
    for field, value, known in (
        ("family", family, FAMILIES),
        ("direction", direction, _BETTER),
    ):
        if value and value.casefold() not in known:
            faults.append(
                _("“{column}” {field}: “{value}” is not known; known: {known}").format(
                    column=column, field=field, value=value, known=", ".join(known)
                )
            )
    names = {code: row.get(f"name_{code}", "") or column for code in ("es", "en")}
    return Indicator(
        column=column,
        name=names,
        family=FAMILIES.get(family.casefold(), "other"),  # type: ignore[arg-type]
        year=_year(column, "year", row, faults),
        unit=row.get("unit", ""),
        better=_BETTER.get(direction.casefold(), ""),
        source=row.get("source", ""),
        method_year=_year(column, "method_year", row, faults),
        low=row.get("low", ""),
        high=row.get("high", ""),
    )


def _year(column: str, field: str, row: Mapping[str, str], faults: list[str]) -> int | None:
    text = row.get(field, "")
    found = _YEAR.search(text)
    if text and not found:
        faults.append(
            _("“{column}” {field}: “{value}” is no year").format(
                column=column, field=field, value=text
            )
        )
    return int(found.group()) if found else None


def _said(value: Any) -> str:
    return "" if value is None or str(value) in ("nan", "<NA>", "NaT") else str(value).strip()


def describe_indicators(
    columns: Iterable[str],
    *,
    description: pd.DataFrame | Mapping[str, Indicator] | None = None,
    source: str = "",
) -> tuple[Indicator, ...]:
    """Return an :class:`Indicator` for each column: as a table describes it, else as its name tells.

    Parameters
    ----------
    columns
        Columns of figures.
    description
        Table as :func:`described_indicators` takes, or its result.
    source
        Who published the figures, for the columns that are guessed.

    Examples
    --------
    >>> [i.family for i in describe_indicators(["idh_2019", "pobreza_2018", "altitud"])]
    ['hdi', 'monetary', 'other']
    """
    if description is None:
        known: Mapping[str, Indicator] = {}
    elif isinstance(description, Mapping):
        known = description
    else:
        known = described_indicators(description)
    return tuple(known.get(c) or guess_indicator(c, source=source) for c in columns)
