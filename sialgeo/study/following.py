"""The part of a study that goes on from its concentrations: linkages, an earlier date, priorities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import sialgeo
from sialgeo import params
from sialgeo.files import write_csv
from sialgeo.model import Concentrations, Context
from sialgeo.progress import Progress, scaled
from sialgeo.study.activation import classified
from sialgeo.study.detecting import tested
from sialgeo.study.sections import CompareSource, reading_options

if TYPE_CHECKING:
    import geopandas as gpd

    from sialgeo.comparison import Comparison
    from sialgeo.study.study import Study
    from sialgeo.tables import SialTables

CHANGE_FILE, CHANGE_FIGURE = "cambio.csv", "cambio.png"


def linked(
    study: Study,
    found: Concentrations,
    tables: SialTables | None,
    places: gpd.GeoDataFrame | None,
) -> Concentrations:
    """Link the concentrations as ``[link]`` says."""
    source = study.link
    if source is None or study.producers is None or not len(found):
        return found
    crs = found.producers.crs
    suppliers, market = None, None
    if source.suppliers:
        layer = sialgeo.read_producers(study.resolve(source.suppliers))
        suppliers = layer.to_crs(crs)
    if source.markets:
        places = sialgeo.read_places(study.resolve(source.markets), name=source.market).to_crs(crs)
        market = source.market
    elif study.places is not None:
        market = study.places.name
    return sialgeo.link(
        found,
        tables=tables,
        suppliers=suppliers,
        supply=source.supply or None,
        radii=[params.parse_distance(text) for text in source.radii],
        attraction=source.attraction or None,
        capacity=source.capacity or None,
        id=study.producers.id or "id",
        volume=study.producers.volume or None,
        volume_unit=study.producers.volume_unit,
        places=places,
        place_name=market or "name",
        **source.parameters,
    )


def compared(
    study: Study,
    found: Concentrations,
    tables: SialTables | None,
    reference: Any,
    places: gpd.GeoDataFrame | None,
    progress: Progress,
) -> tuple[Comparison, Concentrations] | None:
    """Compare the concentrations with those of the earlier date; return both."""
    source = study.compare
    if source is None or study.producers is None:
        return None
    earlier = _earlier(study, source, reference, places, scaled(progress, 0.0, 0.9))
    if tables is not None and source.date and study.sial is not None and len(earlier):
        earlier = classified(
            earlier, tables, study.sial.thresholds, key=study.producers.id or "id", date=source.date
        ).concentrations
    given = source.id or study.producers.id or None
    told = sialgeo.compare(earlier, found, id=given, columns=source.columns, **source.parameters)
    return told, earlier


def _earlier(
    study: Study,
    source: CompareSource,
    reference: Any,
    places: gpd.GeoDataFrame | None,
    progress: Progress,
) -> Concentrations:
    """Return the concentrations of the earlier date: those kept, or those of the table detected alike."""
    if source.before:
        return sialgeo.read_concentrations(study.resolve(source.before))
    own: Any = study.producers
    producers = sialgeo.read_producers(
        study.resolve(source.producers), **reading_options(own, study.folder)
    )
    if source.cases:
        producers = sialgeo.select_cases(producers, source.cases)
    found = tested(study, producers, reference, places, progress)
    return sialgeo.profile(found, chain=own.chain if own.chain in producers else None)


def prioritised(study: Study, found: Concentrations) -> Concentrations:
    """Rank the concentrations as ``[priorities]`` says."""
    choice = study.priorities
    if choice is None or not len(found):
        return found
    given = {"seed": study.about.seed, **choice.parameters}
    return sialgeo.prioritise(found, subindices=dict(choice.subindices) or None, **given)


def write_change(
    study: Study, told: Comparison, earlier: Concentrations, context: Context, folder: Path
) -> dict[str, Path]:
    """Write the table and the map of change that may be handed on; return their paths by kind."""
    from sialgeo.exporters import figures

    min_n, date = study.export.min_n, study.compare.date if study.compare else ""
    table = write_csv(told.published(min_n=min_n), folder / CHANGE_FILE)
    picture = folder / CHANGE_FIGURE
    now, before = (
        sialgeo.protect(c, min_n=min_n, context=context) for c in (told.concentrations, earlier)
    )
    options = {"before": before, "dates": (date, context.date) if date else None}
    figures.write(now, picture, "change", options)
    return {"change": table, "change_figure": picture}
