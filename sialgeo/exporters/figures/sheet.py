"""A sheet with one map on it: opened with its ground, closed with its furniture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sialgeo.exporters.figures.furniture import (
    GREY,
    Labels,
    furnish,
    head_and_foot,
    legend,
    new_axes,
)
from sialgeo.exporters.figures.layers import (
    draw_basemap,
    draw_places,
    held_of,
    outline_territories,
    projection,
    window_of,
)
from sialgeo.i18n import _
from sialgeo.model import Concentrations, Context, Publication

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes


class Sheet:
    """Axes in metres with the basemap drawn; ``crs`` is None where there is nothing to show.

    It shows all layers, or those of ``focus``. A kind of map draws on ``ax``, adds to ``handles`` (legend) and ``notes`` (foot), and returns
    ``close()``.
    """

    def __init__(
        self,
        shown: Concentrations | Publication,
        ax: Axes | None = None,
        *,
        context: Context | None = None,
        territories: gpd.GeoDataFrame | None = None,
        points: bool = True,
        basemap: bool = True,
        labels: bool = True,
        heading: str = "",
        more: Sequence[Any] = (),
        crs: Any = None,
        focus: Sequence[Any] = (),
        proportions: float | None = None,
    ) -> None:
        held = held_of(shown, context)
        if territories is not None:
            held = replace(held, context=replace(held.context, territories=territories))
        self.held = held if points else replace(held, points=None)
        self.ax = ax if ax is not None else new_axes()
        self.heading, self.basemap, self.legend_top = heading, basemap, 1.0
        self.handles: list[Any] = []
        self.notes: list[str] = []
        if not isinstance(shown, Publication):
            self.notes.append(_("For your own eyes: nothing is withheld."))
        self.crs = projection(self.held, more)
        self.writer: Labels | None = None
        self.ax.set_aspect("equal")
        if self.crs is None:
            return
        self.crs = crs or self.crs
        shape = {} if proportions is None else {"wanted": proportions}
        self.window = window_of(self.held, self.crs, more=more, focus=focus, **shape)
        self._show_window()
        self.writer = Labels(self.ax, self.window) if labels else None
        if basemap:
            draw_basemap(self.ax, self.crs, self.window, self.held.context.territories)

    def outline(self) -> None:
        """Draw the territories' borders."""
        outline_territories(self.ax, self.held, self.crs)

    def places(self) -> None:
        """Draw the places and name them in the legend."""
        self.handles += draw_places(self.ax, self.held, self.crs, self.writer)

    def empty(self, why: str) -> None:
        """Say on the map why its subject is not on it."""
        said = self.ax.text(
            0.5, 0.5, why, transform=self.ax.transAxes, ha="center", va="center", fontsize=12,
            color=GREY, wrap=True, zorder=11,
            bbox={"facecolor": "white", "edgecolor": GREY, "alpha": 0.9, "pad": 8},
        )  # fmt: skip
        said.set_parse_math(False)

    def close(self) -> Axes:
        """Write everything around the map and return its axes."""
        if self.crs is None:
            self.ax.set_axis_off()
        else:
            self._show_window()
            furnish(self.ax, self.window)
            legend(self.ax, self.handles, top=self.legend_top)
        basemap = self.basemap and self.crs is not None
        head_and_foot(self.ax, self.held, self.crs, basemap, heading=self.heading, notes=self.notes)
        return self.ax

    def _show_window(self) -> None:
        self.ax.set_xlim(self.window[0], self.window[2])
        self.ax.set_ylim(self.window[1], self.window[3])
