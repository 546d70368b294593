"""The days of a series against tables worked out by hand, and by properties against the calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid
from ecabinet.meetings.meeting_dates_rules import (
    LAST,
    MOST_MEETINGS,
    Frequency,
    Recurrence,
    check_recurrence,
    days,
    moments,
    nth_of,
    read,
    written,
)

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
WEEKLY, BY_WEEKDAY, BY_DAY = Frequency.WEEKLY, Frequency.MONTHLY_WEEKDAY, Frequency.MONTHLY_DAY


def d(text: str) -> date:
    return date.fromisoformat(text)


TABLE = {
    "each Monday": (
        Recurrence(WEEKLY, d("2026-11-22"), weekday=0, count=3),
        ["2026-11-23", "2026-11-30", "2026-12-07"],
    ),
    "the first day counts": (Recurrence(WEEKLY, d("2026-11-23"), weekday=0, count=1), ["2026-11-23"]),
    "every other Friday until": (
        Recurrence(WEEKLY, d("2026-12-18"), every=2, weekday=4, until=d("2027-01-15")),
        ["2026-12-18", "2027-01-01", "2027-01-15"],
    ),
    "an exception is not counted": (
        Recurrence(WEEKLY, d("2026-12-18"), weekday=4, count=3, exceptions=frozenset({d("2027-01-01")})),
        ["2026-12-18", "2026-12-25", "2027-01-08"],
    ),
    "first Monday": (
        Recurrence(BY_WEEKDAY, d("2026-11-03"), weekday=0, nth=1, count=3),
        ["2026-12-07", "2027-01-04", "2027-02-01"],
    ),
    "last Friday": (
        Recurrence(BY_WEEKDAY, d("2027-01-01"), weekday=4, nth=LAST, count=3),
        ["2027-01-29", "2027-02-26", "2027-03-26"],
    ),
    "fifth Sunday only where there is one": (
        Recurrence(BY_WEEKDAY, d("2027-01-01"), weekday=6, nth=5, count=3),
        ["2027-01-31", "2027-05-30", "2027-08-29"],
    ),
    "the 31st is the last day": (
        Recurrence(BY_DAY, d("2027-01-01"), day=31, count=4),
        ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"],
    ),
    "the 29th of February of a leap year": (
        Recurrence(BY_DAY, d("2028-01-30"), day=29, count=2),
        ["2028-02-29", "2028-03-29"],
    ),
    "not a leap year, though by four": (Recurrence(BY_DAY, d("2100-02-01"), day=29, count=1), ["2100-02-28"]),
    "each quarter": (
        Recurrence(BY_DAY, d("2026-11-22"), every=3, day=15, count=3),
        ["2027-02-15", "2027-05-15", "2027-08-15"],
    ),
    "the month of the first day when the day has gone": (
        Recurrence(BY_DAY, d("2026-11-22"), day=3, count=1),
        ["2026-12-03"],
    ),
    "until and count: whichever comes first": (
        Recurrence(WEEKLY, d("2026-11-23"), weekday=0, until=d("2026-12-31"), count=2),
        ["2026-11-23", "2026-11-30"],
    ),
    "nothing before the end": (Recurrence(WEEKLY, d("2026-11-24"), weekday=0, until=d("2026-11-29")), []),
}


@pytest.mark.parametrize("name", TABLE)
def test_days_by_hand(name: str) -> None:
    rule, wanted = TABLE[name]
    assert [day.isoformat() for day in days(rule)] == wanted


@pytest.mark.parametrize(
    ("rule", "field", "code"),
    [
        (Recurrence(WEEKLY, d("2026-11-22")), "until", "series_without_end"),
        (Recurrence(WEEKLY, d("2026-11-22"), until=d("2026-11-21")), "until", "ends_before_start"),
        (Recurrence(WEEKLY, d("2026-11-24"), weekday=0, until=d("2026-11-29")), "until", "series_empty"),
        (Recurrence(WEEKLY, d("2026-11-22"), until=d("2028-11-22")), "until", "series_too_long"),
        (Recurrence(WEEKLY, d("2026-11-22"), until=date.max), "until", "series_too_long"),
        (Recurrence(WEEKLY, d("2026-11-22"), count=0), "count", "not_in_range"),
        (Recurrence(WEEKLY, d("2026-11-22"), count=61), "count", "not_in_range"),
        (Recurrence(WEEKLY, d("2026-11-22"), every=0, count=2), "every", "not_in_range"),
        (Recurrence(WEEKLY, d("2026-11-22"), weekday=7, count=2), "weekday", "not_in_range"),
        (Recurrence(BY_WEEKDAY, d("2026-11-22"), nth=0, count=2), "nth", "not_in_range"),
        (Recurrence(BY_DAY, d("2026-11-22"), day=32, count=2), "day", "not_in_range"),
    ],
)
def test_what_is_no_series(rule: Recurrence, field: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_recurrence(rule)
    assert refusal.value.faults[field].code == code


def test_sixty_are_allowed_and_no_more() -> None:
    rule = Recurrence(WEEKLY, d("2026-11-23"), weekday=0, count=MOST_MEETINGS)
    check_recurrence(rule)
    assert len(days(rule)) == 60


def test_the_end_of_the_calendar_is_no_fault() -> None:
    assert days(Recurrence(WEEKLY, d("9999-12-20"), weekday=4, count=5)) == []
    assert days(Recurrence(BY_DAY, date.max, day=31, count=5)) == [date.max]


RULES = st.builds(
    Recurrence,
    st.sampled_from(Frequency),
    st.dates(date(2000, 1, 1), date(2199, 12, 31)),
    every=st.integers(1, 12),
    weekday=st.integers(0, 6),
    nth=st.sampled_from((1, 2, 3, 4, 5, LAST)),
    day=st.integers(1, 31),
    until=st.none() | st.dates(date(2000, 1, 1), date(2205, 12, 31)),
    count=st.integers(1, MOST_MEETINGS),
    exceptions=st.frozensets(st.dates(date(2000, 1, 1), date(2199, 12, 31)), max_size=3),
)


@given(RULES)
def test_days_against_the_calendar(rule: Recurrence) -> None:
    """A day is in the series exactly if the calendar says so: looked at day by day."""
    found = days(rule)
    assert found == sorted(set(found))
    assert len(found) <= (rule.count or 0)
    assert not set(found) & rule.exceptions
    end = found[-1] if found else rule.first + timedelta(days=370)
    if rule.until is not None:
        assert all(day <= rule.until for day in found)
        end = min(end, rule.until)
    one = rule.first
    by_hand = []
    while one <= end:
        if _falls_on(rule, one) and one not in rule.exceptions:
            by_hand.append(one)
        one += timedelta(days=1)
    if rule.every == 1:
        assert found == by_hand[: rule.count]
    else:
        assert set(found) <= set(by_hand)


def _falls_on(rule: Recurrence, one: date) -> bool:
    tomorrow = one + timedelta(days=1)
    if rule.frequency == WEEKLY:
        return one.weekday() == rule.weekday
    if rule.frequency == BY_DAY:
        return one.day == rule.day or (one.day < rule.day and tomorrow.month != one.month)
    if one.weekday() != rule.weekday:
        return False
    if rule.nth == LAST:
        return (one + timedelta(days=7)).month != one.month
    return nth_of(one) == rule.nth


@given(RULES)
def test_a_rule_is_stored_and_read_again(rule: Recurrence) -> None:
    assert read(written(rule)) == rule


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)), st.times(), st.integers(1, 1440))
def test_the_clock_of_the_office(day: date, at: time, minutes: int) -> None:
    begin, end = moments(day, at.replace(tzinfo=None, fold=0), minutes, HANOI)
    assert begin.tzinfo is UTC
    assert begin.astimezone(HANOI).date() == day
    assert end - begin == timedelta(minutes=minutes)


def test_seven_hours_before_greenwich() -> None:
    begin, end = moments(d("2027-02-28"), time(6, 30), 90, HANOI)
    assert begin == datetime(2027, 2, 27, 23, 30, tzinfo=UTC)
    assert end == datetime(2027, 2, 28, 1, 0, tzinfo=UTC)
