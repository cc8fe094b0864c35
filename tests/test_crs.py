"""Coordinate reference systems: one guard, and metres that are metres on the ground."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod
from shapely.geometry import Point, box

from sialgeo.crs import crs_name, equal_area_crs, metric_crs, require_crs, xy_of
from sialgeo.errors import CRSError, SchemaError

GEOD = Geod(ellps="WGS84")
LOCAL = CRS.from_wkt(
    'ENGCRS["site",EDATUM["peg"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
)


def at(*places: tuple[float, float], crs: object = 4326) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[Point(place) for place in places], crs=crs)


def spread(degrees: float, longitude: float, latitude: float) -> gpd.GeoDataFrame:
    half = degrees / 2
    return at((longitude - half, latitude - half), (longitude + half, latitude + half))


def is_centred(crs: CRS) -> bool:
    return crs.coordinate_operation.method_name == "Azimuthal Equidistant"


# --- one CRS ---------------------------------------------------------------------------------------


def test_layers_of_one_crs_share_it() -> None:
    layer = at((-78.5, -7.1))
    assert require_crs(producers=layer, places=layer.copy()) == layer.crs
    assert require_crs(producers=layer.geometry) == layer.crs


def test_every_layer_without_a_crs_is_named() -> None:
    bare = at((1, 1), crs=None)
    with pytest.raises(CRSError) as caught:
        require_crs(producers=bare, places=at((1, 1)), reference=bare)
    assert str(caught.value).startswith("no CRS: producers, reference. Remedy: ")
    assert 'set_crs("EPSG:4326")' in str(caught.value)


def test_mixed_crs_are_all_named_with_the_remedy() -> None:
    with pytest.raises(CRSError) as caught:
        require_crs(
            producers=at((-78, -7)), places=at((-78, -7)), reference=at((7e5, 9e6), crs=32717)
        )
    assert str(caught.value) == (
        "CRS differ: producers EPSG:4326, places EPSG:4326, reference EPSG:32717. "
        'Remedy: layer.to_crs("EPSG:4326")'
    )


def test_names_of_crs_warn_of_nothing() -> None:
    """pyproj warns when it writes a projection as text; warnings are errors here."""
    assert crs_name(CRS.from_epsg(32717)) == "EPSG:32717"
    assert crs_name(LOCAL) == "site"
    assert crs_name(metric_crs(spread(20, -75, -7))).startswith("+proj=aeqd +lat_0=-7.0000")


# --- the projection in metres ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("longitude", "latitude", "zone"),
    [
        (-78.5, -7.1, 32717),
        (-78.5, 7.1, 32617),
        (-75.0, -12.0, 32718),
        (9.0, 47.0, 32632),
        (-89.6, 20.9, 32616),
        (179.0, -17.0, 32760),
        (-179.0, -17.0, 32701),
        (281.5, -7.1, 32717),  # longitudes from 0 to 360
    ],
)
def test_a_small_layer_is_measured_in_its_utm_zone(
    longitude: float, latitude: float, zone: int
) -> None:
    assert metric_crs(spread(1.0, longitude, latitude)).to_epsg() == zone


def test_one_point_has_a_zone_too() -> None:
    assert metric_crs(at((-78.5, -7.1))).to_epsg() == 32717


@pytest.mark.parametrize(
    "layer",
    [
        spread(6.5, -75.0, -7.0),  # wider than a zone
        at((-78.6, -7.0), (-74.0, -7.0)),  # narrow enough, too far from the meridian of its centre
        at((20.0, 85.0), (21.0, 85.5)),  # north of where UTM ends
        at((20.0, -81.0), (21.0, -80.5)),
    ],
    ids=["wide", "beside its zone", "arctic", "antarctic"],
)
def test_else_in_a_projection_centred_on_it(layer: gpd.GeoDataFrame) -> None:
    assert is_centred(metric_crs(layer))


def test_a_crs_in_metres_is_kept() -> None:
    for code in (32717, 3035, 6372, 2154):
        west, south, east, north = CRS(code).area_of_use.bounds
        layer = spread(0.1, (west + east) / 2, (south + north) / 2).to_crs(code)
        assert metric_crs(layer).to_epsg() == code


@pytest.mark.parametrize("mercator", [3857, 3395, 3785, "ESRI:102100"])
def test_no_mercator_is_ever_measured_in(mercator: object) -> None:
    """Its metres are 1/cos(latitude) too long: a sixth at 31 degrees, twice at 60."""
    assert metric_crs(spread(1.0, 9.0, 47.0).to_crs(mercator)).to_epsg() == 32632


def test_a_crs_in_feet_is_not_measured_in() -> None:
    new_york = spread(0.2, -73.9, 40.7).to_crs(2263)
    assert metric_crs(new_york).to_epsg() == 32618


@pytest.mark.parametrize(
    "crs",
    ["EPSG:32662", "+proj=moll +datum=WGS84 +units=m", "EPSG:32631"],
    ids=["plate carree", "Mollweide", "UTM far from its zone"],
)
def test_a_projection_that_stretches_is_not_measured_in(crs: str) -> None:
    assert metric_crs(spread(1.0, 27.0, 47.0).to_crs(crs)).to_epsg() == 32635


@settings(max_examples=40, deadline=None)
@given(st.floats(-180, 180), st.floats(-88, 88), st.floats(0.01, 12), st.floats(0.01, 12))
def test_metres_are_metres_on_the_ground(
    longitude: float, latitude: float, width: float, height: float
) -> None:
    """Wherever on Earth, the antimeridian and the polar regions included."""
    east = (longitude + width + 180) % 360 - 180
    north = min(latitude + height, 89.0)
    layer = at((longitude, latitude), (east, north), (longitude, north))
    xy = xy_of(layer, metric_crs(layer))
    for a, b in ((0, 1), (0, 2), (1, 2)):
        p, q = layer.geometry.iloc[a], layer.geometry.iloc[b]
        ground = GEOD.inv(p.x, p.y, q.x, q.y)[2]
        assert np.hypot(*(xy[a] - xy[b])) == pytest.approx(ground, rel=0.02, abs=0.01)


def test_islands_on_both_sides_of_the_antimeridian_are_neighbours() -> None:
    fiji = at((179.9, -17.0), (-179.9, -17.0))
    xy = xy_of(fiji, metric_crs(fiji))
    ground = GEOD.inv(179.9, -17.0, -179.9, -17.0)[2]
    assert ground < 22_000
    assert np.hypot(*(xy[0] - xy[1])) == pytest.approx(ground, rel=0.001)


def test_the_pole_is_a_place() -> None:
    ring = at((0.0, 89.5), (90.0, 89.5), (180.0, 89.5), (-90.0, 89.5))
    xy = xy_of(ring, metric_crs(ring))
    assert np.hypot(*(xy[0] - xy[2])) == pytest.approx(2 * 55_847, rel=0.01)


# --- areas -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("latitude", [-70.0, -7.0, 0.0, 47.0])
def test_areas_are_areas_on_the_ground(latitude: float) -> None:
    square = gpd.GeoDataFrame(
        geometry=[box(-1, latitude, 1, latitude + 2).segmentize(0.05)], crs=4326
    )
    ground = abs(GEOD.geometry_area_perimeter(square.geometry.iloc[0])[0])
    assert square.to_crs(equal_area_crs(square)).area.iloc[0] == pytest.approx(ground, rel=1e-3)


# --- bad input -------------------------------------------------------------------------------------


def test_metres_taken_for_degrees_say_so() -> None:
    with pytest.raises(CRSError, match="look like metres"):
        metric_crs(at((700_000.0, 9_200_000.0), (710_000.0, 9_210_000.0)))


@pytest.mark.parametrize(
    "place", [(np.nan, np.nan), (np.inf, 1.0)], ids=["not a number", "infinite"]
)
def test_no_coordinates_no_projection(place: tuple[float, float]) -> None:
    with pytest.raises(SchemaError, match="no coordinates"):
        metric_crs(at(place))


def test_an_empty_layer_has_no_projection() -> None:
    with pytest.raises(SchemaError, match="no coordinates"):
        metric_crs(gpd.GeoDataFrame(geometry=[], crs=4326))


def test_no_crs_no_projection() -> None:
    with pytest.raises(CRSError, match="no CRS: layer"):
        metric_crs(at((1.0, 1.0), crs=None))


@pytest.mark.parametrize("crs", [LOCAL, 4978], ids=["a building site", "the centre of the Earth"])
def test_a_crs_that_is_no_map_says_so(crs: object) -> None:
    with pytest.raises(CRSError, match="neither degrees nor map coordinates"):
        metric_crs(at((1.0, 2.0), crs=crs))


def test_only_points_have_coordinates_of_their_own() -> None:
    layer = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1), Point(0, 0)], crs=4326)
    with pytest.raises(SchemaError, match="points are needed; the layer holds Polygon"):
        xy_of(layer, 32717)


def test_rows_that_have_no_place_in_the_projection_are_named() -> None:
    layer = gpd.GeoDataFrame(
        geometry=[Point(-78, -7), None, Point(-78, 95)], index=["a", "b", "c"], crs=4326
    )
    with pytest.raises(SchemaError, match=r"^2 points have no finite coordinates .*rows b, c …"):
        xy_of(layer, 32717)


def test_coordinates_keep_the_order_of_the_rows_and_change_nothing() -> None:
    layer = at((-78.0, -7.0), (-79.0, -6.0), (-78.0, -7.0)).set_axis([7, 3, 3])
    before = layer.copy()
    xy = xy_of(layer, 32717)
    assert (xy[0] == xy[2]).all()
    assert xy.shape == (3, 2)
    assert layer.equals(before)
    assert layer.crs == before.crs
