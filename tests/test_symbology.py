"""One legend: classes hold every value once, dark is poorer, colours tell things apart."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sialgeo.errors import ParameterError
from sialgeo.i18n import both
from sialgeo.model import EVIDENCE_LABELS, Indicator
from sialgeo.symbology import (
    EVIDENCE_STYLE,
    NO_DATA,
    OTHER_CHAIN,
    PALETTES,
    chain_colours,
    class_of,
    indicator_classes,
)

POVERTY = Indicator("p", {"en": "Poverty"}, "monetary", 2018, "%", "less")
HDI = Indicator("h", {"en": "HDI"}, "hdi", 2019, "", "more")


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_evidence_has_its_own_style_and_label() -> None:
    assert set(EVIDENCE_STYLE) == set(EVIDENCE_LABELS)
    assert len({(s.line, s.dash) for s in EVIDENCE_STYLE.values()}) == len(EVIDENCE_STYLE)
    for evidence, style in EVIDENCE_STYLE.items():
        assert style.label == EVIDENCE_LABELS[evidence]
        assert set(both(style.label)) == {"es", "en"}


def test_dark_is_the_poorer_end() -> None:
    poor = indicator_classes(np.arange(100.0), POVERTY)
    rich = indicator_classes(np.arange(100.0), HDI)
    assert [c.colour for c in poor] == list(PALETTES["monetary"])
    assert [c.colour for c in rich] == list(PALETTES["hdi"][::-1])
    light = [luminance(c.colour) for c in poor]
    assert light == sorted(light, reverse=True)
    light = [luminance(c.colour) for c in rich]
    assert light == sorted(light)


def test_every_palette_runs_from_light_to_dark() -> None:
    for palette in PALETTES.values():
        light = [luminance(colour) for colour in palette]
        assert light == sorted(light, reverse=True)
        assert NO_DATA.fill not in palette


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=40),
    st.integers(1, 5),
    st.sampled_from([POVERTY, HDI]),
)
def test_every_known_value_has_one_class_and_no_class_is_empty(
    values: list[float], k: int, indicator: Indicator
) -> None:
    classes = indicator_classes(values, indicator, k)
    known = [v for v in values if not math.isnan(v)]
    assert len(classes) <= k
    assert (len(classes) == 0) == (len(known) == 0)
    for a, b in itertools.pairwise(classes):
        assert a.upper == b.lower
    used = {class_of(v, classes) for v in known}
    assert None not in used
    assert used == set(classes)
    assert len({c.colour for c in classes}) == len(classes)
    assert class_of(float("nan"), classes) is None
    assert class_of(None, classes) is None


def test_bounds_by_hand() -> None:
    classes = indicator_classes([0.31, 0.42, 0.43, 0.55, 0.61, 0.72], HDI, 3)
    assert [(c.lower, c.upper) for c in classes] == [(0.31, 0.427), (0.427, 0.57), (0.57, 0.72)]
    assert [c.label for c in classes] == ["0.310 – 0.427", "0.427 – 0.570", "0.570 – 0.720"]
    assert class_of(0.427, classes) == classes[0]


def test_one_value_and_ties() -> None:
    (only,) = indicator_classes([5, 5, 5], POVERTY)
    assert (only.lower, only.upper) == (5, 5)
    assert class_of(5, (only,)) == only
    assert len(indicator_classes([0, 0, 0, 0, 0, 0, 9], POVERTY)) == 2


def test_wrong_number_of_classes() -> None:
    with pytest.raises(ParameterError, match="from 1 to 5"):
        indicator_classes([1, 2], POVERTY, 9)


def test_chain_colours_do_not_depend_on_order() -> None:
    names = ["queso fresco", "mantecoso", "andino", None, float("nan"), ""]
    assert chain_colours(names) == chain_colours(names[::-1])
    assert list(chain_colours(names)) == ["andino", "mantecoso", "queso fresco"]
    many = chain_colours(map(str, range(10)))
    assert len(many) == 10
    assert list(many.values())[8:] == [OTHER_CHAIN, OTHER_CHAIN]
    assert len(set(many.values())) == 9
