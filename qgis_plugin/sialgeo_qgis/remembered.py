# SPDX-License-Identifier: GPL-2.0-or-later
"""What a dialog is opened with: the layers and fields of the last time, and of the example."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProject

from . import memory, settings

ROLE = "sialgeo/role"  # the property that says which part a layer plays
_ROLES = {
    "PRODUCERS": "producers",
    "REFERENCE": "reference",
    "SUPPLIERS": "reference",
    "PLACES": "places",
    "TERRITORIES": "territories",
    "TABLE": "indicators",
    "DESCRIPTION": "description",
}
_FOR_THE_EXAMPLE = 199  # maps drawn by chance: enough to see how it goes
# the same part of a layer under one name, in dialogs and in the wizard
_PARTS = {"territory_name": "name", "table_key": "key"}


def note(algorithm, parameters, context) -> None:
    """Remember the layers of a run, and which of their fields plays which part; in the main thread."""
    if not memory.window:
        return  # a batch or a script chooses for itself
    for definition in algorithm.parameterDefinitions():
        parent = _parent(definition)
        layer = parent and algorithm.parameterAsVectorLayer(parameters, parent, context)
        if not layer or layer.id() not in QgsProject.instance().mapLayers():
            continue
        memory.layers[parent] = layer.id()
        fields = algorithm.parameterAsFields(parameters, definition.name(), context)
        if fields:
            held = list(fields) if definition.allowMultiple() else fields[0]
            settings.remember_fields(layer.source(), {_part(definition.name()): held})
    unit = parameters.get("VOLUME_UNIT")
    producers = _layer("PRODUCERS")
    if isinstance(unit, str) and unit and producers is not None:
        settings.remember_fields(producers.source(), {"unit": unit})


def defaults(algorithm) -> dict:
    """Return the values that an algorithm's dialog is opened with."""
    found = {}
    definitions = {one.name(): one for one in algorithm.parameterDefinitions()}
    for name in definitions:
        layer = _layer(name) if name in _ROLES else None
        if layer is not None:
            found[name] = layer.id()
    for name, definition in definitions.items():
        layer = _layer(_parent(definition) or "") if _parent(definition) in found else None
        if layer is None:
            continue
        field = settings.remembered_fields(layer.source()).get(_part(name))
        kept = [one for one in _listed(field) if layer.fields().lookupField(one) >= 0]
        if kept:
            found[name] = kept if definition.allowMultiple() else kept[0]
    if "VOLUME" in found:
        unit = settings.remembered_fields(_layer("PRODUCERS").source()).get("unit", "")
        found["VOLUME_UNIT"] = unit
    found.update(_chosen_once(definitions))
    producers = _layer("PRODUCERS")
    if "REPLICATES" in found and producers is not None and producers.customProperty(ROLE):
        found["REPLICATES"] = min(found["REPLICATES"], _FOR_THE_EXAMPLE)
    return found


def _chosen_once(definitions) -> dict:
    """Return what comes from Options, and the working file of the last step."""
    held = settings.load()
    values = {"REPLICATES": held.replicates, "SEED": held.seed, "MIN_N": held.min_n}
    if memory.workfile and Path(memory.workfile).is_file():
        values["CONCENTRATIONS"] = memory.workfile
    return {name: value for name, value in values.items() if name in definitions}


def _layer(parameter: str):
    """Return the layer last given for a parameter, else the one that plays its part, else None."""
    layers = QgsProject.instance().mapLayers()
    last = layers.get(memory.layers.get(parameter, ""))
    role = _ROLES.get(parameter)
    plays = (one for one in layers.values() if role and one.customProperty(ROLE) == role)
    return last or next(plays, None)


def _parent(definition) -> str:
    """Return the parameter of the layer that a field is chosen from, empty where it is no field."""
    return definition.parentLayerParameterName() if definition.type() == "field" else ""


def _part(name: str) -> str:
    return _PARTS.get(name.lower(), name.lower())


def _listed(field) -> list:
    return [field] if isinstance(field, str) else list(field or [])
