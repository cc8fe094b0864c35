"""Tables of indicators that exist: how each is told, its code, and what its columns say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sialgeo.descriptions import Direction, Family
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import _, plain
from sialgeo.model import Indicator

if TYPE_CHECKING:
    import pandas as pd

_YEAR = r"(?P<year>(?:19|20)\d\d)"


@dataclass(frozen=True)
class Column:
    """What a column of a known table says: ``pattern`` is of its plain name, with or without a year."""

    pattern: str
    es: str
    en: str
    family: Family
    unit: str
    better: Direction
    method: Mapping[int, int] | int | None = None  # method year, or by the year of the data


@dataclass(frozen=True)
class Preset:
    """A table that a publisher hands out.

    ``keys`` are the names of its code, the first there is being taken; ``prepare`` brings the table
    to one row per code with a column per figure, and returns what is to be said of it.
    """

    name: str
    source: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    prepare: Callable[[pd.DataFrame], tuple[pd.DataFrame, list[str]]] | None = None
    needs_year: bool = False


# two releases: the series of 2003–2012, and 2019
_PERU_METHODS = {**dict.fromkeys(range(2003, 2013), 2013), 2019: 2019}


# --- tables that must be brought into shape ----------------------------------------------------------
def _shdi(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Name the columns of years; keep the regions, the country's own row being no region."""
    years = [c for c in table.columns if re.fullmatch(_YEAR, str(c))]
    level = next((c for c in table.columns if plain(str(c)) == "level"), None)
    notes: list[str] = []
    if level is not None:
        national = table[level].astype("string").str.casefold().eq("national").to_numpy(bool)
        if national.any() and not national.all():
            notes.append(
                _("{n} rows of whole countries are left out: {names}.").format(
                    n=int(national.sum()),
                    names=", ".join(sorted(set(_names(table[national])))),
                )
            )
            table = table[~national].reset_index(drop=True)
    return table.rename(columns={c: f"shdi_{c}" for c in years}), notes


def _names(table: pd.DataFrame) -> list[str]:
    column = next((c for c in table.columns if plain(str(c)) in ("country", "iso_code")), None)
    return [] if column is None else [str(v) for v in table[column]]


_INFERIOR = re.compile(r"(?:^|_)(?:inferior|inf|li|lower|low)(?:$|_)")
_SUPERIOR = re.compile(r"(?:^|_)(?:superior|sup|ls|upper|high)(?:$|_)")


def _inei(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Name the ends of the interval; where only they are published, the middle is the figure."""
    low = [c for c in table.columns if _INFERIOR.search(plain(str(c)))]
    high = [c for c in table.columns if _SUPERIOR.search(plain(str(c)))]
    if len(low) != 1 or len(high) != 1:
        return table, []
    rates = [c for c in table.columns if plain(str(c)).startswith(("pobreza", "incidencia"))]
    rates = [c for c in rates if c not in (low[0], high[0])]
    year = next((m.group() for c in (*rates, *low) if (m := re.search(_YEAR, str(c)))), "")
    name = rates[0] if rates else "pobreza" + (f"_{year}" if year else "")
    renamed = table.rename(columns={low[0]: f"{name}_li", high[0]: f"{name}_ls"})
    if rates:
        return renamed, []
    renamed[name] = (renamed[f"{name}_li"] + renamed[f"{name}_ls"]) / 2
    return renamed, [
        _("INEI publishes intervals: “{column}” is the middle of each.").format(column=name)
    ]


def _coneval(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Make the five digits of a municipality where state and municipality stand apart."""
    by_name = {plain(str(c)): c for c in table.columns}
    state, town = by_name.get("clave_entidad"), by_name.get("clave_municipio")
    if state is None or town is None or table[town].dropna().astype(str).str.len().max() > 3:
        return table, []
    joined = table[state].astype(str).str.zfill(2) + table[town].astype(str).str.zfill(3)
    held = table[state].isna() | table[town].isna()
    made = table.assign(**{town: joined.mask(held)})
    return made, [_("“{town}” is read with its state before it.").format(town=town)]


PRESETS: Mapping[str, Preset] = {
    p.name: p
    for p in (
        Preset(
            "pnud-peru",
            "PNUD Perú, IDH distrital",
            ("ubigeo",),
            (
                Column(
                    rf"idh_{_YEAR}", "IDH", "HDI", "hdi", "index", "more", _PERU_METHODS
                ),
            ),
        ),
        Preset(
            "pnud-mexico",
            "PNUD México, IDH municipal 2010–2020",
            ("cvegeo", "cve_mun", "clave_municipio"),
            (Column(rf"idh_{_YEAR}", "IDH municipal", "Municipal HDI", "hdi", "index", "more", 2020),),
        ),
        Preset(
            "inei-pobreza",
            "INEI, Mapa de pobreza provincial y distrital",
            ("ubigeo",),
            (
                Column(
                    rf"(?:pobreza|incidencia|pobreza_total|pobreza_monetaria)(?:_{_YEAR})?",
                    "Pobreza monetaria", "Monetary poverty", "monetary", "percent", "less",
                ),
                Column(
                    rf"pobreza_extrema(?:_{_YEAR})?",
                    "Pobreza extrema", "Extreme poverty", "monetary", "percent", "less",
                ),
            ),
            _inei,
        ),
        Preset(
            "coneval",
            "CONEVAL, medición de la pobreza a escala municipal",
            ("cvegeo", "clave_municipio", "cve_mun"),
            (
                Column(
                    rf"pobreza(?:_{_YEAR})?", "Pobreza multidimensional", "Multidimensional poverty",
                    "capabilities", "percent", "less",
                ),
                Column(
                    rf"pobreza_e(?:_{_YEAR})?", "Pobreza extrema", "Extreme poverty",
                    "capabilities", "percent", "less",
                ),
                Column(
                    rf"pobreza_m(?:_{_YEAR})?", "Pobreza moderada", "Moderate poverty",
                    "capabilities", "percent", "less",
                ),
                Column(
                    rf"vul_car(?:_{_YEAR})?", "Vulnerable por carencias",
                    "Vulnerable by social deprivation", "capabilities", "percent", "less",
                ),
                Column(
                    rf"vul_ing(?:_{_YEAR})?", "Vulnerable por ingresos", "Vulnerable by income",
                    "monetary", "percent", "less",
                ),
                Column(
                    rf"npnv(?:_{_YEAR})?", "No pobre y no vulnerable", "Neither poor nor vulnerable",
                    "capabilities", "percent", "more",
                ),
                Column(
                    rf"ic_rezedu(?:_{_YEAR})?", "Rezago educativo", "Educational lag",
                    "capabilities", "percent", "less",
                ),
                Column(
                    rf"ic_asalud(?:_{_YEAR})?", "Carencia de acceso a la salud",
                    "Deprived of access to health care", "capabilities", "percent", "less",
                ),
                Column(
                    rf"ic_segsoc(?:_{_YEAR})?", "Carencia de seguridad social",
                    "Deprived of social security", "capabilities", "percent", "less",
                ),
                Column(
                    rf"ic_cv(?:_{_YEAR})?", "Carencia de calidad de la vivienda",
                    "Deprived of quality of dwelling", "capabilities", "percent", "less",
                ),
                Column(
                    rf"ic_sbv(?:_{_YEAR})?", "Carencia de servicios en la vivienda",
                    "Deprived of services in the dwelling", "capabilities", "percent", "less",
                ),
                Column(
                    rf"ic_ali(?:_{_YEAR})?", "Carencia de alimentación", "Deprived of food",
                    "capabilities", "percent", "less",
                ),
                Column(
                    rf"carencias(?:_{_YEAR})?", "Al menos una carencia", "At least one deprivation",
                    "capabilities", "percent", "less",
                ),
                Column(
                    rf"carencias3(?:_{_YEAR})?", "Tres o más carencias", "Three or more deprivations",
                    "capabilities", "percent", "less",
                ),
                Column(
                    rf"(?:plb|plp)(?:_{_YEAR})?", "Ingreso bajo la línea de pobreza",
                    "Income below the poverty line", "monetary", "percent", "less",
                ),
                Column(
                    rf"(?:plbm|plp_e)(?:_{_YEAR})?",
                    "Ingreso bajo la línea de pobreza extrema",
                    "Income below the extreme poverty line", "monetary", "percent", "less",
                ),
            ),
            _coneval,
            needs_year=True,
        ),
        Preset(
            "conapo",
            "CONAPO, índice de marginación",
            ("cvegeo", "cve_mun", "cve_ent"),
            (
                Column(
                    r"im_(?P<year>202\d)", "Índice de marginación (más = menos marginación)",
                    "Marginalisation index (more = less marginalisation)", "marginalisation",
                    "index", "more", 2020,
                ),
                Column(
                    r"imn_(?P<year>202\d)",
                    "Índice de marginación normalizado (más = menos marginación)",
                    "Normalised marginalisation index (more = less marginalisation)",
                    "marginalisation", "share", "more", 2020,
                ),
                Column(
                    r"im_(?P<year>(?:19\d\d|200\d|201\d))", "Índice de marginación",
                    "Marginalisation index", "marginalisation", "index", "less",
                ),
            ),
        ),
        Preset(
            "shdi",
            "Global Data Lab, SHDI, https://globaldatalab.org",
            ("gdlcode", "cve_ent"),
            (Column(rf"shdi_{_YEAR}", "IDH subnacional", "Subnational HDI", "hdi", "index", "more", 2014),),
            _shdi,
        ),
    )
}  # fmt: skip


def preset_of(name: str) -> Preset:
    """Return a preset by its name, or raise with the names there are."""
    if name not in PRESETS:
        raise ParameterError(
            _("preset “{name}” is not known; known: {known}").format(
                name=name, known=", ".join(PRESETS)
            )
        )
    return PRESETS[name]


def key_of(preset: Preset, columns: Sequence[str]) -> str:
    """Return the table's column with the code."""
    by_name = {plain(str(c)): str(c) for c in columns}
    found = next((by_name[k] for k in preset.keys if k in by_name), None)
    if found is None:
        raise SchemaError(
            _(
                "a table “{preset}” has its code in one of {keys}; this one has: {columns}. Remedy: key=…"
            ).format(
                preset=preset.name,
                keys=", ".join(preset.keys),
                columns=", ".join(map(str, columns)),
            )
        )
    return found


def indicators_of(preset: Preset, table: pd.DataFrame, year: int | None) -> tuple[Indicator, ...]:
    """Return what the columns of a table say, or raise where none is of the preset or a year lacks."""
    found = []
    bare = []
    for name in map(str, table.columns):
        column, stated = _match(preset, name)
        if column is None:
            continue
        of = stated or year
        if of is None and preset.needs_year:
            bare.append(name)
        ends = [name + suffix for suffix in ("_li", "_ls")]
        known = all(e in table.columns for e in ends)
        found.append(_indicator(name, column, of, preset.source, ends if known else ["", ""]))
    if not found:
        raise SchemaError(
            _(
                "the table has none of the columns of “{preset}”; it has: {columns}. Remedy: another preset, or none"
            ).format(preset=preset.name, columns=", ".join(map(str, table.columns)))
        )
    if bare:
        raise ParameterError(
            _("{preset}: the columns do not tell their year ({columns}). Remedy: year=…").format(
                preset=preset.name, columns=", ".join(bare[:5])
            )
        )
    return tuple(found)


def _match(preset: Preset, name: str) -> tuple[Column | None, int | None]:
    for column in preset.columns:
        said = re.fullmatch(column.pattern, plain(name))
        if said is not None:
            year: Any = said.groupdict().get("year")
            return column, int(year) if year else None
    return None, None


def _indicator(
    name: str, column: Column, year: int | None, source: str, ends: Sequence[str]
) -> Indicator:
    method = column.method
    if isinstance(method, Mapping):
        method = None if year is None else method.get(year)
    said = "" if year is None else f" {year}"
    return Indicator(
        column=name,
        name={"es": column.es + said, "en": column.en + said},
        family=column.family,
        year=year,
        unit=column.unit,
        better=column.better,
        source=source,
        method_year=method,
        low=ends[0],
        high=ends[1],
    )
