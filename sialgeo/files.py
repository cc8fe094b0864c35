"""Outputs are written whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sialgeo.errors import FileError, SialgeoError
from sialgeo.i18n import _

_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; move it into place only when all went well.

    The temporary name keeps the suffix, so that format drivers recognise it. Whatever fails inside
    (an error, a cancel, a full disk) leaves the old file as it was and no half file.

    Raises
    ------
    FileError
        The folder is missing or may not be written, the disk is full, or ``path`` is a symbolic link.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> with whole_file(folder / "a.txt") as temporary:
    ...     _ = temporary.write_text("whole")
    >>> [p.name for p in folder.iterdir()]
    ['a.txt']
    """
    target = Path(path)
    try:
        _check_target(target)
    except PermissionError as failure:  # the folder may not even be looked into
        raise FileError(explain(target, failure)) from failure
    holder = _holder(target)
    temporary = holder / target.name
    try:
        yield temporary
        _flush(temporary, target)
        temporary.replace(target)
    except OSError as failure:
        if isinstance(failure, FileError):
            raise
        raise FileError(explain(target, failure)) from failure
    finally:
        shutil.rmtree(holder, ignore_errors=True)


def explain(target: Path, failure: OSError) -> str:
    """Return the message for an output that could not be written."""
    if failure.errno in _FULL:
        return _(
            "{path}: the disk is full or the size limit is reached. Remedy: free space, or choose another folder; nothing was left half-written"
        ).format(path=target)
    if failure.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return _(
            "{path}: the folder may not be written. Remedy: choose a folder of your own"
        ).format(path=target)
    return _("{path}: could not be written ({reason})").format(
        path=target, reason=failure.strerror or failure
    )


def _check_target(target: Path) -> None:
    if target.is_symlink():
        raise FileError(
            _(
                "{path}: is a symbolic link and is not overwritten. Remedy: name the file itself"
            ).format(path=target)
        )
    if target.is_dir():
        raise FileError(_("{path}: is a folder. Remedy: name a file").format(path=target))
    if target.exists() and not target.is_file():
        raise FileError(
            _("{path}: is a device, not a file. Remedy: name a file").format(path=target)
        )
    if not target.parent.is_dir():
        raise FileError(
            _("{path}: the folder does not exist. Remedy: make it first, or name another").format(
                path=target
            )
        )


def _holder(target: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=".sialgeo-", dir=target.parent))
    except OSError as failure:
        raise FileError(explain(target, failure)) from failure


def _flush(temporary: Path, target: Path) -> None:
    """Make sure that the bytes are on the disk before the old file goes."""
    if not temporary.is_file():
        raise FileError(
            _("{path}: could not be written (the format driver left no file)").format(path=target)
        )
    with temporary.open("rb+") as handle:
        os.fsync(handle.fileno())


@contextmanager
def whole_folder(output: Path) -> Iterator[Path]:
    """Yield a temporary folder; move its files into ``output`` together, only when all went well.

    Files of the same names are replaced, others are left alone. Whatever fails inside, or while
    moving, leaves the folder as it was.

    Examples
    --------
    >>> out = Path(tempfile.mkdtemp()) / "out"
    >>> with whole_folder(out) as folder:
    ...     _n = (folder / "a.txt").write_text("whole")
    >>> [p.name for p in out.iterdir()]
    ['a.txt']
    """
    holder = _folder_holder(output)
    temporary, old = holder / "new", holder / "old"
    try:
        temporary.mkdir()
        old.mkdir()
        yield temporary
        _move(temporary, output, old)
    except SialgeoError as failure:
        failure.args = (str(failure).replace(str(temporary), str(output)),)
        raise
    except OSError as failure:
        raise FileError(explain(output, failure)) from failure
    finally:
        shutil.rmtree(holder, ignore_errors=True)


def _folder_holder(output: Path) -> Path:
    """Make the temporary folder on the output's own file system."""
    if output.exists() and not output.is_dir():
        raise FileError(_("{path}: is a file. Remedy: name a folder").format(path=output))
    parent = output if output.is_dir() else output.absolute().parent
    if not parent.is_dir():
        raise FileError(
            _("{path}: the folder does not exist. Remedy: make it first, or name another").format(
                path=parent
            )
        )
    try:
        return Path(tempfile.mkdtemp(prefix=".sialgeo-", dir=parent))
    except OSError as failure:
        raise FileError(explain(output, failure)) from failure


def _move(temporary: Path, output: Path, old: Path) -> None:
    """Replace files one by one, keeping the old ones aside; undo all if one cannot be moved."""
    made = not output.exists()
    output.mkdir(exist_ok=True)
    moved: list[tuple[Path, Path | None]] = []
    folders: list[Path] = []
    try:
        for i, source in enumerate(sorted(temporary.rglob("*"))):
            target = output / source.relative_to(temporary)
            if source.is_dir():
                if not target.exists():
                    target.mkdir()
                    folders.append(target)
                continue
            if target.is_symlink():
                raise FileError(
                    _(
                        "{path}: is a symbolic link and is not overwritten. Remedy: name the file itself"
                    ).format(path=target)
                )
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
            kept = old / str(i) if target.exists() else None
            if kept is not None:
                target.replace(kept)
            moved.append((target, kept))
            source.replace(target)
    except BaseException:
        for target, kept in reversed(moved):
            target.unlink(missing_ok=True)
            if kept is not None:
                kept.replace(target)
        for target in [*reversed(folders), *([output] if made else [])]:
            target.rmdir()
        raise
