"""What a person may ask of carrying figures; light, because QGIS declares its fields from it at its start."""

from __future__ import annotations

from dataclasses import dataclass

from sialgeo.i18n import N_
from sialgeo.params import check, param

AREAL, PYCNOPHYLACTIC = N_("areal"), N_("pycnophylactic")


@dataclass(frozen=True)
class Interpolation:
    """How :func:`interpolate_areas` spreads what the polygons hold within each."""

    method: str = param(
        AREAL,
        N_(
            "How counts are spread within each polygon: evenly, or where settlements say (areal); smoothly, polygon by polygon keeping its total (pycnophylactic, Tobler)"
        ),
        label=N_("Method"),
        choices=(AREAL, PYCNOPHYLACTIC),
    )
    cell_size: float = param(
        0.0,
        N_("Side of a cell of the pycnophylactic surface; 0: chosen by the sizes of the polygons"),
        label=N_("Cell size"),
        unit="m",
        ge=0,
        advanced=True,
    )
    iterations: int = param(
        500,
        N_("Greatest number of smoothings of the pycnophylactic surface"),
        label=N_("Iterations"),
        ge=1,
        advanced=True,
    )
    tolerance: float = param(
        0.001,
        N_(
            "The smoothing ends where no cell changes by more than this part of the greatest density"
        ),
        label=N_("Tolerance"),
        gt=0,
        le=1,
        advanced=True,
    )

    def __post_init__(self) -> None:
        check(self)
