"""What is classified: concentrations, groups of concentrations, territories; and what lies in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sialgeo.crs import equal_area_crs, metric_crs, require_crs
from sialgeo.errors import CRSError, ParameterError, SchemaError, raise_all
from sialgeo.i18n import _, plain
from sialgeo.model import CONCENTRATION, MAIN_CHAIN, NAME, Concentrations, N
from sialgeo.tables import SialTables
from sialgeo.tables.cells import typed
from sialgeo.tables.declared import BY_NAME
from sialgeo.typology.facts import Place

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Groups = Mapping[str, Sequence[Any]]
Names = Mapping[Any, Sequence[str]]
_TERRITORY = BY_NAME["territorio"]
OVERLAP_COLUMNS = (
    "territory",
    "concentration",
    "area_km2",
    "share_of_footprint",
    "share_of_territory",
)


class Asked(NamedTuple):
    """What is to be classified, and the table its answers go into."""

    places: list[Place]
    areas: gpd.GeoDataFrame
    members: list[list[Any]]  # ids of the concentrations each consists of; empty for a territory


def units_of(tables: SialTables, producers: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Return the units: the table's, else the producers themselves as far as they say."""
    if "unidad" in tables.given or producers is None:
        return tables.units
    import geopandas as gpd

    bare = producers.drop(columns=[producers.geometry.name])
    made, _faults = typed(bare, BY_NAME["unidad"])
    return gpd.GeoDataFrame(made, geometry=producers.geometry.to_numpy(), crs=producers.crs)


def of_concentrations(
    c: Concentrations, units: gpd.GeoDataFrame, groups: Groups | None, key: str, names: Names
) -> Asked:
    """Return one place for each concentration, or for each group of them."""
    members = {i: [i] for i in c.areas.index} if groups is None else _grouped(c, groups)
    names = _further(names, {**c.areas[NAME], **{group: group for group in groups or ()}})
    shapes, areas = _areas(c, members, grouped=groups is not None)
    producers = c.producers
    codes = _codes(producers, key)
    label = producers[CONCENTRATION].to_numpy()
    places = []
    within = _Within(units, shapes, c.producers.crs)
    for at, (name, ids) in enumerate(members.items()):
        own = np.isin(label, ids)
        inside, reach_of = within.of(at)
        held = frozenset(codes[own]) if codes is not None else frozenset(inside)
        spoken = [str(areas[NAME].iloc[at]), str(name), *names.get(name, ())]
        if groups is not None:
            spoken += [str(n) for i in ids for n in (c.areas.loc[i, NAME], *names.get(i, ()))]
        chains = _chains(c, ids, units, inside)
        places.append(_place(name, spoken, held, held | inside, chains, reach_of(chains)))
    return Asked(places, areas, [list(ids) for ids in members.values()])


def of_territories(territories: gpd.GeoDataFrame, units: gpd.GeoDataFrame, names: Names) -> Asked:
    """Return one place for each territory given by the user."""
    import geopandas as gpd
    import pandas as pd

    require_crs(territories=territories)
    bare = pd.DataFrame(territories.drop(columns=[territories.geometry.name]))
    said = {v: k for k, v in _spelt(bare).items()}
    title = bare[said["nombre"]] if "nombre" in said else bare.index.to_series()
    code = bare[said["codigo"]] if "codigo" in said else bare.index.to_series()
    within = _Within(units, list(territories.geometry), territories.crs)
    names = _further(names, dict(zip(territories.index, title, strict=True)))
    places, counts = [], []
    for at, label in enumerate(territories.index):
        inside, reach_of = within.of(at)
        chains = _commonest(units, inside)
        spoken = [str(title.iloc[at]), str(code.iloc[at]), str(label), *names.get(label, ())]
        places.append(_place(label, spoken, inside, inside, chains, reach_of(chains)))
        counts.append(len(inside))
    held = {NAME: [str(t) for t in title], N: counts}
    areas = gpd.GeoDataFrame(
        held, index=territories.index, geometry=territories.geometry.to_numpy(), crs=territories.crs
    )
    return Asked(places, areas, [[] for _place in places])


def _further(names: Names, known: Mapping[Any, Any]) -> Names:
    """Return the further names by id; a place may be told by id or by name."""
    meet = _by_id_or_name(known)
    met = {place: meet(place) for place in names}
    missing = [str(place) for place, i in met.items() if i is None]
    if missing:
        raise ParameterError(
            _("names: there is no place {missing}. There are: {known}").format(
                missing=", ".join(missing), known=_listed(known)
            )
        )
    found: dict[Any, list[str]] = {}
    for place, more in names.items():
        found.setdefault(met[place], []).extend(more)
    return found


def _by_id_or_name(known: Mapping[Any, Any]) -> Callable[[Any], Any]:
    """Return what finds the id of a place that is told by id or by name, None where there is none."""
    ids: dict[Any, Any] = {plain(str(name)): i for i, name in known.items()}
    ids |= {str(i): i for i in known} | {i: i for i in known}
    return lambda told: ids.get(told, ids.get(plain(str(told))))


def _listed(known: Mapping[Any, Any]) -> str:
    return ", ".join(f"{i} {name}" for i, name in known.items())


def _spelt(frame: pd.DataFrame) -> dict[Any, str]:
    aliases = _TERRITORY.aliases()
    return {c: aliases[plain(str(c))] for c in frame.columns if plain(str(c)) in aliases}


def _grouped(c: Concentrations, groups: Groups) -> dict[Any, list[Any]]:
    """Return the ids of each group; its members may be told by id or by name."""
    known = dict(c.areas[NAME].items())
    meet = _by_id_or_name(known)
    found = {name: [meet(i) for i in ids] for name, ids in groups.items()}
    faults = [
        _("group “{name}”: there is no concentration {missing}. There are: {known}").format(
            name=name,
            missing=", ".join(
                str(i) for i, met in zip(groups[name], ids, strict=True) if met is None
            ),
            known=_listed(known),
        )
        for name, ids in found.items()
        if None in ids
    ]
    faults += [
        _("group “{name}” is empty").format(name=n) for n, ids in groups.items() if not len(ids)
    ]
    raise_all(faults, ParameterError)
    return {name: list(dict.fromkeys(ids)) for name, ids in found.items()}


def _areas(
    c: Concentrations, members: Mapping[Any, list[Any]], *, grouped: bool
) -> tuple[list[Any], gpd.GeoDataFrame]:
    import geopandas as gpd

    if not grouped:
        return list(c.areas.geometry), c.areas.copy()
    shapes = [c.areas.loc[ids].geometry.union_all() for ids in members.values()]
    held = {
        NAME: list(map(str, members)),
        N: [int(c.areas.loc[i, N].sum()) for i in members.values()],
    }
    return shapes, gpd.GeoDataFrame(held, index=list(members), geometry=shapes, crs=c.areas.crs)


def _codes(producers: gpd.GeoDataFrame, key: str) -> Any:
    """Return the producers' codes as the tables write them; None where they have none."""
    aliases = BY_NAME["unidad"].aliases()
    found = key if key in producers else None
    if found is None:
        found = next((c for c in producers.columns if aliases.get(plain(str(c))) == "id"), None)
    if found is None:
        return None
    import pandas as pd

    frame = pd.DataFrame({"id": producers[found].to_numpy(), "eslabon": "3"})
    return typed(frame, BY_NAME["unidad"])[0]["id"].to_numpy(dtype=object)


def _chains(
    c: Concentrations, ids: list[Any], units: gpd.GeoDataFrame, inside: Any
) -> tuple[str, ...]:
    if MAIN_CHAIN not in c.areas:
        return _commonest(units, inside)
    main = [m for m in c.areas.loc[ids, MAIN_CHAIN] if isinstance(m, str)]
    return tuple(dict.fromkeys([*main, *_commonest(units, inside)]))


def _commonest(units: gpd.GeoDataFrame, inside: Iterable[str]) -> tuple[str, ...]:
    """Return the chains of the units inside, the commonest among processors first."""
    own = units[units["id"].isin(set(inside)) & units["cadena"].notna()]
    processing = own[own["eslabon"] == "3"]
    counts = (processing if len(processing) else own)["cadena"].value_counts()
    first = sorted(counts.index, key=lambda chain: (-counts[chain], chain))
    return tuple(dict.fromkeys([*first, *sorted(own["cadena"].unique())]))


def _place(
    key: Any,
    spoken: list[str],
    units: frozenset[str],
    inside: Any,
    chains: tuple[str, ...],
    reach: Any,
) -> Place:
    names = frozenset(plain(s) for s in spoken if plain(s))
    return Place(key, spoken[0], names, frozenset(units), frozenset(inside), chains, reach)


class _Within:
    """How far each unit is from each footprint, once for all places."""

    def __init__(self, units: gpd.GeoDataFrame, shapes: Sequence[Any], crs: Any) -> None:
        import geopandas as gpd

        located = units[units.geometry.notna() & ~units.geometry.is_empty] if len(units) else units
        if len(located) and located.crs is None:
            raise CRSError(_("the units have no CRS. Remedy: units.set_crs"))
        self._link, self._chain = located["eslabon"].to_numpy(object), located["cadena"]
        self._codes = located["id"].to_numpy(object)
        drawn = gpd.GeoSeries(list(shapes), crs=crs)
        metres = metric_crs(drawn) if len(drawn) else crs
        self._shapes = drawn.to_crs(metres).to_numpy() if len(drawn) else []
        self._points = located.geometry.to_crs(metres).to_numpy() if len(located) else np.array([])

    def of(self, at: int) -> tuple[frozenset[str], Any]:
        """Return the units within one footprint, and how far each link of given chains is from it."""
        import shapely

        shape = self._shapes[at]
        shapely.prepare(shape)
        distance = shapely.distance(shape, self._points) if len(self._points) else np.zeros(0)
        inside = frozenset(self._codes[distance == 0])

        def reach(chains: Sequence[str]) -> dict[str, float]:
            """A unit that is tied to no chain serves any."""
            main = list(chains[:1])
            fits = (
                (self._chain.isna() | self._chain.isin(main)).to_numpy()
                if main
                else np.ones(len(distance), bool)
            )
            return {
                str(link): float(distance[fits & (self._link == link)].min())
                for link in dict.fromkeys(self._link[fits].tolist())
                if link is not None
            }

        return inside, reach


# --- footprint and terruño ------------------------------------------------------------------------
def overlaps(footprints: gpd.GeoDataFrame, territories: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return how far each territory and each footprint lie on each other.

    Columns: ``territory``, ``concentration`` (their names), ``area_km2`` of the overlap,
    ``share_of_footprint`` and ``share_of_territory`` (0–1); only pairs that meet.
    """
    import pandas as pd

    require_crs(territories=territories, footprints=footprints)
    area = equal_area_crs(territories)
    drawn, laid = footprints.to_crs(area), territories.to_crs(area)
    names = _titles(territories)
    rows = []
    for name, ground in zip(names, laid.geometry, strict=True):
        shared = drawn.geometry.intersection(ground).area.to_numpy()
        for at in np.flatnonzero(shared > 0):
            rows.append(
                (
                    name,
                    str(footprints[NAME].iloc[at]),
                    shared[at] / 1e6,
                    shared[at] / drawn.geometry.iloc[at].area,
                    shared[at] / ground.area,
                )
            )
    table: pd.DataFrame = pd.DataFrame(rows, columns=list(OVERLAP_COLUMNS))
    return table


def _titles(territories: gpd.GeoDataFrame) -> list[str]:
    said = {v: k for k, v in _spelt(territories).items()}
    column = said.get("nombre", said.get("codigo", NAME if NAME in territories else None))
    held = territories.index if column is None else territories[column]
    return [str(v) for v in held]


def require_polygons(territories: gpd.GeoDataFrame) -> None:
    """Raise where a territory is no polygon."""
    wrong = territories.index[~territories.geom_type.isin(["Polygon", "MultiPolygon"])]
    if len(wrong):
        raise SchemaError(
            _("territories: rows {rows} are no polygons. Remedy: draw them as polygons").format(
                rows=", ".join(map(str, wrong[:10]))
            )
        )
