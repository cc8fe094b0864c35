# SPDX-License-Identifier: GPL-2.0-or-later
"""What every step on concentrations takes and gives: working file, layers, verdict."""

from __future__ import annotations

from contextlib import nullcontext

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
)

from ..texts import mark, tr

WORKFILES = mark("sialgeo working files")


def add_input(algorithm) -> None:
    """Declare the working file that a step reads."""
    algorithm.add(
        QgsProcessingParameterFile(
            "CONCENTRATIONS", tr("Working file"), fileFilter=tr(WORKFILES) + " (*.work.gpkg)"
        ),
        tr("Working file of “Detect concentrations” or of a later step."),
    )


def add_outputs(algorithm) -> None:
    """Declare the layers, the working file and the figures that every step gives."""
    algorithm.add(
        QgsProcessingParameterFeatureSink(
            "OUTPUT", tr("Concentrations"), QgsProcessing.SourceType.TypeVectorPolygon
        ),
        tr("One area per concentration with its figures."),
    )
    algorithm.add(
        QgsProcessingParameterFeatureSink(
            "OUTPUT_PRODUCERS",
            tr("Producers with their concentration"),
            QgsProcessing.SourceType.TypeVectorPoint,
            optional=True,
        ),
        tr("The producers with the number of the concentration each belongs to (-1: none)."),
    )
    algorithm.add(
        QgsProcessingParameterFileDestination(
            "WORKFILE", tr("Working file"), tr(WORKFILES) + " (*.work.gpkg)", optional=True
        ),
        tr(
            "Private file with all of it, points included, that “Overlay HDI and "
            "poverty” and “Export map” read."
        ),
    )
    algorithm.addOutput(
        QgsProcessingOutputNumber("CONCENTRATIONS_COUNT", tr("Concentrations found"))
    )
    algorithm.addOutput(
        QgsProcessingOutputNumber("TESTED_COUNT", tr("Concentrations that pass the test"))
    )
    algorithm.addOutput(QgsProcessingOutputString("SUMMARY", tr("Summary")))


def write_concentrations(algorithm, found, parameters, context, feedback) -> dict:
    """Write the two tables and the working file; tell verdict, number, cautions."""
    import sialgeo
    from sialgeo.files import whole_file

    from ..styling import shown_areas

    path = algorithm.parameterAsFileOutput(parameters, "WORKFILE", context)
    outputs = {}
    with whole_file(path) if path else nullcontext() as temporary:  # gone where a layer fails
        if path:
            sialgeo.save(found, temporary)
            outputs["WORKFILE"] = path
        outputs["OUTPUT"] = algorithm.write(
            shown_areas(found), parameters, "OUTPUT", context, feedback, geometry="MultiPolygon"
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
    areas = styling.AreasStyle(found, indicators, outputs.get("WORKFILE", ""))
    group = algorithm.displayName()
    styling.attach(context, outputs.get("OUTPUT"), areas, group)
    styling.attach(context, outputs.get("OUTPUT_PRODUCERS"), styling.ProducersStyle(), group)
