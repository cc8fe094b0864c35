"""URLs of databases: told from paths, and shown without their password."""

from __future__ import annotations

import re
from typing import Any

_DATABASE = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)


def is_database(path: Any) -> bool:
    """Tell whether a path is the URL of a PostgreSQL database.

    >>> is_database("postgresql://ana@localhost/sial"), is_database("queserias.csv")
    (True, False)
    """
    return isinstance(path, str) and _DATABASE.match(path) is not None


def shown(url: str) -> str:
    """Return the URL of a database as it may be shown: without user, password and options.

    >>> shown("postgresql://ana@servidor:5433/sial?sslmode=require")
    'postgresql://servidor:5433/sial'
    """
    bare = _DATABASE.sub("", url).rsplit("@", 1)[-1]
    return "postgresql://" + bare.partition("?")[0]


def without_password(url: str) -> str:
    """Return the URL of a database without its password, to be written down.

    >>> without_password("postgresql://ana@servidor/sial?sslmode=require&password=x")
    'postgresql://ana@servidor/sial?sslmode=require'
    """
    head, at, tail = url.partition("://")[2].rpartition("@")
    user = head.partition(":")[0]
    place, mark, options = tail.partition("?")
    kept = "&".join(o for o in options.split("&") if o and not o.lower().startswith("password="))
    return f"postgresql://{user}{at}{place}" + (mark + kept if kept else "")
