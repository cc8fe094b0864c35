# SPDX-License-Identifier: GPL-2.0-or-later
"""One input of a study: a layer of the project or a file, chosen in the same list."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from qgis.core import (
    QgsMapLayerProxyModel,
    QgsProject,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorFileWriterTask,
    QgsVectorLayer,
)
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QStyle, QToolButton, QWidget

from ..texts import language, tr

TABLES = "*.csv *.txt *.tsv *.xlsx *.xls *.ods"
LAYERS = "*.gpkg *.shp *.geojson *.kml *.kmz *.gpx *.fgb *.parquet"


class Given(NamedTuple):
    """What was chosen: the file that a study reads, or the layer that must be copied into one first."""

    path: str
    layer: str = ""
    copied: QgsVectorLayer | None = None


class InputPicker(QWidget):
    """A list of the project's layers with a button that adds a file to it."""

    changed = pyqtSignal()

    def __init__(self, filters, file_filter, folder, parent=None, *, folders=False) -> None:
        """Offer layers of these kinds (None: files only), and folders where they will do too."""
        super().__init__(parent)
        self._file, self._filter, self._folder = "", file_filter, folder
        self._combo = QgsMapLayerComboBox(self)
        empty = tr("(choose a layer, or a file with the button)")
        if filters is None:
            filters, empty = QgsMapLayerProxyModel.Filter.PluginLayer, tr("(none)")
        narrow(self._combo)
        self._combo.setFilters(filters)
        self._combo.setAllowEmptyLayer(True, empty)
        self._combo.setLayer(None)
        self._combo.currentIndexChanged.connect(self._chosen)
        self._button = QToolButton(self)
        self._button.setText("…")
        self._button.setToolTip(tr("Choose a file"))
        self._button.clicked.connect(self._browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._combo, 1)
        row.addWidget(self._button)
        if folders:
            also = QToolButton(self)
            also.setIcon(self.style().standardIcon(QStyle.StandardPixmap.SP_DirIcon))
            also.setToolTip(tr("Choose a folder"))
            also.clicked.connect(self._browse_folder)
            row.addWidget(also)

    def given(self) -> Given | None:
        """Return what is chosen, None where nothing is."""
        layer = self._combo.currentLayer()
        if layer is None:
            chosen = self._file and self._combo.currentText() == Path(self._file).name
            return Given(self._file) if chosen else None
        if isinstance(layer, QgsRasterLayer):
            return Given(layer.source())
        return _file_of(layer) or Given(str(self._folder / f"{layer.id()}.gpkg"), "", layer)

    def source(self) -> str:
        """Return what names the input from one session to the next."""
        layer = self._combo.currentLayer()
        return layer.source() if layer is not None else self._file

    def signature(self) -> tuple:
        """Return what changes when another input is meant."""
        layer = self._combo.currentLayer()
        if layer is None:
            given = self.given()
            return (given.path, _modified(given.path)) if given else ()
        count = layer.featureCount() if isinstance(layer, QgsVectorLayer) else 0
        subset = layer.subsetString() if isinstance(layer, QgsVectorLayer) else ""
        return layer.id(), count, subset, layer.crs().authid()

    def set_file(self, path: str) -> None:
        """Choose a file."""
        self._file = path
        self._combo.setAdditionalItems([Path(path).name])
        self._combo.setCurrentIndex(self._combo.count() - 1)
        self._chosen()

    def set_layer(self, layer) -> None:
        """Choose a layer of the project."""
        self._combo.setLayer(layer)

    def clear(self) -> None:
        """Choose nothing."""
        self._combo.setLayer(None)

    def _chosen(self, *_index) -> None:
        self._combo.setToolTip(self.source())
        self.changed.emit()

    def _browse(self) -> None:
        start = str(Path(self._file).parent) if self._file else QgsProject.instance().homePath()
        path, _filter = QFileDialog.getOpenFileName(self, tr("Choose a file"), start, self._filter)
        if path:
            self.set_file(path)

    def _browse_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, tr("Choose a folder"), self._file)
        if path:
            self.set_file(path)


def copying(given: Given) -> QgsVectorFileWriterTask | None:
    """Return the task that copies a layer into its file, None where a file is given already."""
    if given.copied is None:
        return None
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = "layer"
    return QgsVectorFileWriterTask(given.copied, given.path, options)


def narrow(combo: QComboBox) -> QComboBox:
    """Let a list be narrower than its longest entry."""
    policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
    combo.setSizeAdjustPolicy(policy)
    combo.setMinimumContentsLength(12)
    return combo


def fill(combo: QComboBox, names, chosen: str = "") -> None:
    """Offer names after an empty one; what was chosen stays where it is still offered."""
    kept = chosen or combo.currentData() or ""
    combo.blockSignals(True)
    combo.clear()
    combo.addItem(tr("(none)"), "")
    for name in names:
        combo.addItem(name, name)
    combo.setCurrentIndex(max(combo.findData(kept), 0))
    combo.blockSignals(False)


def columns_of(given: Given | None) -> list[str]:
    """Return the columns of an input as QGIS sees them, at once; none where it cannot tell."""
    if given is None:
        return []
    layer = given.copied
    if layer is None:
        uri = given.path + (f"|layername={given.layer}" if given.layer else "")
        layer = QgsVectorLayer(uri, "columns", "ogr")
    return [field.name() for field in layer.fields()] if layer.isValid() else []


def _file_of(layer: QgsVectorLayer) -> Given | None:
    """Return the file that holds exactly what a layer shows, None where there is none."""
    changed = layer.isEditable() or layer.subsetString() or layer.vectorJoins()
    own = layer.crs() == layer.dataProvider().crs()
    if layer.providerType() != "ogr" or changed or not own:
        return None
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    path = parts.get("path", "")
    return Given(path, parts.get("layerName") or "") if Path(path).is_file() else None


def _modified(path: str) -> float:
    return Path(path).stat().st_mtime if Path(path).exists() else 0.0


def either(*texts: str) -> dict:
    """Return a text as a study file holds it: the first that is there, in the user's language."""
    said = next((text.strip() for text in texts if text.strip()), "")
    return {language(): said} if said else {}


def told(texts) -> str:
    """Return one of a study file's texts, in the user's language where it is there."""
    return texts.get(language()) or next(iter(texts.values()), "") if texts else ""
