"""Changes of the seat map. None commits."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Invalid, Problem
from ecabinet.meetings import seat_rules
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.room_models import Room, SeatPlan, SeatTaken
from ecabinet.meetings.room_rules import seat_faults
from ecabinet.meetings.rules import RUNS_MEETING, ParticipantRole, Rsvp
from ecabinet.meetings.seat_rules import SeatOrder, Sitter, Spot
from ecabinet.registry.name_order import order_key


def draw(db: Session, meeting: Meeting, head_seats: int | None, seat_rows: Sequence[int] | None) -> SeatPlan:
    """The seats of a meeting; who sat on one that is no more stands up."""
    faults = seat_faults(head_seats, tuple(seat_rows) if seat_rows is not None else None)
    if not faults and not (head_seats or seat_rows):
        faults["seat_rows"] = Problem("missing")
    if faults or head_seats is None or seat_rows is None:
        raise Invalid(faults)
    plan = db.get(SeatPlan, meeting.id) or SeatPlan(meeting_id=meeting.id, on_screen=False)
    plan.head_seats, plan.seat_rows = head_seats, list(seat_rows)
    db.add(plan)
    db.flush()
    _keep(db, meeting, seat_rules.kept(taken(db, meeting.id), _spots(plan)))
    return plan


def draw_room(db: Session, meeting: Meeting, room: Room) -> SeatPlan:
    """The seats of the room."""
    return draw(db, meeting, room.head_seats, room.seat_rows)


def require_plan(db: Session, meeting: Meeting) -> SeatPlan:
    """The plan, or ``no_seat_plan``."""
    plan = db.get(SeatPlan, meeting.id)
    if plan is None:
        raise Problem("no_seat_plan")
    return plan


def put(db: Session, meeting: Meeting, participant: Participant, to: Spot | None) -> None:
    """Put somebody on a seat, or take them off the map; who sat there takes the seat that becomes free."""
    there = _spots(require_plan(db, meeting))
    _keep(db, meeting, seat_rules.placed(taken(db, meeting.id), participant.id, to, there))


def fill(db: Session, meeting: Meeting, order: SeatOrder) -> int:
    """Seat everybody who is expected, in this order; how many found no seat."""
    plan = require_plan(db, meeting)
    people = sitters(db, meeting.id)
    seated = seat_rules.fill(people, plan.head_seats, plan.seat_rows, order)
    _keep(db, meeting, seated)
    return len(people) - len(seated)


def clear(db: Session, meeting: Meeting) -> None:
    """Nobody sits anywhere."""
    require_plan(db, meeting)
    _keep(db, meeting, {})


def show(db: Session, meeting: Meeting, *, on_screen: bool) -> None:
    """Whether the room screen shows the seats."""
    require_plan(db, meeting).on_screen = on_screen
    changed(db, "seats", meeting.id)


def _spots(plan: SeatPlan) -> list[Spot]:
    return seat_rules.spots(plan.head_seats, plan.seat_rows)


def taken(db: Session, meeting_id: int) -> dict[int, Spot]:
    """Who sits where, by participant."""
    query = select(SeatTaken.participant_id, SeatTaken.seat_row, SeatTaken.seat_number)
    rows = db.execute(query.where(SeatTaken.meeting_id == meeting_id))
    return {participant_id: Spot(row, number) for participant_id, row, number in rows}


def sitters(db: Session, meeting_id: int) -> list[Sitter]:
    """Who is expected in the room: not those who said they are absent or send somebody."""
    query = select(Participant).where(
        Participant.meeting_id == meeting_id, Participant.rsvp.not_in((Rsvp.ABSENT, Rsvp.SUBSTITUTED))
    )
    return [
        Sitter(
            p.id, p.rank, order_key(p.name), p.unit_name,
            head=p.role in RUNS_MEETING, guest=p.role == ParticipantRole.GUEST,
        )
        for p in db.scalars(query)
    ]  # fmt: skip


def _keep(db: Session, meeting: Meeting, after: Mapping[int, Spot]) -> None:
    before = taken(db, meeting.id)
    moved = {one for one in {*before, *after} if before.get(one) != after.get(one)}
    # Two cannot have one seat even for a moment: all who move stand up first.
    for seat in db.scalars(select(SeatTaken).where(SeatTaken.participant_id.in_(moved))):
        db.delete(seat)
    db.flush()
    db.add_all(
        SeatTaken(participant_id=one, meeting_id=meeting.id, seat_row=after[one].row, seat_number=after[one].number)
        for one in sorted(moved)
        if one in after
    )
    db.flush()
    changed(db, "seats", meeting.id)
    for member_id in db.scalars(select(Participant.member_id).where(Participant.id.in_(moved))):
        changed(db, "member", member_id)
