# SPDX-License-Identifier: GPL-2.0-or-later
"""*Detect concentrations*: detection, its test and its profile, made from sialgeo's declarations."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
)

from .. import declared, library
from ..texts import mark, tr
from .base import POINT, SialgeoAlgorithm
from .outcome import add_outputs, style_concentrations, write_concentrations
from .reference import ReferenceInputs

_METHODS = {  # models and batch files hold the place: new ones come last
    "relative-dbscan": mark("Relative density (DBSCAN against the reference population)"),
    "dbscan": mark("Plain density (DBSCAN): exploratory, proves nothing"),
    "hdbscan": mark("HDBSCAN: exploratory, proves nothing; needs scikit-learn"),
    "spatial-scan": mark("Spatial scan (Kulldorff): circles, against the reference population"),
    "optics": mark("OPTICS: exploratory, proves nothing; needs scikit-learn"),
}
_SHORT = {
    "relative-dbscan": mark("relative density"),
    "dbscan": mark("plain density"),
    "hdbscan": "HDBSCAN",
    "spatial-scan": mark("spatial scan"),
    "optics": "OPTICS",
}
_ORIGINS, _SYNTHETIC = ("origen", "origin"), ("sintético", "sintetico", "synthetic")


def methods() -> dict:
    """Return the detectors by name, the default first; new ones come after those known here."""
    from sialgeo.methods import METHODS

    known = {name: METHODS[name] for name in _METHODS if name in METHODS}
    return {**known, **METHODS}


def of_evidence() -> tuple:
    """Return the declared parameters of the test and of what is gathered beside it."""
    from sialgeo.evidence import Gathering
    from sialgeo.params import params_of
    from sialgeo.significance import Replication

    return (*params_of(Replication), *params_of(Gathering))


def declarations() -> dict:
    """Return each declared parameter of detectors and evidence, with the methods that take it."""
    from sialgeo.params import params_of

    found = {}
    for method, kind in methods().items():
        for one in params_of(kind):
            found.setdefault(one.name, (one, []))[1].append(method)
    return {**found, **{one.name: (one, []) for one in of_evidence()}}


class DetectConcentrations(ReferenceInputs, SialgeoAlgorithm):
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
    GROUP = "detect"
    TAGS = (
        "cluster,clusters,concentration,concentraciones,dbscan,hdbscan,density,densidad,significance,"
        "significancia,Monte Carlo,agroindustria,SIAL"
    )
    ICON = "detect"
    NEEDS = library.ALL
    WANTS = ("sklearn", "numba")

    # --- declaration --------------------------------------------------------------------------------

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and outputs; method and test parameters come from sialgeo's declarations."""
        del configuration
        self.add_producers()
        self.add_reference()
        self._add_declared()
        self._add_description()
        add_outputs(self)

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
            self.declared_once(made)
            also = declared.companion(one)
            if also is not None:
                self.declared_once(also)

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
        self.add_text("VOLUME_UNIT", tr("Unit of the output"), tr("For instance t/week."))
        kinds = QgsProcessingParameterField.DataType
        for name, label, kind, about in (
            (
                "EMPLOYMENT",
                tr("Employment of each producer"),
                kinds.Numeric,
                tr("Field with the people who work at each producer's."),
            ),
            (
                "LOCALITY",
                tr("Locality of the producers"),
                kinds.Any,
                tr("Field whose commonest value names a concentration where no place does."),
            ),
            (
                "WEIGHTS",
                tr("Weight of each producer"),
                kinds.Numeric,
                tr("Field with a survey weight or size: it describes, the tests count producers."),
            ),
            (
                "PRECISION",
                tr("Precision of the positions"),
                kinds.Numeric,
                tr(
                    "Field with metres, by which the stability moves each producer; empty: the field "
                    "precision_m, where there is one without gaps."
                ),
            ),
        ):
            made = QgsProcessingParameterField(
                name, label, parentLayerParameterName="PRODUCERS", type=kind, optional=True
            )
            self.add(declared.advanced(made), about)
        self.add_coincident()
        self.add_text(
            "SYNTHETIC",
            tr("Label of synthetic data"),
            tr(
                "Shown on every output of data that are made up. Producers with "
                "“synthetic” in a field “origin” are labelled without it."
            ),
        )

    # --- faults ---------------------------------------------------------------------------------------

    def faults(self, parameters, context) -> list:
        """Explain wrong layers, parameters out of bounds and combinations that cannot be."""
        library.sialgeo()
        found = self.source_faults(parameters, "PRODUCERS", context, kind=POINT)
        found += self.source_faults(parameters, "PLACES", context, kind=POINT)
        found += self._reference_faults(parameters, context)
        found += self._declared_faults(parameters, context)
        return found + self.orphans(parameters, context, PLACE_NAME="PLACES")

    def _reference_faults(self, parameters, context) -> list:
        method = list(methods().values())[self.parameterAsEnum(parameters, "METHOD", context)]
        if self.needs_reference(method) and not self.reference_given(parameters, context):
            return [
                tr(
                    "Relative density needs a reference population (more "
                    "concentrated than what?). Remedy: give all "
                    "farms or establishments as “Reference population”, or "
                    "explore with “Plain density”, which "
                    "proves nothing."
                )
            ]
        return self.reference_faults(parameters, context)

    def needs_reference(self, method) -> bool:
        """Return whether a method cannot do without a reference population."""
        return getattr(method, "needs_reference", False)

    def _declared_faults(self, parameters, context) -> list:
        from sialgeo.detection import LEAST_DISTANCE
        from sialgeo.params import fault, params_of

        kind = list(methods().values())[self.parameterAsEnum(parameters, "METHOD", context)]
        given = (*params_of(kind), *of_evidence())
        faults = [fault(one, declared.value(self, one, parameters, context)) for one in given]
        if kind.method in ("hdbscan", "optics") and library.installed_version("sklearn") is None:
            faults.append(
                tr("{method} needs scikit-learn, which this QGIS has not. Remedy: {remedy}").format(
                    method=kind.method.upper(), remedy=library.remedy(("sklearn",))
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

    # --- work -----------------------------------------------------------------------------------------

    def work(self, parameters, context, feedback):
        """Detect, test, describe; write layers and working file; tell the verdict."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the layers"))
        producers = self.frame(parameters, "PRODUCERS", context, feedback)
        reference = self.reference(parameters, context, feedback, producers)
        detector, evidence = self._declared(parameters, context)
        told = self._of_detection(parameters, context, feedback, producers)
        found = self.found(
            parameters, context, producers, reference, detector, evidence, told, report
        )
        feedback.pushInfo(
            tr("Distances are measured in {crs}.").format(crs=_named(found.steps[0].crs))
        )
        found = self._labelled(parameters, context, feedback, producers, found)
        found = sialgeo.profile(
            found,
            chain=self.field(parameters, "CHAIN", context),
            volume=self.field(parameters, "VOLUME", context),
            volume_unit=self.text(parameters, "VOLUME_UNIT", context) or "",
            employment=self.field(parameters, "EMPLOYMENT", context),
        )
        report(0.9, tr("Writing the outputs"))
        outputs = write_concentrations(self, found, parameters, context, feedback)
        outputs |= self.more_outputs(parameters, context, feedback)
        report(1.0)
        return outputs

    def found(self, parameters, context, producers, reference, detector, evidence, told, report):
        """Detect, and gather the evidence that the reference can carry."""
        import sialgeo

        del parameters, context
        found = sialgeo.detect(
            producers, detector, reference=reference, progress=report.part(0.05, 0.2), **told
        )
        if reference is None or not evidence["replicates"]:
            return found
        return sialgeo.gather_evidence(
            found,
            detector=detector,
            reference=reference,
            progress=report.part(0.2, 0.9),
            **evidence,
        )

    def more_outputs(self, parameters, context, feedback) -> dict:
        """Write what an algorithm adds to the outputs of every detection."""
        del parameters, context, feedback
        return {}

    def _of_detection(self, parameters, context, feedback, producers) -> dict:
        """Return what ``detect`` is told beside producers, detector and reference."""
        return {
            "places": self.frame(parameters, "PLACES", context, feedback, like=producers),
            "place_name": self.field(parameters, "PLACE_NAME", context),
            "coincident": self.coincident(parameters, context),
            "weights": self.field(parameters, "WEIGHTS", context),
            "locality": self.field(parameters, "LOCALITY", context),
        }

    def _labelled(self, parameters, context, feedback, producers, found):
        """Return the concentrations labelled where the data are made up."""
        import sialgeo

        label = self.text(parameters, "SYNTHETIC", context) or _synthetic(producers)
        if not label:
            return found
        feedback.pushWarning(label)
        said = {"synthetic": label}
        return found.with_step(sialgeo.Step("study", said, versions=found.steps[0].versions))

    def _declared(self, parameters, context):
        """Return the detector, and what ``gather_evidence`` is told."""
        kind = list(methods().values())[self.parameterAsEnum(parameters, "METHOD", context)]
        given, evidence = {}, {}
        for one, takers in declarations().values():
            if not takers:
                evidence[one.name] = declared.value(self, one, parameters, context)
            elif kind.method in takers:
                given[one.name] = declared.value(self, one, parameters, context)
        evidence["confirmed"] = evidence.pop("confirm")
        evidence["precision"] = self.field(parameters, "PRECISION", context)
        return kind(**given), evidence

    def postProcessAlgorithm(self, context, feedback):  # noqa: N802
        """Have the layers styled when they are loaded."""
        del feedback
        style_concentrations(self, context)
        return {}


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
