"""QGIS's desktop under Xvfb, in Spanish: each toolbar action is clicked, the algorithms run in threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from . import desktop

pytestmark = [pytest.mark.qgis, pytest.mark.slow]
ALGORITHMS = {  # what each action opens
    "detectconcentrations": "Detectar concentraciones",
    "overlayindicators": "Superponer IDH y pobreza",
    "classify": "Clasificar: de la concentración al SIAL",
    "exportmap": "Exportar mapa",
    "exportreport": "Exportar informe y fichas",
    "producersfromtable": "Productores desde una tabla",
    "checkproducers": "Revisar productores",
    "joinindicators": "Unir indicadores",
}
ON_TOOLBAR = [
    *("newstudy", "detectconcentrations", "overlayindicators", "classify", "exportmap"),
    *("exportreport", "dock", "settings", "help"),
]
NOTHING = {
    "widgets": [],
    "actions": [],
    "provider": False,
    "menu": [],
    "help": [],
    "path": [],
    "modules": [],
}


@pytest.fixture(scope="module", autouse=True)
def _programs() -> None:
    if desktop.missing():
        pytest.skip(f"not installed: {', '.join(desktop.missing())}")


@pytest.fixture(scope="module")
def told(
    built_zip: Path, libraries: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("window")
    return {**desktop.drive(built_zip, libraries, folder, run=True), "folder": folder}


@pytest.fixture(scope="module")
def told_bare(built_zip: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return desktop.drive(built_zip, None, tmp_path_factory.mktemp("bare_window"))


def test_nothing_went_wrong(told: dict[str, Any]) -> None:
    assert told["errors"] == []


def test_actions_and_their_names(told: dict[str, Any]) -> None:
    actions = dict(told["actions"])
    assert {f"Sialgeo_{name}" for name in (*ALGORITHMS, *ON_TOOLBAR)} <= set(actions)
    assert told["toolbar"] == [f"Sialgeo_{name}" for name in ON_TOOLBAR]
    assert actions["Sialgeo_newstudy"] == "Nuevo estudio…"
    assert actions["Sialgeo_exportreport"] == "Informe"
    assert actions["Sialgeo_example"] == "Abrir el ejemplo de Cajamarca"
    assert actions["Sialgeo_help"] == "Ayuda"
    assert {f"sialgeo:{name}" for name in ALGORITHMS} <= set(told["algorithms"])
    assert len(told["algorithms"]) == 52


@pytest.mark.parametrize("when", ["empty", "filled"])
def test_each_action_opens_its_dialog(told: dict[str, Any], when: str) -> None:
    dialogs = told["dialogs"][when]
    titles = {
        name: one["title"].rpartition(" - ")[2] for name, one in dialogs.items()
    }  # newer: "group - name"
    assert titles == ALGORITHMS
    assert {one["kind"] for one in dialogs.values()} == {"AlgorithmDialog"}
    assert all(
        (told["folder"] / f"{when}-{name}.png").stat().st_size > 20_000 for name in ALGORITHMS
    )


def test_example_and_help(told: dict[str, Any]) -> None:
    assert len(told["layers"]) == 7
    assert {"Queserías (sintéticas)", "Productores de leche (sintéticos)", "Lugares"} <= set(
        told["layers"]
    )
    assert [url.rsplit("/", 1)[1] for url in told["opened"]] == ["es.html"]


def test_dialogs_run_in_threads_and_chain(told: dict[str, Any]) -> None:
    """Two runs, one after the other, in QGIS's threads: pyproj's contexts outlive the first."""
    assert told["detected"] == 5
    assert told["remembered"].endswith(".work.gpkg")
    assert "CONCENTRATIONS" in told["overlay_defaults"]
    assert "idh_2019" in told["overlaid"]
    log = told["logs"]["Concentraciones"]
    assert "Las distancias se miden en EPSG:32717" in log
    assert "sintéticos" in log


def test_layers_are_styled_and_named(told: dict[str, Any]) -> None:
    assert told["renderer"] == ["tested"]
    assert {"name", "n", "evidence", "p_value", "area_km2"} <= set(told["aliased"])


def test_layers_come_in_a_group(told: dict[str, Any]) -> None:
    name, layers = told["group"]
    assert name == "Detectar concentraciones"
    assert layers == ["Productores con su concentración", "Concentraciones"]


def test_reload_and_unload_leave_nothing(told: dict[str, Any], told_bare: dict[str, Any]) -> None:
    """A reload brings each window, action and entry once; an unload takes all of it."""
    assert told["reloaded"]["help"] == ["Ayuda"]
    assert len(told["reloaded"]["actions"]) == len(told["actions"])
    assert told["left"] == NOTHING
    assert told_bare["left"] == NOTHING


def test_without_libraries_each_action_says_what_is_missing(told_bare: dict[str, Any]) -> None:
    assert told_bare["errors"] == []
    dialogs = told_bare["dialogs"]["empty"]
    assert set(dialogs) == set(ALGORITHMS)
    for one in dialogs.values():
        assert one["kind"] == "QMessageBox"
        assert "geopandas no está instalada" in one["text"]
        assert "pip install" in one["text"]
    assert len(told_bare["layers"]) == 7  # the example needs no library
    assert "geopandas: no instalada" in told_bare["report"]
