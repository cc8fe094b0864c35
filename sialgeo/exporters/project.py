"""``project.qgz``: a QGIS project over the published GeoPackage, written without QGIS.

Groups, the styles of :mod:`sialgeo.symbology`, relative paths, and a print layout with an atlas that
makes one page a concentration. QGIS 3.22 and later open it.
"""

from __future__ import annotations

import os
import uuid
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sialgeo.crs import crs_told, metric_crs
from sialgeo.disclosure import PUBLISHED_CRS, withheld_in_short
from sialgeo.exporters import geopackage, metadata, qml
from sialgeo.exporters.qml import attr, content, said
from sialgeo.exporters.wording import label_of, said_first, title_of, with_unit
from sialgeo.files import whole_file
from sialgeo.i18n import N_, _
from sialgeo.model import (
    AREA,
    DENSITY,
    EVIDENCE,
    EXPECTED,
    MAIN_CHAIN,
    NAME,
    OUTPUT,
    P_VALUE,
    RR,
    SHARE,
    N,
    Publication,
)
from sialgeo.symbology import EVIDENCE_STYLE

Bounds = tuple[float, float, float, float]

_INSIDE = "project.qgs"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of the zip's entry: the same study gives the same bytes
_MARGIN = 0.08
_LONGEST = 430  # characters of a line under the map: two lines of print
_GROUPS: Mapping[str, tuple[str, ...]] = {
    N_("Concentrations"): (geopackage.AREAS, geopackage.FLOW_LINES),
    N_("Producers"): (geopackage.POINTS, geopackage.GRID),
    N_("Places"): (geopackage.PLACES,),
    N_("Indicators and territories"): (geopackage.TERROIRS, geopackage.TERRITORIES),
}
_GEOMETRY = {
    "Point": "Point",
    "MultiPoint": "Point",
    "LineString": "Line",
    "MultiLineString": "Line",
}
_SHEET = (N, SHARE, EXPECTED, RR, P_VALUE, OUTPUT, MAIN_CHAIN, AREA, DENSITY)
_TITLE = f"[% coalesce(\"{NAME}\", '') %]"
_PAGE_NAME = f'"{NAME}"'
_PAGE = (297.0, 210.0)  # mm
_MAP_AT = (10.0, 26.0, 176.0, 152.0)
_TYPES = {
    "page": 65638,
    "map": 65639,
    "picture": 65640,
    "label": 65641,
    "legend": 65642,
    "bar": 65646,
}


class _Layer(NamedTuple):
    """A layer of the project: id, name, table of the GeoPackage, kind of geometry, style."""

    id: str
    name: str
    table: str
    kind: str
    style: str
    shown: bool
    told: str = ""  # its metadata


def write(publication: Publication, path: str | os.PathLike[str], data: str | None = None) -> None:
    """Write the project.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        A file ``*.qgz``.
    data
        Name of the published GeoPackage beside it. By default one of the same name is written there
        too, because the project holds no data itself.

    Raises
    ------
    FileError
        The file cannot be written.
    MissingDependencyError
        pyogrio is not installed.
    """
    target = Path(path)
    if data is None:
        data = target.with_suffix(".gpkg").name
        geopackage.write(publication, target.with_suffix(".gpkg"))
    text = document(publication, data)
    with whole_file(target) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        entry = zipfile.ZipInfo(_INSIDE, _EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, text.encode("utf-8", "replace"))


def document(publication: Publication, data: str) -> str:
    """Return the project's XML.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    data
        Name of the GeoPackage beside the project.
    """
    layers = _layers(publication)
    tables = {name: table for name, table in _tables(publication).items() if len(table)}
    others = [table for name, table in tables.items() if name != geopackage.GRID]
    shapes = others or list(tables.values())  # large cells reach far beyond what there is to see
    crs, bounds = _view(shapes)
    extent = f"<xmin>{bounds[0]:.1f}</xmin><ymin>{bounds[1]:.1f}</ymin><xmax>{bounds[2]:.1f}</xmax><ymax>{bounds[3]:.1f}</ymax>"
    title = title_of(publication)
    about = " ".join(line.text for line in said_first(publication) if line.key in _FOOT)
    return "".join(
        [
            "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n",
            f'<qgis version="3.22.0" projectname={attr(title)}><homePath path=""/>',
            f"<title>{content(title)}</title><projectCrs>{_crs(crs)}</projectCrs>",
            _tree(layers, data),
            f'<mapcanvas name="theMapCanvas" annotationsVisible="1"><units>meters</units><extent>{extent}</extent>',
            f"<rotation>0</rotation><destinationsrs>{_crs(crs)}</destinationsrs></mapcanvas>",
            "<projectlayers>",
            *(_map_layer(layer, data) for layer in layers),
            "</projectlayers><layerorder>",
            *(f"<layer id={attr(layer.id)}/>" for layer in layers),
            '</layerorder><properties><Paths><Absolute type="bool">false</Absolute></Paths><SpatialRefSys>'
            '<ProjectionsEnabled type="int">1</ProjectionsEnabled></SpatialRefSys></properties>',
            f"<projectMetadata><title>{content(title)}</title><abstract>{content(about)}</abstract></projectMetadata>",
            f"<Layouts>{_layout(publication, layers, data, crs, bounds)}</Layouts></qgis>\n",
        ]
    )


_FOOT = ("synthetic", "verdict", "number", "caution", "withheld", "source", "date", "licence")


# --- layers ---------------------------------------------------------------------------------------


def _tables(publication: Publication) -> dict[str, Any]:
    return {name: layer.table for name, layer in geopackage.layers(publication).items()}


def _layers(publication: Publication) -> list[_Layer]:
    """Return the layers from the top of the map to its bottom; one an indicator of the territories."""
    held = geopackage.layers(publication)
    found = []
    for table in (name for names in _GROUPS.values() for name in names if name in held):
        shapes = held[table].table.geometry.dropna().geom_type
        kind = _GEOMETRY.get(next(iter(shapes), ""), "Polygon")
        kind = "Point" if table in (geopackage.POINTS, geopackage.PLACES) else kind
        styles = list(geopackage.styles(table, held[table], publication))
        several = table == geopackage.TERRITORIES
        for i, (title, style) in enumerate(styles if several else styles[:1]):
            name = title if several else _(geopackage.IDENTIFIERS[table])
            told = metadata.qgis_xml(
                publication, name, table, metadata.bounds_of([held[table].table.to_crs(PUBLISHED_CRS)]),
                _crs(PUBLISHED_CRS),
            )  # fmt: skip
            found.append(_Layer(f"{table}_sialgeo_{i:02}", name, table, kind, style, i == 0, told))
    return found


def _view(shapes: list[Any]) -> tuple[Any, Bounds]:
    """Return the projection of the map, in metres, and what it shows."""
    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

    if not shapes:
        return CRS.from_epsg(3857), (-1e7, -6e6, -4e6, 4e6)  # Latin America: nothing to measure
    geometries = pd.concat([t.geometry.to_crs(PUBLISHED_CRS) for t in shapes], ignore_index=True)
    layer = gpd.GeoSeries(geometries, crs=PUBLISHED_CRS)
    crs = CRS.from_user_input(metric_crs(layer))
    low, high = np.split(layer.to_crs(crs).total_bounds, 2)
    centre, half = (low + high) / 2, (high - low) / 2 * (1 + _MARGIN) + 500.0
    wanted = _MAP_AT[2] / _MAP_AT[3]  # QGIS would reshape the map's frame to another proportion
    half = np.maximum(half, [half[1] * wanted, half[0] / wanted])
    west, south, east, north = (float(v) for v in (*(centre - half), *(centre + half)))
    return crs, (west, south, east, north)


def _source(layer: _Layer, data: str) -> str:
    return f"./{data}|layername={layer.table}"


def _tree(layers: list[_Layer], data: str) -> str:
    """Return the tree of layers, in groups."""
    parts = ["<layer-tree-group>"]
    for group, tables in _GROUPS.items():
        inside = [layer for layer in layers if layer.table in tables]
        if not inside:
            continue
        parts.append(f'<layer-tree-group name={said(_(group))} checked="Qt::Checked" expanded="1">')
        for layer in inside:
            checked = "Qt::Checked" if layer.shown else "Qt::Unchecked"
            parts.append(
                f'<layer-tree-layer id={attr(layer.id)} name={said(layer.name)} providerKey="ogr" '
                f'checked="{checked}" expanded="{int(layer.shown)}" source={attr(_source(layer, data))}/>'
            )
        parts.append("</layer-tree-group>")
    return "".join([*parts, "</layer-tree-group>"])


def _map_layer(layer: _Layer, data: str) -> str:
    style, labels = qml.inner(layer.style)
    return (
        f'<maplayer type="vector" geometry="{layer.kind}" labelsEnabled="{int(labels)}" '
        'simplifyDrawingHints="1" styleCategories="AllStyleCategories">'
        f"<id>{content(layer.id)}</id><datasource>{content(_source(layer, data))}</datasource>"
        f"<layername>{content(_plain(layer.name))}</layername><srs>{_crs(PUBLISHED_CRS)}</srs>"
        f'<provider encoding="UTF-8">ogr</provider>'
        f"<resourceMetadata>{layer.told}</resourceMetadata>{style}</maplayer>"
    )


def _crs(crs: Any) -> str:
    """Return a CRS as QGIS writes it: it needs WKT, proj4 and srid."""
    from pyproj import CRS

    held = CRS.from_user_input(crs)
    code = held.to_epsg() or 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # PROJ's own caution on what proj4 cannot say
        proj4 = held.to_proj4().replace(" +type=crs", "")
    return (
        f"<spatialrefsys><wkt>{content(held.to_wkt())}</wkt><proj4>{content(proj4)}</proj4>"
        f"<srid>{code}</srid><authid>{f'EPSG:{code}' if code else ''}</authid>"
        f"<description>{content(held.name)}</description>"
        f"<geographicflag>{str(held.is_geographic).lower()}</geographicflag></spatialrefsys>"
    )


# --- print layout -----------------------------------------------------------------------------------


def _layout(
    publication: Publication, layers: list[_Layer], data: str, crs: Any, bounds: Bounds
) -> str:
    """Return an A4 page: the map of one concentration, its name and figures, legend, scale, sources."""
    coverage = next(layer for layer in layers if layer.table == geopackage.AREAS)
    map_id = _id("map")
    foot = _foot(publication, crs)
    named = _("Sheets of the concentrations")
    items = [
        _item("label", (10, 7, 277, 11), f'labelText={attr(_TITLE)} halign="1" valign="128"', _font(18, bold=True)),
        _item("label", (10, 17, 277, 8), f'labelText={attr(_facts())} halign="1" valign="32"', _font(10)),
        _item("map", _MAP_AT, 'id="map" frame="true" keepLayerSet="false"', _map(bounds), uid=map_id),
        _item("legend", (188, 24, 100, 98), f'map_uuid="{map_id}" resizeToContents="0" symbolWidth="6" symbolHeight="3" legendFilterByAtlas="0" wrapChar="|" splitLayer="0"', _legend_fonts() + _tree([layer for layer in layers if layer.shown], data)),
        _item("picture", (173, 29, 10, 12), 'file=":/images/north_arrows/layout_default_north_arrow.svg" mode="2" resizeMode="0" background="false"', ""),
        _item("bar", (13, 162, 80, 13), f'mapUuid="{map_id}" style="Single Box" unitType="km" unitLabel="km" numMapUnitsPerScaleBarUnit="1" segmentSizeMode="1" minBarWidth="35" maxBarWidth="70" numSegments="2" numSegmentsLeft="0" height="2" labelBarSpace="2" boxContentSpace="1" background="true"', _BAR_FONT),
        _item("label", (190, 123, 97, 56), f'labelText={attr(_figures(publication))} halign="1" valign="64"', _font(8)),
        _item("label", (10, 180, 277, 27), f'labelText={attr(foot)} halign="1" valign="32"', _font(7)),
    ]  # fmt: skip
    return (
        f'<Layout units="mm" printResolution="200" name={said(named)} worldFileMap="">'
        f"<PageCollection>{_item('page', (0, 0, *_PAGE), '', '')}</PageCollection>{''.join(items)}"
        f'<Atlas enabled="1" hideCoverage="0" filterFeatures="0" sortFeatures="0" '
        f"coverageLayer={attr(coverage.id)} coverageLayerName={said(coverage.name)} "
        f'coverageLayerSource={attr(_source(coverage, data))} coverageLayerProvider="ogr" '
        f"filenamePattern=\"'concentracion_'||@atlas_featurenumber\" pageNameExpression={attr(_PAGE_NAME)}/>"
        "</Layout>"
    )


def _foot(publication: Publication, crs: Any) -> str:
    """Return what stands under the map: cautions, what is withheld, sources, date, projection."""
    told: dict[str, list[str]] = {}
    for line in said_first(publication):
        told.setdefault(line.key, []).append(_plain(line.text))
    drawn = _("Projection: {crs}").format(crs=crs_told(crs))
    lines = [
        " ".join(told.get("synthetic", []) + told.get("caution", [])),
        _plain(withheld_in_short(publication)),
        "; ".join(told.get("source", [])),
        " · ".join([*told.get("date", []), *told.get("licence", []), drawn, "sialgeo"]),
    ]
    return "\n".join(_cut(line) for line in lines if line)


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _facts() -> str:
    """Return the line under the name: an expression that QGIS fills in for each concentration."""
    words = {e: _(style.label) for e, style in EVIDENCE_STYLE.items()}
    cases = " ".join(
        f'WHEN "{EVIDENCE}" = {_quoted(e)} THEN {_quoted(_plain(word))}'
        for e, word in words.items()
    )
    producers = _quoted(" " + _("producers") + " · ")
    return f"[% to_string(\"{N}\") || {producers} || CASE {cases} ELSE '' END %]"


def _figures(publication: Publication) -> str:
    """Return a line a figure: its name, and an expression that QGIS fills in for each concentration."""
    lines = []
    for column in (*_SHEET, *(indicator.column for indicator in publication.indicators)):
        if column not in publication.areas or "%]" in column:
            continue
        label = label_of(column, publication)
        told = '"' + column.replace('"', '""') + '"'
        if publication.areas[column].dtype.kind in "iuf":
            digits = f"if(abs({told}) < 1, 3, 1)" if label.digits is None else str(label.digits)
            told = f"format_number({told}, {digits})"
        lines.append(f"{_plain(with_unit(label))}: [% coalesce({told}, '–') %]")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """Return a text as a literal of QGIS's expressions."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _item(kind: str, at: tuple[float, ...], attributes: str, inside: str, uid: str = "") -> str:
    x, y, width, height = at
    uid = uid or _id(f"{kind}{x}{y}")
    frame = "" if "frame=" in attributes else 'frame="false" '
    ground = (
        ""
        if "background=" in attributes
        else f'background="{str(kind in ("page", "map")).lower()}" '
    )
    return (
        f'<LayoutItem type="{_TYPES[kind]}" uuid="{uid}" templateUuid="{uid}" {frame}{ground}'
        f'position="{x:g},{y:g},mm" positionOnPage="{x:g},{y:g},mm" size="{width:g},{height:g},mm" '
        f'visibility="1" opacity="1" outlineWidthM="0.2,mm" referencePoint="0" {attributes}>'
        '<FrameColor red="140" green="140" blue="140" alpha="255"/>'
        f'<BackgroundColor red="255" green="255" blue="255" alpha="255"/>{inside}</LayoutItem>'
    )


def _map(bounds: Bounds) -> str:
    west, south, east, north = bounds
    return (
        f'<Extent xmin="{west:.1f}" ymin="{south:.1f}" xmax="{east:.1f}" ymax="{north:.1f}"/><LayerSet/>'
        '<AtlasMap atlasDriven="1" scalingMode="2" margin="0.35"/>'
    )


def _font(size: int, bold: bool = False) -> str:
    weight = 75 if bold else 50
    return (
        f'<LabelFont description="Sans,{size},-1,5,{weight},0,0,0,0,0" style=""/>'
        '<FontColor red="26" green="26" blue="26" alpha="255"/>'
    )


def _legend_fonts() -> str:
    sizes: Iterator[tuple[str, int]] = iter(
        (("title", 11), ("group", 9), ("subgroup", 8), ("symbol", 7), ("symbolLabel", 7))
    )
    return (
        "<styles>"
        + "".join(
            f'<style name="{name}" alignment="1" marginTop="{1.4 if size > 8 else 0.9:g}" marginLeft="2">'
            f'<styleFont description="Sans,{size},-1,5,{75 if size > 8 else 50},0,0,0,0,0" style=""/></style>'
            for name, size in sizes
        )
        + "</styles>"
    )


_BAR_FONT = (
    '<text-style fontFamily="Sans" fontSize="8" fontSizeUnit="Point" textColor="26,26,26,255" '
    'textOpacity="1" fontWeight="50"/><numericFormat id="basic"><Option type="Map">'
    '<Option type="int" name="decimals" value="1"/></Option></numericFormat>'
    '<fillColor red="26" green="26" blue="26" alpha="255"/>'
    '<fillColor2 red="255" green="255" blue="255" alpha="255"/>'
    '<strokeColor red="26" green="26" blue="26" alpha="255"/>'
)


def _id(name: str) -> str:
    return (
        "{"
        + str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://github.com/sialgeo/sialgeo#{name}"))
        + "}"
    )


def _plain(text: str) -> str:
    """Return a text in which ``[% … %]`` is no expression of QGIS."""
    return text.replace("[%", "[\u200b%")
