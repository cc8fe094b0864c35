"""The rules of the house that a test can hold (docs/architecture.md)."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, walk_packages
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_index_equal

import sialgeo
from sialgeo import params
from sialgeo.model import CONCENTRATION, MEMBERSHIP

from .conftest import ROOT
from .maps import planted

HEAVY = [
    "numpy",
    "pandas",
    "geopandas",
    "scipy",
    "sklearn",
    "matplotlib",
    "folium",
    "rasterio",
    "pyproj",
    "shapely",
    "numba",
]

PLUGIN = ROOT / "qgis_plugin"
SHIPPED = sorted([*(ROOT / "sialgeo").rglob("*.py"), *(PLUGIN / "sialgeo_qgis").rglob("*.py")])
VERBS = [name for name in sialgeo._HOME if name[0].islower()]


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def python(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
        **more,
    )


# --- a light import --------------------------------------------------------------------------------


def test_importing_sialgeo_loads_no_heavy_library() -> None:
    done = python("-c", "import sys, sialgeo; print(*sorted(sys.modules))")
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint(HEAVY)


def test_importing_sialgeo_takes_under_a_tenth_of_a_second() -> None:
    """The least of several, so that a busy machine does not count."""
    clock = "import time; t = time.perf_counter(); import sialgeo; print(time.perf_counter() - t)"
    assert min(float(python("-c", clock).stdout) for _ in range(7)) < 0.1


def test_the_language_and_errors_are_light_too() -> None:
    code = "import sys, sialgeo; sialgeo.set_language('es'); sialgeo.SchemaError('x'); print(*sys.modules)"
    loaded = {name.partition(".")[0] for name in python("-c", code).stdout.split()}
    assert loaded.isdisjoint(HEAVY)


def test_what_qgis_declares_its_fields_from_loads_no_library_of_its_own_geos() -> None:
    """QGIS reads it at its start; loaded before the plugin binds them, they use QGIS's GEOS, and it crashes."""
    algorithms = (ROOT / "qgis_plugin" / "sialgeo_qgis" / "algorithms").glob("*.py")
    declared = {
        line.module
        for file in algorithms
        for function in functions(ast.parse(file.read_text(encoding="utf-8")))
        if function.name in {"owner", "methods", "declarations", "of_evidence", "_kinds", "_files"}
        for line in ast.walk(function)
        if isinstance(line, ast.ImportFrom) and (line.module or "").startswith("sialgeo")
    }
    assert len(declared) > 15
    code = f"import importlib, sys\nfor name in {declared!r}: importlib.import_module(name)\nprint(*sys.modules)"
    loaded = {name.partition(".")[0] for name in python("-c", code).stdout.split()}
    assert "sialgeo" in loaded
    assert loaded.isdisjoint({"shapely", "pyproj", "pyogrio", "rasterio", "exactextract"})


def test_every_room_can_be_imported_alone_and_all_together() -> None:
    """One leg imports everything eagerly; warnings are errors there too."""
    names = [
        m.name for m in walk_packages(sialgeo.__path__, "sialgeo.") if m.name != "sialgeo.__main__"
    ]
    code = f"import importlib\nfor name in {names!r}: importlib.import_module(name)"
    done = python("-W", "error", "-c", code)
    assert done.returncode == 0, done.stderr[-2_000:]


OPTIONAL = [
    "sklearn",
    "numba",
    "rasterio",
    "folium",
    "exactextract",
    "matplotlib",
    "jinja2",
    "openpyxl",
    "python_calamine",
    "pyarrow",
]


def test_every_room_can_be_imported_where_optional_libraries_are_missing() -> None:
    """As in QGIS: a library that is not there is told when it is needed, not before."""
    names = [
        m.name for m in walk_packages(sialgeo.__path__, "sialgeo.") if m.name != "sialgeo.__main__"
    ]
    code = (
        f"import importlib, sys\nfor name in {OPTIONAL!r}: sys.modules[name] = None\n"
        "from sialgeo import MissingDependencyError\n"
        f"for name in {names!r}:\n"
        "    try: importlib.import_module(name)\n"
        "    except MissingDependencyError: print(name)\n"
        "import sialgeo\nfor name in sialgeo.__all__: getattr(sialgeo, name)"
    )
    done = python("-c", code)
    assert done.returncode == 0, done.stderr[-2_000:]
    assert done.stdout.split() == ["sialgeo.exporters.folium_layers"]  # its classes are folium's


# --- the table of contents -------------------------------------------------------------------------


def test_all_is_exact() -> None:
    assert sialgeo.__all__ == ["__version__", *sorted(sialgeo._HOME)]
    assert set(sialgeo.__all__) <= set(dir(sialgeo))
    assert len(set(sialgeo.__all__)) == len(sialgeo.__all__)


@pytest.mark.parametrize("name", sorted(sialgeo._HOME))
def test_every_public_name_is_there(name: str) -> None:
    value = getattr(sialgeo, name)
    assert value is getattr(import_module(f"sialgeo.{sialgeo._HOME[name]}"), name)
    assert value.__name__ == name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'detec'"):
        _ = sialgeo.detec


def test_the_typed_table_of_contents_is_the_same() -> None:
    tree = ast.parse((ROOT / "sialgeo" / "__init__.pyi").read_text(encoding="utf-8"))
    typed = {
        alias.asname: str(node.module).removeprefix("sialgeo.")
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == alias.asname
    }
    assert typed == sialgeo._HOME


def test_no_public_name_is_that_of_a_module() -> None:
    modules = {module.name for module in iter_modules(sialgeo.__path__)}
    assert modules.isdisjoint(sialgeo.__all__)
    assert modules.isdisjoint(VERBS)


def test_every_room_stands_in_the_plan() -> None:
    """Names of the plan and of the code are the same."""
    plan = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = [m.name for m in iter_modules(sialgeo.__path__) if not m.name.startswith("_")]
    assert [name for name in rooms if not re.search(rf"\b{name}\b", plan)] == []


# --- public functions ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VERBS)
def test_a_public_function_is_documented_with_an_example_that_runs(name: str) -> None:
    text = inspect.getdoc(getattr(sialgeo, name)) or ""
    assert "Examples\n--------" in text or name == "set_language"
    assert ">>> " in text or name == "set_language"


@pytest.mark.parametrize("name", VERBS)
def test_after_the_main_arguments_come_keywords_only(name: str) -> None:
    signature = inspect.signature(getattr(sialgeo, name))
    for number, parameter in enumerate(signature.parameters.values()):
        assert parameter.kind not in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY)
        if number and parameter.default is not parameter.empty:
            assert parameter.kind == parameter.KEYWORD_ONLY, parameter.name
        assert parameter.annotation is not parameter.empty, parameter.name
    assert signature.return_annotation is not signature.empty


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_has_the_defaults_that_were_declared_once(name: str) -> None:
    verb = getattr(sialgeo, name)
    module = import_module(verb.__module__)
    declared = {
        p.name: p.default
        for owner in vars(module).values()
        if isinstance(owner, type)
        and dataclasses.is_dataclass(owner)
        and owner.__module__ == module.__name__
        and not hasattr(owner, "labels")  # a detector's parameters are its own
        for p in params.params_of(owner)
    }
    for parameter in inspect.signature(verb).parameters.values():
        if parameter.name in declared and parameter.default is not parameter.empty:
            # None in Python stands for the declared 0: left to the data
            given = 0 if parameter.default is None else parameter.default
            assert given == declared[parameter.name], parameter.name


def test_replicates_and_seed_are_declared_once() -> None:
    from sialgeo.significance import Replication

    signature = inspect.signature(sialgeo.assess).parameters
    for p in params.params_of(Replication):
        assert signature[p.name].default == p.default


def test_every_parameter_has_a_label_and_a_help() -> None:
    for module in walk_packages(sialgeo.__path__, "sialgeo."):
        if module.name == "sialgeo.__main__":
            continue
        for owner in vars(import_module(module.name)).values():
            if isinstance(owner, type) and dataclasses.is_dataclass(owner):
                for p in params.params_of(owner):
                    assert p.help, (owner, p.name)
                    assert p.label != p.name, (owner, p.name)


# --- the code itself -------------------------------------------------------------------------------


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring and decorators."""
    first = function.body[0]
    documented = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    said = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - said


def raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def is_broad(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    broad = any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException"))
        for kind in kinds
    )
    return broad and not raises_again(handler)


@pytest.mark.parametrize("path", SHIPPED, ids=ids)
def test_shipped_code_keeps_the_rules(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    faults = [f"{f.name}: {lines_of(f)} lines" for f in functions(tree) if lines_of(f) >= 60]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            faults.append(f"assert in line {node.lineno}")
        if isinstance(node, ast.ExceptHandler) and is_broad(node):
            faults.append(f"broad except in line {node.lineno}")
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "print"
        ):
            faults.append(f"print in line {node.lineno}")
    assert faults == []


MACHINE = re.compile(
    "|".join(
        ["/" + "work/", "/" + "root/", "/" + "opt/dev", r"[A-Z]:\\Users"]
        + [re.escape(f"{folder}/") for folder in (Path.home(), ROOT) if len(folder.parts) > 1]
    )
)
TEXTS = {
    ".py",
    ".pyi",
    ".md",
    ".toml",
    ".cfg",
    ".txt",
    ".csv",
    ".json",
    ".ipynb",
    ".po",
    ".ts",
    ".sh",
    ".html",
    ".js",
    ".css",
    ".qml",
    ".yml",
    ".yaml",
    ".cff",
    "",
}
LEFT_OUT = {"__pycache__", "dist", "build", "node_modules", "sialgeo-demo"}


def kept_texts() -> Iterator[Path]:
    """Every text of the tree that is not made by a tool (as the file `.git` of a work tree is)."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [
            f for f in folders if f not in LEFT_OUT and (not f.startswith(".") or f == ".ci")
        ]
        for name in files:
            path = Path(folder, name)
            if name != ".git" and path.suffix in TEXTS and path.stat().st_size < 2_000_000:
                yield path


def test_no_path_of_a_machine_is_in_the_tree() -> None:
    found = []
    for path in kept_texts():
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{ids(path)}: {match[0]}" for match in MACHINE.finditer(text)]
    assert found == []


def test_what_is_shipped_needs_nothing_beside_the_checkout() -> None:
    wrong = re.compile(r"shared[/\\]data|\.\./shared|[\"']shared[\"']")
    assert [ids(p) for p in SHIPPED if wrong.search(p.read_text(encoding="utf-8"))] == []


# --- tools -----------------------------------------------------------------------------------------


def tool(name: str) -> str:
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [["lint-imports"], ["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]],
    ids=" ".join,
)
def test_the_tools_have_no_complaint(command: list[str]) -> None:
    done = subprocess.run(
        [tool(command[0]), *command[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3_000:]


# --- verbs leave what they are given as it was -----------------------------------------------------

INDEXES = {
    "texts": lambda n: pd.Index([f"q{k:03d}" for k in range(n)]),
    "falling": lambda n: pd.RangeIndex(n, 0, -1),
    "shuffled": lambda n: pd.Index(np.random.default_rng(3).permutation(n) * 7 - 50),
    "repeated": lambda n: pd.Index(np.arange(n) // 3),
    "named": lambda n: pd.Index(np.arange(n) + 0.5, name="codigo"),
    "in two parts": lambda n: pd.MultiIndex.from_arrays([np.arange(n) % 2, np.arange(n)]),
}


def case() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    producers, reference = planted(np.random.default_rng(7))
    producers.attrs["reading"] = {"guesses": [{"what": "crs"}], "rejected": 0}
    return producers.assign(litres=1.5), reference.iloc[:800]


def snapshot(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Any, Any]:
    return table.copy(deep=True), table.crs, repr(table.attrs)


def assert_as_it_was(table: gpd.GeoDataFrame, before: tuple[gpd.GeoDataFrame, Any, Any]) -> None:
    assert_frame_equal(table, before[0], check_exact=True)
    assert table.crs == before[1]
    assert repr(table.attrs) == before[2]


@pytest.mark.parametrize("kind", INDEXES)
def test_detecting_and_testing_change_nothing_and_keep_the_index(kind: str) -> None:
    producers, reference = case()
    producers.index = INDEXES[kind](len(producers))
    rule = sialgeo.RelativeDBSCAN(radius=4_000)
    kept = [snapshot(producers), snapshot(reference)]
    found = sialgeo.detect(producers, rule, reference=reference, weights="litres")
    held = [snapshot(found.producers), snapshot(found.areas)]
    tested = sialgeo.assess(found, detector=rule, reference=reference, replicates=9)
    assert_as_it_was(producers, kept[0])
    assert_as_it_was(reference, kept[1])
    assert_as_it_was(found.producers, held[0])
    assert_as_it_was(found.areas, held[1])
    assert found.areas is not tested.areas
    for result in (found, tested):
        assert_index_equal(result.producers.index, producers.index)
        assert result.producers.crs == result.areas.crs == producers.crs
        assert result.producers.attrs == producers.attrs
        given = result.producers.drop(columns=[CONCENTRATION, MEMBERSHIP])
        assert_frame_equal(given, producers)
    assert len(found) == 2


def test_the_answer_does_not_depend_on_the_index_or_the_order_of_the_rows() -> None:
    producers, reference = case()
    rule = sialgeo.RelativeDBSCAN(radius=4_000)
    plain = sialgeo.detect(producers, rule, reference=reference)
    order = np.random.default_rng(5).permutation(len(producers))
    shuffled = producers.iloc[order].set_axis(INDEXES["texts"](len(producers)))
    again = sialgeo.detect(shuffled, rule, reference=reference.iloc[::-1])
    for column in (CONCENTRATION, MEMBERSHIP):
        assert again.producers[column].tolist() == plain.producers[column].iloc[order].tolist()
    assert_frame_equal(
        again.areas.drop(columns="geometry"), plain.areas.drop(columns="geometry"), rtol=1e-9
    )


@pytest.mark.parametrize(
    "detector",
    [sialgeo.DBSCAN(radius=4_000), sialgeo.HDBSCAN(), sialgeo.RelativeDBSCAN(radius="auto")],
    ids=lambda d: type(d).__name__,
)
def test_no_detector_changes_what_it_is_given(detector: Any) -> None:
    producers, reference = case()
    kept = [snapshot(producers), snapshot(reference)]
    sialgeo.detect(producers, detector, reference=reference, coincident="sites")
    assert_as_it_was(producers, kept[0])
    assert_as_it_was(reference, kept[1])


def test_a_table_with_its_geometry_under_another_name_keeps_it() -> None:
    producers, reference = case()
    renamed = producers.rename_geometry("lugar")
    found = sialgeo.detect(
        renamed, sialgeo.RelativeDBSCAN(radius=4_000), reference=reference.rename_geometry("sitio")
    )
    assert found.producers.geometry.name == "lugar"
    assert len(found) == 2
