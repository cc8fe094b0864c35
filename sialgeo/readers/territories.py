"""Territories, their indicators, and the reference population."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.descriptions import described_indicators
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import _, ngettext
from sialgeo.model import Indicator
from sialgeo.readers.columns import check_decimal, repair_codes, typed
from sialgeo.readers.coordinates import stated_crs
from sialgeo.readers.grids import Grid
from sialgeo.readers.headers import blank
from sialgeo.readers.layers import (
    cell_size,
    flat,
    is_areal,
    is_spatial,
    names_of,
    read_layer,
    read_raster,
    require_layer_crs,
)
from sialgeo.readers.log import Log, Say
from sialgeo.readers.names import code_widths, is_code
from sialgeo.readers.points import _grid, _repaired_sentence, read_producers
from sialgeo.readers.presets import indicators_of, key_of, preset_of
from sialgeo.readers.sources import Source, naming, open_source
from sialgeo.references import Reference
from sialgeo.triage.checks import require_fit
from sialgeo.triage.selection import unknown_columns

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_LISTED = 8


def read_territories(
    path: str | os.PathLike[str],
    *,
    key: str | None = None,
    layer: str | None = None,
    crs: Any = None,
    encoding: str | None = None,
    say: Say | None = None,
) -> gpd.GeoDataFrame:
    """Read a layer of polygons: districts, municipalities.

    Codes are text; one that lost its leading zero gets it back. Invalid polygons are repaired
    (``make_valid``); both are said. What cannot be repaired is refused.

    Parameters
    ----------
    path
        GeoPackage, shapefile, GeoJSON, KML, FlatGeobuf or GeoParquet.
    key
        Column of the official code (UBIGEO, CVEGEO); it must tell every row apart.
    layer
        Layer, where there are several.
    crs
        Reference system, where the file lacks it or is wrong.
    encoding
        Of a shapefile without its .cpg.
    say
        Called with each sentence about what was guessed or repaired.

    Returns
    -------
    GeoDataFrame
        Polygons and multipolygons, ``.attrs["reading"]`` as for :func:`read_producers`, with
        ``key`` and ``repaired`` (number of polygons).

    Raises
    ------
    SchemaError
        The layer holds no polygons, lacks the key, repeats or misses codes, or has polygons that
        cannot be repaired.
    CRSError
        No CRS, or one that does not fit the coordinates.
    FileError
        The file cannot be read.

    Examples
    --------
    >>> from sialgeo import load_sample
    >>> districts = read_territories(load_sample("cajamarca").folder / "distritos.gpkg", key="ubigeo")
    >>> len(districts), districts.ubigeo.min()
    (127, '060101')
    """
    source = open_source(path)
    log = Log(say)
    with naming(source):
        table = _polygons(source, log, layer=layer, crs=crs, encoding=encoding)
        table, repaired = _valid(table, log)
        shape = table.geometry.name
        codes = [c for c in table.columns if c == key or (is_code(str(c)) and c != shape)]
        for name in codes:
            table[name] = _codes(table[name], str(name), log)
        if key is not None:
            _require_key(table, key)
    table.attrs["reading"] = {
        "source": source.path.name,
        "guesses": log.guesses,
        "notes": log.notes,
        "read": len(table),
        "rejected": 0,
        "key": key,
        "repaired": repaired,
    }
    return table


def _polygons(
    source: Source, log: Log, *, layer: str | None, crs: Any, encoding: str | None
) -> gpd.GeoDataFrame:
    """Return the polygons of a layer in a CRS that fits, or raise one clear error."""
    if source.kind not in ("layer", "parquet", "database"):
        raise SchemaError(
            _(
                "{path}: territories are polygons. Remedy: a GeoPackage, shapefile or GeoJSON"
            ).format(path=source.path)
        )
    table: Any = read_layer(source, log, layer=layer, wanted="polygon", encoding=encoding)
    if not len(table):
        raise SchemaError(_("{path}: the layer is empty: no row").format(path=source.path))
    if not is_spatial(table):
        raise SchemaError(_("{path}: the layer has no geometry").format(path=source.path))
    kinds = table.geom_type.fillna(_("none"))
    other = ~kinds.isin(["Polygon", "MultiPolygon"]).to_numpy()
    if other.all():
        raise SchemaError(
            _(
                "{path}: territories must be polygons, and this layer holds {kinds}. Remedy: give the "
                "layer of polygons; points go to read_producers or read_places"
            ).format(path=source.path, kinds=", ".join(sorted(set(kinds))))
        )
    empty = table.geometry.is_empty.to_numpy() & ~other
    if (other | empty).any():
        raise SchemaError(
            _("{path}: rows without a polygon: {rows}. Remedy: draw them, or take them out").format(
                path=source.path, rows=_rows(np.flatnonzero(other | empty) + 1)
            )
        )
    if crs is not None:
        table = table.set_crs(stated_crs(crs), allow_override=True)
    require_layer_crs(table, source.path)
    bounds = table.geometry.bounds.to_numpy()
    require_fit(bounds[:, :2], table.crs)
    polygons: gpd.GeoDataFrame = flat(table, log)
    return polygons


def _rows(numbers: Any) -> str:
    listed = ", ".join(str(int(n)) for n in numbers[:_LISTED])
    return listed + (" …" if len(numbers) > _LISTED else "")


def _valid(table: gpd.GeoDataFrame, log: Log) -> tuple[gpd.GeoDataFrame, int]:
    """Repair invalid polygons and say which; refuse what leaves no polygon."""
    import shapely

    shapes = table.geometry.to_numpy()
    bad = ~shapely.is_valid(shapes)
    if not bad.any():
        return table, 0
    why = shapely.is_valid_reason(shapes[bad])
    mended = np.array([_areal_part(s) for s in shapely.make_valid(shapes[bad])], dtype=object)
    lost = shapely.is_empty(mended) | (shapely.area(mended) == 0)
    numbers = np.flatnonzero(bad) + 1
    if lost.any():
        raise SchemaError(
            _(
                "polygons that cannot be repaired, rows {rows} ({reason}). Remedy: draw them again"
            ).format(rows=_rows(numbers[lost]), reason=why[lost][0])
        )
    shapes = shapes.copy()
    shapes[bad] = mended
    log.note(
        ngettext(
            "{n} invalid polygon was repaired: row {rows} ({reason}).",
            "{n} invalid polygons were repaired: rows {rows} ({reason}).",
            len(numbers),
        ).format(n=len(numbers), rows=_rows(numbers), reason=why[0])
    )
    geometry = type(table.geometry)(shapes, index=table.index, crs=table.crs)
    return table.set_geometry(geometry), len(numbers)


def _areal_part(shape: Any) -> Any:
    """Return the polygons of a repaired geometry."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(shapely.get_parts([shape])))
    areal = parts[shapely.get_type_id(parts) == 3]
    return areal[0] if len(areal) == 1 else shapely.multipolygons(areal)


def _codes(column: pd.Series, name: str, log: Log) -> pd.Series:
    codes, n, width = repair_codes(column, name)
    if n:
        log.note(_repaired_sentence(name, n, width))
    return codes


def _require_key(table: pd.DataFrame, key: str) -> None:
    """Raise where a key is not there, is missing in rows, or repeats."""
    if key not in table.columns:
        known = [c for c in table.columns if c != "geometry"]
        raise SchemaError(unknown_columns([key], known))
    codes = table[key]
    missing = np.flatnonzero(codes.isna().to_numpy()) + 1
    if len(missing):
        raise SchemaError(
            _(
                "column “{key}”: rows without a code: {rows}. Remedy: fill them or take them out"
            ).format(key=key, rows=_rows(missing))
        )
    repeated = codes[codes.duplicated()].unique()
    if len(repeated):
        raise SchemaError(
            _(
                "column “{key}” repeats codes: {codes}. Remedy: one row per code (dissolve polygons, sum or "
                "choose figures)"
            ).format(key=key, codes=names_of(repeated[:_LISTED]))
        )


def read_indicators(
    path: str | os.PathLike[str],
    *,
    key: str | None = None,
    columns: Sequence[str] | None = None,
    preset: str = "",
    year: int | None = None,
    description: str | os.PathLike[str] | pd.DataFrame | None = None,
    layer: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    say: Say | None = None,
) -> pd.DataFrame:
    """Read a table of figures by official code.

    Parameters
    ----------
    path
        CSV, XLSX, ODS or any layer (its geometry is left out).
    key
        Column of the code; kept as text, a lost leading zero is put back and said. A preset knows
        its own; else the column that is called as a code and differs in every row is taken, and said.
    columns
        Columns to keep; all of them by default.
    preset
        A publisher's table: ``"pnud-peru"``, ``"pnud-mexico"``, ``"inei-pobreza"`` (with its
        intervals), ``"coneval"``, ``"conapo"`` (since 2020 more of its index is less
        marginalisation), ``"shdi"``. It names the code and says what the columns are.
    year
        Year of the figures, where the table's columns do not tell it (CONEVAL).
    description
        Table that says what the columns are (:func:`describe_indicators`), or its path; by default
        the file ``NAME.meta.csv`` beside ``NAME.csv``, where there is one.
    layer, encoding, separator, decimal, say
        As for :func:`read_producers`.

    Returns
    -------
    DataFrame
        The key and the columns; missing figures are NaN. ``.attrs["reading"]`` as above;
        ``.attrs["indicators"]`` what the columns say, where a preset or a description tells.

    Raises
    ------
    ParameterError
        The preset is not known, or needs a year; there is neither preset nor key.
    SchemaError
        A column is not there, no row has a code, or a code repeats. A row without a code (a total)
        is set aside and said.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> file = Path(tempfile.mkdtemp()) / "idh.csv"
    >>> _ = file.write_text("UBIGEO;IDH\\n60101;0,607\\n60102;0,2343\\n")
    >>> read_indicators(file, key="UBIGEO").values.tolist()
    [['060101', 0.607], ['060102', 0.2343]]
    """
    source = open_source(path)
    log = Log(say)
    known = preset_of(preset) if preset else None
    with naming(source):
        grid = _figures(source, log, layer, encoding, separator)
        key = key or (None if known is None else key_of(known, list(grid.cells.columns)))
        key = key or _guessed_key(grid.cells, log)
        wanted = [key, *(columns if columns is not None else [])]
        missing = [c for c in wanted if c not in grid.cells.columns]
        if missing:
            raise SchemaError(unknown_columns(missing, grid.cells.columns))
        cells = grid.cells if columns is None else grid.cells[list(dict.fromkeys(wanted))]
        ordered = _typed(cells, key, log, check_decimal(decimal))
        if known is not None and known.prepare is not None:
            ordered, said = known.prepare(ordered)
            for text in said:
                log.note(text)
        bare = ordered[key].isna().to_numpy()
        if bare.any() and not bare.all():
            numbers = grid.rows if len(grid.rows) == len(bare) else np.arange(1, len(bare) + 1)
            log.note(_without_code(key, numbers[bare]))
            ordered = ordered[~bare].reset_index(drop=True)
        _require_key(ordered, key)
    if known is not None:
        told = indicators_of(known, ordered, year)
    else:
        told = _told(source.path, description, ordered, log)
    if told:
        ordered.attrs["indicators"] = told
    ordered.attrs["reading"] = {
        "source": source.path.name,
        "guesses": log.guesses,
        "notes": log.notes,
        "read": len(bare),
        "rejected": int(bare.sum()),
        "key": key,
    }
    return ordered


def _guessed_key(cells: pd.DataFrame, log: Log) -> str:
    """Return the column that holds the official code: known by its name, and different in every row."""
    names = [str(c) for c in cells.columns]
    ranked = [n for n in names if code_widths(n)] + [n for n in names if is_code(n)]
    for name in dict.fromkeys(ranked):
        held = cells[name][[not blank(v) for v in cells[name]]]
        if len(held) >= 0.9 * len(cells) and held.is_unique:
            log.guess("key", name, 0.9, _("Code: column “{name}”.").format(name=name))
            return name
    raise ParameterError(
        _("key: name the column with the code, or a preset. The columns are: {names}").format(
            names=", ".join(names)
        )
    )


def _figures(
    source: Source, log: Log, layer: str | None, encoding: str | None, separator: str | None
) -> Grid:
    """Return the cells of a table, or of a layer without its geometry."""
    frame: Any = None
    if source.kind in ("layer", "parquet", "database"):
        frame = read_layer(source, log, layer=layer, wanted="any", encoding=encoding)
        if is_spatial(frame):
            frame = frame.drop(columns=frame.geometry.name)
    elif source.kind == "raster":
        raise SchemaError(
            _("{path}: is a raster, not a table. Remedy: read_raster(path)").format(
                path=source.path
            )
        )
    grid = _grid(source, log, frame, layer=layer, encoding=encoding, separator=separator)
    if grid.overfull.any():
        raise SchemaError(
            _("{path}: rows with more cells than the header: {rows}").format(
                path=source.path, rows=_rows(grid.rows[grid.overfull])
            )
        )
    return grid


def _typed(cells: pd.DataFrame, key: str, log: Log, decimal: Any) -> pd.DataFrame:
    """Return the cells with their types, codes as text with their zeros, columns in their order."""
    rest = cells.drop(columns=key)
    table = typed(rest, log, decimal=decimal, fallback=None)
    table.insert(0, key, _codes(cells[key], key, log))
    for name in rest.columns:
        if code_widths(str(name)):
            table[name] = _codes(table[name], str(name), log)
    ordered: pd.DataFrame = table[list(cells.columns)]
    return ordered


def read_description(path: str | os.PathLike[str]) -> dict[str, Indicator]:
    """Read a table that says what columns of indicators are, one row per indicator.

    Its columns are those of :func:`sialgeo.descriptions.described_indicators`.

    Raises
    ------
    SchemaError, FileError
        The file cannot be read, or what it says is not known.

    Examples
    --------
    >>> from sialgeo import load_sample
    >>> known = read_description(load_sample("cajamarca").folder / "indicadores.meta.csv")
    >>> known["pobreza_2018"].better
    'less'
    """
    source = open_source(path)
    with naming(source):
        grid = _grid(source, Log(None), None, layer=None, encoding=None, separator=None)
        return described_indicators(grid.cells)


def _told(path: Path, description: Any, table: pd.DataFrame, log: Log) -> tuple[Indicator, ...]:
    """Return what a description says of the columns of a table."""
    import pandas as pd

    beside = path.with_name(path.stem + ".meta.csv")
    if description is None:
        if not beside.is_file():
            return ()
        log.note(_("What the columns are is read from {name}.").format(name=beside.name))
        description = beside
    if isinstance(description, pd.DataFrame):
        known = described_indicators(description)
    else:
        known = read_description(description)
    return tuple(i for column, i in known.items() if column in table.columns)


def _without_code(key: str, rows: Any) -> str:
    return ngettext(
        "{n} row without a code in “{key}” is set aside: row {rows}.",
        "{n} rows without a code in “{key}” are set aside: rows {rows}.",
        len(rows),
    ).format(n=len(rows), key=key, rows=_rows(rows))


def read_reference(
    path: str | os.PathLike[str],
    *,
    counts: str | None = None,
    settlements: Any = None,
    weight: str | None = None,
    includes_producers: bool = False,
    key: str | None = None,
    name: str = "",
    **reading: Any,
) -> Reference:
    """Read the reference population: units as points, counts by polygon, or a raster of counts.

    What the file holds tells which. A polygon reference is shared out over ``settlements`` where they
    are given; without them its spacing is that of the polygons.

    Parameters
    ----------
    path
        File.
    counts
        Column with the number of units in each polygon.
    settlements
        Path or GeoDataFrame of populated places.
    weight
        Column of the settlements to share by.
    includes_producers, key, name
        As for :class:`Reference`.
    **reading
        Keywords of :func:`read_producers`; ``band`` for a raster.

    Returns
    -------
    Reference

    Raises
    ------
    ParameterError
        ``counts`` is missing for polygons, or given for points.
    SchemaError, CRSError, FileError
        The file cannot be used, as for :func:`read_producers`.

    Examples
    --------
    >>> from sialgeo import load_sample
    >>> folder = load_sample("cajamarca").folder
    >>> farms = read_reference(folder / "productores_leche.csv", name="milk producers")
    >>> farms.kind, len(farms.table)
    ('points', 30000)
    """
    source = open_source(path)
    if source.kind == "raster":
        raster = read_raster(source.path, band=int(reading.get("band", 1)))
        below = int((raster.values < 0).sum())
        if below:
            raise SchemaError(
                _(
                    "{path}: {n} cells hold a count below zero. Remedy: declare the no-data value"
                ).format(path=source.path, n=below)
            )
        return Reference.from_cells(raster.cells(), spacing=cell_size(raster), name=name)
    if source.kind in ("layer", "parquet", "database"):
        log = Log(reading.get("say"))
        layer = reading.get("layer")
        frame = read_layer(source, log, layer=layer, wanted="any", encoding=reading.get("encoding"))
        if is_areal(frame):
            return _areal_reference(
                source,
                counts=counts,
                settlements=settlements,
                weight=weight,
                name=name,
                reading=reading,
            )
    if counts is not None or settlements is not None or weight is not None:
        raise ParameterError(
            _("counts, settlements and weight go with polygons; {path} holds points").format(
                path=source.path
            )
        )
    points = read_producers(path, **reading)
    return Reference.from_points(points, includes_producers=includes_producers, key=key, name=name)


def _areal_reference(
    source: Source,
    *,
    counts: str | None,
    settlements: Any,
    weight: str | None,
    name: str,
    reading: dict[str, Any],
) -> Reference:
    keywords = {k: v for k, v in reading.items() if k in ("layer", "crs", "encoding", "say")}
    polygons = read_territories(source.url or source.path, **keywords)
    figures = [
        c
        for c in polygons.columns
        if c != polygons.geometry.name and polygons[c].dtype.kind in "iuf"
    ]
    if counts is None:
        raise ParameterError(
            _(
                "counts: name the column with the number of units in each polygon. Numbers are in: {names}"
            ).format(names=names_of(figures) or "–")
        )
    if counts not in polygons.columns:
        raise SchemaError(unknown_columns([counts], polygons.columns.drop(polygons.geometry.name)))
    if counts not in figures:
        raise SchemaError(_("column “{name}” holds no numbers").format(name=counts))
    if settlements is not None:
        if isinstance(settlements, str | os.PathLike):
            settlements = read_producers(settlements, say=reading.get("say"))
        if weight is not None and weight not in settlements.columns:
            raise SchemaError(unknown_columns([weight], settlements.columns.drop("geometry")))
        settlements = settlements.to_crs(polygons.crs)
    return Reference.from_polygons(
        polygons, counts, settlements=settlements, weight=weight, name=name
    )
