"""Web maps of many points in headless Chromium, offline: size, seconds to interactive, writer's memory.

``python benchmarks/webmaps.py`` writes and opens every page, each in a process of its own, and prints
the table of docs/performance.md. The points are synthetic: towns of Zipf sizes over Mexico's extent.
Interactive: from the start of navigation until the page's last layer is drawn and a frame after it is
shown (for sialgeo until the points can be clicked too). The libraries come from npm.
"""

from __future__ import annotations

import json
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIET += [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHAINS = ("café", "lácteos", "panela")
RUNS = 9
# when a page is done; each is asked again until it is true
SIALGEO = "document.documentElement.dataset.ready === 'yes'"
FOLIUM = (
    "Object.keys(window).some((k) => k.startsWith('map_')) && document.readyState === 'complete'"
)
PLOTLY = "document.querySelector('.js-plotly-plot') && document.querySelector('.js-plotly-plot').dataset.drawn"


def points(n: int, names: bool) -> gpd.GeoDataFrame:
    """Draw n producers with a chain and, where asked, a name."""
    rng = np.random.default_rng(1)
    towns = max(2_000, n // 500)
    middle = np.column_stack([rng.uniform(-106, -88, towns), rng.uniform(16, 24, towns)])
    share = 1 / np.arange(1, towns + 1) ** 0.9
    size = rng.multinomial(n, share / share.sum())
    town = np.repeat(np.arange(towns), size)
    xy = middle[town] + rng.normal(0, 1, (n, 2)) * (0.0004 * size[town] ** 0.4 + 0.002)[:, None]
    table: dict[str, Any] = {"cadena": pd.Categorical(rng.choice(CHAINS, n))}
    if names:
        words = rng.choice(["SAN JUAN", "LA ESPERANZA", "EL PORVENIR", "LOS ANDES", "DEL VALLE"], n)
        table["nombre"] = [f"QUESERIA {word} {i % 977}" for i, word in enumerate(words)]
        table["empleo"] = rng.integers(1, 30, n)
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(*xy.T), crs=4326)


# --- writers ------------------------------------------------------------------------------------------
def sialgeo(n: int, path: Path) -> None:
    """Write map.html through the gate's own type, with the default size policy."""
    from sialgeo.exporters import webmap
    from sialgeo.model import EVIDENCE, NAME, Context, N, Publication, Step, Summary

    said = Summary("", "", "")
    areas = gpd.GeoDataFrame({NAME: [], N: [], EVIDENCE: []}, geometry=[], crs=4326)
    publication = Publication(
        areas=areas, points=points(n, n <= 150_000), grid=None,
        withheld=pd.DataFrame(columns=["what", "n_withheld", "reason"]), total=n,
        summaries={"es": said, "en": said}, tests=(), steps=(Step("profile", {"chain": "cadena"}),),
        notes=(), indicators=(), context=Context(),
    )  # fmt: skip
    webmap.write(publication, path)


def folium_empty(_n: int, path: Path) -> None:
    """Write an empty folium map; its libraries are put inside by ``inlined``."""
    import folium

    folium.Map((20, -97), zoom_start=6, tiles=None).save(path)
    inlined(path)


def folium_geojson(n: int, path: Path) -> None:
    """Write circle markers on canvas from GeoJSON, with the same attributes."""
    import folium

    page = folium.Map((20, -97), zoom_start=6, tiles=None, prefer_canvas=True)
    table = points(n, names=True)
    marker = folium.CircleMarker(radius=3, weight=1)
    popup = folium.GeoJsonPopup(["cadena", "nombre", "empleo"])
    folium.GeoJson(table.to_json(), marker=marker, popup=popup).add_to(page)
    page.save(path)
    inlined(path)


def folium_fast_cluster(n: int, path: Path) -> None:
    """Write folium's FastMarkerCluster with the names in its popups."""
    import folium
    from folium.plugins import FastMarkerCluster

    table = points(n, names=True)
    page = folium.Map((20, -97), zoom_start=6, max_zoom=18, tiles=None)
    rows = [
        [y, x, name]
        for x, y, name in zip(table.geometry.x, table.geometry.y, table["nombre"], strict=True)
    ]
    callback = "function (row) { return L.marker([row[0], row[1]]).bindPopup(row[2]); }"
    FastMarkerCluster(rows, callback=callback).add_to(page)
    page.save(path)
    inlined(path)


def plotly(n: int, path: Path) -> None:
    """Write plotly's scattergl with its library inside (its map layers need tiles)."""
    import plotly.graph_objects as go

    table = points(n, names=True)
    marks = go.Scattergl(
        x=table.geometry.x, y=table.geometry.y, mode="markers", marker={"size": 3},
        text=table["nombre"], customdata=table[["cadena", "empleo"]].to_numpy(),
    )  # fmt: skip
    done = "document.querySelector('.js-plotly-plot').dataset.drawn = 1;"
    go.Figure(marks).write_html(path, include_plotlyjs=True, post_script=done)


# what folium links to, by the end of its address: npm package and file. The two small style sheets that
# are in no package (glyphicons, awesome.rotate) are left out, in folium's favour.
PACKAGES = (
    "leaflet@1.9.3",
    "jquery@3.7.1",
    "bootstrap@5.2.2",
    "@fortawesome/fontawesome-free@6.2.0",
)
PACKAGES += ("leaflet.awesome-markers@2.0.5", "leaflet.markercluster@1.1.0")
LINKED = {
    "/leaflet.js": "leaflet/dist/leaflet.js",
    "/leaflet.css": "leaflet/dist/leaflet.css",
    "/jquery-3.7.1.min.js": "jquery/dist/jquery.min.js",
    "/bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "/all.min.css": "@fortawesome/fontawesome-free/css/all.min.css",
    "/leaflet.awesome-markers.js": "leaflet.awesome-markers/dist/leaflet.awesome-markers.js",
    "/leaflet.awesome-markers.css": "leaflet.awesome-markers/dist/leaflet.awesome-markers.css",
    "/leaflet.markercluster.js": "leaflet.markercluster/dist/leaflet.markercluster.js",
    "/MarkerCluster.css": "leaflet.markercluster/dist/MarkerCluster.css",
    "/MarkerCluster.Default.css": "leaflet.markercluster/dist/MarkerCluster.Default.css",
}
LIBRARIES = Path(tempfile.gettempdir()) / "sialgeo-bench-libraries"


def install() -> None:
    """Bring the libraries that folium links to, by npm."""
    command = [
        "npm",
        "install",
        "--silent",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]
    subprocess.run([*command, "--prefix", str(LIBRARIES), *PACKAGES], check=True)


def inlined(path: Path) -> None:
    """Put the libraries that a folium page links to inside it, so that it opens offline."""

    def held(address: str) -> str:
        name = next((file for end, file in LINKED.items() if address.endswith(end)), None)
        if name is None:
            return ""
        return (LIBRARIES / "node_modules" / name).read_text(encoding="utf-8")

    def script(found: re.Match[str]) -> str:
        return "<script>" + held(found[1]).replace("</script", "<\\/script") + "</script>"

    def style(found: re.Match[str]) -> str:
        return f"<style>{held(found[1])}</style>"

    text = path.read_text(encoding="utf-8")
    text = re.sub(r'<script src="(https?://[^"]+)"></script>', script, text)
    text = re.sub(r'<link rel="stylesheet" href="(https?://[^"]+)"\s*/?>', style, text)
    path.write_text(text, encoding="utf-8")


PEERS: dict[str, tuple[Callable[[int, Path], None], str]] = {
    "sialgeo": (sialgeo, SIALGEO),
    "folium, empty": (folium_empty, FOLIUM),
    "folium GeoJson on canvas": (folium_geojson, FOLIUM),
    "folium FastMarkerCluster": (folium_fast_cluster, FOLIUM),
    "plotly scattergl": (plotly, PLOTLY),
}
CASES = [
    ("folium, empty", 0),
    ("sialgeo", 100_000),
    ("folium GeoJson on canvas", 100_000),
    ("folium FastMarkerCluster", 100_000),
    ("plotly scattergl", 100_000),
    ("sialgeo", 1_000_000),
    ("sialgeo", 5_000_000),
]


def seconds_to_interactive(path: Path, done: str) -> float:
    """Open a page offline in a fresh browser and return the seconds until it is interactive."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(p for name in names if (p := shutil.which(name)))
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=found, args=QUIET)
        page = browser.new_context(offline=True, viewport={"width": 1366, "height": 768}).new_page()
        page.set_default_timeout(120_000)
        page.goto(path.as_uri(), wait_until="commit")
        while not page.evaluate(
            f"Boolean({done})"
        ):  # evaluated over the protocol: no policy forbids it
            time.sleep(0.02)
        taken = page.evaluate(
            "new Promise((ok) => requestAnimationFrame(() => setTimeout(() => ok(performance.now()), 0)))"
        )
        browser.close()
    return float(taken) / 1000


def one(peer: str, n: int, folder: str) -> None:
    """Write one page in this process; print seconds and peak memory."""
    start = time.perf_counter()
    PEERS[peer][0](n, Path(folder) / "page.html")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": time.perf_counter() - start, "peak_mb": peak}))


def main() -> None:
    """Write every page, open them in turn, and tell of each."""
    install()
    with tempfile.TemporaryDirectory() as folder:
        pages, made = [], []
        for i, (peer, n) in enumerate(CASES):
            (Path(folder) / str(i)).mkdir()
            command = [sys.executable, __file__, peer, str(n), str(Path(folder) / str(i))]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            made.append(json.loads(told))
            pages.append(Path(folder) / str(i) / "page.html")
        times: list[list[float]] = [[] for _ in CASES]
        for _ in range(RUNS):  # in turn: what else the machine does meets all of them alike
            for (peer, _n), page, taken in zip(CASES, pages, times, strict=True):
                taken.append(seconds_to_interactive(page, PEERS[peer][1]))
        sizes = [page.stat().st_size / 1e6 for page in pages]
    print(
        "| points | page | MB | seconds to interactive: median (least) | against an empty folium page | writing: s | peak MB |"
    )
    print("|---|---|---|---|---|---|---|")
    base = statistics.median(times[0])
    for (peer, n), taken, size, wrote in zip(CASES, times, sizes, made, strict=True):
        middle = statistics.median(taken)
        print(
            f"| {n:,} | {peer} | {size:.1f} | {middle:.2f} ({min(taken):.2f}) | {middle / base:.1f} × | {wrote['seconds']:.1f} | {wrote['peak_mb']:,.0f} |"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        one(sys.argv[1], int(sys.argv[2]), sys.argv[3])
    else:
        main()
