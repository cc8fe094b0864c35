"""The methods paragraph, ready for a paper, with the works it cites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sialgeo.association.result import METHOD_NAMES
from sialgeo.disclosure import protect
from sialgeo.i18n import LANGUAGES, _, language, numeral, pick, tell_number, use_language
from sialgeo.model import TOGETHER, Concentrations, Publication, Step

WORKS: Mapping[str, str] = {
    "Anselin 1995": "Anselin, L. (1995). Local indicators of spatial association — LISA. Geographical Analysis 27, 93–115.",
    "Benjamini & Bogomolov 2014": "Benjamini, Y., Bogomolov, M. (2014). Selective inference on multiple families of hypotheses. Journal of the Royal Statistical Society B 76(1), 297–318.",
    "Besag & Diggle 1977": "Besag, J., Diggle, P. J. (1977). Simple Monte Carlo tests for spatial pattern. Applied Statistics 26, 327–333.",
    "Campello et al. 2013": "Campello, R. J. G. B., Moulavi, D., Sander, J. (2013). Density-based clustering based on hierarchical density estimates. PAKDD 2013, LNCS 7819, 160–172.",
    "Clopper & Pearson 1934": "Clopper, C. J., Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the case of the binomial. Biometrika 26, 404–413.",
    "Dutilleul 1993": "Dutilleul, P. (1993). Modifying the t test for assessing the correlation between two spatial processes. Biometrics 49, 305–314.",
    "Ester et al. 1996": "Ester, M., Kriegel, H.-P., Sander, J., Xu, X. (1996). A density-based algorithm for discovering clusters in large spatial databases with noise. KDD-96, 226–231.",
    "Florence 1939": "Florence, P. S. (1939). Report on the Location of Industry. Political and Economic Planning, London.",
    "Hennig 2007": "Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational Statistics & Data Analysis 52, 258–271.",
    "Huff 1963": "Huff, D. L. (1963). A probabilistic analysis of shopping center trade areas. Land Economics 39(1), 81–90.",
    "Kulldorff 1997": "Kulldorff, M. (1997). A spatial scan statistic. Communications in Statistics: Theory and Methods 26, 1481–1496.",
    "Lahdelma et al. 1998": "Lahdelma, R., Hokkanen, J., Salminen, P. (1998). SMAA – stochastic multiobjective acceptability analysis. European Journal of Operational Research 106(1), 137–143.",
    "Wagner & Dray 2015": "Wagner, H. H., Dray, S. (2015). Generating spatially constrained null models for irregularly spaced data using Moran spectral randomization methods. Methods in Ecology and Evolution 6, 1169–1178.",
}
_Cited = tuple[str, tuple[str, ...]]  # a sentence, and the works it cites


def methods_text(found: Concentrations | Publication, *, lang: str | None = None) -> str:
    """Return the methods paragraph of a paper with its references.

    Parameters
    ----------
    found
        A result or a publication: what its steps recorded is told, and nothing else.
    lang
        ``"es"`` or ``"en"``; the language in force by default.

    Returns
    -------
    str
        A paragraph, a blank line, and one line a reference.

    Examples
    --------
    >>> import geopandas as gpd
    >>> point = gpd.points_from_xy([-78.5], [-7.1])
    >>> found = Concentrations(
    ...     gpd.GeoDataFrame({"concentration": [1], "membership": [1.0]}, geometry=point, crs=4326),
    ...     gpd.GeoDataFrame({"name": ["A"], "n": [1], "evidence": ["tested"]},
    ...                      geometry=point.buffer(0.1), index=[1], crs=4326),
    ...     steps=(Step("assess", {"replicates": 999}, seed=1),))
    >>> print(methods_text(found, lang="en").splitlines()[0])
    Each concentration was tested by 999 Monte-Carlo replicates ...
    """
    publication = found if isinstance(found, Publication) else protect(found)
    with use_language(lang if lang in LANGUAGES else language()):
        sentences = " ".join(method_sentences(publication))
        return "\n".join([sentences, "", *references(publication)])


def method_sentences(publication: Publication) -> tuple[str, ...]:
    """Return one sentence or two for each step, in the language in force."""
    return tuple(text for text, _works in _cited(publication))


def references(publication: Publication) -> tuple[str, ...]:
    """Return the works that the sentences cite, by author."""
    named = {work for _text, works in _cited(publication) for work in works}
    return tuple(WORKS[name] for name in sorted(named))


def _cited(publication: Publication) -> list[_Cited]:
    found = [SENTENCES[s.verb](s) for s in publication.steps if s.verb in SENTENCES]
    found = [cited for cited in dict.fromkeys(found) if cited[0]]
    program = (
        f"sialgeo {_version(publication)}".strip()
    )  # a tree that is not installed has no version
    own = _("Computed with {program}.").format(program=program)
    return [*found, (own, ())]


def _version(publication: Publication) -> str:
    return next((v for s in publication.steps if (v := s.versions.get("sialgeo"))), "")


def _detect(step: Step) -> _Cited:
    p = step.parameters
    method = str(p.get("method", ""))
    settings = ", ".join(
        f"{name} = {value:g}" if isinstance(value, float) else f"{name} = {value}"
        for name, value in p.items()
        if name not in ("method", "reference", "coincident")
        and isinstance(value, int | float | str)
    )
    if method == "relative-dbscan":
        reference = p.get("reference") or {}
        text = _(
            "Concentrations were detected by relative-density DBSCAN ({settings}): a producer is core where the producers within the radius are more than the pool of producers and reference units explains; the reference population is {reference} ({units} units)."
        ).format(
            settings=settings,
            reference=pick(reference.get("name", "")) or _("not named"),
            units=tell_number(reference.get("units", 0)),
        )
        return text, ("Ester et al. 1996", "Kulldorff 1997")
    text = _("Groups were detected by {method} ({settings}).").format(
        method=method or _("a detector of the user's own"), settings=settings
    )
    works = {"dbscan": "Ester et al. 1996", "hdbscan": "Campello et al. 2013"}
    return text, tuple(w for k, w in works.items() if k == method) or (
        ("Kulldorff 1997",) if "scan" in method else ()
    )


def _assess(step: Step) -> _Cited:
    text = _(
        "Each concentration was tested by {replicates} Monte-Carlo replicates of the whole procedure (seed {seed}); p-values are adjusted for the search over the whole map by the maximum of the log-likelihood ratio over all concentrations."
    ).format(replicates=step.parameters.get("replicates"), seed=step.seed)
    return text, ("Besag & Diggle 1977", "Kulldorff 1997")


def _estimate(step: Step) -> _Cited:
    text = _(
        "Relative risks were estimated on producers that took no part in the detection ({splits} random halves), with exact intervals."
    ).format(splits=step.parameters.get("splits"))
    return text, ("Clopper & Pearson 1934",)


def _stability(step: Step) -> _Cited:
    text = _(
        "Stability is the mean Jaccard index with the best match over {runs} repetitions on subsamples, moved coordinates and neighbouring radii."
    ).format(runs=step.parameters.get("runs"))
    return text, ("Hennig 2007",)


def _agreement(step: Step) -> _Cited:
    if step.parameters.get("with") != "spatial-scan":
        return "", ()
    text = _(
        "A concentration is confirmed where the spatial scan statistic, with local zones and as many replicates, finds its producers too."
    )
    return text, ("Kulldorff 1997",)


def _chains(step: Step) -> _Cited:
    if not step.parameters.get(TOGETHER):
        return "", ()
    text = _(
        "Each chain was detected and tested on its own; chains were selected by the false discovery rate on each one's smallest p-value, and the p-values of a selected chain were multiplied by the number of chains over that of the selected ones."
    )
    return text, ("Benjamini & Bogomolov 2014",)


def _profile(step: Step) -> _Cited:
    if not step.parameters.get("chain") or step.parameters.get("quotients") is False:
        return "", ()
    text = _("Specialisation by chain is told by the location quotient with its 95 % interval.")
    return text, ("Florence 1939",)


def _overlay(step: Step) -> _Cited:
    names = [_indicator(entry) for entry in step.parameters.get("indicators", ())]
    if not names:
        return "", ()
    how = {
        "population": _("weighted by population"),
        "area": _("weighted by area"),
        "coverage": _("weighted by the covered share of the cells"),
    }.get(str(step.parameters.get("weighting")), "")
    text = _("Laid over the concentrations ({how}): {names}.").format(
        how=how, names="; ".join(names)
    )
    return text, ()


def _associate(step: Step) -> _Cited:
    method = str(step.parameters.get("method", ""))
    if method not in METHOD_NAMES:
        return "", ()
    text = _(
        "Whether producers stand in poorer places than the reference population was tested by {method}."
    ).format(method=_(METHOD_NAMES[method]))
    works = {"msr": ("Wagner & Dray 2015",), "dutilleul": ("Dutilleul 1993",)}
    return text, works.get(method, ())


def _link(step: Step) -> _Cited:
    p = step.parameters
    radii = ", ".join(numeral("{x:g}", x=r / 1000) for r in p.get("radii", ()))
    text = _("Suppliers were counted within {radii} km of each plant.").format(radii=radii)
    if p.get("catchment") != "huff":
        return text, ()
    shared = _(
        "Each supplier was shared among the plants within {reach:g} km by attraction over distance to the power {exponent:g}."
    ).format(reach=p["reach"] / 1000, exponent=p["exponent"])
    return f"{text} {shared}", ("Huff 1963",)


def _classify(_step: Step) -> _Cited:
    return _(
        "Spatial evidence and level of activation were classed apart, each criterion with its threshold; what was not surveyed is not assessable."
    ), ()


def _exposure(_step: Step) -> _Cited:
    return _(
        "Exposure to trade opening is the share of output, or of producers, in chains whose price or tariff falls; it is no estimate of an impact."
    ), ()


def _compare(step: Step) -> _Cited:
    text = _(
        "Concentrations of the two dates were matched where they share {overlap:.0%} of the producers or the ground of the smaller one."
    ).format(overlap=step.parameters.get("overlap", 0.0))
    return text, ()


def _prioritise(step: Step) -> _Cited:
    text = _(
        "Ranks are by the mean percentile rank over the sub-indices, with their range over {draws:,.0f} random weightings (seed {seed})."
    ).format(draws=step.parameters.get("draws", 0), seed=step.seed)
    return text, ("Lahdelma et al. 1998",)


def _indicator(entry: Mapping[str, Any]) -> str:
    name = pick(entry.get("name", "")) or str(entry.get("column", ""))
    source = entry.get("source")
    return f"{name} ({source})" if source else name


def _protect(step: Step) -> _Cited:
    text = _(
        "Counts of fewer than {n} producers were withheld, and footprints generalised, before publication."
    ).format(n=step.parameters.get("min_n"))
    return text, ()


SENTENCES: Mapping[str, Callable[[Step], _Cited]] = {
    "detect": _detect,
    "assess": _assess,
    "estimate": _estimate,
    "stability": _stability,
    "agreement": _agreement,
    "chains": _chains,
    "profile": _profile,
    "overlay": _overlay,
    "associate": _associate,
    "link": _link,
    "classify": _classify,
    "trade_exposure": _exposure,
    "compare": _compare,
    "prioritise": _prioritise,
    "protect": _protect,
}
