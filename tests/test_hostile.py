"""Names that try to be code, in every output: each file is read by its own kind of reader.

The names are those of ``handmade.HOSTILE``: scripts, the end of a script, quotes, formulas, SQL,
templates, markup of typst and TeX, controls and NUL, marks that turn the writing round, 10,000 characters.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
import subprocess
import xml.dom.minidom
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from sialgeo.disclosure import legible, protect
from sialgeo.exporters import WRITERS, coding, export_all, project

from .handmade import HOSTILE, context, found, hostile

LEFT_OUT = ".ficha.pdf"  # the report holds the same sheets
FILES = (*(f"a{suffix}" for suffix in WRITERS if suffix != LEFT_OUT), "datapackage.json")
NAMES = [legible(name) for name in HOSTILE]
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
MARKUP = {"script", "img", "iframe", "object", "embed", "foreignobject"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file of one study, with its points, and the archive of them all."""
    made = tmp_path_factory.mktemp("hostile")
    c, said = hostile()
    export_all(
        c, [made / name for name in FILES], publish="points", context=said, archive=made / "a.zip"
    )
    return made


class Elements(HTMLParser):
    """What a browser makes of a page: elements, attributes, scripts that run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.running = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        held = {name: value or "" for name, value in attrs}
        self.running += tag == "script" and "type" not in held
        self.attributes += held.items()


def inert(page: str, scripts: int, pictures: bool) -> None:
    """Assert that a page runs its own scripts and no other, and asks for nothing."""
    seen = Elements(page)
    assert seen.running == scripts
    allowed = {"script"} if scripts else set()
    assert not (MARKUP - allowed - ({"img"} if pictures else set())) & set(seen.tags)
    assert not [name for name, _value in seen.attributes if name.startswith("on")]
    asked = [v for name, v in seen.attributes if name in ("src", "href") and v[:1] != "#"]
    assert all(value.startswith("data:image/png;base64,") for value in asked)


def test_the_texts_of_a_publication_are_legible() -> None:
    c, said = hostile()
    held = protect(c, publish="points", context=said)
    assert list(held.areas["name"]) == NAMES
    assert any(UNSEEN.search(name) for name in HOSTILE) and not any(map(UNSEEN.search, NAMES))
    assert held.context.title["es"] == HOSTILE[4]
    assert not any(UNSEEN.search(text) for text in (*held.points["cadena"], *held.context.sources))
    assert list(c.areas["name"]) == list(HOSTILE)  # the input is as it was


def test_web_map(folder: Path) -> None:
    page = (folder / "a.html").read_text(encoding="utf-8")
    inert(page, scripts=2, pictures=False)
    blobs = re.findall(r'<script type="text/plain"[^>]*>([^<]*)</script>', page)
    header, _blocks = coding.unpack(blobs[0])
    assert [area["name"] for area in header["areas"]] == [
        name if len(name) <= 120 else name[:119] + "…" for name in NAMES
    ]
    assert len(blobs) == 3 and not UNSEEN.search(
        page
    )  # the study, the points, what is known of them
    for blob in blobs:
        header, blocks = coding.unpack(blob)
        listed = [block for name, block in blocks.items() if name.startswith("column")]
        held = [header, *(json.loads(block) for block in listed if block[:1] == b"[")]
        assert not any(map(UNSEEN.search, texts_in(held)))


def texts_in(held: Any) -> Iterator[str]:
    """Yield every text of what a blob holds, the names of its fields among them."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict):
        yield from held
    for one in held.values() if isinstance(held, dict) else held if isinstance(held, list) else ():
        yield from texts_in(one)


def test_report_as_a_page(folder: Path) -> None:
    page = (folder / "a.report.html").read_text(encoding="utf-8")
    inert(page, scripts=0, pictures=True)
    assert not UNSEEN.search(page)
    assert "=HYPERLINK" in page


def test_report_as_markdown(folder: Path) -> None:
    text = (folder / "a.md").read_text(encoding="utf-8")
    bare = re.sub(r"\(data:image/png;base64,[^)]*\)", "()", text)
    assert not re.search(r"(?<!\\)<", bare)
    assert not re.search(r"\]\((?!\))", bare)  # no link but the pictures
    tables = [line for line in bare.splitlines() if line.startswith("|")]
    assert tables and all(line.endswith("|") for line in tables)
    assert not UNSEEN.search(text)


def test_report_and_workshop_map_for_print(folder: Path) -> None:
    for name in ("a.pdf", "a.taller.pdf"):
        raw = (folder / name).read_bytes()
        assert raw.startswith(b"%PDF")
        objects = re.sub(rb"stream\r?\n.*?endstream", b"", raw, flags=re.DOTALL)
        assert not re.search(rb"/(?:JavaScript|JS|Launch|OpenAction|URI)\b", objects)
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    done = subprocess.run(
        ["pdftotext", folder / "a.pdf", "-"], capture_output=True, text=True, check=True
    )
    text = re.sub(r"\s", "", done.stdout)
    for wanted in ("<script>alert('x')</script>", "=HYPERLINK", "{{7*7}}", "DROPTABLE"):
        assert wanted in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", text)


def test_workbook(folder: Path) -> None:
    from openpyxl import load_workbook

    with zipfile.ZipFile(folder / "a.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert not any(b"<f>" in text or b"<f " in text for text in parts.values())
    assert not any(b"TargetMode" in text for text in parts.values())  # no link to the outside
    cells = [
        cell
        for sheet in load_workbook(folder / "a.xlsx")
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    ]
    assert {HOSTILE[0], HOSTILE[4]} <= {cell.value for cell in cells}
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    assert all(cell.quotePrefix for cell in cells if cell.value[:1] in "=+-@")
    assert not any(UNSEEN.search(cell.value) for cell in cells)


def test_table(folder: Path) -> None:
    with (folder / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *body = csv.reader(file)
    assert len({len(row) for row in (header, *body)}) == 1
    assert not [
        cell for row in (header, *body) for cell in row if cell[:1] and cell[0] in "=+-@\t\r"
    ]
    assert [row[1].removeprefix("'") for row in body] == [n.removeprefix("'") for n in NAMES]


def test_geojson_and_run_log(folder: Path) -> None:
    held = json.loads((folder / "a.geojson").read_text(encoding="utf-8"))
    areas = [
        f["properties"] for f in held["features"] if f["properties"]["layer"] == "concentrations"
    ]
    assert [row["name"] for row in areas] == NAMES
    for name in ("a.json", "datapackage.json"):
        assert not UNSEEN.search(
            json.dumps(json.loads((folder / name).read_text()), ensure_ascii=False)
        )


def test_geoparquet(folder: Path) -> None:
    table = gpd.read_parquet(folder / "a.parquet")
    assert list(table.loc[table["layer"] == "concentrations", "name"]) == NAMES


def test_kml(folder: Path) -> None:
    parsed = xml.dom.minidom.parse(str(folder / "a.kml"))
    placed = parsed.getElementsByTagName("Placemark")[: len(NAMES)]
    shown = [place.getElementsByTagName("name")[0].firstChild.data for place in placed]
    assert [" ".join(name.split()) for name in shown] == [" ".join(name.split()) for name in NAMES]
    for node in parsed.getElementsByTagName("description"):
        balloon = node.firstChild.data if node.firstChild else ""
        assert set(Elements(balloon).tags) <= {"b", "br"}
        assert "$[" not in balloon


def test_drawing(folder: Path) -> None:
    parsed = xml.dom.minidom.parse(str(folder / "a.svg"))
    for node in parsed.getElementsByTagName("*"):
        assert node.tagName.lower() not in MARKUP
        held = dict(node.attributes.items())
        assert not [key for key in held if key.startswith("on")]
        links = [v for key, v in held.items() if key in ("href", "xlink:href")]
        assert all(v.startswith(("#", "data:image/png")) for v in links)
    assert (folder / "a.png").read_bytes().startswith(b"\x89PNG")


def test_geopackage(folder: Path) -> None:
    with sqlite3.connect(folder / "a.gpkg") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = [n for (n,) in database.execute("SELECT name FROM concentraciones ORDER BY fid")]
        styles = [text for (text,) in database.execute("SELECT styleQML FROM layer_styles")]
        told = database.execute("SELECT texto FROM acerca_de").fetchall()
    database.close()
    assert names == NAMES
    assert not any(UNSEEN.search(text) for (text,) in told)
    for style in styles:
        parsed = xml.dom.minidom.parseString(style)
        assert not any(parsed.getElementsByTagName(tag) for tag in MARKUP)


def test_project(folder: Path) -> None:
    with zipfile.ZipFile(folder / "a.qgz") as archive:
        text = archive.read("project.qgs").decode("utf-8")
    parsed: Any = xml.dom.minidom.parseString(text)
    assert not any(parsed.getElementsByTagName(tag) for tag in MARKUP)
    c = found()
    c = replace(c, areas=c.areas.assign(main_chain="fresco"))
    plain = project.document(protect(c, publish="points", context=context()), "a.gpkg")
    own = re.findall(r"\[%(.*?)%\]", plain)  # the page's: names and figures of each concentration
    assert own and re.findall(r"\[%(.*?)%\]", text) == own


def test_archive(folder: Path) -> None:
    with zipfile.ZipFile(folder / "a.zip") as archive:
        assert sorted(archive.namelist()) == sorted(FILES)
        assert not any(entry.comment or entry.extra for entry in archive.infolist())
