"""How often the tests of ``associate`` find an association where there is none.

Producers and indicator are two independent smooth maps; reference and producers are counted by area.
A test at the nominal 5 % should find an association in 5 % of the draws. Run::

    python benchmarks/calibration/association.py --draws 1000

Writes a table (Markdown) to the standard output; a quarter of a second a draw and setting on one core.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial.distance import cdist

from sialgeo.association.counting import Places
from sialgeo.association.nulls import naive
from sialgeo.kernels.autocorrelation import (
    contiguity_weights,
    fitted_vectors,
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


def grid(side: int) -> tuple[gpd.GeoDataFrame, tuple[int, int]]:
    """Return square cells column by column."""
    cells = [shapely.box(i, j, i + 1, j + 1) for i in range(side) for j in range(side)]
    return gpd.GeoDataFrame(geometry=cells, crs=32717), (side, side)


def uneven(count: int) -> tuple[gpd.GeoDataFrame, None]:
    """Return areas of very different sizes, as districts are: small where people are many."""
    rng = np.random.default_rng(3)
    towns = [rng.normal(at, spread, (count // 3, 2)) for at, spread in ((30, 8), (70, 5))]
    seeds = np.vstack([rng.uniform(0, 100, (count - 2 * (count // 3), 2)), *towns])
    seeds = seeds[((seeds > 0) & (seeds < 100)).all(axis=1)]
    window = shapely.box(0, 0, 100, 100)
    cells = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=window)
    shapes = shapely.intersection(shapely.get_parts(cells), window)
    return gpd.GeoDataFrame(geometry=shapes, crs=32717), None


class Setting:
    """Areas, and a smoothness of the maps drawn on them (a share of the map's width)."""

    def __init__(self, areas: gpd.GeoDataFrame, shape: tuple[int, int] | None) -> None:
        points = areas.representative_point()
        self.xy = np.column_stack([points.x.to_numpy(), points.y.to_numpy()])
        self.n, self.shape = len(areas), shape
        self.distance = cdist(self.xy, self.xy) / np.ptp(self.xy, axis=0).max()
        self.queen = moran_vectors(contiguity_weights(*adjacency(areas, "queen", 1)))[1]

    def roots(self, reach: float) -> np.ndarray:
        """Return the root of a Gaussian covariance of that reach, with a little noise."""
        smooth = (1 - NOISE) * np.exp(-((self.distance / reach) ** 2) / 2)
        return np.linalg.cholesky(smooth + NOISE * np.eye(self.n))

    def draw(self, root: np.ndarray, rng: np.random.Generator, effect: float) -> Places:
        """Return counts and indicator; ``effect`` ties the producers to the indicator."""
        y, own = root @ rng.normal(size=self.n), root @ rng.normal(size=self.n)
        n = rng.poisson(EACH * np.exp(rng.normal(0, 0.5, self.n))).astype(float) + 1
        share = n * np.exp(STRENGTH * own - effect * y)
        x = rng.multinomial(PRODUCERS, share / share.sum()).astype(float)
        return Places(x, n, y, self.xy, self.shape)


def tests(setting: Setting, replicates: int) -> dict[str, Callable[..., float]]:
    """Return each test as a function of the places and a generator, giving p."""

    def spectral(given: np.ndarray | None, procedure: str) -> Callable[..., float]:
        def p(places: Places, rng: np.random.Generator) -> float:
            z = (places.y - places.y.mean()) / places.y.std()
            vectors = fitted_vectors(z, places.xy)[0] if given is None else given
            drawn = spectral_draws(places.contrast, z, vectors, replicates, rng, procedure)
            return p_of_magnitude(float(places.contrast @ z), drawn)

        return p

    def shift(places: Places, rng: np.random.Generator) -> float:
        z = ((places.y - places.y.mean()) / places.y.std()).reshape(places.shape)
        c = places.contrast.reshape(places.shape)
        return p_of_magnitude(float((c * z).sum()), shift_draws(c, z, replicates, rng))

    found: dict[str, Callable[..., float]] = {
        "msr (default)": spectral(None, "pair"),
        "msr, singleton": spectral(None, "singleton"),
        "msr, queen": spectral(setting.queen, "pair"),
        "dutilleul": lambda places, _rng: modified_t(places.contrast, places.y, places.xy).p,
    }
    if setting.shape is not None:
        found["shift"] = shift
    found["naive: areas"] = lambda places, _rng: naive(places)["areas"]
    found["naive: units"] = lambda places, _rng: naive(places)["units"]
    return found


def rates(
    setting: Setting, reach: float, draws: int, replicates: int, seed: int, effect: float = 0.0
) -> dict[str, float]:
    """Return the share of draws in which each test finds an association (undefined p: none)."""
    root, methods = setting.roots(reach), tests(setting, replicates)
    found = dict.fromkeys(methods, 0)
    for k in range(draws):
        places = setting.draw(root, np.random.default_rng([seed, k]), effect)
        for name, test in methods.items():
            found[name] += test(places, np.random.default_rng([seed, k, 1])) <= LEVEL
    return {name: count / draws for name, count in found.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--replicates", type=int, default=999)
    parser.add_argument("--seed", type=int, default=2006)
    parser.add_argument(
        "--effect", type=float, default=0.0, help="0 for calibration, 0.3 for power"
    )
    parser.add_argument("--areas", choices=("grid16", "grid24", "uneven"), help="one setting only")
    asked = parser.parse_args()
    columns: list[str] = []
    settings = {"grid16": grid(16), "grid24": grid(24), "uneven": uneven(300)}
    names = {"grid16": "16 × 16", "grid24": "24 × 24", "uneven": "300 uneven"}
    for key in [asked.areas] if asked.areas else settings:
        name, setting = names[key], Setting(*settings[key])
        for reach in (0.05, 0.1, 0.2, 0.3):
            began = time.perf_counter()
            found = rates(setting, reach, asked.draws, asked.replicates, asked.seed, asked.effect)
            if not columns:
                columns = list(found)
                print("| areas | reach | " + " | ".join(columns) + " |")
                print("|---" * (len(columns) + 2) + "|")
            cells = " | ".join(f"{found[c]:.1%}" if c in found else "–" for c in columns)
            print(f"| {name} | {reach} | {cells} |", flush=True)
            print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
