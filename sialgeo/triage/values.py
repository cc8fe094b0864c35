"""Values that cannot be: altitudes, amounts below zero, shares beyond the whole, dates to come."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.i18n import _, plain
from sialgeo.tables.dates import first_day, parse_date
from sialgeo.triage.faults import Findings

if TYPE_CHECKING:
    import pandas as pd

_ALTITUDE = re.compile(
    r"(?:.*_)?(?:altitud|altitude|alt|elevacion|elevation|msnm|cota|ele)(?:_m|_msnm)?"
)
_AMOUNT = re.compile(
    r"(?:.*_)?(?:litros?|volumen|volume|produccion|production|kg|kilos?|toneladas?|empleo|empleados"
    r"|trabajadores|workers|personas|hectareas|ha|vacas|cabezas|precio|price|ventas|ingresos?|edad"
    r"|poblacion|pob|socios|superficie|area)(?:_.*)?"
)  # fmt: skip
_SHARE = re.compile(r"(?:pct|porcentaje|percent|por_ciento)(?:_.*)?|.*_(?:pct|porcentaje|percent)")
_YEAR = re.compile(r"(?:anio|ano|year)(?:_(?:inicio|fundacion|alta|creacion|start))?")
_DATE = re.compile(r"(?:fecha|date)(?:_.*)?|.*_(?:fecha|date)")
_LOWEST, _HIGHEST = -430.0, 6_500.0  # metres: the Dead Sea; above every settlement of the Andes
_FIRST = 1500


def check_values(findings: Findings, table: pd.DataFrame) -> None:
    """Note every value that its column's name says cannot be; what is missing is no fault."""
    from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

    for name in table.columns:
        column = table[name]
        said = plain(str(name))
        if is_datetime64_any_dtype(column):
            late = column.dt.date.map(lambda d: d > date.today()).fillna(False).to_numpy(bool)
            _add(findings, late, str(name), _("a date to come"))
        elif _DATE.fullmatch(said) and not is_numeric_dtype(column):
            _add(findings, _to_come(column), str(name), _("a date to come"))
        if not is_numeric_dtype(column) or is_bool_dtype(column):
            continue
        values = column.to_numpy(dtype=float, na_value=np.nan)
        with np.errstate(invalid="ignore"):
            if _ALTITUDE.fullmatch(said):
                high = (values < _LOWEST) | (values > _HIGHEST)
                _add(findings, high, str(name), _("an altitude that no settlement has"))
            elif _SHARE.fullmatch(said):
                _add(findings, (values < 0) | (values > 100), str(name), _("a share beyond 0–100"))
            elif _YEAR.fullmatch(said):
                wrong = (values < _FIRST) | (values > date.today().year)
                _add(findings, wrong, str(name), _("a year that cannot be"))
            elif _AMOUNT.fullmatch(said):
                _add(findings, values < 0, str(name), _("an amount below zero"))


def _to_come(column: pd.Series) -> list[bool]:
    """Mark the dates written as text, day before month, that are still to come."""
    today = date.today().isoformat()
    dates = [parse_date(v) if isinstance(v, str) else None for v in column]
    return [d is not None and first_day(d) > today for d in dates]


def _add(findings: Findings, where: Any, name: str, what: str) -> None:
    findings.add(
        "valor_imposible",
        np.asarray(where, dtype=bool),
        name,
        message=_("the value cannot be: {what}").format(what=what),
    )
