"""Tables of the work calendar."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.calendars.rules import EventKind, EventState
from ecabinet.meetings.room_models import Room
from ecabinet.registry.models import Member, Unit


class WorkEvent(Base):
    """Something that leaders of a unit do at a time. ``place`` where it is no room of the house, ``prepared_by`` who
    prepares it, in words; ``sequence`` counts its changes, for calendar programs.
    """

    __tablename__ = "work_event"
    __table_args__ = (
        one_of("kind", EventKind),
        one_of("state", EventState),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("state <> 'cancelled' OR reason <> ''", name="reason"),
        CheckConstraint("state <> 'approved' OR published_at IS NOT NULL", name="published"),
        Index("ix_work_event_unit", "unit_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(300))
    details: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    prepared_by: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(10), default=EventState.DRAFT.value)
    reason: Mapped[str] = mapped_column(String(500), default="")
    sequence: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    unit: Mapped[Unit] = relationship()
    room: Mapped[Room | None] = relationship()
    maker: Mapped[Member] = relationship(foreign_keys=created_by)
    publisher: Mapped[Member | None] = relationship(foreign_keys=published_by)
    leaders: Mapped[list["WorkEventLeader"]] = relationship(
        order_by="WorkEventLeader.name", cascade="all, delete-orphan"
    )  # fmt: skip

    @property
    def where(self) -> str:
        """The room, or the place in words."""
        return self.room.name if self.room is not None else self.place


class WorkEventLeader(Base):
    """A leader who does it or takes part; ``name`` is the name of then."""

    __tablename__ = "work_event_leader"

    work_event_id: Mapped[int] = mapped_column(ForeignKey("work_event.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True, index=True)
    name: Mapped[str] = mapped_column(String(300))
