"""Tables of producers that a system writes: DENUE, Kobo, ODK; how each is told, and what it adds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sialgeo.errors import ParameterError
from sialgeo.i18n import _, ngettext, plain
from sialgeo.precision import PRECISION
from sialgeo.readers.activities import (
    CHAIN,
    CHAINS,
    LINK,
    PERSONS_MAX,
    PERSONS_MIN,
    activity_column,
    chains_of,
    persons,
    read_chains,
    require_activity,
    system_of,
)
from sialgeo.readers.log import Log

if TYPE_CHECKING:
    import pandas as pd

NONE = "none"
TEXTS = (CHAIN, LINK)  # what is added as text
DEFAULT = "default"  # of chains: the table that the package carries


@dataclass(frozen=True)
class Format:
    """A table that a system writes: ``marks`` are plain names that, together, tell it.

    ``identity`` names a unit, ``size`` is its class of persons, ``accuracy`` the end of the name of
    the column with the precision of a position in metres, ``idle`` columns that say nothing.
    """

    name: str
    source: str
    marks: tuple[str, ...]
    identity: tuple[str, ...] = ()
    size: str = ""
    accuracy: tuple[str, ...] = ()


FORMATS = {
    f.name: f
    for f in (
        Format(
            "denue",
            "INEGI, DENUE",
            (r"codigo_act", r"per_ocu", r"lat(?:itud)?", r"lon(?:gitud)?"),
            ("id", "clee"),
            size="per_ocu",
        ),
        Format(
            "kobo",
            "KoboToolbox",
            (r".*_latitude", r".*_longitude", r"uuid|submission_time|id"),
            ("uuid", "id"),
            accuracy=("_precision",),
        ),
        Format(
            "odk",
            "ODK Central",
            (r".*_latitude", r".*_longitude", r"key|meta_instanceid|instanceid"),
            ("key", "meta_instanceid", "instanceid"),
            accuracy=("_accuracy",),
        ),
    )
}


def format_of(names: Sequence[str], stated: str | None) -> Format | None:
    """Return the format of a table: the stated one, else the one all of whose marks are there.

    >>> format_of(["id", "codigo_act", "per_ocu", "latitud", "longitud"], None).name
    'denue'
    >>> format_of(["_gps_latitude", "_gps_longitude", "_gps_precision", "_uuid"], None).name
    'kobo'
    >>> format_of(["gps-Latitude", "gps-Longitude", "gps-Accuracy", "KEY"], None).name
    'odk'
    >>> format_of(["id", "lat", "lon"], None) is None
    True
    """
    if stated == NONE:
        return None
    if stated:
        if stated not in FORMATS:
            raise ParameterError(
                _("preset “{name}” is not known; known: {known}").format(
                    name=stated, known=", ".join((*FORMATS, NONE))
                )
            )
        return FORMATS[stated]
    told = [plain(str(n)) for n in names]
    for known in (FORMATS["denue"], FORMATS["odk"], FORMATS["kobo"]):
        marks = known.marks
        hits = [any(re.fullmatch(mark, name) for name in told) for mark in marks]
        # the ends of Kobo's and ODK's columns are alike: ODK's own key and accuracy tell
        own = not known.accuracy or any(name.endswith(known.accuracy) for name in told)
        if all(hits) and own:
            return known
    return None


def enriched(
    cells: pd.DataFrame, log: Log, known: Format | None, *, chains: Any, point: Sequence[str]
) -> pd.DataFrame:
    """Return cells with what their format tells: chain and link, persons, precision.

    ``point`` are the columns of the coordinates; a column that is there already is left as it is.
    """
    names = [str(c) for c in cells.columns]
    made = cells
    activity = require_activity(names) if chains else activity_column(names)
    if activity is not None and (chains or known is not None):
        made = _with_chains(made, log, activity, chains)
    if known is None:
        return made
    size = next((n for n in names if known.size and plain(n) == known.size), None)
    if size is not None and PERSONS_MIN not in names:
        made = made.assign(**persons(cells[size]))
        log.note(
            _("Classes of size “{column}” are given as persons: “{low}” and “{high}”.").format(
                column=size, low=PERSONS_MIN, high=PERSONS_MAX
            )
        )
    accuracy = _accuracy(names, known, point)
    if accuracy is not None and PRECISION not in names:
        made = made.assign(**{PRECISION: cells[accuracy]})
        log.note(
            _("“{column}” is the precision of the positions, in metres: “{new}”.").format(
                column=accuracy, new=PRECISION
            )
        )
    return made


def _accuracy(names: Sequence[str], known: Format, point: Sequence[str]) -> str | None:
    """Return the column with the precision of the question whose position is taken."""
    ends = [n for n in names if known.accuracy and plain(n).endswith(known.accuracy)]
    roots = {re.sub(r"_?(?:latitude|longitude)$", "", plain(p)) for p in point}
    own = [n for n in ends if re.sub(r"_(?:precision|accuracy)$", "", plain(n)) in roots]
    return own[0] if own else ends[0] if len(ends) == 1 else None


def _with_chains(
    cells: pd.DataFrame, log: Log, activity: tuple[str, str], chains: Any
) -> pd.DataFrame:
    from sialgeo.readers.columns import code_text

    column, told = activity
    if CHAIN in cells.columns:
        return cells
    codes = code_text(cells[column])
    system = system_of(codes, told)
    own = chains not in (None, "", True, DEFAULT)
    table = read_chains(chains if own else None)
    found = chains_of(codes, table, system)
    if LINK in cells.columns:
        found = found.drop(columns=LINK)
    without = int(found[CHAIN].isna().sum())
    log.note(
        _("“{new}” is the chain of “{column}” ({system}), by the table {table}.").format(
            new=CHAIN, column=column, system=system.upper(), table=chains if own else CHAINS.name
        )
    )
    if without:
        log.note(
            ngettext(
                "{n} unit has an activity that the table of chains does not hold.",
                "{n} units have an activity that the table of chains does not hold.",
                without,
            ).format(n=without)
        )
    return cells.assign(**found)
