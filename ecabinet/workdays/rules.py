"""Working days from plain values: Monday to Friday, but for the days off and the days worked in their place."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from documents.errors import Invalid, Problem

LONGEST_NAME = 200
MOST_DAYS = 250
"""A deadline lies at most so many working days ahead: about a year."""


class HolidayKind(StrEnum):
    """A day off, or a day of a weekend that is worked in place of one."""

    OFF = "off"
    WORK = "work"


@dataclass(frozen=True)
class Holiday:
    """A day that is not what its weekday says."""

    day: date
    name: str
    kind: HolidayKind = HolidayKind.OFF


@dataclass(frozen=True)
class WorkDays:
    """The exceptions from Monday to Friday."""

    off: frozenset[date] = field(default=frozenset())
    worked: frozenset[date] = field(default=frozenset())

    @classmethod
    def of(cls, holidays: Iterable[Holiday]) -> "WorkDays":
        """With these exceptions."""
        kept = list(holidays)
        off, worked = (frozenset(one.day for one in kept if one.kind == kind) for kind in HolidayKind)
        return cls(off, worked)

    def is_worked(self, day: date) -> bool:
        """Whether an office is at work on a day."""
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    def next(self, day: date) -> date:
        """The first working day after a day."""
        return self.after(day, 1)

    def after(self, day: date, number: int) -> date:
        """The working day that comes so many (at least one) working days after a day, the day itself not counted."""
        while number > 0:
            day += timedelta(days=1)
            number -= self.is_worked(day)
        return day


WEEK = WorkDays()
"""Monday to Friday, whatever the year brings."""


def check_holiday(name: str, day: date | None, kind: str) -> Holiday:
    """A holiday as somebody entered it; raises :class:`Invalid` naming every fault by its field. What is worked in its
    place is a day of a weekend, and a day off is none: else the entry would change nothing.
    """
    faults: dict[str, Problem] = {}
    if not name:
        faults["name"] = Problem("missing")
    elif len(name) > LONGEST_NAME:
        faults["name"] = Problem("too_long", limit=LONGEST_NAME)
    if kind not in list(HolidayKind):
        faults["kind"] = Problem("unknown_choice")
    if day is None:
        faults["day"] = Problem("not_a_day")
    elif kind == HolidayKind.WORK and day.weekday() < 5:
        faults["day"] = Problem("worked_anyway")
    if faults or day is None:
        raise Invalid(faults)
    return Holiday(day, name, HolidayKind(kind))


def due_in(days: WorkDays, today: date, number: int) -> date:
    """The deadline "in so many working days"; raises ``not_in_range`` for a number that makes no sense."""
    if not 1 <= number <= MOST_DAYS:
        raise Problem("not_in_range", field="due_in", low=1, high=MOST_DAYS)
    return days.after(today, number)
