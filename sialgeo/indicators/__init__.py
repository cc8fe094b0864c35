"""Indicators: human development and poverty computed, classed and compared, each by its own method.

``hdi``, ``former_hdi`` and ``hdi_band`` (UNDP), ``quantile_classes`` (any other index), ``alkire_foster``,
``coneval_classes``, ``concentration_index`` and ``change``. Values that cannot be what they are said
to be are refused; a value that is not known stays unknown.
"""

from __future__ import annotations

from sialgeo.indicators.changes import change
from sialgeo.indicators.checks import check_indicators
from sialgeo.indicators.concentration import ConcentrationIndex, concentration_index
from sialgeo.indicators.development import (
    BAND_LABELS,
    former_hdi,
    hdi,
    hdi_band,
    quantile_classes,
)
from sialgeo.indicators.poverty import (
    CONEVAL_LABELS,
    CONEVAL_POOR,
    AlkireFoster,
    alkire_foster,
    coneval_classes,
)

__all__ = [
    "BAND_LABELS",
    "CONEVAL_LABELS",
    "CONEVAL_POOR",
    "AlkireFoster",
    "ConcentrationIndex",
    "alkire_foster",
    "change",
    "check_indicators",
    "concentration_index",
    "coneval_classes",
    "former_hdi",
    "hdi",
    "hdi_band",
    "quantile_classes",
]
