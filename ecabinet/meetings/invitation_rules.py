"""Rules of inviting, from plain values: what is to be said of an absence, when people are reminded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from documents.errors import Invalid, Problem
from ecabinet.meetings.rules import MeetingState, Rsvp
from ecabinet.notices.rules import Quiet


class AbsenceCategory(StrEnum):
    """Why somebody does not come."""

    ILLNESS = "illness"
    DUTY = "duty"
    LEAVE = "leave"
    FAMILY = "family"
    OTHER = "other"


ABSENCE_WORDS = {
    AbsenceCategory.ILLNESS: "Ốm đau",
    AbsenceCategory.DUTY: "Đi công tác",
    AbsenceCategory.LEAVE: "Nghỉ phép",
    AbsenceCategory.FAMILY: "Việc gia đình",
    AbsenceCategory.OTHER: "Lý do khác",
}
"""As they stand in the list of those invited and in the minutes, which are Vietnamese."""


class SubstitutionState(StrEnum):
    """The life of a proposal to send somebody in one's place."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


TOLD_IN = frozenset({MeetingState.INVITED, MeetingState.UNDER_WAY})
"""When people are told of a meeting, of a new time, a new place."""

NOTE_LENGTH = 2000
REASON_LENGTH = 500
MOST_REMINDERS = 5
EARLIEST_REMINDER = 30 * 24 * 60
LATEST_REMINDER = 5
USUAL_REMINDERS = (24 * 60, 2 * 60)
OFFERED_REMINDERS = (7 * 24 * 60, 3 * 24 * 60, 24 * 60, 2 * 60, 30)
ANSWER_REMINDER = timedelta(days=1)
SHORTEST_NOTICE = timedelta(minutes=30)
"""A reminder put off to the end of the quiet hours comes at least so long before the meeting; else it comes earlier."""


@dataclass(frozen=True)
class Wishes:
    """How a meeting invites, as its secretary says it."""

    answer_by: datetime | None = None
    note: str = ""
    signer_position: str = ""
    signer_name: str = ""
    approves_substitutes: bool = False
    online: bool = False
    door_code: bool = True
    reminders: tuple[int, ...] = USUAL_REMINDERS
    quiet_since: int = 22
    quiet_until: int = 6

    @property
    def quiet(self) -> Quiet:
        """The hours in which nobody is reminded."""
        return Quiet(self.quiet_since, self.quiet_until)


def check_wishes(wishes: Wishes, starts_at: datetime, *, answer_by_readable: bool = True) -> None:
    """Raise :class:`Invalid` naming every fault by its field."""
    faults: dict[str, Problem] = {}
    if not answer_by_readable:
        faults["answer_by"] = Problem("not_a_time")
    elif wishes.answer_by is not None and wishes.answer_by > starts_at:
        faults["answer_by"] = Problem("answer_after_start")
    for name, limit in (("note", NOTE_LENGTH), ("signer_position", 100), ("signer_name", 100)):
        if len(getattr(wishes, name)) > limit:
            faults[name] = Problem("too_long", limit=limit)
    if len(wishes.reminders) > MOST_REMINDERS or any(
        not LATEST_REMINDER <= minutes <= EARLIEST_REMINDER for minutes in wishes.reminders
    ):
        faults["reminders"] = Problem("reminders_odd", most=MOST_REMINDERS)
    if not (0 <= wishes.quiet_since <= 23 and 0 <= wishes.quiet_until <= 23):
        faults["quiet_since"] = Problem("not_in_range", low=0, high=23)
    if faults:
        raise Invalid(faults)


def absence_reason(category: AbsenceCategory | None, words: str) -> str:
    """The reason as it stands in the list: the category, then what was said of it.

    Raises :class:`Invalid`: a category is needed, and OTHER says nothing by itself.
    """
    if category is None:
        raise Invalid({"category": Problem("missing")})
    if category == AbsenceCategory.OTHER and not words:
        raise Invalid({"reason": Problem("missing")})
    said = ABSENCE_WORDS[category]
    if words:
        said = words if category == AbsenceCategory.OTHER else f"{said}: {words}"
    if len(said) > REASON_LENGTH:
        raise Invalid({"reason": Problem("too_long", limit=REASON_LENGTH - 20)})
    return said


def category_of(value: str) -> AbsenceCategory:
    """The category that a form names; OTHER, which asks for words, when it names none; ``malformed`` otherwise."""
    if value and value not in set(AbsenceCategory):
        raise Problem("malformed")
    return AbsenceCategory(value or AbsenceCategory.OTHER)


def is_late(answer_by: datetime | None, now: datetime) -> bool:
    """Whether an answer comes after the day it was asked for by; it counts all the same, and is marked."""
    return answer_by is not None and now > answer_by


def check_refusal(reason: str) -> None:
    """Who is refused a substitute is told why."""
    if not reason:
        raise Invalid({"refusal": Problem("missing")})
    if len(reason) > REASON_LENGTH:
        raise Invalid({"refusal": Problem("too_long", limit=REASON_LENGTH)})


def remind_at(starts_at: datetime, minutes: int, quiet: Quiet) -> datetime:
    """When to remind of something so many minutes before it.

    In quiet hours: when they end, if that leaves time enough; else just before they begin.
    """
    at = starts_at - timedelta(minutes=minutes)
    if not quiet.covers(at):
        return at
    after = quiet.end(at)
    if after + SHORTEST_NOTICE <= starts_at:
        return after
    return quiet.beginning(at) - timedelta(minutes=1)


@dataclass(frozen=True)
class Due:
    """A reminder to send now: ``kind`` is kept as sent, with all of ``skipped`` that came due while nobody looked."""

    kind: str
    at: datetime
    skipped: tuple[str, ...] = ()


def reminder_due(
    starts_at: datetime, reminders: Sequence[int], sent: Collection[str], quiet: Quiet, now: datetime
) -> Due | None:
    """The reminder of a meeting that is to be sent now: of several the last, once each, none in quiet hours or late."""
    if now >= starts_at or quiet.covers(now):
        return None
    times = {f"before:{minutes}": remind_at(starts_at, minutes, quiet) for minutes in reminders}
    due = [(at, kind) for kind, at in times.items() if at <= now and kind not in sent]
    if not due:
        return None
    at, kind = max(due)
    return Due(kind, at, tuple(sorted(other for _at, other in due if other != kind)))


def answer_reminder_due(answer_by: datetime | None, sent: Collection[str], quiet: Quiet, now: datetime) -> Due | None:
    """The reminder of those who have not answered, a day before they are asked to."""
    if answer_by is None or now >= answer_by or quiet.covers(now) or "answer" in sent:
        return None
    at = remind_at(answer_by, int(ANSWER_REMINDER.total_seconds() // 60), quiet)
    return Due("answer", at) if at <= now else None


def reminded(rsvp: Rsvp, kind: str) -> bool:
    """Whom a reminder is for: of the answer those who have given none, of the meeting all who may come."""
    if kind == "answer":
        return rsvp == Rsvp.PENDING
    return rsvp in (Rsvp.PENDING, Rsvp.ACCEPTED)
