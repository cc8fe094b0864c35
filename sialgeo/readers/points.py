"""Producers and places: points from tables and layers, with a first triage of every row."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import crs_name
from sialgeo.errors import FileError, ParameterError, SchemaError
from sialgeo.i18n import _, ngettext
from sialgeo.readers.columns import (
    check_decimal,
    coordinate_decimal,
    parse_coordinates,
    repair_codes,
    typed,
)
from sialgeo.readers.coordinates import find_columns, locate, split_point, stated_crs
from sialgeo.readers.grids import Grid, text_grid, workbook_grid
from sialgeo.readers.layers import flat, is_spatial, read_layer, require_layer_crs
from sialgeo.readers.log import Log, Say
from sialgeo.readers.names import code_widths
from sialgeo.readers.sources import Source, open_source
from sialgeo.triage.checks import (
    check_positions,
    point_coordinates,
    require_fit,
    require_point_layer,
)
from sialgeo.triage.countries import degrees_of, find_home, outlines
from sialgeo.triage.faults import REJECT, Findings, write_faults
from sialgeo.triage.selection import unknown_columns

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]
Country = str | Sequence[str] | None


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
    country: Country = None,
    rejected: str | os.PathLike[str] | None = None,
    say: Say | None = None,
) -> gpd.GeoDataFrame:
    """Read producers from a table with coordinates or from a layer of points.

    CSV, TSV, XLSX, XLS, ODS, GeoPackage, shapefile, GeoJSON, KML, KMZ, GPX, FlatGeobuf, GeoParquet.
    What the file does not say is guessed, each guess is said in one sentence with its confidence, and
    every guess can be overridden. Rows whose position cannot be used are set aside with a reason,
    never repaired in silence: rows kept + rows rejected = rows read.

    Parameters
    ----------
    path
        File.
    layer
        Layer of a GeoPackage or KML, or sheet of a workbook.
    x, y
        Columns of longitude or easting, and of latitude or northing.
    crs
        Reference system of the coordinates, as ``"EPSG:32717"``; it overrides what a layer says.
    encoding, separator, decimal
        Of a text file: encoding, cell separator, decimal mark (``"."`` or ``","``).
    country
        Code or name (or several): points outside are rejected, and the UTM zone is told by it;
        ``"any"``: points are held against no country (at sea, for instance).
    rejected
        Path of the CSV that receives the rejected rows (``rechazados.csv``): row number as a
        spreadsheet shows it (the header counts), reason, and the original values.
    say
        Called with each sentence about a guess.

    Returns
    -------
    GeoDataFrame
        Points; the index is the row number in the file (feature number from 1 in a layer).
        ``.attrs["reading"]``: ``source`` (file name), ``guesses`` (list of dicts ``what, value,
        confidence, sentence``), ``notes``, ``read`` and ``rejected`` (numbers of rows),
        ``reasons`` (reason code → rows), ``faults`` (JSON text, for ``check_producers``).

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
    if source.kind == "raster":
        raise FileError(
            _("{path}: is a raster, and producers are points. Remedy: read_raster(path)").format(
                path=source.path
            )
        )
    frame: Any = None
    if source.kind in ("layer", "parquet"):
        frame = read_layer(source, log, layer=layer, wanted="point", encoding=encoding)
        if not len(frame):
            raise SchemaError(_("{path}: the layer is empty: no row").format(path=source.path))
    if is_spatial(frame):
        found = _from_layer(frame, source, log, crs=crs, country=country)
    else:
        grid = _grid(source, log, frame, layer=layer, encoding=encoding, separator=separator)
        found = from_table(grid, log, x=x, y=y, crs=crs, decimal=decimal, country=country)
    return _finish(*found, source=source, log=log, rejected=rejected)


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
) -> Grid:
    """Return the cells of whatever holds a table."""
    if frame is not None:  # a layer without geometry
        rows = np.arange(1, len(frame) + 1)
        plain = frame.reset_index(drop=True)
        return Grid(plain, rows, np.zeros(len(frame), dtype=bool), typed=True)
    if source.kind == "workbook":
        return workbook_grid(source, log, sheet=layer)
    if source.suffix in (".tsv", ".tab") and separator is None:
        separator = "\t"
    return text_grid(source, log, encoding=encoding, separator=separator)


# --- tables ---------------------------------------------------------------------------------------
Found = tuple["gpd.GeoDataFrame", Findings, "pd.DataFrame", "list[str]"]


def from_table(
    grid: Grid,
    log: Log,
    *,
    x: str | None,
    y: str | None,
    crs: Any,
    decimal: str | None,
    country: Country,
) -> Found:
    """Make points of a table's rows."""
    import geopandas as gpd

    cells = grid.cells
    split = split_point(cells, log) if x is None and y is None else None
    pair = split[1] if split is not None else find_columns(cells, x, y, log)
    cells = split[0] if split is not None else cells
    stated = check_decimal(decimal)
    mark, sure = coordinate_decimal([cells[pair.x], cells[pair.y]])
    if stated is None and mark == ",":
        log.guess("decimal", ",", sure, _("Numbers have a decimal comma."))
    parsed = [parse_coordinates(cells[c], stated or mark) for c in (pair.x, pair.y)]
    findings = Findings(grid.rows)
    findings.add("columnas_de_mas", grid.overfull, "")
    for column, p in zip((pair.x, pair.y), parsed, strict=True):
        findings.add("coord_vacia", p.empty, column)
        findings.add("coord_no_numerica", p.wrong, column, proposals=p.proposals[p.wrong])
    if sum(p.sexagesimal for p in parsed):
        log.note(
            _(
                "Coordinates in degrees and minutes are put into decimal degrees; O is read as oeste."
            )
        )
    usable = ~findings.rejected
    held = [p._replace(values=np.where(usable, p.values, np.nan)) for p in parsed]
    located = locate(held[0], held[1], pair, cells, log, crs=crs, country=country)
    findings.add(
        "zona_utm_dudosa", located.unknown, "", message=_("the row's UTM zone is not told")
    )
    _check(findings, located.xy, located.crs, country, log, (pair.x, pair.y))
    values = cells.drop(columns=["_x", "_y"]) if split is not None else cells
    keep = ~findings.rejected
    rest = values[keep].drop(columns=[c for c in (pair.x, pair.y) if c in values.columns])
    table = typed(rest, log, decimal=stated, fallback=mark)
    for column, p in zip((pair.x, pair.y), parsed, strict=True):
        if column in values.columns:
            table[column] = p.values[keep]
    table = table[list(values.columns)]
    points = gpd.points_from_xy(located.xy[keep, 0], located.xy[keep, 1], crs=located.crs)
    kept = gpd.GeoDataFrame(_without_geometry(table, log), geometry=points)
    kept.index = grid.rows[keep]
    originals = values[~keep].copy()
    if grid.extras:
        originals["extra"] = [e for e, k in zip(grid.extras, keep, strict=True) if not k]
    originals.index = grid.rows[~keep]
    return kept, findings, originals, [pair.x, pair.y]


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
    country: Country,
    log: Log,
    columns: tuple[str, str],
) -> None:
    """Check all positions of one file, and say in which country they lie."""
    use = ~findings.rejected
    require_fit(xy[use], crs)
    lon, lat = degrees_of(np.where(use, xy[:, 0], np.nan), np.where(use, xy[:, 1], np.nan), crs)
    home = find_home(lon, lat, country)
    check_positions(findings, xy, crs, home=home, columns=columns)
    if home is not None and not home.stated:
        sentence = _("{share:.0%} of the points lie in {country}.")
        log.guess(
            "country",
            list(home.codes),
            home.share,
            sentence.format(share=home.share, country=", ".join(home.names)),
        )
    elif outlines() is None and country is not None:
        log.note(_("The country is not checked: the outlines of countries are not installed."))


# --- layers ---------------------------------------------------------------------------------------
def _from_layer(
    frame: gpd.GeoDataFrame, source: Source, log: Log, *, crs: Any, country: Country
) -> Found:
    """Make points of a layer's features."""
    import geopandas as gpd
    import pandas as pd

    require_point_layer(frame)
    frame = flat(frame, log)
    if crs is not None:
        said = stated_crs(crs)
        if frame.crs is not None and frame.crs != said:
            log.note(
                _("The file says {file}; {stated} was stated and is used.").format(
                    file=crs_name(frame.crs), stated=crs_name(said)
                )
            )
        frame = frame.set_crs(said, allow_override=True)
    findings = Findings(np.arange(1, len(frame) + 1))
    xy = point_coordinates(findings, frame.geometry)
    require_layer_crs(frame, source.path)
    _check(findings, xy, frame.crs, country, log, ("geometry", "geometry"))
    keep = ~findings.rejected
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
    points = gpd.points_from_xy(xy[keep, 0], xy[keep, 1], crs=frame.crs)
    kept = gpd.GeoDataFrame(_without_geometry(attributes[keep], log), geometry=points)
    kept.index = findings.rows[keep]
    originals = attributes[~keep].assign(geometry=frame.geometry.to_wkt().to_numpy()[~keep])
    originals.index = findings.rows[~keep]
    return kept, findings, originals, ["geometry"]


# --- the end --------------------------------------------------------------------------------------
def _finish(
    kept: gpd.GeoDataFrame,
    findings: Findings,
    originals: pd.DataFrame,
    columns: list[str],
    *,
    source: Source,
    log: Log,
    rejected: str | os.PathLike[str] | None,
) -> gpd.GeoDataFrame:
    """Write the rejected rows, refuse a table with no row left, and note what was read."""
    faults = findings.table()
    gone = faults[faults["severity"] == REJECT].drop_duplicates("row")
    if rejected is not None:
        write_faults(rejected, gone, originals)
    if not len(kept):
        raise SchemaError(_nothing_left(source, gone))
    for name in kept.columns:
        if name not in columns and name != "geometry" and code_widths(str(name)):
            kept[name] = _repaired(kept[name], str(name), log)
    reasons = {str(k): int(n) for k, n in gone["code"].value_counts().items()}
    if len(gone):
        log.note(_set_aside(len(gone), len(findings.rows), reasons, rejected))
    kept.attrs["reading"] = {
        "source": source.path.name,
        "guesses": log.guesses,
        "notes": log.notes,
        "read": len(findings.rows),
        "rejected": len(gone),
        "reasons": reasons,
        "faults": json.dumps(gone.to_dict("records"), default=str, ensure_ascii=False),
    }
    return kept


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
        return said + " " + _('Remedy: rejected="rechazados.csv" writes them with their reasons.')
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
    if name not in places.columns:
        raise SchemaError(unknown_columns([name], places.columns.drop("geometry")))
    if places[name].isna().all():
        raise SchemaError(_("column “{name}”: every place lacks a name").format(name=name))
    return places
