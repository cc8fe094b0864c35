"""The study file: every fault at once, the round trip, and outputs moved as a whole."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

import sialgeo
from sialgeo import Cancelled, FileError, SchemaError, Study
from sialgeo.exporters.tables import sheets
from sialgeo.files import whole_folder
from sialgeo.study import PRIVATE, WORKFILE, ChainsChoice, ExportChoice, ProducersSource

from .conftest import ROOT

SAMPLES = ROOT / "sample_layers"

PRODUCERS = '[producers]\npath = "p.csv"\n'
EXPLORE = '[detect]\nmethod = "dbscan"\n'


def write_points(path: Path, n: int, seed: int, spread: float = 0.3) -> Path:
    """Write points around (-78.5, -7) as a table of degrees."""
    rng = np.random.default_rng(seed)
    rows = [
        f"{i},{-78.5 + x:.5f},{-7 + y:.5f},{'ab'[i % 2]},{1 + i % 3}"
        for i, (x, y) in enumerate(rng.normal(0, spread, (n, 2)))
    ]
    path.write_text("id,lon,lat,chain,volume\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with 40 producers in one knot and 400 reference points over a wide area."""
    write_points(tmp_path / "p.csv", 40, 1, 0.01)
    write_points(tmp_path / "farms.csv", 400, 2)
    return tmp_path


@pytest.fixture
def study_of(folder: Path) -> Callable[[str], Path]:
    """Write a study file."""

    def write(text: str) -> Path:
        path = folder / "study.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


FULL = """
[study]
title = { es = "Queserías", en = "Dairies" }
seed = 7
synthetic = "inventado"
sources = ["INEI", "PNUD"]
date = 2024-05-06

[producers]
path = "p.csv"
id = "id"
chain = "chain"
volume = "volume"
volume_unit = "t"

[reference]
path = "farms.csv"
name = "farms"

[detect]
radius = "5km"
min_units = 4
replicates = 19

[[territories]]
path = "p.csv"
key = "id"
columns = ["pobreza_2018"]
[territories.indicators.pobreza_2018]
name = { es = "Pobreza", en = "Poverty" }
family = "monetaria"
year = 2018
better = "less"

[[rasters]]
path = "p.csv"
column = "r"
family = "idh"
year = 2019

[export]
formats = ["json", "mapa.html"]
min_n = 5
"""


def test_reads_every_section(study_of: Callable[[str], Path], folder: Path) -> None:
    study = Study.from_toml(study_of(FULL))
    assert study.about.title == {"es": "Queserías", "en": "Dairies"}
    assert (study.about.seed, study.about.synthetic["es"], study.about.date) == (
        7,
        "inventado",
        "2024-05-06",
    )
    assert study.folder == folder
    assert study.producers == ProducersSource("p.csv", "id", "chain", "volume", "t")
    assert study.reference is not None and study.reference.name == {"es": "farms", "en": "farms"}
    assert study.detection.detector == sialgeo.RelativeDBSCAN(radius=5_000.0, min_units=4)
    [territories] = study.territories
    [poverty] = territories.indicators
    assert (poverty.family, poverty.year, poverty.label("es")) == ("monetary", 2018, "Pobreza")
    [raster] = study.rasters
    assert raster.indicator is not None and raster.indicator.family == "hdi"
    assert study.export == ExportChoice("grid", ("json", "mapa.html"), 5)


def test_round_trip(study_of: Callable[[str], Path], folder: Path) -> None:
    study = Study.from_toml(study_of(FULL))
    assert Study.from_toml(study.to_toml(folder / "again.toml")) == study


def test_round_trip_into_another_folder_finds_the_same_files(
    study_of: Callable[[str], Path], folder: Path
) -> None:
    study = Study.from_toml(study_of(FULL))
    (folder / "sub").mkdir()
    moved = Study.from_toml(study.to_toml(folder / "sub" / "again.toml"))
    assert moved.producers is not None
    assert moved.producers.path == "../p.csv"
    assert moved.resolve(moved.producers.path).resolve() == (folder / "p.csv").resolve()
    assert dataclasses.replace(moved.detection) == study.detection


@pytest.mark.parametrize("name", ["cajamarca", "mexico"])
def test_the_shipped_studies_are_read_and_round_trip(name: str, tmp_path: Path) -> None:
    study = Study.from_toml(SAMPLES / name / "estudio.toml")
    again = Study.from_toml(study.to_toml(tmp_path / "again.toml"))
    assert again.about == study.about
    assert again.detection == study.detection
    assert [t.indicators for t in again.territories] == [t.indicators for t in study.territories]
    assert (again.producers is None) == (name == "mexico")


def test_what_is_guessed_of_territories_is_said_and_written(folder: Path) -> None:
    """A shapefile without its .cpg and .prj: the encoding is guessed, the system stated."""
    district = {"ubigeo": ["060101"], "distrito": ["Añaco"], "idh": [0.4]}
    shape = gpd.GeoDataFrame(district, geometry=[box(-80, -8, -77, -6)], crs=4326)
    shape.to_file(folder / "d.shp", encoding="cp1252")
    (folder / "d.cpg").unlink()
    (folder / "d.prj").unlink()
    (folder / "study.toml").write_text(
        PRODUCERS + EXPLORE + "radius = 500\n"
        '[[territories]]\npath = "d.shp"\nkey = "ubigeo"\ncolumns = ["idh"]\ncrs = "EPSG:4326"\n'
        '[export]\nformats = ["json"]\n'
    )
    first = Study.from_toml(folder / "study.toml").run(folder / "out")
    assert any(said.startswith("d.shp: Encoding: Windows-1252") for said in first.guesses)
    written = Study.from_toml(folder / "out" / PRIVATE / "study.toml")
    assert (written.territories[0].encoding, written.territories[0].crs) == ("cp1252", "EPSG:4326")
    assert not any(said.startswith("d.shp:") for said in written.run(folder / "again").guesses)


def test_every_fault_is_named_at_once(study_of: Callable[[str], Path]) -> None:
    path = study_of(
        """
        [study]
        seed = "one"
        colour = "red"
        [producers]
        path = "nowhere.csv"
        chian = "x"
        [reference]
        counts = "n"
        [detect]
        radius = "far"
        replicates = -1
        [[territories]]
        path = "p.csv"
        table = "p.csv"
        [territories.indicators.a]
        family = "riches"
        year = "2018"
        [[rasters]]
        path = "p.csv"
        [export]
        publish = "everything"
        formats = ["doc", "../map.html"]
        min_n = 0
        max_mb = 0
        figures = ["risk"]
        [exprot]
        """
    )
    with pytest.raises(SchemaError) as caught:
        Study.from_toml(path)
    said = str(caught.value)
    for part in (
        "exprot: unknown; known here: study, producers",
        "[study] seed: must be a whole number, not 'one'",
        "[study] colour: unknown; known here: title, seed",
        "nowhere.csv does not exist",
        "[producers] chian: unknown; known here: path, id, chain",
        "[reference] path: is missing",
        "“far” is not a distance",
        "[detect] replicates: must be at least 0",
        "[[territories]] 1: a table is joined by its key",
        "[[territories]] 1 indicators.a family: must be one of monetary",
        "[[territories]] 1 indicators.a year: must be a whole number",
        "[[rasters]] 1 column: is missing",
        "[export] publish: must be one of grid, areas, masked, points",
        "“doc” is not known; known: html",
        "“../map.html” must be a file name without a folder",
        "[export] min_n: must be at least 1",
        "[export] max_mb: must be at least 1",
        "[export] figures = risk: must be one of map, chains",
    ):
        assert part in said, part
    assert all(line.startswith("- study.toml: ") for line in said.splitlines())


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "neither [producers] nor [[territories]]"),
        ("[study", "is no valid study file"),
        (PRODUCERS, 'method = "dbscan"'),
        (PRODUCERS + '[detect]\nmethod = "dbscna"\n', "must be one of relative-dbscan, dbscan"),
        (PRODUCERS + EXPLORE + "alpha = 0.1\n", "[detect] alpha: unknown; known here: method"),
        (PRODUCERS + EXPLORE + "radius = -3\n", "radius = -3"),
        ("producers = 3\n", "[producers]: must be one table"),
        (
            PRODUCERS + EXPLORE + '[[rasters]]\npath = 3\ncolumn = "r"\n',
            "must be a file name in quotes, not 3",
        ),
        (PRODUCERS + EXPLORE + "territories = [3]\n", "unknown"),
        ("territories = [3]\n", "[[territories]] 1: must be a table"),
        (PRODUCERS + EXPLORE + '[places]\npath = "p.csv"\n', "[places] name: is missing"),
    ],
)
def test_single_faults(study_of: Callable[[str], Path], text: str, part: str) -> None:
    with pytest.raises(SchemaError) as caught:
        Study.from_toml(study_of(text))
    assert part in str(caught.value)


def test_a_file_that_is_no_text(folder: Path) -> None:
    (folder / "latin.toml").write_bytes('[study]\ntitle = "Queserías"\n'.encode("cp1252"))
    with pytest.raises(SchemaError, match="UTF-8"):
        Study.from_toml(folder / "latin.toml")
    with pytest.raises(FileError, match="cannot be read"):
        Study.from_toml(folder / "missing.toml")
    with pytest.raises(FileError, match="cannot be read"):
        Study.from_toml(folder)


def test_a_byte_order_mark_and_windows_line_ends_are_read(folder: Path) -> None:
    text = (PRODUCERS + EXPLORE).replace("\n", "\r\n")
    (folder / "windows.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert Study.from_toml(folder / "windows.toml").detection.method == "dbscan"


# --- the folder of outputs ------------------------------------------------------------------------
def test_a_new_folder_appears_as_a_whole(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "out") as temporary:
        (temporary / "sub").mkdir()
        (temporary / "sub" / "a.txt").write_text("a")
        assert not (tmp_path / "out").exists()
    assert (tmp_path / "out" / "sub" / "a.txt").read_text() == "a"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("failure", [Cancelled, KeyboardInterrupt, SchemaError])
def test_after_a_cancel_or_an_error_the_old_folder_is_as_it_was(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "map.html").write_text("old")
    with pytest.raises(failure), whole_folder(out) as temporary:
        (temporary / "map.html").write_text("half")
        raise failure
    assert [(p.name, p.read_text()) for p in out.iterdir()] == [("map.html", "old")]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "map.html").write_text("old")
    (out / "mine.txt").write_text("mine")
    with whole_folder(out) as temporary:
        (temporary / "map.html").write_text("new")
    assert sorted((p.name, p.read_text()) for p in out.iterdir()) == [
        ("map.html", "new"),
        ("mine.txt", "mine"),
    ]


def test_a_move_that_fails_is_undone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "b.txt").mkdir(parents=True)  # a folder stands where a file should go
    (out / "b.txt" / "x").write_text("x")
    (out / "a.txt").write_text("old")
    with pytest.raises(FileError), whole_folder(out) as temporary:
        (temporary / "a.txt").write_text("new")
        (temporary / "b.txt").write_text("new")
        (temporary / "c.txt").write_text("new")
    assert (out / "a.txt").read_text() == "old"
    assert (out / "b.txt" / "x").read_text() == "x"
    assert not (out / "c.txt").exists()


def test_an_output_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="is a file"), whole_folder(tmp_path / "file"):
        pass
    with pytest.raises(FileError, match="does not exist"), whole_folder(tmp_path / "a" / "b"):
        pass


# --- running --------------------------------------------------------------------------------------
RUN = """
[producers]
path = "p.csv"
chain = "chain"
volume = "volume"
volume_unit = "t"
[reference]
path = "farms.csv"
[detect]
replicates = 19
splits = 4
runs = 6
[[territories]]
path = "d.gpkg"
key = "ubigeo"
table = "t.csv"
columns = ["poverty"]
[export]
formats = ["geojson"]
"""


@pytest.fixture
def runnable(folder: Path, study_of: Callable[[str], Path]) -> Path:
    """A study with two districts in another CRS than the producers'."""
    import geopandas as gpd
    from shapely.geometry import box

    shapes = [box(-79, -8, -78.5, -6), box(-78.5, -8, -78, -6)]
    districts = gpd.GeoDataFrame({"ubigeo": ["060101", "060102"]}, geometry=shapes, crs=4326)
    districts.to_crs(32717).to_file(folder / "d.gpkg")
    (folder / "t.csv").write_text("ubigeo,poverty\n060101,20\n060102,60\n")
    return study_of(RUN)


def test_a_run_writes_what_is_handed_on_and_keeps_apart_what_is_not(runnable: Path) -> None:
    out = runnable.parent / "out"
    told: list[float] = []
    result = Study.from_toml(runnable).run(out, lambda fraction, _message: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == 1.0
    written = sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())
    assert written == [
        ".sialgeo.json",  # what the run wrote, so that the next takes no more away
        "concentrations.geojson",
        "datapackage.json",
        f"{PRIVATE}/{WORKFILE}",
        f"{PRIVATE}/radius.png",
        f"{PRIVATE}/study.toml",
        "run.json",
    ]
    assert sorted(result.paths) == ["datapackage", "geojson", "guide", "json", "study", "work"]
    assert all(path.is_file() for path in result.paths.values())
    kept = sialgeo.read_concentrations(result.paths["work"])
    assert kept.areas["p_value"].tolist() == [0.05]
    assert kept.areas["main_chain"].notna().all()
    assert 20 < kept.areas["poverty"].iloc[0] < 60
    assert str(runnable.parent) not in (out / "run.json").read_text()


def test_a_study_of_chains_hands_on_what_they_show_together(runnable: Path, tmp_path: Path) -> None:
    text = runnable.read_text()
    runnable.write_text(text.replace("[detect]", "[chains]\n\n[detect]"))
    study = Study.from_toml(runnable)
    assert study.chains == ChainsChoice()
    assert Study.from_toml(study.to_toml(runnable.parent / "again.toml")).chains == ChainsChoice()
    result = study.run(tmp_path / "out")
    assert result.chains is not None
    assert set(result.concentrations.areas["main_chain"]) <= set(result.chains.table.index)
    published = sialgeo.protect(result.concentrations, min_n=1)
    names = [sheet.name for sheet in sheets(published)]
    assert names[2:3] == ["Chains"]
    runnable.write_text(text.replace("[detect]", '[chains]\ncolumn = "rubro"\n\n[detect]'))
    with pytest.raises(sialgeo.SchemaError, match=r"\[chains\] column: the table has no column"):
        Study.from_toml(runnable).run(tmp_path / "out")


def test_a_run_draws_the_kinds_of_maps_it_asks_for(runnable: Path) -> None:
    asked = 'formats = ["html"]\nfigures = ["concentrations", "quality"]\nmax_mb = 3'
    runnable.write_text(runnable.read_text().replace('formats = ["geojson"]', asked))
    out = runnable.parent / "drawn"
    result = Study.from_toml(runnable).run(out)
    for kind in ("concentrations", "quality"):
        path = result.paths[f"figure_{kind}"]
        assert path == out / f"figure.{kind}.png"
        assert path.read_bytes().startswith(b"\x89PNG")
    assert "max_mb = 3" in (out / PRIVATE / "study.toml").read_text()


def test_what_was_reprojected_and_joined_is_said(runnable: Path) -> None:
    found = Study.from_toml(runnable).run(runnable.parent / "out").concentrations
    assert "2 of 2 territories joined by code." in found.notes
    assert any("d.gpkg: reprojected from EPSG:32717 to EPSG:4326" in note for note in found.notes)


def test_the_study_as_it_was_run_guesses_nothing(runnable: Path) -> None:
    first = Study.from_toml(runnable).run(runnable.parent / "out")
    again = Study.from_toml(first.paths["study"])
    assert again.producers is not None
    assert (again.producers.x, again.producers.y, again.producers.crs) == (
        "lon",
        "lat",
        "EPSG:4326",
    )
    second = again.run(runnable.parent / "out2")
    assert len(second.guesses) < len(first.guesses)
    assert (
        second.concentrations.areas["statistic"].tolist()
        == first.concentrations.areas["statistic"].tolist()
    )


def test_a_cancel_at_any_message_leaves_no_folder(runnable: Path) -> None:
    study, out = Study.from_toml(runnable), runnable.parent / "out"
    before = sorted(runnable.parent.iterdir())
    messages: dict[str, None] = {}
    study.run(runnable.parent / "whole", lambda _fraction, message: messages.setdefault(message))
    assert len(messages) > 8
    before = sorted(runnable.parent.iterdir())
    for stop in list(messages)[:-1]:

        def progress(_fraction: float, message: str, stop: str = stop) -> None:
            if message == stop:
                raise Cancelled

        with pytest.raises(Cancelled):
            study.run(out, progress)
        assert sorted(runnable.parent.iterdir()) == before, stop


def test_an_error_in_a_late_step_leaves_no_folder(runnable: Path) -> None:
    text = runnable.read_text().replace('columns = ["poverty"]', 'columns = ["riches"]')
    runnable.write_text(text)
    with pytest.raises(SchemaError, match="riches"):
        Study.from_toml(runnable).run(runnable.parent / "out")
    assert not (runnable.parent / "out").exists()


def test_columns_that_are_missing_are_named_at_once(runnable: Path) -> None:
    text = runnable.read_text().replace('chain = "chain"', 'chain = "cadena"\nid = "codigo"')
    runnable.write_text(text)
    with pytest.raises(SchemaError) as caught:
        Study.from_toml(runnable).find()
    assert "“cadena”" in str(caught.value)
    assert "“codigo”" in str(caught.value)
    assert "lon" in str(caught.value)


def test_a_study_without_producers_shows_its_territories(
    runnable: Path, study_of: Callable[[str], Path]
) -> None:
    text = '[[territories]]\npath = "d.gpkg"\nkey = "ubigeo"\ntable = "t.csv"\n[export]\nformats = ["geojson"]\n'
    result = Study.from_toml(study_of(text)).run(runnable.parent / "out")
    assert len(result.concentrations) == 0
    assert result.context.territories is not None
    assert result.context.territories["poverty"].tolist() == [20, 60]
    assert "work" not in result.paths
    with pytest.raises(sialgeo.ParameterError, match="no producers"):
        Study.from_toml(study_of(text)).find()


def test_the_cajamarca_study_recovers_its_five_poles(tmp_path: Path) -> None:
    """A check of the code, not evidence: the poles were laid into the synthetic dairies."""
    study = Study.from_toml(SAMPLES / "cajamarca" / "estudio.toml")
    quick = dataclasses.replace(
        study, detection=dataclasses.replace(study.detection, replicates=99)
    )
    found = quick.find().concentrations
    assert sorted(found.areas["name"]) == [
        "Agua Blanca",
        "Bambamarca",
        "Cajamarca",
        "Chota",
        "Cutervo",
    ]
    assert set(found.areas["evidence"]) == {"tested"}
    assert found.synthetic


# --- disks and folders that refuse ----------------------------------------------------------------
LIMITED = """
import resource, sys
from sialgeo.cli import main
import sialgeo.exporters, sialgeo.readers
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.exit(main(sys.argv[2:]))
"""
REFUSED = """
import os, sys
from pathlib import Path
import locale
import sialgeo.files
sialgeo.i18n._("what is loaded later may not be read any more")
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    with sialgeo.files.whole_folder(Path(sys.argv[1])):
        pass
except sialgeo.FileError as failure:
    sys.exit(str(failure))
"""


def child(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT), "SIALGEO_LANG": "en"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_FSIZE of Linux")
@pytest.mark.parametrize("limit", [4_000, 60_000])
def test_a_full_disk_leaves_the_old_folder(runnable: Path, limit: int) -> None:
    out = runnable.parent / "out"
    out.mkdir()
    (out / "run.json").write_text("old")
    done = child(LIMITED, str(limit), "run", str(runnable), "--output", str(out))
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert f"{out}/" in done.stderr
    assert ".sialgeo-" not in done.stderr
    assert [(p.name, p.read_text()) for p in out.iterdir()] == [("run.json", "old")]


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="needs root to become another"
)
@pytest.mark.parametrize("name", ["", "out"])
def test_a_folder_that_may_not_be_written(name: str) -> None:
    with tempfile.TemporaryDirectory() as top:
        Path(top).chmod(0o755)
        locked = Path(top) / "locked"
        locked.mkdir(mode=0o755)
        done = child(REFUSED, str(locked / name))
        assert list(locked.iterdir()) == []
    assert done.returncode == 1
    assert "the folder may not be written. Remedy: choose a folder of your own" in done.stderr


RINGED = """
[producers]
path = "p.csv"

[reference]
path = "farms.csv"

[detect]
radius = "5km"
min_units = 4
replicates = 19
splits = 0
runs = 0
confirm = false

[[territories]]
path = "d.gpkg"
population = "people"
columns = ["idh_2019", "pobreza_2018"]

[rings]
columns = ["idh_2019"]
totals = ["people"]
radii = ["5km", "20km"]

[bivariate]
x = "pobreza_2018"
y = "idh_2019"
local = "lee"

[export]
formats = ["json"]
"""


def test_rings_and_local_association_of_a_study(
    study_of: Callable[[str], Path], folder: Path
) -> None:
    side = [(i, j) for i in range(6) for j in range(6)]
    cells = [box(-79.1 + 0.2 * i, -7.6 + 0.2 * j, -78.9 + 0.2 * i, -7.4 + 0.2 * j) for i, j in side]
    east = np.array([i for i, _j in side], float)
    columns = {"idh_2019": 0.4 + 0.05 * east, "pobreza_2018": 60 - 4 * east, "people": 1_000}
    gpd.GeoDataFrame(columns, geometry=cells, crs=4326).to_file(folder / "d.gpkg")
    study = Study.from_toml(study_of(RINGED))
    assert Study.from_toml(study.to_toml(folder / "again.toml")) == study
    found = study.run(folder / "out")
    rings = pd.read_csv(found.paths["rings"])
    assert rings[["from_m", "to_m"]].values.tolist() == [[0, 0], [0, 5_000], [5_000, 20_000]]
    assert rings["people"].is_monotonic_increasing and rings["idh_2019"].between(0.4, 0.65).all()
    assert "geometry" not in rings.columns and found.paths["rings"].parent == folder / "out"
    assert found.paths["bivariate_local"].stat().st_size > 10_000
    verbs = [step.verb for step in found.concentrations.steps]
    assert {"bivariate_map", "catchment_rings"} <= set(verbs)


MAPPED = (
    RINGED[: RINGED.index("[rings]")]
    + """
[hot_spots]
column = "idh_2019"
replicates = 999

[scan_areas]
cases = "dairies"
population = "people"
replicates = 19
shape = "circle"

[surface]
bandwidth = "20km"
cell = "10km"
replicates = 0

[export]
formats = ["json"]
"""
)


def test_maps_of_a_study(study_of: Callable[[str], Path], folder: Path) -> None:
    side = [(i, j) for i in range(6) for j in range(6)]
    west, south = np.round(-79.1 + 0.2 * np.arange(7), 6), np.round(-7.6 + 0.2 * np.arange(7), 6)
    cells = [box(west[i], south[j], west[i + 1], south[j + 1]) for i, j in side]
    corner = np.array([i < 2 and j < 2 for i, j in side])
    value = np.where(corner, 0.8, 0.4)
    value[-1] = np.nan  # a territory without a value takes no part
    columns = {
        "code": [f"{i}{j}" for i, j in side],
        "idh_2019": value,
        "pobreza_2018": 50.0,
        "people": 1_000,
        "dairies": np.where(corner, 9, 1),
    }
    gpd.GeoDataFrame(columns, geometry=cells, crs=4326).to_file(folder / "d.gpkg")
    text = MAPPED.replace('population = "people"\ncolumns', 'key = "code"\ncolumns', 1)
    study = Study.from_toml(study_of(text))
    assert Study.from_toml(study.to_toml(folder / "again.toml")) == study
    found = study.run(folder / "out")
    spots = pd.read_csv(found.paths["hot_spots_table"], dtype={"code": str}).set_index("code")
    assert spots.loc["00", "class"] == "hot" and spots.loc["55", "class"] == "no_data"
    assert np.isnan(spots.loc["55", "p_value"]) and found.paths["hot_spots"].stat().st_size > 10_000
    zones = pd.read_csv(found.paths["scan_areas"], dtype={"code": str})
    first = zones[zones["concentration"] == 1]
    assert sorted(first["code"]) == ["00", "01", "10", "11"] and set(first["n"]) == {36}
    assert found.paths["surface"].parent.name == "private"
    assert found.paths["figure_risk"].parent == folder / "out"
    verbs = {step.verb for step in found.concentrations.steps}
    assert {"hot_spots", "scan_areas", "relative_risk_surface"} <= verbs


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('shape = "circle"', "centres = 3", "every territory is one"),
        ('shape = "circle"', 'shape = "star"', "shape"),
        ('bandwidth = "20km"', 'bandwidth = "wide"', "not a distance"),
        ('[reference]\npath = "farms.csv"\n', "", r"\[surface\]: needs"),
    ],
)
def test_maps_that_cannot_be(
    study_of: Callable[[str], Path], folder: Path, old: str, new: str, said: str
) -> None:
    assert old in MAPPED
    (folder / "d.gpkg").touch()
    with pytest.raises(SchemaError, match=said):
        Study.from_toml(study_of(MAPPED.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["5km", "20km"]', '["20km", "5km"]', "increasing"),
        ('["5km", "20km"]', '["near"]', "radii"),
        ('columns = ["idh_2019"]\ntotals = ["people"]\n', "", "name columns or totals"),
        ('local = "lee"', 'local = "geary"', "local"),
    ],
)
def test_rings_that_cannot_be(
    study_of: Callable[[str], Path], folder: Path, old: str, new: str, said: str
) -> None:
    assert old in RINGED
    (folder / "d.gpkg").touch()
    with pytest.raises(SchemaError, match=said):
        Study.from_toml(study_of(RINGED.replace(old, new)))
