"""The private working file: exact, whole, and clear about what it cannot read."""

from __future__ import annotations

import datetime as dt
import sqlite3
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, box

from sialgeo.errors import FileError
from sialgeo.i18n import Text, _, set_language
from sialgeo.model import Concentrations, Step, TestResult
from sialgeo.workfile import read_concentrations, safe_names, save


def made(producers: gpd.GeoDataFrame | None = None, **fields: Any) -> Concentrations:
    if producers is None:
        producers = gpd.GeoDataFrame(
            {
                "nombre": ["=1+1", "Ñandú <b>", None],
                "litros": [1.5, np.nan, -0.0],
                "concentration": np.array([1, 1, -1]),
                "membership": ["core", "border", ""],
            },
            index=pd.Index(["a", "b", "c"], name="código"),
            geometry=[Point(770_000.123456789, 9_200_000.1), Point(0.1 + 0.2, 1 / 3), Point(1, 2)],
            crs=32717,
        )
    areas = gpd.GeoDataFrame(
        {"name": ["Chota"], "n": [2], "evidence": ["tested"], "p_value": [np.nan]},
        index=[1],
        geometry=[MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)])],
        crs=producers.crs,
    )
    return Concentrations(producers, areas, **fields)


def there_and_back(c: Concentrations, folder: Path) -> Concentrations:
    return read_concentrations(save(c, folder / "c.work.gpkg"))


def assert_same(a: Concentrations, b: Concentrations) -> None:
    for one, other in ((a.producers, b.producers), (a.areas, b.areas)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other), check_exact=True)
        assert one.geometry.name == other.geometry.name
        assert one.crs == other.crs
        assert (one.geometry.to_wkb() == other.geometry.to_wkb()).all()
    assert repr(a.tests) == repr(b.tests)
    assert repr(a.steps) == repr(b.steps)


def test_round_trip(tmp_path: Path) -> None:
    test = TestResult("cluster-wise Monte Carlo", 12.5, 0.001, "greater", 999, 1, "labelling")
    unknown = TestResult("x", float("nan"), float("inf"), "two-sided", 0, 2, "")
    step = Step(
        "detect",
        {"radius": 5000.0, "ladder": (1, 2), "names": ["a"], "none": None, "nested": {"x": (1.0,)}},
        crs="EPSG:32717",
        seed=None,
        versions={"numpy": "2"},
        inputs={"producers": "0123abcd"},
        notes=("cuidado",),
    )
    c = made(tests=(test, unknown), steps=(step, Step("assess", {}, seed=7)))
    back = there_and_back(c, tmp_path)
    assert_same(c, back)
    assert back.tests[0] == test
    assert back.steps[0] == step
    assert isinstance(back.steps[0].parameters["ladder"], tuple)


def test_large_tables_are_written_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sialgeo.kernels.parts.PART", 2)
    monkeypatch.setattr("sialgeo.workfile.PART", 2)
    producers = gpd.GeoDataFrame(
        {
            "nombre": [None, None, "Ñandú", "", None],  # the first part holds no text
            "litros": [np.nan, np.nan, 0.5, 1.5, np.nan],
            "altura": pd.array([None, None, 3, 4, 5], dtype="Int64"),
            "desde": pd.to_datetime([None, None, "2024-02-29", None, "2020-01-01"]),
            "concentration": [1, 1, 1, -1, -1],
            "membership": ["core", "core", "border", "", ""],
        },
        geometry=[Point(i / 3, -i / 7) for i in range(5)],
        crs=32717,
    )
    c = made(producers)
    assert_same(c, there_and_back(c, tmp_path))


@pytest.mark.parametrize(
    "crs", [4326, 32717, "+proj=aeqd +lat_0=-7 +lon_0=-78 +datum=WGS84 +units=m", "ESRI:102033"]
)
def test_crs_comes_back(tmp_path: Path, crs: Any) -> None:
    c = made()
    moved = Concentrations(
        c.producers.set_crs(crs, allow_override=True), c.areas.set_crs(crs, allow_override=True)
    )
    assert there_and_back(moved, tmp_path).producers.crs == moved.producers.crs


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1, None, 3], dtype="Int64"),
        pd.Series([True, None, False], dtype="boolean"),
        pd.Series([True, False, True]),
        pd.Series(["a", None, "b"], dtype="string"),
        pd.Series(["a", None, "b"], dtype=object),
        pd.Series(["a", np.nan, "b"], dtype=object),
        pd.Series(["a", None, np.nan], dtype=object),
        pd.Series([None, None, None], dtype=object),
        pd.Series([1, "1", 1.0], dtype=object),
        pd.Series(["b", "a", None], dtype="category"),
        pd.Series([3, 1, 3], dtype="category"),
        pd.Series(
            pd.to_datetime(["2024-02-29", None, "1969-12-31T23:59:59.123456789"], format="ISO8601")
        ),
        pd.Series(pd.to_datetime(["2024-02-29", "2024-01-01", None])).dt.tz_localize(
            "America/Lima"
        ),
        pd.Series(pd.to_timedelta([1, None, 3], unit="s")),
        pd.Series([dt.date(2024, 1, 1), None, dt.date(1, 1, 1)], dtype=object),
        pd.Series([2**64 - 1, 0, 1], dtype="uint64"),
        pd.Series([-128, 0, 127], dtype="int8"),
        pd.Series([np.inf, -np.inf, np.nan], dtype="float32"),
        pd.Series(["a\x00b", "\n\t", ""], dtype=object),
        pd.Series([["x"], ("y", 1), {"z": {1}}], dtype=object),
    ],
    ids=lambda s: f"{s.dtype}-{s.iloc[0]!r}",
)
def test_every_type_comes_back(tmp_path: Path, values: pd.Series) -> None:
    c = made()
    producers = c.producers.assign(x=values.set_axis(c.producers.index))
    c = Concentrations(producers, c.areas)
    assert_same(c, there_and_back(c, tmp_path))


def test_hostile_names_and_indexes(tmp_path: Path) -> None:
    c = made()
    names = ["fid", "FID", "geom", '"; DROP TABLE areas; --', "", "N", "n", 7, "index_0", "a" * 99]
    producers = c.producers.assign(**{f"t{i}": i for i in range(len(names))})
    producers = producers.rename(columns={f"t{i}": name for i, name in enumerate(names)})
    index = pd.MultiIndex.from_arrays([[1, 1, 2], ["x", None, "x"]], names=["a", None])
    c = Concentrations(producers.set_axis(index), c.areas)
    assert_same(c, there_and_back(c, tmp_path))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), n=st.integers(1, 6))
def test_any_table_comes_back(tmp_path: Path, data: st.DataObject, n: int) -> None:
    def column(kind: st.SearchStrategy[Any]) -> list[Any]:
        return data.draw(st.lists(kind, min_size=n, max_size=n))

    coordinate = st.floats(-1e7, 1e7)
    producers = gpd.GeoDataFrame(
        {
            "text": pd.Series(column(st.one_of(st.text(), st.none())), dtype=object),
            "float": np.array(column(st.floats(allow_nan=True)), dtype=float),
            "int": np.array(column(st.integers(-(2**63), 2**63 - 1)), dtype=np.int64),
            "concentration": np.array(column(st.integers(-1, 3)), dtype=np.int64),
            "membership": np.array(column(st.sampled_from(["core", "border", ""])), dtype=object),
        },
        geometry=[Point(column(coordinate)[0], column(coordinate)[0]) for _ in range(n)],
        crs=data.draw(st.sampled_from([4326, 32717])),
    )
    producers.index = pd.Index(column(st.integers(-5, 5)))
    parameters = data.draw(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
            lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
            max_leaves=6,
        )
    )
    c = made(producers, steps=(Step("detect", {"any": parameters}),))
    back = there_and_back(c, tmp_path)
    assert_same(c, back)
    assert back.steps == c.steps


def test_input_unchanged_and_file_is_a_geopackage(tmp_path: Path) -> None:
    c = made()
    before = c.producers.copy(deep=True)
    path = save(c, tmp_path / "c.work.gpkg")
    assert_geodataframe_equal(before, c.producers)
    layers = gpd.list_layers(path)
    assert list(layers["name"][:2]) == ["producers", "areas"]
    assert gpd.read_file(path, layer="producers").crs == c.producers.crs
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (10200,)
    database.close()


def test_notes_remember_their_source(tmp_path: Path) -> None:
    note = _("{n} rows left out: {why}").format(n=np.int64(2), why=_("no data"))
    back = (
        there_and_back(made(steps=(Step("detect", {}, notes=(note,)),)), tmp_path).steps[0].notes[0]
    )
    assert isinstance(back, Text)
    assert (back, back.message, back.forms) == (note, note.message, note.forms)
    assert back.values == note.values
    assert back.values["why"].message == "no data"


def test_empty_areas(tmp_path: Path) -> None:
    c = made()
    c = Concentrations(c.producers, c.areas.iloc[:0])
    assert_same(c, there_and_back(c, tmp_path))


def test_name_of_a_published_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"must end in \.work\.gpkg.*export"):
        save(made(), tmp_path / "c.gpkg")
    assert not list(tmp_path.iterdir())


def test_what_is_no_working_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        read_concentrations(tmp_path / "none.work.gpkg")
    text = tmp_path / "text.work.gpkg"
    text.write_text("hello")
    with pytest.raises(FileError, match="no working file of sialgeo"):
        read_concentrations(text)
    (tmp_path / "empty.work.gpkg").touch()
    with pytest.raises(FileError, match="no working file of sialgeo"):
        read_concentrations(tmp_path / "empty.work.gpkg")
    foreign = tmp_path / "foreign.work.gpkg"
    gpd.GeoDataFrame(geometry=[Point(0, 0)], crs=4326).to_file(foreign)
    with pytest.raises(FileError, match="no working file of sialgeo"):
        read_concentrations(foreign)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE sialgeo_work SET content = '{' WHERE name = 'steps'",
        "DELETE FROM sialgeo_work WHERE name = 'tests'",
        "UPDATE sialgeo_work SET content = '[{}]' WHERE name = 'tests'",
        "DROP TABLE areas",
        "UPDATE producers SET geom = x'00112233445566778899'",
        "ALTER TABLE producers RENAME COLUMN concentration TO other",
        "DELETE FROM areas",
        "DELETE FROM producers WHERE fid = 2",
    ],
)
def test_damaged_file_is_one_clear_error(tmp_path: Path, harm: str) -> None:
    path = save(made(), tmp_path / "c.work.gpkg")
    database = sqlite3.connect(path)
    for trigger in database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        database.execute(f'DROP TRIGGER "{trigger[0]}"')
    database.execute(harm)
    database.commit()
    database.close()
    with pytest.raises(FileError, match="damaged"):
        read_concentrations(path)
    set_language("es")
    with pytest.raises(FileError):
        read_concentrations(path)


def test_truncated_file(tmp_path: Path) -> None:
    path = save(made(), tmp_path / "c.work.gpkg")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(FileError):
        read_concentrations(path)


def test_newer_format(tmp_path: Path) -> None:
    path = save(made(), tmp_path / "c.work.gpkg")
    database = sqlite3.connect(path)
    database.execute("UPDATE sialgeo_work SET content = '99' WHERE name = 'format'")
    database.commit()
    database.close()
    with pytest.raises(FileError, match="newer sialgeo"):
        read_concentrations(path)


def test_safe_names() -> None:
    names = ["n", "N", "fid", "", "é", "x" * 80, 3, "column_1"]
    safe = safe_names(names)
    assert len({s.lower() for s in safe}) == len(names)
    assert safe[0] == "n"
    assert "fid" not in safe
