"""Tables of meetings."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from documents.models import Document
from ecabinet.meetings.rules import AttendanceHow, MeetingState, ParticipantRole, QuorumRule, Rsvp
from ecabinet.registry.models import Body, Member, Unit


class Meeting(Base):
    """A meeting (phiên họp) of a body. The quorum is a fraction of the seats summoned, as data."""

    __tablename__ = "meeting"
    __table_args__ = (
        one_of("state", MeetingState),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("quorum_numerator > 0 AND quorum_numerator <= quorum_denominator", name="quorum"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"))
    title: Mapped[str] = mapped_column(String(300))
    place: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(20), default=MeetingState.DRAFT.value)
    # The two tables refer to each other; this side is filled in later, so it is added after both exist.
    current_item_id: Mapped[int | None] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="SET NULL", use_alter=True)
    )
    current_since: Mapped[datetime | None] = mapped_column(Instant)
    quorum_numerator: Mapped[int] = mapped_column(default=2)
    quorum_denominator: Mapped[int] = mapped_column(default=3)
    # The second threshold of a congress: units represented of units summoned; None where only members count.
    quorum_units_numerator: Mapped[int | None]
    quorum_units_denominator: Mapped[int | None]
    unit: Mapped[Unit] = relationship()
    body: Mapped[Body | None] = relationship()

    @property
    def quorum_rule(self) -> QuorumRule:
        """The thresholds as the pure rules take them."""
        units = (self.quorum_units_numerator, self.quorum_units_denominator)
        both = (units[0], units[1]) if units[0] is not None and units[1] is not None else None
        return QuorumRule(self.quorum_numerator, self.quorum_denominator, both)


class AgendaItem(Base):
    """An item of the agenda (nội dung chương trình), in its place."""

    __tablename__ = "agenda_item"
    __table_args__ = (CheckConstraint("minutes >= 0", name="minutes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    presenter: Mapped[str] = mapped_column(String(100), default="")
    minutes: Mapped[int] = mapped_column(default=0)


class Paper(Base):
    """A document laid before the meeting under an item."""

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("item_id", "document_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    document: Mapped[Document] = relationship()


class Participant(Base):
    """Someone invited, with name, unit and position as they were when invited: minutes must not change with the
    registry.
    """

    __tablename__ = "participant"
    __table_args__ = (
        one_of("role", ParticipantRole),
        one_of("rsvp", Rsvp),
        UniqueConstraint("meeting_id", "member_id"),
        UniqueConstraint("represents_id"),
        CheckConstraint("rsvp <> 'absent' OR reason <> ''", name="reason"),
        CheckConstraint("role <> 'guest' OR NOT voting", name="guest"),
        CheckConstraint("weight > 0", name="weight"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    unit_name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(100))
    rank: Mapped[int]
    role: Mapped[str] = mapped_column(String(20))
    voting: Mapped[bool]
    weight: Mapped[int] = mapped_column(default=1)
    scrutineer: Mapped[bool] = mapped_column(default=False)
    represents_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    rsvp: Mapped[str] = mapped_column(String(20), default=Rsvp.PENDING.value)
    reason: Mapped[str] = mapped_column(String(500), default="")
    present: Mapped[bool] = mapped_column(default=False)
    check_in_code: Mapped[str] = mapped_column(String(40), unique=True)
    meeting: Mapped[Meeting] = relationship()
    member: Mapped[Member] = relationship()


class Attendance(Base):
    """One arrival or departure. ``participant.present`` repeats the last of these; this timeline is the truth."""

    __tablename__ = "attendance"
    __table_args__ = (one_of("how", AttendanceHow),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    present: Mapped[bool]
    how: Mapped[str] = mapped_column(String(20))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
