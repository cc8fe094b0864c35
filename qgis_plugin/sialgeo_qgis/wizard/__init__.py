# SPDX-License-Identifier: GPL-2.0-or-later
"""*New study…*: from the producers' table to a study file, checked page by page, and its run."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QMessageBox, QWizard

from .. import library, settings
from ..texts import tr
from .ends import OutputsPage, StartPage
from .where import TablesPage, TerritoriesPage
from .who import NeighbourhoodPage, ProducersPage, ReferencePage


class StudyWizard(QWizard):
    """Asks what a study needs; ``ready(study, folder)`` is emitted when it is complete."""

    ready = pyqtSignal(object, object)

    def __init__(self, plugin, parent=None) -> None:
        super().__init__(parent)
        self.plugin = plugin
        self.setObjectName("SialgeoWizard")
        self.setWindowTitle(tr("sialgeo – New study"))
        self.setWizardStyle(QWizard.WizardStyle.ModernStyle)
        self.setOption(QWizard.WizardOption.NoCancelButtonOnLastPage, False)
        self.setButtonText(QWizard.WizardButton.FinishButton, tr("Run"))
        self.setButtonText(QWizard.WizardButton.NextButton, tr("Next"))
        self.setButtonText(QWizard.WizardButton.BackButton, tr("Back"))
        self.setButtonText(QWizard.WizardButton.CancelButton, tr("Cancel"))
        self.resize(1000, 700)
        self._base = None
        held = settings.load().temporary
        self._holder = tempfile.mkdtemp(prefix="sialgeo-", dir=held or None)
        self.temporary = Path(self._holder)
        self.pages = [
            kind(self)
            for kind in (
                StartPage,
                ProducersPage,
                ReferencePage,
                NeighbourhoodPage,
                TerritoriesPage,
                TablesPage,
                OutputsPage,
            )
        ]
        for page in self.pages:
            self.addPage(page)
        self.start.sample.clicked.connect(self.use_sample)
        self.start.open.clicked.connect(self._open)

    @property
    def start(self) -> StartPage:
        """Return the first page."""
        return self.pages[0]

    def folder(self) -> Path:
        """Return the folder of the study."""
        return Path(self.start.folder.filePath())

    def study(self, until=None):
        """Return the study as far as the pages up to one say it."""
        study = self._base or library.sialgeo().Study(folder=self.folder())
        for page in self.pages:
            study = page.apply(study)
            if page is until:
                break
        return study

    def inputs(self):
        """Return what the check of the reference has read, None before it has."""
        checked = self.pages[2].checked
        return checked.inputs if checked is not None else None

    def before(self, page) -> tuple:
        """Return what the checks of the pages before one rest on."""
        here = self.pages.index(page)
        earlier = self.pages[1:here]
        return tuple(
            (tuple(p.signature() for p in one.pickers()), one.choices()) for one in earlier
        )

    def use_sample(self) -> None:
        """Fill in every page with the Cajamarca sample."""
        folder = library.sample("cajamarca")
        if folder is None:
            self._refuse(tr("This sialgeo came without its sample."))
        else:
            self._show(folder / "estudio.toml")

    def accept(self) -> None:
        """Hand the study on, and close."""
        for page in self.pages:
            if hasattr(page, "remember"):
                page.remember()
        study, folder = self.study(), self.folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            study = self._settled(study, folder)
        except OSError as failure:
            self._refuse(
                tr(
                    "The folder {path} cannot be written ({reason}). Remedy: choose another."
                ).format(path=folder, reason=failure.strerror)
            )
            return
        super().accept()
        self.ready.emit(study, folder)

    def done(self, result: int) -> None:
        """Stop the checks and take the temporary files away."""
        for page in self.pages:
            if hasattr(page, "stop"):
                page.stop()
        super().done(result)
        shutil.rmtree(self._holder, ignore_errors=True)

    def _settled(self, study, folder: Path):
        """Return the study with the copies of layers in its own folder."""
        inputs = folder / tr("inputs")

        def settle(path: str) -> str:
            if not path or self.temporary not in Path(path).parents:
                return path
            inputs.mkdir(exist_ok=True)
            name = f"{Path(path).stem}.gpkg"
            shutil.move(path, inputs / name)
            return str(inputs / name)

        producers = replace(study.producers, path=settle(study.producers.path))
        reference = study.reference and replace(study.reference, path=settle(study.reference.path))
        territories = tuple(
            replace(one, path=settle(one.path), table=settle(one.table))
            for one in study.territories
        )
        return replace(study, producers=producers, reference=reference, territories=territories)

    def _open(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(
            self, tr("Start from a study file"), "", tr("Study files") + " (*.toml)"
        )
        if path:
            self._show(Path(path))

    def _show(self, path: Path) -> None:
        sialgeo = library.sialgeo()
        try:
            study = sialgeo.Study.from_toml(path)
        except sialgeo.SialgeoError as failure:
            self._refuse(str(failure))
            return
        if study.producers is None:
            self._refuse(tr("This study has no producers: use “Run a study file” for it."))
            return
        self._base = study
        for page in self.pages:
            page.show_study(study)

    def _refuse(self, reason: str) -> None:
        QMessageBox.warning(self, self.windowTitle(), reason)
