"""Detecting as a study says, whichever table it is asked of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sialgeo
from sialgeo.model import Concentrations
from sialgeo.progress import Progress, scaled

if TYPE_CHECKING:
    import geopandas as gpd

    from sialgeo.study.study import Study


def of_detection(study: Study, places: gpd.GeoDataFrame | None) -> dict[str, Any]:
    """Return what ``detect`` is told beside producers, detector and reference."""
    return {
        "places": places,
        "place_name": study.places.name if study.places else None,
        "coincident": study.detection.coincident,
        "weights": study.detection.weights or None,
        "locality": (study.producers.locality or None) if study.producers else None,
    }


def tested(
    study: Study,
    producers: gpd.GeoDataFrame,
    reference: Any,
    places: gpd.GeoDataFrame | None,
    progress: Progress,
) -> Concentrations:
    """Detect concentrations, and test them where there is a reference; no further evidence."""
    shared = {"detector": study.detection.detector, "reference": reference}
    found = sialgeo.detect(
        producers, progress=scaled(progress, 0.0, 0.25), **shared, **of_detection(study, places)
    )
    if reference is None or not study.detection.replicates:
        return found
    return sialgeo.assess(
        found,
        replicates=study.detection.replicates,
        seed=study.about.seed,
        progress=scaled(progress, 0.25, 1.0),
        **shared,
    )
