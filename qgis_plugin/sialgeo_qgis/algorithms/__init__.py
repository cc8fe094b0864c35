# SPDX-License-Identifier: GPL-2.0-or-later
"""The Processing algorithms, as a study goes. Their ids never change."""

from __future__ import annotations


def all_algorithms() -> tuple:
    """Return every algorithm class."""
    from . import sial
    from .areas import BivariateMap, HotSpots, ScanAreas
    from .association import AssociateConcentrations
    from .chains import DetectChains
    from .check import CheckProducers
    from .detect import DetectConcentrations
    from .distances import ColocationOfKinds, FunctionOfDistance, SpecialiseDistricts
    from .export import ExportFiles, ExportMap, ExportReport, PrintSheets
    from .join import JoinIndicators
    from .overlay import OverlayIndicators
    from .radius import SuggestRadius
    from .rings import CatchmentRings
    from .steps import (
        AssessConcentrations,
        ConfirmConcentrations,
        EstimateStrength,
        ProfileConcentrations,
        Stability,
    )
    from .study import RunStudy
    from .table import ProducersFromTable

    return (
        ProducersFromTable,
        CheckProducers,
        JoinIndicators,
        SuggestRadius,
        DetectConcentrations,
        DetectChains,
        AssessConcentrations,
        EstimateStrength,
        Stability,
        ConfirmConcentrations,
        HotSpots,
        ScanAreas,
        SpecialiseDistricts,
        FunctionOfDistance,
        ColocationOfKinds,
        ProfileConcentrations,
        OverlayIndicators,
        CatchmentRings,
        AssociateConcentrations,
        BivariateMap,
        sial.TemplateWorkbook,
        sial.LinkConcentrations,
        sial.ClassifyConcentrations,
        sial.PrioritiseConcentrations,
        sial.CompareConcentrations,
        ExportMap,
        ExportReport,
        PrintSheets,
        ExportFiles,
        RunStudy,
    )
