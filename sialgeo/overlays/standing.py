"""In which polygon each producer stands, and how sure that is by the precision of its coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from sialgeo.crs import metric_crs
from sialgeo.errors import SchemaError
from sialgeo.i18n import _, ngettext
from sialgeo.kernels.inside import pairs_inside
from sialgeo.overlays.common import Array, Flags, Ints, code_of, numbers, row_names, valid
from sialgeo.precision import PRECISION

if TYPE_CHECKING:
    import geopandas as gpd

_PAIRS_AT_ONCE = 2_000_000


def own_polygon(
    producers: gpd.GeoDataFrame, layer: gpd.GeoDataFrame, key: str | None
) -> tuple[Ints, Flags]:
    """Return the row of the polygon each producer stands in (−1 for none), and which are in several."""
    point, polygon = pairs_inside(producers.geometry.to_numpy(), layer.geometry.to_numpy())
    order = np.arange(len(layer))
    if key is not None:
        codes = np.array([code_of(v) or "\uffff" for v in layer[key].tolist()])
        order = np.argsort(codes, kind="stable")
    rank = np.empty(len(layer), dtype=np.int64)
    rank[order] = np.arange(len(layer))
    best = np.full(len(producers), len(layer), dtype=np.int64)
    np.minimum.at(best, point, rank[polygon])
    own: Ints = np.append(order, -1)[best].astype(np.int64)
    return own, np.bincount(point, minlength=len(producers)) > 1


def stated_precision(
    producers: gpd.GeoDataFrame, precision: str | float | None
) -> tuple[Array | None, str]:
    """Return the precision in metres of each producer (NaN where not stated), and where it is said.

    Without an answer the column ``precision_m`` is taken where the producers have one.
    """
    if precision is None:
        if PRECISION not in producers.columns:
            return None, ""
        precision = PRECISION
    if isinstance(precision, str):
        if precision not in producers.columns:
            raise SchemaError(_("the producers have no column “{key}”").format(key=precision))
        metres = numbers(producers[precision])
    else:
        metres = np.full(len(producers), float(precision))
    bad = np.isinf(metres) | (metres < 0)
    if bad.any():
        raise SchemaError(
            _(
                "the precision must be metres, not negative nor infinite (producers {rows}). Remedy: leave it empty where it is not known"
            ).format(rows=row_names(producers, bad, None))
        )
    return metres, str(precision)


def unsure(producers: gpd.GeoDataFrame, layer: gpd.GeoDataFrame, own: Ints, metres: Array) -> Flags:
    """Tell which producers have another polygon within their precision; NaN counts as 0 metres."""
    found = np.zeros(len(producers), dtype=bool)
    rows = np.flatnonzero(metres > 0)
    if not len(rows):
        return found
    crs = metric_crs(producers)
    spots = producers.geometry.iloc[rows].to_crs(crs)
    x, y, r = spots.x.to_numpy(), spots.y.to_numpy(), metres[rows]
    polygons = valid(layer.geometry.to_crs(crs).to_numpy())
    shapely.prepare(polygons)
    tree = shapely.STRtree(polygons)
    step = max(1, _PAIRS_AT_ONCE // max(len(layer), 1))
    for first in range(0, len(rows), step):
        part = slice(first, first + step)
        reach = shapely.box(
            x[part] - r[part], y[part] - r[part], x[part] + r[part], y[part] + r[part]
        )
        point, polygon = tree.query(reach)
        point += first
        other = polygon != own[rows[point]]
        point, polygon = point[other], polygon[other]
        near = shapely.dwithin(polygons[polygon], shapely.points(x[point], y[point]), r[point])
        found[rows[point[near]]] = True
    return found


def standing_notes(
    own: Ints, several: Flags, doubtful: Flags | None, metres: Array | None, polygons: int
) -> list[str]:
    """Return what is to be said of producers in none, in several, or perhaps in another polygon."""
    notes, total = [], len(own)
    outside = int((own < 0).sum())
    if outside:
        notes.append(
            ngettext(
                "{n} of {total} producers ({share:.1%}) stands in none of the {polygons} territories; its indicators are not known.",
                "{n} of {total} producers ({share:.1%}) stand in none of the {polygons} territories; their indicators are not known.",
                outside,
            ).format(n=outside, total=total, polygons=polygons, share=outside / total)
        )
    if total and outside > total / 2:
        notes.append(
            _(
                "WARNING: the layer covers {share:.0%} of the producers only. What is said of indicators holds for those. Is it the layer of the whole region?"
            ).format(share=1 - outside / total)
        )
    ambiguous = int(several.sum())
    if ambiguous:
        notes.append(
            ngettext(
                "{n} of {total} producers stands on a border or where territories overlap; the first by code was taken.",
                "{n} of {total} producers stand on a border or where territories overlap; the first by code was taken.",
                ambiguous,
            ).format(n=ambiguous, total=total)
        )
    return notes + _precision_notes(doubtful, metres)


def _precision_notes(doubtful: Flags | None, metres: Array | None) -> list[str]:
    if doubtful is None or metres is None or not len(metres):
        return []
    stated = int((~np.isnan(metres)).sum())
    notes = [
        _(
            "By the stated precision of their coordinates, {n} of {total} producers ({share:.1%}) may stand in another territory than the one taken."
        ).format(n=int(doubtful.sum()), total=len(metres), share=float(doubtful.mean()))
    ]
    if stated < len(metres):
        notes.append(
            _("{n} of {total} producers state no precision; they were taken as exact.").format(
                n=len(metres) - stated, total=len(metres)
            )
        )
    return notes
