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

Paths are relative to the study file.
"""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sialgeo
from sialgeo import model, params
from sialgeo.crs import crs_name
from sialgeo.errors import FileError, ParameterError, SchemaError, SialgeoError, raise_all
from sialgeo.files import explain, whole_file
from sialgeo.i18n import LANGUAGES, N_, _, language, ngettext
from sialgeo.model import Concentrations, Context, Indicator, Step
from sialgeo.progress import Progress, scaled, silent

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    import geopandas as gpd

FILES: Mapping[str, str] = {  # a format's own file name; the study file may name another
    "html": "map.html",
    "gpkg": "concentrations.gpkg",
    "xlsx": "tables.xlsx",
    "png": "map.png",
    "svg": "map.svg",
    "geojson": "concentrations.geojson",
    "json": "run.json",
}
PRIVATE = "private"
WORKFILE = "concentrations.work.gpkg"
REJECTED = "rechazados.csv"
SEED, REPLICATES, METHOD = 1, 999, "relative-dbscan"
SPLITS, RUNS = 50, 100  # held-out halves, and repetitions on shaken data; 0 leaves them out
PRECISION, FEWEST_RUNS = "precision_m", 3


# --- the sections of the file -------------------------------------------------------------------
def _key(
    kind: str, default: Any = "", *, required: bool = False, choices: tuple[str, ...] = ()
) -> Any:
    """Declare one key of a section: ``text``, ``file``, ``texts``, ``names``, ``int``, ``bool``."""
    held: dict[str, Any] = {"kind": kind, "required": required, "choices": choices}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=held)
    return field(default=default, metadata=held)


_READING = ("layer", "x", "y", "crs", "encoding", "separator", "decimal", "country")


def _reading(source: Any) -> dict[str, Any]:
    return {name: getattr(source, name) for name in _READING if getattr(source, name)}


@dataclass(frozen=True)
class About:
    """``[study]``: title, seed, what the data are."""

    title: Mapping[str, str] = _key("texts", {})
    seed: int = _key("int", SEED)
    synthetic: Mapping[str, str] = _key("texts", {})
    sources: tuple[str, ...] = _key("names", ())
    date: str = _key("date")


@dataclass(frozen=True)
class ProducersSource:
    """``[producers]``: the table, its columns, and how it is read where a guess was wrong."""

    path: str = _key("file", required=True)
    id: str = _key("text")
    chain: str = _key("text")
    volume: str = _key("text")
    volume_unit: str = _key("text")
    locality: str = _key("text")
    cases: str = _key("text")
    layer: str = _key("text")
    x: str = _key("text")
    y: str = _key("text")
    crs: str = _key("text")
    encoding: str = _key("text")
    separator: str = _key("text")
    decimal: str = _key("text")
    country: str = _key("text")

    @property
    def reading(self) -> dict[str, Any]:
        """Return the reader's options that were given."""
        return _reading(self)


@dataclass(frozen=True)
class ReferenceSource:
    """``[reference]``: all farms, all establishments, the people."""

    path: str = _key("file", required=True)
    counts: str = _key("text")
    settlements: str = _key("file")
    weight: str = _key("text")
    includes_producers: bool = _key("bool", False)
    key: str = _key("text")
    name: Mapping[str, str] = _key("texts", {})
    layer: str = _key("text")
    x: str = _key("text")
    y: str = _key("text")
    crs: str = _key("text")
    encoding: str = _key("text")
    separator: str = _key("text")
    decimal: str = _key("text")
    country: str = _key("text")

    @property
    def reading(self) -> dict[str, Any]:
        """Return the reader's options that were given."""
        return _reading(self)


@dataclass(frozen=True)
class Detection:
    """``[detect]``: the method, its parameters, the number of replicates of the test."""

    method: str = _key("text", METHOD)
    replicates: int = _key("int", REPLICATES)
    splits: int = _key("int", SPLITS)
    runs: int = _key("int", RUNS)
    coincident: str = _key("text", "units", choices=("units", "sites"))
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def detector(self) -> Any:
        """Return the detector object; a parameter out of bounds is a ``ParameterError``."""
        return params.build(_method(self.method), dict(self.parameters))


@dataclass(frozen=True)
class PlacesSource:
    """``[places]``: named places, to name concentrations."""

    path: str = _key("file", required=True)
    name: str = _key("text", required=True)


@dataclass(frozen=True)
class TerritoriesSource:
    """``[[territories]]``: polygons with indicators, in the layer or in a table joined by code."""

    path: str = _key("file", required=True)
    key: str = _key("text")
    name: str = _key("text")
    layer: str = _key("text")
    population: str = _key("text")
    group: str = _key("text")
    table: str = _key("file")
    table_key: str = _key("text")
    columns: tuple[str, ...] = _key("names", ())
    indicators: tuple[Indicator, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """Return the columns to lay over: the ones listed, else the ones declared."""
        return self.columns or tuple(i.column for i in self.indicators)


@dataclass(frozen=True)
class RasterSource:
    """``[[rasters]]``: a GeoTIFF with one indicator."""

    path: str = _key("file", required=True)
    column: str = _key("text", required=True)
    band: int = _key("int", 1)
    indicator: Indicator | None = None


@dataclass(frozen=True)
class ExportChoice:
    """``[export]``: what is handed on and in which formats."""

    publish: str = _key("text", "areas", choices=("areas", "grid", "points"))
    formats: tuple[str, ...] = _key("names", ("html", "gpkg", "xlsx", "png"))
    min_n: int = _key("int", 10)


_INDICATOR_KEYS = ("name", "family", "year", "unit", "better", "source")


@dataclass(frozen=True)
class Study:
    """What is read, detected, laid over and handed on.

    Attributes
    ----------
    about, detection, export
        Title and seed; method and its parameters; formats and what is published.
    producers, reference, places, territories, rasters
        The inputs; a study without producers joins indicators to territories only.
    folder : Path
        The folder that relative paths start from.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _written = (folder / "p.csv").write_text("lon,lat\\n-78.5,-7.1\\n")
    >>> study = Study(producers=ProducersSource("p.csv"), folder=folder,
    ...               detection=Detection(method="dbscan", parameters={"radius": 5000.0}))
    >>> Study.from_toml(study.to_toml(folder / "study.toml")) == study
    True
    """

    about: About = field(default_factory=About)
    producers: ProducersSource | None = None
    reference: ReferenceSource | None = None
    detection: Detection = field(default_factory=Detection)
    places: PlacesSource | None = None
    territories: tuple[TerritoriesSource, ...] = ()
    rasters: tuple[RasterSource, ...] = ()
    export: ExportChoice = field(default_factory=ExportChoice)
    folder: Path = field(default_factory=Path)

    @classmethod
    def from_toml(cls, path: str | os.PathLike[str]) -> Study:
        """Read a study file.

        Raises
        ------
        FileError
            The file cannot be read.
        SchemaError
            It is no TOML, or sections, keys, values or the files it names are at fault: every
            fault is listed, each with its section.
        """
        source = Path(path)
        content = _load(source)
        parser = _Parser(source.parent)
        study = parser.study(content)
        raise_all([f"{source.name}: {fault}" for fault in parser.faults], SchemaError)
        return study

    def to_toml(self, path: str | os.PathLike[str]) -> Path:
        """Write the study as a file; relative paths are rewritten to start from its folder."""
        target = Path(path)
        with whole_file(target) as temporary:
            temporary.write_text(_toml(self, target.parent), encoding="utf-8")
        return target

    def find(self, progress: Progress | None = None, *, rejected: Path | None = None) -> Found:
        """Read the producers, detect, test and profile them; write nothing but ``rejected``.

        Parameters
        ----------
        progress
            ``progress(fraction, message)``; it raises ``Cancelled`` to stop.
        rejected
            Where rows that could not be read go, with their reason.
        """
        return _find(self, progress or silent, rejected)

    def run(self, output: str | os.PathLike[str], progress: Progress | None = None) -> StudyResult:
        """Run the whole study and move its outputs into ``output`` as a whole.

        Parameters
        ----------
        output
            Folder; made where its parent exists. Files of the same names are replaced at the very
            end, other files are left alone; after an error or a cancel the folder is as it was.
        progress
            ``progress(fraction, message)``; it raises ``Cancelled`` to stop.

        Returns
        -------
        StudyResult
            The concentrations, the paths written by kind, and this study with the reader's guesses
            filled in.
        """
        return _run(self, Path(output), progress or silent)

    def resolve(self, path: str) -> Path:
        """Return a path of the study file as seen from here."""
        return self.folder / path


@dataclass(frozen=True)
class Found:
    """Concentrations with what was said on the way, and the layers a map needs."""

    concentrations: Concentrations
    guesses: tuple[str, ...]
    rejected: int
    study: Study
    places: gpd.GeoDataFrame | None = None


@dataclass(frozen=True)
class StudyResult:
    """What a run gives: the concentrations, the written paths by kind, the study as it was run.

    ``context`` holds what the outputs drew around the concentrations (territories with their
    indicators, places). ``guesses`` are the reader's, one sentence each; ``rejected`` counts the rows
    set aside. ``private`` paths hold locations and are not to be handed on.
    """

    concentrations: Concentrations
    paths: Mapping[str, Path]
    study: Study
    context: Context
    guesses: tuple[str, ...] = ()
    rejected: int = 0


# --- reading the file ---------------------------------------------------------------------------
def _load(source: Path) -> dict[str, Any]:
    try:
        text = source.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SchemaError(
            _("{path}: is not UTF-8 text. Remedy: save it with encoding UTF-8").format(path=source)
        ) from None
    except OSError as failure:
        raise FileError(
            _("{path}: cannot be read ({reason})").format(path=source, reason=failure.strerror)
        ) from failure
    try:
        content: dict[str, Any] = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as failure:
        raise SchemaError(
            _("{path}: is no valid study file: {reason}").format(path=source, reason=failure)
        ) from None
    return content


class _Parser:
    """Turns the file's tables into sections and keeps every fault."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []

    def study(self, content: dict[str, Any]) -> Study:
        known = (
            "study",
            "producers",
            "reference",
            "detect",
            "places",
            "territories",
            "rasters",
            "export",
        )
        self.unknown(content, known, "")
        sections = {name: self.table(content, name) for name in known[:5] + known[7:]}
        study = Study(
            about=self.section(About, sections["study"] or {}, "[study]"),
            producers=self.optional(ProducersSource, sections["producers"], "[producers]"),
            reference=self.optional(ReferenceSource, sections["reference"], "[reference]"),
            detection=self.detection(sections["detect"] or {}),
            places=self.optional(PlacesSource, sections["places"], "[places]"),
            territories=tuple(
                self.territories(table, where)
                for table, where in self.tables(content, "territories")
            ),
            rasters=tuple(
                self.raster(table, where) for table, where in self.tables(content, "rasters")
            ),
            export=self.export(sections["export"] or {}),
            folder=self.folder,
        )
        self.together(study)
        return study

    def together(self, study: Study) -> None:
        """Check what only several sections show."""
        if study.producers is None:
            if not study.territories:
                self.faults.append(
                    _("neither [producers] nor [[territories]]: there is nothing to study")
                )
            if study.reference is not None:
                self.faults.append(_("[reference] without [producers]"))
        elif study.detection.method == METHOD and not (study.reference or study.producers.cases):
            self.faults.append(
                _(
                    '[detect] method = {method} needs a [reference], or cases in [producers]. Remedy: give one, or choose method = "dbscan" (exploratory, without a test)'
                ).format(method=METHOD)
            )

    def table(self, content: dict[str, Any], name: str) -> dict[str, Any] | None:
        held = content.get(name)
        if held is None or isinstance(held, dict):
            return held
        self.faults.append(_("[{section}]: must be one table").format(section=name))
        return None

    def tables(self, content: dict[str, Any], name: str) -> Iterator[tuple[dict[str, Any], str]]:
        held = content.get(name, [])
        held = [held] if isinstance(held, dict) else held
        for i, table in enumerate(held if isinstance(held, list) else [held], start=1):
            where = f"[[{name}]] {i}"
            if isinstance(table, dict):
                yield table, where
            else:
                self.faults.append(_("{where}: must be a table").format(where=where))

    def unknown(self, table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
        for name in sorted(set(table) - set(known)):
            self.faults.append(
                _("{place}: unknown; known here: {known}").format(
                    place=f"{where} {name}".strip(), known=", ".join(known)
                )
            )

    def optional(self, kind: type, table: dict[str, Any] | None, where: str) -> Any:
        return None if table is None else self.section(kind, table, where)

    def section(
        self, kind: type, table: dict[str, Any], where: str, also: tuple[str, ...] = ()
    ) -> Any:
        """Make a section; a key at fault keeps its default and adds a fault."""
        declared = [f for f in dataclasses.fields(kind) if "kind" in f.metadata]
        self.unknown(table, (*(f.name for f in declared), *also), where)
        values = {}
        for f in declared:
            if f.name not in table:
                if f.metadata["required"]:
                    self.faults.append(
                        _("{where} {key}: is missing").format(where=where, key=f.name)
                    )
                continue
            value, fault = self.value(f.metadata, table[f.name])
            if fault:
                self.faults.append(f"{where} {f.name}: {fault}")
            else:
                values[f.name] = value
        return kind(**{f.name: "" for f in declared if f.metadata["required"]} | values)

    def value(self, declared: Mapping[str, Any], value: Any) -> tuple[Any, str]:
        """Return a key's value and what is wrong with it."""
        read, said = _KINDS[declared["kind"]]
        try:
            found = read(value)
        except (TypeError, ValueError):
            return None, _("must be {kind}, not {value}").format(kind=_(said), value=repr(value))
        choices = declared["choices"]
        if choices and found not in choices:
            return None, _("must be one of {choices}").format(choices=", ".join(choices))
        if declared["kind"] == "file" and not (self.folder / found).exists():
            return None, _("the file {path} does not exist").format(path=self.folder / found)
        return found, ""

    def detection(self, table: dict[str, Any]) -> Detection:
        own = tuple(f.name for f in dataclasses.fields(Detection) if "kind" in f.metadata)
        given = {k: v for k, v in table.items() if k not in own}
        section: Detection = self.section(
            Detection, {k: table[k] for k in own if k in table}, "[detect]"
        )
        try:
            known = {p.name: p for p in params.params_of(_method(section.method))}
            self.unknown(given, (*own, *known), "[detect]")
            read = {k: params.parse_value(known[k], v) for k, v in given.items() if k in known}
            section = replace(section, parameters=read)
            params.build(_method(section.method), read)
        except SialgeoError as failure:
            self.faults.append(f"[detect] {failure}")
        self.faults += [
            _minimum(f"[detect] {name}", 0)
            for name in ("replicates", "splits", "runs")
            if getattr(section, name) < 0
        ]
        return section

    def territories(self, table: dict[str, Any], where: str) -> TerritoriesSource:
        section: TerritoriesSource = self.section(TerritoriesSource, table, where, ("indicators",))
        declared = table.get("indicators", {})
        if not isinstance(declared, dict):
            self.faults.append(_("{where}: must be a table").format(where=f"{where} indicators"))
            declared = {}
        if section.table and not (section.key or section.table_key):
            self.faults.append(
                _(
                    '{where}: a table is joined by its key. Remedy: add key = "…", the column with the code'
                ).format(where=where)
            )
        indicators = [self.indicator(c, t, f"{where} indicators.{c}") for c, t in declared.items()]
        return replace(section, indicators=tuple(i for i in indicators if i is not None))

    def raster(self, table: dict[str, Any], where: str) -> RasterSource:
        about = {k: v for k, v in table.items() if k in _INDICATOR_KEYS}
        section: RasterSource = self.section(RasterSource, table, where, _INDICATOR_KEYS)
        if section.column and about:
            return replace(
                section, indicator=self.indicator(section.column, about, where, raster=True)
            )
        return section

    def indicator(
        self, column: str, table: Any, where: str, *, raster: bool = False
    ) -> Indicator | None:
        if not isinstance(table, dict):
            self.faults.append(_("{where}: must be a table").format(where=where))
            return None
        if not raster:
            self.unknown(table, _INDICATOR_KEYS, where)
        before = len(self.faults)
        values: dict[str, Any] = {}
        for key, declared in _INDICATOR_DECLARED.items():
            if key in table:
                values[key], fault = self.value(declared, table[key])
                if fault:
                    self.faults.append(f"{where} {key}: {fault}")
        if len(self.faults) > before:
            return None
        values["family"] = model.FAMILIES[values.get("family", "other")]
        return Indicator(column=column, **{"name": dict.fromkeys(LANGUAGES, column)} | values)

    def export(self, table: dict[str, Any]) -> ExportChoice:
        section: ExportChoice = self.section(ExportChoice, table, "[export]")
        for name in section.formats:
            if suffix_of(name) not in FILES:
                self.faults.append(
                    _("[export] formats: “{name}” is not known; known: {known}").format(
                        name=name, known=", ".join(FILES)
                    )
                )
            elif Path(name).name != name:
                self.faults.append(
                    _("[export] formats: “{name}” must be a file name without a folder").format(
                        name=name
                    )
                )
        if section.min_n < 1:
            self.faults.append(_minimum("[export] min_n", 1))
        return section


def _minimum(where: str, bound: int) -> str:
    return f"{where}: " + _("must be at least {bound}").format(bound=bound)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return dict.fromkeys(LANGUAGES, value)
    if not isinstance(value, dict) or not value:
        raise TypeError
    return {_text(k): _text(v) for k, v in value.items()}


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if not isinstance(value, list):
        raise TypeError
    return tuple(_text(v) for v in value)


def _int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _code(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else _text(value)


_KINDS: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "text": (_text, N_("text in quotes")),
    "file": (_text, N_("a file name in quotes")),
    "date": (_code, N_("a date or text in quotes")),
    "texts": (_texts, N_('text in quotes, or { es = "…", en = "…" }')),
    "names": (_names, N_('a list of texts, as ["a", "b"]')),
    "int": (_int, N_("a whole number")),
    "bool": (_bool, N_("true or false")),
}
_INDICATOR_DECLARED: Mapping[str, Mapping[str, Any]] = {
    "name": {"kind": "texts", "choices": ()},
    "family": {"kind": "text", "choices": tuple(model.FAMILIES)},
    "year": {"kind": "int", "choices": ()},
    "unit": {"kind": "text", "choices": ()},
    "better": {"kind": "text", "choices": ("more", "less", "")},
    "source": {"kind": "text", "choices": ()},
}


def suffix_of(name: str) -> str:
    """Return the format of ``"html"``, ``".html"`` or ``"map.html"``."""
    return name.lower().rpartition(".")[2]


def _method(name: str) -> type:
    from sialgeo.methods import METHODS

    if name not in METHODS:
        raise ParameterError(
            f"method = {name}: " + _("must be one of {choices}").format(choices=", ".join(METHODS))
        )
    return METHODS[name]


# --- writing the file ---------------------------------------------------------------------------
def _toml(study: Study, folder: Path) -> str:
    """Return the text of a study file that stands in a folder."""
    import tomli_w

    return tomli_w.dumps(_content(study, folder))


def _content(study: Study, folder: Path) -> dict[str, Any]:
    """Return the study as TOML tables; what equals its default is left out."""

    def move(path: str) -> str:
        if Path(path).is_absolute() or folder.resolve() == study.folder.resolve():
            return path
        try:
            return os.path.relpath(study.resolve(path).resolve(), folder.resolve()).replace(
                os.sep, "/"
            )
        except ValueError:  # another drive
            return str(study.resolve(path).resolve())

    def table(section: Any) -> dict[str, Any]:
        held: dict[str, Any] = {}
        for f in dataclasses.fields(section):
            value, default = getattr(section, f.name), f.default
            if "kind" not in f.metadata or value == default or value in ({}, ()):
                continue
            kind = f.metadata["kind"]
            held[f.name] = (
                move(value) if kind == "file" else list(value) if kind == "names" else value
            )
        return held

    found: dict[str, Any] = {"study": table(study.about)}
    for name in ("producers", "reference", "places"):
        if getattr(study, name) is not None:
            found[name] = table(getattr(study, name))
    found["detect"] = table(study.detection) | dict(study.detection.parameters)
    found["territories"] = [
        table(t)
        | ({"indicators": {i.column: _indicator(i) for i in t.indicators}} if t.indicators else {})
        for t in study.territories
    ]
    found["rasters"] = [
        table(r) | (_indicator(r.indicator) if r.indicator else {}) for r in study.rasters
    ]
    found["export"] = table(study.export)
    return {name: held for name, held in found.items() if held}


def _indicator(indicator: Indicator) -> dict[str, Any]:
    held = {key: getattr(indicator, key) for key in _INDICATOR_KEYS}
    return {key: value for key, value in held.items() if value not in (None, "")}


# --- running ------------------------------------------------------------------------------------
def _find(study: Study, progress: Progress, rejected: Path | None) -> Found:
    source = study.producers
    if source is None:
        raise ParameterError(_("this study has no producers: there is nothing to detect"))
    detector = study.detection.detector
    progress(0.0, _("Reading the producers"))
    everyone = sialgeo.read_producers(
        study.resolve(source.path), rejected=rejected, **source.reading
    )
    reading = dict(everyone.attrs.get("reading", {}))
    producers = sialgeo.select_cases(everyone, source.cases) if source.cases else everyone
    _require_columns(everyone, source)
    notes: list[str] = []
    progress(0.1, _("Reading the reference population"))
    reference = _reference(study, everyone, notes)
    places = _places(study, producers.crs, notes)
    found = sialgeo.detect(
        producers,
        detector,
        reference=reference,
        places=places,
        place_name=study.places.name if study.places else None,
        coincident=study.detection.coincident,
        locality=source.locality or None,
        progress=scaled(progress, 0.15, 0.3),
    )
    if reference is not None and study.detection.replicates:
        found = sialgeo.assess(
            found,
            detector=detector,
            reference=reference,
            replicates=study.detection.replicates,
            seed=study.about.seed,
            progress=scaled(progress, 0.3, 0.8),
        )
        found = _relied_on(study, found, reference, scaled(progress, 0.8, 0.95))
    found = sialgeo.profile(
        found,
        chain=source.chain or None,
        volume=source.volume or None,
        volume_unit=source.volume_unit,
    )
    found = found.with_step(_own_step(study, notes))
    progress(1.0, _("Concentrations ready"))
    guesses = _said(everyone)
    if study.reference is not None:
        guesses += _said(reference.table, _("Reference: "))
    return Found(found, guesses, int(reading.get("rejected", 0)), _as_read(study, reading), places)


def _relied_on(
    study: Study, found: Concentrations, reference: Any, progress: Progress
) -> Concentrations:
    """Add how strong each concentration is on held-out producers, and how stable."""
    chosen, detector = study.detection, study.detection.detector
    if len(found) == 0 or model.INCONCLUSIVE in set(found.areas[model.EVIDENCE]):
        return found
    shared = {"detector": detector, "reference": reference, "seed": study.about.seed}
    if chosen.splits:
        part = scaled(progress, 0.0, 0.4)
        found = sialgeo.estimate(found, splits=chosen.splits, progress=part, **shared)
    if chosen.runs >= FEWEST_RUNS:
        known = found.producers.get(PRECISION)
        stated = known is not None and known.dtype.kind in "iuf" and bool((known >= 0).all())
        found = sialgeo.stability(
            found,
            runs=chosen.runs,
            precision=PRECISION if stated else None,
            progress=scaled(progress, 0.4, 1.0),
            **shared,
        )
    return found


def _require_columns(producers: gpd.GeoDataFrame, source: ProducersSource) -> None:
    """Name every column that the study asks for and the table lacks, at once."""
    raise_all(
        [
            _("[producers] {key}: the table has no column “{column}”; it has: {columns}").format(
                key=key, column=getattr(source, key), columns=", ".join(map(str, producers.columns))
            )
            for key in ("id", "chain", "volume", "locality")
            if getattr(source, key) and getattr(source, key) not in producers.columns
        ]
    )


def _said(table: Any, before: str = "") -> tuple[str, ...]:
    """Return what the reader guessed and remarked, one sentence each."""
    reading = getattr(table, "attrs", {}).get("reading", {})
    sentences = [g["sentence"] for g in reading.get("guesses", ())]
    return tuple(before + sentence for sentence in (*sentences, *reading.get("notes", ())))


def _as_read(study: Study, reading: Mapping[str, Any]) -> Study:
    """Return the study with the reader's guesses written down, so that the next run guesses nothing."""
    if study.producers is None:
        return study
    given = {g["what"]: g["value"] for g in reading.get("guesses", ())}
    columns = given.pop("columns", ())
    if len(columns) == 2:
        given["x"], given["y"] = columns
    guessed = {
        what: value
        for what, value in given.items()
        if what in _READING and isinstance(value, str) and not getattr(study.producers, what)
    }
    return replace(study, producers=replace(study.producers, **guessed))


def _reference(study: Study, everyone: gpd.GeoDataFrame, notes: list[str]) -> Any:
    source = study.reference
    if source is None:
        if study.producers is None or not study.producers.cases:
            return None
        key = study.producers.id or None
        return sialgeo.Reference.from_points(
            everyone, includes_producers=True, key=key, name=_("all rows of the table")
        )
    reference = sialgeo.read_reference(
        study.resolve(source.path),
        counts=source.counts or None,
        settlements=study.resolve(source.settlements) if source.settlements else None,
        weight=source.weight or None,
        includes_producers=source.includes_producers,
        key=source.key or None,
        name=source.name.get(language()) or next(iter(source.name.values()), ""),
        **source.reading,
    )
    lost = int(reference.table.attrs.get("reading", {}).get("rejected", 0))
    if lost:
        notes.append(
            ngettext(
                "{n} row of the reference could not be used.",
                "{n} rows of the reference could not be used.",
                lost,
            ).format(n=lost)
        )
    if reference.table.crs != everyone.crs:
        notes.append(_reprojected(_("the reference"), reference.table.crs, everyone.crs))
        reference = reference.to_crs(everyone.crs)
    return reference


def _places(study: Study, crs: Any, notes: list[str]) -> gpd.GeoDataFrame | None:
    if study.places is None:
        return None
    places = sialgeo.read_places(study.resolve(study.places.path), name=study.places.name)
    return _same_crs(places, crs, _("the places"), notes)


def _same_crs(layer: gpd.GeoDataFrame, crs: Any, name: str, notes: list[str]) -> gpd.GeoDataFrame:
    if layer.crs is None or layer.crs == crs:
        return layer
    notes.append(_reprojected(name, layer.crs, crs))
    return layer.to_crs(crs)


def _reprojected(name: str, old: Any, new: Any) -> str:
    return _("{layer}: reprojected from {old} to {new}, the producers' CRS").format(
        layer=name, old=crs_name(old), new=crs_name(new)
    )


def _own_step(study: Study, notes: list[str]) -> Step:
    said = {"title": dict(study.about.title), "sources": list(study.about.sources)}
    if study.about.synthetic:
        said["synthetic"] = dict(study.about.synthetic)
    return Step("study", said, seed=study.about.seed, versions=model.versions(), notes=tuple(notes))


def read_territories(
    source: TerritoriesSource, folder: Path, crs: Any = None
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Read a territories section: polygons, joined to their table, in a CRS; and what is to be said."""
    layer = sialgeo.read_territories(
        folder / source.path, key=source.key or None, layer=source.layer or None
    )
    notes: list[str] = []
    if source.table:
        key, table_key = source.key or source.table_key, source.table_key or source.key
        table = sialgeo.read_indicators(folder / source.table, key=table_key)
        columns = [c for c in source.shown if c in table.columns] or None
        layer = sialgeo.join_indicators(layer, table, key=key, table_key=table_key, columns=columns)
        notes += layer.attrs["join"]["sentences"]
    if crs is not None:
        layer = _same_crs(layer, crs, Path(source.path).name, notes)
    return layer, tuple(notes)


def lay_over(
    found: Concentrations,
    layer: gpd.GeoDataFrame,
    source: TerritoriesSource,
    notes: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> Concentrations:
    """Lay a territories section over concentrations."""
    over = sialgeo.overlay(
        found,
        layer,
        columns=list(source.shown) or None,
        key=source.key or None,
        name=source.name or None,
        population=source.population or None,
        indicators=source.indicators,
        progress=progress,
    )
    return over.with_step(Step("study", {}, notes=notes)) if notes else over


def lay_raster(found: Concentrations, source: RasterSource, folder: Path) -> Concentrations:
    """Lay a raster section over concentrations."""
    raster = sialgeo.read_raster(folder / source.path, band=source.band)
    indicators = (source.indicator,) if source.indicator else ()
    return sialgeo.overlay(found, raster, columns=[source.column], indicators=indicators)


def _nothing(crs: Any, study: Study) -> Concentrations:
    """Return no concentrations among no producers: a study of territories only."""
    import geopandas as gpd
    import pandas as pd

    producers = gpd.GeoDataFrame(
        {model.CONCENTRATION: pd.Series(dtype="int64"), model.MEMBERSHIP: pd.Series(dtype="str")},
        geometry=gpd.GeoSeries([], crs=crs),
    )
    areas = gpd.GeoDataFrame(
        {
            model.NAME: pd.Series(dtype="str"),
            model.N: pd.Series(dtype="int64"),
            model.EVIDENCE: pd.Series(dtype="str"),
        },
        geometry=gpd.GeoSeries([], crs=crs),
    )
    return Concentrations(producers, areas, (), (_own_step(study, []),))


def _run(study: Study, output: Path, progress: Progress) -> StudyResult:
    with whole_folder(output) as temporary:
        private = temporary / PRIVATE
        private.mkdir()
        if study.producers is not None:
            found = study.find(scaled(progress, 0.0, 0.6), rejected=private / REJECTED)
        else:
            found = Found(_nothing("EPSG:4326", study), (), 0, study)
        concentrations, layers = _overlays(study, found.concentrations, scaled(progress, 0.6, 0.75))
        progress(0.75, _("Writing the working file"))
        paths = {}
        if study.producers is not None:
            paths["work"] = Path(sialgeo.save(concentrations, private / WORKFILE))
        if found.rejected:
            paths["rejected"] = private / REJECTED
        else:
            (private / REJECTED).unlink(missing_ok=True)
        paths["study"] = private / "study.toml"
        paths["study"].write_text(_toml(found.study, output / PRIVATE), encoding="utf-8")
        context = context_of(study, layers, found.places)
        paths |= _export(study, concentrations, temporary, context, scaled(progress, 0.78, 0.99))
        moved = {kind: output / path.relative_to(temporary) for kind, path in paths.items()}
    progress(1.0, _("Done"))
    return StudyResult(concentrations, moved, found.study, context, found.guesses, found.rejected)


def _overlays(
    study: Study, found: Concentrations, progress: Progress
) -> tuple[Concentrations, tuple[gpd.GeoDataFrame, ...]]:
    crs, layers = found.producers.crs, []
    total = len(study.territories) + len(study.rasters)
    for i, territories in enumerate(study.territories):
        progress(i / total, _("Laying over {layer}").format(layer=Path(territories.path).name))
        layer, notes = read_territories(territories, study.folder, crs)
        layers.append(layer)
        if study.producers is not None:
            part = scaled(progress, i / total, (i + 1) / total)
            found = lay_over(found, layer, territories, notes, part)
    for i, raster in enumerate(study.rasters, start=len(study.territories)):
        progress(i / total, _("Laying over {layer}").format(layer=Path(raster.path).name))
        found = lay_raster(found, raster, study.folder)
    return found, tuple(layers)


def context_of(
    study: Study, layers: tuple[gpd.GeoDataFrame, ...] = (), places: gpd.GeoDataFrame | None = None
) -> Context:
    """Return what the outputs say and draw around the concentrations."""
    first = study.territories[0] if study.territories else None
    indicators = [i for t in study.territories[:1] for i in t.indicators]
    return Context(
        title=study.about.title,
        sources=study.about.sources,
        synthetic=study.about.synthetic,
        reference=study.reference.name if study.reference else {},
        date=study.about.date or date.today().isoformat(),
        territories=layers[0] if layers else None,
        territory_key=(first.key or None) if first else None,
        territory_name=(first.name or None) if first else None,
        places=places,
        place_name=study.places.name if study.places else None,
        indicators=tuple(indicators),
    )


def _export(
    study: Study, found: Concentrations, folder: Path, context: Context, progress: Progress
) -> dict[str, Path]:
    choice = study.export
    names = [name if "." in name.strip(".") else FILES[suffix_of(name)] for name in choice.formats]
    if not any(suffix_of(name) == "json" for name in names):
        names.append(FILES["json"])
    paths = {}
    for i, name in enumerate(names):
        part = scaled(progress, i / len(names), (i + 1) / len(names))
        paths[suffix_of(name)] = Path(
            sialgeo.export(
                found,
                folder / name,
                publish=choice.publish,
                min_n=choice.min_n,
                context=context,
                progress=part,
            )
        )
    return paths


# --- outputs as a whole -------------------------------------------------------------------------
@contextmanager
def whole_folder(output: Path) -> Iterator[Path]:
    """Yield a temporary folder; move its files into ``output`` together, only when all went well.

    Files of the same names are replaced, others are left alone. Whatever fails inside, or while
    moving, leaves the folder as it was.

    Examples
    --------
    >>> out = Path(tempfile.mkdtemp()) / "out"
    >>> with whole_folder(out) as folder:
    ...     _n = (folder / "a.txt").write_text("whole")
    >>> [p.name for p in out.iterdir()]
    ['a.txt']
    """
    holder = _holder(output)
    temporary, old = holder / "new", holder / "old"
    try:
        temporary.mkdir()
        old.mkdir()
        yield temporary
        _move(temporary, output, old)
    except SialgeoError as failure:
        failure.args = (str(failure).replace(str(temporary), str(output)),)
        raise
    except OSError as failure:
        raise FileError(explain(output, failure)) from failure
    finally:
        shutil.rmtree(holder, ignore_errors=True)


def _holder(output: Path) -> Path:
    """Make the temporary folder on the output's own file system."""
    if output.exists() and not output.is_dir():
        raise FileError(_("{path}: is a file. Remedy: name a folder").format(path=output))
    parent = output if output.is_dir() else output.absolute().parent
    if not parent.is_dir():
        raise FileError(
            _("{path}: the folder does not exist. Remedy: make it first, or name another").format(
                path=parent
            )
        )
    try:
        return Path(tempfile.mkdtemp(prefix=".sialgeo-", dir=parent))
    except OSError as failure:
        raise FileError(explain(output, failure)) from failure


def _move(temporary: Path, output: Path, old: Path) -> None:
    """Replace files one by one, keeping the old ones aside; undo all if one cannot be moved."""
    made = not output.exists()
    output.mkdir(exist_ok=True)
    moved: list[tuple[Path, Path | None]] = []
    folders: list[Path] = []
    try:
        for i, source in enumerate(sorted(temporary.rglob("*"))):
            target = output / source.relative_to(temporary)
            if source.is_dir():
                if not target.exists():
                    target.mkdir()
                    folders.append(target)
                continue
            if target.is_symlink():
                raise FileError(
                    _(
                        "{path}: is a symbolic link and is not overwritten. Remedy: name the file itself"
                    ).format(path=target)
                )
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
            kept = old / str(i) if target.exists() else None
            if kept is not None:
                target.replace(kept)
            moved.append((target, kept))
            source.replace(target)
    except BaseException:
        for target, kept in reversed(moved):
            target.unlink(missing_ok=True)
            if kept is not None:
                kept.replace(target)
        for target in [*reversed(folders), *([output] if made else [])]:
            target.rmdir()
        raise
