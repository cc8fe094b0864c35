# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person chose once for all studies; kept in QGIS's own settings."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, fields
from pathlib import Path

from qgis.core import QgsSettings

_SECTION = "sialgeo"
_MOST_REMEMBERED = 200


@dataclass
class Settings:
    """The choices of the Options page, each with the value it has before anybody chose.

    ``language`` is ``"es"``, ``"en"`` or empty (QGIS's own); ``threads`` 0 leaves the number to sialgeo.
    """

    language: str = ""
    replicates: int = 999
    seed: int = 1
    min_n: int = 10
    folder: str = ""
    temporary: str = ""
    threads: int = 0
    open_map: bool = False

    @property
    def studies(self) -> Path:
        """Return the folder that new studies are offered in."""
        return Path(self.folder) if self.folder else Path.home() / "sialgeo"


def load() -> Settings:
    """Return what is chosen."""
    held = QgsSettings()
    return Settings(
        **{
            one.name: held.value(f"{_SECTION}/{one.name}", one.default, type(one.default))
            for one in fields(Settings)
        }
    )


def save(chosen: Settings) -> None:
    """Keep what is chosen."""
    held = QgsSettings()
    for one in fields(Settings):
        held.setValue(f"{_SECTION}/{one.name}", getattr(chosen, one.name))


def apply_threads() -> None:
    """Tell sialgeo how many threads to use; results do not depend on it."""
    wanted = load().threads
    if wanted:
        os.environ["SIALGEO_THREADS"] = str(wanted)
    else:
        os.environ.pop("SIALGEO_THREADS", None)


# --- which field of a layer plays which part ---------------------------------------------------------


def remember_fields(source: str, chosen: dict) -> None:
    """Remember the fields chosen for a layer or file: part (as ``CHAIN``) → field's name, or names."""
    held = QgsSettings()
    section = f"{_SECTION}/fields/{_key(source)}"
    for part, field in chosen.items():
        held.setValue(f"{section}/{part}", field)
    order = [key for key in held.value(f"{_SECTION}/fields/order", [], list) if key]
    order = [*(key for key in order if key != _key(source)), _key(source)]
    for old in order[:-_MOST_REMEMBERED]:
        held.remove(f"{_SECTION}/fields/{old}")
    held.setValue(f"{_SECTION}/fields/order", order[-_MOST_REMEMBERED:])


def remembered_fields(source: str) -> dict:
    """Return the fields chosen the last time for a layer or file."""
    held = QgsSettings()
    held.beginGroup(f"{_SECTION}/fields/{_key(source)}")
    found = {part: held.value(part) for part in held.childKeys()}
    held.endGroup()
    return found


def _key(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:16]
