"""Message catalogues: ``python messages.py update`` collects texts, ``compile`` writes ``.mo``.

The catalogue (``sialgeo/locale/es/LC_MESSAGES/sialgeo.po``) is kept in git; the compiled ``.mo`` is
made by every build (``hatch_build.py``) and by ``make messages``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent
LOCALE = ROOT / "sialgeo" / "locale"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "text_in": (2,)}


def collect() -> Catalog:
    """Return every text the package shows, read from its source."""
    catalogue = Catalog(project="sialgeo", fuzzy=False)
    found = extract_from_dir(
        ROOT / "sialgeo",
        method_map=[("**.py", "python")],
        keywords=KEYWORDS,
        comment_tags=("i18n:",),
    )
    for filename, _line, message, comments, _context in found:
        catalogue.add(message, locations=[(f"sialgeo/{filename}", 0)], auto_comments=comments)
    return catalogue


def update(locale: Path = LOCALE) -> int:
    """Bring every ``.po`` up to the source; return how many texts still lack a translation."""
    template = collect()
    missing = 0
    for po in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        catalogue = _read(po)
        template.creation_date = catalogue.creation_date  # a date alone is no change
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        missing += sum(1 for m in catalogue if m.id and not _translated(m.string))
        with po.open("wb") as out:
            write_po(
                out, catalogue, width=100, sort_output=True, omit_header=False, no_location=True
            )
    return missing


def _translated(string: str | tuple[str, ...]) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


def compile_catalogues(locale: Path = LOCALE) -> None:
    """Write ``.mo`` beside every ``.po``."""
    for po in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        with po.with_suffix(".mo").open("wb") as out:
            write_mo(out, _read(po))


def _read(po: Path) -> Catalog:
    with po.open("rb") as source:
        return read_po(source, locale=po.parent.parent.name, domain="sialgeo")


def main(arguments: list[str]) -> int:
    """Run ``update`` (and say what lacks a translation) or ``compile``."""
    if arguments == ["update"]:
        missing = update()
        sys.stderr.write(f"{missing} texts without a translation\n")
        compile_catalogues()
        return 1 if missing else 0
    if arguments in ([], ["compile"]):
        compile_catalogues()
        return 0
    sys.stderr.write("usage: python messages.py [update|compile]\n")
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
