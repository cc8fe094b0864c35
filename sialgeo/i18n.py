"""Languages: every text a person reads exists in Spanish and English.

The source texts are English; ``locale/<language>/LC_MESSAGES/sialgeo.po`` holds the others. The
language is, in this order: the one of :func:`use_language`, the one of :func:`set_language`,
``SIALGEO_LANG``, the locale's (``LC_ALL``, ``LC_MESSAGES``, ``LANG``), English.
"""

from __future__ import annotations

import functools
import gettext as _gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

LANGUAGES = ("es", "en")
_LOCALE = Path(__file__).parent / "locale"
_scoped: ContextVar[str | None] = ContextVar("sialgeo_language", default=None)
_chosen: list[str] = []


def language() -> str:
    """Return the language in force, ``"es"`` or ``"en"``."""
    scoped = _scoped.get()
    if scoped is not None:
        return scoped
    if _chosen:
        return _chosen[-1]
    for variable in ("SIALGEO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        code = os.environ.get(variable, "")[:2].lower()
        if code in LANGUAGES:
            return code
    return "en"


def set_language(code: str) -> None:
    """Choose the language for the whole process; an unknown code means English."""
    _chosen[:] = [code[:2].lower() if code[:2].lower() in LANGUAGES else "en"]


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Choose the language inside a ``with`` block, for this thread only."""
    token = _scoped.set(code if code in LANGUAGES else "en")
    try:
        yield
    finally:
        _scoped.reset(token)


@functools.cache
def _catalogue(code: str) -> _gettext.NullTranslations:
    return _gettext.translation("sialgeo", str(_LOCALE), languages=[code], fallback=True)


def _(message: str) -> str:
    """Return the text in the language in force."""
    return text_in(language(), message)


def text_in(code: str, message: str) -> str:
    """Return the text in a given language (``"es"`` or ``"en"``)."""
    return _catalogue(code).gettext(message) if message else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the singular or plural text for ``n`` in the language in force."""
    return _catalogue(language()).ngettext(singular, plural, n)


def N_(message: str) -> str:  # noqa: N802  (gettext's own name for "mark, translate later")
    """Mark a text for translation where it is declared; :func:`_` translates it where it is shown."""
    return message


def both(message: str) -> dict[str, str]:
    """Return the text in every language, keyed by language code."""
    return {code: text_in(code, message) for code in LANGUAGES}
