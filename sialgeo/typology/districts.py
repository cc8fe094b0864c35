"""Districts of rural agro-industry from figures by area: Sforzi's and ISTAT's steps, transposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sialgeo.errors import SchemaError, raise_all
from sialgeo.i18n import N_, _, ngettext

if TYPE_CHECKING:
    import pandas as pd

SIZES = ("small", "medium", "large")
STEPS: Mapping[str, str] = {
    "specialised": N_("processing is commoner there than elsewhere"),
    "small_scale": N_("more of it is small than elsewhere"),
    "one_chain": N_("one chain is commoner there and holds half of it"),
    "sme_dominant": N_("small or medium units stand out"),
}
_MAIN = 0.5  # share of the processing units that the main chain holds at least


def distritos_air(
    areas: pd.DataFrame,
    *,
    total: str,
    processing: str,
    sizes: Mapping[str, str],
    chains: Sequence[str],
) -> pd.DataFrame:
    """Say which areas are districts of rural agro-industry, where there are only figures by area.

    Parameters
    ----------
    areas
        One row per labour area or province, with the columns named below; counts of units ≥ 0.
    total, processing
        Columns with all establishments, and those that process agricultural produce.
    sizes
        ``"small"``, ``"medium"``, ``"large"`` → columns with the processing units of that size.
    chains
        Columns with the processing units of each chain.

    Returns
    -------
    DataFrame
        Index of ``areas``. ``lq_processing``, ``small_share``, ``main_chain``, ``main_chain_lq``,
        ``main_chain_share``, ``dominant_size``; ``specialised``, ``small_scale``, ``one_chain``,
        ``sme_dominant`` (bool, None where it cannot be told); ``steps_met`` (0–4); ``district``: all
        four. An area without processing units is no district; a missing figure makes its steps None,
        and ``district`` too where no other step says no.

    Raises
    ------
    SchemaError
        A column is missing, or figures are negative or no numbers: all at once.

    Notes
    -----
    Sforzi and ISTAT (2006) take labour areas specialised in manufacturing, then those of small and
    medium firms, then their dominant industry. Transposed: (1) location quotient of processing above
    1; (2) share of small units above that of all areas; (3) a main chain with location quotient above
    1 and half of the processing units or more; (4) the size class of largest location quotient is
    small or medium.

    Examples
    --------
    >>> import pandas as pd
    >>> areas = pd.DataFrame({"all": [100, 900], "agro": [40, 60], "s": [36, 30], "m": [4, 10],
    ...     "l": [0, 20], "cheese": [30, 10], "panela": [10, 50]}, index=["Valle", "Ciudad"])
    >>> found = distritos_air(areas, total="all", processing="agro",
    ...     sizes={"small": "s", "medium": "m", "large": "l"}, chains=["cheese", "panela"])
    >>> found[["lq_processing", "main_chain", "dominant_size", "district"]].values.tolist()
    [[4.0, 'cheese', 'small', True], [0.6666666666666666, 'panela', 'large', False]]
    """
    import pandas as pd

    figures = _figures(areas, [total, processing, *sizes.values(), *chains], sizes)
    own = figures[processing]
    quotient = _share(own, figures[total]) / _overall(own, figures[total])
    small = _share(figures[sizes["small"]], own)
    national = _overall(figures[sizes["small"]], own)
    mix = figures[list(chains)]
    chain_lq = mix.apply(lambda n: _share(n, own) / _overall(n, own))
    known = mix.notna().all(axis=1) & (own > 0)
    main = mix[known].idxmax(axis=1).reindex(mix.index)
    classes = figures[list(sizes.values())].set_axis(list(sizes), axis=1)
    size_lq = classes.apply(lambda n: _share(n, own) / _overall(n, own))
    sized = classes.notna().all(axis=1) & size_lq.notna().any(axis=1)
    dominant = size_lq[sized].idxmax(axis=1).reindex(size_lq.index)
    main_lq = pd.Series([_at(chain_lq, k, c) for k, c in enumerate(main)], index=areas.index)
    main_share = pd.Series([_at(mix, k, c) for k, c in enumerate(main)], index=areas.index) / own
    found = pd.DataFrame(
        {
            "lq_processing": quotient,
            "small_share": small,
            "main_chain": main,
            "main_chain_lq": main_lq,
            "main_chain_share": main_share,
            "dominant_size": dominant,
            "specialised": _told(quotient > 1, quotient.notna()),
            "small_scale": _told(small > national, small.notna()),
            "one_chain": _told((main_lq > 1) & (main_share >= _MAIN), main_lq.notna()),
            "sme_dominant": _told(dominant.isin(["small", "medium"]), dominant.notna()),
        }
    )
    steps = found[list(STEPS)]
    found["steps_met"] = steps.eq(True).sum(axis=1).astype(np.int64)
    refused = steps.eq(False).any(axis=1)
    found["district"] = _told(found["steps_met"] == len(STEPS), refused | steps.notna().all(axis=1))
    return found


def summary_of(districts: pd.DataFrame) -> str:
    """Return in one sentence how many areas are districts of rural agro-industry, and how many may be.

    Examples
    --------
    >>> import pandas as pd
    >>> summary_of(pd.DataFrame({"district": [True, False, None]}))
    '1 of 3 areas is a district of rural agro-industry by all four steps; of 1 a figure is missing.'
    """
    met = int(districts["district"].eq(True).sum())
    return ngettext(
        "{n} of {total} areas is a district of rural agro-industry by all four steps; of {unknown} a figure is missing.",
        "{n} of {total} areas are districts of rural agro-industry by all four steps; of {unknown} a figure is missing.",
        met,
    ).format(n=met, total=len(districts), unknown=int(districts["district"].isna().sum()))


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)


def _overall(part: pd.Series, whole: pd.Series) -> float:
    """Return the share in all areas of which both figures are known."""
    known = part.notna() & whole.notna()
    total = float(whole[known].sum())
    return float(part[known].sum()) / total if total > 0 else float("nan")


def _at(table: pd.DataFrame, row: int, column: object) -> float:
    return float(table[column].iloc[row]) if isinstance(column, str) else float("nan")


def _told(truth: pd.Series, known: pd.Series) -> pd.Series:
    """Return yes, no, or None where a figure is missing."""
    return truth.astype(object).where(known, None)


def _figures(areas: pd.DataFrame, columns: Sequence[str], sizes: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    faults = [_("sizes: “{size}” is missing").format(size=s) for s in SIZES if s not in sizes]
    faults += [
        _("the table has no column “{column}”").format(column=c)
        for c in columns
        if c not in areas.columns
    ]
    raise_all(faults, SchemaError)
    held = {}
    for column in columns:
        numbers = pd.to_numeric(areas[column], errors="coerce").astype(float)
        wrong = (numbers.isna() & areas[column].notna()) | (numbers < 0) | np.isinf(numbers)
        if wrong.any():
            rows = ", ".join(map(str, areas.index[wrong][:10]))
            faults.append(
                _("column “{column}”: no count in rows {rows}").format(column=column, rows=rows)
            )
        held[column] = numbers
    raise_all(faults, SchemaError)
    return pd.DataFrame(held)
