"""Tables of notices and of letters waiting to be sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.database import Base, Instant, one_of
from ecabinet.notices.rules import MailState

_UNREAD = text("read_at IS NULL")
_TO_SEND = text("state IN ('waiting', 'sending')")


class Notice(Base):
    """Something a member was told, shown on the pages; ``link`` is a path of ours."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_unread", "member_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(300))
    read_at: Mapped[datetime | None] = mapped_column(Instant)


class NoticeSetting(Base):
    """What a member wants; one without a row gets letters. ``feed`` counts up when the personal calendar's address is
    renewed: the former one then opens nothing.
    """

    __tablename__ = "notice_setting"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True, autoincrement=False)
    by_mail: Mapped[bool] = mapped_column(default=True)
    feed: Mapped[int] = mapped_column(default=0)


class Mail(Base):
    """A letter, written in the transaction of what it tells of and sent by the worker. ``about`` names what it belongs
    to ("meeting:7"); ``event`` is the calendar entry that goes along.
    """

    __tablename__ = "mail"
    __table_args__ = (
        one_of("state", MailState),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("state <> 'sending' OR claimed_until IS NOT NULL", name="claim"),
        CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent"),
        Index("ix_mail_to_send", "run_after", sqlite_where=_TO_SEND, postgresql_where=_TO_SEND),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(100), unique=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(300))
    about: Mapped[str] = mapped_column(String(60), index=True)
    event: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20), default=MailState.WAITING.value)
    attempts: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    run_after: Mapped[datetime] = mapped_column(Instant)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
