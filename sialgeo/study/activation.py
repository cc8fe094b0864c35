"""The part of a study that the tables of the field add: levels, exposure, questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import sialgeo
from sialgeo.files import write_csv
from sialgeo.model import Concentrations

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from sialgeo.tables import SialTables
    from sialgeo.typology import Thresholds, Typology

CRITERIA_FILE, FLIPS_FILE, OVERLAPS_FILE, CAPABILITIES_FILE, QUESTIONS_FILE = (
    "sial_criterios.csv",
    "sial_sensibilidad.csv",
    "sial_superposicion.csv",
    "sial_capacidades.csv",
    "preguntas_de_campo.csv",
)


class Classified(NamedTuple):
    """The answer on concentrations, those on groups and territories, and the concentrations."""

    typology: Typology
    together: tuple[Typology, ...]
    concentrations: Concentrations
    capabilities: pd.DataFrame

    @property
    def all(self) -> tuple[Typology, ...]:
        """Every answer, the concentrations' first."""
        return (self.typology, *self.together)


def classified(
    found: Concentrations,
    tables: SialTables,
    thresholds: Thresholds,
    *,
    key: str = "id",
    date: str = "",
    since: str = "",
    groups: Mapping[str, Sequence[Any]] | None = None,
    territories: gpd.GeoDataFrame | None = None,
    names: Mapping[Any, Sequence[str]] | None = None,
) -> Classified:
    """Classify concentrations, groups of them and territories; say their exposure to trade opening.

    Exposure where the tables tell of trade opening. What groups and territories are is kept in the
    steps, for the outputs to tell.
    """
    asked: dict[str, Any] = {"thresholds": thresholds, "date": date or None, "since": since or None}
    asked["key"] = key
    typology = sialgeo.classify(found, tables, names=names, **asked)
    carried = typology.concentrations or found
    together = []
    if groups:
        together.append(sialgeo.classify(found, tables, groups=groups, names=names, **asked))
    if territories is not None:
        together.append(sialgeo.classify(territories, tables, concentrations=found, **asked))
    for answer in together:
        carried = answer.added_to(carried)
    if "apertura" in tables.given:
        carried = sialgeo.trade_exposure(carried, tables, key=key)
    gaps = sialgeo.capability_gaps(tables, date=date or None)
    return Classified(typology, tuple(together), carried, gaps)


def write_details(found: Classified, folder: Path) -> Mapping[str, Path]:
    """Write every criterion, what flips, and the questions for the field; private: they name rows."""
    folder.mkdir(exist_ok=True)
    written: dict[str, Path] = {}
    for kind, name, table in _details(found):
        written[kind] = write_csv(table, folder / name)
    return written


def _details(found: Classified) -> Iterator[tuple[str, str, pd.DataFrame]]:
    yield "criteria", CRITERIA_FILE, _joined([(a.kind, a.criteria) for a in found.all])
    yield "sensitivity", FLIPS_FILE, _joined([(a.kind, a.sensitivity) for a in found.all])
    overlaps = [(a.kind, a.overlaps) for a in found.together if len(a.overlaps)]
    if overlaps:
        yield "overlaps", OVERLAPS_FILE, _joined(overlaps)
    if len(found.capabilities):
        yield "capabilities", CAPABILITIES_FILE, found.capabilities
    asked = [("concentration", sialgeo.field_questions(found.concentrations))]
    asked += [(a.kind, sialgeo.field_questions(a.areas)) for a in found.together]
    yield "questions", QUESTIONS_FILE, _joined(asked)


def _joined(tables: Sequence[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Return tables one beneath the other, with what each is of in the first column."""
    import pandas as pd

    parts = [table.assign(kind=kind) for kind, table in tables if len(table)] or [
        tables[0][1].assign(kind="")
    ]
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return table[["kind", *table.columns.drop("kind")]]
