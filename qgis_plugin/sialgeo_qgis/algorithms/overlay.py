# SPDX-License-Identifier: GPL-2.0-or-later
"""*Overlay HDI and poverty*: indicators of territories or of a raster laid over concentrations."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBand,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from .. import declared
from ..texts import mark, tr
from .base import POLYGON
from .outcome import WORKFILES, add_input
from .steps import WorkfileStep


class TerritoryInputs:
    """Territories with indicators and counts, and where their people live: for overlay and rings."""

    def add_territories(self, *, optional=True) -> None:
        """Declare the territories and their fields."""
        numeric = QgsProcessingParameterField.DataType.Numeric
        self.add(
            QgsProcessingParameterFeatureSource(
                "TERRITORIES",
                tr("Territories with indicators"),
                [QgsProcessing.SourceType.TypeVectorPolygon],
                optional=optional,
            ),
            tr(
                "Polygons of districts with the indicators as fields; “Join indicators” makes them."
            ),
        )
        parent = {"parentLayerParameterName": "TERRITORIES", "optional": True}
        self.add(
            QgsProcessingParameterField(
                "COLUMNS", tr("Indicators"), type=numeric, allowMultiple=True, **parent
            ),
            tr(
                "Fields to lay over. Family, year and direction are read from names "
                "like idh_2019 or pobreza_2018, and told."
            ),
        )
        self.add(
            QgsProcessingParameterField("POPULATION", tr("Population"), type=numeric, **parent),
            tr(
                "Field with the population of each territory, to weight by; empty: "
                "weighted by area."
            ),
        )
        self.add(
            QgsProcessingParameterField("KEY", tr("Code of the territories"), **parent),
            tr("Field with the official code; it is noted for each producer."),
        )
        self.add(
            QgsProcessingParameterField("NAME", tr("Name of the territories"), **parent),
            tr("Field with the name of each territory."),
        )

    def add_spreading(self) -> None:
        """Declare counts to share out, the raster of where people live, and the draws of intervals."""
        numeric = QgsProcessingParameterField.DataType.Numeric
        for definition, about in (
            (
                QgsProcessingParameterField(
                    "TOTALS",
                    tr("Counts to share out"),
                    parentLayerParameterName="TERRITORIES",
                    type=numeric,
                    allowMultiple=True,
                    optional=True,
                ),
                tr(
                    "Fields with counts (people, farms): they are shared out, not averaged; "
                    "their totals are kept."
                ),
            ),
            (
                QgsProcessingParameterRasterLayer(
                    "SETTLEMENTS", tr("Raster of where the people live"), optional=True
                ),
                tr(
                    "People, houses or places by cell: the people of a territory are spread as "
                    "its cells say; without it, evenly."
                ),
            ),
            (
                QgsProcessingParameterNumber(
                    "DRAWS", tr("Draws for intervals"), defaultValue=1000, minValue=100
                ),
                tr("Monte-Carlo draws that carry the intervals of estimates, where there are any."),
            ),
            (
                QgsProcessingParameterNumber(
                    "SEED", tr("Seed of the random draws"), defaultValue=1, minValue=0
                ),
                tr("The same seed gives the same intervals."),
            ),
            (
                QgsProcessingParameterNumber(
                    "DEPENDENCE",
                    tr("Dependence of the errors"),
                    QgsProcessingParameterNumber.Type.Double,
                    0.0,
                    minValue=0.0,
                    maxValue=1.0,
                ),
                tr("Of neighbouring territories' estimates: 0 independent, 1 all alike."),
            ),
        ):
            self.add(declared.advanced(definition), about)

    def territory_faults(self, parameters, context) -> list:
        """Return what is wrong with the territories, and that none of their fields is chosen."""
        found = self.source_faults(parameters, "TERRITORIES", context, kind=POLYGON)
        asked = [self.parameterAsFields(parameters, n, context) for n in ("COLUMNS", "TOTALS")]
        given = self.parameterAsSource(parameters, "TERRITORIES", context) is not None
        if given and not any(asked):
            found.append(tr("Choose at least one field of the territories as indicator."))
        return found

    def prepareAlgorithm(self, parameters, context, feedback):  # noqa: N802
        """Take the settlements' data provider while still in the main thread."""
        raster = self.parameterAsRasterLayer(parameters, "SETTLEMENTS", context)
        self._settlements = raster.dataProvider().clone() if raster is not None else None
        return super().prepareAlgorithm(parameters, context, feedback)

    def spreading(self, parameters, context) -> dict:
        """Return what was declared by :meth:`add_spreading`, as the verbs take it."""
        from ..adapters import raster_of

        held = self._settlements
        return {
            "totals": self.parameterAsFields(parameters, "TOTALS", context),
            "settlements": None if held is None else raster_of(held, 1, "settlements"),
            "draws": self.parameterAsInt(parameters, "DRAWS", context),
            "seed": self.parameterAsInt(parameters, "SEED", context),
            "dependence": self.parameterAsDouble(parameters, "DEPENDENCE", context),
        }

    def add_description(self) -> None:
        """Declare the table that says what the indicators are, and their source."""
        for definition, about in (
            (
                QgsProcessingParameterFeatureSource(
                    "DESCRIPTION",
                    tr("Table that describes the indicators"),
                    [QgsProcessing.SourceType.TypeVector],
                    optional=True,
                ),
                tr(
                    "Columns indicator, name_es, name_en, family, year, unit, "
                    "direction (more_is_better or "
                    "more_is_worse), source. What it does not describe is read from "
                    "the field's name."
                ),
            ),
            (
                QgsProcessingParameterString(
                    "SOURCE", tr("Source of the indicators"), optional=True
                ),
                tr("Who published them; it is shown beside them on the map."),
            ),
        ):
            self.add(declared.advanced(definition), about)

    def described(self, columns, parameters, context, feedback):
        """Return what the table, or the fields' names, say of the indicators; it is told."""
        from sialgeo.descriptions import describe_indicators, sentence

        from ..adapters import table_of

        table = self.parameterAsSource(parameters, "DESCRIPTION", context)
        described = None if table is None else table_of(table, feedback)
        source = self.text(parameters, "SOURCE", context) or ""
        found = describe_indicators(columns, description=described, source=source)
        for indicator in found:
            feedback.pushInfo(sentence(indicator))
        return found


class OverlayIndicators(TerritoryInputs, WorkfileStep):
    """Lay human development and poverty over concentrations."""

    ID = "overlayindicators"
    TITLE = mark("Overlay HDI and poverty")
    ABOUT = mark(
        "Lays indicators of districts, or a raster, over detected concentrations.\n"
        "Each concentration gets the mean over its area (weighted by population "
        "where you name its field, else by "
        "area), the mean over its producers' own districts, and the share of its "
        "area that has a value. Missing "
        "values stay missing.\n"
        "Indicators of places say nothing about single producers."
    )
    GROUP = "territory"
    TAGS = "overlay,superponer,hdi,idh,poverty,pobreza,human development,desarrollo humano,zonal"
    ICON = "overlay"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and outputs."""
        del configuration
        add_input(self)
        self.add_territories()
        self.add_spreading()
        self.add(
            declared.advanced(
                QgsProcessingParameterString(
                    "PRECISION", tr("Field with the precision in metres"), optional=True
                )
            ),
            tr(
                "Name of the producers' field with the precision of each one's coordinates; "
                "who may stand in another territory is told. Empty: precision_m, where there is one."
            ),
        )
        self._add_raster()
        self.add_description()
        self.add(
            QgsProcessingParameterFeatureSink(
                "OUTPUT",
                tr("Concentrations with indicators"),
                QgsProcessing.SourceType.TypeVectorPolygon,
            ),
            tr("The concentrations with the indicators as fields."),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                "OUTPUT_PRODUCERS",
                tr("Producers with indicators"),
                QgsProcessing.SourceType.TypeVectorPoint,
                optional=True,
                createByDefault=False,
            ),
            tr("The producers with the indicators of their own district."),
        )
        self.add(
            QgsProcessingParameterFileDestination(
                "WORKFILE", tr("New working file"), tr(WORKFILES) + " (*.work.gpkg)", optional=True
            ),
            tr(
                "Private file with all of it, points included, for the next overlay "
                "and for “Export map”."
            ),
        )
        self.addOutput(QgsProcessingOutputNumber("CONCENTRATIONS_COUNT", tr("Concentrations")))
        self.addOutput(
            QgsProcessingOutputNumber("TESTED_COUNT", tr("Concentrations that pass the test"))
        )
        self.addOutput(QgsProcessingOutputString("SUMMARY", tr("Summary")))

    def _add_raster(self):
        for definition, about in (
            (
                QgsProcessingParameterRasterLayer(
                    "RASTER", tr("Raster of an indicator"), optional=True
                ),
                tr("Instead of territories, or besides them."),
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
            self.add(declared.advanced(definition), about)

    def faults(self, parameters, context) -> list:
        """Explain layers that cannot be laid over."""
        found = super().faults(parameters, context) + self.territory_faults(parameters, context)
        territories = self.parameterAsSource(parameters, "TERRITORIES", context)
        raster = self.parameterAsRasterLayer(parameters, "RASTER", context)
        if territories is None and raster is None:
            found.append(tr("Nothing to lay over: give territories with indicators, or a raster."))
        return found + raster_faults(raster)

    def prepareAlgorithm(self, parameters, context, feedback):  # noqa: N802
        """Take the raster's data provider while still in the main thread."""
        raster = self.parameterAsRasterLayer(parameters, "RASTER", context)
        self._raster = raster.dataProvider().clone() if raster is not None else None
        self._raster_name = raster.name() if raster is not None else ""
        return super().prepareAlgorithm(parameters, context, feedback)

    def step(self, found, parameters, context, feedback, report):
        """Lay over."""
        report(0.1, tr("Laying the territories over"))
        found = self._territories(found, parameters, context, feedback)
        report(0.5, tr("Laying the raster over"))
        return self._over_raster(found, parameters, context, feedback)

    def _territories(self, found, parameters, context, feedback):
        import sialgeo

        layer = self.frame(parameters, "TERRITORIES", context, feedback, like=found.producers)
        if layer is None:
            return found
        columns = self.parameterAsFields(parameters, "COLUMNS", context)
        return sialgeo.overlay(
            found,
            layer,
            columns=columns,
            key=self.field(parameters, "KEY", context),
            name=self.field(parameters, "NAME", context),
            population=self.field(parameters, "POPULATION", context),
            indicators=self.described(columns, parameters, context, feedback),
            precision=self.text(parameters, "PRECISION", context),
            **self.spreading(parameters, context),
        )

    def _over_raster(self, found, parameters, context, feedback):
        import sialgeo

        from ..adapters import raster_of

        if self._raster is None:
            return found
        column = self.text(parameters, "RASTER_COLUMN", context) or self._raster_name
        band = max(self.parameterAsInt(parameters, "BAND", context), 1)
        raster = raster_of(self._raster, band, column)
        indicators = self.described([column], parameters, context, feedback)
        return sialgeo.overlay(found, raster, columns=[column], indicators=indicators)


def raster_faults(raster) -> list:
    """Return what is wrong with a raster layer, none where there is none."""
    if raster is None or raster.crs().isValid():
        return []
    return [tr("The raster has no coordinate system. Remedy: set it in its layer properties.")]
