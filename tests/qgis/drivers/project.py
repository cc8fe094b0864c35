"""Open projects in a real QGIS; tell their layers, draw the map and a page of the atlas as pictures."""

import json
import sys
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsLayoutExporter,
    QgsLayoutItemMap,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRenderContext,
)
from qgis.PyQt.QtCore import QSize

app = QgsApplication([], False)
app.initQgis()
warned = []
QgsApplication.messageLog().messageReceived.connect(
    lambda text, tag, level: (
        warned.append(f"{tag}: {text}") if level != Qgis.MessageLevel.Info else None
    )
)


def drawn(layer):
    """Return the colour of each feature, by the renderer."""
    renderer, context = layer.renderer().clone(), QgsRenderContext()
    context.setExpressionContext(layer.createExpressionContext())
    renderer.startRender(context, layer.fields())
    found = []
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        symbols = renderer.symbolsForFeature(feature, context)
        found.append(symbols[0].symbolLayer(0).fillColor().name() if len(symbols) == 1 else None)
    renderer.stopRender(context)
    return found


def picture(project, path):
    """Draw what is shown in the tree and return the colours in the picture, with their pixels."""
    settings = QgsMapSettings()
    settings.setLayers(project.layerTreeRoot().checkedLayers())
    settings.setDestinationCrs(project.crs())
    settings.setExtent(project.viewSettings().fullExtent())
    settings.setOutputSize(QSize(900, 700))
    settings.setFlag(QgsMapSettings.Flag.Antialiasing, False)
    settings.setFlag(QgsMapSettings.Flag.DrawLabeling, False)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(str(path))
    counted = {}
    for y in range(image.height()):
        for x in range(image.width()):
            name = image.pixelColor(x, y).name()
            counted[name] = counted.get(name, 0) + 1
    return counted


project = QgsProject.instance()
folder = Path(sys.argv[1])
found = {"version": Qgis.QGIS_VERSION}
found["read"] = project.read(str(folder / sys.argv[2]))
found["title"] = project.title()
found["crs"] = project.crs().authid() or project.crs().toProj()
found["crs_valid"] = project.crs().isValid()
layers = {node.layerId(): node.layer() for node in project.layerTreeRoot().findLayers()}
found["groups"] = [group.name() for group in project.layerTreeRoot().findGroups()]
found["layers"] = {
    key: {
        "name": layer.name(),
        "valid": layer.isValid(),
        "count": layer.featureCount(),
        "crs": layer.crs().authid(),
        "kind": layer.renderer().type(),
        "labels": layer.labelsEnabled(),
        "source": layer.source().startswith(str(folder)),
        "drawn": drawn(layer),
        "aliases": {f.name(): f.alias() for f in layer.fields()},
    }
    for key, layer in layers.items()
}
found["pixels"] = picture(project, folder / "map_qgis.png")
found["pages"] = []
for layout in project.layoutManager().printLayouts():
    atlas = layout.atlas()
    found["layout"] = layout.name()
    found["items"] = sorted(type(item).__name__ for item in layout.items())
    exporter = QgsLayoutExporter(layout)
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 90
    atlas.beginRender()
    more = atlas.first()
    while more:
        path = folder / f"page_{atlas.currentFeatureNumber() + 1}.png"
        result = exporter.exportToImage(str(path), settings)
        shown = next(item for item in layout.items() if isinstance(item, QgsLayoutItemMap))
        at = shown.extent()
        found["pages"].append(
            {
                "name": atlas.currentFilename(),
                "page": atlas.nameForPage(atlas.currentFeatureNumber()),
                "done": result == QgsLayoutExporter.ExportResult.Success,
                "extent": [at.xMinimum(), at.yMinimum(), at.xMaximum(), at.yMaximum()],
            }
        )
        more = atlas.next()
    atlas.endRender()
found["warned"] = warned
sys.stdout.write(json.dumps(found) + "\n")
sys.stdout.flush()
del layers
project.clear()
app.exitQgis()
