"""GeoJSON (RFC 7946) of what is published: WGS 84, one feature a row, English property names."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sialgeo.exporters.wording import joined, plain, said_first
from sialgeo.files import whole_file
from sialgeo.model import CONCENTRATION, Publication

if TYPE_CHECKING:
    import geopandas as gpd

_DIGITS = 6  # 0.1 m


def write(publication: Publication, path: str | os.PathLike[str]) -> None:
    """Write the areas, and the grid or the points where they are published, as GeoJSON.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        A file ``*.geojson``. Each feature tells its ``layer``: ``concentrations``, ``grid`` or
        ``producers``.

    Raises
    ------
    FileError
        The file cannot be written.
    """
    areas = publication.areas.rename_axis(CONCENTRATION).reset_index()
    layers = (
        ("concentrations", areas),
        ("grid", publication.grid),
        ("producers", publication.points),
    )
    collection = {
        "type": "FeatureCollection",
        "about": [said._asdict() for said in said_first(publication)],
        "features": [
            f for name, table in layers if table is not None for f in _features(name, table)
        ],
    }
    text = json.dumps(collection, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    with whole_file(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8", errors="replace", newline="\n")


def _features(layer: str, table: gpd.GeoDataFrame) -> Iterator[dict[str, Any]]:
    columns = [column for column in table.columns if column != table.geometry.name]
    values = [table[column].to_numpy(object) for column in columns]
    for i, shape in enumerate(table.geometry):
        held = {str(c): joined(plain(v[i])) for c, v in zip(columns, values, strict=True)}
        yield {
            "type": "Feature",
            "properties": {"layer": layer, **held},
            "geometry": _geometry(shape),
        }


def _geometry(shape: Any) -> dict[str, Any] | None:
    """Return a geometry with outer rings counter-clockwise, as RFC 7946 asks."""
    import shapely
    from shapely.geometry import MultiPolygon, mapping
    from shapely.geometry.polygon import orient

    if shape is None or shape.is_empty:
        return None
    if shape.geom_type == "Polygon":
        shape = orient(shape)
    elif shape.geom_type == "MultiPolygon":
        shape = MultiPolygon([orient(part) for part in shape.geoms])
    rounded = shapely.transform(shape, lambda xy: xy.round(_DIGITS))
    found: dict[str, Any] = mapping(rounded)
    return found
