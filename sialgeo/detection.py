"""Detection: where producers are concentrated, and against what.

``detect`` runs a detector and gives the two tables. ``RelativeDBSCAN``, the default, asks whether
producers are denser than the reference population pooled with them; plain density clusterers
(``DBSCAN``, ``HDBSCAN``, any scikit-learn clusterer) are exploratory and every output says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import crs_name, equal_area_crs, require_crs, xy_of
from sialgeo.errors import MissingDependencyError, ParameterError, SchemaError, raise_all
from sialgeo.i18n import N_, _
from sialgeo.kernels.density import cluster, dbscan
from sialgeo.kernels.likelihood import (
    bernoulli_llr,
    hypergeometric_critical,
    naive_risk_interval,
)
from sialgeo.kernels.neighbours import canonical_order, count_within
from sialgeo.kernels.parts import places as distinct_places
from sialgeo.kernels.parts import points
from sialgeo.kernels.pooled import Rung
from sialgeo.model import (
    AREA,
    BORDER,
    BY_RADIUS,
    CONCENTRATION,
    CORE,
    EVIDENCE,
    EXPECTED,
    EXPLORATORY,
    INCONCLUSIVE,
    MEMBERSHIP,
    NAME,
    NOISE,
    P_VALUE,
    POOL,
    RADII,
    RADII_TRIED,
    RADIUS,
    RR,
    RR_HIGH,
    RR_LOW,
    STATISTIC,
    UNTESTED,
    WEIGHT,
    WEIGHT_SHARE,
    Concentrations,
    Detector,
    Labels,
    N,
    ReferenceArrays,
    Step,
    fingerprint,
    versions,
)
from sialgeo.params import AUTO, check, param
from sialgeo.pools import (
    COARSE,
    Figures,
    Found,
    Prepared,
    as_detector,
    coincident_faults,
    covered_share,
    declared,
    figures_of,
    find,
    mass_within,
    prepare,
)
from sialgeo.precision import centre_precision, known_precision, least_radius
from sialgeo.progress import Progress, aloud, silent
from sialgeo.references import Reference
from sialgeo.verdicts import with_verdicts

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_DISTANCE = 10.0  # metres: a shorter radius was meant in degrees or kilometres
LARGE_SHARE = 0.5
THIN_FROM = 2_000
COVERED_ENOUGH = 0.9
LADDER = (2_000.0, 5_000.0, 10_000.0, 20_000.0, 40_000.0)  # metres
LOCALITIES = (
    "localidad",
    "locality",
    "comunidad",
    "centro_poblado",
    "municipio",
    "distrito",
    "district",
)

_RADIUS = N_("Distance within which producers are neighbours")
_MIN_UNITS = N_("Least number of neighbouring producers that make a core, itself included")


@dataclass(frozen=True)
class RelativeDBSCAN:
    """Relative-density DBSCAN: producers denser than the reference population explains.

    The reference is pooled with the producers: with M units in the pool of which n are producers, a
    producer i with k_i producers and b_i pool units within the radius (itself included) is a core if
    k_i ≥ ``min_units`` and P(Hypergeom(M−1, n−1, b_i−1) ≥ k_i−1) ≤ ``alpha``. Cores within the radius
    of each other are joined; another producer joins its nearest core within the radius. Counts in
    cells or settlements are pooled in the same way, each place holding its count.

    Parameters
    ----------
    radius : float or "auto"
        Metres. "auto" climbs a ladder (2, 5, 10, 20, 40 km; none above a quarter of the study area's
        short side nor under twice the reference's spacing) and keeps, among overlapping answers, the
        one with the largest statistic; ``assess`` climbs it again on every map of the null, so that
        the p-values pay for the choice.
    min_units : int
    alpha : float
        Level of the local test that makes a core; the concentrations themselves are tested by
        ``assess``.

    Notes
    -----
    This rule is sialgeo's own; docs/methods.md derives it. It rests on DBSCAN (Ester et al. 1996).

    Examples
    --------
    >>> RelativeDBSCAN(radius=5_000)
    RelativeDBSCAN(radius=5000, min_units=5, alpha=0.001)
    """

    radius: float | str = param(5_000.0, _RADIUS, label=N_("Radius"), unit="m", gt=0, auto=True)
    min_units: int = param(5, _MIN_UNITS, label=N_("Minimum producers"), ge=2)
    alpha: float = param(
        0.001,
        N_("Level of the local test that makes a core"),
        label=N_("Core level"),
        gt=0,
        le=0.1,
        advanced=True,
    )

    method: ClassVar[str] = "relative-dbscan"
    needs_reference: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check(self)

    def labels(
        self,
        xy: Array,
        weights: Array | None,
        reference: ReferenceArrays | None,
        rng: np.random.Generator,
    ) -> tuple[Labels, Array]:
        """Return labels and membership (1 core, 0.5 border); see ``Detector``."""
        del weights, rng  # tests count units; nothing here is left to chance
        if self.radius != AUTO and reference is not None and reference.kind == "points":
            return self._among_units(float(self.radius), xy, reference)
        found = self.find(xy, None, reference, np.random.default_rng(0))
        return found.labels, found.membership

    def find(
        self,
        xy: Array,
        weights: Array | None,
        reference: ReferenceArrays | None,
        rng: np.random.Generator,
    ) -> Found:
        """Return what is found at the radius, or over the ladder of radii; see ``pools.Found``."""
        del weights, rng
        reference = _required(reference)
        radii = self.radii(xy, reference) or _rungs(xy, reference)[-1:]
        if self.radius != AUTO:
            radii = (float(self.radius),)
        at = self._among_units if reference.kind == "points" else self._among_counts
        return climb(xy, reference, [(r, *at(r, xy, reference)) for r in radii])

    def radii(self, xy: Array, reference: ReferenceArrays) -> tuple[float, ...]:
        """Return the radii (metres) to use, leaving out those that the reference is too coarse for."""
        wanted = _rungs(xy, reference) if self.radius == AUTO else (float(self.radius),)
        return tuple(r for r in wanted if reference.spacing <= COARSE * r)

    def _among_units(
        self, radius: float, xy: Array, reference: ReferenceArrays
    ) -> tuple[Labels, Array]:
        pool, n = np.vstack([xy, reference.xy]), len(xy)
        rung = Rung.of(pool, n, radius, self.alpha, self.min_units, few=n)
        labels, core = rung.label(np.arange(n))
        return labels, membership_of(labels, core)

    def _among_counts(
        self, radius: float, xy: Array, reference: ReferenceArrays
    ) -> tuple[Labels, Array]:
        k = count_within(xy, xy, radius)
        others = np.round(mass_within(xy, reference, radius)).astype(np.int64)
        pool = len(xy) + round(float(reference.mass.sum()))
        needed = hypergeometric_critical(k + others, len(xy), pool, self.alpha)
        core = k >= np.maximum(needed, self.min_units)
        labels = cluster(xy, core, radius)
        return labels, membership_of(labels, core)

    def relabeller(self, pool: Array, n: int) -> Relabeller:
        """Return the same rule for many choices of n of the pool's units, its counts made once.

        What is returned takes the chosen units' rows and gives the statistic of every cluster.
        """
        nobody = ReferenceArrays("points", np.zeros((0, 2)), np.zeros(0))
        radii = _rungs(pool, nobody) if self.radius == AUTO else (float(self.radius),)
        rungs = [Rung.of(pool, n, r, self.alpha, self.min_units) for r in radii]

        def relabel(chosen: Ints) -> Array:
            every: list[tuple[Array, float, Ints]] = []
            for rung in rungs:
                labels, _core = rung.label(chosen, threads=1)
                if (labels >= 0).any():
                    cases, held = rung.covered(chosen, labels, threads=1)
                    every.append((bernoulli_llr(cases, held, n, len(pool)), rung.radius, labels))
            if len(every) == 1:  # clusters of one radius share nobody
                return every[0][0]
            return _unshared(every, pool[chosen])

        return relabel


Relabeller = Callable[[Ints], Array]


def _required(reference: ReferenceArrays | None) -> ReferenceArrays:
    if reference is None:
        raise ParameterError(
            _(
                "RelativeDBSCAN needs a reference population (more concentrated than what?). Remedy: give reference=, or explore with DBSCAN, which proves nothing"
            )
        )
    return reference


def _rungs(xy: Array, reference: ReferenceArrays) -> tuple[float, ...]:
    """Return the ladder's radii up to a quarter of the pool's short side (the first one at least)."""
    both = np.vstack([xy, reference.xy])
    most = float(np.ptp(both, axis=0).min()) / 4
    return tuple(r for r in LADDER if r <= most) or LADDER[:1]


def _unshared(every: list[tuple[Array, float, Ints]], xy: Array) -> Array:
    """Return the statistics that ``climb`` would keep of each radius's statistics and labels."""
    answers = []
    for statistics, radius, labels in every:
        by = np.argsort(labels, kind="stable")
        cuts = np.searchsorted(labels[by], np.arange(len(statistics) + 1))
        for number, value in enumerate(statistics.tolist()):
            members = by[cuts[number] : cuts[number + 1]]
            answers.append((-value, radius, *xy[members].sum(axis=0), members))
    answers.sort(key=lambda one: one[:4])
    taken, kept = np.zeros(len(xy), dtype=bool), []
    for negative, _radius, _x, _y, members in answers:
        if not taken[members].any():
            taken[members] = True
            kept.append(-negative)
    return np.array(kept, dtype=float)


def membership_of(labels: Labels, core: NDArray[np.bool_]) -> Array:
    """Return 1 for cores, 0.5 for borders, 0 for what is in no cluster."""
    membership = (labels >= 0).astype(float)
    membership += core
    membership *= 0.5
    return membership


def climb(xy: Array, reference: ReferenceArrays, rungs: list[tuple[float, Labels, Array]]) -> Found:
    """Resolve the answers of several radii: greedily by statistic, none sharing a producer.

    The answers left out stay in the record, with the one that each overlaps: the tree of merges.
    """
    every: list[_Answer] = []
    for radius, at_labels, at_membership in rungs:
        reach = np.full(int(at_labels.max(initial=-1)) + 1, radius / 2)
        figures = figures_of(xy, at_labels, reference, reach)
        for number in range(len(reach)):
            members = np.flatnonzero(at_labels == number)
            facts = {f: getattr(figures, f)[number] for f in Figures.__dataclass_fields__}
            every.append(_Answer(radius, members, at_membership[members], facts))
    every.sort(key=lambda one: (-one.statistic, one.radius, *xy[one.members].sum(axis=0)))
    labels, membership = np.full(len(xy), NOISE, dtype=np.int64), np.zeros(len(xy))
    kept: list[int] = []
    over: list[int] = []  # for each answer, the kept one that it is or overlaps most
    for number, one in enumerate(every):
        taken = labels[one.members]
        if (taken >= 0).any():
            over.append(int(np.bincount(taken[taken >= 0]).argmax()))
            continue
        labels[one.members], membership[one.members] = len(kept), one.membership
        over.append(len(kept))
        kept.append(number)
    radius_of = np.array([every[number].radius for number in kept])
    figures = Figures(
        **{
            f: np.array([every[number].figures[f] for number in kept])
            for f in Figures.__dataclass_fields__
        }
    )
    if len(rungs) == 1:
        return Found(labels, membership, radius_of / 2, figures)
    shown: list[set[float]] = [set() for _number in kept]
    for one, winner in zip(every, over, strict=True):
        shown[winner].add(one.radius)
    columns = {RADIUS: radius_of, RADII: [_kilometres(radii) for radii in shown]}

    def record(rank: Ints) -> dict[str, Any]:
        within = _within(every, [(radius, at_labels) for radius, at_labels, _membership in rungs])
        rows = [
            {
                "radius": one.radius,
                "n": len(one.members),
                "statistic": one.statistic,
                "concentration": int(rank[winner]),
                "kept": number in kept,
                "within": within[number],
            }
            for number, (one, winner) in enumerate(zip(every, over, strict=True))
        ]
        return {BY_RADIUS: rows, RADII_TRIED: [radius for radius, _labels, _membership in rungs]}

    return Found(labels, membership, radius_of / 2, figures, columns, record)


def _within(every: list[_Answer], rungs: list[tuple[float, Labels]]) -> list[int]:
    """Return, for each answer, the one at the next larger radius that holds most of it, or −1."""
    at = {}
    for number, one in enumerate(every):
        for radius, labels in rungs:
            if radius == one.radius:
                at[radius, int(labels[one.members[0]])] = number
    held = []
    for one in every:
        wider = (
            (radius, int(np.bincount(inside).argmax()))
            for radius, labels in rungs
            if radius > one.radius and len(inside := labels[one.members][labels[one.members] >= 0])
        )
        held.append(next((at[place] for place in wider), NOISE))
    return held


@dataclass(frozen=True)
class _Answer:
    """One cluster at one radius."""

    radius: float
    members: Ints
    membership: Array
    figures: dict[str, Any]

    @property
    def statistic(self) -> float:
        return float(self.figures["statistic"])


def _kilometres(radii: set[float]) -> str:
    return ", ".join(f"{radius / 1000:g}" for radius in sorted(radii))


@dataclass(frozen=True)
class DBSCAN:
    """Plain DBSCAN (Ester et al. 1996), exact and deterministic: exploratory.

    It finds groups even where producers are scattered at random; without a reference there is no
    test. A border unit belongs to its nearest core, so results do not depend on the row order.

    Examples
    --------
    >>> DBSCAN(radius=2_000, min_units=8).radius
    2000
    """

    radius: float = param(5_000.0, _RADIUS, label=N_("Radius"), unit="m", gt=0)
    min_units: int = param(5, _MIN_UNITS, label=N_("Minimum producers"), ge=2)

    method: ClassVar[str] = "dbscan"

    def __post_init__(self) -> None:
        check(self)

    def labels(
        self,
        xy: Array,
        weights: Array | None,
        reference: ReferenceArrays | None,
        rng: np.random.Generator,
    ) -> tuple[Labels, Array]:
        """Return labels and membership (1 core, 0.5 border); see ``Detector``."""
        del weights, reference, rng
        labels, core = dbscan(xy, self.radius, self.min_units)
        return labels, membership_of(labels, core)


@dataclass(frozen=True)
class HDBSCAN:
    """HDBSCAN of scikit-learn (Campello et al. 2013): exploratory, no radius to choose.

    ``min_samples`` counts the unit itself, as in scikit-learn and R's dbscan (0 means
    ``min_cluster_size``).
    """

    min_cluster_size: int = param(
        10, N_("Least number of producers in a group"), label=N_("Minimum group size"), ge=2
    )
    min_samples: int = param(
        0,
        N_("Neighbours that make a core; 0: as the minimum group size"),
        label=N_("Minimum samples"),
        ge=0,
        advanced=True,
    )
    cluster_selection_epsilon: float = param(
        0.0,
        N_("Groups nearer than this are merged"),
        label=N_("Merging distance"),
        unit="m",
        ge=0,
        advanced=True,
    )

    method: ClassVar[str] = "hdbscan"
    graded: ClassVar[bool] = True  # membership is a probability

    def __post_init__(self) -> None:
        check(self)

    @property
    def bytes_a_unit(self) -> int:
        """Memory that a unit takes: scikit-learn holds the nearest neighbours of all units at once."""
        return 700 + 30 * (self.min_samples or self.min_cluster_size)

    def labels(
        self,
        xy: Array,
        weights: Array | None,
        reference: ReferenceArrays | None,
        rng: np.random.Generator,
    ) -> tuple[Labels, Array]:
        """Return labels and membership probabilities; see ``Detector``."""
        del weights, reference, rng
        try:
            from sklearn.cluster import HDBSCAN as Sklearn  # noqa: N811
        except ImportError:
            raise MissingDependencyError("scikit-learn", "HDBSCAN") from None
        if len(xy) < max(self.min_cluster_size, self.min_samples):  # scikit-learn would refuse
            return np.full(len(xy), NOISE, dtype=np.int64), np.zeros(len(xy))
        model = Sklearn(
            min_cluster_size=self.min_cluster_size,
            min_samples=self.min_samples or None,
            cluster_selection_epsilon=float(self.cluster_selection_epsilon),
            copy=True,
        ).fit(xy)
        return model.labels_.astype(np.int64), model.probabilities_.astype(float)


@dataclass(frozen=True)
class OPTICS:
    """OPTICS of scikit-learn (Ankerst et al. 1999), clusters by steepness: exploratory.

    ``min_units`` counts the unit itself. Memory is linear; time grows with the square of the
    producers where ``reach`` is left open.

    Examples
    --------
    >>> OPTICS(min_units=8).xi
    0.05
    """

    min_units: int = param(5, _MIN_UNITS, label=N_("Minimum producers"), ge=2)
    reach: float = param(
        50_000.0,
        N_("Farthest distance looked at"),
        label=N_("Reach"),
        unit="m",
        gt=0,
        advanced=True,
    )
    xi: float = param(
        0.05, N_("Steepness that ends a group"), label=N_("Steepness"), gt=0, le=0.9, advanced=True
    )

    method: ClassVar[str] = "optics"
    bytes_a_unit: ClassVar[int] = 1_200  # measured: 1,060, less on larger tables

    def __post_init__(self) -> None:
        check(self)

    def labels(
        self,
        xy: Array,
        weights: Array | None,
        reference: ReferenceArrays | None,
        rng: np.random.Generator,
    ) -> tuple[Labels, Array]:
        """Return labels and membership 1; see ``Detector``."""
        del weights, reference, rng
        try:
            from sklearn.cluster import OPTICS as Sklearn  # noqa: N811
        except ImportError:
            raise MissingDependencyError("scikit-learn", "OPTICS") from None
        if len(xy) < self.min_units:  # scikit-learn would refuse
            return np.full(len(xy), NOISE, dtype=np.int64), np.zeros(len(xy))
        order = canonical_order(xy)  # its ordering starts at the first row
        model = Sklearn(min_samples=self.min_units, max_eps=float(self.reach), xi=self.xi)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = model.fit(xy[order]).labels_.astype(np.int64)
        labels = np.full(len(xy), NOISE, dtype=np.int64)
        labels[order] = np.where(found < 0, NOISE, found)
        return labels, (labels >= 0).astype(float)


METHODS: dict[str, type] = {kind.method: kind for kind in (RelativeDBSCAN, DBSCAN, HDBSCAN, OPTICS)}


# --- the verb ------------------------------------------------------------------------------------


@aloud
def detect(
    producers: gpd.GeoDataFrame,
    detector: Any,
    *,
    reference: Reference | gpd.GeoDataFrame | None = None,
    places: gpd.GeoDataFrame | None = None,
    place_name: str | None = None,
    coincident: str = "units",
    weights: str | None = None,
    locality: str | None = None,
    progress: Progress | None = None,
) -> Concentrations:
    """Find concentrations of producers.

    Parameters
    ----------
    producers : GeoDataFrame
        Points, any CRS with a definition; distances are measured by :func:`sialgeo.crs.metric_crs`.
    detector
        ``RelativeDBSCAN``, ``DBSCAN``, ``HDBSCAN``, ``SpatialScan``, any object with ``labels``, or any
        scikit-learn style clusterer with ``fit_predict`` (taken as ``Clusterer``).
    reference : Reference or GeoDataFrame of points, optional
        More concentrated than what? A point layer is taken as ``Reference.from_points(layer)``.
        ``RelativeDBSCAN`` needs one. Counts coarser than half the radius give "inconclusive".
    places, place_name
        Point layer of places and its name column: a concentration takes the name of the place nearest
        to its centre, inside or near it.
    coincident : {"units", "sites"}
        Whether units at one coordinate count one by one (as in scikit-learn) or as one site.
    weights : str, optional
        Column passed to the detector; tests count units, weights only describe.
    locality : str, optional
        Column whose commonest value names a concentration where no place does.
    progress : callable(fraction, message), optional

    Returns
    -------
    Concentrations
        Numbered from 1 by decreasing statistic, then by the centroid.

    Raises
    ------
    CRSError, SchemaError, ParameterError

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> rng = np.random.default_rng(1)
    >>> farms = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.uniform(0, 50_000, (2, 2000))), crs=32717)
    >>> dairies = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.normal(25_000, 1_500, (2, 40))), crs=32717)
    >>> found = detect(dairies, RelativeDBSCAN(radius=3_000), reference=farms)
    >>> len(found), int(found.areas.n.iloc[0]), found.areas.evidence.iloc[0]
    (1, 40, 'untested')
    """
    detector = as_detector(detector)
    report = progress or silent
    _check_inputs(producers, detector, coincident, weights)
    report(0.0, _("Projecting"))
    prepared = prepare(producers, detector, reference, coincident, weights)
    report(0.2, _("Detecting"))
    raw = find(
        detector, prepared.xy, prepared.weights, prepared.reference, np.random.default_rng(0)
    )
    report(0.8, _("Drawing the areas"))
    if _coarse_after_all(detector, prepared, raw):
        prepared = replace(prepared, inconclusive=True)
    found, rank = _number(prepared, raw)
    labels = prepared.to_units(np.where(found.labels >= 0, found.labels + 1, NOISE))
    areas = _areas(producers, prepared, found)
    if prepared.weights is not None:
        _weigh(areas, prepared, found.labels)
    areas[NAME] = _names(producers, labels, areas, places, place_name, locality, prepared.crs)
    table = producers.copy()
    table[CONCENTRATION] = labels
    table[MEMBERSHIP] = _membership(prepared.to_units(found.membership), labels, detector)
    used = _radii_used(detector, found)
    notes = (*_notes(prepared, labels, detector), *_precision_notes(producers, places, used))
    step = _step(producers, prepared, detector, coincident, weights, notes)
    if found.record is not None:
        step = replace(step, parameters={**step.parameters, **found.record(rank)})
    report(1.0, _("Detected"))
    return Concentrations(table, with_verdicts(areas), (), (step,))


def _coarse_after_all(detector: Detector, prepared: Prepared, found: Found) -> bool:
    """Tell whether the reference is too coarse for what a detector without a radius found."""
    if prepared.reference is None or getattr(detector, "radius", None) is not None:
        return False
    return bool((prepared.reference.spacing > COARSE * 2 * found.reach).any())


def _check_inputs(
    producers: gpd.GeoDataFrame, detector: Detector, coincident: str, weights: str | None
) -> None:
    import geopandas as gpd

    if not isinstance(producers, gpd.GeoDataFrame):
        raise SchemaError(
            _("producers must be a GeoDataFrame of points. Remedy: sialgeo.read_producers(path)")
        )
    if isinstance(detector, type) or not callable(getattr(detector, "labels", None)):
        raise ParameterError(
            _(
                "{name} is no detector. Remedy: RelativeDBSCAN(radius=…), or Clusterer(estimator) for a scikit-learn clusterer"
            ).format(name=getattr(detector, "__name__", type(detector).__name__))
        )
    require_crs(producers=producers)
    faults = _table_faults(producers, weights) + coincident_faults(coincident)
    raise_all(faults, SchemaError)
    radius = _fixed_radius(detector)
    if radius is not None and radius < LEAST_DISTANCE:
        raise ParameterError(
            _(
                "radius = {radius} m: looks like degrees or kilometres. Remedy: give metres, as radius=5_000 for 5 km"
            ).format(radius=radius)
        )


def _fixed_radius(detector: Detector) -> float | None:
    radius = getattr(detector, "radius", None)
    return float(radius) if isinstance(radius, int | float) else None


def _table_faults(producers: gpd.GeoDataFrame, weights: str | None) -> list[str]:
    faults = []
    if len(producers) < 2:
        return [_("{n} producers: a concentration needs at least two").format(n=len(producers))]
    kinds = set(producers.geom_type.dropna().unique())
    if kinds - {"Point"}:
        return [
            _(
                "producers hold {kinds}, not points. Remedy: use layer.representative_point(), or give them as territories"
            ).format(kinds=", ".join(sorted(kinds)))
        ]
    bad = producers.geometry.isna() | producers.geometry.is_empty
    xy = np.column_stack([producers.geometry.x, producers.geometry.y])
    bad |= ~np.isfinite(xy).all(axis=1)
    if bad.any():
        rows = ", ".join(map(str, producers.index[bad][:5]))
        faults.append(
            _(
                "{n} producers have no finite coordinates (rows {rows} …). Remedy: sialgeo.check_producers(table), then leave them out"
            ).format(n=int(bad.sum()), rows=rows)
        )
    elif producers.crs.is_projected and (np.abs(xy) <= [180, 90]).all():
        faults.append(
            _(
                'the CRS says metres but the coordinates look like degrees. Remedy: layer.set_crs("EPSG:4326", allow_override=True)'
            )
        )
    if weights is not None:
        if weights not in producers.columns:
            faults.append(_("the producers have no column “{key}”").format(key=weights))
        elif producers[weights].dtype.kind not in "iufb":
            faults.append(_("the weights in “{key}” are not numbers").format(key=weights))
        elif not np.isfinite(producers[weights].to_numpy(float)).all():
            faults.append(_("the weights in “{key}” are not all finite").format(key=weights))
        elif (producers[weights].to_numpy(float) < 0).any():
            faults.append(_("the weights in “{key}” are not all zero or more").format(key=weights))
    taken = {CONCENTRATION, MEMBERSHIP} & set(producers.columns)
    if taken:
        faults.append(
            _("the producers already have columns {names}. Remedy: rename or drop them").format(
                names=", ".join(sorted(taken))
            )
        )
    return faults


def _number(prepared: Prepared, found: Found) -> tuple[Found, Ints]:
    """Order clusters by decreasing statistic, then by centroid; return each one's old number's new id."""
    count = len(found.reach)
    centres = np.array([prepared.xy[found.labels == k].mean(axis=0) for k in range(count)]).reshape(
        -1, 2
    )
    order = np.lexsort((centres[:, 1], centres[:, 0], -found.figures.statistic))
    rank = np.full(count + 1, NOISE, dtype=np.int64)  # the last stands for −1
    rank[order] = np.arange(count)
    figures = Figures(**{f: getattr(found.figures, f)[order] for f in Figures.__dataclass_fields__})
    columns = {name: np.asarray(values)[order] for name, values in found.columns.items()}
    ordered = replace(
        found, labels=rank[found.labels], reach=found.reach[order], figures=figures, columns=columns
    )
    return ordered, rank[:-1] + 1


def _areas(producers: gpd.GeoDataFrame, prepared: Prepared, found: Found) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd

    figures = found.figures
    shapes = [
        footprint(prepared.xy[found.labels == k], float(reach))
        for k, reach in enumerate(found.reach)
    ]
    geometry = gpd.GeoSeries(shapes, crs=prepared.crs, dtype="geometry").to_crs(producers.crs)
    risk = naive_risk_interval(figures.cases, figures.share, len(prepared.xy))
    units = prepared.to_units(found.labels)
    columns: dict[str, Any] = {
        NAME: "",
        N: np.bincount(units[units >= 0], minlength=len(shapes)).astype(np.int64),
        EXPECTED: figures.expected,
        POOL: figures.pool,
        RR: risk[0],
        RR_LOW: risk[1],
        RR_HIGH: risk[2],
        STATISTIC: figures.statistic,
        P_VALUE: np.full(len(shapes), np.nan),
        EVIDENCE: _evidence(prepared),
        **found.columns,
    }
    index = pd.RangeIndex(1, len(shapes) + 1, name=CONCENTRATION)
    areas = gpd.GeoDataFrame(columns, geometry=geometry.to_numpy(), index=index, crs=producers.crs)
    areas[AREA] = areas.geometry.to_crs(equal_area_crs(producers)).area / 1e6
    return areas


def _weigh(areas: gpd.GeoDataFrame, prepared: Prepared, labels: Labels) -> None:
    """Say what the producers of each concentration weigh: it describes, the tests count units."""
    if prepared.weights is None:
        return
    inside = labels >= 0
    areas[WEIGHT] = np.bincount(
        labels[inside], weights=prepared.weights[inside], minlength=len(areas)
    )
    total = float(prepared.weights.sum())
    areas[WEIGHT_SHARE] = 100 * areas[WEIGHT] / total if total else np.nan


def _evidence(prepared: Prepared) -> str:
    if prepared.reference is None:
        return EXPLORATORY
    masked = prepared.population is not None and prepared.population.masked
    return INCONCLUSIVE if prepared.inconclusive or masked else UNTESTED


def footprint(members: Array, reach: float) -> Any:
    """Return the union of discs (radius ``reach``, metres) around the members, for drawing.

    Beyond a few thousand members only one per square of a tenth of the reach is drawn: the outline
    moves by less than that. Counts are made from distances, never from this shape.
    """
    import shapely

    if len(members) > THIN_FROM:
        cells = np.floor(members / (reach / 10))
        members = members[distinct_places(cells)[1]]
    members = members[canonical_order(members)]
    return shapely.union_all(shapely.buffer(points(members), reach, quad_segs=8))


# --- names, notes, provenance -----------------------------------------------------------------------


def _names(
    producers: gpd.GeoDataFrame,
    labels: Ints,
    areas: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame | None,
    place_name: str | None,
    locality: str | None,
    crs: Any,
) -> list[str]:
    column = locality or next((c for c in LOCALITIES if c in producers.columns), None)
    if locality is not None and locality not in producers.columns:
        raise SchemaError(_("the producers have no column “{key}”").format(key=locality))
    by_place = _names_by_place(producers, labels, areas, places, place_name, crs)
    names: list[str] = []
    for k in areas.index:
        name = by_place.get(k, "")
        if not name and column is not None:
            common = producers.loc[labels == k, column].dropna().astype(str).value_counts()
            common = common[common == common.max()] if len(common) else common
            name = min(common.index) if len(common) else ""
        name = name or _("Concentration {k}").format(k=k)
        names.append(
            name
            if name not in names
            else f"{name} {names.count(name) + sum(o.startswith(name + ' ') for o in names) + 1}"
        )
    return names


def _names_by_place(
    producers: gpd.GeoDataFrame,
    labels: Ints,
    areas: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame | None,
    place_name: str | None,
    crs: Any,
) -> dict[int, str]:
    if places is None or len(areas) == 0:
        return {}
    require_crs(producers=producers, places=places)
    column = place_name or next(
        (c for c in ("name", "nombre", "lugar") if c in places.columns), None
    )
    if column is None or column not in places.columns:
        raise SchemaError(
            _("the places have no column “{key}”. Remedy: place_name=").format(
                key=place_name or "name"
            )
        )
    xy, spots = xy_of(producers, crs), xy_of(places, crs)
    footprints = areas.geometry.to_crs(crs)
    import shapely

    found = {}
    for k in areas.index:
        centre = np.median(xy[labels == k], axis=0)
        inside = np.flatnonzero(shapely.intersects_xy(footprints.loc[k], spots[:, 0], spots[:, 1]))
        if len(inside):
            nearest = inside[((spots[inside] - centre) ** 2).sum(axis=1).argmin()]
            found[int(k)] = str(places[column].iloc[nearest])
    return found


def _membership(membership: Array, labels: Ints, detector: Detector) -> Any:
    if getattr(detector, "graded", False):
        return membership
    words = np.where(membership >= 1.0, CORE, BORDER).astype(object)
    words[labels == NOISE] = "none"
    return words


def _notes(prepared: Prepared, labels: Labels, detector: Detector) -> tuple[str, ...]:
    notes = []
    units = labels
    sizes = np.bincount(units[units > 0]) if (units > 0).any() else np.zeros(1)
    if sizes.max() > LARGE_SHARE * len(units):
        notes.append(
            _(
                "More than half of all producers are in one concentration: the radius may be too large."
            )
        )
    radius = _fixed_radius(detector)
    short_side = float(np.ptp(prepared.xy, axis=0).min())
    if radius is not None and radius > short_side / 4:
        notes.append(
            _(
                "The radius is more than a quarter of the study area's short side: it is too large to tell places apart."
            )
        )
    notes += _reference_notes(prepared, detector)
    repeated = len(units) - len(distinct_places(prepared.xy[prepared.site])[0])
    if repeated > 0.1 * len(units):
        notes.append(
            _(
                '{n} of {total} producers share a coordinate with another: check that they were not placed on centroids (coincident="sites" counts each place once).'
            ).format(n=repeated, total=len(units))
        )
    if prepared.weights is not None:
        notes.append(
            _(
                "Weights describe and do not test: the p-values count producers, whatever each weighs."
            )
        )
    return tuple(notes)


def _radii_used(detector: Detector, found: Found) -> Array:
    """Return the radii (metres) that the detector was given, or chose; none where it has none."""
    fixed = _fixed_radius(detector)
    return np.array([fixed] if fixed is not None else found.columns.get(RADIUS, []), dtype=float)


def _precision_notes(
    producers: gpd.GeoDataFrame, places: gpd.GeoDataFrame | None, radii: Array
) -> list[str]:
    """Say where a radius is under twice the precision of the positions, as far as it can be told."""
    xy = np.column_stack([producers.geometry.x, producers.geometry.y])
    precision = known_precision(producers, xy, producers.crs)
    if places is not None and len(places):
        lonlat = xy_of(producers, "EPSG:4326")
        precision = np.fmax(precision, centre_precision(lonlat, places=places))
    least = least_radius(precision)
    if least is None or not len(radii) or radii.min() >= least:
        return []
    return [
        _(
            "A radius of {radius:g} km is less than twice the precision of the positions (about {precision:.1f} km): it may find how they were placed, not where producers are. Remedy: a radius of at least {least:.1f} km, or positions taken again."
        ).format(radius=radii.min() / 1000, precision=least / 2000, least=least / 1000)
    ]


def _reference_notes(prepared: Prepared, detector: Detector) -> list[str]:
    """Return what is to be said of the reference: too coarse, placed in another way, no population."""
    notes = []
    if prepared.placed_apart:
        notes.append(
            _(
                "Inconclusive: producers and reference were located in different ways (one of them on the centroids of places): the difference would look like a concentration. Remedy: locate both in the same way, or count both by district."
            )
        )
    elif prepared.inconclusive and prepared.population is not None:
        notes.append(
            _(
                "Inconclusive: the reference is {spacing:.1f} km apart, more than half the radius; counts that coarse invent concentrations. Spread them over a settlement layer (settlements=), or read the counts by district."
            ).format(spacing=prepared.population.spacing / 1000)
        )
    if prepared.reference is not None:
        share = covered_share(prepared.xy, prepared.reference, detector)
        if share < COVERED_ENOUGH:
            notes.append(
                _(
                    "The reference's extent covers {share:.0%} of the producers only: concentrations outside it have nothing to be held against."
                ).format(share=share)
            )
    if prepared.population is not None and prepared.population.masked:
        notes.append(
            _(
                "Inconclusive: the null is complete spatial randomness inside a habitable mask. To differ from it shows that producers are not spread evenly over the land, as hardly anything is. Remedy: a reference population of farms, establishments or people."
            )
        )
    if prepared.reference is None:
        notes.append(_("Exploratory: without a reference population there is no test."))
    return notes


def _step(
    producers: gpd.GeoDataFrame,
    prepared: Prepared,
    detector: Detector,
    coincident: str,
    weights: str | None,
    notes: tuple[str, ...],
) -> Step:
    population = prepared.population
    parameters: dict[str, Any] = {**declared(detector), "coincident": coincident}
    inputs = {"producers": fingerprint(producers)}
    if weights is not None:
        parameters["weights"] = weights
    if producers.attrs.get("synthetic"):
        parameters["synthetic"] = producers.attrs["synthetic"]
    if population is not None:
        parameters["reference"] = {
            "kind": population.kind,
            "name": population.name,
            "units": float(population.table["mass"].sum())
            if population.kind == "mass"
            else len(population.table),
            "spacing_m": population.spacing,
            "includes_producers": population.includes_producers,
            "masked": population.masked,
        }
        inputs["reference"] = population.fingerprint
        inputs["reference_outline"] = population.outline
    return Step("detect", parameters, crs_name(prepared.crs), None, versions(), inputs, notes)
