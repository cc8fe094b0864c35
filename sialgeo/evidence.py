"""All the evidence on detected concentrations: test, strength, stability, and a second method.

``gather_evidence`` takes the steps that ``sialgeo detect``, a study and QGIS take after ``detect``, one
after the other; ``confirm`` is the last of them on its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sialgeo.detection import detect
from sialgeo.i18n import N_
from sialgeo.model import (
    CONCENTRATION,
    EVIDENCE,
    INCONCLUSIVE,
    MEMBERSHIP,
    Concentrations,
    Detector,
    detection_step,
)
from sialgeo.params import check, param
from sialgeo.precision import PRECISION
from sialgeo.progress import Progress, scaled
from sialgeo.references import Reference
from sialgeo.robustness import agreement, estimate, stability
from sialgeo.scans import SpatialScan
from sialgeo.significance import assess

if TYPE_CHECKING:
    import geopandas as gpd

# the scan that confirms looks at local zones: so many are reported, and tried at the most
_SHARE, _REPORTED, _TRIED, _CENTRES = 0.1, 50, 10_000_000, 1_000
FEWEST_RUNS = 3


@dataclass(frozen=True)
class Gathering:
    """What is gathered beside the test."""

    splits: int = param(
        50,
        N_("Random halves to detect on and estimate from (0 leaves it out)"),
        label=N_("Splits"),
        ge=0,
    )
    runs: int = param(
        100,
        N_("Repetitions on shaken data (0 leaves it out)"),
        label=N_("Repetitions"),
        ge=0,
    )
    confirm: bool = param(
        True,
        N_("Let the spatial scan say which concentrations it finds too"),
        label=N_("Confirm by the spatial scan"),
    )

    def __post_init__(self) -> None:
        check(self)


def confirm(
    concentrations: Concentrations,
    *,
    reference: Reference | gpd.GeoDataFrame,
    replicates: int = 999,
    seed: int = 1,
    progress: Progress | None = None,
) -> Concentrations:
    """Say which concentrations the spatial scan finds too: local zones, tested by replicates of its own.

    Zones hold a tenth of the pool at most, under the policy for coincident units that detected the
    concentrations.

    Parameters
    ----------
    concentrations
        As ``detect`` gave them.
    reference
        The one it was given.
    replicates, seed : int

    Returns
    -------
    Concentrations
        ``areas`` with ``agreement``: the share of the concentration's producers that lie in a zone
        with p ≤ 0.05.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from sialgeo import RelativeDBSCAN, detect
    >>> rng = np.random.default_rng(1)
    >>> farms = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.uniform(0, 50_000, (2, 2000))), crs=32717)
    >>> dairies = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.normal(25_000, 1_500, (2, 40))), crs=32717)
    >>> found = detect(dairies, RelativeDBSCAN(radius=3_000), reference=farms)
    >>> float(confirm(found, reference=farms, replicates=99).areas.agreement.iloc[0])
    1.0
    """
    producers = concentrations.producers.drop(columns=[CONCENTRATION, MEMBERSHIP])
    population = Reference.of(reference)
    sites = len(producers) + len(population.table)
    scan = SpatialScan(
        max_share=_SHARE,
        report_share=_SHARE,
        most=_REPORTED,
        centres=max(min(_CENTRES, int(_TRIED / (_SHARE * sites))), 1),
    )
    coincident = str(detection_step(concentrations).parameters.get("coincident", "units"))
    zones = detect(producers, scan, reference=population, coincident=coincident)
    if len(zones):
        zones = assess(
            zones,
            detector=scan,
            reference=population,
            replicates=replicates,
            seed=seed,
            progress=progress,
        )
    return agreement(concentrations, zones)


def gather_evidence(
    concentrations: Concentrations,
    *,
    detector: Detector,
    reference: Reference | gpd.GeoDataFrame,
    replicates: int = 999,
    splits: int = 50,
    runs: int = 100,
    confirmed: bool = True,
    precision: str | float | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> Concentrations:
    """Test concentrations, estimate how strong and how stable they are, and ask a second method.

    Where the reference carries no test (too coarse, or a habitable mask) nothing but the test is tried.

    Parameters
    ----------
    concentrations, detector, reference
        As for :func:`sialgeo.assess`.
    replicates : int
        Of the test and of the scan that confirms.
    splits : int
        Of :func:`sialgeo.estimate`; 0 leaves it out.
    runs : int
        Of :func:`sialgeo.stability`; under 3 leaves it out.
    confirmed : bool
        Whether the spatial scan is asked (:func:`sialgeo.confirm`); concentrations that a scan found
        are not put to it again.
    precision : str or float, optional
        As for :func:`sialgeo.stability`; by default the producers' column ``precision_m``, where they
        have one without gaps.
    seed : int

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from sialgeo import RelativeDBSCAN, detect
    >>> rng = np.random.default_rng(1)
    >>> farms = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.uniform(0, 50_000, (2, 2000))), crs=32717)
    >>> dairies = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.normal(25_000, 1_500, (2, 40))), crs=32717)
    >>> rule = RelativeDBSCAN(radius=3_000)
    >>> found = detect(dairies, rule, reference=farms)
    >>> found = gather_evidence(found, detector=rule, reference=farms, replicates=99, splits=9, runs=9)
    >>> found.areas[["grade", "stability_band", "agreement"]].iloc[0].astype(str).tolist()
    ['strong', 'robust', '1.0']
    """
    shared: dict[str, Any] = {"detector": detector, "reference": reference, "seed": seed}
    part = scaled(progress, 0.0, 0.7)
    found = assess(concentrations, replicates=replicates, progress=part, **shared)
    if len(found) == 0 or INCONCLUSIVE in set(found.areas[EVIDENCE]):
        return found
    if splits:
        part = scaled(progress, 0.7, 0.8)
        found = estimate(found, splits=splits, progress=part, **shared)
    if runs >= FEWEST_RUNS:
        metres = _stated(found) if precision is None else precision
        part = scaled(progress, 0.8, 0.9)
        found = stability(found, runs=runs, precision=metres, progress=part, **shared)
    if confirmed and getattr(detector, "method", "") != SpatialScan.method:
        part = scaled(progress, 0.9, 1.0)
        found = confirm(found, reference=reference, replicates=replicates, seed=seed, progress=part)
    return found


def _stated(found: Concentrations) -> str | None:
    """Return the producers' column of precisions, None where it is missing or has gaps."""
    held = found.producers.get(PRECISION)
    known = held is not None and held.dtype.kind in "iuf" and bool((held >= 0).all())
    return PRECISION if known else None
