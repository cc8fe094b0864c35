"""Typology: is a concentration a SIAL, how activated, and on what evidence does that rest?"""

from __future__ import annotations

from sialgeo.typology.capabilities import capability_gaps
from sialgeo.typology.classifying import classify
from sialgeo.typology.districts import distritos_air
from sialgeo.typology.result import Typology
from sialgeo.typology.thresholds import Thresholds

__all__ = ["Thresholds", "Typology", "capability_gaps", "classify", "distritos_air"]
