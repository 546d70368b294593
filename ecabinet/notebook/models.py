"""The table of notes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from documents.database import Base, Instant
from ecabinet.meetings.models import AgendaItem, Meeting


class Note(Base):
    """A note of one member, free or about a meeting or one item of it. ``key`` is made by the page, so that the first
    save sent twice makes one note; ``about`` keeps the name of the meeting and item; ``search_text`` is title and text
    folded for search without marks.
    """

    __tablename__ = "note"
    __table_args__ = (
        UniqueConstraint("member_id", "key"),
        CheckConstraint("revision > 0", name="revision"),
        Index("ix_note_member_id_updated_at", "member_id", "updated_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    key: Mapped[str] = mapped_column(String(64))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey(Meeting.id, ondelete="SET NULL"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey(AgendaItem.id, ondelete="SET NULL"), index=True)
    about: Mapped[str] = mapped_column(String(600), default="")
    title: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    search_text: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
