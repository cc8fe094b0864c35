"""Make the folder of Python libraries that the tests lend to Debian's QGIS.

QGIS on Windows and macOS brings geopandas and scipy; Debian's brings numpy and scipy only. This makes
``.venv-qgis/`` (git ignores it): a virtual environment over the system's Python with geopandas beside
the **running** QGIS's numpy and scipy, which are pinned, because another numpy would shadow the one
that GDAL and matplotlib were built for. Run it by hand with ``python tests/qgis/environment.py``.

The folder holds everything that sialgeo can use. ``HIDDEN`` says what a QGIS in each environment is
not to see of it; ``hiding/sitecustomize.py`` hides it.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-qgis"
PYTHON = Path("/usr/bin/python3")
LIBRARIES = (
    "geopandas>=1.0",
    "pyogrio>=0.7.2",
    "openpyxl>=3.1",
    "python-calamine>=0.2.3",
    "jinja2>=3.1",
    "matplotlib",
    "pyarrow>=14",
    "scikit-learn>=1.3",
    "numba>=0.59",
    "rasterio>=1.3.9",
    "affine<3",  # its later versions want attrs 23.2; Debian's, which the environment sees, is older
    "exactextract>=0.2",
    "folium>=0.16",
    "typst>=0.13",
)
# what the Windows installer lacks, and what sialgeo's plugin can do without on top of that
_NOT_ON_WINDOWS = (
    "sklearn",
    "numba",
    "rasterio",
    "exactextract",
    "folium",
    "python_calamine",
    "typst",
)
HIDDEN = {
    "none optional": (*_NOT_ON_WINDOWS, "matplotlib", "openpyxl", "jinja2", "pyarrow"),
    "as on Windows": _NOT_ON_WINDOWS,
    "everything": (),
}
HIDING = Path(__file__).parent / "hiding"
PINNED = ("numpy", "scipy")
STAMP = "libraries.txt"


def site_packages(folder: Path = FOLDER) -> Path:
    """Return the folder to put on QGIS's ``PYTHONPATH``."""
    return next((folder / "lib").glob("python3.*/site-packages"))


def ensure(folder: Path = FOLDER) -> Path:
    """Make the environment where it is missing or stale; return its ``site-packages``.

    Several test workers may ask at once: one makes it, the others wait.
    """
    wanted = "\n".join([*LIBRARIES, *pins()])
    with (Path(tempfile.gettempdir()) / f"sialgeo-{folder.name}-{os.getuid()}.lock").open(
        "w"
    ) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = folder / STAMP
        if not stamp.is_file() or stamp.read_text() != wanted:
            _make(folder)
            stamp.write_text(wanted)
    return site_packages(folder)


def _make(folder: Path) -> None:
    subprocess.run([PYTHON, "-m", "venv", "--clear", "--system-site-packages", folder], check=True)
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pins()) + "\n")
    install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "-c", constraints]
    subprocess.run([*install, *LIBRARIES], check=True)


def pins() -> list[str]:
    """Return ``numpy==…`` and ``scipy==…`` as the system's Python has them."""
    return [pinned(name) for name in PINNED]


def pinned(name: str) -> str:
    """Return ``name==version`` as the system's Python has it."""
    code = f"from importlib.metadata import version; print('{name}==' + version('{name}'))"
    told = subprocess.run([PYTHON, "-I", "-c", code], check=True, capture_output=True, text=True)
    return told.stdout.strip()


if __name__ == "__main__":
    sys.stdout.write(f"{ensure()}\n")
