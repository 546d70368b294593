"""Days as people write them in a question."""

import calendar
import re
from datetime import date

_DAY = re.compile(
    r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?)?"
    r"|(?:(?P<day2>\d{1,2})[-/.])?(?P<month2>\d{1,2})[-/.](?P<year2>\d{4})"
)
_RANGE = re.compile(r"\.\.+|…")


def days(value: str) -> tuple[date | None, date | None] | None:
    """A day, a month or a year, or from one to another, of which one may be missing: "2026-01..2026-03", "..2025".

    The first and the last day, None where open; None for what is no date.
    """
    ends = [each.strip() for each in _RANGE.split(value)]
    if len(ends) > 2 or not any(ends):
        return None
    spans = [_span(end) if end else None for end in ends]
    if any(end and not span for end, span in zip(ends, spans, strict=True)):
        return None
    first, last = spans[0], spans[-1]
    if first and last and first > last:
        first, last = last, first
    return first[0] if first else None, last[1] if last else None


def _span(written: str) -> tuple[date, date] | None:
    """The first and the last day of a year, a month or a day."""
    found = _DAY.fullmatch(written)
    if not found:
        return None
    year, month, day = (int(found[name] or found[f"{name}2"] or 0) for name in ("year", "month", "day"))
    try:
        last_month = month or 12
        last_day = day or calendar.monthrange(year, last_month)[1]
        return date(year, month or 1, day or 1), date(year, last_month, last_day)
    except (ValueError, calendar.IllegalMonthError):
        return None
