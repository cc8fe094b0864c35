"""The layers of a map, each drawn by one function that returns its handles of the legend."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.crs import metric_crs
from sialgeo.disclosure import PUBLISHED_CRS, protect
from sialgeo.errors import SchemaError
from sialgeo.exporters.basemap import around
from sialgeo.exporters.figures.furniture import (
    GREY,
    MAP,
    SIZE,
    Labels,
    Window,
    class_handles,
    dot,
    heading_handle,
    write_text,
)
from sialgeo.exporters.wording import indicator_name
from sialgeo.i18n import _
from sialgeo.model import EVIDENCE, NAME, Concentrations, Context, Indicator, N, Publication
from sialgeo.symbology import (
    CELL,
    EVIDENCE_STYLE,
    IN_NONE,
    LAND,
    NO_DATA,
    PLACE,
    POINT,
    SEA,
    TERRITORY_LINE,
    Class,
    Style,
    cell_radii,
    chain_colours,
    class_of,
    grid_classes,
    indicator_classes,
)

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

_PAD = 0.06


# --- what to draw -------------------------------------------------------------------------------------


def held_of(concentrations: Concentrations | Publication, context: Context | None) -> Publication:
    """Return a result in the shape of a publication, nothing withheld: it stays with the analyst."""
    if isinstance(concentrations, Publication):
        return concentrations
    held = protect(concentrations, publish="points", min_n=1, context=context)
    areas = concentrations.areas.to_crs(PUBLISHED_CRS)
    summaries = dict.fromkeys(held.summaries, concentrations.summary())
    return replace(held, areas=areas, withheld=held.withheld.iloc[:0], summaries=summaries)


def _layers(held: Publication, more: Sequence[Any] = ()) -> list[Any]:
    """Return the layers that the map must show in full; of the grid only what the others leave."""
    found = [held.areas, held.context.territories, held.points, *more]
    shown = [layer for layer in found if layer is not None and len(layer)]
    return shown or [layer for layer in (held.grid,) if layer is not None and len(layer)]


def projection(held: Publication, more: Sequence[Any] = ()) -> Any:
    """Return the projection of the map, in metres; None where there is nothing to show."""
    import geopandas as gpd
    import pandas as pd

    shapes = [layer.geometry.to_crs(PUBLISHED_CRS) for layer in _layers(held, more)]
    if not shapes:
        return None
    return metric_crs(gpd.GeoSeries(pd.concat(shapes, ignore_index=True), crs=PUBLISHED_CRS))


def window_of(
    held: Publication,
    crs: Any,
    wanted: float = MAP[2] * SIZE[0] / (MAP[3] * SIZE[1]),
    more: Sequence[Any] = (),
    focus: Sequence[Any] = (),
) -> Window:
    """Return what the map shows: all layers, or those in focus, with a margin, as the frame is wide."""
    shown = [layer for layer in focus if layer is not None and len(layer)]
    bounds = np.array(
        [layer.geometry.to_crs(crs).total_bounds for layer in shown or _layers(held, more)]
    )
    return framed(bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0), wanted)


def framed(low: Any, high: Any, wanted: float, pad: float = _PAD) -> Window:
    """Return a window around two corners, in the proportions (width / height) wanted."""
    centre = (low + high) / 2
    half = np.maximum((high - low) / 2 * (1 + 2 * pad), 1_000.0)
    half = np.maximum(half, [half[1] * wanted, half[0] / wanted])
    west, south, east, north = (float(v) for v in np.concatenate([centre - half, centre + half]))
    return west, south, east, north


# --- layers -------------------------------------------------------------------------------------------


def draw_basemap(ax: Axes, crs: Any, window: Window, territories: gpd.GeoDataFrame | None) -> None:
    import geopandas as gpd
    from matplotlib.collections import LineCollection
    from shapely.geometry import box

    frame = gpd.GeoSeries([box(*window)], crs=crs)
    west, south, east, north = frame.to_crs(PUBLISHED_CRS).total_bounds
    found = around((float(west), float(south), float(east), float(north)))
    ax.set_facecolor(SEA)
    land = gpd.GeoSeries(list(found.land), crs=PUBLISHED_CRS).to_crs(crs)
    polygons(ax, land, facecolor=LAND.fill, edgecolor="none", zorder=0)
    for lines, width in ((found.provinces, LAND.width), (found.borders, 2 * LAND.width)):
        drawn = gpd.GeoSeries(list(lines), crs=PUBLISHED_CRS).to_crs(crs)
        parts = [np.asarray(line.coords)[:, :2] for line in drawn.explode(ignore_index=True)]
        ax.add_collection(
            LineCollection(parts, colors=LAND.line, linewidths=width, zorder=1), autolim=False
        )
    names = gpd.GeoSeries(
        gpd.points_from_xy([n.longitude for n in found.names], [n.latitude for n in found.names]),
        crs=PUBLISHED_CRS,
    ).to_crs(crs)
    hidden = np.zeros(len(names), dtype=bool)
    if territories is not None:
        over = names.sindex.query(territories.geometry.to_crs(crs), predicate="intersects")[1]
        hidden[over] = True
    for named, at, covered in zip(found.names, names, hidden, strict=True):
        if not covered and window[0] < at.x < window[2] and window[1] < at.y < window[3]:
            write_text(ax, at.x, at.y, named.name, size=7, colour=GREY, style="italic", zorder=2)


def polygons(ax: Axes, shapes: gpd.GeoSeries, **looks: Any) -> None:
    """Draw one patch a shape, holes left open (geopandas would need pyplot)."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    patches = []
    for shape in shapes:
        parts = [] if shape is None else getattr(shape, "geoms", [shape])
        rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
        outlines = [
            Outline(np.asarray(ring.coords)[:, :2], closed=True)
            for ring in rings
            if len(ring.coords)
        ]
        empty = Outline(np.zeros((0, 2)))
        patches.append(PathPatch(Outline.make_compound_path(*outlines) if outlines else empty))
    ax.add_collection(PatchCollection(patches, **looks), autolim=False)


def draw_territories(ax: Axes, held: Publication, crs: Any, column: str | None) -> list[Any]:
    territories = held.context.territories
    if territories is None or not len(territories):
        return []
    if column is not None and column not in territories and column not in held.areas:
        raise SchemaError(
            _("neither the territories nor the areas have a column “{column}”").format(
                column=column
            )
        )
    indicator = shown_indicator(held, territories, column)
    shapes = territories.geometry.to_crs(crs)
    line = {"edgecolor": TERRITORY_LINE.line, "linewidth": TERRITORY_LINE.width, "zorder": 2}
    if indicator is None:
        polygons(ax, shapes, facecolor="none", **line)
        return []
    values = territories[indicator.column].to_numpy(float, na_value=np.nan)
    classes = indicator_classes(values, indicator)
    found = [class_of(v, classes) for v in values]
    colours = [c.colour if c else NO_DATA.fill for c in found]
    polygons(ax, shapes, facecolor=colours, alpha=0.9, **line)
    return class_handles(indicator_name(indicator), classes, missing=None in found)


def shown_indicator(
    held: Publication, table: gpd.GeoDataFrame, column: str | None
) -> Indicator | None:
    """Return the indicator to colour a table by."""
    known = {i.column: i for i in held.indicators if i.column in table}
    if column is not None:
        bare = Indicator(column, {"en": column, "es": column})
        return known.get(column, bare) if column in table else None
    return next(iter(known.values()), None)


def draw_grid(ax: Axes, held: Publication, crs: Any) -> list[Any]:
    """Draw the cells as outlines with a circle in the middle, as large as the count: no colour is covered."""
    from matplotlib.lines import Line2D

    if held.grid is None or not len(held.grid):
        return []
    classes = grid_classes(held.grid)
    shapes = held.grid.geometry.to_crs(crs)
    polygons(ax, shapes, facecolor="none", edgecolor=CELL.fill, linewidth=0.5, alpha=0.5, zorder=3)
    found, middle = [class_of(v, classes) for v in held.grid[N]], shapes.centroid
    handles = [heading_handle(_(CELL.label))]
    for radius, one in zip(cell_radii(len(classes)), classes, strict=True):
        marks: dict[str, Any] = {
            "marker": "o", "linestyle": "none", "markersize": 2 * radius, "color": CELL.fill,
            "markeredgecolor": CELL.line, "markeredgewidth": CELL.width, "alpha": CELL.opacity,
        }  # fmt: skip
        mine = middle[[own is one for own in found]]
        ax.plot(mine.x, mine.y, zorder=3, **marks)
        handles.append(Line2D([], [], label=one.label, **marks))
    return handles


def draw_areas(
    ax: Axes,
    held: Publication,
    crs: Any,
    column: str | None,
    writer: Labels | None,
    hollow: bool,
) -> list[Any]:
    """Draw the footprints; hollow over colours that a fill would change."""
    from matplotlib.patches import Patch

    if not len(held.areas):
        return []
    shapes = held.areas.geometry.to_crs(crs)
    told = held.context.territories is None and column is not None
    indicator = shown_indicator(held, held.areas, column) if told else None
    if told and indicator is None:
        raise SchemaError(_("the areas have no column “{column}”").format(column=column))
    classes: tuple[Class, ...] = ()
    values = np.full(len(shapes), np.nan)
    if indicator is not None:
        values = held.areas[indicator.column].to_numpy(float, na_value=np.nan)
        classes = indicator_classes(values, indicator)
    handles: list[Any] = []
    for evidence, style in EVIDENCE_STYLE.items():
        chosen = (held.areas[EVIDENCE] == evidence).to_numpy()
        if not chosen.any():
            continue
        looks = looks_of(style)
        if hollow:
            looks["facecolor"] = (1.0, 1.0, 1.0, 0.0)
        fills = [looks["facecolor"]] * int(chosen.sum())
        if indicator is not None:
            found = [class_of(v, classes) for v in values[chosen]]
            fills = [c.colour if c else NO_DATA.fill for c in found]
        polygons(ax, shapes[chosen], zorder=4, **{**looks, "facecolor": fills})
        handles.append(Patch(label="\n".join(textwrap.wrap(_(style.label), 38)), **looks))
    if indicator is not None:
        missing = bool(np.isnan(values).any())
        handles += class_handles(indicator_name(indicator), classes, missing=missing)
    if writer is not None:
        writer.areas(shapes, held.areas[NAME])
    return handles


def looks_of(style: Style) -> dict[str, Any]:
    from matplotlib.colors import to_rgba

    dash: Any = (0, tuple(length / style.width for length in style.dash)) if style.dash else "solid"
    return {
        "facecolor": to_rgba(style.fill, style.opacity),
        "edgecolor": style.line,
        "linewidth": style.width,
        "linestyle": dash,
    }


def draw_points(ax: Axes, held: Publication, crs: Any) -> list[Any]:
    if held.points is None or not len(held.points):
        return []
    points = held.points.geometry.to_crs(crs)
    chains = [s.parameters.get("chain") for s in held.steps if s.verb == "profile"]
    chain = next((c for c in reversed(chains) if c), None)
    named = held.points.get(chain)
    colours: Mapping[str, str] = chain_colours(named) if named is not None else {}
    fills = [colours.get(v, IN_NONE.fill) for v in named] if named is not None else POINT.fill
    size = float(np.clip(4_000 / len(points), 1.0, 14.0))
    ax.scatter(
        points.x, points.y, s=size, c=fills, edgecolors=POINT.line, linewidths=POINT.width,
        rasterized=True, zorder=5,
    )  # fmt: skip
    shown = colours or {_(POINT.label): POINT.fill}
    return [dot(label, colour, POINT.line) for label, colour in shown.items()]


def draw_places(ax: Axes, held: Publication, crs: Any, writer: Labels | None) -> list[Any]:
    places, name = held.context.places, held.context.place_name
    if places is None or not len(places):
        return []
    points = places.geometry.to_crs(crs).centroid
    ax.scatter(
        points.x,
        points.y,
        s=12,
        c=PLACE.fill,
        edgecolors=PLACE.line,
        linewidths=PLACE.width,
        zorder=6,
    )
    if writer is not None and name in places:
        writer.places(points, places[name])
    return [dot(_(PLACE.label), PLACE.fill, PLACE.line)]


def closed(ax: Axes, window: Window) -> None:
    """Show a window and nothing of the axes but their frame."""
    ax.set_xlim(window[0], window[2])
    ax.set_ylim(window[1], window[3])
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_color(GREY)


def outline_territories(ax: Axes, held: Publication, crs: Any) -> None:
    territories = held.context.territories
    if territories is not None and len(territories):
        shapes = territories.geometry.to_crs(crs)
        polygons(
            ax, shapes, facecolor="none", edgecolor=TERRITORY_LINE.line, linewidth=0.3, zorder=2
        )
