"""The reference population: more concentrated than what?

Detection is measured against all farms, all establishments or the people: a layer of points, a
raster of counts, or polygons with counts spread over a settlement layer. A reference coarser than
the radius invents concentrations, so its spacing is measured and held against the radius.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import require_crs, xy_of
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import _
from sialgeo.kernels.parts import places as distinct_places
from sialgeo.model import ReferenceArrays, fingerprint

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]

MASK_CELLS = 10_000  # a habitable mask is laid out in about so many cells
SAME_PLACE = 1e-6  # of a population's spread: less moves where it is only projected there and back
MASK_UNITS = 1e6  # of a mask's imagined units: so many that the pool is the mask


@dataclass(frozen=True)
class Reference:
    """A reference population: ``from_points``, ``from_cells``, ``from_polygons`` or ``from_mask``.

    Attributes
    ----------
    kind : "points" or "mass"
    table : GeoDataFrame
        Points; for ``kind="mass"`` cell centres or settlements with a column ``mass``.
    spacing : float
        Metres between neighbouring places that can carry a count: 0 for points, the cell size of a
        raster, the root of the median area of polygons; for settlements the distance to the nearest
        other one (for a polygon without any the root of its area), median over the units counted.
    includes_producers : bool
        Whether the producers are among the reference units.
    key : str or None
        Column that identifies a unit in both tables.
    name : str
        What the population is, for people.
    masked : bool
        Whether it is no population at all but the land where producers could be: what is held against
        it stays inconclusive.
    """

    kind: Literal["points", "mass"]
    table: gpd.GeoDataFrame
    spacing: float = 0.0
    includes_producers: bool = False
    key: str | None = None
    name: str = ""
    gridded: bool = False
    masked: bool = False

    @classmethod
    def of(cls, given: Any) -> Any:
        """Return a point layer as a reference; a reference, or None, as it is.

        Raises
        ------
        ParameterError
            It is something else.
        """
        import geopandas as gpd

        if isinstance(given, gpd.GeoDataFrame):
            return cls.from_points(given)
        if given is not None and not isinstance(given, cls):
            raise ParameterError(
                _(
                    "the reference is a {kind}, not a Reference or a point layer. Remedy: sialgeo.read_reference(path)"
                ).format(kind=type(given).__name__)
            )
        return given

    @classmethod
    def from_points(
        cls,
        points: gpd.GeoDataFrame,
        *,
        includes_producers: bool = False,
        key: str | None = None,
        name: str = "",
    ) -> Reference:
        """Take units one by one: all farms, all establishments.

        Parameters
        ----------
        points
            Point layer, one row per unit.
        includes_producers
            The producers are among these units (they are matched by ``key``, else by coordinates).
        key
            Identifier column present in both tables.
        name
            What the population is, shown to people.
        """
        require_crs(reference=points)
        _require_points(points)
        if key is not None and key not in points.columns:
            raise SchemaError(_("the reference has no column “{key}”").format(key=key))
        return cls("points", points, 0.0, includes_producers, key, name)

    @classmethod
    def from_cells(
        cls, cells: gpd.GeoDataFrame, *, mass: str = "mass", spacing: float, name: str = ""
    ) -> Reference:
        """Take cell centres of a raster (``read_raster(...).cells()``) with a count each."""
        require_crs(reference=cells)
        _require_points(cells)
        _require_mass(_numbers(cells, mass))
        if not (np.isfinite(spacing) and spacing > 0):
            raise ParameterError(
                _("spacing = {spacing}: give the size of a cell in metres").format(spacing=spacing)
            )
        table = cells[[mass, cells.geometry.name]].rename(columns={mass: "mass"})
        return cls("mass", table, spacing, name=name, gridded=True)

    @classmethod
    def from_polygons(
        cls,
        polygons: gpd.GeoDataFrame,
        counts: str,
        *,
        settlements: gpd.GeoDataFrame | None = None,
        weight: str | None = None,
        name: str = "",
    ) -> Reference:
        """Take counts by district, spread over settlements where they are given.

        Each polygon's count is shared among the settlements inside it (by ``weight``, else equally);
        a polygon without any keeps its count at a point inside it.

        Parameters
        ----------
        polygons
            Polygon layer with the counts.
        counts
            Column with the number of units in each polygon (≥ 0, no NaN).
        settlements
            Point layer of populated places; without it the spacing is that of the polygons.
        weight
            Column of ``settlements`` to share by, for instance population.
        """
        require_crs(
            **(
                {"reference": polygons}
                | ({"settlements": settlements} if settlements is not None else {})
            )
        )
        _require_polygons(polygons)
        mass = _numbers(polygons, counts)
        _require_mass(mass)
        if settlements is not None:
            _require_settlements(settlements)
        table, spacing = _spread(polygons, mass, settlements, weight)
        return cls("mass", table, spacing, name=name)

    @classmethod
    def from_mask(
        cls, habitable: gpd.GeoDataFrame, *, spacing: float | None = None, name: str = ""
    ) -> Reference:
        """Take the land where producers could be, for want of a reference population.

        Producers are held against complete spatial randomness inside the polygons. That they are not
        spread evenly over habitable land is hardly news: whatever the p-value, the answer is
        "inconclusive".

        Parameters
        ----------
        habitable
            Polygon layer of the land that could hold producers (without lakes, heights, parks).
        spacing
            Side of the cells the land is laid out in, in metres; by default about 10,000 of them.
        name
            What the mask is, shown to people.

        Raises
        ------
        SchemaError, ParameterError

        Examples
        --------
        >>> import geopandas as gpd
        >>> from shapely.geometry import box
        >>> valley = gpd.GeoDataFrame(geometry=[box(0, 0, 50_000, 20_000)], crs=32717)
        >>> mask = Reference.from_mask(valley, spacing=1_000)
        >>> mask.masked, 950 < len(mask.table) < 1050  # square kilometres
        (True, True)
        """
        require_crs(reference=habitable)
        _require_polygons(habitable)
        if spacing is not None and not (np.isfinite(spacing) and spacing > 0):
            raise ParameterError(
                _("spacing = {spacing}: give the size of a cell in metres").format(spacing=spacing)
            )
        table, side = _cells_within(habitable, spacing)
        return cls("mass", table, side, name=name, gridded=True, masked=True)

    @property
    def fingerprint(self) -> str:
        """Return a short hash that tells references apart: their places, counts and declarations.

        Units taken one by one, without declarations, have the fingerprint of their bare layer.
        """
        places = fingerprint(self.table)
        if self.kind == "points" and not self.includes_producers and self.key is None:
            return places
        digest = hashlib.sha256(places.encode())
        digest.update(f"{self.kind} {self.includes_producers} {self.key} {self.spacing}".encode())
        if self.kind == "mass":
            digest.update(self.table["mass"].to_numpy(float).tobytes())
        elif self.key is not None:
            digest.update("\x1f".join(map(str, self.table[self.key])).encode())
        return digest.hexdigest()[:16]

    @property
    def outline(self) -> str:
        """Return declarations, number, total, centre and spread as text.

        Another projection and back moves the last digits, and with them the fingerprint; not these.
        """
        xy = np.column_stack([self.table.geometry.x, self.table.geometry.y])
        mass = self.table["mass"].to_numpy(float) if self.kind == "mass" else np.ones(len(xy))
        total = float(mass.sum())
        centre = mass @ xy / total if total else xy.mean(axis=0)
        said = [self.kind, self.includes_producers, self.key, len(xy), total]
        return json.dumps([*said, *centre.tolist(), *xy.std(axis=0).tolist()])

    def has_outline(self, told: str) -> bool:
        """Return whether an outline is this one's, but for what projecting there and back moves."""
        if not told:
            return False
        ours, theirs = json.loads(self.outline), json.loads(told)
        if ours[:4] != theirs[:4]:
            return False
        (total, *place), (other, *there) = ours[4:], theirs[4:]
        slack = SAME_PLACE * max(place[2:])  # of the spread
        return bool(np.isclose(total, other) and np.allclose(place, there, rtol=0, atol=slack))

    def to_crs(self, crs: Any) -> Reference:
        """Return the same population in another CRS."""
        return replace(self, table=self.table.to_crs(crs))

    def arrays(self, producers: gpd.GeoDataFrame, crs: Any) -> ReferenceArrays:
        """Return the pool's units that are not producers, or the masses, in metres.

        Raises
        ------
        CRSError
            The CRS differs from the producers'.
        ParameterError
            The reference is said to include the producers and lacks some of them, or holds most of
            them without saying so.
        """
        require_crs(producers=producers, reference=self.table)
        xy = xy_of(self.table, crs)
        if self.kind == "mass":
            jitter = self.spacing / 2 if self.gridded else 0.0
            return ReferenceArrays(
                "mass", xy, self.table["mass"].to_numpy(float), jitter, self.spacing
            )
        others = self._others(producers, xy, xy_of(producers, crs))
        return ReferenceArrays("points", xy[others], np.ones(int(others.sum())))

    def _others(
        self, producers: gpd.GeoDataFrame, xy: Array, producers_xy: Array
    ) -> NDArray[np.bool_]:
        """Mark the reference units that are not producers."""
        if self.key is not None:
            if self.key not in producers.columns:
                raise SchemaError(_("the producers have no column “{key}”").format(key=self.key))
            twin = _key_twins(self.table[self.key], producers[self.key])
        else:
            twin = _coordinate_twins(xy, producers_xy)
        found = int(twin.sum())
        if self.includes_producers and found < len(producers):
            raise ParameterError(
                _(
                    "the reference is said to include the producers, but {missing} of {n} are not in it. Remedy: name the column that identifies a unit in both tables (key=), or includes_producers=False"
                ).format(missing=len(producers) - found, n=len(producers))
            )
        if not self.includes_producers and self.key is None:
            if 2 * found > len(producers):
                raise ParameterError(
                    _(
                        "{found} of {n} producers stand in the reference at the same coordinates. Remedy: say includes_producers=True, or take them out of it"
                    ).format(found=found, n=len(producers))
                )
            return np.ones(len(xy), dtype=bool)
        others: NDArray[np.bool_] = ~twin
        return others


def _cells_within(
    habitable: gpd.GeoDataFrame, spacing: float | None
) -> tuple[gpd.GeoDataFrame, float]:
    """Return the centres of the square cells inside the polygons, an equal share each, and their side."""
    import geopandas as gpd
    import shapely

    from sialgeo.crs import equal_area_crs

    crs = equal_area_crs(habitable)
    land = habitable.geometry.to_crs(crs).union_all()
    side = float(spacing or np.sqrt(land.area / MASK_CELLS))
    low_x, low_y, high_x, high_y = land.bounds
    columns, rows = np.meshgrid(
        np.arange(low_x + side / 2, high_x, side), np.arange(low_y + side / 2, high_y, side)
    )
    shapely.prepare(land)
    inside = shapely.intersects_xy(land, columns.ravel(), rows.ravel())
    if not inside.any():
        raise ParameterError(
            _("spacing = {spacing}: no cell of that size lies in the mask").format(spacing=side)
        )
    x, y = columns.ravel()[inside], rows.ravel()[inside]
    held = {"mass": np.full(len(x), MASK_UNITS / len(x))}
    cells = gpd.GeoDataFrame(held, geometry=gpd.points_from_xy(x, y), crs=crs)
    return cells.to_crs(habitable.crs), side


def _coordinate_twins(xy: Array, producers_xy: Array) -> NDArray[np.bool_]:
    """Mark one reference unit per producer at exactly the same coordinates."""
    both = np.vstack([xy, producers_xy]).round(3)  # to the millimetre: projection noise
    site = distinct_places(both)[2]
    return _twins(site[: len(xy)], site[len(xy) :])


def _key_twins(keys: Any, producers_keys: Any) -> NDArray[np.bool_]:
    """Mark one reference unit per producer of the same key; a unit without a key is nobody's twin."""
    import pandas as pd

    both = pd.concat([keys.astype(object), producers_keys.astype(object)], ignore_index=True)
    codes = pd.factorize(both)[0].astype(np.int64)
    ours, theirs = codes[: len(keys)], codes[len(keys) :]
    twin = np.zeros(len(ours), dtype=bool)
    twin[ours >= 0] = _twins(ours[ours >= 0], theirs[theirs >= 0])
    return twin


def _twins(ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark, code by code, as many of ours as there are of theirs (fewer where we have fewer)."""
    if len(ours) == 0 or len(theirs) == 0:
        return np.zeros(len(ours), dtype=bool)
    wanted = np.bincount(theirs, minlength=int(ours.max()) + 1)
    order = np.argsort(ours, kind="stable")
    sorted_code = ours[order]
    rank = np.arange(len(ours)) - np.searchsorted(sorted_code, sorted_code, side="left")
    twin = np.zeros(len(ours), dtype=bool)
    twin[order] = rank < wanted[sorted_code]
    return twin


def _spread(
    polygons: gpd.GeoDataFrame,
    mass: Array,
    settlements: gpd.GeoDataFrame | None,
    weight: str | None,
) -> tuple[gpd.GeoDataFrame, float]:
    import geopandas as gpd
    import pandas as pd

    from sialgeo.crs import equal_area_crs

    inside = gpd.GeoDataFrame(
        {"polygon": np.arange(len(polygons)), "mass": mass},
        geometry=polygons.geometry.representative_point().to_numpy(),
        crs=polygons.crs,
    )
    areas = polygons.geometry.to_crs(equal_area_crs(polygons)).area.to_numpy()
    if settlements is None:
        return inside[["mass", "geometry"]], float(np.sqrt(np.median(areas)))
    hit, polygon = polygons.sindex.query(settlements.geometry, predicate="intersects")
    places = pd.DataFrame({"settlement": hit, "polygon": polygon}).drop_duplicates("settlement")
    each = _weights(settlements, weight) if weight else np.ones(len(settlements))
    if places.empty:
        raise SchemaError(
            _("no settlement lies in any polygon. Remedy: check that both cover the same land")
        )
    share = each[places["settlement"]]
    total = np.bincount(places["polygon"], weights=share, minlength=len(polygons))
    held = mass[places["polygon"]] * share / np.where(total > 0, total, 1.0)[places["polygon"]]
    spread = gpd.GeoDataFrame(
        {"mass": held},
        geometry=settlements.geometry.to_numpy()[places["settlement"]],
        crs=polygons.crs,
    )
    bare = inside.loc[total == 0, ["mass", "geometry"]]
    table = pd.concat([spread, bare], ignore_index=True) if len(bare) else spread
    width = np.concatenate([np.zeros(len(spread)), np.sqrt(areas[total == 0])])
    held_some = table["mass"].to_numpy() > 0
    table = table[held_some].reset_index(drop=True)
    return table, _spacing(table, width[held_some])


def _spacing(table: gpd.GeoDataFrame, width: Array) -> float:
    """Return the median, over the units counted, of how far apart the places that hold them are.

    ``width`` is the root of the area of a polygon without settlements, 0 for a settlement.
    """
    from scipy.spatial import cKDTree

    from sialgeo.crs import metric_crs

    xy, _first, site = distinct_places(xy_of(table, metric_crs(table)))
    alone = len(xy) < 2
    near = np.full(1, np.inf) if alone else cKDTree(xy).query(xy, k=2)[0][:, 1]
    gaps = np.where(width > 0, width, near[site])
    order = np.argsort(gaps)
    held = np.cumsum(table["mass"].to_numpy()[order])
    return float(gaps[order][np.searchsorted(held, held[-1] / 2)])


def _require_mass(mass: Array) -> None:
    if not np.isfinite(mass).all() or (mass < 0).any() or mass.sum() <= 0:
        raise SchemaError(
            _(
                "reference counts must be finite, not negative and not all zero; {bad} are not. Remedy: fill or leave out those rows"
            ).format(bad=int((~np.isfinite(mass) | (mass < 0)).sum()))
        )


def _numbers(table: gpd.GeoDataFrame, column: str) -> Array:
    """Return a column as floats; NaN where it holds none."""
    import pandas as pd

    if column not in table.columns:
        raise SchemaError(_("the reference has no column “{key}”").format(key=column))
    try:
        found: Array = pd.to_numeric(table[column]).to_numpy(dtype=float, na_value=np.nan)
    except (ValueError, TypeError):
        raise SchemaError(
            _(
                "the counts in “{key}” are not all numbers. Remedy: mend or leave out those rows"
            ).format(key=column)
        ) from None
    return found


def _weights(settlements: gpd.GeoDataFrame, column: str) -> Array:
    if column not in settlements.columns:
        raise SchemaError(_("the settlements have no column “{key}”").format(key=column))
    weights = _numbers(settlements, column)
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise SchemaError(
            _(
                "the settlements' “{key}” must be finite and not negative. Remedy: fill or leave out those rows"
            ).format(key=column)
        )
    return weights


def _require_polygons(polygons: gpd.GeoDataFrame) -> None:
    if len(polygons) == 0 or polygons.geometry.isna().any() or polygons.geometry.is_empty.any():
        raise SchemaError(_("the reference is empty or has rows without a polygon"))
    kinds = set(polygons.geom_type.unique()) - {"Polygon", "MultiPolygon"}
    if kinds:
        raise SchemaError(
            _(
                "the reference holds {kinds}, not polygons. Remedy: Reference.from_points(layer) for units one by one"
            ).format(kinds=", ".join(sorted(kinds)))
        )


def _require_settlements(settlements: gpd.GeoDataFrame) -> None:
    points = settlements.geom_type.eq("Point").all() and not settlements.geometry.is_empty.any()
    if len(settlements) == 0 or not points:
        raise SchemaError(
            _("the settlements must be points, each with coordinates. Remedy: leave out the others")
        )


def _require_points(points: gpd.GeoDataFrame) -> None:
    kinds = set(points.geom_type.dropna().unique())
    if kinds - {"Point"}:
        raise SchemaError(
            _(
                "the reference holds {kinds}, not points. Remedy: Reference.from_polygons(layer, counts=…)"
            ).format(kinds=", ".join(sorted(kinds)))
        )
    if (
        len(points) == 0
        or points.geometry.is_empty.any()
        or points.geometry.isna().any()
        or not np.isfinite(points.get_coordinates().to_numpy()).all()
    ):
        raise SchemaError(_("the reference is empty or has rows without coordinates"))
