"""A study: one text file that says what is read, detected, laid over and handed on.

``Study.from_toml`` reads it and names every fault at once; ``Study.run`` carries it through the
public verbs and moves the outputs into place as a whole. A study file looks like this::

    [study]
    title = { es = "Queserías de Cajamarca", en = "Cheese dairies of Cajamarca" }
    seed = 1

    [producers]
    path = "queserias.csv"
    chain = "cadena"

    [reference]
    path = "productores_leche.csv"

    [detect]
    radius = "5km"

    [[territories]]
    path = "distritos.gpkg"
    key = "ubigeo"
    name = "distrito"
    table = "indicadores.csv"

    [territories.indicators.pobreza_2018]
    name = { es = "Pobreza monetaria 2018", en = "Monetary poverty 2018" }
    family = "monetary"
    year = 2018
    better = "less"

    [association]
    columns = ["pobreza_2018"]

Paths are relative to the study file.
"""

from __future__ import annotations

from sialgeo.study.activation import Classified, classified, write_details
from sialgeo.study.answering import published_rings
from sialgeo.study.results import Found, StudyResult
from sialgeo.study.running import (
    PRIVATE,
    REJECTED,
    WORKFILE,
    Inputs,
    context_of,
    lay_over,
    lay_raster,
    read_inputs,
    read_territories,
)
from sialgeo.study.sections import (
    FILES,
    METHOD,
    About,
    AirDistrictsChoice,
    AssociationChoice,
    BivariateChoice,
    ChainsChoice,
    CompareSource,
    ContrastChoice,
    Detection,
    ExportChoice,
    HotSpotsChoice,
    LinkSource,
    PlacesSource,
    PrioritiesChoice,
    ProducersSource,
    RasterSource,
    ReferenceSource,
    RingsChoice,
    ScanAreasChoice,
    SialSource,
    SurfaceChoice,
    TerritoriesSource,
)
from sialgeo.study.study import Study

__all__ = [
    "FILES",
    "METHOD",
    "PRIVATE",
    "REJECTED",
    "WORKFILE",
    "About",
    "AirDistrictsChoice",
    "AssociationChoice",
    "BivariateChoice",
    "ChainsChoice",
    "Classified",
    "CompareSource",
    "ContrastChoice",
    "Detection",
    "ExportChoice",
    "Found",
    "HotSpotsChoice",
    "Inputs",
    "LinkSource",
    "PlacesSource",
    "PrioritiesChoice",
    "ProducersSource",
    "RasterSource",
    "ReferenceSource",
    "RingsChoice",
    "ScanAreasChoice",
    "SialSource",
    "Study",
    "StudyResult",
    "SurfaceChoice",
    "TerritoriesSource",
    "classified",
    "context_of",
    "lay_over",
    "lay_raster",
    "published_rings",
    "read_inputs",
    "read_territories",
    "write_details",
]
