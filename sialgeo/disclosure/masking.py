"""Displaced points (donut masking), each among enough places of its own district and chain."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import metric_crs, xy_of
from sialgeo.disclosure.footprints import PUBLISHED_CRS, rounded
from sialgeo.disclosure.recorded import chain_of
from sialgeo.disclosure.withheld import MASKED_POINTS, NOT_HIDDEN
from sialgeo.errors import FileError
from sialgeo.i18n import _
from sialgeo.kernels.masking import donut, linked
from sialgeo.model import CONCENTRATION, MASKED, Concentrations, Context

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_DONUT = 5  # a displaced point hides among min_n to five times as many places on average


def secret_key(given: str | bytes | None) -> bytes:
    """Return the key of the displacement: the one given, of the environment, or kept for the user."""
    if given is None:
        given = os.environ.get("SIALGEO_SECRET") or None
    if given is not None:
        return given.encode() if isinstance(given, str) else given
    base = os.environ.get("APPDATA") or os.environ.get("XDG_CONFIG_HOME")
    folder = (Path(base) if base else Path.home() / ".config") / "sialgeo"
    kept = folder / "masking.key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(32))
        return kept.read_bytes()
    except OSError as failure:
        raise FileError(
            _(
                "{path}: the secret of the displacement cannot be kept there ({reason}). Remedy: set SIALGEO_SECRET to a long text of your own, the same for every export"
            ).format(path=kept, reason=failure.strerror or failure)
        ) from failure


def displaced(
    c: Concentrations,
    context: Context,
    areas: gpd.GeoDataFrame,
    min_n: int,
    columns: Sequence[str],
    secret: bytes,
    withheld: list[tuple[str, int, str]],
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return displaced producers, each within its own district, and how well they hide."""
    import geopandas as gpd

    crs = metric_crs(c.producers)
    xy = np.round(xy_of(c.producers, crs), 2)
    chain = chain_of(c)
    told = [col for col in dict.fromkeys([chain, *columns]) if col and col in c.producers]
    district, shapes = _districts(context, crs, xy)
    k_min, k = max(min_n, 2), _DONUT * max(min_n, 2)
    moved = np.full_like(xy, np.nan)
    achieved = np.zeros(len(xy), dtype=np.int64)
    kinds = c.producers[told].astype(str).agg("\x1f".join, axis=1) if told else None
    groups = np.unique(
        np.column_stack([district, _codes(kinds, len(xy))]), axis=0, return_inverse=True
    )[1].ravel()
    for group in range(int(groups.max(initial=-1)) + 1):
        rows = np.flatnonzero((groups == group) & np.isfinite(xy).all(axis=1))
        if not len(rows):
            continue
        sites, inverse = np.unique(xy[rows], axis=0, return_inverse=True)
        shape = None if shapes is None or district[rows[0]] < 0 else shapes[district[rows[0]]]
        found = donut(sites, secret, _inside(shape), k_min=k_min, k=k)
        moved[rows], achieved[rows] = found.xy[inverse.ravel()], found.achieved[inverse.ravel()]
    kept: Mask = np.asarray(np.isfinite(moved).all(axis=1))
    withheld.append((MASKED_POINTS, int((~kept).sum()), NOT_HIDDEN))
    table = c.producers.loc[kept, told].reset_index(drop=True)
    table[MASKED] = True
    places = gpd.GeoSeries(gpd.points_from_xy(*moved[kept].T), crs=crs).to_crs(PUBLISHED_CRS)
    points = gpd.GeoDataFrame(table, geometry=rounded(places), crs=PUBLISHED_CRS)
    return points, _masking_report(c, areas, xy, moved, achieved, kept, (k_min, k))


def _codes(kinds: Any, n: int) -> NDArray[np.int64]:
    import pandas as pd

    return np.zeros(n, dtype=np.int64) if kinds is None else pd.factorize(kinds)[0]


def _districts(context: Context, crs: Any, xy: Array) -> tuple[NDArray[np.int64], Any]:
    """Return the number of each producer's district, −1 outside all, and the districts' shapes."""
    import shapely

    layer = context.territories
    if layer is None or not len(layer):
        return np.full(len(xy), -1), None
    shapes = layer.geometry.to_crs(crs).to_numpy()
    points, found = shapely.STRtree(shapes).query(shapely.points(xy), predicate="intersects")
    district = np.full(len(xy), -1)
    district[points[::-1]] = found[::-1]
    return district, shapes


def _inside(shape: Any) -> Callable[[Array], Mask]:
    """Return the test whether places are in a district."""
    import shapely

    def everywhere(xy: Array) -> Mask:
        return np.ones(len(xy), dtype=bool)

    def within(xy: Array) -> Mask:
        found: Mask = shapely.contains_xy(shape, xy[:, 0], xy[:, 1])
        return found

    if shape is None:
        return everywhere
    shapely.prepare(shape)
    return within


def _masking_report(
    c: Concentrations,
    areas: gpd.GeoDataFrame,
    xy: Array,
    moved: Array,
    achieved: NDArray[np.int64],
    kept: Mask,
    numbers: tuple[int, int],
) -> dict[str, Any]:
    """Return what the displacement is worth: hidden among how many, linked how often, what it changes."""
    import geopandas as gpd

    k_min, k = numbers
    report: dict[str, Any] = {"k_min": k_min, "k": k, "displaced": int(kept.sum())}
    if not kept.any():
        return report
    true, now = xy[kept], moved[kept]
    distance = np.hypot(*(now - true).T)
    places = gpd.GeoSeries(gpd.points_from_xy(*now.T), crs=metric_crs(c.producers))
    label = c.producers[CONCENTRATION].to_numpy()[kept]
    shown = dict(areas.geometry.to_crs(places.crs).items())
    members = np.flatnonzero(np.isin(label, list(shown)))
    inside = [places.iloc[i].within(shown[label[i]]) for i in members]
    sites = np.unique(true, axis=0, return_index=True)[1]
    return report | {
        "least_k_achieved": int(achieved[kept].min()),
        "median_k_achieved": float(np.median(achieved[kept])),
        "nearest_place_is_the_own": linked(true[sites], now[sites], 1),
        "median_displacement_m": float(np.round(np.median(distance), -1)),
        "still_in_own_area": float(np.mean(inside)) if inside else None,
    }


def masking_notes(masking: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Say that points are displaced, and what that changes."""
    if masking is None:
        return ()
    if not masking["displaced"]:
        return (_("No point could be displaced far enough: none is published."),)
    notes = [
        _(
            "The points are displaced by about {metres:.0f} m, within their own district: measure no distances between them. Each hides among at least {k} places of the same district and chain; in {linked:.0%} of them the nearest true place is their own."
        ).format(
            metres=masking["median_displacement_m"],
            k=masking["least_k_achieved"],
            linked=masking["nearest_place_is_the_own"],
        )
    ]
    if masking["still_in_own_area"] is not None:
        notes.append(
            _(
                "{share:.0%} of the displaced producers of published concentrations still lie in their concentration's area."
            ).format(share=masking["still_in_own_area"])
        )
    return tuple(notes)
