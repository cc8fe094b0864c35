"""Overlay: human development and poverty laid over the concentrations.

``join_indicators`` brings a table of figures to its territories by official code; ``interpolate_areas``
carries figures from polygons to polygons (``pycnophylactic_surface`` to a grid), ``catchment_rings`` to rings around the concentrations,
``zonal_statistics`` from a raster to polygons; ``overlay`` carries
the figures of polygons (weighted by people, else by area) or of a raster (weighted by the part of
each cell covered) to the footprints of the concentrations, and of each producer's own district to
the producer. Nothing is guessed: what did not join, is not covered, or is ambiguous is counted and
said, and a figure that is not known stays NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sialgeo.lazy import names_of

if TYPE_CHECKING:
    from sialgeo.overlays.interpolating import catchment_rings, interpolate_areas
    from sialgeo.overlays.joining import join_indicators
    from sialgeo.overlays.laying import overlay
    from sialgeo.overlays.rasters import zonal_statistics
    from sialgeo.overlays.smoothing import pycnophylactic_surface

# QGIS reads the parameters at its start, when shapely must not be loaded yet
_HOME = {
    "catchment_rings": "interpolating",
    "interpolate_areas": "interpolating",
    "join_indicators": "joining",
    "overlay": "laying",
    "pycnophylactic_surface": "smoothing",
    "zonal_statistics": "rasters",
}

__getattr__ = names_of(__name__, _HOME)

__all__ = [
    "catchment_rings",
    "interpolate_areas",
    "join_indicators",
    "overlay",
    "pycnophylactic_surface",
    "zonal_statistics",
]
