"""Detection: where producers are concentrated, and against what.

``detect`` runs a detector and gives the two tables. ``RelativeDBSCAN``, the default, asks whether
producers are denser than the reference population pooled with them; plain density clusterers
(``DBSCAN``, ``HDBSCAN``, any scikit-learn clusterer) are exploratory and every output says so.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import crs_name, equal_area_crs, require_crs, xy_of
from sialgeo.errors import MissingDependencyError, ParameterError, SchemaError, raise_all
from sialgeo.i18n import N_, _
from sialgeo.kernels.density import cluster, dbscan
from sialgeo.kernels.likelihood import (
    hypergeometric_critical,
    naive_risk_interval,
    poisson_critical,
)
from sialgeo.kernels.neighbours import canonical_order, count_within
from sialgeo.model import (
    AREA,
    BORDER,
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
    RR,
    RR_HIGH,
    RR_LOW,
    STATISTIC,
    UNTESTED,
    Concentrations,
    Detector,
    Labels,
    N,
    ReferenceArrays,
    Step,
    fingerprint,
    versions,
)
from sialgeo.params import check, param
from sialgeo.pools import Figures, Prepared, declared, figures_of, mass_within, prepare, reach_of
from sialgeo.progress import Progress, silent
from sialgeo.references import Reference

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_DISTANCE = 10.0  # metres: a shorter radius was meant in degrees or kilometres
LARGE_SHARE = 0.5
THIN_FROM = 2_000
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
_MIN_UNITS = N_("Least number of producers within the radius, the producer itself included")


@dataclass(frozen=True)
class RelativeDBSCAN:
    """Relative-density DBSCAN: producers denser than the reference population explains.

    The reference is pooled with the producers: with M units in the pool of which n are producers, a
    producer i with k_i producers and b_i pool units within the radius (itself included) is a core if
    k_i ≥ ``min_units`` and P(Hypergeom(M−1, n−1, b_i−1) ≥ k_i−1) ≤ ``alpha``. Cores within the radius
    of each other are joined; another producer joins its nearest core within the radius. Where the
    reference is counts in cells or settlements, the tail is Poisson with mean (n−1) × the share of
    the reference within the radius.

    Parameters
    ----------
    radius : float
        Metres.
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

    radius: float = param(5_000.0, _RADIUS, label=N_("Radius"), unit="m", gt=0)
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
        if reference is None:
            raise ParameterError(
                _(
                    "RelativeDBSCAN needs a reference population (more concentrated than what?). Remedy: give reference=, or explore with DBSCAN, which proves nothing"
                )
            )
        k = count_within(xy, xy, self.radius)
        if reference.kind == "points":
            pool = len(xy) + len(reference.xy)
            b = k + count_within(xy, reference.xy, self.radius)
            needed = hypergeometric_critical(b, len(xy), pool, self.alpha)
        else:
            needed = self._needed_from_mass(xy, reference)
        core = k >= np.maximum(needed, self.min_units)
        return _labelled(xy, core, self.radius)

    def _needed_from_mass(self, xy: Array, reference: ReferenceArrays) -> Ints:
        share = mass_within(xy, reference, self.radius) / reference.mass.sum()
        return poisson_critical((len(xy) - 1) * share, self.alpha)

    def relabeller(self, pool: Array) -> _Relabeller:
        """Return the same rule for many relabellings of one pool, its counts made once."""
        return _Relabeller(self, pool)


class _Relabeller:
    """Labels for one choice of the pool's units as producers; equal to ``labels`` on them."""

    def __init__(self, detector: RelativeDBSCAN, pool: Array) -> None:
        self.detector, self.pool = detector, pool
        self.within = count_within(pool, pool, detector.radius)
        self._needed: dict[int, Ints] = {}

    def __call__(self, chosen: Ints) -> tuple[Labels, Array]:
        n = len(chosen)
        if n not in self._needed:
            self._needed[n] = hypergeometric_critical(
                self.within, n, len(self.pool), self.detector.alpha
            )
        xy = self.pool[chosen]
        needed = np.maximum(self._needed[n][chosen], self.detector.min_units)
        k = count_within(xy, xy, self.detector.radius)
        return _labelled(xy, k >= needed, self.detector.radius)


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
        return labels, np.where(core, 1.0, np.where(labels >= 0, 0.5, 0.0))


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
        model = Sklearn(
            min_cluster_size=self.min_cluster_size,
            min_samples=self.min_samples or None,
            cluster_selection_epsilon=float(self.cluster_selection_epsilon),
            copy=True,
        ).fit(xy)
        return model.labels_.astype(np.int64), model.probabilities_.astype(float)


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


METHODS: dict[str, type] = {kind.method: kind for kind in (RelativeDBSCAN, DBSCAN, HDBSCAN)}


def _labelled(xy: Array, core: NDArray[np.bool_], radius: float) -> tuple[Labels, Array]:
    labels = cluster(xy, core, radius)
    return labels, np.where(core, 1.0, np.where(labels >= 0, 0.5, 0.0))


# --- the verb ------------------------------------------------------------------------------------


def detect(
    producers: gpd.GeoDataFrame,
    detector: Detector,
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
        ``RelativeDBSCAN``, ``DBSCAN``, ``HDBSCAN``, ``Clusterer`` or any object with ``labels``.
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
    report = progress or silent
    _check_inputs(producers, detector, coincident, weights)
    report(0.0, _("Projecting"))
    prepared = prepare(producers, detector, reference, coincident, weights)
    report(0.2, _("Detecting"))
    rng = np.random.default_rng(0)
    labels, membership = detector.labels(prepared.xy, prepared.weights, prepared.reference, rng)
    report(0.8, _("Drawing the areas"))
    labels, figures = _number(prepared, labels, detector)
    areas = _areas(producers, prepared, labels, figures, detector)
    areas[NAME] = _names(
        producers, prepared.to_units(labels), areas, places, place_name, locality, prepared.crs
    )
    table = producers.copy()
    table[CONCENTRATION] = prepared.to_units(labels)
    table[MEMBERSHIP] = _membership(
        prepared.to_units(membership), table[CONCENTRATION].to_numpy(), detector
    )
    step = _step(
        producers, prepared, detector, coincident, weights, _notes(prepared, labels, detector)
    )
    report(1.0, _("Detected"))
    return Concentrations(table, areas, (), (step,))


def _check_inputs(
    producers: gpd.GeoDataFrame, detector: Detector, coincident: str, weights: str | None
) -> None:
    import geopandas as gpd

    if not isinstance(producers, gpd.GeoDataFrame):
        raise SchemaError(
            _("producers must be a GeoDataFrame of points. Remedy: sialgeo.read_producers(path)")
        )
    if not callable(getattr(detector, "labels", None)):
        raise ParameterError(
            _(
                "{name} is no detector. Remedy: RelativeDBSCAN(radius=…), or Clusterer(estimator) for a scikit-learn clusterer"
            ).format(name=type(detector).__name__)
        )
    require_crs(producers=producers)
    faults = _table_faults(producers, weights)
    if coincident not in ("units", "sites"):
        faults.append(
            _("coincident = {value}: must be one of {choices}").format(
                value=coincident, choices="units, sites"
            )
        )
    raise_all(faults, SchemaError)
    radius = getattr(detector, "radius", None)
    if radius is not None and radius < LEAST_DISTANCE:
        raise ParameterError(
            _(
                "radius = {radius} m: looks like degrees or kilometres. Remedy: give metres, as radius=5_000 for 5 km"
            ).format(radius=radius)
        )


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
        elif not np.isfinite(producers[weights].to_numpy(float)).all():
            faults.append(_("the weights in “{key}” are not all finite").format(key=weights))
    taken = {CONCENTRATION, MEMBERSHIP} & set(producers.columns)
    if taken:
        faults.append(
            _("the producers already have columns {names}. Remedy: rename or drop them").format(
                names=", ".join(sorted(taken))
            )
        )
    return faults


def _number(prepared: Prepared, labels: Labels, detector: Detector) -> tuple[Labels, Figures]:
    """Number clusters from 1 by decreasing statistic, then by centroid."""
    found = np.unique(labels[labels >= 0])
    dense = np.where(labels >= 0, np.searchsorted(found, labels), NOISE).astype(np.int64)
    reach = reach_of(detector, prepared.xy, dense)
    figures = figures_of(prepared.xy, dense, prepared.reference, reach)
    centres = np.array([prepared.xy[dense == k].mean(axis=0) for k in range(len(found))]).reshape(
        -1, 2
    )
    order = np.lexsort((centres[:, 1], centres[:, 0], -figures.statistic))
    rank = np.empty(len(found) + 1, dtype=np.int64)
    rank[order] = np.arange(1, len(found) + 1)
    rank[-1] = NOISE
    sorted_figures = Figures(
        **{name: getattr(figures, name)[order] for name in Figures.__dataclass_fields__}
    )
    return rank[dense], sorted_figures


def _areas(
    producers: gpd.GeoDataFrame,
    prepared: Prepared,
    labels: Labels,
    figures: Figures,
    detector: Detector,
) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd

    zero_based = np.where(labels > 0, labels - 1, NOISE)
    reach = reach_of(detector, prepared.xy, zero_based)
    shapes = [footprint(prepared.xy[labels == k], reach) for k in range(1, len(figures.n) + 1)]
    geometry = gpd.GeoSeries(shapes, crs=prepared.crs, dtype="geometry").to_crs(producers.crs)
    low_high = naive_risk_interval(figures.cases, figures.share, len(prepared.xy))
    units = prepared.to_units(labels)
    columns: dict[str, Any] = {
        NAME: "",
        N: np.bincount(units[units > 0], minlength=len(shapes) + 1)[1:].astype(np.int64),
        EXPECTED: figures.expected,
        POOL: figures.pool,
        RR: low_high[0],
        RR_LOW: low_high[1],
        RR_HIGH: low_high[2],
        STATISTIC: figures.statistic,
        P_VALUE: np.full(len(shapes), np.nan),
        EVIDENCE: _evidence(prepared),
    }
    index = pd.RangeIndex(1, len(shapes) + 1, name=CONCENTRATION)
    areas = gpd.GeoDataFrame(columns, geometry=geometry.to_numpy(), index=index, crs=producers.crs)
    areas[AREA] = areas.geometry.to_crs(equal_area_crs(producers)).area / 1e6
    return areas


def _evidence(prepared: Prepared) -> str:
    if prepared.reference is None:
        return EXPLORATORY
    return INCONCLUSIVE if prepared.inconclusive else UNTESTED


def footprint(members: Array, reach: float) -> Any:
    """Return the union of discs (radius ``reach``, metres) around the members, for drawing.

    Beyond a few thousand members only one per square of a tenth of the reach is drawn: the outline
    moves by less than that. Counts are made from distances, never from this shape.
    """
    import shapely

    if len(members) > THIN_FROM:
        cells = np.floor(members / (reach / 10))
        members = members[np.unique(cells, axis=0, return_index=True)[1]]
    members = members[canonical_order(members)]
    return shapely.union_all(shapely.buffer(shapely.points(members), reach, quad_segs=8))


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
    units = prepared.to_units(labels)
    sizes = np.bincount(units[units > 0]) if (units > 0).any() else np.zeros(1)
    if sizes.max() > LARGE_SHARE * len(units):
        notes.append(
            _(
                "More than half of all producers are in one concentration: the radius may be too large."
            )
        )
    radius = getattr(detector, "radius", None)
    short_side = float(np.ptp(prepared.xy, axis=0).min())
    if radius is not None and radius > short_side / 4:
        notes.append(
            _(
                "The radius is more than a quarter of the study area's short side: it is too large to tell places apart."
            )
        )
    if prepared.inconclusive and prepared.population is not None:
        notes.append(
            _(
                "Inconclusive: the reference is {spacing:.1f} km apart, more than half the radius; counts that coarse invent concentrations. Spread them over a settlement layer (settlements=), or read the counts by district."
            ).format(spacing=prepared.population.spacing / 1000)
        )
    repeated = len(units) - len(np.unique(prepared.xy[prepared.site], axis=0))
    if repeated > 0.1 * len(units):
        notes.append(
            _(
                '{n} of {total} producers share a coordinate with another: check that they were not placed on centroids (coincident="sites" counts each place once).'
            ).format(n=repeated, total=len(units))
        )
    if prepared.reference is None:
        notes.append(_("Exploratory: without a reference population there is no test."))
    return tuple(notes)


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
    if population is not None:
        parameters["reference"] = {
            "kind": population.kind,
            "name": population.name,
            "units": float(population.table["mass"].sum())
            if population.kind == "mass"
            else len(population.table),
            "spacing_m": population.spacing,
            "includes_producers": population.includes_producers,
        }
        inputs["reference"] = population.fingerprint
    return Step("detect", parameters, crs_name(prepared.crs), None, versions(), inputs, notes)
