"""A study written as a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sialgeo.model import Indicator
from sialgeo.study.sections import CHAINS_DEFAULT, INDICATOR_KEYS, entries
from sialgeo.urls import is_database, without_password

if TYPE_CHECKING:
    from sialgeo.study.study import Study


_ASKED_BY_NAME = (
    "chains",
    "priorities",
    "surface",
)  # sections that ask for something even where they are empty


_OPTIONAL = (
    *("producers", "reference", "chains", "places"),
    *("association", "bivariate", "rings", "air_districts"),
)


def text_of(study: Study, folder: Path) -> str:
    """Return the text of a study file that stands in a folder."""
    import tomli_w

    return tomli_w.dumps(_content(study, folder))


def _content(study: Study, folder: Path) -> dict[str, Any]:
    """Return the study as TOML tables; what equals its default is left out."""

    def move(path: str) -> str:
        if is_database(path):
            return without_password(path)
        if path == CHAINS_DEFAULT:
            return path
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
        for f in entries(type(section)):
            value, default = getattr(section, f.name), f.default
            if value == default or value in ({}, ()):
                continue
            kind = f.metadata["kind"]
            if kind == "lists":
                held[f.name] = {k: list(v) for k, v in value.items()}
                continue
            held[f.name] = (
                move(value) if kind == "file" else list(value) if kind == "names" else value
            )
        return held

    found: dict[str, Any] = {"study": table(study.about)}
    for name in _OPTIONAL:
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
    for name in (
        *("sial", "link", "compare", "priorities"),
        *("hot_spots", "scan_areas", "surface"),
    ):
        section = getattr(study, name)
        if section is not None:
            found[name] = table(section) | dict(section.parameters)
    found["contrasts"] = [table(c) for c in study.contrasts]
    found["export"] = table(study.export)
    return {name: held for name, held in found.items() if held or name in _ASKED_BY_NAME}


def _indicator(indicator: Indicator) -> dict[str, Any]:
    held = {key: getattr(indicator, key) for key in INDICATOR_KEYS}
    return {key: value for key, value in held.items() if value not in (None, "")}
