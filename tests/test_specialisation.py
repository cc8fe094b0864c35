"""Location quotient: published and worked oracles, bounds, and honest gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sialgeo import (
    ParameterError,
    SchemaError,
    agglomeration_indices,
    location_quotient,
    quotients_by_territory,
    set_language,
)
from sialgeo.kernels.specialisation import agglomeration


def test_published_quotient() -> None:
    """REAT's locq() on Farhauer and Kröll's figures."""
    found = location_quotient(1714, 79006, 879213, 15593224)
    assert found["lq"].iloc[0] == pytest.approx(0.3847623423, rel=1e-9)


def test_interval_and_tail_of_the_worked_example() -> None:
    row = location_quotient(30, 200, 100, 2000).iloc[0]
    assert row["lq"] == pytest.approx(3.0)
    assert row["se_ln"] == pytest.approx(0.1443375673, rel=1e-9)
    # the oracle rounds the normal quantile to 1.96
    assert (row["low"], row["high"]) == pytest.approx((2.2607817, 3.9809239), rel=1e-5)
    assert row["p_upper"] == pytest.approx(7.588049e-09, rel=1e-6)


def test_none_of_the_kind_is_zero_up_to_clopper_and_pearson() -> None:
    row = location_quotient(0, 10, 100, 2000).iloc[0]
    assert (row["lq"], row["low"], row["p_upper"]) == (0.0, 0.0, 1.0)
    assert row["high"] == pytest.approx((1 - 0.025**0.1) / 0.05)  # 0.3085 of ten, against 5 %
    assert np.isnan(row["se_ln"])


@pytest.mark.parametrize("figures", [(0, 0, 10, 100), (0, 10, 0, 100), (np.nan, 10, 5, 100)])
def test_undefined_stays_nan(figures: tuple[float, ...]) -> None:
    assert location_quotient(*figures).isna().all(axis=None)


def test_volumes_have_a_quotient_and_no_interval() -> None:
    row = location_quotient(1.5, 3.0, 10.0, 40.0).iloc[0]
    assert row["lq"] == pytest.approx(2.0)
    assert row[["se_ln", "low", "high", "p_upper"]].isna().all()


def test_results_align_to_the_series_given() -> None:
    x_i = pd.Series([3, 1], index=["b", "a"])
    found = location_quotient(x_i, [6, 6], 10, 40)
    assert found.index.tolist() == ["b", "a"]
    assert found["lq"].tolist() == pytest.approx([2.0, 2 / 3])


def test_all_faults_at_once_in_both_languages() -> None:
    for code in ("en", "es"):
        set_language(code)
        with pytest.raises(ParameterError) as caught:
            location_quotient([-1, 5], [4, 4], 10, [40, 3])
        assert len(str(caught.value).splitlines()) >= 3


def test_lengths_and_indexes_must_fit() -> None:
    with pytest.raises(ParameterError, match="one length"):
        location_quotient([1, 2], [3, 4, 5], 6, 20)
    with pytest.raises(ParameterError, match="different indexes"):
        location_quotient(pd.Series([1.0], index=["a"]), pd.Series([2.0], index=["b"]), 3, 9)


def test_more_of_the_kind_outside_than_units_outside_is_refused() -> None:
    assert location_quotient(1, 2, 9, 10)["lq"].notna().all()
    with pytest.raises(ParameterError, match="larger"):
        location_quotient(0, 2, 9, 10)


@settings(deadline=None)
@given(st.data())
def test_the_interval_holds_the_quotient_and_the_weighted_mean_is_one(data: st.DataObject) -> None:
    parts = data.draw(
        st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=8)
    )
    x_i = np.array([p[0] for p in parts], dtype=float)
    n_i = x_i + [p[1] for p in parts]
    x, n = x_i.sum(), n_i.sum()
    found = location_quotient(x_i, n_i, x, n)
    defined = found["lq"].notna().to_numpy()
    inside = found[defined]
    assert (inside["low"] <= inside["lq"] + 1e-12).all()
    assert (inside["high"] >= inside["lq"] - 1e-12).all()
    assert inside["p_upper"].between(0, 1).all()
    if defined.any():
        assert np.average(inside["lq"], weights=n_i[defined]) == pytest.approx(1.0)


# --- shrinkage, districts, agglomeration -------------------------------------------------------------


def test_few_units_are_drawn_to_the_mean_most() -> None:
    found = location_quotient([8, 300, 40, 52], [20, 1000, 400, 580], 400, 2000, shrink=True)
    pull = (found["shrunk"] - 1).abs() / (found["lq"] - 1).abs()
    assert pull.iloc[0] == pull.min() and (pull <= 1).all()
    assert (found["shrunk_low"] < found["shrunk"]).all()
    assert (found["shrunk"] < found["shrunk_high"]).all()


def test_rows_that_differ_only_by_chance_are_all_the_mean() -> None:
    found = location_quotient([10, 20, 30], [100, 200, 300], 60, 600, shrink=True)
    assert found["shrunk"].tolist() == pytest.approx([1.0, 1.0, 1.0])


def test_quotients_of_districts_and_their_neighbours_by_hand() -> None:
    """Three districts in a row: 1–2 and 2–3 touch."""
    import geopandas as gpd
    from shapely.geometry import box

    units = pd.DataFrame(
        {
            "chain": ["a"] * 4 + ["b"] * 4 + [None],
            "code": ["1", "1", "1", "2", "2", "3", "3", "3", "1"],
        }
    )
    districts = gpd.GeoDataFrame(
        {"code": ["1", "2", "3"]},
        geometry=[box(i * 1000, 0, i * 1000 + 1000, 1000) for i in range(3)],
        crs=32717,
    )
    found = quotients_by_territory(
        units, chain="chain", territory="code", territories=districts, key="code"
    ).set_index(["chain", "code"])
    assert found.attrs["left_out"] == 1
    assert found["lq"].tolist() == pytest.approx([2.0, 1.0, 0.0, 0.0, 1.0, 2.0])
    # district 1 with 2: four of five units are of chain a, half of all are
    assert found["cluster_lq"].tolist() == pytest.approx([1.6, 1.0, 0.4, 0.4, 1.0, 1.6])


@settings(max_examples=60, deadline=None)
@given(
    plants=st.lists(st.floats(1, 100), min_size=2, max_size=12),
    regions=st.lists(st.integers(0, 3), min_size=12, max_size=12),
    split=st.integers(0, 11),
)
def test_splitting_a_plant_where_it_stands_never_lowers_the_index(
    plants: list[float], regions: list[int], split: int
) -> None:
    """The activity lies as before, but fewer large plants explain it."""
    place = np.array(regions[: len(plants)])
    sizes, x = np.array(plants), np.full(4, 0.25)
    s = np.bincount(place, weights=sizes, minlength=4) / sizes.sum()
    k = split % len(plants)
    halves = np.append(np.delete(sizes, k), [sizes[k] / 2] * 2)
    whole, parts = agglomeration(s, x, sizes), agglomeration(s, x, halves)
    assert parts.raw == whole.raw and parts.herfindahl < whole.herfindahl
    if whole.raw / (1 - (x**2).sum()) <= 1:
        assert parts.ellison_glaeser >= whole.ellison_glaeser - 1e-12


def test_plants_thrown_at_random_have_no_agglomeration_on_average() -> None:
    rng = np.random.default_rng(1)
    x, sizes = np.array([0.5, 0.3, 0.15, 0.05]), rng.uniform(1, 20, 15)
    found = []
    for _map in range(2_000):
        place = rng.choice(4, 15, p=x)
        s = np.bincount(place, weights=sizes, minlength=4) / sizes.sum()
        found.append(agglomeration(s, x, sizes)[2:])
    mean, error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(2_000)
    assert (np.abs(mean) <= 3 * error).all()


def test_one_plant_has_no_index() -> None:
    table = pd.DataFrame({"chain": ["a", "b", "b"], "code": ["1", "1", "2"]})
    found = agglomeration_indices(table, chain="chain", territory="code")
    assert np.isnan(found.loc["a", "ellison_glaeser"])
    assert found.loc["b", "hoover"] == pytest.approx(1 / 6)


def test_a_benchmark_covers_every_district() -> None:
    table = pd.DataFrame({"chain": ["a", "b"], "code": ["1", "2"]})
    with pytest.raises(SchemaError, match="lacks 2"):
        agglomeration_indices(
            table, chain="chain", territory="code", benchmark=pd.Series({"1": 5.0})
        )


def test_an_area_that_is_all_of_one_kind_is_no_surer_for_having_one_unit() -> None:
    """One unit of one: p_i may be anything above 0.025; two of two, above its root."""
    found = location_quotient([1, 2, 30], [1, 2, 30], 80, 500)
    share = 80 / 500
    assert found["lq"].tolist() == pytest.approx([1 / share] * 3)
    assert found["low"].iloc[1] == pytest.approx(0.025**0.5 / share)
    assert found["low"].iloc[0] == pytest.approx(0.025 / share)
    assert (found["high"] >= found["lq"]).all()
