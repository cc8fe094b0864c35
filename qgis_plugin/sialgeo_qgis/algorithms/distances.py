# SPDX-License-Identifier: GPL-2.0-or-later
"""How unlike the districts are, and at which distances kinds of units stand together."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from .. import declared, library
from ..texts import mark, tr
from .base import POINT, POLYGON, SialgeoAlgorithm

FUNCTIONS = ("M", "Kd", "K")
CORRECTIONS = (
    "translation",
    "isotropic",
    "border",
    "none",
)  # models hold the place: new ones come last


class AmongUnits(SialgeoAlgorithm):
    """A statistic of units and their kinds, written as one table or layer."""

    GROUP = "profile"
    ICON = "detect"
    NEEDS = library.ALL

    def add_units(self) -> None:
        """Declare the units and the field with their kind."""
        self.add(
            QgsProcessingParameterFeatureSource(
                "UNITS", tr("Units"), [QgsProcessing.SourceType.TypeVectorPoint]
            ),
            tr("Points of all units: of every kind, not of one alone."),
        )
        self.add(
            QgsProcessingParameterField(
                "KIND", tr("Chain or kind"), parentLayerParameterName="UNITS"
            ),
            tr("Field with the chain, product or kind of actor."),
        )

    def faults(self, parameters, context) -> list:
        """Explain a layer or a value that cannot be."""
        found = self.source_faults(parameters, "UNITS", context, kind=POINT)
        return found + self.declared_faults(parameters, context)


class SpecialiseDistricts(AmongUnits):
    """Say how specialised each district is in each chain."""

    ID = "specialise"
    TITLE = mark("Specialisation by district")
    ABOUT = mark(
        "Location quotient of every chain in every district: interval, exact p-value, false "
        "discovery rate, quotient drawn to the mean where there are few units, and the quotient of "
        "the district with its neighbours. The log tells how unevenly each chain lies over the "
        "districts (Ellison–Glaeser, Gini, Theil, Hoover).\n"
        "Figures by district change with the division; functions of distance do not."
    )
    TAGS = "location quotient,cociente de localización,Ellison-Glaeser,Gini,specialisation,especialización"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        polygons = QgsProcessing.SourceType.TypeVectorPolygon
        self.add_units()
        self.add(
            QgsProcessingParameterField(
                "CODE", tr("Code of the unit's district"), parentLayerParameterName="UNITS"
            ),
            tr("Field of the units with the official code of their district."),
        )
        self.add(
            QgsProcessingParameterFeatureSource("AREAS", tr("Districts"), [polygons]),
            tr("Polygons of districts or municipalities."),
        )
        self.add(
            QgsProcessingParameterField(
                "KEY", tr("Code of the district"), parentLayerParameterName="AREAS"
            ),
            tr("Field of the districts with the same code."),
        )
        size = QgsProcessingParameterField(
            "SIZE",
            tr("Size of each unit"),
            parentLayerParameterName="UNITS",
            type=QgsProcessingParameterField.DataType.Numeric,
            optional=True,
        )
        self.add(
            declared.advanced(size),
            tr(
                "Field with employees or output, for the indices of the log; empty: each counts one."
            ),
        )
        level = QgsProcessingParameterNumber(
            "LEVEL",
            tr("Level of the intervals"),
            QgsProcessingParameterNumber.Type.Double,
            0.95,
            minValue=0.5,
            maxValue=0.999,
        )
        self.add(declared.advanced(level), tr("Of the intervals around each quotient."))
        self.add(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Specialisation by district"), polygons),
            tr(
                "One feature per chain and district that holds any unit; filter by chain to map it."
            ),
        )

    def faults(self, parameters, context) -> list:
        """Explain a wrong layer of districts."""
        return super().faults(parameters, context) + self.source_faults(
            parameters, "AREAS", context, kind=POLYGON
        )

    def work(self, parameters, context, feedback):
        """Compare, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        units = self.frame(parameters, "UNITS", context, feedback)
        areas = self.frame(parameters, "AREAS", context, feedback)
        chain, code = (self.field(parameters, name, context) for name in ("KIND", "CODE"))
        key = self.field(parameters, "KEY", context)
        found = sialgeo.quotients_by_territory(
            units,
            chain=chain,
            territory=code,
            territories=areas,
            key=key,
            level=self.parameterAsDouble(parameters, "LEVEL", context),
        )
        size = self.field(parameters, "SIZE", context)
        indices = sialgeo.agglomeration_indices(units, chain=chain, territory=code, size=size)
        for name, row in indices.iterrows():
            feedback.pushInfo(
                f"{name}: Ellison–Glaeser {row['ellison_glaeser']:.3f}, Gini {row['gini']:.3f}, "
                f"Theil {row['theil']:.3f}, Hoover {row['hoover']:.3f}"
            )
        shapes = areas.assign(_code=areas[key].astype(str)).set_index("_code").geometry
        drawn = shapes.reindex(found[code].astype(str))
        Reporter(feedback)(0.9, "")  # a cancel ends here, with nothing written
        layer = type(areas)(found.reset_index(drop=True), geometry=drawn.to_numpy(), crs=areas.crs)
        written = self.write(
            layer, parameters, "OUTPUT", context, feedback, geometry="MultiPolygon"
        )
        return {"OUTPUT": written}


class FunctionOfDistance(AmongUnits):
    """Say at which distances units of a kind stand together."""

    ID = "distances"
    TITLE = mark("Together at which distance (M, Kd, K)")
    ABOUT = mark(
        "Marcon and Puech's M (the share of a kind around its units over its share in all), "
        "Duranton and Overman's Kd (the density of the distances between them) or Ripley's K between "
        "two kinds, with a global envelope and one p-value for all distances.\n"
        "Needs no districts: it does not change with their division."
    )
    TAGS = "M function,función M,Kd,Duranton,Overman,Marcon,Puech,distance,distancia,K"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_units()
        self.add(
            QgsProcessingParameterString("OF", tr("Around units of kind")),
            tr("One of the kinds, as it is written in the field."),
        )
        self.add(
            QgsProcessingParameterString("NEAR", tr("How many of kind"), optional=True),
            tr("Empty: the same kind. For M and K only."),
        )
        self.add(
            QgsProcessingParameterFeatureSource(
                "REFERENCE",
                tr("Further units"),
                [QgsProcessing.SourceType.TypeVectorPoint],
                optional=True,
            ),
            tr("Points of no kind that are compared with too, as all farms; for K: among whom."),
        )
        self.add(
            QgsProcessingParameterEnum(
                "FUNCTION", tr("Function"), ["M", "Kd", "K"], defaultValue=0
            ),
            tr(
                "M is relative to all units and needs no correction at the edges; K (Ripley's) "
                "counts those of another kind within a distance."
            ),
        )
        self.add_field(
            "WEIGHT",
            tr("Size of the units"),
            tr("Field, as employees; empty: each counts one. Not for K."),
            of="UNITS",
            optional=True,
        )
        self.add(
            QgsProcessingParameterString("RADII", tr("Distances"), optional=True),
            tr("As 1km,2km,5km; empty: forty, as far as the units reach."),
        )
        edges = QgsProcessingParameterEnum(
            "CORRECTION",
            tr("Correction of edges (K)"),
            [tr("translation"), tr("isotropic"), tr("border"), tr("none")],
            defaultValue=0,
        )
        self.add(declared.advanced(edges), tr("Of the rectangle around all units; for K only."))
        self.add_declared()
        self.add_table(
            tr("Function of distance"), tr("One row per distance: value, envelope, class.")
        )

    def owner(self):
        """Return the declaration of the simulations."""
        from sialgeo.distances import Simulating

        return Simulating

    def faults(self, parameters, context) -> list:
        """Explain a wrong layer of further units."""
        found = super().faults(parameters, context)
        found += self.source_faults(parameters, "REFERENCE", context, kind=POINT)
        function = FUNCTIONS[self.parameterAsEnum(parameters, "FUNCTION", context)]
        if function == "Kd" and self.text(parameters, "NEAR", context):
            found.append(tr("Kd looks at one kind: leave “How many of kind” empty."))
        if function == "K" and self.field(parameters, "WEIGHT", context):
            found.append(tr("K takes no size of the units."))
        return found + self.distance_faults(parameters, "RADII", context)

    def work(self, parameters, context, feedback):
        """Simulate, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        units = self.frame(parameters, "UNITS", context, feedback)
        others = self.frame(parameters, "REFERENCE", context, feedback, like=units)
        kind, of = self.field(parameters, "KIND", context), self.text(parameters, "OF", context)
        near = self.text(parameters, "NEAR", context)
        given = {
            "radii": self.distances(parameters, "RADII", context) or None,
            "progress": Reporter(feedback),
            **self.given(parameters, context),
        }
        function = FUNCTIONS[self.parameterAsEnum(parameters, "FUNCTION", context)]
        if function == "K":
            kinds = units[kind].astype("string")
            theirs = units[kinds == near] if near else None
            given["correction"] = CORRECTIONS[
                self.parameterAsEnum(parameters, "CORRECTION", context)
            ]
            found = sialgeo.cross_k(units[kinds == of], others=theirs, among=others, **given)
        else:
            given |= {"kind": kind, "of": of, "reference": others}
            given["weight"] = self.field(parameters, "WEIGHT", context)
            if function == "M":
                given["near"] = near
            found = (sialgeo.m_function if function == "M" else sialgeo.kd_function)(units, **given)
        if found.test is not None:
            feedback.pushInfo(
                tr("p = {p} over all distances together.").format(p=f"{found.test.p_value:.3f}")
            )
        return {"OUTPUT": self.write_table(found.table, parameters, "OUTPUT", context, feedback)}


class ColocationOfKinds(AmongUnits):
    """Say which kinds of units are nearest to which."""

    ID = "colocation"
    TITLE = mark("Colocation of kinds")
    ABOUT = mark(
        "Which kinds of units have which as their nearest neighbours, more than random labels would "
        "give (colocation quotient of Leslie and Kronenfeld): 1 is chance.\n"
        "All actors must be in the layer: leaving a kind out changes every quotient."
    )
    TAGS = "colocation,colocalización,CLQ,neighbours,vecinos,linkages,encadenamientos"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_units()
        self.add_declared()
        self.add_table(
            tr("Colocation quotients"),
            tr("One row per pair of kinds: quotient, p-value, false discovery rate."),
        )

    def owner(self):
        """Return the declaration of neighbours and null."""
        from sialgeo.colocation import Colocating

        return Colocating

    def work(self, parameters, context, feedback):
        """Deal labels, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        found = sialgeo.colocation_quotient(
            self.frame(parameters, "UNITS", context, feedback),
            kind=self.field(parameters, "KIND", context),
            progress=Reporter(feedback),
            **self.given(parameters, context),
        )
        return {"OUTPUT": self.write_table(found.table, parameters, "OUTPUT", context, feedback)}


class LocalColocation(AmongUnits):
    """Say around which units of a kind another kind is over-represented."""

    ID = "localcolocation"
    TITLE = mark("Colocation around each unit")
    ABOUT = mark(
        "Around which units of a kind another kind is over-represented among the nearest neighbours "
        "(local colocation quotient of Wang and others): 1 is chance.\n"
        "All actors must be in the layer. Local p-values hold at a false discovery rate."
    )
    TAGS = "local colocation,colocalización local,LCLQ,neighbours,vecinos"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        points = QgsProcessing.SourceType.TypeVectorPoint
        self.add_units()
        for name, label in (("OF", tr("Around units of kind")), ("NEAR", tr("How many of kind"))):
            self.add(
                QgsProcessingParameterString(name, label),
                tr("One of the kinds, as it is written in the field."),
            )
        self.add(
            QgsProcessingParameterNumber(
                "NEAREST", tr("Nearest neighbours"), defaultValue=10, minValue=1
            ),
            tr("How many are looked at; the nearer weigh more."),
        )
        self.add_declared()
        self.add(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Colocation around each unit"), points),
            tr("The units of the kind with quotient, p-value and class. Private: exact points."),
        )

    def owner(self):
        """Return the declaration of the draws."""
        from sialgeo.colocation import Colocating

        return Colocating

    def declarations(self) -> tuple:
        """Return replicates and seed."""
        return tuple(one for one in super().declarations() if one.name in ("replicates", "seed"))

    def work(self, parameters, context, feedback):
        """Deal labels, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        found = sialgeo.local_colocation(
            self.frame(parameters, "UNITS", context, feedback),
            kind=self.field(parameters, "KIND", context),
            of=self.text(parameters, "OF", context),
            near=self.text(parameters, "NEAR", context),
            nearest=self.parameterAsInt(parameters, "NEAREST", context),
            progress=Reporter(feedback),
            **self.given(parameters, context),
        )
        for kind, count in found["class"].value_counts().items():
            feedback.pushInfo(f"{kind}: {count}")
        return {
            "OUTPUT": self.write(found, parameters, "OUTPUT", context, feedback, geometry="Point")
        }
