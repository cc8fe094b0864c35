"""Run inside QGIS's desktop (``qgis.bin --code``): click each toolbar action, look, and take pictures.

The environment gives ``SIALGEO_PICTURES`` (a folder) and ``SIALGEO_TOLD`` (the JSON file to write);
``SIALGEO_RUN=1`` also runs detection and overlay on the example through the dialogs' own parameters.
"""

import faulthandler
import json
import os
import sys
import traceback
from pathlib import Path

from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QObject, Qt, QTimer, pyqtSlot
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QDialog, QMessageBox, QTextEdit, QToolBar
from qgis.utils import iface, plugins

PICTURES = Path(os.environ["SIALGEO_PICTURES"])
TOLD = Path(os.environ["SIALGEO_TOLD"])
told = {"dialogs": {}, "opened": [], "layers": [], "errors": []}


class Browser(QObject):
    """Takes the addresses that would open a browser."""

    @pyqtSlot("QUrl")
    def take(self, url):
        told["opened"].append(url.toString())


faulthandler.enable()
browser = Browser()


def wait(milliseconds):
    QTest.qWait(milliseconds)


def picture(name):
    QApplication.primaryScreen().grabWindow(0).save(str(PICTURES / f"{name}.png"))


def shown():
    return [
        w
        for w in QApplication.topLevelWidgets()
        if isinstance(w, (QDialog, QMessageBox)) and w.isVisible() and w is not iface.mainWindow()
    ]


def click(action):
    bar = iface.mainWindow().findChild(QToolBar, "SialgeoToolbar")
    before = shown()
    QTest.mouseClick(bar.widgetForAction(action), Qt.LeftButton)
    wait(1500)
    return [w for w in shown() if w not in before]


def look_at_dialogs(plugin, when):
    for action in plugin.toolbar.actions():
        name = action.objectName().replace("Sialgeo_", "")
        if not name or name in ("example", "help"):
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


def run_dialog(action, layer_name, within=90_000):
    """Open a dialog by its button, press *Run* and wait for its layer: the work is done in a thread."""
    dialog = click(action)[0]
    dialog.resize(980, 760)
    dialog.runButton().click()
    waited = 0
    while waited < within and not QgsProject.instance().mapLayersByName(layer_name):
        wait(250)
        waited += 250
    wait(1500)
    told.setdefault("logs", {})[layer_name] = dialog.findChild(QTextEdit, "txtLog").toPlainText()
    picture(f"log-{action.objectName()}")
    dialog.close()
    wait(2000)
    return QgsProject.instance().mapLayersByName(layer_name)[0]


def run_on_example(plugin):
    from sialgeo_qgis import example, memory
    from sialgeo_qgis.texts import tr

    areas = run_dialog(plugin.action("detectconcentrations"), tr("Concentrations"))
    told["detected"] = areas.featureCount()
    told["renderer"] = [c.value() for c in areas.renderer().categories()]
    told["aliased"] = [f.name() for f in areas.fields() if f.alias()]
    told["remembered"] = memory.workfile
    tidy()
    picture("detected")
    told["overlay_defaults"] = sorted(example.defaults("overlayindicators"))
    laid = run_dialog(plugin.action("overlayindicators"), tr("Concentrations with indicators"))
    told["overlaid"] = [f.name() for f in laid.fields() if f.name().startswith("idh")]
    tidy()
    picture("overlaid")


def tidy():
    """Make room for the picture: no browser panel, no message bar, the concentrations in the middle."""
    from qgis.PyQt.QtWidgets import QDockWidget

    for dock in iface.mainWindow().findChildren(QDockWidget):
        if dock.objectName().startswith("Browser"):
            dock.hide()
        if dock.objectName() == "Layers":
            iface.mainWindow().resizeDocks([dock], [380], Qt.Horizontal)
    iface.messageBar().clearWidgets()
    wait(2500)


def work():
    main = iface.mainWindow()
    main.resize(1390, 880)
    main.move(0, 0)
    plugin = plugins["sialgeo_qgis"]
    QDesktopServices.setUrlHandler("file", browser, "take")
    wait(1000)
    told["actions"] = [(a.objectName(), a.text()) for a in plugin.actions]
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
    plugin.show_report()
    wait(800)
    picture("report")
    told["report"] = shown()[-1].text() if shown() else ""
    for window in shown():
        window.close()
    unload(main)


def unload(main):
    from qgis.utils import unloadPlugin

    unloadPlugin("sialgeo_qgis")
    wait(500)
    told["left"] = {
        "toolbar": main.findChild(QToolBar, "SialgeoToolbar") is not None,
        "provider": QgsApplication.processingRegistry().providerById("sialgeo") is not None,
        "menu": [a.text() for a in iface.pluginMenu().actions() if "sialgeo" in a.text().lower()],
        "help": [
            a.text() for a in iface.pluginHelpMenu().actions() if "sialgeo" in a.toolTip().lower()
        ],
        "path": [p for p in sys.path if "sialgeo_qgis" in p],
        "modules": [m for m in sys.modules if m == "sialgeo" or m.startswith("sialgeo.")],
    }


def main():
    try:
        work()
    except Exception:  # noqa: BLE001  (told to the test)
        told["errors"].append(traceback.format_exc())
        picture("error")
    TOLD.write_text(json.dumps(told, ensure_ascii=False))
    os._exit(0)


QTimer.singleShot(3000, main)
