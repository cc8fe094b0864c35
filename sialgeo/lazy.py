"""Names of a package that are loaded when first used, so that importing it is light."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def names_of(package: str, home: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package: each name from the module of it that ``home`` says.

    Examples
    --------
    >>> names_of("sialgeo", {"SchemaError": "errors"})("SchemaError").__name__
    'SchemaError'
    """

    def get(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{home[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return get
