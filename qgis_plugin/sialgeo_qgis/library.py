# SPDX-License-Identifier: GPL-2.0-or-later
"""Where sialgeo and what it needs come from, and what is missing.

The plugin carries sialgeo's pure Python in ``carried/``. One that is installed in QGIS's Python is
preferred, so that QGIS, notebooks and the command line give the same numbers; the carried one serves
where none is installed. Libraries that a user lets the plugin install are in a folder of the profile,
keyed by the version of Python. Both folders are appended to ``sys.path``, never put before what is
there.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import shutil
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, distributions, version
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
    "pyproj": "3.4",
    "pyogrio": "0.7.2",
    "geopandas": "1.0",
}
TABLES = ("numpy", "pandas", "shapely", "pyproj", "pyogrio", "geopandas")
ALL = ("scipy", *TABLES)
OPTIONAL = {
    "openpyxl": mark("XLSX tables"),
    "python_calamine": mark("XLSX tables, faster; XLS and ODS tables"),
    "matplotlib": mark("figures, reports and fact sheets"),
    "sklearn": mark("the methods HDBSCAN and OPTICS"),
    "numba": mark("faster detection of many producers"),
    "rasterio": mark("rasters named in a study file; the overlay reads rasters through QGIS"),
    "exactextract": mark("rasters finer than two million cells a concentration"),
    "pyarrow": mark("GeoParquet files"),
    "typst": mark("reports in PDF, typeset; without it QGIS prints them"),
}
_OWN_LIBRARIES = ("shapely", "pyproj", "pyogrio", "rasterio", "exactextract")
_PACKAGE = {"python_calamine": "python-calamine", "sklearn": "scikit-learn"}
_PINNED = ("numpy", "scipy")
_AFFINE = "affine<3"  # rasterio's; from 3 on it wants newer attrs than Debian's QGIS brings
_MADE_FOR = "made_for.json"
_VERSION = re.compile(r"\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\+[\w.]+)?")


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


def lacks(name: str) -> bool:
    """Return whether a library is absent or too old."""
    found = installed_version(name)
    return found is None or _older(found, MINIMUM.get(name, "0"))


def shadowed(names) -> str:
    """Return what to say of libraries that are too old in QGIS itself: nothing is put before them."""
    return tr(
        "Too old in this QGIS, whose own are always found first: {libraries}. Remedy: update QGIS."
    ).format(libraries=", ".join(package_of(name) for name in names))


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
    """Return how to install libraries beside this QGIS, its numpy and scipy untouched."""
    beside = [_AFFINE] if "rasterio" in names else []
    wanted = " ".join(f'"{one}"' for one in (*map(requirement, names), *beside))
    held = " ".join(f'"{pin}"' for pin in pins() if pin.partition("=")[0] not in names)
    if sys.platform == "win32":
        where, options = tr("in the OSGeo4W Shell: "), "--user"
    elif sys.platform == "darwin":
        where, options = (
            tr("in a terminal, with the Python inside the QGIS application: "),
            "--user",
        )
    else:
        where, options = tr("in a terminal: "), "--user --break-system-packages"
    command = " ".join(filter(None, ["python3 -m pip install", options, wanted, held]))
    return tr("Plugins › sialgeo › Dependencies… installs it; or {place}{command}").format(
        place=where, command=command
    )


def requirement(name: str) -> str:
    """Return what pip is asked for."""
    package = _PACKAGE.get(name, name)
    return f"{package}>={MINIMUM[name]}" if name in MINIMUM else package


def package_of(name: str) -> str:
    """Return the name under which a library is known to people and to pip."""
    return _PACKAGE.get(name, name)


def pins() -> list[str]:
    """Return the running numpy and scipy as pip's constraints."""
    return [f"{name}=={found}" for name in _PINNED if (found := installed_version(name))]


def constraints() -> list[str]:
    """Return all that this QGIS brings as pip's constraints: numpy and scipy first of all.

    What QGIS brings is found before anything that is installed beside it, so another version of it
    would never be used, and what was chosen to go with that version would break.
    """
    held = {}
    for found in distributions():
        name = re.sub(r"[-_.]+", "-", found.metadata["Name"] or "").lower()
        if name and own_folder() not in Path(str(found.locate_file(""))).parents:
            held.setdefault(name, found.version)  # the first on the path is the one in use
    told = [f"{name}=={one}" for name, one in held.items() if _VERSION.fullmatch(str(one))]
    return [*(sorted(told) or pins()), *([] if "affine" in held else [_AFFINE])]


# --- the profile's own folder ---------------------------------------------------------------------


def own_folder() -> Path:
    """Return the profile's folder of libraries for this version of Python.

    QGIS has the folder ``python`` of the profile on its path: a folder ``sialgeo`` in it would be
    imported in sialgeo's place.
    """
    from qgis.core import QgsApplication

    key = "py" + "".join(str(part) for part in sys.version_info[:2])
    return Path(QgsApplication.qgisSettingsDirPath()) / "python" / "sialgeo-libraries" / key


def own_libraries() -> Path:
    """Return where pip puts libraries inside the profile's folder."""
    scheme = sysconfig.get_preferred_scheme("user")
    return Path(sysconfig.get_path("purelib", scheme, {"userbase": str(own_folder())}))


def outdated() -> str:
    """Return what is wrong with the profile's libraries: made for another numpy or scipy, or nothing."""
    stamp = own_folder() / _MADE_FOR
    if not stamp.is_file():
        return ""
    held = json.loads(stamp.read_text(encoding="ascii"))
    if held == pins():
        return ""
    return tr(
        "The libraries installed for sialgeo were made for {old}; this QGIS has {new}, so they are not "
        "used. Remedy: remove them in Plugins › sialgeo › Dependencies… and install them again."
    ).format(old=", ".join(held), new=", ".join(pins()))


def use_own_libraries() -> None:
    """Have Python find the profile's libraries after everything that QGIS brings."""
    if own_libraries().is_dir() and not outdated():
        _append(own_libraries())


def note_installation() -> None:
    """Remember for which numpy and scipy the profile's libraries were made, and use them."""
    own_folder().mkdir(parents=True, exist_ok=True)
    (own_folder() / _MADE_FOR).write_text(json.dumps(pins()), encoding="ascii")
    use_own_libraries()


def remove_installation() -> str:
    """Delete the profile's libraries; return why not where a file of them is in use."""
    held = str(own_folder())
    sys.path[:] = [entry for entry in sys.path if not entry.startswith(held)]
    try:
        if own_folder().is_dir():
            shutil.rmtree(own_folder())
    except OSError as failure:
        return tr(
            "{path} is in use. Remedy: close QGIS, start it again and remove them before anything of "
            "sialgeo is run."
        ).format(path=failure.filename)
    return ""


def _append(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
        importlib.invalidate_caches()


def sialgeo():
    """Import sialgeo (the installed one, else the carried one) in QGIS's language."""
    if (
        "sialgeo" not in sys.modules
        and importlib.util.find_spec("sialgeo") is None
        and CARRIED.is_dir()
    ):
        _append(CARRIED)
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
    wanted = [n for n in _OWN_LIBRARIES if n not in sys.modules and importlib.util.find_spec(n)]
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
    for name, found, use in state():
        lines.append(f"{package_of(name)}: {found or tr('not installed')} ({use})")
    if own_libraries().is_dir():
        lines.append(tr("Installed for sialgeo in {folder}").format(folder=own_libraries()))
    lines += [outdated()] if outdated() else []
    lines += blocked() or missing(ALL) or [tr("Everything that is needed is here.")]
    return "\n".join(lines)


def state() -> list[tuple[str, str | None, str]]:
    """Return each library with its version, None where it is absent, and what it is for."""
    needed = [
        (name, installed_version(name), tr("needed, {version} or later").format(version=version))
        for name, version in MINIMUM.items()
    ]
    return needed + [(name, installed_version(name), tr(use)) for name, use in OPTIONAL.items()]


def forget() -> None:
    """Take the carried sialgeo, and the way to the profile's libraries, out of Python again."""
    folder = str(CARRIED)
    ours = (folder, str(own_folder()))
    sys.path[:] = [entry for entry in sys.path if not entry.startswith(ours)]
    for name in [n for n in sys.modules if n == "sialgeo" or n.startswith("sialgeo.")]:
        if str(getattr(sys.modules[name], "__file__", "") or "").startswith(folder):
            del sys.modules[name]


def _older(found: str, needed: str) -> bool:
    return _numbers(found) < _numbers(needed)


def _numbers(text: str) -> tuple[int, ...]:
    parts = [int(n) for n in re.findall(r"\d+", text.partition("+")[0])[:3]]
    return tuple(parts + [0] * (3 - len(parts)))
