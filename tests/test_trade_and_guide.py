"""Exposure to trade opening, the questions of the SIAL guide, districts of agro-industry by area."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import sialgeo
from sialgeo import (
    Concentrations,
    ParameterError,
    SchemaError,
    SialTables,
    distritos_air,
    field_questions,
    guide_phases,
    trade_exposure,
)
from sialgeo.cli import DONE, main
from sialgeo.i18n import use_language
from sialgeo.model import CRITERION_LABELS

from .conftest import ROOT

SAMPLE = ROOT / "sample_layers" / "cajamarca"


def two(**columns: Any) -> Concentrations:
    """Four dairies, A and B in one concentration, C and D in the other."""
    dairies = gpd.GeoDataFrame(
        {"id": list("ABCD"), "concentration": [1, 1, 2, 2], "membership": "core", **columns},
        geometry=gpd.points_from_xy([0, 100, 9000, 9100], [0] * 4),
        crs=32717,
    )
    areas = gpd.GeoDataFrame(
        {"name": ["V", "W"], "n": 2, "evidence": "untested"},
        index=[1, 2],
        geometry=[shapely.box(-500, -500, 500, 500), shapely.box(8500, -500, 9500, 500)],
        crs=32717,
    )
    return Concentrations(dairies, areas)


def opening(trade: dict[str, Any], **units: Any) -> SialTables:
    held = {"id": list("ABCD"), "eslabon": "3", "cadena": ["fresco", "andino", "fresco", None]}
    return SialTables.from_frames(
        {
            "unidad": pd.DataFrame({**held, **units}),
            "apertura": pd.DataFrame({"fuente": ["MEF 2009"], **trade}),
        }
    )


# --- exposure --------------------------------------------------------------------------------------


def test_shares_of_producers_and_of_output_in_exposed_chains() -> None:
    tables = opening(
        {"cadena": ["andino"], "cambio_arancel": [-9]}, valor=[30.0, 10.0, 5.0, np.nan]
    )
    found = trade_exposure(two(), tables).areas
    assert found["exposed_producers"].tolist() == [50.0, 0.0]  # D names no chain: it counts in none
    assert found["exposed_output"].tolist() == [25.0, 0.0]
    assert found["exposure"].tolist() == ["medium", "none"]
    assert found["income_effect"].isna().all()  # a tariff alone tells no change of price
    assert found["exposure_activation"].tolist() == ["exposed_unknown", "sheltered_unknown"]


def test_the_first_order_change_of_income_is_the_net_benefit_ratio_times_the_change_of_price() -> (
    None
):
    tables = opening(
        {"producto": ["Queso Fresco"], "cambio_precio": [-20.0]},
        producto=["queso fresco", "otro", "queso fresco", "otro"],
        valor=[100.0, 50.0, 10.0, np.nan],
        valor_consumo=[20.0, 0.0, 40.0, np.nan],
        gasto_total=[200.0, 100.0, 100.0, 50.0],
    )
    found = trade_exposure(two(), tables).areas
    # V: A sells 80 net of 200, −20 % → −8 %; B not exposed → 0. W: C buys 30 net of 100 → +6 %
    assert found["income_effect"].tolist() == pytest.approx([-4.0, 6.0])
    assert found["income_effect_known"].tolist() == [2, 1]


@settings(max_examples=50, deadline=None)
@given(
    st.floats(0.1, 1e6),
    st.floats(0, 1e6),
    st.floats(1, 1e6),
    st.floats(-99, 99),
    st.floats(0.01, 100),
)
def test_the_change_of_income_does_not_depend_on_the_currency(
    value: float, eaten: float, spent: float, price: float, rate: float
) -> None:
    def effect(k: float) -> float:
        tables = opening(
            {"cadena": ["fresco"], "cambio_precio": [price]},
            valor=k * value, valor_consumo=k * eaten, gasto_total=k * spent,
        )  # fmt: skip
        return float(trade_exposure(two(), tables).areas["income_effect"].iloc[1])

    assert effect(rate) == pytest.approx(effect(1.0), rel=1e-9, abs=1e-12)


def test_capability_to_respond_is_the_level_of_activation() -> None:
    given_levels = two()
    areas = given_levels.areas.assign(activation_level=[4.0, 3.0])
    made = Concentrations(given_levels.producers, areas)
    tables = opening({"cadena": ["fresco"], "importacion": ["si"]})
    found = trade_exposure(made, tables).areas
    assert found["exposure_activation"].tolist() == ["exposed_active", "exposed_passive"]
    strict = trade_exposure(made, tables, active_from=5).areas
    assert strict["exposure_activation"].tolist() == ["exposed_passive", "exposed_passive"]


def test_sources_and_the_caution_are_in_the_output(tmp_path: Path) -> None:
    found = trade_exposure(two(), opening({"cadena": ["fresco"], "importacion": ["si"]}))
    with use_language("es"):
        said = " ".join(found.notes)
        assert "Exposición a la apertura comercial, no su efecto" in said
        assert "MEF 2009" in said
    published = sialgeo.protect(found, min_n=1)
    assert any("MEF 2009" in note for note in published.notes)


def test_what_cannot_be_exposed_is_told() -> None:
    with pytest.raises(SchemaError, match="apertura"):
        trade_exposure(
            two(), SialTables.from_frames({"evento": pd.DataFrame({"clase": ["norma"]})})
        )
    with pytest.raises(SchemaError, match="codigo"):
        trade_exposure(two(), opening({"cadena": ["fresco"], "importacion": ["si"]}), key="codigo")
    with pytest.raises(ParameterError, match="medium"):
        trade_exposure(
            two(), opening({"cadena": ["fresco"], "importacion": ["si"]}), medium=0.9, high=0.5
        )


def test_litres_and_tonnes_are_not_added_up() -> None:
    tables = opening(
        {"cadena": ["fresco"], "importacion": ["si"]},
        volumen=1.0, unidad_vol=["t", "L", "kg", "t"], periodo="anio",
    )  # fmt: skip
    found = trade_exposure(two(), tables).areas
    assert found["exposed_output"].isna().tolist() == [True, False]
    assert found["exposure"].tolist() == ["high", "high"]  # of producers where no output adds up


# --- the guide -------------------------------------------------------------------------------------


def test_every_criterion_has_its_question() -> None:
    every = pd.DataFrame(
        {"name": ["V"], "criteria_unmet": [list(CRITERION_LABELS)], "criteria_not_evaluable": [[]]}
    )
    asked = field_questions(every)
    assert {*CRITERION_LABELS, "territory"} == set(asked["criterion"])
    assert asked["phase"].tolist() == sorted(
        asked["phase"],
        key=["acercamiento", "profundizacion", "representacion", "seguimiento"].index,
    )
    with use_language("es"):
        assert field_questions(every)["question"].str.startswith(("¿", "Dibuje")).all()


def test_nothing_missing_leaves_only_the_drawing() -> None:
    done = pd.DataFrame(
        {"name": ["V"], "criteria_unmet": [[]], "criteria_not_evaluable": [[]]}, index=[7]
    )
    assert field_questions(done)[["concentration", "criterion"]].values.tolist() == [
        [7, "territory"]
    ]


def test_risk_exposure_and_assumed_rows_are_asked_for() -> None:
    row = {
        "name": ["V"],
        "criteria_unmet": [[]],
        "criteria_not_evaluable": [[]],
        "declustering_risk": ["yes"],
        "activation_evidence": ["supuesta"],
        "exposure_activation": ["exposed_passive"],
    }
    tables = field_questions(pd.DataFrame(row))["table"].tolist()
    assert tables == ["territorio", "accion_colectiva", "evento", "apertura"]


def test_phases_say_what_was_done() -> None:
    phases = guide_phases(two())
    assert phases.index.tolist() == [
        "acercamiento",
        "profundizacion",
        "representacion",
        "seguimiento",
    ]
    assert not phases["done"].any()
    assert phases["open_questions"].sum() == len(field_questions(two()))


# --- districts by area -----------------------------------------------------------------------------

SIZES = {"small": "s", "medium": "m", "large": "l"}


def areal(**columns: list[float]) -> pd.DataFrame:
    base = {
        "all": [100, 900], "agro": [40, 60], "s": [36, 30], "m": [4, 10], "l": [0, 20],
        "a": [30, 10], "b": [10, 50],
    }  # fmt: skip
    return pd.DataFrame({**base, **columns}, index=["Valle", "Ciudad"])


def test_a_district_needs_all_four_steps() -> None:
    found = distritos_air(areal(), total="all", processing="agro", sizes=SIZES, chains=["a", "b"])
    assert found["district"].tolist() == [True, False]
    assert found.loc["Valle", "small_share"] == 0.9
    assert found.loc["Valle", "main_chain_lq"] == pytest.approx((30 / 40) / (40 / 100))
    split = distritos_air(
        areal(a=[19, 10], b=[21, 50]),
        total="all",
        processing="agro",
        sizes=SIZES,
        chains=["a", "b"],
    )
    assert split.loc["Valle", "one_chain"] is False  # b is main and under-represented
    assert not split.loc["Valle", "district"]


def test_an_area_without_processing_or_figures_is_no_district_and_no_zero() -> None:
    found = distritos_air(
        areal(agro=[0, 60], s=[0, 30], m=[0, 10], a=[0, 10], b=[0, 50]),
        total="all", processing="agro", sizes=SIZES, chains=["a", "b"],
    )  # fmt: skip
    assert found.loc["Valle", "small_scale"] is None
    assert math.isnan(found.loc["Valle", "small_share"])
    assert not found.loc["Valle", "district"]
    with pytest.raises(SchemaError, match=r"(?s)large.*no column"):
        distritos_air(
            areal(), total="all", processing="x", sizes={"small": "s", "medium": "m"}, chains=["a"]
        )


def test_a_missing_figure_leaves_open_what_nothing_else_denies() -> None:
    asked = {"total": "all", "processing": "agro", "sizes": SIZES, "chains": ["a", "b"]}
    lacking = distritos_air(areal(l=[None, 20]), **asked)
    assert lacking["sme_dominant"].tolist() == [None, True]
    assert lacking["district"].tolist() == [None, False]
    lacking = distritos_air(areal(s=[None, 30]), **asked)
    assert lacking["small_scale"].tolist() == [None, False]
    assert lacking["district"].tolist() == [None, False]


# --- command line and study ------------------------------------------------------------------------


def test_districts_from_the_command_line_and_in_a_study(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = areal().rename_axis("codigo").rename(columns={"a": "=queso"})
    table.to_csv(tmp_path / "t.csv")
    columns = ["--total", "all", "--processing", "agro", "--small", "s", "--medium", "m"]
    asked = ["air-districts", str(tmp_path / "t.csv"), "--key", "codigo", *columns, "--large", "l"]
    out = tmp_path / "d.csv"
    assert main([*asked, "--chains", "=queso,b", "--output", str(out), "--lang", "es"]) == DONE
    assert "1 de 2 áreas es un distrito" in capsys.readouterr().out
    told = pd.read_csv(out)
    assert told["district"].tolist() == [True, False]
    assert told["main_chain"].tolist() == ["'=queso", "b"]  # no formula for a spreadsheet
    assert main([*asked, "--chains", "nada"]) != DONE
    ground = gpd.GeoDataFrame(
        areal().reset_index(names="codigo"),
        geometry=[shapely.box(i, 0, i + 1, 1) for i in range(2)],
        crs=4326,
    )
    ground.to_file(tmp_path / "d.gpkg", driver="GPKG", engine="pyogrio")
    text = """
[[territories]]
path = "d.gpkg"
key = "codigo"
[air_districts]
total = "all"
processing = "agro"
small = "s"
medium = "m"
large = "l"
chains = ["a", "b"]
[export]
formats = ["json"]
"""
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    study = sialgeo.Study.from_toml(tmp_path / "s.toml")
    again = sialgeo.Study.from_toml(study.to_toml(tmp_path / "again.toml"))
    assert again.air_districts == study.air_districts
    result = study.run(tmp_path / "out")
    rows = pd.read_csv(result.paths["districts"])
    assert rows[["codigo", "district"]].values.tolist() == [["Valle", True], ["Ciudad", False]]
    assert any("1 of 2 areas is a district" in note for note in result.concentrations.notes)


def test_template_and_form_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["template", str(tmp_path / "p.xlsx"), "--form", str(tmp_path / "f.xlsx")]
    assert main([*arguments, "--lang", "es"]) == DONE
    assert "p.xlsx" in capsys.readouterr().out
    assert (tmp_path / "f.xlsx").is_file()


def test_classify_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample = sialgeo.load_sample("cajamarca")
    rule = sialgeo.RelativeDBSCAN(radius=5_000)
    found = sialgeo.detect(sample.producers, rule, reference=sample.reference, places=sample.places)
    sialgeo.save(found, tmp_path / "c.work.gpkg")
    arguments = [
        "classify", str(tmp_path / "c.work.gpkg"), "--tables", str(SAMPLE),
        "--files", "unidad=queserias.csv,productores_leche.csv", "--body-links", "5",
        "--output", str(tmp_path / "c2.work.gpkg"), "--details", str(tmp_path / "d"), "--lang", "es",
    ]  # fmt: skip
    assert main(arguments) == DONE
    out = capsys.readouterr().out
    assert "4 SIAL activado" in out
    assert "Riesgo de de-clusterización: Cajamarca" in out
    questions = pd.read_csv(tmp_path / "d" / "preguntas_de_campo.csv", encoding="utf-8-sig")
    assert set(questions["name"]) == set(found.areas["name"])
    again = sialgeo.read_concentrations(tmp_path / "c2.work.gpkg")
    assert again.areas["activation_level"].max() == 4.0
    assert main([*arguments, "--member-share", "7"]) == 2
    assert "member_share" in capsys.readouterr().err


def test_a_study_classifies_and_keeps_the_details_private(tmp_path: Path) -> None:
    study = sialgeo.Study.from_toml(SAMPLE / "estudio.toml")
    assert study.sial is not None
    assert study.sial.files["unidad"] == ("queserias.csv", "productores_leche.csv")
    assert sialgeo.Study.from_toml(study.to_toml(tmp_path / "s.toml")).sial is not None
    text = (
        (tmp_path / "s.toml")
        .read_text(encoding="utf-8")
        .replace("[sial]", "[sial]\nalpha = 9\nnada = 1")
    )
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        sialgeo.Study.from_toml(tmp_path / "s.toml")
    assert "alpha" in str(caught.value)
    assert "nada" in str(caught.value)
