"""Specialisation: is a chain over-represented in a place, and how unevenly does it lie?

``location_quotient`` answers for rows of figures, ``quotients_by_territory`` for every chain in every
district of a table of units, ``agglomeration_indices`` for each chain over all districts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import ParameterError, SchemaError, raise_all
from sialgeo.i18n import _
from sialgeo.kernels import specialisation as kernel
from sialgeo.kernels.local import benjamini_hochberg
from sialgeo.kernels.specialisation import location_quotients
from sialgeo.neighbourhoods import adjacency

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]


def location_quotient(
    x_i: Any, n_i: Any, x: Any, n: Any, *, level: float = 0.95, shrink: bool = False
) -> pd.DataFrame:
    """Return the location quotient (x_i/n_i)/(x/n) of each row, with its interval.

    Parameters
    ----------
    x_i, n_i : scalar or (k,) array-like
        Units of the kind, and units of all kinds, in the area.
    x, n : scalar or (k,) array-like
        The same in the whole territory, the area included.
    level
        Coverage of the interval.
    shrink
        Add ``shrunk``, ``shrunk_low`` and ``shrunk_high``: the quotients of all rows drawn towards
        their mean the more, the fewer units the row lets expect (empirical Bayes, Gamma–Poisson;
        Marshall 1991). For maps of many small areas.

    Returns
    -------
    DataFrame
        ``lq``; ``se_ln``, the standard error of ln LQ (delta method, the area being part of the
        total); ``low`` and ``high``; ``p_upper``, the exact probability (hypergeometric) of as many
        units of the kind in the area by chance. Index: that of the first Series given, else 0, 1, ….
        x_i = 0: LQ 0 from 0 up to Clopper and Pearson's bound. n_i = 0 or x = 0: undefined, NaN.
        Figures that are no whole numbers (volumes): LQ without interval and p.

    Raises
    ------
    ParameterError
        A figure is negative or infinite, a part is larger than its whole, lengths or indexes differ.

    Notes
    -----
    Florence (1939); the variance is (1−p_i)/x_i + (1−p)/x − 2(1−p_i)/x, p_i = x_i/n_i, p = x/n.
    A NaN in any figure of a row leaves that row NaN. The interval is for a row chosen beforehand: the
    largest of many rows is too large by selection.

    Examples
    --------
    30 of the 200 dairies of a valley make this cheese, and 100 of all 2,000:

    >>> location_quotient(30, 200, 100, 2000).round(2)
        lq  se_ln   low  high  p_upper
    0  3.0   0.14  2.26  3.98      0.0
    """
    import pandas as pd

    figures = {"x_i": x_i, "n_i": n_i, "x": x, "n": n}
    index = _index_of(figures)
    arrays = _arrays(figures, None if index is None else len(index))
    if not 0 < level < 1:
        raise ParameterError(_("level = {level}: must lie between 0 and 1").format(level=level))
    _check(arrays)
    found = location_quotients(arrays["x_i"], arrays["n_i"], arrays["x"], arrays["n"], level)
    table: pd.DataFrame = pd.DataFrame(found._asdict(), index=index)
    if shrink:
        with np.errstate(divide="ignore", invalid="ignore"):
            expected = arrays["n_i"] * arrays["x"] / arrays["n"]
        drawn = kernel.shrink(arrays["x_i"], expected, level)
        table["shrunk"], table["shrunk_low"], table["shrunk_high"] = drawn
    return table


def quotients_by_territory(
    units: gpd.GeoDataFrame | pd.DataFrame,
    *,
    chain: str,
    territory: str,
    territories: gpd.GeoDataFrame | None = None,
    key: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return every chain's location quotient in every district.

    Parameters
    ----------
    units : DataFrame
        One row per unit.
    chain, territory : str
        Columns with the chain and with the code of the unit's own district; units that lack either
        are left out and counted in ``attrs["left_out"]``.
    territories : GeoDataFrame of polygons, optional
        With ``key``, the column of the code: adds ``cluster_lq``, the quotient of the district together
        with those that touch it.
    level : float

    Returns
    -------
    DataFrame
        One row per chain and district that holds any unit: ``n``, ``n_all``, ``expected``, ``lq``,
        ``low``, ``high``, ``p_upper`` (exact), ``q_value`` (over the chain's districts, Benjamini and
        Hochberg), ``shrunk`` with its bounds, and ``cluster_lq``.

    Notes
    -----
    Cluster quotient: Σ_j w_ij x_j / Σ_j w_ij n_j over x/n, w the district and its neighbours (after
    Carroll, Reid and Smith 2008).

    Examples
    --------
    >>> import pandas as pd
    >>> units = pd.DataFrame({"chain": ["a"] * 6 + ["b"] * 6, "district": list("111122" "111222")})
    >>> quotients_by_territory(units, chain="chain", territory="district")[
    ...     ["chain", "district", "n", "lq"]].round(2).values.tolist()
    [['a', '1', 4, 1.14], ['a', '2', 2, 0.8], ['b', '1', 3, 0.86], ['b', '2', 3, 1.2]]
    """
    import pandas as pd

    chains, codes, left = _known(units, chain, territory)
    mix = pd.crosstab(codes, chains)
    near = None if territories is None else _adjacent(territories, key, mix.index)
    parts = []
    for name in mix.columns:
        x_i, n_i = mix[name], mix.sum(axis=1)
        total, everything = float(x_i.sum()), float(n_i.sum())
        part = location_quotient(x_i, n_i, total, everything, level=level, shrink=True)
        part.insert(0, "expected", n_i * total / everything)
        part.insert(0, "n_all", n_i)
        part.insert(0, "n", x_i)
        part["q_value"] = benjamini_hochberg(part["p_upper"].to_numpy(float))
        if near is not None:
            part["cluster_lq"] = _smoothed(x_i, n_i, near)
        part.insert(0, chain, name)
        parts.append(part.rename_axis(territory).reset_index())
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    table = table[[chain, territory, *table.columns.drop([chain, territory])]]
    table.attrs["left_out"] = left
    return table


def agglomeration_indices(
    units: gpd.GeoDataFrame | pd.DataFrame,
    *,
    chain: str,
    territory: str,
    size: str | None = None,
    benchmark: pd.Series | None = None,
) -> pd.DataFrame:
    """Return, for each chain, how unevenly it lies over the districts.

    Parameters
    ----------
    units : DataFrame
        One row per unit.
    chain, territory : str
        As for :func:`quotients_by_territory`.
    size : str, optional
        Column with the unit's size (employees, output), > 0; by default every unit counts one. Chains
        are compared in one unit only where all sizes are in it.
    benchmark : Series, optional
        Size of all activity by district code (farms, population, jobs), in place of all units' sum.

    Returns
    -------
    DataFrame
        By chain: ``n``; ``raw`` (G), ``herfindahl`` (H), ``ellison_glaeser``, ``maurel_sedillot``,
        ``gini`` (locational), ``theil`` and ``hoover``.

    Notes
    -----
    G = Σ(s−x)²; γ_EG = [G/(1−Σx²) − H]/(1−H) (Ellison and Glaeser 1997); γ_MS takes Σs² − Σx² for G
    (Maurel and Sédillot 1999). Negative values: more even than plants thrown at random. These indices
    see districts, not distances: they change with the division (see :func:`sialgeo.m_function`).

    Examples
    --------
    Plants of Austria (Farhauer and Kröll):

    >>> import pandas as pd
    >>> plants = pd.DataFrame({
    ...     "chain": "cars", "place": ["Wien"] * 5 + ["Linz"] * 4 + ["Graz"],
    ...     "jobs": [200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000]})
    >>> jobs = pd.Series({"Wien": 500_000, "Linz": 400_000, "Graz": 100_000})
    >>> agglomeration_indices(plants, chain="chain", territory="place", size="jobs",
    ...                       benchmark=jobs).ellison_glaeser.round(6).item()
    0.059906
    """
    import pandas as pd

    chains, codes, left = _known(units, chain, territory)
    held = pd.Series(1.0, index=range(len(units)))
    if size is not None:
        held = pd.Series(_plant_sizes(units, size))
    held = held[chains.index]
    whole = held.groupby(codes).sum() if benchmark is None else _benchmark(benchmark, codes)
    x = whole / whole.sum()
    rows = {}
    for name, sizes in held.groupby(chains):
        s = (sizes.groupby(codes).sum() / sizes.sum()).reindex(x.index, fill_value=0.0)
        found = kernel.agglomeration(s.to_numpy(), x.to_numpy(), sizes.to_numpy())
        rows[str(name)] = {
            "n": len(sizes),
            **found._asdict(),
            "gini": kernel.locational_gini(s.to_numpy(), x.to_numpy()),
            "theil": kernel.relative_theil(s.to_numpy(), x.to_numpy()),
            "hoover": kernel.hoover(s.to_numpy(), x.to_numpy()),
        }
    table: pd.DataFrame = pd.DataFrame.from_dict(rows, orient="index").rename_axis(chain)
    table.attrs["left_out"] = left
    return table


def _known(units: pd.DataFrame, chain: str, territory: str) -> tuple[pd.Series, pd.Series, int]:
    """Return chain and territory as text of the rows that have both, by position."""
    faults = [
        _("the units have no column “{key}”").format(key=key)
        for key in (chain, territory)
        if key not in units.columns
    ]
    raise_all(faults, SchemaError)
    table = units[[chain, territory]].reset_index(drop=True)
    known = table.notna().all(axis=1)
    if not known.any():
        raise SchemaError(
            _("no unit has both “{chain}” and “{territory}”").format(
                chain=chain, territory=territory
            )
        )
    kept = table[known].astype(str)
    return kept[chain], kept[territory], int((~known).sum())


def _plant_sizes(units: pd.DataFrame, size: str) -> Array:
    if size not in units.columns:
        raise SchemaError(_("the units have no column “{key}”").format(key=size))
    sizes: Array = units[size].to_numpy(float, na_value=np.nan)
    if not np.isfinite(sizes).all() or (sizes <= 0).any():
        raise SchemaError(
            _(
                "“{key}” must be known and greater than 0 in every row. Remedy: leave those rows out, or do without sizes"
            ).format(key=size)
        )
    return sizes


def _benchmark(benchmark: pd.Series, codes: pd.Series) -> pd.Series:
    whole = benchmark.astype(float)
    whole.index = whole.index.astype(str)
    missing = sorted(set(codes) - set(whole.index))
    if missing or not np.isfinite(whole).all() or (whole < 0).any() or not whole.sum() > 0:
        raise SchemaError(
            _("the benchmark must be ≥ 0 for every district; it lacks {names}").format(
                names=", ".join(missing[:5]) or "—"
            )
        )
    return whole


def _adjacent(territories: gpd.GeoDataFrame, key: str | None, codes: pd.Index) -> Any:
    """Return the districts with units and those that touch them, as a sparse matrix of ones."""
    from scipy.sparse import csr_array

    if key is None or key not in territories.columns:
        raise SchemaError(_("the territories have no column “{key}”").format(key=key))
    own = territories[key].astype(str)
    missing = sorted(set(codes) - set(own))
    if missing:
        raise SchemaError(
            _("{n} districts of the units are not among the territories: {names}").format(
                n=len(missing), names=", ".join(missing[:5])
            )
        )
    start, near = adjacency(territories, "queen", 1)
    rows = np.repeat(np.arange(len(own)), np.diff(start))
    own_row = np.arange(len(own))
    ones = np.ones(len(rows) + len(own))
    places = (np.append(rows, own_row), np.append(near, own_row))
    touching = csr_array((ones, places), shape=(len(own), len(own)))
    chosen = own.reset_index(drop=True).reset_index().set_index(key)["index"].loc[list(codes)]
    return touching[chosen.to_numpy()][:, chosen.to_numpy()]


def _smoothed(x_i: pd.Series, n_i: pd.Series, near: Any) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        share: Array = (near @ x_i.to_numpy(float)) / (near @ n_i.to_numpy(float))
    share /= x_i.sum() / n_i.sum()
    return share


def _index_of(figures: dict[str, Any]) -> pd.Index | None:
    import pandas as pd

    series = {name: figure for name, figure in figures.items() if isinstance(figure, pd.Series)}
    if not series:
        return None
    first, *others = series.values()
    if any(not first.index.equals(other.index) for other in others):
        raise ParameterError(
            _(
                "{names} have different indexes. Remedy: align them first, for instance with reindex"
            ).format(names=", ".join(series))
        )
    index: pd.Index = first.index
    return index


def _arrays(figures: dict[str, Any], length: int | None) -> dict[str, Array]:
    plain = [np.atleast_1d(np.asarray(figure, dtype=float)) for figure in figures.values()]
    sizes = {a.size for a in plain} - {1} | ({length} if length is not None else set())
    if len(sizes) > 1 or any(a.ndim > 1 for a in plain):
        raise ParameterError(
            _("{names} must be single numbers or lists of one length").format(
                names=", ".join(figures)
            )
        )
    size = sizes.pop() if sizes else 1
    return {name: np.broadcast_to(a, (size,)) for name, a in zip(figures, plain, strict=True)}


def _check(arrays: dict[str, Array]) -> None:
    faults = []
    for name, figure in arrays.items():
        bad = np.flatnonzero(np.isinf(figure) | (figure < 0))
        if len(bad):
            faults.append(
                _("{name} is negative or infinite in rows {rows}").format(
                    name=name, rows=_some(bad)
                )
            )
    for part, whole in (("x_i", "n_i"), ("x_i", "x"), ("n_i", "n"), ("x", "n")):
        bad = np.flatnonzero(arrays[part] > arrays[whole])
        if len(bad):
            faults.append(
                _("{part} is larger than {whole} in rows {rows}").format(
                    part=part, whole=whole, rows=_some(bad)
                )
            )
    bad = np.flatnonzero(arrays["x"] - arrays["x_i"] > arrays["n"] - arrays["n_i"])
    if len(bad) and not faults:
        faults.append(_("x − x_i is larger than n − n_i in rows {rows}").format(rows=_some(bad)))
    raise_all(faults, ParameterError)


def _some(rows: NDArray[np.int64]) -> str:
    said = ", ".join(str(int(row)) for row in rows[:5])
    return said + (", …" if len(rows) > 5 else "")
