"""Every algorithm of the provider, in three environments, by every way a user runs it.

``none optional``: what is needed and no optional library; ``as on Windows``: what the Windows installer
brings; ``everything``. Each environment runs every algorithm and gives the same rows; the one of Windows
by ``qgis_process``, and it also cancels, and goes through empty layers, layers without a coordinate system,
geographic and projected ones, NULLs, selected features only, a model and a batch.
"""

from __future__ import annotations

import fcntl
import inspect
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

import sialgeo

from .conftest import HERE, SAMPLE, Profile, load_environment, profile_in

pytestmark = [pytest.mark.qgis, pytest.mark.slow]
WINDOWS = "as on Windows"
ENVIRONMENTS = ("none optional", WINDOWS, "everything")
ALGORITHMS = (
    "producersfromtable",
    "checkproducers",
    "joinindicators",
    "suggestradius",
    "detectconcentrations",
    "detectchains",
    "assessconcentrations",
    "estimatestrength",
    "stability",
    "confirmconcentrations",
    "hotspots",
    "scanareas",
    "profileconcentrations",
    "overlayindicators",
    "associate",
    "bivariate",
    "catchmentrings",
    "template",
    "link",
    "specialise",
    "distances",
    "colocation",
    "classify",
    "prioritise",
    "compare",
    "exportmap",
    "exportreport",
    "printsheets",
    "exportfiles",
    "runstudy",
    "relativerisk",
    "agreement",
    "evidencebyradius",
    "catchmentareas",
    "localcolocation",
    "agrodistricts",
    "interpolateareas",
    "zonalstatistics",
    "contrast",
    "regression",
    "moran",
    "hdi",
    "alkirefoster",
    "conevalclasses",
    "change",
    "concentrationindex",
    "tradeexposure",
    "fieldquestions",
    "protect",
    "exportfigure",
    "exportpackage",
    "verify",
)
# those that test_processes and test_steps run by qgis_process, and hold against the library
ELSEWHERE = {
    *("producersfromtable", "checkproducers", "joinindicators", "suggestradius", "hotspots", "scanareas"),
    *("detectconcentrations", "detectchains", "assessconcentrations", "estimatestrength", "stability"),
    *("confirmconcentrations", "profileconcentrations", "overlayindicators", "associate", "bivariate"),
    *("catchmentrings", "template", "link", "classify", "prioritise", "compare", "runstudy"),
    *("exportmap", "exportreport", "exportfiles", "printsheets"),
}  # fmt: skip
# those whose rows the driver also has from the library itself
COMPARED = (
    *("specialise", "distances", "colocation", "evidencebyradius"),
    *("hdi", "alkirefoster", "conevalclasses", "change", "concentrationindex", "agrodistricts"),
    *("contrast", "regression", "moran", "interpolateareas", "zonalstatistics", "localcolocation"),
    *("agreement", "catchmentareas", "tradeexposure", "fieldquestions", "protect", "verify"),
    "relativerisk",
)
# the public verbs that each algorithm speaks for
VERBS = {
    "producersfromtable": "read_producers",
    "checkproducers": "check_producers",
    "joinindicators": "join_indicators",
    "suggestradius": "suggest_radius",
    "detectconcentrations": "detect gather_evidence profile",
    "detectchains": "detect_chains",
    "assessconcentrations": "assess",
    "estimatestrength": "estimate",
    "stability": "stability",
    "confirmconcentrations": "confirm",
    "agreement": "agreement",
    "evidencebyradius": "evidence_by_radius",
    "hotspots": "hot_spots",
    "scanareas": "scan_areas",
    "relativerisk": "relative_risk_surface",
    "profileconcentrations": "profile",
    "link": "link",
    "catchmentareas": "catchment_areas",
    "specialise": "quotients_by_territory agglomeration_indices",
    "distances": "m_function kd_function cross_k",
    "colocation": "colocation_quotient",
    "localcolocation": "local_colocation",
    "agrodistricts": "distritos_air",
    "overlayindicators": "overlay",
    "catchmentrings": "catchment_rings",
    "interpolateareas": "interpolate_areas",
    "zonalstatistics": "zonal_statistics",
    "associate": "associate",
    "bivariate": "bivariate_map",
    "contrast": "contrast",
    "regression": "spatial_regression",
    "moran": "moran",
    "hdi": "hdi former_hdi",
    "alkirefoster": "alkire_foster",
    "conevalclasses": "coneval_classes",
    "change": "change",
    "concentrationindex": "concentration_index",
    "template": "write_template write_xlsform",
    "classify": "classify read_tables",
    "compare": "compare",
    "prioritise": "prioritise",
    "tradeexposure": "trade_exposure",
    "fieldquestions": "field_questions",
    "protect": "protect",
    "exportmap": "export",
    "exportreport": "export",
    "printsheets": "export",
    "exportfigure": "export",
    "exportfiles": "export",
    "exportpackage": "export_all",
    "runstudy": "",
    "verify": "verify",
}
# what QGIS has in other words: the layer or working file itself, the detector that is chosen by its method or
# that a working file remembers, progress, the threads of the Options, what titles and layers make a context of,
# indicators described by a table or their names, the tables' own column of codes
EVERYWHERE = {
    *("concentrations", "producers", "units", "territories", "table", "areas", "polygons", "layer", "where"),
    *("found", "after", "path", "paths", "detector", "progress", "threads", "context", "indicator"),
    *("indicators", "key"),
}  # fmt: skip
OTHERWISE = {
    "read_producers": "columns say",  # all columns come in; what is said goes to the log
    "gather_evidence": "confirmed",  # CONFIRM
    "detect_chains": "confirmed options",  # CONFIRM; options are those of detect, on which the other test is
    "agglomeration_indices": "chain territory benchmark",  # KIND, CODE; all units are the benchmark
    "quotients_by_territory": "chain territory",  # KIND, CODE
    "cross_k": "others among window",  # of KIND, OF, NEAR, REFERENCE; the rectangle of the layers
    "relative_risk_surface": "log",  # a raster has one meaning: its style and legend are of the logarithm
    "scan_areas": "x y model shapes",  # of the polygons; of the number of fields of cases; SHAPE
    "distritos_air": "sizes",  # SMALL, MEDIUM, LARGE
    "interpolate_areas": "means",  # COLUMNS
    "zonal_statistics": "column",  # RASTER_COLUMN
    "associate": "procedure",  # the other one serves the comparison of both
    "bivariate_map": "local",  # told by asking for OUTPUT_LOCAL
    "contrast": "statement title",  # texts of a report
    "moran": "column",  # COLUMNS
    "hdi": "life_expectancy expected_schooling mean_schooling gni_per_capita method_year greatest",
    # LIFE …, METHOD; a table of an edition's maxima is for who writes it down in Python
    "former_hdi": "life_expectancy adult_literacy gross_enrolment gdp_per_capita",
    "alkire_foster": "X z groups",  # DIMENSIONS, CUTOFFS, BY
    "change": "a b",  # FROM, TO
    "concentration_index": "h rank_by",  # RATE, RANK
    "classify": "thresholds",  # each on its own
    "read_tables": "files country",  # named in a study file; a table of tables is no dialog
    "link": "actors links weights flows",  # all four are in the tables
    "protect": "secret",  # never typed into a dialog, which QGIS's history would keep
    "export": "figure figure_options max_mb",  # KIND and its own, where there is a figure or a page
    "export_all": "figure figure_options archive",  # as said; OUTPUT
}
# what an algorithm cannot do without, of the libraries that one environment has not
UNABLE = {
    "none optional": {
        "template": "openpyxl",
        "exportmap": "jinja2",
        "exportreport": "matplotlib",
        "exportfigure": "matplotlib",
    }
}
NO_LAYER = {
    "producersfromtable",
    "profileconcentrations",
    "template",
    "classify",
    "prioritise",
    "compare",
    "exportreport",
    "exportfiles",
    "runstudy",
    "agreement",
    "evidencebyradius",
    "catchmentareas",
    "tradeexposure",
    "fieldquestions",
    "protect",
    "exportfigure",
    "exportpackage",
    "verify",
}
WORDS = {
    "empty": "holds no features",
    "none selected": "none is selected",
    "no CRS": "no coordinate system",
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one folder for all test workers."""
    base = tmp_path_factory.getbasetemp()
    held = base.parent if base.name.startswith("popen") else base
    place = held / "algorithms"
    place.mkdir(exist_ok=True)
    return place


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def told(
    request: pytest.FixtureRequest,
    built_zip: Path,
    libraries: Path,
    layers: dict[str, Path],
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """Run the driver once an environment, whichever worker asks first."""
    name = request.param
    place = folder / name.replace(" ", "_")
    with (folder / f"{place.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = place.with_suffix(".json")
        if not kept.is_file():
            home = tmp_path_factory.mktemp("environment")
            profile = profile_in(home, built_zip, libraries, hidden=load_environment().HIDDEN[name])
            place.mkdir()
            kept.write_text(json.dumps(_drive(profile, layers, place, name)), encoding="utf-8")
    found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return {**found, "environment": name}


def _drive(profile: Profile, layers: dict[str, Path], place: Path, name: str) -> dict[str, Any]:
    points, places = layers["producers"].parent, (profile.plugins, SAMPLE)
    cases = ["all", *(set(_listed(profile)) - ELSEWHERE)] if name == WINDOWS else ["run"]
    return profile.drive("algorithms.py", *places, points, place, *cases, timeout=1500)


def _listed(profile: Profile) -> list[str]:
    """Return the algorithms as ``qgis_process`` lists them."""
    return re.findall(r"sialgeo:(\w+)", profile.call("list").stdout)


@pytest.fixture
def one(told: dict[str, Any], algorithm: str) -> dict[str, Any]:
    found: dict[str, Any] = told["told"][algorithm]
    lacking = UNABLE.get(told["environment"], {}).get(algorithm)
    if lacking is not None:
        assert f"{lacking} is not installed" in found["unable"]
        assert "Dependencies" in found["unable"]
        assert "pip install" in found["unable"]
        pytest.skip(f"{algorithm} needs {lacking}, and says so")
    return found


# every case is run in this environment; in the others each algorithm once
every_case = pytest.mark.parametrize("told", [WINDOWS], indirect=True)


def test_no_algorithm_is_left_out(told: dict[str, Any]) -> None:
    assert sorted(told["algorithms"]) == sorted(ALGORITHMS)


@pytest.mark.parametrize("algorithm", sorted(ELSEWHERE))
def test_another_test_runs_it_by_qgis_process(algorithm: str) -> None:
    tests = [
        (HERE / f"test_{name}.py").read_text(encoding="utf-8") for name in ("processes", "steps")
    ]
    assert any(f'"{algorithm}"' in test for test in tests)


@every_case
def test_every_parameter_of_a_verb_is_offered(told: dict[str, Any]) -> None:
    assert set(VERBS) == set(ALGORITHMS)
    for algorithm, verbs in VERBS.items():
        offered = {name.lower() for name in told["help"][algorithm]["parameters"]}
        for verb in verbs.split():
            asked = set(inspect.signature(getattr(sialgeo, verb)).parameters)
            otherwise = set(OTHERWISE.get(verb, "").split())
            assert otherwise <= asked, (verb, otherwise - asked)
            assert not asked - offered - EVERYWHERE - otherwise, (algorithm, verb)


@every_case
def test_help_names_every_parameter(told: dict[str, Any]) -> None:
    assert sorted(told["help"]) == sorted(ALGORITHMS)
    for algorithm, shown in told["help"].items():
        assert shown["url"].endswith(f"help/en.html#{algorithm}")
        assert shown["tags"]
        for name, (description, said) in shown["parameters"].items():
            assert description, (algorithm, name)
            assert said, (algorithm, name)


@every_case
def test_the_provider_loads_no_library_before_it_is_bound(told: dict[str, Any]) -> None:
    assert told["loaded"] == []


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_it_runs_and_gives_the_same_everywhere(
    told: dict[str, Any], one: dict[str, Any], algorithm: str, folder: Path
) -> None:
    assert one["run"]["ran"], [one["run"]["message"], *one["run"]["said"]]
    _no_traceback(one["run"])
    assert all(size > 0 for size in one["files"].values())
    assert one["run"]["rows"] or one["files"]
    for other in ENVIRONMENTS:
        held = folder / f"{other.replace(' ', '_')}.json"
        if held.is_file():
            theirs = json.loads(held.read_text(encoding="utf-8"))["told"][algorithm]
            if "run" in theirs:
                _require_alike(theirs["run"]["rows"], one["run"]["rows"], algorithm, other)


def _require_alike(
    theirs: dict[str, list[Any]], ours: dict[str, list[Any]], algorithm: str, other: str
) -> None:
    """Hold two environments' layers against each other: texts as they are, numbers to 1e-7.

    GDAL and exactextract add the cells of a zone up in another order.
    """
    assert theirs.keys() == ours.keys(), other
    for name, rows in ours.items():
        one, two = theirs[name], rows
        if algorithm == "verify":
            one, two = _of_both(one, two)
        differing = [
            (a, b) for x, y in zip(one, two, strict=True) for a, b in zip(x, y, strict=True)
            if a != b and not _near(a, b)
        ]  # fmt: skip
        assert not differing, (other, differing[:5])


def _of_both(one: list[Any], two: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return the published numbers that both environments compared; scikit-learn's alone are lost."""
    both = {tuple(row[:2]) for row in one} & {tuple(row[:2]) for row in two}
    lost = [row for row in [*one, *two] if tuple(row[:2]) not in both]
    assert all("scikit-learn" in row[0] for row in lost), lost
    assert len(both) > 50
    return [r for r in one if tuple(r[:2]) in both], [r for r in two if tuple(r[:2]) in both]


def _near(a: str, b: str) -> bool:
    try:
        return math.isclose(float(a), float(b), rel_tol=1e-7)
    except ValueError:
        return False


@every_case
@pytest.mark.parametrize("algorithm", COMPARED)
def test_it_gives_the_librarys_numbers(one: dict[str, Any], algorithm: str) -> None:
    outputs = one["run"]["rows"]
    head, *rows = outputs.get("OUTPUT") or outputs["OUTPUT_CONTOURS"]
    columns, *ours = one["ours"]
    places = [head.index(name) for name in columns]
    assert [[row[place] for place in places] for row in rows] == ours


@every_case
@pytest.mark.parametrize(
    "algorithm",
    [name for name in ALGORITHMS if name != "template"],  # done before a cancel can reach it
)
def test_a_cancel_leaves_nothing(one: dict[str, Any], algorithm: str) -> None:
    assert one["cancel"]["results"] == {}
    assert "Cancelled: nothing was written." in one["cancel"]["said"]
    assert one["left by cancel"] == []


@every_case
@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name not in NO_LAYER])
def test_layers_at_fault_are_explained_before_the_run(one: dict[str, Any], algorithm: str) -> None:
    assert one["faults"]
    for case, found in one["faults"].items():
        assert not found["checked"], case
        assert WORDS[case.partition(": ")[2]] in found["message"], case
        _no_traceback(found)


@every_case
@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name not in NO_LAYER])
def test_nulls_are_told_or_stay(one: dict[str, Any], algorithm: str) -> None:
    found = one["gaps"]
    _no_traceback(found)
    assert found["ran"] or "Remedy" in "\n".join([found["message"], *found["said"]])


@every_case
@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name not in NO_LAYER])
def test_in_batch_projected_and_selected(one: dict[str, Any], algorithm: str) -> None:
    projected, selected = one["batch"]
    for found in (projected, selected):
        _no_traceback(found)
        said = [found["message"], *found["said"]]
        if algorithm == "assessconcentrations" and found is selected:  # another reference
            assert "the reference is not the one of detect. Remedy" in said[-1]
            assert found["results"] == {}
        elif algorithm == "specialise" and not found["ran"]:  # units outside the districts selected
            assert "are not among the territories" in said[-1]
        else:
            assert found["ran"], said
    counts = ("CONCENTRATIONS_COUNT", "JOINED_COUNT", "FAULTS_COUNT")
    for name in counts:  # the geographic layers of the first run, in metres
        assert projected["results"].get(name) == one["run"]["results"].get(name)


@every_case
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_in_a_model(one: dict[str, Any], algorithm: str) -> None:
    assert one["model"]["ran"], [one["model"]["message"], *one["model"]["said"]]
    _no_traceback(one["model"])


def test_no_algorithm_without_its_libraries_is_silent(bare: Profile) -> None:
    told = bare.drive("unable.py", bare.plugins)
    assert set(told) == set(ALGORITHMS)
    for why in told.values():
        assert "geopandas is not installed" in why
        assert "Remedy: Plugins › sialgeo › Dependencies…" in why
        assert '"numpy==' in why  # QGIS's own numpy stays


def _no_traceback(found: dict[str, Any]) -> None:
    said = "\n".join([found["message"], *found["said"]])
    assert "Traceback" not in said
    assert "did not expect" not in said, said
    assert "Incorrect parameter value" not in said
