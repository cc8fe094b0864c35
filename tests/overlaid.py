"""A test map for overlays: rectangles in kilometres, concentrations drawn by hand, two districts."""

from __future__ import annotations

import geopandas as gpd
import shapely
from shapely.geometry import box

from sialgeo import Concentrations

X, Y = 500_000.0, 9_200_000.0
CRS = "EPSG:32717"


def square(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle in kilometres from the corner of the test map."""
    return box(X + 1000 * west, Y + 1000 * south, X + 1000 * east, Y + 1000 * north)


def found_in(
    footprints: list[shapely.Geometry], spots: list[tuple[float, float, int]], crs: str = CRS
) -> Concentrations:
    """Concentrations with these footprints, and producers (x km, y km, concentration)."""
    producers = gpd.GeoDataFrame(
        {"concentration": [s[2] for s in spots], "membership": "core"},
        geometry=gpd.points_from_xy(
            [X + 1000 * s[0] for s in spots], [Y + 1000 * s[1] for s in spots]
        ),
        crs=CRS,
        index=[f"p{k}" for k in range(len(spots))],
    )
    ids = list(range(1, len(footprints) + 1))
    areas = gpd.GeoDataFrame(
        {
            "name": [f"C{k}" for k in ids],
            "n": [sum(s[2] == k for s in spots) for k in ids],
            "evidence": "tested",
        },
        geometry=footprints,
        crs=CRS,
        index=ids,
    )
    return Concentrations(producers.to_crs(crs), areas.to_crs(crs))


def two_districts(**columns: object) -> gpd.GeoDataFrame:
    """Two districts of one square kilometre, side by side: .4 and .6, 400 and 600 people."""
    held = {
        "ubigeo": ["060101", "060102"],
        "distrito": ["Uno", "Dos"],
        "idh": [0.4, 0.6],
        "people": [400, 600],
        **columns,
    }
    return gpd.GeoDataFrame(held, geometry=[square(0, 0, 1, 1), square(1, 0, 2, 1)], crs=CRS)


HALVES = [square(0.5, 0, 1.5, 1)]
SPOTS = [(0.75, 0.5, 1), (1.25, 0.5, 1), (1.4, 0.2, 1), (0.1, 0.1, -1)]
