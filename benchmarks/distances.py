"""Growth of M and Kd with the number of plants: ``python benchmarks/distances.py [--replicates 999]``.

Plants are a fifth of all units (M: the kind against all; Kd: random sites among all), on an even plain
of 200 km, radii up to 20 km; seconds of the call after one warm-up, peak memory of the process. The
matrix of all distances that is never made is shown beside it. A second table holds M of all units, no
envelope, beside the CPU-seconds published for dbmss: another machine, so no ratio is made of them.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np

from sialgeo import kd_function, m_function

RADII = np.linspace(500, 20_000, 40)
SIZES = (1_000, 3_000, 10_000)
DBMSS = {10_000: 0.06, 30_000: 0.56}  # units → CPU-seconds published for M without envelope


def units(plants: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Draw five times as many units, a fifth of them plants."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(200_000, 400_000, (5 * plants, 2))
    kind = ["plant"] * plants + ["farm"] * (4 * plants)
    return gpd.GeoDataFrame({"kind": kind}, geometry=gpd.points_from_xy(*xy.T), crs=32717)


def main() -> None:
    """Time both functions at every size and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--replicates", type=int, default=999)
    chosen = options.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print(
        "| plants | units | function | replicates | seconds | CPU-seconds | peak memory, MB | matrix, MB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for function in (m_function, kd_function):
        function(units(300), kind="kind", of="plant", radii=RADII, replicates=1)
    for plants in SIZES:
        layer = units(plants)
        for function in (m_function, kd_function):
            for replicates in (0, chosen.replicates):
                start, busy = time.perf_counter(), time.process_time()
                function(layer, kind="kind", of="plant", radii=RADII, replicates=replicates)
                seconds, cpu = time.perf_counter() - start, time.process_time() - busy
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                matrix = (5 * plants) ** 2 * 8 / 1e6
                print(
                    f"| {plants:,} | {5 * plants:,} | {function.__name__} | {replicates} "
                    f"| {seconds:.2f} | {cpu:.2f} | {peak:.0f} | {matrix:,.0f} |",
                    flush=True,
                )
    print("\n| units | M, no envelope: CPU-seconds | dbmss, published |")
    print("|---|---|---|")
    for size, published in DBMSS.items():
        layer = units(size // 5)
        busy = [_busy(lambda held=layer: m_function(held, kind="kind", of="plant", radii=RADII, replicates=0))
                for _again in range(5)]  # fmt: skip
        print(f"| {size:,} | {sorted(busy)[2]:.3f} | {published} |", flush=True)


def _busy(call: Callable[[], object]) -> float:
    """Return the CPU-seconds of a call."""
    before = time.process_time()
    call()
    return time.process_time() - before


if __name__ == "__main__":
    main()
