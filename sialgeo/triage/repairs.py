"""Repairs: what may be put right by name, and never otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sialgeo.errors import ParameterError
from sialgeo.i18n import N_, _
from sialgeo.triage.faults import FAULTS, REPAIRED, Findings

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

# reason codes whose proposal can be carried out, and what is done (only where there is one way)
REPAIRS: Mapping[str, str] = {
    "coord_no_numerica": N_("the coordinate is read with the other decimal mark"),
    "lat_lon_invertidas": N_("the coordinates are swapped"),
    "signo_omitido": N_("the sign of west or south is put before the coordinate"),
    "fuera_de_rango": N_("the lost decimal mark is put where the other rows have theirs"),
    "zona_utm_dudosa": N_("the row is read in the other UTM zone"),
    "utm_en_columna_lat_lon": N_("the metres are put into degrees"),
    "grados_en_columna_utm": N_("the degrees are put into metres"),
    "duplicado": N_("the repetition is left out"),
}


def require_repairs(names: Sequence[str]) -> frozenset[str]:
    """Return the repairs asked for, or raise with those that there are.

    >>> sorted(require_repairs(["signo_omitido", "duplicado"]))
    ['duplicado', 'signo_omitido']
    """
    asked = [names] if isinstance(names, str) else list(names)
    bare = [n for n in asked if n not in REPAIRS and n in FAULTS]
    unknown = [n for n in asked if n not in FAULTS]
    faults = []
    if bare:
        faults.append(
            _("apply: {names} can only be put right by a person").format(names=", ".join(bare))
        )
    if unknown:
        faults.append(_("apply: {names} is no reason code").format(names=", ".join(unknown)))
    if faults:
        faults.append(_("Remedy: one of {known}").format(known=", ".join(REPAIRS)))
        raise ParameterError(". ".join(faults))
    return frozenset(asked)


def without_repetitions(
    findings: Findings, kept: gpd.GeoDataFrame, originals: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Leave out rows that repeat another exactly, where that repair was asked for."""
    if "duplicado" not in findings.repairs or len(kept) < 2:
        return kept, originals
    import numpy as np
    import pandas as pd

    from sialgeo.triage.checks import repetitions

    first, repeated = repetitions(kept)
    if not repeated.any():
        return kept, originals
    where = np.isin(findings.rows, kept.index[repeated].to_numpy())
    said = [_("equals row {row}").format(row=r) for r in first[repeated]]
    findings.add("duplicado", where, "geometry", severity=REPAIRED, proposals=said)
    gone = pd.DataFrame(kept[repeated].drop(columns="geometry"))
    return kept[~repeated], pd.concat([originals, gone])
