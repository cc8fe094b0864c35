# SPDX-License-Identifier: GPL-2.0-or-later
"""*Check producers*: every fault of every row, with a proposal; nothing is changed."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterCrs,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterString,
)

from .. import library
from ..declared import advanced
from ..texts import mark, tr
from .base import POINT, POLYGON, SialgeoAlgorithm, names_in


class CheckProducers(SialgeoAlgorithm):
    """Examine producers row by row."""

    ID = "checkproducers"
    TITLE = mark("Check producers")
    ABOUT = mark(
        "Examines a point layer of producers row by row: coordinates at 0,0, outside the "
        "country, swapped, in the sea, repeated, at the centres of places.\n"
        "Each fault has a proposal. Nothing is changed and nothing is left out."
    )
    GROUP = "data"
    TAGS = "check,revisar,triage,quality,calidad,faults,errores,coordinates,coordenadas"
    ICON = "table"
    NEEDS = library.ALL

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and outputs."""
        del configuration
        points = QgsProcessing.SourceType.TypeVectorPoint
        self.add_producers()
        self.add(
            QgsProcessingParameterString("COUNTRY", tr("Country"), optional=True),
            tr(
                "Code or name of the country (or several, with commas) the producers are in, as PE; "
                "empty: their positions tell; “any”: at sea, for instance."
            ),
        )
        self.add(
            QgsProcessingParameterString("CASES", tr("Only the rows where"), optional=True),
            tr("As codigo_act == '311513'; empty: all."),
        )
        polygons = QgsProcessing.SourceType.TypeVectorPolygon
        for name, label, kind, about in (
            (
                "DISTRICTS",
                tr("Districts"),
                polygons,
                tr("Polygons: who lies far from the district declared, or on its centre?"),
            ),
            (
                "WATER",
                tr("Lakes and reservoirs"),
                polygons,
                tr("Polygons of water: who lies in one?"),
            ),
            ("PLACES", tr("Places"), points, tr("Populated places: who lies on one exactly?")),
        ):
            self.add(QgsProcessingParameterFeatureSource(name, label, [kind], optional=True), about)
        self.add_abroad()
        self.add(
            advanced(
                QgsProcessingParameterCrs(
                    "ASSUMED_CRS", tr("Coordinate system, where the layer has none"), optional=True
                )
            ),
            tr("Used for this run only; the layer stays as it is."),
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
        assumed = self.parameterAsCrs(parameters, "ASSUMED_CRS", context)
        found = self.source_faults(
            parameters, "PRODUCERS", context, kind=POINT, placed=not assumed.isValid()
        )
        for name in ("DISTRICTS", "WATER"):
            found += self.source_faults(parameters, name, context, kind=POLYGON)
        return found + self.source_faults(parameters, "PLACES", context, kind=POINT)

    def work(self, parameters, context, feedback):
        """Examine, write, tell."""
        import geopandas as gpd

        import sialgeo

        from ..adapters import Reporter, crs_from_qgis

        report = Reporter(feedback)
        report(0.0, tr("Reading the layers"))
        producers = self.frame(parameters, "PRODUCERS", context, feedback)
        if producers.crs is None:
            assumed = self.parameterAsCrs(parameters, "ASSUMED_CRS", context)
            producers = producers.set_crs(crs_from_qgis(assumed))
            feedback.pushWarning(
                tr("The layer has no coordinate system: {crs} is assumed.").format(
                    crs=assumed.userFriendlyIdentifier()
                )
            )
        cases = self.text(parameters, "CASES", context)
        if cases:
            producers = sialgeo.select_cases(producers, cases)
        report(0.3, tr("Examining the rows"))
        found = sialgeo.check_producers(
            producers,
            abroad=self.abroad(parameters, context),
            country=names_in(self.text(parameters, "COUNTRY", context)) or None,
            districts=self.frame(parameters, "DISTRICTS", context, feedback, like=producers),
            places=self.frame(parameters, "PLACES", context, feedback, like=producers),
            water=self.frame(parameters, "WATER", context, feedback, like=producers),
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
