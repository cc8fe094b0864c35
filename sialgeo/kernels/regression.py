"""Linear regression over areas that resemble their neighbours: tests, lag model, error model.

No matrix of areas × areas is made: the determinant of I − ρW comes from a sparse factorisation.

References
----------
Ord, K. (1975). Estimation methods for models of spatial interaction. JASA 70, 120–126.
Anselin, L. (1988). Lagrange multiplier test diagnostics for spatial dependence and spatial
heterogeneity. Geographical Analysis 20, 1–17.
Anselin, L., Bera, A. K., Florax, R., Yoon, M. J. (1996). Simple diagnostic tests for spatial
dependence. Regional Science and Urban Economics 26, 77–104.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

EDGE = 0.999  # of ρ and λ: at 1 the map is no longer stationary
_STEP = 1e-4  # of the parameter, for the curvature of the likelihood


@dataclass(frozen=True)
class Fit:
    """A fitted model: coefficients and their covariance, ρ or λ with its error, likelihood, residuals."""

    coefficients: Array
    covariance: Array
    spatial: float
    spatial_error: float
    log_likelihood: float
    residuals: Array


@dataclass(frozen=True)
class Dependence:
    """Lagrange-multiplier tests on least-squares residuals (each χ² with one degree), and their Moran's I."""

    moran: float
    lm_lag: float
    lm_error: float
    robust_lag: float
    robust_error: float


def row_standardised(start: Ints, near: Ints) -> Any:
    """Return the weights as a sparse matrix whose rows add up to 1 (0 where there is no neighbour).

    Examples
    --------
    >>> row_standardised(np.array([0, 2, 3, 4]), np.array([1, 2, 0, 0])).toarray().tolist()
    [[0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    from scipy.sparse import csr_array

    degree = np.diff(start)
    values = np.repeat(1.0 / np.maximum(degree, 1), degree)
    return csr_array((values, near, start), shape=(len(degree), len(degree)))


def least_squares(y: Array, x: Array) -> Fit:
    """Return ordinary least squares: y (n,) on x (n, k), the constant among its columns."""
    coefficients: Array = np.linalg.lstsq(x, y, rcond=None)[0].astype(float)
    residuals = y - x @ coefficients
    n, k = x.shape
    covariance = np.linalg.inv(x.T @ x) * float(residuals @ residuals) / (n - k)
    return Fit(coefficients, covariance, np.nan, np.nan, _gaussian(residuals), residuals)


def _gaussian(residuals: Array) -> float:
    n = len(residuals)
    return float(-n / 2 * (np.log(2 * np.pi) + 1 + np.log(residuals @ residuals / n)))


def dependence(y: Array, x: Array, w: Any) -> Dependence:
    """Return the tests for a spatial lag and a spatial error in least-squares residuals."""
    fit = least_squares(y, x)
    e, n = fit.residuals, len(y)
    variance = float(e @ e) / n
    in_error, in_lag = float(e @ (w @ e)) / variance, float(e @ (w @ y)) / variance
    trace = float(w.power(2).sum() + (w * w.T).sum())  # tr(W'W + WW)
    fitted = w @ (x @ fit.coefficients)
    apart = fitted - x @ np.linalg.lstsq(x, fitted, rcond=None)[0]
    whole = trace + float(apart @ apart) / variance
    return Dependence(
        n / float(w.sum()) * float(e @ (w @ e)) / float(e @ e),
        in_lag**2 / whole,
        in_error**2 / trace,
        (in_lag - in_error) ** 2 / (whole - trace),
        (in_error - trace / whole * in_lag) ** 2 / (trace * (1 - trace / whole)),
    )


def _log_determinant(w: Any) -> Callable[[float], float]:
    """Return what gives ln |I − ρW|."""
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import splu

    weights, unit = csc_array(w), eye_array(w.shape[0], format="csc")

    def found(rho: float) -> float:
        return float(np.log(np.abs(splu(csc_array(unit - rho * weights)).U.diagonal())).sum())

    return found


def _greatest(likelihood: Callable[[float], float]) -> tuple[float, float]:
    """Return where a likelihood of one parameter is greatest, and the error by its curvature there."""
    from scipy.optimize import minimize_scalar

    best = minimize_scalar(
        lambda v: -likelihood(v), bounds=(-EDGE, EDGE), method="bounded", options={"xatol": 1e-9}
    ).x
    at = float(np.clip(best, -EDGE + _STEP, EDGE - _STEP))
    curve = (likelihood(at - _STEP) - 2 * likelihood(at) + likelihood(at + _STEP)) / _STEP**2
    return float(best), float(np.sqrt(-1 / curve)) if curve < 0 else float("nan")


def lag_model(y: Array, x: Array, w: Any) -> Fit:
    """Return y = ρWy + xβ + e by maximum likelihood; errors by the observed information."""
    determinant = _log_determinant(w)
    lagged = w @ y
    own, theirs = (np.linalg.lstsq(x, v, rcond=None)[0] for v in (y, lagged))
    e_own, e_theirs = y - x @ own, lagged - x @ theirs

    def likelihood(rho: float) -> float:
        return _gaussian(e_own - rho * e_theirs) + determinant(rho)

    rho, error = _greatest(likelihood)
    residuals = e_own - rho * e_theirs
    variance = float(residuals @ residuals) / len(y)
    # the coefficients follow ρ on a line: its error is theirs too
    covariance = np.linalg.inv(x.T @ x) * variance + np.outer(theirs, theirs) * error**2
    return Fit(own - rho * theirs, covariance, rho, error, likelihood(rho), residuals)


def error_model(y: Array, x: Array, w: Any) -> Fit:
    """Return y = xβ + u, u = λWu + e by maximum likelihood; errors by the observed information."""
    determinant = _log_determinant(w)
    wy, wx = w @ y, w @ x

    def filtered(value: float) -> tuple[Array, Array, Array]:
        there, of = y - value * wy, x - value * wx
        coefficients = np.linalg.lstsq(of, there, rcond=None)[0]
        return coefficients, of, there - of @ coefficients

    def likelihood(value: float) -> float:
        return _gaussian(filtered(value)[2]) + determinant(value)

    value, error = _greatest(likelihood)
    coefficients, of, residuals = filtered(value)
    covariance = np.linalg.inv(of.T @ of) * float(residuals @ residuals) / len(y)
    return Fit(coefficients, covariance, value, error, likelihood(value), residuals)
