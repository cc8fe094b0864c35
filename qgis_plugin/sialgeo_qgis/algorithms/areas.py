# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts and indicators by district: *hot spots*, *scan*, *two indicators in one map*."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
)

from .. import library
from ..texts import mark, tr
from .base import POLYGON, SialgeoAlgorithm

POLYGONS = QgsProcessing.SourceType.TypeVectorPolygon
NUMERIC = QgsProcessingParameterField.DataType.Numeric


class OfDistricts(SialgeoAlgorithm):
    """What the algorithms on a layer of districts share."""

    NEEDS = library.ALL

    def add_areas(self, about: str) -> None:
        """Declare the layer of districts."""
        self.add(QgsProcessingParameterFeatureSource("AREAS", tr("Districts"), [POLYGONS]), about)

    def add_population(self, about: str) -> None:
        """Declare the field of those at risk."""
        self.add(
            QgsProcessingParameterField(
                "POPULATION",
                tr("Population at risk"),
                parentLayerParameterName="AREAS",
                type=NUMERIC,
                optional=True,
            ),
            about,
        )

    def faults(self, parameters, context) -> list:
        """Explain a layer or a value that cannot be."""
        found = self.source_faults(parameters, "AREAS", context, kind=POLYGON)
        return found + self.declared_faults(parameters, context)


class HotSpots(OfDistricts):
    """Find areas among high or low values."""

    ID = "hotspots"
    TITLE = mark("Hot spots by district")
    ABOUT = mark(
        "Getis–Ord Gi* or local Moran of a count, or of a rate where you name the "
        "population, for districts or municipalities.\n"
        "P-values come from seeded conditional permutations, two-sided; classes hold at a "
        "false discovery rate. Districts without neighbours are told apart, never classed."
    )
    GROUP = "detect"
    TAGS = "hot spot,punto caliente,Getis-Ord,Gi*,Moran,LISA,cluster,municipio,district,distrito"
    ICON = "detect"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_areas(tr("Polygons of districts or municipalities."))
        self.add(
            QgsProcessingParameterField(
                "COUNTS", tr("Count or value"), parentLayerParameterName="AREAS", type=NUMERIC
            ),
            tr("Field with the number of producers, or another value."),
        )
        self.add_population(
            tr(
                "Field with all farms or people: the rate is analysed, smoothed by empirical Bayes."
            ),
        )
        self.add_declared()
        self.add(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Hot spots"), POLYGONS),
            tr("The districts with statistic, p-values and class."),
        )

    def owner(self):
        """Return the declaration of the method."""
        from sialgeo.hotspots import HotSpots as Declared

        return Declared

    def work(self, parameters, context, feedback):
        """Find, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the layers"))
        areas = self.frame(parameters, "AREAS", context, feedback)
        report(0.3, tr("Permuting"))
        found = sialgeo.hot_spots(
            areas,
            self.field(parameters, "COUNTS", context),
            population=self.field(parameters, "POPULATION", context),
            progress=report.part(0.3, 0.9),
            **self.given(parameters, context),
        )
        for note in found.attrs.get("notes", ()):
            feedback.pushWarning(note)
        for name, count in found["class"].value_counts().items():
            feedback.pushInfo(f"{name}: {count}")
        report(0.9, tr("Writing the outputs"))
        layer = self.write(found, parameters, "OUTPUT", context, feedback, geometry="MultiPolygon")
        self.results = (layer, list(found["class"]))
        report(1.0)
        return {"OUTPUT": layer}

    def postProcessAlgorithm(self, context, feedback):  # noqa: N802
        """Have the layer styled by class when it is loaded."""
        del feedback
        from .. import styling

        layer, kinds = getattr(self, "results", (None, ()))
        if layer is not None:
            styling.attach(context, layer, styling.HotSpotStyle(kinds), self.displayName())
        return {}


class ScanAreas(OfDistricts):
    """Find the groups of districts with more than expected."""

    ID = "scanareas"
    TITLE = mark("Scan counts by district")
    ABOUT = mark(
        "Kulldorff's spatial scan for counts by district or municipality: which groups of "
        "neighbouring districts hold more producers than their population explains, with p-values "
        "that pay for every group looked at.\n"
        "With several fields of counts, one a chain, and no population it asks where the mix of "
        "chains differs (multinomial model)."
    )
    GROUP = "detect"
    TAGS = "scan,escaneo,Kulldorff,SaTScan,cluster,municipio,district,distrito,multinomial"
    ICON = "detect"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        self.add_areas(tr("Polygons of districts or municipalities."))
        self.add(
            QgsProcessingParameterField(
                "CASES",
                tr("Counts"),
                parentLayerParameterName="AREAS",
                type=NUMERIC,
                allowMultiple=True,
            ),
            tr("Field with the number of producers; or several, one a chain."),
        )
        self.add_population(
            tr("Field with all farms or people; none where several counts are given."),
        )
        self.add_declared()
        self.add(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Zones of districts"), POLYGONS),
            tr("The districts with their zone (-1: none) and its figures."),
        )
        self.addOutput(QgsProcessingOutputNumber("ZONES_COUNT", tr("Zones found")))

    def declarations(self) -> tuple:
        """Return the declarations of the scan, but for what the counts decide, and of its replicates."""
        scan = super().declarations()
        if not scan:
            return ()
        from sialgeo.params import params_of
        from sialgeo.significance import Replication

        chosen = [one for one in scan if one.name not in ("centres", "model")]
        return (*chosen, *params_of(Replication))

    def owner(self):
        """Return the declaration of the scan."""
        from sialgeo.scans import SpatialScan

        return SpatialScan

    def faults(self, parameters, context) -> list:
        """Explain a layer or fields that cannot be."""
        found = super().faults(parameters, context)
        counts = self.parameterAsFields(parameters, "CASES", context)
        population = self.field(parameters, "POPULATION", context)
        if len(counts) == 1 and population is None:
            found.append(tr("One field of counts needs the population at risk."))
        if len(counts) > 1 and population is not None:
            found.append(tr("Several fields of counts are held against each other: no population."))
        return found

    def work(self, parameters, context, feedback):
        """Scan, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the layers"))
        areas = self.frame(parameters, "AREAS", context, feedback)
        counts = self.parameterAsFields(parameters, "CASES", context)
        given = self.given(parameters, context)
        given["shapes"] = given.pop("shape")
        found = sialgeo.scan_areas(
            areas,
            counts if len(counts) > 1 else counts[0],
            population=self.field(parameters, "POPULATION", context),
            model="multinomial" if len(counts) > 1 else "poisson",
            progress=report.part(0.1, 0.9),
            **given,
        )
        zones = found[found["concentration"] > 0].drop_duplicates("concentration")
        for _k, zone in zones.sort_values("concentration").iterrows():
            feedback.pushInfo(
                tr("Zone {k}: {n} producers, p = {p}").format(
                    k=int(zone["concentration"]), n=int(zone["n"]), p=f"{zone['p_value']:.3f}"
                )
            )
        report(0.9, tr("Writing the outputs"))
        layer = self.write(found, parameters, "OUTPUT", context, feedback, geometry="MultiPolygon")
        report(1.0)
        return {"OUTPUT": layer, "ZONES_COUNT": len(zones)}


class BivariateMap(OfDistricts):
    """Two indicators of districts at once, and where they go together."""

    ID = "bivariate"
    TITLE = mark("Two indicators in one map")
    ABOUT = mark(
        "Classes districts by two indicators, three by three, each class with a third of the "
        "people; and says where both go together around each district: Lee's L, or bivariate "
        "local Moran.\n"
        "Districts without data or with withheld figures are grey. Local p-values hold at a false "
        "discovery rate: read the districts marked as interesting, not as proven."
    )
    GROUP = "territory"
    TAGS = "bivariate,bivariado,choropleth,coropleta,Lee,Moran,LISA,HDI,IDH,poverty,pobreza"
    ICON = "overlay"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and outputs."""
        del configuration
        self.add_areas(tr("Polygons of districts with both indicators as fields."))
        parent = {"parentLayerParameterName": "AREAS"}
        for name, label, about in (
            ("X", tr("First indicator"), tr("Field; it turns orange as it grows.")),
            ("Y", tr("Second indicator"), tr("Field; it turns blue as it grows.")),
            (
                "POPULATION",
                tr("Population"),
                tr("Field with the people of each district: each class holds a third of them."),
            ),
        ):
            self.add(QgsProcessingParameterField(name, label, type=NUMERIC, **parent), about)
        self.add(
            QgsProcessingParameterField("SUPPRESSED", tr("Withheld"), optional=True, **parent),
            tr("Field that is true (or 1) where a district's figures may not be shown."),
        )
        self.add_declared()
        for name, label, about, optional in (
            ("OUTPUT", tr("Two indicators"), tr("The districts by 3 × 3 classes."), False),
            (
                "OUTPUT_LOCAL",
                tr("Where they go together"),
                tr("The same districts by the class of their local statistic."),
                True,
            ),
        ):
            sink = QgsProcessingParameterFeatureSink(name, label, POLYGONS, optional=optional)
            self.add(sink, about)

    def owner(self):
        """Return the declaration of the local statistic."""
        from sialgeo.association import LocalAssociation

        return LocalAssociation

    def work(self, parameters, context, feedback):
        """Class, test, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the layers"))
        areas = self.frame(parameters, "AREAS", context, feedback)
        x, y = (self.field(parameters, name, context) for name in ("X", "Y"))
        report(0.3, tr("Permuting"))
        found = sialgeo.bivariate_map(
            areas,
            x,
            y,
            population=self.field(parameters, "POPULATION", context),
            suppressed=self.field(parameters, "SUPPRESSED", context),
            **self.given(parameters, context),
        )
        whole = found.attrs["global"]
        feedback.pushInfo(f"{whole['name']}: {whole['statistic']:.3f}, p {whole['p_value']:.3f}")
        for note in found.attrs["notes"]:
            feedback.pushWarning(note)
        report(0.9, tr("Writing the outputs"))
        outputs = {
            name: self.write(found, parameters, name, context, feedback, geometry="MultiPolygon")
            for name in ("OUTPUT", "OUTPUT_LOCAL")
        }
        self.results = (outputs, found, (x, y))
        report(1.0)
        return {name: layer for name, layer in outputs.items() if layer}

    def postProcessAlgorithm(self, context, feedback):  # noqa: N802
        """Have the layers styled by class when they are loaded."""
        del feedback
        from .. import styling

        outputs, found, columns = getattr(self, "results", ({}, None, ()))
        if outputs.get("OUTPUT"):
            style = styling.BivariateStyle(list(found["class"]), columns)
            styling.attach(context, outputs["OUTPUT"], style, self.displayName())
        if outputs.get("OUTPUT_LOCAL"):
            style = styling.HotSpotStyle(list(found["local_class"]), "local_class")
            styling.attach(context, outputs["OUTPUT_LOCAL"], style, self.displayName())
        return {}
