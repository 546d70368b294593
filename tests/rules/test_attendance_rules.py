"""Attendance as a timeline, and the codes at the door."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid
from ecabinet.meetings.attendance_rules import (
    Mark,
    Standing,
    check_correction,
    counts,
    last_marks,
    present_at,
    standing,
)
from ecabinet.meetings.door_rules import STEP_SECONDS, STEPS_GOOD, door_code, feed_code, meeting_of, member_of_feed
from ecabinet.meetings.rules import AttendanceHow, MeetingState, Rsvp

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MARKS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 20), st.booleans(), st.sampled_from(list(AttendanceHow)), st.booleans())
)


def marks_of(rows: list[tuple[int, int, bool, AttendanceHow, bool]]) -> list[Mark]:
    return [
        Mark(n, who, NOW + timedelta(minutes=minute), present, how, voided)
        for n, (who, minute, present, how, voided) in enumerate(rows)
    ]


@given(MARKS, st.integers(-1, 21))
def test_who_is_present_is_what_a_walk_through_the_day_says(
    rows: list[tuple[int, int, bool, AttendanceHow, bool]], minute: int
) -> None:
    marks, moment = marks_of(rows), NOW + timedelta(minutes=minute)
    here: set[int] = set()
    for tick in range(minute + 1):
        for mark in marks:  # in the order in which they were written
            if mark.at == NOW + timedelta(minutes=tick) and not mark.voided:
                (here.add if mark.present else here.discard)(mark.participant_id)
    assert present_at(marks, moment) == here
    assert present_at(reversed(marks), moment) == here
    assert {p for p, mark in last_marks(marks, moment).items() if mark.present} == here


@pytest.mark.parametrize(
    ("rsvp", "last", "state", "wanted"),
    [
        (Rsvp.PENDING, None, MeetingState.INVITED, Standing.INVITED),
        (Rsvp.ACCEPTED, None, MeetingState.UNDER_WAY, Standing.ACCEPTED),
        (Rsvp.ACCEPTED, None, MeetingState.CONCLUDED, Standing.MISSING),
        (Rsvp.PENDING, None, MeetingState.ARCHIVED, Standing.MISSING),
        (Rsvp.ABSENT, None, MeetingState.CONCLUDED, Standing.EXCUSED),
        (Rsvp.SUBSTITUTED, None, MeetingState.CONCLUDED, Standing.SUBSTITUTED),
        (Rsvp.ABSENT, (True, AttendanceHow.DOOR), MeetingState.UNDER_WAY, Standing.IN_ROOM),
        (Rsvp.PENDING, (True, AttendanceHow.ONLINE), MeetingState.UNDER_WAY, Standing.ONLINE),
        (Rsvp.ACCEPTED, (False, AttendanceHow.SELF), MeetingState.CONCLUDED, Standing.LEFT),
    ],
)
def test_as_what_somebody_stands(
    rsvp: Rsvp, last: tuple[bool, AttendanceHow] | None, state: MeetingState, wanted: Standing
) -> None:
    assert standing(rsvp, Mark(1, 1, NOW, *last) if last else None, state) == wanted


def test_counts_by_unit_add_up() -> None:
    people = [("Huế", Standing.IN_ROOM), ("Huế", Standing.ONLINE), ("Huế", Standing.LEFT), ("Hà Nội", Standing.EXCUSED)]
    everybody, units = counts(people)
    assert (everybody.total, everybody.present) == (4, 2)
    assert [(unit.name, unit.present, unit.total) for unit in units] == [("Huế", 2, 3), ("Hà Nội", 0, 1)]
    assert all(sum(unit.by.values()) == unit.total for unit in [everybody, *units])


@pytest.mark.parametrize(
    ("at", "reason", "field"),
    [
        (None, "x", "at"),
        (NOW + timedelta(minutes=1), "x", "at"),
        (NOW - timedelta(hours=20), "x", "at"),
        (NOW, "", "reason"),
        (NOW, "x" * 501, "reason"),
    ],
)
def test_a_correction_needs_a_moment_and_a_reason(at: datetime | None, reason: str, field: str) -> None:
    assert check_correction(NOW, "quên ghi", NOW, NOW) == NOW
    with pytest.raises(Invalid) as refused:
        check_correction(at, reason, NOW, NOW)
    assert set(refused.value.faults) == {field}


def test_a_code_at_the_door_is_good_for_a_minute_and_for_its_meeting() -> None:
    code = door_code("bí mật", 7, NOW)
    assert meeting_of("bí mật", code, NOW) == 7
    assert meeting_of("bí mật", code, NOW + timedelta(seconds=STEP_SECONDS * (STEPS_GOOD - 1))) == 7
    assert meeting_of("bí mật", code, NOW + timedelta(seconds=STEP_SECONDS * (STEPS_GOOD + 1))) is None
    assert meeting_of("another", code, NOW) is None
    assert meeting_of("bí mật", code.replace("7-", "8-"), NOW) is None
    assert door_code("bí mật", 7, NOW + timedelta(seconds=STEP_SECONDS)) != code


@pytest.mark.parametrize("code", ["", "-", "7", "7-", "x-1", "٧-1", "9" * 30 + "-a", "7-" + "0" * 20])
def test_what_is_no_code_opens_no_door(code: str) -> None:
    assert meeting_of("bí mật", code, NOW) is None


def test_the_address_of_a_calendar_changes_with_its_number() -> None:
    assert feed_code("k", 5, 0) != feed_code("k", 5, 1)
    assert feed_code("k", 5, 0) != feed_code("another", 5, 0)
    assert member_of_feed(feed_code("k", 5, 0)) == 5
    assert member_of_feed("x-1") is None
