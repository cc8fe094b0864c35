"""Detection: exact where there is an exact answer, and honest where there is none."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import cluster

import sialgeo
from sialgeo.model import EVIDENCE, NOISE, N
from sialgeo.references import Reference

from .maps import METRIC, layer, planted, uneven


def same_partition(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two labellings differ in their numbers only."""
    pairs = set(zip(a.tolist(), b.tolist(), strict=True))
    return len(pairs) == len({p[0] for p in pairs}) == len({p[1] for p in pairs})


def test_planted_poles_are_found_and_nothing_else() -> None:
    producers, reference = planted(np.random.default_rng(7), poles=3)
    found = sialgeo.detect(producers, sialgeo.RelativeDBSCAN(radius=4_000), reference=reference)
    assert len(found) == 3
    table = found.producers
    for pole in range(3):
        inside = table.loc[table.pole == pole, "concentration"]
        assert (inside == inside.mode()[0]).mean() > 0.9
    assert (table.loc[table.pole == NOISE, "concentration"] == NOISE).mean() > 0.8


def test_areas_are_numbered_by_statistic_and_named_by_locality() -> None:
    producers, reference = planted(np.random.default_rng(7), poles=3)
    found = sialgeo.detect(producers, sialgeo.RelativeDBSCAN(radius=4_000), reference=reference)
    assert list(found.areas.index) == [1, 2, 3]
    assert found.areas.statistic.is_monotonic_decreasing
    assert set(found.areas.name) == {"L0", "L1", "L2"}
    counted = found.producers.concentration.value_counts().drop(NOISE).sort_index()
    assert counted.tolist() == found.areas[N].tolist()


def test_places_name_concentrations_that_hold_them() -> None:
    producers, reference = planted(np.random.default_rng(7), poles=1)
    places = layer(
        np.array([[530_100.0, 9_260_000.0], [599_000.0, 9_299_000.0]]), lugar=["Chota", "Lejos"]
    )
    found = sialgeo.detect(
        producers, sialgeo.RelativeDBSCAN(radius=4_000), reference=reference, places=places
    )
    assert found.areas.name.tolist() == ["Chota"]


def test_without_a_reference_it_names_the_exploratory_choice() -> None:
    producers, _ = planted(np.random.default_rng(7))
    with pytest.raises(sialgeo.ParameterError, match="DBSCAN"):
        sialgeo.detect(producers, sialgeo.RelativeDBSCAN())


@pytest.mark.parametrize(
    "detector",
    [
        sialgeo.DBSCAN(radius=3_000),
        sialgeo.HDBSCAN(),
        sialgeo.OPTICS(),
        sialgeo.Clusterer(cluster.OPTICS()),
        cluster.KMeans(n_clusters=4, n_init=1, random_state=0),
    ],
)
def test_plain_density_is_exploratory_and_says_so(detector: object) -> None:
    producers, _ = planted(np.random.default_rng(7))
    found = sialgeo.detect(producers, detector)
    assert set(found.areas[EVIDENCE]) == {"exploratory"}
    assert found.areas.p_value.isna().all()
    assert "xploratory" in found.summary().verdict
    assert any("Exploratory" in note for note in found.notes)
    assert "exploratory" in found._repr_html_()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 8), st.floats(0.3, 3.0), st.booleans())
def test_dbscan_equals_scikit_learn(
    seed: int, min_units: int, radius: float, lattice: bool
) -> None:
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 8, (60, 2)).astype(float) if lattice else rng.normal(0, 3, (60, 2))
    ours, membership = sialgeo.DBSCAN(radius=radius, min_units=min_units).labels(
        xy, None, None, rng
    )
    theirs = cluster.DBSCAN(eps=radius, min_samples=min_units).fit(xy)
    core = np.zeros(len(xy), bool)
    core[theirs.core_sample_indices_] = True
    assert (core == (membership == 1.0)).all()
    assert same_partition(ours[core], theirs.labels_[core])
    assert ((ours < 0) == (theirs.labels_ < 0)).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1_000))
def test_row_order_and_position_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    producers, reference = planted(rng)
    rule = sialgeo.RelativeDBSCAN(radius=4_000)
    found = sialgeo.detect(producers, rule, reference=reference)
    order = rng.permutation(len(producers))
    shuffled = sialgeo.detect(producers.iloc[order], rule, reference=reference.iloc[::-1])
    pd.testing.assert_series_equal(
        found.producers.concentration, shuffled.producers.concentration.sort_index()
    )
    moved = [t.set_geometry(t.translate(70_000, -30_000)) for t in (producers, reference)]
    again = sialgeo.detect(moved[0], rule, reference=moved[1])
    pd.testing.assert_series_equal(found.producers.concentration, again.producers.concentration)
    np.testing.assert_allclose(found.areas.statistic, again.areas.statistic)


def test_geographic_coordinates_are_projected_and_the_choice_recorded() -> None:
    producers, reference = planted(np.random.default_rng(7), poles=2)
    rule = sialgeo.RelativeDBSCAN(radius=4_000)
    metric = sialgeo.detect(producers, rule, reference=reference)
    degrees = sialgeo.detect(producers.to_crs(4326), rule, reference=reference.to_crs(4326))
    assert degrees.steps[0].crs == METRIC
    assert degrees.producers.crs == "EPSG:4326" == degrees.areas.crs
    assert degrees.producers.concentration.tolist() == metric.producers.concentration.tolist()


def test_one_table_holds_cases_and_reference() -> None:
    producers, reference = planted(np.random.default_rng(7), poles=2)
    table = gpd.GeoDataFrame(pd.concat([producers, reference], ignore_index=True), crs=METRIC)
    cases = table.iloc[: len(producers)]
    rule = sialgeo.RelativeDBSCAN(radius=4_000)
    apart = sialgeo.detect(producers, rule, reference=reference)
    pooled = sialgeo.detect(
        cases, rule, reference=Reference.from_points(table, includes_producers=True)
    )
    assert pooled.producers.concentration.tolist() == apart.producers.concentration.tolist()
    np.testing.assert_allclose(pooled.areas.statistic, apart.areas.statistic)
    with pytest.raises(sialgeo.ParameterError, match="includes_producers"):
        sialgeo.detect(cases, rule, reference=table)


def test_a_raster_reference_finds_the_poles() -> None:
    producers, reference = planted(np.random.default_rng(7), poles=2)
    cells = counts_on_grid(reference, 1_000.0)
    reference_cells = Reference.from_cells(cells, spacing=1_000.0)
    found = sialgeo.detect(
        producers, sialgeo.RelativeDBSCAN(radius=4_000), reference=reference_cells
    )
    assert len(found) == 2
    assert set(found.areas[EVIDENCE]) == {"untested"}


def counts_on_grid(points: gpd.GeoDataFrame, size: float) -> gpd.GeoDataFrame:
    cell = np.floor(np.column_stack([points.geometry.x, points.geometry.y]) / size)
    unique, counts = np.unique(cell, axis=0, return_counts=True)
    return layer((unique + 0.5) * size, mass=counts.astype(float))


def test_coarse_polygons_are_inconclusive_never_a_p_value() -> None:
    producers, reference = planted(np.random.default_rng(7), poles=2)
    squares = counts_on_grid(reference, 20_000.0)
    polygons = squares.set_geometry(squares.buffer(10_000, cap_style="square"))
    rule = sialgeo.RelativeDBSCAN(radius=4_000)
    coarse = Reference.from_polygons(polygons, "mass")
    found = sialgeo.detect(producers, rule, reference=coarse)
    assert set(found.areas[EVIDENCE]) == {"inconclusive"}
    tested = sialgeo.assess(found, detector=rule, reference=coarse, replicates=19)
    assert tested.areas.p_value.isna().all()
    assert not tested.tests
    assert any("nconclusive" in n for n in tested.notes)
    assert "nconclusive" in tested.summary().verdict


def test_coarse_polygons_spread_over_settlements_are_tested() -> None:
    rng = np.random.default_rng(7)
    producers, reference = planted(rng, poles=2)
    squares = counts_on_grid(reference, 20_000.0)
    polygons = squares.set_geometry(squares.buffer(10_000, cap_style="square"))
    settlements = reference.sample(2_000, random_state=1)
    spread = Reference.from_polygons(polygons, "mass", settlements=settlements)
    assert spread.spacing < 2_000
    rule = sialgeo.RelativeDBSCAN(radius=4_000)
    found = sialgeo.detect(producers, rule, reference=spread)
    tested = sialgeo.assess(found, detector=rule, reference=spread, replicates=99)
    assert (tested.areas[EVIDENCE] == "tested").sum() >= 2


def test_coincident_units_count_one_by_one_or_as_sites() -> None:
    rng = np.random.default_rng(3)
    reference = layer(uneven(rng, 2_000))
    heap = np.tile([[530_000.0, 9_260_000.0]], (10, 1))
    producers = layer(np.vstack([heap, uneven(rng, 40)]))
    rule = sialgeo.RelativeDBSCAN(radius=3_000)
    units = sialgeo.detect(producers, rule, reference=reference)
    sites = sialgeo.detect(producers, rule, reference=reference, coincident="sites")
    assert units.areas[N].max() >= 10
    assert len(sites) == 0
    assert any("share a coordinate" in n for n in units.notes)


def test_a_detector_of_the_user_works_unregistered() -> None:
    class West:
        def labels(self, xy, weights, reference, rng):
            inside = xy[:, 0] < np.median(xy[:, 0])
            return np.where(inside, 0, -1), inside.astype(float)

    producers, reference = planted(np.random.default_rng(7))
    found = sialgeo.detect(producers, West(), reference=reference)
    assert len(found) == 1
    tested = sialgeo.assess(found, detector=West(), reference=reference, replicates=19)
    assert tested.areas.p_value.notna().all()


def test_a_radius_too_large_is_said() -> None:
    producers, reference = planted(np.random.default_rng(7))
    found = sialgeo.detect(producers, sialgeo.RelativeDBSCAN(radius=60_000), reference=reference)
    assert any("quarter" in n for n in found.notes)


def test_no_concentration_is_an_answer() -> None:
    rng = np.random.default_rng(5)
    found = sialgeo.detect(
        layer(uneven(rng, 30)),
        sialgeo.RelativeDBSCAN(radius=2_000),
        reference=layer(uneven(rng, 3_000)),
    )
    assert len(found) == 0
    assert found.summary().verdict == "No concentration found."
    assert found.areas.crs == METRIC


def bad(kind: str) -> tuple[gpd.GeoDataFrame, object, dict[str, object]]:
    producers, reference = planted(np.random.default_rng(7))
    rule: object = sialgeo.RelativeDBSCAN(radius=4_000)
    more: dict[str, object] = {"reference": reference}
    if kind == "degrees for metres":
        rule = sialgeo.RelativeDBSCAN(radius=0.05)
    elif kind == "no CRS":
        producers = producers.set_crs(None, allow_override=True)
    elif kind == "mixed CRS":
        more = {"reference": reference.to_crs(4326)}
    elif kind == "empty":
        producers = producers.iloc[:0]
    elif kind == "one point":
        producers = producers.iloc[:1]
    elif kind == "one place":
        producers = layer(np.tile([[530_000.0, 9_260_000.0]], (20, 1)))
    elif kind == "infinite":
        xy = np.column_stack([producers.geometry.x, producers.geometry.y])
        xy[3] = np.inf
        producers = layer(xy)
    elif kind == "polygons":
        producers = producers.set_geometry(producers.buffer(10))
    elif kind == "degrees in a projected CRS":
        producers = gpd.GeoDataFrame(
            geometry=gpd.points_from_xy([-78.5, -78.6], [-7.1, -7.0]), crs=METRIC
        )
    elif kind == "no detector":
        rule = "dbscan"
    elif kind == "coincident":
        more["coincident"] = "both"
    elif kind == "locality":
        more["locality"] = "pueblo"
    elif kind == "weights":
        more["weights"] = "litros"
    elif kind == "taken":
        producers = producers.assign(concentration=1)
    elif kind == "polygon reference":
        more = {"reference": reference.set_geometry(reference.buffer(10))}
    return producers, rule, more


@pytest.mark.parametrize(
    ("kind", "error", "said"),
    [
        ("degrees for metres", sialgeo.ParameterError, "looks like degrees"),
        ("no CRS", sialgeo.CRSError, "set_crs"),
        ("mixed CRS", sialgeo.CRSError, "to_crs"),
        ("empty", sialgeo.SchemaError, "at least two"),
        ("one point", sialgeo.SchemaError, "at least two"),
        ("one place", sialgeo.SchemaError, "one coordinate"),
        ("infinite", sialgeo.SchemaError, "no finite coordinates"),
        ("polygons", sialgeo.SchemaError, "not points"),
        ("degrees in a projected CRS", sialgeo.SchemaError, "look like degrees"),
        ("no detector", sialgeo.ParameterError, "no detector"),
        ("coincident", sialgeo.SchemaError, "coincident"),
        ("locality", sialgeo.SchemaError, "pueblo"),
        ("weights", sialgeo.SchemaError, "litros"),
        ("taken", sialgeo.SchemaError, "rename"),
        ("polygon reference", sialgeo.SchemaError, "from_polygons"),
    ],
)
@pytest.mark.parametrize("code", ["en", "es"])
def test_bad_input_gives_one_clear_error(
    kind: str, error: type[Exception], said: str, code: str
) -> None:
    producers, rule, more = bad(kind)
    with sialgeo.i18n.use_language(code), pytest.raises(error) as caught:
        sialgeo.detect(producers, rule, **more)
    if code == "en":
        assert said in str(caught.value)
    else:
        with sialgeo.i18n.use_language("en"), pytest.raises(error) as english:
            sialgeo.detect(producers, rule, **more)
        assert str(caught.value) != str(english.value)


def test_progress_can_cancel() -> None:
    producers, reference = planted(np.random.default_rng(7))

    def stop(fraction: float, message: str) -> None:
        raise sialgeo.Cancelled

    with pytest.raises(sialgeo.Cancelled):
        sialgeo.detect(producers, sialgeo.RelativeDBSCAN(), reference=reference, progress=stop)
