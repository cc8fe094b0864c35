# SPDX-License-Identifier: GPL-2.0-or-later
"""The Processing algorithms, in the order of the toolbar. Their ids never change."""

from __future__ import annotations


def all_algorithms() -> tuple:
    """Return every algorithm class."""
    from .detect import DetectConcentrations
    from .export import ExportMap
    from .join import JoinIndicators
    from .overlay import OverlayIndicators
    from .table import ProducersFromTable

    return ProducersFromTable, DetectConcentrations, JoinIndicators, OverlayIndicators, ExportMap
