"""Changes of the work calendar. None commits; each is on the audit trail, and leaders are told of what is published."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.access import Person, ancestors
from ecabinet.calendars import conflicts, queries, rules
from ecabinet.calendars.conflicts import Against
from ecabinet.calendars.models import WorkEvent, WorkEventLeader
from ecabinet.calendars.queries import Seen
from ecabinet.calendars.rules import Busy, EventAct, EventDraft, EventState, check_draft
from ecabinet.meetings.room_models import Room
from ecabinet.meetings.telling import when
from ecabinet.notices.operations import tell_all
from ecabinet.registry.models import Member, Unit


class Clash(Problem):
    """Leaders or the room are taken at that time: ``found`` says by what."""

    def __init__(self, found: list[Against]) -> None:
        super().__init__("event_clash")
        self.found = found


def rooms(db: Session, unit: Unit) -> list[Room]:
    """The rooms in which an entry of a unit can be: of the unit and of those above."""
    found = select(Room).where(Room.unit_id.in_(ancestors(unit.path)), Room.closed.is_(False))
    return list(db.scalars(found.order_by(Room.name)))


def plan(db: Session, unit: Unit, draft: EventDraft, person: Person, now: datetime, *, anyway: bool) -> WorkEvent:
    """A new entry, as a draft. Raises :class:`Clash` for what stands against it, unless it is wanted ``anyway``."""
    if not queries.parts_of(person, unit):
        raise Problem("forbidden")
    event = WorkEvent(
        unit_id=unit.id, state=EventState.DRAFT, created_by=person.member_id, changed_at=now, sequence=0, reason=""
    )
    _fill(db, unit, event, draft, person, anyway=anyway)
    db.add(event)
    event.changed_at = now
    db.flush()
    _record(db, event, "planned", person, now)
    return event


def edit(db: Session, seen: Seen, draft: EventDraft, person: Person, now: datetime, *, anyway: bool) -> None:
    """Put an entry differently; those named before and now are told when it is published."""
    event = seen.event
    rules.after(EventAct.EDIT, EventState(event.state), seen.parts)
    before = {one.member_id for one in event.leaders}
    _fill(db, event.unit, event, draft, person, anyway=anyway)
    event.sequence, event.changed_at = event.sequence + 1, now
    db.flush()
    _record(db, event, "edited", person, now)
    if event.state == EventState.APPROVED:
        _tell(db, event, "Lịch công tác thay đổi", before, person, now)


def _fill(db: Session, unit: Unit, event: WorkEvent, draft: EventDraft, person: Person, *, anyway: bool) -> None:
    starts_at, ends_at = check_draft(draft)
    names = dict(queries.leaders(db, unit)) | {one.member_id: one.name for one in event.leaders}
    for member_id in draft.leaders:
        if member_id not in names:
            member = db.get(Member, member_id)
            name = member.full_name if member is not None else "?"
            raise Invalid({"leaders": Problem("not_of_the_office", name=name)})
    if draft.room_id is not None and draft.room_id not in {room.id for room in rooms(db, unit)}:
        raise Invalid({"room": Problem("unknown_room")})
    planned = Busy("event", event.id or 0, starts_at, ends_at, frozenset(draft.leaders), draft.room_id)
    with db.no_autoflush:
        found = conflicts.against(db, person, planned)
    if found and not anyway:
        raise Clash(found)
    for name in ("kind", "title", "place", "room_id", "details", "prepared_by"):
        setattr(event, name, getattr(draft, name))
    event.starts_at, event.ends_at = starts_at, ends_at
    kept = {one.member_id: one for one in event.leaders}
    event.leaders = [
        kept.get(member_id) or WorkEventLeader(member_id=member_id, name=names[member_id])
        for member_id in dict.fromkeys(draft.leaders)
    ]


def publish(db: Session, seen: Seen, person: Person, now: datetime) -> None:
    """The head of the office makes it known: all who see the calendar see it now."""
    event = seen.event
    event.state = rules.after(EventAct.PUBLISH, EventState(event.state), seen.parts)
    event.published_by, event.published_at, event.changed_at = person.member_id, now, now
    _record(db, event, "published", person, now)
    _tell(db, event, "Lịch công tác", set(), person, now)


def cancel(db: Session, seen: Seen, reason: str, person: Person, now: datetime) -> None:
    """It does not take place; it stays on the calendar, with the reason."""
    event = seen.event
    state = rules.after(EventAct.CANCEL, EventState(event.state), seen.parts)
    event.reason = rules.check_reason(reason)  # before the state: a refusal leaves all as it was
    event.state = state
    event.sequence, event.changed_at = event.sequence + 1, now
    _record(db, event, "cancelled", person, now)
    if event.published_at is not None:
        _tell(db, event, "Hoãn, hủy lịch công tác", set(), person, now)


def _record(db: Session, event: WorkEvent, act: str, person: Person, now: datetime) -> None:
    audit.record(
        db, person.member_id, f"work_event_{act}", f"work_event:{event.id}", now, state=str(event.state),
        starts=event.starts_at.isoformat(),
    )  # fmt: skip
    changed(db, "work_event", event.id)


def _tell(db: Session, event: WorkEvent, subject: str, also: set[int], person: Person, now: datetime) -> None:
    """The words are Vietnamese, as those of all letters of the house."""
    members = {one.member_id for one in event.leaders} | also
    lines = [f"Thời gian: {when(event.starts_at, event.ends_at)}.", f"Địa điểm: {event.where}." if event.where else "",
             f"Lý do: {event.reason}" if event.reason else "", event.details]  # fmt: skip
    tell_all(
        db, members - {person.member_id}, f"{subject}: {event.title}", "\n".join(line for line in lines if line),
        f"/calendar/events/{event.id}", now, about=f"work_event:{event.id}",
    )  # fmt: skip
