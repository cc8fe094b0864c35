# SPDX-License-Identifier: GPL-2.0-or-later
"""*Producers from a table*: CSV or XLSX, degrees or UTM, to a point layer; rejected rows are told."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterCrs,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from ..declared import advanced
from ..texts import mark, tr
from .base import SialgeoAlgorithm

_SEPARATORS = ("", ",", ";", "\t", "|")
_DECIMALS = ("", ".", ",")


class ProducersFromTable(SialgeoAlgorithm):
    """Read producers from a table."""

    ID = "producersfromtable"
    TITLE = mark("Producers from a table")
    ABOUT = mark(
        "Makes a point layer of producers from a CSV or XLSX table with coordinates "
        "in degrees or UTM metres.\n"
        "Separator, decimal sign, encoding, coordinate columns and coordinate system "
        "are guessed where you leave "
        "them open; each guess is told, and you can override it. Rows that cannot be "
        "placed are not dropped in "
        "silence: they are written to a table with their row number and the reason."
    )
    GROUP = ("data", mark("Data"))
    TAGS = (
        "csv,xlsx,excel,table,tabla,utm,coordinates,coordenadas,producers,productores,points,puntos"
    )
    ICON = "table"
    WANTS = ("openpyxl",)

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and outputs."""
        del configuration
        kinds = (
            tr("Tables") + " (*.csv *.txt *.tsv *.xlsx *.xls *.ods);;" + tr("All files") + " (*.*)"
        )
        self.add(
            QgsProcessingParameterFile("INPUT", tr("Table"), fileFilter=kinds),
            tr("CSV or XLSX file with one row per producer."),
        )
        self._add_columns()
        self._add_reading()
        self.add(
            QgsProcessingParameterFeatureSink(
                "OUTPUT", tr("Producers"), QgsProcessing.SourceType.TypeVectorPoint
            ),
            tr("Point layer of the rows that could be placed."),
        )
        rejected = QgsProcessingParameterFileDestination(
            "REJECTED", tr("Rejected rows"), tr("CSV files") + " (*.csv)", optional=True
        )
        self.add(
            rejected, tr("Table of the rows that could not be placed, with row number and reason.")
        )
        self.addOutput(QgsProcessingOutputNumber("ACCEPTED_COUNT", tr("Producers read")))
        self.addOutput(QgsProcessingOutputNumber("REJECTED_COUNT", tr("Rows rejected")))

    def _add_columns(self):
        for name, label, about in (
            (
                "X",
                tr("Column of longitude or easting"),
                tr("Empty: guessed from names and values."),
            ),
            (
                "Y",
                tr("Column of latitude or northing"),
                tr("Empty: guessed from names and values."),
            ),
        ):
            self.add(QgsProcessingParameterString(name, label, optional=True), about)
        self.add(
            QgsProcessingParameterCrs("CRS", tr("Coordinate system of the table"), optional=True),
            tr("Empty: guessed. For UTM name the zone, for instance EPSG:32717 for 17 South."),
        )
        self.add(
            QgsProcessingParameterString("COUNTRY", tr("Country of the producers"), optional=True),
            tr(
                "Two-letter code, for instance PE or MX: coordinates outside the "
                "country are rejected, and "
                "it helps the guesses."
            ),
        )

    def _add_reading(self):
        guess = tr("(guess)")
        names = (guess, tr("comma ,"), tr("semicolon ;"), tr("tabulator"), tr("bar |"))
        for definition, about in (
            (
                QgsProcessingParameterString("LAYER", tr("Sheet"), optional=True),
                tr("Name of the sheet of an XLSX file; empty: the first."),
            ),
            (
                QgsProcessingParameterEnum(
                    "SEPARATOR", tr("Separator"), list(names), defaultValue=0
                ),
                tr("What separates the columns of a CSV file."),
            ),
            (
                QgsProcessingParameterEnum(
                    "DECIMAL",
                    tr("Decimal sign"),
                    [guess, tr("point 1.5"), tr("comma 1,5")],
                    defaultValue=0,
                ),
                tr("What separates the decimals in the numbers."),
            ),
            (
                QgsProcessingParameterString("ENCODING", tr("Encoding"), optional=True),
                tr("For instance utf-8 or cp1252; empty: guessed."),
            ),
        ):
            self.add(advanced(definition), about)

    def work(self, parameters, context, feedback):
        """Read the table, tell guesses and rejected rows, write the points."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the table"))
        rejected = self.parameterAsFileOutput(parameters, "REJECTED", context)
        path = self.parameterAsFile(parameters, "INPUT", context)
        producers = sialgeo.read_producers(
            path, rejected=rejected or None, **self._reading(parameters, context)
        )
        report(0.7)
        reading = producers.attrs.get("reading", {})
        for guess in reading.get("guesses", ()):
            feedback.pushInfo(guess["sentence"])
        left_out = int(reading.get("rejected", 0))
        if left_out:
            feedback.pushWarning(
                tr(
                    "{rejected} of {total} rows were rejected; the table of rejected "
                    "rows names row and reason: {path}"
                ).format(rejected=left_out, total=left_out + len(producers), path=rejected or "–")
            )
        feedback.pushInfo(tr("{n} producers read.").format(n=len(producers)))
        layer = self.write(producers, parameters, "OUTPUT", context, feedback, geometry="Point")
        report(1.0)
        return {
            "OUTPUT": layer,
            "REJECTED": rejected if left_out else "",
            "ACCEPTED_COUNT": len(producers),
            "REJECTED_COUNT": left_out,
        }

    def _reading(self, parameters, context) -> dict:
        from ..adapters import crs_from_qgis

        crs = self.parameterAsCrs(parameters, "CRS", context)
        given = {
            "layer": self.text(parameters, "LAYER", context),
            "x": self.text(parameters, "X", context),
            "y": self.text(parameters, "Y", context),
            "crs": crs_from_qgis(crs),
            "country": self.text(parameters, "COUNTRY", context),
            "encoding": self.text(parameters, "ENCODING", context),
            "separator": _SEPARATORS[self.parameterAsEnum(parameters, "SEPARATOR", context)],
            "decimal": _DECIMALS[self.parameterAsEnum(parameters, "DECIMAL", context)],
        }
        return {name: value for name, value in given.items() if value}
