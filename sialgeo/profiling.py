"""Profile: how large a concentration is, which chains it holds, and what it puts out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.crs import equal_area_crs, require_crs
from sialgeo.errors import SchemaError, raise_all
from sialgeo.i18n import _, ngettext
from sialgeo.kernels.specialisation import entropy, location_quotients
from sialgeo.model import (
    AREA,
    CHAIN_ENTROPY,
    CHAIN_LQ,
    CHAIN_LQ_HIGH,
    CHAIN_LQ_LOW,
    CHAIN_N,
    CONCENTRATION,
    DENSITY,
    EMPLOYMENT,
    LQ,
    LQ_HIGH,
    LQ_LOW,
    MAIN_CHAIN,
    OUTPUT,
    OUTPUT_SHARE,
    SHARE,
    TOGETHER,
    Concentrations,
    N,
    Step,
    versions,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]

OUTPUT_KNOWN = "output_known"  # of ``areas``: producers whose volume is known
QUOTIENTS = (LQ, CHAIN_LQ, CHAIN_LQ_LOW, CHAIN_LQ_HIGH)  # the columns' names begin so
FEW_EXPECTED = 5.0  # below this many expected producers a location quotient says little


def profile(
    concentrations: Concentrations,
    *,
    chain: str | None = None,
    volume: str | None = None,
    volume_unit: str = "",
    employment: str | None = None,
) -> Concentrations:
    """Describe each concentration: size, density, chain mix, specialisation, output and employment.

    Parameters
    ----------
    concentrations
        Detected, tested or not.
    chain
        Column of the producers with the chain (product, activity) each belongs to.
    volume
        Column of the producers with their output, ≥ 0; NaN where it is not known.
    volume_unit
        Unit of the output and its period, as ``"t/week"``; one unit for all rows.
    employment
        Column of the producers with the people who work there, ≥ 0; NaN where it is not known.

    Returns
    -------
    Concentrations
        ``areas`` with, added or renewed: ``n``; ``share_of_producers`` (per cent of all producers);
        ``area_km2`` (equal-area projection); ``density_km2``. With ``chain``: ``chain_n__X`` for each
        chain X, ``main_chain`` (ties: the commoner chain in all, then by name), ``chain_entropy``
        (H/ln K over the K chains of the study: 0 one chain, 1 all alike), ``chain_lq__X`` with
        ``chain_lq_low__X`` and ``chain_lq_high__X`` (95 %), and ``location_quotient`` with its bounds
        for the main chain. With ``volume``: ``output``, ``output_known`` (producers with a known
        volume) and ``share_of_output`` (per cent of the known output). With ``employment``:
        ``employment``, the sum of what is known (NaN where nothing is). The step's ``chains`` lists
        the chains in order of size. Concentrations of several chains found one by one
        (``Chains.together``) get no location quotients: each is of one chain because of how it was found.

    Raises
    ------
    SchemaError
        A column is missing, or figures are no numbers, negative or infinite: all at once.
    CRSError
        A table has no CRS, or they differ.

    Notes
    -----
    The location quotient of a chain is (x_i/n_i)/(x/n): x_i producers of the chain among the n_i of
    the concentration, x of the n in all (Florence 1939; interval by the delta method, see
    :func:`sialgeo.location_quotient`). It compares the concentration with all producers given, not
    with the reference population. Producers without a chain count in neither part.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from sialgeo.model import Concentrations
    >>> dairies = gpd.GeoDataFrame(
    ...     {"chain": ["fresh", "fresh", "ripe"], "t": [1.0, 2.0, 5.0], "concentration": [1, 1, -1],
    ...      "membership": ["core", "core", "none"]},
    ...     geometry=gpd.points_from_xy([0, 500, 9000], [0, 0, 0]), crs=32717)
    >>> areas = gpd.GeoDataFrame({"name": ["A"], "n": [2], "evidence": ["untested"]}, index=[1],
    ...     geometry=[shapely.box(-500, -1000, 1000, 1000)], crs=32717)
    >>> found = profile(Concentrations(dairies, areas), chain="chain", volume="t", volume_unit="t/week")
    >>> found.areas[["share_of_producers", "main_chain", "location_quotient", "output"]].round(1)
       share_of_producers main_chain  location_quotient  output
    1                66.7      fresh                1.5     3.0
    """
    producers = concentrations.producers
    areas = _without_old_profile(concentrations.areas)
    require_crs(producers=producers, areas=areas)
    chains, volumes, people = _columns(producers, chain, volume, employment)
    group = _groups(producers, areas)
    notes: list[str] = []
    crs = _size(areas, producers, group, notes)
    names: list[str] = []
    by_chain = any(s.parameters.get(TOGETHER) for s in concentrations.steps)
    if chains is not None:
        names, mix = _chain_mix(areas.index, chains, group, notes, quotients=not by_chain)
        areas = areas.join(mix)
    if volumes is not None:
        _output(areas, volumes, group, notes)
    if people is not None:
        _employment(areas, people, group, notes)
    parameters: dict[str, Any] = {
        "chain": chain,
        "volume": volume,
        "volume_unit": volume_unit,
        "employment": employment,
        "chains": names,
    }
    if by_chain:
        parameters["quotients"] = False
    step = Step("profile", parameters, crs, None, versions(), notes=tuple(notes))
    return concentrations.with_step(step, areas=areas)


def _without_old_profile(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    whole = {MAIN_CHAIN, CHAIN_ENTROPY, OUTPUT, OUTPUT_KNOWN, OUTPUT_SHARE, EMPLOYMENT}
    old = [c for c in areas.columns if c in whole or str(c).startswith((CHAIN_N, *QUOTIENTS))]
    return areas.drop(columns=old).copy()


def _columns(
    producers: gpd.GeoDataFrame, chain: str | None, volume: str | None, employment: str | None
) -> tuple[pd.Series | None, Array | None, Array | None]:
    """Return the chains as text (None where unknown), volumes and employment; all faults at once."""
    asked = {"chain": chain, "volume": volume, "employment": employment}
    faults = [
        _("the producers have no column “{column}” ({what}=). They have: {columns}").format(
            column=column, what=what, columns=", ".join(map(str, producers.columns))
        )
        for what, column in asked.items()
        if column is not None and column not in producers.columns
    ]
    raise_all(faults, SchemaError)
    chains = None
    if chain is not None:
        texts = producers[chain]
        chains = (
            texts.astype(str).str.strip().where(texts.notna()).replace("", np.nan).astype(object)
        )
    volumes, people = (
        None if column is None else _figures(producers, column, faults)
        for column in (volume, employment)
    )
    raise_all(faults, SchemaError)
    return chains, volumes, people


def _figures(producers: gpd.GeoDataFrame, column: str, faults: list[str]) -> Array:
    """Return a column as numbers, NaN where it is empty; what is wrong with it goes to the faults."""
    import pandas as pd

    given = producers[column]
    numbers: pd.Series = pd.to_numeric(given, errors="coerce").astype(float)
    for bad, fault in (
        (numbers.isna() & given.notna(), _("“{column}”: no number in rows {rows}")),
        (numbers < 0, _("“{column}”: negative in rows {rows}")),
        (np.isinf(numbers), _("“{column}”: infinite in rows {rows}")),
    ):
        if bad.any():
            rows = [str(row) for row in producers.index[bad.to_numpy()][:5]]
            said = ", ".join(rows) + (", …" if bad.sum() > len(rows) else "")
            remedy = _("Remedy: mend them, or leave them empty where the figure is not known")
            faults.append(f"{fault.format(column=column, rows=said)}. {remedy}")
    values: Array = numbers.to_numpy(float)
    return values


def _groups(producers: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return the position of each producer's concentration among the areas, −1 for none."""
    position: NDArray[np.int64] = areas.index.get_indexer(producers[CONCENTRATION]).astype(np.int64)
    return position


def _size(
    areas: gpd.GeoDataFrame, producers: gpd.GeoDataFrame, group: NDArray[np.int64], notes: list[str]
) -> str:
    counted = np.bincount(group[group >= 0], minlength=len(areas))
    if (counted != areas[N].to_numpy()).any():
        notes.append(
            _(
                "The number of producers of some concentrations was counted again from the producers."
            )
        )
    areas[N] = counted.astype(np.int64)
    areas[SHARE] = 100.0 * counted / max(len(producers), 1)
    if len(areas) == 0:
        areas[AREA] = areas[DENSITY] = np.zeros(0)
        return ""
    crs = equal_area_crs(producers)
    areas[AREA] = areas.geometry.to_crs(crs).area.to_numpy() / 1e6
    areas[DENSITY] = counted / areas[AREA].where(areas[AREA] > 0)
    return str(crs.srs)


def _chain_mix(
    index: pd.Index,
    chains: pd.Series,
    group: NDArray[np.int64],
    notes: list[str],
    *,
    quotients: bool,
) -> tuple[list[str], pd.DataFrame]:
    """Return the chains, commonest first, and the columns of each and of the main one."""
    import pandas as pd

    known = chains.notna().to_numpy(dtype=bool)
    if not known.all():
        n = int((~known).sum())
        notes.append(
            ngettext(
                "{n} of {total} producers has no chain and counts in no chain mix.",
                "{n} of {total} producers have no chain and count in no chain mix.",
                n,
            ).format(n=n, total=len(known))
        )
    names, mix, totals = _counted(chains, group, len(index))
    held = mix.sum(axis=1)
    found = _quotients(mix, held, totals)
    figures = dict(zip((CHAIN_LQ, CHAIN_LQ_LOW, CHAIN_LQ_HIGH), found, strict=True))
    added: dict[str, Any] = {}
    for j, name in enumerate(names):
        added[CHAIN_N + name] = mix[:, j].astype(np.int64)
        for prefix, figure in figures.items():
            added[prefix + name] = figure[:, j]
    if not names:
        return [], pd.DataFrame({MAIN_CHAIN: np.full(len(index), None, dtype=object)}, index=index)
    main, some = mix.argmax(axis=1), held > 0
    row = np.arange(len(index))
    words = [names[j] if ok else None for j, ok in zip(main.tolist(), some.tolist(), strict=True)]
    added[MAIN_CHAIN] = np.array(words, dtype=object)
    added[CHAIN_ENTROPY] = entropy(mix)
    if not quotients:
        told = {k: v for k, v in added.items() if not k.startswith(QUOTIENTS)}
        return names, pd.DataFrame(told, index=index)
    for column, figure in zip((LQ, LQ_LOW, LQ_HIGH), found, strict=True):
        added[column] = np.where(some, figure[row, main], np.nan)
    few = int((some & (held * totals[main] / totals.sum() < FEW_EXPECTED)).sum())
    if few:
        notes.append(
            ngettext(
                "In {n} concentration fewer than five producers of the main chain would be expected: read its location quotient with its interval.",
                "In {n} concentrations fewer than five producers of the main chain would be expected: read their location quotients with their intervals.",
                few,
            ).format(n=few)
        )
    return names, pd.DataFrame(added, index=index)


def _counted(
    chains: pd.Series, group: NDArray[np.int64], areas: int
) -> tuple[list[str], Array, Array]:
    """Return the chains, commonest first, their producers by concentration (areas, chains) and in all."""
    import pandas as pd

    counts = chains.value_counts()
    names = sorted(
        (str(name) for name in counts.index), key=lambda name: (-int(counts[name]), name)
    )
    code = pd.Categorical(chains, categories=names).codes.astype(np.int64)
    inside = (code >= 0) & (group >= 0)
    cells = group[inside] * len(names) + code[inside]
    mix = np.bincount(cells, minlength=areas * len(names)).reshape(areas, len(names))
    return names, mix.astype(float), np.array([float(counts[name]) for name in names])


def _quotients(mix: Array, held: Array, totals: Array) -> tuple[Array, Array, Array]:
    """Return location quotients with their bounds, each (areas, chains)."""
    whole = np.full(mix.size, totals.sum())
    found = location_quotients(
        mix.ravel(), np.repeat(held, len(totals)), np.tile(totals, len(held)), whole
    )
    return found.lq.reshape(mix.shape), found.low.reshape(mix.shape), found.high.reshape(mix.shape)


def _output(
    areas: gpd.GeoDataFrame, volumes: Array, group: NDArray[np.int64], notes: list[str]
) -> None:
    known = np.isfinite(volumes)
    inside = known & (group >= 0)
    count = np.bincount(group[inside], minlength=len(areas))
    total = np.bincount(group[inside], weights=volumes[inside], minlength=len(areas))
    everything = float(volumes[known].sum())
    areas[OUTPUT] = np.where(count > 0, total, np.nan)
    areas[OUTPUT_KNOWN] = count.astype(np.int64)
    areas[OUTPUT_SHARE] = 100.0 * areas[OUTPUT] / everything if everything > 0 else np.nan
    if not known.all():
        notes.append(
            _(
                "The volume of {known} of {total} producers is known; output and its share are of these."
            ).format(known=int(known.sum()), total=len(known))
        )


def _employment(
    areas: gpd.GeoDataFrame, people: Array, group: NDArray[np.int64], notes: list[str]
) -> None:
    known = np.isfinite(people)
    inside = known & (group >= 0)
    count = np.bincount(group[inside], minlength=len(areas))
    total = np.bincount(group[inside], weights=people[inside], minlength=len(areas))
    areas[EMPLOYMENT] = np.where(count > 0, total, np.nan)
    if not known.all():
        notes.append(
            _(
                "The employment of {known} of {total} producers is known; its sum is of these."
            ).format(known=int(known.sum()), total=len(known))
        )
