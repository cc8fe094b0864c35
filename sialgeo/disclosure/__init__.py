"""The confidentiality gate in front of every export.

``protect`` is the only maker of a :class:`~sialgeo.model.Publication`, and writers take nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sialgeo.lazy import names_of

if TYPE_CHECKING:
    from sialgeo.disclosure.cells import counts_told
    from sialgeo.disclosure.cleaning import legible
    from sialgeo.disclosure.footprints import PUBLISHED_CRS
    from sialgeo.disclosure.gate import PUBLISH, Disclosure, protect, protect_surface
    from sialgeo.disclosure.withheld import withheld_in_short, withheld_sentences

_HOME = {
    "PUBLISH": "gate",
    "PUBLISHED_CRS": "footprints",
    "Disclosure": "gate",
    "counts_told": "cells",
    "legible": "cleaning",
    "protect": "gate",
    "protect_surface": "gate",
    "withheld_in_short": "withheld",
    "withheld_sentences": "withheld",
}

__getattr__ = names_of(__name__, _HOME)

__all__ = [
    "PUBLISH",
    "PUBLISHED_CRS",
    "Disclosure",
    "counts_told",
    "legible",
    "protect",
    "protect_surface",
    "withheld_in_short",
    "withheld_sentences",
]
