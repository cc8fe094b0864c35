# SPDX-License-Identifier: GPL-2.0-or-later
"""*Check producers*: every fault of every row, with a proposal; nothing is changed."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterString,
)

from .. import library
from ..texts import mark, tr
from .base import POINT, SialgeoAlgorithm


class CheckProducers(SialgeoAlgorithm):
    """Examine producers row by row."""

    ID = "checkproducers"
    TITLE = mark("Check producers")
    ABOUT = mark(
        "Examines a point layer of producers row by row: coordinates at 0,0, outside the "
        "country, swapped, in the sea, repeated, at the centres of places.\n"
        "Each fault has a proposal. Nothing is changed and nothing is left out."
    )
    GROUP = ("data", mark("Data"))
    TAGS = "check,revisar,triage,quality,calidad,faults,errores,coordinates,coordenadas"
    ICON = "table"
    NEEDS = library.ALL

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and outputs."""
        del configuration
        points = QgsProcessing.SourceType.TypeVectorPoint
        self.add(
            QgsProcessingParameterFeatureSource("PRODUCERS", tr("Producers"), [points]),
            tr("Point layer, one feature per producer."),
        )
        self.add(
            QgsProcessingParameterString("COUNTRY", tr("Country"), optional=True),
            tr("Code of the country the producers are in, as PE; empty: their positions tell."),
        )
        self.add(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Faults"), points),
            tr("One point per fault, with row, code, severity, explanation and proposal."),
        )
        for name, label in (
            ("FAULTS_COUNT", tr("Faults")),
            ("USABLE_COUNT", tr("Producers that can be used")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, label))

    def faults(self, parameters, context) -> list:
        """Explain a layer that cannot be examined."""
        return self.source_faults(parameters, "PRODUCERS", context, kind=POINT)

    def work(self, parameters, context, feedback):
        """Examine, write, tell."""
        import geopandas as gpd

        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the layers"))
        producers = self.frame(parameters, "PRODUCERS", context, feedback)
        report(0.3, tr("Examining the rows"))
        found = sialgeo.check_producers(
            producers, country=self.text(parameters, "COUNTRY", context)
        )
        feedback.pushInfo(found.summary)
        faults = found.faults.astype({name: str for name in found.faults.columns if name != "row"})
        at = producers.geometry.reindex(found.faults["row"]).to_numpy()
        layer = self.write(
            gpd.GeoDataFrame(faults, geometry=at, crs=producers.crs),
            parameters,
            "OUTPUT",
            context,
            feedback,
            geometry="Point",
        )
        report(1.0)
        return {"OUTPUT": layer, "FAULTS_COUNT": len(faults), "USABLE_COUNT": int(found.usable)}
