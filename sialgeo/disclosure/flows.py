"""Flows out of concentrations: sums that enough sellers make, as lines between published places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.disclosure.areas import blank
from sialgeo.disclosure.footprints import PUBLISHED_CRS
from sialgeo.disclosure.recorded import told_by_link
from sialgeo.disclosure.withheld import (
    DOMINANCE,
    FEW_SELLERS,
    FEW_SUPPLIERS,
    FLOW_SHARES,
    FLOW_SUMS,
    SUPPLIES,
)
from sialgeo.model import (
    BACKWARD,
    CATCHMENT_KM,
    CATCHMENT_N,
    CATCHMENT_VOLUME,
    CONCENTRATION,
    FLOWS,
    FORWARD,
    JOINT_SALES,
    JOINT_SELLERS,
    LOCAL_CONTENT,
    NAME,
    NOISE,
    PLANT_FLOWS,
    SOLD_OUTSIDE,
    SUPPLIER_ACCESS,
    SUPPLY_WITHIN,
    WITH_FLOWS,
    Concentrations,
    N,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


_FLOW_COLUMNS = [CONCENTRATION, NAME, "destination", "product", "volume", "volume_unit", N]


def without_few_flows(
    areas: gpd.GeoDataFrame, min_n: int, withheld: list[tuple[str, int, str]]
) -> gpd.GeoDataFrame:
    """Blank shares of flows that few plants made, and supplies that few suppliers hold."""
    areas = areas.copy()
    for sellers, shares, beside in (
        (WITH_FLOWS, [LOCAL_CONTENT, SOLD_OUTSIDE], [BACKWARD, FORWARD]),
        (JOINT_SELLERS, [JOINT_SALES], []),
    ):
        if sellers not in areas:
            continue
        few = ~(areas[sellers].to_numpy(float) >= min_n)
        known = areas[shares].notna().any(axis=1).to_numpy()
        withheld.append((FLOW_SHARES, int((few & known).sum()), FEW_SELLERS))
        for column in (*shares, *beside, sellers):
            blank(areas, column, few)
    supplies = [CATCHMENT_VOLUME, SUPPLIER_ACCESS]
    supplies += [c for c in areas.columns if str(c).startswith(SUPPLY_WITHIN)]
    if CATCHMENT_N in areas:
        few = ~(areas[CATCHMENT_N].to_numpy(float) >= min_n)
        withheld.append((SUPPLIES, int(few.sum()), FEW_SUPPLIERS))
        for column in (*supplies, CATCHMENT_KM):
            blank(areas, column, few)
    return areas


def flow_lines(
    c: Concentrations,
    areas: gpd.GeoDataFrame,
    min_n: int,
    withheld: list[tuple[str, int, str]],
) -> gpd.GeoDataFrame | None:
    """Return the sums of flows that enough sellers make, as lines between published places.

    A line runs from the middle of a footprint as published to that of another, or to its market.
    """
    import geopandas as gpd
    from shapely.geometry import LineString

    told = told_by_link(c, FLOWS)
    if not told:
        return None
    middle, shown = _middles(areas), _shown_flows(told, areas.index, min_n)
    rows, lines = [], []
    for flow in shown:
        stop = middle.get(flow["destination"])
        if "longitude" in flow:
            stop = (flow["longitude"], flow["latitude"])
        lines.append(LineString([middle[flow["origin"]], stop]) if stop is not None else None)
        name = flow["market"] if flow["destination"] is None else areas[NAME][flow["destination"]]
        rows.append(
            {
                CONCENTRATION: flow["origin"],
                NAME: areas[NAME][flow["origin"]],
                "destination": name,
                "product": flow["product"],
                "volume": flow["volume"],
                "volume_unit": flow["unit"],
                N: flow["n"],
            }
        )
    withheld.append((FLOW_SUMS, len(told) - len(shown), FEW_SELLERS))
    return gpd.GeoDataFrame(rows, columns=_FLOW_COLUMNS, geometry=lines, crs=PUBLISHED_CRS)


def with_plant_flows(
    c: Concentrations,
    areas: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame,
    flows: gpd.GeoDataFrame | None,
) -> gpd.GeoDataFrame | None:
    """Add a line from plant to plant for each flow between two published points; no volume is told."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    pairs = told_by_link(c, PLANT_FLOWS)
    if not pairs:
        return flows
    table = pd.DataFrame(pairs)
    ends = [points.iloc[table[side]] for side in ("origin", "destination")]
    xy = np.stack([shapely.get_coordinates(points_of.geometry) for points_of in ends], axis=1)
    within = [points_of[CONCENTRATION].replace(NOISE, None).array for points_of in ends]
    names = [areas[NAME].reindex(numbers).fillna("").to_numpy() for numbers in within]
    rows = {
        CONCENTRATION: within[0], NAME: names[0], "destination": names[1],
        "product": table["product"], "volume": np.nan, "volume_unit": "", N: 1,
    }  # fmt: skip
    lines = gpd.GeoDataFrame(rows, geometry=shapely.linestrings(xy), crs=PUBLISHED_CRS)
    if flows is None or not len(flows):
        return lines
    joined: gpd.GeoDataFrame = pd.concat([flows, lines], ignore_index=True)
    return joined


def _shown_flows(
    flows: Sequence[Mapping[str, Any]], published: pd.Index, min_n: int
) -> list[Mapping[str, Any]]:
    """Return the sums that enough sellers make and that give no other of their origin away.

    The origin's whole output may be published: with one sum missing, the difference would be it.
    """
    shown = []
    for origin in dict.fromkeys(flow["origin"] for flow in flows):
        own = sorted((f for f in flows if f["origin"] == origin), key=lambda f: f["n"])
        fits = [
            f["n"] >= min_n
            and f["largest_two"] <= DOMINANCE
            and origin in published
            and (f["destination"] is None or f["destination"] in published)
            for f in own
        ]
        hidden = [f["n"] for f, ok in zip(own, fits, strict=True) if not ok]
        for place, ok in enumerate(fits):
            if ok and hidden and (len(hidden) < 2 or sum(hidden) < min_n):
                fits[place] = False
                hidden.append(own[place]["n"])
        shown += [f for f, ok in zip(own, fits, strict=True) if ok]
    return shown


def _middles(areas: gpd.GeoDataFrame) -> dict[Any, tuple[float, float]]:
    """Return a point of each published footprint, to a thousandth of a degree."""
    points = areas.geometry.representative_point()
    return {i: (round(p.x, 3), round(p.y, 3)) for i, p in zip(areas.index, points, strict=True)}
