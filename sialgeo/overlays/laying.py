"""The verb ``overlay``: one entry for polygons, rasters in memory and raster files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sialgeo.crs import require_crs
from sialgeo.errors import ParameterError
from sialgeo.i18n import _
from sialgeo.model import Concentrations, Indicator, Raster
from sialgeo.overlays.checks import Asked
from sialgeo.overlays.intervals import Drawing
from sialgeo.overlays.polygons import overlay_polygons
from sialgeo.overlays.rasters import held_band, overlay_raster, raster_column
from sialgeo.progress import Progress, silent

if TYPE_CHECKING:
    import geopandas as gpd


def overlay(
    concentrations: Concentrations,
    layer: gpd.GeoDataFrame | Raster | str | os.PathLike[str],
    *,
    columns: str | Sequence[str] | None = None,
    key: str | None = None,
    name: str | None = None,
    population: str | None = None,
    indicators: Sequence[Indicator] = (),
    totals: str | Sequence[str] = (),
    settlements: Raster | str | os.PathLike[str] | None = None,
    precision: str | float | None = None,
    band: int = 1,
    draws: int = 1_000,
    seed: int = 1,
    dependence: float = 0.0,
    progress: Progress | None = None,
) -> Concentrations:
    """Lay indicators of human development and poverty over the concentrations.

    Parameters
    ----------
    concentrations
        Detected, tested or not.
    layer
        Polygons with the indicators (same CRS as the producers), a ``Raster``, or the path of a
        GeoTIFF (only the blocks under the footprints are read, so it may be larger than memory; the
        footprints are taken to its CRS, never the raster to theirs).
    columns
        Indicator columns of the polygons: rates or indices, not counts. By default the ones that
        ``indicators`` describe, else all numeric ones. For a raster, the one name its value shall have.
    key, name
        Columns of the polygons with the official code and the name.
    population
        Column of the polygons with the people who live in each.
    indicators
        What the columns say: family, year, unit, direction, source, interval. Without them, what
        whoever read or joined the layer declared (``layer.attrs["indicators"]``), else what the names
        of the columns tell, which is said.
    totals
        Columns of counts of the polygons (people, farms), shared out instead of averaged.
    settlements
        Raster of people, houses or places (in memory, or a GeoTIFF's path) that says where within
        each polygon the people are (dasymetric mapping).
    precision
        Column of the producers with the precision of their coordinates in metres, or one value; by
        default the column ``precision_m`` where there is one.
    band
        Band of the GeoTIFF, from 1.
    draws, seed, dependence
        How intervals are carried where an indicator has ``low`` and ``high``: number of Monte-Carlo
        draws, seed, and how much the polygons' errors go together, from 0 (independent) to 1.
    progress
        ``progress(fraction, message)``; raises ``Cancelled`` to stop.

    Returns
    -------
    Concentrations
        From polygons, ``areas`` gains per column COL: ``COL``, the mean over the footprint, weighted
        by the people of each piece P_s·|s∩t|/|s| (people taken as spread evenly within each polygon)
        or by area where there is no ``population``; ``COL__covered``, the share (0–1) of the
        footprint that has a value; ``COL__units``, the mean over its producers' own districts;
        ``COL__units_known``, the share of producers with a value. ``territories`` names the polygons
        touched, largest part first. ``producers`` gains ``territory``, ``territory_name`` and COL of
        the polygon each stands in; on a border the first by key; and ``territory_unsure`` where their
        precision is stated: another polygon lies within it. Totals are Σ y_s P_{s∩t}/P_s, NaN where
        nothing is known. Indicators with an interval gain ``COL__low`` and ``COL__high`` (95 %) and
        ``COL__units__low``, ``COL__units__high``.
        From a raster, ``areas`` gains COL, the mean of the cells weighted by the part of each that
        lies in the footprint, and ``COL__covered``.
        The step carries ``indicators`` with the population-weighted mean over all polygons.

    Raises
    ------
    CRSError
        A layer has no CRS, or polygons and producers differ.
    SchemaError
        Columns are missing or no numbers, figures cannot be what their unit says, a code repeats,
        polygons are invalid, the layer is elsewhere: all at once.
    FileError, MissingDependencyError
        The GeoTIFF cannot be read; rasterio is not installed.

    Notes
    -----
    Areal interpolation of intensive figures (Goodchild and Lam 1980); zonal means by exact cell
    coverage. The figures describe the districts, not the producers' households.

    Examples
    --------
    Half of the footprint lies in a district of 400 people at .4, half in one of 600 at .6:

    >>> import geopandas as gpd, shapely
    >>> from sialgeo.model import Concentrations
    >>> dairies = gpd.GeoDataFrame({"concentration": [1, 1], "membership": ["core", "core"]},
    ...     geometry=gpd.points_from_xy([900, 1100], [500, 500]), crs=32717)
    >>> areas = gpd.GeoDataFrame({"name": ["A"], "n": [2], "evidence": ["untested"]}, index=[1],
    ...     geometry=[shapely.box(500, 0, 1500, 1000)], crs=32717)
    >>> districts = gpd.GeoDataFrame({"code": ["01", "02"], "hdi": [0.4, 0.6], "people": [400, 600]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)], crs=32717)
    >>> found = overlay(Concentrations(dairies, areas), districts, columns="hdi", key="code", population="people")
    >>> round(float(found.areas.loc[1, "hdi"]), 3), found.producers["territory"].tolist()
    (0.52, ['01', '02'])
    """
    import geopandas as gpd

    asked = None if columns is None else [columns] if isinstance(columns, str) else list(columns)
    require_crs(producers=concentrations.producers, areas=concentrations.areas)
    if isinstance(layer, gpd.GeoDataFrame):
        request = Asked(
            asked,
            key,
            name,
            population,
            tuple(indicators),
            (totals,) if isinstance(totals, str) else tuple(totals),
            settlements,
            precision,
            Drawing(draws, seed, dependence),
        )
        return overlay_polygons(concentrations, layer, request, progress or silent)
    if (key, name, population, settlements) != (None,) * 4 or totals:
        raise ParameterError(
            _("key, name, population, totals and settlements belong to polygons; a raster has none")
        )
    if isinstance(layer, Raster | str | os.PathLike):
        said = layer.name if isinstance(layer, Raster) else Path(layer).stem
        column = raster_column(asked, indicators, said)
        with held_band(layer, band) as source:
            return overlay_raster(concentrations, source, column, indicators, progress or silent)
    raise ParameterError(
        _(
            "the layer must be polygons (a GeoDataFrame), a Raster, or the path of a GeoTIFF, not {kind}"
        ).format(kind=type(layer).__name__)
    )
