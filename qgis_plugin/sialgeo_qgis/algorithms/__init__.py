# SPDX-License-Identifier: GPL-2.0-or-later
"""The Processing algorithms, as a study goes. Their ids never change."""

from __future__ import annotations


def all_algorithms() -> tuple:
    """Return every algorithm class."""
    from . import areas, association, distances, export, indicators, polygons, sial, steps, study
    from .chains import DetectChains
    from .check import CheckProducers
    from .detect import DetectConcentrations
    from .join import JoinIndicators
    from .overlay import OverlayIndicators
    from .radius import SuggestRadius
    from .rings import CatchmentRings
    from .surface import RelativeRiskSurface
    from .table import ProducersFromTable

    return (
        # Data
        ProducersFromTable,
        CheckProducers,
        JoinIndicators,
        # Detect
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
        # Profile
        steps.ProfileConcentrations,
        sial.LinkConcentrations,
        steps.CatchmentAreas,
        distances.SpecialiseDistricts,
        distances.FunctionOfDistance,
        distances.ColocationOfKinds,
        distances.LocalColocation,
        indicators.AgroDistricts,
        # Territory and poverty
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
        # SIAL
        sial.TemplateWorkbook,
        sial.ClassifyConcentrations,
        sial.CompareConcentrations,
        sial.PrioritiseConcentrations,
        sial.TradeExposure,
        sial.FieldQuestions,
        # Publish
        export.ProtectConcentrations,
        export.ExportMap,
        export.ExportReport,
        export.PrintSheets,
        export.ExportFigure,
        export.ExportFiles,
        export.ExportPackage,
        # Study
        study.RunStudy,
        study.VerifyNumbers,
    )
