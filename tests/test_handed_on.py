"""The other files to hand on: CSV, GeoParquet, KML, datapackage.json, the archive, the QGIS project."""

from __future__ import annotations

import csv
import html
import json
import shutil
import subprocess
import xml.dom.minidom
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
from shapely.geometry import LineString

from sialgeo.disclosure import protect
from sialgeo.errors import FileError
from sialgeo.exporters import export, export_all, project
from sialgeo.i18n import use_language
from sialgeo.symbology import (
    EVIDENCE_STYLE,
    NO_DATA,
    chain_colours,
    class_of,
    indicator_classes,
)

from .handmade import HOSTILE, POVERTY, context, found, hostile
from .test_geopackage import qgis_python

DRIVER = Path(__file__).parent / "qgis" / "drivers" / "project.py"


def rows_of(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def test_csv_by_hand(tmp_path: Path) -> None:
    path = export(found(), tmp_path / "a.csv", context=context())
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    header, first, second = rows_of(path)
    assert header[:4] == ["concentration", "name", "n", "evidence"]
    held = dict(zip(header, first, strict=True))
    assert (held["concentration"], held["n"], held["relative_risk"]) == ("1", "14", "9.0")
    assert held["idh_2019"] == ""  # NaN is empty, not zero
    assert second[0] == "2"


@pytest.mark.parametrize(
    ("code", "mark", "value"),
    [("es_PE", ",", "5.5"), ("es_CO", ";", "5,5"), ("en", ",", "5.5"), ("es_MX", ",", "5.5")],
)
def test_csv_is_written_as_in_the_country(tmp_path: Path, code: str, mark: str, value: str) -> None:
    with use_language(code):
        made = export_all(found(), [tmp_path / "a.csv", tmp_path / "datapackage.json"])
    header, _first, second = rows_of(made[0], mark)
    assert second[header.index("relative_risk")] == value
    (resource,) = json.loads(made[1].read_text(encoding="utf-8"))["resources"]
    assert resource["dialect"]["delimiter"] == mark
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    assert list(fields) == header
    assert fields["relative_risk"]["decimalChar"] == value[1]


def test_csv_holds_no_formula(tmp_path: Path) -> None:
    c, said = hostile()
    header, *body = rows_of(export(c, tmp_path / "a.csv", context=said))
    assert not any(cell[:1] in "=+-@\t\r" for row in (header, *body) for cell in row if cell)
    names = [row[1] for row in body]
    assert names[:4] == ["'" + text for text in HOSTILE[:4]]
    assert names[4:9] == list(HOSTILE[4:9])
    assert "\x00" not in "".join(names)


def test_geoparquet(tmp_path: Path) -> None:
    path = export(found((40, 30)), tmp_path / "a.parquet", publish="grid", context=context())
    table = gpd.read_parquet(path)
    assert table.crs.to_epsg() == 4326
    assert list(table["layer"].unique()) == ["concentrations", "grid"]
    assert table["n"].tolist()[:2] == [40, 30]
    about = json.loads(pq.read_schema(path).metadata[b"sialgeo"])
    assert any(line["key"] == "synthetic" for line in about)
    published = protect(found((40, 30)), publish="grid", context=context())
    assert table.geometry[:2].to_wkb().tolist() == published.areas.geometry.to_wkb().tolist()


def test_kml_by_hand(tmp_path: Path) -> None:
    path = export(found(), tmp_path / "a.kml", publish="areas", context=context())
    parsed = xml.dom.minidom.parse(str(path))
    places = parsed.getElementsByTagName("Placemark")
    assert [p.getElementsByTagName("name")[0].firstChild.data for p in places] == [
        "Lugar 1",
        "Lugar 2",
    ]
    styles = {s.getAttribute("id") for s in parsed.getElementsByTagName("Style")}
    used = [p.getElementsByTagName("styleUrl")[0].firstChild.data[1:] for p in places]
    assert used == ["e-tested", "e-not_significant"]
    assert set(used) <= styles
    layer = gpd.read_file(path, layer=0)
    published = protect(found(), context=context()).areas
    for ours, theirs in zip(layer.geometry, published.geometry, strict=True):
        assert ours.symmetric_difference(theirs).area < 1e-9


def test_kml_shows_hostile_names_as_text(tmp_path: Path) -> None:
    c, said = hostile()
    c = type(c)(c.producers, c.areas.assign(name="$[name] <b>x</b>"), c.tests, c.steps)
    parsed = xml.dom.minidom.parse(
        str(export(c, tmp_path / "a.kml", publish="areas", context=said))
    )
    for place in parsed.getElementsByTagName("Placemark"):
        balloon = place.getElementsByTagName("description")[0].firstChild.data
        assert "<b>x</b>" not in balloon  # a balloon is HTML: the name is escaped in it
        assert html.escape("<b>x</b>") in balloon
        assert "$[" not in balloon


def test_datapackage_and_archive(tmp_path: Path) -> None:
    names = ("datapackage.json", "p.qgz", "a.gpkg", "a.xlsx", "run.json")
    made = export_all(
        found(),
        [tmp_path / name for name in names],
        context=context(licence="CC BY 4.0"),
        archive=tmp_path / "todo.zip",
    )
    assert [path.name for path in made] == [*names, "todo.zip"]
    held = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert held["licenses"] == [{"title": "CC BY 4.0"}]
    described = {r["path"]: r for r in held["resources"]}
    assert set(described) == set(names) - {"datapackage.json"}
    for name, resource in described.items():
        assert resource["bytes"] == (tmp_path / name).stat().st_size
    with zipfile.ZipFile(tmp_path / "todo.zip") as archive:
        assert sorted(archive.namelist()) == sorted(names)
        for name in names:
            assert archive.read(name) == (tmp_path / name).read_bytes()


def test_datapackage_alone_and_archive_of_twins(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="export it along"):
        export(found(), tmp_path / "datapackage.json")
    (tmp_path / "b").mkdir()
    for paths, archive, said in (
        (["a.csv", "b/A.csv"], "a.zip", "two files"),
        (["a.csv"], "a.rar", r"\.zip"),
    ):
        with pytest.raises(FileError, match=said):
            export_all(found(), [tmp_path / p for p in paths], archive=tmp_path / archive)
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


def test_licence_title_and_date_stand_in_the_metadata(tmp_path: Path) -> None:
    import sqlite3

    path = export(found(), tmp_path / "a.gpkg", context=context(licence="CC BY 4.0"))
    with sqlite3.connect(path) as database:
        rows = database.execute(
            "SELECT md_standard_uri, mime_type, metadata FROM gpkg_metadata"
        ).fetchall()
    database.close()
    dcat = next(json.loads(text) for uri, _mime, text in rows if "dcat" in uri)
    assert dcat["dct:title"] == "Test dairies"
    assert dcat["dct:license"] == "CC BY 4.0"
    assert dcat["dct:issued"] == "2024"
    assert "more dense than the reference population" in dcat["dct:description"]


# --- the QGIS project ---------------------------------------------------------------------------------


def xml_of(path: Path) -> xml.dom.minidom.Document:
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["project.qgs"]
        return xml.dom.minidom.parseString(archive.read("project.qgs"))


def test_project_reads_its_geopackage_by_a_relative_path(tmp_path: Path) -> None:
    made = export_all(found(), [tmp_path / "p.qgz", tmp_path / "datos.gpkg"], context=context())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["datos.gpkg", "p.qgz"]
    parsed = xml_of(made[0])
    sources = [node.firstChild.data for node in parsed.getElementsByTagName("datasource")]
    assert all(source.startswith("./datos.gpkg|layername=") for source in sources)
    assert all(len(n.firstChild.data) > 10 for n in parsed.getElementsByTagName("id"))
    crs = parsed.getElementsByTagName("projectCrs")[0]
    assert all(crs.getElementsByTagName(tag)[0].firstChild for tag in ("wkt", "proj4", "srid"))


def test_project_evaluates_no_expression_of_the_data(tmp_path: Path) -> None:
    evil = "[% env('HOME') %]"
    c = found()
    c = type(c)(c.producers.assign(cadena=evil), c.areas.assign(name=evil), c.tests, c.steps)
    said = context(title={"es": evil, "en": evil}, sources=(evil,), licence=evil)
    text = project.document(protect(c, publish="points", context=said), "a.gpkg")
    parsed = xml.dom.minidom.parseString(text)
    shown = [n.getAttribute("labelText") for n in parsed.getElementsByTagName("LayoutItem")]
    shown += [n.getAttribute("label") for n in parsed.getElementsByTagName("category")]
    assert not any("[% env" in label for label in shown)
    assert sum("env('HOME')" in label for label in shown) >= 2


def test_project_holds_flows_and_the_metadata_of_its_layers() -> None:
    line = LineString([(-78.5, -7.1), (-78.6, -6.9)])
    flows = gpd.GeoDataFrame({"destination": ["Lima"], "volume": [3.0]}, geometry=[line], crs=4326)
    held = replace(protect(found(), context=context(licence="CC BY 4.0")), flows=flows)
    parsed = xml.dom.minidom.parseString(project.document(held, "a.gpkg"))
    kinds = {
        node.getElementsByTagName("id")[0].firstChild.data: node
        for node in parsed.getElementsByTagName("maplayer")
    }
    assert kinds["flujos_sialgeo_00"].getAttribute("geometry") == "Line"
    assert kinds["concentraciones_sialgeo_00"].getAttribute("geometry") == "Polygon"
    for node in kinds.values():
        (told,) = node.getElementsByTagName("resourceMetadata")
        assert "Test dairies" in told.getElementsByTagName("title")[0].firstChild.data
        assert told.getElementsByTagName("license")[0].firstChild.data == "CC BY 4.0"
        assert told.getElementsByTagName("wkt")


def opened(folder: Path, name: str) -> dict[str, Any]:
    """Open a project in a real QGIS without a window; draw its map and its pages."""
    python = qgis_python()
    if python is None:
        pytest.skip("no Python that imports qgis.core (Debian: apt install python3-qgis)")
    home = folder / "home"
    home.mkdir(mode=0o700)
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "QGIS_CUSTOM_CONFIG_PATH": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "LC_ALL": "C.UTF-8",
    }
    run = subprocess.run(
        [python, str(DRIVER), str(folder), name],
        capture_output=True, text=True, env=environment, check=False, timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    told: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return told


@pytest.mark.qgis
def test_project_opens_in_qgis_with_styles_layout_and_atlas(tmp_path: Path) -> None:
    c, said = found((14, 12, 15)), context()
    with use_language("es"):
        export_all(c, [tmp_path / "p.qgz", tmp_path / "a.gpkg"], publish="points", context=said)
        published = protect(c, publish="points", context=said)
    moved = tmp_path / "otra carpeta"  # paths are relative: the folder may go anywhere
    moved.mkdir()
    for name in ("p.qgz", "a.gpkg"):
        shutil.move(str(tmp_path / name), moved / name)
    seen = opened(moved, "p.qgz")
    assert seen["warned"] == []
    assert seen["read"]
    assert (seen["title"], seen["crs"]) == ("Queserías de prueba", "EPSG:32717")
    assert len(seen["groups"]) == 4
    layers = seen["layers"]
    assert all(layer["valid"] and layer["source"] for layer in layers.values())
    assert layers["concentraciones_sialgeo_00"]["count"] == 3
    assert layers["concentraciones_sialgeo_00"]["labels"]
    assert layers["concentraciones_sialgeo_00"]["aliases"]["n"] == "Productores"

    evidence = [EVIDENCE_STYLE[e].fill for e in published.areas["evidence"]]
    assert layers["concentraciones_sialgeo_00"]["drawn"] == evidence
    chains = chain_colours(published.points["cadena"])
    assert layers["productores_sialgeo_00"]["drawn"] == [
        chains[chain] for chain in published.points["cadena"]
    ]
    values = published.context.territories["pobreza_2018"]
    classes = [class_of(v, indicator_classes(values, POVERTY)) for v in values]
    wanted = [c.colour if c else NO_DATA.fill for c in classes]
    assert layers["territorios_sialgeo_00"]["drawn"] == wanted
    assert set(wanted) <= set(seen["pixels"])  # and the picture shows those classes

    assert [page["page"] for page in seen["pages"]] == ["Lugar 1", "Lugar 2", "Lugar 3"]
    assert all(page["done"] for page in seen["pages"])
    boxes = published.areas.to_crs(32717).bounds.to_numpy()
    for page, (west, south, east, north) in zip(seen["pages"], boxes, strict=True):
        left, bottom, right, top = page["extent"]
        assert left < west < east < right
        assert bottom < south < north < top
    assert {"QgsLayoutItemLegend", "QgsLayoutItemScaleBar", "QgsLayoutItemMap"} <= set(
        seen["items"]
    )


@pytest.mark.qgis
def test_project_with_hostile_names_opens_in_qgis(tmp_path: Path) -> None:
    c, said = hostile()
    export(c, tmp_path / "p.qgz", publish="points", context=said)
    seen = opened(tmp_path, "p.qgz")
    assert seen["warned"] == []
    assert all(layer["valid"] for layer in seen["layers"].values())
    assert len(seen["pages"]) == len(HOSTILE)
