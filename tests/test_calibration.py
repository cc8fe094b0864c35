"""Calibration: where there is nothing, at most 5 % of maps (plus Monte-Carlo error) show anything.

Fixed seeds; the bound is the 99 % quantile of the binomial for 200 maps at the nominal 5 %.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import sialgeo
from sialgeo.model import EVIDENCE, TESTED

from .conftest import ROOT
from .maps import layer, planted, uneven

MAPS, NOMINAL = 200, 0.05
BOUND = int(binom.ppf(0.99, MAPS, NOMINAL))
RULE = sialgeo.RelativeDBSCAN(radius=5_000)


def any_tested(producers: gpd.GeoDataFrame, reference: gpd.GeoDataFrame, seed: int) -> bool:
    """Whether one map shows any tested concentration at 5 %."""
    found = sialgeo.detect(producers, RULE, reference=reference)
    if len(found) == 0:
        return False
    tested = sialgeo.assess(found, detector=RULE, reference=reference, replicates=99, seed=seed)
    return bool((tested.areas[EVIDENCE] == TESTED).any())


@pytest.mark.slow
def test_relabellings_of_the_cajamarca_pool() -> None:
    folder = ROOT / "sample_layers" / "cajamarca"
    names = ("queserias.csv", "productores_leche.csv")
    tables = [pd.read_csv(folder / name, usecols=["lat", "lon"]) for name in names]
    n = len(tables[0])
    both = pd.concat(tables, ignore_index=True)
    pool = gpd.GeoDataFrame(geometry=gpd.points_from_xy(both.lon, both.lat), crs=4326).to_crs(32717)
    shown = 0
    for seed in range(MAPS):
        order = np.random.default_rng([20061, seed]).permutation(len(pool))
        shown += any_tested(pool.iloc[order[:n]], pool.iloc[order[n:]], seed)
    assert shown <= BOUND, f"{shown} of {MAPS} maps"


@pytest.mark.slow
def test_producers_and_reference_from_one_uneven_density() -> None:
    shown = 0
    for seed in range(MAPS):
        rng = np.random.default_rng([1999, seed])
        shown += any_tested(layer(uneven(rng, 300)), layer(uneven(rng, 3_000)), seed)
    assert shown <= BOUND, f"{shown} of {MAPS} maps"


def test_the_same_rule_sees_what_is_there() -> None:
    """Without this, a rule that never finds anything would pass the calibration."""
    seen = sum(any_tested(*planted(np.random.default_rng(seed)), seed) for seed in range(20))
    assert seen == 20
