# SPDX-License-Identifier: GPL-2.0-or-later
"""The wizard's first page and its last: what is studied, and what is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWizardPage,
)

from .. import library, settings
from ..texts import mark, tr
from .inputs import either, narrow, told


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
        ("grid", mark("areas, and producers counted by grid cell")),
        ("areas", mark("areas only")),
        ("points", mark("areas, and the producers' points")),
    )

    def __init__(self, wizard) -> None:
        super().__init__(wizard)
        self.setTitle(tr("What is written"))
        self.setSubTitle(
            tr(
                "Maps, tables and fact sheets to hand on hold areas and counts by grid cell, "
                "generalised so that no producer can be told. The run goes on in the background; you can keep working."
            )
        )
        form = QFormLayout()
        self.left_out, self.formats = [], {}
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
        return replace(self._possible(study), export=export)

    def _possible(self, study):
        """Return the study without what this QGIS has no library for; the page says what."""
        self.left_out = []
        if study.rasters and library.installed_version("rasterio") is None:
            self.left_out += [(Path(one.path).name, "rasterio") for one in study.rasters]
            study = replace(study, rasters=())
        drawn = study.bivariate is not None or study.contrasts
        if drawn and library.installed_version("matplotlib") is None:
            self.left_out.append((tr("maps of two indicators"), "matplotlib"))
            study = replace(study, bivariate=None, contrasts=())
        return study

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
        said = tr("{what}: needs {library}")
        rows += [(tr("Left out"), said.format(what=a, library=b)) for a, b in self.left_out]
        told_rows = "".join(
            f"<tr><td><b>{escape(a)}</b>&nbsp;&nbsp;</td><td>{escape(b)}</td></tr>" for a, b in rows
        )
        return f"<table cellpadding='2'>{told_rows}</table>"
