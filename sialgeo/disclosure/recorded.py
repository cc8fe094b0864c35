"""What the steps of a study recorded: chains, outputs, radius, flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import SchemaError
from sialgeo.i18n import _
from sialgeo.model import Concentrations

Array = NDArray[np.float64]


def _outputs(c: Concentrations) -> list[str]:
    """Return the columns whose sums the areas hold: of ``profile`` and the weights of ``detect``."""
    asked = (("profile", "volume"), ("profile", "employment"), ("detect", "weights"))
    told = [[s.parameters.get(key) for s in c.steps if s.verb == verb] for verb, key in asked]
    last = [next((v for v in reversed(found) if v), None) for found in told]
    return [column for column in dict.fromkeys(last) if column]


def chain_of(c: Concentrations) -> str | None:
    """Return the column of chains that ``profile`` recorded, if the producers have it."""
    recorded = [s.parameters.get("chain") for s in c.steps if s.verb == "profile"]
    column = next((name for name in reversed(recorded) if name), None)
    return column if column in c.producers else None


def told_by_link(c: Concentrations, key: str) -> Sequence[Mapping[str, Any]]:
    """Return the flows that the last ``link`` which was given any tells of."""
    found = [s.parameters[key] for s in c.steps if s.verb == "link" and s.parameters.get(key)]
    return found[-1] if found else ()


def radius_of(c: Concentrations) -> float | None:
    """Return the radius that the concentrations were detected with, in metres, where there is one."""
    for step in reversed(c.steps):
        radius = step.parameters.get("radius")
        if isinstance(radius, int | float) and radius > 0:
            return float(radius)
    return None


def volumes_of(c: Concentrations) -> list[Array]:
    """Return what each producer puts out, one array a recorded column, unknown ones as zero."""
    found: list[Array] = []
    for column in _outputs(c):
        if column not in c.producers.columns:
            raise SchemaError(
                _(
                    "the producers have no column “{column}”, which profile recorded as their output. Remedy: give the table back the column, or profile again"
                ).format(column=column)
            )
        known = c.producers[column].to_numpy(float, na_value=np.nan)
        found.append(np.abs(np.nan_to_num(known)))
    return found
