"""Every detection method by the name that the command line, the study file and QGIS write."""

from __future__ import annotations

from typing import Any

from sialgeo import detection, params
from sialgeo.errors import ParameterError
from sialgeo.i18n import _
from sialgeo.model import Concentrations, detection_step
from sialgeo.scans import SpatialScan

METHODS: dict[str, type] = {**detection.METHODS, SpatialScan.method: SpatialScan}


def detector_of(concentrations: Concentrations) -> Any:
    """Return the detector that concentrations were found with, as their steps recorded it.

    So that a working file can be tested again, or its stability told, without saying how it was made.

    Raises
    ------
    ParameterError
        They were found by a detector of the user's own: give the object itself.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from sialgeo.model import Step
    >>> point = gpd.points_from_xy([-78.5], [-7.1])
    >>> found = Concentrations(
    ...     gpd.GeoDataFrame({"concentration": [1], "membership": [1.0]}, geometry=point, crs=4326),
    ...     gpd.GeoDataFrame({"name": ["A"], "n": [1], "evidence": ["tested"]},
    ...                      geometry=point.buffer(0.1), index=[1], crs=4326),
    ...     steps=(Step("detect", {"method": "dbscan", "radius": 3000.0, "min_units": 4}),))
    >>> detector_of(found)
    DBSCAN(radius=3000.0, min_units=4...)
    """
    recorded = detection_step(concentrations).parameters
    method = METHODS.get(str(recorded.get("method", "")))
    if method is None:
        raise ParameterError(
            _(
                "the concentrations were not found by one of {known}. Remedy: give the detector itself"
            ).format(known=", ".join(METHODS))
        )
    known = {p.name for p in params.params_of(method)}
    return params.build(method, {k: v for k, v in recorded.items() if k in known})
