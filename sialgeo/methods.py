"""Every detection method by the name that the command line, the study file and QGIS write."""

from __future__ import annotations

from sialgeo import detection
from sialgeo.scans import SpatialScan

METHODS: dict[str, type] = {**detection.METHODS, SpatialScan.method: SpatialScan}
