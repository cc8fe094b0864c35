# SPDX-License-Identifier: GPL-2.0-or-later
"""Processing parameters made from sialgeo's own declarations (``sialgeo.params``)."""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterDistance,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsUnitTypes,
)

from .texts import tr


def parameter(declared, note: str = "") -> QgsProcessingParameterDefinition:
    """Return the Processing parameter of one declared parameter: type, unit, bounds, help."""
    from sialgeo.i18n import _

    name, label = declared.name.upper(), _(declared.label)
    if declared.choices:
        default = declared.choices.index(declared.default)
        made = QgsProcessingParameterEnum(
            name,
            label,
            [_(c) or tr("(chosen by the data)") for c in declared.choices],
            defaultValue=default,
        )
    elif declared.kind is bool:
        made = QgsProcessingParameterBoolean(name, label, declared.default)
    elif declared.unit == "m":
        made = QgsProcessingParameterDistance(
            name, label, declared.default, "", False, *_bounds(declared)
        )
        made.setDefaultUnit(metres())
        made.setMetadata({"widget_wrapper": {"decimals": 1}})
    elif declared.kind in (int, float):
        made = _number(declared, name, label)
    else:
        made = QgsProcessingParameterString(name, label, declared.default, optional=True)
    made.setHelp(_(declared.help) + (f" {note}" if note else ""))
    return advanced(made) if declared.advanced else made


def companion(declared):
    """Return the tick box that stands for the word “auto”, None where it is not allowed."""
    from sialgeo.i18n import _

    if not getattr(declared, "auto", False):
        return None
    made = QgsProcessingParameterBoolean(
        f"{declared.name.upper()}_AUTO",
        tr("{parameter}: several are tried, the test allows for it").format(
            parameter=_(declared.label)
        ),
        False,
    )
    made.setHelp(
        tr(
            "The value above is not used: a ladder of values is climbed, and the "
            "choice is inside the test."
        )
    )
    return advanced(made)


def advanced(made: QgsProcessingParameterDefinition) -> QgsProcessingParameterDefinition:
    """Put a parameter among the advanced ones."""
    made.setFlags(made.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
    return made


def value(algorithm, declared, parameters, context):
    """Return the value given for a declared parameter."""
    name = declared.name.upper()
    if getattr(declared, "auto", False) and algorithm.parameterAsBoolean(
        parameters, f"{name}_AUTO", context
    ):
        return "auto"
    if declared.choices:
        return declared.choices[algorithm.parameterAsEnum(parameters, name, context)]
    if declared.kind is bool:
        return algorithm.parameterAsBoolean(parameters, name, context)
    if declared.kind is int:
        return algorithm.parameterAsInt(parameters, name, context)
    if declared.kind is float:
        return algorithm.parameterAsDouble(parameters, name, context)
    return algorithm.parameterAsString(parameters, name, context)


def _number(declared, name, label):
    kinds = QgsProcessingParameterNumber.Type
    kind = kinds.Integer if declared.kind is int else kinds.Double
    made = QgsProcessingParameterNumber(
        name, label, kind, declared.default, False, *_bounds(declared)
    )
    if declared.kind is float:
        made.setMetadata({"widget_wrapper": {"decimals": 6}})
    return made


def _bounds(declared) -> tuple[float, float]:
    """Return the bounds that the field holds; one that is open is held by sialgeo's own check."""
    low = next((b for b in (declared.ge, declared.gt) if b is not None), -1e300)
    high = declared.le if declared.le is not None else 1e300
    if declared.kind is int:
        return max(low, -2147483647), min(high, 2147483647)
    return low, high


def metres():
    """Return QGIS's unit of metres, in the place where this version keeps it."""
    units = getattr(Qgis, "DistanceUnit", None)
    return units.Meters if units is not None else QgsUnitTypes.DistanceUnit.DistanceMeters
