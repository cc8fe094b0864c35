"""Linkages: which links of the chain are there, who supplies whom, and where the product goes.

``link`` adds what can be said of each concentration from the places of suppliers and other actors and,
where they are known, from flows. Standing near is no dealing: only flows show a link that is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import crs_name, metric_crs, require_crs, xy_of
from sialgeo.errors import ParameterError, SchemaError, raise_all
from sialgeo.i18n import N_, _, ngettext
from sialgeo.kernels import catchment as kernel
from sialgeo.kernels.completeness import completeness
from sialgeo.kernels.neighbours import nearest_within
from sialgeo.kernels.pairs import sums_around
from sialgeo.model import (
    AT_EDGE,
    BACKWARD,
    CATCHMENT_KM,
    CATCHMENT_N,
    CATCHMENT_VOLUME,
    COMPLETENESS,
    CONCENTRATION,
    FLOWS,
    FORWARD,
    LINKS_MISSING,
    LINKS_PRESENT,
    LOCAL_CONTENT,
    MAIN_CHAIN,
    NAME,
    PLANT_FLOWS,
    SOLD_OUTSIDE,
    SUPPLIER_ACCESS,
    SUPPLIERS_WITHIN,
    SUPPLY_WITHIN,
    WITH_FLOWS,
    Concentrations,
    Step,
    versions,
)
from sialgeo.params import check, param
from sialgeo.progress import Progress, aloud, silent

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from sialgeo.tables import SialTables

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

RADII = (5_000.0, 10_000.0, 20_000.0)
LINK, ORIGIN, DESTINATION, MARKET = "eslabon", "origen", "destino", "mercado"
VOLUME, UNIT, PERIOD, PRODUCT, ID = "volumen", "unidad_vol", "periodo", "producto", "id"
MARKET_OF_UNIT = "mercado_dest"
LOCAL_MARKETS = frozenset({"local", "localidad", "feria local", "local market"})


@dataclass(frozen=True)
class Linking:
    """How far a supplier is near, and how catchments are drawn."""

    catchment: str = param(
        "huff",
        N_("Whom suppliers fall to: shared by attraction and distance, or the nearest with room"),
        label=N_("Catchments"),
        choices=("huff", "nearest", "none"),
    )
    reach: float = param(
        20_000.0, N_("Farthest that a supplier delivers"), label=N_("Reach"), unit="m", gt=0
    )
    decay: float = param(
        10_000.0,
        N_("Distance at which a supplier counts 37 % of one next door"),
        label=N_("Distance decay"),
        unit="m",
        gt=0,
    )
    exponent: float = param(
        2.0, N_("How fast a plant's pull falls with distance (Huff)"), label=N_("Exponent"), gt=0
    )
    local: float = param(
        10_000.0,
        N_("An input from within this distance of the footprint is local"),
        label=N_("Local within"),
        unit="m",
        ge=0,
    )

    def __post_init__(self) -> None:
        check(self)


@aloud
def link(
    concentrations: Concentrations,
    *,
    tables: SialTables | None = None,
    suppliers: gpd.GeoDataFrame | None = None,
    supply: str | None = None,
    radii: Sequence[float] = RADII,
    catchment: str = "huff",
    reach: float = 20_000.0,
    decay: float = 10_000.0,
    exponent: float = 2.0,
    attraction: str | None = None,
    capacity: str | None = None,
    actors: gpd.GeoDataFrame | None = None,
    links: Sequence[str] | Mapping[str, Sequence[str]] = (),
    weights: Mapping[str, float] | Mapping[str, Mapping[str, float]] | None = None,
    flows: pd.DataFrame | None = None,
    id: str = "id",  # noqa: A002
    volume: str | None = None,
    volume_unit: str = "",
    places: gpd.GeoDataFrame | None = None,
    place_name: str = "name",
    local: float = 10_000.0,
    progress: Progress | None = None,
) -> Concentrations:
    """Say how each concentration is linked backward to its suppliers and forward to its markets.

    Parameters
    ----------
    concentrations
        Detected, tested or not.
    tables : SialTables, optional
        Tables of the study: what of ``actors``, ``flows``, ``links`` and ``weights`` is not given is
        taken from ``unidad``, ``flujo`` and ``cadena`` (where the concentrations have a main chain).
    suppliers : GeoDataFrame of points, optional
        Producers of the raw material.
    supply : str, optional
        Column of the suppliers with their volume; by default each counts one.
    radii : sequence of float
        Metres within which suppliers are counted around each plant.
    catchment : {"huff", "nearest", "none"}
        Whom suppliers fall to within ``reach``: shared by attraction over distance to ``exponent``
        (Huff 1963), or whole to the nearest plant with room.
    reach, decay : float
        Metres.
    attraction, capacity : str, optional
        Columns of the producers: what draws suppliers (by default all alike), and how much supply a
        plant can take, in the unit of ``supply`` (needed by "nearest").
    actors : GeoDataFrame of points, optional
        All actors with their link of the chain (column ``eslabon``), as the table ``unidad``.
    links : sequence of str, or mapping from chain to one
        The chain's template; with a mapping each concentration takes that of its main chain.
    weights : mapping, optional
        Weight of each link in the completeness, or of each chain's links; equal by default.
    flows : DataFrame, optional
        As the table ``flujo``: ``origen``, ``destino`` or ``mercado``, ``producto``, ``volumen``,
        ``unidad_vol``, ``periodo``. Units are found among the producers and the actors.
    id : str
        Column with the units' codes.
    volume, volume_unit : str, optional
        Producers' output: where no flow names it, it goes to the market of their own column
        ``mercado_dest``.
    places : GeoDataFrame of points, optional
        Where markets are, by ``place_name``; a market that has a place gets a line on the map.
    local : float
        Metres around the footprint from which an input is local.
    progress : callable(fraction, message), optional

    Returns
    -------
    Concentrations
        ``areas`` with, where it can be said (NaN where not):
        ``suppliers_within__5`` … (km): mean number of suppliers around a plant, and
        ``supply_within__5`` … their volume; ``supplier_access`` (mean Σ v·exp(−d/decay));
        ``plants_at_edge`` (per cent of plants whose largest radius leaves the suppliers' extent: their
        figures are too low); ``catchment_n``, ``catchment_volume``, ``catchment_km``;
        ``links_present``, ``links_missing``, ``chain_completeness`` (CCI, 0–1);
        ``local_content`` (per cent of the input volume that is local), ``backward_share`` and
        ``forward_share`` (per cent of plants with a recorded supplier, and buyer or market) and
        ``sold_outside`` (per cent of the volume sold that leaves the concentration's surroundings; a
        market named "local" does not).
        The step keeps the flows summed by concentration and destination, and who of the producers
        sells what to whom of them, for the map.

    Raises
    ------
    SchemaError, ParameterError, CRSError
        All faults at once.

    Notes
    -----
    A link is present where at least one actor of it stands within ``local`` metres of the footprint.
    CCI = Σ w·present/Σ w over the template's links; a link of which the actors table holds no unit
    anywhere was not looked for, and leaves the completeness open (NaN), as an empty table does.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> dairies = gpd.GeoDataFrame(
    ...     {"concentration": [1, 1, -1], "membership": ["core", "core", "none"]},
    ...     geometry=gpd.points_from_xy([500_000, 501_000, 560_000], [9_200_000] * 3), crs=32717)
    >>> areas = gpd.GeoDataFrame({"name": ["A"], "n": [2], "evidence": ["untested"]}, index=[1],
    ...     geometry=[shapely.box(499_000, 9_199_000, 502_000, 9_201_000)], crs=32717)
    >>> farms = gpd.GeoDataFrame({"litres": [10.0, 30.0]},
    ...     geometry=gpd.points_from_xy([500_000, 507_000], [9_200_000] * 2), crs=32717)
    >>> found = link(Concentrations(dairies, areas), suppliers=farms, supply="litres", radii=[5_000])
    >>> found.areas[["suppliers_within__5", "supply_within__5", "catchment_n"]].values.tolist()
    [[1.0, 10.0, 2.0]]
    """
    asked = Linking(catchment, reach, decay, exponent, local)
    given = _Given(concentrations, id=id)
    notes: list[str] = []
    if tables is not None:
        told = _of_tables(tables, given)
        actors, flows = _first(actors, told.actors), _first(flows, told.flows)
        links, weights = (links, weights) if links else (told.links, told.weights)
    given.check(suppliers, supply, actors, flows, places, attraction, capacity, volume, place_name)
    (progress or silent)(0.1, _("Linking"))
    areas = concentrations.areas.copy()
    if suppliers is not None:
        columns = _supplied(
            given, suppliers, supply, _kilometres(radii), asked, attraction, capacity
        )
        notes.extend(columns.pop("notes"))
        _set(areas, columns)
    if actors is not None and links:
        _set(areas, _chains(given, actors, links, weights, asked, notes))
    lines: dict[str, list[dict[str, Any]]] = {}
    if flows is not None or (volume is not None and MARKET_OF_UNIT in given.producers):
        columns, lines = _flowing(
            given, flows, actors, volume, volume_unit, places, place_name, asked
        )
        notes.extend(columns.pop("notes"))
        _set(areas, columns)
    notes.append(
        _("Standing near a supplier shows that dealing is possible, not that it takes place.")
    )
    parameters = {
        "catchment": catchment, "reach": reach, "decay": decay, "exponent": exponent, "local": local,
        "supply": supply, "radii": tuple(float(r) for r in radii), **lines,
    }  # fmt: skip
    step = Step("link", parameters, crs_name(given.crs), None, versions(), notes=tuple(notes))
    return concentrations.with_step(step, areas=areas)


class _Told(NamedTuple):
    """What the tables of a study say of linkages."""

    actors: gpd.GeoDataFrame | None
    flows: pd.DataFrame | None
    links: Mapping[str, Sequence[str]]
    weights: Mapping[str, Mapping[str, float]]


def _first(given: Any, told: Any) -> Any:
    return told if given is None else given


def _of_tables(tables: SialTables, given: _Given) -> _Told:
    units = tables.units
    placed = units[~(units.geometry.isna() | units.geometry.is_empty)]
    weights: dict[str, dict[str, float]] = {}
    if MAIN_CHAIN in given.areas:
        for chain, own in tables.chains.groupby("cadena", sort=False):
            weights[str(chain)] = dict(zip(own[LINK], own["peso"].fillna(1.0), strict=True))
    return _Told(
        placed.to_crs(given.producers.crs) if len(placed) else None,
        tables.flows if len(tables.flows) else None,
        {chain: list(own) for chain, own in weights.items()},
        weights,
    )


def catchment_areas(
    concentrations: Concentrations, *, reach: float = 20_000.0, cell: float = 1_000.0
) -> gpd.GeoDataFrame:
    """Return the land that lies nearest to each concentration's plants, within reach («cuencas»).

    Parameters
    ----------
    concentrations
    reach, cell : float
        Metres: the farthest that a supplier delivers, and the side of the grid the areas are drawn on.

    Returns
    -------
    GeoDataFrame
        One row per concentration, same index and CRS: ``name``, ``area_km2``. Land nearer to a plant
        in no concentration belongs to none.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> dairies = gpd.GeoDataFrame({"concentration": [1, -1], "membership": ["core", "none"]},
    ...     geometry=gpd.points_from_xy([500_000, 510_000], [9_200_000] * 2), crs=32717)
    >>> areas = gpd.GeoDataFrame({"name": ["A"], "n": [1], "evidence": ["untested"]}, index=[1],
    ...     geometry=[shapely.box(499_000, 9_199_000, 502_000, 9_201_000)], crs=32717)
    >>> round(catchment_areas(Concentrations(dairies, areas), reach=5_000).area_km2.item())
    80
    """
    import geopandas as gpd
    import shapely

    if not (reach > 0 and 0 < cell <= reach):
        raise ParameterError(
            _("reach and cell must be metres above 0, the cell no wider than the reach")
        )
    given = _Given(concentrations)
    low = np.floor((given.xy.min(axis=0) - reach) / cell).astype(int)
    high = np.ceil((given.xy.max(axis=0) + reach) / cell).astype(int)
    pieces: dict[int, list[Any]] = {number: [] for number in concentrations.areas.index}
    for row in range(low[1], high[1]):  # a row of the grid at a time
        x = np.arange(low[0], high[0])
        centres = np.column_stack([(x + 0.5) * cell, np.full(len(x), (row + 0.5) * cell)])
        near = nearest_within(centres, given.xy, reach)
        owner = np.where(near >= 0, given.group[near], -1)
        for place in np.unique(owner[owner >= 0]).tolist():
            mine = x[owner == place]
            for run in np.split(mine, np.flatnonzero(np.diff(mine) > 1) + 1):
                box = shapely.box(run[0] * cell, row * cell, (run[-1] + 1) * cell, (row + 1) * cell)
                pieces[concentrations.areas.index[place]].append(box)
    shapes = [shapely.union_all(pieces[number]) for number in concentrations.areas.index]
    table = {NAME: concentrations.areas[NAME], "area_km2": [s.area / 1e6 for s in shapes]}
    found = gpd.GeoDataFrame(
        table, index=concentrations.areas.index, geometry=shapes, crs=given.crs
    )
    return found.to_crs(concentrations.areas.crs)


# --- what is given -----------------------------------------------------------------------------------


class _Given:
    """The plants in metres, and the place of each one's concentration among the areas (−1 none)."""

    def __init__(self, concentrations: Concentrations, *, id: str = "id") -> None:  # noqa: A002
        self.producers, self.areas, self.id = concentrations.producers, concentrations.areas, id
        require_crs(producers=self.producers, areas=self.areas)
        self.crs = metric_crs(self.producers)
        self.xy = xy_of(self.producers, self.crs)
        self.group: Ints = self.areas.index.get_indexer(self.producers[CONCENTRATION]).astype(
            np.int64
        )
        self.count = len(self.areas)

    def mean(self, per_plant: Array) -> Array:
        """Return the mean over each concentration's plants of a figure that all of them have."""
        inside = self.group >= 0
        n = np.bincount(self.group[inside], minlength=self.count)
        total = np.bincount(self.group[inside], weights=per_plant[inside], minlength=self.count)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: Array = total / n
        return mean

    def total(self, per_plant: Array) -> Array:
        inside = self.group >= 0
        held = np.bincount(self.group[inside], weights=per_plant[inside], minlength=self.count)
        return held.astype(float)

    def check(
        self,
        suppliers: Any,
        supply: str | None,
        actors: Any,
        flows: Any,
        places: Any,
        attraction: str | None,
        capacity: str | None,
        volume: str | None,
        place_name: str,
    ) -> None:
        """Name every column that is asked for and missing, at once; make sure of the CRS."""
        layers = {"suppliers": suppliers, "actors": actors, "places": places}
        require_crs(producers=self.producers, **{k: v for k, v in layers.items() if v is not None})
        wanted: list[tuple[Any, str, tuple[str | None, ...]]] = [
            (self.producers, _("the producers"), (attraction, capacity, volume))
        ]
        if suppliers is not None:
            wanted.append((suppliers, _("the suppliers"), (supply,)))
        if actors is not None:
            wanted.append((actors, _("the actors"), (LINK,)))
        if places is not None:
            wanted.append((places, _("the places"), (place_name,)))
        if flows is not None:
            wanted.append((flows, _("the flows"), (ORIGIN, VOLUME)))
            wanted.append((self.producers, _("the producers"), (self.id,)))
        faults = [
            _("{table}: no column “{column}”. It has: {columns}").format(
                table=name, column=column, columns=", ".join(map(str, table.columns))
            )
            for table, name, columns in wanted
            for column in columns
            if column is not None and column not in table.columns
        ]
        faults += [
            _("“{key}” must be known and not negative in every row of {table}").format(
                key=column, table=name
            )
            for table, name, column in (
                (suppliers, _("the suppliers"), supply),
                (self.producers, _("the producers"), attraction),
                (self.producers, _("the producers"), capacity),
            )
            if table is not None and column in table and not _whole(table[column])
        ]
        raise_all(faults, SchemaError)


def _whole(column: pd.Series) -> bool:
    import pandas as pd

    values = pd.to_numeric(column, errors="coerce").to_numpy(float, na_value=np.nan)
    return bool(np.isfinite(values).all() and (values >= 0).all())


def _set(areas: gpd.GeoDataFrame, columns: Mapping[str, Any]) -> None:
    for column, values in columns.items():
        areas[column] = values


def _kilometres(radii: Sequence[float]) -> dict[str, float]:
    """Return the radii in metres by what columns call them."""
    found = np.unique(np.asarray(radii, dtype=float))
    if not len(found) or not np.isfinite(found).all() or found[0] <= 0:
        raise ParameterError(_("radii must be finite metres above 0"))
    return {f"{r / 1000:g}": float(r) for r in found}


# --- suppliers ---------------------------------------------------------------------------------------


def _supplied(
    given: _Given,
    suppliers: gpd.GeoDataFrame,
    supply: str | None,
    radii: Mapping[str, float],
    asked: Linking,
    attraction: str | None,
    capacity: str | None,
) -> dict[str, Any]:
    xy = xy_of(suppliers, given.crs)
    held = np.ones(len(xy)) if supply is None else suppliers[supply].to_numpy(float)
    reach = np.array(list(radii.values()))
    columns: dict[str, Any] = {"notes": []}
    for prefix, weights in ((SUPPLIERS_WITHIN, np.ones(len(xy))), (SUPPLY_WITHIN, held)):
        if prefix == SUPPLY_WITHIN and supply is None:
            continue
        sums = sums_around(given.xy, xy, weights, reach)
        for k, name in enumerate(radii):
            columns[prefix + name] = given.mean(sums[:, k])
    access = kernel.decayed_access(given.xy, xy, held, asked.decay)
    columns[SUPPLIER_ACCESS] = given.mean(access)
    edge = _at_edge(given.xy, xy, float(reach[-1]))
    columns[AT_EDGE] = 100.0 * given.mean(edge.astype(float))
    if edge[given.group >= 0].any():
        columns["notes"].append(
            _(
                "Some plants stand so near the edge of the suppliers' area that suppliers beyond it are missing from their figures."
            )
        )
    if asked.catchment != "none":
        columns.update(_catchments(given, xy, held, asked, attraction, capacity, columns["notes"]))
    return columns


def _at_edge(plants: Array, suppliers: Array, radius: float) -> Flags:
    """Mark the plants whose disc leaves the hull of plants and suppliers."""
    import shapely

    hull = shapely.convex_hull(shapely.multipoints(np.vstack([plants, suppliers])))
    if hull.geom_type != "Polygon":
        return np.ones(len(plants), dtype=bool)
    gaps = shapely.distance(hull.exterior, shapely.points(plants))
    near: Flags = gaps < radius
    return near


def _catchments(
    given: _Given,
    xy: Array,
    held: Array,
    asked: Linking,
    attraction: str | None,
    capacity: str | None,
    notes: list[str],
) -> dict[str, Array]:
    if asked.catchment == "nearest":
        if capacity is None:
            raise ParameterError(
                _('catchment="nearest" needs capacity=, the column with what a plant can take')
            )
        room = given.producers[capacity].to_numpy(float)
        taken = kernel.nearest_with_room(given.xy, room, xy, held, reach=asked.reach)
        found = kernel.assigned(given.xy, xy, held, taken)
        left = int((taken < 0).sum())
        if left:
            notes.append(
                ngettext(
                    "{n} supplier fell to no plant: none within reach had room.",
                    "{n} suppliers fell to no plant: none within reach had room.",
                    left,
                ).format(n=left)
            )
    else:
        pull = np.ones(len(given.xy))
        if attraction is not None:
            pull = given.producers[attraction].to_numpy(float)
        found = kernel.huff(given.xy, pull, xy, held, reach=asked.reach, exponent=asked.exponent)
    volume = given.total(found.supply)
    way = given.total(np.nan_to_num(found.distance) * found.supply)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(volume > 0, way / volume / 1000, np.nan)
    return {
        CATCHMENT_N: given.total(found.suppliers),
        CATCHMENT_VOLUME: volume,
        CATCHMENT_KM: mean,
    }


# --- links of the chain ------------------------------------------------------------------------------


def _chains(
    given: _Given,
    actors: gpd.GeoDataFrame,
    links: Sequence[str] | Mapping[str, Sequence[str]],
    weights: Mapping[str, Any] | None,
    asked: Linking,
    notes: list[str],
) -> dict[str, Any]:
    """Return which of the template's links stand in or beside each concentration."""
    held = actors[LINK].astype("string").str.strip().str.removesuffix(".0")
    templates = [_template(links, area) for _number, area in given.areas.iterrows()]
    every = sorted({name for template in templates for name in template})
    looked_for = {name: bool((held == name).any()) for name in every}
    unseen = [name for name in every if not looked_for[name]]
    if unseen:
        notes.append(
            _(
                "No actor of link {names} anywhere in the table: the completeness of chains that need it stays open."
            ).format(names=", ".join(unseen))
        )
    there = {
        name: _present(given, actors[(held == name).fillna(False)], asked.local) for name in every
    }
    index, present, missing = [], [], []
    for place, template in enumerate(templates):
        row = [float(there[name][place]) if looked_for[name] else np.nan for name in template]
        weight = _weights(weights, template, given.areas.iloc[place])
        index.append(float(completeness([row], weight)[0]) if template else np.nan)
        present.append(", ".join(n for n, v in zip(template, row, strict=True) if v == 1))
        missing.append(", ".join(n for n, v in zip(template, row, strict=True) if v == 0))
    return {LINKS_PRESENT: present, LINKS_MISSING: missing, COMPLETENESS: index}


def _template(links: Sequence[str] | Mapping[str, Sequence[str]], area: Any) -> tuple[str, ...]:
    if isinstance(links, Mapping):
        if MAIN_CHAIN not in area:
            raise ParameterError(
                _(
                    "links by chain need the main chain of each concentration. Remedy: profile(…, chain=) first"
                )
            )
        return tuple(str(name) for name in links.get(str(area[MAIN_CHAIN]), ()))
    return tuple(str(name) for name in links)


def _weights(
    weights: Mapping[str, Any] | None, template: tuple[str, ...], area: Any
) -> list[float] | None:
    """Return the weight of each link; of a mapping by chain, that of the area's main chain."""
    if weights is None:
        return None
    if any(isinstance(held, Mapping) for held in weights.values()):
        weights = weights.get(str(area[MAIN_CHAIN]), {})
    return [float(weights.get(name, 0.0)) for name in template]


def _present(given: _Given, actors: gpd.GeoDataFrame, local: float) -> Flags:
    """Mark the areas with an actor within ``local`` metres of the footprint."""
    found = np.zeros(given.count, dtype=bool)
    if not len(actors) or not given.count:
        return found
    wide = given.areas.geometry.to_crs(given.crs).buffer(local)
    points = actors.geometry.to_crs(given.crs)
    found[np.unique(points.sindex.query(wide, predicate="intersects")[0])] = True
    return found


# --- flows -------------------------------------------------------------------------------------------


def _flowing(
    given: _Given,
    flows: pd.DataFrame | None,
    actors: gpd.GeoDataFrame | None,
    volume: str | None,
    volume_unit: str,
    places: gpd.GeoDataFrame | None,
    place_name: str,
    asked: Linking,
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """Return what flows say of each area, and the lines of the map: summed by area, and by plant."""
    notes: list[str] = []
    moves = _moves(given, flows, volume, volume_unit, notes)
    site = _Sites(given, actors, asked.local)
    moves["from"] = moves[ORIGIN].map(site.plant).fillna(-1).astype(int)
    moves["to"] = moves[DESTINATION].map(site.plant).fillna(-1).astype(int)
    columns: dict[str, Any] = {"notes": notes}
    columns.update(_shares(given, moves, site))
    if moves["unit"].nunique() > 1:
        notes.append(
            _("Flows are in several units ({units}); each is weighed within its own.").format(
                units=", ".join(sorted(set(moves["unit"])))
            )
        )
    lines = {FLOWS: _sums(given, moves, places, place_name), PLANT_FLOWS: _between_plants(moves)}
    return columns, lines


def _moves(
    given: _Given, flows: pd.DataFrame | None, volume: str | None, unit: str, notes: list[str]
) -> pd.DataFrame:
    """Return one row per flow, and per plant without an outgoing flow its own market."""
    import pandas as pd

    columns = [ORIGIN, DESTINATION, MARKET, PRODUCT, VOLUME, "unit"]
    parts = []
    if flows is not None:
        made = flows.reindex(columns=[*columns[:-1], UNIT, PERIOD]).copy()
        words = made[[UNIT, PERIOD]].astype("string").fillna("")
        made["unit"] = (words[UNIT] + "/" + words[PERIOD]).str.strip("/")
        made[VOLUME] = pd.to_numeric(made[VOLUME], errors="coerce")
        parts.append(made[columns])
    if volume is not None and MARKET_OF_UNIT in given.producers:
        own = pd.DataFrame(index=range(len(given.producers)), columns=columns)
        own[ORIGIN] = _codes(given)
        own[MARKET] = given.producers[MARKET_OF_UNIT].to_numpy()
        own[VOLUME] = given.producers[volume].to_numpy(float, na_value=np.nan)
        own["unit"] = unit
        sold = set() if flows is None else set(flows[ORIGIN].dropna().astype(str))
        parts.append(own[own[MARKET].notna() & ~own[ORIGIN].isin(sold)])
    table = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
    for column in (ORIGIN, DESTINATION, MARKET, PRODUCT):
        table[column] = table[column].astype("string")
    table["unit"] = table["unit"].astype("string").fillna("")
    lacking = int(table[VOLUME].isna().sum())
    if lacking:
        notes.append(
            ngettext(
                "{n} flow has no volume: it shows a link and counts in no share of volume.",
                "{n} flows have no volume: they show links and count in no share of volume.",
                lacking,
            ).format(n=lacking)
        )
    return table


def _codes(given: _Given) -> Any:
    """Return the producers' codes as text, or made-up ones where they have no such column."""
    if given.id in given.producers:
        return given.producers[given.id].astype("string").to_numpy()
    return np.array([f"#{i}" for i in range(len(given.producers))], dtype=object)


class _Sites:
    """Where units stand: ``plant`` by code → place among the producers; ``near`` code → areas beside."""

    def __init__(self, given: _Given, actors: gpd.GeoDataFrame | None, local: float) -> None:
        import pandas as pd

        codes = _codes(given)
        self.plant = {str(code): i for i, code in enumerate(codes) if code is not pd.NA}
        wide = given.areas.geometry.to_crs(given.crs).buffer(local)
        self.known: set[str] = set(self.plant)
        self.near: set[tuple[str, int]] = set()
        layers = [(codes, given.producers)]
        if actors is not None and given.id in actors:
            layers.append((actors[given.id].astype("string").to_numpy(), actors))
        for names, layer in layers:
            points = layer.geometry.to_crs(given.crs)
            held = ~(points.is_empty | points.isna()).to_numpy()
            self.known |= {str(name) for name, ok in zip(names, held, strict=True) if ok}
            area, point = points.sindex.query(wide, predicate="intersects")
            self.near |= {(str(names[p]), int(a)) for a, p in zip(area, point, strict=True)}


def _shares(given: _Given, moves: pd.DataFrame, site: _Sites) -> dict[str, Array]:
    """Return local content, backward and forward shares and what is sold outside, per area."""
    group = np.append(given.group, -1)  # −1 of the moves reads the last
    seller, buyer = group[moves["from"].to_numpy()], group[moves["to"].to_numpy()]
    origin_known = moves[ORIGIN].isin(site.known).to_numpy()
    target_known = (moves[DESTINATION].isin(site.known) | moves[MARKET].notna()).to_numpy()
    nothing = np.full(given.count, np.nan)
    names = (LOCAL_CONTENT, SOLD_OUTSIDE, BACKWARD, FORWARD, WITH_FLOWS)
    columns = {k: nothing.copy() for k in names}
    origins, targets = (moves[c].astype(str).to_numpy() for c in (ORIGIN, DESTINATION))
    local_market = moves[MARKET].str.strip().str.lower().isin(LOCAL_MARKETS).to_numpy(bool)
    for a in range(given.count):
        members = np.flatnonzero(given.group == a)
        bought, sold = buyer == a, seller == a
        local = np.array([(code, a) in site.near for code in origins])
        stays = local_market | np.array([(code, a) in site.near for code in targets])
        columns[LOCAL_CONTENT][a] = _share(moves, bought & origin_known, local)
        columns[SOLD_OUTSIDE][a] = _share(moves, sold & target_known, ~stays)
        parties = [moves["to"].to_numpy()[bought], moves["from"].to_numpy()[sold]]
        columns[WITH_FLOWS][a] = len(np.unique(np.concatenate(parties)))
        if (buyer >= 0).any():
            backward = np.unique(moves["to"].to_numpy()[bought])
            columns[BACKWARD][a] = 100.0 * len(backward) / max(len(members), 1)
        if (seller >= 0).any():
            forward = np.unique(moves["from"].to_numpy()[sold & target_known])
            columns[FORWARD][a] = 100.0 * len(forward) / max(len(members), 1)
    return columns


def _share(moves: pd.DataFrame, asked: Flags, of: Flags) -> float:
    """Return the per cent of the volume that is ``of``; units weigh by their number of flows."""
    chosen = asked & moves[VOLUME].notna().to_numpy()
    if not chosen.any():
        return float("nan")
    total, weight = 0.0, 0
    for _unit, rows in moves[chosen].groupby("unit").indices.items():
        place = np.flatnonzero(chosen)[rows]
        volume = moves[VOLUME].to_numpy(float)[place]
        if volume.sum() > 0:
            total += len(place) * float(volume[of[place]].sum() / volume.sum())
            weight += len(place)
    return 100.0 * total / weight if weight else float("nan")


def _sums(
    given: _Given, moves: pd.DataFrame, places: gpd.GeoDataFrame | None, place_name: str
) -> list[dict[str, Any]]:
    """Return the flows out of each concentration summed by destination, product and unit.

    The destination is another concentration, or a market; ``n`` and ``largest_two`` (share of the two
    largest sellers) are what the gate decides by.
    """
    group = np.append(given.group, -1)
    table = moves.assign(area=group[moves["from"].to_numpy()], other=group[moves["to"].to_numpy()])
    table = table[(table["area"] >= 0) & table[VOLUME].notna()]
    table = table[(table["other"] >= 0) | table[MARKET].notna()]
    where = _located(places, place_name)
    numbers = given.areas.index
    found = []
    keys = ["area", "other", MARKET, PRODUCT, "unit"]
    for key, rows in table.groupby(keys, dropna=False, sort=True):
        area, other, market, product, unit = key
        if other == area:
            continue
        sellers = rows.groupby(ORIGIN)[VOLUME].sum().sort_values(ascending=False)
        total = float(sellers.sum())
        entry: dict[str, Any] = {
            "origin": int(numbers[area]),
            "destination": int(numbers[other]) if other >= 0 else None,
            "market": "" if other >= 0 else str(market),
            "product": str(product) if isinstance(product, str) else "",
            "volume": total,
            "unit": str(unit),
            "n": len(sellers),
            "largest_two": float(sellers.iloc[:2].sum() / total) if total > 0 else 0.0,
        }
        if entry["market"] in where:
            entry["longitude"], entry["latitude"] = where[entry["market"]]
        found.append(entry)
    return found


def _between_plants(moves: pd.DataFrame) -> list[dict[str, Any]]:
    """Return which producer sells what to which, by their rows; how much is their own business."""
    both = moves[(moves["from"] >= 0) & (moves["to"] >= 0) & (moves["from"] != moves["to"])]
    pairs = both[["from", "to", PRODUCT]].fillna({PRODUCT: ""}).drop_duplicates()
    pairs = pairs.set_axis(["origin", "destination", "product"], axis=1)
    rows = pairs.sort_values(list(pairs)).astype({"product": object}).to_dict("records")
    return [{str(k): v for k, v in row.items()} for row in rows]


def _located(places: gpd.GeoDataFrame | None, name: str) -> dict[str, tuple[float, float]]:
    if places is None:
        return {}
    points = places.geometry.to_crs(4326)
    names = places[name].astype(str)
    return {n: (float(p.x), float(p.y)) for n, p in zip(names, points, strict=True)}
