# SPDX-License-Identifier: GPL-2.0-or-later
"""*Hot spots*: for those who only have counts by municipality."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
)

from .. import library
from ..texts import mark, tr
from .base import POLYGON, SialgeoAlgorithm


class HotSpots(SialgeoAlgorithm):
    """Find areas among high or low values."""

    ID = "hotspots"
    TITLE = mark("Hot spots by district")
    ABOUT = mark(
        "Getis–Ord Gi* or local Moran of a count, or of a rate where you name the "
        "population, for districts or municipalities.\n"
        "P-values come from seeded conditional permutations, two-sided; classes hold at a "
        "false discovery rate. Districts without neighbours are told apart, never classed."
    )
    GROUP = ("analysis", mark("Analysis"))
    TAGS = "hot spot,punto caliente,Getis-Ord,Gi*,Moran,LISA,cluster,municipio,district,distrito"
    ICON = "detect"
    NEEDS = library.ALL

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        numeric = QgsProcessingParameterField.DataType.Numeric
        polygons = QgsProcessing.SourceType.TypeVectorPolygon
        self.add(
            QgsProcessingParameterFeatureSource("AREAS", tr("Districts"), [polygons]),
            tr("Polygons of districts or municipalities."),
        )
        self.add(
            QgsProcessingParameterField(
                "COUNTS", tr("Count or value"), parentLayerParameterName="AREAS", type=numeric
            ),
            tr("Field with the number of producers, or another value."),
        )
        self.add(
            QgsProcessingParameterField(
                "POPULATION",
                tr("Population at risk"),
                parentLayerParameterName="AREAS",
                type=numeric,
                optional=True,
            ),
            tr(
                "Field with all farms or people: the rate is analysed, smoothed by empirical Bayes."
            ),
        )
        self.add_declared()
        self.add(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Hot spots"), polygons),
            tr("The districts with statistic, p-values and class."),
        )

    def owner(self):
        """Return the declaration of the method."""
        from sialgeo.hotspots import HotSpots as Declared

        return Declared

    def faults(self, parameters, context) -> list:
        """Explain a layer or a value that cannot be."""
        found = self.source_faults(parameters, "AREAS", context, kind=POLYGON)
        return found + self.declared_faults(parameters, context)

    def work(self, parameters, context, feedback):
        """Find, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the layers"))
        areas = self.frame(parameters, "AREAS", context, feedback)
        report(0.3, tr("Permuting"))
        found = sialgeo.hot_spots(
            areas,
            self.field(parameters, "COUNTS", context),
            population=self.field(parameters, "POPULATION", context),
            progress=report.part(0.3, 0.9),
            **self.given(parameters, context),
        )
        for note in found.attrs.get("notes", ()):
            feedback.pushWarning(note)
        for name, count in found["class"].value_counts().items():
            feedback.pushInfo(f"{name}: {count}")
        report(0.9, tr("Writing the outputs"))
        layer = self.write(found, parameters, "OUTPUT", context, feedback, geometry="MultiPolygon")
        self.results = (layer, list(found["class"]))
        report(1.0)
        return {"OUTPUT": layer}

    def postProcessAlgorithm(self, context, feedback):  # noqa: N802
        """Have the layer styled by class when it is loaded."""
        del feedback
        from .. import styling

        layer, kinds = getattr(self, "results", (None, ()))
        if layer is not None:
            styling.attach(context, layer, styling.HotSpotStyle(kinds))
        return {}
