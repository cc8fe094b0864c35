# SPDX-License-Identifier: GPL-2.0-or-later
"""The panel of concentrations: list, filter, zoom, fact sheet, both ways linked with the map's selection."""

from __future__ import annotations

from html import escape
from pathlib import Path

from qgis.core import QgsProject, QgsVectorLayer
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, QSortFilterProxyModel, Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QSplitter,
    QTableView,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from . import results
from .algorithms.base import icon
from .texts import tr
from .wizard.inputs import narrow

_NUMBER = "concentration"
_COLUMNS = ("name", "n", "evidence", "p_value", "relative_risk")
# colours that are readable on light and on dark: a theme's style sheet leaves the palette as it is
_STYLE = (
    "h1{font-size:large;color:#2f8fd0}h2{font-size:medium;color:#2f8fd0;margin-top:12px}"
    "p.verdict{font-weight:bold}p.caution,p.alarm{font-style:italic;color:#d9730d}"
    "p.small{font-size:small}td,th{padding:2px 6px;border-bottom:1px solid #8c8c8c}"
)
_WIDEST = 170  # pixels of a column, before a person widens it
_SORTED_BY = Qt.ItemDataRole.UserRole


class ConcentrationsModel(QAbstractTableModel):
    """One row per concentration: number, name, producers, evidence, p, relative risk, indicators."""

    def __init__(self, publication, parent=None) -> None:
        super().__init__(parent)
        from sialgeo.exporters.wording import label_of

        areas = publication.areas
        self.areas = areas
        shown = [one for one in _COLUMNS if one in areas]
        shown += [one.column for one in publication.indicators if one.column in areas][:2]
        self.columns = [_NUMBER, *shown]
        self.labels = [tr("No.")] + [str(label_of(one, publication).text) for one in shown]
        self.values = {_NUMBER: areas.index.tolist()}
        self.values |= {one: areas[one].tolist() for one in shown}
        self.numbers = areas.index.tolist()

    def rowCount(self, parent=QModelIndex()) -> int:  # noqa: B008, N802  (QModelIndex is a value)
        """Return the number of concentrations."""
        return 0 if parent.isValid() else len(self.numbers)

    def columnCount(self, parent=QModelIndex()) -> int:  # noqa: B008, N802
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section, orientation, role=Qt.ItemDataRole.DisplayRole):  # noqa: N802
        """Return the name of a column."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.labels[section]
        return None

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        """Return what a cell shows, is sorted by, or is coloured with."""
        column = self.columns[index.column()]
        value = self.values[column][index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _told(column, value)
        if role == _SORTED_BY:
            return _told(column, value) if isinstance(value, str) else _orderly(value)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._verdict(index.row())
        if role == Qt.ItemDataRole.DecorationRole and column == "evidence":
            return _colour_of(value)
        if role == Qt.ItemDataRole.TextAlignmentRole and not isinstance(value, str):
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            return right.value if hasattr(right, "value") else int(right)  # Qt 6, Qt 5
        return None

    def _verdict(self, row: int) -> str:
        from sialgeo.i18n import language

        column = f"verdict_{language()}"
        return str(self.areas[column].iloc[row]) if column in self.areas else ""


class _Filter(QSortFilterProxyModel):
    """Shows the rows whose text and whose evidence are asked for."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.text, self.evidence = "", ""
        self.setSortRole(_SORTED_BY)

    def filterAcceptsRow(self, row, parent):  # noqa: N802
        """Return whether a row is shown."""
        del parent
        model = self.sourceModel()
        kind = model.values.get("evidence", [""] * len(model.numbers))[row]
        if self.evidence and kind != self.evidence:
            return False
        said = " ".join(_told(column, model.values[column][row]) for column in model.columns)
        return self.text.lower() in said.lower()


class ConcentrationsDock(QgsDockWidget):
    """Lists the concentrations of a working file or of a published GeoPackage."""

    def __init__(self, desk, parent=None) -> None:
        super().__init__(tr("Concentrations"), parent)
        self.setObjectName("SialgeoDock")
        self._desk, self.iface = desk, desk.iface
        self.publication = self.model = self.layer = None
        self.source, self._opening, self._linking = "", "", False
        self._lay_out()
        self.iface.currentLayerChanged.connect(self._follow)
        QgsProject.instance().layerWillBeRemoved.connect(self._unlink)
        self._clear()

    # --- layout ----------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.title = QLabel()
        self.title.setWordWrap(True)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Filter"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._filter)
        self.evidence = narrow(QComboBox())
        self.evidence.currentIndexChanged.connect(self._filter)
        self.table = QTableView()
        self.table.setObjectName("SialgeoConcentrations")
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSortingEnabled(True)
        self.table.setAlternatingRowColors(True)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.doubleClicked.connect(self.zoom)
        self.proxy = _Filter(self)
        self.table.setModel(self.proxy)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.sheet = QTextBrowser()
        self.sheet.setObjectName("SialgeoSheet")
        self.sheet.setOpenExternalLinks(True)
        self.sheet.document().setDefaultStyleSheet(_STYLE)
        self.sheet.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        both = QSplitter(Qt.Orientation.Vertical)
        both.addWidget(self.table)
        both.addWidget(self.sheet)
        both.setSizes([260, 420])
        held = QWidget()
        column = QVBoxLayout(held)
        column.setContentsMargins(6, 6, 6, 6)
        column.addLayout(self._tools())
        column.addWidget(self.title)
        row = QHBoxLayout()
        row.addWidget(self.filter, 1)
        row.addWidget(self.evidence, 1)
        column.addLayout(row)
        column.addWidget(both, 1)
        held.setMinimumWidth(400)
        self.setWidget(held)

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.buttons = {}
        for name, picture, tip, slot in (
            ("open", "example", tr("Open a working file or a published GeoPackage…"), self._browse),
            ("zoom", "detect", tr("Zoom to the selected concentrations"), self.zoom),
            ("map", "map", tr("Export map"), lambda: self._desk.plugin.open("exportmap")),
            ("report", "report", tr("Report"), lambda: self._desk.plugin.open("exportreport")),
        ):
            button = QToolButton()
            button.setIcon(icon(picture))
            button.setToolTip(tip)
            button.setAutoRaise(True)
            button.clicked.connect(slot)
            self.buttons[name] = button
            row.addWidget(button)
        row.addStretch(1)
        return row

    # --- what is listed ----------------------------------------------------------------------------------

    def show_publication(self, publication, source: str, layer) -> None:
        """List the concentrations of a working file or of a published GeoPackage."""
        from sialgeo.exporters.wording import shown

        self.publication, self.source, self._opening = publication, source, ""
        self.model = ConcentrationsModel(publication, self)
        self.proxy.setSourceModel(self.model)
        kinds = list(dict.fromkeys(self.model.values.get("evidence", ())))
        self.evidence.blockSignals(True)
        self.evidence.clear()
        self.evidence.addItem(tr("All evidence"), "")
        for kind in kinds:
            self.evidence.addItem(_colour_icon(kind), str(shown("evidence", kind)), kind)
        self.evidence.blockSignals(False)
        self._filter()
        self.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.resizeColumnsToContents()
        for column in range(header.count()):
            header.resizeSection(column, min(header.sectionSize(column), _WIDEST))
        self._describe()
        self._link(layer)
        if layer is not None:
            self.iface.setActiveLayer(layer)
        if self.model.numbers:
            self.table.selectRow(0)

    def open(self, path: str) -> None:
        """Open a working file or a published GeoPackage in the background, and list it."""
        if path == self._opening:
            return
        self._opening = path
        if path.lower().endswith(".work.gpkg"):
            self._desk.open_workfile(path)
        else:
            self._desk.open_publication(path)

    def _describe(self) -> None:
        from sialgeo.i18n import language, pick

        said = self.publication.summaries[language()]
        title = str(pick(self.publication.context.title)) or Path(self.source).name
        self.title.setText(f"<b>{escape(title)}</b><br>{escape(said.verdict)}")
        self.title.setToolTip(self.source)

    def _clear(self) -> None:
        self.sheet.setHtml(
            "<p>{}</p>".format(
                tr(
                    "The concentrations of a study are listed here. Run “New study…” or “Detect "
                    "concentrations”, or open a working file or a published GeoPackage."
                )
            )
        )

    def _filter(self, *_value) -> None:
        if self.model is None:
            return
        self.proxy.text = self.filter.text()
        self.proxy.evidence = self.evidence.currentData() or ""
        self.proxy.invalidateFilter()

    def _browse(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(
            self,
            tr("Open a working file or a published GeoPackage…"),
            str(Path(self.source).parent) if self.source else "",
            "GeoPackage (*.gpkg)",
        )
        if path:
            self.open(path)

    # --- fact sheet, zoom, and the map's selection -------------------------------------------------------

    def selected(self) -> list:
        """Return the numbers of the selected concentrations."""
        rows = self.table.selectionModel().selectedRows()
        return [self.model.numbers[self.proxy.mapToSource(row).row()] for row in rows]

    def zoom(self, *_index) -> None:
        """Zoom to the selected concentrations."""
        if self.layer is not None and self.layer.selectedFeatureCount():
            self.iface.mapCanvas().zoomToSelected(self.layer)

    def show_sheet(self, number) -> None:
        """Show the fact sheet of a concentration."""
        import sialgeo

        self.sheet.setHtml(sialgeo.fact_sheet(self.publication, number))

    def _selected(self, *_change) -> None:
        if self.model is None:
            return
        numbers = self.selected()
        if numbers:
            self.show_sheet(numbers[-1])
        if self.layer is not None and not self._linking:
            self._linking = True
            self.layer.selectByExpression(_expression(numbers))
            self._linking = False

    def _map_selected(self, *_change) -> None:
        if self._linking or self.layer is None:
            return
        chosen = {feature[_NUMBER] for feature in self.layer.selectedFeatures()}
        self._linking = True
        selection = self.table.selectionModel()
        selection.clearSelection()
        flags = selection.SelectionFlag.Select | selection.SelectionFlag.Rows
        for row in range(self.proxy.rowCount()):
            index = self.proxy.index(row, 0)
            if self.model.numbers[self.proxy.mapToSource(index).row()] in chosen:
                selection.select(index, flags)
                self.table.scrollTo(index)
        self._linking = False

    def _link(self, layer) -> None:
        if self.layer is not None:
            self.layer.selectionChanged.disconnect(self._map_selected)
        self.layer = layer
        if layer is not None:
            layer.selectionChanged.connect(self._map_selected)

    def _unlink(self, layer_id: str) -> None:
        if self.layer is not None and self.layer.id() == layer_id:
            self._link(None)

    def _follow(self, layer) -> None:
        """List the study of the layer that the person turns to, where it is another one."""
        if not isinstance(layer, QgsVectorLayer):
            return
        path = str(layer.customProperty(results.WORKFILE) or _published(layer))
        if path and path != self.source and self.isVisible() and Path(path).is_file():
            self.open(path)

    def close_down(self) -> None:
        """Let go of layers and signals."""
        self.iface.currentLayerChanged.disconnect(self._follow)
        QgsProject.instance().layerWillBeRemoved.disconnect(self._unlink)
        self._link(None)


def _published(layer: QgsVectorLayer) -> str:
    """Return the published GeoPackage that a layer of concentrations is read from, empty where none."""
    names = {field.name() for field in layer.fields()}
    path = layer.source().partition("|")[0]
    return path if {_NUMBER, "evidence", "n"} <= names and path.endswith(".gpkg") else ""


def _expression(numbers) -> str:
    listed = ", ".join(str(int(number)) for number in numbers)
    return f'"{_NUMBER}" IN ({listed})' if numbers else "false"


def _told(column: str, value) -> str:
    from sialgeo.exporters.wording import shown
    from sialgeo.i18n import tell_number
    from sialgeo.model import LABELS

    if isinstance(value, str):
        said = str(shown(column, value))
        return said.partition(":")[0] if column == "evidence" else said  # the sheet explains it
    if value is None or value != value:  # noqa: PLR0124  (NaN)
        return "–"
    if column == _NUMBER:
        return str(value)
    digits = LABELS[column].digits if column in LABELS else 3
    return str(tell_number(float(value), 3 if digits is None else digits))


def _orderly(value):
    return float("inf") if value is None or value != value else value  # noqa: PLR0124


def _colour_of(kind: str) -> QColor:
    from sialgeo.symbology import EVIDENCE_STYLE

    style = EVIDENCE_STYLE.get(kind)
    return QColor(style.fill if style is not None else "#8c8c8c")


def _colour_icon(kind: str):
    from qgis.PyQt.QtGui import QIcon, QPixmap

    pixmap = QPixmap(12, 12)
    pixmap.fill(_colour_of(kind))
    return QIcon(pixmap)
