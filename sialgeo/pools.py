"""What a detector is given, and the figures of what it found: one place for detecting and testing.

``prepare`` projects producers and reference and merges coincident units; ``figures_of`` counts both
over the footprints. ``detect`` uses them on the data, ``assess`` on every map drawn under the null.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sialgeo.crs import metric_crs, xy_of
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import _
from sialgeo.kernels.compiled import serves
from sialgeo.kernels.density import footprint_sums
from sialgeo.kernels.likelihood import bernoulli_llr
from sialgeo.kernels.neighbours import worth
from sialgeo.kernels.pairs import sums_around
from sialgeo.kernels.parts import places
from sialgeo.memory import require_memory
from sialgeo.model import (
    CHAINS_VERB,
    NOISE,
    TOGETHER,
    Concentrations,
    Detector,
    Labels,
    ReferenceArrays,
)
from sialgeo.params import as_dict
from sialgeo.references import Reference

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# measured with tables in and out (benchmarks/memory.py): 390 a producer, 130 a unit of both together;
# a detector that takes more says so by its ``bytes_a_unit``
BYTES_A_UNIT, BYTES_OF_REFERENCE = 450, 150
COINCIDENT = ("units", "sites")  # at one coordinate: count one by one, or the place once
COARSE = 0.5  # of the radius: a reference with a wider spacing invents concentrations
HEAP = 3  # more units than this at one coordinate were placed there, by centroid
PLACED_APART = (
    0.5  # difference of the heaped shares beyond which two layers were placed differently
)


@dataclass(frozen=True)
class Clusterer:
    """Any scikit-learn style clusterer with ``fit_predict``: exploratory.

    Examples
    --------
    >>> from sklearn.cluster import OPTICS
    >>> Clusterer(OPTICS(min_samples=5)).method
    'OPTICS'
    """

    estimator: Any

    def __post_init__(self) -> None:
        if not callable(getattr(self.estimator, "fit_predict", None)):
            raise ParameterError(
                _("the clusterer {name} has no fit_predict(X)").format(
                    name=type(self.estimator).__name__
                )
            )

    @property
    def method(self) -> str:
        """The estimator's class name."""
        return type(self.estimator).__name__

    def labels(
        self,
        xy: Array,
        weights: Array | None,
        reference: ReferenceArrays | None,
        rng: np.random.Generator,
    ) -> tuple[Labels, Array]:
        """Return labels and membership 1; see ``Detector``. The estimator given is not changed."""
        del weights, reference, rng
        labels = np.asarray(copy.deepcopy(self.estimator).fit_predict(xy), dtype=np.int64)
        return np.where(labels < 0, NOISE, labels), (labels >= 0).astype(float)


def as_detector(given: Any) -> Any:
    """Return a detector as it is, and a scikit-learn style clusterer as ``Clusterer``."""
    if callable(getattr(given, "labels", None)) or isinstance(given, type):
        return given
    return Clusterer(given) if callable(getattr(given, "fit_predict", None)) else given


def require_one_detection(concentrations: Concentrations) -> None:
    """Refuse the chains of ``Chains.together``: they were detected one by one."""
    if any(s.verb == CHAINS_VERB and s.parameters.get(TOGETHER) for s in concentrations.steps):
        raise ParameterError(
            _(
                "these are the concentrations of several chains in one map; each chain was detected and tested on its own. Remedy: take those of one chain (Chains.found)"
            )
        )


def declared(detector: Detector) -> dict[str, Any]:
    """Return a detector's method name and declared parameters (its printed form where it has none)."""
    method = str(getattr(detector, "method", type(detector).__name__))
    found: dict[str, Any] = as_dict(detector) if dataclasses.is_dataclass(detector) else {}
    plain = type(detector).__repr__ is object.__repr__  # it would hold an address
    shown = type(detector).__qualname__ if plain else repr(detector)
    return {"method": method, **(found or {"detector": shown})}


@dataclass(frozen=True)
class Prepared:
    """What a detector is given: sites or units in metres and the reference's arrays."""

    xy: Array
    weights: Array | None
    reference: ReferenceArrays | None
    crs: Any
    site: Ints
    population: Reference | None
    inconclusive: bool
    placed_apart: bool = False

    def to_units(self, per_site: NDArray[Any]) -> NDArray[Any]:
        """Return a value for every row of the producers from one per site."""
        return per_site[self.site]


def prepare(
    producers: gpd.GeoDataFrame,
    detector: Detector,
    reference: Reference | gpd.GeoDataFrame | None,
    coincident: str,
    weights: str | None = None,
) -> Prepared:
    """Project the producers and the reference, and merge coincident units where asked."""
    population = Reference.of(reference)
    if population is None and getattr(detector, "needs_reference", False):
        detector.labels(
            np.zeros((0, 2)), None, None, np.random.default_rng(0)
        )  # raises its own error
    others = 0 if population is None else len(population.table)
    units, each = len(producers) + others, getattr(detector, "bytes_a_unit", BYTES_A_UNIT)
    require_memory(
        each * len(producers) + BYTES_OF_REFERENCE * others,
        _("This run ({n} producers and reference units)").format(n=units),
        _("select an area or the columns needed, thin the reference, or use a larger machine"),
    )
    crs = metric_crs(producers)
    xy = xy_of(producers, crs)
    weight = None if weights is None else producers[weights].to_numpy(float)
    arrays = None if population is None else population.arrays(producers, crs)
    _require_places(xy, arrays, detector)
    apart = arrays is not None and placed_apart(xy, arrays)
    site = np.arange(len(xy), dtype=np.int64)
    if coincident == "sites":
        xy, site = sites_of(xy)
        weight = None if weight is None else np.bincount(site, weights=weight)
        arrays = None if arrays is None else at_sites(arrays)
    coarse = arrays is not None and too_coarse(detector, xy, arrays)
    return Prepared(xy, weight, arrays, crs, site, population, coarse or apart, apart)


def _require_places(xy: Array, reference: ReferenceArrays | None, detector: Detector) -> None:
    """Refuse producers that all stand at one place, and a reference that lies elsewhere."""
    if len(xy) > 1 and (xy == xy[0]).all():
        raise SchemaError(
            _(
                "all {n} producers stand at one coordinate. Remedy: they were placed on a centroid; give their own locations, or analyse counts by district"
            ).format(n=len(xy))
        )
    if reference is not None and len(xy) and not covered_share(xy, reference, detector) > 0:
        raise ParameterError(
            _(
                "the reference covers none of the producers: it lies elsewhere. Remedy: check that both are of one study area"
            )
        )


def covered_share(xy: Array, reference: ReferenceArrays, detector: Detector) -> float:
    """Return the share of producers inside the reference's extent, widened by the radius."""
    if len(reference.xy) == 0:  # the producers are the whole pool
        return 1.0
    radius = getattr(detector, "radius", 0.0)
    room = max(float(radius) if isinstance(radius, int | float) else 0.0, reference.spacing)
    low, high = reference.xy.min(axis=0) - room, reference.xy.max(axis=0) + room
    return float(((xy >= low) & (xy <= high)).all(axis=1).mean())


def placed_apart(xy: Array, reference: ReferenceArrays) -> bool:
    """Tell whether producers and reference units were located in different ways.

    One of the two stands on centroids (more than three units at a coordinate) and the other does not:
    the difference of method would look like a concentration.
    """
    if reference.kind != "points" or len(reference.xy) == 0 or len(xy) == 0:
        return False
    return abs(heaped_share(xy) - heaped_share(reference.xy)) > PLACED_APART


def heaped_share(xy: Array) -> float:
    """Return the share of units at a coordinate that holds more than three.

    >>> heaped_share(np.array([[0.0, 0.0]] * 4 + [[5.0, 1.0]]))
    0.8
    """
    key = xy[:, 0] * 0.7548776662466927 + xy[:, 1]  # equal coordinates, and hardly any others
    counts = np.unique(key, return_counts=True)[1]
    return float(counts[counts > HEAP].sum() / len(xy))


def too_coarse(detector: Detector, xy: Array, reference: ReferenceArrays) -> bool:
    """Tell whether the reference is too coarse for every radius that the detector would use."""
    radii = getattr(detector, "radii", None)
    if radii is not None:
        return not radii(xy, reference)
    radius = getattr(detector, "radius", None)
    return radius is not None and reference.spacing > COARSE * float(radius)


def at_sites(reference: ReferenceArrays) -> ReferenceArrays:
    """Return a point reference with each place once; counts stay as they are."""
    if reference.kind != "points" or not len(reference.xy):
        return reference
    others = sites_of(reference.xy)[0]
    return ReferenceArrays("points", others, np.ones(len(others)))


def coincident_faults(coincident: str) -> list[str]:
    """Return what is wrong with a policy for coincident units."""
    if coincident in COINCIDENT:
        return []
    return [
        _("coincident = {value}: must be one of {choices}").format(
            value=coincident, choices=", ".join(COINCIDENT)
        )
    ]


def sites_of(xy: Array) -> tuple[Array, Ints]:
    """Return each place once, and the place of each unit."""
    once, _first, site = places(xy)
    return once, site.astype(np.int64)


def mass_within(xy: Array, reference: ReferenceArrays, radius: float) -> Array:
    """Sum the reference's mass within the radius of each unit; without numba by chunks."""
    if serves() and worth(len(xy) + len(reference.xy), None):
        held: Array = sums_around(xy, reference.xy, reference.mass, np.array([radius]))[:, 0]
        return held
    tree = cKDTree(reference.xy)
    found = np.zeros(len(xy))
    counts = np.asarray(tree.query_ball_point(xy, radius, return_length=True))
    chunks = np.split(
        np.arange(len(xy)), np.flatnonzero(np.diff(np.cumsum(counts) // 1_000_000)) + 1
    )
    for chunk in chunks:
        near = tree.query_ball_point(xy[chunk], radius)
        flat = (
            np.concatenate([np.asarray(i, dtype=np.int64) for i in near])
            if len(near)
            else np.zeros(0, int)
        )
        owner = np.repeat(np.arange(len(chunk)), [len(i) for i in near])
        found[chunk] = np.bincount(owner, weights=reference.mass[flat], minlength=len(chunk))
    return found


@dataclass(frozen=True)
class Figures:
    """Per cluster, in the order of the labels: producers and reference in the footprint, statistic."""

    n: Ints
    cases: Array
    pool: Array
    expected: Array
    share: Array
    statistic: Array


@dataclass(frozen=True)
class Found:
    """What a detector found: clusters 0 to k − 1 (−1 none), the reach of their discs, their figures.

    A detector may offer ``find(xy, weights, reference, rng) -> Found`` beside ``labels`` where its
    clusters have reaches of their own, a statistic of their own, or facts to add: ``columns`` holds
    one value per cluster, ``record(rank)`` returns what the step shall keep, with clusters renumbered.
    """

    labels: Labels
    membership: Array
    reach: Array
    figures: Figures
    columns: Mapping[str, Any] = field(default_factory=dict)
    record: Callable[[Ints], dict[str, Any]] | None = None


def find(
    detector: Detector,
    xy: Array,
    weights: Array | None,
    reference: ReferenceArrays | None,
    rng: np.random.Generator,
) -> Found:
    """Run a detector, and count over the footprints of what it found."""
    own = getattr(detector, "find", None)
    if own is not None:
        found: Found = own(xy, weights, reference, rng)
        return found
    labels, membership = detector.labels(xy, weights, reference, rng)
    return found_from(detector, xy, labels, membership, reference)


def found_from(
    detector: Detector,
    xy: Array,
    labels: Labels,
    membership: Array,
    reference: ReferenceArrays | None,
) -> Found:
    """Return the figures of a labelling, its clusters renumbered without gaps."""
    numbers = np.unique(labels[labels >= 0])
    dense = np.where(labels >= 0, np.searchsorted(numbers, labels), NOISE).astype(np.int64)
    reach = np.full(len(numbers), reach_of(detector, xy, dense))
    return Found(dense, membership, reach, figures_of(xy, dense, reference, reach))


def reach_of(detector: Detector, xy: Array, labels: Labels) -> float:
    """Return the radius of a footprint's discs in metres: half the radius of a detector that has one.

    Else half the 95th percentile of the distance to the nearest unit of the same cluster.
    """
    radius = getattr(detector, "radius", None)
    if radius is not None:
        return float(radius) / 2
    gaps = [
        cKDTree(part).query(part, k=2)[0][:, 1]
        for part in (xy[labels == number] for number in range(int(labels.max(initial=-1)) + 1))
        if len(part) > 1
    ]
    found = np.concatenate(gaps) if gaps else np.zeros(1)
    return max(float(np.percentile(found, 95)) / 2, 1.0)


def figures_of(
    xy: Array, labels: Labels, reference: ReferenceArrays | None, reach: Array
) -> Figures:
    """Count producers and reference over each cluster's whole footprint, and its statistic.

    The statistic is the Bernoulli log-likelihood ratio of the producers among the pool in the
    footprint; without a reference it is the number of producers.
    """
    count = int(labels.max(initial=-1)) + 1
    n = np.bincount(labels[labels >= 0], minlength=count).astype(np.int64)
    if reference is None:
        nothing = np.full(count, np.nan)
        return Figures(n, n.astype(float), nothing, nothing, nothing, n.astype(float))
    cases = footprint_sums(xy, np.ones(len(xy)), xy, labels, reach)
    held = footprint_sums(reference.xy, reference.mass, xy, labels, reach)
    pool, total = cases + held, len(xy) + reference.mass.sum()
    share = pool / total
    statistic = bernoulli_llr(cases, pool, len(xy), total)
    return Figures(n, cases, pool, len(xy) * share, share, statistic)
