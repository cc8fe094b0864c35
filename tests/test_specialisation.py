"""Location quotient: published and worked oracles, bounds, and honest gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sialgeo import ParameterError, location_quotient, set_language


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
