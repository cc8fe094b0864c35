"""A small drawing of the map as SVG, for readers of the page without scripts."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.exporters import basemap
from sialgeo.exporters.coding import parts_of
from sialgeo.model import EVIDENCE
from sialgeo.symbology import EVIDENCE_STYLE, LAND, NO_DATA, SEA

if TYPE_CHECKING:
    import geopandas as gpd

WIDTH = 640.0
_VERTICES = 2_000


def picture(
    areas: gpd.GeoDataFrame,
    territories: gpd.GeoDataFrame | None,
    colours: Iterable[str],
    bounds: basemap.Bounds,
    said: str,
) -> str:
    """Return an SVG of land, coloured territories and numbered concentrations.

    Parameters
    ----------
    areas, territories
        In degrees.
    colours
        A colour for each territory.
    bounds
        West, south, east, north of what is drawn.
    said
        What the drawing shows, for those who do not see it.
    """
    west, south, east, north = bounds
    stretch = float(np.cos(np.radians((south + north) / 2)))
    scale = WIDTH / ((east - west) * stretch)
    height = (north - south) * scale

    def path(shape: Any) -> str:
        rings = (
            ring
            for part in parts_of(shape)
            if part.geom_type == "Polygon"
            for ring in (part.exterior, *part.interiors)
        )
        return "".join(_ring(ring, west, north, scale, stretch) for ring in rings)

    parts = [f'<rect width="{WIDTH:.0f}" height="{height:.0f}" fill="{SEA}"/>']
    parts += [
        f'<path d="{path(shape)}" fill="{LAND.fill}"/>' for shape in basemap.around(bounds).land
    ]
    if territories is not None and len(territories):
        drawn = basemap.simplified(list(territories.geometry), _VERTICES)
        for shape, colour in zip(drawn, colours, strict=True):
            parts.append(
                f'<path d="{path(shape)}" fill="{colour}" stroke="#8c8c8c" stroke-width=".4"/>'
            )
    for key, evidence, shape in zip(areas.index, areas[EVIDENCE], areas.geometry, strict=True):
        style = EVIDENCE_STYLE.get(evidence, NO_DATA)
        dash = f' stroke-dasharray="{style.dash_array}"' if style.dash else ""
        middle = shape.representative_point()
        x, y = (middle.x - west) * stretch * scale, (north - middle.y) * scale
        parts.append(
            f'<path d="{path(shape)}" fill="{style.fill}" fill-opacity=".55" stroke="{style.line}" stroke-width="2"{dash}/>'
            f'<text x="{x:.0f}" y="{y + 6:.0f}" text-anchor="middle" font-size="17" font-weight="700">{html.escape(str(key))}</text>'
        )
    label = html.escape(said, quote=True)
    return (
        f'<svg viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img" aria-label="{label}" class="picture">'
        f"{''.join(parts)}</svg>"
    )


def _ring(ring: Any, west: float, north: float, scale: float, stretch: float) -> str:
    xy = np.asarray(ring.coords)[:-1, :2]
    points = np.column_stack([(xy[:, 0] - west) * stretch * scale, (north - xy[:, 1]) * scale])
    rounded = np.round(np.clip(points, -200, WIDTH * 3)).astype(int)
    moved = np.ones(len(rounded), dtype=bool)
    moved[1:] = (np.diff(rounded, axis=0) != 0).any(axis=1)
    kept = rounded[moved]
    return f"M{'L'.join(f'{x} {y}' for x, y in kept)}Z" if len(kept) > 2 else ""
