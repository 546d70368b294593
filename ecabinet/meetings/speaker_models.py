"""Tables of the floor: its settings, requests to speak, and turns. The database itself lets one speak at a time."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.meetings.models import Participant
from ecabinet.meetings.speaker_rules import Clock, OrderRule, RequestState, SpeechKind, TurnState

_WAITING = text("state = 'waiting'")
_WAITING_IN_GENERAL = text("state = 'waiting' AND item_id IS NULL")
_HAS_FLOOR = text("state IN ('running', 'paused')")
_INTERRUPTED = text("state = 'interrupted'")


class MeetingFloor(Base):
    """How the floor of a meeting is given; a meeting without its row goes by the defaults of the rules."""

    __tablename__ = "meeting_floor"
    __table_args__ = (
        one_of("rule", OrderRule),
        CheckConstraint(
            "speech_seconds >= 0 AND question_seconds >= 0 AND order_seconds >= 0 AND warn_seconds >= 0"
            " AND unit_seconds >= 0",
            name="seconds",
        ),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True, autoincrement=False)
    rule: Mapped[str] = mapped_column(String(20))
    list_open: Mapped[bool]
    guests_may_speak: Mapped[bool]
    speech_seconds: Mapped[int]
    question_seconds: Mapped[int]
    order_seconds: Mapped[int]
    warn_seconds: Mapped[int]
    unit_seconds: Mapped[int]


class ItemFloor(Base):
    """What is different for one agenda item; NULL is as in the meeting."""

    __tablename__ = "item_floor"
    __table_args__ = (
        one_of("rule", OrderRule),
        CheckConstraint("speech_seconds >= 0 AND question_seconds >= 0", name="seconds"),
    )

    item_id: Mapped[int] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    rule: Mapped[str | None] = mapped_column(String(20))
    list_open: Mapped[bool]
    speech_seconds: Mapped[int | None]
    question_seconds: Mapped[int | None]


class FloorRequest(Base):
    """Somebody asks for the floor. ``item_id`` None is the meeting in general; ``unit_id`` is as it was then."""

    __tablename__ = "floor_request"
    __table_args__ = (
        one_of("kind", SpeechKind),
        one_of("state", RequestState),
        CheckConstraint("state <> 'refused' OR reason <> ''", name="reason"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        # Two, because NULL items are all different from each other.
        Index(
            "uq_floor_request_waiting",
            "participant_id",
            "kind",
            "item_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index(
            "uq_floor_request_waiting_in_general",
            "participant_id",
            "kind",
            unique=True,
            sqlite_where=_WAITING_IN_GENERAL,
            postgresql_where=_WAITING_IN_GENERAL,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    kind: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(20), default=RequestState.WAITING.value)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    place: Mapped[int | None]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(String(300), default="")
    participant: Mapped[Participant] = relationship()


class FloorTurn(Base):
    """Somebody has the floor, or had it: dated, without the time paused. A turn without a request was called."""

    __tablename__ = "floor_turn"
    __table_args__ = (
        one_of("kind", SpeechKind),
        one_of("state", TurnState),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("(state IN ('paused', 'interrupted')) = (paused_at IS NOT NULL)", name="paused"),
        CheckConstraint("ended_at >= began_at", name="times"),
        CheckConstraint(
            "paused_seconds >= 0 AND limit_seconds >= 0 AND extra_seconds >= 0 AND warn_seconds >= 0", name="seconds"
        ),
        Index("uq_floor_turn_floor", "meeting_id", unique=True, sqlite_where=_HAS_FLOOR, postgresql_where=_HAS_FLOOR),
        Index(
            "uq_floor_turn_interrupted",
            "meeting_id",
            unique=True,
            sqlite_where=_INTERRUPTED,
            postgresql_where=_INTERRUPTED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("floor_request.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    began_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    paused_seconds: Mapped[float] = mapped_column(default=0.0)
    limit_seconds: Mapped[int]
    extra_seconds: Mapped[int] = mapped_column(default=0)
    warn_seconds: Mapped[int]
    given_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    participant: Mapped[Participant] = relationship()

    @property
    def clock(self) -> Clock:
        """Its clock as the rules take it."""
        limit = self.limit_seconds + self.extra_seconds if self.limit_seconds else 0
        return Clock(self.began_at, limit, self.warn_seconds, self.paused_seconds, self.paused_at, self.ended_at)
