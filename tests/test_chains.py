"""Many chains at once."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from scipy.stats import binom

import sialgeo
from sialgeo.i18n import use_language
from sialgeo.model import EVIDENCE, P_VALUE, TESTED

from .maps import METRIC, layer, uneven

RULE = sialgeo.RelativeDBSCAN(radius=4_000)


def plants(rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Two chains with poles of their own, which meet at one of them; two spread like the rest."""
    spots = {
        "fresco": [(530_000, 9_260_000), (580_000, 9_240_000)],
        "andino": [(530_000, 9_260_000)],
    }
    xy, chain = [], []
    for name, poles in spots.items():
        for pole in poles:
            xy.append(rng.normal(pole, 1_200, (30, 2)))
            chain += [name] * 30
    for name in ("miel", "panela"):
        xy.append(uneven(rng, 150))
        chain += [name] * 150
    return layer(np.vstack(xy), cadena=chain)


def test_each_chain_has_its_poles_and_the_meeting_place_shows() -> None:
    producers, reference = (
        plants(np.random.default_rng(4)),
        layer(uneven(np.random.default_rng(5), 3_000)),
    )
    result = sialgeo.detect_chains(
        producers, RULE, chain="cadena", reference=reference, replicates=199
    )
    assert result.table["selected"].to_dict() == {
        "andino": True,
        "fresco": True,
        "miel": False,
        "panela": False,
    }
    tested = {k: int((c.areas[EVIDENCE] == TESTED).sum()) for k, c in result.found.items()}
    assert tested["fresco"] == 2
    assert tested["andino"] == 1
    assert 0.2 < result.overlap.loc["andino", "fresco"] < 0.8
    assert result.overlap.loc["andino", "andino"] == pytest.approx(1)
    assert result.overlap.loc["miel"].isna().all()
    # p-values within a selected chain pay K / selected
    assert result.found["fresco"].areas.p_value.min() == pytest.approx(1 / 200 * 4 / 2)
    assert result.basins().to_dict("records") == [
        {
            "chain": "andino",
            "other": "fresco",
            "overlap": pytest.approx(result.overlap.loc["andino", "fresco"]),
        }
    ]
    assert result.mix is not None
    assert result.mix[P_VALUE].min() == 1 / 200
    with use_language("en"):
        said = result.sentences()
    assert said[0].startswith("4 chains examined; 2 concentrated")
    assert said[1].startswith("Multi-product basin: andino and fresco share")
    assert said[2] == "The mix of chains differs from place to place (p = 0.005)."


def test_without_a_reference_the_chains_are_held_against_each_other() -> None:
    producers = plants(np.random.default_rng(4))
    result = sialgeo.detect_chains(producers, RULE, chain="cadena", replicates=99, mix=False)
    assert result.mix is None
    assert result.table.loc["fresco", "selected"]
    assert not result.table.loc["miel", "selected"]


def test_all_chains_in_one_map_carry_all_evidence_and_what_they_show_together() -> None:
    producers = plants(np.random.default_rng(4))
    producers.index = [f"q{k}" for k in range(len(producers))]
    reference = layer(uneven(np.random.default_rng(5), 3_000))
    result = sialgeo.detect_chains(
        producers,
        RULE,
        chain="cadena",
        reference=reference,
        replicates=99,
        splits=4,
        runs=3,
        confirmed=True,
    )
    one = result.together()
    assert list(one.areas.index) == [1, 2, 3]
    assert one.areas["statistic"].is_monotonic_decreasing
    assert sorted(one.areas["main_chain"]) == ["andino", "fresco", "fresco"]
    assert all(
        n.startswith(f"{c}: ")
        for n, c in zip(one.areas["name"], one.areas["main_chain"], strict=True)
    )
    assert (one.areas[["grade", "stability_band", "agreement", "verdict_es"]].notna()).all().all()
    # the caller's rows in their order, each with the one map's number
    assert one.producers.index.equals(producers.index)
    sizes = one.producers["concentration"].value_counts()
    assert sizes.drop(-1).to_dict() == one.areas["n"].to_dict()
    chains = one.producers[one.producers["concentration"] > 0].groupby("concentration")["cadena"]
    assert (
        chains.agg(set).map(lambda s: next(iter(s))).to_dict() == one.areas["main_chain"].to_dict()
    )
    assert {t.of for t in one.tests} == {"andino", "fresco"}
    assert one.producers["mix_zone"].max() >= 1
    zones = result.zones()
    assert zones["n"].to_dict() == {
        k: int((one.producers["mix_zone"] == k).sum()) for k in zones.index
    }
    with pytest.raises(sialgeo.ParameterError, match="one map"):
        sialgeo.assess(one, detector=RULE, reference=reference, replicates=9)
    profiled = sialgeo.profile(one, chain="cadena")
    assert not [c for c in profiled.areas if str(c).startswith(("location_quotient", "chain_lq"))]
    published = sialgeo.protect(profiled, min_n=70)  # andino and fresco are fewer
    told = next(s.parameters["by_chain"] for s in published.steps if "by_chain" in s.parameters)
    assert [row["producers"] for row in told] == [None, None, 150, 150]


def test_a_ladder_is_told_for_every_chain_with_the_numbers_of_the_one_map() -> None:
    producers = plants(np.random.default_rng(4))
    reference = layer(uneven(np.random.default_rng(5), 3_000))
    result = sialgeo.detect_chains(
        producers,
        sialgeo.RelativeDBSCAN(radius="auto"),
        chain="cadena",
        reference=reference,
        replicates=19,
        mix=False,
    )
    one = result.together()
    answers = sialgeo.evidence_by_radius(one).answers
    assert set(answers["concentration"]) == set(one.areas.index)
    kept = answers[answers["kept"]].set_index("concentration")["n"].sort_index()
    assert kept.to_dict() == one.areas["n"].to_dict()
    inner = answers[answers["within"] >= 0]
    outer = answers.loc[inner["within"]]
    assert (outer["radius"].to_numpy() > inner["radius"].to_numpy()).all()


def test_habitable_land_stays_inconclusive_for_every_chain() -> None:
    producers = plants(np.random.default_rng(4))
    land = gpd.GeoDataFrame(geometry=[producers.union_all().envelope], crs=producers.crs)
    mask = sialgeo.Reference.from_mask(land)
    result = sialgeo.detect_chains(
        producers, RULE, chain="cadena", reference=mask, replicates=19, mix=False
    )
    assert set(result.together().areas[EVIDENCE]) == {"inconclusive"}


def test_untested_chains_are_not_selected() -> None:
    producers = plants(np.random.default_rng(4))
    result = sialgeo.detect_chains(producers, RULE, chain="cadena", replicates=0)
    assert not result.table["selected"].any()
    assert result.table.loc["fresco", "smallest_p"] != result.table.loc["fresco", "smallest_p"]
    assert set(result.together().areas[EVIDENCE]) == {"untested"}
    with use_language("en"):
        assert result.sentences() == ("4 chains examined, without a test.",)


def test_by_sites_the_mix_counts_a_place_once_for_each_chain() -> None:
    producers = plants(np.random.default_rng(4))
    twice = gpd.GeoDataFrame(
        {"cadena": [*producers["cadena"], *producers["cadena"]]},
        geometry=[*producers.geometry, *producers.geometry],
        crs=producers.crs,
    )
    asked = {"chain": "cadena", "replicates": 9}
    once = sialgeo.detect_chains(producers, RULE, **asked).mix
    sites = sialgeo.detect_chains(twice, RULE, coincident="sites", **asked).mix
    assert once is not None
    assert sites is not None
    assert sites["statistic"].max() == pytest.approx(once["statistic"].max())


@pytest.mark.slow
def test_chains_drawn_at_random_are_rarely_selected() -> None:
    any_selected = 0
    for seed in range(100):
        rng = np.random.default_rng([8, seed])
        chain = rng.permutation(np.repeat(["a", "b", "c", "d"], 75))
        producers = layer(uneven(rng, 300), cadena=chain)
        result = sialgeo.detect_chains(
            producers, RULE, chain="cadena", replicates=99, seed=seed, mix=False
        )
        any_selected += bool(result.table["selected"].any())
    assert any_selected <= binom.ppf(0.99, 100, 0.05), f"{any_selected} of 100"


def test_producers_without_a_chain_are_counted_and_bad_columns_named() -> None:
    producers = plants(np.random.default_rng(4))
    producers.loc[:4, "cadena"] = None
    result = sialgeo.detect_chains(producers, RULE, chain="cadena", replicates=19)
    assert result.table.attrs["without_chain"] == 5
    with pytest.raises(sialgeo.SchemaError, match="rubro"):
        sialgeo.detect_chains(producers, RULE, chain="rubro")
    lonely = gpd.GeoDataFrame(
        {"c": ["x", "y"]}, geometry=gpd.points_from_xy([0, 9], [0, 9]), crs=METRIC
    )
    with pytest.raises(sialgeo.ParameterError, match="two producers"):
        sialgeo.detect_chains(lonely, RULE, chain="c")
