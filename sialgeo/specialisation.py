"""Specialisation: is a chain over-represented in a concentration, and how sure is that?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import ParameterError, raise_all
from sialgeo.i18n import _
from sialgeo.kernels.specialisation import location_quotients

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


def location_quotient(x_i: Any, n_i: Any, x: Any, n: Any, *, level: float = 0.95) -> pd.DataFrame:
    """Return the location quotient (x_i/n_i)/(x/n) of each row, with its interval.

    Parameters
    ----------
    x_i, n_i : scalar or (k,) array-like
        Units of the kind, and units of all kinds, in the area.
    x, n : scalar or (k,) array-like
        The same in the whole territory, the area included.
    level
        Coverage of the interval.

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
    return table


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
