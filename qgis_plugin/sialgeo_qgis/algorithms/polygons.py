# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures carried to other polygons: from territories by areal interpolation, from rasters by zones."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterBand,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from .. import library
from ..texts import mark, tr
from .base import POLYGON, SialgeoAlgorithm
from .overlay import TerritoryInputs, raster_faults

POLYGONS = QgsProcessing.SourceType.TypeVectorPolygon


class ToPolygons(SialgeoAlgorithm):
    """Figures for the polygons of a layer."""

    GROUP = "territory"
    ICON = "overlay"
    NEEDS = library.ALL

    def add_targets(self) -> None:
        """Declare the polygons that shall have the figures."""
        self.add(
            QgsProcessingParameterFeatureSource("TARGETS", tr("Polygons"), [POLYGONS]),
            tr("Those that get the figures: districts, cells of a grid, catchments."),
        )

    def add_result(self) -> None:
        """Declare the layer that comes out."""
        self.add(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Polygons with figures"), POLYGONS),
            tr("The same polygons with the figures, and the share of each that they cover."),
        )

    def faults(self, parameters, context) -> list:
        """Explain wrong polygons."""
        return self.source_faults(parameters, "TARGETS", context, kind=POLYGON)

    def hand_back(self, found, parameters, context, feedback, report) -> dict:
        """Write the polygons and tell the cautions."""
        for note in found.attrs["notes"]:
            feedback.pushWarning(note)
        report(0.9, tr("Writing the outputs"))
        layer = self.write(found, parameters, "OUTPUT", context, feedback, geometry="MultiPolygon")
        report(1.0)
        return {"OUTPUT": layer}


class InterpolateAreas(TerritoryInputs, ToPolygons):
    """Carry figures from one division to another."""

    ID = "interpolateareas"
    TITLE = mark("Carry figures to other polygons")
    ABOUT = mark(
        "Carries figures of districts to other polygons: to cells of a grid, to catchments, from old "
        "limits to new ones. Indicators are averaged, weighted by the people where you name their "
        "field; counts are shared out and keep their totals, evenly or smoothly "
        "(pycnophylactic).\n"
        "Missing values stay missing."
    )
    TAGS = (
        "areal interpolation,interpolación areal,pycnophylactic,picnofiláctica,"
        "dasymetric,dasimétrico,districts,distritos"
    )

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_territories(optional=False)
        self.add_targets()
        self.add_spreading()
        self.add_declared()
        self.add_description()
        self.add_result()

    def owner(self):
        """Return the declaration of how counts are spread."""
        from sialgeo.overlays.asked import Interpolation

        return Interpolation

    def faults(self, parameters, context) -> list:
        """Explain wrong layers, and that nothing is carried."""
        found = self.territory_faults(parameters, context)
        found += self.declared_faults(parameters, context)
        return found + super().faults(parameters, context)

    def work(self, parameters, context, feedback):
        """Carry, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the layers"))
        targets = self.frame(parameters, "TARGETS", context, feedback)
        source = self.frame(parameters, "TERRITORIES", context, feedback, like=targets)
        columns = self.parameterAsFields(parameters, "COLUMNS", context)
        report(0.3, tr("Laying the territories over"))
        found = sialgeo.interpolate_areas(
            source,
            targets,
            means=columns,
            key=self.field(parameters, "KEY", context),
            population=self.field(parameters, "POPULATION", context),
            indicators=self.described(columns, parameters, context, feedback),
            progress=report.part(0.3, 0.9),
            **self.spreading(parameters, context),
            **self.given(parameters, context),
        )
        return self.hand_back(found, parameters, context, feedback, report)


class ZonalStatistics(ToPolygons):
    """Mean and sum of a raster in polygons."""

    ID = "zonalstatistics"
    TITLE = mark("Mean and sum of a raster in polygons")
    ABOUT = mark(
        "The mean and the sum of a raster's cells in each polygon; a cell counts by the part of it "
        "that lies inside.\n"
        "Cells without data are told by the share covered; they never become 0."
    )
    TAGS = "zonal statistics,estadística zonal,raster,population,población,WorldPop"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_targets()
        for definition, about in (
            (
                QgsProcessingParameterRasterLayer("RASTER", tr("Raster of an indicator")),
                tr("An indicator, or counts of people by cell."),
            ),
            (
                QgsProcessingParameterBand("BAND", tr("Band"), 1, "RASTER", optional=True),
                tr("Band of the raster with the indicator."),
            ),
            (
                QgsProcessingParameterString(
                    "RASTER_COLUMN", tr("Name of the raster's indicator"), optional=True
                ),
                tr("Name of the field it gets; empty: the layer's name."),
            ),
        ):
            self.add(definition, about)
        self.add_result()

    def faults(self, parameters, context) -> list:
        """Explain wrong polygons or a raster without a coordinate system."""
        found = super().faults(parameters, context)
        return found + raster_faults(self.parameterAsRasterLayer(parameters, "RASTER", context))

    def prepareAlgorithm(self, parameters, context, feedback):  # noqa: N802
        """Take the raster's data provider while still in the main thread."""
        raster = self.parameterAsRasterLayer(parameters, "RASTER", context)
        self._raster, self._name = raster.dataProvider().clone(), raster.name()
        return super().prepareAlgorithm(parameters, context, feedback)

    def work(self, parameters, context, feedback):
        """Sum up, write, tell."""
        import sialgeo

        from ..adapters import Reporter, raster_of

        report = Reporter(feedback)
        report(0.0, tr("Reading the layers"))
        targets = self.frame(parameters, "TARGETS", context, feedback)
        column = self.text(parameters, "RASTER_COLUMN", context) or self._name
        raster = raster_of(
            self._raster, max(self.parameterAsInt(parameters, "BAND", context), 1), column
        )
        found = sialgeo.zonal_statistics(
            targets, raster, column=column, progress=report.part(0.2, 0.9)
        )
        return self.hand_back(found, parameters, context, feedback, report)
