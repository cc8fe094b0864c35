"""Producers and places: points from tables and layers, with a first triage of every row."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import crs_name
from sialgeo.errors import FileError, ParameterError, SchemaError
from sialgeo.files import whole_file
from sialgeo.i18n import _, ngettext, plain
from sialgeo.progress import Progress, silent
from sialgeo.readers.choosing import Options, choice_of, narrowed, require_case
from sialgeo.readers.columns import (
    Decimal,
    check_decimal,
    coordinate_decimal,
    parse_coordinates,
    repair_codes,
    typed,
)
from sialgeo.readers.coordinates import (
    Country,
    find_columns,
    ground_of,
    join_parts,
    join_stated,
    locate,
    stated_crs,
)
from sialgeo.readers.formats import TEXTS, enriched, format_of
from sialgeo.readers.grids import Choice, Grid, text_grid, workbook_grid
from sialgeo.readers.layers import flat, is_spatial, read_layer, require_layer_crs, study_area
from sialgeo.readers.log import Log, Say
from sialgeo.readers.names import Pair, code_widths, columns_beneath
from sialgeo.readers.onecell import split_point, split_stated
from sialgeo.readers.postgis import read_database
from sialgeo.readers.sources import Source, naming, open_source
from sialgeo.readers.systems import Modern, modern
from sialgeo.triage.checks import (
    check_positions,
    point_coordinates,
    require_fit,
    require_point_layer,
)
from sialgeo.triage.countries import degrees_of, find_home, outlines
from sialgeo.triage.faults import REJECT, REPAIRED, Findings, write_faults
from sialgeo.triage.repairs import require_repairs, without_repetitions
from sialgeo.triage.selection import unknown_columns

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]


def read_producers(
    path: str | os.PathLike[str],
    *,
    layer: str | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: Any = None,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    header: int | None = None,
    signs: str | None = None,
    country: Country = None,
    abroad: str | None = None,
    area: Any = None,
    preset: str | None = None,
    chains: Any = None,
    columns: Sequence[str] | None = None,
    cases: str | None = None,
    apply: Sequence[str] = (),
    rejected: str | os.PathLike[str] | None = None,
    say: Say | None = None,
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Read producers from a table with coordinates or from a layer of points.

    CSV, TSV, XLSX, XLS, ODS, GeoPackage, shapefile, GeoJSON, KML, KMZ, GPX, FlatGeobuf, GeoParquet.
    What the file does not say is guessed, each guess is said in one sentence with its confidence, and
    every guess can be overridden. Rows whose position cannot be used are set aside with a reason,
    never repaired in silence: rows kept + rows rejected = rows read.

    Parameters
    ----------
    path
        File, or the URL of a PostGIS database, ``postgresql://user@server/database``; its password
        rather stands in ``~/.pgpass`` or ``PGPASSWORD`` than in the URL.
    layer
        Layer of a GeoPackage or KML, sheet of a workbook, table of a database.
    x, y
        Columns of longitude or easting, and of latitude or northing; twice the same where one column
        holds the whole position, or its two halves: ``"GPS [x]"``, ``"GPS [y]"``. Degrees, minutes
        and seconds that stand apart are joined: ``"lon_g + lon_m + lon_s"``.
    crs
        Reference system of the coordinates, as ``"EPSG:32717"``; it overrides what a layer says.
    encoding, separator, decimal
        Of a text file: encoding, cell separator, decimal mark (``"."`` or ``","``).
    header
        Row of the header, as a spreadsheet counts; 0: there is none.
    signs
        Side on which degrees without a sign lie: ``"SW"``, ``"NW"``, ``"SE"``, or ``"NE"`` as
        written.
    country
        Code or name (or several): points outside are rejected, and the UTM zone is told by it;
        ``"any"``: points are held against no country (at sea, for instance).
    abroad
        What becomes of points outside the country: ``"reject"``, the default where it is stated, or
        ``"warn"``, the default where it is guessed: those in its neighbours are then taken as right.
    area
        Study area: GeoDataFrame of polygons, or the path of such a layer. What coordinates are is
        told by the share of points inside it.
    preset
        Format of the table: ``"denue"``, ``"kobo"``, ``"odk"``, or ``"none"``; by default its
        columns tell. It adds the chain (``cadena``), the persons of a class of size
        (``personas_min``, ``personas_max``), the precision of a position (``precision_m``).
    chains
        Path of the table that gives codes of activity (SCIAN, CIIU) their chain, or ``True`` for
        the one that the package carries (:func:`read_chains`).
    columns
        Columns to keep; those of the coordinates always stay. A large table then needs less memory.
    cases
        Expression of :func:`select_cases`: only these rows are kept, as the file is being read.
    apply
        Reason codes whose proposed repair is made (:data:`REPAIRS`), as ``["signo_omitido"]``; each
        repair is noted, and its row is in the list of faults as repaired.
    rejected
        Path of the CSV that receives the rejected rows (``rechazados.csv``): row number as a
        spreadsheet shows it (the header counts), reason, and the original values.
    say
        Called with each sentence about a guess.
    progress
        Called with (fraction, message) while a large file is read; raise ``Cancelled`` to stop.

    Returns
    -------
    GeoDataFrame
        Points; the index is the row number in the file (feature number from 1 in a layer).
        ``.attrs["reading"]``: ``source`` (file name), ``guesses`` (list of dicts ``what, value,
        confidence, sentence``), ``notes``, ``read`` and ``rejected`` (numbers of rows),
        ``reasons`` (reason code → rows), ``repairs`` (reason code → rows repaired), ``preset``,
        ``operation`` (how an old datum was put into WGS 84), ``of`` (rows of the file, where
        ``cases`` kept some), ``faults`` (JSON text, for
        ``check_producers``).

    Raises
    ------
    FileError
        The file is missing, empty, damaged, or not what its suffix says.
    SchemaError
        No columns of coordinates, no row, polygons instead of points, no row left.
    CRSError
        The reference system cannot be told, or does not fit the numbers.
    ParameterError
        A keyword is out of its bounds.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "queserias.csv"
    >>> _ = file.write_text("ubigeo;latitud;longitud\\n060101;-7,163;-78,512\\n060101;;-78,6\\n")
    >>> table = read_producers(file)
    >>> table["ubigeo"].tolist(), table.crs.to_epsg(), table.index.tolist()
    (['060101'], 4326, [2])
    >>> table.attrs["reading"]["reasons"]
    {'coord_vacia': 1}
    """
    source = open_source(path)
    _check_rejected(rejected, source)
    log = Log(say)
    options = Options(
        x, y, crs, decimal, signs, country, abroad, study_area(area), require_repairs(apply), preset,
        chains, columns,
    )  # fmt: skip
    kept = choice_of(cases, options)
    with naming(source):
        found, of = _found_in(
            source, log, options, kept, cases, layer=layer, encoding=encoding,
            separator=separator, header=header, progress=progress or silent,
        )  # fmt: skip
        table = _finish(found, source=source, log=log, rejected=rejected)
    if cases is not None:
        told = {"expression": cases, "selected": len(table), "of": of}
        table.attrs["selection"] = told
    return table


def _found_in(
    source: Source,
    log: Log,
    options: Options,
    kept: Choice | None,
    cases: str | None,
    *,
    layer: str | None,
    encoding: str | None,
    separator: str | None,
    header: int | None,
    progress: Progress,
) -> tuple[Found, int]:
    """Return the points of a database, a layer or a table, and of how many rows they were chosen."""
    if source.url is not None:
        frame, of = read_database(source.url, log, layer=layer, wanted="point", choice=kept)
        _require_rows(len(frame) if cases is None else of, source)
        require_case(len(frame), cases)
        kept = None
    else:
        frame, of = _frame(source, log, layer, encoding), 0
    if is_spatial(frame):
        if kept is not None:
            frame, of = _chosen(frame, kept, cases)
        return _from_layer(frame, source, log, options), of
    grid = _grid(
        source, log, frame, layer=layer, encoding=encoding, separator=separator, header=header,
        choice=kept, progress=progress,
    )  # fmt: skip
    require_case(len(grid.cells), cases)
    return from_table(grid, log, options, names=(source.path.stem,)), grid.of or of


def _frame(source: Source, log: Log, layer: str | None, encoding: str | None) -> Any:
    """Return a layer as it is in its file, None where the file is a table."""
    if source.kind == "raster":
        raise FileError(
            _("{path}: is a raster, and producers are points. Remedy: read_raster(path)").format(
                path=source.path
            )
        )
    if source.kind not in ("layer", "parquet"):
        return None
    frame: Any = read_layer(source, log, layer=layer, wanted="point", encoding=encoding)
    _require_rows(len(frame), source)
    return frame


def _require_rows(n: int, source: Source) -> None:
    if not n:
        raise SchemaError(_("{path}: the layer is empty: no row").format(path=source.path))


def _chosen(frame: Any, kept: Choice, cases: str | None) -> tuple[Any, int]:
    """Return the rows and columns that are chosen of a layer, and how many rows it had."""
    of = len(frame)
    geometry = frame.geometry.name
    names = [str(c) for c in frame.columns if c != geometry]
    wanted = names if kept.columns is None else kept.columns(names)
    rows = kept.rows(frame[names], np.zeros(of, dtype=bool))
    require_case(int(rows.sum()), cases)
    numbered = frame.set_axis(np.arange(1, of + 1), axis=0)
    return numbered.loc[rows, [*wanted, geometry]], of


def _check_rejected(rejected: str | os.PathLike[str] | None, source: Source) -> None:
    if rejected is not None and Path(rejected).resolve() == source.path.resolve():
        raise ParameterError(
            _("rejected: is the file that is read. Remedy: name another, as rechazados.csv")
        )


def _grid(
    source: Source,
    log: Log,
    frame: pd.DataFrame | None,
    *,
    layer: str | None,
    encoding: str | None,
    separator: str | None,
    header: int | None = None,
    choice: Choice | None = None,
    progress: Progress = silent,
) -> Grid:
    """Return the cells of whatever holds a table."""
    if source.kind == "text":
        if source.suffix in (".tsv", ".tab") and separator is None:
            separator = "\t"
        return text_grid(
            source, log, encoding=encoding, separator=separator, header=header, choice=choice,
            progress=progress,
        )  # fmt: skip
    if frame is not None:  # a layer without geometry
        rows = np.arange(1, len(frame) + 1)
        bare = frame.reset_index(drop=True)
        grid = Grid(bare, rows, np.zeros(len(frame), dtype=bool), typed=True)
    else:
        grid = workbook_grid(source, log, sheet=layer, header=header)
    return grid if choice is None else grid.chosen(choice)


# --- tables ---------------------------------------------------------------------------------------
class Found(NamedTuple):
    """Points that can be used, the faults of all rows, and the cells of those set aside."""

    kept: gpd.GeoDataFrame
    findings: Findings
    originals: pd.DataFrame
    columns: list[str]
    xy: Array
    preset: str = ""
    operation: dict[str, Any] | None = None


def from_table(
    grid: Grid,
    log: Log,
    options: Options,
    *,
    names: Sequence[str] = (),
) -> Found:
    """Make points of a table's rows; ``names`` (of the file) may name a datum too.

    The grid gives its cells away: the points are made last, when the texts are gone.
    """
    findings = Findings(grid.rows, options.repairs)
    put, pair, read, mark = _positions(grid, findings, log, options, names)
    keep = ~findings.rejected
    originals = grid.cells[~keep].copy()
    if grid.extras:
        originals["extra"] = [e for e, k in zip(grid.extras, keep, strict=True) if not k]
    originals.index = grid.rows[~keep]
    table, known = _attributes(grid.release(), keep, pair, read, log, options, mark)
    beneath = [c for n in (pair.x, pair.y) for c in columns_beneath(n, list(table.columns))]
    table = narrowed(_without_geometry(table, log), options.columns, beneath)
    kept = _pointed(table, put, keep, grid.rows)
    return Found(kept, findings, originals, [pair.x, pair.y], put.xy, known, put.operation)


def _positions(
    grid: Grid, findings: Findings, log: Log, options: Options, names: Sequence[str]
) -> tuple[Modern, Pair, dict[str, NDArray[Any]], Any]:
    """Return positions, their columns with what was read of them, and the decimal mark."""
    ground = ground_of(grid.cells, options.country, options.area)
    cells, pair, made = _pair(grid.cells, options.x, options.y, log, ground)
    stated = check_decimal(options.decimal)
    mark, sure = coordinate_decimal([cells[pair.x], cells[pair.y]])
    if stated is None and mark == ",":
        log.guess("decimal", ",", sure, _("Numbers have a decimal comma."))
    findings.add("columnas_de_mas", grid.overfull, "")
    values, minutes = {}, 0
    for column in dict.fromkeys((pair.x, pair.y)):
        values[column], n = _numbers(findings, column, cells[column], stated or mark)
        minutes += n
    if minutes:
        log.note(
            _(
                "Coordinates in degrees and minutes are put into decimal degrees; O is read as oeste."
            )
        )
    usable = ~findings.rejected
    xy = np.column_stack([np.where(usable, values[c], np.nan) for c in (pair.x, pair.y)])
    located = locate(
        xy, pair, cells, log, crs=options.crs, signs=options.signs, ground=ground,
        words=_words(grid, pair, cells, names),
    )  # fmt: skip
    pair = located.pair
    findings.add(
        "zona_utm_dudosa", located.unknown, "", message=_("the row's UTM zone is not told")
    )
    put = modern(located.xy, located.crs, log)
    _check(findings, put.xy, put.crs, options, log, (pair.x, pair.y))
    return put, pair, _as_read(grid.cells, pair, values if not made else {}), mark


def _as_read(cells: pd.DataFrame, pair: Pair, values: dict[str, Array]) -> dict[str, NDArray[Any]]:
    """Return what the columns of the coordinates hold: the numbers read, or whole positions as they are."""
    if values:
        return {c: values[c] for c in (pair.x, pair.y)}
    beneath = columns_beneath(pair.x, list(cells.columns))
    return {c: cells[c].to_numpy() for c in beneath} if len(beneath) == 1 else {}


def _attributes(
    cells: pd.DataFrame,
    keep: NDArray[np.bool_],
    pair: Pair,
    read: dict[str, NDArray[Any]],
    log: Log,
    options: Options,
    mark: Any,
) -> tuple[pd.DataFrame, str]:
    """Return the columns of the rows that are kept, with their types, and the name of their format."""
    known = format_of(list(map(str, cells.columns)), options.preset)
    said = _said(known, log, options.preset)
    columns = list(cells.columns)
    rest = cells.drop(columns=[c for c in read if c in columns])
    del cells
    rest = rest if keep.all() else rest[keep]
    rest = enriched(rest, log, known, chains=options.chains, point=(pair.x, pair.y))
    table = typed(rest, log, decimal=check_decimal(options.decimal), fallback=mark)
    added = [c for c in rest.columns if c not in columns]
    for column in (c for c in added if c in TEXTS):
        table[column] = rest[column]
    for column, values in read.items():
        table[column] = values[keep]
    return table[[*columns, *added]], said


def _pointed(
    table: pd.DataFrame, put: Modern, keep: NDArray[np.bool_], rows: NDArray[Any]
) -> gpd.GeoDataFrame:
    """Return the rows that are kept with their points and their numbers."""
    import geopandas as gpd

    _give_back()
    points = gpd.points_from_xy(put.xy[keep, 0], put.xy[keep, 1], crs=put.crs)
    kept = gpd.GeoDataFrame(table, geometry=points)
    kept.index = rows[keep]
    return kept


def _give_back() -> None:
    """Give the memory of texts that are gone back to the system: pyarrow would keep it at hand."""
    pyarrow = sys.modules.get("pyarrow")
    if pyarrow is not None:
        pyarrow.default_memory_pool().release_unused()


def _pair(
    cells: pd.DataFrame, x: str | None, y: str | None, log: Log, ground: Any
) -> tuple[pd.DataFrame, Pair, bool]:
    """Return cells with the columns of the coordinates, which these are, and whether they were made."""
    made = None
    if x is None and y is None:
        made = split_point(cells, log) or join_parts(cells, log)
    elif x is not None and y is not None:
        made = split_stated(cells, x, y, log) or join_stated(cells, x, y)
    if made is not None:
        return *made, True
    return cells, find_columns(cells, x, y, log, ground), False


def _numbers(
    findings: Findings, column: str, cells: pd.Series, mark: Decimal | None
) -> tuple[Array, int]:
    """Note the cells of a coordinate that are no number.

    Return its values, repaired where asked, and how many stood as degrees and minutes.
    """
    parsed = parse_coordinates(cells, mark)
    findings.add("coord_vacia", parsed.empty, column)
    mended = parsed.wrong & np.isfinite(parsed.others) & ~findings.rejected
    values = parsed.values
    if findings.repair("coord_no_numerica", mended, column, parsed.proposals[mended]):
        values = np.where(mended, parsed.others, values)
        mended = parsed.wrong & ~mended
    else:
        mended = parsed.wrong
    findings.add("coord_no_numerica", mended, column, proposals=parsed.proposals[mended])
    return values, parsed.sexagesimal


def _words(
    grid: Grid, pair: Pair, cells: pd.DataFrame, names: Sequence[str]
) -> list[tuple[str, str]]:
    """Return the texts that may name the datum, each with the place where it stands."""
    told = [(_("column “{name}”").format(name=c), c) for c in dict.fromkeys((pair.x, pair.y))]
    for name in cells.columns:
        if "datum" in plain(str(name)).split("_") or plain(str(name)) in ("sistema", "crs", "src"):
            held = {str(v) for v in cells[name].unique() if isinstance(v, str) and v.strip()}
            told += [(_("column “{name}”").format(name=name), v) for v in sorted(held)[:20]]
    told += [(_("the line above the header"), t) for t in grid.above]
    if grid.sheet:
        told.append((_("the sheet's name"), grid.sheet))
    return told + [(_("the file's name"), n) for n in names]


def _said(known: Any, log: Log, stated: str | None) -> str:
    """Say which format a table is of, where it was not stated; return its name."""
    if known is None:
        return ""
    if stated is None:
        said = _("The table is of {source} (preset “{name}”).")
        log.guess("preset", known.name, 0.95, said.format(source=known.source, name=known.name))
    return str(known.name)


def _without_geometry(table: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Rename a column that would collide with the geometry."""
    if "geometry" not in table.columns:
        return table
    log.note(_("Column “geometry” of the table is kept as “geometry_text”."))
    renamed: pd.DataFrame = table.rename(columns={"geometry": "geometry_text"})
    return renamed


def _check(
    findings: Findings,
    xy: Array,
    crs: Any,
    options: Options,
    log: Log,
    columns: tuple[str, str],
) -> None:
    """Check all positions of one file, and say in which country they lie."""
    use = ~findings.rejected
    require_fit(xy[use], crs)
    lon, lat = degrees_of(np.where(use, xy[:, 0], np.nan), np.where(use, xy[:, 1], np.nan), crs)
    home = find_home(lon, lat, options.country, options.abroad)
    check_positions(findings, xy, crs, home=home, columns=columns)
    if home is not None and options.country is None:
        sentence = _("{share:.0%} of the points lie in {country}.")
        log.guess(
            "country",
            list(home.codes),
            home.share,
            sentence.format(share=home.share, country=", ".join(home.names)),
        )
    elif outlines() is None and options.country is not None:
        log.note(_("The country is not checked: the outlines of countries are not installed."))


# --- layers ---------------------------------------------------------------------------------------
def _from_layer(
    frame: gpd.GeoDataFrame,
    source: Source,
    log: Log,
    options: Options,
) -> Found:
    """Make points of a layer's features."""
    import pandas as pd

    require_point_layer(frame)
    frame = flat(frame, log)
    if options.crs is not None:
        said = stated_crs(options.crs)
        if frame.crs is not None and frame.crs != said:
            log.note(
                _("The file says {file}; {stated} was stated and is used.").format(
                    file=crs_name(frame.crs), stated=crs_name(said)
                )
            )
        frame = frame.set_crs(said, allow_override=True)
    findings = Findings(_numbers_of(frame), options.repairs)
    xy = point_coordinates(findings, frame.geometry)
    require_layer_crs(frame, source.path)
    require_fit(xy[~findings.rejected], frame.crs)
    put = modern(xy, frame.crs, log)
    _check(findings, put.xy, put.crs, options, log, ("geometry", "geometry"))
    keep = ~findings.rejected
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
    known = format_of(list(map(str, attributes.columns)), options.preset)
    name = _said(known, log, options.preset)
    rest = enriched(attributes[keep], log, known, chains=options.chains, point=())
    rest = narrowed(_without_geometry(rest, log), options.columns, [])
    kept = _pointed(rest, put, keep, findings.rows)
    originals = attributes[~keep].assign(geometry=frame.geometry.to_wkt().to_numpy()[~keep])
    originals.index = findings.rows[~keep]
    return Found(kept, findings, originals, ["geometry"], put.xy, name, put.operation)


def _numbers_of(frame: Any) -> NDArray[np.int64]:
    """Return the numbers of features from 1; those of a choice were kept."""
    chosen = len(frame) and frame.index[0] != 0
    return frame.index.to_numpy() if chosen else np.arange(1, len(frame) + 1)


# --- the end --------------------------------------------------------------------------------------
def _finish(
    found: Found, *, source: Source, log: Log, rejected: str | os.PathLike[str] | None
) -> gpd.GeoDataFrame:
    """Write the rejected rows, refuse a table with no row left, and note what was read."""
    kept, findings, originals = found.kept, found.findings, found.originals
    import pandas as pd

    kept, originals = without_repetitions(findings, kept, originals)
    faults = findings.table()
    gone = faults[faults["severity"] == REJECT].drop_duplicates("row")
    mended = faults[faults["severity"] == REPAIRED]
    if rejected is not None:
        write_faults(rejected, gone, originals)
    if not len(kept):
        raise SchemaError(_nothing_left(source, gone))
    for name in kept.columns:
        if name not in found.columns and name != "geometry" and code_widths(str(name)):
            kept[name] = _repaired(kept[name], str(name), log)
    reasons = {str(k): int(n) for k, n in gone["code"].value_counts().items()}
    repairs = {str(k): int(n) for k, n in mended["code"].value_counts().items()}
    if len(gone):
        log.note(_set_aside(len(gone), len(findings.rows), reasons, rejected))
    for code, n in repairs.items():
        log.note(_repairs_sentence(code, n))
    kept.attrs["reading"] = {
        "source": source.path.name,
        "guesses": log.guesses,
        "notes": log.notes,
        "read": len(findings.rows),
        "rejected": len(gone),
        "reasons": reasons,
        "repairs": repairs,
        "preset": found.preset,
        "operation": found.operation,
        "set_aside": _aside(found, originals),
        "faults": json.dumps(
            pd.concat([gone, mended]).to_dict("records"), default=str, ensure_ascii=False
        ),
    }
    return kept


_MOST_ASIDE = 2_000  # rows set aside whose values go along with the table, for ``check_producers``


def _aside(found: Found, originals: pd.DataFrame) -> str:
    """Return the rows set aside as JSON: their values, and their positions where they have one."""
    held = originals.head(_MOST_ASIDE)
    at = np.flatnonzero(np.isin(found.findings.rows, held.index.to_numpy()))
    xy = found.xy[at]
    use = np.isfinite(xy).all(axis=1) & (np.abs(xy) < 1e8).all(axis=1)
    rows = found.findings.rows[at][use]
    values = {str(c): [None if v is None or v != v else str(v) for v in held[c]] for c in held}  # noqa: PLR0124
    positions = {str(r): [float(x), float(y)] for r, (x, y) in zip(rows, xy[use], strict=True)}
    told = {"rows": held.index.tolist(), "values": values, "positions": positions}
    return json.dumps(told, ensure_ascii=False, default=str)


def _repairs_sentence(code: str, n: int) -> str:
    return ngettext(
        "{n} row was repaired as asked ({code}).", "{n} rows were repaired as asked ({code}).", n
    ).format(n=n, code=code)


def _repaired(column: pd.Series, name: str, log: Log) -> pd.Series:
    codes, n, width = repair_codes(column, name)
    if n:
        log.note(_repaired_sentence(name, n, width))
    return codes


def _repaired_sentence(name: str, n: int, width: int) -> str:
    return ngettext(
        "Column “{name}”: {n} code of {width} digits had lost its leading zero and has it back.",
        "Column “{name}”: {n} codes of {width} digits had lost their leading zero and have it back.",
        n,
    ).format(name=name, n=n, width=width)


def _set_aside(
    n: int, read: int, reasons: dict[str, int], rejected: str | os.PathLike[str] | None
) -> str:
    said = ngettext(
        "{n} of {read} rows is set aside: {reasons}.",
        "{n} of {read} rows are set aside: {reasons}.",
        n,
    ).format(n=n, read=read, reasons=", ".join(f"{k} {v}" for k, v in reasons.items()))
    if rejected is None:
        return (
            said
            + " "
            + _(
                'Remedy: rejected="rechazados.csv", or “sialgeo check”, writes them with their reasons.'
            )
        )
    return said + " " + _("See {path}.").format(path=rejected)


def _nothing_left(source: Source, gone: pd.DataFrame) -> str:
    first = gone.iloc[0]
    reasons = ", ".join(f"{k} {n}" for k, n in gone["code"].value_counts().items())
    said: str = _(
        "{path}: no row can be used ({reasons}). Row {row}, {column}: {message}. Proposal: {proposal}"
    ).format(
        path=source.path,
        reasons=reasons,
        row=first["row"],
        column=first["column"],
        message=first["message"],
        proposal=first["proposal"],
    )
    if first["code"] in ("lat_lon_invertidas", "signo_omitido", "fuera_del_pais"):
        said += ". " + _('If the positions are right, country="any" takes them as they are')
    return said


def write_producers(table: gpd.GeoDataFrame, path: str | os.PathLike[str]) -> Path:
    """Write producers as they were read and repaired: a private GeoPackage, whole or not at all.

    Parameters
    ----------
    table : GeoDataFrame
        As :func:`read_producers` returns it.
    path
        File ``.gpkg``.

    Returns
    -------
    Path

    Raises
    ------
    ParameterError
        The suffix is another.
    FileError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "q.csv").write_text("id,lat,lon\\na,7.163,-78.512\\n" + "b,-7.1,-78.5\\n" * 9)
    >>> table = read_producers(folder / "q.csv", country="PE", apply=["signo_omitido"])
    >>> table.attrs["reading"]["repairs"], write_producers(table, folder / "q.gpkg").name
    ({'signo_omitido': 1}, 'q.gpkg')
    """
    target = Path(path)
    if target.suffix.lower() != ".gpkg":
        raise ParameterError(_("{path}: must end in .gpkg").format(path=target))
    held = table.copy()
    held.attrs = {}
    with whole_file(target) as temporary:
        held.to_file(temporary, driver="GPKG", layer="producers", engine="pyogrio", VERSION="1.2")
    return target


def read_places(path: str | os.PathLike[str], *, name: str, **reading: Any) -> gpd.GeoDataFrame:
    """Read populated places, whose names name the concentrations.

    Parameters
    ----------
    path
        File, as for :func:`read_producers`.
    name
        Column with the name of the place.
    **reading
        Keywords of :func:`read_producers`.

    Returns
    -------
    GeoDataFrame
        Points, with ``.attrs["reading"]``.

    Raises
    ------
    SchemaError
        There is no such column, or no place has a name.

    Examples
    --------
    >>> from sialgeo import load_sample
    >>> places = read_places(load_sample("cajamarca").folder / "lugares.csv", name="lugar")
    >>> places.lugar.iloc[0]
    'Cajamarca'
    """
    places = read_producers(path, **reading)
    with naming(open_source(path)):
        if name not in places.columns:
            raise SchemaError(unknown_columns([name], places.columns.drop("geometry")))
        if places[name].isna().all():
            raise SchemaError(_("column “{name}”: every place lacks a name").format(name=name))
    return places
