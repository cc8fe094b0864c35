"""*New study…* in QGIS's desktop, in Spanish: from an empty project to styled layers, panel, fact sheet and map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sialgeo

from . import desktop

pytestmark = [pytest.mark.qgis, pytest.mark.slow]


@pytest.fixture(scope="module")
def told(
    built_zip: Path, libraries: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    if desktop.missing():
        pytest.skip(f"not installed: {', '.join(desktop.missing())}")
    folder = tmp_path_factory.mktemp("study_window")
    extra = {"SIALGEO_STUDY": str(folder / "estudio"), "SIALGEO_QUICK": "1"}
    said = desktop.drive(built_zip, libraries, folder, driver="study.py", extra=extra)
    return {**said, "folder": folder / "estudio"}


def test_nothing_went_wrong(told: dict[str, Any]) -> None:
    assert told["errors"] == []
    assert told["refused"] == []
    assert told["layers_before"] == 0


def test_each_page_says_what_was_found(told: dict[str, Any]) -> None:
    said = {name: page["told"] for name, page in told["pages"].items()}
    assert told["pages"]["reference"]["title"] == "¿Más concentradas que qué?"
    assert "500 filas leídas: 500 utilizables, 0 descartadas" in said["producers"]
    assert "EPSG:4326" in said["producers"]
    assert "500 productores frente a 30,000 de «productores de leche»" in said["reference"]
    assert "ya no se distinguen" in said["radius"]
    assert "127 de 127 territorios unidos por código" in said["territories"]
    assert "“pobreza_2018” se lee como: pobreza monetaria, año 2018" in said["territories"]
    assert "Ninguna falla" in said["tables"]


def test_the_study_is_a_file_that_runs_elsewhere_too(told: dict[str, Any]) -> None:
    study = sialgeo.Study.from_toml(told["folder"] / "estudio.toml")
    assert study.detection.replicates == 99
    assert study.territories[0].shown == ("idh_2019", "pobreza_2018", "pobreza_extrema_2013")
    assert study.about.seed == 20061  # of the sample's own study
    assert {
        "resultados/map.html",
        "resultados/study.report.html",
        "resultados/concentraciones.gpkg",
        "resultados/private/concentrations.work.gpkg",
    } <= set(told["files"])


def test_numbers_are_the_librarys(told: dict[str, Any]) -> None:
    """What the panel lists is what the working file holds, and the study run without QGIS finds the same."""
    found = sialgeo.read_concentrations(
        told["folder"] / "resultados" / "private" / "concentrations.work.gpkg"
    )
    listed = [(int(row[0]), row[1], int(row[2])) for row in told["listed"]]
    areas = found.areas
    assert listed == list(zip(areas.index, areas["name"], areas["n"], strict=True))
    study = sialgeo.Study.from_toml(told["folder"] / "estudio.toml")
    again = study.find().concentrations
    assert again.producers["concentration"].tolist() == found.producers["concentration"].tolist()
    assert again.areas["p_value"].tolist() == areas["p_value"].tolist()


def test_layers_come_styled_in_a_group(told: dict[str, Any]) -> None:
    layers = {name: (kind, n) for name, kind, n in told["layers"]}
    assert layers["Concentraciones"] == ("categorizedSymbol", 5)
    assert layers["Productores (privado)"] == ("RuleRenderer", 500)
    assert layers["Territorios: IDH 2019"] == ("RuleRenderer", 127)
    assert layers["Lugares"][1] == 8


def test_panel_and_map_choose_together(told: dict[str, Any]) -> None:
    assert told["selected_on_map"] == [2]
    assert told["sheet"].startswith("2 · ")
    assert "Qué no dice esta ficha" in told["sheet"]
    assert told["zoomed"]
    assert told["selected_in_list"] == [3]
    assert told["sheet_of_map"].startswith("3 · ")
    assert len(told["filtered"]) == 1
    assert told["sorted"] == sorted(told["sorted"], reverse=True)


def test_a_published_file_opens_in_the_panel(told: dict[str, Any]) -> None:
    assert told["published"] == [True, 5]


def test_what_is_chosen_in_options_is_kept(told: dict[str, Any]) -> None:
    assert told["options"]
    assert told["kept"] == 499


def test_the_libraries_are_a_page_of_options_in_spanish(told: dict[str, Any]) -> None:
    name, report = told["dependencies"]
    assert name == "Dependencias"
    assert "Está todo lo necesario." in report
    assert "✓ Detectar concentraciones" in report


def test_an_input_that_cannot_be_used_is_explained_on_its_page(told: dict[str, Any]) -> None:
    complete, said = told["bad_table"]
    assert not complete
    assert "no se reconocen columnas de coordenadas" in said
    assert "Remedio" in said
    assert "Traceback" not in said


def test_a_layer_that_is_no_file_is_copied_and_checked(told: dict[str, Any]) -> None:
    said, path = told["memory_layer"]
    assert said.startswith("100 filas leídas")
    assert path.endswith(".gpkg")
    assert {"cadena", "volumen"} <= set(told["columns"])


def test_how_reference_and_territories_are_read_can_be_said(told: dict[str, Any]) -> None:
    assert told["reading"] == [";", 3, ["PE", "EC"], "", "inei-pobreza", 2018]
    assert told["shown_again"] == [";", 3]


def test_a_cancel_says_so_and_an_unexpected_error_shows_no_traceback(told: dict[str, Any]) -> None:
    assert told["cancelled"] == ["Cancelado: no se escribió nada.", []]
    said, answers = told["failed"]
    assert "Ocurrió algo que sialgeo no esperaba ('clave')" in said
    assert "Traceback" not in said
    assert answers == []
