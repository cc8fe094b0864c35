"""The map for a workshop: a large page to draw on, for the representation of the territory."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sialgeo.exporters.figures.furniture import GREY, INK, Window, heading_handle, one_line
from sialgeo.exporters.figures.layers import draw_areas, held_of, looks_of, polygons
from sialgeo.exporters.figures.related import draw_actors, draw_flows
from sialgeo.exporters.figures.sheet import Sheet
from sialgeo.guide import REPRESENTATION, field_questions
from sialgeo.i18n import N_, _
from sialgeo.model import NAME, Concentrations, Context, Publication
from sialgeo.symbology import TERRITORY_LINE, TERROIR

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAGE = (16.54, 11.69)  # inches: A3; in lines and letters, so that it may be printed at A2, A1, A0
_MAP = (0.02, 0.165, 0.69, 0.765)  # left, bottom, width, height of the map within the page
_PANEL = (0.735, 0.03, 0.25, 0.66)  # what to draw, the questions, room to write
_ACROSS, _DOWN = 8, 6  # squares that people name places by
_WIDTH, _SIZE = 58, 8.5  # of the panel: characters, points
_QUESTIONS = 5
# what people add, and the mark they use: a marker of matplotlib, a line, or an arrow
_DRAWN: Mapping[str, str] = {
    N_("Where the territory begins and ends"): "-",
    N_("Plants and producers that are missing"): "o",
    N_("Collectors, traders, shops, markets"): "s",
    N_("Organisations and institutions"): "^",
    N_("What is made only here: product, know-how, breed, water, landscape"): "*",
    N_("Where raw material comes from, where the product goes"): ">",
    N_("What has closed, moved or is in danger"): "x",
}


def workshop(
    shown: Concentrations | Publication,
    ax: Axes | None = None,
    *,
    actors: gpd.GeoDataFrame | None = None,
    by: str | None = None,
    name: str | None = None,
    context: Context | None = None,
) -> Axes:
    """Draw a page for participatory mapping: pale ground, names, squares, and what is to be drawn.

    Concentrations are hollow and named, districts outlined and named, territories given by the user
    (terruños) dashed, flows thin. Beside the map: a key of marks to draw with, questions, room to
    write. A page of A3 in lines and letters; print it as large as the table allows.

    Parameters
    ----------
    actors, by, name
        Actors and institutions that are known and may be shown, as for the map of actors; people add
        those that are missing.
    """
    held = held_of(shown, context)
    sheet = Sheet(
        shown,
        ax if ax is not None else _page(),
        context=context,
        points=False,
        heading=_("Map for the workshop: representation of the SIAL territory"),
        focus=[held.areas, held.context.terroirs] if len(held.areas) else (),
        proportions=_MAP[2] * PAGE[0] / (_MAP[3] * PAGE[1]),
    )
    if sheet.crs is None:
        return sheet.close()
    sheet.outline()
    _squares(sheet.ax, sheet.window)
    areas = draw_areas(sheet.ax, sheet.held, sheet.crs, None, sheet.writer, hollow=True)
    sheet.handles += [heading_handle(_("Concentrations")), *areas] if areas else []
    draw_terroirs(sheet)
    flows = sheet.held.flows
    if flows is not None and len(flows):
        draw_flows(sheet, flows)
    if actors is not None:
        draw_actors(sheet, actors, by, name)
    sheet.places()
    _district_names(sheet)
    if ax is None:
        _panel(sheet.ax.get_figure(), held)  # type: ignore[arg-type]
    return sheet.close()


def draw_terroirs(sheet: Sheet) -> None:
    """Draw the territories given by the user, dashed and named."""
    from matplotlib.patches import Patch

    given = sheet.held.context.terroirs
    if given is None or not len(given):
        return
    shapes = given.geometry.to_crs(sheet.crs)
    polygons(sheet.ax, shapes, zorder=3.5, **looks_of(TERROIR))
    sheet.handles.append(Patch(label=_(TERROIR.label), **looks_of(TERROIR)))
    if sheet.writer is not None:
        tops = shapes.bounds
        for name, (west, _south, east, north) in zip(given[NAME], tops.to_numpy(), strict=True):
            sheet.writer.text((west + east) / 2, north, name, 9, va="bottom", style="italic")


def _page() -> Axes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=PAGE, facecolor="white")
    FigureCanvasAgg(figure)
    return figure.add_axes(_MAP)


def _squares(ax: Axes, window: Window) -> None:
    """Draw the squares that people name places by, letters across and numbers down."""
    west, south, east, north = window
    wide, high = (east - west) / _ACROSS, (north - south) / _DOWN
    line: dict[str, Any] = {"color": GREY, "linewidth": 0.4, "alpha": 0.6, "zorder": 2.5}
    text: dict[str, Any] = {"color": GREY, "fontsize": 11, "fontweight": "bold", "zorder": 9}
    for i in range(_ACROSS):
        ax.axvline(west + i * wide, **line)
        ax.text(
            west + (i + 0.5) * wide, north - 0.03 * high, chr(65 + i), va="top", ha="center", **text
        )
    for j in range(_DOWN):
        ax.axhline(north - j * high, **line)
        ax.text(
            west + 0.02 * wide, north - (j + 0.5) * high, str(j + 1), va="center", ha="left", **text
        )


def _district_names(sheet: Sheet) -> None:
    held = sheet.held.context
    table, column = held.territories, held.territory_name
    if table is None or column not in table or sheet.writer is None:
        return
    middles = table.geometry.to_crs(sheet.crs).representative_point()
    for at, name in zip(middles, table[column], strict=True):
        sheet.writer.text(at.x, at.y, name, 6.5, va="bottom", colour=TERRITORY_LINE.line)


# --- beside the map ---------------------------------------------------------------------------------


def _panel(figure: Figure, held: Publication) -> None:
    """Write what to draw, the questions, and lines to write on."""
    panel = figure.add_axes(_PANEL)
    panel.set_axis_off()
    panel.set_xlim(0, 1)
    panel.set_ylim(0, 1)
    step = 1.25 * _SIZE / (72 * PAGE[1] * _PANEL[3])  # a line of text
    how = _("Print it at A2 or larger. A square is named by letter and number, as B3.")
    y = _line(panel, 1.0, how, step) - 0.6 * step
    y = _line(panel, y, _("What to draw"), step, weight="bold")
    for said, mark in _DRAWN.items():
        _mark(panel, y - step / 2, mark)
        y = _line(panel, y, _(said), step, left=0.11) - 0.4 * step
    y = _line(panel, y - 0.6 * step, _("Questions"), step, weight="bold")
    for question in questions(held):
        y = _line(panel, y, f"• {question}", step) - 0.2 * step
    y -= step
    for label in (_("Place and date:"), _("Who takes part:"), _("What was said:")):
        y = _line(panel, y, label, step) - 1.2 * step
        panel.plot([0, 1], [y, y], color=GREY, linewidth=0.6)
        y -= 0.6 * step
    while y > 2 * step:
        y -= 2 * step
        panel.plot([0, 1], [y, y], color=GREY, linewidth=0.6)


def questions(held: Publication) -> list[str]:
    """Return the questions of this phase, each with the concentrations that it is asked of."""
    asked = field_questions(held.areas)
    asked = asked[asked["phase"] == REPRESENTATION]
    found = []
    for question, rows in asked.groupby("question", sort=False):
        everywhere = rows["concentration"].nunique() == len(held.areas)
        names = "" if everywhere else f" ({', '.join(dict.fromkeys(rows['name']))})"
        found.append(f"{question}{names}")
    return found[:_QUESTIONS]


def _line(
    panel: Axes, y: float, text: str, step: float, *, left: float = 0.0, weight: str = "normal"
) -> float:
    """Write a text from the top down and return where it ends."""
    width = int(_WIDTH * (1 - left))
    for part in textwrap.wrap(one_line(text), width):
        written = panel.text(
            left, y, part, fontsize=_SIZE, color=INK, va="top", ha="left", fontweight=weight
        )
        written.set_parse_math(False)
        y -= step
    return y


def _mark(panel: Axes, y: float, mark: str) -> None:
    """Draw the mark that people use for a thing."""
    if mark == "-":
        panel.plot([0.0, 0.08], [y, y], color=INK, linewidth=2.2)
    elif mark == ">":
        arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.2}
        panel.annotate("", xy=(0.085, y), xytext=(0.0, y), arrowprops=arrow)
    else:
        looks: dict[str, Any] = {"c": INK} if mark == "x" else {"c": "white", "edgecolors": INK}
        panel.scatter([0.04], [y], s=55, marker=mark, **looks)
