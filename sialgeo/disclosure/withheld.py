"""What is withheld and why: the words of the report, and how it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sialgeo.i18n import N_, _
from sialgeo.model import Publication

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]

DOMINANCE, DOMINANT = 0.85, 2  # the share of an output that its two largest may hold

# what ``Publication.withheld`` says: English sources, translated when shown
CONCENTRATIONS = N_("concentrations")
EARLIER = N_("concentrations of the earlier date")
CHAIN_COUNTS = N_("counts by chain within a concentration")
TERRITORY_COUNTS = N_("counts of producers by territory")
CHAIN_TERRITORY_COUNTS = N_("counts of producers by territory and chain")
GRID_CELLS = N_("grid cells")
SHARES = N_("shares of producers within a concentration")
MASKED_POINTS = N_("displaced points")
NOT_HIDDEN = N_("fewer places of the same district and chain around than the minimum")
COLUMNS = N_("columns")
CRITERIA_TABLE = N_("criteria of the activation, one by one")
ASSOCIATIONS = N_("figures of tests of association")
CHAIN_TOTALS = N_("numbers of producers of a chain")
FLOW_SUMS = N_("flows between concentrations and markets")
FLOW_SHARES = N_("shares of flows of a concentration")
SUPPLIES = N_("supply of few suppliers")
FEW = N_("fewer producers than the minimum for publication")
DOMINATED = N_("two producers hold more than 85 % of the output")
SMALL_COUNT = N_("below the minimum for publication, or would give such a count away")
TOGETHER = N_("would, with the other counts that are published, tell a small one too closely")
FEW_SELLERS = N_(
    "fewer sellers than the minimum for publication, or two of them sell more than 85 %"
)
FEW_SUPPLIERS = N_("fewer suppliers than the minimum for publication")
PRIVATE_COLUMN = N_("they name members and rows of the tables; the working file keeps them")
UNKNOWN_COLUMN = N_("not a column that sialgeo makes; ask for it by name to publish it")


def withheld_sentences(publication: Publication) -> tuple[str, ...]:
    """Return one sentence per thing withheld, in the language in force.

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> table = pd.DataFrame({"what": [GRID_CELLS], "n_withheld": [3], "reason": [FEW]})
    >>> withheld_sentences(SimpleNamespace(withheld=table))
    ('Withheld: grid cells: 3 (fewer producers than the minimum for publication).',)
    """
    rows = publication.withheld.itertuples(index=False)
    return tuple(
        _("Withheld: {what}: {n} ({reason}).").format(
            n=r.n_withheld, what=_(r.what), reason=_(r.reason)
        )
        for r in rows
    )


def withheld_in_short(publication: Publication) -> str:
    """Return what was withheld and how much of it in one sentence without reasons, for the foot of a map.

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> table = pd.DataFrame({"what": [GRID_CELLS, COLUMNS], "n_withheld": [3, 1], "reason": FEW})
    >>> withheld_in_short(SimpleNamespace(withheld=table))
    'Withheld for confidentiality: grid cells: 3; columns: 1.'
    """
    counted = publication.withheld.groupby("what", sort=False)["n_withheld"].sum()
    told = "; ".join(f"{_(what)}: {n}" for what, n in counted.items())
    return _("Withheld for confidentiality: {what}.").format(what=told) if told else ""


def say(withheld: list[tuple[str, int, str]], what: str, hidden: Mask, alone: Mask) -> None:
    """Report how many counts are hidden for their own table's sake, and for all tables together."""
    withheld.append((what, int(alone.sum()), SMALL_COUNT))
    withheld.append((what, int((hidden & ~alone).sum()), TOGETHER))


def report(withheld: list[tuple[str, int, str]]) -> pd.DataFrame:
    import pandas as pd

    rows = [row for row in withheld if row[1] > 0]
    table: pd.DataFrame = pd.DataFrame(rows, columns=["what", "n_withheld", "reason"])
    return table
