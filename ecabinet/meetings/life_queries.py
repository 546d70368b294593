"""What is read of the life of meetings: history, what waits for approval, the list with its filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from documents.errors import Forbidden, NotFound
from ecabinet.access import Permission, Person, within
from ecabinet.clock import ZONE
from ecabinet.meetings import life, life_rules, queries
from ecabinet.meetings.life_models import MeetingPolicy, MeetingStep
from ecabinet.meetings.life_rules import Action
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.room_models import Room, RoomBooking
from ecabinet.meetings.rules import MeetingState, ParticipantRole
from ecabinet.registry.models import Unit

TO_APPROVE = frozenset({MeetingState.SUBMITTED, MeetingState.APPROVED})
PAGE = 30


@dataclass(frozen=True)
class Seen:
    """A meeting as one who runs it or approves for its unit sees its life."""

    meeting: Meeting
    manages: bool
    approves: bool
    needs_approval: bool

    @property
    def actions(self) -> list[Action]:
        """What they may do now."""
        return life_rules.actions(
            MeetingState(self.meeting.state),
            runs=self.manages,
            approves=self.approves,
            needs_approval=self.needs_approval,
        )

    def require(self, action: Action) -> Meeting:
        """The meeting, for those whose step it is."""
        if not (self.approves if life_rules.STEPS[action].approves else self.manages):
            raise Forbidden
        return self.meeting


def load(db: Session, person: Person, meeting_id: int, *, to_change: bool = False) -> Seen:
    """For those who run it and, once it was submitted and until people are invited, for those who approve; for those
    who are only invited it is forbidden, for all others it does not exist.
    """
    if to_change:
        db.execute(select(Meeting.id).where(Meeting.id == meeting_id).with_for_update(key_share=True))
    meeting = db.get(Meeting, meeting_id, options=[joinedload(Meeting.unit), joinedload(Meeting.body)])
    if meeting is None:
        raise NotFound(f"meeting {meeting_id}")
    approves = meeting.state in TO_APPROVE and person.may(Permission.APPROVE, meeting.unit.path)
    if approves:
        manages = queries.runs(db, person, meeting)
    else:
        queries.load(db, person, meeting_id).require_manager()
        manages = True
    return Seen(meeting, manages, approves, life.needs_approval(db, meeting.unit))


def history(db: Session, meeting_id: int) -> Sequence[MeetingStep]:
    """What was done with a meeting, in order."""
    query = select(MeetingStep).where(MeetingStep.meeting_id == meeting_id).options(joinedload(MeetingStep.member))
    return db.scalars(query.order_by(MeetingStep.id)).all()


def last_step(db: Session, meeting_id: int) -> MeetingStep | None:
    """The newest line of the history."""
    query = select(MeetingStep).where(MeetingStep.meeting_id == meeting_id).options(joinedload(MeetingStep.member))
    return db.scalar(query.order_by(MeetingStep.id.desc()).limit(1))


def has_chair(db: Session, meeting_id: int) -> bool:
    """Whether somebody chairs the meeting."""
    chairs = select(Participant.id).filter_by(meeting_id=meeting_id, role=ParticipantRole.CHAIR)
    return db.scalar(chairs.limit(1)) is not None


def approving(db: Session, person: Person) -> Sequence[Meeting]:
    """The meetings that wait for this person's approval, soonest first."""
    paths = person.paths(Permission.APPROVE)
    if not paths:
        return []
    query = select(Meeting).join(Unit, Unit.id == Meeting.unit_id).options(joinedload(Meeting.unit))
    waiting = query.where(Meeting.state == MeetingState.SUBMITTED, or_(*(within(Unit.path, path) for path in paths)))
    return db.scalars(waiting.order_by(Meeting.starts_at, Meeting.id).limit(50)).all()


def policies(db: Session, person: Person) -> list[tuple[Unit, bool | None]]:
    """The units that the person approves for, and what each has set: True, False, or None for as above."""
    paths = person.paths(Permission.APPROVE)
    if not paths:
        return []
    rows = db.execute(
        select(Unit, MeetingPolicy.approval)
        .outerjoin(MeetingPolicy, MeetingPolicy.unit_id == Unit.id)
        .where(Unit.path.in_(paths))
        .order_by(Unit.path)
    )
    return [(unit, approval) for unit, approval in rows]


class Period(StrEnum):
    """Which part of time the list shows."""

    COMING = "coming"
    PAST = "past"
    MONTH = "month"


@dataclass(frozen=True)
class Wanted:
    """What the list of meetings is asked for. ``month`` is the first day of one; ``after`` the key of the last seen."""

    period: Period = Period.COMING
    month: date | None = None
    mine: bool = False
    unit_id: int | None = None
    state: str = ""
    room_id: int | None = None
    after: tuple[datetime, int] | None = None


def listed(
    db: Session, person: Person, wanted: Wanted, now: datetime
) -> tuple[list[queries.Seen], tuple[datetime, int] | None]:
    """One page of the list, and the key of the next."""
    newest_first = wanted.period == Period.PAST
    found = queries.listed(
        db, person, *_conditions(wanted, now, person, newest_first), limit=PAGE + 1, newest_first=newest_first
    )
    shown = found[:PAGE]
    more = (shown[-1].meeting.starts_at, shown[-1].meeting.id) if len(found) > PAGE else None
    return shown, more


def _conditions(wanted: Wanted, now: datetime, person: Person, newest_first: bool) -> list[Any]:
    today = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    conditions: list[Any] = []
    if wanted.period == Period.MONTH and wanted.month is not None:
        begin = datetime.combine(wanted.month, time(), ZONE)
        end = datetime.combine((wanted.month + timedelta(days=32)).replace(day=1), time(), ZONE)
        conditions += [Meeting.starts_at >= begin, Meeting.starts_at < end]
    else:
        conditions.append(Meeting.ends_at < today if newest_first else Meeting.ends_at >= today)
    if wanted.mine:
        own = select(Participant.meeting_id).where(Participant.member_id == person.member_id)
        conditions.append(Meeting.id.in_(own))
    if wanted.unit_id is not None:
        conditions.append(Meeting.unit_id == wanted.unit_id)
    if wanted.state:
        conditions.append(Meeting.state == wanted.state)
    else:
        conditions.append(Meeting.state != MeetingState.DROPPED)
    if wanted.room_id is not None:
        conditions.append(Meeting.id.in_(select(RoomBooking.meeting_id).where(RoomBooking.room_id == wanted.room_id)))
    if wanted.after is not None:
        at, last = wanted.after
        beyond = Meeting.starts_at < at if newest_first else Meeting.starts_at > at
        conditions.append(or_(beyond, and_(Meeting.starts_at == at, Meeting.id > last)))
    return conditions


def choices(db: Session, person: Person) -> tuple[Sequence[Unit], Sequence[Room]]:
    """The units and rooms to choose from in the list: those of meetings that the person sees."""
    seen = select(Meeting.id).join(Unit, Unit.id == Meeting.unit_id).where(*queries.visible(person))
    units = select(Unit).where(Unit.id.in_(select(Meeting.unit_id).where(Meeting.id.in_(seen)))).order_by(Unit.path)
    rooms = select(Room).where(Room.id.in_(select(RoomBooking.room_id).where(RoomBooking.meeting_id.in_(seen))))
    return db.scalars(units.limit(200)).all(), db.scalars(rooms.order_by(Room.name).limit(200)).all()
