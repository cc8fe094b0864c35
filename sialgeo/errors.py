"""The error tree.

::

    SialgeoError
    ├── CRSError                 a layer has no CRS, or layers differ in CRS
    ├── SchemaError              a table lacks a column, or holds what it may not
    ├── ParameterError           a parameter is out of its bounds, or two do not fit
    ├── FileError                a file cannot be read or written
    └── MissingDependencyError   an optional library is not installed
    Cancelled                    the caller's ``progress`` asked to stop (not an error)

Every message names the place and the remedy, in the language in force.
"""

from __future__ import annotations

from collections.abc import Sequence

from sialgeo.i18n import _


class SialgeoError(Exception):
    """Base of all errors that a user can mend."""


class CRSError(SialgeoError, ValueError):
    """A layer has no CRS, or two layers differ in CRS."""


class SchemaError(SialgeoError, ValueError):
    """A table lacks a column, is empty, or holds values it may not."""


class ParameterError(SialgeoError, ValueError):
    """A parameter is out of its bounds, or two do not fit together."""


class FileError(SialgeoError, OSError):
    """A file cannot be read or written."""


class MissingDependencyError(SialgeoError, ImportError):
    """An optional library is needed and not installed."""

    def __init__(self, library: str, purpose: str, extra: str | None = None) -> None:
        install = f'pip install "sialgeo[{extra}]"' if extra else f"pip install {library}"
        super().__init__(
            _(
                "{purpose} needs the library {library}, which is not installed. Remedy: {install}"
            ).format(purpose=purpose, library=library, install=install)
        )
        self.library = library


class Cancelled(Exception):  # noqa: N818  (it is no error: the user asked to stop)
    """Raised inside a ``progress`` callable to stop the work; nothing half-written is left."""


def raise_all(faults: Sequence[str], kind: type[SialgeoError] = SchemaError) -> None:
    """Raise one error that lists every fault; do nothing where there is none."""
    if len(faults) == 1:
        raise kind(faults[0])
    if faults:
        raise kind("\n".join(f"- {fault}" for fault in faults))
