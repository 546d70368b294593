"""The queue of questions to the population database."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.database import Base, Instant, one_of
from ecabinet.registry.rules import CheckState


class IdentityCheck(Base):
    """One question about a member: ``run_after`` is when it may be asked (again), ``national_id_print`` about which
    id.
    """

    __tablename__ = "identity_check"
    __table_args__ = (
        one_of("state", CheckState),
        Index("ix_identity_check_state_run_after", "state", "run_after"),
        Index("uq_identity_check_member_id_waiting", "member_id", unique=True,
              sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    national_id_print: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12))
    answer: Mapped[str | None] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(60), default="")
    run_after: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
