"""Whole footprints placed at random: the test for few concentrations.

Each concentration's producers and footprint move as one, turned at random, to a place drawn in
proportion to the reference; footprints stay disjoint and at least 90 % inside the territories.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from sialgeo.association.counting import Given
from sialgeo.association.nulls import Outcome, untested
from sialgeo.crs import xy_of
from sialgeo.i18n import _
from sialgeo.kernels.autocorrelation import p_of_tails
from sialgeo.model import CONCENTRATION, EVIDENCE, TESTED, Concentrations
from sialgeo.progress import Progress

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST = 5  # concentrations under which nothing is tested
INSIDE = 0.9  # of a footprint
MOST_POINTS = 200  # producers moved per footprint
SAMPLES = 64  # points that stand for a footprint's surface
TRIES = (
    1,
    2,
    4,
    8,
    *(16,) * 19,
)  # candidates for each footprint, round by round: the first often fits
AGAIN = 10  # times a map is begun anew where a footprint found no place

ValueAt = Callable[[Array], Array]


@dataclass(frozen=True)
class Footprint:
    """A footprint about its own centre: outline, points of its surface, its producers and their number."""

    outline: Any
    surface: Array
    producers: Array
    weight: float
    centre: Array
    reach: float


def footprints_of(concentrations: Concentrations, given: Given) -> list[Footprint]:
    """Return the footprints asked about (the tested ones, else all), largest first."""
    areas = concentrations.areas
    tested = areas.index[areas[EVIDENCE] == TESTED]
    wanted = tested if len(tested) else areas.index
    outlines = areas.geometry.to_crs(given.crs)
    producers = concentrations.producers
    xy = xy_of(producers, given.crs)
    label = producers[CONCENTRATION].to_numpy()
    found = []
    for number in wanted:
        mine = xy[label == number]
        shape = outlines.loc[number]
        if not len(mine) or shape is None or shape.is_empty:
            continue
        centre = shapely.get_coordinates(shapely.centroid(shape))[0]
        around = _moved(shape, np.eye(2), -centre)
        mine = mine[np.lexsort((mine[:, 1], mine[:, 0]))] - centre
        step = max(-(-len(mine) // MOST_POINTS), 1)
        reach = float(np.hypot(*shapely.get_coordinates(around).T).max())
        found.append(
            Footprint(around, _surface(around), mine[::step], float(len(mine)), centre, reach)
        )
    return sorted(found, key=lambda f: (-f.reach, f.centre[0], f.centre[1]))


def _moved(shape: Any, turn: Array, at: Array) -> Any:
    return shapely.transform(shape, lambda c: c @ turn + at)


def _surface(shape: Any) -> Array:
    """Return points spread evenly over a polygon, at least one."""
    low_x, low_y, high_x, high_y = shape.bounds
    share = shape.area / max((high_x - low_x) * (high_y - low_y), 1e-300)
    side = int(np.ceil(np.sqrt(SAMPLES / max(share, 0.05))))
    across = low_x + (np.arange(side) + 0.5) / side * (high_x - low_x)
    down = low_y + (np.arange(side) + 0.5) / side * (high_y - low_y)
    grid = np.column_stack([v.ravel() for v in np.meshgrid(across, down)])
    shapely.prepare(shape)
    inside = grid[shapely.contains_xy(shape, grid[:, 0], grid[:, 1])]
    found: Array = (
        inside if len(inside) else shapely.get_coordinates(shapely.point_on_surface(shape))
    )
    return found


class Placing:
    """Draws maps of the footprints; replicate r depends on the seed and r only."""

    def __init__(self, footprints: Sequence[Footprint], given: Given) -> None:
        self.footprints = footprints
        shapes = given.shapes
        if shapes is None:
            raise ValueError("footprints need polygons")
        self._land = shapely.union_all(shapes)
        shapely.prepare(self._land)
        shapely.prepare(shapes)
        self._shapes, self._points = shapes, given.reference
        mass = given.places.n if given.reference is None else given.reference.mass
        order = np.arange(len(mass))
        if given.reference is not None:
            at = given.reference.xy
            order = np.lexsort((at[:, 1], at[:, 0]))  # the draw does not depend on the row order
        self._order, self._cumulative = order, np.cumsum(mass[order]) / mass.sum()

    def draw(self, rng: np.random.Generator) -> list[Array] | None:
        """Return the moved producers of each footprint, None where they found no place together."""
        for _again in range(AGAIN):
            placed: list[tuple[Any, Array, float]] = []
            moved = []
            for footprint in self.footprints:
                spot = self._place(footprint, placed, rng)
                if spot is None:
                    break
                turn, at = spot
                shape = _moved(footprint.outline, turn, at)
                placed.append((shape, at, footprint.reach))
                moved.append(footprint.producers @ turn + at)
            if len(moved) == len(self.footprints):
                return moved
        return None

    def _place(
        self,
        footprint: Footprint,
        placed: Sequence[tuple[Any, Array, float]],
        rng: np.random.Generator,
    ) -> tuple[Array, Array] | None:
        for many in TRIES:
            angle = rng.uniform(0, 2 * np.pi, many)
            cos, sin = np.cos(angle), np.sin(angle)
            turns = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], axis=1)
            spots = self._anchors(many, rng)
            surface = footprint.surface @ turns + spots[:, None, :]
            flat = surface.reshape(-1, 2)
            within = shapely.contains_xy(self._land, flat[:, 0], flat[:, 1])
            enough = within.reshape(many, -1).mean(axis=1) >= INSIDE
            for k in np.flatnonzero(enough):
                if self._apart(footprint, turns[k], spots[k], placed):
                    return turns[k], spots[k]
        return None

    def _anchors(self, many: int, rng: np.random.Generator) -> Array:
        """Return places drawn in proportion to the reference: its points, or within its areas."""
        drawn = np.searchsorted(self._cumulative, rng.uniform(0, 1, many), side="right")
        index = self._order[np.minimum(drawn, len(self._order) - 1)]
        if self._points is not None:
            return self._points.xy[index]
        return np.array([_within(self._shapes[k], rng) for k in index])

    @staticmethod
    def _apart(
        footprint: Footprint,
        turn: Array,
        at: Array,
        placed: Sequence[tuple[Any, Array, float]],
    ) -> bool:
        near = [
            shape
            for shape, where, reach in placed
            if float(np.hypot(*(where - at))) < reach + footprint.reach
        ]
        if not near:
            return True
        shape = _moved(footprint.outline, turn, at)
        return not bool(shapely.intersects(shape, near).any())


def _within(shape: Any, rng: np.random.Generator) -> Array:
    low_x, low_y, high_x, high_y = shape.bounds
    for _try in range(200):
        spot = np.array([rng.uniform(low_x, high_x), rng.uniform(low_y, high_y)])
        if shapely.contains_xy(shape, *spot):
            return spot
    middle: Array = shapely.get_coordinates(shapely.point_on_surface(shape))
    return np.asarray(middle[0], dtype=float)


def too_few(number: int) -> str:
    """Return why so many concentrations are not tested."""
    return _("{n} concentrations are too few for a test (at least {least}).").format(
        n=number, least=LEAST
    )


def check_footprints(
    footprints: Sequence[Footprint],
    given: Given,
    values: Sequence[tuple[ValueAt, float]],
    replicates: int,
    seed: int,
    progress: Progress,
) -> list[tuple[float, Outcome]]:
    """Return T and its test for each division (its value at a point, and the reference's mean).

    The same placements serve all divisions.
    """
    weight = np.array([f.weight for f in footprints])
    weight /= weight.sum()
    here = [f.producers + f.centre for f in footprints]
    observed = [_mean(value_at, here, weight) - mean for value_at, mean in values]
    if len(footprints) < LEAST:
        reason = too_few(len(footprints))
        return [(t, untested("footprints", reason)) for t in observed]
    placing = Placing(footprints, given)
    drawn = np.full((len(values), replicates), np.nan)
    for r in range(replicates):
        moved = placing.draw(np.random.default_rng([seed, r]))
        if moved is not None:
            drawn[:, r] = [_mean(value_at, moved, weight) - m for value_at, m in values]
        progress((r + 1) / replicates, _("Placing the footprints at random"))
    return [(t, _tested(t, row, replicates)) for t, row in zip(observed, drawn, strict=True)]


def _tested(observed: float, drawn: Array, replicates: int) -> Outcome:
    kept = drawn[np.isfinite(drawn)]
    if not np.isfinite(observed) or 2 * len(kept) < replicates:
        reason = _(
            "The footprints found a place together in {n} of {total} maps only: they fill too much of the territory to be moved."
        ).format(n=len(kept), total=replicates)
        return untested("footprints", reason)
    low, high = np.quantile(kept, (0.025, 0.975)).tolist()
    note = _(
        "Footprints are placed one by one; concentrations that lie near one another for reasons of their own make this test find too much. Prefer method='msr'."
    )
    p = p_of_tails(observed, kept)
    return Outcome("footprints", p, low, high, notes=(note,), details={"maps": len(kept)})


def _mean(value_at: ValueAt, parts: Sequence[Array], weight: Array) -> float:
    """Return the mean over footprints of the mean over each one's producers; unknown values are passed over."""
    values = value_at(np.vstack(parts))
    group = np.repeat(np.arange(len(parts)), [len(p) for p in parts])
    known = np.isfinite(values)
    count = np.bincount(group[known], minlength=len(parts))
    total = np.bincount(group[known], weights=values[known], minlength=len(parts))
    some = count > 0
    if not some.any():
        return float("nan")
    return float(weight[some] @ (total[some] / count[some]) / weight[some].sum())
