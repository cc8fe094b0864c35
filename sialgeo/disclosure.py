"""The confidentiality gate in front of every export.

``protect`` is the only maker of a :class:`~sialgeo.model.Publication`, and writers take nothing else.
What it holds back it reports, never the value itself. Rules and their sources:

- a concentration, grid cell or count of fewer than ``min_n`` producers is withheld (10 by default:
  the R package MRG's ``mincount``; IBGE 2024, geographies of confidentiality);
- so is a concentration whose two largest producers hold more than 85 % of its output (MRG's
  ``nlarge`` 2, ``plim`` .85);
- where a sum that is published would give a withheld count away, a second one is withheld with it
  (complementary suppression; Hundepool et al. 2012, *Statistical Disclosure Control*);
- the grid has large cells where there are few producers, and its counts are told by classes as wide as
  ``min_n``;
- all counts that are published together are audited, and more are withheld until no small one is known
  closely (:mod:`sialgeo.audit`);
- displaced points (donut masking) hide each among at least ``min_n`` places of the same district and
  chain, and move to the same spot in every export;
- footprints are redrawn on a grid, because the corners of a hull and the centres of the arcs of a
  buffer are producers' locations.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.audit import Crossing, Shown, audited
from sialgeo.crs import metric_crs, xy_of
from sialgeo.errors import FileError, ParameterError, SchemaError
from sialgeo.i18n import LANGUAGES, N_, Text, _, use_language
from sialgeo.kernels.masking import donut, linked
from sialgeo.kernels.nested import Cells, nested_cells
from sialgeo.kernels.suppression import hidden_in_row, hidden_in_table
from sialgeo.model import (
    BACKWARD,
    BIVARIATE,
    BY_CHAIN,
    BY_RADIUS,
    CATCHMENT_KM,
    CATCHMENT_N,
    CATCHMENT_VOLUME,
    CHAIN_ENTROPY,
    CHAIN_LQ,
    CHAIN_LQ_HIGH,
    CHAIN_LQ_LOW,
    CHAIN_N,
    COMPLETENESS,
    CONCENTRATION,
    CRITERIA,
    EXPOSED_OUTPUT,
    EXPOSED_PRODUCERS,
    FLOWS,
    FORWARD,
    JOINT_SALES,
    JOINT_SELLERS,
    LABELS,
    LOCAL_CONTENT,
    LQ,
    LQ_HIGH,
    LQ_LOW,
    MAIN_CHAIN,
    MASKED,
    MEMBER_SHARE,
    MEMBERSHIP,
    MIX_ZONES,
    N_LEAST,
    N_MOST,
    NAME,
    NOISE,
    OF_INDICATOR,
    ON_TERROIRS,
    PLACES_TOLD,
    PLANT_FLOWS,
    SOLD_OUTSIDE,
    SUBINDEX,
    SUPPLIER_ACCESS,
    SUPPLIERS_WITHIN,
    SUPPLY_WITHIN,
    TERRITORY,
    WITH_FLOWS,
    Concentrations,
    Context,
    Indicator,
    N,
    Publication,
    Step,
    Summary,
)
from sialgeo.params import check, param

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from sialgeo.surfaces import Surface

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

PUBLISH = ("grid", "areas", "masked", "points")  # the first is the default
DOMINANCE, DOMINANT = 0.85, 2
PUBLISHED_CRS = 4326
_KEEP_AWAY = 2.0  # metres between any published vertex and any producer
_CELLS_PER_RADIUS = 4  # the grid of footprints: a quarter of the radius (at least a tenth is asked)
_OUTPUT_KNOWN = "output_known"  # of ``profile``: how many producers' output is known
_LOBE = 2.2  # cells: a little more than the discs of a footprint, which are half a radius wide
_MOST_CELLS = 1_000  # across one footprint
_TRIES = 64
_GRID_TRIES = 4  # then the cells with a corner at a producer are left out
_DONUT = 5  # a displaced point hides among min_n to five times as many places on average
_GOLDEN = 0.6180339887498949
_FLOW_COLUMNS = [CONCENTRATION, NAME, "destination", "product", "volume", "volume_unit", N]

# what ``Publication.withheld`` says: English sources, translated when shown
CONCENTRATIONS = N_("concentrations")
EARLIER = N_("concentrations of the earlier date")
CHAIN_COUNTS = N_("counts by chain within a concentration")
TERRITORY_COUNTS = N_("counts of producers by territory")
CHAIN_TERRITORY_COUNTS = N_("counts of producers by territory and chain")
GRID_CELLS = N_("grid cells")
SHARES = N_("shares of producers within a concentration")
MASKED_POINTS = N_("displaced points")
NOT_HIDDEN = N_("fewer places of the same district and chain around than the minimum")
COLUMNS = N_("columns")
CRITERIA_TABLE = N_("criteria of the activation, one by one")
ASSOCIATIONS = N_("figures of tests of association")
CHAIN_TOTALS = N_("numbers of producers of a chain")
FLOW_SUMS = N_("flows between concentrations and markets")
FLOW_SHARES = N_("shares of flows of a concentration")
SUPPLIES = N_("supply of few suppliers")
FEW = N_("fewer producers than the minimum for publication")
DOMINATED = N_("two producers hold more than 85 % of the output")
SMALL_COUNT = N_("below the minimum for publication, or would give such a count away")
TOGETHER = N_("would, with the other counts that are published, tell a small one too closely")
FEW_SELLERS = N_(
    "fewer sellers than the minimum for publication, or two of them sell more than 85 %"
)
FEW_SUPPLIERS = N_("fewer suppliers than the minimum for publication")
PRIVATE_COLUMN = N_("they name members and rows of the tables; the working file keeps them")
UNKNOWN_COLUMN = N_("not a column that sialgeo makes; ask for it by name to publish it")


@dataclass(frozen=True)
class Disclosure:
    """What may be published."""

    publish: str = param(
        "grid",
        N_(
            "What is published: generalised areas and counts by grid cell, areas only, or areas with displaced points or the points themselves"
        ),
        label=N_("Publish"),
        choices=PUBLISH,
    )
    min_n: int = param(
        10,
        N_("Concentrations, cells and counts of fewer producers are withheld"),
        label=N_("Minimum number of producers"),
        ge=1,
    )

    def __post_init__(self) -> None:
        check(self)


def protect(
    concentrations: Concentrations,
    *,
    publish: str = "grid",
    min_n: int = 10,
    context: Context | None = None,
    columns: Sequence[str] = (),
    cell: float | None = None,
    secret: str | bytes | None = None,
) -> Publication:
    """Return what may be handed on.

    Parameters
    ----------
    concentrations
        The result; it is not changed.
    publish
        ``"grid"``, the default: generalised areas, and producers counted by square cells, large where
        there are few, by classes of count as wide as ``min_n``. ``"areas"``: the areas only.
        ``"masked"``: areas, and displaced points with the chain only, each among at least ``min_n``
        places of its own district and chain. ``"points"``: areas, and the producers themselves, with
        concentration, membership and chain only, and lines of who of them sells what to whom, without
        volumes.
    min_n
        Least number of producers of a published concentration, cell or count. It holds for areas also
        where points are published; ``min_n=1`` withholds nothing for being small.
    context
        Title, sources, territories and places that the outputs show. Of territories only key, name,
        population and indicators are published, of places and terruños the name.
    columns
        Further columns of producers (with ``publish="points"``) or of areas to publish as they are.
    cell
        Side of the grid's smallest cells in metres; by default twice the radius of detection.
    secret
        Key of the displacement, never published. By default ``SIALGEO_SECRET``, else one that is made
        once and kept in the settings folder of the user: the same producer moves to the same spot in
        every export, because several draws could be averaged.

    Returns
    -------
    Publication

    Raises
    ------
    ParameterError
        ``publish``, ``min_n`` or ``cell`` is out of its bounds.
    SchemaError
        A column asked for, or the output column that ``profile`` recorded, is missing.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> producers = gpd.GeoDataFrame(
    ...     {"name": "secret", "concentration": [1] * 12 + [2] * 3, "membership": "core"},
    ...     geometry=gpd.points_from_xy([770_000 + 100 * i for i in range(15)], [9_200_000] * 15),
    ...     crs=32717)
    >>> areas = gpd.GeoDataFrame(
    ...     {"name": ["A", "B"], "n": [12, 3], "evidence": "tested"}, index=[1, 2], crs=32717,
    ...     geometry=[box(769e3, 9199e3, 772e3, 9201e3), box(771e3, 9199e3, 773e3, 9201e3)])
    >>> publication = protect(Concentrations(producers, areas))
    >>> list(publication.areas["name"]), publication.points is None
    (['A'], True)
    >>> publication.withheld.to_dict("records")[0]["reason"]
    'fewer producers than the minimum for publication'
    """
    asked = Disclosure(publish=publish, min_n=min_n)
    if cell is not None and not cell > 0:
        raise ParameterError(_("cell = {cell}: must be greater than 0 (m)").format(cell=cell))
    withheld: list[tuple[str, int, str]] = []
    context = _context_of(concentrations, context)
    indicators = _indicators(concentrations, context)
    kept = _publishable(concentrations, min_n, withheld)
    areas = _areas(concentrations, kept, indicators, columns, withheld)
    cells = _cells(concentrations, cell, min_n) if asked.publish == "grid" else None
    counts = _Counts(concentrations, areas, context, cells, min_n)
    areas = _without_small_chains(areas, counts, withheld)
    areas = _without_small_shares(areas, min_n, withheld)
    areas = _without_few_flows(areas, min_n, withheld)
    flows = _flow_lines(concentrations, areas, min_n, withheld)
    points, masking = None, None
    if asked.publish == "points":
        points = _points(concentrations, kept, columns)
        flows = _with_plant_flows(concentrations, areas, points, flows)
    elif asked.publish == "masked":
        key = _secret(secret)
        points, masking = _masked(concentrations, context, areas, min_n, columns, key, withheld)
    context = _published_context(context, indicators, counts, min_n, withheld)
    grid = _grid(cells, counts, min_n, withheld) if asked.publish == "grid" else None
    steps = _without_small_answers(concentrations.steps, min_n, withheld)
    return Publication(
        areas=_legible_layer(areas),
        points=None if points is None else _legible_layer(points),
        grid=grid,
        withheld=_table(withheld),
        total=len(concentrations.producers),
        summaries=_summaries(concentrations, kept),
        tests=concentrations.tests,
        steps=(
            *(_clean_step(s, areas, asked.min_n) for s in steps),
            _own_step(asked, masking),
        ),
        notes=(*(_clean_note(note) for note in concentrations.notes), *_masking_notes(masking)),
        indicators=indicators,
        context=context,
        flows=None if flows is None else _legible_layer(flows),
    )


def withheld_sentences(publication: Publication) -> tuple[str, ...]:
    """Return one sentence per thing withheld, in the language in force.

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> table = pd.DataFrame({"what": [GRID_CELLS], "n_withheld": [3], "reason": [FEW]})
    >>> withheld_sentences(SimpleNamespace(withheld=table))
    ('Withheld: grid cells: 3 (fewer producers than the minimum for publication).',)
    """
    rows = publication.withheld.itertuples(index=False)
    return tuple(
        _("Withheld: {what}: {n} ({reason}).").format(
            n=r.n_withheld, what=_(r.what), reason=_(r.reason)
        )
        for r in rows
    )


def withheld_in_short(publication: Publication) -> str:
    """Return what was withheld and how much of it in one sentence without reasons, for the foot of a map.

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> table = pd.DataFrame({"what": [GRID_CELLS, COLUMNS], "n_withheld": [3, 1], "reason": FEW})
    >>> withheld_in_short(SimpleNamespace(withheld=table))
    'Withheld for confidentiality: grid cells: 3; columns: 1.'
    """
    rows = list(publication.withheld.itertuples(index=False))
    told = "; ".join(f"{_(row.what)}: {row.n_withheld}" for row in rows)
    return _("Withheld for confidentiality: {what}.").format(what=told) if rows else ""


def protect_surface(surface: Surface, producers: gpd.GeoDataFrame, *, min_n: int = 10) -> Surface:
    """Return a surface of relative risk that may be handed on.

    A lone producer shows as a bump at its place, the sharper the smaller the bandwidth. So cells with
    fewer than ``min_n`` producers within one bandwidth of their centre become no data: a bandwidth
    that is too small leaves nothing.

    Parameters
    ----------
    surface : Surface
        Of :func:`sialgeo.relative_risk_surface`; it is not changed.
    producers
        The producers that it was made from.
    min_n
        Least number of producers within one bandwidth.

    Returns
    -------
    Surface

    Raises
    ------
    ParameterError
        ``min_n`` is out of its bounds.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from sialgeo.model import Step
    >>> from sialgeo.surfaces import Surface
    >>> xy = ([100.0] * 12 + [900.0], [100.0] * 13)
    >>> producers = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy), crs=32717)
    >>> surface = Surface(
    ...     np.ones((1, 5)), (200.0, 0.0, 0.0, 0.0, -200.0, 200.0), producers.crs, None, None, 0.05,
    ...     300.0, True, None, Step("relative_risk_surface", {}))
    >>> protect_surface(surface, producers).values.tolist()  # the lone one does not show
    [[1.0, 1.0, nan, nan, nan]]
    """
    from scipy.spatial import cKDTree

    Disclosure(min_n=min_n)
    rows, columns = np.indices(surface.values.shape)
    a, b, x0, d, e, y0 = surface.transform
    column, row = columns.ravel() + 0.5, rows.ravel() + 0.5
    centres = np.column_stack([x0 + a * column + b * row, y0 + d * column + e * row])
    xy = xy_of(producers, surface.crs)
    tree = cKDTree(xy[np.isfinite(xy).all(axis=1)])
    counted = tree.query_ball_point(centres, surface.bandwidth, return_length=True)
    few = (counted < min_n).reshape(surface.values.shape)

    def kept(values: Array | None) -> Array | None:
        return None if values is None else np.where(few, np.nan, values)

    return replace(
        surface,
        values=np.where(few, np.nan, surface.values),
        p_values=kept(surface.p_values),
        p_lower=kept(surface.p_lower),
    )


# --- which concentrations -------------------------------------------------------------------------


def _publishable(c: Concentrations, min_n: int, withheld: list[tuple[str, int, str]]) -> Mask:
    """Mark the areas that are large enough and not dominated, and report the others."""
    counted = (
        c.producers[CONCENTRATION].value_counts().reindex(c.areas.index).fillna(0).to_numpy(int)
    )
    enough: Mask = np.minimum(counted, c.areas[N].to_numpy(int)) >= min_n
    free = ~_dominated(c)
    withheld.append((CONCENTRATIONS, int((~enough).sum()), FEW))
    withheld.append((CONCENTRATIONS, int((enough & ~free).sum()), DOMINATED))
    kept: Mask = enough & free
    return kept


def _dominated(c: Concentrations) -> Mask:
    """Mark the areas whose two largest producers hold more than 85 % of the output."""
    dominated: Mask = np.zeros(len(c), dtype=bool)
    members = c.producers.groupby(CONCENTRATION).indices
    for output in _volumes_of(c):
        shares = [_top_share(output[members.get(i, [])]) for i in c.areas.index]
        dominated |= np.array([share > DOMINANCE for share in shares], dtype=bool)
    return dominated


def _outputs(c: Concentrations) -> list[str]:
    """Return the columns whose sums the areas hold: of ``profile`` and the weights of ``detect``."""
    asked = (("profile", "volume"), ("profile", "employment"), ("detect", "weights"))
    told = [[s.parameters.get(key) for s in c.steps if s.verb == verb] for verb, key in asked]
    last = [next((v for v in reversed(found) if v), None) for found in told]
    return [column for column in dict.fromkeys(last) if column]


def _top_share(output: Array) -> float:
    total = output.sum()
    return float(np.sort(output)[-DOMINANT:].sum() / total) if total > 0 else 0.0


# --- areas ------------------------------------------------------------------------------------------


def _areas(
    c: Concentrations,
    kept: Mask,
    indicators: tuple[Indicator, ...],
    columns: Sequence[str],
    withheld: list[tuple[str, int, str]],
) -> gpd.GeoDataFrame:
    import geopandas as gpd

    geometry = c.areas.geometry.name
    known = [
        col for col in c.areas.columns if col != geometry and _is_known(col, indicators, columns)
    ]
    private = CRITERIA in c.areas and CRITERIA not in known
    withheld.append((CRITERIA_TABLE, int(private), PRIVATE_COLUMN))
    withheld.append((COLUMNS, len(c.areas.columns) - len(known) - 1 - private, UNKNOWN_COLUMN))
    chosen = c.areas.loc[kept]
    return gpd.GeoDataFrame(
        chosen[known].copy(), geometry=_generalised(c, chosen), crs=PUBLISHED_CRS
    )


def _is_known(column: Any, indicators: tuple[Indicator, ...], columns: Sequence[str]) -> bool:
    if column in LABELS or column in columns or column == _OUTPUT_KNOWN:
        return True
    families = (CHAIN_N, CHAIN_LQ, CHAIN_LQ_LOW, CHAIN_LQ_HIGH)
    if str(column).startswith((*families, SUPPLIERS_WITHIN, SUPPLY_WITHIN, SUBINDEX)):
        return True
    return any(column == i.column + ending for i in indicators for ending in OF_INDICATOR)


def _without_small_chains(
    areas: gpd.GeoDataFrame, counts: _Counts, withheld: list[tuple[str, int, str]]
) -> gpd.GeoDataFrame:
    """Blank the chain counts, and their quotients, that are too small or would give one away."""
    if not any(str(column).startswith(CHAIN_N) for column in areas) or not len(areas):
        return areas
    hidden = ~counts.shown.area_chains[:-1, :-1]
    _say(withheld, CHAIN_COUNTS, hidden, ~counts.alone.area_chains[:-1, :-1])
    areas = areas.copy()
    some: Mask = np.asarray(hidden.any(axis=1))
    _blank(areas, CHAIN_ENTROPY, some)
    for j, chain in enumerate(counts.chains):
        for prefix in (CHAIN_N, CHAIN_LQ, CHAIN_LQ_LOW, CHAIN_LQ_HIGH):
            _blank(areas, prefix + chain, hidden[:, j])
        if MAIN_CHAIN in areas:  # the quotient of the main chain would give its count away
            for quotient in (LQ, LQ_LOW, LQ_HIGH):
                _blank(areas, quotient, hidden[:, j] & (areas[MAIN_CHAIN] == chain).to_numpy())
    return areas


def _say(withheld: list[tuple[str, int, str]], what: str, hidden: Mask, alone: Mask) -> None:
    """Report how many counts are hidden for their own table's sake, and for all tables together."""
    withheld.append((what, int(alone.sum()), SMALL_COUNT))
    withheld.append((what, int((hidden & ~alone).sum()), TOGETHER))


def _without_small_shares(
    areas: gpd.GeoDataFrame, min_n: int, withheld: list[tuple[str, int, str]]
) -> gpd.GeoDataFrame:
    """Blank the shares of producers that stand for a small count, or for one of a withheld chain."""
    found = [col for col in (MEMBER_SHARE, EXPOSED_PRODUCERS) if col in areas]
    if not found or not len(areas):
        return areas
    areas, n = areas.copy(), areas[N].to_numpy(float)
    chains = [col for col in areas.columns if str(col).startswith(CHAIN_N)]
    unseen = areas[chains].isna().any(axis=1).to_numpy()
    for column in found:
        count = n * areas[column].to_numpy(float, na_value=np.nan) / 100.0
        least = np.minimum(count, n - count)
        hidden: Mask = (least > 0.5) & (least < min_n - 0.5)
        if column == EXPOSED_PRODUCERS:
            hidden |= unseen & np.isfinite(count)
            _blank(areas, EXPOSED_OUTPUT, hidden)
        withheld.append((SHARES, int(hidden.sum()), SMALL_COUNT))
        _blank(areas, column, hidden)
    return areas


def _hidden_chains(
    counts: Array, totals: Array, rest: Array, min_n: int, already: Mask | None = None
) -> Mask:
    """Mark the cells of a table by chain, whose sums the reader may know, that must not be shown.

    ``totals`` are the rows' sums (what is of no chain is a column that nobody sees), ``rest`` is a
    row that nobody sees: the producers in none of the rows. ``already``: cells that are hidden.
    """
    table = np.vstack([counts, rest])
    none = np.append(np.maximum(totals - counts.sum(axis=1), 0.0), 0.0)
    unseen = np.zeros((table.shape[0], table.shape[1] + 1), dtype=bool)
    unseen[-1], unseen[:, -1] = True, True
    if already is not None:
        unseen[:-1, :-1] = already
    hidden = hidden_in_table(np.column_stack([table, none]), min_n, unseen)
    return hidden[:-1, :-1]


def _chain_of(c: Concentrations) -> str | None:
    """Return the column of chains that ``profile`` recorded, if the producers have it."""
    recorded = [s.parameters.get("chain") for s in c.steps if s.verb == "profile"]
    column = next((name for name in reversed(recorded) if name), None)
    return column if column in c.producers else None


class _Counts:
    """The producers of each territory, chain and grid cell, and what may be shown of them.

    ``alone`` is what each table may show by itself, ``shown`` what all may show together
    (:mod:`sialgeo.audit`). The last territory holds those in none, the last chain those of none.
    """

    def __init__(
        self,
        c: Concentrations,
        areas: gpd.GeoDataFrame,
        context: Context,
        grid: _Grid | None,
        min_n: int,
    ) -> None:
        import pandas as pd

        column, layer, key = _chain_of(c), context.territories, context.territory_key
        kinds = pd.Series(None, c.producers.index) if column is None else c.producers[column]
        chain, own = pd.factorize(kinds, sort=True)
        self.own_chains = [str(one) for one in own]
        told = [str(name)[len(CHAIN_N) :] for name in areas if str(name).startswith(CHAIN_N)]
        self.chains = list(dict.fromkeys([*self.own_chains, *told]))
        self.territories = None if layer is None else _territory_counts(c, layer, key)
        keys = pd.Index([] if layer is None or self.territories is None else layer[key])
        nowhere = np.full(len(c.producers), -1)
        territory = keys.get_indexer(c.producers[TERRITORY]) if len(keys) else nowhere
        area = areas.index.get_indexer(c.producers[CONCENTRATION])
        self._codes = (territory, area, chain)
        self._sizes = (len(keys), len(areas), len(self.chains))
        plain = Crossing(nowhere, *self._codes, (1, *self._sizes))
        self.territory_chains, area_chains = plain.by_chain()
        self.alone = self._each_alone(areas, area_chains[-1].astype(float), min_n)
        self.shown = audited(plain, self.alone, min_n)
        if grid is not None:
            cells = ~hidden_in_row(grid.cells.n.astype(float), min_n, ~grid.fit)
            self.alone = replace(self.alone, cells=cells)
            all_together = Crossing(grid.cells.of, *self._codes, (len(cells), *self._sizes))
            self.shown = audited(all_together, replace(self.shown, cells=cells), min_n)

    def _each_alone(self, areas: gpd.GeoDataFrame, outside: Array, min_n: int) -> Shown:
        """Return what each table may show by itself; ``outside``: of each chain in no concentration."""
        shown = Shown.nothing(*self._sizes)
        columns = [CHAIN_N + chain for chain in self.chains]
        if len(areas) and set(columns) <= set(areas):
            counts = np.nan_to_num(areas[columns].to_numpy(float, na_value=np.nan))
            totals = areas[N].to_numpy(float)
            shown.area_chains[:-1, :-1] = ~_hidden_chains(counts, totals, outside[:-1], min_n)
        if self.territories is not None:
            few = hidden_in_row(self.territories, min_n)[:-1]
            counts = self.territory_chains[:, :-1].astype(float)
            already = few[:, None] & (counts[:-1] > 0)
            totals = self.territories[:-1]
            hidden = _hidden_chains(counts[:-1], totals, counts[-1], min_n, already)
            shown.territories[:-1], shown.territory_chains[:-1, :-1] = ~few, ~(hidden | already)
        return shown


def _without_few_flows(
    areas: gpd.GeoDataFrame, min_n: int, withheld: list[tuple[str, int, str]]
) -> gpd.GeoDataFrame:
    """Blank shares of flows that few plants made, and supplies that few suppliers hold."""
    areas = areas.copy()
    for sellers, shares, beside in (
        (WITH_FLOWS, [LOCAL_CONTENT, SOLD_OUTSIDE], [BACKWARD, FORWARD]),
        (JOINT_SELLERS, [JOINT_SALES], []),
    ):
        if sellers not in areas:
            continue
        few = ~(areas[sellers].to_numpy(float) >= min_n)
        known = areas[shares].notna().any(axis=1).to_numpy()
        withheld.append((FLOW_SHARES, int((few & known).sum()), FEW_SELLERS))
        for column in (*shares, *beside, sellers):
            _blank(areas, column, few)
    supplies = [CATCHMENT_VOLUME, SUPPLIER_ACCESS]
    supplies += [c for c in areas.columns if str(c).startswith(SUPPLY_WITHIN)]
    if CATCHMENT_N in areas:
        few = ~(areas[CATCHMENT_N].to_numpy(float) >= min_n)
        withheld.append((SUPPLIES, int(few.sum()), FEW_SUPPLIERS))
        for column in (*supplies, CATCHMENT_KM):
            _blank(areas, column, few)
    return areas


def _flow_lines(
    c: Concentrations,
    areas: gpd.GeoDataFrame,
    min_n: int,
    withheld: list[tuple[str, int, str]],
) -> gpd.GeoDataFrame | None:
    """Return the sums of flows that enough sellers make, as lines between published places.

    A line runs from the middle of a footprint as published to that of another, or to its market.
    """
    import geopandas as gpd
    from shapely.geometry import LineString

    told = _told_by_link(c, FLOWS)
    if not told:
        return None
    middle, shown = _middles(areas), _shown_flows(told, areas.index, min_n)
    rows, lines = [], []
    for flow in shown:
        stop = middle.get(flow["destination"])
        if "longitude" in flow:
            stop = (flow["longitude"], flow["latitude"])
        lines.append(LineString([middle[flow["origin"]], stop]) if stop is not None else None)
        name = flow["market"] if flow["destination"] is None else areas[NAME][flow["destination"]]
        rows.append(
            {
                CONCENTRATION: flow["origin"],
                NAME: areas[NAME][flow["origin"]],
                "destination": name,
                "product": flow["product"],
                "volume": flow["volume"],
                "volume_unit": flow["unit"],
                N: flow["n"],
            }
        )
    withheld.append((FLOW_SUMS, len(told) - len(shown), FEW_SELLERS))
    return gpd.GeoDataFrame(rows, columns=_FLOW_COLUMNS, geometry=lines, crs=PUBLISHED_CRS)


def _told_by_link(c: Concentrations, key: str) -> Sequence[Mapping[str, Any]]:
    """Return the flows that the last ``link`` which was given any tells of."""
    found = [s.parameters[key] for s in c.steps if s.verb == "link" and s.parameters.get(key)]
    return found[-1] if found else ()


def _with_plant_flows(
    c: Concentrations,
    areas: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame,
    flows: gpd.GeoDataFrame | None,
) -> gpd.GeoDataFrame | None:
    """Add a line from plant to plant for each flow between two published points; no volume is told."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    pairs = _told_by_link(c, PLANT_FLOWS)
    if not pairs:
        return flows
    table = pd.DataFrame(pairs)
    ends = [points.iloc[table[side]] for side in ("origin", "destination")]
    xy = np.stack([shapely.get_coordinates(points_of.geometry) for points_of in ends], axis=1)
    within = [points_of[CONCENTRATION].replace(NOISE, None).array for points_of in ends]
    names = [areas[NAME].reindex(numbers).fillna("").to_numpy() for numbers in within]
    rows = {
        CONCENTRATION: within[0], NAME: names[0], "destination": names[1],
        "product": table["product"], "volume": np.nan, "volume_unit": "", N: 1,
    }  # fmt: skip
    lines = gpd.GeoDataFrame(rows, geometry=shapely.linestrings(xy), crs=PUBLISHED_CRS)
    if flows is None or not len(flows):
        return lines
    joined: gpd.GeoDataFrame = pd.concat([flows, lines], ignore_index=True)
    return joined


def _shown_flows(
    flows: Sequence[Mapping[str, Any]], published: pd.Index, min_n: int
) -> list[Mapping[str, Any]]:
    """Return the sums that enough sellers make and that give no other of their origin away.

    The origin's whole output may be published: with one sum missing, the difference would be it.
    """
    shown = []
    for origin in dict.fromkeys(flow["origin"] for flow in flows):
        own = sorted((f for f in flows if f["origin"] == origin), key=lambda f: f["n"])
        fits = [
            f["n"] >= min_n
            and f["largest_two"] <= DOMINANCE
            and origin in published
            and (f["destination"] is None or f["destination"] in published)
            for f in own
        ]
        hidden = [f["n"] for f, ok in zip(own, fits, strict=True) if not ok]
        for place, ok in enumerate(fits):
            if ok and hidden and (len(hidden) < 2 or sum(hidden) < min_n):
                fits[place] = False
                hidden.append(own[place]["n"])
        shown += [f for f, ok in zip(own, fits, strict=True) if ok]
    return shown


def _middles(areas: gpd.GeoDataFrame) -> dict[Any, tuple[float, float]]:
    """Return a point of each published footprint, to a thousandth of a degree."""
    points = areas.geometry.representative_point()
    return {i: (round(p.x, 3), round(p.y, 3)) for i, p in zip(areas.index, points, strict=True)}


def _blank(areas: gpd.GeoDataFrame, column: str, hidden: Mask) -> None:
    if hidden.any() and column in areas:
        areas[column] = np.where(hidden, np.nan, areas[column].to_numpy(float, na_value=np.nan))


def _generalised(c: Concentrations, areas: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Redraw the footprints on a grid that keeps away from every producer (EPSG:4326)."""
    import geopandas as gpd

    if not len(areas):
        return gpd.GeoSeries([], index=areas.index, crs=PUBLISHED_CRS)
    crs = metric_crs(c.producers)
    shapes = areas.geometry.to_crs(crs)
    side = _side(c, shapes)
    bodies = [_without_lobes(shape, _LOBE * side) for shape in shapes]

    def draw(shift: Array) -> gpd.GeoSeries:
        drawn = [_on_grid(shape, side, shift) for shape in bodies]
        return gpd.GeoSeries(drawn, index=areas.index, crs=crs)

    return _kept_away(c, draw, side)


def _kept_away(
    c: Concentrations, draw: Callable[[Array], gpd.GeoSeries], side: float
) -> gpd.GeoSeries:
    """Return shapes on the first grid none of whose corners is at a producer (EPSG:4326)."""
    from scipy.spatial import cKDTree

    crs = metric_crs(c.producers)
    secret = xy_of(c.producers, crs)
    tree = cKDTree(secret[np.isfinite(secret).all(axis=1)])
    for attempt in range(_TRIES):
        published = _rounded(draw(_shift(side, attempt)).to_crs(PUBLISHED_CRS))
        corners = published.to_crs(crs).get_coordinates().to_numpy()
        if not len(corners) or tree.query(corners)[0].min() >= _KEEP_AWAY:
            return published
    raise ParameterError(
        _("no grid of {side:.0f} m keeps away from the producers. Remedy: a larger radius").format(
            side=side
        )
    )


def _shift(side: float, attempt: int) -> Array:
    """Return where a grid begins: at zero first, then spread over its cell."""
    return side * np.array([attempt * _GOLDEN % 1.0, attempt * _GOLDEN**2 % 1.0])


def _rounded(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Round coordinates to a millionth of a degree (0.1 m), which no reader needs finer."""
    import geopandas as gpd
    import shapely

    moved = shapely.transform(shapes.to_numpy(), lambda xy: np.round(xy, 6))
    return gpd.GeoSeries(moved, index=shapes.index, crs=shapes.crs)


def radius_of(c: Concentrations) -> float | None:
    """Return the radius that the concentrations were detected with, in metres, where there is one."""
    for step in reversed(c.steps):
        radius = step.parameters.get("radius")
        if isinstance(radius, int | float) and radius > 0:
            return float(radius)
    return None


def _side(c: Concentrations, shapes: gpd.GeoSeries) -> float:
    """Return the side of the footprints' grid: a quarter of the radius, else of the mean spacing."""
    radius = radius_of(c)
    if radius is None:
        spacing = np.sqrt(shapes.area.to_numpy() / c.areas.loc[shapes.index, N].to_numpy(float))
        radius = 2.0 * float(np.median(spacing))
    widest = float(
        (
            shapes.bounds[["maxx", "maxy"]].to_numpy() - shapes.bounds[["minx", "miny"]].to_numpy()
        ).max()
    )
    return max(radius / _CELLS_PER_RADIUS, 10 * _KEEP_AWAY, widest / _MOST_CELLS)


def _without_lobes(shape: BaseGeometry, reach: float) -> BaseGeometry:
    """Return a shape without the lobes that single producers at its edge make.

    The footprint is a union of discs, and a disc that stands out has a producer in its middle.
    Nothing is cut where more than half of the shape would go (a row of producers along a road).
    """
    body = shape.buffer(-reach).buffer(reach)
    return body if body.area > 0.5 * shape.area else shape


def _on_grid(shape: BaseGeometry, side: float, shift: Array) -> BaseGeometry:
    """Return the grid cells whose centre is in the shape widened by half a cell, corners cut."""
    import shapely

    wide = shape.buffer(side / 2)
    low, high = np.split((np.asarray(wide.bounds) - np.tile(shift, 2)) / side, 2)
    columns = np.arange(np.floor(low[0]), np.ceil(high[0]) + 1)
    rows = np.arange(np.floor(low[1]), np.ceil(high[1]) + 1)
    x, y = (a.ravel() for a in np.meshgrid(columns, rows))
    shapely.prepare(wide)
    inside = shapely.contains_xy(wide, (x + 0.5) * side + shift[0], (y + 0.5) * side + shift[1])
    x, y = x[inside], y[inside]
    whole = shapely.union_all(shapely.box(x, y, x + 1, y + 1))  # in whole cells: exact
    cut = whole.simplify(0.75)
    drawn: BaseGeometry = shapely.transform(
        cut if cut.is_valid and not cut.is_empty else whole, lambda xy: xy * side + shift
    )
    return drawn


# --- points and grid -------------------------------------------------------------------------------


def _points(c: Concentrations, kept: Mask, columns: Sequence[str]) -> gpd.GeoDataFrame:
    """Return the producers with nothing that identifies them but what was asked for."""
    import geopandas as gpd

    missing = [col for col in columns if col not in c.producers and col not in c.areas]
    if missing:
        raise SchemaError(_("columns missing: {names}").format(names=", ".join(map(str, missing))))
    recorded = [s.parameters.get("chain") for s in c.steps if s.verb == "profile"]
    wanted = [CONCENTRATION, MEMBERSHIP, *recorded, *columns]
    chosen = [col for col in dict.fromkeys(wanted) if col and col in c.producers]
    table = c.producers[chosen].reset_index(drop=True)
    hidden = ~table[CONCENTRATION].isin([NOISE, *c.areas.index[kept]])
    table[CONCENTRATION] = table[CONCENTRATION].astype("Int64").mask(hidden)
    table[MEMBERSHIP] = table[MEMBERSHIP].mask(hidden)
    places = c.producers.geometry.to_crs(PUBLISHED_CRS).reset_index(drop=True)
    return gpd.GeoDataFrame(table, geometry=places, crs=PUBLISHED_CRS)


@dataclass(frozen=True)
class _Grid:
    """The grid before anything is withheld for the sake of a sum: cells, their squares, fit to be shown."""

    cells: Cells
    boxes: gpd.GeoSeries
    fit: Mask


def _cells(c: Concentrations, cell: float | None, min_n: int) -> _Grid | None:
    """Count the producers, if there are any, by square cells, large where there are few."""
    if not len(c.producers):
        return None
    crs = metric_crs(c.producers)
    side = cell or 2.0 * (radius_of(c) or 5_000.0)
    xy, volumes = xy_of(c.producers, crs), _volumes_of(c)
    for attempt in range(_GRID_TRIES):
        shift = _shift(side, attempt)
        cells = nested_cells(xy - shift, side, min_n, volumes, DOMINANCE)
        boxes = _boxes(cells, shift, crs)
        near = _has_corner_at(boxes.to_crs(crs), xy)
        if not (near & cells.fit).any():
            break
    return _Grid(cells, boxes, cells.fit & ~near)


def _grid(
    grid: _Grid | None, counts: _Counts, min_n: int, withheld: list[tuple[str, int, str]]
) -> gpd.GeoDataFrame:
    """Return the cells that may be shown."""
    import geopandas as gpd

    if grid is None:
        nothing: dict[str, list[float]] = {N: [], N_LEAST: [], N_MOST: [], "side_m": []}
        return gpd.GeoDataFrame(nothing, geometry=[], crs=PUBLISHED_CRS)
    shown = counts.shown.cells
    _say(withheld, GRID_CELLS, ~shown, ~counts.alone.cells)
    table = {
        **counts_told(grid.cells.n[shown], min_n),
        "side_m": grid.cells.side[shown],
    }
    boxes = grid.boxes[shown].reset_index(drop=True)
    return gpd.GeoDataFrame(table, geometry=boxes, crs=PUBLISHED_CRS)


def _boxes(cells: Cells, shift: Array, crs: Any) -> gpd.GeoSeries:
    import geopandas as gpd
    import shapely

    x, y = cells.x + shift[0], cells.y + shift[1]
    boxes = shapely.box(x, y, x + cells.side, y + cells.side)
    return _rounded(gpd.GeoSeries(boxes, crs=crs).to_crs(PUBLISHED_CRS))


def _has_corner_at(shapes: gpd.GeoSeries, xy: Array) -> Mask:
    """Mark the shapes one of whose corners is at a producer."""
    from scipy.spatial import cKDTree

    corners = shapes.get_coordinates()
    near = cKDTree(xy).query(corners.to_numpy())[0] < _KEEP_AWAY
    found: Mask = np.zeros(len(shapes), dtype=bool)
    found[corners.index.to_numpy()[near]] = True
    return found


def counts_told(counts: NDArray[np.int64], min_n: int) -> dict[str, NDArray[np.int64]]:
    """Return the class, ``min_n`` wide, that each count is in: its middle, least and most.

    The exact count of an area, taken from that of the cell around it, then leaves a class as wide, or
    one that reaches down to nothing.

    >>> told = counts_told(np.array([10, 19, 20, 47]), 10)
    >>> {column: values.tolist() for column, values in told.items()}
    {'n': [15, 15, 25, 45], 'n_least': [10, 10, 20, 40], 'n_most': [19, 19, 29, 49]}
    """
    least = counts // min_n * min_n
    return {N: least + min_n // 2, N_LEAST: least, N_MOST: least + min_n - 1}


def _volumes_of(c: Concentrations) -> list[Array]:
    """Return what each producer puts out, one array a recorded column, unknown ones as zero."""
    found: list[Array] = []
    for column in _outputs(c):
        if column not in c.producers.columns:
            raise SchemaError(
                _(
                    "the producers have no column “{column}”, which profile recorded as their output. Remedy: give the table back the column, or profile again"
                ).format(column=column)
            )
        known = c.producers[column].to_numpy(float, na_value=np.nan)
        found.append(np.abs(np.nan_to_num(known)))
    return found


# --- displaced points -------------------------------------------------------------------------------


def _secret(given: str | bytes | None) -> bytes:
    """Return the key of the displacement: the one given, of the environment, or kept for the user."""
    if given is None:
        given = os.environ.get("SIALGEO_SECRET") or None
    if given is not None:
        return given.encode() if isinstance(given, str) else given
    base = os.environ.get("APPDATA") or os.environ.get("XDG_CONFIG_HOME")
    folder = (Path(base) if base else Path.home() / ".config") / "sialgeo"
    kept = folder / "masking.key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(32))
        return kept.read_bytes()
    except OSError as failure:
        raise FileError(
            _(
                "{path}: the secret of the displacement cannot be kept there ({reason}). Remedy: set SIALGEO_SECRET to a long text of your own, the same for every export"
            ).format(path=kept, reason=failure.strerror or failure)
        ) from failure


def _masked(
    c: Concentrations,
    context: Context,
    areas: gpd.GeoDataFrame,
    min_n: int,
    columns: Sequence[str],
    secret: bytes,
    withheld: list[tuple[str, int, str]],
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return displaced producers, each within its own district, and how well they hide."""
    import geopandas as gpd

    crs = metric_crs(c.producers)
    xy = np.round(xy_of(c.producers, crs), 2)
    missing = [col for col in columns if col not in c.producers and col not in c.areas]
    if missing:
        raise SchemaError(_("columns missing: {names}").format(names=", ".join(map(str, missing))))
    chain = _chain_of(c)
    told = [col for col in dict.fromkeys([chain, *columns]) if col and col in c.producers]
    district, shapes = _districts(context, crs, xy)
    k_min, k = max(min_n, 2), _DONUT * max(min_n, 2)
    moved = np.full_like(xy, np.nan)
    achieved = np.zeros(len(xy), dtype=np.int64)
    kinds = c.producers[told].astype(str).agg("\x1f".join, axis=1) if told else None
    groups = np.unique(
        np.column_stack([district, _codes(kinds, len(xy))]), axis=0, return_inverse=True
    )[1].ravel()
    for group in range(int(groups.max(initial=-1)) + 1):
        rows = np.flatnonzero((groups == group) & np.isfinite(xy).all(axis=1))
        if not len(rows):
            continue
        sites, inverse = np.unique(xy[rows], axis=0, return_inverse=True)
        shape = None if shapes is None or district[rows[0]] < 0 else shapes[district[rows[0]]]
        found = donut(sites, secret, _inside(shape), k_min=k_min, k=k)
        moved[rows], achieved[rows] = found.xy[inverse.ravel()], found.achieved[inverse.ravel()]
    kept: Mask = np.asarray(np.isfinite(moved).all(axis=1))
    withheld.append((MASKED_POINTS, int((~kept).sum()), NOT_HIDDEN))
    table = c.producers.loc[kept, told].reset_index(drop=True)
    table[MASKED] = True
    places = gpd.GeoSeries(gpd.points_from_xy(*moved[kept].T), crs=crs).to_crs(PUBLISHED_CRS)
    points = gpd.GeoDataFrame(table, geometry=_rounded(places), crs=PUBLISHED_CRS)
    return points, _masking_report(c, areas, xy, moved, achieved, kept, (k_min, k))


def _codes(kinds: Any, n: int) -> NDArray[np.int64]:
    import pandas as pd

    return np.zeros(n, dtype=np.int64) if kinds is None else pd.factorize(kinds)[0]


def _districts(context: Context, crs: Any, xy: Array) -> tuple[NDArray[np.int64], Any]:
    """Return the number of each producer's district, −1 outside all, and the districts' shapes."""
    import shapely

    layer = context.territories
    if layer is None or not len(layer):
        return np.full(len(xy), -1), None
    shapes = layer.geometry.to_crs(crs).to_numpy()
    points, found = shapely.STRtree(shapes).query(shapely.points(xy), predicate="intersects")
    district = np.full(len(xy), -1)
    district[points[::-1]] = found[::-1]
    return district, shapes


def _inside(shape: Any) -> Callable[[Array], Mask]:
    """Return the test whether places are in a district."""
    import shapely

    def everywhere(xy: Array) -> Mask:
        return np.ones(len(xy), dtype=bool)

    def within(xy: Array) -> Mask:
        found: Mask = shapely.contains_xy(shape, xy[:, 0], xy[:, 1])
        return found

    if shape is None:
        return everywhere
    shapely.prepare(shape)
    return within


def _masking_report(
    c: Concentrations,
    areas: gpd.GeoDataFrame,
    xy: Array,
    moved: Array,
    achieved: NDArray[np.int64],
    kept: Mask,
    numbers: tuple[int, int],
) -> dict[str, Any]:
    """Return what the displacement is worth: hidden among how many, linked how often, what it changes."""
    import geopandas as gpd

    k_min, k = numbers
    report: dict[str, Any] = {"k_min": k_min, "k": k, "displaced": int(kept.sum())}
    if not kept.any():
        return report
    true, now = xy[kept], moved[kept]
    distance = np.hypot(*(now - true).T)
    places = gpd.GeoSeries(gpd.points_from_xy(*now.T), crs=metric_crs(c.producers))
    label = c.producers[CONCENTRATION].to_numpy()[kept]
    shown = dict(areas.geometry.to_crs(places.crs).items())
    members = np.flatnonzero(np.isin(label, list(shown)))
    inside = [places.iloc[i].within(shown[label[i]]) for i in members]
    sites = np.unique(true, axis=0, return_index=True)[1]
    return report | {
        "least_k_achieved": int(achieved[kept].min()),
        "median_k_achieved": float(np.median(achieved[kept])),
        "nearest_place_is_the_own": linked(true[sites], now[sites], 1),
        "median_displacement_m": float(np.round(np.median(distance), -1)),
        "still_in_own_area": float(np.mean(inside)) if inside else None,
    }


def _masking_notes(masking: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Say that points are displaced, and what that changes."""
    if masking is None:
        return ()
    if not masking["displaced"]:
        return (_("No point could be displaced far enough: none is published."),)
    notes = [
        _(
            "The points are displaced by about {metres:.0f} m, within their own district: measure no distances between them. Each hides among at least {k} places of the same district and chain; in {linked:.0%} of them the nearest true place is their own."
        ).format(
            metres=masking["median_displacement_m"],
            k=masking["least_k_achieved"],
            linked=masking["nearest_place_is_the_own"],
        )
    ]
    if masking["still_in_own_area"] is not None:
        notes.append(
            _(
                "{share:.0%} of the displaced producers of published concentrations still lie in their concentration's area."
            ).format(share=masking["still_in_own_area"])
        )
    return tuple(notes)


# --- context, steps, words --------------------------------------------------------------------------


def _context_of(c: Concentrations, context: Context | None) -> Context:
    context = context or Context()
    if context.synthetic:
        return context
    labels = (s.parameters["synthetic"] for s in c.steps if s.parameters.get("synthetic"))
    return replace(context, synthetic=next(labels, ""))


def _indicators(c: Concentrations, context: Context) -> tuple[Indicator, ...]:
    found = {i.column: i for i in (*context.indicators, *c.indicators)}
    return tuple(replace(i, source=_clean_text(i.source)) for i in found.values())


def _published_context(
    context: Context,
    indicators: tuple[Indicator, ...],
    counts: _Counts,
    min_n: int,
    withheld: list[tuple[str, int, str]],
) -> Context:
    """Return the context with key, name and indicators of territories, and names of places, only."""
    territories, places = context.territories, context.places
    if territories is not None:
        named = (
            context.territory_key,
            context.territory_name,
            context.territory_population,
            *(i.column for i in indicators),
            BIVARIATE,
        )
        territories = _legible_layer(_with_counts(_narrow(territories, named), counts, withheld))
    if places is not None:
        places = _legible_layer(_narrow(places, (context.place_name,)))
    terroirs = context.terroirs
    if terroirs is not None:
        terroirs = _narrow(terroirs, (NAME,))
    return replace(
        context,
        terroirs=terroirs,
        earlier=_published_earlier(context.earlier, min_n, withheld),
        earlier_date=_clean_text(context.earlier_date),
        territories=territories,
        places=places,
        indicators=indicators,
        title=_clean_texts(context.title),
        synthetic=_clean_texts(context.synthetic),
        reference=_clean_texts(context.reference),
        sources=tuple(_clean_text(source) for source in context.sources),
        date=_clean_text(context.date),
        licence=_clean_text(context.licence),
    )


def _published_earlier(
    earlier: Any, min_n: int, withheld: list[tuple[str, int, str]]
) -> gpd.GeoDataFrame | None:
    """Return names and generalised footprints of the concentrations of an earlier date, and no counts."""
    if earlier is None:
        return None
    if not isinstance(earlier, Concentrations):
        raise ParameterError(_("earlier: concentrations are expected, as detect returns them"))
    held = protect(earlier, publish="areas", min_n=min_n)
    for row in held.withheld.itertuples(index=False):
        if row.what == CONCENTRATIONS:
            withheld.append((EARLIER, row.n_withheld, row.reason))
    areas = held.areas
    return areas[[NAME, areas.geometry.name]]


def _with_counts(
    territories: gpd.GeoDataFrame, counts: _Counts, withheld: list[tuple[str, int, str]]
) -> gpd.GeoDataFrame:
    """Add the producers of each territory, and of each chain in it, as far as they are shown."""
    if counts.territories is None:
        return territories
    shown, alone = counts.shown, counts.alone
    _say(withheld, TERRITORY_COUNTS, ~shown.territories[:-1], ~alone.territories[:-1])
    territories[N] = np.where(shown.territories, counts.territories, np.nan)[:-1]
    if not counts.own_chains:
        return territories
    own = len(counts.own_chains)
    by_chain, alone_by_chain = shown.territory_chains[:-1, :own], alone.territory_chains[:-1, :own]
    _say(withheld, CHAIN_TERRITORY_COUNTS, ~by_chain, ~alone_by_chain)
    for j, chain in enumerate(counts.own_chains):
        told = np.where(by_chain[:, j], counts.territory_chains[:-1, j], np.nan)
        territories[f"{CHAIN_N}{chain}"] = told
    return territories


def _narrow(layer: gpd.GeoDataFrame, columns: Sequence[str | None]) -> gpd.GeoDataFrame:
    chosen = [col for col in dict.fromkeys(columns) if col is not None and col in layer]
    narrow = layer[[*chosen, layer.geometry.name]].to_crs(PUBLISHED_CRS).reset_index(drop=True)
    narrow.attrs = {}
    return narrow


def _territory_counts(
    c: Concentrations, territories: gpd.GeoDataFrame, key: str | None
) -> Array | None:
    """Count producers by territory; the last entry holds those in none of them."""
    if key is None or key not in territories or TERRITORY not in c.producers:
        return None
    per_code = c.producers[TERRITORY].value_counts()
    if not per_code.index.isin(territories[key]).any() or not territories[key].is_unique:
        return None
    counts = territories[key].map(per_code).fillna(0).to_numpy(float)
    return np.append(counts, len(c.producers) - counts.sum())


def _summaries(c: Concentrations, kept: Mask) -> Mapping[str, Summary]:
    """Return the summary in each language; its number counts published concentrations only."""
    shown = replace(c, areas=c.areas.loc[kept])
    held_back = int((~kept).sum())
    said = {}
    for code in LANGUAGES:
        with use_language(code):
            summary = c.summary()
            if held_back:
                number = shown.summary().number
                note = _("Withheld as confidential: {n}.").format(n=held_back)
                summary = summary._replace(number=f"{number} {note}")
            said[code] = summary
    return said


def _own_step(asked: Disclosure, masking: Mapping[str, Any] | None) -> Step:
    parameters = {"publish": asked.publish, "min_n": asked.min_n, "dominance": DOMINANCE}
    return Step("protect", parameters | ({"masking": masking} if masking else {}))


def _table(withheld: list[tuple[str, int, str]]) -> pd.DataFrame:
    import pandas as pd

    rows = [row for row in withheld if row[1] > 0]
    table: pd.DataFrame = pd.DataFrame(rows, columns=["what", "n_withheld", "reason"])
    return table


def _clean_note(note: str) -> str:
    """Return a note without paths; one that remembers its source still does."""
    if not isinstance(note, Text):
        return _clean_text(note)
    values = {k: _clean_note(v) if isinstance(v, str) else v for k, v in note.values.items()}
    return Text(_clean_text(note), note.message, values, note.forms)


_SUFFIXES = "csv|tsv|txt|xlsx?|ods|gpkg|shp|dbf|geojson|json|kml|kmz|gpx|(?:geo)?parquet|tiff?|toml|zip|fgb|qgz"
_PATH = re.compile(
    r"(?<![\w:/])(?:file:/+|~[/\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\)[^\s,;:\"'()<>|]*"  # rooted, relative
    r"|[^\s,;:\"'()<>|]*\\[^\s,;:\"'()<>|]*"  # anything with a backslash
    r"|(?<![\w:/.])/(?:[^\s/,;:\"'()<>|]+/)+[^\s/,;:\"'()<>|]*"  # absolute, two parts or more
    rf"|(?<![\w:/])[^\s,;:\"'()<>|]+\.(?:{_SUFFIXES})(?!\w)",  # any file name of a data format
    re.IGNORECASE,
)
_ROOTED = re.compile(r"^(?:file:|~[/\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\|/[^/\s]+/)", re.IGNORECASE)
_FINGERPRINT = re.compile(r"fingerprint|checksum|sha\d|md5|path|folder|filename", re.IGNORECASE)
_URL = re.compile(r"(https?://\S+)", re.IGNORECASE)


def _clean_text(text: str) -> str:
    """Replace what looks like a path of this computer; web addresses stay.

    >>> _clean_text("see /home/ana/estudio/queserias.csv, 12 L/day, https://inei.gob.pe/a/b.csv")
    'see …, 12 L/day, https://inei.gob.pe/a/b.csv'
    """
    parts = _URL.split(legible(text))
    return "".join(part if i % 2 else _PATH.sub("…", part) for i, part in enumerate(parts))


def _clean_texts(texts: Any) -> Any:
    """Return a text, or one in several languages, cleaned."""
    if isinstance(texts, Mapping):
        return {code: _clean_text(text) for code, text in texts.items()}
    return _clean_text(texts)


# control characters but tab and ends of lines, marks that turn the writing round, halves of characters
_UNSEEN = dict.fromkeys(
    (
        *(c for c in range(32) if chr(c) not in "\t\n\r"), *range(0x7F, 0xA0),
        *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000),
    )
)  # fmt: skip


def legible(value: Any) -> Any:
    r"""Return a text without what no name needs: control characters, and overrides of its direction.

    >>> legible("queso\x00 \u202eocserf"), legible(("a\x07", 1))
    ('queso ocserf', ('a', 1))
    """
    if isinstance(value, str):
        return value.translate(_UNSEEN)
    if isinstance(value, list | tuple):
        return type(value)(legible(one) for one in value)
    return value


def _legible_layer(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer whose texts are legible, and the names of chains in its columns."""
    made = layer.copy()
    for column in made.columns:
        if column != made.geometry.name and made[column].dtype.kind not in "biufMm":
            made[column] = made[column].map(legible, na_action="ignore")
    renamed = [legible(c) if str(c).startswith("chain_") else c for c in made]
    if len(set(renamed)) == len(renamed):
        made.columns = renamed
    return made


def _clean_value(value: Any) -> Any:
    """Return a parameter's value without paths; None where nothing else is left."""
    if isinstance(value, PurePath):
        return None
    if isinstance(value, str):
        if _ROOTED.match(value):
            return None
        cleaned = _clean_text(value)
        return value if cleaned == value else (cleaned if cleaned.strip("… ") else None)
    if isinstance(value, Mapping):
        return _clean_mapping(value)
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(_clean_value(v) for v in value)
    return value


def _clean_mapping(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries that are neither paths nor fingerprints, nor flows not yet protected."""
    named = {
        k: (v, _clean_value(v))
        for k, v in values.items()
        if k not in (FLOWS, PLANT_FLOWS)
        and not _FINGERPRINT.search(str(k))
        and _clean_text(str(k)) == str(k)
    }
    return {k: new for k, (old, new) in named.items() if new is not None or old is None}


def _without_small_answers(
    steps: Sequence[Step], min_n: int, withheld: list[tuple[str, int, str]]
) -> tuple[Step, ...]:
    """Return the steps without the figures of tests that rest on too few producers."""
    kept, hidden, totals = [], 0, 0
    for step in steps:
        if step.parameters.get(BY_CHAIN):
            few, told = _chains_told(step.parameters, min_n)
            step, totals = replace(step, parameters=told), totals + few  # noqa: PLW2901
        answer = step.parameters.get("answer")
        if step.verb == "associate" and answer and 0 < answer["producers"] < min_n:
            hidden += 1
            rest = {k: v for k, v in step.parameters.items() if k != "answer"}
            step = replace(step, parameters=rest)  # noqa: PLW2901
        kept.append(step)
    withheld.append((ASSOCIATIONS, hidden, FEW))
    withheld.append((CHAIN_TOTALS, totals, SMALL_COUNT))
    return tuple(kept)


def _chains_told(parameters: Mapping[str, Any], min_n: int) -> tuple[int, dict[str, Any]]:
    """Return how many chains' numbers are hidden, and what the chains show together without them."""
    rows = parameters[BY_CHAIN]
    hidden = hidden_in_row(np.array([row["producers"] for row in rows], dtype=float), min_n)
    shown = [
        {**row, "producers": None if few else row["producers"]}
        for row, few in zip(rows, hidden.tolist(), strict=True)
    ]
    zones = [zone for zone in parameters.get(MIX_ZONES, ()) if zone[N] >= min_n]
    return int(hidden.sum()), {**parameters, BY_CHAIN: shown, MIX_ZONES: zones}


def _clean_step(step: Step, areas: gpd.GeoDataFrame, min_n: int) -> Step:
    """Return the step without input fingerprints, paths, and groups too small to be published."""
    notes = tuple(_clean_note(note) for note in step.notes)
    parameters = _clean_mapping(step.parameters)
    if parameters.get(BY_RADIUS):
        parameters[BY_RADIUS] = _clean_ladder(parameters[BY_RADIUS], areas.index, min_n)
    if PLACES_TOLD in parameters:
        parameters |= _clean_together(parameters, areas, min_n)
    return replace(step, parameters=parameters, inputs={}, notes=notes)


def _clean_together(
    parameters: Mapping[str, Any], areas: gpd.GeoDataFrame, min_n: int
) -> dict[str, Any]:
    """Return what is said of groups and territories that are large enough, without their counts.

    The count of a group less those of its published concentrations would be that of a withheld one.
    """
    shown = [
        {k: v for k, v in row.items() if k not in (N, COMPLETENESS)}
        for row in parameters[PLACES_TOLD]
        if row[N] >= min_n
    ]
    known = set(areas[NAME].astype(str))
    large = {str(row[NAME]) for row in shown}
    overlaps = [
        row
        for row in parameters[ON_TERROIRS]
        if row["concentration"] in known and row["territory"] in large
    ]
    return {
        PLACES_TOLD: shown,
        ON_TERROIRS: overlaps,
        "groups": sorted(parameters.get("groups") or ()),
    }


def _clean_ladder(rows: Sequence[Mapping[str, Any]], published: Any, min_n: int) -> list[Any]:
    """Return the groups of published concentrations that are large enough, renumbered."""
    chosen = [
        number
        for number, row in enumerate(rows)
        if row["concentration"] in published and row["n"] >= min_n
    ]
    new = {number: place for place, number in enumerate(chosen)}
    return [
        {**rows[number], "within": new.get(int(rows[number].get("within", -1)), -1)}
        for number in chosen
    ]
