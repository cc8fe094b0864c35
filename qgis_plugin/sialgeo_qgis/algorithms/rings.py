# SPDX-License-Identifier: GPL-2.0-or-later
"""*Rings around concentrations*: indicators of the footprints and of the rings around them."""

from __future__ import annotations

from itertools import pairwise

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterString,
)

from .. import library
from ..texts import mark, tr
from .base import SialgeoAlgorithm
from .outcome import add_input
from .overlay import TerritoryInputs


class CatchmentRings(TerritoryInputs, SialgeoAlgorithm):
    """Compare what is in a concentration with what is around it."""

    ID = "catchmentrings"
    TITLE = mark("Rings around concentrations")
    ABOUT = mark(
        "Indicators and counts of districts in each concentration's area and in the rings around "
        "it: is it poorer nearby than inside?\n"
        "Rings of different concentrations may overlap; their counts do not add up. The areas are "
        "exact: keep the layer private."
    )
    GROUP = "territory"
    TAGS = "rings,anillos,catchment,área de influencia,buffer,poverty,pobreza,HDI,IDH"
    ICON = "overlay"
    NEEDS = library.ALL

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        add_input(self)
        self.add_territories(optional=False)
        self.add(
            QgsProcessingParameterString(
                "RADII", tr("Outer edges of the rings"), defaultValue="5km,10km,20km"
            ),
            tr("Increasing distances from the area's edge, as 5km,10km,20km."),
        )
        self.add_spreading()
        self.add_description()
        self.add(
            QgsProcessingParameterFeatureSink(
                "OUTPUT", tr("Rings"), QgsProcessing.SourceType.TypeVectorPolygon
            ),
            tr("One row per concentration and ring, the area itself (0 to 0) first."),
        )

    def faults(self, parameters, context) -> list:
        """Explain radii and territories that cannot be used."""
        found = self.workfile_faults(parameters, "CONCENTRATIONS", context)
        found += self.territory_faults(parameters, context)
        wrong = self.distance_faults(parameters, "RADII", context)
        if wrong:
            return found + wrong
        radii = self.distances(parameters, "RADII", context)
        if not radii or any(b <= a for a, b in pairwise((0.0, *radii))):
            found.append(tr("Give the rings increasing distances, as 5km,10km,20km."))
        return found

    def work(self, parameters, context, feedback):
        """Draw the rings, carry the figures, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the working file"))
        found = sialgeo.read_concentrations(
            self.parameterAsFile(parameters, "CONCENTRATIONS", context)
        )
        layer = self.frame(parameters, "TERRITORIES", context, feedback, like=found.producers)
        columns = self.parameterAsFields(parameters, "COLUMNS", context)
        report(0.3, tr("Laying the territories over"))
        rings = sialgeo.catchment_rings(
            found,
            layer,
            radii=self.distances(parameters, "RADII", context),
            means=columns,
            key=self.field(parameters, "KEY", context),
            population=self.field(parameters, "POPULATION", context),
            indicators=self.described(columns, parameters, context, feedback),
            **self.spreading(parameters, context),
        )
        for note in rings.attrs["notes"]:
            feedback.pushWarning(note)
        report(0.9, tr("Writing the outputs"))
        made = self.write(rings, parameters, "OUTPUT", context, feedback, geometry="MultiPolygon")
        report(1.0)
        return {"OUTPUT": made}
