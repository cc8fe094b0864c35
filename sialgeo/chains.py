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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.detection import detect
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import _, ngettext
from sialgeo.kernels.local import benjamini_hochberg
from sialgeo.model import (
    EVIDENCE,
    NOT_SIGNIFICANT,
    P_VALUE,
    SIGNIFICANCE,
    TESTED,
    Concentrations,
    Detector,
    Step,
    versions,
)
from sialgeo.progress import Progress, scaled
from sialgeo.references import Reference
from sialgeo.scans import scan_chains
from sialgeo.significance import assess
from sialgeo.verdicts import with_verdicts

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

FEWEST = 2
BASIN = 0.25  # Jaccard index of two chains' footprints that make a basin of both


@dataclass(frozen=True)
class Chains:
    """Concentrations by chain.

    Attributes
    ----------
    found : mapping of chain to Concentrations
        Their ``p_value`` pays for the number of chains.
    table : DataFrame
        One row per chain: producers, concentrations, smallest p-value, the same adjusted over the
        chains (false discovery rate) and whether the chain is selected.
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
        import pandas as pd

        names = list(self.overlap.index)
        rows = [
            (a, b, float(self.overlap.loc[a, b]))
            for place, a in enumerate(names)
            for b in names[place + 1 :]
            if self.overlap.loc[a, b] >= least
        ]
        table = pd.DataFrame(rows, columns=["chain", "other", "overlap"])
        return table.sort_values("overlap", ascending=False, ignore_index=True)

    def sentences(self) -> tuple[str, ...]:
        """Return in plain words, in the language in force, what the chains show together."""
        chosen = self.table[self.table["selected"]]
        said = [
            ngettext(
                "{n} chain examined; {selected} concentrated beyond chance, having paid for all of them.",
                "{n} chains examined; {selected} concentrated beyond chance, having paid for all of them.",
                len(self.table),
            ).format(n=len(self.table), selected=len(chosen))
        ]
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
        return tuple(said)


def detect_chains(
    producers: gpd.GeoDataFrame,
    detector: Detector,
    *,
    chain: str,
    reference: Reference | gpd.GeoDataFrame | None = None,
    replicates: int = 999,
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
    replicates, seed : int
    mix : bool
        Also look, once, where the mix of chains differs (multinomial scan).
    **options
        Passed to :func:`sialgeo.detect` (places, coincident, …).

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
    """
    import pandas as pd

    if chain not in producers.columns:
        raise SchemaError(_("the producers have no column “{key}”").format(key=chain))
    sizes = producers[chain].value_counts()
    names = sorted(str(name) for name in sizes.index[sizes >= FEWEST])
    if not names:
        raise ParameterError(_("no chain in “{key}” has two producers").format(key=chain))
    found = {}
    for number, name in enumerate(names):
        part = producers[producers[chain].astype("string") == name]
        population = reference
        if population is None:
            population = Reference.from_points(producers, includes_producers=True)
        share = 0.8 if mix else 1.0
        report = scaled(progress, share * number / len(names), share * (number + 1) / len(names))
        one = detect(part, detector, reference=population, **options)
        if len(one) and replicates:
            one = assess(
                one,
                detector=detector,
                reference=population,
                replicates=replicates,
                seed=seed,
                progress=report,
            )
        found[name] = one
    table = _select(found)
    table.attrs["without_chain"] = int(producers[chain].isna().sum())
    table.attrs["too_few"] = sorted(str(name) for name in sizes.index[sizes < FEWEST])
    adjusted = {name: _adjusted(one, table, name) for name, one in found.items()}
    overlap = _overlap(adjusted, pd.Index(names, name="chain"))
    told = scaled(progress, 0.8, 1.0)
    mixed = _mix(producers, chain, names, replicates, seed, told) if mix else None
    return Chains(adjusted, table, overlap, mixed)


def _mix(
    producers: gpd.GeoDataFrame,
    chain: str,
    names: Sequence[str],
    replicates: int,
    seed: int,
    progress: Progress,
) -> gpd.GeoDataFrame | None:
    """Scan once for where the mix of the chains differs; None where there is one chain, or no test."""
    if len(names) < FEWEST or not replicates:
        return None
    columns = [chain, producers.geometry.name]
    known = producers.loc[producers[chain].astype("string").isin(list(names)), columns]
    return scan_chains(known, chain, replicates=replicates, seed=seed, progress=progress)


def _select(found: Mapping[str, Concentrations]) -> pd.DataFrame:
    import pandas as pd

    rows = {
        name: {
            "producers": len(one.producers),
            "concentrations": len(one),
            "smallest_p": float(one.areas[P_VALUE].min()) if len(one) else 1.0,
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
    areas[EVIDENCE] = np.where(significant, TESTED, NOT_SIGNIFICANT)
    parameters = {"chains": len(table), "selected": selected, "factor": factor}
    return one.with_step(
        Step("chains", parameters, one.steps[-1].crs, None, versions()), areas=with_verdicts(areas)
    )


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
