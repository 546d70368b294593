"""Changes of rooms and their bookings. None commits.

Two bookings of one room at once are made one after the other: each holds the room's row until its transaction ends, so
the second sees the first. What stands against a booking is refused unless a reason is given, which is kept with it.
"""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.meetings import room_queries, room_rules
from ecabinet.meetings.life import Act
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.room_models import Room, RoomBooking
from ecabinet.registry.models import Unit


def save_room(db: Session, unit: Unit, room: Room | None, draft: room_rules.RoomDraft, act: Act) -> Room:
    """A new room of a unit, or another description of one; its name is its own in the unit."""
    room_rules.check_room(draft)
    room = room or Room(unit_id=unit.id, closed=False)
    room.name, room.capacity, room.equipment = draft.name, draft.capacity or 0, draft.equipment
    room.head_seats, room.seat_rows = draft.head_seats or 0, list(draft.seat_rows or ())
    db.add(room)
    try:
        db.flush()
    except IntegrityError as error:
        raise Invalid({"name": Problem("name_taken")}) from error
    audit.record(db, act.by, "room_saved", f"room:{room.id}", act.now, name=room.name, capacity=room.capacity)
    return room


def close_room(db: Session, room: Room, *, closed: bool, act: Act) -> None:
    """Take a room out of use, or into use again; what was booked stays."""
    room.closed = closed
    audit.record(db, act.by, "room_closed" if closed else "room_opened", f"room:{room.id}", act.now)


def book(db: Session, meeting: Meeting, room: Room, reason: str, act: Act) -> None:
    """Give a meeting a room; the place of the meeting is the room's name. Raises ``room_taken`` for the field
    ``reason`` when something stands against it and no reason is given.
    """
    if room.closed:
        raise Invalid({"room": Problem("room_closed")})
    against = _require_free(db, meeting, room, reason)
    booking = db.get(RoomBooking, meeting.id) or RoomBooking(meeting_id=meeting.id)
    booking.room_id, booking.reason, booking.booked_by, booking.booked_at = room.id, reason, act.by, act.now
    if not against:
        booking.reason = ""
    db.add(booking)
    meeting.place = room.name
    _record(db, meeting, room, "room_booked", act, against, booking.reason)
    changed(db, "meeting", meeting.id)


def _require_free(db: Session, meeting: Meeting, room: Room, reason: str) -> list[room_rules.Conflict]:
    """What stands against it, where a reason overrides that."""
    db.flush()
    db.execute(select(Room.id).where(Room.id == room.id).with_for_update())
    against = room_queries.conflicts(db, meeting, room)
    if against and not reason:
        raise Invalid({"reason": Problem("room_taken")})
    if len(reason) > room_rules.LONGEST_REASON:
        raise Invalid({"reason": Problem("too_long", limit=room_rules.LONGEST_REASON)})
    return against


def free(db: Session, meeting: Meeting, act: Act) -> None:
    """The meeting needs its room no more."""
    booking = db.get(RoomBooking, meeting.id)
    if booking is not None:
        db.delete(booking)
        audit.record(db, act.by, "room_freed", f"meeting:{meeting.id}", act.now, room=booking.room_id)
        changed(db, "meeting", meeting.id)


def recheck(db: Session, meeting: Meeting, reason: str, act: Act) -> None:
    """The meeting has another time: its room must be free then too. Raises ``room_taken`` for ``conflict_reason``."""
    booking = db.get(RoomBooking, meeting.id)
    if booking is None:
        return
    try:
        against = _require_free(db, meeting, booking.room, reason)
    except Invalid as invalid:
        raise Invalid({"conflict_reason": invalid.faults["reason"]}) from invalid
    booking.reason = reason if against else ""
    if against:
        _record(db, meeting, booking.room, "room_kept", act, against, reason)


def _record(
    db: Session, meeting: Meeting, room: Room, action: str, act: Act, against: list[room_rules.Conflict], reason: str
) -> None:
    details: dict[str, object] = {"room": room.id}
    if against:
        details |= {"reason": reason, "against": sorted({f"{one.kind}:{one.meeting_id or ''}" for one in against})}
    audit.record(db, act.by, action, f"meeting:{meeting.id}", act.now, **details)
