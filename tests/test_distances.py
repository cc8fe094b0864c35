"""M, Kd and K: brute force, answers by hand, invariances, and how often they err under the null."""

from __future__ import annotations

import tracemalloc

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from sialgeo import ParameterError, SchemaError, cross_k, kd_function, m_function
from sialgeo.kernels import distance, pairs
from sialgeo.verification import border_in_classes

RADII = np.array([500.0, 1_500.0, 4_000.0, 9_000.0])
CRS = 32717


def layer(xy: np.ndarray, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(dict(columns), geometry=gpd.points_from_xy(*xy.T), crs=CRS)


def plants(n: int = 120, seed: int = 0) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    xy = np.vstack([rng.uniform(0, 20_000, (n - 20, 2)), rng.normal(9_000, 700, (20, 2))])
    kind = rng.choice(["a", "b", "c"], n - 20).tolist() + ["a"] * 20
    return layer(xy + 500_000, kind=kind, size=rng.uniform(1, 9, n))


def brute_m(units: gpd.GeoDataFrame, of: str, near: str, weight: str | None) -> np.ndarray:
    """Marcon and Puech's definition, with the matrix of all distances."""
    xy = units.get_coordinates().to_numpy()
    w = np.ones(len(xy)) if weight is None else units[weight].to_numpy()
    i, j = (np.flatnonzero(units["kind"] == name) for name in (of, near))
    gap = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    np.fill_diagonal(gap, np.inf)
    found = []
    for r in RADII:
        top = (gap[np.ix_(i, j)] <= r) @ w[j]
        all_ = (gap[i] <= r) @ w
        ratio = (w[j].sum() - (w[i] if of == near else 0)) / (w.sum() - w[i])
        some = all_ > 0
        found.append((top[some] / all_[some]).sum() / ratio[some].sum())
    return np.array(found)


@pytest.mark.parametrize("pair", [("a", "a"), ("a", "b"), ("b", "a")])
@pytest.mark.parametrize("weight", [None, "size"])
def test_m_is_its_definition(pair: tuple[str, str], weight: str | None) -> None:
    units = plants()
    of, near = pair
    m = m_function(
        units, kind="kind", of=of, near=near, weight=weight, radii=RADII, replicates=0
    ).table
    assert m["value"].to_numpy() == pytest.approx(brute_m(units, of, near, weight), rel=1e-12)
    assert m["low"].isna().all() and (m["class"] == "neither").all()


def exact_kd(xy: np.ndarray, w: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Every distance kept: Silverman's bandwidth as R has it, reflection at 0."""
    d = pdist(xy)
    i, j = np.triu_indices(len(xy), 1)
    near = d[d <= 2 * radii[-1]]
    low, high = np.quantile(near, [0.25, 0.75])
    h = 0.9 * min(near.std(ddof=1), (high - low) / 1.34) * len(near) ** -0.2
    z = radii[:, None]
    bell = np.exp(-0.5 * ((z - d) / h) ** 2) + np.exp(-0.5 * ((z + d) / h) ** 2)
    return bell @ (w[i] * w[j]) / ((w[i] * w[j]).sum() * h * np.sqrt(2 * np.pi))


@pytest.mark.parametrize("weight", [None, "size"])
def test_kd_is_the_density_of_all_distances(weight: str | None) -> None:
    units = plants()
    some = units[units["kind"] == "a"]
    w = np.ones(len(some)) if weight is None else some[weight].to_numpy()
    kd = kd_function(units, kind="kind", of="a", weight=weight, radii=RADII, replicates=0)
    exact = exact_kd(some.get_coordinates().to_numpy(), w, RADII)
    assert kd.table["value"].to_numpy() == pytest.approx(exact, rel=2e-4)


def test_k_of_four_corners_by_hand() -> None:
    """Sides 1 km: each corner sees two others within 1 km, three within 1.5 km."""
    corners = layer(np.array([[0, 0], [0, 1], [1, 0], [1, 1]]) * 1_000.0 + 500_000)
    window = (499_000, 499_000, 502_000, 502_000)
    asked = {"window": window, "radii": [1_000, 1_500], "replicates": 0}
    k = cross_k(corners, correction="none", **asked).table["value"]
    assert k.tolist() == pytest.approx([9e6 * 8 / 12, 9e6])
    border = cross_k(corners, correction="border", **asked).table["value"]
    assert border[0] == pytest.approx(9e6 * 8 / 12) and np.isnan(border[1])
    moved = cross_k(corners, correction="translation", **asked).table["value"]
    assert moved[0] == pytest.approx(9e6 * 8 * 1.5 / 12)  # window 3 × 3 km, shared 2 × 3 km


def test_the_border_counted_in_classes_as_in_spatstat_and_exactly() -> None:
    """Of two plants one stands 0.08 from the edge: in a class from 0 to 0.1 it counts at 0.1 too."""
    plants = np.array([[0.5, 0.5], [0.08, 0.5]])
    others = np.array([[0.56, 0.5], [0.14, 0.5], [0.5, 0.59], [0.08, 0.59]])
    seen = border_in_classes(plants, others, (0.0, 0.1))
    assert seen.tolist() == [pytest.approx((2 + 1) / 2 / 4)]  # what lies 0.09 off is past its gap
    finer = border_in_classes(plants, others, (0.0, 0.09, 0.1))
    assert finer[1] == pytest.approx(2 / 1 / 4)
    assert k_of(plants, others, [0.1]) == pytest.approx([2 / 1 / 4])


@pytest.mark.parametrize("seed", range(3))
def test_in_classes_without_width_the_counting_is_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plants, others = rng.random((60, 2)), rng.random((80, 2))
    radii = [0.05, 0.12, 0.2]
    breaks = [0.0, *(b for r in radii for b in (np.nextafter(r, 0), r))]
    narrow = border_in_classes(plants, others, breaks)[1::2]
    assert narrow == pytest.approx(k_of(plants, others, radii))
    wide = border_in_classes(plants, others, (0.0, *radii))
    assert (abs(wide - narrow) > 1e-4).all()


def k_of(plants: np.ndarray, others: np.ndarray, radii: list[float]) -> list[float]:
    """Border-corrected cross-K in the unit square."""
    a, b = (
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=CRS) for xy in (plants, others)
    )
    asked = {"window": (0, 0, 1, 1), "radii": radii, "replicates": 0}
    found: list[float] = cross_k(a, others=b, correction="border", **asked).table["value"].tolist()
    return found


@pytest.mark.parametrize(
    ("place", "d", "weight"),
    [((5, 5), 1, 1.0), ((0, 5), 1, 2.0), ((0, 0), 1, 4.0), ((1, 5), 2, 1.5), ((5, 5), 0, 1.0)],
)
def test_the_share_of_a_circle_in_a_rectangle(
    place: tuple[float, float], d: float, weight: float
) -> None:
    found = distance.isotropic_weights(
        np.array([place], float), np.array([d], float), (0, 0, 10, 10)
    )
    assert found == pytest.approx([weight])


def test_suppliers_beside_plants_are_found_and_others_are_not() -> None:
    rng = np.random.default_rng(3)
    homes = rng.normal(20_000, 3_000, (30, 2)) + 500_000
    farms = layer(rng.uniform(0, 40_000, (400, 2)) + 500_000)
    beside = layer(homes + rng.normal(0, 500, homes.shape))
    asked = {"among": farms, "radii": [1_000, 3_000], "replicates": 99}
    near = cross_k(layer(homes), others=beside, **asked)
    assert near.test is not None and near.test.p_value <= 0.02
    assert (near.table["class"] == "concentrated").all()
    anywhere = farms.iloc[:30]
    chance = cross_k(layer(homes), others=anywhere, **{**asked, "among": farms.iloc[30:]})
    assert chance.test is not None and chance.test.p_value > 0.05


def test_both_paths_give_the_same_sums() -> None:
    xy = plants().get_coordinates().to_numpy()
    w = np.random.default_rng(1).uniform(0, 2, len(xy))
    rows = pairs.Rows.of(xy, 9_000.0)
    one, two = (
        pairs.sums_within(rows, rows, w[rows.order], RADII, compiled=c) for c in (True, False)
    )
    assert one == pytest.approx(two, rel=1e-12)
    for weights in (None, w[rows.order]):
        one, two = (pairs.histogram(rows, weights, 9_000.0, 64, compiled=c) for c in (True, False))
        assert one[0].tolist() == two[0].tolist()
        assert one[1] == pytest.approx(two[1], rel=1e-12)


@settings(max_examples=15, deadline=None)
@given(
    angle=st.floats(0, 6.28),
    scale=st.floats(0.2, 5),
    shift=st.floats(-3e4, 3e4),
    seed=st.integers(0, 50),
)
def test_turning_moving_and_stretching_change_nothing(
    angle: float, scale: float, shift: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    xy, w = rng.uniform(0, 1_000, (40, 2)), rng.uniform(1, 2, 40)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    radii = np.array([90.0, 211.0, 503.0])
    rows = pairs.Rows.of(xy, 503.0)
    moved = pairs.Rows.of((xy @ turn) * scale + shift, 503.0 * scale)
    one = pairs.sums_within(rows, rows, w[rows.order], radii)
    two = pairs.sums_within(moved, moved, w[moved.order], radii * scale)
    assert one[np.argsort(rows.order)] == pytest.approx(two[np.argsort(moved.order)], rel=1e-9)


def test_rows_and_threads_do_not_matter_and_seeds_do() -> None:
    units = plants()
    asked = {"kind": "kind", "of": "a", "radii": RADII, "replicates": 19}
    for function in (m_function, kd_function):
        first = function(units, threads=1, **asked).table
        other = function(units.sample(frac=1, random_state=1), threads=3, **asked).table
        assert first.equals(other)
        assert not first["low"].equals(function(units, seed=2, **asked).table["low"])


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_m_is_one_on_average_under_relabelling(seed: int) -> None:
    rng = np.random.default_rng(seed)
    units = layer(
        rng.normal(0, 3_000, (60, 2)) + 500_000, kind=rng.permutation(["a"] * 15 + ["b"] * 45)
    )
    m = m_function(units, kind="kind", of="a", radii=[4_000.0], replicates=400, seed=seed)
    spread = float(m.table["high"].iloc[0] - m.table["low"].iloc[0])
    assert m.table["expected"].iloc[0] == pytest.approx(1.0, abs=max(0.06, 0.05 * spread))


def test_the_test_errs_as_often_as_it_says() -> None:
    """60 null maps each of M and Kd, 39 replicates: at most 5 % with three standard errors."""
    found = np.zeros((2, 60))
    for number in range(60):
        rng = np.random.default_rng([7, number])
        xy = rng.normal(0, 5_000, (70, 2)) + 500_000
        units = layer(xy, kind=rng.permutation(["a"] * 25 + ["b"] * 45))
        asked = {"kind": "kind", "of": "a", "radii": RADII, "replicates": 39, "seed": number}
        for k, function in enumerate((m_function, kd_function)):
            test = function(units, **asked).test
            assert test is not None and 1 / 40 <= test.p_value <= 1
            found[k, number] = test.p_value
    assert ((found <= 0.05).mean(axis=1) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)).all()
    assert (found <= 0.5).mean() >= 0.3  # and it is no test that never speaks


def test_the_envelope_keeps_its_share_of_maps() -> None:
    walks = np.cumsum(np.random.default_rng(5).normal(size=(999, 20)), axis=1)
    low, high, p = distance.global_envelope(walks[0], walks[1:], 0.05)
    inside = ((walks[1:] >= low) & (walks[1:] <= high)).all(axis=1).mean()
    assert inside == pytest.approx(0.95, abs=0.001)
    assert 0 < p <= 1


def test_no_matrix_of_all_pairs_is_made() -> None:
    """4,000 units have 8 million pairs: 64 MB if they were stored."""
    rng = np.random.default_rng(0)
    units = layer(rng.uniform(0, 50_000, (4_000, 2)) + 500_000, kind=["a", "b"] * 2_000)
    asked = {"kind": "kind", "of": "a", "radii": RADII, "replicates": 2}
    for function in (m_function, kd_function):
        function(units, **asked)
        tracemalloc.start()
        function(units, **asked)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 16e6


def test_what_does_not_fit_is_said_with_its_remedy() -> None:
    units = plants()
    with pytest.raises(SchemaError, match="no column “x”"):
        m_function(units, kind="x", of="a")
    with pytest.raises(SchemaError, match=r"0 units of “z”"):
        m_function(units, kind="kind", of="z")
    with pytest.raises(SchemaError, match="greater than 0"):
        m_function(units.assign(size=-1.0), kind="kind", of="a", weight="size")
    with pytest.raises(ParameterError, match="no other site"):
        kd_function(units)
    with pytest.raises(ParameterError, match="half of the window"):
        cross_k(units, radii=[50_000])
    with pytest.raises(ParameterError, match="must hold all points"):
        cross_k(units, window=(0, 0, 1, 1))


def test_it_draws_what_it_found() -> None:
    axes = m_function(plants(), kind="kind", of="a", radii=RADII, replicates=19).plot()
    assert [line.get_label() for line in axes.lines] == ["Mean of the null", "Observed"]
