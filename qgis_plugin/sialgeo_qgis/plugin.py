# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin: provider, toolbar and menu. Toolbar actions only open the algorithms' dialogs."""

from __future__ import annotations

from pathlib import Path

from qgis.core import Qgis, QgsApplication, QgsMessageLog
from qgis.PyQt.QtCore import QCoreApplication, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QMenu, QMessageBox

from . import library, memory
from .desk import Desk
from .texts import LOG, install_translator, mark, tr

try:
    from qgis.PyQt.QtGui import QAction
except ImportError:  # Qt 5
    from qgis.PyQt.QtWidgets import QAction

ON_TOOLBAR = (
    ("detectconcentrations", "detect", mark("Detect concentrations")),
    ("overlayindicators", "overlay", mark("Overlay HDI and poverty")),
    ("classify", "classify", mark("Classify")),
    ("exportmap", "map", mark("Export map")),
    ("exportreport", "report", mark("Report")),
)
IN_MENU = (  # what is needed before, now and then
    ("producersfromtable", "table", mark("Producers from a table")),
    ("checkproducers", "table", mark("Check producers")),
    ("joinindicators", "join", mark("Join indicators")),
)


class SialgeoPlugin:
    """What QGIS loads; ``unload`` takes everything back."""

    def __init__(self, interface) -> None:
        self.iface = interface  # of the window; None where there is none
        self.provider = None
        self.translator = install_translator()
        self.toolbar = None
        self.menu = None
        self.actions = []
        self.dialogs = []
        self.desk = None

    def initProcessing(self) -> None:  # noqa: N802
        """Offer the algorithms (also without a window: ``qgis_process``)."""
        from .provider import SialgeoProvider

        if not library.blocked():
            library.use_own_libraries()
        self.provider = SialgeoProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)
        for reason in self._state():
            QgsMessageLog.logMessage(reason, LOG, Qgis.MessageLevel.Warning)

    def initGui(self) -> None:  # noqa: N802
        """Add provider, toolbar and menus."""
        self.initProcessing()
        self.toolbar = self.iface.addToolBar("sialgeo")
        self.toolbar.setObjectName("SialgeoToolbar")
        self.menu = QMenu("sialgeo", self.iface.mainWindow())
        self.menu.setObjectName("SialgeoMenu")
        self.menu.setIcon(_icon("sialgeo"))
        self.iface.pluginMenu().addMenu(self.menu)
        self.desk = Desk(self)
        memory.window = True
        self._add("newstudy", "newstudy", tr("New study…"), self.desk.new_study)
        self.toolbar.addSeparator()
        self.menu.addSeparator()
        for algorithm, picture, text in (*ON_TOOLBAR, *IN_MENU):
            self._add(
                algorithm,
                picture,
                tr(text),
                lambda _checked=False, name=algorithm: self.open(name),
                on_toolbar=(algorithm, picture, text) in ON_TOOLBAR,
            )
        self.toolbar.addSeparator()
        self.menu.addSeparator()
        self._add("dock", "dock", tr("Panel of concentrations"), self.desk.show_dock)
        self._add("settings", "settings", tr("Settings"), self.desk.show_settings)
        self._add(
            "example",
            "example",
            tr("Open the Cajamarca example"),
            self.open_example,
            on_toolbar=False,
        )
        self._add("help", "help", tr("Help"), self.open_help, "sialgeo: " + tr("Help"))
        self._add(
            "dependencies",
            "dependencies",
            tr("Dependencies…"),
            self.show_dependencies,
            on_toolbar=False,
        )
        self.iface.pluginHelpMenu().addAction(self.action("help"))
        self._tell_what_is_missing()

    def unload(self) -> None:
        """Leave nothing behind."""
        if self.desk is not None:
            self.desk.remove()
            self.desk = None
        for dialog in self.dialogs:
            _discard(dialog)
        self.dialogs = []
        if self.menu is not None:
            self.iface.pluginHelpMenu().removeAction(self.action("help"))
            self.iface.pluginMenu().removeAction(self.menu.menuAction())
            self.menu.deleteLater()
        if self.toolbar is not None:
            self.iface.mainWindow().removeToolBar(self.toolbar)
            self.toolbar.deleteLater()
        for action in self.actions:
            action.deleteLater()
        self.menu, self.toolbar, self.actions = None, None, []
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        if self.translator is not None:
            QCoreApplication.removeTranslator(self.translator)
            self.translator = None
        library.forget()

    def action(self, name: str):
        """Return an action by its name."""
        return next(a for a in self.actions if a.objectName() == f"Sialgeo_{name}")

    # --- what the actions do ----------------------------------------------------------------------

    def open(self, name: str) -> None:
        """Open an algorithm's dialog, or say why it cannot run."""
        from qgis import processing

        from .remembered import defaults

        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"sialgeo:{name}")
        if algorithm is None:
            self.explain(library.blocked())
            return
        able, why = algorithm.canExecute()
        if not able:
            self.explain(why.split("\n"))
            return
        dialog = processing.createAlgorithmDialog(f"sialgeo:{name}", defaults(algorithm))
        title = algorithm.displayName()
        dialog.algorithmFinished.connect(
            lambda well, results: self.desk.tell_results(title, results) if well else None
        )
        self._keep(dialog).show()

    def open_example(self) -> None:
        """Load the Cajamarca sample into the project."""
        from .example import open_example

        faults = library.blocked() or library.faults_of_sialgeo()
        if faults:
            self.explain(faults)
            return
        message = open_example()
        self.iface.messageBar().pushMessage("sialgeo", message, Qgis.MessageLevel.Info, 12)

    def open_help(self) -> None:
        """Open the guide in the user's language."""
        from .algorithms.base import help_page

        QDesktopServices.openUrl(QUrl(help_page()))

    def show_dependencies(self) -> None:
        """Show what is installed and what is missing, and offer to install it."""
        from qgis.PyQt.QtCore import Qt

        from .dependencies import DependenciesDialog

        dialog = DependenciesDialog(self.iface.mainWindow())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._keep(dialog).show()

    def explain(self, reasons) -> None:
        """Say why something cannot be done and what helps."""
        self._box(QMessageBox.Icon.Warning, tr("This cannot run yet"), "\n\n".join(reasons))

    # --- helpers ----------------------------------------------------------------------------------

    def _add(self, name, picture, text, slot, tip="", *, on_toolbar=True) -> None:
        action = QAction(_icon(picture), text, self.iface.mainWindow())
        action.setObjectName(f"Sialgeo_{name}")
        action.setToolTip(tip or text)
        action.triggered.connect(slot)
        self.actions.append(action)
        self.menu.addAction(action)
        if on_toolbar:
            self.toolbar.addAction(action)

    def _box(self, kind, title, text) -> None:
        from qgis.PyQt.QtCore import Qt

        box = QMessageBox(
            kind, f"sialgeo – {title}", text, QMessageBox.StandardButton.Ok, self.iface.mainWindow()
        )
        box.setObjectName("SialgeoMessage")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._keep(box).open()

    def _keep(self, dialog):
        """Hold on to a window, which Python would take away, until it is deleted."""
        self.dialogs = [kept for kept in self.dialogs if _alive(kept)]
        self.dialogs.append(dialog)
        return dialog

    def _state(self) -> list:
        if library.blocked():
            return library.blocked()
        return [*library.missing(library.ALL), *filter(None, [library.outdated()])]

    def _tell_what_is_missing(self) -> None:
        faults = self._state()
        if faults:
            self.iface.messageBar().pushMessage(
                "sialgeo",
                " · ".join(faults[:-1] or faults)
                + ". "
                + tr("See Plugins › sialgeo › Dependencies…"),
                Qgis.MessageLevel.Warning,
                0,
            )


def _icon(name: str):
    from qgis.PyQt.QtGui import QIcon

    return QIcon(str(Path(__file__).parent / "icons" / f"{name}.svg"))


def _alive(dialog) -> bool:
    try:
        dialog.objectName()
    except RuntimeError:  # Qt has deleted it
        return False
    return True


def _discard(dialog) -> None:
    if _alive(dialog):
        dialog.close()
        dialog.setParent(None)
        dialog.deleteLater()
