"""The cluster-wise Monte-Carlo test."""

from __future__ import annotations

import numpy as np
import pytest

import sialgeo
from sialgeo.kernels.likelihood import monte_carlo_p
from sialgeo.model import EVIDENCE
from sialgeo.references import Reference
from sialgeo.significance import Null

from .maps import layer, planted, uneven

RULE = sialgeo.RelativeDBSCAN(radius=4_000)


def test_planted_poles_are_significant_and_the_seed_reproduces() -> None:
    producers, reference = planted(np.random.default_rng(7), poles=2)
    found = sialgeo.detect(producers, RULE, reference=reference)
    one = sialgeo.assess(
        found, detector=RULE, reference=reference, replicates=199, seed=3, threads=1
    )
    two = sialgeo.assess(
        found, detector=RULE, reference=reference, replicates=199, seed=3, threads=4
    )
    assert one.areas.p_value.tolist() == two.areas.p_value.tolist()
    assert (one.areas[EVIDENCE] == "tested").all()
    assert one.areas.p_value.min() == pytest.approx(1 / 200)
    assert one.tests[0].replicates == 199
    assert one.tests[0].seed == 3
    assert found.areas.p_value.isna().all(), "the input was changed"


def test_p_values_do_not_depend_on_the_row_order() -> None:
    rng = np.random.default_rng(11)
    producers, reference = planted(rng, poles=1, each=14)
    order = rng.permutation(len(producers))
    answers = []
    for table, others in ((producers, reference), (producers.iloc[order], reference.iloc[::-1])):
        found = sialgeo.detect(table, RULE, reference=others)
        answers.append(
            sialgeo.assess(found, detector=RULE, reference=others, replicates=49).areas.p_value
        )
    assert answers[0].tolist() == answers[1].tolist()


def test_p_is_never_zero_and_counts_ties() -> None:
    maxima = np.array([1.0, 2.0, 3.0, 3.0])
    np.testing.assert_allclose(monte_carlo_p(np.array([9.0, 3.0, 0.5]), maxima), [0.2, 0.6, 1.0])


def test_relabelling_by_cached_counts_equals_the_detector() -> None:
    producers, reference = planted(np.random.default_rng(7))
    xy = np.column_stack([producers.geometry.x, producers.geometry.y])
    population = Reference.from_points(reference).arrays(producers, producers.crs)
    fast = Null.of(xy, population, RULE)
    slow = Null(fast.name, fast._draw, RULE)
    for seed in range(20):
        a, b = (null.largest(np.random.default_rng(seed)) for null in (fast, slow))
        assert a == b


def test_mass_null_scatters_within_the_cell() -> None:
    rng = np.random.default_rng(7)
    producers, _ = planted(rng, poles=2)
    cells = layer(np.floor(uneven(rng, 4_000) / 1_000) * 1_000 + 500, mass=np.ones(4_000))
    reference = Reference.from_cells(cells, spacing=1_000.0)
    found = sialgeo.detect(producers, RULE, reference=reference)
    tested = sialgeo.assess(found, detector=RULE, reference=reference, replicates=99)
    assert (tested.areas[EVIDENCE] == "tested").all()
    assert "reference counts" in tested.tests[0].null


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"detector": sialgeo.RelativeDBSCAN(radius=3_000)}, "detector is not the one"),
        ({"replicates": 0}, "at least 1"),
        ({"seed": -1}, "seed"),
    ],
)
def test_a_mismatch_is_an_error(change: dict[str, object], said: str) -> None:
    producers, reference = planted(np.random.default_rng(7))
    found = sialgeo.detect(producers, RULE, reference=reference)
    with pytest.raises(sialgeo.ParameterError, match=said):
        sialgeo.assess(
            found, **{"detector": RULE, "reference": reference, "replicates": 9, **change}
        )


def test_another_reference_is_an_error() -> None:
    producers, reference = planted(np.random.default_rng(7))
    found = sialgeo.detect(producers, RULE, reference=reference)
    with pytest.raises(sialgeo.ParameterError, match="reference is not the one"):
        sialgeo.assess(found, detector=RULE, reference=reference.iloc[1:], replicates=9)


def test_a_reference_projected_there_and_back_is_the_same_one() -> None:
    producers, reference = planted(np.random.default_rng(7), poles=1)
    found = sialgeo.detect(producers, RULE, reference=reference)
    again = reference.to_crs(4326).to_crs(reference.crs)
    assert Reference.of(again).fingerprint != Reference.of(reference).fingerprint
    one, two = (
        sialgeo.assess(found, detector=RULE, reference=layer, replicates=19, seed=1)
        for layer in (reference, again)
    )
    assert one.areas.p_value.tolist() == two.areas.p_value.tolist()
    moved = reference.set_geometry(reference.geometry.translate(50.0, 0.0))
    with pytest.raises(sialgeo.ParameterError, match="not the one of detect"):
        sialgeo.assess(found, detector=RULE, reference=moved, replicates=19)


def test_exploratory_results_have_no_p_value() -> None:
    producers, reference = planted(np.random.default_rng(7))
    found = sialgeo.detect(producers, sialgeo.DBSCAN(radius=4_000))
    with pytest.raises(sialgeo.ParameterError, match="without a reference"):
        sialgeo.assess(found, detector=sialgeo.DBSCAN(radius=4_000), reference=reference)


def test_cancel_stops_the_replicates() -> None:
    producers, reference = planted(np.random.default_rng(7))
    found = sialgeo.detect(producers, RULE, reference=reference)
    seen: list[float] = []

    def stop(fraction: float, message: str) -> None:
        seen.append(fraction)
        if len(seen) == 5:
            raise sialgeo.Cancelled

    with pytest.raises(sialgeo.Cancelled):
        sialgeo.assess(found, detector=RULE, reference=reference, replicates=999, progress=stop)
    assert len(seen) == 5


@pytest.mark.parametrize("radius", [4_000, "auto"])
def test_p_values_are_the_same_on_both_paths_and_for_any_number_of_threads(
    radius: float | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sialgeo.kernels import neighbours

    producers, reference = planted(np.random.default_rng(7), each=12)
    rule = sialgeo.RelativeDBSCAN(radius=radius)
    answers = []
    for least, threads in ((10**9, 1), (10**9, 3), (1, 1), (1, 3)):
        monkeypatch.setattr(neighbours, "COMPILED_FROM", least)
        monkeypatch.setattr(neighbours, "COMPILED_FROM_WARM", least)
        found = sialgeo.detect(producers, rule, reference=reference)
        tested = sialgeo.assess(
            found, detector=rule, reference=reference, replicates=49, threads=threads
        )
        answers.append((tested.producers.concentration.tolist(), tested.areas.p_value.tolist()))
    assert answers[1:] == answers[:1] * 3


def test_the_progress_bar_advances_with_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evenly, one map after the other, and every map looks at as many units."""
    from sialgeo.kernels.pooled import Rung

    looked_at: list[int] = []
    label = Rung.label

    def spy(rung: Rung, chosen: np.ndarray, threads: int = 0) -> object:
        looked_at.append(len(chosen))
        return label(rung, chosen, threads)

    producers, reference = planted(np.random.default_rng(7))
    found = sialgeo.detect(producers, RULE, reference=reference)
    monkeypatch.setattr(Rung, "label", spy)
    told: list[float] = []
    sialgeo.assess(
        found,
        detector=RULE,
        reference=reference,
        replicates=40,
        threads=1,
        progress=lambda share, _said: told.append(share),
    )
    np.testing.assert_allclose(told, np.arange(1, 41) / 40)
    assert looked_at == [len(producers)] * 40
