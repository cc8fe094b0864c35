# SPDX-License-Identifier: GPL-2.0-or-later
"""The page *Dependencies*: what each algorithm lacks, what is installed, and a way to install it."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from . import library
from .installing import Installation
from .texts import tr

_GOOD, _BAD = "✓", "✗"


class DependenciesPage(QWidget):
    """Two tables (algorithms, libraries), an installer, and a report to copy."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.algorithms = _table((tr("Algorithm"), "", tr("What is missing")))
        self.libraries = _table((tr("Library"), tr("Version"), tr("What it is for")))
        tabs = QTabWidget()
        tabs.addTab(self.libraries, tr("Libraries"))
        tabs.addTab(self.algorithms, tr("Algorithms"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.verdict)
        layout.addWidget(tabs, 3)
        self._add_installer(layout)
        self.run = Installation(self)
        self.run.said.connect(self.log.appendPlainText)
        self.run.ended.connect(self._ended)
        self.refresh()

    def _add_installer(self, layout) -> None:
        self.wheels = QgsFileWidget()
        self.wheels.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.wheels.lineEdit().setPlaceholderText(
            tr("empty: from the package index, through QGIS's proxy settings")
        )
        line = QHBoxLayout()
        line.addWidget(QLabel(tr("Folder of wheels (without a network)")))
        line.addWidget(self.wheels, 1)
        layout.addLayout(line)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setPlaceholderText(
            tr(
                "Libraries go into a folder of this profile. What QGIS brings is not touched: its "
                "numpy and scipy stay, and anything new is found only after them."
            )
        )
        layout.addWidget(self.log, 1)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.hide()
        layout.addWidget(self.busy)
        self.buttons = {
            "install": QPushButton(tr("Install what is ticked")),
            "stop": QPushButton(tr("Stop")),
            "remove": QPushButton(tr("Remove what was installed")),
            "copy": QPushButton(tr("Copy report")),
        }
        for name, slot in (
            ("install", self.install),
            ("stop", self.stop),
            ("remove", self.remove),
            ("copy", self.copy),
        ):
            self.buttons[name].setObjectName(f"SialgeoDependencies_{name}")
            self.buttons[name].clicked.connect(slot)
        row = QHBoxLayout()
        for button in self.buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        layout.addLayout(row)

    # --- what it shows ----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the state as it is now."""
        faults = library.blocked() or library.missing(library.ALL)
        said = faults or [tr("Everything that is needed is here.")]
        self.verdict.setText("\n".join([*said, *filter(None, [library.outdated()])]))
        self._show_libraries()
        self._show_algorithms()
        working = self.run.running()
        self.busy.setVisible(working)
        self.buttons["stop"].setEnabled(working)
        self.buttons["install"].setEnabled(not working and not library.blocked())
        self.buttons["remove"].setEnabled(not working and library.own_folder().is_dir())

    def _show_libraries(self) -> None:
        rows = library.state()
        self.libraries.setRowCount(len(rows))
        for row, (name, found, use) in enumerate(rows):
            first = QTableWidgetItem(library.package_of(name))
            first.setData(Qt.ItemDataRole.UserRole, name)
            if library.lacks(name):
                first.setFlags(first.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                needed = name in library.MINIMUM
                first.setCheckState(Qt.CheckState.Checked if needed else Qt.CheckState.Unchecked)
            cells = (first, QTableWidgetItem(found or tr("not installed")), QTableWidgetItem(use))
            for column, cell in enumerate(cells):
                self.libraries.setItem(row, column, cell)

    def _show_algorithms(self) -> None:
        provider = QgsApplication.processingRegistry().providerById("sialgeo")
        found = provider.algorithms() if provider is not None else []
        self.algorithms.setRowCount(len(found))
        for row, algorithm in enumerate(found):
            able, why = algorithm.canExecute()
            lacking = why if not able else algorithm.restrictions()
            cells = (algorithm.displayName(), _GOOD if able else _BAD, lacking)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.algorithms.setItem(row, column, item)

    def ticked(self) -> list:
        """Return the libraries that are ticked."""
        cells = [self.libraries.item(row, 0) for row in range(self.libraries.rowCount())]
        return [
            cell.data(Qt.ItemDataRole.UserRole)
            for cell in cells
            if cell.flags() & Qt.ItemFlag.ItemIsUserCheckable
            and cell.checkState() == Qt.CheckState.Checked
        ]

    # --- what it does -----------------------------------------------------------------------------

    def install(self) -> None:
        """Install what is ticked."""
        names = self.ticked()
        if not names:
            self.log.appendPlainText(tr("Nothing is ticked: tick libraries in the first table."))
            return
        self.run.start(names, self.wheels.filePath())
        self.refresh_buttons()

    def refresh_buttons(self) -> None:
        """Show that pip is at work."""
        self.busy.show()
        self.buttons["install"].setEnabled(False)
        self.buttons["remove"].setEnabled(False)
        self.buttons["stop"].setEnabled(True)

    def stop(self) -> None:
        """Stop pip."""
        self.run.stop()

    def remove(self) -> None:
        """Delete the profile's libraries."""
        self.log.appendPlainText(
            library.remove_installation()
            or tr("Removed. Start QGIS again so that it forgets what is loaded.")
        )
        self.refresh()

    def copy(self) -> None:
        """Put the report on the clipboard."""
        QgsApplication.clipboard().setText(self.report())
        self.log.appendPlainText(tr("The report is on the clipboard."))

    def report(self) -> str:
        """Return state, algorithms and what pip said, as text."""
        rows = [
            [self.algorithms.item(row, column).text() for column in range(3)]
            for row in range(self.algorithms.rowCount())
        ]
        algorithms = [f"{mark} {name}" + (f": {why}" if why else "") for name, mark, why in rows]
        return "\n".join([library.report(), "", *algorithms, "", self.log.toPlainText()]).strip()

    def _ended(self, well: bool, message: str) -> None:
        self.log.appendPlainText(message)
        left = [name for name in library.MINIMUM if library.lacks(name)]
        if well and left:
            self.log.appendPlainText(library.shadowed(left))
        self.refresh()


class DependenciesDialog(QDialog):
    """The page in a window of its own."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setObjectName("SialgeoDependencies")
        self.setWindowTitle(f"sialgeo – {tr('Dependencies')}")
        self.resize(860, 620)
        self.page = DependenciesPage(self)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.page)
        layout.addWidget(buttons)

    def reject(self) -> None:
        """Close, and do not leave pip running."""
        if self.page.run.running():
            self.page.stop()
        super().reject()


def _table(heads) -> QTableWidget:
    table = QTableWidget(0, len(heads))
    table.setHorizontalHeaderLabels(heads)
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.horizontalHeader().setStretchLastSection(True)
    for column in range(len(heads) - 1):
        table.horizontalHeader().setSectionResizeMode(
            column, QHeaderView.ResizeMode.ResizeToContents
        )
    return table
