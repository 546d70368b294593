"""The days of a series of meetings, from plain values.

A month without the day asked for has the meeting on its last day ("the 31st of each month"); a month without a fifth
weekday has none. Days are those of the office's calendar; moments follow from the office's clock.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from documents.errors import Invalid, Problem

MOST_MEETINGS = 60
LONGEST = timedelta(days=366 * 6)
LAST = -1


class Frequency(StrEnum):
    """How a series goes on."""

    WEEKLY = "weekly"
    MONTHLY_WEEKDAY = "monthly_weekday"
    MONTHLY_DAY = "monthly_day"


@dataclass(frozen=True)
class Recurrence:
    """``first`` is the first possible day. ``weekday`` 0–6 from Monday; ``nth`` 1–5, or -1 for the last of the month;
    ``day`` 1–31. ``every``: each week or month, or each so many-th. It ends with ``until`` or after ``count`` days,
    exceptions not counted; whichever comes first.
    """

    frequency: Frequency
    first: date
    every: int = 1
    weekday: int = 0
    nth: int = 1
    day: int = 1
    until: date | None = None
    count: int | None = None
    exceptions: frozenset[date] = field(default_factory=frozenset)


def check_recurrence(rule: Recurrence) -> None:
    """Raise :class:`Invalid` naming every fault by its field."""
    faults: dict[str, Problem] = {}
    ranges = {"every": (rule.every, 1, 12), "weekday": (rule.weekday, 0, 6), "day": (rule.day, 1, 31)}
    for name, (value, low, high) in ranges.items():
        if not low <= value <= high:
            faults[name] = Problem("not_in_range", low=low, high=high)
    if rule.nth not in (1, 2, 3, 4, 5, LAST):
        faults["nth"] = Problem("not_in_range", low=1, high=5)
    if rule.until is None and rule.count is None:
        faults["until"] = Problem("series_without_end")
    elif rule.until is not None and rule.until < rule.first:
        faults["until"] = Problem("ends_before_start")
    elif rule.until is not None and rule.until - rule.first > LONGEST:
        faults["until"] = Problem("series_too_long", limit=MOST_MEETINGS)
    if rule.count is not None and not 1 <= rule.count <= MOST_MEETINGS:
        faults["count"] = Problem("not_in_range", low=1, high=MOST_MEETINGS)
    if not faults:
        found = days(rule)
        if not found:
            faults["until"] = Problem("series_empty")
        elif len(found) > MOST_MEETINGS:
            faults["until"] = Problem("series_too_long", limit=MOST_MEETINGS)
    if faults:
        raise Invalid(faults)


def days(rule: Recurrence) -> list[date]:
    """The days of the series in order; never more than one above :data:`MOST_MEETINGS`."""
    found: list[date] = []
    for day in _possible(rule):
        if rule.until is not None and day > rule.until:
            break
        if day not in rule.exceptions:
            found.append(day)
        if len(found) > MOST_MEETINGS or len(found) == rule.count:
            break
    return found


def _possible(rule: Recurrence) -> Iterator[date]:
    """All days of the rule from its first on, as far as a calendar goes."""
    last = min(rule.first + LONGEST, date.max - timedelta(days=40)) if rule.first < date(9990, 1, 1) else rule.first
    if rule.frequency == Frequency.WEEKLY:
        day = rule.first + timedelta(days=(rule.weekday - rule.first.weekday()) % 7)
        while day <= last:
            yield day
            day += timedelta(weeks=rule.every)
        return
    months = rule.first.year * 12 + rule.first.month - 1
    while (year := months // 12) <= last.year:
        day_of = _of_month(rule, year, months % 12 + 1)
        if day_of is not None and day_of >= rule.first:
            yield day_of
        months += rule.every


def _of_month(rule: Recurrence, year: int, month: int) -> date | None:
    length = calendar.monthrange(year, month)[1]
    if rule.frequency == Frequency.MONTHLY_DAY:
        return date(year, month, min(rule.day, length))
    if rule.nth == LAST:
        end = date(year, month, length)
        return end - timedelta(days=(end.weekday() - rule.weekday) % 7)
    begin = date(year, month, 1)
    number = 1 + (rule.weekday - begin.weekday()) % 7 + 7 * (rule.nth - 1)
    return date(year, month, number) if number <= length else None


def moments(day: date, at: time, minutes: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """Beginning and end in UTC of a meeting on this day of the office's calendar, by the office's clock."""
    begin = datetime.combine(day, at, zone).astimezone(UTC)
    return begin, begin + timedelta(minutes=minutes)


def nth_of(day: date) -> int:
    """Which weekday of its month a day is: the second Tuesday is 2."""
    return (day.day - 1) // 7 + 1


def written(rule: Recurrence) -> dict[str, Any]:
    """The rule as it is stored."""
    return {
        "frequency": rule.frequency.value, "first": rule.first.isoformat(), "every": rule.every,
        "weekday": rule.weekday, "nth": rule.nth, "day": rule.day,
        "until": rule.until.isoformat() if rule.until else None, "count": rule.count,
        "exceptions": sorted(day.isoformat() for day in rule.exceptions),
    }  # fmt: skip


def read(stored: dict[str, Any]) -> Recurrence:
    """The rule from what is stored."""
    until = stored["until"]
    return Recurrence(
        Frequency(stored["frequency"]), date.fromisoformat(stored["first"]), stored["every"], stored["weekday"],
        stored["nth"], stored["day"], date.fromisoformat(until) if until else None, stored["count"],
        frozenset(date.fromisoformat(day) for day in stored["exceptions"]),
    )  # fmt: skip
