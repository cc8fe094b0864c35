"""Positions against what lies around them: declared districts, the study area, centres of places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import SchemaError
from sialgeo.i18n import _, plain
from sialgeo.precision import centre_precision, shapes_in_degrees
from sialgeo.triage.countries import admin1, inside
from sialgeo.triage.faults import Findings

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_FAR = 5_000.0  # metres from the declared district: borders are drawn coarsely
_FAR_OUTLINE = 30_000.0  # the embedded outlines of departments and states are coarser still
_DEGREE = 111_195.0
_DISTRICT = ("ubigeo", "cvegeo", "codigo_distrito", "cod_distrito", "iddist", "cve_mun")
_DISTRICT_NAMES = ("distrito", "municipio", "district", "municipality")
_WATER_NAMES = ("nombre", "name", "lago", "laguna", "cuerpo_de_agua", "nom_obj")
_GEOCODED = ("metodo_geo", "geocoding")  # how a row's place was taken
_CENTRES = ("centroid", "centro", "centre", "center")


def check_districts(
    findings: Findings, table: pd.DataFrame, lonlat: Array, districts: gpd.GeoDataFrame | None
) -> None:
    """Note rows far from the district (else the department or state) that they declare."""
    usable = np.isfinite(lonlat).all(axis=1) & ~findings.rejected
    if districts is None:
        _against(findings, lonlat, usable, _provinces(table), _FAR_OUTLINE)
        return
    shapes = shapes_in_degrees(districts, "districts")
    _against(findings, lonlat, usable, _declared(table, districts, shapes), _FAR)
    import shapely

    area = shapely.union_all(shapes)
    shapely.prepare(area)
    outside = usable & ~inside(area, *lonlat.T)
    near = np.zeros(len(lonlat), dtype=bool)
    held = np.flatnonzero(outside)
    near[held] = shapely.dwithin(area, shapely.points(lonlat[held]), _FAR / _DEGREE)
    findings.add("fuera_del_area", outside & ~near, "geometry")


def check_water(findings: Findings, lonlat: Array, water: gpd.GeoDataFrame | None) -> None:
    """Note rows that lie in a body of water of a layer; its name is told where it has one."""
    if water is None:
        return
    import shapely

    shapes = shapes_in_degrees(water, "water")
    if (shapely.get_dimensions(shapes) < 2).any():
        raise SchemaError(_("{layer}: must be polygons").format(layer="water"))
    usable = np.isfinite(lonlat).all(axis=1) & ~findings.rejected
    held = np.flatnonzero(usable)
    hit, body = shapely.STRtree(shapes).query(shapely.points(lonlat[held]), predicate="intersects")
    in_water = np.zeros(len(lonlat), dtype=bool)
    in_water[held[hit]] = True
    of = dict(zip(held[hit].tolist(), body.tolist(), strict=True))
    named = next((c for c in water.columns if plain(str(c)) in _WATER_NAMES), None)
    findings.add(
        "en_el_agua",
        in_water,
        "geometry",
        proposals=[
            _water_said(None if named is None else water[named].iloc[of[i]])
            for i in np.flatnonzero(in_water).tolist()
        ],
    )


def _water_said(name: Any) -> str:
    """Return the proposal for a unit in the water; empty, for the usual one, where it has no name."""
    if not isinstance(name, str) or not name.strip():
        return ""
    return _("in “{name}”: take the position again, unless the unit stands on the shore").format(
        name=name
    )


Declared = tuple[str, Any, str, Mask]  # column, shape, name, rows that declare it


def _declared(
    table: pd.DataFrame, districts: gpd.GeoDataFrame, shapes: NDArray[Any]
) -> Iterator[Declared]:
    """Yield each declared district with its shape: by code, else by a name that is only one district's."""
    for known in (_DISTRICT, _DISTRICT_NAMES):
        ours = next((c for c in table.columns if plain(str(c)) in known), None)
        theirs = next((c for c in districts.columns if plain(str(c)) in known), None)
        if ours is None or theirs is None:
            continue
        words = [plain(str(v)) for v in districts[theirs]]
        once = {w: i for i, w in enumerate(words) if w and words.count(w) == 1}
        rows = np.array([plain(str(v)) for v in table[ours]], dtype=object)
        if np.mean([r in once for r in rows]) < 0.5:
            continue
        for word in set(rows) & set(once):
            yield (
                str(ours),
                shapes[once[word]],
                str(districts[theirs].iloc[once[word]]),
                rows == word,
            )
        return


def _provinces(table: pd.DataFrame) -> Iterator[Declared]:
    """Yield each declared department or state with its embedded outline."""
    outlines = admin1() or {}
    for name in table.columns:
        if plain(str(name)) not in ("departamento", "entidad", "estado", "region", "state"):
            continue
        rows = np.array([plain(str(v)) for v in table[name]], dtype=object)
        if np.mean([r in outlines for r in rows]) < 0.5:
            continue
        for word in set(rows) & set(outlines):
            yield (
                str(name),
                outlines[word],
                str(table[name].iloc[int(np.argmax(rows == word))]),
                rows == word,
            )
        return


def _against(
    findings: Findings, lonlat: Array, usable: Mask, declared: Iterator[Declared], far: float
) -> None:
    """Note the rows whose distance to their declared shape is beyond what its drawing explains."""
    import shapely

    away = np.zeros(len(lonlat))
    said = np.full(len(lonlat), "", dtype=object)
    column = "geometry"
    for name, shape, label, rows in declared:
        held = np.flatnonzero(rows & usable)
        if not len(held):
            continue
        column = name
        # a distance in degrees, east–west ones shortened: good to some metres over a district
        points = lonlat[held]
        scale = np.array([np.cos(np.radians(np.clip(points[:, 1].mean(), -85, 85))), 1.0])
        local = shapely.transform(shape, lambda c, scale=scale: c * scale)
        away[held] = shapely.distance(local, shapely.points(points * scale)) * _DEGREE
        said[held] = label
    where = away > far
    findings.add(
        "lejos_del_distrito",
        where,
        column,
        proposals=[
            _("{km:.1f} km from “{name}”").format(km=away[i] / 1000, name=said[i])
            for i in np.flatnonzero(where)
        ],
    )


def check_centres(
    findings: Findings,
    table: pd.DataFrame,
    lonlat: Array,
    districts: gpd.GeoDataFrame | None,
    places: gpd.GeoDataFrame | None,
) -> Array:
    """Note rows that lie on a centre, or say so; return the precision in metres of those that lie on one."""
    precision = centre_precision(lonlat, districts=districts, places=places)
    precision[findings.rejected] = np.nan
    found = np.isfinite(precision)
    findings.add(
        "centroide",
        found,
        "geometry",
        proposals=[
            _("its precision is about {m:.0f} m: use a radius of at least {r:.0f} m").format(
                m=metres, r=2 * metres
            )
            for metres in precision[found]
        ],
    )
    for name in table.columns:
        if plain(str(name)) in _GEOCODED:
            said = [plain(str(v)).startswith(_CENTRES) for v in table[name]]
            findings.add("centroide", np.array(said, dtype=bool) & ~found, str(name))
    return precision
