"""Parameters: declared once, checked at once, read from texts without guessing."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sialgeo.errors import ParameterError
from sialgeo.params import (
    AUTO,
    Param,
    as_dict,
    build,
    check,
    fault,
    param,
    params_of,
    parse_distance,
    parse_value,
)


@dataclass(frozen=True)
class Rule:
    """One of each kind."""

    radius: float = param(5_000.0, "Radius", label="Search radius", unit="m", gt=0)
    units: int = param(5, "Units", ge=2)
    level: float = param(0.001, "Level", gt=0, le=0.1, advanced=True)
    policy: str = param("units", "Policy", choices=("units", "sites"))
    loud: bool = param(False, "Loud")
    note: str = param("", "Note")
    plain: int = 3  # not declared: no parameter
    reach: float | str = param(1.0, "Reach", unit="m", gt=0, auto=True)

    def __post_init__(self) -> None:
        check(self)


KNOWN: dict[str, Param] = {p.name: p for p in params_of(Rule)}


def test_declarations_in_order_with_their_kinds() -> None:
    kinds = {name: p.kind.__name__ for name, p in KNOWN.items()}
    assert kinds == {
        "radius": "float",
        "units": "int",
        "level": "float",
        "policy": "str",
        "loud": "bool",
        "note": "str",
        "reach": "float",
    }
    assert params_of(Rule()) == params_of(Rule)
    assert KNOWN["radius"].label == "Search radius"
    assert KNOWN["units"].label == "units"  # the name where no label was given
    assert KNOWN["level"].advanced


def test_defaults_are_within_their_own_bounds() -> None:
    assert Rule().radius == 5_000.0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("radius", 0, "radius = 0: must be greater than 0 (m)"),
        ("radius", -1.5, "radius = -1.5: must be greater than 0 (m)"),
        ("radius", math.nan, "radius = nan: must be a finite number (m)"),
        ("radius", math.inf, "radius = inf: must be a finite number (m)"),
        ("radius", "5km", "radius = 5km: must be a finite number (m)"),
        ("radius", True, "radius = True: must be a finite number (m)"),
        ("radius", None, "radius = None: must be a finite number (m)"),
        ("radius", "auto", "radius = auto: must be a finite number (m)"),
        ("units", 1, "units = 1: must be at least 2"),
        ("units", 2.5, "units = 2.5: must be a whole number"),
        ("units", 5.0, "units = 5.0: must be a whole number"),
        ("level", 0.2, "level = 0.2: must be at most 0.1"),
        ("policy", "both", "policy = both: must be one of units, sites"),
        ("loud", 1, "loud = 1: must be bool"),
        ("note", 1, "note = 1: must be str"),
        ("reach", "automatic", "reach = automatic: must be a finite number (m)"),
    ],
)
def test_a_value_out_of_its_bounds_says_name_value_and_bound(
    name: str, value: Any, said: str
) -> None:
    assert fault(KNOWN[name], value) == said
    with pytest.raises(ParameterError) as caught:
        Rule(**{name: value})
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("radius", 1),
        ("radius", np.int64(5_000)),
        ("radius", np.float32(0.5)),
        ("units", np.int32(2)),
        ("level", 0.1),
        ("reach", AUTO),
    ],
)
def test_numbers_of_numpy_and_bounds_themselves_are_good(name: str, value: Any) -> None:
    assert fault(KNOWN[name], value) is None


def test_a_truth_value_of_numpy_is_no_number() -> None:
    assert fault(KNOWN["units"], np.True_) is not None


def test_all_faults_at_once() -> None:
    with pytest.raises(ParameterError) as caught:
        Rule(radius=-1, units=0, policy="x")
    assert [line[2:].split(" = ")[0] for line in str(caught.value).splitlines()] == [
        "radius",
        "units",
        "policy",
    ]


def test_what_is_declared_can_be_written_down() -> None:
    rule = Rule(radius=np.float32(0.5), units=np.int64(7), level=np.float64(0.05))
    assert repr(rule).startswith("Rule(radius=0.5, units=7, level=0.05,")
    held = as_dict(rule)
    assert "plain" not in held
    assert json.loads(json.dumps(held))["units"] == 7
    assert type(held["radius"]) is float


# --- reading texts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("5km", 5_000.0),
        (" 5 KM ", 5_000.0),
        ("2,5 km", 2_500.0),
        ("2.5km", 2_500.0),
        (".5 km", 500.0),
        ("0,125 km", 125.0),
        ("5000", 5_000.0),
        ("5000 m", 5_000.0),
        ("12000.5", 12_000.5),
        (800, 800.0),
        (np.int64(800), 800.0),
    ],
)
def test_distances(text: Any, metres: float) -> None:
    assert parse_distance(text) == metres


@pytest.mark.parametrize(
    "text", ["", "km", "far", "5 miles", "-5 km", "5 km 3", "1e3", "5 000", "0x10", "auto", "٥ km"]
)
def test_what_is_no_distance(text: str) -> None:
    with pytest.raises(ParameterError, match="5km"):
        parse_distance(text)


@pytest.mark.parametrize("value", [None, True, [5_000], {"km": 5}])
def test_what_is_neither_text_nor_number_is_no_distance(value: Any) -> None:
    with pytest.raises(ParameterError, match="is not a distance"):
        parse_distance(value)


@pytest.mark.parametrize("text", ["5,000", "5.000", "10,000 m", "2.500 km", "250.000"])
def test_thousands_or_decimals_is_not_guessed(text: str) -> None:
    """A Spaniard's 5.000 and an Englishman's 5,000 are five thousand, and five."""
    with pytest.raises(ParameterError, match="thousands or decimals"):
        parse_distance(text)
    with pytest.raises(ParameterError, match="thousands or decimals"):
        parse_value(KNOWN["radius"], text)


@given(st.integers(1, 10**6))
def test_whole_metres_come_back(metres: int) -> None:
    assert parse_distance(str(metres)) == parse_distance(f"{metres} m") == metres
    assert parse_distance(f"{metres}km") == metres * 1_000


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("radius", "5km", 5_000.0),
        ("radius", 5_000, 5_000.0),
        ("units", "7", 7),
        ("units", "7.0", 7),
        ("units", 7.0, 7),
        ("level", "0,05", 0.05),
        ("level", 1, 1.0),
        ("policy", "sites", "sites"),
        ("loud", "sí", True),
        ("loud", "NO", False),
        ("loud", True, True),
        ("note", "5km", "5km"),
        ("reach", " Auto ", "auto"),
        ("reach", "1km", 1_000.0),
    ],
)
def test_a_text_becomes_the_kind_declared(name: str, text: Any, value: Any) -> None:
    read = parse_value(KNOWN[name], text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("units", "many", "units: “many” is not a number"),
        ("units", "1,000", "thousands or decimals"),
        ("level", "low", "level: “low” is not a number"),
        ("loud", "perhaps", "loud: “perhaps” is not yes or no"),
    ],
)
def test_a_text_that_is_no_value_says_so(name: str, text: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        parse_value(KNOWN[name], text)


@pytest.mark.parametrize(("name", "text"), [("units", "2.5"), ("level", "nan"), ("level", "inf")])
def test_a_number_that_may_not_be_is_caught_when_built(name: str, text: str) -> None:
    with pytest.raises(ParameterError, match=name):
        build(Rule, {name: text})


def test_building_from_texts_and_values() -> None:
    made = build(Rule, {"radius": "7.5km", "units": "8", "policy": "sites", "loud": "yes"})
    assert made == Rule(radius=7_500.0, units=8, policy="sites", loud=True)


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(ParameterError) as caught:
        build(Rule, {"radio": 3, "eps": 4})
    assert str(caught.value) == (
        "unknown parameter eps, radio; Rule has: radius, units, level, policy, loud, note, reach"
    )


def test_what_is_written_down_builds_the_same_rule() -> None:
    rule = Rule(radius=1_234.5, units=9, level=0.01, loud=True)
    assert build(Rule, json.loads(json.dumps(as_dict(rule)))) == rule
