"""The map of a study, and the two of a fact sheet: where a concentration lies, and it from near."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.exporters.figures.furniture import INK, Labels, furnish, legend
from sialgeo.exporters.figures.layers import (
    closed,
    draw_areas,
    draw_basemap,
    draw_grid,
    draw_places,
    draw_points,
    draw_territories,
    framed,
    outline_territories,
    polygons,
    projection,
    window_of,
)
from sialgeo.exporters.figures.sheet import Sheet
from sialgeo.model import Concentrations, Context, Publication

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

_MARK = "#d55e00"  # the one concentration that a locator map is about


def plot(
    concentrations: Concentrations | Publication,
    ax: Axes | None = None,
    *,
    column: str | None = None,
    territories: gpd.GeoDataFrame | None = None,
    context: Context | None = None,
    basemap: bool = True,
    points: bool = True,
    labels: bool = True,
) -> Axes:
    """Draw the concentrations with basemap, scale bar, north arrow, sources and legend.

    Parameters
    ----------
    concentrations
        A result: drawn as it is, with its producers, for the analyst's own eyes. Or a publication of
        :func:`sialgeo.protect`: only what it holds. :func:`sialgeo.export` draws the latter.
    ax
        Axes to draw on; by default a new figure's (``ax.figure``), made without pyplot.
    column
        Indicator of the territories, or of the areas where there are no territories, told by colour.
        By default the first indicator that the territories have.
    territories
        Polygons that hold ``column``; by default those of the context.
    context
        Title, sources, territories and places, where a result is drawn.
    basemap
        Draw the embedded basemap (Natural Earth).
    points
        Draw the producers where they are at hand.
    labels
        Write the names of the strongest concentrations and of the places.

    Returns
    -------
    matplotlib.axes.Axes
        In metres (the projection is written below the map).

    Raises
    ------
    SchemaError
        ``column`` is in neither the territories nor the areas.
    MissingDependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> import geopandas as gpd
    >>> point = gpd.points_from_xy([-78.5], [-7.1])
    >>> found = Concentrations(
    ...     gpd.GeoDataFrame({"concentration": [1], "membership": [1.0]}, geometry=point, crs=4326),
    ...     gpd.GeoDataFrame({"name": ["A"], "n": [1], "evidence": ["tested"]},
    ...                      geometry=point.buffer(0.1), index=[1], crs=4326))
    >>> plot(found).get_title(loc="left")
    'Concentrations of rural agro-industry'
    """
    sheet = Sheet(
        concentrations, ax, context=context, territories=territories, points=points,
        basemap=basemap, labels=labels,
    )  # fmt: skip
    if sheet.crs is not None:
        held, crs = sheet.held, sheet.crs
        coloured = draw_territories(sheet.ax, held, crs, column)
        beneath = coloured + draw_grid(sheet.ax, held, crs)
        sheet.handles = draw_areas(sheet.ax, held, crs, column, sheet.writer, hollow=bool(coloured))
        sheet.handles += draw_points(sheet.ax, held, crs)
        sheet.handles += draw_places(sheet.ax, held, crs, sheet.writer) + beneath
    return sheet.close()


def locator(publication: Publication, concentration: Any, *, size: tuple[float, float]) -> Axes:
    """Draw where in the study one concentration lies; ``size`` is the figure's, in inches."""
    ax, crs = _panel(publication, size)
    window = window_of(publication, crs, size[0] / size[1])
    draw_basemap(ax, crs, window, publication.context.territories)
    outline_territories(ax, publication, crs)
    chosen = publication.areas.index == concentration
    others = replace(publication, areas=publication.areas[~chosen])
    draw_areas(ax, others, crs, None, None, hollow=True)
    shape = publication.areas.geometry[chosen].to_crs(crs)
    polygons(ax, shape, facecolor=_MARK, edgecolor=INK, linewidth=1.2, zorder=5)
    closed(ax, window)
    return ax


def detail(publication: Publication, concentration: Any, *, size: tuple[float, float]) -> Axes:
    """Draw one concentration from near, over the first indicator of the territories, with a legend."""
    ax, crs = _panel(publication, size, room=0.27)
    chosen = publication.areas.geometry[publication.areas.index == concentration].to_crs(crs)
    bounds = np.asarray(chosen.total_bounds)
    window = framed(bounds[:2], bounds[2:], ax.bbox.width / ax.bbox.height, pad=0.3)
    writer = Labels(ax, window)
    draw_basemap(ax, crs, window, publication.context.territories)
    beneath = draw_territories(ax, publication, crs, None)
    handles = draw_areas(ax, publication, crs, None, writer, hollow=bool(beneath))
    handles += draw_places(ax, publication, crs, writer) + beneath
    closed(ax, window)
    furnish(ax, window)
    legend(ax, handles, size=6.5, width=21)
    return ax


def _panel(
    publication: Publication, size: tuple[float, float], room: float = 0.0
) -> tuple[Axes, Any]:
    """Return axes that fill a figure but for the legend's ``room``, and the map's projection."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, facecolor="white")
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0.004, 0.006, 0.99 - room, 0.988))
    ax.set_aspect("equal")
    return ax, projection(publication)
