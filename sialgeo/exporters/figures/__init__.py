"""Maps on paper: PNG and SVG, ``plot`` for a notebook, and ``figure`` for every kind of map.

No global state of matplotlib is touched: no pyplot, no window system, no changed defaults. ``furniture``
is around every map, ``layers`` on it, ``sheet`` holds both; a module for each family of maps.
"""

from __future__ import annotations

from sialgeo.exporters.figures.drawing import figure, option_faults, write
from sialgeo.exporters.figures.furniture import one_line
from sialgeo.exporters.figures.maps import detail, locator, plot

__all__ = ["detail", "figure", "locator", "one_line", "option_faults", "plot", "write"]
