"""Tables of the way to the signature: who sees a draft before it is signed, in which order, and who is asked for
comments.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.registry.models import Member


class StepKind(StrEnum):
    """What one of the chain does: looks at the draft (thẩm định, ký nháy), or signs it (ký ban hành)."""

    REVIEW = "review"
    SIGN = "sign"


class Outcome(StrEnum):
    """What came of a step."""

    APPROVED = "approved"
    SENT_BACK = "sent_back"
    SIGNED = "signed"


class ChainStep(Base):
    """One of the chain, by the name of then; ``position`` counts from 1. The first without an outcome has their turn
    while the document is submitted. ``authority`` is what stands before the position: "TM. BAN THƯỜNG VỤ".
    """

    __tablename__ = "office_chain_step"
    __table_args__ = (
        one_of("kind", StepKind),
        one_of("outcome", Outcome),
        UniqueConstraint("office_document_id", "position"),
        CheckConstraint("(outcome IS NULL) = (acted_at IS NULL)", name="acted"),
        Index("ix_office_chain_step_member_id", "member_id", "outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_document_id: Mapped[int] = mapped_column(ForeignKey("office_document.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    name: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(100), default="")
    authority: Mapped[str] = mapped_column(String(200), default="")
    outcome: Mapped[str | None] = mapped_column(String(10))
    acted_at: Mapped[datetime | None] = mapped_column(Instant)
    member: Mapped[Member] = relationship()


class Consulted(Base):
    """Somebody who is asked for comments on a draft; ``round`` counts from 1."""

    __tablename__ = "office_consulted"
    __table_args__ = (CheckConstraint("round >= 1", name="round"),)

    office_document_id: Mapped[int] = mapped_column(ForeignKey("office_document.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True, index=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    due_on: Mapped[date | None]
    member: Mapped[Member] = relationship()
