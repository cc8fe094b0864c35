# SPDX-License-Identifier: GPL-2.0-or-later
"""*Join indicators*: a table of indicators to territories by official code; what did not join is told."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
)

from .. import declared
from ..texts import mark, tr
from .base import POLYGON, SialgeoAlgorithm


class JoinIndicators(SialgeoAlgorithm):
    """Join a table of indicators to territories."""

    ID = "joinindicators"
    TITLE = mark("Join indicators")
    ABOUT = mark(
        "Joins a table of indicators (human development, poverty, …) to districts or "
        "municipalities by their "
        "official code.\n"
        "Codes are compared as text; what did not join, on either side, is listed. "
        "Missing values stay missing: "
        "they never become 0."
    )
    GROUP = "data"
    TAGS = "join,unir,table,tabla,indicator,indicador,ubigeo,cvegeo,idh,hdi,pobreza,poverty"
    ICON = "join"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and outputs."""
        del configuration
        self.add(
            QgsProcessingParameterFeatureSource(
                "TERRITORIES", tr("Territories"), [QgsProcessing.SourceType.TypeVectorPolygon]
            ),
            tr("Polygons of districts or municipalities."),
        )
        self.add(
            QgsProcessingParameterField(
                "KEY", tr("Code of the territories"), parentLayerParameterName="TERRITORIES"
            ),
            tr("Field with the official code (UBIGEO, CVEGEO, …)."),
        )
        self.add(
            QgsProcessingParameterFeatureSource(
                "TABLE", tr("Table of indicators"), [QgsProcessing.SourceType.TypeVector]
            ),
            tr("Table or layer with one row per territory."),
        )
        self.add(
            QgsProcessingParameterField(
                "TABLE_KEY", tr("Code in the table"), parentLayerParameterName="TABLE"
            ),
            tr(
                "Field with the same codes. Leading zeros that were lost are put "
                "back, and it is told."
            ),
        )
        self._add_joined()
        self.add(
            QgsProcessingParameterFeatureSink(
                "OUTPUT",
                tr("Territories with indicators"),
                QgsProcessing.SourceType.TypeVectorPolygon,
            ),
            tr("The territories with the indicators as fields."),
        )
        self.addOutput(
            QgsProcessingOutputNumber("JOINED_COUNT", tr("Territories with a row in the table"))
        )

    def _add_joined(self) -> None:
        self.add(
            QgsProcessingParameterField(
                "COLUMNS",
                tr("Indicators to join"),
                parentLayerParameterName="TABLE",
                allowMultiple=True,
                optional=True,
            ),
            tr("Empty: all columns of the table."),
        )
        name = QgsProcessingParameterField(
            "NAME",
            tr("Names to join by where codes do not"),
            parentLayerParameterName="TERRITORIES",
            allowMultiple=True,
            optional=True,
        )
        self.add(
            declared.advanced(name),
            tr(
                "Field with the name (or fields, as province and district) that the table has, too; it "
                "joins where there is only one of that name on both sides."
            ),
        )

    def faults(self, parameters, context) -> list:
        """Explain layers that cannot be joined."""
        found = self.source_faults(parameters, "TERRITORIES", context, kind=POLYGON)
        return found + self.source_faults(parameters, "TABLE", context)

    def work(self, parameters, context, feedback):
        """Join and tell what did not."""
        import sialgeo

        from ..adapters import Reporter, read_numbers, table_of

        report = Reporter(feedback)
        report(0.0, tr("Reading the layers"))
        territories = self.frame(parameters, "TERRITORIES", context, feedback)
        table = table_of(self.parameterAsSource(parameters, "TABLE", context), feedback)
        table_key = self.field(parameters, "TABLE_KEY", context)
        columns = [
            c for c in self.parameterAsFields(parameters, "COLUMNS", context) if c != table_key
        ]
        kept = {table_key} | ({c for c in table.columns if c not in columns} if columns else set())
        table, numbers = read_numbers(table, kept)
        if numbers:
            feedback.pushInfo(tr("Read as numbers: {columns}.").format(columns=", ".join(numbers)))
        report(0.5, tr("Joining"))
        joined = sialgeo.join_indicators(
            territories,
            table,
            key=self.field(parameters, "KEY", context),
            table_key=table_key,
            columns=columns or None,
            name=self.parameterAsFields(parameters, "NAME", context) or None,
        )
        told = joined.attrs["join"]
        for sentence in told["sentences"]:
            feedback.pushInfo(sentence)
        for code in told["territories_without"]:
            feedback.pushWarning(
                tr("No row in the table for the territory {code}.").format(code=code)
            )
        layer = self.write(joined, parameters, "OUTPUT", context, feedback, geometry="MultiPolygon")
        self._style(
            layer, joined, columns or [c for c in joined.columns if c not in territories.columns]
        )
        report(1.0)
        return {"OUTPUT": layer, "JOINED_COUNT": int(told["joined"])}

    def _style(self, layer, joined, columns):
        from sialgeo import describe_indicators

        known = [
            one
            for one in describe_indicators(columns)
            if one.family != "other" and joined[one.column].dtype.kind in "if"
        ]
        first = known[0] if known else None
        self.results = (
            layer,
            first,
            None if first is None else joined[first.column].to_numpy(float),
        )

    def postProcessAlgorithm(self, context, feedback):  # noqa: N802
        """Have the layer styled by its first indicator when it is loaded."""
        del feedback
        from .. import styling

        layer, indicator, values = getattr(self, "results", (None, None, None))
        if indicator is not None:
            style = styling.IndicatorStyle(values, indicator)
            styling.attach(context, layer, style, self.displayName())
        return {}
