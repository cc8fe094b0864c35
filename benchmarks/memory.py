"""Memory that each detector takes for a unit, and what a run says that it needs before it starts.

``python benchmarks/memory.py`` prints a table (Markdown), every cell in a process of its own. What a run
takes is its peak over what the process held with its input, after a small run of the same that loads
what it needs. Data are synthetic.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import Any

from peers import points

OURS = (60_000, 200_000, 1_000_000)  # the first loads what is compiled
SKLEARN = (1_000, 20_000, 100_000)


def cases() -> dict[str, tuple[Any, tuple[int, int, int]]]:
    """Return each detector by the name that the table shows, with its sizes: the first only warms."""
    import sialgeo

    return {
        "DBSCAN": (sialgeo.DBSCAN(radius=2_000), OURS),
        "RelativeDBSCAN": (sialgeo.RelativeDBSCAN(radius=2_000), OURS),
        "RelativeDBSCAN, ladder": (sialgeo.RelativeDBSCAN(radius="auto"), OURS),
        "HDBSCAN, groups of 10": (sialgeo.HDBSCAN(), SKLEARN),
        "HDBSCAN, groups of 100": (sialgeo.HDBSCAN(min_cluster_size=100), SKLEARN),
        "OPTICS": (sialgeo.OPTICS(reach=5_000.0), SKLEARN),
    }


def made(name: str, n: int) -> tuple[Any, dict[str, Any]]:
    """Return the producers and the reference: one unit in ten is a producer where there is one."""
    import geopandas as gpd

    at = gpd.GeoSeries(gpd.points_from_xy(*(points(n) * 0.4).T), crs=32717)
    layer = gpd.GeoDataFrame(geometry=at)
    if "Relative" not in name:
        return layer, {}
    return layer[::10], {"reference": layer[[i % 10 > 0 for i in range(n)]]}


def peak() -> int:
    """Return the most memory that this process has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(name: str, n: int) -> None:
    """Print the bytes a unit that a run says it needs, and those it takes."""
    import sialgeo
    from sialgeo import memory

    detector, (small, *_sizes) = cases()[name]
    few, more = made(name, small)
    sialgeo.detect(few, detector, **more)
    producers, more = made(name, n)
    free, memory.available_memory = memory.available_memory, lambda: 0.0
    try:
        sialgeo.detect(producers, detector, **more)
    except memory.NotEnoughMemoryError as refused:
        needed = refused.needed
    memory.available_memory = free
    before = peak()
    sialgeo.detect(producers, detector, **more)
    sys.stdout.write(f"{needed / n:.0f} {(peak() - before) / n:.0f}\n")


def main() -> None:
    """Print the table, or one cell of it."""
    if len(sys.argv) > 1:
        measure(sys.argv[1], int(sys.argv[2]))
        return
    sys.stdout.write(
        "| detector | said | units | taken | units | taken |\n|---|---|---|---|---|---|\n"
    )
    for name, (_detector, (_small, *sizes)) in cases().items():
        said, row = "", []
        for n in sizes:
            told = subprocess.run(
                [sys.executable, __file__, name, str(n)], capture_output=True, text=True, check=True
            ).stdout.split()
            said, row = told[-2], [*row, f"{n:,}", told[-1]]
        sys.stdout.write(f"| {' | '.join([name, said, *row])} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
