"""The readers under damaged files and random tables: nothing crashes, hangs or is lost."""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sialgeo
from sialgeo.errors import FileError, SialgeoError
from tests.corpus import CASES
from tests.fuzzing import READERS, found_in, mutated, mutated_archive

SECONDS = 60.0  # over all readers: a part for each, six of them for the one that reads most
PARTS = [*(("read_producers", part) for part in range(6)), *((name, 0) for name in READERS if name != "read_producers")]  # fmt: skip


@pytest.mark.parametrize(("reader", "part"), PARTS)
def test_damaged_files_are_read_or_refused(reader: str, part: int) -> None:
    """A part of a minute of what ``python -m tests.fuzzing`` does for half an hour."""
    first = 1_000_000 * (part + 1)
    tried, faults = found_in(iter(range(first, 2 * first)), SECONDS / len(PARTS), reader=reader)
    assert not faults
    assert tried >= 1


def test_a_damaged_database_is_one_clear_error(tmp_path: Path) -> None:
    """Found by fuzzing: the tables of a study listed the layers without a guard."""
    case = next(c for c in CASES if c.name == "GeoPackage")
    path = case.make(tmp_path)
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)
    for read in (sialgeo.read_producers, sialgeo.read_tables, sialgeo.read_territories):
        with pytest.raises(FileError, match="damaged"):
            read(path)


@given(st.binary(max_size=400))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_called_a_table(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with contextlib.suppress(SialgeoError):
        sialgeo.read_producers(path)


def test_the_damage_reaches_what_an_archive_holds(tmp_path: Path) -> None:
    import random

    case = next(c for c in CASES if c.name == "KMZ")
    path = case.make(tmp_path)
    before = zipfile.ZipFile(path).read("doc.kml")
    mutated_archive(path, random.Random(1))
    with zipfile.ZipFile(path) as held:
        assert held.read("doc.kml") != before
    assert mutated(b"abc", random.Random(2)) != b"abc"


# --- random tables in random formats --------------------------------------------------------------
_WORD = st.text(alphabet="abcñáéÜ ,;|\"'°=@#", min_size=1, max_size=8).map(
    lambda t: ("t" + t).strip()
)
_ROW = st.tuples(
    _WORD,
    st.integers(-1000, 1000),
    st.floats(-1e6, 1e6).map(lambda v: round(v, 4) + 0.00005),
    st.floats(-78.9, -77.5).map(lambda v: round(v, 6)),
    st.floats(-7.5, -6.0).map(lambda v: round(v, 6)),
    st.booleans(),
)
_FORMATS = ("csv", "tsv", "xlsx", "ods", "gpkg", "shp", "geojson", "fgb", "parquet")


def _write(frame: pd.DataFrame, path: Path, how: dict[str, str]) -> None:
    kind = path.suffix[1:]
    if kind in ("csv", "tsv"):
        separator = "\t" if kind == "tsv" else how["separator"]
        frame.to_csv(
            path, sep=separator, decimal=how["decimal"], encoding=how["encoding"], index=False
        )
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        for line in [list(frame.columns), *frame.astype(object).values.tolist()]:
            book.active.append(line)
        book.save(path)
    elif kind == "ods":
        _write_ods(frame, path)
    else:
        points = gpd.points_from_xy(frame["lon"], frame["lat"])
        layer = gpd.GeoDataFrame(frame, geometry=points, crs=4326)
        if kind == "parquet":
            layer.to_parquet(path)
        else:  # with its index, FlatGeobuf puts neighbours beside each other
            layer.to_file(path, **({"SPATIAL_INDEX": "NO"} if kind == "fgb" else {}))


def _write_ods(frame: pd.DataFrame, path: Path) -> None:
    from xml.sax.saxutils import escape

    from tests.corpus import ods

    def cell(value: Any) -> str:
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
        if isinstance(value, bool):
            return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(value).lower()}"/>'
        return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'

    lines = [list(frame.columns), *frame.astype(object).values.tolist()]
    rows = "".join(f"<table:table-row>{''.join(map(cell, r))}</table:table-row>" for r in lines)
    ods("", path.name)(path.parent)
    with zipfile.ZipFile(path) as held:
        members = {n: held.read(n) for n in held.namelist()}
    body = members["content.xml"].decode()
    start, end = body.index('table:name="a">') + 15, body.index("</table:table>")
    members["content.xml"] = (body[:start] + rows + body[end:]).encode()
    with zipfile.ZipFile(path, "w") as out:
        for name, content in members.items():
            out.writestr(name, content)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(_ROW, min_size=2, max_size=6),
    kind=st.sampled_from(_FORMATS),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    decimal=st.sampled_from([".", ","]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
)
def test_a_random_table_is_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]], kind: str, **how: str
) -> None:
    frame = pd.DataFrame(rows, columns=["texto", "n", "v", "lon", "lat", "si"])
    frame.insert(0, "codigo", [f"{i:04d}" for i in range(len(frame))])
    path = tmp_path_factory.mktemp("t") / f"t.{kind}"
    _write(frame, path, how)
    found = sialgeo.read_producers(path)
    read = pd.DataFrame(found.drop(columns="geometry")).reset_index(drop=True)
    for name in ("codigo", "texto"):
        assert read[name].tolist() == frame[name].tolist()
    for name in ("n", "v", "lon", "lat"):
        np.testing.assert_allclose(read[name].to_numpy(float), frame[name].to_numpy(float))
    assert [bool(v) for v in read["si"]] == frame["si"].tolist()
    np.testing.assert_allclose(found.geometry.x, frame["lon"])
    assert found.attrs["reading"]["rejected"] == 0


def test_by_portions_and_whole_are_the_same_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large text is read by portions: same rows, numbers, faults and types as when read whole."""
    from sialgeo.readers import grids

    lines = [
        "id;codigo_act;v;lat;lon",
        "",
        *(f"q{i};{i % 7:04d};{i},5;-7,1{i:03d};-78,5{i:03d}" for i in range(40)),
    ]
    lines[10:10] = ["x;1;2;3;4;5;6", ";;;;", "cero;1;2;0;0"]
    path = tmp_path / "p.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    whole = sialgeo.read_producers(path)
    monkeypatch.setattr(grids, "_LARGE", 10)
    monkeypatch.setattr(grids, "CHUNK", 7)
    said: list[float] = []
    parts = sialgeo.read_producers(path, progress=lambda f, _m: said.append(f))
    pd.testing.assert_frame_equal(pd.DataFrame(parts), pd.DataFrame(whole))
    assert parts.attrs["reading"] == whole.attrs["reading"]
    assert said == sorted(said)
    assert said[-1] == 1.0
    cases = "codigo_act == '0003' and v > 20"
    chosen = sialgeo.read_producers(path, columns=["id"], cases=cases)
    expected = sialgeo.select_cases(whole, cases)
    assert chosen["id"].tolist() == expected["id"].tolist()
    assert chosen.index.tolist() == expected.index.tolist()
    assert list(chosen.columns) == ["id", "lat", "lon", "geometry"]
    assert chosen.attrs["reading"]["reasons"] == {"columnas_de_mas": 1}


def test_cases_of_every_format(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": list("abc"), "ubigeo": ["060101", "060102", "060101"], "lon": [-78.5] * 3, "lat": [-7.1, -7.2, -7.3]})  # fmt: skip
    for kind in _FORMATS:
        path = tmp_path / f"t.{kind}"
        _write(frame, path, {"separator": ",", "decimal": ".", "encoding": "utf-8"})
        found = sialgeo.read_producers(path, cases="ubigeo == '060101'", columns=["id"])
        assert found["id"].tolist() == ["a", "c"], kind
        assert "ubigeo" not in found.columns
        assert found.attrs["selection"]["of"] == 3
        with pytest.raises(SialgeoError, match="ubi"):
            sialgeo.read_producers(path, cases="ubi == '060101'")
