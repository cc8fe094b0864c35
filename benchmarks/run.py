"""The paired tables of docs/performance.md: every job beside its peers, in one run.

``python benchmarks/run.py [--only NAME …] [--limit 600]`` prints Markdown. A job that has not
finished within the limit (seconds) is stopped, and the table says so. Seconds are medians of the
repeats; memory is what the first call took over the process with its input.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# a table: (our job, its peers, sizes, repeats); a peer may end at a size
TABLES: dict[str, list[tuple[str, int, int]]] = {
    "dbscan": [
        ("sialgeo_dbscan", 10_000, 5), ("sialgeo_dbscan_plain", 10_000, 5),
        ("pypi_dbscan", 10_000, 5), ("scikit_learn", 10_000, 5), ("qgis", 10_000, 3),
        ("sialgeo_dbscan", 100_000, 5), ("sialgeo_relative", 100_000, 5),
        ("sialgeo_dbscan_plain", 100_000, 3), ("pypi_dbscan", 100_000, 5),
        ("scikit_learn", 100_000, 1), ("qgis", 100_000, 1),
        ("sialgeo_dbscan", 1_000_000, 9), ("sialgeo_relative", 1_000_000, 9),
        ("sialgeo_dbscan_plain", 1_000_000, 1), ("pypi_dbscan", 1_000_000, 9),
        ("sialgeo_dbscan", 5_000_000, 5), ("sialgeo_relative", 5_000_000, 3),
        ("pypi_dbscan", 5_000_000, 5),
    ],
    "first": [
        ("first_use", 60_000, 1), ("first_use_relative", 60_000, 1), ("first_use_scan", 300, 1),
        ("first_use_distances", 5_000, 1),
    ],
    "replicates": [
        ("replicates", 2_000, 1), ("replicates", 100_000, 1), ("replicates_plain_ladder", 500, 1),
    ],
    "scan": [("scan", 2_000, 3), ("scan", 20_000, 1)],
    "local": [
        ("sialgeo_gi", 100_000, 3), ("pygeoda_gi", 100_000, 1), ("sialgeo_moran", 100_000, 3),
        ("pygeoda_moran", 100_000, 1), ("esda_moran", 100_000, 1),
    ],
    "surface": [
        ("surface", 1_000_000, 3), ("surface_scipy", 1_000_000, 3),
        ("surface_scikit_learn", 1_000_000, 1),
    ],
}  # fmt: skip


def measure(job: str, n: int, repeat: int, limit: float) -> dict[str, float] | str:
    """Return the figures of a job at a size, or why there are none."""
    python = "/usr/bin/python3" if job == "qgis" else sys.executable
    try:
        done = subprocess.run(
            [python, str(HERE / "peers.py"), job, str(n), str(repeat)],
            capture_output=True,
            text=True,
            timeout=limit,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"stopped at {limit:.0f} s"
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        return "failed" if done.returncode >= 0 else f"killed (signal {-done.returncode})"
    said = [line for line in done.stderr.splitlines() if line.startswith("the progress bar")]
    print(*said, sep="\n", end="\n" if said else "", file=sys.stderr)
    return dict(json.loads(lines[-1]))


def main() -> None:
    """Run all and print the tables; the first job of a size is what the others are held against."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", nargs="*", default=list(TABLES))
    options.add_argument("--limit", type=float, default=600)
    chosen = options.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for table in chosen.only:
        print("\n| size | job | seconds | GiB over the input's own | clusters | × the first |")
        print("|---|---|---|---|---|---|")
        first: dict[int, float] = {}
        for job, n, repeat in TABLES[table]:
            if job == "qgis" and shutil.which("qgis_process") is None:
                continue
            found = measure(job, n, repeat, chosen.limit)
            if isinstance(found, str):
                print(f"| {n:,} | {job} | {found} | – | – | – |", flush=True)
                continue
            ratio = found["seconds"] / first.setdefault(n, found["seconds"])
            print(
                f"| {n:,} | {job} | {found['seconds']:.3f} | {found['over_mb'] / 1024:.2f} "
                f"| {found['clusters']:.0f} | {ratio:.1f} × |",
                flush=True,
            )


if __name__ == "__main__":
    main()
