# SPDX-License-Identifier: GPL-2.0-or-later
"""*Are they in poorer places?*: tested against maps as smooth as the indicator's."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
)

from ..texts import mark, tr
from .base import POLYGON
from .steps import TestedStep

_BETTER = ("less", "more")
_ASKED = ("method", "replicates", "seed")


class AssociateConcentrations(TestedStep):
    """Test whether concentrations are in poorer places than expected."""

    ID = "associate"
    TITLE = mark("Are they in poorer places?")
    ABOUT = mark(
        "Asks whether the producers in concentrations stand in worse-off territories than the "
        "reference population, and tests it against maps as smooth as the indicator's own: smooth "
        "maps look alike by chance, and the usual tests find far too much.\n"
        "With fewer than five concentrations it describes and does not test. An association is no "
        "effect, and territories are not households."
    )
    GROUP = ("territory", mark("Territory and poverty"))
    TAGS = "association,asociación,poverty,pobreza,HDI,IDH,Moran,spatial autocorrelation"
    ICON = "overlay"

    def owner(self):
        """Return the declaration of the test."""
        from sialgeo.association import AssociationTest

        return AssociationTest

    def declarations(self) -> tuple:
        """Return method, replicates and seed."""
        return tuple(one for one in super().declarations() if one.name in _ASKED)

    def declare(self) -> None:
        """Declare territories, indicator and reference."""
        numeric = QgsProcessingParameterField.DataType.Numeric
        self.add(
            QgsProcessingParameterFeatureSource(
                "TERRITORIES",
                tr("Territories with indicators"),
                [QgsProcessing.SourceType.TypeVectorPolygon],
            ),
            tr("Polygons of districts with the indicator as a field."),
        )
        parent = {"parentLayerParameterName": "TERRITORIES"}
        self.add(
            QgsProcessingParameterField("COLUMN", tr("Indicator"), type=numeric, **parent),
            tr("Field with the indicator."),
        )
        self.add(
            QgsProcessingParameterEnum(
                "BETTER",
                tr("Which is better"),
                [tr("less is better (poverty)"), tr("more is better (human development)")],
                defaultValue=0,
            ),
            tr("So that “poorer” is understood."),
        )
        self.add(
            QgsProcessingParameterField("DISSOLVE", tr("Larger division"), optional=True, **parent),
            tr("Field with the province, to see whether the answer holds at another level."),
        )
        super().declare()

    def faults(self, parameters, context) -> list:
        """Explain territories that cannot be used."""
        found = super().faults(parameters, context)
        return found + self.source_faults(parameters, "TERRITORIES", context, kind=POLYGON)

    def step(self, found, parameters, context, feedback, report):
        """Ask, tell, and keep the answer among the tests."""
        import sialgeo

        territories = self.frame(parameters, "TERRITORIES", context, feedback, like=found.producers)
        answer = sialgeo.associate(
            found,
            territories,
            column=self.field(parameters, "COLUMN", context),
            reference=self.reference(parameters, context, feedback, found.producers),
            better=_BETTER[self.parameterAsEnum(parameters, "BETTER", context)],
            dissolve=self.field(parameters, "DISSOLVE", context),
            progress=report,
            **self.given(parameters, context),
        )
        feedback.pushInfo(answer.verdict)
        for caution in (*answer.cautions, *answer.notes):
            feedback.pushWarning(caution)
        return answer.added_to(found)
