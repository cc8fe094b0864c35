"""What the scripts that drive QGIS's desktop share: waiting, pictures, clicks, and what is told at the end."""

import faulthandler
import json
import os
import sys
import traceback
from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QObject, Qt, QTimer, pyqtSlot
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QDialog, QDockWidget, QMenu, QMessageBox, QToolBar
from qgis.utils import iface

PICTURES = Path(os.environ["SIALGEO_PICTURES"])
TOLD = Path(os.environ["SIALGEO_TOLD"])
told = {"opened": [], "errors": []}


class Browser(QObject):
    """Takes the addresses that would open a browser."""

    @pyqtSlot("QUrl")
    def take(self, url):
        told["opened"].append(url.toString())


faulthandler.enable()
browser = Browser()


def wait(milliseconds):
    QTest.qWait(milliseconds)


def wait_for(condition, within=120_000, step=100):
    """Wait until something is so; tell where it never is."""
    waited = 0
    while not condition():
        if waited > within:
            raise TimeoutError(condition.__name__)
        wait(step)
        waited += step


def picture(name):
    """Picture the screen when the map is drawn, without what QGIS itself announces."""
    bar = iface.messageBar()
    while bar.currentItem() is not None and not bar.currentItem().title().startswith("sialgeo"):
        bar.popWidget()
    iface.mapCanvas().waitWhileRendering()
    wait(300)
    QApplication.primaryScreen().grabWindow(0).save(str(PICTURES / f"{name}.png"))


def shown():
    return [
        w
        for w in QApplication.topLevelWidgets()
        if isinstance(w, (QDialog, QMessageBox)) and w.isVisible() and w is not iface.mainWindow()
    ]


def click(action):
    """Click an action's button, or its entry in the menu, and return the windows that it opened."""
    bar = iface.mainWindow().findChild(QToolBar, "SialgeoToolbar")
    before = shown()
    button = bar.widgetForAction(action)
    if button is None:
        action.trigger()
    else:
        QTest.mouseClick(button, Qt.LeftButton)
    for _moment in range(15):  # what opens no window is given its time
        wait(100)
        opened = [w for w in shown() if w not in before]
        if opened:
            wait(200)
            return opened
    return []


def tidy():
    """Make room for the picture: no browser panel, no message bar, the concentrations in the middle."""
    for dock in iface.mainWindow().findChildren(QDockWidget):
        if dock.objectName().startswith("Browser"):
            dock.hide()
        if dock.objectName() == "Layers":
            iface.mainWindow().resizeDocks([dock], [330], Qt.Horizontal)
    iface.messageBar().clearWidgets()
    wait(300)


def left_behind():
    """Tell what of the plugin is still in QGIS."""
    main = iface.mainWindow()
    kinds = (QToolBar, QMenu, QDockWidget, QDialog)
    named = [w for kind in kinds for w in main.findChildren(kind)]
    return {
        "widgets": sorted({w.objectName() for w in named if w.objectName().startswith("Sialgeo")}),
        "actions": [
            a.objectName()
            for a in main.findChildren(QObject)
            if a.objectName().startswith("Sialgeo_")
        ],
        "provider": QgsApplication.processingRegistry().providerById("sialgeo") is not None,
        "menu": [a.text() for a in iface.pluginMenu().actions() if "sialgeo" in a.text().lower()],
        "help": [
            a.text() for a in iface.pluginHelpMenu().actions() if "sialgeo" in a.toolTip().lower()
        ],
        "path": [p for p in sys.path if "sialgeo_qgis" in p],
        "modules": [m for m in sys.modules if m == "sialgeo" or m.startswith("sialgeo.")],
    }


def begin():
    """Place the window, and take what would open a browser."""
    main = iface.mainWindow()
    main.resize(1390, 880)
    main.move(0, 0)
    QDesktopServices.setUrlHandler("file", browser, "take")
    wait(1000)


def drive(work):
    """Run a script's work once QGIS is up, write what it told, and end QGIS."""

    def run():
        try:
            work()
        except Exception:  # noqa: BLE001  (told to the test)
            stumble(*sys.exc_info())
        finish()

    sys.excepthook = stumble_and_finish
    QTimer.singleShot(3000, run)


def stumble(kind, error, trace):
    told["errors"].append("".join(traceback.format_exception(kind, error, trace)))
    picture("error")


def stumble_and_finish(kind, error, trace):
    """End at an error in a slot: QGIS would show it in a window and wait for a click."""
    stumble(kind, error, trace)
    finish()


def finish():
    TOLD.write_text(json.dumps(told, ensure_ascii=False))
    os._exit(0)
