"""The spatial scan statistic: the circle or ellipse in which producers are most in excess.

``SpatialScan`` is a detector for ``detect`` and ``assess``; ``scan_producers`` does both at once and
gives the zones themselves. ``scan_areas`` scans counts by district, ``scan_chains`` the mix of chains.

References
----------
Kulldorff, M., Nagarwalla, N. (1995). Spatial disease clusters: detection and inference. Statistics in
Medicine 14, 799–810.
Kulldorff, M. (1997). A spatial scan statistic. Communications in Statistics 26(6), 1481–1496.
Kulldorff, M., Huang, L., Pickle, L., Duczmal, L. (2006). An elliptic spatial scan statistic.
Statistics in Medicine 25, 3929–3943.
Jung, I., Kulldorff, M., Richard, O. J. (2010). A spatial scan statistic for multinomial data.
Statistics in Medicine 29, 1910–1918.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sialgeo.crs import metric_crs, require_crs, xy_of
from sialgeo.errors import ParameterError, SchemaError, raise_all
from sialgeo.i18n import N_, _
from sialgeo.kernels.compiled import default_threads
from sialgeo.kernels.likelihood import monte_carlo_p
from sialgeo.kernels.scan import (
    CIRCLE,
    ELLIPSES,
    Mixes,
    Rates,
    Window,
    Zone,
    best_zones,
    frames_of,
    merge_sites,
    null_maxima,
    thinned_centres,
)
from sialgeo.memory import require_memory
from sialgeo.model import (
    CONCENTRATION,
    EVIDENCE,
    EXPECTED,
    NOISE,
    NOT_SIGNIFICANT,
    P_VALUE,
    POOL,
    RR,
    SIGNIFICANCE,
    STATISTIC,
    TESTED,
    UNTESTED,
    Labels,
    N,
    ReferenceArrays,
)
from sialgeo.params import as_dict, check, param
from sialgeo.pools import Figures, Found, prepare
from sialgeo.progress import Progress, aloud, silent
from sialgeo.references import Reference

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Draw = Callable[[np.random.Generator], NDArray[Any]]

MOST_ZONES = 600_000_000  # tried at most where the number of centres is left open
_LARGEST_WHOLE = 2**53


@dataclass(frozen=True)
class SpatialScan:
    """Kulldorff's spatial scan statistic: the zones in which producers are most in excess.

    Zones are circles or ellipses centred on sites, from one site up to ``max_share`` of the
    population. The statistic is the largest likelihood ratio over all of them. With a point reference
    the producers are cases among the pool's units (Bernoulli); with counts in cells or settlements
    each producer is counted in its nearest cell and compared with that cell's count (Poisson).

    Parameters
    ----------
    model : {"auto", "bernoulli", "poisson", "multinomial"}
        ``"auto"`` follows the reference. Multinomial is for ``scan_areas`` and ``scan_chains``.
    max_share : float
        Largest zone tried, as a share of the population: ½ in SaTScan, and here.
    report_share : float
        Largest zone reported, so that a concentration stays local. The null still looks at zones up to
        ``max_share``: p-values pay for all that was looked at.
    shape : {"circle", "ellipse"}
        Ellipses have axes in the ratios 1, 1.5, 2, 3, 4, 5 at 1, 4, 6, 9, 12, 15 angles.
    penalty : float
        a of the eccentricity penalty [4s/(s+1)²]^a: 0 none, 0.5 medium, 1 strong.
    min_cases : int
        Least number of producers of a zone.
    most : int
        Zones reported at the most; each shares no site with those before it.
    centres : int
        Sites that zones are centred on; 0: all, or as many as keep it within 600 million zones (then
        spread as the sites are, whether they hold producers or not).

    Examples
    --------
    >>> SpatialScan(max_share=0.25, report_share=0.1).shape
    'circle'
    """

    model: str = param(
        "auto",
        N_("Likelihood; auto follows the reference (points: Bernoulli, counts: Poisson)"),
        label=N_("Model"),
        choices=("auto", "bernoulli", "poisson", "multinomial"),
        advanced=True,
    )
    max_share: float = param(
        0.5,
        N_("Largest zone tried, as a share of the reference population"),
        label=N_("Largest zone tried"),
        gt=0,
        le=0.5,
    )
    report_share: float = param(
        0.2,
        N_("Largest zone reported, as a share of the reference population"),
        label=N_("Largest zone reported"),
        gt=0,
        le=0.5,
    )
    shape: str = param(
        "circle",
        N_("Shape of the zones"),
        label=N_("Shape"),
        choices=("circle", "ellipse"),
    )
    penalty: float = param(
        0.5,
        N_("Penalty on long ellipses: 0 none, 0.5 medium, 1 strong"),
        label=N_("Eccentricity penalty"),
        ge=0,
        le=1,
        advanced=True,
    )
    min_cases: int = param(
        2, N_("Least number of producers of a zone"), label=N_("Minimum producers"), ge=1
    )
    most: int = param(10, N_("Zones reported at the most"), label=N_("Zones"), ge=1, advanced=True)
    centres: int = param(
        0,
        N_("Sites that zones are centred on; 0: all, or as many as time allows"),
        label=N_("Centres"),
        ge=0,
        advanced=True,
    )

    method: ClassVar[str] = "spatial-scan"
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
        """Return the zone of each producer, −1 for none, and membership 1; see ``Detector``."""
        found = self.find(xy, weights, reference, rng)
        return found.labels, found.membership

    def find(
        self,
        xy: Array,
        weights: Array | None,
        reference: ReferenceArrays | None,
        rng: np.random.Generator,
    ) -> Found:
        """Return the zones with their own counts and statistic (``pools.find`` asks for it)."""
        del weights, rng  # tests count units; the observed map is not left to chance
        scene = self._scene(xy, reference)
        zones = scene.zones(self)
        found = scene.labels(zones)
        share = np.array([scene.window.size[z.members].sum() for z in zones]) / scene.total
        cases = np.array([scene.cases[z.members].sum() for z in zones], dtype=float)
        figures = Figures(
            np.bincount(found[found >= 0], minlength=len(zones)).astype(np.int64),
            cases,
            share * scene.total,
            share * len(xy),
            share,
            np.array([z.statistic for z in zones]),
        )
        facts = {"scan": scene.facts(zones)}
        return Found(
            found,
            (found >= 0).astype(float),
            _reaches(xy, found, len(zones)),
            figures,
            record=lambda _rank: facts,
        )

    def maxima(
        self,
        xy: Array,
        reference: ReferenceArrays,
        *,
        replicates: int,
        seed: int,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Array:
        """Return the largest statistic of each map drawn under the null, all zones tried, (replicates,).

        The null is that of ``assess``: a random labelling of the pool, or draws in proportion to the
        counts. All maps pass through the zones together, which is what makes it fast.
        """
        return self._scene(xy, reference).maxima(self, replicates, seed, threads, progress)

    def _scene(self, xy: Array, reference: ReferenceArrays | None) -> _Scene:
        if reference is None:
            raise ParameterError(
                _(
                    "SpatialScan needs a reference population (more concentrated than what?). Remedy: give reference=, or scan_areas(…) for counts by district"
                )
            )
        fit = {"points": "bernoulli", "mass": "poisson"}[reference.kind]
        if self.model not in ("auto", fit):
            raise ParameterError(
                _(
                    'model = {model} does not fit this reference, which asks for {fit}. Remedy: model="auto"; the multinomial model is that of scan_chains and scan_areas'
                ).format(model=self.model, fit=fit)
            )
        if reference.kind == "points":
            return _pooled(xy, reference, self)
        return _in_cells(xy, reference, self)


# --- a scan of sites -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Scene:
    """Sites with cases and population, the zones to try, and how the null draws."""

    window: Window
    model: Rates | Mixes
    cases: NDArray[Any]
    site: Ints  # of each row
    draw: Draw

    @property
    def total(self) -> float:
        return float(self.window.size.sum())

    def zones(self, rule: SpatialScan, threads: int | None = None) -> list[Zone]:
        return best_zones(
            self.window,
            self.model,
            self.cases,
            penalty=rule.penalty,
            limit=rule.report_share * self.total,
            most=rule.most,
            threads=threads,
        )

    def maxima(
        self,
        rule: SpatialScan,
        replicates: int,
        seed: int,
        threads: int | None,
        progress: Progress | None,
    ) -> Array:
        said, told = _("Scanning maps drawn under the null"), progress or silent
        return null_maxima(
            self.window,
            self.model,
            self.draw,
            replicates=replicates,
            seed=seed,
            penalty=rule.penalty,
            threads=threads,
            report=lambda share: told(share, said),
        )

    def labels(self, zones: Sequence[Zone]) -> Labels:
        """Return the zone of each row, −1 for none."""
        of_site = np.full(len(self.window.xy), NOISE, dtype=np.int64)
        for number, zone in enumerate(zones):
            of_site[zone.members] = number
        return of_site[self.site]

    def facts(self, zones: Sequence[Zone]) -> dict[str, Any]:
        """Return what may be kept of the zones: no centre, since a unit stands there."""
        return {
            "sites": len(self.window.xy),
            "centres": len(self.window.centres),
            "zones": [
                {"ratio": z.frame.ratio, "angle": z.frame.angle, "sites": len(z.members)}
                for z in zones
            ],
        }


def _window(xy: Array, size: Array, rule: SpatialScan) -> Window:
    frames = frames_of(CIRCLE if rule.shape == "circle" else ELLIPSES)
    limit = rule.max_share * float(size.sum())
    whole = Window(xy, size, limit, np.arange(len(xy), dtype=np.int64), frames)
    open_most = max(MOST_ZONES // (whole.neighbours * len(frames)), 100)
    centres = thinned_centres(xy, rule.centres or open_most)
    window = Window(xy, size, limit, centres, frames)
    require_memory(
        window.bytes_needed(default_threads()),
        _("The scan of {n} places").format(n=len(xy)),
        _("a smaller max_share, counts by district, or a selected area"),
    )
    return window


def _pooled(xy: Array, reference: ReferenceArrays, rule: SpatialScan) -> _Scene:
    """Producers among the units of the pool (Bernoulli)."""
    sites, site = merge_sites(np.vstack([xy, reference.xy]))
    units = np.bincount(site, minlength=len(sites))
    cases = np.bincount(site[: len(xy)], minlength=len(sites))
    model = Rates(True, len(xy), float(len(site)), rule.min_cases)
    return _Scene(
        _window(sites, units.astype(float), rule),
        model,
        cases,
        site[: len(xy)],
        _labelling(units, len(xy)),
    )


def _in_cells(xy: Array, reference: ReferenceArrays, rule: SpatialScan) -> _Scene:
    """Producers counted in the cell or settlement nearest to each, against its count (Poisson)."""
    held = reference.mass > 0
    sites, of_cell = merge_sites(reference.xy[held])
    mass = np.zeros(len(sites))
    np.add.at(mass, of_cell, reference.mass[held])
    site = np.asarray(cKDTree(sites).query(xy)[1], dtype=np.int64)
    cases = np.bincount(site, minlength=len(sites))
    model = Rates(False, len(xy), float(mass.sum()), rule.min_cases)
    return _Scene(_window(sites, mass, rule), model, cases, site, _multinomial(len(xy), mass))


def _labelling(units: Ints, cases: int) -> Draw:
    """Draw which of the units are cases, each choice equally likely."""
    ends, total = np.cumsum(units), int(units.sum())

    def draw(rng: np.random.Generator) -> NDArray[Any]:
        few = cases <= total // 2
        chosen = rng.choice(total, cases if few else total - cases, replace=False, shuffle=False)
        counts = np.bincount(np.searchsorted(ends, chosen, side="right"), minlength=len(units))
        return counts if few else units - counts

    return draw


def _multinomial(cases: int, mass: Array) -> Draw:
    """Draw the cases in proportion to the mass."""
    share = mass / mass.sum()

    def draw(rng: np.random.Generator) -> NDArray[Any]:
        return rng.multinomial(cases, share)

    return draw


def _permutation(cases: Ints) -> Draw:
    """Draw the categories (s, k) anew among the same cases of each site."""
    site = np.repeat(np.arange(len(cases)), cases.sum(axis=1))
    kind = np.repeat(np.arange(cases.shape[1]), cases.sum(axis=0))

    def draw(rng: np.random.Generator) -> NDArray[Any]:
        key = site * cases.shape[1] + rng.permutation(kind)
        return np.bincount(key, minlength=cases.size).reshape(cases.shape)

    return draw


def _reaches(xy: Array, labels: Labels, count: int) -> Array:
    """Return, for each zone, the radius of discs around its producers that join most neighbours."""
    reaches = np.ones(count)
    for number in range(count):
        part = np.unique(xy[labels == number], axis=0)
        if len(part) > 1:
            gaps = cKDTree(part).query(part, k=2)[0][:, 1]
            reaches[number] = max(float(np.percentile(gaps, 95)), 1.0)
    return reaches


# --- producers -------------------------------------------------------------------------------------------


@aloud
def scan_producers(
    producers: gpd.GeoDataFrame,
    *,
    detector: SpatialScan | None = None,
    reference: Reference | gpd.GeoDataFrame,
    coincident: str = "units",
    replicates: int = 999,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Return the zones in which producers are most in excess, with adjusted p-values.

    Parameters
    ----------
    producers : GeoDataFrame of points
    detector : SpatialScan, optional
    reference : Reference or GeoDataFrame of points
        More concentrated than what?
    coincident : {"units", "sites"}
        Whether units at one coordinate count one by one or as one.
    replicates : int
        Maps drawn under the null; 0 for no p-values.
    seed : int
    threads : int, optional
        Results do not depend on it.
    progress : callable(fraction, message), optional

    Returns
    -------
    GeoDataFrame
        One row per zone by decreasing statistic, index from 1, geometry the circle or ellipse in the
        producers' CRS: ``n`` producers, ``expected_n``, ``pool_n``, ``relative_risk``, ``statistic``
        (with the eccentricity penalty), ``p_value``, ``evidence``, ``axis_ratio``, ``angle`` (degrees
        from the x axis) and ``radius`` (shorter semi-axis, metres). A zone is centred on a unit and
        ends at another: it is for the analyst, not for publication.

    Raises
    ------
    CRSError, SchemaError, ParameterError

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> rng = np.random.default_rng(1)
    >>> farms = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.uniform(0, 50_000, (2, 500))), crs=32717)
    >>> dairies = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.normal(25_000, 1_500, (2, 40))), crs=32717)
    >>> zones = scan_producers(dairies, reference=farms, replicates=99)
    >>> int(zones.n.iloc[0]), float(zones.p_value.iloc[0])
    (40, 0.01)
    """
    import geopandas as gpd
    import pandas as pd

    rule = detector or SpatialScan()
    _check_replicates(replicates, seed)
    told = progress or silent
    told(0.0, _("Scanning"))
    prepared = prepare(producers, rule, reference, coincident)
    scene = rule._scene(prepared.xy, prepared.reference)
    zones = scene.zones(rule, threads)
    p = _p_values(scene, rule, zones, replicates, seed, threads, told)
    size = np.array([scene.window.size[z.members].sum() for z in zones])
    n = np.array([scene.cases[z.members].sum() for z in zones], dtype=np.int64)
    expected = size * (len(prepared.xy) / scene.total)
    columns = {
        N: n,
        EXPECTED: expected,
        POOL: size,
        RR: _relative_risk(n, expected, len(prepared.xy)),
        STATISTIC: np.array([z.statistic for z in zones]),
        P_VALUE: p,
        EVIDENCE: _evidence(p),
        "axis_ratio": [z.frame.ratio for z in zones],
        "angle": [z.frame.angle for z in zones],
        "radius": [z.radius for z in zones],
    }
    index = pd.RangeIndex(1, len(zones) + 1, name=CONCENTRATION)
    outlines = gpd.GeoSeries([_outline(scene.window, z) for z in zones], crs=prepared.crs)
    table = gpd.GeoDataFrame(
        columns, geometry=outlines.to_crs(producers.crs).to_numpy(), index=index
    )
    told(1.0, _("Scanned"))
    return table.set_crs(producers.crs)


def _outline(window: Window, zone: Zone) -> Any:
    """Return the zone's ellipse; one site alone gets a circle to half the way to the next."""
    import shapely
    from shapely import affinity

    xy = window.xy[zone.centre]
    radius = zone.radius
    if radius <= window.grain:
        radius = float(cKDTree(window.xy).query(xy, k=min(2, len(window.xy)))[0].max()) / 2 or 1.0
    disc = shapely.buffer(shapely.Point(xy), radius, quad_segs=16)
    longer = affinity.scale(disc, xfact=zone.frame.ratio, yfact=1.0, origin=tuple(xy))
    return affinity.rotate(longer, zone.frame.angle, origin=tuple(xy))


# --- counts by district ------------------------------------------------------------------------------------


@aloud
def scan_areas(
    areas: gpd.GeoDataFrame,
    cases: str | Sequence[str],
    *,
    population: str | None = None,
    x: str | None = None,
    y: str | None = None,
    model: str = "poisson",
    max_share: float = 0.5,
    report_share: float | None = None,
    shapes: str = "circle",
    penalty: float = 0.5,
    min_cases: int = 2,
    most: int = 10,
    replicates: int = 999,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Find the groups of districts whose counts are most in excess of their population.

    Parameters
    ----------
    areas : GeoDataFrame
        Districts, or points that stand for them.
    cases : str, or several for ``model="multinomial"``
        Column with the number of cases: whole numbers. For the multinomial model one column for each
        category, and no population.
    population : str
        Column with the population: the expected cases are in proportion to it (Poisson), or the cases
        are some of its units (Bernoulli).
    x, y : str, optional
        Columns with coordinates, taken as they are on a plane; else the districts' centroids in the
        metric projection.
    model : {"poisson", "bernoulli", "multinomial"}
    max_share, report_share : float
        Largest zone tried and largest reported, as shares of the population (by default the same).
    shapes : {"circle", "ellipse"}
    penalty, min_cases, most
        As in ``SpatialScan``.
    replicates : int
        Maps drawn under the null; 0 for no p-values.
    seed : int
    threads : int, optional
        Results do not depend on it.
    progress : callable(fraction, message), optional

    Returns
    -------
    GeoDataFrame
        A copy of ``areas``, same index, with ``concentration`` (from 1 by decreasing statistic, −1 for
        none) and, repeated for each district of a cluster and NaN elsewhere, the cluster's ``n``
        cases, ``expected_n``, ``relative_risk``, ``statistic`` (log-likelihood ratio with the
        penalty), ``p_value`` and ``evidence``. For the multinomial model ``expected_n__C`` and
        ``relative_risk__C`` for each column C. ``.attrs["scan"]`` holds the clusters one by one and
        the parameters.

    Raises
    ------
    SchemaError
        A column is missing, or rows (named) have counts that are missing, negative or not whole.
    ParameterError, CRSError

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> across, up = (v.ravel() for v in np.meshgrid(np.arange(10.0), np.arange(10.0)))
    >>> table = gpd.GeoDataFrame(
    ...     {"dairies": np.where((across < 2) & (up < 2), 9, 1), "farms": 100},
    ...     geometry=gpd.points_from_xy(across * 9_000, up * 9_000), crs=32717)
    >>> found = scan_areas(table, "dairies", population="farms", replicates=99)
    >>> first = found[found.concentration == 1]
    >>> len(first), float(first.n.iloc[0]), float(first.p_value.iloc[0])
    (4, 36.0, 0.01)
    """
    rule = SpatialScan(
        model, max_share, report_share or max_share, shapes, penalty, min_cases, most
    )
    _check_replicates(replicates, seed)
    columns = [cases] if isinstance(cases, str) else list(cases)
    _check_areas(areas, columns, population, x, y, rule)
    told = progress or silent
    told(0.0, _("Scanning"))
    scene = _districts(areas, columns, population, x, y, rule)
    zones = scene.zones(rule, threads)
    p = _p_values(scene, rule, zones, replicates, seed, threads, told)
    table = _with_zones(areas, scene, zones, p, columns)
    table.attrs["scan"] = {
        "parameters": as_dict(rule),
        "replicates": replicates,
        "seed": seed,
        "clusters": _clusters(areas, scene, zones, p),
    }
    told(1.0, _("Scanned"))
    return table


@aloud
def scan_chains(
    producers: gpd.GeoDataFrame,
    chain: str,
    *,
    max_share: float = 0.5,
    report_share: float = 0.2,
    shapes: str = "circle",
    penalty: float = 0.5,
    min_cases: int = 10,
    most: int = 10,
    replicates: int = 999,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Find the zones in which the mix of chains differs from elsewhere (multinomial scan).

    It says nothing of where producers are many, only of where which chain they belong to differs.

    Parameters
    ----------
    producers : GeoDataFrame of points
    chain : str
        Column with the chain of each producer; no missing values.

    Returns
    -------
    GeoDataFrame
        As ``scan_areas`` gives it, one row per producer, a column ``expected_n__C`` and
        ``relative_risk__C`` for each chain C.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> xy = np.random.default_rng(1).uniform(0, 50_000, (2, 300))
    >>> kind = np.where(xy[0] < 15_000, "fresco", "andino")
    >>> table = gpd.GeoDataFrame({"chain": kind}, geometry=gpd.points_from_xy(*xy), crs=32717)
    >>> found = scan_chains(table, "chain", replicates=99)
    >>> float(found.p_value.min())
    0.01
    """
    if chain not in producers.columns:
        raise SchemaError(_("the producers have no column “{key}”").format(key=chain))
    missing = producers[chain].isna()
    if missing.any():
        raise SchemaError(
            _(
                "column “{key}”: {n} rows have no value (rows {rows}). Remedy: fill or leave them out"
            ).format(key=chain, n=int(missing.sum()), rows=_rows(producers, missing.to_numpy()))
        )
    kinds = sorted(producers[chain].astype(str).unique())
    counts = producers[[producers.geometry.name]].copy()
    for kind in kinds:
        counts[kind] = (producers[chain].astype(str) == kind).astype(int)
    found = scan_areas(
        counts,
        kinds,
        model="multinomial",
        max_share=max_share,
        report_share=report_share,
        shapes=shapes,
        penalty=penalty,
        min_cases=min_cases,
        most=most,
        replicates=replicates,
        seed=seed,
        threads=threads,
        progress=progress,
    )
    added = found.drop(columns=[*kinds, found.geometry.name])
    taken = sorted(set(added.columns) & set(producers.columns))
    if taken:
        raise SchemaError(_taken(taken))
    table = producers.join(added)
    table.attrs["scan"] = found.attrs["scan"]
    return table


def _districts(
    areas: gpd.GeoDataFrame,
    columns: list[str],
    population: str | None,
    x: str | None,
    y: str | None,
    rule: SpatialScan,
) -> _Scene:
    counts = areas[columns].to_numpy(float).astype(np.int64)
    sites, site = merge_sites(_coordinates(areas, x, y))
    merged = np.zeros((len(sites), len(columns)), dtype=np.int64)
    np.add.at(merged, site, counts)
    if rule.model == "multinomial":
        mixes = Mixes(tuple(int(v) for v in merged.sum(axis=0)), rule.min_cases)
        size = merged.sum(axis=1).astype(float)
        return _Scene(_window(sites, size, rule), mixes, merged, site, _permutation(merged))
    people = areas[population].to_numpy(float)
    size = np.zeros(len(sites))
    np.add.at(size, site, people)
    cases, total = merged[:, 0], int(merged.sum())
    model = Rates(rule.model == "bernoulli", total, float(size.sum()), rule.min_cases)
    draw = (
        _labelling(size.astype(np.int64), total)
        if rule.model == "bernoulli"
        else _multinomial(total, size)
    )
    return _Scene(_window(sites, size, rule), model, cases, site, draw)


def _coordinates(areas: gpd.GeoDataFrame, x: str | None, y: str | None) -> Array:
    if x is not None and y is not None:
        return np.column_stack([areas[x].to_numpy(float), areas[y].to_numpy(float)])
    crs = metric_crs(areas)
    if (areas.geom_type == "Point").all():
        return xy_of(areas, crs)
    centres = areas.geometry.to_crs(crs).centroid
    return np.column_stack([centres.x.to_numpy(float), centres.y.to_numpy(float)])


def _p_values(
    scene: _Scene,
    rule: SpatialScan,
    zones: Sequence[Zone],
    replicates: int,
    seed: int,
    threads: int | None,
    progress: Progress,
) -> Array:
    if replicates == 0 or not zones:
        return np.full(len(zones), np.nan)
    maxima = scene.maxima(rule, replicates, seed, threads, progress)
    return monte_carlo_p(np.array([z.statistic for z in zones]), maxima)


def _relative_risk(cases: Any, expected: Any, total: float) -> Array:
    """Return the rate inside against the rate outside."""
    cases, expected = np.asarray(cases, dtype=float), np.asarray(expected, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((cases / expected) / ((total - cases) / (total - expected)), dtype=float)


def _evidence(p: Array) -> Any:
    words = np.where(p <= SIGNIFICANCE, TESTED, NOT_SIGNIFICANT).astype(object)
    words[np.isnan(p)] = UNTESTED
    return words


def _with_zones(
    areas: gpd.GeoDataFrame,
    scene: _Scene,
    zones: Sequence[Zone],
    p: Array,
    columns: list[str],
) -> gpd.GeoDataFrame:
    labels = scene.labels(zones)
    by_zone: dict[str, Any] = {N: [scene.cases[z.members].sum() for z in zones]}
    size = np.array([scene.window.size[z.members].sum() for z in zones])
    if isinstance(scene.model, Rates):
        expected = size * (scene.model.cases / scene.model.total)
        by_zone[EXPECTED] = expected
        by_zone[RR] = _relative_risk(by_zone[N], expected, scene.model.cases)
    else:
        inside = np.array([scene.cases[z.members].sum(axis=0) for z in zones])
        for k, column in enumerate(columns):
            total = scene.model.totals[k]
            expected = size * (total / scene.model.cases)
            by_zone[f"{EXPECTED}__{column}"] = expected
            risk = _relative_risk(inside[:, k] if len(zones) else [], expected, total)
            by_zone[f"{RR}__{column}"] = risk
    by_zone[STATISTIC] = [z.statistic for z in zones]
    by_zone[P_VALUE] = p
    table = areas.copy()
    table[CONCENTRATION] = np.where(labels >= 0, labels + 1, NOISE)
    for name, values in by_zone.items():
        padded = np.append(np.asarray(values, dtype=float), np.nan)  # −1 takes the last
        table[name] = padded[labels]
    table[EVIDENCE] = np.array([*_evidence(p), None], dtype=object)[labels]
    return table


def _clusters(
    areas: gpd.GeoDataFrame, scene: _Scene, zones: Sequence[Zone], p: Array
) -> list[dict[str, Any]]:
    labels = scene.labels(zones)
    return [
        {
            CONCENTRATION: number + 1,
            "areas": areas.index[labels == number].tolist(),
            "cases": np.atleast_1d(scene.cases[z.members].sum(axis=0)).tolist(),
            "population": float(scene.window.size[z.members].sum()),
            STATISTIC: z.statistic,
            "log_likelihood_ratio": z.llr,
            P_VALUE: float(p[number]),
            "centre": scene.window.xy[z.centre].tolist(),
            "radius": z.radius,
            "axis_ratio": z.frame.ratio,
            "angle": z.frame.angle,
        }
        for number, z in enumerate(zones)
    ]


# --- what may be wrong -----------------------------------------------------------------------------------


def _check_replicates(replicates: int, seed: int) -> None:
    faults: list[str] = [
        _("{name} = {value}: must be a whole number, at least 0").format(name=name, value=value)
        for name, value in (("replicates", replicates), ("seed", seed))
        if isinstance(value, bool) or int(value) != value or value < 0
    ]
    raise_all(faults, ParameterError)


def _check_areas(
    areas: gpd.GeoDataFrame,
    columns: list[str],
    population: str | None,
    x: str | None,
    y: str | None,
    rule: SpatialScan,
) -> None:
    import geopandas as gpd

    if not isinstance(areas, gpd.GeoDataFrame):
        raise SchemaError(_("areas must be a GeoDataFrame. Remedy: sialgeo.read_territories(path)"))
    raise_all(_asked_wrongly(columns, population, x, y, rule), ParameterError)
    wanted = [*columns, *(c for c in (population, x, y) if c is not None)]
    missing = [c for c in dict.fromkeys(wanted) if c not in areas.columns]
    raise_all([_("the areas have no column “{key}”").format(key=c) for c in missing], SchemaError)
    added = {CONCENTRATION, N, EXPECTED, RR, STATISTIC, P_VALUE, EVIDENCE}
    taken = sorted(added & set(areas.columns))
    faults: list[str] = [_taken(taken)] if taken else []
    faults += [f for c in columns for f in _count_faults(areas, c, whole=True)]
    if population is not None:
        faults += _count_faults(areas, population, whole=rule.model == "bernoulli")
    if x is None:
        require_crs(areas=areas)
        bare = (areas.geometry.isna() | areas.geometry.is_empty).to_numpy()
        faults += _row_fault(areas, bare, areas.geometry.name, _("no geometry"))
    else:
        for c in (x, str(y)):
            values = areas[c].to_numpy(float)
            faults += _row_fault(areas, ~np.isfinite(values), c, _("no finite coordinate"))
    raise_all(faults, SchemaError)
    raise_all(_total_faults(areas, columns, population, rule), SchemaError)


def _asked_wrongly(
    columns: list[str], population: str | None, x: str | None, y: str | None, rule: SpatialScan
) -> list[str]:
    faults: list[str] = []
    if (x is None) != (y is None):
        faults.append(_("x and y go together: give both columns or neither"))
    if rule.model == "auto":
        faults.append(_("model = auto: must be one of poisson, bernoulli, multinomial"))
    elif rule.model == "multinomial":
        if len(columns) < 2 or population is not None:
            faults.append(
                _(
                    'the multinomial model takes two or more columns of cases and no population. Remedy: cases=[…], or model="poisson"'
                )
            )
    elif len(columns) != 1 or population is None:
        faults.append(
            _("the {model} model takes one column of cases and a population column").format(
                model=rule.model
            )
        )
    return faults


def _count_faults(areas: gpd.GeoDataFrame, column: str, *, whole: bool) -> list[str]:
    import pandas as pd

    values = pd.to_numeric(areas[column], errors="coerce").to_numpy(float)
    bad = ~np.isfinite(values)
    faults = _row_fault(areas, bad, column, _("no number"))
    known = np.where(bad, 0.0, values)
    faults += _row_fault(areas, known < 0, column, _("a negative number"))
    if whole:
        off = (known != np.floor(known)) | (known > _LARGEST_WHOLE)
        faults += _row_fault(areas, off, column, _("no whole number"))
    return faults


def _total_faults(
    areas: gpd.GeoDataFrame, columns: list[str], population: str | None, rule: SpatialScan
) -> list[str]:
    counts = areas[columns].to_numpy(float)
    faults: list[str] = [
        _("column “{column}”: no case at all").format(column=c)
        for c, total in zip(columns, counts.sum(axis=0), strict=True)
        if total == 0
    ]
    if population is None:
        return faults
    people = areas[population].to_numpy(float)
    if rule.model == "bernoulli":
        more = counts[:, 0] > people
        faults += _row_fault(areas, more, columns[0], _("more cases than population"))
    else:
        alone = (counts[:, 0] > 0) & (people == 0)
        faults += _row_fault(areas, alone, population, _("cases but no population"))
    return faults


def _row_fault(
    areas: gpd.GeoDataFrame, bad: NDArray[np.bool_], column: str, what: str
) -> list[str]:
    if not bad.any():
        return []
    return [
        _(
            "column “{column}”: {what} in {n} rows ({rows}). Remedy: fill, mend or leave out those rows"
        ).format(column=column, what=what, n=int(bad.sum()), rows=_rows(areas, bad))
    ]


def _rows(areas: gpd.GeoDataFrame, bad: NDArray[np.bool_]) -> str:
    named = [str(i) for i in areas.index[bad][:5]]
    return ", ".join(named) + (" …" if bad.sum() > 5 else "")


def _taken(names: Sequence[str]) -> str:
    return _("the table already has columns {names}. Remedy: rename or drop them").format(
        names=", ".join(names)
    )
