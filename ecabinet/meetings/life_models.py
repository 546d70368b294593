"""Tables of the life of a meeting: who wants approval, what was done and when, templates and series."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.meetings.life_rules import STEPS, Action
from ecabinet.meetings.models import Meeting
from ecabinet.registry.models import Body, Member, Unit

_WANT_REASON = ", ".join(f"'{action.value}'" for action, step in STEPS.items() if step.needs_reason)


class MeetingPolicy(Base):
    """Whether meetings of a unit and of all below are approved before people are invited; a unit below may differ."""

    __tablename__ = "meeting_policy"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, autoincrement=False)
    approval: Mapped[bool]
    set_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)


class MeetingStep(Base):
    """A line of the history of a meeting. ``was_starts_at`` is the time that a postponement left."""

    __tablename__ = "meeting_step"
    __table_args__ = (
        one_of("action", Action),
        CheckConstraint(f"action NOT IN ({_WANT_REASON}) OR reason <> ''", name="reason"),
        CheckConstraint("action <> 'postpone' OR was_starts_at IS NOT NULL", name="postponed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    action: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500), default="")
    was_starts_at: Mapped[datetime | None] = mapped_column(Instant)
    member: Mapped[Member | None] = relationship()


class MeetingTemplate(Base):
    """A meeting of a unit to begin from: ``content`` as :class:`ecabinet.meetings.plan_rules.Plan` writes it."""

    __tablename__ = "meeting_template"
    __table_args__ = (UniqueConstraint("unit_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"))
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    saved_at: Mapped[datetime] = mapped_column(Instant)
    unit: Mapped[Unit] = relationship()
    body: Mapped[Body | None] = relationship()


class MeetingSeries(Base):
    """A series of meetings: ``rule`` as :mod:`ecabinet.meetings.meeting_dates_rules` writes it, and what each is."""

    __tablename__ = "meeting_series"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)


class SeriesMeeting(Base):
    """A meeting of a series. ``day`` is the one that the rule gave, wherever the meeting was moved to."""

    __tablename__ = "series_meeting"
    __table_args__ = (UniqueConstraint("series_id", "day"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True, autoincrement=False)
    series_id: Mapped[int] = mapped_column(ForeignKey("meeting_series.id"))
    day: Mapped[date]
    series: Mapped[MeetingSeries] = relationship()
    meeting: Mapped[Meeting] = relationship()
