"""What the documents say is so: links lead somewhere, examples run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from sialgeo import Study
from sialgeo.cli import DONE, main

from .conftest import ROOT

PAGES = [
    "README.md",
    "README.es.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")),
]
SAMPLE = ROOT / "sample_layers" / "cajamarca"


def blocks(page: str, language: str) -> list[str]:
    """Return the fenced blocks of a page."""
    return re.findall(
        rf"^```{language}\n(.*?)^```",
        (ROOT / page).read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    missing = [link for link in links if not ((ROOT / page).parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", ["README.md", "README.es.md"])
def test_the_five_minutes_in_python(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("queserias.csv", "productores_leche.csv", "distritos.gpkg", "indicadores.csv"):
        shutil.copy(SAMPLE / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    [example] = blocks(page, "python")
    exec(example.replace("replicates=999", "replicates=19"), {})
    assert [p.stem for p in tmp_path.glob("*.html")] in (["map"], ["mapa"])


def test_the_five_minutes_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [commands] = [b for b in blocks("README.md", "sh") if "sialgeo detect" in b]
    monkeypatch.chdir(SAMPLE)
    lines = commands.replace("\\\n", " ").replace("/tmp/", f"{tmp_path}/").splitlines()
    done = [main([*line.split()[1:], "--json"]) for line in lines if line.startswith("sialgeo")]
    assert done == [DONE] * 3
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "c.work.gpkg",
        "c2.work.gpkg",
        "map.html",
        "report.pdf",
        "tables.xlsx",
    ]


def test_the_study_of_the_index_is_read(tmp_path: Path) -> None:
    [example] = blocks("docs/index.md", "toml")
    for name in (
        "queserias.csv",
        "productores_leche.csv",
        "distritos.gpkg",
        "indicadores.csv",
        "lugares.csv",
        "pobreza_2018.tif",
    ):
        shutil.copy(SAMPLE / name, tmp_path)
    (tmp_path / "study.toml").write_text(example, encoding="utf-8")
    study = Study.from_toml(tmp_path / "study.toml")
    assert study.reference is not None
    assert study.territories[0].indicators[0].family == "monetary"
    assert len(study.rasters) == 1
