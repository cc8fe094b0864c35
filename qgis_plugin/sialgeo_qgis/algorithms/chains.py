# SPDX-License-Identifier: GPL-2.0-or-later
"""*Detect chain by chain*: many chains as one family of tests, and what they show together."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingParameterDefinition,
)

from .. import declared
from ..texts import mark, tr
from .detect import DetectConcentrations


class DetectChains(DetectConcentrations):
    """Detect, test and describe the concentrations of every chain."""

    ID = "detectchains"
    TITLE = mark("Detect chain by chain")
    ABOUT = mark(
        "Finds and tests the concentrations of every chain on its own. Looking at many chains is "
        "many looks at the map, and the p-values pay for all of them.\n"
        "Without a reference population each chain is held against all chains together. Beside the "
        "concentrations it tells which chains are concentrated beyond chance, where the footprints "
        "of two chains meet (a multi-product basin), and where the mix of chains differs from "
        "elsewhere (multinomial scan, once)."
    )
    TAGS = (
        "chains,cadenas,products,productos,basin,cuenca multiproducto,multinomial,overlap,"
        "solapamiento,multiple testing,SIAL"
    )

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare what every detection declares, the mix, and the two tables."""
        super().initAlgorithm(configuration)
        chain = self.parameterDefinition("CHAIN")
        chain.setFlags(chain.flags() & ~QgsProcessingParameterDefinition.Flag.FlagOptional)
        for one in self.declarations():
            self.declared_once(declared.parameter(one))
        for name, label, about in (
            (
                "OUTPUT_CHAINS",
                tr("Chains"),
                tr("One row a chain: producers, concentrations, p-value, adjusted p-value."),
            ),
            (
                "OUTPUT_OVERLAP",
                tr("Overlap of chains"),
                tr(
                    "One row for each two chains that are concentrated: how far their areas overlap."
                ),
            ),
        ):
            self.add_table(label, about, name=name, optional=True)

    def owner(self):
        """Return the declaration of the scan of the mix."""
        from sialgeo.chains import ChainChoice

        return ChainChoice

    def needs_reference(self, method) -> bool:
        """Return False: without one the chains are held against each other."""
        del method
        return False

    def found(self, parameters, context, producers, reference, detector, evidence, told, report):
        """Detect every chain; return them in one map."""
        import sialgeo

        self.chains = sialgeo.detect_chains(
            producers,
            detector,
            chain=self.field(parameters, "CHAIN", context),
            reference=reference,
            progress=report.part(0.05, 0.9),
            **self.given(parameters, context),
            **evidence,
            **told,
        )
        return self.chains.together()

    def more_outputs(self, parameters, context, feedback) -> dict:
        """Write the table of chains and the overlap of each two."""
        tables = {
            "OUTPUT_CHAINS": self.chains.table.reset_index(),
            "OUTPUT_OVERLAP": self.chains.pairs(),
        }
        written = {}
        for name, table in tables.items():
            layer = self.write_table(table, parameters, name, context, feedback)
            if layer:
                written[name] = layer
        return written
