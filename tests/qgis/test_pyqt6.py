"""Qt 6: what can be known of QGIS 4 without one. No QGIS 4 is run here; these tests prove imports only."""

from __future__ import annotations

import ast
import importlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from .conftest import HERE, ROOT

pytestmark = pytest.mark.qgis
PLUGIN = ROOT / "qgis_plugin" / "sialgeo_qgis"
SOURCES = sorted(PLUGIN.rglob("*.py"))


@pytest.fixture(scope="module", autouse=True)
def _pyqt6() -> None:
    pytest.importorskip(
        "PyQt6", reason="PyQt6 is not installed (it is in the project's test extra)"
    )


def test_initgui_and_unload_on_pyqt6_with_stubs_for_qgis(built_zip: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(built_zip) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, str(HERE / "drivers" / "pyqt6.py"), str(tmp_path)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    said = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert said.returncode == 0, said.stderr
    told: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    assert told["qt"].startswith("6.")
    assert "detectconcentrations" in told["algorithms"]
    assert told["modules"] >= len(SOURCES) - 3  # the packages' own __init__
    assert told["left"] == {"providers": 0, "toolbars": 0, "menus": [0, 0], "docks": 0}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PLUGIN)))
def test_every_name_of_qt_is_in_pyqt6(path: Path) -> None:
    """Enumerations are scoped in Qt 6: ``Qt.UserRole`` is gone, ``Qt.ItemDataRole.UserRole`` is there."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    held = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qgis.PyQt."):
            module = importlib.import_module("PyQt6." + str(node.module).rpartition(".")[2])
            for one in node.names:
                if hasattr(module, one.name):
                    held[one.asname or one.name] = getattr(module, one.name)
    unknown = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and not _resolves(node, held)
    ]
    assert [name for name in unknown if name not in ONLY_QT5] == []


ONLY_QT5 = {"QVariant.String"}  # behind a test for it


def _resolves(node: ast.Attribute, held: dict[str, Any]) -> bool:
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value  # type: ignore[assignment]
    if not isinstance(node, ast.Name) or node.id not in held:
        return True
    found = held[node.id]
    for name in reversed(names):
        if not isinstance(found, type):
            return True
        if not hasattr(found, name):
            return False
        found = getattr(found, name)
    return True
