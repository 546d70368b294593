"""Absences, reminders and how a meeting invites."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from ecabinet.clock import ZONE
from ecabinet.meetings.invitation_rules import (
    AbsenceCategory,
    Wishes,
    absence_reason,
    answer_reminder_due,
    category_of,
    check_wishes,
    is_late,
    remind_at,
    reminded,
    reminder_due,
)
from ecabinet.meetings.rules import Rsvp
from ecabinet.notices.rules import Quiet

QUIET = Quiet(22, 6)
DAY = 24 * 60


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November on the office's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("starts", "minutes", "wanted"),
    [
        (at(22, 8), DAY, at(21, 8)),
        (at(22, 14), 120, at(22, 12)),
        (at(22, 7), 120, at(22, 6)),  # 5 o'clock is too early: when the quiet hours are over
        (at(22, 6, 15), 120, at(21, 21, 59)),  # 6 o'clock would be too late: before the quiet hours
        (at(22, 23), DAY, at(22, 6)),  # the evening before is quiet: the morning
    ],
)
def test_when_people_are_reminded(starts: datetime, minutes: int, wanted: datetime) -> None:
    assert remind_at(starts, minutes, QUIET) == wanted


@pytest.mark.parametrize(
    ("now", "sent", "kind"),
    [
        (at(21, 7), set(), None),  # not yet
        (at(21, 8), set(), f"before:{DAY}"),
        (at(21, 9), {f"before:{DAY}"}, None),  # once
        (at(21, 23), set(), None),  # never in quiet hours
        (at(22, 6), set(), "before:120"),  # the server was off: only the last of them
        (at(22, 8), set(), None),  # it has begun
    ],
)
def test_which_reminder_is_due(now: datetime, sent: set[str], kind: str | None) -> None:
    due = reminder_due(at(22, 8), (DAY, 120), sent, QUIET, now)
    assert (due.kind if due else None) == kind
    if kind == "before:120":
        assert due is not None
        assert due.skipped == (f"before:{DAY}",)


@given(
    st.lists(st.integers(5, 30 * DAY), unique=True, max_size=5),
    st.integers(0, 23),
    st.integers(0, 23),
    st.integers(0, 7 * DAY),
)
def test_each_reminder_once_never_late_never_at_night(minutes: list[int], since: int, until: int, start: int) -> None:
    quiet = Quiet(since, until)
    begin = at(1, 0) + timedelta(days=40)
    starts = begin + timedelta(minutes=start)
    sent: list[str] = []
    for hour in range(48 * 24):
        now = begin - timedelta(days=31) + timedelta(hours=hour, minutes=30)
        due = reminder_due(starts, minutes, sent, quiet, now)
        if due is not None:
            assert due.at <= now < starts
            assert not quiet.covers(now)
            sent += [due.kind, *due.skipped]
    assert len(sent) == len(set(sent))


def test_who_has_not_answered_is_reminded_a_day_before_the_day_to_answer_by() -> None:
    assert answer_reminder_due(None, (), QUIET, at(20, 8)) is None
    assert answer_reminder_due(at(21, 9), (), QUIET, at(20, 8)) is None
    assert answer_reminder_due(at(21, 9), (), QUIET, at(20, 9)) is not None
    assert answer_reminder_due(at(21, 9), ("answer",), QUIET, at(20, 10)) is None
    assert answer_reminder_due(at(21, 9), (), QUIET, at(21, 10)) is None
    assert answer_reminder_due(at(21, 9), (), QUIET, at(20, 23)) is None
    assert [rsvp for rsvp in Rsvp if reminded(rsvp, "answer")] == [Rsvp.PENDING]
    assert [rsvp for rsvp in Rsvp if reminded(rsvp, "before:120")] == [Rsvp.PENDING, Rsvp.ACCEPTED]


@pytest.mark.parametrize(
    ("category", "words", "said"),
    [
        (AbsenceCategory.ILLNESS, "", "Ốm đau"),
        (AbsenceCategory.DUTY, "Sơn La", "Đi công tác: Sơn La"),
        (AbsenceCategory.OTHER, "Đám cưới", "Đám cưới"),
    ],
)
def test_the_reason_of_an_absence(category: AbsenceCategory, words: str, said: str) -> None:
    assert absence_reason(category, words) == said


@pytest.mark.parametrize(
    ("category", "words", "field"),
    [(None, "x", "category"), (AbsenceCategory.OTHER, "", "reason"), (AbsenceCategory.LEAVE, "x" * 500, "reason")],
)
def test_an_absence_without_a_sound_reason_is_refused(category: AbsenceCategory | None, words: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        absence_reason(category, words)
    assert set(refused.value.faults) == {field}


def test_a_category_that_is_none() -> None:
    assert category_of("") == AbsenceCategory.OTHER
    with pytest.raises(Problem, match="malformed"):
        category_of("tired")


def test_late_is_after_the_day_to_answer_by() -> None:
    assert not is_late(None, at(22, 8))
    assert not is_late(at(22, 8), at(22, 8))
    assert is_late(at(22, 8), at(22, 8, 1))


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        (Wishes(answer_by=at(22, 9)), "answer_by"),
        (Wishes(note="x" * 2001), "note"),
        (Wishes(signer_name="x" * 101), "signer_name"),
        (Wishes(reminders=(1, 2, 3, 4, 5, 6)), "reminders"),
        (Wishes(reminders=(-1,)), "reminders"),
        (Wishes(quiet_since=24), "quiet_since"),
    ],
)
def test_how_a_meeting_invites_is_checked(wishes: Wishes, field: str) -> None:
    check_wishes(Wishes(answer_by=at(21, 8)), at(22, 8))
    with pytest.raises(Invalid) as refused:
        check_wishes(wishes, at(22, 8))
    assert field in refused.value.faults
