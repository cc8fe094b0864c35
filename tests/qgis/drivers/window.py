"""Run inside QGIS's desktop (``qgis.bin --code``): click each toolbar action, look, and take pictures.

The environment gives ``SIALGEO_PICTURES`` (a folder) and ``SIALGEO_TOLD`` (the JSON file to write);
``SIALGEO_RUN=1`` also runs detection and overlay on the example through the dialogs' own parameters.
"""

import os

from hands import begin, click, drive, left_behind, picture, shown, tidy, told, wait
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtWidgets import QMessageBox, QTextEdit
from qgis.utils import iface, plugins

NOT_ALGORITHMS = ("newstudy", "dock", "example", "help", "settings", "dependencies")
told |= {"dialogs": {}, "layers": []}


def look_at_dialogs(plugin, when):
    for action in plugin.actions:
        name = action.objectName().replace("Sialgeo_", "")
        if not name or name in NOT_ALGORITHMS:
            continue
        for window in click(action):
            told["dialogs"].setdefault(when, {})[name] = {
                "title": window.windowTitle(),
                "kind": type(window).__name__,
                "text": window.text() if isinstance(window, QMessageBox) else "",
            }
            window.resize(980, 760)
            window.move(200, 60)
            wait(400)
            picture(f"{when}-{name}")
            window.close()
            wait(200)


def run_dialog(action, layer_name, within=240_000, **changed):
    """Open a dialog by its button, press *Run* and wait for its layer: the work is done in a thread."""
    dialog = click(action)[0]
    dialog.resize(980, 760)
    dialog.setParameters({**dialog.createProcessingParameters(), **changed})
    dialog.runButton().click()
    waited = 0
    while waited < within and not QgsProject.instance().mapLayersByName(layer_name):
        wait(250)
        waited += 250
    wait(500)
    told.setdefault("logs", {})[layer_name] = dialog.findChild(QTextEdit, "txtLog").toPlainText()
    picture(f"log-{action.objectName()}")
    dialog.close()
    wait(500)
    return QgsProject.instance().mapLayersByName(layer_name)[0]


def run_on_example(plugin):
    from sialgeo_qgis import memory, remembered
    from sialgeo_qgis.texts import tr

    few = {"REPLICATES": 99, "SPLITS": 5, "RUNS": 5, "CONFIRM": False}
    areas = run_dialog(plugin.action("detectconcentrations"), tr("Concentrations"), **few)
    told["detected"] = areas.featureCount()
    node = QgsProject.instance().layerTreeRoot().findLayer(areas.id())
    told["group"] = [node.parent().name(), [one.name() for one in node.parent().findLayers()]]
    told["renderer"] = [c.value() for c in areas.renderer().categories()]
    told["aliased"] = [f.name() for f in areas.fields() if f.alias()]
    told["remembered"] = memory.workfile
    tidy()
    picture("detected")
    told["overlay_defaults"] = sorted(
        remembered.defaults(
            QgsApplication.processingRegistry().algorithmById("sialgeo:overlayindicators")
        )
    )
    laid = run_dialog(plugin.action("overlayindicators"), tr("Concentrations with indicators"))
    told["overlaid"] = [f.name() for f in laid.fields() if f.name().startswith("idh")]
    tidy()
    picture("overlaid")


def work():
    begin()
    plugin = plugins["sialgeo_qgis"]
    told["actions"] = [(a.objectName(), a.text()) for a in plugin.actions]
    told["toolbar"] = [a.objectName() for a in plugin.toolbar.actions() if a.objectName()]
    told["algorithms"] = [a.id() for a in plugin.provider.algorithms()]
    told["messages"] = (
        [w.text() for w in iface.messageBar().items()]
        if hasattr(iface.messageBar(), "items")
        else []
    )
    picture("started")
    look_at_dialogs(plugin, "empty")
    click(plugin.action("example"))
    wait(4000)
    told["layers"] = [layer.name() for layer in QgsProject.instance().mapLayers().values()]
    tidy()
    picture("example")
    click(plugin.action("help"))
    if os.environ.get("SIALGEO_RUN"):
        look_at_dialogs(plugin, "filled")
        run_on_example(plugin)
    plugin.show_dependencies()
    wait(800)
    picture("report")
    told["report"] = plugin.dialogs[-1].page.report() if shown() else ""
    for window in shown():
        window.close()
    reload_and_unload()


def reload_and_unload():
    from qgis.utils import reloadPlugin, unloadPlugin

    reloadPlugin("sialgeo_qgis")
    wait(1500)
    told["reloaded"] = left_behind()
    unloadPlugin("sialgeo_qgis")
    wait(500)
    told["left"] = left_behind()


drive(work)
