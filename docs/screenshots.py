"""Make the pictures of the docs: ``python docs/screenshots.py [webmap …]`` (all without a name).

Each picture shows the shipped Cajamarca study, run here from the start. Needs playwright and a
Chromium on PATH (chromium, chromium-browser or google-chrome).
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "img"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


@contextmanager
def browser() -> Iterator[Any]:
    """Yield a headless Chromium."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit(f"no Chromium on PATH ({', '.join(names)})")
    with sync_playwright() as running:
        opened = running.chromium.launch(executable_path=found, args=QUIET)
        yield opened
        opened.close()


def ficha(study: Path) -> None:
    """Picture the two pages of the first fact sheet side by side (pdftoppm of poppler-utils)."""
    import subprocess

    import numpy as np
    from matplotlib import image

    pages = study / "ficha"
    wanted = ["-r", "100", "-f", "3", "-l", "4", "-png"]
    subprocess.run(["pdftoppm", *wanted, str(study / "informe.pdf"), str(pages)], check=True)  # noqa: S603
    read = [image.imread(path) for path in sorted(study.glob("ficha-*.png"))]
    gap = np.full((read[0].shape[0], 12, read[0].shape[2]), 0.75)
    image.imsave(IMAGES / "ficha.png", np.hstack([read[0], gap, read[1]]))


def webmap(study: Path) -> None:
    """Picture the web map: whole, with a ficha open, on a phone, in the dark, two variables and the chart."""
    page_of = (study / "map.html").as_uri()
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

    with browser() as chromium:

        def picture(name: str, hash_: str, script: str = "", **options: Any) -> None:
            wide = {"offline": True, "viewport": {"width": 1366, "height": 768}}
            page = chromium.new_context(**{**wide, **options}).new_page()
            page.goto(f"{page_of}#lang=es&{hash_}")
            page.wait_for_selector("html[data-ready]", state="attached")
            page.wait_for_timeout(900)
            if script:
                page.evaluate(script)
                page.wait_for_timeout(400)
            page.screenshot(path=IMAGES / name)

        below = "document.getElementById('{0}').scrollIntoView()"
        picture("webmap.png", "i=pobreza_2018")
        picture(
            "webmap-ficha.png",
            "c=2&i=pobreza_2018",
            "document.querySelector('#ficha details').open = true",
        )
        picture("webmap-phone.png", "i=pobreza_2018", **phone)
        picture("webmap-dark.png", "c=2&i=pobreza_2018", color_scheme="dark")
        picture("webmap-two.png", "i=idh_2019%C3%97n&vs=1,2,3", below.format("chart"))


def figures(study: Path) -> None:
    """Draw three kinds of maps: evidence and stability, chains, poverty against the producers."""
    import sialgeo
    from sialgeo import study as studies

    path = ROOT / "sample_layers" / "cajamarca" / "estudio.toml"
    told = sialgeo.Study.from_toml(path)
    found = sialgeo.read_concentrations(study / studies.PRIVATE / studies.WORKFILE)
    (source,) = told.territories
    layer, _notes = studies.read_territories(source, path.parent, found.producers.crs)
    published = sialgeo.protect(found, context=studies.context_of(told, (layer,)))
    for kind in ("concentrations", "chains", "bivariate"):
        options = {"column": "pobreza_2018"} if kind == "bivariate" else {}
        sialgeo.figure(kind, published, **options).figure.savefig(
            IMAGES / f"figure-{kind}.png", dpi=120
        )


def qgis(study: Path) -> None:
    """Picture a page of the project's atlas, drawn by a real QGIS (python3-qgis of the system)."""
    import subprocess

    driver = ROOT / "tests" / "qgis" / "drivers" / "project.py"
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(study), "QT_QPA_PLATFORM": "offscreen"}
    command = ["/usr/bin/python3", str(driver), str(study), "proyecto.qgz"]
    subprocess.run(command, check=True, capture_output=True, env=environment)  # noqa: S603
    shutil.copy(study / "page_2.png", IMAGES / "qgis-atlas.png")


PICTURES: dict[str, Callable[[Path], None]] = {
    "webmap": webmap,
    "ficha": ficha,
    "figures": figures,
    "qgis": qgis,
}


def main(wanted: list[str]) -> int:
    """Run the study once and make the pictures asked for."""
    sys.path.insert(0, str(ROOT))
    from sialgeo import Study, set_language

    unknown = set(wanted) - set(PICTURES)
    if unknown:
        sys.stderr.write(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(PICTURES)}\n")
        return 2
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder)
        set_language("es")
        Study.from_toml(ROOT / "sample_layers" / "cajamarca" / "estudio.toml").run(study)
        for name in wanted or PICTURES:
            PICTURES[name](study)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
