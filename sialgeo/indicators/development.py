"""Human development: the UNDP's index, its bands, and classes for indices that have none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.errors import ParameterError, SchemaError, raise_all
from sialgeo.i18n import N_, _
from sialgeo.indicators.checks import aligned, numbers
from sialgeo.kernels.wellbeing import Goalposts, former_development, human_development
from sialgeo.plausibility import Array, outside, some

if TYPE_CHECKING:
    import pandas as pd

GOALPOSTS: Mapping[int, Goalposts] = {
    2014: Goalposts((20.0, 85.0), (0.0, 18.0), (0.0, 15.0), (100.0, 75_000.0)),
}
LEAST_INCOME = 100.0
# what the editions of 2010 to 2013 observed and printed in their technical note 1
GREATEST = (
    "life_expectancy",
    "expected_schooling",
    "mean_schooling",
    "education",
    "gni_per_capita",
)
# what a component may be at all: beyond it stands another unit, a code for "no data", or an index
POSSIBLE = {
    "life_expectancy": (20.0, 110.0),
    "expected_schooling": (0.0, 30.0),
    "mean_schooling": (0.0, 30.0),
    "gni_per_capita": (100.0, np.inf),
}
FORMER = 2009  # the edition whose published table the former method is checked against
FORMER_INCOME = (100.0, 40_000.0)
POSSIBLE_FORMER = {
    "life_expectancy": (20.0, 110.0),
    "adult_literacy": (0.0, 100.0),
    "gross_enrolment": (0.0, 200.0),  # pupils of any age over the age group: may exceed 100
    "gdp_per_capita": (100.0, np.inf),
}
GREATEST_FORMER = (85.0, 100.0, 100.0, FORMER_INCOME[1])
LOW, MEDIUM, HIGH, VERY_HIGH = "low", "medium", "high", "very_high"
BAND_LABELS: Mapping[str, str] = {
    LOW: N_("low human development"),
    MEDIUM: N_("medium human development"),
    HIGH: N_("high human development"),
    VERY_HIGH: N_("very high human development"),
}
# editions, cut-offs (None: quartiles of all countries of the edition)
_REGIMES: tuple[tuple[int, int, tuple[float, ...] | None], ...] = (
    (1990, 2008, (0.5, 0.8)),
    (2009, 2009, (0.5, 0.8, 0.9)),
    (2010, 2013, None),
    (2014, 9999, (0.55, 0.7, 0.8)),
)
_UNDP = frozenset({"undp", "undp hdr", "hdr", "undp human development report"})
_SHDI = frozenset({"shdi", "global data lab", "gdl", "global data lab shdi"})


def hdi(
    life_expectancy: Any,
    expected_schooling: Any,
    mean_schooling: Any,
    gni_per_capita: Any,
    *,
    method_year: int = 2014,
    greatest: Mapping[str, float] | None = None,
) -> pd.Series:
    """Return the Human Development Index of each row by the UNDP's method.

    Parameters
    ----------
    life_expectancy : scalar or (n,) array-like
        Years at birth.
    expected_schooling, mean_schooling : scalar or (n,) array-like
        Years a child may expect; years that adults of 25 and over completed.
    gni_per_capita : scalar or (n,) array-like
        Gross national income per person, international dollars (PPP).
    method_year : int
        Year of the method, not of the data. 2014, which the editions since then use: goalposts 20–85
        years, 18 and 15 years of schooling, 100–75,000 dollars; what lies above a goalpost counts as
        the goalpost. 2010 to 2013: with ``greatest``.
    greatest : mapping, optional
        For the methods of 2010 to 2013: the greatest values that the edition observed, as its
        technical note 1 prints them: ``life_expectancy``, ``expected_schooling``, ``mean_schooling``,
        ``education`` (the greatest geometric mean of both indices) and ``gni_per_capita``;
        ``least_income`` where it is not 100 dollars.

    Returns
    -------
    Series
        HDI in 0–1, index of the first Series given, else 0, 1, …. A row with a NaN is NaN.
        ``attrs``: ``publisher``, ``method_year`` and ``notes`` (how many values were capped).

    Raises
    ------
    ParameterError
        The method is not known, ``greatest`` is not what the method needs, or lengths or indexes
        differ.
    SchemaError
        A component cannot be what it should: life expectancy under 20 or over 110 years, schooling
        outside 0–30 years, income under 100 dollars or infinite. All faults at once.

    Notes
    -----
    Geometric mean of health, education (mean of both indices) and income (logarithm); UNDP (2014),
    Human Development Report, technical note 1. From 2010 to 2013 education was the geometric mean of
    both indices over the greatest observed, and every goalpost the greatest value observed until the
    edition: take them from the edition at hand (not all of them could be read in a published text, so
    none is built in). The method until 2009 has other components: :func:`former_hdi`. Their figures are not comparable
    with these. Local figures (household income, completed secondary school) are no components of
    this index.

    Examples
    --------
    >>> hdi([81.6, 82.4], [17.5, 20.2], [12.6, 13.0], [64_992, 42_261]).round(3).tolist()
    [0.944, 0.935]

    Whoever has the greatest of everything has an index of 1.

    >>> observed = {"life_expectancy": 80, "expected_schooling": 18, "mean_schooling": 13,
    ...     "education": 0.95, "gni_per_capita": 90_000}
    >>> hdi(80, 18, 13, 90_000, method_year=2013, greatest=observed).tolist()
    [1.0]
    """
    import pandas as pd

    goalposts, education = _goalposts(method_year, greatest)
    figures = dict(
        zip(
            POSSIBLE,
            (life_expectancy, expected_schooling, mean_schooling, gni_per_capita),
            strict=True,
        )
    )
    index, held = aligned(figures)
    faults = _component_faults(held, index, POSSIBLE)
    raise_all([*faults, *_nothing_learnt(held, index)], SchemaError)
    life, expected, mean, income = held.values()
    values = human_development(life, expected, mean, income, goalposts, education)
    found: pd.Series = pd.Series(values, index=index, name="hdi", dtype=float)
    found.attrs = {
        "publisher": "UNDP",
        "method_year": method_year,
        "notes": _cap_notes(held, [most for _least, most in goalposts]),
    }
    return found


def _goalposts(year: int, greatest: Mapping[str, float] | None) -> tuple[Goalposts, float | None]:
    """Return the goalposts of a method and, of 2010 to 2013, the greatest education index."""
    if year in GOALPOSTS and greatest is None:
        return GOALPOSTS[year], None
    if year in GOALPOSTS:
        raise ParameterError(
            _(
                "greatest: the goalposts of {year} are fixed. Remedy: leave it out, or method_year=2013 or earlier"
            ).format(year=year)
        )
    if not 2010 <= year < 2014 or greatest is None:
        raise ParameterError(_unknown_method(year))
    given = {"least_income": LEAST_INCOME, **greatest}
    least = given["least_income"]
    bounds = {
        "life_expectancy": (20.0, 110.0),
        "education": (0.0, 1.0),
        "gni_per_capita": (least, np.inf),
    }
    wrong = {*GREATEST, "least_income"} ^ set(given)
    for name in set(given) - wrong:
        low, high = bounds.get(name, (0.0, np.inf))
        if not low < given[name] <= high or not np.isfinite(given[name]):
            wrong.add(name)
    if wrong:
        raise ParameterError(
            _(
                "greatest: {names}: missing, unknown or impossible. Remedy: {wanted}, as technical note 1 of the edition prints them; education is an index of at most 1"
            ).format(names=", ".join(sorted(wrong)), wanted=", ".join(GREATEST))
        )
    life, expected, mean, education, income = (float(given[name]) for name in GREATEST)
    return Goalposts((20.0, life), (0.0, expected), (0.0, mean), (least, income)), education


def _unknown_method(year: int) -> str:
    if 2010 <= year < 2014:
        return _(
            "method_year = {year}: the editions 2010 to 2013 took the greatest values observed until then. Remedy: greatest= those values, from technical note 1 of the edition ({wanted}); or its published index"
        ).format(year=year, wanted=", ".join(GREATEST))
    if year < 2010:
        why = _(
            "until 2009 the index had other components (literacy, enrolment, GDP): former_hdi computes it by the method of 2009"
        )
    else:
        why = _("known: {known}, which the UNDP's editions use since 2014").format(
            known=", ".join(map(str, GOALPOSTS))
        )
    return _(
        "method_year = {year}: {why}. Remedy: take the published index of that edition, or method_year=2014"
    ).format(year=year, why=why)


def former_hdi(
    life_expectancy: Any,
    adult_literacy: Any,
    gross_enrolment: Any,
    gdp_per_capita: Any,
) -> pd.Series:
    """Return the Human Development Index of each row by the method that the UNDP used until 2009.

    For tables and studies of those years; it is not comparable with :func:`hdi`.

    Parameters
    ----------
    life_expectancy : scalar or (n,) array-like
        Years at birth; goalposts 25 and 85.
    adult_literacy : scalar or (n,) array-like
        Per cent of the people of 15 and over.
    gross_enrolment : scalar or (n,) array-like
        Combined primary, secondary and tertiary gross enrolment ratio, per cent; above 100 counts as 100.
    gdp_per_capita : scalar or (n,) array-like
        Gross domestic product per person, international dollars (PPP); goalposts 100 and 40,000.

    Returns
    -------
    Series
        HDI in 0–1, index of the first Series given. A row with a NaN is NaN. ``attrs``: ``publisher``,
        ``method_year`` (2009), ``notes`` (how many values were capped).

    Raises
    ------
    ParameterError
        Lengths or indexes differ.
    SchemaError
        A component cannot be what it should, rates given as shares among them: all faults at once.

    Notes
    -----
    Mean of health, education (two thirds literacy, one third enrolment) and income (logarithm).
    Checked against table H of the Human Development Report 2009, which took 99 per cent where a
    country reports no literacy.

    Examples
    --------
    >>> former_hdi([80.5, 81.1], [99, 98.9], [98.6, 91.8], [53_433, 30_353]).round(3).tolist()
    [0.971, 0.951]
    """
    import pandas as pd

    figures = (life_expectancy, adult_literacy, gross_enrolment, gdp_per_capita)
    index, held = aligned(dict(zip(POSSIBLE_FORMER, figures, strict=True)))
    faults = _component_faults(held, index, POSSIBLE_FORMER)
    faults += [
        _("{name}: no value is above 1. Remedy: give per cent (95, not 0.95)").format(name=name)
        for name in ("adult_literacy", "gross_enrolment")
        if np.isfinite(held[name]).any() and np.nanmax(held[name]) <= 1
    ]
    raise_all(faults, SchemaError)
    life, literacy, enrolment, income = held.values()
    values = former_development(life, literacy, enrolment, income, FORMER_INCOME)
    found: pd.Series = pd.Series(values, index=index, name="hdi", dtype=float)
    notes = _cap_notes(held, GREATEST_FORMER)
    found.attrs = {"publisher": "UNDP", "method_year": FORMER, "notes": notes}
    return found


def _component_faults(
    held: Mapping[str, Array], index: pd.Index, possible: Mapping[str, tuple[float, float]]
) -> list[str]:
    faults: list[str] = []
    for name, (least, greatest) in possible.items():
        bad = outside(held[name], least, greatest)
        if bad.any():
            faults.append(
                _(
                    "{name}: {n} values from {low:g} to {high:g}, and {least:g} to {greatest:g} is possible (rows {rows}). Remedy: give years and dollars, no indices or thousands; write NaN where a value is not known"
                ).format(
                    name=name,
                    n=int(bad.sum()),
                    rows=some(index[bad]),
                    least=least,
                    greatest=greatest,
                    low=float(held[name][bad].min()),
                    high=float(held[name][bad].max()),
                )
            )
    return faults


def _nothing_learnt(held: Mapping[str, Array], index: pd.Index) -> list[str]:
    nothing = (held["expected_schooling"] == 0) & (held["mean_schooling"] == 0)
    if not nothing.any():
        return []
    return [
        _(
            "expected_schooling and mean_schooling are both 0 (rows {rows}). Remedy: write NaN where a value is not known"
        ).format(rows=some(index[nothing]))
    ]


def _cap_notes(held: Mapping[str, Array], greatest_of: Sequence[float]) -> tuple[str, ...]:
    notes: list[str] = []
    for name, greatest in zip(held, greatest_of, strict=True):
        n = int((held[name] > greatest).sum())
        if n:
            notes.append(
                _("{name}: {n} values above {greatest:g} count as {greatest:g}.").format(
                    name=name, n=n, greatest=greatest
                )
            )
    return tuple(notes)


def hdi_band(values: Any, *, publisher: str, year: Any, countries: Any = None) -> pd.Series:
    """Return the UNDP's band of each index, by the edition that published it.

    Parameters
    ----------
    values : scalar or (n,) array-like
        Indices in 0–1.
    publisher : str
        ``"UNDP"`` (world reports) or ``"SHDI"`` (Global Data Lab, put on the UNDP's scale; with a
        note, the bands being made for countries). Any other index is refused.
    year : int or (n,) array-like
        Edition of the report: its bands, not the year of the data. All must be of one method.
    countries : array-like, optional
        The indices of all countries of the edition: the editions 2010 to 2013 took their quartiles.

    Returns
    -------
    Series of ordered categories
        ``low``, ``medium``, ``high``, ``very_high``; NaN where the value is. ``attrs``: ``cuts``,
        ``publisher``, ``notes``. :data:`BAND_LABELS` has the texts.

    Raises
    ------
    ParameterError
        The publisher's index is another measure (PNUD Perú, PNUD México, …: use
        :func:`quantile_classes`), the years mix methods, or ``countries`` is needed.
    SchemaError
        A value is outside 0–1.

    Notes
    -----
    Since 2014 .550, .700 and .800, a value on the cut-off being above it; 2010–2013 quartiles; 2009
    .500, .800 and .900; 1990–2008 .500 and .800 (three bands).

    Examples
    --------
    >>> hdi_band([0.549, 0.55, 0.8], publisher="UNDP", year=2019).tolist()
    ['low', 'medium', 'very_high']
    """
    import pandas as pd

    index, held = aligned({"values": values})
    _refuse_indices(held["values"], index)
    notes = _publisher_notes(publisher)
    cuts = _cuts(publisher, year, countries, getattr(values, "attrs", {}).get("method_year"))
    names = (LOW, MEDIUM, HIGH, VERY_HIGH)[: len(cuts) + 1]
    codes = np.searchsorted(cuts, held["values"], side="right")
    codes[np.isnan(held["values"])] = -1
    kind = pd.CategoricalDtype(list(names), ordered=True)
    found = pd.Categorical.from_codes(codes, dtype=kind)
    bands: pd.Series = pd.Series(found, index=index, name="band")
    bands.attrs = {"publisher": publisher, "cuts": cuts, "notes": notes}
    return bands


def _refuse_indices(values: Array, index: pd.Index) -> None:
    bad = outside(values, 0.0, 1.0)
    if bad.any():
        raise SchemaError(
            _(
                "{n} indices lie outside 0–1, from {low:g} to {high:g} (rows {rows}). Remedy: divide by 100 what is given in hundredths; write NaN where a value is not known"
            ).format(
                n=int(bad.sum()),
                rows=some(index[bad]),
                low=float(values[bad].min()),
                high=float(values[bad].max()),
            )
        )


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.sub(r"[^\w\s]", " ", folded).split())


def _publisher_notes(publisher: str) -> tuple[str, ...]:
    name = _plain(publisher)
    if name in _UNDP:
        return ()
    if name in _SHDI:
        return (
            _("The UNDP's bands were made for countries; SHDI describes regions on their scale."),
        )
    if name == "pnud":
        raise ParameterError(
            _(
                "publisher = “{name}”: the world report or a national index? Remedy: write UNDP for the world report; classes of a national index are made with quantile_classes"
            ).format(name=publisher)
        )
    raise ParameterError(
        _(
            "publisher = “{name}”: the UNDP's bands hold for the UNDP's own index (UNDP, SHDI), and a national index is another measure. Remedy: quantile_classes(values), said to be quantiles"
        ).format(name=publisher)
    )


def _cuts(publisher: str, year: Any, countries: Any, method_year: int | None) -> tuple[float, ...]:
    years = np.unique(numbers(np.atleast_1d(year), "year"))
    if not np.isfinite(years).all() or (years < 1990).any():
        raise ParameterError(_("year: give the edition of the report, from 1990 on"))
    if _plain(publisher) in _SHDI:  # its whole series is computed by the method of 2014
        return (0.55, 0.7, 0.8)
    regimes = {next(r for r in _REGIMES if r[0] <= y <= r[1]) for y in years}
    if len(regimes) > 1:
        raise ParameterError(
            _(
                "the years {years} mix methods of the HDI (until 2008, 2009, 2010–2013, since 2014). Remedy: class each edition on its own, or take one edition's series"
            ).format(years=some(int(y) for y in years))
        )
    first, last, cuts = regimes.pop()
    if method_year is not None and not first <= method_year <= last:
        raise ParameterError(
            _(
                "the values were computed by the method of {method}, and the bands are of the edition {year}. Remedy: year={method} or later"
            ).format(method=method_year, year=int(years[0]))
        )
    if cuts is not None:
        return cuts
    if countries is None:
        raise ParameterError(
            _(
                "the editions 2010 to 2013 took quartiles of all countries. Remedy: countries= the indices of all countries of that edition"
            )
        )
    world = numbers(countries, "countries")
    return tuple(float(c) for c in np.nanquantile(world, (0.25, 0.5, 0.75)))


def quantile_classes(values: Any, *, k: int = 5, weights: Any = None) -> pd.Series:
    """Return the quantile class of each value, 1 the lowest, for indices without bands of their own.

    Parameters
    ----------
    values : (n,) array-like
    k : int
        Number of classes.
    weights : (n,) array-like, optional
        Population: each class then holds about as many people instead of territories.

    Returns
    -------
    Series of Int64
        1 … k, missing where the value is. Equal values share a class. ``attrs["cuts"]`` are the lower
        bounds of the classes 2 … k; ``attrs["notes"]`` says that classes are relative, and when ties
        leave fewer of them.

    Examples
    --------
    >>> quantile_classes([0.2, 0.3, 0.5, 0.9], k=2).tolist()
    [1, 1, 2, 2]
    """
    import pandas as pd

    index, held = aligned({"values": values, "weights": 1.0 if weights is None else weights})
    if isinstance(k, bool) or not 2 <= k <= 20:
        raise ParameterError(_("k = {k}: must be a whole number from 2 to 20").format(k=k))
    x, w = held["values"], held["weights"]
    known = ~np.isnan(x) & ~np.isnan(w)
    bad = np.isinf(x) | outside(w, 0.0, np.inf)
    if bad.any():
        raise SchemaError(
            _("values are infinite, or weights negative (rows {rows})").format(
                rows=some(index[bad])
            )
        )
    if not w[known].sum() > 0:
        raise SchemaError(_("no value is known: there is nothing to class"))
    order = np.argsort(x[known], kind="stable")
    ranked, share = x[known][order], np.cumsum(w[known][order])
    before = (share - w[known][order]) / share[-1]
    first = np.searchsorted(ranked, ranked, side="left")  # ties share their first one's class
    classes = np.minimum((before[first] * k + 1e-9).astype(np.int64), k - 1) + 1
    codes: pd.Series = pd.Series(pd.NA, index=pd.RangeIndex(len(x)), dtype="Int64")
    codes.iloc[np.flatnonzero(known)[order]] = classes
    codes.index, codes.name = index, "class"
    notes: list[str] = [
        _("Classes are quantiles of the values given: they rank, and say nothing of levels.")
    ]
    if len(np.unique(classes)) < k:
        notes.append(
            _("Equal values leave {n} classes of {k}.").format(n=len(np.unique(classes)), k=k)
        )
    cuts = tuple(float(ranked[classes == c].min()) for c in np.unique(classes)[1:])
    codes.attrs = {"cuts": cuts, "notes": tuple(notes)}
    return codes
