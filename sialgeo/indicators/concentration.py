"""The concentration index: is something found among poorer or better-off places?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from sialgeo.errors import ParameterError, SchemaError, raise_all
from sialgeo.i18n import _
from sialgeo.indicators.checks import aligned, require_index
from sialgeo.kernels.wellbeing import Ranked, concentration, standard_error
from sialgeo.plausibility import Array, outside, some

if TYPE_CHECKING:
    import pandas as pd

Ints = NDArray[np.int64]
FEW = 10


@dataclass(frozen=True)
class ConcentrationIndex:
    """The concentration index with its standard error.

    Attributes
    ----------
    value : float
        In −1 … 1; below zero: found rather among those worse off.
    se, low, high : float
        Standard error and 95 % interval (t) under independent rows or blocks.
    erreygers, erreygers_se : float
        Erreygers' index of a bounded share; NaN where no bounds were given.
    mean : float
        Weighted mean of h.
    n, blocks, left_out : int
        Rows used; independent draws the error counts; rows left out for a NaN.
    curve : DataFrame
        ``p`` and ``l``: cumulative shares of weight and of h, those worse off first, from (0, 0).
    notes : tuple of str
    """

    value: float
    se: float
    low: float
    high: float
    erreygers: float
    erreygers_se: float
    mean: float
    n: int
    blocks: int
    left_out: int
    curve: pd.DataFrame
    notes: tuple[str, ...]


def concentration_index(
    h: Any,
    rank_by: Any,
    *,
    weights: Any = None,
    bounded: tuple[float, float] | None = None,
    better: Literal["more", "less"] = "more",
    blocks: Any = None,
) -> ConcentrationIndex:
    """Return the concentration index of h over places ranked from worse to better off.

    Parameters
    ----------
    h : (n,) array-like
        What is spread: a rate per person (units per 1,000 inhabitants), ≥ 0; no counts.
    rank_by : (n,) array-like
        What ranks the places (HDI, poverty rate); equal values share their middle rank.
    weights : (n,) array-like, optional
        Population of each place; by default each counts as one.
    bounded : (float, float), optional
        Bounds of h where it is a share ((0, 1) or (0, 100)): Erreygers' index is given as well.
    better : {"more", "less"}
        Whether more of ``rank_by`` is better off ("less" for poverty).
    blocks : (n,) array-like, optional
        Labels (province, state), in the order of h: places of a block are taken as one draw in the
        standard error; a row without label is left out.

    Raises
    ------
    ParameterError
        Lengths or indexes differ, or ``bounded`` is no pair of finite bounds.
    SchemaError
        h or a weight is negative or infinite, h lies outside its bounds or seems of another unit,
        all of h is 0, all ranks are equal, or fewer than three rows are known.

    Notes
    -----
    C = 2 cov(h, r)/μ. Standard error by linearisation (Kakwani, Wagstaff and van Doorslaer 1997,
    with n/(n−1)), the places weighing as given. It takes places as independent: neighbours that are
    alike make it too small; give ``blocks``, and test with Moran spectral randomisation.
    Erreygers (2009): E = 4 μ C/(b − a).

    Examples
    --------
    >>> people = [10, 20, 30, 20, 20]
    >>> rate = [8 / 10, 6 / 20, 3 / 30, 2 / 20, 1 / 20]
    >>> round(concentration_index(rate, [0.2, 0.3, 0.4, 0.5, 0.6], weights=people).value, 3)
    -0.475
    """
    if better not in ("more", "less"):
        raise ParameterError(_("better = {value}: must be “more” or “less”").format(value=better))
    figures = {"h": h, "rank_by": rank_by, "weights": 1.0 if weights is None else weights}
    index, held = aligned(figures)
    if any(hasattr(figure, "index") and hasattr(figure, "dtype") for figure in figures.values()):
        require_index("blocks", blocks, index)
    raise_all(_faults(held, index, bounded), SchemaError)
    x, order, w = held.values()
    label = _blocks(blocks, index)
    known = ~(np.isnan(x) | np.isnan(order) | np.isnan(w)) & (label >= 0)
    used = known & (w > 0)
    _refuse_empty(x[used], order[used])
    found = concentration(x[used], order[used] if better == "more" else -order[used], w[used])
    group = np.unique(label[used], return_inverse=True)[1].reshape(-1)
    n_blocks = int(group.max()) + 1
    se = standard_error(found.influence, w[used], group)
    width = float(t.ppf(0.975, n_blocks - 1)) * se if n_blocks > 1 else float("nan")
    scale = 4 / (bounded[1] - bounded[0]) if bounded is not None else float("nan")
    return ConcentrationIndex(
        found.value, se, found.value - width, found.value + width,
        scale * found.mean * found.value,
        scale * standard_error(found.influence_product, w[used], group),
        found.mean, int(used.sum()), n_blocks, int((~known).sum()), _curve(found),
        _notes(x, known, used, bounded, n_blocks, blocks is not None),
    )  # fmt: skip


def _faults(
    held: dict[str, Array], index: pd.Index, bounded: tuple[float, float] | None
) -> list[str]:
    faults: list[str] = []
    for name, least in (("h", 0.0), ("rank_by", -np.inf), ("weights", 0.0)):
        bad = outside(held[name], least, np.inf)
        if bad.any():
            faults.append(
                _("{name} is negative or infinite in rows {rows}").format(
                    name=name, rows=some(index[bad])
                )
            )
    if bounded is None or faults:
        return faults
    try:
        low, high = (float(b) for b in bounded)
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not (np.isfinite([low, high]).all() and low < high):
        raise ParameterError(
            _("bounded = {value}: give the least and the greatest possible value").format(
                value=bounded
            )
        )
    h = held["h"]
    bad = outside(h, low, high)
    if bad.any():
        faults.append(
            _(
                "h lies outside {low:g}–{high:g} in rows {rows}. Remedy: percentages have bounded=(0, 100), shares (0, 1)"
            ).format(low=low, high=high, rows=some(index[bad]))
        )
    elif (low, high) == (0.0, 100.0) and 0 < np.nanmax(h, initial=0.0) <= 1:
        faults.append(
            _(
                "h has bounds 0–100 and no value above 1: these are shares. Remedy: bounded=(0, 1), or multiply by 100"
            )
        )
    return faults


def _blocks(blocks: Any, index: pd.Index) -> Ints:
    import pandas as pd

    if blocks is None:
        return np.arange(len(index), dtype=np.int64)
    labels = np.asarray(pd.factorize(pd.Series(blocks))[0], dtype=np.int64)
    if len(labels) != len(index):
        raise ParameterError(
            _("blocks has {n} labels for {total} rows").format(n=len(labels), total=len(index))
        )
    return labels


def _refuse_empty(h: Array, order: Array) -> None:
    if len(h) < 3:
        raise SchemaError(
            _("{n} rows with all figures known: the index needs at least three").format(n=len(h))
        )
    if h.sum() <= 0:
        raise SchemaError(_("h adds up to 0: there is nothing whose spread could be measured"))
    if np.ptp(order) == 0:
        raise SchemaError(_("all values of rank_by are equal: there is nothing to rank by"))


def _curve(found: Ranked) -> pd.DataFrame:
    import pandas as pd

    start = np.zeros(1)
    columns = {"p": np.r_[start, found.p], "l": np.r_[start, found.curve]}
    table: pd.DataFrame = pd.DataFrame(columns)
    return table


def _notes(
    h: Array, known: Any, used: Any, bounded: Any, n_blocks: int, blocked: bool
) -> tuple[str, ...]:
    notes: list[str] = []
    if not known.all():
        notes.append(
            _("{n} of {total} rows are left out: a figure is not known.").format(
                n=int((~known).sum()), total=len(known)
            )
        )
    if (known & ~used).any():
        notes.append(
            _("{n} rows have weight 0 and count in nothing.").format(n=int((known & ~used).sum()))
        )
    if n_blocks < FEW:
        notes.append(
            _("The standard error rests on {n} independent rows or blocks only.").format(n=n_blocks)
        )
    if not blocked:
        notes.append(
            _(
                "The standard error takes places as independent; where neighbours are alike it is too small."
            )
        )
    if bounded is None and np.nanmax(h) <= 1:
        notes.append(
            _("If h is a share, its index depends on its mean: give bounded=(0, 1) for Erreygers'.")
        )
    notes.append(
        _("The indicators describe the territories where the producers are, not their households.")
    )
    return tuple(notes)
