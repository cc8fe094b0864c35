"""Producers as they are, with nothing that identifies them but what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sialgeo.disclosure.footprints import PUBLISHED_CRS
from sialgeo.model import CONCENTRATION, MEMBERSHIP, NOISE, Concentrations

if TYPE_CHECKING:
    import geopandas as gpd

Mask = NDArray[np.bool_]


def published_points(c: Concentrations, kept: Mask, columns: Sequence[str]) -> gpd.GeoDataFrame:
    """Return the producers with nothing that identifies them but what was asked for."""
    import geopandas as gpd

    recorded = [s.parameters.get("chain") for s in c.steps if s.verb == "profile"]
    wanted = [CONCENTRATION, MEMBERSHIP, *recorded, *columns]
    chosen = [col for col in dict.fromkeys(wanted) if col and col in c.producers]
    table = c.producers[chosen].reset_index(drop=True)
    hidden = ~table[CONCENTRATION].isin([NOISE, *c.areas.index[kept]])
    table[CONCENTRATION] = table[CONCENTRATION].astype("Int64").mask(hidden)
    table[MEMBERSHIP] = table[MEMBERSHIP].mask(hidden)
    places = c.producers.geometry.to_crs(PUBLISHED_CRS).reset_index(drop=True)
    return gpd.GeoDataFrame(table, geometry=places, crs=PUBLISHED_CRS)
