"""The verb: facts of each place, criteria, level, flag; what flips where a threshold moves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sialgeo import params
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import _, ngettext, plain
from sialgeo.model import (
    ACTIVATION,
    ACTIVATION_EVIDENCE,
    ACTIVATION_LEVEL,
    COMPLETENESS,
    COORDINATION,
    CRITERIA,
    DECLUSTERING,
    DECLUSTERING_REASONS,
    LINKS_PRESENT,
    RESOURCES,
    SPATIAL_EVIDENCE,
    STARS,
    TERRITORY,
    THREATS,
    UNMET,
    UNSURVEYED,
    Concentrations,
    Step,
    versions,
)
from sialgeo.tables import SialTables
from sialgeo.tables.cells import blank
from sialgeo.tables.dates import parse_date
from sialgeo.typology.facts import Facts, Reader
from sialgeo.typology.levels import (
    DEFAULT_LINKS,
    NOT_EVALUABLE,
    NOT_MET,
    Criterion,
    Template,
    Verdict,
    active_efficiency,
    completeness,
    links_present,
    verdict,
)
from sialgeo.typology.places import (
    OVERLAP_COLUMNS,
    Asked,
    of_concentrations,
    of_territories,
    overlaps,
    require_polygons,
    units_of,
)
from sialgeo.typology.result import Typology
from sialgeo.typology.spatial import pooled, spatial_criteria, spatial_evidence, stars
from sialgeo.typology.thresholds import Thresholds, variations

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_COLUMNS = ("place", "name", *Criterion._fields)
_SENSITIVITY = (
    "threshold", "value", "place", "name", "level", "level_there", "flag", "flag_there",
)  # fmt: skip


def classify(
    where: Concentrations | gpd.GeoDataFrame,
    tables: SialTables,
    *,
    groups: Mapping[str, Sequence[Any]] | None = None,
    territories: gpd.GeoDataFrame | None = None,
    concentrations: Concentrations | None = None,
    thresholds: Thresholds | None = None,
    date: str | None = None,
    since: str | None = None,
    key: str = "id",
    names: Mapping[Any, Sequence[str]] | None = None,
) -> Typology:
    """Say how activated a concentration, a group of them or a territory is, with its evidence.

    Two axes, never collapsed: what the points show (axis 1), and the level of activation that the
    tables of the study show (axis 2): 1 passive, 2 SIAL candidate, 3 being activated, 4 activated
    SIAL, 5 with hybrid coordination. Levels are cumulative; axis 2 does not require axis 1. What was
    not surveyed is not assessable, never "not activated".

    Parameters
    ----------
    where
        Concentrations, or territories (polygons; name and code in columns ``nombre``, ``codigo`` or
        ``name``, ``code``): a SIAL may span several poles.
    tables
        Tables of the study. Rows hold at a place when their ``lugar`` is its name, its id, or one of
        ``names``; a resource or an event without a place holds everywhere; an organisation stands
        where one of its members does, or where its ``ambito`` says.
    groups
        Name → ids or names of the concentrations that are classified together.
    territories, concentrations
        The other side, to show the overlap of footprint and terruño: territories where ``where`` is
        concentrations, concentrations where ``where`` is territories.
    thresholds
        When a criterion is met; the defaults of :class:`Thresholds`.
    date
        Day, month or year for which the level holds. Without it whatever began and has no end counts
        as in force.
    since
        From when a fall of membership is looked for; without it, from the peak.
    key
        Column of the producers with the codes that the tables use.
    names
        Further names of a place that the tables use, by its id or its name.

    Returns
    -------
    Typology
        With the columns also in ``typology.concentrations.areas`` where concentrations were given.

    Raises
    ------
    SchemaError
        A territory is no polygon, or there is nothing to classify.
    ParameterError
        A group or ``names`` name a concentration that does not exist; a date is no date; ``groups`` are asked of
        territories.
    CRSError
        A layer has no CRS.

    Notes
    -----
    Activation is the capacity to mobilise specific resources collectively (Boucher 2004); its
    criterion is collective action, structural and functional (Boucher and Poméon 2010; the wording
    of the distinction is ours). The thresholds are this project's proposal: no official ones are known. Chain completeness is
    Σ w_l·1{link l present within the footprint or its catchment}/Σ w_l, with the links and weights
    of the table ``cadena``; without it, links 1 to 5 with equal weights.

    Examples
    --------
    Eight dairies in a valley, in an association with a collective mark:

    >>> import geopandas as gpd, pandas as pd, shapely
    >>> from sialgeo import SialTables
    >>> dairies = gpd.GeoDataFrame(
    ...     {"id": [f"Q{k}" for k in range(8)], "eslabon": "3"},
    ...     geometry=gpd.points_from_xy(range(0, 800, 100), [0] * 8), crs=32717)
    >>> tables = SialTables.from_frames({
    ...     "unidad": dairies,
    ...     "organizacion": pd.DataFrame({"id": ["AQ"], "tipo": ["asociacion"]}),
    ...     "membresia_org": pd.DataFrame({"miembro": dairies["id"], "org": "AQ", "eslabon": "3"}),
    ...     "levantamiento": pd.DataFrame({"lugar": "Valle", "tema": ["organizacion", "accion_colectiva", "recursos"]}),
    ...     "recurso_especifico": pd.DataFrame({"id": ["R"], "clase": ["saber_hacer"], "fuente": ["acta"]}),
    ...     "accion_colectiva": pd.DataFrame({"org": ["AQ", "AQ"], "clase": ["estructural", "funcional"],
    ...         "forma": [None, "marca_colectiva"], "recurso_id": [None, "R"]}),
    ...     "cadena": pd.DataFrame({"cadena": ["queso"], "eslabon": ["3"]}),
    ... })
    >>> valley = gpd.GeoDataFrame({"nombre": ["Valle"]}, geometry=[shapely.box(-100, -100, 900, 100)], crs=32717)
    >>> found = classify(valley, tables)
    >>> found.areas[["name", "activation_level", "spatial_evidence"]].values.tolist()
    [['Valle', 1.0, 'not_evaluable']]
    >>> found.areas["criteria_unmet"].iloc[0]
    ['chain_links', 'coordinating_body', 'body_institution', 'horizontal_body']
    """
    asked = thresholds or Thresholds()
    day, start = date_of(date, "date"), date_of(since, "since")
    if isinstance(where, Concentrations):
        units = units_of(tables, where.producers)
        held = of_concentrations(where, units, groups, key, names or {})
        spatial = _axis_one(where, held, asked)
    else:
        if groups is not None:
            raise ParameterError(_("groups: only concentrations can be grouped"))
        require_polygons(where)
        held = of_territories(where, units_of(tables, None), names or {})
        spatial = [[] for _place in held.places]
    if not held.places:
        raise SchemaError(_("there is nothing to classify: no concentration, no territory"))
    reader = Reader(_with_units(tables, where), day, start)
    facts = [reader.facts(place) for place in held.places]
    templates = [_template(tables, f) for f in facts]
    found = [verdict(f, t, asked) for f, t in zip(facts, templates, strict=True)]
    criteria = [[*s, *v.criteria] for s, v in zip(spatial, found, strict=True)]
    areas = _areas(held, facts, templates, found, criteria, asked)
    areas[STARS] = _stars(where, held, tables, asked)
    step = _step(asked, day, start, groups, tables, held, facts)
    return Typology(
        areas,
        _criteria_table(held, criteria),
        _sensitivity(held, facts, templates, found, asked),
        _overlap(where, territories, concentrations),
        asked,
        step,
        _carried(where, areas, step)
        if isinstance(where, Concentrations) and groups is None
        else None,
    )


def date_of(text: str | None, name: str) -> str | None:
    """Return a parameter as the tables write dates; None where it is empty."""
    if text is None or blank(text):
        return None
    found = parse_date(text)
    if found is None:
        raise ParameterError(
            _("{name} = {text}: is no date. Remedy: as 2004, 2004-05 or 2004-05-31").format(
                name=name, text=text
            )
        )
    return found


def _with_units(tables: SialTables, where: Any) -> SialTables:
    """Return the tables with the producers as units where they hold none."""
    if "unidad" in tables.given or not isinstance(where, Concentrations):
        return tables
    units = units_of(tables, where.producers)
    return SialTables({**tables.frames, "unidad": units}, tables.given, tables.notes)


def _template(tables: SialTables, facts: Facts) -> Template:
    """Return the links that a complete chain has, with their weights: of the place's main chain."""
    chains = tables.chains
    for chain in facts.place.chains:
        own = chains[chains["cadena"] == chain]
        if len(own):
            return dict(zip(own["eslabon"], own["peso"].fillna(1.0), strict=True))
    return dict.fromkeys(DEFAULT_LINKS, 1.0)


def _axis_one(c: Concentrations, held: Asked, asked: Thresholds) -> list[list[Criterion]]:
    rows = dict(zip(c.areas.index, c.areas.to_dict("records"), strict=True))
    each = {i: spatial_criteria(row, asked) for i, row in rows.items()}
    return [
        each[ids[0]] if len(ids) == 1 else pooled([each[i] for i in ids]) for ids in held.members
    ]


def _areas(
    held: Asked,
    facts: Sequence[Facts],
    templates: Sequence[Template],
    found: Sequence[Verdict],
    criteria: Sequence[Sequence[Criterion]],
    asked: Thresholds,
) -> gpd.GeoDataFrame:
    areas = held.areas.copy()
    present = [list(links_present(f, asked.catchment)) for f in facts]
    known = [bool(f.place.reach) for f in facts]
    active = [active_efficiency(f) for f in facts]
    areas[SPATIAL_EVIDENCE] = [spatial_evidence(c) for c in criteria]
    areas[ACTIVATION] = [v.activation for v in found]
    areas[ACTIVATION_LEVEL] = [v.level for v in found]
    areas[ACTIVATION_EVIDENCE] = [v.evidence or None for v in found]
    areas[COORDINATION] = [v.coordination for v in found]
    areas[DECLUSTERING] = [v.declustering for v in found]
    shares = [completeness(p, t) for p, t in zip(present, templates, strict=True)]
    areas[COMPLETENESS] = [s if k else math.nan for s, k in zip(shares, known, strict=True)]
    for column in active[0]:
        areas[column] = [figures[column] for figures in active]
    listed: dict[str, Sequence[Any]] = {
        LINKS_PRESENT: present,
        RESOURCES: [list(f.resource_classes) for f in facts],
        THREATS: [list(f.threats) for f in facts],
        DECLUSTERING_REASONS: [list(v.reasons) for v in found],
        UNMET: [
            [c.criterion for c in own if c.status == NOT_MET and c.axis != "flag"]
            for own in criteria
        ],
        UNSURVEYED: [[c.criterion for c in own if c.status == NOT_EVALUABLE] for own in criteria],
        CRITERIA: [[c.plainly() for c in own] for own in criteria],
    }
    for column, cells in listed.items():
        areas[column] = _cells(cells)
    return areas


def _cells(cells: Sequence[Any]) -> Any:
    """Return lists as the cells of one column."""
    import numpy as np

    made = np.empty(len(cells), dtype=object)
    for k, cell in enumerate(cells):
        made[k] = cell
    return made


def _stars(where: Any, held: Asked, tables: SialTables, asked: Thresholds) -> Any:
    if not isinstance(where, Concentrations) or any(len(ids) != 1 for ids in held.members):
        return _cells([[] for _place in held.places])
    return _cells(stars(where.areas, _focus(where, held, tables), asked))


def _focus(c: Concentrations, held: Asked, tables: SialTables) -> list[float] | None:
    """Return each concentration's share of the employment of the territories it lies in."""
    units = tables.units
    if TERRITORY not in c.producers or not units["empleo"].notna().any():
        return None
    work = dict(zip(units["id"], units["empleo"], strict=True))
    own = c.producers.get("id")
    if own is None:
        return None
    people = own.astype(str).map(work).to_numpy(float)
    ground = c.producers[TERRITORY].to_numpy(object)
    shares = []
    for place in held.places:
        inside = own.astype(str).isin(place.units).to_numpy()
        region = [g in set(ground[inside]) for g in ground]
        total = float(people[region].sum())
        shares.append(float(people[inside].sum()) / total if total > 0 else math.nan)
    return shares


def _criteria_table(held: Asked, criteria: Sequence[Sequence[Criterion]]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (place.key, place.name, *criterion)
        for place, own in zip(held.places, criteria, strict=True)
        for criterion in own
    ]
    table: pd.DataFrame = pd.DataFrame(rows, columns=list(_COLUMNS))
    return table


def _sensitivity(
    held: Asked,
    facts: Sequence[Facts],
    templates: Sequence[Template],
    found: Sequence[Verdict],
    asked: Thresholds,
) -> pd.DataFrame:
    """Return which levels and flags flip where one threshold is moved alone."""
    import pandas as pd

    rows = []
    for name, value, moved in variations(asked):
        for place, own, template, now in zip(held.places, facts, templates, found, strict=True):
            there = verdict(own, template, moved)
            same = there.activation == now.activation and there.declustering == now.declustering
            if not same:
                flags = (now.declustering, there.declustering)
                rows.append((name, value, place.key, place.name, now.level, there.level, *flags))
    table: pd.DataFrame = pd.DataFrame(rows, columns=list(_SENSITIVITY))
    return table


def _overlap(where: Any, territories: Any, concentrations: Concentrations | None) -> pd.DataFrame:
    import pandas as pd

    if isinstance(where, Concentrations) and territories is not None:
        require_polygons(territories)
        return overlaps(where.areas, territories.to_crs(where.areas.crs))
    if not isinstance(where, Concentrations) and concentrations is not None:
        return overlaps(concentrations.areas, where.to_crs(concentrations.areas.crs))
    return pd.DataFrame(columns=list(OVERLAP_COLUMNS))


def _carried(c: Concentrations, areas: gpd.GeoDataFrame, step: Step) -> Concentrations:
    return c.with_step(step, areas=areas)


def _step(
    asked: Thresholds,
    day: str | None,
    start: str | None,
    groups: Any,
    tables: SialTables,
    held: Asked,
    facts: Sequence[Facts],
) -> Step:
    notes: list[str] = []
    unread = [f.place.name for f in facts if not f.topics]
    if unread:
        notes.append(
            ngettext(
                "{n} place was not surveyed: its activation is not assessable ({names}).",
                "{n} places were not surveyed: their activation is not assessable ({names}).",
                len(unread),
            ).format(n=len(unread), names=", ".join(unread))
        )
    silent = _places_never_met(tables, facts)
    if silent:
        notes.append(
            _(
                "No place bears these names of the tables: {names}. Remedy: say which place they mean (names=, --also)"
            ).format(names=", ".join(silent))
        )
    parameters = {
        "thresholds": params.as_dict(asked),
        "date": day,
        "since": start,
        "groups": {k: list(v) for k, v in groups.items()} if groups else None,
        "tables": sorted(tables.given),
        "places": len(held.places),
    }
    return Step("classify", parameters, str(held.areas.crs), None, versions(), notes=tuple(notes))


def _places_never_met(tables: SialTables, facts: Sequence[Facts]) -> list[str]:
    known = {name for f in facts for name in f.place.names}
    said = {
        str(place)
        for name in ("levantamiento", "recurso_especifico", "evento", "accion_colectiva")
        for place in tables[name]["lugar"]
        if not blank(place)
    }
    return sorted(place for place in said if plain(place) not in known)
