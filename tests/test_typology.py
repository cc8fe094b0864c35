"""The typology: the paper as a test, and each rule on inputs whose answer is known by hand."""

from __future__ import annotations

import math
from dataclasses import replace
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
    Thresholds,
    capability_gaps,
    classify,
)
from sialgeo.i18n import use_language
from sialgeo.typology.levels import completeness
from sialgeo.typology.result import Typology

from .conftest import ROOT

SAMPLE = ROOT / "sample_layers" / "cajamarca"
UNITS = {"unidad": ["queserias.csv", "productores_leche.csv"]}


@pytest.fixture(scope="module")
def found() -> Concentrations:
    sample = sialgeo.load_sample("cajamarca")
    rule = sialgeo.RelativeDBSCAN(radius=5_000)
    detected = sialgeo.detect(
        sample.producers, rule, reference=sample.reference, places=sample.places
    )
    return sialgeo.profile(detected, chain="cadena")


@pytest.fixture(scope="module")
def tables() -> SialTables:
    return sialgeo.read_tables(SAMPLE, files=UNITS)


def at(typology: Typology, name: str) -> pd.Series:
    [row] = [r for _k, r in typology.areas.iterrows() if r["name"] == name]
    return row


def without(tables: SialTables, table: str, **equal: str) -> pd.DataFrame:
    """Return a table without the rows that have these values."""
    frame = tables[table]
    for column, value in equal.items():
        frame = frame[frame[column] != value]
    return frame


# --- the paper -------------------------------------------------------------------------------------


def test_cajamarca_is_level_five_and_flagged_by_the_declared_event_alone(
    found: Concentrations, tables: SialTables
) -> None:
    typology = classify(found, tables)
    row = at(typology, "Cajamarca")
    assert (row["activation"], row["activation_level"]) == ("hybrid", 5.0)
    assert row["declustering_risk"] == "yes"
    assert row["declustering_reasons"] == ["members_act_alone"]
    assert row["coordination"] == "hybrid"
    assert row["activation_evidence"] == "supuesta"  # its lists of members are assumed, and say so
    assert row["links_present"] == ["1", "2", "3"]
    assert row["chain_completeness"] == pytest.approx(0.6)


def test_without_the_declared_event_level_five_and_no_flag(
    found: Concentrations, tables: SialTables
) -> None:
    quiet = tables.replacing(
        {"evento": without(tables, "evento", clase="miembros_actuan_individualmente")}
    )
    row = at(classify(found, quiet), "Cajamarca")
    assert (row["activation_level"], row["declustering_risk"]) == (5.0, "no")
    assert row["declustering_reasons"] == []


def test_without_codelac_level_four(found: Concentrations, tables: SialTables) -> None:
    cut = tables.replacing(
        {
            "organizacion": without(tables, "organizacion", id="CODELAC"),
            "membresia_org": without(tables, "membresia_org", org="CODELAC"),
            "accion_colectiva": without(tables, "accion_colectiva", org="CODELAC"),
        }
    )
    row = at(classify(found, cut), "Cajamarca")
    assert (row["activation"], row["activation_level"]) == ("activated", 4.0)
    assert row["coordination"] == "horizontal"
    assert row["criteria_unmet"] == ["coordinating_body", "body_institution"]


@pytest.mark.parametrize("how", ["state", "date"])
def test_with_every_functional_action_ended_level_three_and_the_flag(
    found: Concentrations, tables: SialTables, how: str
) -> None:
    actions = tables.actions.copy()
    functional = actions["clase"] == "funcional"
    if how == "state":
        actions.loc[functional, "estado"] = "terminada"
    else:
        actions.loc[functional, "fecha_fin"] = "2005"
    quiet = without(tables, "evento", clase="miembros_actuan_individualmente")
    over = tables.replacing({"accion_colectiva": actions, "evento": quiet})
    row = at(classify(found, over), "Cajamarca")
    assert (row["activation"], row["activation_level"]) == ("activating", 3.0)
    assert row["declustering_reasons"] == ["functional_ended"]
    if how == "date":
        before = at(classify(found, over, date="2004"), "Cajamarca")
        assert (before["activation_level"], before["declustering_risk"]) == (5.0, "no")


def test_bambamarca_was_not_surveyed_and_is_not_assessable(
    found: Concentrations, tables: SialTables
) -> None:
    row = at(classify(found, tables), "Bambamarca")
    assert row["main_chain"] == "queso-fresco"
    assert row["activation"] == "not_evaluable"
    assert math.isnan(row["activation_level"])
    assert row["declustering_risk"] == row["coordination"] == "not_evaluable"
    assert "structural_action" in row["criteria_not_evaluable"]
    assert "structural_action" not in row["criteria_unmet"]


def test_before_codelac_and_before_the_apdl(found: Concentrations, tables: SialTables) -> None:
    surveyed = tables.surveyed.assign(fecha=None)
    dated = tables.replacing({"levantamiento": surveyed})
    levels = {
        year: at(classify(found, dated, date=year), "Cajamarca")["activation_level"]
        for year in ("1998", "2000", "2003")
    }
    assert levels == {"1998": 2.0, "2000": 4.0, "2003": 5.0}


# --- eight dairies ---------------------------------------------------------------------------------


def eight(**changes: Any) -> SialTables:
    dairies = gpd.GeoDataFrame(
        {"id": [f"Q{k}" for k in range(8)], "eslabon": "3", "cadena": "queso"},
        geometry=gpd.points_from_xy(np.arange(8) * 100.0, np.zeros(8)),
        crs=32717,
    )
    farms = gpd.GeoDataFrame(
        {"id": ["F1", "T1"], "eslabon": ["1", "4"], "cadena": None},
        geometry=gpd.points_from_xy([300.0, 4_000.0], [50.0, 0.0]),
        crs=32717,
    )
    frames: dict[str, Any] = {
        "unidad": pd.concat([dairies, farms], ignore_index=True),
        "organizacion": pd.DataFrame(
            {"id": ["AQ", "PL", "ONG"], "tipo": ["asociacion", "coordinadora", "ong"]}
        ),
        "membresia_org": pd.DataFrame(
            {
                "miembro": [*dairies["id"], "AQ", "F1", "T1", "ONG"],
                "org": ["AQ"] * 8 + ["PL"] * 4,
                "fuente": "acta",
            }
        ),
        "levantamiento": pd.DataFrame(
            {"lugar": "Valle", "tema": ["organizacion", "accion_colectiva", "recursos", "flujos"]}
        ),
        "recurso_especifico": pd.DataFrame(
            {"id": ["R"], "clase": ["saber_hacer"], "fuente": ["acta"]}
        ),
        "accion_colectiva": pd.DataFrame(
            {
                "org": ["AQ", "AQ"],
                "clase": ["estructural", "funcional"],
                "forma": [None, "sello"],
                "recurso_id": [None, "R"],
                "fuente": "acta",
            }
        ),
    }
    frames["organizacion"]["fuente"] = "acta"
    frames["organizacion"]["eslabon"] = ["3", None, "S"]
    frames |= changes
    return SialTables.from_frames({k: v for k, v in frames.items() if v is not None})


def valley(n: int = 8) -> Concentrations:
    producers = gpd.GeoDataFrame(
        {
            "id": [f"Q{k}" for k in range(n)],
            "concentration": 1,
            "membership": "core",
        },
        geometry=gpd.points_from_xy(np.arange(n) * 100.0, np.zeros(n)),
        crs=32717,
    )
    areas = gpd.GeoDataFrame(
        {"name": ["Valle"], "n": [n], "evidence": ["not_significant"], "p_value": [0.4]},
        index=[1],
        geometry=[shapely.box(-100, -100, 900, 100)],
        crs=32717,
    )
    return Concentrations(producers, areas)


def test_a_documented_sial_of_eight_dairies_keeps_its_level() -> None:
    row = classify(valley(), eight()).areas.loc[1]
    assert row["spatial_evidence"] == "insufficient"
    assert (row["activation_level"], row["activation_evidence"]) == (5.0, "documentada")
    assert row["coordination"] == "hybrid"
    assert row["criteria_unmet"] == ["producers", "significance"]


def test_the_same_as_a_territory_with_the_overlap_shown() -> None:
    ground = gpd.GeoDataFrame(
        {"nombre": ["Valle"]}, geometry=[shapely.box(-100, -100, 400, 100)], crs=32717
    )
    typology = classify(ground, eight(), concentrations=valley())
    assert typology.concentrations is None
    assert typology.areas["activation_level"].tolist() == [5.0]
    assert typology.areas["spatial_evidence"].tolist() == ["not_evaluable"]
    [shown] = typology.overlaps.to_dict("records")
    assert (shown["territory"], shown["concentration"]) == ("Valle", "Valle")
    assert shown["share_of_footprint"] == pytest.approx(0.5, abs=1e-3)
    assert shown["share_of_territory"] == pytest.approx(1.0, abs=1e-3)
    other = classify(valley(), eight(), territories=ground).overlaps
    pd.testing.assert_frame_equal(other, typology.overlaps)


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"recurso_especifico": pd.DataFrame({"id": ["R"], "clase": ["natural"]})}, 1.0),
        ({"accion_colectiva": None}, 2.0),
        ({"levantamiento": None}, math.nan),
    ],
)
def test_a_level_stops_at_the_first_criterion_that_is_not_met(changes: Any, level: float) -> None:
    found = classify(valley(), eight(**changes)).areas.loc[1, "activation_level"]
    assert found == pytest.approx(level, nan_ok=True)


def test_what_decides_and_was_not_surveyed_makes_no_level() -> None:
    """Actions are in force, so passive would be false; resources were not surveyed."""
    topics = pd.DataFrame({"lugar": "Valle", "tema": ["organizacion", "accion_colectiva"]})
    row = classify(valley(), eight(levantamiento=topics)).areas.loc[1]
    assert row["activation"] == "not_evaluable"
    assert row["criteria_not_evaluable"] == [
        "strength",
        "stability",
        "specific_resource",
        "one_buyer",
    ]


def members(count: int) -> pd.DataFrame:
    return pd.DataFrame({"miembro": [f"Q{k}" for k in range(count)], "org": "AQ", "eslabon": "3"})


@pytest.mark.parametrize(
    ("count", "thresholds", "met"),
    [
        (1, Thresholds(), True),  # 1 of 8 is 12.5 %
        (1, Thresholds(member_share=0.2), False),
        (5, Thresholds(member_share=0.9), True),  # five units are enough
        (4, Thresholds(member_share=0.9), False),
        (0, Thresholds(), False),
    ],
)
def test_a_tenth_of_the_units_or_five(count: int, thresholds: Thresholds, met: bool) -> None:
    frame = members(count) if count else pd.DataFrame({"miembro": ["T1"], "org": ["PL"]})
    typology = classify(valley(), eight(membresia_org=frame), thresholds=thresholds)
    [status] = typology.criteria.query("criterion == 'structural_action'")["status"]
    assert status == ("met" if met else "not_met")


def test_the_fall_of_membership_is_counted_from_its_peak() -> None:
    left = members(8).assign(desde="1999", hasta=["2003", "2003", *[None] * 6])
    for count, flagged in ((1, False), (2, True)):
        frame = left.assign(hasta=["2003"] * count + [None] * (8 - count))
        row = classify(valley(), eight(membresia_org=frame)).areas.loc[1]
        assert (row["declustering_reasons"] == ["membership_fall"]) is flagged
    assert (
        classify(valley(), eight(membresia_org=left), date="2002").areas.loc[1, "declustering_risk"]
        == "no"
    )
    since = classify(valley(), eight(membresia_org=left), since="2005").areas.loc[1]
    assert since["declustering_risk"] == "no"


@pytest.mark.parametrize(("share", "flag"), [(0.5, "no"), (0.6, "yes")])
def test_more_than_half_to_one_buyer_raises_the_flag(share: float, flag: str) -> None:
    flows = pd.DataFrame(
        {
            "origen": "Q0",
            "destino": ["T1", None, "Q1"],
            "mercado": [None, "ferias", None],
            "producto": "queso",
            "volumen": [share * 52 * 1000, (1 - share) * 52, 99.0],
            "unidad_vol": ["kg", "t", "t"],
            "periodo": ["anio", "anio", "anio"],
        }
    )
    row = classify(valley(), eight(flujo=flows)).areas.loc[1]
    assert row["declustering_risk"] == flag


def sales(**changes: Any) -> pd.DataFrame:
    """Thirty tonnes sold jointly, seventy alone, and what nobody asked about."""
    frame = {
        "origen": ["Q0", "Q1", "Q2", "Q3"],
        "mercado": "Lima",
        "producto": "queso",
        "volumen": [20.0, 10_000.0, 70.0, 500.0],
        "unidad_vol": ["t", "kg", "t", "t"],
        "periodo": "anio",
        "venta_conjunta": ["sí", "sí", "no", None],
        "fecha": "2004",
    }
    return pd.DataFrame(frame | changes)


def joint(**changes: Any) -> tuple[float, float]:
    row = classify(valley(), eight(**changes)).areas.loc[1]
    return row["joint_sales"], row["joint_sales_sellers"]


def test_a_place_has_further_names_by_id_or_by_name() -> None:
    topics = eight().surveyed.assign(lugar="Chanta")
    for key in (1, "1", "valle"):
        found = classify(valley(), eight(levantamiento=topics), names={key: ["Chanta"]})
        assert found.areas.loc[1, "activation_level"] == 5.0
    with pytest.raises(ParameterError, match=r"no place Cerro\. There are: 1 Valle"):
        classify(valley(), eight(), names={"Cerro": ["Chanta"]})


def test_joint_sales_are_a_share_of_what_is_sold_and_known() -> None:
    assert joint(flujo=sales()) == (pytest.approx(30.0), 3)
    assert joint(flujo=sales(venta_conjunta="no")) == (0.0, 4)
    litres = sales(unidad_vol=["t", "kg", "t", "L"], venta_conjunta=["sí", "sí", "no", "sí"])
    assert joint(flujo=litres) == (pytest.approx(100 * (3 * 0.3 + 1) / 4), 4)  # each within its own


def test_what_is_sold_on_by_a_joint_shop_counts_once() -> None:
    """Q0 sells through Q1, which stands in the same place and sells on."""
    through = sales(destino=["Q1", None, None, None], mercado=[None, "Lima", "Lima", "Lima"])
    assert joint(flujo=through) == (pytest.approx(100 * 10 / 80), 2)
    unsaid = through.assign(venta_conjunta=["sí", None, "no", None])  # nothing of what Q1 sells
    assert joint(flujo=unsaid) == (pytest.approx(100 * 20 / 90), 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"flujo": None},
        {"flujo": sales(venta_conjunta=None)},
        {"flujo": sales(volumen=None, unidad_vol=None, periodo=None)},
        {"flujo": sales(), "levantamiento": None},
        {
            "flujo": sales(),
            "levantamiento": pd.DataFrame({"lugar": ["Valle"], "tema": ["organizacion"]}),
        },
    ],
)
def test_joint_sales_are_not_assessable_without_flows_that_tell(changes: Any) -> None:
    assert math.isnan(joint(**changes)[0])


def test_flows_after_the_date_do_not_count() -> None:
    late = sales(fecha=["2004", "2004", "2010", "2004"], destino=["T1", "T1", None, None])
    tables = eight(flujo=late)
    rows = [classify(valley(), tables, date=date).areas.loc[1] for date in ("2004", "2010")]
    assert [row["joint_sales"] for row in rows] == [pytest.approx(100.0), pytest.approx(30.0)]


def described(**changes: Any) -> SialTables:
    """Capabilities of Q0 to Q3, of whom Q0 and Q1 belong to AQ, and Q0 was described twice."""
    frame: dict[str, Any] = {
        "unidad": ["Q0", "Q1", "Q2", "Q3", "Q0"],
        "credito": [1.0, 3.0, 2.0, None, 5.0],
        "escala": "1-5",
        "fecha": ["2004", "2004", "2004", "2004", "2010"],
        "fuente": "encuesta",
    }
    members = pd.DataFrame({"miembro": ["Q0", "Q1"], "org": "AQ"})
    return eight(membresia_org=members, capacidad=pd.DataFrame(frame | changes))


def test_capabilities_of_members_beside_those_of_others() -> None:
    table = capability_gaps(described())
    assert table[["organisation", "capability", "basis"]].values.tolist() == [
        ["", "credito", "units"],
        ["AQ", "credito", "units"],
    ]
    row = table.iloc[1]
    assert (row["members"], row["non_members"], row["difference"]) == (4.0, 2.0, 2.0)
    assert (row["n_members"], row["n_non_members"]) == (2, 1)  # nothing is known of Q3
    assert capability_gaps(described(), date="2004").loc[1, "members"] == 2.0  # (1 + 3) / 2


def test_capabilities_of_two_scales_or_of_groups_are_not_joined() -> None:
    scales = capability_gaps(described(escala=["0-1", "1-5", "1-5", "1-5", "1-5"]))
    own = scales[scales["organisation"] == "AQ"].set_index("scale")
    assert own["members"].to_dict() == {"0-1": 1.0, "1-5": 4.0}
    assert np.isnan(own.loc["0-1", "difference"])
    groups = pd.DataFrame(
        {"org": "AQ", "grupo": ["miembros", "no_miembros"], "autonomia": [0.8, 0.5],
         "escala": "0-1", "fuente": "taller"})  # fmt: skip
    [row] = capability_gaps(eight(capacidad=groups)).to_dict("records")
    assert (row["basis"], row["difference"]) == ("reported", pytest.approx(0.3))
    assert math.isnan(row["n_members"])
    assert len(capability_gaps(eight())) == 0


def test_links_count_within_the_catchment_of_the_footprint() -> None:
    near = classify(valley(), eight(), thresholds=Thresholds(catchment=0.0)).areas.loc[1]
    far = classify(valley(), eight(), thresholds=Thresholds(catchment=4_000.0)).areas.loc[1]
    assert near["links_present"] == ["1", "3"]
    assert far["links_present"] == ["1", "3", "4"]
    assert (near["chain_completeness"], far["chain_completeness"]) == (0.4, 0.6)
    template = pd.DataFrame({"cadena": "queso", "eslabon": ["1", "3"], "peso": [1.0, 3.0]})
    assert classify(valley(), eight(cadena=template)).areas.loc[1, "chain_completeness"] == 1.0


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from("012345"), st.floats(0.1, 9), min_size=1),
    st.sets(st.sampled_from("012345S")),
    st.sampled_from("012345"),
)
def test_completeness_lies_between_nothing_and_all_and_grows_with_each_link(
    template: dict[str, float], present: set[str], more: str
) -> None:
    share = completeness(sorted(present), template)
    assert 0 <= share <= completeness(sorted(present | {more}), template) <= 1 + 1e-12
    assert completeness(sorted(template), template) == pytest.approx(1.0)


def test_a_resource_elsewhere_or_of_another_chain_is_not_here() -> None:
    for changed in ({"lugar": "Chota"}, {"cadena": "panela"}):
        resources = pd.DataFrame({"id": ["R"], "clase": ["natural"], "fuente": ["acta"], **changed})
        units = eight().units
        units.loc[len(units)] = units.iloc[0].to_dict() | {
            "id": "Z",
            "cadena": "panela",
            "geometry": None,
        }
        row = classify(valley(), eight(recurso_especifico=resources, unidad=units)).areas.loc[1]
        assert row["activation_level"] == 1.0


# --- groups, axes, sensitivity, errors -------------------------------------------------------------


def test_a_group_of_concentrations_is_one_place(found: Concentrations, tables: SialTables) -> None:
    ids = found.areas.index[found.areas["name"].isin(["Cajamarca", "Chota"])].tolist()
    typology = classify(found, tables, groups={"Cuenca": ids})
    row = typology.areas.loc["Cuenca"]
    assert row["n"] == found.areas.loc[ids, "n"].sum()
    assert row["activation_level"] == 5.0
    assert row.geometry.equals(found.areas.loc[ids].geometry.union_all())
    producers = typology.criteria.query("criterion == 'producers'").iloc[0]
    assert producers["detail"] == "2 / 2"
    assert producers["value"] == found.areas.loc[ids, "n"].min()


def test_axis_one_needs_size_significance_and_strength_and_stability_is_told_beside() -> None:
    made = valley(12)
    tested = made.areas.assign(
        p_value=0.01, relative_risk_low=1.4, stability=0.5, location_quotient=2.5
    )
    row = classify(replace(made, areas=tested), eight()).areas.loc[1]
    assert row["spatial_evidence"] == "sufficient"
    assert row["criteria_unmet"] == ["stability"]
    assert row["stars"] == ["specialisation"]
    weak = classify(replace(made, areas=tested.assign(relative_risk_low=0.9)), eight())
    assert weak.areas.loc[1, "spatial_evidence"] == "insufficient"
    untested = classify(replace(made, areas=tested.assign(p_value=np.nan)), eight())
    assert untested.areas.loc[1, "spatial_evidence"] == "not_evaluable"


def test_the_sensitivity_table_holds_what_flips_and_nothing_else(
    found: Concentrations, tables: SialTables
) -> None:
    typology = classify(found, tables)
    flips = typology.sensitivity
    assert set(flips["name"]) == {"Cajamarca"}
    assert {"body_links", "least_evidence"} <= set(flips["threshold"])
    for row in flips.to_dict("records"):
        moved = classify(found, tables, thresholds=Thresholds(**{row["threshold"]: row["value"]}))
        there = moved.areas.loc[row["place"]]
        assert (there["activation_level"], there["declustering_risk"]) == (
            row["level_there"],
            row["flag_there"],
        )
        assert (row["level"], row["flag"]) != (row["level_there"], row["flag_there"])


def test_every_criterion_is_shown_with_value_threshold_and_evidence(
    found: Concentrations, tables: SialTables
) -> None:
    typology = classify(found, tables)
    own = typology.criteria[typology.criteria["name"] == "Cajamarca"].set_index("criterion")
    assert len(own) == 16
    share = own.loc["structural_action"]
    assert (share["value"], share["threshold"], share["evidence"]) == (45 / 80, 0.10, "supuesta")
    assert "accion_colectiva 2" in share["rows"]
    with use_language("es"):
        said = typology.explain(own["place"].iloc[0])
        assert "acción colectiva estructural vigente" in said.to_string()
        html = typology._repr_html_()
    assert "Cajamarca" in html
    assert "5 SIAL con coordinación híbrida" in html


def test_the_answer_travels_in_the_working_file_and_details_are_not_published(
    found: Concentrations, tables: SialTables, tmp_path: Any
) -> None:
    carried = classify(found, tables).concentrations
    assert carried is not None
    sialgeo.save(carried, tmp_path / "c.work.gpkg")
    again = sialgeo.read_concentrations(tmp_path / "c.work.gpkg")
    for column in ("activation", "declustering_reasons", "criteria_unmet", "activation_criteria"):
        assert again.areas[column].tolist() == carried.areas[column].tolist()
    published = sialgeo.protect(carried)
    assert "activation_level" in published.areas
    assert "activation_criteria" not in published.areas
    assert "APDL" not in str(published.steps)
    sialgeo.export(carried, tmp_path / "t.xlsx")
    sheet = pd.read_excel(tmp_path / "t.xlsx", sheet_name=None, header=None, engine="openpyxl")
    assert "members act individually (declared event)" in str(
        [s.to_string() for s in sheet.values()]
    )


def test_bad_asking_is_told(found: Concentrations, tables: SialTables) -> None:
    with pytest.raises(ParameterError, match="99"):
        classify(found, tables, groups={"a": [99], "b": []})
    with pytest.raises(ParameterError, match="date = ayer"):
        classify(found, tables, date="ayer")
    with pytest.raises(SchemaError, match="polygons"):
        classify(found.producers, tables)
    with pytest.raises(ParameterError, match="member_share"):
        Thresholds(member_share=2.0)


def test_the_answer_does_not_depend_on_the_order_of_rows(
    found: Concentrations, tables: SialTables
) -> None:
    shuffled = tables.replacing(
        {
            name: tables[name].sample(frac=1, random_state=3)
            for name in tables.given
            if name != "unidad"
        }
    )
    a, b = classify(found, tables).areas, classify(found, shuffled).areas
    columns = ["activation_level", "activation_evidence", "coordination", "criteria_unmet"]
    pd.testing.assert_frame_equal(a[columns], b[columns])


def test_members_of_a_group_may_be_told_by_name(found: Concentrations, tables: SialTables) -> None:
    ids = {name: label for label, name in found.areas["name"].items()}
    by_id = sialgeo.classify(found, tables, groups={"G": [ids["Cajamarca"], ids["Chota"]]})
    by_name = sialgeo.classify(found, tables, groups={"G": ["cajamarca", "Chota", "Cajamarca"]})
    assert by_name.areas["n"].tolist() == by_id.areas["n"].tolist()
    assert (by_name.kind, sialgeo.classify(found, tables).kind) == ("group", "concentration")
    with pytest.raises(ParameterError, match="there is no concentration Lima"):
        sialgeo.classify(found, tables, groups={"G": ["Lima"]})
