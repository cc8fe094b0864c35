"""Overlay: answers known by hand, and figures that are not known stay so."""

from __future__ import annotations

import builtins
import itertools
import runpy
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

import sialgeo
from sialgeo import (
    Concentrations,
    CRSError,
    Indicator,
    Raster,
    SchemaError,
    join_indicators,
    overlay,
)
from sialgeo.kernels.interpolation import shared_totals, weighted_means, zonal_sums
from sialgeo.overlays import rasters

MADE = runpy.run_path(str(Path(__file__).with_name("overlaid.py")))
X, Y, CRS, HALVES, SPOTS = (MADE[name] for name in ("X", "Y", "CRS", "HALVES", "SPOTS"))
square, found_in, two_districts = (MADE[n] for n in ("square", "found_in", "two_districts"))


# --- polygons -----------------------------------------------------------------------------------------
def test_people_weigh_where_they_are_known_and_area_where_not() -> None:
    by_people = overlay(
        found_in(HALVES, SPOTS), two_districts(), columns="idh", population="people"
    )
    by_area = overlay(found_in(HALVES, SPOTS), two_districts(), columns="idh")
    assert by_people.areas["idh"].tolist() == pytest.approx([0.52])
    assert by_area.areas["idh"].tolist() == pytest.approx([0.50])
    assert by_people.steps[-1].parameters["weighting"] == "population"
    assert not any("weighted by area" in note for note in by_people.notes)
    assert any("weighted by area" in note for note in by_area.notes)


def test_producers_have_the_figures_of_their_own_district() -> None:
    found = overlay(
        found_in(HALVES, SPOTS),
        two_districts(),
        columns=["idh"],
        key="ubigeo",
        name="distrito",
        population="people",
    )
    assert found.producers["territory"].tolist() == ["060101", "060102", "060102", "060101"]
    assert found.producers["territory_name"].tolist() == ["Uno", "Dos", "Dos", "Uno"]
    assert found.producers["idh"].tolist() == [0.4, 0.6, 0.6, 0.4]
    row = found.areas.loc[1]
    assert row["idh__units"] == pytest.approx((0.4 + 0.6 + 0.6) / 3)
    assert (row["idh__units_known"], row["idh__covered"]) == (1.0, 1.0)
    assert row["territories"] in ("Uno, Dos", "Dos, Uno")


def test_the_largest_part_is_named_first_and_what_only_touches_is_not() -> None:
    found = overlay(
        found_in([square(0.9, 0, 2, 1), square(0, 0, 1, 1)], SPOTS),
        two_districts(),
        columns="idh",
        name="distrito",
    )
    assert found.areas["territories"].tolist() == ["Dos, Uno", "Uno"]


def test_nan_stays_nan_and_lowers_the_coverage() -> None:
    found = overlay(
        found_in(HALVES, SPOTS),
        two_districts(pobreza=[np.nan, 60.0]),
        columns="pobreza",
        population="people",
    )
    row = found.areas.loc[1]
    assert row["pobreza"] == pytest.approx(60.0)  # a per cent passes as it is
    assert row["pobreza__covered"] == pytest.approx(0.5, abs=1e-6)
    assert row["pobreza__units"] == pytest.approx(60.0)
    assert row["pobreza__units_known"] == pytest.approx(2 / 3)
    assert found.producers["pobreza"].isna().tolist() == [True, False, False, True]
    assert any("50%" in note for note in found.notes)
    nothing = overlay(found_in(HALVES, SPOTS), two_districts(idh=[np.nan, np.nan]), columns="idh")
    assert np.isnan(nothing.areas.loc[1, "idh"]) and nothing.areas.loc[1, "idh__covered"] == 0.0


def test_a_district_without_population_weighs_nothing_and_is_named() -> None:
    found = overlay(
        found_in(HALVES, SPOTS),
        two_districts(people=[np.nan, 600.0]),
        columns="idh",
        population="people",
        key="ubigeo",
    )
    assert found.areas.loc[1, "idh"] == pytest.approx(0.6)
    assert found.areas.loc[1, "idh__covered"] == pytest.approx(0.5, abs=1e-6)
    assert any("060101" in note for note in found.notes)


def test_on_a_border_the_first_by_key_and_outside_nothing() -> None:
    spots = [(1.0, 0.5, 1), (5.0, 5.0, -1), (0.5, 0.5, 1)]
    reversed_rows = two_districts().iloc[::-1]
    found = overlay(found_in(HALVES, spots), reversed_rows, columns="idh", key="ubigeo")
    territory = found.producers["territory"]
    assert territory.isna().tolist() == [False, True, False]
    assert territory.iloc[0] == "060101"
    assert np.isnan(found.producers["idh"].iloc[1])
    step = found.steps[-1].parameters
    assert (step["producers_ambiguous"], step["producers_outside"]) == (1, 1)
    assert any("1 of 3 producers stands on a border" in note for note in found.notes)
    assert any("1 of 3 producers (33.3%) stands in none" in note for note in found.notes)


def test_a_layer_that_covers_little_says_how_much() -> None:
    found = overlay(found_in([square(1.5, 0, 3.5, 1)], SPOTS), two_districts(), columns="idh")
    assert found.areas.loc[1, "idh__covered"] == pytest.approx(0.25, abs=1e-4)
    assert any("less than 80% of 1 footprint of 1 (least: 25%)" in note for note in found.notes)


def test_overlapping_polygons_are_told_with_figures_and_cover_once() -> None:
    layer = two_districts()
    layer.geometry = [square(0, 0, 1.1, 1), square(1, 0, 1.2, 1)]
    found = overlay(found_in([square(0, 0, 2, 1)], SPOTS), layer, columns="idh")
    assert found.areas.loc[1, "idh__covered"] == pytest.approx(
        0.6, abs=1e-3
    )  # 1.1 + 0.2 − 0.1 of 2
    assert any("overlap within 1 footprint (up to 5.0% of it)" in note for note in found.notes)


def test_year_source_and_overall_mean_travel_with_the_step() -> None:
    said = Indicator(
        "idh", {"es": "IDH 2019", "en": "HDI 2019"}, "hdi", 2019, "", "more", "PNUD Perú"
    )
    found = overlay(
        found_in(HALVES, SPOTS), two_districts(), population="people", indicators=[said]
    )
    (indicator,) = found.indicators
    assert (indicator.label("es"), indicator.year, indicator.source) == (
        "IDH 2019",
        2019,
        "PNUD Perú",
    )
    assert indicator.overall == pytest.approx(0.52)
    assert not any("No year" in note for note in found.notes)
    bare = overlay(found_in(HALVES, SPOTS), two_districts(), columns="idh")
    assert np.isnan(bare.indicators[0].overall)
    assert bare.indicators[0].label() == "idh"
    assert any("No year or no source is stated for idh" in note for note in bare.notes)


def test_nothing_given_is_changed_and_laying_again_renews() -> None:
    given, layer = found_in(HALVES, SPOTS), two_districts()
    given.producers.attrs["synthetic"] = "yes"
    before = given.producers.copy(), given.areas.copy(), layer.copy()
    once = overlay(given, layer, columns="idh", key="ubigeo", population="people")
    twice = overlay(
        once, two_districts(idh=[1.0, 1.0]), columns="idh", key="ubigeo", name="distrito"
    )
    assert (
        given.producers.equals(before[0])
        and given.areas.equals(before[1])
        and layer.equals(before[2])
    )
    assert twice.areas.columns.is_unique and twice.producers.columns.is_unique
    assert twice.areas.loc[1, "idh"] == pytest.approx(1.0)
    assert twice.producers.index.equals(given.producers.index)
    assert twice.producers.attrs["synthetic"] == "yes"
    assert isinstance(twice.areas, gpd.GeoDataFrame) and twice.areas.crs == given.areas.crs


def test_repeated_row_labels_of_the_producers_are_kept() -> None:
    given = found_in(HALVES, SPOTS)
    producers = given.producers.set_index(pd.Index(["same"] * len(SPOTS)))
    found = overlay(Concentrations(producers, given.areas), two_districts(), columns="idh")
    assert found.producers["idh"].tolist() == [0.4, 0.6, 0.6, 0.4]


def test_no_concentrations_still_gives_each_producer_its_district() -> None:
    given = found_in(HALVES, [(0.5, 0.5, -1)])
    found = overlay(
        Concentrations(given.producers, given.areas.iloc[:0]),
        two_districts(),
        columns="idh",
        key="ubigeo",
    )
    assert found.producers["territory"].tolist() == ["060101"]
    assert {"idh", "idh__covered", "idh__units", "territories"} <= set(found.areas.columns) and len(
        found.areas
    ) == 0


def test_no_producers_at_all() -> None:
    given = found_in(HALVES, SPOTS)
    empty = Concentrations(given.producers.iloc[:0], given.areas.iloc[:0])
    found = overlay(
        empty, two_districts(), columns="idh", key="ubigeo", name="distrito", population="people"
    )
    found = overlay(found, Raster(GRID, NORTH_UP, CRS), columns="v")
    assert (len(found.producers), len(found.areas)) == (0, 0)
    assert found.indicators[0].overall == pytest.approx(0.52)


@pytest.mark.parametrize("code", ["en", "es"])
def test_faults_of_the_layer_at_once(code: str) -> None:
    sialgeo.set_language(code)
    bow = shapely.Polygon([(X, Y), (X + 1000, Y + 1000), (X + 1000, Y), (X, Y + 1000)])
    layer = two_districts(idh=["0,4", "0,6"], people=[-1, 600])
    layer.geometry = [bow, square(1, 0, 2, 1)]
    with pytest.raises(SchemaError) as caught:
        overlay(
            found_in(HALVES, SPOTS),
            layer,
            columns=["idh", "pobreza"],
            key="ubigeo",
            name="nada",
            population="people",
        )
    said = str(caught.value)
    assert all(
        word in said for word in ("pobreza", "nada", "idh", "people", "060101", "make_valid")
    )
    assert len(said.splitlines()) == 5


@pytest.mark.parametrize(
    ("layer", "error", "words"),
    [
        (two_districts().to_crs(4326), CRSError, "CRS differ"),
        (two_districts().set_crs(None, allow_override=True), CRSError, "no CRS"),
        (two_districts().iloc[:0], SchemaError, "empty"),
        (two_districts().set_geometry(two_districts().centroid), SchemaError, "not polygons"),
        (two_districts().set_geometry(two_districts().translate(1e6)), SchemaError, "do not meet"),
        (two_districts(n=[1, 2])[["n", "geometry"]], SchemaError, "sialgeo's own"),
        (two_districts(membership=[1, 2])[["membership", "geometry"]], SchemaError, "own"),
        (two_districts()[["distrito", "geometry"]], SchemaError, "no numeric column"),
        (two_districts(idh=[np.inf, 1.0]), SchemaError, "infinite"),
    ],
)
def test_a_layer_that_cannot_serve(
    layer: gpd.GeoDataFrame, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        overlay(found_in(HALVES, SPOTS), layer)


def test_rows_without_polygon_are_named() -> None:
    layer = two_districts()
    layer.geometry = [None, square(1, 0, 2, 1)]
    with pytest.raises(SchemaError, match="without polygon: 060101"):
        overlay(found_in(HALVES, SPOTS), layer, columns="idh", key="ubigeo")


def test_the_callers_own_column_is_not_overwritten() -> None:
    given = found_in(HALVES, SPOTS)
    own = Concentrations(given.producers.assign(idh=1.0), given.areas)
    with pytest.raises(SchemaError, match="already have a column “idh”"):
        overlay(own, two_districts(), columns="idh")


def test_something_else_is_no_layer() -> None:
    with pytest.raises(sialgeo.ParameterError, match="must be polygons"):
        overlay(found_in(HALVES, SPOTS), two_districts().geometry)


# --- kernels: properties --------------------------------------------------------------------------------
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0.05, 0.95), min_size=1, max_size=6),
    st.integers(0, 10_000),
    st.integers(1, 5),
)
def test_totals_are_conserved_where_targets_tile_the_sources(
    cuts: list[float], seed: int, sources: int
) -> None:
    """People of a strip of districts, cut another way: none is lost, none is made."""
    rng = np.random.default_rng(seed)
    edges = np.unique(np.concatenate([[0.0], np.array(cuts) * sources, [sources]]))
    targets = [box(a, 0, b, 1) for a, b in itertools.pairwise(edges)]
    districts = [box(k, 0, k + 1, 1) for k in range(sources)]
    people = rng.integers(0, 1000, sources).astype(float)
    with np.errstate(invalid="ignore"):  # GEOS 3.11
        pairs = [
            (t, s, shapely.intersection(a, b).area)
            for t, a in enumerate(targets)
            for s, b in enumerate(districts)
        ]
    target, source, area = (np.array(v) for v in zip(*pairs, strict=True))
    carried = shared_totals(target, people[source], area, len(targets))
    assert carried.sum() == pytest.approx(people.sum())
    rates = rng.uniform(0, 1, sources)
    means = weighted_means(target, rates[source], people[source] * area, len(targets))
    counted = np.nansum(means * carried)
    assert counted == pytest.approx((rates * people).sum())
    known = means[np.isfinite(means)]
    assert ((known >= rates.min() - 1e-12) & (known <= rates.max() + 1e-12)).all()


# --- rasters ------------------------------------------------------------------------------------------
GRID = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
NORTH_UP = (1000.0, 0.0, X, 0.0, -1000.0, Y + 3000)
CASES = [
    (GRID, square(0, 0, 3, 3), 5.0, 1.0),
    (GRID, square(0.5, 1, 1.5, 2), 4.5, 1.0),  # halves of 4 and 5
    (GRID, square(0.5, 0.5, 2.5, 2.5), (5 + (2 + 4 + 6 + 8) / 2 + (1 + 3 + 7 + 9) / 4) / 4, 1.0),
    (GRID, square(2, 0, 4, 1), 9.0, 0.5),  # half outside the raster
    (np.where(GRID == 5, np.nan, GRID), square(0.5, 1, 1.5, 2), 4.0, 0.5),  # half without data
    (
        np.where(GRID == 5, np.nan, GRID),
        square(1.2, 1.2, 1.8, 1.8),
        np.nan,
        0.0,
    ),  # smaller than a hole
    (GRID, square(1.25, 1.25, 1.75, 1.75), 5.0, 1.0),
    (
        GRID,
        shapely.Polygon([(X, Y), (X + 3000, Y), (X, Y + 3000)]),
        (4 + 8 + 2 * 7 + 0.5 * (1 + 5 + 9) - 4 - 8 + 4 + 8 - 7) / 4.5,
        1.0,
    ),
]


@pytest.fixture(params=["exactextract", "plain"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to clip cells must give the same."""
    monkeypatch.setattr(rasters, "_has_exactextract", lambda: request.param == "exactextract")
    return str(request.param)


@pytest.mark.parametrize(("values", "shape", "mean", "covered"), CASES)
def test_three_by_three(
    engine: str, values: np.ndarray, shape: shapely.Geometry, mean: float, covered: float
) -> None:
    given = found_in([shape, square(0, 0, 1, 1)], SPOTS)
    found = overlay(given, Raster(values, NORTH_UP, CRS), columns="value")
    row = found.areas.loc[1]
    assert row["value"] == pytest.approx(mean, nan_ok=True, rel=1e-6)
    assert row["value__covered"] == pytest.approx(covered, abs=1e-6)
    assert found.areas.loc[2, "value"] == 7.0


def test_rows_that_run_north_and_whole_numbers(engine: str) -> None:
    upside_down = Raster(GRID[::-1].astype(int), (1000.0, 0.0, X, 0.0, 1000.0, Y), CRS, "value")  # type: ignore[arg-type]
    found = overlay(found_in([square(0, 0, 1, 1), square(2, 1, 3, 3)], SPOTS), upside_down)
    assert found.areas["value"].tolist() == pytest.approx([7.0, 4.5])


def write_tiff(path: Path, values: np.ndarray, crs: str | None = CRS, **options: object) -> Path:
    profile = {
        "driver": "GTiff",
        "height": 3,
        "width": 3,
        "count": 1,
        "dtype": "float32",
        "crs": crs,
        **options,
    }
    profile.setdefault("transform", Affine(*NORTH_UP))
    with rasterio.open(path, "w", **profile) as file:
        file.write(values.astype(profile["dtype"]), 1)
    return path


def test_a_file_is_read_as_the_same_raster(
    tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_tiff(tmp_path / "pobreza_2018.tif", np.where(GRID == 5, -9999, GRID), nodata=-9999)
    given = found_in([square(0.5, 1, 1.5, 2), square(0, 0, 3, 3)], SPOTS)
    found = overlay(given, path)
    assert found.areas["pobreza_2018"].tolist() == pytest.approx([4.0, 5.0])
    assert found.areas["pobreza_2018__covered"].tolist() == pytest.approx([0.5, 8 / 9])
    monkeypatch.setattr(rasters, "CELLS_AT_ONCE", 1)  # one row at a time
    assert overlay(given, path).areas.equals(found.areas)
    assert str(tmp_path) not in repr(found.steps)


def test_scale_and_offset_of_a_file_are_applied(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "scaled.tif", GRID, dtype="int16")
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.1,), (1.0,)
    found = overlay(found_in([square(0, 0, 3, 3)], SPOTS), path)
    assert found.areas["scaled"].tolist() == pytest.approx([1.5])
    assert any("no data" in note for note in found.notes)


def test_footprints_go_to_the_rasters_crs(tmp_path: Path, engine: str) -> None:
    given = found_in([square(0.5, 1, 1.5, 2)], SPOTS, "EPSG:4326")
    found = overlay(given, write_tiff(tmp_path / "r.tif", GRID), columns="value")
    assert found.areas["value"].tolist() == pytest.approx([4.5], abs=1e-4)
    assert found.areas.crs == given.areas.crs
    assert found.steps[-1].crs == CRS


def test_a_raster_elsewhere_is_an_error_and_in_part_a_note() -> None:
    elsewhere = Raster(GRID, (1000.0, 0.0, X + 1e5, 0.0, -1000.0, Y), CRS)
    with pytest.raises(SchemaError, match="covers none"):
        overlay(found_in([square(0, 0, 1, 1)], SPOTS), elsewhere, columns="v")
    with pytest.raises(SchemaError, match="covers none"):
        overlay(
            found_in([square(0, 0, 1, 1)], SPOTS), Raster(GRID * np.nan, NORTH_UP, CRS), columns="v"
        )
    part = overlay(
        found_in([square(2, 0, 4, 1), square(0, 0, 2, 2), square(8, 8, 9, 9)], SPOTS),
        Raster(GRID, NORTH_UP, CRS),
        columns="v",
    )
    assert part.areas["v__covered"].tolist() == pytest.approx([0.5, 1.0, 0.0])
    assert np.isnan(part.areas.loc[3, "v"])
    assert any("71.4%" in note for note in part.notes)  # 5 of 7 square kilometres
    assert any("less than 80% of 2 footprints of 3 (least: 0%)" in note for note in part.notes)


def test_a_footprint_smaller_than_a_cell_is_told() -> None:
    found = overlay(
        found_in([square(1.4, 1.4, 1.6, 1.6)], SPOTS), Raster(GRID, NORTH_UP, CRS), columns="v"
    )
    assert any("smaller than one cell" in note for note in found.notes)


@pytest.mark.parametrize(
    ("raster", "error", "words"),
    [
        (Raster(GRID, NORTH_UP, None), CRSError, "no CRS"),
        (Raster(GRID, NORTH_UP, "here"), CRSError, "not understood"),
        (Raster(GRID, (1000.0, 100.0, X, 100.0, -1000.0, Y), CRS), SchemaError, "rotated"),
        (Raster(GRID.ravel(), NORTH_UP, CRS), SchemaError, "rows and columns"),
        (Raster(np.where(GRID == 5, np.inf, GRID), NORTH_UP, CRS), SchemaError, "infinite"),
    ],
)
def test_a_raster_that_cannot_serve(raster: Raster, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        overlay(found_in(HALVES, SPOTS), raster, columns="v")


def test_names_of_a_raster() -> None:
    given, raster = found_in(HALVES, SPOTS), Raster(GRID, NORTH_UP, CRS)
    said = Indicator(
        "pobreza", {"es": "Pobreza", "en": "Poverty"}, "monetary", 2018, "%", "less", "INEI"
    )
    assert overlay(given, raster, indicators=[said]).indicators[0].year == 2018
    for wrong, words in (
        ({"columns": ["a", "b"]}, "one value"),
        ({}, "no name"),
        ({"columns": "a", "key": "k"}, "belong to polygons"),
    ):
        with pytest.raises(sialgeo.ParameterError, match=words):
            overlay(given, raster, **wrong)
    with pytest.raises(SchemaError, match="own"):
        overlay(given, raster, columns="n")
    with pytest.raises(SchemaError, match="already have"):
        overlay(Concentrations(given.producers, given.areas.assign(mine=1)), raster, columns="mine")


def test_files_that_are_no_rasters(tmp_path: Path) -> None:
    given = found_in(HALVES, SPOTS)
    with pytest.raises(sialgeo.FileError, match="no such file"):
        overlay(given, tmp_path / "none.tif")
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"II*\0 not a raster")
    with pytest.raises(sialgeo.FileError, match="cannot be read as a raster"):
        overlay(given, broken)
    bare = write_tiff(tmp_path / "bare.tif", GRID, crs=None)
    with pytest.raises(CRSError, match="no CRS"):
        overlay(given, bare)


def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_tiff(tmp_path / "r.tif", GRID)
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(sialgeo.MissingDependencyError, match="rasterio"):
        overlay(found_in(HALVES, SPOTS), path)
    monkeypatch.setattr(rasters, "_has_exactextract", lambda: False)
    monkeypatch.setattr(rasters, "PLAIN_CELLS", 1)
    with pytest.raises(sialgeo.MissingDependencyError, match="exactextract"):
        overlay(found_in(HALVES, SPOTS), Raster(GRID, NORTH_UP, CRS), columns="v")


def test_polygons_and_rasters_in_memory_need_neither_rasterio_nor_exactextract(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def refuse(name: str, *args: object, **options: object) -> object:
        if name.split(".", maxsplit=1)[0] in {
            "rasterio",
            "exactextract",
            "sklearn",
            "numba",
            "folium",
        }:
            raise ImportError(name)
        return real(name, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", refuse)
    monkeypatch.setattr(rasters, "_has_exactextract", lambda: False)
    found = overlay(found_in(HALVES, SPOTS), two_districts(), columns="idh", population="people")
    found = overlay(found, Raster(GRID, NORTH_UP, CRS), columns="v")
    assert found.areas.loc[1, ["idh", "v"]].tolist() == pytest.approx([0.52, 7.5])


def test_cancel_stops() -> None:
    def stop(fraction: float, message: str) -> None:
        raise sialgeo.Cancelled

    for layer in (two_districts(), Raster(GRID, NORTH_UP, CRS, "v")):
        with pytest.raises(sialgeo.Cancelled):
            overlay(found_in(HALVES, SPOTS), layer, progress=stop)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.3, 4.0))
def test_both_ways_to_clip_cells_agree(seed: int, radius: float) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(7, 9))
    values[rng.random(values.shape) < 0.2] = np.nan
    spots = shapely.points(rng.uniform([-1, -1], [10, 8], (3, 2)))
    zone = shapely.union_all(shapely.buffer(spots, radius))
    transform = (1.0, 0.0, 0.0, 0.0, -1.0, 7.0)
    plain, exact = zonal_sums(zone, values, transform), rasters._exact_sums(zone, values, transform)
    assert plain[0] == pytest.approx(exact[0], rel=1e-5, abs=1e-4)
    assert plain[1] == pytest.approx(exact[1], rel=1e-5, abs=1e-4)
    whole = zonal_sums(zone, np.ones_like(values), transform)
    assert whole[1] == pytest.approx(shapely.intersection(zone, box(0, 0, 9, 7)).area)


# --- joining ------------------------------------------------------------------------------------------
def districts(codes: list[object], **columns: object) -> gpd.GeoDataFrame:
    shapes = [square(k, 0, k + 1, 1) for k in range(len(codes))]
    return gpd.GeoDataFrame(
        {"ubigeo": codes, **columns}, geometry=shapes, crs=CRS, index=range(10, 10 + len(codes))
    )


@pytest.mark.parametrize(
    "codes",
    [
        ["060101", "060102", "101010"],
        [60101, 60102, 101010],
        [60101.0, 60102.0, 101010.0],
        [" 060101", "60102.0", "101010 "],
    ],
)
def test_codes_are_text_and_lost_zeros_come_back(codes: list[object]) -> None:
    table = pd.DataFrame({"ubigeo": codes, "idh": [0.1, 0.2, 0.3]}).sample(frac=1, random_state=1)
    joined = join_indicators(districts(["060101", "060102", "101010"]), table, key="ubigeo")
    assert joined["idh"].tolist() == [0.1, 0.2, 0.3]
    assert joined["ubigeo"].tolist() == ["060101", "060102", "101010"]
    assert joined.index.tolist() == [10, 11, 12]
    lost = sum(not str(c).strip().startswith(("06", "10")) for c in codes)
    assert joined.attrs["join"]["repaired"] == lost
    assert any("leading zero" in s for s in joined.attrs["join"]["sentences"]) == bool(lost)


def test_the_territories_may_have_lost_theirs() -> None:
    joined = join_indicators(
        districts([60101, 60102]),
        pd.DataFrame({"ubigeo": ["060102", "060103"], "idh": [0.2, 0.3]}),
        key="ubigeo",
    )
    assert joined["ubigeo"].tolist() == ["60101", "060102"]
    assert joined["idh"].tolist() == pytest.approx([np.nan, 0.2], nan_ok=True)
    report = joined.attrs["join"]
    assert (report["territories_without"], report["table_without"], report["joined"]) == (
        ["60101"],
        ["060103"],
        1,
    )


def test_other_levels_in_the_table_do_not_join_by_accident() -> None:
    table = pd.DataFrame(
        {"ubigeo": ["06", "0601", "060101", "060102"], "idh": [9.0, 9.0, 0.1, 0.2]}
    )
    joined = join_indicators(districts(["060101", "060102"]), table, key="ubigeo")
    assert joined["idh"].tolist() == [0.1, 0.2]
    assert joined.attrs["join"]["table_without"] == ["06", "0601"]
    assert joined.attrs["join"]["repaired"] == 0


def test_duplicates_are_named_on_both_sides() -> None:
    table = pd.DataFrame({"ubigeo": ["060101", "60101", "060102"], "idh": [1.0, 2.0, 3.0]})
    with pytest.raises(SchemaError, match=r"(?s)060102.*060101"):
        join_indicators(districts(["060101", "060102", "060102"]), table, key="ubigeo")


def test_names_are_the_second_choice() -> None:
    territories = districts(
        ["1", "2", "3", "4", None],
        distrito=["Encañada", "San José", "San José", "Jesús", "Magdalena "],
    )
    table = pd.DataFrame(
        {
            "ubigeo": ["1", None, "9", "8", "7"],
            "distrito": ["otra", "JESUS", "San Jose", "La  Magdalena", "magdaléna"],
            "idh": [1.0, 4.0, 9.0, 8.0, 5.0],
        }
    )
    by_code = join_indicators(territories, table.drop(columns="distrito"), key="ubigeo")
    assert by_code["idh"].notna().tolist() == [True, False, False, False, False]
    assert by_code.attrs["join"]["rows_without_code"] == 1
    joined = join_indicators(territories, table, key="ubigeo", name="distrito")
    assert joined["idh"].tolist() == pytest.approx([1.0, np.nan, np.nan, 4.0, 5.0], nan_ok=True)
    assert joined.attrs["join"]["ambiguous_names"] == ["San José", "San José"]
    assert (
        joined.attrs["join"]["by_name"] == ["4", "None"]
        or len(joined.attrs["join"]["by_name"]) == 2
    )
    assert any("joined by name" in s for s in joined.attrs["join"]["sentences"])


def test_province_and_district_together_tell_names_apart() -> None:
    territories = districts(["x", "y"], prov=["Chota", "Cutervo"], dist=["San José", "San José"])
    table = pd.DataFrame(
        {
            "ubigeo": ["a", "b"],
            "prov": ["CUTERVO", "chota"],
            "dist": ["San Jose", "SAN JOSÉ"],
            "idh": [2.0, 1.0],
        }
    )
    assert join_indicators(territories, table, key="ubigeo", name=["prov", "dist"])[
        "idh"
    ].tolist() == [1.0, 2.0]


def test_columns_asked_for_and_columns_both_have() -> None:
    territories = districts(["1", "2"], distrito=["A", "B"])
    table = pd.DataFrame(
        {"codigo": ["2", "1"], "distrito": ["b", "a"], "idh": [0.2, 0.1], "pob": [2, 1]}
    )
    joined = join_indicators(territories, table, key="ubigeo", table_key="codigo")
    assert joined.columns.tolist() == ["ubigeo", "distrito", "idh", "pob", "geometry"]
    assert joined["distrito"].tolist() == ["A", "B"]
    assert joined.attrs["join"]["left_out_columns"] == ["distrito"]
    some = join_indicators(
        territories, table.set_index("codigo"), key="ubigeo", table_key="codigo", columns=["idh"]
    )
    assert some.columns.tolist() == ["ubigeo", "distrito", "idh", "geometry"]
    with pytest.raises(SchemaError, match=r"(?s)nada.*already have a column “distrito”"):
        join_indicators(
            territories, table, key="ubigeo", table_key="codigo", columns=["nada", "distrito"]
        )


def test_nothing_joins_is_an_error_that_shows_both() -> None:
    with pytest.raises(SchemaError, match=r"060101.*Cajamarca"):
        join_indicators(
            districts(["060101"]),
            pd.DataFrame({"ubigeo": ["Cajamarca"], "idh": [1.0]}),
            key="ubigeo",
        )


def test_joining_changes_neither_side() -> None:
    territories, table = districts([60101]), pd.DataFrame({"ubigeo": ["060101"], "idh": [1.0]})
    before = territories.copy(), table.copy()
    join_indicators(territories, table, key="ubigeo")
    assert territories.equals(before[0]) and table.equals(before[1]) and not territories.attrs


# --- acceptance data ------------------------------------------------------------------------------------
def discs(
    points: gpd.GeoDataFrame, centres: gpd.GeoSeries, metres: float, metric: int
) -> Concentrations:
    """Concentrations drawn by hand: the points within some distance of each centre."""
    spots, middle = points.to_crs(metric), centres.to_crs(metric)
    label = np.full(len(points), -1)
    for k, centre in enumerate(middle, start=1):
        label[(spots.distance(centre) <= metres).to_numpy()] = k
    producers = points.assign(concentration=label, membership="core")
    footprints = gpd.GeoSeries(middle.buffer(metres).to_numpy(), crs=metric).to_crs(points.crs)
    ids = range(1, len(middle) + 1)
    held = {
        "name": [f"C{k}" for k in ids],
        "n": [int((label == k).sum()) for k in ids],
        "evidence": "untested",
    }
    return Concentrations(
        producers,
        gpd.GeoDataFrame(held, geometry=footprints.to_numpy(), crs=points.crs, index=list(ids)),
    )


@pytest.mark.shared
def test_municipalities_under_yucatan(shared_data: Path) -> None:
    table = pd.read_csv(
        shared_data / "mexico_yucatan_denue_alimentos" / "yucatan_denue_alimentos_2021.csv",
        dtype={"cvegeo": str},
    )
    points = gpd.GeoDataFrame(
        table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326
    )
    municipalities = gpd.read_file(shared_data / "mexico_municipios" / "mexico_municipios.gpkg")
    centres = gpd.GeoSeries(
        gpd.points_from_xy([-89.62, -88.20], [20.97, 20.69]), crs=4326
    )  # Mérida, Valladolid
    started = time.perf_counter()
    found = overlay(
        discs(points, centres, 15_000, 32616),
        municipalities,
        columns=["idh_2020", "imn_2020"],
        key="cvegeo",
        name="municipio",
        population="pob_2020",
    )
    assert time.perf_counter() - started < 20
    own = found.producers["territory"]
    assert (own == table["cvegeo"].str[:5].to_numpy()).mean() > 0.95
    assert found.areas["idh_2020__covered"].tolist() == pytest.approx([1.0, 1.0], abs=0.02)
    assert 0.75 < found.areas.loc[1, "idh_2020"] < 0.87
    assert found.areas.loc[2, "idh_2020"] < found.areas.loc[1, "idh_2020"]
    assert found.areas["territories"].str.split(", ").str[0].tolist() == ["Mérida", "Valladolid"]


@pytest.mark.shared
def test_real_districts_of_cajamarca(shared_data: Path) -> None:
    """Polygon and raster agree where the raster is the district table drawn on a grid."""
    limits = gpd.read_file(shared_data / "cajamarca_distritos" / "cajamarca_distritos.gpkg")
    sample = sialgeo.load_sample("cajamarca")
    assert sample.producers is not None
    centres = gpd.GeoSeries(
        gpd.points_from_xy([-78.51, -78.52, -78.65], [-7.155, -6.68, -6.56]), crs=4326
    )
    given = discs(sample.producers, centres, 8_000, 32717)
    found = overlay(
        given, limits, columns=["idh_2019", "pobreza_2018"], key="ubigeo", name="distrito"
    )
    raster = overlay(
        given,
        shared_data / "cajamarca_raster_derivado" / "cajamarca_pobreza_2018_0p01.tif",
        columns="pobreza_raster",
    )
    assert raster.areas["pobreza_raster"].to_numpy() == pytest.approx(
        found.areas["pobreza_2018"].to_numpy(), abs=1.5
    )
    by_people = overlay(
        given, limits, columns=["pobreza_2018"], key="ubigeo", population="pob_2020"
    )
    assert (
        by_people.areas.loc[1, "pobreza_2018"] < found.areas.loc[1, "pobreza_2018"]
    )  # the city is the less poor part
    assert by_people.indicators[0].overall == pytest.approx(48, abs=1.5)
    assert (
        found.producers["territory"].dropna()
        == sample.producers.loc[found.producers["territory"].notna(), "ubigeo"]
    ).mean() > 0.5
