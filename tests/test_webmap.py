"""The web map's page as text: what it holds, what it escapes, what it forbids."""

from __future__ import annotations

import base64
import gettext
import hashlib
import re
import runpy
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sialgeo import i18n
from sialgeo.disclosure import withheld_sentences
from sialgeo.errors import FileError, MissingDependencyError, ParameterError
from sialgeo.exporters import basemap, coding, pointset, webmap

MADE = runpy.run_path(str(Path(__file__).with_name("publications.py")))
ROOT = Path(__file__).resolve().parents[1]


class Page(HTMLParser):
    """Tags and the text of every script, as a browser would cut them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self.words: list[str] = []
        self._open: str = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._open = tag
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            kind, text = self.scripts[-1]
            self.scripts[-1] = (kind, text + data)
        elif self._open == "style":
            self.styles.append(data)
        else:
            self.words.append(data)

    def data(self) -> dict[str, Any]:
        held: dict[str, Any] = self.unpacked()[0]
        return held

    def unpacked(self, name: str = "sialgeo-study") -> tuple[Any, dict[str, bytes]]:
        return coding.unpack(self.block(name))

    def block(self, name: str) -> str:
        return next(text for kind, text in self.scripts if kind.get("id") == name)


@pytest.fixture(scope="module")
def plain_page() -> str:
    return webmap.render(MADE["cajamarca"](), lang="en")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


# --- coding -----------------------------------------------------------------------------------------
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-1799, 1790), st.integers(-899, 890), st.integers(1, 9), st.integers(1, 9)
        ),
        max_size=6,
    )
)
def test_shapes_come_back_as_they_went(cells: list[tuple[int, int, int, int]]) -> None:
    shapes = [shapely.box(x / 10, y / 10, (x + w) / 10, (y + h) / 10) for x, y, w, h in cells]
    back = coding.decode(coding.encode(shapes, 1), 1)
    assert len(back) == len(shapes)
    for shape, parts in zip(shapes, back, strict=True):
        ring = [tuple(xy) for xy in np.round(shapely.get_coordinates(shape), 1)][:-1]
        assert [[[tuple(np.round(p, 1)) for p in parts[0][0]]]] == [[ring]]


def test_holes_parts_lines_and_missing_shapes_keep_their_place() -> None:
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    both = shapely.MultiPolygon([ring, shapely.box(5, 5, 6, 6)])
    line = shapely.LineString([(0, 0), (1, 1), (1, 1)])
    back = coding.decode(coding.encode([None, both, shapely.Polygon(), line], 0), 0)
    assert [len(shape) for shape in back] == [0, 2, 0, 1]
    assert [len(rings) for rings in back[1]] == [2, 1]
    assert back[3] == [[[(0.0, 0.0), (1.0, 1.0)]]]


def test_a_shape_that_rounds_to_nothing_is_drawn_as_nothing() -> None:
    assert coding.decode(coding.encode([shapely.box(0, 0, 0.001, 0.001)], 1), 1) == [[]]


def test_neighbours_on_the_curve_are_neighbours_on_the_map() -> None:
    xy = np.random.default_rng(1).uniform([-80, -10], [-70, 0], (500, 2))
    ordered = xy[np.argsort(coding.morton_codes(xy, 26), kind="stable")]
    step = np.hypot(*np.diff(ordered, axis=0).T).mean()
    assert step < 0.3 * np.hypot(*np.diff(xy, axis=0).T).mean()


def test_the_basemap_surrounds_the_data() -> None:
    found = basemap.around((-79.5, -7.8, -77.7, -4.6))
    assert {"Cajamarca", "La Libertad"} <= {label.name for label in found.names}
    assert {"Peru", "Ecuador"} <= {label.name for label in found.countries}
    assert shapely.union_all(list(found.land)).contains(shapely.Point(-78.5, -7.1))
    assert not shapely.union_all([*found.land, *found.backdrop]).intersects(
        shapely.Point(-85, -7.1)
    )


def test_simplified_territories_keep_their_shared_limits_and_their_number() -> None:
    cells = list(MADE["boxes"]().geometry.segmentize(0.001))
    drawn = basemap.simplified(cells, 2000)
    assert len(drawn) == len(cells)
    assert shapely.get_num_coordinates(drawn).sum() <= 2000
    assert shapely.union_all(drawn).area == pytest.approx(shapely.union_all(cells).area, rel=1e-6)


# --- the page -----------------------------------------------------------------------------------------
def test_the_page_asks_the_network_for_nothing(plain_page: str) -> None:
    page = Page(plain_page)
    outside = [v for k, v in page.attributes if k in ("src", "href", "action", "srcset") and v]
    assert all(value.startswith("#") for value in outside)
    assert not re.search(r"@import|url\((?!\"?data:|#)", "".join(page.styles))
    assert "sourceMappingURL" not in plain_page
    policy = next(v for k, v in page.attributes if k == "content" and v and "default-src" in v)
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for kind, text in page.scripts:
        if "type" not in kind:
            assert _hash(text) in policy
    assert _hash("".join(page.styles)) in policy


def test_the_page_says_what_it_is(plain_page: str) -> None:
    page = Page(plain_page)
    assert '<html lang="en">' in plain_page
    assert "<title>Rural cheese dairies of Cajamarca</title>" in plain_page
    assert "user-scalable" not in plain_page
    words = " ".join(page.words)
    for said in (
        "3 concentrations more dense",
        "Synthetic data: simulación calibrada",
        "2026-02-01",
        "1. Bambamarca",
    ):
        assert said in words
    data, blocks = page.unpacked()
    assert data["about"]["sources"] and data["about"]["steps"][0]["verb"]["en"] == "Detection"
    assert data["about"]["withheld"]["en"] == list(withheld_sentences(MADE["cajamarca"]()))
    assert len(coding.decode(blocks["areas"], data["digits"]["areas"])) == len(data["areas"]) == 5
    assert len(coding.decode(blocks["territories"], data["digits"]["territories"])) == 36


def test_unknown_values_stay_unknown(plain_page: str) -> None:
    data = Page(plain_page).data()
    values = data["areas"][4]["values"]
    assert values["relative_risk"] is None and values["idh_2019"] is None
    assert values["idh_2019__covered"] == 0
    assert data["territories"]["values"]["pobreza_2018"][17] is None
    assert data["territories"]["values"]["n"][0] is None


def test_names_that_try_to_be_code_stay_text(plain_page: str) -> None:
    evil = webmap.render(MADE["hostile"](), lang="es")
    page = Page(evil)
    new = set(page.tags) - set(Page(plain_page).tags)
    assert not new
    assert len([1 for kind, _ in page.scripts if "type" not in kind]) == 2
    assert not [k for k, _ in page.attributes if k.startswith("on")]
    data = page.data()
    assert [area["name"] for area in data["areas"]] == list(MADE["HOSTILE"])
    assert "{{ 7*7 }}" in data["areas"][3]["name"]  # text from the data is no template
    for kind, text in page.scripts:
        if kind.get("type"):
            assert "<" not in text


def test_both_languages_come_from_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    class Marked(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return f"ES {message}"

        def ngettext(self, one: str, many: str, n: int) -> str:
            return f"ES {one if n == 1 else many}"

    before = i18n._catalogue
    monkeypatch.setattr(i18n, "_catalogue", lambda code: Marked() if code == "es" else before(code))
    text = webmap.render(MADE["cajamarca"](), lang="es")
    data = Page(text).data()
    assert '<html lang="es">' in text and "<title>Queserías rurales de Cajamarca</title>" in text
    assert all(said["es"] == f"ES {said['en']}" for said in data["texts"].values())
    for area in data["areas"]:
        assert all(
            es.startswith("ES ") and not en.startswith("ES ")
            for es, en in zip(area["said"]["es"], area["said"]["en"], strict=True)
        )
    assert all(style["label"]["es"].startswith("ES ") for style in data["evidence"].values())
    labels = {one["column"]: one["label"]["es"] for one in data["columns"]}
    assert labels["n"] == "ES Producers" and labels["chain_n__queso-fresco"].startswith("ES ")


def test_every_text_of_the_page_is_declared_and_used() -> None:
    script, template = webmap.bundle(webmap.PAGE), webmap.asset("template.html")
    named = set(re.findall(r"\bt\('(\w+)'", script)) | set(re.findall(r"\bt\.(\w+)", template))
    named |= set(re.findall(r'data-t(?:-label|-placeholder)?="(\w+)"', template))
    assert named <= set(webmap.TEXTS)
    assert set(webmap.TEXTS) <= named | set(re.findall(r"'(\w+)'", script))


def test_nothing_given_is_changed() -> None:
    publication = MADE["cajamarca"](points=MADE["points"](), grid=MADE["grid"]())
    kept = [
        publication.areas,
        publication.points,
        publication.grid,
        publication.context.territories,
        publication.context.places,
    ]
    copies = [table.copy(deep=True) for table in kept]
    webmap.render(publication)
    for table, copy in zip(kept, copies, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(copy))


def _points_page(points: gpd.GeoDataFrame, **more: Any) -> Page:
    return Page(webmap.render(MADE["cajamarca"](points=points), lang="en", **more))


def test_points_are_grouped_by_chain_and_come_back() -> None:
    points = MADE["points"](200)
    header, blocks = _points_page(points).unpacked("sialgeo-points")
    groups = {group["chain"]: group for group in header["groups"]}
    assert sum(group["n"] for group in groups.values()) == 200
    for chain in ("queso-fresco", "queso-andino"):
        mine = points[points["cadena"] == chain]
        codes = coding.gaps_to_codes(blocks[f"gaps{groups[chain]['block']}"])
        xy = np.column_stack([mine.geometry.x, mine.geometry.y])
        assert codes.tolist() == sorted(coding.morton_codes(xy, header["bits"]).tolist())


def test_what_is_known_of_a_point_stands_at_its_place() -> None:
    points = MADE["points"](50).drop(columns="cadena")
    points["concentration"] = np.where(np.arange(50) % 3, 2, -1)
    points["nombre"] = [f"Quesería {i}" for i in range(50)]
    page = _points_page(points)
    header, blocks = page.unpacked("sialgeo-known")
    bits = page.unpacked("sialgeo-points")[0]["bits"]
    order = np.argsort(
        coding.morton_codes(np.column_stack([points.geometry.x, points.geometry.y]), bits),
        kind="stable",
    )
    first, second = header["columns"]
    places = coding.integers(blocks["column0"])
    assert [first["values"][i] for i in places] == points["concentration"].to_numpy()[
        order
    ].tolist()
    assert second["name"] == "nombre" and second["values"][1:] == list(points["nombre"].iloc[order])


def test_points_and_grid_are_there_only_where_they_were_published(plain_page: str) -> None:
    assert 'id="sialgeo-points"' not in plain_page
    assert "grid" not in Page(plain_page).data()
    data, blocks = webmap.payload(MADE["cajamarca"](grid=MADE["grid"]()), "en")
    assert len(data["grid"]["classed"]) == 24 and "grid" in blocks
    assert data["grid"]["between"][0] == (10, 19)


# --- the size policy ----------------------------------------------------------------------------------
def _crowd(n: int, **columns: Any) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(1)
    xy = rng.normal([-78.5, -7.1], 0.2, (n, 2))
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(*xy.T), crs=4326)


def _set(n: int, budget: float = float("inf")) -> pointset.PointSet:
    names = [f"Quesería número {i}" for i in range(n)]
    labels = {"nombre": "Nombre", "clase": "Clase"}
    points = _crowd(n, nombre=names, clase=np.arange(n) % 3)
    return pointset.point_set(points, labels=labels, budget=budget)


def test_many_points_lose_names_then_exact_places_then_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pointset, "ALL_UP_TO", 1_500)
    monkeypatch.setattr(pointset, "SOME_UP_TO", 3_000)
    everything, some, coarse = _set(1_500), _set(3_000), _set(3_001)
    columns = [
        [c["name"] for c in coding.unpack(one.known)[0]["columns"]] for one in (everything, some)
    ]
    assert columns == [["nombre", "clase"], ["clase"]] and coarse.known == ""
    assert everything.note() == "" and "names and long texts are left out" in some.note()
    assert "rounded to about 38 m" in coarse.note()
    assert round(coarse.metres) == round(38.22 * np.cos(np.radians(7.1)))


def test_density_is_drawn_while_a_tile_holds_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pointset, "CROWD", 900)
    points = _crowd(2_000, cadena=np.arange(2_000) % 2)
    made = pointset.point_set(points, chain="cadena", colours={"0": "#123456"})
    header = coding.unpack(made.blob)[0]
    xy = coding.to_world(np.column_stack([points.geometry.x, points.geometry.y]))

    def most(level: int) -> int:
        cells = np.floor(xy * 2**level).astype(int)
        return int(np.unique(cells, axis=0, return_counts=True)[1].max())

    crowded = [most(zoom) > 900 for zoom in range(13)]
    assert header["dots_from"] == crowded.index(False) > 3
    assert header["peaks"] == [most(zoom + 6) for zoom in range(header["dots_from"])]
    assert coding.unpack(_set(5).blob)[0]["dots_from"] == 0


@pytest.mark.parametrize("budget", [9_000, 4_000, 1_500])
def test_the_largest_size_is_hard_and_no_point_is_lost(budget: int) -> None:
    made = _set(5_000, budget)
    header, blocks = coding.unpack(made.blob)
    assert len(made.blob) <= budget and not made.known and header["counts"]
    assert sum(coding.integers(blocks["counts0"])) + header["groups"][0]["cells"] == 5_000
    assert f"{made.metres:,.0f} m" in made.note()


def test_a_page_keeps_to_its_size_and_says_what_it_left_out() -> None:
    crowd = _crowd(20_000, cadena=np.full(20_000, "queso-fresco"))
    page = webmap.render(MADE["cajamarca"](points=crowd), lang="es", max_mb=0.33)
    assert len(page.encode()) <= 330_000
    note = Page(page).data()["points_note"]
    assert "20,000 points" in note["en"] and "20,000" in note["es"] and note["en"] != note["es"]


def test_what_cannot_fit_is_said() -> None:
    with pytest.raises(ParameterError, match="a larger max_mb"):
        webmap.render(MADE["cajamarca"](), max_mb=0.1)
    with pytest.raises(ParameterError, match='publish="grid"'):
        _set(5_000, 200)
    with pytest.raises(ParameterError, match="greater than 0"):
        webmap.render(MADE["cajamarca"](), max_mb=0)


# --- two variables, years, picture --------------------------------------------------------------------
def test_two_variables_are_classed_together_and_withheld_ones_kept_apart(plain_page: str) -> None:
    data = Page(plain_page).data()
    two = {one["key"]: one for one in data["bivariate"]}
    assert set(two) == {"pobreza_2018×n", "idh_2019×n"}
    boxes = MADE["boxes"]()
    classes = np.array(two["idh_2019×n"]["classes"])
    assert (classes[boxes["n"].isna()] == -2).all()
    poorest = boxes["idh_2019"].where(boxes["n"].notna()).idxmin()
    assert classes[poorest] // 3 == 2  # the poorer end is high, though the index is low
    assert two["idh_2019×n"]["said"][6]["en"] == "District HDI 2019: low; producers: low"


def test_the_years_of_an_indicator_share_their_classes() -> None:
    base = MADE["cajamarca"]()
    older = replace(
        MADE["POVERTY"],
        column="pobreza_2009",
        year=2009,
        name={"en": "Monetary poverty 2009", "es": "Pobreza monetaria 2009"},
    )
    boxes = MADE["boxes"]()
    boxes["pobreza_2009"] = boxes["pobreza_2018"] + 20
    context = replace(base.context, territories=boxes)
    data, _blocks = webmap.payload(
        replace(base, context=context, indicators=(MADE["POVERTY"], older, MADE["HDI"])), "en"
    )
    new, old, other = data["indicators"]
    assert new["series"] == old["series"] != other["series"]
    assert new["classes"] == old["classes"] and new["classes"][-1]["upper"] == 85.0


def test_without_scripts_there_is_a_picture(plain_page: str) -> None:
    drawn = plain_page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert '<svg viewBox="0 0 640 ' in drawn and 'role="img"' in drawn
    for number in range(1, 6):
        assert f">{number}</text>" in drawn


@pytest.mark.parametrize("bare", ["nothing", "no context", "no places"])
def test_little_is_enough(bare: str) -> None:
    full = MADE["cajamarca"]()
    context = replace(
        full.context,
        territories=None,
        places=None,
        title={},
        sources=(),
        synthetic="",
        reference={},
        date="",
    )
    some = {
        "nothing": lambda: replace(
            full, areas=full.areas.iloc[:0], context=context, indicators=(), steps=(), tests=()
        ),
        "no context": lambda: replace(full, context=context),
        "no places": lambda: replace(
            full, context=replace(full.context, places=None, place_name=None)
        ),
    }[bare]()
    assert "</html>" in webmap.render(some, lang="en")


def test_a_study_of_cajamarca_is_light() -> None:
    districts = MADE["sample_districts"]()
    if districts is None:
        pytest.skip("sample_layers/cajamarca is not there")
    rng = np.random.default_rng(1)
    for year in range(6):
        districts[f"idh_{year}"] = rng.random(len(districts))
    page = webmap.render(MADE["cajamarca"](districts=districts, points=MADE["points"](500)))
    assert len(page.encode()) < 600_000


@pytest.mark.shared
def test_real_limits_are_light(shared_data: Path) -> None:
    districts = gpd.read_file(shared_data / "cajamarca_distritos" / "cajamarca_distritos.gpkg")
    page = webmap.render(MADE["cajamarca"](districts=districts))
    assert len(page.encode()) < 600_000


@pytest.mark.parametrize(
    ("row", "verdict", "number"),
    [
        (
            {"evidence": "tested", "n": 12, "p_value": 0.0002},
            "Significant: denser than the reference population explains (p < 0.001).",
            "12 producers.",
        ),
        (
            {"evidence": "not_significant", "n": 1, "expected_n": 0.5, "p_value": 0.4},
            "Not significant: chance and the reference population explain it (p = 0.400).",
            "1 producer where 0.5 would be expected.",
        ),
        (
            {"evidence": "untested", "n": 1200, "share_of_producers": 12.34},
            "Detected, not yet tested.",
            "1,200 producers, 12.3 % of all.",
        ),
        (
            {"evidence": "exploratory", "n": 3},
            "Exploratory group, no reference population and no test: it proves nothing.",
            "3 producers.",
        ),
        (
            {"evidence": "inconclusive", "n": float("nan")},
            "Inconclusive: this reference cannot carry a test.",
            "The number of producers is withheld.",
        ),
    ],
)
def test_what_a_concentration_says_first(row: dict[str, Any], verdict: str, number: str) -> None:
    first, one, caution = webmap.said(row)
    assert (first, one) == (verdict, number)
    assert caution
    assert webmap.said(row, "Synthetic data: x")[2] == "Synthetic data: x"


def test_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        webmap.write(MADE["cajamarca"](), tmp_path / "none" / "map.html")
    webmap.write(MADE["cajamarca"](), tmp_path / "map.html")
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]


def test_the_page_is_written_without_folium_rasterio_and_pyogrio(tmp_path: Path) -> None:
    script = (
        "import sys, runpy\n"
        "made = runpy.run_path(sys.argv[1])\n"
        "publication = made['cajamarca']()\n"
        "for name in ('folium', 'branca', 'rasterio', 'pyogrio', 'sklearn', 'numba', 'exactextract'):\n"
        "    sys.modules[name] = None\n"
        "from sialgeo.exporters import webmap\n"
        "webmap.write(publication, sys.argv[2])\n"
    )
    arguments = [
        sys.executable,
        "-c",
        script,
        str(Path(__file__).with_name("publications.py")),
        str(tmp_path / "map.html"),
    ]
    subprocess.run(arguments, check=True, cwd=ROOT, timeout=120)
    assert (tmp_path / "map.html").stat().st_size > 100_000


def test_without_jinja2_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    webmap._template.cache_clear()
    with pytest.raises(MissingDependencyError, match="jinja2"):
        webmap.render(MADE["cajamarca"]())
    webmap._template.cache_clear()
