"""From the text of a study file to its sections, with every fault at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sialgeo import model, params
from sialgeo.comparison import Comparing
from sialgeo.errors import FileError, ParameterError, SchemaError, SialgeoError
from sialgeo.exporters.kinds import ACTORS, PUBLISHED
from sialgeo.i18n import LANGUAGES, N_, _
from sialgeo.linkages import Linking
from sialgeo.model import Indicator
from sialgeo.priorities import Prioritising
from sialgeo.study.sections import (
    CHAINS_DEFAULT,
    FILES,
    INDICATOR_KEYS,
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
    entries,
    method_named,
    suffix_of,
)
from sialgeo.urls import is_database

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from sialgeo.study.study import Study


LEAST_REPLICATES = 99


def load(source: Path) -> dict[str, Any]:
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


class Parser:
    """Turns the file's tables into sections and keeps every fault."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []

    def sections(self, content: dict[str, Any]) -> dict[str, Any]:
        """Return the study's attributes, one for each section of the file."""
        self.unknown(content, (*_TABLES, *_LISTS), "")
        held: dict[str, Any] = {}
        for name, (attribute, read) in _TABLES.items():
            held[attribute] = read(self, self.table(content, name), f"[{name}]")
        for name, (attribute, read) in _LISTS.items():
            held[attribute] = tuple(
                read(self, table, where) for table, where in self.tables(content, name)
            )
        return held

    def together(self, study: Study) -> None:
        """Check what only several sections show."""
        if study.producers is None:
            if not study.territories:
                self.faults.append(
                    _("neither [producers] nor [[territories]]: there is nothing to study")
                )
            if study.reference is not None:
                self.faults.append(_("[reference] without [producers]"))
        elif study.detection.method == METHOD and not (
            study.reference or study.producers.cases or study.chains
        ):
            self.faults.append(
                _(
                    '[detect] method = {method} needs a [reference], or cases in [producers]. Remedy: give one, or choose method = "dbscan" (exploratory, without a test)'
                ).format(method=METHOD)
            )

        if study.chains is not None and not study.chain_column:
            self.faults.append(
                _('[chains]: which column? Remedy: column = "…", or chain = "…" in [producers]')
            )
        self.of_indicators(study)
        for where, held in (
            ("[link]", study.link),
            ("[compare]", study.compare),
            ("[priorities]", study.priorities),
        ):
            if held is not None and study.producers is None:
                self.faults.append(_("{where}: needs [producers]").format(where=where))
        if study.compare is not None and study.compare.producers and study.chains is not None:
            self.faults.append(
                _(
                    '[compare]: with [chains] an earlier table is not detected alike. Remedy: before = "….work.gpkg", the working file of the earlier run'
                )
            )
        if study.link is not None and not (study.link.suppliers or study.sial):
            self.faults.append(
                _(
                    '[link]: nothing to link to. Remedy: suppliers = "…", or the tables of the study in [sial]'
                )
            )

    def of_indicators(self, study: Study) -> None:
        """Check what is asked of the territories' indicators."""
        asked = {
            "[association]": study.association,
            "[bivariate]": study.bivariate,
            "[rings]": study.rings,
            "[air_districts]": study.air_districts,
            "[hot_spots]": study.hot_spots,
            "[scan_areas]": study.scan_areas,
            "[[contrasts]]": study.contrasts,
        }
        for where, held in asked.items():
            if held and not study.territories:
                self.faults.append(
                    _("{where}: needs [[territories]] with the indicators").format(where=where)
                )
        if study.association is not None:
            if study.producers is None:
                self.faults.append(_("{where}: needs [producers]").format(where="[association]"))
            elif not study.reference and not study.association.reference:
                self.faults.append(
                    _(
                        '[association]: needs a population to compare with. Remedy: give a [reference], or reference = "…", a column of the territories'
                    )
                )
            if study.association.replicates < LEAST_REPLICATES:
                self.faults.append(_minimum("[association] replicates", LEAST_REPLICATES))
        if study.bivariate is not None and not any(t.population for t in study.territories):
            self.faults.append(
                _('[bivariate]: needs population = "…", a column, in [[territories]]')
            )
        if study.rings is not None:
            self.of_rings(study, study.rings)
        if study.surface is not None and (
            study.producers is None or not (study.reference or study.producers.cases)
        ):
            self.faults.append(
                _("[surface]: needs [producers], and a [reference] or cases in [producers]")
            )
        if study.contrasts and not any(t.name for t in study.territories):
            self.faults.append(_('[[contrasts]]: needs name = "…", a column, in [[territories]]'))

    def of_rings(self, study: Study, rings: RingsChoice) -> None:
        """Check what rings are asked for."""
        if study.producers is None:
            self.faults.append(_("{where}: needs [producers]").format(where="[rings]"))
        if not rings.columns and not rings.totals:
            self.faults.append(_("[rings]: name columns or totals of the territories"))
        try:
            metres = rings.metres
        except ParameterError as error:
            self.faults.append(f"[rings] radii: {error}")
            return
        if not metres or min(metres) <= 0 or any(b <= a for a, b in pairwise(metres)):
            self.faults.append(_("[rings] radii: give increasing distances, as “5km”, “10km”"))

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

    def section(
        self, kind: type, table: dict[str, Any], where: str, also: tuple[str, ...] = ()
    ) -> Any:
        """Make a section; a key at fault keeps its default and adds a fault."""
        declared = entries(kind)
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
        if declared["kind"] == "file" and not _there(self.folder, found):
            return None, _("the file {path} does not exist").format(path=self.folder / found)
        return found, ""

    def declared(
        self, kind: type, table: dict[str, Any], where: str, owner: Callable[[Any], type]
    ) -> Any:
        """Make a section whose further keys are the parameters of ``owner(section)``."""
        own = tuple(f.name for f in entries(kind))
        given = {k: v for k, v in table.items() if k not in own}
        section = self.section(kind, {k: table[k] for k in own if k in table}, where)
        try:
            owning = owner(section)
            known = {p.name: p for p in params.params_of(owning)}
            self.unknown(given, (*own, *known), where)
            read = {k: params.parse_value(known[k], v) for k, v in given.items() if k in known}
            section = replace(section, parameters=read)
            params.build(owning, read)
        except SialgeoError as failure:
            self.faults.append(f"{where} {failure}")
        return section

    def detection(self, table: dict[str, Any], where: str) -> Detection:
        section: Detection = self.declared(
            Detection, table, where, lambda section: method_named(section.method)
        )
        self.faults += [
            _minimum(f"{where} {name}", 0)
            for name in ("replicates", "splits", "runs")
            if getattr(section, name) < 0
        ]
        return section

    def link(self, table: dict[str, Any], where: str) -> LinkSource:
        section: LinkSource = self.declared(LinkSource, table, where, lambda _section: Linking)
        if section.markets and not section.market:
            self.faults.append(
                _('{where}: markets need market = "…", the column with their names').format(
                    where=where
                )
            )
        for text in section.radii:
            try:
                params.parse_distance(text)
            except SialgeoError as failure:
                self.faults.append(f"{where} radii: {failure}")
        return section

    def scan_areas(self, table: dict[str, Any], where: str) -> ScanAreasChoice:
        section: ScanAreasChoice = self.declared(
            ScanAreasChoice, table, where, lambda _section: _scan()
        )
        if "centres" in section.parameters:
            self.faults.append(_("{where} centres: every territory is one").format(where=where))
        if section.replicates < 0:
            self.faults.append(_minimum(f"{where} replicates", 0))
        return section

    def compare(self, table: dict[str, Any], where: str) -> CompareSource:
        section: CompareSource = self.declared(
            CompareSource, table, where, lambda _section: Comparing
        )
        if bool(section.before) == bool(section.producers):
            self.faults.append(
                _(
                    '{where}: give either before = "….work.gpkg", the working file of the earlier run, or producers = "…", the earlier table'
                ).format(where=where)
            )
        return section

    def territories(self, table: dict[str, Any], where: str) -> TerritoriesSource:
        section: TerritoriesSource = self.section(TerritoriesSource, table, where, ("indicators",))
        declared = table.get("indicators", {})
        if not isinstance(declared, dict):
            self.faults.append(_("{where}: must be a table").format(where=f"{where} indicators"))
            declared = {}
        if section.table and not (section.key or section.table_key or section.preset):
            self.faults.append(
                _(
                    '{where}: a table is joined by its key. Remedy: add key = "…", the column with the code'
                ).format(where=where)
            )
        indicators = [self.indicator(c, t, f"{where} indicators.{c}") for c, t in declared.items()]
        return replace(section, indicators=tuple(i for i in indicators if i is not None))

    def raster(self, table: dict[str, Any], where: str) -> RasterSource:
        about = {k: v for k, v in table.items() if k in INDICATOR_KEYS}
        section: RasterSource = self.section(RasterSource, table, where, INDICATOR_KEYS)
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
            self.unknown(table, INDICATOR_KEYS, where)
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

    def export(self, table: dict[str, Any], where: str) -> ExportChoice:
        section: ExportChoice = self.section(ExportChoice, table, where)
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
        known = (*PUBLISHED, ACTORS) if section.actors else tuple(PUBLISHED)
        self.faults += [
            f"[export] figures = {kind}: "
            + _("must be one of {choices}").format(choices=", ".join(known))
            for kind in section.figures
            if kind not in known
        ]
        if section.min_n < 1:
            self.faults.append(_minimum("[export] min_n", 1))
        if section.max_mb < 1:
            self.faults.append(_minimum("[export] max_mb", 1))
        return section


def _minimum(where: str, bound: int) -> str:
    return f"{where}: " + _("must be at least {bound}").format(bound=bound)


def _there(folder: Path, name: str) -> bool:
    """Tell whether a file is there; what a database holds is seen when it is read."""
    return is_database(name) or name == CHAINS_DEFAULT or (folder / name).exists()


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


def _lists(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise TypeError
    return {_text(k): _names(v) for k, v in value.items()}


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
    "lists": (_lists, N_('names of files by table, as { unidad = ["a.csv", "b.csv"] }')),
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
    "method_year": {"kind": "int", "choices": ()},
    "low": {"kind": "text", "choices": ()},
    "high": {"kind": "text", "choices": ()},
}


_Reader = Callable[["Parser", Any, str], Any]


def _one(kind: type) -> _Reader:
    """Return the reader of a section that may be left out, and then has its defaults."""
    return lambda parser, table, where: parser.section(kind, table or {}, where)


def _optional(kind: type) -> _Reader:
    """Return the reader of a section that is None where it is left out."""
    return lambda parser, table, where: (
        None if table is None else parser.section(kind, table, where)
    )


def _with_parameters(kind: type, owner: Callable[[Any], type]) -> _Reader:
    """Return the reader of an optional section with the parameters of a declared object."""
    return lambda parser, table, where: (
        None if table is None else parser.declared(kind, table, where, owner)
    )


def _scan() -> type:
    from sialgeo.scans import SpatialScan

    return SpatialScan


def _hot_spots() -> type:
    from sialgeo.hotspots import HotSpots

    return HotSpots


def _surface() -> type:
    from sialgeo.surfaces import RelativeRisk

    return RelativeRisk


def _thresholds() -> type:
    from sialgeo.typology import Thresholds

    return Thresholds


# section of the file → attribute of the study, and how it is read; a new section is a line here
_TABLES: Mapping[str, tuple[str, _Reader]] = {
    "study": ("about", _one(About)),
    "producers": ("producers", _optional(ProducersSource)),
    "reference": ("reference", _optional(ReferenceSource)),
    "detect": ("detection", lambda parser, table, where: parser.detection(table or {}, where)),
    "chains": ("chains", _optional(ChainsChoice)),
    "places": ("places", _optional(PlacesSource)),
    "sial": ("sial", _with_parameters(SialSource, lambda _section: _thresholds())),
    "link": (
        "link",
        lambda parser, table, where: None if table is None else parser.link(table, where),
    ),
    "compare": (
        "compare",
        lambda parser, table, where: None if table is None else parser.compare(table, where),
    ),
    "priorities": (
        "priorities",
        _with_parameters(PrioritiesChoice, lambda _section: Prioritising),
    ),
    "association": ("association", _optional(AssociationChoice)),
    "bivariate": ("bivariate", _optional(BivariateChoice)),
    "rings": ("rings", _optional(RingsChoice)),
    "air_districts": ("air_districts", _optional(AirDistrictsChoice)),
    "hot_spots": ("hot_spots", _with_parameters(HotSpotsChoice, lambda _section: _hot_spots())),
    "scan_areas": (
        "scan_areas",
        lambda parser, table, where: None if table is None else parser.scan_areas(table, where),
    ),
    "surface": ("surface", _with_parameters(SurfaceChoice, lambda _section: _surface())),
    "export": ("export", lambda parser, table, where: parser.export(table or {}, where)),
}
_LISTS: Mapping[str, tuple[str, _Reader]] = {
    "territories": ("territories", Parser.territories),
    "rasters": ("rasters", Parser.raster),
    "contrasts": ("contrasts", _one(ContrastChoice)),
}
