"""What a study asks of the territories: association, two in one map, one group against the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sialgeo
from sialgeo import model
from sialgeo.errors import SchemaError
from sialgeo.files import write_csv
from sialgeo.i18n import _
from sialgeo.model import Concentrations, Context, Indicator, Step
from sialgeo.progress import Progress, scaled
from sialgeo.study.sections import (
    AirDistrictsChoice,
    AssociationChoice,
    ContrastChoice,
    RingsChoice,
    TerritoriesSource,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from sialgeo.association import Contrast
    from sialgeo.study.study import Study

BIVARIATE_FILE, CONTRAST_FILE = "bivariate.png", "contrast"
LOCAL_FILE, RINGS_FILE = "bivariate-local.png", "rings.csv"
DISTRICTS_FILE = "distritos_air.csv"
LOCAL_CLASS = "local_association"  # column of the territories: the class of Lee's L or local Moran


@dataclass(frozen=True)
class Answered:
    """The concentrations with what was answered, the layers with their classes, and the tables."""

    concentrations: Concentrations
    layers: tuple[gpd.GeoDataFrame, ...]
    contrasts: tuple[Contrast, ...] = ()
    rings: pd.DataFrame | None = None
    districts: pd.DataFrame | None = None


def answer(
    study: Study,
    found: Concentrations,
    layers: tuple[gpd.GeoDataFrame, ...],
    reference: Any,
    progress: Progress,
) -> Answered:
    """Answer every question that the study asks of the indicators."""
    if study.association is not None:
        found = _associate(study, study.association, found, layers, reference, progress)
    if study.bivariate is not None:
        found, layers = _classed(study, found, layers)
    rings = None
    if study.rings is not None and len(found):
        found, rings = _ringed(study, study.rings, found, layers)
    districts = None
    if study.air_districts is not None:
        found, districts = _districts(study, study.air_districts, found, layers)
    contrasts = []
    for choice in study.contrasts:
        told = _contrast(study, choice, layers)
        contrasts.append(told)
        notes = (told.verdict, *told.sentences(told.rows[-1]), *told.cautions)
        parameters = {**told.step.parameters, "contrast": told.to_dict()}
        found = found.with_step(replace(told.step, parameters=parameters, notes=notes))
    return Answered(found, layers, tuple(contrasts), rings, districts)


def holding(layers: tuple[gpd.GeoDataFrame, ...], columns: tuple[str, ...], where: str) -> int:
    """Return the place of the territories that have the columns."""
    for i, layer in enumerate(layers):
        if set(columns) <= set(layer.columns):
            return i
    held = ", ".join(str(c) for layer in layers for c in layer.columns if c != layer.geometry.name)
    raise SchemaError(
        _("{where}: no [[territories]] have the columns {columns}; they have: {held}").format(
            where=where, columns=", ".join(columns), held=held
        )
    )


def indicator_of(source: TerritoriesSource, column: str) -> Indicator | None:
    return next((i for i in source.indicators if i.column == column), None)


def _associate(
    study: Study,
    choice: AssociationChoice,
    found: Concentrations,
    layers: tuple[gpd.GeoDataFrame, ...],
    reference: Any,
    progress: Progress,
) -> Concentrations:
    at = holding(layers, choice.columns, "[association]")
    layer, source = layers[at], study.territories[at]
    asked = found if len(found) else found.producers
    answers = []
    for i, column in enumerate(choice.columns):
        part = scaled(progress, i / len(choice.columns), (i + 1) / len(choice.columns))
        told = sialgeo.associate(
            asked,
            layer,
            column=column,
            reference=choice.reference or reference,
            indicator=indicator_of(source, column),
            method=choice.method,
            dissolve=choice.dissolve or None,
            replicates=choice.replicates,
            seed=study.about.seed,
            progress=part,
        )
        answers.append(told)
    for told in answers:
        found = told.added_to(found)
    return found


def _classed(
    study: Study, found: Concentrations, layers: tuple[gpd.GeoDataFrame, ...]
) -> tuple[Concentrations, tuple[gpd.GeoDataFrame, ...]]:
    """Add the 3 × 3 classes to the territories that have both indicators."""
    choice = study.bivariate
    if choice is None:
        return found, layers
    at = holding(layers, (choice.x, choice.y), "[bivariate]")
    population = study.territories[at].population
    layer = layers[at].copy()
    parameters: dict[str, Any] = {"x": choice.x, "y": choice.y}
    if choice.local:
        asked: dict[str, Any] = {"statistic": choice.local, "seed": study.about.seed}
        classed = sialgeo.bivariate_map(layer, choice.x, choice.y, population=population, **asked)
        layer[LOCAL_CLASS] = classed["local_class"]
        layer.attrs["notes"] = classed.attrs["notes"]
        parameters |= {**asked, "global": classed.attrs["global"]}
    else:
        classed = sialgeo.bivariate_classes(layer, choice.x, choice.y, population=population)
    layer[model.BIVARIATE] = classed["class"]
    parameters["breaks"] = classed.attrs["breaks"]
    notes = tuple(classed.attrs.get("notes", ())) if choice.local else ()
    verb = "bivariate_map" if choice.local else "bivariate_classes"
    step = Step(verb, parameters, versions=model.versions(), notes=notes)
    return found.with_step(step), (*layers[:at], layer, *layers[at + 1 :])


def _ringed(
    study: Study, choice: RingsChoice, found: Concentrations, layers: tuple[gpd.GeoDataFrame, ...]
) -> tuple[Concentrations, pd.DataFrame]:
    """Return the table of the rings, and the concentrations with a step that tells of it."""
    at = holding(layers, (*choice.columns, *choice.totals), "[rings]")
    published = sialgeo.protect(found, publish="areas", min_n=study.export.min_n).areas.index
    table = published_rings(
        found,
        layers[at],
        replace(study.territories[at], columns=choice.columns, totals=choice.totals),
        study.folder,
        radii=choice.metres,
        published=published,
        seed=study.about.seed,
    )
    parameters = {"radii": choice.metres, "means": choice.columns, "totals": choice.totals}
    step = Step(
        "catchment_rings",
        parameters,
        seed=study.about.seed,
        versions=model.versions(),
        notes=table.attrs["notes"],
    )
    return found.with_step(step), table


def published_rings(
    found: Concentrations,
    layer: gpd.GeoDataFrame,
    source: TerritoriesSource,
    folder: Path,
    *,
    radii: Sequence[float],
    published: Iterable[Any],
    seed: int = 1,
) -> pd.DataFrame:
    """Return the figures of footprints and rings, of the concentrations that may be published.

    Without geometry, which would tell the exact footprints. ``attrs["notes"]`` are the cautions.
    """
    rings = sialgeo.catchment_rings(
        found,
        layer,
        radii=radii,
        means=source.columns,
        totals=source.totals,
        key=source.key or None,
        population=source.population or None,
        settlements=folder / source.settlements if source.settlements else None,
        indicators=tuple(i for i in source.indicators if i.column in source.columns),
        draws=source.draws,
        seed=seed,
    )
    notes = list(rings.attrs["notes"])
    table = rings.drop(columns=rings.geometry.name)
    table = table[table[model.CONCENTRATION].isin(list(published))]
    withheld = len(found.areas) - table[model.CONCENTRATION].nunique()
    if withheld:
        notes.append(_("Withheld as confidential: {n}.").format(n=withheld))
    table.attrs = {"notes": tuple(notes)}
    return table


def _districts(
    study: Study,
    choice: AirDistrictsChoice,
    found: Concentrations,
    layers: tuple[gpd.GeoDataFrame, ...],
) -> tuple[Concentrations, pd.DataFrame]:
    """Return which areas are districts by their counts, and the concentrations with a step that says it."""
    from sialgeo.typology.districts import SIZES, summary_of

    at = holding(layers, choice.columns, "[air_districts]")
    source = study.territories[at]
    named = [column for column in (source.key, source.name) if column]
    table = sialgeo.distritos_air(
        layers[at].drop(columns=layers[at].geometry.name),
        total=choice.total,
        processing=choice.processing,
        sizes={size: getattr(choice, size) for size in SIZES},
        chains=choice.chains,
    )
    parameters = {column: getattr(choice, column) for column in ("total", "processing", *SIZES)}
    step = Step(
        "distritos_air",
        parameters | {"chains": choice.chains},
        versions=model.versions(),
        notes=(summary_of(table),),
    )
    return found.with_step(step), layers[at][named].join(table)


def _contrast(
    study: Study, choice: ContrastChoice, layers: tuple[gpd.GeoDataFrame, ...]
) -> Contrast:
    at = holding(layers, (choice.by, *choice.columns), "[[contrasts]]")
    source = study.territories[at]
    return sialgeo.contrast(
        layers[at],
        by=choice.by,
        group=choice.group,
        columns=choice.columns,
        name=source.name,
        better=choice.better,
        expected=choice.expected,  # type: ignore[arg-type]
        indicators=source.indicators,
        statement=choice.statement,
        title=choice.title,
        replicates=choice.replicates,
        seed=study.about.seed,
    )


def draw_answers(
    study: Study, answered: Answered, context: Context, folder: Path
) -> dict[str, Path]:
    """Write the pictures and tables of the answers; return their paths by kind."""
    return dict(_drawn(study, answered, context, folder))


def _drawn(
    study: Study, answered: Answered, context: Context, folder: Path
) -> Iterator[tuple[str, Path]]:
    from sialgeo.exporters import choropleths

    if study.bivariate is not None:
        x, y = study.bivariate.x, study.bivariate.y
        at = holding(answered.layers, (x, y), "[bivariate]")
        known = {i.column: i for i in study.territories[at].indicators}
        x_of, y_of = (known.get(c) or Indicator(c, {}) for c in (x, y))
        picture = folder / BIVARIATE_FILE
        choropleths.write_bivariate(
            answered.layers[at], picture, x_of, y_of, column=model.BIVARIATE, context=context
        )
        yield "bivariate", picture
        if study.bivariate.local:
            picture = folder / LOCAL_FILE
            title = f"{x_of.label()} · {y_of.label()}"
            choropleths.write_local(answered.layers[at], picture, title, column=LOCAL_CLASS)
            yield "bivariate_local", picture
    for kind, name, rows in (
        ("rings", RINGS_FILE, answered.rings),
        ("districts", DISTRICTS_FILE, answered.districts),
    ):
        if rows is not None:
            yield kind, write_csv(rows, folder / name)
    for i, told in enumerate(answered.contrasts, start=1):
        stem = CONTRAST_FILE if len(answered.contrasts) == 1 else f"{CONTRAST_FILE}-{i}"
        yield f"{stem}.csv", write_csv(told.table(), folder / f"{stem}.csv")
        at = holding(answered.layers, (told.by,), "[[contrasts]]")
        picture = folder / f"{stem}.png"
        choropleths.write_contrast(answered.layers[at], picture, told, context=context)
        yield f"{stem}.png", picture
