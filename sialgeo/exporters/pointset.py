"""Many points in few bytes: grouped by chain, sorted by Morton code, coarser as they grow in number.

The size policy is automatic, and the page tells its reader what it did: up to 150,000 points keep all
that was published with them, up to a million lose long texts (names), beyond that positions are rounded
to 38 m, and where even that is too large, producers are counted by cells that double in width until
the page fits. Coarse positions also keep a little privacy; they are no substitute for ``protect``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import ParameterError
from sialgeo.exporters.coding import cell_metres, codes_to_gaps, morton_codes, pack, varints
from sialgeo.exporters.wording import plain
from sialgeo.i18n import _
from sialgeo.symbology import IN_NONE

if TYPE_CHECKING:
    import geopandas as gpd

Ints = NDArray[np.int64]

ALL_UP_TO, SOME_UP_TO = 150_000, 1_000_000
_FEW = 1_000  # distinct values of a column that stays when names are left out
_FINE, _COARSE, _COARSEST = 25, 20, 9  # bits of an axis: 1.2 m, 38 m, 78 km
CROWD = 15_000  # points in a tile beyond which density is drawn
_CELL_BITS = 6  # of a tile's axis: cells of the density are 4 pixels wide (``web/points.js``)
_MOST_ZOOM = 14  # dots are drawn at every zoom from here


@dataclass(frozen=True)
class Level:
    """How much of the points a page holds."""

    bits: int
    columns: Literal["all", "few", "none"] = "none"
    counts: bool = False  # counts by cell instead of one position a point


LEVELS = (
    Level(_FINE, "all"),
    Level(_FINE, "few"),
    Level(_COARSE),
    *(Level(bits, counts=True) for bits in range(_COARSE, _COARSEST, -1)),
)


@dataclass(frozen=True)
class PointSet:
    """Points as a page holds them: the blob of their places, that of what is known of them, and how much."""

    blob: str
    known: str  # the columns; "" where there are none
    level: Level
    n: int
    metres: float  # width of a cell on the ground, in the middle of the data

    def note(self) -> str:
        """Return what the reader is told of the size policy, in the language in force."""
        said = {"n": f"{self.n:,}", "metres": f"{self.metres:,.0f}"}
        if self.level.counts:
            return _(
                "{n} points are too many for one page: they are counted by cells of about {metres} m, without names or attributes."
            ).format(**said)
        if self.level.columns == "none":
            return _(
                "{n} points are many for one page: their positions are rounded to about {metres} m, and names and attributes left out."
            ).format(**said)
        if self.level.columns == "few":
            return _("{n} points are many for one page: names and long texts are left out.").format(
                **said
            )
        return ""


def point_set(
    points: gpd.GeoDataFrame,
    *,
    chain: str | None = None,
    colours: Mapping[str, str] | None = None,
    labels: Mapping[str, Any] | None = None,
    budget: float = float("inf"),
) -> PointSet:
    """Return points as two blobs, places and columns, of at most ``budget`` bytes together.

    Parameters
    ----------
    points
        Points in degrees (EPSG:4326); rows without a point are left out.
    chain
        Column of the chains.
    colours
        Colour of each chain; a chain without one counts as none.
    labels
        What a person reads for each column; a column that is not among them is left out.
    budget
        Bytes that the blobs may take together.

    Raises
    ------
    ParameterError
        Not even the coarsest counts fit into the budget.

    Examples
    --------
    >>> import geopandas as gpd
    >>> two = gpd.GeoDataFrame(geometry=gpd.points_from_xy([-78.5, -78.4], [-7.1, -7.2]), crs=4326)
    >>> made = point_set(two)
    >>> made.level.columns, made.note()
    ('all', '')
    """
    xy = np.column_stack([points.geometry.x, points.geometry.y])
    known = np.isfinite(xy).all(axis=1)
    group, names = _groups(points, chain, colours or {})
    group[~known] = -1
    n = int(known.sum())
    first = 0 if n <= ALL_UP_TO else 1 if n <= SOME_UP_TO else 2
    middle = float(np.median(xy[known, 1])) if n else 0.0
    for level in LEVELS[first:]:
        codes = morton_codes(xy, level.bits)
        held = {} if level.columns == "none" else dict(labels or {})
        header, blocks, order = _coded(codes, group, level, ordered=bool(held))
        for one in header["groups"]:
            name = names[one["block"]]
            one.update(chain=name, colour=(colours or {}).get(name, IN_NONE.fill))
        blob, known = pack(header, blocks), _known(points, order, held, level)
        if len(blob) + len(known) <= budget:
            return PointSet(blob, known, level, n, cell_metres(level.bits, middle))
    raise ParameterError(
        _('the page has no room for {n} points. Remedy: a larger max_mb, or publish="grid"').format(
            n=n
        )
    )


def _groups(
    points: gpd.GeoDataFrame, chain: str | None, colours: Mapping[str, str]
) -> tuple[Ints, list[str]]:
    """Return the number of each point's group, and the groups' names; the last has no chain."""
    import pandas as pd

    names = [*colours, ""]
    if chain is None or chain not in points.columns:
        return np.full(len(points), len(names) - 1, dtype=np.int64), names
    found, distinct = pd.factorize(points[chain])
    place = {name: i for i, name in enumerate(names[:-1])}
    table = np.array([place.get(value, len(names) - 1) for value in distinct], dtype=np.int64)
    return np.append(table, len(names) - 1)[found], names  # factorize: -1 is missing


def _coded(
    codes: NDArray[np.uint64], group: Ints, level: Level, *, ordered: bool
) -> tuple[dict[str, Any], dict[str, bytes], Ints]:
    """Return header, blocks and, where asked, the order of the points: gaps (and counts) of each group."""
    groups, blocks, orders, all_held = [], {}, [np.zeros(0, dtype=np.int64)], []
    for i in range(int(group.max(initial=0)) + 1):
        members = np.flatnonzero(group == i)
        if not len(members):
            continue
        held = codes[members]
        if ordered:
            order = np.argsort(held, kind="stable")
            held = held[order]
            orders.append(members[order])
        else:
            held = np.sort(held)
        all_held.append(held)
        cells = held
        if level.counts:
            cells, counts = np.unique(held, return_counts=True)
            blocks[f"counts{i}"] = varints(counts - 1)
        blocks[f"gaps{i}"] = codes_to_gaps(cells)
        groups.append({"block": i, "n": len(held), "cells": len(cells)})
    header: dict[str, Any] = {"bits": level.bits, "counts": level.counts, "groups": groups}
    return {**header, **_crowds(all_held, level)}, blocks, np.concatenate(orders)


def _known(points: gpd.GeoDataFrame, order: Ints, labels: Mapping[str, Any], level: Level) -> str:
    """Return the blob of the columns in the order of the points; "" where there are none."""
    columns: list[dict[str, Any]] = []
    blocks = {}
    for column, block in _columns(points, order, labels, level):
        blocks[f"column{len(columns)}"] = block
        columns.append(column)
    return pack({"columns": columns}, blocks) if columns else ""


def _crowds(held: Sequence[NDArray[np.uint64]], level: Level) -> dict[str, Any]:
    """Return the zoom from which dots are drawn, and the most points in a cell of each density before.

    ``held`` are the sorted codes of each group.
    """

    def most(zoom: int) -> int:
        return sum(_busiest(one, level.bits - zoom) for one in held)

    zoom = 0
    while zoom < min(_MOST_ZOOM, level.bits - _CELL_BITS) and most(zoom) > CROWD:
        zoom += 1
    return {"dots_from": zoom, "peaks": [most(z + _CELL_BITS) for z in range(zoom)]}


def _busiest(codes: NDArray[np.uint64], lower: int) -> int:
    """Return the most points in one square that ``lower`` bits of an axis are wide; codes are sorted."""
    cells = codes >> np.uint64(2 * max(lower, 0))
    begin = np.flatnonzero(np.diff(cells, prepend=cells[0] + np.uint64(1)))
    return int(np.diff(begin, append=len(cells)).max())


def _columns(
    points: gpd.GeoDataFrame, order: Ints, labels: Mapping[str, Any], level: Level
) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield each column: few values as a list of them and varints of places in it, others as JSON."""
    import json

    import pandas as pd

    for name, label in labels.items():
        ordered = points[name].to_numpy(dtype=object, na_value=None)[order]
        found, distinct = pd.factorize(ordered)
        if len(distinct) <= _FEW:
            values = [None, *(plain(value) for value in distinct)]
            yield {"name": name, "label": label, "values": values}, varints(found + 1)
        elif level.columns == "all":
            texts = [plain(value) for value in ordered]
            text = json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
            yield {"name": name, "label": label}, text.encode("utf-8", "replace")
