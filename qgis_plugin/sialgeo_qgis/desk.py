# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin adds to QGIS's window besides dialogs: the wizard, and what is told of a run."""

from __future__ import annotations

from pathlib import Path

from qgis.core import Qgis, QgsMessageLog
from qgis.PyQt.QtCore import Qt, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QProgressBar, QPushButton

from . import library, settings, tasks
from .options import TITLE, OptionsFactory
from .texts import tr

_SECONDS = 30
_OPENED = {".html", ".pdf", ".md", ".xlsx", ".png", ".svg", ".csv", ".json", ".kml"}


class Desk:
    """Holds the windows that are not Processing's; the plugin makes one and takes it away."""

    def __init__(self, plugin) -> None:
        self.plugin, self.iface = plugin, plugin.iface
        self.wizard = self.dock = None
        self._items = []
        self._options = OptionsFactory()
        self.iface.registerOptionsWidgetFactory(self._options)
        settings.apply_threads()

    def remove(self) -> None:
        """Stop what runs and take the windows away."""
        tasks.stop_all()
        if self.wizard is not None:
            self.wizard.close()
            self.wizard.deleteLater()
            self.wizard = None
        if self.dock is not None:
            self.dock.close_down()
            self.iface.removeDockWidget(self.dock)
            self.dock.deleteLater()
            self.dock = None
        self.iface.unregisterOptionsWidgetFactory(self._options)
        for item in self._items:
            self._dismiss(item)
        self._items = []

    # --- a new study ---------------------------------------------------------------------------------

    def new_study(self) -> None:
        """Open the wizard, or say why it cannot run."""
        faults = self._faults()
        if faults:
            self.plugin.explain(faults)
            return
        from .wizard import StudyWizard

        if self.wizard is not None:
            self.wizard.deleteLater()
        self.wizard = StudyWizard(self.plugin, self.iface.mainWindow())
        self.wizard.ready.connect(self.run_study)
        self.wizard.show()

    def run_study(self, study, folder: Path) -> None:
        """Run a study in the background; its layers and links come when it is done."""
        from . import results

        self.run(
            tr("sialgeo: study in {folder}").format(folder=folder.name),
            lambda report: results.run_study(study, folder, report),
            self._show_outcome,
        )

    def run(self, title: str, work, done):
        """Do something in the background, with its progress and *Cancel* in the message bar."""
        item = self.iface.messageBar().createMessage("sialgeo", tr("Starting …"))
        bar = QProgressBar()
        bar.setMaximumWidth(180)
        cancel = QPushButton(tr("Cancel"))
        item.layout().addWidget(bar)
        item.layout().addWidget(cancel)

        def ended(tell):
            def told(said):
                self._dismiss(item)
                tell(said)

            return told

        task = tasks.prepare(
            title,
            work,
            ended(done),
            ended(self.fail),
            cancelled=lambda: self._cancelled(item),
            said=item.setText,
        )
        task.progressChanged.connect(lambda share: bar.setValue(int(share)))
        cancel.clicked.connect(task.cancel)
        cancel.clicked.connect(lambda: cancel.setEnabled(False))
        self._items.append(item)
        self.iface.messageBar().pushWidget(item, Qgis.MessageLevel.Info)
        return tasks.start(task)

    def _show_outcome(self, outcome) -> None:
        from . import results

        layer = results.load(outcome)
        self.show_dock().show_publication(outcome.publication, outcome.workfile, layer)
        if settings.load().open_map and outcome.paths.get("html"):
            open_file(outcome.paths["html"])
        said = outcome.found.summary()
        self.log([*outcome.guesses, *said], outcome.found.notes)
        links = {
            tr("Web map"): outcome.paths.get("html"),
            tr("Report and fact sheets"): outcome.paths.get("report.html")
            or outcome.paths.get("pdf"),
            tr("Folder"): outcome.paths.get("folder"),
        }
        self.tell(tr("Study done; the verdict is in the panel."), links)  # longer ones are cut

    def show_settings(self) -> None:
        """Open the plugin's page of QGIS's Options."""
        self.iface.showOptionsDialog(self.iface.mainWindow(), TITLE)

    # --- the panel -------------------------------------------------------------------------------------

    def show_dock(self):
        """Show the panel of concentrations and return it, None where it cannot work."""
        if self.dock is None:
            faults = self._faults()
            if faults:
                self.plugin.explain(faults)
                return None
            from .dock import ConcentrationsDock

            self.dock = ConcentrationsDock(self, self.iface.mainWindow())
            self.iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.dock.setUserVisible(True)
        return self.dock

    def open_workfile(self, path: str) -> None:
        """List a working file's concentrations; its layers are added where the project has none."""
        from . import results

        self.run(
            tr("sialgeo: opening {file}").format(file=Path(path).name),
            lambda report: results.open_workfile(path, report),
            self._show_opened,
        )

    def open_publication(self, path: str) -> None:
        """List a published GeoPackage's concentrations; its layers are added where there are none."""

        def read(report):
            import sialgeo

            report(0.2, tr("Reading the GeoPackage"))
            return sialgeo.read_publication(path)

        def show(publication):
            from . import results

            layer = results.published_layer(publication, path)
            self.show_dock().show_publication(publication, path, layer)

        self.run(tr("sialgeo: opening {file}").format(file=Path(path).name), read, show)

    def _show_opened(self, outcome) -> None:
        from . import results

        layer = results.layer_of(outcome.workfile) or results.load(outcome)
        self.show_dock().show_publication(outcome.publication, outcome.workfile, layer)

    def _faults(self) -> list:
        faults = library.blocked() or library.missing(library.ALL) or library.faults_of_sialgeo()
        if not faults:
            library.bind()
        return faults

    # --- telling -------------------------------------------------------------------------------------

    def tell(self, text: str, links: dict) -> None:
        """Tell an outcome in the message bar, with a button for each file that can be opened."""
        item = self.iface.messageBar().createMessage("sialgeo", text)
        for name, path in links.items():
            if path:
                button = QPushButton(name)
                button.clicked.connect(lambda _checked=False, p=path: open_file(p))
                item.layout().addWidget(button)
        self._items.append(item)
        self.iface.messageBar().pushWidget(item, Qgis.MessageLevel.Success, _SECONDS)

    def tell_results(self, title: str, found: dict) -> None:
        """Tell what a dialog's run gave; the panel lists its concentrations."""
        written = str(found.get("OUTPUT", ""))
        links = {tr("Open"): written} if Path(written).suffix.lower() in _OPENED else {}
        if Path(written).is_dir():
            links = {tr("Folder"): written}
        self.tell(f"{title}: {found.get('SUMMARY') or tr('done.')}", links)
        workfile = found.get("WORKFILE")
        if workfile and self.dock is not None and self.dock.isUserVisible():
            self.open_workfile(str(workfile))

    def fail(self, reason: str) -> None:
        """Tell what went wrong; the whole of it is in the log."""
        QgsMessageLog.logMessage(reason, tasks.LOG, Qgis.MessageLevel.Warning)
        self.plugin.explain([reason])

    def log(self, lines, warnings=()) -> None:
        """Write what was said to the log tab."""
        for line in lines:
            QgsMessageLog.logMessage(str(line), tasks.LOG, Qgis.MessageLevel.Info)
        for line in warnings:
            QgsMessageLog.logMessage(str(line), tasks.LOG, Qgis.MessageLevel.Warning, False)

    def _cancelled(self, item) -> None:
        self._dismiss(item)
        self.iface.messageBar().pushMessage(
            "sialgeo", tr("Cancelled: nothing was written."), Qgis.MessageLevel.Info, 8
        )

    def _dismiss(self, item) -> None:
        try:
            self.iface.messageBar().popWidget(item)
        except RuntimeError:  # the person has closed it
            return


def open_file(path) -> None:
    """Open a file or folder with what the system opens it with."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
