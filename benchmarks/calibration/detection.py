"""How often is anything found where there is nothing, and how well is what there is found?

``python benchmarks/calibration/detection.py [--maps 1000] [--only NAME]`` prints the tables of
docs/calibration.md. Every map has its own seed, so that any number of processes gives the same table.

Null designs: producers and reference come from one process. The share of maps that show any tested
concentration must be at most 5 %, plus Monte-Carlo error. Beside the default stand the untested shapes
of plain density, which is why they are called exploratory. Planted designs count poles found, producers
in tested concentrations that belong to no pole, and where the relative risk's intervals lie.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
from shapely.geometry import box

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import sialgeo
from sialgeo.model import EVIDENCE, HELD_OUT_LOW, RR_LOW, TESTED
from tests.maps import layer, uneven

Map = tuple[gpd.GeoDataFrame, sialgeo.Reference]
FIXED = sialgeo.RelativeDBSCAN(radius=5_000)
LADDER = sialgeo.RelativeDBSCAN(radius="auto")
SIDE, ORIGIN = 100_000.0, np.array([500_000.0, 9_200_000.0])


def uniform(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.uniform(0, SIDE, (n, 2)) + ORIGIN


def clumped(rng: np.random.Generator, n: int) -> np.ndarray:
    """Towns of 1 to 3 km: the reference itself is clustered, the producers with it."""
    towns = uneven(np.random.default_rng(99), 60)
    which = rng.integers(0, 60, n)
    return towns[which] + rng.normal(0, 1_000 + 500 * (which % 5)[:, None], (n, 2))


def points(draw: Callable[..., np.ndarray], n: int, m: int, rng: np.random.Generator) -> Map:
    return layer(draw(rng, n)), sialgeo.Reference.from_points(layer(draw(rng, m)))


def squares(size: float, rng: np.random.Generator) -> Map:
    """Counts by square: coarser than the radius must be inconclusive."""
    producers, others = layer(uneven(rng, 300)), uneven(rng, 3_000)
    cells, counts = np.unique(np.floor(others / size), axis=0, return_counts=True)
    shapes = [box(*(c * size), *((c + 1) * size)) for c in cells]
    polygons = gpd.GeoDataFrame({"n": counts}, geometry=shapes, crs=producers.crs)
    return producers, sialgeo.Reference.from_polygons(polygons, "n")


NULLS: dict[str, Callable[[np.random.Generator], Map]] = {
    "uniform, 300 of 3,300": partial(points, uniform, 300, 3_000),
    "uneven, 300 of 3,300": partial(points, uneven, 300, 3_000),
    "towns, 300 of 3,300": partial(points, clumped, 300, 3_000),
    "uneven, few producers: 40 of 3,040": partial(points, uneven, 40, 3_000),
    "uneven, most of the pool: 800 of 1,000": partial(points, uneven, 800, 200),
    "counts by 2 km squares": partial(squares, 2_000.0),
    "counts by 20 km squares": partial(squares, 20_000.0),
}


def tested(made: Map, detector: sialgeo.RelativeDBSCAN, seed: int) -> sialgeo.Concentrations:
    found = sialgeo.detect(made[0], detector, reference=made[1])
    if len(found) == 0:
        return found
    return sialgeo.assess(
        found, detector=detector, reference=made[1], replicates=99, seed=seed, threads=1
    )


def any_tested(found: sialgeo.Concentrations) -> bool:
    return bool((found.areas[EVIDENCE] == TESTED).any())


def null_map(name: str, number: int) -> list[bool]:
    """Whether one map shows anything: default, ladder, plain DBSCAN, HDBSCAN."""
    made = NULLS[name](np.random.default_rng([41, number]))
    plain = [sialgeo.detect(made[0], d) for d in (sialgeo.DBSCAN(radius=5_000), sialgeo.HDBSCAN())]
    ours = [any_tested(tested(made, detector, number)) for detector in (FIXED, LADDER)]
    return [*ours, *(len(found) > 0 for found in plain)]


def poles(count: int, each: int, rng: np.random.Generator) -> tuple[Map, np.ndarray]:
    spots = uneven(rng, 40 * count)
    chosen = [spots[0]]
    for spot in spots[1:]:
        if len(chosen) < count and min(np.hypot(*(spot - c)) for c in chosen) > 20_000:
            chosen.append(spot)
    xy = [rng.normal(c, 2_000, (each, 2)) for c in chosen] + [uneven(rng, 200)]
    truth = np.concatenate([np.repeat(np.arange(len(chosen)), each), np.full(200, -1)])
    return (layer(np.vstack(xy)), sialgeo.Reference.from_points(layer(uneven(rng, 3_000)))), truth


PLANTED = {"2 poles of 15": (2, 15), "5 poles of 15": (5, 15), "5 poles of 40": (5, 40)}


def planted_map(name: str, number: int) -> list[float]:
    """Poles found, poles, foreign producers, producers shown, and bounds of 1 where no pole is."""
    made, truth = poles(*PLANTED[name], np.random.default_rng([43, number]))
    found = tested(made, FIXED, number)
    shown = found.areas.index[found.areas[EVIDENCE] == TESTED]
    of = found.producers["concentration"].to_numpy()
    hit = sum(np.isin(of[truth == p], shown).mean() > 0.5 for p in range(truth.max() + 1))
    inside = np.isin(of, shown)
    empty = [k for k in shown if (truth[of == k] < 0).mean() > 0.5]
    return [hit, truth.max() + 1, (truth[inside] < 0).sum(), inside.sum(), len(shown), len(empty)]


def risk_map(number: int) -> list[float]:
    """Lower bounds above 1 in maps where the truth is 1: naive, and on held-out halves."""
    rng = np.random.default_rng([47, number])
    made = points(uneven, 400, 1_200, rng)
    loose = sialgeo.RelativeDBSCAN(radius=4_000, alpha=0.05)
    found = sialgeo.detect(made[0], loose, reference=made[1])
    if len(found) == 0:
        return [0, 0, 0, 0]
    held = sialgeo.estimate(found, detector=loose, reference=made[1], splits=50, seed=number).areas
    estimated = held[HELD_OUT_LOW].dropna()
    return [len(held), (held[RR_LOW] > 1).sum(), len(estimated), (estimated > 1).sum()]


def spread(task: Callable[[int], list], maps: int) -> np.ndarray:
    with ProcessPoolExecutor(2) as workers:
        return np.array(list(workers.map(task, range(maps), chunksize=20)), dtype=float)


def tables(maps: int, only: str) -> Iterator[str]:
    yield f"\n{maps} maps a design, 99 replicates a map, radius 5 km; share of maps that show anything.\n"
    yield "| design | relative DBSCAN, tested | over the ladder, tested | DBSCAN, untested | HDBSCAN, untested |"
    yield "|---|---|---|---|---|"
    for name in NULLS:
        if only in name:
            shares = spread(partial(null_map, name), maps).mean(axis=0)
            yield f"| {name} | " + " | ".join(f"{share:.3f}" for share in shares) + " |"
    yield "\n| planted | poles found | shown producers of no pole | concentrations of mostly no pole |"
    yield "|---|---|---|---|"
    for name in PLANTED:
        if only in name:
            hit, poles_, foreign, shown, areas, empty = spread(
                partial(planted_map, name), maps
            ).sum(axis=0)
            yield f"| {name} | {hit / poles_:.2f} | {foreign / max(shown, 1):.3f} | {empty:.0f} of {areas:.0f} |"
    if only in "risk":
        n, naive, estimated, held = spread(risk_map, maps).sum(axis=0)
        yield "\n| true relative risk 1, core level 0.05 | concentrations | lower bound above 1 |"
        yield "|---|---|---|"
        yield f"| naive interval | {n:.0f} | {naive / max(n, 1):.3f} |"
        yield f"| held-out halves (those with an estimate) | {estimated:.0f} | {held / max(estimated, 1):.3f} |"


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--maps", type=int, default=1_000)
    options.add_argument("--only", default="")
    chosen = options.parse_args()
    start = time.perf_counter()
    for line in tables(chosen.maps, chosen.only):
        print(line, flush=True)
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
