"""What a document is made of, before it is PDF, HTML or Markdown.

Texts are plain: whatever shows them escapes them. Every block is told in the language in force when it
was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Heading:
    """A heading; ``level`` 1 opens a new page in the PDF."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``role`` says how it stands out."""

    text: str
    role: Literal["body", "verdict", "number", "caution", "alarm", "small"] = "body"


@dataclass(frozen=True)
class Facts:
    """Names with their values: what is known of one thing."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table with a head; ``left`` are the columns of text, the others hold numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A picture: PNG bytes, what it shows in words, width as a share of the column."""

    png: bytes
    words: str
    share: float = 1.0


@dataclass(frozen=True)
class Beside:
    """Pictures side by side."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Turn:
    """A new page where there are pages."""


Block = Heading | Paragraph | Facts | Table | Bullets | Picture | Beside | Turn


@dataclass(frozen=True)
class Document:
    """A document: title, language, date, what stands at the foot of every page, and its blocks."""

    title: str
    language: str
    date: str
    foot: str
    blocks: tuple[Block, ...]
