"""Figures carried from polygons to polygons, and to rings around concentrations."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sialgeo.crs import areas_crs, metric_crs, require_crs
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import _
from sialgeo.model import CONCENTRATION, NAME, Concentrations, Indicator
from sialgeo.overlays.asked import AREAL, PYCNOPHYLACTIC, Interpolation
from sialgeo.overlays.checks import Asked, checked
from sialgeo.overlays.common import guess_notes, with_columns
from sialgeo.overlays.intervals import Drawing
from sialgeo.overlays.pieces import cut
from sialgeo.overlays.polygons import carry
from sialgeo.overlays.smoothing import smooth_weights
from sialgeo.overlays.weights import Settlements, overlap_notes, weights_of
from sialgeo.plausibility import warnings_first
from sialgeo.progress import Progress, silent

if TYPE_CHECKING:
    import geopandas as gpd

FROM, TO = "from_m", "to_m"
RADII = (5_000.0, 10_000.0, 20_000.0)


def interpolate_areas(
    source: gpd.GeoDataFrame,
    targets: gpd.GeoDataFrame,
    *,
    means: str | Sequence[str] = (),
    totals: str | Sequence[str] = (),
    key: str | None = None,
    population: str | None = None,
    settlements: Settlements | None = None,
    method: str = AREAL,
    cell_size: float = 0.0,
    iterations: int = 500,
    tolerance: float = 0.001,
    indicators: Sequence[Indicator] = (),
    draws: int = 1_000,
    seed: int = 1,
    dependence: float = 0.0,
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Carry figures from one set of polygons to another: districts to cells, old limits to new ones.

    Parameters
    ----------
    source
        Polygons with the figures.
    targets
        Polygons that shall have them, in the same CRS.
    means
        Columns of rates and indices (intensive): Σ P_{s∩t} y_s / Σ P_{s∩t}.
    totals
        Columns of counts (extensive): Σ (P_{s∩t} / P_s) y_s. Where the targets tile the source, the
        total is conserved.
    key
        Column of the official code, to name rows in messages.
    population
        Column with the people P_s of each source polygon; without it means are weighted by area.
    settlements
        Raster of people, houses or places (in memory, or a GeoTIFF's path) that says where within
        each polygon the people are (dasymetric); without it they are spread evenly.
    method
        ``"areal"``: what a polygon holds is spread evenly, or as the settlements say;
        ``"pycnophylactic"``: people and totals are spread so that their density is smooth across
        limits and every polygon keeps its total (Tobler 1979), over the settled cells only where
        there are ``settlements``.
    cell_size, iterations, tolerance
        Of the pycnophylactic surface, as for :func:`pycnophylactic_surface`.
    indicators
        What the columns say; with ``low`` and ``high`` the interval of a mean is carried too.
    draws, seed, dependence
        Of the intervals, as for :func:`overlay`.
    progress
        ``progress(fraction, message)``; raises ``Cancelled`` to stop.

    Returns
    -------
    GeoDataFrame
        The targets, same rows, with each column, ``COL__covered`` (share of the target, 0–1, that has
        a value) and, where there are intervals, ``COL__low`` and ``COL__high``. NaN where nothing is
        known. ``attrs["notes"]`` are the cautions.

    Raises
    ------
    CRSError, SchemaError
        As for :func:`overlay`; the source meets no target; cells coarser than a polygon.
    ParameterError
        The method is unknown, or pycnophylactic without a count to spread.

    Notes
    -----
    Areal interpolation (Goodchild and Lam 1980); dasymetric where ``settlements`` are given;
    pycnophylactic (Tobler 1979).

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> districts = gpd.GeoDataFrame({"hdi": [0.4, 0.6], "people": [400, 600]},
    ...     geometry=[shapely.box(500_000, 0, 501_000, 1000), shapely.box(501_000, 0, 502_000, 1000)],
    ...     crs=32717)
    >>> halves = gpd.GeoDataFrame(geometry=[shapely.box(500_500, 0, 501_500, 1000)], crs=32717)
    >>> found = interpolate_areas(districts, halves, means="hdi", totals="people", population="people")
    >>> found[["hdi", "people"]].round(3).values.tolist()
    [[0.52, 500.0]]
    """
    require_crs(source=source, targets=targets)
    listed = [[c] if isinstance(c, str) else list(c) for c in (means, totals)]
    how = Interpolation(method, cell_size, iterations, tolerance)
    drawing = Drawing(draws, seed, dependence)
    drawing.check()
    asked = Asked(
        columns=listed[0],
        key=key,
        population=population,
        indicators=tuple(indicators),
        totals=tuple(listed[1]),
        settlements=settlements,
        drawing=drawing,
    )
    chosen = checked(source, asked)
    smooth = how.method == PYCNOPHYLACTIC
    if smooth and not asked.totals and population is None:
        raise ParameterError(
            _(
                "method=pycnophylactic spreads counts, and none is named. Remedy: name them in totals=, or the people in population= by whom means are weighted"
            )
        )
    pieces = cut(targets.geometry, source, areas_crs(source if smooth else targets))
    if not len(pieces.target):
        raise SchemaError(
            _(
                "the source polygons meet none of the targets. Remedy: check that both are of the same region and in the CRS they say"
            )
        )
    weights = (
        smooth_weights(pieces, source, asked, how, progress or silent)
        if smooth
        else weights_of(pieces, source, population, settlements, key)
    )
    found, notes = carry(pieces, weights, source, asked, chosen)
    joined = with_columns(targets, found, {*found})
    said = [*guess_notes(chosen.guessed), *chosen.notes, *weights.notes, *overlap_notes(pieces)]
    joined.attrs = {**targets.attrs, "notes": tuple(warnings_first([*said, *notes]))}
    return joined


def catchment_rings(
    concentrations: Concentrations,
    layer: gpd.GeoDataFrame,
    *,
    radii: Sequence[float] = RADII,
    **columns: Any,
) -> gpd.GeoDataFrame:
    """Return the indicators of each concentration's footprint and of the rings around it.

    Parameters
    ----------
    concentrations
        Detected, tested or not.
    layer
        Polygons with the figures, in the CRS of the producers.
    radii
        Outer edges of the rings, metres from the footprint's edge, increasing.
    **columns
        ``means``, ``totals``, ``key``, ``population``, ``settlements``, ``method`` and its options,
        ``indicators``, ``draws``, ``seed``, ``dependence``, as for :func:`interpolate_areas`.

    Returns
    -------
    GeoDataFrame
        One row per concentration and ring, the footprint (0–0) first: ``concentration``, ``name``,
        ``from_m``, ``to_m``, and the columns. Rings of different concentrations may overlap: their
        totals do not add up. The geometry is as private as the footprints are.

    Raises
    ------
    ParameterError
        The radii are no increasing distances in metres.
    CRSError, SchemaError
        As for :func:`interpolate_areas`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from sialgeo.model import Concentrations
    >>> dairies = gpd.GeoDataFrame({"concentration": [1], "membership": ["core"]},
    ...     geometry=gpd.points_from_xy([500_500], [9_000_500]), crs=32717)
    >>> areas = gpd.GeoDataFrame({"name": ["A"], "n": [1], "evidence": ["untested"]}, index=[1],
    ...     geometry=[shapely.box(500_000, 9_000_000, 501_000, 9_001_000)], crs=32717)
    >>> districts = gpd.GeoDataFrame({"hdi": [0.4, 0.6]}, geometry=[
    ...     shapely.box(500_000, 9_000_000, 501_000, 9_001_000),
    ...     shapely.box(501_000, 8_990_000, 511_000, 9_011_000)], crs=32717)
    >>> rings = catchment_rings(Concentrations(dairies, areas), districts, radii=[2_000], means="hdi")
    >>> rings[["from_m", "to_m", "hdi"]].round(3).values.tolist()
    [[0.0, 0.0, 0.4], [0.0, 2000.0, 0.6]]
    """
    import geopandas as gpd
    import pandas as pd

    require_crs(producers=concentrations.producers, areas=concentrations.areas, layer=layer)
    edges = np.array([0.0, *(float(r) for r in radii)])
    if not np.isfinite(edges).all() or (np.diff(edges) <= 0).any() or len(edges) < 2:
        raise ParameterError(
            _("radii = {radii}: give increasing distances in metres, as [5000, 10000]").format(
                radii=list(radii)
            )
        )
    areas = concentrations.areas
    if not len(areas):
        raise SchemaError(_("there are no concentrations to draw rings around"))
    metric = metric_crs(areas)
    footprints = areas.geometry.to_crs(metric).to_numpy()
    shapes, rows = [footprints], [np.zeros(2)]
    within = footprints
    for inner, outer in pairwise(edges):
        grown = shapely.buffer(footprints, outer)
        shapes.append(shapely.difference(grown, within))
        rows.append(np.array([inner, outer]))
        within = grown
    parts = [
        pd.DataFrame(
            {CONCENTRATION: areas.index, NAME: areas[NAME].to_numpy(), FROM: start, TO: stop}
        )
        for start, stop in rows
    ]
    held: Any = pd.concat(parts, ignore_index=True)
    ordered = held.sort_values([CONCENTRATION, TO], kind="stable").index
    rings = gpd.GeoDataFrame(held, geometry=np.concatenate(shapes), crs=metric)
    rings = rings.loc[ordered].reset_index(drop=True).to_crs(areas.crs)
    return interpolate_areas(layer, rings, **columns)
