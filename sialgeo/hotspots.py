"""Hot spots: for users who only have counts by municipality.

``hot_spots`` says which areas stand among high (or low) values: Getis–Ord Gi*, or local Moran. Counts
with a population at risk are taken as empirical-Bayes rates. These are statements about areas, not
about concentrations of producers.

References
----------
Ord, J. K., Getis, A. (1995). Local spatial autocorrelation statistics. Geographical Analysis 27(4).
Anselin, L. (1995). Local indicators of spatial association — LISA. Geographical Analysis 27(2).
Caldas de Castro, M., Singer, B. H. (2006). Controlling the false discovery rate. Geographical
Analysis 38(2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import require_crs
from sialgeo.descriptions import guess_indicator
from sialgeo.errors import SchemaError, raise_all
from sialgeo.i18n import N_, _
from sialgeo.kernels.local import (
    benjamini_hochberg,
    conditional_counts,
    empirical_bayes_z,
    getis_ord_star,
    local_moran,
    two_sided,
)
from sialgeo.memory import require_memory
from sialgeo.neighbourhoods import adjacency, nearest_param, neighbours_param
from sialgeo.params import check, param
from sialgeo.plausibility import value_faults
from sialgeo.progress import Progress, silent

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

BYTES_AN_AREA, BYTES_A_NEIGHBOUR = 300, 60
HOT, COLD, NOT_SIGNIFICANT, NO_NEIGHBOURS = "hot", "cold", "not_significant", "no_neighbours"
QUADRANTS = ("high_high", "low_high", "low_low", "high_low")


@dataclass(frozen=True)
class HotSpots:
    """Parameters of :func:`hot_spots`."""

    statistic: str = param(
        "gi*", N_("Getis–Ord Gi* or local Moran"), label=N_("Statistic"), choices=("gi*", "moran")
    )
    neighbours: str = neighbours_param()
    k: int = nearest_param()
    replicates: int = param(999, N_("Random permutations"), label=N_("Replicates"), ge=1)
    seed: int = param(1, N_("Seed of the random draws"), label=N_("Seed"), ge=0)
    level: float = param(
        0.05, N_("False discovery rate"), label=N_("False discovery rate"), gt=0, le=0.5
    )

    def __post_init__(self) -> None:
        check(self)


def hot_spots(
    areas: gpd.GeoDataFrame,
    counts: str,
    *,
    population: str | None = None,
    statistic: str = "gi*",
    neighbours: str = "queen",
    k: int = 8,
    replicates: int = 999,
    seed: int = 1,
    level: float = 0.05,
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Find areas among high or low values.

    Parameters
    ----------
    areas : GeoDataFrame of polygons
    counts : str
        Column with the value, or the events where ``population`` is given.
    population : str, optional
        Column with the population at risk (> 0): the empirical-Bayes rate is analysed.
    statistic : {"gi*", "moran"}
    neighbours : {"queen", "knn"}
    k : int
    replicates : int
        Conditional permutations, two-sided: p = min(1, 2 (1 + #) / (R + 1)).
    seed : int
    level : float
        False discovery rate at which areas are classed.
    progress : callable(fraction, message), optional

    Returns
    -------
    GeoDataFrame
        A copy with ``value`` analysed, ``statistic``, ``p_value``, ``p_fdr`` (Benjamini–Hochberg) and
        ``class``. Areas without neighbours are NaN and "no_neighbours". ``attrs["notes"]`` says when
        the replicates are too few for the number of areas.

    Raises
    ------
    SchemaError
        A column is missing, holds NaN, or the population is not positive: fill or leave out those rows.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from shapely.geometry import box
    >>> cells = gpd.GeoDataFrame(geometry=[box(i, j, i + 1, j + 1) for i in range(9) for j in range(9)], crs=32717)
    >>> cells["n"] = [20.0 if i < 3 and j < 3 else 1.0 for i in range(9) for j in range(9)]
    >>> found = hot_spots(cells, "n")
    >>> bool((found["class"] == "hot").sum() >= 4)
    True
    """
    HotSpots(statistic, neighbours, k, replicates, seed, level)
    require_crs(areas=areas)
    values = _values(areas, counts, population)
    require_memory(
        len(areas) * (BYTES_AN_AREA + BYTES_A_NEIGHBOUR * k) + 16.0 * replicates * k,
        _("Hot spots of {n} areas").format(n=len(areas)),
        _("fewer neighbours (k), or part of the areas"),
    )
    start, near = adjacency(areas, neighbours, k)
    degree = np.diff(start)
    (progress or silent)(0.3, _("Testing against random permutations"))
    order = np.random.default_rng(seed)
    above, below = conditional_counts(values, start, near, replicates, order)
    measure = getis_ord_star if statistic == "gi*" else local_moran
    figures = np.where(degree > 0, measure(values, start, near), np.nan)
    p = np.where(degree > 0, two_sided(above, below, replicates), np.nan)
    answer = areas.copy()
    answer["value"], answer["statistic"], answer["p_value"] = values, figures, p
    answer["p_fdr"] = benjamini_hochberg(p)
    answer["class"] = _classes(
        statistic, values, figures, answer["p_fdr"].to_numpy(), level, start, near
    )
    answer.attrs = {**areas.attrs, "notes": _notes(len(areas), replicates, level)}
    return answer


def _values(areas: gpd.GeoDataFrame, counts: str, population: str | None) -> Array:
    wanted = [counts] if population is None else [counts, population]
    missing = [c for c in wanted if c not in areas.columns]
    if missing:
        raise SchemaError(_("columns missing: {names}").format(names=", ".join(missing)))
    if len(areas) < 3:
        raise SchemaError(_("{n} areas: local statistics need at least three").format(n=len(areas)))
    faults = []
    for column in wanted:
        bad = ~np.isfinite(areas[column].to_numpy(float))
        if column == population:
            bad |= areas[column].to_numpy(float) <= 0
        else:
            said = guess_indicator(column)
            held = areas[column].to_numpy(float)
            faults += value_faults(held, areas.index.tolist(), column, said.family, said.unit)
        if bad.any():
            rows = ", ".join(map(str, areas.index[bad][:5]))
            faults.append(
                _(
                    "column “{key}”: {n} areas without a usable value (rows {rows} …). Remedy: fill them or leave those areas out"
                ).format(key=column, n=int(bad.sum()), rows=rows)
            )
    raise_all(faults, SchemaError)
    values = areas[counts].to_numpy(float)
    if population is not None:
        values = empirical_bayes_z(values, areas[population].to_numpy(float))
    if np.ptp(values) == 0:
        raise SchemaError(_("all values are equal: there is nothing to compare"))
    return np.asarray(values, dtype=float)


def _classes(
    statistic: str, values: Array, figures: Array, q: Array, level: float, start: Ints, near: Ints
) -> NDArray[np.object_]:
    from sialgeo.kernels.local import lag

    classes = np.full(len(values), NOT_SIGNIFICANT, dtype=object)
    shown = q <= level
    if statistic == "gi*":
        classes[shown & (figures > 0)] = HOT
        classes[shown & (figures < 0)] = COLD
    else:
        z = values - values.mean()
        around = lag(z, start, near)
        for name, mask in zip(
            QUADRANTS,
            (
                (z > 0) & (around > 0),
                (z <= 0) & (around > 0),
                (z <= 0) & (around <= 0),
                (z > 0) & (around <= 0),
            ),
            strict=True,
        ):
            classes[shown & mask] = name
    classes[np.diff(start) == 0] = NO_NEIGHBOURS
    return classes


def enough_replicates(n: int, level: float) -> int:
    """Return the permutations with which one area of n can pass the false discovery rate.

    >>> enough_replicates(100, 0.05)
    3999
    """
    return int(np.ceil(2 * n / level)) - 1


def _notes(n: int, replicates: int, level: float) -> tuple[str, ...]:
    if replicates >= enough_replicates(n, level):
        return ()
    return (
        _(
            "With {replicates} permutations the least p-value is above level / number of areas: under the false discovery rate single areas may go unseen. Remedy: replicates={enough}"
        ).format(replicates=replicates, enough=enough_replicates(n, level)),
    )
