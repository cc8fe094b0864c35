"""Checks: what is wrong with each producer's position."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import crs_name, require_crs
from sialgeo.errors import CRSError, SchemaError
from sialgeo.i18n import _, plain
from sialgeo.precision import known_precision, written_with
from sialgeo.triage.countries import Home, at_sea, degrees_of, find_home, inside, turned
from sialgeo.triage.faults import COLUMNS, REJECT, WARN, Findings, Triage
from sialgeo.triage.similarity import jaro_winkler
from sialgeo.triage.surroundings import check_centres, check_districts, check_water
from sialgeo.triage.values import check_values

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def check_positions(
    findings: Findings, xy: Array, crs: Any, *, home: Home | None, columns: tuple[str, str]
) -> None:
    """Note every fault of positions (n, 2) in a CRS; ``home`` as found.

    Where the findings' repairs ask for it, a row with exactly one proposal gets it, in ``xy`` itself.
    """
    both = columns[0] if columns[0] == columns[1] else f"{columns[0]}, {columns[1]}"
    findings.add("coord_no_finita", ~np.isfinite(xy[:, 0]), columns[0])
    findings.add("coord_no_finita", ~np.isfinite(xy[:, 1]), columns[1])
    zero: Mask = np.asarray((np.abs(xy) < 1e-6).all(axis=1))
    findings.add("cero_cero", zero, both)
    check = _Check(findings, xy, crs, home, both)
    if crs.is_geographic:
        check.degrees()
    else:
        check.metres()


def looks_utm(x: Array, y: Array) -> Mask:
    """Mark what can be UTM easting and northing, in this order."""
    return (x >= 1e5) & (x <= 1.0e6) & (y >= 1e4) & (y <= 1.0e7)


def looks_degrees(x: Array, y: Array) -> Mask:
    """Mark what can be degrees of longitude and latitude."""
    return (np.abs(x) <= 180) & (np.abs(y) <= 90)


class _Proposed:
    """What rows would be, read otherwise: the texts, and the position where there is only one."""

    def __init__(self, n: int) -> None:
        self.texts = np.full(n, "", dtype=object)
        self.xy = np.full((n, 2), np.nan)
        self.ways = np.zeros(n, dtype=int)

    def add(self, where: Mask, text: Callable[[int], str], x: Array, y: Array) -> None:
        """Add one more way to read the rows of a mask."""
        for i in map(int, np.flatnonzero(where)):
            said = text(i)
            if said in self.texts[i].split(" | "):
                continue
            self.texts[i] = f"{self.texts[i]} | {said}" if self.texts[i] else said
            self.xy[i] = x[i], y[i]
            self.ways[i] += 1


@dataclass
class _Check:
    """The checks of one file's positions."""

    findings: Findings
    xy: Array
    crs: Any
    home: Home | None
    both: str

    def _held(self) -> tuple[Array, Array]:
        """Return coordinates, NaN for rows that are rejected already."""
        held = np.where(self.findings.rejected[:, None], np.nan, self.xy)
        return held[:, 0], held[:, 1]

    def _note(
        self, code: str, where: Mask, proposed: _Proposed, message: str | None = None
    ) -> None:
        """Repair the rows with one proposal, where that is asked for; note the others."""
        once = where & (proposed.ways == 1) & ~self.findings.rejected
        if self.findings.repair(code, once, self.both, proposed.texts[once]):
            self.xy[once] = proposed.xy[once]
            where = where & ~once
        self.findings.add(code, where, self.both, proposals=proposed.texts[where], message=message)

    def degrees(self) -> None:
        """Note the faults of degrees."""
        home = self.home
        lon, lat = self._held()
        utm = looks_utm(lon, lat) | looks_utm(lat, lon)
        self._note("utm_en_columna_lat_lon", utm, self._from_utm(lon, lat, utm))
        beyond = (np.abs(lat) > 90) | (np.abs(lon) > 180)
        if home is None:
            swapped = beyond & (np.abs(lat) <= 180) & (np.abs(lon) <= 90) & ~utm
            proposed = _Proposed(len(lon))
            proposed.add(swapped, lambda i: _degrees_text(lat[i], lon[i]), lat, lon)
            self._note("lat_lon_invertidas", swapped, proposed)
            self.findings.add("fuera_de_rango", beyond, self.both)
            return
        lon, lat = self._held()
        out = np.isfinite(lon) & np.isfinite(lat) & ~inside(home.area, lon, lat)
        abroad = np.zeros(len(lon), dtype=bool)
        if not home.strict:
            abroad = out & inside(home.near, lon, lat)
        self._turned(lon, lat, out & ~abroad)
        lon, lat = self._held()
        beyond = (np.abs(lat) > 90) | (np.abs(lon) > 180)
        self._note("fuera_de_rango", beyond, self._with_mark(lon, lat, beyond))
        out &= ~inside(home.area, *self._held())
        self._abroad(out, *self._held())

    def _turned(self, lon: Array, lat: Array, where: Mask) -> None:
        """Note the rows that would lie at home with axes swapped or signs added."""
        home = self.home
        if home is None:
            return
        proposed = _Proposed(len(lon))
        codes = np.full(len(lon), "", dtype=object)
        for code, x, y in turned(lon, lat):
            fits = _inside(home.area, x, y, where)
            codes[fits & (codes == "")] = code
            proposed.add(fits, lambda i, x=x, y=y: _degrees_text(x[i], y[i]), x, y)  # type: ignore[misc]
        for code in ("lat_lon_invertidas", "signo_omitido"):
            self._note(code, codes == code, proposed)

    def _from_utm(self, x: Array, y: Array, where: Mask) -> _Proposed:
        """Propose the degrees of UTM metres, in every zone that puts them at home."""
        proposed = _Proposed(len(x))
        if self.home is None or not where.any():
            return proposed
        swapped = where & ~looks_utm(x, y)
        east, north = np.where(swapped, y, x), np.where(swapped, x, y)
        west, south, right, top = self.home.area.bounds
        zones = range(int((west + 180) // 6) + 1, int((right + 180) // 6) + 2)
        sides = [32700] * (south < 0) + [32600] * (top > 0)
        for epsg in (side + min(zone, 60) for side in sides for zone in zones):
            lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
            lon[where], lat[where] = degrees_of(east[where], north[where], epsg)
            fits = _inside(self.home.area, lon, lat, where)
            proposed.add(
                fits,
                lambda i, a=lon, b=lat, e=epsg: f"{_degrees_text(a[i], b[i])} (EPSG:{e})",  # type: ignore[misc]
                lon,
                lat,
            )
        return proposed

    def _with_mark(self, lon: Array, lat: Array, where: Mask) -> _Proposed:
        """Propose the lost decimal mark where it puts a row among the others."""
        proposed = _Proposed(len(lon))
        good = ~where & np.isfinite(lon) & np.isfinite(lat)
        if not where.any() or good.sum() < _OTHERS:
            return proposed
        for i in np.flatnonzero(where):
            mended = [_scaled(v[i], v[good]) for v in (lon, lat)]
            if None not in mended:
                x, y = (np.full(len(lon), m, dtype=float) for m in mended)
                at = np.zeros(len(lon), dtype=bool)
                at[i] = True
                proposed.add(at, lambda j, x=x, y=y: _degrees_text(x[j], y[j]), x, y)  # type: ignore[misc]
        return proposed

    def _abroad(self, out: Mask, lon: Array, lat: Array) -> None:
        """Note the rows outside the country, and of these the ones at sea."""
        home = self.home
        if home is None:
            return
        sea = _at_sea(lon, lat, out)
        self.findings.add("en_el_mar", sea, self.both)
        out = out if home.strict else out & ~sea
        self.findings.add(
            "fuera_del_pais",
            out,
            self.both,
            severity=REJECT if home.strict else WARN,
            message=_("the point lies outside {country}").format(country=", ".join(home.names)),
        )

    def metres(self) -> None:
        """Note the faults of metres."""
        x, y = self._held()
        metric = self.crs.axis_info[0].unit_conversion_factor == 1.0
        if metric:
            degrees = looks_degrees(x, y)
            self._note("grados_en_columna_utm", degrees, self._from_degrees(x, y, degrees))
        utm = self.crs.utm_zone is not None
        x, y = self._held()
        if utm:
            swapped = looks_utm(y, x) & (x > 1e6)
            proposed = _Proposed(len(x))
            proposed.add(swapped, lambda i: f"E = {y[i]:.10g}, N = {x[i]:.10g}", y, x)
            said = _("easting and northing are swapped")
            self._note("lat_lon_invertidas", swapped, proposed, said)
            x, y = self._held()
            far = (np.abs(x) > 2e6) | (y > 1.01e7) | (y < -1e6)
            self.findings.add("fuera_de_rango", far, self.both)
        if self.home is None:
            return
        x, y = self._held()
        lon, lat = degrees_of(x, y, self.crs)
        lost = np.isfinite(x) & np.isfinite(y) & ~np.isfinite(lon)
        self.findings.add("fuera_de_rango", lost, self.both)
        out = np.isfinite(lon) & ~self.findings.rejected & ~inside(self.home.area, lon, lat)
        if utm and out.any():
            self._zone(x, y, out)
            lon, lat = degrees_of(*self._held(), self.crs)
            out &= ~inside(self.home.area, lon, lat)
        self._abroad(out, lon, lat)

    def _from_degrees(self, x: Array, y: Array, where: Mask) -> _Proposed:
        """Propose the metres of degrees that lie at home, as written or swapped."""
        from pyproj import Transformer

        proposed = _Proposed(len(x))
        if self.home is None or not where.any():
            return proposed
        into = Transformer.from_crs(4326, self.crs, always_xy=True)
        for lon, lat in ((x, y), (y, x)):
            fits = _inside(self.home.area, lon, lat, where)
            east, north = (np.asarray(v, dtype=float) for v in into.transform(lon, lat))
            proposed.add(
                fits,
                lambda i, a=east, b=north: f"E = {a[i]:.10g}, N = {b[i]:.10g}",  # type: ignore[misc]
                east,
                north,
            )
        return proposed

    def _zone(self, x: Array, y: Array, out: Mask) -> None:
        """Note the rows that would lie in the country in a neighbouring zone."""
        from pyproj import Transformer

        home = self.home
        if home is None:
            return
        zone, south = int(self.crs.utm_zone[:-1]), self.crs.utm_zone.endswith("S")
        proposed = _Proposed(len(x))
        for shift in (-1, 1, -2, 2):
            other = zone + shift
            if not 1 <= other <= 60:
                continue
            epsg = (32700 if south else 32600) + other
            lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
            lon[out], lat[out] = degrees_of(x[out], y[out], epsg)
            fits = _inside(home.area, lon, lat, out)
            into = Transformer.from_crs(epsg, self.crs, always_xy=True)
            a, b = (np.asarray(v, dtype=float) for v in into.transform(x, y))
            said = f"UTM {other}{'S' if south else 'N'} (EPSG:{epsg})"
            proposed.add(fits, lambda _i, said=said: said, a, b)  # type: ignore[misc]
        near = np.zeros(len(x), dtype=bool)
        if not home.strict:
            near = inside(home.near, *degrees_of(x, y, self.crs))
        self._note("zona_utm_dudosa", (proposed.ways > 0) & ~near, proposed)


def _at_sea(lon: Array, lat: Array, where: Mask) -> Mask:
    found = np.zeros(len(lon), dtype=bool)
    found[where] = at_sea(lon[where], lat[where])
    return found


def _inside(area: Any, lon: Array, lat: Array, where: Mask) -> Mask:
    """Mark the rows of a mask that lie in an area; the others are not looked at."""
    found = np.zeros(len(lon), dtype=bool)
    if where.any():
        found[where] = inside(area, lon[where], lat[where])
    return found


_OTHERS = 5  # rows that tell where a lost decimal mark belongs


def _degrees_text(lon: float, lat: float) -> str:
    return f"lon = {lon:.10g}, lat = {lat:.10g}"


def _scaled(value: float, others: Array) -> float | None:
    """Return a number with the one decimal mark that puts it among the others, or None."""
    low, high = np.quantile(others, [0.01, 0.99]) + np.array([-0.5, 0.5])
    fits = [value / 10**k for k in range(16) if low <= value / 10**k <= high]
    return float(fits[0]) if len(fits) == 1 else None


_NAMES = ("nombre", "name", "razon_social", "nom_estab", "establecimiento", "nombre_comercial")


def check_producers(
    table: gpd.GeoDataFrame,
    *,
    country: str | Sequence[str] | None = None,
    abroad: str | None = None,
    districts: gpd.GeoDataFrame | None = None,
    places: gpd.GeoDataFrame | None = None,
    water: gpd.GeoDataFrame | None = None,
) -> Triage:
    """Find every fault of every producer, with a proposal for each; change nothing.

    Parameters
    ----------
    table : GeoDataFrame
        Producers as points, any CRS. What :func:`read_producers` set aside or repaired is in the
        result too.
    country
        Code or name of the country (or several) that the producers are in; then a point outside is
        a fault to reject. Without it the positions tell, and a point outside is a warning.
        ``"any"``: positions are held against no country.
    abroad
        What a point outside the country is, where that default is not meant: ``"warn"`` or
        ``"reject"``.
    districts : GeoDataFrame, optional
        Polygons of the districts of the study area: rows far from the one they declare (by a column
        ``ubigeo``, ``cvegeo``, ``distrito``, ``municipio`` in both), outside all, or on the centre of
        one. Without them the declared department or state is looked at, by its embedded outline.
    places : GeoDataFrame, optional
        Populated places: rows that lie on one exactly have its position, not their own.
    water : GeoDataFrame, optional
        Polygons of lakes, reservoirs and wide rivers: rows that lie in one. Without them only the
        sea is looked at: the package carries no outlines of lakes.

    Returns
    -------
    Triage
        ``least_radius`` is twice the precision of the positions, as far as it can be told.

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
    lonlat = np.column_stack(degrees_of(xy[:, 0], xy[:, 1], crs))
    home = find_home(lonlat[:, 0], lonlat[:, 1], country, abroad)
    check_positions(findings, xy, crs, home=home, columns=("geometry", "geometry"))
    attributes = pd.DataFrame(table.drop(columns=table.geometry.name))
    check_districts(findings, attributes, lonlat, districts)
    check_water(findings, lonlat, water)
    centres = check_centres(findings, attributes, lonlat, districts, places)
    _check_repeats(findings, table, xy, crs)
    check_values(findings, attributes)
    _check_codes(findings, attributes)
    if len(table) == 1:
        findings.add("un_solo_punto", np.array([True]), "geometry")
    faults = findings.table()
    reading = table.attrs.get("reading", {})
    before = pd.DataFrame(json.loads(reading.get("faults", "[]")), columns=list(COLUMNS))
    faults = pd.concat([before, faults], ignore_index=True) if len(before) else faults
    set_aside = int(reading.get("rejected", 0))
    flagged = table.index.isin(faults["row"])
    originals = attributes.loc[flagged].assign(x=xy[flagged, 0], y=xy[flagged, 1])
    others, aside = _set_aside(reading, crs)
    return Triage(
        faults,
        read=len(table) + set_aside + int(reading.get("repairs", {}).get("duplicado", 0)),
        rejected=set_aside + int(findings.rejected.sum()),
        originals=pd.concat([others, originals]) if len(others) else originals,
        precision=np.fmax(centres, known_precision(attributes, xy, crs)),
        points=pd.concat([aside, table.geometry[flagged]])
        if len(aside)
        else table.geometry[flagged],
    )


def _set_aside(reading: Mapping[str, Any], crs: Any) -> tuple[pd.DataFrame, gpd.GeoSeries]:
    """Return the values and the positions of rows that the reader set aside, by their row."""
    import geopandas as gpd
    import pandas as pd

    told = json.loads(reading.get("set_aside", "{}"))
    rows = told.get("rows", [])
    values = pd.DataFrame(told.get("values", {}), index=rows)
    by_text = {str(r): r for r in rows}
    held = told.get("positions", {})
    xy = np.array(list(held.values()), dtype=float).reshape(-1, 2)
    points = gpd.GeoSeries(gpd.points_from_xy(*xy.T), index=[by_text[r] for r in held], crs=crs)
    return values, points


def _check_codes(findings: Findings, attributes: pd.DataFrame) -> None:
    """Note official codes that are a digit short of what their column holds."""
    for name in attributes.columns:
        width = OFFICIAL_WIDTHS.get(plain(str(name)))
        if width is None or attributes[name].dtype.kind in "mM":
            continue
        codes = attributes[name].map(lambda v: "" if v is None or v != v else f"{v:.15g}" if isinstance(v, float) else str(v))  # noqa: PLR0124  # fmt: skip
        short = codes.str.fullmatch(r"\d+").to_numpy(bool) & codes.str.len().eq(width - 1).to_numpy(
            bool
        )
        findings.add("codigo_sin_cero", short, str(name), proposals=[f"0{c}" for c in codes[short]])


# digits of the official code of a district or municipality
OFFICIAL_WIDTHS = {"ubigeo": 6, "iddist": 6, "cvegeo": 5}


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


def repetitions(table: gpd.GeoDataFrame) -> tuple[NDArray[Any], Mask]:
    """Return, for each row, the first row that equals it, and the rows that repeat an earlier one."""
    import pandas as pd
    import shapely

    shapes = table.geometry.to_numpy()
    same = _hashed(np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)]))
    texts = pd.DataFrame(table.drop(columns=table.geometry.name)).astype(str)
    whole = pd.Series(pd.util.hash_pandas_object(texts, index=False).to_numpy()) ^ same
    if not texts.shape[1]:
        return table.index.to_numpy(), np.zeros(len(table), dtype=bool)
    first = pd.Series(table.index.to_numpy()).groupby(whole).transform("first").to_numpy()
    return first, whole.duplicated().to_numpy()


def _hashed(xy: Array) -> pd.Series:
    import pandas as pd

    return pd.Series(pd.util.hash_array(xy[:, 0]) * 31 + pd.util.hash_array(xy[:, 1]))


def _check_repeats(findings: Findings, table: gpd.GeoDataFrame, xy: Array, crs: Any) -> None:
    import pandas as pd

    usable = ~findings.rejected & np.isfinite(xy).all(axis=1)
    attributes = pd.DataFrame(table.drop(columns=table.geometry.name))
    held = np.flatnonzero(usable)
    repeated = np.zeros(len(table), dtype=bool)
    if len(held):
        first, again = repetitions(table.iloc[held])
        repeated[held] = again
        said = [_("equals row {row}").format(row=r) for r in first[again]]
        findings.add("duplicado", repeated, "geometry", proposals=said)
    if attributes.shape[1]:
        _check_names(findings, attributes, xy, crs, usable & ~repeated)
    same = _hashed(xy)
    crowd = same.groupby(same).transform("size").to_numpy() > 3
    findings.add("coordenadas_repetidas", crowd & usable, "geometry")
    if crs.is_geographic:
        findings.add("precision_baja", written_with(xy, 2) & usable, "geometry")


_ALIKE = 0.92  # by Jaro and Winkler
_MOST_PAIRS = 200_000  # beyond, only equal names are looked at: towns have thousands within 100 m


def _check_names(
    findings: Findings, attributes: pd.DataFrame, xy: Array, crs: Any, usable: Mask
) -> None:
    """Note units of the same or nearly the same name within 100 m.

    A name that more than 20 units bear tells nothing.
    """
    import pandas as pd
    from scipy.spatial import cKDTree

    named = next((c for c in attributes.columns if plain(str(c)) in _NAMES), None)
    if named is None:
        return
    names = pd.Series([plain(v) if isinstance(v, str) else "" for v in attributes[named]])
    common = names.groupby(names).transform("size").to_numpy() > 20
    held = np.flatnonzero(~common & (names != "").to_numpy() & usable)
    if len(held) < 2:
        return
    lon, lat = degrees_of(xy[held, 0], xy[held, 1], crs)
    metres = np.column_stack([lon * np.cos(np.radians(lat)), lat]) * 111_195.0
    if cKDTree(metres).count_neighbors(cKDTree(metres), 100.0) - len(held) > 2 * _MOST_PAIRS:
        code = pd.factorize(names.iloc[held])[0] * 1e8  # keeps different names apart
        metres = np.column_stack([metres, code])
    pairs = cKDTree(metres).query_pairs(100.0, output_type="ndarray")
    twins = np.zeros(len(names), dtype=bool)
    other = np.full(len(names), "", dtype=object)
    for a, b in np.sort(pairs, axis=1):
        if not twins[held[b]] and jaro_winkler(names[held[a]], names[held[b]]) >= _ALIKE:
            twins[held[b]] = True
            other[held[b]] = _("compare with row {row}").format(row=findings.rows[held[a]])
    findings.add("posible_duplicado", twins, str(named), proposals=other[twins])
