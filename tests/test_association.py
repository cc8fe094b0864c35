"""Association: published numbers, answers known by hand, calibration, invariance, bad input."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from shapely.affinity import translate
from shapely.geometry import Point, box

import sialgeo
from sialgeo.association import (
    associate,
    bivariate_classes,
    bivariate_map,
    local_association,
    moran,
    spatial_regression,
)
from sialgeo.association.counting import Places
from sialgeo.association.nulls import check_places, naive
from sialgeo.errors import Cancelled, CRSError, ParameterError, SchemaError
from sialgeo.exporters import runlog
from sialgeo.exporters.tables import sheets
from sialgeo.exporters.wording import said_first
from sialgeo.i18n import use_language
from sialgeo.kernels import autocorrelation, regression
from sialgeo.kernels.autocorrelation import (
    PAIR,
    SINGLETON,
    FittedVectors,
    Smoothness,
    contiguity_weights,
    every_shift,
    modified_t,
    moran_vectors,
    p_of_magnitude,
    p_of_tails,
    shift_draws,
    spectral_draws,
    spectral_maps,
    weighted_breaks,
)
from sialgeo.model import Concentrations, Indicator, Raster
from sialgeo.neighbourhoods import adjacency
from sialgeo.references import Reference

CRS = "EPSG:32717"
ROOT = Path(__file__).resolve().parents[1]


def cells(columns: int, rows: int | None = None, size: float = 1_000.0) -> gpd.GeoDataFrame:
    rows = rows or columns
    shapes = [
        box(i * size, j * size, (i + 1) * size, (j + 1) * size)
        for i in range(columns)
        for j in range(rows)
    ]
    return gpd.GeoDataFrame(geometry=shapes, crs=CRS)


def smooth(rng: np.random.Generator, side: int, reach: float) -> np.ndarray:
    """Return a smooth map, cut from a larger one: nothing joins its edges."""
    edge = int(4 * reach) + 1
    whole = gaussian_filter(rng.normal(size=(side + 2 * edge,) * 2), reach)
    part = whole[edge:-edge, edge:-edge]
    return ((part - part.mean()) / part.std()).ravel()


def drawn(seed: int, side: int = 16, reach: float = 2.5, effect: float = 0.0) -> gpd.GeoDataFrame:
    """Return cells with an indicator and counts that have nothing to do with it (effect 0)."""
    rng = np.random.default_rng([41, seed])
    y, own = smooth(rng, side, reach), smooth(rng, side, reach)
    farms = rng.poisson(50, side * side) + 1
    share = farms * np.exp(0.5 * own - effect * y)
    dairies = rng.multinomial(500, share / share.sum())
    return cells(side).assign(wealth=0.5 + 0.1 * y, farms=farms, dairies=dairies)


def asked(table: gpd.GeoDataFrame, **keywords: Any) -> Any:
    given_ = {"column": "wealth", "reference": "farms", "better": "more", "replicates": 199}
    return associate("dairies", table, **{**given_, "divisions": False, **keywords})


# --- published numbers -----------------------------------------------------------------------------
@pytest.fixture(scope="module")
def columbus() -> gpd.GeoDataFrame:
    libpysal = pytest.importorskip("libpysal", reason="libpysal carries the Columbus data")
    return gpd.read_file(libpysal.examples.get_path("columbus.shp")).set_crs(32617)


def test_moran_of_columbus_equals_spdep_and_esda(columbus: gpd.GeoDataFrame) -> None:
    found = moran(columbus, "CRIME")
    assert found.statistic == pytest.approx(0.500188557, abs=1e-9)
    assert found.expected == pytest.approx(-1 / 48)
    assert found.var_norm == pytest.approx(0.008563413, abs=1e-9)
    assert found.var_rand == pytest.approx(0.008689289, abs=1e-9)
    assert found.z_norm == pytest.approx((found.statistic + 1 / 48) / 0.008563413**0.5, abs=1e-5)
    assert found.p_rand < 1e-6 and found.p_norm < 1e-6 and found.notes == ()


@pytest.mark.parametrize(
    ("x", "y", "statistic", "published"),
    [
        ("INC", "CRIME", "moran", -0.4516227),
        ("CRIME", "INC", "moran", -0.4286322),
        ("INC", "CRIME", "lee", -0.4703061),
        ("CRIME", "INC", "lee", -0.4703061),
    ],
)
def test_bivariate_statistics_of_columbus(
    columbus: gpd.GeoDataFrame, x: str, y: str, statistic: str, published: float
) -> None:
    found = local_association(columbus, x, y, statistic=statistic, replicates=199)
    whole = found.attrs["global"]
    assert whole["statistic"] == pytest.approx(published, abs=1e-7)
    assert found["statistic"].mean() == pytest.approx(published, abs=1e-7)
    assert 1 / 200 <= whole["p_value"] <= 1
    caution = "in the same area" in " ".join(found.attrs["notes"])
    assert caution == (statistic == "moran")


@pytest.mark.parametrize(
    ("model", "published"),
    [
        ("ols", (68.6189611, -1.5973108, -0.2739315)),
        ("lag", (45.603249, -1.0487282, -0.2663348, 0.4233254)),
        ("error", (60.279469, -0.9573053, -0.3045593, 0.5467531)),
    ],
)
def test_spatial_regression_of_columbus(
    columbus: gpd.GeoDataFrame, model: str, published: tuple[float, ...]
) -> None:
    found = spatial_regression(columbus, "CRIME", ["INC", "HOVAL"], model=model)
    assert found.coefficients["estimate"].tolist() == pytest.approx(published, abs=1e-6)
    assert found.moran == pytest.approx(0.222109407, abs=1e-9)
    tests = found.tests["statistic"]
    assert tests["lag"] == pytest.approx(8.898, abs=5e-5)
    assert tests["error"] == pytest.approx(5.2062, abs=5e-5)
    assert tests["robust lag"] == pytest.approx(3.7357, abs=5e-5)
    assert tests["robust error"] == pytest.approx(0.043906, abs=5e-6)
    assert spatial_regression(columbus, "CRIME", ["INC", "HOVAL"]).model == "lag"


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1_000), st.floats(0.01, 1e4), st.sampled_from(["ols", "lag", "error"]))
def test_regression_knows_neither_unit_nor_row_order(seed: int, scale: float, model: str) -> None:
    rng = np.random.default_rng(seed)
    table = cells(6).assign(road=rng.normal(size=36), high=rng.normal(size=36))
    table["lack"] = 5 - 2 * table["road"] + table["high"] + rng.normal(size=36)
    plain = spatial_regression(table, "lack", ["road", "high"], model=model)
    mixed = table.assign(road=table["road"] * scale).sample(frac=1, random_state=seed)
    other = spatial_regression(mixed, "lack", ["road", "high"], model=model)
    expected = plain.coefficients["estimate"].copy()
    expected["road"] /= scale
    np.testing.assert_allclose(other.coefficients["estimate"], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(other.tests["statistic"], plain.tests["statistic"], rtol=1e-7)


def test_planted_dependence_is_found_again() -> None:
    table = cells(18)
    start, near = adjacency(table, "queen", 1)
    w = regression.row_standardised(start, near).toarray()
    rng = np.random.default_rng(5)
    road, noise = rng.normal(size=324), rng.normal(size=324)
    inside = np.linalg.inv(np.eye(324) - 0.6 * w)
    assert regression._log_determinant(regression.row_standardised(start, near))(0.6) == (
        pytest.approx(-np.linalg.slogdet(inside)[1])
    )
    for model, y in (("lag", inside @ (2 * road + noise)), ("error", 2 * road + inside @ noise)):
        found = spatial_regression(table.assign(road=road, y=y), "y", "road")
        assert found.model == model
        names = ["road", {"lag": "rho", "error": "lambda"}[model]]
        told = found.coefficients.loc[names]
        assert ((told["estimate"] - [2, 0.6]).abs() < 3 * told["error"]).all()
        assert (told["error"] < 0.12).all() and found.aic < found.ols_aic
        assert "+2" in found.verdict or "+1.9" in found.verdict
        assert ("first effect only" in " ".join(found.notes)) == (model == "lag")


def test_tests_of_dependence_err_as_often_as_they_say() -> None:
    start, near = adjacency(cells(8), "queen", 1)
    w = regression.row_standardised(start, near)
    x = np.column_stack([np.ones(64), np.random.default_rng(0).normal(size=64)])
    rejected = np.zeros(4)
    for draw in range(600):
        found = regression.dependence(np.random.default_rng([1, draw]).normal(size=64), x, w)
        tests = [found.lm_lag, found.lm_error, found.robust_lag, found.robust_error]
        rejected += np.array(tests) > 3.841
    assert ((rejected / 600 > 0.02) & (rejected / 600 < 0.075)).all()


def test_regressions_that_cannot_be() -> None:
    table = cells(5).assign(a=np.arange(25.0), b=2 * np.arange(25.0), c=1.0)
    table["y"] = np.random.default_rng(0).normal(size=25)
    with pytest.raises(SchemaError, match="follows from the others"):
        spatial_regression(table, "y", ["a", "b"])
    with pytest.raises(SchemaError, match="one is constant"):
        spatial_regression(table, "y", "c")
    with pytest.raises(SchemaError, match="no column “z”"):
        spatial_regression(table, "y", "z")
    with pytest.raises(SchemaError, match="at least 10 are needed"):
        spatial_regression(table[:8], "y", "a")
    with pytest.raises(ParameterError, match="must be one of"):
        spatial_regression(table, "y", "a", model="car")
    with pytest.raises(ParameterError, match="each once"):
        spatial_regression(table, "y", ["a", "y"])
    table.loc[3, "a"] = np.nan
    found = spatial_regression(table, "y", "a")
    assert found.left_out == 1 and "1 area without a value is left out" in " ".join(found.notes)


def test_moran_with_one_way_neighbours_by_brute_force() -> None:
    """The moments of an asymmetric weights matrix (k nearest), from the textbook's sums."""
    rng = np.random.default_rng(4)
    table = gpd.GeoDataFrame(
        {"v": rng.normal(size=30)},
        geometry=[box(x, y, x + 1, y + 1) for x, y in rng.uniform(0, 1e4, (30, 2))],
        crs=CRS,
    )
    start, near = adjacency(table, "knn", 4)
    w = np.zeros((30, 30))
    w[np.repeat(np.arange(30), 4), near] = 1 / 4
    z = table["v"].to_numpy() - table["v"].mean()
    s0, s1 = w.sum(), ((w + w.T) ** 2).sum() / 2
    s2 = ((w.sum(0) + w.sum(1)) ** 2).sum()
    n = 30.0
    found = moran(table, "v", neighbours="knn", k=4)
    assert found.statistic == pytest.approx(n / s0 * (z @ w @ z) / (z @ z))
    norm = (n * n * s1 - n * s2 + 3 * s0**2) / ((n * n - 1) * s0**2) - 1 / (n - 1) ** 2
    assert found.var_norm == pytest.approx(norm)
    assert len(start) == 31


# --- maps as smooth as the one given ---------------------------------------------------------------
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([5, 6, 7]))
def test_spectral_maps_keep_mean_variance_and_autocorrelation(seed: int, side: int) -> None:
    rng = np.random.default_rng(seed)
    weights = contiguity_weights(*adjacency(cells(side), "queen", 1))
    values, vectors = moran_vectors(weights)
    assert vectors.shape == (side * side, side * side - 1)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(side * side - 1), atol=1e-9)
    np.testing.assert_allclose(vectors.sum(axis=0), 0, atol=1e-9)
    y = 3 + smooth(rng, side, 1.5)

    def index(v: np.ndarray) -> float:
        z = v - v.mean()
        return float(len(v) / weights.sum() * (z @ weights @ z) / (z @ z))

    for procedure, near in ((SINGLETON, 1e-9), (PAIR, 0.35)):
        for made in spectral_maps(y, vectors, 5, rng, procedure):
            assert made.mean() == pytest.approx(y.mean())
            assert made.var() == pytest.approx(y.var())
            assert abs(index(made) - index(y)) <= near
            assert not np.allclose(made, y)
    power = (vectors.T @ (y - y.mean())) ** 2
    assert values @ power / power.sum() * len(y) / weights.sum() == pytest.approx(index(y))


@pytest.mark.parametrize("procedure", [PAIR, SINGLETON])
def test_draws_are_the_products_of_the_maps(procedure: str) -> None:
    rng = np.random.default_rng(2)
    _values, vectors = moran_vectors(contiguity_weights(*adjacency(cells(6), "queen", 1)))
    y, c = rng.normal(size=36), rng.normal(size=36)
    c -= c.mean()
    maps = spectral_maps(y, vectors, 20, np.random.default_rng(8), procedure)
    draws = spectral_draws(c, y, vectors, 20, np.random.default_rng(8), procedure)
    np.testing.assert_allclose(maps @ c, draws)


@pytest.mark.parametrize("order", [0.5, np.inf])
def test_smoothness_is_found_again(order: float) -> None:
    rng = np.random.default_rng(5)
    xy = rng.uniform(0, 100, (300, 2))
    gap = np.hypot(*(xy[:, None] - xy[None]).T)
    fitting = FittedVectors(xy, kept=100)
    for reach in (5.0, 20.0):
        root = np.linalg.cholesky(Smoothness(reach, order).weights(gap) + 0.01 * np.eye(300))
        found = [fitting.fit(root @ rng.normal(size=300)) for _ in range(9)]
        assert sum((f.order < 1) == (order < 1) for f in found) >= 7
        alike = [f.reach for f in found if f.order == order]
        assert reach / 2 < np.median(alike) < reach * 2
    vectors, fitted = fitting(root @ rng.normal(size=300))
    assert vectors.shape == (300, 299) and fitted.reach > 0


def test_correlations_by_hand() -> None:
    one = np.array([0.0, 1.0])
    for order, told in ((0.5, 1), (1.5, 2), (2.5, 7 / 3)):
        found = Smoothness(1.0, order).weights(one)
        np.testing.assert_allclose(found, [1.0, told * np.exp(-1)])
    np.testing.assert_allclose(Smoothness(2.0, np.inf).weights(one * 2), [1.0, np.exp(-0.5)])


def test_random_signs_on_the_maps_own_components_are_an_exact_test() -> None:
    """With its own components, the p-values of a Gaussian map are uniform however smooth it is."""
    rng = np.random.default_rng(11)
    xy = rng.uniform(0, 1, (60, 2))
    gap = np.hypot(*(xy[:, None] - xy[None]).T)
    covariance = Smoothness(0.5, np.inf).weights(gap) + 0.02 * np.eye(60)
    root, vectors = np.linalg.cholesky(covariance), moran_vectors(covariance)[1]
    contrast = root @ rng.normal(size=60)
    contrast -= contrast.mean()
    found = []
    for _draw in range(2000):
        y = root @ rng.normal(size=60)
        drawn = spectral_draws(contrast, y, vectors, 99, rng)
        found.append(p_of_magnitude(float(contrast @ y), drawn))
    for level in (0.05, 0.2, 0.5):  # within 4 standard errors
        share = np.mean(np.array(found) <= level)
        assert abs(share - level) < 4 * np.sqrt(level * (1 - level) / 2000), (level, share)


def test_shifts_of_a_square_by_hand() -> None:
    values = np.arange(9.0).reshape(3, 3)
    contrast = np.zeros((3, 3))
    contrast[0, 0] = 1.0
    drawn_ = shift_draws(contrast, values, 500, np.random.default_rng(1))
    assert set(np.round(drawn_, 9).tolist()) == set(range(9))
    # a rectangle is never turned by a quarter: a column keeps its values together
    tall = np.repeat([[0.0], [1.0]], 3, axis=1)
    rows = np.zeros((2, 3))
    rows[0] = 1.0
    shifted = shift_draws(rows, tall, 200, np.random.default_rng(1))
    assert set(np.round(np.abs(shifted), 9).tolist()) == {0.0, 3.0}


def test_every_shift_is_the_sum_over_the_shifted_map() -> None:
    rng = np.random.default_rng(4)
    for shape, images in (((5, 5), 8), ((3, 4), 4)):
        c, y = rng.normal(size=shape), rng.normal(size=shape)
        found = every_shift(c, y)
        assert found.shape == (images, *shape)
        step = 1 if shape[0] == shape[1] else 2
        for k in range(images):
            image = np.rot90(y, step * (k // 2))
            image = image[:, ::-1] if k % 2 else image
            for i, j in ((0, 0), (1, 0), (2, 3)):
                moved = np.roll(image, (i, j), axis=(0, 1))
                assert found[k, i, j] == pytest.approx(float((c * moved).sum()))


def test_p_values_by_hand() -> None:
    null = np.array([-3.0, -1.0, 0.0, 2.0])
    assert p_of_magnitude(2.0, null) == 3 / 5
    assert p_of_magnitude(9.0, null) == 1 / 5
    assert p_of_tails(2.0, null) == pytest.approx(4 / 5)
    assert p_of_tails(0.0, null) == 1.0


def test_modified_t_without_autocorrelation_is_the_plain_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(3)
    xy = rng.uniform(0, 1, (400, 2))
    x = rng.normal(size=400)
    y = 0.15 * x + rng.normal(size=400)
    found = modified_t(x, y, xy)
    assert found.r == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert 300 < found.effective < 520
    grid = np.array([(i, j) for i in range(20) for j in range(20)], float)
    one, other = smooth(rng, 20, 4), smooth(rng, 20, 4)
    slow = modified_t(one, other, grid)
    assert slow.effective < 60
    monkeypatch.setattr(autocorrelation, "PAIRS", 60_000)  # every third row
    near = modified_t(one, other, grid)
    assert near.effective == pytest.approx(slow.effective, rel=0.15)


# --- what is answered ------------------------------------------------------------------------------
def test_statistic_by_hand() -> None:
    table = cells(4, 3).assign(wealth=0.4, farms=10.0, dairies=0.0)
    table["wealth"] = np.arange(12) / 10
    table.loc[[0, 1], "dairies"] = [3, 1]
    found = asked(table)
    assert found.producers_mean == pytest.approx((3 * 0.0 + 1 * 0.1) / 4)
    assert found.reference_mean == pytest.approx(0.55)
    assert found.statistic == pytest.approx(0.025 - 0.55)
    assert (found.areas, found.producers, found.reference) == (12, 4, 120)
    assert found.naive["units"] == pytest.approx(naive_units(table), abs=1e-12)


def naive_units(table: gpd.GeoDataFrame) -> float:
    from scipy.stats import norm

    spread = np.sqrt(((table.wealth - 0.55) ** 2).mean() / 4)
    return float(2 * norm.sf(0.525 / spread))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 500), st.floats(0.01, 1e4), st.floats(-1e3, 1e3))
def test_answer_knows_neither_unit_nor_row_order(seed: int, scale: float, shift: float) -> None:
    table = drawn(seed, side=7)
    before = table.copy()
    found = asked(table)
    assert table.equals(before)
    assert 1 / 200 <= found.p_value <= 1
    other = asked(table.assign(wealth=shift + scale * table.wealth))
    assert other.p_value == found.p_value
    assert other.statistic == pytest.approx(scale * found.statistic, rel=1e-6, abs=1e-9 * scale)
    mixed = asked(table.sample(frac=1, random_state=seed))
    assert (mixed.p_value, mixed.statistic) == (found.p_value, pytest.approx(found.statistic))
    mirrored = asked(table.assign(wealth=-table.wealth), better="less")
    assert mirrored.p_value == found.p_value and mirrored.conclusion == found.conclusion


@pytest.mark.parametrize("method", ["msr", "dutilleul", "shift"])
def test_a_planted_association_is_seen(method: str) -> None:
    found = asked(drawn(3, effect=1.2), method=method)
    assert found.conclusion == "worse" and found.statistic < 0
    assert found.p_value <= 0.05
    better = asked(drawn(3, effect=1.2), method=method, better="less")
    assert better.conclusion == "better"


def test_divisions_are_computed_and_the_verdict_follows() -> None:
    table = drawn(3, effect=1.2)
    table["half"] = np.arange(256) // 16
    found = asked(table, divisions=True, dissolve="half")
    assert [d.areas for d in found.divisions] == [256, 16, 64, 56, 56]
    assert found.divisions[0].statistic == found.statistic
    low, high = found.statistic_range
    assert low <= found.statistic <= high and found.p_range[0] >= 1 / 200
    assert found.holds[1] == 5
    assert "divisions of the territory" in found.verdict
    # the reference's mean is the same however areas are joined by it
    assert found.divisions[1].statistic + found.reference_mean == pytest.approx(
        np.average(
            table.groupby("half").apply(lambda g: np.average(g.wealth, weights=g.farms)),
            weights=table.groupby("half").dairies.sum(),
        )
    )


def test_grids_spread_counts_evenly_and_keep_totals() -> None:
    from sialgeo.association.counting import count_polygons
    from sialgeo.association.divisions import grids

    table = drawn(1, side=6).iloc[:-1]  # no full rectangle: a grid, not blocks
    given_ = count_polygons("dairies", table, "wealth", "farms")
    for _name, places, grid in grids(given_):
        assert places.x.sum() == pytest.approx(table.dairies.sum())
        assert places.n.sum() == pytest.approx(table.farms.sum())
        np.testing.assert_allclose(grid.value_at(places.xy), places.y)
        assert np.isnan(grid.value_at(np.array([[1e9, 1e9], [-1e9, 0.0]]))).all()


def test_points_are_counted_like_columns() -> None:
    table = drawn(2, side=8)
    rng = np.random.default_rng(0)

    def points(column: str) -> gpd.GeoDataFrame:
        low = table.bounds[["minx", "miny"]].to_numpy().repeat(table[column], axis=0)
        xy = low + rng.uniform(1, 999, low.shape)
        return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=CRS)

    by_column = asked(table)
    dairies, farms = points("dairies"), points("farms")
    whole = Reference.from_points(
        gpd.GeoDataFrame(geometry=[*dairies.geometry, *farms.geometry], crs=CRS),
        includes_producers=True,
    )
    both = table.farms + table.dairies
    pooled = asked(table.assign(farms=both))
    keywords = {"column": "wealth", "better": "more", "replicates": 199, "divisions": False}
    for reference in (farms, Reference.from_points(farms), whole):
        found = associate(dairies, table, reference=reference, **keywords)
        assert found.statistic == pytest.approx(pooled.statistic)
        assert found.p_value == pooled.p_value
    assert pooled.statistic == pytest.approx(by_column.statistic * table.farms.sum() / both.sum())
    raster = Raster(
        np.flipud(table.wealth.to_numpy().reshape(8, 8).T), (1000, 0, 0, 0, -1000, 8000), CRS
    )
    from_raster = associate(dairies, raster, reference=farms, **keywords)
    assert from_raster.statistic == pytest.approx(pooled.statistic)
    shifted = associate(
        dairies, raster, reference=farms, **{**keywords, "method": "shift", "divisions": True}
    )
    assert [d.areas for d in shifted.divisions] == [64, 16, 12, 12]


def test_what_is_left_out_is_said_with_figures() -> None:
    table = drawn(4, side=8)
    table.loc[[3, 5], "wealth"] = np.nan
    found = asked(table)
    share = table.dairies[[3, 5]].sum() / table.dairies.sum()
    assert found.areas == 62 and f"{share:.1%}" in found.notes[0]
    assert found.producers == table.dairies.sum() - table.dairies[[3, 5]].sum()
    far = gpd.GeoDataFrame(geometry=[Point(1e6 + i, 0) for i in range(40)], crs=CRS)
    some = gpd.GeoDataFrame(geometry=[*table.centroid.iloc[:20], *far.geometry], crs=CRS)
    told = asked_points(some, drawn(4, side=8))
    assert "40 producers of 60 (66.7%)" in " ".join(told.notes)
    assert "hold only 33%" in " ".join(told.notes)


def asked_points(dairies: gpd.GeoDataFrame, table: gpd.GeoDataFrame) -> Any:
    return associate(
        dairies, table, column="wealth", reference="farms", better="more", replicates=99,
        divisions=False,
    )  # fmt: skip


def test_islands_and_few_areas() -> None:
    table = drawn(4, side=6)
    far = table.copy()
    far.loc[0, "geometry"] = translate(far.geometry[0], 90_000, 90_000)
    assert 0 < asked(far).p_value <= 1  # the null needs no neighbours
    few = asked(cells(3).assign(wealth=np.arange(9.0), farms=10, dairies=range(9)))
    assert np.isnan(few.p_value) and few.conclusion == "not_tested"
    assert "too few for a test" in few.verdict and "Described, not tested" in few.verdict
    alone = moran(far, "wealth")
    assert alone.islands == 1 and "no neighbours" in alone.notes[0]
    near = local_association(far, "wealth", "farms", replicates=99)
    assert near["class"][0] == "no_neighbours" and np.isnan(near["statistic"][0])
    assert np.isnan(near.attrs["global"]["p_value"])


# --- whole footprints ------------------------------------------------------------------------------
def concentrations(table: gpd.GeoDataFrame, corners: list[tuple[int, int]]) -> Concentrations:
    rng = np.random.default_rng(6)
    shapes, points, label = [], [], []
    for k, (i, j) in enumerate(corners, start=1):
        shapes.append(box(i * 1000 + 50, j * 1000 + 50, i * 1000 + 1800, j * 1000 + 1800))
        xy = np.array([i, j]) * 1000 + rng.uniform(100, 1750, (12, 2))
        points += [Point(*p) for p in xy]
        label += [k] * 12
    producers = gpd.GeoDataFrame(
        {"concentration": label, "membership": "core"}, geometry=points, crs=CRS
    )
    areas = gpd.GeoDataFrame(
        {"name": [f"c{k}" for k in range(len(shapes))], "n": 12, "evidence": "tested"},
        index=range(1, len(shapes) + 1),
        geometry=shapes,
        crs=CRS,
    )
    return Concentrations(producers, areas)


def test_footprints_need_five_and_then_see_what_is_there() -> None:
    table = cells(12).assign(farms=10)
    table["wealth"] = np.repeat(np.linspace(0.3, 0.7, 12), 12)
    keywords = {"column": "wealth", "reference": "farms", "better": "more", "method": "footprints"}
    low = [(0, 0), (0, 3), (0, 6), (0, 9), (2, 1), (2, 5)]
    found = associate(concentrations(table, low), table, replicates=99, **keywords)
    assert found.conclusion == "worse" and found.p_value == pytest.approx(0.02)
    assert found.null_low < 0 < found.null_high
    assert found.details["maps"] == 99
    four = associate(concentrations(table, low[:4]), table, replicates=99, **keywords)
    assert np.isnan(four.p_value) and "4 concentrations are too few" in four.verdict
    spread = [(0, 0), (2, 9), (4, 4), (6, 7), (8, 1), (10, 9)]
    quiet = associate(concentrations(table, spread), table, replicates=99, **keywords)
    assert quiet.conclusion == "not_shown"
    again = associate(concentrations(table, spread), table, replicates=99, **keywords)
    assert again.p_value == quiet.p_value


def test_placed_footprints_are_disjoint_and_inside() -> None:
    from sialgeo.association.counting import count_polygons
    from sialgeo.association.footprints import Placing, footprints_of

    table = cells(9).assign(farms=1, wealth=np.arange(81.0))
    c = concentrations(table, [(0, 0), (3, 3), (6, 6), (0, 6), (6, 0)])
    given_ = count_polygons(c, table, "wealth", "farms")
    placing = Placing(footprints_of(c, given_), given_)
    for seed in range(5):
        moved = placing.draw(np.random.default_rng(seed))
        assert moved is not None and [len(m) for m in moved] == [12] * 5
    full = Placing(footprints_of(c, given_) * 12, given_)
    assert full.draw(np.random.default_rng(1)) is None  # they fill too much to be moved


def test_which_concentrations_are_counted_is_said() -> None:
    table = cells(9).assign(farms=1, wealth=np.arange(81.0))
    c = concentrations(table, [(0, 0), (3, 3), (6, 6)])
    found = associate(c, table, column="wealth", reference="farms", better="more", replicates=99,
                      divisions=False)  # fmt: skip
    assert found.producers == 36 and "36 of 36" in found.notes[0]
    areas = c.areas.assign(evidence=["tested", "not_significant", "not_significant"])
    one = dataclasses.replace(c, areas=areas)
    found = associate(one, table, column="wealth", reference="farms", better="more", replicates=99,
                      divisions=False)  # fmt: skip
    assert found.producers == 12


# --- calibration -----------------------------------------------------------------------------------
@pytest.mark.slow
def test_false_positives_of_the_default_are_near_nominal_and_of_the_naive_far_above() -> None:
    """200 draws at 5 %: the default within the 99.9 % binomial bounds, the naive tests beyond."""
    found = {"msr": 0, "units": 0, "areas": 0}
    fitted = None
    for seed in range(200):
        table = drawn(seed)
        xy = np.column_stack([table.centroid.x, table.centroid.y])
        places = Places(
            table.dairies.to_numpy(float), table.farms.to_numpy(float), table.wealth.to_numpy(), xy
        )
        fitted = fitted or FittedVectors(xy, kept=100)
        found["msr"] += check_places(places, "msr", SINGLETON, 99, seed, fitted).p <= 0.05
        for name, p in naive(places).items():
            found[name] += p <= 0.05
    assert 1 <= found["msr"] <= 22, found
    assert found["units"] >= 80 and found["areas"] >= 60, found


# --- words -----------------------------------------------------------------------------------------
def test_verdict_is_never_stronger_than_the_test() -> None:
    table = drawn(7, side=8)
    found = asked(table, indicator=Indicator("wealth", {"en": "HDI", "es": "IDH"}))
    quiet = dataclasses.replace(found, p_value=0.2, divisions=())
    assert quiet.conclusion == "not_shown"
    assert "No association shown" in quiet.verdict and "does not prove" in quiet.verdict
    strong = dataclasses.replace(found, p_value=0.01, statistic=-0.1, divisions=())
    assert "worse-off" in strong.verdict and "HDI is" in strong.verdict
    for p, same in ((0.01, "all 2"), (0.3, "1 of 2")):
        rows = tuple(
            dataclasses.replace(found.divisions[0], statistic=-0.1, p_value=q) for q in (0.01, p)
        )
        told = dataclasses.replace(strong, divisions=rows).verdict
        assert same in told and ("indication only" in told) == (p > 0.05)
    assert any("not their households" in c for c in found.cautions)
    assert any("not an effect" in c for c in found.cautions)
    with use_language("es"):
        assert "IDH" in strong.verdict and strong.summary().caution
    plain = found.to_dict()
    assert plain["conclusion"] == found.conclusion and plain["verdict"] == found.verdict
    assert "<strong>" in found._repr_html_()
    assert found.test.p_value == found.p_value and found.test.replicates == 199


# --- three by three ---------------------------------------------------------------------------------
def test_terciles_hold_a_third_of_the_people_each() -> None:
    rng = np.random.default_rng(1)
    values, people = rng.normal(size=900), rng.integers(1, 50, 900).astype(float)
    low, high = weighted_breaks(values, people)
    shares = [people[m].sum() / people.sum() for m in
              (values <= low, (values > low) & (values <= high), values > high)]  # fmt: skip
    np.testing.assert_allclose(shares, 1 / 3, atol=0.04)


def test_both_maps_in_one_layer_are_those_of_the_two_verbs() -> None:
    table = drawn(3, side=8).assign(people=lambda t: t["farms"], lack=lambda t: -t["wealth"])
    table["hidden"] = np.arange(64) < 3
    seen = table.assign(wealth=table["wealth"].mask(table["hidden"]))
    both = bivariate_map(
        table, "wealth", "lack", population="people", suppressed="hidden", replicates=99
    )
    classes = bivariate_classes(table, "wealth", "lack", population="people", suppressed="hidden")
    local = local_association(seen, "wealth", "lack", replicates=99)
    assert both["class"].tolist() == classes["class"].tolist()
    assert both["local_class"].tolist() == ["suppressed"] * 3 + local["class"].tolist()[3:]
    np.testing.assert_array_equal(both["local_statistic"], local["statistic"])
    assert both.attrs["global"] == local.attrs["global"]
    assert both.attrs["breaks"] == classes.attrs["breaks"]


def test_bivariate_classes_keep_grey_apart() -> None:
    table = cells(3).assign(x=np.arange(9.0), y=np.arange(9.0)[::-1], people=10, hide=False)
    table.loc[0, "x"] = np.nan
    table.loc[8, "hide"] = True
    found = bivariate_classes(table, "x", "y", population="people", suppressed="hide")
    assert found["class"][0] == "no_data" and found["class"][8] == "suppressed"
    assert np.isnan(found["x_class"][0]) and np.isnan(found["x_class"][8])
    assert found["class"][1] == "1-3" and found["class"][7] == "3-1"
    assert "x_class" not in table and len(found.attrs["breaks"]["x"]) == 2


# --- bad input -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"column": "idh"}, SchemaError, "no column “idh”"),
        ({"better": ""}, ParameterError, "which way is well-off"),
        ({"better": "up"}, ParameterError, "which way"),
        ({"method": "moran"}, ParameterError, "must be one of"),
        ({"method": "footprints"}, ParameterError, "needs concentrations"),
        ({"replicates": 9}, ParameterError, "at least 99"),
        ({"reference": "granjas"}, SchemaError, "granjas"),
        ({"dissolve": "provincia"}, SchemaError, "provincia"),
        ({"procedure": "triplet"}, ParameterError, "procedure"),
        ({"reference": "dairies"}, SchemaError, "exactly as the reference"),
        ({"column": "word"}, SchemaError, "no numbers"),
        ({"column": "flat"}, SchemaError, "the same in all areas"),
        ({"column": "endless"}, SchemaError, "infinite"),
        ({"reference": "below"}, SchemaError, "negative"),
    ],
)
def test_bad_arguments(change: dict[str, Any], kind: type[Exception], said: str) -> None:
    table = drawn(1, side=6).assign(word="a", flat=1.0, endless=np.inf, below=-1)
    with pytest.raises(kind, match=said):
        asked(table, **change)


def test_bad_layers() -> None:
    table = drawn(1, side=6)
    bare = table.set_crs(None, allow_override=True)
    with pytest.raises(CRSError, match="no CRS"):
        asked(bare)
    points = gpd.GeoDataFrame(geometry=table.centroid, crs=CRS)
    with pytest.raises(CRSError, match="CRS differ"):
        asked_points(points.to_crs(4326), table)
    with pytest.raises(SchemaError, match="none lies in them"):
        asked_points(points.translate(1e6).to_frame("geometry"), table)
    with pytest.raises(SchemaError, match="not polygons"):
        asked(table.set_geometry(table.centroid))
    with pytest.raises(SchemaError, match="empty"):
        asked(table.iloc[:0])
    with pytest.raises(ParameterError, match="full rectangle"):
        asked(table.iloc[1:], method="shift")
    raster = Raster(np.ones((3, 3)), (1, 0, 0, 0, -1, 3), CRS)
    with pytest.raises(ParameterError, match="no columns of counts"):
        associate("dairies", raster, column="wealth", reference="farms", better="more")
    with pytest.raises(SchemaError, match="no producer is in a concentration"):
        c = concentrations(table, [(0, 0)])
        c.producers["concentration"] = -1
        associate(c, table, column="wealth", reference="farms", better="more")
    with pytest.raises(SchemaError, match="at least four"):
        moran(table.assign(wealth=np.nan), "wealth")
    with pytest.raises(SchemaError, match="the same"):
        local_association(table.assign(wealth=1.0), "wealth", "farms")
    with pytest.raises(SchemaError, match="people"):
        bivariate_classes(table.assign(people=0), "wealth", "farms", population="people")


def test_several_faults_are_told_at_once() -> None:
    with pytest.raises(SchemaError) as caught:
        asked(drawn(1, side=6), column="a", reference="b")
    assert "“a”" in str(caught.value) and "“b”" in str(caught.value)


def test_progress_may_stop_the_work() -> None:
    def stop(_fraction: float, _message: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        asked(drawn(1, side=6), progress=stop)


@pytest.mark.shared
@pytest.mark.slow
def test_districts_of_cajamarca(shared_data: Any) -> None:
    """Real districts, the sample's producers: figures, five divisions, a caution."""
    layer = gpd.read_file(shared_data / "cajamarca_distritos" / "cajamarca_distritos.gpkg")
    sample = sialgeo.load_sample("cajamarca")
    found = associate(
        sample.producers, layer.to_crs(sample.producers.crs), column="idh_2019", better="more",
        reference=sample.reference, dissolve="provincia", replicates=199,
    )  # fmt: skip
    assert found.areas == 127 and len(found.divisions) == 5
    assert found.naive["units"] < 1e-6 < found.p_value
    assert "indication only" in found.verdict or "all 5" in found.verdict


# --- told again -------------------------------------------------------------------------------------
def found_of(table: gpd.GeoDataFrame, groups: int = 5) -> Concentrations:
    """Return concentrations of twelve producers each, in as many cells."""
    centres = table.geometry.centroid.iloc[:: max(len(table) // groups, 1)][:groups]
    points = [Point(c.x + k, c.y + k) for c in centres for k in range(12)]
    number = np.repeat(np.arange(1, groups + 1), 12)
    producers = gpd.GeoDataFrame(
        {"concentration": number, "membership": "core"}, geometry=points, crs=table.crs
    )
    areas = gpd.GeoDataFrame(
        {"name": [f"C{k}" for k in range(groups)], "n": 12, "evidence": "tested"},
        geometry=centres.buffer(500).to_numpy(),
        index=np.arange(1, groups + 1),
        crs=table.crs,
    )
    return Concentrations(producers, areas)


def test_an_answer_is_kept_and_made_again_in_both_languages(tmp_path: Path) -> None:
    table = drawn(3, side=8)
    answer = associate(found_of(table), table, column="wealth", reference="farms", better="more")
    held = answer.added_to(found_of(table))
    assert held.tests == (answer.test,)
    again = sialgeo.read_concentrations(sialgeo.save(held, tmp_path / "c.work.gpkg"))
    (told,) = sialgeo.associations_of(again.steps)
    assert told.to_dict() == answer.to_dict() and told.details == answer.details
    publication = sialgeo.protect(held, min_n=10)
    for code in ("es", "en"):
        with use_language(code):
            lines = [said.text for said in said_first(publication)]
            assert any(line.startswith(told.verdict) for line in lines)
            assert told.contrast in lines and told.over_divisions in lines
    rows = {sheet.name: sheet.rows for sheet in sheets(publication)}["Association"]
    assert len(rows) == len(answer.divisions) >= 4
    log = runlog.record(publication)
    assert log["associations"][0]["p_value"] == answer.p_value
    assert "answer" not in next(s for s in log["steps"] if s["verb"] == "associate")["parameters"]


def test_figures_of_few_producers_are_withheld() -> None:
    table = drawn(3, side=8)
    answer = associate(found_of(table), table, column="wealth", reference="farms", better="more")
    publication = sialgeo.protect(answer.added_to(found_of(table)), min_n=61)
    assert sialgeo.associations_of(publication.steps) == ()
    assert "figures of tests of association" in set(publication.withheld["what"])


def test_fewer_than_five_concentrations_are_described_only() -> None:
    table = drawn(3, side=8)
    answer = associate(found_of(table, 4), table, column="wealth", reference="farms", better="more")
    assert answer.conclusion == "not_tested" and not any(
        np.isfinite(d.p_value) for d in answer.divisions
    )
    assert answer.contrast == "" and answer.to_dict()["naive"] == {}
    assert answer.verdict.startswith("Described, not tested")
    assert "4 concentrations are too few" in answer.verdict


# --- one group against the rest ------------------------------------------------------------------------
def parts() -> gpd.GeoDataFrame:
    table = cells(4)
    table["part"] = ["S"] * 4 + ["N"] * 12
    table["who"] = list("abcdefghijklmnop")
    table["hdi_1"] = [0.5, 0.5, 0.6, 0.8] + [0.7] * 11 + [0.4]
    table["hdi_2"] = [0.9] * 4 + list(np.linspace(0.5, 0.6, 12))
    return table


def test_contrast_by_hand() -> None:
    found = sialgeo.contrast(
        parts(), by="part", group="S", columns=["hdi_1", "hdi_2"], name="who", replicates=199
    )
    first, second = found.rows
    assert first.group_mean == pytest.approx(0.6)
    assert first.rest_mean == pytest.approx((11 * 0.7 + 0.4) / 12)
    assert (first.departing, first.departing_rest) == (("d",), ("p",))
    assert found.agrees(first) and not found.agrees(second) and not found.shown(second)
    assert second.departing == ("a", "b", "c", "d") and found.always == ("d",)
    assert "against what is stated" in found.said_of(second)
    assert found.table()["shown"].tolist() == [found.shown(first), False]
    with use_language("es"):
        assert "resto" in found.said_of(first) and "al contrario" in found.said_of(second)


def test_contrast_does_not_depend_on_row_order() -> None:
    table = parts()
    told = [
        sialgeo.contrast(t, by="part", group="S", columns=["hdi_1"], name="who").to_dict()
        for t in (table, table.sample(frac=1, random_state=3))
    ]
    assert told[0] == told[1]


def test_contrast_names_every_fault_at_once() -> None:
    table = parts().assign(hdi_1=np.nan)
    with pytest.raises(SchemaError) as raised:
        sialgeo.contrast(table, by="part", group="W", columns=["hdi_1", "gone"], name="who")
    said = str(raised.value)
    for part in ("hdi_1", "gone", "“part” = “W”", "N, S"):
        assert part in said


def test_the_south_of_mexico_year_by_year(tmp_path: Path) -> None:
    """The shipped study: means recomputed from the files, departures by hand."""
    study = sialgeo.Study.from_toml(ROOT / "sample_layers" / "mexico" / "estudio.toml")
    held = sialgeo.Study.from_toml(study.to_toml(tmp_path / "again.toml"))
    assert held.contrasts == study.contrasts and len(study.contrasts[0].columns) == 33
    few = dataclasses.replace(study.contrasts[0], columns=("shdi_1990", "shdi_2005", "shdi_2022"))
    study = dataclasses.replace(
        study, contrasts=(few,), export=dataclasses.replace(study.export, formats=("json",))
    )
    result = study.run(tmp_path / "out")
    (found,) = result.contrasts
    table = pd.read_csv(ROOT / "sample_layers" / "mexico" / "shdi.csv", dtype={"cve_ent": str})
    south = table["entidad"].isin(
        ["Campeche", "Chiapas", "Guerrero", "Oaxaca", "Quintana Roo", "Tabasco", "Veracruz", "Yucatán"]
    )  # fmt: skip
    for row in found.rows:
        values = table[row.indicator.column]
        assert row.group_mean == pytest.approx(values[south].mean())
        assert row.rest_mean == pytest.approx(values[~south].mean())
        away = table["entidad"][south & (values >= values[~south].mean())]
        assert row.departing == tuple(sorted(away))
    assert [r.departing for r in found.rows] == [("Campeche",), ("Quintana Roo",), ()]
    assert (tmp_path / "out" / "contrast.png").stat().st_size > 50_000
    log = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    step = next(s for s in log["steps"] if s["verb"] == "contrast")
    assert len(step["parameters"]["contrast"]["rows"]) == 3
