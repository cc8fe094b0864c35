"""Functions of distance: how far, and at which distances, units stand together more than by chance.

``m_function`` (Marcon and Puech) compares the share of a kind around its units with its share in all;
``kd_function`` (Duranton and Overman) looks at the distances between them; ``cross_k`` (Ripley) counts
one kind around another. Each comes with a global envelope and one p-value for all distances.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import metric_crs, require_crs, xy_of
from sialgeo.errors import ParameterError, SchemaError, raise_all
from sialgeo.i18n import N_, _
from sialgeo.kernels import distance, pairs
from sialgeo.kernels.compiled import default_threads
from sialgeo.model import TestResult
from sialgeo.params import check, param
from sialgeo.progress import Progress, aloud, silent

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

CLASSES = 8192  # of distance, up to twice the largest radius
STEPS = 40
OF_DIAGONAL = 0.25  # the largest radius where none is given
RELOCATED = N_("units of the kind take random places among all units")
STAYING = N_("units of the kind stay; all other units take each other's places at random")
RELABELLED = N_("the kind looked for is drawn at random from all units that could be of it")
SHIFTED = N_("the units looked for are shifted round the rectangle at random")
CORRECTIONS = ("translation", "isotropic", "border", "none")


@dataclass(frozen=True)
class Simulating:
    """How often the null is drawn, and how wide the envelope is."""

    replicates: int = param(
        999, N_("Maps drawn under the null"), label=N_("Replicates"), ge=0, advanced=True
    )
    alpha: float = param(
        0.05, N_("Share of null maps that leave the envelope"), label=N_("Alpha"), gt=0, le=0.5
    )
    seed: int = param(1, N_("Seed of the random draws"), label=N_("Seed"), ge=0)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class DistanceFunction:
    """A function of distance with its envelope.

    Attributes
    ----------
    name : str
        "M", "Kd" or "K".
    table : DataFrame
        ``r`` (metres), ``value``, ``expected`` (mean under the null), ``low`` and ``high`` (global
        envelope; NaN without replicates) and ``class``: "concentrated" above it, "dispersed" below,
        "neither".
    test : TestResult or None
        One p-value for all distances together.
    notes : tuple of str
    """

    name: str
    table: pd.DataFrame
    test: TestResult | None
    notes: tuple[str, ...] = ()

    def plot(self, ax: Any = None) -> Any:
        """Draw the function with its envelope; return the axes."""
        return import_module("sialgeo.exporters.curves").plot_function(self, ax)


@aloud
def m_function(
    units: gpd.GeoDataFrame,
    *,
    kind: str,
    of: str,
    near: str | None = None,
    reference: gpd.GeoDataFrame | None = None,
    weight: str | None = None,
    radii: Sequence[float] | None = None,
    replicates: int = 999,
    alpha: float = 0.05,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> DistanceFunction:
    """Return Marcon and Puech's M: the share of a kind within r of its units, over its share in all.

    1 is chance, 2 twice as many as elsewhere. It is relative to all units given and needs no
    correction at the edges: the measure of choice for plants against all farms.

    Parameters
    ----------
    units : GeoDataFrame of points
    kind : str
        Column with the kind (chain, type of actor).
    of, near : str
        Around units of ``of``, how many of ``near`` (by default the same kind)?
    reference : GeoDataFrame of points, optional
        Further units that are of no kind, as all farms.
    weight : str, optional
        Column of the units with their size; units of the reference weigh 1.
    radii : sequence of float, optional
        Metres; by default 40 up to a quarter of the extent's diagonal.
    replicates, alpha, seed
        Null: units of the kind, with their weights, take random places among all units; where another
        kind is looked for, those of ``of`` stay and all others change places.
    threads : int, optional
        The result does not depend on it.

    Raises
    ------
    SchemaError, ParameterError, CRSError
        A column is missing, a kind has too few units, weights or radii are not positive.

    Notes
    -----
    Marcon and Puech (2010). M(r) = Σ_i [w_near(i, r) / w_all(i, r)] / Σ_i [W_near / W_all], the unit
    itself left out; a unit with no neighbour within r counts in neither sum. Memory grows with units
    and radii, never with pairs.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> rng = np.random.default_rng(1)
    >>> xy = np.vstack([rng.uniform(0, 50_000, (300, 2)), rng.normal(25_000, 1_500, (30, 2))])
    >>> plants = gpd.GeoDataFrame({"chain": ["milk"] * 300 + ["honey"] * 30},
    ...                           geometry=gpd.points_from_xy(*xy.T), crs=32717)
    >>> m = m_function(plants, kind="chain", of="honey", radii=[2_000, 20_000], replicates=99)
    >>> m.table[["value", "class"]].round(1).values.tolist(), m.test.p_value
    ([[9.5, 'concentrated'], [1.8, 'concentrated']], 0.01)
    """
    asked = Simulating(replicates, alpha, seed)
    given = _given(units, kind, (of, near or of), reference, weight)
    reach = _radii(given, radii)
    rows = pairs.Rows.of(given.xy, float(reach[-1]))
    mine = _Places(given, rows)
    equal = bool((given.weight == given.weight[0]).all())
    many = equal and asked.replicates > 0  # one map alone needs its own units' sums only
    everywhere = _around(rows, rows, mine.weight, reach) if many else None

    def value(code: NDArray[np.int8], weights: Array) -> Array:
        here = np.flatnonzero((code == 1) | (code == 3))
        there = np.flatnonzero(code >= 2)
        asking = rows.part(here)
        found = pairs.sums_within(asking, rows.part(there), weights[there], reach)
        own = np.where(code[here] == 3, weights[here], 0.0)
        if everywhere is not None:
            around = everywhere[here]
        else:
            around = pairs.sums_within(asking, rows, weights, reach) - weights[here][:, None]
        total = weights[there].sum() - own
        ratio = total / (weights.sum() - weights[here])
        return distance.m_ratio(found - own[:, None], around, ratio)

    both = near is None or str(near) == str(of)
    free = np.arange(len(mine.code)) if both else np.flatnonzero(mine.code != 1)

    def drawn(rng: np.random.Generator) -> Array:
        order = np.arange(len(mine.code))
        order[free] = rng.permutation(free)
        return value(mine.code[order], mine.weight[order])

    observed, null = value(mine.code, mine.weight), RELOCATED if both else STAYING
    return _finished("M", reach, observed, drawn, asked, null, threads, progress, given.notes)


@aloud
def kd_function(
    units: gpd.GeoDataFrame,
    *,
    kind: str | None = None,
    of: str | None = None,
    reference: gpd.GeoDataFrame | None = None,
    weight: str | None = None,
    radii: Sequence[float] | None = None,
    replicates: int = 999,
    alpha: float = 0.05,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> DistanceFunction:
    """Return Duranton and Overman's Kd: the density of the distances between units of a kind.

    Parameters
    ----------
    units : GeoDataFrame of points
    kind, of : str, optional
        Column with the kind and the kind looked at; without them all ``units`` are of it, and a
        reference is needed to test against.
    reference : GeoDataFrame of points, optional
        Further sites where units could stand.
    weight : str, optional
        Column with the size (employees, output): a pair then weighs the product of its sizes.
    radii, replicates, alpha, seed, threads
        As for :func:`m_function`. Null: the units, with their sizes, take random places among all
        sites. Above the envelope: localised at that distance.

    Returns
    -------
    DistanceFunction
        Densities per metre. The localisation index at r is max(0, value − high).

    Notes
    -----
    Duranton and Overman (2005): Gaussian kernel, Silverman's bandwidth of the distances up to twice
    the largest radius, reflection at 0; the density is of all pairs. Distances are counted in 8,192
    classes up to twice the largest radius, so that no pair is stored.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> rng = np.random.default_rng(1)
    >>> farms = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.uniform(0, 50_000, (2, 500))), crs=32717)
    >>> dairies = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.normal(25_000, 1_500, (2, 30))), crs=32717)
    >>> kd = kd_function(dairies, reference=farms, radii=[1_000, 20_000], replicates=99)
    >>> kd.table["class"].tolist()
    ['concentrated', 'dispersed']
    """
    asked = Simulating(replicates, alpha, seed)
    given = _given(units, kind, (of, of), reference, weight)
    reach = _radii(given, radii)
    top = 2.0 * float(reach[-1])
    rows = pairs.Rows.of(given.xy, top)
    mine = _Places(given, rows)
    here = np.flatnonzero(mine.code == 3)
    if asked.replicates and len(here) == len(mine.code):
        raise ParameterError(
            _(
                "all units are of the kind: there is no other site to draw from. Remedy: reference=, or replicates=0"
            )
        )
    sizes = None if weight is None else mine.weight[here]

    def value(chosen: Ints, weights: Array | None) -> Array:
        counts, sums = pairs.histogram(rows.part(chosen), weights, top, CLASSES)
        n = len(chosen)
        total = n * (n - 1) / 2
        if weights is not None:
            total = float(weights.sum() ** 2 - (weights**2).sum()) / 2
        width = distance.silverman(counts, top)
        return distance.reflected_density(sums, total, top, reach, width)

    def drawn(rng: np.random.Generator) -> Array:
        chosen = np.sort(rng.choice(len(mine.code), len(here), replace=False)).astype(np.int64)
        return value(chosen, None if sizes is None else rng.permutation(sizes))

    observed = value(here, sizes)
    return _finished("Kd", reach, observed, drawn, asked, RELOCATED, threads, progress, given.notes)


@aloud
def cross_k(
    units: gpd.GeoDataFrame,
    *,
    others: gpd.GeoDataFrame | None = None,
    among: gpd.GeoDataFrame | None = None,
    window: Sequence[float] | None = None,
    correction: str = "translation",
    radii: Sequence[float] | None = None,
    replicates: int = 999,
    alpha: float = 0.05,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> DistanceFunction:
    """Return Ripley's cross-K: how many of the others stand within r of the units, per density.

    πr² is chance on an even plain; farms are on no even plain, so test suppliers against all farms.

    Parameters
    ----------
    units, others : GeoDataFrame of points
        Plants and their suppliers; without ``others`` the units around themselves.
    among : GeoDataFrame of points, optional
        Units that could be such suppliers but are not (all other farms): the null draws the others
        from both. Without it the others are shifted round the rectangle, which keeps their pattern.
    window : (west, south, east, north), optional
        The rectangle looked at, in the units' metric projection; by default the extent of all points.
    correction : {"translation", "isotropic", "border", "none"}
        Of the edges of the rectangle.
    radii, replicates, alpha, seed, threads
        As for :func:`m_function`; radii at most half of the rectangle's shorter side.

    Returns
    -------
    DistanceFunction
        Values in m². ``test`` is None where the units are taken around themselves: draw
        :func:`m_function` for that.

    Notes
    -----
    K(r) = |A| / (n_A n_B) Σ_i Σ_j e_ij 1{d_ij ≤ r}, e_ij of Ripley (1977) or of the translated window;
    "border" takes only units at least r from the edge.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> rng = np.random.default_rng(1)
    >>> def layer(xy):
    ...     return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy), crs=32717)
    >>> plants, farms = layer(rng.normal(25_000, 4_000, (2, 30))), layer(rng.uniform(0, 50_000, (2, 400)))
    >>> suppliers = layer(rng.normal(25_000, 4_000, (2, 40)))
    >>> k = cross_k(plants, others=suppliers, among=farms, radii=[5_000], replicates=99)
    >>> k.table["class"].tolist(), k.test.p_value
    (['concentrated'], 0.02)
    """
    asked = Simulating(replicates, alpha, seed)
    if correction not in CORRECTIONS:
        raise ParameterError(
            f"correction = {correction}: "
            + _("must be one of {choices}").format(choices=", ".join(CORRECTIONS))
        )
    layers = {"units": units, "others": others, "among": among}
    require_crs(**{name: layer for name, layer in layers.items() if layer is not None})
    crs = metric_crs(units)
    xy = {name: _sorted(xy_of(layer, crs)) for name, layer in layers.items() if layer is not None}
    frame = _window(np.vstack(list(xy.values())), window)
    reach = _radii_in(frame, radii)
    a, alone = xy["units"], others is None
    b = a if others is None else xy["others"]
    if min(len(a), len(b)) < 2:
        raise SchemaError(_("cross-K needs at least two units on either side"))
    if "among" in xy:
        return _k_among(a, b, xy["among"], frame, correction, reach, asked, threads, progress)
    side = np.array([frame[2] - frame[0], frame[3] - frame[1]])
    low = np.array(frame[:2])

    def drawn(rng: np.random.Generator) -> Array:
        moved = low + (b - low + rng.uniform(0, 1, 2) * side) % side
        return _k(a, moved, frame, correction, reach, alone=False)

    observed = _k(a, b, frame, correction, reach, alone)
    if alone:
        asked = Simulating(0, alpha, seed)
    return _finished("K", reach, observed, drawn, asked, SHIFTED, threads, progress, ())


# --- what is asked --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Given:
    """All units in canonical order: ``code`` 1 of, 2 near, 3 both, 0 neither."""

    xy: Array
    code: NDArray[np.int8]
    weight: Array
    notes: tuple[str, ...]


class _Places:
    """Codes and weights in the order of the rows."""

    def __init__(self, given: _Given, rows: pairs.Rows) -> None:
        self.code, self.weight = given.code[rows.order], given.weight[rows.order]


def _given(
    units: gpd.GeoDataFrame,
    kind: str | None,
    wanted: tuple[str | None, str | None],
    reference: gpd.GeoDataFrame | None,
    weight: str | None,
) -> _Given:
    layers = {"units": units} if reference is None else {"units": units, "reference": reference}
    require_crs(**layers)
    faults = [
        _("the units have no column “{key}”").format(key=key)
        for key in (kind, weight)
        if key is not None and key not in units.columns
    ]
    raise_all(faults, SchemaError)
    crs = metric_crs(units)
    xy, code = xy_of(units, crs), np.full(len(units), 3, dtype=np.int8)
    notes: list[str] = []
    if kind is not None:
        names = units[kind].astype("string")
        code = _codes(names, wanted, kind)
        lost = int(names.isna().sum())
        if lost:
            notes.append(_("{n} units without a kind count among all units only.").format(n=lost))
    sizes = _sizes(units, weight)
    if reference is not None:
        more = xy_of(reference, crs)
        xy, code = np.vstack([xy, more]), np.append(code, np.zeros(len(more), dtype=np.int8))
        sizes = np.append(sizes, np.ones(len(more)))
    order = np.lexsort((sizes, code, xy[:, 1], xy[:, 0]))
    return _Given(xy[order], code[order], sizes[order], tuple(notes))


def _codes(names: pd.Series, wanted: tuple[str | None, str | None], kind: str) -> NDArray[np.int8]:
    of, near = wanted
    code = np.zeros(len(names), dtype=np.int8)
    faults = []
    for bit, name in ((1, of), (2, near)):
        held = (names == str(name)).fillna(False).to_numpy(dtype=bool)
        code |= np.int8(bit) * held.astype(np.int8)
        if held.sum() < 2:
            faults.append(
                _("“{kind}” has {n} units of “{name}”; at least two are needed").format(
                    kind=kind, n=int(held.sum()), name=name
                )
            )
    raise_all(list(dict.fromkeys(faults)), SchemaError)
    return code


def _sizes(units: gpd.GeoDataFrame, weight: str | None) -> Array:
    if weight is None:
        return np.ones(len(units))
    sizes: Array = units[weight].to_numpy(float, na_value=np.nan)
    if not np.isfinite(sizes).all() or (sizes <= 0).any():
        raise SchemaError(
            _(
                "“{key}” must be known and greater than 0 in every row. Remedy: leave those rows out, or do without weights"
            ).format(key=weight)
        )
    return sizes


def _radii(given: _Given, radii: Sequence[float] | None) -> Array:
    if radii is None:
        diagonal = float(np.hypot(*np.ptp(given.xy, axis=0)))
        return np.linspace(0, OF_DIAGONAL * diagonal, STEPS + 1)[1:]
    return _checked(radii)


def _checked(radii: Sequence[float]) -> Array:
    found = np.unique(np.asarray(radii, dtype=float))
    if len(found) == 0 or not np.isfinite(found).all() or found[0] < 0 or found[-1] <= 0:
        raise ParameterError(_("radii must be finite metres, not negative, one above 0 at least"))
    return found


def _radii_in(frame: tuple[float, float, float, float], radii: Sequence[float] | None) -> Array:
    shorter = min(frame[2] - frame[0], frame[3] - frame[1])
    if radii is None:
        return np.linspace(0, shorter / 4, STEPS + 1)[1:]
    found = _checked(radii)
    if found[-1] > shorter / 2:
        raise ParameterError(
            _(
                "radii reach {r:.0f} m, more than half of the window's shorter side ({s:.0f} m)"
            ).format(r=found[-1], s=shorter)
        )
    return found


def _window(xy: Array, window: Sequence[float] | None) -> tuple[float, float, float, float]:
    low, high = xy.min(axis=0), xy.max(axis=0)
    if window is None:
        return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    west, south, east, north = (float(v) for v in window)
    if (
        not (west < east and south < north and (low >= (west, south)).all())
        or not (high <= (east, north)).all()
    ):
        raise ParameterError(_("the window must hold all points: west, south, east, north"))
    return west, south, east, north


def _sorted(xy: Array) -> Array:
    return xy[np.lexsort((xy[:, 1], xy[:, 0]))]


# --- values and envelopes -------------------------------------------------------------------------


def _around(asking: pairs.Rows, rows: pairs.Rows, weights: Array, reach: Array) -> Array:
    sums: Array = pairs.sums_within(asking, rows, weights, reach) - weights[:, None]
    return sums


def _edge_sums(
    a: Array, b: Array, frame: tuple[float, float, float, float], correction: str, reach: Array
) -> Array:
    """Return, for each of b, the sum of edge weights of the a's within each radius."""
    from scipy.spatial import cKDTree

    found = np.zeros((len(b), len(reach)))
    tree = cKDTree(a)
    gaps = distance.border_gaps(a, frame) if correction == "border" else None
    near = np.asarray(tree.query_ball_point(b, reach[-1], return_length=True))
    blocks = np.split(
        np.arange(len(b)), np.flatnonzero(np.diff(np.cumsum(near) // pairs.AT_ONCE)) + 1
    )
    for block in blocks:
        hits = tree.query_ball_point(b[block], reach[-1])
        j = np.repeat(block, [len(h) for h in hits])
        i = np.concatenate([np.asarray(h, dtype=np.int64) for h in hits])
        step = b[j] - a[i]
        d = np.hypot(step[:, 0], step[:, 1])
        weight = np.ones(len(d))
        if correction == "isotropic":
            weight = distance.isotropic_weights(a[i], d, frame)
        elif correction == "translation":
            weight = distance.translation_weights(step, frame)
        for k, r in enumerate(reach):
            kept = d <= r if gaps is None else (d <= r) & (gaps[i] >= r)
            found[:, k] += np.bincount(j[kept], weights=weight[kept], minlength=len(b))
    return found


def _scale(
    a: Array, frame: tuple[float, float, float, float], correction: str, reach: Array
) -> Array:
    """Return |A| / n_A at each radius, of the units that count there."""
    area = (frame[2] - frame[0]) * (frame[3] - frame[1])
    counted = np.full(len(reach), float(len(a)))
    if correction == "border":
        gaps = distance.border_gaps(a, frame)
        counted = np.array([float((gaps >= r).sum()) for r in reach])
    with np.errstate(divide="ignore"):
        scale: Array = np.where(counted > 0, area / counted, np.nan)
    return scale


def _k(
    a: Array,
    b: Array,
    frame: tuple[float, float, float, float],
    correction: str,
    reach: Array,
    alone: bool,
) -> Array:
    sums = _edge_sums(a, b, frame, correction, reach).sum(axis=0)
    scale = _scale(a, frame, correction, reach)
    if alone:  # the unit itself was counted, with weight 1
        gaps = distance.border_gaps(a, frame)
        border = correction == "border"
        sums = sums - [float((gaps >= r).sum()) if border else float(len(a)) for r in reach]
    k: Array = sums * scale / (len(b) - 1 if alone else len(b))
    return k


def _k_among(
    a: Array,
    b: Array,
    rest: Array,
    frame: tuple[float, float, float, float],
    correction: str,
    reach: Array,
    asked: Simulating,
    threads: int | None,
    progress: Progress | None,
) -> DistanceFunction:
    """The units stay, so each place's edge-weighted count is made once and only summed anew."""
    pool = np.vstack([b, rest])
    order = np.lexsort((pool[:, 1], pool[:, 0]))
    place = np.empty(len(pool), dtype=np.int64)
    place[order] = np.arange(len(pool))
    sums = _edge_sums(a, pool[order], frame, correction, reach)
    scale = _scale(a, frame, correction, reach) / len(b)

    def drawn(rng: np.random.Generator) -> Array:
        total: Array = sums[rng.choice(len(pool), len(b), replace=False)].sum(axis=0) * scale
        return total

    observed = sums[np.sort(place[: len(b)])].sum(axis=0) * scale
    return _finished("K", reach, observed, drawn, asked, RELABELLED, threads, progress, ())


def _finished(
    name: str,
    reach: Array,
    observed: Array,
    drawn: Callable[[np.random.Generator], Array],
    asked: Simulating,
    null: str,
    threads: int | None,
    progress: Progress | None,
    notes: tuple[str, ...],
) -> DistanceFunction:
    import pandas as pd

    low = high = expected = np.full(len(reach), np.nan)
    test = None
    if asked.replicates:
        maps = _simulated(drawn, asked, len(reach), threads, progress or silent)
        low, high, p = distance.global_envelope(observed, maps, asked.alpha)
        with np.errstate(invalid="ignore"):
            expected = maps.mean(axis=0)
        largest = float(np.nanmax(np.abs(observed - expected), initial=0.0))
        test = TestResult(name, largest, p, "two-sided", asked.replicates, asked.seed, null)
    words = np.where(
        observed > high, "concentrated", np.where(observed < low, "dispersed", "neither")
    )
    columns = {"r": reach, "value": observed, "expected": expected, "low": low, "high": high}
    table: pd.DataFrame = pd.DataFrame({**columns, "class": words})
    return DistanceFunction(name, table, test, notes)


def _simulated(
    drawn: Callable[[np.random.Generator], Array],
    asked: Simulating,
    width: int,
    threads: int | None,
    report: Progress,
) -> Array:
    """Return the functions of the null maps; map r depends on the seed and r only."""
    maps = np.zeros((asked.replicates, width))

    def one(replicate: int) -> Array:
        return drawn(np.random.default_rng([asked.seed, replicate]))

    with ThreadPoolExecutor(threads or default_threads()) as workers:
        try:
            for done, value in enumerate(workers.map(one, range(asked.replicates))):
                maps[done] = value
                report((done + 1) / asked.replicates, _("Drawing maps under the null"))
        finally:  # an error or a cancel leaves no replicate waiting its turn
            workers.shutdown(wait=True, cancel_futures=True)
    return maps
