"""Run inside QGIS's desktop: click through *New study…* with the Cajamarca sample, from an empty project on.

``SIALGEO_STUDY`` is the folder of the study; ``SIALGEO_QUICK=1`` draws 99 maps instead of 999.
"""

import os
import time
from pathlib import Path

from hands import PICTURES, begin, click, drive, picture, tidy, told, wait, wait_for
from qgis.core import QgsApplication, QgsFeatureRequest, QgsProject
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QWidget, QWizard
from qgis.utils import iface, plugins

FOLDER = Path(os.environ["SIALGEO_STUDY"])
NAMES = ("start", "producers", "reference", "radius", "territories", "tables", "outputs")
told |= {"pages": {}}


def press(wizard, button):
    QTest.mouseClick(wizard.button(button), Qt.LeftButton)
    wait(300)


def go_through(wizard):
    """Press *Use the sample*, then *Next* on every page as soon as its check allows it."""
    QTest.mouseClick(wizard.start.sample, Qt.LeftButton)
    wait(300)
    wizard.start.folder.setFilePath(str(FOLDER))
    for number, name in enumerate(NAMES):
        page = wizard.currentPage()
        checked = hasattr(page, "told")
        wait_for(page.isComplete)
        if os.environ.get("SIALGEO_QUICK") and name == "radius":
            page.quick.click()
            wait_for(page.isComplete)
        wait(200)
        told["pages"][name] = {
            "title": page.title(),
            "told": page.told.toPlainText() if checked else "",
        }
        wizard.grab().save(str(PICTURES / f"wizard-{number + 1}-{name}.png"))
        if name != NAMES[-1]:
            press(wizard, QWizard.NextButton)
    press(wizard, QWizard.FinishButton)


def group():
    return QgsProject.instance().layerTreeRoot().findGroup("Queserías rurales de Cajamarca")


def run_study(plugin):
    wizard = click(plugin.action("newstudy"))[0]
    wizard.move(180, 60)
    told["wizard"] = wizard.windowTitle()
    go_through(wizard)
    wait(700)
    picture("running")

    def shown_or_refused():
        return group() is not None or plugin.dialogs

    wait_for(shown_or_refused, 300_000)
    told["refused"] = [box.text() for box in plugin.dialogs]
    wait(500)
    picture("finished")
    told["layers"] = [
        (node.layer().name(), node.layer().renderer().type(), node.layer().featureCount())
        for node in group().findLayers()
    ]
    told["files"] = sorted(str(p.relative_to(FOLDER)) for p in FOLDER.rglob("*") if p.is_file())


def look_at_dock(plugin):
    """Choose in the list and on the map, filter, zoom, and read the fact sheet."""
    dock = plugin.desk.dock
    told["listed"] = [
        [dock.proxy.index(row, c).data() for c in range(dock.proxy.columnCount())]
        for row in range(dock.proxy.rowCount())
    ]
    told["headings"] = dock.model.labels
    dock.table.selectRow(1)
    wait(500)
    told["selected_on_map"] = [f["concentration"] for f in dock.layer.selectedFeatures()]
    told["sheet"] = dock.sheet.toPlainText()
    before = iface.mapCanvas().extent().width()
    QTest.mouseClick(dock.buttons["zoom"], Qt.LeftButton)
    wait(500)
    told["zoomed"] = iface.mapCanvas().extent().width() < before
    picture("dock")
    dock.layer.selectByExpression('"concentration" = 3')
    wait(300)
    told["selected_in_list"] = dock.selected()
    told["sheet_of_map"] = dock.sheet.toPlainText().splitlines()[0]
    name = dock.proxy.index(0, 1).data()
    QTest.keyClicks(dock.filter, name)
    wait(300)
    told["filtered"] = [dock.proxy.index(r, 1).data() for r in range(dock.proxy.rowCount())]
    dock.filter.clear()
    dock.table.sortByColumn(2, Qt.DescendingOrder)
    told["sorted"] = [
        dock.model.values["n"][dock.proxy.mapToSource(dock.proxy.index(r, 0)).row()]
        for r in range(dock.proxy.rowCount())
    ]
    dock.table.sortByColumn(0, Qt.AscendingOrder)


def open_published(plugin):
    """Open the published GeoPackage in the panel."""
    dock = plugin.desk.dock
    path = str(next(FOLDER.rglob("concentraciones.gpkg")))
    dock.open(path)
    wait_for(lambda: dock.source == path, 60_000)
    wait(500)
    told["published"] = [dock.layer.source().partition("|")[0] == path, dock.proxy.rowCount()]


def look_at_options():
    """Open the page of Options as a person does, and keep another number of maps."""
    from sialgeo_qgis import settings

    def fill_in():
        window = QApplication.activeModalWidget()
        # QGIS 3.40 lays every page in a frame that takes its name
        named = window.findChildren(QWidget, "SialgeoOptions")
        page = next((widget for widget in named if hasattr(widget, "tabs")), None)
        told["options"] = page is not None and page.isVisible()
        wait(1500)
        window.grab().save(str(PICTURES / "options.png"))
        page.tabs.setCurrentIndex(1)
        wait(1000)
        window.grab().save(str(PICTURES / "dependencies.png"))
        told["dependencies"] = [page.tabs.tabText(1), page.dependencies.report()]
        page.replicates.setValue(499)
        page.apply()
        window.reject()

    QTimer.singleShot(2500, fill_in)
    plugins["sialgeo_qgis"].action("settings").trigger()
    wait(500)
    told["kept"] = settings.load().replicates


def in_the_dark(plugin):
    """Show window, panel and wizard on a dark theme."""
    QgsApplication.setUITheme("Night Mapping")
    wait(1500)
    plugin.desk.dock.table.selectRow(0)
    wait(1000)
    tidy()
    picture("dark")
    wizard = click(plugin.action("newstudy"))[0]
    wizard.move(180, 60)
    wait(500)
    picture("dark-wizard")
    give_inputs(wizard)
    wizard.reject()


def give_inputs(wizard):
    """Give the wizard a table that cannot be used, and a layer that is no file."""
    page = wizard.pages[1]
    bad = FOLDER.parent / "sin_coordenadas.csv"
    bad.write_text("nombre,leche\nA,1\nB,2\n")
    page.picker.set_file(str(bad))

    def refused():
        return "todavía no se puede usar" in page.told.toPlainText()

    wait_for(refused, 60_000)
    told["bad_table"] = [page.isComplete(), page.told.toPlainText()]
    shown = QgsProject.instance().mapLayersByName("Productores (privado)")[0]
    memory = shown.materialize(QgsFeatureRequest().setLimit(100))
    QgsProject.instance().addMapLayer(memory)
    page.picker.set_layer(memory)
    wait_for(page.isComplete, 60_000)
    told["memory_layer"] = [page.told.toPlainText(), page.picker.given().path]
    told["columns"] = [page.parts["chain"].itemText(i) for i in range(page.parts["chain"].count())]
    state_reading(wizard)


def state_reading(wizard):
    """Say how reference and territories are read, and show it again from the study."""
    reference, territories = wizard.pages[2], wizard.pages[4]
    for page, given in ((reference, "lecheros.csv"), (territories, "distritos.gpkg")):
        page.picker.set_file(str(FOLDER.parent / given))
    separator, preset = reference.reading.listed["separator"], territories.reading.listed["preset"]
    separator.setCurrentIndex(separator.findData(";"))
    reference.reading.numbers["header"].setValue(3)
    reference.reading.typed["country"].setText("PE, EC")
    preset.setCurrentIndex(preset.findData("inei-pobreza"))
    territories.reading.numbers["year"].setValue(2018)
    study = wizard.study()
    held, first = study.reference, study.territories[0]
    told["reading"] = [
        held.separator,
        held.header,
        held.country,
        held.decimal,
        first.preset,
        first.year,
    ]
    separator.setCurrentIndex(0)
    reference.reading.numbers["header"].setValue(0)
    reference.show_study(study)
    told["shown_again"] = [separator.currentData(), reference.reading.numbers["header"].value()]


def stop_and_fail(plugin):
    """Cancel a run, and let another fail as nobody expects."""
    answers = []

    def endless(report):
        while True:
            report(0.5, "sin fin")
            time.sleep(0.05)

    task = plugin.desk.run("sialgeo: sin fin", endless, answers.append)
    wait(600)
    task.cancel()
    wait(800)
    told["cancelled"] = [iface.messageBar().currentItem().text(), answers]
    plugin.desk.run("sialgeo: falla", lambda _report: {}["clave"], answers.append)
    wait_for(lambda: any(box.isVisible() for box in plugin.dialogs), 20_000)
    told["failed"] = [plugin.dialogs[-1].text(), answers]
    plugin.dialogs[-1].close()


def work():
    begin()
    plugin = plugins["sialgeo_qgis"]
    told["layers_before"] = len(QgsProject.instance().mapLayers())
    run_study(plugin)
    tidy()
    picture("study")
    look_at_dock(plugin)
    look_at_options()
    stop_and_fail(plugin)
    open_published(plugin)
    in_the_dark(plugin)


drive(work)
