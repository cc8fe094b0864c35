"""Colocation quotients: which kinds of units have which as their nearest, more than by chance.

The frame must hold all actors: leaving a kind out changes every quotient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import metric_crs, require_crs, xy_of
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import N_, _
from sialgeo.kernels import colocation as kernel
from sialgeo.kernels.local import benjamini_hochberg
from sialgeo.model import SIGNIFICANCE
from sialgeo.params import check, param
from sialgeo.progress import Progress, aloud, silent

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Colocating:
    """How many nearest are looked at, and how chance is drawn."""

    k: int = param(1, N_("Nearest neighbours looked at"), label=N_("Neighbours"), ge=1)
    null: str = param(
        "restricted",
        N_("Random labels: of all units, or with the kind asked about staying in place"),
        label=N_("Null"),
        choices=("restricted", "random"),
    )
    replicates: int = param(999, N_("Maps drawn under the null"), label=N_("Replicates"), ge=0)
    seed: int = param(1, N_("Seed of the random draws"), label=N_("Seed"), ge=0)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Colocation:
    """Quotients between kinds.

    Attributes
    ----------
    table : DataFrame
        One row per pair, ``kind`` → ``near``: ``clq``, ``p_value`` (two-sided), ``q_value`` (over all
        pairs, Benjamini and Hochberg) and ``expected`` (mean under the null).
    overall, overall_p : float
        Do units keep to their own kind? The global quotient, and its p-value under random labels.
    """

    table: pd.DataFrame
    overall: float
    overall_p: float

    def matrix(self) -> pd.DataFrame:
        """Return the quotients, rows the kind asked about, columns its neighbours."""
        return self.table.pivot(index="kind", columns="near", values="clq")


@aloud
def colocation_quotient(
    units: gpd.GeoDataFrame,
    *,
    kind: str,
    k: int = 1,
    null: str = "restricted",
    replicates: int = 999,
    seed: int = 1,
    progress: Progress | None = None,
) -> Colocation:
    """Return how many of each kind are nearest to each kind, over what random labels would give.

    Parameters
    ----------
    units : GeoDataFrame of points
        All actors: farms, plants, traders.
    kind : str
        Column with the kind; every unit has one.
    k : int
        Nearest neighbours looked at; those tied for the last places share them.
    null : {"restricted", "random"}
        "restricted": units of the kind asked about stay, the other labels are dealt among the other
        units (a kind with itself is always tested by random labels of all).
    replicates, seed : int

    Raises
    ------
    SchemaError
        The column is missing, a unit has no kind, or there is one kind only.

    Notes
    -----
    CLQ(A→B) = (C(A→B)/N_A) / (N′_B/(N−1)), N′_B = N_B − [A=B] (Leslie and Kronenfeld 2011). The
    p-value is twice the smaller tail, (1 + #)/(R + 1), at most 1.

    Examples
    --------
    >>> import geopandas as gpd
    >>> units = gpd.GeoDataFrame({"kind": ["plant", "farm", "plant", "farm"]},
    ...     geometry=gpd.points_from_xy([0, 1, 50, 51], [0] * 4), crs=32717)
    >>> colocation_quotient(units, kind="kind", replicates=0).matrix().round(1).values.tolist()
    [[0.0, 1.5], [1.5, 0.0]]
    """
    asked = Colocating(k, null, replicates, seed)
    names, code, xy = _given(units, kind)
    if asked.k >= len(xy):
        raise ParameterError(_("k = {k}: there are only {n} units").format(k=k, n=len(xy)))
    near = kernel.Neighbours.of(xy, asked.k)
    sizes = np.bincount(code, minlength=len(names)).astype(float)
    counts = kernel.pair_counts(near, code, len(names))
    observed, overall = kernel.quotients(counts, sizes)
    tails = _Tails(observed, overall)
    report = progress or silent
    for replicate in range(asked.replicates):
        rng = np.random.default_rng([asked.seed, replicate])
        tails.add(*_drawn(near, code, sizes, asked, rng))
        report((replicate + 1) / asked.replicates, _("Drawing maps under the null"))
    return _table(names, observed, overall, tails)


@aloud
def local_colocation(
    units: gpd.GeoDataFrame,
    *,
    kind: str,
    of: str,
    near: str,
    nearest: int = 10,
    replicates: int = 999,
    seed: int = 1,
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Return, for each unit of a kind, how far another kind is over-represented around it.

    Parameters
    ----------
    units : GeoDataFrame of points
    kind : str
        Column with the kind; every unit has one.
    of, near : str
        Around units of ``of``, is ``near`` over-represented?
    nearest : int
        Neighbours looked at, weighted by a Gaussian whose bandwidth is the distance to the
        last of them.
    replicates, seed : int
        Null: labels dealt at random among all other units; the neighbours stay.

    Returns
    -------
    GeoDataFrame
        The units of ``of``, index as given: ``lclq`` (1 is chance), ``p_value`` (two-sided),
        ``q_value`` (Benjamini and Hochberg) and ``class``: "colocated", "apart" or "neither".

    Notes
    -----
    LCLQ_i = [Σ_j w_ij 1{B} / Σ_j w_ij] / (N′_B/(N−1)) (Wang and others 2017).

    Examples
    --------
    >>> import geopandas as gpd
    >>> units = gpd.GeoDataFrame({"kind": ["plant", "farm", "farm", "shop", "shop"]},
    ...     geometry=gpd.points_from_xy([0, 1, 2, 90, 91], [0] * 5), crs=32717)
    >>> local_colocation(units, kind="kind", of="plant", near="farm", nearest=2, replicates=0).lclq.tolist()
    [2.0]
    """
    asked = Colocating(nearest, "random", replicates, seed)
    names, code, xy = _given(units, kind)
    unknown = sorted({of, near} - set(names))
    if unknown or asked.k >= len(xy):
        raise ParameterError(
            _("no unit is of kind {names}").format(names=", ".join(unknown))
            if unknown
            else _("k = {k}: there are only {n} units").format(k=nearest, n=len(xy))
        )
    order = np.lexsort((code, xy[:, 1], xy[:, 0]))
    sorted_code = code[order]
    of_code, near_code = names.index(of), names.index(near)
    here = np.flatnonzero(sorted_code == of_code)
    index, weight = kernel.nearest_weights(xy[order], here, asked.k)
    hit = sorted_code == near_code
    expected = (hit.sum() - (of == near)) / (len(xy) - 1)
    if not expected > 0:
        raise SchemaError(_("“{kind}” has one unit of “{name}” only").format(kind=kind, name=near))
    value = (weight * hit[index]).sum(axis=1) / expected
    upper, lower = _local_tails(value, here, hit, (index, weight), expected, asked, progress)
    p = np.minimum(2 * np.minimum(upper, lower), 1.0)
    if not asked.replicates:
        p = np.full(len(here), np.nan)
    found = units.iloc[order[here]].copy()
    found["lclq"], found["p_value"] = value, p
    found["q_value"] = benjamini_hochberg(p) if asked.replicates else np.nan
    sure = (found["q_value"] <= SIGNIFICANCE).to_numpy()
    found["class"] = np.where(sure, np.where(value > 1, "colocated", "apart"), "neither")
    return found.iloc[np.argsort(order[here])]  # in the order given


def _local_tails(
    value: Array,
    here: Ints,
    hit: NDArray[np.bool_],
    near: tuple[Ints, Array],
    expected: float,
    asked: Colocating,
    progress: Progress | None,
) -> tuple[Array, Array]:
    """Return both tails of each unit's quotient with the labels dealt anew among the others."""
    index, weight = near
    above, below = np.ones(len(here)), np.ones(len(here))
    # among the others the unit's own label is missing
    scale = (hit.sum() - bool(hit[here].all())) / hit.sum() * len(hit) / (len(hit) - 1)
    report = progress or silent
    for replicate in range(asked.replicates):
        rng = np.random.default_rng([asked.seed, replicate])
        dealt = rng.permutation(hit)
        drawn = (weight * dealt[index]).sum(axis=1) * scale / expected
        above += drawn >= value - 1e-12
        below += drawn <= value + 1e-12
        report((replicate + 1) / asked.replicates, _("Drawing maps under the null"))
    return above / (asked.replicates + 1), below / (asked.replicates + 1)


def _given(units: gpd.GeoDataFrame, kind: str) -> tuple[list[str], Ints, Array]:
    require_crs(units=units)
    if kind not in units.columns:
        raise SchemaError(_("the units have no column “{key}”").format(key=kind))
    given = units[kind].astype("string")
    if given.isna().any():
        raise SchemaError(
            _(
                "“{key}” is empty in {n} rows. Remedy: colocation needs all actors; name a kind for every unit"
            ).format(key=kind, n=int(given.isna().sum()))
        )
    names = sorted(set(given))
    if len(names) < 2:
        raise SchemaError(
            _("“{key}” holds one kind only: there is nothing to compare").format(key=kind)
        )
    place = {name: i for i, name in enumerate(names)}
    code = np.array([place[name] for name in given], dtype=np.int64)
    xy = xy_of(units, metric_crs(units))
    return names, code, xy


def _drawn(
    near: kernel.Neighbours, code: Ints, sizes: Array, asked: Colocating, rng: np.random.Generator
) -> tuple[Array, float]:
    """Return the quotients of one null map."""
    order = np.lexsort((code, near.site))  # the deal then does not depend on the row order
    dealt = np.empty_like(code)
    dealt[order] = rng.permutation(code[order])
    drawn, overall = kernel.quotients(kernel.pair_counts(near, dealt, len(sizes)), sizes)
    if asked.null == "random":
        return drawn, overall
    for kind in range(len(sizes)):
        moved = order[code[order] != kind]
        dealt = code.copy()
        dealt[moved] = rng.permutation(code[moved])
        counts = kernel.pair_counts(near, dealt, len(sizes))
        row = kernel.quotients(counts, sizes)[0][kind]
        others = np.arange(len(sizes)) != kind
        drawn[kind, others] = row[others]
    return drawn, overall


class _Tails:
    """Counts of null quotients at least and at most as large as the observed ones."""

    def __init__(self, observed: Array, overall: float) -> None:
        self.observed = np.append(observed.ravel(), overall)
        self.above, self.below = np.ones(self.observed.size), np.ones(self.observed.size)
        self.total, self.n = np.zeros(self.observed.size), 0

    def add(self, drawn: Array, overall: float) -> None:
        value = np.append(drawn.ravel(), overall)
        self.above += value >= self.observed - 1e-12
        self.below += value <= self.observed + 1e-12
        self.total += value
        self.n += 1

    @property
    def p_values(self) -> Array:
        if not self.n:
            return np.full(self.observed.size, np.nan)
        tail = np.minimum(self.above, self.below) / (self.n + 1)
        return np.where(np.isfinite(self.observed), np.minimum(2 * tail, 1.0), np.nan)

    @property
    def means(self) -> Array:
        return self.total / self.n if self.n else np.full(self.observed.size, np.nan)


def _table(names: list[str], observed: Array, overall: float, tails: _Tails) -> Colocation:
    import pandas as pd

    p, count = tails.p_values, len(names)
    pairs = [(a, b) for a in names for b in names]
    table: pd.DataFrame = pd.DataFrame(pairs, columns=["kind", "near"])
    table["clq"], table["expected"] = observed.ravel(), tails.means[:-1]
    table["p_value"] = p[: count * count]
    known = np.isfinite(table["p_value"].to_numpy(float))
    q = np.full(len(table), np.nan)
    if known.any():
        q[known] = benjamini_hochberg(table["p_value"].to_numpy(float)[known])
    table["q_value"] = q
    return Colocation(table, overall, float(p[-1]))
