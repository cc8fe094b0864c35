"""The published GeoPackage: readable everywhere, and styled in a real QGIS."""

from __future__ import annotations

import functools
import json
import os
import shutil
import sqlite3
import subprocess
import xml.dom.minidom
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from sialgeo import FileError, fact_sheet, read_publication, save
from sialgeo.disclosure import protect
from sialgeo.exporters import export, geopackage, qml
from sialgeo.i18n import use_language
from sialgeo.symbology import (
    CELL,
    EVIDENCE_STYLE,
    NO_DATA,
    PLACE,
    cell_radii,
    chain_colours,
    class_of,
    grid_classes,
    indicator_classes,
)

from .handmade import HOSTILE, POVERTY, context, found, hostile

PYTHONS = ("/usr/bin/python3", "python3", "/Applications/QGIS.app/Contents/MacOS/bin/python3")


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(sql).fetchall()


def test_version_layers_and_registration(tmp_path: Path) -> None:
    path = export(found(), tmp_path / "a.gpkg", publish="points", context=context())
    assert query(path, "PRAGMA user_version") == [(10200,)]
    assert query(path, "PRAGMA integrity_check") == [("ok",)]
    kinds = dict(query(path, "SELECT table_name, data_type FROM gpkg_contents"))
    assert kinds == {
        "territorios": "features",
        "concentraciones": "features",
        "productores": "features",
        "lugares": "features",
        "acerca_de": "attributes",
        "layer_styles": "attributes",
    }
    grid = export(found(), tmp_path / "g.gpkg", publish="grid")
    names = {name for (name,) in query(grid, "SELECT table_name FROM gpkg_contents")}
    assert names == {"concentraciones", "cuadricula", "acerca_de", "layer_styles"}


def test_tables_come_back_with_their_values(tmp_path: Path) -> None:
    c = found()
    path = export(c, tmp_path / "a.gpkg", publish="points", context=context())
    published = protect(c, publish="points", context=context())
    areas = gpd.read_file(path, layer="concentraciones")
    assert areas["concentration"].tolist() == [1, 2]
    assert areas["name"].tolist() == ["Lugar 1", "Lugar 2"]
    assert areas["p_value"].tolist() == published.areas["p_value"].tolist()
    assert areas["idh_2019"].isna().all()
    assert areas.crs.to_epsg() == 4326
    assert areas.geometry.to_wkb().tolist() == published.areas.geometry.to_wkb().tolist()
    points = gpd.read_file(path, layer="productores")
    assert points["concentration"].isna().sum() == 4
    assert list(points.columns) == ["concentration", "membership", "cadena", "geometry"]


@pytest.mark.parametrize("code", ["es", "en"])
def test_every_layer_has_one_default_style_in_the_language(tmp_path: Path, code: str) -> None:
    with use_language(code):
        path = export(found(), tmp_path / "a.gpkg", publish="points", context=context())
    rows = query(path, "SELECT f_table_name, styleName FROM layer_styles WHERE useAsDefault")
    assert sorted(name for name, _style in rows) == [
        "concentraciones",
        "lugares",
        "productores",
        "territorios",
    ]
    assert all(style.endswith(f"({code})") for _name, style in rows)
    territories = query(
        path, "SELECT styleName FROM layer_styles WHERE f_table_name = 'territorios'"
    )
    assert len(territories) == 6  # two indicators and outlines, in two languages


def test_about_and_metadata(tmp_path: Path) -> None:
    path = export(found(), tmp_path / "a.gpkg", context=context())
    about = dict(query(path, "SELECT clave, texto FROM acerca_de WHERE clave != 'source'"))
    assert about["title"] == "Test dairies"
    assert "simulated producers" in about["synthetic"]
    described = query(
        path, "SELECT description FROM gpkg_contents WHERE table_name = 'concentraciones'"
    )
    assert "simulated producers" in described[0][0]
    ((text,),) = query(path, "SELECT metadata FROM gpkg_metadata WHERE id = 1")
    assert json.loads(text)["seeds"] == {"detect": 1}
    told = query(
        path, "SELECT reference_scope, table_name FROM gpkg_metadata_reference ORDER BY md_file_id"
    )
    assert told[:3] == [("geopackage", None)] * 3
    assert {("table", "concentraciones"), ("table", "territorios")} <= set(told[3:])
    ((iso,),) = query(path, "SELECT metadata FROM gpkg_metadata WHERE md_standard_uri LIKE '%gmd'")
    parsed = xml.dom.minidom.parseString(iso)
    (title,) = parsed.getElementsByTagName("gmd:title")
    assert title.firstChild.firstChild.data == "Test dairies"
    west = parsed.getElementsByTagName("gmd:westBoundLongitude")[0].firstChild.firstChild.data
    assert -80 < float(west) < -78
    qgis = query(path, "SELECT metadata FROM gpkg_metadata WHERE md_standard_uri LIKE '%qgis.dtd'")
    for (text,) in qgis:
        held = xml.dom.minidom.parseString(text).documentElement
        assert "Test dairies" in held.getElementsByTagName("title")[0].firstChild.data
        assert "simulated producers" in held.getElementsByTagName("abstract")[0].firstChild.data
    extended = {t for (t,) in query(path, "SELECT table_name FROM gpkg_extensions")}
    assert {"gpkg_metadata", "gpkg_metadata_reference"} <= extended


def test_qml_escapes_every_text() -> None:
    styles = dict.fromkeys(HOSTILE, PLACE)
    text = qml.document(
        qml.categorized("a", styles), dict.fromkeys(HOSTILE, HOSTILE[4]), HOSTILE[6]
    )
    parsed = xml.dom.minidom.parseString(text)
    values = [node.getAttribute("value") for node in parsed.getElementsByTagName("category")]
    assert values[:6] == list(HOSTILE[:6])
    assert not parsed.getElementsByTagName("script")


# --- in a real QGIS ---------------------------------------------------------------------------------

LOADER = """
import json, sys
from qgis.core import Qgis, QgsApplication, QgsVectorLayer, QgsExpressionContext, QgsRenderContext

app = QgsApplication([], False)
app.initQgis()
warned = []
QgsApplication.messageLog().messageReceived.connect(
    lambda text, tag, level: warned.append(f"{tag}: {text}") if level != Qgis.MessageLevel.Info else None)

def colour(symbol):
    inside = symbol.symbolLayer(0)
    return inside.fillColor().name() if symbol.type() == 1 or hasattr(inside, "fillColor") else symbol.color().name()

def circle(symbol):
    inner = [one.subSymbol() for one in symbol.symbolLayers() if one.layerType() == "CentroidFill"]
    if not inner:
        return None
    dot = inner[0].symbolLayer(0)
    return {"colour": dot.fillColor().name(), "size": dot.size(), "unit": int(dot.sizeUnit())}

def line(symbol):
    if symbol.symbolLayerCount() > 1 and symbol.symbolLayer(1).layerType() == "SimpleLine":
        outer = symbol.symbolLayer(1)
        dash = list(outer.customDashVector()) if outer.useCustomDashPattern() else []
        return {"colour": outer.color().name(), "width": outer.width(), "unit": int(outer.widthUnit()), "dash": dash}
    return None

found = {"version": Qgis.QGIS_VERSION, "layers": {}}
for name in sys.argv[2:]:
    layer = QgsVectorLayer(f"{sys.argv[1]}|layername={name}", name, "ogr")
    renderer = layer.renderer()
    kind = renderer.type()
    classes = []
    if kind == "categorizedSymbol":
        classes = [[c.value(), c.label(), colour(c.symbol()), line(c.symbol()), c.symbol().symbolLayer(0).fillColor().alpha()]
                   for c in renderer.categories()]
    elif kind == "RuleRenderer":
        for rule in renderer.rootRule().children():
            classes.append([rule.filterExpression(), rule.label(), colour(rule.symbol()), line(rule.symbol()),
                            rule.filter().hasParserError(), circle(rule.symbol())])
    else:
        classes = [[None, "", colour(renderer.symbol()), None, 0]]
    drawn = {}
    context = QgsRenderContext()
    context.setExpressionContext(layer.createExpressionContext())
    renderer.startRender(context, layer.fields())
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        symbols = renderer.symbolsForFeature(feature, context)
        drawn[feature.id()] = colour(symbols[0]) if len(symbols) == 1 else None
    renderer.stopRender(context)
    found["layers"][name] = {
        "valid": layer.isValid(), "count": layer.featureCount(), "kind": kind, "classes": classes,
        "drawn": drawn, "labels": layer.labelsEnabled(),
        "label_field": layer.labeling().settings().fieldName if layer.labeling() else None,
        "aliases": {f.name(): f.alias() for f in layer.fields()}, "crs": layer.crs().authid(),
    }
    del renderer, layer, context
found["warned"] = warned
print("FOUND" + json.dumps(found))
app.exitQgis()
"""


@functools.cache
def qgis_python() -> str | None:
    for name in PYTHONS:
        python = shutil.which(name)
        if python is None:
            continue
        tried = subprocess.run(
            [python, "-c", "import qgis.core"], capture_output=True, check=False, timeout=120
        )
        if tried.returncode == 0:
            return python
    return None


def opened(path: Path, *names: str) -> dict[str, Any]:
    """Open layers in a real QGIS without a window, and tell what it made of them."""
    python = qgis_python()
    if python is None:
        pytest.skip("no Python that imports qgis.core (Debian: apt install python3-qgis)")
    script = path.parent / "load.py"
    script.write_text(LOADER, encoding="utf-8")
    home = path.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "QGIS_CUSTOM_CONFIG_PATH": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "LC_ALL": "C.UTF-8",
    }
    home.chmod(0o700)
    run = subprocess.run(
        [python, str(script), str(path), *names],
        capture_output=True, text=True, env=environment, check=False, timeout=300,
    )  # fmt: skip
    line = next((text for text in run.stdout.splitlines() if text.startswith("FOUND")), None)
    assert line is not None, run.stdout + run.stderr
    held: dict[str, Any] = json.loads(line[5:])
    return held


@pytest.mark.qgis
@pytest.mark.parametrize("code", ["es", "en"])
def test_opens_styled_in_qgis(tmp_path: Path, code: str) -> None:
    c = found((14, 12, 15))
    with use_language(code):
        path = export(c, tmp_path / "a.gpkg", publish="points", context=context())
        published = protect(c, publish="points", context=context())
        names = list(geopackage.layers(published))
        seen = opened(path, *names)
        met = [kind for kind in EVIDENCE_STYLE if (published.areas["evidence"] == kind).any()]
        labels = [geopackage._(EVIDENCE_STYLE[kind].label) for kind in met]
        aliases = geopackage._aliases(
            "concentraciones", geopackage.layers(published)["concentraciones"], published
        )
    assert seen["warned"] == []
    layers = seen["layers"]
    assert set(layers) == {"territorios", "concentraciones", "productores", "lugares"}
    assert all(layer["valid"] and layer["crs"] == "EPSG:4326" for layer in layers.values())

    areas = layers["concentraciones"]
    assert areas["kind"] == "categorizedSymbol"
    assert [c[0] for c in areas["classes"]] == met
    assert [c[1] for c in areas["classes"]] == labels
    for (_value, _label, colour, line, alpha), style in zip(
        areas["classes"], [EVIDENCE_STYLE[kind] for kind in met], strict=True
    ):
        assert colour == style.fill
        assert alpha == round(255 * style.opacity)
        assert line == {
            "colour": style.line,
            "width": style.width,
            "unit": 4,
            "dash": list(style.dash),
        }
    expected = [EVIDENCE_STYLE[e].fill for e in published.areas["evidence"]]
    assert list(areas["drawn"].values()) == expected
    assert areas["labels"]
    assert areas["label_field"] == "name"
    for field, alias in aliases.items():
        assert areas["aliases"][field] == alias
    assert areas["aliases"]["pobreza_2018"].startswith({"es": "Pobreza", "en": "Monetary"}[code])

    values = published.context.territories["pobreza_2018"]
    classes = indicator_classes(values, POVERTY)
    territories = layers["territorios"]
    assert [c[2] for c in territories["classes"]] == [*(c.colour for c in classes), NO_DATA.fill]
    assert [c[1] for c in territories["classes"]][:-1] == [c.label for c in classes]
    assert not any(c[4] for c in territories["classes"])  # every filter parses
    drawn = list(territories["drawn"].values())
    told = [class_of(v, classes) for v in values]
    assert drawn == [c.colour if c else NO_DATA.fill for c in told]
    assert drawn[-1] == NO_DATA.fill

    chains = chain_colours(published.points["cadena"])
    assert {c[0]: c[2] for c in layers["productores"]["classes"] if c[0]} == chains
    assert layers["lugares"]["classes"][0][2] == PLACE.fill
    assert layers["lugares"]["label_field"] == "lugar"


@pytest.mark.qgis
def test_grid_in_qgis(tmp_path: Path) -> None:
    c = found((40, 25, 12))
    path = export(c, tmp_path / "a.gpkg", publish="grid")
    grid = protect(c, publish="grid").grid
    seen = opened(path, "cuadricula")
    classes = grid_classes(grid)
    assert seen["warned"] == []
    drawn = seen["layers"]["cuadricula"]
    assert [c[1] for c in drawn["classes"]] == [c.label for c in classes]
    circles = [c[5] for c in drawn["classes"]]
    wanted = [{"colour": CELL.fill, "size": 2 * r, "unit": 4} for r in cell_radii(len(classes))]
    assert circles == wanted  # as in the web map and the figures
    assert None not in drawn["drawn"].values()


@pytest.mark.qgis
def test_hostile_names_in_qgis(tmp_path: Path) -> None:
    c, said = hostile()
    path = export(c, tmp_path / "a.gpkg", publish="points", context=said)
    seen = opened(path, "concentraciones", "productores")
    assert seen["warned"] == []
    values = [c[0] for c in seen["layers"]["productores"]["classes"] if c[0]]
    assert set(HOSTILE[:6]) <= set(values)
    assert all(layer["valid"] for layer in seen["layers"].values())


def test_a_published_file_is_read_back(tmp_path: Path) -> None:
    """What a panel shows of the file is what the publication says."""
    path = export(found(), tmp_path / "c.gpkg", context=context())
    published = protect(found(), context=context())
    again = read_publication(path)
    assert again.areas["name"].to_dict() == published.areas["name"].to_dict()
    assert again.areas["n"].tolist() == published.areas["n"].tolist()
    assert [i.column for i in again.indicators] == [i.column for i in published.indicators]
    assert again.summaries == published.summaries
    assert again.withheld.to_dict("records") == published.withheld.to_dict("records")
    number = published.areas.index[0]
    for language in ("es", "en"):
        with use_language(language):
            ours, theirs = (fact_sheet(p, number).split("<h2>") for p in (published, again))
            assert ours[:3] == theirs[:3]


def test_what_is_no_published_file_is_refused(tmp_path: Path) -> None:
    work = save(found(), tmp_path / "c.work.gpkg")
    with pytest.raises(FileError, match="read_concentrations"):
        read_publication(work)
    (tmp_path / "text.gpkg").write_text("no database")
    with pytest.raises(FileError, match=r"text\.gpkg"):
        read_publication(tmp_path / "text.gpkg")
    with pytest.raises(FileError, match="no such file"):
        read_publication(tmp_path / "gone.gpkg")
