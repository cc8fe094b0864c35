"""What joining, polygons and rasters share: small readings of tables, and what is said of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from sialgeo.descriptions import sentence
from sialgeo.i18n import _, ngettext
from sialgeo.model import LABELS, OF_INDICATOR, Indicator

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Shapes = NDArray[np.object_]

LITTLE = 0.8  # a footprint covered less than this is pointed out
TOUCHED = 1e-6  # of a footprint: less is the noise of projecting
SHOWN = 5  # examples in a message
_WHOLE = re.compile(r"^(\d+)\.0+$")
RESERVED = {*LABELS, "geometry"}


def some(texts: Sequence[str]) -> str:
    """Return a few texts and how many more there are."""
    said = ", ".join(texts[:SHOWN])
    more = len(texts) - SHOWN
    return said + (_(" and {n} more").format(n=more) if more > 0 else "")


def numbers(column: pd.Series) -> Array:
    values: Array = column.to_numpy(dtype=float, na_value=np.nan)
    return values


def code_of(value: Any) -> str | None:
    """Return a code as text, None where there is none; 60101.0 is 60101."""
    if value is None or value != value or str(value) == "<NA>":  # noqa: PLR0124  (NaN)
        return None
    text = str(value).strip()
    return (_WHOLE.sub(r"\1", text) if "." in text else text) or None


def valid(shapes: Shapes) -> Shapes:
    """Mend the few shapes that projecting made touch themselves."""
    bad = ~shapely.is_valid(shapes)
    if not bad.any():
        return shapes
    mended: Shapes = shapes.copy()
    mended[bad] = shapely.make_valid(shapes[bad])
    return mended


def with_columns(
    table: gpd.GeoDataFrame, added: Mapping[str, Any], stale: Set[str]
) -> gpd.GeoDataFrame:
    """Return a copy of a table without the stale columns and with new ones, geometry and attrs kept."""
    import pandas as pd

    kept = table.drop(columns=[c for c in table.columns if c in stale])
    joined: gpd.GeoDataFrame = pd.concat([kept, pd.DataFrame(added, index=table.index)], axis=1)
    joined = joined.set_geometry(table.geometry.name)
    joined.attrs = dict(table.attrs)
    return joined


def row_names(layer: gpd.GeoDataFrame, mask: Flags, key: str | None) -> str:
    labels = layer[key] if key is not None and key in layer.columns else layer.index
    return some([str(v) for v, bad in zip(labels, mask, strict=True) if bad])


def reserved(column: str) -> str:
    return _("“{column}” is a column of sialgeo's own. Remedy: rename it in the layer").format(
        column=column
    )


def traces(column: str) -> set[str]:
    return {column + ending for ending in OF_INDICATOR}


def coverage_note(column: str, covered: Array) -> list[str]:
    little = covered < LITTLE
    if not little.any():
        return []
    n = int(little.sum())
    return [
        ngettext(
            "“{column}” is known for less than {limit:.0%} of {n} footprint of {total} (least: {share:.0%}).",
            "“{column}” is known for less than {limit:.0%} of {n} footprints of {total} (least: {share:.0%}).",
            n,
        ).format(
            column=column, limit=LITTLE, n=n, total=len(covered), share=float(np.nanmin(covered))
        )
    ]


def indicator_notes(described: Sequence[Indicator]) -> list[str]:
    notes = []
    bare = [i.column for i in described if i.year is None or not i.source]
    if bare:
        notes.append(
            _("No year or no source is stated for {columns}: state them (indicators=).").format(
                columns=some(bare)
            )
        )
    notes.append(
        _("The indicators describe the territories where the producers are, not their households.")
    )
    return notes


def guess_notes(guessed: Sequence[Indicator]) -> list[str]:
    """Return how columns were read whose names are all that tells of them."""
    return [sentence(i) for i in guessed if i.family != "other"]


def entry(indicator: Indicator) -> dict[str, Any]:
    """Return an indicator as plain data, to be written in the step."""
    return {**asdict(indicator), "name": dict(indicator.name)}


def crs_label(crs: Any) -> str:
    """Return a CRS in one short text: its PROJ text, its authority code, else its name."""
    if crs.srs.startswith("+"):  # made for this run: no authority need be searched for
        return str(crs.srs)
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)
