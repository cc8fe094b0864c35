# SPDX-License-Identifier: GPL-2.0-or-later
"""*Run a study file*: all of it in one go; and *Verify*: are the numbers those that were published?"""

from __future__ import annotations

import sys
from pathlib import Path

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
)

from .. import library
from ..texts import mark, tr
from .base import SialgeoAlgorithm


class RunStudy(SialgeoAlgorithm):
    """Run a study file."""

    ID = "runstudy"
    TITLE = mark("Run a study file")
    ABOUT = mark(
        "Runs a whole study (study.toml): reads, detects, tests, describes, lays over, "
        "and writes maps, tables and layers into a folder, as “sialgeo run” does.\n"
        "After an error or a cancel the folder is as it was. Its part “private” holds "
        "locations and is not to be handed on."
    )
    GROUP = "study"
    TAGS = "study,estudio,toml,run,correr,reproducible"
    ICON = "newstudy"
    NEEDS = library.ALL if sys.version_info >= (3, 11) else (*library.ALL, "tomli")
    WANTS = ("openpyxl", "matplotlib", "rasterio", "typst", "pyarrow")

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare input and output."""
        del configuration
        self.add(
            QgsProcessingParameterFile(
                "STUDY", tr("Study file"), fileFilter=tr("Study files") + " (*.toml)"
            ),
            tr("Text file that says what is read, detected, laid over and handed on."),
        )
        self.add(
            QgsProcessingParameterFolderDestination("OUTPUT", tr("Folder of the outputs")),
            tr("Files of the same names are replaced at the very end, others are left alone."),
        )
        self.addOutput(QgsProcessingOutputString("SUMMARY", tr("Summary")))

    def faults(self, parameters, context) -> list:
        """Name every fault of the file before anything is run."""
        path = self.parameterAsFile(parameters, "STUDY", context)
        if not path:
            return []
        sialgeo = library.sialgeo()
        try:
            sialgeo.Study.from_toml(path)
        except sialgeo.SialgeoError as failure:
            return [str(failure)]
        return []

    def work(self, parameters, context, feedback):
        """Run it and tell the verdict."""
        import sialgeo

        from ..adapters import Reporter

        study = sialgeo.Study.from_toml(self.parameterAsFile(parameters, "STUDY", context))
        folder = Path(self.parameterAsString(parameters, "OUTPUT", context))
        folder.parent.mkdir(parents=True, exist_ok=True)
        result = study.run(folder, Reporter(feedback))
        said = result.concentrations.summary()
        for line in (*result.guesses, *said):
            feedback.pushInfo(line)
        for note in result.concentrations.notes:
            feedback.pushWarning(note)
        for path in result.paths.values():
            feedback.pushInfo(str(path))
        return {"OUTPUT": str(folder), "SUMMARY": " ".join(said)}


class VerifyNumbers(SialgeoAlgorithm):
    """Recompute published numbers."""

    ID = "verify"
    TITLE = mark("Verify published numbers")
    ABOUT = mark(
        "Recomputes published numbers with the libraries of this QGIS, and says whether each agrees "
        "within its tolerance, and where it was published."
    )
    GROUP = "study"
    TAGS = "verify,verificar,validation,validación,published,publicado"
    ICON = "help"
    NEEDS = library.ALL

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare the folder of others' data, and the table."""
        del configuration
        self.add(
            QgsProcessingParameterFile(
                "DATA",
                tr("Folder with others' data"),
                QgsProcessingParameterFile.Behavior.Folder,
                optional=True,
            ),
            tr("Some numbers need files that sialgeo may not carry; the log names them."),
        )
        self.add_table(
            tr("Published numbers"),
            tr("One row per number: ours, the published one, tolerance, source."),
        )
        self.addOutput(QgsProcessingOutputNumber("FAILED_COUNT", tr("Numbers that disagree")))

    def work(self, parameters, context, feedback):
        """Recompute, write, tell."""
        import pandas as pd

        import sialgeo
        from sialgeo.i18n import _
        from sialgeo.verification import left_out

        from ..adapters import Reporter

        data = self.parameterAsString(parameters, "DATA", context) or None
        Reporter(feedback)(0.01, tr("Recomputing"))
        checks = sialgeo.verify(data)
        rows = [
            {
                "name": _(one.name),
                "detail": one.detail,
                "ours": one.ours,
                "published": one.published,
                "tolerance": one.tolerance,
                "passed": one.passed,
                "source": one.source,
            }
            for one in checks
        ]
        failed = [row["name"] for row in rows if not row["passed"]]
        for line in left_out(data):
            feedback.pushInfo(line)
        for name in failed:
            feedback.pushWarning(tr("It disagrees: {name}").format(name=name))
        layer = self.write_table(pd.DataFrame(rows), parameters, "OUTPUT", context, feedback)
        return {"OUTPUT": layer, "FAILED_COUNT": len(failed)}
