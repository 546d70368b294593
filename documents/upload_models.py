"""The tables of uploads under way."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from documents.database import Base, Instant, one_of
from documents.upload_rules import UploadState


class Upload(Base):
    """A file that comes in pieces. ``owner`` is opaque here, like ``Version.created_by``; so are ``destination`` and
    ``fields``, the caller's words for where it goes and what is said of it.

    ``received`` of its ``size`` bytes are here; ``sha256`` is that of the whole if the sender knows it;
    ``fingerprint`` tells one file from another of the same name and size, so that it is recognised when chosen again.
    """

    __tablename__ = "upload"
    __table_args__ = (
        one_of("state", UploadState),
        CheckConstraint("received >= 0 AND received <= size", name="received"),
        Index("ix_upload_owner_state", "owner", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(100))
    destination: Mapped[str] = mapped_column(String(100))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    filename: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    fingerprint: Mapped[str | None] = mapped_column(String(100))
    received: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    state: Mapped[str] = mapped_column(String(12), default=UploadState.RECEIVING)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    touched_at: Mapped[datetime] = mapped_column(Instant, index=True)


class UploadPart(Base):
    """The bytes of an upload from ``start`` on: the blob ``sha256``, after the mark that makes it like no other."""

    __tablename__ = "upload_part"

    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64))
