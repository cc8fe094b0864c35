"""Intervals of estimates carried to other areas, by Monte Carlo."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from sialgeo.errors import ParameterError, raise_all
from sialgeo.i18n import _
from sialgeo.overlays.common import Array, Ints, some
from sialgeo.plausibility import bounds_of

_Z = 1.959963984540054  # the ends of a 95 % interval, in standard deviations
_NUMBERS_AT_ONCE = 2_000_000
_TAILS = (0.025, 0.975)


@dataclass(frozen=True)
class Drawing:
    """How intervals are carried: draws, seed, and how much the polygons err together (0–1)."""

    draws: int = 1_000
    seed: int = 1
    dependence: float = 0.0

    def check(self) -> None:
        """Raise where the drawing cannot be."""
        faults = []
        if isinstance(self.draws, bool) or self.draws < 100:
            faults.append(_("draws = {n}: at least 100").format(n=self.draws))
        if not 0 <= self.dependence <= 1:
            faults.append(_("dependence = {value}: from 0 to 1").format(value=self.dependence))
        raise_all(faults, ParameterError)


def interval_faults(
    values: Array, low: Array, high: Array, labels: list[str], column: str
) -> list[str]:
    """Name the rows whose interval does not hold its value."""
    with np.errstate(invalid="ignore"):
        bad = (low > values) | (values > high)
    if not bad.any():
        return []
    return [
        _("“{column}”: the interval does not hold the value in {rows}").format(
            column=column, rows=some([labels[k] for k in np.flatnonzero(bad)])
        )
    ]


def carried(
    column: str,
    target: Ints,
    source: Ints,
    weight: Array,
    estimates: tuple[Array, Array, Array],
    order: Ints,
    n: int,
    limits: tuple[str, str],
    drawing: Drawing,
) -> tuple[Array, Array, int]:
    """Return the ends of the 95 % interval of each target's weighted mean, and how many were exact.

    Parameters
    ----------
    target, source, weight
        Row of the target and of the source polygon, and weight, one per piece.
    estimates
        Value, lower and upper end by source row. Half of the draws lie below the value, and 95 % of
        them between the ends, be the interval lopsided or not.
    order
        Sort key of the source rows, so that the result does not depend on their order.
    limits
        Family and unit: draws beyond what they allow count as the limit.

    Notes
    -----
    Polygons err independently for ``dependence=0``; for 1 they err together, which is the widest.
    """
    from scipy.sparse import csr_array  # only here: it takes longer to load than most overlays take

    values, low, high = estimates
    used = np.isfinite(values[source]) & np.isfinite(weight) & (weight > 0)
    rows = np.unique(source[used])
    rows = rows[np.argsort(order[rows], kind="stable")]
    if not len(rows):
        return np.full(n, np.nan), np.full(n, np.nan), 0
    place = np.zeros(len(values), dtype=np.int64)
    place[rows] = np.arange(len(rows))
    matrix = csr_array((weight[used], (target[used], place[source[used]])), shape=(n, len(rows)))
    total = np.asarray(matrix.sum(axis=1)).reshape(-1)
    exact = ~(np.isfinite(low) & np.isfinite(high))[rows]
    down = np.where(exact, 0.0, (values - low)[rows] / _Z)
    up = np.where(exact, 0.0, (high - values)[rows] / _Z)
    rng = np.random.default_rng([drawing.seed, zlib.crc32(column.encode())])
    step = max(1, _NUMBERS_AT_ONCE // len(rows))
    together, alone = np.sqrt(drawing.dependence), np.sqrt(1 - drawing.dependence)
    least, greatest = bounds_of(*limits)
    means = np.empty((n, drawing.draws))
    for first in range(0, drawing.draws, step):
        size = min(step, drawing.draws - first)
        z = together * rng.standard_normal(size) + alone * rng.standard_normal((len(rows), size))
        drawn = values[rows, None] + np.where(z < 0, down[:, None], up[:, None]) * z
        means[:, first : first + size] = matrix @ np.clip(drawn, least, greatest)
    known = total > 0
    ends = np.full((2, n), np.nan)
    ends[:, known] = np.quantile(means[known] / total[known, None], _TAILS, axis=1)
    return ends[0], ends[1], int(exact.sum())
