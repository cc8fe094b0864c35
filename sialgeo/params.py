"""Parameters declared once: the check, the CLI option, the QGIS field and the study file follow.

A parameter object is a frozen dataclass whose fields are made by :func:`param`; its
``__post_init__`` calls :func:`check`.

Examples
--------
>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Ring:
...     radius: float = param(5000.0, "Search radius", unit="m", gt=0)
...     def __post_init__(self) -> None:
...         check(self)
>>> [p.name for p in params_of(Ring)]
['radius']
>>> parse_value(params_of(Ring)[0], "7.5km")
7500.0
>>> Ring(radius=-1)
Traceback (most recent call last):
...
sialgeo.errors.ParameterError: radius = -1: must be greater than 0 (m)
"""

from __future__ import annotations

import dataclasses
import math
import re
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from sialgeo.errors import ParameterError, raise_all
from sialgeo.i18n import _

_DISTANCE = re.compile(r"^\s*([0-9]*[.,]?[0-9]+)\s*(m|km)?\s*$", re.IGNORECASE)
AUTO = "auto"
_THOUSANDS = re.compile(r"^\s*[1-9][0-9]{0,2}[.,][0-9]{3}(?![0-9])")
_METRES = {"m": 1.0, "km": 1000.0, "": 1.0}
_TRUE, _FALSE = {"true", "yes", "si", "sí", "1"}, {"false", "no", "0"}


@dataclass(frozen=True)
class Param:
    """One declared parameter; ``help`` and ``label`` are English texts, translated when shown."""

    name: str
    default: Any
    help: str
    label: str
    unit: str | None = None
    gt: float | None = None
    ge: float | None = None
    le: float | None = None
    choices: tuple[str, ...] = ()
    advanced: bool = False
    auto: bool = False  # the word "auto" is allowed too

    @property
    def kind(self) -> type:
        """Return ``bool``, ``int``, ``float`` or ``str``: the type of the default."""
        return type(self.default)


def param(
    default: Any,
    help: str,  # noqa: A002
    *,
    label: str = "",
    unit: str | None = None,
    gt: float | None = None,
    ge: float | None = None,
    le: float | None = None,
    choices: tuple[str, ...] = (),
    advanced: bool = False,
    auto: bool = False,
) -> Any:
    """Declare a dataclass field as a parameter with its help, unit and bounds."""
    declared = {
        "help": help,
        "label": label,
        "unit": unit,
        "gt": gt,
        "ge": ge,
        "le": le,
        "choices": choices,
        "advanced": advanced,
        "auto": auto,
    }
    return dataclasses.field(default=default, metadata={"param": declared})


def params_of(owner: Any) -> tuple[Param, ...]:
    """Return the declared parameters of a parameter class or object, in order."""
    return tuple(
        Param(
            name=f.name,
            default=f.default,
            **{**f.metadata["param"], "label": f.metadata["param"]["label"] or f.name},
        )
        for f in dataclasses.fields(owner)
        if "param" in f.metadata
    )


def fault(p: Param, value: Any) -> str | None:
    """Return what is wrong with a value for a parameter, or None."""
    unit = f" ({p.unit})" if p.unit else ""
    said = f"{p.name} = {value}: "
    if p.auto and value == AUTO:
        return None
    if p.choices:
        if value not in p.choices:
            return said + _("must be one of {choices}").format(choices=", ".join(p.choices))
        return None
    if p.kind is bool or p.kind is str:
        right = isinstance(value, p.kind)
        return None if right else said + _("must be {kind}").format(kind=p.kind.__name__)
    if not _is_number(value) or not math.isfinite(value):
        return said + _("must be a finite number") + unit
    if p.kind is int and not isinstance(value, Integral):
        return said + _("must be a whole number") + unit
    if p.gt is not None and not value > p.gt:
        return said + _("must be greater than {bound}").format(bound=p.gt) + unit
    if p.ge is not None and not value >= p.ge:
        return said + _("must be at least {bound}").format(bound=p.ge) + unit
    if p.le is not None and not value <= p.le:
        return said + _("must be at most {bound}").format(bound=p.le) + unit
    return None


def check(owner: Any) -> None:
    """Raise one ``ParameterError`` that names every field out of its bounds.

    Numbers of numpy become Python's, so that they print and can be written down.
    """
    faults = [fault(p, getattr(owner, p.name)) for p in params_of(owner)]
    raise_all([f for f in faults if f], ParameterError)
    for p in params_of(owner):
        value = getattr(owner, p.name)
        if _is_number(value) and type(value) not in (int, float):
            plain = int(value) if isinstance(value, Integral) else float(value)
            object.__setattr__(owner, p.name, plain)  # parameter objects are frozen


def as_dict(owner: Any) -> dict[str, Any]:
    """Return the declared parameters of an object with their values."""
    return {p.name: getattr(owner, p.name) for p in params_of(owner)}


def _is_number(value: Any) -> bool:
    """Tell whether a value is a number, numpy's own included, and no truth value."""
    return isinstance(value, Real) and not isinstance(value, bool)


def parse_distance(text: str | float) -> float:
    """Read a distance in metres from ``5000``, ``"5000 m"`` or ``"5km"``.

    >>> parse_distance("5km"), parse_distance("2,5 km"), parse_distance(800)
    (5000.0, 2500.0, 800.0)
    """
    if _is_number(text):
        return float(text)
    match = _DISTANCE.match(text) if isinstance(text, str) else None
    if match is None:
        raise ParameterError(
            _(
                "“{text}” is not a distance. Remedy: write metres or kilometres, as 5000 or 5km"
            ).format(text=text)
        )
    _refuse_thousands(match[0])
    return float(match[1].replace(",", ".")) * _METRES[(match[2] or "").lower()]


def _refuse_thousands(text: str) -> None:
    """Raise for "5,000" and "5.000": five, or five thousand?"""
    if _THOUSANDS.match(text):
        raise ParameterError(
            _("“{text}” may mean thousands or decimals. Remedy: write 5000, 5km or 5.0").format(
                text=text.strip()
            )
        )


def parse_value(p: Param, text: Any) -> Any:
    """Read a parameter's value from a text (command line, study file) or pass a typed one through."""
    if p.auto and isinstance(text, str) and text.strip().lower() == AUTO:
        return AUTO
    if p.unit == "m":
        return parse_distance(text)
    if not isinstance(text, str):
        return _typed(p.kind, text)
    if p.kind is bool:
        word = text.strip().lower()
        if word not in _TRUE | _FALSE:
            raise ParameterError(
                _("{name}: “{text}” is not yes or no").format(name=p.name, text=text)
            )
        return word in _TRUE
    if p.kind in (int, float):
        if p.kind is int:
            _refuse_thousands(text)
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            raise ParameterError(
                _("{name}: “{text}” is not a number").format(name=p.name, text=text)
            ) from None
        return int(number) if p.kind is int and number.is_integer() else number
    return text


def _typed(kind: type, value: Any) -> Any:
    """Return a number as the kind wanted where nothing is lost by it."""
    if not _is_number(value):
        return value
    if kind is float:
        return float(value)
    return int(value) if kind is int and float(value).is_integer() else value


def build(owner: type, values: dict[str, Any]) -> Any:
    """Make a parameter object from texts or values; unknown names are an error that lists the known."""
    known = {p.name: p for p in params_of(owner)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ParameterError(
            _("unknown parameter {names}; {owner} has: {known}").format(
                names=", ".join(unknown), owner=owner.__name__, known=", ".join(known)
            )
        )
    return owner(**{name: parse_value(known[name], value) for name, value in values.items()})
