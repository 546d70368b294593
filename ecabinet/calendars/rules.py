"""Rules of the work calendar from plain values: the life of an entry, what an entry needs, what stands against it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from documents.errors import Invalid, Problem
from ecabinet.meetings.rules import span_faults

LONGEST_TITLE = 300
LONGEST_PLACE = 200
LONGEST_DETAILS = 5000
LONGEST_REASON = 500
LONGEST = timedelta(days=31)
"""No entry lasts longer."""


class EventKind(StrEnum):
    """What leaders do that is no meeting of the meeting rooms."""

    MEETING = "meeting"
    TRIP = "trip"
    RECEPTION = "reception"
    OTHER = "other"


class EventState(StrEnum):
    """A draft is the office's only; an approved entry is published."""

    DRAFT = "draft"
    APPROVED = "approved"
    CANCELLED = "cancelled"


class EventPart(StrEnum):
    """Who keeps the calendar of a unit, and who publishes it."""

    KEEPER = "keeper"
    HEAD = "head"


class EventAct(StrEnum):
    """What is done with an entry."""

    EDIT = "edit"
    PUBLISH = "publish"
    CANCEL = "cancel"


_OFFICE, _HEAD = frozenset(EventPart), frozenset({EventPart.HEAD})
STEPS: dict[tuple[EventAct, EventState], tuple[frozenset[EventPart], EventState]] = {
    (EventAct.EDIT, EventState.DRAFT): (_OFFICE, EventState.DRAFT),
    (EventAct.EDIT, EventState.APPROVED): (_HEAD, EventState.APPROVED),
    (EventAct.PUBLISH, EventState.DRAFT): (_HEAD, EventState.APPROVED),
    (EventAct.CANCEL, EventState.DRAFT): (_OFFICE, EventState.CANCELLED),
    (EventAct.CANCEL, EventState.APPROVED): (_HEAD, EventState.CANCELLED),
}
"""Who keeps the calendar prepares it; what is published only its head changes or calls off."""


def may(act: EventAct, state: EventState, parts: frozenset[EventPart]) -> bool:
    """Whether somebody with these parts may do this now."""
    step = STEPS.get((act, state))
    return step is not None and bool(step[0] & parts)


def after(act: EventAct, state: EventState, parts: frozenset[EventPart]) -> EventState:
    """The state that it leads to; raises ``wrong_state`` out of turn, ``forbidden`` for the wrong person."""
    step = STEPS.get((act, state))
    if step is None:
        raise Problem("wrong_state", f"{act} in {state}")
    if not step[0] & parts:
        raise Problem("forbidden")
    return step[1]


@dataclass(frozen=True)
class EventDraft:
    """What somebody says of an entry; times are aware, ``leaders`` are members."""

    kind: str
    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    leaders: tuple[int, ...] = ()
    place: str = ""
    room_id: int | None = None
    details: str = ""
    prepared_by: str = ""


def check_draft(draft: EventDraft) -> tuple[datetime, datetime]:
    """Its beginning and end; raises :class:`Invalid` naming every fault by its field."""
    faults: dict[str, Problem] = {}
    if draft.kind not in list(EventKind):
        faults["kind"] = Problem("unknown_choice")
    if not draft.title:
        faults["title"] = Problem("missing")
    limits = {"title": LONGEST_TITLE, "place": LONGEST_PLACE, "details": LONGEST_DETAILS, "prepared_by": LONGEST_TITLE}
    for name, limit in limits.items():
        if len(getattr(draft, name)) > limit:
            faults[name] = Problem("too_long", limit=limit)
    if not draft.leaders:
        faults["leaders"] = Problem("event_nobody")
    faults |= span_faults(draft.starts_at, draft.ends_at, LONGEST, Problem("event_too_long", limit=LONGEST.days))
    if faults or draft.starts_at is None or draft.ends_at is None:
        raise Invalid(faults)
    return draft.starts_at, draft.ends_at


def check_reason(reason: str) -> str:
    """Why an entry is called off; raises :class:`Invalid`."""
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid({"reason": Problem("too_long", limit=LONGEST_REASON) if reason else Problem("missing")})
    return reason


@dataclass(frozen=True)
class Busy:
    """Something that takes people and perhaps a room for a time: an entry ("event") or a meeting ("meeting")."""

    what: str
    id: int
    starts_at: datetime
    ends_at: datetime
    members: frozenset[int]
    room_id: int | None = None


@dataclass(frozen=True)
class Conflict:
    """What stands against an entry: leaders who are elsewhere then, and whether its room is taken."""

    other: Busy
    members: frozenset[int]
    room: bool


def conflicts(planned: Busy, others: Iterable[Busy]) -> list[Conflict]:
    """What lies across it; what ends when the next begins does not."""
    found = []
    for other in others:
        if (other.what, other.id) == (planned.what, planned.id):
            continue
        if other.starts_at >= planned.ends_at or other.ends_at <= planned.starts_at:
            continue
        room = planned.room_id is not None and planned.room_id == other.room_id
        if planned.members & other.members or room:
            found.append(Conflict(other, planned.members & other.members, room))
    return found


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())
