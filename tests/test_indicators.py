"""Indicators: published and worked oracles, invariances, and figures that cannot be."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import set_language
from sialgeo.indicators import (
    BAND_LABELS,
    CONEVAL_LABELS,
    CONEVAL_POOR,
    alkire_foster,
    change,
    check_indicators,
    concentration_index,
    coneval_classes,
    former_hdi,
    hdi,
    hdi_band,
    quantile_classes,
)
from sialgeo.model import Indicator

# --- human development ------------------------------------------------------------------------------

HDR_2015 = {  # Human Development Report 2015, table 1
    "Norway": (81.6, 17.5, 12.6, 64992, 0.944),
    "Australia": (82.4, 20.2, 13.0, 42261, 0.935),  # schooling capped at 18
    "Singapore": (83.0, 15.4, 10.6, 76628, 0.912),  # income capped at 75,000
    "Liechtenstein": (80.0, 15.0, 11.8, 79851, 0.908),
    "Germany": (80.9, 16.5, 13.1, 43919, 0.916),
}


def test_published_human_development() -> None:
    table = pd.DataFrame(HDR_2015, index=["le", "eys", "mys", "gni", "hdi"]).T
    found = hdi(table["le"], table["eys"], table["mys"], table["gni"])
    assert found.index.equals(table.index)
    assert (found - table["hdi"]).abs().max() <= 0.001
    assert found.attrs["method_year"] == 2014
    assert len(found.attrs["notes"]) == 2  # schooling and income were capped, and it is said


def test_caps_and_goalposts() -> None:
    assert hdi(85, 18, 15, 75_000).iloc[0] == pytest.approx(1.0)
    assert hdi(95, 25, 20, 1e6).iloc[0] == pytest.approx(1.0)
    assert hdi(52.5, 9, 7.5, np.sqrt(100 * 75_000)).iloc[0] == pytest.approx(0.5)
    assert len(hdi(95, 25, 20, 1e6).attrs["notes"]) == 4


def test_an_unknown_component_is_an_unknown_index() -> None:
    found = hdi([81.6, np.nan], [17.5, 17.5], [12.6, 12.6], [64992, 64992])
    assert found.isna().tolist() == [False, True]
    nullable = pd.Series([12, pd.NA], dtype="Int64")
    assert hdi(70, 15, nullable, 9000).isna().tolist() == [False, True]


@pytest.mark.parametrize(
    "figures",
    [
        (0.95, 17.5, 12.6, 64992),  # an index for years
        (81.6, 97.2, 12.6, 64992),  # a rate of attendance for years
        (81.6, 17.5, 12.6, 64.992),  # thousands
        (81.6, 17.5, -9999, 64992),  # a code of "no data"
        (81.6, 17.5, 12.6, 0),
        (81.6, 17.5, 12.6, np.inf),
        (81.6, 0, 0, 64992),
    ],
)
def test_components_that_cannot_be(figures: tuple[float, ...]) -> None:
    with pytest.raises(SchemaError):
        hdi(*figures)


def test_all_faults_of_the_components_at_once_in_both_languages() -> None:
    for code in ("en", "es"):
        set_language(code)
        with pytest.raises(SchemaError) as caught:
            hdi([0.9, 70], [17, 99], [12, 12], [9000, 3])
        assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (1990, "former_hdi"),
        (2009, "former_hdi"),
        (2010, "observed"),
        (2013, "observed"),
        (2019, "2014"),
    ],
)
def test_methods_not_known_are_refused(year: int, said: str) -> None:
    with pytest.raises(ParameterError, match=f"method_year = {year}: .*{said}"):
        hdi(81.6, 17.5, 12.6, 64992, method_year=year)


# the maxima are made up, but for life expectancy and income: those of the edition of 2013, as the UNDP's
# page of then gave them, with its example (55 years: an index of 0.551)
OBSERVED = {
    "life_expectancy": 83.57,
    "expected_schooling": 18,
    "mean_schooling": 13,
    "education": 0.96,
    "gni_per_capita": 87_478,
}


def test_the_methods_of_2010_to_2013_take_the_maxima_of_their_edition() -> None:
    most = (18, 13, 87_478)
    assert hdi(55, *most, method_year=2013, greatest=OBSERVED)[0] ** 3 == pytest.approx(
        0.551, abs=5e-4
    )
    found = hdi(
        [83.57, 83.57], [9, 20], [13, 13], [87_478, 1e6], method_year=2010, greatest=OBSERVED
    )
    assert found.tolist() == pytest.approx([(0.5**0.5 / 0.96) ** (1 / 3), 1.0])
    assert found.attrs["method_year"] == 2010
    dearer = OBSERVED | {"least_income": 163}
    money = np.log(1_000 / 163) / np.log(87_478 / 163)
    poor = hdi(83.57, 18, 13, 1_000, method_year=2010, greatest=dearer)
    assert poor[0] ** 3 == pytest.approx(money)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"education": 1.2}, "education"),
        ({"life_expectancy": 0.83}, "life_expectancy"),
        ({"gni_per_capita": 90}, "gni_per_capita"),
        ({"mean_schooling": float("nan")}, "mean_schooling"),
        ({"years": 3}, "years"),
    ],
)
def test_maxima_that_cannot_be_are_named(wrong: dict[str, float], named: str) -> None:
    with pytest.raises(ParameterError, match=f"greatest: {named}: .*Remedy: life_expectancy"):
        hdi(70, 12, 8, 9_000, method_year=2012, greatest=OBSERVED | wrong)
    short = {k: v for k, v in OBSERVED.items() if k != "education"}
    with pytest.raises(ParameterError, match="greatest: education: "):
        hdi(70, 12, 8, 9_000, method_year=2012, greatest=short)
    with pytest.raises(ParameterError, match="goalposts of 2014 are fixed"):
        hdi(70, 12, 8, 9_000, greatest=OBSERVED)


# UNDP, Human Development Report 2009, table H: life expectancy, literacy (99 where the table has none),
# enrolment, GDP, and the published indices of health, education, income, and HDI
HDR_2009 = {
    "Norway": (80.5, 99, 98.6, 53_433, 0.925, 0.989, 1.000, 0.971),
    "Australia": (81.4, 99, 114.2, 34_923, 0.940, 0.993, 0.977, 0.970),
    "Iceland": (81.7, 99, 96.0, 35_742, 0.946, 0.980, 0.981, 0.969),
    "Japan": (82.7, 99, 86.6, 33_632, 0.961, 0.949, 0.971, 0.960),
    "Luxembourg": (79.4, 99, 94.4, 79_485, 0.906, 0.975, 1.000, 0.960),
    "Spain": (80.7, 97.9, 96.5, 31_560, 0.929, 0.975, 0.960, 0.955),
    "Italy": (81.1, 98.9, 91.8, 30_353, 0.935, 0.965, 0.954, 0.951),
    "Greece": (79.1, 97.1, 101.6, 28_517, 0.902, 0.981, 0.944, 0.942),
    "Korea": (79.2, 99, 98.5, 24_801, 0.904, 0.988, 0.920, 0.937),
}


def test_the_former_method_gives_the_table_of_2009() -> None:
    life, literacy, enrolment, income, health, school, money, published = np.array(
        [*HDR_2009.values()]
    ).T
    found = former_hdi(life, literacy, enrolment, income)
    assert np.abs(found - published).max() <= 0.001
    assert found.attrs["method_year"] == 2009
    assert "114.2" not in str(found.attrs) and "above 100 count as 100" in str(found.attrs["notes"])
    # one index shows where the other two are 1
    apart = {
        "health": (former_hdi(life, 100, 100, 40_000), health),
        "education": (former_hdi(85, literacy, enrolment, 40_000), school),
        "income": (former_hdi(85, 100, 100, income), money),
    }
    for ours, theirs in apart.values():
        assert np.abs(3 * ours - 2 - theirs).max() <= 0.0015
    bands = hdi_band(found, publisher="UNDP", year=2009)
    assert bands.tolist() == ["very_high"] * 9
    with pytest.raises(ParameterError, match="method of 2009"):
        hdi_band(found, publisher="UNDP", year=2014)


def test_former_components_that_cannot_be() -> None:
    with pytest.raises(SchemaError) as caught:
        former_hdi([80, 10], [0.99, 0.98], [0.9, 0.8], [30_000, 20])
    assert [line.removeprefix("- ").split(":")[0] for line in str(caught.value).splitlines()] == [
        "life_expectancy", "gdp_per_capita", "adult_literacy", "gross_enrolment",
    ]  # fmt: skip
    assert former_hdi([80, np.nan], 99, 98, 30_000).isna().tolist() == [False, True]


def test_lengths_indexes_and_texts() -> None:
    with pytest.raises(ParameterError, match="one length"):
        hdi([80, 81], [15, 16, 17], 12, 9000)
    with pytest.raises(ParameterError, match="different indexes"):
        hdi(pd.Series([80.0], index=["a"]), pd.Series([15.0], index=["b"]), 12, 9000)
    with pytest.raises(SchemaError, match="texts"):
        hdi(["eighty"], [15], [12], [9000])


@settings(deadline=None, max_examples=50)
@given(
    st.floats(20, 110), st.floats(0.1, 30), st.floats(0, 30), st.floats(100, 1e7), st.floats(0, 5)
)
def test_the_index_stays_in_bounds_and_never_falls(
    le: float, eys: float, mys: float, gni: float, more: float
) -> None:
    value = hdi(le, eys, mys, gni).iloc[0]
    assert 0 <= value <= 1 + 1e-12
    for better in (
        hdi(min(le + more, 110), eys, mys, gni),
        hdi(le, min(eys + more, 30), mys, gni),
        hdi(le, eys, min(mys + more, 30), gni),
        hdi(le, eys, mys, gni * (1 + more)),
    ):
        assert better.iloc[0] >= value - 1e-12


def test_bands_by_edition() -> None:
    values = [0.499, 0.5, 0.549, 0.55, 0.699, 0.7, 0.799, 0.8, 0.9, np.nan]
    since_2014 = hdi_band(values, publisher="UNDP", year=2014)
    assert since_2014.tolist()[:-1] == [
        *["low"] * 3, "medium", "medium", "high", "high", "very_high", "very_high"
    ]  # fmt: skip
    assert since_2014.isna().sum() == 1
    assert since_2014.cat.ordered and set(since_2014.cat.categories) == set(BAND_LABELS)
    before = hdi_band(values, publisher="UNDP", year=2005)
    assert before.tolist()[:-1] == ["low", *["medium"] * 6, "high", "high"]
    of_2009 = hdi_band(values, publisher="UNDP", year=2009)
    assert of_2009.tolist()[-3:-1] == ["high", "very_high"]


def test_quartiles_of_2010_to_2013_are_of_all_countries() -> None:
    with pytest.raises(ParameterError, match="all countries"):
        hdi_band([0.6, 0.7], publisher="UNDP", year=2011)
    world = np.linspace(0.3, 0.95, 187)
    found = hdi_band([0.31, 0.6, 0.65, 0.94], publisher="UNDP", year=2011, countries=world)
    assert found.tolist() == ["low", "medium", "high", "very_high"]


@pytest.mark.parametrize("name", ["PNUD Perú", "PNUD México", "PNUD", "INEI", "UNDP Peru"])
def test_national_indices_are_refused_the_bands(name: str) -> None:
    for code in ("en", "es"):
        set_language(code)
        with pytest.raises(ParameterError, match="quantile_classes"):
            hdi_band([0.43], publisher=name, year=2019)


def test_methods_are_not_mixed() -> None:
    with pytest.raises(ParameterError, match="mix methods"):
        hdi_band([0.6, 0.7], publisher="UNDP", year=[2008, 2019])
    assert hdi_band([0.6, 0.7], publisher="UNDP", year=[2015, 2019]).tolist() == ["medium", "high"]
    with pytest.raises(ParameterError, match="method of 2014"):
        hdi_band(hdi(81.6, 17.5, 12.6, 64992), publisher="UNDP", year=2008)
    with pytest.raises(ParameterError, match="edition"):
        hdi_band([0.5], publisher="UNDP", year=np.nan)


def test_shdi_has_the_bands_with_a_caution() -> None:
    found = hdi_band([0.644], publisher="SHDI", year=2002)
    assert found.tolist() == ["medium"]
    assert "countries" in found.attrs["notes"][0]


@pytest.mark.parametrize("value", [64.3, -0.1, 1.01, np.inf])
def test_no_index_lies_outside_its_bounds(value: float) -> None:
    with pytest.raises(SchemaError, match="0–1"):
        hdi_band([0.5, value], publisher="UNDP", year=2019)


def test_quantile_classes() -> None:
    values = pd.Series([0.5, np.nan, 0.2, 0.9, 0.3], index=list("abcde"))
    found = quantile_classes(values, k=2)
    assert found.index.equals(values.index)
    assert found.drop("b").tolist() == [2, 1, 2, 1]
    assert pd.isna(found["b"])
    assert found.attrs["cuts"] == (0.5,)
    by_people = quantile_classes([0.2, 0.3, 0.5, 0.9], k=2, weights=[70, 10, 10, 10])
    assert by_people.tolist() == [1, 2, 2, 2]


def test_equal_values_share_a_class_and_it_is_said() -> None:
    found = quantile_classes([0.5] * 6, k=3)
    assert found.tolist() == [1] * 6
    assert len(found.attrs["notes"]) == 2
    for bad in ({"k": 1}, {"k": 21}):
        with pytest.raises(ParameterError):
            quantile_classes([1.0, 2.0], **bad)
    for values, weights in (([np.nan], None), ([1.0, np.inf], None), ([1.0, 2.0], [1, -1])):
        with pytest.raises(SchemaError):
            quantile_classes(values, weights=weights)


# --- multidimensional poverty -----------------------------------------------------------------------

X = [[13.1, 14, 4, 1], [15.2, 7, 5, 0], [12.5, 10, 1, 0], [20, 11, 3, 1]]
Z = [13, 12, 3, 1]


def test_alkire_and_foster_2011() -> None:
    found = alkire_foster(X, Z, k=2)
    assert pytest.approx((0.5, 0.75, 0.375)) == (found.H, found.A, found.M0)
    assert pytest.approx(0.20552884615, rel=1e-9) == found.M1
    assert pytest.approx(0.16545703895, rel=1e-9) == found.M2
    assert found.rows["score"].tolist() == [0.0, 0.5, 1.0, 0.25]
    assert found.rows["poor"].tolist() == [False, True, True, False]
    assert found.dimensions["headcount"].tolist() == [0.25, 0.75, 0.25, 0.5]
    assert found.dimensions["censored_headcount"].tolist() == [0.25, 0.5, 0.25, 0.5]
    assert found.dimensions["contribution"].sum() == pytest.approx(1)


def test_household_example_of_the_global_index() -> None:
    """Households of 4, 7, 5, 4 with scores .222, .722, .389, .5: H .80, A .562, MPI .450."""
    weights = np.array([3, 3, 1, 1, 1, 1, 1, 1, 3, 3]) / 18
    deprived = np.array([
        [0, 0, 0, 1, 1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 1, 1, 0, 0, 3, 0],
        [0, 0, 0, 1, 1, 1, 1, 0, 1, 0],
        [1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
    ]) > 0  # fmt: skip
    assert (deprived @ weights).round(3).tolist() == [0.222, 0.722, 0.389, 0.5]
    found = alkire_foster(
        (~deprived).astype(float), np.ones(10), k=1 / 3, weights=weights, population=[4, 7, 5, 4]
    )
    assert pytest.approx((0.80, 0.5625, 0.45), abs=5e-4) == (found.H, found.A, found.M0)
    assert pytest.approx(found.M0) == found.M1  # of yes and no there is no depth


def test_a_third_is_a_third() -> None:
    """Weights of 1/3 add up with rounding; the cutoff is met all the same."""
    found = alkire_foster([[1, 0, 0.0]], [1, 1, 1], k=2 / 3, weights=[1 / 3] * 3)
    assert found.H == 1.0


def test_nobody_poor_leaves_intensity_unknown() -> None:
    found = alkire_foster(X, [0.5] * 4, k=4)
    assert (found.H, found.M0) == (0.0, 0.0)
    assert np.isnan(found.A) and found.dimensions["contribution"].isna().all()


def test_incomplete_rows_are_left_out_and_said() -> None:
    table = pd.DataFrame([*X, [11, np.nan, 2, 0]], columns=list("abcd"), index=list("vwxyz"))
    found = alkire_foster(table, Z, k=2, population=[1, 1, 1, 1, 4])
    assert pytest.approx(0.375) == found.M0
    assert (found.n, found.left_out) == (4, 1)
    assert np.isnan(found.rows.loc["z", "score"]) and pd.isna(found.rows.loc["z", "poor"])
    assert "50.0%" in found.notes[0]
    assert list(found.dimensions.index) == list("abcd")


def test_depth_needs_a_ratio_scale() -> None:
    found = alkire_foster([[-1.0, 5], [2, 1]], [0.0, 3], k=1)
    assert np.isnan(found.M1) and np.isnan(found.M2) and pytest.approx(0.5) == found.M0
    assert any("M1" in note for note in found.notes)


def rates() -> list[pd.DataFrame]:
    named = pd.DataFrame({"pct_rezago": [12.0, 30.5], "pct_salud": [20.0, 14.0]})
    shares = pd.DataFrame({"rezago": [0.12, 0.305], "salud": [0.2, 0.14]})
    declared = pd.DataFrame({"rezago": [12.0, 30.5], "salud": [20.0, 14.0]})
    declared.attrs["indicators"] = [{"column": "rezago", "unit": "%"}]
    known = pd.DataFrame({"pobreza_2018": [19.75, 58.25], "agua": [12, 30]})
    return [named, shares, declared, known]


@pytest.mark.parametrize("table", rates())
def test_rates_of_territories_are_refused(table: pd.DataFrame) -> None:
    with pytest.raises(SchemaError, match="rates of territories"):
        alkire_foster(table, [1, 1], k=1)
    assert alkire_foster(table, [1, 1], k=1, rows="people").n == 2  # it was stated


def test_territories_are_refused_whatever_is_stated() -> None:
    layer = gpd.GeoDataFrame(
        {"a": [1.0, 2.0], "b": [3.0, 1.0]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=32717
    )
    with pytest.raises(SchemaError, match="rates of territories"):
        alkire_foster(layer, [2, 2], k=1, rows="people")
    with pytest.raises(SchemaError, match="territories"):
        alkire_foster(X, Z, k=2, rows="territories")  # type: ignore[arg-type]
    points = layer.set_geometry(layer.representative_point())
    assert alkire_foster(points, [2, 2], k=1).n == 2  # geocoded households, no dimension of theirs


@pytest.mark.parametrize(
    "options",
    [
        {"k": 0}, {"k": 5}, {"k": np.nan}, {"k": 1 / 3}, {"k": 2, "weights": [1, 1]},
        {"k": 1, "weights": [1, -1, 1, 1]}, {"k": 1, "weights": [0] * 4},
        {"k": 2, "population": [1, 2]}, {"k": 2, "groups": ["a"]},
    ],
)  # fmt: skip
def test_parameters_that_do_not_fit(options: dict[str, object]) -> None:
    with pytest.raises(ParameterError):
        alkire_foster(X, Z, **options)  # type: ignore[arg-type]


def test_values_that_cannot_be() -> None:
    for bad in (
        {"X": [[np.inf, 1.0]]},
        {"X": [[np.nan, 1.0]]},
        {"X": [[2.0, 1.0]], "population": [-1]},
    ):
        with pytest.raises(SchemaError):
            alkire_foster(**{"z": [3, 3], "k": 1, **bad})  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="texts"):
        alkire_foster(pd.DataFrame({"a": ["yes"], "b": ["no"]}), [1, 1], k=1)


def test_the_input_is_not_changed() -> None:
    table = pd.DataFrame(X, columns=list("abcd"))
    before = table.copy()
    alkire_foster(table, Z, k=2, groups=["r", "u", "r", "u"])
    pd.testing.assert_frame_equal(table, before)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 5))
def test_decompositions_add_up(seed: int, n: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 20, (n, d)).astype(float)
    x[rng.random(n) < 0.1, 0] = np.nan
    people = rng.integers(0, 9, n).astype(float)
    labels = rng.choice(np.array(["a", "b", None], dtype=object), n)
    weights = rng.random(d) + 0.01
    known = ~np.isnan(x).any(axis=1)
    if not people[known].sum():
        return
    k = float(weights.sum() * rng.uniform(0.01, 1))
    found = alkire_foster(
        x, [10.0] * d, k=k, weights=weights, population=people, groups=labels, rows="people"
    )
    assert found.groups is not None
    share = found.groups["population_share"]
    assert share.sum() == pytest.approx(1)
    for measure in ("H", "M0", "M1", "M2"):
        held = (share * found.groups[measure])[share > 0].sum()
        assert held == pytest.approx(getattr(found, measure))
    assert 0 <= found.M2 <= found.M1 + 1e-12 <= found.M0 + 2e-12 <= found.H + 3e-12 <= 1 + 4e-12
    if found.M0 > 0:
        assert pytest.approx(found.H * found.A) == found.M0
        assert found.dimensions["contribution"].sum() == pytest.approx(1)
        assert found.groups["contribution"].sum() == pytest.approx(1)


def test_classes_of_coneval() -> None:
    income = pd.Series(
        [900, 900, 1500, 2999, 2999, 3000, 3000, np.nan, 900], index=list("abcdefghi")
    )
    count = pd.Series([3, 2, 6, 1, 0, 1, 0, 4, np.nan], index=list("abcdefghi"))
    found = coneval_classes(income, count, poverty_line=3000, minimum_line=1500)
    assert found.tolist()[:7] == [
        "extreme_poverty", "moderate_poverty", "moderate_poverty", "moderate_poverty",
        "vulnerable_by_income", "vulnerable_by_deprivation", "not_poor",
    ]  # fmt: skip
    assert found.isna().tolist() == [False] * 7 + [True] * 2
    assert found.isin(CONEVAL_POOR).sum() == 4
    assert list(found.cat.categories) == list(CONEVAL_LABELS)


def test_lines_differ_between_town_and_country() -> None:
    found = coneval_classes(
        [2500, 2500], [1, 1], poverty_line=[3000, 2000], minimum_line=[1500, 1000]
    )
    assert found.tolist() == ["moderate_poverty", "vulnerable_by_deprivation"]


@pytest.mark.parametrize(
    "figures",
    [
        (-5, 1, 3000, 1500), (900, 7, 3000, 1500), (900, 0.31, 3000, 1500), (900, -1, 3000, 1500),
        (900, 31.5, 3000, 1500), (900, 1, 1500, 3000), (900, 1, 0, 0), (np.inf, 1, 3000, 1500),
    ],
)  # fmt: skip
def test_figures_coneval_cannot_class(figures: tuple[float, ...]) -> None:
    income, count, line, least = figures
    with pytest.raises(SchemaError):
        coneval_classes(income, count, poverty_line=line, minimum_line=least)


# --- concentration index ----------------------------------------------------------------------------


def test_under_five_mortality_of_india() -> None:
    """World Bank, Technical Note 7: quintiles from poorest to richest."""
    found = concentration_index(
        [154.7, 152.9, 119.5, 86.9, 54.3], range(5), weights=[29939, 28776, 26528, 24689, 19739]
    )
    assert found.value == pytest.approx(-0.1694167747, rel=1e-9)
    assert found.curve["p"].iloc[[0, -1]].tolist() == pytest.approx([0, 1])
    assert found.curve["l"].iloc[-1] == pytest.approx(1)
    p, lo = found.curve["p"].to_numpy(), found.curve["l"].to_numpy()
    assert (p[:-1] * lo[1:] - p[1:] * lo[:-1]).sum() == pytest.approx(
        found.value
    )  # grouped formula


def toy() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    people = np.array([10.0, 20, 30, 20, 20])
    return np.array([8, 6, 3, 2, 1]) / people, np.arange(5.0), people


def test_worked_example() -> None:
    h, rank, people = toy()
    assert concentration_index(h, rank, weights=people).value == pytest.approx(-0.475)
    turned = concentration_index(h, -rank, weights=people, better="less")
    assert turned.value == pytest.approx(-0.475)
    assert concentration_index(h, -rank, weights=people).value == pytest.approx(0.475)


def test_standard_error_is_that_of_kakwani_wagstaff_and_van_doorslaer() -> None:
    rng = np.random.default_rng(3)
    h, n = rng.gamma(2.0, size=200), 200
    r = (np.arange(n) + 0.5) / n
    c = 2 * np.cov(h, r, bias=True)[0, 1] / h.mean()
    q = np.cumsum(h) / h.sum()
    a = h / h.mean() * (2 * r - 1 - c) + 2 - np.r_[0, q[:-1]] - q
    variance = ((a**2).mean() - (1 + c) ** 2) / n
    found = concentration_index(h, np.arange(n))
    assert found.value == pytest.approx(c)
    assert found.se == pytest.approx(np.sqrt(variance * n / (n - 1)))


def test_standard_error_agrees_with_the_jackknife() -> None:
    rng = np.random.default_rng(5)
    n = 300
    rank, people = rng.normal(size=n), rng.uniform(1, 50, n)
    h = rng.uniform(size=n) * (1 + (rank > 0))
    h /= h.max()

    def one_left_out(i: int) -> tuple[float, float]:
        keep = np.arange(n) != i
        part = concentration_index(h[keep], rank[keep], weights=people[keep], bounded=(0, 1))
        return part.value, part.erreygers

    found = concentration_index(h, rank, weights=people, bounded=(0, 1))
    left = np.array([one_left_out(i) for i in range(n)])
    jackknife = np.sqrt((n - 1) / n * ((left - left.mean(axis=0)) ** 2).sum(axis=0))
    assert [found.se, found.erreygers_se] == pytest.approx(jackknife.tolist(), rel=0.03)
    assert found.low < found.value < found.high


def test_interval_covers_under_independence() -> None:
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(300):
        found = concentration_index(rng.exponential(size=80), rng.normal(size=80))
        covered += found.low <= 0 <= found.high
    assert 0.91 <= covered / 300 <= 0.985


def test_blocks_widen_the_error_where_neighbours_are_alike() -> None:
    rng = np.random.default_rng(2)
    block = np.repeat(np.arange(20), 10)
    h, rank = rng.exponential(size=20)[block], rng.normal(size=20)[block]
    alone = concentration_index(h, rank)
    held = concentration_index(h, rank, blocks=block)
    assert held.value == alone.value and held.blocks == 20
    assert held.se > 2 * alone.se
    assert any("independent; where" in note for note in alone.notes)
    assert not any("independent; where" in note for note in held.notes)
    with pytest.raises(ParameterError, match="blocks"):
        concentration_index(h, rank, blocks=block[:-1])


def test_erreygers_of_a_share() -> None:
    h, rank, people = toy()
    h = h / 10
    found = concentration_index(h, rank, weights=people, bounded=(0, 1))
    assert found.erreygers == pytest.approx(4 * found.mean * found.value)
    mirror = concentration_index(1 - h, rank, weights=people, bounded=(0, 1))
    assert mirror.erreygers == pytest.approx(-found.erreygers)
    assert mirror.erreygers_se == pytest.approx(found.erreygers_se)
    percent = concentration_index(100 * h, rank, weights=people, bounded=(0, 100))
    assert percent.erreygers == pytest.approx(found.erreygers)
    assert np.isnan(concentration_index(20 * h, rank, weights=people).erreygers)


def test_unknown_figures_are_left_out_and_said() -> None:
    h, rank, people = toy()
    found = concentration_index([*h, np.nan, 0.3], [*rank, 9, np.nan], weights=[*people, 5, 5])
    assert found.value == pytest.approx(-0.475)
    assert (found.n, found.left_out) == (5, 2)
    assert found.notes[0].startswith("2 of 7 rows")
    empty = concentration_index([*h, 0.5], [*rank, 9], weights=[*people, 0])
    assert empty.value == pytest.approx(-0.475) and any("weight 0" in n for n in empty.notes)


@pytest.mark.parametrize(
    ("h", "options"),
    [
        ([-1, 2, 3], {}), ([1, np.inf, 3], {}), ([0, 0, 0], {}), ([1, np.nan, 3], {}),
        ([31.0, 12.0, 8.0], {"bounded": (0, 1)}),  # percentages said to be shares
        ([0.31, 0.12, 0.08], {"bounded": (0, 100)}),  # shares said to be percentages
        ([101.0, 12.0, 8.0], {"bounded": (0, 100)}),
        ([1, 2, 3], {"weights": [1, -1, 1]}), ([1, 2, 3], {"weights": [1, np.inf, 1]}),
    ],
)  # fmt: skip
def test_figures_without_an_index(h: list[float], options: dict[str, object]) -> None:
    for code in ("en", "es"):
        set_language(code)
        with pytest.raises(SchemaError):
            concentration_index(h, [0.3, 0.4, 0.5], **options)  # type: ignore[arg-type]


def test_ranks_and_bounds_that_say_nothing() -> None:
    with pytest.raises(SchemaError, match="rank"):
        concentration_index([1, 2, 3], [0.4, 0.4, 0.4])
    for bounded in ((0, np.inf), (1, 0), (0,), "share"):
        with pytest.raises(ParameterError, match="bounded"):
            concentration_index([0.1, 0.2, 0.3], [1, 2, 3], bounded=bounded)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="better"):
        concentration_index([1, 2, 3], [1, 2, 3], better="up")  # type: ignore[arg-type]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(3, 60))
def test_invariances_of_the_index(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    h, rank = rng.exponential(size=n), rng.integers(0, max(2, n // 2), n).astype(float)
    people = rng.uniform(0.5, 9, n)
    rank[0] = rank.max() + 1
    found = concentration_index(h, rank, weights=people)
    assert -1 <= found.value <= 1
    shuffled = rng.permutation(n)
    split = np.r_[people, people] / 2
    for same in (
        concentration_index(7 * h, rank, weights=people),
        concentration_index(h, np.exp(rank / 9), weights=3 * people),
        concentration_index(h[shuffled], rank[shuffled], weights=people[shuffled]),
        concentration_index(np.r_[h, h], np.r_[rank, rank], weights=split),
    ):
        assert same.value == pytest.approx(found.value, abs=1e-12)
    reverse = concentration_index(h, rank, weights=people, better="less")
    assert reverse.value == pytest.approx(-found.value, abs=1e-12)
    assert reverse.se == pytest.approx(found.se)
    equal = concentration_index(np.full(n, 3.0), rank, weights=people)
    assert (equal.value, equal.se) == pytest.approx((0, 0), abs=1e-12)


# --- values and changes -----------------------------------------------------------------------------


def idh(year: int, method: int | None, **more: object) -> dict[str, object]:
    return {
        "column": f"idh_{year}", "year": year, "method_year": method, "family": "hdi",
        "better": "more", "source": "PNUD Perú", **more,
    }  # fmt: skip


TABLE = pd.DataFrame(
    {"idh_2010": [0.30, 0.40, np.nan], "idh_2012": [0.33, 0.40, 0.5], "idh_2019": [0.4, 0.35, 0.2]},
    index=["060101", "060102", "060103"],
)


def test_change_of_one_method() -> None:
    found = change(TABLE, "idh_2010", "idh_2012", indicators=[idh(2010, 2013), idh(2012, 2013)])
    assert found.index.equals(TABLE.index)
    assert found["change"].tolist()[:2] == pytest.approx([0.03, 0.0])
    assert found["change_per_year"].iloc[0] == pytest.approx(0.015)
    assert found["change_percent"].iloc[0] == pytest.approx(10.0)
    assert found["direction"].tolist()[:2] == ["better", "same"]
    assert found.loc["060103", ["change", "change_percent", "direction"]].isna().all()
    assert any("1 of 3" in note for note in found.attrs["notes"])


def test_2012_and_2019_of_peru_are_different_methods() -> None:
    for code in ("en", "es"):
        set_language(code)
        with pytest.raises(ParameterError, match=r"2013.*2019"):
            change(TABLE, "idh_2012", "idh_2019", indicators=[idh(2012, 2013), idh(2019, 2019)])


def test_a_method_not_stated_is_not_guessed() -> None:
    plain = [
        Indicator(c, {"en": c}, family="hdi", year=int(c[-4:])) for c in ("idh_2010", "idh_2012")
    ]
    if not hasattr(plain[0], "method_year") or plain[0].method_year is None:
        with pytest.raises(ParameterError, match="method_year"):
            change(TABLE, "idh_2010", "idh_2012", indicators=plain)
    with pytest.raises(ParameterError, match="idh_2012"):
        change(TABLE, "idh_2010", "idh_2012", indicators=[idh(2010, 2013)])


def test_what_is_not_comparable_is_told_at_once() -> None:
    both = [idh(2012, 2013), idh(2010, 2013, unit="%", better="less")]
    with pytest.raises(ParameterError) as caught:
        change(TABLE, "idh_2012", "idh_2010", indicators=both)
    assert len(str(caught.value).splitlines()) == 3


def test_less_poverty_is_better_and_percentages_change_by_points() -> None:
    table = pd.DataFrame({"p1": [40.0, 10.0], "p2": [30.0, 15.0]})
    both = [
        {"column": c, "year": y, "method_year": 1, "unit": "%", "better": "less"}
        for c, y in (("p1", 2009), ("p2", 2013))
    ]
    found = change(table, "p1", "p2", indicators=both)
    assert found["change"].tolist() == [-10.0, 5.0]
    assert found["change_percent"].isna().all()
    assert found["direction"].tolist() == ["better", "worse"]


def test_shares_are_not_subtracted_from_percentages() -> None:
    table = pd.DataFrame({"p1": [0.40, 0.10], "p2": [30.0, 15.0]})
    both = [{"column": c, "year": y, "method_year": 1} for c, y in (("p1", 2009), ("p2", 2013))]
    with pytest.raises(SchemaError, match="one unit"):
        change(table, "p1", "p2", indicators=both)


def test_values_an_indicator_cannot_have() -> None:
    table = pd.DataFrame(
        {
            "idh": [0.4, 47.0], "poor": [-9999.0, 30.0], "rate": [101.0, 3.0], "share": [31.0, 0.2],
            "text": ["high", "low"],
        }
    )  # fmt: skip
    said = [
        {"column": "idh", "family": "hdi"}, {"column": "poor", "unit": "%"},
        {"column": "rate", "unit": "percent"}, {"column": "share", "unit": "share"},
        {"column": "text"}, {"column": "none"},
    ]  # fmt: skip
    for code in ("en", "es"):
        set_language(code)
        with pytest.raises(SchemaError) as caught:
            check_indicators(table, said)
        assert len(str(caught.value).splitlines()) == 6
    with pytest.raises(ParameterError, match="column"):
        check_indicators(table, [{"unit": "%"}])


def test_what_is_suspicious_is_noted() -> None:
    table = pd.DataFrame({"poor": [0.31, 0.12, np.nan]})
    notes = check_indicators(table, [Indicator("poor", {"en": "Poverty"}, unit="%")])
    assert len(notes) == 2 and "shares" in notes[0] and "1 of 3" in notes[1]


@pytest.mark.shared
def test_mexican_municipalities_by_one_method(shared_data: Path) -> None:
    path = shared_data / "mexico_municipios" / "mexico_municipios_idh_marginacion.csv"
    table = pd.read_csv(path, dtype={"cvegeo": str}).set_index("cvegeo")
    both = [
        {"column": f"idh_{y}", "year": y, "method_year": 2010, "family": "hdi", "better": "more"}
        for y in (2010, 2020)
    ]
    found = change(table, "idh_2010", "idh_2020", indicators=both)
    assert found["change"].isna().sum() == table[["idh_2010", "idh_2020"]].isna().any(axis=1).sum()
    classes = quantile_classes(table["idh_2020"], weights=table["pob_2020"])
    assert classes["12078"] == 1  # Cochoapa el Grande, the lowest
    spread = concentration_index(
        table["pct_ingreso_bajo"], table["idh_2020"], weights=table["pob_2020"],
        bounded=(0, 100), blocks=table["entidad"],
    )  # fmt: skip
    assert spread.value < 0 and spread.erreygers < 0  # low incomes where development is low
    assert spread.blocks == 32
    assert (
        spread.left_out
        == table[["pct_ingreso_bajo", "idh_2020", "pob_2020"]].isna().any(axis=1).sum()
    )


def test_a_unit_that_is_stated_makes_the_scale_a_caution() -> None:
    table = pd.DataFrame({"p1": [15.0], "p2": [0.5]})
    both = [
        {"column": c, "year": y, "method_year": 1, "unit": "%"}
        for c, y in (("p1", 2009), ("p2", 2013))
    ]
    found = change(table, "p1", "p2", indicators=both)
    assert found["change"].tolist() == [-14.5]
    assert any("one unit" in note for note in found.attrs["notes"])


def test_series_of_another_index_are_not_matched_by_position() -> None:
    table = pd.DataFrame(X, index=list("abcd"))
    for option in ("population", "groups"):
        with pytest.raises(ParameterError, match="another index"):
            alkire_foster(table, Z, k=2, **{option: pd.Series([1, 2, 3, 4], index=list("dcba"))})
    h = pd.Series([3.0, 2, 1, 1], index=list("abcd"))
    with pytest.raises(ParameterError, match="another index"):
        concentration_index(h, [1, 2, 3, 4], blocks=pd.Series([1, 1, 2, 2], index=list("dcba")))


def test_a_word_within_a_name_is_no_rate() -> None:
    table = pd.DataFrame(X, columns=["literate", "shared_room", "c", "d"])
    assert pytest.approx(0.375) == alkire_foster(table, Z, k=2).M0
