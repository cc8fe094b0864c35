"""The relative-risk surface against direct kernel sums, hand-made sets and its own invariances."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from sialgeo.errors import Cancelled, CRSError, FileError, ParameterError, SchemaError
from sialgeo.i18n import use_language
from sialgeo.kernels.surface import Grid, adaptive, fixed, oversmoothing, window_of_box
from sialgeo.references import Reference
from sialgeo.surfaces import Surface, relative_risk_surface

CRS = 32717
ORIGIN = np.array([700_000.0, 9_200_000.0])
SIDE = 40_000.0
Xy = Any


def layer(xy: Xy, crs: Any = CRS, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=crs)


def farms(n: int = 800, seed: int = 1) -> Xy:
    return ORIGIN + np.random.default_rng(seed).uniform(0, SIDE, (n, 2))


def dairies(n: int = 50, seed: int = 2) -> Xy:
    return ORIGIN + np.random.default_rng(seed).normal(SIDE / 2, 2_500, (n, 2))


def surface(cases: Xy, others: Xy, **options: Any) -> Surface:
    options = {"replicates": 0, "bandwidth": 3_000.0} | options
    return relative_risk_surface(layer(cases), layer(others), **options)


# --- bandwidth -------------------------------------------------------------------------------------


def test_oversmoothing_by_hand() -> None:
    # sd of (0, 0, 2, 2) = √(4/3) on both axes, below IQR/1.34 = 2/1.34; d·R/V = 10⁴/6144
    corners = np.array([[0.0, 0.0], [0.0, 2.0], [2.0, 0.0], [2.0, 2.0]])
    factor = (1e4 / 6144 / 4) ** (1 / 6)
    assert oversmoothing(corners) == pytest.approx(np.sqrt(4 / 3) * factor)
    # 1 … 5 on both axes: sd √2.5 = 1.58 above IQR/1.34 = 2/1.34 = 1.49
    line = np.repeat(np.arange(1.0, 6.0)[:, None], 2, axis=1)
    assert oversmoothing(line) == pytest.approx(2 / 1.34 * (1e4 / 6144 / 5) ** (1 / 6))
    assert oversmoothing(line, n=320) == pytest.approx(oversmoothing(line) / 2)  # 64^(1/6)
    # more than half at one place: the quartiles coincide, the deviation counts
    heap = np.array([[0.0, 0.0]] * 9 + [[10.0, 10.0]])
    assert oversmoothing(heap) == pytest.approx(np.sqrt(10.0) * (1e4 / 6144 / 10) ** (1 / 6))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 1e4), st.floats(-1e6, 1e6))
def test_oversmoothing_scales(seed: int, scale: float, shift: float) -> None:
    xy = np.random.default_rng(seed).normal(size=(30, 2))
    assert oversmoothing(xy * scale + shift) == pytest.approx(scale * oversmoothing(xy), rel=1e-5)
    assert oversmoothing(xy[:, ::-1]) == pytest.approx(oversmoothing(xy))


def test_counts_weigh_like_units() -> None:
    xy = np.random.default_rng(1).normal(size=(40, 2))
    mass = np.random.default_rng(2).integers(1, 9, 40)
    units = np.repeat(xy, mass, axis=0)
    ours = oversmoothing(xy, mass.astype(float), 40)
    assert ours == pytest.approx(oversmoothing(units, n=40), rel=0.03)


# --- density ---------------------------------------------------------------------------------------


def kernel_sums(xy: Xy, grid: Grid, bandwidth: Any) -> Xy:
    """Gaussian kernels summed over the units, one by one."""
    x, y = np.meshgrid(*grid.centres())
    h = np.broadcast_to(np.asarray(bandwidth, dtype=float), len(xy))
    total = np.zeros(grid.shape)
    for (px, py), s in zip(xy, h, strict=True):
        total += np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * s**2)) / (2 * np.pi * s**2)
    return total


def test_equals_direct_kernel_sums() -> None:
    rng = np.random.default_rng(3)
    xy = rng.normal(0, 3.0, (60, 2))
    low, high, h = np.array([-12.0, -12.0]), np.array([12.0, 12.0]), 1.5
    grid = Grid.over(low, high, h / 12)
    window = window_of_box(grid, low, high)
    estimator = fixed(grid, window, h)
    ours = estimator.filter.smooth(grid.place(xy).counts()) / grid.cell**2
    direct = kernel_sums(xy, grid, h)
    np.testing.assert_allclose(ours, direct, atol=0.005 * direct.max())
    # the share of the kernel inside the box, in closed form
    from scipy.stats import norm

    x, y = grid.centres()
    share = [norm.cdf(12, v, h) - norm.cdf(-12, v, h) for v in (x, y)]
    np.testing.assert_allclose(estimator.edge, share[1][:, None] * share[0], atol=0.002)


@pytest.mark.parametrize("kind", ["fixed", "adaptive"])
def test_integrates_to_one_and_is_flat_for_uniform_units(kind: str) -> None:
    side = np.arange(0.5, 60)
    xy = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    low, high = np.zeros(2), np.full(2, 60.0)
    grid = Grid.over(low, high, 1.0)
    window = window_of_box(grid, low, high)
    estimator = (
        fixed(grid, window, 5.0)
        if kind == "fixed"
        else adaptive(grid, window, 5.0, xy, np.ones(len(xy)))
    )
    density = estimator.density(estimator.spread(grid.place(xy), estimator.kind))
    assert (density * window).sum() * grid.cell**2 == pytest.approx(1.0)
    # without the correction the corners would show a quarter
    np.testing.assert_allclose(density, 1 / 3600, rtol=0.03)


def test_adaptive_equals_direct_sums_with_abramson_bandwidths() -> None:
    rng = np.random.default_rng(4)
    xy = np.vstack([rng.normal(0, 2.0, (80, 2)), rng.normal(0, 7.0, (80, 2))])
    low, high, h = np.full(2, -30.0), np.full(2, 30.0), 2.5
    grid = Grid.over(low, high, 0.25)
    window = window_of_box(grid, low, high)
    estimator = adaptive(grid, window, h, xy, np.ones(len(xy)))
    pilot = kernel_sums(xy, grid, h) / len(xy)
    at = grid.place(xy).sample(pilot)
    raw = at**-0.5
    own = h * raw / np.exp(np.log(raw).mean())
    own = np.minimum(own, 5 * np.median(own))
    assert estimator.kind is not None
    chosen = np.array(estimator.filter.bandwidths)[estimator.kind]
    np.testing.assert_allclose(chosen, own, rtol=0.05)
    found = estimator.density(estimator.spread(grid.place(xy), estimator.kind))
    direct = kernel_sums(xy, grid, own) / len(xy)
    np.testing.assert_allclose(found, direct, atol=0.04 * direct.max())


# --- the surface -----------------------------------------------------------------------------------


def test_equals_the_ratio_of_direct_sums() -> None:
    cases, others = dairies(), farms()
    found = surface(cases, others, cell=400.0)
    a, _b, c, _d, e, f = found.transform
    grid = Grid(c, f, a, *found.values.shape)
    both = np.vstack([cases, others])
    window = window_of_box(grid, both.min(axis=0), both.max(axis=0))
    sums = [kernel_sums(xy, grid, 3_000.0) for xy in (cases, others)]
    edge = fixed(grid, window, 3_000.0).edge
    densities = [s / edge / (s / edge * window).sum() for s in sums]
    rho = np.log(densities[0] / densities[1])
    shown = np.isfinite(found.values) & (rho > -6)
    assert shown.mean() > 0.3
    np.testing.assert_allclose(found.values[shown], rho[shown], atol=0.06)
    assert e == -a
    peak = np.unravel_index(np.nanargmax(found.values), found.values.shape)
    at = np.array([c + a * (peak[1] + 0.5), f + e * (peak[0] + 0.5)])
    assert np.abs(at - ORIGIN - SIDE / 2).max() < 3_000


def test_is_flat_where_the_producers_are_the_whole_pool() -> None:
    pool = layer(farms())
    whole = Reference.from_points(pool, includes_producers=True)
    for kind in (False, True):
        found = relative_risk_surface(pool, whole, bandwidth=3_000, adaptive=kind, replicates=19)
        assert np.nanmax(np.abs(found.values)) < 1e-9
        assert found.test is not None
        assert found.test.p_value == 1.0
        assert len(found.contours()) == 0


def test_the_reference_that_includes_the_producers_counts_them() -> None:
    cases, others = dairies(), farms()
    both = layer(np.vstack([cases, others]))
    whole = Reference.from_points(both, includes_producers=True)
    pooled = relative_risk_surface(layer(cases), whole, bandwidth=3_000, replicates=0)
    apart = surface(cases, others)
    np.testing.assert_allclose(pooled.bandwidth, apart.bandwidth)
    n, m = len(cases), len(others)
    # f/pool = (n + m)·r / (n·r + m), up to the constants that make each density integrate to 1
    r = np.exp(apart.values)
    expected = (n + m) * r / (n * r + m)
    shown = np.isfinite(r) & np.isfinite(pooled.values) & (apart.values > -6)
    np.testing.assert_allclose(np.exp(pooled.values)[shown], expected[shown], rtol=0.05)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1_000), st.booleans(), st.sampled_from(["shift", "turn", "scale", "rows"]))
def test_equivariance(seed: int, kind: bool, move: str) -> None:
    rng = np.random.default_rng(seed)
    cases, others = dairies(30, seed), farms(300, seed + 1)
    first = surface(cases, others, adaptive=kind).values
    middle = np.vstack([cases, others]).mean(axis=0)

    def moved(xy: Xy) -> Xy:
        if move == "shift":
            return xy + np.array([12_345.6, -6_543.2])
        if move == "turn":
            gap = xy - middle
            return middle + np.column_stack([-gap[:, 1], gap[:, 0]])
        if move == "scale":
            return middle + (xy - middle) * 1.5
        return xy[rng.permutation(len(xy))]

    h = 4_500.0 if move == "scale" else 3_000.0
    second = surface(moved(cases), moved(others), adaptive=kind, bandwidth=h).values
    if move == "turn":
        first = np.rot90(first)
    assert first.shape == second.shape
    # where a cell stands at the threshold of what is shown, rounding may decide
    both = np.isfinite(first) & np.isfinite(second)
    assert both.sum() >= np.isfinite(first).sum() - 4
    tolerance = 1e-5 if not kind else 0.1  # a unit may change its class of bandwidths (8 %)
    shown = both & (first > -4)
    np.testing.assert_allclose(second[shown], first[shown], atol=tolerance)


def test_degrees_are_projected_and_inputs_are_left_alone() -> None:
    cases, others = layer(dairies()), layer(farms())
    before = cases.copy()
    metres = relative_risk_surface(cases, others, bandwidth=3_000, replicates=0)
    degrees = relative_risk_surface(
        cases.to_crs(4326), others.to_crs(4326), bandwidth=3_000, replicates=0
    )
    assert degrees.crs.to_epsg() == CRS
    np.testing.assert_allclose(degrees.values, metres.values, atol=1e-4)
    assert cases.equals(before)


def test_blank_where_the_reference_is_absent() -> None:
    others = farms()
    left = others[others[:, 0] < ORIGIN[0] + SIDE / 2]
    far = ORIGIN + np.array([[SIDE, SIDE / 2]])
    found = surface(np.vstack([left[:30] + 50, far]), left, bandwidth=2_000)
    assert np.isnan(found.values[:, -5:]).all()
    assert any("left blank" in note for note in found.notes)
    assert np.nanmin(found.values) >= -10


def test_window_leaves_out_and_says_so() -> None:
    half = Polygon(ORIGIN + SIDE * np.array([[0, 0], [1, 0], [1, 0.7], [0, 0.7]]))
    cases, others = dairies(), farms()
    found = surface(cases, others, window=gpd.GeoSeries([half], crs=CRS))
    assert any("left out" in note for note in found.notes)
    inside = [xy[xy[:, 1] <= half.bounds[3]] for xy in (cases, others)]
    again = surface(*inside, window=half)
    np.testing.assert_allclose(found.values, again.values)
    y = found.transform[5] + found.transform[4] * (np.arange(len(found.values)) + 0.5)
    assert np.isnan(found.values[y > half.bounds[3]]).all()


def test_counts_by_cell_and_coarse_counts() -> None:
    side = np.arange(500, SIDE, 1_000)
    cells = ORIGIN + np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    reference = Reference.from_cells(layer(cells, mass=np.full(len(cells), 10.0)), spacing=1_000.0)
    cases = layer(dairies())
    found = relative_risk_surface(cases, reference, bandwidth=3_000, replicates=19)
    assert found.test is not None
    assert found.test.null == "n draws in proportion to the reference counts"
    assert found.test.p_value == 0.05
    fine = surface(dairies(), cells)
    shown = np.isfinite(fine.values) & (fine.values > -2)
    shared = found.values[: shown.shape[0], : shown.shape[1]]
    assert np.nanmax(shared) == pytest.approx(np.nanmax(fine.values), abs=0.1)
    coarse = Reference.from_cells(layer(cells, mass=np.full(len(cells), 10.0)), spacing=9_000.0)
    blind = relative_risk_surface(cases, coarse, bandwidth=3_000)
    assert blind.p_values is None
    assert blind.test is None
    assert any("Inconclusive" in note for note in blind.notes)
    with pytest.raises(ParameterError, match="no p-values"):
        blind.contours()
    chosen = relative_risk_surface(cases, coarse, replicates=0)
    assert chosen.bandwidth == 9_000.0


def test_coincident_units_count_or_not() -> None:
    heap = np.vstack([dairies(30), np.repeat(ORIGIN[None] + 5_000, 30, axis=0)])
    units, sites = (surface(heap, farms(), coincident=c) for c in ("units", "sites"))
    a, _b, c, _d, e, f = units.transform
    x, y = ORIGIN + 5_000
    cell = int((y - f) / e), int((x - c) / a)
    assert units.values[cell] > 2 > sites.values[cell]
    assert any("share a coordinate" in note for note in units.notes)


# --- random labelling ------------------------------------------------------------------------------


def test_a_planted_pole_is_outlined_and_reproducible() -> None:
    options = {"replicates": 99, "bandwidth": 3_000.0}
    first = surface(dairies(), farms(), threads=1, **options)
    second = surface(dairies(), farms(), threads=4, **options)
    np.testing.assert_array_equal(first.p_values, second.p_values)
    assert first.test == second.test
    assert first.test is not None
    assert first.test.p_value == 0.01
    areas = first.contours()
    high = areas[areas["side"] == "higher"].iloc[0]
    assert high.geometry.contains(Point(ORIGIN + SIDE / 2))
    assert high["relative_risk"] > 3
    assert high["p_value"] == 0.01
    total = areas.loc[areas["side"] == "higher", "area_km2"].sum()
    assert first.p_values is not None
    cells = (first.p_values <= 0.05).sum() * first.transform[0] ** 2 / 1e6
    assert total == pytest.approx(cells, rel=0.002)
    other = surface(dairies(), farms(), seed=2, **options)
    assert not np.array_equal(first.p_values, other.p_values)
    assert len(first.contours(0.01)) <= len(areas)
    with pytest.raises(ParameterError, match="least p-value of 99"):
        first.contours(0.001)


@pytest.mark.parametrize("kind", [False, True])
def test_calibrated_under_random_labelling(kind: bool) -> None:
    rng = np.random.default_rng(11)
    # an uneven pool: three towns and a plain
    towns = [rng.normal(c, 2_000, (60, 2)) for c in ((9e3, 9e3), (30e3, 12e3), (15e3, 31e3))]
    pool = ORIGIN + np.vstack([*towns, rng.uniform(0, SIDE, (220, 2))])
    shares, tests = [], []
    for seed in range(20 if kind else 40):
        chosen = np.zeros(len(pool), dtype=bool)
        chosen[np.random.default_rng([7, seed]).choice(len(pool), 60, replace=False)] = True
        found = surface(
            pool[chosen], pool[~chosen], bandwidth=4_000, replicates=39, seed=seed, adaptive=kind
        )
        assert found.p_values is not None
        assert found.test is not None
        p = found.p_values[np.isfinite(found.p_values)]
        shares.append((p <= 0.05).mean())
        tests.append(found.test.p_value)
    assert 0.02 < np.mean(shares) < 0.08  # few maps, cells of a map go together
    assert np.mean(np.array(tests) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(tests))
    assert abs(np.mean(tests) - 0.5125) < 3 * np.sqrt(1 / 12 / len(tests))  # uniform on 1/40 … 1


def test_progress_and_cancel() -> None:
    seen: list[float] = []
    surface(dairies(), farms(), replicates=9, progress=lambda f, _m: seen.append(f))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def stop(fraction: float, _message: str) -> None:
        if fraction > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        surface(dairies(), farms(), replicates=200, progress=stop)


# --- files and messages ----------------------------------------------------------------------------


def test_geotiff_round_trip(tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    found = surface(dairies(), farms(), replicates=19)
    found.to_geotiff(tmp_path / "risk.tif")
    with rasterio.open(tmp_path / "risk.tif") as file:
        assert file.count == 3
        assert file.crs.to_epsg() == CRS
        assert tuple(file.transform)[:6] == found.transform
        assert np.isnan(file.nodata)
        np.testing.assert_allclose(file.read(1), found.values, rtol=1e-5)
        np.testing.assert_allclose(file.read(2), found.p_values, rtol=1e-5)
        assert file.descriptions[0] == "log relative risk"
        assert not any("/" in str(tag) for tag in file.tags().values())
    again = Surface.from_geotiff(tmp_path / "risk.tif")
    np.testing.assert_allclose(again.relative_risk, found.relative_risk, rtol=1e-5)
    assert (again.transform, again.crs, again.level) == (found.transform, found.crs, found.level)
    assert again.bandwidth == pytest.approx(found.bandwidth, rel=1e-5)
    assert len(again.contours()) == len(found.contours())
    (tmp_path / "b.tif").write_bytes(b"no raster")
    with pytest.raises(FileError, match=r"b\.tif"):
        Surface.from_geotiff(tmp_path / "b.tif")
    (tmp_path / "b.tif").unlink()
    assert [p.name for p in tmp_path.iterdir()] == ["risk.tif"]
    with pytest.raises(FileError):
        found.to_geotiff(tmp_path / "nowhere" / "risk.tif")
    plain = surface(dairies(), farms(), log=False)
    np.testing.assert_allclose(plain.values, np.exp(found.values))
    np.testing.assert_allclose(plain.relative_risk, found.relative_risk)
    assert plain.to_raster().transform == plain.transform


def test_lone_producers_are_not_for_publication() -> None:
    cases = np.vstack([dairies(), ORIGIN[None] + 1_000])
    assert any("Do not publish" in note for note in surface(cases, farms()).notes)
    assert not any("Do not publish" in note for note in surface(dairies(), farms()).notes)


def bad(**changes: Any) -> dict[str, Any]:
    given = {"producers": layer(dairies()), "reference": layer(farms()), "replicates": 0}
    return given | changes


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"reference": layer(farms()).to_crs(4326)}, CRSError, "CRS differ"),
        ({"producers": layer(dairies(), crs=None)}, CRSError, "no CRS"),
        ({"producers": layer(dairies()[:0])}, SchemaError, "0 producers"),
        ({"reference": layer(farms()[:0])}, SchemaError, "empty"),
        ({"reference": None}, ParameterError, "needs a reference"),
        ({"bandwidth": 0.05}, ParameterError, "looks like degrees"),
        ({"bandwidth": -1.0}, ParameterError, "bandwidth = -1.0: must be at least 0"),
        ({"bandwidth": float("nan")}, ParameterError, "finite"),
        ({"cell": 4_000.0, "bandwidth": 3_000.0}, ParameterError, "half the bandwidth"),
        ({"cell": 5.0}, ParameterError, "million cells"),
        ({"level": 0.9}, ParameterError, "level"),
        ({"replicates": -1}, ParameterError, "replicates"),
        ({"coincident": "merge"}, SchemaError, "coincident"),
        ({"producers": layer(np.repeat(ORIGIN[None], 20, axis=0))}, SchemaError, "one coordinate"),
        ({"producers": layer(dairies() / 1e6)}, SchemaError, "look like degrees"),
        ({"window": box(0, 0, 1, 1)}, SchemaError, "covers the same land"),
        ({"window": Point(0, 0)}, SchemaError, "must be polygons"),
        ({"window": gpd.GeoSeries([box(0, 0, 1, 1)], crs=4326)}, CRSError, "CRS differ"),
    ],
)
def test_bad_input_is_named(changes: dict[str, Any], kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        relative_risk_surface(**bad(**changes))
    with use_language("es"), pytest.raises(kind):
        relative_risk_surface(**bad(**changes))


def test_no_finite_coordinates_are_named() -> None:
    broken = layer(dairies())
    broken.loc[[3], "geometry"] = None
    with pytest.raises(SchemaError, match=r"rows 3"):
        relative_risk_surface(broken, layer(farms()))
    areas = gpd.GeoDataFrame(geometry=[box(0, 0, 9, 9)] * 2, crs=CRS)
    with pytest.raises(SchemaError, match="Polygon"):
        relative_risk_surface(areas, layer(farms()))
