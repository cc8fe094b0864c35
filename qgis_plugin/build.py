"""Build ``dist/sialgeo_qgis.zip``: the plugin with sialgeo's pure Python and its sample in it.

``python qgis_plugin/build.py`` (``make plugin``). Needs babel and Qt's ``lrelease`` (Debian:
``qttools5-dev-tools``). The same sources give the same bytes.
"""

from __future__ import annotations

import csv
import html
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import translations

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = Path(__file__).parent / "sialgeo_qgis"
NAME = PLUGIN.name
DOCS = ROOT / "docs"
GUIDES = {"en": ("qgis-guide.md", "qgis.md"), "es": ("guia-qgis.md", "qgis.es.md")}
_LEAVE_OUT = {"__pycache__", "i18n", "carried"}
_NOT_CARRIED = {".po", ".pyi", ".pyc", ".so"}
_CARRIED_TOO = ("tomli_w",)  # MIT; study files are written with it
_WHEN = (2020, 1, 1, 0, 0, 0)


def build(target: Path = ROOT / "dist" / "sialgeo_qgis.zip") -> Path:
    """Build the zip; return its path."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as holder:
        folder = Path(holder) / NAME
        assemble(folder)
        whole = Path(holder) / target.name
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    _add(archive, path, f"{NAME}/{path.relative_to(folder).as_posix()}")
        shutil.move(whole, target)
    return target


def assemble(folder: Path) -> None:
    """Lay the plugin's files out in a folder, as QGIS installs them."""
    shutil.copytree(PLUGIN, folder, ignore=lambda _where, names: _LEAVE_OUT & set(names))
    (folder / "i18n").mkdir()
    translations.compile_to(folder / "i18n" / "sialgeo_es.qm")
    write_help(folder / "help")
    carry(folder / "carried")


def write_help(folder: Path) -> None:
    """Write the guide and the pages of the algorithms as one page a language, with its pictures."""
    (folder / "img").mkdir(parents=True)
    for language, parts in GUIDES.items():
        told = "\n\n".join((DOCS / name).read_text(encoding="utf-8") for name in parts)
        told = re.sub(r"^\(\[[^\n]*\)\n", "", told, flags=re.MULTILINE)  # links between the pages
        told = re.sub(r"\]\((?:qgis|guia)[\w.-]*\.md\)", "](#)", told)  # they are one page here
        for picture in set(_PICTURE.findall(told)):
            shutil.copy(DOCS / picture, folder / picture)
        page = page_of(told, language)
        (folder / f"{language}.html").write_text(page, encoding="utf-8")


def carry(folder: Path) -> None:
    """Copy sialgeo's pure Python, data, compiled texts and the Cajamarca sample."""
    compiling = [sys.executable, str(ROOT / "messages.py"), "compile"]
    subprocess.run(compiling, check=True)  # noqa: S603
    shutil.copytree(ROOT / "sialgeo", folder / "sialgeo", ignore=_not_carried)
    samples = folder / "sialgeo" / "sample_layers"
    if not (samples / "cajamarca").is_dir():
        shutil.copytree(
            ROOT / "sample_layers" / "cajamarca", samples / "cajamarca", ignore=_not_carried
        )
    for table in sorted(samples.rglob("*.csv")):
        table.with_suffix(".csvt").write_text(field_types(table), encoding="utf-8")
    if (ROOT / "LICENSE").is_file():
        shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
    for name in _CARRIED_TOO:
        _carry_library(name, folder)


def _carry_library(name: str, folder: Path) -> None:
    """Copy a small pure-Python library that no QGIS brings, with its licence."""
    found = metadata.distribution(name)
    package = Path(str(found.locate_file(name)))
    shutil.copytree(package, folder / name, ignore=_not_carried)
    licence = next(file for file in found.files or () if file.name.startswith("LICENSE"))
    shutil.copy(str(licence.locate()), folder / name / "LICENSE")


def field_types(table: Path) -> str:
    """Return the ``.csvt`` of a table: QGIS would take codes like 060101 for numbers."""
    with table.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    kinds = []
    for column in rows[0]:
        values = [row[column] for row in rows if row[column]]
        numbers = values and all(re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", value) for value in values)
        kinds.append('"Real"' if numbers else '"String"')
    return ",".join(kinds) + "\n"


def _not_carried(_where: str, names: list[str]) -> set[str]:
    return {
        n
        for n in names
        if n == "__pycache__"
        or n.startswith(".")
        or n.endswith(".aux.xml")  # statistics that GDAL leaves beside a raster it has looked at
        or Path(n).suffix in _NOT_CARRIED
    }


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, path.read_bytes())


# --- the guide as a page --------------------------------------------------------------------------
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:44em;margin:2em auto;padding:0 1em;color:#1a1a1a;background:#fff}"
    "code,pre{background:#f2f2f2;padding:.1em .3em;border-radius:3px}pre{padding:.8em;overflow:auto}"
    "table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.3em .6em;text-align:left}a{color:#0b63a5}"
    "img{max-width:100%;border:1px solid #bbb}"
)


def page_of(markdown: str, language: str) -> str:
    """Return a guide as HTML: headings, paragraphs, lists, tables, code, links, pictures."""
    blocks = [_block(block) for block in re.split(r"\n\s*\n", markdown.strip())]
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8"><title>sialgeo</title>'
        f"<style>{_STYLE}</style></head><body>\n"
        + "\n".join(filter(None, blocks))
        + "\n</body></html>\n"
    )


def _block(block: str) -> str:
    lines = block.strip().split("\n")
    anchor = re.fullmatch(r'<a id="([a-z-]+)"></a>', lines[0])
    mark = f'<a id="{anchor[1]}"></a>' if anchor else ""
    lines = lines[1:] if anchor else lines
    if not lines:
        return mark
    picture = re.fullmatch(r"!\[([^\]]*)\]\(([^)]+)\)", lines[0])
    if picture:
        words, path = html.escape(picture[1]), html.escape(picture[2])
        return f'{mark}<p><img src="{path}" alt="{words}"></p>'
    if lines[0].startswith("```"):
        return f"<pre>{html.escape(chr(10).join(lines[1:-1]))}</pre>"
    heading = re.match(r"(#+) (.*)", lines[0])
    if heading:
        level = len(heading[1])
        rest = _block("\n".join(lines[1:])) if lines[1:] else ""
        return f"{mark}<h{level}>{_inline(heading[2])}</h{level}>{rest}"
    if lines[0].startswith("|"):
        return mark + _table(lines)
    for pattern, tag in ((r"[-*] ", "ul"), (r"\d+\. ", "ol")):
        if re.match(pattern, lines[0]):
            items = re.split(rf"\n(?={pattern})", "\n".join(lines))
            inner = "".join(f"<li>{_inline(re.sub(pattern, '', i, count=1))}</li>" for i in items)
            number = re.match(r"\d+", lines[0])
            start = f' start="{number[0]}"' if number else ""
            return f"{mark}<{tag}{start}>{inner}</{tag}>"
    return f"{mark}<p>{_inline(' '.join(lines))}</p>"


def _table(lines: list[str]) -> str:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if not re.match(r"\|[-| :]+$", line)
    ]
    head = "".join(f"<th>{_inline(cell)}</th>" for cell in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{_inline(c)}</td>" for c in row) + "</tr>" for row in rows[1:]
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _inline(text: str) -> str:
    text = html.escape(text, quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)
    text = re.sub(r"(?<!\*)\*([^*]+)\*(?!\*)", r"<em>\1</em>", text)
    return re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r'<a href="\2">\1</a>', text)


if __name__ == "__main__":
    sys.stdout.write(f"{build()}\n")
