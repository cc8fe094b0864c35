"""``SialTables``: the tables of a SIAL study, read, checked and under one roof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sialgeo.errors import SchemaError, raise_all
from sialgeo.i18n import _, retell
from sialgeo.tables.cells import Fault, told, typed
from sialgeo.tables.checks import cross_faults, notes_of
from sialgeo.tables.declared import BY_NAME, TABLES, table_named
from sialgeo.tables.fields import Table
from sialgeo.tables.laid import indicator_layer

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True)
class SialTables:
    """The tables of a SIAL study: who is there, who works with whom, what was surveyed.

    Made by :func:`sialgeo.read_tables` or :meth:`from_frames`, which check every cell. Each table has
    all its declared columns under their Spanish names; a table that was not given is empty, and
    ``given`` tells the two apart: an empty table was looked into, an absent one was not.

    Attributes
    ----------
    frames : mapping of str to DataFrame
        Every table by its Spanish name; ``unidad``, ``poblacion_referencia`` and ``territorio`` are
        GeoDataFrames. Codes and dates are text ("2004", "2004-05", "2004-05-31"), numbers float with
        NaN where empty, yes/no are bool or None. The index is the row as a spreadsheet numbers it.
    given : frozenset of str
        The tables that were given.
    notes : tuple of str
        What should be known and is no fault.

    Examples
    --------
    >>> import pandas as pd
    >>> tables = SialTables.from_frames({
    ...     "organisation": pd.DataFrame({"id": ["APDL"], "type": ["association"], "start_date": [1999]}),
    ...     "membership": pd.DataFrame({"member": ["Q1"], "member_kind": ["unit"], "organisation": ["APDL"]}),
    ... })
    >>> tables.organisations[["id", "tipo", "fecha_ini"]].to_dict("records")
    [{'id': 'APDL', 'tipo': 'asociacion', 'fecha_ini': '1999'}]
    >>> sorted(tables.given), len(tables.events)
    (['membresia_org', 'organizacion'], 0)
    """

    frames: Mapping[str, Any]
    given: frozenset[str]
    notes: tuple[str, ...] = ()

    @classmethod
    def from_frames(
        cls,
        frames: Mapping[str, pd.DataFrame],
        *,
        notes: Iterable[str] = (),
        faults: Iterable[Fault] = (),
    ) -> SialTables:
        """Make the tables of DataFrames, named in Spanish or English; columns likewise.

        ``notes`` and ``faults`` are what a reader has already to say.

        Raises
        ------
        SchemaError
            Every fault of every table at once, with table, row and remedy.
        """
        held, found = checked(frames, faults)
        raise_all(told(found), SchemaError)
        whole = {t.name: held[t.name] if t.name in held else _empty(t) for t in TABLES}
        return cls(whole, frozenset(held), tuple(dict.fromkeys([*notes, *notes_of(held)])))

    def replacing(self, frames: Mapping[str, pd.DataFrame | None]) -> SialTables:
        """Return a checked copy with some tables replaced; None takes a table away."""
        named = {known(name).name: frame for name, frame in frames.items()}
        kept = {name: self.frames[name] for name in self.given if name not in named}
        added = {name: frame for name, frame in named.items() if frame is not None}
        return SialTables.from_frames({**kept, **added})

    def __getitem__(self, name: str) -> Any:
        """Return a table by its Spanish or English name."""
        return self.frames[known(name).name]

    @property
    def units(self) -> gpd.GeoDataFrame:
        """``unidad``: every actor, with link (``eslabon``), chain (``cadena``) and place."""
        return self.frames["unidad"]

    @property
    def reference(self) -> gpd.GeoDataFrame:
        """``poblacion_referencia``."""
        return self.frames["poblacion_referencia"]

    @property
    def chains(self) -> pd.DataFrame:
        """``cadena``: the links of each chain."""
        return self.frames["cadena"]

    @property
    def flows(self) -> pd.DataFrame:
        """``flujo``: from ``origen`` to ``destino`` or ``mercado``."""
        return self.frames["flujo"]

    @property
    def organisations(self) -> pd.DataFrame:
        """``organizacion``."""
        return self.frames["organizacion"]

    @property
    def memberships(self) -> pd.DataFrame:
        """``membresia_org``."""
        return self.frames["membresia_org"]

    @property
    def actions(self) -> pd.DataFrame:
        """``accion_colectiva``."""
        return self.frames["accion_colectiva"]

    @property
    def resources(self) -> pd.DataFrame:
        """``recurso_especifico``."""
        return self.frames["recurso_especifico"]

    @property
    def events(self) -> pd.DataFrame:
        """``evento``."""
        return self.frames["evento"]

    @property
    def surveyed(self) -> pd.DataFrame:
        """``levantamiento``: without a row a topic is not assessable there."""
        return self.frames["levantamiento"]

    @property
    def capabilities(self) -> pd.DataFrame:
        """``capacidad``."""
        return self.frames["capacidad"]

    @property
    def territories(self) -> gpd.GeoDataFrame:
        """``territorio``."""
        return self.frames["territorio"]

    @property
    def indicators(self) -> pd.DataFrame:
        """``indicador``."""
        return self.frames["indicador"]

    def indicator_layer(self) -> gpd.GeoDataFrame:
        """Return ``territorio`` with a column for each indicator and year of ``indicador``.

        Ready for :func:`sialgeo.overlay` (``key="codigo"``): what the rows say of an indicator is in
        ``.attrs["indicators"]``, its interval in columns of its own.

        Raises
        ------
        SchemaError
            One of the two tables has no row.
        """
        return indicator_layer(self.territories, self.indicators)

    @property
    def trade(self) -> pd.DataFrame:
        """``apertura``: change of price or tariff by chain or product."""
        return self.frames["apertura"]

    def _repr_html_(self) -> str:
        import html

        absent = _("not given")
        rows = "".join(
            f"<tr><td>{html.escape(_(t.title))}</td><td><code>{t.name}</code></td>"
            f"<td>{len(self.frames[t.name]) if t.name in self.given else absent}</td></tr>"
            for t in TABLES
        )
        notes = "".join(f"<p><em>{html.escape(retell(n))}</em></p>" for n in self.notes)
        return f"<table>{rows}</table>{notes}"


def known(name: str) -> Table:
    """Return the table of a name; an unknown one is an error that lists the known."""
    table = table_named(name)
    if table is None:
        raise SchemaError(
            _("there is no table “{name}”. The tables are: {known}").format(
                name=name, known=", ".join(BY_NAME)
            )
        )
    return table


def checked(
    frames: Mapping[str, pd.DataFrame], more: Iterable[Fault] = ()
) -> tuple[dict[str, Any], list[Fault]]:
    """Return the tables as declared, and every fault of every cell, row and reference."""
    held: dict[str, Any] = {}
    faults: list[Fault] = list(more)
    for name, frame in frames.items():
        table = known(name)
        if table.name in held:
            raise SchemaError(_("the table “{name}” is given twice").format(name=table.name))
        made, wrong = typed(frame, table)
        held[table.name] = _shaped(made, frame, table)
        faults += wrong
        faults += _misshapen(held[table.name], table)
    faults += cross_faults(held)
    order = {t.name: k for k, t in enumerate(TABLES)}
    return held, sorted(faults, key=lambda f: order[f.table])


def _shaped(made: pd.DataFrame, frame: pd.DataFrame, table: Table) -> Any:
    """Give a located table its geometry back; rows without a place keep an empty one."""
    import geopandas as gpd

    if not table.shape:
        return made.drop(columns=["geometry"], errors="ignore")
    if isinstance(frame, gpd.GeoDataFrame):
        bare = made.drop(columns=[frame.geometry.name], errors="ignore")
        return gpd.GeoDataFrame(bare, geometry=frame.geometry.to_numpy(), crs=frame.crs)
    if "geometry" in made:
        return gpd.GeoDataFrame(made, geometry="geometry")
    return gpd.GeoDataFrame(made, geometry=[None] * len(made), crs=4326)


def _misshapen(frame: Any, table: Table) -> list[Fault]:
    """Return the rows whose geometry is of another kind than the table's."""
    if not table.shape:
        return []
    wanted = {"point": ("Point",), "polygon": ("Polygon", "MultiPolygon")}[table.shape]
    if table.name == "poblacion_referencia":
        wanted = ("Point", "Polygon", "MultiPolygon")
    kinds = frame.geom_type
    wrong = ~(kinds.isin(wanted) | frame.geometry.isna() | frame.geometry.is_empty)
    return [
        Fault(
            table.name,
            row,
            "geometry",
            "geometria",
            _("the geometry is a {kind}").format(kind=kinds[row]),
            _("draw a {wanted}").format(wanted=" / ".join(wanted)),
        )
        for row in frame.index[wrong]
    ]


def _empty(table: Table) -> Any:
    """Return a table without a row."""
    import pandas as pd

    return _shaped(typed(pd.DataFrame(), table)[0], pd.DataFrame(), table)
