"""Readers: producers, places, territories, indicators, rasters and reference populations from files.

Every guess is said in one sentence with its confidence and can be overridden; no row is dropped in
silence.
"""

from __future__ import annotations

from sialgeo.readers.activities import read_chains
from sialgeo.readers.layers import read_raster
from sialgeo.readers.points import read_places, read_producers, write_producers
from sialgeo.readers.studytables import check_tables, read_tables
from sialgeo.readers.territories import (
    read_description,
    read_indicators,
    read_reference,
    read_territories,
)

__all__ = [
    "check_tables",
    "read_chains",
    "read_description",
    "read_indicators",
    "read_places",
    "read_producers",
    "read_raster",
    "read_reference",
    "read_tables",
    "read_territories",
    "write_producers",
]
