"""Local statistics of areas against published and reference values."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

import sialgeo
from sialgeo.kernels.local import (
    _draws,
    benjamini_hochberg,
    conditional_counts,
    empirical_bayes_z,
    getis_ord_star,
    lag,
    local_moran,
    two_sided,
)
from sialgeo.neighbourhoods import adjacency

# esda 2.9.0: six points, distance band 15, binary (oracles of the methods page)
POINTS = np.array([[10, 10], [20, 10], [40, 10], [15, 20], [30, 20], [30, 30]], float)
VALUES = np.array([2, 3, 3.2, 5, 8, 7])
GSTAR = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]


def within(xy: np.ndarray, distance: float) -> tuple[np.ndarray, np.ndarray]:
    gap = np.hypot(*(xy[:, None] - xy[None]).T)
    near = (gap <= distance) & ~np.eye(len(xy), dtype=bool)
    start = np.concatenate([[0], np.cumsum(near.sum(axis=1))]).astype(np.int64)
    return start, np.nonzero(near)[1].astype(np.int64)


def lattice(side: int) -> gpd.GeoDataFrame:
    cells = [box(i, j, i + 1, j + 1) for i in range(side) for j in range(side)]
    return gpd.GeoDataFrame(geometry=cells, crs="EPSG:32717")


def test_getis_ord_star_equals_esda_on_six_points() -> None:
    start, near = within(POINTS, 15.0)
    np.testing.assert_allclose(getis_ord_star(VALUES, start, near), GSTAR, atol=1e-7)


def test_columbus_equals_spdep_and_esda() -> None:
    libpysal = pytest.importorskip("libpysal", reason="libpysal carries the Columbus data")
    columbus = gpd.read_file(libpysal.examples.get_path("columbus.shp")).set_crs(32617)
    start, near = adjacency(columbus, "queen", 1)
    assert len(near) == 236
    crime = columbus["CRIME"].to_numpy()
    stars = getis_ord_star(crime, start, near)
    published = [-1.43278, -1.340008, -0.771999, -0.131733, 1.285363, 0.068648, 0.661365, 1.013024]
    np.testing.assert_allclose(stars[:8], published, atol=1e-5)
    assert stars.max() == pytest.approx(3.475051, abs=1e-6)
    assert ((stars > 1.96).sum(), (stars < -1.96).sum()) == (11, 7)
    local = local_moran(crime, start, near)
    esda = [0.72178138, 0.51798565, 0.09193542, 0.00472258, 0.29741008]
    np.testing.assert_allclose(local[:5], esda, atol=1e-8)
    # ΣI_i ∝ I: with m2 on n − 1 the mean of I_i over n − 1 is Moran's I
    assert local.sum() / (len(local) - 1) == pytest.approx(0.500188557, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_draws_are_counted_as_each_area_sees_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 10, (30, 2))
    start, near = within(xy, 2.5)
    degree, values = np.diff(start), rng.integers(0, 4, 30).astype(float)
    above, below = conditional_counts(values, start, near, 49, np.random.default_rng(seed))
    draws = _draws(29, int(degree.max()), 49, np.random.default_rng(seed))
    for area in range(30):
        others = np.delete(values, area)
        sums = others[draws[:, : degree[area]]].sum(axis=1)
        observed = values[near[start[area] : start[area + 1]]].sum()
        if degree[area]:
            assert above[area] == (sums >= observed).sum()
            assert below[area] == (sums <= observed).sum()
        else:
            assert above[area] == below[area] == 0


def test_draws_do_not_repeat_within_a_row() -> None:
    for population, size in ((1_000, 8), (12, 10)):
        drawn = _draws(population, size, 200, np.random.default_rng(1))
        assert drawn.shape == (200, size)
        assert all(len(set(row)) == size for row in drawn.tolist())
        assert 0 <= drawn.min() <= drawn.max() < population


def test_lag_and_islands() -> None:
    start, near = np.array([0, 1, 1, 2]), np.array([2, 0])
    assert lag(np.array([1.0, 5.0, 7.0]), start, near).tolist() == [7.0, 0.0, 1.0]
    cells = lattice(4)
    island = gpd.GeoDataFrame(geometry=[box(50, 50, 51, 51)], crs=cells.crs)
    both = gpd.GeoDataFrame(
        {"n": np.arange(17.0)}, geometry=[*cells.geometry, *island.geometry], crs=cells.crs
    )
    found = sialgeo.hot_spots(both, "n")
    assert found["class"].iloc[-1] == "no_neighbours"
    assert found[["statistic", "p_value", "p_fdr"]].iloc[-1].isna().all()
    assert found["p_value"].iloc[:-1].notna().all()


@pytest.mark.parametrize("statistic", ["gi*", "moran"])
def test_a_planted_block_is_found_and_noise_is_not(statistic: str) -> None:
    cells = lattice(15)
    rng = np.random.default_rng(3)
    block = np.array([c.centroid.x < 4 and c.centroid.y < 4 for c in cells.geometry])
    cells["n"] = rng.poisson(5, len(cells)) + np.where(block, 12, 0)
    before = cells.copy()
    found = sialgeo.hot_spots(cells, "n", statistic=statistic, replicates=9_999)
    high = found["class"].isin(["hot", "high_high"])
    assert high[block].mean() > 0.7
    assert high[~block].mean() < 0.1
    assert cells.equals(before)
    noise = cells.assign(n=rng.permutation(rng.poisson(5, len(cells))))
    quiet = sialgeo.hot_spots(noise, "n", statistic=statistic, replicates=9_999)
    assert quiet["class"].eq("not_significant").mean() > 0.97


def test_conditional_p_is_calibrated() -> None:
    rng = np.random.default_rng(5)
    start, near = within(rng.uniform(0, 30, (400, 2)), 2.5)
    shares = []
    for seed in range(20):
        values = np.random.default_rng([9, seed]).normal(size=400)
        above, below = conditional_counts(values, start, near, 199, np.random.default_rng(seed))
        p = two_sided(above, below, 199)[np.diff(start) > 0]
        shares.append((p <= 0.05).mean())
    assert 0.03 < np.mean(shares) < 0.065


def test_empirical_bayes_z_by_hand() -> None:
    events, population = np.array([1.0, 4.0, 10.0]), np.array([100.0, 200.0, 200.0])
    rate = 15 / 500
    variance = (
        100 * (0.01 - rate) ** 2 + 200 * (0.02 - rate) ** 2 + 200 * (0.05 - rate) ** 2
    ) / 500
    between = variance - rate / (500 / 3)
    spread = np.sqrt(max(between, 0) + rate / population)
    expected = (events / population - rate) / spread
    np.testing.assert_allclose(empirical_bayes_z(events, population), expected)


def test_benjamini_hochberg_keeps_order_and_nan() -> None:
    p = np.array([0.001, 0.008, np.nan, 0.039, 0.041, 0.9])
    expected = [0.005, 0.02, np.nan, 0.05125, 0.05125, 0.9]
    np.testing.assert_allclose(benjamini_hochberg(p), expected)


def test_too_few_permutations_are_said() -> None:
    cells = lattice(10).assign(n=np.arange(100.0))
    assert "replicates=" in sialgeo.hot_spots(cells, "n", replicates=99).attrs["notes"][0]
    assert sialgeo.hot_spots(cells, "n", replicates=9_999).attrs["notes"] == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"counts": "casos"}, "casos"),
        ({"population": "gente"}, "not|usable|gente"),
        ({"neighbours": "rook"}, "must be one of"),
        ({"neighbours": "knn", "k": 40}, "only"),
        ({"replicates": 0}, "replicates"),
    ],
)
def test_bad_input(change: dict[str, object], said: str) -> None:
    cells = lattice(4).assign(n=np.arange(16.0), gente=[0.0, *range(1, 16)])
    with pytest.raises(sialgeo.SialgeoError, match=said):
        sialgeo.hot_spots(cells, **{"counts": "n", **change})


def test_bad_tables() -> None:
    cells = lattice(4).assign(n=1.0)
    with pytest.raises(sialgeo.SchemaError, match="equal"):
        sialgeo.hot_spots(cells, "n")
    with pytest.raises(sialgeo.SchemaError, match="usable"):
        sialgeo.hot_spots(cells.assign(n=[np.nan, *range(15)]), "n")
    with pytest.raises(sialgeo.CRSError):
        sialgeo.hot_spots(cells.set_crs(None, allow_override=True), "n")
    points = gpd.GeoDataFrame({"n": [1.0, 2.0]}, geometry=[Point(0, 0), Point(1, 1)], crs=32717)
    with pytest.raises(sialgeo.SchemaError, match="three"):
        sialgeo.hot_spots(points, "n")
