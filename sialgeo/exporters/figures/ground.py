"""Maps of what lies beneath the concentrations: relative risk, indicators, clusters of territories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.errors import SchemaError
from sialgeo.exporters.bivariate import bivariate_layers
from sialgeo.exporters.figures.furniture import (
    GREY,
    INK,
    class_handles,
    heading_handle,
)
from sialgeo.exporters.figures.layers import draw_areas, draw_territories, polygons
from sialgeo.exporters.figures.sheet import Sheet
from sialgeo.exporters.wording import indicator_name
from sialgeo.hotspots import enough_replicates, hot_spots
from sialgeo.i18n import _, localised
from sialgeo.model import Concentrations, Context, Publication
from sialgeo.surfaces import Surface
from sialgeo.symbology import LOCAL_CLASSES, TERRITORY_LINE, risk_classes

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

_LINE: dict[str, Any] = {"edgecolor": TERRITORY_LINE.line, "linewidth": TERRITORY_LINE.width}
_UNTOLD: dict[str, Any] = {
    "facecolor": "#ffffff",
    "hatch": "////",
    "edgecolor": "#b8b8b8",
    "linewidth": 0.4,
}
_LEVEL, _SEED = 0.05, 1
_REPLICATES = (999, 9_999)  # at least, at most: what single territories need under the level
_LEAST = 3  # territories for a local statistic


def risk(
    shown: Concentrations | Publication,
    ax: Axes | None = None,
    *,
    surface: Surface,
    context: Context | None = None,
) -> Axes:
    """Draw a surface of relative risk with its tolerance contours.

    ``surface`` of :func:`sialgeo.relative_risk_surface`; of :func:`sialgeo.protect_surface` where the
    figure is to be handed on. No data stays bare.
    """
    from matplotlib.colors import to_rgba

    edge = _corners(surface)
    sheet = Sheet(
        shown, ax, context=context, points=False, crs=surface.crs, more=[edge],
        heading=_("Relative risk against the reference population"),
    )  # fmt: skip
    classes = risk_classes()
    inner = np.array([c.upper for c in classes[:-1]])
    known = np.isfinite(surface.relative_risk)
    place = np.searchsorted(inner, np.where(known, surface.relative_risk, 0.0), side="left")
    colours = np.array([to_rgba(c.colour, 0.85) for c in classes])[place]
    colours[~known] = (0.0, 0.0, 0.0, 0.0)
    west, south, east, north = edge.total_bounds
    sheet.ax.imshow(
        colours, extent=(west, east, south, north), origin="upper", zorder=1.5,
        interpolation="nearest", aspect="equal",
    )  # fmt: skip
    sheet.outline()
    sheet.handles += class_handles(_("Relative risk"), classes, missing=False)
    _contours(sheet, surface)
    hollow = draw_areas(sheet.ax, sheet.held, sheet.crs, None, sheet.writer, hollow=True)
    sheet.handles += [heading_handle(_("Concentrations")), *hollow] if hollow else []
    sheet.places()
    sheet.notes.append(
        _("Bandwidth: {km} km. Bare: outside the window, no reference, or withheld.").format(
            km=localised(f"{surface.bandwidth / 1_000:.1f}")
        )
    )
    return sheet.close()


def indicator(
    shown: Concentrations | Publication,
    ax: Axes | None = None,
    *,
    column: str | None = None,
    context: Context | None = None,
) -> Axes:
    """Draw an indicator of the territories (HDI, poverty …) with the concentrations over it.

    ``column``: by default the first indicator that the territories have.
    """
    sheet = Sheet(
        shown, ax, context=context, points=False, heading=_("Indicator and concentrations")
    )
    if sheet.crs is None:
        return sheet.close()
    held = sheet.held
    if column is not None and held.context.territories is None:
        _require_column(held.areas, column)
    beneath = draw_territories(sheet.ax, held, sheet.crs, column)
    areas = draw_areas(sheet.ax, held, sheet.crs, None, sheet.writer, hollow=bool(beneath))
    sheet.handles += beneath
    sheet.handles += [heading_handle(_("Concentrations")), *areas] if areas else []
    sheet.places()
    if not beneath:
        sheet.empty(_("The territories have no indicator."))
    return sheet.close()


def bivariate(
    shown: Concentrations | Publication,
    ax: Axes | None = None,
    *,
    column: str | None = None,
    context: Context | None = None,
) -> Axes:
    """Draw an indicator against the producers in each territory, three classes by three.

    Terciles of the people (Stevens 2015), in ColorBrewer's blue × orange. ``column``: an indicator
    that has a poorer end; by default the first. White and hatched: no data or withheld, as the middle
    class is grey.
    """
    from matplotlib.patches import Patch

    sheet = Sheet(shown, ax, context=context, points=False, heading=_("Two variables on one map"))
    if sheet.crs is None:
        return sheet.close()
    table = sheet.held.context.territories
    found = bivariate_layers(sheet.held, table, lambda say: say())
    if column is not None:
        found = [layer for layer in found if layer["key"] == f"{column}×n"]
    if not found or table is None:
        sheet.empty(
            _(
                "Needs territories with an indicator that has a poorer end, and with producers counted."
            )
        )
        return sheet.close()
    layer = found[0]
    sheet.heading = layer["label"]
    classes, shapes = np.asarray(layer["classes"]), table.geometry.to_crs(sheet.crs)
    told = classes >= 0
    fills = [layer["colours"][i] for i in classes[told]]
    polygons(sheet.ax, shapes[told], facecolor=fills, zorder=2, **_LINE)
    polygons(sheet.ax, shapes[~told], zorder=2, **_UNTOLD)
    _square(sheet.ax, layer)
    sheet.legend_top = 0.5
    if not told.all():
        sheet.handles.append(Patch(label=_("no data or withheld"), **_UNTOLD))
    areas = draw_areas(sheet.ax, sheet.held, sheet.crs, None, sheet.writer, hollow=True)
    sheet.handles += [heading_handle(_("Concentrations")), *areas] if areas else []
    sheet.places()
    sheet.notes.append(
        _("Classes of a third of the people each.")
        if layer["per"] == "people"
        else _("Classes of a third of the territories each.")
    )
    return sheet.close()


def hotspots(
    shown: Concentrations | Publication,
    ax: Axes | None = None,
    *,
    column: str | None = None,
    classes: gpd.GeoDataFrame | None = None,
    context: Context | None = None,
) -> Axes:
    """Draw clusters of high and low values: LISA or Getis–Ord Gi*.

    Parameters
    ----------
    classes
        What :func:`sialgeo.hot_spots` or :func:`sialgeo.local_association` returned: polygons with a
        ``class``. By default Gi* of ``column``.
    column
        Indicator of the territories (by default the first); false discovery rate 5 %, 999 to
        9,999 permutations as the number of territories asks, seed 1. Territories without a value take no part and are grey.
    """
    more = [] if classes is None else [classes]
    heading = _("Clusters of high and low values")
    sheet = Sheet(shown, ax, context=context, points=False, heading=heading, more=more)
    if sheet.crs is None:
        return sheet.close()
    if classes is None:
        classes = _hot_spots_of(sheet, column)
    elif "class" not in classes:
        _require_column(classes, "class")
    if classes is None or not len(classes):
        sheet.empty(_("Needs territories with an indicator."))
        return sheet.close()
    _draw_clusters(sheet, classes)
    areas = draw_areas(sheet.ax, sheet.held, sheet.crs, None, sheet.writer, hollow=True)
    sheet.handles += [heading_handle(_("Concentrations")), *areas] if areas else []
    sheet.places()
    return sheet.close()


# --- parts ------------------------------------------------------------------------------------------


def _require_column(table: gpd.GeoDataFrame, column: str) -> None:
    if column not in table:
        raise SchemaError(_("columns missing: {names}").format(names=column))


def _corners(surface: Surface) -> Any:
    """Return the surface's extent as a series of one rectangle."""
    import geopandas as gpd
    from shapely.geometry import box

    rows, columns = surface.values.shape
    a, _b, x, _d, e, y = surface.transform
    return gpd.GeoSeries([box(x, y + e * rows, x + a * columns, y)], crs=surface.crs)


def _contours(sheet: Sheet, surface: Surface) -> None:
    from matplotlib.patches import Patch

    if surface.p_values is None:
        sheet.notes.append(_("No tolerance contours: the surface was not tested."))
        return
    lines = surface.contours()
    level = localised(f"{surface.level:g}")
    for side, dash, said in (
        ("higher", "solid", _("higher than random labelling gives (p ≤ {level})")),
        ("lower", "dashed", _("lower than random labelling gives (p ≤ {level})")),
    ):
        shapes = lines.geometry[lines["side"] == side]
        looks: dict[str, Any] = {
            "facecolor": "none", "edgecolor": INK, "linewidth": 1.1, "linestyle": dash,
        }  # fmt: skip
        if len(shapes):
            polygons(sheet.ax, shapes.to_crs(sheet.crs), zorder=3, **looks)
            sheet.handles.append(Patch(label=_wrapped(said.format(level=level)), **looks))
    if not len(lines):
        sheet.notes.append(_("No place is higher or lower than random labelling gives."))


def _wrapped(text: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, 38))


def _hot_spots_of(sheet: Sheet, column: str | None) -> gpd.GeoDataFrame | None:
    """Return Gi* of an indicator of the territories, and note how it was computed."""
    table = sheet.held.context.territories
    if table is None:
        return None
    known = {i.column: i for i in sheet.held.indicators if i.column in table}
    chosen = column or next(iter(known), None)
    if chosen is None:
        return None
    _require_column(table, chosen)
    values = table[chosen].to_numpy(float, na_value=np.nan)
    there = np.isfinite(values)
    if there.sum() < _LEAST or np.ptp(values[there]) == 0:
        return None
    replicates = int(np.clip(enough_replicates(there.sum(), _LEVEL), *_REPLICATES))
    tested = hot_spots(table[there], chosen, replicates=replicates, seed=_SEED, level=_LEVEL)
    found = table.copy()
    found["class"] = "no_data"
    found.loc[there, "class"] = tested["class"]
    name = indicator_name(known[chosen]) if chosen in known else chosen
    sheet.heading = _("{name}: hot and cold spots").format(name=name)
    sheet.notes.append(
        _(
            "Getis–Ord Gi*, {replicates} permutations, seed {seed}, false discovery rate {level}."
        ).format(replicates=replicates, seed=_SEED, level=localised(f"{_LEVEL:g}"))
    )
    sheet.notes += tested.attrs["notes"]
    return found


def _draw_clusters(sheet: Sheet, table: gpd.GeoDataFrame) -> None:
    from matplotlib.patches import Patch

    said = [str(c) if c in LOCAL_CLASSES else "no_data" for c in table["class"]]
    fills = [LOCAL_CLASSES[c][0] for c in said]
    polygons(sheet.ax, table.geometry.to_crs(sheet.crs), facecolor=fills, zorder=2, **_LINE)
    sheet.handles += [
        Patch(facecolor=colour, label=_(label), **_LINE)
        for name, (colour, label) in LOCAL_CLASSES.items()
        if name in said
    ]


def _square(ax: Axes, layer: dict[str, Any]) -> None:
    """Draw the legend of three by three classes, with the limits and what the axes say."""
    from matplotlib.patches import Rectangle

    square = ax.inset_axes((1.115, 0.66, 0.2, 0.2 * _shape(ax)))
    for place, colour in enumerate(layer["colours"]):
        x, y = divmod(place, 3)
        square.add_patch(Rectangle((x, y), 1, 1, facecolor=colour, edgecolor="white", linewidth=1))
    square.set_xlim(0, 3)
    square.set_ylim(0, 3)
    square.set_xticks([0.5, 1.5, 2.5], layer["x_labels"], fontsize=6.5, rotation=30, ha="right")
    square.set_yticks([0.5, 1.5, 2.5], layer["y_labels"], fontsize=6.5)
    square.tick_params(length=0)
    for spine in square.spines.values():
        spine.set_visible(False)
    for label in (*square.get_xticklabels(), *square.get_yticklabels()):
        label.set_parse_math(False)
    for put, said in ((square.set_xlabel, layer["x_label"]), (square.set_ylabel, layer["y_label"])):
        put(_arrowed(said), fontsize=7, color=GREY).set_parse_math(False)


def _arrowed(said: str) -> str:
    from sialgeo.exporters.figures.furniture import one_line

    return _narrow(one_line(said)) + " →"


def _narrow(text: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, 26))


def _shape(ax: Axes) -> float:
    """Return width over height of the axes, so that a square is one."""
    place = ax.get_position()
    wide, high = ax.get_figure().get_size_inches()  # type: ignore[union-attr]
    return float(place.width * wide / (place.height * high))
