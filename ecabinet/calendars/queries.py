"""What is read of the work calendar: whose calendars somebody sees, a week of one, what stands against an entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from documents.errors import NotFound
from ecabinet.access import Permission, Person, ancestors
from ecabinet.calendars import rules
from ecabinet.calendars.models import WorkEvent, WorkEventLeader
from ecabinet.calendars.rules import Busy, EventAct, EventPart, EventState
from ecabinet.clock import ZONE
from ecabinet.meetings import queries as meetings
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.room_models import RoomBooking
from ecabinet.meetings.room_queries import NOT_COMING
from ecabinet.meetings.rules import UNANNOUNCED, MeetingState
from ecabinet.office import desk
from ecabinet.registry.models import Unit

KEEPS = (Permission.KEEP_REGISTERS, Permission.HOLD_MEETINGS)
"""Who keeps the calendar of a unit."""
SEES = (*KEEPS, Permission.APPROVE, Permission.ASSIGN, Permission.READ_PAPERS)
"""Whose role shows them the calendar of a unit; its own members see what is published of it."""


def parts_of(person: Person, unit: Unit) -> frozenset[EventPart]:
    """What somebody is for the calendar of a unit."""
    keeps = any(person.may(permission, unit.path) for permission in KEEPS)
    heads = person.may(Permission.APPROVE, unit.path)
    return frozenset(({EventPart.KEEPER} if keeps else set()) | ({EventPart.HEAD} if heads else set()))


def units_of(db: Session, person: Person) -> list[Unit]:
    """The units whose calendar is theirs to see without looking for it: of their roles, and their own."""
    found = {unit.id: unit for unit in desk.units_of(db, person, *SEES)}
    own = ancestors(person.unit_path)[-1]
    if own not in found and (unit := db.get(Unit, own)) is not None:
        found[own] = unit
    return sorted(found.values(), key=lambda unit: unit.path)


def unit_of(db: Session, person: Person, unit_id: int | None) -> Unit:
    """A unit whose calendar somebody sees; without an id the first of theirs."""
    if unit_id is None:
        return units_of(db, person)[0]
    unit = db.get(Unit, unit_id)
    if unit is None or not _sees(person, unit):
        raise NotFound(f"calendar of unit {unit_id}")
    return unit


def _sees(person: Person, unit: Unit) -> bool:
    return person.unit_path == unit.path or any(person.may(permission, unit.path) for permission in SEES)


def leaders(db: Session, unit: Unit) -> list[tuple[int, str]]:
    """The leaders whose calendar the office of a unit keeps."""
    return desk.leaders(db, unit)


@dataclass(frozen=True)
class Seen:
    """An entry as one person has to do with it."""

    event: WorkEvent
    parts: frozenset[EventPart]

    def may(self, act: str) -> bool:
        """Whether this person may do this now."""
        return rules.may(EventAct(act), EventState(self.event.state), self.parts)


WHOLE = (joinedload(WorkEvent.unit), joinedload(WorkEvent.room), selectinload(WorkEvent.leaders))
"""What is shown of an entry, asked for with it."""


def load(db: Session, person: Person, event_id: int) -> Seen:
    """An entry: a published one for those who see the calendar and who are named in it, any other for the office."""
    event = db.get(WorkEvent, event_id, options=WHOLE)
    if event is None:
        raise NotFound(f"work event {event_id}")
    parts = parts_of(person, event.unit)
    named = any(one.member_id == person.member_id for one in event.leaders)
    if not parts and (event.published_at is None or not (named or _sees(person, event.unit))):
        raise NotFound(f"work event {event_id}")
    return Seen(event, parts)


def load_to_change(db: Session, person: Person, event_id: int) -> Seen:
    """The same, locked until the transaction ends."""
    db.execute(select(WorkEvent.id).where(WorkEvent.id == event_id).with_for_update())
    return load(db, person, event_id)


@dataclass(frozen=True)
class Slot:
    """A meeting or an entry, with all that the printed week says of it. ``title`` is empty where the reader knows only
    that there is something; ``clash`` names who or what is taken twice.
    """

    kind: str
    id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    leaders: tuple[str, ...]
    prepared_by: str
    state: str
    clash: tuple[str, ...] = ()


@dataclass(frozen=True)
class Week:
    """Seven days of a unit, or of one of its leaders."""

    unit: Unit
    begin: date
    days: dict[date, list[Slot]]


def span_of(begin: date, days: int = 7) -> tuple[datetime, datetime]:
    """From midnight to midnight on the office's clock."""
    return datetime.combine(begin, time(), ZONE), datetime.combine(begin + timedelta(days=days), time(), ZONE)


def week(db: Session, person: Person, unit: Unit, begin: date, leader: int | None = None) -> Week:
    """The meetings and entries of a week; of one leader only those that name them."""
    since, until = span_of(begin)
    names = dict(leaders(db, unit))
    wanted = {leader} if leader is not None else set(names)
    found = events(db, unit, since, until, leader, drafts=bool(parts_of(person, unit)))
    held = _meetings(db, unit, since, until, wanted, named=leader is not None)
    who = attending(db, [meeting.id for meeting, _room in held], wanted)
    known = known_to(db, person, [meeting.id for meeting, _room in held])
    office = bool(parts_of(person, unit))
    busy = [*map(busy_of, (one for one in found if one.state != EventState.CANCELLED)),
            *(busy_meeting(meeting, room, who.get(meeting.id, {})) for meeting, room in held)]  # fmt: skip
    slots = [_event_slot(one, busy) for one in found] + [
        _meeting_slot(meeting, who.get(meeting.id, {}), meeting.id in known, busy)
        for meeting, _room in held
        if meeting.id in known or office
    ]
    return Week(unit, begin, _by_day(slots, begin))


def events(
    db: Session, unit: Unit, since: datetime, until: datetime, leader: int | None = None, *, drafts: bool
) -> list[WorkEvent]:
    """The entries of a unit that lie in this time; ``drafts``: those not published yet too."""
    found = select(WorkEvent).where(
        WorkEvent.unit_id == unit.id, WorkEvent.starts_at < until, WorkEvent.ends_at > since
    )  # fmt: skip
    if leader is not None:
        found = found.where(WorkEvent.id.in_(_named(leader)))
    if not drafts:
        found = found.where(WorkEvent.published_at.is_not(None))
    return list(db.scalars(found.options(*WHOLE).order_by(WorkEvent.starts_at, WorkEvent.id).limit(500)))


def of_day(db: Session, member_id: int, day: date) -> list[WorkEvent]:
    """The published entries of a day that name a member, and take place."""
    since, until = span_of(day, 1)
    found = select(WorkEvent).where(
        WorkEvent.state == EventState.APPROVED, WorkEvent.starts_at < until, WorkEvent.ends_at > since,
        WorkEvent.id.in_(_named(member_id)),
    )  # fmt: skip
    return list(db.scalars(found.options(*WHOLE).order_by(WorkEvent.starts_at)))


def _named(member_id: int) -> Any:
    return select(WorkEventLeader.work_event_id).where(WorkEventLeader.member_id == member_id)


def _meetings(
    db: Session, unit: Unit, since: datetime, until: datetime, members: Iterable[int], *, named: bool
) -> list[tuple[Meeting, int | None]]:
    """Meetings of the unit or with one of these members, which the invited know of; ``named``: only with them."""
    attended = Meeting.id.in_(
        select(Participant.meeting_id).where(Participant.member_id.in_(members), Participant.rsvp.not_in(NOT_COMING))
    )
    ours = attended if named else or_(Meeting.unit_id == unit.id, attended)
    found = (
        select(Meeting, RoomBooking.room_id)
        .outerjoin(RoomBooking, RoomBooking.meeting_id == Meeting.id)
        .where(Meeting.starts_at < until, Meeting.ends_at > since, ours)
        .where(Meeting.state.not_in([*UNANNOUNCED, MeetingState.CANCELLED]))
        .options(joinedload(Meeting.unit))
    )
    return [(meeting, room) for meeting, room in db.execute(found.order_by(Meeting.starts_at).limit(500))]


def attending(db: Session, meeting_ids: list[int], members: Iterable[int]) -> dict[int, dict[int, str]]:
    """Meeting → those of these members who go to it, with their names."""
    rows = db.execute(
        select(Participant.meeting_id, Participant.member_id, Participant.name)
        .where(Participant.meeting_id.in_(meeting_ids), Participant.member_id.in_(members))
        .where(Participant.rsvp.not_in(NOT_COMING))
        .order_by(Participant.rank)
    )
    found: dict[int, dict[int, str]] = {}
    for meeting_id, member_id, name in rows:
        found.setdefault(meeting_id, {})[member_id] = name
    return found


def known_to(db: Session, person: Person, ids: list[int]) -> set[int]:
    """Which of these meetings exist for the person."""
    found = select(Meeting.id).join(Unit, Unit.id == Meeting.unit_id)
    return set(db.scalars(found.where(Meeting.id.in_(ids), *meetings.visible(person))))


def busy_of(event: WorkEvent) -> Busy:
    """Whom and what an entry takes for a time."""
    members = frozenset(one.member_id for one in event.leaders)
    return Busy("event", event.id, event.starts_at, event.ends_at, members, event.room_id)


def busy_meeting(meeting: Meeting, room_id: int | None, who: dict[int, str]) -> Busy:
    """Whom and what a meeting takes for a time."""
    return Busy("meeting", meeting.id, meeting.starts_at, meeting.ends_at, frozenset(who), room_id)


def _event_slot(event: WorkEvent, busy: list[Busy]) -> Slot:
    names = {one.member_id: one.name for one in event.leaders}
    return Slot(
        "event", event.id, event.title, event.starts_at, event.ends_at, event.where, tuple(names.values()),
        event.prepared_by, event.state,
        () if event.state == EventState.CANCELLED else _clash(busy_of(event), busy, names, event.where),
    )  # fmt: skip


def _meeting_slot(meeting: Meeting, who: dict[int, str], known: bool, busy: list[Busy]) -> Slot:
    mine = next(one for one in busy if (one.what, one.id) == ("meeting", meeting.id))
    return Slot(
        "meeting", meeting.id, meeting.title if known else "", meeting.starts_at, meeting.ends_at,
        meeting.place if known else "", tuple(who.values()), meeting.unit.name, meeting.state,
        _clash(mine, busy, who, meeting.place),
    )  # fmt: skip


def _clash(mine: Busy, busy: list[Busy], names: dict[int, str], place: str) -> tuple[str, ...]:
    found = rules.conflicts(mine, busy)
    people = {names[member] for one in found for member in one.members if member in names}
    return (*sorted(people), *((place,) if any(one.room for one in found) else ()))


def _by_day(slots: list[Slot], begin: date) -> dict[date, list[Slot]]:
    """Each slot on each of its days, in the order of their beginnings."""
    days: dict[date, list[Slot]] = {begin + timedelta(days=n): [] for n in range(7)}
    for slot in sorted(slots, key=lambda one: (one.starts_at, one.ends_at, one.kind, one.id)):
        last = (slot.ends_at - timedelta(seconds=1)).astimezone(ZONE).date()
        for day, there in days.items():
            if slot.starts_at.astimezone(ZONE).date() <= day <= last:
                there.append(slot)
    return days


def meetings_of(
    db: Session, person: Person, unit: Unit, since: datetime, until: datetime, leader: int
) -> list[Meeting]:  # fmt: skip
    """The meetings that a leader goes to, as far as the person may know of them."""
    held = _meetings(db, unit, since, until, {leader}, named=True)
    known = known_to(db, person, [meeting.id for meeting, _room in held])
    return [meeting for meeting, _room in held if meeting.id in known]
