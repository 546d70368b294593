"""The periods that offices report on: months, quarters, halves of a year, years, or any days. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from documents.errors import Problem

LONGEST = timedelta(days=3660)
_CODE = re.compile(r"([12][0-9]{3})(?:-(m|q|h)([0-9]{1,2}))?")
_MONTHS = {"m": 1, "q": 3, "h": 6}


@dataclass(frozen=True)
class Period:
    """The days from ``first`` to ``last``, both among them. ``kind`` is "year", "half", "quarter", "month" or "days",
    ``number`` which of its year it is.
    """

    kind: str
    first: date
    last: date
    number: int = 0

    @property
    def code(self) -> str:
        """As it stands in an address; "" for any days."""
        letter = {"month": "m", "quarter": "q", "half": "h"}.get(self.kind)
        if letter is not None:
            return f"{self.first.year}-{letter}{self.number}"
        return str(self.first.year) if self.kind == "year" else ""


def of(code: str) -> Period | None:
    """The period of a code: "2026", "2026-h1", "2026-q3", "2026-m11"; None for what is none."""
    match = _CODE.fullmatch(code)
    if match is None:
        return None
    year, letter, number = int(match[1]), match[2], int(match[3] or 1)
    if letter is None:
        return Period("year", date(year, 1, 1), date(year, 12, 31))
    months = _MONTHS[letter]
    if not 1 <= number <= 12 // months:
        return None
    kind = {"m": "month", "q": "quarter", "h": "half"}[letter]
    return Period(kind, date(year, (number - 1) * months + 1, 1), _end_of_month(year, number * months), number)


def _end_of_month(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


def days(first: date | None, last: date | None, today: date) -> Period:
    """Any days; what is left open is the beginning of that year, and today. Raises :class:`Problem` on the field."""
    last = last or max(today, first or today)
    first = first or date(last.year, 1, 1)
    if last < first:
        raise Problem("day_not_in_range", field="until", first=f"{first:%d/%m/%Y}", last="…")
    if last - first > LONGEST:
        raise Problem("period_too_long", field="until")
    return Period("days", first, last)


def offered(today: date) -> list[Period]:
    """What reports are asked for: this year and the last with their halves and quarters, the newest first, as far as
    they have begun; this month and the last.
    """
    codes = [
        f"{year}{part}"
        for year in (today.year, today.year - 1)
        for part in ("", "-h2", "-h1", "-q4", "-q3", "-q2", "-q1")
    ]
    before = today.replace(day=1) - timedelta(days=1)
    months = [f"{day.year}-m{day.month}" for day in (today, before)]
    found = [period for code in (*months, *codes) if (period := of(code)) is not None]
    return [period for period in found if period.first <= today]


def months(today: date, number: int = 12) -> list[date]:
    """The first days of the last months, this one among them, the oldest first."""
    counted = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(counted - number + 1, counted + 1)]
