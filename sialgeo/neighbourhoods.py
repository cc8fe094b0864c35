"""Neighbours of areas: the ones that touch, or the k nearest, as compressed rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import metric_crs, xy_of
from sialgeo.errors import ParameterError
from sialgeo.i18n import N_, _, ngettext
from sialgeo.params import param

if TYPE_CHECKING:
    import geopandas as gpd

Ints = NDArray[np.int64]

OVERLAP = 0.01  # of the smaller of two areas: less is the noise of simplified limits


def neighbours_param() -> Any:
    """Declare which areas are neighbours, for the parameters of a verb."""
    return param(
        "queen",
        N_("Areas that touch, or the k nearest"),
        label=N_("Neighbours"),
        choices=("queen", "knn"),
    )


def nearest_param() -> Any:
    """Declare how many nearest areas are neighbours, for the parameters of a verb."""
    return param(8, N_("Number of nearest neighbours (knn)"), label=N_("Nearest neighbours"), ge=1)


def overlap_notes(areas: gpd.GeoDataFrame) -> list[str]:
    """Return the warning that areas overlap, with figures; slivers of simplified limits are none."""
    import shapely

    shapes = areas.geometry.to_numpy()
    one, other = areas.sindex.query(shapes, predicate="intersects")
    once = one < other
    one, other = one[once], other[once]
    size = shapely.area(shapes)
    with np.errstate(invalid="ignore", divide="ignore"):
        mended = shapely.make_valid(shapes) if not shapely.is_valid(shapes).all() else shapes
        shared = shapely.area(shapely.intersection(mended[one], mended[other]))
        share = shared / np.minimum(size[one], size[other])
    much = share > OVERLAP
    if not much.any():
        return []
    n = len(np.unique(np.concatenate([one[much], other[much]])))
    return [
        ngettext(
            "WARNING: {n} area overlaps others (up to {share:.0%} of one lies in another): what stands there belongs to several. Remedy: repair the limits (v.clean, or the topology checker of QGIS)",
            "WARNING: {n} areas overlap others (up to {share:.0%} of one lies in another): what stands there belongs to several. Remedy: repair the limits (v.clean, or the topology checker of QGIS)",
            n,
        ).format(n=n, share=min(float(share.max()), 1.0))
    ]


def adjacency(areas: gpd.GeoDataFrame, kind: str, k: int) -> tuple[Ints, Ints]:
    """Return each area's neighbours as compressed rows: those that touch, or the k nearest."""
    n = len(areas)
    if kind == "queen":
        one, other = areas.sindex.query(areas.geometry, predicate="intersects")
    else:
        if k >= n:
            raise ParameterError(_("k = {k}: there are only {n} areas").format(k=k, n=n))
        from scipy.spatial import cKDTree

        xy = xy_of(areas.set_geometry(areas.geometry.representative_point()), metric_crs(areas))
        other = cKDTree(xy).query(xy, k=k + 1)[1].reshape(-1)
        one = np.repeat(np.arange(n), k + 1)
    apart = one != other
    one, other = one[apart], other[apart]
    if kind == "knn":  # where areas coincide, an area may miss itself among its nearest
        rank = np.arange(len(one)) - np.searchsorted(one, one)
        one, other = one[rank < k], other[rank < k]
    order = np.lexsort((other, one))
    start = np.concatenate([[0], np.cumsum(np.bincount(one, minlength=n))])
    return start.astype(np.int64), other[order].astype(np.int64)
