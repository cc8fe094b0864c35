"""What a run of a study gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sialgeo
from sialgeo.guide import APPROACH, DEEPENING, FOLLOW_UP, REPRESENTATION
from sialgeo.model import Concentrations, Context

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from sialgeo.association import Contrast
    from sialgeo.chains import Chains
    from sialgeo.radii import RadiusGuide
    from sialgeo.study.study import Study


FILES_OF: Mapping[
    str, tuple[str, ...]
] = {  # phase of the SIAL guide → kinds of files that serve it
    APPROACH: ("html", "png", "xlsx"),
    DEEPENING: ("pdf", "ficha.pdf", "criteria", "questions", "figure_linkages"),
    REPRESENTATION: ("taller.pdf", "figure_workshop", "ficha.pdf"),
    FOLLOW_UP: ("change", "change_figure"),
}


@dataclass(frozen=True)
class Found:
    """Concentrations with what was said on the way, and the layers a map needs."""

    concentrations: Concentrations
    guesses: tuple[str, ...]
    rejected: int
    study: Study
    places: gpd.GeoDataFrame | None = None
    reference: Any = None
    chains: Chains | None = None
    guide: RadiusGuide | None = None


@dataclass(frozen=True)
class StudyResult:
    """What a run gives: the concentrations, the written paths by kind, the study as it was run.

    ``context`` holds what the outputs drew around the concentrations (territories with their
    indicators, places). ``guesses`` are the reader's, one sentence each; ``rejected`` counts the rows
    set aside. ``contrasts`` are the answers to ``[[contrasts]]``, ``chains`` that to ``[chains]``. ``private`` paths hold locations and are not to be handed on.
    """

    concentrations: Concentrations
    paths: Mapping[str, Path]
    study: Study
    context: Context
    guesses: tuple[str, ...] = ()
    rejected: int = 0
    contrasts: tuple[Contrast, ...] = ()
    chains: Chains | None = None

    def phases(self) -> pd.DataFrame:
        """Return the phases of the SIAL guide, what was done of each, and the files that serve it.

        As :func:`sialgeo.guide_phases`, with ``files``; the representation of the territory is done
        where there is a map for the workshop or a fact sheet.
        """
        table = sialgeo.guide_phases(self.concentrations)
        table["files"] = [
            [self.paths[kind].name for kind in FILES_OF[phase] if kind in self.paths]
            for phase in table.index
        ]
        drawn = bool(table.loc[REPRESENTATION, "files"])
        table["done"] = table["done"] | ((table.index == REPRESENTATION) & drawn)
        return table
