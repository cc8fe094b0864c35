"""One job, one size, one process: prints seconds, memory over the input's own and what it found as JSON.

``python benchmarks/peers.py JOB N [REPEAT]``; the QGIS job runs under the system's Python. Data are
synthetic. Points are a mixture over 2,000 × 2,000 km: a tenth anywhere, half in 2,000 towns (standard
deviation 2 km), four tenths in 200 dense poles (500 m); radius 2 km, core from 10.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

RADIUS, LEAST = 2_000.0, 10
SIDE = 2_000_000.0
REPLICATES = 999
Job = Callable[[], Any]


def points(n: int, seed: int = 1) -> np.ndarray:
    """Draw the mixture of n points: towns and poles stay where they are, they fill as n grows."""
    rng = np.random.default_rng(seed)
    towns, poles = rng.uniform(0, SIDE, (2_000, 2)), rng.uniform(0, SIDE, (200, 2))
    kind = rng.choice(3, n, p=[0.1, 0.5, 0.4])
    xy = rng.uniform(0, SIDE, (n, 2))
    for number, centres, spread in ((1, towns, 2_000.0), (2, poles, 500.0)):
        ours = np.flatnonzero(kind == number)
        at = centres[rng.integers(0, len(centres), len(ours))]
        xy[ours] = at + rng.normal(0, spread, (len(ours), 2))
    return xy


# --- clustering points -----------------------------------------------------------------------------
def sialgeo_dbscan(n: int) -> Job:
    """Ours, as it chooses its path by itself."""
    import sialgeo

    xy, detector = points(n), sialgeo.DBSCAN(radius=RADIUS, min_units=LEAST)
    detector.labels(points(60_000), None, None, np.random.default_rng(0))  # compiled, from the disk
    return lambda: detector.labels(xy, None, None, np.random.default_rng(0))[0]


def sialgeo_dbscan_plain(n: int) -> Job:
    """Ours without numba and scikit-learn."""
    from sialgeo.kernels.density import dbscan

    xy = points(n)
    return lambda: dbscan(xy, RADIUS, LEAST, compiled=False)[0]


def sialgeo_relative(n: int) -> Job:
    """Ours, the relative rule: one in ten of the n points is a producer, the others the reference."""
    import sialgeo
    from sialgeo.model import ReferenceArrays

    def split(xy: np.ndarray) -> tuple[np.ndarray, ReferenceArrays]:
        case = np.arange(len(xy)) % 10 == 0
        rest = np.ascontiguousarray(xy[~case])
        return np.ascontiguousarray(xy[case]), ReferenceArrays("points", rest, np.ones(len(rest)))

    detector = sialgeo.RelativeDBSCAN(radius=RADIUS, min_units=LEAST)
    small, large = split(points(60_000)), split(points(n))
    detector.labels(small[0], None, small[1], np.random.default_rng(0))
    return lambda: detector.labels(large[0], None, large[1], np.random.default_rng(0))[0]


def scikit_learn(n: int) -> Job:
    from sklearn.cluster import DBSCAN

    xy = points(n)
    return lambda: DBSCAN(eps=RADIUS, min_samples=LEAST, n_jobs=-1).fit_predict(xy)


def pypi_dbscan(n: int) -> Job:
    from dbscan import DBSCAN

    xy = points(n)
    return lambda: DBSCAN(xy, eps=RADIUS, min_samples=LEAST)[0]


def qgis(n: int) -> Job:
    from qgis.core import QgsApplication, QgsFeature, QgsGeometry, QgsPointXY, QgsVectorLayer

    qgis.application = QgsApplication([], False)  # type: ignore[attr-defined]  # kept alive
    qgis.application.initQgis()  # type: ignore[attr-defined]
    sys.path.append(f"{QgsApplication.pkgDataPath()}/python/plugins")
    import processing
    from processing.core.Processing import Processing

    Processing.initialize()
    layer = QgsVectorLayer("Point?crs=EPSG:6372", "points", "memory")
    features = []
    for x, y in points(n):
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(x, y)))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    options = {
        "INPUT": layer,
        "EPS": RADIUS,
        "MIN_SIZE": LEAST,
        "DBSCAN*": False,
        "OUTPUT": "memory:",
    }

    def run() -> np.ndarray:
        found = processing.run("native:dbscanclustering", options)["OUTPUT"]
        return np.array([f["CLUSTER_ID"] or -1 for f in found.getFeatures()])

    return run


# --- first use: what is compiled is kept nowhere yet -------------------------------------------------
def _kept_nowhere() -> None:
    import tempfile

    os.environ["NUMBA_CACHE_DIR"] = tempfile.mkdtemp()


def first_use(n: int) -> Job:
    """``DBSCAN`` on a machine that has never run it."""
    _kept_nowhere()
    import sialgeo

    xy, detector = points(n), sialgeo.DBSCAN(radius=RADIUS, min_units=LEAST)
    return lambda: detector.labels(xy, None, None, np.random.default_rng(0))[0]


def first_use_relative(n: int) -> Job:
    """``RelativeDBSCAN`` found and tested on one map."""
    _kept_nowhere()
    return _replicates(n // 10, n, 5_000.0, maps=1, warm=False)


def first_use_scan(n: int) -> Job:
    """The spatial scan, 9 maps."""
    _kept_nowhere()
    return _scan(n, 0.5, 9)


def first_use_distances(n: int) -> Job:
    """Sums within ten distances, as M and K take them, and the pairs by distance, as Kd."""
    _kept_nowhere()
    from sialgeo.kernels.pairs import Rows, histogram, sums_within

    rows = Rows.of(points(n), 20_000.0)
    ones, radii = np.ones(n), np.linspace(2_000, 20_000, 10)
    return lambda: (sums_within(rows, rows, ones, radii), histogram(rows, None, 2e4, 512))[0]


# --- 999 maps under the null -----------------------------------------------------------------------
def _places(n: int, rng: np.random.Generator) -> np.ndarray:
    towns = np.random.default_rng(2).uniform(0, 400_000, (200, 2))
    near = towns[rng.integers(0, 200, n // 2)] + rng.normal(0, 6_000, (n // 2, 2))
    return np.clip(np.vstack([near, rng.uniform(0, 400_000, (n - n // 2, 2))]), 0, 400_000)


def _replicates(
    n: int, reference: int, radius: float | str, *, maps: int = REPLICATES, plain: bool = False,
    warm: bool = True,
) -> Job:  # fmt: skip
    """The whole procedure of detect and assess on arrays: find, prepare the null, 999 maps.

    ``warm`` runs it before on one map, so that nothing is compiled or loaded while the clock runs.
    """
    import sialgeo
    from sialgeo.kernels import compiled
    from sialgeo.model import ReferenceArrays
    from sialgeo.significance import Null

    if plain:
        sys.modules["numba"] = None  # type: ignore[assignment]
        compiled.serves.cache_clear()
        compiled.compile_all.cache_clear()
    if warm:
        _replicates(500, 60_000, 5_000.0, maps=1, warm=False)()
    rng = np.random.default_rng(1)
    poles = [rng.normal(c, 3_000, (n // 25, 2)) for c in rng.uniform(5e4, 3.5e5, (5, 2))]
    xy = np.vstack([_places(n - n // 25 * 5, rng), *poles])
    others = ReferenceArrays("points", _places(reference, rng), np.ones(reference))
    detector = sialgeo.RelativeDBSCAN(radius=radius)

    def run() -> np.ndarray:
        from concurrent.futures import ThreadPoolExecutor

        found = detector.find(xy, None, others, rng)
        null = Null.of(xy, others, detector)
        began, seen = time.perf_counter(), []
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            draws = (np.random.default_rng([1, r]) for r in range(maps))
            for done, _largest in enumerate(pool.map(null.largest, draws)):
                seen.append(((done + 1) / maps, time.perf_counter() - began))
        off = max(abs(fraction - at / seen[-1][1]) for fraction, at in seen)
        if maps == REPLICATES:
            print(f"the progress bar was off by at most {off:.0%} of the time", file=sys.stderr)
        return found.labels

    return run


def replicates(n: int) -> Job:
    return _replicates(n, {2_000: 50_000, 100_000: 1_000_000}[n], 5_000.0)


def replicates_plain_ladder(n: int) -> Job:
    return _replicates(n, 60 * n, "auto", plain=True)


# --- scan, local statistics, surfaces --------------------------------------------------------------
def scan(n: int) -> Job:
    """Poisson, circles, 999 maps: zones up to half of the population at 2,000 places, else 2 %."""
    _scan(300, 0.5, REPLICATES)()
    return _scan(n, 0.5 if n <= 2_000 else 0.02, REPLICATES)


def _scan(places: int, share: float, maps: int) -> Job:
    from sialgeo.kernels.scan import Rates, Window, best_zones, null_maxima

    rng = np.random.default_rng(1)
    xy, people = rng.uniform(0, 1e5, (places, 2)), rng.integers(100, 5_000, places) * 1.0
    cases = 3 * places
    chance = people / people.sum()
    window = Window(xy, people, share * people.sum(), np.arange(places))
    model = Rates(False, cases, float(people.sum()))

    def run() -> np.ndarray:
        best_zones(window, model, rng.multinomial(cases, chance))
        return null_maxima(
            window, model, lambda r: r.multinomial(cases, chance), replicates=maps, seed=1
        )

    return run


def _areas(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(1)
    xy = rng.uniform(0, 1e6, (n, 2))
    return xy, rng.normal(size=n), cKDTree(xy).query(xy, k=9)[1][:, 1:].astype(np.int64)


def _local(n: int, statistic: str) -> Job:
    from sialgeo.kernels import local

    _xy, values, near = _areas(n)
    start = np.arange(0, near.size + 1, 8)
    measure = getattr(local, statistic)
    local.conditional_counts(values, start, near.ravel(), 1, np.random.default_rng(1))

    def run() -> np.ndarray:
        rng = np.random.default_rng(1)
        above, below = local.conditional_counts(values, start, near.ravel(), REPLICATES, rng)
        local.two_sided(above, below, REPLICATES)
        return measure(values, start, near.ravel())

    return run


def sialgeo_gi(n: int) -> Job:
    return _local(n, "getis_ord_star")


def sialgeo_moran(n: int) -> Job:
    return _local(n, "local_moran")


def _geoda(n: int, name: str) -> Job:
    import geopandas as gpd
    import pygeoda

    xy, values, _near = _areas(n)
    layer = pygeoda.open(gpd.GeoDataFrame({"v": values}, geometry=gpd.points_from_xy(*xy.T)))
    weights = pygeoda.knn_weights(layer, 8)
    return lambda: getattr(pygeoda, name)(
        weights, values.tolist(), permutations=REPLICATES, cpu_threads=os.cpu_count()
    ).lisa_values()


def pygeoda_gi(n: int) -> Job:
    return _geoda(n, "local_gstar")


def pygeoda_moran(n: int) -> Job:
    return _geoda(n, "local_moran")


def esda_moran(n: int) -> Job:
    """PySAL, its compilation in the first, small run not counted."""
    from esda.moran import Moran_Local
    from libpysal.weights import W

    def made(places: int) -> Job:
        _xy, values, near = _areas(places)
        weights = W(dict(enumerate(near.tolist())), silence_warnings=True)
        return lambda: Moran_Local(values, weights, permutations=REPLICATES, n_jobs=1).Is

    made(200)()
    return made(n)


def surface(n: int) -> Job:
    """One smoothed surface of 1000 × 1000 cells, points binned linearly, by fast Fourier transform."""
    from sialgeo.kernels.surface import Filter, Grid

    xy = points(n)
    grid = Grid(0.0, SIDE, SIDE / 1_000, 1_000, 1_000)
    smooth = Filter(grid, (5 * SIDE / 1_000,))
    smooth.smooth(np.zeros(grid.shape))
    return lambda: smooth.smooth(grid.place(xy).counts()).ravel()


def surface_scipy(n: int) -> Job:
    """The same by numpy's two-dimensional histogram and scipy's Gaussian filter."""
    from scipy.ndimage import gaussian_filter

    xy, edges = points(n), np.linspace(0, SIDE, 1_001)
    return lambda: gaussian_filter(np.histogram2d(*xy.T, bins=(edges, edges))[0], 5.0).ravel()


def surface_scikit_learn(n: int) -> Job:
    """Sums over points by a tree, at a thousandth of the cells."""
    from sklearn.neighbors import KernelDensity

    xy = points(n)
    at = np.random.default_rng(1).uniform(0, SIDE, (1_000, 2))
    return lambda: KernelDensity(bandwidth=5 * SIDE / 1_000, rtol=1e-3).fit(xy).score_samples(at)


JOBS = {
    job.__name__: job
    for job in (
        sialgeo_dbscan, sialgeo_dbscan_plain, sialgeo_relative, scikit_learn, pypi_dbscan, qgis,
        first_use, first_use_relative, first_use_scan, first_use_distances, replicates, replicates_plain_ladder, scan, sialgeo_gi, pygeoda_gi, sialgeo_moran,
        pygeoda_moran, esda_moran, surface, surface_scipy, surface_scikit_learn,
    )
}  # fmt: skip


def main() -> None:
    """Time a job: the median of its calls, and the memory of the first over what was there before."""
    job, n = sys.argv[1], int(sys.argv[2])
    repeat = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    call = JOBS[job](n)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken, over = [], 0.0
    for turn in range(repeat):
        start = time.perf_counter()
        found = np.asarray(call())
        taken.append(time.perf_counter() - start)
        if turn == 0:
            over = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    kinds = len(np.unique(found[found >= 0])) if found.dtype.kind == "i" else 0
    answer = {"seconds": statistics.median(taken), "over_mb": over, "clusters": kinds}
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
