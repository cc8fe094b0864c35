"""Change between two dates or two runs: which concentrations were born, grew, merged, split or went.

Concentrations are matched by the producers they share and by the ground they share. Two runs that
differ in data quality, reference or radius differ for that reason too: compare like with like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import equal_area_crs
from sialgeo.errors import SchemaError, raise_all
from sialgeo.i18n import N_, _
from sialgeo.model import (
    ACTIVATION_LEVEL,
    BEFORE,
    CHANGE,
    CONCENTRATION,
    DECLUSTERED,
    DECLUSTERING,
    EFFICIENCY,
    EVIDENCE,
    JOINT_SALES,
    MEMBER_SHARE,
    N_BEFORE,
    N_CHANGE,
    NAME,
    NOISE,
    NOT_SIGNIFICANT,
    OVERLAP,
    Concentrations,
    N,
    Step,
    detection_step,
    versions,
)
from sialgeo.params import check, param

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

FELL = 0.2  # a membership share that falls by as much is a sign of de-clustering
REASONS = {
    "producers": N_("fewer producers"),
    "split": N_("it split"),
    "gone": N_("it is gone"),
    "level": N_("lower level of activation"),
    "members": N_("fewer members of organisations"),
    "flag": N_("flagged when it was classified"),
}


@dataclass(frozen=True)
class Comparing:
    """When two concentrations are the same one, and when it has changed."""

    overlap: float = param(
        0.3,
        N_("Two are matched that share this much of the smaller, in producers or in ground"),
        label=N_("Overlap"),
        gt=0,
        le=1,
    )
    tolerance: float = param(
        0.2,
        N_("A change in the number of producers up to this share is called stable"),
        label=N_("Tolerance"),
        ge=0,
    )

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Comparison:
    """Two dates side by side.

    Attributes
    ----------
    concentrations : Concentrations
        The later ones; ``areas`` with ``change``, ``before``, ``n_before``, ``n_change`` (per cent),
        ``overlap_before`` and ``declustering_since``.
    table : GeoDataFrame
        One row per later concentration and per one that is gone: ``change``, ``name``, ``before``,
        ``n_before``, ``n``, ``n_change``, ``members_shared`` and ``ground_shared`` (of the smaller),
        ``overlap_before``, ``X_before`` and ``X_after`` of each column laid beside,
        ``declustering_since`` and ``reasons``; the footprint is the later one, or the last one known.
    """

    concentrations: Concentrations
    table: gpd.GeoDataFrame

    def published(self, *, min_n: int = 10) -> pd.DataFrame:
        """Return the table without footprints, and without the figures of small concentrations.

        A concentration of fewer than ``min_n`` producers at either date keeps its kind of change only;
        a share of members that stands for fewer is left out, and so are joint sales, as their sellers
        are not counted here.
        """
        plain = self.table.drop(columns=self.table.geometry.name)
        few = (plain[N].fillna(min_n) < min_n) | (plain[N_BEFORE].fillna(min_n) < min_n)
        kept = {CHANGE, CONCENTRATION}
        for column in plain.columns.difference(list(kept)):
            hidden = few | _few_members(plain, column, min_n)
            plain[column] = plain[column].astype(object).where(~hidden, None)
        return plain.drop(columns=[c for c in plain if str(c).startswith(JOINT_SALES)])


def _few_members(table: pd.DataFrame, column: str, min_n: int) -> NDArray[np.bool_]:
    """Mark the shares of members that stand for fewer than ``min_n`` producers, or for all but those."""
    n = {f"{MEMBER_SHARE}_before": N_BEFORE, f"{MEMBER_SHARE}_after": N}.get(column)
    if n is None:
        return np.zeros(len(table), dtype=bool)
    whole, share = (table[c].to_numpy(float, na_value=np.nan) for c in (n, column))
    least = np.minimum(whole * share, whole * (100.0 - share)) / 100.0
    few: NDArray[np.bool_] = (least > 0.5) & (least < min_n - 0.5)
    return few


def compare(
    before: Concentrations,
    after: Concentrations,
    *,
    id: str | None = None,  # noqa: A002
    columns: Sequence[str] = (),
    overlap: float = 0.3,
    tolerance: float = 0.2,
) -> Comparison:
    """Match the concentrations of two dates, or of two runs, and say what became of each.

    Parameters
    ----------
    before, after
        Detected alike. Concentrations that did not pass their test take no part.
    id : str, optional
        Column of both tables with the unit's code; without it concentrations are matched by ground.
    columns : sequence of str
        Columns of ``areas`` to lay beside each other; indicators, the level of activation, members and
        joint action are where both dates have them.
    overlap : float
        Two are matched that share this part of the smaller one, in producers or in ground.
    tolerance : float
        A change in producers up to this part is "stable".

    Returns
    -------
    Comparison

    Raises
    ------
    SchemaError
        A column is missing, or a code occurs twice.

    Notes
    -----
    "born": matched by none before; "merged": by several; "split": its one predecessor is matched by
    several; else "grown", "stable" or "shrunk" by the number of producers; "gone": matched by none
    after. The risk of de-clustering («riesgo de de-clusterización») is raised by a split, a loss of
    producers beyond the tolerance, a lower level of activation, a share of members that fell by a
    fifth, or the flag of classifying; where nothing of this is known but locations, by these alone.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> def year(x, labels):
    ...     units = gpd.GeoDataFrame(
    ...         {"id": x, "concentration": labels, "membership": "core"},
    ...         geometry=gpd.points_from_xy([500_000 + v for v in x], [9_200_000] * len(x)), crs=32717)
    ...     names = sorted({v for v in labels if v > 0})
    ...     boxes = [shapely.box(*units[units.concentration == v].buffer(1_000).total_bounds) for v in names]
    ...     areas = gpd.GeoDataFrame({"name": [f"C{v}" for v in names],
    ...         "n": [labels.count(v) for v in names], "evidence": "tested"},
    ...         index=names, geometry=boxes, crs=32717)
    ...     return Concentrations(units, areas)
    >>> found = compare(year([0, 10, 50_000], [1, 1, 2]), year([0, 10, 20, 30], [1, 1, 1, 1]), id="id")
    >>> found.table[["name", "change", "n_before", "n"]].values.tolist()
    [['C1', 'grown', 2.0, 4.0], ['C2', 'gone', 1.0, nan]]
    """
    asked = Comparing(overlap, tolerance)
    _require(before, after, id, columns)
    crs = equal_area_crs(after.areas if len(after) else after.producers)
    old, new = _counted(before), _counted(after)
    members = _members_shared(before, after, old.index, new.index, id)
    ground = _ground_shared(old.geometry.to_crs(crs), new.geometry.to_crs(crs))
    shared = np.fmax(members[0], ground[0])
    matched = shared >= asked.overlap
    rows = [_later(place, old, new, matched, (members, ground), asked) for place in range(len(new))]
    rows += [_gone(place, old) for place in range(len(old)) if not matched[place].any()]
    beside = _beside(before, after, columns)
    table = _table(rows, old, new, beside, after.areas.crs)
    notes = _notes(before, after, table)
    step = Step(
        "compare",
        {"overlap": overlap, "tolerance": tolerance, "id": id, "columns": tuple(beside)},
        str(crs.srs),
        None,
        versions(),
        notes=tuple(notes),
    )
    areas = after.areas.copy()
    known = table[table[CONCENTRATION].notna()].set_index(CONCENTRATION)
    for column in (CHANGE, BEFORE, N_BEFORE, N_CHANGE, OVERLAP, DECLUSTERED):
        areas[column] = known[column].reindex(areas.index)
    return Comparison(after.with_step(step, areas=areas), table)


def _require(
    before: Concentrations,
    after: Concentrations,
    id: str | None,  # noqa: A002
    columns: Sequence[str],
) -> None:
    faults = []
    for name, c in ((_("before"), before), (_("after"), after)):
        for column in columns:
            if column not in c.areas:
                faults.append(
                    _("{date}: the concentrations have no column “{column}”").format(
                        date=name, column=column
                    )
                )
        if id is None:
            continue
        if id not in c.producers:
            faults.append(
                _("{date}: the producers have no column “{column}”").format(date=name, column=id)
            )
        elif c.producers[id].dropna().duplicated().any():
            twice = c.producers[id][c.producers[id].duplicated() & c.producers[id].notna()]
            faults.append(
                _("{date}: “{column}” holds codes twice: {codes}").format(
                    date=name, column=id, codes=", ".join(map(str, twice.unique()[:5]))
                )
            )
    raise_all(faults, SchemaError)


def _counted(c: Concentrations) -> gpd.GeoDataFrame:
    """Return the concentrations that take part."""
    return c.areas[c.areas[EVIDENCE] != NOT_SIGNIFICANT]


def _members_shared(
    before: Concentrations,
    after: Concentrations,
    old: pd.Index,
    new: pd.Index,
    id: str | None,  # noqa: A002
) -> tuple[Array, Array]:
    """Return shared producers over the smaller and over both (Jaccard); NaN without codes."""
    nothing = np.full((len(old), len(new)), np.nan)
    if id is None:
        return nothing, nothing
    left, right = (
        c.producers[[id, CONCENTRATION]].dropna().astype({id: str}) for c in (before, after)
    )
    both = left.merge(right, on=id, suffixes=("_old", "_new"))
    i = old.get_indexer(both[f"{CONCENTRATION}_old"])
    j = new.get_indexer(both[f"{CONCENTRATION}_new"])
    inside = (i >= 0) & (j >= 0)
    common = np.zeros(nothing.shape)
    np.add.at(common, (i[inside], j[inside]), 1.0)
    a, b = (_sizes(c, index) for c, index in ((left, old), (right, new)))
    return _over(common, a, b)


def _sizes(table: pd.DataFrame, index: pd.Index) -> Array:
    counted = table[table[CONCENTRATION] != NOISE][CONCENTRATION].value_counts()
    sizes: Array = counted.reindex(index).fillna(0).to_numpy(float)
    return sizes


def _over(common: Array, a: Array, b: Array) -> tuple[Array, Array]:
    with np.errstate(divide="ignore", invalid="ignore"):
        smaller = common / np.minimum(a[:, None], b[None, :])
        union = common / (a[:, None] + b[None, :] - common)
    return np.nan_to_num(smaller), np.nan_to_num(union)


def _ground_shared(old: gpd.GeoSeries, new: gpd.GeoSeries) -> tuple[Array, Array]:
    common = np.zeros((len(old), len(new)))
    if len(old) and len(new):
        i, j = new.sindex.query(old, predicate="intersects")
        met = old.iloc[i].intersection(new.iloc[j].set_axis(old.index[i]), align=False)
        common[i, j] = met.area.to_numpy()
    return _over(common, old.area.to_numpy(float), new.area.to_numpy(float))


def _later(
    place: int,
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    matched: NDArray[np.bool_],
    shared: tuple[tuple[Array, Array], tuple[Array, Array]],
    asked: Comparing,
) -> dict[str, Any]:
    parents = np.flatnonzero(matched[:, place])
    n, row = float(new[N].iloc[place]), {CONCENTRATION: new.index[place], "old": parents}
    row.update({NAME: new[NAME].iloc[place], N: n, N_BEFORE: np.nan, N_CHANGE: np.nan, BEFORE: ""})
    members, ground = shared
    row["members_shared"] = row["ground_shared"] = row[OVERLAP] = np.nan
    if not len(parents):
        return {**row, CHANGE: "born"}
    best = parents[np.fmax(members[0], ground[0])[parents, place].argmax()]
    row["members_shared"], row["ground_shared"] = members[0][best, place], ground[0][best, place]
    row[OVERLAP] = float(np.fmax(members[1], ground[1])[best, place])
    row[BEFORE] = ", ".join(str(name) for name in old[NAME].iloc[parents])
    row[N_BEFORE] = float(old[N].iloc[parents].sum())
    row[N_CHANGE] = 100.0 * (n / row[N_BEFORE] - 1) if row[N_BEFORE] else np.nan
    if len(parents) > 1:
        return {**row, CHANGE: "merged"}
    if matched[best].sum() > 1:
        return {**row, CHANGE: "split"}
    share = row[N_CHANGE] / 100
    word = "stable" if abs(share) <= asked.tolerance else ("grown" if share > 0 else "shrunk")
    return {**row, CHANGE: word}


def _gone(place: int, old: gpd.GeoDataFrame) -> dict[str, Any]:
    name = old[NAME].iloc[place]
    return {
        CONCENTRATION: None,
        "old": np.array([place]),
        NAME: name,
        BEFORE: str(name),
        N_BEFORE: float(old[N].iloc[place]),
        N: np.nan,
        N_CHANGE: -100.0,
        CHANGE: "gone",
        "members_shared": np.nan,
        "ground_shared": np.nan,
        OVERLAP: 0.0,
    }


def _beside(before: Concentrations, after: Concentrations, columns: Sequence[str]) -> list[str]:
    """Return the columns to lay beside each other: those asked for, indicators, activation."""
    indicators = [i.column for i in after.indicators]
    wanted = [*columns, *indicators, ACTIVATION_LEVEL, *EFFICIENCY]
    return [
        column
        for column in dict.fromkeys(wanted)
        if column in after.areas and (column in before.areas)
    ]


def _table(
    rows: list[dict[str, Any]],
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    beside: list[str],
    crs: Any,
) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd

    shapes, earlier = [], old.geometry.to_crs(crs)
    for row in rows:
        parents, number = row.pop("old"), row[CONCENTRATION]
        shapes.append(new.geometry[number] if number is not None else earlier.iloc[parents[0]])
        for column in beside:
            # of several predecessors only one is no comparison of like with like
            row[f"{column}_before"] = old[column].iloc[parents[0]] if len(parents) == 1 else None
            row[f"{column}_after"] = None if number is None else new.loc[number, column]
        reasons = _reasons(row, new)
        row[DECLUSTERED] = "risk" if reasons else "none"
        row["reasons"] = ", ".join(reasons)
    order = [CONCENTRATION, CHANGE, NAME, BEFORE, N_BEFORE, N, N_CHANGE]
    table: pd.DataFrame = pd.DataFrame(rows)
    if not len(table):
        table = pd.DataFrame(columns=[*order, OVERLAP, DECLUSTERED, "reasons"])
    table = table[[*order, *table.columns.difference(order, sort=False)]]
    table[CONCENTRATION] = table[CONCENTRATION].astype("Int64")
    return gpd.GeoDataFrame(table, geometry=shapes, crs=crs)


def _reasons(row: dict[str, Any], new: gpd.GeoDataFrame) -> list[str]:
    found = []
    if row[CHANGE] == "shrunk":
        found.append("producers")
    if row[CHANGE] in ("split", "gone"):
        found.append(row[CHANGE])
    before, after = (_number(row.get(f"{ACTIVATION_LEVEL}_{date}")) for date in ("before", "after"))
    if after < before:
        found.append("level")
    before, after = (_number(row.get(f"{MEMBER_SHARE}_{date}")) for date in ("before", "after"))
    if before > 0 and after <= (1 - FELL) * before:
        found.append("members")
    number = row[CONCENTRATION]
    if number is not None and DECLUSTERING in new and new.loc[number, DECLUSTERING] == "yes":
        found.append("flag")
    return found


def _number(value: Any) -> float:
    """Return a figure, NaN where it is none: comparisons with it are then false."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _notes(before: Concentrations, after: Concentrations, table: pd.DataFrame) -> list[str]:
    notes = []
    made = [detection_step(c).parameters for c in (before, after)]
    unlike = sorted(
        key
        for key in ("method", "radius", "min_units", "alpha", "coincident")
        if made[0].get(key) != made[1].get(key)
    )
    if unlike:
        notes.append(
            _("The two runs differ in {names}: part of the change is of the method.").format(
                names=", ".join(unlike)
            )
        )
    sizes = [len(c.producers) for c in (before, after)]
    notes.append(
        _("{before} producers were examined at the earlier date, {after} at the later.").format(
            before=sizes[0], after=sizes[1]
        )
    )
    gone = int((table[CHANGE] == "gone").sum()) if len(table) else 0
    if gone:
        notes.append(_("Concentrations of the earlier date that are gone: {n}.").format(n=gone))
    return notes
