"""Regression over areas that resemble their neighbours: which model, and what it says.

References
----------
Anselin, L. (1988). Spatial Econometrics: Methods and Models. Kluwer.
Anselin, L., Bera, A. K., Florax, R., Yoon, M. J. (1996). Simple diagnostic tests for spatial
dependence. Regional Science and Urban Economics 26, 77–104.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.association.asked import ERROR, LAG, OLS, Regressing
from sialgeo.association.counting import suspicions
from sialgeo.association.local import known_rows, missing_notes
from sialgeo.association.result import p_text
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import N_, _, numeral
from sialgeo.kernels import regression as kernel
from sialgeo.model import SIGNIFICANCE, Summary
from sialgeo.neighbourhoods import adjacency, overlap_notes

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]

MODEL_NAMES = {
    OLS: N_("least squares"),
    LAG: N_("spatial lag"),
    ERROR: N_("spatial error"),
}
CONSTANT = "constant"
SPATIAL_NAMES = {LAG: "rho", ERROR: "lambda"}


@dataclass(frozen=True)
class SpatialRegression:
    """A regression over areas.

    Attributes
    ----------
    model : {"ols", "lag", "error"}
        The model fitted.
    y : str
        The column explained.
    coefficients : DataFrame
        ``estimate``, ``error``, ``z``, ``p`` (two-sided, normal) by ``constant``, each explaining
        column, and ``rho`` or ``lambda``.
    tests : DataFrame
        ``statistic`` and ``p`` of the Lagrange-multiplier tests on least-squares residuals: ``lag``,
        ``error``, ``robust lag``, ``robust error``.
    moran : float
        Moran's I of the least-squares residuals.
    log_likelihood, aic, ols_aic : float
        Of the model, and of least squares.
    areas, left_out, islands : int
        Areas used; without a value; without neighbours (used, with nothing around them).
    warnings : tuple of str
        What is suspicious of the figures and the areas.
    """

    model: str
    y: str
    coefficients: pd.DataFrame
    tests: pd.DataFrame
    moran: float
    log_likelihood: float
    aic: float
    ols_aic: float
    areas: int
    left_out: int
    islands: int
    warnings: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known before it is read."""
        notes = [*self.warnings, *missing_notes(self.left_out, self.islands)]
        if self.model == LAG:
            notes.append(
                _(
                    "In a spatial lag model a coefficient is the first effect only: what changes in an area changes its neighbours too."
                )
            )
        notes.append(
            _("The figures are of territories, not of households; an association is not an effect.")
        )
        return tuple(notes)

    @property
    def verdict(self) -> str:
        """The answer in one sentence."""
        shown = self.coefficients.drop([CONSTANT, *SPATIAL_NAMES.values()], errors="ignore")
        told = "; ".join(
            f"{name} {numeral('{x:+.3g}', x=row['estimate'])} (p {p_text(row['p'])})"
            for name, row in shown.iterrows()
        )
        return _("“{y}” by {model} over {n} areas: {told}.").format(
            y=self.y, model=_(MODEL_NAMES[self.model]), n=self.areas, told=told
        )

    def summary(self) -> Summary:
        """Return the verdict, why this model, and the cautions, in the language in force."""
        chosen = _(
            "Tests for dependence between neighbours: lag p {lag}, error p {error}; AIC {aic:.1f} against {ols:.1f} of least squares."
        ).format(
            lag=p_text(self.tests.loc["lag", "p"]),
            error=p_text(self.tests.loc["error", "p"]),
            aic=self.aic,
            ols=self.ols_aic,
        )
        return Summary(self.verdict, chosen, " ".join(self.notes))


def spatial_regression(
    territories: gpd.GeoDataFrame,
    y: str,
    x: str | Sequence[str],
    *,
    model: str = "",
    neighbours: str = "queen",
    k: int = 8,
) -> SpatialRegression:
    """Regress a column on others over areas, with the dependence between neighbours in the model.

    Least squares takes areas for independent; neighbours are alike, and its p-values come out too
    small. ``lag`` lets an area follow its neighbours' y, ``error`` lets what is not explained be
    alike among neighbours.

    Parameters
    ----------
    territories : GeoDataFrame of polygons
    y : str
        Column explained.
    x : str or sequence of str
        Columns that explain it.
    model : {"", "ols", "lag", "error"}
        Without an answer the Lagrange-multiplier tests choose (at 5 %): none significant, least
        squares; one, its model; both, the model whose robust test is the larger.
    neighbours : {"queen", "knn"}
        Areas that touch, or the ``k`` nearest; weights are row-standardised.
    k : int

    Returns
    -------
    SpatialRegression

    Raises
    ------
    CRSError
        The layer has no CRS.
    SchemaError
        Columns are missing, hold no numbers, are constant or add up to one another; too few areas.
    ParameterError
        The model is not known.

    Notes
    -----
    Maximum likelihood (Ord 1975; Anselin 1988); errors by the observed information. Checked against
    spdep on the Columbus data.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from shapely.geometry import box
    >>> cells = gpd.GeoDataFrame(geometry=[box(i, j, i + 1, j + 1) for i in range(8) for j in range(8)], crs=32717)
    >>> rng = np.random.default_rng(1)
    >>> cells["road"] = rng.normal(size=64)
    >>> cells["poor"] = 50 - 3 * cells["road"] + rng.normal(size=64)
    >>> found = spatial_regression(cells, "poor", "road")
    >>> found.model, round(float(found.coefficients.loc["road", "estimate"]))
    ('ols', -3)
    """
    explaining = [x] if isinstance(x, str) else list(x)
    Regressing(model, neighbours, k)
    _check(y, explaining)
    known = known_rows(territories, [y, *explaining])
    kept = territories[known]
    values = kept[y].to_numpy(float)
    design = np.column_stack([np.ones(len(kept)), *(kept[c].to_numpy(float) for c in explaining)])
    _check_design(values, design, y, explaining)
    start, near = adjacency(kept, neighbours, k)
    linked = np.diff(start) > 0
    if not linked.any():
        raise SchemaError(
            _("no area has a neighbour. Remedy: neighbours='knn' takes the k nearest")
        )
    w = kernel.row_standardised(start, near)
    scale = np.where(np.arange(design.shape[1]) == 0, 1.0, design.std(axis=0))
    design = design / scale  # units then do not matter to the arithmetic
    tests = kernel.dependence(values, design, w)
    plain = kernel.least_squares(values, design)
    chosen = model or _chosen(tests)
    fits = {OLS: lambda: plain, LAG: lambda: kernel.lag_model(values, design, w)}
    fits[ERROR] = lambda: kernel.error_model(values, design, w)
    fit = fits[chosen]()
    names = [CONSTANT, *explaining]
    return SpatialRegression(
        chosen,
        y,
        _coefficients(fit, names, scale, chosen),
        _tests(tests),
        tests.moran,
        fit.log_likelihood,
        _aic(fit, chosen != OLS),
        _aic(plain, False),
        len(kept),
        int((~known).sum()),
        int((~linked).sum()),
        (*suspicions(territories, [y, *explaining]), *overlap_notes(kept)),
    )


def _check(y: str, explaining: list[str]) -> None:
    if not explaining or len({y, *explaining}) < 1 + len(explaining):
        raise ParameterError(
            _("x = {columns}: name one column or more, each once, and not “{y}”").format(
                columns=explaining, y=y
            )
        )


def _check_design(values: Array, design: Array, y: str, explaining: list[str]) -> None:
    n, columns = design.shape
    if n < columns + 8:
        raise SchemaError(
            _("{n} areas have a value of every column: at least {least} are needed").format(
                n=n, least=columns + 8
            )
        )
    if np.ptp(values) == 0:
        raise SchemaError(
            _("“{column}” is the same in all areas: there is nothing to compare").format(column=y)
        )
    scaled = design / np.maximum(np.abs(design).max(axis=0), 1e-300)
    if np.linalg.matrix_rank(scaled, tol=1e-9 * np.sqrt(n)) < columns:
        raise SchemaError(
            _(
                "of {columns} one is constant or follows from the others: their coefficients cannot be told apart. Remedy: leave it out"
            ).format(columns=", ".join(explaining))
        )


def _p(statistic: float) -> float:
    from scipy.stats import chi2

    return float(chi2.sf(statistic, 1))


def _chosen(tests: kernel.Dependence) -> str:
    lag, error = (_p(t) <= SIGNIFICANCE for t in (tests.lm_lag, tests.lm_error))
    if lag and error:
        return LAG if tests.robust_lag >= tests.robust_error else ERROR
    return LAG if lag else ERROR if error else OLS


def _aic(fit: kernel.Fit, spatial: bool) -> float:
    return 2 * (len(fit.coefficients) + 1 + spatial) - 2 * fit.log_likelihood


def _coefficients(fit: kernel.Fit, names: list[str], scale: Array, model: str) -> pd.DataFrame:
    import pandas as pd
    from scipy.stats import norm

    estimates: list[Any] = list(fit.coefficients / scale)
    errors: list[Any] = list(np.sqrt(np.diag(fit.covariance)) / scale)
    if model in SPATIAL_NAMES:
        names = [*names, SPATIAL_NAMES[model]]
        estimates.append(fit.spatial)
        errors.append(fit.spatial_error)
    table = pd.DataFrame({"estimate": estimates, "error": errors}, index=names, dtype=float)
    table["z"] = table["estimate"] / table["error"]
    table["p"] = 2 * norm.sf(table["z"].abs())
    return table


def _tests(tests: kernel.Dependence) -> pd.DataFrame:
    import pandas as pd

    held = {
        "lag": tests.lm_lag,
        "error": tests.lm_error,
        "robust lag": tests.robust_lag,
        "robust error": tests.robust_error,
    }
    rows = {name: {"statistic": value, "p": _p(value)} for name, value in held.items()}
    return pd.DataFrame.from_dict(rows, orient="index")
