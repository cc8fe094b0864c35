"""Agreement with published numbers: what other programs and papers got, and what sialgeo gets.

Each check runs sialgeo's own code on figures that are written here with their source. Checks that need
somebody else's data run where the data are given.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import FileError
from sialgeo.i18n import N_, _, ngettext

Array = NDArray[np.float64]

_PLAIN = "+proj=tmerc +lat_0=0 +lon_0=0 +datum=WGS84 +units=m"  # plain metres near the origin
_REACH = (0.05, 0.1, 0.15)
NC_SIDS = "nc_sids.gpkg"
LANSING, PARACOU = "lansing.csv", "paracou16.csv"  # columns x, y, type (and weight)
NEW_YORK, MOONS = "NY8_utm18.gpkg", "moons.csv"  # the latter with columns x, y
CHORLEY, PBC = "chorley.csv", "pbc.csv"  # columns x, y, type, in km; beside the former its window
CHORLEY_WINDOW = "chorley_window.csv"  # the corners, columns x, y

_SATSCAN_GRAVE = "SaTScan 9.3.1, grave (R smacpod)"
_SATSCAN_NY = "SaTScan 9.6 and 10.3.2, New York leukaemia (R smerc)"
_JUNG = "identity with Bernoulli (Jung et al. 2010), SaTScan 9.3.1, grave"
_ELLIPSE = "Kulldorff et al. 2006, [4s/(s+1)²]^a"
_ELLIPTIC = "SaTScan, elliptic output (R smerc)"
_FLEXSCAN = "FleXScan, New York leukaemia (R smerc)"
_SIX = "esda 2.9.0, six points of Getis and Ord"
_REAT = "R REAT, Farhauer and Kröll 2014"
_OWN = "methods page, independent code"
_POISSON = "R qpois, methods page B1"
_RANDOM = "complete spatial randomness, λπr²"
_SMERC = "R smerc, NC SIDS (spData)"
_SPDEP = "spdep and esda, Columbus"
_ESDA = "esda 2.9.0, Columbus"
_LANSING = "R spatstat 3.0, Lansing Woods"
_NARROW = "spatstat's way of counting, in classes without width"
_DBMSS = "R dbmss 2.11.0, Paracou 16"
_HDR = "Human Development Report 2015, table 1"
_HDR_2009 = "UNDP, Human Development Report 2009, table H"
_ALKIRE = "Alkire and Foster 2011, example matrix"
_INDIA = "World Bank, Technical Note 7 (figures not checked at the source)"
_TERRELL = "Terrell 1990, by hand"
_SPARR = "R sparr 2.2-17"
_MOONS = "R dbscan 1.1-11, moons"
_LIBPYSAL = "methods page, libpysal's mexico"
Z_95 = 1.96
SOUTH = (  # the paper's South of Mexico
    *("Campeche", "Chiapas", "Guerrero", "Oaxaca"),
    *("Quintana Roo", "Tabasco", "Veracruz", "Yucat"),
)


@dataclass(frozen=True)
class Check:
    """One number: sialgeo's, the published one, and whether they agree within the tolerance.

    ``name`` is an English text, translated when shown; ``detail`` is not translated.
    """

    name: str
    detail: str
    ours: float
    published: float
    tolerance: float
    source: str

    @property
    def difference(self) -> float:
        """Ours minus published."""
        return self.ours - self.published

    @property
    def passed(self) -> bool:
        """Whether the difference is within the tolerance (never for NaN)."""
        return abs(self.difference) <= self.tolerance


Checks = Iterator[Check]


def verify(data: str | os.PathLike[str] | None = None) -> list[Check]:
    """Return the checks against published numbers.

    Parameters
    ----------
    data : path, optional
        Folder with others' data, looked for in it and its subfolders: ``nc_sids.gpkg``, ``NY8_utm18.gpkg``,
        ``chorley.csv`` with ``chorley_window.csv``, ``pbc.csv``, ``moons.csv``, ``lansing.csv``,
        ``paracou16.csv``. With it given, data of libpysal are used too where libpysal is installed.

    Returns
    -------
    list of Check
        Always those that need no file; more with ``data``. Checks whose file or library is absent are
        not in the list: :func:`left_out` names them.

    Raises
    ------
    FileError
        ``data`` is no folder.

    Examples
    --------
    >>> checks = verify()
    >>> all(check.passed for check in checks)
    True
    """
    found = [check for group in _GROUPS for check in group()]
    if data is None:
        return found
    folder = _folder(data)
    for name, _what, groups in _FILES:
        path = _find(folder, name)
        if path is not None:
            found.extend(check for group in groups for check in group(path))
    if find_spec("libpysal") is not None:
        found.extend(check for group in _OF_LIBPYSAL for check in group())
    return found


def left_out(data: str | os.PathLike[str] | None = None) -> list[str]:
    """Return, in the language in force, which checks did not run, and what they need."""
    folder = None if data is None else _folder(data)
    said = [
        _("{what}: needs {file} in the folder of --data").format(what=_(what), file=name)
        for name, what, _groups in _FILES
        if folder is None or _find(folder, name) is None
    ]
    if data is None or find_spec("libpysal") is None:
        said.append(_("local statistics on Columbus: need --data and the library libpysal"))
    return said


def format_checks(checks: Sequence[Check]) -> list[str]:
    """Return one line per check in the language in force, and a last line with the count.

    >>> format_checks([Check("Location quotient", "", 3.0, 3.0, 1e-9, "toy")])[0]
    'ok       Location quotient: ours 3, published 3, difference 0 (tolerance 1e-09) · toy'
    """
    lines = []
    for check in checks:
        name = _(check.name) + (f" ({check.detail})" if check.detail else "")
        said = _(
            "{name}: ours {ours}, published {published}, difference {difference} (tolerance {tolerance}) · {source}"
        ).format(
            name=name,
            ours=f"{check.ours:.10g}",
            published=f"{check.published:.10g}",
            difference=f"{check.difference:.2g}",
            tolerance=f"{check.tolerance:.2g}",
            source=check.source,
        )
        mark = _("ok") if check.passed else _("DIFFERS")
        lines.append(f"{mark:<9}{said}")
    wrong = sum(not check.passed for check in checks)
    lines.append(
        ngettext(
            "{n} number compared, {wrong} outside its tolerance.",
            "{n} numbers compared, {wrong} outside their tolerance.",
            len(checks),
        ).format(n=len(checks), wrong=wrong)
    )
    return lines


def _each(
    name: str, rows: Iterable[tuple[str, Any, float]], tolerance: float, source: str
) -> Checks:
    for detail, ours, published in rows:
        yield Check(name, detail, float(ours), float(published), tolerance, source)


# --- likelihoods from published totals --------------------------------------------------------------


def _bernoulli() -> Checks:
    import pandas as pd

    from sialgeo.kernels.likelihood import bernoulli_llr
    from sialgeo.scans import scan_areas

    name = N_("Scan statistic, Bernoulli log-likelihood ratio")
    rows = [(11, 19, 7.41934), (3, 3, 4.808517), (2, 2, 3.177442)]
    found = [(f"{c}/{m}, 30/143", bernoulli_llr(c, m, 30, 143), llr) for c, m, llr in rows]
    yield from _each(name, found, 1e-5, _SATSCAN_GRAVE)
    both = {"cases": [11, 19], "units": [19, 124], "x": [0.0, 9e3], "y": [0.0, 0.0]}
    zone = scan_areas(
        _placed(pd.DataFrame(both)), "cases", population="units", model="bernoulli", replicates=0
    ).iloc[0]
    for what, ours, published in (
        (N_("Expected cases"), zone["expected_n"], 3.99),
        (N_("Observed over expected"), zone["n"] / zone["expected_n"], 2.76),
        (N_("Relative risk"), zone["relative_risk"], 3.78),
    ):
        yield Check(what, "11/19, 30/143", float(ours), published, 0.005, _SATSCAN_GRAVE)


def _poisson() -> Checks:
    from sialgeo.kernels.likelihood import naive_risk_interval, poisson_llr

    name = N_("Scan statistic, Poisson log-likelihood ratio")
    # expected cases are published rounded; the tolerance is what the rounding can change
    rows = [
        (100, 58.2827, 14.083511, 1e-4, _SATSCAN_NY),
        (38, 17.79, 9.019716, 0.006, _SATSCAN_NY),
        (85, 49.71, 11.577255, 0.004, _SATSCAN_NY),
        (39, 16.3981, 11.6713, 2e-4, _FLEXSCAN),
        (79, 36.1025, 20.8014, 2e-4, _FLEXSCAN),
    ]
    for c, mu, llr, tolerance, source in rows:
        ours = float(poisson_llr(c, mu, 552))
        yield Check(name, f"{c}, {mu} / 552", ours, llr, tolerance, source)
    for c, mu, risk in ((100, 58.28, 1.87), (85, 49.71, 1.84)):
        found = naive_risk_interval(np.array([float(c)]), np.array([mu / 552]), 552)[0][0]
        detail = f"{c}, {mu} / 552"
        yield Check(N_("Relative risk"), detail, float(found), risk, 0.006, _SATSCAN_NY)


def _state_totals() -> Checks:
    """North Carolina's totals: 667 of 329,962 (1974), 836 of 422,392 (1979)."""
    from sialgeo.kernels.likelihood import bernoulli_llr, poisson_llr

    detail = "404 / 164124, 667 / 329962"
    poisson = N_("Scan statistic, Poisson log-likelihood ratio")
    bernoulli = N_("Scan statistic, Bernoulli log-likelihood ratio")
    ours = float(poisson_llr(404, 667 * 164124 / 329962, 667))
    yield Check(poisson, detail, ours, 15.75776538, 1e-7, _SMERC)
    ours = float(bernoulli_llr(404, 164124, 667, 329962))
    yield Check(bernoulli, detail, ours, 15.78945529, 1e-7, _SMERC)
    ours = float(poisson_llr(70, 38.804277, 836))
    yield Check(poisson, "70, 38.804277 / 836", ours, 10.72030518, 1e-5, _SMERC)


def _multinomial() -> Checks:
    from sialgeo.kernels.likelihood import multinomial_llr

    name = N_("Scan statistic, multinomial log-likelihood ratio")
    ours = float(multinomial_llr(np.array([30, 5, 5]), np.array([60, 40, 20])))
    yield Check(name, "30, 5, 5 / 60, 40, 20", ours, 8.475360019, 1e-8, _OWN)
    ours = float(multinomial_llr(np.array([11, 8]), np.array([30, 113])))
    yield Check(name, "11, 8 / 30, 113", ours, 7.41934, 1e-5, _JUNG)


def _ellipses() -> Checks:
    from sialgeo.kernels.scan import Frame

    name = N_("Eccentricity penalty of ellipses")
    published = {1.0: 1.0, 1.5: 0.979796, 2.0: 0.942809, 3.0: 0.866025, 4.0: 0.8, 5.0: 0.745356}
    rows = [(f"s {s:g}, a 0.5", Frame(s, 0.0).weight(0.5), w) for s, w in published.items()]
    yield from _each(name, rows, 1e-6, _ELLIPSE)
    ours = 14.772705 * Frame(1.5, 0.0).weight(1.0)
    yield Check(name, "14.772705, s 1.5, a 1", ours, 14.181797, 1e-6, _ELLIPTIC)


# --- density -----------------------------------------------------------------------------------------


def _critical_counts() -> Checks:
    """500 plants in 20,000 km²: least count for a core, at .01 and .001."""
    from sialgeo.kernels.likelihood import poisson_critical

    name = N_("Least number of neighbours, Poisson bound")
    published = {3: (5, 6), 5: (8, 9), 7: (11, 13), 10: (17, 20)}
    for radius, both in published.items():
        mu = np.array([500 / 20_000 * math.pi * radius**2])
        rows = [
            (f"{radius} km, α {alpha:g}", poisson_critical(mu, alpha)[0], count)
            for alpha, count in zip((0.01, 0.001), both, strict=True)
        ]
        yield from _each(name, rows, 0, _POISSON)


def _random_neighbours() -> Checks:
    """500 plants strewn over 20,000 km²: others within a radius, and the distance to the nearest.

    On a torus, so that there is no edge; the tolerance is four standard errors of 50 maps.
    """
    from sialgeo.kernels.neighbours import count_within, nearest_within

    side, maps, draw = math.sqrt(20_000.0), 50, np.random.default_rng(1)
    sums, gaps = {5.0: 0.0, 10.0: 0.0}, 0.0
    steps = np.array([(i, j) for i in (0, -1, 1) for j in (0, -1, 1)]) * side
    for _map in range(maps):
        xy, places = draw.uniform(0, side, (500, 2)), draw.uniform(0, side, (500, 2))
        around = (xy[None, :, :] + steps[:, None, :]).reshape(-1, 2)
        around = around[((around > -side / 4) & (around < side * 5 / 4)).all(axis=1)]
        for radius in sums:
            sums[radius] += float(count_within(xy, around, radius).mean() - 1)
        nearest = around[nearest_within(places, around, side)]
        gaps += float(np.hypot(*(nearest - places).T).mean())
    name = N_("Others near a plant, at random (mean of 50 maps)")
    yield Check(name, "5 km", sums[5.0] / maps, 1.96, 0.05, _RANDOM)
    yield Check(name, "10 km", sums[10.0] / maps, 7.85, 0.1, _RANDOM)
    name = N_("Distance to the nearest plant, at random (mean of 50 maps)")
    yield Check(name, "km", gaps / maps, 3.16, 0.05, "0.5/√λ, 500 / 20,000 km²")


def _iris() -> Checks:
    """Four dimensions: scikit-learn's clusterer through sialgeo's adapter."""
    if find_spec("sklearn") is None:
        return
    from sklearn.cluster import DBSCAN
    from sklearn.datasets import load_iris

    from sialgeo.pools import Clusterer

    found = Clusterer(DBSCAN(eps=0.7, min_samples=5))
    labels = found.labels(load_iris().data, None, None, np.random.default_rng(0))[0]
    sizes = [*np.sort(np.bincount(labels[labels >= 0])).tolist(), int((labels < 0).sum())]
    name = N_("DBSCAN, iris (scikit-learn through Clusterer)")
    parts = ("1", "2", "−1")
    rows = list(zip(parts, sizes, (50, 97, 3), strict=True))
    yield from _each(name, rows, 0, "R dbscan and scikit-learn, radius 0.7, 5 units")


def _terrell() -> Checks:
    from sialgeo.kernels.surface import oversmoothing

    corners = np.array([[0.0, 0.0], [0.0, 2.0], [2.0, 0.0], [2.0, 2.0]])
    by_hand = math.sqrt(4 / 3) * (1e4 / 6144 / 4) ** (1 / 6)  # d·R/V = 10⁴/6144
    name = N_("Oversmoothing bandwidth")
    yield Check(name, "2 × 2", oversmoothing(corners), by_hand, 1e-9, _TERRELL)


# --- areas and specialisation ------------------------------------------------------------------------


def _six_points() -> Checks:
    from sialgeo.kernels.local import getis_ord_star

    xy = np.array([[10, 10], [20, 10], [40, 10], [15, 20], [30, 20], [30, 30]], dtype=float)
    y = np.array([2, 3, 3.2, 5, 8, 7])
    near = np.hypot(*(xy[:, None] - xy[None]).T) <= 15.0
    np.fill_diagonal(near, False)
    start = np.concatenate([[0], np.cumsum(near.sum(axis=1))]).astype(np.int64)
    ours = getis_ord_star(y, start, np.nonzero(near)[1].astype(np.int64))
    esda = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
    rows = [(f"{i}", z, e) for i, (z, e) in enumerate(zip(ours, esda, strict=True), start=1)]
    yield from _each(N_("Getis–Ord Gi*"), rows, 1e-7, _SIX)


def _quotients() -> Checks:
    from sialgeo.specialisation import location_quotient

    name = N_("Location quotient")
    ours = location_quotient(1714, 79006, 879213, 15593224)["lq"].iloc[0]
    yield Check(name, "Farhauer/Kröll", float(ours), 0.3847623423, 1e-9, _REAT)
    # the published bounds take 1.96 standard errors
    row = location_quotient(30, 200, 100, 2000, level=math.erf(1.96 / math.sqrt(2))).iloc[0]
    toy = "30/200, 100/2000"
    yield Check(name, toy, float(row["lq"]), 3.0, 1e-12, _OWN)
    spread = N_("Location quotient, standard error of the logarithm")
    yield Check(spread, toy, float(row["se_ln"]), 0.1443375673, 1e-9, _OWN)
    bounds = N_("Location quotient, bounds at 1.96 standard errors")
    yield Check(bounds, toy, float(row["low"]), 2.2607817, 1e-6, _OWN)
    yield Check(bounds, toy, float(row["high"]), 3.9809239, 1e-6, _OWN)
    tail = N_("Location quotient, hypergeometric upper tail")
    yield Check(tail, toy, float(row["p_upper"]), 7.588049e-09, 1e-14, "scipy hypergeom, " + _OWN)
    several = location_quotient([60, 10, 30], [500, 300, 200], 100, 1000)["lq"]
    for share, quotient, published in zip((0.6, 0.1, 0.3), several, (1.2, 1 / 3, 1.5), strict=True):
        yield Check(name, f"s {share}", float(quotient), published, 1e-9, _OWN)


def _agglomeration() -> Checks:
    import pandas as pd

    from sialgeo.kernels import specialisation as kernel
    from sialgeo.specialisation import agglomeration_indices

    jobs = [200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000]
    places = ["Wien"] * 5 + ["Linz"] * 4 + ["Graz"]
    plants = pd.DataFrame({"chain": "a", "place": places, "jobs": jobs})
    whole = pd.Series({"Wien": 500_000, "Linz": 400_000, "Graz": 100_000})
    row = agglomeration_indices(
        plants, chain="chain", territory="place", size="jobs", benchmark=whole
    ).iloc[0]
    name = N_("Ellison–Glaeser index")
    published = {
        "ellison_glaeser": 0.05990628412,
        "raw": 0.1681632653,
        "herfindahl": 0.2446887755,
    }
    yield from _each(name, [(k, row[k], v) for k, v in published.items()], 1e-10, _REAT)
    s, x = np.array([0.6, 0.1, 0.3]), np.array([0.5, 0.3, 0.2])
    found = kernel.agglomeration(s, x, np.array([10.0, 20.0, 30.0, 5.0, 5.0, 30.0]))
    worked = (0.06, 0.235, -0.18068732869, -0.1385199241)
    yield from _each(
        name, list(zip(("G", "H", "EG", "MS"), found, worked, strict=True)), 1e-10, _OWN
    )
    indices = [
        ("Gini", kernel.locational_gini(s, x), 0.23),
        ("Theil", kernel.relative_theil(s, x), 0.12117123764),
        ("Hoover", kernel.hoover(s, x), 0.2),
    ]
    yield from _each(N_("Indices of uneven location"), indices, 1e-10, _OWN)


def _human_development() -> Checks:
    """The report's own rounding to three decimals bounds the agreement."""
    from sialgeo.indicators import former_hdi, hdi

    name = N_("Human Development Index")
    for country, life, expected, mean, income, published in (
        ("Norway", 81.6, 17.5, 12.6, 64_992.0, 0.944),
        ("Australia", 82.4, 20.2, 13.0, 42_261.0, 0.935),
        ("Singapore", 83.0, 15.4, 10.6, 76_628.0, 0.912),
        ("Liechtenstein", 80.0, 15.0, 11.8, 79_851.0, 0.908),
        ("Germany", 80.9, 16.5, 13.1, 43_919.0, 0.916),
    ):
        ours = hdi(life, expected, mean, income).iloc[0]
        yield Check(name, country, float(ours), published, 1e-3, _HDR)
    for country, life, literacy, enrolment, income, published in (
        ("Norway", 80.5, 99.0, 98.6, 53_433.0, 0.971),
        ("Australia", 81.4, 99.0, 114.2, 34_923.0, 0.970),
        ("Japan", 82.7, 99.0, 86.6, 33_632.0, 0.960),
        ("Spain", 80.7, 97.9, 96.5, 31_560.0, 0.955),
        ("Italy", 81.1, 98.9, 91.8, 30_353.0, 0.951),
        ("Greece", 79.1, 97.1, 101.6, 28_517.0, 0.942),
    ):
        ours = former_hdi(life, literacy, enrolment, income).iloc[0]
        yield Check(name, country, float(ours), published, 1e-3, _HDR_2009)


def _multidimensional_poverty() -> Checks:
    from sialgeo.indicators import alkire_foster

    rows = [[13.1, 14, 4, 1], [15.2, 7, 5, 0], [12.5, 10, 1, 0], [20, 11, 3, 1]]
    found = alkire_foster(rows, [13, 12, 3, 1], k=2)
    for measure, published in (
        ("H", 0.5),
        ("A", 0.75),
        ("M0", 0.375),
        ("M1", 0.20552884615),
        ("M2", 0.16545703895),
    ):
        ours = float(getattr(found, measure))
        yield Check(N_("Multidimensional poverty"), measure, ours, published, 1e-10, _ALKIRE)


def _concentration_index() -> Checks:
    from sialgeo.indicators import concentration_index

    name = N_("Concentration index")
    births = [29939, 28776, 26528, 24689, 19739]
    india = concentration_index([154.7, 152.9, 119.5, 86.9, 54.3], range(5), weights=births)
    yield Check(name, "India", india.value, -0.1694167747, 1e-9, _INDIA)
    people = [10, 20, 30, 20, 20]
    rates = [n / p for n, p in zip([8, 6, 3, 2, 1], people, strict=True)]
    toy = concentration_index(rates, range(5), weights=people)
    yield Check(name, "8, 6, 3, 2, 1 / 10, 20, 30, 20, 20", toy.value, -0.475, 1e-12, _OWN)


def _interpolation() -> Checks:
    from sialgeo.kernels.interpolation import weighted_means

    name = N_("Areal interpolation")
    group, values = np.array([0, 0]), np.array([0.4, 0.6])
    for detail, weights, published in (
        ("200, 300", [200.0, 300.0], 0.52),
        ("½, ½", [0.5, 0.5], 0.5),
    ):
        ours = weighted_means(group, values, np.array(weights), 1)[0]
        yield Check(name, detail, float(ours), published, 1e-12, _OWN)


_GROUPS: tuple[Callable[[], Checks], ...] = (
    _bernoulli,
    _poisson,
    _state_totals,
    _multinomial,
    _ellipses,
    _critical_counts,
    _random_neighbours,
    _iris,
    _terrell,
    _six_points,
    _quotients,
    _agglomeration,
    _interpolation,
    _human_development,
    _multidimensional_poverty,
    _concentration_index,
)


# --- with others' data -------------------------------------------------------------------------------


def _folder(data: str | os.PathLike[str]) -> Path:
    folder = Path(data)
    if not folder.is_dir():
        raise FileError(
            _("{path}: is no folder. Remedy: name the one that holds the data").format(path=folder)
        )
    return folder


def _find(folder: Path, name: str) -> Path | None:
    return next(iter(sorted(folder.rglob(name))), None)


def _nc_sids(path: Path) -> Checks:
    import geopandas as gpd

    from sialgeo.scans import scan_areas

    counties = gpd.read_file(path)
    for year, (across, up), published in (
        ("74", ("x", "y"), (46, 404, 15.75776538, 0.001)),
        ("79", ("east", "north"), (5, 70, 10.72030518, 0.002)),
    ):
        found = scan_areas(counties, f"SID{year}", population=f"BIR{year}", x=across, y=up)
        first = found[found["concentration"] == 1]
        cluster = first.iloc[0]
        # two Monte-Carlo p-values of 999 replicates: three standard errors of their difference
        slack = 3 * math.sqrt(2 * published[3] / 999)
        for name, ours, theirs, tolerance in (
            (N_("Scan of counties: counties in the cluster"), len(first), published[0], 0.0),
            (N_("Scan of counties: cases in the cluster"), cluster["n"], published[1], 0.0),
            (
                N_("Scan of counties: log-likelihood ratio"),
                cluster["statistic"],
                published[2],
                1e-7,
            ),
            (N_("Scan of counties: p-value"), cluster["p_value"], published[3], slack),
        ):
            yield Check(name, f"19{year}", float(ours), theirs, tolerance, _SMERC)


def _nc_sids_bernoulli(path: Path) -> Checks:
    """The same counties as cases among births: the likelihood of R smerc's binomial scan."""
    import geopandas as gpd

    from sialgeo.scans import scan_areas

    counties = gpd.read_file(path)
    for year, (across, up), published in (
        ("74", ("x", "y"), 15.78945529),
        ("79", ("east", "north"), 10.74639629),
    ):
        found = scan_areas(
            counties,
            f"SID{year}",
            population=f"BIR{year}",
            model="bernoulli",
            x=across,
            y=up,
            replicates=0,
        )
        ours = float(found["statistic"].max())
        name = N_("Scan of counties, Bernoulli: log-likelihood ratio")
        yield Check(name, f"19{year}", ours, published, 1e-7, _SMERC)


def _new_york(path: Path) -> Checks:
    """Leukaemia in New York, whole cases, degrees taken as they are on a plane.

    The second and the fourth cluster: the first and the third hang on R smerc's own centroids.
    """
    import geopandas as gpd

    from sialgeo.scans import scan_areas

    tracts = gpd.read_file(path)
    tracts["whole"] = np.floor(tracts["TRACTCAS"])
    at = tracts.geometry.centroid.to_crs(4326)
    tracts["lon"], tracts["lat"] = at.x, at.y
    found = scan_areas(tracts, "whole", population="POP8", x="lon", y="lat")
    clusters = found.attrs["scan"]["clusters"]
    yield Check(N_("Scan of tracts: tracts"), "2", len(clusters[1]["areas"]), 8, 0, _SATSCAN_NY)
    yield Check(N_("Scan of tracts: cases"), "2", clusters[1]["cases"][0], 38, 0, _SATSCAN_NY)
    for place, llr, p in ((1, 9.019716, 0.016), (3, 4.651839, 0.645)):
        ours, detail = clusters[place], f"{place + 1}"
        name = N_("Scan of tracts: log-likelihood ratio")
        yield Check(name, detail, ours["statistic"], llr, 1e-6, _SATSCAN_NY)
        # two Monte-Carlo p-values of 999 replicates: three standard errors of their difference
        slack = 3 * math.sqrt(2 * p * (1 - p) / 999)
        name = N_("Scan of tracts: p-value")
        yield Check(name, detail, ours["p_value"], p, slack, _SATSCAN_NY)


def _moons(path: Path) -> Checks:
    """Two crescents and two clouds: R's minPts = 5 is scikit-learn's min_samples = 5."""
    if find_spec("sklearn") is None:
        return
    import pandas as pd

    from sialgeo.detection import HDBSCAN

    xy = pd.read_csv(path)[["x", "y"]].to_numpy(float)
    rule = HDBSCAN(min_cluster_size=5, min_samples=5)
    labels = rule.labels(xy, None, None, np.random.default_rng(0))[0]
    sizes = [*np.sort(np.bincount(labels[labels >= 0])).tolist(), int((labels < 0).sum())]
    rows = list(zip(("1", "2", "3", "−1"), sizes, (25, 25, 50, 0), strict=True))
    yield from _each(N_("HDBSCAN: producers in each group"), rows, 0, _MOONS)


def _chorley(path: Path) -> Checks:
    """Cancer of the larynx against that of the lung, at the disused incinerator."""
    import geopandas as gpd
    import pandas as pd
    from shapely.geometry import Polygon

    from sialgeo.kernels.surface import oversmoothing
    from sialgeo.references import Reference
    from sialgeo.surfaces import relative_risk_surface

    cases = _placed(pd.read_csv(path), scale=1_000)
    by_kind = {kind: cases[cases["type"] == kind] for kind in ("larynx", "lung")}
    name = N_("Oversmoothing bandwidth")
    for kind, published in (("larynx", 2.222058), ("lung", 1.371918)):
        ours = oversmoothing(by_kind[kind].get_coordinates().to_numpy()) / 1_000
        yield Check(name, f"chorley, {kind}", ours, published, 5e-6, _SPARR)
    corners = path.with_name(CHORLEY_WINDOW)
    if not corners.is_file():
        return
    # rounded to 100 m: a case of each at one coordinate is no case twice
    controls = by_kind["lung"].set_geometry(by_kind["lung"].translate(0.001))
    window = Polygon(pd.read_csv(corners)[["x", "y"]].to_numpy(float) * 1_000)
    surface = relative_risk_surface(
        by_kind["larynx"],
        Reference.from_points(controls),
        bandwidth=1_500,
        window=gpd.GeoDataFrame(geometry=[window], crs=cases.crs),
        replicates=0,
    )
    a, _b, x0, _d, e, y0 = surface.transform
    ours = surface.values[int((413_600 - y0) / e), int((354_500 - x0) / a)]
    name = N_("Relative risk, logarithm, at the incinerator")
    # sparr first puts the cases on 64 × 64 cells: with its cells 1.225602 follows to the last digit
    yield Check(name, "chorley", float(ours), 1.225602, 0.04, _SPARR)


def _pbc(path: Path) -> Checks:
    import pandas as pd

    from sialgeo.kernels.surface import oversmoothing

    table = pd.read_csv(path)
    for kind, published in (("case", 3.174248), ("control", 3.302433), ("", 3.004161)):
        part = table[table["type"] == kind] if kind else table
        ours = oversmoothing(part[["x", "y"]].to_numpy(float))
        detail = f"pbc, {kind or 'pooled'}"
        yield Check(N_("Oversmoothing bandwidth"), detail, ours, published, 5e-6, _SPARR)


def _placed(table: Any, scale: float = 1.0) -> Any:
    """Return a table of plain coordinates x and y as points; distances are plain."""
    import geopandas as gpd

    at = gpd.points_from_xy(scale * table["x"], scale * table["y"])
    return gpd.GeoDataFrame(table, geometry=at, crs=_PLAIN)


def _columbus_layer() -> Any:
    import geopandas as gpd

    examples = import_module("libpysal").examples
    # the layer names no CRS; contiguity does not depend on one
    return gpd.read_file(examples.get_path("columbus.shp")).set_crs(32617, allow_override=True)


def _mexico() -> Checks:
    """Income of Mexico's states in 2000, the South against the rest: by income it is less clear."""
    import geopandas as gpd

    from sialgeo.association import contrast, moran

    examples = import_module("libpysal").examples
    states = gpd.read_file(examples.get_path("mexicojoin.shp")).set_crs(4326, allow_override=True)
    south = states["NAME"].str.startswith(SOUTH)
    states["region"] = np.where(south, "South", "rest")
    told = contrast(
        states, by="region", group="South", columns=["PCGDP2000"], name="NAME", replicates=99
    ).rows[0]
    autocorrelation = moran(states, "PCGDP2000")
    z = (autocorrelation.statistic - autocorrelation.expected) / autocorrelation.var_norm**0.5
    yield Check(N_("States of the South"), "Mexico", float(south.sum()), 8, 0, _LIBPYSAL)
    name = N_("Mean income per person")
    yield Check(name, "South", told.group_mean, 17_772, 0.5, _LIBPYSAL)
    yield Check(name, "rest", told.rest_mean, 21_893, 0.5, _LIBPYSAL)
    name = N_("Moran's I and its moments")
    yield Check(name, "PCGDP2000, I", autocorrelation.statistic, 0.152, 5e-4, _LIBPYSAL)
    yield Check(name, "PCGDP2000, z", z, 1.50, 5e-3, _LIBPYSAL)


def _columbus_regression() -> Checks:
    """Spatial lag and error of CRIME on INC and HOVAL."""
    from sialgeo.association import spatial_regression

    published = {
        "ols": (68.6189611, -1.5973108, -0.2739315),
        "lag": (45.603249, -1.0487282, -0.2663348, 0.4233254),
        "error": (60.279469, -0.9573053, -0.3045593, 0.5467531),
    }
    columbus = _columbus_layer()
    for model, values in published.items():
        found = spatial_regression(columbus, "CRIME", ["INC", "HOVAL"], model=model)
        rows = list(
            zip(found.coefficients.index, found.coefficients["estimate"], values, strict=True)
        )
        yield from _each(
            N_("Spatial regression"), [(f"{model}, {r[0]}", *r[1:]) for r in rows], 1e-6, _SPDEP
        )
        if model == "lag":
            rows = [("log-likelihood", found.log_likelihood, -182.674)]
            yield from _each(N_("Spatial regression"), rows, 5e-4, _SPDEP)
    tests = found.tests["statistic"]
    rows = [
        ("I", found.moran, 0.222109407),
        ("LM, error", tests["error"], 5.2062),
        ("LM, lag", tests["lag"], 8.898),
        ("RLM, error", tests["robust error"], 0.043906),
        ("RLM, lag", tests["robust lag"], 3.7357),
    ]
    yield from _each(N_("Spatial dependence of residuals"), rows, 5e-5, _SPDEP)


def _columbus_moran() -> Checks:
    """Moments of Moran's I, and the two maps together, of the Columbus data."""
    from sialgeo.association import local_association, moran

    columbus = _columbus_layer()
    found = moran(columbus, "CRIME")
    rows = [
        ("I", found.statistic, 0.500188557),
        ("E", found.expected, -0.0208333),
        ("var, normality", found.var_norm, 0.008563413),
        ("var, randomisation", found.var_rand, 0.008689289),
    ]
    yield from _each(N_("Moran's I and its moments"), rows, 1e-7, _SPDEP)
    name = N_("Two maps together")
    for x, y, statistic, published in (
        ("INC", "CRIME", "moran", -0.4516227),
        ("CRIME", "INC", "moran", -0.4286322),
        ("INC", "CRIME", "lee", -0.4703061),
    ):
        both = local_association(columbus, x, y, statistic=statistic, replicates=99)
        ours = float(both.attrs["global"]["statistic"])
        yield Check(name, f"{statistic}, {x}, {y}", ours, published, 1e-7, _SPDEP)


def _lansing(path: Path) -> Checks:
    import pandas as pd

    from sialgeo.colocation import colocation_quotient
    from sialgeo.distances import cross_k

    trees = _placed(pd.read_csv(path))
    quotients = colocation_quotient(trees, kind="type", replicates=0)
    matrix = quotients.matrix()
    name = N_("Colocation quotient")
    published = {
        ("hickory", "hickory"): 1.614,
        ("hickory", "maple"): 0.4421,
        ("maple", "hickory"): 0.4888,
        ("maple", "maple"): 2.0693,
        ("blackoak", "blackoak"): 3.3582,
    }
    rows = [(f"{a} → {b}", matrix.loc[a, b], q) for (a, b), q in published.items()]
    yield from _each(name, rows, 5e-5, _OWN)
    yield Check(name, "global", quotients.overall, 1.8118842, 5e-8, _OWN)
    hickory, maple = (trees[trees["type"] == kind] for kind in ("hickory", "maple"))
    yield from _lansing_border(hickory, maple)
    for correction, values in {
        "isotropic": (0.004631443, 0.021201709, 0.051329653),
        "translation": (0.004690767, 0.021388946, 0.051733018),
        "none": (0.004488822, 0.019557649, 0.045151131),
    }.items():
        found = cross_k(
            hickory,
            others=maple,
            window=(0, 0, 1, 1),
            correction=correction,
            radii=_REACH,
            replicates=0,
        )
        rows = [
            (f"{correction}, r {r}", k, v)
            for r, k, v in zip(_REACH, found.table["value"], values, strict=True)
        ]
        yield from _each(N_("Cross-K"), rows, 5e-10, _LANSING)


def _lansing_border(hickory: Any, maple: Any) -> Checks:
    """Hold the border correction against the published figures, which were counted in classes."""
    from sialgeo.distances import cross_k

    plants, others = (trees.get_coordinates().to_numpy() for trees in (hickory, maple))
    ours = border_in_classes(plants, others, (0.0, *_REACH))
    published = (0.004189936, 0.021131066, 0.056962025)
    rows = [(f"r {r}", k, v) for r, k, v in zip(_REACH, ours, published, strict=True)]
    yield from _each(N_("Cross-K, border, in spatstat's classes"), rows, 5e-10, _LANSING)
    found = cross_k(
        hickory,
        others=maple,
        window=(0, 0, 1, 1),
        correction="border",
        radii=_REACH,
        replicates=0,
    )
    breaks = [0.0, *(b for r in _REACH for b in (np.nextafter(r, 0.0), r))]
    narrow = border_in_classes(plants, others, breaks)[1::2]
    rows = [(f"r {r}", k, v) for r, k, v in zip(_REACH, found.table["value"], narrow, strict=True)]
    yield from _each(N_("Cross-K, border"), rows, 1e-12, _NARROW)


def border_in_classes(plants: Array, others: Array, breaks: Sequence[float]) -> Array:
    """Return the border-corrected cross-K in the unit square as R's spatstat counts it, in classes.

    ``breaks`` bound the classes of distance, from 0; the values are at all but the first. spatstat sorts
    distances and the plants' gaps to the edge into the same classes, and a plant counts at r as long
    as its gap reaches the *lower* end of the class that r closes: with wide classes so do plants
    whose disc leaves the window, with what they see within their own gap. With classes that narrow
    to nothing it is the definition, which :func:`sialgeo.cross_k` keeps: gap ≥ r. By default spatstat
    takes 512 classes; the published figures were made with the three that were asked for.
    """
    from sialgeo.kernels.distance import border_gaps

    low, high = np.asarray(breaks[:-1], dtype=float), np.asarray(breaks[1:], dtype=float)
    gaps = border_gaps(plants, (0.0, 0.0, 1.0, 1.0))
    seen = np.zeros(len(high))
    for plant, gap in zip(plants, gaps, strict=True):
        distance = np.sort(np.hypot(*(others - plant).T))
        distance = distance[distance <= gap]
        within = np.searchsorted(distance, high, side="left")  # classes are open above …
        within[-1] = np.searchsorted(distance, high[-1], side="right")  # … but for the last
        seen += within * (gap >= low)
    k: Array = seen / (gaps[:, None] >= low).sum(axis=0) / len(others)
    return k


def _paracou(path: Path) -> Checks:
    import pandas as pd

    from sialgeo.distances import cross_k, kd_function, m_function

    trees = _placed(pd.read_csv(path))
    kinds = {"Q": "Q. Rosea", "V": "V. Americana"}
    reach = [5, 10, 20, 30, 50, 100]
    published = {
        "QQ": (0.869926, 0.6069201, 1.0193991, 1.300408, 1.2617654, 1.0301551),
        "VQ": (0.5450749, 0.2260581, 0.5450475, 0.6071047, 0.8250446, 0.7426344),
        "QV": (0.5469671, 0.5949164, 0.7021683, 0.6616147, 0.7582472, 0.7904358),
    }
    unweighted = (1.554487, 1.071755, 1.365922, 1.742505, 1.366017, 1.040161)
    asked = [(pair, "weight", values) for pair, values in published.items()]
    for pair, weight, values in (*asked, ("QQ", None, unweighted)):
        of, near = (kinds[letter] for letter in pair)
        found = m_function(
            trees, kind="type", of=of, near=near, weight=weight, radii=reach, replicates=0
        )
        m = found.table["value"]
        said = f"{of} → {near}" + ("" if weight else ", unweighted")
        rows = [(f"{said}, r {r}", v, p) for r, v, p in zip(reach, m, values, strict=True)]
        yield from _each(N_("M function"), rows, 1e-6, _DBMSS)
    reached = (10, 20, 50, 100)
    for letter, weight, densities in (
        ("Q", None, (0.002718362835, 0.00398097137, 0.005125048337, 0.007199645248)),
        ("V", None, (0.002523811, 0.003853791, 0.007196571, 0.007040539)),
        ("Q", "weight", (0.002634597, 0.003961245, 0.004740487, 0.006294706)),
    ):
        kd = kd_function(
            trees, kind="type", of=kinds[letter], weight=weight, radii=reached, replicates=0
        )
        said = letter + (", weighted" if weight else "")
        rows = [
            (f"{said}, r {r}", v, p)
            for r, v, p in zip(reached, kd.table["value"], densities, strict=True)
        ]
        yield from _each(N_("Kd function"), rows, 5e-6, _DBMSS)
    window = (300, 0, 500, 250)
    k = cross_k(trees, window=window, correction="isotropic", radii=(10, 20, 50, 100), replicates=0)
    whole = (306.8672438, 1254.17921, 7954.636275, 31697.34893)
    rows = [(f"r {r}", v, p) for r, v, p in zip(k.table["r"], k.table["value"], whole, strict=True)]
    yield from _each(N_("K function"), rows, 1e-4, _DBMSS)


def _columbus() -> Checks:
    import geopandas as gpd

    from sialgeo.kernels.local import getis_ord_star, local_moran
    from sialgeo.neighbourhoods import adjacency

    examples = import_module("libpysal").examples
    columbus: Any = gpd.read_file(examples.get_path("columbus.shp"))
    start, near = adjacency(columbus, "queen", 1)
    crime = columbus["CRIME"].to_numpy(float)
    yield Check(N_("Queen neighbours"), "Columbus", float(len(near)), 236.0, 0, _SPDEP)
    stars = getis_ord_star(crime, start, near)
    first = [-1.43278, -1.340008, -0.771999, -0.131733, 1.285363, 0.068648, 0.661365, 1.013024]
    rows = [(f"{i}", stars[i - 1], z) for i, z in enumerate([*first, 0.219143, -1.137528], start=1)]
    rows.append(("max", stars.max(), 3.475051))
    yield from _each(N_("Getis–Ord Gi*"), rows, 1e-5, _SPDEP)
    for bound, count in (
        (f"> {Z_95}", (stars > Z_95).sum()),
        (f"< -{Z_95}", (stars < -Z_95).sum()),
    ):
        published = 11 if bound[0] == ">" else 7
        yield Check(N_("Getis–Ord Gi*, areas beyond"), bound, float(count), published, 0, _SPDEP)
    local = local_moran(crime, start, near)
    spdep = [0.736818491, 0.528777013, 0.093850742, 0.004820967, 0.303606125]
    rows = [(f"{i}, n", local[i - 1] * 49 / 48, v) for i, v in enumerate(spdep, start=1)]
    yield from _each(N_("Local Moran"), rows, 1e-8, "spdep, Columbus (variance over n)")
    esda = [0.72178138, 0.51798565, 0.09193542, 0.00472258, 0.29741008]
    rows = [(f"{i}", local[i - 1], value) for i, value in enumerate(esda, start=1)]
    yield from _each(N_("Local Moran"), rows, 1e-7, _ESDA)
    total = local.sum() / (len(local) - 1)
    yield Check(
        N_("Moran's I, as the mean of the local ones"), "", float(total), 0.500188557, 1e-8, _SPDEP
    )


# file, what it is for, the checks on it
_FILES: tuple[tuple[str, str, tuple[Callable[[Path], Checks], ...]], ...] = (
    (NC_SIDS, N_("scan statistic on NC SIDS"), (_nc_sids, _nc_sids_bernoulli)),
    (NEW_YORK, N_("scan statistic on the leukaemia of New York"), (_new_york,)),
    (MOONS, N_("HDBSCAN"), (_moons,)),
    (CHORLEY, N_("surface of relative risk and its bandwidth"), (_chorley,)),
    (PBC, N_("bandwidths"), (_pbc,)),
    (LANSING, N_("colocation and cross-K (Lansing Woods, in R's spatstat)"), (_lansing,)),
    (
        PARACOU,
        N_("M, Kd and K (Paracou 16, which R's dbmss publishes in R's own binary format only)"),
        (_paracou,),
    ),
)
_OF_LIBPYSAL: tuple[Callable[[], Checks], ...] = (
    _columbus,
    _columbus_moran,
    _columbus_regression,
    _mexico,
)
