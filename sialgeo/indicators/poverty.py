"""Multidimensional poverty: Alkire and Foster's measures, and CONEVAL's classes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sialgeo.descriptions import guess_indicator
from sialgeo.errors import ParameterError, SchemaError, raise_all
from sialgeo.i18n import N_, _
from sialgeo.indicators.checks import aligned, declared, numbers, require_index
from sialgeo.kernels.wellbeing import Counted, adjusted_headcounts, count_deprivations
from sialgeo.plausibility import PERCENT, Array, Flags, outside, some

if TYPE_CHECKING:
    import pandas as pd

EXTREME, MODERATE, BY_INCOME, BY_DEPRIVATION, NOT_POOR = (
    "extreme_poverty",
    "moderate_poverty",
    "vulnerable_by_income",
    "vulnerable_by_deprivation",
    "not_poor",
)
CONEVAL_LABELS: Mapping[str, str] = {
    EXTREME: N_("extreme poverty"),
    MODERATE: N_("moderate poverty"),
    BY_INCOME: N_("vulnerable by income"),
    BY_DEPRIVATION: N_("vulnerable by social deprivation"),
    NOT_POOR: N_("neither poor nor vulnerable"),
}
CONEVAL_POOR = (EXTREME, MODERATE)
DEPRIVATIONS = 6  # CONEVAL counts six social deprivations
# words in the names of columns that hold rates: pct_salud, tasa_pobreza, % sin agua
_RATE = re.compile(
    r"%|(?:^|[\W_])(?:pct|porc\w*|percent\w*|tasa|rate|share|prop|incidencia|headcount)(?:$|[\W_])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class AlkireFoster:
    """Alkire and Foster's measures.

    Attributes
    ----------
    H, A, M0 : float
        Share of people who are poor, mean share of (weighted) deprivations among them, H · A.
    M1, M2 : float
        With the depth of each deprivation, and its square; NaN where gaps mean nothing.
    k : float
        Poverty cutoff, in the unit of the weights.
    dimensions : DataFrame
        One row per dimension: ``weight`` (adding up to 1), ``headcount`` (share deprived),
        ``censored_headcount`` (share deprived and poor), ``contribution`` (share of M0).
    groups : DataFrame or None
        One row per group: ``population_share``, ``H`` … ``M2``, ``contribution`` (share of M0).
    rows : DataFrame
        Index of the caller: ``score`` (share of deprivations) and ``poor``; missing where a
        dimension is not known.
    n, left_out : int
        Rows measured and rows left out.
    notes : tuple of str
    """

    H: float
    A: float
    M0: float
    M1: float
    M2: float
    k: float
    dimensions: pd.DataFrame
    groups: pd.DataFrame | None
    rows: pd.DataFrame
    n: int
    left_out: int
    notes: tuple[str, ...]


def alkire_foster(
    X: Any,  # noqa: N803  (the literature's own letter)
    z: Sequence[float],
    *,
    k: float,
    weights: Sequence[float] | None = None,
    population: Any = None,
    groups: Any = None,
    rows: Literal["people", "households"] | None = None,
) -> AlkireFoster:
    """Return Alkire and Foster's measures of multidimensional poverty.

    Parameters
    ----------
    X : (n, d) DataFrame or array-like
        Achievements, one row per person or household, more being better; a dimension already coded
        as deprived or not is 0 where deprived, 1 where not, with z = 1.
    z : (d,) array-like
        Deprivation cutoffs: deprived where x < z.
    k : float
        Poverty cutoff: poor where the weighted count of deprivations is at least k. In the unit of the
        weights: without weights each dimension counts 1, k = 2 means two of them; with weights that
        add up to 1, k = 1/3 means a third.
    weights : (d,) array-like, optional
    population : (n,) array-like, optional
        People each row stands for (size of household × expansion factor).
    groups : (n,) array-like, optional
        Labels to decompose by; rows without one form a group of their own.
    rows : {"people", "households"}, optional
        What a row is. Tables that look like rates of territories are refused unless it is stated.

    Raises
    ------
    ParameterError
        Lengths differ, or k is none that the weights can reach.
    SchemaError
        The table holds rates of territories (who is deprived in several dimensions at once cannot be
        known from them, and M0 needs it), texts or infinite values; a weight is negative; no row is
        complete.

    Notes
    -----
    Alkire and Foster (2011). M1 and M2 are for dimensions on a ratio scale; where a cutoff is not
    above 0, or an achievement is negative, they are NaN. Rows with a NaN are left out and counted.

    Examples
    --------
    >>> found = alkire_foster([[13.1, 14, 4, 1], [15.2, 7, 5, 0], [12.5, 10, 1, 0], [20, 11, 3, 1]],
    ...     [13, 12, 3, 1], k=2)
    >>> found.H, found.A, found.M0, round(found.M1, 4), round(found.M2, 4)
    (0.5, 0.75, 0.375, 0.2055, 0.1655)
    >>> found.dimensions["contribution"].round(3).tolist()
    [0.167, 0.333, 0.167, 0.333]
    """
    import pandas as pd

    table = X if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X))
    _refuse_rates(table, rows)
    table = table.loc[:, [str(kind) != "geometry" for kind in table.dtypes]]
    columns = list(table.columns)
    x = np.column_stack([numbers(table.iloc[:, j], str(c)) for j, c in enumerate(columns)])
    cutoffs = np.asarray(z, dtype=float)
    counted = np.ones(len(columns)) if weights is None else np.asarray(weights, dtype=float)
    _check_cutoffs(cutoffs, counted, k, len(columns), weights is None)
    if isinstance(X, pd.DataFrame):
        require_index("population", population, X.index)
        require_index("groups", groups, X.index)
    people = _people(population, table)
    raise_all(_row_faults(x, people, table.index, columns), SchemaError)
    known = ~np.isnan(x).any(axis=1) & ~np.isnan(people)
    if not people[known].sum() > 0:
        raise SchemaError(_("no row has all its dimensions: there is nothing to measure"))
    labels = _labels(groups, table)
    found = count_deprivations(x[known], cutoffs, counted, k)
    deep = bool((cutoffs > 0).all() and not (found.deprived & (x[known] < 0)).any())
    measures = _measures(found, counted, people[known], deep)
    return AlkireFoster(
        **measures, k=float(k), n=int(known.sum()), left_out=int((~known).sum()),
        dimensions=_dimensions(found, counted, people[known], columns, measures["M0"]),
        groups=None if labels is None else _groups(
            found, counted, people[known], labels[known], deep, measures["M0"]
        ),
        rows=_rows(found, counted, known, table.index),
        notes=_notes(known, people, deep, None if labels is None else labels[known]),
    )  # fmt: skip


def _refuse_rates(table: pd.DataFrame, rows: str | None) -> None:
    if rows not in (None, "people", "households"):
        raise SchemaError(
            _(
                "rows = {rows}: M0 is computed from people or households. From rates of territories nobody can tell who is deprived in several dimensions at once. Remedy: show the rates side by side"
            ).format(rows=rows)
        )
    kinds = {str(k) for k in getattr(table, "geom_type", ())}
    named = [str(c) for c in table.columns if _RATE.search(str(c))]
    percentages = [
        column
        for column, one in declared(table.attrs.get("indicators", ())).items()
        if column in table.columns and str(one.get("unit") or "").casefold() in PERCENT
    ]
    known = [str(c) for c in table.columns if _of_territories(str(c), table[c])]
    suspects = named or percentages or known or _all_fractions(table)
    if kinds & {"Polygon", "MultiPolygon"} or (rows is None and suspects):
        raise SchemaError(
            _(
                "the table looks like rates of territories ({columns}): M0 needs the deprivations of each person or household, for who is deprived in several dimensions at once cannot be known from rates. Remedy: take the survey's or census's records (rows=\"people\"), or show the rates side by side"
            ).format(columns=some(suspects or sorted(kinds)))
        )


def _of_territories(column: str, values: pd.Series) -> bool:
    """Tell whether a name is that of a rate or index of territories (pobreza_2018), and no yes or no."""
    said = guess_indicator(column)
    told = said.unit.casefold() in PERCENT or said.family in ("hdi", "marginalisation")
    if not told or values.dtype.kind != "f":
        return False
    held = values.dropna()
    return bool((held != held.round()).any())


def _all_fractions(table: pd.DataFrame) -> list[str]:
    """Return the columns where all of them are fractions between 0 and 1, and no mere 0 and 1."""
    for column in table.columns:
        if not hasattr(table[column], "to_numpy") or table[column].dtype.kind not in "fiub":
            return []
        values = table[column].to_numpy(dtype=float, na_value=np.nan)
        values = values[~np.isnan(values)]
        if not len(values) or values.min() < 0 or values.max() > 1:
            return []
        if np.isin(values, (0.0, 1.0)).all():
            return []
    return [str(c) for c in table.columns]


def _check_cutoffs(z: Array, weights: Array, k: float, d: int, counted: bool) -> None:
    faults: list[str] = []
    for name, given in (("z", z), ("weights", weights)):
        if given.shape != (d,):
            faults.append(
                _("{name} has {n} values for {d} dimensions").format(name=name, n=given.size, d=d)
            )
        elif not np.isfinite(given).all():
            faults.append(_("{name} holds values that are no numbers").format(name=name))
    if not faults and ((weights < 0).any() or not weights.sum() > 0):
        faults.append(_("weights must not be negative, nor all 0"))
    total = float(weights.sum())
    if not faults and not 0 < k <= total * (1 + 1e-9):
        faults.append(
            _("k = {k}: must lie above 0, and not above the sum of the weights, {total:g}").format(
                k=k, total=total
            )
        )
    elif not faults and counted and k < 1:
        faults.append(
            _(
                "k = {k}: without weights each dimension counts 1, and any one deprivation would do. Remedy: k=1 for that, or weights that add up to 1"
            ).format(k=k)
        )
    raise_all(faults, ParameterError)


def _people(population: Any, table: pd.DataFrame) -> Array:
    if population is None:
        return np.ones(len(table))
    people = numbers(np.asarray(population), "population")
    if len(people) != len(table):
        raise ParameterError(
            _("{name} has {n} values for {total} rows").format(
                name="population", n=len(people), total=len(table)
            )
        )
    return people


def _labels(groups: Any, table: pd.DataFrame) -> Any:
    import pandas as pd

    if groups is None:
        return None
    labels = pd.Series(np.asarray(groups, dtype=object))
    if len(labels) != len(table):
        raise ParameterError(
            _("{name} has {n} values for {total} rows").format(
                name="groups", n=len(labels), total=len(table)
            )
        )
    return labels


def _row_faults(x: Array, people: Array, index: pd.Index, columns: Sequence[Any]) -> list[str]:
    faults: list[str] = []
    for name, values in zip(columns, x.T, strict=True):
        if np.isinf(values).any():
            faults.append(
                _("“{column}”: {n} values are infinite (rows {rows})").format(
                    column=name, n=int(np.isinf(values).sum()), rows=some(index[np.isinf(values)])
                )
            )
    bad = outside(people, 0.0, np.inf)
    if bad.any():
        faults.append(
            _("{name} is negative or infinite in rows {rows}").format(
                name="population", rows=some(index[bad])
            )
        )
    return faults


def _measures(found: Counted, weights: Array, people: Array, deep: bool) -> dict[str, float]:
    measures = adjusted_headcounts(found, weights, people)
    return measures if deep else {**measures, "M1": float("nan"), "M2": float("nan")}


def _dimensions(
    found: Counted, weights: Array, people: Array, columns: Sequence[Any], m0: float
) -> pd.DataFrame:
    import pandas as pd

    share, total = weights / weights.sum(), people.sum()
    censored = (people * found.poor) @ found.deprived / total
    table: pd.DataFrame = pd.DataFrame(
        {
            "weight": share,
            "headcount": people @ found.deprived / total,
            "censored_headcount": censored,
            "contribution": share * censored / m0 if m0 > 0 else np.nan,
        },
        index=pd.Index(columns, name="dimension"),
    )
    return table


def _groups(
    found: Counted, weights: Array, people: Array, labels: Any, deep: bool, m0: float
) -> pd.DataFrame:
    import pandas as pd

    codes, names = pd.factorize(labels, sort=False, use_na_sentinel=False)
    rows = []
    for code in range(len(names)):
        inside = codes == code
        part = Counted(*(a[inside] for a in found))
        share = float(people[inside].sum() / people.sum())
        measures = _measures(part, weights, people[inside], deep)
        # a group without people has no measures, and adds nothing
        held = share * measures["M0"] if share > 0 else 0.0
        contribution = held / m0 if m0 > 0 else float("nan")
        rows.append({"population_share": share, **measures, "contribution": contribution})
    table: pd.DataFrame = pd.DataFrame(rows, index=pd.Index(names, name="group"))
    return table


def _rows(found: Counted, weights: Array, known: Flags, index: pd.Index) -> pd.DataFrame:
    import pandas as pd

    score = np.full(len(known), np.nan)
    score[known] = found.score / weights.sum()
    poor = np.full(len(known), pd.NA, dtype=object)
    poor[known] = found.poor
    columns = {"score": score, "poor": pd.array(poor, dtype="boolean")}
    table: pd.DataFrame = pd.DataFrame(columns, index=index)
    return table


def _notes(known: Flags, people: Array, deep: bool, labels: Any) -> tuple[str, ...]:
    notes: list[str] = []
    if not known.all():
        lost = np.nansum(people[~known]) / np.nansum(people)
        notes.append(
            _(
                "{n} of {total} rows ({share:.1%} of the people) are left out: a dimension is not known."
            ).format(n=int((~known).sum()), total=len(known), share=float(lost))
        )
    if not deep:
        notes.append(
            _("M1 and M2 are not given: they need cutoffs above 0 and achievements not below 0.")
        )
    if labels is not None and labels.isna().any():
        notes.append(
            _("{n} rows have no group and form one of their own.").format(
                n=int(labels.isna().sum())
            )
        )
    return tuple(notes)


def coneval_classes(
    income: Any,
    deprivations: Any,
    *,
    poverty_line: Any,
    minimum_line: Any,
    extreme_from: int = 3,
) -> pd.Series:
    """Return the class of each person by CONEVAL's rule: income lines and social deprivations.

    Parameters
    ----------
    income : scalar or (n,) array-like
        Income per person and month.
    deprivations : scalar or (n,) array-like
        Number of social deprivations, 0 to 6.
    poverty_line, minimum_line : scalar or (n,) array-like
        Line of poverty by income (both baskets) and of extreme poverty (food basket), of the month
        and of the place (rural or urban) of each row.
    extreme_from : int
        Deprivations from which poverty below the minimum line is extreme.

    Returns
    -------
    Series of ordered categories
        ``extreme_poverty``, ``moderate_poverty`` (together: poverty, :data:`CONEVAL_POOR`),
        ``vulnerable_by_income``, ``vulnerable_by_deprivation``, ``not_poor``; NaN where a figure is.
        :data:`CONEVAL_LABELS` has the texts.

    Raises
    ------
    SchemaError
        A figure is negative or infinite, deprivations are no whole numbers of 0 to 6 (rates of
        territories, say), a line is 0, or the minimum line is above the poverty line. All at once.

    Notes
    -----
    CONEVAL (2010), Lineamientos y criterios generales para la definición, identificación y medición
    de la pobreza, DOF 16/06/2010. Poor: income below the line and at least one deprivation; extreme:
    income below the minimum line and three or more. An income equal to a line is not below it.

    Examples
    --------
    >>> coneval_classes([900, 2500, 2500, 9000, 9000], [4, 1, 0, 2, 0],
    ...     poverty_line=3000, minimum_line=1500).tolist()[:3]
    ['extreme_poverty', 'moderate_poverty', 'vulnerable_by_income']
    """
    import pandas as pd

    index, held = aligned(
        {
            "income": income,
            "deprivations": deprivations,
            "poverty_line": poverty_line,
            "minimum_line": minimum_line,
        }
    )
    raise_all(_coneval_faults(held, index), SchemaError)
    money, count, line, least = held.values()
    known = ~np.isnan(np.column_stack([money, count, line, least])).any(axis=1)
    below, deprived = money < line, count >= 1
    codes = np.select(
        [
            below & deprived & (money < least) & (count >= extreme_from),
            below & deprived,
            below,
            deprived,
        ],
        [0, 1, 2, 3],
        4,
    )
    codes[~known] = -1
    kind = pd.CategoricalDtype(list(CONEVAL_LABELS), ordered=True)
    found = pd.Categorical.from_codes(codes, dtype=kind)
    classes: pd.Series = pd.Series(found, index=index, name="coneval")
    return classes


def _coneval_faults(held: Mapping[str, Array], index: pd.Index) -> list[str]:
    faults: list[str] = []
    for name, values in held.items():
        bad = outside(values, 0.0, np.inf)
        if name.endswith("line"):
            bad |= values == 0
        if bad.any():
            faults.append(
                _("{name} is negative, infinite or (a line) 0 in rows {rows}").format(
                    name=name, rows=some(index[bad])
                )
            )
    count = held["deprivations"]
    bad = ~np.isnan(count) & ((count > DEPRIVATIONS) | (count != np.floor(count)))
    if bad.any():
        faults.append(
            _(
                "deprivations are counted from 0 to {most} (rows {rows}). Remedy: give the number of each person; rates of territories cannot be classed"
            ).format(most=DEPRIVATIONS, rows=some(index[bad]))
        )
    bad = held["minimum_line"] > held["poverty_line"]
    if bad.any():
        faults.append(
            _("minimum_line is above poverty_line in rows {rows}: are they exchanged?").format(
                rows=some(index[bad])
            )
        )
    return faults
