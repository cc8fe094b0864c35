# SPDX-License-Identifier: GPL-2.0-or-later
"""*Run a study file*: all of it in one go, from the text file that says what is read and done."""

from __future__ import annotations

import sys
from pathlib import Path

from qgis.core import (
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
    GROUP = ("study", mark("Study"))
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
