"""Dates as clerks write them. Plain values only."""

import re
from datetime import date, timedelta
from functools import lru_cache

_WRITTEN = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?(?:\.0+)?)?")
_SERIAL = re.compile(r"(\d{4,5})(?:[.,]0+)?")
_SERIAL_ZERO = date(1899, 12, 30)  # Excel's day 1 is 1900-01-01, but it believes in a 29 February 1900
_SERIALS = range(3_654, 73_051)  # 1910 to 2099; a year alone, such as 2001, is none of them


class Unreadable(Exception):
    """No date that can be read with certainty; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@lru_cache(maxsize=65536)
def parse_date(text: str, this_year: int) -> tuple[date, str]:
    """The day and, when it was not written in full, the name of the correction; raises :class:`Unreadable`.

    dd/mm/yyyy (also with dots and hyphens) and ISO are full; a year of two digits and the serial number of a
    spreadsheet are corrected.
    """
    found = _ISO.fullmatch(text)
    if found:
        return _made(int(found[1]), int(found[2]), int(found[3])), ""
    found = _WRITTEN.fullmatch(text)
    if found:
        year = int(found[4])
        if len(found[4]) == 4:
            return _made(year, int(found[3]), int(found[1])), ""
        century = 2000 if 2000 + year <= this_year else 1900
        return _made(century + year, int(found[3]), int(found[1])), "short_year"
    if re.fullmatch(r"(19|20)\d\d", text):
        raise Unreadable("only_year")
    found = _SERIAL.fullmatch(text)
    if found and int(found[1]) in _SERIALS:
        return _SERIAL_ZERO + timedelta(days=int(found[1])), "excel_date"
    raise Unreadable("not_a_date")


def _made(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Unreadable("not_a_date") from error


def age(born: date, day: date) -> int:
    """Completed years of life on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError  # every month has 28 days
