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
    QgsProcessingParameterDistance,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from .. import declared, library
from ..printing import InMainThread, print_document, print_sheets
from ..texts import language, mark, tr
from .base import POINT, POLYGON, SialgeoAlgorithm, names_in
from .outcome import WORKFILES, add_input

PUBLISH = ("areas", "grid", "points", "masked")  # models hold the place: new ones come last
_STEMS = {
    **dict.fromkeys((".html", ".png", ".svg"), "map"),
    **dict.fromkeys((".pdf", ".report.html", ".md"), "report"),
    ".xlsx": "tables",
    ".json": "run",
}
# what writes a format of a package, where it is not always there
_WRITTEN_BY = {
    "html": "jinja2",
    "xlsx": "openpyxl",
    "parquet": "pyarrow",
    **dict.fromkeys(("png", "svg", "taller.pdf", "report.html", "md"), "matplotlib"),
    **dict.fromkeys(("pdf", "ficha.pdf"), "typst"),
}


class Export(SialgeoAlgorithm):
    """Writes one file from a working file, always through the confidentiality gate."""

    GROUP = "publish"
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
        self.add_publishing()
        self.add_output()

    def add_publishing(self) -> None:
        """Declare what may be handed on."""
        self.add(
            QgsProcessingParameterEnum(
                "PUBLISH",
                tr("What is published"),
                [
                    tr("areas only"),
                    tr("areas, and producers counted by grid cell"),
                    tr("areas, and the producers' points"),
                    tr("areas, and displaced points"),
                ],
                defaultValue=PUBLISH.index("grid"),
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
        self.add_text(
            "COLUMNS",
            tr("Further fields to publish"),
            tr(
                "Names of fields of the concentrations, or of the producers where points are published, "
                "as: producto, volumen. They are handed on as they are."
            ),
        )

    def add_output(self) -> None:
        """Declare the file."""
        raise NotImplementedError

    def add_most(self) -> None:
        """Declare how large a web map may be (:meth:`most`)."""
        real = QgsProcessingParameterNumber.Type.Double
        most = QgsProcessingParameterNumber("MAX_MB", tr("Most megabytes"), real, 5.0, minValue=0.5)
        self.add(
            declared.advanced(most), tr("Many points become coarser until the page is no larger.")
        )

    def most(self, parameters, context) -> dict:
        """Return how large a web map may be, as the verbs take it."""
        return {"max_mb": self.parameterAsDouble(parameters, "MAX_MB", context)}

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
        self.add(
            declared.advanced(
                QgsProcessingParameterString("LICENCE", tr("Licence"), optional=True)
            ),
            tr("Of what is handed on, as CC BY 4.0."),
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
            **self.publishing(parameters, context),
            "context": self._context(found, parameters, context, feedback),
            **self.options(parameters, context, feedback),
        }
        path = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        self.hand_on(found, path, options, report.part(0.2, 1.0))
        feedback.pushInfo(tr("Written: {path}").format(path=path))
        return {"OUTPUT": str(path)}

    def publishing(self, parameters, context) -> dict:
        """Return what was declared by :meth:`add_publishing`, as the verbs take it."""
        return {
            "publish": PUBLISH[self.parameterAsEnum(parameters, "PUBLISH", context)],
            "min_n": self.parameterAsInt(parameters, "MIN_N", context),
            "columns": names_in(self.text(parameters, "COLUMNS", context)),
        }

    def options(self, parameters, context, feedback) -> dict:
        """Return what an algorithm tells the writer beside."""
        del parameters, context, feedback
        return {}

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
            licence=self.text(parameters, "LICENCE", context) or "",
        )


class ExportMap(Export):
    """Export the map to hand on."""

    ID = "exportmap"
    TITLE = mark("Export map")
    ABOUT = mark(
        "Writes one HTML file with the map, a fact sheet of each concentration, "
        "legend, sources and method, in Spanish "
        "and English. It opens in any browser with the network off and can be sent by e-mail.\n"
        "The page holds areas and counts by grid cell, generalised so that no producer can be told from "
        "the outline; points are published "
        "only if you ask for them."
    )
    TAGS = "export,exportar,map,mapa,html,web,leaflet,publish,publicar"
    ICON = "map"
    NEEDS = (*library.ALL, "jinja2")

    def add_output(self) -> None:
        """Declare the page."""
        self.add_most()
        self.add(
            QgsProcessingParameterFileDestination(
                "OUTPUT", tr("Map"), tr("Web pages") + " (*.html)"
            ),
            tr("The page."),
        )

    def options(self, parameters, context, feedback) -> dict:
        """Return the size of the page."""
        del feedback
        return self.most(parameters, context)


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
        self._main = InMainThread()
        return super().prepareAlgorithm(parameters, context, feedback)

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
        self._main = InMainThread()
        self._template = self.parameterAsFileOutput(parameters, "TEMPLATE", context)
        return super().prepareAlgorithm(parameters, context, feedback)

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
        "Areas and counts by grid cell, generalised; figures of few producers are withheld, and the file says so."
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


class ExportFigure(Export):
    """Export a figure of any kind."""

    ID = "exportfigure"
    TITLE = mark("Export figure")
    ABOUT = mark(
        "Draws one map for a report: concentrations, an indicator, two indicators, chains, hot spots, "
        "flows, a surface of relative risk, actors, change between two dates, and others.\n"
        "Areas and counts by grid cell, generalised; actors are drawn where they are."
    )
    TAGS = "figure,figura,map,mapa,png,svg,print,imprimir"
    ICON = "map"
    NEEDS = (*library.ALL, "matplotlib")
    WANTS = ("rasterio",)

    def add_output(self) -> None:
        """Declare the kind of map, what some kinds need, and the file."""
        self.add(
            QgsProcessingParameterEnum(
                "KIND", tr("Kind of map"), self._kinds() or ["map"], defaultValue=0
            ),
            tr("What is drawn; the parameters below are for some kinds only."),
        )
        self._add_for_some_kinds()
        self.add(
            QgsProcessingParameterFileDestination(
                "OUTPUT", tr("Figure"), "PNG (*.png);;SVG (*.svg)"
            ),
            tr("The figure."),
        )

    def _add_for_some_kinds(self) -> None:
        """Declare what some kinds of map need."""
        raster = tr("GeoTIFF files") + " (*.tif *.tiff)"
        work = tr(WORKFILES) + " (*.work.gpkg)"
        points = [QgsProcessing.SourceType.TypeVectorPoint]
        for definition, about in (
            (
                QgsProcessingParameterString("COLUMN", tr("Indicator"), optional=True),
                tr("Name of the indicator, as the overlay gave it."),
            ),
            (
                QgsProcessingParameterFile(
                    "SURFACE", tr("Surface of relative risk"), fileFilter=raster, optional=True
                ),
                tr("The GeoTIFF of “Surface of relative risk”."),
            ),
            (
                QgsProcessingParameterFeatureSource("ACTORS", tr("Actors"), points, optional=True),
                tr("Points of actors and institutions."),
            ),
            (
                QgsProcessingParameterField(
                    "BY", tr("Kind of the actors"), parentLayerParameterName="ACTORS", optional=True
                ),
                tr("Field with the actors' kind."),
            ),
            (
                QgsProcessingParameterField(
                    "LABEL",
                    tr("Name of the actors"),
                    parentLayerParameterName="ACTORS",
                    optional=True,
                ),
                tr("Field with the actors' names, to write them."),
            ),
            (
                QgsProcessingParameterFile(
                    "BEFORE",
                    tr("Working file of the earlier date"),
                    fileFilter=work,
                    optional=True,
                ),
                tr("For the change between two dates."),
            ),
            (
                QgsProcessingParameterString("DATES", tr("The two dates"), optional=True),
                tr("As they are to be written: 2012, 2024"),
            ),
        ):
            self.add(declared.advanced(definition), about)

    def _kinds(self) -> list:
        """Return the kinds of map with what each shows; none where sialgeo cannot be imported."""
        try:
            library.sialgeo()
            from sialgeo.exporters.kinds import KINDS
            from sialgeo.i18n import _
        except ImportError:
            return []
        return [_(said) for said in KINDS.values()]

    def faults(self, parameters, context) -> list:
        """Explain wrong inputs, and what the kind of map lacks."""
        from sialgeo.exporters.figures import option_faults

        found = super().faults(parameters, context)
        found += self.source_faults(parameters, "ACTORS", context, kind=POINT)
        found += self.workfile_faults(parameters, "BEFORE", context)
        if len(self._dates(parameters, context)) not in (0, 2):
            found.append(tr("Give two dates, as 2012, 2024."))
        given = self._given(parameters, context)
        given |= {"actors": None} if self.parameterAsSource(parameters, "ACTORS", context) else {}
        given |= {n: p for n, p in self._files(parameters, context).items() if p}
        if "surface" in given:
            found += library.missing(("rasterio",))
        return found + list(option_faults([self._kind(parameters, context)], given))

    def options(self, parameters, context, feedback) -> dict:
        """Return the kind of map and what it needs, files read."""
        import sialgeo

        given, files = self._given(parameters, context), self._files(parameters, context)
        actors = self.frame(parameters, "ACTORS", context, feedback)
        if actors is not None:
            given["actors"] = actors
        if files["surface"]:
            given["surface"] = sialgeo.Surface.from_geotiff(files["surface"])
        if files["before"]:
            given["before"] = sialgeo.read_concentrations(files["before"])
        return {"figure": self._kind(parameters, context), "figure_options": given}

    def _kind(self, parameters, context) -> str:
        from sialgeo.exporters.kinds import KINDS

        return list(KINDS)[self.parameterAsEnum(parameters, "KIND", context)]

    def _given(self, parameters, context) -> dict:
        told = {
            "column": self.text(parameters, "COLUMN", context),
            "by": self.field(parameters, "BY", context),
            "name": self.field(parameters, "LABEL", context),
            "dates": self._dates(parameters, context),
        }
        return {name: value for name, value in told.items() if value}

    def _files(self, parameters, context) -> dict:
        return {
            name: self.parameterAsFile(parameters, name.upper(), context)
            for name in ("surface", "before")
        }

    def _dates(self, parameters, context) -> list:
        text = self.text(parameters, "DATES", context) or ""
        return [part.strip() for part in text.split(",") if part.strip()]


class ExportPackage(Export):
    """Export several files as one archive."""

    ID = "exportpackage"
    TITLE = mark("Export package")
    ABOUT = mark(
        "Writes several files of one publication into one ZIP to hand on: what is withheld is the "
        "same in all of them. The description of the files (datapackage.json) says what each holds.\n"
        "Areas and counts by grid cell, generalised; figures of few producers are withheld, and the files say so."
    )
    TAGS = "package,paquete,zip,archive,data package,publish,publicar"
    ICON = "table"
    WANTS = ("openpyxl", "matplotlib", "pyarrow", "typst")
    FORMATS = ("gpkg", "csv", "geojson", "datapackage")  # what every QGIS can write

    def add_output(self) -> None:
        """Declare the formats and the archive."""
        files = self._files()
        default = [place for place, name in enumerate(files) if name in self.FORMATS]
        self.add(
            QgsProcessingParameterEnum(
                "FORMATS",
                tr("Files"),
                list(files.values()),
                allowMultiple=True,
                defaultValue=default,
            ),
            tr("What the package holds."),
        )
        self.add_most()
        self.add(
            QgsProcessingParameterFileDestination("OUTPUT", tr("Package"), "ZIP (*.zip)"),
            tr("The archive."),
        )

    def _files(self) -> dict:
        """Return the names of the files by format; none where sialgeo cannot be imported.

        The formats are those of the writers: a study's own list would load what QGIS must not at its start.
        """
        try:
            library.sialgeo()
            from sialgeo.exporters import WRITERS
        except ImportError:
            return {}
        named = {suffix[1:]: _STEMS.get(suffix, "concentrations") + suffix for suffix in WRITERS}
        return {**named, "datapackage": "datapackage.json"}

    def faults(self, parameters, context) -> list:
        """Explain wrong layers, and formats whose library is missing."""
        found = super().faults(parameters, context)
        chosen = self._chosen(parameters, context)
        if not chosen:
            found.append(tr("Choose at least one file of the package."))
        needed = dict.fromkeys(_WRITTEN_BY[name] for name in chosen if name in _WRITTEN_BY)
        return found + library.missing(tuple(needed))

    def hand_on(self, found, path, options, progress) -> None:
        """Write the files aside, and the archive of them."""
        import sialgeo

        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / self._files()[name] for name in self._formats]
            sialgeo.export_all(found, files, archive=path, progress=progress, **options)

    def options(self, parameters, context, feedback) -> dict:
        """Keep the formats chosen; return the size of the page."""
        del feedback
        self._formats = self._chosen(parameters, context)
        return self.most(parameters, context)

    def _chosen(self, parameters, context) -> list:
        names = list(self._files())
        return [names[place] for place in self.parameterAsEnums(parameters, "FORMATS", context)]


class ProtectConcentrations(Export):
    """Show what may be handed on, as layers."""

    ID = "protect"
    TITLE = mark("What may be handed on")
    ABOUT = mark(
        "The confidentiality gate on its own: generalised areas without those of few producers, counts "
        "by grid cell, or points where asked for, as layers; and a table of what is withheld, and "
        "why.\n"
        "Every export goes through the same gate."
    )
    TAGS = "confidentiality,confidencialidad,privacy,privacidad,protect,proteger,generalise"
    ICON = "map"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and outputs."""
        del configuration
        add_input(self)
        self.add_publishing()
        cell = QgsProcessingParameterDistance(
            "CELL", tr("Smallest cell of the grid"), None, optional=True, minValue=1.0
        )
        cell.setDefaultUnit(declared.metres())
        self.add(declared.advanced(cell), tr("Its side; empty: twice the radius of the detection."))
        self.add_output()

    def publishing(self, parameters, context) -> dict:
        """Return what is published, and by which cells."""
        cell = self.parameterAsDouble(parameters, "CELL", context)
        return {**super().publishing(parameters, context), "cell": cell or None}

    def add_output(self) -> None:
        """Declare the layers."""
        kinds = QgsProcessing.SourceType
        for name, label, kind, about in (
            ("OUTPUT", tr("Published areas"), kinds.TypeVectorPolygon, tr("Generalised areas.")),
            (
                "OUTPUT_GRID",
                tr("Producers by grid cell"),
                kinds.TypeVectorPolygon,
                tr("Counts by cell, each told by a class."),
            ),
            (
                "OUTPUT_POINTS",
                tr("Published points"),
                kinds.TypeVectorPoint,
                tr("Points, displaced or exact, where they are asked for."),
            ),
            (
                "OUTPUT_WITHHELD",
                tr("What is withheld"),
                kinds.TypeVector,
                tr("One row per thing: what, how many, why."),
            ),
        ):
            optional = name != "OUTPUT"
            sink = QgsProcessingParameterFeatureSink(name, label, kind, optional=optional)
            self.add(sink, about)

    def faults(self, parameters, context) -> list:
        """Explain a wrong working file."""
        return self.workfile_faults(parameters, "CONCENTRATIONS", context)

    def work(self, parameters, context, feedback):
        """Protect, write, tell."""
        import sialgeo
        from sialgeo.disclosure import withheld_sentences

        from ..adapters import Reporter
        from ..styling import shown_areas

        report = Reporter(feedback)
        report(0.0, tr("Reading the working file"))
        found = sialgeo.read_concentrations(
            self.parameterAsFile(parameters, "CONCENTRATIONS", context)
        )
        report(0.3, tr("Checking what may be handed on"))
        held = sialgeo.protect(found, **self.publishing(parameters, context))
        for sentence in withheld_sentences(held):
            feedback.pushWarning(sentence)
        report(0.8, tr("Writing the outputs"))
        layers = {
            "OUTPUT": (shown_areas(held), "MultiPolygon"),
            "OUTPUT_GRID": (held.grid, "Polygon"),
            "OUTPUT_POINTS": (held.points, "Point"),
        }
        outputs = {
            name: self.write(layer, parameters, name, context, feedback, geometry=geometry)
            for name, (layer, geometry) in layers.items()
            if layer is not None
        }
        outputs["OUTPUT_WITHHELD"] = self.write_table(
            held.withheld, parameters, "OUTPUT_WITHHELD", context, feedback
        )
        self.results = (held, outputs)
        return {name: layer for name, layer in outputs.items() if layer}

    def postProcessAlgorithm(self, context, feedback):  # noqa: N802
        """Have the areas and points styled when they are loaded."""
        del feedback
        from .. import styling

        held, outputs = getattr(self, "results", (None, {}))
        if held is not None:
            areas = styling.AreasStyle(held, held.indicators)
            styling.attach(context, outputs.get("OUTPUT"), areas, self.displayName())
            exact = held.points is not None and "concentration" in held.points
            if exact:  # displaced ones tell none
                points = styling.ProducersStyle()
                styling.attach(context, outputs.get("OUTPUT_POINTS"), points, self.displayName())
        return {}
