"""How complete a chain is where we look: the one definition that linking and classifying share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def completeness(present: Any, weights: Any = None) -> Array:
    """Return the chain completeness index (CCI) of each row: Σ w_l · present_l / Σ w_l.

    Parameters
    ----------
    present : (k, links) array-like of bool or float
        Whether each link of the chain's template is there; NaN where it was not looked for.
    weights : (links,) array-like, optional
        Weights ≥ 0 of the links; equal by default.

    Returns
    -------
    (k,) float64
        From 0 to 1; NaN where any link with a weight was not looked for, or no link has one.

    Examples
    --------
    >>> completeness([[True, True, False, True], [False, False, False, False]])
    array([0.75, 0.  ])
    >>> completeness([[1, 0, np.nan]], [2, 1, 1])
    array([nan])
    """
    found = np.atleast_2d(np.asarray(present, dtype=float))
    weight = np.ones(found.shape[1]) if weights is None else np.asarray(weights, dtype=float)
    used = weight > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        index: Array = (found[:, used] @ weight[used]) / np.float64(weight[used].sum())
    return index
