# SPDX-License-Identifier: GPL-2.0-or-later
"""*Producers from a table*: CSV or XLSX, degrees or UTM, to a point layer; rejected rows are told."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from .. import library
from ..declared import advanced
from ..texts import mark, tr
from .base import POLYGON, SialgeoAlgorithm, names_in

_SEPARATORS = ("", ",", ";", "\t", "|")
_DECIMALS = ("", ".", ",")
_SIGNS = ("", "SW", "NW", "SE", "NE")
_PRESETS = ("", "denue", "kobo", "odk", "none")  # models hold the place: new ones come last


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
    GROUP = "data"
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
                "Code or name (or several, with commas), for instance PE or MX: coordinates outside "
                "are rejected, and it helps the guesses; “any”: held against no country."
            ),
        )
        self.add(
            QgsProcessingParameterString("CASES", tr("Only the rows where"), optional=True),
            tr("As codigo_act == '311513'; empty: all."),
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
            (
                QgsProcessingParameterNumber(
                    "HEADER", tr("Row of the header"), defaultValue=None, optional=True, minValue=0
                ),
                tr("As a spreadsheet counts; 0: there is none; empty: guessed."),
            ),
            (
                QgsProcessingParameterEnum(
                    "SIGNS",
                    tr("Degrees without a sign"),
                    [guess, *_SIGNS[1:]],
                    defaultValue=0,
                ),
                tr("Side of the equator and of Greenwich on which they lie; NE: as written."),
            ),
        ):
            self.add(advanced(definition), about)
        self.add_abroad()
        self._add_meaning(guess)

    def _add_meaning(self, guess) -> None:
        """Declare the table's own format, its codes of activity, the study area and the repairs."""
        polygons = [QgsProcessing.SourceType.TypeVectorPolygon]
        for definition, about in (
            (
                QgsProcessingParameterEnum(
                    "PRESET",
                    tr("Format of the table"),
                    [guess, *_PRESETS[1:]],
                    defaultValue=0,
                ),
                tr("Of DENUE, KoboToolbox or ODK; by default its columns tell."),
            ),
            (
                QgsProcessingParameterBoolean(
                    "CHAINS", tr("Give codes of activity their chain"), False
                ),
                tr("By the table of chains that sialgeo carries (SCIAN, CIIU)."),
            ),
            (
                QgsProcessingParameterFeatureSource(
                    "AREA", tr("Study area"), polygons, optional=True
                ),
                tr("What coordinates are is told by the share of points inside it."),
            ),
            (
                QgsProcessingParameterEnum(
                    "APPLY",
                    tr("Repairs to make"),
                    _repairs(),
                    allowMultiple=True,
                    optional=True,
                ),
                tr("None unless you tick it; each repair is told, row by row."),
            ),
        ):
            self.add(advanced(definition), about)

    def faults(self, parameters, context) -> list:
        """Explain a study area that cannot be used."""
        return self.source_faults(parameters, "AREA", context, kind=POLYGON)

    def work(self, parameters, context, feedback):
        """Read the table, tell guesses and rejected rows, write the points."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the table"))
        rejected = self.parameterAsFileOutput(parameters, "REJECTED", context)
        path = self.parameterAsFile(parameters, "INPUT", context)
        producers = sialgeo.read_producers(
            path,
            rejected=rejected or None,
            area=self.frame(parameters, "AREA", context, feedback),
            progress=report.part(0.0, 0.7),
            **self._reading(parameters, context),
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
            "country": names_in(self.text(parameters, "COUNTRY", context)) or None,
            "cases": self.text(parameters, "CASES", context),
            "abroad": self.abroad(parameters, context),
            "signs": _SIGNS[self.parameterAsEnum(parameters, "SIGNS", context)],
            "preset": _PRESETS[self.parameterAsEnum(parameters, "PRESET", context)],
            "chains": self.parameterAsBoolean(parameters, "CHAINS", context),
            "apply": _named_repairs(self.parameterAsEnums(parameters, "APPLY", context)),
            "encoding": self.text(parameters, "ENCODING", context),
            "separator": _SEPARATORS[self.parameterAsEnum(parameters, "SEPARATOR", context)],
            "decimal": _DECIMALS[self.parameterAsEnum(parameters, "DECIMAL", context)],
        }
        given = {name: value for name, value in given.items() if value}
        if parameters.get("HEADER") is not None:
            given["header"] = self.parameterAsInt(parameters, "HEADER", context)
        return given


def _repairs() -> list:
    """Return what each repair does; none where sialgeo cannot be imported."""
    try:
        library.sialgeo()
        from sialgeo.i18n import _
        from sialgeo.triage import REPAIRS
    except ImportError:
        return []
    return [_(said) for said in REPAIRS.values()]


def _named_repairs(places) -> list:
    from sialgeo.triage import REPAIRS

    return [list(REPAIRS)[place] for place in places]
