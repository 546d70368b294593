"""Tables of what happened: to units, to members, and the counts that dashboards show without counting."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import ConsentStep, MemberEventKind, TransferKind, TransferState, UnitEventKind


class UnitEvent(Base):
    """One dated operation on a unit. ``details`` say what changed, ``decision`` names the paper behind it."""

    __tablename__ = "unit_event"
    __table_args__ = (one_of("kind", UnitEventKind), Index("ix_unit_event_unit_id_on_day", "unit_id", "on_day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str] = mapped_column(String(20))
    on_day: Mapped[date]
    decision: Mapped[str] = mapped_column(String(200), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class UnitPlace(Base):
    """Where a unit stood and its name, from a day (included) until a day (excluded; open while it stands so)."""

    __tablename__ = "unit_place"
    __table_args__ = (
        UniqueConstraint("unit_id", "from_day"),
        CheckConstraint("until_day IS NULL OR until_day > from_day", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    from_day: Mapped[date]
    until_day: Mapped[date | None]


class MemberEvent(Base):
    """One dated line of a member's timeline. ``until_day``: when it lapses by itself (discipline, deferral, a stay
    away).
    """

    __tablename__ = "member_event"
    __table_args__ = (one_of("kind", MemberEventKind), Index("ix_member_event_member_id_on_day", "member_id", "on_day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    kind: Mapped[str] = mapped_column(String(20))
    on_day: Mapped[date]
    until_day: Mapped[date | None]
    decision: Mapped[str] = mapped_column(String(200), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Transfer(Base):
    """A member on the way from one unit to another, through a chain of consents; one at a time for each member."""

    __tablename__ = "transfer"
    __table_args__ = (
        one_of("kind", TransferKind),
        one_of("state", TransferState),
        CheckConstraint("from_unit_id <> to_unit_id", name="units"),
        Index("uq_transfer_member_id_active", "member_id", unique=True,
              sqlite_where=text("state = 'asked'"), postgresql_where=text("state = 'asked'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    from_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    to_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    asked_on: Mapped[date]
    due_on: Mapped[date]
    until_day: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    member: Mapped[Member] = relationship()
    from_unit: Mapped[Unit] = relationship(foreign_keys=[from_unit_id])
    to_unit: Mapped[Unit] = relationship(foreign_keys=[to_unit_id])
    consents: Mapped[list["TransferConsent"]] = relationship(order_by="TransferConsent.id")


class TransferConsent(Base):
    """One step of the chain: who agreed or refused on behalf of which unit."""

    __tablename__ = "transfer_consent"
    __table_args__ = (one_of("step", ConsentStep), UniqueConstraint("transfer_id", "step"))

    id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfer.id"))
    step: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    agreed: Mapped[bool]
    note: Mapped[str] = mapped_column(String(300), default="")
    by_member: Mapped[int] = mapped_column(ForeignKey("member.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class MemberCount(Base):
    """How many active members of a sex and a year of birth the subtree of a unit has; raised and lowered with each
    change.
    """

    __tablename__ = "member_count"
    __table_args__ = (CheckConstraint("number >= 0", name="number"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    sex: Mapped[str] = mapped_column(String(10), primary_key=True)
    born: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]


class MovementCount(Base):
    """How many admissions, transfers in and out, … the subtree of a unit had in a month (its first day), as the tree
    stood then: a unit that moves takes its members along, not its past.
    """

    __tablename__ = "movement_count"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int]


class MemberGrade(Base):
    """The grade of a member for a year, as the timeline tells it; here the list finds it."""

    __tablename__ = "member_grade"
    __table_args__ = (Index("ix_member_grade_year_grade_member_id", "year", "grade", "member_id"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    grade: Mapped[str] = mapped_column(String(20))


class MemberPhoto(Base):
    """The photo of a member: a JPEG of 600 × 800 pixels in the blobs, known by its ``sha256``."""

    __tablename__ = "member_photo"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    added_at: Mapped[datetime] = mapped_column(Instant)


class Due(Base):
    """Dues (đoàn phí) of a member for a month (its first day), in đồng."""

    __tablename__ = "due"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    amount: Mapped[int]
    paid_on: Mapped[date]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
