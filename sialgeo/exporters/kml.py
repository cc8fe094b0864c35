"""KML for Google Earth and phones: the published areas with the legend's colours, in WGS 84."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.exporters.wording import (
    joined,
    label_of,
    plain,
    said_first,
    shown,
    title_of,
    with_unit,
)
from sialgeo.files import whole_file
from sialgeo.i18n import _, tell_number
from sialgeo.model import CONCENTRATION, EVIDENCE, NAME, N, Publication
from sialgeo.symbology import CELL, EVIDENCE_STYLE, POINT, Class, Style, class_of, grid_classes

if TYPE_CHECKING:
    import geopandas as gpd

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DIGITS = 6  # 0.1 m


def write(publication: Publication, path: str | os.PathLike[str]) -> None:
    """Write the areas, and the grid or the points where they are published, as KML.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        A file ``*.kml``. What a person sees in a balloon is in the language in force; the data of
        each feature have English names.

    Raises
    ------
    FileError
        The file cannot be written.
    """
    about = "<br>".join(
        f"{html.escape(s.heading)}: {html.escape(s.text)}" for s in said_first(publication)
    )
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
        f"<name>{_xml(title_of(publication))}</name><description>{_xml(about)}</description>",
        *(_style(f"e-{name}", style) for name, style in EVIDENCE_STYLE.items()),
        _style("points", POINT),
        *_folder(_("Concentrations"), _areas(publication)),
    ]
    if publication.grid is not None:
        classes = grid_classes(publication.grid)
        parts += [_style(f"cell-{i}", style) for i, style in enumerate(_cell_styles(len(classes)))]
        parts += _folder(
            _("Producers by grid cell"), _cells(publication.grid, publication, classes)
        )
    if publication.points is not None:
        parts += _folder(_("Producers"), _rows(publication.points, publication, None, "points"))
    parts.append("</Document></kml>\n")
    with whole_file(path) as temporary:
        temporary.write_text("\n".join(parts), encoding="utf-8", errors="replace", newline="\n")


def _areas(publication: Publication) -> Iterator[str]:
    table = publication.areas.rename_axis(CONCENTRATION).reset_index()
    columns = [column for column in table.columns if column != table.geometry.name]
    for row, shape in zip(table[columns].to_dict("records"), table.geometry, strict=True):
        style = f"e-{row[EVIDENCE]}" if row[EVIDENCE] in EVIDENCE_STYLE else ""
        yield _placemark(row[NAME], row, shape, style, publication)


def _cell_styles(k: int) -> list[Style]:
    """Return the styles of the cells' classes: Google Earth draws no circle of a size of its own offline."""
    deep = np.linspace(0.1, 0.5, k)
    return [replace(CELL, line=CELL.fill, opacity=float(opacity)) for opacity in deep]


def _cells(
    grid: gpd.GeoDataFrame, publication: Publication, classes: tuple[Class, ...]
) -> Iterator[str]:
    columns = [column for column in grid.columns if column != grid.geometry.name]
    for row, shape in zip(grid[columns].to_dict("records"), grid.geometry, strict=True):
        found = class_of(row[N], classes)
        style = f"cell-{classes.index(found)}" if found else ""
        yield _placemark(found.label if found else "", row, shape, style, publication)


def _rows(table: Any, publication: Publication, named: str | None, style: str) -> Iterator[str]:
    columns = [column for column in table.columns if column != table.geometry.name]
    for row, shape in zip(table[columns].to_dict("records"), table.geometry, strict=True):
        yield _placemark(row[named] if named else "", row, shape, style, publication)


def _folder(name: str, placemarks: Iterator[str]) -> Iterator[str]:
    yield f"<Folder><name>{_xml(name)}</name>"
    yield from placemarks
    yield "</Folder>"


def _placemark(
    name: Any, row: Mapping[Any, Any], shape: Any, style: str, publication: Publication
) -> str:
    data, told = [], []
    for column, value in row.items():
        held = joined(plain(value))
        if held is None:
            continue
        data.append(f'<Data name="{_xml(column)}"><value>{_xml(held)}</value></Data>')
        label = label_of(str(column), publication)
        said = shown(str(column), value)
        if isinstance(said, float):
            said = tell_number(said, 3 if label.digits is None else label.digits)
        told.append(f"{html.escape(with_unit(label))}: <b>{html.escape(str(said))}</b>")
    linked = f"<styleUrl>#{style}</styleUrl>" if style else ""
    return (
        f"<Placemark><name>{_xml(name)}</name><description>{_xml(_inert('<br>'.join(told)))}</description>"
        f"{linked}<ExtendedData>{''.join(data)}</ExtendedData>{_geometry(shape)}</Placemark>"
    )


def _inert(markup: str) -> str:
    """Return a balloon's text without the ``$[field]`` that Google Earth would fill in."""
    return markup.replace("$[", "$&#91;")


def _style(name: str, style: Style) -> str:
    balloon = "<BalloonStyle><text>$[description]</text></BalloonStyle>"
    return (
        f'<Style id="{name}"><LineStyle><color>{_colour(style.line)}</color><width>{style.width:g}</width>'
        f"</LineStyle><PolyStyle><color>{_colour(style.fill, style.opacity)}</color></PolyStyle>{balloon}</Style>"
    )


def _colour(colour: str, opacity: float = 1.0) -> str:
    """Return a colour as KML writes it: opacity, blue, green, red."""
    return f"{round(255 * opacity):02x}{colour[5:7]}{colour[3:5]}{colour[1:3]}"


def _geometry(shape: Any) -> str:
    if shape is None or shape.is_empty:
        return ""
    if shape.geom_type == "Point":
        return f"<Point><coordinates>{_line([shape.coords[0]])}</coordinates></Point>"
    parts = "".join(_polygon(part) for part in getattr(shape, "geoms", [shape]))
    return f"<MultiGeometry>{parts}</MultiGeometry>"


def _polygon(shape: Any) -> str:
    rings = [("outer", shape.exterior), *(("inner", ring) for ring in shape.interiors)]
    return (
        "<Polygon>"
        + "".join(
            f"<{kind}BoundaryIs><LinearRing><coordinates>{_line(ring.coords)}</coordinates></LinearRing>"
            f"</{kind}BoundaryIs>"
            for kind, ring in rings
        )
        + "</Polygon>"
    )


def _line(coordinates: Any) -> str:
    return " ".join(f"{x:.{_DIGITS}f},{y:.{_DIGITS}f}" for x, y, *_z in coordinates)


def _xml(value: object) -> str:
    """Return a text as XML holds it."""
    return html.escape(_NOT_XML.sub("", str(value)), quote=True)
