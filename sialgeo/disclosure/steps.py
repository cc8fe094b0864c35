"""The steps of a study without what a reader could work a small number out from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.disclosure.cleaning import clean_mapping, clean_note
from sialgeo.disclosure.withheld import ASSOCIATIONS, CHAIN_TOTALS, FEW, SMALL_COUNT
from sialgeo.kernels.suppression import hidden_in_row
from sialgeo.model import (
    BY_CHAIN,
    BY_RADIUS,
    COMPLETENESS,
    MIX_ZONES,
    NAME,
    ON_TERROIRS,
    PLACES_TOLD,
    N,
    Step,
)

if TYPE_CHECKING:
    import geopandas as gpd


def without_small_answers(
    steps: Sequence[Step], min_n: int, withheld: list[tuple[str, int, str]]
) -> tuple[Step, ...]:
    """Return the steps without the figures of tests that rest on too few producers."""
    kept, hidden, totals = [], 0, 0
    for step in steps:
        if step.parameters.get(BY_CHAIN):
            few, told = _chains_told(step.parameters, min_n)
            step, totals = replace(step, parameters=told), totals + few  # noqa: PLW2901
        answer = step.parameters.get("answer")
        if step.verb == "associate" and answer and 0 < answer["producers"] < min_n:
            hidden += 1
            rest = {k: v for k, v in step.parameters.items() if k != "answer"}
            step = replace(step, parameters=rest)  # noqa: PLW2901
        kept.append(step)
    withheld.append((ASSOCIATIONS, hidden, FEW))
    withheld.append((CHAIN_TOTALS, totals, SMALL_COUNT))
    return tuple(kept)


def _chains_told(parameters: Mapping[str, Any], min_n: int) -> tuple[int, dict[str, Any]]:
    """Return how many chains' numbers are hidden, and what the chains show together without them."""
    rows = parameters[BY_CHAIN]
    hidden = hidden_in_row(np.array([row["producers"] for row in rows], dtype=float), min_n)
    shown = [
        {**row, "producers": None if few else row["producers"]}
        for row, few in zip(rows, hidden.tolist(), strict=True)
    ]
    zones = [zone for zone in parameters.get(MIX_ZONES, ()) if zone[N] >= min_n]
    return int(hidden.sum()), {**parameters, BY_CHAIN: shown, MIX_ZONES: zones}


def clean_step(step: Step, areas: gpd.GeoDataFrame, min_n: int) -> Step:
    """Return the step without input fingerprints, paths, and groups too small to be published."""
    notes = tuple(clean_note(note) for note in step.notes)
    parameters = clean_mapping(step.parameters)
    if parameters.get(BY_RADIUS):
        parameters[BY_RADIUS] = _clean_ladder(parameters[BY_RADIUS], areas.index, min_n)
    if PLACES_TOLD in parameters:
        parameters |= _clean_together(parameters, areas, min_n)
    return replace(step, parameters=parameters, inputs={}, notes=notes)


def _clean_together(
    parameters: Mapping[str, Any], areas: gpd.GeoDataFrame, min_n: int
) -> dict[str, Any]:
    """Return what is said of groups and territories that are large enough, without their counts.

    The count of a group less those of its published concentrations would be that of a withheld one.
    """
    shown = [
        {k: v for k, v in row.items() if k not in (N, COMPLETENESS)}
        for row in parameters[PLACES_TOLD]
        if row[N] >= min_n
    ]
    known = set(areas[NAME].astype(str))
    large = {str(row[NAME]) for row in shown}
    overlaps = [
        row
        for row in parameters[ON_TERROIRS]
        if row["concentration"] in known and row["territory"] in large
    ]
    return {
        PLACES_TOLD: shown,
        ON_TERROIRS: overlaps,
        "groups": sorted(parameters.get("groups") or ()),
    }


def _clean_ladder(rows: Sequence[Mapping[str, Any]], published: Any, min_n: int) -> list[Any]:
    """Return the groups of published concentrations that are large enough, renumbered."""
    chosen = [
        number
        for number, row in enumerate(rows)
        if row["concentration"] in published and row["n"] >= min_n
    ]
    new = {number: place for place, number in enumerate(chosen)}
    return [
        {**rows[number], "within": new.get(int(rows[number].get("within", -1)), -1)}
        for number in chosen
    ]
