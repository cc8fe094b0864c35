# SPDX-License-Identifier: GPL-2.0-or-later
"""The Processing algorithms, as a study goes. Their ids never change."""

from __future__ import annotations


def all_algorithms() -> tuple:
    """Return every algorithm class."""
    from .areas import HotSpots
    from .check import CheckProducers
    from .detect import DetectConcentrations
    from .export import ExportFiles, ExportMap, ExportReport
    from .join import JoinIndicators
    from .overlay import OverlayIndicators
    from .steps import AssessConcentrations, EstimateStrength, ProfileConcentrations, Stability
    from .study import RunStudy
    from .table import ProducersFromTable

    return (
        ProducersFromTable,
        CheckProducers,
        JoinIndicators,
        DetectConcentrations,
        AssessConcentrations,
        EstimateStrength,
        Stability,
        HotSpots,
        ProfileConcentrations,
        OverlayIndicators,
        ExportMap,
        ExportReport,
        ExportFiles,
        RunStudy,
    )
