"""Make the folder of Python libraries that the tests lend to Debian's QGIS.

QGIS on Windows and macOS brings geopandas and scipy; Debian's brings numpy and scipy only. This makes
``.venv-qgis/`` (git ignores it): a virtual environment over the system's Python with geopandas beside
the **running** QGIS's numpy and scipy, which are pinned, because another numpy would shadow the one
that GDAL and matplotlib were built for. Run it by hand with ``python tests/qgis/environment.py``.
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
LIBRARIES = ("geopandas>=1.0", "pyogrio>=0.7.2", "openpyxl>=3.1")
PINNED = ("numpy", "scipy")
STAMP = "libraries.txt"


def site_packages(folder: Path = FOLDER) -> Path:
    """Return the folder to put on QGIS's ``PYTHONPATH``."""
    return next((folder / "lib").glob("python3.*/site-packages"))


def ensure(folder: Path = FOLDER) -> Path:
    """Make the environment where it is missing or stale; return its ``site-packages``.

    Several test workers may ask at once: one makes it, the others wait.
    """
    wanted = "\n".join([*LIBRARIES, *_pins()])
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
    constraints.write_text("\n".join(_pins()) + "\n")
    install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "-c", constraints]
    subprocess.run([*install, *LIBRARIES], check=True)


def _pins() -> list[str]:
    """Return ``numpy==…`` and ``scipy==…`` as the system's Python has them."""
    code = (
        "from importlib.metadata import version\n"
        f"print('\\n'.join(f'{{n}}=={{version(n)}}' for n in {PINNED!r}))"
    )
    told = subprocess.run([PYTHON, "-I", "-c", code], check=True, capture_output=True, text=True)
    return told.stdout.split()


if __name__ == "__main__":
    sys.stdout.write(f"{ensure()}\n")
