"""Polygons cut by polygons: the pieces by which figures are carried from one set of areas to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sialgeo.kernels.interpolation import areas_by_group, union_areas
from sialgeo.overlays.common import TOUCHED, Array, Flags, Ints, Shapes, code_of, crs_label, valid

if TYPE_CHECKING:
    import geopandas as gpd

OVERLAP = 0.001  # of a target: less is the noise of simplified limits


@dataclass(frozen=True)
class Pieces:
    """Intersections of targets with source polygons, in an equal-area projection."""

    target: Ints  # row of the target, one per piece
    source: Ints  # row of the source polygon
    shapes: Shapes
    area: Array
    part: Array  # of the source polygon's area
    whole: Array  # area of each target
    double: Array  # share of each target that lies in more than one source polygon
    crs: Any

    @property
    def label(self) -> str:
        """Return the projection's short name."""
        return crs_label(self.crs)


def cut(targets: gpd.GeoSeries, layer: gpd.GeoDataFrame, crs: Any) -> Pieces:
    """Cut targets by the polygons of a layer of the same CRS, measured in an equal-area ``crs``."""
    hit = np.unique(layer.sindex.query(targets.to_numpy())[1])  # by their boxes: the cut decides
    polygons = valid(layer.geometry.iloc[hit].to_crs(crs).to_numpy())
    shapes = valid(targets.to_crs(crs).to_numpy())
    target, back = shapely.STRtree(polygons).query(shapes, predicate="intersects")
    pieces = _intersections(shapes, polygons, target, back)
    whole = shapely.area(shapes).astype(float)
    area = shapely.area(pieces).astype(float)
    met = area > 0
    target, back, pieces, area = target[met], back[met], pieces[met], area[met]
    return Pieces(
        target.astype(np.int64),
        hit[back].astype(np.int64),
        pieces,
        area,
        area / shapely.area(polygons[back]),
        whole,
        _double(target, pieces, area, whole),
        crs,
    )


def _double(target: Ints, pieces: Shapes, area: Array, whole: Array) -> Array:
    """Return the share of each target that lies in more than one polygon.

    Where the pieces add up to the target they tile it, and no union is needed.
    """
    n = len(whole)
    total = areas_by_group(target, area, n)
    doubtful = (np.abs(total - whole) > TOUCHED * whole)[target]
    union = union_areas(target[doubtful], pieces[doubtful], n)
    twice = np.where(union > 0, total - union, 0.0)
    return np.divide(twice, whole, out=np.zeros(n), where=whole > 0)


def _intersections(targets: Shapes, polygons: Shapes, target: Ints, polygon: Ints) -> Shapes:
    """Intersect pairs; where one lies within the other, that one is the piece, and nothing is cut."""
    one, other = targets[target], polygons[polygon]
    shapely.prepare(polygons)
    shapely.prepare(targets)
    inside = shapely.covers(other, one)
    around = ~inside & shapely.covers(one, other)
    pieces: Shapes = np.where(inside, one, other)
    rest = ~(inside | around)
    with np.errstate(invalid="ignore"):  # GEOS 3.11 raises the flag on shapes that only touch
        pieces[rest] = shapely.intersection(one[rest], other[rest])
    return pieces


def covered_share(pieces: Pieces, known: Flags) -> Array:
    """Return the share (0–1) of each target that has a value; overlaps count once."""
    n = len(pieces.whole)
    area = areas_by_group(pieces.target[known], pieces.area[known], n)
    again = known & (pieces.double > OVERLAP)[pieces.target]
    if again.any():
        union = union_areas(pieces.target[again], pieces.shapes[again], n)
        area = np.where(pieces.double > OVERLAP, union, area)
    share = np.divide(area, pieces.whole, out=np.full(n, np.nan), where=pieces.whole > 0)
    return np.clip(np.where(np.abs(share - 1) < TOUCHED, 1.0, share), 0.0, 1.0)


def touched(layer: gpd.GeoDataFrame, name: str | None, key: str | None, pieces: Pieces) -> Shapes:
    """Return the names of the polygons that each target touches, largest part first."""
    names = [code_of(v) for v in layer[name if name is not None else key].tolist()]
    if name is not None and key is not None:
        names = [said or code_of(v) for said, v in zip(names, layer[key].tolist(), strict=True)]
    real = pieces.area > TOUCHED * pieces.whole[pieces.target]
    order = np.lexsort((-pieces.area, pieces.target))
    found: list[dict[str, None]] = [{} for _ in pieces.whole]
    for k in order[real[order]]:
        said = names[pieces.source[k]]
        if said is not None:
            found[pieces.target[k]][said] = None
    texts: Shapes = np.array([", ".join(one) for one in found], dtype=object)
    return texts
