"""The page *Dependencies* on a QGIS that lacks geopandas: a real install from a folder of wheels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from .conftest import Profile, load_environment

pytestmark = [pytest.mark.qgis, pytest.mark.slow]
NEEDED = ("geopandas", "pandas", "shapely", "pyogrio")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fetch the wheels that fit Debian's QGIS, as a user would on another computer."""
    folder = tmp_path_factory.mktemp("wheels")
    environment = load_environment()
    pip = [str(environment.PYTHON), "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        pytest.skip("Debian's pip is not installed (apt-get install python3-pip)")
    pins = folder / "pins.txt"
    pins.write_text("\n".join([*environment.pins(), environment.pinned("pyproj")]))
    command = [
        *pip,
        "download",
        "--quiet",
        "--only-binary",
        ":all:",
        "-d",
        str(folder),
        "-c",
        str(pins),
    ]
    done = subprocess.run([*command, *NEEDED], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the wheels could not be fetched: {done.stderr[-300:]}")
    return folder


@pytest.fixture(scope="module")
def told(bare: Profile, wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    picture = tmp_path_factory.mktemp("dependencies") / "page.png"
    said = bare.drive("install.py", bare.plugins, wheels, picture)
    return {**said, "picture": picture}


def test_what_is_missing_is_installed_beside_qgis(told: dict[str, Any]) -> None:
    assert "geopandas is not installed" in told["before"]
    assert set(NEEDED) <= set(told["ticked"])
    assert told["installed"] == [True, "Installed."], told["log"]
    assert told["after"] == []
    assert told["able"]["detectconcentrations"]
    assert told["from"]["geopandas"].startswith(told["own"])
    assert not told["from"]["numpy"].startswith(told["own"])
    version = f"py{sys.version_info[0]}"
    assert Path(told["own"]).name.startswith(version)
    last = told["last on the path"]  # with the carried sialgeo: appended, never put before
    assert any(entry.startswith(told["own"]) for entry in last)
    assert "Everything that is needed is here." in told["report"]
    assert told["picture"].stat().st_size > 10_000


def test_a_folder_without_wheels_is_explained(told: dict[str, Any]) -> None:
    well, why = told["without wheels"]
    assert not well
    assert "There is no wheel for this Python and system. Remedy" in why


def test_the_proxy_of_qgis_reaches_pip_by_its_environment(told: dict[str, Any]) -> None:
    with_network, offline = told["proxy"]
    parsed = urlsplit(with_network)
    assert (parsed.username, parsed.hostname, parsed.port) == ("ana", "proxy.example", 8080)
    assert unquote(parsed.password or "") == "s e:cret"
    assert not offline
    assert "cret" not in told["log"]


def test_libraries_for_another_numpy_are_not_used_and_can_be_removed(told: dict[str, Any]) -> None:
    assert "were made for numpy==0.1" in told["outdated"]
    assert told["removed"] == ""
    assert not told["left"]
    assert told["path after unload"] == []


def test_qgis_starts_again_beside_the_folder_of_libraries(
    bare: Profile, told: dict[str, Any]
) -> None:
    assert told["ticked"]  # libraries were installed in this profile, and removed
    assert any(bare.home.glob("conf/profiles/*/python/sialgeo*"))
    listed = bare.call("list")
    assert listed.returncode == 0, listed.stderr
    assert "sialgeo:detectconcentrations" in listed.stdout


def test_the_python_of_qgis_is_found_where_sys_executable_is_qgis_itself(
    bare: Profile, tmp_path: Path
) -> None:
    windows = tmp_path / "bin"
    windows.mkdir()
    for name in ("qgis-bin.exe", "python3", "python.exe"):
        (windows / name).touch()
    told = bare.drive("interpreter.py", bare.plugins, windows)
    assert told["usual"] == "/usr/bin/python3"
    assert told["windows"] == str(windows / "python.exe")
    assert told["macos"] == str(windows / "python3")
