"""Overlay: human development and poverty laid over the concentrations.

``join_indicators`` brings a table of figures to its territories by official code; ``overlay`` carries
the figures of polygons (weighted by people, else by area) or of a raster (weighted by the part of
each cell covered) to the footprints of the concentrations, and of each producer's own district to
the producer. Nothing is guessed: what did not join, is not covered, or is ambiguous is counted and
said, and a figure that is not known stays NaN.
"""

from __future__ import annotations

from sialgeo.overlays.joining import join_indicators
from sialgeo.overlays.laying import overlay

__all__ = ["join_indicators", "overlay"]
