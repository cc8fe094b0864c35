"""Maps on paper: PNG and SVG, and ``plot`` for a notebook.

No global state of matplotlib is touched: no pyplot, no window system, no changed defaults.
"""

from __future__ import annotations

import math
import os
import re
import textwrap
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.crs import crs_name, metric_crs
from sialgeo.disclosure import PUBLISHED_CRS, protect
from sialgeo.errors import MissingDependencyError, SchemaError
from sialgeo.exporters.basemap import SOURCE, around
from sialgeo.exporters.wording import indicator_name, said_first, title_of
from sialgeo.files import whole_file
from sialgeo.i18n import _
from sialgeo.model import EVIDENCE, NAME, Concentrations, Context, Indicator, N, Publication
from sialgeo.symbology import (
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
    chain_colours,
    class_of,
    count_classes,
    indicator_classes,
)

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

Window = tuple[float, float, float, float]  # west, south, east, north in metres

_SIZE = (11.0, 8.5)  # inches
_MAP = (0.03, 0.215, 0.69, 0.73)  # left, bottom, width, height of the map within the figure
_DPI = 200
_PAD = 0.06
_HEADING = "heading"
_MARK = "#d55e00"  # the one concentration that a locator map is about
_LABELLED, _LONGEST = 25, 60  # concentrations written on the map: the strongest; characters
_INK, _GREY, _ALARM = "#1a1a1a", "#6b6b6b", "#a11111"
_FOOT_WIDTH, _FOOT_LINES = 165, 11  # characters, lines
_SPACES = re.compile(r"\s+")


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
    held = _held(concentrations, context)
    if territories is not None:
        held = replace(held, context=replace(held.context, territories=territories))
    held = held if points else replace(held, points=None)
    ax = ax if ax is not None else _axes()
    crs = _crs(held)
    ax.set_aspect("equal")
    if crs is None:
        ax.set_axis_off()
        _head_and_foot(ax, held, None, basemap=False)
        return ax
    window = _window(held, crs)
    ax.set_xlim(window[0], window[2])
    ax.set_ylim(window[1], window[3])
    writer = _Labels(ax, window) if labels else None
    if basemap:
        _draw_basemap(ax, crs, window, held.context.territories)
    beneath = _draw_territories(ax, held, crs, column) + _draw_grid(ax, held, crs)
    handles = _draw_areas(ax, held, crs, column, writer, hollow=bool(beneath))
    handles += _draw_points(ax, held, crs) + _draw_places(ax, held, crs, writer) + beneath
    ax.set_xlim(window[0], window[2])
    ax.set_ylim(window[1], window[3])
    _furnish(ax, window)
    _legend(ax, handles)
    _head_and_foot(ax, held, crs, basemap)
    return ax


def locator(publication: Publication, concentration: Any, *, size: tuple[float, float]) -> Axes:
    """Draw where in the study one concentration lies; ``size`` is the figure's, in inches."""
    ax, crs = _panel(publication, size)
    window = _window(publication, crs, size[0] / size[1])
    _draw_basemap(ax, crs, window, publication.context.territories)
    _outline_territories(ax, publication, crs)
    chosen = publication.areas.index == concentration
    others = replace(publication, areas=publication.areas[~chosen])
    _draw_areas(ax, others, crs, None, None, hollow=True)
    shape = publication.areas.geometry[chosen].to_crs(crs)
    _polygons(ax, shape, facecolor=_MARK, edgecolor=_INK, linewidth=1.2, zorder=5)
    _closed(ax, window)
    return ax


def detail(publication: Publication, concentration: Any, *, size: tuple[float, float]) -> Axes:
    """Draw one concentration from near, over the first indicator of the territories, with a legend."""
    ax, crs = _panel(publication, size, room=0.27)
    chosen = publication.areas.geometry[publication.areas.index == concentration].to_crs(crs)
    bounds = np.asarray(chosen.total_bounds)
    window = _framed(bounds[:2], bounds[2:], ax.bbox.width / ax.bbox.height, pad=0.3)
    writer = _Labels(ax, window)
    _draw_basemap(ax, crs, window, publication.context.territories)
    beneath = _draw_territories(ax, publication, crs, None)
    handles = _draw_areas(ax, publication, crs, None, writer, hollow=bool(beneath))
    handles += _draw_places(ax, publication, crs, writer) + beneath
    _closed(ax, window)
    _furnish(ax, window)
    _legend(ax, handles, size=6.5, width=21)
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
    return ax, _crs(publication)


def _closed(ax: Axes, window: Window) -> None:
    """Show a window and nothing of the axes but their frame."""
    ax.set_xlim(window[0], window[2])
    ax.set_ylim(window[1], window[3])
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_color(_GREY)


def _outline_territories(ax: Axes, held: Publication, crs: Any) -> None:
    territories = held.context.territories
    if territories is not None and len(territories):
        shapes = territories.geometry.to_crs(crs)
        _polygons(
            ax, shapes, facecolor="none", edgecolor=TERRITORY_LINE.line, linewidth=0.3, zorder=2
        )


def write(publication: Publication, path: str | os.PathLike[str]) -> None:
    """Write the map as PNG or SVG, by the suffix.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        A file ``*.png`` or ``*.svg``.

    Raises
    ------
    FileError
        The file cannot be written.
    MissingDependencyError
        matplotlib is not installed.
    """
    _require_matplotlib()
    import matplotlib as mpl

    kind = Path(path).suffix.lower().lstrip(".")
    metadata: dict[str, Any] = {"Title": title_of(publication)}
    metadata.update({"Date": None} if kind == "svg" else {"Software": "sialgeo"})
    with whole_file(path) as temporary:
        figure: Any = plot(publication).figure
        with warnings.catch_warnings(), mpl.rc_context({"svg.hashsalt": "sialgeo"}):
            warnings.filterwarnings("ignore", "Glyph .* missing")
            figure.savefig(temporary, format=kind, dpi=_DPI, metadata=_clean_all(metadata))


# --- what to draw -------------------------------------------------------------------------------------


def _held(concentrations: Concentrations | Publication, context: Context | None) -> Publication:
    """Return a result in the shape of a publication, nothing withheld: it stays with the analyst."""
    if isinstance(concentrations, Publication):
        return concentrations
    held = protect(concentrations, publish="points", min_n=1, context=context)
    areas = concentrations.areas.to_crs(PUBLISHED_CRS)
    summaries = dict.fromkeys(held.summaries, concentrations.summary())
    return replace(held, areas=areas, withheld=held.withheld.iloc[:0], summaries=summaries)


def _layers(held: Publication) -> list[gpd.GeoDataFrame]:
    """Return the layers that the map must show in full."""
    found = [held.areas, held.context.territories, held.grid, held.points]
    return [layer for layer in found if layer is not None and len(layer)]


def _crs(held: Publication) -> Any:
    """Return the projection of the map, in metres; None where there is nothing to show."""
    import geopandas as gpd
    import pandas as pd

    shapes = [layer.geometry.to_crs(PUBLISHED_CRS) for layer in _layers(held)]
    if not shapes:
        return None
    return metric_crs(gpd.GeoSeries(pd.concat(shapes, ignore_index=True), crs=PUBLISHED_CRS))


def _window(
    held: Publication, crs: Any, wanted: float = _MAP[2] * _SIZE[0] / (_MAP[3] * _SIZE[1])
) -> Window:
    """Return what the map shows: all layers with a margin, in the proportions of the frame."""
    bounds = np.array([layer.geometry.to_crs(crs).total_bounds for layer in _layers(held)])
    return _framed(bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0), wanted)


def _framed(low: Any, high: Any, wanted: float, pad: float = _PAD) -> Window:
    """Return a window around two corners, in the proportions (width / height) wanted."""
    centre = (low + high) / 2
    half = np.maximum((high - low) / 2 * (1 + 2 * pad), 1_000.0)
    half = np.maximum(half, [half[1] * wanted, half[0] / wanted])
    west, south, east, north = (float(v) for v in np.concatenate([centre - half, centre + half]))
    return west, south, east, north


# --- layers -------------------------------------------------------------------------------------------


def _draw_basemap(ax: Axes, crs: Any, window: Window, territories: gpd.GeoDataFrame | None) -> None:
    import geopandas as gpd
    from matplotlib.collections import LineCollection
    from shapely.geometry import box

    frame = gpd.GeoSeries([box(*window)], crs=crs)
    west, south, east, north = frame.to_crs(PUBLISHED_CRS).total_bounds
    found = around((float(west), float(south), float(east), float(north)))
    ax.set_facecolor(SEA)
    land = gpd.GeoSeries(list(found.land), crs=PUBLISHED_CRS).to_crs(crs)
    _polygons(ax, land, facecolor=LAND.fill, edgecolor="none", zorder=0)
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
            _write(ax, at.x, at.y, named.name, size=7, colour=_GREY, style="italic", zorder=2)


def _polygons(ax: Axes, shapes: gpd.GeoSeries, **looks: Any) -> None:
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


def _draw_territories(ax: Axes, held: Publication, crs: Any, column: str | None) -> list[Any]:
    territories = held.context.territories
    if territories is None or not len(territories):
        return []
    if column is not None and column not in territories and column not in held.areas:
        raise SchemaError(
            _("neither the territories nor the areas have a column “{column}”").format(
                column=column
            )
        )
    indicator = _shown_indicator(held, territories, column)
    shapes = territories.geometry.to_crs(crs)
    line = {"edgecolor": TERRITORY_LINE.line, "linewidth": TERRITORY_LINE.width, "zorder": 2}
    if indicator is None:
        _polygons(ax, shapes, facecolor="none", **line)
        return []
    values = territories[indicator.column].to_numpy(float, na_value=np.nan)
    classes = indicator_classes(values, indicator)
    found = [class_of(v, classes) for v in values]
    colours = [c.colour if c else NO_DATA.fill for c in found]
    _polygons(ax, shapes, facecolor=colours, alpha=0.9, **line)
    return _class_handles(indicator_name(indicator), classes, missing=None in found)


def _shown_indicator(
    held: Publication, table: gpd.GeoDataFrame, column: str | None
) -> Indicator | None:
    """Return the indicator to colour a table by."""
    known = {i.column: i for i in held.indicators if i.column in table}
    if column is not None:
        bare = Indicator(column, {"en": column, "es": column})
        return known.get(column, bare) if column in table else None
    return next(iter(known.values()), None)


def _draw_grid(ax: Axes, held: Publication, crs: Any) -> list[Any]:
    if held.grid is None or not len(held.grid):
        return []
    classes = count_classes(held.grid[N])
    found = [class_of(v, classes) for v in held.grid[N]]
    colours = [c.colour if c else NO_DATA.fill for c in found]
    _polygons(ax, held.grid.geometry.to_crs(crs), facecolor=colours, alpha=0.8, zorder=3)
    return _class_handles(_("Producers by grid cell"), classes, missing=False)


def _draw_areas(
    ax: Axes,
    held: Publication,
    crs: Any,
    column: str | None,
    writer: _Labels | None,
    hollow: bool,
) -> list[Any]:
    """Draw the footprints; hollow over colours that a fill would change."""
    from matplotlib.patches import Patch

    if not len(held.areas):
        return []
    shapes = held.areas.geometry.to_crs(crs)
    told = held.context.territories is None and column is not None
    indicator = _shown_indicator(held, held.areas, column) if told else None
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
        looks = _looks(style)
        if hollow:
            looks["facecolor"] = (1.0, 1.0, 1.0, 0.0)
        fills = [looks["facecolor"]] * int(chosen.sum())
        if indicator is not None:
            found = [class_of(v, classes) for v in values[chosen]]
            fills = [c.colour if c else NO_DATA.fill for c in found]
        _polygons(ax, shapes[chosen], zorder=4, **{**looks, "facecolor": fills})
        handles.append(Patch(label="\n".join(textwrap.wrap(_(style.label), 38)), **looks))
    if indicator is not None:
        missing = bool(np.isnan(values).any())
        handles += _class_handles(indicator_name(indicator), classes, missing=missing)
    if writer is not None:
        writer.areas(shapes, held.areas[NAME])
    return handles


def _looks(style: Style) -> dict[str, Any]:
    from matplotlib.colors import to_rgba

    dash: Any = (0, tuple(length / style.width for length in style.dash)) if style.dash else "solid"
    return {
        "facecolor": to_rgba(style.fill, style.opacity),
        "edgecolor": style.line,
        "linewidth": style.width,
        "linestyle": dash,
    }


def _draw_points(ax: Axes, held: Publication, crs: Any) -> list[Any]:
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
    return [_dot(label, colour, POINT.line) for label, colour in shown.items()]


def _draw_places(ax: Axes, held: Publication, crs: Any, writer: _Labels | None) -> list[Any]:
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
    return [_dot(_(PLACE.label), PLACE.fill, PLACE.line)]


class _Labels:
    """Writes names on the map, the strongest concentration first, and none over another."""

    def __init__(self, ax: Axes, window: Window) -> None:
        self.ax, self.window = ax, window
        inches = ax.get_position().height * ax.get_figure().get_figheight()  # type: ignore[union-attr]
        self.point = (window[3] - window[1]) / (inches * 72)  # metres of a printer's point
        self.taken: list[Window] = []
        self.named: set[str] = set()

    def areas(self, shapes: gpd.GeoSeries, names: Any) -> None:
        """Write number and name beneath, else above, the strongest concentrations."""
        for number, shape, name in list(zip(shapes.index, shapes, names, strict=True))[:_LABELLED]:
            west, south, east, north = shape.bounds
            text, middle = f"{number} {name}", (west + east) / 2
            below = self._write(middle, south - 4 * self.point, text, 8.5, va="top", weight="bold")
            if below or self._write(
                middle, north + 4 * self.point, text, 8.5, va="bottom", weight="bold"
            ):
                self.named.add(str(name))

    def places(self, points: gpd.GeoSeries, names: Any) -> None:
        """Write the names of places that no concentration is named after."""
        for at, name in zip(points, names, strict=True):
            if str(name) not in self.named and not at.is_empty:
                gap = 4 * self.point
                self._write(at.x + gap, at.y + gap, name, 7, ha="left", va="bottom")

    def _write(self, x: float, y: float, text: Any, size: float, **options: Any) -> bool:
        """Write a text where there is room, and return whether there was."""
        width, height = len(one_line(text)[:_LONGEST]) * size * 0.6 * self.point, size * self.point
        west = x if options.get("ha") == "left" else x - width / 2
        south = y if options["va"] == "bottom" else y - height
        east, north = west + width, south + height
        inside = west > self.window[0] and east < self.window[2]
        inside = inside and south > self.window[1] and north < self.window[3]
        if not inside or any(
            west < e and east > w and south < n and north > s for w, s, e, n in self.taken
        ):
            return False
        self.taken.append((west, south, east, north))
        _write(self.ax, x, y, text, size=size, zorder=8, **options)
        return True


# --- furniture ----------------------------------------------------------------------------------------


def _axes() -> Axes:
    _require_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE, facecolor="white")
    FigureCanvasAgg(figure)
    return figure.add_axes(_MAP)


def _require_matplotlib() -> None:
    try:
        import matplotlib as mpl
    except ImportError as failure:
        raise MissingDependencyError("matplotlib", _("drawing figures")) from failure
    del mpl


def _furnish(ax: Axes, window: Window) -> None:
    """Draw frame, scale bar and north arrow."""
    from matplotlib.patches import Rectangle

    ax.set_xlabel("")
    ax.set_ylabel("")
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_color(_GREY)
    west, south, east, north = window
    width, height = east - west, north - south
    length = _nice(width * 0.22)
    x, y, thick = west + width * 0.03, south + height * 0.035, height * 0.007
    back = Rectangle(
        (west + width * 0.015, south + height * 0.012), length + width * 0.085, height * 0.068,
        facecolor="white", alpha=0.75, zorder=9, linewidth=0,
    )  # fmt: skip
    ax.add_patch(back)
    for i, colour in enumerate((_INK, "white")):
        ax.add_patch(
            Rectangle((x + i * length / 2, y), length / 2, thick, facecolor=colour, edgecolor=_INK,
                      linewidth=0.6, zorder=10)
        )  # fmt: skip
    unit, factor = ("km", 1_000.0) if length >= 1_000 else ("m", 1.0)
    for share in (0.0, 0.5, 1.0):
        said = f"{share * length / factor:g}" + (f" {unit}" if share == 1.0 else "")
        _write(
            ax, x + share * length, y + 2 * thick, said, size=7, va="bottom", halo=False, zorder=10
        )
    ax.annotate(
        "N", xy=(0.965, 0.97), xytext=(0.965, 0.9), xycoords="axes fraction", ha="center", va="center",
        fontsize=10, fontweight="bold", color=_INK, zorder=10,
        arrowprops={"arrowstyle": "-|>", "facecolor": _INK, "edgecolor": _INK, "linewidth": 1.2},
    )  # fmt: skip


def _nice(length: float) -> float:
    """Return the largest 1, 2 or 5 times a power of ten that is not above a length."""
    power = 10.0 ** math.floor(math.log10(length))
    return next(m * power for m in (5.0, 2.0, 1.0) if m * power <= length)


def _class_handles(title: str, classes: tuple[Class, ...], missing: bool) -> list[Any]:
    from matplotlib.patches import Patch

    line: dict[str, Any] = {
        "edgecolor": TERRITORY_LINE.line,
        "linewidth": TERRITORY_LINE.width,
    }
    said = "\n".join(textwrap.wrap(one_line(title), 34))
    head = Patch(facecolor="none", edgecolor="none", label=said, gid=_HEADING)
    found = [Patch(facecolor=c.colour, label=c.label, **line) for c in classes]
    found += [Patch(facecolor=NO_DATA.fill, label=_(NO_DATA.label), **line)] if missing else []
    return [head, *found]


def _dot(label: str, fill: str, line: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D(
        [], [], marker="o", linestyle="", markersize=5, markerfacecolor=fill, markeredgecolor=line,
        label=one_line(label),
    )  # fmt: skip


def _legend(ax: Axes, handles: list[Any], size: float = 8, width: int = 0) -> None:
    if not handles:
        return
    legend = ax.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(1.015, 1.0), borderaxespad=0.0,
        fontsize=size, frameon=False, labelspacing=0.7, handlelength=1.8,
    )  # fmt: skip
    for text, handle in zip(legend.get_texts(), handles, strict=True):
        text.set_parse_math(False)
        if width:
            text.set_text("\n".join(textwrap.wrap(text.get_text(), width)))
        if handle.get_gid() == _HEADING:
            text.set_fontweight("bold")


def _head_and_foot(ax: Axes, held: Publication, crs: Any, basemap: bool) -> None:
    """Write title above, and below the verdict, the sources and what is withheld."""
    title = ax.set_title(
        "\n".join(textwrap.wrap(one_line(title_of(held)), 80)), loc="left", fontsize=14
    )
    title.set_parse_math(False)
    said: dict[str, list[str]] = {}
    for line in said_first(held):
        said.setdefault(line.key, []).append(line.text)
    drawn = [_("Basemap: {source}").format(source=SOURCE)] if basemap else []
    drawn += [_("Projection: {crs}").format(crs=crs_name(crs))] if crs is not None else []
    number = _("Producers examined: {n}").format(n=held.total)
    paragraphs = [
        " ".join([*said["verdict"], *said.get("number", []), number + "."]),
        " ".join(said.get("ecological", [])),
        " ".join(said.get("withheld", [])),
        " · ".join(
            _headed(_("Reference population"), said.get("reference"))
            + _headed(_("Date"), said.get("date"))
        ),
        " ".join(_headed(_("Sources"), said.get("source"))),
        " · ".join([*drawn, "sialgeo"]),
    ]
    alarm = textwrap.wrap(one_line(" ".join(said.get("synthetic", []))), _FOOT_WIDTH)
    lines = [part for text in paragraphs for part in textwrap.wrap(one_line(text), _FOOT_WIDTH)]
    room = _FOOT_LINES - len(alarm)
    lines = lines if len(lines) <= room else [*lines[: room - 2], "…", lines[-1]]
    _foot(ax, alarm + [""] * len(lines), _ALARM, weight="bold")
    _foot(ax, [""] * len(alarm) + lines, _INK)


def _headed(heading: str, texts: list[str] | None) -> list[str]:
    return [f"{heading}: {'; '.join(texts)}"] if texts else []


def _foot(ax: Axes, lines: list[str], colour: str, **options: Any) -> None:
    foot = ax.text(
        0.0, -0.015, "\n".join(lines), transform=ax.transAxes, ha="left", va="top", fontsize=7.5,
        color=colour, linespacing=1.35, **options,
    )  # fmt: skip
    foot.set_parse_math(False)


def _write(
    ax: Axes,
    x: float,
    y: float,
    text: Any,
    *,
    size: float,
    colour: str = _INK,
    halo: bool = True,
    **options: Any,
) -> None:
    """Write a text on the map; nothing in it is read as mathematics."""
    from matplotlib.patheffects import withStroke

    options = {"ha": "center", "va": "center", **options}
    written = ax.text(
        x, y, one_line(text)[:_LONGEST], fontsize=size, color=colour, clip_on=True, **options
    )
    written.set_parse_math(False)
    if halo:
        written.set_path_effects([withStroke(linewidth=2.0, foreground="white")])


def one_line(text: Any) -> str:
    """Return a text on one line, without control characters."""
    one = _SPACES.sub(" ", str(text)).encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in one if c.isprintable())


def _clean_all(texts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: one_line(text) if text is not None else None for key, text in texts.items()}
