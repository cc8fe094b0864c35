"""Build the sample layers of sialgeo from the tables in ``sources/``.

One seeded script, reading ``sample_layers/sources/`` and nothing else::

    python sample_layers/build.py [--output DIR]

``DIR`` stands for the root of the project (the default is the checkout): the script
writes ``DIR/sample_layers/cajamarca``, ``DIR/sample_layers/mexico`` and
``DIR/sialgeo/data/admin1.gpkg``. The district figures are real and carried over as
text; the dairies and the milk producers are synthetic, calibrated to the figures of
``sources/articulo_cifras.csv``, and say so in every row.
"""

from __future__ import annotations

import argparse
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio
import rasterio.features
import rasterio.transform
import shapely
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

SEED = 20061
SOURCES = Path(__file__).resolve().parent / "sources"
METRIC = "EPSG:32717"  # UTM 17 south: all of Cajamarca
DEGREES = "EPSG:4326"
# For GeoPackages: one time of last change (a rebuild is the same file), pages that waste little.
GDAL_OPTIONS = {
    "OGR_CURRENT_DATE": "2024-01-01T00:00:00.000Z",
    "OGR_SQLITE_PRAGMA": "page_size=1024",
}

PAPER = "Boucher et al., «Agroindustria rural y sistemas agroalimentarios localizados»"
ASSUMED = "supuesto de sialgeo para la muestra (sintético)"
SYNTHETIC = "sintético"
SIMULATION = "simulación"
THIESSEN_NOTE = "Área de Thiessen alrededor de la capital distrital; no es el límite oficial"

# The dairy area: ten of the thirteen provinces, without the hot lowland districts.
NOT_DAIRY = ("Jaen", "San Ignacio", "Contumaza")
LOWEST_CAPITAL_M = 1300.0

CHAINS = ("quesillo-mantecoso", "queso-andino", "queso-fresco")
FRESH = CHAINS[2]
PRODUCTS = {
    "quesillo-mantecoso": "queso mantecoso",
    "queso-andino": "queso andino tipo suizo",
    "queso-fresco": "queso fresco",
}
BACKGROUND = "fondo"
CELL_M = 1_000.0
SMOOTH_M = 5_000.0
CLUMP_M = 7_000.0
CLEAR_OF_POLES_M = 8_000.0
BAMBAMARCA_SHARE_OF_FRESH = 0.62
DYNAMIC_SHARE_OF_QUALITY = 0.65
COAST_SHARE = 0.798  # «almost 80 %»
SOUTH = (
    "Campeche", "Chiapas", "Guerrero", "Oaxaca",
    "Quintana Roo", "Tabasco", "Veracruz", "Yucatán",
)  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Pole:
    """One planted concentration: place, spread and how many dairies of each chain."""

    place: str
    sd_m: float
    mantecoso: int
    andino: int
    fresco: int

    @property
    def size(self) -> int:
        """Number of dairies."""
        return self.mantecoso + self.andino + self.fresco


POLES = (
    Pole("Cajamarca", 2_300.0, 40, 25, 10),
    Pole("Bambamarca", 2_300.0, 2, 0, 78),
    Pole("Chota", 2_200.0, 15, 5, 30),
    Pole("Cutervo", 2_100.0, 17, 5, 28),
    Pole("Agua Blanca", 2_000.0, 16, 14, 10),
)
BACKGROUND_SHARES = (0.35, 0.15, 0.50)  # of the three chains

# APDL members among the (synthetic) dairies: 55 of 500; none around Bambamarca.
MEMBERS = {"Cajamarca": 45, "Agua Blanca": 6, "Chota": 2, "Cutervo": 2}
AIRPORT_MEMBERS = 9

# The made-up earlier date: Chota had fewer dairies, and there was a pole by Celendín that is gone.
EARLIER_OF_CHOTA = 20
FORMER_POLE = Pole("Celendín", 2_000.0, 20, 10, 0)
COAST = (-7.4006, -79.5714)  # Pacasmayo: where «the coast» is drawn
TERROIR_M = 30_000.0


# --------------------------------------------------------------------------- files


def read_table(name: str) -> pd.DataFrame:
    """Read a table of ``sources/`` as text, so that every figure stays as published."""
    return pd.read_csv(SOURCES / name, dtype=str, keep_default_na=False, encoding="utf-8")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a CSV: UTF-8, comma, line feed."""
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


@contextmanager
def gdal_options() -> Iterator[None]:
    """Write GeoPackages with ``GDAL_OPTIONS``, and put the options back afterwards."""
    before = {name: pyogrio.get_gdal_config_option(name) for name in GDAL_OPTIONS}
    pyogrio.set_gdal_config_options(GDAL_OPTIONS)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def write_layer(layer: gpd.GeoDataFrame, path: Path, name: str, index: bool = True) -> None:
    """Write (or add) one polygon layer of a GeoPackage that QGIS 3.22 reads without a warning."""
    pyogrio.write_dataframe(
        layer,
        path,
        layer=name,
        driver="GPKG",
        geometry_type="MultiPolygon",
        promote_to_multi=True,
        dataset_options={"VERSION": "1.2"},
        layer_options={"SPATIAL_INDEX": "YES" if index else "NO"},
    )


# --------------------------------------------------------------- districts and raster


def read_figures() -> dict[str, float]:
    """Return the figures of the paper by key."""
    table = read_table("articulo_cifras.csv")
    return dict(zip(table["clave"], table["valor"].astype(float), strict=True))


def read_districts() -> pd.DataFrame:
    """Read the 127 districts (text) with numbers needed here, and whether they are dairy area."""
    table = read_table("cajamarca_distritos.csv")
    table["zona_lechera"] = np.where(
        ~table["provincia"].isin(NOT_DAIRY)
        & (table["cap_alt_m"].astype(float) >= LOWEST_CAPITAL_M),
        "si",
        "no",
    )
    return table


def department_outline() -> shapely.Geometry:
    """Return the outline of the department of Cajamarca in metres."""
    areas = gpd.read_file(SOURCES / "natural_earth.gpkg", layer="admin1")
    chosen = areas[(areas["iso_a2"] == "PE") & (areas["name"] == "Cajamarca")]
    if len(chosen) != 1:
        raise ValueError(f"natural_earth.gpkg: {len(chosen)} areas called Cajamarca, 1 expected")
    return chosen.to_crs(METRIC).geometry.iloc[0]


def snap_inside(points: gpd.GeoSeries, outline: shapely.Geometry) -> NDArray[np.object_]:
    """Move the points outside ``outline`` to the nearest place just inside it."""
    inner = outline.buffer(-200.0)
    return np.array(
        [
            point if outline.contains(point) else shapely.shortest_line(inner, point).interpolate(0)
            for point in points
        ]
    )


def thiessen_districts(districts: pd.DataFrame) -> gpd.GeoDataFrame:
    """Thiessen areas around the district capitals, clipped to the department (degrees)."""
    outline = department_outline()
    longitude = districts["cap_lon"].astype(float)
    latitude = districts["cap_lat"].astype(float)
    capitals = gpd.GeoSeries(gpd.points_from_xy(longitude, latitude), crs=DEGREES)
    points = snap_inside(capitals.to_crs(METRIC), outline)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(list(points)), extend_to=outline.buffer(50_000))
    )
    cell, point = shapely.STRtree(points).query(cells, predicate="contains")
    geometry = np.empty(len(points), dtype=object)
    geometry[point] = shapely.intersection(cells[cell], outline)
    areas = gpd.GeoDataFrame(
        {
            "ubigeo": districts["ubigeo"],
            "provincia": districts["provincia"],
            "distrito": districts["distrito"],
            "capital": districts["capital"].str.split().str.join(" "),
            "poblacion": districts["pob_2020"].astype(np.int64),
            "area_oficial_km2": districts["area_km2"].astype(float),
            "zona_lechera": districts["zona_lechera"],
            "nota": THIESSEN_NOTE,
        },
        geometry=list(geometry),
        crs=METRIC,
    )
    return areas.to_crs(DEGREES).sort_values("ubigeo", ignore_index=True)


def indicator_tables(districts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the indicators of the districts (figures unchanged) and what each of them is."""
    populations = [name for name in districts if name.startswith("pob_")]
    hdi = [name for name in districts if name.startswith("idh_")]
    poverty = ["pobreza_2018", "pobreza_extrema_2013"]
    names = {name: name.replace("pob_", "poblacion_") for name in populations}
    columns = ["ubigeo", "distrito", "provincia", *populations, *hdi, *poverty]
    table = districts[columns].rename(columns=names).sort_values("ubigeo", ignore_index=True)
    rows = []
    for name in hdi:
        year = name.removeprefix("idh_")
        method = "2019" if year == "2019" else "2013"
        es, en = f"IDH distrital {year}", f"District HDI {year}"
        source = "PNUD Perú, IDH distrital"
        rows.append((name, es, en, "idh", year, method, "index", "more_is_better", source))
    inei = "INEI, Mapa de pobreza provincial y distrital"
    for name, es, en in (
        ("pobreza_2018", "Pobreza monetaria 2018", "Monetary poverty 2018"),
        ("pobreza_extrema_2013", "Pobreza extrema 2013", "Extreme poverty 2013"),
    ):
        year = name[-4:]
        source = f"{inei} {year}"
        rows.append((name, es, en, "monetaria", year, year, "percent", "more_is_worse", source))
    meta = pd.DataFrame(
        rows,
        columns=[
            "indicator", "name_es", "name_en", "family", "year",
            "method_year", "unit", "direction", "source",
        ],
    )  # fmt: skip
    return table, meta


def write_poverty_raster(areas: gpd.GeoDataFrame, districts: pd.DataFrame, path: Path) -> None:
    """Write the district poverty of 2018 on a grid of 0.01°, labelled as derived."""
    step, nodata = 0.01, -9999.0
    west, south, east, north = areas.total_bounds
    left, top = np.floor(west / step) * step, np.ceil(north / step) * step
    shape = (int(np.ceil((top - south) / step)), int(np.ceil((east - left) / step)))
    transform = rasterio.transform.from_origin(left, top, step, step)
    poverty = districts.set_index("ubigeo")["pobreza_2018"].astype(float)
    cells = rasterio.features.rasterize(
        zip(areas.geometry, poverty.loc[areas["ubigeo"]], strict=True),
        out_shape=shape,
        transform=transform,
        fill=nodata,
        dtype="float32",
    )
    path.unlink(missing_ok=True)
    with rasterio.open(
        path, "w", driver="GTiff", height=shape[0], width=shape[1], count=1, dtype="float32",
        crs=DEGREES, transform=transform, nodata=nodata, compress="deflate",
    ) as out:  # fmt: skip
        out.write(cells, 1)
        out.set_band_description(1, "pobreza_2018")
        out.update_tags(
            DESCRIPTION="Pobreza monetaria distrital 2018 (%), DERIVADA de las cifras distritales "
            "sobre áreas de Thiessen; no es un producto independiente. / Derived from the district "
            "figures on Thiessen areas; not an independent product.",
            SOURCE="INEI, Mapa de pobreza 2018; Natural Earth",
            UNITS="percent",
        )


# ------------------------------------------------------------------------ geography


@dataclass(frozen=True)
class Density:
    """Relative density of milk producers: cell centres in metres (n, 2) and weights (n,)."""

    centres: Floats
    weights: Floats


def rural_population(districts: pd.DataFrame) -> pd.Series:
    """Population of 2020 less that of the city in it, never under a fifth of the whole."""
    places = read_table("cajamarca_lugares.csv").set_index("ubigeo")
    city = pd.to_numeric(places["pob_ciudad_geonames"]).fillna(0.0)
    people = districts.set_index("ubigeo")["pob_2020"].astype(float)
    rural = people - city.reindex(people.index).fillna(0.0)
    return np.maximum(rural, 0.2 * people)


def producer_density(
    areas: gpd.GeoDataFrame, districts: pd.DataFrame, rng: np.random.Generator
) -> Density:
    """Uneven density of the milk producers: rural population, smooth at 5 km, mildly clumped."""
    dairy = areas[areas["zona_lechera"] == "si"].to_crs(METRIC)
    west, south, east, north = dairy.total_bounds
    columns = np.arange(west, east + CELL_M, CELL_M)
    rows = np.arange(south, north + CELL_M, CELL_M)
    x, y = (grid.ravel() for grid in np.meshgrid(columns, rows))
    cell, area = shapely.STRtree(shapely.points(x, y)).query(
        dairy.geometry.to_numpy(), predicate="contains"
    )[::-1]
    people = rural_population(districts).loc[dairy["ubigeo"]].to_numpy()
    per_cell = people / dairy.area.to_numpy() * CELL_M**2
    value, inside = np.zeros(x.size), np.zeros(x.size)
    value[cell], inside[cell] = per_cell[area], 1.0
    shape = (rows.size, columns.size)
    sigma = SMOOTH_M / CELL_M
    mass = gaussian_filter(value.reshape(shape), sigma)
    cover = gaussian_filter(inside.reshape(shape), sigma)
    smooth = (mass / np.maximum(cover, 1e-9)).ravel()
    clumps = gaussian_filter(rng.normal(size=shape), CLUMP_M / CELL_M).ravel()
    clumps = (clumps - clumps.mean()) / clumps.std()
    weights = (smooth * np.exp(0.35 * clumps))[cell]
    centres = np.column_stack([x, y])[cell]
    order = np.lexsort((centres[:, 0], centres[:, 1]))
    return Density(centres[order], weights[order] / weights.sum())


def poles_in_metres() -> dict[str, Floats]:
    """Return the coordinates of the five poles in metres."""
    places = read_table("cajamarca_lugares.csv").set_index("lugar")
    chosen = places.loc[[pole.place for pole in POLES]]
    points = gpd.GeoSeries(
        gpd.points_from_xy(chosen["lon"].astype(float), chosen["lat"].astype(float)), crs=DEGREES
    ).to_crs(METRIC)
    return {name: np.array([p.x, p.y]) for name, p in zip(chosen.index, points, strict=True)}


def locate(xy: Floats, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Degrees (five decimals) and district of the points that fall in the dairy area."""
    degrees = gpd.GeoSeries(gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=METRIC).to_crs(DEGREES)
    lon, lat = np.round(degrees.x.to_numpy(), 5), np.round(degrees.y.to_numpy(), 5)
    dairy = areas[areas["zona_lechera"] == "si"]
    area, point = shapely.STRtree(shapely.points(lon, lat)).query(
        dairy.geometry.to_numpy(), predicate="contains"
    )
    order = np.argsort(point, kind="stable")
    area, point = area[order], point[order]
    found = dairy.iloc[area][["ubigeo", "distrito", "capital"]].reset_index(drop=True)
    found = found.rename(columns={"capital": "localidad"})
    return found.assign(lat=lat[point], lon=lon[point])


def draw_background(
    density: Density,
    areas: gpd.GeoDataFrame,
    n: int,
    rng: np.random.Generator,
    keep_clear: Sequence[Floats] = (),
) -> pd.DataFrame:
    """Draw ``n`` places from the density, farther than 8 km from the points to keep clear of."""
    draws = rng.choice(len(density.weights), size=2 * n + 100, p=density.weights)
    xy = density.centres[draws] + rng.uniform(-CELL_M / 2, CELL_M / 2, size=(len(draws), 2))
    for centre in keep_clear:
        xy = xy[np.hypot(*(xy - centre).T) > CLEAR_OF_POLES_M]
    places = locate(xy, areas)
    if len(places) < n:
        raise ValueError(f"{len(places)} places drawn, {n} wanted")
    return places.iloc[:n].reset_index(drop=True)


def draw_pole(
    pole: Pole, centre: Floats, areas: gpd.GeoDataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the places of one pole: a Gaussian cut at three standard deviations."""
    offsets = rng.normal(scale=pole.sd_m, size=(4 * pole.size, 2))
    offsets = offsets[np.hypot(*offsets.T) <= 3.0 * pole.sd_m]
    places = locate(centre + offsets, areas).iloc[: pole.size]
    if len(places) < pole.size:
        raise ValueError(f"{pole.place}: {len(places)} places drawn, {pole.size} wanted")
    chains = np.repeat(CHAINS, [pole.mantecoso, pole.andino, pole.fresco])
    return places.assign(polo=pole.place, cadena=rng.permutation(chains))


# ------------------------------------------------------------------ units and volumes


def apportion(weights: Floats, total: int) -> Ints:
    """Share a whole number in proportion to ``weights``: the parts add up to it exactly."""
    exact = weights / weights.sum() * total
    parts = np.floor(exact).astype(np.int64)
    rest = total - int(parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:rest]] += 1
    return parts


def dairy_volumes(
    dairies: pd.DataFrame, figures: dict[str, float], rng: np.random.Generator
) -> tuple[Ints, Bools]:
    """Kilograms per week of every dairy, and which are the most dynamic ones."""
    fresh = (dairies["cadena"] == FRESH).to_numpy()
    pole = dairies["polo"].to_numpy()
    candidates = np.flatnonzero(~fresh & (pole == "Cajamarca"))
    dynamic = np.zeros(len(dairies), dtype=bool)
    dynamic[rng.choice(candidates, size=int(figures["dinamicas"]), replace=False)] = True
    spread = np.exp(rng.normal(scale=np.where(dynamic, 0.12, 0.35)))
    fresh_kg = round(figures["fresco_semana"] * 1000)
    quality_kg = round(figures["calidad_semana"] * 1000)
    main_fresh = round(fresh_kg * BAMBAMARCA_SHARE_OF_FRESH)
    main_quality = round(quality_kg * DYNAMIC_SHARE_OF_QUALITY)
    here = fresh & (pole == "Bambamarca")
    kilograms = np.zeros(len(dairies), dtype=np.int64)
    for group, total in (
        (here, main_fresh),
        (fresh & ~here, fresh_kg - main_fresh),
        (dynamic, main_quality),
        (~fresh & ~dynamic, quality_kg - main_quality),
    ):
        kilograms[group] = apportion(spread[group], total)
    return kilograms, dynamic


def dairy_markets(
    dairies: pd.DataFrame, kilograms: Ints, rng: np.random.Generator
) -> NDArray[np.str_]:
    """Send dairies to the coast, the fresh cheese of Bambamarca first, up to almost 80 %."""
    first = (dairies["polo"] == "Bambamarca") & (dairies["cadena"] == FRESH)
    order = rng.permutation(len(dairies))
    order = order[np.argsort(~first.to_numpy()[order], kind="stable")]
    left = int(kilograms.sum() * COAST_SHARE)
    market = np.full(len(dairies), "local")
    for i in order:
        if kilograms[i] <= left:
            market[i] = "costa"
            left -= int(kilograms[i])
    return market


def place_dairies(
    areas: gpd.GeoDataFrame, density: Density, n: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the places and chains of the dairies: five poles and a thinned background."""
    centres = poles_in_metres()
    parts = [draw_pole(pole, centres[pole.place], areas, rng) for pole in POLES]
    rest = n - sum(pole.size for pole in POLES)
    background = draw_background(density, areas, rest, rng, list(centres.values()))
    counts = apportion(np.array(BACKGROUND_SHARES), rest)
    chains = rng.permutation(np.repeat(CHAINS, counts))
    parts.append(background.assign(polo=BACKGROUND, cadena=chains))
    dairies = pd.concat(parts, ignore_index=True)
    return dairies.iloc[rng.permutation(n)].reset_index(drop=True)


def build_dairies(
    places: pd.DataFrame, figures: dict[str, float], rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the synthetic dairies, and apart from them the pole each was drawn from."""
    kilograms, dynamic = dairy_volumes(places, figures, rng)
    number = [f"{i:03d}" for i in range(1, len(places) + 1)]
    table = pd.DataFrame(
        {
            "id": [f"Q{i}" for i in number],
            "nombre": [f"Quesería sintética {i}" for i in number],
            "tipo_actor": "transformador",
            "eslabon": "3",
            "cadena": places["cadena"],
            "producto": places["cadena"].map(PRODUCTS),
            "volumen": [f"{kg / 1000:.3f}" for kg in kilograms],
            "unidad_vol": "t",
            "periodo": "semana",
            "mercado_dest": dairy_markets(places, kilograms, rng),
            "dinamica": np.where(dynamic, "si", "no"),
        }
    )
    table = pd.concat([table, provenance_columns(places)], axis=1)
    return table, pd.DataFrame({"id": table["id"], "polo": places["polo"]})


def provenance_columns(places: pd.DataFrame) -> pd.DataFrame:
    """Return place, precision, source and the label *synthetic* of simulated units."""
    return pd.DataFrame(
        {
            "ubigeo": places["ubigeo"],
            "distrito": places["distrito"],
            "localidad": places["localidad"],
            "lat": [f"{value:.5f}" for value in places["lat"]],
            "lon": [f"{value:.5f}" for value in places["lon"]],
            "precision_m": "10",
            "metodo_geo": "gps",
            "fuente": SIMULATION,
            "origen": SYNTHETIC,
        }
    )


def build_producers(
    places: pd.DataFrame, figures: dict[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Return the synthetic milk producers, quesilleros among them."""
    n = len(places)
    tenths = apportion(rng.gamma(3.0, size=n) + 0.4, round(figures["leche_dia"] * 10))
    quesillero = np.zeros(n, dtype=bool)
    quesillero[rng.choice(n, size=int(figures["quesilleros"]), replace=False)] = True
    number = [f"{i:05d}" for i in range(1, n + 1)]
    table = pd.DataFrame(
        {
            "id": [f"L{i}" for i in number],
            "nombre": [f"Productor {i}" for i in number],
            "tipo_actor": np.where(quesillero, "primera_transformacion", "productor_mp"),
            "eslabon": np.where(quesillero, "2", "1"),
            "cadena": np.where(quesillero, CHAINS[0], ""),
            "producto": np.where(quesillero, "quesillo", "leche"),
            "volumen": [f"{value / 10:.1f}" for value in tenths],
            "unidad_vol": "L",
            "periodo": "día",
            "mercado_dest": "local",
        }
    )
    return pd.concat([table, provenance_columns(places)], axis=1)


# --------------------------------------------------------------------- paper's tables


def with_source(table: pd.DataFrame) -> pd.DataFrame:
    """Add where each row comes from: the paper, or an assumption of the sample."""
    return table.assign(fuente=np.where(table["sintetico"] == "si", ASSUMED, PAPER))


def build_memberships(
    dairies: pd.DataFrame, truth: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Memberships: organisations of the platform, and synthetic dairies of the APDL."""
    rows = []
    for place, count in MEMBERS.items():
        here = dairies[(truth["polo"] == place) & (dairies["cadena"] != FRESH)]
        rows += [(unit, "APDL", "1999") for unit in rng.permutation(here["id"])[:count]]
    dynamic = set(dairies.loc[dairies["dinamica"] == "si", "id"])
    joint = [unit for unit, _, _ in rows if unit in dynamic][:AIRPORT_MEMBERS]
    rows += [(unit, "MODULO-AEROPUERTO", "") for unit in joint]
    units = pd.DataFrame(rows, columns=["miembro", "org", "desde"])
    units = units.sort_values(["org", "miembro"], ignore_index=True).assign(
        clase_miembro="unidad", hasta="", eslabon="3", sintetico="si",
        nota="Pertenencia sintética de una quesería sintética",
    )  # fmt: skip
    return pd.concat([read_table("articulo_membresias.csv"), units], ignore_index=True)


def build_earlier(
    dairies: pd.DataFrame, truth: pd.DataFrame, areas: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return a made-up earlier table of the dairies, so that the sample has two dates to compare."""
    rng = np.random.default_rng(SEED + 1)
    chota = rng.permutation(np.flatnonzero((truth["polo"] == "Chota").to_numpy()))
    kept = dairies.drop(index=chota[EARLIER_OF_CHOTA:])
    places = read_table("cajamarca_lugares.csv").set_index("lugar").loc[[FORMER_POLE.place]]
    lon, lat = places["lon"].astype(float), places["lat"].astype(float)
    [centre] = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=DEGREES).to_crs(METRIC)
    gone = draw_pole(FORMER_POLE, np.array([centre.x, centre.y]), areas, rng)
    number = [f"{i:02d}" for i in range(1, len(gone) + 1)]
    former = pd.DataFrame(
        {
            "id": [f"F{i}" for i in number],
            "nombre": [f"Quesería sintética cerrada {i}" for i in number],
            "tipo_actor": "transformador",
            "eslabon": "3",
            "cadena": gone["cadena"],
            "producto": gone["cadena"].map(PRODUCTS),
        }
    )
    former = pd.concat([former, provenance_columns(gone)], axis=1)
    columns = list(former.columns)
    return pd.concat([kept[columns], former], ignore_index=True)


def write_example_tables(folder: Path) -> None:
    """Write what the sample assumes so that every part of a study can be tried: all synthetic."""
    market = {"mercado": "costa", "lat": f"{COAST[0]:.4f}", "lon": f"{COAST[1]:.4f}"}
    note = "Pacasmayo: el punto donde se dibuja «la costa» es supuesto"
    write_table(
        pd.DataFrame([market | {"sintetico": "si", "nota": note, "fuente": ASSUMED}]),
        folder / "mercados.csv",
    )
    opening = {"cadena": CHAINS[1], "cambio_precio": "-10", "sintetico": "si"}
    note = "Cambio de precio de ejemplo, no es un dato"
    write_table(
        pd.DataFrame([opening | {"nota": note, "fuente": ASSUMED}]), folder / "apertura.csv"
    )
    places = read_table("cajamarca_lugares.csv").set_index("lugar").loc[["Cajamarca"]]
    city = gpd.GeoSeries(
        gpd.points_from_xy(places["lon"].astype(float), places["lat"].astype(float)), crs=DEGREES
    )
    terroir = gpd.GeoDataFrame(
        {
            "codigo": ["Cajamarca"],  # the place that the surveys are of
            "nombre": ["Terruño supuesto de Cajamarca"],
            "nota": [
                "Círculo de 30 km alrededor de la ciudad: supuesto, no lo dice nadie del lugar"
            ],
        },
        geometry=city.to_crs(METRIC).buffer(TERROIR_M).to_crs(DEGREES).to_numpy(),
        crs=DEGREES,
    )
    path = folder / "terruno.gpkg"
    path.unlink(missing_ok=True)
    write_layer(terroir, path, "terruno")


def write_paper_tables(folder: Path, memberships: pd.DataFrame) -> None:
    """Write the organisations, actions, resources, events and surveys of the paper."""
    for name in (
        "organizaciones", "acciones_colectivas", "recursos_especificos",
        "eventos", "levantamiento", "cadenas",
    ):  # fmt: skip
        write_table(with_source(read_table(f"articulo_{name}.csv")), folder / f"{name}.csv")
    write_table(with_source(memberships), folder / "membresias.csv")
    write_table(seated_organisations(), folder / "instituciones.csv")


def seated_organisations() -> pd.DataFrame:
    """Return the organisations of the paper that work in one of its places, at that place."""
    held = read_table("articulo_organizaciones.csv")
    places = read_table("cajamarca_lugares.csv").set_index("lugar")
    held = held[(held["sintetico"] != "si") & held["ambito"].isin(places.index)]
    at = places.loc[held["ambito"], ["lat", "lon"]].reset_index(drop=True)
    columns = {"nombre": "nombre", "tipo": "tipo", "ambito": "lugar"}
    found = held[list(columns)].rename(columns=columns).reset_index(drop=True).join(at)
    note = "Dibujada en el centro de la ciudad donde actúa: el artículo no da su sede"
    return found.assign(sintetico="no", nota=note, fuente=PAPER)


# ------------------------------------------------------------------------------ rooms


def build_cajamarca(folder: Path) -> None:
    """Write every generated file of ``cajamarca/``."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    figures, districts = read_figures(), read_districts()
    areas = thiessen_districts(districts)
    path = folder / "distritos.gpkg"
    path.unlink(missing_ok=True)
    write_layer(areas, path, "distritos")
    indicators, meta = indicator_tables(districts)
    write_table(indicators, folder / "indicadores.csv")
    write_table(meta, folder / "indicadores.meta.csv")
    places = read_table("cajamarca_lugares.csv").drop(columns="pob_ciudad_geonames")
    write_table(places, folder / "lugares.csv")
    write_poverty_raster(areas, districts, folder / "pobreza_2018.tif")

    density = producer_density(areas, districts, rng)
    farms = draw_background(density, areas, int(figures["productores"]), rng)
    write_table(build_producers(farms, figures, rng), folder / "productores_leche.csv")
    sites = place_dairies(areas, density, int(figures["queserias"]), rng)
    dairies, truth = build_dairies(sites, figures, rng)
    write_table(dairies, folder / "queserias.csv")
    write_table(truth, folder / "verdad_sintetica.csv")
    write_paper_tables(folder, build_memberships(dairies, truth, rng))
    write_table(build_earlier(dairies, truth, areas), folder / "queserias_antes.csv")
    write_example_tables(folder)


def plain(name: str) -> str:
    """Return a name in lower case without accents."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(c for c in letters if not unicodedata.combining(c)).lower().strip()


def build_mexico(folder: Path) -> None:
    """Write the 32 states of Mexico and their SHDI."""
    folder.mkdir(parents=True, exist_ok=True)
    table = read_table("shdi_mexico.csv")
    table = table[table["cve_ent"] != ""]
    table["key"] = table["region"].map(plain).replace({"michoacan de ocampo": "michoacan"})
    areas = gpd.read_file(SOURCES / "natural_earth.gpkg", layer="admin1")
    areas = areas[(areas["iso_a2"] == "MX") & areas["name"].notna()]
    areas["key"] = areas["name"].map(plain)
    joined = areas.merge(table, on="key", how="outer", validate="1:1", indicator=True)
    if (joined["_merge"] != "both").any():
        lost = joined.loc[joined["_merge"] != "both", "key"].tolist()
        raise ValueError(f"states that do not join: {lost}")
    joined = joined.sort_values("cve_ent", ignore_index=True).rename(columns={"name": "entidad"})
    joined["region_articulo"] = np.where(joined["entidad"].isin(SOUTH), "Sur", "Resto")
    path = folder / "entidades.gpkg"
    path.unlink(missing_ok=True)
    write_layer(joined[["cve_ent", "entidad", "region_articulo", "geometry"]], path, "entidades")
    years = [name for name in table if name.isdigit()]
    shdi = joined[["cve_ent", "entidad", *years]]
    write_table(
        pd.DataFrame(shdi).rename(columns={year: f"shdi_{year}" for year in years}),
        folder / "shdi.csv",
    )


def build_basemap(path: Path) -> None:
    """Write the small basemap that the package carries: provinces and countries."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    source = SOURCES / "natural_earth.gpkg"
    admin1 = gpd.read_file(source, layer="admin1").rename(columns={"admin": "country"})
    admin1 = admin1[admin1["name"].notna()][["iso_a2", "country", "name", "geometry"]]
    countries = gpd.read_file(source, layer="countries")[["iso_a2", "name", "geometry"]]
    # Visvalingam: triangles of less than tolerance² are left out; shared borders stay shared.
    for layer, name, tolerance in ((admin1, "admin1", 0.055), (countries, "countries", 0.14)):
        simple = shapely.coverage_simplify(layer.geometry.to_numpy(), tolerance)
        simplified = layer.set_geometry(gpd.GeoSeries(simple, layer.index, DEGREES))
        write_layer(simplified, path, name, index=False)


def build(root: Path) -> None:
    """Write everything under the root of a project."""
    with gdal_options():
        build_cajamarca(root / "sample_layers" / "cajamarca")
        build_mexico(root / "sample_layers" / "mexico")
        build_basemap(root / "sialgeo" / "data" / "admin1.gpkg")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Build the sample layers of sialgeo.")
    parser.add_argument(
        "--output",
        type=Path,
        default=SOURCES.parent.parent,
        metavar="DIR",
        help="root under which sample_layers/ and sialgeo/data/ are written (this checkout)",
    )
    root = parser.parse_args(arguments).output
    build(root)
    sys.stdout.write(f"{root}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
