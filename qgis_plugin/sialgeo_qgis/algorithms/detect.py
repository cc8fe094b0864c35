# SPDX-License-Identifier: GPL-2.0-or-later
"""*Detect concentrations*: detection, its test and its profile, made from sialgeo's declarations."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from .. import declared, library
from ..texts import mark, tr
from .base import POINT, POLYGON, SialgeoAlgorithm, _geometry

WORKFILES = mark("sialgeo working files")
_METHODS = {
    "relative-dbscan": mark("Relative density (DBSCAN against the reference population)"),
    "dbscan": mark("Plain density (DBSCAN): exploratory, proves nothing"),
    "hdbscan": mark("HDBSCAN: exploratory, proves nothing; needs scikit-learn"),
}
_SHORT = {
    "relative-dbscan": mark("relative density"),
    "dbscan": mark("plain density"),
    "hdbscan": "HDBSCAN",
}
_ORIGINS, _SYNTHETIC = ("origen", "origin"), ("sintético", "sintetico", "synthetic")


def methods() -> dict:
    """Return the detectors by name, the default first; new ones come after those known here."""
    from sialgeo.detection import METHODS

    known = {name: METHODS[name] for name in _METHODS if name in METHODS}
    return {**known, **METHODS}


def declarations() -> dict:
    """Return each declared parameter of detectors and test, with the methods that take it."""
    from sialgeo.params import params_of
    from sialgeo.significance import Replication

    found = {}
    for method, kind in methods().items():
        for one in params_of(kind):
            found.setdefault(one.name, (one, []))[1].append(method)
    return {**found, **{one.name: (one, []) for one in params_of(Replication)}}


class DetectConcentrations(SialgeoAlgorithm):
    """Detect, test and describe concentrations."""

    ID = "detectconcentrations"
    TITLE = mark("Detect concentrations")
    ABOUT = mark(
        "Finds geographic concentrations of producers and tests each of them against "
        "a reference population.\n"
        "More concentrated than what? Give all farms, all establishments or the "
        "people: points, a raster of counts, "
        "or polygons with counts. Without a reference population only the "
        "exploratory methods run, and the output "
        "says so.\n"
        "Distances are metres; a layer in degrees is projected, and the projection "
        "is told. The p-values come from "
        "re-running the whole detection on maps drawn under the null hypothesis.\n"
        "The working file holds everything, the points included: it is private, and "
        "the next steps read it."
    )
    GROUP = ("analysis", mark("Analysis"))
    TAGS = (
        "cluster,clusters,concentration,concentraciones,dbscan,hdbscan,density,densidad,significance,"
        "significancia,Monte Carlo,agroindustria,SIAL"
    )
    ICON = "detect"
    NEEDS = library.ALL

    # --- declaration --------------------------------------------------------------------------------

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and outputs; method and test parameters come from sialgeo's declarations."""
        del configuration
        points = QgsProcessing.SourceType.TypeVectorPoint
        self.add(
            QgsProcessingParameterFeatureSource("PRODUCERS", tr("Producers"), [points]),
            tr("Point layer, one feature per producer."),
        )
        self._add_reference()
        self._add_declared()
        self._add_description()
        self._add_outputs()

    def _add_reference(self):
        kinds = [
            QgsProcessing.SourceType.TypeVectorPoint,
            QgsProcessing.SourceType.TypeVectorPolygon,
        ]
        self.add(
            QgsProcessingParameterFeatureSource(
                "REFERENCE", tr("Reference population"), kinds, optional=True
            ),
            tr("All farms or establishments as points, or polygons with counts."),
        )
        self.add(
            QgsProcessingParameterBoolean(
                "INCLUDES_PRODUCERS",
                tr("The reference holds the producers, too"),
                defaultValue=False,
            ),
            tr("Tick it if the producers are a part of the reference layer."),
        )
        self.add(
            declared.advanced(
                QgsProcessingParameterField(
                    "KEY",
                    tr("Identifier in both layers"),
                    parentLayerParameterName="REFERENCE",
                    optional=True,
                )
            ),
            tr(
                "Field of the same name in both layers that tells which "
                "reference units are producers; empty: told by their coordinates."
            ),
        )
        self._add_counts()
        self._add_raster()

    def _add_counts(self):
        numeric = QgsProcessingParameterField.DataType.Numeric
        settled = QgsProcessing.SourceType.TypeVectorPoint
        for definition, about in (
            (
                QgsProcessingParameterField(
                    "COUNTS",
                    tr("Counts of a polygon reference"),
                    parentLayerParameterName="REFERENCE",
                    type=numeric,
                    optional=True,
                ),
                tr("Field with the number of units in each polygon."),
            ),
            (
                QgsProcessingParameterFeatureSource(
                    "SETTLEMENTS",
                    tr("Settlements to spread the counts over"),
                    [settled],
                    optional=True,
                ),
                tr(
                    "Points of populated places: counts of polygons wider than half "
                    "the radius give no p-value unless they are spread."
                ),
            ),
            (
                QgsProcessingParameterField(
                    "WEIGHT",
                    tr("Weight of the settlements"),
                    parentLayerParameterName="SETTLEMENTS",
                    type=numeric,
                    optional=True,
                ),
                tr("Field to share the counts by, for instance population."),
            ),
        ):
            self.add(declared.advanced(definition), about)

    def _add_raster(self):
        for definition, about in (
            (
                QgsProcessingParameterRasterLayer(
                    "REFERENCE_RASTER", tr("Reference population as a raster"), optional=True
                ),
                tr(
                    "Raster of counts per cell, instead of a reference layer; cells "
                    "must be smaller than half the radius."
                ),
            ),
            (
                QgsProcessingParameterBand(
                    "REFERENCE_BAND",
                    tr("Band of the reference raster"),
                    1,
                    "REFERENCE_RASTER",
                    optional=True,
                ),
                tr("Band with the counts."),
            ),
        ):
            self.add(declared.advanced(definition), about)

    def _add_declared(self):
        try:
            library.sialgeo()
            names, found = methods(), declarations()
        except ImportError:
            return  # canExecute names what is missing
        self.add(
            QgsProcessingParameterEnum(
                "METHOD",
                tr("Method"),
                [tr(_METHODS.get(name, name)) for name in names],
                defaultValue=0,
            ),
            tr("The first is tested against the reference population; the others explore."),
        )
        for one, takers in found.values():
            only = ", ".join(tr(_SHORT.get(name, name)) for name in takers)
            note = (
                ""
                if not takers or len(takers) == len(names)
                else tr("(Only for: {methods}.)").format(methods=only)
            )
            made = declared.parameter(one, note)
            if takers and next(iter(names)) not in takers:
                declared.advanced(made)
            self.addParameter(made)
            also = declared.companion(one)
            if also is not None:
                self.addParameter(also)

    def _add_description(self):
        place_layer = QgsProcessing.SourceType.TypeVectorPoint
        self.add(
            QgsProcessingParameterFeatureSource(
                "PLACES", tr("Places that name concentrations"), [place_layer], optional=True
            ),
            tr(
                "Points of towns; without them a concentration takes its producers' "
                "commonest locality."
            ),
        )
        for definition, about in (
            (
                QgsProcessingParameterField(
                    "PLACE_NAME",
                    tr("Name of the places"),
                    parentLayerParameterName="PLACES",
                    optional=True,
                ),
                tr("Field with the place's name."),
            ),
            (
                QgsProcessingParameterField(
                    "CHAIN",
                    tr("Chain or product"),
                    parentLayerParameterName="PRODUCERS",
                    optional=True,
                ),
                tr(
                    "Field with each producer's chain: the profile then tells the "
                    "mix and specialisation."
                ),
            ),
            (
                QgsProcessingParameterField(
                    "VOLUME",
                    tr("Output of each producer"),
                    parentLayerParameterName="PRODUCERS",
                    optional=True,
                ),
                tr("Field with what each producer makes in a period."),
            ),
        ):
            self.add(definition, about)
        self._add_details()

    def _add_details(self):
        for definition, about in (
            (
                QgsProcessingParameterString(
                    "VOLUME_UNIT", tr("Unit of the output"), optional=True
                ),
                tr("For instance t/week."),
            ),
            (
                QgsProcessingParameterField(
                    "LOCALITY",
                    tr("Locality of the producers"),
                    parentLayerParameterName="PRODUCERS",
                    optional=True,
                ),
                tr("Field whose commonest value names a concentration where no place does."),
            ),
            (
                QgsProcessingParameterEnum(
                    "COINCIDENT",
                    tr("Producers at one coordinate"),
                    [tr("count one by one"), tr("count as one site")],
                    defaultValue=0,
                ),
                tr("Whether producers at the same coordinate count one by one or as one site."),
            ),
            (
                QgsProcessingParameterString(
                    "SYNTHETIC", tr("Label of synthetic data"), optional=True
                ),
                tr(
                    "Shown on every output of data that are made up. Producers with "
                    "“synthetic” in a field “origin” are labelled without it."
                ),
            ),
        ):
            self.add(declared.advanced(definition), about)

    def _add_outputs(self):
        self.add(
            QgsProcessingParameterFeatureSink(
                "OUTPUT", tr("Concentrations"), QgsProcessing.SourceType.TypeVectorPolygon
            ),
            tr("One area per concentration with its figures."),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                "OUTPUT_PRODUCERS",
                tr("Producers with their concentration"),
                QgsProcessing.SourceType.TypeVectorPoint,
                optional=True,
            ),
            tr("The producers with the number of the concentration each belongs to (-1: none)."),
        )
        self.add(
            QgsProcessingParameterFileDestination(
                "WORKFILE", tr("Working file"), tr(WORKFILES) + " (*.work.gpkg)", optional=True
            ),
            tr(
                "Private file with all of it, points included, that “Overlay HDI and "
                "poverty” and “Export map” read."
            ),
        )
        self.addOutput(
            QgsProcessingOutputNumber("CONCENTRATIONS_COUNT", tr("Concentrations found"))
        )
        self.addOutput(
            QgsProcessingOutputNumber("TESTED_COUNT", tr("Concentrations that pass the test"))
        )
        self.addOutput(QgsProcessingOutputString("SUMMARY", tr("Summary")))

    # --- faults ---------------------------------------------------------------------------------------

    def faults(self, parameters, context) -> list:
        """Explain wrong layers, parameters out of bounds and combinations that cannot be."""
        library.sialgeo()
        found = self.source_faults(parameters, "PRODUCERS", context, kind=POINT)
        found += self.source_faults(parameters, "PLACES", context, kind=POINT)
        found += self.source_faults(parameters, "SETTLEMENTS", context, kind=POINT)
        found += self._reference_faults(parameters, context)
        found += self._declared_faults(parameters, context)
        for name, parent in (("PLACE_NAME", "PLACES"), ("WEIGHT", "SETTLEMENTS")):
            if (
                self.field(parameters, name, context)
                and self.parameterAsSource(parameters, parent, context) is None
            ):
                found.append(self._needs(name, parent))
        return found

    def _reference_faults(self, parameters, context) -> list:
        source = self.parameterAsSource(parameters, "REFERENCE", context)
        raster = self.parameterAsRasterLayer(parameters, "REFERENCE_RASTER", context)
        counts = self.field(parameters, "COUNTS", context)
        if source is not None and raster is not None:
            return [tr("Give the reference population as a layer or as a raster, not both.")]
        if source is None:
            method = list(methods().values())[self.parameterAsEnum(parameters, "METHOD", context)]
            if raster is None and getattr(method, "needs_reference", False):
                return [
                    tr(
                        "Relative density needs a reference population (more "
                        "concentrated than what?). Remedy: give all "
                        "farms or establishments as “Reference population”, or "
                        "explore with “Plain density”, which "
                        "proves nothing."
                    )
                ]
            if raster is not None and not raster.crs().isValid():
                return [
                    tr(
                        "The reference raster has no coordinate system. Remedy: set "
                        "it in its layer properties."
                    )
                ]
            return []
        polygons = _geometry(source.wkbType()) == POLYGON
        found = self.source_faults(
            parameters, "REFERENCE", context, kind=POLYGON if polygons else POINT
        )
        if polygons and counts is None:
            found.append(
                tr(
                    "The reference holds polygons. Remedy: name the field with their "
                    "counts (“Counts of a polygon reference”)."
                )
            )
        if not polygons and counts is not None:
            found.append(
                tr(
                    "Counts are for a polygon reference; this one holds points, "
                    "which count one each."
                )
            )
        return found

    def _declared_faults(self, parameters, context) -> list:
        from sialgeo.detection import LEAST_DISTANCE
        from sialgeo.params import fault, params_of
        from sialgeo.significance import Replication

        kind = list(methods().values())[self.parameterAsEnum(parameters, "METHOD", context)]
        given = (*params_of(kind), *params_of(Replication))
        faults = [fault(one, declared.value(self, one, parameters, context)) for one in given]
        if kind.method == "hdbscan" and library.installed_version("sklearn") is None:
            faults.append(
                tr("HDBSCAN needs scikit-learn, which this QGIS has not. Remedy: {remedy}").format(
                    remedy=library.remedy(("sklearn",))
                )
            )
        radius = self.parameterAsDouble(parameters, "RADIUS", context)
        if 0 < radius < LEAST_DISTANCE and "radius" in {one.name for one in params_of(kind)}:
            faults.append(
                tr(
                    "The radius is {radius} m: it looks like degrees or kilometres. "
                    "Remedy: give metres, as 5000 "
                    "for 5 km."
                ).format(radius=radius)
            )
        return [said for said in faults if said]

    def _needs(self, name, parent) -> str:
        return tr("“{field}” needs the layer “{layer}”.").format(
            field=self.parameterDefinition(name).description(),
            layer=self.parameterDefinition(parent).description(),
        )

    # --- work -----------------------------------------------------------------------------------------

    def prepareAlgorithm(self, parameters, context, feedback):  # noqa: N802
        """Take the raster's data provider while still in the main thread."""
        del feedback
        raster = self.parameterAsRasterLayer(parameters, "REFERENCE_RASTER", context)
        self._raster = raster.dataProvider().clone() if raster is not None else None
        return True

    def work(self, parameters, context, feedback):
        """Detect, test, describe; write layers and working file; tell the verdict."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the layers"))
        producers = self.frame(parameters, "PRODUCERS", context, feedback)
        reference = self._reference(parameters, context, feedback, producers)
        detector, replication = self._declared(parameters, context)
        found = self._detect(
            parameters, context, feedback, producers, reference, detector, report.part(0.05, 0.2)
        )
        if reference is not None and replication["replicates"]:
            found = sialgeo.assess(
                found,
                detector=detector,
                reference=reference,
                progress=report.part(0.2, 0.9),
                **replication,
            )
        found = sialgeo.profile(
            found,
            chain=self.field(parameters, "CHAIN", context),
            volume=self.field(parameters, "VOLUME", context),
            volume_unit=self.text(parameters, "VOLUME_UNIT", context) or "",
        )
        report(0.9, tr("Writing the outputs"))
        outputs = write_concentrations(self, found, parameters, context, feedback)
        report(1.0)
        return outputs

    def _detect(self, parameters, context, feedback, producers, reference, detector, report):
        import sialgeo

        found = sialgeo.detect(
            producers,
            detector,
            reference=reference,
            places=self.frame(parameters, "PLACES", context, feedback, like=producers),
            place_name=self.field(parameters, "PLACE_NAME", context),
            coincident=("units", "sites")[self.parameterAsEnum(parameters, "COINCIDENT", context)],
            locality=self.field(parameters, "LOCALITY", context),
            progress=report,
        )
        feedback.pushInfo(
            tr("Distances are measured in {crs}.").format(crs=_named(found.steps[-1].crs))
        )
        label = self.text(parameters, "SYNTHETIC", context) or _synthetic(producers)
        if label:
            feedback.pushWarning(label)
            said = {"synthetic": label}
            found = found.with_step(sialgeo.Step("study", said, versions=found.steps[-1].versions))
        return found

    def _reference(self, parameters, context, feedback, producers):
        import sialgeo

        if self._raster is not None:
            from sialgeo.readers.layers import cell_size

            from ..adapters import raster_of

            band = max(self.parameterAsInt(parameters, "REFERENCE_BAND", context), 1)
            raster = raster_of(self._raster, band, "mass")
            cells = raster.cells()
            if cells.crs is not None and cells.crs != producers.crs:
                cells = cells.to_crs(producers.crs)
            return sialgeo.Reference.from_cells(
                cells, spacing=cell_size(raster), name=self._raster.name()
            )
        frame = self.frame(parameters, "REFERENCE", context, feedback, like=producers)
        if frame is None:
            return None
        counts = self.field(parameters, "COUNTS", context)
        name = self.parameterAsSource(parameters, "REFERENCE", context).sourceName()
        if counts is not None:
            return sialgeo.Reference.from_polygons(
                frame,
                counts,
                settlements=self.frame(
                    parameters, "SETTLEMENTS", context, feedback, like=producers
                ),
                weight=self.field(parameters, "WEIGHT", context),
                name=name,
            )
        return sialgeo.Reference.from_points(
            frame,
            includes_producers=self.parameterAsBoolean(parameters, "INCLUDES_PRODUCERS", context),
            key=self.field(parameters, "KEY", context),
            name=name,
        )

    def _declared(self, parameters, context):
        kind = list(methods().values())[self.parameterAsEnum(parameters, "METHOD", context)]
        given, replication = {}, {}
        for one, takers in declarations().values():
            if not takers:
                replication[one.name] = declared.value(self, one, parameters, context)
            elif kind.method in takers:
                given[one.name] = declared.value(self, one, parameters, context)
        return kind(**given), replication

    def postProcessAlgorithm(self, context, feedback):  # noqa: N802
        """Have the layers styled when they are loaded."""
        del feedback
        style_concentrations(self, context)
        return {}


def write_concentrations(algorithm, found, parameters, context, feedback) -> dict:
    """Write the two tables and the working file; tell verdict, number, cautions."""
    import sialgeo

    from ..styling import shown_areas

    areas, outputs = shown_areas(found), {}
    path = algorithm.parameterAsFileOutput(parameters, "WORKFILE", context)
    if path:  # first: where it cannot be written, no layer is
        outputs["WORKFILE"] = str(sialgeo.save(found, path) or path)
    outputs["OUTPUT"] = algorithm.write(
        areas, parameters, "OUTPUT", context, feedback, geometry="MultiPolygon"
    )
    producers = algorithm.write(
        found.producers, parameters, "OUTPUT_PRODUCERS", context, feedback, geometry="Point"
    )
    if producers:
        outputs["OUTPUT_PRODUCERS"] = producers
    said = found.summary()
    for note in found.notes:
        feedback.pushWarning(note)
    for line in said:
        feedback.pushInfo(line)
    algorithm.results = (found, outputs)
    return {
        **outputs,
        "CONCENTRATIONS_COUNT": len(found),
        "TESTED_COUNT": int((found.areas["evidence"] == "tested").sum()),
        "SUMMARY": " ".join(said),
    }


def style_concentrations(algorithm, context) -> None:
    """Attach the styles to the output layers; in the main thread."""
    from .. import memory, styling

    found, outputs = getattr(algorithm, "results", (None, {}))
    if found is None:
        return
    memory.workfile = outputs.get("WORKFILE", memory.workfile)
    indicators = found.indicators
    styling.attach(context, outputs.get("OUTPUT"), styling.AreasStyle(found, indicators))
    styling.attach(context, outputs.get("OUTPUT_PRODUCERS"), styling.ProducersStyle())


def _named(crs: str) -> str:
    return tr("the layer's own coordinate system") if crs in ("", "unknown") else crs


def _synthetic(producers) -> str:
    column = next((name for name in _ORIGINS if name in producers.columns), None)
    if column is None:
        return ""
    made_up = producers[column].astype(str).str.lower().isin(_SYNTHETIC)
    if not made_up.any():
        return ""
    return tr("{n} of {total} producers are synthetic (field “{field}”).").format(
        n=int(made_up.sum()), total=len(producers), field=column
    )
