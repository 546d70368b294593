"""Tables of files: the list of a unit and year, what each gathers, its history, its hand-over, its destruction."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from documents.models import Document
from documents.retention_rules import Retention
from ecabinet.filing.destroying_rules import DestructionState, Verdict
from ecabinet.filing.life_rules import FileAct, FileState, Nearness
from ecabinet.registry.models import Member, Unit

_AWAITED = text("state IN ('closed', 'checked')")
_STANDS = text("state <> 'dropped'")


class Transfer(Base):
    """Files handed to the archive of the unit together: the record of delivery (biên bản giao nhận)."""

    __tablename__ = "filing_transfer"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    given_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    note: Mapped[str] = mapped_column(String(500), default="")
    unit: Mapped[Unit] = relationship()
    giver: Mapped[Member] = relationship()


class OfficeFile(Base):
    """A file of the list of a unit and year, with the fields of annex VI. ``heading_order`` and ``place`` are its place
    in the list; ``due_on`` the last day to hand it over; ``keep_until`` None for ever. ``reminded`` is of what its
    keepers were told last.
    """

    __tablename__ = "filing_file"
    __table_args__ = (
        one_of("state", FileState),
        one_of("retention", Retention),
        one_of("reminded", Nearness),
        Index("uq_filing_file_notation", "unit_id", "year", "notation", unique=True,
              sqlite_where=_STANDS, postgresql_where=_STANDS),
        CheckConstraint("keep_years BETWEEN 1 AND 200", name="keep_years"),
        CheckConstraint("state IN ('planned', 'open', 'dropped') OR ended_on IS NOT NULL", name="ended"),
        CheckConstraint("state <> 'accepted' OR accepted_on IS NOT NULL", name="accepted"),
        Index("ix_filing_file_list", "unit_id", "year", "heading_order", "place", "id"),
        Index("ix_filing_file_due", "due_on", "unit_id", sqlite_where=_AWAITED, postgresql_where=_AWAITED),
        Index("ix_filing_file_kept", "unit_id", "state", "keep_until"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    heading: Mapped[str] = mapped_column(String(200), default="")
    heading_order: Mapped[int] = mapped_column(default=0)
    place: Mapped[str] = mapped_column(String(60).with_variant(String(60, collation="C"), "postgresql"))
    notation: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(500))
    retention: Mapped[str] = mapped_column(String(2))
    keep_years: Mapped[int | None]
    keep_words: Mapped[str] = mapped_column(String(100), default="")
    rights: Mapped[str] = mapped_column(String(30), default="")
    creator: Mapped[str] = mapped_column(String(30), default="")
    language: Mapped[str] = mapped_column(String(50), default="")
    starts_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    remark: Mapped[str] = mapped_column(String(500), default="")
    secret: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12))
    in_charge_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    due_on: Mapped[date | None]
    keep_until: Mapped[date | None]
    accepted_on: Mapped[date | None]
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("filing_transfer.id"), index=True)
    reminded: Mapped[str | None] = mapped_column(String(4))
    searched: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    unit: Mapped[Unit] = relationship()
    in_charge: Mapped[Member | None] = relationship(foreign_keys=in_charge_id)
    transfer: Mapped[Transfer | None] = relationship()


class FileReader(Base):
    """Somebody who may look into a file without having a place in the office."""

    __tablename__ = "filing_reader"

    file_id: Mapped[int] = mapped_column(ForeignKey("filing_file.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True, index=True)
    member: Mapped[Member] = relationship()


class FileDocument(Base):
    """A document in a file: no copy, and it may be in others too. Of what was destroyed the row stays, as registers
    keep theirs.
    """

    __tablename__ = "filing_document"
    __table_args__ = (
        UniqueConstraint("file_id", "document_id"),
        CheckConstraint("pages BETWEEN 0 AND 9999", name="pages"),
        Index("ix_filing_document_position", "file_id", "position", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("filing_file.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    position: Mapped[int]
    remark: Mapped[str] = mapped_column(String(200), default="")
    pages: Mapped[int | None]
    destroyed_at: Mapped[datetime | None] = mapped_column(Instant)
    added_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    added_at: Mapped[datetime] = mapped_column(Instant)
    file: Mapped[OfficeFile] = relationship()
    document: Mapped[Document] = relationship()


class FileEvent(Base):
    """What was done with a file, when and by whom (nobody: the worker); kept for ever. ``document_id`` is of which
    document, for those who may read that.
    """

    __tablename__ = "filing_event"
    __table_args__ = (one_of("act", FileAct), Index("ix_filing_event_file", "file_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("filing_file.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    act: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text, default="")
    document_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    member: Mapped[Member | None] = relationship()


class Destruction(Base):
    """A list of files whose retention is over (danh mục tài liệu hết giá trị): proposed, then decided by the record of
    a council, which is a document of the archive.
    """

    __tablename__ = "filing_destruction"
    __table_args__ = (
        one_of("state", DestructionState),
        CheckConstraint("state IN ('proposed', 'dropped') OR record_id IS NOT NULL", name="record"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_on: Mapped[date | None]
    unit: Mapped[Unit] = relationship()
    proposer: Mapped[Member] = relationship(foreign_keys=proposed_by)
    decider: Mapped[Member | None] = relationship(foreign_keys=decided_by)
    record: Mapped[Document | None] = relationship()


class DestructionItem(Base):
    """A file on such a list, and what the council said of it."""

    __tablename__ = "filing_destruction_item"
    __table_args__ = (one_of("verdict", Verdict),)

    destruction_id: Mapped[int] = mapped_column(ForeignKey("filing_destruction.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("filing_file.id"), primary_key=True, index=True)
    reason: Mapped[str] = mapped_column(String(200), default="")
    verdict: Mapped[str | None] = mapped_column(String(10))
    file: Mapped[OfficeFile] = relationship()
    destruction: Mapped[Destruction] = relationship()
