# SPDX-License-Identifier: GPL-2.0-or-later
"""*Suggest a radius*: what speaks for one radius or another, before anything is detected."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingOutputString,
)

from .. import library
from ..texts import mark, tr
from .base import POINT, SialgeoAlgorithm
from .reference import ReferenceInputs


class SuggestRadius(ReferenceInputs, SialgeoAlgorithm):
    """Say what speaks for one radius or another."""

    ID = "suggestradius"
    TITLE = mark("Suggest a radius")
    ABOUT = mark(
        "Tells for each of several radii how many neighbours chance alone gives, how many would "
        "be remarkable, and whether the reference population is fine enough.\n"
        "It suggests and decides nothing: chains concentrate at different scales. A ladder of radii "
        "inside the test (“Radius: several are tried”) is the honest choice where none is known."
    )
    GROUP = "detect"
    TAGS = "radius,radio,distance,distancia,k-distance,eps,scale,escala"
    ICON = "detect"
    NEEDS = library.ALL

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_producers()
        self.add_reference()
        self.add_declared()
        self.add_text(
            "RADII",
            tr("Radii to look at"),
            tr("As 2km,5km,10km; empty: those of sialgeo's ladder."),
        )
        self.add_table(tr("Radii"), tr("One row per radius, without geometry."))
        self.addOutput(QgsProcessingOutputString("SUMMARY", tr("Summary")))

    def owner(self):
        """Return the declaration of the method."""
        from sialgeo.radii import RadiusChoice

        return RadiusChoice

    def faults(self, parameters, context) -> list:
        """Explain layers that cannot be used."""
        found = self.source_faults(parameters, "PRODUCERS", context, kind=POINT)
        found += self.reference_faults(parameters, context)
        found += self.distance_faults(parameters, "RADII", context)
        return found + self.declared_faults(parameters, context)

    def work(self, parameters, context, feedback):
        """Look at radii, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the layers"))
        producers = self.frame(parameters, "PRODUCERS", context, feedback)
        reference = self.reference(parameters, context, feedback, producers)
        report(0.5, tr("Looking at radii"))
        radii = self.distances(parameters, "RADII", context)
        guide = sialgeo.suggest_radius(
            producers,
            reference=reference,
            progress=report.part(0.5, 1.0),
            **self.given(parameters, context),
            **({"radii": radii} if radii else {}),
        )
        sentences = guide.sentences()
        for line in sentences:
            feedback.pushInfo(line)
        table = guide.table.reset_index()
        layer = self.write_table(table, parameters, "OUTPUT", context, feedback)
        report(1.0)
        return {"OUTPUT": layer, "SUMMARY": " ".join(sentences)}
