"""Files of one publication that belong together: what reads what, and the archive of them all."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from sialgeo.errors import FileError
from sialgeo.exporters.kinds import MAX_MB
from sialgeo.files import whole_file
from sialgeo.i18n import _
from sialgeo.model import Publication

_EPOCH = (1980, 1, 1, 0, 0, 0)  # of the entries: the same files give the same archive


def write_one(
    module: str,
    publication: Publication,
    target: Path,
    written: Sequence[Path],
    *,
    figure: str | None = None,
    figure_options: Mapping[str, Any] | None = None,
    max_mb: float = MAX_MB,
    documents: dict[bool, Any] | None = None,
) -> list[Path]:
    """Write a file by its module; return it, and what it brought with it.

    ``figure`` is the kind of map of a figure, ``max_mb`` the size of a web map; ``documents`` are
    those that were laid out: a report as PDF, page and text is one.
    """
    writer = import_module(f"sialgeo.exporters.{module}")
    options: dict[str, dict[str, Any]] = {
        "datapackage": {"files": written},
        "figures": {"kind": figure, "options": figure_options},
        "workshop": {"options": figure_options},
        "webmap": {"max_mb": max_mb},
        "dossier": {"made": documents},
    }
    if module != "project":
        writer.write(publication, target, **options.get(module, {}))
        return [target]
    beside = [p.name for p in written if p.suffix.lower() == ".gpkg" and _together(p, target)]
    writer.write(publication, target, beside[0] if beside else None)
    return [target] if beside else [target, target.with_suffix(".gpkg")]


def _together(one: Path, other: Path) -> bool:
    return one.absolute().parent == other.absolute().parent


def checked(archive: Path, targets: Sequence[Path]) -> Path:
    """Return the archive's path; refuse another suffix, and two files of one name."""
    if archive.suffix.lower() != ".zip":
        raise FileError(_("{path}: the archive must end in .zip").format(path=archive))
    names = [target.name.casefold() for target in targets]
    twice = sorted({target.name for target in targets if names.count(target.name.casefold()) > 1})
    if twice:
        raise FileError(
            _("{path}: two files are called {names}. Remedy: give each a name of its own").format(
                path=archive, names=", ".join(twice)
            )
        )
    return archive


def write_archive(archive: Path, files: Sequence[Path]) -> None:
    """Write files into a zip, by their names only."""
    with whole_file(archive) as temporary, zipfile.ZipFile(temporary, "w") as held:
        for file in files:
            entry = zipfile.ZipInfo(file.name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            held.writestr(entry, file.read_bytes())
