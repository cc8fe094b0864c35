"""Progress is a callable ``progress(fraction, message)``; it raises ``Cancelled`` to stop."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

Progress = Callable[[float, str], None]
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


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


class _Voice:
    """A progress that remembers how far it is."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self.fraction = progress, 0.0

    def __call__(self, fraction: float, message: str) -> None:
        self.fraction = fraction
        self._progress(fraction, message)


_voice: ContextVar[_Voice | None] = ContextVar("voice", default=None)


@contextmanager
def speaking(progress: Progress | None) -> Iterator[Progress]:
    """Let what lies beneath a verb speak through its progress; without one, through that around it.

    >>> with speaking(lambda fraction, message: print(fraction, message)) as report:
    ...     report(0.2, "Detecting")
    ...     announce("Preparing")
    0.2 Detecting
    0.2 Preparing
    """
    if progress is None:
        yield silent
        return
    voice = _Voice(progress)
    token = _voice.set(voice)
    try:
        yield voice
    finally:
        _voice.reset(token)


def aloud(verb: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Let what lies beneath a verb speak through the verb's ``progress=``."""

    @functools.wraps(verb)
    def spoken(*args: Given.args, **keywords: Given.kwargs) -> Answer:
        given: dict[str, Any] = dict(keywords)
        with speaking(given.get("progress")) as report:
            if given.get("progress") is not None:
                given["progress"] = report
            return verb(*args, **given)

    return spoken


def announce(message: str) -> None:
    """Say through the progress of the verb at work what it stops for, as far as it is."""
    voice = _voice.get()
    if voice is not None:
        voice(voice.fraction, message)
