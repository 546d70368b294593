"""The table of what documents have to do with each other, and with what they came from."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from documents.database import Base, Instant, one_of


class LinkKind(StrEnum):
    """What a link begins or ends at; ids are those of the kind's own table (of "office" the register's)."""

    OFFICE = "office"
    CONCLUSION = "conclusion"
    RESOLUTION = "resolution"
    ITEM = "item"
    MEETING = "meeting"
    POLL = "poll"
    TASK = "task"
    DOCUMENT = "document"


class Relation(StrEnum):
    """What the first is to the second: its answer, what takes its place, changes or corrects it, a copy of it, drafted
    from it, the entry with which it was received elsewhere, a report of how it was carried out.
    """

    REPLIES = "replies"
    REPLACES = "replaces"
    AMENDS = "amends"
    CORRECTS = "corrects"
    COPIES = "copies"
    DRAFTED_FROM = "drafted_from"
    RECEIVED_FROM = "received_from"
    CARRIES_OUT = "carries_out"


class OfficeLink(Base):
    """One link, kept for ever."""

    __tablename__ = "office_link"
    __table_args__ = (
        one_of("from_kind", LinkKind),
        one_of("to_kind", LinkKind),
        one_of("relation", Relation),
        CheckConstraint("from_kind <> to_kind OR from_id <> to_id", name="not_itself"),
        UniqueConstraint("from_kind", "from_id", "relation", "to_kind", "to_id"),
        Index("ix_office_link_to", "to_kind", "to_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    from_kind: Mapped[str] = mapped_column(String(12))
    from_id: Mapped[int]
    relation: Mapped[str] = mapped_column(String(14))
    to_kind: Mapped[str] = mapped_column(String(12))
    to_id: Mapped[int]
    by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    at: Mapped[datetime] = mapped_column(Instant)
