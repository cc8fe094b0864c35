"""The private working file: ``Concentrations`` as one GeoPackage, exactly.

``*.work.gpkg`` holds the points, so it is not for handing on: ``export`` does that. It opens in QGIS
like any GeoPackage (version 1.2); what QGIS does not need (types, index, tests, provenance) is kept
as JSON in the table ``sialgeo_work``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import errno
import json
import math
import os
import re
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.errors import FileError, MissingDependencyError
from sialgeo.files import explain, whole_file
from sialgeo.i18n import Text, _
from sialgeo.kernels.parts import PART, parts
from sialgeo.model import Concentrations, Step, TestResult

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

SUFFIX = ".work.gpkg"
_FORMAT = 1
_PROBE = 1 << 20  # bytes
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_GEOMETRY = "geom"
_RESERVED = {"fid", "ogc_fid", "rowid", "oid", "_rowid_", _GEOMETRY}
_TABLE = "CREATE TABLE sialgeo_work (name TEXT PRIMARY KEY, content TEXT NOT NULL)"
_REGISTER = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description) "
    "VALUES ('sialgeo_work', 'attributes', 'sialgeo_work', 'sialgeo: types, tests and provenance')"
)
_READ = {  # no table name is ever made from a text
    "producers": "SELECT * FROM producers ORDER BY fid",
    "areas": "SELECT * FROM areas ORDER BY fid",
}


def is_work_file(path: str | os.PathLike[str]) -> bool:
    """Return whether a path is named as a private working file.

    >>> is_work_file("c.work.gpkg"), is_work_file("c.gpkg")
    (True, False)
    """
    return Path(path).name.lower().endswith(SUFFIX)


def save(concentrations: Concentrations, path: str | os.PathLike[str]) -> Path:
    """Write a private working file, with the points; :func:`read_concentrations` gives it back.

    Parameters
    ----------
    concentrations
        What a verb returned. Tables, index, types, CRS, tests and steps come back equal; ``attrs`` of
        the tables do not.
    path
        Must end in ``.work.gpkg``; an old file is replaced only when all went well.

    Returns
    -------
    Path

    Raises
    ------
    FileError
        The name does not end in ``.work.gpkg``, the folder may not be written, or the disk is full.

    Examples
    --------
    >>> import geopandas as gpd, tempfile
    >>> point = gpd.points_from_xy([-78.5], [-7.1])
    >>> c = Concentrations(
    ...     gpd.GeoDataFrame({"concentration": [-1], "membership": [0.0]}, geometry=point, crs=4326),
    ...     gpd.GeoDataFrame({"name": ["A"], "n": [1], "evidence": ["tested"]},
    ...                      geometry=point.buffer(1), index=[1], crs=4326))
    >>> path = save(c, Path(tempfile.mkdtemp()) / "c.work.gpkg")
    >>> read_concentrations(path).areas["name"].tolist()
    ['A']
    """
    target = Path(path)
    if not is_work_file(target):
        raise FileError(
            _(
                "{path}: a working file holds the producers' locations, so its name must end in {suffix}. Remedy: rename it; to hand on results use export"
            ).format(path=target, suffix=SUFFIX)
        )
    content: dict[str, Any] = {"format": _FORMAT}
    layers = {}
    for name, table in (("producers", concentrations.producers), ("areas", concentrations.areas)):
        layers[name], content[name] = _encode_table(table)
    content["tests"] = [_encode(dataclasses.asdict(test)) for test in concentrations.tests]
    content["steps"] = [_encode(_fields(step)) for step in concentrations.steps]
    with whole_file(target) as temporary:
        # kept up from part to part, an index of millions takes longer than the rows
        small = len(concentrations.producers) <= PART
        write_layers(temporary, layers, target, indexed=small)
        with sqlite_at(temporary, target) as database:
            database.execute(_TABLE)
            database.execute(_REGISTER)
            rows = [(name, json.dumps(value)) for name, value in content.items()]
            database.executemany("INSERT INTO sialgeo_work VALUES (?, ?)", rows)
    return target


def read_concentrations(path: str | os.PathLike[str]) -> Concentrations:
    """Read a working file that :func:`save` wrote.

    Parameters
    ----------
    path
        A file ``*.work.gpkg``.

    Raises
    ------
    FileError
        There is no such file, it is none of sialgeo's working files, it is damaged, or it was written
        by a newer sialgeo.

    Examples
    --------
    >>> import tempfile
    >>> from sialgeo import DBSCAN, detect, load_sample
    >>> found = detect(load_sample("cajamarca").producers, DBSCAN(radius=2_000, min_units=20))
    >>> file = Path(tempfile.mkdtemp()) / "c.work.gpkg"
    >>> again = read_concentrations(save(found, file))
    >>> again.areas.equals(found.areas)
    True
    """
    source = Path(path)
    if not source.is_file():
        raise FileError(_("{path}: there is no such file").format(path=source))
    try:
        return _read(source)
    except (sqlite3.Error, ValueError, KeyError, TypeError, IndexError, OverflowError) as failure:
        if isinstance(failure, FileError):
            raise
        raise FileError(
            _(
                "{path}: the working file is damaged ({reason}). Remedy: make it again with detect or save"
            ).format(path=source, reason=failure)
        ) from failure


def _read(source: Path) -> Concentrations:
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as database:
        try:
            content = dict(database.execute("SELECT name, content FROM sialgeo_work"))
        except sqlite3.Error as failure:
            raise FileError(
                _(
                    "{path}: is no working file of sialgeo. Remedy: give a {suffix} that detect or save wrote; producers are read with read_producers"
                ).format(path=source, suffix=SUFFIX)
            ) from failure
        found = {name: json.loads(text) for name, text in content.items()}
        if found["format"] > _FORMAT:
            raise FileError(
                _(
                    "{path}: was written by a newer sialgeo. Remedy: pip install --upgrade sialgeo"
                ).format(path=source)
            )
        tables = {name: _decode_table(database, name, found[name]) for name in _READ}
    tests = tuple(TestResult(**_decode(entry)) for entry in found["tests"])
    steps = tuple(Step(**_decode(entry)) for entry in found["steps"])
    return Concentrations(tables["producers"], tables["areas"], tests, steps)


# --- GeoPackages, for this file and for the published one ---------------------------------------------


def write_layers(
    temporary: Path,
    layers: Mapping[str, gpd.GeoDataFrame],
    target: Path,
    *,
    indexed: bool = True,
) -> None:
    """Write layers to a new GeoPackage 1.2, and check that every row arrived.

    Parameters
    ----------
    temporary
        Where to write: a path of ``whole_file``.
    layers
        Layer name to table; the order of the layers is kept.
    target
        The path that error messages name.
    indexed
        Whether QGIS finds what it draws by a spatial index.
    """
    try:
        import pyogrio
    except ImportError as failure:
        raise MissingDependencyError("pyogrio", _("writing GeoPackages")) from failure
    for name, table in layers.items():
        options = {"GEOMETRY_NAME": _GEOMETRY, "FID": "fid"}
        if not indexed:
            options["SPATIAL_INDEX"] = "NO"
        first = {"dataset_options": {"VERSION": "1.2"}, "layer_options": options}
        kind = _geometry_type(table)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "'crs' was not provided")
            try:
                for part in parts(len(table)):
                    pyogrio.write_dataframe(
                        table.iloc[part],
                        temporary,
                        layer=name,
                        driver="GPKG",
                        geometry_type=kind,
                        append=part.start > 0,
                        **({} if part.start else first),
                    )
            except (RuntimeError, ValueError, OSError) as failure:
                raise FileError(_explain_driver(temporary, target, failure)) from failure
    with sqlite_at(temporary, target) as database:
        damaged = database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",)
        rows = {name: _count(database, name) for name in layers}
        if damaged or any((rows[name] or 0) != len(table) for name, table in layers.items()):
            raise FileError(_explain_driver(temporary, target, ValueError(_("rows are missing"))))


def _count(database: sqlite3.Connection, layer: str) -> int | None:
    """Return the number of rows that GDAL counted in a layer."""
    query = "SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = ?"
    row = database.execute(query, (layer,)).fetchone()
    return None if row is None else row[0]


def _explain_driver(temporary: Path, target: Path, failure: Exception) -> str:
    """Return the message for a failure inside GDAL or sqlite, which do not tell a full disk."""
    return explain(target, _refusal(temporary) or OSError(errno.EIO, str(failure)))


def _refusal(temporary: Path) -> OSError | None:
    """Return what the system says to a file a little larger than the one that failed, if anything."""
    size = temporary.stat().st_size if temporary.exists() else 0
    try:
        with tempfile.TemporaryFile(dir=temporary.parent) as probe:
            for _part in range(size // _PROBE + 1):
                probe.write(bytes(_PROBE))
            probe.flush()
    except OSError as refusal:
        return refusal
    return None


@contextmanager
def sqlite_at(path: Path, target: Path) -> Iterator[sqlite3.Connection]:
    """Open a GeoPackage with sqlite3, commit when all went well, tell failures as ``FileError``."""
    try:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("PRAGMA journal_mode = MEMORY")
            yield database
    except sqlite3.Error as failure:
        raise FileError(_explain_driver(path, target, failure)) from failure


def _geometry_type(table: gpd.GeoDataFrame) -> str:
    kinds = set(table.geometry.geom_type.dropna())
    flat = not table.geometry.has_z.any()
    return kinds.pop() if len(kinds) == 1 and flat else "Unknown"


def safe_names(names: Iterable[Any]) -> list[str]:
    """Return column names that every format driver takes: unique whatever the case, none reserved.

    >>> safe_names(["n", "N", "fid", 'a"; --', "año"])
    ['n', 'column_1', 'column_2', 'column_3', 'año']
    """
    taken: set[str] = set()
    found = []
    for i, name in enumerate(names):
        good = isinstance(name, str) and re.fullmatch(r"\w[\w .()%/-]{0,59}", name) is not None
        chosen = name if good else f"column_{i}"
        while chosen.lower() in taken | _RESERVED:
            chosen = f"column_{i}" if chosen == name else chosen + "_"
        taken.add(chosen.lower())
        found.append(chosen)
    return found


# --- tables --------------------------------------------------------------------------------------------


def _encode_table(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the table as a format driver takes it, and what is needed to undo that."""
    import geopandas as gpd
    import pandas as pd

    active = table.geometry.name
    positions = [i for i, column in enumerate(table.columns) if column != active]
    index, index_kind = _encode_index(table.index)
    series = [*index, *(table.iloc[:, i] for i in positions)]
    labels = [*(f"index_{i}" for i in range(len(index))), *(table.columns[i] for i in positions)]
    stored = safe_names(labels)
    encoded = [_encode_column(s) for s in series]
    columns = {name: values for name, (values, _kind) in zip(stored, encoded, strict=True)}
    kinds = [kind for _values, kind in encoded]
    made = pd.DataFrame(columns, index=pd.RangeIndex(len(table)))
    geometry = gpd.GeoSeries(table.geometry.to_numpy(), index=made.index, crs=table.crs)
    schema = {
        "rows": len(table),
        "labels": [_encode(table.columns[i]) for i in positions],
        "stored": stored,
        "kinds": kinds,
        "index": index_kind,
        "geometry": _encode(active),
        "position": list(table.columns).index(active),
        "crs": None if table.crs is None else table.crs.to_json(),
    }
    return gpd.GeoDataFrame(made, geometry=geometry), schema


def _decode_table(
    database: sqlite3.Connection, name: str, schema: Mapping[str, Any]
) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd
    import shapely
    from pyproj import CRS

    cursor = database.execute(_READ[name])
    at = {column[0]: i for i, column in enumerate(cursor.description)}
    rows = cursor.fetchall()
    if len(rows) != schema["rows"]:
        raise ValueError(
            _("{name}: {found} rows instead of {written}").format(
                name=name, found=len(rows), written=schema["rows"]
            )
        )
    columns = [
        _decode_column([row[at[stored]] for row in rows], kind)
        for stored, kind in zip(schema["stored"], schema["kinds"], strict=True)
    ]
    levels = len(columns) - len(schema["labels"])
    index = _decode_index(columns[:levels], schema["index"])
    crs = None if schema["crs"] is None else CRS.from_json(schema["crs"])
    shapes = shapely.from_wkb([_wkb(row[at[_GEOMETRY]]) for row in rows])
    parts: list[pd.Series] = [pd.Series(column) for column in columns[levels:]]
    parts.insert(schema["position"], gpd.GeoSeries(shapes, crs=crs))
    for part in parts:
        part.index = index
    labels = [_decode(label) for label in schema["labels"]]
    active = _decode(schema["geometry"])
    labels.insert(schema["position"], active)
    table = pd.DataFrame(dict(enumerate(parts)), index=index)
    table.columns = labels
    return gpd.GeoDataFrame(table, geometry=active)


def _wkb(blob: bytes | None) -> bytes | None:
    """Return the WKB within a GeoPackage's geometry (OGC 12-128r15, 2.1.3)."""
    if blob is None:
        return None
    if blob[:2] != b"GP":
        raise ValueError(_("not a GeoPackage geometry"))
    return blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 7] :]


def _encode_index(index: pd.Index) -> tuple[list[pd.Series], dict[str, Any]]:
    import pandas as pd

    names = [_encode(name) for name in index.names]
    if isinstance(index, pd.RangeIndex):
        span = [index.start, index.stop, index.step]
        return [], {"kind": "range", "span": span, "names": names}
    levels = [index.get_level_values(i) for i in range(index.nlevels)]
    several = isinstance(index, pd.MultiIndex)
    series = [pd.Series(level.array, dtype=level.dtype) for level in levels]
    return series, {"kind": "multi" if several else "flat", "names": names}


def _decode_index(levels: Sequence[Any], kind: Mapping[str, Any]) -> Any:
    import pandas as pd

    names = [_decode(name) for name in kind["names"]]
    if kind["kind"] == "range":
        start, stop, step = kind["span"]
        return pd.RangeIndex(start, stop, step, name=names[0])
    if kind["kind"] == "multi":
        return pd.MultiIndex.from_arrays(list(levels), names=names)
    level = pd.Series(levels[0])
    return pd.Index(level.array, dtype=level.dtype, name=names[0])


# --- columns: each kind is a type name, and what it takes to go there and back --------------------------


def _encode_column(series: pd.Series) -> tuple[Any, dict[str, Any]]:
    """Return values that any format driver takes, and the kind that gives the series back."""
    import pandas as pd

    dtype = series.dtype
    if isinstance(dtype, np.dtype) and dtype.kind == "b":
        return series.to_numpy(), {"kind": "bool"}
    if isinstance(dtype, np.dtype) and dtype.kind in "iu" and dtype != np.uint64:
        return series.to_numpy(np.int64), {"kind": "number", "type": dtype.name}
    if isinstance(dtype, np.dtype) and dtype.kind == "f" and dtype.itemsize <= 8:
        return series.to_numpy(float), {"kind": "number", "type": dtype.name}
    if isinstance(dtype, pd.CategoricalDtype):
        categories = [_encode(v) for v in dtype.categories]
        kind = {"kind": "category", "of": categories, "ordered": bool(dtype.ordered)}
        kind["type"] = str(dtype.categories.dtype)
        return series.cat.codes.to_numpy(np.int64), kind
    if _is_plain_text(series):
        missing = [v for v in series.to_numpy(object) if not isinstance(v, str)]
        values = np.array(
            [v if isinstance(v, str) else None for v in series.to_numpy(object)], object
        )
        absent = None if not missing else _encode(missing[0])
        return values, {"kind": "text", "type": str(dtype), "missing": absent}
    cells = [json.dumps(_encode(v)) for v in series.to_numpy(object)]
    return np.array(cells, object), {"kind": "cells", "type": _type_name(dtype)}


def _is_plain_text(series: pd.Series) -> bool:
    """Whether every value is a text that drivers take, or one and the same mark of a missing one."""
    values = series.to_numpy(object)
    if isinstance(series.dtype, np.dtype) and series.dtype != object:
        return False
    if not all(isinstance(v, str) or v is None or v is _na() or _is_nan(v) for v in values):
        return False
    missing = {type(v) for v in values if not isinstance(v, str)}
    texts = [v for v in values if isinstance(v, str)]
    return len(missing) <= 1 and len(texts) > 0 and all(_is_clean(text) for text in texts)


def _is_clean(text: str) -> bool:
    return "\x00" not in text and not re.search("[\ud800-\udfff]", text)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _na() -> Any:
    import pandas as pd

    return pd.NA


def _type_name(dtype: Any) -> str:
    """Return the name that makes the type again; tables of geometry beside the active one are WKB."""
    return "geometry" if str(dtype) == "geometry" else str(dtype)


def _decode_column(values: list[Any], kind: Mapping[str, Any]) -> Any:
    import pandas as pd

    if kind["kind"] == "bool":
        return np.array(values, dtype=bool)
    if kind["kind"] == "number":
        wanted = np.dtype(kind["type"])
        if wanted.kind == "f":
            return np.array([np.nan if v is None else v for v in values], dtype=wanted)
        return np.array(values, dtype=np.int64).astype(wanted)
    if kind["kind"] == "category":
        categories = _typed([_decode(v) for v in kind["of"]], kind["type"])
        return pd.Categorical.from_codes(values, categories, ordered=kind["ordered"])
    if kind["kind"] == "text":
        absent = None if kind["missing"] is None else _decode(kind["missing"])
        return _typed([absent if v is None else v for v in values], kind["type"])
    return _typed([_decode(json.loads(v)) for v in values], kind["type"])


def _typed(cells: list[Any], name: str) -> Any:
    """Return cells as a pandas array of the named type, objects where this pandas lacks it."""
    import pandas as pd

    values = np.empty(len(cells), dtype=object)
    values[:] = cells
    if name == "object" or (name == "str" and str(pd.Series(["a"]).dtype) == "object"):
        return pd.Series(values, dtype=object)
    if name == "geometry":
        import geopandas as gpd

        return gpd.GeoSeries(values)
    return pd.Series(values, dtype=object).astype(name)


# --- values as JSON ---------------------------------------------------------------------------------------


def _fields(step: Step) -> dict[str, Any]:
    return {f.name: getattr(step, f.name) for f in dataclasses.fields(step)}


def _encode(value: Any) -> Any:
    """Return a value as JSON: plain ones as they are, others as ``{"~": type, "v": …}``."""
    if isinstance(value, Text):
        held = {"values": value.values, "forms": value.forms}
        return {"~": "text", "v": str.__str__(value), "m": value.message, "p": _encode(held)}
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.generic):
        value = value.item() if not isinstance(value, np.datetime64 | np.timedelta64) else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _encode_number(value)
    if isinstance(value, Mapping):
        return {"~": "dict", "v": [[_encode(k), _encode(v)] for k, v in value.items()]}
    for name, kind in (("list", list), ("tuple", tuple), ("set", set), ("frozenset", frozenset)):
        if isinstance(value, kind):
            return {"~": name, "v": [_encode(v) for v in value]}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _encode({f.name: getattr(value, f.name) for f in dataclasses.fields(value)})
    return _encode_special(value)


def _encode_number(value: float) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {"~": "float", "v": repr(value)}
    return value


def _encode_special(value: Any) -> Any:
    import pandas as pd

    if value is pd.NA or value is pd.NaT:
        return {"~": "NA" if value is pd.NA else "NaT"}
    if isinstance(value, pd.Timestamp):
        zone = None if value.tz is None else str(value.tz)
        at = value if value.tz is None else value.tz_convert("UTC")
        return {"~": "timestamp", "v": at.isoformat(), "u": value.unit, "z": zone}
    if isinstance(value, pd.Timedelta):
        return {"~": "timedelta", "v": value.isoformat(), "u": value.unit}
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return {"~": type(value).__name__, "v": value.isoformat()}
    if hasattr(value, "wkb_hex"):
        return {"~": "wkb", "v": value.wkb_hex}
    return str(value)


def _decode(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    kind: str = value["~"]
    held: Any = value.get("v")
    if kind == "dict":
        return {_decode(k): _decode(v) for k, v in held}
    several: dict[str, Callable[[Any], Any]] = {
        "list": list,
        "tuple": tuple,
        "set": set,
        "frozenset": frozenset,
    }
    if kind in several:
        return several[kind](_decode(v) for v in held)
    return _decode_special(kind, value)


def _decode_special(kind: str, value: Mapping[str, Any]) -> Any:
    import pandas as pd
    import shapely

    held: Any = value.get("v")
    makers: dict[str, Callable[[], Any]] = {
        "float": lambda: float(str(held)),
        "NA": lambda: pd.NA,
        "NaT": lambda: pd.NaT,
        "timestamp": lambda: _timestamp(str(held), value["z"], value["u"]),
        "timedelta": lambda: pd.Timedelta(held).as_unit(value["u"]),
        "datetime": lambda: dt.datetime.fromisoformat(str(held)),
        "date": lambda: dt.date.fromisoformat(str(held)),
        "time": lambda: dt.time.fromisoformat(str(held)),
        "text": lambda: Text(held, value["m"], **_decode(value["p"])),
        "wkb": lambda: shapely.from_wkb(str(held)),
    }
    return makers[kind]()


def _timestamp(text: str, zone: str | None, unit: str) -> Any:
    import pandas as pd

    at = pd.Timestamp(text).as_unit(unit)
    return at if zone is None else at.tz_convert(zone)
