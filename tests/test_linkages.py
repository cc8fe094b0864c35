"""Linking: access, catchments, links of the chain and flows, with answers known by hand."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from sialgeo import ParameterError, SchemaError, SialTables, export, link, protect
from sialgeo.exporters.webmap import payload
from sialgeo.kernels.catchment import huff, nearest_with_room
from sialgeo.model import Concentrations

CRS = 32717
X, Y = 770_000, 9_200_000  # near Cajamarca


def points(xs: list[float], **columns: object) -> gpd.GeoDataFrame:
    geometry = gpd.points_from_xy([X + x for x in xs], [Y] * len(xs))
    return gpd.GeoDataFrame(dict(columns), geometry=geometry, crs=CRS)


def two(n: int = 12) -> Concentrations:
    """Two concentrations of n dairies each, 60 km apart, and one dairy alone."""
    xs = [*(10.0 * i for i in range(n)), *(60_000 + 10.0 * i for i in range(n)), 200_000.0]
    producers = points(
        xs, id=[f"Q{i}" for i in range(2 * n + 1)], concentration=[1] * n + [2] * n + [-1],
        membership="core", room=1.0, mercado_dest="coast", t=2.0,
    )  # fmt: skip
    areas = gpd.GeoDataFrame(
        {"name": ["A", "B"], "n": [n, n], "evidence": ["tested"] * 2, "main_chain": ["c", "d"]},
        geometry=[box(X - 500, Y - 500, X + 700, Y + 500), box(X + 59_500, Y - 500, X + 60_700, Y + 500)],
        index=[1, 2], crs=CRS,
    )  # fmt: skip
    return Concentrations(producers, areas)


def test_suppliers_are_counted_around_each_plant() -> None:
    farms = points([0, 4_000, 60_000, 75_000], litres=[10.0, 20.0, 5.0, 7.0])
    found = link(two(), suppliers=farms, supply="litres", radii=[5_000, 20_000], catchment="none")
    areas = found.areas
    assert areas["suppliers_within__5"].tolist() == [2.0, 1.0]
    assert areas["supply_within__20"].tolist() == [30.0, 12.0]
    assert areas["plants_at_edge"].tolist() == [100.0, 100.0]
    assert any("edge" in note for note in found.notes)
    assert "suppliers_within__5" not in two().areas


def test_the_nearest_with_room_takes_the_shortest_ways_first() -> None:
    farms = points([0, 1, 2, 3, 60_000], litres=[1.0] * 5)
    found = link(two(2), suppliers=farms, supply="litres", catchment="nearest", capacity="room")
    assert found.areas["catchment_volume"].tolist() == [2.0, 1.0]
    assert any("2 suppliers fell to no plant" in note for note in found.notes)
    with pytest.raises(ParameterError, match="needs capacity="):
        link(two(), suppliers=farms, catchment="nearest")


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 9_999), plants=st.integers(1, 25), suppliers=st.integers(1, 40))
def test_no_supplier_and_plant_would_rather_have_each_other(
    seed: int, plants: int, suppliers: int
) -> None:
    rng = np.random.default_rng(seed)
    p, s = rng.uniform(0, 100, (plants, 2)), rng.uniform(0, 100, (suppliers, 2))
    room = rng.integers(0, 4, plants).astype(float)
    given_to = nearest_with_room(p, room, s, np.ones(suppliers), reach=60.0)
    load = np.bincount(given_to[given_to >= 0], minlength=plants)
    assert (load <= room).all()
    gap = np.hypot(*(s[:, None] - p[None]).transpose(2, 0, 1))
    for i in range(suppliers):
        own = gap[i, given_to[i]] if given_to[i] >= 0 else 60.0
        for j in np.flatnonzero(gap[i] < own - 1e-9):  # a nearer plant is full of nearer ones
            assert load[j] == room[j]
            assert (gap[given_to == j, j] <= gap[i, j] + 1e-9).all()
    order = rng.permutation(suppliers)
    again = nearest_with_room(p, room, s[order], np.ones(suppliers), reach=60.0)
    assert again.tolist() == given_to[order].tolist()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 9_999))
def test_huff_shares_out_what_is_within_reach_and_no_more(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, s = rng.uniform(0, 100, (8, 2)), rng.uniform(0, 100, (30, 2))
    supply = rng.uniform(1, 5, 30)
    found = huff(p, rng.uniform(1, 3, 8), s, supply, reach=40.0, least=1.0)
    near = (np.hypot(*(s[:, None] - p[None]).transpose(2, 0, 1)) <= 40).any(axis=1)
    assert found.supply.sum() == pytest.approx(supply[near].sum())
    assert found.suppliers.sum() == pytest.approx(near.sum())


def test_links_of_the_chain_and_what_was_not_looked_for() -> None:
    actors = points([0, 100, 60_000], eslabon=["1", "3", "3"])
    template = {"c": ["1", "3"], "d": ["1", "3"]}
    found = link(two(), actors=actors, links=template).areas
    assert found["chain_completeness"].tolist() == [1.0, 0.5]
    assert found["links_missing"].tolist() == ["", "1"]
    weighted = link(two(), actors=actors, links=["1", "3"], weights={"1": 3.0, "3": 1.0}).areas
    assert weighted["chain_completeness"].tolist() == [1.0, 0.25]
    opened = link(two(), actors=actors, links=["1", "3", "5"])
    assert opened.areas["chain_completeness"].isna().all()
    assert any("link 5" in note for note in opened.notes)


def flows() -> pd.DataFrame:
    rows = [
        ("F1", "Q0", None, 30.0, "L"), ("F2", "Q0", None, 10.0, "L"), ("F1", "Q12", None, 5.0, "L"),
        ("Q0", None, "Lima", 3.0, "t"), ("Q1", "Q2", None, 1.0, "t"), ("Q13", "Q1", None, None, "t"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["origen", "destino", "mercado", "volumen", "unidad_vol"])


def test_what_flows_say_by_hand() -> None:
    actors = points([2_000, 40_000], id=["F1", "F2"], eslabon=["1", "1"])
    found = link(two(), flows=flows(), actors=actors)
    areas = found.areas
    # A buys litres from F1 (local, 30 of 40: two flows) and tonnes from Q1 (its own, all: one flow)
    assert areas["local_content"].tolist() == pytest.approx([100 * (2 * 0.75 + 1) / 3, 0.0])
    assert areas["sold_outside"].iloc[0] == pytest.approx(75.0)
    assert areas["backward_share"].tolist() == pytest.approx([100 * 3 / 12, 100 / 12])
    assert areas["plants_with_flows"].tolist() == [3.0, 2.0]
    assert any("1 flow has no volume" in note for note in found.notes)


def test_flows_are_drawn_only_where_no_plant_is_told() -> None:
    """Twelve sell to the coast: published. With one of them selling nearly all: withheld."""
    places = points([300_000], name=["coast"])
    asked = {"volume": "t", "volume_unit": "t/week", "places": places}
    lines = protect(link(two(), **asked)).flows
    assert lines is not None and len(lines) == 2
    assert lines["volume"].tolist() == [24.0, 24.0] and lines.geometry.notna().all()
    secret = two().producers.to_crs(4326).geometry
    ends = lines.geometry.get_coordinates().to_numpy()
    gaps = [np.hypot(*(ends - [p.x, p.y]).T).min() for p in secret]
    assert min(gaps) > 0
    one = two()
    one.producers.loc[0, "t"] = 500.0
    kept = protect(link(one, **asked))
    assert kept.flows is not None and kept.flows["name"].tolist() == ["B"]
    assert (kept.withheld["what"] == "flows between concentrations and markets").any()
    assert all("flows" not in step.parameters for step in kept.steps)
    few = protect(link(two(), flows=flows()))
    assert few.flows is not None and len(few.flows) == 0
    assert few.areas["local_content"].isna().all()


def test_lines_from_plant_to_plant_only_where_the_plants_are_published(tmp_path: Path) -> None:
    """Q1 sells to Q2 (its own concentration), Q13 to Q1; farms and markets are no published points."""
    found = link(two(), flows=flows().assign(producto=["leche"] * 3 + ["queso"] * 3))
    assert len(protect(found).flows) == len(protect(found, publish="grid").flows) == 0
    held = protect(found, publish="points", min_n=12)
    lines = held.flows
    assert lines is not None
    told = lines[["name", "destination", "product", "n"]].values.tolist()
    assert told == [["A", "A", "queso", 1], ["B", "A", "queso", 1]]
    assert lines["volume"].isna().all()
    at = held.points.geometry
    for line, ends in zip(lines.geometry, [(1, 2), (13, 1)], strict=True):
        assert list(line.coords) == [at[ends[0]].coords[0], at[ends[1]].coords[0]]
    assert not any("plant_flows" in step.parameters for step in held.steps)
    data, _shapes = payload(held, "en")
    assert [(one["volume"], one["width"]) for one in data["flows"]] == [(None, 1.5)] * 2
    written = export(found, tmp_path / "a.gpkg", publish="points", min_n=12)
    assert gpd.read_file(written, layer="flujos")["product"].tolist() == ["queso", "queso"]
    withheld = protect(found, publish="points", min_n=13).flows
    assert withheld["name"].tolist() == ["", ""]  # nobody learns which concentration was withheld


def test_every_missing_column_is_named_at_once() -> None:
    with pytest.raises(SchemaError) as failure:
        link(two(), suppliers=points([0]), supply="x", actors=points([0]), links=["1"])
    assert "“x”" in str(failure.value) and "“eslabon”" in str(failure.value)


def test_the_tables_give_actors_flows_and_the_links_of_each_chain() -> None:
    """As when each is given by hand; what is given by hand comes first."""
    actors = points([0, 8_000, 60_000], id=["F1", "T1", "F2"], eslabon=["1", "4", "1"])
    chains = {"cadena": ["c", "c", "d", "d"], "eslabon": ["1", "4"] * 2, "peso": [3.0, 1.0] * 2}
    tables = SialTables.from_frames({"unidad": actors, "cadena": pd.DataFrame(chains)})
    found = link(two(), tables=tables).areas
    assert found["links_present"].tolist() == ["1, 4", "1"]
    assert found["chain_completeness"].tolist() == [1.0, 0.75]
    by_hand = link(two(), tables=tables, links=["1"]).areas
    assert by_hand["chain_completeness"].tolist() == [1.0, 1.0]
