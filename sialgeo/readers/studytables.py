"""Reading the tables of a SIAL study: one GeoPackage or workbook, or a folder of files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sialgeo.errors import FileError, SchemaError
from sialgeo.i18n import _, ngettext, plain
from sialgeo.readers.choosing import Options
from sialgeo.readers.coordinates import Country
from sialgeo.readers.formats import NONE
from sialgeo.readers.grids import Grid, text_rows, workbook_sheets
from sialgeo.readers.layers import flat, is_spatial, layers_of, read_layer
from sialgeo.readers.log import Log
from sialgeo.readers.names import coordinate_pairs, point_columns, zone_columns
from sialgeo.readers.points import from_table
from sialgeo.readers.sources import Source, open_source
from sialgeo.tables import Fault, SialTables
from sialgeo.tables.cells import blank
from sialgeo.tables.declared import BY_NAME, TABLES, table_named
from sialgeo.tables.fields import Table
from sialgeo.tables.held import checked
from sialgeo.tables.template import HELP_SHEETS
from sialgeo.tables.xlsform import WHICH

if TYPE_CHECKING:
    import pandas as pd

_HEADER_ROWS = 15
_READ = {"text", "workbook", "layer"}
# what stands beside a table or a layer and describes it: column types, codes, styles, parts of shapefiles
_COMPANIONS = frozenset(
    [
        ".csvt",
        ".cpg",
        ".prj",
        ".qpj",
        ".qmd",
        ".qml",
        ".shx",
        ".dbf",
        ".sbn",
        ".sbx",
        ".qix",
        ".xml",
    ]
)


class _Part(NamedTuple):
    """One table out of one file, sheet or layer; the index is the row as shown there."""

    table: Table
    place: str
    frame: Any
    faults: list[Fault]


def read_tables(
    path: str | os.PathLike[str],
    *,
    files: Mapping[str, str | Sequence[str]] | None = None,
    country: Country = None,
) -> SialTables:
    """Read the tables of a SIAL study and check every cell.

    Parameters
    ----------
    path
        A GeoPackage (one layer or table each), a workbook (one sheet each; the template of
        ``sialgeo template``, or the export of its field form), or a folder of CSV, XLSX and layers
        (one file each). Names of tables and columns in Spanish or English; what bears another name
        is not read, and the notes say so.
    files
        Names that are not those of a table: table → file in the folder (or layer, or sheet), or
        several that are put one under the other, as
        ``{"unidad": ["queserias.csv", "productores_leche.csv"]}``.
    country
        Country against which places are held, as for :func:`sialgeo.read_producers`.

    Returns
    -------
    SialTables
        Index of each table: the row as a spreadsheet numbers it; ``file:row`` where a table comes
        from several files. A unit whose place cannot be used stays, without a place, and a note says
        how many.

    Raises
    ------
    FileError
        The path is missing, damaged, or holds none of the tables.
    SchemaError
        Every fault of every table at once: unknown words, chains and links, codes that lead nowhere,
        circles in flows, ends before beginnings, volumes without a unit, … with table and row.

    See Also
    --------
    check_tables : the same faults as a table.

    Examples
    --------
    >>> from sialgeo import load_sample
    >>> tables = read_tables(
    ...     load_sample("cajamarca").folder,
    ...     files={"unidad": ["queserias.csv", "productores_leche.csv"]})
    >>> len(tables.units), len(tables.memberships), tables.surveyed["tema"].tolist()
    (30500, 71, ['organizacion', 'accion_colectiva', 'recursos'])
    """
    frames, faults, notes = _gathered(Path(path), files or {}, country)
    return SialTables.from_frames(frames, notes=notes, faults=faults)


def check_tables(
    path: str | os.PathLike[str],
    *,
    files: Mapping[str, str | Sequence[str]] | None = None,
    country: Country = None,
) -> pd.DataFrame:
    """Return every fault of the tables of a SIAL study, one row each.

    Parameters
    ----------
    path, files, country
        As for :func:`sialgeo.read_tables`.

    Returns
    -------
    DataFrame
        ``table, row, column, code, message, remedy``; empty where the tables are right. Codes are
        Spanish and stable, texts are in the language in force.

    Raises
    ------
    FileError
        The path is missing, damaged, or holds none of the tables.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> text = "id,clase,fecha_ini,fecha_fin,org\\nA1,estructural,2004,1999,APDL\\n"
    >>> _ = (folder / "accion_colectiva.csv").write_text(text)
    >>> check_tables(folder)[["table", "row", "column", "code"]]
                  table  row     column                  code
    0  accion_colectiva    2  fecha_fin  fin_antes_de_inicio
    """
    import pandas as pd

    frames, faults, _notes = _gathered(Path(path), files or {}, country)
    return pd.DataFrame(checked(frames, faults)[1], columns=list(Fault._fields))


# --- gathering ------------------------------------------------------------------------------------
def _gathered(
    path: Path, files: Mapping[str, str | Sequence[str]], country: Country
) -> tuple[dict[str, Any], list[Fault], list[str]]:
    """Return each table (parts under each other), the faults of its rows as rows, and the notes."""
    log = Log()
    named = _named(files)
    found = list(_in_folder(path, named, log) if path.is_dir() else _in_file(path, named, log))
    _check_named(named, found, path)
    parts: dict[str, list[_Part]] = {}
    for part in found:
        parts.setdefault(part.table.name, []).append(part)
    if not parts:
        raise FileError(
            _("{path}: holds none of the tables, or none with a row. Their names: {known}").format(
                path=path, known=", ".join(BY_NAME)
            )
        )
    frames, faults = {}, []
    for name, held in parts.items():
        located = [_located(part, log, country) for part in held]
        frames[name] = _stacked(held, located)
        several = len(held) > 1
        for part in held:
            place = f"{part.place}:" if several else ""
            faults += [f._replace(row=f"{place}{f.row}") if several else f for f in part.faults]
    return frames, faults, log.notes


def _named(files: Mapping[str, str | Sequence[str]]) -> dict[str, list[str]]:
    """Return the user's own names by table; an unknown table is an error."""
    named, unknown = {}, []
    for name, given in files.items():
        table = table_named(name)
        if table is None:
            unknown.append(name)
            continue
        named[table.name] = [given] if isinstance(given, str) else list(given)
    if unknown:
        raise SchemaError(
            _("there is no table “{name}”. The tables are: {known}").format(
                name=", ".join(unknown), known=", ".join(BY_NAME)
            )
        )
    return named


def _table_of(name: str, named: Mapping[str, list[str]]) -> Table | None:
    """Return the table that a file, sheet or layer holds: by the user's word, else by its name."""
    for table, names in named.items():
        if name in names or Path(name).stem in names:
            return BY_NAME[table]
    own = table_named(Path(name).stem)
    return None if own is not None and own.name in named else own


def _check_named(named: Mapping[str, list[str]], found: Sequence[_Part], path: Path) -> None:
    held = {part.place for part in found}
    stems = {Path(place).stem for place in held}
    missing = [n for names in named.values() for n in names if n not in held and n not in stems]
    if missing:
        raise FileError(
            _("{path}: there is no {names}. Remedy: mend files=").format(
                path=path, names=", ".join(missing)
            )
        )


def _in_folder(path: Path, named: Mapping[str, list[str]], log: Log) -> Iterator[_Part]:
    idle = []
    for file in sorted(path.iterdir()):
        if file.is_dir() or file.name.startswith((".", "~$")):
            continue
        if file.suffix.lower() in _COMPANIONS:
            continue
        table = _table_of(file.name, named)
        if table is not None:
            yield from _one_table(open_source(file), table, log)
        else:
            idle.append(file.name)
    if idle:
        log.note(
            _("Not read, as no table bears their name: {names}.").format(names=", ".join(idle))
        )


def _one_table(source: Source, table: Table, log: Log) -> Iterator[_Part]:
    """Yield the table of a file that bears its name."""
    if source.kind not in _READ:
        raise FileError(
            _("{path}: is no table. Remedy: CSV, XLSX or a layer").format(path=source.path)
        )
    name = source.path.name
    if source.kind == "layer":
        frame = read_layer(source, log, layer=None, wanted="any")
        yield _layer_part(frame, table, name, log)
        return
    if source.kind == "text":
        yield _part(text_rows(source, log), table, name)
        return
    sheets = workbook_sheets(source)
    filled = [s for s, rows in sheets.items() if any(not blank(c) for row in rows for c in row)]
    own = [s for s in filled if table_named(s) is table] or filled[:1]
    for sheet in own[:1]:
        yield _part(sheets[sheet], table, name)


def _in_file(path: Path, named: Mapping[str, list[str]], log: Log) -> Iterator[_Part]:
    source = open_source(path)
    if source.kind == "workbook":
        yield from _in_workbook(source, named, log)
    elif source.suffix == ".gpkg":
        yield from _in_geopackage(source, named, log)
    elif source.kind == "text":
        rows = _rows(text_rows(source, log))
        parts = list(_form_parts(rows, source.path.name))
        table = _table_of(source.path.name, named)
        if not parts and table is not None:
            parts = [_part(rows, table, source.path.name)]
        yield from parts
    else:
        raise FileError(
            _(
                "{path}: the tables are read from a GeoPackage, a workbook or a folder of files"
            ).format(path=path)
        )


def _in_workbook(source: Source, named: Mapping[str, list[str]], log: Log) -> Iterator[_Part]:
    idle = []
    for sheet, rows in workbook_sheets(source).items():
        table = _table_of(sheet, named)
        if table is not None:
            if any(not blank(c) for row in rows[1:] for c in row):
                yield _part(rows, table, sheet)
            continue
        if sheet in HELP_SHEETS:  # the dictionary names tables too, as a form's export does
            continue
        parts = list(_form_parts(rows, sheet))
        yield from parts
        if not parts:
            idle.append(sheet)
    if idle:
        log.note(
            _("Not read, as no table bears their name: {names}.").format(names=", ".join(idle))
        )


def _in_geopackage(source: Source, named: Mapping[str, list[str]], log: Log) -> Iterator[_Part]:
    idle = []
    for name, _kind in layers_of(source):
        table = _table_of(name, named)
        if table is None:
            idle.append(name)
            continue
        frame = read_layer(source, log, layer=name, wanted="any")
        yield _layer_part(frame, table, name, log)
    if idle:
        log.note(
            _("Not read, as no table bears their name: {names}.").format(names=", ".join(idle))
        )


def _layer_part(frame: Any, table: Table, place: str, log: Log) -> _Part:
    frame = flat(frame, log) if is_spatial(frame) else frame
    frame.index = np.arange(1, len(frame) + 1)
    return _Part(table, place, frame, [])


# --- rows of cells --------------------------------------------------------------------------------
def _rows(rows: Any) -> list[list[Any]]:
    return rows if isinstance(rows, list) else rows.to_numpy(dtype=object).tolist()


def _header(rows: Sequence[Sequence[Any]], table: Table) -> int:
    """Return which of the first rows names the most columns of the table."""
    aliases = table.aliases()
    hits = [sum(plain(str(c)) in aliases for c in row) for row in rows[:_HEADER_ROWS]]
    return int(np.argmax(hits)) if hits else 0


def _part(given: Any, table: Table, place: str) -> _Part:
    """Make a table of cells: header found, blank rows left out, rows numbered as shown."""
    import pandas as pd

    rows = _rows(given)
    at = _header(rows, table)
    titles = [" ".join(str(c).split()) for c in rows[at]] if rows else []
    width = len(titles)
    kept = [(k + 1, row) for k, row in enumerate(rows) if k > at and not all(map(blank, row))]
    faults = [
        Fault(
            table.name,
            number,
            "",
            "columnas_de_mas",
            _("the row has more cells than the header"),
            _("put cells that hold the separator between quotation marks"),
        )
        for number, row in kept
        if any(not blank(c) for c in row[width:])
    ]
    cells = [[*row[:width], *[""] * (width - len(row))] for _number, row in kept]
    frame = pd.DataFrame(cells, columns=range(width), index=[n for n, _row in kept], dtype=object)
    keep = [j for j in range(width) if titles[j] or not all(map(blank, frame[j]))]
    frame = frame[keep]
    frame.columns = [titles[j] or f"columna_{j + 1}" for j in keep]
    return _Part(table, place, frame, faults)


def _form_parts(rows: Sequence[Sequence[Any]], place: str) -> Iterator[_Part]:
    """Yield the tables of a field form's export: one column says which table each row fills."""
    import pandas as pd

    if not rows:
        return
    titles = [str(c).strip() for c in rows[0]]
    heads = [plain(t.rpartition("/")[2]) for t in titles]
    if WHICH not in heads:
        return
    which = heads.index(WHICH)
    for table in TABLES:
        own = {
            j: t[len(table.name) + 1 :]
            for j, t in enumerate(titles)
            if t.startswith((f"{table.name}/", f"{table.name}-"))
        }
        own |= {
            j: t[len(table.name) + 2 :]
            for j, t in enumerate(titles)
            if t.startswith(f"_{table.name}/")
        }
        kept = [
            (k + 1, row)
            for k, row in enumerate(rows)
            if k and which < len(row) and plain(str(row[which])) == plain(table.name)
        ]
        if kept:
            cells = [[row[j] if j < len(row) else "" for j in own] for _n, row in kept]
            frame = pd.DataFrame(
                cells, columns=list(own.values()), index=[n for n, _r in kept], dtype=object
            )
            yield _Part(table, place, frame, [])


# --- places ---------------------------------------------------------------------------------------
def _located(part: _Part, log: Log, country: Country) -> Any:
    """Return a table of points with its geometry; a row without a usable place keeps none."""
    frame = part.frame
    if part.table.shape != "point" or is_spatial(frame):
        return frame
    names = [str(c) for c in frame.columns]
    places = {name for pair in coordinate_pairs(names) for name in (pair.x, pair.y)}
    places |= {*point_columns(names)}
    if not len(frame) or not places:
        return frame
    import geopandas as gpd

    cells = frame[[n for n in names if n in places or n in zone_columns(names)]]
    grid = Grid(
        cells.reset_index(drop=True), frame.index.to_numpy(), np.zeros(len(frame), dtype=bool)
    )
    found = from_table(grid, log, Options(country=country, preset=NONE))
    kept, faults = found.kept, found.findings.table()
    gone = faults[faults["severity"] == "reject"].drop_duplicates("row")
    if len(gone):
        reasons = ", ".join(f"{k} {n}" for k, n in gone["code"].value_counts().items())
        log.note(
            ngettext(
                "{place}: {n} row has no usable place ({reasons}) and counts without one.",
                "{place}: {n} rows have no usable place ({reasons}) and count without one.",
                len(gone),
            ).format(place=part.place, n=len(gone), reasons=reasons)
        )
    points = kept.geometry.reindex(frame.index)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, crs=kept.crs))


def _stacked(parts: Sequence[_Part], frames: Sequence[Any]) -> Any:
    """Put the parts of one table under each other; the row then names its file."""
    import geopandas as gpd
    import pandas as pd

    if len(frames) == 1:
        return frames[0]
    spatial = [f for f in frames if is_spatial(f)]
    crs = spatial[0].crs if spatial else None
    made = []
    for part, frame in zip(parts, frames, strict=True):
        moved = frame.to_crs(crs) if is_spatial(frame) and frame.crs is not None else frame
        renamed = moved.rename(columns=_spanish(moved, part.table))
        renamed.index = [f"{part.place}:{row}" for row in moved.index]
        made.append(renamed)
    whole: Any = pd.concat(made)
    return gpd.GeoDataFrame(whole, geometry="geometry", crs=crs) if spatial else whole


def _spanish(frame: Any, table: Table) -> dict[Any, str]:
    aliases = table.aliases()
    return {c: aliases[plain(str(c))] for c in frame.columns if plain(str(c)) in aliases}
