"""Dates as field records have them: a year, a month or a day, never more precise than it is."""

from __future__ import annotations

import calendar
import datetime
import re
from typing import Any

_YEAR = re.compile(r"(\d{4})(?:\.0)?")
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2})(?:[T ].*)?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_MONTH_FIRST = re.compile(r"(\d{1,2})[-/.](\d{4})")
DATE_HELP = "2004, 2004-05, 2004-05-31"


def parse_date(cell: Any) -> str | None:
    """Return a date as ``"2004"``, ``"2004-05"`` or ``"2004-05-31"``; None where it is none.

    Day before month, as in Latin America; a workbook's own dates as they are.

    >>> parse_date("31/5/2004"), parse_date(1999.0), parse_date("5/2004"), parse_date("2004-02-30")
    ('2004-05-31', '1999', '2004-05', None)
    """
    if isinstance(cell, datetime.date):  # datetimes and pandas' timestamps are dates too
        return cell.isoformat()[:10]
    text = str(cell).strip()
    for pattern, order in ((_YEAR, "y"), (_ISO, "ymd"), (_DAY_FIRST, "dmy"), (_MONTH_FIRST, "my")):
        match = pattern.fullmatch(text)
        if match:
            parts = {k: int(v) for k, v in zip(order, match.groups(), strict=True) if v}
            return _valid(parts["y"], parts.get("m"), parts.get("d"))
    return None


def _valid(year: int, month: int | None, day: int | None) -> str | None:
    if year == 0 or (month is not None and not 1 <= month <= 12):
        return None
    if month is None:
        return f"{year:04d}"
    if day is None:
        return f"{year:04d}-{month:02d}"
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return f"{year:04d}-{month:02d}-{day:02d}"


def first_day(date: str) -> str:
    """Return the first day that a date may mean, as text that sorts.

    >>> first_day("2004"), last_day("2004-02"), last_day("2004")
    ('2004-01-01', '2004-02-29', '2004-12-31')
    """
    return f"{date}-01-01" if len(date) == 4 else (f"{date}-01" if len(date) == 7 else date)


def last_day(date: str) -> str:
    """Return the last day that a date may mean, as text that sorts."""
    if len(date) == 4:
        return f"{date}-12-31"
    if len(date) == 7:
        return f"{date}-{calendar.monthrange(int(date[:4]), int(date[5:]))[1]:02d}"
    return date
