"""Known tables of indicators, what columns say, and how they are compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sialgeo
from sialgeo import ParameterError, SchemaError, change, describe_indicators, read_indicators
from sialgeo.descriptions import described_indicators, guess_indicator
from sialgeo.readers.presets import PRESETS


def said(table: pd.DataFrame) -> dict[str, sialgeo.Indicator]:
    return {i.column: i for i in table.attrs["indicators"]}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# --- names and descriptions ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("column", "family", "year", "better"),
    [
        ("IDH_2019", "hdi", 2019, "more"),
        ("shdi_2002", "hdi", 2002, "more"),
        ("pobreza_extrema_2013", "monetary", 2013, "less"),
        ("pobreza_pob", "other", None, ""),  # people, no rate
        ("ic_rezago_educativo", "capabilities", None, "less"),
        ("im_2020", "marginalisation", 2020, "more"),
        ("IMN_2020", "marginalisation", 2020, "more"),
        ("im_2010", "marginalisation", 2010, "less"),
        ("grado_marginacion", "marginalisation", None, ""),
        ("altitud", "other", None, ""),
    ],
)
def test_what_the_name_of_a_column_tells(
    column: str, family: str, year: int | None, better: str
) -> None:
    found = guess_indicator(column)
    assert (found.family, found.year, found.better) == (family, year, better)


def test_a_description_goes_before_the_name() -> None:
    table = pd.DataFrame(
        {
            "indicator": ["x", "y", None],
            "name_es": ["Equis", np.nan, "nada"],
            "family": ["Monetaria", "", ""],
            "year": [2018.0, np.nan, np.nan],
            "method_year": ["2018", "", ""],
            "direction": ["more_is_worse", "", ""],
            "low": ["x_li", "", ""],
            "high": ["x_ls", "", ""],
        }
    )
    x, y, idh = describe_indicators(["x", "y", "idh_2019"], description=table)
    assert (x.name["es"], x.name["en"], x.family, x.year, x.better) == (
        "Equis", "x", "monetary", 2018, "less",
    )  # fmt: skip
    assert (x.method_year, x.low, x.high) == (2018, "x_li", "x_ls")
    assert (y.family, y.year) == ("other", None) and idh.family == "hdi"


def test_faults_of_a_description_at_once() -> None:
    table = pd.DataFrame(
        {
            "indicator": ["x", "x"],
            "family": ["dinero", ""],
            "year": ["ayer", ""],
            "direction": ["up", ""],
        }
    )
    with pytest.raises(SchemaError) as caught:
        described_indicators(table)
    assert len(str(caught.value).splitlines()) == 4
    with pytest.raises(SchemaError, match="no column “indicator”"):
        described_indicators(pd.DataFrame({"a": [1]}))


def test_the_sample_and_a_reader_describe_alike() -> None:
    sample = sialgeo.load_sample("cajamarca")
    read = read_indicators(sample.folder / "indicadores.csv", key="ubigeo")
    assert read.attrs["indicators"] == sample.indicators
    assert any("indicadores.meta.csv" in note for note in read.attrs["reading"]["notes"])
    by_table = read_indicators(
        sample.folder / "indicadores.csv",
        key="ubigeo",
        description=sample.tables["indicadores.meta"],
    )
    assert by_table.attrs["indicators"] == sample.indicators


# --- layouts of the publishers --------------------------------------------------------------------------
def test_inei_publishes_intervals(tmp_path: Path) -> None:
    path = write(
        tmp_path / "mapa.csv",
        "Ubigeo,Distrito,Población 2020,Inferior 2018,Superior 2018\n"
        "60101,Cajamarca,246604,17.3,22.2\n60102,Asunción,10211,51,65.5\n",
    )
    table = read_indicators(path, preset="inei-pobreza")
    assert table["Ubigeo"].tolist() == ["060101", "060102"]
    found = said(table)["pobreza_2018"]
    assert table["pobreza_2018"].tolist() == pytest.approx([19.75, 58.25])
    assert (found.low, found.high, found.year) == ("pobreza_2018_li", "pobreza_2018_ls", 2018)
    assert any("middle" in note for note in table.attrs["reading"]["notes"])
    named = write(
        tmp_path / "con_punto.csv",
        "ubigeo,pobreza_2018,li,ls\n060101,20,17.3,22.2\n060102,58,51,65.5\n",
    )
    table = read_indicators(named, preset="inei-pobreza")
    assert table["pobreza_2018"].tolist() == [20, 58] and said(table)["pobreza_2018"].low


def test_coneval_counts_rates_and_people_apart_and_needs_its_year(tmp_path: Path) -> None:
    path = write(
        tmp_path / "coneval.csv",
        "clave_entidad,entidad_federativa,clave_municipio,municipio,poblacion,pobreza,pobreza_pob,"
        "pobreza_e,ic_asalud,npnv\n1,Aguascalientes,1001,Aguascalientes,862000,26.1,224949,1.6,12,40\n"
        "31,Yucatán,31050,Mérida,900000,24,216000,2,14,38\n",
    )
    with pytest.raises(ParameterError, match="year"):
        read_indicators(path, preset="coneval")
    table = read_indicators(path, preset="coneval", year=2015)
    assert table["clave_municipio"].tolist() == ["01001", "31050"]
    found = said(table)
    assert "pobreza_pob" not in found
    assert (found["pobreza"].family, found["pobreza"].year) == ("capabilities", 2015)
    assert (found["npnv"].better, found["pobreza_e"].better) == ("more", "less")
    apart = write(
        tmp_path / "apart.csv",
        "clave_entidad,clave_municipio,pobreza_2020\n1,1,26.1\n31,50,24\n",
    )
    table = read_indicators(apart, preset="coneval")
    assert table["clave_municipio"].tolist() == ["01001", "31050"]


def test_more_of_conapos_index_is_less_marginalisation(tmp_path: Path) -> None:
    path = write(
        tmp_path / "IMM_2020.csv",
        "CVE_MUN,NOM_MUN,IM_2020,GM_2020,IMN_2020\n1001,Aguascalientes,60.1,Muy bajo,0.94\n"
        "20570,Z,50.2,Alto,0.81\n",
    )
    table = read_indicators(path, preset="conapo")
    assert table["CVE_MUN"].tolist() == ["01001", "20570"]
    assert {i.better for i in table.attrs["indicators"]} == {"more"}
    assert "less marginalisation" in said(table)["IM_2020"].name["en"]


def test_presets_that_do_not_fit_say_so(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "codigo,x\n060101,1\n060102,2\n")
    with pytest.raises(ParameterError, match="preset “nada” is not known; known: pnud-peru"):
        read_indicators(path, preset="nada")
    with pytest.raises(SchemaError, match="has its code in one of ubigeo"):
        read_indicators(path, preset="pnud-peru")
    with pytest.raises(SchemaError, match="none of the columns of “pnud-peru”"):
        read_indicators(path, key="codigo", preset="pnud-peru")
    assert read_indicators(path).attrs["reading"]["key"] == "codigo"
    assert set(PRESETS) == {
        "pnud-peru", "pnud-mexico", "inei-pobreza", "coneval", "conapo", "shdi",
    }  # fmt: skip


# --- from a preset to the map and to change -------------------------------------------------------------
def test_the_interval_and_its_description_go_with_the_join(tmp_path: Path) -> None:
    path = write(
        tmp_path / "m.csv", "ubigeo,pobreza_2018,li,ls\n060101,20,17.3,22.2\n060102,58,51,65.5\n"
    )
    table = read_indicators(path, preset="inei-pobreza")
    sample = sialgeo.load_sample("cajamarca")
    joined = sialgeo.join_indicators(
        sample.territories, table, key="ubigeo", columns=["pobreza_2018"]
    )
    assert {"pobreza_2018_li", "pobreza_2018_ls"} <= set(joined.columns)
    assert [i.column for i in joined.attrs["indicators"]] == ["pobreza_2018"]


def test_change_within_a_release_and_not_across_methods() -> None:
    sample = sialgeo.load_sample("cajamarca")
    table = sample.tables["indicadores"].set_index("ubigeo")
    found = change(table, "idh_2003", "idh_2012", indicators=sample.indicators)
    assert found.loc["060101", "change"] == pytest.approx(0.5335 - 0.3288)
    assert (found["direction"] == "better").sum() > 100
    with pytest.raises(ParameterError, match=r"different methods \(2013 and 2019\)"):
        change(table, "idh_2012", "idh_2019", indicators=sample.indicators)
    with pytest.raises(ParameterError, match="method_year is not stated"):
        change(
            table, "idh_2012", "idh_2019", indicators=describe_indicators(["idh_2012", "idh_2019"])
        )


@pytest.mark.shared
@pytest.mark.parametrize(
    ("path", "preset", "key", "rows", "column", "better"),
    [
        ("cajamarca_distritos/cajamarca_distritos.csv", "pnud-peru", None, 127, "idh_2019", "more"),
        ("peru_limites/peru_distritos_idh_pobreza.csv", "pnud-peru", None, 1891, "idh_2019", "more"),
        (
            "peru_limites/peru_distritos_idh_pobreza.csv", "inei-pobreza", None, 1891,
            "pobreza_2018", "less",
        ),
        (
            "mexico_municipios/mexico_municipios_idh_marginacion.csv", "conapo", None, 2469,
            "im_2020", "more",
        ),
        (
            "mexico_municipios/mexico_municipios_idh_marginacion.csv", "pnud-mexico", None, 2469,
            "idh_2020", "more",
        ),
        ("shdi_mexico_peru/shdi_mexico_peru_1990_2022.csv", "shdi", None, 38, "shdi_2002", "more"),
        (
            "shdi_mexico_peru/shdi_mexico_peru_1990_2022.csv", "shdi", "cve_ent", 32, "shdi_2002",
            "more",
        ),
    ],
)  # fmt: skip
def test_real_tables(
    shared_data: Path, path: str, preset: str, key: str | None, rows: int, column: str, better: str
) -> None:
    table = read_indicators(shared_data / path, preset=preset, key=key)
    assert abs(len(table) - rows) <= 1  # one row of the national table has no code
    found = said(table)[column]
    assert found.better == better and found.source
    sialgeo.check_indicators(table, table.attrs["indicators"])
    codes = table[table.attrs["reading"]["key"]]
    assert codes.is_unique and codes.notna().all()
    if preset == "conapo":  # the lowest index is the worst grade
        worst = table.groupby("gm_2020")["im_2020"].mean()
        assert worst["Muy alto"] < worst["Medio"] < worst["Muy bajo"]
