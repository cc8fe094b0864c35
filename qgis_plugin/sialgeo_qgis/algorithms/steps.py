# SPDX-License-Identifier: GPL-2.0-or-later
"""Steps from one working file to the next: describe, test again, strength, stability; and looks at one."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterDistance,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from .. import library
from ..declared import metres
from ..texts import mark, tr
from .base import SialgeoAlgorithm
from .outcome import (
    WORKFILES,
    add_input,
    add_outputs,
    style_concentrations,
    write_concentrations,
)
from .reference import ReferenceInputs


class WorkfileStep(SialgeoAlgorithm):
    """A step that reads a working file, adds to the concentrations, and writes layers and file."""

    GROUP = "detect"
    NEEDS = library.ALL

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and outputs; the step's own parameters come between."""
        del configuration
        add_input(self)
        self.declare()
        self.add_declared()
        add_outputs(self)

    def declare(self) -> None:
        """Declare the step's own inputs."""

    def faults(self, parameters, context) -> list:
        """Explain a wrong working file and values out of their bounds."""
        found = self.workfile_faults(parameters, "CONCENTRATIONS", context)
        return found + self.declared_faults(parameters, context)

    def step(self, found, parameters, context, feedback, report):
        """Return the concentrations with what the step adds."""
        raise NotImplementedError

    def work(self, parameters, context, feedback):
        """Read, take the step, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        report(0.0, tr("Reading the working file"))
        found = sialgeo.read_concentrations(
            self.parameterAsFile(parameters, "CONCENTRATIONS", context)
        )
        found = self.step(found, parameters, context, feedback, report.part(0.1, 0.85))
        report(0.85, tr("Writing the outputs"))
        outputs = write_concentrations(self, found, parameters, context, feedback)
        report(1.0)
        return outputs

    def postProcessAlgorithm(self, context, feedback):  # noqa: N802
        """Have the layers styled when they are loaded."""
        del feedback
        style_concentrations(self, context)
        return {}


class ProfileConcentrations(WorkfileStep):
    """Describe concentrations by chain and output."""

    ID = "profileconcentrations"
    TITLE = mark("Profile concentrations")
    ABOUT = mark(
        "Describes each concentration: size, density, share of all producers, mix of "
        "chains with the location quotient of each, output and employment.\n"
        "What was found before stays as it is."
    )
    GROUP = "profile"
    TAGS = (
        "profile,perfil,chain,cadena,location quotient,cociente de localización,output,producción"
    )
    ICON = "detect"

    def declare(self) -> None:
        """Declare the columns, by name: the producers are in the working file."""
        for name, label, about in (
            (
                "CHAIN",
                tr("Chain or product"),
                tr("Name of the producers' field with each one's chain."),
            ),
            (
                "VOLUME",
                tr("Output of each producer"),
                tr("Name of the producers' field with what each makes in a period."),
            ),
            ("VOLUME_UNIT", tr("Unit of the output"), tr("For instance t/week.")),
            (
                "EMPLOYMENT",
                tr("Employment of each producer"),
                tr("Name of the producers' field with the people who work at each."),
            ),
        ):
            self.add(QgsProcessingParameterString(name, label, optional=True), about)

    def step(self, found, parameters, context, feedback, report):
        """Profile."""
        import sialgeo

        del feedback, report
        return sialgeo.profile(
            found,
            chain=self.text(parameters, "CHAIN", context),
            volume=self.text(parameters, "VOLUME", context),
            volume_unit=self.text(parameters, "VOLUME_UNIT", context) or "",
            employment=self.text(parameters, "EMPLOYMENT", context),
        )


class TestedStep(ReferenceInputs, WorkfileStep):
    """A step that repeats the detection recorded in the working file against a reference."""

    def declare(self) -> None:
        """Declare the reference."""
        self.add_reference()

    def faults(self, parameters, context) -> list:
        """Ask for the reference."""
        found = super().faults(parameters, context)
        if not self.reference_given(parameters, context):
            return [
                *found,
                tr(
                    "This step repeats the detection and needs the reference population "
                    "it was made with. Remedy: give the same layer or raster."
                ),
            ]
        return found + self.reference_faults(parameters, context)

    def step(self, found, parameters, context, feedback, report):
        """Repeat the recorded detection."""
        import sialgeo

        return self.repeat(
            found,
            detector=sialgeo.detector_of(found),
            reference=self.reference(parameters, context, feedback, found.producers),
            progress=report,
            **self.given(parameters, context),
        )

    def repeat(self, found, **given):
        """Call the verb."""
        raise NotImplementedError


class AssessConcentrations(TestedStep):
    """Test detected concentrations again."""

    ID = "assessconcentrations"
    TITLE = mark("Test concentrations")
    ABOUT = mark(
        "Tests each concentration against the reference population by re-running the "
        "whole recorded detection on maps drawn under the null hypothesis.\n"
        "“Detect concentrations” does it already; this is for more replicates, another seed, "
        "or another reference."
    )
    TAGS = "test,prueba,significance,significancia,Monte Carlo,p-value,valor p"
    ICON = "detect"

    def owner(self):
        """Return the declaration of replicates and seed."""
        from sialgeo.significance import Replication

        return Replication

    def repeat(self, found, **given):
        """Assess."""
        import sialgeo

        return sialgeo.assess(found, **given)


class EstimateStrength(TestedStep):
    """Say how strong concentrations are on held-out producers."""

    ID = "estimatestrength"
    TITLE = mark("Strength on held-out producers")
    ABOUT = mark(
        "Estimates the relative risk of each concentration on producers that took no part in "
        "detecting it, so that it is not inflated by the choice of the place, and grades it: "
        "strong, moderate, weak, uncertain."
    )
    TAGS = "relative risk,riesgo relativo,effect size,fuerza,strength,held-out"
    ICON = "detect"

    def owner(self):
        """Return the declaration of splits and seed."""
        from sialgeo.robustness import Splitting

        return Splitting

    def repeat(self, found, **given):
        """Estimate."""
        import sialgeo

        return sialgeo.estimate(found, **given)


class ConfirmConcentrations(TestedStep):
    """Say which concentrations the spatial scan finds too."""

    ID = "confirmconcentrations"
    TITLE = mark("Confirm by the spatial scan")
    ABOUT = mark(
        "Says which concentrations a second method finds too: the spatial scan (Kulldorff), with "
        "local zones, tested against the same reference population. The agreement is the share of "
        "a concentration's producers that lie in a significant zone.\n"
        "“Detect concentrations” does it already, unless it was told not to."
    )
    TAGS = "agreement,concordancia,scan,escaneo,Kulldorff,SaTScan,confirm,confirmar"
    ICON = "detect"

    def owner(self):
        """Return the declaration of replicates and seed."""
        from sialgeo.significance import Replication

        return Replication

    def repeat(self, found, **given):
        """Confirm: the scan is a detector of its own."""
        import sialgeo

        del given["detector"]
        return sialgeo.confirm(found, **given)


class Stability(TestedStep):
    """Say how much of each concentration comes back on shaken data."""

    ID = "stability"
    TITLE = mark("Stability of concentrations")
    ABOUT = mark(
        "Repeats the recorded detection on 80 % of the data, with the producers moved within "
        "their stated precision and the radius times 0.8, 1 and 1.25, and says how much of "
        "each concentration comes back (Jaccard): robust, indicative, unstable."
    )
    TAGS = "stability,estabilidad,jaccard,robust,robusto,jitter"
    ICON = "detect"

    def owner(self):
        """Return the declaration of runs and seed."""
        from sialgeo.robustness import Shaking

        return Shaking

    def declare(self) -> None:
        """Declare the reference and the precision of the coordinates."""
        super().declare()
        self.add(
            QgsProcessingParameterString(
                "PRECISION", tr("Field with the precision in metres"), optional=True
            ),
            tr("Name of the producers' field with the precision of each one's coordinates."),
        )

    def step(self, found, parameters, context, feedback, report):
        """Shake within the stated precision."""
        self._precision = self.text(parameters, "PRECISION", context)
        return super().step(found, parameters, context, feedback, report)

    def repeat(self, found, **given):
        """Shake."""
        import sialgeo

        return sialgeo.stability(found, precision=self._precision, **given)


class Agreement(WorkfileStep):
    """Say which concentrations another detection found too."""

    ID = "agreement"
    TITLE = mark("Agreement of two detections")
    ABOUT = mark(
        "The share of each concentration's producers that lie in a concentration of another detection "
        "of the same producers: another method, another radius, another reference.\n"
        "Where the other was tested, only its significant ones count."
    )
    TAGS = "agreement,concordancia,compare methods,comparar métodos,robust,robusto"
    ICON = "detect"

    def declare(self) -> None:
        """Declare the other detection."""
        self.add(
            QgsProcessingParameterFile(
                "OTHER",
                tr("Working file of the other detection"),
                fileFilter=tr(WORKFILES) + " (*.work.gpkg)",
            ),
            tr("Made from the same layer of producers."),
        )

    def faults(self, parameters, context) -> list:
        """Explain a wrong working file."""
        found = super().faults(parameters, context)
        return found + self.workfile_faults(parameters, "OTHER", context)

    def step(self, found, parameters, context, feedback, report):
        """Compare."""
        import sialgeo

        del feedback
        other = sialgeo.read_concentrations(self.parameterAsFile(parameters, "OTHER", context))
        report(0.5, tr("Comparing"))
        return sialgeo.agreement(found, other)


class FromWorkfile(SialgeoAlgorithm):
    """A table or a layer made from a working file."""

    NEEDS = library.ALL
    ICON = "table"

    def faults(self, parameters, context) -> list:
        """Explain a wrong working file."""
        return self.workfile_faults(parameters, "CONCENTRATIONS", context)

    def found(self, parameters, context, report):
        """Return the concentrations of the working file."""
        import sialgeo

        report(0.1, tr("Reading the working file"))
        return sialgeo.read_concentrations(
            self.parameterAsFile(parameters, "CONCENTRATIONS", context)
        )


class EvidenceByRadius(FromWorkfile):
    """What each radius of a ladder shows."""

    ID = "evidencebyradius"
    TITLE = mark("Evidence by radius")
    ABOUT = mark(
        "Of a detection that tried several radii: what each of them shows, and which concentrations "
        "persist over several.\n"
        "The p-values are adjusted for the whole ladder."
    )
    GROUP = "detect"
    TAGS = "radius,radio,scale,escala,ladder,escalera,persistence,persistencia"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare input and output."""
        del configuration
        add_input(self)
        self.add_table(
            tr("Evidence by radius"),
            tr("One row per radius: groups, producers in them, statistic, p-value."),
        )

    def work(self, parameters, context, feedback):
        """Read, write, tell."""
        import sialgeo

        from ..adapters import Reporter

        evidence = sialgeo.evidence_by_radius(self.found(parameters, context, Reporter(feedback)))
        for line in (*evidence.sentences(), *evidence.tree()):
            feedback.pushInfo(line)
        table = evidence.table.reset_index()
        return {"OUTPUT": self.write_table(table, parameters, "OUTPUT", context, feedback)}


class CatchmentAreas(FromWorkfile):
    """The land nearest to each concentration."""

    ID = "catchmentareas"
    TITLE = mark("Catchment areas")
    ABOUT = mark(
        "The land that lies nearest to each concentration's plants, within reach of a supplier.\n"
        "Land nearer to a plant in no concentration belongs to none. The areas tell where plants are: "
        "keep the layer private."
    )
    GROUP = "profile"
    ICON = "overlay"
    TAGS = "catchment,cuenca,suppliers,proveedores,Voronoi,reach,alcance"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        """Declare inputs and output."""
        del configuration
        add_input(self)
        for name, label, default, about in (
            ("REACH", tr("Reach"), 20_000.0, tr("The farthest that a supplier delivers.")),
            ("CELL", tr("Cell size"), 1_000.0, tr("Side of the grid the areas are drawn on.")),
        ):
            made = QgsProcessingParameterDistance(name, label, default, "", False, 1.0)
            made.setDefaultUnit(metres())
            self.add(made, about)
        self.add(
            QgsProcessingParameterFeatureSink(
                "OUTPUT", tr("Catchment areas"), QgsProcessing.SourceType.TypeVectorPolygon
            ),
            tr("One area per concentration."),
        )

    def work(self, parameters, context, feedback):
        """Draw, write."""
        import sialgeo

        from ..adapters import Reporter

        report = Reporter(feedback)
        found = self.found(parameters, context, report)
        reach, cell = (self.parameterAsDouble(parameters, n, context) for n in ("REACH", "CELL"))
        report(0.3, tr("Drawing the areas"))
        areas = sialgeo.catchment_areas(found, reach=reach, cell=cell)
        shown = areas.rename_axis("concentration").reset_index()
        layer = self.write(shown, parameters, "OUTPUT", context, feedback, geometry="MultiPolygon")
        return {"OUTPUT": layer}
