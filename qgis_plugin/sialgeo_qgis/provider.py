# SPDX-License-Identifier: GPL-2.0-or-later
"""The Processing provider ``sialgeo``."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider

from . import library
from .algorithms import all_algorithms
from .algorithms.base import FOLDER, icon


class SialgeoProvider(QgsProcessingProvider):
    """Offers the algorithms; none where this QGIS cannot run sialgeo at all."""

    def id(self) -> str:
        """Return the id, which never changes."""
        return "sialgeo"

    def name(self) -> str:
        """Return the name."""
        return "sialgeo"

    def icon(self):
        """Return the icon."""
        return icon("sialgeo")

    def svgIconPath(self) -> str:  # noqa: N802
        """Return the icon's path."""
        return str(FOLDER / "icons" / "sialgeo.svg")

    def loadAlgorithms(self) -> None:  # noqa: N802
        """Offer the algorithms."""
        if library.blocked():
            return
        for kind in all_algorithms():
            self.addAlgorithm(kind())
