"""One line on each concentration; what cannot be tested says so."""

from __future__ import annotations

from random import Random

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

import sialgeo
from sialgeo.i18n import use_language
from sialgeo.model import (
    EVIDENCE,
    FDR,
    INCONCLUSIVE,
    P_VALUE,
    STATISTIC,
    TESTED,
    VERDICT_EN,
    VERDICT_ES,
    WEIGHT,
    WEIGHT_SHARE,
)
from sialgeo.pools import prepare
from sialgeo.significance import Null, false_discovery_rate
from sialgeo.verdicts import verdict

from .maps import layer, planted, uneven

RULE = sialgeo.RelativeDBSCAN(radius=5_000)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"evidence": "untested"}, "Detected, not yet tested."),
        (
            {"evidence": "not_significant", "p_value": 0.4},
            "Not significant: chance and the reference population explain it (p = 0.400).",
        ),
        (
            {
                "evidence": "tested",
                "p_value": 0.001,
                "relative_risk": 9.0,
                "relative_risk_held_out": 1.4,
                "relative_risk_held_out_low": 1.1,
                "grade": "weak",
            },
            "Significant but slight: 1.4 times the rest (p = 0.001).",
        ),
        (
            {
                "evidence": "tested",
                "p_value": 0.0004,
                "relative_risk_held_out": 3.24,
                "relative_risk_held_out_low": 2.1,
                "grade": "strong",
                "stability_band": "robust",
                "agreement": 1.0,
            },
            "Significant and strong: 3.2 times the rest, at least 2.1 (p < 0.001); robust when the data are shaken; confirmed by a second method.",
        ),
        (
            {"evidence": "tested", "p_value": 0.02, "relative_risk": 4.0, "grade": "uncertain"},
            "Significant; how much denser is uncertain (p = 0.020).",
        ),
    ],
)
def test_the_line_says_what_is_known(row: dict[str, object], said: str) -> None:
    with use_language("en"):
        assert verdict(row) == said


def test_both_languages_stand_beside_each_other_after_every_verb() -> None:
    producers, reference = planted(np.random.default_rng(3))
    found = sialgeo.detect(producers, RULE, reference=reference)
    assert set(found.areas[VERDICT_EN]) == {"Detected, not yet tested."}
    assert set(found.areas[VERDICT_ES]) == {"Detectada, aún sin probar."}
    same = {"detector": RULE, "reference": reference}
    tested = sialgeo.assess(found, replicates=99, **same)
    assert tested.areas[VERDICT_ES].str.startswith("Significativa").all()
    shaken = sialgeo.stability(tested, runs=3, **same)
    assert shaken.areas[VERDICT_EN].str.contains("when the data are shaken").all()
    assert sialgeo.agreement(tested, found).areas[VERDICT_EN].str.contains("second method").all()


def test_false_discovery_rate_is_null_clusters_over_clusters_found() -> None:
    producers, reference = planted(np.random.default_rng(3))
    found = sialgeo.detect(producers, RULE, reference=reference)
    tested = sialgeo.assess(found, detector=RULE, reference=reference, replicates=30, seed=4)
    ready = prepare(producers, RULE, reference, "units")
    assert ready.reference is not None
    null = Null.of(ready.xy, ready.reference, RULE)
    drawn = [null.statistics(np.random.default_rng([4, r])) for r in range(30)]
    for t, rate in zip(tested.areas[STATISTIC], tested.areas[FDR], strict=True):
        false = np.mean([(d >= t * (1 - 1e-12) - 1e-12).sum() for d in drawn])
        assert rate == pytest.approx(min(false / (tested.areas[STATISTIC] >= t).sum(), 1))


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 50)), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_the_rate_is_a_share_and_does_not_depend_on_the_order(
    rows: list[tuple[float, float]], shuffle: Random
) -> None:
    observed, false = np.array(rows).T
    rate = false_discovery_rate(observed, false)
    assert ((rate >= 0) & (rate <= 1)).all()
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    np.testing.assert_array_equal(false_discovery_rate(observed[order], false[order]), rate[order])


def test_a_habitable_mask_has_a_p_value_and_stays_inconclusive() -> None:
    producers, _reference = planted(np.random.default_rng(3))
    low, high = np.array([500_000, 9_200_000]), np.array([600_000, 9_300_000])
    land = gpd.GeoDataFrame(geometry=[box(*low, *high)], crs=producers.crs)
    mask = sialgeo.Reference.from_mask(land)
    rule = sialgeo.RelativeDBSCAN(radius=5_000)
    found = sialgeo.detect(producers, rule, reference=mask)
    tested = sialgeo.assess(found, detector=rule, reference=mask, replicates=19)
    assert set(tested.areas[EVIDENCE]) == {INCONCLUSIVE}
    assert tested.areas[P_VALUE].min() == 0.05
    assert "mask" in tested.tests[0].null
    assert TESTED not in set(tested.areas[EVIDENCE])
    assert any("habitable mask" in note for note in tested.notes)
    with use_language("en"):
        assert tested.summary().verdict.startswith("Inconclusive")


def test_producers_on_centroids_against_farms_in_the_field_are_inconclusive() -> None:
    producers, reference = planted(np.random.default_rng(3))
    centroids = layer(np.repeat(uneven(np.random.default_rng(1), 12), 10, axis=0))
    found = sialgeo.detect(centroids, RULE, reference=reference)
    assert set(found.areas[EVIDENCE]) == {INCONCLUSIVE}
    same = sialgeo.assess(found, detector=RULE, reference=reference, replicates=19)
    assert same.areas[P_VALUE].isna().all()
    assert EVIDENCE in sialgeo.detect(producers, RULE, reference=reference).areas


def test_weights_describe_and_do_not_test() -> None:
    producers, reference = planted(np.random.default_rng(3))
    heavy = producers.assign(litres=np.where(producers.pole == 0, 100.0, 1.0))
    plain = sialgeo.detect(producers, RULE, reference=reference).areas
    weighed = sialgeo.detect(heavy, RULE, reference=reference, weights="litres")
    np.testing.assert_array_equal(weighed.areas[STATISTIC], plain[STATISTIC])
    inside = weighed.producers[weighed.producers.concentration > 0]
    of = inside.groupby("concentration").litres.sum()
    np.testing.assert_allclose(weighed.areas[WEIGHT], of)
    np.testing.assert_allclose(weighed.areas[WEIGHT_SHARE], 100 * of / heavy.litres.sum())
    assert any("describe" in note for note in weighed.notes)
