"""Figures carried between areas: totals kept, intervals, settled people, rings, precision, zones."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

import sialgeo
from sialgeo import (
    Indicator,
    ParameterError,
    Raster,
    SchemaError,
    catchment_rings,
    interpolate_areas,
    overlay,
    pycnophylactic_surface,
    zonal_statistics,
)
from sialgeo.memory import NotEnoughMemoryError

MADE = runpy.run_path(str(Path(__file__).with_name("overlaid.py")))
X, Y, CRS, HALVES, SPOTS = (MADE[name] for name in ("X", "Y", "CRS", "HALVES", "SPOTS"))
square, found_in, two_districts = (MADE[n] for n in ("square", "found_in", "two_districts"))

# limits that tile in it tile where areas are measured, for it is equal-area
EQUAL = f"+proj=laea +lat_0=-7 +lon_0=-78 +x_0={X} +y_0={Y} +datum=WGS84 +units=m"


# --- totals and means ---------------------------------------------------------------------------------
def test_totals_are_shared_out_and_means_averaged() -> None:
    found = interpolate_areas(
        two_districts(),
        gpd.GeoDataFrame(geometry=[square(0.5, 0, 1.5, 1), square(0, 0, 0.5, 1)], crs=CRS),
        means="idh",
        totals="people",
        population="people",
    )
    assert found["people"].tolist() == pytest.approx([500, 200], rel=1e-6)
    assert found["idh"].tolist() == pytest.approx([0.52, 0.4])
    laid = overlay(found_in(HALVES, SPOTS), two_districts(), columns="idh", totals="people")
    assert laid.areas.loc[1, "people"] == pytest.approx(500, rel=1e-6)
    assert "people" not in laid.producers.columns  # a district's people are no producer's figure
    assert [i.column for i in laid.indicators] == ["idh", "people"]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(2, 12),
    st.integers(1, 10),
    st.booleans(),
    st.sampled_from(["areal", "pycnophylactic"]),
)
def test_totals_are_conserved_and_means_agree(
    seed: int, sources: int, targets: int, settled: bool, method: str
) -> None:
    """Thiessen areas of one square carried to those of other points: nobody is lost or made."""
    rng = np.random.default_rng(seed)
    around = square(0, 0, 10, 10)
    districts, zones = (thiessen(rng.uniform(0, 10, (n, 2)), around) for n in (sources, targets))
    districts["people"] = rng.integers(0, 1000, sources).astype(float)
    districts["rate"] = rng.uniform(0, 1, sources)
    cells = None
    if settled:
        counts = rng.poisson(1.0, (20, 20)).astype(float)
        cells = Raster(counts, (500.0, 0, X, 0, -500.0, Y + 10_000), EQUAL)
    smallest = np.sqrt(districts.area.min())
    found = interpolate_areas(
        districts,
        zones,
        means="rate",
        totals="people",
        population="people",
        settlements=cells,
        method=method,
        cell_size=max(smallest / 2, 150.0) if method == "pycnophylactic" else 0.0,
    )
    assert found["people"].sum() == pytest.approx(districts["people"].sum(), rel=1e-6, abs=1e-6)
    poor = (districts["rate"] * districts["people"]).sum()
    assert np.nansum(found["rate"] * found["people"]) == pytest.approx(poor, rel=1e-5, abs=1e-6)
    known = found["rate"].dropna()
    assert known.between(districts["rate"].min() - 1e-9, districts["rate"].max() + 1e-9).all()


def thiessen(points: np.ndarray, around: shapely.Polygon) -> gpd.GeoDataFrame:
    spots = shapely.multipoints(shapely.points(X + 1000 * points[:, 0], Y + 1000 * points[:, 1]))
    cells = shapely.get_parts(shapely.voronoi_polygons(spots, extend_to=around))
    return gpd.GeoDataFrame(geometry=shapely.intersection(cells, around), crs=EQUAL)


def test_what_is_not_known_is_not_zero() -> None:
    found = interpolate_areas(
        two_districts(farms=[np.nan, 30.0]),
        gpd.GeoDataFrame(
            geometry=[square(0.5, 0, 1.5, 1), square(1, 0, 1.5, 1), square(8, 8, 9, 9)], crs=CRS
        ),
        totals="farms",
    )
    assert found["farms"].tolist() == pytest.approx([np.nan, 15.0, np.nan], nan_ok=True)
    assert found["farms__covered"].tolist() == pytest.approx([0.5, 1.0, 0.0], abs=1e-6)
    assert any("less than 80%" in note for note in found.attrs["notes"])
    with pytest.raises(SchemaError, match="meet none"):
        interpolate_areas(
            two_districts(), gpd.GeoDataFrame(geometry=[square(8, 8, 9, 9)], crs=CRS), means="idh"
        )


def test_negative_totals_and_absent_columns_are_named_together() -> None:
    with pytest.raises(SchemaError, match=r"(?s)nada.*farms.*060101"):
        interpolate_areas(
            two_districts(farms=[-9999, 5]),
            two_districts(),
            totals=["farms", "nada"],
            key="ubigeo",
        )


# --- smooth densities that keep totals (pycnophylactic) ------------------------------------------------
def strips(*totals: float, wide: float = 2.0) -> gpd.GeoDataFrame:
    """Rectangles of ``wide`` × 1 km side by side, with their totals."""
    shapes = [square(k * wide, 0, (k + 1) * wide, 1) for k in range(len(totals))]
    held = {"people": totals, "rate": 0.5}
    return gpd.GeoDataFrame(held, geometry=shapes, crs=EQUAL)


SMOOTH = {"cell_size": 1000.0, "tolerance": 1e-9, "iterations": 2_000}


def test_two_areas_of_two_cells_settle_on_a_known_slope() -> None:
    """4 and 12 in two cells each. At rest, smoothing moves both cells of an area alike: b = 5a/3."""
    raster = pycnophylactic_surface(strips(4, 12), "people", **SMOOTH)
    assert raster.values.tolist() == [pytest.approx([1.5, 2.5, 5.5, 6.5], abs=1e-6)]
    halves = gpd.GeoDataFrame(
        geometry=[square(0.5, 0, 1.5, 1), square(1, 0, 3, 1), square(-1, 0, 9, 9)], crs=EQUAL
    )
    found = interpolate_areas(
        strips(4, 12), halves, totals="people", method="pycnophylactic", **SMOOTH
    )
    assert found["people"].tolist() == pytest.approx([2.0, 8.0, 16.0], abs=1e-5)
    cut = interpolate_areas(
        strips(4, 12),
        gpd.GeoDataFrame(geometry=[square(0, 0, 1, 1)], crs=EQUAL),
        totals="people",
        means="rate",
        population="people",
        method="pycnophylactic",
        **SMOOTH,
    )
    assert cut[["people", "rate"]].values.tolist() == [pytest.approx([1.5, 0.5], abs=1e-5)]


@pytest.mark.parametrize("exact", [True, False])  # exactextract tells parts in single precision
def test_a_density_that_is_the_same_everywhere_stays_so(
    exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sialgeo.overlays import rasters

    if not exact:
        monkeypatch.setattr(rasters, "_has_exactextract", lambda: False)
    ragged = thiessen(np.random.default_rng(3).uniform(0, 10, (7, 2)), square(0, 0, 10, 10))
    ragged["people"] = ragged.area / 1e6 * 30
    raster = pycnophylactic_surface(ragged, "people", cell_size=500)
    assert raster.values == pytest.approx(np.full((20, 20), 7.5), rel=1e-6 if exact else 1e-9)
    assert raster.crs.is_projected and any("500 m" in note for note in raster.notes)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9))
def test_every_area_keeps_its_total(seed: int, areas: int) -> None:
    rng = np.random.default_rng(seed)
    districts = thiessen(rng.uniform(0, 10, (areas, 2)), square(0, 0, 10, 10))
    districts["people"] = rng.integers(0, 1000, areas).astype(float)
    halves = [districts.intersection(square(x, 0, x + 5, 10)) for x in (0, 5)]  # of each district
    parts = [
        interpolate_areas(
            districts, half.to_frame("geometry"), totals="people", method="pycnophylactic"
        )["people"].fillna(0)
        for half in halves
    ]
    assert (parts[0] + parts[1]).tolist() == pytest.approx(districts["people"].tolist())
    raster = pycnophylactic_surface(districts, "people")
    assert np.nanmin(raster.values) >= 0
    assert np.nansum(raster.values) == pytest.approx(districts["people"].sum(), rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=9, max_size=9))
def test_the_surface_is_smoother_than_area_weighting(totals: list[int]) -> None:
    """Nine squares of 4 × 4 cells: each keeps its sum of cells, none is negative, steps grow less."""
    corners = [(2 * k, 4 - 2 * j) for j in range(3) for k in range(3)]
    shapes = [square(x, y, x + 2, y + 2) for x, y in corners]
    districts = gpd.GeoDataFrame({"people": totals}, geometry=shapes, crs=EQUAL)
    raster = pycnophylactic_surface(districts, "people", cell_size=500)
    sums = raster.values.reshape(3, 4, 3, 4).sum(axis=(1, 3))
    assert sums.ravel().tolist() == pytest.approx(totals)
    assert raster.values.min() >= 0
    flat = np.repeat(np.repeat(np.reshape(totals, (3, 3)) / 16, 4, axis=0), 4, axis=1)
    assert roughness(raster.values) <= roughness(flat)


def roughness(values: np.ndarray) -> float:
    return float(sum((np.diff(values, axis=k) ** 2).sum() for k in (0, 1)))


def test_both_ways_of_cutting_cells_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    from sialgeo.overlays import rasters

    zones = thiessen(np.random.default_rng(5).uniform(0, 10, (6, 2)), square(0, 0, 10, 10))
    shapes = zones.geometry.to_numpy()
    grid = (25, 21), (480.0, 0.0, X - 100, 0.0, -480.0, Y + 11_000)
    exact = rasters.cells_covered(shapes, *grid)
    monkeypatch.setattr(rasters, "_has_exactextract", lambda: False)
    plain = rasters.cells_covered(shapes, *grid)
    for one, other in zip(exact, plain, strict=True):
        held = dict(zip(*other, strict=True))  # slivers of rounding are in one of them only
        assert all(abs(held.get(cell, 0.0) - part) < 1e-6 for cell, part in zip(*one, strict=True))
        assert one[1].sum() == pytest.approx(other[1].sum(), rel=1e-6)


def test_an_area_without_a_known_total_is_a_hole_and_one_of_zero_stays_zero() -> None:
    raster = pycnophylactic_surface(strips(6, np.nan, 0, 6), "people", **SMOOTH)
    row = raster.values[0]
    assert np.isnan(row[2:4]).all() and row[4:6].tolist() == [0.0, 0.0]
    assert row[:2].tolist() == pytest.approx([3.0, 3.0])
    assert row[6] < row[7] and row[6:].sum() == pytest.approx(6)
    targets = gpd.GeoDataFrame(geometry=[square(1, 0, 3, 1), square(2, 0, 3, 1)], crs=EQUAL)
    found = interpolate_areas(
        strips(6, np.nan, 0, 6), targets, totals="people", method="pycnophylactic", **SMOOTH
    )
    assert found["people"].isna().all()
    assert found["people__covered"].tolist() == pytest.approx([0.5, 0.0])


def test_settlements_leave_the_unsettled_cells_empty() -> None:
    """Coarse cells of the raster hold people in the western half only, and in none of the second area."""
    held = Raster(np.array([[5.0, 0.0, 0.0, 0.0]]), (2000.0, 0, X, 0, -1000.0, Y + 1000), EQUAL)
    areas = strips(8, 4, wide=4.0)
    raster = pycnophylactic_surface(areas, "people", settlements=held, **SMOOTH)
    row = raster.values[0]
    assert row[:4].tolist() == pytest.approx([4.0, 4.0, 0.0, 0.0])
    assert row[4:].tolist() == pytest.approx([1.0] * 4)
    assert any("1 territory has nobody" in note for note in raster.notes)
    fine = Raster(np.ones((10, 20)), (100.0, 0, X, 0, -100.0, Y + 1000), EQUAL)
    raster = pycnophylactic_surface(areas, "people", settlements=fine, **SMOOTH)
    assert raster.values[0, :4].tolist() == pytest.approx([4.0, 4.0, 0.0, 0.0])
    below = Raster(-held.values, held.transform, EQUAL)
    with pytest.raises(SchemaError, match="below zero"):
        pycnophylactic_surface(areas, "people", settlements=below)


def test_smoothing_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    areas, smooth = strips(4, 12).assign(code=["A", "B"]), {"method": "pycnophylactic"}
    with pytest.raises(
        SchemaError, match=r"coarser than 2 polygons: A, B \(.* 2 km².*cell_size=1000 "
    ):
        pycnophylactic_surface(areas, "people", cell_size=3_000, key="code")
    with pytest.raises(ParameterError, match="spreads counts, and none is named"):
        interpolate_areas(areas, areas, means="rate", **smooth)
    with pytest.raises(SchemaError, match=r"“people” is negative in B"):
        interpolate_areas(
            areas.assign(people=[1, -2]), areas, totals="people", key="code", **smooth
        )
    with pytest.raises(SchemaError, match="no column “nada”"):
        pycnophylactic_surface(areas, "nada")
    with pytest.raises(ParameterError, match=r"(?s)method.*areal, pycnophylactic"):
        interpolate_areas(areas, areas, totals="people", method="smooth")
    with pytest.raises(ParameterError, match=r"(?s)cell_size.*iterations.*tolerance"):
        pycnophylactic_surface(areas, "people", cell_size=-1, iterations=0, tolerance=0)
    hasty = pycnophylactic_surface(areas, "people", iterations=2)
    assert any("ended after 2 iterations" in note for note in hasty.notes)
    monkeypatch.setattr("sialgeo.memory.available_memory", lambda: 1_000.0)
    with pytest.raises(NotEnoughMemoryError, match=r"40000 cells of 10 m"):
        pycnophylactic_surface(areas, "people", cell_size=10)


# --- people where they are settled ---------------------------------------------------------------------
def test_people_are_spread_as_the_settlements_say(tmp_path: Path) -> None:
    """All of the first district's people live in its western half: the footprint has none of them."""
    cells = np.array([[8.0, 0.0, 1.0, 1.0]])
    transform = (500.0, 0.0, X, 0.0, -1000.0, Y + 1000)
    given_ = found_in(HALVES, SPOTS)
    options = {"columns": "idh", "totals": "people", "population": "people"}
    found = overlay(given_, two_districts(), settlements=Raster(cells, transform, CRS), **options)
    assert found.areas.loc[1, "idh"] == pytest.approx(0.6, abs=1e-5)
    assert found.areas.loc[1, "people"] == pytest.approx(300, rel=1e-4)
    assert found.steps[-1].parameters["weighting"] == "settlements"
    path = tmp_path / "places.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=1, width=4, count=1, dtype="float32", crs=CRS,
        transform=Affine(*transform),
    ) as file:  # fmt: skip
        file.write(cells.astype("float32"), 1)
    filed = overlay(given_, two_districts(), settlements=path, **options)
    assert filed.areas.loc[1, "people"] == pytest.approx(300, rel=1e-4)
    bare = overlay(
        given_, two_districts(), settlements=Raster(cells * 0, transform, CRS), **options
    )
    assert bare.areas.loc[1, "idh"] == pytest.approx(0.52)
    assert any("2 territories have nobody" in note for note in bare.notes)
    with pytest.raises(SchemaError, match="below zero"):
        overlay(given_, two_districts(), settlements=Raster(-cells, transform, CRS), **options)


# --- intervals ----------------------------------------------------------------------------------------
ESTIMATE = Indicator(
    "pobreza", {}, "monetary", 2018, "percent", "less", "INEI", low="li", high="ls"
)


def estimates(**columns: object) -> gpd.GeoDataFrame:
    held = {"pobreza": [40.0, 60.0], "li": [36.0, 50.0], "ls": [46.0, 66.0], **columns}
    return two_districts(**held)


def test_the_interval_of_one_district_is_its_own_and_two_are_narrower() -> None:
    targets = gpd.GeoDataFrame(
        geometry=[square(0.2, 0, 0.8, 1), square(0, 0, 2, 1), square(9, 9, 10, 10)], crs=CRS
    )
    options = {
        "means": "pobreza",
        "indicators": [ESTIMATE],
        "population": "people",
        "draws": 20_000,
    }
    found = interpolate_areas(estimates(), targets, **options)
    own = found.iloc[0]
    assert (own["pobreza__low"], own["pobreza__high"]) == (
        pytest.approx(36, abs=0.15),
        pytest.approx(46, abs=0.2),
    )
    both = found.iloc[1]
    assert both["pobreza"] == pytest.approx(52)
    # half-widths by hand: √((.4·4)² + (.6·10)²) below, √((.4·6)² + (.6·6)²) above
    assert both["pobreza"] - both["pobreza__low"] == pytest.approx(6.2, abs=0.6)
    assert both["pobreza__high"] - both["pobreza"] == pytest.approx(4.3, abs=0.6)
    assert found.iloc[2][["pobreza__low", "pobreza__high"]].isna().all()
    together = interpolate_areas(estimates(), targets, dependence=1.0, **options).iloc[1]
    assert together["pobreza__low"] == pytest.approx(0.4 * 36 + 0.6 * 50, abs=0.2)
    assert together["pobreza__high"] == pytest.approx(0.4 * 46 + 0.6 * 66, abs=0.2)


def test_intervals_of_the_producers_own_territories() -> None:
    """Two of three producers stand in one territory and share its error."""
    given_ = found_in(HALVES, SPOTS)
    found = overlay(given_, estimates(), indicators=[ESTIMATE], key="ubigeo", draws=20_000)
    row = found.areas.loc[1]
    mean = row["pobreza__units"]
    one, two = (40, 60) if mean > 50 else (60, 40)
    assert mean == pytest.approx((one + 2 * two) / 3)
    below, above = {40: 4, 60: 10}, {40: 6, 60: 6}
    low, high = ((e[one] ** 2 + (2 * e[two]) ** 2) ** 0.5 / 3 for e in (below, above))
    assert mean - row["pobreza__units__low"] == pytest.approx(low, abs=0.6)
    assert row["pobreza__units__high"] - mean == pytest.approx(high, abs=0.6)


def test_intervals_have_a_seed_and_no_row_order() -> None:
    given_ = found_in(HALVES, SPOTS)
    options = {"indicators": [ESTIMATE], "population": "people", "key": "ubigeo"}
    one = overlay(given_, estimates(), seed=7, **options)
    ends = ["pobreza__low", "pobreza__high"]
    assert one.steps[-1].seed == 7 and one.steps[-1].parameters["draws"] == 1000
    again = overlay(given_, estimates().iloc[::-1], seed=7, **options)
    assert again.areas.loc[1, ends].tolist() == pytest.approx(one.areas.loc[1, ends].tolist())
    other = overlay(given_, estimates(), seed=8, **options)
    assert other.areas.loc[1, ends].tolist() != one.areas.loc[1, ends].tolist()
    assert any("1000 draws (seed 7)" in note for note in one.notes)
    plain = overlay(given_, estimates(), indicators=[replace(ESTIMATE, low="", high="")])
    assert "pobreza__low" not in plain.areas.columns and plain.steps[-1].seed is None


def test_missing_ends_make_an_estimate_exact_and_it_is_said() -> None:
    found = overlay(
        found_in(HALVES, SPOTS),
        estimates(li=[36.0, np.nan], ls=[46.0, np.nan]),
        indicators=[ESTIMATE],
        population="people",
    )
    assert any("1 territories have no interval" in note for note in found.notes)


@pytest.mark.parametrize(
    ("layer", "indicator", "words"),
    [
        (estimates(li=[41.0, 50.0]), ESTIMATE, "does not hold the value in 0"),
        (estimates(), replace(ESTIMATE, high=""), "an interval has two ends"),
        (estimates(), replace(ESTIMATE, high="nada"), "nada"),
    ],
)
def test_intervals_that_cannot_be(
    layer: gpd.GeoDataFrame, indicator: Indicator, words: str
) -> None:
    with pytest.raises(SchemaError, match=words):
        overlay(found_in(HALVES, SPOTS), layer, indicators=[indicator])


def test_drawing_out_of_bounds() -> None:
    with pytest.raises(ParameterError, match=r"(?s)draws.*dependence"):
        overlay(found_in(HALVES, SPOTS), estimates(), draws=10, dependence=2.0)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 1))
def test_intervals_hold_the_value_and_stay_within_bounds(seed: int, dependence: float) -> None:
    rng = np.random.default_rng(seed)
    values = rng.uniform(0, 100, 2)
    layer = estimates(
        pobreza=values,
        li=np.maximum(values - rng.uniform(0, 40, 2), 0),
        ls=np.minimum(values + rng.uniform(0, 40, 2), 100),
    )
    found = interpolate_areas(
        layer,
        gpd.GeoDataFrame(geometry=[square(0, 0, 2, 1)], crs=CRS),
        means="pobreza",
        indicators=[ESTIMATE],
        dependence=dependence,
        seed=seed,
    ).iloc[0]
    assert 0 <= found["pobreza__low"] <= found["pobreza"] + 1e-9
    assert found["pobreza"] - 1e-9 <= found["pobreza__high"] <= 100


# --- rings --------------------------------------------------------------------------------------------
def test_rings_lie_around_the_footprint_and_do_not_overlap() -> None:
    given_ = found_in([square(5, 5, 6, 6)], [(5.5, 5.5, 1)])
    layer = gpd.GeoDataFrame(
        {"ubigeo": ["1", "2"], "idh": [0.3, 0.7], "people": [100.0, 900.0]},
        geometry=[square(5, 5, 6, 6), square(-20, -20, 40, 40).difference(square(5, 5, 6, 6))],
        crs=CRS,
    )
    rings = catchment_rings(
        given_, layer, radii=[1_000, 2_000], means="idh", totals="people", key="ubigeo"
    )
    assert rings[["from_m", "to_m"]].values.tolist() == [[0, 0], [0, 1000], [1000, 2000]]
    assert rings["idh"].tolist() == pytest.approx([0.3, 0.7, 0.7])
    area = 900.0 / (60 * 60 - 1)
    assert rings["people"].tolist() == pytest.approx(
        [100, (4 + np.pi) * area, (4 + 3 * np.pi) * area], rel=5e-3
    )
    with np.errstate(invalid="ignore"):
        assert shapely.union_all(rings.geometry).area == pytest.approx(rings.area.sum(), rel=1e-6)
    assert rings["idh__covered"].tolist() == pytest.approx([1.0, 1.0, 1.0], abs=1e-3)


def test_rings_reach_beyond_the_layer_and_say_so() -> None:
    given_ = found_in([square(0, 0, 1, 1)], [(0.5, 0.5, 1)])
    rings = catchment_rings(given_, two_districts(), radii=[5_000], means="idh")
    assert rings["idh__covered"].iloc[1] < 0.1
    assert any("less than 80%" in note for note in rings.attrs["notes"])
    for bad in ([], [5_000, 1_000], [-5], [np.nan]):
        with pytest.raises(ParameterError, match="radii"):
            catchment_rings(given_, two_districts(), radii=bad, means="idh")
    none = sialgeo.Concentrations(given_.producers, given_.areas.iloc[:0])
    with pytest.raises(SchemaError, match="no concentrations"):
        catchment_rings(none, two_districts(), means="idh")


# --- precision ----------------------------------------------------------------------------------------
def test_producers_near_a_border_are_unsure_by_their_precision() -> None:
    spots = [(0.95, 0.5, 1), (0.95, 0.5, 1), (1.3, 0.5, 1), (0.01, 0.5, 1), (2.04, 0.5, -1)]
    given_ = found_in(HALVES, spots)
    metres = [100.0, 10.0, 100.0, 100.0, 50.0]  # the outer edge is no other territory
    producers = given_.producers.assign(precision_m=metres)
    given_ = sialgeo.Concentrations(producers, given_.areas)
    found = overlay(given_, two_districts(), columns="idh", key="ubigeo")
    assert found.producers["territory_unsure"].tolist() == [True, False, False, False, True]
    assert found.steps[-1].parameters["producers_unsure"] == 2
    assert any("2 of 5 producers (40.0%) may stand in another" in note for note in found.notes)
    one = overlay(given_, two_districts(), columns="idh", precision=400)
    assert one.producers["territory_unsure"].tolist() == [True, True, True, False, True]
    reversed_ = overlay(given_, two_districts().iloc[::-1], columns="idh", precision=400)
    assert reversed_.producers["territory_unsure"].equals(one.producers["territory_unsure"])


def test_precision_that_is_not_stated_or_cannot_be() -> None:
    given_ = found_in(HALVES, SPOTS)
    assert "territory_unsure" not in overlay(given_, two_districts(), columns="idh").producers
    some = sialgeo.Concentrations(
        given_.producers.assign(precision_m=[np.nan, 5.0, 5.0, 5.0]), given_.areas
    )
    found = overlay(some, two_districts(), columns="idh")
    assert any("1 of 4 producers state no precision" in note for note in found.notes)
    with pytest.raises(SchemaError, match="not negative"):
        overlay(given_, two_districts(), columns="idh", precision=-5)
    with pytest.raises(SchemaError, match="no column “nada”"):
        overlay(given_, two_districts(), columns="idh", precision="nada")


# --- zones --------------------------------------------------------------------------------------------
def test_zonal_means_and_sums(tmp_path: Path) -> None:
    cells = Raster(np.array([[1.0, 2.0], [3.0, np.nan]]), (1000.0, 0, X, 0, -1000.0, Y + 2000), CRS)
    zones = gpd.GeoDataFrame(
        {"z": ["a", "b", "c"]},
        geometry=[square(0.5, 0, 2, 2), square(0, 0, 1, 2), square(1.1, 0.1, 1.9, 0.9)],
        crs=CRS,
    )
    found = zonal_statistics(zones, cells, column="v")
    assert found["v"].tolist() == pytest.approx([2.0, 2.0, np.nan], nan_ok=True)
    assert found["v__total"].tolist() == pytest.approx([4.0, 4.0, np.nan], nan_ok=True)
    assert found["v__covered"].tolist() == pytest.approx([2 / 3, 1.0, 0.0])
    assert any("less than 80% of 2 footprints" in note for note in found.attrs["notes"])
    assert found.crs == zones.crs and found["z"].tolist() == ["a", "b", "c"]


def huge_tiff(path: Path) -> Path:
    """A sparse raster of 300,000 × 300,000 cells (720 GB when read whole), 2,048 × 2,048 of data."""
    side = 300_000
    with rasterio.open(
        path, "w", driver="GTiff", height=side, width=side, count=1, dtype="float64", crs=CRS,
        transform=Affine(10.0, 0, X - 1_000_000, 0, -10.0, Y + 2_000_000), nodata=-9999,
        tiled=True, blockxsize=2048, blockysize=2048, SPARSE_OK="TRUE", BIGTIFF="YES",
        compress="deflate",
    ) as file:  # fmt: skip
        column, row = 100_000, 199_900
        window = rasterio.windows.Window(column, row, 400, 100)
        file.write(np.full((1, 100, 400), 42.0), window=window)
    return path


def test_a_raster_larger_than_memory_is_laid_by_blocks_and_not_read_whole(tmp_path: Path) -> None:
    path = huge_tiff(tmp_path / "pobreza_2018.tif")
    with pytest.raises(SchemaError, match=r"720 GB"):
        sialgeo.read_raster(path)
    found = overlay(found_in([square(0.1, 0.1, 0.9, 0.9), square(3, 0, 5, 1)], SPOTS), path)
    assert found.areas["pobreza_2018"].tolist() == pytest.approx([42.0, 42.0])
    assert found.areas["pobreza_2018__covered"].tolist() == pytest.approx([1.0, 0.5], abs=1e-3)
    zones = zonal_statistics(two_districts(), path, column="v")
    assert zones["v"].tolist() == pytest.approx([42.0, 42.0])


def test_bands_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "bands.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=1, width=2, count=2, dtype="float32", crs=CRS,
        transform=Affine(1000.0, 0, X, 0, -1000.0, Y + 1000),
    ) as file:  # fmt: skip
        file.write(np.array([[[1, 1]], [[5, 7]]], dtype="float32"))
    given_ = found_in(HALVES, SPOTS)
    assert overlay(given_, path, columns="v", band=2).areas.loc[1, "v"] == pytest.approx(6.0)
    with pytest.raises(ParameterError, match="no band 3; it has 2"):
        overlay(given_, path, columns="v", band=3)


def test_the_footprint_may_be_many_blocks_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    from sialgeo.overlays import rasters

    values = np.arange(60.0).reshape(6, 10)
    raster = Raster(values, (100.0, 0, X, 0, -100.0, Y + 600), CRS)
    zone = gpd.GeoDataFrame(geometry=[shapely.Point(X + 450, Y + 310).buffer(290)], crs=CRS)
    whole = zonal_statistics(zone, raster, column="v")
    monkeypatch.setattr(rasters, "CELLS_AT_ONCE", 3)
    assert zonal_statistics(zone, raster, column="v")["v"].iloc[0] == pytest.approx(
        whole["v"].iloc[0]
    )
