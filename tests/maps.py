"""Small maps with known answers, used by several tests."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

METRIC = "EPSG:32717"


def layer(xy: NDArray[np.float64], **columns: object) -> gpd.GeoDataFrame:
    """Points in metres (UTM 17 S) as a table."""
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=METRIC)


def uneven(rng: np.random.Generator, n: int, side: float = 100_000.0) -> NDArray[np.float64]:
    """Draw n points from one uneven density: four broad hills on a plain."""
    centres = np.array([[0.2, 0.3], [0.7, 0.2], [0.5, 0.7], [0.85, 0.8]]) * side
    spread = np.array([0.05, 0.12, 0.08, 0.04]) * side
    which = rng.choice(5, n, p=[0.2, 0.2, 0.2, 0.1, 0.3])
    xy = rng.uniform(0, side, (n, 2))
    hill = which < 4
    xy[hill] = rng.normal(centres[which[hill]], spread[which[hill], None])
    return xy + np.array([500_000.0, 9_200_000.0])


def planted(
    rng: np.random.Generator, poles: int = 2, each: int = 40, rest: int = 60
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Producers with planted poles among an uneven reference; ``pole`` is the truth (−1: none)."""
    reference = layer(uneven(rng, 3_000))
    spots = np.array([[530_000.0, 9_260_000.0], [580_000.0, 9_240_000.0], [540_000.0, 9_215_000.0]])
    xy = [rng.normal(spots[p], 1_500.0, (each, 2)) for p in range(poles)] + [uneven(rng, rest)]
    truth = np.concatenate([np.repeat(np.arange(poles), each), np.full(rest, -1)])
    producers = layer(np.vstack(xy), pole=truth, localidad=[f"L{t}" for t in truth])
    return producers, reference
