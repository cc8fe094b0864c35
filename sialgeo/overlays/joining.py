"""Joining a table of indicators to its territories, by official code and, when asked, by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.errors import SchemaError, raise_all
from sialgeo.i18n import N_, _, ngettext
from sialgeo.model import Indicator
from sialgeo.overlays.common import Flags, Ints, Shapes, code_of, some, with_columns

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


def join_indicators(
    territories: gpd.GeoDataFrame,
    table: pd.DataFrame,
    *,
    key: str,
    columns: Sequence[str] | None = None,
    table_key: str | None = None,
    name: str | Sequence[str] | None = None,
) -> gpd.GeoDataFrame:
    """Join a table of indicators to its territories by official code (UBIGEO, CVEGEO, …).

    Codes are compared as text. Zeros that a spreadsheet took off the front are put back, and said.

    Parameters
    ----------
    territories
        Polygon layer, one row per territory.
    table
        One row per territory, with the code in a column or as its index.
    key
        Column with the code in the territories.
    columns
        Columns of the table to bring; by default all that the territories do not have.
    table_key
        Column with the code in the table, where its name is another.
    name
        Column (or columns, as province and district) with the name, present in both; territories
        whose code did not join are then joined by name, accents and case folded, where that name is
        the only one of its kind on both sides.

    Returns
    -------
    GeoDataFrame
        The territories, same rows and index, with the columns (NaN where nothing joined).
        ``attrs["join"]`` tells: ``joined``, ``by_name``, ``repaired``, ``territories_without`` and
        ``table_without`` (the codes that did not join), ``rows_without_code``, ``ambiguous_names``,
        ``left_out_columns``, and ``sentences`` that say it. ``attrs["indicators"]`` carries on what
        the reader knows of the columns; an estimate's interval is brought with it.

    Raises
    ------
    SchemaError
        A column is missing or present on both sides, a code stands twice, or nothing joins at all.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, shapely
    >>> districts = gpd.GeoDataFrame({"ubigeo": ["060101", "060102"]},
    ...     geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs=4326)
    >>> joined = join_indicators(districts, pd.DataFrame({"ubigeo": [60101], "idh": [0.607]}), key="ubigeo")
    >>> joined["idh"].tolist(), joined.attrs["join"]["territories_without"]
    ([0.607, nan], ['060102'])
    >>> print(*joined.attrs["join"]["sentences"], sep="\\n")
    1 of 2 territories joined by code.
    1 code had lost its leading zeros; they were put back.
    Territories without figures: 060102
    """
    import pandas as pd

    rows = _with_key_column(table, table_key or key)
    told = [i for i in table.attrs.get("indicators", ()) if isinstance(i, Indicator)]
    if columns is not None:  # an estimate is not taken without its interval
        ends = [e for i in told if i.column in columns for e in (i.low, i.high)]
        columns = list(dict.fromkeys([*columns, *(e for e in ends if e in table.columns)]))
    names = [name] if isinstance(name, str) else list(name or ())
    brought = _columns_to_bring(territories, rows, key, table_key or key, columns, names)
    pair = _paired_codes(territories[key], rows[table_key or key])
    _refuse_duplicates(pair, key)
    position = pd.Index(pair.there).get_indexer(pd.Index(pair.here))
    position[[code is None for code in pair.here]] = -1
    by_code = position >= 0
    ambiguous = _join_by_name(position, territories, rows, names) if names else []
    if not (position >= 0).any():
        raise SchemaError(_nothing_joined(pair, key))
    joined = _taken(territories, rows, brought, position)
    repaired = by_code & ((pair.here != pair.raw_here) | (pair.there != pair.raw_there)[position])
    codes = np.where(by_code & (pair.here != pair.raw_here), pair.here, pair.raw_here)
    joined[key] = pd.Series(codes, index=joined.index, dtype=object)
    left_out = [
        str(c)
        for c in rows.columns
        if columns is None and c not in {*brought, *names, table_key or key}
    ]
    declared = [i for i in told if i.column in brought]
    already = tuple(territories.attrs.get("indicators", ()))
    joined.attrs = {
        **territories.attrs,
        **({"indicators": (*already, *declared)} if declared else {}),
        "join": _join_report(pair, position, by_code, repaired, ambiguous, left_out),
    }
    return joined


@dataclass(frozen=True)
class _Codes:
    """Codes as text of the territories (here) and the table (there), as given and zero-filled."""

    raw_here: Shapes
    raw_there: Shapes
    here: Shapes
    there: Shapes


def _with_key_column(table: pd.DataFrame, key: str) -> pd.DataFrame:
    return table.reset_index() if key not in table.columns and table.index.name == key else table


def _columns_to_bring(
    territories: gpd.GeoDataFrame,
    table: pd.DataFrame,
    key: str,
    table_key: str,
    columns: Sequence[str] | None,
    names: Sequence[str],
) -> list[str]:
    """Return the columns to bring; every missing or doubled one in a single error."""
    missing = _("{what} has no column “{column}”. It has: {columns}")
    wanted = [(_("the layer of territories"), territories, c) for c in (key, *names)]
    wanted += [
        (_("the table of indicators"), table, c) for c in (table_key, *names, *(columns or ()))
    ]
    faults = [
        missing.format(what=what, column=c, columns=", ".join(map(str, held.columns)))
        for what, held, c in wanted
        if c not in held.columns
    ]
    if columns is not None:
        faults += [
            _(
                "the territories already have a column “{column}”. Remedy: drop it from one side, or rename it"
            ).format(column=c)
            for c in columns
            if c in territories.columns
        ]
    raise_all(faults, SchemaError)
    if columns is not None:
        return list(dict.fromkeys(columns))
    return [c for c in table.columns if c not in territories.columns and c != table_key]


def _paired_codes(here: pd.Series, there: pd.Series) -> _Codes:
    raw = [np.array([code_of(v) for v in side.tolist()], dtype=object) for side in (here, there)]
    width = max(_usual_width(side) for side in raw)
    filled = [
        np.array(
            [c.zfill(width) if c is not None and c.isdigit() else c for c in side], dtype=object
        )
        for side in raw
    ]
    return _Codes(raw[0], raw[1], filled[0], filled[1])


def _usual_width(codes: Shapes) -> int:
    """Return the commonest number of digits of the codes (the larger of two as common), 0 if none."""
    widths = [len(c) for c in codes if c is not None and c.isdigit()]
    found, counts = np.unique(np.array(widths, dtype=int), return_counts=True)
    return int(found[counts == counts.max()].max()) if len(found) else 0


def _refuse_duplicates(pair: _Codes, key: str) -> None:
    faults = []
    for what, codes in (
        (_("the layer of territories"), pair.here),
        (_("the table of indicators"), pair.there),
    ):
        found, counts = np.unique([c for c in codes if c is not None], return_counts=True)
        twice = [str(c) for c in found[counts > 1]] if len(found) else []
        if twice:
            faults.append(
                _(
                    "{what}: the code “{key}” stands more than once for {codes}. Remedy: keep one row per code (dissolve the polygons of one territory)"
                ).format(what=what, key=key, codes=some(twice))
            )
    raise_all(faults, SchemaError)


def fold(text: str) -> str:
    """Return a name without accents, case, punctuation and double spaces, to compare names.

    >>> fold("  San José de LOURDES "), fold("Encañada, La")
    ('san jose de lourdes', 'encanada la')
    """
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c)
    )
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def _join_by_name(
    position: Ints, territories: gpd.GeoDataFrame, table: pd.DataFrame, names: Sequence[str]
) -> list[str]:
    """Fill ``position`` for territories and rows that no code joined; return the ambiguous names."""
    here, there = _folded(territories, names), _folded(table, names)
    open_here = position < 0
    open_there = np.ones(len(table), dtype=bool)
    open_there[position[position >= 0]] = False
    ambiguous = []
    for k in np.flatnonzero(open_here):
        if not here[k]:
            continue
        candidates = np.flatnonzero(there == here[k])
        if len(candidates) == 1 and (here == here[k]).sum() == 1:
            if open_there[candidates[0]]:
                position[k] = candidates[0]
        elif len(candidates):
            ambiguous.append(", ".join(str(territories[c].iloc[k]) for c in names))
    return ambiguous


def _folded(table: pd.DataFrame, names: Sequence[str]) -> Shapes:
    columns = [[fold(code_of(v) or "") for v in table[c].tolist()] for c in names]
    texts = ["\x1f".join(parts) if all(parts) else "" for parts in zip(*columns, strict=True)]
    return np.array(texts, dtype=object)


def _nothing_joined(pair: _Codes, key: str) -> str:
    samples = [
        some([str(c) for c in codes if c is not None][:3])
        for codes in (pair.raw_here, pair.raw_there)
    ]
    return _(
        "no code joins: “{key}” is {here} in the territories and {there} in the table. Remedy: name the columns that hold the same official code"
    ).format(key=key, here=samples[0], there=samples[1])


def _taken(
    territories: gpd.GeoDataFrame, table: pd.DataFrame, columns: list[str], position: Ints
) -> gpd.GeoDataFrame:
    picked = table[columns].reset_index(drop=True).reindex(position)
    joined = with_columns(territories, {str(c): picked[c].array for c in columns}, set())
    geometry = joined.geometry.name
    return joined[[c for c in joined.columns if c != geometry] + [geometry]]


def _join_report(
    pair: _Codes,
    position: Ints,
    by_code: Flags,
    repaired: Flags,
    ambiguous: list[str],
    left_out: list[str],
) -> dict[str, Any]:
    used = np.zeros(len(pair.there), dtype=bool)
    used[position[position >= 0]] = True
    here = [
        str(c) if c is not None else _("row {row}, without code").format(row=k + 1)
        for k, c in enumerate(pair.raw_here)
        if position[k] < 0
    ]
    there = [str(c) for k, c in enumerate(pair.raw_there) if c is not None and not used[k]]
    named = [str(pair.raw_here[k]) for k in np.flatnonzero((position >= 0) & ~by_code)]
    report = {
        "territories": len(position),
        "rows": len(used),
        "joined": int((position >= 0).sum()),
        "by_name": named,
        "repaired": int(repaired.sum()),
        "territories_without": here,
        "table_without": there,
        "rows_without_code": int(
            sum(c is None for c, u in zip(pair.raw_there, used, strict=True) if not u)
        ),
        "ambiguous_names": ambiguous,
        "left_out_columns": left_out,
    }
    report["sentences"] = _join_sentences(report)
    return report


def _join_sentences(report: Mapping[str, Any]) -> list[str]:
    by_code = report["joined"] - len(report["by_name"])
    said = [
        _("{n} of {total} territories joined by code.").format(
            n=by_code, total=report["territories"]
        )
    ]
    if report["by_name"]:
        said.append(
            _("{n} joined by name: {codes}").format(
                n=len(report["by_name"]), codes=some(report["by_name"])
            )
        )
    if report["repaired"]:
        n = report["repaired"]
        said.append(
            ngettext(
                "{n} code had lost its leading zeros; they were put back.",
                "{n} codes had lost their leading zeros; they were put back.",
                n,
            ).format(n=n)
        )
    for field, text in (
        ("territories_without", N_("Territories without figures: {codes}")),
        ("table_without", N_("Rows of the table without territory: {codes}")),
        ("ambiguous_names", N_("Names that stand more than once and were not joined: {codes}")),
        (
            "left_out_columns",
            N_("Columns that both sides have; those of the territories were kept: {codes}"),
        ),
    ):
        if report[field]:
            said.append(_(text).format(codes=some(report[field])))
    if report["rows_without_code"]:
        said.append(_("Rows of the table without code: {n}").format(n=report["rows_without_code"]))
    return said
