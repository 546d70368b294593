"""Tables of rooms, their bookings, and who sits where."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.registry.models import Unit


class Room(Base):
    """A room of a unit. ``seat_rows`` are the seats of each row from the front, ``head_seats`` those of the table that
    faces them. One that is closed keeps what was booked.
    """

    __tablename__ = "room"
    __table_args__ = (
        UniqueConstraint("unit_id", "name"),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("head_seats >= 0", name="head_seats"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(120))
    capacity: Mapped[int]
    equipment: Mapped[str] = mapped_column(String(500), default="")
    head_seats: Mapped[int] = mapped_column(default=0)
    seat_rows: Mapped[list[int]] = mapped_column(JSON, default=list)
    closed: Mapped[bool] = mapped_column(default=False)
    unit: Mapped[Unit] = relationship()


class RoomBooking(Base):
    """The room of a meeting, for as long as the meeting lasts. ``reason``: why, in spite of what stands against it."""

    __tablename__ = "room_booking"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True, autoincrement=False)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), index=True)
    reason: Mapped[str] = mapped_column(String(300), default="")
    booked_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    booked_at: Mapped[datetime] = mapped_column(Instant)
    room: Mapped[Room] = relationship()
    meeting: Mapped[Meeting] = relationship()


class SeatPlan(Base):
    """The seats of a meeting; see :class:`Room`. ``on_screen``: the room screen shows them."""

    __tablename__ = "seat_plan"
    __table_args__ = (CheckConstraint("head_seats >= 0", name="head_seats"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True, autoincrement=False)
    head_seats: Mapped[int]
    seat_rows: Mapped[list[int]] = mapped_column(JSON)
    on_screen: Mapped[bool] = mapped_column(default=False)


class SeatTaken(Base):
    """Who sits where: row 0 is the head table, 1 the front row; seats are counted from 1, from the left as the room
    looks at the head table.
    """

    __tablename__ = "seat_taken"
    __table_args__ = (
        UniqueConstraint("meeting_id", "seat_row", "seat_number"),
        CheckConstraint("seat_row >= 0 AND seat_number > 0", name="place"),
    )

    participant_id: Mapped[int] = mapped_column(
        ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    seat_row: Mapped[int]
    seat_number: Mapped[int]
    participant: Mapped[Participant] = relationship()
