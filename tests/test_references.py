"""The reference population: who is in the pool, and how coarse the counts are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely.geometry import MultiPoint, Point, box

from sialgeo.errors import CRSError, ParameterError, SchemaError
from sialgeo.model import Raster, fingerprint
from sialgeo.references import Reference

from .maps import METRIC, layer

EAST, NORTH = 700_000.0, 9_200_000.0
few = settings(max_examples=30, deadline=None)


def row(*x: float, **columns: object) -> gpd.GeoDataFrame:
    """Points on a line, x metres east of a corner."""
    return layer(np.array([[EAST + v, NORTH] for v in x]), **columns)


def squares(counts: list[object], side: float = 10_000.0) -> gpd.GeoDataFrame:
    """Districts in a row from west to east."""
    shapes = [
        box(EAST + k * side, NORTH, EAST + (k + 1) * side, NORTH + side) for k in range(len(counts))
    ]
    return gpd.GeoDataFrame({"farms": counts}, geometry=shapes, crs=METRIC)


def others(reference: Reference, producers: gpd.GeoDataFrame) -> list[float]:
    """Where the pool's units that are not producers stand, metres east of the corner."""
    return sorted((reference.arrays(producers, METRIC).xy[:, 0] - EAST).tolist())


# --- units one by one ------------------------------------------------------------------------------


def test_all_units_are_others_where_no_producer_is_among_them() -> None:
    found = Reference.from_points(row(0, 10, 20)).arrays(row(5, 15), METRIC)
    assert found.kind == "points"
    assert found.mass.tolist() == [1.0, 1.0, 1.0]
    assert found.jitter == 0.0
    assert (found.xy[:, 0] - EAST).tolist() == [0.0, 10.0, 20.0]


def test_producers_are_taken_out_by_their_coordinates() -> None:
    reference = Reference.from_points(row(0, 10, 20, 30), includes_producers=True)
    assert others(reference, row(30, 10)) == [0.0, 20.0]


def test_one_unit_goes_for_each_producer_where_several_stand_together() -> None:
    """Three establishments in one market hall, two of them producers: one is left."""
    reference = Reference.from_points(row(7, 7, 7, 9), includes_producers=True)
    assert others(reference, row(7, 7)) == [7.0, 9.0]


@few
@given(
    st.lists(st.integers(0, 4), max_size=20), st.lists(st.integers(0, 4), min_size=1, max_size=9)
)
def test_taking_out_is_subtraction_of_multisets(rest: list[int], ours: list[int]) -> None:
    reference = Reference.from_points(row(*rest, *ours), includes_producers=True)
    assert others(reference, row(*ours)) == sorted(map(float, rest))


def test_producers_are_taken_out_by_their_key_wherever_they_stand() -> None:
    reference = Reference.from_points(
        row(0, 10, 20, ruc=["a", "b", "c"]), includes_producers=True, key="ruc"
    )
    assert others(reference, row(99, ruc=["b"])) == [0.0, 20.0]


def test_a_key_takes_out_who_is_there_also_where_nobody_said_so() -> None:
    reference = Reference.from_points(row(0, 10, ruc=["a", "b"]), key="ruc")
    assert others(reference, row(5, 6, ruc=["b", "z"])) == [0.0]


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_units_without_a_key_are_nobodys_twins(missing: object) -> None:
    """They were once all taken out of the pool when one producer lacked a key too."""
    farms = row(0, 10, 20, ruc=pd.Series(["a", missing, missing], dtype=object))
    dairies = row(5, 6, ruc=pd.Series(["a", missing], dtype=object))
    assert others(Reference.from_points(farms, key="ruc"), dairies) == [10.0, 20.0]
    with pytest.raises(ParameterError, match="1 of 2 are not in it"):
        Reference.from_points(farms, key="ruc", includes_producers=True).arrays(dairies, METRIC)


def test_a_repeated_key_takes_out_one_unit_for_each_producer() -> None:
    reference = Reference.from_points(row(0, 10, 20, ruc=["a", "a", "b"]), key="ruc")
    assert others(reference, row(1, ruc=["a"])) == [10.0, 20.0]
    twice = row(1, 2, ruc=["b", "b"])
    assert others(reference, twice) == [0.0, 10.0]
    declared = Reference.from_points(row(0, ruc=["b"]), key="ruc", includes_producers=True)
    with pytest.raises(ParameterError, match="1 of 2 are not in it"):
        declared.arrays(twice, METRIC)


def test_saying_that_producers_are_in_it_when_they_are_not_is_an_error() -> None:
    reference = Reference.from_points(row(0, 10, 20), includes_producers=True)
    with pytest.raises(ParameterError, match="2 of 3 are not in it") as caught:
        reference.arrays(row(0, 11, 12), METRIC)
    assert "key=" in str(caught.value)


def test_not_saying_that_producers_are_in_it_is_an_error() -> None:
    reference = Reference.from_points(row(0, 10, 20))
    with pytest.raises(ParameterError, match="includes_producers=True"):
        reference.arrays(row(0, 10, 12), METRIC)
    assert others(reference, row(0, 12)) == [0.0, 10.0, 20.0]  # half of them may be neighbours


def test_the_key_must_be_in_both_tables() -> None:
    with pytest.raises(SchemaError, match="the reference has no column “ruc”"):
        Reference.from_points(row(0), key="ruc")
    with pytest.raises(SchemaError, match="the producers have no column “ruc”"):
        Reference.from_points(row(0, ruc=["a"]), key="ruc").arrays(row(1), METRIC)


def test_a_reference_in_another_crs_is_an_error() -> None:
    reference = Reference.from_points(row(0, 10))
    with pytest.raises(CRSError, match="producers EPSG:4326, reference EPSG:32717"):
        reference.arrays(row(1).to_crs(4326), METRIC)
    with pytest.raises(CRSError, match="no CRS: reference"):
        Reference.from_points(row(0).set_crs(None, allow_override=True))
    assert reference.to_crs(4326).arrays(row(1).to_crs(4326), METRIC).xy == pytest.approx(
        reference.arrays(row(1), METRIC).xy, abs=1e-3
    )


@pytest.mark.parametrize(
    "shape",
    [None, Point(), Point(np.nan, 1.0), Point(np.inf, 1.0)],
    ids=["none", "empty", "nan", "infinite"],
)
def test_units_without_coordinates_are_an_error(shape: Point | None) -> None:
    table = gpd.GeoDataFrame(geometry=[Point(EAST, NORTH), shape], crs=METRIC)
    with pytest.raises(SchemaError, match="without coordinates"):
        Reference.from_points(table)


@pytest.mark.parametrize("shape", [box(0, 0, 1, 1), MultiPoint([(0, 0), (1, 1)])])
def test_what_is_no_point_is_no_unit(shape: object) -> None:
    with pytest.raises(SchemaError, match="not points"):
        Reference.from_points(gpd.GeoDataFrame(geometry=[shape], crs=METRIC))


def test_an_empty_reference_is_an_error() -> None:
    with pytest.raises(SchemaError, match="empty"):
        Reference.from_points(row(0).iloc[:0])


# --- counts by cell --------------------------------------------------------------------------------


def test_cells_of_a_raster_carry_their_counts() -> None:
    values = np.array([[0.0, 2.0], [np.nan, 5.0]])
    raster = Raster(values, (1_000.0, 0.0, EAST, 0.0, -1_000.0, NORTH), METRIC)
    reference = Reference.from_cells(raster.cells(), spacing=1_000.0, name="farms")
    found = reference.arrays(row(1), METRIC)
    assert (found.kind, found.jitter, found.spacing) == ("mass", 500.0, 1_000.0)
    assert found.mass.tolist() == [2.0, 5.0]
    assert (found.xy - [EAST, NORTH]).tolist() == [[1_500.0, -500.0], [1_500.0, -1_500.0]]


def test_cells_may_call_their_counts_as_they_like() -> None:
    reference = Reference.from_cells(row(0, 10, people=[3, 4]), mass="people", spacing=10.0)
    assert reference.table["mass"].tolist() == [3, 4]
    with pytest.raises(SchemaError, match="no column “gente”"):
        Reference.from_cells(row(0, people=[3]), mass="gente", spacing=10.0)


@pytest.mark.parametrize("spacing", [0.0, -5.0, np.nan, np.inf])
def test_cells_have_a_size(spacing: float) -> None:
    """Without one a coarse raster would pass for a fine one, and give p-values."""
    with pytest.raises(ParameterError, match="spacing"):
        Reference.from_cells(row(0, mass=[1.0]), spacing=spacing)


@pytest.mark.parametrize("counts", [[1.0, np.nan], [1.0, -1.0], [np.inf, 1.0], [0.0, 0.0]])
def test_counts_are_finite_not_negative_and_not_all_nought(counts: list[float]) -> None:
    with pytest.raises(SchemaError, match="finite, not negative and not all zero"):
        Reference.from_cells(row(0, 10, mass=counts), spacing=10.0)
    with pytest.raises(SchemaError, match="finite, not negative and not all zero"):
        Reference.from_polygons(squares([*counts]), "farms")


# --- counts by district ----------------------------------------------------------------------------


def test_districts_alone_are_as_coarse_as_they_are_wide() -> None:
    reference = Reference.from_polygons(squares([30, 0, 10]), "farms")
    assert reference.kind == "mass"
    assert reference.table["mass"].tolist() == [30, 0, 10]
    assert reference.spacing == pytest.approx(10_000.0, rel=0.01)
    assert squares([1, 1, 1]).intersects(reference.table.geometry).all()


def test_a_count_is_shared_among_the_settlements_of_its_district() -> None:
    places = row(1_000, 2_000, 12_000, people=[100, 300, 50])
    equally = Reference.from_polygons(squares([40, 8]), "farms", settlements=places)
    assert equally.table["mass"].tolist() == [20.0, 20.0, 8.0]
    by_people = Reference.from_polygons(
        squares([40, 8]), "farms", settlements=places, weight="people"
    )
    assert by_people.table["mass"].tolist() == [10.0, 30.0, 8.0]


def test_a_district_without_settlements_keeps_its_count() -> None:
    places = row(1_000, 2_000)
    reference = Reference.from_polygons(squares([40, 8]), "farms", settlements=places)
    assert reference.table["mass"].tolist() == [20.0, 20.0, 8.0]
    assert squares([40, 8]).geometry.iloc[1].contains(reference.table.geometry.iloc[2])


def test_settlements_where_nobody_lives_are_as_none() -> None:
    places = row(1_000, 2_000, 12_000, people=[1, 1, 0])
    reference = Reference.from_polygons(
        squares([40, 8]), "farms", settlements=places, weight="people"
    )
    assert reference.table["mass"].tolist() == [20.0, 20.0, 8.0]
    assert reference.table.geometry.iloc[2] != places.geometry.iloc[2]


def test_settlements_outside_every_district_carry_nothing() -> None:
    places = row(-5_000, 1_000, 2_000)
    reference = Reference.from_polygons(squares([40]), "farms", settlements=places)
    assert reference.table["mass"].tolist() == [20.0, 20.0]


@few
@given(
    st.lists(st.floats(0, 1e5), min_size=1, max_size=6).filter(lambda c: sum(c) > 1),
    st.lists(st.tuples(st.integers(-50, 600), st.integers(0, 1_000)), min_size=2, max_size=25),
    st.booleans(),
)
def test_spreading_keeps_every_districts_total(
    counts: list[float], settlements: list[tuple[float, int]], weigh: bool
) -> None:
    districts = squares([*counts])
    at = [x * 100.0 + 50.0 for x, _ in settlements]  # none on a border
    places = row(*at, people=[people for _, people in settlements])
    places.geometry = places.translate(0.0, 5_000.0)
    if not places.intersects(districts.union_all()).any():
        return
    reference = Reference.from_polygons(
        districts, "farms", settlements=places, weight="people" if weigh else None
    )
    table = reference.table
    assert table["mass"].sum() == pytest.approx(sum(counts), rel=1e-9)
    assert (table["mass"] > 0).all()
    for shape, count in zip(districts.geometry, counts, strict=True):
        assert table.loc[table.within(shape), "mass"].sum() == pytest.approx(count, abs=1e-6)


def test_a_settlement_on_a_border_is_counted_once() -> None:
    reference = Reference.from_polygons(
        squares([10, 20]), "farms", settlements=row(1_000, 10_000, 11_000)
    )
    assert reference.table["mass"].sum() == 30.0
    assert len(reference.table) == 3


# --- how coarse ------------------------------------------------------------------------------------


def test_the_spacing_of_settlements_is_the_distance_to_the_nearest_other() -> None:
    places = row(0.5, 1_000.5, 2_000.5, 3_000.5)
    reference = Reference.from_polygons(squares([40]), "farms", settlements=places)
    assert reference.spacing == pytest.approx(1_000.0, rel=0.01)


def test_the_spacing_is_that_of_where_the_units_are() -> None:
    """A dense valley of 1 farm must not make 100,000 farms of bare districts look finely placed."""
    valley = row(*range(100, 9_000, 100))
    bare = Reference.from_polygons(squares([1, 50_000, 50_000]), "farms", settlements=valley)
    assert bare.spacing == pytest.approx(10_000.0, rel=0.01)
    full = Reference.from_polygons(squares([100_000, 1, 1]), "farms", settlements=valley)
    assert full.spacing == pytest.approx(100.0, rel=0.01)


def test_districts_that_count_nothing_make_nothing_coarse() -> None:
    valley = row(100, 200, 300)
    reference = Reference.from_polygons(squares([30, 0, 0, 0]), "farms", settlements=valley)
    assert reference.spacing == pytest.approx(100.0, rel=0.01)


def test_one_settlement_is_infinitely_coarse() -> None:
    alone = Reference.from_polygons(squares([30]), "farms", settlements=row(100))
    together = Reference.from_polygons(squares([30]), "farms", settlements=row(100, 100))
    assert alone.spacing == together.spacing == float("inf")


# --- bad districts and settlements -----------------------------------------------------------------


@pytest.mark.parametrize("shape", [None, box(0, 0, 1, 1).boundary, Point(0, 0)])
def test_districts_are_polygons(shape: object) -> None:
    """Points with counts would else pass for districts of no width, finer than any radius."""
    table = gpd.GeoDataFrame({"farms": [5]}, geometry=[shape], crs=METRIC)
    with pytest.raises(SchemaError, match=r"not polygons|without a polygon"):
        Reference.from_polygons(table, "farms")


def test_districts_need_their_counts_as_numbers() -> None:
    with pytest.raises(SchemaError, match="no column “fincas”"):
        Reference.from_polygons(squares([1]), "fincas")
    with pytest.raises(SchemaError, match="“farms” are not all numbers"):
        Reference.from_polygons(squares(["12", "s/d"]), "farms")
    text = Reference.from_polygons(squares(["12", "3"]), "farms")
    assert text.table["mass"].tolist() == [12.0, 3.0]
    nullable = squares([1, 2])
    nullable["farms"] = pd.array([1, None], dtype="Int64")
    with pytest.raises(SchemaError, match="1 are not"):
        Reference.from_polygons(nullable, "farms")


def test_settlements_elsewhere_are_an_error() -> None:
    with pytest.raises(SchemaError, match="no settlement lies in any polygon"):
        Reference.from_polygons(squares([1]), "farms", settlements=row(-9_000, -8_000))


@pytest.mark.parametrize(
    ("people", "said"),
    [(None, "no column “people”"), ([1.0, np.nan], "people"), ([1.0, -2.0], "people")],
)
def test_the_weights_of_settlements_are_checked(people: object, said: str) -> None:
    places = row(100, 200) if people is None else row(100, 200, people=people)
    with pytest.raises(SchemaError, match=said):
        Reference.from_polygons(squares([1]), "farms", settlements=places, weight="people")


def test_settlements_are_points() -> None:
    with pytest.raises(SchemaError, match="settlements must be points"):
        Reference.from_polygons(squares([1]), "farms", settlements=squares([1]))
    with pytest.raises(CRSError, match="settlements EPSG:4326"):
        Reference.from_polygons(squares([1]), "farms", settlements=row(1).to_crs(4326))


# --- telling apart, and leaving alone --------------------------------------------------------------


def test_references_are_told_apart_by_places_counts_and_declarations() -> None:
    farms = row(0, 10, 20, ruc=["a", "b", "c"])
    marks = [
        Reference.from_points(farms),
        Reference.from_points(farms.iloc[:2]),
        Reference.from_points(farms, includes_producers=True),
        Reference.from_points(farms, key="ruc"),
        Reference.from_points(farms.assign(ruc=["a", "b", "d"]), key="ruc"),
        Reference.from_cells(farms.assign(mass=1.0), spacing=10.0),
        Reference.from_cells(farms.assign(mass=[1.0, 2.0, 1.0]), spacing=10.0),
        Reference.from_cells(farms.assign(mass=1.0), spacing=20.0),
    ]
    assert len({reference.fingerprint for reference in marks}) == len(marks)
    assert marks[0].fingerprint == fingerprint(farms)  # as detect and assess take a bare layer
    assert Reference.from_points(farms.copy(), name="fincas").fingerprint == marks[0].fingerprint


def test_nothing_given_is_changed() -> None:
    districts, places = squares([40, 8]), row(1_000, 12_000, people=[1, 2])
    farms, dairies = row(0, 10, ruc=["a", "b"]), row(10, ruc=["b"])
    given_tables = (districts, places, farms, dairies)
    before = [table.copy() for table in given_tables]
    Reference.from_polygons(districts, "farms", settlements=places, weight="people")
    Reference.from_points(farms, key="ruc", includes_producers=True).arrays(dairies, METRIC)
    Reference.from_cells(places, mass="people", spacing=5.0).arrays(dairies, METRIC)
    for table, old in zip(given_tables, before, strict=True):
        assert_frame_equal(table, old)
        assert table.crs == old.crs
