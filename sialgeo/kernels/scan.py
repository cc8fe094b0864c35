"""The spatial scan statistic on arrays: which zones are tried, and the best of them.

A zone is the set of sites within an ellipse (a circle among them) centred on a site. For each centre
the sites are sorted by distance, so a zone is a prefix of that order and its counts are cumulative
sums. Nothing of sites × sites is kept: centres go by blocks, and all maps drawn under the null pass
through a block while it is in memory.

For a given number of cases the likelihood ratio of a high-rate zone falls as its population grows.
So with a statistic to beat, each zone needs a least number of cases, which is looked up; logarithms
are taken only for zones that reach it. A compiled path (numba, where installed) finds the same zones.

References
----------
Kulldorff, M. (1997). A spatial scan statistic. Communications in Statistics 26(6), 1481–1496.
Kulldorff, M., Huang, L., Pickle, L., Duczmal, L. (2006). An elliptic spatial scan statistic.
Statistics in Medicine 25, 3929–3943.
Jung, I., Kulldorff, M., Richard, O. J. (2010). A spatial scan statistic for multinomial data.
Statistics in Medicine 29, 1910–1918.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import xlogy

from sialgeo.kernels.compiled import SCAN_MIXES, SCAN_RATES, compile_all, default_threads
from sialgeo.kernels.likelihood import bernoulli_llr, multinomial_llr, poisson_llr
from sialgeo.kernels.parts import places

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Report = Callable[[float], None]

CIRCLE: tuple[tuple[float, int], ...] = ((1.0, 1),)
ELLIPSES = ((1.0, 1), (1.5, 4), (2.0, 6), (3.0, 9), (4.0, 12), (5.0, 15))  # ratio of axes, angles
WORDS = 8  # of 64 bits, in which null maps are counted side by side
MAPS_IN_MEMORY = 1_000_000_000  # bytes of null counts held at once
_VALUES_IN_BLOCK = 1 << 20
_TREE_BELOW = 1 / 8  # of the sites: fewer neighbours than this come from a tree, more from a sort
_STEP = 0.25  # statistics to beat are rounded down to this, so that tables are shared
_TIE = 1e-9  # relative
_GRAIN = 1e-11  # of the largest coordinate


# --- zones -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Frame:
    """One shape of ellipse: ratio of its axes and angle of the longer one from the x axis (degrees)."""

    ratio: float
    angle: float

    def within(self, xy: Array) -> Array:
        """Return coordinates (n, 2) in which the ellipse is a circle of radius its shorter semi-axis."""
        if self.ratio == 1.0:
            return xy
        turn = np.deg2rad(self.angle)
        cos, sin = np.cos(turn), np.sin(turn)
        x, y = xy[:, 0], xy[:, 1]
        return np.column_stack([(x * cos + y * sin) / self.ratio, y * cos - x * sin])

    def weight(self, penalty: float) -> float:
        """Return the eccentricity penalty [4s/(s+1)²]^a of Kulldorff et al. (2006).

        >>> round(Frame(4.0, 0.0).weight(0.5), 6)
        0.8
        """
        return float((4 * self.ratio / (self.ratio + 1) ** 2) ** penalty)


def frames_of(shapes: tuple[tuple[float, int], ...]) -> tuple[Frame, ...]:
    """Return every ratio at each of its angles, evenly spaced over half a turn from the x axis."""
    return tuple(Frame(s, k * 180.0 / angles) for s, angles in shapes for k in range(angles))


@dataclass(frozen=True)
class Block:
    """Zones around a few centres: row = centre, column = one site more.

    ``order`` (r, l) sites, ``size`` (r, l) their cumulative population, ``distance`` (r, l) of the last
    one, ``ends`` (r, l) whether a zone may end there, ``lengths`` (r,) columns that matter.
    """

    order: NDArray[np.int32]
    size: Array
    distance: Array
    ends: Flags
    lengths: Ints


@dataclass(frozen=True)
class Window:
    """The zones tried: distinct sites (s, 2), their population, the largest zone, centres and shapes.

    Parameters
    ----------
    xy : (s, 2)
        Distinct sites; ``size`` (s,) their population (units of the pool, people, expected cases).
    limit : float
        Largest population of a zone.
    centres : (c,) int
        Sites that zones are centred on; they must be chosen without looking at the cases.
    frames
        Shapes, circles first.
    """

    xy: Array
    size: Array
    limit: float
    centres: Ints
    frames: tuple[Frame, ...] = field(default_factory=lambda: frames_of(CIRCLE))

    @cached_property
    def grain(self) -> float:
        """Distances nearer than this are one: what the coordinates can tell apart."""
        return float(np.abs(self.xy).max(initial=1.0)) * _GRAIN

    @cached_property
    def seen(self) -> tuple[Array, ...]:
        """Return the sites in each frame, about their middle."""
        middle = self.xy - self.xy.mean(axis=0)
        return tuple(frame.within(middle) for frame in self.frames)

    @cached_property
    def trees(self) -> tuple[cKDTree, ...]:
        """Return a tree of the sites in each frame."""
        return tuple(cKDTree(xy) for xy in self.seen)

    @cached_property
    def neighbours(self) -> int:
        """Guess how many sites the largest zone holds."""
        share = min(self.limit / max(float(self.size.sum()), 1e-300), 1.0)
        return min(int(len(self.xy) * share * 1.3) + 32, len(self.xy))

    def bytes_needed(self, threads: int) -> float:
        """Guess the memory of a scan: blocks of zones in work, maps under the null, trees."""
        sites, near = len(self.xy), max(self.neighbours, 1)
        rows = max(min(_VALUES_IN_BLOCK // near, len(self.centres) // 8), 1)
        columns = near if near < sites * _TREE_BELOW else sites
        maps = min(float(MAPS_IN_MEMORY), sites * 2_048.0)
        return 64.0 * rows * columns * threads + maps + 100.0 * sites * len(self.frames)

    def tie(self, distance: Any) -> Any:
        """Return by how much two distances must differ to be two."""
        return distance * _TIE + self.grain

    def tasks(self) -> Iterator[tuple[int, Ints]]:
        """Yield (frame, centres) for each block."""
        rows = max(_VALUES_IN_BLOCK // max(self.neighbours, 1), 1)
        rows = min(rows, max(len(self.centres) // 8, 1))
        for frame in range(len(self.frames)):
            for low in range(0, len(self.centres), rows):
                yield frame, self.centres[low : low + rows]

    def block(self, frame: int, centres: Ints) -> Block:
        """Return the zones around some centres in one frame."""
        total = len(self.xy)
        k = min(self.neighbours, total)
        while k < total * _TREE_BELOW:
            distance, order = self.trees[frame].query(self.seen[frame][centres], k=k)
            size = np.cumsum(self.size[order], axis=1)
            if (size[:, -1] > self.limit * (1 + 2 * _TIE)).all():
                return self._block(order, size, distance, whole=False)
            k *= 2
        xy = self.seen[frame]
        gap = xy[centres, None, 0] - xy[None, :, 0]
        distance = gap * gap
        np.subtract(xy[centres, None, 1], xy[None, :, 1], out=gap)
        distance += gap * gap
        for nearest in (k, total):
            if nearest < total:
                order = np.argpartition(distance, nearest, axis=1)[:, :nearest]
                inner = np.argsort(np.take_along_axis(distance, order, axis=1), axis=1)
                order = np.take_along_axis(order, inner, axis=1)
            else:
                order = np.argsort(distance, axis=1)
            size = np.cumsum(self.size[order], axis=1)
            if nearest == total or (size[:, -1] > self.limit * (1 + 2 * _TIE)).all():
                break
        length = int((size <= self.limit * (1 + _TIE)).sum(axis=1).max(initial=0)) + 1
        order, size = order[:, :length], size[:, :length]
        distance = np.sqrt(np.take_along_axis(distance, order, axis=1))
        return self._block(order, size, distance, whole=length >= total)

    def _block(self, order: Ints, size: Array, distance: Array, *, whole: bool) -> Block:
        fits = size <= self.limit * (
            1 + _TIE
        )  # a cumulative sum may miss its share in the last bit
        ends = fits.copy()
        ends[:, :-1] &= np.diff(distance, axis=1) > self.tie(distance[:, :-1])
        ends[:, -1] &= whole
        columns = np.arange(1, order.shape[1] + 1)
        lengths = (ends * columns).max(axis=1, initial=0).astype(np.int64)
        order_32 = np.ascontiguousarray(order, np.int32)
        return Block(order_32, np.ascontiguousarray(size), distance, ends, lengths)


def merge_sites(xy: Array) -> tuple[Array, Ints]:
    """Merge identical coordinates: return the distinct sites and the site of each row.

    Sites are ordered by distance from their middle, so that the order does not depend on rows,
    translation or rotation (but for sites equally far away, which go by x, then y).
    """
    unique, _first, site = places(xy)
    gap = unique - unique.mean(axis=0)
    far = np.hypot(gap[:, 0], gap[:, 1])
    grain = max(float(np.abs(xy).max(initial=1.0)) * _GRAIN, float(far.max(initial=0.0)) * _TIE)
    order = np.lexsort((unique[:, 1], unique[:, 0], np.round(far / max(grain, 1e-300))))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return unique[order], rank[site]


def thinned_centres(xy: Array, most: int) -> Ints:
    """Return at most ``most`` sites spread as the sites are, chosen by their places alone.

    Every k-th site along a Z-order curve, in its order: more where sites are dense, and neighbours
    come one after the other.

    >>> len(thinned_centres(np.random.default_rng(1).uniform(0, 1, (1000, 2)), 100))
    100
    """
    low, span = xy.min(axis=0), float(np.ptp(xy, axis=0).max())
    cell = ((xy - low) / max(span, 1e-300) * (2**20 - 1)).astype(np.int64)
    key = np.zeros(len(xy), dtype=np.int64)
    for bit in range(20):
        key |= ((cell[:, 0] >> bit) & 1) << (2 * bit) | ((cell[:, 1] >> bit) & 1) << (2 * bit + 1)
    along = np.argsort(key, kind="stable").astype(np.int64)
    if len(xy) <= most:
        return along
    return along[((np.arange(most) + 0.5) * len(xy) / most).astype(np.int64)]


# --- models ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rates:
    """Cases against a population: Bernoulli (cases among its units) or Poisson.

    ``cases`` in all, ``total`` population, ``least`` cases of a zone.
    """

    bernoulli: bool
    cases: int
    total: float
    least: int = 2

    def statistic(self, counts: Any, size: Any) -> Array:
        """Return the log-likelihood ratio of high-rate zones, 0 for others or with too few cases."""
        counts, size = np.asarray(counts, dtype=float), np.asarray(size, dtype=float)
        if self.bernoulli:
            value = bernoulli_llr(counts, np.maximum(size, counts), self.cases, self.total)
        else:
            expected = np.minimum(size * (self.cases / self.total), self.cases)
            value = poisson_llr(counts, expected, self.cases)
        return np.where(counts >= self.least, value, 0.0)

    def promising(self, counts: NDArray[Any], size: Array) -> Flags:
        """Return which zones can have a statistic above 0."""
        found: Flags = (counts >= self.least) & (counts * (self.total / self.cases) > size)
        return found

    def largest_sizes(self, least: float, limit: float) -> Array:
        """Return, for 0, 1, … cases, the largest population at which the statistic is ≥ ``least``.

        −1 where none is. Never too small: an interval that brackets the root is halved and its upper
        end returned. Not decreasing; it stops where a zone of population ``limit`` is reached.
        """
        c = np.arange(self._enough(least, limit) + 1, dtype=float)
        high = c * (self.total / max(self.cases, 1)) * (1 + 1e-12)
        low = c.copy() if self.bernoulli else np.full(len(c), self.total * 1e-12)
        never = (c < self.least) | (self.statistic(c, low) < least)
        for _ in range(24):
            middle = (low + high) / 2
            above = self.statistic(c, middle) >= least
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        found: Array = np.maximum.accumulate(np.where(never, -1.0, high * (1 + 1e-12)))
        return found

    def _enough(self, least: float, limit: float) -> int:
        """Return how many cases suffice for the statistic in a zone of population ``limit``."""
        size = min(limit * (1 + 2 * _TIE), self.total)
        low, high = int(size * self.cases / self.total), self.cases
        while low < high:
            middle = (low + high) // 2
            if float(self.statistic(middle, size)) > least:
                high = middle
            else:
                low = middle + 1
        return min(high, self.cases)


@dataclass(frozen=True)
class Mixes:
    """Cases of several categories: where their mix differs from the rest (multinomial).

    ``totals`` (k,) cases of each category in all.
    """

    totals: tuple[int, ...]
    least: int = 2

    @property
    def cases(self) -> int:
        """Return the cases of all categories."""
        return sum(self.totals)

    def statistic(self, counts: Any, size: Any = None) -> Array:
        """Return the log-likelihood ratio of zones from their counts (…, k)."""
        del size
        counts = np.asarray(counts, dtype=float)
        value = multinomial_llr(counts, np.array(self.totals, dtype=float))
        return np.where(counts.sum(axis=-1) >= self.least, value, 0.0)

    def promising(self, counts: NDArray[Any], size: Array) -> Flags:
        """Return which zones can have a statistic above 0."""
        del counts
        found: Flags = size >= self.least - 0.5
        return found

    def tables(self) -> tuple[Array, Array]:
        """Return (k, max + 1) terms by category and count, and (cases + 1,) the term of a zone's size."""
        most = max(self.totals)
        c = np.arange(most + 1, dtype=float)
        terms = np.stack(
            [xlogy(c, c) + xlogy(np.maximum(t - c, 0), np.maximum(t - c, 0)) for t in self.totals]
        )
        n = np.arange(self.cases + 1, dtype=float)
        return terms, xlogy(n, n) + xlogy(self.cases - n, self.cases - n)


# --- the observed map ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Zone:
    """A zone found: frame, centre (site), shorter semi-axis, member sites and its statistic.

    ``statistic`` includes the eccentricity penalty, ``llr`` does not.
    """

    frame: Frame
    centre: int
    radius: float
    members: Ints
    statistic: float
    llr: float


def best_zones(
    window: Window,
    model: Rates | Mixes,
    cases: NDArray[Any],
    *,
    penalty: float = 0.0,
    limit: float | None = None,
    most: int = 10,
    threads: int | None = None,
) -> list[Zone]:
    """Return the best zone, then the best of those that share no site with it, and so on.

    Parameters
    ----------
    cases : (s,) or (s, k) int
        Cases of each site.
    limit : float, optional
        Largest population of a zone to be reported (never above the window's).
    most : int
        Zones returned at the most.
    """
    if limit is not None and limit < window.limit:
        window = replace(window, limit=limit)
    weights = [frame.weight(penalty) for frame in window.frames]

    def one(task: tuple[int, Ints]) -> Array:
        frame, centres = task
        return _records(window, model, cases, frame, centres, weights[frame])

    with ThreadPoolExecutor(threads or default_threads()) as workers:
        found = np.concatenate([np.zeros((0, 4)), *workers.map(one, list(window.tasks()))])
    return _disjoint(window, model, cases, weights, found, most)


def _records(
    window: Window,
    model: Rates | Mixes,
    cases: NDArray[Any],
    frame: int,
    centres: Ints,
    weight: float,
) -> Array:
    """Return (frame, centre, radius, statistic) of zones better than every smaller one of their centre."""
    block = window.block(frame, centres)
    counts = np.cumsum(cases[block.order], axis=1)
    value = np.zeros(block.size.shape)
    may = block.ends & model.promising(counts, block.size)
    value[may] = weight * model.statistic(counts[may], block.size[may])
    running = np.maximum.accumulate(value, axis=1)
    new = np.diff(running, axis=1, prepend=0.0) > 0
    row, column = np.nonzero(new)
    return np.column_stack(
        [
            np.full(len(row), float(frame)),
            centres[row].astype(float),
            block.distance[row, column],
            running[row, column],
        ]
    )


def _disjoint(
    window: Window,
    model: Rates | Mixes,
    cases: NDArray[Any],
    weights: list[float],
    records: Array,
    most: int,
) -> list[Zone]:
    """Take the best zone again and again, leaving out what shares a site with those taken.

    A centre's zone shares none if it is smaller than the distance to the nearest site taken; the best
    of a centre's zones below a size is always among the records.
    """
    frame, centre = records[:, 0].astype(np.int64), records[:, 1].astype(np.int64)
    radius, value = records[:, 2], records[:, 3]
    free = np.full(len(records), np.inf)
    zones: list[Zone] = []
    for _ in range(most):
        allowed = np.where(radius < free - window.tie(radius), value, 0.0)
        top = float(allowed.max(initial=0.0))
        if top <= 0:
            break
        near = np.flatnonzero(allowed >= top * (1 - 1e-9))  # the same zone from several centres
        pick = near[np.lexsort((radius[near], centre[near], frame[near]))[0]]
        zone = _zone(
            window, model, cases, weights, int(frame[pick]), int(centre[pick]), radius[pick]
        )
        zones.append(zone)
        for f in range(len(window.frames)):
            ours = frame == f
            if ours.any():
                gaps, _index = cKDTree(window.seen[f][zone.members]).query(
                    window.seen[f][centre[ours]]
                )
                free[ours] = np.minimum(free[ours], gaps)
    return zones


def _zone(
    window: Window,
    model: Rates | Mixes,
    cases: NDArray[Any],
    weights: list[float],
    frame: int,
    centre: int,
    radius: float,
) -> Zone:
    gap = window.seen[frame] - window.seen[frame][centre]
    members = np.flatnonzero(np.hypot(gap[:, 0], gap[:, 1]) <= radius + window.tie(radius))
    llr = float(model.statistic(cases[members].sum(axis=0), window.size[members].sum()))
    return Zone(window.frames[frame], centre, float(radius), members, llr * weights[frame], llr)


# --- maps under the null -----------------------------------------------------------------------------


def null_maxima(
    window: Window,
    model: Rates | Mixes,
    draw: Callable[[np.random.Generator], NDArray[Any]],
    *,
    replicates: int,
    seed: int,
    penalty: float = 0.0,
    threads: int | None = None,
    compiled: bool | None = None,
    report: Report | None = None,
) -> Array:
    """Return the largest statistic of each map drawn under the null, (replicates,).

    Parameters
    ----------
    draw : callable(generator) -> (s,) or (s, k) int
        Cases of each site under the null; replicate r is drawn by ``default_rng([seed, r])``.
    compiled : bool, optional
        Whether to use numba; by default where it is installed. Results are the same.
    report : callable(fraction), optional
    """
    made = SCAN_RATES if isinstance(model, Rates) else SCAN_MIXES
    kernels = compile_all(made) if compiled is None or compiled else None
    weights = [frame.weight(penalty) for frame in window.frames]
    columns = 1 if isinstance(model, Rates) else len(model.totals)
    lanes = _lanes(model)
    bytes_each = columns * len(window.xy) * (8 * WORDS // lanes)
    held = max(int(MAPS_IN_MEMORY / bytes_each) // lanes, 1) * lanes
    maxima = np.zeros(replicates)
    groups = [range(low, min(low + held, replicates)) for low in range(0, replicates, held)]
    with ThreadPoolExecutor(threads or default_threads()) as workers:
        for number, group in enumerate(groups):
            maps = _maps(workers, draw, group, seed, model)
            kind = _RateMaxima if isinstance(model, Rates) else _MixMaxima
            search = kind(window, model, maps, weights, kernels)
            tasks = _spread(list(window.tasks()))
            for first in (1, 8):  # a few centres from all over give something to beat
                search.block(0, window.centres[:: -(-len(window.centres) // first)])
            with ExitStack() as stopped:  # by a cancel or an error: what waits is not begun
                stopped.callback(workers.shutdown, wait=False, cancel_futures=True)
                for done, _none in enumerate(workers.map(search.block, *zip(*tasks, strict=True))):
                    if report is not None:
                        report((number + (done + 1) / len(tasks)) / len(groups))
                stopped.pop_all()
            maxima[group.start : group.stop] = search.best[: len(group)]
    return maxima


def _lanes(model: Rates | Mixes) -> int:
    """Return how many maps go side by side: 16 bits a count where the cases fit, else 32."""
    return WORDS * (4 if model.cases < 2**15 else 2)


def _spread(tasks: list[tuple[int, Ints]]) -> list[tuple[int, Ints]]:
    """Return the tasks from all over the map first: good statistics to beat come early."""
    order = np.random.default_rng(0).permutation(len(tasks))
    return [tasks[i] for i in order]


def _maps(
    workers: ThreadPoolExecutor,
    draw: Callable[[np.random.Generator], NDArray[Any]],
    group: range,
    seed: int,
    model: Rates | Mixes,
) -> NDArray[Any]:
    """Return the counts of a group of maps, (batches, s, lanes) or (batches, s, k, lanes)."""
    lanes = _lanes(model)
    first = draw(np.random.default_rng([seed, group.start]))
    batches = -(-len(group) // lanes)
    maps = np.zeros((batches, *first.shape, lanes), dtype=f"<i{8 * WORDS // lanes}")

    def one(replicate: int) -> None:
        batch, lane = divmod(replicate - group.start, lanes)
        maps[batch, ..., lane] = draw(np.random.default_rng([seed, replicate]))

    list(workers.map(one, group))
    return maps


class _RateMaxima:
    """Keeps the largest statistic of each map while blocks of zones go by."""

    def __init__(
        self, window: Window, model: Any, maps: NDArray[Any], weights: list[float], kernels: Any
    ) -> None:
        self.window, self.model, self.maps, self.weights = window, model, maps, weights
        self.kernels = kernels
        self.lanes = maps.shape[-1]
        self.best = np.zeros(len(maps) * self.lanes)
        self._lock = threading.Lock()
        self._tables: dict[int, Array] = {}

    def block(self, frame: int, centres: Ints) -> None:
        block = self.window.block(frame, centres)
        needs: dict[int, NDArray[np.int32]] = {}
        for batch, maps in enumerate(self.maps):
            part = slice(batch * self.lanes, (batch + 1) * self.lanes)
            key = int(float(self.best[part].min()) / self.weights[frame] / _STEP)
            if key not in needs:
                needs[key] = self._needs(block, self._sizes(key))
            found = self._search(block, maps, needs[key]) * self.weights[frame]
            with self._lock:
                np.maximum(self.best[part], found, out=self.best[part])

    def _sizes(self, key: int) -> Array:
        if key not in self._tables:
            self._tables[key] = self.model.largest_sizes(key * _STEP, self.window.limit)
        return self._tables[key]

    def _needs(self, block: Block, sizes: Array) -> NDArray[np.int32]:
        """Return the cases that each zone needs (r, l) to reach a statistic; 0: it cannot."""
        if self.kernels is not None:
            need: NDArray[np.int32] = self.kernels.least_counts(
                block.size, block.ends, block.lengths, sizes
            )
            return need
        need = np.searchsorted(sizes, block.size, side="left").astype(np.int32)
        need[~block.ends | (need == len(sizes))] = 0
        return need

    def _search(self, block: Block, maps: NDArray[Any], need: NDArray[np.int32]) -> Array:
        """Return the best statistic of each lane among the zones that have the cases needed."""
        best = np.zeros(self.lanes)
        find = self._plain if self.kernels is None else self._fast
        for lane, zone, count in find(block, maps, need):
            value = self.model.statistic(count, block.size.ravel()[zone])
            np.maximum.at(best, lane, value)
        return best

    def _fast(
        self, block: Block, maps: NDArray[Any], need: NDArray[np.int32]
    ) -> Iterator[tuple[Ints, Ints, Ints]]:
        room = self.lanes * block.order.shape[1] + 65_536
        hits = np.empty((3, room), dtype=np.int64)
        words, bits = maps.view("<u8").astype(np.uint64, copy=False), 64 * WORDS // self.lanes
        row = 0
        while row < len(block.order):
            row, n = self.kernels.scan(block.order, need, block.lengths, words, bits, row, hits)
            if n:
                yield hits[0, :n], hits[1, :n], hits[2, :n]

    def _plain(
        self, block: Block, maps: NDArray[Any], need: NDArray[np.int32]
    ) -> Iterator[tuple[Ints, Ints, Ints]]:
        width = block.order.shape[1]
        for row, length in enumerate(block.lengths):
            least = np.where(need[row, :length] > 0, need[row, :length], self.model.cases + 1)
            counts = np.cumsum(maps[block.order[row, :length]], axis=0, dtype=maps.dtype)
            zone, lane = np.nonzero(counts >= least[:, None])
            if len(zone):
                yield lane, zone + row * width, counts[zone, lane].astype(np.int64)


class _MixMaxima:
    """As ``_RateMaxima``, for several categories: zones' terms are looked up in tables."""

    def __init__(
        self, window: Window, model: Any, maps: NDArray[Any], weights: list[float], kernels: Any
    ) -> None:
        self.window, self.model, self.maps, self.weights = window, model, maps, weights
        self.kernels = kernels
        self.lanes = maps.shape[-1]
        self.best = np.zeros(len(maps) * self.lanes)
        self._terms, self._of_size = model.tables()
        self._lock = threading.Lock()

    def block(self, frame: int, centres: Ints) -> None:
        block = self.window.block(frame, centres)
        whole = np.rint(block.size).astype(np.int64)
        ends = block.ends & (whole >= self.model.least)
        base = self._of_size[np.minimum(whole, self.model.cases)]
        find = self._plain if self.kernels is None else self._fast
        for batch, maps in enumerate(self.maps):
            part = slice(batch * self.lanes, (batch + 1) * self.lanes)
            counts = find(block, ends, base, maps)
            found = self.model.statistic(counts) * self.weights[frame]
            with self._lock:
                np.maximum(self.best[part], found, out=self.best[part])

    def _fast(self, block: Block, ends: Flags, base: Array, maps: NDArray[Any]) -> Ints:
        """Return the counts (lanes, k) of the best zone of each lane, 0 where there is none."""
        counts: Ints = self.kernels.scan_mix(
            block.order, ends, block.lengths, base, maps, self._terms
        )
        return counts

    def _plain(self, block: Block, ends: Flags, base: Array, maps: NDArray[Any]) -> Ints:
        best = np.full(self.lanes, -np.inf)
        kept = np.zeros((self.lanes, maps.shape[1]), dtype=np.int64)
        for row, length in enumerate(block.lengths):
            if not ends[row, :length].any():
                continue
            counts = np.cumsum(maps[block.order[row, :length]], axis=0, dtype=np.int64)
            counts = counts[ends[row, :length]]
            value = np.zeros((len(counts), self.lanes))
            for k in range(maps.shape[1]):
                value += self._terms[k][counts[:, k]]
            value -= base[row, :length][ends[row, :length], None]
            zone = value.argmax(axis=0)
            top = value[zone, np.arange(self.lanes)]
            better = np.flatnonzero(top > best)
            best[better] = top[better]
            kept[better] = counts[zone[better], :, better]
        return kept
