"""Maps of the concentrations themselves: by chain, with their evidence, and how sure it is."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.exporters.figures.furniture import GREY, dot, heading_handle, one_line
from sialgeo.exporters.figures.layers import (
    draw_areas,
    draw_grid,
    draw_points,
    looks_of,
    polygons,
)
from sialgeo.exporters.figures.sheet import Sheet
from sialgeo.i18n import _, localised
from sialgeo.model import (
    CHAIN_N,
    EVIDENCE,
    EXPOSURE_ACTIVATION,
    HELD_OUT_HIGH,
    HELD_OUT_LOW,
    MAIN_CHAIN,
    NAME,
    RR_HIGH,
    RR_LOW,
    STABILITY_BAND,
    WORDS,
    Concentrations,
    Context,
    N,
    Publication,
)
from sialgeo.symbology import (
    EVIDENCE_STYLE,
    HATCHES,
    IN_NONE,
    NO_DATA,
    POINT,
    TERRITORY_LINE,
    WORD_COLOURS,
    chain_colours,
    class_of,
    width_classes,
)
from sialgeo.trade import CAUTION

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

_SQUARE_POINTS = 110.0  # of the largest circle: some ten points across


def chains(
    shown: Concentrations | Publication, ax: Axes | None = None, *, context: Context | None = None
) -> Axes:
    """Draw where each chain is, generalised: counts by territory, concentrations by main chain.

    Points stand in place of the counts where they are at hand; the grid where territories have no
    counts. A territory whose count is withheld is grey.
    """
    sheet = Sheet(shown, ax, context=context, heading=_("Where each chain is"))
    if sheet.crs is None:
        return sheet.close()
    held = sheet.held
    counted = _chain_counts(held)
    main = held.areas.get(MAIN_CHAIN)
    colours = chain_colours([*counted, *(main if main is not None else [])])
    if counted and held.points is None:
        _withheld_territories(sheet)
    sheet.outline()
    if held.points is not None and len(held.points):
        sheet.handles += draw_points(sheet.ax, held, sheet.crs)
    elif counted:
        _circles(sheet, counted, colours)
    else:
        sheet.handles += draw_grid(sheet.ax, held, sheet.crs)
    _areas_by_chain(sheet, colours)
    sheet.places()
    if not sheet.handles:
        sheet.empty(_("No chain is known."))
    return sheet.close()


def concentrations(
    shown: Concentrations | Publication, ax: Axes | None = None, *, context: Context | None = None
) -> Axes:
    """Draw the concentrations by evidence (fill, line) and stability (hatching)."""
    from matplotlib.patches import Patch

    sheet = Sheet(
        shown,
        ax,
        context=context,
        points=False,
        heading=_("Concentrations: evidence and stability"),
    )
    if sheet.crs is None:
        return sheet.close()
    held = sheet.held
    sheet.outline()
    sheet.handles += draw_areas(sheet.ax, held, sheet.crs, None, sheet.writer, hollow=False)
    shapes = held.areas.geometry.to_crs(sheet.crs)
    if STABILITY_BAND in held.areas:
        words = WORDS[STABILITY_BAND]
        sheet.handles.append(heading_handle(_("Stability when the data are shaken")))
        for band, hatch in HATCHES.items():
            chosen = (held.areas[STABILITY_BAND] == band).to_numpy()
            if not chosen.any():
                continue
            looks: dict[str, Any] = {
                "facecolor": "none",
                "edgecolor": "#4d4d4d",
                "linewidth": 0.0,
                "hatch": hatch,
            }
            if hatch:
                polygons(sheet.ax, shapes[chosen], zorder=4.5, **looks)
            sheet.handles.append(
                Patch(label=_(words[band]), **{**looks, "linewidth": 0.6, "hatch": 2 * hatch})
            )
        if held.areas[STABILITY_BAND].isna().any():
            sheet.notes.append(_("Not hatched: robust, or stability not computed."))
    elif len(held.areas):
        sheet.notes.append(_("Stability was not computed."))
    sheet.places()
    return sheet.close()


def exposure(
    shown: Concentrations | Publication, ax: Axes | None = None, *, context: Context | None = None
) -> Axes:
    """Draw the concentrations by exposure to trade opening and by activation, two ways at once.

    Strong colours are exposed, blue is activated, orange not, grey not assessable. Exposure, never
    impact: the foot says so.
    """
    sheet = Sheet(
        shown,
        ax,
        context=context,
        points=False,
        heading=_("Exposure to trade opening by activation"),
    )
    if sheet.crs is None:
        return sheet.close()
    sheet.outline()
    areas = sheet.held.areas
    told = areas.get(EXPOSURE_ACTIVATION)
    if told is None or not told.notna().any():
        sheet.handles += draw_areas(
            sheet.ax, sheet.held, sheet.crs, None, sheet.writer, hollow=True
        )
        sheet.places()
        sheet.empty(_("Exposure is not known: no table of trade opening (apertura)."))
        return sheet.close()
    colours = WORD_COLOURS[EXPOSURE_ACTIVATION]
    shapes = areas.geometry.to_crs(sheet.crs)
    fills = [colours.get(word, "#ffffff") for word in told]
    polygons(sheet.ax, shapes, facecolor=fills, edgecolor="#333333", linewidth=1.2, zorder=4)
    if sheet.writer is not None:
        sheet.writer.areas(shapes, areas[NAME])
    _two_ways(sheet.ax, colours)
    sheet.legend_top = 0.45
    sheet.places()
    if told.isna().any():
        sheet.notes.append(_("White: exposure is not known."))
    return sheet.close()


def quality(
    shown: Concentrations | Publication, ax: Axes | None = None, *, context: Context | None = None
) -> Axes:
    """Draw how uncertain each concentration's relative risk is: upper over lower bound of 95 %.

    Of the held-out producers where there are such bounds; otherwise of all, which ignore that the
    concentrations were selected. Grey where there are none.
    """
    from matplotlib.patches import Patch

    sheet = Sheet(
        shown, ax, context=context, points=False, heading=_("How uncertain the relative risk is")
    )
    if sheet.crs is None:
        return sheet.close()
    areas = sheet.held.areas
    sheet.outline()
    classes, width = width_classes(), _widths(areas)
    found = [class_of(v, classes) for v in width]
    shapes = areas.geometry.to_crs(sheet.crs)
    for evidence, style in EVIDENCE_STYLE.items():  # the line still tells the evidence
        chosen = np.flatnonzero((areas[EVIDENCE] == evidence).to_numpy())
        if len(chosen):
            fills = [c.colour if (c := found[i]) else NO_DATA.fill for i in chosen]
            looks = {**looks_of(style), "facecolor": fills}
            polygons(sheet.ax, shapes.iloc[chosen], zorder=4, **looks)
    sheet.handles.append(heading_handle(_("Relative risk: upper bound over lower (95 %)")))
    times = _("{bounds} times")
    sheet.handles += [
        Patch(facecolor=c.colour, edgecolor=TERRITORY_LINE.line, label=times.format(bounds=c.label))
        for c in classes
    ]
    if None in found:
        sheet.handles.append(Patch(facecolor=NO_DATA.fill, label=_(NO_DATA.label)))
    if sheet.writer is not None and len(areas):
        sheet.writer.areas(shapes, areas[NAME])
    sheet.notes.append(
        _("Bounds of the held-out producers.")
        if HELD_OUT_LOW in areas
        else _("These bounds ignore that the concentrations were selected: they are too narrow.")
    )
    return sheet.close()


def _two_ways(ax: Axes, colours: Mapping[str, str]) -> None:
    """Draw the legend of two ways: exposure downwards, activation across."""
    from matplotlib.patches import Rectangle

    across = {"passive": _("no"), "active": _("yes"), "unknown": _("not assessable")}
    down = {"sheltered": _("little or none"), "exposed": _("medium or high")}
    table = ax.inset_axes((1.135, 0.8, 0.23, 0.12))
    for y, exposed in enumerate(down):
        for x, active in enumerate(across):
            fill = colours[f"{exposed}_{active}"]
            table.add_patch(Rectangle((x, y), 1, 1, facecolor=fill, edgecolor="white", linewidth=1))
    table.set_xlim(0, len(across))
    table.set_ylim(0, len(down))
    table.set_xticks(
        [x + 0.5 for x in range(len(across))],
        [textwrap.fill(t, 9) for t in across.values()],
        fontsize=7,
    )
    table.set_yticks(
        [y + 0.5 for y in range(len(down))],
        [textwrap.fill(t, 8) for t in down.values()],
        fontsize=7,
    )
    table.set_xlabel(_("Able to respond (activated)"), fontsize=8)
    table.set_ylabel(_("Exposure"), fontsize=8)
    table.tick_params(length=0)
    for spine in table.spines.values():
        spine.set_visible(False)
    said = textwrap.fill(_(CAUTION), 42)  # beside the classes: the foot may have no room for it
    ax.text(1.02, 0.66, said, transform=ax.transAxes, fontsize=8, va="top", color=GREY)


# --- parts ------------------------------------------------------------------------------------------


def _widths(areas: gpd.GeoDataFrame) -> Any:
    low, high = (HELD_OUT_LOW, HELD_OUT_HIGH) if HELD_OUT_LOW in areas else (RR_LOW, RR_HIGH)
    if low not in areas or high not in areas:
        return np.full(len(areas), np.nan)
    bounds = areas[[low, high]].to_numpy(float, na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        width = bounds[:, 1] / bounds[:, 0]
    return np.where(np.isfinite(bounds[:, 1]) & (bounds[:, 0] >= 0), width, np.nan)


def _chain_counts(held: Publication) -> dict[str, Any]:
    """Return the producers of each chain by territory; NaN where withheld."""
    table = held.context.territories
    if table is None:
        return {}
    columns = [c for c in table.columns if str(c).startswith(CHAIN_N)]
    return {c[len(CHAIN_N) :]: table[c].to_numpy(float, na_value=np.nan) for c in columns}


def _withheld_territories(sheet: Sheet) -> None:
    from matplotlib.patches import Patch

    table = sheet.held.context.territories
    if table is None or N not in table:
        return
    hidden = table[N].isna().to_numpy()
    if hidden.any():
        shapes = table.geometry[hidden].to_crs(sheet.crs)
        polygons(sheet.ax, shapes, facecolor=NO_DATA.fill, edgecolor="none", alpha=0.6, zorder=2)
        sheet.handles.append(Patch(facecolor=NO_DATA.fill, alpha=0.6, label=_("count withheld")))


def _circles(sheet: Sheet, counted: dict[str, Any], colours: dict[str, str]) -> None:
    """Draw a circle for each chain in each territory, its area as the count, side by side."""
    table: Any = sheet.held.context.territories
    middle = table.geometry.to_crs(sheet.crs).representative_point()
    most = max((float(np.nanmax(v, initial=0.0)) for v in counted.values()), default=0.0)
    if most <= 0:
        return
    west, _south, east, _north = sheet.window
    metre = sheet.ax.get_position().width * _inches(sheet) * 72 / (east - west)  # points a metre
    known = [np.nan_to_num(n) for n in counted.values()]
    side = -sum(np.sqrt(n / most * _SQUARE_POINTS) for n in known) / 2  # the row is centred
    for chain, colour in colours.items():
        if chain not in counted:  # the main chain of an area only
            continue
        n = np.nan_to_num(counted[chain])
        across = np.sqrt(n / most * _SQUARE_POINTS)
        drawn = n > 0
        sheet.ax.scatter(
            middle.x[drawn] + (side + across / 2)[drawn] / metre, middle.y[drawn],
            s=across[drawn] ** 2, c=colour, edgecolors=POINT.line, linewidths=0.6, zorder=5,
            gid=one_line(f"chain:{chain}"),
        )  # fmt: skip
        side += across
    said = _("Circles: producers by territory, by area; the largest: {n}.")
    sheet.notes.append(said.format(n=localised(f"{most:,.0f}")))
    sheet.handles.append(heading_handle(_("Producers by territory and chain")))
    sheet.handles += [dot(c, v, POINT.line) for c, v in colours.items() if c in counted]


def _inches(sheet: Sheet) -> float:
    return float(sheet.ax.get_figure().get_figwidth())  # type: ignore[union-attr]


def _areas_by_chain(sheet: Sheet, colours: dict[str, str]) -> None:
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Patch

    areas = sheet.held.areas
    if not len(areas):
        return
    shapes = areas.geometry.to_crs(sheet.crs)
    named = areas[MAIN_CHAIN] if MAIN_CHAIN in areas else [None] * len(areas)
    fills = [colours.get(c, IN_NONE.fill) if isinstance(c, str) else NO_DATA.fill for c in named]
    polygons(
        sheet.ax, shapes, facecolor=[to_rgba(c, 0.3) for c in fills], edgecolor=fills, linewidth=1.8,
        zorder=4,
    )  # fmt: skip
    sheet.handles.append(heading_handle(_("Concentrations by main chain")))
    for chain in dict.fromkeys(c for c in named if isinstance(c, str)):
        colour = colours.get(chain, IN_NONE.fill)
        sheet.handles.append(
            Patch(facecolor=to_rgba(colour, 0.3), edgecolor=colour, label=one_line(chain))
        )
    if any(not isinstance(c, str) for c in named):
        grey = to_rgba(NO_DATA.fill, 0.3)
        sheet.handles.append(Patch(facecolor=grey, edgecolor=NO_DATA.fill, label=_("no data")))
    if sheet.writer is not None:
        sheet.writer.areas(shapes, areas[NAME])
