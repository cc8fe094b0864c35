"""The published GeoPackage: it opens styled in QGIS, with field names that a person reads.

Version 1.2 (QGIS 3.22 warns at 1.4). Styles are in the table ``layer_styles``, one per language and
indicator, the one of the language in force as the default. The table ``acerca_de`` holds title,
verdict, cautions, sources and what is withheld.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sialgeo.disclosure import PUBLISHED_CRS
from sialgeo.exporters import metadata, qml
from sialgeo.exporters.runlog import record
from sialgeo.exporters.wording import (
    indicator_name,
    joined,
    label_of,
    plain,
    said_first,
    synthetic_of,
    title_of,
    with_unit,
)
from sialgeo.files import whole_file
from sialgeo.i18n import LANGUAGES, N_, _, language, use_language
from sialgeo.model import (
    CONCENTRATION,
    EVIDENCE,
    LABELS,
    NAME,
    TERRITORY,
    TERRITORY_NAME,
    WORDS,
    N,
    Publication,
)
from sialgeo.symbology import (
    CELL,
    EVIDENCE_STYLE,
    FLOW,
    IN_NONE,
    NO_DATA,
    PLACE,
    POINT,
    TERRITORY_LINE,
    TERROIR,
    WORD_COLOURS,
    Style,
    cell_radii,
    chain_colours,
    grid_classes,
    indicator_classes,
)
from sialgeo.workfile import safe_names, sqlite_at, write_layers

if TYPE_CHECKING:
    import geopandas as gpd

AREAS, GRID, POINTS, TERRITORIES, PLACES, FLOW_LINES, TERROIRS = (
    "concentraciones",
    "cuadricula",
    "productores",
    "territorios",
    "lugares",
    "flujos",
    "terrunos",
)
ABOUT = "acerca_de"
IDENTIFIERS: Mapping[str, str] = {
    AREAS: N_("Concentrations"),
    GRID: N_("Producers by grid cell"),
    POINTS: N_("Producers"),
    TERRITORIES: N_("Territories"),
    PLACES: N_("Places"),
    FLOW_LINES: N_("Flows"),
    TERROIRS: N_("Territories given by the user (terruños)"),
}
# as QGIS itself makes it
_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))
"""
_STYLE = (
    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
    "styleName, styleQML, styleSLD, useAsDefault, description, owner) "
    "VALUES ('', '', ?, 'geom', ?, ?, '', ?, ?, '')"
)
_ABOUT = (
    "CREATE TABLE acerca_de "
    "(fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, clave TEXT, tema TEXT, texto TEXT)"
)
_TELL = "INSERT INTO acerca_de (clave, tema, texto) VALUES (?, ?, ?)"
_REGISTER = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description) "
    "VALUES (?, 'attributes', ?, '')"
)
OWN_URI, _DCAT_URI = "https://github.com/sialgeo/sialgeo", "http://www.w3.org/ns/dcat#"
_EXTENSION = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))
"""
_EXTEND = (
    "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', "
    "'http://www.geopackage.org/spec120/#extension_metadata', 'read-write')"
)
_METADATA = """
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT '')
"""
_REFERENCE = """
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id))
"""


class Layer(NamedTuple):
    """A layer as written: its table, and the column each of its fields stands for."""

    table: gpd.GeoDataFrame
    fields: Mapping[str, str]


def write(publication: Publication, path: str | os.PathLike[str]) -> None:
    """Write the published GeoPackage.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        A file ``*.gpkg``. Layers: ``concentraciones``; ``flujos`` where flows are known; ``cuadricula``
        and ``productores`` where they are published; ``territorios``, ``terrunos`` and ``lugares``
        where the context has them.

    Raises
    ------
    FileError
        The file cannot be written.
    MissingDependencyError
        pyogrio is not installed.
    """
    target = Path(path)
    found = layers(publication)
    with whole_file(target) as temporary:
        write_layers(temporary, {name: layer.table for name, layer in found.items()}, target)
        with sqlite_at(temporary, target) as database:
            _describe(database, publication, list(found))
            _add_styles(database, publication, found)
            _add_metadata(database, publication, found)


def layers(publication: Publication) -> dict[str, Layer]:
    """Return the layers to write, in the order in which they are drawn, lowest first."""
    context = publication.context
    areas = publication.areas.rename_axis(CONCENTRATION).reset_index()
    candidates = {
        TERRITORIES: context.territories,
        GRID: publication.grid,
        TERROIRS: context.terroirs,
        AREAS: areas,
        FLOW_LINES: publication.flows
        if publication.flows is None or len(publication.flows)
        else None,
        POINTS: publication.points,
        PLACES: context.places,
    }
    return {name: _layer(table) for name, table in candidates.items() if table is not None}


def _layer(table: gpd.GeoDataFrame) -> Layer:
    """Return the table with names and values that a format driver takes."""
    import pandas as pd

    columns = [column for column in table.columns if column != table.geometry.name]
    fields = safe_names(columns)
    made = table.rename(columns=dict(zip(columns, fields, strict=True))).copy()
    for field in fields:
        if made[field].dtype == object or isinstance(made[field].dtype, pd.CategoricalDtype):
            told = [_stored(value) for value in made[field].to_numpy(object)]
            made[field] = pd.Series(told, index=made.index, dtype=object)
    return Layer(made, dict(zip(fields, map(str, columns), strict=True)))


def _stored(value: Any) -> Any:
    """Return a value as a field holds it: numbers, texts and None."""
    told = joined(plain(value))
    if isinstance(told, dict):
        told = json.dumps(told, ensure_ascii=False)
    return told.replace("\x00", "") if isinstance(told, str) else told


# --- words --------------------------------------------------------------------------------------------


def _describe(database: sqlite3.Connection, publication: Publication, names: list[str]) -> None:
    """Give each layer its title and description, and write the table ``acerca_de``."""
    title, synthetic = title_of(publication), synthetic_of(publication)
    summary = publication.summaries[language()]
    description = " ".join(t for t in (synthetic, summary.verdict, summary.number) if t)
    for name in names:
        said = (f"{_(IDENTIFIERS[name])} · {title}", f"{title}. {description}", name)
        database.execute(
            "UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?",
            _text(said),
        )
    database.execute(_ABOUT)
    database.execute(_REGISTER, (ABOUT, ABOUT))
    database.executemany(_TELL, [_text(said) for said in said_first(publication)])


def _text(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return texts that sqlite can hold."""
    return tuple(value.encode("utf-8", "replace").decode("utf-8") for value in values)


def _add_metadata(
    database: sqlite3.Connection, publication: Publication, found: Mapping[str, Layer]
) -> None:
    """Write metadata by the GeoPackage extension: run log, DCAT and ISO 19115 of the file, QGIS's of each layer."""
    database.execute(_EXTENSION)
    for table, ddl in (("gpkg_metadata", _METADATA), ("gpkg_metadata_reference", _REFERENCE)):
        database.execute(ddl)
        database.execute(_EXTEND, (table,))
    tables = {name: layer.table for name, layer in found.items()}
    bounds = metadata.bounds_of([t.to_crs(PUBLISHED_CRS) for t in tables.values() if len(t)])
    entries: list[tuple[str, str, str, str | None]] = [
        (uri, "application/json", json.dumps(held, ensure_ascii=True, allow_nan=False), None)
        for uri, held in ((OWN_URI, record(publication)), (_DCAT_URI, _catalogued(publication)))
    ]
    entries.append((metadata.ISO_URI, "text/xml", metadata.iso_xml(publication, bounds), None))
    for name, table in tables.items():
        own = metadata.bounds_of([table.to_crs(PUBLISHED_CRS)] if len(table) else [])
        held = metadata.qgis_xml(publication, _(IDENTIFIERS[name]), name, own)
        document = f'<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM"><qgis>{held}</qgis>'
        entries.append((metadata.QGIS_URI, "text/xml", document, name))
    for i, (uri, kind, text, table_name) in enumerate(entries, start=1):
        database.execute(
            "INSERT INTO gpkg_metadata VALUES (?, 'dataset', ?, ?, ?)",
            (i, uri, kind, *_text((text,))),
        )
        database.execute(
            "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, md_file_id) "
            "VALUES (?, ?, ?)",
            ("table" if table_name else "geopackage", table_name, i),
        )


def _catalogued(publication: Publication) -> dict[str, Any]:
    """Return title, abstract, licence, date and sources as a catalogue takes them (DCAT 2)."""
    context, summary = publication.context, publication.summaries[language()]
    entry: dict[str, Any] = {
        "@context": {"dcat": _DCAT_URI, "dct": "http://purl.org/dc/terms/"},
        "@type": "dcat:Dataset",
        "dct:title": title_of(publication),
        "dct:description": " ".join(t for t in (synthetic_of(publication), *summary) if t),
        "dct:license": context.licence,
        "dct:issued": context.date,
        "dct:language": language(),
        "dct:source": list(context.sources),
    }
    return {key: plain(value) for key, value in entry.items() if value}


# --- styles -------------------------------------------------------------------------------------------


def _add_styles(
    database: sqlite3.Connection, publication: Publication, found: Mapping[str, Layer]
) -> None:
    database.execute(_STYLES)
    database.execute(_REGISTER, ("layer_styles", "layer_styles"))
    spoken = language()
    for code in (spoken, *(other for other in LANGUAGES if other != spoken)):
        with use_language(code):
            for name, layer in found.items():
                default = code == spoken
                for title, document in styles(name, layer, publication):
                    shown = f"{title} ({code})"
                    database.execute(_STYLE, (name, *_text((shown, document)), default, shown))
                    default = False


def styles(name: str, layer: Layer, publication: Publication) -> Iterator[tuple[str, str]]:
    """Yield title and QML of each style of a layer, the default first, in the language in force."""
    aliases = _aliases(name, layer, publication)
    if name == AREAS:
        yield (
            _(LABELS[EVIDENCE].text),
            qml.document(
                qml.categorized(EVIDENCE, _met(layer, EVIDENCE, EVIDENCE_STYLE)), aliases, NAME
            ),
        )
        yield from _word_styles(layer, aliases)
    elif name == TERRITORIES:
        yield from _territory_styles(layer, publication, aliases)
        yield _("Outlines"), qml.document(qml.single(_hollow(TERRITORY_LINE)), aliases)
    elif name == GRID:
        classes = grid_classes(layer.table)
        yield (
            _(LABELS[N].text),
            qml.document(qml.circles(N, classes, cell_radii(len(classes)), CELL), aliases),
        )
    elif name == FLOW_LINES:
        yield _("Flows"), qml.document(qml.single(FLOW, "line"), aliases, "destination")
    elif name == TERROIRS:
        yield _(TERROIR.label), qml.document(qml.single(TERROIR), aliases, NAME)
    elif name == POINTS:
        yield _("Producers"), qml.document(_point_renderer(layer, publication), aliases)
    else:
        named = _field(layer, publication.context.place_name)
        yield _("Places"), qml.document(qml.single(PLACE, "marker"), aliases, named)


def _met(layer: Layer, field: str, styles: Mapping[str, Style]) -> dict[str, Style]:
    """Return the styles of the values that there are: a legend lists no others."""
    met = {value: style for value, style in styles.items() if (layer.table[field] == value).any()}
    return met or dict(styles)


def _word_styles(layer: Layer, aliases: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield a style for each column of words: activation, exposure by activation, change, priority."""
    for column, colours in WORD_COLOURS.items():
        field = _field(layer, column)
        if field is None or not layer.table[field].notna().any():
            continue
        found = {
            word: Style(colour, "#333333", 1.2, (), WORDS[column][word], 0.8)
            for word, colour in colours.items()
        }
        renderer = qml.categorized(field, _met(layer, field, found))
        yield _(LABELS[column].text), qml.document(renderer, aliases, NAME)


def _territory_styles(
    layer: Layer, publication: Publication, aliases: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for indicator in publication.indicators:
        field = _field(layer, indicator.column)
        classes = indicator_classes(layer.table[field], indicator) if field else ()
        if field and classes:
            missing = NO_DATA if layer.table[field].isna().any() else None
            renderer = qml.ruled(field, classes, TERRITORY_LINE, missing)
            yield indicator_name(indicator), qml.document(renderer, aliases)


def _point_renderer(layer: Layer, publication: Publication) -> str:
    chains = [s.parameters.get("chain") for s in publication.steps if s.verb == "profile"]
    field = _field(layer, next((chain for chain in reversed(chains) if chain), None))
    if field is None:
        return qml.single(POINT, "marker")
    colours = chain_colours(layer.table[field])
    found = {
        chain: Style(colour, POINT.line, POINT.width, (), chain)
        for chain, colour in colours.items()
    }
    return qml.categorized(
        field, found, "marker", Style(IN_NONE.fill, POINT.line, POINT.width, (), NO_DATA.label)
    )


def _hollow(style: Style) -> Style:
    return Style(style.fill, style.line, style.width, style.dash, style.label, 0.0)


def _field(layer: Layer, column: str | None) -> str | None:
    """Return the field that stands for a column."""
    return next((field for field, held in layer.fields.items() if held == column), None)


def _aliases(name: str, layer: Layer, publication: Publication) -> dict[str, str]:
    """Return what a person reads for each field, in the language in force."""
    context = publication.context
    named: dict[str | None, str] = {}
    if name == TERRITORIES:
        named = {context.territory_name: TERRITORY_NAME, context.territory_key: TERRITORY}
    elif name == PLACES:
        named = {context.place_name: NAME}
    said = {column: _(LABELS[label].text) for column, label in named.items()}
    return {
        field: said.get(column) or with_unit(label_of(column, publication))
        for field, column in layer.fields.items()
    }
