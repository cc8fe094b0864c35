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
