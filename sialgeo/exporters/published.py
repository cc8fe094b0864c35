"""The published GeoPackage read back: what was handed on, for whoever shows it again."""

from __future__ import annotations

import json
import math
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sialgeo.errors import FileError, MissingDependencyError
from sialgeo.exporters.geopackage import (
    AREAS,
    FLOW_LINES,
    GRID,
    OWN_URI,
    PLACES,
    POINTS,
    TERRITORIES,
)
from sialgeo.i18n import _
from sialgeo.model import (
    CONCENTRATION,
    Context,
    Indicator,
    Publication,
    Step,
    Summary,
    TestResult,
)

if TYPE_CHECKING:
    import geopandas as gpd

_OWN = "SELECT metadata FROM gpkg_metadata WHERE md_standard_uri = ?"


def read_publication(path: str | os.PathLike[str]) -> Publication:
    """Read a published GeoPackage back: what it says of its concentrations, and the layers around them.

    Parameters
    ----------
    path
        A ``*.gpkg`` that :func:`sialgeo.export` wrote.

    Returns
    -------
    Publication
        Areas, what is withheld, summaries, tests, steps, indicators and context as they were
        published. Answers of ``associate`` are in the cautions of the steps only.

    Raises
    ------
    FileError
        The file cannot be read, or is no published GeoPackage.
    MissingDependencyError
        pyogrio is not installed.

    Examples
    --------
    >>> import geopandas as gpd, sialgeo, tempfile
    >>> from shapely.geometry import box
    >>> dairies = gpd.GeoDataFrame({"concentration": [1] * 12, "membership": "core"}, crs=32717,
    ...     geometry=gpd.points_from_xy([770_000 + 100 * i for i in range(12)], [9_200_000] * 12))
    >>> areas = gpd.GeoDataFrame({"name": ["Chota"], "n": [12], "evidence": ["tested"]}, index=[1],
    ...     crs=32717, geometry=[box(769e3, 9199e3, 772e3, 9201e3)])
    >>> path = Path(tempfile.mkdtemp()) / "published.gpkg"
    >>> _written = sialgeo.export(sialgeo.Concentrations(dairies, areas), path)
    >>> read_publication(path).areas["name"].to_dict()
    {1: 'Chota'}
    """
    import pandas as pd

    source = Path(path)
    held = _record(source)
    found = {name: _read_layer(source, name) for name in (AREAS, GRID, POINTS, FLOW_LINES)}
    areas = found[AREAS]
    if areas is None or CONCENTRATION not in areas:
        raise FileError(_not_published(source))
    indicators = tuple(_indicator(entry) for entry in held["indicators"])
    context = Context(
        title=held["title"],
        sources=tuple(held["sources"]),
        synthetic=held["synthetic"] or "",
        reference=held["reference"],
        date=held["date"],
        territories=_read_layer(source, TERRITORIES),
        places=_read_layer(source, PLACES),
        indicators=indicators,
    )
    return Publication(
        areas.set_index(CONCENTRATION),
        found[POINTS],
        found[GRID],
        pd.DataFrame(held["withheld"], columns=["what", "n_withheld", "reason"]),
        held["producers_examined"],
        {code: Summary(**said) for code, said in held["summary"].items()},
        tuple(TestResult(**test) for test in held["tests"]),
        tuple(Step(**step) for step in held["steps"]),
        tuple(held["notes"]),
        indicators,
        context,
        found[FLOW_LINES],
    )


def _record(source: Path) -> dict[str, Any]:
    """Return the run log within the file."""
    if not source.is_file():
        raise FileError(_("{path}: there is no such file").format(path=source))
    try:
        uri = f"{source.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            row = database.execute(_OWN, (OWN_URI,)).fetchone()
        held: dict[str, Any] = json.loads(row[0]) if row else {}
    except (sqlite3.Error, ValueError) as failure:
        raise FileError(_not_published(source)) from failure
    if "concentrations_published" not in held:
        raise FileError(_not_published(source))
    return held


def _not_published(source: Path) -> str:
    return _(
        "{path}: is no published GeoPackage of sialgeo. Remedy: give a *.gpkg that export wrote; a working file is read with read_concentrations"
    ).format(path=source)


def _read_layer(source: Path, name: str) -> gpd.GeoDataFrame | None:
    """Return a layer, None where the file has none of that name."""
    try:
        import pyogrio
    except ImportError as failure:
        raise MissingDependencyError("pyogrio", _("reading GeoPackages")) from failure
    if name not in pyogrio.list_layers(source)[:, 0]:
        return None
    table: gpd.GeoDataFrame = pyogrio.read_dataframe(source, layer=name)
    return table


def _indicator(entry: Mapping[str, Any]) -> Indicator:
    overall = entry.get("overall")
    return Indicator(**{**entry, "overall": math.nan if overall is None else overall})
