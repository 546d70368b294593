"""Tables of what goes out: what the clerk says of a document, its recipients, lists of recipients, organisations
outside.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.issuing.delivery_rules import CopyKind, DeliveryStatus, Purpose, RecallStatus, RecipientKind
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.models import Issuer
from ecabinet.registry.models import Member, Unit

_WAITS = text("status = 'wait'")


class Dispatch(Base):
    """What issuing knows of an outgoing document, from the first time that it is asked.

    ``issuer_id`` and ``drafter`` (the letters of the drafting unit) make its number. ``on_paper``: it was signed by
    hand, the file is a scan. ``filled_version`` bears number and date, ``sealed_version`` the organisation's signature.
    ``document_id`` is the paper as the recipients have it: a document of the archive of its own, with the one version
    that was issued; drafts are none of theirs. ``copy_kind``: it is a certified copy, of
    ``copy_pages`` ("1-3, 5"; all of them where it is empty).
    """

    __tablename__ = "office_dispatch"
    __table_args__ = (one_of("copy_kind", CopyKind),)

    office_document_id: Mapped[int] = mapped_column(ForeignKey("office_document.id"), primary_key=True)
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey("office_issuer.id"))
    drafter: Mapped[str] = mapped_column(String(30), default="")
    on_paper: Mapped[bool] = mapped_column(default=False)
    copy_kind: Mapped[str | None] = mapped_column(String(3))
    copy_pages: Mapped[str] = mapped_column(String(100), default="")
    filled_version: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    sealed_version: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), unique=True)
    issued_at: Mapped[datetime | None] = mapped_column(Instant)
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    issuer: Mapped[Issuer | None] = relationship()


class OutsideOrgan(Base):
    """An organisation outside that a unit writes to, kept for the next time."""

    __tablename__ = "office_outside_organ"
    __table_args__ = (UniqueConstraint("unit_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))
    organ_code: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(200), default="")


class Delivery(Base):
    """A document to one recipient, by the name of then; planned, under way, arrived, worked on.

    ``at``: when it arrived, or left for outside. ``recall`` is what became of a recall there; ``note`` the words of
    the recipient's last refusal. ``entry_id`` is the entry in the recipient's register; ``code`` opens the paper to an
    organisation outside without an account.
    """

    __tablename__ = "office_delivery"
    __table_args__ = (
        one_of("kind", RecipientKind),
        one_of("purpose", Purpose),
        one_of("status", DeliveryStatus),
        one_of("recall", RecallStatus),
        CheckConstraint(
            "(kind = 'unit') = (unit_id IS NOT NULL) AND (kind = 'member') = (member_id IS NOT NULL)"
            " AND (kind = 'outside') = (outside_id IS NOT NULL)",
            name="whom",
        ),
        # Nobody gets the same document twice, however often the worker was killed.
        UniqueConstraint("office_document_id", "unit_id"),
        UniqueConstraint("office_document_id", "member_id"),
        UniqueConstraint("office_document_id", "outside_id"),
        Index("ix_office_delivery_followed", "office_document_id", "status", "id"),
        Index("ix_office_delivery_unit", "unit_id", "status", "id"),
        Index("ix_office_delivery_member", "member_id", "status", "id"),
        Index("ix_office_delivery_waits", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_document_id: Mapped[int] = mapped_column(ForeignKey("office_document.id"))
    kind: Mapped[str] = mapped_column(String(10))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    outside_id: Mapped[int | None] = mapped_column(ForeignKey("office_outside_organ.id"))
    name: Mapped[str] = mapped_column(String(200))
    organ_code: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    purpose: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(4), default=DeliveryStatus.PLANNED.value)
    recall: Mapped[str | None] = mapped_column(String(2))
    at: Mapped[datetime | None] = mapped_column(Instant)
    received_at: Mapped[datetime | None] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(String(500), default="")
    code: Mapped[str | None] = mapped_column(String(40), unique=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("office_document.id"), unique=True)
    document: Mapped[OfficeDocument] = relationship(foreign_keys=office_document_id)
    unit: Mapped[Unit | None] = relationship()
    member: Mapped[Member | None] = relationship()
    entry: Mapped[OfficeDocument | None] = relationship(foreign_keys=entry_id)


class RecipientList(Base):
    """Recipients that a unit writes to again and again, under a name."""

    __tablename__ = "office_recipient_list"
    __table_args__ = (UniqueConstraint("unit_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_on: Mapped[date]


class ListedRecipient(Base):
    """One of a list."""

    __tablename__ = "office_listed_recipient"
    __table_args__ = (
        one_of("kind", RecipientKind),
        one_of("purpose", Purpose),
        CheckConstraint(
            "(kind = 'unit') = (unit_id IS NOT NULL) AND (kind = 'member') = (member_id IS NOT NULL)"
            " AND (kind = 'outside') = (outside_id IS NOT NULL)",
            name="whom",
        ),
        Index("ix_office_listed_recipient_list_id", "list_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("office_recipient_list.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    outside_id: Mapped[int | None] = mapped_column(ForeignKey("office_outside_organ.id"))
    purpose: Mapped[str] = mapped_column(String(10))
