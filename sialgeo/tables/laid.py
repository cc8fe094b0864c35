"""The tables ``territorio`` and ``indicador`` as one layer that indicators are laid over from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sialgeo.descriptions import guess_indicator
from sialgeo.errors import SchemaError
from sialgeo.i18n import LANGUAGES, _, plain
from sialgeo.model import FAMILIES, HIGH, LOW, Indicator
from sialgeo.tables.cells import blank

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

BETTER = {"mas_es_mejor": "more", "menos_es_mejor": "less"}


def column_of(name: str, year: Any) -> str:
    """Return the column of an indicator: its name in plain letters, with its year.

    >>> column_of("Pobreza monetaria", 2018.0), column_of("IDH 2019", 2019), column_of("Gini", None)
    ('pobreza_monetaria_2018', 'idh_2019', 'gini')
    """
    column = plain(name)
    said = "" if blank(year) else f"{int(year)}"
    return f"{column}_{said}" if said and said not in column else column


def indicator_layer(territories: gpd.GeoDataFrame, indicators: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return one row per territory with a column for each indicator and year, and what they are."""
    if not len(territories) or not len(indicators):
        raise SchemaError(
            _("the tables hold no “territorio” with figures in “indicador”. Remedy: fill in both")
        )
    layer = territories.reset_index(drop=True)
    codes = layer["codigo"]
    columns = [
        column_of(n, y) for n, y in zip(indicators["nombre"], indicators["anio"], strict=True)
    ]
    told = []
    for column, rows in indicators.groupby(columns, sort=False):
        held = rows.set_index("codigo")
        layer[column] = codes.map(held["valor"]).astype(float)
        ends = held[["li", "ls"]].notna().all(axis=1)
        one = _described(str(column), rows)
        if ends.any():
            one = replace(one, low=f"{column}{LOW}", high=f"{column}{HIGH}")
            for name, end in ((one.low, "li"), (one.high, "ls")):
                layer[name] = codes.map(held[end]).astype(float)
        told.append(one)
    layer.attrs["indicators"] = tuple(told)
    return layer


def _described(column: str, rows: pd.DataFrame) -> Indicator:
    """Return what the rows say of an indicator; what they leave open, its name tells."""
    said = {name: next((v for v in rows[name] if not blank(v)), None) for name in rows}
    guess = guess_indicator(column)
    family: Any = FAMILIES[said["familia"]] if said["familia"] else guess.family
    better: Any = BETTER.get(str(said["sentido"]), guess.better)
    return replace(
        guess,
        name=dict.fromkeys(LANGUAGES, str(said["nombre"])),
        family=family,
        year=None if said["anio"] is None else int(said["anio"]),
        unit=str(said["unidad"] or (guess.unit if family == guess.family else "")),
        better=better,
        source=str(said["fuente"] or ""),
    )
