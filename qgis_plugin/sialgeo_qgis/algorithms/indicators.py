# SPDX-License-Identifier: GPL-2.0-or-later
"""Indicators made from the fields of a layer or table: human development, poverty, change, inequality."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsWkbTypes,
)

from .. import library
from ..texts import mark, tr
from .base import POLYGON, SialgeoAlgorithm, _geometry

ANY = QgsProcessing.SourceType.TypeVector
_BETTER = ("more", "less")
_BOUNDS = (None, (0.0, 1.0), (0.0, 100.0))


class OfRows(SialgeoAlgorithm):
    """Figures of every row of a layer, or of a table, from some of its fields."""

    GROUP = "territory"
    ICON = "table"
    NEEDS = library.ALL
    ADDS = ()  # the fields it adds

    def add_rows(self) -> None:
        """Declare the layer or table."""
        self.add(
            QgsProcessingParameterFeatureSource("INPUT", tr("Layer or table"), [ANY]),
            tr("One row for each territory, household or person."),
        )

    def add_of_rows(self, *fields) -> None:
        """Declare fields of it: name, label, help."""
        for name, label, about in fields:
            self.add_field(name, label, about, of="INPUT", numeric=False)

    def add_result(self, label: str, about: str) -> None:
        """Declare the layer or table that comes out."""
        self.add(QgsProcessingParameterFeatureSink("OUTPUT", label, ANY), about)

    def faults(self, parameters, context) -> list:
        """Explain rows that cannot be taken."""
        found = self.source_faults(parameters, "INPUT", context)
        source = self.parameterAsSource(parameters, "INPUT", context)
        there = source.fields().names() if source is not None else []
        taken = [name for name in self.ADDS if name in there]
        if taken:
            found.append(
                tr(
                    "“{input}”: it has fields called {names} already. Remedy: rename or remove them."
                ).format(
                    input=self.parameterDefinition("INPUT").description(), names=", ".join(taken)
                )
            )
        return found

    def rows(self, parameters, context, feedback, columns):
        """Return the rows, the columns named as numbers; geometry is None where there is none."""
        import geopandas as gpd

        from ..adapters import read_numbers, table_of, wkb_type

        source = self.parameterAsSource(parameters, "INPUT", context)
        if source.wkbType() != wkb_type("NoGeometry"):
            rows = self.frame(parameters, "INPUT", context, feedback)
        else:
            table = table_of(source, feedback)
            rows = gpd.GeoDataFrame(table, geometry=[None] * len(table))
        told, numbers = read_numbers(rows, {*rows.columns} - {*columns})
        if numbers:
            feedback.pushInfo(tr("Read as numbers: {columns}.").format(columns=", ".join(numbers)))
        return told

    def hand_back(self, rows, parameters, context, feedback) -> dict:
        """Write the rows with what was added, in the geometry they came in."""
        from ..adapters import Reporter

        Reporter(feedback)(0.9, tr("Writing the outputs"))
        kind = self.parameterAsSource(parameters, "INPUT", context).wkbType()
        layer = self.write(
            rows, parameters, "OUTPUT", context, feedback, geometry=QgsWkbTypes.displayString(kind)
        )
        self.results = (layer, rows) if _geometry(kind) == POLYGON else (None, None)
        return {"OUTPUT": layer}


class HumanDevelopment(OfRows):
    """Human development of each row."""

    ID = "hdi"
    TITLE = mark("Human development index")
    ABOUT = mark(
        "The UNDP's human development index of each row from its components, and its band, by the "
        "method since 2014 or by that of the editions until 2009.\n"
        "Figures by the two methods are not comparable. Local figures (household income, completed "
        "secondary school) are no components of this index. Missing values stay missing."
    )
    TAGS = "HDI,IDH,human development,desarrollo humano,UNDP,PNUD,education,income"
    ADDS = ("hdi", "hdi_band")

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_rows()
        self.add(
            QgsProcessingParameterEnum(
                "METHOD",
                tr("Method"),
                [tr("UNDP since 2014"), tr("UNDP until 2009")],
                defaultValue=0,
            ),
            tr("The former index has other components: literacy, enrolment and GDP."),
        )
        self.add_of_rows(
            ("LIFE", tr("Life expectancy"), tr("Field with years at birth.")),
            (
                "EXPECTED",
                tr("Expected schooling (until 2009: adult literacy)"),
                tr("Field with years; until 2009 with per cent of adults."),
            ),
            (
                "MEAN",
                tr("Mean schooling (until 2009: gross enrolment)"),
                tr("Field with years; until 2009 with per cent of the age group."),
            ),
            (
                "INCOME",
                tr("Income per person"),
                tr("Field with international dollars (PPP): GNI; until 2009 GDP."),
            ),
        )
        self.add_result(tr("Human development"), tr("The rows with the index and its band."))

    def work(self, parameters, context, feedback):
        """Compute, write, tell."""
        import sialgeo

        names = [self.field(parameters, n, context) for n in ("LIFE", "EXPECTED", "MEAN", "INCOME")]
        rows = self.rows(parameters, context, feedback, names)
        former = self.parameterAsEnum(parameters, "METHOD", context) == 1
        index = (sialgeo.former_hdi if former else sialgeo.hdi)(*(rows[name] for name in names))
        band = sialgeo.hdi_band(index, publisher="UNDP", year=2009 if former else 2014)
        for note in dict.fromkeys((*index.attrs["notes"], *band.attrs["notes"])):
            feedback.pushWarning(note)
        told = rows.assign(hdi=index.to_numpy(float), hdi_band=band.astype(object))
        return self.hand_back(told, parameters, context, feedback)

    def postProcessAlgorithm(self, context, feedback):  # noqa: N802
        """Have a layer of polygons styled by the index."""
        del feedback
        from .. import styling

        layer, rows = getattr(self, "results", (None, None))
        if layer is not None and rows is not None:
            import sialgeo

            indicator = sialgeo.describe_indicators(["hdi"])[0]
            style = styling.IndicatorStyle(rows["hdi"].to_numpy(), indicator)
            styling.attach(context, layer, style, self.displayName())
        return {}


class MultidimensionalPoverty(OfRows):
    """Alkire and Foster's measures of people or households."""

    ID = "alkirefoster"
    TITLE = mark("Multidimensional poverty (Alkire–Foster)")
    ABOUT = mark(
        "Alkire and Foster's measures from a survey: the share of people who are poor (H), how many "
        "deprivations they suffer (A), and M0 = H · A; by dimension and by group.\n"
        "It needs rows of people or households. From rates of territories nobody can tell who is "
        "deprived in several dimensions at once, and such tables are refused."
    )
    TAGS = "Alkire,Foster,MPI,IPM,multidimensional,poverty,pobreza,M0,deprivation,carencias"
    ADDS = ("af_score", "af_poor")

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and outputs."""
        del configuration
        self.add_rows()
        self.add(
            QgsProcessingParameterEnum(
                "ROWS", tr("A row is"), [tr("a person"), tr("a household")], defaultValue=0
            ),
            tr("Rates of territories cannot be measured this way."),
        )
        self.add_field(
            "DIMENSIONS",
            tr("Dimensions"),
            tr("Fields with achievements, more being better; or 0 where deprived and 1 where not."),
            of="INPUT",
            numeric=False,
            many=True,
        )
        self._add_numbers()
        self._add_outputs()

    def _add_numbers(self) -> None:
        """Declare cutoffs, weights and the fields that count and part the rows."""
        for name, label, about, default in (
            (
                "CUTOFFS",
                tr("Deprivation cutoffs"),
                tr("One number for each dimension, in the order of the fields: deprived below it."),
                "",
            ),
            (
                "WEIGHTS",
                tr("Weights of the dimensions"),
                tr("One number for each dimension; empty: each counts 1."),
                None,
            ),
        ):
            self.add(
                QgsProcessingParameterString(name, label, default, optional=default is None),
                about,
            )
        self.add(
            QgsProcessingParameterNumber(
                "K",
                tr("Poverty cutoff"),
                QgsProcessingParameterNumber.Type.Double,
                1.0,
                minValue=0.0,
            ),
            tr("Poor from this weighted number of deprivations on, in the unit of the weights."),
        )
        for name, label, about in (
            (
                "POPULATION",
                tr("People each row stands for"),
                tr("Field with size of household times expansion factor; empty: 1."),
            ),
            ("BY", tr("Decompose by"), tr("Field with groups, as department or urban and rural.")),
        ):
            self.add_field(name, label, about, of="INPUT", numeric=False, optional=True)

    def _add_outputs(self) -> None:
        """Declare rows, dimensions and groups, and the three measures."""
        self.add_result(
            tr("Rows with their deprivations"), tr("The rows with their score, and who is poor.")
        )
        for name, label, about in (
            ("OUTPUT_DIMENSIONS", tr("Dimensions"), tr("One row for each dimension.")),
            ("OUTPUT_GROUPS", tr("Groups"), tr("One row for each group, with its part in M0.")),
        ):
            self.add_table(label, about, name=name, optional=True)
        for name in ("H", "A", "M0"):
            self.addOutput(QgsProcessingOutputNumber(name, name))

    def faults(self, parameters, context) -> list:
        """Explain numbers that cannot be read, or are not one a dimension."""
        found = super().faults(parameters, context)
        fields = self.parameterAsFields(parameters, "DIMENSIONS", context)
        for name in ("CUTOFFS", "WEIGHTS"):
            said = self.parameterDefinition(name).description()
            try:
                given = _numbers(self.text(parameters, name, context))
            except ValueError as failure:
                found.append(f"{said}: {failure}")
                continue
            if given is not None and len(given) != len(fields):
                found.append(
                    tr("{parameter}: {n} numbers for {fields} dimensions.").format(
                        parameter=said, n=len(given), fields=len(fields)
                    )
                )
        return found

    def work(self, parameters, context, feedback):
        """Measure, write, tell."""
        import sialgeo

        fields = self.parameterAsFields(parameters, "DIMENSIONS", context)
        people, by = (self.field(parameters, name, context) for name in ("POPULATION", "BY"))
        rows = self.rows(parameters, context, feedback, [*fields, people])
        found = sialgeo.alkire_foster(
            rows[fields],
            _numbers(self.text(parameters, "CUTOFFS", context)),
            k=self.parameterAsDouble(parameters, "K", context),
            weights=_numbers(self.text(parameters, "WEIGHTS", context)),
            population=rows[people] if people else None,
            groups=rows[by] if by else None,
            rows=("people", "households")[self.parameterAsEnum(parameters, "ROWS", context)],
        )
        feedback.pushInfo(f"H = {found.H:.3f} · A = {found.A:.3f} · M0 = {found.M0:.3f}")
        for note in found.notes:
            feedback.pushWarning(note)
        told = rows.assign(af_score=found.rows["score"], af_poor=_yes_no(found.rows["poor"]))
        outputs = self.hand_back(told, parameters, context, feedback)
        tables = {"OUTPUT_DIMENSIONS": found.dimensions, "OUTPUT_GROUPS": found.groups}
        for name, table in tables.items():
            if table is not None:
                named = table.rename_axis(name.rpartition("_")[2].lower()).reset_index()
                outputs[name] = self.write_table(named, parameters, name, context, feedback)
        return {**outputs, "H": found.H, "A": found.A, "M0": found.M0}


class ConevalClasses(OfRows):
    """Poverty of each person by CONEVAL's rule."""

    ID = "conevalclasses"
    TITLE = mark("Poverty classes (CONEVAL)")
    ABOUT = mark(
        "The class of each person by CONEVAL's rule, from income lines and social deprivations: "
        "extreme poverty, moderate poverty, vulnerable by income or by deprivation, neither.\n"
        "It needs rows of people: rates of territories cannot be classed."
    )
    TAGS = "CONEVAL,poverty,pobreza,income line,línea de bienestar,carencias,deprivations"
    ADDS = ("coneval",)

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_rows()
        self.add_of_rows(
            ("INCOME", tr("Income per person"), tr("Field with the income of a month.")),
            (
                "DEPRIVATIONS",
                tr("Social deprivations"),
                tr("Field with their number, from 0 to 6."),
            ),
            (
                "POVERTY_LINE",
                tr("Line of poverty by income"),
                tr("Field with the line of the month and place (rural or urban) of each row."),
            ),
            (
                "MINIMUM_LINE",
                tr("Line of extreme poverty by income"),
                tr("Field with the cost of the food basket, as above."),
            ),
        )
        self.add(
            QgsProcessingParameterNumber(
                "EXTREME_FROM",
                tr("Extreme from so many deprivations"),
                defaultValue=3,
                minValue=1,
                maxValue=6,
            ),
            tr("CONEVAL's rule is 3."),
        )
        self.add_result(tr("Poverty classes"), tr("The rows with their class."))

    def work(self, parameters, context, feedback):
        """Class, write, tell."""
        import sialgeo
        from sialgeo.i18n import _
        from sialgeo.indicators.poverty import CONEVAL_LABELS

        asked = ("INCOME", "DEPRIVATIONS", "POVERTY_LINE", "MINIMUM_LINE")
        income, deprivations, line, least = (self.field(parameters, n, context) for n in asked)
        rows = self.rows(parameters, context, feedback, (income, deprivations, line, least))
        found = sialgeo.coneval_classes(
            rows[income],
            rows[deprivations],
            poverty_line=rows[line],
            minimum_line=rows[least],
            extreme_from=self.parameterAsInt(parameters, "EXTREME_FROM", context),
        )
        for kind, count in found.value_counts(sort=False).items():
            feedback.pushInfo(f"{_(CONEVAL_LABELS[kind])}: {count}")
        return self.hand_back(
            rows.assign(coneval=found.astype(object)), parameters, context, feedback
        )


class ChangeOfIndicator(OfRows):
    """Change of an indicator between two years."""

    ID = "change"
    TITLE = mark("Change of an indicator")
    ABOUT = mark(
        "The change of an indicator between two years for every territory, per year and in per cent, "
        "and whether it is for the better.\n"
        "It is refused where method, unit, family or direction differ, or where the year of the "
        "method is not stated: nothing is compared on a guess."
    )
    TAGS = "change,cambio,trend,tendencia,HDI,IDH,poverty,pobreza,years,años"
    ADDS = ("change", "change_per_year", "change_percent", "direction")

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_rows()
        self.add_of_rows(
            ("FROM", tr("Indicator of the earlier year"), tr("Field.")),
            ("TO", tr("Indicator of the later year"), tr("Field.")),
        )
        self.add(
            QgsProcessingParameterFeatureSource(
                "DESCRIPTION", tr("Table that describes the indicators"), [ANY], optional=True
            ),
            tr("Columns indicator, family, year, method_year, unit, direction, source."),
        )
        self.add(
            QgsProcessingParameterNumber(
                "METHOD_YEAR",
                tr("Year of the method of both"),
                defaultValue=None,
                optional=True,
                minValue=1900,
                maxValue=2100,
            ),
            tr("Where no table says it: the year of the method, not of the data."),
        )
        self.add_result(tr("Change"), tr("The rows with the change and its direction."))

    def faults(self, parameters, context) -> list:
        """Ask for the year of the method, where nothing says it."""
        found = super().faults(parameters, context)
        described = self.parameterAsSource(parameters, "DESCRIPTION", context) is not None
        if not described and not self.parameterAsInt(parameters, "METHOD_YEAR", context):
            found.append(
                tr(
                    "Nothing says by which method both were computed. Remedy: “Year of the method of "
                    "both”, or the table that describes the indicators."
                )
            )
        return found

    def work(self, parameters, context, feedback):
        """Compare, write, tell."""
        from dataclasses import replace

        import sialgeo

        from ..adapters import table_of

        before, after = (self.field(parameters, name, context) for name in ("FROM", "TO"))
        rows = self.rows(parameters, context, feedback, (before, after))
        source = self.parameterAsSource(parameters, "DESCRIPTION", context)
        about = sialgeo.describe_indicators(
            (before, after), description=None if source is None else table_of(source, feedback)
        )
        year = self.parameterAsInt(parameters, "METHOD_YEAR", context)
        if year:
            about = [one if one.method_year else replace(one, method_year=year) for one in about]
        found = sialgeo.change(rows, before, after, indicators=about)
        for note in found.attrs["notes"]:
            feedback.pushWarning(note)
        told = rows.assign(**{name: found[name] for name in self.ADDS})
        return self.hand_back(told, parameters, context, feedback)


class InequalityOverPlaces(OfRows):
    """Whether something is found among those worse or better off."""

    ID = "concentrationindex"
    TITLE = mark("Concentration index over an indicator")
    ABOUT = mark(
        "Is a rate (producers per 1,000 inhabitants, say) found rather among the places that are "
        "worse off, or better off? Below zero: among those worse off.\n"
        "The interval takes places, or blocks of them, as independent: neighbours that are alike "
        "make it too narrow. For a test use “Are they in poorer places?”."
    )
    TAGS = "concentration index,índice de concentración,Erreygers,Kakwani,inequality,desigualdad"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_rows()
        self.add_of_rows(
            ("RATE", tr("Rate"), tr("Field with a rate per person: no counts.")),
            ("RANK", tr("Ranked by"), tr("Field that ranks the places, as the HDI or poverty.")),
        )
        for name, label, options, about in (
            (
                "BETTER",
                tr("Which is better"),
                [tr("more is better (human development)"), tr("less is better (poverty)")],
                tr("Of the field that ranks."),
            ),
            (
                "BOUNDED",
                tr("Bounds of the rate"),
                [tr("none"), tr("a share of 0 to 1"), tr("a share of 0 to 100")],
                tr("For a share Erreygers' index is told as well."),
            ),
        ):
            self.add(QgsProcessingParameterEnum(name, label, options, defaultValue=0), about)
        for name, label, about in (
            ("WEIGHTS", tr("Population"), tr("Field with the people of each place; empty: 1.")),
            ("BLOCKS", tr("Larger division"), tr("Field: places of one count as one draw.")),
        ):
            self.add_field(name, label, about, of="INPUT", numeric=False, optional=True)
        self.add_result(
            tr("Concentration curve"),
            tr("Cumulative shares of people (p) and of what is found (l), those worse off first."),
        )
        for name, label in (
            ("VALUE", tr("Concentration index")),
            ("LOW", tr("Lower bound (95 %)")),
            ("HIGH", tr("Upper bound (95 %)")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, label))

    def work(self, parameters, context, feedback):
        """Compute, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        asked = ("RATE", "RANK", "WEIGHTS", "BLOCKS")
        rate, rank, weights, blocks = (self.field(parameters, n, context) for n in asked)
        rows = self.rows(parameters, context, feedback, (rate, rank, weights))
        found = sialgeo.concentration_index(
            rows[rate],
            rows[rank],
            weights=rows[weights] if weights else None,
            bounded=_BOUNDS[self.parameterAsEnum(parameters, "BOUNDED", context)],
            better=_BETTER[self.parameterAsEnum(parameters, "BETTER", context)],
            blocks=rows[blocks] if blocks else None,
        )
        feedback.pushInfo(f"C = {found.value:.3f} ({found.low:.3f} … {found.high:.3f})")
        if found.erreygers == found.erreygers:  # not NaN: a share
            feedback.pushInfo(f"Erreygers: {found.erreygers:.3f} ± {found.erreygers_se:.3f}")
        for note in found.notes:
            feedback.pushWarning(note)
        Reporter(feedback)(0.9, tr("Writing the outputs"))
        layer = self.write_table(found.curve, parameters, "OUTPUT", context, feedback)
        return {"OUTPUT": layer, "VALUE": found.value, "LOW": found.low, "HIGH": found.high}


class AgroDistricts(OfRows):
    """Districts of rural agro-industry from figures by area."""

    ID = "agrodistricts"
    TITLE = mark("Districts of rural agro-industry")
    ABOUT = mark(
        "Which labour areas or provinces are districts of rural agro-industry, where there are only "
        "figures by area: specialised in processing, of small units, in one chain, with small or "
        "medium units dominant (the steps of Sforzi and ISTAT, transposed).\n"
        "A missing figure leaves its step open; it is never “no”."
    )
    GROUP = "profile"
    TAGS = "industrial district,distrito industrial,Sforzi,ISTAT,specialisation,especialización"
    ADDS = (
        *("lq_processing", "small_share", "main_chain", "main_chain_lq", "main_chain_share"),
        *("dominant_size", "specialised", "small_scale", "one_chain", "sme_dominant"),
        *("steps_met", "district"),
    )

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_rows()
        self.add_of_rows(
            ("TOTAL", tr("All establishments"), tr("Field with their number.")),
            (
                "PROCESSING",
                tr("Processing units"),
                tr("Field with the number of those that process agricultural produce."),
            ),
            ("SMALL", tr("Small processing units"), tr("Field with their number.")),
            ("MEDIUM", tr("Medium processing units"), tr("Field with their number.")),
            ("LARGE", tr("Large processing units"), tr("Field with their number.")),
        )
        self.add_field(
            "CHAINS",
            tr("Processing units by chain"),
            tr("Fields with the number of units of each chain."),
            of="INPUT",
            numeric=False,
            many=True,
        )
        self.add_result(
            tr("Districts of rural agro-industry"), tr("The rows with the steps that are met.")
        )
        self.addOutput(QgsProcessingOutputNumber("DISTRICTS_COUNT", tr("Districts found")))

    def work(self, parameters, context, feedback):
        """Compare, write, tell."""
        import sialgeo

        asked = ("TOTAL", "PROCESSING", "SMALL", "MEDIUM", "LARGE")
        total, processing, *sizes = (self.field(parameters, name, context) for name in asked)
        chains = self.parameterAsFields(parameters, "CHAINS", context)
        rows = self.rows(parameters, context, feedback, [total, processing, *sizes, *chains])
        found = sialgeo.distritos_air(
            rows,
            total=total,
            processing=processing,
            sizes=dict(zip(("small", "medium", "large"), sizes, strict=True)),
            chains=chains,
        )
        count = int(found["district"].sum())
        feedback.pushInfo(
            tr("{n} of {total} areas meet all steps.").format(n=count, total=len(rows))
        )
        steps = ("specialised", "small_scale", "one_chain", "sme_dominant")
        told = found.assign(**{name: _yes_no(found[name]) for name in steps})
        outputs = self.hand_back(rows.assign(**told), parameters, context, feedback)
        return {**outputs, "DISTRICTS_COUNT": count}


def _yes_no(column):
    """Return a column of truths as text, gaps as gaps, which not every format holds in a field of truths."""
    import pandas as pd

    return [None if pd.isna(value) else ("no", "yes")[bool(value)] for value in column]


def _numbers(text):
    """Return the numbers of a text, None where it is empty; “;” parts them, else “,”."""
    if not text:
        return None
    parts = text.replace(",", ".").split(";") if ";" in text else text.split(",")
    try:
        return [float(part) for part in parts if part.strip()]
    except ValueError:
        raise ValueError(tr("write numbers, as 12; 0.5; 3")) from None
