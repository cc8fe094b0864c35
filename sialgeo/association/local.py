"""One map, or two together: Moran's I, Lee's L, bivariate local Moran, 3 × 3 classes.

References
----------
Lee, S.-I. (2001). Journal of Geographical Systems 3, 369–385; (2004) Environment and Planning A 36.
Wartenberg, D. (1985). Multivariate spatial correlation. Geographical Analysis 17.
Stevens, J. (2015). Bivariate choropleth maps: a how-to guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.association.asked import LEE, MORAN, LocalAssociation
from sialgeo.association.counting import number_faults, suspicions
from sialgeo.association.nulls import EXACT
from sialgeo.crs import equal_area_crs, require_crs, xy_of
from sialgeo.errors import SchemaError, raise_all
from sialgeo.i18n import _, ngettext
from sialgeo.kernels.autocorrelation import (
    FittedVectors,
    bivariate_local,
    lee_counts,
    lee_local,
    moran_index,
    neighbour_means,
    p_of_magnitude,
    spectral_draws,
    standardised,
    weighted_breaks,
)
from sialgeo.kernels.local import benjamini_hochberg, conditional_counts, lag, two_sided
from sialgeo.kernels.neighbours import canonical_order
from sialgeo.neighbourhoods import adjacency, overlap_notes

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NOT_SIGNIFICANT, NO_NEIGHBOURS, NO_DATA, SUPPRESSED = (
    "not_significant",
    "no_neighbours",
    "no_data",
    "suppressed",
)


@dataclass(frozen=True)
class Autocorrelation:
    """Moran's I of a map, with what is expected of it under two nulls.

    ``p_norm`` takes the values for a sample of a normal variable, ``p_rand`` for randomly arranged;
    both two-sided. ``islands`` are areas without neighbours, which take no part.
    """

    statistic: float
    expected: float
    var_norm: float
    var_rand: float
    areas: int
    islands: int
    left_out: int

    @property
    def z_norm(self) -> float:
        """Standard deviates from the expectation, under normality."""
        return (self.statistic - self.expected) / float(np.sqrt(self.var_norm))

    @property
    def z_rand(self) -> float:
        """Standard deviates from the expectation, under randomisation."""
        return (self.statistic - self.expected) / float(np.sqrt(self.var_rand))

    @property
    def p_norm(self) -> float:
        """Two-sided p-value under normality."""
        return _normal_p(self.z_norm)

    @property
    def p_rand(self) -> float:
        """Two-sided p-value under randomisation."""
        return _normal_p(self.z_rand)

    @property
    def notes(self) -> tuple[str, ...]:
        """Areas that took no part."""
        return tuple(missing_notes(self.left_out, self.islands))


def _normal_p(z: float) -> float:
    from scipy.stats import norm

    return float(2 * norm.sf(abs(z)))


def moran(
    territories: gpd.GeoDataFrame, column: str, *, neighbours: str = "queen", k: int = 8
) -> Autocorrelation:
    """Return Moran's I with row-standardised weights and its analytic moments (Cliff & Ord 1981).

    Parameters
    ----------
    territories : GeoDataFrame of polygons
    column : str
    neighbours : {"queen", "knn"}
    k : int

    Raises
    ------
    SchemaError
        The column is missing, holds no numbers or is constant; fewer than four areas have neighbours.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from shapely.geometry import box
    >>> cells = gpd.GeoDataFrame(geometry=[box(i, j, i + 1, j + 1) for i in range(6) for j in range(6)], crs=32717)
    >>> found = moran(cells.assign(hdi=np.repeat(np.arange(6.0), 6) / 10), "hdi")
    >>> round(found.statistic, 2), found.p_rand < 0.001
    (0.82, True)
    """
    LocalAssociation(neighbours=neighbours, k=k)
    known = known_rows(territories, [column])
    kept = territories[known]
    values = kept[column].to_numpy(float)
    start, near = adjacency(kept, neighbours, k)
    linked = np.diff(start) > 0
    if linked.sum() < 4 or np.ptp(values[linked]) == 0:
        raise SchemaError(
            _("“{column}”: Moran's I needs four areas with neighbours, not all alike").format(
                column=column
            )
        )
    found = moran_index(values, start, near)
    return Autocorrelation(*found, int((~linked).sum()), int((~known).sum()))


def local_association(
    territories: gpd.GeoDataFrame,
    x: str,
    y: str,
    *,
    statistic: str = LEE,
    neighbours: str = "queen",
    k: int = 8,
    replicates: int = 999,
    seed: int = 1,
    level: float = 0.05,
) -> gpd.GeoDataFrame:
    """Say where two columns are high or low together, around each area.

    Parameters
    ----------
    territories : GeoDataFrame of polygons
    x, y : str
        Columns; for ``statistic="moran"`` x at the area and y around it.
    statistic : {"lee", "moran"}
        Lee's L smooths both; bivariate local Moran smooths y only and does not control for the
        association of x and y in place: prefer Lee's L.
    neighbours : {"queen", "knn"}
    k, replicates, seed
        Conditional permutations, two-sided.
    level : float
        False discovery rate (Benjamini–Hochberg) at which areas are classed.

    Returns
    -------
    GeoDataFrame
        A copy with ``statistic``, ``p_value``, ``p_fdr`` and ``class`` ("high_high", x first, …).
        Areas without a value or without neighbours are NaN, "no_data" or "no_neighbours".
        ``attrs["global"]`` holds the whole map's statistic and its p against maps of y as smooth as
        the one given (Moran spectral randomisation; NaN above 5,000 areas). ``attrs["notes"]``.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from shapely.geometry import box
    >>> cells = gpd.GeoDataFrame(geometry=[box(i, j, i + 1, j + 1) for i in range(8) for j in range(8)], crs=32717)
    >>> cells["hdi"] = np.repeat(np.arange(8.0), 8) / 10
    >>> found = local_association(cells.assign(poor=100 - 100 * cells.hdi), "hdi", "poor")
    >>> round(found.attrs["global"]["statistic"], 2), bool((found["statistic"] <= 0).all())
    (-0.81, True)
    """
    import pandas as pd

    LocalAssociation(statistic, neighbours, k, replicates, seed, level)
    known = known_rows(territories, [x, y])
    kept = territories[known]
    order = _canonical(kept)
    kept = kept.iloc[order]
    start, near = adjacency(kept, neighbours, k)
    linked = np.diff(start) > 0
    vx, vy = kept[x].to_numpy(float), kept[y].to_numpy(float)
    faults = [
        _("“{column}” is the same in all areas: there is nothing to compare").format(column=c)
        for c, v in ((x, vx), (y, vy))
        if not linked.any() or np.ptp(v[linked]) == 0
    ]
    raise_all(faults, SchemaError)
    local, p = _local(statistic, vx, vy, start, near, replicates, seed)
    q = benjamini_hochberg(p)
    classes = _classes(statistic, vx, vy, start, near, q <= level)
    figures = pd.DataFrame(
        {"statistic": local, "p_value": p, "p_fdr": q, "class": classes}, index=kept.index
    )
    back = np.argsort(order)
    answer = territories.copy()
    for name in ("statistic", "p_value", "p_fdr"):
        answer[name] = _spread(figures[name].to_numpy()[back], known, np.nan, float)
    answer["class"] = _spread(classes[back], known, NO_DATA, object)
    notes = [
        *suspicions(territories, [x, y]),
        *overlap_notes(kept),
        *_local_notes(statistic, x, y, known, linked, replicates, level),
    ]
    answer.attrs = {
        **territories.attrs,
        "global": _global(kept, statistic, vx, vy, start, near, local, replicates, seed),
        "notes": tuple(notes),
    }
    return answer


def _spread(values: NDArray[Any], known: Flags, blank: Any, dtype: type) -> NDArray[Any]:
    full: NDArray[Any] = np.full(len(known), blank, dtype=dtype)
    full[known] = values
    return full


def _canonical(kept: gpd.GeoDataFrame) -> Ints:
    points = kept.geometry.representative_point()
    return canonical_order(np.column_stack([points.x.to_numpy(), points.y.to_numpy()]))


def known_rows(territories: gpd.GeoDataFrame, columns: list[str]) -> Flags:
    """Mark the rows with a value in every column; one error with every fault."""
    require_crs(territories=territories)
    faults: list[str] = []
    for column in dict.fromkeys(columns):
        faults += number_faults(territories, column)
    raise_all(faults, SchemaError)
    known = np.ones(len(territories), dtype=bool)
    for column in columns:
        known &= np.isfinite(territories[column].to_numpy(dtype=float, na_value=np.nan))
    if known.sum() < 4:
        raise SchemaError(
            _("{n} areas have a value of {columns}: at least four are needed").format(
                n=int(known.sum()), columns=", ".join(columns)
            )
        )
    return known


def _local(
    statistic: str, x: Array, y: Array, start: Ints, near: Ints, replicates: int, seed: int
) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    if statistic == LEE:
        local = lee_local(x, y, start, near)
        above, below = lee_counts(x, y, start, near, replicates, rng)
    else:
        local = bivariate_local(x, y, start, near)
        above, below = conditional_counts(standardised(y), start, near, replicates, rng)
    p = np.where(np.diff(start) > 0, two_sided(above, below, replicates), np.nan)
    return local, p


def _classes(
    statistic: str, x: Array, y: Array, start: Ints, near: Ints, shown: Flags
) -> NDArray[np.object_]:
    linked = np.diff(start) > 0
    zx, zy = x - x[linked].mean(), y - y[linked].mean()
    mine = neighbour_means(zx, start, near) if statistic == LEE else zx
    around = neighbour_means(zy, start, near)
    classes = np.full(len(x), NOT_SIGNIFICANT, dtype=object)
    for first, high_x in (("high", mine > 0), ("low", mine <= 0)):
        for second, high_y in (("high", around > 0), ("low", around <= 0)):
            classes[shown & high_x & high_y] = f"{first}_{second}"
    classes[~linked] = NO_NEIGHBOURS
    return classes


def _global(
    kept: gpd.GeoDataFrame,
    statistic: str,
    x: Array,
    y: Array,
    start: Ints,
    near: Ints,
    local: Array,
    replicates: int,
    seed: int,
) -> dict[str, object]:
    """Return the mean of the local values over linked areas, tested against maps as smooth as y's.

    The statistic is a weighted sum of y: its weights are x's (smoothed) values sent to the neighbours.
    """
    linked = np.diff(start) > 0
    found: dict[str, object] = {
        "name": statistic,
        "statistic": float(np.nanmean(local)),
        "p_value": float("nan"),
    }
    if linked.all() and len(x) <= EXACT:
        zx = standardised(x)
        mine = neighbour_means(zx, start, near) if statistic == LEE else zx
        rows = np.repeat(np.arange(len(x)), np.diff(start))
        sent = (mine / np.diff(start))[rows]
        contrast = np.bincount(near, weights=sent, minlength=len(x))
        points = kept.geometry.representative_point()
        z = standardised(y)
        vectors, _smoothness = FittedVectors(xy_of(points, equal_area_crs(kept)))(z)
        drawn = spectral_draws(
            contrast - contrast.mean(), z, vectors, replicates, np.random.default_rng([seed, 1])
        )
        found["p_value"] = p_of_magnitude(
            float((mine * lag(z, start, near) / np.diff(start)).sum()), drawn
        )
    return found


def _local_notes(
    statistic: str,
    x: str,
    y: str,
    known: Flags,
    linked: Flags,
    replicates: int,
    level: float,
) -> list[str]:
    notes = missing_notes(int((~known).sum()), int((~linked).sum()))
    if statistic == MORAN:
        notes.append(
            _(
                "Bivariate local Moran does not control for how “{x}” and “{y}” go together in the same area: prefer Lee's L."
            ).format(x=x, y=y)
        )
    n = len(linked)
    if 2 / (replicates + 1) > level / n:
        notes.append(
            _(
                "With {replicates} permutations the least p-value is above level / number of areas: under the false discovery rate single areas may go unseen. Remedy: replicates={enough}"
            ).format(replicates=replicates, enough=int(np.ceil(2 * n / level)) - 1)
        )
    notes.append(
        _(
            "Local p-values take the other areas as interchangeable: read the areas marked as interesting, not as proven."
        )
    )
    return notes


def missing_notes(left_out: int, islands: int) -> list[str]:
    """Say how many areas have no value, and how many no neighbours."""
    notes = []
    if left_out:
        notes.append(
            ngettext(
                "{n} area without a value is left out.",
                "{n} areas without a value are left out.",
                left_out,
            ).format(n=left_out)
        )
    if islands:
        notes.append(
            ngettext(
                "{n} area has no neighbours and takes no part.",
                "{n} areas have no neighbours and take no part.",
                islands,
            ).format(n=islands)
        )
    return notes


# --- 3 × 3 classes -------------------------------------------------------------------------------------
def bivariate_classes(
    territories: gpd.GeoDataFrame,
    x: str,
    y: str,
    *,
    population: str,
    suppressed: str | None = None,
) -> gpd.GeoDataFrame:
    """Class areas by terciles of the people, of two columns: 3 × 3 (Stevens 2015).

    Parameters
    ----------
    territories : GeoDataFrame
    x, y : str
    population : str
        People in each area: each class of a column holds a third of them, as nearly as whole areas allow.
    suppressed : str, optional
        Column of truth values: areas whose figures are not shown.

    Returns
    -------
    GeoDataFrame
        A copy with ``x_class`` and ``y_class`` (1 low – 3 high; NaN where there is none) and ``class``
        ("1-3": x low, y high; "no_data" or "suppressed", both drawn grey). ``attrs["breaks"]`` holds
        the upper limits of classes 1 and 2 of each column; areas suppressed do not move them.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> areas = gpd.GeoDataFrame({"hdi": [.3, .5, .7, None], "poor": [60, 40, 20, 10.0], "people": 100},
    ...     geometry=[box(i, 0, i + 1, 1) for i in range(4)], crs=32717)
    >>> bivariate_classes(areas, "hdi", "poor", population="people")["class"].tolist()
    ['1-3', '2-2', '3-1', 'no_data']
    """
    faults: list[str] = []
    for column in (x, y, population):
        faults += number_faults(territories, column, counts=column == population)
    if suppressed is not None and suppressed not in territories.columns:
        faults.append(_("the territories have no column “{column}”").format(column=suppressed))
    raise_all(faults, SchemaError)
    values = {c: territories[c].to_numpy(dtype=float, na_value=np.nan) for c in (x, y, population)}
    hidden = np.zeros(len(territories), dtype=bool)
    if suppressed is not None:
        hidden = territories[suppressed].fillna(False).to_numpy(dtype=bool)
    known = np.isfinite(values[x]) & np.isfinite(values[y]) & ~hidden
    counted = known & (np.nan_to_num(values[population], nan=0.0) > 0)
    if counted.sum() < 3:
        raise SchemaError(
            _("{n} areas have both values and people: at least three are needed").format(
                n=int(counted.sum())
            )
        )
    answer = territories.copy()
    classes, breaks = {}, {}
    for name, column in (("x_class", x), ("y_class", y)):
        limits = weighted_breaks(values[column][counted], values[population][counted])
        place = np.searchsorted(limits, values[column], side="left") + 1.0
        classes[name] = np.where(known, place, np.nan)
        answer[name] = classes[name]
        breaks[column] = limits.tolist()
    told = np.full(len(territories), NO_DATA, dtype=object)
    told[hidden] = SUPPRESSED
    both = zip(classes["x_class"][known], classes["y_class"][known], strict=True)
    told[known] = [f"{int(a)}-{int(b)}" for a, b in both]
    answer["class"] = told
    answer.attrs = {**territories.attrs, "breaks": breaks}
    return answer
