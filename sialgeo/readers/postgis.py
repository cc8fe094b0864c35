"""PostGIS: tables and layers of a PostgreSQL database, named by a URL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

import numpy as np

from sialgeo.errors import FileError, MissingDependencyError, SchemaError
from sialgeo.i18n import _
from sialgeo.readers.grids import Choice
from sialgeo.readers.log import Log
from sialgeo.urls import shown

if TYPE_CHECKING:
    import pandas as pd

_AT_ONCE = 50_000  # rows
_WAIT = 10  # seconds for the server to answer
_KINDS = {"point": ("POINT", "MULTIPOINT"), "polygon": ("POLYGON", "MULTIPOLYGON"), "any": ()}


class Relation(NamedTuple):
    """A table or view; ``geometry`` is empty where it has none."""

    schema: str
    name: str
    geometry: str = ""
    kind: str = ""
    srid: int = 0

    @property
    def label(self) -> str:
        """Return the name that ``layer=`` takes."""
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"


class Fetched(NamedTuple):
    """A table of a database, and how many rows it has where only some were kept."""

    frame: Any
    of: int


def read_database(
    url: str, log: Log, *, layer: str | None, wanted: str, choice: Choice | None = None
) -> Fetched:
    """Return one table of a database as a GeoDataFrame (a DataFrame where it has no geometry).

    Columns and rows of a choice are chosen as the rows arrive.
    """
    if find_spec("psycopg") is None:
        raise MissingDependencyError("psycopg[binary]", _("Reading PostGIS"), "postgis")
    with _connected(url) as connection:
        relation = _choose(connection, url, layer, wanted, log)
        names = _columns(connection, relation)
        asked = names if choice is None or choice.columns is None else choice.columns(names)
        parts, of = [], 0
        for rows in _rows(connection, relation, asked):
            part = _frame(rows, asked, of)
            of += len(rows)
            if choice is not None:
                part = part[choice.rows(part[asked], np.zeros(len(part), dtype=bool))]
            parts.append(part)
        crs = _crs(connection, relation)
    return Fetched(_joined(parts, relation, asked, crs), of)


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    """Yield a connection that only reads; every failure of the server is one error without the password."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=_WAIT, application_name="sialgeo") as connection:
            connection.read_only = True
            yield connection
    except psycopg.Error as failure:
        raise FileError(
            _(
                "{url}: {reason}. Remedy: check server, user, password and rights, as with psql"
            ).format(url=shown(url), reason=_without_secret(str(failure), url))
        ) from None


def _without_secret(text: str, url: str) -> str:
    """Return a server's message in one line, the password of the URL left out."""
    said = " ".join(text.split()).rstrip(".")
    between = re.search(r"://(?:[^:@/]*):(.*)@", url)
    secrets = {between[1]} if between else set()
    with suppress(ValueError):  # not the form of a URL
        parsed = urlsplit(url).password or ""
        secrets |= {parsed, unquote(parsed)}
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        said = said.replace(secret, "…")
    return said


_LISTED = """
select f_table_schema, f_table_name, f_geometry_column, type, srid from geometry_columns
order by f_table_schema, f_table_name
"""
_THERE = """
select table_schema, table_name from information_schema.tables
where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2
"""


def _choose(connection: Any, url: str, layer: str | None, wanted: str, log: Log) -> Relation:
    import psycopg

    try:
        spatial = [Relation(*row) for row in connection.execute(_LISTED)]
    except psycopg.errors.UndefinedTable:
        connection.rollback()
        spatial = []
    if layer is not None:
        plain = [Relation(*row) for row in connection.execute(_THERE)]
        named = [r for r in (*spatial, *plain) if layer in (r.label, f"{r.schema}.{r.name}")]
        if not named:
            there = dict.fromkeys(r.label for r in (*spatial, *plain))
            raise SchemaError(
                _("{path}: no layer “{layer}”. The layers are: {names}").format(
                    path=shown(url), layer=layer, names=", ".join(there)
                )
            )
        return named[0]
    kinds = _KINDS[wanted]
    fitting = [r for r in spatial if not kinds or r.kind in (*kinds, "GEOMETRY")]
    if not fitting:
        raise SchemaError(
            _(
                '{path}: no table with such a geometry. Remedy: name a table, layer="schema.table"'
            ).format(path=shown(url))
        )
    if len(fitting) > 1:
        raise SchemaError(
            _(
                '{path}: several layers hold data: {names}. Remedy: name one, layer="{first}"'
            ).format(
                path=shown(url), names=", ".join(r.label for r in fitting), first=fitting[0].label
            )
        )
    log.guess(
        "layer",
        fitting[0].label,
        0.95,
        _("Layer “{name}”: the only one that fits.").format(name=fitting[0].label),
    )
    return fitting[0]


def _columns(connection: Any, relation: Relation) -> list[str]:
    """Return the names of the columns that are no geometry, in their order."""
    found = connection.execute(
        "select column_name, udt_name from information_schema.columns "
        "where table_schema = %s and table_name = %s order by ordinal_position",
        (relation.schema, relation.name),
    )
    return [name for name, kind in found if kind not in ("geometry", "geography")]


def _rows(connection: Any, relation: Relation, names: list[str]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows by portions, the geometry last as bytes."""
    from psycopg import sql

    fields = [sql.Identifier(n) for n in names]
    shape: sql.Composable = sql.SQL("null::bytea")
    if relation.geometry:
        shape = sql.SQL("ST_AsBinary(ST_Force2D({}::geometry))").format(
            sql.Identifier(relation.geometry)
        )
    query = sql.SQL("select {} from {}").format(
        sql.SQL(", ").join([*fields, shape]), sql.Identifier(relation.schema, relation.name)
    )
    with connection.cursor(name="sialgeo") as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield rows


def _frame(rows: list[tuple[Any, ...]], names: list[str], before: int) -> pd.DataFrame:
    """Return rows as a table, numbered as they came from 1."""
    import pandas as pd

    index = np.arange(before + 1, before + 1 + len(rows))
    columns = list(zip(*rows, strict=True)) if rows else [()] * (len(names) + 1)
    made = {
        name: pd.Series(list(values), index=index).infer_objects()
        for name, values in zip(names, columns, strict=False)
    }
    made[_SHAPE] = pd.Series(list(columns[-1]), index=index, dtype=object)
    return pd.DataFrame({n: _plain(v) if n != _SHAPE else v for n, v in made.items()}, index=index)


_SHAPE = "\x00geometry"  # no column of a database is called so


def _plain(column: pd.Series) -> pd.Series:
    """Return numerics (decimal.Decimal) as floats, lists and documents as text."""
    from decimal import Decimal

    if column.dtype != object:
        return column
    held = [v for v in column if v is not None]
    if held and all(isinstance(v, Decimal) for v in held):
        return column.astype(float)
    if any(isinstance(v, list | dict | bytes | memoryview) for v in held):
        return column.map(lambda v: None if v is None else str(v))
    return column


def _crs(connection: Any, relation: Relation) -> Any:
    from pyproj import CRS
    from pyproj.exceptions import CRSError as Unreadable

    if not relation.geometry or not relation.srid:
        return None
    found = connection.execute(
        "select auth_name, auth_srid, srtext from spatial_ref_sys where srid = %s", (relation.srid,)
    ).fetchone()
    try:
        if found is not None and found[0]:
            return CRS.from_authority(found[0], found[1])
        return CRS.from_user_input(found[2] if found else relation.srid)
    except Unreadable:
        return None


def _joined(parts: list[pd.DataFrame], relation: Relation, names: list[str], crs: Any) -> Any:
    import geopandas as gpd
    import pandas as pd
    import shapely

    table = pd.concat(parts) if parts else pd.DataFrame(columns=[*names, _SHAPE])
    shapes = table.pop(_SHAPE)
    if not relation.geometry:
        return table
    geometry = shapely.from_wkb(
        [None if s is None else bytes(s) for s in shapes], on_invalid="ignore"
    )
    taken = "geometry" if "geometry" not in names else "geom_"
    return gpd.GeoDataFrame(
        table, geometry=gpd.GeoSeries(geometry, index=table.index, crs=crs).rename(taken)
    )
