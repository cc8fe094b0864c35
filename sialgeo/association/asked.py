"""The parameters of ``associate``: light, as the command line and QGIS declare them at the start."""

from __future__ import annotations

from dataclasses import dataclass

from sialgeo.association.result import METHODS
from sialgeo.i18n import N_
from sialgeo.kernels.autocorrelation import PAIR, SINGLETON
from sialgeo.params import check, param


@dataclass(frozen=True)
class AssociationTest:
    """Parameters of :func:`associate`."""

    method: str = param(
        "msr",
        N_(
            "Null hypothesis: maps as smooth as the indicator's (msr), the modified t-test (dutilleul), shifts of a full grid (shift), whole footprints moved (footprints)"
        ),
        label=N_("Method"),
        choices=METHODS,
    )
    better: str = param(
        "",
        N_("Whether more or less of the indicator is better"),
        label=N_("Better"),
        choices=("", "more", "less"),
    )
    replicates: int = param(999, N_("Maps drawn under the null"), label=N_("Replicates"), ge=99)
    seed: int = param(1, N_("Seed of the random draws"), label=N_("Seed"), ge=0)
    procedure: str = param(
        SINGLETON,
        N_("How eigenvectors are randomised (msr)"),
        label=N_("Procedure"),
        choices=(SINGLETON, PAIR),
        advanced=True,
    )

    def __post_init__(self) -> None:
        check(self)
