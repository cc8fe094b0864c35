"""Held-out effect sizes, stability and agreement."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

import sialgeo
from sialgeo.model import (
    AGREEMENT,
    GRADE,
    HELD_OUT,
    HELD_OUT_HIGH,
    HELD_OUT_LOW,
    HELD_OUT_SHARE,
    RR_LOW,
    STABILITY,
    STABILITY_BAND,
)
from sialgeo.robustness import _grade, best_jaccard

from .maps import layer, planted, uneven

RULE = sialgeo.RelativeDBSCAN(radius=4_000)


def found_in(seed: int, **options: int) -> tuple[sialgeo.Concentrations, object]:
    producers, reference = planted(np.random.default_rng(seed), **options)
    return sialgeo.detect(producers, RULE, reference=reference), reference


def test_strong_poles_are_strong_and_robust() -> None:
    found, reference = found_in(7, poles=2)
    held = sialgeo.estimate(found, detector=RULE, reference=reference, splits=20)
    assert held.areas[GRADE].tolist() == ["strong", "strong"]
    assert (held.areas[HELD_OUT_LOW] < held.areas[HELD_OUT]).all()
    assert (held.areas[HELD_OUT] < held.areas[HELD_OUT_HIGH]).all()
    shaken = sialgeo.stability(held, detector=RULE, reference=reference, runs=15, precision=100.0)
    assert (shaken.areas[STABILITY_BAND] == "robust").all()
    assert GRADE not in found.areas, "the input was changed"
    assert [s.verb for s in shaken.steps] == ["detect", "estimate", "stability"]


def test_seeds_reproduce_whatever_the_row_order() -> None:
    producers, reference = planted(np.random.default_rng(7))
    order = np.random.default_rng(1).permutation(len(producers))
    answers = []
    for table, others in ((producers, reference), (producers.iloc[order], reference.iloc[::-1])):
        found = sialgeo.detect(table, RULE, reference=others)
        held = sialgeo.estimate(found, detector=RULE, reference=others, splits=5, seed=4)
        shaken = sialgeo.stability(held, detector=RULE, reference=others, runs=5, precision=200.0)
        answers.append(shaken.areas[[HELD_OUT, STABILITY]].to_numpy())
    np.testing.assert_allclose(*answers)


def test_held_out_estimates_are_not_inflated_where_the_naive_ones_are() -> None:
    """At a true relative risk of 1 inside a chosen patch, selection inflates the naive bound."""
    naive, held_out = [], []
    for seed in range(60):
        rng = np.random.default_rng([5, seed])
        producers, reference = layer(uneven(rng, 400)), layer(uneven(rng, 1_200))
        rule = sialgeo.RelativeDBSCAN(radius=4_000, alpha=0.05)
        found = sialgeo.detect(producers, rule, reference=reference)
        if not len(found):
            continue
        held = sialgeo.estimate(found, detector=rule, reference=reference, splits=20, seed=seed)
        naive += held.areas[RR_LOW].tolist()
        held_out += held.areas[HELD_OUT_LOW].dropna().tolist()
    assert np.mean(np.array(naive) > 1) > 0.3
    assert np.mean(np.array([*held_out, 0.0]) > 1) < 0.1


def test_one_rarely_found_again_has_no_estimate() -> None:
    found, reference = found_in(11, poles=1, each=7)
    held = sialgeo.estimate(found, detector=RULE, reference=reference, splits=20)
    rare = held.areas[held.areas[HELD_OUT_SHARE] < 0.5]
    assert len(rare)
    assert rare[HELD_OUT].isna().all()
    assert (rare[GRADE] == "uncertain").all()


@pytest.mark.parametrize(
    ("low", "grade"),
    [(2.0, "strong"), (1.99, "moderate"), (1.2, "weak"), (1.0, "uncertain"), (np.nan, "uncertain")],
)
def test_grades(low: float, grade: str) -> None:
    assert _grade(low) == grade


def test_jaccard_by_hand() -> None:
    known, found = np.array([0, 0, 0, 1, 1, -1]), np.array([3, 3, -1, 3, -1, -1])
    np.testing.assert_allclose(best_jaccard(known, found, 2), [2 / 4, 1 / 4])
    np.testing.assert_allclose(best_jaccard(known, np.full(6, -1), 2), [0, 0])


def test_confirm_asks_the_scan_and_follows_the_policy_of_detect() -> None:
    producers, reference = planted(np.random.default_rng(7))
    twice = pd.concat([producers, producers], ignore_index=True)
    once = sialgeo.detect(producers, RULE, reference=reference)
    sites = sialgeo.detect(twice, RULE, reference=reference, coincident="sites")
    asked = {"reference": reference, "replicates": 39}
    first, second = (sialgeo.confirm(c, **asked).areas[AGREEMENT] for c in (once, sites))
    assert first.tolist() == second.tolist()
    assert first.max() > 0.9


def test_evidence_is_gathered_as_the_verbs_give_it_one_by_one() -> None:
    producers, reference = planted(np.random.default_rng(7))
    found = sialgeo.detect(producers.assign(precision_m=200.0), RULE, reference=reference)
    same = {"detector": RULE, "reference": reference, "seed": 3}
    steps = sialgeo.assess(found, replicates=19, **same)
    steps = sialgeo.estimate(steps, splits=3, **same)
    steps = sialgeo.stability(steps, runs=3, precision="precision_m", **same)
    steps = sialgeo.confirm(steps, reference=reference, replicates=19, seed=3)
    told = sialgeo.gather_evidence(found, replicates=19, splits=3, runs=3, **same)
    assert_geodataframe_equal(told.areas, steps.areas)
    fewer = sialgeo.gather_evidence(found, replicates=19, splits=0, runs=0, confirmed=False, **same)
    assert {s.verb for s in fewer.steps} == {"detect", "assess"}


def test_agreement_counts_only_what_the_other_answer_keeps() -> None:
    found, reference = found_in(7, poles=2)
    wider = sialgeo.RelativeDBSCAN(radius=6_000)
    other = sialgeo.detect(
        found.producers.drop(columns=["concentration", "membership"]), wider, reference=reference
    )
    confirmed = sialgeo.agreement(found, other)
    assert (confirmed.areas[AGREEMENT] > 0.9).all()
    rejected = other.areas.assign(evidence="not_significant")
    nothing = sialgeo.Concentrations(other.producers, rejected, steps=other.steps)
    assert (sialgeo.agreement(found, nothing).areas[AGREEMENT] == 0).all()
    with pytest.raises(sialgeo.SchemaError, match="indexes"):
        shifted = other.producers.set_axis(other.producers.index + 1)
        sialgeo.agreement(found, sialgeo.Concentrations(shifted, other.areas))


def test_bad_input() -> None:
    found, reference = found_in(7)
    with pytest.raises(sialgeo.ParameterError, match="splits"):
        sialgeo.estimate(found, detector=RULE, reference=reference, splits=0)
    with pytest.raises(sialgeo.ParameterError, match="runs"):
        sialgeo.stability(found, detector=RULE, reference=reference, runs=1)
    with pytest.raises(sialgeo.SchemaError, match="metros"):
        sialgeo.stability(found, detector=RULE, reference=reference, precision="metros")
    with pytest.raises(sialgeo.SchemaError, match="finite"):
        sialgeo.stability(found, detector=RULE, reference=reference, precision=-5.0)
    plain = sialgeo.detect(
        found.producers.drop(columns=["concentration", "membership"]), sialgeo.DBSCAN()
    )
    with pytest.raises(sialgeo.ParameterError, match="without a reference"):
        sialgeo.estimate(plain, detector=sialgeo.DBSCAN(), reference=reference)
