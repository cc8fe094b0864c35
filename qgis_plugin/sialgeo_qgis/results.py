# SPDX-License-Identifier: GPL-2.0-or-later
"""A study's results in QGIS: its run, its layers as a GeoPackage, and the styled group that shows them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from .styling import WORKFILE
from .texts import mark, tr

SHOWS = "sialgeo/shows"  # the property that says which table of a result a layer shows
AREAS, PRODUCERS, TERRITORIES, PLACES = "areas", "producers", "territories", "places"


_PUBLISHED = {
    "lugares": mark("Places"),
    "concentraciones": mark("Concentrations"),
    "territorios": mark("Territories"),
}


@dataclass
class Outcome:
    """What is to be shown: the concentrations with their working file, the layers, what was written.

    ``publication`` holds all concentrations, however few their producers: it is for the screen.
    """

    found: object
    publication: object
    workfile: str
    layers: str
    title: str
    paths: dict
    context: object = None
    guesses: tuple = ()


def run_study(study, folder: Path, report) -> Outcome:
    """Write the study file, run it, and write the layers that QGIS shows; in the background."""
    import sialgeo
    from sialgeo.i18n import pick

    path = study.to_toml(folder / f"{tr('study')}.toml")
    study = sialgeo.Study.from_toml(path)  # every fault at once, as the command line tells them
    results = folder / tr("results")
    done = study.run(results, report.part(0.0, 0.95))
    paths = {**done.paths, "study": path, "folder": results}
    workfile = paths["work"]
    layers = _free(workfile.parent / f"{tr('layers')}.gpkg")
    write_layers(done.concentrations, layers, report.part(0.95, 1.0), done.context)
    title = pick(study.about.title) or folder.name
    return Outcome(
        done.concentrations,
        sialgeo.protect(done.concentrations, min_n=1, context=done.context),
        str(workfile),
        str(layers),
        str(title),
        paths,
        done.context,
        done.guesses,
    )


def open_workfile(path: str, report) -> Outcome:
    """Read a working file and write its layers among QGIS's temporary files; in the background."""
    import sialgeo

    report(0.1, tr("Reading the working file"))
    found = sialgeo.read_concentrations(path)
    stem = Path(path).name.partition(".")[0]
    layers = _free(Path(QgsProcessingUtils.tempFolder()) / f"{stem}.gpkg")
    write_layers(found, layers, report.part(0.6, 1.0))
    publication = sialgeo.protect(found, min_n=1)
    return Outcome(found, publication, str(path), str(layers), stem, {"work": Path(path)})


def write_layers(found, path: Path, report, context=None) -> None:
    """Write areas and producers, and the territories and places around them, to one GeoPackage."""
    from .styling import shown_areas

    tables = {
        AREAS: (shown_areas(found), "MultiPolygon"),
        PRODUCERS: (found.producers, "Point"),
    }
    if context is not None and context.territories is not None:
        tables[TERRITORIES] = (context.territories, "MultiPolygon")
    if context is not None and context.places is not None:
        tables[PLACES] = (context.places, "Point")
    for number, (name, (frame, geometry)) in enumerate(tables.items()):
        report(number / len(tables), tr("Writing the layers"))
        _write(path, name, frame, geometry, report)


def _write(path: Path, name: str, frame, geometry: str, report) -> None:
    from .adapters import crs_to_qgis, fields_of, fill, wkb_type

    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", name
    if path.exists():
        options.actionOnExistingFile = (
            QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        )
    frame = frame.rename(columns={c: f"{c}_" for c in frame.columns if str(c).lower() == "fid"})
    sink = QgsVectorFileWriter.create(
        str(path),
        fields_of(frame),
        wkb_type(geometry),
        crs_to_qgis(frame.crs),
        QgsCoordinateTransformContext(),
        options,
    )
    fill(sink, frame, report.feedback, multi=geometry.startswith("Multi"))
    sink.flushBuffer()
    del sink


def _free(path: Path) -> Path:
    """Return the path, or one beside it that is not taken: a layer may still show the old file."""
    number = 2
    free = path
    while free.exists():
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return free


# --- in the project; in the main thread --------------------------------------------------------------


def load(outcome: Outcome):
    """Add the layers, styled, in a group of their own, and go there; return the layer of areas."""
    from . import memory

    project = QgsProject.instance()
    forget(outcome.workfile)
    group = project.layerTreeRoot().insertGroup(0, outcome.title)
    areas = None
    for name, layer, visible in _styled(outcome):
        layer.setCustomProperty(WORKFILE, outcome.workfile)
        layer.setCustomProperty(SHOWS, name)
        node = group.addLayer(project.addMapLayer(layer, False))
        node.setItemVisibilityChecked(visible)
        node.setExpanded(name in (AREAS, TERRITORIES))
        areas = layer if name == AREAS else areas
    memory.workfile = outcome.workfile
    _go_to(areas)
    return areas


def forget(workfile: str) -> None:
    """Take the layers of an earlier run of the same study out of the project."""
    root = QgsProject.instance().layerTreeRoot()
    for node in root.findLayers():
        layer = node.layer()
        if layer is not None and layer.customProperty(WORKFILE) == workfile:
            parent = node.parent()
            QgsProject.instance().removeMapLayer(layer.id())
            if parent is not root and not parent.children():
                root.removeChildNode(parent)


def layer_of(workfile: str):
    """Return the layer that shows a working file's areas, None where the project has none."""
    for layer in QgsProject.instance().mapLayers().values():
        shown = layer.customProperty(WORKFILE) == workfile
        if shown and layer.customProperty(SHOWS, AREAS) == AREAS:
            return layer
    return None


def published_layer(publication, path: str):
    """Return the layer of a published GeoPackage's areas; its layers are added where there are none."""
    from sialgeo.exporters import geopackage
    from sialgeo.i18n import pick

    project = QgsProject.instance()
    wanted = f"{path}|layername={geopackage.AREAS}"
    for layer in project.mapLayers().values():
        if layer.source().startswith(wanted):
            return layer
    group = project.layerTreeRoot().insertGroup(
        0, str(pick(publication.context.title)) or Path(path).stem
    )
    areas = None
    for name in (geopackage.PLACES, geopackage.AREAS, geopackage.TERRITORIES):
        layer = QgsVectorLayer(f"{path}|layername={name}", tr(_PUBLISHED[name]), "ogr")
        if layer.isValid():  # its own style is in the file
            group.addLayer(project.addMapLayer(layer, False))
            areas = layer if name == geopackage.AREAS else areas
    _go_to(areas)
    return areas


def _go_to(layer) -> None:
    from qgis.utils import iface

    if layer is None or not layer.featureCount():
        return
    project, canvas = QgsProject.instance(), iface.mapCanvas()
    extent = QgsCoordinateTransform(layer.crs(), project.crs(), project).transformBoundingBox(
        layer.extent()
    )
    extent.scale(1.25)
    canvas.setExtent(extent)
    canvas.refresh()


def _styled(outcome: Outcome):
    """Yield name, layer and visibility, from top to bottom."""
    from . import styling

    found = outcome.found
    if outcome.context is not None and outcome.context.places is not None:
        places = _layer(outcome, PLACES, tr("Places"))
        styling.style_places(places, outcome.context.place_name)
        yield PLACES, places, True
    areas = _layer(outcome, AREAS, tr("Concentrations"))
    styling.AreasStyle(found).style(areas)
    styling.alias(areas, found.indicators)
    yield AREAS, areas, True
    producers = _layer(outcome, PRODUCERS, tr("Producers (private)"))
    styling.ProducersStyle().style(producers)
    yield PRODUCERS, producers, True
    if outcome.context is not None and outcome.context.territories is not None:
        held = outcome.context.territories
        territories = _layer(outcome, TERRITORIES, tr("Territories"))
        shown = [one for one in found.indicators if one.column in held]
        if shown:
            values = held[shown[0].column].to_numpy(float)
            styling.IndicatorStyle(values, shown[0]).style(territories)
            territories.setName(f"{tr('Territories')}: {shown[0].label()}")
        styling.alias(territories, shown)
        yield TERRITORIES, territories, True


def _layer(outcome: Outcome, name: str, title: str) -> QgsVectorLayer:
    return QgsVectorLayer(f"{outcome.layers}|layername={name}", title, "ogr")
