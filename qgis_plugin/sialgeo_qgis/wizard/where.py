# SPDX-License-Identifier: GPL-2.0-or-later
"""The wizard's pages on what is laid over: territories with indicators, and the tables of a SIAL study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qgis.core import QgsMapLayerProxyModel
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
)

from .. import library, settings
from ..texts import mark, tr
from . import checks
from .inputs import LAYERS, TABLES, InputPicker, columns_of, fill, narrow
from .page import CheckedPage
from .reading import reading_of

_FILTERS = QgsMapLayerProxyModel.Filter


class TerritoriesPage(CheckedPage):
    """Territories and their indicators."""

    TITLE = mark("Territories and indicators")
    ABOUT = mark(
        "Districts with human development, poverty or other indicators, in the layer itself or in a "
        "table joined by official code. Leave it empty to go without."
    )
    OPTIONAL = True

    def __init__(self, wizard) -> None:
        super().__init__(wizard)
        layers = f"{tr('Layers')} ({LAYERS});;{tr('All files')} (*)"
        tables = f"{tr('Tables')} ({TABLES});;{tr('All files')} (*)"
        self.picker = InputPicker(_FILTERS.PolygonLayer, layers, wizard.temporary)
        self.picker.changed.connect(self._recall)
        self.table = InputPicker(_FILTERS.NoGeometry, tables, wizard.temporary)
        self.table.changed.connect(self._recall_table)
        self.parts = {}
        self.form.addRow(tr("Territories"), self.picker)
        for part, label in (
            ("key", tr("Official code")),
            ("name", tr("Name")),
            ("population", tr("Population, to weight by (optional)")),
        ):
            self.parts[part] = narrow(QComboBox())
            self.parts[part].currentIndexChanged.connect(self.changed)
            self.form.addRow(label, self.parts[part])
        self.form.addRow(tr("Table of indicators (optional)"), self.table)
        self.table_key = narrow(QComboBox())
        self.table_key.currentIndexChanged.connect(self.changed)
        self.form.addRow(tr("Official code in the table"), self.table_key)
        self.columns = QListWidget()
        self.columns.setObjectName("SialgeoIndicators")
        self.columns.setMinimumHeight(120)
        self.columns.itemChanged.connect(self.changed)
        self.form.addRow(tr("Indicators to lay over"), self.columns)
        self.reading = reading_of("TerritoriesSource", self, presets=_known_tables())

    def pickers(self) -> tuple:
        """Return the layer, and the table where there is one."""
        return tuple(p for p in (self.picker, self.table) if p.given())

    def choices(self) -> tuple:
        """Return the columns chosen, and what the reader is told."""
        parts = tuple(combo.currentData() for combo in self.parts.values())
        return (*parts, self.table_key.currentData(), *self.ticked(), *self.reading.choices())

    def ticked(self) -> tuple:
        """Return the indicators ticked."""
        items = (self.columns.item(i) for i in range(self.columns.count()))
        return tuple(i.text() for i in items if i.checkState() == Qt.CheckState.Checked)

    def check(self):
        """Read, join and describe."""
        return checks.territories if self.picker.given() else None

    def nothing(self) -> str:
        """Say what it means."""
        return f"<p>{tr('Nothing is laid over. You can do it later with “Overlay HDI and poverty”.')}</p>"

    def apply(self, study):
        """Return the study with the territories; further ones of a study file stay."""
        from sialgeo.study import TerritoriesSource

        given, table = self.picker.given(), self.table.given()
        if given is None:
            return replace(study, territories=(), association=None, bivariate=None, contrasts=())
        held = study.territories[0] if study.territories else TerritoriesSource(given.path)
        ticked = self.ticked()
        parts = {part: combo.currentData() or "" for part, combo in self.parts.items()}
        first = replace(
            held,
            path=given.path,
            **self.reading.given(held, given.layer),
            table=table.path if table else "",
            table_key=(self.table_key.currentData() or "") if table else "",
            columns=ticked,
            indicators=tuple(i for i in held.indicators if i.column in ticked),
            **parts,
        )
        return replace(
            self._asked_of(study, ticked, first), territories=(first, *study.territories[1:])
        )

    def _asked_of(self, study, ticked, first):
        """Leave out what a study file asks of indicators that are no longer laid over."""
        association, bivariate = study.association, study.bivariate
        if association is not None:
            kept = tuple(c for c in association.columns if c in ticked)
            association = replace(association, columns=kept) if kept else None
        if bivariate is not None and not (
            {bivariate.x, bivariate.y} <= set(ticked) and first.population
        ):
            bivariate = None
        return replace(study, association=association, bivariate=bivariate)

    def show_study(self, study) -> None:
        """Show the first territories."""
        if not study.territories:
            return
        held = study.territories[0]
        self.picker.set_file(str(study.resolve(held.path)))
        self.reading.show_section(held, study)
        known = {"key": held.key, "name": held.name, "population": held.population}
        self._fill(columns_of(self.picker.given()), known)
        if held.table:
            self.table.set_file(str(study.resolve(held.table)))
            fill(self.table_key, columns_of(self.table.given()), held.table_key or held.key)
        self._tick(held.shown, held.shown)

    def show_checked(self, checked) -> None:
        """Offer every column of numbers as an indicator."""
        known = settings.remembered_fields(self.picker.source()).get("columns", [])
        self._tick(checked.columns, self.ticked() or known)

    def remember(self) -> None:
        """Remember which column plays which part."""
        parts = {part: combo.currentData() or "" for part, combo in self.parts.items()}
        chosen = {**parts, "columns": list(self.ticked())}
        settings.remember_fields(self.picker.source(), chosen)

    def _recall(self) -> None:
        known = settings.remembered_fields(self.picker.source())
        self._fill(columns_of(self.picker.given()), known)
        self._tick((), ())
        self.changed()

    def _recall_table(self) -> None:
        columns = columns_of(self.table.given())
        key = self.parts["key"].currentData() or ""
        fill(self.table_key, columns, key if key in columns else "")
        self.changed()

    def _fill(self, columns, known) -> None:
        for part, combo in self.parts.items():
            fill(combo, columns, known.get(part, ""))

    def _tick(self, columns, ticked) -> None:
        if columns == tuple(self.columns.item(i).text() for i in range(self.columns.count())):
            return
        self.columns.blockSignals(True)
        self.columns.clear()
        for name in columns:
            item = QListWidgetItem(name, self.columns)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            on = Qt.CheckState.Checked if name in ticked else Qt.CheckState.Unchecked
            item.setCheckState(on)
        self.columns.blockSignals(False)


def _known_tables() -> dict:
    """Return the tables of indicators that are known, with who publishes them."""
    library.sialgeo()
    from sialgeo.readers.presets import PRESETS

    return {name: one.source for name, one in PRESETS.items()}


class TablesPage(CheckedPage):
    """The tables of the SIAL study."""

    TITLE = mark("SIAL tables")
    ABOUT = mark(
        "Organisations, memberships, collective actions, specific resources: what makes a "
        "concentration a SIAL is not in coordinates. Leave it empty to go without."
    )
    OPTIONAL = True

    def __init__(self, wizard) -> None:
        super().__init__(wizard)
        files = f"{tr('Workbook or GeoPackage')} (*.xlsx *.ods *.gpkg)"
        self.picker = InputPicker(None, files, wizard.temporary, folders=True)
        self.picker.changed.connect(self.changed)
        self.form.addRow(tr("Tables of the study: a workbook or a folder"), self.picker)
        self.date = QLineEdit()
        self.date.setPlaceholderText("2004")
        self.form.addRow(tr("Date for which the level holds (empty: now)"), self.date)
        template = QPushButton(tr("Write the empty tables…"))
        template.clicked.connect(lambda: wizard.plugin.open("template"))
        self.form.addRow("", template)

    def pickers(self) -> tuple:
        """Return the tables."""
        return (self.picker,) if self.picker.given() else ()

    def check(self):
        """Name every fault of the tables."""
        return checks.tables if self.picker.given() else None

    def nothing(self) -> str:
        """Say what it means."""
        said = tr(
            "Nothing is classified: what was not surveyed is not assessable, never “not activated”."
        )
        return f"<p>{said}</p>"

    def apply(self, study):
        """Return the study with its tables."""
        from sialgeo.study import SialSource

        given = self.picker.given()
        if given is None:
            return replace(study, sial=None)
        held = study.sial
        if held is None or Path(study.resolve(held.path)) != Path(given.path):
            held = SialSource(given.path)
        return replace(study, sial=replace(held, path=given.path, date=self.date.text().strip()))

    def show_study(self, study) -> None:
        """Show the tables."""
        if study.sial is not None:
            self.picker.set_file(str(study.resolve(study.sial.path)))
            self.date.setText(study.sial.date)
