"""Profile: figures worked by hand on six dairies."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import pytest
import shapely

from sialgeo import Concentrations, CRSError, SchemaError, location_quotient, profile, set_language


def dairies(**columns: list[object]) -> Concentrations:
    """Two concentrations of 2 km² and 1 km²; four dairies in the first, one in the second, one in none."""
    producers = gpd.GeoDataFrame(
        {
            "chain": ["fresh", "fresh", "ripe", "fresh", "ripe", "ripe"],
            "t": [1.0, 2.0, np.nan, 3.0, np.nan, 4.0],
            "concentration": [1, 1, 1, 1, 2, -1],
            "membership": ["core"] * 5 + ["none"],
            **columns,
        },
        geometry=gpd.points_from_xy([500_000] * 6, np.arange(6) * 1000 + 9_200_000),
        crs="EPSG:32717",
        index=list("abcdef"),
    )
    boxes = [
        shapely.box(499_500, 9_199_500, 500_500, 9_201_500),
        shapely.box(499_500, 9_203_500, 500_500, 9_204_500),
    ]
    areas = gpd.GeoDataFrame(
        {"name": ["A", "B"], "n": [4, 1], "evidence": ["tested", "tested"]},
        geometry=boxes,
        crs="EPSG:32717",
        index=[1, 2],
    )
    return Concentrations(producers, areas)


def test_size_share_area_density() -> None:
    areas = profile(dairies()).areas
    assert areas["n"].tolist() == [4, 1]
    assert areas["share_of_producers"].tolist() == pytest.approx([400 / 6, 100 / 6])
    # UTM's scale on its central meridian is 0.9996: the true area is a little larger
    assert areas["area_km2"].tolist() == pytest.approx([2 / 0.9996**2, 1 / 0.9996**2], rel=2e-4)
    assert (areas["density_km2"] * areas["area_km2"]).tolist() == pytest.approx([4, 1])


def test_chain_mix_and_quotients() -> None:
    found = profile(dairies(), chain="chain")
    areas = found.areas
    assert areas[["chain_n__fresh", "chain_n__ripe"]].to_numpy().tolist() == [[3, 1], [0, 1]]
    assert areas["main_chain"].tolist() == ["fresh", "ripe"]
    quarter = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25)) / np.log(2)
    assert areas["chain_entropy"].tolist() == pytest.approx([quarter, 0.0])
    expected = location_quotient([3, 1], [4, 1], [3, 3], 6)
    assert areas["chain_lq__fresh"].tolist() == pytest.approx([1.5, 0.0])
    assert areas["chain_lq__ripe"].tolist() == pytest.approx([0.5, 2.0])
    for column, figure in (("", "lq"), ("_low", "low"), ("_high", "high")):
        assert areas[f"location_quotient{column}"].tolist() == pytest.approx(
            expected[figure].tolist()
        )
    assert found.steps[-1].parameters["chains"] == ["fresh", "ripe"]
    assert "interval" in " ".join(found.notes)  # so few dairies prove nothing


def test_a_producer_without_chain_counts_in_neither_part() -> None:
    found = profile(dairies(chain=["fresh", None, "ripe", " ", np.nan, "ripe"]), chain="chain")
    assert found.areas["chain_n__fresh"].tolist() == [1, 0]
    assert found.areas["chain_lq__fresh"].tolist()[0] == pytest.approx((1 / 2) / (1 / 3))
    assert np.isnan(found.areas["chain_lq__fresh"].tolist()[1])
    assert (
        found.areas["main_chain"].tolist()[1] is None
        or found.areas["main_chain"].isna().tolist()[1]
    )
    assert any(note.startswith("3 of 6 producers have no chain") for note in found.notes)


def test_output_leaves_the_unknown_unknown() -> None:
    found = profile(dairies(), volume="t", volume_unit="t/week")
    assert found.areas["output"].tolist() == pytest.approx([6.0, np.nan], nan_ok=True)
    assert found.areas["output_known"].tolist() == [3, 0]
    assert found.areas["share_of_output"].tolist() == pytest.approx([60.0, np.nan], nan_ok=True)
    assert any("4 of 6 producers is known" in note for note in found.notes)
    assert found.steps[-1].parameters["volume_unit"] == "t/week"


def test_employment_is_summed_where_it_is_known() -> None:
    found = profile(dairies(), employment="t")
    assert found.areas["employment"].tolist() == pytest.approx([6.0, np.nan], nan_ok=True)
    assert any("employment of 4 of 6" in note for note in found.notes)
    assert "employment" not in profile(found).areas


def test_nothing_given_is_changed_and_a_second_profile_renews() -> None:
    given = dairies()
    before = given.areas.copy(), given.producers.copy()
    once = profile(given, chain="chain", volume="t")
    twice = profile(once, chain="chain")
    assert given.areas.equals(before[0])
    assert given.producers.equals(before[1])
    assert "output" not in twice.areas.columns
    assert twice.areas.columns.is_unique


def test_no_concentrations() -> None:
    given = dairies()
    producers = given.producers.assign(concentration=-1)
    found = profile(Concentrations(producers, given.areas.iloc[:0]), chain="chain", volume="t")
    assert len(found.areas) == 0
    assert {"area_km2", "main_chain", "chain_n__fresh", "output"} <= set(found.areas.columns)


def test_no_producers() -> None:
    given = dairies()
    found = profile(
        Concentrations(given.producers.iloc[:0], given.areas.iloc[:0]), chain="chain", volume="t"
    )
    assert found.steps[-1].parameters["chains"] == []


def test_many_chains_raise_no_warning() -> None:
    n = 60
    producers = gpd.GeoDataFrame(
        {"kind": range(n), "concentration": 1, "membership": "core"},
        geometry=gpd.points_from_xy(np.arange(n) + 5e5, np.full(n, 9.2e6)),
        crs="EPSG:32717",
    )
    areas = gpd.GeoDataFrame(
        {"name": ["A"], "n": [n], "evidence": ["tested"]},
        geometry=[producers.union_all().buffer(1e3)],
        crs="EPSG:32717",
        index=[1],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = profile(Concentrations(producers, areas), chain="kind")
    assert found.areas["chain_n__59"].tolist() == [1]


@pytest.mark.parametrize("code", ["en", "es"])
def test_faults_of_columns_at_once(code: str) -> None:
    set_language(code)
    with pytest.raises(SchemaError, match=r"(?s)kind.*tonnes"):
        profile(dairies(), chain="kind", volume="tonnes")
    with pytest.raises(SchemaError) as caught:
        profile(dairies(t=["x", -1, np.inf, 1, 2, None]), volume="t")
    assert [row in str(caught.value) for row in "abc"] == [True, True, True]
    assert len(str(caught.value).splitlines()) == 3


def test_crs_is_required() -> None:
    given = dairies()
    with pytest.raises(CRSError):
        profile(Concentrations(given.producers, given.areas.to_crs(4326)))
