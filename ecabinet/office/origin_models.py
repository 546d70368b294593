"""Tables of what came in without anybody putting it in: by which way, what was said of it, its further files."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from documents.database import Base, Instant, one_of


class OriginKind(StrEnum):
    """The ways: a package of another office, a letter in the mailbox."""

    EXCHANGE = "exchange"
    MAIL = "mail"


class OfficeOrigin(Base):
    """Where an incoming document came from; ``offered`` are fields of the register, as forms have them."""

    __tablename__ = "office_origin"
    __table_args__ = (one_of("kind", OriginKind),)

    office_document_id: Mapped[int] = mapped_column(ForeignKey("office_document.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    sender: Mapped[str] = mapped_column(String(300))
    note: Mapped[str] = mapped_column(String(500), default="")
    offered: Mapped[dict[str, str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Instant)


class OfficeFile(Base):
    """A file that came with a document beside the paper itself."""

    __tablename__ = "office_file"
    __table_args__ = (UniqueConstraint("office_document_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_document_id: Mapped[int] = mapped_column(ForeignKey("office_document.id"))
    position: Mapped[int]
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
