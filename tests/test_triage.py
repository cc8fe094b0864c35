"""Triage: each fault with its code, severity and proposal; selection of cases."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import MultiPoint, Point, box

import sialgeo
from sialgeo.errors import CRSError, FileError, ParameterError, SchemaError
from sialgeo.files import guarded
from sialgeo.i18n import plain, use_language
from sialgeo.triage import FAULTS, REJECT, WARN, Triage, select_cases
from sialgeo.triage.countries import country_codes, find_home

HOME = [(-78.5121, -7.1632), (-78.6173, -7.1584), (-78.8178, -6.3794), (-78.6471, -6.5597)]


def layer(xy: list[Any], crs: Any = 4326, **columns: Any) -> gpd.GeoDataFrame:
    shapes = [p if p is None or hasattr(p, "geom_type") else Point(p) for p in xy]
    return gpd.GeoDataFrame(columns or {"i": range(len(xy))}, geometry=shapes, crs=crs)


def codes(found: Triage) -> dict[int, str]:
    return dict(zip(found.faults["row"], found.faults["code"], strict=True))


def to(crs: Any, xy: list[tuple[float, float]] = HOME) -> list[tuple[float, float]]:
    change = Transformer.from_crs(4326, crs, always_xy=True)
    return [change.transform(*p) for p in xy]


# --- faults ---------------------------------------------------------------------------------------
def test_a_clean_table() -> None:
    found = sialgeo.check_producers(layer(HOME))
    assert len(found.faults) == 0
    assert list(found.faults.columns) == [
        "row",
        "column",
        "code",
        "severity",
        "message",
        "proposal",
    ]
    assert (found.read, found.usable, found.rejected, found.counts) == (4, 4, 0, {})
    assert found.summary == "4 rows read, no fault found."


@pytest.mark.parametrize(
    ("bad", "code", "proposal"),
    [
        ((0, 0), "cero_cero", ""),
        ((np.inf, -7.1), "coord_no_finita", ""),
        (None, "coord_vacia", ""),
        (Point(), "coord_vacia", ""),
        (MultiPoint(HOME[:2]), "geometria_no_punto", ""),
        (box(-79, -8, -78, -7), "geometria_no_punto", ""),
        ((-7.1632, -78.5121), "lat_lon_invertidas", "lon = -78.5121, lat = -7.1632"),
        ((7.1632, 78.5121), "lat_lon_invertidas", "lon = -78.5121, lat = -7.1632"),
        ((78.5121, -7.1632), "signo_omitido", "lon = -78.5121, lat = -7.1632"),
        ((78.5121, 7.1632), "signo_omitido", "lon = -78.5121, lat = -7.1632"),
        ((774321, 9207123), "utm_en_columna_lat_lon", ""),
        ((-785.121, -7.1632), "fuera_de_rango", ""),
    ],
)
def test_faults_in_degrees(bad: Any, code: str, proposal: str) -> None:
    found = sialgeo.check_producers(layer([*HOME, bad]))
    assert codes(found) == {4: code}
    [fault] = found.faults.to_dict("records")
    assert fault["severity"] == REJECT == FAULTS[code].severity
    assert fault["message"]
    assert proposal in fault["proposal"] if proposal else fault["proposal"]
    assert (found.rejected, found.usable) == (1, 4)


def test_a_multipoint_of_one_is_a_point() -> None:
    assert sialgeo.check_producers(layer([*HOME, MultiPoint([(-78.1, -7.1234)])])).usable == 5


def test_outside_the_country() -> None:
    points = layer([*HOME, (13.4123, 52.5123)])
    guessed = sialgeo.check_producers(points)
    assert codes(guessed) == {4: "fuera_del_pais"}
    assert guessed.faults["severity"].tolist() == [WARN]
    assert guessed.usable == 5
    stated = sialgeo.check_producers(points, country="Perú")
    assert stated.faults["severity"].tolist() == [REJECT]
    assert "Peru" in stated.faults["message"].iloc[0]
    assert stated.usable == 4
    assert len(sialgeo.check_producers(points, country=["PE", "DE"]).faults) == 0
    assert len(sialgeo.check_producers(points, country="any").faults) == 0
    with pytest.raises(ParameterError, match="Atlantis"):
        sialgeo.check_producers(points, country="Atlantis")


def test_faults_in_metres() -> None:
    good = to(32717)
    wrong_zone = to(32718, HOME[:1])[0]
    points = layer([*good, wrong_zone, (good[0][1], good[0][0]), HOME[0]], 32717)
    found = sialgeo.check_producers(points)
    assert codes(found) == {
        4: "zona_utm_dudosa",
        5: "lat_lon_invertidas",
        6: "grados_en_columna_utm",
    }
    assert "UTM 18S (EPSG:32718)" in found.faults["proposal"].iloc[0]


def test_other_projections() -> None:
    found = sialgeo.check_producers(layer([*to(3857), to(3857, [(13.4123, 52.5123)])[0]], 3857))
    assert codes(found) == {4: "fuera_del_pais"}


def test_a_point_in_a_lake_is_told_where_the_lakes_are_given() -> None:
    """Three points by Lake Titicaca, the middle one 20 km off the shore."""
    lon, lat = [-70.03, -69.7, -69.88], [-15.84, -15.9, -15.5]
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)
    lake = gpd.GeoDataFrame(
        {"Nombre": ["Titicaca"]}, geometry=[box(-69.85, -16.1, -69.3, -15.7)], crs=4326
    )
    found = sialgeo.check_producers(points, water=lake.to_crs(32719)).faults
    told = found[found["code"] == "en_el_agua"]
    assert told[["row", "severity"]].to_numpy().tolist() == [[1, "warn"]]
    assert "in “Titicaca”" in told["proposal"].iloc[0]
    nameless = sialgeo.check_producers(points, water=lake[["geometry"]]).faults
    assert nameless.loc[nameless["code"] == "en_el_agua", "proposal"].str.startswith("take").all()
    with pytest.raises(SchemaError, match="water: must be polygons"):
        sialgeo.check_producers(points, water=points)


def test_neighbours_of_a_guessed_country_are_no_slip_of_sign() -> None:
    ecuador = [(-78.5123 + i / 100, -0.2345) for i in range(20)]
    found = sialgeo.check_producers(layer([*ecuador, (-77.2123, 1.2345)]))  # Colombia
    assert found.faults["severity"].tolist() == [WARN]
    stated = sialgeo.check_producers(layer([*ecuador, (-78.2123, 1.2345)]), country="EC")
    assert codes(stated)[20] == "signo_omitido"


def test_several_home_countries() -> None:
    germany, austria = [(11.5123, 48.1234)] * 3, [(16.3123, 48.2345)] * 3
    home = find_home(*np.array(germany + austria).T)
    assert home is not None
    assert set(home.codes) == {"DE", "AT"}
    assert home.share == 1


def test_no_home_in_the_ocean() -> None:
    assert find_home(np.array([-150.0, -151.0]), np.array([-50.0, -51.0])) is None
    assert find_home(np.array([]), np.array([])) is None


def test_repeats() -> None:
    points = layer(
        [HOME[0], HOME[1], HOME[0], (HOME[1][0] + 0.0002, HOME[1][1]), HOME[2]],
        nombre=["A", "Quesería Añaco", "A", "QUESERIA  AÑACO", "A"],
    )
    found = sialgeo.check_producers(points)
    assert codes(found) == {2: "duplicado", 3: "posible_duplicado"}
    assert "0" in found.faults["proposal"].iloc[0]
    assert "1" in found.faults["proposal"].iloc[1]
    assert found.usable == 5


def test_heaping_and_precision() -> None:
    same = layer([HOME[0]] * 4 + [HOME[1]])
    assert set(codes(sialgeo.check_producers(same)).values()) == {"coordenadas_repetidas"}
    coarse = layer([(-78.5, -7.16), *HOME])
    assert codes(sialgeo.check_producers(coarse)) == {0: "precision_baja"}


def test_lists_in_columns_do_not_matter() -> None:
    assert len(sialgeo.check_producers(layer(HOME, tags=[["a"], ["b"], [], None])).faults) == 0


def test_tables_that_are_refused() -> None:
    for bad, part in (
        (pd.DataFrame({"lat": [1]}), "no geometry"),
        (layer([]), "empty"),
        (layer([box(0, 0, 1, 1)] * 2), "2 polygons"),
    ):
        with pytest.raises(SchemaError, match=part):
            sialgeo.check_producers(bad)
    with pytest.raises(CRSError, match="no CRS"):
        sialgeo.check_producers(layer(HOME, None))
    with pytest.raises(CRSError, match="are degrees"):
        sialgeo.check_producers(layer(HOME, 32717))
    with pytest.raises(CRSError, match="are metres"):
        sialgeo.check_producers(layer(to(32717), 4326))


def test_the_input_is_not_changed() -> None:
    points = layer([*HOME, (0, 0), None])
    before = points.copy(deep=True)
    sialgeo.check_producers(points)
    pd.testing.assert_frame_equal(points, before)
    assert points.attrs == before.attrs


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.tuples(st.floats(-400, 400), st.floats(-200, 200)),
            st.tuples(st.floats(1e5, 9e5), st.floats(1e5, 9e6)),
            st.sampled_from(HOME),
            st.tuples(st.just(float("inf")), st.just(1.0)),
        ),
        max_size=8,
    )
)
def test_no_row_is_lost(bad: list[Any]) -> None:
    found = sialgeo.check_producers(layer(HOME * 5 + bad))
    assert found.read == 20 + len(bad) == found.usable + found.rejected
    rejected = found.faults[found.faults["severity"] == REJECT]
    assert rejected["row"].is_unique
    assert len(rejected) == found.rejected


# --- texts and files ------------------------------------------------------------------------------
def test_every_code_is_told_in_both_languages() -> None:
    for code in ("es", "en"):
        sialgeo.set_language(code)
        found = sialgeo.check_producers(layer([*HOME, (0, 0)]))
        assert found.faults["message"].iloc[0]
        assert "cero_cero" in found.summary


def test_write(tmp_path: Path) -> None:
    points = layer([*HOME, (0, 0)], nombre=["a", "b", "c", "d", "=HYPERLINK(1)"])
    path = sialgeo.check_producers(points).write(tmp_path / "faults.csv")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        [row] = csv.DictReader(handle)
    assert (row["row"], row["reason"], row["severity"]) == ("4", "cero_cero", "reject")
    assert row["nombre"] == "'=HYPERLINK(1)"
    assert row["x"] == "0.0"
    with pytest.raises(FileError):
        sialgeo.check_producers(points).write(tmp_path / "nowhere" / "faults.csv")


def test_guarded_cells() -> None:
    assert [guarded(c) for c in ("=1", "+a", "-x", "@b", "\tc")] == [
        "'=1",
        "'+a",
        "'-x",
        "'@b",
        "'\tc",
    ]
    assert [guarded(c) for c in ("-78.5", "+1,5", "a=b", None, float("nan"), -3)] == [
        "-78.5",
        "+1,5",
        "a=b",
        "",
        "",
        "-3",
    ]
    assert guarded("-1+2") == "'-1+2"


def test_country_names() -> None:
    assert country_codes("México") == ("MX",)
    assert country_codes(["pe", "Germany"]) == country_codes(["Perú", "Alemania"]) == ("PE", "DE")
    points = layer([*HOME, (13.4123, 52.5123)])
    with use_language("es"):
        told = sialgeo.check_producers(points, country="PE").faults["message"].iloc[0]
    assert "Perú" in told
    assert plain("  Ñandú-X (m) ") == "nandu_x_m"


# --- select_cases ---------------------------------------------------------------------------------
UNITS = pd.DataFrame(
    {
        "codigo": ["0601", "0602", "311513", None],
        "num": [311513, 2, 3, 4],
        "v": [1.5, np.nan, 3.0, -4.0],
        "tipo": ["queso", "miel", "queso", "pan"],
        "con espacio": ["a", "b", "c", "d"],
        "sano": [True, False, True, False],
    },
    index=[10, 20, 30, 40],
)


@pytest.mark.parametrize(
    ("expression", "rows"),
    [
        ("codigo == '0601'", [10]),
        ("codigo == 311513", [30]),
        ("num == '311513'", [10]),
        ("num == 311513", [10]),
        ("'0601' == codigo", [10]),
        ("codigo != '0601'", [20, 30, 40]),
        ("codigo in ('0601', '0602')", [10, 20]),
        ("codigo in ['0601']", [10]),
        ("codigo in ('0601')", [10]),
        ("codigo not in ('0601', '0602')", [30, 40]),
        ("num in (2, '3')", [20, 30]),
        ("v > 1", [10, 30]),
        ("v <= 1.5", [10, 40]),
        ("1 < v <= 3", [10, 30]),
        ("3 > v", [10, 40]),
        ("v < -3", [40]),
        ("not v > 1", [20, 40]),
        ("tipo == 'queso' and v > 2", [30]),
        ("tipo == 'queso' and not (v > 2 or num == 2)", [10]),
        ("tipo == 'pan' or tipo == 'miel'", [20, 40]),
        ("`con espacio` == 'b'", [20]),
        ("codigo >= '0602'", [20, 30]),
        ("v < num", [10, 40]),
        ("sano", [10, 30]),
        ("not sano", [20, 40]),
        ("sano == True", [10, 30]),
        ('tipo == "queso"', [10, 30]),
    ],
)
def test_selection(expression: str, rows: list[int]) -> None:
    before = UNITS.copy(deep=True)
    found = select_cases(UNITS, expression)
    assert found.index.tolist() == rows
    assert found.attrs["selection"] == {"expression": expression, "selected": len(rows), "of": 4}
    pd.testing.assert_frame_equal(UNITS, before)


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        ("", "empty"),
        ("tipo = 'queso'", "write =="),
        ("codigo == 0601", "leading zero"),
        ("tipo", "compared with nothing"),
        ("1 == 1", "needs a column"),
        ("'a' in tipo", "takes a column"),
        ("tipo == ['queso']", "goes with"),
        ("tipo == f('x')", "values are"),
        ("tipo.upper() == 'QUESO'", "needs a column"),
        ("__import__('os').system('true')", "something else"),
        ("[x for x in tipo]", "something else"),
        ("lambda: 1", "something else"),
        ("v + 1 > 2", "needs a column"),
        ("tipo is 'x'", "something else"),
        ("tipo == 'queso' &", "cannot be read"),
        ("v > 'a'", "numbers with numbers"),
        ("tipo > 3", "numbers with numbers"),
        ("tipo < num", "do not mix"),
        ("x" * 6000, "too long"),
        ("(" * 300 + "v" + ")" * 300 + " > 1", "cannot be read"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*is. with .str. literal:SyntaxWarning")
def test_selections_that_cannot_be_read(expression: str, part: str) -> None:
    with pytest.raises(ParameterError) as caught:
        select_cases(UNITS, expression)
    assert part in str(caught.value)


def test_an_unknown_column_lists_the_known() -> None:
    with pytest.raises(SchemaError, match=r"“tipos”.*codigo, num, v, tipo.*Perhaps tipo"):
        select_cases(UNITS, "tipos == 'queso'")


def test_no_case_tells_what_there_is() -> None:
    with pytest.raises(SchemaError, match=r"no row satisfies.*“tipo” holds for instance.*queso"):
        select_cases(UNITS, "tipo == 'cuy'")


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.text(alphabet="ab'\"\\ñ0", max_size=4), min_size=1, max_size=6),
    wanted=st.integers(0, 5),
)
def test_selection_by_text_equals_equality(values: list[str], wanted: int) -> None:
    table = pd.DataFrame({"c": values})
    value = values[wanted % len(values)]
    found = select_cases(table, f"c == {value!r}")
    assert found.index.tolist() == [i for i, v in enumerate(values) if v == value]
