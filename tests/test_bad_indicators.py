"""Figures that cannot be what they are said to be: one clear error, or a caution with figures."""

from __future__ import annotations

import runpy
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine

import sialgeo
from sialgeo import (
    CRSError,
    Indicator,
    Raster,
    SchemaError,
    interpolate_areas,
    join_indicators,
    overlay,
    read_territories,
)

MADE = runpy.run_path(str(Path(__file__).with_name("overlaid.py")))
X, Y, CRS, HALVES, SPOTS = (MADE[name] for name in ("X", "Y", "CRS", "HALVES", "SPOTS"))
square, found_in, two_districts = (MADE[n] for n in ("square", "found_in", "two_districts"))


def laid(column: str, values: list[float], unit: str, family: str = "other") -> tuple[str, ...]:
    """The notes of laying a column of this unit over."""
    said = Indicator(column, {}, family, 2018, unit, "less", "INEI")  # type: ignore[arg-type]
    layer = two_districts(**{column: values})
    return overlay(
        found_in(HALVES, SPOTS), layer, indicators=[said], population="people", key="ubigeo"
    ).notes


@pytest.mark.parametrize(
    ("values", "unit", "family", "words"),
    [
        ([-1.0, 40.0], "percent", "monetary", r"1 values from -1 to -1 are no percentages.*060101"),
        ([40.0, 103.5], "percent", "monetary", r"103\.5 are no percentages \(rows 060102\)"),
        ([40.0, 55.0], "share", "monetary", r"2 values from 40 to 55 lie outside 0–1"),
        ([0.4, 1.2], "index", "hdi", r"from 1\.2 to 1\.2 lie outside 0–1 \(rows 060102\)"),
        ([-0.1, 0.5], "share", "other", "lie outside 0–1"),
        ([-9999.0, 0.5], "", "other", r"1 values are -9999, a usual mark of “no data”.*060101"),
        ([-9999.0, 31.0], "percent", "monetary", "a usual mark of “no data” read as a number"),
        ([99999.0, 0.5], "", "other", "99999, a usual mark"),
        ([1e38, 0.5], "", "other", "a usual mark"),
        ([np.inf, 0.5], "", "other", "infinite in 060101"),
    ],
)
def test_values_that_cannot_be_are_refused_with_figures(
    values: list[float], unit: str, family: str, words: str
) -> None:
    with pytest.raises(SchemaError, match=words):
        laid("x", values, unit, family)


def test_the_name_of_a_column_is_enough_to_refuse() -> None:
    given = found_in(HALVES, SPOTS)
    with pytest.raises(SchemaError, match="lie outside 0–1"):
        overlay(given, two_districts(idh=[0.4, 60.0]), columns="idh")
    with pytest.raises(SchemaError, match="no percentages"):
        overlay(given, two_districts(pobreza_2018=[12_000, 300]), columns="pobreza_2018")
    found = overlay(given, two_districts(pobreza_2018=[30.0, 50.0]), columns="pobreza_2018")
    assert "“pobreza_2018” is read as: monetary poverty, year 2018, less is better." in found.notes
    assert found.indicators[0].better == "less"


def test_shares_said_to_be_percentages_are_a_loud_caution() -> None:
    said = [n for n in laid("x", [0.31, 0.47], "percent") if "are they shares" in n]
    assert said and said[0].startswith("WARNING: “x” is said to be in percent")
    raster = Raster(np.array([[0.3, 0.5]]), (1000.0, 0, X, 0, -1000.0, Y + 1000), CRS)
    percent = Indicator("x", {}, "monetary", 2018, "percent", "less", "INEI")
    given = found_in([*HALVES, square(0, 0, 1, 1)], SPOTS)
    assert any("are they shares" in n for n in overlay(given, raster, indicators=[percent]).notes)


def test_every_fault_is_in_one_error() -> None:
    layer = two_districts(idh=[0.4, 4.0], pobreza=[-5.0, 20.0], ubigeo=["060101", "60101.0"])
    layer["ubigeo"] = ["060101", "060101"]
    with pytest.raises(SchemaError) as caught:
        overlay(found_in(HALVES, SPOTS), layer, columns=["idh", "pobreza", "nada"], key="ubigeo")
    lines = str(caught.value).splitlines()
    assert len(lines) == 4
    for word in ("stands more than once for 060101", "“nada”", "“idh”", "“pobreza”"):
        assert any(word in line for line in lines)


def test_duplicated_codes_are_refused_by_every_verb() -> None:
    twice = two_districts(ubigeo=["060101", "060101"])
    words = r"stands? more than once.*060101|repeats codes: 060101"
    given = found_in(HALVES, SPOTS)
    table = pd.DataFrame({"ubigeo": ["060101"], "x": [1.0]})
    for act in (
        lambda: overlay(given, twice, columns="idh", key="ubigeo"),
        lambda: interpolate_areas(twice, two_districts(), means="idh", key="ubigeo"),
        lambda: join_indicators(twice, table, key="ubigeo"),
    ):
        with pytest.raises(SchemaError, match=words):
            act()


def test_a_file_that_repeats_codes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.gpkg"
    two_districts(ubigeo=["060101", "060101"]).to_file(path)
    with pytest.raises(SchemaError, match="repeats codes: 060101"):
        read_territories(path, key="ubigeo")


def test_another_crs_is_an_error_that_names_both() -> None:
    given, there = found_in(HALVES, SPOTS), two_districts().to_crs(4326)
    with pytest.raises(CRSError, match=r"EPSG:32717.*EPSG:4326.*to_crs"):
        overlay(given, there, columns="idh")
    with pytest.raises(CRSError, match="CRS differ"):
        interpolate_areas(there, two_districts(), means="idh")


def test_a_layer_that_covers_a_tenth_of_the_producers_warns_with_figures() -> None:
    spots = [(0.5, 0.5, 1), *[(5 + k, 5.0, -1) for k in range(9)]]
    found = overlay(found_in(HALVES, spots), two_districts(), columns="idh", key="ubigeo")
    assert any("9 of 10 producers (90.0%) stand in none" in note for note in found.notes)
    assert any(note.startswith("WARNING: the layer covers 10% of") for note in found.notes)
    assert found.producers["idh"].isna().sum() == 9


def test_overlapping_polygons_are_counted_once_in_coverage_and_told() -> None:
    layer = two_districts()
    layer.geometry = [square(0, 0, 1.5, 1), square(0.5, 0, 2, 1)]
    found = overlay(found_in(HALVES, SPOTS), layer, columns="idh", key="ubigeo")
    assert any("overlap within 1 footprint (up to 100.0% of it)" in n for n in found.notes)
    assert any("stand on a border or where territories overlap" in n for n in found.notes)
    assert found.areas.loc[1, "idh__covered"] == 1.0


def test_an_undeclared_no_data_value_of_a_raster_is_refused(tmp_path: Path) -> None:
    values = np.array([[30.0, -9999.0]])
    transform = (1000.0, 0, X, 0, -1000.0, Y + 1000)
    given = found_in(HALVES, SPOTS)
    with pytest.raises(SchemaError, match=r"1 cells are -9999.*gdal_edit\.py -a_nodata -9999"):
        overlay(given, Raster(values, transform, CRS), columns="v")
    path = tmp_path / "r.tif"
    options = {"height": 1, "width": 2, "count": 1, "dtype": "float32", "crs": CRS}
    with rasterio.open(path, "w", driver="GTiff", transform=Affine(*transform), **options) as file:
        file.write(values.astype("float32"), 1)
    with pytest.raises(SchemaError, match="does not declare"):
        overlay(given, path, columns="v")
    with rasterio.open(path, "r+") as file:
        file.nodata = -9999
    assert overlay(given, path, columns="v").areas.loc[1, "v"] == pytest.approx(30.0)


def test_a_raster_beyond_its_unit_is_refused() -> None:
    cells = Raster(np.array([[30.0, 130.0]]), (1000.0, 0, X, 0, -1000.0, Y + 1000), CRS)
    with pytest.raises(SchemaError, match=r"1 cells lie outside 0–100 \(for instance 130\)"):
        overlay(found_in(HALVES, SPOTS), cells, columns="pobreza_2018")


WRONG = [
    ({"idh": [47.0, 60.0]}, r"2 values from 47 to 60 lie outside 0–1"),
    ({"pobreza": [-5.0, 20.0]}, r"from -5 to -5 are no percentages"),
    ({"pobreza": [140.0, 20.0]}, r"from 140 to 140 are no percentages"),
    ({"x": [-9999.0, 0.5]}, r"-9999, a usual mark of “no data” read as a number"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG)
def test_the_verbs_of_association_refuse_what_cannot_be(
    wrong: dict[str, list[float]], words: str
) -> None:
    (column, values), side = next(iter(wrong.items())), 4
    shapes = [square(i, j, i + 1, j + 1) for i in range(side) for j in range(side)]
    held = {column: np.resize([0.3, 0.4], 16), "other": np.arange(16.0), "people": 10.0}
    areas = gpd.GeoDataFrame({**held, "part": ["S", "N"] * 8}, geometry=shapes, crs=CRS)
    areas.loc[:1, column] = values
    for act in (
        lambda: sialgeo.associate(
            "people", areas, column=column, reference="people", better="less"
        ),
        lambda: sialgeo.local_association(areas, column, "other"),
        lambda: sialgeo.moran(areas, column),
        lambda: sialgeo.bivariate_classes(areas, column, "other", population="people"),
        lambda: sialgeo.spatial_regression(areas, "other", column),
        lambda: sialgeo.contrast(areas, by="part", group="S", columns=[column], name="part"),
        lambda: sialgeo.hot_spots(areas, column),
    ):
        with pytest.raises(SchemaError, match=words):
            act()
    raster = Raster(areas[column].to_numpy().reshape(4, 4), (1000, 0, X, 0, -1000, Y + 4000), CRS)
    spots = found_in(HALVES, SPOTS).producers
    with pytest.raises(SchemaError, match=words):
        sialgeo.associate(spots, raster, column=column, reference=spots, better="less")


def test_what_is_suspicious_of_an_association_comes_first() -> None:
    """Shares called percentages, the other direction than the name's, areas that overlap, half a region."""
    shapes = [square(i, j, i + 1.5, j + 1) for i in range(0, 8, 2) for j in range(4)]
    shapes[5] = shapes[4]
    areas = gpd.GeoDataFrame({"pobreza": np.linspace(0.1, 0.7, 16)}, geometry=shapes, crs=CRS)
    spots = [(2 * i + 0.5, j + 0.5, -1) for i in range(8) for j in range(4)]
    farms = found_in(HALVES, spots).producers
    points = farms.iloc[8:].to_crs(CRS)
    farms = farms.assign(geometry=farms.geometry.translate(100, 100).to_numpy())
    answer = sialgeo.associate(
        points, areas, column="pobreza", reference=farms, better="more", replicates=99
    )
    loud = [note for note in answer.notes if note.startswith("WARNING")]
    assert list(answer.notes[: len(loud)]) == loud
    for words in (
        "are they shares",
        "by its name less is better there",
        "2 areas overlap others (up to 100% of one lies in another)",
        "hold only 33% of the producers",
    ):
        assert any(words in note for note in loud)
    rough = sialgeo.local_association(areas, "pobreza", "pobreza", neighbours="knn", k=4)
    assert any("2 areas overlap" in note for note in rough.attrs["notes"])


def test_missing_stays_missing_everywhere() -> None:
    layer = two_districts(x=[np.nan, np.nan], people=[np.nan, 600.0], farms=[np.nan, np.nan])
    found = overlay(
        found_in(HALVES, SPOTS), layer, columns="x", totals="farms", population="people"
    )
    row = found.areas.loc[1]
    assert row[["x", "farms", "x__units"]].isna().all()
    assert (row["x__covered"], row["x__units_known"]) == (0.0, 0.0)
    assert found.producers["x"].isna().all()
    text = gpd.GeoDataFrame(layer.assign(x=["", "-"]))
    with pytest.raises(SchemaError, match="holds no numbers"):
        overlay(found_in(HALVES, SPOTS), text, columns="x")
