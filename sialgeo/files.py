"""Outputs are written whole or not at all, and no cell of a table runs as a formula."""

from __future__ import annotations

import errno
import json
import math
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sialgeo.errors import FileError, MissingDependencyError, SialgeoError
from sialgeo.i18n import _

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows: no run waits for another there
    fcntl = None

_HOLDER = ".sialgeo-"  # begins the names of temporary folders
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


_NUMBER = re.compile(r"[+-]?[\d.,\s]*\d[\d.,\s]*")


def guarded(cell: Any) -> str:
    """Return a cell as text that no spreadsheet runs as a formula.

    >>> guarded("=1+1"), guarded("-78.5"), guarded(None)
    ("'=1+1", '-78.5', '')
    """
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    text = str(cell)
    if text[:1] in "=+-@\t\r" and text and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def write_csv(table: pd.DataFrame, path: str | os.PathLike[str], *, index: bool = False) -> Path:
    """Write a table as CSV that spreadsheets open with its accents and run nothing of; return its path.

    ``index`` writes the index as the first column, by its name.
    """
    held = table.reset_index() if index else table
    safe = held.map(lambda cell: guarded(cell) if isinstance(cell, str) else cell)
    safe.columns = [guarded(column) for column in held.columns]
    with whole_file(path) as temporary:
        safe.to_csv(temporary, index=False, encoding="utf-8-sig", lineterminator="\n")
    return Path(path)


def write_layer(layer: gpd.GeoDataFrame, path: str | os.PathLike[str], name: str) -> Path:
    """Write a layer as the one of a GeoPackage, in the version that older QGIS reads; return its path."""
    with whole_file(path) as temporary:
        layer.to_file(temporary, driver="GPKG", layer=name, engine="pyogrio", VERSION="1.2")
    return Path(path)


def write_geotiff(
    path: str | os.PathLike[str],
    bands: Sequence[tuple[str, np.ndarray[Any, Any]]],
    transform: tuple[float, float, float, float, float, float],
    crs: Any,
    tags: Mapping[str, str] | None = None,
) -> Path:
    """Write bands of one size with their descriptions as a GeoTIFF, NaN for no data; return its path.

    Raises
    ------
    MissingDependencyError
        rasterio is not installed.
    FileError
        The file cannot be written; nothing half-written is left.
    """
    try:
        import rasterio
    except ImportError as failure:
        raise MissingDependencyError("rasterio", _("Writing a GeoTIFF")) from failure
    rows, columns = bands[0][1].shape
    profile = {
        "driver": "GTiff",
        "height": rows,
        "width": columns,
        "count": len(bands),
        "dtype": "float32",
        "nodata": float("nan"),
        "crs": crs.to_wkt(),
        "transform": rasterio.Affine(*transform),
        "compress": "deflate",
        "predictor": 3,
        "tiled": True,
    }
    with whole_file(path) as temporary, rasterio.open(temporary, "w", **profile) as file:
        for number, (said, values) in enumerate(bands, start=1):
            file.write(values.astype("float32"), number)
            file.set_band_description(number, said)
        file.update_tags(**(tags or {}))
    return Path(path)


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
        raise FileError(_link_refused(target))
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


def _link_refused(target: Path) -> str:
    return _(
        "{path}: is a symbolic link and is not overwritten. Remedy: name the file itself"
    ).format(path=target)


def _holder(target: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=_HOLDER, dir=target.parent))
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
        with _named(temporary, output):
            temporary.mkdir()
            old.mkdir()
            yield temporary
            _move(temporary, output, old)
    finally:
        shutil.rmtree(holder, ignore_errors=True)


@contextmanager
def _named(temporary: Path, output: Path) -> Iterator[None]:
    """Let errors speak of the output, not of the folder that stands for it meanwhile."""
    try:
        yield
    except SialgeoError as failure:
        failure.args = (str(failure).replace(str(temporary), str(output)),)
        raise
    except OSError as failure:
        raise FileError(explain(output, failure)) from failure


def _folder_holder(output: Path, *, beside: bool = False) -> Path:
    """Make the temporary folder on the output's own file system: in the output, or beside it."""
    if output.exists() and not output.is_dir():
        raise FileError(_("{path}: is a file. Remedy: name a folder").format(path=output))
    parent = output if output.is_dir() and not beside else output.absolute().parent
    if not parent.is_dir():
        raise FileError(
            _("{path}: the folder does not exist. Remedy: make it first, or name another").format(
                path=parent
            )
        )
    try:
        return Path(tempfile.mkdtemp(prefix=_RUN if beside else _HOLDER, dir=parent))
    except OSError as failure:
        raise FileError(explain(output, failure)) from failure


def _move(temporary: Path, output: Path, old: Path) -> None:
    """Replace files one by one, keeping the old ones aside; undo all if one cannot be moved."""
    made = not output.exists()
    output.mkdir(exist_ok=True)
    with ExitStack() as undo:
        if made:
            undo.callback(output.rmdir)
        for i, source in enumerate(sorted(temporary.rglob("*"))):
            target = output / source.relative_to(temporary)
            if source.is_dir():
                if not target.exists():
                    target.mkdir()
                    undo.callback(target.rmdir)
                continue
            if target.is_symlink() and not source.is_symlink():
                raise FileError(_link_refused(target))
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
            kept = old / str(i) if target.exists() else None
            if kept is not None:
                target.replace(kept)
            undo.callback(_restore, target, kept)
            source.replace(target)
        undo.pop_all()


def _restore(target: Path, kept: Path | None) -> None:
    target.unlink(missing_ok=True)
    if kept is not None:
        kept.replace(target)


# --- a run's folder, replaced as one --------------------------------------------------------------
MANIFEST = ".sialgeo.json"  # the files of the run that stands in a folder
_LOCK = "lock"
_RUN = _HOLDER + "run-"  # begins the names of runs' temporary folders


@contextmanager
def run_folder(output: Path) -> Iterator[Path]:
    """Yield a temporary folder that takes the place of ``output`` in one step, when all went well.

    The files of an earlier run go, whatever else lies in the folder stays. Whoever looks at the
    folder, at any moment, even when this process is killed, sees the old run or the new one, whole:
    the operating system exchanges both folders at once (Linux, macOS; where it cannot, as on Windows
    or for the folder one works in, file by file as :func:`whole_folder` does). Of two runs into one
    folder, the later one stands.

    Raises
    ------
    FileError
        The folder is a file or a symbolic link, or cannot be written.

    Examples
    --------
    >>> out = Path(tempfile.mkdtemp()) / "out"
    >>> for name in ("a.txt", "b.txt"):
    ...     with run_folder(out) as folder:
    ...         _n = (folder / name).write_text("whole")
    >>> sorted(p.name for p in out.iterdir() if p.name != MANIFEST)
    ['b.txt']
    """
    if output.is_symlink():
        raise FileError(
            _(
                "{path}: is a symbolic link and is not written to. Remedy: name the folder itself"
            ).format(path=output)
        )
    if not _may_exchange(output):
        with whole_folder(output) as temporary:
            yield temporary
        return
    parent = output.absolute().parent
    with _alone(parent):  # who sweeps sees no folder that is made and not yet held
        _sweep(parent)
        holder = _folder_holder(output, beside=True)
        held = _hold(holder)
    new = holder / "new"
    try:
        with _named(new, output):
            new.mkdir()
            yield new
            with _alone(parent):
                _complete(new, output)
                _put(new, output, holder)
    finally:
        held.close()
        shutil.rmtree(holder, ignore_errors=True)


def _may_exchange(output: Path) -> bool:
    """Tell whether the folder can be exchanged: not the one somebody works in, its parent writable."""
    place = output.absolute()
    try:
        here = Path.cwd()
    except OSError:
        here = Path("/")
    inside = place == here or place in here.parents
    return not inside and place.parent.is_dir() and os.access(place.parent, os.W_OK)


def _complete(new: Path, output: Path) -> None:
    """Write down the run's files, and put those beside them that are no run's."""
    own = [p.relative_to(new).as_posix() for p in sorted(new.rglob("*")) if not p.is_dir()]
    if output.is_dir():
        earlier = _files_of_run(output)
        for source in sorted(output.rglob("*")):
            name = source.relative_to(output)
            target = new / name
            if name.parts[0].startswith(_HOLDER) or name.as_posix() in (MANIFEST, *earlier):
                continue
            if source.is_dir() and not source.is_symlink():
                if target.is_file():
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(source))
                target.mkdir(exist_ok=True, parents=True)
            elif target.exists():
                if source.is_symlink():
                    raise FileError(_link_refused(source))
            else:
                target.parent.mkdir(exist_ok=True, parents=True)
                _same(source, target)
        shutil.copystat(output, new)
    (new / MANIFEST).write_text(json.dumps({"files": own}), encoding="utf-8")
    for written in (*own, MANIFEST):
        with (new / written).open("rb+") as handle:
            os.fsync(handle.fileno())


def _files_of_run(output: Path) -> set[str]:
    """Return the files of the run that stands in a folder."""
    try:
        told = json.loads((output / MANIFEST).read_text(encoding="utf-8"))
        return {str(name) for name in told["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _same(source: Path, target: Path) -> None:
    """Let a file stand in both folders: by a second name, by a copy where the disk knows none."""
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _put(new: Path, output: Path, holder: Path) -> None:
    """Put the new folder in the place of the old one."""
    if not output.exists():
        new.rename(output)
    elif not _exchanged(new, output):
        old, earlier = holder / "old", _files_of_run(output)
        old.mkdir()
        _move(new, output, old)
        for name in earlier - _files_of_run(output):
            (output / name).unlink(missing_ok=True)


def _exchanged(new: Path, output: Path) -> bool:
    """Exchange two folders at once; tell whether the operating system could."""
    import ctypes

    try:
        library: Any = ctypes.CDLL(None)
        a, b = os.fsencode(new), os.fsencode(output)
        if sys.platform == "darwin":
            return bool(library.renamex_np(a, b, 2) == 0)
        here = -100  # relative paths start from the working folder
        return bool(library.renameat2(here, a, here, b, 2) == 0)
    except (AttributeError, OSError, TypeError):
        return False


def _sweep(parent: Path) -> None:
    """Clear away what killed runs left: temporary folders that no process holds."""
    if fcntl is None:
        return
    for holder in parent.glob(_RUN + "*"):
        try:
            if not (holder / _LOCK).exists():  # killed while making it, or while clearing it away
                shutil.rmtree(holder, ignore_errors=True)
                continue
            with (holder / _LOCK).open("rb") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(holder, ignore_errors=True)
        except OSError:  # held by a run, or not ours
            continue


def _hold(holder: Path) -> Any:
    """Hold a temporary folder, so that no other run clears it away; a killed process lets go of it."""
    handle = (holder / _LOCK).open("wb")
    if fcntl is not None:
        fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


@contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """Let one run at a time put its folder into its place."""
    if fcntl is None:
        yield
        return
    handle = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
