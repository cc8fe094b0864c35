"""The thresholds of the typology, each a declared parameter with its default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sialgeo.i18n import N_
from sialgeo.params import Param, check, param, params_of
from sialgeo.tables.declared import CONFIDENCE

GRADES = tuple(choice.code for choice in CONFIDENCE)  # the strongest first


@dataclass(frozen=True)
class Thresholds:
    """When a criterion of the typology is met.

    The activation thresholds are this project's proposal: no official numeric ones are known. The
    sensitivity table of :class:`Typology` says which levels would flip at others.

    Examples
    --------
    >>> Thresholds(member_share=0.2).member_share
    0.2
    """

    min_units: int = param(
        10, N_("Spatial evidence: least number of producers"), label=N_("Producers"), ge=1
    )
    alpha: float = param(
        0.05,
        N_("Spatial evidence: largest adjusted p-value"),
        label=N_("Adjusted p-value"),
        gt=0,
        le=1,
    )
    lower_bound: float = param(
        1.0,
        N_(
            "Spatial evidence: the lower 95 % bound of relative risk or location quotient lies above this"
        ),
        label=N_("Lower bound"),
        ge=0,
    )
    stability_robust: float = param(
        0.75,
        N_("Spatial evidence: Jaccard stability from which it is robust"),
        label=N_("Robust from"),
        ge=0,
        le=1,
    )
    stability_indicative: float = param(
        0.6,
        N_("Spatial evidence: Jaccard stability from which it is indicative"),
        label=N_("Indicative from"),
        ge=0,
        le=1,
    )
    completeness: float = param(
        0.6, N_("Level 2: least chain completeness"), label=N_("Chain completeness"), ge=0, le=1
    )
    min_links: int = param(
        3,
        N_("Level 2: or this many links present, raw material among them"),
        label=N_("Links present"),
        ge=1,
    )
    catchment: float = param(
        10_000.0,
        N_("Level 2: links count within this distance of the footprint"),
        label=N_("Catchment"),
        unit="m",
        ge=0,
    )
    resource_evidence: str = param(
        "documentada",
        N_("Level 2: weakest evidence that counts for a specific resource"),
        label=N_("Evidence of resources"),
        choices=GRADES,
    )
    member_share: float = param(
        0.10,
        N_("Level 3: members as a share of the units"),
        label=N_("Share of members"),
        ge=0,
        le=1,
    )
    member_units: int = param(
        5, N_("Level 3: or this many units that are members"), label=N_("Members"), ge=1
    )
    body_links: int = param(
        3,
        N_("Level 5: links that the coordinating body spans"),
        label=N_("Links of the body"),
        ge=1,
    )
    body_institutions: int = param(
        1,
        N_("Level 5: public institutions or NGOs in the coordinating body"),
        label=N_("Institutions of the body"),
        ge=0,
    )
    least_evidence: str = param(
        "supuesta",
        N_("Weakest evidence that counts at all"),
        label=N_("Evidence that counts"),
        choices=GRADES,
    )
    membership_fall: float = param(
        0.20,
        N_("Risk of de-clustering: fall of the number of members from its peak"),
        label=N_("Fall of membership"),
        gt=0,
        le=1,
    )
    buyer_share: float = param(
        0.50,
        N_("Risk of de-clustering: more than this share sold to one buyer, or to global buyers"),
        label=N_("Share of one buyer"),
        ge=0,
        le=1,
    )
    star_top: float = param(
        0.10,
        N_("Stars of size and focus: among this top share of the concentrations"),
        label=N_("Top share"),
        gt=0,
        le=1,
        advanced=True,
    )
    star_quotient: float = param(2.0, N_("Star of specialisation: location quotient from which it is given"), label=N_("Location quotient of the star"), gt=0, advanced=True)  # fmt: skip

    def __post_init__(self) -> None:
        check(self)


_ACTIVATION = (
    "completeness",
    "min_links",
    "catchment",
    "resource_evidence",
    "member_share",
    "member_units",
    "body_links",
    "body_institutions",
    "least_evidence",
    "membership_fall",
    "buyer_share",
)
_FACTORS = (0.5, 0.8, 1.25, 1.5, 2.0)
_STEPS = (-2, -1, 1, 2)


def variations(thresholds: Thresholds) -> Iterator[tuple[str, Any, Thresholds]]:
    """Yield each threshold of activation moved alone: its name, its value, all thresholds."""
    declared = {p.name: p for p in params_of(Thresholds)}
    for name in _ACTIVATION:
        p, held = declared[name], getattr(thresholds, name)
        for value in _moved(p, held):
            yield name, value, replace(thresholds, **{name: value})


def _moved(p: Param, held: Any) -> list[Any]:
    if p.choices:
        return [choice for choice in p.choices if choice != held]
    if p.kind is int:
        moved = [held + step for step in _STEPS]
    else:
        moved = [held * factor for factor in _FACTORS]
    low = 0 if p.ge is None else p.ge
    return [
        v for v in moved if v >= low and (p.gt is None or v > p.gt) and (p.le is None or v <= p.le)
    ]
