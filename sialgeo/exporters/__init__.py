"""Files to hand on; the verb is :func:`export`.

The format follows from the suffix, and everything passes :func:`sialgeo.protect` first. Each writer is
a module with ``write(publication, path)``; a writer never sees a ``Concentrations``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sialgeo.disclosure import protect, protect_surface
from sialgeo.errors import FileError, ParameterError, raise_all
from sialgeo.exporters import datapackage, package
from sialgeo.exporters.kinds import MAX_MB, WORKSHOP, kind_of
from sialgeo.i18n import N_, _
from sialgeo.model import Concentrations, Context
from sialgeo.progress import Progress, silent
from sialgeo.workfile import SUFFIX, is_work_file

# suffix -> module with ``write(publication, path)``, and what the file is
WRITERS: Mapping[str, tuple[str, str]] = {
    ".html": ("webmap", N_("web map, one page that works offline")),
    ".gpkg": ("geopackage", N_("GeoPackage with styles for QGIS")),
    ".qgz": ("project", N_("QGIS project with styles and a print layout")),
    ".xlsx": ("tables", N_("tables")),
    ".csv": ("csvtable", N_("table of the concentrations")),
    ".png": ("figures", N_("figure")),
    ".svg": ("figures", N_("figure that can be edited")),
    ".geojson": ("geojson", N_("areas for other programs (WGS 84)")),
    ".pdf": ("dossier", N_("study report with a fact sheet for each concentration")),
    ".ficha.pdf": ("dossier", N_("fact sheets of two pages")),
    ".taller.pdf": ("workshop", N_("map for a workshop, to print large and draw on")),
    ".report.html": ("dossier", N_("study report as a page")),
    ".md": ("dossier", N_("study report as Markdown, for word processors")),
    ".parquet": ("geoparquet", N_("areas for data programs (GeoParquet)")),
    ".kml": ("kml", N_("areas for Google Earth and phones")),
    ".json": ("runlog", N_("run log: parameters, seeds, versions, tests")),
}

_LONGEST_FIRST = sorted(WRITERS, key=len, reverse=True)


_DESCRIPTOR = ("datapackage", N_("description of the files"))
_LAST = {"project": 1, "datapackage": 2}  # they tell of files that must be there


def export(
    concentrations: Concentrations,
    path: str | os.PathLike[str],
    *,
    publish: str = "grid",
    min_n: int = 10,
    context: Context | None = None,
    columns: Sequence[str] = (),
    figure: str | None = None,
    figure_options: Mapping[str, Any] | None = None,
    max_mb: float = MAX_MB,
    progress: Progress | None = None,
) -> Path:
    """Write a file to hand on, always through :func:`sialgeo.protect`.

    Parameters
    ----------
    concentrations
        The result; it is not changed.
    path
        Its suffix chooses the format: ``.html`` ``.gpkg`` ``.qgz`` ``.xlsx`` ``.csv`` ``.png``
        ``.svg`` ``.geojson`` ``.parquet`` ``.kml``, ``.pdf`` for the report (``ficha.pdf``: the fact
        sheets alone; ``taller.pdf``: the map for a workshop), ``.report.html``, ``.md``, or ``.json`` for the run log. Written whole or not
        at all. A ``.qgz`` brings its GeoPackage, of the same name.
    publish, min_n, columns
        As :func:`sialgeo.protect`: areas and counts by grid cell by default; ``"areas"`` leaves the
        counts out, ``"masked"`` and ``"points"`` have points in their place.
    context
        Title, sources, territories and places that the file shows.
    figure
        Kind of map of a ``.png`` or ``.svg``, as :func:`sialgeo.figure`. By default what the name
        says (``a.bivariate.png``), else ``"map"``.
    figure_options
        What that kind needs, as :func:`sialgeo.figure`: ``column``, ``surface``, ``actors``, ``by``,
        ``name``, ``before``, ``dates`` … ``surface`` and ``before`` pass the gate too; actors are drawn
        where they are. The map for a workshop takes ``actors``, ``by`` and ``name`` too.
    max_mb
        Most megabytes (millions of bytes) of a web map: many points lose their long texts, then their
        exact positions, then become counts by cell; the page says which.
    progress
        ``progress(fraction, message)``; it may raise ``Cancelled``, then no file is left.

    Returns
    -------
    Path

    Raises
    ------
    FileError
        The suffix is unknown or that of a private working file; the folder may not be written; the
        disk is full.
    ParameterError
        ``figure`` is no kind of map, or its options are not those that it takes; ``max_mb`` is not
        above 0, or the web map does not fit into it, however coarse.
    MissingDependencyError
        The library that writes this format is not installed.

    Examples
    --------
    >>> import geopandas as gpd, tempfile
    >>> point = gpd.points_from_xy([-78.5], [-7.1])
    >>> found = Concentrations(
    ...     gpd.GeoDataFrame({"concentration": [1], "membership": [1.0]}, geometry=point, crs=4326),
    ...     gpd.GeoDataFrame({"name": ["A"], "n": [1], "evidence": ["tested"]},
    ...                      geometry=point.buffer(0.1), index=[1], crs=4326))
    >>> export(found, Path(tempfile.mkdtemp()) / "run.json").name
    'run.json'
    """
    return export_all(
        concentrations,
        [path],
        publish=publish,
        min_n=min_n,
        context=context,
        columns=columns,
        figure=figure,
        figure_options=figure_options,
        max_mb=max_mb,
        progress=progress,
    )[0]


def export_all(
    concentrations: Concentrations,
    paths: Sequence[str | os.PathLike[str]],
    *,
    publish: str = "grid",
    min_n: int = 10,
    context: Context | None = None,
    columns: Sequence[str] = (),
    figure: str | None = None,
    figure_options: Mapping[str, Any] | None = None,
    max_mb: float = MAX_MB,
    archive: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write several files of one publication: what is withheld is the same in all of them.

    Parameters
    ----------
    concentrations, publish, min_n, context, columns, figure, figure_options, max_mb, progress
        As :func:`export`.
    paths
        The files. A ``.qgz`` reads the ``.gpkg`` that is written in its folder;
        ``datapackage.json`` describes the files written in its folder.
    archive
        A ``.zip`` that holds them all, beside them.

    Returns
    -------
    list of Path
        As ``paths``, then the archive.

    Raises
    ------
    FileError
        As :func:`export`; two files of one name go into the archive.
    ParameterError
        As :func:`export`.
    MissingDependencyError
        The library that writes one of the formats is not installed.

    Examples
    --------
    >>> import geopandas as gpd, tempfile
    >>> point = gpd.points_from_xy([-78.5], [-7.1])
    >>> found = Concentrations(
    ...     gpd.GeoDataFrame({"concentration": [1], "membership": [1.0]}, geometry=point, crs=4326),
    ...     gpd.GeoDataFrame({"name": ["A"], "n": [1], "evidence": ["tested"]},
    ...                      geometry=point.buffer(0.1), index=[1], crs=4326))
    >>> folder = Path(tempfile.mkdtemp())
    >>> made = export_all(found, [folder / "a.csv", folder / "datapackage.json"], archive=folder / "a.zip")
    >>> [path.name for path in made]
    ['a.csv', 'datapackage.json', 'a.zip']
    """
    targets = [Path(path) for path in paths]
    chosen = [_writer(target) for target in targets]
    options = dict(figure_options or {})
    faults = []
    kinds = _kinds(targets, chosen, figure)
    if kinds:
        from sialgeo.exporters.figures import option_faults

        faults += option_faults(kinds, options)
    if not max_mb > 0:
        faults.append(_("max_mb = {mb}: must be greater than 0").format(mb=max_mb))
    raise_all(faults, ParameterError)
    zipped = None if archive is None else package.checked(Path(archive), targets)
    told = progress or silent
    told(0.0, _("Checking what may be published"))
    publication = protect(
        concentrations, publish=publish, min_n=min_n, context=context, columns=columns
    )
    if "surface" in options:
        options["surface"] = protect_surface(
            options["surface"], concentrations.producers, min_n=min_n
        )
    if isinstance(options.get("before"), Concentrations):
        options["before"] = protect(options["before"], publish="areas", min_n=min_n)
    order = sorted(range(len(targets)), key=lambda i: _LAST.get(chosen[i][0], 0))
    written: list[Path] = []
    documents: dict[bool, Any] = {}
    for done, i in enumerate(order):
        target, (module, what) = targets[i], chosen[i]
        told(
            0.3 + 0.7 * done / len(order),
            _("Writing {what}: {name}").format(what=_(what), name=target.name),
        )
        written += package.write_one(
            module, publication, target, written, figure=figure, figure_options=options,
            max_mb=max_mb, documents=documents,
        )  # fmt: skip
    if zipped is not None:
        package.write_archive(zipped, written)
        targets.append(zipped)
    told(1.0, _("Written: {name}").format(name=", ".join(target.name for target in targets)))
    return targets


def _kinds(
    targets: Sequence[Path], chosen: Sequence[tuple[str, str]], figure: str | None
) -> dict[str, None]:
    """Return the kinds of map that are drawn, each once."""
    modules = [module for module, _what in chosen]
    found = [
        (figure or kind_of(target)) if module == "figures" else WORKSHOP
        for target, module in zip(targets, modules, strict=True)
        if module in ("figures", "workshop")
    ]
    return dict.fromkeys(found)


def _writer(target: Path) -> tuple[str, str]:
    if is_work_file(target):
        raise FileError(
            _(
                "{path}: {suffix} is the name of a private working file, and what is exported is for handing on. Remedy: save(concentrations, path) for a working file, or another name"
            ).format(path=target, suffix=SUFFIX)
        )
    name = target.name.lower()
    if name == datapackage.NAME:
        return _DESCRIPTOR
    found = next((WRITERS[s] for s in _LONGEST_FIRST if name.endswith(s) or "." + name == s), None)
    if found is None:
        known = ", ".join(f"{suffix} ({_(what)})" for suffix, (_module, what) in WRITERS.items())
        raise FileError(
            _("{path}: the suffix names no known format. Remedy: one of {known}").format(
                path=target, known=known
            )
        )
    return found
