"""Progress is a callable ``progress(fraction, message)``; it raises ``Cancelled`` to stop."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float, str], None]


def silent(_fraction: float, _message: str) -> None:
    """Report nothing."""


def scaled(progress: Progress | None, start: float, stop: float) -> Progress:
    """Return a progress whose 0–1 is ``start``–``stop`` of the given one."""
    if progress is None:
        return silent
    outer = progress

    def inner(fraction: float, message: str) -> None:
        outer(start + (stop - start) * fraction, message)

    return inner
