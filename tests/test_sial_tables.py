"""The tables of a SIAL study: one declaration, five things made of it, and every fault told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from pyxform.xls2xform import convert

import sialgeo
from sialgeo import FileError, SchemaError, SialTables, check_tables, read_tables
from sialgeo.i18n import use_language
from sialgeo.tables.dates import first_day, last_day, parse_date
from sialgeo.tables.declared import BY_NAME, TABLES, table_named
from sialgeo.tables.page import PAGES, page
from sialgeo.tables.template import HELP_SHEETS
from sialgeo.tables.xlsform import FIELD_TABLES

from .conftest import ROOT

SAMPLE = ROOT / "sample_layers" / "cajamarca"
DAIRIES = {"unidad": "queserias.csv"}


def units(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"id": ["A", "B", "C"], "eslabon": ["1", "3", "4"], **columns})


def flows(*ends: tuple[str, str], product: Any = "leche") -> pd.DataFrame:
    return pd.DataFrame(
        {"origen": [a for a, _b in ends], "destino": [b for _a, b in ends], "producto": product}
    )


def faults_of(**frames: pd.DataFrame) -> str:
    with pytest.raises(SchemaError) as caught, use_language("en"):
        SialTables.from_frames(frames)
    return str(caught.value)


# --- the declaration -------------------------------------------------------------------------------


def test_names_are_snake_case_and_no_spelling_means_two_things() -> None:
    names = [t.name for t in TABLES] + [f.name for t in TABLES for f in t.fields]
    assert all(n == n.lower() and n.isidentifier() and n.isascii() for n in names)
    for table in TABLES:
        spellings = [s for f in table.fields for s in (f.name, f.english)]
        assert len({f.name for f in table.fields}) == len(table.fields)
        assert len(set(spellings)) == len({*table.columns, *(f.english for f in table.fields)})
        for declared in table.fields:
            assert set(declared.refers) <= set(BY_NAME)
            codes = [c.code for c in declared.choices]
            assert len(set(codes)) == len(codes)
            assert set(declared.words().values()) == set(codes)


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_a_table_is_known_by_its_spanish_and_english_names(table: Any) -> None:
    for name in (table.name, table.english, *table.also):
        assert table_named(name) is table
        assert table_named(name.upper().replace("_", " ")) is table


# --- reading ---------------------------------------------------------------------------------------


def test_the_sample_reads_without_a_fault() -> None:
    tables = read_tables(SAMPLE, files=DAIRIES)
    assert len(tables.units) == 500
    assert tables.units.geometry.notna().all()
    assert tables.units.crs.to_epsg() == 4326
    assert tables.units["periodo"].unique().tolist() == ["semana"]
    assert tables.units.loc[2, ["id", "eslabon", "cadena"]].tolist() == [
        "Q001",
        "3",
        "queso-andino",
    ]
    assert tables.organisations.set_index("id").loc["CODELAC", "fecha_ini"] == "2002"
    assert tables.memberships["sintetico"].all()
    assert len(tables.actions) == 7
    assert len(tables.events) == 7
    assert set(tables.resources["estado"]) == {"activado", "latente"}
    assert "flujo" not in tables.given
    assert len(tables.flows) == 0
    assert list(tables.flows.columns) == list(BY_NAME["flujo"].columns)
    assert check_tables(SAMPLE, files=DAIRIES).empty


def test_english_names_and_words_are_read_as_spanish_ones() -> None:
    spanish = SialTables.from_frames(
        {
            "unidad": units(
                tipo_actor=["productor_mp", "transformador", None], formal=["si", "no", ""]
            ),
            "flujo": flows(("A", "B")),
        }
    )
    english = SialTables.from_frames(
        {
            "units": pd.DataFrame(
                {
                    "Code": ["A", "B", "C"],
                    "LINK": ["primary production", 3.0, "collection_trade"],
                    "actor type": ["Raw material producer", "processor", np.nan],
                    "formal": ["yes", False, None],
                }
            ),
            "flows": pd.DataFrame({"origin": ["A"], "destination": ["B"], "product": ["leche"]}),
        }
    )
    for name in ("unidad", "flujo"):
        pd.testing.assert_frame_equal(
            pd.DataFrame(spanish[name]), pd.DataFrame(english[name]), check_like=True
        )


def test_a_geopackage_a_workbook_and_a_folder_give_the_same(tmp_path: Path) -> None:
    made = gpd.GeoDataFrame(
        units(cadena="panela", volumen=[1.5, np.nan, 2.0], unidad_vol="t", periodo="mes"),
        geometry=gpd.points_from_xy([-78.5, -78.6, -78.7], [-7.1, -7.2, -7.3]),
        crs=4326,
    )
    organisations = pd.DataFrame({"id": ["O"], "tipo": ["comite"], "fecha_ini": ["2001-05"]})
    made.to_file(tmp_path / "estudio.gpkg", layer="unidad")
    gpd.GeoDataFrame(organisations.assign(geometry=None), crs=4326).to_file(
        tmp_path / "estudio.gpkg", layer="organizacion"
    )
    plain = pd.DataFrame(made.drop(columns="geometry")).assign(
        lat=made.geometry.y, lon=made.geometry.x
    )
    with pd.ExcelWriter(tmp_path / "estudio.xlsx") as book:
        plain.to_excel(book, sheet_name="unidad", index=False)
        organisations.to_excel(book, sheet_name="organisation", index=False)
    folder = tmp_path / "tablas"
    folder.mkdir()
    plain.to_csv(folder / "unidades.csv", index=False, sep=";", decimal=",")
    organisations.to_excel(folder / "organizaciones.xlsx", index=False)
    (folder / "unidades.csvt").write_text('"String"\n')  # QGIS puts it beside
    read = [read_tables(tmp_path / p) for p in ("estudio.gpkg", "estudio.xlsx", "tablas")]
    for tables in read:
        assert tables.given == {"unidad", "organizacion"}
        assert tables.units["volumen"].fillna(-1).tolist() == [1.5, -1, 2.0]
        assert tables.organisations["fecha_ini"].tolist() == ["2001-05"]
        assert tables.units.geometry.x.round(6).tolist() == [-78.5, -78.6, -78.7]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    (tmp_path / "evento.csv").write_text("class,date\n\nfraude,1999\n,2000\n", encoding="utf-8")
    found = check_tables(tmp_path)
    assert found[["row", "column", "code"]].values.tolist() == [[4, "clase", "celda_vacia"]]


def test_a_unit_without_a_usable_place_stays_and_is_told(tmp_path: Path) -> None:
    text = "id,eslabon,lat,lon\nA,1,-7.1,-78.5\nB,3,,\n"
    (tmp_path / "unidad.csv").write_text(text, encoding="utf-8")
    tables = read_tables(tmp_path)
    assert tables.units["id"].tolist() == ["A", "B"]
    assert tables.units.geometry.isna().tolist() == [False, True]
    assert any("coord_vacia 1" in note for note in tables.notes)


def test_what_bears_no_tables_name_is_said(tmp_path: Path) -> None:
    (tmp_path / "evento.csv").write_text("clase\nfraude\n", encoding="utf-8")
    (tmp_path / "apuntes.csv").write_text("a\n1\n", encoding="utf-8")
    assert any("apuntes.csv" in note for note in read_tables(tmp_path).notes)
    with pytest.raises(FileError, match=r"nada\.csv"):
        read_tables(tmp_path, files={"evento": "nada.csv"})
    with pytest.raises(FileError):
        read_tables(tmp_path / "missing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileError, match="levantamiento"):
        read_tables(tmp_path / "empty")


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["1,5", "0,125", "1.250,75"], [1.5, 0.125, 1250.75]),
        (["1.5", "1.007", "1,250.75"], [1.5, 1.007, 1250.75]),
        ([" 3 ", 4, 5.5], [3.0, 4.0, 5.5]),
    ],
)
def test_decimal_marks_are_told_by_the_column(cells: list[Any], read: list[float]) -> None:
    tables = SialTables.from_frames({"unit": units(precio=cells)})
    assert tables.units["precio"].tolist() == read


def test_a_cell_that_may_be_thousands_or_decimals_is_a_fault() -> None:
    assert "rows 0, 1, precio: “1,250” may mean" not in faults_of(
        unit=units(precio=["1,250", "2,000", "3"])
    )
    assert "row 0, precio: “1,250” may mean" in faults_of(
        unit=units(precio=["1,250", "2,000", "3"])
    )


def test_dates_keep_the_precision_they_have() -> None:
    read = [parse_date(c) for c in ("1999", 1999, "1999-5", "31/12/1999", "1999-02-29", "siempre")]
    assert read == ["1999", "1999", "1999-05", "1999-12-31", None, None]
    assert parse_date(pd.Timestamp("2004-05-31")) == "2004-05-31"
    assert (first_day("1999"), last_day("1999")) == ("1999-01-01", "1999-12-31")
    assert last_day("2004-02") == "2004-02-29"


# --- bad input -------------------------------------------------------------------------------------


def test_every_fault_of_every_table_is_told_at_once_with_its_row(tmp_path: Path) -> None:
    tables = {
        "unidad": "id,eslabon,cadena,volumen,unidad_vol,periodo\n"
        "A,1,panela,3,,mes\nB,9,panella,,,\nB,3,panela,-1,t,mes\nC,4,,2,t,\n",
        "cadena": "cadena,eslabon\npanela,1\npanela,3\n",
        "flujo": "origen,destino,producto,volumen,unidad_vol,periodo\nA,B,caña,,,\nB,C,caña,,,\nC,A,caña,5,,\nA,X,caña,,,\n",
        "organizacion": "id,tipo,fecha_ini,fecha_fin\nO,asociacion,2004,1999\nP,club,,\n",
        "membresia_org": "miembro,org,desde,hasta\nZZ,O,,\nA,QQ,,\nA,O,2004-05,2003\n",
        "accion_colectiva": "org,clase,forma,recurso_id\nO,funcional,,R9\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    found = check_tables(tmp_path)
    assert set(map(tuple, found[["table", "row", "code"]].values)) == {
        ("unidad", 2, "volumen_sin_unidad"),
        ("unidad", 3, "eslabon_desconocido"),
        ("unidad", 3, "cadena_desconocida"),
        ("unidad", 4, "codigo_repetido"),
        ("unidad", 4, "fuera_de_rango"),
        ("unidad", 5, "volumen_sin_periodo"),
        ("flujo", 2, "ciclo"),
        ("flujo", 3, "ciclo"),
        ("flujo", 4, "ciclo"),
        ("flujo", 4, "volumen_sin_unidad"),
        ("flujo", 4, "volumen_sin_periodo"),
        ("flujo", 5, "unidad_desconocida"),
        ("organizacion", 2, "fin_antes_de_inicio"),
        ("organizacion", 3, "palabra_desconocida"),
        ("membresia_org", 2, "unidad_desconocida"),
        ("membresia_org", 3, "codigo_desconocido"),
        ("membresia_org", 4, "fin_antes_de_inicio"),
        ("accion_colectiva", 2, "accion_sin_forma"),
    }
    with pytest.raises(SchemaError) as caught, use_language("es"):
        read_tables(tmp_path)
    said = str(caught.value)
    assert said.count("\n- ") + 1 == len(found) - 2  # the three rows of the circle are one fault
    assert "- unidad, fila 3, cadena: “panella” no está en ninguna fila de cadena" in said
    assert "quizá panela" in said
    assert "flujo, filas 2, 3, 4, destino: los flujos forman un círculo: A → B → C → A" in said


def test_a_member_organisation_circle_is_a_fault() -> None:
    bodies = pd.DataFrame({"id": ["O", "P"], "tipo": "comite"})
    members = pd.DataFrame(
        {"miembro": ["O", "P"], "clase_miembro": "organizacion", "org": ["P", "O"]}
    )
    assert "memberships run in a circle: O → P → O" in faults_of(
        organisation=bodies, membership=members
    )


def test_a_by_product_given_back_is_a_note_and_no_fault() -> None:
    tables = SialTables.from_frames(
        {"unit": units(), "flow": flows(("A", "B"), ("B", "A"), product=["leche", "suero"])}
    )
    assert any("A → B → A" in note for note in tables.notes)
    assert "circle" in faults_of(unit=units(), flow=flows(("A", "A")))
    assert "circle" in faults_of(
        unit=units(), flow=flows(("A", "B"), ("B", "A"), product=["leche", None])
    )


def test_columns_that_are_missing_or_twice_are_named() -> None:
    said = faults_of(unit=pd.DataFrame({"id": ["A"], "codigo": ["B"]}))
    assert "unidad, eslabon: the column is missing" in said
    assert "“id” and “codigo” are the same column" not in said  # the Spanish name wins
    assert "are the same column" in faults_of(
        unit=units().rename(columns={"eslabon": "link"}).assign(Link="1")
    )


def test_a_polygon_among_units_is_a_fault() -> None:
    shapes = [shapely.Point(0, 0), shapely.box(0, 0, 1, 1), None]
    assert "unidad, row 1, geometry" in faults_of(
        unit=gpd.GeoDataFrame(units(), geometry=shapes, crs=4326)
    )


def test_many_equal_faults_make_one_sentence() -> None:
    many = pd.DataFrame({"id": [f"U{k}" for k in range(300)], "eslabon": "9"})
    said = faults_of(unit=many)
    assert "\n" not in said
    assert "(300 in all)" in said


def test_tables_can_be_replaced_and_are_checked_again() -> None:
    tables = read_tables(SAMPLE, files=DAIRIES)
    alone = tables.replacing({"evento": tables.events.iloc[:0], "levantamiento": None})
    assert "levantamiento" not in alone.given
    assert len(alone.events) == 0
    assert len(tables.events) == 7
    with pytest.raises(SchemaError, match="APDL"):
        tables.replacing({"organizacion": tables.organisations.iloc[1:]})


# --- what is made of the declaration ---------------------------------------------------------------


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_template_is_read_as_it_was_filled_in(lang: str, tmp_path: Path) -> None:
    with use_language(lang):  # its dictionary names tables in a column, as a form's export does
        path = sialgeo.write_template(tmp_path / "plantilla.xlsx")
    with pytest.raises(FileError, match="none with a row"):
        read_tables(path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [HELP_SHEETS[0], *BY_NAME, *HELP_SHEETS[1:]]
    sheet = book["unidad"]
    heads = [c.value for c in sheet[1]]
    assert heads == [*BY_NAME["unidad"].columns, "lat", "lon"]
    for values in (("A", 1, -7.1, -78.5), ("B", "3", -7.2, -78.6)):
        row = sheet.max_row + 1 if sheet["A2"].value else 2
        for name, value in zip(("id", "eslabon", "lat", "lon"), values, strict=True):
            sheet.cell(row, heads.index(name) + 1, value)
    book["organizacion"]["A2"], book["organizacion"]["C2"] = "O", "comite"
    book.save(path)
    tables = read_tables(path)
    assert tables.given == {"unidad", "organizacion"}
    assert tables.units["eslabon"].tolist() == ["1", "3"]
    assert tables.units.geometry.y.tolist() == [-7.1, -7.2]
    assert tables.notes == ()


def test_every_closed_list_of_the_template_is_a_drop_down(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(sialgeo.write_template(tmp_path / "plantilla.xlsx"))
    lists = book["listas"]
    assert lists.sheet_state == "hidden"
    for table in TABLES:
        sheet = book[table.name]
        rules = {str(r.sqref).split(":")[0]: r for r in sheet.data_validations.dataValidation}
        for at, declared in enumerate(table.fields, 1):
            head = sheet.cell(1, at)
            assert head.value == declared.name
            assert head.comment is not None
            assert head.font.bold == declared.required
            if not declared.choices:
                continue
            rule = rules[sheet.cell(2, at).coordinate]
            cells = lists[rule.formula1.partition("!")[2].replace("$", "")]
            shown = [cell.value for row in cells for cell in row]
            assert (rule.type, shown) == ("list", [c.code for c in declared.choices])
    members = book["membresia_org"].data_validations.dataValidation
    assert any("organizacion!$A$2" in rule.formula1 for rule in members)


def test_the_field_form_converts_and_its_export_is_read(tmp_path: Path) -> None:
    path = sialgeo.write_xlsform(tmp_path / "formulario.xlsx")
    made = convert(str(path))
    assert made.warnings == []
    for table in FIELD_TABLES:
        assert f"/{table.name}/" in made.xform
    export = pd.DataFrame(
        {
            "tabla": ["unidad", "levantamiento", "unidad"],
            "unidad/id": ["A", "", "B"],
            "unidad/eslabon": ["1", "", "3"],
            "unidad/ubicacion": ["-7.1 -78.5 2700 5", "", "-7.2 -78.6 2700 5"],
            "_unidad/ubicacion_latitude": ["-7.1", "", "-7.2"],
            "_unidad/ubicacion_longitude": ["-78.5", "", "-78.6"],
            "levantamiento/lugar": ["", "Chota", ""],
            "levantamiento/tema": ["", "flujos", ""],
        }
    )
    export.to_excel(tmp_path / "kobo.xlsx", index=False)
    export.to_csv(tmp_path / "kobo.csv", index=False, sep=";")
    for name in ("kobo.xlsx", "kobo.csv"):
        tables = read_tables(tmp_path / name)
        assert tables.units["id"].tolist() == ["A", "B"]
        assert tables.units.geometry.x.tolist() == [-78.5, -78.6]
        assert tables.surveyed[["lugar", "tema"]].values.tolist() == [["Chota", "flujos"]]


@pytest.mark.parametrize("code", PAGES)
def test_the_page_of_the_tables_is_that_of_the_declaration(code: str) -> None:
    """To renew it: ``python -m sialgeo.tables.page docs``."""
    assert (ROOT / "docs" / PAGES[code]).read_text(encoding="utf-8") == page(code)


def laid(**changes: Any) -> SialTables:
    ground = gpd.GeoDataFrame(
        {"codigo": ["0601", "0602"], "poblacion": [100.0, 300.0]},
        geometry=[shapely.box(k, 0, k + 1, 1) for k in range(2)],
        crs=4326,
    )
    figures = {
        "codigo": ["0601", "0602", "0601"],
        "nombre": ["Pobreza monetaria", "Pobreza monetaria", "Capital social"],
        "valor": [40.0, 20.0, 3.0],
        "anio": [2018, 2018, None],
        "li": [35.0, 18.0, None],
        "ls": [45.0, 22.0, None],
        "familia": ["monetaria", "monetaria", "capacidades"],
        "sentido": [None, None, "mas_es_mejor"],
        "fuente": "INEI",
    }
    return SialTables.from_frames(
        {"territorio": ground, "indicador": pd.DataFrame(figures | changes)}
    )


def test_territories_and_indicators_are_one_layer_to_lay_over() -> None:
    layer = laid().indicator_layer()
    assert layer["pobreza_monetaria_2018"].tolist() == [40.0, 20.0]
    assert layer["capital_social"].isna().tolist() == [False, True]
    poverty, capital = layer.attrs["indicators"]
    assert (poverty.family, poverty.year, poverty.better) == ("monetary", 2018, "less")
    assert (capital.family, capital.better, capital.low) == ("capabilities", "more", "")
    dairies = gpd.GeoDataFrame(
        {"concentration": [1], "membership": ["core"]}, geometry=[shapely.Point(0.5, 0.5)], crs=4326
    )
    areas = gpd.GeoDataFrame(
        {"name": ["A"], "n": [1], "evidence": ["untested"]},
        index=[1],
        geometry=[shapely.box(0.5, 0.2, 1.5, 0.8)],
        crs=4326,
    )
    found = sialgeo.overlay(
        sialgeo.Concentrations(dairies, areas),
        layer,
        columns=["pobreza_monetaria_2018"],
        key="codigo",
        population="poblacion",
    )
    assert found.areas["pobreza_monetaria_2018"].tolist() == [pytest.approx(25.0, rel=1e-3)]
    assert found.areas["pobreza_monetaria_2018__low"].notna().all()
    with pytest.raises(SchemaError, match="territorio"):
        SialTables.from_frames({}).indicator_layer()


def test_the_command_line_lays_the_tables_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from sialgeo.cli import main

    own = laid()
    own.territories.to_file(tmp_path / "territorio.gpkg")
    own.indicators.to_csv(tmp_path / "indicador.csv", index=False)
    spots = [shapely.Point(0.5, 0.5), shapely.Point(1.4, 0.5)]
    dairies = gpd.GeoDataFrame(
        {"concentration": [1, 1], "membership": ["core", "core"]}, geometry=spots, crs=4326
    )
    areas = gpd.GeoDataFrame(
        {"name": ["A"], "n": [2], "evidence": ["untested"]},
        index=[1],
        geometry=[shapely.box(0.5, 0.2, 1.5, 0.8)],
        crs=4326,
    )
    work = str(tmp_path / "c.work.gpkg")
    sialgeo.save(sialgeo.Concentrations(dairies, areas), work)
    line = ["overlay", work, "--tables", str(tmp_path), "--population", "poblacion"]
    assert main([*line, "--output", work.replace("c.", "o.")]) == 0
    found = sialgeo.read_concentrations(work.replace("c.", "o."))
    assert found.areas["pobreza_monetaria_2018"].tolist() == [pytest.approx(25.0, rel=1e-3)]
    assert {"capital_social", "pobreza_monetaria_2018__low"} < {*found.areas.columns}
    assert main([*line, "--raster", "r.tif", "--output", work]) == 2
    assert "--tables" in capsys.readouterr().err


def test_a_figure_of_a_territory_stands_once() -> None:
    with pytest.raises(SchemaError, match="already"):
        laid(codigo=["0601", "0601", "0601"])
