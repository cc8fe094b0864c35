"""What a table, a column and a word of a closed list are; every text is an English source text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sialgeo.i18n import plain

Kind = Literal["text", "code", "number", "whole", "date", "yesno", "choice"]
Shape = Literal["", "point", "polygon"]


@dataclass(frozen=True)
class Choice:
    """One word of a closed list: its Spanish code, its English alias, what a person reads."""

    code: str
    english: str
    label: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One column.

    ``refers`` names the tables whose key the cell must be; ``restricted`` marks what tells of a
    person and is never handed on; ``ge`` and ``le`` bound a number.
    """

    name: str
    english: str
    help: str
    kind: Kind = "text"
    required: bool = False
    choices: tuple[Choice, ...] = ()
    refers: tuple[str, ...] = ()
    unit: str = ""
    ge: float | None = None
    le: float | None = None
    restricted: bool = False
    also: tuple[str, ...] = ()

    def words(self) -> Mapping[str, str]:
        """Return each accepted spelling of a closed list with its code."""
        found: dict[str, str] = {}
        for choice in self.choices:
            for spelling in (choice.code, choice.english, *choice.also):
                found[plain(spelling)] = choice.code
        return found


@dataclass(frozen=True)
class Table:
    """One table: its Spanish name, its English alias, what it holds, its columns."""

    name: str
    english: str
    title: str
    help: str
    fields: tuple[Field, ...]
    key: str = ""
    shape: Shape = ""
    also: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        """Return a column by its Spanish name."""
        return next(f for f in self.fields if f.name == name)

    @property
    def columns(self) -> tuple[str, ...]:
        """The Spanish names of the columns, in order."""
        return tuple(f.name for f in self.fields)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that no row may leave empty."""
        return tuple(f.name for f in self.fields if f.required)

    def aliases(self) -> Mapping[str, str]:
        """Return each accepted spelling of a column with its Spanish name."""
        return {
            plain(spelling): f.name
            for f in self.fields
            for spelling in (f.name, f.english, *f.also)
        }
