"""Layers and rasters: GeoPackage, shapefile, GeoJSON, KML, GPX, GeoParquet, GeoTIFF."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sialgeo.errors import CRSError, FileError, MissingDependencyError, ParameterError, SchemaError
from sialgeo.i18n import _
from sialgeo.model import Raster
from sialgeo.readers.log import Log
from sialgeo.readers.postgis import read_database
from sialgeo.readers.sources import Source, broken, open_source

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Wanted = Literal["point", "polygon", "any"]
_MARKS = "waypoints"  # of a GPX; the points of its tracks are a layer of points, too
_KML_ARTEFACTS = {
    "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder",
    "icon", "snippet",
}  # fmt: skip


def read_layer(
    source: Source, log: Log, *, layer: str | None, wanted: Wanted, encoding: str | None = None
) -> pd.DataFrame:
    """Return one layer as a GeoDataFrame (a DataFrame where it has no geometry), nothing checked."""
    if source.url is not None:
        return read_database(source.url, log, layer=layer, wanted=wanted).frame
    if source.kind == "parquet":
        return _read_parquet(source.path)
    if encoding is None and source.suffix in (".shp", ".dbf"):
        encoding = _table_encoding(source.path, log)
    import pyogrio
    from pyogrio import errors
    from shapely.errors import ShapelyError

    failures = (
        errors.DataSourceError,
        errors.DataLayerError,
        errors.GeometryError,
        errors.FeatureError,
        errors.FieldError,
        errors.CRSError,
        ShapelyError,
        UnicodeDecodeError,
    )
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            name = _choose_layer(source, log, layer, wanted)
            table: pd.DataFrame = pyogrio.read_dataframe(source.path, layer=name, encoding=encoding)
        except failures as failure:
            raise broken(source.path, failure) from failure
    for warning in said:
        if issubclass(warning.category, RuntimeWarning):
            log.note(_("The format driver says: {text}").format(text=warning.message))
    if source.suffix in (".kml", ".kmz"):
        idle = [c for c in table.columns if c in _KML_ARTEFACTS]
        table = table.drop(columns=idle)
    return table


def _table_encoding(path: Path, log: Log) -> str | None:
    """Return the encoding of a shapefile's table that no .cpg tells: UTF-8 where every byte fits."""
    sisters = {p.suffix.lower(): p for p in path.parent.glob(path.stem + ".*")}
    table = sisters.get(".dbf")
    if ".cpg" in sisters or table is None:
        return None
    content = table.read_bytes()
    start = int.from_bytes(content[8:10], "little")
    if content[start:].isascii():
        return None
    try:
        content[start:].decode("utf-8")
    except UnicodeDecodeError:
        log.guess(
            "encoding",
            "cp1252",
            0.9,
            _("Encoding: Windows-1252 (Latin-1), as it is not valid UTF-8."),
        )
        return "cp1252"
    log.guess("encoding", "utf-8", 0.95, _("Encoding: UTF-8."))
    return "utf-8"


def _read_parquet(path: Path) -> pd.DataFrame:
    import geopandas as gpd
    import pandas as pd

    if find_spec("pyarrow") is None:
        raise MissingDependencyError("pyarrow", _("Reading GeoParquet"), "parquet")
    from pyarrow import ArrowException

    try:
        table: pd.DataFrame = gpd.read_parquet(path)
        return table
    except (ArrowException, OSError) as failure:
        raise broken(path, failure) from failure
    except (ValueError, TypeError) as failure:
        if "geo metadata" not in str(failure):
            raise broken(path, failure) from failure
    plain: pd.DataFrame = pd.read_parquet(path)
    return plain


def layers_of(source: Source) -> list[tuple[str, Any]]:
    """Return the layers of a file, each with its kind of geometry (None: a table without one)."""
    import pyogrio
    from pyogrio.errors import DataSourceError

    try:
        return [(str(name), kind) for name, kind in pyogrio.list_layers(source.path)]
    except (DataSourceError, UnicodeDecodeError) as failure:
        raise broken(source.path, failure) from failure


def _choose_layer(source: Source, log: Log, layer: str | None, wanted: Wanted) -> str | None:
    import pyogrio

    listed = layers_of(source)
    names = [name for name, _kind in listed]
    if not names:
        raise broken(source.path, _("no layer"))
    if layer is not None:
        if layer not in names:
            raise SchemaError(
                _("{path}: no layer “{layer}”. The layers are: {names}").format(
                    path=source.path, layer=layer, names=", ".join(names)
                )
            )
        return layer
    if len(listed) == 1:
        return names[0]
    located = [(name, str(kind)) for name, kind in listed if kind is not None] or [
        (name, "") for name in names
    ]
    filled = [
        (name, kind)
        for name, kind in located
        if pyogrio.read_info(source.path, layer=name, force_feature_count=True)["features"] != 0
    ]
    if not filled:
        raise SchemaError(_("{path}: no layer holds a feature").format(path=source.path))
    word = {"point": "Point", "polygon": "Polygon", "any": ""}[wanted]
    fitting = [n for n, k in filled if word in k and not (word == "Point" and "Multi" in k)]
    fitting = fitting or [n for n, k in filled if word in k]
    fitting = fitting or [n for n, k in filled if k in ("Unknown", "GeometryCollection")]
    fitting = fitting or [n for n, _kind in filled]
    if source.suffix == ".gpx" and len(fitting) > 1 and _MARKS in fitting:
        said = _("Layer “{name}”: the places that were marked; tracks and routes are left out.")
        log.guess("layer", _MARKS, 0.9, said.format(name=_MARKS))
        return _MARKS
    if len(fitting) > 1:
        raise SchemaError(
            _(
                '{path}: several layers hold data: {names}. Remedy: name one, layer="{first}"'
            ).format(path=source.path, names=", ".join(fitting), first=fitting[0])
        )
    log.guess(
        "layer",
        fitting[0],
        0.95,
        _("Layer “{name}”: the only one that fits.").format(name=fitting[0]),
    )
    return fitting[0]


def is_spatial(table: Any) -> bool:
    """Tell whether a table has a geometry."""
    import geopandas as gpd

    return isinstance(table, gpd.GeoDataFrame)


def is_areal(table: Any) -> bool:
    """Tell whether most geometries of a table are polygons."""
    if not is_spatial(table):
        return False
    kinds = table.geom_type
    return bool(kinds.isin(["Polygon", "MultiPolygon"]).sum() > len(table) / 2)


def flat(table: gpd.GeoDataFrame, log: Log) -> gpd.GeoDataFrame:
    """Return a layer without altitudes, and say so where it had any."""
    import shapely

    shapes = table.geometry.to_numpy()
    if not shapely.has_z(shapes).any():
        return table
    log.note(_("The altitudes in the geometry are not used."))
    return table.set_geometry(
        type(table.geometry)(shapely.force_2d(shapes), index=table.index, crs=table.crs)
    )


def require_layer_crs(table: gpd.GeoDataFrame, path: Path, hint: str = "") -> None:
    """Raise one clear error where a layer has no CRS."""
    if table.crs is None:
        said = _(
            "{path}: the layer has no CRS. Remedy: name the one its coordinates are in, for instance "
            'crs="EPSG:32717" (for a shapefile, add its .prj file)'
        ).format(path=path)
        raise CRSError(f"{said} {hint}".strip())


def study_area(area: Any) -> Any:
    """Return the study area as one shape in degrees: polygons given, or the path of their layer."""
    import shapely

    if area is None:
        return None
    if isinstance(area, str | os.PathLike):
        source = open_source(area)
        table: Any = read_layer(source, Log(None), layer=None, wanted="polygon")
        if is_spatial(table):
            require_layer_crs(table, source.path)
    else:
        table = area
    if not is_areal(table):
        raise SchemaError(_("area: must be polygons, or the path of a layer that holds them"))
    if table.crs is None:
        raise CRSError(_('area: the layer has no CRS. Remedy: layer.set_crs("EPSG:…")'))
    shape = shapely.union_all(shapely.make_valid(table.to_crs(4326).geometry.to_numpy()))
    room = shapely.buffer(shape, _ROOM)
    shapely.prepare(room)
    return room


_ROOM = 0.02  # degrees around a study area: borders are drawn coarsely


# --- rasters --------------------------------------------------------------------------------------
_UNDECLARED = 1e30
_MOST_CELLS = 250_000_000  # 2 GB when read whole


def read_raster(path: str | os.PathLike[str], *, band: int = 1) -> Raster:
    """Read one band of a GeoTIFF: no data becomes NaN.

    Parameters
    ----------
    path
        File ``.tif``.
    band : int
        Band, from 1.

    Returns
    -------
    Raster
        Values (rows, columns) as float64 in the unit of the file, scale and offset applied.

    Raises
    ------
    FileError
        The file is missing, damaged, or no GeoTIFF.
    CRSError
        The raster has no CRS or no position.
    ParameterError
        There is no such band.
    SchemaError
        No cell has a value, or an undeclared no-data value stands among them.
    MissingDependencyError
        rasterio is not installed.

    Examples
    --------
    >>> from sialgeo import load_sample
    >>> poverty = read_raster(load_sample("cajamarca").folder / "pobreza_2018.tif")
    >>> poverty.values.shape, poverty.crs.to_epsg()
    ((319, 172), 4326)
    """
    source = open_source(path)
    if source.kind != "raster":
        raise FileError(
            _("{path}: is no raster. Remedy: a GeoTIFF (.tif)").format(path=source.path)
        )
    if find_spec("rasterio") is None:
        raise MissingDependencyError("rasterio", _("Reading rasters"))
    values, transform, crs = _read_band(source.path, band)
    if not np.isfinite(values).any():
        raise SchemaError(_("{path}: no cell of the raster has a value").format(path=source.path))
    odd = np.isinf(values) | (np.abs(values) > _UNDECLARED)
    if odd.any():
        raise SchemaError(
            _(
                "{path}: {n} cells hold {value:g}, which looks like a no-data value that the file does "
                "not declare. Remedy: declare it (gdal_edit.py -a_nodata)"
            ).format(path=source.path, n=int(odd.sum()), value=values[odd][0])
        )
    return Raster(values, transform, crs, source.path.stem)


def _read_band(path: Path, band: int) -> tuple[Any, Any, Any]:
    import rasterio
    from pyproj import CRS
    from rasterio.errors import NotGeoreferencedWarning, RasterioError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as data:
                if not 1 <= band <= data.count:
                    raise ParameterError(
                        _("{path}: no band {band}; it has {n}").format(
                            path=path, band=band, n=data.count
                        )
                    )
                if data.crs is None or data.transform.is_identity:
                    raise CRSError(
                        _(
                            "{path}: the raster has no CRS or no position. Remedy: give it one "
                            "(gdal_edit.py -a_srs EPSG:4326 -a_ullr …)"
                        ).format(path=path)
                    )
                _refuse_size(data.height, data.width, path)
                values = data.read(band, masked=True).astype(float).filled(np.nan)
                values = values * data.scales[band - 1] + data.offsets[band - 1]
                affine = tuple(float(v) for v in tuple(data.transform)[:6])
                return values, affine, CRS.from_wkt(data.crs.to_wkt())
    except (RasterioError, OSError, ValueError) as failure:
        if isinstance(failure, CRSError | ParameterError | SchemaError):
            raise
        raise broken(path, failure) from failure


def _refuse_size(rows: int, columns: int, path: Path) -> None:
    if rows * columns > _MOST_CELLS:
        raise SchemaError(
            _(
                "{path}: {rows} × {columns} cells are {size:.0f} GB when read whole. Remedy: give the path itself to overlay or zonal_statistics, which read only the blocks under the footprints; or clip the raster (gdalwarp -te …)"
            ).format(path=path, rows=rows, columns=columns, size=rows * columns * 8 / 1e9)
        )


def cell_size(raster: Raster) -> float:
    """Return the side of a cell in metres: the root of its area at the raster's centre."""
    import geopandas as gpd
    from shapely.geometry import Polygon

    from sialgeo.crs import equal_area_crs

    rows, columns = raster.values.shape
    a, b, c, d, e, f = raster.transform
    corners = [(columns // 2 + i, rows // 2 + j) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]
    cell = Polygon([(a * i + b * j + c, d * i + e * j + f) for i, j in corners])
    series = gpd.GeoSeries([cell], crs=raster.crs)
    return float(np.sqrt(series.to_crs(equal_area_crs(series)).area.iloc[0]))


def names_of(columns: Iterable[Any]) -> str:
    """Return column names for a message."""
    return ", ".join(str(c) for c in columns)
