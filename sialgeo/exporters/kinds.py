"""The kinds of maps that a figure can show, and how a file's name tells which."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sialgeo.i18n import N_

MAP = "map"
# those that a publication alone can show: what a command or a study file may ask for
PUBLISHED: Mapping[str, str] = {
    MAP: N_("concentrations over an indicator, with what is published of the producers"),
    "chains": N_("where each chain is, generalised"),
    "concentrations": N_("evidence and stability"),
    "indicator": N_("an indicator with the concentrations"),
    "bivariate": N_("an indicator against the producers, three classes by three"),
    "hotspots": N_("hot and cold spots of an indicator"),
    "linkages": N_("flows"),
    "quality": N_("how uncertain the relative risk is"),
}


def kind_of(path: str | os.PathLike[str]) -> str:
    """Return the kind of map that a file's name asks for.

    Examples
    --------
    >>> kind_of("study.bivariate.png"), kind_of("bivariate.svg"), kind_of("map-2.png")
    ('bivariate', 'map', 'map')
    """
    inner = Path(Path(path).stem).suffix.lstrip(".").lower()
    return inner if inner in PUBLISHED else MAP
