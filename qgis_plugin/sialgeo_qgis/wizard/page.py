# SPDX-License-Identifier: GPL-2.0-or-later
"""A page of the wizard that checks its input in the background as soon as it changes."""

from __future__ import annotations

from qgis.core import QgsTask
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QFormLayout,
    QLabel,
    QProgressBar,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
    QWizardPage,
)

from .. import tasks
from ..texts import tr
from .inputs import copying

_PAUSE = 400  # milliseconds without a further change before the check starts


class CheckedPage(QWizardPage):
    """Inputs on the left, what is found in them on the right; *Next* waits for the check.

    Subclasses add rows to ``form``, connect their widgets to :meth:`changed`, and say what the page
    adds to the study (:meth:`apply`), what it shows of a study (:meth:`show_study`), which inputs it
    has (:meth:`pickers`) and what is checked (:meth:`check`).
    """

    TITLE = ABOUT = ""
    OPTIONAL = False
    RESTS_ON_EARLIER = False  # whether what is checked depends on the pages before

    def __init__(self, wizard) -> None:
        super().__init__(wizard)
        self.setTitle(tr(self.TITLE))
        self.setSubTitle(tr(self.ABOUT))
        self._work, self._signature, self.checked = None, None, None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._start)
        self.form = QFormLayout()
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self._lay_out()

    def _lay_out(self) -> None:
        held = QWidget()
        held.setLayout(self.form)
        left = QScrollArea()
        left.setWidgetResizable(True)
        left.setWidget(held)
        left.setFrameShape(QScrollArea.Shape.NoFrame)
        left.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.told = QTextBrowser()
        self.told.setObjectName("SialgeoTold")
        self.told.setOpenExternalLinks(True)
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setMaximumHeight(6)
        self._busy.hide()
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(QLabel(tr("What was found")))
        column.addWidget(self._busy)
        column.addWidget(self.told, 1)
        self.beneath = column
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(left)
        both.addWidget(right)
        both.setSizes([430, 530])
        both.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        QVBoxLayout(self).addWidget(both, 1)

    # --- what subclasses say ---------------------------------------------------------------------------

    def apply(self, study):
        """Return the study with what this page says."""
        raise NotImplementedError

    def show_study(self, study) -> None:
        """Show what a study says."""
        raise NotImplementedError

    def pickers(self) -> tuple:
        """Return the inputs that are layers or files, those not given left out."""
        raise NotImplementedError

    def choices(self) -> tuple:
        """Return whatever else calls for a new check."""
        return ()

    def check(self):
        """Return the function ``(study, report) -> Checked``, None where there is nothing to check."""
        raise NotImplementedError

    def show_checked(self, checked) -> None:
        """Show more of what was found than its text."""

    def nothing(self) -> str:
        """Return what is told while nothing is given."""
        return ""

    # --- the check ---------------------------------------------------------------------------------------

    def initializePage(self) -> None:  # noqa: N802
        """Check again if an earlier page has changed."""
        self.changed()

    def isComplete(self) -> bool:  # noqa: N802
        """Return whether the input was checked and can be used, or is optional and not given."""
        if self.check() is None:
            return self.OPTIONAL
        fresh = self._signature == self._asked()
        return bool(fresh and self.checked is not None and self.checked.usable)

    def changed(self, *_value) -> None:
        """Check the input anew, a moment after its last change."""
        if self.check() is None:
            self.stop()
            self.told.setHtml(self.nothing())
        elif self._signature != self._asked():
            self.stop()
            self._timer.start()
        self.completeChanged.emit()

    def _asked(self) -> tuple:
        rests = self.RESTS_ON_EARLIER and self.wizard() is not None
        earlier = self.wizard().before(self) if rests else ()
        return (earlier, tuple(p.signature() for p in self.pickers()), self.choices())

    def stop(self) -> None:
        self._timer.stop()
        self._signature, self.checked = None, None
        self._busy.hide()
        if self._work is not None:
            self._work.cancel()
            self._work = None

    def _start(self) -> None:
        check = self.check()
        if check is None:
            return
        self._signature = self._asked()
        signature, study = self._signature, self.wizard().study(until=self)
        work = tasks.prepare(
            tr("sialgeo: checking the input"),
            lambda report: check(study, report),
            lambda found: self._finish(signature, found),
            lambda reason: self._refuse(signature, reason),
        )
        for picker in self.pickers():
            copy = copying(picker.given())
            if copy is not None:
                copy.errorOccurred.connect(lambda _code, why: self._refuse(signature, why))
                work.addSubTask(copy, [], QgsTask.SubTaskDependency.ParentDependsOnSubTask)
        self._work = tasks.start(work)
        self.told.setHtml(f"<p>{tr('Reading and checking …')}</p>")
        self._busy.show()

    def _finish(self, signature, found) -> None:
        if signature != self._signature:
            return  # the input has changed since
        self.checked, self._work = found, None
        self._busy.hide()
        self.told.setHtml(found.html)
        self.show_checked(found)
        self.completeChanged.emit()

    def _refuse(self, signature, reason: str) -> None:
        from html import escape

        if signature != self._signature:
            return
        self.checked, self._work = None, None
        self._busy.hide()
        lines = "<br>".join(escape(line) for line in reason.splitlines())
        self.told.setHtml(f"<p><b>{tr('This cannot be used yet.')}</b></p><p>{lines}</p>")
        self.completeChanged.emit()
