"""What every map has around it: scale bar, north arrow, legend, head and foot, and names that keep apart."""

from __future__ import annotations

import io
import math
import os
import re
import textwrap
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sialgeo.crs import crs_told
from sialgeo.disclosure import withheld_in_short
from sialgeo.errors import MissingDependencyError
from sialgeo.exporters.basemap import SOURCE
from sialgeo.exporters.wording import said_first, title_of
from sialgeo.files import whole_file
from sialgeo.i18n import _, both, localised
from sialgeo.model import Publication
from sialgeo.symbology import NO_DATA, TERRITORY_LINE, Class

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

Window = tuple[float, float, float, float]  # west, south, east, north in metres

SIZE, DPI = (11.0, 8.5), 200  # inches
MAP = (0.03, 0.215, 0.69, 0.71)  # left, bottom, width, height of the map within the figure
HEADING = "heading"
INK, GREY = "#1a1a1a", "#6b6b6b"
_ALARM = "#a11111"
_LABELLED, _LONGEST = 25, 60  # concentrations written on the map: the strongest; characters
_FOOT_WIDTH, _FOOT_LINES = 165, 11  # characters, lines
# by format: what names the program, and no date, so that the same is written twice
_METADATA: Mapping[str, Mapping[str, Any]] = {
    "svg": {"Date": None},
    "pdf": {"Creator": "sialgeo", "CreationDate": None},
}
_SPACES = re.compile(r"\s+")


def new_axes() -> Axes:
    require_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, facecolor="white")
    FigureCanvasAgg(figure)
    return figure.add_axes(MAP)


def require_matplotlib() -> None:
    try:
        import matplotlib as mpl
    except ImportError as failure:
        raise MissingDependencyError("matplotlib", _("drawing figures")) from failure
    del mpl


def save(
    draw: Callable[[], Any], path: str | os.PathLike[str], title: str = "", **options: Any
) -> None:
    """Draw a figure and write it as PNG, SVG or PDF, by the suffix: whole or not at all, and the same twice.

    The target is looked at first, so that nothing is drawn for a folder that may not be written.
    """
    import matplotlib as mpl

    kind = Path(path).suffix.lower().lstrip(".")
    metadata: dict[str, Any] = {"Title": title} if title else {}
    metadata |= _METADATA.get(kind, {"Software": "sialgeo"})
    with whole_file(path) as temporary:
        figure = draw()
        with warnings.catch_warnings(), mpl.rc_context({"svg.hashsalt": "sialgeo"}):
            warnings.filterwarnings("ignore", "Glyph .* missing")
            # into memory first: on a full disk the PDF writer fails in closing, and hides why
            drawn = io.BytesIO()
            figure.savefig(drawn, format=kind, dpi=DPI, metadata=clean_all(metadata), **options)
        Path(temporary).write_bytes(drawn.getvalue())


def furnish(ax: Axes, window: Window) -> None:
    """Draw frame, scale bar and north arrow."""
    from matplotlib.patches import Rectangle

    ax.set_xlabel("")
    ax.set_ylabel("")
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_color(GREY)
    west, south, east, north = window
    width, height = east - west, north - south
    length = nice(width * 0.22)
    x, y, thick = west + width * 0.03, south + height * 0.035, height * 0.007
    back = Rectangle(
        (west + width * 0.015, south + height * 0.012), length + width * 0.085, height * 0.068,
        facecolor="white", alpha=0.75, zorder=9, linewidth=0,
    )  # fmt: skip
    ax.add_patch(back)
    for i, colour in enumerate((INK, "white")):
        ax.add_patch(
            Rectangle((x + i * length / 2, y), length / 2, thick, facecolor=colour, edgecolor=INK,
                      linewidth=0.6, zorder=10)
        )  # fmt: skip
    unit, factor = ("km", 1_000.0) if length >= 1_000 else ("m", 1.0)
    for share in (0.0, 0.5, 1.0):
        said = localised(f"{share * length / factor:g}") + (f" {unit}" if share == 1.0 else "")
        write_text(
            ax, x + share * length, y + 2 * thick, said, size=7, va="bottom", halo=False, zorder=10
        )
    ax.annotate(
        "N", xy=(0.965, 0.97), xytext=(0.965, 0.9), xycoords="axes fraction", ha="center", va="center",
        fontsize=10, fontweight="bold", color=INK, zorder=10,
        arrowprops={"arrowstyle": "-|>", "facecolor": INK, "edgecolor": INK, "linewidth": 1.2},
    )  # fmt: skip


def local_numbers(ax: Axes) -> None:
    """Write the numbers along both axes with the marks of the country in force."""
    from matplotlib.ticker import ScalarFormatter

    class Local(ScalarFormatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            return localised(super().__call__(x, pos))

    for axis in (ax.xaxis, ax.yaxis):
        if isinstance(axis.get_major_formatter(), ScalarFormatter):
            axis.set_major_formatter(Local(useOffset=False))


def nice(length: float) -> float:
    """Return the largest 1, 2 or 5 times a power of ten that is not above a length."""
    power = 10.0 ** math.floor(math.log10(length))
    return next(m * power for m in (5.0, 2.0, 1.0) if m * power <= length)


def heading_handle(title: str) -> Any:
    """Return a bold line of the legend."""
    from matplotlib.patches import Patch

    said = "\n".join(textwrap.wrap(one_line(title), 34))
    return Patch(facecolor="none", edgecolor="none", label=said, gid=HEADING)


def class_handles(title: str, classes: tuple[Class, ...], missing: bool) -> list[Any]:
    from matplotlib.patches import Patch

    line: dict[str, Any] = {
        "edgecolor": TERRITORY_LINE.line,
        "linewidth": TERRITORY_LINE.width,
    }
    found = [Patch(facecolor=c.colour, label=c.label, **line) for c in classes]
    found += [Patch(facecolor=NO_DATA.fill, label=_(NO_DATA.label), **line)] if missing else []
    return [heading_handle(title), *found]


def dot(label: str, fill: str, line: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D(
        [], [], marker="o", linestyle="", markersize=5, markerfacecolor=fill, markeredgecolor=line,
        label=one_line(label),
    )  # fmt: skip


def legend(ax: Axes, handles: list[Any], size: float = 8, width: int = 0, top: float = 1.0) -> None:
    if not handles:
        return
    legend = ax.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(1.015, top), borderaxespad=0.0,
        fontsize=size, frameon=False, labelspacing=0.7, handlelength=1.8,
    )  # fmt: skip
    for text, handle in zip(legend.get_texts(), handles, strict=True):
        text.set_parse_math(False)
        if width:
            text.set_text("\n".join(textwrap.wrap(text.get_text(), width)))
        if handle.get_gid() == HEADING:
            text.set_fontweight("bold")


def head_and_foot(
    ax: Axes,
    held: Publication,
    crs: Any,
    basemap: bool,
    *,
    heading: str = "",
    notes: Sequence[str] = (),
) -> None:
    """Write title and heading above, and below the verdict, the sources and what is withheld."""
    title = ax.set_title(
        "\n".join(textwrap.wrap(one_line(title_of(held)), 80)), loc="left", fontsize=14,
        pad=21 if heading else 6,
    )  # fmt: skip
    title.set_parse_math(False)
    if heading:
        below = ax.text(
            0.0, 1.012, one_line(heading), transform=ax.transAxes, fontsize=10.5, color=GREY
        )
        below.set_parse_math(False)
    said: dict[str, list[str]] = {}
    for line in said_first(held):
        said.setdefault(line.key, []).append(line.text)
    drawn = [_("Basemap: {source}").format(source=SOURCE)] if basemap else []
    drawn += [_("Projection: {crs}").format(crs=crs_told(crs))] if crs is not None else []
    number = _("Producers examined: {n}").format(n=held.total)
    paragraphs = [
        " ".join([*said["verdict"], *said.get("number", []), number + "."]),
        " ".join(said.get("ecological", [])),
        withheld_in_short(held),
        " ".join(notes),
        " · ".join(
            _headed(_("Reference population"), said.get("reference"))
            + _headed(_("Date"), said.get("date"))
        ),
        " ".join(_headed(_("Sources"), said.get("source"))),
        " · ".join([*drawn, "sialgeo"]),
    ]
    alarm = textwrap.wrap(one_line(" ".join(said.get("synthetic", []))), _FOOT_WIDTH)
    lines = _fitting(paragraphs, _FOOT_LINES - len(alarm))
    _foot(ax, alarm + [""] * len(lines), _ALARM, weight="bold")
    _foot(ax, [""] * len(alarm) + lines, INK)


def _fitting(paragraphs: Sequence[str], room: int) -> list[str]:
    """Return the lines of all paragraphs, the longest cut where there are too many."""
    wrapped = [textwrap.wrap(one_line(text), _FOOT_WIDTH) for text in paragraphs]
    while sum(map(len, wrapped)) > room and max(map(len, wrapped)) > 1:
        longest = max(wrapped, key=len)
        longest[-2:] = [longest[-2][: _FOOT_WIDTH - 2] + " …"]
    return [line for lines in wrapped for line in lines]


def _headed(heading: str, texts: list[str] | None) -> list[str]:
    return [f"{heading}: {'; '.join(texts)}"] if texts else []


def _foot(ax: Axes, lines: list[str], colour: str, **options: Any) -> None:
    foot = ax.text(
        0.0, -0.015, "\n".join(lines), transform=ax.transAxes, ha="left", va="top", fontsize=7.5,
        color=colour, linespacing=1.35, **options,
    )  # fmt: skip
    foot.set_parse_math(False)


def write_text(
    ax: Axes,
    x: float,
    y: float,
    text: Any,
    *,
    size: float,
    colour: str = INK,
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


def clean_all(texts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: one_line(text) if text is not None else None for key, text in texts.items()}


def _numbered(number: Any, name: Any) -> str:
    """Return number and name; the name alone where it is nothing but the number in words."""
    words = (text.format(k=number) for text in both("Concentration {k}").values())
    return str(name) if str(name) in words else f"{number} {name}"


class Labels:
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
            text, middle = _numbered(number, name), (west + east) / 2
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

    def text(
        self, x: float, y: float, text: Any, size: float, *, colour: str = INK, **options: Any
    ) -> bool:
        """Write any name where there is room, and return whether there was."""
        return self._write(x, y, text, size, colour=colour, **options)

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
        write_text(self.ax, x, y, text, size=size, zorder=8, **options)
        return True
