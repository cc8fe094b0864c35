"""The parameters of the verbs: light, as the command line and QGIS declare them at the start."""

from __future__ import annotations

from dataclasses import dataclass

from sialgeo.association.result import METHODS
from sialgeo.i18n import N_
from sialgeo.kernels.autocorrelation import PAIR, SINGLETON
from sialgeo.neighbourhoods import nearest_param, neighbours_param
from sialgeo.params import check, param

LEE, MORAN = "lee", "moran"
OLS, LAG, ERROR = "ols", "lag", "error"


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


@dataclass(frozen=True)
class LocalAssociation:
    """Parameters of :func:`local_association`."""

    statistic: str = param(
        LEE,
        N_("Lee's L, or bivariate local Moran (which also counts the association in place)"),
        label=N_("Statistic"),
        choices=(LEE, MORAN),
    )
    neighbours: str = neighbours_param()
    k: int = nearest_param()
    replicates: int = param(999, N_("Random permutations"), label=N_("Replicates"), ge=99)
    seed: int = param(1, N_("Seed of the random draws"), label=N_("Seed"), ge=0)
    level: float = param(
        0.05, N_("False discovery rate"), label=N_("False discovery rate"), gt=0, le=0.5
    )

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Regressing:
    """Parameters of :func:`spatial_regression`."""

    model: str = param(
        "",
        N_("Least squares, spatial lag or spatial error; without it the tests choose"),
        label=N_("Model"),
        choices=("", OLS, LAG, ERROR),
    )
    neighbours: str = neighbours_param()
    k: int = nearest_param()

    def __post_init__(self) -> None:
        check(self)
