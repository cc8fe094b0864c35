"""The confidentiality gate: what it holds back, what it tells, and what cannot be read back."""

from __future__ import annotations

import inspect
import json
from dataclasses import asdict, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from shapely.geometry import Point, box

import sialgeo
from sialgeo.disclosure import Disclosure, protect, withheld_sentences
from sialgeo.disclosure.audit import Crossing, Shown, audited
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.exporters import export_all
from sialgeo.i18n import _, retell, use_language
from sialgeo.kernels import bounds
from sialgeo.kernels.bounds import Told, known_closely
from sialgeo.kernels.suppression import hidden_in_row, hidden_in_table
from sialgeo.model import Concentrations, Context, Step

from .handmade import CRS, context, found


def corners(layer: gpd.GeoDataFrame) -> np.ndarray:
    return layer.geometry.to_crs(CRS).get_coordinates().to_numpy()


def nearest(c: Concentrations, layer: gpd.GeoDataFrame) -> float:
    """Metres from the published vertices to the nearest producer."""
    return float(cKDTree(c.producers.get_coordinates().to_numpy()).query(corners(layer))[0].min())


def test_small_concentrations_are_withheld_and_said() -> None:
    c = found((14, 12, 4))
    published = protect(c)
    assert list(published.areas.index) == [1, 2]
    assert published.points is None
    assert published.grid is not None  # areas and a grid by default
    assert protect(c, publish="areas").grid is None
    assert published.total == len(c.producers)
    row = published.withheld.iloc[0]
    assert (row["what"], row["n_withheld"]) == ("concentrations", 1)
    assert "minimum" in row["reason"]
    assert any("concentrations: 1" in text for text in withheld_sentences(published))
    # the number in the summary would give the withheld count away
    assert published.summaries["en"].number.startswith("14 of 50 producers")
    assert "Withheld as confidential: 1." in published.summaries["en"].number
    assert set(published.summaries) == {"es", "en"}


def test_min_n_one_withholds_nothing_and_points_do_not_lift_it() -> None:
    assert len(protect(found(), min_n=1).areas) == 3
    assert list(protect(found(), publish="points").areas.index) == [1, 2]


def test_n_is_counted_from_the_producers() -> None:
    c = found((14, 12, 4))
    c = replace(c, areas=c.areas.assign(n=99))
    assert list(protect(c).areas.index) == [1, 2]


def test_dominated_concentrations_are_withheld() -> None:
    c = found((14, 12, 11))
    volume = c.producers["t"].to_numpy().copy()
    volume[0], volume[1] = 900.0, 900.0  # two of concentration 1
    volume[14] = 900.0  # one of concentration 2
    volume[26:37] = np.nan  # nothing known of concentration 3
    c = replace(c, producers=c.producers.assign(t=volume))
    published = protect(c)
    assert list(published.areas.index) == [3]
    row = published.withheld.set_index("reason")["n_withheld"]
    assert row["two producers hold more than 85 % of the output"] == 2
    without = replace(c, steps=c.steps[:1])
    assert list(protect(without).areas.index) == [1, 2, 3]


def test_output_column_that_profile_recorded_is_missing() -> None:
    c = found()
    with pytest.raises(SchemaError, match=r"“t”.*profile recorded"):
        protect(replace(c, producers=c.producers.drop(columns="t")))


@pytest.mark.parametrize("publish", ["areas", "grid"])
def test_no_vertex_is_a_producer(publish: str) -> None:
    c = found((40, 25, 12))
    published = protect(c, publish=publish)
    assert nearest(c, published.areas) > 1.0
    assert published.areas.crs.to_epsg() == 4326
    if published.grid is not None:
        assert len(published.grid)
        assert nearest(c, published.grid) > 1.0


def test_producers_on_the_grid_itself() -> None:
    """Coordinates rounded to kilometres fall on the corners of any kilometre grid."""
    x, y = np.meshgrid(
        np.arange(700_000, 712_500, 1_250.0), np.arange(9_250_000, 9_262_500, 1_250.0)
    )
    xy = np.column_stack([x.ravel(), y.ravel()])
    producers = gpd.GeoDataFrame(
        {"concentration": 1, "membership": "core"},
        index=range(len(xy)),
        geometry=gpd.points_from_xy(*xy.T),
        crs=CRS,
    )
    areas = gpd.GeoDataFrame(
        {"name": ["A"], "n": [len(xy)], "evidence": ["tested"]},
        index=[1],
        geometry=[producers.union_all().convex_hull],  # vertices are producers
        crs=CRS,
    )
    c = Concentrations(producers, areas, steps=(Step("detect", {"radius": 5_000.0}),))
    for publish in ("areas", "grid"):
        published = protect(c, publish=publish)
        assert nearest(c, published.areas) > 1.0
        if published.grid is not None:
            assert nearest(c, published.grid) > 1.0


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 20_000), st.floats(0, 20_000)), min_size=10, max_size=40),
    st.sampled_from([None, 300.0, 2_000.0, 9_000.0]),
    st.sampled_from([0.0, 1.0, 100.0, 1_250.0]),
)
def test_footprints_of_any_shape_keep_away(
    xy: list[tuple[float, float]], radius: float | None, rounding: float
) -> None:
    points = np.array(xy)
    points = points if not rounding else np.round(points / rounding) * rounding
    points += (700_000, 9_250_000)
    producers = gpd.GeoDataFrame(
        {"concentration": 1, "membership": 1.0},
        index=range(len(points)),
        geometry=gpd.points_from_xy(*points.T),
        crs=CRS,
    )
    disc = producers.buffer((radius or 1_000.0) / 2).union_all()
    areas = gpd.GeoDataFrame(
        {"name": "A", "n": len(points), "evidence": "tested"}, index=[1], geometry=[disc], crs=CRS
    )
    c = Concentrations(producers, areas, steps=(Step("detect", {"radius": radius}),))
    published = protect(c)
    assert nearest(c, published.areas) > 1.0
    shape = published.areas.geometry.iloc[0]
    assert shape.is_valid
    assert not shape.is_empty
    side = (radius or 0) / 10
    assert np.ptp(corners(published.areas), axis=0).min() >= side


def test_a_lone_producer_at_the_edge_is_not_outlined() -> None:
    c = found((20, 12))
    lone = Point(700_000 + 6_500, 9_250_000)
    producers = pd.concat(
        [
            c.producers,
            gpd.GeoDataFrame(
                {"concentration": [1], "membership": ["border"], "t": [1.0]},
                geometry=[lone],
                crs=CRS,
            ),
        ]
    )
    members = producers.geometry[(producers["concentration"] == 1).to_numpy()]
    shapes = c.areas.geometry.copy()
    shapes.loc[1] = members.buffer(2_500).union_all()
    c = replace(c, producers=producers, areas=c.areas.set_geometry(shapes))
    area = protect(c).areas.to_crs(CRS).geometry.loc[1]
    assert area.distance(lone) > 500
    assert members[members.distance(lone) > 4_000].within(area.buffer(700)).mean() > 0.9


def test_points_hold_only_what_was_asked_for() -> None:
    c = found()
    points = protect(c, publish="points").points
    assert list(points.columns) == ["concentration", "membership", "cadena", "geometry"]
    assert points.crs.to_epsg() == 4326
    assert list(points.index) == list(range(len(c.producers)))
    assert points["concentration"].isna().sum() == 4  # of the withheld concentration: not said
    assert set(points["concentration"].dropna()) == {-1, 1, 2}
    asked = protect(c, publish="points", columns=["nombre"]).points
    assert "nombre" in asked
    for publish in ("points", "grid", "areas"):
        with pytest.raises(SchemaError, match="nada"):
            protect(c, publish=publish, columns=["nada"])


def test_grid_counts_by_hand() -> None:
    c = found((40, 25, 12))
    published = protect(c, publish="grid", cell=2_000.0)
    grid = published.grid.to_crs(CRS)
    assert (grid["n"] >= 10).all()
    assert len(set(grid["side_m"])) > 1  # small cells where there are many
    for n, cell in zip(grid["n"], grid.geometry, strict=True):
        counted = int(c.producers.within(cell.buffer(1)).sum())
        assert n == counted // 10 * 10 + 5  # the middle of 10 to 19, 20 to 29 ...
    for i, cell in enumerate(grid.geometry):
        assert not grid.geometry.drop(grid.index[i]).intersection(cell.buffer(-1)).area.any()
    c = replace(
        c, steps=c.steps[:1]
    )  # without the outputs: two producers always hold more than 85 %
    exact = protect(c, publish="grid", cell=2_000.0, min_n=1).grid
    assert exact["n"].sum() == len(c.producers)  # nothing to withhold, nothing rounded


def test_suppression_by_hand() -> None:
    hidden = lambda *counts: list(hidden_in_row(np.array(counts, float), 10))  # noqa: E731
    assert hidden(30, 12, 0) == [False, False, False]
    assert hidden(30, 12, 3) == [False, True, True]  # 3 alone would be the sum's remainder
    assert hidden(30, 4, 3) == [True, True, True]  # 4 + 3 are known together, and are below 10
    assert hidden(30, 8, 7) == [False, True, True]
    assert hidden(48, 2, 0) == [True, True, False]
    assert hidden(5) == [True]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(2, 12))
def test_a_hidden_count_cannot_be_had_from_the_sum(counts: list[int], min_n: int) -> None:
    values = np.array(counts, float)
    hidden = hidden_in_row(values, min_n)
    assert (hidden >= ((values > 0) & (values < min_n))).all()
    assert not hidden[values == 0].any()
    if hidden.any() and (~hidden & (values > 0)).any():
        assert hidden.sum() >= 2
        assert values[hidden].sum() >= min_n


def test_small_chain_counts_and_their_quotients_are_blank() -> None:
    c = found((40, 12))
    c = replace(c, steps=c.steps[:1])  # nothing known of the producers outside
    areas = c.areas.assign(
        chain_n__fresco=[30, 12], chain_n__andino=[8, 0], chain_n__otro=[2, 0],
        chain_lq__fresco=[1.0, 2.0], chain_lq__andino=[0.5, 0.0], location_quotient=[1.0, 2.0],
        main_chain="fresco", chain_entropy=[0.6, 0.0],
    )  # fmt: skip
    published = protect(replace(c, areas=areas))
    assert published.areas["chain_n__andino"].isna().tolist() == [True, False]
    assert published.areas["chain_n__otro"].isna().tolist() == [True, False]
    assert published.areas["chain_lq__andino"].isna().tolist() == [True, False]
    assert published.areas["chain_entropy"].isna().tolist() == [True, False]
    assert published.areas["chain_n__fresco"].tolist() == [30, 12]
    assert published.areas["location_quotient"].tolist() == [1.0, 2.0]
    areas = areas.assign(chain_n__fresco=[38, 12], chain_n__andino=[2, 0], chain_n__otro=0)
    published = protect(replace(c, areas=areas))
    assert published.areas["location_quotient"].isna().tolist() == [True, False]


def test_shares_that_stand_for_small_counts_are_blank() -> None:
    c = found((40, 12))
    areas = c.areas.assign(share_of_members=[50.0, 25.0], exposed_producers=[97.5, 100.0])
    published = protect(replace(c, areas=areas)).areas
    assert published["share_of_members"].tolist()[0] == 50.0
    assert published["share_of_members"].isna().tolist() == [False, True]  # 3 of 12
    assert published["exposed_producers"].isna().tolist() == [True, False]  # all but 1 of 40


def test_joint_sales_of_few_sellers_are_blank() -> None:
    c = found((40, 12))
    areas = c.areas.assign(joint_sales=[30.0, 50.0], joint_sales_sellers=[10.0, 9.0])
    published = protect(replace(c, areas=areas))
    assert published.areas["joint_sales"].tolist()[0] == 30.0
    assert published.areas[["joint_sales", "joint_sales_sellers"]].iloc[1].isna().all()
    assert "shares of flows of a concentration" in set(published.withheld["what"])


def test_columns_that_sialgeo_does_not_make_are_left_out_and_said() -> None:
    c = found()
    c = replace(c, areas=c.areas.assign(dueños="Ana, Luis"))
    published = protect(c)
    assert "dueños" not in published.areas
    assert "columns" in set(published.withheld["what"])
    assert "dueños" in protect(c, columns=["dueños"]).areas


def test_territories_and_places_are_narrowed_and_small_counts_hidden() -> None:
    c = found((14, 12, 4))
    codes = ["060100"] * 14 + ["060101"] * 12 + ["060102"] * 4 + ["060103"] * 20
    c = replace(c, producers=c.producers.assign(territory=codes))
    held = protect(c, context=context()).context
    assert set(held.territories.columns) == {
        "ubigeo",
        "distrito",
        "pobreza_2018",
        "idh_2019",
        "n",
        "chain_n__andino",
        "chain_n__fresco",
        "geometry",
    }
    assert list(held.places.columns) == ["lugar", "geometry"]
    assert held.territories["n"].isna().tolist() == [False, True, True, False]
    assert held.territories["n"].tolist()[0] == 14
    assert held.territories.crs.to_epsg() == 4326


def test_nothing_leads_back_to_the_raw_files() -> None:
    c = found()
    steps = (
        *c.steps,
        Step(
            "x",
            {
                "path": "a", "file": "C:\\Users\\Ana Pérez\\Mis datos\\q.xlsx", "unc": r"\\server\share\x",
                "home": "~/datos", "relative": "../q.csv", "bare": "queserias.GPKG", "url": "https://inei.gob.pe/x.csv",
                "unit": "t/semana", "expression": "codigo == '311513'", "producers_fingerprint": "abc",
                "nested": [{"ok": 1, "where": "/var/lib/x.csv"}, "data/x.parquet"], "none": None, "ratio": "1/2",
            },
        ),
    )  # fmt: skip
    published = protect(replace(c, steps=steps), context=context())
    kept = published.steps[3].parameters
    assert set(kept) == {"url", "unit", "expression", "nested", "none", "ratio"}
    assert kept["nested"] == ({"ok": 1}, None)
    assert kept["unit"] == "t/semana"
    text = json.dumps([asdict(s) for s in published.steps], default=str) + repr(published.notes)
    text += repr(published.context.sources)
    for leak in ("/ana", "Ana", "deadbeef", "queserias", "/home", "var/lib", "censo.csv"):
        assert leak not in text
    assert published.steps[-1].verb == "protect"
    assert published.steps[-1].parameters["min_n"] == 10
    assert published.context.synthetic == "simulated producers"


def test_notes_and_labels_stay_in_both_languages() -> None:
    note = _("{path}: {n} rows").format(path="/home/ana/q.csv", n=3)
    label = {"es": "simulados", "en": "simulated"}
    c = found(steps=(Step("detect", {"radius": 5_000.0, "synthetic": label}, notes=(note,)),))
    published = protect(c)
    (kept,) = published.notes
    assert str(kept) == str(retell(kept)) == "…: 3 rows"
    assert published.context.synthetic == label
    assert published.summaries["es"].caution != published.summaries["en"].caution


def test_nothing_at_all_may_be_published() -> None:
    for c in (found((4, 3)), found((14, 12), areas=found((14,)).areas.iloc[:0])):
        published = protect(c, publish="grid", context=context())
        assert len(published.areas) == 0
        assert published.areas.crs.to_epsg() == 4326
        assert {"name", "n", "evidence"} <= set(published.areas.columns)
    assert protect(found((4, 3))).withheld["n_withheld"].iloc[0] == 2


def test_input_is_not_changed() -> None:
    c, given_context = found(), context()
    before = c.producers.copy(), c.areas.copy(), given_context.territories.copy()
    protect(c, publish="points", context=given_context)
    for old, now in zip(before, (c.producers, c.areas, given_context.territories), strict=True):
        assert_geodataframe_equal(old, now)


@pytest.mark.parametrize(
    "wrong", [{"publish": "all"}, {"min_n": 0}, {"min_n": 2.5}, {"publish": "grid", "cell": -1.0}]
)
@pytest.mark.parametrize("code", ["es", "en"])
def test_wrong_parameters(wrong: dict[str, object], code: str) -> None:
    with use_language(code), pytest.raises(ParameterError):
        protect(found(), **wrong)  # type: ignore[arg-type]


def test_without_a_radius_the_spacing_is_used() -> None:
    c = found((40, 25))
    c = replace(c, steps=(Step("detect", {"radius": "auto"}),))
    assert nearest(c, protect(c).areas) > 1.0


# --- tables of which the sums are known ---------------------------------------------------------------


def solved(counts: np.ndarray, hidden: np.ndarray) -> list[float]:
    """Return the small hidden counts that an attacker works out from the shown cells and all sums."""
    rows, columns = np.nonzero(hidden)
    left = np.zeros((sum(counts.shape), len(rows)))
    left[rows, np.arange(len(rows))] = 1
    left[counts.shape[0] + columns, np.arange(len(rows))] = 1
    rest = np.where(hidden, counts, 0)
    right = np.concatenate([rest.sum(axis=1), rest.sum(axis=0)])
    guess, *_ = np.linalg.lstsq(left, right, rcond=None)
    _u, s, vectors = np.linalg.svd(left)
    free = np.abs(vectors[(s > 1e-9).sum() :]).sum(axis=0) > 1e-9
    return [g for g, f in zip(guess, free, strict=True) if not f]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 7), st.integers(2, 5))
def test_no_small_count_of_a_table_follows_from_its_sums(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.choice([2.0, 12.0, 40.0], (n, m))).astype(float)
    counts[0] += 10  # sums of at least the minimum: those are shown
    counts[:, 0] += 10
    hidden = hidden_in_table(counts, 10)
    assert (hidden >= ((counts > 0) & (counts < 10))).all()
    known = solved(counts, hidden)
    assert not any(0 < g < 9.5 for g in known if abs(g - round(g)) < 1e-6 and g > 0.5)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 5), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.integers(2, 4),
)
def test_what_is_known_closely_is_what_trying_all_tables_shows(
    counts: list[int], shown: list[bool], least: int
) -> None:
    """Every table of two rows and two columns that agrees with what is told is written down."""
    true, parts = np.array(counts), np.arange(4)
    tables = [Told(np.zeros(4, dtype=int), *np.full((2, 1), float(true.sum())))]
    for group, told in ((parts // 2, shown[:2]), (parts % 2, shown[2:])):
        sums = np.where(told, np.bincount(group, weights=true, minlength=2), np.nan)
        tables.append(
            Told(group, np.nan_to_num(sums, nan=-np.inf), np.nan_to_num(sums, nan=np.inf))
        )
    grids = np.meshgrid(*[np.arange(true.sum() + 1)] * 4, indexing="ij")
    every = np.stack([grid.ravel() for grid in grids])
    for table in tables:
        for i, (low, high) in enumerate(zip(table.low, table.high, strict=True)):
            added = every[table.group == i].sum(axis=0)
            every = every[:, (added >= low) & (added <= high)]
    least_of, most_of = every.min(axis=1), every.max(axis=1)
    small = (true > 0) & (true < least)
    closely = small & (least_of > 0) & (most_of - least_of < least - 1)
    found = known_closely(true, tables, [parts], least)
    assert [known.parts.tolist() for known in found] == [[i] for i in np.flatnonzero(closely)]


def test_many_parts_are_taken_in_turn_and_nothing_small_stays_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A study of more parts than one system holds: the bounds are those of the whole."""
    rng = np.random.default_rng(8)
    territory, area = rng.integers(0, 60, 900), rng.integers(-1, 6, 900)
    crossing = Crossing(np.full(900, -1), territory, area, np.full(900, -1), (1, 60, 6, 0))
    shown = Shown.nothing(60, 6, 0)
    shown.territories[:-1] = True
    for most in (1_000, 50):
        monkeypatch.setattr(bounds, "MOST", most)
        held = audited(crossing, shown, 10)
        monkeypatch.setattr(bounds, "MOST", 1_000)
        told = crossing.told(held, 10)
        assert not known_closely(crossing.counts, told, crossing.wanted(held), 10)
        assert held.territories.sum() > 40


def test_table_by_hand() -> None:
    """The 3 alone in its row and column would be the remainder of either."""
    counts = np.array([[20.0, 30.0, 3.0], [40.0, 25.0, 15.0], [11.0, 50.0, 60.0]])
    hidden = hidden_in_table(counts, 10)
    assert hidden[0, 2]
    assert (hidden.sum(axis=1)[[0]] >= 2).all()
    assert (hidden.sum(axis=0)[[2]] >= 2).all()
    assert solved(counts, hidden) == []


# --- displaced points ---------------------------------------------------------------------------------


def two_districts() -> tuple[Concentrations, Context]:
    """Two districts side by side, 400 producers scattered in them."""
    rng = np.random.default_rng(2)
    xy = rng.uniform((700_000, 9_250_000), (740_000, 9_280_000), (400, 2))
    producers = gpd.GeoDataFrame(
        {"nombre": [f"P{i}" for i in range(400)], "concentration": -1, "membership": ""},
        geometry=gpd.points_from_xy(*xy.T),
        crs=CRS,
    )
    districts = gpd.GeoDataFrame(
        {"ubigeo": ["A", "B"]},
        geometry=[box(700e3, 9250e3, 721e3, 9280e3), box(721e3, 9250e3, 740e3, 9280e3)],
        crs=CRS,
    )
    empty = found((14,)).areas.iloc[:0]
    c = Concentrations(producers, empty, steps=(Step("detect", {"radius": 5_000.0}),))
    return c, Context(territories=districts, territory_key="ubigeo")


def test_displaced_points_stay_in_their_district_and_hide_among_enough() -> None:
    c, said = two_districts()
    published = protect(c, publish="masked", context=said, secret="s")
    points = published.points.to_crs(CRS)
    assert list(points.columns) == ["displaced", "geometry"]
    masking = published.steps[-1].parameters["masking"]
    assert masking["least_k_achieved"] >= 10
    assert masking["nearest_place_is_the_own"] == 0.0
    assert masking["displaced"] == len(points) > 350
    kept = points.geometry.get_coordinates().to_numpy()
    true = c.producers.geometry.get_coordinates().to_numpy()
    # each district holds as many as before, but for those that could not be hidden
    for district in said.territories.geometry:
        inside = int(points.within(district.buffer(1)).sum())
        assert inside <= int(c.producers.within(district).sum())
    assert cKDTree(true).query(kept)[0].min() >= 0
    assert not np.isin(np.round(kept, 1), np.round(true, 1)).all(axis=1).any()
    assert "measure no distances" in " ".join(published.notes)
    assert "s" not in [str(v) for v in masking.values()]


def test_one_draw_whatever_the_order_and_however_often() -> None:
    c, said = two_districts()
    one = protect(c, publish="masked", context=said, secret="s").points
    mixed = replace(c, producers=c.producers.sample(frac=1, random_state=1))
    two = protect(mixed, publish="masked", context=said, secret="s").points
    key = lambda t: sorted(map(tuple, t.get_coordinates().round(6).to_numpy()))  # noqa: E731
    assert key(one) == key(two)
    other = protect(c, publish="masked", context=said, secret="another").points
    assert key(one) != key(other)


def test_places_that_cannot_hide_are_withheld_and_said() -> None:
    c = found((14, 12, 4))
    published = protect(c, publish="masked", secret="s")
    rare = protect(c, publish="masked", columns=["nombre"], secret="s")
    assert len(rare.points) == 0  # nobody shares a name
    row = rare.withheld.set_index("what")["n_withheld"]
    assert row["displaced points"] == len(c.producers)
    assert len(published.points) + int(
        published.withheld.set_index("what")["n_withheld"].get("displaced points", 0)
    ) == len(c.producers)


def test_the_secret_is_kept_for_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIALGEO_SECRET", raising=False)
    monkeypatch.delenv("APPDATA", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    c, said = two_districts()
    one = protect(c, publish="masked", context=said).points
    kept = tmp_path / "sialgeo" / "masking.key"
    assert kept.stat().st_mode & 0o077 == 0
    assert len(kept.read_bytes()) == 32
    assert_geodataframe_equal(one, protect(c, publish="masked", context=said).points)


def test_every_way_in_publishes_areas_and_a_grid_by_default() -> None:
    """Library, command line, study file."""
    from sialgeo.cli.commands import export as command
    from sialgeo.cli.parser import Parser
    from sialgeo.study.sections import ExportChoice

    verbs = (protect, sialgeo.export, export_all)
    defaults = {inspect.signature(verb).parameters["publish"].default for verb in verbs}
    parser = Parser()
    command.declare(parser)
    told = parser.parse_args(["a.work.gpkg", "a.html"]).publish
    assert defaults | {told, ExportChoice().publish, Disclosure().publish} == {"grid"}


def test_without_producers_the_grid_is_empty() -> None:
    c = found((40, 25))
    nobody = protect(replace(c, producers=c.producers.iloc[:0], areas=c.areas.iloc[:0]))
    assert not len(nobody.grid)
