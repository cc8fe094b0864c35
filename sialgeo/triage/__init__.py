"""Triage: every fault of every row with its reason and a proposal; nothing dropped in silence.

``check_producers`` finds the faults of a table of producers; ``select_cases`` picks the cases out of
a table of all units. The reason codes are in ``FAULTS``.
"""

from __future__ import annotations

from sialgeo.triage.checks import check_producers
from sialgeo.triage.faults import FAULTS, REJECT, REPAIRED, WARN, FaultKind, Triage
from sialgeo.triage.repairs import REPAIRS
from sialgeo.triage.selection import select_cases

__all__ = [
    "FAULTS",
    "REJECT",
    "REPAIRED",
    "REPAIRS",
    "WARN",
    "FaultKind",
    "Triage",
    "check_producers",
    "select_cases",
]
