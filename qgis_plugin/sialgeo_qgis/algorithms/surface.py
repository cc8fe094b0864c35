# SPDX-License-Identifier: GPL-2.0-or-later
"""*Surface of relative risk*: where producers are denser than the reference population."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterRasterDestination,
)

from .. import library
from ..texts import mark, tr
from .base import POINT, POLYGON, SialgeoAlgorithm
from .reference import ReferenceInputs

POLYGONS = QgsProcessing.SourceType.TypeVectorPolygon


class RelativeRiskSurface(ReferenceInputs, SialgeoAlgorithm):
    """Map the density of producers relative to that of the reference."""

    ID = "relativerisk"
    TITLE = mark("Surface of relative risk")
    ABOUT = mark(
        "Where producers are denser, or sparser, than the reference population: a raster of the "
        "logarithm of the relative risk, tested against random labels, and the contours where it is "
        "higher or lower than chance.\n"
        "Each contour is pointwise: of a map without any excess a part lies inside by chance; the "
        "p-value of the whole map is told in the log. A lone producer shows as a bump at its place: "
        "raster and contours are for the analyst, not for publication."
    )
    GROUP = "detect"
    TAGS = "relative risk,riesgo relativo,kernel,KDE,density,densidad,surface,superficie,heatmap"
    ICON = "detect"
    NEEDS = library.ALL

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and outputs."""
        del configuration
        self.add_producers()
        self.add_reference()
        self.add(
            QgsProcessingParameterFeatureSource(
                "WINDOW", tr("Study area"), [POLYGONS], optional=True
            ),
            tr("Polygons; units outside are left out. Empty: the rectangle of all units."),
        )
        self.add_declared()
        self.add_coincident()
        self.add(
            QgsProcessingParameterRasterDestination("OUTPUT", tr("Relative risk")),
            tr("GeoTIFF: logarithm of the relative risk, and both p-values as further bands."),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                "OUTPUT_CONTOURS", tr("Contours of relative risk"), POLYGONS, optional=True
            ),
            tr("Areas where it is higher, or lower, than random labels give."),
        )
        self.addOutput(QgsProcessingOutputNumber("P_VALUE", tr("p-value of the whole map")))

    def owner(self):
        """Return the declaration of the surface."""
        from sialgeo.surfaces import RelativeRisk

        return RelativeRisk

    def faults(self, parameters, context) -> list:
        """Explain layers that cannot be used, and that there is no reference."""
        found = self.source_faults(parameters, "PRODUCERS", context, kind=POINT)
        found += self.source_faults(parameters, "WINDOW", context, kind=POLYGON)
        if not self.reference_given(parameters, context):
            found.append(
                tr("A relative risk needs a reference population: more concentrated than what?")
            )
        found += self.reference_faults(parameters, context)
        return found + self.declared_faults(parameters, context)

    def work(self, parameters, context, feedback):
        """Smooth, test, write, tell."""
        import sialgeo
        from sialgeo.files import whole_file

        from ..adapters import Reporter, write_surface

        report = Reporter(feedback)
        report(0.0, tr("Reading the layers"))
        producers = self.frame(parameters, "PRODUCERS", context, feedback)
        surface = sialgeo.relative_risk_surface(
            producers,
            self.reference(parameters, context, feedback, producers),
            coincident=self.coincident(parameters, context),
            window=self.frame(parameters, "WINDOW", context, feedback, like=producers),
            progress=report.part(0.1, 0.9),
            **self.given(parameters, context),
        )
        for note in surface.notes:
            feedback.pushWarning(note)
        report(0.9, tr("Writing the outputs"))
        path = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        outputs = {"OUTPUT": path}
        with whole_file(path) as temporary:
            write_surface(surface, temporary)
            if surface.p_values is not None:
                contours = surface.contours()
                outputs["OUTPUT_CONTOURS"] = self.write(
                    contours, parameters, "OUTPUT_CONTOURS", context, feedback,
                    geometry="MultiPolygon",
                )  # fmt: skip
            report(1.0)  # the last place to cancel
        if surface.test is not None:
            p = surface.test.p_value
            feedback.pushInfo(
                tr("The map as a whole against random labels: p = {p}.").format(p=f"{p:.3f}")
            )
            outputs["P_VALUE"] = p
        self.results = (path, outputs.get("OUTPUT_CONTOURS"))
        return {name: value for name, value in outputs.items() if value is not None}

    def postProcessAlgorithm(self, context, feedback):  # noqa: N802
        """Have raster and contours styled when they are loaded."""
        del feedback
        from .. import styling

        raster, contours = getattr(self, "results", (None, None))
        styling.attach(context, raster, styling.RiskStyle(), self.displayName())
        styling.attach(context, contours, styling.ContourStyle(), self.displayName())
        return {}
