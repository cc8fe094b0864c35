# SPDX-License-Identifier: GPL-2.0-or-later
"""The Processing algorithms, as a study goes. Their ids never change."""

from __future__ import annotations


def all_algorithms() -> tuple:
    """Return every algorithm class."""
    return (*_detecting(), *_profiling(), *_over_territories(), *_to_a_sial(), *_handing_on())


def _detecting() -> tuple:
    """Return those of *Data* and *Detect*."""
    from . import areas, steps
    from .chains import DetectChains
    from .check import CheckProducers
    from .detect import DetectConcentrations
    from .join import JoinIndicators
    from .radius import SuggestRadius
    from .surface import RelativeRiskSurface
    from .table import ProducersFromTable

    return (
        ProducersFromTable,
        CheckProducers,
        JoinIndicators,
        SuggestRadius,
        DetectConcentrations,
        DetectChains,
        steps.AssessConcentrations,
        steps.EstimateStrength,
        steps.Stability,
        steps.ConfirmConcentrations,
        steps.Agreement,
        steps.EvidenceByRadius,
        areas.HotSpots,
        areas.ScanAreas,
        RelativeRiskSurface,
    )


def _profiling() -> tuple:
    """Return those of *Profile*."""
    from . import distances, indicators, sial, steps

    return (
        steps.ProfileConcentrations,
        sial.LinkConcentrations,
        steps.CatchmentAreas,
        distances.SpecialiseDistricts,
        distances.FunctionOfDistance,
        distances.ColocationOfKinds,
        distances.LocalColocation,
        indicators.AgroDistricts,
    )


def _over_territories() -> tuple:
    """Return those of *Territory and poverty*."""
    from . import areas, association, indicators, polygons
    from .overlay import OverlayIndicators
    from .rings import CatchmentRings

    return (
        OverlayIndicators,
        CatchmentRings,
        polygons.InterpolateAreas,
        polygons.ZonalStatistics,
        association.AssociateConcentrations,
        areas.BivariateMap,
        association.GroupContrast,
        association.RegressIndicator,
        association.MoranIndex,
        indicators.HumanDevelopment,
        indicators.MultidimensionalPoverty,
        indicators.ConevalClasses,
        indicators.ChangeOfIndicator,
        indicators.InequalityOverPlaces,
    )


def _to_a_sial() -> tuple:
    """Return those of *SIAL*."""
    from . import sial

    return (
        sial.TemplateWorkbook,
        sial.ClassifyConcentrations,
        sial.CompareConcentrations,
        sial.PrioritiseConcentrations,
        sial.TradeExposure,
        sial.FieldQuestions,
    )


def _handing_on() -> tuple:
    """Return those of *Publish* and *Study*."""
    from . import export, study

    return (
        export.ProtectConcentrations,
        export.ExportMap,
        export.ExportReport,
        export.PrintSheets,
        export.ExportFigure,
        export.ExportFiles,
        export.ExportPackage,
        study.RunStudy,
        study.VerifyNumbers,
    )
