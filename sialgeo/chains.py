"""Many chains at once: one family of tests, where their mix differs, and where they meet.

Looking at K chains is K looks at the map. The chains are selected by Benjamini–Hochberg on each
chain's smallest p-value, and within a selected chain the p-values are multiplied by K / selected
(Benjamini & Bogomolov 2014), so that the error is controlled over the chains that are shown.

References
----------
Benjamini, Y., Bogomolov, M. (2014). Selective inference on multiple families of hypotheses.
Journal of the Royal Statistical Society B 76(1), 297–318.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.detection import detect
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.evidence import gather_evidence
from sialgeo.i18n import N_, _, ngettext
from sialgeo.kernels.local import benjamini_hochberg
from sialgeo.model import (
    BY_CHAIN,
    BY_RADIUS,
    CHAINS_VERB,
    CONCENTRATION,
    EVIDENCE,
    INCONCLUSIVE,
    MAIN_CHAIN,
    MIX_ZONE,
    MIX_ZONES,
    NAME,
    NOISE,
    NOT_SIGNIFICANT,
    OVERLAPS,
    P_VALUE,
    RADII_TRIED,
    SIGNIFICANCE,
    STATISTIC,
    TESTED,
    TOGETHER,
    Concentrations,
    Detector,
    N,
    Step,
    detection_step,
    versions,
)
from sialgeo.params import check, param
from sialgeo.progress import Progress, aloud, scaled
from sialgeo.references import Reference
from sialgeo.scans import scan_chains
from sialgeo.verdicts import with_verdicts

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

FEWEST = 2
BASIN = 0.25  # Jaccard index of two chains' footprints that make a basin of both


@dataclass(frozen=True)
class ChainChoice:
    """Whether the mix of the chains is scanned."""

    mix: bool = param(
        True,
        N_("Scan once for where the mix of the chains differs from elsewhere"),
        label=N_("Scan the mix of chains"),
    )

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Chains:
    """Concentrations by chain.

    Attributes
    ----------
    found : mapping of chain to Concentrations
        Their ``p_value`` pays for the number of chains.
    table : DataFrame
        One row per chain: producers, concentrations, smallest p-value, the same adjusted over the
        chains (false discovery rate), whether the chain is selected, and its concentrations that are
        significant then (``tested``). ``attrs`` hold the column (``chain``), how many producers have
        none (``without_chain``), the chains with a single one (``too_few``), and the ``rows`` of the
        producers, chain by chain.
    overlap : DataFrame
        Jaccard index of the footprints (all tested concentrations of a chain together), chain by
        chain: a multi-product basin shows here.
    mix : GeoDataFrame or None
        Where the mix of chains differs from elsewhere: the multinomial scan, run once over all chains
        (as :func:`sialgeo.scans.scan_chains` gives it). None where it was not asked for.
    """

    found: Mapping[str, Concentrations]
    table: pd.DataFrame
    overlap: pd.DataFrame
    mix: gpd.GeoDataFrame | None = None

    def basins(self, least: float = BASIN) -> pd.DataFrame:
        """Return the multi-product basins: pairs of chains whose footprints share at least so much.

        Parameters
        ----------
        least : float
            Smallest Jaccard index of the footprints.

        Returns
        -------
        DataFrame
            ``chain``, ``other`` and ``overlap``, the greatest first.
        """
        pairs = self.pairs()
        return pairs[pairs["overlap"] >= least].reset_index(drop=True)

    def pairs(self) -> pd.DataFrame:
        """Return every pair of chains that have tested concentrations: the overlap matrix as a list.

        Returns
        -------
        DataFrame
            ``chain``, ``other`` and ``overlap``, the greatest first.
        """
        import pandas as pd

        names = list(self.overlap.index)
        rows = [
            (a, b, float(self.overlap.loc[a, b]))
            for place, a in enumerate(names)
            for b in names[place + 1 :]
            if self.overlap.loc[a, b] >= 0
        ]
        table = pd.DataFrame(rows, columns=["chain", "other", "overlap"])
        return table.sort_values("overlap", ascending=False, ignore_index=True, kind="stable")

    def zones(self) -> pd.DataFrame:
        """Return the zones in which the mix of chains differs (p ≤ 0.05), the clearest first.

        Returns
        -------
        DataFrame
            Index ``mix_zone``; ``n`` producers, ``p_value``, and a column for each chain: how many
            times as common it is there as elsewhere.
        """
        import pandas as pd

        names = list(self.table.index)
        empty = pd.DataFrame(columns=[N, P_VALUE, *names], index=pd.Index([], name=MIX_ZONE))
        if self.mix is None:
            return empty
        held = self.mix[(self.mix[CONCENTRATION] > 0) & (self.mix[P_VALUE] <= SIGNIFICANCE)]
        if not len(held):
            return empty
        told = held.drop_duplicates(CONCENTRATION).set_index(CONCENTRATION).sort_index()
        risks = {name: told[f"relative_risk__{name}"].astype(float) for name in names}
        sizes = held[CONCENTRATION].value_counts().reindex(told.index)
        return pd.DataFrame({N: sizes, P_VALUE: told[P_VALUE], **risks}).rename_axis(MIX_ZONE)

    def sentences(self) -> tuple[str, ...]:
        """Return in plain words, in the language in force, what the chains show together."""
        said = [self._examined()]
        said += [
            _(
                "Multi-product basin: {chain} and {other} share {share:.0%} of their footprints."
            ).format(chain=row.chain, other=row.other, share=row.overlap)
            for row in self.basins().itertuples()
        ]
        if self.mix is not None:
            p = float(self.mix[P_VALUE].min())
            if p <= SIGNIFICANCE:
                said.append(
                    _("The mix of chains differs from place to place (p = {p:.3f}).").format(p=p)
                )
            else:
                said.append(
                    _("The mix of chains is the same everywhere, as far as these data tell.")
                )
        return (*said, *self._left_out())

    def _examined(self) -> str:
        n = len(self.table)
        if not self.table["smallest_p"].notna().any():
            return ngettext(
                "{n} chain examined, without a test.", "{n} chains examined, without a test.", n
            ).format(n=n)
        return ngettext(
            "{n} chain examined; {selected} concentrated beyond chance, having paid for all of them.",
            "{n} chains examined; {selected} concentrated beyond chance, having paid for all of them.",
            n,
        ).format(n=n, selected=int(self.table["selected"].sum()))

    def _left_out(self) -> list[str]:
        without, few = self.table.attrs.get("without_chain", 0), self.table.attrs.get("too_few", ())
        said = []
        if without:
            said.append(
                ngettext(
                    "{n} producer without a chain was left out.",
                    "{n} producers without a chain were left out.",
                    without,
                ).format(n=without)
            )
        if few:
            said.append(
                _("Chains with one producer, left out: {chains}.").format(chains=", ".join(few))
            )
        return said

    def together(self) -> Concentrations:
        """Return the concentrations of all chains as one map, numbered by decreasing statistic.

        Each concentration's name begins with its chain, which is in ``main_chain`` too. The producers
        of all chains examined are in it, with ``mix_zone`` where the mix was scanned. What tests,
        estimates or shakes concentrations takes those of one chain (``found``), not these.
        """
        return _together(self)


@aloud
def detect_chains(
    producers: gpd.GeoDataFrame,
    detector: Detector,
    *,
    chain: str,
    reference: Reference | gpd.GeoDataFrame | None = None,
    replicates: int = 999,
    splits: int = 0,
    runs: int = 0,
    confirmed: bool = False,
    precision: str | float | None = None,
    seed: int = 1,
    mix: bool = True,
    progress: Progress | None = None,
    **options: Any,
) -> Chains:
    """Detect and test the concentrations of every chain, and pay for having looked at all of them.

    Parameters
    ----------
    producers : GeoDataFrame of points
    detector
        As for :func:`sialgeo.detect`.
    chain : str
        Column with the chain; producers without one are left out and counted in ``table.attrs``.
    reference : optional
        As for :func:`sialgeo.detect`; by default all producers of all chains: where does each chain
        concentrate more than the chains together?
    replicates, splits, runs, confirmed, precision, seed
        Of :func:`sialgeo.gather_evidence` on each chain; by default the test only. The command line
        and a study gather all of it.
    mix : bool
        Also look, once, where the mix of chains differs (multinomial scan).
    **options
        Passed to :func:`sialgeo.detect` (places, coincident, weights, …).

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from sialgeo import RelativeDBSCAN
    >>> rng = np.random.default_rng(1)
    >>> xy = np.vstack([rng.uniform(0, 50_000, (300, 2)), rng.normal(25_000, 1_500, (30, 2))])
    >>> plants = gpd.GeoDataFrame({"chain": ["milk"] * 300 + ["honey"] * 30},
    ...                           geometry=gpd.points_from_xy(*xy.T), crs=32717)
    >>> result = detect_chains(plants, RelativeDBSCAN(radius=3_000), chain="chain", replicates=99)
    >>> result.table["selected"].to_dict()
    {'honey': True, 'milk': False}
    >>> result.together().areas.name.tolist()
    ['honey: Concentration 1']
    """
    import pandas as pd

    if chain not in producers.columns:
        raise SchemaError(_("the producers have no column “{key}”").format(key=chain))
    kinds = _kinds(producers, chain)
    sizes = kinds.value_counts()
    names = sorted(sizes.index[sizes >= FEWEST])
    if not names:
        raise ParameterError(_("no chain in “{key}” has two producers").format(key=chain))
    population = reference
    if population is None:
        population = Reference.from_points(producers, includes_producers=True)
    told: dict[str, Any] = {
        "detector": detector,
        "reference": population,
        "replicates": replicates,
        "splits": splits,
        "runs": runs,
        "confirmed": confirmed,
        "precision": precision,
        "seed": seed,
    }
    parts = {name: producers[kinds == name] for name in names}
    report = scaled(progress, 0.0, 0.8 if mix else 1.0)
    found = _each(parts, told, options, report)
    table = _select(found, tested=replicates > 0)
    adjusted = {name: _adjusted(one, table, name) for name, one in found.items()}
    table["tested"] = [int((one.areas[EVIDENCE] == TESTED).sum()) for one in adjusted.values()]
    table.attrs = {
        "chain": chain,
        "without_chain": int(kinds.isna().sum()),
        "too_few": sorted(sizes.index[sizes < FEWEST]),
        "rows": [row for name in names for row in np.flatnonzero(kinds == name).tolist()],
    }
    overlap = _overlap(adjusted, pd.Index(names, name="chain"))
    sites = options.get("coincident") == "sites"
    known = _mixed(producers, kinds, names, sites=sites) if mix else None
    report = scaled(progress, 0.8, 1.0)
    return Chains(adjusted, table, overlap, _scanned(known, replicates, seed, report))


def _each(
    parts: Mapping[str, gpd.GeoDataFrame],
    told: Mapping[str, Any],
    options: Mapping[str, Any],
    progress: Progress,
) -> dict[str, Concentrations]:
    """Detect every chain, and gather its evidence."""
    found = {}
    for number, (name, part) in enumerate(parts.items()):
        report = scaled(progress, number / len(parts), (number + 1) / len(parts))
        one = detect(part, told["detector"], reference=told["reference"], **options)
        if len(one) and told["replicates"]:
            one = gather_evidence(one, progress=_of_chain(report, name), **told)
        found[name] = one
    return found


def _of_chain(report: Progress, name: str) -> Progress:
    """Return a progress whose messages begin with the chain."""
    return lambda fraction, message: report(fraction, f"{name}: {message}")


def _kinds(producers: gpd.GeoDataFrame, chain: str) -> pd.Series:
    """Return the chain of each producer as text, missing where there is none."""
    texts = producers[chain].astype("string").str.strip()
    return texts.mask(texts == "").astype(object)


def _mixed(
    producers: gpd.GeoDataFrame, kinds: pd.Series, names: Sequence[str], *, sites: bool
) -> gpd.GeoDataFrame | None:
    """Return the producers whose mix is scanned, None where there is one chain only.

    By sites a place counts once for each chain that it holds.
    """
    if len(names) < FEWEST:
        return None
    known = producers[[producers.geometry.name]].assign(chain=kinds)
    known = known[known["chain"].isin(list(names))]
    if sites:
        known = known[
            ~known.assign(x=known.geometry.x, y=known.geometry.y).duplicated(["chain", "x", "y"])
        ]
    return known


def _scanned(
    known: gpd.GeoDataFrame | None, replicates: int, seed: int, progress: Progress
) -> gpd.GeoDataFrame | None:
    """Scan once for where the mix of the chains differs; None where nothing is tested."""
    if known is None or not replicates:
        return None
    return scan_chains(known, "chain", replicates=replicates, seed=seed, progress=progress)


def _select(found: Mapping[str, Concentrations], *, tested: bool) -> pd.DataFrame:
    """Return the table of chains; what was found and not tested has no p-value."""
    import pandas as pd

    nothing = 1.0 if tested else np.nan
    rows = {
        name: {
            "producers": len(one.producers),
            "concentrations": len(one),
            "smallest_p": float(one.areas[P_VALUE].min()) if len(one) else nothing,
        }
        for name, one in found.items()
    }
    table: pd.DataFrame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("chain")
    table["p_over_chains"] = benjamini_hochberg(table["smallest_p"].to_numpy(float))
    table["selected"] = table["p_over_chains"] <= SIGNIFICANCE
    return table


def _adjusted(one: Concentrations, table: pd.DataFrame, name: str) -> Concentrations:
    if not one.tests:
        return one
    selected = bool(table.loc[name, "selected"])
    factor = len(table) / int(table["selected"].sum()) if selected else 1.0
    areas = one.areas.copy()
    areas[P_VALUE] = np.minimum(areas[P_VALUE] * factor, 1.0)
    significant = selected & (areas[P_VALUE] <= SIGNIFICANCE)
    carried = areas[EVIDENCE] != INCONCLUSIVE  # a habitable mask carries no test, whatever its p
    areas[EVIDENCE] = np.select(
        [carried & significant, carried], [TESTED, NOT_SIGNIFICANT], INCONCLUSIVE
    )
    parameters = {"chains": len(table), "selected": selected, "factor": factor}
    step = Step(CHAINS_VERB, parameters, one.steps[-1].crs, None, versions())
    tests = tuple(replace(test, of=name) for test in one.tests)
    return one.with_step(step, areas=with_verdicts(areas), tests=tests)


def _overlap(found: Mapping[str, Concentrations], names: pd.Index) -> pd.DataFrame:
    import pandas as pd

    from sialgeo.crs import equal_area_crs

    shapes: dict[str, Any] = {}
    metric = equal_area_crs(next(iter(found.values())).producers)  # one for all, to compare them
    for name, one in found.items():
        shown = one.areas[one.areas[EVIDENCE] == TESTED]
        if len(shown):
            shapes[name] = shown.geometry.to_crs(metric).union_all()
    overlap: pd.DataFrame = pd.DataFrame(np.nan, index=names, columns=names)
    for a, ours in shapes.items():
        for b, theirs in shapes.items():
            overlap.loc[a, b] = ours.intersection(theirs).area / ours.union(theirs).area
    return overlap


# --- all of them as one map -----------------------------------------------------------------------------


def _together(chains: Chains) -> Concentrations:
    import geopandas as gpd
    import pandas as pd

    found = {name: one for name, one in chains.found.items() if len(one)}
    parts = [
        one.areas.assign(**{NAME: [f"{name}: {n}" for n in one.areas[NAME]], MAIN_CHAIN: name})
        for name, one in (found or dict(list(chains.found.items())[:1])).items()
    ]
    areas = gpd.GeoDataFrame(pd.concat(parts), crs=parts[0].crs)
    middle = areas.geometry.representative_point()
    order = np.lexsort((middle.y, middle.x, -areas[STATISTIC].to_numpy(float)))
    number = np.empty(len(areas), dtype=np.int64)
    number[order] = np.arange(1, len(areas) + 1)
    keys = [(name, k) for name, one in found.items() for k in one.areas.index]
    new = dict(zip(keys, number.tolist(), strict=True))
    areas.index = pd.Index(number, name=CONCENTRATION)
    producers = _producers(chains, new)
    tests = tuple(test for one in chains.found.values() for test in one.tests)
    return Concentrations(producers, areas.sort_index(), tests, _steps(chains, new))


def _producers(chains: Chains, new: Mapping[tuple[str, Any], int]) -> gpd.GeoDataFrame:
    """Return the producers of all chains, in the order of their rows, with the one map's numbers."""
    import geopandas as gpd
    import pandas as pd

    parts = []
    for name, one in chains.found.items():
        numbers = [new.get((name, k), NOISE) for k in one.producers[CONCENTRATION]]
        parts.append(one.producers.assign(**{CONCENTRATION: np.array(numbers, dtype=np.int64)}))
    table = gpd.GeoDataFrame(pd.concat(parts), crs=parts[0].crs)
    table = table.iloc[np.argsort(chains.table.attrs["rows"])]
    if chains.mix is not None:
        sure = chains.mix[CONCENTRATION].where(chains.mix[P_VALUE] <= SIGNIFICANCE, NOISE)
        places = zip(chains.mix.geometry.x, chains.mix.geometry.y, strict=True)
        zone_at = dict(zip(places, sure.astype(int), strict=True))  # one coordinate is one site
        here = zip(table.geometry.x, table.geometry.y, strict=True)
        table[MIX_ZONE] = np.array([zone_at.get(place, NOISE) for place in here], dtype=np.int64)
    return table


def _steps(chains: Chains, new: Mapping[tuple[str, Any], int]) -> tuple[Step, ...]:
    """Return what was done to each chain, once, and what all chains show together."""
    longest = max(chains.found.values(), key=lambda one: len(one.steps))
    own = (BY_RADIUS, RADII_TRIED)
    steps = tuple(
        replace(
            step,
            parameters={k: v for k, v in step.parameters.items() if k not in own},
            inputs={},
            notes=(),
        )
        for step in longest.steps
        if step.verb != CHAINS_VERB
    )
    parameters = {
        TOGETHER: True,
        "chain": chains.table.attrs["chain"],
        BY_CHAIN: chains.table.reset_index().to_dict("records"),
        OVERLAPS: chains.pairs().to_dict("records"),
        MIX_ZONES: chains.zones().reset_index().to_dict("records"),
        **_ladder(chains, new),
    }
    notes = (*chains.sentences(), *_notes(chains))
    return (*steps, Step(CHAINS_VERB, parameters, steps[0].crs, None, versions(), notes=notes))


def _notes(chains: Chains) -> list[str]:
    """Return the notes of the chains: what is said of all of them once, else with the chain's name."""
    told: dict[str, list[str]] = {}
    for name, one in chains.found.items():
        for note in dict.fromkeys(note for step in one.steps for note in step.notes):
            told.setdefault(note, []).append(name)
    every = len(chains.found)
    return [
        note
        if len(names) == every
        else _("{chains}: {note}").format(chains=", ".join(names), note=note)
        for note, names in told.items()
    ]


def _ladder(chains: Chains, new: Mapping[tuple[str, Any], int]) -> dict[str, Any]:
    """Return what each radius shows of every chain, with the numbers of the one map."""
    rows: list[dict[str, Any]] = []
    radii: set[float] = set()
    for name, one in chains.found.items():
        held = [s.parameters for s in one.steps if s.parameters.get(BY_RADIUS)]
        if not held:
            continue
        first = len(rows)
        radii.update(detection_step(one).parameters.get(RADII_TRIED, ()))
        rows += [
            {
                **row,
                CONCENTRATION: new[name, row[CONCENTRATION]],
                "within": row["within"] + first if row["within"] >= 0 else NOISE,
            }
            for row in held[-1][BY_RADIUS]
        ]
    return {BY_RADIUS: rows, RADII_TRIED: sorted(radii)} if rows else {}
