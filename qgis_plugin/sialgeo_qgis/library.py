# SPDX-License-Identifier: GPL-2.0-or-later
"""Where sialgeo and what it needs come from, and what is missing.

The plugin carries sialgeo's pure Python in ``carried/``. One that is installed in QGIS's Python is
preferred, so that QGIS, notebooks and the command line give the same numbers; the carried one serves
where none is installed. Its folder is appended to ``sys.path``, never put before what is there.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .texts import language, mark, tr

CARRIED = Path(__file__).parent / "carried"
PYTHON = (3, 10)
NEEDED_VERSION = "0.1.0"
MINIMUM = {
    "numpy": "1.24",
    "scipy": "1.10",
    "pandas": "2.0",
    "shapely": "2.0",
    "pyproj": "3.5",
    "pyogrio": "0.7.2",
    "geopandas": "1.0",
}
TABLES = ("numpy", "pandas", "shapely", "pyproj", "pyogrio", "geopandas")
ALL = ("scipy", *TABLES)
OPTIONAL = {
    "openpyxl": mark("XLSX tables"),
    "python_calamine": mark("XLSX tables, faster"),
    "sklearn": mark("the method HDBSCAN"),
    "numba": mark("faster detection of many producers"),
    "matplotlib": mark("figures, reports and fact sheets"),
    "typst": mark("reports in PDF"),
}
_OWN_LIBRARIES = ("shapely", "pyproj", "pyogrio")
_PACKAGE = {"python_calamine": "python-calamine", "sklearn": "scikit-learn"}


def blocked() -> list[str]:
    """Return why this QGIS cannot run sialgeo at all (an old Python or shapely), or nothing."""
    found = ".".join(str(part) for part in sys.version_info[:2])
    if sys.version_info[:2] < PYTHON:
        return [
            tr(
                "This QGIS runs Python {found}; sialgeo needs Python 3.10 or later. "
                "Remedy: install a newer QGIS."
            ).format(found=found)
        ]
    shapely = installed_version("shapely")
    if shapely is not None and _older(shapely, MINIMUM["shapely"]):
        return [
            tr(
                "This QGIS has shapely {found}; sialgeo needs shapely 2.0 or later. "
                "Remedy: {remedy}"
            ).format(found=shapely, remedy=remedy(("shapely",)))
        ]
    return []


def missing(needed: tuple[str, ...]) -> list[str]:
    """Return one sentence per library that is missing or too old, and the remedy last."""
    said, absent = [], []
    for name in needed:
        found = installed_version(name)
        if found is None:
            said.append(tr("{library} is not installed").format(library=_PACKAGE.get(name, name)))
            absent.append(name)
        elif _older(found, MINIMUM.get(name, "0")):
            said.append(
                tr("{library} {found} is older than {needed}").format(
                    library=name, found=found, needed=MINIMUM[name]
                )
            )
            absent.append(name)
    if absent:
        said.append(tr("Remedy: {remedy}").format(remedy=remedy(tuple(absent))))
    return said


def installed_version(name: str) -> str | None:
    """Return a library's version without importing it, ``"0"`` where it does not tell, None where absent."""
    if sys.modules.get(name, ...) is None or importlib.util.find_spec(name) is None:
        return None
    try:
        return version(_PACKAGE.get(name, name))
    except PackageNotFoundError:
        return (
            "0"
            if name not in MINIMUM
            else str(getattr(importlib.import_module(name), "__version__", "0"))
        )


def remedy(names: tuple[str, ...]) -> str:
    """Return the command that installs libraries beside this QGIS, its numpy and scipy untouched."""
    wanted = [
        f'"{_PACKAGE.get(n, n)}>={MINIMUM[n]}"' if n in MINIMUM else _PACKAGE.get(n, n)
        for n in names
    ]
    pins = [
        f'"{n}=={v}"' for n in ("numpy", "scipy") if n not in names and (v := installed_version(n))
    ]
    if sys.platform == "win32":
        where, options = tr("in the OSGeo4W Shell: "), "--user"
    elif sys.platform == "darwin":
        where, options = (
            tr("in a terminal, with the Python inside the QGIS application: "),
            "--user",
        )
    else:
        where, options = tr("in a terminal: "), "--user --break-system-packages"
    return where + " ".join(["python3 -m pip install", options, *wanted, *pins])


def sialgeo():
    """Import sialgeo (the installed one, else the carried one) in QGIS's language."""
    if (
        "sialgeo" not in sys.modules
        and importlib.util.find_spec("sialgeo") is None
        and CARRIED.is_dir()
    ):
        sys.path.append(str(CARRIED))
        importlib.invalidate_caches()
    module = importlib.import_module("sialgeo")
    module.set_language(language())
    return module


def bind() -> None:
    """Import the libraries that bring their own GEOS, PROJ and GDAL so that they use their own.

    On Linux the QGIS program has its GEOS, PROJ and GDAL in the global symbol scope. A wheel's library
    of another version would call into QGIS's instead of its own, and crash ("WKB output dimension must
    be 2 or 3", "free(): invalid pointer"). ``RTLD_DEEPBIND`` makes each look in its own first; where
    they are the system's own libraries it changes nothing. Call it after ``missing`` found nothing.
    """
    deep = getattr(os, "RTLD_DEEPBIND", 0)
    wanted = [name for name in _OWN_LIBRARIES if name not in sys.modules]
    if not deep or not wanted:
        return
    flags = sys.getdlopenflags()
    sys.setdlopenflags(flags | deep)
    try:
        for name in wanted:
            importlib.import_module(name)
    finally:
        sys.setdlopenflags(flags)


def hold_projections() -> None:
    """Keep this thread's PROJ context alive; call it in the thread, before any projection.

    pyproj 3.7 frees a context with Python's state of the thread, which QGIS ends after each run, while
    the pool's thread lives on and hands the freed context to the next run: QGIS crashes at the second
    algorithm (pyproj issues 1509 and 1622). An ellipsoid holds the context it was made in (a CRS does
    not: it keeps its own inside Python's state of the thread). The list is kept by pyproj, because the
    threads outlive this plugin.
    """
    pyproj = importlib.import_module("pyproj")
    held = pyproj.__dict__.setdefault("_held_by_sialgeo", [])
    held.append(pyproj.CRS.from_epsg(4326).ellipsoid)


def faults_of_sialgeo() -> list[str]:
    """Return what is wrong with the sialgeo found: too old an installed one, or none."""
    try:
        module = sialgeo()
    except ImportError as failure:
        return [tr("sialgeo cannot be imported ({reason})").format(reason=failure)]
    if _older(module.__version__, NEEDED_VERSION):
        return [
            tr(
                "The installed sialgeo {found} ({path}) is older than this plugin "
                "needs ({needed}). "
                "Remedy: update it, or uninstall it to use the one that the plugin carries."
            ).format(
                found=module.__version__, path=Path(module.__file__).parent, needed=NEEDED_VERSION
            )
        ]
    return []


def sample(name: str) -> Path | None:
    """Return the folder of a sample that the plugin carries, None where it came without it."""
    folder = CARRIED / "sialgeo" / "sample_layers" / name
    return folder if folder.is_dir() else None


def report() -> str:
    """Return the state of everything the plugin needs, as text to copy into a question."""
    from qgis.core import Qgis

    lines = [f"QGIS {Qgis.QGIS_VERSION}", f"Python {sys.version.split()[0]} ({sys.platform})"]
    try:
        module = sialgeo()
        lines.append(f"sialgeo {module.__version__} ({Path(module.__file__).parent})")
    except (ImportError, SyntaxError, TypeError) as failure:
        lines.append(f"sialgeo: {failure}")
    for name in (*ALL, *OPTIONAL):
        found = installed_version(name)
        use = f" – {tr(OPTIONAL[name])}" if name in OPTIONAL else f" (≥ {MINIMUM[name]})"
        lines.append(f"{_PACKAGE.get(name, name)}: {found or tr('not installed')}{use}")
    lines += blocked() or missing(ALL) or [tr("Everything that is needed is here.")]
    return "\n".join(lines)


def forget() -> None:
    """Take the carried sialgeo out of Python again."""
    folder = str(CARRIED)
    sys.path[:] = [entry for entry in sys.path if entry != folder]
    for name in [n for n in sys.modules if n == "sialgeo" or n.startswith("sialgeo.")]:
        if str(getattr(sys.modules[name], "__file__", "") or "").startswith(folder):
            del sys.modules[name]


def _older(found: str, needed: str) -> bool:
    return _numbers(found) < _numbers(needed)


def _numbers(text: str) -> tuple[int, ...]:
    parts = [int(n) for n in re.findall(r"\d+", text.partition("+")[0])[:3]]
    return tuple(parts + [0] * (3 - len(parts)))
