"""What the tests on a real QGIS share: the built zip in a clean profile, libraries, ``qgis_process``."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
NAME = "sialgeo_qgis"
SAMPLE = ROOT / "sample_layers" / "cajamarca"
collect_ignore_glob = ["drivers/*"]


def load(path: Path) -> ModuleType:
    """Import a script by its path."""
    name = f"qgis_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@dataclass
class Run:
    """What one run of ``qgis_process`` said."""

    status: int
    results: dict[str, Any]
    info: list[str]
    warnings: list[str]
    errors: str


@dataclass
class Profile:
    """A clean QGIS profile with the built plugin in it."""

    home: Path
    libraries: Path | None
    language: str = "en"
    hidden: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def plugins(self) -> Path:
        """Return the folder of plugins."""
        return self.home / "plugins"

    def environment(self) -> dict[str, str]:
        """Return the environment variables of a QGIS that knows nothing but this profile."""
        kept = ("PATH", "HOME", "DISPLAY", "XAUTHORITY", "TMPDIR")
        given = {k: v for k, v in os.environ.items() if k in kept}
        # the Python inside QGIS takes its home from the first python3 on PATH: the system's, no other
        given["PATH"] = os.pathsep.join(["/usr/bin", "/bin", given.get("PATH", "")])
        runtime = self.home / "run"
        runtime.mkdir(mode=0o700, exist_ok=True)
        spoken = {"en": "C.UTF-8", "es": "es_PE.UTF-8"}[self.language]
        given |= {
            "XDG_RUNTIME_DIR": str(runtime),
            "QGIS_PLUGINPATH": str(self.plugins),
            "QGIS_CUSTOM_CONFIG_PATH": str(self.home / "conf"),
            "QT_QPA_PLATFORM": "offscreen",
            "LANG": spoken,
            "OMP_NUM_THREADS": "1",
        }
        if self.libraries is not None:
            hiding = load_environment().HIDING
            given["PYTHONPATH"] = os.pathsep.join(map(str, (hiding, self.libraries)))
            given["SIALGEO_HIDDEN"] = ",".join(self.hidden)
        if "PROJ_DATA" in os.environ:  # Debian's newer QGIS need it
            given["PROJ_DATA"] = os.environ["PROJ_DATA"]
        return given | self.extra

    def enable(self) -> Profile:
        """Enable the plugin."""
        command = ["qgis_process.bin", "plugins", "enable", NAME]
        done = subprocess.run(
            command, capture_output=True, text=True, env=self.environment(), check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return self

    def call(self, *arguments: str, timeout: int = 300) -> subprocess.CompletedProcess[str]:
        """Call ``qgis_process``."""
        command = ["qgis_process.bin", *arguments]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=self.environment(),
            timeout=timeout,
            check=False,
        )

    def run(self, algorithm: str, **parameters: Any) -> Run:
        """Run an algorithm."""
        given = []
        for name, value in parameters.items():
            values = value if isinstance(value, list) else [value]
            given += [f"{name}={one}" for one in values]
        said = self.call("--json", "run", f"sialgeo:{algorithm}", "--", *given)
        told = json.loads(said.stdout) if said.stdout.strip().startswith("{") else {}
        log = told.get("log", {})
        return Run(
            said.returncode,
            told.get("results", {}),
            log.get("info", []),
            log.get("warning", []),
            said.stderr,
        )

    def drive(self, driver: str, *arguments: str | Path, timeout: int = 300) -> dict[str, Any]:
        """Run a PyQGIS script of ``drivers/`` and return the JSON it prints last."""
        command = ["/usr/bin/python3", str(HERE / "drivers" / driver), *map(str, arguments)]
        said = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=self.environment(),
            timeout=timeout,
            check=False,
        )
        assert said.returncode == 0, said.stdout + said.stderr
        told: dict[str, Any] = json.loads(said.stdout.strip().splitlines()[-1])
        return told


def _need_qgis() -> None:
    if shutil.which("qgis_process.bin") is None:
        pytest.skip("Debian's QGIS is not installed (apt-get install qgis)")


@pytest.fixture(scope="session")
def built_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the plugin's zip."""
    pytest.importorskip("babel")
    build = load(ROOT / "qgis_plugin" / "build.py")
    if build.translations.find_lrelease() is None:
        pytest.skip("Qt's lrelease is not installed (apt-get install qttools5-dev-tools)")
    target: Path = build.build(tmp_path_factory.mktemp("zip") / f"{NAME}.zip")
    return target


@pytest.fixture(scope="session")
def libraries() -> Path:
    """Return the folder with geopandas for the running QGIS."""
    _need_qgis()
    try:
        folder: Path = load_environment().ensure()
    except subprocess.CalledProcessError as failure:
        pytest.skip(f"geopandas for QGIS's Python could not be installed: {failure}")
    return folder


def load_environment() -> ModuleType:
    """Return the script that makes the folder of libraries."""
    return sys.modules.get("qgis_environment") or load(HERE / "environment.py")


def profile_in(
    home: Path,
    built_zip: Path,
    libraries: Path | None,
    language: str = "en",
    hidden: tuple[str, ...] = (),
) -> Profile:
    """Return a clean profile with the built plugin enabled."""
    profile = Profile(home, libraries, language, hidden)
    with zipfile.ZipFile(built_zip) as archive:
        archive.extractall(profile.plugins)
    return profile.enable()


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory, built_zip: Path, libraries: Path) -> Profile:
    """Return a clean profile whose QGIS has what the Windows build brings."""
    hidden = load_environment().HIDDEN["as on Windows"]
    return profile_in(tmp_path_factory.mktemp("profile"), built_zip, libraries, hidden=hidden)


@pytest.fixture(scope="session")
def spanish(tmp_path_factory: pytest.TempPathFactory, built_zip: Path, libraries: Path) -> Profile:
    """Return the same in Spanish."""
    hidden = load_environment().HIDDEN["as on Windows"]
    return profile_in(tmp_path_factory.mktemp("spanish"), built_zip, libraries, "es", hidden)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory, built_zip: Path) -> Profile:
    """Return a clean profile of Debian's QGIS as it comes: no pandas, no geopandas."""
    _need_qgis()
    return profile_in(tmp_path_factory.mktemp("bare"), built_zip, None)


@pytest.fixture(scope="session")
def layers(profile: Profile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Make the sample's point layers once, as GeoPackages."""
    folder = tmp_path_factory.mktemp("layers")
    told = profile.drive("sample_layers.py", SAMPLE, folder)
    yield {name: Path(path) for name, path in told.items()}


def library(profile: Profile, script: str, *arguments: str | Path) -> Any:
    """Run the library itself, in QGIS's pinned libraries, without QGIS; return the JSON it prints last."""
    env = profile.environment()
    env["PYTHONPATH"] = f"{env['PYTHONPATH']}:{profile.plugins / NAME / 'carried'}"
    command = ["/usr/bin/python3", "-c", script, *map(str, arguments)]
    said = subprocess.run(
        command, capture_output=True, text=True, env=env, timeout=300, check=False
    )
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout.strip().splitlines()[-1])


def same(theirs: Any, ours: Any) -> bool:
    """Tell whether QGIS gives what the library gives, numbers to the last digit but a few.

    QGIS 3.40 and later load shapely before the plugin can bind it to its own GEOS, where it lies on their
    path, as it does here: they then compute with QGIS's GEOS, and the last digit of an area can differ.
    """
    if isinstance(ours, dict):
        return theirs.keys() == ours.keys() and all(same(theirs[k], ours[k]) for k in ours)
    if isinstance(ours, list):
        return len(theirs) == len(ours) and all(map(same, theirs, ours))
    if isinstance(ours, float):
        return isinstance(theirs, float) and math.isclose(theirs, ours, rel_tol=1e-13)
    return bool(theirs == ours)
