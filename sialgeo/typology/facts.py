"""What the tables say of a place, before any threshold: topics, links, organisations, actions, events."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sialgeo.i18n import plain
from sialgeo.tables import SialTables
from sialgeo.tables.cells import blank
from sialgeo.tables.dates import first_day, last_day
from sialgeo.tables.declared import (
    ACTS_ALONE,
    ENDED_STATES,
    FUNCTIONAL,
    INSTITUTIONS,
    PLANNED,
    SERVICE,
    STRUCTURAL,
)
from sialgeo.tables.quantities import Amount, per_year, share_of
from sialgeo.typology.thresholds import GRADES

MARKET_FORMS = ("marca_colectiva", "sello", "ig_do", "norma_calidad", "venta_conjunta")
Row = Mapping[str, Any]


class Fact(NamedTuple):
    """One row of the tables: where it stands, how well it is known, what it says."""

    where: str
    grade: str
    text: str


class Body(NamedTuple):
    """An organisation in force, as it stands in one place."""

    code: str
    fact: Fact
    members: frozenset[str]  # units of the place
    member_grades: tuple[str, ...]  # of those units, the strongest first
    direct: int  # of those, the units that belong to it themselves, now
    peak: int  # and the most at any one time
    links: frozenset[str]
    institutions: int
    feeds: frozenset[str]  # organisations that are its members
    grade: str  # the weakest of its memberships


@dataclass(frozen=True)
class Place:
    """What is classified: a concentration, a group of them, a territory."""

    key: Any
    name: str
    names: frozenset[str]
    units: frozenset[str]  # its producers (of a territory: all units within)
    inside: frozenset[str]  # every unit within its footprint
    chains: tuple[str, ...]  # the main one first
    reach: Mapping[str, float]  # link → metres from the footprint to the nearest unit of it


@dataclass(frozen=True)
class Facts:
    """What the tables say of one place at one date."""

    place: Place
    topics: Mapping[str, Fact]
    resources: tuple[Fact, ...]
    bodies: tuple[Body, ...]
    structural: Mapping[str, Fact]  # organisation → its action
    functional: tuple[tuple[str, Fact], ...]  # on a specific resource, for the market
    ended: tuple[Fact, ...]
    alone: tuple[Fact, ...]
    buyer_share: float
    buyer: str
    joint_share: float  # of what is sold, sold jointly through an organisation
    joint_sellers: int  # units of whom it is known
    resource_classes: tuple[str, ...]
    threats: tuple[str, ...]  # classes of the events that have begun, in the order of the table


class Reader:
    """The tables, indexed once for all places."""

    def __init__(self, tables: SialTables, date: str | None, since: str | None) -> None:
        self.tables, self.date, self.since = tables, date, since
        self.organisations = {r["id"]: r for r in _records(tables.organisations)}
        self.rows = {name: _records(tables[name]) for name in tables.given if name != "unidad"}
        units = tables.units
        self.unit_links = dict(zip(units["id"], units["eslabon"], strict=True))
        self.unit_actors = dict(zip(units["id"], units["tipo_actor"], strict=True))
        self.members: dict[str, list[Row]] = {}
        for row in self.rows.get("membresia_org", []):
            self.members.setdefault(row["org"], []).append(row)

    def facts(self, place: Place) -> Facts:
        """Return what the tables say of a place."""
        bodies = {b.code: b for b in (self._body(code, place) for code in self.organisations) if b}
        actions = self._actions(place, bodies)
        alive = [r for r in actions if self.in_force(r)]
        resources = {r["id"]: r for r in self.rows.get("recurso_especifico", [])}
        events = [
            r for r in self.rows.get("evento", []) if here(r, place) and self.begun(r["fecha"])
        ]
        sales = [
            r
            for r in self.rows.get("flujo", [])
            if r["origen"] in place.units and self.begun(r["fecha"])
        ]
        return Facts(
            place,
            self._topics(place),
            tuple(
                fact("recurso_especifico", r, r["nombre"] or r["id"])
                for r in resources.values()
                if here(r, place)
            ),
            tuple(bodies.values()),
            {r["org"]: self._action(r) for r in alive if r["clase"] == STRUCTURAL},
            tuple(
                (r["org"], self._action(r))
                for r in alive
                if r["clase"] == FUNCTIONAL
                and r["forma"] in MARKET_FORMS
                and r["recurso_id"] in resources
            ),
            tuple(self._action(r) for r in actions if r["clase"] == FUNCTIONAL and self.ended(r)),
            tuple(
                fact("evento", r, r["nota"] or r["clase"])
                for r in events
                if r["clase"] == ACTS_ALONE
            ),
            *_buyers(sales, place),
            *_joint(sales),
            tuple(dict.fromkeys(r["clase"] for r in resources.values() if here(r, place))),
            tuple(dict.fromkeys(r["clase"] for r in events)),
        )

    # --- in force ----------------------------------------------------------------------------------
    def begun(self, begin: str | None) -> bool:
        """Tell whether something has begun by the date asked for."""
        return begin is None or self.date is None or first_day(begin) <= last_day(self.date)

    def _over(self, end: str | None) -> bool:
        """Tell whether an end has come; without a date, any end that is written down has."""
        return end is not None and (self.date is None or last_day(end) < first_day(self.date))

    def ended(self, row: Row) -> bool:
        """Tell whether something began and is over."""
        over = self._over(row.get("fecha_fin")) or (
            row.get("estado") in ENDED_STATES and row.get("fecha_fin") is None
        )
        return over and self.begun(row.get("fecha_ini")) and row.get("estado") != PLANNED

    def in_force(self, row: Row) -> bool:
        """Tell whether an action is in force, and the organisation that carries it."""
        body = self.organisations.get(row.get("org"), {})
        return (
            self.begun(row.get("fecha_ini"))
            and not self.ended(row)
            and row.get("estado") != PLANNED
            and not self._over(body.get("fecha_fin"))
        )

    # --- what holds in a place ---------------------------------------------------------------------
    def _topics(self, place: Place) -> dict[str, Fact]:
        found = {}
        for row in self.rows.get("levantamiento", []):
            chain_fits = row["cadena"] is None or row["cadena"] in place.chains
            if plain(row["lugar"]) in place.names and chain_fits and self.begun(row["fecha"]):
                found[row["tema"]] = fact("levantamiento", row, row["tema"])
        return found

    def _actions(self, place: Place, bodies: Mapping[str, Body]) -> list[Row]:
        """Return the actions of a place: said to be there, or else of a body that is there."""
        return [
            row
            for row in self.rows.get("accion_colectiva", [])
            if (here(row, place) if row["lugar"] is not None else row["org"] in bodies)
        ]

    def _action(self, row: Row) -> Fact:
        body = self.organisations.get(row["org"], {})
        said = row["nota"] or row["forma"] or row["clase"]
        return fact("accion_colectiva", row, f"{body.get('nombre') or row['org']}: {said}")

    def _body(self, code: str, place: Place) -> Body | None:
        """Return an organisation in force as it stands in a place; None where it does not."""
        row = self.organisations[code]
        if not self.begun(row["fecha_ini"]) or self._over(row["fecha_fin"]):
            return None
        now = [m for m in self.members.get(code, []) if self._member(m)]
        held = {u: g for u, g in self.units_of(code).items() if u in place.inside}
        scope = row["ambito"] is not None and plain(row["ambito"]) in place.names
        if not held and not scope:
            return None
        links = {self._link_of(m) for m in now} - {None, SERVICE}
        if not now and row["eslabon"] not in (None, SERVICE):
            links = {row["eslabon"]}
        grades = [grade_of(m) for m in now] or [grade_of(row)]
        return Body(
            code,
            fact("organizacion", row, row["nombre"] or code),
            frozenset(held),
            tuple(sorted(held.values(), key=GRADES.index)),
            sum(m["miembro"] in place.inside for m in now),
            self._peak(code, place),
            frozenset(str(link) for link in links),
            sum(self._is_institution(m) for m in now),
            frozenset(m["miembro"] for m in now if m["miembro"] in self.organisations),
            weakest(grades),
        )

    def _member(self, row: Row) -> bool:
        return self.begun(row["desde"]) and not self._over(row["hasta"])

    def units_of(self, code: str, seen: frozenset[str] = frozenset()) -> dict[str, str]:
        """Return the units that belong to an organisation, also through its member organisations."""
        found: dict[str, str] = {}
        seen |= {code}
        for row in self.members.get(code, []):
            if not self._member(row):
                continue
            member = row["miembro"]
            if row["clase_miembro"] != "unidad" and member in self.organisations:
                if member not in seen:
                    inner = self.units_of(member, seen)
                    found |= {u: weakest([g, grade_of(row)]) for u, g in inner.items()}
            else:
                found[member] = grade_of(row)
        return found

    def _link_of(self, row: Row) -> str | None:
        if row["eslabon"] is not None:
            return str(row["eslabon"])
        link = self.organisations.get(row["miembro"], {}).get("eslabon")
        return link if link is not None else self.unit_links.get(row["miembro"])

    def _is_institution(self, row: Row) -> bool:
        body = self.organisations.get(row["miembro"])
        if body is not None and row["clase_miembro"] != "unidad":
            return body["tipo"] in INSTITUTIONS
        return self.unit_actors.get(row["miembro"]) == "institucion"

    def _peak(self, code: str, place: Place) -> int:
        """Return the most members of the place at any one time since ``since``, up to the date."""
        rows = [m for m in self.members.get(code, []) if m["miembro"] in place.inside]
        days = {first_day(m["desde"]) for m in rows if m["desde"] is not None}
        days |= {first_day(m["hasta"]) for m in rows if m["hasta"] is not None}
        late = None if self.date is None else last_day(self.date)
        early = None if self.since is None else first_day(self.since)
        days = {d for d in days if (late is None or d <= late) and (early is None or d >= early)}
        days |= {early} if early is not None else {"0000-01-01"}
        return max(
            (
                sum(
                    (m["desde"] is None or first_day(m["desde"]) <= day)
                    and (m["hasta"] is None or last_day(m["hasta"]) >= day)
                    for m in rows
                )
                for day in days
            ),
            default=0,
        )


def _amount(row: Row) -> Amount:
    return per_year(row["volumen"], row["unidad_vol"], row["periodo"])


def _buyers(sales: Iterable[Row], place: Place) -> tuple[float, str]:
    """Return the largest share of what a place sells that goes to one buyer, or to global ones."""
    sold: dict[str, dict[str, float]] = {}
    for row in sales:
        amount, kind = _amount(row)
        if row["destino"] in place.units or math.isnan(amount):
            continue
        buyer = "*" if row["comprador_global"] else row["destino"]
        sold.setdefault(kind, {}).setdefault(buyer or "", 0.0)
        sold[kind][buyer or ""] += amount
    best = (math.nan, "")
    for buyers in sold.values():
        total = sum(buyers.values())
        for buyer, amount in buyers.items():
            share = amount / total if total > 0 else math.nan
            if buyer and (math.isnan(best[0]) or share > best[0]):
                best = (share, buyer)
        if math.isnan(best[0]) and total > 0:
            best = (0.0, "")  # all of it goes to markets of many buyers
    return best


def _joint(sales: Iterable[Row]) -> tuple[float, int]:
    """Return the share of what a place sells that is sold jointly, and how many sell what counts.

    Only flows that say so, yes or no, and how much. What is sold on within the place, as by a shop of
    the association, counts where it is sold last.
    """
    told = [r for r in sales if r["venta_conjunta"] is not None and not math.isnan(_amount(r)[0])]
    sellers = {row["origen"] for row in told}
    last = [row for row in told if row["destino"] not in sellers]
    share = share_of((_amount(row), bool(row["venta_conjunta"])) for row in last)
    return share, len({row["origen"] for row in last})


def fact(table: str, row: Row, text: str) -> Fact:
    """Return a row as evidence."""
    return Fact(f"{table} {row['__row']}", grade_of(row), str(text))


def grade_of(row: Row) -> str:
    """Return how well a row is known: as it says, else by its source."""
    if row.get("confianza"):
        return str(row["confianza"])
    if row.get("sintetico"):
        return "supuesta"
    named = row.get("fuente") or row.get("evidencia_url")
    return "documentada" if named else "declarada"


def weakest(grades: Iterable[str]) -> str:
    """Return the weakest of several grades; empty where there is none."""
    return max(grades, key=GRADES.index, default="")


def here(row: Row, place: Place) -> bool:
    """Tell whether a row's place is this one; a row without a place holds for the whole study."""
    chain = row.get("cadena")
    if chain is not None and place.chains and chain not in place.chains:
        return False
    return row["lugar"] is None or plain(row["lugar"]) in place.names


def _records(frame: Any) -> list[dict[str, Any]]:
    bare = frame.drop(columns=["geometry"], errors="ignore")
    rows: list[dict[str, Any]] = bare.to_dict("records")
    for row, label in zip(rows, bare.index, strict=True):
        for name, value in row.items():
            if blank(value):
                row[name] = None
        row["__row"] = label
    return rows
