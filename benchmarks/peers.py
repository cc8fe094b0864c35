"""One peer, one size, one process: prints seconds, peak memory and what it found as JSON.

``python benchmarks/peers.py PEER N``; the QGIS peer runs under the system's Python.
The points are synthetic: uneven, about 50 neighbours within the radius at every size.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable

import numpy as np

RADIUS, LEAST = 5_000.0, 20


def points(n: int, seed: int = 1) -> np.ndarray:
    """Draw n points on a plain with hills; the plain grows with n, so neighbours stay about 50."""
    rng = np.random.default_rng(seed)
    side = float(np.sqrt(n / 50 * np.pi) * RADIUS * 1.5)
    xy = rng.uniform(0, side, (n, 2))
    hills = rng.uniform(0, side, (max(n // 2_000, 3), 2))
    clustered = rng.random(n) < 0.4
    xy[clustered] = rng.normal(hills[rng.integers(0, len(hills), clustered.sum())], 2.5 * RADIUS)
    return xy + 200_000.0


def _warm(xy: np.ndarray) -> None:
    """Compile once, as the second run of a session finds it; numba keeps the result on disk."""
    from sialgeo.kernels.neighbours import count_within

    count_within(xy[:100], xy[:100], RADIUS, compiled=True)


def sialgeo_dbscan(xy: np.ndarray) -> Callable[[], np.ndarray]:
    import sialgeo

    detector = sialgeo.DBSCAN(radius=RADIUS, min_units=LEAST)
    _warm(xy)
    return lambda: detector.labels(xy, None, None, np.random.default_rng(0))[0]


def sialgeo_detect_relative(xy: np.ndarray) -> Callable[[], np.ndarray]:
    import geopandas as gpd

    import sialgeo

    table = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs="EPSG:6372")
    producers, reference = table.iloc[::2], table.iloc[1::2]
    detector = sialgeo.RelativeDBSCAN(radius=RADIUS)
    _warm(xy)

    def run() -> np.ndarray:
        found = sialgeo.detect(producers, detector, reference=reference)
        return found.producers.concentration.to_numpy()

    return run


def scikit_learn(xy: np.ndarray) -> Callable[[], np.ndarray]:
    from sklearn.cluster import DBSCAN

    return lambda: DBSCAN(eps=RADIUS, min_samples=LEAST, n_jobs=-1).fit_predict(xy)


def pypi_dbscan(xy: np.ndarray) -> Callable[[], np.ndarray]:
    from dbscan import DBSCAN

    return lambda: DBSCAN(xy, eps=RADIUS, min_samples=LEAST)[0]


def qgis(xy: np.ndarray) -> Callable[[], np.ndarray]:
    sys.path.append("/usr/share/qgis/python/plugins")
    from qgis.core import QgsApplication, QgsFeature, QgsGeometry, QgsPointXY, QgsVectorLayer

    qgis.application = QgsApplication([], False)  # type: ignore[attr-defined]  # kept alive
    qgis.application.initQgis()  # type: ignore[attr-defined]
    import processing
    from processing.core.Processing import Processing

    Processing.initialize()
    layer = QgsVectorLayer("Point?crs=EPSG:6372", "points", "memory")
    features = []
    for x, y in xy:
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


PEERS = {
    f.__name__: f
    for f in (sialgeo_dbscan, sialgeo_detect_relative, scikit_learn, pypi_dbscan, qgis)
}


def main() -> None:
    """Time one call of one peer."""
    peer, n = sys.argv[1], int(sys.argv[2])
    call = PEERS[peer](points(n))
    start = time.perf_counter()
    labels = call()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = len(set(labels[labels >= 0].tolist()) - {-1})
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "clusters": found}), flush=True)


if __name__ == "__main__":
    main()
