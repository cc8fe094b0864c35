"""The sections of a study file: what each holds, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from sialgeo import params
from sialgeo.disclosure import PUBLISH
from sialgeo.errors import ParameterError
from sialgeo.exporters.kinds import MAX_MB
from sialgeo.i18n import _
from sialgeo.model import Indicator
from sialgeo.pools import COINCIDENT
from sialgeo.triage.countries import ABROAD

FILES: Mapping[str, str] = {  # a format's own file name; the study file may name another
    "html": "map.html",
    "gpkg": "concentrations.gpkg",
    "xlsx": "tables.xlsx",
    "png": "map.png",
    "svg": "map.svg",
    "geojson": "concentrations.geojson",
    "pdf": "report.pdf",
    "ficha.pdf": "ficha.pdf",
    "taller.pdf": "taller.pdf",
    "report.html": "study.report.html",
    "md": "report.md",
    "parquet": "concentrations.parquet",
    "kml": "concentrations.kml",
    "csv": "concentrations.csv",
    "qgz": "project.qgz",
    "json": "run.json",
    "datapackage": "datapackage.json",
}
METHODS_OF_ASSOCIATION = ("msr", "dutilleul", "footprints")
SEED, REPLICATES, METHOD = 1, 999, "relative-dbscan"
SPLITS, RUNS = 50, 100  # held-out halves, and repetitions on shaken data; 0 leaves them out


def entry(
    kind: str, default: Any = "", *, required: bool = False, choices: tuple[str, ...] = ()
) -> Any:
    """Declare one key of a section: ``text``, ``file``, ``texts``, ``names``, ``int``, ``bool``."""
    held: dict[str, Any] = {"kind": kind, "required": required, "choices": choices}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=held)
    return field(default=default, metadata=held)


CHAINS_DEFAULT = "default"  # the table of chains that the package carries


def reading_options(source: PointsSource, folder: Path) -> dict[str, Any]:
    """Return the reader's options that were given; files stand relative to the study's folder."""
    given = {name: getattr(source, name) for name in READING}
    given = {name: value for name, value in given.items() if value not in ("", (), None)}
    for name in ("area", "chains"):
        if given.get(name, CHAINS_DEFAULT) != CHAINS_DEFAULT:
            given[name] = folder / given[name]
    return given


def entries(kind: type) -> list[Field[Any]]:
    """Return the keys of a section, those of the reader last."""
    declared = [f for f in fields(kind) if "kind" in f.metadata]
    return sorted(declared, key=lambda f: bool(f.kw_only))


@dataclass(frozen=True)
class About:
    """``[study]``: title, seed, what the data are."""

    title: Mapping[str, str] = entry("texts", {})
    seed: int = entry("int", SEED)
    synthetic: Mapping[str, str] = entry("texts", {})
    sources: tuple[str, ...] = entry("names", ())
    date: str = entry("date")
    licence: str = entry("text")


@dataclass(frozen=True)
class PointsSource:
    """What every section of points says: the file, and how it is read where a guess was wrong."""

    path: str = entry("file", required=True)
    _: KW_ONLY
    layer: str = entry("text")
    x: str = entry("text")
    y: str = entry("text")
    crs: str = entry("text")
    encoding: str = entry("text")
    separator: str = entry("text")
    decimal: str = entry("text")
    header: int | None = entry("int", None)
    signs: str = entry("text")
    country: tuple[str, ...] = entry("names", ())
    abroad: str = entry("text", choices=("", *ABROAD))
    area: str = entry("file")
    preset: str = entry("text")
    chains: str = entry("file")
    columns: tuple[str, ...] = entry("names", ())
    apply: tuple[str, ...] = entry("names", ())


READING = tuple(f.name for f in fields(PointsSource) if f.name != "path")


def with_guesses(source: Any, reading: Mapping[str, Any]) -> Any:
    """Return a section with what was guessed of its file, where it does not say it itself.

    Read by it, the file gives the same table without a guess.
    """
    given = {g["what"]: g["value"] for g in reading.get("guesses", ())}
    known = {f.name for f in entries(type(source))}
    guessed: dict[str, Any] = {
        what: value
        for what, value in given.items()
        if what in known and isinstance(value, str | int) and getattr(source, what) in ("", None)
    }
    if "columns" in given:  # where one was stated that holds both, its halves
        guessed["x"], guessed["y"] = given["columns"]
    if "country" in given:  # a guess rejects nothing
        guessed |= {"country": tuple(given["country"]), "abroad": source.abroad or "warn"}
    return replace(source, **guessed)


@dataclass(frozen=True)
class ProducersSource(PointsSource):
    """``[producers]``: the table, and what its columns hold."""

    id: str = entry("text")
    chain: str = entry("text")
    volume: str = entry("text")
    volume_unit: str = entry("text")
    employment: str = entry("text")
    locality: str = entry("text")
    cases: str = entry("text")


@dataclass(frozen=True)
class ReferenceSource(PointsSource):
    """``[reference]``: all farms, all establishments, the people; or, for want, habitable land."""

    counts: str = entry("text")
    settlements: str = entry("file")
    weight: str = entry("text")
    includes_producers: bool = entry("bool", False)
    habitable: bool = entry("bool", False)
    key: str = entry("text")
    name: Mapping[str, str] = entry("texts", {})


@dataclass(frozen=True)
class Detection:
    """``[detect]``: the method, its parameters, the number of replicates of the test."""

    method: str = entry("text", METHOD)
    replicates: int = entry("int", REPLICATES)
    splits: int = entry("int", SPLITS)
    runs: int = entry("int", RUNS)
    confirm: bool = entry("bool", True)
    weights: str = entry("text")
    coincident: str = entry("text", "units", choices=COINCIDENT)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def detector(self) -> Any:
        """Return the detector object; a parameter out of bounds is a ``ParameterError``."""
        return params.build(method_named(self.method), dict(self.parameters))

    @property
    def radius(self) -> float | None:
        """The detector's radius in metres; None where it has none, or climbs a ladder."""
        radius = getattr(self.detector, "radius", None)
        return float(radius) if isinstance(radius, int | float) else None


@dataclass(frozen=True)
class ChainsChoice:
    """``[chains]``: every chain is detected and tested on its own, and pays for all of them.

    ``column`` is that of the producers with the chain; by default the ``chain`` of ``[producers]``.
    """

    column: str = entry("text")
    mix: bool = entry("bool", True)


@dataclass(frozen=True)
class PlacesSource(PointsSource):
    """``[places]``: named places, to name concentrations."""

    name: str = entry("text", required=True)


@dataclass(frozen=True)
class TerritoriesSource:
    """``[[territories]]``: polygons with indicators, in the layer or in a table joined by code."""

    path: str = entry("file", required=True)
    key: str = entry("text")
    name: str = entry("text")
    layer: str = entry("text")
    crs: str = entry("text")
    encoding: str = entry("text")
    population: str = entry("text")
    group: str = entry("text")
    table: str = entry("file")
    table_key: str = entry("text")
    columns: tuple[str, ...] = entry("names", ())
    preset: str = entry("text")
    year: int = entry("int", 0)
    description: str = entry("file")
    totals: tuple[str, ...] = entry("names", ())
    settlements: str = entry("file")
    precision: str = entry("text")
    draws: int = entry("int", 1_000)
    indicators: tuple[Indicator, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """Return the columns to lay over: the ones listed, else the ones declared."""
        return self.columns or tuple(i.column for i in self.indicators)


@dataclass(frozen=True)
class RasterSource:
    """``[[rasters]]``: a GeoTIFF with one indicator."""

    path: str = entry("file", required=True)
    column: str = entry("text", required=True)
    band: int = entry("int", 1)
    indicator: Indicator | None = None


@dataclass(frozen=True)
class SialSource:
    """``[sial]``: the tables of the study, for which date, and the thresholds of the typology.

    ``groups``: concentrations, by name or number, that are classified together too; ``names``: further
    names that the tables use for one; ``territories``: polygons (terruños) that are classified beside.
    """

    path: str = entry("file", required=True)
    files: Mapping[str, tuple[str, ...]] = entry("lists", {})
    date: str = entry("date")
    since: str = entry("date")
    groups: Mapping[str, tuple[str, ...]] = entry("lists", {})
    names: Mapping[str, tuple[str, ...]] = entry("lists", {})
    territories: str = entry("file")
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def thresholds(self) -> Any:
        """Return the thresholds; one out of bounds is a ``ParameterError``."""
        from sialgeo.typology import Thresholds

        return params.build(Thresholds, dict(self.parameters))


@dataclass(frozen=True)
class LinkSource:
    """``[link]``: suppliers, what they deliver, and where markets are.

    Actors, flows and the chains' links come from the tables of ``[sial]``; the output is that of
    ``[producers]``. Markets stand by default among ``[places]``.
    """

    suppliers: str = entry("file")
    supply: str = entry("text")
    radii: tuple[str, ...] = entry("names", ("5km", "10km", "20km"))
    attraction: str = entry("text")
    capacity: str = entry("text")
    markets: str = entry("file")
    market: str = entry("text")
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CompareSource:
    """``[compare]``: an earlier run (its working file), or an earlier table that is detected alike.

    ``cases`` chooses the earlier table's producers as in ``[producers]``; ``date`` is the earlier
    date: for it the earlier concentrations are classified where there are tables of ``[sial]``.
    """

    before: str = entry("file")
    producers: str = entry("file")
    cases: str = entry("text")
    id: str = entry("text")
    date: str = entry("date")
    columns: tuple[str, ...] = entry("names", ())
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PrioritiesChoice:
    """``[priorities]``: what makes a concentration come first; by default all that is known."""

    subindices: Mapping[str, tuple[str, ...]] = entry("lists", {})
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ExportChoice:
    """``[export]``: what is handed on and in which formats.

    ``actors`` is a file of actors and institutions that may be shown where they are: for the map of the
    workshop, and for the figure ``actors``.
    """

    publish: str = entry("text", "grid", choices=PUBLISH)
    formats: tuple[str, ...] = entry("names", ("html", "gpkg", "xlsx", "png"))
    min_n: int = entry("int", 10)
    figures: tuple[str, ...] = entry("names", ())
    zip: str = entry("text")
    max_mb: int = entry("int", int(MAX_MB))  # of the web map
    actors: str = entry("file")
    actors_by: str = entry("text")
    actors_name: str = entry("text")


@dataclass(frozen=True)
class AssociationChoice:
    """``[association]``: indicators of the territories that are tested: are producers in poorer places?

    ``reference`` is a column of the territories with the population compared with; without it the
    study's reference population is.
    """

    columns: tuple[str, ...] = entry("names", required=True)
    method: str = entry("text", "msr", choices=METHODS_OF_ASSOCIATION)
    dissolve: str = entry("text")
    reference: str = entry("text")
    replicates: int = entry("int", REPLICATES)


@dataclass(frozen=True)
class BivariateChoice:
    """``[bivariate]``: two indicators of the territories in one map of 3 × 3 classes.

    ``local`` adds a map of where they go together: Lee's L, or bivariate local Moran.
    """

    x: str = entry("text", required=True)
    y: str = entry("text", required=True)
    local: str = entry("text", "", choices=("", "lee", "moran"))


@dataclass(frozen=True)
class HotSpotsChoice:
    """``[hot_spots]``: territories that stand among high or low values of a column.

    With ``population`` the column holds counts, and rates are analysed. Further keys are those of
    ``HotSpots``.
    """

    column: str = entry("text", required=True)
    population: str = entry("text")
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ScanAreasChoice:
    """``[scan_areas]``: groups of territories whose counts are most in excess of their population.

    Several columns of ``cases``, one a chain: where the mix differs. Further keys are those of
    ``SpatialScan``.
    """

    cases: tuple[str, ...] = entry("names", required=True)
    population: str = entry("text")
    replicates: int = entry("int", REPLICATES)
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SurfaceChoice:
    """``[surface]``: where producers are denser than the reference; its keys are ``RelativeRisk``'s."""

    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RingsChoice:
    """``[rings]``: indicators and counts of the territories in the footprints and in rings around them."""

    columns: tuple[str, ...] = entry("names", ())
    totals: tuple[str, ...] = entry("names", ())
    radii: tuple[str, ...] = entry("names", ("5km", "10km", "20km"))

    @property
    def metres(self) -> tuple[float, ...]:
        """Return the radii in metres; a text that is no distance is a ``ParameterError``."""
        return tuple(params.parse_distance(text) for text in self.radii)


@dataclass(frozen=True)
class AirDistrictsChoice:
    """``[air_districts]``: columns of the territories with counts of units: Sforzi's steps, transposed."""

    total: str = entry("text", required=True)
    processing: str = entry("text", required=True)
    small: str = entry("text", required=True)
    medium: str = entry("text", required=True)
    large: str = entry("text", required=True)
    chains: tuple[str, ...] = entry("names", required=True)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column that is needed."""
        return (self.total, self.processing, self.small, self.medium, self.large, *self.chains)


@dataclass(frozen=True)
class ContrastChoice:
    """``[[contrasts]]``: one group of the territories against the rest, indicator by indicator."""

    by: str = entry("text", required=True)
    group: str = entry("text", required=True)
    columns: tuple[str, ...] = entry("names", required=True)
    expected: str = entry("text", "worse", choices=("worse", "better"))
    better: str = entry("text", "more", choices=("more", "less"))
    statement: Mapping[str, str] = entry("texts", {})
    title: Mapping[str, str] = entry("texts", {})
    replicates: int = entry("int", REPLICATES)


INDICATOR_KEYS = (
    *("name", "family", "year", "unit", "better", "source"),
    *("method_year", "low", "high"),
)


def suffix_of(name: str) -> str:
    """Return the format of ``"html"``, ``".html"``, ``"map.html"`` or ``"study.report.html"``."""
    low = "." + name.lower().lstrip(".")
    known = (f for f in sorted(FILES, key=len, reverse=True) if low.endswith("." + f))
    return next(known, low.rpartition(".")[2])


def method_named(name: str) -> type:
    from sialgeo.methods import METHODS

    if name not in METHODS:
        raise ParameterError(
            f"method = {name}: " + _("must be one of {choices}").format(choices=", ".join(METHODS))
        )
    return METHODS[name]
