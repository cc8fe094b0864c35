"""The sample layers: the paper's figures, the labels, the sources, and the same again on rebuild.

The files are read with pandas and geopandas, not through sialgeo: what is checked here is
what is shipped.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.stats import hypergeom

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# rasterio 1.4 multiplies affine transforms in the way that affine 3 is about to give up.
pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ROOT / "sample_layers"
CAJAMARCA = LAYERS / "cajamarca"
MEXICO = LAYERS / "mexico"
SOURCES = LAYERS / "sources"
BASEMAP = ROOT / "sialgeo" / "data" / "admin1.gpkg"
BY_HAND = ("cadenas.csv", "paises.csv")  # codes of chains, Spanish names of countries

METRIC = "EPSG:32717"
POLES = ("Cajamarca", "Bambamarca", "Chota", "Cutervo", "Agua Blanca")
FRESH = "queso-fresco"
CODES = {"ubigeo": str, "cve_ent": str}
PAPER_TABLES = (
    "organizaciones", "membresias", "acciones_colectivas",
    "recursos_especificos", "eventos", "levantamiento", "cadenas",
)  # fmt: skip


def table(name: str, folder: Path = CAJAMARCA) -> pd.DataFrame:
    """Read a table as text, empty cells as empty strings."""
    return pd.read_csv(folder / name, dtype=str, keep_default_na=False)


def metres(frame: pd.DataFrame) -> np.ndarray:
    """Coordinates of a table in metres."""
    points = gpd.GeoSeries(gpd.points_from_xy(frame["lon"], frame["lat"]), crs="EPSG:4326")
    return shapely.get_coordinates(points.to_crs(METRIC).to_numpy())


@pytest.fixture(scope="module")
def dairies() -> pd.DataFrame:
    """The synthetic cheese dairies."""
    return pd.read_csv(CAJAMARCA / "queserias.csv", dtype=CODES)


@pytest.fixture(scope="module")
def producers() -> pd.DataFrame:
    """The synthetic milk producers."""
    return pd.read_csv(CAJAMARCA / "productores_leche.csv", dtype=CODES)


@pytest.fixture(scope="module")
def districts() -> gpd.GeoDataFrame:
    """The Thiessen areas."""
    return gpd.read_file(CAJAMARCA / "distritos.gpkg", layer="distritos")


@pytest.fixture(scope="module")
def places() -> pd.DataFrame:
    """The places of the paper, by name."""
    return pd.read_csv(CAJAMARCA / "lugares.csv", dtype=CODES).set_index("lugar")


def distance_to(frame: pd.DataFrame, places: pd.DataFrame, name: str) -> np.ndarray:
    """Metres from every row to a place."""
    return np.hypot(*(metres(frame) - metres(places.loc[[name]])).T)


# ------------------------------------------------------------------ the paper's figures


def test_thirty_thousand_producers_milk_half_a_million_litres(producers: pd.DataFrame) -> None:
    assert len(producers) == 30_000
    assert producers["volumen"].sum() == pytest.approx(500_000, abs=0.05)
    assert producers["volumen"].mean() == pytest.approx(16.7, abs=0.05)
    assert (producers["volumen"] > 0).all()
    assert set(producers["unidad_vol"] + "/" + producers["periodo"]) == {"L/día"}


def test_nineteen_thousand_make_quesillo(producers: pd.DataFrame) -> None:
    curd = producers["tipo_actor"] == "primera_transformacion"
    assert curd.sum() == 19_000
    assert curd.mean() == pytest.approx(0.633, abs=0.0005)
    assert set(producers.loc[curd, "eslabon"]) == {2}
    assert set(producers.loc[curd, "producto"]) == {"quesillo"}
    assert set(producers.loc[curd, "cadena"]) == {"quesillo-mantecoso"}
    assert set(producers.loc[~curd, "tipo_actor"]) == {"productor_mp"}
    assert set(producers.loc[~curd, "eslabon"]) == {1}


def test_five_hundred_plants_on_twenty_thousand_square_kilometres(
    dairies: pd.DataFrame, producers: pd.DataFrame, districts: gpd.GeoDataFrame
) -> None:
    assert len(dairies) == 500
    zone = districts[districts["zona_lechera"] == "si"]
    assert set(dairies["ubigeo"]) <= set(zone["ubigeo"])
    assert set(producers["ubigeo"]) <= set(zone["ubigeo"])
    assert zone["area_oficial_km2"].sum() == pytest.approx(20_000, rel=0.02)
    assert zone.to_crs(METRIC).area.sum() / 1e6 == pytest.approx(20_000, rel=0.02)
    assert len(dairies) / zone["area_oficial_km2"].sum() * 100 == pytest.approx(2.5, abs=0.05)


def test_two_hundred_tonnes_a_week(dairies: pd.DataFrame, places: pd.DataFrame) -> None:
    fresh = dairies["cadena"] == FRESH
    assert set(dairies["unidad_vol"] + "/" + dairies["periodo"]) == {"t/semana"}
    assert dairies["volumen"].sum() == pytest.approx(200, abs=1e-6)
    assert dairies.loc[fresh, "volumen"].sum() == pytest.approx(120, abs=1e-6)
    assert dairies.loc[~fresh, "volumen"].sum() == pytest.approx(80, abs=1e-6)
    assert dairies["volumen"].mean() == pytest.approx(0.4)
    assert (dairies["volumen"] > 0).all()
    near_bambamarca = distance_to(dairies, places, "Bambamarca") < 10_000
    near_cajamarca = distance_to(dairies, places, "Cajamarca") < 10_000
    assert dairies.loc[fresh & near_bambamarca, "volumen"].sum() > 0.6 * 120
    assert dairies.loc[~fresh & near_cajamarca, "volumen"].sum() > 0.6 * 80


def test_three_chains(dairies: pd.DataFrame) -> None:
    counts = dairies["cadena"].value_counts()
    assert set(counts.index) == {"quesillo-mantecoso", "queso-andino", "queso-fresco"}
    assert counts.min() >= 50
    assert dairies.groupby("cadena")["producto"].nunique().eq(1).all()


def test_fifty_most_dynamic_around_the_city(dairies: pd.DataFrame, places: pd.DataFrame) -> None:
    dynamic = dairies["dinamica"] == "si"
    quality = dairies["cadena"] != FRESH
    assert set(dairies["dinamica"]) == {"si", "no"}
    assert dynamic.sum() == 50
    assert quality[dynamic].all()
    assert (distance_to(dairies, places, "Cajamarca")[dynamic] < 10_000).all()
    largest = dairies[quality].nlargest(50, "volumen")
    assert set(largest["id"]) == set(dairies.loc[dynamic, "id"])


def test_almost_eighty_percent_goes_to_the_coast(dairies: pd.DataFrame) -> None:
    by_market = dairies.groupby("mercado_dest")["volumen"].sum()
    assert set(by_market.index) == {"costa", "local"}
    assert 158 <= by_market["costa"] <= 160
    assert by_market["local"] == pytest.approx(40, abs=2)


def test_cheese_takes_about_half_of_the_milk(
    dairies: pd.DataFrame, producers: pd.DataFrame
) -> None:
    milk = producers["volumen"].sum() * 7
    share = [dairies["volumen"].sum() * 1000 * litres / milk for litres in (8, 10)]
    assert share == pytest.approx([0.457, 0.571], abs=0.001)


def test_figures_of_the_paper_are_the_ones_built_from() -> None:
    figures = table("articulo_cifras.csv", SOURCES).set_index("clave")["valor"].astype(float)
    assert figures.to_dict() == {
        "productores": 30_000, "leche_dia": 500_000, "quesilleros": 19_000, "queserias": 500,
        "superficie": 20_000, "dinamicas": 50, "queso_semana": 200, "fresco_semana": 120,
        "calidad_semana": 80, "costa": 0.8,
    }  # fmt: skip


# ----------------------------------------------------------------------- the five poles


def pooled_rule(cases: np.ndarray, reference: np.ndarray, radius: float = 5_000.0) -> np.ndarray:
    """Label the cases by the pooled relative-density rule, written apart from the library."""
    pool, tree = cKDTree(np.vstack([cases, reference])), cKDTree(cases)
    near = tree.query_ball_point(cases, radius, return_length=True)
    both = pool.query_ball_point(cases, radius, return_length=True)
    tail = hypergeom.sf(near - 2, pool.n - 1, len(cases) - 1, both - 1)
    core = np.flatnonzero((near >= 5) & (tail <= 0.001))
    pairs = cKDTree(cases[core]).query_pairs(radius, output_type="ndarray")
    links = coo_matrix((np.ones(len(pairs)), pairs.T), shape=(len(core), len(core)))
    group = connected_components(links, directed=False)[1]
    distance, nearest = cKDTree(cases[core]).query(cases)
    return np.where(distance <= radius, group[nearest], -1)


def test_exactly_the_five_poles_come_out(
    dairies: pd.DataFrame, producers: pd.DataFrame, places: pd.DataFrame
) -> None:
    labels = pooled_rule(metres(dairies), metres(producers))
    truth = table("verdad_sintetica.csv").set_index("id")["polo"].loc[dairies["id"]].to_numpy()
    assert set(truth) == {*POLES, "fondo"}
    assert labels.max() == len(POLES) - 1
    found = {}
    for label in range(labels.max() + 1):
        inside = labels == label
        [pole] = set(truth[inside]) - {"fondo"}
        found[pole] = inside
        assert (truth[inside] == "fondo").mean() < 0.10
        centroid = metres(dairies[inside]).mean(axis=0)
        assert np.hypot(*(centroid - metres(places.loc[[pole]])[0])) < 1_500
    for pole in POLES:
        assert found[pole][truth == pole].mean() > 0.95
        assert (truth == pole).sum() >= 35


def test_bambamarca_and_chota_are_nineteen_kilometres_apart(places: pd.DataFrame) -> None:
    pair = metres(places.loc[["Bambamarca", "Chota"]])
    assert np.hypot(*(pair[0] - pair[1])) == pytest.approx(19_400, abs=500)


def test_the_answer_is_not_in_the_file(dairies: pd.DataFrame) -> None:
    assert "polo" not in dairies.columns
    assert dairies["id"].tolist() == sorted(dairies["id"])
    truth = table("verdad_sintetica.csv")["polo"]
    assert (truth == truth.shift()).mean() < 0.5  # the order of the rows gives nothing away


# ---------------------------------------------------------------- labels and formats


def test_every_synthetic_row_says_so(dairies: pd.DataFrame, producers: pd.DataFrame) -> None:
    for units in (dairies, producers):
        assert (units["origen"] == "sintético").all()
        assert (units["fuente"] == "simulación").all()
        assert units["id"].is_unique
    assert dairies["nombre"].str.contains("sintética").all()
    text = (CAJAMARCA / "README.md").read_text(encoding="utf-8")
    assert "sintéticos" in text
    assert "synthetic" in text
    assert "Thiessen" in text
    assert "64 %" in text


def test_units_follow_the_data_model(dairies: pd.DataFrame, producers: pd.DataFrame) -> None:
    columns = [
        "id", "nombre", "tipo_actor", "eslabon", "cadena", "producto", "volumen", "unidad_vol",
        "periodo", "mercado_dest", "ubigeo", "distrito", "localidad", "lat", "lon",
        "precision_m", "metodo_geo", "fuente", "origen",
    ]  # fmt: skip
    assert list(producers.columns) == columns
    assert [name for name in dairies.columns if name != "dinamica"] == columns
    assert set(dairies["tipo_actor"]) == {"transformador"}
    assert set(dairies["eslabon"]) == {3}


@pytest.mark.parametrize("name", ["queserias.csv", "productores_leche.csv"])
def test_units_lie_in_the_district_they_name(name: str, districts: gpd.GeoDataFrame) -> None:
    units = pd.read_csv(CAJAMARCA / name, dtype=CODES)
    points = gpd.GeoDataFrame(
        units[["ubigeo"]], geometry=gpd.points_from_xy(units["lon"], units["lat"]), crs="EPSG:4326"
    )
    areas = districts[["ubigeo", "geometry"]].rename(columns={"ubigeo": "lies_in"})
    joined = points.sjoin(areas, predicate="within")
    assert len(joined) == len(units)
    assert (joined["ubigeo"] == joined["lies_in"]).all()


def test_codes_are_text_of_fixed_width(districts: gpd.GeoDataFrame) -> None:
    indicators = table("indicadores.csv")
    states = gpd.read_file(MEXICO / "entidades.gpkg", layer="entidades")
    for codes in (districts["ubigeo"], indicators["ubigeo"], table("queserias.csv")["ubigeo"]):
        assert codes.map(lambda code: re.fullmatch(r"06\d{4}", code) is not None).all()
    for codes in (states["cve_ent"], table("shdi.csv", MEXICO)["cve_ent"]):
        assert codes.tolist() == [f"{i:02d}" for i in range(1, 33)]


def test_sizes() -> None:
    files = [
        path for path in LAYERS.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    assert sum(path.stat().st_size for path in files) < 8_000_000
    assert BASEMAP.stat().st_size < 900_000


# --------------------------------------------------------------------- real figures


def test_districts_are_thiessen_areas_and_say_so(districts: gpd.GeoDataFrame) -> None:
    assert len(districts) == 127
    assert districts.crs.to_epsg() == 4326
    assert districts["nota"].str.contains("Thiessen").all()
    assert districts.is_valid.all()
    assert districts["ubigeo"].is_unique
    assert not districts.is_empty.any()
    outline = shapely.union_all(districts.to_crs(METRIC).geometry.to_numpy())
    areas = districts.to_crs(METRIC).area
    assert areas.sum() == pytest.approx(outline.area, rel=1e-5)  # no overlaps
    figures = table("cajamarca_distritos.csv", SOURCES)
    capitals = gpd.GeoDataFrame(
        figures[["ubigeo"]],
        geometry=gpd.points_from_xy(figures["cap_lon"], figures["cap_lat"]),
        crs="EPSG:4326",
    )
    joined = capitals.sjoin(districts[["ubigeo", "geometry"]], predicate="within")
    assert (joined["ubigeo_left"] == joined["ubigeo_right"]).all()
    assert len(joined) == 124  # three capitals lie just outside the outline


def test_figures_are_carried_over_unchanged(districts: gpd.GeoDataFrame) -> None:
    source = table("cajamarca_distritos.csv", SOURCES).set_index("ubigeo")
    shipped = table("indicadores.csv").set_index("ubigeo")
    assert set(shipped.index) == set(source.index) == set(districts["ubigeo"])
    for name in shipped.columns:
        origin = name.replace("poblacion_", "pob_")
        assert (shipped[name] == source.loc[shipped.index, origin]).all(), name
    assert shipped.loc["060103", "idh_2019"] == "0.1164"  # Chetilla, the lowest
    assert shipped["idh_2019"].astype(float).idxmin() == "060103"
    population = districts.set_index("ubigeo")["poblacion"]
    assert (population == source.loc[population.index, "pob_2020"].astype(int)).all()


def test_every_indicator_is_described() -> None:
    meta = table("indicadores.meta.csv").set_index("indicator")
    values = [name for name in table("indicadores.csv") if name.startswith(("idh_", "pobreza_"))]
    assert set(meta.index) == set(values)
    assert set(meta["family"]) <= {"monetaria", "idh", "capacidades", "marginacion"}
    assert set(meta["direction"]) == {"more_is_better", "more_is_worse"}
    assert (meta != "").all().all()
    assert meta.loc["idh_2012", "method_year"] != meta.loc["idh_2019", "method_year"]


def test_poverty_raster_is_the_district_figure_and_says_derived(
    districts: gpd.GeoDataFrame,
) -> None:
    poverty = table("indicadores.csv").set_index("ubigeo")["pobreza_2018"].astype(float)
    inside = districts.to_crs(METRIC).representative_point().to_crs(districts.crs)
    with rasterio.open(CAJAMARCA / "pobreza_2018.tif") as raster:
        assert raster.nodata == -9999
        assert raster.dtypes == ("float32",)
        assert raster.crs.to_epsg() == 4326
        assert "DERIVADA" in raster.tags()["DESCRIPTION"]
        assert "not an independent product" in raster.tags()["DESCRIPTION"]
        values = np.array([v[0] for v in raster.sample(zip(inside.x, inside.y, strict=True))])
        cells = raster.read(1)
    expected = poverty.loc[districts["ubigeo"]].to_numpy()
    assert np.mean(np.isclose(values, expected, atol=1e-3)) > 0.97
    assert np.isin(cells, [-9999, *poverty.astype(np.float32)]).all()


def test_places_of_the_paper(places: pd.DataFrame) -> None:
    assert set(POLES) <= set(places.index)
    assert len(places) == 8
    assert places["ubigeo"]["Agua Blanca"] == "061113"


def test_mexico() -> None:
    states = gpd.read_file(MEXICO / "entidades.gpkg", layer="entidades")
    shdi = pd.read_csv(MEXICO / "shdi.csv", dtype=CODES)
    assert len(states) == len(shdi) == 32
    assert states["entidad"].notna().all()
    assert states.is_valid.all()
    assert list(shdi.columns[2:]) == [f"shdi_{year}" for year in range(1990, 2023)]
    assert (states["region_articulo"] == "Sur").sum() == 8
    values = shdi.set_index("entidad")["shdi_2002"]
    assert values.nsmallest(3).to_dict() == {"Chiapas": 0.644, "Oaxaca": 0.657, "Guerrero": 0.661}
    by_region = values.groupby(states.set_index("entidad")["region_articulo"]).mean()
    assert by_region["Sur"] < by_region["Resto"]
    source = table("shdi_mexico.csv", SOURCES)
    source = source[source["cve_ent"] != ""].set_index("cve_ent")
    shipped = table("shdi.csv", MEXICO).set_index("cve_ent")
    for year in range(1990, 2023):
        assert (shipped[f"shdi_{year}"] == source.loc[shipped.index, str(year)]).all()


# ------------------------------------------------------------------ collective action


@pytest.mark.parametrize("name", PAPER_TABLES)
def test_paper_tables_tell_fact_from_assumption(name: str) -> None:
    rows = table(f"{name}.csv")
    assert len(rows) > 0
    assert set(rows["sintetico"]) <= {"si", "no"}
    assert rows.loc[rows["sintetico"] == "no", "fuente"].str.startswith("Boucher").all()
    assert rows.loc[rows["sintetico"] == "si", "fuente"].str.contains("sintético").all()


def test_organisations_and_actions_of_the_paper() -> None:
    organisations = table("organizaciones.csv").set_index("id")
    actions = table("acciones_colectivas.csv")
    assert organisations.loc["APDL", "fecha_ini"] == "1999"
    assert organisations.loc["CODELAC", "fecha_ini"] == "2002"
    assert {"QUESILLO-CHANTA", "PRODAR", "CIRAD", "IICA"} <= set(organisations.index)
    assert set(organisations["tipo"]) <= {
        "asociacion", "cooperativa", "comite", "coordinadora", "ong", "publica", "gremio",
    }  # fmt: skip
    assert set(actions["org"]) <= set(organisations.index)
    assert {"marca_colectiva", "norma_calidad", "venta_conjunta"} <= set(actions["forma"])
    resources = set(table("recursos_especificos.csv")["id"])
    assert set(actions["recurso_id"]) - {""} <= resources
    assert (actions["fecha_fin"] == "").all()
    assert (actions["estado"] == "vigente").all()
    assert actions["descripcion"].str.contains("Poronguito").any()


def test_memberships_support_level_five(dairies: pd.DataFrame) -> None:
    members = table("membresias.csv")
    organisations = table("organizaciones.csv").set_index("id")
    units = members[members["clase_miembro"] == "unidad"]
    assert set(units["miembro"]) <= set(dairies["id"])
    assert set(members["org"]) <= set(organisations.index)
    assert not members.duplicated(["miembro", "org"]).any()
    assert (members["sintetico"] == "si").all()
    assert (units["org"] == "APDL").sum() >= 0.10 * len(dairies)
    assert (units["org"] == "MODULO-AEROPUERTO").sum() == 9
    platform = members[members["org"] == "CODELAC"]
    assert set(platform["miembro"]) <= set(organisations.index)
    assert len(set(platform["eslabon"]) - {"S"}) >= 3
    assert organisations.loc[platform["miembro"], "tipo"].isin(["publica", "ong"]).any()
    assert (members["hasta"] == "").all()  # the flag comes from the declared event alone


def test_fresh_cheese_of_bambamarca_was_not_surveyed(dairies: pd.DataFrame) -> None:
    surveys, events = table("levantamiento.csv"), table("eventos.csv")
    assert set(surveys["lugar"]) == {"Cajamarca"}
    assert {"organizacion", "accion_colectiva", "recursos"} <= set(surveys["tema"])
    assert (events["clase"] == "miembros_actuan_individualmente").sum() == 1
    assert (events["fecha_precision"] != "").all()
    truth = table("verdad_sintetica.csv").set_index("id")["polo"]
    members = table("membresias.csv").query("clase_miembro == 'unidad'")["miembro"]
    assert not (truth.loc[members] == "Bambamarca").any()
    assert not (dairies.set_index("id").loc[members, "cadena"] == FRESH).any()


# ------------------------------------------------------------- studies, basemap, build


@pytest.mark.parametrize("folder", [CAJAMARCA, MEXICO], ids=lambda path: path.name)
def test_study_files_name_files_and_columns_that_exist(folder: Path) -> None:
    study = tomllib.loads((folder / "estudio.toml").read_text(encoding="utf-8"))
    for part in ("producers", "reference", "places"):
        if part in study:
            columns = table(study[part]["path"], folder).columns
            wanted = [study[part].get(key) for key in ("id", "chain", "volume", "name")]
            assert {name for name in wanted if isinstance(name, str)} <= set(columns)
    for territory in study["territories"]:
        areas = gpd.read_file(folder / territory["path"])
        keys = {
            territory[key] for key in ("key", "name", "population", "group") if key in territory
        }
        assert keys <= set(areas.columns)
        indicators = table(territory["table"], folder)
        assert {territory["key"], *territory["columns"]} <= set(indicators.columns)
        assert set(territory["indicators"]) == set(territory["columns"])
        for indicator in territory["indicators"].values():
            assert {"name", "family", "year", "unit", "better", "source"} <= set(indicator)
    for raster in study.get("rasters", []):
        assert (folder / raster["path"]).is_file()
    assert ("synthetic" in study["study"]) == (folder is CAJAMARCA)


def test_sources_are_named() -> None:
    text = (SOURCES / "SOURCES.md").read_text(encoding="utf-8")
    for path in SOURCES.iterdir():
        if path.name.startswith("articulo_"):
            assert "articulo_*.csv" in text
        elif path.name != "SOURCES.md":
            assert f"`{path.name}`" in text
    for word in ("PNUD", "INEI", "GeoNames", "Natural Earth", "Global Data Lab", "Boucher"):
        assert word in text
    assert "Natural Earth" in (BASEMAP.parent / "SOURCE.md").read_text(encoding="utf-8")


def test_basemap() -> None:
    provinces = gpd.read_file(BASEMAP, layer="admin1")
    countries = gpd.read_file(BASEMAP, layer="countries")
    assert list(provinces.columns) == ["iso_a2", "country", "name", "geometry"]
    assert list(countries.columns) == ["iso_a2", "name", "geometry"]
    for layer in (provinces, countries):
        assert layer.crs.to_epsg() == 4326
        assert layer.notna().all().all()
        assert layer.is_valid.all()
        assert not layer.is_empty.any()
    assert {"PE", "MX", "CO", "BR", "AR"} <= set(provinces["iso_a2"])
    assert (provinces["iso_a2"] == "MX").sum() == 32
    assert countries["iso_a2"].is_unique
    inside = {"PE": (-78.51, -7.15), "MX": (-89.6, 20.9), "DE": (10.0, 50.0), "AT": (14.5, 47.5)}
    for code, (lon, lat) in inside.items():
        [hit] = countries.loc[countries.contains(shapely.Point(lon, lat)), "iso_a2"]
        assert hit == code


def load_build() -> ModuleType:
    """Import the build script from its path."""
    spec = importlib.util.spec_from_file_location("sample_layers_build", LAYERS / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(
    not hasattr(shapely, "coverage_simplify") or shapely.geos_version < (3, 12, 0),
    reason="the basemap is built with coverage_simplify (shapely 2.1, GEOS 3.12)",
)
def test_rebuilding_gives_the_committed_files(tmp_path: Path) -> None:
    load_build().main(["--output", str(tmp_path)])
    rebuilt = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    committed = {
        path.relative_to(ROOT)
        for folder in (CAJAMARCA, MEXICO, BASEMAP.parent)
        for path in folder.iterdir()
        if path.suffix in {".csv", ".gpkg", ".tif"}
    } - {(BASEMAP.parent / name).relative_to(ROOT) for name in BY_HAND}
    assert rebuilt == committed
    for path in sorted(rebuilt):
        new, old = tmp_path / path, ROOT / path
        if path.suffix == ".csv":
            assert new.read_bytes() == old.read_bytes(), path
        elif path.suffix == ".tif":
            with rasterio.open(new) as a, rasterio.open(old) as b:
                assert a.transform == b.transform
                assert a.tags() == b.tags()
                np.testing.assert_array_equal(a.read(1), b.read(1))
        else:
            for layer in gpd.list_layers(old)["name"]:
                a, b = gpd.read_file(new, layer=layer), gpd.read_file(old, layer=layer)
                pd.testing.assert_frame_equal(
                    pd.DataFrame(a.drop(columns="geometry")),
                    pd.DataFrame(b.drop(columns="geometry")),
                )
                assert shapely.equals_exact(
                    a.normalize().to_numpy(), b.normalize().to_numpy(), tolerance=1e-6
                ).all(), (path, layer)
