"""Pycnophylactic interpolation: totals of polygons spread smoothly, each polygon's total kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from sialgeo.crs import areas_crs, require_crs
from sialgeo.errors import SchemaError
from sialgeo.i18n import _, ngettext
from sialgeo.kernels.pycnophylactic import Cells, Fragments, smooth_densities
from sialgeo.memory import require_memory
from sialgeo.model import Raster
from sialgeo.overlays.asked import PYCNOPHYLACTIC, Interpolation
from sialgeo.overlays.checks import Asked, checked
from sialgeo.overlays.common import TOUCHED, Array, Flags, Shapes, numbers, row_names, valid
from sialgeo.overlays.pieces import Pieces
from sialgeo.overlays.rasters import Band, blocks, cells_covered, held_band
from sialgeo.overlays.weights import (
    Settlements,
    Weights,
    by_area,
    refuse_negative,
    unsettled,
    without_people,
)
from sialgeo.progress import Progress, silent

if TYPE_CHECKING:
    import geopandas as gpd

BYTES_A_CELL = 200  # the grid, and two fragments with what is kept of each
MOST_CELLS = 8_000_000  # of a grid whose cells nobody chose
CELLS_AN_AREA = 100  # in the middle one of the areas by size, where nobody chose
FINER = 2  # times the side of the smallest area, where nobody chose


def pycnophylactic_surface(
    source: gpd.GeoDataFrame,
    total: str,
    *,
    cell_size: float = 0.0,
    iterations: int = 500,
    tolerance: float = 0.001,
    key: str | None = None,
    settlements: Settlements | None = None,
    progress: Progress | None = None,
) -> Raster:
    """Spread a count of polygons over square cells so that it is smooth and every polygon keeps its total.

    Parameters
    ----------
    source : GeoDataFrame of polygons
    total
        Column with a count (people, farms), not negative; where it is NaN the cells are NaN.
    cell_size
        Side of a cell in metres; 0: a hundred cells in the middle one of the polygons by size, and
        the smallest no smaller than four.
    iterations, tolerance
        The smoothing ends after so many iterations, or where no density changes by more than this
        part of the greatest one.
    key
        Column of the official code, to name rows in messages.
    settlements
        Raster of people, houses or places: cells without any of them get nothing (dasymetric).
    progress
        ``progress(fraction, message)``; raises ``Cancelled`` to stop.

    Returns
    -------
    Raster
        The count in each cell, in an equal-area projection (the source's own where it is one), NaN
        outside; the sum of the cells is that of the polygons. ``notes`` are the cautions.

    Raises
    ------
    CRSError, SchemaError, ParameterError
        No CRS; the column is missing, holds no numbers or negative ones; cells coarser than the
        smallest polygons, named.
    NotEnoughMemoryError
        The cells would not fit; the message says how many they are.

    References
    ----------
    Tobler, W. R. (1979). Smooth pycnophylactic interpolation for geographical regions. Journal of
    the American Statistical Association 74(367), 519–530.

    Examples
    --------
    >>> import geopandas as gpd
    >>> districts = gpd.GeoDataFrame({"people": [400, 1200]},
    ...     geometry=[shapely.box(0, 0, 2000, 1000), shapely.box(2000, 0, 4000, 1000)], crs=6933)
    >>> raster = pycnophylactic_surface(districts, "people", cell_size=1000, tolerance=1e-6)
    >>> raster.values.round().tolist()
    [[150.0, 250.0, 550.0, 650.0]]
    """
    require_crs(source=source)
    how = Interpolation(PYCNOPHYLACTIC, cell_size, iterations, tolerance)
    checked(source, Asked(columns=(), totals=(total,), key=key))
    crs = areas_crs(source)
    smoothing = Smoothing.over(source, crs, how, key, settlements, progress or silent)
    density, notes = smoothing.density(source, total)
    fragments, cells = smoothing.fragments, smoothing.cells
    known = np.isfinite(density)
    held = np.bincount(
        fragments.cell[known],
        weights=(density * fragments.area)[known],
        minlength=cells.rows * cells.columns,
    )
    met = np.bincount(fragments.cell[known], minlength=len(held)) > 0
    values = np.where(met, held, np.nan).reshape(cells.shape)
    return Raster(values, cells.transform, crs, total, (*smoothing.notes, *notes))


@dataclass(frozen=True)
class Smoothing:
    """The cells of a layer, ready to have its counts spread over them."""

    cells: Cells
    fragments: Fragments
    settled: Flags  # of the fragments
    how: Interpolation
    notes: tuple[str, ...]
    progress: Progress

    @classmethod
    def over(
        cls,
        source: gpd.GeoDataFrame,
        crs: Any,
        how: Interpolation,
        key: str | None,
        settlements: Settlements | None,
        progress: Progress,
    ) -> Smoothing:
        """Lay cells over a layer; one error where they are too coarse, or too many for the memory."""
        zones = valid(source.geometry.to_crs(crs).to_numpy())
        cells = _cells(zones, how.cell_size, source, key)
        progress(0.1, _("Cutting the polygons by cells"))
        fragments = Fragments.of(cells_covered(zones, cells.shape, cells.transform), cells)
        settled = np.ones(len(fragments.cell), dtype=bool)
        notes = [_cells_note(cells)]
        if settlements is not None:
            with held_band(settlements) as band:
                settled = _settled(band, cells, crs)[fragments.cell]
            met = np.bincount(fragments.owner, weights=settled, minlength=len(source)) > 0
            settled |= ~met[fragments.owner]
            if not met.all():
                notes.append(unsettled(int((~met).sum()), row_names(source, ~met, key)))
        return cls(cells, fragments, settled, how, tuple(notes), progress)

    def density(self, source: gpd.GeoDataFrame, column: str) -> tuple[Array, list[str]]:
        """Return the density of a column in each fragment, and what is to be said of it."""
        how = self.how

        def watch(done: int) -> None:
            said = _("Smoothing “{column}”").format(column=column)
            self.progress(0.2 + 0.7 * done / how.iterations, said)

        found, change = smooth_densities(
            numbers(source[column]),
            self.fragments,
            self.settled,
            self.cells,
            iterations=how.iterations,
            tolerance=how.tolerance,
            watch=watch,
        )
        if change <= how.tolerance:
            return found, []
        text = _(
            "“{column}”: the smoothing ended after {n} iterations, before it settled: densities still changed by up to {change:.2%} of the greatest (iterations=, tolerance=). Totals are kept all the same."
        )
        return found, [text.format(column=column, n=how.iterations, change=change)]

    def shares(
        self, source: gpd.GeoDataFrame, column: str, pieces: Pieces
    ) -> tuple[Array, list[str]]:
        """Return the part (0–1) of its polygon's count that each piece holds, NaN where not known."""
        density, notes = self.density(source, column)
        amount = density * self.fragments.area
        totals = numbers(source[column])[pieces.source]
        shares = np.where(np.isnan(totals), np.nan, pieces.part)  # of nothing, any part is nothing
        cut = np.flatnonzero((totals > 0) & (pieces.part < 1))
        cells = self.cells
        covered = cells_covered(pieces.shapes[cut], cells.shape, cells.transform)
        for k, piece in zip(cut, covered, strict=True):
            held = self.fragments.held_in(pieces.source[k], piece, amount, cells)
            shares[k] = held / totals[k]
        return _whole(np.clip(shares, 0.0, 1.0), pieces, len(source)), notes


def _whole(shares: Array, pieces: Pieces, n: int) -> Array:
    """Let the pieces of a polygon that they tile add up to 1, whatever the rounding of its cells."""
    tiled = np.abs(np.bincount(pieces.source, weights=pieces.part, minlength=n) - 1) < TOUCHED
    total = np.bincount(pieces.source, weights=shares, minlength=n)
    return shares / np.where(tiled & (total > 0), total, 1.0)[pieces.source]


def smooth_weights(
    pieces: Pieces,
    source: gpd.GeoDataFrame,
    asked: Asked,
    how: Interpolation,
    progress: Progress,
) -> Weights:
    """Return what each piece weighs where people, and every total, are spread smoothly."""
    smoothing = Smoothing.over(source, pieces.crs, how, asked.key, asked.settlements, progress)
    notes, shares = [*smoothing.notes], {}
    for column in asked.totals:
        shares[column], said = smoothing.shares(source, column, pieces)
        notes += said
    if asked.population is None:
        if asked.columns:
            notes.append(by_area())
        return Weights(pieces.area, pieces.part, PYCNOPHYLACTIC, tuple(notes), shares=shares)
    people = numbers(source[asked.population])
    notes += without_people(people, pieces, source, asked.key)
    share = shares.get(asked.population)
    if share is None:
        share, said = smoothing.shares(source, asked.population, pieces)
        notes += said
    piece = people[pieces.source] * share
    return Weights(piece, share, PYCNOPHYLACTIC, tuple(notes), shares=shares)


# --- the cells ----------------------------------------------------------------------------------------
def _cells(zones: Shapes, side: float, source: gpd.GeoDataFrame, key: str | None) -> Cells:
    sizes = shapely.area(zones)
    west, south, east, north = shapely.total_bounds(zones)
    side = side or _chosen_side(sizes, (east - west) * (north - south))
    coarse = sizes < side**2
    if coarse.any():
        raise SchemaError(
            ngettext(
                "cells of {side:.0f} m are coarser than {n} polygon: {rows} ({least:.3g} km²). Remedy: cell_size={finer:g} or less, or join the polygon to a neighbour",
                "cells of {side:.0f} m are coarser than {n} polygons: {rows} (the smallest {least:.3g} km²). Remedy: cell_size={finer:g} or less, or join those polygons to neighbours",
                int(coarse.sum()),
            ).format(
                side=side,
                n=int(coarse.sum()),
                rows=row_names(source, coarse, key),
                least=float(sizes.min()) / 1e6,
                finer=_rounded_down(math.sqrt(float(sizes.min()))),
            )
        )
    x0, y0 = math.floor(west / side) * side, math.ceil(north / side) * side
    rows, columns = math.ceil((y0 - south) / side), math.ceil((east - x0) / side)
    require_memory(
        float(rows) * columns * BYTES_A_CELL,
        _("A pycnophylactic surface of {n} cells of {side:.0f} m").format(
            n=rows * columns, side=side
        ),
        _("larger cells (cell_size=), or fewer polygons"),
    )
    return Cells(x0, y0, side, rows, columns)


def _chosen_side(sizes: Array, box: float) -> float:
    fine = min(math.sqrt(float(np.median(sizes)) / CELLS_AN_AREA), math.sqrt(sizes.min()) / FINER)
    return max(_rounded_down(fine), math.sqrt(box / MOST_CELLS))


def _rounded_down(value: float) -> float:
    """Return the greatest of 1, 2, 5 times a power of ten that is not greater.

    >>> _rounded_down(740.0), _rounded_down(5.0), _rounded_down(0.3)
    (500.0, 5.0, 0.2)
    """
    ten = 10.0 ** math.floor(math.log10(value))
    return max(m * ten for m in (1, 2, 5) if m * ten <= value * (1 + 1e-9))


def _settled(band: Band, cells: Cells, crs: Any) -> Flags:
    """Tell in which cells a raster holds anybody, by points spread over its cells that do."""
    from pyproj import Transformer

    here = Transformer.from_crs(band.crs, crs, always_xy=True)
    there = Transformer.from_crs(crs, band.crs, always_xy=True)
    east, south = cells.x0 + cells.side * cells.columns, cells.y0 - cells.side * cells.rows
    reach = shapely.box(*there.transform_bounds(cells.x0, south, east, cells.y0))
    found = np.zeros(cells.rows * cells.columns, dtype=bool)
    for block, (a, _b, c, _d, e, f) in blocks(band, reach):
        refuse_negative(block)
        row, column = np.nonzero(block > 0)
        for across, down in _spread(here, (a, c, e, f), cells.side):
            x, y = here.transform(c + a * (column + across), f + e * (row + down))
            i, j = (cells.y0 - y) // cells.side, (x - cells.x0) // cells.side
            inside = (i >= 0) & (i < cells.rows) & (j >= 0) & (j < cells.columns)
            found[(i * cells.columns + j)[inside].astype(np.int64)] = True
    return found


def _spread(
    here: Any, placed: tuple[float, float, float, float], side: float
) -> list[tuple[float, float]]:
    """Return where in a cell of a raster to put points, so that they miss no cell of ``side`` metres."""
    a, c, e, f = placed
    x, y = here.transform([c, c + a, c], [f, f, f + e])
    length = max(math.hypot(x[k] - x[0], y[k] - y[0]) for k in (1, 2))
    k = max(1, math.ceil(1.5 * length / side)) if length > side else 1
    return [((i + 0.5) / k, (j + 0.5) / k) for i in range(k) for j in range(k)]


def _cells_note(cells: Cells) -> str:
    return _(
        "Counts were spread smoothly over cells of {side:.0f} m, every polygon keeping its total (pycnophylactic)."
    ).format(side=cells.side)
