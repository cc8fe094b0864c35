"""The notebook runs from top to bottom, and is kept without outputs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_is_kept_without_outputs(path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) > 10
    assert not any(cell.outputs or cell.execution_count for cell in code)


def said_by(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a notebook from top to bottom; return what its cells say. Nothing may go to stderr."""
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    paths = [str(ROOT), *(p for p in sys.path if p.endswith("site-packages"))]
    monkeypatch.setenv("PYTHONPATH", ":".join(paths))
    monkeypatch.setenv("MPLBACKEND", "agg")
    notebook = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        timeout=1200,  # a whole study runs in one cell
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    )
    client.execute()
    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    assert not [o for o in outputs if o.get("name") == "stderr"]
    return "\n".join(
        o.get("text", "")
        or o.get("data", {}).get("text/html", "") + o.get("data", {}).get("text/plain", "")
        for o in outputs
    )


@pytest.mark.slow
def test_the_cajamarca_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = said_by("cajamarca.ipynb", tmp_path, monkeypatch)
    for place in ("Cajamarca", "Bambamarca", "Chota", "Cutervo", "Agua Blanca"):
        assert place in said
    assert "mapa.html" in said
    # what the text says about the districts
    assert "peor en Agua Blanca, Bambamarca, Chota\n" in said
    assert "peor en Agua Blanca, Bambamarca, Cutervo\n" in said


@pytest.mark.slow
def test_the_sial_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = said_by("sial.ipynb", tmp_path, monkeypatch)
    assert "accion_colectiva, fila 2, fecha_fin: termina (1980) antes de empezar (1999)" in said
    assert "“APDLL” no está en ninguna fila de organizacion" in said
    assert "5 SIAL con coordinación híbrida" in said
    assert "no evaluable: no se levantó" in said
    assert "los miembros actúan individualmente (evento declarado)" in said
    assert "Exposición a la apertura comercial, no su efecto" in said
    assert (tmp_path / "plantilla.xlsx").is_file()


@pytest.mark.slow
def test_the_notebook_of_two_dates_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = said_by("dos_fechas.ipynb", tmp_path, monkeypatch)
    for line in ("Agua Blanca → gone", "Cutervo → shrunk", "→ born", "Bambamarca → stable"):
        assert line in said
