# SPDX-License-Identifier: GPL-2.0-or-later
"""How unlike the districts are, and at which distances kinds of units stand together."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterString,
)

from .. import library
from ..texts import mark, tr
from .base import POINT, POLYGON, SialgeoAlgorithm

GROUP = ("analysis", mark("Analysis"))


class AmongUnits(SialgeoAlgorithm):
    """A statistic of units and their kinds, written as one table or layer."""

    GROUP = GROUP
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

    def table(self, frame, parameters, context, feedback):
        """Write a table without geometry; return the outputs."""
        import geopandas as gpd

        bare = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([None] * len(frame), crs=4326))
        layer = self.write(bare, parameters, "OUTPUT", context, feedback, geometry="NoGeometry")
        return {"OUTPUT": layer}


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
            units, chain=chain, territory=code, territories=areas, key=key
        )
        indices = sialgeo.agglomeration_indices(units, chain=chain, territory=code)
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
    TITLE = mark("Together at which distance (M, Kd)")
    ABOUT = mark(
        "Marcon and Puech's M (the share of a kind around its units over its share in all) or "
        "Duranton and Overman's Kd (the density of the distances between them), with a global "
        "envelope and one p-value for all distances.\n"
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
            tr("Empty: the same kind. For M only."),
        )
        self.add(
            QgsProcessingParameterFeatureSource(
                "REFERENCE",
                tr("Further units"),
                [QgsProcessing.SourceType.TypeVectorPoint],
                optional=True,
            ),
            tr("Points of no kind that are compared with too, as all farms."),
        )
        self.add(
            QgsProcessingParameterEnum("FUNCTION", tr("Function"), ["M", "Kd"], defaultValue=0),
            tr("M is relative to all units and needs no correction at the edges."),
        )
        self.add_declared()
        self.add(
            QgsProcessingParameterFeatureSink(
                "OUTPUT", tr("Function of distance"), QgsProcessing.SourceType.TypeVector
            ),
            tr("One row per distance: value, envelope, class."),
        )

    def owner(self):
        """Return the declaration of the simulations."""
        from sialgeo.distances import Simulating

        return Simulating

    def faults(self, parameters, context) -> list:
        """Explain a wrong layer of further units."""
        return super().faults(parameters, context) + self.source_faults(
            parameters, "REFERENCE", context, kind=POINT
        )

    def work(self, parameters, context, feedback):
        """Simulate, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        units = self.frame(parameters, "UNITS", context, feedback)
        given = {
            "kind": self.field(parameters, "KIND", context),
            "of": self.text(parameters, "OF", context),
            "reference": self.frame(parameters, "REFERENCE", context, feedback, like=units),
            "progress": Reporter(feedback),
            **self.given(parameters, context),
        }
        if self.parameterAsEnum(parameters, "FUNCTION", context):
            found = sialgeo.kd_function(units, **given)
        else:
            near = self.text(parameters, "NEAR", context)
            found = sialgeo.m_function(units, near=near, **given)
        if found.test is not None:
            feedback.pushInfo(
                tr("p = {p} over all distances together.").format(p=f"{found.test.p_value:.3f}")
            )
        return self.table(found.table, parameters, context, feedback)


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
        self.add(
            QgsProcessingParameterFeatureSink(
                "OUTPUT", tr("Colocation quotients"), QgsProcessing.SourceType.TypeVector
            ),
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
        return self.table(found.table, parameters, context, feedback)
