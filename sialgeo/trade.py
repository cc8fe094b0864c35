"""Exposure to trade opening: who sells what imports compete with. Exposure, never impact."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo import params
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import N_, _, ngettext, plain
from sialgeo.model import (
    ACTIVATION_LEVEL,
    CONCENTRATION,
    EXPOSED_OUTPUT,
    EXPOSED_PRODUCERS,
    EXPOSURE,
    EXPOSURE_ACTIVATION,
    INCOME_EFFECT,
    Concentrations,
    Step,
    versions,
)
from sialgeo.params import check, param
from sialgeo.tables import SialTables
from sialgeo.tables.cells import blank, typed
from sialgeo.tables.declared import BY_NAME
from sialgeo.tables.quantities import per_year

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
CAUTION = N_(
    "Exposure to trade opening, not its effect: it says who sells what imports compete with, not what "
    "became of prices, nor who adapted."
)
FIRST_ORDER = N_(
    "The change of income is of first order (Deaton's net benefit ratio times the change of price): it "
    "holds before anyone changes what is grown, bought or sold, and for the producers whose figures are "
    "known."
)
KNOWN = "income_effect_known"  # of ``areas``: producers whose figures are known


@dataclass(frozen=True)
class Exposure:
    """Where the classes of exposure begin, and which level counts as able to respond."""

    medium: float = param(
        0.2,
        N_("Share of output in exposed chains from which exposure is medium"),
        label=N_("Medium from"),
        gt=0,
        le=1,
    )
    high: float = param(
        0.5,
        N_("Share of output in exposed chains from which exposure is high"),
        label=N_("High from"),
        gt=0,
        le=1,
    )
    active_from: int = param(4, N_("Activation level from which a concentration counts as able to respond"), label=N_("Able to respond from level"), ge=1, le=5)  # fmt: skip

    def __post_init__(self) -> None:
        check(self)
        if self.medium > self.high:
            raise ParameterError(_("medium must not be above high"))


class _Opening(NamedTuple):
    """What the table of trade opening says of a chain or a product."""

    exposed: bool
    price: float


def trade_exposure(
    concentrations: Concentrations,
    tables: SialTables,
    *,
    medium: float = 0.2,
    high: float = 0.5,
    active_from: int = 4,
    key: str = "id",
) -> Concentrations:
    """Say how far each concentration lives on chains that compete with imports.

    Parameters
    ----------
    concentrations
        Classified or not; without :func:`sialgeo.classify` the activation is not assessable.
    tables
        With ``apertura``: change of price or tariff by chain or product, and its source; and with
        ``unidad``: chain, product, and as far as known value, consumption and total expenditure.
        Without ``unidad`` the producers' own columns are read by the same names.
    medium, high
        Shares of output (of producers, where no output is known) from which exposure is medium, high.
    active_from
        Activation level from which a concentration counts as able to respond.
    key
        Column of the producers with the codes of ``unidad``.

    Returns
    -------
    Concentrations
        ``areas`` with ``exposed_producers`` and ``exposed_output`` (per cent of those known),
        ``income_effect`` (per cent of total consumption, mean over the producers known) and
        ``income_effect_known`` (how many), ``exposure`` (none, low, medium, high, unknown) and
        ``exposure_activation``, the classes of the two-way map. The step's notes name the sources and
        the caution.

    Raises
    ------
    SchemaError
        There is no table ``apertura``, or the producers have no column ``key``.
    ParameterError
        A parameter is out of its bounds.

    Notes
    -----
    A chain or product is exposed where the table says so (``importacion``), else where its price or
    tariff falls. The first-order change of income of a producer is the net benefit ratio (Deaton)
    times the relative change of price: (value sold − value consumed)/total consumption × Δp/p. A
    change of tariff alone gives no change of price: how much of it reaches producers is not known.

    Examples
    --------
    Two dairies sell 100 of cheese each, eat 20 of it and spend 160 in all; its price falls by 10 %:

    >>> import geopandas as gpd, pandas as pd, shapely
    >>> from sialgeo import SialTables
    >>> from sialgeo.model import Concentrations
    >>> dairies = gpd.GeoDataFrame(
    ...     {"id": ["A", "B"], "concentration": 1, "membership": "core"},
    ...     geometry=gpd.points_from_xy([0, 500], [0, 0]), crs=32717)
    >>> areas = gpd.GeoDataFrame({"name": ["V"], "n": [2], "evidence": ["untested"]}, index=[1],
    ...     geometry=[shapely.box(-500, -500, 1000, 500)], crs=32717)
    >>> tables = SialTables.from_frames({
    ...     "unidad": pd.DataFrame({"id": ["A", "B"], "eslabon": "3", "cadena": "queso", "valor": 100,
    ...                             "valor_consumo": 20, "gasto_total": 160}),
    ...     "apertura": pd.DataFrame({"cadena": ["queso"], "cambio_precio": [-10], "fuente": ["MEF"]})})
    >>> found = trade_exposure(Concentrations(dairies, areas), tables)
    >>> found.areas[["exposed_producers", "exposed_output", "income_effect", "exposure"]].values.tolist()
    [[100.0, 100.0, -5.0, 'high']]
    """
    asked = Exposure(medium=medium, high=high, active_from=active_from)
    if "apertura" not in tables.given:
        raise SchemaError(
            _("the tables hold no “apertura”. Remedy: give the change of price or tariff by chain")
        )
    units = _units(concentrations, tables, key)
    exposed, price = _opened(units, tables.trade)
    label = concentrations.producers[CONCENTRATION].to_numpy()
    areas = concentrations.areas.copy()
    rows = [
        _figures(units[label == i], exposed[label == i], price[label == i]) for i in areas.index
    ]
    for at, column in enumerate((EXPOSED_PRODUCERS, EXPOSED_OUTPUT, INCOME_EFFECT)):
        areas[column] = [row[at] for row in rows]
    areas[KNOWN] = np.array([row[3] for row in rows], dtype=np.int64)
    share = areas[EXPOSED_OUTPUT].fillna(areas[EXPOSED_PRODUCERS])
    areas[EXPOSURE] = [_class(s / 100, asked) for s in share]
    levels = areas[ACTIVATION_LEVEL] if ACTIVATION_LEVEL in areas else [math.nan] * len(areas)
    areas[EXPOSURE_ACTIVATION] = [
        _both(e, level, asked) for e, level in zip(areas[EXPOSURE], levels, strict=True)
    ]
    notes = _notes(tables, exposed, areas)
    step = Step(
        "trade_exposure", params.as_dict(asked), str(areas.crs), None, versions(), notes=notes
    )
    return concentrations.with_step(step, areas=areas)


def _units(c: Concentrations, tables: SialTables, key: str) -> pd.DataFrame:
    """Return what is known of each producer, in the order of the producers."""
    import pandas as pd

    producers = c.producers
    if "unidad" not in tables.given:
        bare = pd.DataFrame(producers.drop(columns=[producers.geometry.name]))
        return typed(bare, BY_NAME["unidad"])[0].reset_index(drop=True)
    if key not in producers:
        raise SchemaError(
            _("the producers have no column “{column}” (key=). They have: {columns}").format(
                column=key, columns=", ".join(map(str, producers.columns))
            )
        )
    known = pd.DataFrame(tables.units.drop(columns=["geometry"], errors="ignore")).set_index("id")
    codes = typed(
        pd.DataFrame({"id": producers[key].to_numpy(), "eslabon": "3"}), BY_NAME["unidad"]
    )
    found: pd.DataFrame = known.reindex(codes[0]["id"].to_numpy()).reset_index(drop=True)
    return found


def _opened(units: pd.DataFrame, trade: pd.DataFrame) -> tuple[Array, Array]:
    """Return whether each unit is exposed (1, 0, NaN where nothing tells) and its change of price."""
    chains = {r["cadena"]: _opening(r) for r in _rows(trade) if not blank(r["cadena"])}
    products = {
        plain(r["producto"]): _opening(r)
        for r in _rows(trade)
        if not blank(r["producto"]) and blank(r["cadena"])
    }
    exposed, price = np.full(len(units), np.nan), np.full(len(units), np.nan)
    pairs = zip(units["cadena"], units["producto"], strict=True)
    for at, (chain, product) in enumerate(pairs):
        if blank(chain) and blank(product):
            continue
        found = products.get("" if blank(product) else plain(product)) or chains.get(chain)
        exposed[at] = float(found.exposed) if found else 0.0
        price[at] = found.price if found else 0.0
    return exposed, price


def _rows(frame: pd.DataFrame) -> Sequence[dict[Any, Any]]:
    rows: list[dict[Any, Any]] = frame.to_dict("records")
    return rows


def _opening(row: dict[Any, Any]) -> _Opening:
    said = row["importacion"]
    falls = any(not blank(v) and v < 0 for v in (row["cambio_precio"], row["cambio_arancel"]))
    return _Opening(falls if blank(said) else bool(said), float(row["cambio_precio"]))


def _figures(units: pd.DataFrame, exposed: Array, price: Array) -> tuple[float, float, float, int]:
    told = ~np.isnan(exposed)
    producers = 100 * float(exposed[told].mean()) if told.any() else math.nan
    output = _outputs(units)
    known = told & ~np.isnan(output)
    total = float(output[known].sum())
    share = 100 * float((output * exposed)[known].sum()) / total if total > 0 else math.nan
    net = (units["valor"] - units["valor_consumo"]) / units["gasto_total"].where(
        units["gasto_total"] > 0
    )
    effect = net.to_numpy(float) * price
    good = ~np.isnan(effect)
    return producers, share, float(effect[good].mean()) if good.any() else math.nan, int(good.sum())


def _outputs(units: pd.DataFrame) -> Array:
    """Return what each unit puts out: its value; where none is known, its volume per year."""
    value: Array = units["valor"].to_numpy(float)
    if not np.isnan(value).all():
        return value
    columns = zip(units["volumen"], units["unidad_vol"], units["periodo"], strict=True)
    amounts = [per_year(*cells) for cells in columns]
    kinds = {kind for _amount, kind in amounts if kind}
    if len(kinds) != 1:  # tonnes and litres do not add up
        return np.full(len(units), np.nan)
    return np.array([amount for amount, _kind in amounts])


def _class(share: float, asked: Exposure) -> str:
    if math.isnan(share):
        return "unknown"
    if share == 0:
        return "none"
    return "high" if share >= asked.high else ("medium" if share >= asked.medium else "low")


def _both(exposure: str, level: float, asked: Exposure) -> str | None:
    if exposure == "unknown":
        return None
    side = "exposed" if exposure in ("medium", "high") else "sheltered"
    if math.isnan(level):
        return f"{side}_unknown"
    return f"{side}_active" if level >= asked.active_from else f"{side}_passive"


def _notes(tables: SialTables, exposed: Array, areas: Any) -> tuple[str, ...]:
    sources = "; ".join(dict.fromkeys(str(s) for s in tables.trade["fuente"]))
    notes = [_(CAUTION), _("Trade opening: {sources}.").format(sources=sources)]
    if areas[INCOME_EFFECT].notna().any():
        notes.append(_(FIRST_ORDER))
    lost = int(np.isnan(exposed).sum())
    if lost:
        notes.append(
            ngettext(
                "{n} producer names neither chain nor product and counts in no exposure.",
                "{n} producers name neither chain nor product and count in no exposure.",
                lost,
            ).format(n=lost)
        )
    return tuple(notes)
