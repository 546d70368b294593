"""Tables of processing: who was given a document to do what, and everything that was done with it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.office.life_rules import OfficeAct
from ecabinet.office.routing_rules import Role
from ecabinet.registry.models import Member, Unit


class Assignment(Base):
    """One to whom a document was given: a member or a unit, in charge, taking part, or for information.

    ``name`` is the name of then. ``withdrawn_at``: another was named in their place; the row stays.
    """

    __tablename__ = "office_assignment"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("(member_id IS NULL) <> (unit_id IS NULL)", name="whom"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        Index("ix_office_assignment_member_id", "member_id", "ended_on"),
        Index("ix_office_assignment_unit_id", "unit_id", "ended_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_document_id: Mapped[int] = mapped_column(ForeignKey("office_document.id"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date | None]
    percent: Mapped[int] = mapped_column(default=0)
    given_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    given_at: Mapped[datetime] = mapped_column(Instant)
    ended_on: Mapped[date | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    unit: Mapped[Unit | None] = relationship()


class OfficeEvent(Base):
    """Something that was done with a document, in order: kept for ever. ``details`` are what no sentence says."""

    __tablename__ = "office_event"
    __table_args__ = (one_of("act", OfficeAct), Index("ix_office_event_document", "office_document_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    office_document_id: Mapped[int] = mapped_column(ForeignKey("office_document.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    act: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    member: Mapped[Member] = relationship()
