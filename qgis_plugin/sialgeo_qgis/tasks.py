# SPDX-License-Identifier: GPL-2.0-or-later
"""Work in the background: a function in a QgsTask, its answer told in the main thread."""

from __future__ import annotations

import traceback

from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from . import library
from .texts import tr

LOG = "sialgeo"
_running = []
# from QGIS 3.26 on it need not announce what we tell ourselves
_SILENT = getattr(QgsTask.Flag, "Silent", None)
_QUIET = QgsTask.Flag.CanCancel if _SILENT is None else QgsTask.Flag.CanCancel | _SILENT


class Work(QgsTask):
    """A function ``work(report)`` that runs outside the main thread.

    ``done(answer)`` is called in the main thread, or ``failed(reason)`` with what went wrong in the
    user's language; after a cancel neither is, but ``cancelled()`` where it is given.
    """

    said = pyqtSignal(str)

    def __init__(self, title, work, done, failed, cancelled=None) -> None:
        super().__init__(title, _QUIET)
        self._work, self._done, self._failed, self._cancelled = work, done, failed, cancelled
        self._answer, self._reason = None, ""

    def setProgressText(self, text: str) -> None:  # noqa: N802  (as QgsFeedback names it)
        """Tell what is being done."""
        self.said.emit(text)

    def run(self) -> bool:
        """Do the work; in QGIS's thread."""
        from .adapters import Reporter

        library.bind()
        library.hold_projections()
        sialgeo = library.sialgeo()
        try:
            self._answer = self._work(Reporter(self))
        except sialgeo.Cancelled:
            return False
        except sialgeo.SialgeoError as failure:
            self._reason = str(failure)
            return False
        except Exception as failure:  # noqa: BLE001  (the one place where a task's errors end)
            QgsMessageLog.logMessage(traceback.format_exc(), LOG, Qgis.MessageLevel.Critical)
            self._reason = tr(
                "Something went wrong that sialgeo did not expect ({reason}). The log panel, tab "
                "“sialgeo”, holds the details; please report them."
            ).format(reason=failure)
            return False
        return not self.isCanceled()

    def finished(self, well: bool) -> None:
        """Tell the answer; in the main thread."""
        if self in _running:
            _running.remove(self)
        if well:
            self._done(self._answer)
        elif self._reason:
            self._failed(self._reason)
        elif self._cancelled is not None:
            self._cancelled()


def start(work: Work) -> Work:
    """Hand the work to QGIS, and keep it alive until it ends."""
    _running.append(work)
    QgsApplication.taskManager().addTask(work)
    return work


def stop_all() -> None:
    """Cancel what still runs; what ends later tells nobody."""
    for work in list(_running):
        work._done = work._failed = lambda _said: None
        work._cancelled = None
        work.cancel()
    _running.clear()
