# SPDX-License-Identifier: GPL-2.0-or-later
"""The wizard's pages on the producers: who they are, against whom they are measured, how near is near."""

from __future__ import annotations

from dataclasses import replace

from qgis.core import QgsMapLayerProxyModel
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
)

from .. import library, settings
from ..texts import mark, tr
from . import checks
from .inputs import LAYERS, TABLES, InputPicker, columns_of, either, fill, narrow, told
from .page import CheckedPage
from .reading import reading_of

_FILTERS = QgsMapLayerProxyModel.Filter
QUICK = 99
POPULATIONS = (
    mark("establishments"),
    mark("farms"),
    mark("population"),
    mark("milk producers"),
    mark("producers of the raw material"),
)


class ProducersPage(CheckedPage):
    """The producers: a layer, or a table with coordinates."""

    TITLE = mark("Producers")
    ABOUT = mark(
        "A layer of points, or an Excel or CSV table with coordinates: one row per producer."
    )

    def __init__(self, wizard) -> None:
        super().__init__(wizard)
        files = f"{tr('Tables and layers')} ({TABLES} {LAYERS});;{tr('All files')} (*)"
        self.picker = InputPicker(_FILTERS.PointLayer, files, wizard.temporary)
        self.picker.setObjectName("SialgeoProducers")
        self.picker.changed.connect(self._recall)
        self.form.addRow(tr("Producers"), self.picker)
        self.parts = {}
        for part, label in (
            ("chain", tr("Chain or product (optional)")),
            ("volume", tr("Output of each producer (optional)")),
            ("employment", tr("Employment of each producer (optional)")),
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
        self.reading = reading_of("ProducersSource", self)
        self.save = QPushButton(tr("Save the list of faults…"))
        self.save.clicked.connect(self._save_faults)
        self.save.setEnabled(False)
        self.beneath.addWidget(self.save, 0, Qt.AlignmentFlag.AlignLeft)

    def pickers(self) -> tuple:
        """Return the table."""
        return (self.picker,) if self.picker.given() else ()

    def choices(self) -> tuple:
        """Return what the reader is told."""
        return (*self.reading.choices(), self.cases.text())

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
        parts = {part: combo.currentData() or "" for part, combo in self.parts.items()}
        held = study.producers or ProducersSource(given.path)
        return replace(
            study,
            producers=replace(
                held,
                path=given.path,
                volume_unit=self.unit.text().strip() if parts["volume"] else "",
                cases=self.cases.text().strip(),
                **self.reading.given(held, given.layer),
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
        self.reading.show_section(held, study)
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
        files = f"{tr('Tables, layers and rasters')} ({TABLES} {LAYERS} *.tif *.tiff);;{tr('All files')} (*)"
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
        self.reading = reading_of("ReferenceSource", self)

    def chosen(self) -> str:
        """Return the kind of reference."""
        return self.kind.currentData()

    def pickers(self) -> tuple:
        """Return the reference."""
        needed = self.chosen() in (self.OTHER, self.LAND) and self.picker.given()
        return (self.picker,) if needed else ()

    def choices(self) -> tuple:
        """Return kind, counts, whether the producers are among them, and what the reader is told."""
        own = self.chosen(), self.counts.currentData(), self.among.isChecked()
        return (*own, *self.reading.choices())

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
                **self.reading.given(held, given.layer),
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
        self.reading.show_section(held, study)
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
        for widget in (self.picker, self.name, self.among, self.reading):
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
        self.quick = QRadioButton(
            tr("A quick look: {n} maps drawn by chance, no priorities").format(n=QUICK)
        )
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
            repeats = {"replicates": QUICK, "splits": 0, "runs": 0, "confirm": False}
            study = replace(
                study, priorities=None
            )  # they weigh what a quick look does not estimate
        else:
            repeats = {"replicates": self.replicates}
        return replace(study, detection=replace(held, parameters=parameters, **repeats))

    def show_study(self, study) -> None:
        """Show radius and replicates."""
        parameters = study.detection.parameters
        radius = parameters.get("radius", "")
        self.auto.setChecked(radius == "auto")
        if isinstance(radius, (int, float)):
            self.radius.setValue(radius / 1000)
        self.least.setValue(parameters.get("min_units", self.least.value()))
        self.set_replicates(study.detection.replicates)
