"""radius="auto": the choice of the radius is inside the test."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import sialgeo
from sialgeo.model import EVIDENCE, NOISE, RADII, RADIUS, TESTED
from sialgeo.significance import Null

from .maps import layer, planted, uneven

AUTO = sialgeo.RelativeDBSCAN(radius="auto")


def two_scales(rng: np.random.Generator) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """A tight pole of 25 (0.6 km) and a wide one of 40 (7 km), apart from each other."""
    tight = rng.normal([530_000, 9_270_000], 600, (25, 2))
    wide = rng.normal([575_000, 9_225_000], 7_000, (40, 2))
    truth = np.repeat([0, 1, NOISE], [25, 40, 40])
    return layer(np.vstack([tight, wide, uneven(rng, 40)]), pole=truth), layer(uneven(rng, 3_000))


def test_each_pole_is_found_at_its_own_radius() -> None:
    producers, reference = two_scales(np.random.default_rng(2))
    found = sialgeo.detect(producers, AUTO, reference=reference)
    tested = sialgeo.assess(found, detector=AUTO, reference=reference, replicates=199)
    real = tested.areas[tested.areas[EVIDENCE] == TESTED]
    table = tested.producers
    of_pole = {pole: table.loc[table.pole == pole, "concentration"].mode()[0] for pole in (0, 1)}
    assert set(of_pole.values()) <= set(real.index)
    assert real.loc[of_pole[0], RADIUS] == 2_000
    assert real.loc[of_pole[1], RADIUS] >= 5_000


def test_the_record_is_a_tree_whose_kept_rows_are_the_areas() -> None:
    producers, reference = two_scales(np.random.default_rng(2))
    found = sialgeo.detect(producers, AUTO, reference=reference)
    record = pd.DataFrame(found.steps[0].parameters["ladder"])
    kept = record[record.kept].sort_values("concentration")
    assert kept.concentration.tolist() == found.areas.index.tolist()
    np.testing.assert_allclose(kept.statistic, found.areas.statistic)
    assert kept.radius.tolist() == found.areas[RADIUS].tolist()
    assert set(record.concentration) == set(found.areas.index)
    best = record.groupby("concentration").statistic.max()
    np.testing.assert_allclose(best.loc[found.areas.index], found.areas.statistic)
    for k, radii in found.areas[RADII].items():
        shown = sorted({r / 1000 for r in record.loc[record.concentration == k, "radius"]})
        assert radii == ", ".join(f"{r:g}" for r in shown)


def test_concentrations_share_no_producer_and_p_by_radius_is_kept() -> None:
    producers, reference = planted(np.random.default_rng(7), poles=2)
    found = sialgeo.detect(producers, AUTO, reference=reference)
    tested = sialgeo.assess(found, detector=AUTO, reference=reference, replicates=99)
    rows = pd.DataFrame(tested.steps[-1].parameters["ladder"])
    kept = rows[rows.kept].set_index("concentration").p_value
    assert kept.sort_index().tolist() == tested.areas.p_value.tolist()
    counted = tested.producers.concentration.value_counts().drop(NOISE).sort_index()
    assert counted.tolist() == tested.areas.n.tolist()


def test_the_ladder_stops_at_a_quarter_of_the_short_side() -> None:
    producers, reference = planted(np.random.default_rng(7))
    radii = sialgeo.detect(producers, AUTO, reference=reference).steps[0].parameters["radii"]
    assert max(radii) <= 27_000
    assert radii == sorted(radii)


def test_relabelling_equals_the_detector_over_the_ladder() -> None:
    producers, reference = planted(np.random.default_rng(7))
    xy = np.column_stack([producers.geometry.x, producers.geometry.y])
    population = sialgeo.Reference.from_points(reference).arrays(producers, producers.crs)
    fast = Null.of(xy, population, AUTO)
    slow = Null(fast.name, fast._draw, AUTO)
    for seed in range(10):
        a, b = (null.largest(np.random.default_rng(seed)) for null in (fast, slow))
        assert a == b


def test_a_settlement_reference_leaves_out_radii_it_is_too_coarse_for() -> None:
    producers, reference = planted(np.random.default_rng(7))
    cell = np.floor(np.column_stack([reference.geometry.x, reference.geometry.y]) / 2_000)
    unique, counts = np.unique(cell, axis=0, return_counts=True)
    cells = layer((unique + 0.5) * 2_000, mass=counts.astype(float))
    coarse = sialgeo.Reference.from_cells(cells, spacing=2_000.0)
    found = sialgeo.detect(producers, AUTO, reference=coarse)
    assert min(found.steps[0].parameters["radii"]) >= 4_000


@pytest.mark.slow
def test_the_ladder_is_calibrated() -> None:
    shown = 0
    for seed in range(200):
        rng = np.random.default_rng([77, seed])
        producers, reference = layer(uneven(rng, 200)), layer(uneven(rng, 2_000))
        found = sialgeo.detect(producers, AUTO, reference=reference)
        if len(found):
            tested = sialgeo.assess(
                found, detector=AUTO, reference=reference, replicates=99, seed=seed
            )
            shown += bool((tested.areas[EVIDENCE] == TESTED).any())
    assert shown <= binom.ppf(0.99, 200, 0.05), f"{shown} of 200 maps"
