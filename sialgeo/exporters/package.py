"""Files of one publication that belong together: what reads what, and the archive of them all."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from sialgeo.errors import FileError
from sialgeo.files import whole_file
from sialgeo.i18n import _
from sialgeo.model import Publication

_EPOCH = (1980, 1, 1, 0, 0, 0)  # of the entries: the same files give the same archive


def write_one(
    module: str,
    publication: Publication,
    target: Path,
    written: Sequence[Path],
    figure: str | None = None,
) -> list[Path]:
    """Write a file by its module (``figure``: the kind of map); return it, and what it brought with it."""
    writer = import_module(f"sialgeo.exporters.{module}")
    if module == "datapackage":
        writer.write(publication, target, written)
        return [target]
    if module == "figures":
        writer.write(publication, target, figure)
        return [target]
    if module != "project":
        writer.write(publication, target)
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
