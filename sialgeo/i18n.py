"""Languages: every text a person reads exists in Spanish and English.

The source texts are English; ``locale/<language>/LC_MESSAGES/sialgeo.po`` holds the others. The
language is, in this order: the one of :func:`use_language`, the one of :func:`set_language`,
``SIALGEO_LANG``, the locale's (``LC_ALL``, ``LC_MESSAGES``, ``LANG``), English.
"""

from __future__ import annotations

import functools
import gettext as _gettext
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

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
    _chosen[:] = [_known(code)]


def _known(code: str) -> str:
    """Return the language of a code such as ``es_PE``; an unknown one means English."""
    return code[:2].lower() if code[:2].lower() in LANGUAGES else "en"


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Choose the language inside a ``with`` block, for this thread only."""
    token = _scoped.set(_known(code))
    try:
        yield
    finally:
        _scoped.reset(token)


@functools.cache
def _catalogue(code: str) -> _gettext.NullTranslations:
    return _gettext.translation("sialgeo", str(_LOCALE), languages=[code], fallback=True)


class Text(str):
    """A translated text that remembers its source, so that it can be told again in another language.

    It is an ordinary ``str`` in the language in force when it was made; ``format`` keeps the memory.
    Steps keep such texts as notes: a map with both languages, or a file opened later in the other
    one, tells them with :func:`retell`.

    Examples
    --------
    >>> with use_language("en"):
    ...     note = _("{n} reference points").format(n=3)
    >>> note, note.message, note.values
    ('3 reference points', '{n} reference points', {'n': 3})
    """

    message: str
    values: dict[str, object]
    forms: tuple[str, int] | None

    def __new__(
        cls,
        shown: str,
        message: str = "",
        values: Mapping[str, object] | None = None,
        forms: tuple[str, int] | None = None,
    ) -> Text:
        """Make a text from what is shown, its source, the values filled in, its plural and number."""
        text = super().__new__(cls, shown)
        text.message, text.values, text.forms = message or shown, dict(values or {}), forms
        return text

    def format(self, *parts: object, **values: object) -> Text:
        """Fill in values by name, and remember them."""
        told = {**self.values, **values}
        return Text(super().format(*parts, **values), self.message, told, self.forms)

    def parts(self) -> dict[str, object]:
        """Return what the text is made of, as JSON takes it; :func:`from_parts` makes it again."""
        values = {k: v.parts() if isinstance(v, Text) else v for k, v in self.values.items()}
        return {"message": self.message, "values": values, "forms": self.forms}


def from_parts(parts: Mapping[str, Any]) -> str:
    """Make a text again from :meth:`Text.parts`, in the language in force."""
    values = {k: from_parts(v) if isinstance(v, Mapping) else v for k, v in parts["values"].items()}
    forms = tuple(parts["forms"]) if parts["forms"] else None
    return _retold(Text("", parts["message"], values, forms))


def _(message: str) -> str:
    """Return the text in the language in force: a :class:`Text`, which remembers its source."""
    return Text(text_in(language(), message), message)


def text_in(code: str, message: str) -> str:
    """Return the text in a given language (``"es"`` or ``"en"``)."""
    return _catalogue(code).gettext(message) if message else ""


def retell(text: str) -> str:
    """Return a text in the language in force, where it remembers its source; else as it is."""
    return _retold(text) if isinstance(text, Text) else text


def _retold(text: Text) -> str:
    told = ngettext(text.message, *text.forms) if text.forms else _(text.message)
    values = {k: retell(v) if isinstance(v, str) else v for k, v in text.values.items()}
    return told.format(**values) if values else told


def pick(texts: str | Mapping[str, str]) -> str:
    """Return one of a text's languages: the one in force, else the first; a plain text as it is."""
    if isinstance(texts, str):
        return retell(texts)
    return texts.get(language()) or next(iter(texts.values()), "")


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the singular or plural text for ``n`` in the language in force."""
    shown = _catalogue(language()).ngettext(singular, plural, n)
    return Text(shown, singular, forms=(plural, n))


def N_(message: str) -> str:  # noqa: N802  (gettext's own name for "mark, translate later")
    """Mark a text for translation where it is declared; :func:`_` translates it where it is shown."""
    return message


def both(message: str) -> dict[str, str]:
    """Return the text in every language, keyed by language code."""
    return {code: text_in(code, message) for code in LANGUAGES}


def plain(text: str) -> str:
    """Return a text in lower case without accents and with single underscores.

    >>> plain("Código  Postal"), plain("X (m)")
    ('codigo_postal', 'x_m')
    """
    bare = unicodedata.normalize("NFKD", str(text).replace("ñ", "n").replace("Ñ", "N"))
    bare = "".join(c for c in bare if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")
