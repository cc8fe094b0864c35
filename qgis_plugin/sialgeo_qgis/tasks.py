# SPDX-License-Identifier: GPL-2.0-or-later
"""Work in the background: a function in a QgsTask, its answer told in the main thread."""

from __future__ import annotations

import traceback

from qgis.core import Qgis, QgsApplication, QgsFeedback, QgsMessageLog, QgsTask
from qgis.PyQt.QtCore import QTimer, pyqtSignal

from . import library
from .texts import LOG, tr

_running = {}
# from QGIS 3.26 on it need not announce what we tell ourselves
_SILENT = getattr(QgsTask.Flag, "Silent", None)
_FLAGS = QgsTask.Flag.CanCancel if _SILENT is None else QgsTask.Flag.CanCancel | _SILENT


class Voice(QgsFeedback):
    """What a running function speaks to: it tells the task and the window, and stops when the task does."""

    said = pyqtSignal(str)
    task = None

    def isCanceled(self) -> bool:  # noqa: N802
        """Return whether the person stopped it; QGIS's own loops then stop too."""
        if self.task.isCanceled():
            self.cancel()
        return self.task.isCanceled()

    def setProgress(self, share: float) -> None:  # noqa: N802
        """Tell how much is done, in percent."""
        self.task.setProgress(share)

    def setProgressText(self, text: str) -> None:  # noqa: N802
        """Tell what is being done."""
        self.said.emit(text)


def prepare(title: str, work, done, failed, cancelled=None, said=None) -> QgsTask:
    """Return the task that runs ``work(report)`` outside the main thread; :func:`start` starts it.

    ``done(answer)`` is called in the main thread, or ``failed(reason)`` with what went wrong in the
    user's language; after a cancel neither is, but ``cancelled()`` where it is given.
    """
    voice = Voice()
    if said is not None:
        voice.said.connect(said)

    def run(task):
        from .adapters import Reporter

        voice.task = task
        library.bind()
        library.hold_projections()
        library.sialgeo()
        return work(Reporter(voice))

    def ended(failure, answer=None):
        if _running.pop(id(task), None) is None:
            return  # the plugin was taken away meanwhile
        if failure is None:
            tell = (done, answer)
        elif task.isCanceled() or type(failure).__name__ == "Cancelled":
            tell = (cancelled,) if cancelled is not None else ()
        else:
            tell = (failed, reason_of(failure))
        if tell:  # QGIS would swallow what goes wrong in here
            QTimer.singleShot(0, lambda: tell[0](*tell[1:]))

    task = QgsTask.fromFunction(title, run, on_finished=ended, flags=_FLAGS)
    return task


def start(task: QgsTask) -> QgsTask:
    """Hand the task to QGIS, and keep it alive until it ends."""
    _running[id(task)] = task
    QgsApplication.taskManager().addTask(task)
    return task


def stop_all() -> None:
    """Cancel what still runs; what ends later tells nobody."""
    for task in list(_running.values()):
        task.cancel()
    _running.clear()


def reason_of(failure: BaseException) -> str:
    """Return what a person is told: sialgeo's own words, or that the log holds the details."""
    if isinstance(failure, library.sialgeo().SialgeoError):
        return str(failure)
    told = "".join(traceback.format_exception(type(failure), failure, failure.__traceback__))
    QgsMessageLog.logMessage(told, LOG, Qgis.MessageLevel.Critical)
    return tr(
        "Something went wrong that sialgeo did not expect ({reason}). The log panel, tab "
        "“sialgeo”, holds the details; please report them."
    ).format(reason=failure)
