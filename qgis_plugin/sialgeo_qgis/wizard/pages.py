# SPDX-License-Identifier: GPL-2.0-or-later
"""The wizard's pages, as a study goes: what, who, against whom, how near, where, which tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qgis.core import QgsMapLayerProxyModel
from qgis.gui import QgsCollapsibleGroupBox, QgsFileWidget, QgsProjectionSelectionWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWizardPage,
)

from .. import library, settings
from ..texts import language, mark, tr
from . import checks
from .inputs import InputPicker, columns_of, fill, narrow
from .page import CheckedPage

_FILTERS = QgsMapLayerProxyModel.Filter
_TABLES = "*.csv *.txt *.tsv *.xlsx *.xls *.ods"
_LAYERS = "*.gpkg *.shp *.geojson *.kml *.kmz *.gpx *.fgb *.parquet"
QUICK = 99
POPULATIONS = (
    mark("establishments"),
    mark("farms"),
    mark("population"),
    mark("milk producers"),
    mark("producers of the raw material"),
)


def either(*texts: str) -> dict:
    """Return a text as a study file holds it: the first that is there, in the user's language."""
    said = next((text.strip() for text in texts if text.strip()), "")
    return {language(): said} if said else {}


def told(texts) -> str:
    """Return one of a study file's texts, in the user's language where it is there."""
    return texts.get(language()) or next(iter(texts.values()), "") if texts else ""


class StartPage(QWizardPage):
    """Title, folder, and the sample."""

    def __init__(self, wizard) -> None:
        super().__init__(wizard)
        self.setTitle(tr("New study"))
        self.setSubTitle(
            tr(
                "From the producers' table to tested concentrations, with human development and "
                "poverty laid over them. Every page checks its input before you go on."
            )
        )
        self.name = QLineEdit()
        self.name.setObjectName("SialgeoTitle")
        self.name.setPlaceholderText(tr("For instance: Rural cheese dairies of Cajamarca"))
        self.folder = QgsFileWidget()
        self.folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        form = QFormLayout()
        form.addRow(tr("Title of the study"), self.name)
        form.addRow(tr("Folder of the study"), self.folder)
        note = QLabel(
            tr(
                "Study file and results go there. Its part “private” holds the producers' "
                "locations and is not to be handed on."
            )
        )
        note.setWordWrap(True)
        form.addRow("", note)
        self.sample = QPushButton(tr("Use the Cajamarca sample"))
        self.sample.setObjectName("SialgeoSample")
        self.open = QPushButton(tr("Start from a study file…"))
        about = QLabel(
            tr(
                "The sample fills in every page: real figures of 127 districts of Peru with 500 "
                "<b>synthetic</b> cheese dairies and 30,000 <b>synthetic</b> milk producers."
            )
        )
        about.setWordWrap(True)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addSpacing(18)
        column.addWidget(self.sample, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(about)
        column.addSpacing(6)
        column.addWidget(self.open, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.name.textChanged.connect(self._name_folder)
        self.folder.fileChanged.connect(lambda _path: self.completeChanged.emit())
        self._named = ""

    def isComplete(self) -> bool:  # noqa: N802
        """Return whether there is a title and a folder that can be made."""
        return bool(self.name.text().strip() and self.folder.filePath())

    def apply(self, study):
        """Return the study with its title."""
        if told(study.about.title) == self.name.text().strip():
            return study  # the other language's title stays
        return replace(study, about=replace(study.about, title=either(self.name.text())))

    def show_study(self, study) -> None:
        """Show its title."""
        self.name.setText(told(study.about.title))

    def _name_folder(self, title: str) -> None:
        from unicodedata import normalize

        if self.folder.filePath() in ("", self._named):
            plain = normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
            name = "-".join("".join(c if c.isalnum() else " " for c in plain).split())[:40]
            self._named = str(settings.load().studies / name) if name else ""
            self.folder.setFilePath(self._named)
        self.completeChanged.emit()


class ProducersPage(CheckedPage):
    """The producers: a layer, or a table with coordinates."""

    TITLE = mark("Producers")
    ABOUT = mark(
        "A layer of points, or an Excel or CSV table with coordinates: one row per producer."
    )

    def __init__(self, wizard) -> None:
        super().__init__(wizard)
        files = f"{tr('Tables and layers')} ({_TABLES} {_LAYERS});;{tr('All files')} (*)"
        self.picker = InputPicker(_FILTERS.PointLayer, files, wizard.temporary)
        self.picker.setObjectName("SialgeoProducers")
        self.picker.changed.connect(self._recall)
        self.form.addRow(tr("Producers"), self.picker)
        self.parts = {}
        for part, label in (
            ("chain", tr("Chain or product (optional)")),
            ("volume", tr("Output of each producer (optional)")),
            ("locality", tr("Locality, to name concentrations (optional)")),
            ("id", tr("Code of each producer (optional)")),
        ):
            self.parts[part] = narrow(QComboBox())
            self.form.addRow(label, self.parts[part])
        self.unit = QLineEdit()
        self.unit.setPlaceholderText(tr("For instance t/week"))
        self.form.insertRow(3, tr("Unit of the output"), self.unit)
        self.cases = QLineEdit()
        self.cases.setPlaceholderText("codigo_act == '311513'")
        self.cases.setToolTip(
            tr("The rows that are producers; the whole table can then be the reference.")
        )
        self.cases.textChanged.connect(self.changed)
        self.form.addRow(tr("Only the rows where (empty: all)"), self.cases)
        self._add_reading()
        self.save = QPushButton(tr("Save the list of faults…"))
        self.save.clicked.connect(self._save_faults)
        self.save.setEnabled(False)
        self.beneath.addWidget(self.save, 0, Qt.AlignmentFlag.AlignLeft)

    def _add_reading(self) -> None:
        group = QgsCollapsibleGroupBox(tr("Where a guess is wrong"))
        group.setCollapsed(True)
        inner = QFormLayout(group)
        self.reading = {"layer": QLineEdit(), "country": QLineEdit()}
        for name, label in (
            ("x", tr("Column of longitude or easting")),
            ("y", tr("Column of latitude or northing")),
        ):
            self.reading[name] = QLineEdit()
            inner.addRow(label, self.reading[name])
        inner.addRow(tr("Sheet or layer"), self.reading["layer"])
        self.reading["country"].setPlaceholderText("PE")
        inner.addRow(tr("Country (two letters)"), self.reading["country"])
        self.crs = QgsProjectionSelectionWidget()
        self.crs.setOptionVisible(QgsProjectionSelectionWidget.CrsOption.CrsNotSet, True)
        self.crs.setNotSetText(tr("(guess)"))
        inner.addRow(tr("Coordinate system"), self.crs)
        for edit in self.reading.values():
            edit.editingFinished.connect(self.changed)
        self.crs.crsChanged.connect(self.changed)
        self.form.addRow(group)

    def pickers(self) -> tuple:
        """Return the table."""
        return (self.picker,) if self.picker.given() else ()

    def choices(self) -> tuple:
        """Return what the reader is told."""
        read = tuple(edit.text() for edit in self.reading.values())
        return (*read, self.crs.crs().authid(), self.cases.text())

    def check(self):
        """Examine the producers."""
        return checks.producers if self.picker.given() else None

    def nothing(self) -> str:
        """Say what to do."""
        return f"<p>{tr('Choose a layer of the project, or a file with the button “…”.')}</p>"

    def apply(self, study):
        """Return the study with the producers."""
        from sialgeo.study import ProducersSource

        given = self.picker.given()
        if given is None:
            return study
        read = {name: edit.text().strip() for name, edit in self.reading.items()}
        read["layer"] = read["layer"] or given.layer
        parts = {part: combo.currentData() or "" for part, combo in self.parts.items()}
        crs = self.crs.crs()
        return replace(
            study,
            producers=replace(
                study.producers or ProducersSource(given.path),
                path=given.path,
                volume_unit=self.unit.text().strip() if parts["volume"] else "",
                cases=self.cases.text().strip(),
                crs=crs.authid() if crs.isValid() else "",
                **read,
                **parts,
            ),
        )

    def show_study(self, study) -> None:
        """Show where the producers come from."""
        held = study.producers
        if held is None:
            return
        self.picker.set_file(str(study.resolve(held.path)))
        self.unit.setText(held.volume_unit)
        self.cases.setText(held.cases)
        for name, edit in self.reading.items():
            edit.setText(getattr(held, name))
        self._fill(columns_of(self.picker.given()), {p: getattr(held, p) for p in self.parts})

    def show_checked(self, checked) -> None:
        """Offer the columns that were read."""
        self._fill(checked.columns, {})
        self.save.setEnabled(bool(len(checked.triage.faults)))

    def remember(self) -> None:
        """Remember which column plays which part."""
        chosen = {part: combo.currentData() or "" for part, combo in self.parts.items()}
        settings.remember_fields(self.picker.source(), {**chosen, "unit": self.unit.text()})

    def _recall(self) -> None:
        known = settings.remembered_fields(self.picker.source())
        self.unit.setText(known.get("unit", self.unit.text()))
        self._fill(columns_of(self.picker.given()), known)
        self.changed()

    def _fill(self, columns, known) -> None:
        for part, combo in self.parts.items():
            fill(combo, columns, known.get(part, ""))

    def _save_faults(self) -> None:
        path, _filter = QFileDialog.getSaveFileName(
            self, tr("Save the list of faults"), tr("faults") + ".csv", "CSV (*.csv)"
        )
        if path:
            sialgeo = library.sialgeo()
            try:
                self.checked.triage.write(path)
            except sialgeo.SialgeoError as failure:
                self.told.append(str(failure))


class ReferencePage(CheckedPage):
    """More concentrated than what?"""

    TITLE = mark("More concentrated than what?")
    ABOUT = mark(
        "Where there are more people there are more of everything. Give what the producers are "
        "measured against: all establishments, all farms, the people, or who makes the milk."
    )
    RESTS_ON_EARLIER = True
    OTHER, SAME, LAND, NONE = "other", "same", "land", "none"

    def __init__(self, wizard) -> None:
        super().__init__(wizard)
        self.kind = narrow(QComboBox())
        self.kind.setObjectName("SialgeoReferenceKind")
        for kind, label in (
            (self.OTHER, tr("Another layer, table or raster")),
            (self.SAME, tr("All rows of the producers' own table")),
            (self.LAND, tr("Only the land where they could be (inconclusive)")),
            (self.NONE, tr("Nothing: explore, which proves nothing")),
        ):
            self.kind.addItem(label, kind)
        self.kind.currentIndexChanged.connect(self._choose_kind)
        self.form.addRow(tr("Measured against"), self.kind)
        files = f"{tr('Tables, layers and rasters')} ({_TABLES} {_LAYERS} *.tif *.tiff);;{tr('All files')} (*)"
        self.picker = InputPicker(
            _FILTERS.PointLayer | _FILTERS.PolygonLayer | _FILTERS.RasterLayer,
            files,
            wizard.temporary,
        )
        self.picker.changed.connect(self._recall)
        self.form.addRow(tr("Reference population"), self.picker)
        self.name = narrow(QComboBox())
        self.name.setEditable(True)
        self.name.addItems([tr(text) for text in POPULATIONS])
        self.name.setCurrentText("")
        self.name.lineEdit().setPlaceholderText(tr("For instance: milk producers"))
        self.form.addRow(tr("Its name, as the outputs say it"), self.name)
        self.counts = narrow(QComboBox())
        self.counts.currentIndexChanged.connect(self.changed)
        self.form.addRow(tr("Counts (polygons only)"), self.counts)
        self.among = QCheckBox(tr("The producers are among these units"))
        self.among.toggled.connect(self.changed)
        self.form.addRow("", self.among)

    def chosen(self) -> str:
        """Return the kind of reference."""
        return self.kind.currentData()

    def pickers(self) -> tuple:
        """Return the reference."""
        needed = self.chosen() in (self.OTHER, self.LAND) and self.picker.given()
        return (self.picker,) if needed else ()

    def choices(self) -> tuple:
        """Return kind, counts and whether the producers are among them."""
        return self.chosen(), self.counts.currentData(), self.among.isChecked()

    def check(self):
        """Hold the reference against the producers."""
        if self.chosen() in (self.OTHER, self.LAND) and not self.picker.given():
            return None
        return checks.reference

    def nothing(self) -> str:
        """Say what to do."""
        said = tr(
            "Choose what the producers are measured against. Without it a map of producers is a "
            "map of people."
        )
        return f"<p>{said}</p>"

    def apply(self, study):
        """Return the study with the reference, and the method that goes with it."""
        from sialgeo.study import METHOD, ReferenceSource

        kind, given = self.chosen(), self.picker.given()
        method = "dbscan" if kind == self.NONE else METHOD
        if method != study.detection.method:
            study = replace(study, detection=replace(study.detection, method=method, parameters={}))
        if kind in (self.SAME, self.NONE) or given is None:
            return replace(study, reference=None)
        name = self.name.currentText().strip()
        held = study.reference or ReferenceSource(given.path)
        return replace(
            study,
            reference=replace(
                held,
                path=given.path,
                layer=given.layer,
                counts=self.counts.currentData() or "",
                includes_producers=self.among.isChecked(),
                habitable=kind == self.LAND,
                name=held.name if told(held.name) == name else either(name),
            ),
        )

    def show_study(self, study) -> None:
        """Show the reference."""
        held = study.reference
        if held is None:
            exploring = study.detection.method == "dbscan"
            self.kind.setCurrentIndex(self.kind.findData(self.NONE if exploring else self.SAME))
            return
        self.kind.setCurrentIndex(self.kind.findData(self.LAND if held.habitable else self.OTHER))
        self.picker.set_file(str(study.resolve(held.path)))
        fill(self.counts, columns_of(self.picker.given()), held.counts)
        self.among.setChecked(held.includes_producers)
        self.name.setCurrentText(told(held.name))

    def remember(self) -> None:
        """Remember name and counts."""
        chosen = {"counts": self.counts.currentData() or "", "name": self.name.currentText()}
        settings.remember_fields(self.picker.source(), chosen)

    def _recall(self) -> None:
        known = settings.remembered_fields(self.picker.source())
        self.name.setCurrentText(known.get("name", self.name.currentText()))
        fill(self.counts, columns_of(self.picker.given()), known.get("counts", ""))
        self.changed()

    def _choose_kind(self, _index) -> None:
        outside = self.chosen() in (self.OTHER, self.LAND)
        for widget in (self.picker, self.name, self.among):
            widget.setEnabled(outside)
        self.counts.setEnabled(self.chosen() == self.OTHER)
        self.changed()


class NeighbourhoodPage(CheckedPage):
    """How near is near, and how sure the answer is to be."""

    TITLE = mark("How near is near?")
    ABOUT = mark(
        "Producers within the radius of each other are neighbours. Choose it for a reason of the "
        "trade (a morning's ride for milk), not until something shows."
    )
    RESTS_ON_EARLIER = True

    def __init__(self, wizard) -> None:
        super().__init__(wizard)
        self.radius = QDoubleSpinBox()
        self.radius.setRange(0.1, 500.0)
        self.radius.setDecimals(1)
        self.radius.setSuffix(" km")
        self.auto = QCheckBox(tr("I do not know: try several"))
        self.auto.setToolTip(
            tr("A ladder of radii is climbed, and the test allows for the choice.")
        )
        self.auto.toggled.connect(self.radius.setDisabled)
        self.least = QSpinBox()
        self.least.setRange(2, 1_000)
        self.quick = QRadioButton(tr("A quick look: {n} maps drawn by chance").format(n=QUICK))
        self.full = QRadioButton()
        self.full.setChecked(True)
        kinds = QButtonGroup(self)
        kinds.addButton(self.quick)
        kinds.addButton(self.full)
        self.form.addRow(tr("Radius"), self.radius)
        self.form.addRow("", self.auto)
        self.form.addRow(tr("Least number of producers of a core"), self.least)
        self.form.addRow(tr("How sure"), self.quick)
        self.form.addRow("", self.full)
        self._set_defaults()
        for signal in (
            self.radius.valueChanged,
            self.least.valueChanged,
            self.auto.toggled,
        ):
            signal.connect(self.changed)

    def _set_defaults(self) -> None:
        library.sialgeo()
        from sialgeo.i18n import _
        from sialgeo.methods import METHODS
        from sialgeo.params import params_of
        from sialgeo.study import METHOD

        declared = {one.name: one for one in params_of(METHODS[METHOD])}
        self.radius.setValue(declared["radius"].default / 1000)
        self.radius.setToolTip(_(declared["radius"].help))
        self.least.setValue(declared["min_units"].default)
        self.least.setToolTip(_(declared["min_units"].help))
        self.set_replicates(settings.load().replicates)

    def set_replicates(self, n: int) -> None:
        """Offer the number of maps of a full result."""
        self.replicates = n
        self.full.setText(tr("A result: {n} maps drawn by chance").format(n=n))
        self.full.setToolTip(
            tr("With the strength on held-out producers, the stability and a second method.")
        )

    def pickers(self) -> tuple:
        """Return nothing: the inputs are those of the pages before."""
        return ()

    def choices(self) -> tuple:
        """Return what is asked."""
        return self.radius.value(), self.auto.isChecked(), self.least.value()

    def check(self):
        """Say what speaks for one radius or another, on what the page before has read."""
        inputs = self.wizard().inputs()
        return lambda study, report: checks.neighbourhood(study, report, inputs)

    def apply(self, study):
        """Return the study with radius and replicates."""
        radius = "auto" if self.auto.isChecked() else 1000 * self.radius.value()
        held = study.detection
        parameters = {**held.parameters, "radius": radius, "min_units": self.least.value()}
        if held.method == "dbscan":  # it explores one radius
            parameters["radius"] = 1000 * self.radius.value()
        if self.quick.isChecked():
            told_by = {"replicates": QUICK, "splits": 0, "runs": 0, "confirm": False}
        else:
            told_by = {"replicates": self.replicates}
        return replace(study, detection=replace(held, parameters=parameters, **told_by))

    def show_study(self, study) -> None:
        """Show radius and replicates."""
        parameters = study.detection.parameters
        radius = parameters.get("radius", "")
        self.auto.setChecked(radius == "auto")
        if isinstance(radius, (int, float)):
            self.radius.setValue(radius / 1000)
        self.least.setValue(parameters.get("min_units", self.least.value()))
        self.set_replicates(study.detection.replicates)


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
        layers = f"{tr('Layers')} ({_LAYERS});;{tr('All files')} (*)"
        tables = f"{tr('Tables')} ({_TABLES});;{tr('All files')} (*)"
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

    def pickers(self) -> tuple:
        """Return the layer, and the table where there is one."""
        return tuple(p for p in (self.picker, self.table) if p.given())

    def choices(self) -> tuple:
        """Return the columns chosen."""
        parts = tuple(combo.currentData() for combo in self.parts.values())
        return (*parts, self.table_key.currentData(), *self.ticked())

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
            layer=given.layer,
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


class OutputsPage(QWizardPage):
    """What is written, and the study in plain words before it runs."""

    FORMATS = (  # suffix, label, the libraries it needs, ticked
        ("html", mark("Web map, one page that works offline"), (), True),
        ("report.html", mark("Report with fact sheets, as a page"), ("matplotlib",), True),
        ("gpkg", mark("GeoPackage with styles"), (), True),
        ("xlsx", mark("Tables"), ("openpyxl",), True),
        ("png", mark("Figure"), ("matplotlib",), False),
        ("pdf", mark("Report and fact sheets in PDF"), ("matplotlib", "typst"), False),
    )
    PUBLISH = (
        ("areas", mark("areas only")),
        ("grid", mark("areas, and producers counted by grid cell")),
        ("points", mark("areas, and the producers' points")),
    )

    def __init__(self, wizard) -> None:
        super().__init__(wizard)
        self.setTitle(tr("What is written"))
        self.setSubTitle(
            tr(
                "Maps, tables and fact sheets to hand on hold areas, generalised so that no producer "
                "can be told. The run goes on in the background; you can keep working."
            )
        )
        form = QFormLayout()
        self.formats = {}
        for suffix, label, needed, ticked in self.FORMATS:
            box = QCheckBox(tr(label))
            absent = [name for name in needed if library.installed_version(name) is None]
            box.setEnabled(not absent)
            box.setChecked(ticked and not absent)
            if absent:
                box.setText(f"{tr(label)} – {tr('needs {library}').format(library=absent[0])}")
                box.setToolTip(library.remedy(tuple(absent)))
            self.formats[suffix] = box
            form.addRow("" if form.rowCount() else tr("Files"), box)
        self.publish = narrow(QComboBox())
        for name, label in self.PUBLISH:
            self.publish.addItem(tr(label), name)
        self.publish.setToolTip(
            tr("Points tell where each producer is: publish them only with their consent.")
        )
        form.addRow(tr("What is published"), self.publish)
        self.least = QSpinBox()
        self.least.setRange(1, 1_000_000)
        self.least.setValue(settings.load().min_n)
        form.addRow(tr("Least producers to publish figures"), self.least)
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.summary.setTextFormat(Qt.TextFormat.RichText)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addSpacing(12)
        column.addWidget(self.summary)
        column.addStretch(1)

    def initializePage(self) -> None:  # noqa: N802
        """Tell the study in plain words."""
        self.summary.setText(self._words(self.wizard().study()))

    def apply(self, study):
        """Return the study with what it writes; a study file's own names of files stay."""
        from sialgeo.study import FILES
        from sialgeo.study.sections import suffix_of

        named = {suffix_of(name): name for name in study.export.formats}
        chosen = tuple(
            named.get(suffix, FILES[suffix])
            for suffix, box in self.formats.items()
            if box.isChecked()
        )
        export = replace(
            study.export,
            formats=chosen,
            publish=self.publish.currentData(),
            min_n=self.least.value(),
            figures=(),
            zip="",
        )
        if library.installed_version("matplotlib") is None:  # it draws the pictures they ask for
            study = replace(study, bivariate=None, contrasts=())
        return replace(study, export=export)

    def show_study(self, study) -> None:
        """Show what may be published."""
        self.publish.setCurrentIndex(max(self.publish.findData(study.export.publish), 0))
        self.least.setValue(study.export.min_n)

    def _words(self, study) -> str:
        from html import escape

        rows = [(tr("Study"), told(study.about.title))]
        rows.append((tr("Producers"), Path(study.producers.path).name))
        against = told(study.reference.name) if study.reference else ""
        source = Path(study.reference.path).name if study.reference else ""
        rows.append((tr("Measured against"), " – ".join(t for t in (against, source) if t) or "–"))
        radius = study.detection.parameters.get("radius", "")
        rows.append((tr("Radius"), f"{radius / 1000:g} km" if radius != "auto" else "auto"))
        rows.append((tr("Maps drawn by chance"), f"{study.detection.replicates}"))
        for one in study.territories:
            rows.append((tr("Laid over"), f"{Path(one.path).name}: {', '.join(one.shown)}"))
        if study.sial is not None:
            rows.append((tr("SIAL tables"), Path(study.resolve(study.sial.path)).name))
        rows.append((tr("Folder"), str(self.wizard().folder())))
        told_rows = "".join(
            f"<tr><td><b>{escape(a)}</b>&nbsp;&nbsp;</td><td>{escape(b)}</td></tr>" for a, b in rows
        )
        return f"<table cellpadding='2'>{told_rows}</table>"
