"""Checks: what is wrong with each producer's position."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import crs_name, require_crs
from sialgeo.errors import CRSError, SchemaError
from sialgeo.i18n import _, plain
from sialgeo.triage.countries import Home, degrees_of, find_home, inside, turned
from sialgeo.triage.faults import COLUMNS, REJECT, WARN, Findings, Triage

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def check_positions(
    findings: Findings, xy: Array, crs: Any, *, home: Home | None, columns: tuple[str, str]
) -> None:
    """Note every fault of finite and non-finite positions (n, 2) in a CRS; ``home`` as found."""
    x, y = xy[:, 0].copy(), xy[:, 1].copy()
    both = columns[0] if columns[0] == columns[1] else f"{columns[0]}, {columns[1]}"
    findings.add("coord_no_finita", ~np.isfinite(x), columns[0])
    findings.add("coord_no_finita", ~np.isfinite(y), columns[1])
    findings.add("cero_cero", (np.abs(x) < 1e-6) & (np.abs(y) < 1e-6), both)
    x[findings.rejected], y[findings.rejected] = np.nan, np.nan
    if crs.is_geographic:
        _check_degrees(findings, x, y, home, both)
    else:
        _check_metres(findings, x, y, crs, home, both)


def looks_utm(x: Array, y: Array) -> Mask:
    """Mark what can be UTM easting and northing, in this order."""
    return (x >= 1e5) & (x <= 1.0e6) & (y >= 1e4) & (y <= 1.0e7)


def looks_degrees(x: Array, y: Array) -> Mask:
    """Mark what can be degrees of longitude and latitude."""
    return (np.abs(x) <= 180) & (np.abs(y) <= 90)


def _check_degrees(
    findings: Findings, lon: Array, lat: Array, home: Home | None, both: str
) -> None:
    findings.add("utm_en_columna_lat_lon", looks_utm(lon, lat) | looks_utm(lat, lon), both)
    beyond = (np.abs(lat) > 90) | (np.abs(lon) > 180)
    if home is None:
        swapped = beyond & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
        findings.add("lat_lon_invertidas", swapped, both, proposals=_as_turned(lon, lat, swapped))
        findings.add("fuera_de_rango", beyond, both)
        return
    out = np.isfinite(lon) & np.isfinite(lat) & ~findings.rejected & ~inside(home.area, lon, lat)
    abroad = np.zeros(len(lon), dtype=bool)
    if not home.stated:
        abroad = out & inside(home.near, lon, lat)
    told = {"lat_lon_invertidas": np.zeros_like(out), "signo_omitido": np.zeros_like(out)}
    proposals = np.full(len(lon), "", dtype=object)
    for code, tlon, tlat in turned(lon, lat):
        fits = out & ~abroad & inside(home.area, tlon, tlat)
        told[code] |= fits & (proposals == "")
        for i in np.flatnonzero(fits):
            said = f"lon = {tlon[i]:.10g}, lat = {tlat[i]:.10g}"
            proposals[i] = f"{proposals[i]} | {said}" if proposals[i] else said
    for code, where in told.items():
        findings.add(code, where, both, proposals=proposals[where])
    findings.add("fuera_de_rango", beyond, both)
    _add_abroad(findings, out, home, both)


def _as_turned(lon: Array, lat: Array, where: Mask) -> list[str]:
    return [f"lon = {lat[i]:.10g}, lat = {lon[i]:.10g}" for i in np.flatnonzero(where)]


def _add_abroad(findings: Findings, out: Mask, home: Home, both: str) -> None:
    findings.add(
        "fuera_del_pais",
        out,
        both,
        severity=REJECT if home.stated else WARN,
        message=_("the point lies outside {country}").format(country=", ".join(home.names)),
    )


def _check_metres(
    findings: Findings, x: Array, y: Array, crs: Any, home: Home | None, both: str
) -> None:
    metric = crs.axis_info[0].unit_conversion_factor == 1.0
    if metric:
        findings.add("grados_en_columna_utm", looks_degrees(x, y), both)
    utm = crs.utm_zone is not None
    if utm:
        swapped = looks_utm(y, x) & (x > 1e6)
        findings.add(
            "lat_lon_invertidas",
            swapped,
            both,
            message=_("easting and northing are swapped"),
            proposals=[f"E = {y[i]:.10g}, N = {x[i]:.10g}" for i in np.flatnonzero(swapped)],
        )
        findings.add("fuera_de_rango", (np.abs(x) > 2e6) | (y > 1.01e7) | (y < -1e6), both)
    if home is None:
        return
    lon, lat = degrees_of(x, y, crs)
    findings.add("fuera_de_rango", np.isfinite(x) & np.isfinite(y) & ~np.isfinite(lon), both)
    out = np.isfinite(lon) & ~findings.rejected & ~inside(home.area, lon, lat)
    if utm and out.any():
        _check_zone(findings, x, y, crs, home, out, both)
    _add_abroad(findings, out, home, both)


def _check_zone(
    findings: Findings, x: Array, y: Array, crs: Any, home: Home, out: Mask, both: str
) -> None:
    """Note the rows that would lie in the country in a neighbouring zone."""
    zone, south = int(crs.utm_zone[:-1]), crs.utm_zone.endswith("S")
    proposals = np.full(len(x), "", dtype=object)
    for shift in (-1, 1, -2, 2):
        other = zone + shift
        if not 1 <= other <= 60:
            continue
        epsg = (32700 if south else 32600) + other
        fits = inside(home.area, *degrees_of(x, y, epsg)) & out
        for i in np.flatnonzero(fits):
            said = f"UTM {other}{'S' if south else 'N'} (EPSG:{epsg})"
            proposals[i] = f"{proposals[i]} | {said}" if proposals[i] else said
    near = np.zeros(len(x), dtype=bool)
    if not home.stated:
        near = inside(home.near, *degrees_of(x, y, crs))
    where = (proposals != "") & ~near
    findings.add("zona_utm_dudosa", where, both, proposals=proposals[where])


_NAMES = ("nombre", "name", "razon_social", "nom_estab", "establecimiento", "nombre_comercial")


def check_producers(
    table: gpd.GeoDataFrame, *, country: str | Sequence[str] | None = None
) -> Triage:
    """Find every fault of every producer, with a proposal for each; change nothing.

    Parameters
    ----------
    table : GeoDataFrame
        Producers as points, any CRS. What :func:`read_producers` set aside is in the result too.
    country
        Code or name of the country (or several) that the producers are in; then a point outside is
        a fault to reject. Without it the positions tell, and a point outside is a warning.
        ``"any"``: positions are held against no country.

    Returns
    -------
    Triage

    Raises
    ------
    SchemaError
        The table is empty, no point layer, or has no geometry.
    CRSError
        The table has no CRS, or its coordinates do not fit it.

    References
    ----------
    Exact repetition of coordinates ("heaping") on centres of places and the decimals of a degree as
    a measure of precision: Chapman & Wieczorek (2020), Georeferencing Best Practices, GBIF.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.points_from_xy([-78.512, -78.617, 0.0], [-7.163, -7.158, 0.0])
    >>> table = gpd.GeoDataFrame({"id": ["a", "b", "c"]}, geometry=points, crs=4326)
    >>> found = check_producers(table)
    >>> found.faults[["row", "code", "severity"]].to_dict("records")
    [{'row': 2, 'code': 'cero_cero', 'severity': 'reject'}]
    >>> found.usable
    2
    """
    import pandas as pd

    require_point_layer(table)
    crs = require_crs(producers=table)
    findings = Findings(table.index.to_numpy())
    xy = point_coordinates(findings, table.geometry)
    require_fit(xy, crs)
    home = find_home(*degrees_of(xy[:, 0], xy[:, 1], crs), country)
    check_positions(findings, xy, crs, home=home, columns=("geometry", "geometry"))
    _check_repeats(findings, table, xy, crs)
    if len(table) == 1:
        findings.add("un_solo_punto", np.array([True]), "geometry")
    faults = findings.table()
    reading = table.attrs.get("reading", {})
    before = pd.DataFrame(json.loads(reading.get("faults", "[]")), columns=list(COLUMNS))
    faults = pd.concat([before, faults], ignore_index=True) if len(before) else faults
    set_aside = int(reading.get("rejected", 0))
    flagged = table.index.isin(faults["row"])
    return Triage(
        faults,
        read=len(table) + set_aside,
        rejected=set_aside + int(findings.rejected.sum()),
        originals=pd.DataFrame(table.loc[flagged].drop(columns=table.geometry.name)).assign(
            x=xy[flagged, 0], y=xy[flagged, 1]
        ),
    )


def require_point_layer(table: gpd.GeoDataFrame) -> None:
    """Raise one clear error where a table is no layer of points."""
    if not hasattr(table, "geometry") or getattr(table, "_geometry_column_name", None) is None:
        raise SchemaError(
            _("the producers have no geometry. Remedy: read them with read_producers(path)")
        )
    if len(table) == 0:
        raise SchemaError(_("the producers are empty: no row"))
    kinds = table.geom_type.dropna().value_counts()
    areal = int(kinds[kinds.index.isin(["Polygon", "MultiPolygon"])].sum())
    linear = int(kinds[kinds.index.isin(["LineString", "MultiLineString", "LinearRing"])].sum())
    if areal + linear > len(table) / 2:
        kind = _("polygons") if areal >= linear else _("lines")
        raise SchemaError(
            _(
                "the producers must be points, and this layer holds {n} {kind}. Remedy: give the layer "
                "of points; territories go to read_territories"
            ).format(n=areal + linear, kind=kind)
        )


def point_coordinates(findings: Findings, geometry: gpd.GeoSeries) -> Array:
    """Return coordinates (n, 2) of points, NaN for what is none, and note those rows."""
    import shapely

    shapes = geometry.to_numpy()
    kind = shapely.get_type_id(shapes)  # -1 none, 0 point, 4 multipoint
    single = (kind == 4) & (shapely.get_num_geometries(shapes) == 1)
    shapes = np.where(single, shapely.get_geometry(shapes, 0), shapes)
    empty = (kind == -1) | shapely.is_empty(shapes)
    point = (kind == 0) | single
    findings.add("coord_vacia", empty, "geometry")
    findings.add("geometria_no_punto", ~point & ~empty, "geometry")
    use = point & ~empty
    xy = np.full((len(shapes), 2), np.nan)
    xy[use] = np.column_stack([shapely.get_x(shapes[use]), shapely.get_y(shapes[use])])
    return xy


def require_fit(xy: Array, crs: Any) -> None:
    """Raise one error where most coordinates are degrees in a CRS of metres, or metres in degrees."""
    x, y = xy[np.isfinite(xy).all(axis=1) & (xy != 0).any(axis=1)].T
    if not len(x):
        return
    sample = f"({x[0]:.10g}, {y[0]:.10g})"
    if crs.is_geographic and (np.maximum(np.abs(x), np.abs(y)) > 1000).mean() > 0.5:
        raise CRSError(
            _(
                "coordinates such as {sample} are metres, and {crs} is in degrees. Remedy: name the "
                'projected system they are in, for instance crs="EPSG:32717" (UTM 17 S)'
            ).format(sample=sample, crs=crs_name(crs))
        )
    metric = not crs.is_geographic and crs.axis_info[0].unit_conversion_factor == 1.0
    if metric and looks_degrees(x, y).mean() > 0.5:
        raise CRSError(
            _(
                "coordinates such as {sample} are degrees, and {crs} is in metres. Remedy: "
                'crs="EPSG:4326" for longitude and latitude'
            ).format(sample=sample, crs=crs_name(crs))
        )


def _check_repeats(findings: Findings, table: gpd.GeoDataFrame, xy: Array, crs: Any) -> None:
    import pandas as pd

    usable = ~findings.rejected & np.isfinite(xy).all(axis=1)
    attributes = pd.DataFrame(table.drop(columns=table.geometry.name))
    same = pd.Series(pd.util.hash_array(xy[:, 0]) * 31 + pd.util.hash_array(xy[:, 1]))
    if attributes.shape[1]:
        texts = attributes.astype(str).reset_index(drop=True)
        whole = pd.Series(pd.util.hash_pandas_object(texts, index=False).to_numpy()) ^ same
        first = pd.Series(findings.rows).groupby(whole.where(usable)).transform("first").to_numpy()
        repeated = whole.where(usable).duplicated().to_numpy() & usable
        said = [_("equals row {row}").format(row=first[i]) for i in np.flatnonzero(repeated)]
        findings.add("duplicado", repeated, "geometry", proposals=said)
        _check_names(findings, attributes, xy, crs, usable & ~repeated)
    crowd = same.groupby(same).transform("size").to_numpy() > 3
    findings.add("coordenadas_repetidas", crowd & usable, "geometry")
    if crs.is_geographic:
        with np.errstate(invalid="ignore"):
            coarse = (np.abs(xy * 100 - np.round(xy * 100)) < 1e-7).all(axis=1)
        findings.add("precision_baja", coarse & usable, "geometry")


def _check_names(
    findings: Findings, attributes: pd.DataFrame, xy: Array, crs: Any, usable: Mask
) -> None:
    """Note units of the same name within 100 m (names held by more than 20 units tell nothing)."""
    import pandas as pd
    from scipy.spatial import cKDTree

    named = next((c for c in attributes.columns if plain(c) in _NAMES), None)
    if named is None:
        return
    names = pd.Series([plain(v) if isinstance(v, str) else "" for v in attributes[named]])
    shared = names.groupby(names).transform("size").to_numpy()
    held = np.flatnonzero((shared > 1) & (shared <= 20) & (names != "").to_numpy() & usable)
    if len(held) < 2:
        return
    lon, lat = degrees_of(xy[held, 0], xy[held, 1], crs)
    metres = np.column_stack([lon * np.cos(np.radians(lat)), lat]) * 111_195.0
    code = pd.factorize(names.iloc[held])[0] * 1e8  # keeps different names apart
    pairs = cKDTree(np.column_stack([metres, code])).query_pairs(100.0, output_type="ndarray")
    twins = np.zeros(len(names), dtype=bool)
    other = np.full(len(names), "", dtype=object)
    for a, b in np.sort(pairs, axis=1):
        twins[held[b]] = True
        other[held[b]] = _("compare with row {row}").format(row=findings.rows[held[a]])
    findings.add("posible_duplicado", twins, str(named), proposals=other[twins])
