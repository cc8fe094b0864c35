"""Priorities: which concentrations come first, and whether that depends on the weights.

A rank is shown with the range it takes under all weightings; "robust" is said only of a concentration
that is among the first under at least 80 % of them.

References
----------
Lahdelma, R., Hokkanen, J. and Salminen, P. (1998). SMAA – stochastic multiobjective acceptability
analysis. European Journal of Operational Research 106(1), 137–143.
OECD and JRC (2008). Handbook on Constructing Composite Indicators. OECD Publishing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import ParameterError, SchemaError, raise_all
from sialgeo.i18n import N_, _
from sialgeo.kernels import ranking as kernel
from sialgeo.model import (
    ACTIVATION_LEVEL,
    COMPLETENESS,
    HELD_OUT_LOW,
    LEFT_OUT_HIGH,
    LEFT_OUT_LOW,
    LQ_LOW,
    P_TOP,
    PRIORITY,
    PRIORITY_GEOMETRIC,
    PRIORITY_MISSING,
    PRIORITY_RANK,
    PRIORITY_SCORE,
    RANK_HIGH,
    RANK_LOW,
    RR_LOW,
    STABILITY,
    SUBINDEX,
    SUBINDEX_NAMES,
    SUPPLIER_ACCESS,
    Concentrations,
    Step,
    versions,
)
from sialgeo.params import check, param

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

ROBUST = 0.8  # of the weightings, from which a priority is called robust
# sub-index: columns with the direction that raises it (+1 more, −1 less)
DEFAULTS: Mapping[str, Mapping[str, int]] = {
    "potential": {LQ_LOW: 1, COMPLETENESS: 1},
    "activation": {ACTIVATION_LEVEL: 1},
    "access": {SUPPLIER_ACCESS: 1},
    "evidence": {HELD_OUT_LOW: 1, RR_LOW: 1, STABILITY: 1},
}


@dataclass(frozen=True)
class Prioritising:
    """How many come first, and how weights are drawn."""

    top: int = param(3, N_("How many come first"), label=N_("First"), ge=1)
    draws: int = param(10_000, N_("Weightings drawn at random"), label=N_("Weightings"), ge=100)
    seed: int = param(1, N_("Seed of the random draws"), label=N_("Seed"), ge=0)

    def __post_init__(self) -> None:
        check(self)


def prioritise(
    concentrations: Concentrations,
    *,
    subindices: Mapping[str, Mapping[str, int] | Sequence[str] | str] | None = None,
    top: int = 3,
    draws: int = 10_000,
    seed: int = 1,
) -> Concentrations:
    """Rank the concentrations by sub-indices, and say how far the ranks depend on their weights.

    Parameters
    ----------
    concentrations
        With what the sub-indices rest on: indicators laid over, profile, linkages, level.
    subindices : mapping, optional
        Name → columns of ``areas``, each with +1 (more raises the priority) or −1 (less does); in a
        list, less does of a column written with a minus, as ``["pobreza_2018", "-idh_2019"]``. By
        default: ``need`` from the indicators laid over (by their direction), ``potential`` (lower
        bound of the location quotient, chain completeness), ``activation`` (level), ``access``
        (suppliers) and ``evidence`` (lower bound of the relative risk, stability).
    top : int
        How many come first.
    draws, seed : int
        Weightings drawn from Dirichlet(1, …, 1): every set of weights as likely as any other.

    Returns
    -------
    Concentrations
        ``areas`` with ``subindex__X`` (percentile rank, 0–1, mean over its columns);
        ``priority_score`` and ``priority_rank`` (equal weights, arithmetic mean),
        ``priority_rank_geometric``; ``priority_p_top``, the share of weightings that put it among the
        first ``top``; ``priority_rank_low`` and ``priority_rank_high`` (5–95 % of the weightings);
        ``priority_rank_left_out_low`` and ``_high`` over leaving one sub-index out; ``priority``:
        "robust" (p ≥ 0.8), "sensitive" (p ≥ 0.2), "not_first", or "not_evaluable"; and
        ``priority_missing``, the sub-indices that could not be told there.

    Raises
    ------
    SchemaError
        A column asked for is missing, or no sub-index can be told.

    Notes
    -----
    A concentration that lacks a sub-index which others have is not ranked: 0 would be a lie, and a mean
    over fewer would compare unlike things. A sub-index that no concentration has is named and left
    out. SMAA (Lahdelma and others 1998); arithmetic and geometric means as in the handbook of OECD and
    JRC (2008).

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> areas = gpd.GeoDataFrame(
    ...     {"name": ["A", "B", "C"], "n": [20, 20, 20], "evidence": ["tested"] * 3,
    ...      "poverty": [60.0, 40.0, 20.0], "potential": [3.0, 2.0, 1.0]}, index=[1, 2, 3],
    ...     geometry=[shapely.box(i, 0, i + 1, 1) for i in range(3)], crs=32717)
    >>> units = gpd.GeoDataFrame({"concentration": [1], "membership": ["core"]},
    ...     geometry=gpd.points_from_xy([0], [0]), crs=32717)
    >>> found = prioritise(Concentrations(units, areas), top=1,
    ...                    subindices={"need": "poverty", "potential": "potential"})
    >>> found.areas[["priority_rank", "priority_p_top", "priority"]].values.tolist()
    [[1.0, 1.0, 'robust'], [2.0, 0.0, 'not_first'], [3.0, 0.0, 'not_first']]
    """
    asked = Prioritising(top, draws, seed)
    areas = concentrations.areas.copy()
    chosen = _chosen(concentrations, subindices)
    notes: list[str] = []
    table = {name: _subindex(areas, columns) for name, columns in chosen.items()}
    empty = sorted(name for name, values in table.items() if not np.isfinite(values).any())
    wanted = [name for name in table if name not in empty]
    lacking = [*empty, *(n for n in SUBINDEX_NAMES if subindices is None and n not in table)]
    if lacking:
        notes.append(
            _("Not told for any concentration, and left out of the priority: {names}.").format(
                names=", ".join(_(SUBINDEX_NAMES.get(n, n)) for n in dict.fromkeys(lacking))
            )
        )
    if len(areas) and not wanted:
        raise SchemaError(
            _(
                "no sub-index can be told. Remedy: overlay, profile or link first, or name columns in subindices="
            )
        )
    scores = (
        np.column_stack([table[name] for name in wanted]) if wanted else np.zeros((len(areas), 0))
    )
    areas = _with_ranks(areas, scores, wanted, asked, notes)
    for name, values in table.items():
        areas[SUBINDEX + name] = values
    areas[PRIORITY_MISSING] = [
        ", ".join(name for name in chosen if not np.isfinite(table[name][i]))
        for i in range(len(areas))
    ]
    notes.append(
        _(
            "A priority is a way to choose where to look first; it depends on which sub-indices are taken."
        )
    )
    parameters = {
        "subindices": {name: dict(columns) for name, columns in chosen.items()},
        "top": top,
        "draws": draws,
        "used": tuple(wanted),
    }
    step = Step("prioritise", parameters, "", seed, versions(), notes=tuple(notes))
    return concentrations.with_step(step, areas=areas)


def _chosen(
    c: Concentrations, subindices: Mapping[str, Any] | None
) -> dict[str, Mapping[str, int]]:
    """Return the sub-indices with their columns and directions; a missing column is an error."""
    if subindices is None:
        need = {i.column: 1 if i.better == "less" else -1 for i in c.indicators if i.better}
        found = {"need": need, **DEFAULTS}
        present = {
            name: {col: way for col, way in columns.items() if col in c.areas}
            for name, columns in found.items()
        }
        return {name: columns for name, columns in present.items() if columns}
    made: dict[str, Mapping[str, int]] = {}
    for name, given in subindices.items():
        columns = [given] if isinstance(given, str) else given
        made[str(name)] = dict(columns) if isinstance(columns, Mapping) else _signed(columns)
    raise_all(
        [
            _("sub-index {name}: the concentrations have no column “{column}”").format(
                name=name, column=column
            )
            for name, columns in made.items()
            for column in columns
            if column not in c.areas
        ],
        SchemaError,
    )
    wrong = [n for n, columns in made.items() if set(columns.values()) - {1, -1} or not columns]
    if wrong:
        raise ParameterError(
            _("sub-indices {names}: each column needs a direction, 1 or −1").format(
                names=", ".join(wrong)
            )
        )
    return made


def _signed(columns: Sequence[str]) -> dict[str, int]:
    """Return the columns of a list with their direction: −1 for those written with a minus."""
    return {c.removeprefix("-"): -1 if c.startswith("-") else 1 for c in columns}


def _subindex(areas: pd.DataFrame, columns: Mapping[str, int]) -> Array:
    """Return the mean percentile rank over the columns; NaN where any column that others have is.

    A column without any value says nothing and is passed over.
    """
    import pandas as pd

    ranks = []
    for column, way in columns.items():
        values = pd.to_numeric(areas[column], errors="coerce").to_numpy(float, na_value=np.nan)
        if np.isfinite(values).any():
            ranks.append(kernel.percentile_ranks(way * values))
    if not ranks:
        return np.full(len(areas), np.nan)
    mean: Array = np.mean(ranks, axis=0)
    return mean


def _with_ranks(
    areas: Any, scores: Array, names: list[str], asked: Prioritising, notes: list[str]
) -> Any:
    whole = np.isfinite(scores).all(axis=1) & (scores.shape[1] > 0)
    columns = (PRIORITY_SCORE, PRIORITY_RANK, PRIORITY_GEOMETRIC, P_TOP, RANK_LOW, RANK_HIGH)
    for column in (*columns, LEFT_OUT_LOW, LEFT_OUT_HIGH):
        areas[column] = np.full(len(areas), np.nan)
    areas[PRIORITY] = np.full(len(areas), "not_evaluable", dtype=object)
    if not whole.any():
        return areas
    held = scores[whole]
    answer = kernel.robustness(held, asked.top, asked.draws, np.random.default_rng(asked.seed))
    for column, values in zip(columns, answer[:6], strict=True):
        areas.loc[whole, column] = values
    if len(names) > 1:
        left_out = np.array(
            [kernel.ranks(np.delete(held, j, axis=1).mean(axis=1)) for j in range(len(names))]
        )
        areas.loc[whole, LEFT_OUT_LOW] = left_out.min(axis=0)
        areas.loc[whole, LEFT_OUT_HIGH] = left_out.max(axis=0)
    p = answer.p_top
    words = np.where(p >= ROBUST, "robust", np.where(p >= 1 - ROBUST, "sensitive", "not_first"))
    if whole.sum() <= asked.top:
        notes.append(
            _(
                "There are no more concentrations than come first: every one is, and none is called robust."
            )
        )
        words = np.full(len(p), "sensitive", dtype=object)
    if len(names) == 1:
        notes.append(_("There is one sub-index only: its rank depends on no weights."))
    areas.loc[whole, PRIORITY] = words
    return areas
