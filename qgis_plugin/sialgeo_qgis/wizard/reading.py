# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the reader's guess is wrong: the options that a section of the study file takes, folded in."""

from __future__ import annotations

from dataclasses import fields

from qgis.core import QgsCoordinateReferenceSystem
from qgis.gui import QgsCollapsibleGroupBox, QgsFileWidget, QgsProjectionSelectionWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QLineEdit, QSpinBox

from .. import library
from ..algorithms.base import names_in
from ..texts import mark, tr
from .inputs import narrow

TYPED = {
    "x": mark("Column of longitude or easting"),
    "y": mark("Column of latitude or northing"),
    "layer": mark("Sheet or layer"),
    "country": mark("Country"),
    "encoding": mark("Encoding"),
}
NUMBERS = {  # the least
    "header": (mark("Row of the header"), 1),
    "year": (mark("Year of the table"), 1900),
}
LISTED = {
    "separator": (
        mark("Separator"),
        {
            ",": mark("comma ,"),
            ";": mark("semicolon ;"),
            "\t": mark("tabulator"),
            "|": mark("bar |"),
        },
    ),
    "decimal": (mark("Decimal sign"), {".": mark("point 1.5"), ",": mark("comma 1,5")}),
    "signs": (
        mark("Degrees without a sign"),
        {
            "SW": mark("south and west"),
            "NW": mark("north and west"),
            "SE": mark("south and east"),
            "NE": mark("as written"),
        },
    ),
    "abroad": (
        mark("Points outside the country"),
        {"reject": mark("set aside"), "warn": mark("kept, with a warning")},
    ),
    "preset": (
        mark("Format of the table"),
        {"denue": "DENUE", "kobo": "KoboToolbox", "odk": "ODK", "none": mark("none of these")},
    ),
}
_CARRIED = "default"  # the table of chains that sialgeo carries
FILES = {
    "area": mark("Polygons of the study area"),
    "chains": mark("Table of chains by codes of activity"),
}


class Reading(QgsCollapsibleGroupBox):
    """The reader's options of one section; what is left empty is guessed."""

    changed = pyqtSignal()

    def __init__(self, section, presets=None) -> None:
        """Offer what a section takes; ``presets`` are the formats known, where they are others."""
        super().__init__(tr("Where a guess is wrong"))
        self.setCollapsed(True)
        self._form = QFormLayout(self)
        taken = {field.name for field in fields(section)}
        self.typed = {name: QLineEdit() for name in TYPED if name in taken}
        self.listed = {name: narrow(QComboBox()) for name in LISTED if name in taken}
        self.numbers = {name: QSpinBox() for name in NUMBERS if name in taken}
        self.files = {name: QgsFileWidget() for name in FILES if name in taken}
        self.repairs = {}
        for name, edit in self.typed.items():
            edit.setPlaceholderText(tr("(guess)"))
            edit.editingFinished.connect(self.changed)
            self._form.addRow(tr(TYPED[name]), edit)
        if "country" in taken:
            self.typed["country"].setPlaceholderText("PE")
            self.typed["country"].setToolTip(
                tr("Code or name; “any”: held against no country, at sea for instance.")
            )
        self._add_crs()
        self._add_lists(presets)
        self._add_numbers()
        for name, chooser in self.files.items():
            chooser.fileChanged.connect(self.changed)
            self._form.addRow(tr(FILES[name]), chooser)
        if "apply" in taken:
            self._add_repairs()

    def _add_crs(self) -> None:
        self.crs = QgsProjectionSelectionWidget()
        self.crs.setOptionVisible(QgsProjectionSelectionWidget.CrsOption.CrsNotSet, True)
        self.crs.setNotSetText(tr("(guess)"))
        self.crs.crsChanged.connect(self.changed)
        self._form.addRow(tr("Coordinate system"), self.crs)

    def _add_lists(self, presets) -> None:
        for name, combo in self.listed.items():
            label, words = LISTED[name]
            if name == "preset" and presets is not None:
                words = presets
            for value, word in {"": mark("(guess)"), **words}.items():
                combo.addItem(tr(word), value)
            combo.currentIndexChanged.connect(self.changed)
            self._form.addRow(tr(label), combo)

    def _add_numbers(self) -> None:
        for name, box in self.numbers.items():
            label, least = NUMBERS[name]
            box.setRange(least - 1, 9_999)
            box.setSpecialValueText(tr("(guess)"))
            box.valueChanged.connect(self.changed)
            self._form.addRow(tr(label), box)

    def _add_repairs(self) -> None:
        """Offer the repairs that a reader can make, none ticked."""
        library.sialgeo()
        from sialgeo.i18n import _
        from sialgeo.triage import REPAIRS

        self.repairs = {code: QCheckBox(_(said)) for code, said in REPAIRS.items()}
        self._form.addRow(QLabel(tr("Repairs to make where a row needs them; each is told:")))
        for code, box in self.repairs.items():
            box.setToolTip(code)
            box.toggled.connect(self.changed)
            self._form.addRow("", box)

    def given(self, held, layer: str) -> dict:
        """Return the section's keys with what is said here; what is left open as the section has it.

        ``layer`` is that of the file chosen, where no other is named.
        """
        typed = {name: edit.text().strip() for name, edit in self.typed.items()}
        typed["layer"] = typed["layer"] or layer
        if "country" in typed:
            typed["country"] = tuple(names_in(typed["country"]))
        opened = {field.name: field.default for field in fields(held)}
        numbers = {
            name: box.value() if box.value() > box.minimum() else opened[name]
            for name, box in self.numbers.items()
        }
        crs = self.crs.crs()
        found = {
            **typed,
            **numbers,
            **{name: combo.currentData() for name, combo in self.listed.items()},
            **{name: chooser.filePath().strip() for name, chooser in self.files.items()},
            "crs": crs.authid() if crs.isValid() else "",
        }
        if self.repairs:
            found["apply"] = tuple(code for code, box in self.repairs.items() if box.isChecked())
        return found

    def choices(self) -> tuple:
        """Return what calls for a new check when it changes."""
        return (
            *(edit.text() for edit in self.typed.values()),
            *(box.value() for box in self.numbers.values()),
            *(combo.currentData() for combo in self.listed.values()),
            *(chooser.filePath() for chooser in self.files.values()),
            *(code for code, box in self.repairs.items() if box.isChecked()),
            self.crs.crs().authid(),
        )

    def show_section(self, held, study) -> None:
        """Show what a section of a study says; files stand relative to its folder."""
        for name, edit in self.typed.items():
            said = getattr(held, name)
            edit.setText(said if isinstance(said, str) else ", ".join(said))
        for name, box in self.numbers.items():
            box.setValue(getattr(held, name) or box.minimum())
        for name, combo in self.listed.items():
            combo.setCurrentIndex(max(combo.findData(getattr(held, name)), 0))
        for name, chooser in self.files.items():
            path = getattr(held, name)
            known = path in ("", _CARRIED)
            chooser.setFilePath(path if known else str(study.resolve(path)))
        for code, box in self.repairs.items():
            box.setChecked(code in held.apply)
        self.crs.setCrs(QgsCoordinateReferenceSystem(held.crs))


def reading_of(section: str, page, presets=None) -> Reading:
    """Add the reader's options of a section of the study file to a page of the wizard."""
    library.sialgeo()
    from sialgeo import study

    made = Reading(getattr(study, section), presets)
    made.changed.connect(page.changed)
    page.form.addRow(made)
    return made
