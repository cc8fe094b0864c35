"""Write the sample's CSV tables as GeoPackages of points. Arguments: sample folder, target folder."""

import json
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd

sample, target = Path(sys.argv[1]), Path(sys.argv[2])
made = {}
for name, table in (
    ("producers", "queserias"),
    ("reference", "productores_leche"),
    ("places", "lugares"),
):
    rows = pd.read_csv(sample / f"{table}.csv", dtype={"ubigeo": str})
    points = gpd.points_from_xy(rows["lon"], rows["lat"])
    made[name] = str(target / f"{name}.gpkg")
    gpd.GeoDataFrame(rows, geometry=points, crs=4326).to_file(made[name], VERSION="1.2")
print(json.dumps(made))
