"""Files: is it there, may it be read, is it what its name says."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from sialgeo.errors import CRSError, FileError, ParameterError, SchemaError
from sialgeo.i18n import N_, _
from sialgeo.readers.safety import HEAD, check_archive, check_entities, check_sheets
from sialgeo.urls import is_database, shown

Kind = Literal["text", "workbook", "layer", "parquet", "raster", "database"]

_KINDS: Mapping[Kind, tuple[str, ...]] = {
    "text": (".csv", ".tsv", ".txt", ".tab"),
    "workbook": (".xlsx", ".xlsm", ".xls", ".ods"),
    "layer": (".gpkg", ".shp", ".dbf", ".geojson", ".json", ".kml", ".kmz", ".gpx", ".fgb"),
    "parquet": (".parquet", ".geoparquet"),
    "raster": (".tif", ".tiff"),
}
_OF_SUFFIX = {suffix: kind for kind, suffixes in _KINDS.items() for suffix in suffixes}

# what a file is, by its first bytes
_CONTENTS: Mapping[str, str] = {
    "sqlite": N_("a GeoPackage (SQLite database)"),
    "zip": N_("a zip archive or a modern workbook (.xlsx, .ods)"),
    "ole": N_("an old workbook (.xls), or one with a password"),
    "shape": N_("a shapefile"),
    "dbase": N_("a dBase table"),
    "parquet": N_("a Parquet file"),
    "tiff": N_("a TIFF picture"),
    "pdf": N_("a PDF document"),
    "flatgeobuf": N_("a FlatGeobuf file"),
    "json": N_("a JSON text"),
    "xml": N_("a text with tags (XML, HTML)"),
    "text": N_("a plain text"),
    "unknown": N_("unknown or damaged content"),
}
_EXPECTED: Mapping[str, tuple[str, ...]] = {
    ".xlsx": ("zip",),
    ".xlsm": ("zip",),
    ".ods": ("zip",),
    ".kmz": ("zip",),
    ".xls": ("ole",),
    ".gpkg": ("sqlite",),
    ".shp": ("shape",),
    ".dbf": ("dbase",),
    ".geojson": ("json",),
    ".json": ("json",),
    ".kml": ("xml",),
    ".gpx": ("xml",),
    ".fgb": ("flatgeobuf",),
    ".parquet": ("parquet",),
    ".geoparquet": ("parquet",),
    ".tif": ("tiff",),
    ".tiff": ("tiff",),
}
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"SQLite format 3\x00", "sqlite"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0", "ole"),
    (b"\x00\x00\x27\x0a", "shape"),
    (b"PAR1", "parquet"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"%PDF", "pdf"),
    (b"fgb\x03", "flatgeobuf"),
)
_DBASE = (0x02, 0x03, 0x30, 0x31, 0x83, 0x8B, 0xF5)  # versions, then year, month, day
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Source(NamedTuple):
    """A file that is there, may be read, and is what its name says."""

    path: Path
    kind: Kind
    suffix: str
    url: Url | None = None


class Url(str):
    """The URL of a database; it never shows itself, for its password."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Url(…)"


def open_source(path: str | os.PathLike[str]) -> Source:
    """Check a file before any library opens it.

    Raises
    ------
    FileError
        It is missing, a folder, empty, not readable, of an unknown suffix, or its content is not
        what the suffix says.
    """
    if is_database(path):
        return Source(Path(shown(str(path)).partition("://")[2]), "database", "", Url(path))
    source = Path(path)
    suffix = source.suffix.lower()
    head = _head(source)
    if suffix in _PROJECTS:
        raise _project(source, head)
    if suffix in _PACKED:
        raise FileError(
            _(
                "{path}: is an archive. Remedy: unpack it, and give the file inside (of a shapefile the .shp, beside its other files)"
            ).format(path=source)
        )
    if suffix not in _OF_SUFFIX:
        raise FileError(
            _("{path}: the suffix “{suffix}” is not known. Remedy: one of {known}").format(
                path=source, suffix=suffix, known=" ".join(_OF_SUFFIX)
            )
        )
    if not head:
        raise FileError(
            _("{path}: the file is empty (0 bytes). Remedy: export it again").format(path=source)
        )
    content = content_of(head)
    kind = _OF_SUFFIX[suffix]
    expected = _EXPECTED.get(suffix, ("text", "json", "xml"))
    if content not in expected:
        remedy = _("give the file the suffix of what it is, or export it again")
        if suffix in _WORKBOOKS:
            remedy = _("open it in Excel or LibreOffice, and save it as .xlsx without a password")
        raise FileError(
            _(
                "{path}: the name says {suffix}, but the content is {content}. Remedy: {remedy}"
            ).format(path=source, suffix=suffix, content=_(_CONTENTS[content]), remedy=remedy)
        )
    _check_parts(source, suffix, head)
    return Source(source, kind, suffix)


@contextmanager
def naming(source: Source) -> Iterator[None]:
    """Put the file before the message of an error that does not name it: a study reads several."""
    try:
        yield
    except (SchemaError, CRSError, ParameterError) as failure:
        said = str(failure)
        if str(source.path) in said:
            raise
        between = "\n" if "\n" in said else " "
        raise type(failure)(f"{source.path}:{between}{said}") from failure


_PROJECTS = (".qgz", ".qgs")
_PACKED = (".zip", ".rar", ".7z", ".gz", ".tgz")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


def _project(path: Path, head: bytes) -> FileError:
    """Return the error for a QGIS project, which holds no data of its own; a harmful one is told first."""
    if content_of(head) == "zip":
        check_archive(path)
    else:
        check_entities(path, head)
    return FileError(
        _(
            "{path}: is a QGIS project, which holds no data of its own. Remedy: export the layer from QGIS, as a GeoPackage"
        ).format(path=path)
    )


def content_of(head: bytes) -> str:
    """Tell what a file is by its first bytes."""
    for magic, content in _MAGIC:
        if head.startswith(magic):
            return content
    if head.startswith(_UTF16):
        return "text"
    if len(head) > 32 and head[0] in _DBASE and 1 <= head[2] <= 12 and 1 <= head[3] <= 31:
        return "dbase"
    if b"\x00" in head:
        return "unknown"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return "json"
    return "xml" if start.startswith(b"<") else "text"


def broken(path: Path, reason: object) -> FileError:
    """Return the error for a file that a library cannot read."""
    why = " ".join(str(reason).split())
    return FileError(
        _(
            "{path}: the file is damaged or not of the kind its name says ({reason}). Remedy: export "
            "it again"
        ).format(path=path, reason=why[:200])
    )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            return handle.read(HEAD)
    except FileNotFoundError:
        raise FileError(_missing(path)) from None
    except IsADirectoryError:
        raise FileError(_("{path}: is a folder. Remedy: name a file").format(path=path)) from None
    except PermissionError:
        if os.name == "nt" and path.is_dir():
            raise FileError(
                _("{path}: is a folder. Remedy: name a file").format(path=path)
            ) from None
        raise FileError(
            _("{path}: the file may not be read. Remedy: ask for permission, or copy it").format(
                path=path
            )
        ) from None
    except (OSError, ValueError) as failure:
        raise FileError(
            _("{path}: cannot be read ({reason})").format(path=path, reason=failure)
        ) from failure


def _missing(path: Path) -> str:
    import difflib

    said = _("{path}: there is no such file.").format(path=path)
    try:
        there = [p.name for p in path.parent.iterdir() if p.suffix.lower() in _OF_SUFFIX]
    except OSError:
        return said + " " + _("Remedy: check the folder's name")
    near = difflib.get_close_matches(path.name, there, n=3, cutoff=0.6)
    if near:
        return said + " " + _("Perhaps {near}?").format(near=", ".join(near))
    return said + " " + _("Remedy: check the name")


def _check_parts(path: Path, suffix: str, head: bytes) -> None:
    """Check what a library would pass over: a shapefile's table, a KML's tag, what an archive holds."""
    if content_of(head) == "zip":
        check_archive(path)
        if suffix != ".kmz":
            check_sheets(path)
    if suffix in (".kml", ".gpx"):
        check_entities(path, head)
    if suffix == ".shp":
        sisters = {p.suffix.lower() for p in path.parent.glob(path.stem + ".*")}
        missing = [part for part in (".dbf", ".shx") if part not in sisters]
        if missing:
            raise FileError(
                _(
                    "{path}: the file {missing} beside it is missing. Remedy: copy all files of the "
                    "shapefile (.shp .shx .dbf .prj)"
                ).format(path=path, missing=", ".join(missing))
            )
    tag = {".kml": b"<kml", ".gpx": b"<gpx"}.get(suffix)
    if tag and tag not in head.lower():
        raise broken(path, _("no tag {tag}>").format(tag=tag.decode()))
