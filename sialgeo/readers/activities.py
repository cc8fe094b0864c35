"""Codes of economic activity to chains, by a table that anyone may edit; classes of size to persons."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import _, plain
from sialgeo.readers.columns import by_value, code_text
from sialgeo.readers.grids import text_grid
from sialgeo.readers.log import Log
from sialgeo.readers.sources import open_source
from sialgeo.triage.selection import unknown_columns

if TYPE_CHECKING:
    import pandas as pd

CHAINS = Path(__file__).parents[1] / "data" / "cadenas.csv"
CHAIN, LINK = "cadena", "eslabon"
PERSONS_MIN, PERSONS_MAX = "personas_min", "personas_max"
SYSTEMS = ("scian", "ciiu4", "ciiu4ac")
_NAMES = {"codigo": ("codigo", "code"), "sistema": ("sistema", "system")}
# columns of a code of activity, and the classification that their names tell
_ACTIVITY = {
    "codigo_act": "scian",
    "codigo_actividad": "",
    "scian": "scian",
    "codigo_scian": "scian",
    "clave_scian": "scian",
    "ciiu": "ciiu4",
    "ciiu4": "ciiu4",
    "codigo_ciiu": "ciiu4",
    "cod_ciiu": "ciiu4",
    "isic": "ciiu4",
}


def read_chains(path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Read the table that says which chain a code of activity belongs to.

    Parameters
    ----------
    path
        A CSV with the columns ``codigo`` and ``cadena``; optional are ``sistema`` (``scian``,
        ``ciiu4``, ``ciiu4ac``) and ``eslabon`` (link). By default the table that the package
        carries, which is meant to be copied and edited.

    Returns
    -------
    DataFrame
        ``sistema, codigo, cadena, eslabon``, all text; no code twice in one classification.

    Raises
    ------
    SchemaError
        A column lacks, a code is no number, or two rows give one code different chains.

    Examples
    --------
    >>> table = read_chains()
    >>> table[table.codigo == "311513"].empty, table[table.codigo == "3115"].cadena.tolist()
    (True, ['lácteos'])
    """
    grid = text_grid(open_source(path or CHAINS), Log(None), encoding=None, separator=None)
    by_name = {plain(str(c)): c for c in grid.cells.columns}
    found: dict[str, Any] = {}
    for name in ("sistema", "codigo", CHAIN, LINK):
        known = next((by_name[n] for n in _NAMES.get(name, (name,)) if n in by_name), None)
        if known is None and name in ("codigo", CHAIN):
            raise SchemaError(unknown_columns([name], grid.cells.columns))
        found[name] = "" if known is None else code_text(grid.cells[known]).fillna("").astype(str)
    import pandas as pd

    table = pd.DataFrame(found, columns=list(found))
    faults = [
        _("row {row}: “{code}” is no code of activity").format(row=grid.rows[i], code=code)
        for i, code in enumerate(table["codigo"])
        if not re.fullmatch(r"\d{1,8}", code)
    ]
    faults += [
        _("row {row}: classification “{system}” is not known; known: {known}").format(
            row=grid.rows[i], system=system, known=", ".join(SYSTEMS)
        )
        for i, system in enumerate(table["sistema"])
        if system not in ("", *SYSTEMS)
    ]
    twice = table.duplicated(["sistema", "codigo"], keep=False) & (table[CHAIN] != "")
    if table[twice].groupby(["sistema", "codigo"])[CHAIN].nunique().gt(1).any():
        codes = sorted(set(table.loc[twice, "codigo"]))
        faults.append(_("codes with two chains: {codes}").format(codes=", ".join(codes)))
    if faults:
        raise SchemaError("\n".join(faults))
    return table.drop_duplicates(["sistema", "codigo"])


def activity_column(names: Sequence[str]) -> tuple[str, str] | None:
    """Return the column that holds codes of activity, and the classification its name tells.

    >>> activity_column(["id", "codigo_act"]), activity_column(["CIIU"]), activity_column(["id"])
    (('codigo_act', 'scian'), ('CIIU', 'ciiu4'), None)
    """
    for name in names:
        system = _ACTIVITY.get(plain(name))
        if system is not None:
            return name, system
    return None


def system_of(codes: pd.Series, told: str) -> str:
    """Return the classification of codes: what the column's name tells, else their digits."""
    held = codes.dropna().astype(str).str.lstrip("ABCDEFG")
    digits = held.str.len().mode()
    if told != "ciiu4" and len(digits) and digits.iloc[0] == 6:
        return "scian"
    return told or "ciiu4"


def chains_of(codes: pd.Series, table: pd.DataFrame, system: str) -> pd.DataFrame:
    """Return chain and link of each code, by the longest code of the table that begins it.

    A code that no row of the table begins has no chain (missing, never a guess).

    >>> import pandas as pd
    >>> codes = pd.Series(["311513", "431194", "999999", "C1050"])
    >>> chains_of(codes[:3], read_chains(), "scian").cadena.tolist()
    ['lácteos', 'miel', nan]
    >>> chains_of(codes[3:], read_chains(), "ciiu4").cadena.tolist()
    ['lácteos']
    """
    import pandas as pd

    rows = table[table["sistema"].isin(["", system])]
    chain = dict(zip(rows["codigo"], rows[CHAIN], strict=True))
    link = dict(zip(rows["codigo"], rows[LINK], strict=True))
    begun = by_value(codes, lambda c: _prefix(str(c).lstrip("ABCDEFG").strip(), chain))
    made: pd.DataFrame = pd.DataFrame(
        {
            CHAIN: by_value(begun, lambda c: chain.get(c) or np.nan),
            LINK: by_value(begun, lambda c: link.get(c) or np.nan),
        }
    )
    return made


def _prefix(code: str, known: Mapping[str, str]) -> str:
    return next((code[:n] for n in range(len(code), 0, -1) if code[:n] in known), "")


_RANGE = re.compile(r"(\d+)\s*(?:a|-|–|to)\s*(\d+)\b", re.IGNORECASE)
_OPEN = re.compile(r"(\d+)\s*(?:y m[aá]s|o m[aá]s|\+|and more)", re.IGNORECASE)


def persons(classes: pd.Series) -> pd.DataFrame:
    """Return the fewest and most persons of a class of size; the last class has no most.

    >>> import pandas as pd
    >>> persons(pd.Series(["0 a 5 personas", "251 y más personas", None])).values.tolist()
    [[0.0, 5.0], [251.0, nan], [nan, nan]]
    """
    import pandas as pd

    made: pd.DataFrame = pd.DataFrame(
        {
            PERSONS_MIN: by_value(classes, lambda c: _ends(c)[0]),
            PERSONS_MAX: by_value(classes, lambda c: _ends(c)[1]),
        },
        dtype=float,
    )
    return made


def _ends(cell: Any) -> tuple[float, float]:
    """Return the fewest and most persons that a cell says, NaN for what it leaves open."""
    text = cell if isinstance(cell, str) else ""
    closed, opened = _RANGE.search(text), _OPEN.search(text)
    if closed:
        return float(closed[1]), float(closed[2])
    return float(opened[1]) if opened else np.nan, np.nan


def require_activity(names: Sequence[str]) -> tuple[str, str]:
    """Return the column of activities, or raise where ``chains`` is asked of a table without one."""
    found = activity_column(names)
    if found is None:
        raise ParameterError(
            _(
                "chains: no column of codes of activity (codigo_act, scian, ciiu). The columns are: {names}"
            ).format(names=", ".join(map(str, names)))
        )
    return found
