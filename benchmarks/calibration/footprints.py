"""How often moving whole footprints finds an association where there is none.

The companion of ``association.py`` for few concentrations: ``method="footprints"``, Moran spectral
randomisation and the naive test on the same maps. A test at the nominal 5 % should find an association
in 5 % of the draws. Run::

    python benchmarks/calibration/footprints.py --draws 1000 --keep footprints.jsonl

Concentrations are discs with their producers, placed in two ways, neither of which knows the
indicator: in proportion to the reference, as the null hypothesis says; and where a smooth map of the
producers' own is high, so that concentrations lie near one another, as real ones do. Every placement
is tested against several independent smooth indicators. Writes a table (Markdown) to the standard
output; ``--keep`` holds the counts, and a run that was stopped goes on from there.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from association import EACH, LEVEL, SETTINGS, Setting

from sialgeo.association.counting import Given, Places
from sialgeo.association.footprints import (
    Footprint,
    Placing,
    ValueAt,
    check_footprints,
    footprints_of,
)
from sialgeo.association.nulls import naive
from sialgeo.kernels.autocorrelation import (
    SINGLETON,
    p_of_magnitude,
    p_of_tails,
    spectral_draws,
)
from sialgeo.model import EVIDENCE, TESTED, Concentrations
from sialgeo.progress import silent

RADIUS = 0.03  # of a disc, as a share of the map's width
MEMBERS = 15  # producers in a disc
PULL = 1.5  # of the producers' own map, on the log scale
CHUNK = 100  # draws that are kept together
MAPS = 20  # indicators for each placement
INSIDE = 0.9
AREAS = ("grid16", "uneven", "cajamarca")
NUMBERS = (5, 10)
ROWS = (("Gaussian", 0.1), ("Gaussian", 0.3), ("exponential", 0.3))
PLACED = {"reference": "in proportion to the reference", "own": "by a smooth map of their own"}
TESTS = ("footprints", "msr", "naive: units")

# setting, how placed, number, correlation, reach, replicates, seed, first draw
Key = tuple[str, str, int, str, float, int, int, int]


def spot_in(shape: shapely.Geometry, rng: np.random.Generator) -> np.ndarray:
    """Return a point spread evenly over a polygon."""
    low_x, low_y, high_x, high_y = shape.bounds
    while True:
        spot = rng.uniform((low_x, low_y), (high_x, high_y))
        if shapely.contains_xy(shape, *spot):
            return spot


def discs(
    setting: Setting, mass: np.ndarray, number: int, rng: np.random.Generator
) -> Concentrations:
    """Place disjoint discs with their producers, the centres in proportion to the mass of the areas."""
    shapes = setting.areas.geometry.to_numpy()
    land = shapely.union_all(shapes)
    radius = RADIUS * float(np.ptp(setting.xy, axis=0).max())
    centres: list[np.ndarray] = []
    while len(centres) < number:
        spot = spot_in(shapes[rng.choice(len(mass), p=mass / mass.sum())], rng)
        disc = shapely.Point(spot).buffer(radius)
        apart = all(np.hypot(*(spot - other)) > 2 * radius for other in centres)
        if apart and disc.intersection(land).area >= INSIDE * disc.area:
            centres.append(spot)
    angle = rng.uniform(0, 2 * np.pi, (number, MEMBERS))
    reach = radius * np.sqrt(rng.uniform(0, 1, (number, MEMBERS)))
    at = np.array(centres)
    x = at[:, :1] + reach * np.cos(angle)
    y = at[:, 1:] + reach * np.sin(angle)
    producers = gpd.GeoDataFrame(
        {"concentration": np.repeat(np.arange(1, number + 1), MEMBERS), "membership": "core"},
        geometry=gpd.points_from_xy(x.ravel(), y.ravel()),
        crs=setting.areas.crs,
    )
    areas = gpd.GeoDataFrame(
        {"name": [str(k) for k in range(1, number + 1)], "n": MEMBERS, EVIDENCE: TESTED},
        geometry=shapely.buffer(shapely.points(at), radius),
        index=range(1, number + 1),
        crs=setting.areas.crs,
    )
    return Concentrations(producers, areas)


class Finder:
    """The area each point stands in, and the mean of every map over the footprints' producers."""

    def __init__(self, shapes: np.ndarray, maps: np.ndarray) -> None:
        self._tree, self._n = shapely.STRtree(shapes), len(shapes)
        self._y = np.vstack([maps.T, np.full(len(maps), np.nan)])

    def areas(self, xy: np.ndarray) -> np.ndarray:
        """Return the row of each point's area, the number of areas where it has none."""
        point, area = self._tree.query(shapely.points(xy), predicate="intersects")
        found = np.full(len(xy), self._n, dtype=np.int64)
        np.minimum.at(found, point, area)
        return found

    def means(self, parts: list[np.ndarray]) -> np.ndarray:
        """Return each map's mean over the footprints of the mean over each one's producers."""
        y = self._y[self.areas(np.vstack(parts))].reshape(len(parts), MEMBERS, -1)
        known = np.isfinite(y)
        count = known.sum(axis=1)
        each = np.where(known, y, 0.0).sum(axis=1) / np.maximum(count, 1)
        return (each * (count > 0)).sum(axis=0) / (count > 0).sum(axis=0)

    def value_at(self, k: int) -> ValueAt:
        """Return what gives one map at points, as the verb asks for it."""
        return lambda xy: self._y[self.areas(xy), k]


def moved(
    footprints: list[Footprint], given: Given, finder: Finder, replicates: int, seed: int
) -> np.ndarray:
    """Return the p-value of every map: as ``check_footprints``, all maps at one look-up."""
    observed = finder.means([f.producers + f.centre for f in footprints])
    placing = Placing(footprints, given)
    maps = (placing.draw(np.random.default_rng([seed, r])) for r in range(replicates))
    drawn = np.array([finder.means(parts) for parts in maps if parts is not None])
    if 2 * len(drawn) < replicates:
        return np.full(len(observed), np.nan)
    return np.array([p_of_tails(t, row) for t, row in zip(observed, drawn.T, strict=True)])


def placement(
    setting: Setting, root: np.ndarray, key: Key, first: int
) -> Iterator[dict[str, float]]:
    """Yield the p-values of every test for each indicator over one placement."""
    _name, placed, number, _kind, _reach, replicates, seed, _chunk = key
    rng = np.random.default_rng([seed, first, number])
    n = rng.poisson(EACH * np.exp(rng.normal(0, 0.5, setting.n))).astype(float) + 1
    own = root @ rng.normal(size=setting.n)
    mass = n * np.exp(PULL * own) if placed == "own" else n
    found = discs(setting, mass, number, rng)
    maps = np.array([root @ rng.normal(size=setting.n) for _k in range(MAPS)])
    shapes = setting.areas.geometry.to_numpy()
    finder = Finder(shapes, maps)
    area = finder.areas(shapely.get_coordinates(found.producers.geometry.to_numpy()))
    x = np.bincount(area, minlength=setting.n + 1)[: setting.n].astype(float)
    places = [Places(x, n, y, setting.xy) for y in maps]
    given = Given(places[0], shapes, np.arange(setting.n), None, None, setting.areas.crs, ())
    footprints = footprints_of(found, given)
    tested = moved(footprints, given, finder, replicates, seed)
    if first == 0:  # the short way and the verb's must agree
        mean = float(n @ maps[0] / n.sum())
        values = [(finder.value_at(0), mean)]
        [(_t, whole)] = check_footprints(footprints, given, values, replicates, seed, silent)
        if abs(whole.p - tested[0]) > 1e-12:
            raise RuntimeError(f"{key}: the short way changed the answer")
    for one, p in zip(places, tested, strict=True):
        z, c = (one.y - one.y.mean()) / one.y.std(), one.contrast
        draws = np.random.default_rng([seed, first, 1])
        drawn = spectral_draws(c, z, setting.fitted(z)[0], replicates, draws, SINGLETON)
        yield {
            "footprints": p,
            "msr": p_of_magnitude(float(c @ z), drawn),
            "naive: units": naive(one)["units"],
        }


def count(setting: Setting, root: np.ndarray, key: Key) -> dict[str, int]:
    """Return in how many of a chunk's draws each test finds an association (undefined p: none)."""
    found = dict.fromkeys(TESTS, 0)
    for first in range(key[-1], key[-1] + CHUNK, MAPS):
        for p_values in placement(setting, root, key, first):
            for name, p in p_values.items():
                found[name] += bool(p <= LEVEL)
    return found


def chunks(name: str, asked: argparse.Namespace) -> Iterator[tuple[Key, ...]]:
    """Yield the chunks of each row of a setting."""
    for placed, number, (kind, reach) in product(PLACED, NUMBERS, ROWS):
        start = (name, placed, number, kind, reach, asked.replicates, asked.seed)
        yield tuple((*start, k) for k in range(0, asked.draws, CHUNK))


def compute(asked: argparse.Namespace, held: dict[Key, dict[str, int]]) -> None:
    """Compute and keep what is not yet kept, every row a chunk at a time: what is stopped is balanced."""
    for name in asked.areas:
        setting = Setting(*SETTINGS[name][1]())
        for keys in zip(*chunks(name, asked), strict=True):
            for key in (k for k in keys if k not in held):
                held[key] = count(setting, setting.root(*key[3:5]), key)
                if asked.keep is not None:
                    with asked.keep.open("a") as file:
                        file.write(json.dumps([*key, held[key]]) + "\n")


def rows(asked: argparse.Namespace) -> Iterator[str]:
    """Return the lines of the table."""
    held: dict[Key, dict[str, int]] = {}
    if asked.keep is not None and asked.keep.exists():
        for line in asked.keep.read_text().splitlines():
            *key, counts = json.loads(line)
            held[tuple(key)] = counts
    if not asked.table:
        compute(asked, held)
    for name in asked.areas:
        for keys in chunks(name, asked):
            known = [held[key] for key in keys if key in held]
            if not known:
                continue
            draws = CHUNK * len(known)
            _name, placed, number, kind, reach = keys[0][:5]
            shown = " | ".join(f"{sum(one[c] for one in known) / draws:.1%}" for c in TESTS)
            title = SETTINGS[name][0]
            yield f"| {title} | {PLACED[placed]} | {number} | {kind} {reach} | {draws:,} | {shown} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000, help=f"a multiple of {CHUNK}")
    parser.add_argument("--replicates", type=int, default=199)
    parser.add_argument("--seed", type=int, default=2006)
    parser.add_argument(
        "--areas", nargs="+", choices=AREAS, default=AREAS, help="these settings only"
    )
    parser.add_argument("--keep", type=Path, help="file that holds the counts (JSON lines)")
    parser.add_argument("--table", action="store_true", help="print what is kept, compute nothing")
    asked = parser.parse_args()
    heads = ("areas", "concentrations placed", "number", "correlation, reach", "draws", *TESTS)
    print("| " + " | ".join(heads) + " |")
    print("|---" * len(heads) + "|")
    for row in rows(asked):
        print(row, flush=True)


if __name__ == "__main__":
    main()
