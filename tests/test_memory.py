"""A run that would not fit in memory says so, with the figures, before it starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

import sialgeo
from sialgeo import memory

RNG = np.random.default_rng(1)
FARMS = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*RNG.uniform(0, 5e4, (2, 900))), crs=32717)
DAIRIES = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*RNG.normal(2.5e4, 2e3, (2, 60))), crs=32717)
CELLS = gpd.GeoDataFrame(
    {"cases": np.arange(81.0), "people": np.full(81, 50.0)},
    geometry=[
        box(i, j, i + 1e3, j + 1e3) for i in range(0, 9000, 1000) for j in range(0, 9000, 1000)
    ],
    crs=32717,
)
RULE = sialgeo.RelativeDBSCAN(radius=3_000)


VERBS: dict[str, Callable[[], object]] = {
    "detect": lambda: sialgeo.detect(DAIRIES, RULE, reference=FARMS),
    "scan": lambda: sialgeo.scan_areas(CELLS, "cases", population="people", replicates=9),
    "surface": lambda: sialgeo.relative_risk_surface(DAIRIES, FARMS, replicates=9),
    "hot spots": lambda: sialgeo.hot_spots(CELLS, "cases", replicates=9),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_run_that_does_not_fit_is_not_started(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    VERBS[verb]()  # it fits
    monkeypatch.setattr(memory, "available_memory", lambda: 1_000.0)
    with pytest.raises(sialgeo.NotEnoughMemoryError, match=r"GiB .*Remedy: ") as caught:
        VERBS[verb]()
    assert isinstance(caught.value, MemoryError)
    assert isinstance(caught.value, sialgeo.SialgeoError)
    assert caught.value.needed > caught.value.available == 1_000.0


def test_assess_asks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found = sialgeo.detect(DAIRIES, RULE, reference=FARMS)
    monkeypatch.setattr(memory, "available_memory", lambda: 1_000.0)
    with pytest.raises(sialgeo.NotEnoughMemoryError):
        sialgeo.assess(found, detector=RULE, reference=FARMS, replicates=9)


@pytest.mark.parametrize(
    ("detector", "more", "each"),
    [
        (sialgeo.DBSCAN(radius=3_000), {}, 450),
        (RULE, {"reference": FARMS}, 450),
        (sialgeo.HDBSCAN(min_cluster_size=10), {}, 1_000),
        (sialgeo.HDBSCAN(min_cluster_size=100), {}, 3_700),
        (sialgeo.HDBSCAN(min_cluster_size=100, min_samples=10), {}, 1_000),
    ],
)
def test_every_detector_has_a_figure_of_its_own(
    detector: object, more: dict[str, object], each: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 1_000.0)
    with pytest.raises(sialgeo.NotEnoughMemoryError) as caught:
        sialgeo.detect(DAIRIES, detector, **more)
    assert caught.value.needed == each * len(DAIRIES) + 150 * (len(FARMS) if more else 0)


def test_where_nothing_is_known_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    memory.require_memory(1e30, "Anything", "none")


def test_the_figures_are_in_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 1.5 * memory.GIB)
    with pytest.raises(sialgeo.NotEnoughMemoryError, match=r"about 3\.0 GiB .* 1\.5 GiB are free"):
        memory.require_memory(3 * memory.GIB, "This", "less")


def test_a_container_leaves_less_than_the_machine(tmp_path: Path) -> None:
    assert memory._of_container(tmp_path) is None
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("2000\n")
    assert memory._of_container(tmp_path) == 3_000.0
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._of_container(tmp_path) is None


def test_this_machine_tells() -> None:
    free = memory.available_memory()
    assert free is None or free > 2**20
