"""Rules of attendance as a timeline, from plain values: who is here at a moment, as what people stand in the list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from documents.errors import Invalid, Problem
from ecabinet.meetings.rules import AttendanceHow, MeetingState, Rsvp

REASON_LENGTH = 500
EARLY = timedelta(hours=12)
"""Nobody arrives longer before the beginning than this."""


class Standing(StrEnum):
    """As what somebody stands in the list of a meeting."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    EXCUSED = "excused"
    MISSING = "missing"
    SUBSTITUTED = "substituted"
    IN_ROOM = "in_room"
    ONLINE = "online"
    LEFT = "left"


PRESENT = frozenset({Standing.IN_ROOM, Standing.ONLINE})


@dataclass(frozen=True)
class Mark:
    """One row of the timeline. ``voided``: declared wrong by a correction, so it never happened."""

    id: int
    participant_id: int
    at: datetime
    present: bool
    how: AttendanceHow
    voided: bool = False


def last_marks(marks: Iterable[Mark], at: datetime | None = None) -> dict[int, Mark]:
    """Participant → the last mark that holds at a moment (at the end of all without one), the later written of two."""
    holding: dict[int, Mark] = {}
    for mark in sorted(marks, key=lambda m: (m.at, m.id)):
        if not mark.voided and (at is None or mark.at <= at):
            holding[mark.participant_id] = mark
    return holding


def present_at(marks: Iterable[Mark], at: datetime | None = None) -> set[int]:
    """Who is present at a moment. A lost connection is no mark: it is not leaving."""
    return {participant_id for participant_id, mark in last_marks(marks, at).items() if mark.present}


def standing(rsvp: Rsvp, last: Mark | None, state: MeetingState) -> Standing:
    """As what somebody stands; ``last`` is their last mark, None when they never came."""
    if last is not None:
        if not last.present:
            return Standing.LEFT
        return Standing.ONLINE if last.how == AttendanceHow.ONLINE else Standing.IN_ROOM
    if rsvp == Rsvp.SUBSTITUTED:
        return Standing.SUBSTITUTED
    if rsvp == Rsvp.ABSENT:
        return Standing.EXCUSED
    if state in (MeetingState.CONCLUDED, MeetingState.ARCHIVED):
        return Standing.MISSING
    return Standing.ACCEPTED if rsvp == Rsvp.ACCEPTED else Standing.INVITED


@dataclass(frozen=True)
class Counted:
    """How many stand as what, all together or of one unit."""

    name: str
    total: int
    present: int
    by: dict[Standing, int]


def counts(people: Iterable[tuple[str, Standing]]) -> tuple[Counted, list[Counted]]:
    """All, and by unit as they come: (unit's name, standing) of each person."""
    known = list(people)
    units: dict[str, list[Standing]] = {}
    for unit, how in known:
        units.setdefault(unit, []).append(how)
    return _counted("", [how for _unit, how in known]), [_counted(name, each) for name, each in units.items()]


def _counted(name: str, standings: list[Standing]) -> Counted:
    by = {each: standings.count(each) for each in Standing}
    return Counted(name, len(standings), sum(by[each] for each in PRESENT), by)


def check_correction(at: datetime | None, reason: str, starts_at: datetime, now: datetime) -> datetime:
    """The moment a later entry is for; raises :class:`Invalid` naming what is wrong with it or with its reason."""
    faults: dict[str, Problem] = {}
    if at is None:
        faults["at"] = Problem("not_a_time")
    elif at > now:
        faults["at"] = Problem("time_to_come")
    elif at < starts_at - EARLY:
        faults["at"] = Problem("long_before_meeting", hours=int(EARLY.total_seconds() // 3600))
    faults |= _reason_faults(reason)
    if faults or at is None:
        raise Invalid(faults)
    return at


def check_reason(reason: str) -> None:
    """A correction needs its reason."""
    if faults := _reason_faults(reason):
        raise Invalid(faults)


def _reason_faults(reason: str) -> dict[str, Problem]:
    if not reason:
        return {"reason": Problem("missing")}
    return {"reason": Problem("too_long", limit=REASON_LENGTH)} if len(reason) > REASON_LENGTH else {}
