# SPDX-License-Identifier: GPL-2.0-or-later
"""*Open the Cajamarca example*: the sample's layers in the project, styled, each with its part to play."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsCoordinateTransform,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtCore import QUrl

from . import library, settings
from .remembered import ROLE
from .texts import tr

_COLUMNS = ("idh_2019", "pobreza_2018")
_FIELDS = {  # which field of the example plays which part
    "producers": {"chain": "cadena", "volume": "volumen", "unit": "t/semana"},
    "places": {"place_name": "lugar"},
    "territories": {
        "key": "ubigeo",
        "name": "distrito",
        "population": "poblacion",
        "columns": list(_COLUMNS),
    },
    "indicators": {"key": "ubigeo", "columns": list(_COLUMNS)},
}


def open_example() -> str:
    """Add the layers in a group of their own and go there; return what to tell."""
    from qgis.utils import iface

    folder = library.sample("cajamarca")
    if folder is None:
        return tr("This sialgeo came without its sample.")
    project = QgsProject.instance()
    group = project.layerTreeRoot().insertGroup(0, tr("Cajamarca (synthetic producers)"))
    for layer, visible in _layers(folder):
        if not layer.isValid():
            return tr("The sample's file {file} could not be opened.").format(file=layer.source())
        node = group.addLayer(project.addMapLayer(layer, False))
        node.setItemVisibilityChecked(visible)
        node.setExpanded(visible and layer.customProperty(ROLE) == "territories")
        if layer.customProperty(ROLE) == "territories":
            districts = layer
    canvas = iface.mapCanvas()
    there = QgsCoordinateTransform(districts.crs(), project.crs(), project)
    canvas.setExtent(there.transformBoundingBox(districts.extent()))
    canvas.refresh()
    iface.setActiveLayer(districts)
    return tr(
        "The producers and dairies of this example are synthetic. Next step: Detect concentrations."
    )


def _layers(folder: Path):
    """Yield the layers from top to bottom with their visibility."""
    from . import styling

    places = _role(_points(folder / "lugares.csv", tr("Places")), "places")
    styling.style_places(places, "lugar")
    yield places, True
    dairies = _role(
        _points(folder / "queserias.csv", tr("Cheese dairies (synthetic)")), "producers"
    )
    dairies.setRenderer(_single(styling.marker("#4d4d4d", "#ffffff", 1.4)))
    yield dairies, True
    farms = _role(
        _points(folder / "productores_leche.csv", tr("Milk producers (synthetic)")), "reference"
    )
    farms.setRenderer(_single(styling.marker("#4d4d4d", "#4d4d4d", 0.3)))
    yield farms, False
    about = _role(
        _delimited(
            folder / "indicadores.meta.csv",
            tr("Description of the indicators"),
            {"geomType": "none"},
        ),
        "description",
    )
    yield about, True
    table = _role(
        _delimited(folder / "indicadores.csv", tr("Indicators by district"), {"geomType": "none"}),
        "indicators",
    )
    yield table, True
    yield _districts(folder, table), True
    yield (
        QgsRasterLayer(
            str(folder / "pobreza_2018.tif"), tr("Poverty 2018 (raster derived from districts)")
        ),
        False,
    )


def _districts(folder: Path, table):
    from sialgeo import describe_indicators

    from . import styling

    layer = QgsVectorLayer(
        str(folder / "distritos.gpkg"), tr("Districts (Thiessen areas, not official limits)"), "ogr"
    )
    joined = QgsVectorLayerJoinInfo()
    joined.setJoinLayer(table)  # which is in the project already
    joined.setJoinFieldName("ubigeo")
    joined.setTargetFieldName("ubigeo")
    joined.setPrefix("")
    joined.setJoinFieldNamesSubset(list(_COLUMNS))
    joined.setUsingMemoryCache(True)
    layer.addJoin(joined)
    values = [f["idh_2019"] for f in table.getFeatures()]
    known = [float(v) for v in values if isinstance(v, (int, float))]
    layer.setRenderer(styling.indicator_renderer(known, describe_indicators(["idh_2019"])[0]))
    return _role(layer, "territories")


def _points(path: Path, name: str):
    return _delimited(path, name, {"xField": "lon", "yField": "lat", "crs": "EPSG:4326"})


def _delimited(path: Path, name: str, options: dict):
    """Open a CSV; the ``.csvt`` beside it says which columns are numbers and which are codes."""
    from qgis.PyQt.QtCore import QUrlQuery

    url = QUrl.fromLocalFile(str(path))
    query = QUrlQuery()
    for key, value in {"type": "csv", "encoding": "UTF-8", "detectTypes": "no", **options}.items():
        query.addQueryItem(key, value)
    url.setQuery(query)
    return QgsVectorLayer(bytes(url.toEncoded()).decode(), name, "delimitedtext")


def _single(symbol):
    from qgis.core import QgsSingleSymbolRenderer

    return QgsSingleSymbolRenderer(symbol)


def _role(layer, role: str):
    layer.setCustomProperty(ROLE, role)
    settings.remember_fields(layer.source(), _FIELDS.get(role, {}))
    return layer
