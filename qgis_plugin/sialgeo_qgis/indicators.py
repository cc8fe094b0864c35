# SPDX-License-Identifier: GPL-2.0-or-later
"""What an indicator's field name tells: family, year, direction. Each reading is told to the user."""

from __future__ import annotations

import re

from .texts import mark, tr

_FAMILIES = (
    ("hdi", "more", re.compile(r"idh|hdi", re.IGNORECASE)),
    ("monetary", "less", re.compile(r"pobre|poverty|poor", re.IGNORECASE)),
    ("marginalisation", "less", re.compile(r"margina|carencia|depriv", re.IGNORECASE)),
)
_SAID = {
    "hdi": mark("human development"),
    "monetary": mark("monetary poverty"),
    "marginalisation": mark("marginalisation"),
    "capabilities": mark("capabilities"),
    "other": mark("other"),
}
_BETTER = {"more": mark("more is better"), "less": mark("less is better"), "": mark("no direction")}
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def declared(table) -> dict:
    """Return the indicators that a table describes, by column.

    Its columns are those of the sample's ``indicadores.meta.csv``: indicator, name_es, name_en, family,
    year, unit, direction (more_is_better, more_is_worse), source.
    """
    from sialgeo.model import FAMILIES, Indicator

    made = {}
    for row in table.astype("object").apply(lambda held: held.map(_said)).to_dict("records"):
        column = row.get("indicator", "")
        names = {code: row.get(f"name_{code}", "") for code in ("es", "en")}
        year = _YEAR.search(row.get("year", ""))
        if column:
            made[column] = Indicator(
                column=column,
                name={code: name or column for code, name in names.items()},
                family=FAMILIES.get(row.get("family", "").lower(), "other"),
                year=int(year.group()) if year else None,
                unit=row.get("unit", ""),
                better={"more_is_better": "more", "more_is_worse": "less"}.get(
                    row.get("direction", ""), ""
                ),
                source=row.get("source", ""),
            )
    return made


def _said(value) -> str:
    return "" if value is None or str(value) in ("nan", "<NA>") else str(value).strip()


def described(columns, source: str = "", known=None) -> tuple:
    """Return an ``Indicator`` for each column, as a table describes it, else as its name tells."""
    from sialgeo.model import Indicator

    made = []
    for column in columns:
        if known and column in known:
            made.append(known[column])
            continue
        family, better = next(
            ((f, b) for f, b, names in _FAMILIES if names.search(column)), ("other", "")
        )
        year = _YEAR.search(column)
        label = column.replace("_", " ")
        made.append(
            Indicator(
                column=column,
                name={"es": label, "en": label},
                family=family,
                year=int(year.group()) if year else None,
                better=better,
                source=source,
            )
        )
    return tuple(made)


def sentence(indicator) -> str:
    """Return how a field was read."""
    return tr("“{column}” is read as: {family}, year {year}, {better}.").format(
        column=indicator.column,
        family=tr(_SAID[indicator.family]),
        year=indicator.year or tr("unknown"),
        better=tr(_BETTER[indicator.better]),
    )
