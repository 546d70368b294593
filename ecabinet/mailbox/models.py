"""Tables of mailboxes: where each is, and every letter that was taken out of it or could not be."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.registry.models import Unit


class LetterState(StrEnum):
    """What became of a letter. A refused one stays in the mailbox, flagged."""

    RECEIVED = "received"
    REFUSED = "refused"


class Mailbox(Base):
    """The mailbox of a unit. ``address`` is read by :func:`.addresses.parse`; ``fault`` says why it could not be
    looked into the last time, "" when it could.
    """

    __tablename__ = "mailbox"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(500))
    password_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    active: Mapped[bool] = mapped_column(default=True)
    run_after: Mapped[datetime] = mapped_column(Instant)
    looked_at: Mapped[datetime | None] = mapped_column(Instant)
    fault: Mapped[str] = mapped_column(String(40), default="")
    set_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)
    unit: Mapped[Unit] = relationship()


class MailboxLetter(Base):
    """A letter, known by its Message-ID, else by its bytes: none is taken twice, whenever the worker is killed."""

    __tablename__ = "mailbox_letter"
    __table_args__ = (
        one_of("state", LetterState),
        UniqueConstraint("unit_id", "key"),
        Index("ix_mailbox_letter_log", "unit_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    key: Mapped[str] = mapped_column(String(200))
    sender: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(500))
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(10))
    fault: Mapped[str] = mapped_column(String(40), default="")
    office_document_id: Mapped[int | None] = mapped_column(ForeignKey("office_document.id"))
