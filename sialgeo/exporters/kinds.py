"""What may be asked of a file to hand on: the kind of map of a figure, the size of a web map."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sialgeo.i18n import N_

MAP, WORKSHOP, ACTORS = "map", "workshop", "actors"
MAX_MB = 5.0  # of a web map, millions of bytes
# those that a publication alone can show: what a study file may ask for
PUBLISHED: Mapping[str, str] = {
    MAP: N_("concentrations over an indicator, with what is published of the producers"),
    "chains": N_("where each chain is, generalised"),
    "concentrations": N_("evidence and stability"),
    "indicator": N_("an indicator with the concentrations"),
    "bivariate": N_("an indicator against the producers, three classes by three"),
    "hotspots": N_("hot and cold spots of an indicator"),
    "linkages": N_("flows"),
    "exposure": N_("exposure to trade opening by activation"),
    WORKSHOP: N_("a page to draw on in a workshop"),
    "quality": N_("how uncertain the relative risk is"),
}
KINDS: Mapping[str, str] = {
    **PUBLISHED,
    "risk": N_("a surface of relative risk with its contours"),
    ACTORS: N_("actors and institutions by kind"),
    "change": N_("new, kept and gone since an earlier date"),
}


def kind_of(path: str | os.PathLike[str]) -> str:
    """Return the kind of map that a file's name asks for.

    Examples
    --------
    >>> kind_of("study.bivariate.png"), kind_of("bivariate.svg"), kind_of("map-2.png")
    ('bivariate', 'map', 'map')
    """
    inner = Path(Path(path).stem).suffix.lstrip(".").lower()
    return inner if inner in KINDS else MAP
