"""Working days: weekends, days off, days worked in their place; what an entry needs."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from ecabinet.workdays import queries
from ecabinet.workdays.rules import WEEK, Holiday, HolidayKind, WorkDays, check_holiday, due_in

FRIDAY, MONDAY = date(2026, 2, 13), date(2026, 2, 16)
TET = WorkDays.of(
    [
        *(Holiday(MONDAY + timedelta(days=n), "Tết") for n in range(5)),
        Holiday(date(2026, 2, 28), "làm bù", HolidayKind.WORK),
    ]
)


@pytest.mark.parametrize(
    ("days", "day", "number", "due"),
    [
        (WEEK, FRIDAY, 1, MONDAY),
        (WEEK, FRIDAY, 5, date(2026, 2, 20)),
        (WEEK, date(2026, 2, 14), 1, MONDAY),
        (TET, FRIDAY, 1, date(2026, 2, 23)),
        (TET, date(2026, 2, 27), 1, date(2026, 2, 28)),
        (TET, date(2026, 2, 27), 2, date(2026, 3, 2)),
    ],
    ids=["over-a-weekend", "a-week", "from-a-saturday", "over-tet", "a-saturday-worked", "after-it"],
)
def test_so_many_working_days_later(days: WorkDays, day: date, number: int, due: date) -> None:
    assert days.after(day, number) == due
    assert days.is_worked(due)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 60), st.sets(st.integers(0, 90), max_size=30))
def test_exactly_so_many_lie_between(day: date, number: int, off: set[int]) -> None:
    days = WorkDays(off=frozenset(day + timedelta(days=n) for n in off))
    due = days.after(day, number)
    passed = [day + timedelta(days=n) for n in range(1, (due - day).days + 1)]
    assert sum(map(days.is_worked, passed)) == number


@pytest.mark.parametrize("number", [0, -1, 251])
def test_a_number_that_makes_no_sense(number: int) -> None:
    with pytest.raises(Problem, match="not_in_range"):
        due_in(WEEK, FRIDAY, number)


def test_every_fault_of_an_entry_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        check_holiday("", None, "half")
    assert {name: fault.code for name, fault in refused.value.faults.items()} == {
        "name": "missing", "day": "not_a_day", "kind": "unknown_choice",
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        check_holiday("làm bù", FRIDAY, "work")
    assert refused.value.faults["day"].code == "worked_anyway"


def test_the_public_holidays_of_the_house_change_the_week() -> None:
    known = queries.public()
    assert len(known[2026]) == 15
    assert {date(2026, 2, 16) + timedelta(days=n) for n in range(5)} <= {one.day for one in known[2026]}
    for one in (one for days in known.values() for one in days):
        assert WEEK.is_worked(one.day) == (one.kind == HolidayKind.OFF), one
