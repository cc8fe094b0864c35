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
  closely (:mod:`sialgeo.disclosure.audit`);
- displaced points (donut masking) hide each among at least ``min_n`` places of the same district and
  chain, and move to the same spot in every export;
- footprints are redrawn on a grid, because the corners of a hull and the centres of the arcs of a
  buffer are producers' locations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import xy_of
from sialgeo.disclosure.areas import (
    publishable,
    published_areas,
    without_small_chains,
    without_small_shares,
)
from sialgeo.disclosure.cells import cells_of, published_grid
from sialgeo.disclosure.cleaning import clean_note, legible_layer
from sialgeo.disclosure.context import context_of, indicators_of, published_context, summaries_of
from sialgeo.disclosure.counts import Counts
from sialgeo.disclosure.flows import flow_lines, with_plant_flows, without_few_flows
from sialgeo.disclosure.masking import displaced, masking_notes, secret_key
from sialgeo.disclosure.points import published_points
from sialgeo.disclosure.steps import clean_step, without_small_answers
from sialgeo.disclosure.withheld import CONCENTRATIONS, DOMINANCE, EARLIER, report
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import N_, _
from sialgeo.model import NAME, Concentrations, Context, Publication, Step
from sialgeo.params import check, param

if TYPE_CHECKING:
    import geopandas as gpd

    from sialgeo.surfaces import Surface

Array = NDArray[np.float64]

PUBLISH = ("grid", "areas", "masked", "points")  # the first is the default


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
    _require_columns(concentrations, columns)
    withheld: list[tuple[str, int, str]] = []
    context = context_of(concentrations, context)
    indicators = indicators_of(concentrations, context)
    kept = publishable(concentrations, min_n, withheld)
    areas = published_areas(concentrations, kept, indicators, columns, withheld)
    cells = cells_of(concentrations, cell, min_n) if asked.publish == "grid" else None
    counts = Counts(concentrations, areas, context, cells, min_n)
    areas = without_small_chains(areas, counts, withheld)
    areas = without_small_shares(areas, min_n, withheld)
    areas = without_few_flows(areas, min_n, withheld)
    flows = flow_lines(concentrations, areas, min_n, withheld)
    points, masking = None, None
    if asked.publish == "points":
        points = published_points(concentrations, kept, columns)
        flows = with_plant_flows(concentrations, areas, points, flows)
    elif asked.publish == "masked":
        key = secret_key(secret)
        points, masking = displaced(concentrations, context, areas, min_n, columns, key, withheld)
    earlier = _earlier(context.earlier, min_n, withheld)
    context = published_context(context, indicators, counts, earlier, withheld)
    grid = published_grid(cells, counts, min_n, withheld) if asked.publish == "grid" else None
    steps = without_small_answers(concentrations.steps, min_n, withheld)
    return Publication(
        areas=legible_layer(areas),
        points=None if points is None else legible_layer(points),
        grid=grid,
        withheld=report(withheld),
        total=len(concentrations.producers),
        summaries=summaries_of(concentrations, kept),
        tests=concentrations.tests,
        steps=(
            *(clean_step(s, areas, asked.min_n) for s in steps),
            _own_step(asked, masking),
        ),
        notes=(*(clean_note(note) for note in concentrations.notes), *masking_notes(masking)),
        indicators=indicators,
        context=context,
        flows=None if flows is None else legible_layer(flows),
    )


def _earlier(
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


def _require_columns(c: Concentrations, columns: Sequence[str]) -> None:
    missing = [col for col in columns if col not in c.producers and col not in c.areas]
    if missing:
        raise SchemaError(_("columns missing: {names}").format(names=", ".join(map(str, missing))))


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


def _own_step(asked: Disclosure, masking: Mapping[str, Any] | None) -> Step:
    parameters = {"publish": asked.publish, "min_n": asked.min_n, "dominance": DOMINANCE}
    return Step("protect", parameters | ({"masking": masking} if masking else {}))
