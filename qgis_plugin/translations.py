"""The plugin's Spanish texts: ``update`` brings the ``.ts`` up to the source, ``compile`` makes the ``.qm``.

Texts are the arguments of ``tr("…")`` and ``mark("…")``. ``compile`` needs Qt's ``lrelease`` (Debian:
``qttools5-dev-tools``).
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET  # our own file, not input
from xml.sax.saxutils import escape

PLUGIN = Path(__file__).parent / "sialgeo_qgis"
TS = PLUGIN / "i18n" / "sialgeo_es.ts"
_LRELEASE = ("lrelease", "lrelease-qt5", "/usr/lib/qt5/bin/lrelease")


def collect() -> list[str]:
    """Return every text of the plugin, in the order of files and lines."""
    found: dict[str, None] = {}
    for path in sorted(PLUGIN.rglob("*.py")):
        if "carried" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") in ("tr", "mark")
                and node.args
            ):
                text = node.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    found[text.value] = None
    return list(found)


def read(path: Path = TS) -> dict[str, str]:
    """Return the translations that a ``.ts`` holds."""
    if not path.is_file():
        return {}
    messages = ET.parse(path).iter("message")  # noqa: S314
    return {m.findtext("source") or "": m.findtext("translation") or "" for m in messages}


def write(translations: dict[str, str], path: Path = TS) -> None:
    """Write a ``.ts``."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE TS>"]
    lines += [
        '<TS version="2.1" language="es" sourcelanguage="en">',
        "<context>",
        "    <name>sialgeo</name>",
    ]
    for source, translation in translations.items():
        state = "" if translation else ' type="unfinished"'
        lines += [
            "    <message>",
            f"        <source>{escape(source)}</source>",
            f"        <translation{state}>{escape(translation)}</translation>",
            "    </message>",
        ]
    path.write_text("\n".join([*lines, "</context>", "</TS>", ""]), encoding="utf-8")


def update() -> list[str]:
    """Bring the ``.ts`` up to the source; return the texts that lack a translation."""
    known = read()
    translations = {text: known.get(text, "") for text in collect()}
    write(translations)
    return [text for text, translation in translations.items() if not translation]


def find_lrelease() -> str | None:
    """Return Qt's compiler of translations, None where it is not installed."""
    return next((found for name in _LRELEASE if (found := shutil.which(name))), None)


def compile_to(target: Path) -> None:
    """Make the ``.qm``."""
    tool = find_lrelease()
    if tool is None:
        raise SystemExit("lrelease is missing. Remedy: apt-get install qttools5-dev-tools")
    subprocess.run([tool, "-silent", str(TS), "-qm", str(target)], check=True)  # noqa: S603


def main(arguments: list[str]) -> int:
    """Run ``update`` or ``compile``."""
    if arguments == ["update"]:
        missing = update()
        sys.stderr.write("".join(f"no translation: {text}\n" for text in missing))
        return 1 if missing else 0
    compile_to(TS.with_suffix(".qm"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
