"""What the pieces of polygons weigh: their area, their people, or their people where they are settled."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sialgeo.errors import SchemaError
from sialgeo.i18n import _, ngettext
from sialgeo.model import Raster
from sialgeo.overlays.common import Array, Flags, Ints, Shapes, numbers, row_names, valid
from sialgeo.overlays.pieces import OVERLAP, Pieces
from sialgeo.overlays.rasters import Band, held_band, zonal_sums_of

if TYPE_CHECKING:
    import geopandas as gpd

Settlements = Raster | str | os.PathLike[str]


@dataclass(frozen=True)
class Weights:
    """What each piece weighs in a mean, and its part of its polygon's total; NaN where not known."""

    piece: Array
    share: Array
    kind: str  # "area", "population", "settlements", "pycnophylactic"
    notes: tuple[str, ...] = ()
    fingerprint: str = ""
    shares: Mapping[str, Array] = field(default_factory=dict)  # by column, where they differ

    def share_of(self, column: str) -> Array:
        """Return the part of its polygon's total of a column that each piece has."""
        return self.shares.get(column, self.share)


def weights_of(
    pieces: Pieces,
    layer: gpd.GeoDataFrame,
    population: str | None,
    settlements: Settlements | None,
    key: str | None,
) -> Weights:
    """Return what each piece weighs.

    With ``population`` the people of a polygon are spread evenly over it; with ``settlements`` they
    are spread as its cells say (dasymetric), evenly where none of a polygon's cells holds anybody.
    """
    people = None if population is None else numbers(layer[population])
    notes = [] if people is None else without_people(people, pieces, layer, key)
    if settlements is None:
        if people is None:
            return Weights(pieces.area, pieces.part, "area", (by_area(),))
        piece = people[pieces.source] * pieces.part
        return Weights(piece, pieces.part, "population", tuple(notes))
    with held_band(settlements) as band:
        mass = _mass(band, pieces.shapes, pieces)
        hit, back = np.unique(pieces.source, return_inverse=True)
        whole = layer.geometry.iloc[hit].to_crs(pieces.crs).to_numpy()
        held = _mass(band, valid(whole), pieces)[back]
        fingerprint = band.fingerprint
    empty = held <= 0
    share = np.divide(mass, held, out=pieces.part.copy(), where=~empty)
    bare = np.unique(pieces.source[empty])
    if len(bare):
        notes.append(unsettled(len(bare), row_names(layer, _mask(bare, len(layer)), key)))
    piece = mass if people is None else people[pieces.source] * share
    return Weights(piece, np.clip(share, 0.0, 1.0), "settlements", tuple(notes), fingerprint)


def _mass(band: Band, shapes: Shapes, pieces: Pieces) -> Array:
    """Return what the cells of a settlement raster hold in each shape."""
    import geopandas as gpd

    there = gpd.GeoSeries(shapes, crs=pieces.crs).to_crs(band.crs).to_numpy()
    mass: Array = zonal_sums_of(band, valid(there), refuse_negative)[:, 0]
    return mass


def refuse_negative(block: Array) -> None:
    if (block < 0).any():
        raise SchemaError(
            _(
                "the settlement raster holds values below zero (least {value:g}): they are no counts. Remedy: declare its “no data” value, or set them to no data"
            ).format(value=float(np.nanmin(block)))
        )


def _mask(rows: Ints, n: int) -> Flags:
    return np.isin(np.arange(n), rows)


def by_area() -> str:
    return _(
        "Footprint values are weighted by area, empty land included: no population column was given (population=)."
    )


def without_people(
    people: Array, pieces: Pieces, layer: gpd.GeoDataFrame, key: str | None
) -> list[str]:
    unknown = np.unique(pieces.source[np.isnan(people[pieces.source])])
    if not len(unknown):
        return []
    return [
        _(
            "{n} territories touched have no population and count in no footprint value: {rows}"
        ).format(n=len(unknown), rows=row_names(layer, _mask(unknown, len(layer)), key))
    ]


def unsettled(n: int, rows: str) -> str:
    return ngettext(
        "{n} territory has nobody in the settlement raster: its people are spread evenly ({rows}).",
        "{n} territories have nobody in the settlement raster: their people are spread evenly ({rows}).",
        n,
    ).format(n=n, rows=rows)


def overlap_notes(pieces: Pieces) -> list[str]:
    """Return the caution that territories overlap, with figures."""
    double = pieces.double > OVERLAP
    if not double.any():
        return []
    n = int(double.sum())
    return [
        ngettext(
            "WARNING: territories overlap within {n} footprint (up to {share:.1%} of it): that land counts twice.",
            "WARNING: territories overlap within {n} footprints (up to {share:.1%} of one): that land counts twice.",
            n,
        ).format(n=n, share=float(pieces.double.max()))
    ]
