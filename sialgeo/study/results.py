"""What a run of a study gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sialgeo.model import Concentrations, Context

if TYPE_CHECKING:
    import geopandas as gpd

    from sialgeo.association import Contrast
    from sialgeo.chains import Chains
    from sialgeo.radii import RadiusGuide
    from sialgeo.study.study import Study


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
