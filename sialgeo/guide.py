"""The SIAL guide: its phases, and the questions for the field that what is missing leads to.

Boucher and Reyes González 2011 (IICA, CIRAD, REDSIAL): diagnosis (approach, deepening), dialogue for
activation (validation, representation of the territory, strategic analysis, plan of action),
accompaniment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sialgeo.i18n import N_, _
from sialgeo.model import (
    ACTIVATION,
    ACTIVATION_EVIDENCE,
    DECLUSTERING,
    DECLUSTERING_REASONS,
    EXPOSURE_ACTIVATION,
    NAME,
    UNMET,
    UNSURVEYED,
    Concentrations,
    Publication,
)

if TYPE_CHECKING:
    import pandas as pd

APPROACH, DEEPENING, REPRESENTATION, FOLLOW_UP = (
    "acercamiento",
    "profundizacion",
    "representacion",
    "seguimiento",
)
PHASES: Mapping[str, tuple[str, str]] = {  # phase → what the guide calls it, what sialgeo gives to it
    APPROACH: (N_("Diagnosis: approach"), N_("detection and test of concentrations")),
    DEEPENING: (N_("Diagnosis: deepening"), N_("tables of the study, linkages, levels with their evidence")),
    REPRESENTATION: (N_("Dialogue: representation of the SIAL territory"), N_("map and fact sheet for the workshop")),
    FOLLOW_UP: (N_("Accompaniment: follow-up"), N_("a second run, compared with this one")),
}  # fmt: skip


class Question(NamedTuple):
    """What to ask where a criterion is unmet or was not surveyed: phase, table to fill, the words."""

    phase: str
    table: str
    text: str


_MISSING: Mapping[str, Question] = {
    "producers": Question(APPROACH, "unidad", N_("Are there more units of this chain here that no list has?")),
    "significance": Question(APPROACH, "poblacion_referencia", N_("Do people here know it as a place of this trade, and since when?")),
    "strength": Question(APPROACH, "poblacion_referencia", N_("What else do rural households here live on?")),
    "stability": Question(APPROACH, "unidad", N_("Where does the place end, for those who live in it? Are the positions right?")),
    "surveyed": Question(DEEPENING, "levantamiento", N_("What do producers do together here: sell, buy, fix a norm, use a mark?")),
    "specific_resource": Question(DEEPENING, "recurso_especifico", N_("What is made here that is not made so elsewhere: product, know-how, breed, water, landscape? Who can show it?")),
    "chain_links": Question(DEEPENING, "unidad", N_("Who supplies, collects, processes and sells? Which of them are within reach?")),
    "structural_action": Question(DEEPENING, "organizacion", N_("Which groups are there, since when, and who are their members?")),
    "functional_action": Question(DEEPENING, "accion_colectiva", N_("Does a group use a mark, a seal, a norm or joint selling for the specific resource? Since when?")),
    "coordinating_body": Question(DEEPENING, "membresia_org", N_("Is there a table where producers, processors and traders of the chain sit together?")),
    "body_institution": Question(DEEPENING, "membresia_org", N_("Which public institutions or NGOs sit at it?")),
    "horizontal_body": Question(DEEPENING, "organizacion", N_("Is there an organisation of equals beside it: of dairies, of farms?")),
    "members_act_alone": Question(FOLLOW_UP, "evento", N_("Do members still act together, or again each for himself?")),
    "functional_ended": Question(FOLLOW_UP, "accion_colectiva", N_("Which joint actions have ended, and why?")),
    "membership_fall": Question(FOLLOW_UP, "membresia_org", N_("Who has left the organisation, when and why?")),
    "one_buyer": Question(FOLLOW_UP, "flujo", N_("To whom is it sold, how much, alone or together, on what terms? Could it be sold elsewhere?")),
}  # fmt: skip
_ASSUMED = Question(REPRESENTATION, "accion_colectiva", N_("The level rests on assumed rows: who can confirm members, dates and actions?"))  # fmt: skip
_RISK = Question(FOLLOW_UP, "evento", N_("There are signs of de-clustering: what would bring members together again?"))  # fmt: skip
_EXPOSED = Question(FOLLOW_UP, "apertura", N_("The chain competes with imports: what has changed in price and outlets, and for whom?"))  # fmt: skip
_DRAW = Question(REPRESENTATION, "territorio", N_("Draw on the map: where does the territory of this product begin and end, and what holds it together?"))  # fmt: skip
COLUMNS = ("concentration", "name", "phase", "table", "criterion", "question")
_DONE: Mapping[str, set[str]] = {  # verbs of which one shows that the phase was served
    APPROACH: {"detect"},
    DEEPENING: {"classify", "link"},
    REPRESENTATION: {"protect"},
    FOLLOW_UP: {"compare"},
}


def field_questions(where: Concentrations | Publication | pd.DataFrame) -> pd.DataFrame:
    """Return the questions for field work that what is missing leads to, by phase of the SIAL guide.

    Parameters
    ----------
    where
        Classified concentrations, a publication, or an ``areas`` table with the columns of
        :func:`sialgeo.classify` (that of a ``Typology``).

    Returns
    -------
    DataFrame
        ``concentration`` (label), ``name``, ``phase`` (acercamiento, profundizacion, representacion,
        seguimiento), ``table`` to fill in, ``criterion`` that asks for it, ``question`` in the
        language in force; by concentration and phase. Without :func:`sialgeo.classify` everything
        that was not surveyed is asked.

    Examples
    --------
    >>> import pandas as pd
    >>> areas = pd.DataFrame({"name": ["Chota"], "criteria_unmet": [["specific_resource"]],
    ...                       "criteria_not_evaluable": [["one_buyer"]]}, index=[4])
    >>> field_questions(areas)[["name", "phase", "table"]].values.tolist()
    [['Chota', 'profundizacion', 'recurso_especifico'], ['Chota', 'representacion', 'territorio'], ['Chota', 'seguimiento', 'flujo']]
    """
    import pandas as pd

    areas = where.areas if isinstance(where, Concentrations | Publication) else where
    order = {phase: k for k, phase in enumerate(PHASES)}
    rows = []
    for label, row in zip(areas.index, areas.to_dict("records"), strict=True):
        asked = sorted(_asked(row), key=lambda pair: order[pair[1].phase])
        rows += [
            (label, str(row.get(NAME, label)), q.phase, q.table, criterion, _(q.text))
            for criterion, q in dict(asked).items()
        ]
    table: pd.DataFrame = pd.DataFrame(rows, columns=list(COLUMNS))
    return table


def _asked(row: Mapping[Any, Any]) -> Iterator[tuple[str, Question]]:
    missing = _MISSING if UNMET not in row else {*_held(row, UNMET), *_held(row, UNSURVEYED)}
    yield from ((name, q) for name, q in _MISSING.items() if name in missing)
    yield "territory", _DRAW
    if row.get(ACTIVATION_EVIDENCE) == "supuesta":
        yield "evidence", _ASSUMED
    if row.get(DECLUSTERING) == "yes":
        yield DECLUSTERING_REASONS, _RISK
    if str(row.get(EXPOSURE_ACTIVATION)).startswith("exposed"):
        yield EXPOSURE_ACTIVATION, _EXPOSED


def _held(row: Mapping[Any, Any], column: str) -> list[str]:
    value = row.get(column)
    return list(value) if isinstance(value, list | tuple) else []


def guide_phases(concentrations: Concentrations | Publication) -> pd.DataFrame:
    """Return the phases of the SIAL guide, what sialgeo gives to each, and what was done of it.

    Parameters
    ----------
    concentrations
        At any stage; or a publication, which serves the representation of the territory.

    Returns
    -------
    DataFrame
        Index ``phase``; ``guide`` (what the guide calls it), ``given`` (what sialgeo gives to it),
        ``done`` (a step of it is among those of the concentrations), ``open_questions``.

    Examples
    --------
    >>> from sialgeo import RelativeDBSCAN, detect, load_sample
    >>> sample = load_sample("cajamarca")
    >>> found = detect(sample.producers, RelativeDBSCAN(radius=5_000), reference=sample.reference)
    >>> guide_phases(found)["done"].tolist()
    [True, False, False, False]
    """
    import pandas as pd

    verbs = {step.verb for step in concentrations.steps}
    counts = field_questions(concentrations)["phase"].value_counts()
    if ACTIVATION in concentrations.areas:
        verbs.add("classify")
    rows = [
        (_(guide), _(given), bool(_DONE[phase] & verbs), int(counts.get(phase, 0)))
        for phase, (guide, given) in PHASES.items()
    ]
    index = pd.Index(list(PHASES), name="phase")
    return pd.DataFrame(rows, columns=["guide", "given", "done", "open_questions"], index=index)
