"""Colocation quotients: by hand, ties shared, units at one place, and chance."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sialgeo import (
    SchemaError,
    colocation_quotient,
    load_sample,
    local_colocation,
    read_producers,
)
from sialgeo.kernels.colocation import Neighbours, pair_counts


def layer(xy: np.ndarray, kind: list[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"kind": kind}, geometry=gpd.points_from_xy(*xy.T), crs=32717)


def brute(xy: np.ndarray, code: np.ndarray, k: int, kinds: int) -> np.ndarray:
    """Each unit's k nearest, those tied for the last places sharing them."""
    counts = np.zeros((kinds, kinds))
    for i in range(len(xy)):
        d = np.hypot(*(xy - xy[i]).T)
        d[i] = np.inf
        last = np.sort(d)[k - 1]
        nearer, tied = d < last - 1e-9, np.abs(d - last) <= 1e-9
        share = nearer / k + tied * (k - nearer.sum()) / tied.sum() / k
        np.add.at(counts[code[i]], code, share)
    return counts


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    k=st.integers(1, 6),
    side=st.integers(2, 6),
    kinds=st.integers(2, 4),
)
def test_ties_and_shared_places_are_shared(seed: int, k: int, side: int, kinds: int) -> None:
    """On a small lattice nearly everything is tied, and places are shared."""
    rng = np.random.default_rng(seed)
    xy, code = rng.integers(0, side, (25, 2)).astype(float), rng.integers(0, kinds, 25)
    counts = pair_counts(Neighbours.of(xy, k), code, kinds)
    assert counts == pytest.approx(brute(xy, code, k, kinds), abs=1e-9)
    assert counts.sum(axis=1) == pytest.approx(np.bincount(code, minlength=kinds), abs=1e-9)


def test_ten_thousand_units_at_one_place_take_no_memory_of_pairs() -> None:
    xy = np.vstack([np.zeros((10_000, 2)), np.ones((3, 2))])
    near = Neighbours.of(xy, 2)
    assert near.shares.nnz <= 4


def test_plants_beside_farms_far_from_shops() -> None:
    rng = np.random.default_rng(2)
    plants = rng.uniform(0, 20_000, (25, 2)) + 500_000
    farms = plants + rng.normal(0, 50, plants.shape)
    shops = rng.uniform(0, 20_000, (50, 2)) + 500_000
    units = layer(np.vstack([plants, farms, shops]), ["plant"] * 25 + ["farm"] * 25 + ["shop"] * 50)
    found = colocation_quotient(units, kind="kind", replicates=199)
    rows = found.table.set_index(["kind", "near"])
    assert rows.loc[("plant", "farm"), "clq"] > 3 and rows.loc[("plant", "farm"), "q_value"] < 0.05
    assert rows.loc[("plant", "shop"), "clq"] < 0.5
    own = [rows.loc[(kind, kind), "expected"] for kind in ("plant", "farm", "shop")]
    assert own == pytest.approx([1.0] * 3, abs=0.05)
    # plants stay: what is beside them is no plant, so that farms and shops are commoner there
    assert 1.2 < rows.loc[("plant", "farm"), "expected"] < 1.5
    assert (rows["p_value"] >= 1 / 200).all()
    local = local_colocation(units, kind="kind", of="plant", near="farm", nearest=3, replicates=199)
    assert local.index.tolist() == list(range(25))
    assert local["lclq"].mean() > 2


@pytest.mark.parametrize("null", ["restricted", "random"])
def test_it_errs_as_often_as_it_says(null: str) -> None:
    """60 maps without association, 39 replicates; the pair of two kinds, at 5 %."""
    p = []
    for number in range(60):
        rng = np.random.default_rng([3, number])
        units = layer(rng.normal(0, 5_000, (60, 2)) + 5e5, rng.choice(["a", "b", "c"], 60).tolist())
        table = colocation_quotient(units, kind="kind", null=null, replicates=39, seed=number).table
        p.append(table.set_index(["kind", "near"])["p_value"][("a", "b")])
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)


def test_the_local_quotient_errs_as_often_as_it_says() -> None:
    rates = []
    for near in ("a", "b"):
        for number in range(20):
            rng = np.random.default_rng([4, number])
            units = layer(rng.normal(0, 5e3, (80, 2)) + 5e5, rng.choice(["a", "b"], 80).tolist())
            found = local_colocation(units, kind="kind", of="a", near=near, replicates=99)
            rates.append((found["p_value"] <= 0.05).mean())
    assert np.mean(rates) <= 0.06


def test_rows_in_another_order_change_nothing() -> None:
    rng = np.random.default_rng(9)
    xy = rng.integers(0, 9, (50, 2)) * 1_000.0 + 500_000
    units = layer(xy, rng.choice(["a", "b"], 50).tolist())
    turned = units.iloc[rng.permutation(50)]
    one, two = (
        colocation_quotient(u, kind="kind", k=2, replicates=29).table for u in (units, turned)
    )
    assert one.round(12).equals(two.round(12))


def test_all_actors_are_needed() -> None:
    units = layer(np.arange(8.0).reshape(4, 2), ["a", "b", "a", "b"])
    with pytest.raises(SchemaError, match="empty in 1 rows"):
        colocation_quotient(units.assign(kind=["a", None, "a", "b"]), kind="kind")
    with pytest.raises(SchemaError, match="one kind only"):
        colocation_quotient(units.assign(kind="a"), kind="kind")


def test_the_three_chains_of_the_sample_lie_apart_as_the_paper_says() -> None:
    """Fresh cheese keeps to itself around Bambamarca; mantecoso and andino share Cajamarca."""
    sample = load_sample("cajamarca")
    dairies = read_producers(sample.folder / "queserias.csv")
    found = colocation_quotient(dairies, kind="cadena", k=5, replicates=199)
    rows = found.table.set_index(["kind", "near"])
    assert found.overall > 1.1 and found.overall_p <= 0.01
    for kind in ("queso-fresco", "queso-andino", "quesillo-mantecoso"):
        assert rows.loc[(kind, kind), "clq"] > 1 and rows.loc[(kind, kind), "q_value"] <= 0.05
    for other in ("queso-andino", "quesillo-mantecoso"):
        for pair in (("queso-fresco", other), (other, "queso-fresco")):
            assert rows.loc[pair, "clq"] < 1 and rows.loc[pair, "q_value"] <= 0.05
    pair = rows.loc[("quesillo-mantecoso", "queso-andino")]
    assert pair["clq"] > 1 and pair["q_value"] <= 0.05
