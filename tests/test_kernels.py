"""The kernels against brute force, against scipy and scikit-learn, and against published numbers."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.stats import binomtest, hypergeom, poisson

from sialgeo.kernels import cells, compiled
from sialgeo.kernels.density import cluster, dbscan, footprint_sums
from sialgeo.kernels.grid import Grid, frame_of
from sialgeo.kernels.likelihood import (
    UNREACHABLE,
    bernoulli_llr,
    hypergeometric_critical,
    naive_risk_interval,
    poisson_critical,
    poisson_llr,
)
from sialgeo.kernels.neighbours import (
    canonical_order,
    components_within,
    count_within,
    covered_by,
    nearest_within,
)
from sialgeo.kernels.pooled import Rung
from sialgeo.progress import speaking

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
few = settings(max_examples=30, deadline=None)

seeds = st.integers(0, 2**32 - 1)
shapes = st.sampled_from(["random", "lattice", "line", "one place", "blobs", "far pairs"])
origins = st.sampled_from([0.0, 500_000.0, 9_200_000.0])


def points_of(shape: str, seed: int, origin: float) -> tuple[Array, float]:
    """Return up to 60 points of a shape that is hard in its own way, and a radius for them."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 60))
    if shape == "lattice":  # many distances tie with the radius, many points coincide
        step = float(rng.choice([1.0, 0.1, 250.0]))
        return rng.integers(0, 9, (n, 2)) * step + origin, step * int(rng.integers(1, 4))
    if shape == "line":
        return np.column_stack([rng.integers(0, 30, n) + origin, np.full(n, origin)]), 2.0
    if shape == "one place":
        return np.full((n, 2), origin + 0.3), 1.0
    if shape == "blobs":
        centres = rng.uniform(0, 1e5, (4, 2))
        return centres[rng.integers(0, 4, n)] + rng.normal(0, 800, (n, 2)) + origin, 1_000.0
    if shape == "far pairs":  # a millimetre against ten thousand kilometres
        xy = rng.uniform(0, 1e7, (n, 2))
        return np.vstack([xy, xy + rng.uniform(-1e-3, 1e-3, xy.shape)]), 1e-3
    return rng.uniform(0, 1e5, (n, 2)) + origin, float(rng.choice([10.0, 2e4, 1e6]))


def near(a: Array, b: Array, radius: float) -> NDArray[np.bool_]:
    gap = a[:, None] - b[None]
    return gap[..., 0] ** 2 + gap[..., 1] ** 2 <= radius * radius


def same_partition(a: Ints, b: Ints) -> bool:
    """Tell whether two labellings differ by their numbers only (−1 is −1 in both)."""
    pairs = set(zip(a.tolist(), b.tolist(), strict=True))
    one_to_one = len(pairs) == len({p for p, _ in pairs}) == len({q for _, q in pairs})
    return one_to_one and all((p < 0) == (q < 0) for p, q in pairs)


# --- who is within the radius ---------------------------------------------------------------------


@few
@given(shapes, seeds, origins)
@example("lattice", 0, 0.0)
def test_counts_equal_brute_force_on_both_paths(shape: str, seed: int, origin: float) -> None:
    xy, radius = points_of(shape, seed, origin)
    queries = points_of(shape, seed + 1, origin)[0]
    expected = near(queries, xy, radius).sum(axis=1)
    assert (count_within(queries, xy, radius, compiled=False) == expected).all()
    if compiled.serves():
        assert (count_within(queries, xy, radius, compiled=True) == expected).all()


@pytest.mark.parametrize("path", [False, True, None])
def test_counts_of_nothing(path: bool | None) -> None:
    none, one = np.zeros((0, 2)), np.zeros((1, 2))
    assert count_within(none, one, 1.0, compiled=path).shape == (0,)
    assert count_within(one, none, 1.0, compiled=path).tolist() == [0]
    assert count_within(one, one, 1.0, compiled=path).tolist() == [1]


def test_the_compiled_path_is_left_out_where_numba_cannot_serve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)  # importing it fails, though it is installed
    _forget_what_is_compiled()
    try:
        assert not compiled.serves()
        xy = np.array([[0.0, 0.0], [3.0, 4.0]])
        assert count_within(xy, xy, 5.0, compiled=True).tolist() == [2, 2]
    finally:
        _forget_what_is_compiled()


def _forget_what_is_compiled() -> None:
    compiled.serves.cache_clear()
    compiled.compile_all.cache_clear()


@pytest.mark.skipif(not compiled.serves(), reason="needs numba")
def test_few_points_on_a_long_line_take_few_cells() -> None:
    line = np.column_stack([np.linspace(0, 1e7, 50), np.zeros(50)])
    frame = frame_of(line, 1e-3)
    assert frame is not None
    assert len(Grid.of(line, frame).keys) == 50
    assert (count_within(line, line, 1e-3, compiled=True) == 1).all()


@pytest.mark.skipif(not compiled.serves(), reason="needs numba")
@few
@given(shapes, seeds, origins, st.integers(1, 6))
def test_both_paths_give_the_same_clusters(
    shape: str, seed: int, origin: float, least: int
) -> None:
    xy, radius = points_of(shape, seed, origin)
    plain, cores = dbscan(xy, radius, least, compiled=False)
    fast, fast_cores = dbscan(xy, radius, least, compiled=True)
    assert (cores == fast_cores).all()
    assert (plain == fast).all()


@pytest.mark.skipif(not compiled.serves(), reason="needs numba")
@pytest.mark.parametrize(
    "radius", [30.0, 900.0, 9_000.0]
)  # squares: many more than points, or fewer
def test_many_points_give_the_same_clusters_for_any_number_of_threads(radius: float) -> None:
    from sklearn.cluster import DBSCAN

    rng = np.random.default_rng(3)
    towns = rng.uniform(0, 4e5, (60, 2))[rng.integers(0, 60, 24_000)]
    spread = rng.choice([20.0, 400.0, 40_000.0], (24_000, 1))
    xy = np.round(towns + spread * rng.normal(size=(24_000, 2)), 1)
    frame = frame_of(xy, radius)
    assert frame is not None
    answers = []
    for threads in (1, 2, 5):
        grid = Grid.of(xy, frame, threads)
        assert (xy[grid.order] == np.column_stack([grid.x, grid.y])).all()
        assert (
            np.diff(grid.order)[np.diff(np.repeat(grid.keys, np.diff(grid.start))) == 0] > 0
        ).all()
        answers.append(grid.labels(grid.reach(grid, radius, 6, threads), radius, threads))
    for labels, core in answers[1:]:
        assert (labels == answers[0][0]).all()
        assert (core == answers[0][1]).all()
    labels, core = answers[0]
    plain, plain_core = dbscan(xy, radius, 6, compiled=False)
    assert (plain == labels).all()
    assert (plain_core == core).all()
    if radius < 5_000:  # scikit-learn keeps every pair
        theirs = DBSCAN(eps=radius, min_samples=6).fit(xy)
        assert np.flatnonzero(core).tolist() == theirs.core_sample_indices_.tolist()
        assert same_partition(labels[core], theirs.labels_[core])


@pytest.mark.skipif(not compiled.serves(), reason="needs numba")
@few
@given(shapes, seeds, origins)
def test_reach_is_the_count_held_against_a_need(shape: str, seed: int, origin: float) -> None:
    xy, radius = points_of(shape, seed, origin)
    frame = frame_of(xy, radius)
    if frame is None:
        return
    grid = Grid.of(xy, frame)
    need = np.random.default_rng(seed).integers(0, 12, len(xy))
    counts = near(xy, xy, radius).sum(axis=1)[grid.order]
    assert (grid.counts(grid, radius) == counts).all()
    assert (grid.reach(grid, radius, need) == (counts >= need)).all()


@pytest.mark.skipif(not compiled.serves(), reason="needs numba")
def test_squares_that_no_number_could_name_are_left_to_the_plain_path() -> None:
    xy = np.array([[0.0, 0.0], [1e12, 1e12], [0.0, 1e12]])
    assert frame_of(xy, 1e-6) is None
    assert count_within(xy, xy, 1e-6, compiled=True).tolist() == [1, 1, 1]
    assert dbscan(xy, 1e-6, 1, compiled=True)[0].tolist() == [0, 2, 1]


@few
@given(shapes, seeds, origins)
def test_components_equal_those_of_the_whole_graph(shape: str, seed: int, origin: float) -> None:
    xy, radius = points_of(shape, seed, origin)
    found = components_within(xy, radius)
    assert same_partition(found, connected_components(near(xy, xy, radius), directed=False)[1])
    _, first = np.unique(found, return_index=True)
    assert (np.diff(first) > 0).all()  # numbered by the first point of each
    assert (canonical_order(xy) == np.lexsort((xy[:, 1], xy[:, 0]))).all()


def test_components_survive_a_map_too_wide_for_its_squares() -> None:
    """Squares of 2e-10 m over 1e9 m: their numbers would not fit 64 bits were gaps not shortened."""
    radius = math.sqrt(2) * 2e-10
    xy = np.array([[0.0, 0.0], [2e-10, 0.0], [1e9, 0.0], [0.0, 1e9], [1e9, 1e9]])
    assert components_within(xy, radius).tolist() == [0, 0, 1, 2, 3]


def test_components_of_nothing_and_of_one() -> None:
    assert components_within(np.zeros((0, 2)), 1.0).shape == (0,)
    assert components_within(np.zeros((1, 2)), 1.0).tolist() == [0]


@few
@given(shapes, seeds, origins)
def test_nearest_and_covered_equal_brute_force(shape: str, seed: int, origin: float) -> None:
    xy, radius = points_of(shape, seed, origin)
    queries = points_of(shape, seed + 1, origin)[0]
    reached = near(queries, xy, radius).any(axis=1)
    found = nearest_within(queries, xy, radius)
    assert ((found >= 0) == reached).all()
    gaps = ((queries[:, None] - xy[None]) ** 2).sum(axis=2)
    assert (gaps[reached, found[reached]] == gaps[reached].min(axis=1, initial=np.inf)).all()
    assert (covered_by(queries, xy, radius) == reached).all()


def test_nothing_covers_nothing() -> None:
    assert covered_by(np.zeros((2, 2)), np.zeros((0, 2)), 5.0).tolist() == [False, False]
    assert nearest_within(np.zeros((2, 2)), np.zeros((0, 2)), 5.0).tolist() == [-1, -1]


MEMORY = """
import resource
import sys
import numpy as np
from sialgeo.kernels.neighbours import components_within, count_within

n, neighbours = 200_000, 300
rng = np.random.default_rng(1)
side = 10_000.0
xy = rng.uniform(0, side, (n, 2))
radius = side * np.sqrt(neighbours / (np.pi * n))
unit = 1024 if sys.platform != "darwin" else 1
count_within(xy[:10], xy[:10], radius, compiled=False)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if sys.argv[1] == "components":
    found = components_within(xy, radius)
    assert found.max() == 0
else:
    found = count_within(xy, xy, radius, compiled=False)
    assert 250 < found.mean() < 310
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit
print(grown / (n * neighbours * 8))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="resource is not there")
@pytest.mark.parametrize("what", ["components", "counts"])
def test_memory_does_not_grow_with_the_pairs(what: str) -> None:
    """200,000 points of 300 neighbours each: one number per pair alone would be 480 MB."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, what], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 0.25


# --- clusters --------------------------------------------------------------------------------------


@few
@given(shapes, seeds, origins, st.integers(1, 8))
def test_dbscan_equals_its_definition(shape: str, seed: int, origin: float, min_units: int) -> None:
    xy, radius = points_of(shape, seed, origin)
    joined = near(xy, xy, radius)
    labels, core = dbscan(xy, radius, min_units)
    assert (core == (joined.sum(axis=1) >= min_units)).all()
    graph = joined[np.ix_(core, core)]
    if core.any():
        assert same_partition(labels[core], connected_components(graph, directed=False)[1])
    assert ((labels >= 0) == (joined & core[None]).any(axis=1)).all()
    gaps = ((xy[:, None] - xy[None]) ** 2).sum(axis=2)
    for i in np.flatnonzero(~core & (labels >= 0)):  # a border unit is with (one of) its nearest
        least = gaps[i, core].min()
        assert labels[i] in labels[core & (gaps[i] == least)]


@few
@given(seeds, st.integers(2, 8))
def test_dbscan_equals_scikit_learn(seed: int, min_units: int) -> None:
    from sklearn.cluster import DBSCAN

    xy, radius = points_of("blobs", seed, 0.0)
    theirs = DBSCAN(eps=radius, min_samples=min_units).fit(xy)
    labels, core = dbscan(xy, radius, min_units)
    assert np.flatnonzero(core).tolist() == theirs.core_sample_indices_.tolist()
    assert same_partition(labels[core], theirs.labels_[core])
    assert ((labels < 0) == (theirs.labels_ < 0)).all()


def test_iris_as_r_and_scikit_learn_have_it() -> None:
    """Published (R dbscan, scikit-learn): iris at 0.7 and 5, the point itself counted: 50, 97, 3.

    The kernels work in the plane: iris's four columns confirm what the numbers mean, the two columns
    of the petals that ours mean the same.
    """
    from sklearn.cluster import DBSCAN
    from sklearn.datasets import load_iris

    flowers = load_iris().data
    sizes = np.bincount(DBSCAN(eps=0.7, min_samples=5).fit_predict(flowers) + 1)
    assert sizes.tolist() == [3, 50, 97]
    petals = flowers[:, 2:].astype(float)
    for eps in (0.25, 0.35, 0.75):  # between the distances that tenths of a centimetre can have
        theirs = DBSCAN(eps=eps, min_samples=5).fit(petals)
        labels, core = dbscan(petals, eps, 5)
        assert np.flatnonzero(core).tolist() == theirs.core_sample_indices_.tolist()
        assert same_partition(labels[core], theirs.labels_[core])
        assert ((labels < 0) == (theirs.labels_ < 0)).all()


@few
@given(seeds, st.integers(0, 3), st.sampled_from([0.5, 2.0, 1024.0]))
def test_clusters_do_not_depend_on_place_turn_scale_or_order(
    seed: int, turns: int, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    xy = np.round(points_of("blobs", seed, 0.0)[0])  # whole metres: moving them is exact
    radius = 900.5
    labels, core = dbscan(xy, radius, 4)
    cos, sin = ((1, 0), (0, 1), (-1, 0), (0, -1))[turns]
    turned = np.column_stack([cos * xy[:, 0] - sin * xy[:, 1], sin * xy[:, 0] + cos * xy[:, 1]])
    moved = (turned + np.array([500_000.0, 9_200_000.0])) * scale
    order = rng.permutation(len(xy))
    again, again_core = dbscan(moved[order], radius * scale, 4)
    assert (again_core == core[order]).all()
    assert same_partition(again[again_core], labels[order][again_core])
    assert ((again < 0) == (labels[order] < 0)).all()
    assert (dbscan(xy[order], radius, 4)[0] == labels[order]).all()  # the very same numbers


def test_a_border_unit_between_two_clusters_goes_to_the_nearer() -> None:
    left = [[0.0, 0.0], [0.0, 1.0], [0.0, 0.5], [1.0, 0.5]]
    right = [[5.5 - x, y] for x, y in left]
    between = [[2.9, 0.5]]
    for rows in ([*left, *between, *right], [*right, *between, *left], [*between, *left, *right]):
        xy = np.array(rows)
        labels, core = dbscan(xy, 2.0, 4)
        at = rows.index(between[0])
        assert not core[at]
        assert labels[at] == labels[rows.index(right[0])] != labels[rows.index(left[0])]


def test_no_core_no_cluster() -> None:
    xy = np.array([[0.0, 0.0], [1.0, 0.0]])
    assert cluster(xy, np.zeros(2, dtype=bool), 5.0).tolist() == [-1, -1]
    assert cluster(np.zeros((0, 2)), np.zeros(0, dtype=bool), 5.0).shape == (0,)


def test_footprint_sums_by_hand() -> None:
    members = np.array([[0.0, 0.0], [2.0, 0.0], [10.0, 0.0], [50.0, 50.0]])
    labels = np.array([0, 0, 1, -1])
    #                  in 0 twice  edge of 0   edge of 1    in neither  round the −1
    points = np.array([[1.0, 0.0], [-1.0, 0.0], [11.0, 0.0], [6.0, 0.0], [50.0, 50.0]])
    mass = np.array([1.0, 10.0, 100.0, 1_000.0, 10_000.0])
    one = np.array([1.0, 1.0])
    assert footprint_sums(points, mass, members, labels, one).tolist() == [11.0, 100.0]
    wide = np.array([1.0, 4.0])
    assert footprint_sums(points, mass, members, labels, wide).tolist() == [11.0, 1_100.0]


def test_footprint_sums_of_a_number_that_nobody_has() -> None:
    xy = np.zeros((1, 2))
    sums = footprint_sums(xy, np.ones(1), xy, np.array([2]), np.ones(3))
    assert sums.tolist() == [0.0, 0.0, 1.0]
    assert footprint_sums(xy, np.ones(1), xy, np.array([-1]), np.ones(0)).shape == (0,)


# --- critical counts -------------------------------------------------------------------------------


def exact_tail(pool: int, cases: int, b: int, k: int) -> float:
    """P(Hypergeom(pool−1, cases−1, b−1) ≥ k−1) from binomial coefficients alone."""
    ways = sum(
        math.comb(cases - 1, x) * math.comb(pool - cases, b - 1 - x)
        for x in range(k - 1, min(b, cases))
        if b - 1 - x <= pool - cases
    )
    return ways / math.comb(pool - 1, b - 1)


@pytest.mark.parametrize("alpha", [0.05, 0.001, 1e-6])
@pytest.mark.parametrize(("pool", "cases"), [(1, 1), (2, 1), (9, 3), (40, 40), (60, 55), (60, 7)])
def test_hypergeometric_critical_by_counting_ways(pool: int, cases: int, alpha: float) -> None:
    b = np.arange(1, pool + 1)
    for here, found in zip(b, hypergeometric_critical(b, cases, pool, alpha), strict=True):
        enough = [
            k for k in range(1, min(here, cases) + 1) if exact_tail(pool, cases, here, k) <= alpha
        ]
        assert found == (enough[0] if enough else UNREACHABLE)


@few
@given(
    st.sampled_from([30, 500, 5_000, 100_000]),
    st.floats(0.001, 1.0),
    st.sampled_from([0.1, 0.05, 0.001, 1e-6]),
    seeds,
)
def test_hypergeometric_critical_equals_scipy(
    pool: int, share: float, alpha: float, seed: int
) -> None:
    cases = max(1, round(pool * share))  # also where producers are most of the pool
    b = np.random.default_rng(seed).integers(1, pool + 1, 12)
    for here, found in zip(b, hypergeometric_critical(b, cases, pool, alpha), strict=True):
        tail = hypergeom(pool - 1, cases - 1, here - 1).sf  # not increasing: the two sides decide
        most = min(here, cases)
        if found == UNREACHABLE:
            assert tail(most - 2) > alpha
        else:
            assert found <= most
            assert tail(found - 2) <= alpha < tail(found - 3)


def test_hypergeometric_critical_keeps_the_shape_and_order_of_its_rows() -> None:
    b = np.array([50, 3, 50, 700])
    found = hypergeometric_critical(b, 500, 30_500, 0.001)
    assert found.tolist() == [
        hypergeometric_critical(np.array([v]), 500, 30_500, 0.001)[0] for v in b
    ]
    assert hypergeometric_critical(np.zeros(0, dtype=np.int64), 5, 10, 0.05).shape == (0,)


@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.001, 1e-6])
def test_poisson_critical_is_the_least_count(alpha: float) -> None:
    rng = np.random.default_rng(1)
    mu = np.concatenate([rng.uniform(0, 40, 50), [0.0, 1e-9, 1e-3, 5e3, 1e6]])
    found = poisson_critical(mu, alpha)
    at = np.maximum(mu, 1e-12)
    assert (poisson.sf(found - 2, at) <= alpha).all()  # P(X ≥ k − 1)
    assert (poisson.sf(found - 3, at) > alpha).all()


def test_poisson_critical_at_the_density_of_cajamarca() -> None:
    """500 plants in 20,000 km²: within 3, 5, 7, 10 km the least counts at .01 and .001."""
    mu = 500 / 20_000 * np.pi * np.array([3.0, 5.0, 7.0, 10.0]) ** 2
    assert poisson_critical(mu, 0.01).tolist() == [5, 8, 11, 17]
    assert poisson_critical(mu, 0.001).tolist() == [6, 9, 13, 20]


# --- likelihoods -----------------------------------------------------------------------------------


def test_bernoulli_llr_of_satscan() -> None:
    """SaTScan 9.3.1 on *grave*: 11 of 19 in the zone, 30 of 143 in all."""
    assert float(bernoulli_llr(11, 19, 30, 143)) == pytest.approx(7.41934, abs=1e-5)
    assert float(bernoulli_llr(3, 3, 30, 143)) == pytest.approx(4.808517, abs=1e-6)
    assert float(bernoulli_llr(2, 2, 30, 143)) == pytest.approx(3.177442, abs=1e-6)


def test_bernoulli_llr_of_the_carolina_counties() -> None:
    """R smerc, recomputed exactly: sids79, 70 of 836 deaths in five counties."""
    assert float(poisson_llr(70, 38.804277, 836)) == pytest.approx(10.72030518, abs=1e-6)


def test_poisson_llr_of_satscan() -> None:
    """SaTScan 9.6, New York leukaemia, 552 cases: the most likely zones at 50 and 10 per cent."""
    assert float(poisson_llr(100, 58.2827, 552)) == pytest.approx(14.083511, abs=1e-4)
    assert float(poisson_llr(85, 49.71, 552)) == pytest.approx(11.577255, abs=5e-3)
    assert float(poisson_llr(38, 17.79, 552)) == pytest.approx(9.019716, abs=5e-3)


def test_llr_is_nought_where_the_rate_is_not_high() -> None:
    assert bernoulli_llr(
        np.array([2.0, 0.0, 30.0]), np.array([19.0, 0.0, 143.0]), 30, 143
    ).tolist() == [
        0.0,
        0.0,
        0.0,
    ]
    assert (
        poisson_llr(np.array([0.0, 5.0, 10.0]), np.array([0.0, 5.0, 10.0]), 10).tolist()
        == [0.0] * 3
    )


@few
@given(st.integers(1, 200), st.integers(1, 200), st.integers(0, 200), st.integers(0, 200))
def test_bernoulli_llr_is_finite_and_grows_with_the_cases(
    m: int, rest: int, c: int, out: int
) -> None:
    c, out = min(c, m), min(out, rest)
    pool, cases = m + rest, c + out
    value = float(bernoulli_llr(c, m, cases, pool))
    assert math.isfinite(value)
    assert value >= 0.0
    if 0 < c < m and cases < pool:  # one case more inside, one fewer outside
        more = float(bernoulli_llr(c + 1, m, cases, pool)) if out else math.inf
        assert more >= value


# --- effect sizes ----------------------------------------------------------------------------------


@few
@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.01, 0.99))
def test_naive_risk_interval_is_clopper_and_pearsons(c: int, out: int, share: float) -> None:
    cases = c + out
    if cases == 0:
        return
    risk, low, high = (
        float(v[0]) for v in naive_risk_interval(np.array([c]), np.array([share]), cases)
    )
    exact = binomtest(c, cases).proportion_ci(0.95, method="exact")
    odds = (1 - share) / share

    def ratio(p: float) -> float:
        return math.inf if p == 1 else p / (1 - p) * odds

    assert risk == pytest.approx(ratio(c / cases))
    assert low == pytest.approx(ratio(exact.low), rel=1e-9, abs=1e-12)
    assert high == pytest.approx(ratio(exact.high), rel=1e-9)
    assert low <= risk <= high


def test_naive_risk_by_hand() -> None:
    """11 of 19 in, 19 of 124 outside: SaTScan prints 3.78."""
    risk = naive_risk_interval(np.array([11]), np.array([19 / 143]), 30)[0]
    assert float(risk[0]) == pytest.approx((11 / 19) / (19 / 124))
    assert round(float(risk[0]), 2) == 3.78


def test_naive_risk_without_a_reference_is_unknown() -> None:
    found = naive_risk_interval(np.array([5.0]), np.array([np.nan]), 10)
    assert all(math.isnan(float(v[0])) for v in found)


# --- the relative rule -----------------------------------------------------------------------------


@few
@given(shapes, seeds, origins)
def test_the_relative_rule_by_brute_force_on_both_paths(
    shape: str, seed: int, origin: float
) -> None:
    pool, radius = points_of(shape, seed, origin)
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, len(pool) + 1))
    chosen = np.sort(rng.choice(len(pool), n, replace=False))
    joined = near(pool, pool, radius)
    need = hypergeometric_critical(joined.sum(axis=1), n, len(pool), 0.05)
    core = joined[np.ix_(chosen, chosen)].sum(axis=1) >= np.maximum(need[chosen], 2)
    expected = cluster(pool[chosen], core, radius, compiled=False)
    for path in (False, True):
        for few in (0, n):
            front = np.concatenate([chosen, np.setdiff1d(np.arange(len(pool)), chosen)])
            given = pool[front] if few else pool
            rung = Rung.of(given, n, radius, 0.05, 2, few=few, compiled=path)
            labels, flags = rung.label(np.arange(n) if few else chosen)
            assert (labels == expected).all()
            assert (flags == core).all()
            if not core.any():
                continue
            cases, held = rung.covered(np.arange(n) if few else chosen, labels)
            for k in range(labels.max() + 1):
                inside = near(pool, pool[chosen[labels == k]], radius / 2).any(axis=1)
                assert held[k] == inside.sum()
                assert cases[k] == inside[chosen].sum()


@few
@given(shapes, seeds, origins)
def test_footprint_sums_are_alike_on_both_paths(shape: str, seed: int, origin: float) -> None:
    points, radius = points_of(shape, seed, origin)
    rng = np.random.default_rng(seed)
    members = points_of(shape, seed + 1, origin)[0]
    labels = rng.integers(-1, 4, len(members))
    mass, wide = rng.integers(1, 9, len(points)).astype(float), np.full(4, radius)
    wide[::2] *= 0.5
    plain = footprint_sums(points, mass, members, labels, wide, compiled=False)
    assert (footprint_sums(points, mass, members, labels, wide, compiled=True) == plain).all()


# --- compiling -------------------------------------------------------------------------------------


def _one_more(x: int) -> int:
    return x + 1


@pytest.mark.skipif(not compiled.serves(), reason="needs numba")
def test_where_no_folder_keeps_a_kernel_it_is_compiled_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import numba

    real = numba.njit

    def njit(*, cache: bool = False, **options: object) -> object:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(**options)

    monkeypatch.setattr(numba, "njit", njit)
    made = compiled.compile_all((_one_more,))
    assert made is not None
    assert not compiled.kept(made)
    assert made.one_more(1) == 2
    assert compiled.kept(made)


@pytest.mark.skipif(not compiled.serves(), reason="needs numba")
def test_what_was_compiled_for_older_code_is_not_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = compiled.compile_all(cells.COUNTING)
    assert made is not None
    index = tmp_path / "cells._count-1.py311.nbi"
    index.touch()
    kernel = SimpleNamespace(
        py_func=made.count.py_func, signatures=[], stats=SimpleNamespace(cache_path=str(tmp_path))
    )
    assert compiled.kept(SimpleNamespace(count=kernel))
    os.utime(index, (0, 0))
    assert not compiled.kept(SimpleNamespace(count=kernel))


@pytest.mark.skipif(not compiled.serves(), reason="needs numba")
def test_a_first_use_says_what_it_stops_for(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[float, str]] = []
    xy = np.random.default_rng(1).uniform(0, 1e5, (100, 2))
    for there in (False, True):
        compiled.compile_all.cache_clear()
        monkeypatch.setattr(compiled, "kept", lambda _made, there=there: there)
        with speaking(lambda fraction, message: heard.append((fraction, message))) as report:
            report(0.2, "Detecting")
            dbscan(xy, 1e3, 3, compiled=True)
        said = [message for _fraction, message in heard if "fast path" in message]
        assert bool(said) is not there
        assert all(fraction == 0.2 for fraction, _message in heard)
        heard.clear()
    compiled.compile_all.cache_clear()


@pytest.mark.skipif(not compiled.serves(), reason="needs numba")
def test_kernels_are_compiled_once_for_whole_and_for_broken_numbers() -> None:
    """A radius of 900 and one of 900.0 are one: compiling takes seconds."""
    xy = np.random.default_rng(1).uniform(0, 1e5, (3_000, 2))
    for radius in (900, 900.0, np.float64(900)):
        dbscan(xy, radius, 3, compiled=True)
        Rung.of(xy, 300, radius, 0.001, 5, compiled=True).label(np.arange(300))
    for group in (cells.COUNTING, cells.JOINING):
        made = compiled.compile_all(group, bare=True)
        assert made is not None
        for name, kernel in vars(made).items():
            assert len(kernel.signatures) <= 1, name
