"""Every format: whole or not at all, through the gate."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import shape

from sialgeo.errors import Cancelled, FileError
from sialgeo.exporters import WRITERS, export
from sialgeo.i18n import use_language

from .handmade import context, found

FORMATS = sorted(WRITERS)
ROOT = Path(__file__).resolve().parents[1]
LEAKS = (b"SECRET-", b"Persona", b"/home", b"deadbeef", b"queserias.csv", b"row-0")


@pytest.fixture(params=FORMATS)
def suffix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def files_of(name: str) -> list[str]:
    """Return the files that an export makes: a project brings its GeoPackage."""
    path = Path(name)
    return sorted([name, path.with_suffix(".gpkg").name]) if path.suffix == ".qgz" else [name]


def text_of(path: Path) -> bytes:
    """Everything that can be read in a file, compressed parts too."""
    if path.suffix in (".xlsx", ".qgz"):
        with zipfile.ZipFile(path) as archive:
            return b"".join(archive.read(name) for name in archive.namelist())
    if path.suffix == ".pdf" and shutil.which("pdftotext"):
        return (
            path.read_bytes()
            + subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout
        )
    return path.read_bytes()


def test_every_format_is_written_and_leaks_nothing(tmp_path: Path, suffix: str) -> None:
    path = export(found(), tmp_path / f"salida{suffix}", context=context())
    assert path.stat().st_size > 100
    assert sorted(p.name for p in tmp_path.iterdir()) == files_of(path.name)
    held = b"".join(text_of(p) for p in tmp_path.iterdir())
    for leak in LEAKS:
        assert leak not in held
    assert str(tmp_path).encode() not in held
    assert str(ROOT).encode() not in held


@pytest.mark.parametrize("publish", ["grid", "points"])
def test_every_format_takes_grid_and_points(tmp_path: Path, suffix: str, publish: str) -> None:
    path = export(found(), tmp_path / f"salida{suffix}", publish=publish, context=context())
    held = text_of(path)
    assert not any(leak in held for leak in LEAKS)


@pytest.mark.parametrize("code", ["es", "en"])
def test_every_format_without_context_and_without_concentrations(
    tmp_path: Path, suffix: str, code: str
) -> None:
    with use_language(code):
        export(found((4,)), tmp_path / f"a{suffix}")
        empty = found()
        empty = type(empty)(empty.producers, empty.areas.iloc[:0], (), empty.steps[:1])
        export(empty, tmp_path / f"b{suffix}")
    wanted = {*files_of(f"a{suffix}"), *files_of(f"b{suffix}")}
    assert {p.name for p in tmp_path.iterdir()} == wanted


def test_every_format_tells_that_data_are_synthetic(tmp_path: Path, suffix: str) -> None:
    path = export(found(), tmp_path / f"salida{suffix}", context=context())
    if suffix.endswith(".pdf") and shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    if suffix not in (".png", ".csv"):  # a picture: read below by its drawing; a bare table
        held = text_of(path)
        assert b"simulated producers" in held or suffix == ".svg"


def test_unknown_suffix_lists_the_known(tmp_path: Path) -> None:
    for name in ("a.doc", "a", "a.gpkg.bak"):
        with pytest.raises(FileError) as caught:
            export(found(), tmp_path / name)
        assert all(suffix in str(caught.value) for suffix in FORMATS)
    assert not list(tmp_path.iterdir())


def test_suffix_in_capitals(tmp_path: Path) -> None:
    assert export(found(), tmp_path / "A.GeoJSON").is_file()


def test_working_file_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"private working file.*save\(concentrations, path\)"):
        export(found(), tmp_path / "a.work.gpkg")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("code", ["es", "en"])
def test_missing_folder_and_folder_as_file(tmp_path: Path, suffix: str, code: str) -> None:
    (tmp_path / f"is{suffix}").mkdir()
    with use_language(code):
        with pytest.raises(FileError, match="none"):
            export(found(), tmp_path / "none" / f"a{suffix}")
        with pytest.raises(FileError):
            export(found(), tmp_path / f"is{suffix}")


@pytest.mark.parametrize("stop", [0.0, 0.3, 1.0])
def test_cancel_leaves_no_half_file(tmp_path: Path, suffix: str, stop: float) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text("old")

    def progress(fraction: float, _message: str) -> None:
        if fraction >= stop:
            raise Cancelled

    with pytest.raises(Cancelled):
        export(found(), path, progress=progress)
    if stop < 1.0:
        assert [p.name for p in tmp_path.iterdir()] == [path.name]
        assert path.read_text() == "old"
    else:
        assert sorted(p.name for p in tmp_path.iterdir()) == files_of(path.name)
        assert path.stat().st_size > 100  # whole


def in_subprocess(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code with a result at hand in a process of its own."""
    start = (
        "import os, resource, sys\n"
        "from pathlib import Path\n"
        "import matplotlib.font_manager, openpyxl, jinja2, pyogrio, scipy.spatial, pyarrow.parquet\n"
        "from sialgeo.errors import FileError\n"
        "from sialgeo.exporters import export, WRITERS\n"
        "from sialgeo.workfile import save\n"
        "from tests.handmade import context, found\n"
        "c, folder = found((60, 40, 30)), Path(sys.argv[1])\n"
        "def tried(name):\n"
        "    path = folder / name\n"
        "    try:\n"
        "        save(c, path) if name.endswith('.work.gpkg') else export(c, path, publish='points', context=context())\n"
        "    except FileError as failure:\n"
        "        print(name, 'FileError', str(failure).replace('\\n', ' '))\n"
        "    else:\n"
        "        print(name, 'written')\n"
        "names = [f'a{s}' for s in sorted(WRITERS)] + ['a.work.gpkg']\n"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SIALGEO_LANG": "en",
        "MPLCONFIGDIR": str(folder.parent / "mpl"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", start + code, str(folder)],
        capture_output=True, text=True, env=environment, cwd=ROOT, timeout=300, check=False,
    )  # fmt: skip


def test_full_disk_is_one_clear_error_and_the_old_file_stays(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    names = [f"a{s}" for s in FORMATS] + ["a.work.gpkg"]
    for name in names:
        (folder / name).write_text("old")
    run = in_subprocess(
        "limit = 128\n"
        "for name in names:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))\n"
        "    tried(name)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n",
        folder,
    )
    assert run.returncode == 0, run.stderr
    said = run.stdout.splitlines()
    assert len(said) == len(names), run.stdout
    for line in said:
        assert re.search(r"FileError .*disk is full", line), line
        assert "Remedy" in line
    assert "Traceback" not in run.stderr
    assert sorted(p.name for p in folder.iterdir()) == sorted(names)
    assert all((folder / name).read_text() == "old" for name in names)


@pytest.mark.parametrize("limit", [20_000, 60_000, 120_000])
def test_disk_that_fills_up_half_way(tmp_path: Path, limit: int) -> None:
    """Where the limit is met late (GeoPackages), the file is whole or the old one stays."""
    folder = tmp_path / "out"
    folder.mkdir()
    names = ["a.gpkg", "a.work.gpkg"]
    for name in names:
        (folder / name).write_text("old")
    run = in_subprocess(
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))\n"
        "for name in ['a.gpkg', 'a.work.gpkg']:\n"
        "    tried(name)\n",
        folder,
    )
    assert run.returncode == 0, run.stderr
    for line in run.stdout.splitlines():
        assert re.search(r"FileError .*disk is full", line), line
    assert all((folder / name).read_text() == "old" for name in names)
    assert len(list(folder.iterdir())) == 2


def test_folder_that_may_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.html").write_text("old")
    folder.chmod(0o555)
    for parent in (tmp_path, *tmp_path.parents):
        if parent.owner() == "root" and parent.is_relative_to("/tmp/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    try:
        run = in_subprocess(
            "if os.getuid() == 0:\n"
            "    os.setgid(65534); os.setuid(65534)\n"
            "for name in names:\n"
            "    tried(name)\n",
            folder,
        )
    finally:
        folder.chmod(0o755)
    assert run.returncode == 0, run.stderr
    said = run.stdout.splitlines()
    assert len(said) == len(FORMATS) + 1, run.stdout
    assert all("may not be written" in line and "Remedy" in line for line in said), run.stdout
    assert [p.name for p in folder.iterdir()] == ["a.html"]
    assert (folder / "a.html").read_text() == "old"


def test_geojson_by_hand(tmp_path: Path) -> None:
    path = export(found(), tmp_path / "a.geojson", publish="areas", context=context())
    held = json.loads(path.read_text(encoding="utf-8"))
    assert held["type"] == "FeatureCollection"
    assert [f["properties"]["name"] for f in held["features"]] == ["Lugar 1", "Lugar 2"]
    first = held["features"][0]
    assert first["properties"]["layer"] == "concentrations"
    assert first["properties"]["concentration"] == 1
    assert first["properties"]["idh_2019"] is None  # NaN is no number, and no zero
    polygon = shape(first["geometry"])
    assert polygon.is_valid
    assert polygon.exterior.is_ccw
    assert any(said["key"] == "synthetic" for said in held["about"])
    assert any(said["key"] == "withheld" for said in held["about"])
    table = gpd.read_file(path)
    assert table.crs.to_epsg() == 4326
    assert len(table) == 2


def test_run_log(tmp_path: Path) -> None:
    path = export(found(), tmp_path / "run.json", context=context())
    held = json.loads(path.read_text(encoding="utf-8"))
    assert held["seeds"] == {"detect": 1}
    assert held["steps"][0]["parameters"] == {"method": "relative-dbscan", "radius": 5000.0}
    assert held["steps"][-1]["verb"] == "protect"
    assert held["tests"][0]["replicates"] == 999
    assert set(held["summary"]) == {"es", "en"}
    assert held["withheld"][0]["n_withheld"] == 1
    assert "inputs" not in held["steps"][0]
    assert held["versions"]["python"]
    assert held["synthetic"] == "simulated producers"


def test_same_input_same_text(tmp_path: Path) -> None:
    for suffix in (".svg", ".geojson", ".json", ".png"):
        one = export(found(), tmp_path / f"a{suffix}", context=context()).read_bytes()
        two = export(found(), tmp_path / f"b{suffix}", context=context()).read_bytes()
        assert one == two
