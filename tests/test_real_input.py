"""The main job on real files: establishments of Yucatán, farm shops of three countries, real limits.

The data are read where they lie beside the checkout and are never part of the project.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

import sialgeo
from sialgeo.model import EVIDENCE, TESTED, Concentrations

pytestmark = pytest.mark.shared


def answer(
    cases: gpd.GeoDataFrame, reference: object, radius: float | str, least: int = 5
) -> Concentrations:
    detector = sialgeo.RelativeDBSCAN(radius=radius, min_units=least)
    found = sialgeo.detect(cases, detector, reference=reference)
    if len(found) == 0:
        return found
    return sialgeo.assess(found, detector=detector, reference=reference, replicates=199)


@pytest.fixture(scope="module")
def yucatan(shared_data: Path) -> gpd.GeoDataFrame:
    file = shared_data / "mexico_yucatan_denue_alimentos" / "yucatan_denue_alimentos_2021.csv"
    return sialgeo.read_producers(file)


@pytest.fixture(scope="module")
def establishments(yucatan: gpd.GeoDataFrame) -> sialgeo.Reference:
    return sialgeo.Reference.from_points(yucatan, includes_producers=True, key="id")


def test_every_establishment_is_read(yucatan: gpd.GeoDataFrame) -> None:
    assert len(yucatan) == 2_418
    assert yucatan.crs == "EPSG:4326"
    assert yucatan["codigo_act"].map(type).eq(str).all()
    assert yucatan["cvegeo"].str.len().eq(5).all()


def test_honey_wholesale_gathers_around_izamal_at_twenty_kilometres(
    yucatan: gpd.GeoDataFrame, establishments: sialgeo.Reference
) -> None:
    honey = sialgeo.select_cases(yucatan, "codigo_act == '431194'")
    assert len(honey) == 34
    assert len(answer(honey, establishments, 5_000)) == 0
    wide = answer(honey, establishments, 20_000, least=3)
    real = wide.areas[wide.areas[EVIDENCE] == TESTED]
    assert real["name"].tolist() == ["Izamal"]


def test_dairies_gather_in_the_cattle_country_not_in_the_capital(
    yucatan: gpd.GeoDataFrame, establishments: sialgeo.Reference
) -> None:
    dairies = sialgeo.select_cases(yucatan, "codigo_act == '311513'")
    assert len(dairies) == 15
    found = answer(dairies, establishments, 20_000, least=3)
    real = found.areas[found.areas[EVIDENCE] == TESTED]
    assert len(real) == 1
    members = found.producers[found.producers.concentration == real.index[0]]
    assert set(members["municipio"]) <= {"Sucilá", "Tizimín", "Panabá", "Espita", "Buctzotz"}
    assert "Mérida" not in set(members["municipio"])


def test_tortillerias_are_most_of_the_pool_and_show_nothing(
    yucatan: gpd.GeoDataFrame, establishments: sialgeo.Reference
) -> None:
    """2,018 of 2,418: plain density would report the capital."""
    tortillerias = sialgeo.select_cases(yucatan, "codigo_act == '311830'")
    assert len(tortillerias) == 2_018
    found = answer(tortillerias, establishments, 5_000)
    assert not (found.areas[EVIDENCE] == TESTED).any()
    plain = sialgeo.detect(tortillerias, sialgeo.DBSCAN(radius=5_000, min_units=20))
    assert "Mérida" in set(plain.areas["name"])
    assert set(plain.areas[EVIDENCE]) == {"exploratory"}


@pytest.mark.parametrize(("kind", "least"), [("beekeeper", 5), ("vending_machine", 5)])
def test_farm_shops_of_three_countries(shared_data: Path, kind: str, least: int) -> None:
    shops = sialgeo.read_producers(shared_data / "osm_farmshops_dach" / "osm_farmshops_dach.csv")
    assert len(shops) == 23_972
    reference = sialgeo.Reference.from_points(shops, includes_producers=True, key="osm_id")
    cases = sialgeo.select_cases(shops, f"tipo == '{kind}'")
    found = answer(cases, reference, 10_000, least)
    assert found.steps[0].crs.startswith("+proj=aeqd"), "three countries fit no UTM zone"
    real = found.areas[found.areas[EVIDENCE] == TESTED]
    assert 5 <= len(real) <= 60
    assert (real["relative_risk"] > 1.2).all()
    if kind == "beekeeper":
        centre = real.geometry.iloc[0].centroid
        assert (round(centre.x), round(centre.y)) == (16, 47), "eastern Styria"


def test_real_districts_under_the_sample_dairies(shared_data: Path) -> None:
    sample = sialgeo.load_sample("cajamarca")
    folder = shared_data / "cajamarca_distritos"
    districts = sialgeo.read_territories(folder / "cajamarca_distritos.gpkg", key="ubigeo")
    assert len(districts) == 127
    rule = sialgeo.RelativeDBSCAN(radius=5_000)
    found = sialgeo.detect(sample.producers, rule, reference=sample.reference, places=sample.places)
    over = sialgeo.overlay(
        found,
        districts,
        columns=["idh_2019", "pobreza_2018"],
        key="ubigeo",
        name="distrito",
        population="pob_2020",
    )
    areas = over.areas.set_index("name")
    assert set(areas.index) == {"Cajamarca", "Bambamarca", "Chota", "Cutervo", "Agua Blanca"}
    assert areas["idh_2019"].between(0.1, 0.7).all()
    assert areas["idh_2019__covered"].gt(0.95).all()
    assert areas["idh_2019"].idxmax() == "Cajamarca"
    assert areas["pobreza_2018"].idxmin() == "Cajamarca"


# --- the eleven folders, with no option given -----------------------------------------------------
FOLDERS = {
    "cajamarca_centros_poblados/cajamarca_centros_poblados.csv": ("points", 6_513),
    "cajamarca_distritos/cajamarca_distritos.csv": ("points", 127),
    "cajamarca_distritos/cajamarca_distritos.gpkg": ("polygons", 127),
    "cajamarca_lugares_articulo/cajamarca_lugares_articulo.csv": ("points", 8),
    "cajamarca_raster_derivado/cajamarca_idh_2019_0p01.tif": ("raster", 314 * 172),
    "clasicos/nc_sids.gpkg": ("polygons", 100),
    "mexico_entidades/mexico_entidades.geojson": ("polygons", 32),
    "mexico_municipios/mexico_municipios.gpkg": ("polygons", 2_469),
    "mexico_municipios/mexico_municipios_idh_marginacion.csv": ("figures", 2_469),
    "mexico_yucatan_denue_alimentos/yucatan_denue_alimentos_2021.csv": ("points", 2_418),
    "osm_farmshops_dach/osm_farmshops_dach.csv": ("points", 23_972),
    "peru_limites/peru_departamentos.geojson": ("polygons", 25),
    "peru_limites/peru_provincias.geojson": ("polygons", 197),
    "peru_limites/peru_capitales_provincia.geojson": ("points", 194),
    "peru_limites/peru_distritos_idh_pobreza.csv": ("figures", 1_892),
    "shdi_mexico_peru/shdi_mexico_peru_1990_2022.csv": ("figures", 40),
    "us_farmers_markets/us_farmers_markets.csv": ("points", 8_759),
}
READ = {
    "points": sialgeo.read_producers,
    "polygons": sialgeo.read_territories,
    "figures": sialgeo.read_indicators,
    "raster": lambda path: sialgeo.read_raster(path).values.ravel(),
}


def test_every_folder_has_its_file_here(shared_data: Path) -> None:
    assert {Path(f).parent.name for f in FOLDERS} == {p.name for p in shared_data.iterdir()}


@pytest.mark.parametrize("file", FOLDERS)
def test_a_real_file_is_read_with_no_option(shared_data: Path, file: str) -> None:
    kind, rows = FOLDERS[file]
    found = READ[kind](shared_data / file)
    assert len(found) == rows


GUESSES = {
    "cajamarca_centros_poblados/cajamarca_centros_poblados.csv": (["lon", "lat"], ["PE"], None),
    "cajamarca_distritos/cajamarca_distritos.csv": (["cap_lon", "cap_lat"], ["PE"], None),
    "mexico_yucatan_denue_alimentos/yucatan_denue_alimentos_2021.csv": (
        ["lon", "lat"],
        ["MX"],
        "denue",
    ),
    "osm_farmshops_dach/osm_farmshops_dach.csv": (["lon", "lat"], ["DE", "AT", "CH"], None),
    "us_farmers_markets/us_farmers_markets.csv": (["lon", "lat"], ["US"], None),
}


@pytest.mark.parametrize("file", GUESSES)
def test_guesses_are_those_a_person_would_make(shared_data: Path, file: str) -> None:
    columns, country, preset = GUESSES[file]
    found = sialgeo.read_producers(shared_data / file)
    guessed = {g["what"]: g["value"] for g in found.attrs["reading"]["guesses"]}
    assert guessed["columns"] == columns
    assert guessed["crs"] == "EPSG:4326"
    assert set(guessed["country"]) == set(country)
    assert guessed.get("preset") == preset
    assert "signs" not in guessed


def test_dirty_rows_of_the_farmers_markets(shared_data: Path) -> None:
    """Heaped and coarse positions; islands that the outlines leave out are warned of, never lost."""
    markets = sialgeo.read_producers(shared_data / "us_farmers_markets" / "us_farmers_markets.csv")
    found = sialgeo.check_producers(markets)
    assert (found.read, found.rejected) == (8_759, 0)
    assert found.counts["coordenadas_repetidas"] == 23
    assert found.counts["precision_baja"] == 3
    at_sea = found.faults.loc[found.faults["code"] == "en_el_mar", "row"]
    assert set(markets.loc[at_sea, "State"]) == {"Hawaii"}


def test_dirty_rows_of_yucatan(shared_data: Path, yucatan: gpd.GeoDataFrame) -> None:
    towns = sialgeo.read_territories(shared_data / "mexico_municipios" / "mexico_municipios.gpkg")
    towns = towns[towns["cvegeo"].str.startswith("31")]
    found = sialgeo.check_producers(yucatan, districts=towns)
    assert found.counts == {"coordenadas_repetidas": 19, "centroide": 2}
    centres = found.faults.loc[found.faults["code"] == "centroide", "row"]
    assert set(yucatan.loc[centres, "municipio"]) == {"Seyé"}
    assert yucatan["cadena"].notna().all()
    moved = yucatan.copy()
    moved.loc[moved.index[0], "cvegeo"] = "31050"  # Maxcanú's beer is not Mérida's
    told = sialgeo.check_producers(moved, districts=towns).faults
    far = told[told["code"] == "lejos_del_distrito"]
    assert far["row"].tolist() == [moved.index[0]]
    assert "31050" in far["proposal"].iloc[0]
