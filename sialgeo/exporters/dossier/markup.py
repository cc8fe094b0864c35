"""A document as one HTML page, and as Markdown that word processors open."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterable

from sialgeo.exporters.dossier.blocks import (
    Beside,
    Block,
    Bullets,
    Document,
    Facts,
    Heading,
    Paragraph,
    Picture,
    Table,
)

_STYLE = """
body{font:16px/1.5 Georgia,serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h1,h2{color:#00517d}h1{margin-top:3rem}h2{border-bottom:1px solid #00517d;font-size:1.15rem}
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ccc;padding:.25rem .4rem;text-align:right;vertical-align:top}
th{border-bottom:2px solid #00517d}.l{text-align:left}img{max-width:100%;height:auto}
.beside{display:flex;gap:.5rem}.verdict{font-size:1.2rem;font-weight:bold}.number{font-size:1.1rem}
.caution,.alarm{padding:.5rem .8rem;border-left:4px solid #b37400;background:#fff4d6}.alarm{border-color:#a11111;background:#fbe3e3;font-weight:bold}
.small,footer{color:#5a5a5a;font-size:.9rem}@media print{h1{break-before:page}}
"""
_MARKED = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&$=:])")


def page(document: Document) -> str:
    """Return a document as one HTML page that loads nothing and runs nothing."""
    body = fragment(document.blocks)
    title = html.escape(document.title)
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="{html.escape(document.language)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>\n{body}\n</main>"
        f"<footer>{html.escape(document.foot)}</footer></body></html>\n"
    )


def fragment(blocks: Iterable[Block]) -> str:
    """Return blocks as HTML without a head, for whatever has a page of its own."""
    return "\n".join(_html(block) for block in blocks)


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{html.escape(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        return f'<p class="{block.role}">{html.escape(block.text)}</p>'
    if isinstance(block, Facts):
        return _html_table(Table((), block.rows, (0,)))
    if isinstance(block, Table):
        return _html_table(block)
    if isinstance(block, Bullets):
        return "<ul>" + "".join(f"<li>{html.escape(item)}</li>" for item in block.items) + "</ul>"
    if isinstance(block, Picture):
        return _image(block)
    if isinstance(block, Beside):
        return '<div class="beside">' + "".join(map(_image, block.pictures)) + "</div>"
    return ""


def _image(picture: Picture) -> str:
    held = base64.b64encode(picture.png).decode("ascii")
    width = f' style="width:{100 * picture.share:.0f}%"' if picture.share < 1 else ""
    return f'<img{width} alt="{html.escape(picture.words)}" src="data:image/png;base64,{held}">'


def _html_table(table: Table) -> str:
    def row(cells: tuple[str, ...], tag: str) -> str:
        told = (
            f"<{tag}{' class=l' if i in table.left else ''}>{html.escape(cell)}</{tag}>"
            for i, cell in enumerate(cells)
        )
        return "<tr>" + "".join(told) + "</tr>"

    head = f"<thead>{row(table.head, 'th')}</thead>" if table.head else ""
    return f"<table>{head}<tbody>{''.join(row(r, 'td') for r in table.rows)}</tbody></table>"


def markdown(document: Document) -> str:
    """Return a document as Markdown with pipe tables and the pictures inside.

    pandoc turns it into DOCX and ODT (``pandoc report.md -o report.docx``).
    """
    found = [_markdown(block) for block in document.blocks]
    return "\n\n".join(text for text in [*found, escaped(document.foot)] if text) + "\n"


def escaped(text: str) -> str:
    """Return a text in which nothing is read as Markdown or HTML.

    >>> print(escaped("<b> *x* =1"))
    \\<b\\> \\*x\\* \\=1
    """
    return _MARKED.sub(r"\\\1", text.replace("\n", " "))


def _strong(text: str) -> str:
    return f"**{escaped(text)}**"


_ROLES: dict[str, Callable[[str], str]] = {
    "verdict": _strong,
    "alarm": _strong,
    "caution": lambda text: f"> {escaped(text)}",
}


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return "#" * block.level + " " + escaped(block.text)
    if isinstance(block, Paragraph):
        return _ROLES.get(block.role, escaped)(block.text)
    if isinstance(block, Facts):
        return "\n".join(f"- {escaped(name)}: {escaped(value)}" for name, value in block.rows)
    if isinstance(block, Table):
        rows = [block.head, *block.rows]
        lines = ["| " + " | ".join(escaped(cell) for cell in row) + " |" for row in rows]
        ruler = [":--" if i in block.left else "--:" for i in range(len(block.head))]
        lines.insert(1, "| " + " | ".join(ruler) + " |")
        return "\n".join(lines)
    if isinstance(block, Bullets):
        return "\n".join(f"- {escaped(item)}" for item in block.items)
    if isinstance(block, Beside):
        return "\n\n".join(map(_figure, block.pictures))
    if isinstance(block, Picture):
        return _figure(block)
    return ""


def _figure(picture: Picture) -> str:
    held = base64.b64encode(picture.png).decode("ascii")
    return f"![{escaped(picture.words)}](data:image/png;base64,{held})"
