"""The two tables: what they must hold, what they say first, and what may not change them."""

from __future__ import annotations

import dataclasses
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from shapely.geometry import Point, box

import sialgeo
from sialgeo import model
from sialgeo.errors import SchemaError
from sialgeo.i18n import use_language
from sialgeo.model import (
    CONCENTRATION,
    EVIDENCE,
    EVIDENCE_LABELS,
    LABELS,
    MEMBERSHIP,
    NAME,
    Concentrations,
    Detector,
    Indicator,
    N,
    Raster,
    Step,
    fingerprint,
    versions,
)

from .maps import METRIC


def made(evidence: list[str], *steps: Step, total: int = 10) -> Concentrations:
    """Ten producers, two in each concentration."""
    ids = np.repeat(np.arange(1, len(evidence) + 1), 2)
    labels = np.concatenate([ids, np.full(total - len(ids), -1)])
    producers = gpd.GeoDataFrame(
        {CONCENTRATION: labels, MEMBERSHIP: np.where(labels > 0, "core", "none")},
        geometry=[Point(k, k) for k in range(total)],
        crs=METRIC,
    )
    areas = gpd.GeoDataFrame(
        {NAME: [f"Pole {k}" for k in ids[::2]], N: 2, EVIDENCE: evidence},
        geometry=[box(k, k, k + 1, k + 1) for k in ids[::2]],
        index=pd.RangeIndex(1, len(evidence) + 1, name=CONCENTRATION),
        crs=METRIC,
    )
    return Concentrations(producers, areas, (), steps)


# --- what they must hold ---------------------------------------------------------------------------


def test_a_table_without_its_columns_is_no_concentrations() -> None:
    good = made(["tested"])
    with pytest.raises(SchemaError, match=r"^columns missing: evidence, membership, n$"):
        Concentrations(
            good.producers.drop(columns=MEMBERSHIP), good.areas.drop(columns=[EVIDENCE, N])
        )


def test_concentrations_are_frozen_and_steps_add_up() -> None:
    first = made(["untested"], Step("detect", {}, notes=("a", "b")))
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.areas = first.areas  # type: ignore[misc]
    areas = first.areas.assign(p_value=0.01)
    second = first.with_step(Step("assess", {}, notes=("b", "c")), areas=areas)
    assert [step.verb for step in second.steps] == ["detect", "assess"]
    assert second.notes == ("a", "b", "c")  # each caution once
    assert second.producers is first.producers
    assert "p_value" not in first.areas
    assert len(first.steps) == 1
    assert len(second) == 1


def test_indicators_come_from_the_steps_and_the_last_word_counts() -> None:
    old = {"column": "idh", "name": {"en": "HDI", "es": "IDH"}, "year": 2007}
    other = {"column": "pobreza", "name": {"en": "Poverty"}, "family": "monetary"}
    c = made(
        ["untested"],
        Step("overlay", {"indicators": [old, other]}),
        Step("overlay", {"indicators": [{**old, "year": 2019}]}),
        Step("detect", {}),
    )
    assert [(i.column, i.year) for i in c.indicators] == [("idh", 2019), ("pobreza", None)]
    hdi, poverty = c.indicators
    assert hdi.label() == "HDI"
    assert hdi.label("es") == "IDH"
    assert poverty.label("es") == "Poverty"  # rather another language than nothing
    assert Indicator("x", {}).label() == "x"
    with use_language("es"):
        assert hdi.label() == "IDH"


def test_a_detector_is_whatever_has_labels() -> None:
    class Own:
        def labels(self, xy: Any, weights: Any, reference: Any, rng: Any) -> Any:
            return np.zeros(len(xy), dtype=np.int64), np.ones(len(xy))

    assert isinstance(Own(), Detector)
    assert isinstance(sialgeo.RelativeDBSCAN(), Detector)
    assert not isinstance("DBSCAN", Detector)


# --- what a person sees first ----------------------------------------------------------------------

CASES = [
    ([], "No concentration found.", "10 producers examined."),
    (["exploratory"], "1 group of producers (exploratory, untested).", "2 of 10 producers (20%)"),
    (["exploratory"] * 2, "2 groups of producers", "4 of 10 producers (40%)"),
    (["inconclusive"], "Inconclusive: this reference population cannot carry a test", "2 of 10"),
    (["untested"], "1 concentration detected, not yet tested.", "2 of 10"),
    (["untested"] * 3, "3 concentrations detected", "6 of 10"),
    (["tested"], "1 concentration more dense", "2 of 10"),
    (["tested", "tested", "not_significant"], "2 concentrations more dense", "4 of 10"),
    (["not_significant"], "No concentration beyond what the reference", "2 of 10"),
]


@pytest.mark.parametrize(("evidence", "verdict", "number"), CASES)
def test_first_the_verdict_one_number_and_one_caution(
    evidence: list[str], verdict: str, number: str
) -> None:
    said = made(evidence).summary()
    assert said.verdict.startswith(verdict)
    assert said.number.startswith(number)
    assert said.caution
    assert all("{" not in text and "\n" not in text for text in said)


@pytest.mark.parametrize("evidence", ["exploratory", "inconclusive", "untested", "not_significant"])
def test_nothing_but_a_test_lets_a_verdict_claim_more_than_the_reference(evidence: str) -> None:
    said = made([evidence]).summary()
    assert "p ≤" not in said.verdict
    assert "more dense" not in said.verdict


def test_synthetic_data_are_the_caution_whatever_else_there_is() -> None:
    synthetic = Step("read", {"synthetic": "invented dairies"})
    for evidence in ([], ["tested"], ["exploratory"]):
        c = made(evidence, synthetic, Step("detect", {"synthetic": ""}))
        assert c.synthetic == "invented dairies"
        assert c.summary().caution == "Synthetic data: invented dairies"
    assert made(["tested"]).synthetic == ""


def test_an_empty_table_of_producers_has_a_summary() -> None:
    assert made([], total=0).summary().number == "0 producers examined."


def test_the_page_of_a_notebook_escapes_names() -> None:
    c = made(["tested"], Step("read", {"synthetic": "<b>x</b>"}))
    c = c.with_step(Step("name", {}), areas=c.areas.assign(name="<script>alert(1)</script>"))
    shown = c._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "<b>" not in shown
    assert shown.index(c.summary().verdict) < shown.index("<details>")


# --- names and labels ------------------------------------------------------------------------------


def test_every_evidence_and_every_plain_column_has_a_label() -> None:
    assert set(EVIDENCE_LABELS) == set(model.Evidence.__args__)  # type: ignore[attr-defined]
    for column, label in LABELS.items():
        assert label.text, column
        assert column == column.lower()
    assert len({label.text for label in LABELS.values()}) == len(LABELS)


# --- rasters ---------------------------------------------------------------------------------------


def test_cells_stand_in_their_middle_with_their_count() -> None:
    values = np.array([[1.0, 0.0, np.nan], [np.nan, 2.5, 0.0]])
    cells = Raster(values, (10.0, 0.0, 100.0, 0.0, -20.0, 500.0), METRIC).cells("people")
    assert cells["people"].tolist() == [1.0, 2.5]
    assert [(p.x, p.y) for p in cells.geometry] == [(105.0, 490.0), (115.0, 470.0)]
    assert cells.crs == METRIC


def test_cells_of_a_turned_raster_turn_with_it() -> None:
    cells = Raster(np.array([[1.0, 1.0]]), (0.0, 5.0, 0.0, 5.0, 0.0, 0.0), METRIC).cells()
    assert [(p.x, p.y) for p in cells.geometry] == [(2.5, 2.5), (2.5, 7.5)]


def test_a_raster_of_nothing_has_no_cells() -> None:
    empty = Raster(np.full((2, 2), np.nan), (1.0, 0.0, 0.0, 0.0, -1.0, 0.0), METRIC).cells()
    assert len(empty) == 0
    assert empty.crs == METRIC


# --- provenance ------------------------------------------------------------------------------------


def test_a_fingerprint_tells_places_and_columns_apart_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[Point(0, 0), Point(1, 1)], crs=METRIC)
    before = layer.copy()
    marks = {
        fingerprint(layer),
        fingerprint(layer.iloc[::-1]),
        fingerprint(layer.iloc[:1]),
        fingerprint(layer.rename(columns={"a": "b"})),
        fingerprint(layer.set_geometry([Point(0, 0), Point(1, 2)])),
    }
    assert len(marks) == 5
    assert fingerprint(layer.copy()) == fingerprint(layer)
    assert_frame_equal(layer, before)
    monkeypatch.setattr("sialgeo.kernels.parts.PART", 1)
    assert fingerprint(layer) in marks


def test_versions_name_what_a_result_depends_on() -> None:
    found = versions()
    assert {"python", "numpy", "scipy", "geopandas", "shapely", "pyproj"} <= set(found)
    assert all(found.values())
