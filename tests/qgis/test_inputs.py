"""Bad inputs are explained, never a traceback; awkward ones are right; a cancel leaves nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .conftest import SAMPLE, Profile

pytestmark = pytest.mark.qgis

FAULTS = {
    "no CRS": ("coordinate system", "Set Layer CRS"),
    "empty layer": ("no features",),
    "one point": ("at least two",),
    "all in one place": ("one coordinate",),
    "polygons as producers": ("holds polygons; points are needed", "Remedy"),
    "null geometry": ("1 features have no geometry", "Remove null geometries"),
    "degrees taken for metres": ("look like degrees", "EPSG:4326"),
    "metres taken for degrees": ("look like metres", "Remedy"),
    "no reference": ("more concentrated than what?", "Plain density"),
    "bounds": ("radius = -5.0: must be greater than 0", "min_units = 1", "replicates = -1"),
    "radius in degrees": ("looks like degrees or kilometres", "5000 for 5 km"),
    "polygons without counts": ("holds polygons", "Counts of a polygon reference"),
    "land of points": ("must be polygons",),
    "land with counts": ("one or the other",),
    "counts of points": ("Counts are for a polygon reference",),
    "no scikit-learn": ("scikit-learn", "pip install"),
    "no working file": ("no such file",),
    "not a working file": ("no working file", "Remedy"),
    "no such field": ("Chain or product", "no field “nada”", "It has: id, v"),
    "words for numbers": ("“distrito” holds no numbers", "Remedy"),
    "nothing given": ("is needed.",),
    "out of bounds": ("Smallest cell of the grid", "-5.0 must lie between 1 and"),
    "no such figure": ("columns missing: nada",),
    "nothing to overlay": ("Nothing to lay over",),
    "no such table": ("no such file",),
    "nothing joins": ("no code joins", "060101"),
    "folder that is not there": ("the folder does not exist", "Remedy"),
    "selected only, none selected": ("none is selected",),
}


@pytest.fixture(scope="module")
def told(profile: Profile, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("inputs")
    said = profile.drive("inputs.py", profile.plugins, SAMPLE, folder)
    return {**said, "folder": folder}


@pytest.mark.parametrize("case", FAULTS)
def test_bad_input_is_explained(told: dict[str, Any], case: str) -> None:
    one = told[case]
    assert not one["ok"]
    said = "\n".join([one["message"], *one["said"]])
    for words in FAULTS[case]:
        assert words in said
    assert "Traceback" not in said
    assert "Incorrect parameter value" not in said
    assert one["results"] == {}


def test_every_fault_is_named_at_once(told: dict[str, Any]) -> None:
    assert told["bounds"]["message"].count("\n") == 2


def test_cancel_leaves_nothing(told: dict[str, Any]) -> None:
    assert told["cancel"]["results"] == {}
    assert told["cancel"]["said"][-1] == "Cancelled: nothing was written."
    assert sorted(path.name for path in told["folder"].iterdir()) == [
        "good.work.gpkg",
        "raster.npz",
    ]


def _column(case: dict[str, Any], name: str) -> list[Any]:
    return [row[case["fields"].index(name)] for row in case["rows"]]


def test_selected_only(told: dict[str, Any]) -> None:
    assert _column(told["selected only"], "n") == [20]
    assert sum(_column(told["good"], "n")) == 120


def test_single_part_multipoints_are_points(told: dict[str, Any]) -> None:
    assert _column(told["multi-points"], "n") == _column(told["good"], "n")


def test_a_crs_of_the_users_own(told: dict[str, Any]) -> None:
    assert told["a CRS of the user's own"]["ok"]
    assert _column(told["a CRS of the user's own"], "n") == [20]


def test_null_stays_null(told: dict[str, Any]) -> None:
    assert told["frame"] == {
        "dtypes": {"id": "int64", "v": "float64", "geometry": "geometry"},
        "nulls": 10,
        "crs": "EPSG:32717",
    }
    assert _column(told["NULL values"], "p_value") == [None]  # exploratory: no p, and not 0


@pytest.mark.parametrize(
    "case",
    [
        *("every kind", "temporary", "without geometry", "back"),
        *("a file", "a filter", "edits", "selected"),
        *("a file, quickly", "a filter, quickly", "edits, quickly"),
    ],
)
def test_a_layer_crosses_in_parts(told: dict[str, Any], case: str) -> None:
    arrived, expected = told["crossing"][case]
    assert len(expected) >= 3
    assert arrived == expected


def test_the_quicker_ways_are_taken_where_they_give_the_same(told: dict[str, Any]) -> None:
    found = told["crossing"]
    assert not found["every kind: quicker"]
    for layer in ("file", "temporary layer"):
        quick, slow = found[f"types of a {layer}"]
        assert quick == slow


def test_reprojection_is_told(told: dict[str, Any]) -> None:
    case = told["places in another CRS"]
    assert any("EPSG:4326 to EPSG:32717" in line for line in case["said"])
    assert "Cajamarca" in _column(case, "name")


def test_automatic_radius(told: dict[str, Any]) -> None:
    assert told["auto radius"]["ok"]
    assert told["tested"]["results"]["TESTED_COUNT"] > 0


def test_raster_crosses_exactly(told: dict[str, Any]) -> None:
    rasterio = pytest.importorskip("rasterio")
    with rasterio.open(Path(SAMPLE) / "pobreza_2018.tif") as source:
        values = source.read(1, masked=True).astype(float).filled(np.nan)
        transform = tuple(source.transform)[:6]
    with np.load(told["folder"] / "raster.npz") as held:
        np.testing.assert_array_equal(held["values"], values)
        np.testing.assert_allclose(held["transform"], transform, rtol=1e-12)


def test_an_old_qgis_loads_explains_and_offers_nothing(told: dict[str, Any]) -> None:
    assert told["old python"]["algorithms"] == 0
    assert "Python 3.10 or later" in told["old python"]["why"][0]
    assert "shapely 2.0 or later" in told["old shapely"]["why"][0]
