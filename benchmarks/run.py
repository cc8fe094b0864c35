"""The paired table of docs/performance.md: every peer at every size, in one run.

``python benchmarks/run.py [--repeat 3] [--limit 600]`` prints Markdown. A peer that has not finished
within the limit (seconds) is stopped, and the table says so. Each figure is the median of the runs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SIZES = (10_000, 100_000, 1_000_000)
PEERS = ("sialgeo_dbscan", "sialgeo_detect_relative", "scikit_learn", "pypi_dbscan", "qgis")


def measure(peer: str, n: int, repeat: int, limit: float) -> dict[str, float] | str:
    """Return the medians of a peer at a size, or why there are none."""
    python = "/usr/bin/python3" if peer == "qgis" else sys.executable
    runs = []
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    for _ in range(repeat if n < SIZES[-1] else 1):
        try:
            done = subprocess.run(
                [python, str(HERE / "peers.py"), peer, str(n)],
                capture_output=True,
                text=True,
                timeout=limit,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"stopped at {limit:.0f} s"
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if not lines:
            return "failed" if done.returncode >= 0 else f"killed (signal {-done.returncode})"
        runs.append(json.loads(lines[-1]))
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def main() -> None:
    """Run all and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--limit", type=float, default=600)
    chosen = options.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| points | peer | seconds | peak memory, MB | clusters | time against sialgeo_dbscan |")
    print("|---|---|---|---|---|---|")
    for n in SIZES:
        ours = None
        for peer in PEERS:
            if peer == "qgis" and shutil.which("qgis_process") is None:
                continue
            found = measure(peer, n, chosen.repeat, chosen.limit)
            if isinstance(found, str):
                print(f"| {n:,} | {peer} | {found} | – | – | – |", flush=True)
                continue
            ours = ours or found["seconds"]
            print(
                f"| {n:,} | {peer} | {found['seconds']:.2f} | {found['peak_mb']:.0f} "
                f"| {found['clusters']:.0f} | {found['seconds'] / ours:.1f} × |",
                flush=True,
            )


if __name__ == "__main__":
    main()
