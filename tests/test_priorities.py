"""Priorities: ranks by hand, weights that decide, and what is missing."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from sialgeo import SchemaError, prioritise
from sialgeo.kernels.ranking import robustness
from sialgeo.model import Concentrations


def areas(**columns: list[float]) -> Concentrations:
    count = len(next(iter(columns.values())))
    table = gpd.GeoDataFrame(
        {"name": list("ABCDEFGH"[:count]), "n": 20, "evidence": "tested", **columns},
        index=range(1, count + 1), geometry=[box(i, 0, i + 1, 1) for i in range(count)], crs=32717,
    )  # fmt: skip
    units = gpd.GeoDataFrame(
        {"concentration": [1], "membership": ["core"]},
        geometry=gpd.points_from_xy([0], [0]),
        crs=32717,
    )
    return Concentrations(units, table)


def test_first_in_everything_is_robust_and_first_in_one_thing_is_not() -> None:
    both = {"need": {"poor": 1}, "access": {"far": -1}}
    clear = prioritise(areas(poor=[9, 5, 1], far=[1, 5, 9]), subindices=both, top=1).areas
    assert clear["priority"].tolist() == ["robust", "not_first", "not_first"]
    assert clear["priority_rank_low"].tolist() == clear["priority_rank_high"].tolist() == [1, 2, 3]
    torn = prioritise(areas(poor=[9, 1, 0], far=[9, 1, 10]), subindices=both, top=1).areas
    assert torn["priority"].tolist() == ["sensitive", "sensitive", "not_first"]
    assert torn["priority_p_top"].iloc[:2].sum() == pytest.approx(1.0, abs=0.01)
    assert torn["priority_rank_left_out_low"].tolist()[:2] == [1.0, 1.0]


def test_the_share_of_weightings_is_that_of_geometry() -> None:
    """Two sub-indices: A leads where the first weighs more than 1/4, of uniform weights: 0.75."""
    found = robustness(np.array([[0.8, 0.2], [0.5, 0.3]]), 1, 20_000, np.random.default_rng(1))
    assert found.p_top[0] == pytest.approx(0.75, abs=0.01)


def test_what_is_missing_is_named_and_never_zero() -> None:
    found = prioritise(
        areas(poor=[9, np.nan, 1, 2], none=[np.nan] * 4), top=1,
        subindices={"need": "poor", "access": "none"},
    )  # fmt: skip
    assert found.areas["priority"].tolist()[1] == "not_evaluable"
    assert np.isnan(found.areas["priority_rank"].iloc[1])
    assert found.areas["priority_missing"].tolist() == [
        "access",
        "need, access",
        "access",
        "access",
    ]
    assert any("left out of the priority: access" in note for note in found.notes)
    with pytest.raises(SchemaError, match="no column “x”"):
        prioritise(areas(poor=[1, 2]), subindices={"need": "x"})
    with pytest.raises(SchemaError, match="no sub-index"):
        prioritise(areas(poor=[1, 2]))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 9_999), n=st.integers(2, 8), k=st.integers(1, 4))
def test_ranks_lie_where_they_can(seed: int, n: int, k: int) -> None:
    scores = np.random.default_rng(seed).uniform(size=(n, k))
    found = robustness(scores, 1, 300, np.random.default_rng(seed))
    assert (found.low >= 1).all() and (found.high <= n).all() and (found.low <= found.high).all()
    assert found.p_top.sum() == pytest.approx(1.0)
    order = np.random.default_rng(1).permutation(n)
    again = robustness(scores[order], 1, 300, np.random.default_rng(seed))
    assert again.p_top.tolist() == found.p_top[order].tolist()


def test_three_of_three_are_not_robust() -> None:
    found = prioritise(areas(poor=[3, 2, 1]), subindices={"need": "poor"}, top=3).areas
    assert set(found["priority"]) == {"sensitive"}
