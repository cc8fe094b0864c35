"""The layers as folium elements: on any folium map, and on one that needs no network."""

from __future__ import annotations

import json
import re
import runpy
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

folium = pytest.importorskip("folium")

from sialgeo.errors import CRSError, ParameterError  # noqa: E402
from sialgeo.exporters.bivariate import HIDDEN, bivariate_layers  # noqa: E402
from sialgeo.exporters.folium_layers import (  # noqa: E402
    BasemapLayer,
    BivariateLayer,
    ConcentrationsLayer,
    GridLayer,
    OfflineMap,
    PlacesLayer,
    PointsLayer,
    TerritoriesLayer,
    explore,
)
from sialgeo.i18n import use_language  # noqa: E402
from sialgeo.model import Concentrations, Step  # noqa: E402
from sialgeo.symbology import grid_classes  # noqa: E402

MADE = runpy.run_path(str(Path(__file__).with_name("publications.py")))
OUTSIDE = re.compile(
    r"<(?:script|link|img|iframe)[^>]+(?:src|href)\s*=\s*[\"']?(?:https?:)?//|url\([\"']?https?:|@import"
)

INKED = """
[...document.querySelectorAll("canvas")].reduce((all, c) => {
  const data = c.width ? c.getContext("2d").getImageData(0, 0, c.width, c.height).data : [];
  let n = 0;
  for (let i = 3; i < data.length; i += 4) n += data[i] > 0;
  return all + n;
}, 0)
"""


def found(**changes: Any) -> Concentrations:
    """Return concentrations in metres."""
    points = MADE["points"](60)[["concentration", "membership", "geometry"]]
    held = Concentrations(
        points.to_crs(32717),
        MADE["areas"]().to_crs(32717),
        (),
        (Step("detect", {"synthetic": "simulated"}),),
    )
    return replace(held, **changes)


def everything(target: Any, publication: Any) -> Any:
    """Add every layer to a map."""
    context = publication.context
    BasemapLayer((-79.2, -7.5, -77.8, -6.0)).add_to(target)
    TerritoriesLayer(context.territories, publication.indicators[0], name="distrito").add_to(target)
    BivariateLayer(context.territories, publication.indicators[0], name="distrito").add_to(target)
    GridLayer(MADE["grid"]()).add_to(target)
    ConcentrationsLayer(publication).add_to(target)
    PointsLayer(publication.points, chain="cadena").add_to(target)
    PlacesLayer(context.places, "lugar").add_to(target)
    folium.LayerControl().add_to(target)
    return target


def test_the_layers_go_on_any_folium_map() -> None:
    target = folium.Map((-7, -78.5), tiles=None)
    page = everything(target, MADE["cajamarca"](points=MADE["points"](50))).get_root().render()
    for said in (
        "1. Bambamarca",
        "denser than the reference population explains",
        "Celendín",
        "Monetary poverty 2018",
    ):
        assert said in page
    assert "#0072b2" in page and "#993404" in page
    assert "Monetary poverty 2018: low; producers: " in page  # two variables
    assert "Producers: 30 – 39" in page  # the grid
    south_west, north_east = target.get_bounds()
    assert south_west[0] < -7.1 < -6.4 < north_east[0]


def test_the_offline_map_holds_leaflet_and_asks_for_nothing() -> None:
    page = (
        everything(
            OfflineMap(title="Cajamarca <3", lang="es"),
            MADE["cajamarca"](points=MADE["points"](50)),
        )
        .get_root()
        .render()
    )
    assert not OUTSIDE.search(page)
    assert "bootstrap" not in page and "jquery" not in page
    assert page.count("leafletjs.com") >= 1
    assert '<html lang="es">' in page
    assert "<title>Cajamarca &lt;3</title>" in page
    assert "user-scalable" not in page and "maximum-scale" not in page
    assert "b'" not in page[:2000]
    assert len(OfflineMap().get_root().render().encode()) < 185_000


def test_adding_links_to_one_offline_map_leaves_the_others_alone() -> None:
    first = OfflineMap()
    first.add_js_link("mine", "https://example.org/a.js")
    assert "example.org" not in OfflineMap().get_root().render()


def test_names_that_try_to_be_code_stay_text() -> None:
    evil = MADE["hostile"]()
    page = everything(OfflineMap(), evil).get_root().render()
    assert "7*7" in page and "}} live" not in page and ">49<" not in page and " 49 " not in page
    inside = page.split("</head>")[1]
    assert "<img" not in inside.lower() and "<b " not in inside.lower()
    assert inside.count("<script") == 1


def test_explore_returns_a_map_of_the_concentrations() -> None:
    drawn = explore(found())
    page = drawn.get_root().render()
    assert isinstance(drawn, OfflineMap)
    assert "2. Cajamarca" in page and "Synthetic data: simulated" in page
    assert found().explore().get_root().render().count("L.geoJSON(") == page.count("L.geoJSON(")


def test_explore_adds_to_a_map_that_is_given() -> None:
    given = folium.Map(tiles=None)
    shown = explore(
        found(),
        given,
        territories=MADE["boxes"](),
        indicator=MADE["HDI"],
        places=MADE["places"](),
        place_name="lugar",
        points=True,
    )
    assert shown is given
    page = given.get_root().render()
    assert page.count("L.geoJSON(") == 3 and page.count('sialgeoPoints("') == 1


def test_explore_of_nothing_is_a_map() -> None:
    empty = found(areas=MADE["areas"]().to_crs(32717).iloc[:0])
    assert "<html" in explore(empty).get_root().render()


def test_explore_speaks_both_languages() -> None:
    with use_language("es"):
        assert '<html lang="es">' in explore(found()).get_root().render()


def test_two_variables_have_the_classes_of_the_web_map() -> None:
    held = MADE["cajamarca"]()
    made = bivariate_layers(held, held.context.territories, lambda say: say())[0]
    layer = BivariateLayer(held.context.territories, MADE["POVERTY"])
    drawn = [feature["properties"] for feature in json.loads(layer.data)["features"]]
    for place, seen in zip(made["classes"], drawn, strict=True):
        if place >= 0:
            assert seen["style"]["fillColor"] == made["colours"][place]
        assert (seen["style"]["dashArray"] == "3 3") == (place == HIDDEN)
    assert sum("withheld" in seen["tooltip"] for seen in drawn) == 12
    assert "no data" in drawn[17]["tooltip"]


def test_the_grid_of_a_publication_is_explored() -> None:
    drawn = explore(MADE["cajamarca"](grid=MADE["grid"]()))
    (grid,) = [layer for layer in drawn._children.values() if isinstance(layer, GridLayer)]
    radii = re.findall(r'"radius": ?([\d.]+)', str(grid.data))
    assert len(radii) == 24 and len(set(radii)) == len(grid_classes(MADE["grid"]()))


def test_what_cannot_be_drawn_is_said() -> None:
    with pytest.raises(ParameterError, match="two variables need"):
        BivariateLayer(MADE["boxes"]().iloc[:2], MADE["HDI"])
    with pytest.raises(ParameterError, match="no column “idh_2019”"):
        TerritoriesLayer(MADE["boxes"]().drop(columns="idh_2019"), MADE["HDI"])
    with pytest.raises(CRSError):
        PlacesLayer(gpd.GeoDataFrame({"a": ["x"]}, geometry=gpd.points_from_xy([0], [0])), "a")


def test_nothing_given_is_changed() -> None:
    held = found()
    before = held.areas.copy(deep=True), held.producers.copy(deep=True)
    explore(held, points=True)
    assert held.areas.equals(before[0]) and held.producers.equals(before[1])


@pytest.mark.browser
def test_the_offline_map_works_in_a_browser(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((p for name in names if (p := shutil.which(name))), None)
    if path is None:
        pytest.skip(f"no Chromium on PATH ({', '.join(names)})")
    target = everything(OfflineMap(), MADE["hostile"]())
    folium.Marker((-7.0, -78.5)).add_to(target)
    target.fit_bounds(target.get_bounds())
    target.save(tmp_path / "map.html")
    asked: list[str] = []
    wrong: list[str] = []
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_context(offline=True).new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto((tmp_path / "map.html").as_uri())
        page.locator("path.leaflet-interactive[fill='#0072b2']").first.dispatch_event("click")
        page.wait_for_timeout(200)
        hacked = page.evaluate("window.hacked")
        shown = page.locator(".leaflet-popup-content").inner_text()
        shapes = page.locator("path.leaflet-interactive").count()
        inked = page.evaluate(INKED)
        browser.close()
    assert hacked is None and wrong == []
    assert "producers where" in shown
    assert shapes > 40  # areas, territories and cells; the points are drawn on tiles
    assert inked > 100  # pixels
    assert [url for url in asked if not url.startswith("data:")] == [
        (tmp_path / "map.html").as_uri()
    ]
