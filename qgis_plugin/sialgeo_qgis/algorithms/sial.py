# SPDX-License-Identifier: GPL-2.0-or-later
"""From a concentration to a SIAL: linkages, activation, change between dates, priorities."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from .. import declared, library
from ..texts import mark, tr
from .base import POINT, POLYGON, SialgeoAlgorithm, named_lists, names_in
from .outcome import WORKFILES, add_input
from .steps import FromWorkfile, WorkfileStep


class StudyTables:
    """Mixed into a step: the tables of a SIAL study, as a workbook or GeoPackage, or as a folder."""

    def add_tables(self) -> None:
        """Declare the two ways to give them."""
        self.add(
            QgsProcessingParameterFile(
                "TABLES",
                tr("Tables of the study"),
                fileFilter=tr("Workbook or GeoPackage") + " (*.xlsx *.ods *.gpkg)",
                optional=True,
            ),
            tr("Units, organisations, memberships, collective actions …; “Template” writes one."),
        )
        self.add(
            QgsProcessingParameterFile(
                "FOLDER",
                tr("Folder of tables"),
                QgsProcessingParameterFile.Behavior.Folder,
                optional=True,
            ),
            tr("Instead of one file: a folder with one CSV or workbook a table."),
        )

    def table_faults(self, parameters, context) -> list:
        """Return that there are no tables, or every fault in them."""
        path = self.tables_path(parameters, context)
        if not path:
            return [tr("Give the tables of the study, as a file or as a folder.")]
        sialgeo = library.sialgeo()
        try:
            sialgeo.read_tables(path)
        except sialgeo.SialgeoError as failure:
            return [str(failure)]
        return []

    def tables_path(self, parameters, context) -> str:
        """Return the file or folder given, empty where there is none."""
        return self.parameterAsFile(parameters, "TABLES", context) or self.parameterAsString(
            parameters, "FOLDER", context
        )


class TemplateWorkbook(SialgeoAlgorithm):
    """Write the empty tables of a SIAL study."""

    ID = "template"
    TITLE = mark("Template of the study's tables")
    ABOUT = mark(
        "Writes a workbook with one sheet a table (units, flows, organisations, memberships, "
        "collective actions, specific resources, events, what was surveyed), with drop-down lists "
        "and the meaning of each column.\n"
        "Fill in what you know: what is missing is “not assessable”, never “no”."
    )
    GROUP = "sial"
    TAGS = "template,plantilla,workbook,xlsx,SIAL,tables,tablas"
    ICON = "table"
    NEEDS = (*library.ALL, "openpyxl")

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare the workbook, and the form for the field."""
        del configuration
        self.add(
            QgsProcessingParameterFileDestination(
                "OUTPUT", tr("Workbook"), tr("Workbooks") + " (*.xlsx)"
            ),
            tr("The workbook to fill in."),
        )
        self.add(
            QgsProcessingParameterFileDestination(
                "FORM",
                tr("Field form"),
                tr("Workbooks") + " (*.xlsx)",
                optional=True,
                createByDefault=False,
            ),
            tr("The same tables as an XLSForm, for KoboToolbox and ODK on a phone."),
        )

    def work(self, parameters, context, feedback):
        """Write workbook and form."""
        import sialgeo

        outputs = {}
        for name, write in (("OUTPUT", sialgeo.write_template), ("FORM", sialgeo.write_xlsform)):
            path = self.parameterAsFileOutput(parameters, name, context)
            if path:
                outputs[name] = str(write(path))
                feedback.pushInfo(tr("Written: {path}").format(path=path))
        return outputs


class ClassifyConcentrations(StudyTables, WorkfileStep):
    """Say how activated concentrations are."""

    ID = "classify"
    TITLE = mark("Classify: from concentration to SIAL")
    ABOUT = mark(
        "Says on two axes what each concentration is: the evidence of the points, and the level of "
        "activation that the study's tables show (1 passive, 2 SIAL candidate, 3 being activated, "
        "4 activated, 5 with hybrid coordination), each criterion with its evidence.\n"
        "What was not surveyed is not assessable, never “not activated”. Points alone never show a "
        "SIAL."
    )
    GROUP = "sial"
    TAGS = "SIAL,classify,clasificar,activation,activación,collective action,acción colectiva,LAFS"
    ICON = "classify"

    def owner(self):
        """Return the declaration of the thresholds."""
        from sialgeo.typology import Thresholds

        return Thresholds

    def declare(self) -> None:
        """Declare the tables and what ties them to the producers."""
        self.add_tables()
        for name, label, about in (
            (
                "ID",
                tr("Field with the producers' code"),
                tr("Name of the producers' field with the codes that the tables use."),
            ),
            (
                "DATE",
                tr("Date"),
                tr("Day, month or year for which the level holds, as 2004; empty: now."),
            ),
        ):
            self.add(QgsProcessingParameterString(name, label, optional=True), about)
        self.add_text(
            "SINCE",
            tr("Falls of membership since"),
            tr("From when a fall of membership is looked for, as 2004; empty: from the peak."),
        )
        self.add_text(
            "NAMES",
            tr("Further names of a concentration"),
            tr("That the tables use, by number or name, as: 1 = Upper basin; 2 = Llano, El Llano"),
        )
        self.add(
            QgsProcessingParameterString("GROUPS", tr("Groups of concentrations"), optional=True),
            tr("Classified together too, by number or name, as: North = 1, 3; South = 2, 4"),
        )
        self.add(
            QgsProcessingParameterFeatureSource(
                "TERRITORIES",
                tr("Territories (terruños)"),
                [QgsProcessing.SourceType.TypeVectorPolygon],
                optional=True,
            ),
            tr("Polygons that are classified beside, with their overlap with the footprints."),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                "OUTPUT_PLACES",
                tr("Groups and territories"),
                QgsProcessing.SourceType.TypeVectorPolygon,
                optional=True,
            ),
            tr("One area per group and territory with its level. Private: footprints are exact."),
        )

    def faults(self, parameters, context) -> list:
        """Ask for the tables, and name every fault in them before the run."""
        found = super().faults(parameters, context)
        found += self.source_faults(parameters, "TERRITORIES", context, kind=POLYGON)
        if not all(named_lists(self.text(parameters, "GROUPS", context)).values()):
            found.append(tr("Groups are written as: North = 1, 3; South = 2, 4"))
        if not all(named_lists(self.text(parameters, "NAMES", context)).values()):
            found.append(tr("Further names are written as: 1 = Upper basin; 2 = Llano, El Llano"))
        return found + self.table_faults(parameters, context)

    def step(self, found, parameters, context, feedback, report):
        """Classify and tell."""
        import sialgeo

        report(0.1, tr("Reading the tables"))
        tables = sialgeo.read_tables(self.tables_path(parameters, context))
        for note in tables.notes:
            feedback.pushInfo(note)
        report(0.6, tr("Classifying"))
        given = {
            "thresholds": self.owner()(**self.given(parameters, context)),
            "date": self.text(parameters, "DATE", context),
            "since": self.text(parameters, "SINCE", context),
            "key": self.text(parameters, "ID", context) or "id",
            "names": named_lists(self.text(parameters, "NAMES", context)) or None,
        }
        typology = sialgeo.classify(found, tables, **given)
        for line in typology.summary():
            feedback.pushInfo(line)
        carried = typology.concentrations
        for answer in self.together(found, tables, given, parameters, context, feedback):
            carried = answer.added_to(carried)
        return carried

    def together(self, found, tables, given, parameters, context, feedback) -> list:
        """Classify groups and territories, write them and tell what lies on what."""
        import pandas as pd

        import sialgeo

        answers = []
        groups = named_lists(self.text(parameters, "GROUPS", context))
        if groups:
            answers.append(sialgeo.classify(found, tables, groups=groups, **given))
        grounds = self.frame(parameters, "TERRITORIES", context, feedback, like=found.producers)
        if grounds is not None:
            answers.append(sialgeo.classify(grounds, tables, concentrations=found, **given))
        for answer in answers:
            for line in answer.summary():
                feedback.pushInfo(line)
            for row in answer.overlaps.itertuples():
                feedback.pushInfo(
                    f"{row.territory} × {row.concentration}: {row.area_km2:.1f} km², "
                    f"{row.share_of_footprint:.0%} / {row.share_of_territory:.0%}"
                )
        if answers:
            table = pd.concat([answer.areas.assign(kind=answer.kind) for answer in answers])
            listed = [c for c in table if table[c].map(lambda v: isinstance(v, list)).any()]
            shown = table.drop(columns=listed).reset_index(drop=True)
            self.write(
                shown, parameters, "OUTPUT_PLACES", context, feedback, geometry="MultiPolygon"
            )
        return answers


class LinkConcentrations(StudyTables, WorkfileStep):
    """Say how concentrations are linked to suppliers and markets."""

    ID = "link"
    TITLE = mark("Linkages: suppliers and markets")
    ABOUT = mark(
        "Says how each concentration is linked backward to its suppliers (access within 5, 10 and "
        "20 km, catchments) and forward to its markets (from recorded flows), and which links of "
        "the chain are present.\n"
        "What no table tells stays unknown."
    )
    GROUP = "profile"
    TAGS = "linkages,encadenamientos,suppliers,proveedores,catchment,cuenca,flows,flujos,huff"

    def owner(self):
        """Return the declaration of reach and catchments."""
        from sialgeo.linkages import Linking

        return Linking

    def declare(self) -> None:
        """Declare suppliers and tables."""
        numeric = QgsProcessingParameterField.DataType.Numeric
        self.add(
            QgsProcessingParameterFeatureSource(
                "SUPPLIERS",
                tr("Suppliers"),
                [QgsProcessing.SourceType.TypeVectorPoint],
                optional=True,
            ),
            tr("Points of the producers of the raw material."),
        )
        self.add(
            QgsProcessingParameterField(
                "SUPPLY",
                tr("Volume of each supplier"),
                parentLayerParameterName="SUPPLIERS",
                type=numeric,
                optional=True,
            ),
            tr("Empty: each counts one."),
        )
        self.add_tables()
        self.add(
            QgsProcessingParameterString("ID", tr("Field with the producers' code"), optional=True),
            tr("Name of the producers' field with the codes that the tables use."),
        )
        self._add_details()

    def _add_details(self) -> None:
        for name, label, about in (
            (
                "RADII",
                tr("Distances to suppliers"),
                tr("Within which they are counted around each plant; empty: 5km,10km,20km."),
            ),
            (
                "ATTRACTION",
                tr("What draws suppliers"),
                tr("Name of the producers' field with their size; empty: all alike."),
            ),
            (
                "CAPACITY",
                tr("How much each plant can take"),
                tr("Name of the producers' field, in the unit of the suppliers' volume."),
            ),
            (
                "VOLUME",
                tr("Output of each producer"),
                tr("Name of the producers' field; what no flow names goes to their own market."),
            ),
            ("VOLUME_UNIT", tr("Unit of the output"), tr("For instance t/week.")),
        ):
            self.add_text(name, label, about)
        places = QgsProcessingParameterFeatureSource(
            "PLACES", tr("Markets"), [QgsProcessing.SourceType.TypeVectorPoint], optional=True
        )
        self.add(
            declared.advanced(places),
            tr("Points of the markets; one that has a point gets a line on the map."),
        )
        named = QgsProcessingParameterField(
            "PLACE_NAME",
            tr("Name of the markets"),
            parentLayerParameterName="PLACES",
            optional=True,
        )
        self.add(declared.advanced(named), tr("Field with the market's name."))

    def faults(self, parameters, context) -> list:
        """Ask for suppliers or tables."""
        found = super().faults(parameters, context)
        found += self.source_faults(parameters, "SUPPLIERS", context, kind=POINT)
        found += self.source_faults(parameters, "PLACES", context, kind=POINT)
        found += self.orphans(parameters, context, SUPPLY="SUPPLIERS", PLACE_NAME="PLACES")
        found += self.distance_faults(parameters, "RADII", context)
        if self.parameterAsSource(parameters, "PLACES", context) is not None and not self.field(
            parameters, "PLACE_NAME", context
        ):
            found.append(tr("The markets need the field with their names."))
        given = self.parameterAsSource(parameters, "SUPPLIERS", context) is not None
        if not given and not self.tables_path(parameters, context):
            found.append(tr("Nothing to link to: give suppliers, or the tables of the study."))
        return found

    def step(self, found, parameters, context, feedback, report):
        """Link."""
        import sialgeo

        path = self.tables_path(parameters, context)
        tables = sialgeo.read_tables(path) if path else None
        report(0.3, tr("Linking"))
        suppliers = self.frame(parameters, "SUPPLIERS", context, feedback, like=found.producers)
        named = ("attraction", "capacity", "volume", "volume_unit")
        given = {name: self.text(parameters, name.upper(), context) for name in named}
        given |= {
            "radii": self.distances(parameters, "RADII", context),
            "place_name": self.field(parameters, "PLACE_NAME", context),
        }
        return sialgeo.link(
            found,
            suppliers=suppliers,
            supply=self.field(parameters, "SUPPLY", context),
            id=self.text(parameters, "ID", context) or "id",
            places=self.frame(parameters, "PLACES", context, feedback, like=found.producers),
            progress=report.part(0.3, 1.0),
            tables=tables,
            **{name: value for name, value in given.items() if value},
            **self.given(parameters, context),
        )


class TradeExposure(StudyTables, WorkfileStep):
    """Say how far concentrations live on chains that compete with imports."""

    ID = "tradeexposure"
    TITLE = mark("Exposure to trade opening")
    ABOUT = mark(
        "How far each concentration lives on chains that compete with imports, held against its "
        "activation: the study's table of trade opening says which chains, and the change of price.\n"
        "Exposure is no effect: it does not say what became of prices, nor who adapted."
    )
    GROUP = "sial"
    TAGS = "trade,comercio,imports,importaciones,tariff,arancel,exposure,exposición,TLC"

    def owner(self):
        """Return the declaration of the classes."""
        from sialgeo.trade import Exposure

        return Exposure

    def declare(self) -> None:
        """Declare the tables and what ties them to the producers."""
        self.add_tables()
        self.add(
            QgsProcessingParameterString("ID", tr("Field with the producers' code"), optional=True),
            tr("Name of the producers' field with the codes that the tables use."),
        )

    def faults(self, parameters, context) -> list:
        """Ask for the tables, and name every fault in them before the run."""
        return super().faults(parameters, context) + self.table_faults(parameters, context)

    def step(self, found, parameters, context, feedback, report):
        """Compare."""
        import sialgeo

        del feedback
        tables = sialgeo.read_tables(self.tables_path(parameters, context))
        report(0.5, tr("Comparing"))
        key = self.text(parameters, "ID", context) or "id"
        return sialgeo.trade_exposure(found, tables, key=key, **self.given(parameters, context))


class FieldQuestions(FromWorkfile):
    """What to ask in the field."""

    ID = "fieldquestions"
    TITLE = mark("Questions for field work")
    ABOUT = mark(
        "The questions that what is missing leads to, for each concentration and by phase of the SIAL "
        "guide, with the table that the answer fills in.\n"
        "The log tells the phases, and what was done of each."
    )
    GROUP = "sial"
    TAGS = "field work,trabajo de campo,questions,preguntas,guía SIAL,guide,interview,entrevista"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare input and output."""
        del configuration
        add_input(self)
        self.add_table(
            tr("Questions for field work"),
            tr("One row per question: concentration, phase, table, criterion, question."),
        )

    def work(self, parameters, context, feedback):
        """List, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        found = self.found(parameters, context, Reporter(feedback))
        for row in sialgeo.guide_phases(found).itertuples():
            done = tr("done") if row.done else tr("not done")
            questions = tr("{n} open questions").format(n=row.open_questions)
            feedback.pushInfo(f"{row.guide}: {done}; {questions}")
        table = sialgeo.field_questions(found)
        return {"OUTPUT": self.write_table(table, parameters, "OUTPUT", context, feedback)}


class PrioritiseConcentrations(WorkfileStep):
    """Rank concentrations, with the interval of every rank."""

    ID = "prioritise"
    TITLE = mark("Prioritise concentrations")
    ABOUT = mark(
        "Ranks the concentrations by need, potential, activation, access and evidence, as far as the "
        "working file tells them, and says how far each rank depends on the weights.\n"
        "“Robust priority” only where at least 80 % of all weightings put it among the first."
    )
    GROUP = "sial"
    TAGS = "priority,prioridad,rank,rango,weights,pesos,SMAA"

    def owner(self):
        """Return the declaration of the draws."""
        from sialgeo.priorities import Prioritising

        return Prioritising

    def declare(self) -> None:
        """Declare what the ranks rest on."""
        self.add_text(
            "SUBINDICES",
            tr("Sub-indices"),
            tr(
                "Fields of the concentrations, with a minus where less comes first, as: "
                "need = pobreza_2018, -idh_2019; size = n. Empty: as said above."
            ),
        )

    def faults(self, parameters, context) -> list:
        """Explain sub-indices that cannot be read."""
        found = super().faults(parameters, context)
        if not all(named_lists(self.text(parameters, "SUBINDICES", context)).values()):
            found.append(tr("Sub-indices are written as: need = pobreza_2018, -idh_2019; size = n"))
        return found

    def step(self, found, parameters, context, feedback, report):
        """Rank."""
        import sialgeo

        del feedback, report
        chosen = named_lists(self.text(parameters, "SUBINDICES", context))
        return sialgeo.prioritise(
            found, subindices=chosen or None, **self.given(parameters, context)
        )


class CompareConcentrations(WorkfileStep):
    """Say what became of each concentration between two dates."""

    ID = "compare"
    TITLE = mark("Compare two dates")
    ABOUT = mark(
        "Matches the concentrations of two dates or runs and says which were born, have grown, are "
        "stable, have shrunk, merged, split, or are gone, and where there is a risk of "
        "de-clustering.\n"
        "Both dates must have been detected alike."
    )
    GROUP = "sial"
    TAGS = "compare,comparar,change,cambio,dates,fechas,de-clustering,de-clusterización"

    def owner(self):
        """Return the declaration of overlap and tolerance."""
        from sialgeo.comparison import Comparing

        return Comparing

    def declare(self) -> None:
        """Declare the earlier date."""
        self.add(
            QgsProcessingParameterFile(
                "BEFORE",
                tr("Working file of the earlier date"),
                fileFilter=tr(WORKFILES) + " (*.work.gpkg)",
            ),
            tr("The working file above is the later date."),
        )
        self.add(
            QgsProcessingParameterString("ID", tr("Field with the producers' code"), optional=True),
            tr("Name of the field in both files; empty: matched by ground."),
        )
        self.add_text(
            "COLUMNS",
            tr("Figures to lay beside each other"),
            tr(
                "Names of fields of the concentrations, as: n, lq. Indicators and level are anyway."
            ),
        )

    def faults(self, parameters, context) -> list:
        """Explain a wrong working file."""
        return super().faults(parameters, context) + self.workfile_faults(
            parameters, "BEFORE", context
        )

    def step(self, found, parameters, context, feedback, report):
        """Compare and tell what is gone."""
        import sialgeo

        del report
        before = sialgeo.read_concentrations(self.parameterAsFile(parameters, "BEFORE", context))
        told = sialgeo.compare(
            before,
            found,
            id=self.text(parameters, "ID", context),
            columns=names_in(self.text(parameters, "COLUMNS", context)),
            **self.given(parameters, context),
        )
        for row in told.table.itertuples():
            feedback.pushInfo(f"{row.name}: {_word(row.change)}")
        return told.concentrations


def _word(change: str) -> str:
    """Return the word for a change in the user's language."""
    from sialgeo.i18n import _
    from sialgeo.model import CHANGE, WORDS

    return _(WORDS[CHANGE].get(change, change))
