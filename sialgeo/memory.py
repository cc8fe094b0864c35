"""Memory: a run that would not fit says so, with the figures, before it starts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sialgeo.errors import SialgeoError
from sialgeo.i18n import _

GIB = float(2**30)


class NotEnoughMemoryError(SialgeoError, MemoryError):
    """A run would need more memory than there is; ``needed`` and ``available`` are in bytes."""

    def __init__(self, work: str, needed: float, available: float, remedy: str) -> None:
        super().__init__(
            _(
                "{work} needs about {needed:.1f} GiB of memory and {available:.1f} GiB are free: it was not started. Remedy: {remedy}"
            ).format(work=work, needed=needed / GIB, available=available / GIB, remedy=remedy)
        )
        self.needed, self.available = needed, available


def require_memory(needed: float, work: str, remedy: str) -> None:
    """Raise where ``needed`` bytes are more than are free; do nothing where that cannot be known.

    >>> require_memory(1_000, "A small run", "none")
    """
    free = available_memory()
    if free is not None and needed > free:
        raise NotEnoughMemoryError(work, needed, free, remedy)


def available_memory() -> float | None:
    """Return the bytes that this process may still take without swapping, None where unknown."""
    if sys.platform == "win32":
        return _of_windows()
    told = [v for v in (_of_linux(), _of_container()) if v is not None]
    if told:
        return min(told)
    try:
        # macOS tells what is installed, not what is free: half of it is taken as free
        return 0.5 * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None


def _of_linux() -> float | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return float(line.split()[1]) * 1024
    return None


def _of_container(root: Path = Path("/sys/fs/cgroup")) -> float | None:
    """Return what the limit of a container leaves, None where there is no limit."""
    try:
        most = (root / "memory.max").read_text(encoding="ascii").strip()
        used = float((root / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return None if most == "max" else max(float(most) - used, 0.0)


def _of_windows() -> float | None:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in "abcdefg"),
        )

    status = Status(length=ctypes.sizeof(Status))
    library = getattr(ctypes, "windll", None)
    if library is None or not library.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return float(status.b)  # after the physical total: what is free of it
