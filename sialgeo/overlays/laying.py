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
from sialgeo.overlays.polygons import Asked, overlay_polygons
from sialgeo.overlays.rasters import band_of, opened, overlay_raster, raster_column
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
    progress: Progress | None = None,
) -> Concentrations:
    """Lay indicators of human development and poverty over the concentrations.

    Parameters
    ----------
    concentrations
        Detected, tested or not.
    layer
        Polygons with the indicators (same CRS as the producers), a ``Raster``, or the path of a
        GeoTIFF (its first band; the footprints are taken to its CRS, never the raster to theirs).
    columns
        Indicator columns of the polygons: rates or indices, not counts. By default the ones that
        ``indicators`` describe, else all numeric ones. For a raster, the one name its value shall have.
    key, name
        Columns of the polygons with the official code and the name.
    population
        Column of the polygons with the people who live in each.
    indicators
        What the columns say: family, year, unit, direction and source.
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
        the polygon each stands in; on a border the first by key.
        From a raster, ``areas`` gains COL, the mean of the cells weighted by the part of each that
        lies in the footprint, and ``COL__covered``.
        The step carries ``indicators`` with the population-weighted mean over all polygons.

    Raises
    ------
    CRSError
        A layer has no CRS, or polygons and producers differ.
    SchemaError
        Columns are missing or no numbers, polygons are invalid, the layer is elsewhere: all at once.
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
        return overlay_polygons(
            concentrations,
            layer,
            Asked(asked, key, name, population, tuple(indicators)),
            progress or silent,
        )
    if (key, name, population) != (None, None, None):
        raise ParameterError(_("key, name and population belong to polygons; a raster has none"))
    if isinstance(layer, Raster):
        column = raster_column(asked, indicators, layer.name)
        return overlay_raster(
            concentrations, band_of(layer), column, indicators, progress or silent
        )
    if isinstance(layer, str | os.PathLike):
        path = Path(layer)
        column = raster_column(asked, indicators, path.stem)
        with opened(path) as band:
            return overlay_raster(concentrations, band, column, indicators, progress or silent)
    raise ParameterError(
        _(
            "the layer must be polygons (a GeoDataFrame), a Raster, or the path of a GeoTIFF, not {kind}"
        ).format(kind=type(layer).__name__)
    )
