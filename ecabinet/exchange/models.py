"""Tables of the exchange: the codes of our units, the organisations they exchange with, every package in and out."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.issuing.models import Delivery
from ecabinet.office.document_models import OfficeDocument
from ecabinet.registry.models import Unit


class Direction(StrEnum):
    """Seen from us."""

    IN = "in"
    OUT = "out"


class MessageKind(StrEnum):
    """A package with a document, or that acts on one; or a status of one."""

    DOCUMENT = "document"
    STATUS = "status"


class MessageState(StrEnum):
    """Out: waiting, sending, sent, failed. In: received or refused."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    RECEIVED = "received"
    REFUSED = "refused"


class ExchangeOrgan(Base):
    """The code by which other offices know a unit of ours."""

    __tablename__ = "exchange_organ"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    organ_code: Mapped[str] = mapped_column(String(13), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    set_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)
    unit: Mapped[Unit] = relationship()


class ExchangePartner(Base):
    """An organisation that a unit exchanges packages with. ``token_sealed`` is what we say to them; of what they say
    to us only the fingerprint is kept. ``certificate`` (PEM) is what they sign with, "" while they have not given it.
    """

    __tablename__ = "exchange_partner"
    __table_args__ = (UniqueConstraint("unit_id", "organ_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))
    organ_code: Mapped[str] = mapped_column(String(13))
    url: Mapped[str] = mapped_column(String(500), default="")
    token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_print: Mapped[str | None] = mapped_column(String(32), unique=True)
    certificate: Mapped[str] = mapped_column(Text, default="")
    active: Mapped[bool] = mapped_column(default=True)
    set_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)
    unit: Mapped[Unit] = relationship()


class ExchangeMessage(Base):
    """A package, as it travelled (``sha256``), and what became of it.

    ``code`` is its BussinessDocType or its status, ``about`` the id of the document in question, ``key`` equal for two
    of the same: no package is taken or sent twice. ``told`` is the last status that was sent back for a document that
    came in.
    """

    __tablename__ = "exchange_message"
    __table_args__ = (
        one_of("direction", Direction),
        one_of("kind", MessageKind),
        one_of("state", MessageState),
        CheckConstraint(
            "(direction = 'in') = (state IN ('received', 'refused'))", name="way"
        ),
        UniqueConstraint("direction", "unit_id", "organ_code", "key"),
        Index("ix_exchange_message_log", "unit_id", "direction", "id"),
        Index("ix_exchange_message_about", "unit_id", "about"),
        Index("ix_exchange_message_office_document_id", "office_document_id"),
        Index("ix_exchange_message_delivery_id", "delivery_id"),
        Index("ix_exchange_message_due", "run_after", "id",
              sqlite_where=text("state IN ('waiting', 'sending')"),
              postgresql_where=text("state IN ('waiting', 'sending')")),
        Index("ix_exchange_message_open", "id",
              sqlite_where=text("told <> '' AND told NOT IN ('02', '06', '15', '16')"),
              postgresql_where=text("told <> '' AND told NOT IN ('02', '06', '15', '16')")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(String(3))
    kind: Mapped[str] = mapped_column(String(10))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_partner.id"))
    organ_code: Mapped[str] = mapped_column(String(13))
    organ_name: Mapped[str] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(2))
    about: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(180))
    subject: Mapped[str] = mapped_column(String(500), default="")
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    office_document_id: Mapped[int | None] = mapped_column(ForeignKey("office_document.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("office_delivery.id"))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    signature: Mapped[str] = mapped_column(String(10), default="")
    state: Mapped[str] = mapped_column(String(10))
    fault: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[str] = mapped_column(String(500), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime] = mapped_column(Instant)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    told: Mapped[str] = mapped_column(String(2), default="")
    partner: Mapped[ExchangePartner | None] = relationship()
    document: Mapped[OfficeDocument | None] = relationship()
    delivery: Mapped[Delivery | None] = relationship()
