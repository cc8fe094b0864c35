"""Tables as cells: text files and workbooks, with their header found and rows numbered as shown."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import FileError, MissingDependencyError, ParameterError, SchemaError
from sialgeo.i18n import _
from sialgeo.progress import Progress, silent
from sialgeo.readers.headers import (
    HEADER_ROWS,
    blank,
    find_header,
    is_number,
    taken_apart,
    title_of,
)
from sialgeo.readers.log import Log
from sialgeo.readers.names import coordinate_pairs
from sialgeo.readers.sources import Source, broken

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE = 262_144


@dataclass
class Grid:
    """Cells by named column; ``rows`` are the row numbers that a spreadsheet shows."""

    cells: pd.DataFrame
    rows: NDArray[np.int64]
    overfull: NDArray[np.bool_]
    sheet: str = ""
    typed: bool = False
    extras: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)  # texts above the header
    of: int = 0  # rows of the file, where only some were kept

    def release(self) -> pd.DataFrame:
        """Return the cells, and hold them no more: a large table has no room for them to the end."""
        cells, self.cells = self.cells, self.cells.head(0).copy()
        return cells

    def chosen(self, choice: Choice) -> Grid:
        """Return the rows and columns that are chosen of a table read whole."""
        names = [str(c) for c in self.cells.columns]
        wanted = names if choice.columns is None else choice.columns(names)
        rows = choice.rows(self.cells, self.overfull)
        extras = (
            [e for e, kept in zip(self.extras, rows, strict=True) if kept] if self.extras else []
        )
        cells = self.cells.loc[rows, wanted].reset_index(drop=True)
        return replace(
            self, cells=cells, rows=self.rows[rows], overfull=self.overfull[rows], extras=extras,
            of=len(rows),
        )  # fmt: skip


# --- text files -----------------------------------------------------------------------------------
def text_grid(
    source: Source,
    log: Log,
    *,
    encoding: str | None,
    separator: str | None,
    header: int | None = None,
    choice: Choice | None = None,
    progress: Progress = silent,
) -> Grid:
    """Read a CSV, TSV or other separated text; a large one, or what is chosen of it, by chunks."""
    if choice is None and source.path.stat().st_size < _LARGE:
        rows = text_rows(source, log, encoding=encoding, separator=separator)
        return _with_header(rows, log, source, header)
    told = _told(source, log, encoding, separator)
    return _by_chunks(source, log, told, header, choice or Choice(), progress)


def text_rows(
    source: Source, log: Log, *, encoding: str | None = None, separator: str | None = None
) -> list[list[str]] | pd.DataFrame:
    """Return all cells of a separated text, its header among them."""
    told = _told(source, log, encoding, separator)
    return _parse(source.path, told.encoding, told.separator, told.skip)


class _Told(NamedTuple):
    """How a text is written, and its first lines."""

    encoding: str
    separator: str
    skip: int
    lines: list[str]


def _told(source: Source, log: Log, encoding: str | None, separator: str | None) -> _Told:
    if encoding is None:
        encoding = guess_encoding(source.path, log)
    sample, skip, declared = _sample(source.path, encoding)
    separator = separator or declared
    if separator is None:
        separator = guess_separator(sample, log)
    if len(separator) != 1:
        raise ParameterError(
            _("separator “{separator}”: must be one character").format(separator=separator)
        )
    return _Told(encoding, separator, skip, sample)


# --- large texts ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Choice:
    """What is kept of a large table: ``columns`` tells which of its names, ``cases`` which rows."""

    columns: Callable[[list[str]], list[str]] | None = None
    cases: Callable[[pd.DataFrame], NDArray[np.bool_]] | None = None

    def rows(self, cells: pd.DataFrame, overfull: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Mark the rows that are kept; one with more cells than the header always is, to be told."""
        if self.cases is None:
            return np.ones(len(cells), dtype=bool)
        return self.cases(cells) | overfull


def _by_chunks(
    source: Source,
    log: Log,
    told: _Told,
    header: int | None,
    choice: Choice,
    progress: Progress,
) -> Grid:
    """Read a text by chunks, keeping of each only the columns and rows that are chosen."""
    import pandas as pd

    head = [row for row, _line in zip(csv.reader(told.lines, delimiter=told.separator), range(HEADER_ROWS), strict=False)]  # fmt: skip
    at, titles, above = find_header(head, header, len(head), log)
    width = len(titles) or max(len(r) for r in head)
    names = _column_names(titles, width, log)
    wanted = (
        list(names.values()) if choice.columns is None else choice.columns(list(names.values()))
    )
    positions = [i for i, name in names.items() if name in wanted]
    kept: list[pd.DataFrame] = []
    seen: dict[str, dict[str, str]] = {}
    over: list[NDArray[np.bool_]] = []
    extras: list[str] = []
    of = 0
    for start, portion in _chunks(source.path, told, at + 1, [*positions, width], progress):
        portion.index = np.arange(start, start + len(portion)) + at + 2
        held = _where(_any_held(portion), portion)
        beyond = held.iloc[:, -1]
        cells = held.iloc[:, :-1].set_axis([names[i] for i in positions], axis=1)
        overfull = _held(beyond)
        of += len(held)
        chosen = choice.rows(cells, overfull)
        kept.append(_shared(_where(chosen, cells), seen))
        over.append(overfull[chosen])
        extras += beyond[chosen].tolist()
    if not of:
        raise _no_row(source)
    table = pd.concat(kept) if kept else pd.DataFrame()
    void = [c for i, c in names.items() if c in table and c == f"columna_{i + 1}" and not _held(table[c]).any()]  # fmt: skip
    rows = table.index.to_numpy()
    table = table.drop(columns=void if titles else []).reset_index(drop=True)
    marked = np.concatenate(over)
    return Grid(table, rows, marked, extras=extras if marked.any() else [], above=above, of=of)


_LARGE = 64 << 20  # bytes: a text that is larger is read by chunks
CHUNK = 200_000  # rows


def _held(column: pd.Series) -> NDArray[np.bool_]:
    """Mark the cells that hold something."""
    held: NDArray[np.bool_] = (column.str.strip() != "").to_numpy(dtype=bool)
    return held


def _where(mask: NDArray[np.bool_], cells: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a mask; all of them without a copy."""
    return cells if mask.all() else cells[mask]


def _shared(cells: pd.DataFrame, seen: dict[str, dict[str, str]]) -> pd.DataFrame:
    """Return cells whose texts are held once each, in however many rows and portions they stand.

    Only where texts are Python's own, which take ten times their length: pyarrow packs them.
    """
    import pandas as pd

    made = {}
    for name, column in cells.items():
        known = seen.setdefault(str(name), {})
        if getattr(column.dtype, "storage", "python") == "python" and len(known) < _DIFFERENT:
            texts = [known.setdefault(t, t) for t in column]
            made[name] = pd.Series(texts, index=cells.index, dtype=column.dtype)
    return cells.assign(**made)


_DIFFERENT = 50_000  # texts of a column; where there are more, hardly any repeats


def _any_held(cells: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the rows that hold something; of most, the first cell tells."""
    held = np.zeros(len(cells), dtype=bool)
    for name in cells.columns:
        if held.all():
            break
        held |= _held(cells[name])
    return held


def _chunks(
    path: Path, told: _Told, skip: int, positions: list[int], progress: Progress
) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield (number of the first row, cells as text) of some columns; the last is what overflows."""
    import pandas as pd

    size = max(path.stat().st_size, 1)
    width = max(positions) + 1
    # of the columns that are left out, one byte: as texts they would take most of the time, and
    # left out by usecols the overlong rows would not be told
    kinds = {i: str if i in positions else "S1" for i in range(width)}
    start = 0
    try:
        with path.open("rb") as handle:
            reader = pd.read_csv(
                handle,
                sep=told.separator,
                header=None,
                names=range(width),
                dtype=kinds,
                na_filter=False,
                skip_blank_lines=False,
                skiprows=told.skip + skip,
                encoding=told.encoding,
                engine="c",
                chunksize=CHUNK,
            )
            for cells in reader:
                yield start, cells[positions].fillna("")
                start += len(cells)
                progress(min(handle.tell() / size, 1.0), _("Reading the rows"))
    except pd.errors.ParserError as failure:
        if "EOF inside string" in str(failure):
            raise broken(path, _open_quote()) from None
        # rows of very different lengths: Python's parser, from where the fast one stopped
        yield from _uneven_chunks(path, told, skip, positions, start)
        progress(1.0, _("Reading the rows"))
    except pd.errors.EmptyDataError:
        return
    except (UnicodeDecodeError, UnicodeError) as failure:
        raise _not_this_encoding(path, told.encoding, failure) from None


def _uneven_chunks(
    path: Path, told: _Told, skip: int, positions: list[int], start: int
) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield what is left of a text whose rows differ in length; all that overflows is in the last cell."""
    import pandas as pd

    last = positions[-1]
    try:
        with _decoder(path, told.encoding) as handle:
            for _line in range(told.skip):
                handle.readline()
            rows = itertools.islice(
                csv.reader(handle, delimiter=told.separator), skip + start, None
            )
            while some := list(itertools.islice(rows, CHUNK)):
                table = [
                    [
                        *(r[i] if i < len(r) else "" for i in positions[:-1]),
                        " | ".join(c for c in r[last:] if c.strip()),
                    ]
                    for r in some
                ]
                yield start, pd.DataFrame(table, columns=positions, dtype=str)
                start += len(some)
    except csv.Error as failure:
        raise broken(path, failure) from None


def guess_encoding(path: Path, log: Log) -> str:
    """Return utf-8-sig where every byte fits it (or UTF-16 by its mark), else cp1252."""
    utf8 = codecs.getincrementaldecoder("utf-8")()
    fits_utf8 = fits_cp1252 = ascii_only = True
    with path.open("rb") as handle:
        block = handle.read(1 << 20)
        if block[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            log.guess("encoding", "utf-16", 1.0, _("Encoding: UTF-16, by its mark."))
            return "utf-16"
        while block:
            if b"\x00" in block:
                raise broken(path, _("null bytes in a text"))
            ascii_only = ascii_only and block.isascii()
            fits_cp1252 = fits_cp1252 and not any(byte in block for byte in _NOT_CP1252)
            following = handle.read(1 << 20)
            try:
                if fits_utf8:
                    utf8.decode(block, final=not following)
            except UnicodeDecodeError:
                fits_utf8 = False
            block = following
    if fits_utf8:
        if not ascii_only:
            log.guess("encoding", "utf-8-sig", 0.99, _("Encoding: UTF-8."))
        return "utf-8-sig"
    if not fits_cp1252:
        raise FileError(
            _("{path}: neither UTF-8 nor Windows-1252. Remedy: name the encoding=").format(
                path=path
            )
        )
    log.guess(
        "encoding", "cp1252", 0.9, _("Encoding: Windows-1252 (Latin-1), as it is not valid UTF-8.")
    )
    return "cp1252"


_NOT_CP1252 = b"\x81\x8d\x8f\x90\x9d"  # bytes that Windows-1252 leaves free


def _decoder(path: Path, encoding: str) -> io.TextIOWrapper:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise ParameterError(
            _("encoding “{encoding}” is unknown. Remedy: for instance utf-8 or cp1252").format(
                encoding=encoding
            )
        ) from None
    return path.open("r", encoding=encoding, newline="")


def _sample(path: Path, encoding: str) -> tuple[list[str], int, str | None]:
    """Return the first lines, and the separator that Excel's first line ``sep=;`` declares."""
    try:
        with _decoder(path, encoding) as handle:
            text = handle.read(_SAMPLE)
            more = bool(handle.read(1))
    except (UnicodeDecodeError, UnicodeError) as failure:
        raise _not_this_encoding(path, encoding, failure) from None
    lines = text.splitlines(keepends=True)
    if more and len(lines) > 1:
        lines.pop()
    elif more:
        raise broken(path, _("a line of more than {n} characters").format(n=_SAMPLE))
    declared = re.fullmatch(r"sep=(.)\s*", lines[0]) if lines else None
    if declared:
        return lines[1:], 1, declared[1]
    if not any(line.strip() for line in lines):
        raise SchemaError(_("{path}: the file is empty: only blank lines").format(path=path))
    return lines, 0, None


def _not_this_encoding(path: Path, encoding: str, failure: Exception) -> FileError:
    return FileError(
        _(
            "{path}: is not written in {encoding} ({reason}). Remedy: another encoding=, as cp1252"
        ).format(path=path, encoding=encoding, reason=failure)
    )


def guess_separator(lines: Sequence[str], log: Log) -> str:
    """Return the separator under which rows and header agree; two that are close are an error."""
    scores = {s: _score_separator(lines, s) for s in SEPARATORS}
    ranked = sorted(scores, key=lambda s: scores[s], reverse=True)
    best, second = ranked[0], ranked[1]
    if scores[best] <= 0:
        if len(lines) and not any(s in "".join(lines[:50]) for s in SEPARATORS):
            return ","  # one single column
        best = max(SEPARATORS, key=lambda s: sum(line.count(s) for line in lines[:50]))
        log.guess("separator", best, 0.3, _separator_sentence(best))
        return best
    if scores[second] > 0 and scores[best] - scores[second] < 0.1:
        raise SchemaError(
            _(
                'the separator may be {first} or {second}: both fit. Remedy: name it, separator="{best}" '
                'or separator="{other}"'
            ).format(
                first=_named(best), second=_named(second), best=_shown(best), other=_shown(second)
            )
        )
    if best != ",":
        certain = scores[best] / (scores[best] + max(scores[second], 0.0))
        log.guess("separator", best, certain, _separator_sentence(best))
    return best


def _named(separator: str) -> str:
    return {
        ",": _("the comma"),
        ";": _("the semicolon"),
        "\t": _("the tabulator"),
        "|": _("the bar"),
    }[separator]


def _shown(separator: str) -> str:
    return "\\t" if separator == "\t" else separator


def _separator_sentence(separator: str) -> str:
    return _("Cells are separated by {separator}.").format(separator=_named(separator))


def _score_separator(lines: Sequence[str], separator: str) -> float:
    try:
        rows = [r for r in csv.reader(lines, delimiter=separator) if any(c.strip() for c in r)]
    except csv.Error:
        return 0.0
    if not rows:
        return 0.0
    width, seen = Counter(len(r) for r in rows).most_common(1)[0]
    widest = max((len(r) for r in rows[:HEADER_ROWS]), default=1)
    if max(width, widest) < 2:
        return 0.0
    if width < 2:
        return 0.05
    score = seen / len(rows)
    heads = [r for r in rows[:HEADER_ROWS] if not any(is_number(c) for c in r if c.strip())]
    fitting = [r for r in heads if len(r) == width]
    score -= 0.0 if fitting else 0.5
    score += 1.0 if any(coordinate_pairs(r) for r in heads) else 0.0
    return score


def _parse(path: Path, encoding: str, separator: str, skip: int) -> list[list[str]] | pd.DataFrame:
    """Return all cells as text: by pandas' fast parser, by Python's where rows differ in length."""
    import pandas as pd

    try:
        cells: pd.DataFrame = pd.read_csv(
            path,
            sep=separator,
            header=None,
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,
            skiprows=skip,
            encoding=encoding,
            engine="c",
        ).fillna("")
        return cells
    except pd.errors.ParserError as failure:
        if "EOF inside string" in str(failure):
            raise broken(path, _open_quote()) from None
    except pd.errors.EmptyDataError:
        raise SchemaError(
            _("{path}: the file is empty: only blank lines").format(path=path)
        ) from None
    except (UnicodeDecodeError, UnicodeError) as failure:
        raise _not_this_encoding(path, encoding, failure) from None
    try:
        with _decoder(path, encoding) as handle:
            for _line in range(skip):
                handle.readline()
            return list(csv.reader(handle, delimiter=separator))
    except csv.Error as failure:
        raise broken(path, failure) from None


# --- workbooks ------------------------------------------------------------------------------------
def workbook_grid(
    source: Source, log: Log, *, sheet: str | None, header: int | None = None
) -> Grid:
    """Read one sheet of a workbook: python-calamine, openpyxl where that is absent."""
    sheets = workbook_sheets(source)
    name = _choose_sheet(sheets, sheet, source, log)
    grid = _with_header(sheets[name], log, source, header)
    grid.sheet, grid.typed = name, True
    return grid


def workbook_sheets(source: Source) -> dict[str, list[list[Any]]]:
    """Return the cells of every sheet of a workbook, by its name."""
    from importlib.util import find_spec

    if find_spec("python_calamine") is not None:
        return _calamine(source.path)
    if source.suffix in (".xlsx", ".xlsm") and find_spec("openpyxl") is not None:
        return _openpyxl(source.path)
    raise MissingDependencyError(
        "python-calamine", _("Reading {suffix} workbooks").format(suffix=source.suffix)
    )


def _calamine(path: Path) -> dict[str, list[list[Any]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
        return {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in book.sheet_names
        }
    except (CalamineError, OSError, ValueError) as failure:
        raise broken(path, failure) from failure


def _openpyxl(path: Path) -> dict[str, list[list[Any]]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        sheets = {}
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            sheets[str(sheet.title)] = [list(row) for row in sheet.iter_rows(values_only=True)]
        book.close()
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as failure:
        raise broken(path, failure) from failure
    return sheets


def _choose_sheet(
    sheets: dict[str, list[list[Any]]], wanted: str | None, source: Source, log: Log
) -> str:
    names = ", ".join(sheets)
    if wanted is not None:
        if wanted not in sheets:
            raise SchemaError(
                _("{path}: no sheet “{sheet}”. The sheets are: {names}").format(
                    path=source.path, sheet=wanted, names=names
                )
            )
        return wanted
    filled = [n for n, rows in sheets.items() if any(not blank(c) for row in rows for c in row)]
    if not filled:
        raise SchemaError(_("{path}: the workbook is empty").format(path=source.path))
    if len(filled) == 1:
        return filled[0]
    located = [
        n
        for n in filled
        if any(coordinate_pairs([str(c) for c in row]) for row in sheets[n][:HEADER_ROWS])
    ]
    if len(located) != 1:
        raise SchemaError(
            _(
                '{path}: several sheets hold data: {names}. Remedy: name one, layer="{first}"'
            ).format(path=source.path, names=", ".join(filled), first=(located or filled)[0])
        )
    log.guess(
        "layer",
        located[0],
        0.9,
        _("Sheet “{name}”: the only one with coordinates.").format(name=located[0]),
    )
    return located[0]


# --- rows beneath their header --------------------------------------------------------------------
def _with_header(
    rows: list[list[Any]] | pd.DataFrame, log: Log, source: Source, stated: int | None = None
) -> Grid:
    """Find the header, name the columns, number the rows, leave out rows that are wholly blank."""
    import pandas as pd

    if isinstance(rows, pd.DataFrame) and rows.shape[1] == 1:
        rows = rows.to_numpy().tolist()
    if not isinstance(rows, pd.DataFrame):
        rows = taken_apart(rows, log)
    head = rows
    if isinstance(rows, pd.DataFrame):
        head = rows.head(max(HEADER_ROWS, stated or 0)).to_numpy().tolist()
    at, titles, above = find_header(head, stated, len(rows), log)
    extras: list[str]
    if isinstance(rows, pd.DataFrame):
        cells, extras = rows.iloc[at + 1 :], []
        overfull = np.zeros(len(cells), dtype=bool)
    else:
        cells, overfull, extras = _rectangle(rows[at + 1 :], titles, source)
    cells = cells.reset_index(drop=True)
    numbers = np.arange(at + 2, at + 2 + len(cells))
    empty = np.ones(len(cells), dtype=bool)
    for name in cells.columns:
        if not empty.any():
            break
        held = np.flatnonzero(empty)
        empty[held] = [blank(c) for c in cells[name].to_numpy()[held]]
    if empty.all():
        raise _no_row(source)
    cells = _named_columns(cells[~empty].reset_index(drop=True), titles, log)
    extra = [e for e, gone in zip(extras, empty, strict=True) if not gone] if extras else []
    return Grid(cells, numbers[~empty], overfull[~empty], extras=extra, above=above)


def _open_quote() -> str:
    return _("a quotation mark is opened and never closed")


def _no_row(source: Source) -> SchemaError:
    return SchemaError(
        _("{path}: the table has a header and no row. Remedy: export it again").format(
            path=source.path
        )
    )


def _rectangle(
    rows: list[list[Any]], titles: list[Any], source: Source
) -> tuple[pd.DataFrame, NDArray[np.bool_], list[str]]:
    """Pad short rows; cells beyond the header are kept apart and the row marked."""
    import pandas as pd

    filled = [max((i + 1 for i, c in enumerate(r) if not blank(c)), default=0) for r in rows]
    width = len(titles) or max(filled, default=0)
    while titles and width > 1 and blank(titles[width - 1]) and max(filled, default=0) < width:
        width -= 1
    over = np.array([n > width for n in filled], dtype=bool)
    if over.mean() > 0.5 if len(over) else False:
        at = int(np.flatnonzero(over)[0])
        raise SchemaError(
            _(
                "{path}: most rows have more cells than the header ({header}; for instance {row}). "
                "Remedy: if numbers have a decimal comma, export with semicolon or tabulator"
            ).format(path=source.path, header=width, row=filled[at])
        )
    table = [(r[:width] + [""] * (width - len(r))) for r in rows]
    extras = [
        " | ".join(str(c) for c in r[width:] if not blank(c)) if o else ""
        for r, o in zip(rows, over, strict=True)
    ]
    frame = pd.DataFrame(table, columns=range(width), dtype=object)
    return frame, over, extras if over.any() else []


def _named_columns(cells: pd.DataFrame, titles: list[Any], log: Log) -> pd.DataFrame:
    """Name the columns; nameless empty ones go, repeated names get a number."""
    bare = [i for i in range(cells.shape[1]) if i >= len(titles) or blank(titles[i])]
    idle = {i for i in bare if all(blank(c) for c in cells.iloc[:, i])}
    names = _column_names(titles, cells.shape[1], log, idle)
    named: pd.DataFrame = cells.iloc[:, list(names)].copy()
    named.columns = list(names.values())
    return named


def _column_names(
    titles: list[Any], width: int, log: Log, idle: set[int] | None = None
) -> dict[int, str]:
    """Return the names of columns by position, but for idle ones; repeated names get a number."""
    found: dict[int, str] = {}
    for i in range(width):
        if idle and i in idle:
            continue
        title = titles[i] if i < len(titles) else ""
        name = title_of(title) or f"columna_{i + 1}"
        if name in found.values():
            n = 2
            while f"{name}_{n}" in found.values():
                n += 1
            log.note(
                _("Two columns are called “{name}”: the later one is read as “{new}”.").format(
                    name=name, new=f"{name}_{n}"
                )
            )
            name = f"{name}_{n}"
        found[i] = name
    return found
