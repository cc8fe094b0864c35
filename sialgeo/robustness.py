"""How far a concentration can be relied on: held-out effect size, stability, agreement.

Detecting and estimating on the same producers inflates the relative risk: ``estimate`` detects on one
half and estimates on the other. ``stability`` repeats the detection on data shaken as they may be
wrong. ``agreement`` says which concentrations another detector confirms.

References
----------
Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational Statistics & Data
Analysis 52(1), 258–271.
Clopper, C. J., Pearson, E. S. (1934). The use of confidence or fiducial limits. Biometrika 26.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import require_crs
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import N_, _
from sialgeo.kernels.density import footprint_sums
from sialgeo.kernels.likelihood import naive_risk_interval
from sialgeo.kernels.neighbours import canonical_order
from sialgeo.model import (
    AGREEMENT,
    CONCENTRATION,
    EVIDENCE,
    EXPLORATORY,
    GRADE,
    HELD_OUT,
    HELD_OUT_HIGH,
    HELD_OUT_LOW,
    HELD_OUT_SHARE,
    NOISE,
    STABILITY,
    STABILITY_BAND,
    Concentrations,
    Detector,
    Labels,
    ReferenceArrays,
    Step,
    detection_step,
    versions,
)
from sialgeo.params import AUTO, check, param
from sialgeo.pools import Found, Prepared, as_detector, find, prepare, require_one_detection
from sialgeo.progress import Progress, aloud, silent
from sialgeo.references import Reference
from sialgeo.verdicts import with_verdicts

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]

GRADES = ((2.0, "strong"), (1.5, "moderate"), (1.0, "weak"))
BANDS = ((0.75, "robust"), (0.6, "indicative"), (0.0, "unstable"))
REDETECTED = 0.5  # of the splits, under which an estimate says nothing
RADIUS_FACTORS = (0.8, 1.0, 1.25)
SUBSAMPLE = 0.8
NEAR = 0.5


@dataclass(frozen=True)
class Splitting:
    """How often the data are halved, and from which seed."""

    splits: int = param(
        50, N_("Random halves to detect on and estimate from"), label=N_("Splits"), ge=1
    )
    seed: int = param(1, N_("Seed of the random draws"), label=N_("Seed"), ge=0)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Shaking:
    """How often the data are shaken, and from which seed."""

    runs: int = param(100, N_("Repetitions on shaken data"), label=N_("Repetitions"), ge=3)
    seed: int = param(1, N_("Seed of the random draws"), label=N_("Seed"), ge=0)

    def __post_init__(self) -> None:
        check(self)


@aloud
def estimate(
    concentrations: Concentrations,
    *,
    detector: Detector,
    reference: Reference | gpd.GeoDataFrame,
    splits: int = 50,
    seed: int = 1,
    progress: Progress | None = None,
) -> Concentrations:
    """Estimate each concentration's relative risk on producers that took no part in detecting it.

    Each split halves producers and reference at random, detects on one half and counts the other
    half inside the footprint found; the answer is the median over the splits, with the median of the
    Clopper–Pearson bounds. Fewer producers detect less: a concentration found again in under half of
    the splits has no estimate, and its grade is "uncertain".

    Parameters
    ----------
    concentrations, detector, reference
        As for :func:`sialgeo.assess`.
    splits : int
    seed : int

    Returns
    -------
    Concentrations
        ``areas`` with ``relative_risk_held_out``, its bounds, the share of splits in which the
        concentration was found again, and ``grade``: strong (lower bound ≥ 2), moderate (≥ 1.5),
        weak (> 1) or uncertain.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from sialgeo import RelativeDBSCAN, detect
    >>> rng = np.random.default_rng(1)
    >>> farms = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.uniform(0, 50_000, (2, 2000))), crs=32717)
    >>> dairies = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.normal(25_000, 1_500, (2, 40))), crs=32717)
    >>> rule = RelativeDBSCAN(radius=3_000)
    >>> found = estimate(detect(dairies, rule, reference=farms), detector=rule, reference=farms, splits=10)
    >>> found.areas.grade.iloc[0]
    'strong'
    """
    Splitting(splits, seed)
    detector = as_detector(detector)
    prepared, labels, _order = _again(concentrations, detector, reference)
    report, count = progress or silent, len(concentrations)
    figures = np.full((splits, count, 3), np.nan)
    for split in range(splits):
        rng = np.random.default_rng([seed, split])
        figures[split] = _one_split(prepared, labels, detector, rng, count)
        report((split + 1) / splits, _("Estimating on held-out halves"))
    known = np.isfinite(figures[:, :, 0])
    share = known.mean(axis=0)
    median = np.full((count, 3), np.nan)
    for k in np.flatnonzero(share >= REDETECTED):
        median[k] = np.median(figures[known[:, k], k], axis=0)
    areas = concentrations.areas.copy()
    areas[HELD_OUT], areas[HELD_OUT_LOW], areas[HELD_OUT_HIGH] = median.T
    areas[HELD_OUT_SHARE] = share
    areas[GRADE] = [_grade(low) for low in median[:, 1]]
    step = Step("estimate", {"splits": splits}, concentrations.steps[-1].crs, seed, versions())
    return concentrations.with_step(step, areas=with_verdicts(areas))


def _grade(low: float) -> str:
    for least, name in GRADES:
        if low >= least and (least > 1 or low > 1):
            return name
    return "uncertain"


def _again(
    concentrations: Concentrations, detector: Detector, reference: Reference | gpd.GeoDataFrame
) -> tuple[Prepared, Labels, NDArray[np.int64]]:
    """Prepare the data as ``detect`` did, the sites in order of place, with the labels found.

    The last value is that order, from the sites as they stood.
    """
    require_one_detection(concentrations)
    made = detection_step(concentrations)
    if (concentrations.areas[EVIDENCE] == EXPLORATORY).any():
        raise ParameterError(
            _("they were detected without a reference population. Remedy: detect(…, reference=…)")
        )
    coincident = str(made.parameters.get("coincident", "units"))
    weights = made.parameters.get("weights")
    prepared = prepare(concentrations.producers, detector, reference, coincident, weights)
    of_site = np.full(len(prepared.xy), NOISE, dtype=np.int64)
    held = concentrations.producers[CONCENTRATION].to_numpy(np.int64)
    of_site[prepared.site] = np.where(held > 0, held - 1, NOISE)
    order = canonical_order(prepared.xy)
    weight = None if prepared.weights is None else prepared.weights[order]
    ordered = dataclasses.replace(prepared, xy=prepared.xy[order], weights=weight)
    return ordered, of_site[order], order


def _halves(n: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    first = np.zeros(n, dtype=bool)
    first[rng.permutation(n)[: n // 2]] = True
    return first


def _part(reference: ReferenceArrays, keep: NDArray[np.bool_]) -> ReferenceArrays:
    return dataclasses.replace(reference, xy=reference.xy[keep], mass=reference.mass[keep])


def _ordered(reference: ReferenceArrays) -> ReferenceArrays:
    order = canonical_order(reference.xy)
    return dataclasses.replace(reference, xy=reference.xy[order], mass=reference.mass[order])


def _one_split(
    prepared: Prepared, labels: Labels, detector: Detector, rng: np.random.Generator, count: int
) -> Array:
    """Return, per concentration, the relative risk on the second half with its bounds, or NaN."""
    answer = np.full((count, 3), np.nan)
    if prepared.reference is None:
        return answer
    reference, first = _ordered(prepared.reference), _halves(len(prepared.xy), rng)
    ours, theirs = reference, reference
    if reference.kind == "points":
        half = _halves(len(reference.xy), rng)
        ours, theirs = _part(reference, half), _part(reference, ~half)
    found = find(detector, prepared.xy[first], _some(prepared.weights, first), ours, rng)
    match = _matches(labels[first], found.labels, count)
    second = prepared.xy[~first]
    cases, share = _held_out(found, prepared.xy[first], second, theirs)
    with np.errstate(divide="ignore", invalid="ignore"):
        risk = np.column_stack(naive_risk_interval(cases, share, len(second)))
    hit = match >= 0
    answer[hit] = risk[match[hit]]
    return answer


def _some(weights: Array | None, which: NDArray[Any]) -> Array | None:
    return None if weights is None else weights[which]


def _held_out(
    found: Found, members: Array, second: Array, reference: ReferenceArrays
) -> tuple[Array, Array]:
    """Count the second half's producers in each footprint, and its share of their pool."""
    cases = footprint_sums(second, np.ones(len(second)), members, found.labels, found.reach)
    held = footprint_sums(reference.xy, reference.mass, members, found.labels, found.reach)
    if reference.kind == "points":
        return cases, (cases + held) / (len(second) + len(reference.xy))
    return cases, held / reference.mass.sum()


def _matches(known: Labels, found: Labels, count: int) -> Labels:
    """Return, for each known cluster, the found one it shares most with, if that is mostly its own."""
    match = np.full(count, NOISE, dtype=np.int64)
    sizes = np.bincount(found[found >= 0], minlength=1)
    for k in range(count):
        shared = np.bincount(found[(known == k) & (found >= 0)], minlength=len(sizes))
        best = int(shared.argmax())
        if shared[best] > NEAR * sizes[best] and shared[best] > 0:
            match[k] = best
    return match


@aloud
def stability(
    concentrations: Concentrations,
    *,
    detector: Detector,
    reference: Reference | gpd.GeoDataFrame,
    precision: str | float | None = None,
    runs: int = 100,
    seed: int = 1,
    progress: Progress | None = None,
) -> Concentrations:
    """Repeat the detection on shaken data and say how much of each concentration comes back.

    Each run keeps 80 % of producers and reference, moves the producers within their stated precision
    and takes 0.8, 1 or 1.25 times the radius (every radius of a ladder) in turn. A concentration's stability is the mean Jaccard
    index with its best match: robust (≥ 0.75), indicative (≥ 0.6), unstable.

    Parameters
    ----------
    concentrations, detector, reference
        As for :func:`sialgeo.assess`.
    precision : str or float, optional
        Column of the producers with the precision of their coordinates in metres, or one value.
    runs : int
    seed : int

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from sialgeo import RelativeDBSCAN, detect
    >>> rng = np.random.default_rng(1)
    >>> farms = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.uniform(0, 50_000, (2, 2000))), crs=32717)
    >>> dairies = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.normal(25_000, 1_500, (2, 40))), crs=32717)
    >>> rule = RelativeDBSCAN(radius=3_000)
    >>> found = stability(detect(dairies, rule, reference=farms), detector=rule, reference=farms, runs=9)
    >>> found.areas.stability_band.iloc[0]
    'robust'
    """
    Shaking(runs, seed)
    detector = as_detector(detector)
    prepared, labels, order = _again(concentrations, detector, reference)
    by_site = np.zeros(len(prepared.xy))
    np.maximum.at(by_site, prepared.site, _precision(concentrations, precision))
    metres = by_site[order]
    report, count = progress or silent, len(concentrations)
    total = np.zeros(count)
    for run in range(runs):
        rng = np.random.default_rng([seed, run])
        total += _one_run(prepared, labels, _resized(detector, run), metres, rng)
        report((run + 1) / runs, _("Repeating on shaken data"))
    areas = concentrations.areas.copy()
    areas[STABILITY] = total / runs
    areas[STABILITY_BAND] = [_band(value) for value in areas[STABILITY]]
    parameters = {
        "runs": runs,
        "precision": precision,
        "subsample": SUBSAMPLE,
        "radius_factors": RADIUS_FACTORS,
    }
    step = Step("stability", parameters, concentrations.steps[-1].crs, seed, versions())
    return concentrations.with_step(step, areas=with_verdicts(areas))


def _band(value: float) -> str:
    return next(name for least, name in BANDS if value >= least)


def _resized(detector: Any, run: int) -> tuple[Any, float]:
    """Return the detector of a run, and the factor of the distances that a ladder of radii calls for.

    A ladder's own radii are fixed: to climb it at 0.8 times them is to climb it on a map 1 / 0.8 as wide.
    """
    radius = getattr(detector, "radius", None)
    factor = RADIUS_FACTORS[run % len(RADIUS_FACTORS)]
    if radius == AUTO:
        return detector, 1 / factor
    if not isinstance(radius, int | float) or not dataclasses.is_dataclass(detector):
        return detector, 1.0
    resized = dataclasses.replace(detector, radius=radius * factor)  # type: ignore[type-var]
    return resized, 1.0


def _precision(concentrations: Concentrations, precision: str | float | None) -> Array:
    producers = concentrations.producers
    if precision is None:
        return np.zeros(len(producers))
    if isinstance(precision, str):
        if precision not in producers.columns:
            raise SchemaError(_("the producers have no column “{key}”").format(key=precision))
        metres: Array = producers[precision].to_numpy(float)
    else:
        metres = np.full(len(producers), float(precision))
    if not np.isfinite(metres).all() or (metres < 0).any():
        raise SchemaError(
            _(
                "the precision must be finite metres, not negative. Remedy: fill it, or leave out those rows"
            )
        )
    return metres


def _one_run(
    prepared: Prepared,
    labels: Labels,
    resized: tuple[Detector, float],
    metres: Array,
    rng: np.random.Generator,
) -> Array:
    detector, scale = resized
    kept = np.sort(rng.permutation(len(prepared.xy))[: max(int(SUBSAMPLE * len(prepared.xy)), 2)])
    angle = rng.uniform(0, 2 * np.pi, len(prepared.xy))
    reach = metres * np.sqrt(rng.uniform(0, 1, len(prepared.xy)))
    moved = prepared.xy + np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])
    reference = prepared.reference
    if reference is not None and reference.kind == "points":
        ordered = _ordered(reference)
        some = np.sort(rng.permutation(len(ordered.xy))[: int(SUBSAMPLE * len(ordered.xy))])
        reference = dataclasses.replace(ordered, xy=ordered.xy[some], mass=ordered.mass[some])
    if reference is not None and scale != 1:
        reference = dataclasses.replace(
            reference,
            xy=reference.xy * scale,
            jitter=reference.jitter * scale,
            spacing=reference.spacing * scale,
        )
    weights = _some(prepared.weights, kept)
    found = find(detector, moved[kept] * scale, weights, reference, rng)
    return best_jaccard(labels[kept], found.labels, int(labels.max(initial=-1)) + 1)


def best_jaccard(known: Labels, found: Labels, count: int) -> Array:
    """Return, for each known cluster, the largest Jaccard index with any found one.

    >>> best_jaccard(np.array([0, 0, 1, -1]), np.array([5, 5, 5, 5]), 2)
    array([0.5 , 0.25])
    """
    numbers, dense = np.unique(found, return_inverse=True)
    sizes = np.bincount(dense.reshape(-1), minlength=len(numbers)).astype(float)
    best = np.zeros(count)
    for k in range(count):
        ours = known == k
        if not ours.any():
            continue
        shared = np.bincount(dense.reshape(-1)[ours], minlength=len(numbers)).astype(float)
        index = shared / (ours.sum() + sizes - shared)
        best[k] = index[numbers >= 0].max(initial=0.0)
    return best


def agreement(concentrations: Concentrations, other: Concentrations) -> Concentrations:
    """Say how far another detector's answer, on the same producers, confirms each concentration.

    Returns
    -------
    Concentrations
        ``areas`` with ``agreement``: the share of the concentration's producers that lie in any
        concentration of the other answer (only tested ones, where that answer was tested).

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from sialgeo import DBSCAN, detect
    >>> xy = np.random.default_rng(1).normal(25_000, 1_500, (2, 40))
    >>> dairies = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy), crs=32717)
    >>> near, far = (detect(dairies, DBSCAN(radius=r)) for r in (1_000, 3_000))
    >>> agreement(near, far).areas.agreement.tolist()
    [1.0]
    """
    require_crs(producers=concentrations.producers, other=other.producers)
    if not concentrations.producers.index.equals(other.producers.index):
        raise SchemaError(_("the two answers are not of the same producers (their indexes differ)"))
    rejected = other.areas.index[other.areas[EVIDENCE] == "not_significant"]
    theirs = other.producers[CONCENTRATION]
    inside = (
        ((theirs > 0) & ~theirs.isin(rejected))
        .groupby(concentrations.producers[CONCENTRATION])
        .mean()
    )
    areas = concentrations.areas.copy()
    areas[AGREEMENT] = inside.reindex(areas.index).astype(float)
    step = Step(
        "agreement", {"with": detection_step(other).parameters.get("method")}, "", None, versions()
    )
    return concentrations.with_step(step, areas=with_verdicts(areas))
