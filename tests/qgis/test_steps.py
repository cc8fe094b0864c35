"""The steps between detection and export on a real QGIS: each gives the library's own numbers."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .conftest import SAMPLE, Profile, library, same

pytestmark = [pytest.mark.qgis, pytest.mark.slow]

OURS = """
import json, sys
import geopandas as gpd, sialgeo
producers, farms = (gpd.read_file(path) for path in sys.argv[1:3])
rule = sialgeo.RelativeDBSCAN(radius=5000.0, min_units=5, alpha=0.001)
reference = sialgeo.Reference.from_points(farms, name="farms")
found = sialgeo.detect(producers, rule, reference=reference)
sialgeo.save(found, sys.argv[3])
again = {"detector": sialgeo.detector_of(found), "reference": reference}
told = {
    "assessconcentrations": sialgeo.assess(found, replicates=49, seed=3, **again),
    "estimatestrength": sialgeo.estimate(found, splits=6, seed=3, **again),
    "confirmconcentrations": sialgeo.confirm(found, reference=reference, replicates=49, seed=3),
    "stability": sialgeo.stability(found, runs=6, seed=3, precision="precision_m", **again),
    "profileconcentrations": sialgeo.profile(found, chain="cadena", volume="volumen", volume_unit="t", employment="precision_m"),
    "classify": sialgeo.classify(found, sialgeo.read_tables(sys.argv[4]), key="id").concentrations,
    "link": sialgeo.link(found, suppliers=farms, id="id"),
    "compare": sialgeo.compare(found, found, id="id").concentrations,
}
districts = gpd.read_file(sys.argv[4] + "/distritos.gpkg").to_crs(found.producers.crs)
answer = sialgeo.associate(found, districts, column="poblacion", reference=reference,
                           better="more", replicates=99, seed=3)
told["associate"] = answer.added_to(found)
profiled = told["profileconcentrations"]
told["prioritise"] = sialgeo.prioritise(profiled, draws=500, seed=3)
sialgeo.save(profiled, sys.argv[3].replace("c.work", "p.work"))
def figures(c):
    a = c.areas.drop(columns=c.areas.geometry.name)
    return {k: [None if v != v else v for v in a[k].tolist()] for k in a.columns}
chains = sialgeo.detect_chains(producers, rule, chain="cadena", replicates=19, seed=3)
told["detectchains"] = sialgeo.profile(chains.together(), chain="cadena")
hot = sialgeo.hot_spots(gpd.read_file(sys.argv[4] + "/distritos.gpkg"), "poblacion", replicates=99, seed=2)
both = sialgeo.bivariate_map(gpd.read_file(sys.argv[4] + "/distritos.gpkg"), "poblacion", "area_oficial_km2", population="poblacion", replicates=99, seed=2)
rings = sialgeo.catchment_rings(found, districts, radii=[5000.0, 10000.0], means=["area_oficial_km2"], totals=["poblacion"], key="ubigeo")
radii = sialgeo.suggest_radius(producers, reference=reference).table
print(json.dumps({"radii": radii.reset_index().iloc[:, 0].tolist(), **{k: figures(c) for k, c in told.items()}, "hotspots": list(hot["class"]),
                  "bivariate": list(both["class"]), "local": list(both["local_class"]), "rings": rings["poblacion"].round(3).tolist(),
                  "selected": chains.table["selected"].tolist(), "pairs": len(chains.pairs()),
                  "faults": len(sialgeo.check_producers(producers).faults)}))
"""

FIGURES = """
import json, sys
import sialgeo
a = sialgeo.read_concentrations(sys.argv[1]).areas
a = a.drop(columns=a.geometry.name)
print(json.dumps({k: [None if v != v else v for v in a[k].tolist()] for k in a.columns}))
"""

CLASSES = """
import json, sys
import geopandas as gpd
print(json.dumps(list(gpd.read_file(sys.argv[1])["class"])))
"""


@pytest.fixture(scope="module")
def ours(
    profile: Profile, layers: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What the library gives, and the working file that the steps start from."""
    work = tmp_path_factory.mktemp("steps") / "c.work.gpkg"
    told = library(profile, OURS, layers["producers"], layers["reference"], work, SAMPLE)
    return {**told, "work": work}


@pytest.mark.parametrize(
    ("algorithm", "given"),
    [
        ("assessconcentrations", {"REPLICATES": 49, "SEED": 3}),
        ("estimatestrength", {"SPLITS": 6, "SEED": 3}),
        ("confirmconcentrations", {"REPLICATES": 49, "SEED": 3}),
        ("stability", {"RUNS": 6, "SEED": 3, "PRECISION": "precision_m"}),
        (
            "profileconcentrations",
            {  # any numbers will do for employment
                "CHAIN": "cadena",
                "VOLUME": "volumen",
                "VOLUME_UNIT": "t",
                "EMPLOYMENT": "precision_m",
            },
        ),
    ],
)
def test_a_step_gives_the_librarys_numbers(
    profile: Profile,
    layers: dict[str, Path],
    ours: dict[str, Any],
    tmp_path: Path,
    algorithm: str,
    given: dict[str, Any],
) -> None:
    if algorithm != "profileconcentrations":
        given = {**given, "REFERENCE": layers["reference"]}
    run = profile.run(
        algorithm,
        CONCENTRATIONS=ours["work"],
        OUTPUT=tmp_path / "a.gpkg",
        WORKFILE=tmp_path / "b.work.gpkg",
        **given,
    )
    assert run.status == 0, run.errors
    assert same(library(profile, FIGURES, tmp_path / "b.work.gpkg"), ours[algorithm])


def test_chains_give_the_librarys_numbers_and_two_tables(
    profile: Profile, layers: dict[str, Path], ours: dict[str, Any], tmp_path: Path
) -> None:
    written = {name: tmp_path / f"{name.lower()}.gpkg" for name in ("CHAINS", "OVERLAP")}
    run = profile.run(
        "detectchains",
        PRODUCERS=layers["producers"],
        CHAIN="cadena",
        REPLICATES=19,
        SPLITS=0,
        RUNS=0,
        CONFIRM=False,
        SEED=3,
        OUTPUT=tmp_path / "a.gpkg",
        WORKFILE=tmp_path / "b.work.gpkg",
        **{f"OUTPUT_{name}": path for name, path in written.items()},
    )
    assert run.status == 0, run.errors
    assert same(library(profile, FIGURES, tmp_path / "b.work.gpkg"), ours["detectchains"])
    table = "import json, sys, geopandas as g; print(json.dumps(g.read_file(sys.argv[1])[sys.argv[2]].tolist()))"
    selected = library(profile, table, written["CHAINS"], "selected")
    assert [bool(one) for one in selected] == ours["selected"]
    if ours["pairs"]:
        assert len(library(profile, table, written["OVERLAP"], "overlap")) == ours["pairs"]


def test_counts_by_district_are_scanned(
    profile: Profile, ours: dict[str, Any], tmp_path: Path
) -> None:
    run = profile.run(
        "scanareas",
        AREAS=SAMPLE / "distritos.gpkg",
        CASES="n",
        POPULATION="poblacion",
        REPLICATES=19,
        OUTPUT=tmp_path / "z.gpkg",
    )
    assert run.status != 0  # the layer has no such field
    run = profile.run(
        "scanareas",
        AREAS=SAMPLE / "distritos.gpkg",
        CASES="poblacion",
        POPULATION="poblacion",
        MAX_SHARE=0.1,
        REPLICATES=19,
        OUTPUT=tmp_path / "z.gpkg",
    )
    assert run.status == 0, run.errors
    assert run.results["ZONES_COUNT"] == 0  # the people are where the people are


SIAL = {
    "classify": {"FOLDER": SAMPLE, "ID": "id"},
    "link": {"SUPPLIERS": "reference", "ID": "id"},
    "compare": {"BEFORE": "work", "ID": "id"},
    "prioritise": {"DRAWS": 500, "SEED": 3, "CONCENTRATIONS": "profiled"},
    "associate": {
        "TERRITORIES": SAMPLE / "distritos.gpkg",
        "COLUMN": "poblacion",
        "BETTER": 1,
        "REFERENCE": "reference",
        "REPLICATES": 99,
        "SEED": 3,
    },
}


@pytest.mark.parametrize("algorithm", SIAL)
def test_the_steps_to_a_sial_give_the_librarys_numbers(
    profile: Profile,
    layers: dict[str, Path],
    ours: dict[str, Any],
    tmp_path: Path,
    algorithm: str,
) -> None:
    places = {
        "reference": layers["reference"],
        "work": ours["work"],
        "profiled": ours["work"].with_name("p.work.gpkg"),
    }
    given = {name: places.get(str(value), value) for name, value in SIAL[algorithm].items()}
    run = profile.run(
        algorithm,
        **{"CONCENTRATIONS": ours["work"], **given},
        OUTPUT=tmp_path / "a.gpkg",
        WORKFILE=tmp_path / "b.work.gpkg",
    )
    assert run.status == 0, run.errors
    told = library(profile, FIGURES, tmp_path / "b.work.gpkg")
    assert told.keys() == ours[algorithm].keys()
    for column, values in ours[algorithm].items():  # sums over suppliers in another order of rows
        expected = [pytest.approx(v, rel=1e-9) if isinstance(v, float) else v for v in values]
        assert told[column] == expected, column


def test_radii_and_template(
    profile: Profile, layers: dict[str, Path], ours: dict[str, Any], tmp_path: Path
) -> None:
    run = profile.run(
        "suggestradius",
        PRODUCERS=layers["producers"],
        REFERENCE=layers["reference"],
        OUTPUT=tmp_path / "radii.csv",
    )
    assert run.status == 0, run.errors
    rows = (tmp_path / "radii.csv").read_text(encoding="utf-8").splitlines()
    assert [float(row.split(",")[0]) for row in rows[1:]] == ours["radii"]
    run = profile.run("template", OUTPUT=tmp_path / "tables.xlsx")
    assert run.status == 0, run.errors
    assert (tmp_path / "tables.xlsx").stat().st_size > 5_000


def test_tables_at_fault_are_told_before_the_run(
    profile: Profile, ours: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "evento.csv").write_text("fecha,clase\n2004,volcan\n", encoding="utf-8")
    run = profile.run(
        "classify", CONCENTRATIONS=ours["work"], FOLDER=tmp_path, OUTPUT=tmp_path / "a.gpkg"
    )
    assert run.status == 1
    assert "volcan" in run.errors
    assert "Traceback" not in run.errors
    run = profile.run("classify", CONCENTRATIONS=ours["work"], OUTPUT=tmp_path / "a.gpkg")
    assert "tables of the study" in run.errors


def test_a_step_that_repeats_the_detection_asks_for_its_reference(
    profile: Profile, ours: dict[str, Any], tmp_path: Path
) -> None:
    run = profile.run("stability", CONCENTRATIONS=ours["work"], OUTPUT=tmp_path / "a.gpkg")
    assert run.status == 1
    assert "needs the reference population" in run.errors
    assert "Traceback" not in run.errors


def test_hot_spots_and_faults_of_producers(
    profile: Profile, layers: dict[str, Path], ours: dict[str, Any], tmp_path: Path
) -> None:
    run = profile.run(
        "hotspots",
        AREAS=SAMPLE / "distritos.gpkg",
        COUNTS="poblacion",
        REPLICATES=99,
        SEED=2,
        OUTPUT=tmp_path / "hot.gpkg",
    )
    assert run.status == 0, run.errors
    assert library(profile, CLASSES, tmp_path / "hot.gpkg") == ours["hotspots"]
    run = profile.run(
        "checkproducers", PRODUCERS=layers["producers"], OUTPUT=tmp_path / "faults.gpkg"
    )
    assert run.status == 0, run.errors
    assert run.results["FAULTS_COUNT"] == ours["faults"]


def test_rings_and_two_indicators_in_one_map(
    profile: Profile, ours: dict[str, Any], tmp_path: Path
) -> None:
    asked = {
        "CONCENTRATIONS": ours["work"],
        "TERRITORIES": SAMPLE / "distritos.gpkg",
        "COLUMNS": "area_oficial_km2",
        "TOTALS": "poblacion",
        "KEY": "ubigeo",
        "OUTPUT": tmp_path / "rings.gpkg",
    }
    run = profile.run("catchmentrings", RADII="5km, 10km", **asked)
    assert run.status == 0, run.errors
    figures = "import json, sys, geopandas as g; print(json.dumps(g.read_file(sys.argv[1])['poblacion'].round(3).tolist()))"
    assert library(profile, figures, asked["OUTPUT"]) == pytest.approx(ours["rings"], rel=1e-6)
    run = profile.run("catchmentrings", RADII="10km, 5km", **asked)
    assert run.status == 1 and "increasing distances" in run.errors
    run = profile.run(
        "bivariate",
        AREAS=SAMPLE / "distritos.gpkg",
        X="poblacion",
        Y="area_oficial_km2",
        POPULATION="poblacion",
        REPLICATES=99,
        SEED=2,
        OUTPUT=tmp_path / "both.gpkg",
        OUTPUT_LOCAL=tmp_path / "local.gpkg",
    )
    assert run.status == 0, run.errors
    assert library(profile, CLASSES, tmp_path / "both.gpkg") == ours["bivariate"]
    local = CLASSES.replace('["class"]', '["local_class"]')
    assert library(profile, local, tmp_path / "local.gpkg") == ours["local"]


@pytest.mark.parametrize("name", ["a.report.html", "a.md", "tables.xlsx", "a.geojson"])
def test_report_and_files(
    profile: Profile, ours: dict[str, Any], tmp_path: Path, name: str
) -> None:
    report = name.endswith((".report.html", ".md"))
    run = profile.run(
        "exportreport" if report else "exportfiles",
        CONCENTRATIONS=ours["work"],
        TITLE="Prueba <de> título",
        OUTPUT=tmp_path / name,
    )
    assert run.status == 0, run.errors
    held = (tmp_path / name).read_bytes()
    assert len(held) > 1_000
    assert b"<de>" not in held or name == "a.geojson"


@pytest.mark.parametrize(("algorithm", "pages"), [("exportreport", 7), ("printsheets", 5)])
def test_without_typst_qgis_prints(
    profile: Profile, ours: dict[str, Any], tmp_path: Path, algorithm: str, pages: int
) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (apt-get install poppler-utils)")
    more = {"TEMPLATE": tmp_path / "a.qpt"} if algorithm == "printsheets" else {}
    run = profile.run(
        algorithm,
        CONCENTRATIONS=ours["work"],
        TITLE="Prueba [% 1+1 %] título",
        OUTPUT=tmp_path / "a.pdf",
        **more,
    )
    assert run.status == 0, run.errors
    command = ["pdftotext", "-layout", str(tmp_path / "a.pdf"), "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.count("\f") >= pages
    for name in ours["compare"]["name"]:
        assert name in told
    assert "82" in told
    assert "Points alone never show a SIAL" in told
    if algorithm == "exportreport":
        assert "1+1" in told  # nothing of a text is an expression
        assert "What this sheet does not say" in told
    else:
        template = (tmp_path / "a.qpt").read_text(encoding="utf-8")
        assert 'Atlas enabled="1"' in template or "<Atlas" in template


def test_a_study_file_runs_whole_and_its_faults_are_named(profile: Profile, tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(
        f'[study]\nseed = 1\n[producers]\npath = "{SAMPLE.as_posix()}/queserias.csv"\n'
        f'[reference]\npath = "{SAMPLE.as_posix()}/productores_leche.csv"\n'
        '[detect]\nradius = "5km"\nreplicates = 19\nsplits = 0\nruns = 0\n'
        '[export]\nformats = ["map.html", "tables.xlsx"]\n',
        encoding="utf-8",
    )
    run = profile.run("runstudy", STUDY=study, OUTPUT=tmp_path / "out")
    assert run.status == 0, run.errors
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert {"map.html", "tables.xlsx", "run.json", "private"} <= names
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["seeds"]
    study.write_text('[producers]\npath = "missing.csv"\n[export]\nmin_n = 0\n', encoding="utf-8")
    run = profile.run("runstudy", STUDY=study, OUTPUT=tmp_path / "other")
    assert run.status == 1
    assert "missing.csv" in run.errors
    assert "min_n" in run.errors
    assert not (tmp_path / "other").exists()
