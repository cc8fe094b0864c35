"""A document as PDF, by typst.

The template is fixed and reads the document as data: nothing of a text is ever read as markup. No
network; the fonts are those inside typst, the system's for other scripts. The file is tagged (PDF/UA-1), so that it can be read aloud.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sialgeo.errors import MissingDependencyError
from sialgeo.exporters.dossier.blocks import Beside, Block, Document, Picture
from sialgeo.i18n import _

TEMPLATE = Path(__file__).parent / "document.typ"


def pdf(document: Document) -> bytes:
    """Return a document as the bytes of a PDF.

    Raises
    ------
    MissingDependencyError
        typst is not installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        data = _data(document, place)
        (place / "data.json").write_text(json.dumps(data, ensure_ascii=True), encoding="ascii")
        (place / "document.typ").write_bytes(TEMPLATE.read_bytes())
        return _compiled(place, _moment(document.date))


def _compiled(place: Path, moment: datetime | None) -> bytes:
    """Return the PDF; without the standard's seal where a letter of the data is in no font at hand."""
    try:
        import typst
    except ImportError as failure:
        raise MissingDependencyError("typst", _("writing PDF"), extra="report") from failure
    options: dict[str, Any] = {
        "root": str(place),
        "ignore_system_fonts": False,  # letters beyond Latin and Greek are the system's
        "timestamp": moment,
    }
    source = str(place / "document.typ")
    try:
        return bytes(typst.compile(source, pdf_standards=["ua-1"], **options))
    except typst.TypstError as failure:
        if "could not be displayed" not in str(failure):
            raise
        return bytes(typst.compile(source, **options))


def _moment(date: str) -> datetime | None:
    """Return the study's date as the file's, so that one study gives one file."""
    try:
        return datetime.fromisoformat(date).replace(tzinfo=timezone.utc)
    except ValueError:
        return None


def _data(document: Document, folder: Path) -> dict[str, Any]:
    pictures: list[Path] = []
    blocks = [_block(block, folder, pictures) for block in document.blocks]
    held = {k: getattr(document, k) for k in ("title", "language", "date", "foot")}
    return {**held, "page": _("Page"), "blocks": blocks}


def _block(block: Block, folder: Path, pictures: list[Path]) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    if isinstance(block, Picture):
        return {"kind": kind, **_picture(block, folder, pictures)}
    if isinstance(block, Beside):
        return {"kind": kind, "pictures": [_picture(p, folder, pictures) for p in block.pictures]}
    return {"kind": kind, **asdict(block)}


def _picture(picture: Picture, folder: Path, pictures: list[Path]) -> dict[str, Any]:
    path = folder / f"{len(pictures)}.png"
    path.write_bytes(picture.png)
    pictures.append(path)
    return {"file": path.name, "words": picture.words, "share": picture.share}
