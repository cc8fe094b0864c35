"""The synthetic maps of the calibration study: 100 × 100 km, each from its own generator."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
from shapely.geometry import box

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import sialgeo
from tests.maps import layer, uneven

SIDE, ORIGIN = 100_000.0, np.array([500_000.0, 9_200_000.0])
DISTRICT = 20_000.0
POLE_SD = 2_000.0

Draw = Callable[[np.random.Generator, int], np.ndarray]
Map = tuple[gpd.GeoDataFrame, sialgeo.Reference]


def uniform(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.uniform(0, SIDE, (n, 2)) + ORIGIN


def towns(rng: np.random.Generator, n: int) -> np.ndarray:
    """Sixty towns of 1 to 3 km: the reference itself is clustered, the producers with it."""
    centres = uneven(np.random.default_rng(99), 60)
    which = rng.integers(0, 60, n)
    return centres[which] + rng.normal(0, 1_000 + 500 * (which % 5)[:, None], (n, 2))


# --- where there is nothing: producers and reference from one process --------------------------------


def independent(draw: Draw, n: int, m: int, rng: np.random.Generator) -> Map:
    """Producers and reference drawn from one density, independently of each other."""
    return layer(draw(rng, n)), sialgeo.Reference.from_points(layer(draw(rng, m)))


def relabelled(n: int, m: int, rng: np.random.Generator) -> Map:
    """A random n of one fixed pool: the same farms on every map."""
    pool = uneven(np.random.default_rng(7), n + m)
    chosen = rng.permutation(n + m)
    others = layer(pool[chosen[n:]])
    return layer(pool[chosen[:n]]), sialgeo.Reference.from_points(others)


def _squares(xy: np.ndarray, size: float) -> tuple[np.ndarray, np.ndarray]:
    return np.unique(np.floor(xy / size), axis=0, return_counts=True)


def _polygons(corners: np.ndarray, size: float, counts: np.ndarray) -> gpd.GeoDataFrame:
    shapes = [box(*(c * size), *((c + 1) * size)) for c in corners]
    return gpd.GeoDataFrame({"n": counts}, geometry=shapes, crs="EPSG:32717")


def by_squares(size: float, rng: np.random.Generator) -> Map:
    """Counts by square polygon: coarser than half the radius must be inconclusive."""
    producers, others = layer(uneven(rng, 300)), uneven(rng, 3_000)
    return producers, sialgeo.Reference.from_polygons(_polygons(*_ordered(others, size)), "n")


def _ordered(xy: np.ndarray, size: float) -> tuple[np.ndarray, float, np.ndarray]:
    corners, counts = _squares(xy, size)
    return corners, size, counts


def by_raster(size: float, rng: np.random.Generator) -> Map:
    """Counts by raster cell."""
    producers, (corners, counts) = layer(uneven(rng, 300)), _squares(uneven(rng, 3_000), size)
    cells = layer((corners + 0.5) * size, mass=counts.astype(float))
    return producers, sialgeo.Reference.from_cells(cells, spacing=size)


@cache
def _settled() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    return uneven(rng, 1_500), rng.lognormal(0, 1, 1_500)


def by_settlements(known: bool, rng: np.random.Generator) -> Map:
    """Counts by district of 20 km, spread over settlements whose sizes are known, or are not."""
    places, size = _settled()

    def draw(n: int) -> np.ndarray:
        at = rng.choice(len(places), n, p=size / size.sum())
        return places[at] + rng.normal(0, 300, (n, 2))

    producers, others = draw(300), draw(3_000)
    polygons = _polygons(*_ordered(others, DISTRICT))
    reference = sialgeo.Reference.from_polygons(
        polygons,
        "n",
        settlements=layer(places, size=size),
        weight="size" if known else None,
    )
    return layer(producers), reference


NULLS: dict[str, Callable[[np.random.Generator], Map]] = {
    "uniform: 300 of 3,300": partial(independent, uniform, 300, 3_000),
    "uneven, independent: 300 of 3,300": partial(independent, uneven, 300, 3_000),
    "uneven, one pool: 300 of 3,300": partial(relabelled, 300, 3_000),
    "towns: 300 of 3,300": partial(independent, towns, 300, 3_000),
    "small: 40 of 3,040": partial(independent, uneven, 40, 3_000),
    "very small: 15 of 515": partial(independent, uneven, 15, 500),
    "most of the pool: 800 of 1,000": partial(independent, uneven, 800, 200),
    "raster of 2 km": partial(by_raster, 2_000.0),
    "polygons of 2 km": partial(by_squares, 2_000.0),
    "polygons of 20 km": partial(by_squares, DISTRICT),
    "polygons of 20 km over settlements": partial(by_settlements, True),
}
# beside the bound: what a wrong reference does
MISTAKEN = {"polygons of 20 km over settlements of unknown size": partial(by_settlements, False)}


# --- where there are poles ---------------------------------------------------------------------------


class Planted(NamedTuple):
    """A map with poles: the centres, and the pole of each producer (−1: none)."""

    made: Map
    centres: np.ndarray
    truth: np.ndarray


def poles(count: int, each: int, rng: np.random.Generator) -> Planted:
    """Poles of ``each`` producers, well apart, among 200 producers spread like the reference."""
    apart = 20_000.0 if count <= 5 else 12_000.0
    chosen: list[np.ndarray] = []
    for spot in uneven(rng, 100 * count):
        if len(chosen) < count and all(np.hypot(*(spot - c)) > apart for c in chosen):
            chosen.append(spot)
    centres = np.array(chosen)
    xy = [rng.normal(c, POLE_SD, (each, 2)) for c in centres] + [uneven(rng, 200)]
    truth = np.concatenate([np.repeat(np.arange(len(centres)), each), np.full(200, -1)])
    reference = sialgeo.Reference.from_points(layer(uneven(rng, 3_000)))
    return Planted((layer(np.vstack(xy)), reference), centres, truth)


PLANTED = {
    "1 pole of 15": (1, 15),
    "2 poles of 15": (2, 15),
    "5 poles of 15": (5, 15),
    "5 poles of 40": (5, 40),
    "20 poles of 15": (20, 15),
}


# --- a known relative risk ----------------------------------------------------------------------------

FOCI = np.array([[530_000.0, 9_215_000.0], [572_000.0, 9_222_000.0], [548_000.0, 9_272_000.0]])
FOCUS_RADIUS = 8_000.0


class Risky(NamedTuple):
    """A map whose units have a known chance of being a producer: ``chance`` for each pool unit."""

    made: Map
    pool: np.ndarray
    chance: np.ndarray


def risky(risk: float, rng: np.random.Generator) -> Risky:
    """3,300 units, some 300 of them producers, ``risk`` times as often within 8 km of three foci."""
    pool = uneven(rng, 3_300)
    near = (np.hypot(*(pool[:, None, :] - FOCI).transpose(2, 0, 1)) <= FOCUS_RADIUS).any(axis=1)
    weight = np.where(near, risk, 1.0)
    chance = np.minimum(300 * weight / weight.sum(), 0.95)
    is_producer = rng.random(len(pool)) < chance
    reference = sialgeo.Reference.from_points(layer(pool[~is_producer]))
    return Risky((layer(pool[is_producer]), reference), pool, chance)


RISKS = (1.5, 2.0, 3.0, 5.0)
