"""The tests of ``associate`` over areas: Moran spectral randomisation, modified t, toroidal shift."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.association.counting import Places
from sialgeo.i18n import _
from sialgeo.kernels.autocorrelation import (
    FittedVectors,
    far_correlation,
    modified_t,
    p_of_magnitude,
    shift_draws,
    spectral_draws,
)

Array = NDArray[np.float64]

EXACT = 5_000  # areas up to which eigenvectors are computed
FEW = 10  # areas under which nothing is tested
FAR = 0.2  # correlation a quarter of the side apart, above which a shift is too bold


@dataclass(frozen=True)
class Outcome:
    """One test: its p (NaN where there is none, with the reason), the null's 95 % range, remarks."""

    method: str
    p: float
    low: float = float("nan")
    high: float = float("nan")
    reason: str = ""
    notes: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


def untested(method: str, reason: str) -> Outcome:
    return Outcome(method, float("nan"), reason=reason)


def check_places(
    places: Places,
    method: str,
    procedure: str,
    replicates: int,
    seed: int | list[int],
    fitted: FittedVectors | None = None,
) -> Outcome:
    """Test T over areas by the method; the seed and the places decide the draws.

    ``fitted`` may serve many maps over the same places.
    """
    rng = np.random.default_rng(seed)
    if len(places.y) < FEW or np.ptp(places.y) == 0 or not np.abs(places.contrast).max() > 1e-15:
        return untested(
            method,
            _("{n} areas are too few for a test (at least {few}).").format(
                n=len(places.y), few=FEW
            ),
        )
    if method == "shift":
        return _shifted(places, replicates, rng)
    if method == "dutilleul" or len(places.y) > EXACT:
        return _modified(places)
    fitted = fitted or FittedVectors(places.xy)
    return _spectral(places, procedure, replicates, rng, fitted)


def _spectral(
    places: Places, procedure: str, replicates: int, rng: np.random.Generator, fitted: FittedVectors
) -> Outcome:
    values = (places.y - places.y.mean()) / places.y.std()  # the draws then do not know the unit
    vectors, smoothness = fitted(values)
    drawn = spectral_draws(places.contrast, values, vectors, replicates, rng, procedure)
    found = _outcome("msr", places, values, drawn)
    return replace(found, details=smoothness.told)


def _shifted(places: Places, replicates: int, rng: np.random.Generator) -> Outcome:
    if places.shape is None:
        return untested("shift", _("A shift needs a full rectangle of cells."))
    values = (places.y - places.y.mean()) / places.y.std()
    grid = values.reshape(places.shape)
    drawn = shift_draws(places.contrast.reshape(places.shape), grid, replicates, rng)
    found = _outcome("shift", places, values, drawn)
    far = far_correlation(grid)
    if far <= FAR:
        return found
    note = _(
        "The indicator still correlates ({far:.2f}) over a quarter of the map: at its edges a shift then joins places that differ, and finds too much. Remedy: method='msr'"
    ).format(far=far)
    return replace(found, notes=(note,))


def _outcome(method: str, places: Places, values: Array, drawn: Array) -> Outcome:
    observed = float(places.contrast @ values)
    low, high = (np.quantile(drawn, (0.025, 0.975)) * places.y.std()).tolist()
    return Outcome(method, p_of_magnitude(observed, drawn), low, high)


def _modified(places: Places) -> Outcome:
    found = modified_t(places.contrast, places.y, places.xy)
    details = {"r": found.r, "effective_areas": found.effective}
    if not np.isfinite(found.p):
        return Outcome(
            "dutilleul",
            found.p,
            reason=_("Both maps are so smooth that they hold too few independent areas to test."),
            details=details,
        )
    return Outcome("dutilleul", found.p, details=details)


def naive(places: Places) -> dict[str, float]:
    """Return the p-values that take places for independent: to show the difference, never alone."""
    from scipy.stats import norm
    from scipy.stats import t as student

    share = places.n / places.n.sum()
    mean = float(share @ places.y)
    variance = float(share @ (places.y - mean) ** 2) / float(places.x.sum())
    z = abs(places.statistic) / np.sqrt(variance) if variance > 0 else float("nan")
    c, y = places.contrast - places.contrast.mean(), places.y - places.y.mean()
    size = float(np.sqrt((c @ c) * (y @ y)))
    r = float(c @ y) / size if size > 0 else float("nan")
    freedom = len(places.y) - 2
    t = abs(r) * np.sqrt(freedom / max(1 - r * r, 1e-300))
    return {"units": float(2 * norm.sf(z)), "areas": float(2 * student.sf(t, freedom))}
