"""Points moved so far that each hides among others, and what that is worth.

Donut masking: each place moves in a random direction by a distance between the radius that holds
``k_min`` places on average and the one that holds ``k``. The direction and the distance follow from a secret and the place itself, so that a second export
moves it to the same spot: two draws could be averaged.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_TRIES = 48
_BYTES = 8 * 2  # two numbers of 64 bits a try


class Masked(NamedTuple):
    """Moved places (NaN where none was found), how far, and among how many each hides."""

    xy: Array
    distance: Array
    achieved: NDArray[np.int64]


def donut(
    xy: Array,
    secret: bytes,
    allowed: Callable[[Array], Mask],
    *,
    k_min: int,
    k: int,
    density: float | None = None,
) -> Masked:
    """Move places by a secret draw.

    Parameters
    ----------
    xy : array of float, shape (n, 2)
        Distinct places, in metres: those among which each may hide (of one district and kind).
    secret
        The key of the draw.
    allowed
        ``allowed(xy) → mask``: where a moved place may lie (its own district).
    k_min, k
        The distances hold ``k_min`` to ``k`` places on average: √(k/πρ).
    density
        ρ, places a square metre; by default that around each place, from its k-th neighbour.

    Returns
    -------
    Masked
        A place is moved only to where at least ``k_min`` places, its own counted, are as near as its
        own; places for which no such spot is found are NaN.

    Examples
    --------
    >>> grid = np.array([[i * 100.0, j * 100.0] for i in range(20) for j in range(20)])
    >>> moved = donut(grid, b"secret", lambda at: np.ones(len(at), bool), k_min=5, k=20)
    >>> bool((moved.achieved >= 5).all())
    True
    """
    n = len(xy)
    found = np.full((n, 2), np.nan)
    achieved = np.zeros(n, dtype=np.int64)
    if n < k_min or n < 2:
        return Masked(found, np.full(n, np.nan), achieved)
    from scipy.spatial import cKDTree

    tree = cKDTree(xy)
    far = _radius(tree, xy, k, density)
    near = far * np.sqrt(k_min / k)
    pending = np.arange(n)
    for attempt in range(_TRIES):
        angle, share = _draw(xy[pending], secret, attempt, (k_min, k))
        r = np.sqrt(near[pending] ** 2 + share * (far[pending] ** 2 - near[pending] ** 2))
        tried = xy[pending] + r[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        inside = allowed(tried)
        counted = tree.query_ball_point(tried, r * (1 + 1e-9), return_length=True)
        good = inside & (counted >= k_min)
        found[pending[good]] = tried[good]
        achieved[pending[good]] = counted[good]
        pending = pending[~good]
        if not len(pending):
            break
    return Masked(found, np.hypot(*(found - xy).T), achieved)


def _radius(tree: Any, xy: Array, k: int, density: float | None) -> Array:
    """Return the radius that holds ``k`` places on average around each place."""
    if density is not None:
        return np.full(len(xy), np.sqrt(k / (np.pi * density)))
    held = min(k, len(xy) - 1)
    distance = tree.query(xy, k=[held + 1])[0][:, 0]  # the place itself is the first
    radius: Array = distance * np.sqrt(k / held)
    return radius


def _draw(xy: Array, secret: bytes, attempt: int, numbers: tuple[int, ...]) -> tuple[Array, Array]:
    """Return an angle and a share of the ring for each place, from the secret and the place."""
    head = repr((attempt, numbers)).encode()
    held = b"".join(
        hmac.new(secret, head + place.tobytes(), hashlib.sha256).digest()[:_BYTES]
        for place in np.round(np.ascontiguousarray(xy, dtype="<f8"), 2)
    )
    uniform = np.frombuffer(held, dtype="<u8").reshape(-1, 2) / 2.0**64
    return 2.0 * np.pi * uniform[:, 0], uniform[:, 1]


def linked(true: Array, masked: Array, k: int) -> float:
    """Return the share of moved places whose own place is among the ``k`` true ones nearest to it.

    This is what somebody can link who holds a list of all places (a business register).

    Parameters
    ----------
    true, masked : array of float, shape (n, 2)
        Row by row the same place.
    """
    if not len(true):
        return 0.0
    from scipy.spatial import cKDTree

    nearest = cKDTree(true).query(masked, k=list(range(1, min(k, len(true)) + 1)))[1]
    return float((nearest == np.arange(len(true))[:, None]).any(axis=1).mean())
