"""The web map in a real browser, from file://, with the network off."""

from __future__ import annotations

import gettext
import itertools
import runpy
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest

from sialgeo import i18n
from sialgeo.exporters import webmap

MADE = runpy.run_path(str(Path(__file__).with_name("publications.py")))
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
AXE = Path(__file__).resolve().parents[1] / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = pytest.mark.browser


class _Spanish(gettext.NullTranslations):
    """A catalogue that marks every text, so that a switch shows even before the real one is filled."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return f"«{one if n == 1 else many}»"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no Chromium on PATH ({', '.join(names)})")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=found, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("maps")
    made = {
        "study": MADE["cajamarca"](points=MADE["points"](300)),
        "hostile": MADE["hostile"](),
        "absurd": MADE["cajamarca"](areas=_absurd(), grid=MADE["grid"]()),
        "crowd": MADE["cajamarca"](points=_crowd(30_000)),
        "classified": MADE["cajamarca"](areas=MADE["classified"]()),
        "dated": _dated(),
        "empty": MADE["cajamarca"](areas=MADE["areas"]().iloc[:0]),
    }
    before = i18n._catalogue
    i18n._catalogue = lambda code: _Spanish() if code == "es" else before(code)  # type: ignore[assignment]
    try:
        for name, publication in made.items():
            webmap.write(publication, folder / f"{name}.html", lang="en")
    finally:
        i18n._catalogue = before
    return {name: folder / f"{name}.html" for name in made}


def _dated() -> Any:
    """A study with the footprints of an earlier date."""
    made = MADE["cajamarca"]()
    earlier = made.areas[["name", "geometry"]].iloc[[0, 1, 3]]
    return replace(made, context=replace(made.context, earlier=earlier, earlier_date="2012"))


def _absurd() -> gpd.GeoDataFrame:
    """Names of 10,000 characters, with and without a place to break, and controls."""
    areas = MADE["areas"]()
    areas["name"] = ["x" * 10_000, "largo " * 1_667, "a\x00b\x07c", "\u202egpj.exe", "=1+1"]
    areas["main_chain"] = areas["territories"] = "y" * 10_000
    return areas


def _crowd(n: int) -> gpd.GeoDataFrame:
    """Producers with names, enough of them that low zooms show density."""
    points = MADE["points"](n)
    points["concentration"] = np.arange(n) % 6
    points["nombre"] = [f"Quesería Ñandú {i}" for i in range(n)]
    return points


Open = Callable[..., Any]


@pytest.fixture
def open_map(browser: Any, maps: dict[str, Path]) -> Iterator[Open]:
    """Open a map offline; when the test ends, nothing but the file was asked for and nothing failed."""
    contexts, asked, wrong = [], [], []

    def opened(name: str = "study", hash_: str = "", **options: Any) -> Any:
        options = {"viewport": DESKTOP, **options}
        context = browser.new_context(offline=True, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on(
            "console",
            lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(maps[name].as_uri() + hash_)
        page.wait_for_selector("html[data-ready]", state="attached")
        page.wait_for_timeout(100)
        return page

    yield opened
    for context in contexts:
        context.close()
    files = {path.as_uri() for path in maps.values()}
    assert {url.split("#")[0] for url in asked if not url.startswith("blob:")} <= files
    assert wrong == []


def _point_of(page: Any, identifier: int) -> tuple[float, float]:
    """Return a place on screen inside a concentration, from its name on the map."""
    name = page.locator(".map-name.concentration", has_text=f"{identifier}.").first
    box = name.bounding_box()
    assert box is not None
    return float(box["x"]), float(box["y"])


def test_a_click_on_the_map_opens_the_ficha(open_map: Open) -> None:
    page = open_map()
    assert page.locator("#ficha").is_hidden()
    page.mouse.click(*_point_of(page, 2))
    assert page.locator("#ficha-name").inner_text() == "2.\u00a0Cajamarca"
    assert page.evaluate("document.activeElement.id") == "ficha-name"
    ficha = page.locator("#ficha").inner_text()
    assert "Significant: denser than the reference population explains (p = 0.001)." in ficha
    assert "58 producers where 21.2 would be expected." in ficha
    assert "Synthetic data" in ficha
    assert "2.20 – 3.90" not in ficha  # folded
    assert "2 of 5" in ficha and "median of the others" in ficha
    page.locator("#ficha details summary").click()
    facts = page.locator("#ficha").inner_text()
    for said in (
        "2.97",
        "2.20 – 3.90",
        "ignores that the concentration was selected",
        "22.1 %",
        "all territories together: 41.9",
        "INEI",
        "share of the area with a value: 100 %",
        "44.2 t/semana",
    ):
        assert said in facts.replace("\u00a0", " ")


def test_the_ficha_opens_and_closes_by_keyboard(open_map: Open) -> None:
    page = open_map()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "list"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").startswith("4."):
            break
    page.keyboard.press("Enter")
    assert page.locator("#ficha-name").inner_text() == "4.\u00a0Cutervo"
    assert "Not significant" in page.locator("#ficha").inner_text()
    assert "Cutervo" in page.locator("#live").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#ficha").is_hidden()
    assert "Cutervo" in page.evaluate("document.activeElement.textContent")


def test_the_ficha_tells_joint_action_or_that_it_is_not_known(open_map: Open) -> None:
    label = "Sold jointly, through an organisation"
    for hash_, told in (("#c=3", "31 %"), ("#c=1", "not assessable, or withheld")):
        page = open_map("classified", hash_)
        page.locator("#ficha summary").click()
        fact = page.locator("#ficha dt", has_text=label).locator("xpath=following-sibling::dd[1]")
        assert fact.inner_text().replace("\xa0", " ") == told


def test_the_language_switch_changes_every_text(open_map: Open) -> None:
    page = open_map(hash_="#c=1")
    english = page.locator("body").inner_text()
    page.locator('[data-lang="es"]').click()
    spanish = page.locator("body").inner_text()
    assert page.evaluate("document.documentElement.lang") == "es"
    assert page.title() == "Queserías rurales de Cajamarca"
    assert "«List of concentrations»" in spanish and "«List" not in english
    assert "«Significant" in page.locator("#ficha").inner_text()
    assert "«tested" in page.locator("#legend").inner_text()
    assert "Pobreza monetaria 2018" in page.locator("#legend").inner_text()
    assert page.locator("#query").get_attribute("placeholder").startswith("«")
    assert (
        page.locator(".leaflet-control-zoom button")
        .first.get_attribute("aria-label")
        .startswith("«")
    )
    left = {line for line in english.splitlines() if line in spanish.splitlines()}
    assert not {"Search", "In short", "Places", "Data, sources and method"} & left
    page.locator('[data-lang="en"]').click()
    assert page.locator("body").inner_text() == english


def test_the_link_restores_ficha_indicator_and_language(open_map: Open) -> None:
    page = open_map()
    page.locator("#table tbody button").nth(2).click()
    page.locator("#indicator").select_option("idh_2019")
    page.locator('[data-lang="es"]').click()
    link = page.url
    assert "c=3" in link and "i=idh_2019" in link and "lang=es" in link
    again = open_map(hash_="#" + link.split("#")[1])
    assert again.locator("#ficha-name").inner_text() == "3.\u00a0Chota"
    assert again.locator("#indicator").input_value() == "idh_2019"
    assert again.evaluate("document.documentElement.lang") == "es"
    again.reload()
    assert again.locator("#ficha-name").inner_text() == "3.\u00a0Chota"


def test_the_link_keeps_what_is_switched_off(open_map: Open) -> None:
    page = open_map()
    assert "off" not in page.url
    page.get_by_label("queso-fresco").uncheck()
    page.get_by_label("Concentrations", exact=True).uncheck()
    page.get_by_label("Places", exact=True).uncheck()
    assert page.url.endswith("#off=chain%3Aqueso-fresco%2Cconcentrations%2Cplaces")
    again = open_map(hash_="#" + page.url.split("#")[1])
    assert not again.get_by_label("queso-fresco").is_checked()
    assert not again.get_by_label("Places", exact=True).is_checked()
    assert again.locator("path.leaflet-interactive").count() == 0
    assert again.get_by_label("Basemap names").is_checked()
    page.get_by_label("Concentrations", exact=True).check()
    again.evaluate(
        f"location.hash = {page.url.split('#')[1]!r}"
    )  # a link pasted into the open page
    again.wait_for_timeout(100)
    assert again.locator("path.leaflet-interactive").count() == 5
    assert not again.get_by_label("Places", exact=True).is_checked()


def test_a_slider_goes_from_the_earlier_date_to_the_later(open_map: Open) -> None:
    page = open_map("dated")
    shapes, slider = page.locator("path.leaflet-interactive"), page.locator("#dates")
    assert shapes.count() == 5
    assert page.locator("#dates-label").inner_text() == "Date shown: 2026-02-01"
    slider.press("ArrowLeft")
    assert page.locator("#dates-label").inner_text() == "Date shown: both dates"
    assert shapes.count() == 5 + 3
    page.locator("#dates").press("ArrowLeft")
    assert page.locator("#dates").get_attribute("aria-valuetext") == "2012"
    assert shapes.count() == 3
    assert page.locator(".map-name.concentration:not(.crowded)").count() == 0
    again = open_map("dated", hash_="#" + page.url.split("#")[1])
    assert again.locator("#dates-label").inner_text() == "Date shown: 2012"
    assert again.locator("path.leaflet-interactive").count() == 3
    page.get_by_label("Concentrations", exact=True).check()
    assert page.locator("#dates").get_attribute("aria-valuetext") == "both dates"
    page.get_by_label("Footprints of 2012").uncheck()
    assert page.locator("#dates").input_value() == "2"
    assert "#" not in page.url or page.url.endswith("#")


def test_a_link_to_nothing_does_no_harm(open_map: Open) -> None:
    page = open_map(hash_="#c=99&i=<script>&lang=xx&off=x,chain:y,%252&on=earlier")
    assert page.locator("#ficha").is_hidden()
    assert page.evaluate("document.documentElement.lang") == "en"


def test_search_finds_without_accents_and_opens(open_map: Open) -> None:
    page = open_map()
    page.locator("#query").fill("CELENDIN")
    assert page.locator("#results button").count() == 1
    page.locator("#query").fill("agua")
    assert page.locator("#live").inner_text() == "1 results"
    page.keyboard.press("Enter")
    assert page.locator("#ficha-name").inner_text() == "5.\u00a0Agua Blanca"
    page.locator("#query").fill("nothing like it")
    assert page.locator("#results").inner_text() == "Nothing found."
    page.locator("#query").fill("distrito 12")
    page.keyboard.press("Enter")
    assert "Distrito 12" in page.locator(".leaflet-popup").inner_text()


def test_the_list_says_what_the_map_says_and_sorts(open_map: Open) -> None:
    page = open_map()
    assert page.locator("#table tbody tr").count() == 5
    first = page.locator("#table tbody tr").first.inner_text()
    for said in ("Bambamarca", "112", "5.86", "0.001", "tested"):
        assert said in first
    page.locator('[data-sort="n"]').click()
    assert page.locator('th[aria-sort="descending"]').count() == 1
    page.locator('[data-sort="n"]').click()
    assert "Agua Blanca" in page.locator("#table tbody tr").first.inner_text()
    page.locator('[data-sort="relative_risk"]').click()
    assert "no data" in page.locator("#table tbody tr").last.inner_text()


def test_layers_switch_and_the_legend_follows(open_map: Open) -> None:
    page = open_map()
    shapes = page.locator("path.leaflet-interactive")
    assert shapes.count() == 5
    assert "no data" in page.locator("#layers").inner_text()
    page.get_by_label("Concentrations", exact=True).uncheck()
    assert shapes.count() == 0
    assert page.locator(".map-name.concentration:not(.crowded)").count() == 0
    page.get_by_label("Concentrations", exact=True).check()
    assert shapes.count() == 5
    page.locator("#indicator").select_option("")
    assert "%" not in page.locator("#layers").inner_text()
    dots = "[...document.querySelectorAll('canvas.leaflet-tile')].reduce((n, c) => n + c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((v, i) => i % 4 === 3 && v).length, 0)"
    before = page.evaluate(dots)
    page.get_by_label("queso-fresco").uncheck()
    page.wait_for_timeout(300)
    assert 0 < page.evaluate(dots) < before


def test_the_table_is_downloaded_as_csv(open_map: Open, tmp_path: Path) -> None:
    page = open_map("hostile")
    with page.expect_download() as event:
        page.locator("#download").click()
    event.value.save_as(tmp_path / "t.csv")
    text = (tmp_path / "t.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = text.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("id,Name,Producers")
    assert "\"'=HYPERLINK(" in text.decode("utf-8-sig")
    assert ",=" not in text.decode("utf-8-sig")


def test_hostile_names_run_nowhere(open_map: Open) -> None:
    page = open_map("hostile")
    for identifier in range(5):
        page.locator("#table tbody button").nth(identifier).click()
        page.locator("#ficha details summary").click()
        page.mouse.move(*_point_of(page, identifier + 1))
    page.locator("#query").fill("script")
    page.locator('[data-lang="es"]').click()
    page.mouse.click(500, 500)
    for folded in page.locator("#about details summary").all():
        folded.click()
    assert page.evaluate("window.hacked") is None
    assert page.locator("#map img, #panel img, #panel script, #map script").count() == 0


@pytest.mark.parametrize("look", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_absurd_names_are_cut_and_push_nothing_aside(open_map: Open, look: dict[str, int]) -> None:
    page = open_map("absurd", "#c=1&vs=1,2,3", viewport=look)
    assert page.evaluate("document.documentElement.scrollWidth") <= look["width"]
    assert page.evaluate("panel.scrollWidth <= panel.clientWidth")
    assert page.locator("#ficha-name").inner_text().endswith("xxx…")
    assert page.locator("#ficha-name").bounding_box()["height"] < 300
    assert page.locator("#table tbody tr").count() == 5


def test_a_study_without_concentrations_says_so(open_map: Open) -> None:
    page = open_map("empty")
    assert "There is no concentration to list." in page.locator("#list").inner_text()


def test_on_a_phone_nothing_overflows_and_the_ficha_comes_into_view(open_map: Open) -> None:
    page = open_map(viewport=PHONE, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert not page.evaluate("document.getElementById('legend').open")
    page.locator("#table tbody button").first.tap()
    page.wait_for_timeout(900)
    top = page.locator("#ficha-name").bounding_box()["y"]
    assert 0 <= top < PHONE["height"] / 2
    page.get_by_role("button", name="See it on the map").tap()
    page.wait_for_timeout(600)
    assert page.locator("#map").bounding_box()["y"] < PHONE["height"] / 2
    assert "user-scalable" not in page.locator('meta[name="viewport"]').get_attribute("content")


def test_calm_where_motion_is_not_wanted(open_map: Open) -> None:
    page = open_map(reduced_motion="reduce")
    page.locator("#table tbody button").first.click()
    assert page.locator(".leaflet-zoom-anim").count() == 0


def test_print_shows_the_folded_parts(open_map: Open) -> None:
    page = open_map(hash_="#c=1")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.emulate_media(media="print")
    assert page.locator("#download").is_hidden() and page.locator("#query").is_hidden()
    beneath = "[...document.querySelectorAll('#map, #legend, .panel')].map((one) => one.getBoundingClientRect())"
    boxes = page.evaluate(f"{beneath}.map((box) => [box.top, box.bottom])")
    assert all(above[1] <= below[0] + 1 for above, below in itertools.pairwise(boxes))
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#ficha details:not([open])").count() == 1
    assert len(page.pdf()) > 20_000


def test_without_scripts_there_is_a_table(browser: Any, maps: dict[str, Path]) -> None:
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(maps["study"].as_uri())
    words = page.locator("body").inner_text()
    context.close()
    assert "3 concentrations more dense" in words
    assert "112 producers where 23.5 would be expected." in words
    assert "Synthetic data: simulación calibrada" in words


# --- filter, comparison, chart, two variables, producers ---------------------------------------------
def test_the_filter_by_chain_and_size_holds_everywhere(open_map: Open, tmp_path: Path) -> None:
    page = open_map()
    page.locator("#least").fill("50")
    assert page.locator("#table tbody tr").count() == 2
    assert page.locator("path.leaflet-interactive").count() == 2
    assert page.locator("#chart .mark").count() == 2
    assert page.locator(".map-name.concentration:not(.crowded)").count() == 2
    assert page.locator("#live").inner_text() == "2 of 5 concentrations shown"
    page.locator("#least").fill("0")
    page.locator("#chain").select_option("queso-andino")
    assert page.locator("#table tbody tr").count() == 2
    assert "2 of 5 concentrations shown" in page.locator("#list").inner_text()
    with page.expect_download() as event:
        page.locator("#download").click()
    event.value.save_as(tmp_path / "t.csv")
    assert len((tmp_path / "t.csv").read_text("utf-8-sig").splitlines()) == 3
    again = open_map(hash_="#" + page.url.split("#")[1])
    assert again.locator("#chain").input_value() == "queso-andino"
    assert again.locator("#table tbody tr").count() == 2


def test_concentrations_stand_side_by_side(open_map: Open) -> None:
    page = open_map(hash_="#c=1")
    assert page.locator("#comparison").is_hidden()
    page.locator("#ficha-compare").click()
    page.locator('[data-compare="3"]').check()
    told = page.locator("#comparison").inner_text()
    for said in (
        "1.\u00a0Bambamarca",
        "3.\u00a0Chota",
        "112",
        "47",
        "queso-fresco",
        "55.3",
        "Monetary",
    ):
        assert said in told
    assert page.locator("#comparison strong").first.inner_text() == "112"
    again = open_map(hash_="#" + page.url.split("#")[1])
    assert again.locator("#comparison").inner_text() == told
    page.locator('[data-compare="1"]').uncheck()
    assert page.locator("#comparison").is_hidden()


def test_the_chart_is_linked_with_map_and_list(open_map: Open) -> None:
    page = open_map()
    marks = page.locator("#chart .mark")
    assert (
        marks.count() == 4
        and "Not drawn, for want of a figure: 1." in page.locator("#chart").inner_text()
    )
    assert "112 producers, Monetary poverty 2018 55.3" in marks.last.get_attribute(
        "aria-label"
    ) + "".join(mark.get_attribute("aria-label") for mark in marks.all())
    mark = page.locator('#chart .mark[data-id="2"]')
    mark.focus()
    assert page.locator('path.leaflet-interactive[stroke="#000000"]').count() == 1
    page.keyboard.press("Enter")
    assert page.locator("#ficha-name").inner_text() == "2.\u00a0Cajamarca"
    assert page.locator("#chart .mark.open").get_attribute("data-id") == "2"
    assert page.locator("#table tr.open").get_attribute("data-id") == "2"
    page.locator("#chart-indicator").select_option("idh_2019")
    assert "District HDI 2019" in page.locator("#chart svg").text_content()


def test_two_variables_colour_the_map_together(open_map: Open) -> None:
    page = open_map()
    page.locator("#indicator").select_option("idh_2019×n")
    legend = page.locator("#layers").inner_text()
    assert "Producers per 100 km²" in legend and "towards the poorer end" in legend
    assert page.locator(".square").count() == 9
    assert (
        page.locator(".square .unseen").first.inner_text()
        == "District HDI 2019: high; producers: high"
    )
    again = open_map(hash_="#" + page.url.split("#")[1])
    assert again.locator("#indicator").input_value() == "idh_2019×n"


def test_many_producers_are_density_then_dots_and_a_click_tells_of_one(open_map: Open) -> None:
    page = open_map("crowd", "#i=-")
    for _ in range(3):
        page.get_by_role("button", name="Zoom out").click()
        page.wait_for_timeout(350)
    assert "Producers in each square of the map" in page.locator("#legend").inner_text()
    page.locator("#query").fill("ñandu 777")
    page.locator("#results button").first.click()
    page.wait_for_timeout(200)
    popup = page.locator(".leaflet-popup-content").last
    assert "Quesería Ñandú 777" in popup.inner_text()
    assert "Producers in each square" not in page.locator("#legend").inner_text()
    box = page.locator("#map").bounding_box()
    page.keyboard.press("Escape")
    page.locator(".leaflet-popup-close-button").click()
    page.wait_for_timeout(400)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert "Quesería Ñandú" in popup.inner_text()
    page.locator(".leaflet-popup-content button.link").last.click()
    assert "3." in page.locator("#ficha-name").inner_text()


def test_the_ground_has_land_where_there_is_land_and_sea_where_there_is_sea(open_map: Open) -> None:
    page = open_map("study", "#i=-")
    for _ in range(4):
        page.get_by_role("button", name="Zoom out").click()
        page.wait_for_timeout(350)
    # the study lies in Peru: the middle of the map is land, the Pacific begins far left of it
    land = """(shares) => {
        const canvas = document.querySelector('.leaflet-ground-pane canvas');
        const [box, map] = [canvas, document.getElementById('map')].map((one) => one.getBoundingClientRect());
        const row = Math.round((map.top + map.height / 2 - box.top) * canvas.height / box.height);
        const pixels = canvas.getContext('2d').getImageData(0, row, canvas.width, 1).data;
        return shares.map((share) => Math.round((map.left + share * map.width - box.left) * canvas.width / box.width)).map((x) => pixels[4 * x + 3] === 255);
    }"""
    assert page.evaluate(land, [0.02, 0.5]) == [False, True]


def test_the_map_is_read_by_keyboard(open_map: Open) -> None:
    page = open_map()
    page.locator("#table tbody button").first.click()
    page.locator("#ficha-close").click()
    page.wait_for_timeout(400)
    page.locator("#map").focus()
    assert page.locator("#map-keys").is_visible()
    page.keyboard.press("Enter")  # a concentration, or the producer that stands in the middle
    page.wait_for_timeout(100)
    told = page.locator(".leaflet-popup").count() or not page.locator("#ficha").is_hidden()
    assert told
    zoom = "document.querySelector('.leaflet-control-scale-line').textContent"
    before = page.evaluate(zoom)
    page.locator("#map").focus()
    page.keyboard.press("+")
    page.wait_for_timeout(500)
    assert page.evaluate(zoom) != before


def test_without_the_browsers_inflate_the_page_opens_all_the_same(
    browser: Any, maps: dict[str, Path]
) -> None:
    context = browser.new_context(offline=True)
    context.add_init_script("delete window.DecompressionStream; delete Uint8Array.fromBase64")
    page = context.new_page()
    page.goto(maps["crowd"].as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    rows = page.locator("#table tbody tr").count()
    context.close()
    assert rows == 5


def test_only_the_panel_scrolls_on_a_desktop(open_map: Open) -> None:
    page = open_map(hash_="#c=2&vs=1,2,3")
    page.wait_for_timeout(600)
    for code in ("en", "es"):
        page.locator(f"[data-lang={code}]").click()
        assert page.evaluate("table.scrollWidth <= table.clientWidth")  # no column is cut off
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    assert page.locator("header").bounding_box()["y"] == 0


def test_dark_where_the_reader_likes_it_dark(open_map: Open) -> None:
    page = open_map(color_scheme="dark")
    light = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every((v) => v > 128)"
    assert not page.evaluate(light)
    assert open_map().evaluate(light)


@pytest.mark.parametrize("look", ["desktop", "phone", "dark", "filtered"])
def test_axe_finds_nothing_serious(open_map: Open, look: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm ci)")
    options: dict[str, Any] = {
        "desktop": {},
        "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
        "dark": {"color_scheme": "dark"},
        "filtered": {},
    }[look]
    if look == "filtered":
        page = open_map("dated", "#on=earlier&min=40&chain=queso-fresco&off=basemap", **options)
    else:
        page = open_map("study", "#c=1&vs=1,2,3&i=idh_2019%C3%97n", **options)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.locator("#query").fill("ca")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    serious = [
        (one["id"], one["nodes"][0]["html"][:150], one["nodes"][0]["failureSummary"][:300])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
