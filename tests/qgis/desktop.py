"""Drive QGIS's desktop window under Xvfb with the built plugin in a clean profile.

``python tests/qgis/desktop.py`` makes the pictures of the guide, ``docs/img/qgis-*.png``. Needs
Debian's qgis, xvfb and openbox.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAMS = ("qgis.bin", "xvfb-run", "openbox")
PICTURES = {  # of each script, as the docs name them
    "window.py": {
        "detected": "qgis-example",
        "filled-detectconcentrations": "qgis-detect",
        "log-Sialgeo_overlayindicators": "qgis-log",
    },
    "study.py": {
        "wizard-1-start": "guide-1-start",
        "wizard-2-producers": "guide-2-producers",
        "wizard-3-reference": "guide-3-reference",
        "wizard-4-radius": "guide-4-radius",
        "wizard-5-territories": "guide-5-territories",
        "wizard-6-tables": "guide-6-tables",
        "wizard-7-outputs": "guide-7-outputs",
        "finished": "guide-8-study",
        "dock": "guide-9-dock",
        "options": "guide-options",
        "dependencies": "guide-dependencies",
        "dark": "guide-dark",
    },
}
_SETTINGS = """[PythonPlugins]
sialgeo_qgis=true
processing=true
[locale]
overrideFlag=true
userLocale={language}
[qgis]
checkVersion=false
"""


def missing() -> list[str]:
    """Return the programs that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def drive(
    built_zip: Path,
    libraries: Path | None,
    folder: Path,
    *,
    driver: str = "window.py",
    language: str = "es",
    run: bool = False,
    within: int = 900,
    extra: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Start QGIS, run a script of ``drivers/`` in it and return what it told; pictures go to ``folder``."""
    home = folder / "home"
    settings = home / "profiles" / "default" / "QGIS"
    settings.mkdir(parents=True)
    (settings / "QGIS3.ini").write_text(_SETTINGS.format(language=language))
    with zipfile.ZipFile(built_zip) as archive:
        archive.extractall(home / "plugins")
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    kept["PATH"] = os.pathsep.join(
        ["/usr/bin", "/bin", kept.get("PATH", "")]
    )  # QGIS takes its Python from there
    environment = kept | {
        "XDG_RUNTIME_DIR": str(runtime),
        "QGIS_PLUGINPATH": str(home / "plugins"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "TMPDIR": str(runtime),  # layers elsewhere are none of a temporary folder
        "SIALGEO_PICTURES": str(folder),
        "SIALGEO_TOLD": str(folder / "told.json"),
    }
    if run:
        environment["SIALGEO_RUN"] = "1"
    environment |= extra or {}
    searched = [HERE / "drivers"] + ([libraries] if libraries is not None else [])
    environment["PYTHONPATH"] = os.pathsep.join(map(str, searched))
    qgis = f"exec qgis.bin --nologo --noversioncheck --profiles-path {home} --code {HERE / 'drivers' / driver}"
    command = ["xvfb-run", "-a", "-s", "-screen 0 1400x900x24", "sh", "-c", f"openbox & {qgis}"]
    said = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=within, check=False
    )
    told = folder / "told.json"
    if not told.is_file():
        errors = said.stderr.partition("Extension modules:")[0]  # a crash lists hundreds of them
        raise RuntimeError(f"QGIS ended early:\n{said.stdout[-4000:]}\n{errors[-4000:]}")
    answer: dict[str, Any] = json.loads(told.read_text())
    return answer


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"qgis_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(arguments: list[str]) -> int:
    """Make the guide's pictures, or measure with a million points.

    ``alive``: how long the window is deaf while they are looked at; ``crossing``: how long they take
    into a table and back into a layer.
    """
    libraries = _load(HERE / "environment.py").ensure()
    faults = []
    with tempfile.TemporaryDirectory() as holder:
        built = _load(ROOT / "qgis_plugin" / "build.py").build(Path(holder) / "sialgeo_qgis.zip")
        if arguments in (["alive"], ["crossing"]):
            name = arguments[0]
            told = drive(built, libraries, Path(holder) / name, driver=f"{name}.py", within=1200)
            sys.stdout.write(json.dumps(told, indent=1) + "\n")
            return 1 if told["errors"] else 0
        for driver, pictures in PICTURES.items():
            folder = Path(holder) / driver
            study = Path(tempfile.gettempdir()) / "sialgeo" / "queserias"  # it is in the pictures
            shutil.rmtree(study, ignore_errors=True)
            extra = {"SIALGEO_STUDY": str(study), "SIALGEO_QUICK": "1"}
            told = drive(
                built, libraries, folder, driver=driver, run=True, within=1200, extra=extra
            )
            if told["errors"]:
                faults += told["errors"]
                continue
            for taken, name in pictures.items():
                shutil.copy(folder / f"{taken}.png", ROOT / "docs" / "img" / f"{name}.png")
    sys.stderr.write("".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
