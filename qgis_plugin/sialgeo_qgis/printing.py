# SPDX-License-Identifier: GPL-2.0-or-later
"""Print layouts: the report where typst is absent, and one sheet a concentration from an atlas.

A report comes as sialgeo's blocks (headings, paragraphs, facts, tables, pictures), so that it says what
the other formats say. Layouts live in the main thread: :class:`InMainThread` takes work there.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsFillSymbol,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemPage,
    QgsLayoutItemPicture,
    QgsLayoutItemShape,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsPrintLayout,
    QgsProcessingException,
    QgsProject,
    QgsReadWriteContext,
    QgsTextFormat,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QMetaObject, QObject, Qt, QThread, pyqtSlot
from qgis.PyQt.QtGui import QColor, QFont, QFontMetricsF, QImage

from .texts import tr

WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 18.0  # millimetres: A4
_COLUMN = WIDTH - 2 * MARGIN
_BOTTOM = HEIGHT - 20.0
_WIDEST_WORD = 40.0
_POINT = 25.4 / 72  # millimetres
_SCALE = 20.0  # pixels a millimetre when texts are measured
_INK, _ACCENT, _PALE = "#1a1a1a", "#00517d", "#5a5a5a"
# role: size in points, bold, colour, ground
_ROLES = {
    "body": (9.5, False, _INK, ""),
    "verdict": (12.0, True, _INK, ""),
    "number": (11.0, False, _INK, ""),
    "caution": (9.5, False, _INK, "#fff4d6"),
    "alarm": (9.5, True, _INK, "#fbe3e3"),
    "small": (8.0, False, _PALE, ""),
    "cell": (8.0, False, _INK, ""),
    "head": (8.0, True, _INK, ""),
    "title": (17.0, True, _ACCENT, ""),
    "heading": (11.5, True, _ACCENT, ""),
}


class InMainThread(QObject):
    """Runs a function in the main thread and waits for it; make it where the work begins."""

    def __init__(self) -> None:
        super().__init__()
        self._function, self._failure, self._result = None, None, None
        self.moveToThread(QgsApplication.instance().thread())

    def run(self, function):
        """Return what the function returns, raise what it raises."""
        self._function, self._failure, self._result = function, None, None
        if QThread.currentThread() == QgsApplication.instance().thread():
            self.call()
        else:
            QMetaObject.invokeMethod(self, "call", Qt.ConnectionType.BlockingQueuedConnection)
        if self._failure is not None:
            raise self._failure
        return self._result

    @pyqtSlot()
    def call(self) -> None:
        """Call the function; what it raises is kept for the thread that waits."""
        try:
            self._result = self._function()
        except (QgsProcessingException, OSError, ValueError) as failure:
            self._failure = failure


def print_document(document, path) -> None:
    """Write one of sialgeo's documents as PDF; call it in the main thread."""
    with tempfile.TemporaryDirectory() as folder:
        project = QgsProject()
        layout = QgsPrintLayout(project)
        layout.setName(document.title)
        layout.renderContext().setDpi(200)
        _Writer(layout, Path(folder)).lay_out(document)
        _export(layout, path)
        del layout, project


def print_sheets(project_file, path, template="") -> int:
    """Write the atlas of an exported project as PDF, one page a concentration; return the pages.

    ``template`` is a ``.qpt`` to keep the layout in, for other layers. Call it in the main thread.
    """
    project = QgsProject()
    if not project.read(str(project_file)):
        raise QgsProcessingException(
            tr("The project could not be read: {path}").format(path=project_file)
        )
    layout = project.layoutManager().printLayouts()[0]
    if template:
        layout.saveAsTemplate(str(template), QgsReadWriteContext())
    atlas = layout.atlas()
    atlas.updateFeatures()
    pages = atlas.count()
    result, reason = QgsLayoutExporter.exportToPdf(atlas, str(path), _settings())
    _check(result, path, reason)
    del atlas, layout
    project.clear()
    return pages


def _export(layout, path) -> None:
    _check(QgsLayoutExporter(layout).exportToPdf(str(path), _settings()), path, "")


def _settings():
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.dpi = 200
    settings.exportMetadata = True
    # QGIS 3.40 draws outlines where nothing is said: nobody could search, copy or hear the sheet
    settings.textRenderFormat = Qgis.TextRenderFormat.AlwaysText
    return settings


def _check(result, path, reason) -> None:
    if result != QgsLayoutExporter.ExportResult.Success:
        raise QgsProcessingException(
            tr("{path}: the layout could not be printed. {reason}").format(path=path, reason=reason)
        )


class _Writer:
    """Lays blocks from the top of a page to its bottom, and goes on over the page."""

    def __init__(self, layout, folder: Path) -> None:
        self._layout, self._folder = layout, folder
        self._page, self._y, self._pictures = -1, 0.0, 0

    def lay_out(self, document) -> None:
        """Lay all blocks, and number the pages."""
        layout = self._layout
        layout.pageCollection().clear()
        self._turn()
        for block in document.blocks:
            getattr(self, f"_{type(block).__name__.lower()}")(block)
        pages = self._page + 1
        for number in range(pages):
            self._page = number
            self._text(document.foot, "small", MARGIN, HEIGHT - 14.0, _COLUMN - 18.0)
            said = f"{number + 1} / {pages}"
            self._text(said, "small", WIDTH - MARGIN - 16.0, HEIGHT - 14.0, 16.0, right=True)

    # --- blocks -----------------------------------------------------------------------------------

    def _heading(self, block) -> None:
        if block.level == 1:
            if self._y > MARGIN:
                self._turn()
            self._flow(block.text, "title", after=2.0)
            return
        self._y += 2.5
        self._keep(22.0)  # a heading does not stand alone at the foot of a page
        self._flow(block.text, "heading", after=0.6)
        self._rule(self._y, _ACCENT, 0.3)
        self._y += 1.8

    def _paragraph(self, block) -> None:
        self._flow(block.text, block.role, after=2.0)

    def _bullets(self, block) -> None:
        for item in block.items:
            height = self._measure(item, "body", _COLUMN - 5.0)[1]
            self._keep(height)
            self._text("•", "body", MARGIN + 1.0, self._y, 4.0)
            self._text(item, "body", MARGIN + 5.0, self._y, _COLUMN - 5.0)
            self._y += height + 1.0
        self._y += 1.0

    def _facts(self, block) -> None:
        for row in block.rows:
            self._row(row, (_COLUMN * 0.62, _COLUMN * 0.38), (0, 1), "cell")
        self._y += 2.0

    def _table(self, block) -> None:
        widths = _widths(block, self._advance)
        self._row(block.head, widths, block.left, "head")
        for row in block.rows:
            self._row(row, widths, block.left, "cell")
        self._y += 2.0

    def _picture(self, block) -> None:
        self._pictures_in_a_row((block,))

    def _beside(self, block) -> None:
        self._pictures_in_a_row(block.pictures)

    def _turn(self, _block=None) -> None:
        page = QgsLayoutItemPage(self._layout)
        page.setPageSize(QgsLayoutSize(WIDTH, HEIGHT, _millimetres()))
        self._layout.pageCollection().addPage(page)
        self._page, self._y = self._page + 1, MARGIN

    # --- what blocks are made of --------------------------------------------------------------------

    def _flow(self, text: str, role: str, *, after: float) -> None:
        ground = _ROLES[role][3]
        pad = 2.0 if ground else 0.0
        height = self._measure(text, role, _COLUMN - 2 * pad)[1]
        self._keep(height + 2 * pad)
        if ground:
            self._box(MARGIN, self._y, _COLUMN, height + 2 * pad, ground)
        self._text(text, role, MARGIN + pad, self._y + pad, _COLUMN - 2 * pad)
        self._y += height + 2 * pad + after

    def _row(self, cells, widths, left, role: str) -> None:
        height = max(
            self._measure(cell, role, width - 2.0)[1]
            for cell, width in zip(cells, widths, strict=True)
        )
        self._keep(height + 1.4)
        x = MARGIN
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            self._text(cell, role, x, self._y + 0.5, width - 2.0, right=number not in left)
            x += width
        self._y += height + 1.2
        self._rule(self._y - 0.1, _ACCENT if role == "head" else "#cccccc", 0.2)

    def _pictures_in_a_row(self, pictures) -> None:
        images = [QImage.fromData(one.png) for one in pictures]
        widths = [_COLUMN * one.share - (1.0 if len(pictures) > 1 else 0.0) for one in pictures]
        heights = [w * i.height() / i.width() for w, i in zip(widths, images, strict=True)]
        most = _BOTTOM - MARGIN
        shrink = min(1.0, most / max(heights))
        self._keep(max(heights) * shrink)
        x = MARGIN
        for one, width, height in zip(pictures, widths, heights, strict=True):
            path = self._folder / f"{self._pictures}.png"
            path.write_bytes(one.png)
            self._pictures += 1
            item = QgsLayoutItemPicture(self._layout)
            item.setPicturePath(str(path))
            self._place(item, x, self._y, width * shrink, height * shrink)
            x += width + 1.0
        self._y += max(heights) * shrink + 2.0

    def _keep(self, height: float) -> None:
        """Go on over the page where the height is not left."""
        if self._y + height > _BOTTOM and self._y > MARGIN:
            self._turn()

    def _text(self, text: str, role: str, x: float, y: float, width: float, *, right=False) -> None:
        lines, height = self._measure(text, role, width)
        size, bold, colour, _ground = _ROLES[role]
        item = QgsLayoutItemLabel(self._layout)
        item.setText("\n".join(lines).replace("[%", "[\u200b%"))  # no text is an expression
        item.setMarginX(0.0)
        item.setMarginY(0.0)
        if right:
            item.setHAlign(Qt.AlignmentFlag.AlignRight)
        _set_font(item, size, bold, colour)
        grow = 0.0 if right else 3.0  # a line is never broken a second time
        self._place(item, x, y, width + grow, height + 1.0)

    def _measure(self, text: str, role: str, width: float) -> tuple:
        """Return a text's lines and their height, in millimetres."""
        metrics = _metrics(role)
        lines = [
            line
            for part in str(text).split("\n")
            for line in _broken(part, metrics, width * _SCALE * 0.98)
        ]
        return lines, max(len(lines), 1) * metrics.lineSpacing() / _SCALE

    def _advance(self, text: str, role: str) -> float:
        return _metrics(role).horizontalAdvance(text) / (0.98 * _SCALE)

    def _rule(self, y: float, colour: str, thickness: float) -> None:
        self._box(MARGIN, y, _COLUMN, thickness, colour)

    def _box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        item = QgsLayoutItemShape(self._layout)
        item.setShapeType(QgsLayoutItemShape.Shape.Rectangle)
        item.setSymbol(QgsFillSymbol.createSimple({"color": colour, "outline_style": "no"}))
        self._place(item, x, y, width, height)

    def _place(self, item, x: float, y: float, width: float, height: float) -> None:
        self._layout.addLayoutItem(item)
        item.attemptMove(QgsLayoutPoint(x, y, _millimetres()), True, False, self._page)
        item.attemptResize(QgsLayoutSize(width, height, _millimetres()))


def _metrics(role: str):
    size, bold, _colour, _ground = _ROLES[role]
    font = QFont("Sans")
    font.setPixelSize(round(size * _POINT * _SCALE))
    font.setBold(bold)
    return QFontMetricsF(font)


def _broken(text: str, metrics, width: float) -> list:
    """Return a text's lines; a word that is wider than the column is cut."""
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if metrics.horizontalAdvance(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while metrics.horizontalAdvance(line) > width and len(line) > 1:
            fits = next(
                n
                for n in range(len(line), 0, -1)
                if n == 1 or metrics.horizontalAdvance(line[:n]) <= width
            )
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line]


def _widths(table, measure) -> list:
    """Return the columns' widths: no word is cut, and longer cells get more of the rest."""
    least, wanted = [], []
    for number, head in enumerate(table.head):
        words = [("head", word) for word in head.split()]
        words += [("cell", word) for row in table.rows for word in row[number].split()]
        widest = max((measure(word, role) for role, word in words), default=0.0)
        least.append(min(widest, _WIDEST_WORD) + 2.5)
        longest = max(len(cell) for cell in (head, *(row[number] for row in table.rows)))
        wanted.append(min(max(longest, 6), 40) ** 0.75)
    left = max(_COLUMN - sum(least), 0.0)
    shrink = min(1.0, _COLUMN / sum(least))
    return [one * shrink + left * w / sum(wanted) for one, w in zip(least, wanted, strict=True)]


def _set_font(item, size: float, bold: bool, colour: str) -> None:
    font = QFont("Sans")
    font.setPointSizeF(size)
    font.setBold(bold)
    if hasattr(item, "setTextFormat"):
        said = QgsTextFormat()
        said.setFont(font)
        said.setSize(size)
        said.setSizeUnit(QgsUnitTypes.RenderUnit.RenderPoints)
        said.setColor(QColor(colour))
        item.setTextFormat(said)
    else:
        item.setFont(font)
        item.setFontColor(QColor(colour))


def _millimetres():
    return QgsUnitTypes.LayoutUnit.LayoutMillimeters
