"""Significance: would the reference population alone give concentrations like these?

The whole procedure is run again on data in which the producers are a random part of the pool, and
the largest statistic of each such map is kept: a concentration's p-value is adjusted for having
looked everywhere.

References
----------
Kulldorff, M. (1997). A spatial scan statistic. Communications in Statistics 26(6), 1481–1496.
Besag, J., Diggle, P. J. (1977). Simple Monte Carlo tests for spatial pattern. Applied Statistics 26.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import ParameterError
from sialgeo.i18n import N_, _
from sialgeo.kernels.compiled import default_threads
from sialgeo.kernels.likelihood import monte_carlo_p
from sialgeo.kernels.neighbours import canonical_order
from sialgeo.model import (
    BY_RADIUS,
    EVIDENCE,
    EXPLORATORY,
    FDR,
    INCONCLUSIVE,
    NOT_SIGNIFICANT,
    P_VALUE,
    SIGNIFICANCE,
    STATISTIC,
    TESTED,
    Concentrations,
    Detector,
    ReferenceArrays,
    Step,
    TestResult,
    detection_step,
    versions,
)
from sialgeo.params import check, param
from sialgeo.pools import as_detector, declared, find, prepare, require_one_detection
from sialgeo.progress import Progress, aloud, silent
from sialgeo.references import Reference
from sialgeo.verdicts import with_verdicts

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator], tuple[Array, ReferenceArrays]]


IN_MASK = N_("complete spatial randomness inside a habitable mask (inconclusive)")
LARGEST_URN = 5e8  # numpy's hypergeometric draws end near 1e9


@dataclass(frozen=True)
class Replication:
    """How often and from which seed the null is drawn."""

    replicates: int = param(
        999,
        N_(
            "Maps drawn under the null hypothesis (99 for a preview, 999 for a result, 0 for no test)"
        ),
        label=N_("Replicates"),
        ge=0,
    )
    seed: int = param(
        1,
        N_("Seed of the random draws: the same seed gives the same p-values"),
        label=N_("Seed"),
        ge=0,
    )

    def __post_init__(self) -> None:
        check(self)


@aloud
def assess(
    concentrations: Concentrations,
    *,
    detector: Detector,
    reference: Reference | gpd.GeoDataFrame,
    replicates: int = 999,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Concentrations:
    """Test each concentration by re-running the whole detection under the null.

    Null: the producers are a random n of the pool: of its units, or of the producers and the
    reference's counts together. Each replicate's largest statistic is kept; p = (1 + #{max ≥ T}) / (R + 1).
    Control is for the map as a whole: p-values of secondary concentrations are conservative.

    Parameters
    ----------
    concentrations
        As ``detect`` gave them; ``detector`` and ``reference`` are the ones it was given.
    replicates : int
        Maps drawn; the least p-value is 1 / (replicates + 1).
    seed : int
    threads : int, optional
        Results do not depend on it.
    progress : callable(fraction, message), optional

    Returns
    -------
    Concentrations
        ``areas`` with ``p_value`` (family-wise), ``evidence`` ("tested" at p ≤ 0.05, else
        "not_significant") and ``false_discovery_rate``: the mean number of null concentrations with a
        statistic as large, over the number found with one (NaN for a scan, whose null maps keep their
        largest zone only). With a reference too coarse for the radius nothing is tested: the answer
        stays "inconclusive"; against a habitable mask there is a p-value and it stays "inconclusive".

    Raises
    ------
    ParameterError
        The detector or the reference is not the one of ``detect``, or replicates < 1.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from sialgeo import RelativeDBSCAN, detect
    >>> rng = np.random.default_rng(1)
    >>> farms = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.uniform(0, 50_000, (2, 2000))), crs=32717)
    >>> dairies = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.normal(25_000, 1_500, (2, 40))), crs=32717)
    >>> rule = RelativeDBSCAN(radius=3_000)
    >>> found = assess(detect(dairies, rule, reference=farms), detector=rule, reference=farms, replicates=99)
    >>> float(found.areas.p_value.iloc[0]), found.areas.evidence.iloc[0]
    (0.01, 'tested')
    """
    Replication(replicates, seed)
    detector = as_detector(detector)
    if replicates < 1:
        raise ParameterError(
            _("replicates = {n}: a test needs at least 1 (999 for a result)").format(n=replicates)
        )
    if threads is not None and threads < 1:
        raise ParameterError(_("threads = {n}: must be at least 1").format(n=threads))
    coincident = _check_same(concentrations, detector, reference)
    weights = detection_step(concentrations).parameters.get("weights")
    prepared = prepare(concentrations.producers, detector, reference, coincident, weights)
    masked = prepared.population is not None and prepared.population.masked
    coarse = not masked and (concentrations.areas[EVIDENCE] == INCONCLUSIVE).any()
    if prepared.reference is None or prepared.inconclusive or coarse:
        return concentrations
    null = Null.of(prepared.xy, prepared.reference, detector, prepared.weights)
    own = getattr(detector, "maxima", None)  # a scan draws all its maps at once
    observed = concentrations.areas[STATISTIC].to_numpy(float)
    if own is not None:
        told = {"replicates": replicates, "seed": seed, "threads": threads, "progress": progress}
        maxima = own(prepared.xy, prepared.reference, **told)
        false = np.full(len(observed), np.nan)
    else:
        maxima, false = _maxima(null, observed, replicates, seed, threads, progress or silent)
    name = IN_MASK if masked else null.name
    return _answered(concentrations, (maxima, false), name, replicates, seed)


def _answered(
    concentrations: Concentrations,
    drawn: tuple[Array, Array],
    null: str,
    replicates: int,
    seed: int,
) -> Concentrations:
    """Add p-values, the false discovery rate, evidence, the test and its step."""
    maxima, false = drawn
    observed = concentrations.areas[STATISTIC].to_numpy(float)
    p = monte_carlo_p(observed, maxima)
    areas = concentrations.areas.copy()
    areas[P_VALUE], areas[FDR] = p, false_discovery_rate(observed, false)
    areas[EVIDENCE] = np.where(p <= SIGNIFICANCE, TESTED, NOT_SIGNIFICANT)
    if null == IN_MASK:
        areas[EVIDENCE] = INCONCLUSIVE
    largest = float(observed.max(initial=0.0))
    result = TestResult(
        "cluster-wise Monte Carlo",
        largest,
        float(monte_carlo_p(np.array([largest]), maxima)[0]),
        "greater",
        replicates,
        seed,
        null,
    )
    parameters: dict[str, Any] = {
        "replicates": replicates,
        "threshold": SIGNIFICANCE,
        "null": null,
    }
    ladder = detection_step(concentrations).parameters.get(BY_RADIUS)
    if ladder:
        p_by_radius = monte_carlo_p(np.array([row["statistic"] for row in ladder]), maxima)
        parameters[BY_RADIUS] = [
            {**row, "p_value": float(p)} for row, p in zip(ladder, p_by_radius, strict=True)
        ]
    step = Step("assess", parameters, concentrations.steps[-1].crs, seed, versions())
    tests = (*concentrations.tests, result)
    return concentrations.with_step(step, areas=with_verdicts(areas), tests=tests)


def false_discovery_rate(observed: Array, false: Array) -> Array:
    """Return, for each statistic, the null clusters expected at or above it over those found there.

    ``false`` is the mean number of clusters of a null map at or above each statistic. It is no
    Benjamini–Hochberg: the p-values are of a maximum and know nothing of the second cluster.

    >>> false_discovery_rate(np.array([9.0, 5.0, 2.0]), np.array([0.01, 0.2, 4.0]))
    array([0.01, 0.1 , 1.  ])
    """
    found = (observed[None, :] >= observed[:, None]).sum(axis=1)
    return np.asarray(np.minimum(false / np.maximum(found, 1), 1.0))


class Null:
    """Draws maps under the null and returns each one's largest statistic."""

    def __init__(
        self,
        name: str,
        draw: Draw,
        detector: Detector,
        relabel: Callable[[np.random.Generator], Array] | None = None,
        weights: Array | None = None,
    ) -> None:
        self.name, self._draw, self._detector, self._relabel = name, draw, detector, relabel
        # where a detector weighs producers, the null hands the same weights out at random
        self._weights = None if weights is None else np.sort(weights)

    @classmethod
    def of(
        cls,
        xy: Array,
        reference: ReferenceArrays,
        detector: Detector,
        weights: Array | None = None,
    ) -> Null:
        """Choose the null that the kind of reference allows."""
        n = len(xy)
        if reference.kind == "mass":
            name = "n draws from the producers and the reference counts together"
            return cls(name, _mass_draw(xy, reference), detector, None, weights)
        pool = np.vstack([xy, reference.xy])
        pool = pool[canonical_order(pool)]  # the draw then does not depend on the row order
        make = getattr(detector, "relabeller", None)
        rule = make(pool, n) if make else None
        relabel = None if rule is None else lambda rng: rule(_chosen(n, len(pool), rng))
        name = "random labelling of the pool"
        return cls(name, _pool_draw(n, pool), detector, relabel, weights)

    def largest(self, rng: np.random.Generator) -> float:
        """Return the largest statistic of one map drawn under the null, 0 where nothing is found."""
        return float(self.statistics(rng).max(initial=0.0))

    def statistics(self, rng: np.random.Generator) -> Array:
        """Return the statistic of every cluster of one map drawn under the null."""
        if self._relabel is not None:
            return self._relabel(rng)
        xy, reference = self._draw(rng)
        weights = None if self._weights is None else rng.permutation(self._weights)
        found = find(self._detector, xy, weights, reference, rng)
        return np.asarray(found.figures.statistic, dtype=float)


def _chosen(n: int, pool: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw n of the pool's units, in their order."""
    return np.sort(rng.choice(pool, n, replace=False))


def _pool_draw(n: int, pool: Array) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[Array, ReferenceArrays]:
        chosen = _chosen(n, len(pool), rng)
        rest = np.ones(len(pool), dtype=bool)
        rest[chosen] = False
        others = pool[rest]
        return pool[chosen], ReferenceArrays("points", others, np.ones(len(others)))

    return draw


def _mass_draw(xy: Array, reference: ReferenceArrays) -> Draw:
    """Draw n of the pooled producers and counts; what is not drawn is the map's reference.

    A count is taken at its place, anywhere within its cell. Counts that are known only as shares of a
    total are drawn in proportion.
    """
    own, n = xy[canonical_order(xy)], len(xy)
    order = canonical_order(reference.xy)
    places, mass = reference.xy[order], reference.mass[order]
    total = float(mass.sum())

    def draw(rng: np.random.Generator) -> tuple[Array, ReferenceArrays]:
        kept = np.zeros(n, dtype=bool)
        kept[rng.choice(n, _of_own(n, total, rng), replace=False)] = True
        counts = rng.multinomial(n - int(kept.sum()), mass / total)
        drawn = np.repeat(places, counts, axis=0)
        if reference.jitter:
            drawn = drawn + rng.uniform(-reference.jitter, reference.jitter, drawn.shape)
        rest = replace(
            reference,
            xy=np.vstack([places, own[~kept]]),
            mass=np.concatenate([np.maximum(mass - counts, 0.0), np.ones(int((~kept).sum()))]),
        )
        return np.vstack([own[kept], drawn]), rest

    return draw


def _of_own(n: int, total: float, rng: np.random.Generator) -> int:
    """Return how many of the n units drawn from the pool stand where a producer stands."""
    if total + n < LARGEST_URN:
        return int(rng.hypergeometric(n, round(total), n))
    return int(rng.binomial(n, n / (n + total)))


def _maxima(
    null: Null,
    observed: Array,
    replicates: int,
    seed: int,
    threads: int | None,
    report: Progress,
) -> tuple[Array, Array]:
    """Return the replicates' largest statistics, and how many reach each observed one, on average.

    Replicate r depends on the seed and r only.
    """
    bars = observed * (1 - 1e-12) - 1e-12  # recomputed on the same units the last bits may differ

    def one(replicate: int) -> tuple[float, NDArray[np.int64]]:
        drawn = np.sort(null.statistics(np.random.default_rng([seed, replicate])))
        above = len(drawn) - np.searchsorted(drawn, bars, side="left")
        return float(drawn[-1]) if len(drawn) else 0.0, above

    said = _("Testing against {null}").format(null=_(null.name))
    maxima, reached = np.zeros(replicates), np.zeros(len(observed))
    with ThreadPoolExecutor(threads or default_threads()) as workers:
        try:
            for done, (value, above) in enumerate(workers.map(one, range(replicates))):
                maxima[done] = value
                reached += above
                report((done + 1) / replicates, said)
        finally:  # an error or a cancel leaves no replicate waiting its turn
            workers.shutdown(wait=True, cancel_futures=True)
    return maxima, reached / replicates


def _check_same(
    concentrations: Concentrations, detector: Detector, reference: Reference | gpd.GeoDataFrame
) -> str:
    """Return the policy for coincident units, having made sure that detect had the same arguments."""
    require_one_detection(concentrations)
    made = detection_step(concentrations)
    if not made.verb:
        raise ParameterError(
            _("these concentrations carry no detection step. Remedy: detect(…) first")
        )
    if (concentrations.areas[EVIDENCE] == EXPLORATORY).any():
        raise ParameterError(
            _(
                "they were detected without a reference population: there is nothing to test. Remedy: detect(…, reference=…)"
            )
        )
    ours = declared(detector)
    if any(made.parameters.get(k) != v for k, v in ours.items()):
        raise ParameterError(
            _("the detector is not the one of detect ({theirs}). Remedy: give the same").format(
                theirs=", ".join(f"{k}={made.parameters.get(k)}" for k in ours)
            )
        )
    given: Reference = Reference.of(reference)
    same = made.inputs.get("reference", given.fingerprint) == given.fingerprint
    if not same and not given.has_outline(made.inputs.get("reference_outline", "")):
        raise ParameterError(_("the reference is not the one of detect. Remedy: give the same"))
    return str(made.parameters.get("coincident", "units"))


N_("random labelling of the pool")
N_("n draws from the producers and the reference counts together")
N_("cluster-wise Monte Carlo")
