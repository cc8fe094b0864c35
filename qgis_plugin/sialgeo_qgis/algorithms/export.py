# SPDX-License-Identifier: GPL-2.0-or-later
"""What is handed on: the web map, the report with its fact sheets, tables and layers.

All go through the library's confidentiality gate, with the same choices.
"""

from __future__ import annotations

import tempfile
from contextlib import nullcontext
from datetime import date
from pathlib import Path

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from .. import declared, library
from ..printing import InMainThread, print_document, print_sheets
from ..texts import language, mark, tr
from .base import POINT, POLYGON, SialgeoAlgorithm
from .outcome import add_input

PUBLISH = ("areas", "grid", "points")


class Export(SialgeoAlgorithm):
    """Writes one file from a working file, always through the confidentiality gate."""

    GROUP = ("output", mark("Output"))
    NEEDS = library.ALL

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and outputs."""
        del configuration
        add_input(self)
        self.add(
            QgsProcessingParameterString("TITLE", tr("Title"), optional=True),
            tr("Title of the map or report."),
        )
        self._add_context()
        self.add(
            QgsProcessingParameterEnum(
                "PUBLISH",
                tr("What is published"),
                [
                    tr("areas only"),
                    tr("areas, and producers counted by grid cell"),
                    tr("areas, and the producers' points"),
                ],
                defaultValue=0,
            ),
            tr("Points tell where each producer is: publish them only with their consent."),
        )
        self.add(
            declared.advanced(
                QgsProcessingParameterNumber(
                    "MIN_N",
                    tr("Least producers to publish figures"),
                    QgsProcessingParameterNumber.Type.Integer,
                    10,
                    False,
                    1,
                    2147483647,
                )
            ),
            tr("Figures of fewer producers are withheld, and the page says how many were."),
        )
        self.add_output()

    def add_output(self) -> None:
        """Declare the file."""
        raise NotImplementedError

    def _add_context(self):
        self.add(
            QgsProcessingParameterFeatureSource(
                "TERRITORIES",
                tr("Territories drawn beneath"),
                [QgsProcessing.SourceType.TypeVectorPolygon],
                optional=True,
            ),
            tr("Districts with the indicators of the overlay, drawn as a layer of the map."),
        )
        self.add(
            QgsProcessingParameterField(
                "TERRITORY_NAME",
                tr("Name of the territories"),
                parentLayerParameterName="TERRITORIES",
                optional=True,
            ),
            tr("Field with the name of each territory."),
        )
        self.add(
            QgsProcessingParameterFeatureSource(
                "PLACES", tr("Places"), [QgsProcessing.SourceType.TypeVectorPoint], optional=True
            ),
            tr("Points of towns, drawn with their names."),
        )
        self.add(
            QgsProcessingParameterField(
                "PLACE_NAME",
                tr("Name of the places"),
                parentLayerParameterName="PLACES",
                optional=True,
            ),
            tr("Field with the place's name."),
        )
        self.add(
            declared.advanced(
                QgsProcessingParameterString(
                    "SOURCES", tr("Sources"), optional=True, multiLine=True
                )
            ),
            tr("One source per line, shown with the result."),
        )
        self.add(
            declared.advanced(
                QgsProcessingParameterString(
                    "REFERENCE_NAME", tr("Name of the reference population"), optional=True
                )
            ),
            tr(
                "For instance: milk producers. Shown where the page says what the "
                "concentrations are measured against."
            ),
        )

    def faults(self, parameters, context) -> list:
        """Explain layers that cannot be drawn."""
        found = self.workfile_faults(parameters, "CONCENTRATIONS", context)
        found += self.source_faults(parameters, "TERRITORIES", context, kind=POLYGON)
        return found + self.source_faults(parameters, "PLACES", context, kind=POINT)

    def work(self, parameters, context, feedback):
        """Write the file."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the working file"))
        found = sialgeo.read_concentrations(
            self.parameterAsFile(parameters, "CONCENTRATIONS", context)
        )
        options = {
            "publish": PUBLISH[self.parameterAsEnum(parameters, "PUBLISH", context)],
            "min_n": self.parameterAsInt(parameters, "MIN_N", context),
            "context": self._context(found, parameters, context, feedback),
        }
        path = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        self.hand_on(found, path, options, report.part(0.2, 1.0))
        feedback.pushInfo(tr("Written: {path}").format(path=path))
        return {"OUTPUT": str(path)}

    def hand_on(self, found, path, options, progress) -> None:
        """Write the file, through the confidentiality gate."""
        import sialgeo

        sialgeo.export(found, path, progress=progress, **options)

    def _context(self, found, parameters, context, feedback):
        import sialgeo

        title = self.text(parameters, "TITLE", context)
        reference = self.text(parameters, "REFERENCE_NAME", context)
        sources = self.text(parameters, "SOURCES", context) or ""
        return sialgeo.Context(
            title={language(): title} if title else {},
            sources=tuple(line.strip() for line in sources.splitlines() if line.strip()),
            synthetic=found.synthetic,
            reference={language(): reference} if reference else {},
            date=date.today().isoformat(),
            territories=self.frame(
                parameters, "TERRITORIES", context, feedback, like=found.producers
            ),
            territory_name=self.field(parameters, "TERRITORY_NAME", context),
            places=self.frame(parameters, "PLACES", context, feedback, like=found.producers),
            place_name=self.field(parameters, "PLACE_NAME", context),
            indicators=found.indicators,
        )


class ExportMap(Export):
    """Export the map to hand on."""

    ID = "exportmap"
    TITLE = mark("Export map")
    ABOUT = mark(
        "Writes one HTML file with the map, a fact sheet of each concentration, "
        "legend, sources and method, in Spanish "
        "and English. It opens in any browser with the network off and can be sent by e-mail.\n"
        "The page holds areas only, generalised so that no producer can be told from "
        "the outline; points are published "
        "only if you ask for them."
    )
    TAGS = "export,exportar,map,mapa,html,web,leaflet,publish,publicar"
    ICON = "map"
    NEEDS = (*library.ALL, "jinja2")

    def add_output(self) -> None:
        """Declare the page."""
        self.add(
            QgsProcessingParameterFileDestination(
                "OUTPUT", tr("Map"), tr("Web pages") + " (*.html)"
            ),
            tr("The page."),
        )


class ExportReport(Export):
    """Export the report with a fact sheet for each concentration."""

    ID = "exportreport"
    TITLE = mark("Export report and fact sheets")
    ABOUT = mark(
        "Writes the study report with a fact sheet of two pages for each concentration: verdict, "
        "one number and one caution first, maps, evidence, chains, human development and poverty, "
        "what the sheet does not say, method and references.\n"
        "PDF is typeset by typst where it is installed, else printed by QGIS; pages and Markdown are "
        "the other choices."
    )
    TAGS = "report,informe,ficha,fact sheet,pdf,imprimir,print,markdown"
    ICON = "report"
    NEEDS = (*library.ALL, "matplotlib")
    WANTS = ("typst",)

    def add_output(self) -> None:
        """Declare the document."""
        kinds = ((tr("Pages"), "*.report.html"), ("PDF", "*.pdf"), ("Markdown", "*.md"))
        wanted = ";;".join(f"{name} ({suffix})" for name, suffix in kinds)
        self.add(
            QgsProcessingParameterFileDestination("OUTPUT", tr("Report"), wanted),
            tr(
                "The document. A name that ends in “ficha.pdf” holds the fact sheets alone; "
                "“.report.html” is a page that prints as PDF from any browser."
            ),
        )

    def prepareAlgorithm(self, parameters, context, feedback):  # noqa: N802
        """Keep a way to the main thread, where layouts are printed."""
        del parameters, context, feedback
        self._main = InMainThread()
        return True

    def hand_on(self, found, path, options, progress) -> None:
        """Write the document; QGIS prints a PDF where typst is not installed."""
        if not path.lower().endswith(".pdf") or not library.lacks("typst"):
            super().hand_on(found, path, options, progress)
            return
        import sialgeo
        from sialgeo.exporters.dossier import document_of
        from sialgeo.files import whole_file

        with whole_file(path) as temporary:
            document = document_of(sialgeo.protect(found, **options), path)
            progress(0.7, tr("Printing"))
            self._main.run(lambda: print_document(document, temporary))
            progress(1.0)  # the last place to cancel


class PrintSheets(Export):
    """Print one sheet a concentration from the atlas of a print layout."""

    ID = "printsheets"
    TITLE = mark("Print sheets with an atlas")
    ABOUT = mark(
        "Prints one page for each concentration from the atlas of a print layout: its map with legend "
        "and scale, its name and figures, cautions and sources.\n"
        "Keep the template to change fonts, logo or paper in the layout designer and use it again."
    )
    TAGS = "atlas,print layout,composición,plantilla,template,qpt,ficha,pdf,imprimir"
    ICON = "map"

    def add_output(self) -> None:
        """Declare the document and the template."""
        self.add(
            QgsProcessingParameterFileDestination(
                "TEMPLATE",
                tr("Layout template"),
                tr("Layout templates") + " (*.qpt)",
                optional=True,
                createByDefault=False,
            ),
            tr("For Project › Layout Manager: the layout with its atlas, for other layers."),
        )
        self.add(
            QgsProcessingParameterFileDestination("OUTPUT", tr("Sheets"), "PDF (*.pdf)"),
            tr("One page for each concentration."),
        )

    def prepareAlgorithm(self, parameters, context, feedback):  # noqa: N802
        """Keep a way to the main thread, where layouts are printed."""
        del feedback
        self._main = InMainThread()
        self._template = self.parameterAsFileOutput(parameters, "TEMPLATE", context)
        return True

    def hand_on(self, found, path, options, progress) -> None:
        """Export a project with its atlas, and print that."""
        from sialgeo.files import whole_file

        template = whole_file(self._template) if self._template else nullcontext("")
        with tempfile.TemporaryDirectory() as folder, whole_file(path) as sheets, template as kept:
            project = Path(folder) / "sheets.qgz"
            super().hand_on(found, project, options, progress.part(0.0, 0.6))
            progress(0.7, tr("Printing"))
            self._main.run(lambda: print_sheets(project, sheets, kept))
            progress(1.0)  # the last place to cancel


class ExportFiles(Export):
    """Export tables and layers."""

    ID = "exportfiles"
    TITLE = mark("Export tables and layers")
    ABOUT = mark(
        "Writes what may be handed on in the format that the file's name asks for: GeoPackage with "
        "styles, spreadsheet, figure, GeoJSON, run log and others.\n"
        "Areas only, generalised; figures of few producers are withheld, and the file says so."
    )
    TAGS = "export,exportar,xlsx,excel,geopackage,geojson,kml,tables,tablas,publish,publicar"
    ICON = "table"
    WANTS = ("openpyxl", "matplotlib", "pyarrow")

    def add_output(self) -> None:
        """Declare the file; the formats are the library's own."""
        wanted = tr("Files") + " (*.gpkg *.xlsx *.png *.svg *.geojson *.json)"
        try:
            library.sialgeo()
            from sialgeo.exporters import WRITERS
        except ImportError:
            pass  # canExecute says what is missing
        else:
            wanted = ";;".join(f"{suffix[1:]} (*{suffix})" for suffix in WRITERS)
        self.add(
            QgsProcessingParameterFileDestination("OUTPUT", tr("File"), wanted),
            tr("The suffix of its name chooses the format."),
        )
