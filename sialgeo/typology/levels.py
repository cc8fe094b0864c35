"""From facts to criteria, and from criteria to the level, the coordination and the flag."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sialgeo.model import FUNCTIONAL_ACTIONS, JOINT_SALES, JOINT_SELLERS, MEMBER_SHARE
from sialgeo.tables.declared import RAW_MATERIAL, SERVICE
from sialgeo.typology.facts import Body, Fact, Facts, weakest
from sialgeo.typology.thresholds import GRADES, Thresholds

MET, NOT_MET, NOT_EVALUABLE = "met", "not_met", "not_evaluable"
LEVELS = ("not_evaluable", "passive", "candidate", "activating", "activated", "hybrid")
DEFAULT_LINKS = ("1", "2", "3", "4", "5")
Template = Mapping[str, float]

TOPIC_OF: Mapping[str, str] = {  # the topic without which a criterion is not evaluable
    "surveyed": "accion_colectiva",
    "specific_resource": "recursos",
    "structural_action": "organizacion",
    "functional_action": "accion_colectiva",
    "coordinating_body": "organizacion",
    "body_institution": "organizacion",
    "horizontal_body": "organizacion",
    "functional_ended": "accion_colectiva",
    "membership_fall": "organizacion",
    "one_buyer": "flujos",
}


class Criterion(NamedTuple):
    """One criterion at one place: value, threshold, what came of it, and what it rests on.

    ``axis`` is ``spatial``, ``activation`` or ``flag``; ``level`` the level it belongs to (0 for none);
    ``evidence`` the grade of what it rests on; ``rows`` the rows of the tables.
    """

    axis: str
    level: int
    criterion: str
    value: float
    threshold: float
    status: str
    evidence: str = ""
    detail: str = ""
    rows: str = ""

    def plainly(self) -> dict[str, Any]:
        """Return the criterion as plain data, an unknown value as None."""
        held = self._asdict()
        return held | {"value": None if math.isnan(self.value) else self.value}


@dataclass(frozen=True)
class Verdict:
    """What the criteria of one place come to."""

    level: float  # 1–5, NaN where not evaluable
    evidence: str
    coordination: str
    declustering: str  # "yes", "no", "not_evaluable"
    reasons: tuple[str, ...]
    criteria: tuple[Criterion, ...]

    @property
    def activation(self) -> str:
        """The level in one word."""
        return LEVELS[0] if math.isnan(self.level) else LEVELS[int(self.level)]


def verdict(facts: Facts, template: Template, asked: Thresholds) -> Verdict:
    """Hold the facts of one place against the thresholds."""
    facts = _counting(facts, asked.least_evidence)
    criteria = (*_activation(facts, template, asked), *_flags(facts, asked))
    level, evidence = _level([c for c in criteria if c.axis == "activation"])
    flags = [c for c in criteria if c.axis == "flag"]
    reasons = tuple(c.criterion for c in flags if c.status == MET)
    known = any(c.status != NOT_EVALUABLE for c in flags)
    flag = "yes" if reasons else ("no" if known and not math.isnan(level) else NOT_EVALUABLE)
    return Verdict(level, evidence, coordination(facts), flag, reasons, criteria)


def _counting(facts: Facts, least: str) -> Facts:
    """Leave out the rows whose evidence is too weak to count."""

    def counts(fact: Fact) -> bool:
        return GRADES.index(fact.grade) <= GRADES.index(least)

    return replace(
        facts,
        resources=tuple(f for f in facts.resources if counts(f)),
        bodies=tuple(
            b._replace(
                member_grades=tuple(
                    g for g in b.member_grades if GRADES.index(g) <= GRADES.index(least)
                )
            )
            for b in facts.bodies
            if counts(b.fact)
        ),
        structural={org: f for org, f in facts.structural.items() if counts(f)},
        functional=tuple((org, f) for org, f in facts.functional if counts(f)),
        ended=tuple(f for f in facts.ended if counts(f)),
        alone=tuple(f for f in facts.alone if counts(f)),
    )


# --- activation -----------------------------------------------------------------------------------
def _activation(facts: Facts, template: Template, asked: Thresholds) -> list[Criterion]:
    topic = facts.topics.get("accion_colectiva")
    return [
        _made(
            facts,
            1,
            "surveyed",
            1.0 if topic else 0.0,
            1.0,
            topic is not None,
            [topic] if topic else [],
        ),
        _resource(facts, asked),
        _links(facts, template, asked),
        _structural(facts, asked),
        _functional(facts),
        *_body(facts, asked),
    ]


def _made(
    facts: Facts,
    level: int,
    criterion: str,
    value: float,
    threshold: float,
    met: bool,
    rests_on: Sequence[Fact],
    *,
    axis: str = "activation",
    evidence: str | None = None,
) -> Criterion:
    """Return a criterion; where its topic was not surveyed it is not evaluable."""
    topic = TOPIC_OF.get(criterion)
    status = MET if met else NOT_MET
    if topic is not None and topic not in facts.topics:
        status = NOT_EVALUABLE
    grade = weakest(f.grade for f in rests_on) if evidence is None else evidence
    return Criterion(
        axis,
        level,
        criterion,
        float(value),
        float(threshold),
        status,
        grade,
        "; ".join(f.text for f in rests_on),
        "; ".join(f.where for f in rests_on),
    )


def _resource(facts: Facts, asked: Thresholds) -> Criterion:
    limit = GRADES.index(asked.resource_evidence)
    good = [f for f in facts.resources if GRADES.index(f.grade) <= limit]
    return _made(facts, 2, "specific_resource", len(good), 1, bool(good), good)


def links_present(facts: Facts, catchment: float) -> tuple[str, ...]:
    """Return the links with a unit in the footprint or within its catchment, upstream first."""
    found = [link for link, metres in facts.place.reach.items() if metres <= catchment]
    return tuple(sorted(found))


def completeness(present: Sequence[str], template: Template) -> float:
    """Return the chain completeness: Σ w_l·1{link l present}/Σ w_l.

    >>> completeness(["1", "3", "S"], {"1": 1.0, "2": 1.0, "3": 1.0, "4": 1.0})
    0.5
    """
    return sum(w for link, w in template.items() if link in present) / sum(template.values())


def _links(facts: Facts, template: Template, asked: Thresholds) -> Criterion:
    present = [link for link in links_present(facts, asked.catchment) if link != SERVICE]
    share = completeness(present, template)
    enough = len(present) >= asked.min_links and RAW_MATERIAL in present
    made = _made(
        facts,
        2,
        "chain_links",
        share,
        asked.completeness,
        share >= asked.completeness - 1e-12 or enough,
        [],
    )
    made = made._replace(detail=", ".join(present), evidence="")
    return made if facts.place.reach else made._replace(value=math.nan, status=NOT_EVALUABLE)


def _structural(facts: Facts, asked: Thresholds) -> Criterion:
    units = max(len(facts.place.units), 1)
    held = [(b, len(b.member_grades)) for b in facts.bodies if b.code in facts.structural]
    best = max(held, key=lambda pair: pair[1], default=None)
    if best is None:
        return _made(facts, 3, "structural_action", 0.0, asked.member_share, False, [])
    body, count = best
    own = sum(u in facts.place.units for u in body.members)
    share = min(own, count) / units
    needed = min(asked.member_units, max(math.ceil(asked.member_share * units), 1))
    met = count >= asked.member_units or (count > 0 and share >= asked.member_share)
    action = facts.structural[body.code]
    grade = weakest([action.grade, *body.member_grades[:needed][-1:]])
    made = _made(
        facts,
        3,
        "structural_action",
        share,
        asked.member_share,
        met,
        [action, body.fact],
        evidence=grade,
    )
    return made._replace(detail=f"{body.code}: {count} / {units}")


def _functional(facts: Facts) -> Criterion:
    good = [f for _org, f in facts.functional]
    best = min(good, key=lambda f: GRADES.index(f.grade), default=None)
    evidence = best.grade if best else ""
    return _made(facts, 4, "functional_action", len(good), 1, bool(good), good, evidence=evidence)


def _body(facts: Facts, asked: Thresholds) -> list[Criterion]:
    """Return the three criteria of level 5, for the body that fulfils the most of them."""

    def rank(b: Body) -> tuple[bool, int, int]:
        return (
            len(b.links) >= asked.body_links and b.institutions >= asked.body_institutions,
            len(b.links),
            b.institutions,
        )

    best = max(facts.bodies, key=rank, default=None)
    links = len(best.links) if best else 0
    institutions = best.institutions if best else 0
    beside = [
        b for b in facts.bodies if _is_horizontal(b) and (best is None or b.code != best.code)
    ]
    rests = [best.fact] if best and links > 1 else []
    grade = weakest([best.fact.grade, best.grade]) if best and rests else ""
    return [
        _made(
            facts,
            5,
            "coordinating_body",
            links,
            asked.body_links,
            links >= asked.body_links,
            rests,
            evidence=grade,
        ),
        _made(
            facts,
            5,
            "body_institution",
            institutions,
            asked.body_institutions,
            institutions >= asked.body_institutions and bool(rests),
            rests,
            evidence=grade,
        ),
        _made(
            facts,
            5,
            "horizontal_body",
            len(beside),
            1,
            bool(beside),
            [b.fact for b in beside[:1]],
            evidence=_best(beside),
        ),
    ]


def _best(bodies: Sequence[Body]) -> str:
    return min((weakest([b.fact.grade, b.grade]) for b in bodies), key=GRADES.index, default="")


def _is_horizontal(body: Body) -> bool:
    return len(body.links) == 1


def _level(criteria: Sequence[Criterion]) -> tuple[float, str]:
    """Return the level reached, NaN where what decides it was not surveyed, and its weakest evidence."""
    reached, rests = 0.0, list[str]()
    for level in range(1, len(LEVELS)):
        own = [c for c in criteria if c.level == level]
        if any(c.status == NOT_MET for c in own):
            break
        if any(c.status == NOT_EVALUABLE for c in own):
            return math.nan, ""
        reached = float(level)
        known = [c.evidence for c in own if c.evidence]
        rests = (
            known if level == 2 else [*rests, *known]
        )  # that it was surveyed is no evidence of more
    return (reached, weakest(rests)) if reached else (math.nan, "")


def coordination(facts: Facts) -> str:
    """Return how actors coordinate: in one link, across links, or both and linked with each other.

    Horizontal: a body whose members are in one link; vertical: in two or more; hybrid: both are
    present, and the horizontal one belongs to the vertical one or shares a member with it.
    """
    if "organizacion" not in facts.topics:
        return NOT_EVALUABLE
    flat = [b for b in facts.bodies if _is_horizontal(b)]
    tall = [b for b in facts.bodies if len(b.links) > 1]
    linked = any(h.code in v.feeds or h.members & v.members for h in flat for v in tall)
    if linked:
        return "hybrid"
    if flat and tall:
        return "both_unlinked"
    return "vertical" if tall else ("horizontal" if flat else "none")


# --- the flag -------------------------------------------------------------------------------------
def _flags(facts: Facts, asked: Thresholds) -> list[Criterion]:
    falls = [(1 - b.direct / b.peak, b) for b in facts.bodies if b.peak >= asked.member_units]
    fall, body = max(falls, key=lambda pair: pair[0], default=(0.0, None))
    share = facts.buyer_share
    alone = _made(
        facts,
        0,
        "members_act_alone",
        len(facts.alone),
        1,
        bool(facts.alone),
        facts.alone,
        axis="flag",
    )
    if not facts.alone and not facts.topics:
        alone = alone._replace(status=NOT_EVALUABLE)
    fallen = _made(
        facts,
        0,
        "membership_fall",
        max(fall, 0.0),
        asked.membership_fall,
        fall >= asked.membership_fall,
        [body.fact] if body else [],
        axis="flag",
    )
    buyer = _made(
        facts,
        0,
        "one_buyer",
        share,
        asked.buyer_share,
        bool(share > asked.buyer_share),
        [],
        axis="flag",
    )
    if math.isnan(share):
        buyer = buyer._replace(status=NOT_EVALUABLE)
    return [
        alone,
        _made(
            facts,
            0,
            "functional_ended",
            len(facts.ended),
            1,
            bool(facts.ended),
            facts.ended,
            axis="flag",
        ),
        fallen,
        buyer._replace(detail=facts.buyer),
    ]


def active_efficiency(facts: Facts) -> dict[str, float]:
    """Return the active side of collective efficiency (Schmitz 1999): membership and joint action.

    By column of the areas; NaN where the topic that a figure needs was not surveyed.
    """
    units = facts.place.units
    joined = {u for b in facts.bodies for u in b.members} & units
    figures = {
        MEMBER_SHARE: ("organizacion", 100.0 * len(joined) / len(units) if units else math.nan),
        FUNCTIONAL_ACTIONS: ("accion_colectiva", float(len(facts.functional))),
        JOINT_SALES: ("flujos", 100.0 * facts.joint_share),
        JOINT_SELLERS: ("flujos", float(facts.joint_sellers)),
    }
    return {
        column: value if topic in facts.topics else math.nan
        for column, (topic, value) in figures.items()
    }
