# SPDX-License-Identifier: GPL-2.0-or-later
"""The page *sialgeo* of QGIS's Options: settings, and what is installed."""

from __future__ import annotations

import os
from pathlib import Path

from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from . import settings
from .algorithms.base import icon
from .dependencies import DependenciesPage
from .texts import tr

TITLE = "sialgeo"
_MOST = 2_147_483_647
_LINE = 480  # pixels


class OptionsPage(QgsOptionsPageWidget):
    """What is the same for all studies, and beside it the libraries of this QGIS."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setObjectName("SialgeoOptions")
        held = settings.load()
        self.language = QComboBox()
        for code, name in (("", tr("QGIS's own")), ("es", "español"), ("en", "English")):
            self.language.addItem(name, code)
        self.language.setCurrentIndex(max(self.language.findData(held.language), 0))
        self.replicates = _spin(held.replicates, 0)
        self.seed = _spin(held.seed, 0)
        self.min_n = _spin(held.min_n, 1)
        self.threads = _spin(held.threads, 0, os.cpu_count() or 1)
        self.threads.setSpecialValueText(tr("as many as there are"))
        self.folder = _folder(held.folder, str(Path("~") / "sialgeo"))
        self.temporary = _folder(held.temporary, tr("the system's"))
        self.open_map = QCheckBox(tr("Open the web map when a study is done"))
        self.open_map.setChecked(held.open_map)
        self.dependencies = DependenciesPage(self)
        self.tabs = QTabWidget()
        self.tabs.addTab(self._chosen_once(), tr("Settings"))
        self.tabs.addTab(self.dependencies, tr("Dependencies"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)

    def _chosen_once(self) -> QWidget:
        made = QWidget()
        form = QFormLayout()
        for label, widget, about in (
            (
                tr("Language of sialgeo"),
                self.language,
                tr("Takes effect when QGIS starts again."),
            ),
            (
                tr("Maps drawn by chance"),
                self.replicates,
                tr("What the wizard and the toolbar's dialogs offer; 999 for a result."),
            ),
            (tr("Seed"), self.seed, tr("The same seed gives the same numbers again.")),
            (
                tr("Least producers to publish figures"),
                self.min_n,
                tr("Figures of fewer producers are withheld."),
            ),
            (
                tr("Threads"),
                self.threads,
                tr("Results do not depend on it; fewer leave the computer to other work."),
            ),
            (tr("Folder of new studies"), self.folder, ""),
            (
                tr("Folder of temporary files"),
                self.temporary,
                tr("Copies of layers that are no files, while the wizard is open."),
            ),
            ("", self.open_map, ""),
        ):
            form.addRow(label, widget)
            if about:
                said = QLabel(f"<small>{about}</small>")
                said.setWordWrap(True)
                said.setMinimumWidth(_LINE)  # a narrower one asks for the height of several lines
                form.addRow("", said)
        column = QVBoxLayout(made)
        column.addLayout(form)
        column.addStretch(1)
        return made

    def helpKey(self) -> str:  # noqa: N802
        """Return no key: the guide is in the plugin."""
        return ""

    def apply(self) -> None:
        """Keep what is chosen."""
        settings.save(
            settings.Settings(
                language=self.language.currentData(),
                replicates=self.replicates.value(),
                seed=self.seed.value(),
                min_n=self.min_n.value(),
                folder=self.folder.filePath(),
                temporary=self.temporary.filePath(),
                threads=self.threads.value(),
                open_map=self.open_map.isChecked(),
            )
        )
        settings.apply_threads()


class OptionsFactory(QgsOptionsWidgetFactory):
    """Makes the page when Options are opened."""

    def __init__(self) -> None:
        super().__init__()
        self.setTitle(TITLE)

    def icon(self):
        """Return the page's icon."""
        return icon("sialgeo")

    def createWidget(self, parent):  # noqa: N802
        """Return a new page."""
        return OptionsPage(parent)


def _spin(value: int, least: int, most: int = _MOST) -> QSpinBox:
    made = QSpinBox()
    made.setRange(least, most)
    made.setValue(value)
    return made


def _folder(path: str, otherwise: str) -> QgsFileWidget:
    made = QgsFileWidget()
    made.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
    made.setFilePath(path)
    made.lineEdit().setPlaceholderText(otherwise)
    return made
