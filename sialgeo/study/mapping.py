"""Maps beside the concentrations: hot spots and scan of counts by territory, surface of relative risk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import sialgeo
from sialgeo import model
from sialgeo.files import write_csv
from sialgeo.hotspots import HotSpots, enough_replicates
from sialgeo.i18n import _
from sialgeo.model import Concentrations, Context, Indicator, Step
from sialgeo.progress import Progress, scaled
from sialgeo.study.answering import holding, indicator_of
from sialgeo.study.sections import (
    REPLICATES,
    HotSpotsChoice,
    ScanAreasChoice,
    TerritoriesSource,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from sialgeo.study.study import Study
    from sialgeo.surfaces import Surface

SPOTS_STEM, ZONES_FILE = "hot-spots", "scan-areas.csv"
SURFACE_FILE, SURFACE_FIGURE = "private/risk.tif", "figure.risk.png"
MOST_REPLICATES = 9_999  # unless the study asks for more
TOLD = ("class", "p_value", "p_fdr")
ZONE_COLUMNS = (
    *(model.CONCENTRATION, model.N, model.EXPECTED, model.RR),
    *(model.STATISTIC, model.P_VALUE),
)


class Spots(NamedTuple):
    """The territories with their class, the columns that name them, what was classed."""

    layer: gpd.GeoDataFrame
    named: list[str]
    indicator: Indicator


@dataclass(frozen=True)
class Mapped:
    """The concentrations with the steps of the maps, and the maps; None for what was not asked."""

    concentrations: Concentrations
    spots: Spots | None = None
    zones: pd.DataFrame | None = None
    surface: Surface | None = None


def mapped(
    study: Study,
    found: Concentrations,
    layers: tuple[gpd.GeoDataFrame, ...],
    reference: Any,
    progress: Progress,
) -> Mapped:
    """Make every map that the study asks for."""
    spots, zones, surface = None, None, None
    if study.hot_spots is not None:
        found, spots = _spots(study, study.hot_spots, found, layers, progress)
    if study.scan_areas is not None:
        found, zones = _zones(study, study.scan_areas, found, layers, progress)
    if study.surface is not None:
        asked = {"seed": study.about.seed, **study.surface.parameters}
        surface = sialgeo.relative_risk_surface(
            _bare(found.producers),
            reference,
            coincident=study.detection.coincident,
            progress=scaled(progress, 0.75, 0.78),
            **asked,
        )
        found = found.with_step(surface.step)
    return Mapped(found, spots, zones, surface)


def _bare(producers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the producers as they were read."""
    return producers.drop(columns=[model.CONCENTRATION, model.MEMBERSHIP])


def _spots(
    study: Study,
    choice: HotSpotsChoice,
    found: Concentrations,
    layers: tuple[gpd.GeoDataFrame, ...],
    progress: Progress,
) -> tuple[Concentrations, Spots]:
    """Class the territories that have a value; the others are shown as without."""
    columns = (choice.column, *((choice.population,) if choice.population else ()))
    at = holding(layers, columns, "[hot_spots]")
    layer, source = layers[at], study.territories[at]
    known = layer[list(columns)].notna().all(axis=1)
    level = choice.parameters.get("level", HotSpots().level)
    enough = min(max(enough_replicates(int(known.sum()), level), REPLICATES), MOST_REPLICATES)
    asked = {"seed": study.about.seed, "replicates": enough, **choice.parameters}
    told = sialgeo.hot_spots(
        layer[known],
        choice.column,
        population=choice.population or None,
        progress=scaled(progress, 0.75, 0.76),
        **asked,
    )
    spots = layer.assign(**{"class": "no_data"})
    for column in TOLD:
        spots.loc[known, column] = told[column]
    spots.attrs = {"notes": told.attrs["notes"]}
    parameters = {"column": choice.column, "population": choice.population, **asked}
    step = Step(
        "hot_spots",
        {**parameters, "classes": spots["class"].value_counts().to_dict()},
        seed=asked["seed"],
        versions=model.versions(),
        notes=tuple(told.attrs["notes"]),
    )
    indicator = indicator_of(source, choice.column) or Indicator(choice.column, {})
    return found.with_step(step), Spots(spots, _named(source, spots), indicator)


def _zones(
    study: Study,
    choice: ScanAreasChoice,
    found: Concentrations,
    layers: tuple[gpd.GeoDataFrame, ...],
    progress: Progress,
) -> tuple[Concentrations, pd.DataFrame]:
    """Return a row for each territory in a zone that may be published."""
    columns = (*choice.cases, *((choice.population,) if choice.population else ()))
    at = holding(layers, columns, "[scan_areas]")
    source, several = study.territories[at], len(choice.cases) > 1
    asked = dict(choice.parameters)
    if "shape" in asked:
        asked["shapes"] = asked.pop("shape")
    if asked.get("model", "auto") == "auto":
        asked["model"] = "multinomial" if several else "poisson"
    told = sialgeo.scan_areas(
        layers[at],
        choice.cases if several else choice.cases[0],
        population=choice.population or None,
        replicates=choice.replicates,
        seed=study.about.seed,
        progress=scaled(progress, 0.76, 0.77),
        **asked,
    )
    inside = told[told[model.CONCENTRATION] > 0]
    shown = inside[inside[model.N] >= study.export.min_n]
    withheld = inside[model.CONCENTRATION].nunique() - shown[model.CONCENTRATION].nunique()
    said = [_("Withheld as confidential: {n}.").format(n=withheld)] if withheld else []
    named = _named(source, told)
    kept = [c for c in told if str(c).startswith((f"{model.EXPECTED}__", f"{model.RR}__"))]
    kept = [*(c for c in ZONE_COLUMNS if c in told), *kept]
    step = Step(
        "scan_areas",
        {"cases": choice.cases, "population": choice.population, **asked},
        seed=study.about.seed,
        versions=model.versions(),
        notes=tuple(said),
    )
    table = shown[[*named, *kept]].sort_values([model.CONCENTRATION, *named[:1]])
    return found.with_step(step), table


def _named(source: TerritoriesSource, layer: gpd.GeoDataFrame) -> list[str]:
    """Return the columns that say which territory a row is."""
    return [c for c in dict.fromkeys((source.key, source.name)) if c and c in layer.columns]


def draw_maps(study: Study, maps: Mapped, context: Context, folder: Path) -> dict[str, Path]:
    """Write the maps and tables; return their paths by kind."""
    return dict(_drawn(study, maps, context, folder))


def _drawn(
    study: Study, maps: Mapped, context: Context, folder: Path
) -> Iterator[tuple[str, Path]]:
    from sialgeo.exporters import choropleths, figures

    if maps.spots is not None:
        picture, table = folder / f"{SPOTS_STEM}.png", folder / f"{SPOTS_STEM}.csv"
        classed = maps.spots.indicator
        choropleths.write_local(
            maps.spots.layer,
            picture,
            _("{name}: hot and cold spots").format(name=classed.label()),
            sources=(classed.source,) if classed.source else study.about.sources,
        )
        yield "hot_spots", picture
        named = maps.spots.layer[[*maps.spots.named, *TOLD]]
        yield "hot_spots_table", write_csv(named, table)
    if maps.zones is not None:
        yield "scan_areas", write_csv(maps.zones, folder / ZONES_FILE)
    if maps.surface is not None:
        raster, picture = folder / SURFACE_FILE, folder / SURFACE_FIGURE
        maps.surface.to_geotiff(raster)
        yield "surface", raster
        min_n = study.export.min_n
        shown = sialgeo.protect(maps.concentrations, publish="areas", min_n=min_n, context=context)
        surface = sialgeo.protect_surface(maps.surface, maps.concentrations.producers, min_n=min_n)
        figures.write(shown, picture, "risk", {"surface": surface})
        yield "figure_risk", picture
