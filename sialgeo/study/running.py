"""Carrying a study through the public verbs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import sialgeo
from sialgeo import model
from sialgeo.crs import crs_name
from sialgeo.errors import MissingDependencyError, ParameterError, raise_all
from sialgeo.exporters.diagrams import write_evidence, write_guide
from sialgeo.files import run_folder
from sialgeo.i18n import _, language, ngettext
from sialgeo.model import Concentrations, Context, Step
from sialgeo.progress import Progress, scaled
from sialgeo.radii import RADII, RadiusChoice, covers_area
from sialgeo.study.activation import Classified, classified, write_details
from sialgeo.study.answering import answer, draw_answers
from sialgeo.study.detecting import of_detection
from sialgeo.study.following import compared, linked, prioritised, write_change
from sialgeo.study.mapping import draw_maps, mapped
from sialgeo.study.results import Found, StudyResult
from sialgeo.study.sections import (
    FILES,
    ProducersSource,
    RasterSource,
    TerritoriesSource,
    reading_options,
    suffix_of,
    with_guesses,
)
from sialgeo.study.writing import text_of
from sialgeo.urls import is_database

if TYPE_CHECKING:
    import geopandas as gpd

    from sialgeo.chains import Chains
    from sialgeo.study.study import Study
    from sialgeo.tables import SialTables

PRIVATE = "private"
WORKFILE = "concentrations.work.gpkg"
REJECTED = "rechazados.csv"
RADII_FIGURE, GUIDE_FIGURE = "radii.png", "radius.png"
FIGURE = "figure.{kind}.png"  # the name tells the writer the kind


class Inputs(NamedTuple):
    """What a detection reads: the table, the producers among it, the reference, what is to be said."""

    source: ProducersSource
    everyone: gpd.GeoDataFrame
    producers: gpd.GeoDataFrame
    reference: Any
    notes: list[str]


def read_inputs(study: Study, progress: Progress, rejected: Path | None = None) -> Inputs:
    """Read the producers and the reference population of a study."""
    source = study.producers
    if source is None:
        raise ParameterError(_("this study has no producers: there is nothing to detect"))
    progress(0.0, _("Reading the producers"))
    pushed = source.cases if source.cases and study.reference is not None else None
    everyone = sialgeo.read_producers(
        study.source(source.path),
        rejected=rejected,
        progress=scaled(progress, 0.0, 0.1),
        cases=pushed,
        **reading_options(source, study.folder),
    )
    all_read = bool(source.cases) and pushed is None
    producers = sialgeo.select_cases(everyone, source.cases) if all_read else everyone
    _require_columns(everyone, study)
    notes: list[str] = []
    progress(0.1, _("Reading the reference population"))
    return Inputs(source, everyone, producers, _reference(study, everyone, notes), notes)


def find(study: Study, progress: Progress, rejected: Path | None) -> Found:
    detector = study.detection.detector  # what is out of bounds is said before anything is read
    source, everyone, producers, reference, notes = read_inputs(study, progress, rejected)
    reading = _reading(everyone)
    places = _places(study, producers.crs, notes)
    part = scaled(progress, 0.15, 0.95)
    chains, guide = None, None
    if study.chains is not None:
        chains = _by_chain(study, detector, producers, reference, places, part)
        found = chains.together()
    else:
        guide = _guide(study, producers, reference)
        found = _detected(study, detector, producers, reference, places, guide, part)
    found = sialgeo.profile(
        found,
        chain=study.chain_column or None,
        volume=source.volume or None,
        volume_unit=source.volume_unit,
        employment=source.employment or None,
    )
    found = found.with_step(_own_step(study, notes))
    progress(1.0, _("Concentrations ready"))
    guesses = _said(everyone)
    if study.reference is not None:
        guesses += _said(reference.table, _("Reference: "))
    if study.places is not None:
        guesses += _said(places, _("Places: "))
    rejections = int(reading.get("rejected", 0))
    as_read = _as_read(study, producers=everyone, reference=reference, places=places)
    return Found(found, guesses, rejections, as_read, places, reference, chains, guide)


def _detected(
    study: Study,
    detector: Any,
    producers: Any,
    reference: Any,
    places: Any,
    guide: sialgeo.RadiusGuide | None,
    progress: Progress,
) -> Concentrations:
    """Detect, and gather the evidence that the reference can carry."""
    found = sialgeo.detect(
        producers,
        detector,
        reference=reference,
        progress=scaled(progress, 0.0, 0.2),
        **of_detection(study, places),
    )
    if guide is not None:
        found = guide.added_to(found)
    if reference is None or not study.detection.replicates:
        return found
    return sialgeo.gather_evidence(
        found,
        detector=detector,
        reference=reference,
        progress=scaled(progress, 0.2, 1.0),
        **_of_evidence(study),
    )


def _by_chain(
    study: Study,
    detector: Any,
    producers: Any,
    reference: Any,
    places: Any,
    progress: Progress,
) -> Chains:
    """Detect every chain and gather its evidence; all of them pay for one another."""
    return sialgeo.detect_chains(
        producers,
        detector,
        chain=study.chain_column,
        reference=reference,
        mix=study.chains is not None and study.chains.mix,
        progress=progress,
        **_of_evidence(study),
        **of_detection(study, places),
    )


def _of_evidence(study: Study) -> dict[str, Any]:
    """Return what ``gather_evidence`` is told beside concentrations, detector and reference."""
    chosen = study.detection
    return {
        "replicates": chosen.replicates,
        "splits": chosen.splits,
        "runs": chosen.runs,
        "confirmed": chosen.confirm,
        "seed": study.about.seed,
    }


def _guide(study: Study, producers: Any, reference: Any) -> sialgeo.RadiusGuide | None:
    """Return what speaks for the radius given, where one is."""
    radius = study.detection.radius
    if radius is None or (reference is None and not covers_area(producers)):
        return None
    return sialgeo.suggest_radius(
        producers,
        reference=reference,
        radii=[r for r in RADII if r < 2 * radius] + [radius],
        min_units=int(study.detection.parameters.get("min_units", RadiusChoice().min_units)),
        coincident=study.detection.coincident,
        seed=study.about.seed,
    )


def _require_columns(producers: gpd.GeoDataFrame, study: Study) -> None:
    """Name every column that the study asks for and the table lacks, at once."""
    asked = {
        f"[producers] {key}": getattr(study.producers, key)
        for key in ("id", "chain", "volume", "employment", "locality")
    }
    if study.chains is not None:
        asked["[chains] column"] = study.chains.column
    raise_all(
        [
            _("{where}: the table has no column “{column}”; it has: {columns}").format(
                where=where, column=column, columns=", ".join(map(str, producers.columns))
            )
            for where, column in asked.items()
            if column and column not in producers.columns
        ]
    )


def _said(table: Any, before: str = "") -> tuple[str, ...]:
    """Return what the reader guessed and remarked, one sentence each."""
    reading = _reading(table)
    sentences = [g["sentence"] for g in reading.get("guesses", ())]
    return tuple(before + sentence for sentence in (*sentences, *reading.get("notes", ())))


def _reading(table: Any) -> dict[str, Any]:
    """Return what the reader noted of a table."""
    return dict(getattr(table, "attrs", {}).get("reading", {}))


def _as_read(study: Study, **tables: Any) -> Study:
    """Return the study with the reader's guesses written down, so that the next run guesses nothing."""
    told = {
        name: with_guesses(getattr(study, name), _reading(getattr(table, "table", table)))
        for name, table in tables.items()
        if getattr(study, name) is not None
    }
    return replace(study, **told)


def _with_territories(study: Study, layers: tuple[gpd.GeoDataFrame, ...]) -> Study:
    """Return the study with what was guessed of its territories written down too."""
    pairs = zip(study.territories, layers, strict=True)
    told = tuple(with_guesses(source, _reading(layer)) for source, layer in pairs)
    return replace(study, territories=told)


def _said_of(study: Study, layers: tuple[gpd.GeoDataFrame, ...]) -> tuple[str, ...]:
    """Return what the reader guessed and remarked of the territories, each with its file."""
    pairs = zip(study.territories, layers, strict=True)
    return tuple(
        said for source, layer in pairs for said in _said(layer, f"{Path(source.path).name}: ")
    )


def _reference(study: Study, everyone: gpd.GeoDataFrame, notes: list[str]) -> Any:
    source = study.reference
    if source is None:
        if study.producers is None or not study.producers.cases:
            return None
        key = study.producers.id or None
        return sialgeo.Reference.from_points(
            everyone, includes_producers=True, key=key, name=_("all rows of the table")
        )
    name = source.name.get(language()) or next(iter(source.name.values()), "")
    if source.habitable:
        reading = reading_options(source, study.folder)
        how = {k: v for k, v in reading.items() if k in ("layer", "crs", "encoding")}
        land = sialgeo.read_territories(study.source(source.path), **how)
        land = _same_crs(land, everyone.crs, _("the reference"), notes)
        return sialgeo.Reference.from_mask(land, name=name)
    reference = sialgeo.read_reference(
        study.source(source.path),
        counts=source.counts or None,
        settlements=study.resolve(source.settlements) if source.settlements else None,
        weight=source.weight or None,
        includes_producers=source.includes_producers,
        key=source.key or None,
        name=name,
        **reading_options(source, study.folder),
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
    places = sialgeo.read_places(
        study.source(study.places.path),
        name=study.places.name,
        **reading_options(study.places, study.folder),
    )
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
    if study.about.licence:
        said["licence"] = study.about.licence
    if study.about.synthetic:
        said["synthetic"] = dict(study.about.synthetic)
    return Step("study", said, seed=study.about.seed, versions=model.versions(), notes=tuple(notes))


def read_territories(
    source: TerritoriesSource, folder: Path, crs: Any = None
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Read a territories section: polygons, joined to their table, in a CRS; and what is to be said."""
    layer = sialgeo.read_territories(
        source.path if is_database(source.path) else folder / source.path,
        key=source.key or None,
        layer=source.layer or None,
        crs=source.crs or None,
        encoding=source.encoding or None,
    )
    notes = _noticed(layer)
    if source.table:
        table = sialgeo.read_indicators(
            folder / source.table,
            key=source.table_key or (None if source.preset else source.key),
            preset=source.preset,
            year=source.year or None,
            description=folder / source.description if source.description else None,
        )
        table_key = table.attrs["reading"]["key"]
        key = source.key or table_key
        wanted = {c for i in source.indicators for c in (i.low, i.high)}
        wanted |= {*source.shown, *source.totals, source.population}
        columns = [c for c in table.columns if c in wanted] or None
        layer = sialgeo.join_indicators(layer, table, key=key, table_key=table_key, columns=columns)
        notes += [*_noticed(table), *layer.attrs["join"]["sentences"]]
    elif source.description:
        about = sialgeo.read_description(folder / source.description)
        layer.attrs["indicators"] = tuple(i for c, i in about.items() if c in layer.columns)
    if crs is not None:
        layer = _same_crs(layer, crs, Path(source.path).name, notes)
    return layer, tuple(notes)


def _noticed(table: Any) -> list[str]:
    """Return what the reader noticed of a layer or table, as codes that had lost a zero."""
    return list(table.attrs.get("reading", {}).get("notes", ()))


def lay_over(
    found: Concentrations,
    layer: gpd.GeoDataFrame,
    source: TerritoriesSource,
    folder: Path,
    *,
    seed: int = 1,
    notes: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> Concentrations:
    """Lay a territories section over concentrations; its paths are relative to ``folder``."""
    over = sialgeo.overlay(
        found,
        layer,
        columns=list(source.shown) or None,
        key=source.key or None,
        name=source.name or None,
        population=source.population or None,
        indicators=source.indicators,
        totals=source.totals,
        settlements=folder / source.settlements if source.settlements else None,
        precision=_precision(source.precision),
        draws=source.draws,
        seed=seed,
        progress=progress,
    )
    return over.with_step(Step("study", {}, notes=notes)) if notes else over


def lay_raster(found: Concentrations, source: RasterSource, folder: Path) -> Concentrations:
    """Lay a raster section over concentrations."""
    indicators = (source.indicator,) if source.indicator else ()
    path = folder / source.path
    return sialgeo.overlay(
        found, path, columns=[source.column], indicators=indicators, band=source.band
    )


def _precision(said: str) -> str | float | None:
    """Return the precision of the producers: metres, or the column that holds them."""
    try:
        return float(said)
    except ValueError:
        return said or None


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


def run(study: Study, output: Path, progress: Progress) -> StudyResult:
    with run_folder(output) as temporary:
        private = temporary / PRIVATE
        private.mkdir()
        if study.producers is not None:
            found = study.find(scaled(progress, 0.0, 0.6), rejected=private / REJECTED)
        else:
            found = Found(_nothing("EPSG:4326", study), (), 0, study)
        concentrations, layers = _overlays(study, found.concentrations, scaled(progress, 0.6, 0.7))
        answered = answer(
            study, concentrations, layers, found.reference, scaled(progress, 0.7, 0.75)
        )
        layers = answered.layers
        context = context_of(study, layers, found.places)
        maps = mapped(study, answered.concentrations, layers, found.reference, progress)
        concentrations, paths, notes, context = _deepened(
            study, maps.concentrations, found, context, temporary, progress
        )
        progress(0.78, _("Writing the working file"))
        if study.producers is not None:
            paths["work"] = Path(sialgeo.save(concentrations, private / WORKFILE))
        if found.rejected:
            paths["rejected"] = private / REJECTED
        else:
            (private / REJECTED).unlink(missing_ok=True)
        if found.guide is not None:
            try:
                paths["guide"] = write_guide(found.guide, private / GUIDE_FIGURE)
            except MissingDependencyError as lacking:
                notes = (*notes, str(lacking))  # nobody asked for this figure: said, and left out
        paths["study"] = private / "study.toml"
        as_read = _with_territories(found.study, layers)
        paths["study"].write_text(text_of(as_read, output / PRIVATE), encoding="utf-8")
        paths |= _export(study, concentrations, temporary, context, scaled(progress, 0.8, 0.98))
        paths |= draw_answers(study, answered, context, temporary)
        paths |= draw_maps(study, maps, context, temporary)
        moved = {kind: output / path.relative_to(temporary) for kind, path in paths.items()}
    progress(1.0, _("Done"))
    guesses = (*found.guesses, *_said_of(study, layers), *notes)
    return StudyResult(
        concentrations,
        moved,
        as_read,
        context,
        guesses,
        found.rejected,
        answered.contrasts,
        found.chains,
    )


class _Deepened(NamedTuple):
    """The concentrations, what was written, what is to be said, what the outputs draw around them."""

    concentrations: Concentrations
    paths: dict[str, Path]
    notes: tuple[str, ...]
    context: Context


def _deepened(
    study: Study,
    found: Concentrations,
    given: Found,
    context: Context,
    folder: Path,
    progress: Progress,
) -> _Deepened:
    """Link, classify, compare and rank where the study asks for it."""
    tables = None
    if study.sial is not None and len(found):
        progress(0.7, _("Reading the tables"))
        tables = sialgeo.read_tables(study.resolve(study.sial.path), files=study.sial.files)
    paths: dict[str, Path] = {}
    progress(0.71, _("Linking"))
    found = linked(study, found, tables, given.places)
    if tables is not None:
        progress(0.72, _("Classifying"))
        answer = _classified(study, found, tables)
        found = answer.concentrations
        paths |= write_details(answer, folder / PRIVATE)
        given_by_user = [a.areas for a in answer.together if a.kind == "territory"]
        if given_by_user:
            context = replace(context, terroirs=given_by_user[0])
    earlier = compared(
        study, found, tables, given.reference, given.places, scaled(progress, 0.73, 0.77)
    )
    if earlier is not None:
        told, before = earlier
        found = told.concentrations
        paths |= write_change(study, told, before, context, folder)
        date = study.compare.date if study.compare else ""
        context = replace(context, earlier=before, earlier_date=date)
    found = prioritised(study, found)
    return _Deepened(found, paths, tables.notes if tables is not None else (), context)


def _classified(study: Study, found: Concentrations, tables: SialTables) -> Classified:
    """Classify concentrations, and the groups and territories that the study names."""
    source: Any = study.sial
    territories = None
    if source.territories:
        territories = sialgeo.read_territories(study.resolve(source.territories))
    key = study.producers.id if study.producers else ""
    return classified(
        found,
        tables,
        source.thresholds,
        key=key or "id",
        date=source.date,
        since=source.since,
        groups=source.groups,
        names=source.names,
        territories=territories,
    )


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
            found = lay_over(
                found,
                layer,
                territories,
                study.folder,
                seed=study.about.seed,
                notes=notes,
                progress=part,
            )
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
    if first and layers and not indicators:
        told = layers[0].attrs.get("indicators", ())
        indicators = [i for i in told if not first.shown or i.column in first.shown]
    return Context(
        title=study.about.title,
        sources=study.about.sources,
        synthetic=study.about.synthetic,
        reference=study.reference.name if study.reference else {},
        date=study.about.date or date.today().isoformat(),
        territories=layers[0] if layers else None,
        territory_key=(first.key or None) if first else None,
        territory_name=(first.name or None) if first else None,
        territory_population=(first.population or None) if first else None,
        places=places,
        place_name=study.places.name if study.places else None,
        indicators=tuple(indicators),
        licence=study.about.licence,
    )


def _export(
    study: Study, found: Concentrations, folder: Path, context: Context, progress: Progress
) -> dict[str, Path]:
    choice = study.export
    names = [FILES.get(name.lower().lstrip("."), name) for name in choice.formats]
    if not any(_kind_of(name) == "json" for name in names):
        names.append(FILES["json"])
    if FILES["datapackage"] not in names:
        names.append(FILES["datapackage"])
    kinds = list(dict.fromkeys(choice.figures))
    drawn = [FIGURE.format(kind=kind) for kind in kinds]
    made = sialgeo.export_all(
        found,
        [folder / name for name in (*names, *drawn)],
        publish=choice.publish,
        min_n=choice.min_n,
        context=context,
        figure_options=_actors(study, found),
        max_mb=choice.max_mb,
        archive=folder / choice.zip if choice.zip else None,
        progress=progress,
    )
    keys = [*map(_kind_of, names), *(f"figure_{kind}" for kind in kinds), "zip"]
    paths = dict(zip(keys, made, strict=False))
    if "png" in paths and any(step.parameters.get(model.BY_RADIUS) for step in found.steps):
        paths["radii"] = folder / RADII_FIGURE
        published = sialgeo.protect(
            found, publish=choice.publish, min_n=choice.min_n, context=context
        )
        write_evidence(published, paths["radii"])
    return paths


def _actors(study: Study, found: Concentrations) -> dict[str, Any]:
    """Return the actors that may be shown, as the maps take them."""
    choice = study.export
    if not choice.actors:
        return {}
    layer = sialgeo.read_producers(study.resolve(choice.actors))
    given = {"by": choice.actors_by, "name": choice.actors_name}
    return {
        "actors": layer.to_crs(found.producers.crs),
        **{option: column for option, column in given.items() if column},
    }


def _kind_of(name: str) -> str:
    return "datapackage" if name == FILES["datapackage"] else suffix_of(name)
