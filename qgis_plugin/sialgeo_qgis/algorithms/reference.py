# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference population as inputs of an algorithm: points, polygons with counts, or a raster."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterRasterLayer,
)

from .. import declared
from ..texts import tr
from .base import POINT, POLYGON, _geometry


class ReferenceInputs:
    """Mixed into an algorithm: the inputs, what is wrong with them, and the reference made of them."""

    def add_reference(self):
        """Declare the inputs."""
        kinds = [
            QgsProcessing.SourceType.TypeVectorPoint,
            QgsProcessing.SourceType.TypeVectorPolygon,
        ]
        self.add(
            QgsProcessingParameterFeatureSource(
                "REFERENCE", tr("Reference population"), kinds, optional=True
            ),
            tr("All farms or establishments as points, or polygons with counts."),
        )
        self.add(
            QgsProcessingParameterBoolean(
                "INCLUDES_PRODUCERS",
                tr("The reference holds the producers, too"),
                defaultValue=False,
            ),
            tr("Tick it if the producers are a part of the reference layer."),
        )
        self.add(
            declared.advanced(
                QgsProcessingParameterField(
                    "KEY",
                    tr("Identifier in both layers"),
                    parentLayerParameterName="REFERENCE",
                    optional=True,
                )
            ),
            tr(
                "Field of the same name in both layers that tells which "
                "reference units are producers; empty: told by their coordinates."
            ),
        )
        self.add(
            declared.advanced(
                QgsProcessingParameterBoolean(
                    "HABITABLE",
                    tr("The reference's polygons are habitable land, not a population"),
                    defaultValue=False,
                )
            ),
            tr(
                "For want of a population: producers are held against an even spread over this "
                "land. The answer stays inconclusive, whatever the p-value."
            ),
        )
        self._add_counts()
        self._add_raster()

    def _add_counts(self):
        numeric = QgsProcessingParameterField.DataType.Numeric
        settled = QgsProcessing.SourceType.TypeVectorPoint
        for definition, about in (
            (
                QgsProcessingParameterField(
                    "COUNTS",
                    tr("Counts of a polygon reference"),
                    parentLayerParameterName="REFERENCE",
                    type=numeric,
                    optional=True,
                ),
                tr("Field with the number of units in each polygon."),
            ),
            (
                QgsProcessingParameterFeatureSource(
                    "SETTLEMENTS",
                    tr("Settlements to spread the counts over"),
                    [settled],
                    optional=True,
                ),
                tr(
                    "Points of populated places: counts of polygons wider than half "
                    "the radius give no p-value unless they are spread."
                ),
            ),
            (
                QgsProcessingParameterField(
                    "WEIGHT",
                    tr("Weight of the settlements"),
                    parentLayerParameterName="SETTLEMENTS",
                    type=numeric,
                    optional=True,
                ),
                tr("Field to share the counts by, for instance population."),
            ),
        ):
            self.add(declared.advanced(definition), about)

    def _add_raster(self):
        for definition, about in (
            (
                QgsProcessingParameterRasterLayer(
                    "REFERENCE_RASTER", tr("Reference population as a raster"), optional=True
                ),
                tr(
                    "Raster of counts per cell, instead of a reference layer; cells "
                    "must be smaller than half the radius."
                ),
            ),
            (
                QgsProcessingParameterBand(
                    "REFERENCE_BAND",
                    tr("Band of the reference raster"),
                    1,
                    "REFERENCE_RASTER",
                    optional=True,
                ),
                tr("Band with the counts."),
            ),
        ):
            self.add(declared.advanced(definition), about)

    def reference_faults(self, parameters, context) -> list:
        """Return what is wrong with the reference given, none where there is none."""
        source = self.parameterAsSource(parameters, "REFERENCE", context)
        raster = self.parameterAsRasterLayer(parameters, "REFERENCE_RASTER", context)
        counts = self.field(parameters, "COUNTS", context)
        if source is not None and raster is not None:
            return [tr("Give the reference population as a layer or as a raster, not both.")]
        if source is None:
            if raster is not None and not raster.crs().isValid():
                return [
                    tr(
                        "The reference raster has no coordinate system. Remedy: set "
                        "it in its layer properties."
                    )
                ]
            return []
        polygons = _geometry(source.wkbType()) == POLYGON
        habitable = self.parameterAsBoolean(parameters, "HABITABLE", context)
        found = self.source_faults(
            parameters, "REFERENCE", context, kind=POLYGON if polygons else POINT
        )
        if habitable and not polygons:
            found.append(tr("Habitable land must be polygons; this reference holds points."))
        if habitable and counts is not None:
            found.append(tr("Habitable land has no counts: give one or the other."))
        if polygons and counts is None and not habitable:
            found.append(
                tr(
                    "The reference holds polygons. Remedy: name the field with their "
                    "counts (“Counts of a polygon reference”)."
                )
            )
        if not polygons and counts is not None:
            found.append(
                tr(
                    "Counts are for a polygon reference; this one holds points, "
                    "which count one each."
                )
            )
        found += self.source_faults(parameters, "SETTLEMENTS", context, kind=POINT)
        return found + self.orphans(parameters, context, WEIGHT="SETTLEMENTS")

    def reference_given(self, parameters, context) -> bool:
        """Return whether there is a reference, as a layer or as a raster."""
        return (
            self.parameterAsSource(parameters, "REFERENCE", context) is not None
            or self.parameterAsRasterLayer(parameters, "REFERENCE_RASTER", context) is not None
        )

    def prepareAlgorithm(self, parameters, context, feedback):  # noqa: N802
        """Take the raster's data provider while still in the main thread."""
        raster = self.parameterAsRasterLayer(parameters, "REFERENCE_RASTER", context)
        self._raster = raster.dataProvider().clone() if raster is not None else None
        return super().prepareAlgorithm(parameters, context, feedback)

    def reference(self, parameters, context, feedback, producers):
        """Return the reference in the CRS of the producers, None where none is given."""
        import sialgeo

        if self._raster is not None:
            from sialgeo.readers.layers import cell_size

            from ..adapters import raster_of

            band = max(self.parameterAsInt(parameters, "REFERENCE_BAND", context), 1)
            raster = raster_of(self._raster, band, "mass")
            cells = raster.cells()
            if cells.crs is not None and cells.crs != producers.crs:
                cells = cells.to_crs(producers.crs)
            return sialgeo.Reference.from_cells(
                cells, spacing=cell_size(raster), name=self._raster.name()
            )
        frame = self.frame(parameters, "REFERENCE", context, feedback, like=producers)
        if frame is None:
            return None
        counts = self.field(parameters, "COUNTS", context)
        name = self.parameterAsSource(parameters, "REFERENCE", context).sourceName()
        if self.parameterAsBoolean(parameters, "HABITABLE", context):
            return sialgeo.Reference.from_mask(frame, name=name)
        if counts is not None:
            return sialgeo.Reference.from_polygons(
                frame,
                counts,
                settlements=self.frame(
                    parameters, "SETTLEMENTS", context, feedback, like=producers
                ),
                weight=self.field(parameters, "WEIGHT", context),
                name=name,
            )
        return sialgeo.Reference.from_points(
            frame,
            includes_producers=self.parameterAsBoolean(parameters, "INCLUDES_PRODUCERS", context),
            key=self.field(parameters, "KEY", context),
            name=name,
        )
