"""What is asked of a polygon layer, and every fault of layer and columns in one error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from sialgeo.descriptions import guess_indicator
from sialgeo.errors import SchemaError, raise_all
from sialgeo.i18n import _
from sialgeo.model import TERRITORY, TERRITORY_NAME, Concentrations, Indicator
from sialgeo.overlays.common import RESERVED, code_of, numbers, reserved, row_names, some
from sialgeo.overlays.intervals import Drawing, interval_faults
from sialgeo.overlays.weights import Settlements
from sialgeo.plausibility import no_data, scale_notes, value_faults

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True)
class Asked:
    """What was asked of a polygon layer."""

    columns: Sequence[str] | None = None
    key: str | None = None
    name: str | None = None
    population: str | None = None
    indicators: tuple[Indicator, ...] = ()
    totals: tuple[str, ...] = ()
    settlements: Settlements | None = None
    precision: str | float | None = None
    drawing: Drawing = field(default_factory=Drawing)

    def described(self, layer: gpd.GeoDataFrame) -> dict[str, Indicator]:
        """Return what is declared of columns: in the call, else by whoever read or joined the layer."""
        declared = self.indicators or tuple(layer.attrs.get("indicators", ()))
        return {i.column: i for i in declared if isinstance(i, Indicator)}


@dataclass(frozen=True)
class Chosen:
    """The columns to lay over and what each says; ``guessed`` are those that only their names tell."""

    means: tuple[Indicator, ...]
    totals: tuple[Indicator, ...]
    guessed: tuple[Indicator, ...]
    notes: tuple[str, ...]


def checked(layer: gpd.GeoDataFrame, asked: Asked, taken: Sequence[str] = ()) -> Chosen:
    """Return the columns to lay over; one error with every fault of layer and columns.

    ``taken`` are faults the caller has found.
    """
    faults = [*layer_faults(layer, asked.key)]
    extra = {"key": asked.key, "name": asked.name, "population": asked.population}
    missing = _("the territories have no column “{column}” ({what}). They have: {columns}")
    held = ", ".join(str(c) for c in layer.columns if c != layer.geometry.name)
    wanted = [(f"{what}=", c) for what, c in extra.items() if c is not None]
    wanted += [("columns=", c) for c in asked.columns or ()]
    wanted += [("totals=", c) for c in asked.totals]
    known = asked.described(layer)
    columns = [c for c in chosen_columns(layer, asked) if c in layer.columns]
    for column in columns:
        ends = known.get(column, Indicator(column, {}))
        wanted += [("indicators=", c) for c in (ends.low, ends.high) if c]
    absent = [(what, c) for what, c in wanted if c not in layer.columns]
    faults += [missing.format(column=c, what=what, columns=held) for what, c in absent]
    totals = [c for c in asked.totals if c in layer.columns]
    if not columns and not totals and not absent:
        faults.append(
            _("the territories have no numeric column to lay over. They have: {columns}").format(
                columns=held
            )
        )
    means = [known.get(c) or guess_indicator(c) for c in columns]
    notes: list[str] = []
    for indicator in means:
        faults += _column_faults(layer, indicator, asked.key, notes)
    for column in totals:
        faults += number_faults(layer, column, asked.key, amount=_("total"))
    if asked.population is not None and asked.population in layer.columns:
        faults += number_faults(layer, asked.population, asked.key, amount=_("population"))
    raise_all([*faults, *taken], SchemaError)
    return Chosen(
        tuple(means),
        tuple(known.get(c) or Indicator(c, {}) for c in totals),
        tuple(i for i in means if i.column not in known),
        tuple(notes),
    )


def chosen_columns(layer: gpd.GeoDataFrame, asked: Asked) -> list[str]:
    """Return the columns of means: the ones asked for, else described, else all that are numbers."""
    if asked.columns is not None:
        return list(dict.fromkeys(asked.columns))
    described = [c for c in asked.described(layer) if c in layer.columns]
    if described or asked.totals:
        return [c for c in dict.fromkeys(described) if c not in asked.totals]
    numeric = layer.drop(columns=layer.geometry.name).select_dtypes("number").columns
    return [str(c) for c in numeric if c not in {asked.key, asked.name, asked.population}]


def _column_faults(
    layer: gpd.GeoDataFrame, indicator: Indicator, key: str | None, notes: list[str]
) -> list[str]:
    """Return what the figures of an indicator cannot be; what is suspicious goes to ``notes``."""
    faults = number_faults(layer, indicator.column, key)
    if faults:
        return faults
    labels = _labels(layer, key)
    values = numbers(layer[indicator.column])
    faults = value_faults(values, labels, indicator.column, indicator.family, indicator.unit)
    notes += scale_notes(values, indicator.column, indicator.unit)
    ends = [c for c in (indicator.low, indicator.high) if c]
    if len(ends) == 1:
        faults.append(
            _("“{column}”: an interval has two ends, and only “{end}” is named").format(
                column=indicator.column, end=ends[0]
            )
        )
    if len(ends) == 2 and all(c in layer.columns for c in ends):
        for end in ends:
            faults += number_faults(layer, end, key)
        if not faults:
            low, high = (numbers(layer[c]) for c in ends)
            faults += interval_faults(values, low, high, labels, indicator.column)
    return faults


def _labels(layer: gpd.GeoDataFrame, key: str | None) -> list[str]:
    held = layer[key] if key is not None and key in layer.columns else layer.index
    return [str(v) for v in held]


def layer_faults(layer: gpd.GeoDataFrame, key: str | None) -> list[str]:
    """Return what is wrong with the polygons and their codes."""
    if not len(layer):
        return [_("the layer of territories is empty")]
    faults = []
    shapes = layer.geometry.to_numpy()
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    other = ~missing & ~np.isin(shapely.get_type_id(shapes), (3, 6))
    if other.any():
        kinds = ", ".join(sorted(set(layer.geom_type[other])))
        faults.append(
            _(
                "the territories hold {kinds}, not polygons (rows {rows}). Remedy: give the layer of areas"
            ).format(kinds=kinds, rows=row_names(layer, other, key))
        )
    if missing.any():
        faults.append(
            _(
                "the territories have rows without polygon: {rows}. Remedy: complete them or take them out"
            ).format(rows=row_names(layer, missing, key))
        )
    invalid = ~missing & ~other & ~shapely.is_valid(shapes)
    if invalid.any():
        reason = str(shapely.is_valid_reason(shapes[np.argmax(invalid)]))
        faults.append(
            _(
                "the territories have invalid polygons: {rows} (the first: {reason}). Remedy: “Fix geometries” in QGIS, or layer.geometry.make_valid()"
            ).format(rows=row_names(layer, invalid, key), reason=reason)
        )
    return faults + _repeated_codes(layer, key)


def _repeated_codes(layer: gpd.GeoDataFrame, key: str | None) -> list[str]:
    if key is None or key not in layer.columns:
        return []
    codes = [c for c in (code_of(v) for v in layer[key].tolist()) if c is not None]
    found, counts = np.unique(np.array(codes, dtype=str), return_counts=True)
    twice = [str(c) for c in found[counts > 1]]
    if not twice:
        return []
    return [
        _(
            "the layer of territories: the code “{key}” stands more than once for {codes}. Remedy: keep one row per code (dissolve the polygons of one territory)"
        ).format(key=key, codes=some(twice))
    ]


def number_faults(
    layer: gpd.GeoDataFrame, column: str, key: str | None, *, amount: str = ""
) -> list[str]:
    """Return why a column cannot be laid over; an ``amount`` (people, a total) is never negative."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if not is_numeric_dtype(layer[column]) or is_bool_dtype(layer[column]):
        return [
            _(
                "column “{column}” of the territories holds no numbers. Remedy: read it as numbers, with its decimal sign"
            ).format(column=column)
        ]
    values = numbers(layer[column])
    faults = []
    if np.isinf(values).any():
        rows = row_names(layer, np.isinf(values), key)
        faults.append(
            _(
                "column “{column}” is infinite in {rows}. Remedy: leave it empty where it is not known"
            ).format(column=column, rows=rows)
        )
    if amount and (values < 0).any():
        bad = values < 0
        marked = (no_data(values) & bad).any()
        text = (
            _(
                "{amount} “{column}” is negative in {rows}: {value:g} is a usual mark of “no data”. Remedy: leave those cells empty"
            )
            if marked
            else _("{amount} “{column}” is negative in {rows}")
        )
        faults.append(
            text.format(
                amount=amount,
                column=column,
                rows=row_names(layer, bad, key),
                value=float(values[bad][0]),
            )
        )
    return faults


def name_faults(
    concentrations: Concentrations, columns: Sequence[str], key: str | None, name: str | None
) -> list[str]:
    """Name the columns that would overwrite what the caller or another step put there."""
    laid = {i.column for i in concentrations.indicators}
    faults = [reserved(c) for c in columns if c in RESERVED]
    taken = {str(c) for c in concentrations.producers.columns} | {
        str(c) for c in concentrations.areas.columns
    }
    doubled = [c for c in columns if c in taken and c not in laid and c not in RESERVED]
    if earlier_key(concentrations) is None:
        own = ((key, TERRITORY), (name, TERRITORY_NAME))
        doubled += [
            c for given, c in own if given is not None and c in concentrations.producers.columns
        ]
    faults += [
        _("the producers or areas already have a column “{column}”. Remedy: rename it").format(
            column=c
        )
        for c in dict.fromkeys(doubled)
    ]
    return faults


def earlier_key(concentrations: Concentrations) -> str | None:
    """Return the key (or name) column of the polygons laid last, None where there were none."""
    for step in reversed(concentrations.steps):
        if step.verb == "overlay" and (step.parameters.get("key") or step.parameters.get("name")):
            return str(step.parameters.get("key") or step.parameters["name"])
    return None
