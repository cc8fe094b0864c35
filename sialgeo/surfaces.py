"""Relative-risk surface: where producers are denser than the reference population, as a map.

ρ(x) = ln f(x)/g(x): f is the density of the producers, g that of the reference, both with the same
bandwidth. Tolerance contours come from random labelling.

References
----------
Bithell, J. F. (1990). An application of density estimation to geographical epidemiology. Statistics in
Medicine 9, 691–701.
Kelsall, J. E., Diggle, P. J. (1995). Kernel estimation of relative risk. Bernoulli 1, 3–16; and
Non-parametric estimation of spatial variation in relative risk. Statistics in Medicine 14, 2335–2342.
Davies, T. M., Marshall, J. C., Hazelton, M. L. (2018). Tutorial on kernel estimation of continuous
spatial and spatiotemporal relative risk. Statistics in Medicine 37, 1191–1221.
Anderson, N. H., Titterington, D. M. (1997). Some methods for investigating spatial clustering, with
epidemiological applications. Journal of the Royal Statistical Society A 160, 87–105.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import crs_name, equal_area_crs, require_crs
from sialgeo.errors import FileError, MissingDependencyError, ParameterError, SchemaError, raise_all
from sialgeo.files import write_geotiff
from sialgeo.i18n import N_, _
from sialgeo.kernels.compiled import default_threads
from sialgeo.kernels.neighbours import canonical_order
from sialgeo.kernels.parts import places
from sialgeo.kernels.surface import (
    Estimator,
    Grid,
    Placed,
    adaptive,
    fixed,
    oversmoothing,
    window_of_box,
)
from sialgeo.memory import require_memory
from sialgeo.model import Detector, Raster, Step, TestResult, fingerprint, versions
from sialgeo.params import as_dict, check, param
from sialgeo.pools import Prepared, coincident_faults, prepare
from sialgeo.progress import Progress, aloud, silent
from sialgeo.references import Reference

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEAST_DISTANCE = 10.0  # metres: a shorter bandwidth was meant in degrees or kilometres
CELLS_PER_BANDWIDTH = 6
LONG_SIDE = 1_000  # cells along the longer side, unless the bandwidth needs more
BYTES_A_CELL = 150  # for each thread: surfaces, and the spectra of the padded grid
MOST_CELLS = 16_000_000
SHOWN_FROM = 0.01  # of the reference's greatest density
LEAST_LOG = -10.0  # lower values are the cut-off tail of the kernel, not information
FEW = 10  # producers under the kernel: fewer are recognisable
HIGHER, LOWER = "higher", "lower"

_TAGS = frozenset({"bandwidth_m", "level", "log", "replicates", "seed"})  # of a GeoTIFF

CONTOUR_LABELS = {
    HIGHER: N_("denser than the reference population"),
    LOWER: N_("sparser than the reference population"),
}


@dataclass(frozen=True)
class RelativeRisk:
    """Parameters of :func:`relative_risk_surface`."""

    bandwidth: float = param(
        0.0,
        N_("Standard deviation of the Gaussian kernel; 0: chosen from the data (oversmoothing)"),
        label=N_("Bandwidth"),
        unit="m",
        ge=0,
    )
    adaptive: bool = param(
        False,
        N_("Narrower kernels where the pool is dense, wider where it is sparse (Abramson)"),
        label=N_("Adaptive bandwidth"),
    )
    cell: float = param(
        0.0,
        N_("Size of a cell; 0: a sixth of the bandwidth"),
        label=N_("Cell size"),
        unit="m",
        ge=0,
        advanced=True,
    )
    replicates: int = param(
        199, N_("Random labellings (0 for no contours)"), label=N_("Replicates"), ge=0
    )
    seed: int = param(1, N_("Seed of the random draws"), label=N_("Seed"), ge=0)
    level: float = param(
        0.05, N_("Level of the tolerance contours"), label=N_("Level"), gt=0, le=0.5
    )

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Surface:
    """A surface on square cells in metres, north up.

    Attributes
    ----------
    values : (rows, columns)
        ln(f/g), or f/g where ``log`` is False; NaN outside the window and where the reference is below
        1 % of its greatest density.
    transform : tuple
        Affine (a, b, c, d, e, f): x = a·col + b·row + c, y = d·col + e·row + f.
    crs
        Projection in metres.
    p_values : (rows, columns) or None
        Share of random labellings at or above the observed value, (1 + #) / (R + 1), cell by cell.
    p_lower : (rows, columns) or None
        The same for at or below.
    level : float
        Level of the tolerance contours.
    bandwidth : float
        Metres; of an adaptive surface the geometric mean.
    log : bool
        Whether the values are logarithms.
    test : TestResult or None
        Of the surface as a whole: ∫(f − g)² against random labelling.
    step : Step
        Parameters, CRS, seed, versions, fingerprints and notes.
    """

    values: Array
    transform: tuple[float, float, float, float, float, float]
    crs: Any
    p_values: Array | None
    p_lower: Array | None
    level: float
    bandwidth: float
    log: bool
    test: TestResult | None
    step: Step

    @property
    def notes(self) -> tuple[str, ...]:
        """The cautions."""
        return self.step.notes

    @property
    def relative_risk(self) -> Array:
        """f/g, (rows, columns)."""
        return np.exp(self.values) if self.log else self.values

    def to_raster(self) -> Raster:
        """Return the values as a raster, to be laid over concentrations."""
        return Raster(self.values, self.transform, self.crs, _("Relative risk"))

    @property
    def bands(self) -> list[tuple[str, Array]]:
        """The values, and the p-values where there are some, with what each is called."""
        name = N_("log relative risk") if self.log else N_("relative risk")
        found = [(_(name), self.values)]
        if self.p_values is not None and self.p_lower is not None:
            found += [(_("p, higher"), self.p_values), (_("p, lower"), self.p_lower)]
        return found

    @property
    def tags(self) -> dict[str, str]:
        """What a file of the bands says of them, for :meth:`from_geotiff`."""
        return {
            "bandwidth_m": f"{self.bandwidth:g}",
            "level": f"{self.level:g}",
            "log": str(int(self.log)),
            "replicates": str(self.step.parameters["replicates"]),
            "seed": str(self.step.seed),
        }

    def to_geotiff(self, path: str | os.PathLike[str]) -> None:
        """Write the values, and the p-values as further bands, as a GeoTIFF (NaN for no data).

        A lone producer shows as a bump at its place: the file is for the analyst, not for publication.

        Raises
        ------
        MissingDependencyError
            rasterio is not installed.
        FileError
            The file cannot be written; nothing half-written is left.
        """
        write_geotiff(path, self.bands, self.transform, self.crs, self.tags)

    @classmethod
    def from_geotiff(cls, path: str | os.PathLike[str]) -> Surface:
        """Read a surface that :meth:`to_geotiff` wrote; the test of the whole map is not in the file.

        Raises
        ------
        MissingDependencyError
            rasterio is not installed.
        FileError
            The file is missing, damaged or no surface of sialgeo.
        """
        from pyproj import CRS

        try:
            import rasterio
        except ImportError as failure:
            raise MissingDependencyError("rasterio", _("Reading rasters")) from failure
        try:
            with rasterio.open(path) as file:
                bands, tags = file.read().astype(float), file.tags()
                crs, transform = file.crs, tuple(file.transform)[:6]
        except rasterio.errors.RasterioError as failure:
            raise FileError(f"{path}: {failure}") from failure
        if crs is None or not set(tags) >= _TAGS or len(bands) not in (1, 3):
            raise FileError(
                _("{path}: is no surface of relative risk. Remedy: sialgeo surface").format(
                    path=path
                )
            )
        maps = int(tags["replicates"]) + 1
        # the file holds 4 bytes a number: a p-value is again the share of maps that it is
        p = [np.round(band * maps) / maps for band in bands[1:]] or [None, None]
        return cls(
            values=bands[0],
            transform=transform,
            crs=CRS.from_wkt(crs.to_wkt()),
            p_values=p[0],
            p_lower=p[1],
            level=float(tags["level"]),
            bandwidth=float(tags["bandwidth_m"]),
            log=tags["log"] == "1",
            test=None,
            step=Step(
                "relative_risk_surface",
                {"replicates": maps - 1},
                seed=int(tags["seed"]),
            ),
        )

    def contours(self, level: float | None = None) -> gpd.GeoDataFrame:
        """Return the areas where the surface is higher, or lower, than random labelling gives.

        Parameters
        ----------
        level : float, optional
            Pointwise level of each side; by default the surface's own.

        Returns
        -------
        GeoDataFrame
            One polygon per connected area, along the cells' edges, the higher first and the larger
            first: ``side``
            ("higher" or "lower"), ``relative_risk`` (the greatest, or the least, inside), ``p_value``
            (the least inside) and ``area_km2``. Empty where nothing passes.

        Raises
        ------
        ParameterError
            The surface carries no p-values, or the level is below what the replicates can show.
        """
        import geopandas as gpd

        level = self.level if level is None else level
        self._check_level(level)
        rows: list[dict[str, Any]] = []
        shapes: list[Any] = []
        for side, p in ((HIGHER, self.p_values), (LOWER, self.p_lower)):
            if p is None:
                continue
            for outline, cells in _regions(np.nan_to_num(p, nan=2.0) <= level, self.transform):
                risk = self.relative_risk.reshape(-1)[cells]
                extreme = risk.max() if side == HIGHER else risk.min()
                least = p.reshape(-1)[cells].min()
                rows.append({"side": side, "relative_risk": extreme, "p_value": least})
                shapes.append(outline)
        columns = ["side", "relative_risk", "p_value"]
        table = gpd.GeoDataFrame(
            {c: [row[c] for row in rows] for c in columns},
            geometry=gpd.GeoSeries(shapes, crs=self.crs, dtype="geometry"),
        )
        flat = table.geometry.to_crs(equal_area_crs(table)) if len(table) else table.geometry
        table["area_km2"] = flat.area / 1e6
        return table.sort_values(["side", "area_km2"], ascending=[True, False], ignore_index=True)

    def _check_level(self, level: float) -> None:
        if self.p_values is None:
            raise ParameterError(
                _(
                    "the surface carries no p-values. Remedy: replicates=199, and a reference finer than the bandwidth"
                )
            )
        replicates = int(self.step.parameters["replicates"])
        if not 1 / (replicates + 1) <= level <= 0.5:
            raise ParameterError(
                _(
                    "level = {level}: must lie between {least:.3g} (the least p-value of {replicates} replicates) and 0.5"
                ).format(level=level, least=1 / (replicates + 1), replicates=replicates)
            )


@aloud
def relative_risk_surface(
    producers: gpd.GeoDataFrame,
    reference: Reference | gpd.GeoDataFrame,
    *,
    bandwidth: float | None = None,
    adaptive: bool = False,
    cell: float | None = None,
    window: Any = None,
    coincident: str = "units",
    log: bool = True,
    replicates: int = 199,
    seed: int = 1,
    level: float = 0.05,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Surface:
    """Map the density of producers relative to that of the reference population.

    Parameters
    ----------
    producers : GeoDataFrame of points
    reference : Reference or GeoDataFrame of points
        g is the density of the reference as it was given: of all its units where it includes the
        producers (``Reference.from_points(..., includes_producers=True)``) or holds counts, of the
        units that are no producers otherwise (Kelsall and Diggle's cases and controls).
    bandwidth : float, optional
        Standard deviation of the Gaussian kernel in metres. By default Terrell's oversmoothing
        bandwidth of the pooled pattern; of counts that of the reference with n the number of
        producers, and never below the reference's spacing.
    adaptive : bool
        Abramson's bandwidths from the pooled pattern, with ``bandwidth`` as their geometric mean.
    cell : float, optional
        Metres; by default a sixth of the bandwidth, larger over wide areas (at most half of it).
    window : polygon, GeoSeries or GeoDataFrame of polygons, optional
        Study area, in the producers' CRS; by default the rectangle of all units. Units outside are
        left out, and counted in the notes.
    coincident : {"units", "sites"}
        Whether units at one coordinate count one by one or as one. Weights have no part: they only
        describe.
    log : bool
        Logarithm of the relative risk (default), or the relative risk.
    replicates : int
        Random labellings; 0 for no p-values.
    seed : int
    level : float
        Level of the tolerance contours, pointwise and for each side.
    threads : int, optional
        Results do not depend on it.
    progress : callable(fraction, message), optional

    Returns
    -------
    Surface

    Raises
    ------
    CRSError, SchemaError, ParameterError

    Notes
    -----
    Each cell's contour is pointwise: of a map without any excess about ``level`` lies inside one by
    chance. Whether there is any excess on the map is ``Surface.test``. Counts coarser than the
    bandwidth give no p-values.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> rng = np.random.default_rng(1)
    >>> farms = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.uniform(0, 50_000, (2, 2000))), crs=32717)
    >>> dairies = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.normal(25_000, 3_000, (2, 60))), crs=32717)
    >>> found = relative_risk_surface(dairies, farms, bandwidth=4_000, replicates=99)
    >>> float(found.test.p_value), found.contours().side.iloc[0]
    (0.01, 'higher')
    """
    rule = RelativeRisk(bandwidth or 0.0, adaptive, cell or 0.0, replicates, seed, level)
    report = progress or silent
    _check_inputs(producers, rule, coincident)
    report(0.0, _("Projecting"))
    prepared = prepare(producers, cast("Detector", rule), reference, coincident)
    scene, notes = _scene(producers, prepared, rule, window)
    report(0.1, _("Smoothing"))
    density_f, density_g = scene.densities(scene.observed())
    observed = scene.log_risk(density_f, density_g)
    shown = np.isfinite(observed)
    too_coarse = scene.spacing > scene.bandwidth * (1 + 1e-9)
    counts, test = None, None
    if replicates and not too_coarse:
        counts, test = _label_at_random(scene, rule, threads, report)
    p, p_lower = (None, None) if counts is None else _p(counts, shown, replicates)
    parameters = {
        **as_dict(rule),
        "bandwidth": scene.bandwidth,
        "cell": scene.grid.cell,
        "coincident": coincident,
    }
    inputs = {"producers": fingerprint(producers)}
    if prepared.population is not None:
        inputs["reference"] = prepared.population.fingerprint
    said = (*notes, *_notes(scene, prepared, shown, test, rule, too_coarse))
    step = Step(
        "relative_risk_surface", parameters, crs_name(prepared.crs), seed, versions(), inputs, said
    )
    report(1.0, _("Smoothed"))
    return Surface(
        observed if log else np.exp(observed),
        scene.grid.transform,
        prepared.crs,
        p,
        p_lower,
        level,
        scene.bandwidth,
        log,
        test,
        step,
    )


# --- the pool on the grid ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Scene:
    """Producers (the first ``n`` of the pool) and reference on a grid.

    ``mass`` (m,) is what the reference counts at each place of the pool: for points 1 for each unit of
    g, for counts the counts (0 for producers).
    """

    estimator: Estimator
    grid: Grid
    xy: Array
    n: int
    mass: Array
    points: bool
    population: bool  # g counts all of the pool, producers included
    bandwidth: float
    spacing: float
    jitter: float
    pool: Array  # spread counts of the whole pool (points) or of the reference (counts)
    placed: Placed

    def observed(self) -> Array:
        """Return the producers' spread counts."""
        return self._spread(np.arange(self.n))

    def relabelled(self, rng: np.random.Generator) -> Array:
        """Return the spread counts of producers drawn under the null."""
        if self.points:
            return self._spread(rng.choice(len(self.xy), self.n, replace=False))
        share = self.mass / self.mass.sum()
        drawn = rng.choice(len(self.xy), self.n, p=share)
        if not self.jitter:
            return self._spread(drawn)
        scatter = rng.uniform(-self.jitter, self.jitter, (self.n, 2))
        kind = None if self.estimator.kind is None else self.estimator.kind[drawn]
        return self.estimator.spread(self.grid.place(self.xy[drawn] + scatter), kind)

    def _spread(self, chosen: Ints) -> Array:
        kind = None if self.estimator.kind is None else self.estimator.kind[chosen]
        return self.estimator.spread(self.placed.take(chosen), kind)

    def densities(self, spread: Array) -> tuple[Array, Array]:
        """Return f and g (per square metre) from the producers' spread counts."""
        others = self.pool
        if self.points and not self.population:
            others = np.maximum(self.pool - spread, 0.0)
        return self.estimator.density(spread), self.estimator.density(others)

    def log_risk(self, f: Array, g: Array) -> Array:
        """Return ln f/g; NaN outside the window and where the reference is nearly absent."""
        shown = (self.estimator.window > 0) & (g >= SHOWN_FROM * g.max())
        risk = np.divide(f, g, out=np.zeros_like(f), where=shown)
        logs = np.log(np.maximum(risk, np.exp(LEAST_LOG)))
        return np.where(shown, logs, np.nan)


def _scene(
    producers: gpd.GeoDataFrame, prepared: Prepared, rule: RelativeRisk, window: Any
) -> tuple[_Scene, tuple[str, ...]]:
    reference = prepared.reference
    if reference is None:
        raise ParameterError(
            _("a relative risk needs a reference population. Remedy: give reference=")
        )
    points = reference.kind == "points"
    cases, others, held = prepared.xy, reference.xy, reference.mass
    area = _area(window, producers, prepared.crs)
    notes: tuple[str, ...] = ()
    if area is not None:
        cases, others, held, notes = _inside(area, cases, others, held)
    population = points and bool(prepared.population and prepared.population.includes_producers)
    if points and not population and len(others) == 0:
        raise SchemaError(
            _(
                "no reference unit is left that is no producer. Remedy: check the window, or say includes_producers=True"
            )
        )
    order = canonical_order(cases)  # results then do not depend on the row order
    behind = canonical_order(others)
    xy = np.vstack([cases[order], others[behind]])
    before = np.full(len(cases), 1.0 if points else 0.0)
    mass = np.concatenate([before, held[behind]])
    bandwidth, moved = _bandwidth(rule, xy, len(cases), mass, points, reference.spacing)
    grid, share = _grid(rule, xy, bandwidth, area, reference.jitter)
    estimator = (
        adaptive(grid, share, bandwidth, xy, mass)
        if rule.adaptive
        else fixed(grid, share, bandwidth)
    )
    placed = grid.place(xy)
    pool = estimator.spread(placed, estimator.kind, None if points else mass)
    scene = _Scene(
        estimator,
        grid,
        xy,
        len(cases),
        mass,
        points,
        population,
        bandwidth,
        reference.spacing,
        reference.jitter,
        pool,
        placed,
    )
    return scene, (*notes, *moved)


def _bandwidth(
    rule: RelativeRisk, xy: Array, n: int, mass: Array, points: bool, spacing: float
) -> tuple[float, tuple[str, ...]]:
    if rule.bandwidth:
        return float(rule.bandwidth), ()
    found = oversmoothing(xy) if points else oversmoothing(xy[n:], mass[n:], n)
    if found < spacing:
        return spacing, (
            _(
                "The bandwidth is the reference's spacing ({spacing:.1f} km): a narrower one would show the places that counts were given to."
            ).format(spacing=spacing / 1000),
        )
    if found < LEAST_DISTANCE:
        raise ParameterError(
            _(
                "bandwidth = {bandwidth:.3g} m, chosen from the data: the coordinates look like degrees or kilometres. Remedy: check the CRS, or give bandwidth= in metres"
            ).format(bandwidth=found)
        )
    return found, ()


def _grid(
    rule: RelativeRisk, xy: Array, bandwidth: float, area: Any, jitter: float
) -> tuple[Grid, Array]:
    if area is None:
        low, high = xy.min(axis=0) - jitter, xy.max(axis=0) + jitter
    else:
        bounds = np.array(area.bounds)
        low, high = bounds[:2], bounds[2:]
    cell = rule.cell or min(
        max(bandwidth / CELLS_PER_BANDWIDTH, float((high - low).max()) / LONG_SIDE), bandwidth / 2
    )
    if cell > bandwidth / 2 * (1 + 1e-9):
        raise ParameterError(
            _("cell = {cell:.0f} m: must be at most half the bandwidth ({bandwidth:.0f} m)").format(
                cell=cell, bandwidth=bandwidth
            )
        )
    cells = float(np.prod((high - low) / cell + 1))
    if cells > MOST_CELLS:
        raise ParameterError(
            _(
                "the surface would have {millions:.0f} million cells of {cell:.0f} m (at most {most:.0f} million). Remedy: a larger bandwidth or cell, or a smaller window"
            ).format(millions=cells / 1e6, cell=cell, most=MOST_CELLS / 1e6)
        )
    require_memory(
        BYTES_A_CELL * cells * default_threads(),
        _("The surface ({millions:.1f} million cells)").format(millions=cells / 1e6),
        _("a larger bandwidth or cell, or a smaller window"),
    )
    grid = Grid.over(low, high, cell)
    if area is None:
        return grid, window_of_box(grid, low, high)
    import shapely

    x, y = (v.reshape(-1) for v in np.meshgrid(*grid.centres()))
    shapely.prepare(area)
    inside = shapely.intersects_xy(area, x, y).reshape(grid.shape)
    if not inside.any():
        raise SchemaError(
            _("the window is narrower than a cell. Remedy: check its CRS, or give cell=")
        )
    return grid, inside.astype(float)


def _area(window: Any, producers: gpd.GeoDataFrame, crs: Any) -> Any:
    """Return the window as one polygon in the metric CRS, or None."""
    import geopandas as gpd
    import shapely

    if window is None:
        return None
    series = (
        window.geometry
        if isinstance(window, gpd.GeoDataFrame | gpd.GeoSeries)
        else gpd.GeoSeries([window], crs=producers.crs)
    )
    require_crs(producers=producers, window=series)
    kinds = set(series.geom_type.dropna().unique()) - {"Polygon", "MultiPolygon"}
    empty = len(series) == 0 or bool((series.isna() | series.is_empty).all())
    if kinds or empty:
        raise SchemaError(_("the window must be polygons that are not empty"))
    if not series.dropna().is_valid.all():
        raise SchemaError(_("the window holds invalid polygons. Remedy: window.make_valid()"))
    return shapely.union_all(series.dropna().to_crs(crs).to_numpy())


def _inside(
    area: Any, cases: Array, others: Array, held: Array
) -> tuple[Array, Array, Array, tuple[str, ...]]:
    import shapely

    shapely.prepare(area)
    ours = shapely.intersects_xy(area, cases[:, 0], cases[:, 1])
    theirs = shapely.intersects_xy(area, others[:, 0], others[:, 1])
    if ours.sum() < 2 or (len(others) and not theirs.any()):
        raise SchemaError(
            _(
                "the window holds {producers} producers and {units} places of the reference. Remedy: check that it covers the same land"
            ).format(producers=int(ours.sum()), units=int(theirs.sum()))
        )
    notes: tuple[str, ...] = ()
    if not (ours.all() and theirs.all()):
        notes = (
            _(
                "{producers} producers and {units} places of the reference lie outside the window and are left out."
            ).format(producers=int((~ours).sum()), units=int((~theirs).sum())),
        )
    return cases[ours], others[theirs], held[theirs], notes


# --- random labelling -------------------------------------------------------------------------------


def _difference(f: Array, g: Array, scene: _Scene) -> float:
    """Return ∫(f − g)² over the window, per square metre."""
    return float((((f - g) ** 2) * scene.estimator.window).sum()) * scene.grid.cell**2


def _label_at_random(
    scene: _Scene, rule: RelativeRisk, threads: int | None, report: Progress
) -> tuple[tuple[Array, Array], TestResult]:
    """Count the labellings at or above, and at or below, the observed surface; replicate r is seeded by r."""
    f, g = scene.densities(scene.observed())
    observed = np.nan_to_num(scene.log_risk(f, g), nan=0.0)
    statistic = _difference(f, g, scene)
    above, below = np.zeros(scene.grid.shape), np.zeros(scene.grid.shape)
    lock = threading.Lock()
    slack = 1e-9

    def one(replicate: int) -> float:
        f_null, g_null = scene.densities(
            scene.relabelled(np.random.default_rng([rule.seed, replicate]))
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            risk = np.log(np.maximum(f_null / g_null, np.exp(LEAST_LOG)))
        with lock:
            np.add(above, risk >= observed - slack, out=above)
            np.add(below, risk <= observed + slack, out=below)
        return _difference(f_null, g_null, scene)

    said = _("Labelling at random")
    null = np.zeros(rule.replicates)
    with ThreadPoolExecutor(threads or default_threads()) as workers:
        try:
            for done, value in enumerate(workers.map(one, range(rule.replicates))):
                null[done] = value
                report(0.15 + 0.84 * (done + 1) / rule.replicates, said)
        finally:  # an error or a cancel leaves no replicate waiting its turn
            workers.shutdown(wait=True, cancel_futures=True)
    least = max(statistic * (1 - slack), 0.0)
    p = float((1 + (null >= least).sum()) / (rule.replicates + 1))
    named = (
        N_("random labelling of the pool")
        if scene.points
        else N_("n draws in proportion to the reference counts")
    )
    test = TestResult(
        N_("integrated squared difference of the densities"),
        statistic,
        p,
        "greater",
        rule.replicates,
        rule.seed,
        named,
    )
    return (above, below), test


def _p(counts: tuple[Array, Array], shown: Flags, replicates: int) -> tuple[Array, Array]:
    above, below = (np.where(shown, (1 + c) / (replicates + 1), np.nan) for c in counts)
    return above, below


# --- contours ---------------------------------------------------------------------------------------


def _regions(
    passes: Flags, transform: tuple[float, float, float, float, float, float]
) -> list[tuple[Any, Ints]]:
    """Return (polygon, flat cells) of each group of cells that share edges."""
    import shapely
    from scipy.ndimage import label

    a, _b, c, _d, e, f = transform
    groups, count = label(passes)
    padded = np.zeros((groups.shape[0], groups.shape[1] + 2), dtype=bool)
    padded[:, 1:-1] = passes
    steps = np.diff(padded.astype(np.int8), axis=1)
    row, start = np.nonzero(steps == 1)
    stop = np.nonzero(steps == -1)[1]
    boxes = shapely.box(c + a * start, f + e * (row + 1), c + a * stop, f + e * row)
    owner = groups[row, start]
    order = np.argsort(owner, kind="stable")
    parts = np.split(boxes[order], np.searchsorted(owner[order], np.arange(2, count + 1)))
    flat = groups.reshape(-1)
    along = np.argsort(flat, kind="stable")
    cells = np.split(along, np.searchsorted(flat[along], np.arange(1, count + 1)))[1:]
    return [
        (shapely.union_all(part), inside)
        for part, inside in zip(parts[:count] if count else [], cells, strict=True)
    ]


# --- checks and notes -------------------------------------------------------------------------------


def _check_inputs(producers: gpd.GeoDataFrame, rule: RelativeRisk, coincident: str) -> None:
    import geopandas as gpd

    if not isinstance(producers, gpd.GeoDataFrame):
        raise SchemaError(
            _("producers must be a GeoDataFrame of points. Remedy: sialgeo.read_producers(path)")
        )
    require_crs(producers=producers)
    faults: list[str] = []
    if len(producers) < 2:
        faults.append(_("{n} producers: a surface needs at least two").format(n=len(producers)))
    elif set(producers.geom_type.dropna().unique()) <= {"Point"}:
        faults += _coordinate_faults(producers)
    faults += coincident_faults(coincident)
    raise_all(faults, SchemaError)
    for name, distance in (("bandwidth", rule.bandwidth), ("cell", rule.cell)):
        if 0 < distance < (LEAST_DISTANCE if name == "bandwidth" else 1.0):
            raise ParameterError(
                _(
                    "{name} = {distance} m: looks like degrees or kilometres. Remedy: give metres, as {name}=5_000 for 5 km"
                ).format(name=name, distance=distance)
            )


def _coordinate_faults(producers: gpd.GeoDataFrame) -> list[str]:
    bad = producers.geometry.isna() | producers.geometry.is_empty
    xy = np.column_stack([producers.geometry.x, producers.geometry.y])
    bad |= ~np.isfinite(xy).all(axis=1)
    if bad.any():
        return [
            _(
                "{n} producers have no finite coordinates (rows {rows} …). Remedy: sialgeo.check_producers(table), then leave them out"
            ).format(n=int(bad.sum()), rows=", ".join(map(str, producers.index[bad][:5])))
        ]
    if producers.crs.is_projected and (np.abs(xy) <= [180, 90]).all():
        return [
            _(
                'the CRS says metres but the coordinates look like degrees. Remedy: layer.set_crs("EPSG:4326", allow_override=True)'
            )
        ]
    return []


def _notes(
    scene: _Scene,
    prepared: Prepared,
    shown: Flags,
    test: TestResult | None,
    rule: RelativeRisk,
    too_coarse: bool,
) -> tuple[str, ...]:
    notes = []
    if test is not None:
        notes.append(
            _(
                "Contours are pointwise: without any excess about {share:.0%} of the area would lie inside one by chance. For the surface as a whole p = {p:.3g}."
            ).format(share=rule.level, p=test.p_value)
        )
    if too_coarse:
        notes.append(
            _(
                "Inconclusive: the reference is {spacing:.1f} km apart, more than the bandwidth; there are no p-values. Spread the counts over a settlement layer (settlements=), or widen the bandwidth."
            ).format(spacing=scene.spacing / 1000)
        )
    short_side = float(np.ptp(scene.xy, axis=0).min())
    if scene.bandwidth > short_side / 4:
        notes.append(
            _(
                "The bandwidth is more than a quarter of the study area's short side: it is too large to tell places apart."
            )
        )
    absent = 1 - float(shown.sum()) / max(float((scene.estimator.window > 0).sum()), 1.0)
    if absent > 0.2:
        notes.append(
            _("{share:.0%} of the area is left blank: hardly any reference unit is near.").format(
                share=absent
            )
        )
    units = len(prepared.site)
    repeated = units - len(places(prepared.xy[prepared.site])[0])
    if repeated > 0.1 * units:
        notes.append(
            _(
                '{n} of {total} producers share a coordinate with another: check that they were not placed on centroids (coincident="sites" counts each place once).'
            ).format(n=repeated, total=units)
        )
    lone = _lone(scene)
    if lone:
        notes.append(
            _(
                "{n} producers stand with fewer than {few} others under the kernel: the surface shows where they are. Do not publish it at this bandwidth."
            ).format(n=lone, few=FEW)
        )
    return tuple(notes)


def _lone(scene: _Scene) -> int:
    """Count the producers with fewer than ``FEW`` others within two bandwidths' worth of kernel."""
    from sialgeo.kernels.neighbours import count_within

    cases = scene.xy[: scene.n]
    return int((count_within(cases, cases, 2 * scene.bandwidth) - 1 < FEW).sum())
