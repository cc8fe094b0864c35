"""The part of a study that the tables of the field add: levels, exposure, questions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sialgeo
from sialgeo.files import whole_file
from sialgeo.model import Concentrations

if TYPE_CHECKING:
    from sialgeo.tables import SialTables
    from sialgeo.typology import Thresholds, Typology

CRITERIA_FILE, FLIPS_FILE, QUESTIONS_FILE = (
    "sial_criterios.csv",
    "sial_sensibilidad.csv",
    "preguntas_de_campo.csv",
)


def classified(
    found: Concentrations,
    tables: SialTables,
    thresholds: Thresholds,
    *,
    key: str = "id",
    date: str = "",
    since: str = "",
) -> tuple[Typology, Concentrations]:
    """Classify concentrations, and say their exposure where the tables tell of trade opening."""
    typology = sialgeo.classify(
        found, tables, thresholds=thresholds, date=date or None, since=since or None, key=key
    )
    carried = typology.concentrations or found
    if "apertura" in tables.given:
        carried = sialgeo.trade_exposure(carried, tables, key=key)
    return typology, carried


def write_details(typology: Typology, found: Concentrations, folder: Path) -> Mapping[str, Path]:
    """Write every criterion, what flips, and the questions for the field; private: they name rows."""
    folder.mkdir(exist_ok=True)
    written: dict[str, Path] = {}
    for kind, name, table in (
        ("criteria", CRITERIA_FILE, typology.criteria),
        ("sensitivity", FLIPS_FILE, typology.sensitivity),
        ("questions", QUESTIONS_FILE, sialgeo.field_questions(found)),
    ):
        written[kind] = folder / name
        _write(table, folder / name)
    return written


def _write(table: Any, path: Path) -> None:
    from sialgeo.triage.faults import guarded

    safe = table.map(lambda cell: guarded(cell) if isinstance(cell, str) else cell)
    with whole_file(path) as temporary:
        safe.to_csv(temporary, index=False, encoding="utf-8-sig")
