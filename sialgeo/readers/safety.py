"""What a file may not be: a bomb, a way out of its folder, a text that grows while it is read."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from sialgeo.errors import FileError
from sialgeo.i18n import _

MOST_UNPACKED = 2 << 30  # bytes that an archive may unpack to
MOST_MEMBERS = 20_000
MOST_CELLS = 60_000_000  # of a sheet, empty ones between the outermost included
_RATIO = 500  # unpacked to packed, of what unpacks to more than _SMALL
_SMALL = 64 << 20
_DEFLATE = 1_032  # the most that deflate can pack
_BLOCK = 1 << 20
_TEXTS = (".xml", ".kml", ".qgs", ".rels", ".gml", ".gpx")
HEAD = 65_536  # bytes of an XML text that are looked at: what declares a type stands before its element
_ELEMENT = re.compile(rb"<[A-Za-z_:]")
_ASIDE = re.compile(rb"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_ENTITY = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def check_archive(path: Path) -> None:
    """Refuse an archive (workbook, KMZ, QGIS project) that no honest program writes.

    Raises
    ------
    FileError
        It is damaged, protected by a password, unpacks to more than it should, names files outside
        itself, holds links, or declares entities.
    """
    try:
        with zipfile.ZipFile(path) as held:
            members = held.infolist()
            _check_members(path, members)
            for member in members:
                _check_size(path, member)
            for member in members:
                if PurePosixPath(member.filename).suffix.lower() in _TEXTS:
                    with held.open(member) as text:
                        check_entities(path, text.read(HEAD))
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        ValueError,
        RuntimeError,
    ) as failure:
        if isinstance(failure, FileError):
            raise
        raise FileError(
            _("{path}: the archive is damaged ({reason}). Remedy: export it again").format(
                path=path, reason=failure
            )
        ) from failure


def _check_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        name = member.filename
        parts = re.split(r"[\\/]", name)
        if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0] or "\x00" in name:
            raise _refused(
                path, _("it names a file outside itself: {name}").format(name=name[:100])
            )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise _refused(path, _("it holds a symbolic link: {name}").format(name=name[:100]))
        if member.flag_bits & 0x1:
            raise FileError(
                _("{path}: is protected by a password. Remedy: save it without one").format(
                    path=path
                )
            )
    packed = sum(m.compress_size for m in members)
    unpacked = sum(m.file_size for m in members)
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED:
        raise _bomb(path, unpacked)
    if unpacked > _SMALL and unpacked > _RATIO * max(packed, 1):
        raise _bomb(path, unpacked)


def _check_size(path: Path, member: zipfile.ZipInfo) -> None:
    """Unpack a member without keeping it, where it could hold far more than it declares."""
    if member.compress_type != zipfile.ZIP_DEFLATED or member.compress_size * _DEFLATE < _SMALL:
        return
    seen = 0
    for size in _unpacked(path, member):
        seen += size
        if seen > member.file_size:
            raise _bomb(path, seen)


def _unpacked(path: Path, member: zipfile.ZipInfo) -> Iterator[int]:
    """Yield the sizes of a member's unpacked blocks."""
    with path.open("rb") as handle:
        handle.seek(member.header_offset + 26)
        lengths = handle.read(4)
        handle.seek(
            int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little"), 1
        )
        engine = zlib.decompressobj(-15)
        left = member.compress_size
        waiting = b""
        while (waiting or left) and not engine.eof:
            if not waiting:
                waiting = handle.read(min(_BLOCK, left))
                left -= len(waiting)
                if not waiting:
                    return
            yield len(engine.decompress(waiting, _BLOCK))
            waiting = engine.unconsumed_tail


def check_entities(path: Path, head: bytes) -> None:
    """Refuse an XML text that declares a document type: its entities may grow without end, or read files."""
    text = head.replace(b"\x00", b"")
    if _ENTITY.search(text):
        raise _refused(path, _("it declares XML entities"))
    if len(head) >= HEAD and not _ELEMENT.search(_ASIDE.sub(b"", text)):
        raise _refused(path, _("its first {n} KB hold no element").format(n=HEAD >> 10))


_CELL = re.compile(rb'<c\b[^>]{0,80}?\br="([A-Z]{1,3})([0-9]{1,7})"')
_REPEATED = re.compile(
    rb"<table:(?:table-row|table-cell)\b[^>]*?number-(?:rows|columns)-repeated=\"([0-9]+)\"[^>]*?(/?)>"
)


def check_sheets(path: Path) -> None:
    """Refuse a workbook with a stray cell so far away that the sheet would not fit in memory."""
    with zipfile.ZipFile(path) as held:
        for member in held.infolist():
            name = member.filename.lower()
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                with held.open(member) as text:
                    _check_extent(path, text)
            elif name == "content.xml":
                with held.open(member) as text:
                    _check_repeats(path, text)


def _check_extent(path: Path, text: IO[bytes]) -> None:
    columns, rows = [1], [1]
    for block in _overlapping(text):
        for letters, number in _CELL.findall(block):
            columns.append(_column(letters))
            rows.append(int(number))
        columns, rows = [min(columns), max(columns)], [min(rows), max(rows)]
    wide, high = columns[1] - columns[0] + 1, rows[1] - rows[0] + 1
    if wide * high > MOST_CELLS:
        raise FileError(
            _(
                "{path}: a sheet spans {rows} rows and {columns} columns, as by a cell far away from the table. Remedy: delete what lies beyond the table, or save the sheet as CSV"
            ).format(path=path, rows=high, columns=wide)
        )


def _check_repeats(path: Path, text: IO[bytes]) -> None:
    """An ODS may say that one cell with a value stands a million times."""
    for block in _overlapping(text):
        for number, closed in _REPEATED.findall(block):
            if (
                int(number) > 16_384
                and not closed
                and int(number) not in range(1_000_000, 1_048_577)
            ):
                raise _refused(path, _("it repeats a cell {n} times").format(n=int(number)))


def _overlapping(text: IO[bytes]) -> Iterator[bytes]:
    tail = b""
    while block := text.read(_BLOCK):
        yield tail + block
        tail = block[-200:]


def _column(letters: bytes) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value


def _bomb(path: Path, size: int) -> FileError:
    return _refused(path, _("it unpacks to {size:.1f} GB").format(size=size / 1e9))


def _refused(path: Path, why: str) -> FileError:
    return FileError(
        _(
            "{path}: is not read: {why}, as no export does. Remedy: ask where the file comes from"
        ).format(path=path, why=why)
    )
