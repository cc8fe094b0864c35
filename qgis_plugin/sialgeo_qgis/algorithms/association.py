# SPDX-License-Identifier: GPL-2.0-or-later
"""Association with indicators: *Are they in poorer places?*, a group against the rest, regression, Moran's I."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterString,
)

from .. import declared
from ..texts import mark, tr
from .areas import OfDistricts
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
    GROUP = "territory"
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
        divisions = QgsProcessingParameterBoolean("DIVISIONS", tr("Other divisions too"), True)
        self.add(
            declared.advanced(divisions),
            tr("Also over the larger division and over grids: does the answer hang on the limits?"),
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
            divisions=self.parameterAsBoolean(parameters, "DIVISIONS", context),
            progress=report,
            **self.given(parameters, context),
        )
        feedback.pushInfo(answer.verdict)
        for caution in (*answer.cautions, *answer.notes):
            feedback.pushWarning(caution)
        return answer.added_to(found)


class GroupContrast(OfDistricts):
    """Hold a group of districts against the rest."""

    ID = "contrast"
    TITLE = mark("A group of districts against the rest")
    ABOUT = mark(
        "Holds the districts of one group (a region, say) against the rest, indicator by indicator: "
        "means, a test against maps as smooth as the indicator's own, and which districts depart "
        "from the rule.\n"
        "An association is no effect, and districts are not households."
    )
    GROUP = "territory"
    TAGS = "contrast,contraste,group,grupo,region,región,HDI,IDH,poverty,pobreza"
    ICON = "overlay"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_areas(tr("Polygons of districts with the indicators as fields."))
        self.add_field("BY", tr("Field of the groups"), tr("As region."), of="AREAS", numeric=False)
        self.add(
            QgsProcessingParameterString("GROUP", tr("The group")),
            tr("One of its values, as it is written in the field; the others are the rest."),
        )
        self.add_field(
            "COLUMNS",
            tr("Indicators"),
            tr("Fields, one a year."),
            of="AREAS",
            many=True,
        )
        self.add_field("NAME", tr("Name of the districts"), tr("Field."), of="AREAS", numeric=False)
        for name, label, options, about in (
            (
                "BETTER",
                tr("Which is better"),
                [tr("less is better (poverty)"), tr("more is better (human development)")],
                tr("For indicators whose field's name does not tell it."),
            ),
            (
                "EXPECTED",
                tr("What is stated of the group"),
                [tr("it is worse off"), tr("it is better off")],
                tr("The statement that the test is held against."),
            ),
        ):
            self.add(QgsProcessingParameterEnum(name, label, options, defaultValue=0), about)
        self.add_declared()
        self.add_table(
            tr("Contrast"),
            tr("One row for each indicator: means, difference, p-value, who departs."),
        )
        self.addOutput(QgsProcessingOutputString("SUMMARY", tr("Summary")))

    def owner(self):
        """Return the declaration of replicates and seed."""
        from sialgeo.significance import Replication

        return Replication

    def work(self, parameters, context, feedback):
        """Compare, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        columns = self.parameterAsFields(parameters, "COLUMNS", context)
        found = sialgeo.contrast(
            self.frame(parameters, "AREAS", context, feedback),
            by=self.field(parameters, "BY", context),
            group=self.text(parameters, "GROUP", context),
            columns=columns,
            name=self.field(parameters, "NAME", context),
            better=_BETTER[self.parameterAsEnum(parameters, "BETTER", context)],
            expected=("worse", "better")[self.parameterAsEnum(parameters, "EXPECTED", context)],
            indicators=[one for one in sialgeo.describe_indicators(columns) if one.better],
            progress=Reporter(feedback).part(0.1, 0.9),
            **self.given(parameters, context),
        )
        for line in (found.verdict, *(found.said_of(row) for row in found.rows)):
            feedback.pushInfo(line)
        for caution in found.cautions:
            feedback.pushWarning(caution)
        layer = self.write_table(found.table(), parameters, "OUTPUT", context, feedback)
        return {"OUTPUT": layer, "SUMMARY": found.verdict}


class RegressIndicator(OfDistricts):
    """Explain an indicator of districts by others, neighbours being alike."""

    ID = "regression"
    TITLE = mark("Regression of an indicator")
    ABOUT = mark(
        "One indicator of the districts by others, with the likeness of neighbours in the model: "
        "least squares, spatial lag or spatial error, as the tests of dependence choose.\n"
        "An association is no effect, and districts are not households."
    )
    GROUP = "territory"
    TAGS = "regression,regresión,spatial lag,rezago espacial,spatial error,Anselin,Lagrange"
    ICON = "overlay"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_areas(tr("Polygons of districts with the indicators as fields."))
        self.add_field("Y", tr("Indicator that is explained"), tr("Field."), of="AREAS")
        self.add_field(
            "X", tr("Fields that explain it"), tr("One or several."), of="AREAS", many=True
        )
        self.add_declared()
        self.add_table(
            tr("Coefficients"), tr("One row for each: estimate, standard error, z, p-value.")
        )
        self.addOutput(QgsProcessingOutputString("SUMMARY", tr("Summary")))

    def owner(self):
        """Return the declaration of model and neighbours."""
        from sialgeo.association.asked import Regressing

        return Regressing

    def work(self, parameters, context, feedback):
        """Fit, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        areas = self.frame(parameters, "AREAS", context, feedback)
        Reporter(feedback)(0.3, tr("Fitting"))
        found = sialgeo.spatial_regression(
            areas,
            self.field(parameters, "Y", context),
            self.parameterAsFields(parameters, "X", context),
            **self.given(parameters, context),
        )
        said = found.summary()
        feedback.pushInfo(said.verdict)
        feedback.pushInfo(said.number)
        for note in found.notes:
            feedback.pushWarning(note)
        table = found.coefficients.rename_axis("column").reset_index()
        layer = self.write_table(table, parameters, "OUTPUT", context, feedback)
        return {"OUTPUT": layer, "SUMMARY": said.verdict}


class MoranIndex(OfDistricts):
    """Say how alike neighbouring districts are."""

    ID = "moran"
    TITLE = mark("How alike are neighbours? (Moran's I)")
    ABOUT = mark(
        "Moran's I of indicators of districts, with its moments under normality and under "
        "randomisation: are neighbours alike?\n"
        "Where they are, tests that take districts as independent find far too much."
    )
    GROUP = "territory"
    TAGS = "Moran,spatial autocorrelation,autocorrelación espacial,neighbours,vecinos"
    ICON = "overlay"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_areas(tr("Polygons of districts with the indicators as fields."))
        self.add_field("COLUMNS", tr("Indicators"), tr("Fields."), of="AREAS", many=True)
        self.add_declared()
        self.add_table(tr("Moran's I"), tr("One row for each indicator."))

    def owner(self):
        """Return the declaration of the neighbours."""
        from sialgeo.association import LocalAssociation

        return LocalAssociation

    def declarations(self) -> tuple:
        """Return which areas are neighbours."""
        return tuple(one for one in super().declarations() if one.name in ("neighbours", "k"))

    def work(self, parameters, context, feedback):
        """Compute, write, tell."""
        import pandas as pd

        import sialgeo

        from ..adapters import Reporter

        areas = self.frame(parameters, "AREAS", context, feedback)
        Reporter(feedback)(0.5, tr("Comparing neighbours"))
        rows = []
        for column in self.parameterAsFields(parameters, "COLUMNS", context):
            found = sialgeo.moran(areas, column, **self.given(parameters, context))
            rows.append(
                {
                    "indicator": column,
                    "moran_i": found.statistic,
                    "expected": found.expected,
                    "z_norm": found.z_norm,
                    "p_norm": found.p_norm,
                    "z_rand": found.z_rand,
                    "p_rand": found.p_rand,
                    "areas": found.areas,
                }
            )
            feedback.pushInfo(f"{column}: I = {found.statistic:.3f}, p = {found.p_rand:.3f}")
            for note in found.notes:
                feedback.pushWarning(f"{column}: {note}")
        layer = self.write_table(pd.DataFrame(rows), parameters, "OUTPUT", context, feedback)
        return {"OUTPUT": layer}
