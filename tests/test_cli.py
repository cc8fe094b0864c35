"""The command line: what it says, in which language, and with which exit status."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

import sialgeo
from sialgeo import params
from sialgeo.cli import BAD_INPUT, CANCELLED, DONE, main, parser
from sialgeo.cli.bar import Bar
from sialgeo.cli.reports import plain
from sialgeo.i18n import language
from sialgeo.methods import METHODS

from .conftest import ROOT

NINE = [(i, j) for i in range(9) for j in range(9)]
SAMPLE = ROOT / "sample_layers" / "cajamarca"
Capture = pytest.CaptureFixture[str]


def write_points(path: Path, n: int, seed: int, spread: float) -> Path:
    """Write points around (-78.5, -7) as a table of degrees."""
    rng = np.random.default_rng(seed)
    rows = [
        f"{i},{-78.5 + x:.5f},{-7 + y:.5f},{'cheese' if i % 4 else 'curd'},{1 + i % 3}"
        for i, (x, y) in enumerate(rng.normal(0, spread, (n, 2)))
    ]
    path.write_text("id,lon,lat,chain,volume\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """40 producers in one knot, 400 farms over a wide area; the working directory is there."""
    write_points(tmp_path / "p.csv", 40, 1, 0.01)
    write_points(tmp_path / "farms.csv", 400, 2, 0.3)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def detect_knot(*more: str) -> int:
    """Run detect on the knot."""
    return main(
        [
            "detect",
            "p.csv",
            "--reference",
            "farms.csv",
            "--replicates",
            "19",
            "--output",
            "c.work.gpkg",
            *more,
        ]
    )


# --- the parser -----------------------------------------------------------------------------------
def test_version_and_help(capsys: Capture) -> None:
    assert main(["--version"]) == DONE
    assert capsys.readouterr().out == f"sialgeo {sialgeo.__version__}\n"
    assert main(["--help"]) == DONE
    said = capsys.readouterr().out
    for command in ("demo", "run", "check", "detect", "overlay", "export"):
        assert f"    {command} " in said
    assert "    verify " in said


def test_every_parameter_of_every_method_is_an_option(capsys: Capture) -> None:
    assert main(["detect", "--help"]) == DONE
    said = " ".join(capsys.readouterr().out.split())
    for owner in METHODS.values():
        for declared in params.params_of(owner):
            assert f"--{declared.name.replace('_', '-')} " in said
            assert " ".join(declared.help.split()) in said


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "no command"),
        (["dig"], "'dig' is not known; choose from"),
        (["run"], "missing: STUDY.toml"),
        (["run", "a.toml", "--colour", "red"], "not known here: --colour red"),
        (["detect", "a.csv", "--output"], "--output: a value is missing"),
        (["detect", "a.csv", "--output", "c.work.gpkg"], "more concentrated than what?"),
        (
            ["detect", "a.csv", "--output", "c.work.gpkg", "--cases", "x", "--seed", "one"],
            "is not a number of this kind",
        ),
        (
            ["detect", "a.csv", "--output", "c.work.gpkg", "--method", "dbscan", "--radius", "far"],
            "not a distance",
        ),
        (
            ["detect", "a.csv", "--output", "c.work.gpkg", "--method", "dbscan", "--alpha", "0.1"],
            "unknown parameter alpha; DBSCAN has: radius, min_units",
        ),
        (
            ["detect", "a.csv", "--output", "c.work.gpkg", "--method", "dbscan", "--radius", "-3"],
            "is not a distance",
        ),
        (
            ["detect", "a.csv", "--output", "c.work.gpkg", "--cases", "x", "--replicates", "-1"],
            "must be at least 0",
        ),
        (
            ["detect", "a.csv", "--output", "c.work.gpkg", "--cases", "x", "--places", "p.csv"],
            "go together",
        ),
        (
            ["overlay", "c.work.gpkg", "--output", "d.work.gpkg"],
            "needs --columns and one of --territories",
        ),
        (["detect", "a.csv", "--output", "c.gpkg", "--cases", "x"], "must end in .work.gpkg"),
        (
            ["detect", "a.csv", "--output", "no/no/c.work.gpkg", "--cases", "x"],
            "no: the folder does not exist",
        ),
        (["run", "nowhere.toml"], "cannot be read"),
        (["export", "nowhere.work.gpkg", "map.html"], "no such file"),
        (["detect", "nowhere.csv", "--output", "c.work.gpkg", "--method", "dbscan"], "nowhere.csv"),
        (["check", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_bad_input_is_status_2_with_a_message_and_no_traceback(
    arguments: list[str],
    part: str,
    capsys: Capture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == BAD_INPUT
    said = capsys.readouterr()
    assert part in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_the_language_is_chosen_for_errors_of_the_parser_too(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spanish(message: str) -> str:
        return f"[{language()}] {message}"

    monkeypatch.setattr(parser, "_", spanish)
    assert main(["--lang", "es", "run"]) == BAD_INPUT
    assert "[es] missing" in capsys.readouterr().err.replace("{problem}", "")
    assert main(["run", "--lang=es"]) == BAD_INPUT
    assert "[es] missing" in capsys.readouterr().err
    assert main(["--lang", "fr", "run"]) == BAD_INPUT
    assert "[en] --lang" in capsys.readouterr().err.replace("[en] {0}", "[en] --lang")
    assert language() == "en"


def test_errors_as_json(capsys: Capture) -> None:
    assert main(["--json", "run", "nowhere.toml"]) == BAD_INPUT
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert found["status"] == "error"
    assert found["kind"] == "FileError"
    assert found["message"] in said.err


def test_known_messages_of_argparse_are_all_translated() -> None:
    for message in (
        "argument --seed: invalid int value: 'x'",
        "argument --a: expected one argument",
        "argument outputs: expected at least one argument",
        "argument --json: ignored explicit argument 'x'",
        "argument command: invalid choice: 'x' (choose from 'a', 'b')",
        "argument command: invalid choice: 'x' (choose from a, b)",
        "ambiguous option: --re could match --reference, --replicates",
        "unrecognized arguments: --x",
        "the following arguments are required: STUDY.toml",
    ):
        assert parser.translated(message) != message
    assert parser.translated("something new") == "something new"


# --- progress and text ----------------------------------------------------------------------------
class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_bar_on_a_terminal_is_cleared_at_the_end() -> None:
    stream = Terminal()
    bar = Bar(stream, quiet=False)
    bar(0.5, "half")
    bar(2.0, "over")
    bar.close()
    said = stream.getvalue()
    assert " 50% half" in said
    assert "100% over" in said
    assert said.endswith("\r\x1b[K")


def test_plain_lines_where_there_is_no_terminal_and_nothing_for_machines() -> None:
    stream = io.StringIO()
    bar = Bar(stream, quiet=False)
    for fraction in (0.1, 0.2, 0.3):
        bar(fraction, "testing")
    bar(1.0, "done")
    assert stream.getvalue() == " 10% testing\n100% done\n"
    quiet = Bar(Terminal(), quiet=True)
    quiet(0.5, "half")
    assert quiet.stream.getvalue() == ""


def test_json_holds_no_nan_and_no_numpy() -> None:
    value = {"a": np.float64("nan"), "b": (np.int64(3), Path("x")), "c": float("inf"), 1: None}
    assert plain(value) == {"a": None, "b": [3, "x"], "c": None, "1": None}


# --- the verbs ------------------------------------------------------------------------------------
def test_detect_says_verdict_number_caution_then_the_table(folder: Path, capsys: Capture) -> None:
    assert detect_knot("--chain", "chain", "--volume", "volume") == DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1 concentration more dense than the reference population explains")
    assert "of 40 producers" in lines[1]
    assert (
        lines[2]
        == "Points alone never show a SIAL: collective action is not evaluable from locations."
    )
    assert lines[4].split() == [
        "Name",
        "Producers",
        "Expected",
        "Relative",
        "risk",
        *("on", "held-out", "producers"),
        "p",
        "Stability",
        "Confirmed",
        "Evidence",
    ]
    assert "0.050" in lines[5]
    assert lines[5].endswith("tested")
    found = sialgeo.read_concentrations("c.work.gpkg")
    assert found.areas["p_value"].tolist() == [0.05]
    assert "main_chain" in found.areas
    assert found.tests[0].replicates == 19


def test_detect_as_json(folder: Path, capsys: Capture) -> None:
    assert detect_knot("--json") == DONE
    said = capsys.readouterr()
    assert said.err == ""
    assert len(said.out.splitlines()) == 1
    found = json.loads(said.out)
    assert (found["status"], found["command"], found["producers"]) == ("done", "detect", 40)
    [concentration] = found["concentrations"]
    assert concentration["concentration"] == 1
    assert concentration["evidence"] == "tested"
    assert found["outputs"]["work"] == "c.work.gpkg"
    assert found["guesses"]


def test_detect_equals_the_library(folder: Path) -> None:
    assert detect_knot("--radius", "4km", "--seed", "3") == DONE
    rule = sialgeo.RelativeDBSCAN(radius=4_000)
    producers = sialgeo.read_producers("p.csv")
    farms = sialgeo.read_reference("farms.csv")
    found = sialgeo.detect(producers, rule, reference=farms)
    found = sialgeo.assess(found, detector=rule, reference=farms, replicates=19, seed=3)
    ours = sialgeo.read_concentrations("c.work.gpkg")
    assert ours.producers["concentration"].tolist() == found.producers["concentration"].tolist()
    assert ours.areas["statistic"].tolist() == found.areas["statistic"].tolist()
    assert ours.areas["p_value"].tolist() == found.areas["p_value"].tolist()


def test_without_replicates_nothing_is_tested(folder: Path, capsys: Capture) -> None:
    assert detect_knot("--replicates", "0") == DONE
    assert "detected, not yet tested" in capsys.readouterr().out
    assert sialgeo.read_concentrations("c.work.gpkg").tests == ()


def test_dbscan_is_exploratory_and_says_so(folder: Path, capsys: Capture) -> None:
    assert main(["detect", "p.csv", "--method", "dbscan", "--output", "c.work.gpkg"]) == DONE
    assert "exploratory, untested" in capsys.readouterr().out


def test_the_reference_has_reading_options_of_its_own(folder: Path, capsys: Capture) -> None:
    farms = sialgeo.read_producers("farms.csv").to_crs(32717)
    lines = "".join(
        f"{x:.2f};{y:.2f};1\n" for x, y in zip(*farms.get_coordinates().T.to_numpy(), strict=True)
    )
    (folder / "farms.csv").write_text("a;b;c\n" + lines)
    assert detect_knot("--no-confirm") == BAD_INPUT
    assert "farms.csv: no columns of coordinates" in capsys.readouterr().err
    reading = ["--reference-x", "a", "--reference-y", "b", "--reference-crs", "EPSG:32717"]
    assert detect_knot(*reading, "--no-confirm", "--splits", "0", "--runs", "0") == DONE
    assert len(sialgeo.read_concentrations("c.work.gpkg")) == 1
    without = ["detect", "p.csv", "--method", "dbscan", "--output", "c.work.gpkg", *reading]
    assert main(without) == BAD_INPUT
    assert "--reference-x: there is no --reference" in capsys.readouterr().err


def test_the_places_have_reading_options_of_their_own(folder: Path, capsys: Capture) -> None:
    Path("l.csv").write_text("lugar;a;b\nBambamarca;776230;9225420\n", encoding="utf-8")
    explore = ["detect", "p.csv", "--method", "dbscan", "--output", "c.work.gpkg"]
    named = [*explore, "--places", "l.csv", "--place-name", "lugar"]
    assert main(named) == BAD_INPUT
    assert "l.csv: no columns of coordinates" in capsys.readouterr().err
    reading = ["--places-x", "a", "--places-y", "b", "--places-crs", "EPSG:32717"]
    assert main([*named, *reading]) == DONE
    assert "Bambamarca" in capsys.readouterr().out
    for command in (explore, ["check", "p.csv", "--dry"]):
        assert main([*command, *reading]) == BAD_INPUT
        assert "--places-x: there is no --places that it could read" in capsys.readouterr().err


def test_cases_and_reference_in_one_table(folder: Path, capsys: Capture) -> None:
    cases = (folder / "p.csv").read_text().splitlines()
    farms = (folder / "farms.csv").read_text().splitlines()[1:]
    rows = [f"{line},3115" for line in cases[1:]] + [f"1{line},0111" for line in farms]
    (folder / "all.csv").write_text("\n".join([cases[0] + ",code", *rows]) + "\n")
    arguments = [
        "detect",
        "all.csv",
        "--cases",
        "code == '3115'",
        "--replicates",
        "19",
        "--output",
        "c.work.gpkg",
    ]
    assert main(arguments) == DONE
    assert "of 40 producers" in capsys.readouterr().out
    found = sialgeo.read_concentrations("c.work.gpkg")
    assert len(found.producers) == 40
    assert found.areas["evidence"].tolist() == ["tested"]


def test_rows_set_aside_are_counted_and_written(folder: Path, capsys: Capture) -> None:
    with (folder / "p.csv").open("a") as out:
        out.write("99,,,cheese,1\n")
    assert detect_knot() == DONE
    said = capsys.readouterr().out
    assert "1 row could not be used" in said
    assert "coord_vacia" in (folder / "c.rechazados.csv").read_text(encoding="utf-8-sig")


def test_overlay_and_export(folder: Path, capsys: Capture) -> None:
    geopandas = pytest.importorskip("geopandas")
    from shapely.geometry import box

    districts = {"ubigeo": ["060101", "060102"], "people": [100, 300]}
    shapes = [box(-79, -8, -78.5, -6), box(-78.5, -8, -78, -6)]
    geopandas.GeoDataFrame(districts, geometry=shapes, crs=4326).to_file("d.gpkg")
    Path("t.csv").write_text("ubigeo,poverty\n60101,20\n60102,60\n")
    assert detect_knot() == DONE
    arguments = "overlay c.work.gpkg --territories d.gpkg --indicators t.csv --key ubigeo --population people --columns poverty --family monetary --year 2018 --output c2.work.gpkg"
    assert main(arguments.split()) == DONE
    said = capsys.readouterr().out
    assert "2 of 2 territories joined by code." in said
    assert "2 codes of 6 digits had lost their leading zero" in said
    found = sialgeo.read_concentrations("c2.work.gpkg")
    assert 40 < found.areas["poverty"].iloc[0] < 60
    [indicator] = found.indicators
    assert (indicator.family, indicator.year) == ("monetary", 2018)
    assert main(["export", "c2.work.gpkg", "run.json", "areas.geojson", "--title", "Knot"]) == DONE
    assert (folder / "run.json").exists()
    published = json.loads((folder / "areas.geojson").read_text())
    assert [f["properties"].get("layer") for f in published["features"]].count("grid") >= 1
    assert sum("name" in f["properties"] for f in published["features"]) == 1


def test_overlay_guesses_and_says_what_it_is_not_told(folder: Path, capsys: Capture) -> None:
    two_real_districts()
    assert detect_knot() == DONE
    lay = "overlay c.work.gpkg --territories d.gpkg --indicators t.csv --key ubigeo --columns pobreza_2018 --totals farms --precision 50 --output c2.work.gpkg"
    assert main(lay.split()) == DONE
    found = sialgeo.read_concentrations("c2.work.gpkg")
    poverty, farms = found.indicators
    assert (poverty.family, poverty.year, poverty.better) == ("monetary", 2018, "less")
    assert (farms.column, 0 < found.areas["farms"].iloc[0] < 8) == ("farms", True)
    assert any("is read as: monetary poverty" in note for note in found.notes)
    assert "territory_unsure" in found.producers


def test_rings_and_change(folder: Path, capsys: Capture) -> None:
    two_real_districts()
    assert detect_knot() == DONE
    rings = "rings c.work.gpkg --territories d.gpkg --indicators t.csv --key ubigeo --columns pobreza_2018 --radii 5km,10km --output rings.csv"
    assert main(rings.split()) == DONE
    lines = (folder / "rings.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("concentration,name,from_m,to_m,pobreza_2018")
    assert len(lines) == 4 and "geometry" not in lines[0]
    assert main([*rings.split()[:-1], "rings.txt"]) == BAD_INPUT
    Path("idh.csv").write_text(
        "ubigeo,idh_2010,idh_2012,idh_2019\n60101,0.4,0.5,0.6\n60102,0.5,0.4,0.6\n"
    )
    move = "change idh.csv --preset pnud-peru --from idh_2010 --to idh_2012 --output change.csv"
    assert main(move.split()) == DONE
    assert "2 territories: 1 better, 1 worse" in capsys.readouterr().out
    assert "060101" in (folder / "change.csv").read_text(encoding="utf-8-sig")
    capsys.readouterr()
    assert main(move.replace("idh_2012", "idh_2019").split()) == BAD_INPUT
    assert "different methods (2013 and 2019)" in capsys.readouterr().err


def test_interpolate_to_polygons_and_to_a_grid(folder: Path, capsys: Capture) -> None:
    two_real_districts()
    base = "interpolate --territories d.gpkg --key ubigeo"
    to_polygons = "--targets d.gpkg --totals people --method pycnophylactic --output o.gpkg --json"
    assert main([*base.split(), *to_polygons.split()]) == DONE
    told = json.loads(capsys.readouterr().out)
    assert told["sums"]["people"] == {"targets": 400, "source": 400}
    to_grid = "--totals people --cell-size 10km --output o.tif"
    assert main([*base.split(), *to_grid.split()]) == DONE
    raster = sialgeo.read_raster("o.tif")
    assert np.nansum(raster.values) == pytest.approx(400, rel=1e-6)
    for asked, words in (
        ("--targets d.gpkg --output o.gpkg", "--columns or --totals"),
        ("--totals people --output o.gpkg", "in .tif without"),
        ("--totals people,farms --output o.tif", "one count of --totals"),
        ("--totals people --cell-size 300km --output o.tif", "coarser than 2 polygons: 060101"),
    ):
        assert main([*base.split(), *asked.split()]) == BAD_INPUT
        assert words in capsys.readouterr().err


def two_real_districts() -> None:
    geopandas = pytest.importorskip("geopandas")
    from shapely.geometry import box

    districts = {"ubigeo": ["060101", "060102"], "people": [100, 300], "farms": [8, 9]}
    shapes = [box(-79, -8, -78.5, -6), box(-78.5, -8, -78, -6)]
    geopandas.GeoDataFrame(districts, geometry=shapes, crs=4326).to_file("d.gpkg")
    Path("t.csv").write_text("ubigeo,pobreza_2018\n060101,20\n060102,60\n")


def test_export_draws_the_kinds_of_maps_that_need_a_layer(folder: Path, capsys: Capture) -> None:
    """Surface and earlier date pass the gate; the map in the file is of the kind that was asked for."""
    assert detect_knot() == DONE
    risk = "surface p.csv --reference farms.csv --bandwidth 5km --cell 2km --replicates 19 --output risk.tif"
    assert main(risk.split()) == DONE
    write_points(folder / "actors.csv", 5, 3, 0.05)
    for asked, heading in (
        ("mapa.risk.svg --surface risk.tif", "Relative risk against the reference population"),
        ("b.svg --figure actors --actors actors.csv --by chain", "Actors and institutions"),
        (
            "c.svg --figure change --before c.work.gpkg --dates 2012,2024",
            "Change from 2012 to 2024",
        ),
    ):
        import matplotlib as mpl

        with mpl.rc_context({"svg.fonttype": "none"}):
            assert main(["export", "c.work.gpkg", *asked.split()]) == DONE
        assert heading in (folder / asked.split()[0]).read_text(encoding="utf-8")
    capsys.readouterr()
    for wrong, said in (
        ("d.svg --figure risk", "missing = surface"),
        ("d.svg --actors actors.csv", "unknown = actors"),
        ("d.svg --figure change --before c.work.gpkg --dates 2012", "two dates"),
        ("d.html --max-mb 0", "max_mb"),
    ):
        assert main(["export", "c.work.gpkg", *wrong.split()]) == BAD_INPUT
        assert said in capsys.readouterr().err
    assert not list(folder.glob("d.*"))


def test_export_names_the_formats_it_knows(folder: Path, capsys: Capture) -> None:
    assert detect_knot() == DONE
    assert main(["export", "c.work.gpkg", "ficha.doc"]) == BAD_INPUT
    assert ".html" in capsys.readouterr().err
    assert not (folder / "ficha.doc").exists()


def test_check(folder: Path, capsys: Capture) -> None:
    with (folder / "p.csv").open("a") as out:
        out.write("99,0,0,cheese,1\n")
    assert main(["check", "p.csv", "--output", "faults.csv"]) == DONE
    said = capsys.readouterr().out
    assert "41 rows read: 40 usable, 1 set aside (cero_cero 1), 0 with a warning." in said
    assert "42    lon, lat  cero_cero  set aside" in said
    assert "cero_cero" in (folder / "faults.csv").read_text(encoding="utf-8-sig")
    assert main(["--json", "check", "p.csv"]) == DONE
    found = json.loads(capsys.readouterr().out)
    assert found["counts"] == {"cero_cero": 1}
    assert (found["read"], found["usable"]) == (41, 40)


def test_check_says_one_fault_of_many_rows_once(folder: Path, capsys: Capture) -> None:
    with (folder / "p.csv").open("a") as out:
        out.writelines(f"9{i},,,cheese,1\n" for i in range(7))
    assert main(["check", "p.csv", "--dry"]) == DONE
    lines = [line for line in capsys.readouterr().out.splitlines() if "coord_vacia  set" in line]
    assert len(lines) == 1
    assert lines[0].startswith("42, 43, 44, 45 … (7)  lon")


# --- cancelling -----------------------------------------------------------------------------------
@pytest.mark.parametrize("failure", [KeyboardInterrupt, sialgeo.Cancelled])
def test_a_cancel_is_status_130_and_leaves_nothing(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, failure: type[BaseException]
) -> None:
    def stop(*_arguments: Any, **_options: Any) -> None:
        raise failure

    monkeypatch.setattr(sialgeo, "gather_evidence", stop)
    before = sorted(p.name for p in folder.iterdir())
    assert detect_knot() == CANCELLED
    assert "Cancelled" in capsys.readouterr().err
    assert sorted(p.name for p in folder.iterdir()) == before


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to a child on Windows")
def test_control_c_during_a_run_leaves_the_old_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "map.html").write_text("old")
    study = (SAMPLE / "estudio.toml").read_text(encoding="utf-8")
    files = r'^((?:path|table|suppliers|markets|territories|producers|actors) = ")'
    study = re.sub(files, rf"\1{SAMPLE}/", study, flags=re.MULTILINE)
    (tmp_path / "s.toml").write_text(
        study.replace("replicates = 999", "replicates = 99999"), encoding="utf-8"
    )
    command = [
        sys.executable,
        "-m",
        "sialgeo",
        "--lang",
        "en",
        "run",
        str(tmp_path / "s.toml"),
        "--output",
        str(out),
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if "Testing against" in line:
                break
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        output, said = child.communicate(timeout=60)
    assert child.returncode == CANCELLED, said
    assert "Traceback" not in said
    assert output == ""
    assert [(p.name, p.read_text()) for p in out.iterdir()] == [("map.html", "old")]


# --- the demo -------------------------------------------------------------------------------------
@pytest.mark.slow
def test_the_demo_prints_where_everything_is(tmp_path: Path, capsys: Capture) -> None:
    started = time.monotonic()
    assert main(["demo", "--output", str(tmp_path / "demo")]) == DONE
    assert time.monotonic() - started < 180
    said = capsys.readouterr().out
    assert said.startswith("5 concentrations more dense than the reference population explains")
    for name in (
        "map.html",
        "concentraciones.gpkg",
        "datapackage.json",
        "proyecto.qgz",
        "tablas.xlsx",
        "mapa.png",
        "informe.pdf",
        "run.json",
    ):
        path = tmp_path / "demo" / name
        assert path.stat().st_size > 500, name
        assert str(path) in said
    assert (tmp_path / "demo" / "private" / "concentrations.work.gpkg").exists()
    assert "Synthetic data" in said


@pytest.mark.slow
def test_the_second_territory_has_no_producers_and_says_so(tmp_path: Path, capsys: Capture) -> None:
    study = ROOT / "sample_layers" / "mexico" / "estudio.toml"
    assert main(["run", str(study), "--output", str(tmp_path / "out")]) == DONE
    said = capsys.readouterr().out
    assert said.startswith("32 territories with their indicators; no producers were examined.")
    assert "Sur" in said
    assert (tmp_path / "out" / "map.html").exists()


def test_the_radius_may_be_chosen_by_the_ladder(folder: Path, capsys: Capture) -> None:
    assert detect_knot("--radius", "auto") == DONE
    assert "tested" in capsys.readouterr().out
    found = sialgeo.read_concentrations("c.work.gpkg")
    assert found.steps[0].parameters["radius"] == "auto"


def test_suggest_radius_says_its_guide_and_draws_the_curve(folder: Path, capsys: Capture) -> None:
    more = ["--reference", "farms.csv", "--output", "curve.png", "--json"]
    assert main(["suggest-radius", "p.csv", *more]) == DONE
    answer = json.loads(capsys.readouterr().out)
    assert [row["radius_m"] for row in answer["radii"]][:2] == [1_000, 2_000]
    assert all(row["least_001"] >= row["least_01"] for row in answer["radii"])
    assert answer["sentences"]
    assert (folder / "curve.png").stat().st_size > 10_000


def test_hot_spots_classes_the_districts(folder: Path, capsys: Capture) -> None:
    corners = [(500_000 + 1_000 * i, 9_200_000 + 1_000 * j) for i, j in NINE]
    cells = [box(x, y, x + 1_000, y + 1_000) for x, y in corners]
    values = [20.0 if i < 3 and j < 3 else 1.0 for i, j in NINE]
    gpd.GeoDataFrame({"n": values}, geometry=cells, crs=32717).to_file(folder / "d.gpkg")
    arguments = ["hot-spots", "d.gpkg", "--counts", "n", "--output", "hot.gpkg", "--json"]
    assert main(arguments) == DONE
    answer = json.loads(capsys.readouterr().out)
    assert sum(answer["classes"].values()) == 81
    assert answer["classes"]["hot"] >= 4
    assert set(gpd.read_file(folder / "hot.gpkg")["class"]) == set(answer["classes"])


def test_scan_areas_finds_the_districts_in_excess(folder: Path, capsys: Capture) -> None:
    corners = [(500_000 + 9_000 * i, 9_200_000 + 9_000 * j) for i, j in NINE]
    cells = [box(x, y, x + 9_000, y + 9_000) for x, y in corners]
    milk = [9 if i < 2 and j < 2 else 1 for i, j in NINE]
    table = {"milk": milk, "honey": [2] * 81, "farms": [100] * 81}
    gpd.GeoDataFrame(table, geometry=cells, crs=32717).to_file(folder / "d.gpkg")
    asked = ["scan-areas", "d.gpkg", "--replicates", "19", "--output", "z.gpkg", "--json"]
    assert main([*asked, "--cases", "milk", "--population", "farms"]) == DONE
    [first, *_others] = json.loads(capsys.readouterr().out)["zones"]
    assert (first["districts"], first["n"], first["p_value"]) == (4, 36, 0.05)
    assert main([*asked, "--cases", "milk,honey"]) == DONE  # one chain beside another
    [first, *_others] = json.loads(capsys.readouterr().out)["zones"]
    assert (first["districts"], first["n"]) == (4, 44)
    assert first["relative_risk__milk"] > 1 > first["relative_risk__honey"]
    assert (gpd.read_file(folder / "z.gpkg")["concentration"] == 1).sum() == 4


def nine_by_nine() -> gpd.GeoDataFrame:
    """Write 81 districts, poorer to the east, with a road that goes its own way."""
    corners = [(500_000 + 1_000 * i, 9_200_000 + 1_000 * j) for i, j in NINE]
    cells = [box(x, y, x + 1_000, y + 1_000) for x, y in corners]
    rng = np.random.default_rng(0)
    east, road = np.array([i for i, _j in NINE], float), rng.normal(size=81)
    columns = {
        "pobreza_2018": 20 + 5 * east + rng.normal(size=81),
        "idh_2019": 0.7 - 0.03 * east + 0.02 * rng.normal(size=81),
        "road": road,
        "people": 100,
    }
    table = gpd.GeoDataFrame(columns, geometry=cells, crs=32717)
    table.to_file("d.gpkg")
    return table


def test_two_indicators_in_one_map(folder: Path, capsys: Capture) -> None:
    nine_by_nine()
    arguments = "bivariate --territories d.gpkg --x pobreza_2018 --y idh_2019 --population people --replicates 199 --output both.gpkg --picture both.png --json"
    assert main(arguments.split()) == DONE
    answer = json.loads(capsys.readouterr().out)
    assert answer["global"]["name"] == "lee" and answer["global"]["statistic"] < -0.5
    assert sum(answer["classes"].values()) == sum(answer["local_classes"].values()) == 81
    written = gpd.read_file(folder / "both.gpkg")
    assert written["class"].value_counts().to_dict() == answer["classes"]
    assert set(written["local_class"]) == set(answer["local_classes"]) >= {"low_high", "high_low"}
    assert (folder / "both.png").stat().st_size > 10_000
    assert main(["bivariate", *arguments.replace("both.gpkg", "both.shp").split()[1:]]) == BAD_INPUT
    assert "must end in .gpkg" in capsys.readouterr().err


def test_regress_says_which_model_and_why(folder: Path, capsys: Capture) -> None:
    table = nine_by_nine()
    arguments = "regress --territories d.gpkg --y pobreza_2018 --x idh_2019,road --output fit.csv"
    assert main(arguments.split()) == DONE
    said = capsys.readouterr().out
    found = sialgeo.spatial_regression(table, "pobreza_2018", ["idh_2019", "road"])
    assert found.verdict in said and "least squares" in said and "an association" in said
    lines = (folder / "fit.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "column,estimate,error,z,p"
    assert [line.split(",")[0] for line in lines[1:]] == list(found.coefficients.index)
    assert main([*arguments.split()[:-2], "--model", "car"]) == BAD_INPUT


def test_surface_writes_a_geotiff_and_its_test(folder: Path, capsys: Capture) -> None:
    arguments = ["surface", "p.csv", "--reference", "farms.csv", "--output", "risk.tif", "--json"]
    assert main([*arguments, "--bandwidth", "5km", "--cell", "2km", "--replicates", "19"]) == DONE
    answer = json.loads(capsys.readouterr().out)
    assert answer["p_value"] == 0.05
    assert (folder / "risk.tif").stat().st_size > 1_000


def test_a_detection_says_which_concentrations_the_scan_confirms(
    folder: Path, capsys: Capture
) -> None:
    assert detect_knot("--json") == DONE
    [one] = json.loads(capsys.readouterr().out)["concentrations"]
    assert one["agreement"] == 1.0
    assert "confirmed by a second method" in one["verdict_en"]
    assert "un segundo método la confirma" in one["verdict_es"]
    (folder / "c.work.gpkg").unlink()
    assert detect_knot("--no-confirm", "--json") == DONE
    assert "agreement" not in json.loads(capsys.readouterr().out)["concentrations"][0]


def test_chains_are_one_family_of_tests(folder: Path, capsys: Capture) -> None:
    asked = ["chains", "p.csv", "--reference", "farms.csv", "--replicates", "39", "--splits", "2"]
    more = ["--runs", "3", "--output", "c.work.gpkg", "--json"]
    assert main([*asked, *more]) == BAD_INPUT
    assert "--chain" in json.loads(capsys.readouterr().out)["message"]
    assert main([*asked, "--chain", "chain", *more]) == DONE
    answer = json.loads(capsys.readouterr().out)
    assert [row["chain"] for row in answer["chains"]] == ["cheese", "curd"]
    assert answer["basins"][0]["overlap"] > 0.25  # both chains stand in the one knot
    assert {one["main_chain"] for one in answer["concentrations"]} == {"cheese", "curd"}
    assert {"grade", "stability", "agreement"} <= set(answer["concentrations"][0])
    found = sialgeo.read_concentrations("c.work.gpkg")
    assert set(found.producers["chain"]) == {"cheese", "curd"}
    assert main(["export", "c.work.gpkg", "t.xlsx", "--min-n", "1", "--json"]) == DONE


def test_one_radius_is_told_with_what_chance_gives_and_a_ladder_with_its_tree(
    folder: Path, capsys: Capture
) -> None:
    assert detect_knot("--json", "--radius", "5km", "--splits", "0", "--runs", "0") == DONE
    answer = json.loads(capsys.readouterr().out)
    assert max(row["radius_m"] for row in answer["radii"]) == 7_000
    (folder / "c.work.gpkg").unlink()
    assert detect_knot("--radius", "auto", "--splits", "0", "--runs", "0") == DONE
    assert "← Concentration 1" in capsys.readouterr().out


def test_habitable_land_for_want_of_a_reference_is_inconclusive(
    folder: Path, capsys: Capture
) -> None:
    land = gpd.GeoDataFrame(geometry=[box(-79.2, -7.7, -77.8, -6.3)], crs=4326)
    land.to_file(folder / "land.gpkg")
    arguments = ["detect", "p.csv", "--reference", "land.gpkg", "--habitable", "--json"]
    assert main([*arguments, "--replicates", "19", "--output", "c.work.gpkg"]) == DONE
    answer = json.loads(capsys.readouterr().out)
    assert {one["evidence"] for one in answer["concentrations"]} == {"inconclusive"}
    assert answer["concentrations"][0]["p_value"] == 0.05
    assert answer["caution"].startswith("Inconclusive: the null is complete spatial randomness")
