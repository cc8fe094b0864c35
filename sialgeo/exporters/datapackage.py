"""``datapackage.json``: what the files of a publication are, for catalogues and programs.

Frictionless Data Package 1.0; the descriptor's ``sialgeo`` key holds verdict, cautions and what is
withheld.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sialgeo.errors import FileError
from sialgeo.exporters.csvtable import separator
from sialgeo.exporters.wording import label_of, plain, said_first, title_of, with_unit
from sialgeo.files import whole_file
from sialgeo.i18n import _, language, marks
from sialgeo.model import CONCENTRATION, Publication

NAME = "datapackage.json"
MEDIA = {
    "html": "text/html",
    "gpkg": "application/geopackage+sqlite3",
    "qgz": "application/x-qgis-project",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "geojson": "application/geo+json",
    "kml": "application/vnd.google-earth.kml+xml",
    "png": "image/png",
    "svg": "image/svg+xml",
    "json": "application/json",
    "pdf": "application/pdf",
}


def write(publication: Publication, path: Path, files: Sequence[Path] = ()) -> None:
    """Write the descriptor of files that stand beside it.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        ``datapackage.json``.
    files
        The files that it describes, in the same folder, already written.

    Raises
    ------
    FileError
        There is no file to describe, or the descriptor cannot be written.
    """
    beside = [file for file in files if file.absolute().parent == path.absolute().parent]
    if not beside:
        raise FileError(
            _(
                "{path}: describes the files that are written with it, and there are none. Remedy: export it along with them"
            ).format(path=path)
        )
    text = json.dumps(record(publication, beside), ensure_ascii=False, indent=1, allow_nan=False)
    with whole_file(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8", errors="replace", newline="\n")


def record(publication: Publication, files: Sequence[Path]) -> dict[str, Any]:
    """Return the descriptor as plain values."""
    context = publication.context
    found: dict[str, Any] = {
        "profile": "data-package",
        "name": "sialgeo-concentrations",
        "title": title_of(publication),
        "description": " ".join(publication.summaries[language()]),
        "keywords": ["SIAL", "rural agro-industry", "spatial clusters"],
        "created": context.date or None,
        "licenses": [{"title": context.licence}] if context.licence else None,
        "sources": [{"title": source} for source in context.sources] or None,
        "resources": [_resource(file, publication) for file in files],
        "sialgeo": [said._asdict() for said in said_first(publication)],
    }
    told: dict[str, Any] = plain({k: v for k, v in found.items() if v is not None})
    return told


def _resource(file: Path, publication: Publication) -> dict[str, Any]:
    suffix = file.suffix.lower().lstrip(".")
    held = file.read_bytes()
    found: dict[str, Any] = {
        "name": "".join(
            c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in file.name.lower()
        ),
        "path": file.name,
        "format": suffix,
        "mediatype": MEDIA.get(suffix, "application/octet-stream"),
        "bytes": len(held),
        "hash": f"sha256:{hashlib.sha256(held).hexdigest()}",
    }
    if suffix == "csv":
        found |= {
            "profile": "tabular-data-resource",
            "encoding": "utf-8",
            "dialect": {"delimiter": separator(), "lineTerminator": "\r\n"},
            "schema": {
                "fields": _fields(publication),
                "missingValues": [""],
                "primaryKey": CONCENTRATION,
            },
        }
    return found


def _fields(publication: Publication) -> list[dict[str, Any]]:
    areas = publication.areas
    table = areas.drop(columns=areas.geometry.name).rename_axis(CONCENTRATION).reset_index()
    fields = []
    for column in map(str, table.columns):
        kind = {"i": "integer", "u": "integer", "f": "number", "b": "boolean"}.get(
            getattr(table[column].dtype, "kind", "O"), "string"
        )
        field = {"name": column, "type": kind, "title": with_unit(label_of(column, publication))}
        fields.append(field | ({"decimalChar": marks()[0]} if kind == "number" else {}))
    return fields
