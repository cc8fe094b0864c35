"""Maps of what goes on around the concentrations: linkages, actors, and change between two dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.disclosure import PUBLISHED_CRS
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.exporters.figures.furniture import dot, heading_handle, one_line
from sialgeo.exporters.figures.layers import draw_areas, held_of, looks_of, polygons
from sialgeo.exporters.figures.sheet import Sheet
from sialgeo.i18n import _, localised, ngettext
from sialgeo.model import NAME, Concentrations, Context, Publication
from sialgeo.symbology import (
    CATCHMENT,
    CHAIN_COLOURS,
    CHANGES,
    FLOW,
    MARKERS,
    NO_DATA,
    POINT,
    chain_colours,
)
from sialgeo.tables.declared import ACTOR_KINDS, ORGANISATION_KINDS

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

_VOLUME, _UNIT, _PRODUCT = "volume", "volume_unit", "product"
_KINDS = ("tipo_actor", "actor_type", "eslabon", "link", "tipo", "kind")
_THIN, _THICK = 0.7, 4.5  # points: the least and the greatest flow
_FLOWS = 200  # drawn: the greatest
_MARK_STEP = 11  # points between marks of one place
_EQUAL_AREA = "ESRI:54034"  # cylindrical equal-area: areas only
_SHARED = 0.1  # of the smaller footprint: two are one concentration at two dates


def linkages(
    shown: Concentrations | Publication,
    ax: Axes | None = None,
    *,
    flows: gpd.GeoDataFrame | None = None,
    catchments: gpd.GeoDataFrame | None = None,
    context: Context | None = None,
) -> Axes:
    """Draw flows as arrows, as thick as their volume, and catchments.

    Parameters
    ----------
    flows
        Lines from origin to destination with ``volume`` and, where known, ``volume_unit`` and
        ``product``; by default those of the publication.
    catchments
        Polygons from which a concentration is supplied.
    """
    if flows is None:
        flows = getattr(held_of(shown, context), "flows", None)
    heading = _("Linkages: flows and catchments")
    more = [layer for layer in (flows, catchments) if layer is not None and len(layer)]
    sheet = Sheet(shown, ax, context=context, points=False, heading=heading, more=more)
    if sheet.crs is None:
        return sheet.close()
    sheet.outline()
    if catchments is not None and len(catchments):
        shapes = catchments.geometry.to_crs(sheet.crs)
        polygons(sheet.ax, shapes, zorder=3, **looks_of(CATCHMENT))
        sheet.handles.append(_patch(_(CATCHMENT.label), looks_of(CATCHMENT)))
    areas = draw_areas(sheet.ax, sheet.held, sheet.crs, None, sheet.writer, hollow=False)
    sheet.handles += areas
    if flows is not None and len(flows):
        draw_flows(sheet, flows)
    sheet.places()
    if not more:
        sheet.empty(_("No flows and no catchments are known."))
    return sheet.close()


def actors(
    shown: Concentrations | Publication,
    ax: Axes | None = None,
    *,
    actors: gpd.GeoDataFrame,
    by: str | None = None,
    name: str | None = None,
    context: Context | None = None,
) -> Axes:
    """Draw actors and institutions by kind, for a workshop: colour and shape tell the kind.

    Parameters
    ----------
    actors
        Points (as ``SialTables.units``). They are drawn where they are: give only those that may be shown.
    by
        Column with the kind; by default the first there is of ``tipo_actor``, ``eslabon``, ``tipo``.
    name
        Column with a name to be written beside each mark; by default none.
    """
    sheet = Sheet(
        shown,
        ax,
        context=context,
        points=False,
        heading=_("Actors and institutions"),
        more=[actors],
    )
    if sheet.crs is None:
        return sheet.close()
    sheet.outline()
    areas = draw_areas(sheet.ax, sheet.held, sheet.crs, None, sheet.writer, hollow=True)
    if not draw_actors(sheet, actors, by, name):
        sheet.empty(_("No actor has a place."))
    sheet.handles += [heading_handle(_("Concentrations")), *areas] if areas else []
    if name is None:
        sheet.places()
    return sheet.close()


def change(
    shown: Concentrations | Publication,
    ax: Axes | None = None,
    *,
    before: Concentrations | Publication,
    dates: tuple[str, str] | None = None,
    context: Context | None = None,
) -> Axes:
    """Draw what is new, what stayed and what is gone between two dates.

    Two footprints are of one concentration where they share a tenth of the smaller.

    Parameters
    ----------
    before
        The earlier result or publication; for a figure to hand on both are publications.
    dates
        The earlier date and the later, as they are to be written.
    """
    if isinstance(shown, Publication) and not isinstance(before, Publication):
        raise ParameterError(
            _(
                "before holds producers, and what is drawn is for handing on. Remedy: protect(before)"
            )
        )
    earlier = before.areas.to_crs(PUBLISHED_CRS)
    heading = _("Change between two dates")
    if dates is not None:
        heading = _("Change from {earlier} to {later}").format(earlier=dates[0], later=dates[1])
    sheet = Sheet(
        shown, ax, context=context, points=False, heading=heading,
        more=[earlier] if len(earlier) else [],
    )  # fmt: skip
    if sheet.crs is None:
        return sheet.close()
    sheet.outline()
    later = sheet.held.areas
    common = _common(later, earlier)
    kept, stayed = common.any(axis=1), common.any(axis=0)
    old, new = earlier.geometry.to_crs(sheet.crs), later.geometry.to_crs(sheet.crs)
    for key, shapes, order in (
        ("gone", old[~stayed], 3.5),
        ("new", new[~kept], 4.0),
        ("kept", new[kept], 4.0),
        ("before", old[stayed], 4.2),
    ):
        if len(shapes):
            looks = looks_of(CHANGES[key])
            polygons(sheet.ax, shapes, zorder=order, **looks)
            label = f"{_(CHANGES[key].label)} ({len(shapes)})"
            sheet.handles.append(_patch(label, looks))
    if sheet.writer is not None:
        sheet.writer.areas(new, later[NAME])
        sheet.writer.areas(old[~stayed], earlier[NAME][~stayed])
    sheet.places()
    if not sheet.handles:
        sheet.empty(_("No concentration at either date."))
    return sheet.close()


# --- parts ------------------------------------------------------------------------------------------


def _patch(label: str, looks: dict[str, Any]) -> Any:
    import textwrap

    from matplotlib.patches import Patch

    return Patch(label="\n".join(textwrap.wrap(label, 38)), **looks)


def _common(later: gpd.GeoDataFrame, earlier: gpd.GeoDataFrame) -> Any:
    """Return which later footprints (rows) share enough ground with which earlier ones (columns)."""
    found = np.zeros((len(later), len(earlier)), dtype=bool)  # concentrations: tens by tens
    if not found.size:
        return found
    new, old = (layer.geometry.to_crs(_EQUAL_AREA) for layer in (later, earlier))
    for j, i in zip(*new.sindex.query(old, predicate="intersects"), strict=True):
        shared = new.iloc[i].intersection(old.iloc[j]).area
        smaller = min(new.iloc[i].area, old.iloc[j].area)
        found[i, j] = smaller > 0 and shared >= _SHARED * smaller
    return found


def draw_flows(sheet: Sheet, flows: gpd.GeoDataFrame) -> None:
    """Draw the greatest flows as arrows; the others are counted in the foot."""
    from matplotlib.patches import FancyArrowPatch

    known = flows[~(flows.geometry.isna() | flows.geometry.is_empty)]
    volume = _number(known, _VOLUME)
    widths = _widths(known, volume)
    order = np.argsort(-np.nan_to_num(volume), kind="stable")[:_FLOWS]
    colours = chain_colours(known[_PRODUCT]) if _PRODUCT in known else {}
    products = known[_PRODUCT].tolist() if _PRODUCT in known else [None] * len(known)
    lines = known.geometry.to_crs(sheet.crs).tolist()
    for i in order[::-1]:
        colour = colours.get(products[i], FLOW.fill)
        start, stop = lines[i].coords[0][:2], lines[i].coords[-1][:2]
        arrow = FancyArrowPatch(
            start, stop, connectionstyle="arc3,rad=0.15", arrowstyle="-|>", color=colour,
            linewidth=widths[i], mutation_scale=8 + 2 * widths[i], alpha=FLOW.opacity, zorder=6,
            shrinkA=0, shrinkB=0,
        )  # fmt: skip
        sheet.ax.add_patch(arrow)
    sheet.handles.append(heading_handle(_("Flows (as thick as their volume)")))
    named = colours or {_(FLOW.label): FLOW.fill}
    sheet.handles += [_line(label, colour) for label, colour in named.items()]
    if np.isnan(volume).any():
        sheet.notes.append(_("Thinnest: volume not told."))
    _note_flows(sheet, known, volume, len(flows) - len(known))


def _note_flows(sheet: Sheet, flows: gpd.GeoDataFrame, volume: Any, bare: int) -> None:
    units = flows[_UNIT].fillna("").astype(str) if _UNIT in flows else [""] * len(flows)
    greatest: dict[str, float] = {}
    for unit, v in zip(units, volume, strict=True):
        if np.isfinite(v):
            greatest[unit] = max(v, greatest.get(unit, 0.0))
    said = "; ".join(localised(f"{v:,.4g}") + f" {u}".rstrip() for u, v in sorted(greatest.items()))
    if said:
        sheet.notes.append(_("The greatest flow: {volumes}.").format(volumes=said))
    less = max(0, len(flows) - _FLOWS)
    if less:
        text = ngettext("{n} smaller flow is not drawn.", "{n} smaller flows are not drawn.", less)
        sheet.notes.append(text.format(n=less))
    if bare:
        text = ngettext("{n} flow has no place.", "{n} flows have no place.", bare)
        sheet.notes.append(text.format(n=bare))


def _widths(flows: gpd.GeoDataFrame, volume: Any) -> Any:
    """Return line widths, proportional to the volume within each unit of measure."""
    widths = np.full(len(flows), _THIN)
    units = (
        flows[_UNIT].fillna("").astype(str).to_numpy() if _UNIT in flows else np.zeros(len(flows))
    )
    for unit in np.unique(units):
        mine = (units == unit) & np.isfinite(volume) & (volume > 0)
        if mine.any():
            widths[mine] = np.maximum(_THIN, _THICK * volume[mine] / volume[mine].max())
    return widths


def _number(table: gpd.GeoDataFrame, column: str) -> Any:
    if column not in table:
        return np.full(len(table), np.nan)
    return table[column].to_numpy(float, na_value=np.nan)


def _line(label: str, colour: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=colour, linewidth=2.5, alpha=FLOW.opacity, label=one_line(label))


def draw_actors(sheet: Sheet, actors: gpd.GeoDataFrame, by: str | None, name: str | None) -> int:
    """Draw actors by kind, those of one place one beneath the other; return how many have a place."""
    for column in (by, name):
        if column is not None and column not in actors:
            raise SchemaError(_("columns missing: {names}").format(names=column))
    placed = actors[~(actors.geometry.isna() | actors.geometry.is_empty)]
    if len(placed):
        _draw_placed(sheet, placed, by or next((c for c in _KINDS if c in actors), None), name)
    left_out = len(actors) - len(placed)
    if left_out:
        said = ngettext("{n} actor without a place.", "{n} actors without a place.", left_out)
        sheet.notes.append(said.format(n=left_out))
    return len(placed)


def _draw_placed(
    sheet: Sheet, placed: gpd.GeoDataFrame, kind: str | None, name: str | None
) -> None:
    at = placed.geometry.to_crs(sheet.crs).representative_point()
    if name is not None and sheet.writer is not None:
        at = _one_beneath_the_other(at, _MARK_STEP * sheet.writer.point)
    kinds = placed[kind] if kind is not None else [_("Actors")] * len(placed)
    said = np.array([_said(k) if isinstance(k, str) and k else "" for k in kinds], dtype=object)
    sheet.handles.append(heading_handle(_("Actors by kind")))
    for place, label in enumerate(sorted(set(said) - {""})):
        colour = CHAIN_COLOURS[place % len(CHAIN_COLOURS)]
        # past eight kinds the same colours come back with the next shape
        marker = MARKERS[(place + place // len(CHAIN_COLOURS)) % len(MARKERS)]
        _mark(sheet, at[said == label], label, colour, marker)
    if (said == "").any():
        _mark(sheet, at[said == ""], _(NO_DATA.label), NO_DATA.fill, "o")
    if name is not None and sheet.writer is not None:
        sheet.writer.places(at, placed[name].fillna("").tolist())


def _said(kind: str) -> str:
    """Return a kind as people call it, where it is a word of the tables of a study."""
    words = {c.code: _(c.label) for c in (*ACTOR_KINDS, *ORGANISATION_KINDS)}
    return one_line(words.get(kind, kind))


def _one_beneath_the_other(at: gpd.GeoSeries, step: float) -> gpd.GeoSeries:
    """Move apart what has the same place, so that each name can be read."""
    import geopandas as gpd

    down = step * at.groupby(at.to_wkb()).cumcount()
    return gpd.GeoSeries(gpd.points_from_xy(at.x, at.y - down), index=at.index, crs=at.crs)


def _mark(sheet: Sheet, at: gpd.GeoSeries, label: str, colour: str, marker: str) -> None:
    sheet.ax.scatter(
        at.x, at.y, s=42, c=colour, marker=marker, edgecolors=POINT.line, linewidths=0.7, zorder=6,
        gid=label,
    )  # fmt: skip
    handle = dot(f"{label} ({len(at)})", colour, POINT.line)
    handle.set_marker(marker)
    handle.set_markersize(7)
    sheet.handles.append(handle)
