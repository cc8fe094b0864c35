"""Real layers with their verdicts: ``python docs/real_layers.py DATA`` writes docs/real-layers.md.

DATA is a folder with the third-party layers (their publishers are named in the page); none of them is
part of the project. The maps are drawings of generalised areas, never copies of the data.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

import sialgeo
from sialgeo.exporters import figures
from sialgeo.i18n import use_language
from sialgeo.model import EVIDENCE, EXPECTED, INCONCLUSIVE, NAME, RADIUS, RR, VERDICT_EN, Context, N

DOCS = Path(__file__).parent
PAGE, SHOWN = DOCS / "real-layers.md", 8
DENUE = "INEGI, DENUE 2021, food industry of Yucatán"
OSM = "© OpenStreetMap contributors, ODbL 1.0 (farmshops.eu, 2026-01-29)"
USDA = "USDA AMS, National Farmers Market Directory, 2019"


@dataclass(frozen=True)
class Layer:
    """One question put to one layer."""

    key: str
    title: str
    source: str
    producers: gpd.GeoDataFrame
    reference: sialgeo.Reference
    detector: Any
    said: str
    replicates: int = 999
    around: gpd.GeoDataFrame | None = None


def layers(data: Path) -> list[Layer]:
    """Read the layers and ask."""
    yucatan = sialgeo.read_producers(
        data / "mexico_yucatan_denue_alimentos" / "yucatan_denue_alimentos_2021.csv"
    )
    trades = sialgeo.Reference.from_points(yucatan, includes_producers=True, key="id")
    shops = sialgeo.read_producers(data / "osm_farmshops_dach" / "osm_farmshops_dach.csv")
    places = sialgeo.Reference.from_points(shops, includes_producers=True, key="osm_id")
    markets = sialgeo.read_producers(data / "us_farmers_markets" / "us_farmers_markets.csv")
    markets = markets.cx[-125:-66, 24:50]
    hull = gpd.GeoDataFrame(geometry=[markets.union_all().convex_hull], crs=markets.crs)
    towns = sialgeo.read_territories(data / "mexico_municipios" / "mexico_municipios.gpkg")
    towns = towns[towns["entidad"] == "Yucatán"][["cvegeo", "municipio", "geometry"]]
    few = sialgeo.RelativeDBSCAN(radius="auto", min_units=3)
    return [
        Layer(
            "honey",
            "Honey wholesalers of Yucatán",
            DENUE,
            sialgeo.select_cases(yucatan, "codigo_act == '431194'"),
            trades,
            few,
            "34 honey wholesalers among 2,418 food establishments, over a ladder of radii.",
            around=towns,
        ),
        Layer(
            "dairies",
            "Dairies of Yucatán",
            DENUE,
            sialgeo.select_cases(yucatan, "codigo_act == '311513'"),
            trades,
            few,
            "15 dairies among the same establishments: the cattle country, not the capital.",
            around=towns,
        ),
        Layer(
            "beekeepers",
            "Beekeepers of Germany, Austria and Switzerland",
            OSM,
            sialgeo.select_cases(shops, "tipo == 'beekeeper'"),
            places,
            sialgeo.RelativeDBSCAN(radius=10_000),
            "2,141 beekeepers among 23,972 farm shops, markets and vending machines. Whether a place is one of beekeeping or of diligent mapping these data cannot say.",
            199,
        ),
        Layer(
            "markets",
            "Farmers' markets of the United States",
            USDA,
            markets,
            sialgeo.Reference.from_mask(hull, spacing=15_000),
            sialgeo.RelativeDBSCAN(radius=30_000, min_units=20),
            "8,580 markets and no reference population: held against the hull of the markets, lakes and deserts included, the answer is what it must be.",
        ),
    ]


def answered(layer: Layer) -> sialgeo.Concentrations:
    """Detect, and say what each concentration is worth."""
    found = sialgeo.detect(layer.producers, layer.detector, reference=layer.reference)
    if len(found) == 0 or INCONCLUSIVE in set(found.areas[EVIDENCE]):
        return found
    return sialgeo.gather_evidence(
        found,
        detector=layer.detector,
        reference=layer.reference,
        replicates=layer.replicates,
        splits=30,
        runs=30,
    )


def drawn(layer: Layer, found: sialgeo.Concentrations) -> Path:
    """Draw the generalised areas."""
    path = DOCS / "img" / f"real-{layer.key}.png"
    context = Context(
        title={"en": layer.title},
        sources=(layer.source,),
        territories=layer.around,
        territory_key=None if layer.around is None else "cvegeo",
        territory_name=None if layer.around is None else "municipio",
    )
    # public directories: concentrations of three are shown
    published = sialgeo.protect(found, min_n=3, context=context)
    axes = figures.plot(published, points=False)
    figure = axes.figure
    figure.savefig(path, dpi=70)
    _fewer_colours(path)
    return path


def _fewer_colours(path: Path) -> None:
    """Keep the drawing small; fewer colours than 256 would turn a small area grey."""
    from PIL import Image

    with Image.open(path) as image:
        image.convert("RGB").quantize(256).save(path, optimize=True)


def told(layer: Layer, found: sialgeo.Concentrations) -> list[str]:
    """Return the layer's part of the page."""
    lines = [f"## {layer.title}", "", layer.said, "", f"Source: {layer.source}.", ""]
    said = found.summary()
    lines += [f"**{said.verdict}** {said.number}", ""]
    if INCONCLUSIVE in set(found.areas[EVIDENCE]):
        lines += [said.caution, ""]
    else:
        lines += [
            "| | producers | expected | relative risk | radius, km | verdict |",
            "|---" * 6 + "|",
        ]
        for _k, row in found.areas.head(SHOWN).iterrows():
            radius = row.get(RADIUS, getattr(layer.detector, "radius", float("nan"))) / 1000
            lines.append(
                f"| {row[NAME]} | {row[N]} | {row[EXPECTED]:.1f} | {row[RR]:.1f} | {radius:g} | {row[VERDICT_EN]} |"
            )
        if len(found) > SHOWN:
            lines.append(f"\n… and {len(found) - SHOWN} more.")
        lines.append("")
    if any(step.parameters.get("ladder") for step in found.steps):
        evidence = sialgeo.evidence_by_radius(found)
        lines += ["What each radius shows:", "", "```", *evidence.tree(), "```", ""]
    return [*lines, f"![{layer.title}](img/real-{layer.key}.png)", ""]


def main() -> None:
    """Write the page and its maps."""
    lines = [
        "# Real layers",
        "",
        "```sh",
        "python docs/real_layers.py DATA     # the folder with the third-party layers",
        "```",
        "",
        "The main job on real files, with the verdict on each concentration. The areas are generalised; the layers themselves are not part of the project.",
        "",
    ]
    with use_language("en"):
        for layer in layers(Path(sys.argv[1])):
            found = answered(layer)
            drawn(layer, found)
            lines += told(layer, found)
    PAGE.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
