"""Hide the libraries named in SIALGEO_HIDDEN from the Python of a test's QGIS, as if never installed."""

import os
from importlib.machinery import PathFinder

hidden = set(filter(None, os.environ.get("SIALGEO_HIDDEN", "").split(",")))
found = PathFinder.find_spec


def find_spec(cls, name, path=None, target=None):
    """Return where a module is, or None for the hidden ones."""
    del cls
    return None if name in hidden else found(name, path, target)


PathFinder.find_spec = classmethod(find_spec)
