"""The files of full-time officials (cán bộ chuyên trách)."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant
from ecabinet.registry.models import Member


class Official(Base):
    """That a member is a full-time official, with the code of the personnel office."""

    __tablename__ = "official"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    staff_code: Mapped[str] = mapped_column(String(30), unique=True)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    member: Mapped[Member] = relationship()


class OfficialRecord(Base):
    """A record of the file: its kind and values as the mapping names them. Struck ones stay, with when and by whom."""

    __tablename__ = "official_record"
    __table_args__ = (
        Index("ix_official_record_member_id_kind", "member_id", "kind"),
        CheckConstraint("until_day IS NULL OR until_day >= from_day", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("official.member_id"))
    kind: Mapped[str] = mapped_column(String(30))
    from_day: Mapped[date]
    until_day: Mapped[date | None]
    values: Mapped[dict[str, str]] = mapped_column(JSON)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    struck_at: Mapped[datetime | None] = mapped_column(Instant)
    struck_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
