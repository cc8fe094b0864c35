"""What a study asks of the indicators: association, two in one map, one group against the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sialgeo
from sialgeo import model
from sialgeo.errors import SchemaError
from sialgeo.files import whole_file
from sialgeo.i18n import _
from sialgeo.model import Concentrations, Context, Indicator, Step
from sialgeo.progress import Progress, scaled
from sialgeo.study.sections import AssociationChoice, ContrastChoice, TerritoriesSource

if TYPE_CHECKING:
    import geopandas as gpd

    from sialgeo.association import Contrast
    from sialgeo.study.study import Study

BIVARIATE_FILE, CONTRAST_FILE = "bivariate.png", "contrast"


@dataclass(frozen=True)
class Answered:
    """The concentrations with what was answered, the layers with their classes, the contrasts."""

    concentrations: Concentrations
    layers: tuple[gpd.GeoDataFrame, ...]
    contrasts: tuple[Contrast, ...] = ()


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
    contrasts = []
    for choice in study.contrasts:
        told = _contrast(study, choice, layers)
        contrasts.append(told)
        notes = (told.verdict, *told.sentences(told.rows[-1]), *told.cautions)
        parameters = {**told.step.parameters, "contrast": told.to_dict()}
        found = found.with_step(replace(told.step, parameters=parameters, notes=notes))
    return Answered(found, layers, tuple(contrasts))


def _holding(layers: tuple[gpd.GeoDataFrame, ...], columns: tuple[str, ...], where: str) -> int:
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


def _indicator(source: TerritoriesSource, column: str) -> Indicator | None:
    return next((i for i in source.indicators if i.column == column), None)


def _associate(
    study: Study,
    choice: AssociationChoice,
    found: Concentrations,
    layers: tuple[gpd.GeoDataFrame, ...],
    reference: Any,
    progress: Progress,
) -> Concentrations:
    at = _holding(layers, choice.columns, "[association]")
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
            indicator=_indicator(source, column),
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
    at = _holding(layers, (choice.x, choice.y), "[bivariate]")
    population = study.territories[at].population
    classed = sialgeo.bivariate_classes(layers[at], choice.x, choice.y, population=population)
    layer = layers[at].copy()
    layer[model.BIVARIATE] = classed["class"]
    parameters = {"x": choice.x, "y": choice.y, "breaks": classed.attrs["breaks"]}
    step = Step("bivariate_classes", parameters, versions=model.versions())
    return found.with_step(step), (*layers[:at], layer, *layers[at + 1 :])


def _contrast(
    study: Study, choice: ContrastChoice, layers: tuple[gpd.GeoDataFrame, ...]
) -> Contrast:
    at = _holding(layers, (choice.by, *choice.columns), "[[contrasts]]")
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
        at = _holding(answered.layers, (x, y), "[bivariate]")
        known = {i.column: i for i in study.territories[at].indicators}
        x_of, y_of = (known.get(c) or Indicator(c, {}) for c in (x, y))
        picture = folder / BIVARIATE_FILE
        choropleths.write_bivariate(
            answered.layers[at], picture, x_of, y_of, column=model.BIVARIATE, context=context
        )
        yield "bivariate", picture
    for i, told in enumerate(answered.contrasts, start=1):
        stem = CONTRAST_FILE if len(answered.contrasts) == 1 else f"{CONTRAST_FILE}-{i}"
        table = folder / f"{stem}.csv"
        with whole_file(table) as temporary:
            told.table().to_csv(temporary, index=False, encoding="utf-8-sig", lineterminator="\n")
        yield f"{stem}.csv", table
        at = _holding(answered.layers, (told.by,), "[[contrasts]]")
        picture = folder / f"{stem}.png"
        choropleths.write_contrast(answered.layers[at], picture, told, context=context)
        yield f"{stem}.png", picture
