"""What stands against an entry of the work calendar: meetings and entries, of any unit, at its time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from ecabinet.access import Person
from ecabinet.calendars import queries, rules
from ecabinet.calendars.models import WorkEvent, WorkEventLeader
from ecabinet.calendars.rules import Busy, EventState
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.room_models import RoomBooking
from ecabinet.meetings.room_queries import BINDS, NOT_COMING
from ecabinet.registry.models import Member


@dataclass(frozen=True)
class Against:
    """What stands against an entry, in words for the reader; no title where they may not know it."""

    title: str
    starts_at: datetime
    ends_at: datetime
    people: tuple[str, ...]
    room: bool


def against(db: Session, person: Person, planned: Busy) -> list[Against]:
    """Meetings and entries, of any unit, that take a leader or the room of an entry at its time."""
    others = [(queries.busy_of(one), one.title) for one in _events_across(db, planned)]
    held = _meetings_across(db, planned)
    known = queries.known_to(db, person, [meeting.id for meeting, _room in held])
    who = queries.attending(db, [meeting.id for meeting, _room in held], planned.members)
    others += [
        (queries.busy_meeting(meeting, room, who.get(meeting.id, {})), meeting.title if meeting.id in known else "")
        for meeting, room in held
    ]
    titles = {(busy.what, busy.id): title for busy, title in others}
    rows = db.execute(select(Member.id, Member.full_name).where(Member.id.in_(planned.members)))
    names = {member_id: name for member_id, name in rows}
    return [
        Against(
            titles[one.other.what, one.other.id], one.other.starts_at, one.other.ends_at,
            tuple(sorted(names[member] for member in one.members)), one.room,
        )
        for one in rules.conflicts(planned, [busy for busy, _title in others])
    ]  # fmt: skip


def _room(column: Any, planned: Busy) -> Any:
    return column == planned.room_id if planned.room_id is not None else false()


def _events_across(db: Session, planned: Busy) -> list[WorkEvent]:
    named = WorkEvent.id.in_(
        select(WorkEventLeader.work_event_id).where(WorkEventLeader.member_id.in_(planned.members))
    )
    found = select(WorkEvent).where(
        WorkEvent.starts_at < planned.ends_at, WorkEvent.ends_at > planned.starts_at,
        WorkEvent.state != EventState.CANCELLED, or_(named, _room(WorkEvent.room_id, planned)),
    )  # fmt: skip
    return list(db.scalars(found.options(*queries.WHOLE)))


def _meetings_across(db: Session, planned: Busy) -> list[tuple[Meeting, int | None]]:
    attended = select(Participant.meeting_id).where(
        Participant.member_id.in_(planned.members), Participant.rsvp.not_in(NOT_COMING)
    )
    found = (
        select(Meeting, RoomBooking.room_id)
        .outerjoin(RoomBooking, RoomBooking.meeting_id == Meeting.id)
        .where(Meeting.starts_at < planned.ends_at, Meeting.ends_at > planned.starts_at, Meeting.state.in_(BINDS))
        .where(or_(Meeting.id.in_(attended), _room(RoomBooking.room_id, planned)))
    )
    return [(meeting, room) for meeting, room in db.execute(found)]
