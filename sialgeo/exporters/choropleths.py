"""Maps of territories on paper: two indicators at once, local statistics, one group against the rest.

What is drawn is territories and their published figures only: no producer is in it.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.crs import crs_told, equal_area_crs
from sialgeo.errors import SchemaError
from sialgeo.exporters.figures.furniture import (
    GREY,
    INK,
    MAP,
    SIZE,
    class_handles,
    furnish,
    legend,
    local_numbers,
    one_line,
    require_matplotlib,
    save,
)
from sialgeo.exporters.figures.layers import polygons
from sialgeo.exporters.wording import indicator_name
from sialgeo.i18n import _, pick, retell, tell_date
from sialgeo.model import Context, Indicator
from sialgeo.symbology import (
    BIVARIATE,
    LOCAL_CLASSES,
    NO_DATA,
    SUPPRESSED,
    class_of,
    indicator_classes,
)

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sialgeo.association import Contrast

_HATCH = {NO_DATA.label: "////", SUPPRESSED.label: "xxxx"}
_PAD = 0.06
_FOOT = 150  # characters
_FINE = 400  # territories above which their limits are drawn thin


# --- two indicators -------------------------------------------------------------------------------------
def plot_bivariate(
    layer: gpd.GeoDataFrame,
    x: Indicator,
    y: Indicator,
    *,
    column: str = "class",
    context: Context | None = None,
) -> Axes:
    """Draw the classes of :func:`sialgeo.bivariate_classes` with their square key.

    Parameters
    ----------
    layer
        Territories with the class ("1-3": x low, y high; "no_data"; "suppressed") in ``column``.
    x, y
        What the two columns say.
    context
        Its sources are written below.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    SchemaError
        The layer has no such column.
    MissingDependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> areas = gpd.GeoDataFrame({"class": ["1-3", "no_data"]},
    ...     geometry=[box(0, 0, 9e3, 9e3), box(9e3, 0, 18e3, 9e3)], crs=32717)
    >>> axes = plot_bivariate(areas, Indicator("hdi", {"en": "HDI"}), Indicator("poor", {"en": "Poverty"}))
    >>> axes.get_title(loc="left")
    'HDI and Poverty'
    """
    _require(layer, column)
    names = indicator_name(x), indicator_name(y)
    ax, crs = _map(layer, _("{x} and {y}").format(x=names[0], y=names[1]))
    shapes, told = layer.geometry.to_crs(crs), layer[column].astype(str)
    width = _line(layer)
    for place, colour in enumerate(BIVARIATE):
        i, j = divmod(place, 3)
        inside = shapes[told == f"{i + 1}-{j + 1}"]
        polygons(ax, inside, facecolor=colour, edgecolor=GREY, linewidth=width)
    handles = []
    for name, style in (("no_data", NO_DATA), ("suppressed", SUPPRESSED)):
        hatch = _HATCH[style.label]
        mask = told == name
        polygons(
            ax,
            shapes[mask],
            facecolor=style.fill,
            edgecolor=style.line,
            hatch=hatch,
            linewidth=width,
        )
        if mask.any():
            handles.append(_patch(style.fill, _(style.label), hatch))
    _square(ax.figure, names)
    legend(ax, handles)
    lines = [
        _("Each class of an indicator holds a third of the people, as nearly as whole territories allow."),
        _("The indicators describe the territories, not the households in them."),
    ]  # fmt: skip
    _foot(ax, [*lines, *_sources(context, (x, y)), _projection(crs)])
    return ax


def write_bivariate(
    layer: gpd.GeoDataFrame,
    path: str | os.PathLike[str],
    x: Indicator,
    y: Indicator,
    *,
    column: str = "class",
    context: Context | None = None,
) -> None:
    """Write the picture of :func:`plot_bivariate` (PNG or SVG, by the suffix)."""
    save(lambda: plot_bivariate(layer, x, y, column=column, context=context).figure, path)


def _square(figure: Any, names: tuple[str, str]) -> None:
    """Draw the key: x to the right, y upwards."""
    key = figure.add_axes((0.805, 0.26, 0.16, 0.16 * SIZE[0] / SIZE[1]))
    for place, colour in enumerate(BIVARIATE):
        i, j = divmod(place, 3)
        key.fill([i, i + 1, i + 1, i], [j, j, j + 1, j + 1], facecolor=colour, edgecolor="white")
    key.set_xlim(0, 3)
    key.set_ylim(0, 3)
    key.set_aspect("equal")
    key.set_xticks([0.5, 2.5], [_("low"), _("high")], fontsize=7)
    key.set_yticks([0.5, 2.5], [_("low"), _("high")], fontsize=7)
    key.tick_params(length=0)
    for spine in key.spines.values():
        spine.set_visible(False)
    key.set_xlabel(
        "\n".join(textwrap.wrap(one_line(names[0]), 28)) + " →", fontsize=8, parse_math=False
    )
    key.set_ylabel(
        "\n".join(textwrap.wrap(one_line(names[1]), 28)) + " →", fontsize=8, parse_math=False
    )


# --- local statistics -------------------------------------------------------------------------------------
def plot_local(
    layer: gpd.GeoDataFrame,
    title: str,
    *,
    column: str = "class",
    sources: Sequence[str] = (),
) -> Axes:
    """Draw the classes of :func:`sialgeo.hot_spots` or :func:`sialgeo.local_association`.

    The notes of the layer (``attrs["notes"]``) are written below the map.

    Raises
    ------
    SchemaError
        The layer has no such column.
    MissingDependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> areas = gpd.GeoDataFrame({"class": ["hot", "not_significant"]},
    ...     geometry=[box(0, 0, 9e3, 9e3), box(9e3, 0, 18e3, 9e3)], crs=32717)
    >>> plot_local(areas, "Gi*").get_title(loc="left")
    'Gi*'
    """
    _require(layer, column)
    ax, crs = _map(layer, title)
    shapes, told = layer.geometry.to_crs(crs), layer[column].astype(str)
    handles = []
    for name, (colour, label) in LOCAL_CLASSES.items():
        mask = told == name
        if mask.any():
            polygons(ax, shapes[mask], facecolor=colour, edgecolor=GREY, linewidth=_line(layer))
            handles.append(_patch(colour, f"{_(label)} ({int(mask.sum()):,})"))
    legend(ax, handles)
    notes = [retell(note) for note in layer.attrs.get("notes", ())]
    said = [_("Sources: {sources}").format(sources="; ".join(sources))] if sources else []
    _foot(ax, [*notes, *said, _projection(crs)])
    return ax


def write_local(
    layer: gpd.GeoDataFrame,
    path: str | os.PathLike[str],
    title: str,
    *,
    column: str = "class",
    sources: Sequence[str] = (),
) -> None:
    """Write the picture of :func:`plot_local` (PNG or SVG, by the suffix)."""
    save(lambda: plot_local(layer, title, column=column, sources=sources).figure, path)


# --- one group against the rest -----------------------------------------------------------------------------
def plot_contrast(
    layer: gpd.GeoDataFrame, contrast: Contrast, *, context: Context | None = None
) -> Figure:
    """Draw a contrast: the last indicator on the map, both means indicator by indicator beside it.

    The group's territories have a heavy outline; those that depart are hatched.

    Returns
    -------
    matplotlib.figure.Figure
    """
    last = contrast.rows[-1]
    _require(layer, last.indicator.column)
    title = pick(contrast.title) if contrast.title else ""
    title = title or f"{contrast.group}: {indicator_name(last.indicator)}"
    ax, crs = _map(layer, title, frame=(0.03, 0.30, 0.55, 0.62))
    shapes = layer.geometry.to_crs(crs)
    values = layer[last.indicator.column].to_numpy(float, na_value=np.nan)
    classes = indicator_classes(values, last.indicator)
    found = [class_of(v, classes) for v in values]
    colours = [c.colour if c else NO_DATA.fill for c in found]
    polygons(ax, shapes, facecolor=colours, edgecolor="white", linewidth=0.5)
    inside = (layer[contrast.by] == contrast.group).to_numpy(dtype=bool)
    low = (contrast.expected == "worse") == (last.indicator.better == "more")
    away = values >= last.rest_mean if low else values <= last.rest_mean
    polygons(ax, shapes[inside & away], facecolor="none", edgecolor=INK, hatch="////", linewidth=0)
    polygons(ax, shapes[inside], facecolor="none", edgecolor=INK, linewidth=1.3)
    handles = class_handles(indicator_name(last.indicator), classes, missing=None in found)
    handles.append(_patch("white", contrast.group, line=INK))
    if (inside & away).any():
        handles.append(_patch("white", _("departs from it"), "////"))
    ax.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.0, 0.09), fontsize=7.5, framealpha=0.9, edgecolor="none",
    )  # fmt: skip
    figure: Any = ax.figure
    _lines(figure.add_axes((0.66, 0.34, 0.31, 0.55)), contrast)
    statement = [pick(contrast.statement)] if contrast.statement else []
    told = [*statement, contrast.verdict, contrast.said_of(last), " ".join(contrast.cautions)]
    _foot(ax, [*told, *_sources(context, (last.indicator,)), _projection(crs)])
    return figure  # type: ignore[no-any-return]


def write_contrast(
    layer: gpd.GeoDataFrame,
    path: str | os.PathLike[str],
    contrast: Contrast,
    *,
    context: Context | None = None,
) -> None:
    """Write the picture of :func:`plot_contrast` (PNG or SVG, by the suffix)."""
    save(lambda: plot_contrast(layer, contrast, context=context), path)


def _lines(ax: Any, contrast: Contrast) -> None:
    """Draw both means; a filled mark where the test shows the difference."""
    rows = contrast.rows
    years = [r.indicator.year for r in rows]
    dated = all(year is not None for year in years)
    at = np.array(years if dated else range(len(rows)), dtype=float)
    shown = np.array([contrast.shown(r) for r in rows])
    for label, colour, means in (
        (contrast.group, "#b2182b", np.array([r.group_mean for r in rows])),
        (str(_("rest")), "#2166ac", np.array([r.rest_mean for r in rows])),
    ):
        ax.plot(at, means, color=colour, linewidth=1.4)
        ax.plot(at[shown], means[shown], "o", color=colour, markersize=4)
        ax.plot(at[~shown], means[~shown], "o", color=colour, markersize=4, markerfacecolor="white")
        ax.annotate(
            one_line(label), (at[-1], means[-1]), xytext=(5, 0), textcoords="offset points",
            color=colour, fontsize=8, va="center",
        )  # fmt: skip
    if not dated:
        ax.set_xticks(at, [one_line(r.indicator.label()) for r in rows], rotation=45, fontsize=7)
    ax.margins(x=0.12)
    local_numbers(ax)
    ax.tick_params(labelsize=7.5)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    title = "\n".join(
        textwrap.wrap(
            _("Plain means of the territories; a filled mark where a test shows the difference (p ≤ 0.05)"),
            48,
        )
    )  # fmt: skip
    ax.set_title(title, fontsize=8, loc="left")


# --- furniture ------------------------------------------------------------------------------------------------
def _require(layer: gpd.GeoDataFrame, column: str) -> None:
    require_matplotlib()
    if column not in layer.columns:
        raise SchemaError(_("columns missing: {names}").format(names=column))


def _map(
    layer: gpd.GeoDataFrame, title: str, frame: tuple[float, float, float, float] = MAP
) -> tuple[Axes, Any]:
    """Return axes that show the whole layer in an equal-area projection, and the projection."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, facecolor="white")
    FigureCanvasAgg(figure)
    ax: Axes = figure.add_axes(frame)
    crs = equal_area_crs(layer)
    bounds = layer.geometry.to_crs(crs).total_bounds
    centre, half = (bounds[:2] + bounds[2:]) / 2, (bounds[2:] - bounds[:2]) / 2 * (1 + _PAD)
    ratio = frame[2] * SIZE[0] / (frame[3] * SIZE[1])
    half = np.maximum(half, [half[1] * ratio, half[0] / ratio])
    low, high = centre - half, centre + half
    ax.set_aspect("equal")
    ax.set_xlim(low[0], high[0])
    ax.set_ylim(low[1], high[1])
    furnish(ax, (float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    said = ax.set_title("\n".join(textwrap.wrap(one_line(title), 80)), loc="left", fontsize=13)
    said.set_parse_math(False)
    return ax, crs


def _line(layer: gpd.GeoDataFrame) -> float:
    return 0.05 if len(layer) > _FINE else 0.3


def _patch(fill: str, label: str, hatch: str = "", line: str = GREY) -> Any:
    from matplotlib.patches import Patch

    return Patch(facecolor=fill, edgecolor=line, hatch=hatch, label=one_line(label), linewidth=0.8)


def _sources(context: Context | None, indicators: Sequence[Indicator]) -> list[str]:
    """Return the date of the study and its sources, as far as they are known."""
    found = [i.source for i in indicators if i.source]
    found += list(context.sources) if context is not None else []
    dated = (
        [_("Date") + f": {tell_date(context.date)}"] if context is not None and context.date else []
    )
    if not found:
        return dated
    told = [s for s in dict.fromkeys(found) if not any(o != s and o.startswith(s) for o in found)]
    return [*dated, _("Sources: {sources}").format(sources="; ".join(told))]


def _projection(crs: Any) -> str:
    return _("Projection: {crs}").format(crs=crs_told(crs)) + " · sialgeo"


def _foot(ax: Any, lines: Sequence[str]) -> None:
    """Write lines below the map."""
    wrapped = [part for text in lines for part in textwrap.wrap(one_line(text), _FOOT)]
    said = ax.text(
        0.0, -0.02, "\n".join(wrapped), transform=ax.transAxes, ha="left", va="top",
        fontsize=7.5, color=INK, linespacing=1.35,
    )  # fmt: skip
    said.set_parse_math(False)
