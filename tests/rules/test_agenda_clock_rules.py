"""Planned against actual: clocks of items, the expected end of the day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecabinet.meetings import agenda_clock_rules as rules
from ecabinet.meetings.agenda_clock_rules import Slot

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
MINUTE = 60


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def slot(number: int, minutes: int, *, depth: int = 1, spent: float = 0, since: float | None = None) -> Slot:
    return Slot(number, depth, minutes * MINUTE, spent * MINUTE, at(since) if since is not None else None)


def test_an_item_takes_what_is_planned_or_what_is_below_it() -> None:
    slots = [slot(1, 60), slot(2, 10, depth=2), slot(3, 20, depth=2), slot(4, 0), slot(5, 15, depth=2)]
    times = rules.times(slots)
    assert {n: time.planned // MINUTE for n, time in times.items()} == {1: 60, 2: 10, 3: 20, 4: 15, 5: 15}
    assert rules.planned_total(slots) == 75 * MINUTE
    begins = rules.begins(slots, START)
    assert begins == {1: at(0), 2: at(0), 3: at(10), 4: at(60), 5: at(60)}
    assert rules.begins([slot(1, 0)], START) == {}


def test_time_below_an_item_is_its_time_and_counts_on_after_it_was_left() -> None:
    slots = [slot(1, 30, spent=5), slot(2, 10, depth=2, spent=3), slot(3, 10, depth=2, spent=2, since=40)]
    times = rules.times(slots)
    assert times[1].counts_from == at(40 - 10)
    assert times[3].counts_from == at(38)
    assert times[3].ends_at == at(48)
    assert (times[2].spent, times[2].counts_from, times[2].begun) == (3 * MINUTE, None, True)
    assert not rules.times([slot(1, 30)])[1].begun


@pytest.mark.parametrize(
    ("slots", "now", "end", "behind"),
    [
        # nothing opened yet: it ends as planned, and later when it does not begin
        ([slot(1, 30), slot(2, 30)], 0, 60, 0),
        ([slot(1, 30), slot(2, 30)], 15, 75, 15),
        # begun on time, within its time
        ([slot(1, 30, since=0), slot(2, 30)], 20, 60, 0),
        # over its time
        ([slot(1, 30, since=0), slot(2, 30)], 42, 72, 12),
        # moved on early
        ([slot(1, 30, spent=20), slot(2, 30, since=20)], 25, 50, -10),
        # an item passed over is still to come; one that is over is not
        ([slot(1, 30, spent=10), slot(2, 30), slot(3, 30, since=10)], 10, 70, -20),
        # gone back to an earlier one: the later one needs what is left of it
        ([slot(1, 30, spent=10, since=15), slot(2, 30, spent=5)], 15, 60, 0),
        # below: the parent's time holds as long as what is below keeps to it
        ([slot(1, 60), slot(2, 10, depth=2, since=0), slot(3, 20, depth=2)], 5, 60, 0),
        ([slot(1, 20), slot(2, 10, depth=2, since=0), slot(3, 20, depth=2)], 15, 35, 5),
    ],
)
def test_the_expected_end(slots: list[Slot], now: int, end: int, behind: int) -> None:
    day = rules.day(slots, START, at(now))
    assert day is not None
    assert day.expected_end(at(now)) == at(end)
    assert day.behind(at(now)) == behind


def test_nothing_planned_is_no_course() -> None:
    assert rules.day([slot(1, 0, since=0)], START, START) is None
    assert rules.day([], START, START) is None


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 60), st.integers(0, 30)), min_size=1, max_size=12),
    st.integers(0, 11),
    st.integers(0, 100),
    st.integers(0, 200),
)
def test_what_the_page_counts_on_is_what_the_server_would_say(
    items: list[tuple[int, int, int]], current: int, since: int, later: int
) -> None:
    """The two numbers that a page gets hold at every later moment, as long as the chair does not move on."""
    depth = 0
    slots = []
    for number, (wanted, minutes, spent) in enumerate(items):
        depth = min(wanted, depth + 1)
        open_since = since if number == current % len(items) else None
        slots.append(slot(number, minutes, depth=depth, spent=spent, since=open_since))
    first = rules.day(slots, START, at(since))
    second = rules.day(slots, START, at(since + later))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        moment = at(since + later)
        assert abs((first.expected_end(moment) - second.expected_end(moment)).total_seconds()) < 0.001
        assert second.expected_end(moment) >= moment
