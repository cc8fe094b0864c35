"""Every algorithm of the built zip on a real QGIS, in a clean profile; results equal the library's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import sialgeo

from .conftest import SAMPLE, Profile, library, same

pytestmark = [pytest.mark.qgis, pytest.mark.slow]

LIBRARY = """
import json, sys
import geopandas as gpd, sialgeo
from sialgeo.model import Indicator
producers, farms, places = (gpd.read_file(path) for path in sys.argv[1:4])
rule = sialgeo.RelativeDBSCAN(radius=5000.0, min_units=5, alpha=0.001)
reference = sialgeo.Reference.from_points(farms, name="farms")
found = sialgeo.detect(producers, rule, reference=reference, places=places, place_name="lugar")
found = sialgeo.gather_evidence(found, detector=rule, reference=reference, replicates=99, splits=3, runs=3, seed=7)
found = sialgeo.profile(found, chain="cadena", volume="volumen", volume_unit="t", employment="precision_m")
detected = found
districts = sialgeo.read_territories(sys.argv[4] + "/distritos.gpkg", key="ubigeo")
table = sialgeo.read_indicators(sys.argv[4] + "/indicadores.csv", key="ubigeo")
columns = ["idh_2019", "pobreza_2018"]
districts = sialgeo.join_indicators(districts, table, key="ubigeo", columns=columns)
found = sialgeo.overlay(found, districts, columns=columns, key="ubigeo", name="distrito", population="poblacion")
def figures(c):
    a = c.areas
    kept = {k: [None if v != v else v for v in a[k].tolist()] for k in a.columns if k != a.geometry.name}
    return {"areas": kept, "vertices": a.geometry.normalize().get_coordinates().to_numpy().tolist(),
            "labels": c.producers["concentration"].tolist(), "membership": c.producers["membership"].tolist()}
told = {"detected": figures(detected), "overlaid": figures(found)}
if len(sys.argv) > 5:  # what QGIS's working files hold
    told = {name: figures(sialgeo.read_concentrations(path)) for name, path in zip(told, sys.argv[5:])}
print(json.dumps(told))
"""

READ_LAYER = """
import json, sys
import geopandas as gpd
layer = gpd.read_file(sys.argv[1])
plain = layer.drop(columns=layer.geometry.name)
print(json.dumps({"columns": {k: [None if v != v else v for v in plain[k].tolist()] for k in plain},
                  "crs": layer.crs.to_string(), "kinds": sorted(set(layer.geom_type))}))
"""


@pytest.fixture(scope="module")
def chain(
    profile: Profile, layers: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Run the whole chain once: join, detect, overlay, export."""
    folder = tmp_path_factory.mktemp("chain")
    made = {
        name: folder / name
        for name in ("districts.gpkg", "areas.gpkg", "points.gpkg", "overlaid.gpkg", "map.html")
    }
    made |= {name: folder / name for name in ("one.work.gpkg", "two.work.gpkg")}
    joined = profile.run(
        "joinindicators",
        TERRITORIES=SAMPLE / "distritos.gpkg",
        KEY="ubigeo",
        TABLE=SAMPLE / "indicadores.csv",
        TABLE_KEY="ubigeo",
        COLUMNS=["idh_2019", "pobreza_2018"],
        OUTPUT=made["districts.gpkg"],
    )
    assert joined.status == 0, joined.errors
    assert joined.results["JOINED_COUNT"] == 127
    detected = profile.run(
        "detectconcentrations",
        PRODUCERS=layers["producers"],
        REFERENCE=layers["reference"],
        PLACES=layers["places"],
        PLACE_NAME="lugar",
        CHAIN="cadena",
        VOLUME="volumen",
        EMPLOYMENT="precision_m",  # any numbers will do
        REPLICATES=99,
        SPLITS=3,
        RUNS=3,
        SEED=7,
        OUTPUT=made["areas.gpkg"],
        OUTPUT_PRODUCERS=made["points.gpkg"],
        WORKFILE=made["one.work.gpkg"],
    )
    assert detected.status == 0, detected.errors
    assert any("EPSG:32717" in line for line in detected.info)  # the projection is told
    assert any("500" in line for line in detected.warnings)  # synthetic producers are told
    assert detected.results["CONCENTRATIONS_COUNT"] == detected.results["TESTED_COUNT"] == 5
    overlaid = profile.run(
        "overlayindicators",
        CONCENTRATIONS=made["one.work.gpkg"],
        TERRITORIES=made["districts.gpkg"],
        COLUMNS=["idh_2019", "pobreza_2018"],
        POPULATION="poblacion",
        KEY="ubigeo",
        NAME="distrito",
        DESCRIPTION=SAMPLE / "indicadores.meta.csv",
        OUTPUT=made["overlaid.gpkg"],
        WORKFILE=made["two.work.gpkg"],
    )
    assert overlaid.status == 0, overlaid.errors
    exported = profile.run(
        "exportmap",
        CONCENTRATIONS=made["two.work.gpkg"],
        TITLE="Queserías <de> prueba",
        TERRITORIES=made["districts.gpkg"],
        TERRITORY_NAME="distrito",
        PLACES=layers["places"],
        PLACE_NAME="lugar",
        OUTPUT=made["map.html"],
    )
    assert exported.status == 0, exported.errors
    return made


def test_results_equal_the_librarys_number_for_number(
    profile: Profile, layers: dict[str, Path], chain: dict[str, Path]
) -> None:
    inputs = (layers["producers"], layers["reference"], layers["places"], SAMPLE)
    ours = library(profile, LIBRARY, *inputs)
    theirs = library(profile, LIBRARY, *inputs, chain["one.work.gpkg"], chain["two.work.gpkg"])
    assert same(theirs["detected"], ours["detected"])
    assert same(theirs["overlaid"], ours["overlaid"])
    assert len(ours["detected"]["areas"]["n"]) == 5


def test_layers_hold_the_same_numbers(profile: Profile, chain: dict[str, Path]) -> None:
    areas = library(profile, READ_LAYER, chain["areas.gpkg"])
    points = library(profile, READ_LAYER, chain["points.gpkg"])
    assert areas["crs"] == points["crs"] == "EPSG:4326"
    assert areas["kinds"] == ["MultiPolygon"]
    assert areas["columns"]["concentration"] == [1, 2, 3, 4, 5]
    assert set(areas["columns"]["evidence"]) == {"tested"}
    counted = [points["columns"]["concentration"].count(k) for k in (1, 2, 3, 4, 5)]
    assert counted == areas["columns"]["n"]
    assert set(points["columns"]["membership"]) == {"core", "border", "none"}
    assert all(code.startswith("06") for code in points["columns"]["ubigeo"])


def test_map_is_whole_and_holds_no_points(chain: dict[str, Path]) -> None:
    page = chain["map.html"].read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")
    assert "Quesería sintética" not in page  # names of producers stay out
    assert "<de>" not in page  # the title is escaped
    assert str(chain["map.html"].parent) not in page


def test_table_to_points(profile: Profile, tmp_path: Path) -> None:
    table = tmp_path / "utm.csv"
    table.write_text(
        "nombre;este;norte\nA;774000,5;9206000\nB;774500;9206500\nC;;\n", encoding="cp1252"
    )
    run = profile.run(
        "producersfromtable",
        INPUT=table,
        CRS="EPSG:32717",
        OUTPUT=tmp_path / "points.gpkg",
        REJECTED=tmp_path / "rejected.csv",
    )
    assert run.status == 0, run.errors
    assert (run.results["ACCEPTED_COUNT"], run.results["REJECTED_COUNT"]) == (2, 1)
    assert any("semicolon" in line for line in run.info)
    assert "coord_vacia" in (tmp_path / "rejected.csv").read_text(encoding="utf-8-sig")
    told = library(profile, READ_LAYER, tmp_path / "points.gpkg")
    assert told["crs"] == "EPSG:32717"
    assert told["columns"]["nombre"] == ["A", "B"]


def test_xlsx_table(profile: Profile, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (("nombre", "latitud", "longitud"), ("A", -7.15, -78.51), ("B", -6.68, -78.52)):
        book.active.append(row)
    book.save(tmp_path / "table.xlsx")
    run = profile.run(
        "producersfromtable", INPUT=tmp_path / "table.xlsx", OUTPUT=tmp_path / "points.gpkg"
    )
    assert run.status == 0, run.errors
    assert run.results["ACCEPTED_COUNT"] == 2


def test_raster_overlay_without_rasterio(
    profile: Profile, chain: dict[str, Path], tmp_path: Path
) -> None:
    run = profile.run(
        "overlayindicators",
        CONCENTRATIONS=chain["one.work.gpkg"],
        RASTER=SAMPLE / "pobreza_2018.tif",
        RASTER_COLUMN="pobreza_raster",
        OUTPUT=tmp_path / "areas.gpkg",
        WORKFILE=tmp_path / "c.work.gpkg",
    )
    assert run.status == 0, run.errors
    told = library(profile, READ_LAYER, tmp_path / "areas.gpkg")
    found = sialgeo.read_concentrations(chain["one.work.gpkg"])
    raster = sialgeo.read_raster(SAMPLE / "pobreza_2018.tif")
    ours = sialgeo.overlay(found, raster, columns=["pobreza_raster"]).areas["pobreza_raster"]
    np.testing.assert_allclose(told["columns"]["pobreza_raster"], ours, rtol=1e-6)


def test_spanish(spanish: Profile, layers: dict[str, Path], tmp_path: Path) -> None:
    listed = spanish.call("list").stdout
    assert "sialgeo:detectconcentrations\tDetectar concentraciones" in listed
    run = spanish.run(
        "detectconcentrations", PRODUCERS=layers["producers"], OUTPUT=tmp_path / "a.gpkg"
    )
    assert run.status == 1
    assert "población de referencia" in run.errors
    assert not (tmp_path / "a.gpkg").exists()


def test_without_libraries_it_loads_and_names_what_is_missing(
    bare: Profile, layers: dict[str, Path], tmp_path: Path
) -> None:
    assert bare.call("list").stdout.count("sialgeo:") == 52
    districts, table = SAMPLE / "distritos.gpkg", SAMPLE / "indicadores.csv"
    asked = {
        "producersfromtable": {"INPUT": SAMPLE / "queserias.csv"},
        "detectconcentrations": {"PRODUCERS": layers["producers"]},
        "joinindicators": {
            "TERRITORIES": districts,
            "KEY": "ubigeo",
            "TABLE": table,
            "TABLE_KEY": "ubigeo",
        },
        "overlayindicators": {"CONCENTRATIONS": tmp_path / "c.work.gpkg"},
        "exportmap": {"CONCENTRATIONS": tmp_path / "c.work.gpkg"},
    }
    for algorithm, parameters in asked.items():
        run = bare.run(algorithm, OUTPUT=tmp_path / "x.gpkg", **parameters)
        assert run.status == 1
        assert "geopandas is not installed" in run.errors
        assert "pip install" in run.errors
        assert '"numpy==' in run.errors  # QGIS's own numpy stays
        assert "Traceback" not in run.errors
    assert list(tmp_path.iterdir()) == []


def test_qgis_process_lists_all_and_helps(profile: Profile) -> None:
    algorithms = re.findall(r"sialgeo:(\w+)", profile.call("list").stdout)
    assert len(algorithms) == 52
    for algorithm in ("detectconcentrations", "exportmap"):  # of all: test_algorithms
        told = json.loads(profile.call("--json", "help", f"sialgeo:{algorithm}").stdout)
        assert told["algorithm_details"]["help_url"].endswith(f"help/en.html#{algorithm}")
        assert told["algorithm_details"]["tags"]
        for name, parameter in told["parameters"].items():
            assert parameter["description"], name
            assert parameter["help"], name
