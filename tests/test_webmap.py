"""The web map's page as text: what it holds, what it escapes, what it forbids."""

from __future__ import annotations

import base64
import gettext
import hashlib
import json
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
from sialgeo.errors import FileError, MissingDependencyError
from sialgeo.exporters import basemap, webmap

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
        held: dict[str, Any] = json.loads(self.block("sialgeo-data"))
        return held

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
    back = basemap.decode(basemap.encode(shapes, 1), 1)
    assert len(back) == len(shapes)
    for shape, parts in zip(shapes, back, strict=True):
        ring = [tuple(xy) for xy in np.round(shapely.get_coordinates(shape), 1)][:-1]
        assert [[[tuple(np.round(p, 1)) for p in parts[0][0]]]] == [[ring]]


def test_holes_parts_lines_and_missing_shapes_keep_their_place() -> None:
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    both = shapely.MultiPolygon([ring, shapely.box(5, 5, 6, 6)])
    line = shapely.LineString([(0, 0), (1, 1), (1, 1)])
    back = basemap.decode(basemap.encode([None, both, shapely.Polygon(), line], 0), 0)
    assert [len(shape) for shape in back] == [0, 2, 0, 1]
    assert [len(rings) for rings in back[1]] == [2, 1]
    assert back[3] == [[[(0.0, 0.0), (1.0, 1.0)]]]


def test_a_shape_that_rounds_to_nothing_is_drawn_as_nothing() -> None:
    assert basemap.decode(basemap.encode([shapely.box(0, 0, 0.001, 0.001)], 1), 1) == [[]]


def test_neighbours_on_the_curve_are_neighbours_on_the_map() -> None:
    xy = np.random.default_rng(1).uniform([-80, -10], [-70, 0], (500, 2))
    ordered = xy[basemap.morton_order(xy)]
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
    data = page.data()
    assert data["about"]["sources"] and data["about"]["steps"][0]["verb"]["en"] == "Detection"
    assert data["about"]["withheld"]["en"] == list(withheld_sentences(MADE["cajamarca"]()))
    assert (
        len(basemap.decode(page.block("shapes-areas"), data["digits"]["areas"]))
        == len(data["areas"])
        == 5
    )
    assert (
        len(basemap.decode(page.block("shapes-territories"), data["digits"]["territories"])) == 36
    )


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
    assert "{{ 7*7 }}" in evil  # text from the data is no template
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
    script, template = webmap.asset("map.js"), webmap.asset("template.html")
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


def test_points_are_grouped_by_chain_and_come_back() -> None:
    points = MADE["points"](200)
    data, shapes = webmap.payload(MADE["cajamarca"](points=points), "en")
    groups = {group["chain"]: group["n"] for group in data["points"]["groups"]}
    assert sum(groups.values()) == 200
    assert groups["queso-fresco"] == int((points["cadena"] == "queso-fresco").sum())
    numbers = [basemap._unzigzag(v) for v in basemap._integers(base64.b64decode(shapes["points"]))]
    xy = np.cumsum(np.array(numbers).reshape(-1, 2), axis=0) / 1e5
    given = np.column_stack([points.geometry.x, points.geometry.y])
    assert np.abs(np.sort(xy, axis=0) - np.sort(given, axis=0)).max() < 1e-5


def test_points_and_grid_are_there_only_where_they_were_published(plain_page: str) -> None:
    assert "shapes-points" not in plain_page and "shapes-grid" not in plain_page
    data, shapes = webmap.payload(MADE["cajamarca"](grid=MADE["grid"]()), "en")
    assert len(data["grid"]["counts"]) == 24 and "grid" in shapes


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
