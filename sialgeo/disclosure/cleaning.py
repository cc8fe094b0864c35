"""Texts without paths of this computer and without what no name needs; parameters without either."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from sialgeo.i18n import Text
from sialgeo.model import FLOWS, PLANT_FLOWS

if TYPE_CHECKING:
    import geopandas as gpd


def clean_note(note: str) -> str:
    """Return a note without paths; one that remembers its source still does."""
    if not isinstance(note, Text):
        return clean_text(note)
    values = {k: clean_note(v) if isinstance(v, str) else v for k, v in note.values.items()}
    return Text(clean_text(note), note.message, values, note.forms)


_SUFFIXES = "csv|tsv|txt|xlsx?|ods|gpkg|shp|dbf|geojson|json|kml|kmz|gpx|(?:geo)?parquet|tiff?|toml|zip|fgb|qgz"
_PATH = re.compile(
    r"(?<![\w:/])(?:file:/+|~[/\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\)[^\s,;:\"'()<>|]*"  # rooted, relative
    r"|[^\s,;:\"'()<>|]*\\[^\s,;:\"'()<>|]*"  # anything with a backslash
    r"|(?<![\w:/.])/(?:[^\s/,;:\"'()<>|]+/)+[^\s/,;:\"'()<>|]*"  # absolute, two parts or more
    rf"|(?<![\w:/])[^\s,;:\"'()<>|]+\.(?:{_SUFFIXES})(?!\w)",  # any file name of a data format
    re.IGNORECASE,
)
_ROOTED = re.compile(r"^(?:file:|~[/\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\|/[^/\s]+/)", re.IGNORECASE)
_FINGERPRINT = re.compile(r"fingerprint|checksum|sha\d|md5|path|folder|filename", re.IGNORECASE)
_URL = re.compile(r"(https?://\S+)", re.IGNORECASE)


def clean_text(text: str) -> str:
    """Replace what looks like a path of this computer; web addresses stay.

    >>> clean_text("see /home/ana/estudio/queserias.csv, 12 L/day, https://inei.gob.pe/a/b.csv")
    'see …, 12 L/day, https://inei.gob.pe/a/b.csv'
    """
    parts = _URL.split(legible(text))
    return "".join(part if i % 2 else _PATH.sub("…", part) for i, part in enumerate(parts))


def clean_texts(texts: Any) -> Any:
    """Return a text, or one in several languages, cleaned."""
    if isinstance(texts, Mapping):
        return {code: clean_text(text) for code, text in texts.items()}
    return clean_text(texts)


# control characters but tab and ends of lines, marks that turn the writing round, halves of characters
_UNSEEN = dict.fromkeys(
    (
        *(c for c in range(32) if chr(c) not in "\t\n\r"), *range(0x7F, 0xA0),
        *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000),
    )
)  # fmt: skip


def legible(value: Any) -> Any:
    r"""Return a text without what no name needs: control characters, and overrides of its direction.

    >>> legible("queso\x00 \u202eocserf"), legible(("a\x07", 1))
    ('queso ocserf', ('a', 1))
    """
    if isinstance(value, str):
        return value.translate(_UNSEEN)
    if isinstance(value, list | tuple):
        return type(value)(legible(one) for one in value)
    return value


def legible_layer(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer whose texts are legible, and the names of chains in its columns."""
    made = layer.copy()
    for column in made.columns:
        if column != made.geometry.name and made[column].dtype.kind not in "biufMm":
            made[column] = made[column].map(legible, na_action="ignore")
    renamed = [legible(c) if str(c).startswith("chain_") else c for c in made]
    if len(set(renamed)) == len(renamed):
        made.columns = renamed
    return made


def _clean_value(value: Any) -> Any:
    """Return a parameter's value without paths; None where nothing else is left."""
    if isinstance(value, PurePath):
        return None
    if isinstance(value, str):
        if _ROOTED.match(value):
            return None
        cleaned = clean_text(value)
        return value if cleaned == value else (cleaned if cleaned.strip("… ") else None)
    if isinstance(value, Mapping):
        return clean_mapping(value)
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(_clean_value(v) for v in value)
    return value


def clean_mapping(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries that are neither paths nor fingerprints, nor flows not yet protected."""
    named = {
        k: (v, _clean_value(v))
        for k, v in values.items()
        if k not in (FLOWS, PLANT_FLOWS)
        and not _FINGERPRINT.search(str(k))
        and clean_text(str(k)) == str(k)
    }
    return {k: new for k, (old, new) in named.items() if new is not None or old is None}
