"""What speaks for a radius, and what each of several shows."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

import sialgeo
from sialgeo.exporters.diagrams import write_evidence
from sialgeo.exporters.tables import sheets
from sialgeo.i18n import use_language
from sialgeo.radii import knee

from .maps import METRIC, layer, planted, uneven
from .test_ladder import AUTO, two_scales


@pytest.fixture(scope="module")
def tested() -> sialgeo.Concentrations:
    producers, reference = two_scales(np.random.default_rng(2))
    found = sialgeo.detect(producers, AUTO, reference=reference)
    return sialgeo.assess(found, detector=AUTO, reference=reference, replicates=99)


def grid(columns: int, rows: int, step: float) -> gpd.GeoDataFrame:
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    return layer(np.column_stack([x.ravel(), y.ravel()]) * step + [500_000.0, 9_200_000.0])


def test_neighbours_by_chance_are_density_times_the_disc() -> None:
    """100 units over 90 × 90 km (the hull of the grid): 99 others, πr² of it."""
    guide = sialgeo.suggest_radius(grid(10, 10, 10_000), radii=[9_000, 15_000])
    density = 100 / 8_100
    assert guide.table["by_chance"].tolist() == pytest.approx(
        [density * np.pi * 81, density * np.pi * 225], rel=0.01
    )
    assert (guide.distances[-1], guide.distances[0]) == (20_000.0, 10_000.0)
    assert guide.most == 22_500
    assert guide.table["usable"].tolist() == [True, True]


def test_the_poisson_bounds_are_those_of_the_methods_page() -> None:
    """500 plants in 20,000 km²: the corners make the hull the whole rectangle."""
    xy = np.random.default_rng(1).uniform(0, [200_000, 100_000], (496, 2))
    corners = [[0, 0], [200_000, 0], [0, 100_000], [200_000, 100_000]]
    plants = layer(np.vstack([xy, corners]) + np.array([400_000.0, 9_200_000.0]))
    guide = sialgeo.suggest_radius(plants, radii=[3_000, 5_000, 7_000, 10_000])
    assert guide.table["least_01"].tolist() == [5, 8, 11, 17]
    assert guide.table["least_001"].tolist() == [6, 9, 13, 20]


def test_with_a_reference_chance_follows_its_density() -> None:
    rng = np.random.default_rng(3)
    farms = layer(uneven(rng, 3_000))
    near_farms, elsewhere = (
        layer(uneven(rng, 60)),
        layer(rng.uniform(0, 100_000, (60, 2)) + 500_000),
    )
    elsewhere = layer(rng.uniform(0, 100_000, (60, 2)) + np.array([500_000.0, 9_200_000.0]))
    dense, thin = (
        sialgeo.suggest_radius(p, reference=farms, radii=[5_000]).table["by_chance"].iloc[0]
        for p in (near_farms, elsewhere)
    )
    assert dense > 1.5 * thin


def test_a_coarse_reference_bounds_the_radius_and_says_so() -> None:
    producers, _reference = planted(np.random.default_rng(3))
    squares = [
        box(5e5 + i * 2e4, 9.2e6 + j * 2e4, 5.2e5 + i * 2e4, 9.22e6 + j * 2e4)
        for i in range(5)
        for j in range(5)
    ]
    districts = gpd.GeoDataFrame({"n": [10] * 25}, geometry=squares, crs=METRIC)
    coarse = sialgeo.Reference.from_polygons(districts, "n")
    guide = sialgeo.suggest_radius(producers, reference=coarse)
    assert guide.least == pytest.approx(40_000, rel=0.01)
    assert not guide.table["usable"].any()
    with use_language("en"):
        assert guide.sentences()[0].startswith("No radius can be used")
    with use_language("es"):
        assert guide.sentences()[0].startswith("Ningún radio")


@given(st.floats(0, 2 * np.pi), st.floats(-2e5, 2e5), st.floats(-2e5, 2e5))
@settings(max_examples=15, deadline=None)
def test_the_guide_does_not_depend_on_where_the_map_lies(
    turn: float, east: float, north: float
) -> None:
    """Turned about their middle and moved within the zone, the same distances give the same curve."""
    xy = np.random.default_rng(8).uniform(-10_000, 10_000, (60, 2))
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array([500_000.0, 9_000_000.0])
    home = sialgeo.suggest_radius(layer(xy + middle), radii=[3_000])
    away = sialgeo.suggest_radius(
        layer(xy @ spin.T + middle + np.array([east, north])), radii=[3_000]
    )
    np.testing.assert_allclose(away.distances, home.distances, rtol=1e-6)
    assert away.table["by_chance"].iloc[0] == pytest.approx(
        home.table["by_chance"].iloc[0], rel=0.02
    )


def test_the_knee_is_farthest_under_the_chord() -> None:
    assert knee(np.array([0.0, 1.0, 2.0, 10.0])) == 2.0
    assert knee(np.array([3.0, 3.0])) == 3.0


def test_the_guide_refuses_what_it_cannot_use() -> None:
    producers, _reference = planted(np.random.default_rng(3))
    with pytest.raises(sialgeo.ParameterError, match="above zero"):
        sialgeo.suggest_radius(producers, radii=[-1.0])
    with pytest.raises(sialgeo.SchemaError, match="no area"):
        sialgeo.suggest_radius(layer(np.column_stack([np.arange(9.0), np.zeros(9)]) + 500_000))


def test_evidence_by_radius_counts_what_the_record_holds(tested: sialgeo.Concentrations) -> None:
    evidence = sialgeo.evidence_by_radius(tested)
    assert evidence.table.index.tolist() == tested.steps[0].parameters["radii"]
    assert evidence.table["chosen"].sum() == len(tested)
    assert evidence.table["groups"].sum() == len(evidence.answers)
    best = evidence.answers.groupby("concentration")["statistic"].max()
    assert best.loc[1] == pytest.approx(tested.areas["statistic"].loc[1])


def test_the_tree_holds_every_group_once_beneath_a_wider_one(
    tested: sialgeo.Concentrations,
) -> None:
    evidence = sialgeo.evidence_by_radius(tested)
    rows = evidence.answers
    for _number, row in rows[rows.within >= 0].iterrows():
        assert rows.loc[row.within, "radius"] > row.radius
    lines = evidence.tree()
    assert len(lines) == len(rows)
    assert sum("←" in line for line in lines) == len(tested)


def test_a_pole_of_both_scales_persists(tested: sialgeo.Concentrations) -> None:
    lasting = sialgeo.evidence_by_radius(tested).persistent
    assert lasting, "the tight pole shows at 2, 5 and 10 km"
    assert all(len(radii) > 1 for radii in lasting.values())


def test_one_radius_has_no_evidence_by_radius() -> None:
    producers, reference = planted(np.random.default_rng(3))
    found = sialgeo.detect(producers, sialgeo.RelativeDBSCAN(radius=5_000), reference=reference)
    with pytest.raises(sialgeo.ParameterError, match="one radius"):
        sialgeo.evidence_by_radius(found)


def test_a_publication_tells_no_group_under_the_minimum(
    tested: sialgeo.Concentrations, tmp_path: Path
) -> None:
    published = sialgeo.protect(tested, min_n=20)
    rows = sialgeo.evidence_by_radius(published).answers
    assert len(rows) and (rows["n"] >= 20).all()
    assert set(rows["concentration"]) <= set(published.areas.index)
    sheet = next(s for s in sheets(published) if s.name in ("By radius", "Por radio"))
    assert len(sheet.rows) == len(rows)
    write_evidence(published, tmp_path / "radii.png")
    assert (tmp_path / "radii.png").stat().st_size > 10_000


def test_the_curve_carries_its_warning() -> None:
    producers, reference = planted(np.random.default_rng(3))
    ax = sialgeo.suggest_radius(producers, reference=reference).plot()
    assert "Unreliable" in ax.figure._supxlabel.get_text()
