"""How often the tests of ``associate`` find an association where there is none.

Producers and indicator are two independent smooth maps; reference and producers are counted by area.
A test at the nominal 5 % should find an association in 5 % of the draws. Run::

    python benchmarks/calibration/association.py --draws 2000 --keep association.jsonl

Writes a table (Markdown) to the standard output. ``--keep`` holds the counts of every 100 draws: a run
that was stopped, or is asked for more draws, goes on from there. The municipalities of Mexico need
``../shared/data`` beside the checkout; without it their rows are left out, and that is said.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial.distance import cdist

from sialgeo.association.counting import Places
from sialgeo.association.nulls import naive
from sialgeo.kernels.autocorrelation import (
    PAIR,
    SINGLETON,
    FittedVectors,
    contiguity_weights,
    modified_t,
    moran_vectors,
    p_of_magnitude,
    shift_draws,
    spectral_draws,
)
from sialgeo.neighbourhoods import adjacency

LEVEL = 0.05
NOISE = 0.05  # share of the variance that is not smooth
PRODUCERS, EACH = 500, 50
STRENGTH = 0.5  # of the producers' own map, on the log scale
CHUNK = 100
SMALL = 1_000  # areas up to which Dutilleul's test is in the table: it takes a second a draw above
KEPT = 24  # eigensystems held in memory
ROOT = Path(__file__).resolve().parents[2]
DISTRICTS = ROOT / "sample_layers" / "cajamarca" / "distritos.gpkg"
MUNICIPALITIES = ROOT.parent / "shared" / "data" / "mexico_municipios" / "mexico_municipios.gpkg"
ROWS = (  # correlation, reach as a share of the map's width
    ("Gaussian", 0.05),
    ("Gaussian", 0.1),
    ("Gaussian", 0.2),
    ("Gaussian", 0.3),
    ("exponential", 0.1),
    ("exponential", 0.3),
)
Areas = tuple[gpd.GeoDataFrame, tuple[int, int] | None]


def grid(side: int) -> Areas:
    """Return square cells column by column."""
    cells = [shapely.box(i, j, i + 1, j + 1) for i in range(side) for j in range(side)]
    return gpd.GeoDataFrame(geometry=cells, crs=32717), (side, side)


def uneven(count: int) -> Areas:
    """Return areas of very different sizes, as districts are: small where people are many."""
    rng = np.random.default_rng(3)
    towns = [rng.normal(at, spread, (count // 3, 2)) for at, spread in ((30, 8), (70, 5))]
    seeds = np.vstack([rng.uniform(0, 100, (count - 2 * (count // 3), 2)), *towns])
    seeds = seeds[((seeds > 0) & (seeds < 100)).all(axis=1)]
    window = shapely.box(0, 0, 100, 100)
    cells = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=window)
    shapes = shapely.intersection(shapely.get_parts(cells), window)
    return gpd.GeoDataFrame(geometry=shapes, crs=32717), None


def outlines(path: Path, crs: str, state: str = "") -> Areas:
    """Return the areas of a file, or a state's, in an equal-area projection."""
    areas = gpd.read_file(path).to_crs(crs)
    return areas[areas["cvegeo"].str.startswith(state)] if state else areas, None


SETTINGS: dict[str, tuple[str, Callable[[], Areas]]] = {
    "grid16": ("16 × 16 cells", lambda: grid(16)),
    "grid24": ("24 × 24 cells", lambda: grid(24)),
    "uneven": ("300 uneven areas", lambda: uneven(300)),
    "cajamarca": (
        "127 districts of Cajamarca",
        lambda: outlines(DISTRICTS, "+proj=laea +lat_0=-6.5 +lon_0=-78.8"),
    ),
    "oaxaca": (
        "570 municipalities of Oaxaca",
        lambda: outlines(MUNICIPALITIES, "+proj=laea +lat_0=17 +lon_0=-96.5", "20"),
    ),
    "mexico": (
        "2,469 municipalities of Mexico",
        lambda: outlines(MUNICIPALITIES, "+proj=laea +lat_0=23 +lon_0=-102"),
    ),
}


class Setting:
    """Areas, on which smooth maps are drawn."""

    def __init__(self, areas: gpd.GeoDataFrame, shape: tuple[int, int] | None) -> None:
        points = areas.representative_point()
        xy = np.column_stack([points.x.to_numpy(), points.y.to_numpy()])
        if shape is None:  # the order that associate puts areas in
            order = np.lexsort((xy[:, 1], xy[:, 0]))
            areas, xy = areas.iloc[order], xy[order]
        self.areas, self.xy, self.n, self.shape = areas, xy, len(areas), shape
        self.distance = cdist(xy, xy) / np.ptp(xy, axis=0).max()
        self.queen = moran_vectors(contiguity_weights(*adjacency(areas, "queen", 1)))[1]
        self.fitted = FittedVectors(xy, KEPT if self.n > SMALL else 100)

    def root(self, kind: str, reach: float) -> np.ndarray:
        """Return the root of a covariance of that kind and reach, with a little noise."""
        h = self.distance / reach
        near = np.exp(-h * h / 2) if kind == "Gaussian" else np.exp(-h)
        return np.linalg.cholesky((1 - NOISE) * near + NOISE * np.eye(self.n))

    def draw(self, root: np.ndarray, rng: np.random.Generator, effect: float) -> Places:
        """Return counts and indicator; ``effect`` ties the producers to the indicator."""
        y, own = root @ rng.normal(size=self.n), root @ rng.normal(size=self.n)
        n = rng.poisson(EACH * np.exp(rng.normal(0, 0.5, self.n))).astype(float) + 1
        share = n * np.exp(STRENGTH * own - effect * y)
        x = rng.multinomial(PRODUCERS, share / share.sum()).astype(float)
        return Places(x, n, y, self.xy, self.shape)


def p_values(
    setting: Setting, places: Places, replicates: int, seed: list[int]
) -> dict[str, float]:
    """Return the p-value of every test."""
    z, c = (places.y - places.y.mean()) / places.y.std(), places.contrast
    observed = float(c @ z)
    fitted = setting.fitted(z)[0]

    def spectral(vectors: np.ndarray, procedure: str) -> float:
        rng = np.random.default_rng([*seed, 1])
        return p_of_magnitude(observed, spectral_draws(c, z, vectors, replicates, rng, procedure))

    found = {
        "msr (default)": spectral(fitted, SINGLETON),
        "msr, pair": spectral(fitted, PAIR),
        "msr, queen, pair": spectral(setting.queen, PAIR),
    }
    if setting.n <= SMALL:
        found["dutilleul"] = modified_t(c, places.y, places.xy).p
    if places.shape is not None:
        rng = np.random.default_rng([*seed, 1])
        moved = shift_draws(c.reshape(places.shape), z.reshape(places.shape), replicates, rng)
        found["shift"] = p_of_magnitude(observed, moved)
    plain = naive(places)
    return {**found, "naive: areas": plain["areas"], "naive: units": plain["units"]}


# setting, correlation, reach, effect, replicates, seed, first draw
Key = tuple[str, str, float, float, int, int, int]


def count(setting: Setting, root: np.ndarray, key: Key) -> dict[str, int]:
    """Return in how many of a chunk's draws each test finds an association (undefined p: none)."""
    *_place, effect, replicates, seed, first = key
    found: dict[str, int] = {}
    for k in range(first, first + CHUNK):
        places = setting.draw(root, np.random.default_rng([seed, k]), effect)
        for name, p in p_values(setting, places, replicates, [seed, k]).items():
            found[name] = found.get(name, 0) + bool(p <= LEVEL)
    return found


def kept(path: Path | None) -> Iterator[tuple[Key, dict[str, int]]]:
    """Return the chunks that a file holds."""
    for line in path.read_text().splitlines() if path is not None and path.exists() else ():
        *key, counts = json.loads(line)
        yield tuple(key), counts


def rows(asked: argparse.Namespace, settings: list[str]) -> Iterator[str]:
    """Return the lines of the table, computing and keeping what is not yet kept."""
    held = dict(kept(asked.keep))
    for name in settings:
        title, make = SETTINGS[name]
        setting: Setting | None = None
        for kind, reach in ROWS:
            asked_of = (name, kind, reach, asked.effect, asked.replicates, asked.seed)
            keys = [(*asked_of, k) for k in range(0, asked.draws, CHUNK)]
            missing = [key for key in keys if key not in held]
            if missing:
                setting = setting or Setting(*make())
                root = setting.root(kind, reach)
            for key in missing:
                held[key] = count(setting, root, key)
                if asked.keep is not None:
                    with asked.keep.open("a") as file:
                        file.write(json.dumps([*key, held[key]]) + "\n")
            total = {c: sum(held[k][c] for k in keys) for c in held[keys[0]]}
            shown = " | ".join(
                f"{total[c] / asked.draws:.1%}" if c in total else "–" for c in TESTS
            )
            yield f"| {title} | {kind} {reach} | {shown} |"


TESTS = (
    "msr (default)",
    "msr, pair",
    "msr, queen, pair",
    "dutilleul",
    "shift",
    "naive: areas",
    "naive: units",
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000, help=f"a multiple of {CHUNK}")
    parser.add_argument("--replicates", type=int, default=199)
    parser.add_argument("--seed", type=int, default=2006)
    parser.add_argument(
        "--effect", type=float, default=0.0, help="0 for calibration, 0.15 for power"
    )
    parser.add_argument("--areas", nargs="+", choices=tuple(SETTINGS), help="these settings only")
    parser.add_argument("--keep", type=Path, help="file that holds the counts (JSON lines)")
    asked = parser.parse_args()
    settings = asked.areas or list(SETTINGS)
    if not MUNICIPALITIES.exists():
        sys.stderr.write(f"left out, not there: {MUNICIPALITIES}\n")
        settings = [s for s in settings if s not in ("oaxaca", "mexico")]
    print("| areas | correlation, reach | " + " | ".join(TESTS) + " |")
    print("|---" * (len(TESTS) + 2) + "|")
    for row in rows(asked, settings):
        print(row, flush=True)


if __name__ == "__main__":
    main()
