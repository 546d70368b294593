"""Tables of meetings."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from documents.models import Document
from ecabinet.meetings.agenda_rules import DEEPEST, ItemKind, Line, Numbering
from ecabinet.meetings.paper_rules import PaperState
from ecabinet.meetings.rules import OVER, UNANNOUNCED, AttendanceHow, MeetingState, ParticipantRole, QuorumRule, Rsvp
from ecabinet.registry.models import Body, Member, Unit

_OPEN = text("ended_at IS NULL")


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
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)
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
    def announced(self) -> bool:
        """Whether the invited know of it."""
        return self.state not in UNANNOUNCED

    @property
    def over(self) -> bool:
        """Whether nothing is prepared any more."""
        return self.state in OVER

    @property
    def quorum_rule(self) -> QuorumRule:
        """The thresholds as the pure rules take them."""
        units = (self.quorum_units_numerator, self.quorum_units_denominator)
        both = (units[0], units[1]) if units[0] is not None and units[1] is not None else None
        return QuorumRule(self.quorum_numerator, self.quorum_denominator, both)


class AgendaItem(Base):
    """An item of the agenda (nội dung chương trình). By ``position`` and ``depth`` the items of a meeting are an
    outline: see :mod:`ecabinet.meetings.agenda_rules`. ``papers_due``: until when its papers are to be submitted.
    ``limited``: it is for those of :class:`ItemAudience` only; ``in_minutes``: the minutes for all tell of it yet.
    """

    __tablename__ = "agenda_item"
    __table_args__ = (
        one_of("kind", ItemKind),
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint(f"depth BETWEEN 1 AND {DEEPEST}", name="depth"),
        UniqueConstraint("meeting_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    position: Mapped[int]
    depth: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(String(20), default=ItemKind.REPORT.value)
    title: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[int] = mapped_column(default=0)
    hidden: Mapped[bool] = mapped_column(default=False)
    limited: Mapped[bool] = mapped_column(default=False)
    in_minutes: Mapped[bool] = mapped_column(default=False)
    papers_due: Mapped[datetime | None] = mapped_column(Instant)
    presenters: Mapped[list["AgendaPresenter"]] = relationship(
        order_by="AgendaPresenter.position", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def line(self) -> Line:
        """Its place as the pure rules take it."""
        return Line(self.id, self.depth, ItemKind(self.kind), self.hidden)


class AgendaPresenter(Base):
    """Who presents an item: somebody invited, by the name of then, or anybody by name."""

    __tablename__ = "agenda_presenter"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(100))


class ItemAudience(Base):
    """One of those whom a limited item is for. One without any is for those alone who run the meeting."""

    __tablename__ = "item_audience"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    participant_id: Mapped[int] = mapped_column(
        ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class Paper(Base):
    """A paper asked for or laid under an item. ``document_id`` is what readers have, with all its versions;
    ``pending_id`` a document that waits for approval or was returned: its content becomes the next version of the
    first. ``responsible_id`` is who must submit it. What happened to it, by whom and when, is on the audit trail.
    """

    __tablename__ = "paper"
    __table_args__ = (
        one_of("state", PaperState),
        CheckConstraint("state NOT IN ('returned', 'withdrawn') OR reason <> ''", name="reason"),
        CheckConstraint("state <> 'approved' OR document_id IS NOT NULL", name="approved"),
        CheckConstraint("state <> 'submitted' OR pending_id IS NOT NULL", name="submitted"),
        UniqueConstraint("item_id", "document_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(20), default=PaperState.AWAITED.value)
    reason: Mapped[str] = mapped_column(String(500), default="")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    pending_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    item: Mapped[AgendaItem] = relationship()
    document: Mapped[Document | None] = relationship(foreign_keys=document_id)
    pending: Mapped[Document | None] = relationship(foreign_keys=pending_id)
    responsible: Mapped[Member | None] = relationship()


class AgendaSetting(Base):
    """How a meeting keeps its agenda; one without its row goes by the defaults."""

    __tablename__ = "agenda_setting"
    __table_args__ = (one_of("numbering", Numbering),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True, autoincrement=False)
    numbering: Mapped[str] = mapped_column(String(20), default=Numbering.DECIMAL.value)
    approves_papers: Mapped[bool] = mapped_column(default=False)


class AgendaTurn(Base):
    """An item was open from ``began_at`` to ``ended_at``: written when the chair moves on. One at a time."""

    __tablename__ = "agenda_turn"
    __table_args__ = (
        CheckConstraint("ended_at >= began_at", name="times"),
        Index("uq_agenda_turn_open", "meeting_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    item: Mapped[AgendaItem] = relationship()


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
