"""Guesses of the readers as hypotheses: axes, signs, zones, datums, formats; each said, each overridable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from shapely.geometry import box

import sialgeo
from sialgeo.crs import wgs84_operation
from sialgeo.errors import CRSError, ParameterError, SchemaError
from sialgeo.readers.activities import read_chains
from sialgeo.readers.names import coordinate_pairs

# dairies of Cajamarca, degrees
LONLAT = [(-78.512, -7.163), (-78.617, -7.158), (-78.8178, -6.3794), (-78.8079, -5.7079)]
YUCATAN = [(-89.62, 20.97), (-89.59, 20.98), (-88.2, 20.69), (-90.05, 21.16)]


def write(folder: Path, header: str, rows: list[tuple[Any, ...]], name: str = "p.csv") -> Path:
    path = folder / name
    lines = [header, *(";".join(map(str, r)) for r in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def put(epsg: int, lonlat: list[tuple[float, float]] = LONLAT) -> list[tuple[float, float]]:
    change = Transformer.from_crs(4326, epsg, always_xy=True)
    return [tuple(round(v, 2) for v in change.transform(*p)) for p in lonlat]  # type: ignore[misc]


def xy(points: gpd.GeoDataFrame) -> list[tuple[float, float]]:
    return [(round(p.x, 5), round(p.y, 5)) for p in points.geometry]


def guessed(points: gpd.GeoDataFrame) -> dict[str, Any]:
    return {g["what"]: g["value"] for g in points.attrs["reading"]["guesses"]}


# --- axes and signs -------------------------------------------------------------------------------
def test_signs_left_out_of_a_whole_file(tmp_path: Path) -> None:
    path = write(tmp_path, "lat;lon", [(-y, -x) for x, y in LONLAT])
    found = sialgeo.read_producers(path)
    assert xy(found) == LONLAT
    assert guessed(found)["signs"] == "SW"
    said = [g["sentence"] for g in found.attrs["reading"]["guesses"] if g["what"] == "signs"]
    assert "the sign of south and west was left out" in said[0]
    assert "100%" in said[0]
    again = sialgeo.read_producers(path, signs="SW")
    assert xy(again) == LONLAT
    assert "signs" not in guessed(again)
    with pytest.raises(SchemaError, match="signo_omitido 4"):
        sialgeo.read_producers(path, signs="NE", country="PE")
    with pytest.raises(ParameterError, match="must be one of NE, NW, SE, SW"):
        sialgeo.read_producers(path, signs="up")


def test_the_stated_country_tells_the_sign_where_the_bare_numbers_lie_elsewhere(
    tmp_path: Path,
) -> None:
    """20.7 N, 77 E is in India; San Luis Potosí lies at 100 W."""
    mexico = [(-77.2 - 23, 20.7), (-100.9, 22.1)]
    path = write(tmp_path, "lat;lon", [(y, -x) for x, y in mexico])
    abroad = sialgeo.read_producers(path)
    assert "signs" not in guessed(abroad)
    found = sialgeo.read_producers(path, country="MX")
    assert xy(found) == [(-100.2, 20.7), (-100.9, 22.1)]
    assert guessed(found)["signs"] == "NW"


def test_two_close_ways_are_an_error_with_both(tmp_path: Path) -> None:
    """A study area on both sides of the equator explains either sign of a latitude."""
    area = gpd.GeoDataFrame(geometry=[box(-79, -2, -77, 2)], crs=4326)
    path = write(tmp_path, "lat;lon", [(1.0, 78.0), (1.1, 78.1)])
    with pytest.raises(CRSError, match=r"two ways.*1:.*west.*2:.*south and west"):
        sialgeo.read_producers(path, area=area)
    assert xy(sialgeo.read_producers(path, area=area, signs="SW"))[0] == (-78.0, -1.0)


def test_northings_before_eastings(tmp_path: Path) -> None:
    path = write(tmp_path, "X;Y", [(n, e) for e, n in put(32717)])
    found = sialgeo.read_producers(path)
    assert found.crs.to_epsg() == 32717
    assert guessed(found)["columns"] == ["Y", "X"]
    assert xy(found.to_crs(4326)) == LONLAT


def test_the_study_area_tells_the_zone_and_which_pair(tmp_path: Path) -> None:
    area = gpd.GeoDataFrame(geometry=[box(-77.3, -12.4, -76.6, -11.8)], crs=4326)
    lima = [(-77.03, -12.05), (-76.95, -12.1)]
    path = write(tmp_path, "Este;Norte", put(32718, lima))
    with pytest.raises(CRSError, match="UTM 18 S"):
        sialgeo.read_producers(path)
    found = sialgeo.read_producers(path, area=area)
    assert found.crs.to_epsg() == 32718
    area.to_file(tmp_path / "area.gpkg")
    assert sialgeo.read_producers(path, area=tmp_path / "area.gpkg").crs.to_epsg() == 32718
    two = write(
        tmp_path,
        "_casa_latitude;_casa_longitude;_planta_latitude;_planta_longitude",
        [(-7.1, -78.5, -12.0, -77.0), (-7.2, -78.6, -12.1, -76.9)],
    )
    assert xy(sialgeo.read_producers(two, area=area)) == [(-77.0, -12.0), (-76.9, -12.1)]
    with pytest.raises(SchemaError, match="area: must be polygons"):
        sialgeo.read_producers(path, area=found)


@pytest.mark.parametrize(
    ("names", "x", "y"),
    [
        (["Latitud S", "Longitud O"], "Longitud O", "Latitud S"),
        (["COORD. ESTE", "COORD. NORTE"], "COORD. ESTE", "COORD. NORTE"),
        (["Coordenada X (UTM 17S)", "Coordenada Y (UTM 17S)"], *("Coordenada X (UTM 17S)", "Coordenada Y (UTM 17S)")),
        (["ESTE_PSAD56", "NORTE_PSAD56"], "ESTE_PSAD56", "NORTE_PSAD56"),
        (["lattitude", "longuitud"], "longuitud", "lattitude"),
        (["lat_y", "lon_x"], "lon_x", "lat_y"),
        (["gps_lat", "gps_lng"], "gps_lng", "gps_lat"),
        (["Eastings", "Northings"], "Eastings", "Northings"),
        (["gps-Latitude", "gps-Longitude", "gps-Accuracy"], "gps-Longitude", "gps-Latitude"),
    ],
)  # fmt: skip
def test_usual_names(names: list[str], x: str, y: str) -> None:
    best = coordinate_pairs(names)[0]
    assert (best.x, best.y) == (x, y)


def test_degrees_minutes_and_seconds_in_columns_of_their_own(tmp_path: Path) -> None:
    rows = [("a", 7, 9, "46,8", 78, 30, "43,2"), ("b", 7, 12, 0, 78, 36, 0)]
    path = write(tmp_path, "id;lat_grados;lat_min;lat_seg;lon_grados;lon_min;lon_seg", rows)
    found = sialgeo.read_producers(path)
    assert xy(found) == [(-78.512, -7.163), (-78.6, -7.2)]
    assert guessed(found)["signs"] == "SW"
    assert list(found.columns)[:3] == ["id", "lat_grados", "lat_min"]


def test_the_header_is_stated(tmp_path: Path) -> None:
    path = write(tmp_path, "Padrón;2024;x", [("lat", "lon", "v"), (-7.1, -78.5, 1)])
    assert sialgeo.read_producers(path, header=2).index.tolist() == [3]
    with pytest.raises(ParameterError, match="row 9"):
        sialgeo.read_producers(path, header=9)
    bare = write(tmp_path, "-7.1;-78.5", [(-7.2, -78.6)])
    found = sialgeo.read_producers(bare, header=0, x="columna_2", y="columna_1")
    assert len(found) == 2


# --- datums ---------------------------------------------------------------------------------------
PERU = (-81.33, -18.35, -68.65, -0.04)


def test_the_operation_is_the_most_accurate_that_covers_the_country() -> None:
    peru = wgs84_operation(24877, PERU)
    assert (peru.name, peru.accuracy) == ("PSAD56 to WGS 84 (8)", 16.0)
    ecuador = wgs84_operation(24877, (-81.0, -5.0, -75.22, 1.44))
    assert ecuador.accuracy == 5.0
    mexico = wgs84_operation(26716, (-118.4, 14.55, -86.7, 32.7))
    assert "(18)" in mexico.name
    everywhere = wgs84_operation(24877, (-100.0, -40.0, -40.0, 20.0))
    assert np.isnan(everywhere.accuracy) or everywhere.accuracy >= 42


@pytest.mark.parametrize(
    ("header", "name", "title"),
    [
        ("Este_PSAD56;Norte_PSAD56", "p.csv", ""),
        ("Este;Norte", "queserias_psad56.csv", ""),
        ("Este;Norte", "p.csv", "Coordenadas UTM, datum PSAD 56\n"),
    ],
)
def test_psad56_is_put_right_by_the_operation_of_peru(
    tmp_path: Path, header: str, name: str, title: str
) -> None:
    """The expected positions are those of EPSG:1209's parameters, written out: -279, 175, -379 m."""
    operation = wgs84_operation(24877, PERU).transformer
    old = [operation.transform(*p, direction="INVERSE") for p in LONLAT]
    path = write(tmp_path, title + header, [tuple(round(v, 2) for v in p) for p in old], name)
    found = sialgeo.read_producers(path)
    assert found.crs.to_epsg() == 4326
    np.testing.assert_allclose(np.array(xy(found)), LONLAT, atol=2e-6)
    reading = found.attrs["reading"]
    assert guessed(found)["crs"] == "EPSG:24877"
    assert reading["operation"] == {
        "name": "PSAD56 to WGS 84 (8)",
        "accuracy": 16.0,
        "from": "EPSG:24877",
    }
    assert any("accurate to 16 m" in n for n in reading["notes"])
    taken_for_wgs84 = sialgeo.read_producers(path, crs="EPSG:32717").to_crs(4326)
    off = np.hypot(*(np.array(xy(taken_for_wgs84)) - LONLAT).T) * 111_195
    assert ((off > 380) & (off < 480)).all()
    json.dumps(found.attrs)


def test_a_stated_old_datum_and_a_layer_in_one_are_put_right(tmp_path: Path) -> None:
    operation = wgs84_operation(24877, PERU).transformer
    old = [operation.transform(*p, direction="INVERSE") for p in LONLAT]
    path = write(tmp_path, "Este;Norte", old)
    assert xy(sialgeo.read_producers(path, crs="EPSG:24877")) == LONLAT
    layer = gpd.GeoDataFrame({"i": range(4)}, geometry=gpd.points_from_xy(*zip(*old, strict=True)), crs=24877)  # fmt: skip
    layer.to_file(tmp_path / "p.gpkg")
    assert xy(sialgeo.read_producers(tmp_path / "p.gpkg")) == LONLAT


def test_itrf_and_nad27_of_mexico(tmp_path: Path) -> None:
    path = write(
        tmp_path, "entidad;X_ITRF92;Y_ITRF92", [("Yucatán", *p) for p in put(4489, YUCATAN)]
    )
    found = sialgeo.read_producers(path)
    assert found.crs.to_epsg() == 4489
    assert found.attrs["reading"]["operation"] is None
    operation = wgs84_operation(26716, (-118.4, 14.55, -86.7, 32.7)).transformer
    old = [operation.transform(*p, direction="INVERSE") for p in YUCATAN]
    path = write(tmp_path, "entidad;X;Y;datum", [("Yucatán", *p, "NAD27") for p in old])
    found = sialgeo.read_producers(path)
    assert guessed(found)["crs"] == "EPSG:26716"
    assert xy(found) == YUCATAN


def test_words_that_name_two_datums_are_an_error_with_both(tmp_path: Path) -> None:
    path = write(tmp_path, "Este_WGS84;Norte_WGS84", put(32717), "queserias_psad56.csv")
    with pytest.raises(CRSError, match=r"WGS 84 .*PSAD56 .*file's name"):
        sialgeo.read_producers(path)
    assert sialgeo.read_producers(path, crs=32717).crs.to_epsg() == 32717


def test_mexicos_conic_projection(tmp_path: Path) -> None:
    path = write(tmp_path, "X;Y", put(6372, YUCATAN))
    found = sialgeo.read_producers(path)
    assert found.crs.to_epsg() == 6372


# --- formats --------------------------------------------------------------------------------------
def test_denue(tmp_path: Path) -> None:
    header = "id;nom_estab;codigo_act;nombre_act;per_ocu;cve_ent;latitud;longitud"
    rows = [
        ("1", "A", "311513", "Derivados lácteos", "0 a 5 personas", "31", 20.97, -89.62),
        ("2", "B", "431194", "Miel", "251 y más personas", "31", 20.98, -89.59),
        ("3", "C", "722511", "Restaurantes", "6 a 10 personas", "31", 20.69, -88.2),
    ]
    found = sialgeo.read_producers(write(tmp_path, header, rows))
    assert found.attrs["reading"]["preset"] == "denue"
    assert found["cadena"].tolist()[:2] == ["lácteos", "miel"]
    assert pd.isna(found["cadena"].iloc[2])
    assert found["eslabon"].tolist()[:2] == ["3", "4"]
    assert found["personas_min"].tolist() == [0, 251, 6]
    assert found["personas_max"].iloc[0] == 5
    assert pd.isna(found["personas_max"].iloc[1])
    notes = " ".join(found.attrs["reading"]["notes"])
    assert "1 unit has an activity that the table of chains does not hold" in notes
    bare = sialgeo.read_producers(write(tmp_path, header, rows), preset="none")
    assert "cadena" not in bare.columns
    with pytest.raises(ParameterError, match="denue, kobo, odk, none"):
        sialgeo.read_producers(write(tmp_path, header, rows), preset="enaho")


def test_kobo_and_odk(tmp_path: Path) -> None:
    header = "start;_gps_latitude;_gps_longitude;_gps_altitude;_gps_precision;_id;_uuid"
    path = write(tmp_path, header, [("x", -7.1, -78.5, 2700, 4.5, 1, "u")])
    found = sialgeo.read_producers(path)
    assert found.attrs["reading"]["preset"] == "kobo"
    assert found["precision_m"].tolist() == [4.5]
    header = "SubmissionDate;g-punto-Latitude;g-punto-Longitude;g-punto-Accuracy;KEY"
    found = sialgeo.read_producers(write(tmp_path, header, [("x", -7.1, -78.5, 12, "uuid:1")]))
    assert found.attrs["reading"]["preset"] == "odk"
    assert found["precision_m"].tolist() == [12]


def test_chains_by_a_table_of_ones_own(tmp_path: Path) -> None:
    path = write(
        tmp_path, "id;CIIU;lat;lon", [("a", "1050", -7.1, -78.5), ("b", "1079", -7.2, -78.6)]
    )
    found = sialgeo.read_producers(path, chains="default")
    assert found["cadena"].tolist() == ["lácteos", "otros alimentos"]
    own = write(tmp_path, "codigo;cadena", [("105", "queso"), ("1079", "café")], "mias.csv")
    found = sialgeo.read_producers(path, chains=own)
    assert found["cadena"].tolist() == ["queso", "café"]
    bad = write(tmp_path, "codigo;cadena", [("x1", "queso"), ("105", "a"), ("105", "b")], "mal.csv")
    with pytest.raises(SchemaError, match=r"“x1”.*\n.*two chains: 105"):
        read_chains(bad)
    with pytest.raises(ParameterError, match="no column of codes"):
        sialgeo.read_producers(write(tmp_path, "lat;lon", [(-7.1, -78.5)]), chains="default")


def test_the_shipped_table_holds_no_code_twice() -> None:
    table = read_chains()
    assert not table.duplicated(["sistema", "codigo"]).any()
    assert set(table["sistema"]) == {"scian", "ciiu4", "ciiu4ac"}
    assert table["eslabon"].isin(["1", "2", "3", "4"]).all()


def test_the_guesses_of_a_run_are_written_into_its_study(tmp_path: Path) -> None:
    rows = [(f"{-y + i / 1e4:.4f}", f"{-x + i / 1e4:.4f}") for x, y in LONLAT for i in range(8)]
    write(tmp_path, "título\nlat;lon", rows)
    (tmp_path / "study.toml").write_text(
        '[producers]\npath = "p.csv"\n[detect]\nmethod = "dbscan"\nradius = 500\nmin_units = 3\n'
        'replicates = 0\n[reference]\npath = "r.csv"\nincludes_producers = true\n'
        '[places]\npath = "l.csv"\nname = "nombre"\ncolumns = ["nombre"]\n'
        '[export]\nformats = ["json"]\n'
    )
    write(tmp_path, "GPS", [(f"{x} {y}".replace("-", ""),) for y, x in rows], "r.csv")
    write(tmp_path, "nombre;alt;X;Y", [("Jaén", 9, *p) for p in put(32717)[3:]], "l.csv")
    first = sialgeo.Study.from_toml(tmp_path / "study.toml").run(tmp_path / "out")
    assert any(said.startswith("Places: Coordinates are UTM 17 S") for said in first.guesses)
    study = sialgeo.Study.from_toml(tmp_path / "out" / "private" / "study.toml")
    kept, reference, places = study.producers, study.reference, study.places
    assert kept is not None
    assert (kept.country, kept.abroad) == (("PE",), "warn")
    assert places is not None
    assert (places.x, places.y, places.crs) == ("X", "Y", "EPSG:32717")
    assert (kept.x, kept.y, kept.signs, kept.header) == ("lon", "lat", "SW", 2)
    assert (kept.separator, kept.crs) == (";", "EPSG:4326")
    assert reference is not None
    assert (reference.x, reference.y) == ("GPS [y]", "GPS [x]")
    assert (reference.crs, reference.signs) == ("EPSG:4326", "SW")
    again = study.run(tmp_path / "again")
    assert len(again.concentrations) == len(first.concentrations) > 0
    assert again.guesses == ()
    assert again.study == study


def test_a_country_that_was_guessed_rejects_nothing_when_it_is_written_down(tmp_path: Path) -> None:
    """Loja and Gualaquiza lie in Ecuador: neighbours of a guessed country are taken as right."""
    rows = [*LONLAT * 6, (-79.2, -4.0), (-78.57, -3.4), (30.0, 50.0)]
    path = write(tmp_path, "lat;lon", [(y + i / 1e4, x) for i, (x, y) in enumerate(rows)])
    found = sialgeo.read_producers(path)
    assert guessed(found)["country"] == ["PE", "EC"]
    told = {"country": ["PE"], "crs": 4326}
    assert sialgeo.read_producers(path, **told).attrs["reading"]["reasons"] == {"fuera_del_pais": 3}
    warned = sialgeo.read_producers(path, **told, abroad="warn")
    assert len(warned) == len(rows)
    assert (
        sialgeo.check_producers(warned, country="PE", abroad="warn").counts["fuera_del_pais"] == 3
    )
    strict = sialgeo.read_producers(path, abroad="reject")
    assert strict.attrs["reading"]["reasons"] == {"fuera_del_pais": 1}
    with pytest.raises(ParameterError, match="abroad “maybe”: must be one of warn, reject"):
        sialgeo.read_producers(path, abroad="maybe")


# --- repairs --------------------------------------------------------------------------------------
def test_a_header_of_two_rows_and_a_turned_cell_are_read_alike_from_the_study(
    tmp_path: Path,
) -> None:
    """What is written into the study gives the same table without a guess."""
    path = tmp_path / "p.csv"
    path.write_text(
        "N°;Coordenadas;;2019;2020\n;Latitud;Longitud;litros;litros\n" + "1;-7.1;-78.5;4;5\n" * 3
    )
    first = sialgeo.read_producers(path)
    assert list(first.columns) == [
        "N°",
        "Latitud",
        "Longitud",
        "2019 litros",
        "2020 litros",
        "geometry",
    ]
    given = {g["what"]: g["value"] for g in first.attrs["reading"]["guesses"]}
    again = sialgeo.read_producers(path, header=given["header"])
    assert list(again.columns) == list(first.columns)
    path.write_text("GPS;n\n" + "78.512 7.163;1\n78.6 7.1;1\n")
    first = sialgeo.read_producers(path, country="PE")
    guesses = {g["what"]: g["value"] for g in first.attrs["reading"]["guesses"]}
    assert (guesses["columns"], guesses["signs"]) == (["GPS [y]", "GPS [x]"], "SW")
    x, y = guesses["columns"]
    again = sialgeo.read_producers(path, x=x, y=y, signs="SW", crs="EPSG:4326")
    assert xy(again) == xy(first) == [(-78.512, -7.163), (-78.6, -7.1)]
    assert xy(sialgeo.read_producers(path, country="PE", x="GPS", y="GPS")) == xy(first)
    with pytest.raises(SchemaError, match="“n” holds no positions"):
        sialgeo.read_producers(path, x="n", y="n")


def test_only_the_repairs_that_are_named_are_made(tmp_path: Path) -> None:
    good = [(f"g{i}", y, x) for i, (x, y) in enumerate(LONLAT * 3)]
    bad = [
        ("swap", -78.512, -7.163),
        ("sign", -7.163, 78.512),
        ("mark", -7163, -78.512),
        ("utm", 9207123, 774321),
        ("comma", "-7,163", -78.512),
        ("zero", 0, 0),
    ]
    path = write(tmp_path, "id;lat;lon", [*good, *bad, good[0]])
    plain = sialgeo.read_producers(path)
    assert plain.attrs["reading"]["rejected"] == 6
    assert plain.attrs["reading"]["repairs"] == {}
    asked = ["lat_lon_invertidas", "signo_omitido", "fuera_de_rango", "coord_no_numerica"]
    asked += ["utm_en_columna_lat_lon", "duplicado"]
    found = sialgeo.read_producers(path, apply=asked)
    reading = found.attrs["reading"]
    assert reading["repairs"] == dict.fromkeys(asked, 1)
    assert reading["reasons"] == {"cero_cero": 1}
    assert len(found) + reading["rejected"] + 1 == reading["read"]
    by_id = dict(zip(found["id"], xy(found), strict=True))
    for name in ("swap", "sign", "mark", "comma"):
        assert by_id[name] == (-78.512, -7.163)
    assert by_id["utm"] == pytest.approx((-78.516, -7.167), abs=0.01)
    triage = sialgeo.check_producers(found)
    assert triage.read == reading["read"]
    assert (triage.faults["severity"] == "repaired").sum() == 6
    with pytest.raises(ParameterError, match=r"cero_cero can only.*xx is no reason code.*Remedy"):
        sialgeo.read_producers(path, apply=["cero_cero", "xx"])


def test_repairs_in_metres(tmp_path: Path) -> None:
    rows = [(f"g{i}", *p) for i, p in enumerate(put(32717) * 3)]
    e, n = put(32717)[0]
    other = put(32718)[0]
    rows += [("swap", n, e), ("degrees", -78.512, -7.163), ("zone", *other)]
    path = write(tmp_path, "id;Este;Norte", rows)
    asked = ["lat_lon_invertidas", "grados_en_columna_utm", "zona_utm_dudosa"]
    found = sialgeo.read_producers(path, crs=32717, apply=asked)
    assert found.attrs["reading"]["repairs"] == dict.fromkeys(asked, 1)
    assert xy(found.to_crs(4326))[-3:] == [(-78.512, -7.163)] * 3


def test_every_code_of_a_datum_is_what_it_is_taken_for() -> None:
    from pyproj import CRS

    from sialgeo.readers.systems import DATUMS

    for datum in DATUMS.values():
        assert CRS.from_epsg(datum.degrees).name.startswith(datum.name)
        for zone in range(10, 26):
            for south in (False, True):
                code = datum.utm(zone, south)
                if code:
                    name = CRS.from_epsg(code).name
                    assert name.endswith(f"UTM zone {zone}{'S' if south else 'N'}")
                    assert name.startswith(datum.name) or (not datum.old and code > 32_600)
