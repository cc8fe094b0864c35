"""Overlays beside their peers: point in polygon, areal interpolation, zonal means.

``python benchmarks/overlays.py [--data DIR] [--runs 3]`` runs every peer of every case in a process
of its own and writes the table; ``… --one CASE PEER`` is one of them. ``DIR`` holds the acceptance
data (by default ``../shared/data`` beside the checkout): 2,469 municipalities of Mexico; the capitals
of Peru's districts, whose Thiessen areas stand in for the 1,892 districts (their limits are not
there), cut by the outline of the country. Producers are drawn at random over them.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

HERE = Path(__file__).resolve().parents[1]
EQUAL = "+proj=laea +lat_0=24 +lon_0=-102"
Call = Callable[[], Any]


# --- the data -----------------------------------------------------------------------------------------
def municipalities(data: Path) -> gpd.GeoDataFrame:
    layer = gpd.read_file(data / "mexico_municipios" / "mexico_municipios.gpkg")
    layer["idh_2020"] = layer["idh_2020"].fillna(layer["idh_2020"].mean())  # tobler takes no gaps
    return layer[["cvegeo", "municipio", "idh_2020", "pob_2020", "geometry"]]


def districts(data: Path) -> gpd.GeoDataFrame:
    """Thiessen areas of the district capitals, within the outline of Peru."""
    table = pd.read_csv(
        data / "peru_limites" / "peru_distritos_idh_pobreza.csv", dtype={"ubigeo": str}
    )
    table = table.dropna(subset=["ubigeo", "cap_lat", "cap_lon"])
    table = table.drop_duplicates(["cap_lat", "cap_lon"])
    outline = gpd.read_file(data / "peru_limites" / "peru_departamentos.geojson")
    country = shapely.union_all(outline.geometry.buffer(0))
    points = gpd.GeoDataFrame(
        table[["ubigeo", "distrito", "idh_2019", "pobreza_2018", "pob_2020"]],
        geometry=gpd.points_from_xy(table["cap_lon"], table["cap_lat"]),
        crs=4326,
    )
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points.geometry), extend_to=country)
    )
    tiles = gpd.GeoDataFrame(geometry=shapely.intersection(cells, country), crs=4326)
    joined = tiles.sjoin(points, predicate="contains").drop(columns="index_right")
    return joined.reset_index(drop=True)


def producers(layer: gpd.GeoDataFrame, n: int) -> gpd.GeoDataFrame:
    """Draw n points within the bounds of polygons chosen by area; a few fall beyond the layer."""
    rng = np.random.default_rng(1)
    whole = layer.geometry.bounds.to_numpy()
    weight = shapely.area(layer.geometry.to_numpy())
    rows = rng.choice(len(layer), n, p=weight / weight.sum())
    west, south, east, north = whole[rows].T
    x, y = rng.uniform(west, east), rng.uniform(south, north)
    return gpd.GeoDataFrame({"id": np.arange(n)}, geometry=gpd.points_from_xy(x, y), crs=layer.crs)


def cells(layer: gpd.GeoDataFrame, side: float) -> gpd.GeoDataFrame:
    """Square cells over a layer, those that meet its bounds."""
    west, south, east, north = layer.total_bounds
    x, y = np.meshgrid(np.arange(west, east, side), np.arange(south, north, side))
    x, y = x.ravel(), y.ravel()
    return gpd.GeoDataFrame(geometry=shapely.box(x, y, x + side, y + side), crs=layer.crs)


def raster(layer: gpd.GeoDataFrame, folder: Path) -> Path:
    """Write a synthetic raster of 6,000 columns over a layer."""
    import rasterio.windows

    west, south, east, north = layer.total_bounds
    columns = 6_000
    side = (east - west) / columns
    rows = int(np.ceil((north - south) / side))
    rng = np.random.default_rng(1)
    path = folder / "poverty.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32",
        crs=layer.crs, nodata=-9999, tiled=True, compress="deflate",
        transform=rasterio.transform.from_origin(west, north, side, side),
    ) as file:  # fmt: skip
        for top in range(0, rows, 256):  # by rows of tiles: memory is measured after this
            window = rasterio.windows.Window(0, top, columns, min(256, rows - top))
            values = rng.uniform(0, 100, (int(window.height), columns)).astype("float32")
            file.write(values, 1, window=window)
    return path


def concentrations(points: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> Any:
    """Twenty concentrations drawn by hand: discs of a quarter of a degree."""
    from sialgeo import Concentrations

    centres = layer.geometry.representative_point().iloc[:: max(1, len(layer) // 20)][:20]
    discs = centres.buffer(0.25).to_numpy()
    label = np.full(len(points), -1)
    point, disc = shapely.STRtree(discs).query(points.geometry.to_numpy(), predicate="intersects")
    label[point] = disc + 1
    table = points.assign(concentration=label, membership="core")
    held = {"name": [f"C{k}" for k in range(1, 21)], "n": 10, "evidence": "tested"}
    areas = gpd.GeoDataFrame(held, geometry=discs, crs=points.crs, index=range(1, 21))
    return Concentrations(table, areas)


# --- point in polygon and the whole overlay -------------------------------------------------------------
def _sialgeo_overlay(layer: gpd.GeoDataFrame, n: int, column: str, key: str) -> Call:
    import sialgeo

    found = concentrations(producers(layer, n), layer)
    return lambda: sialgeo.overlay(found, layer, columns=column, key=key, population="pob_2020")


def _geopandas_sjoin(layer: gpd.GeoDataFrame, n: int) -> Call:
    points = producers(layer, n)
    return lambda: gpd.sjoin(points, layer, how="left", predicate="intersects")


# --- areal interpolation --------------------------------------------------------------------------------
def _interpolation(layer: gpd.GeoDataFrame, peer: str) -> Call:
    layer = layer.to_crs(EQUAL)
    targets = cells(layer, 25_000.0)
    if peer == "sialgeo":
        import sialgeo

        return lambda: sialgeo.interpolate_areas(
            layer, targets, means="idh_2020", totals="pob_2020"
        )
    if peer == "tobler":
        from tobler.area_weighted import area_interpolate

        return lambda: area_interpolate(
            layer, targets, extensive_variables=["pob_2020"], intensive_variables=["idh_2020"]
        )

    def by_overlay() -> pd.DataFrame:
        whole = layer.assign(whole=layer.area)
        met = gpd.overlay(whole, targets.assign(cell=range(len(targets))), how="intersection")
        area = met.area
        met["people"] = met["pob_2020"] * area / met["whole"]
        met["weight"], met["held"] = area, met["idh_2020"] * area
        sums = met.groupby("cell")[["people", "weight", "held"]].sum()
        return sums.assign(idh=sums["held"] / sums["weight"])

    return by_overlay


# --- zonal means ----------------------------------------------------------------------------------------
def _zones(layer: gpd.GeoDataFrame, peer: str, folder: Path) -> Call:
    path = raster(layer, folder)
    if peer == "sialgeo":
        import sialgeo

        return lambda: sialgeo.zonal_statistics(layer, path, column="poverty")
    if peer == "rasterstats":
        from rasterstats import zonal_stats

        return lambda: zonal_stats(layer, str(path), stats=["mean", "count"])
    from exactextract import exact_extract

    return lambda: exact_extract(str(path), layer, ["mean", "count"], output="pandas")


CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "100k-2469": (
        "100,000 producers, 2,469 municipalities",
        ("sialgeo overlay", "geopandas sjoin"),
    ),
    "1m-districts": ("1,000,000 producers, district areas", ("sialgeo overlay", "geopandas sjoin")),
    "interpolation": (
        "2,469 municipalities to cells of 25 km",
        ("sialgeo interpolate_areas", "tobler area_interpolate", "geopandas overlay"),
    ),
    "zones": (
        "raster of 6,000 columns, 2,469 municipalities",
        ("sialgeo zonal_statistics", "exactextract", "rasterstats"),
    ),
}


def call_of(case: str, peer: str, data: Path, folder: Path) -> Call:
    """Return the call to be timed, its data ready."""
    engine = peer.split(" ", maxsplit=1)[0]
    if case == "interpolation":
        return _interpolation(municipalities(data), engine)
    if case == "zones":
        return _zones(municipalities(data), engine, folder)
    large = case == "1m-districts"
    layer = districts(data) if large else municipalities(data)
    n = 1_000_000 if large else 100_000
    if engine == "geopandas":
        return _geopandas_sjoin(layer, n)
    column, key = ("pobreza_2018", "ubigeo") if large else ("idh_2020", "cvegeo")
    return _sialgeo_overlay(layer, n, column, key)


def one(case: str, peer: str, data: Path) -> None:
    """Time one call of one peer."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        call = call_of(case, peer, data, Path(folder))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        start = time.perf_counter()
        call()
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "before_mb": before}), flush=True)


def main() -> None:
    """Run every peer of every case; print the table in Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=HERE.parent / "shared" / "data")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", nargs=2, metavar=("CASE", "PEER"))
    options = parser.parse_args()
    if options.one:
        one(*options.one, options.data)
        return
    print("| case | peer | seconds | peak memory, MB | of which the call | time against ours |")
    print("|---|---|---|---|---|---|")
    for case, (said, peers) in CASES.items():
        ours = 0.0
        for peer in peers:
            runs = [_run(case, peer, options.data) for _ in range(options.runs)]
            middle = statistics.median(r["seconds"] for r in runs)
            ours = ours or middle
            peak = statistics.median(r["peak_mb"] for r in runs)
            added = statistics.median(r["peak_mb"] - r["before_mb"] for r in runs)
            name = f"**{peer}**" if peer.startswith("sialgeo") else peer
            print(
                f"| {said} | {name} | {middle:.2f} | {peak:,.0f} | {added:,.0f} | {middle / ours:.1f} × |",
                flush=True,
            )


def _run(case: str, peer: str, data: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--data", str(data), "--one", case, peer]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


if __name__ == "__main__":
    main()
