"""What is read of rooms: who may use which, what stands against a meeting, the calendar."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from documents.errors import NotFound
from ecabinet.access import Permission, Person, ancestors, within
from ecabinet.clock import ZONE
from ecabinet.meetings import queries, room_rules
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.room_models import Room, RoomBooking
from ecabinet.meetings.rules import CALLED_OFF, PLANNED, MeetingState, ParticipantRole, Rsvp
from ecabinet.registry.models import Unit

BINDS = PLANNED | {MeetingState.UNDER_WAY}
"""A meeting in one of these states takes its room and its people."""

NOT_COMING = (Rsvp.ABSENT, Rsvp.SUBSTITUTED)
"""Who answered so is free for another meeting."""


def rooms_of_meeting(db: Session, meeting: Meeting) -> Sequence[Room]:
    """The rooms that a meeting may book: of its unit, of those above and of those below."""
    near = or_(Unit.id.in_(ancestors(meeting.unit.path)), within(Unit.path, meeting.unit.path))
    query = select(Room).join(Unit, Unit.id == Room.unit_id).options(joinedload(Room.unit))
    return db.scalars(query.where(near, Room.closed.is_(False)).order_by(Unit.path, Room.name).limit(200)).all()


def rooms_seen(db: Session, person: Person) -> Sequence[Room]:
    """The rooms whose calendar a person sees: of their own unit and those above, and below where they hold meetings."""
    own = {*ancestors(person.unit_path)}
    paths = (*person.paths(Permission.HOLD_MEETINGS), *person.paths(Permission.APPROVE))
    for path in paths:
        own.update(ancestors(path))
    near = or_(Unit.id.in_(own), *(within(Unit.path, path) for path in paths))
    query = select(Room).join(Unit, Unit.id == Room.unit_id).options(joinedload(Room.unit))
    return db.scalars(query.where(near).order_by(Unit.path, Room.closed, Room.name).limit(200)).all()


def load(db: Session, person: Person, room_id: int) -> Room:
    """A room for those who keep the rooms of its unit: who hold meetings there."""
    room = db.get(Room, room_id, options=[joinedload(Room.unit)])
    if room is None or not person.may(Permission.HOLD_MEETINGS, room.unit.path):
        raise NotFound(f"room {room_id}")
    return room


def booking_of(db: Session, meeting_id: int) -> RoomBooking | None:
    """The room of a meeting."""
    return db.get(RoomBooking, meeting_id, options=[joinedload(RoomBooking.room)])


@dataclass(frozen=True)
class Against:
    """What stands against a meeting, with the other meeting as far as the person may know it."""

    kind: room_rules.ConflictKind
    people: int
    meeting: Meeting | None
    title: str


def others(db: Session, meeting: Meeting, room: Room | None) -> list[room_rules.Other]:
    """Meetings that take room or people of this one while it lasts."""
    at_once = select(Meeting.id, RoomBooking.room_id).outerjoin(RoomBooking, RoomBooking.meeting_id == Meeting.id)
    at_once = at_once.where(*_at_once(meeting))
    rooms = {meeting_id: room_id for meeting_id, room_id in db.execute(at_once.order_by(Meeting.starts_at, Meeting.id))}
    mine = {member for member, _role in _expected(db, meeting.id)}
    people: dict[int, set[int]] = defaultdict(set)
    shared = select(Participant.meeting_id, Participant.member_id).where(
        Participant.meeting_id.in_(rooms), Participant.member_id.in_(mine), Participant.rsvp.not_in(NOT_COMING)
    )
    for meeting_id, member_id in db.execute(shared):
        people[meeting_id].add(member_id)
    wanted = room.id if room is not None else None
    return [
        room_rules.Other(meeting_id, room_id, frozenset(people[meeting_id]))
        for meeting_id, room_id in rooms.items()
        if people[meeting_id] or (wanted is not None and room_id == wanted)
    ]


def _at_once(meeting: Meeting) -> list[Any]:
    return [
        Meeting.id != meeting.id,
        Meeting.state.in_(BINDS),
        Meeting.starts_at < meeting.ends_at,
        Meeting.ends_at > meeting.starts_at,
    ]


def _expected(db: Session, meeting_id: int) -> list[tuple[int, str]]:
    query = select(Participant.member_id, Participant.role).where(
        Participant.meeting_id == meeting_id, Participant.rsvp.not_in(NOT_COMING)
    )
    return [(member_id, role) for member_id, role in db.execute(query)]


def conflicts(db: Session, meeting: Meeting, room: Room | None) -> list[room_rules.Conflict]:
    """What stands against the meeting at its time, in this room."""
    people = _expected(db, meeting.id)
    planned = room_rules.Planned(
        room_id=room.id if room is not None else None,
        capacity=room.capacity if room is not None else None,
        expected=frozenset(member_id for member_id, _role in people),
        chairs=frozenset(member_id for member_id, role in people if role == ParticipantRole.CHAIR),
    )
    return room_rules.conflicts(planned, others(db, meeting, room))


def shown(db: Session, person: Person, found: list[room_rules.Conflict]) -> list[Against]:
    """Conflicts as the person may read them: of a meeting that is not for them only its unit and time."""
    ids = {conflict.meeting_id for conflict in found if conflict.meeting_id is not None}
    meetings = {
        m.id: m for m in db.scalars(select(Meeting).options(joinedload(Meeting.unit)).where(Meeting.id.in_(ids)))
    }
    known = _known(db, person, ids)
    return [
        Against(
            conflict.kind,
            conflict.people,
            meetings.get(conflict.meeting_id or 0),
            meetings[conflict.meeting_id].title if conflict.meeting_id in known else "",
        )
        for conflict in found
    ]


def _known(db: Session, person: Person, ids: set[int]) -> set[int]:
    query = select(Meeting.id).join(Unit, Unit.id == Meeting.unit_id)
    return set(db.scalars(query.where(Meeting.id.in_(ids), *queries.visible(person))))


@dataclass(frozen=True)
class Elsewhere:
    """A meeting that somebody is expected at while another lasts; no title where the reader may not know it."""

    meeting_id: int
    title: str
    starts_at: datetime
    ends_at: datetime


def elsewhere(
    db: Session, person: Person, meeting: Meeting, members: Collection[int] | None = None
) -> dict[int, list[Elsewhere]]:
    """By member: where else they are expected while the meeting lasts. Of those invited to it who have not said that
    they are not coming, or of these ``members``.
    """
    if meeting.over:
        return {}
    if members is None:
        members = {member_id for member_id, _role in _expected(db, meeting.id)}
    query = (
        select(Participant.member_id, Meeting.id, Meeting.title, Meeting.starts_at, Meeting.ends_at)
        .join(Meeting, Meeting.id == Participant.meeting_id)
        .where(*_at_once(meeting), Participant.member_id.in_(members), Participant.rsvp.not_in(NOT_COMING))
    )
    rows = db.execute(query.order_by(Meeting.starts_at, Meeting.id)).all()
    known = _known(db, person, {meeting_id for _member, meeting_id, *_rest in rows})
    found: dict[int, list[Elsewhere]] = defaultdict(list)
    for member_id, meeting_id, title, starts_at, ends_at in rows:
        found[member_id].append(Elsewhere(meeting_id, title if meeting_id in known else "", starts_at, ends_at))
    return dict(found)


@dataclass(frozen=True)
class Entry:
    """A meeting on the calendar, on one of its days; ``title`` is empty where the person knows only that it is there.
    ``clash``: another one has the same room at the same time.
    """

    meeting_id: int
    title: str
    unit_name: str
    room_id: int | None
    room_name: str
    unit_id: int
    state: str
    starts_at: datetime
    ends_at: datetime
    clash: bool


def calendar(
    db: Session, person: Person, begin: date, end: date, *, room_id: int | None = None, unit_id: int | None = None
) -> dict[date, list[Entry]]:
    """The meetings of these days (``end`` excluded): those that the person sees, and whatever takes a room they see."""
    rooms = {room.id: room for room in rooms_seen(db, person)}
    span = (datetime.combine(begin, time(), ZONE), datetime.combine(end, time(), ZONE))
    query = (
        select(Meeting, RoomBooking.room_id)
        .join(Unit, Unit.id == Meeting.unit_id)
        .outerjoin(RoomBooking, RoomBooking.meeting_id == Meeting.id)
        .options(joinedload(Meeting.unit))
        .where(Meeting.starts_at < span[1], Meeting.ends_at > span[0], Meeting.state.not_in(CALLED_OFF))
        .where(or_(RoomBooking.room_id.in_(rooms), *queries.visible(person)))
    )
    if room_id is not None:
        query = query.where(RoomBooking.room_id == room_id)
    if unit_id is not None:
        query = query.where(Meeting.unit_id == unit_id)
    rows: list[tuple[Meeting, int | None]] = [
        (meeting, room) for meeting, room in db.execute(query.order_by(Meeting.starts_at, Meeting.id).limit(2000))
    ]
    known = _known(db, person, {meeting.id for meeting, _room in rows})
    return _by_day([_entry(m, room, rooms, known, rows) for m, room in rows], begin, end)


def _entry(
    meeting: Meeting,
    room_id: int | None,
    rooms: dict[int, Room],
    known: set[int],
    rows: list[tuple[Meeting, int | None]],
) -> Entry:
    span = (meeting.starts_at, meeting.ends_at)
    clash = room_id is not None and any(
        other.id != meeting.id and room == room_id and room_rules.overlap(span, (other.starts_at, other.ends_at))
        for other, room in rows
    )
    room = rooms.get(room_id or 0)
    return Entry(
        meeting.id, meeting.title if meeting.id in known else "", meeting.unit.name, room_id,
        room.name if room else "", meeting.unit_id, meeting.state, meeting.starts_at, meeting.ends_at, clash,
    )  # fmt: skip


def _by_day(entries: list[Entry], begin: date, end: date) -> dict[date, list[Entry]]:
    days: dict[date, list[Entry]] = {begin + timedelta(days=n): [] for n in range((end - begin).days)}
    for entry in entries:
        first = max(entry.starts_at.astimezone(ZONE).date(), begin)
        last = min((entry.ends_at - timedelta(seconds=1)).astimezone(ZONE).date(), end - timedelta(days=1))
        for n in range((last - first).days + 1):
            days[first + timedelta(days=n)].append(entry)
    return days
