"""Readers: what is guessed, what is refused, and that no row is lost."""

from __future__ import annotations

import csv
import json
import os
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from pyproj import Transformer
from shapely.geometry import LineString, MultiPoint, Point, Polygon, box

import sialgeo
from sialgeo.errors import (
    CRSError,
    FileError,
    MissingDependencyError,
    ParameterError,
    SchemaError,
    SialgeoError,
)
from sialgeo.readers import grids
from sialgeo.readers.columns import number, repair_codes, sexagesimal
from sialgeo.readers.names import coordinate_pairs, is_code

# three dairies of Cajamarca and one of Jaén, degrees
LONLAT = [(-78.512, -7.163), (-78.617, -7.158), (-78.8178, -6.3794), (-78.8079, -5.7079)]


def utm(zone: int = 32717, lonlat: list[tuple[float, float]] = LONLAT) -> list[tuple[float, float]]:
    change = Transformer.from_crs(4326, zone, always_xy=True)
    return [tuple(round(v, 1) for v in change.transform(*p)) for p in lonlat]  # type: ignore[misc]


def write(folder: Path, text: str, name: str = "p.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def table(folder: Path, rows: list[tuple[Any, ...]], header: str = "id,lat,lon") -> Path:
    lines = [header, *(",".join(map(str, r)) for r in rows)]
    return write(folder, "\n".join(lines) + "\n")


def xy(points: gpd.GeoDataFrame) -> list[tuple[float, float]]:
    return [(round(p.x, 6), round(p.y, 6)) for p in points.geometry]


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def bare(layer: gpd.GeoDataFrame, path: Path) -> Path:
    """Write a shapefile without its .prj."""
    layer.to_file(path)
    path.with_suffix(".prj").unlink()
    return path


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def refused(kind: type[SialgeoError], *parts: str, path: Path, **keywords: Any) -> str:
    """The reading is refused with one error that says these parts."""
    with pytest.raises(kind) as caught:
        sialgeo.read_producers(path, **keywords)
    said = str(caught.value)
    for part in parts:
        assert part in said
    return said


# --- guesses --------------------------------------------------------------------------------------
def test_a_table_is_read_with_no_option(tmp_path: Path) -> None:
    said: list[str] = []
    path = write(
        tmp_path,
        "ubigeo;quesería;latitud;longitud;litros\n"
        "060101;Añaco;-7,163;-78,512;1.234,5\n060108;Peña;-7,158;-78,617;87\n",
        encoding="cp1252",
    )
    found = sialgeo.read_producers(path, say=said.append)
    assert xy(found) == LONLAT[:2]
    assert found.crs.to_epsg() == 4326
    assert found["ubigeo"].tolist() == ["060101", "060108"]
    assert found["quesería"].tolist() == ["Añaco", "Peña"]
    assert found["litros"].tolist() == [1234.5, 87.0]
    assert found.index.tolist() == [2, 3]
    reading = found.attrs["reading"]
    guessed = {g["what"]: g["value"] for g in reading["guesses"]}
    assert guessed == {
        "encoding": "cp1252",
        "separator": ";",
        "columns": ["longitud", "latitud"],
        "decimal": ",",
        "crs": "EPSG:4326",
        "country": ["PE"],
    }
    assert [g["sentence"] for g in reading["guesses"]] == said
    assert all(
        0 <= g["confidence"] <= 1 and "confidence" in g["sentence"] for g in reading["guesses"]
    )
    assert (reading["read"], reading["rejected"], reading["reasons"]) == (2, 0, {})
    json.dumps(found.attrs)


def test_sentences_follow_the_language(tmp_path: Path) -> None:
    path = table(tmp_path, [("a", -7.1, -78.5)])
    for code in ("es", "en"):
        sialgeo.set_language(code)
        found = sialgeo.read_producers(path)
        assert len(found.attrs["reading"]["guesses"]) == 3
        with pytest.raises(SchemaError, match="altura"):
            sialgeo.read_producers(path, x="altura", y="lat")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("decimal", [".", ","])
def test_separator_and_decimal(tmp_path: Path, separator: str, decimal: str) -> None:
    quote = '"' if separator == decimal else ""
    rows = [
        separator.join([f"q{i}", *(quote + str(v).replace(".", decimal) + quote for v in p)])
        for i, p in enumerate(LONLAT)
    ]
    path = write(tmp_path, "\n".join([separator.join(["id", "X", "Y"]), *rows]))
    assert xy(sialgeo.read_producers(path)) == LONLAT


def test_numbers_of_both_conventions() -> None:
    assert number("9.207.123,5", ",") == 9207123.5
    assert number("1,234.5", ".") == 1234.5
    assert number("1 234,5", ",") == 1234.5
    assert number("-7,16", ".") is None
    assert number("1.2.3", ".") is None
    assert number("−7.16", ".") == -7.16
    assert number("12,34,56", ".") is None


def test_a_decimal_that_is_open_is_asked(tmp_path: Path) -> None:
    rows = [[f"q{i}", x, y, "1,234"] for i, (x, y) in enumerate(LONLAT)]
    path = workbook(tmp_path / "p.xlsx", a=[["id", "lon", "lat", "litros"], *rows])
    refused(SchemaError, "litros", "1,234", "1234", "1.234", path=path)
    assert sialgeo.read_producers(path, decimal=",")["litros"].tolist() == [1.234] * 4
    assert sialgeo.read_producers(path, decimal=".")["litros"].tolist() == [1234] * 4


def test_coordinates_decide_an_open_decimal(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,lat,lon,litros\na,-7.1634,-78.5126,"1,234"\n')
    assert sialgeo.read_producers(path)["litros"].tolist() == [1234]
    path = write(tmp_path, "id;lat;lon;litros\na;-7,1634;-78,5126;1,234\n")
    assert sialgeo.read_producers(path)["litros"].tolist() == [1.234]


def test_metres_grouped_by_points(tmp_path: Path) -> None:
    rows = [(f"{e:,.0f}".replace(",", "."), f"{n:,.0f}".replace(",", ".")) for e, n in utm()]
    path = write(tmp_path, "Este;Norte\n" + "\n".join(";".join(r) for r in rows))
    found = sialgeo.read_producers(path)
    assert found.crs.to_epsg() == 32717
    assert found.geometry.x.tolist() == [round(e) for e, _n in utm()]


@pytest.mark.parametrize(
    ("names", "x", "y"),
    [
        (["id", "LATITUD", "LONGITUD"], "LONGITUD", "LATITUD"),
        (["Latitude (WGS84)", "Longitude (WGS84)"], "Longitude (WGS84)", "Latitude (WGS84)"),
        (
            ["_x_latitude", "_x_longitude", "_x_altitude", "_x_precision"],
            "_x_longitude",
            "_x_latitude",
        ),
        (
            ["grupo/gps_latitude", "grupo/gps_longitude"],
            "grupo/gps_longitude",
            "grupo/gps_latitude",
        ),
        (["lat", "lng"], "lng", "lat"),
        (["X", "Y", "precio_x_kilo"], "X", "Y"),
        (["Este (m)", "Norte (m)"], "Este (m)", "Norte (m)"),
        (["UTM_X", "UTM_Y"], "UTM_X", "UTM_Y"),
        (["coord_este", "coord_norte"], "coord_este", "coord_norte"),
        (["POINT_X", "POINT_Y"], "POINT_X", "POINT_Y"),
        (["E", "N"], "E", "N"),
        (["lat", "lon", "X", "Y"], "lon", "lat"),
        (["cap_lat", "cap_lon", "lat", "lon"], "lon", "lat"),
    ],
)
def test_names_of_coordinates(names: list[str], x: str, y: str) -> None:
    best = coordinate_pairs(names)[0]
    assert (best.x, best.y) == (x, y)


def test_two_equal_pairs_are_asked(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        [("a", -7.1, -78.5, -7.2, -78.6)],
        "id,_casa_latitude,_casa_longitude,_planta_latitude,_planta_longitude",
    )
    refused(SchemaError, "_casa_longitude + _casa_latitude", "_planta_longitude", path=path)
    found = sialgeo.read_producers(path, x="_planta_longitude", y="_planta_latitude")
    assert xy(found) == [(-78.6, -7.2)]


def test_an_empty_pair_is_no_candidate(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        [("a", "", "", -7.2, -78.6)],
        "id,_casa_latitude,_casa_longitude,_planta_latitude,_planta_longitude",
    )
    assert xy(sialgeo.read_producers(path)) == [(-78.6, -7.2)]


def test_codes_stay_text() -> None:
    for name in (
        "codigo_act",
        "UBIGEO",
        "CVEGEO",
        "cve_mun",
        "clave SCIAN",
        "Cód. postal",
        "osm_id",
    ):
        assert is_code(name), name
    for name in ("idh_2019", "litros", "pobreza_2018", "ideal", "latitud"):
        assert not is_code(name), name


def test_a_leading_zero_makes_text(tmp_path: Path) -> None:
    path = table(tmp_path, [("007", -7.1, -78.5), ("123", -7.2, -78.6)], "lote,lat,lon")
    assert sialgeo.read_producers(path)["lote"].tolist() == ["007", "123"]


def test_types_of_columns(tmp_path: Path) -> None:
    header = "lat,lon,n,v,vacia,marca,texto,grande"
    rows = [
        (-7.1, -78.5, 1, 1.5, "", "true", "12 kg", "12345678901234567"),
        (-7.2, -78.6, 2, "n.d.", "", "false", "x", "12345678901234568"),
    ]
    found = sialgeo.read_producers(table(tmp_path, rows, header))
    assert found["n"].tolist() == [1, 2]
    assert found["n"].dtype == "int64"
    assert found["v"].tolist()[0] == 1.5
    assert np.isnan(found["v"].tolist()[1])
    assert found["vacia"].isna().all()
    assert found["marca"].tolist() == [True, False]
    assert found["texto"].tolist() == ["12 kg", "x"]
    assert found["grande"].tolist() == ["12345678901234567", "12345678901234568"]


def test_sexagesimal_coordinates(tmp_path: Path) -> None:
    assert sexagesimal("78°31'12\"O") == -78.52
    assert sexagesimal("78°31'12\"W") == -78.52
    assert sexagesimal("O 78° 31' 12\"") == -78.52
    assert sexagesimal("7°09.5' S") == pytest.approx(-7.158333)
    assert sexagesimal("7°30' Norte") == 7.5
    assert sexagesimal("7°61'") is None
    assert sexagesimal("-7.5") is None
    path = write(tmp_path, "id;lat;lon\na;7°09'46\"S;78°30'43\"O\nb;-7,2;-78,6\n")
    found = sialgeo.read_producers(path)
    assert found.geometry.x.tolist() == pytest.approx([-78.511944, -78.6])
    assert any("oeste" in note for note in found.attrs["reading"]["notes"])


def test_one_column_holds_the_position(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,gps\na,"-7.163 -78.512 2750 4.5"\nb,\n')
    found = sialgeo.read_producers(path)
    assert xy(found) == LONLAT[:1]
    assert list(found.columns) == ["id", "gps", "geometry"]
    assert found.attrs["reading"]["reasons"] == {"coord_vacia": 1}
    path = write(tmp_path, "id,wkt\na,POINT (-78.512 -7.163)\n")
    assert xy(sialgeo.read_producers(path)) == LONLAT[:1]


def test_the_header_is_found_below_titles(tmp_path: Path) -> None:
    rows = [["Padrón de queserías 2024"], [], ["N°", "Lat", "Lon", 2019]]
    rows += [[i + 1, y, x, 5] for i, (x, y) in enumerate(LONLAT)]
    path = workbook(tmp_path / "p.xlsx", Hoja1=rows)
    found = sialgeo.read_producers(path)
    assert xy(found) == LONLAT
    assert found.index.tolist() == [4, 5, 6, 7]
    assert list(found.columns) == ["N°", "Lat", "Lon", "2019", "geometry"]
    text = "\n".join(";".join(str(c) for c in r) for r in rows)
    assert sialgeo.read_producers(write(tmp_path, text)).index.tolist() == [4, 5, 6, 7]


def test_no_header(tmp_path: Path) -> None:
    path = write(tmp_path, "\n".join(f"{x},{y}" for x, y in LONLAT))
    refused(SchemaError, "columna_1, columna_2", 'x="', path=path)
    assert xy(sialgeo.read_producers(path, x="columna_1", y="columna_2")) == LONLAT


def test_sheets(tmp_path: Path) -> None:
    data = [["id", "lat", "lon"], ["a", -7.163, -78.512]]
    path = workbook(tmp_path / "p.xlsx", notas=[["leer antes"]], datos=data)
    assert xy(sialgeo.read_producers(path)) == LONLAT[:1]
    path = workbook(tmp_path / "q.xlsx", uno=data, dos=data)
    refused(SchemaError, "uno, dos", 'layer="uno"', path=path)
    assert len(sialgeo.read_producers(path, layer="dos")) == 1
    refused(SchemaError, "tres", "uno, dos", path=path, layer="tres")


def test_repeated_and_nameless_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "id,lat,lon,v,v,,\na,-7.1,-78.5,1,2,3,\n")
    found = sialgeo.read_producers(path)
    assert list(found.columns) == ["id", "lat", "lon", "v", "v_2", "columna_6", "geometry"]
    assert any("v_2" in note for note in found.attrs["reading"]["notes"])


def test_a_byte_order_mark_and_utf16(tmp_path: Path) -> None:
    text = "código,lat,lon\na,-7.163,-78.512\n"
    for encoding in ("utf-8-sig", "utf-16", "utf-8", "cp1252"):
        found = sialgeo.read_producers(write(tmp_path, text, encoding=encoding))
        assert next(iter(found.columns)) == "código"
    refused(ParameterError, "klingon", path=write(tmp_path, text), encoding="klingon")
    refused(FileError, "ascii", "encoding=", path=write(tmp_path, text), encoding="ascii")


def test_excel_first_line_sep(tmp_path: Path) -> None:
    found = sialgeo.read_producers(write(tmp_path, "sep=;\nlat;lon\n-7,163;-78,512\n"))
    assert xy(found) == LONLAT[:1]
    assert found.index.tolist() == [2]  # Excel hides that line


def test_close_separators_are_asked(tmp_path: Path) -> None:
    path = write(tmp_path, "a;b,c\nuno;x,y\ndos;z,w\n")
    refused(SchemaError, "semicolon", "comma", "separator=", path=path)


# --- reference systems ----------------------------------------------------------------------------
def test_utm_zone_by_the_outline_of_the_country(tmp_path: Path) -> None:
    path = table(tmp_path, [("q", *p) for p in utm()], "id,Este,Norte")
    found = sialgeo.read_producers(path)
    assert found.crs.to_epsg() == 32717
    guess = next(g for g in found.attrs["reading"]["guesses"] if g["what"] == "crs")
    assert guess["value"] == "EPSG:32717"
    assert guess["confidence"] > 0.9
    assert xy(found) == utm()


def test_mexico_utm(tmp_path: Path) -> None:
    merida = [(-89.62, 20.97), (-89.59, 20.98), (-88.2, 20.69), (-90.05, 21.16)]
    path = table(tmp_path, [("q", *p) for p in utm(32616, merida)], "id,X,Y")
    refused(CRSError, "UTM 14 N", "UTM 16 N", path=path)
    assert sialgeo.read_producers(path, crs=32616).crs.to_epsg() == 32616
    path = table(tmp_path, [("Yucatán", *p) for p in utm(32616, merida)], "entidad,X,Y")
    assert sialgeo.read_producers(path).crs.to_epsg() == 32616


def test_a_zone_that_is_open_is_asked(tmp_path: Path) -> None:
    lima = [(-77.03, -12.05), (-76.95, -12.1)]
    rows = [("q", *p, "Lima") for p in utm(32718, lima)]
    path = table(tmp_path, [r[:3] for r in rows], "id,Este,Norte")
    refused(CRSError, "UTM 18 S", "UTM 19 S", 'crs="EPSG:', path=path)
    assert sialgeo.read_producers(path, crs="EPSG:32718").crs.to_epsg() == 32718
    declared = table(tmp_path, rows, "id,Este,Norte,departamento")
    assert sialgeo.read_producers(declared).crs.to_epsg() == 32718
    zoned = table(tmp_path, [(*r[:3], "18S") for r in rows], "id,Este,Norte,zona")
    assert sialgeo.read_producers(zoned).crs.to_epsg() == 32718


def test_a_country_tells_its_zones(tmp_path: Path) -> None:
    quito = [(-78.5, -0.2), (-79.2, -3.99)]
    path = table(tmp_path, [("q", *p) for p in utm(32717, quito)], "id,X,Y")
    refused(CRSError, "cannot be told", "country=", path=path)
    assert sialgeo.read_producers(path, country="Ecuador").crs.to_epsg() == 32717


def test_mixed_zones_by_their_column(tmp_path: Path) -> None:
    first, second = utm(32717, LONLAT[:1])[0], utm(32718, [(-77.03, -12.05)])[0]
    rows = [(*first, "17 S")] * 5 + [(*second, "18L")] * 5 + [(*second, "")]
    path = table(tmp_path, rows, "Este,Norte,zona_utm")
    found = sialgeo.read_producers(path)
    assert found.crs.to_epsg() == 4326
    assert xy(found)[0] == pytest.approx(LONLAT[0], abs=1e-5)
    assert xy(found)[5] == pytest.approx((-77.03, -12.05), abs=1e-5)
    assert found.attrs["reading"]["reasons"] == {"zona_utm_dudosa": 1}


def test_web_mercator(tmp_path: Path) -> None:
    path = table(tmp_path, [("q", *p) for p in utm(3857)], "id,X,Y")
    assert sialgeo.read_producers(path).crs.to_epsg() == 3857


def test_without_outlines_degrees_are_read_and_metres_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sialgeo.triage import countries

    cached = (countries.outlines, countries.area_of, countries.admin1)
    for each in cached:
        each.cache_clear()
    monkeypatch.setattr(countries, "_OUTLINES", tmp_path / "absent.gpkg")
    try:
        path = table(tmp_path, [("a", y, x) for x, y in LONLAT])
        assert xy(sialgeo.read_producers(path)) == LONLAT
        stated = sialgeo.read_producers(path, country="PE")
        assert any("outlines" in n for n in stated.attrs["reading"]["notes"])
        path = table(tmp_path, [("a", *p) for p in utm()], "id,X,Y")
        refused(CRSError, "cannot be told", "32717", path=path)
        assert len(sialgeo.read_producers(path, crs=32717)) == 4
    finally:
        for each in cached:
            each.cache_clear()


def test_degrees_taken_for_metres_and_the_other_way(tmp_path: Path) -> None:
    path = table(tmp_path, [("a", y, x) for x, y in LONLAT])
    refused(CRSError, "are degrees", "EPSG:32717 is in metres", path=path, crs="EPSG:32717")
    path = table(tmp_path, [("a", *p) for p in utm()], "id,X,Y")
    refused(CRSError, "are metres", "EPSG:4326 is in degrees", path=path, crs="EPSG:4326")
    refused(CRSError, "EPSG:nonsense", "unknown", path=path, crs="EPSG:nonsense")


def test_utm_under_names_of_degrees(tmp_path: Path) -> None:
    path = table(tmp_path, [("a", n, e) for e, n in utm()])
    refused(CRSError, "“lon”", "“lat”", "UTM metres", 'crs="EPSG:32717"', path=path)
    assert sialgeo.read_producers(path, crs="EPSG:32717").crs.to_epsg() == 32717


# --- rows that cannot be used ---------------------------------------------------------------------
BAD = [
    ("a", -7.163, -78.512),
    ("vacia", "", -78.5),
    ("texto", "norte", -78.5),
    ("coma", '"-7,163"', -78.5),
    ("nan", "NaN", -78.5),
    ("inf", "inf", -78.5),
    ("cero", 0, 0),
    ("girada", -78.512, -7.163),
    ("signo", -7.163, 78.512),
    ("metros", 9207123, 774321),
    ("lejos", -7.1, -785.12),
    ("=1+1", "", ""),
]


def test_rejected_rows_are_never_lost(tmp_path: Path) -> None:
    path = table(tmp_path, [*BAD, *[("b", y, x) for x, y in LONLAT] * 4])
    out = tmp_path / "rechazados.csv"
    found = sialgeo.read_producers(path, rejected=out)
    rows = records(out)
    reading = found.attrs["reading"]
    assert len(found) + len(rows) == reading["read"] == len(BAD) + 16
    assert reading["rejected"] == len(rows) == 11
    assert {r["id"]: r["reason"] for r in rows} == {
        "vacia": "coord_vacia",
        "texto": "coord_no_numerica",
        "coma": "coord_no_numerica",
        "nan": "coord_no_finita",
        "inf": "coord_no_finita",
        "cero": "cero_cero",
        "girada": "lat_lon_invertidas",
        "signo": "signo_omitido",
        "metros": "utm_en_columna_lat_lon",
        "lejos": "fuera_de_rango",
        "'=1+1": "coord_vacia",
    }
    assert [r["row"] for r in rows] == [str(i) for i in range(3, 14)]
    by_id = {r["id"]: r for r in rows}
    assert by_id["girada"]["proposal"] == "lon = -78.512, lat = -7.163"
    assert by_id["signo"]["proposal"] == "lon = -78.512, lat = -7.163"
    assert "-7.163" in by_id["coma"]["proposal"]
    assert by_id["coma"]["lat"] == "-7,163"
    assert by_id["texto"]["column"] == "lat"
    assert found["id"].tolist() == ["a", *["b"] * 16]
    triage = sialgeo.check_producers(found)
    assert (triage.read, triage.rejected) == (28, 11)
    assert triage.counts["coord_no_numerica"] == 2


def test_nothing_rejected_leaves_an_empty_list(tmp_path: Path) -> None:
    out = tmp_path / "rechazados.csv"
    out.write_text("of an earlier run")
    sialgeo.read_producers(table(tmp_path, [("a", -7.1, -78.5)]), rejected=out)
    assert out.read_text(encoding="utf-8-sig").splitlines() == [
        "row,column,reason,severity,explanation,proposal,id,lat,lon"
    ]


def test_rejected_is_not_the_input(tmp_path: Path) -> None:
    path = table(tmp_path, [("a", -7.1, -78.5)])
    refused(ParameterError, "rejected", path=path, rejected=path)
    assert path.read_text().startswith("id,lat,lon")


def test_all_rows_swapped(tmp_path: Path) -> None:
    path = table(tmp_path, [("a", x, y) for x, y in LONLAT])
    found = sialgeo.read_producers(path)
    assert xy(found) == LONLAT
    guesses = {g["what"]: g for g in found.attrs["reading"]["guesses"]}
    assert guesses["columns"]["value"] == ["lat", "lon"]
    assert "“lat” holds longitudes" in guesses["axes"]["sentence"]
    assert guesses["axes"]["confidence"] == 1.0
    assert xy(sialgeo.read_producers(path, x="lat", y="lon")) == LONLAT
    refused(SchemaError, "lat_lon_invertidas 4", path=path, x="lon", y="lat")


def test_a_stated_country_rejects_what_lies_outside(tmp_path: Path) -> None:
    berlin, lima = ("b", 52.5, 13.4), ("l", -12.05, -77.03)
    path = table(tmp_path, [("a", y, x) for x, y in LONLAT] + [berlin, lima])
    found = sialgeo.read_producers(path, country="Perú")
    assert found.attrs["reading"]["reasons"] == {"fuera_del_pais": 1}
    assert "l" in found["id"].tolist()
    assert len(sialgeo.read_producers(path)) == 6  # not stated: kept, a warning of check_producers
    refused(ParameterError, "Atlantis", path=path, country="Atlantis")


def test_points_at_sea_are_read_when_asked(tmp_path: Path) -> None:
    near, far = ("a", -9.0, -79.0), ("b", -9.0, -79.5)
    assert len(sialgeo.read_producers(table(tmp_path, [near, near]))) == 2
    refused(SchemaError, "signo_omitido 2", 'country="any"', path=table(tmp_path, [far, far]))
    assert len(sialgeo.read_producers(table(tmp_path, [far, far]), country="any")) == 2


def test_rows_longer_than_the_header(tmp_path: Path) -> None:
    path = write(tmp_path, "id,lat,lon\na,-7.1,-78.5\nb,-7,2,-78,6\nc,-7.2,-78.6,\nd,-7.3\n")
    out = tmp_path / "r.csv"
    found = sialgeo.read_producers(path, rejected=out)
    assert found["id"].tolist() == ["a", "c"]
    rows = records(out)
    assert [(r["row"], r["reason"], r["extra"]) for r in rows] == [
        ("3", "columnas_de_mas", "'-78 | 6"),
        ("5", "coord_vacia", ""),
    ]
    path = write(tmp_path, "id,lat,lon\na,-7,1,-78,5\nb,-7,2,-78,6\n")
    refused(SchemaError, "more cells than the header", "decimal comma", path=path)


def test_cells_with_line_breaks_count_as_one_row(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,lat,lon\n"uno\ndos",-7.1,-78.5\n\nb,,\n')
    found = sialgeo.read_producers(path)
    assert found["id"].tolist() == ["uno\ndos"]
    assert "4" in json.dumps(json.loads(found.attrs["reading"]["faults"])[0]["row"])


# --- layers ---------------------------------------------------------------------------------------
def points(crs: Any = 4326) -> gpd.GeoDataFrame:
    shapes = [Point(p) for p in LONLAT]
    data = {"ubigeo": ["060101"] * 4, "litros": [1.5, 2.0, 3.25, 4.0]}
    return gpd.GeoDataFrame(data, geometry=shapes, crs=4326).to_crs(crs)


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "fgb", "parquet"])
def test_layers(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"p.{suffix}"
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
        points().to_parquet(path)
    else:
        points().to_file(path)
    found = sialgeo.read_producers(path)
    assert sorted(xy(found)) == sorted(LONLAT)
    assert set(found["ubigeo"]) == {"060101"}
    assert found.index.tolist() == [1, 2, 3, 4]
    assert found.crs.to_epsg() == 4326
    assert sorted(float(v) for v in found["litros"]) == [1.5, 2.0, 3.25, 4.0]


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>plantas</name>
<Placemark><name>Quesería Añaco</name><ExtendedData><Data name="ubigeo"><value>060101</value></Data>
</ExtendedData><Point><coordinates>-78.512,-7.163,2750</coordinates></Point></Placemark>
</Folder></Document></kml>"""


def test_kml(tmp_path: Path) -> None:
    found = sialgeo.read_producers(write(tmp_path, KML, "p.kml"))
    assert xy(found) == LONLAT[:1]
    assert "Quesería Añaco" in found.iloc[0].tolist()
    assert not found.geometry.has_z.any()


def test_kmz(tmp_path: Path) -> None:
    import zipfile

    import pyogrio

    if "LIBKML" not in pyogrio.list_drivers():
        pytest.skip("this GDAL has no LIBKML")
    with zipfile.ZipFile(tmp_path / "p.kmz", "w") as archive:
        archive.writestr("doc.kml", KML)
    assert xy(sialgeo.read_producers(tmp_path / "p.kmz")) == LONLAT[:1]


ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>\
<office:spreadsheet><table:table table:name="datos">{rows}</table:table></office:spreadsheet>\
</office:body></office:document-content>"""


MANIFEST = """<?xml version="1.0" encoding="UTF-8"?><manifest:manifest
xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry
manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
</manifest:manifest>"""


def test_ods(tmp_path: Path) -> None:
    import zipfile

    def cell(value: Any) -> str:
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    data = [["ubigeo", "lat", "lon"], ["060101", -7.163, -78.512]]
    rows = "".join(f"<table:table-row>{''.join(map(cell, r))}</table:table-row>" for r in data)
    with zipfile.ZipFile(tmp_path / "p.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", ODS.format(rows=rows))
    found = sialgeo.read_producers(tmp_path / "p.ods")
    assert xy(found) == LONLAT[:1]
    assert found["ubigeo"].tolist() == ["060101"]


GPX = """<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="-7.163" lon="-78.512"><name>a</name></wpt></gpx>"""


def test_gpx(tmp_path: Path) -> None:
    assert xy(sialgeo.read_producers(write(tmp_path, GPX, "p.gpx"))) == LONLAT[:1]


def test_features_that_are_no_point(tmp_path: Path) -> None:
    shapes = [
        Point(LONLAT[0]),
        None,
        Point(),
        MultiPoint([LONLAT[1]]),
        MultiPoint(LONLAT[:2]),
        LineString(LONLAT[:2]),
        Point(0, 0),
        Point(*LONLAT[2], 2750),
        Point(*LONLAT[3]),
    ]
    layer = gpd.GeoDataFrame({"id": list("abcdefghi")}, geometry=shapes, crs=4326)
    layer.to_file(tmp_path / "p.gpkg")
    out = tmp_path / "r.csv"
    found = sialgeo.read_producers(tmp_path / "p.gpkg", rejected=out)
    assert found["id"].tolist() == ["a", "d", "h", "i"]
    assert not found.geometry.has_z.any()
    assert any("altitudes" in n for n in found.attrs["reading"]["notes"])
    rows = records(out)
    assert [(r["row"], r["reason"]) for r in rows] == [
        ("2", "coord_vacia"),
        ("3", "coord_vacia"),
        ("5", "geometria_no_punto"),
        ("6", "geometria_no_punto"),
        ("7", "cero_cero"),
    ]


def test_polygons_are_no_producers_and_points_no_territories(tmp_path: Path) -> None:
    squares(tmp_path).to_file(tmp_path / "d.gpkg")
    points().to_file(tmp_path / "p.gpkg")
    refused(SchemaError, "must be points", "3 polygons", path=tmp_path / "d.gpkg")
    with pytest.raises(SchemaError, match="must be polygons, and this layer holds Point"):
        sialgeo.read_territories(tmp_path / "p.gpkg")


def test_a_layer_without_crs(tmp_path: Path) -> None:
    bare(points(), tmp_path / "p.shp")
    refused(CRSError, "no CRS", ".prj", path=tmp_path / "p.shp")
    assert len(sialgeo.read_producers(tmp_path / "p.shp", crs="EPSG:4326")) == 4
    points(32717).set_crs(4326, allow_override=True).to_file(tmp_path / "q.gpkg")
    refused(CRSError, "are metres", path=tmp_path / "q.gpkg")
    found = sialgeo.read_producers(tmp_path / "q.gpkg", crs="EPSG:32717")
    assert found.crs.to_epsg() == 32717
    assert any("EPSG:4326" in n for n in found.attrs["reading"]["notes"])


def test_several_layers(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    points().to_file(path, layer="plantas")
    squares(tmp_path).to_file(path, layer="distritos")
    assert len(sialgeo.read_producers(path)) == 4
    assert len(sialgeo.read_territories(path, key="ubigeo")) == 3
    points().to_file(path, layer="otras")
    refused(SchemaError, "plantas, otras", 'layer="plantas"', path=path)
    assert len(sialgeo.read_producers(path, layer="otras")) == 4
    refused(SchemaError, "nada", "plantas", path=path, layer="nada")


def test_a_layer_without_geometry_is_a_table(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"lat": [y for _x, y in LONLAT], "lon": [x for x, _y in LONLAT]})
    frame.to_parquet(tmp_path / "p.parquet")
    found = sialgeo.read_producers(tmp_path / "p.parquet")
    assert xy(found) == LONLAT
    assert found.index.tolist() == [1, 2, 3, 4]


# --- files that cannot be read ----------------------------------------------------------------------
def test_a_missing_file_names_its_neighbours(tmp_path: Path) -> None:
    write(tmp_path, "a", "queserias.csv")
    refused(FileError, "no such file", "queserias.csv", path=tmp_path / "queseria.csv")
    refused(FileError, "no such file", path=tmp_path / "nowhere" / "a.csv")
    refused(FileError, "is a folder", path=tmp_path)


def test_an_unknown_suffix(tmp_path: Path) -> None:
    refused(FileError, ".docx", ".csv", path=write(tmp_path, "a,b", "p.docx"))


@pytest.mark.parametrize(
    "suffix", ["csv", "xlsx", "gpkg", "shp", "geojson", "kml", "parquet", "tif"]
)
def test_an_empty_file(tmp_path: Path, suffix: str) -> None:
    refused(FileError, "empty", path=write(tmp_path, "", f"p.{suffix}"))


def test_a_header_and_no_row(tmp_path: Path) -> None:
    refused(SchemaError, "no row", path=write(tmp_path, "id,lat,lon\n"))
    refused(SchemaError, "only blank lines", path=write(tmp_path, "\n \n\n"))
    refused(SchemaError, "empty", path=workbook(tmp_path / "p.xlsx", a=[]))
    points()[:0].to_file(tmp_path / "p.gpkg")
    refused(SchemaError, "empty", path=tmp_path / "p.gpkg")


CORRUPT: list[tuple[str, bytes]] = [
    ("xlsx", b"PK\x03\x04" + b"q" * 200),
    ("ods", b"PK\x03\x04" + b"q" * 200),
    ("xls", b"\xd0\xcf\x11\xe0" + b"q" * 200),
    ("gpkg", b"SQLite format 3\x00" + b"q" * 500),
    ("shp", b"\x00\x00\x27\x0a" + b"q" * 30),
    ("geojson", b'{"type":"FeatureCollection","features":[{"type"'),
    ("kml", b'<?xml version="1.0"?><kml><Document><Pla'),
    ("kmz", b"PK\x03\x04" + b"q" * 200),
    ("gpx", b"<gpx><wpt "),
    ("fgb", b"fgb\x03fgb\x00" + b"q" * 100),
    ("parquet", b"PAR1" + b"q" * 100),
]


@pytest.mark.parametrize(("suffix", "content"), CORRUPT)
def test_damaged_files(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"p.{suffix}"
    path.write_bytes(content)
    for sister in (".shx", ".dbf"):
        if suffix == "shp":
            path.with_suffix(sister).write_bytes(b"zz")
    refused(FileError, str(path), "damaged", "export", path=path)


def test_damaged_openpyxl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"q" * 200)
    with pytest.raises(FileError, match="damaged"):
        grids._openpyxl(path)


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        ("csv", b"PK\x03\x04" + b"\x00" * 50),
        ("xlsx", b"a,b\n1,2\n"),
        ("xls", b"<html><table><tr><td>lat</td></tr></table></html>"),
        ("gpkg", b"id,lat,lon\n"),
        ("geojson", b"<OGRVRTDataSource/>"),
        ("tif", b"%PDF-1.4"),
        ("parquet", b"not parquet"),
    ],
)
def test_a_wrong_suffix(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"p.{suffix}"
    path.write_bytes(content)
    refused(FileError, f".{suffix}, but the content is", path=path)


def test_a_kml_that_is_another_xml(tmp_path: Path) -> None:
    refused(FileError, "<kml>", path=write(tmp_path, "<OGRVRTDataSource/>", "p.kml"))


def test_a_quotation_mark_never_closed(tmp_path: Path) -> None:
    refused(FileError, "quotation mark", path=write(tmp_path, 'id,lat,lon\n"a,-7,-78\nb,-7,-78\n'))


def test_binary_in_a_text(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(b"id,lat,lon\n" + b"a,-7.1,-78.5\n" * 6000 + b"\x00\x00\n")
    refused(FileError, "null bytes", path=path)
    path.write_bytes(b"id,lat,lon\n\x81\xff,-7.1,-78.5\n")
    refused(FileError, "encoding=", path=path)


def test_a_shapefile_without_its_table(tmp_path: Path) -> None:
    points().to_file(tmp_path / "p.shp")
    (tmp_path / "p.dbf").unlink()
    refused(FileError, ".dbf", "missing", path=tmp_path / "p.shp")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_file_without_read_permission(tmp_path: Path) -> None:
    path = table(tmp_path, [("a", -7.1, -78.5)])
    path.chmod(0)
    if os.geteuid() != 0:
        refused(FileError, "may not be read", path=path)
        return
    os.seteuid(65534)
    try:
        refused(FileError, "may not be read", path=path)
    finally:
        os.seteuid(0)


def test_no_columns_of_coordinates(tmp_path: Path) -> None:
    path = table(tmp_path, [("a", 1, 2)], "id,alto,ancho")
    refused(SchemaError, "id, alto, ancho", 'x="', path=path)
    refused(SchemaError, "“altura”", "Perhaps alto", path=path, x="altura", y="ancho")
    refused(ParameterError, "x and y", path=path, x="alto")
    refused(ParameterError, "decimal", path=table(tmp_path, [("a", 1, 2)]), decimal="x")


def test_a_raster_is_no_producers(tmp_path: Path) -> None:
    refused(FileError, "read_raster", path=raster(tmp_path))


def test_one_producer_is_read_with_a_warning(tmp_path: Path) -> None:
    found = sialgeo.read_producers(table(tmp_path, [("a", -7.163, -78.512)]))
    assert sialgeo.check_producers(found).counts == {"un_solo_punto": 1}


# --- workbooks: two libraries, one answer ---------------------------------------------------------
def test_calamine_and_openpyxl_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dt

    rows: list[list[Any]] = [["título"], [None, None]]
    rows += [["ubigeo", "lat", "lon", "n", "v", "fecha", "hora", "marca", "texto", "mixta"]]
    rows += [
        [
            "060101",
            -7.163,
            -78.512,
            1,
            1.5,
            dt.date(2024, 1, 2),
            dt.datetime(2024, 1, 2, 3),
            True,
            "a",
            1,
        ],
        [60102, "-7.158", -78.617, 2, None, None, None, False, "=x", "b"],
        [None] * 10,
        ["060103", "", None, 3, 2.0, dt.date(2024, 1, 3), None, True, None, 2.5],
    ]
    path = workbook(tmp_path / "p.xlsx", datos=rows)
    first = sialgeo.read_producers(path, rejected=tmp_path / "1.csv")
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if "calamine" in name else name
    )
    second = sialgeo.read_producers(path, rejected=tmp_path / "2.csv")
    pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(second), check_dtype=True)
    assert first.attrs == second.attrs | {"reading": first.attrs["reading"]}
    assert (tmp_path / "1.csv").read_text().split(",")[:6] == (
        tmp_path / "2.csv"
    ).read_text().split(",")[:6]
    assert first["ubigeo"].tolist() == ["060101", "060102"]
    assert first.index.tolist() == [4, 5]
    assert first["mixta"].tolist() == ["1", "b"]


def test_old_workbooks_need_calamine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"q" * 100)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(MissingDependencyError, match="calamine"):
        sialgeo.read_producers(path)


# --- territories ----------------------------------------------------------------------------------
def squares(_folder: Path, codes: Any = ("060101", "060102", "060103")) -> gpd.GeoDataFrame:
    shapes = [box(-79 + i, -8, -78 + i, -7) for i in range(3)]
    return gpd.GeoDataFrame({"ubigeo": list(codes), "pob": [10, 20, 30]}, geometry=shapes, crs=4326)


@pytest.mark.parametrize(
    "codes", [(60101, 60102, 60103), ("60101", "60102", "60103"), (60101.0, 60102.0, 60103.0)]
)
def test_codes_get_their_zero_back(tmp_path: Path, codes: Any) -> None:
    said: list[str] = []
    squares(tmp_path, codes).to_file(tmp_path / "d.gpkg")
    found = sialgeo.read_territories(tmp_path / "d.gpkg", key="ubigeo", say=said.append)
    assert found["ubigeo"].tolist() == ["060101", "060102", "060103"]
    assert any("3 codes of 6 digits" in s for s in said)


def test_repair_of_codes_is_not_overdone() -> None:
    def repaired(name: str, values: list[Any]) -> list[Any]:
        return repair_codes(pd.Series(values), name)[0].tolist()

    assert repaired("cvegeo", ["31001", "1001"]) == ["31001", "01001"]
    assert repaired("cve_ent", [1, 31]) == ["01", "31"]
    assert repaired("clave", ["1234", "12345"]) == ["01234", "12345"]
    assert repaired("id", [1, 20]) == ["1", "20"]
    assert repaired("codigo", [1, 22, 333]) == ["1", "22", "333"]
    assert repaired("ubigeo", ["060101", "601"]) == ["060101", "601"]
    assert repaired("ubigeo", ["06-01"]) == ["06-01"]


def test_invalid_polygons_are_repaired_and_said(tmp_path: Path) -> None:
    layer = squares(tmp_path)
    bowtie = Polygon([(-79, -8), (-78, -7), (-78, -8), (-79, -7)])
    layer.geometry = [bowtie, *layer.geometry[1:]]
    layer.to_file(tmp_path / "d.gpkg")
    said: list[str] = []
    found = sialgeo.read_territories(tmp_path / "d.gpkg", key="ubigeo", say=said.append)
    assert found.geometry.is_valid.all()
    assert [s.area for s in found.geometry] == pytest.approx([0.5, 1, 1])
    assert found.attrs["reading"]["repaired"] == 1
    assert any("row 1" in s and "Self-intersection" in s for s in said)


def test_polygons_that_cannot_be_repaired(tmp_path: Path) -> None:
    layer = squares(tmp_path)
    flat = Polygon([(-79, -8), (-78, -8), (-79, -8), (-79, -8)])
    layer.geometry = [*layer.geometry[:2], flat]
    layer.to_file(tmp_path / "d.gpkg")
    with pytest.raises(SchemaError, match="cannot be repaired, rows 3"):
        sialgeo.read_territories(tmp_path / "d.gpkg")


def test_territories_that_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.gpkg"

    def said(layer: gpd.GeoDataFrame, **keywords: Any) -> str:
        layer.to_file(path)
        with pytest.raises(SialgeoError) as caught:
            sialgeo.read_territories(path, **keywords)
        return str(caught.value)

    assert "The columns are: ubigeo, pob" in said(squares(tmp_path), key="ubigeos")
    assert "repeats codes: 060101" in said(squares(tmp_path, ["060101"] * 3), key="ubigeo")
    assert "rows without a code: 2" in said(squares(tmp_path, ["060101", None, "3"]), key="ubigeo")
    layer = squares(tmp_path)
    layer.geometry = [None, *layer.geometry[1:]]
    assert "rows without a polygon: 1" in said(layer)
    assert "are metres" in said(squares(tmp_path).to_crs(32717).set_crs(4326, allow_override=True))
    assert "are degrees" in said(squares(tmp_path).set_crs(32717, allow_override=True))
    bare(squares(tmp_path), tmp_path / "n.shp")
    with pytest.raises(CRSError, match="no CRS"):
        sialgeo.read_territories(tmp_path / "n.shp")
    assert len(sialgeo.read_territories(tmp_path / "n.shp", crs=4326)) == 3
    with pytest.raises(SchemaError, match="territories are polygons"):
        sialgeo.read_territories(table(tmp_path, [("a", 1, 2)]))


# --- indicators -----------------------------------------------------------------------------------
def test_indicators(tmp_path: Path) -> None:
    path = write(
        tmp_path, "UBIGEO;Distrito;IDH;pobreza\n60101;Uno;0,607;\n60102;Dos;0,25;19,75\nTotal;;;\n"
    )
    said: list[str] = []
    found = sialgeo.read_indicators(path, key="UBIGEO", columns=["IDH", "pobreza"], say=said.append)
    assert list(found.columns) == ["UBIGEO", "IDH", "pobreza"]
    assert found["IDH"].tolist()[:2] == [0.607, 0.25]
    assert np.isnan(found["pobreza"].tolist()[0])
    with pytest.raises(SchemaError, match="UBIGEO, Distrito, IDH, pobreza"):
        sialgeo.read_indicators(path, key="ubigeo")
    with pytest.raises(SchemaError, match="idh_2019"):
        sialgeo.read_indicators(path, key="UBIGEO", columns=["idh_2019"])


def test_rows_without_a_code_are_set_aside_and_said(tmp_path: Path) -> None:
    path = write(tmp_path, "cve_ent,v\n1,5\n,7\n31,6\n")
    found = sialgeo.read_indicators(path, key="cve_ent")
    assert found.values.tolist() == [["01", 5], ["31", 6]]
    reading = found.attrs["reading"]
    assert (reading["read"], reading["rejected"]) == (3, 1)
    assert any("row 3" in n for n in reading["notes"])


def test_repeated_indicators_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "ubigeo,v\n060101,5\n060101,7\n")
    with pytest.raises(SchemaError, match="repeats codes: 060101"):
        sialgeo.read_indicators(path, key="ubigeo")


def test_indicators_of_a_workbook_and_a_layer(tmp_path: Path) -> None:
    path = workbook(tmp_path / "i.xlsx", a=[["ubigeo", "idh"], [60101, 0.607], [60102, None]])
    found = sialgeo.read_indicators(path, key="ubigeo")
    assert found["ubigeo"].tolist() == ["060101", "060102"]
    assert found["idh"].tolist()[0] == 0.607
    squares(tmp_path).to_file(tmp_path / "d.gpkg")
    found = sialgeo.read_indicators(tmp_path / "d.gpkg", key="ubigeo", columns=["pob"])
    assert found["pob"].tolist() == [10, 20, 30]
    assert type(found) is pd.DataFrame


def test_places(tmp_path: Path) -> None:
    path = table(tmp_path, [("Chota", -6.56, -78.65)], "lugar,lat,lon")
    assert sialgeo.read_places(path, name="lugar")["lugar"].tolist() == ["Chota"]
    with pytest.raises(SchemaError, match="lugar, lat, lon"):
        sialgeo.read_places(path, name="nombre")


# --- rasters and references -----------------------------------------------------------------------
def raster(
    folder: Path,
    values: Any = ((1, 2), (-9999, 4)),
    *,
    crs: Any = "EPSG:4326",
    nodata: float | None = -9999,
    name: str = "r.tif",
) -> Path:
    rasterio = pytest.importorskip("rasterio")
    import warnings

    grid = np.asarray(values, dtype="float32")
    keywords = {"crs": crs, "transform": rasterio.Affine(0.1, 0, -79, 0, -0.1, -6)}
    if crs is None:
        keywords = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(
            folder / name, "w", driver="GTiff", height=grid.shape[0], width=grid.shape[1],
            count=1, dtype="float32", nodata=nodata, **keywords,
        ) as out:  # fmt: skip
            out.write(grid, 1)
    return folder / name


def test_raster(tmp_path: Path) -> None:
    found = sialgeo.read_raster(raster(tmp_path))
    assert found.values.dtype == float
    np.testing.assert_array_equal(found.values, [[1, 2], [np.nan, 4]])
    assert found.transform == pytest.approx((0.1, 0, -79, 0, -0.1, -6))
    assert found.crs.to_epsg() == 4326
    assert found.name == "r"


def test_rasters_that_are_refused(tmp_path: Path) -> None:
    def said(path: Path, **keywords: Any) -> str:
        with pytest.raises(SialgeoError) as caught:
            sialgeo.read_raster(path, **keywords)
        return str(caught.value)

    assert "no CRS" in said(raster(tmp_path, crs=None))
    assert "no band 2" in said(raster(tmp_path), band=2)
    assert "no cell" in said(raster(tmp_path, [[-9999, -9999]]))
    assert "no-data value" in said(raster(tmp_path, [[1, -3.4e38]], nodata=None))
    assert "damaged" in said(_bytes(tmp_path / "x.tif", b"II*\x00" + b"q" * 100))
    assert "no raster" in said(table(tmp_path, [("a", 1, 2)]))


def _bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_reference_of_points(tmp_path: Path) -> None:
    path = table(tmp_path, [("a", y, x) for x, y in LONLAT])
    found = sialgeo.read_reference(path, name="fincas", includes_producers=True, key="id")
    assert (found.kind, len(found.table), found.name) == ("points", 4, "fincas")
    assert found.includes_producers
    with pytest.raises(ParameterError, match="counts"):
        sialgeo.read_reference(path, counts="n")


def test_a_reference_of_polygons(tmp_path: Path) -> None:
    squares(tmp_path).to_file(tmp_path / "d.gpkg")
    path = tmp_path / "d.gpkg"
    with pytest.raises(ParameterError, match="pob"):
        sialgeo.read_reference(path)
    with pytest.raises(SchemaError, match="pop"):
        sialgeo.read_reference(path, counts="pop")
    found = sialgeo.read_reference(path, counts="pob")
    assert found.kind == "mass"
    assert found.table["mass"].sum() == 60
    assert found.spacing == pytest.approx(110_000, rel=0.02)
    places = table(tmp_path, [("a", -7.5, -78.6, 1), ("b", -7.4, -78.5, 3)], "id,lat,lon,peso")
    found = sialgeo.read_reference(path, counts="pob", settlements=places, weight="peso")
    assert sorted(found.table["mass"].tolist()) == [2.5, 7.5, 20.0, 30.0]


def test_a_reference_raster(tmp_path: Path) -> None:
    found = sialgeo.read_reference(raster(tmp_path))
    assert found.kind == "mass"
    assert found.table["mass"].tolist() == [1, 2, 4]
    assert found.spacing == pytest.approx(11_050, rel=0.01)
    with pytest.raises(SchemaError, match="below zero"):
        sialgeo.read_reference(raster(tmp_path, [[1, -2]], nodata=None, name="n.tif"))


# --- real files -----------------------------------------------------------------------------------
@pytest.mark.shared
def test_denue(shared_data: Path) -> None:
    path = shared_data / "mexico_yucatan_denue_alimentos" / "yucatan_denue_alimentos_2021.csv"
    found = sialgeo.read_producers(path)
    assert (len(found), found.attrs["reading"]["rejected"]) == (2418, 0)
    assert set(found["codigo_act"].map(type)) == {str}
    assert found["cvegeo"].str.len().eq(5).all()
    dairies = sialgeo.select_cases(found, "codigo_act in ('311511', '311512', '311513')")
    assert len(dairies) == 15
    reference = sialgeo.read_reference(path, includes_producers=True, key="id")
    assert len(reference.table) == 2418


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "rows", "rejected"),
    [
        ("osm_farmshops_dach/osm_farmshops_dach.csv", 23972, 0),
        ("us_farmers_markets/us_farmers_markets.csv", 8759, 0),
        ("cajamarca_distritos/cajamarca_distritos.csv", 127, 0),
        ("cajamarca_centros_poblados/cajamarca_centros_poblados.csv", 6513, 0),
        ("cajamarca_lugares_articulo/cajamarca_lugares_articulo.csv", 8, 0),
        ("mexico_municipios/mexico_municipios_idh_marginacion.csv", 2469, 0),
        ("peru_limites/peru_distritos_idh_pobreza.csv", 1892, 18),
        ("peru_limites/peru_capitales_provincia.geojson", 194, 0),
    ],
)
def test_real_points(shared_data: Path, file: str, rows: int, rejected: int) -> None:
    found = sialgeo.read_producers(shared_data / file)
    reading = found.attrs["reading"]
    assert (reading["read"], reading["rejected"]) == (rows, rejected)
    assert found.crs.to_epsg() == 4326


@pytest.mark.shared
def test_real_territories(shared_data: Path) -> None:
    districts = sialgeo.read_territories(
        shared_data / "cajamarca_distritos" / "cajamarca_distritos.gpkg", key="ubigeo"
    )
    assert len(districts) == 127
    assert districts["ubigeo"].str.fullmatch(r"06\d{4}").all()
    table = sialgeo.read_indicators(
        shared_data / "cajamarca_distritos" / "cajamarca_distritos.csv",
        key="ubigeo",
        columns=["idh_2019", "pobreza_2018"],
    )
    assert set(table["ubigeo"]) == set(districts["ubigeo"])
    towns = sialgeo.read_territories(
        shared_data / "mexico_municipios" / "mexico_municipios.gpkg", key="cvegeo"
    )
    assert len(towns) == 2469
    assert towns["cvegeo"].str.len().eq(5).all()
    with pytest.raises(SchemaError, match="2001"):  # provinces in two parts
        sialgeo.read_territories(
            shared_data / "peru_limites" / "peru_provincias.geojson", key="idprov"
        )


@pytest.mark.shared
def test_real_rasters(shared_data: Path) -> None:
    folder = shared_data / "cajamarca_raster_derivado"
    for file in sorted(folder.glob("*.tif")):
        found = sialgeo.read_raster(file)
        assert found.values.shape == (314, 172)
        assert int(np.isfinite(found.values).sum()) == 26_897
    counts = sialgeo.read_reference(folder / "cajamarca_centros_poblados_0p01.tif")
    assert counts.table["mass"].sum() == 6482
    assert counts.spacing == pytest.approx(1106, abs=5)
