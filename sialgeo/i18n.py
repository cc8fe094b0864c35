"""Languages: every text a person reads exists in Spanish and English.

The source texts are English; ``locale/<language>/LC_MESSAGES/sialgeo.po`` holds the others. The
language is, in this order: the one of :func:`use_language`, the one of :func:`set_language`,
``SIALGEO_LANG``, the locale's (``LC_ALL``, ``LC_MESSAGES``, ``LANG``), English.

A language may name its country (``es_CO``): numbers and dates are written as they are there. Without
one, Spanish is written as in Peru, Mexico and Central America: 1,234.5 and 25/11/2026.
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
from datetime import date as _date
from pathlib import Path
from typing import Any

LANGUAGES = ("es", "en")
# Spanish-speaking countries that write 1.234,5 (the others write 1,234.5); Unicode CLDR
COMMA_COUNTRIES = frozenset({"AR", "BO", "CL", "CO", "EC", "ES", "PY", "UY", "VE"})
_DATES = {"CL": "%d-%m-%Y", "PA": "%m/%d/%Y", "PR": "%m/%d/%Y"}  # the others: 25/11/2026
_VARIABLES = ("SIALGEO_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
_LOCALE = Path(__file__).parent / "locale"
# of the blocks in force, the innermost last: "es" within "es_CO" is still Colombia's
_scoped: ContextVar[tuple[str, ...]] = ContextVar("sialgeo_language", default=())
_chosen: list[str] = []


def language() -> str:
    """Return the language in force, ``"es"`` or ``"en"``."""
    return next(_tags(), "en")[:2]


def country() -> str:
    """Return the country whose numbers and dates are written, as ``"PE"``; empty where none is named.

    Examples
    --------
    >>> with use_language("es_CO"):
    ...     country()
    'CO'
    """
    spoken = language()
    return next((tag[3:] for tag in _tags() if tag[:2] == spoken and tag[3:]), "")


def _tags() -> Iterator[str]:
    """Yield the languages that are asked for, the strongest wish first, as ``es`` or ``es_PE``."""
    yield from reversed(_scoped.get())
    yield from reversed(_chosen)
    for variable in _VARIABLES:
        tag = os.environ.get(variable, "")
        if tag[:2].lower() in LANGUAGES:
            yield _known(tag)


def set_language(code: str) -> None:
    """Choose the language for the whole process, as ``"es"`` or ``"es_PE"``; an unknown one is English."""
    _chosen[:] = [_known(code)]


def _known(code: str) -> str:
    """Return a code such as ``es-pe`` as ``es_PE``; an unknown language means English."""
    found = re.match(r"([A-Za-z]{2})(?:[_-]([A-Za-z]{2})(?![A-Za-z]))?(?![A-Za-z])", code)
    if found is None or found[1].lower() not in LANGUAGES:
        return "en"
    return "_".join(p for p in (found[1].lower(), (found[2] or "").upper()) if p)


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Choose the language inside a ``with`` block, for this thread only."""
    token = _scoped.set((*_scoped.get(), _known(code)))
    try:
        yield
    finally:
        _scoped.reset(token)


@functools.cache
def _catalogue(code: str) -> _gettext.NullTranslations:
    return _gettext.translation("sialgeo", str(_LOCALE), languages=[code], fallback=True)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class _Number:
    """A number inside a text: with a format it has the marks of the country, without one its own."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return repr(self.value)

    def __format__(self, spec: str) -> str:
        told = format(self.value, spec)
        return localised(told) if spec else told


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
        """Fill in values by name, and remember them.

        A number with a format (``{share:.1f}``) is written as in the country in force.
        """
        told = {**self.values, **values}
        shown = {k: _Number(v) if _is_number(v) else v for k, v in values.items()}
        return Text(super().format(*parts, **shown), self.message, told, self.forms)

    def parts(self) -> dict[str, object]:
        """Return what the text is made of, as JSON takes it; :func:`from_parts` makes it again."""
        values = {k: v.parts() if isinstance(v, Text) else v for k, v in self.values.items()}
        return {"message": self.message, "values": values, "forms": self.forms}


def numeral(message: str, **values: Any) -> Text:
    """Return numbers as a text that is told again with the marks of each country.

    Examples
    --------
    >>> with use_language("es_AR"):
    ...     told = numeral("{x:.1f}", x=8.04)
    >>> told, retell(told)
    ('8,0', '8.0')
    """
    return Text(message, message).format(**values)


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


# --- numbers and dates ----------------------------------------------------------------------------


def marks() -> tuple[str, str]:
    """Return the decimal mark and the mark of thousands of the country in force."""
    comma = language() == "es" and country() in COMMA_COUNTRIES
    return (",", ".") if comma else (".", ",")


def tell_number(value: float, digits: int = 0) -> str:
    """Write a number as it is written in the country in force.

    Examples
    --------
    >>> with use_language("es_PE"):
    ...     tell_number(1234.56, 1)
    '1,234.6'
    >>> with use_language("es_AR"):
    ...     tell_number(1234.56, 1)
    '1.234,6'
    """
    return localised(f"{value:,.{digits}f}")


def localised(text: str) -> str:
    """Return a number written as ``1,234.5`` with the marks of the country in force."""
    decimal, thousands = marks()
    return text.translate({ord("."): decimal, ord(","): thousands})


def tell_date(text: str) -> str:
    """Write an ISO date (``2026-11-25``) as in the country in force; anything else as it is.

    English keeps the ISO form, which no reader takes for month and day.

    Examples
    --------
    >>> with use_language("es_PE"):
    ...     tell_date("2026-11-25"), tell_date("2019")
    ('25/11/2026', '2019')
    """
    if language() != "es" or re.fullmatch(r"\d{4}-\d\d-\d\d", text) is None:
        return text
    try:
        day = _date.fromisoformat(text)
    except ValueError:
        return text
    return day.strftime(_DATES.get(country(), "%d/%m/%Y"))
