"""GeoParquet of what is published, for programs: WGS 84, one row a feature, English column names."""

from __future__ import annotations

import importlib.util
import json
import os
from typing import TYPE_CHECKING

from sialgeo.errors import MissingDependencyError
from sialgeo.exporters.wording import joined, plain, said_first
from sialgeo.files import whole_file
from sialgeo.i18n import _
from sialgeo.model import CONCENTRATION, Publication

if TYPE_CHECKING:
    import geopandas as gpd


def write(publication: Publication, path: str | os.PathLike[str]) -> None:
    """Write the areas, and the grid or the points where they are published, as one GeoParquet table.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        A file ``*.parquet``. Each row tells its ``layer``: ``concentrations``, ``grid`` or
        ``producers``. Title, verdict, sources and what is withheld are in the metadata ``sialgeo``.

    Raises
    ------
    FileError
        The file cannot be written.
    MissingDependencyError
        pyarrow is not installed.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise MissingDependencyError("pyarrow", _("writing GeoParquet"))
    import pyarrow.parquet as pq

    table = stacked(publication)
    with whole_file(path) as temporary:
        table.to_parquet(temporary, index=False)
        written = pq.read_table(temporary)
        about = json.dumps([said._asdict() for said in said_first(publication)], ensure_ascii=True)
        held = {**(written.schema.metadata or {}), b"sialgeo": about.encode()}
        pq.write_table(written.replace_schema_metadata(held), temporary, compression="zstd")


def stacked(publication: Publication) -> gpd.GeoDataFrame:
    """Return what is published as one table whose column ``layer`` tells areas, grid and points."""
    import geopandas as gpd
    import pandas as pd

    areas = publication.areas.rename_axis(CONCENTRATION).reset_index()
    named = {"concentrations": areas, "grid": publication.grid, "producers": publication.points}
    parts = []
    for name, layer in named.items():
        if layer is None:
            continue
        part = layer.copy()
        if part.geometry.name != "geometry":
            part = part.rename_geometry("geometry")
        for column in part.columns:
            if part[column].dtype == object:
                told = [_text(value) for value in part[column].to_numpy(object)]
                part[column] = pd.Series(told, index=part.index, dtype=object)
            elif getattr(part[column].dtype, "kind", "O") in "iu":  # a layer may lack the column
                part[column] = part[column].astype("Int64")
        part.insert(0, "layer", name)
        parts.append(part.reset_index(drop=True))
    first = parts[0]
    columns = list(dict.fromkeys(column for part in parts for column in part.columns))
    full = [part for part in parts if len(part)] or [first]
    table = pd.concat(full, ignore_index=True).reindex(columns=columns)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=first.crs)


def _text(value: object) -> str | None:
    told = joined(plain(value))
    return told if told is None else str(told).encode("utf-8", "replace").decode("utf-8")
