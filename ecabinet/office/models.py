"""Tables of registers: which form a unit writes in, who issues, the series of numbers, every number and its history."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.office.numbering_rules import Direction, IssuerKind, NumberAct, NumberState
from ecabinet.registry.models import Unit


class OfficeSetting(Base):
    """The profile that a unit has chosen, for itself and all below that chose none; ``changes``: rule → what of it is
    otherwise (:meth:`ecabinet.office.numbering_rules.Profile.changed`).
    """

    __tablename__ = "office_setting"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    profile: Mapped[str] = mapped_column(String(30))
    changes: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON, default=dict)
    set_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)


class Issuer(Base):
    """Who gives numbers in a unit: the unit itself (exactly one), a body of it, a congress. ``notation`` are its
    letters in a number ("TWĐTN"); the terms of ``body_id`` are the periods of the Union's numbers. From ``closed_on``
    on it gives no more: the congress is over.
    """

    __tablename__ = "office_issuer"
    __table_args__ = (
        one_of("kind", IssuerKind),
        UniqueConstraint("unit_id", "name"),
        Index("uq_office_issuer_unit", "unit_id", unique=True,
              sqlite_where=text("kind = 'unit'"), postgresql_where=text("kind = 'unit'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str] = mapped_column(String(20))
    body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"))
    name: Mapped[str] = mapped_column(String(200))
    notation: Mapped[str] = mapped_column(String(30), default="")
    closed_on: Mapped[date | None]
    unit: Mapped[Unit] = relationship()


class SecretKeeper(Base):
    """A clerk entrusted with the secret documents of a unit."""

    __tablename__ = "office_secret_keeper"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True, index=True)
    since: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[int] = mapped_column(ForeignKey("member.id"))


class NumberSeries(Base):
    """A counter: of one issuer, one rule of its profile, one type (empty: all of the rule), one secrecy, one period.

    ``next_number`` is what nobody has had; it is raised under the row's lock, in the transaction that takes the number.
    """

    __tablename__ = "number_series"
    __table_args__ = (
        one_of("direction", Direction),
        UniqueConstraint("issuer_id", "rule", "type_code", "secret", "period"),
        CheckConstraint("next_number >= first_number AND first_number >= 1", name="numbers"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[int] = mapped_column(ForeignKey("office_issuer.id"))
    direction: Mapped[str] = mapped_column(String(10))
    rule: Mapped[str] = mapped_column(String(30))
    type_code: Mapped[str] = mapped_column(String(20), default="")
    secret: Mapped[bool] = mapped_column(default=False)
    period: Mapped[str] = mapped_column(String(30))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    first_number: Mapped[int] = mapped_column(default=1)
    next_number: Mapped[int] = mapped_column(default=1)
    last_dated: Mapped[date | None]
    issuer: Mapped[Issuer] = relationship()


class SeriesNumber(Base):
    """One number of a series, from the first time that somebody has had it."""

    __tablename__ = "series_number"
    __table_args__ = (
        one_of("state", NumberState),
        UniqueConstraint("series_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("state <> 'reserved' OR (reserved_until IS NOT NULL AND reserved_for <> '')", name="reserved"),
        CheckConstraint("state <> 'taken' OR dated_on IS NOT NULL", name="taken"),
        Index("ix_series_number_series_id_state_number", "series_id", "state", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("number_series.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    dated_on: Mapped[date | None]
    reserved_until: Mapped[date | None]
    reserved_for: Mapped[str] = mapped_column(String(200), default="")
    series: Mapped[NumberSeries] = relationship()


class NumberEvent(Base):
    """What was done with a number, when and by whom: kept for ever. ``remarks`` are what was out of the ordinary about
    its date (:class:`ecabinet.office.numbering_rules.Remark`).
    """

    __tablename__ = "number_event"
    __table_args__ = (one_of("act", NumberAct),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number_id: Mapped[int] = mapped_column(ForeignKey("series_number.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    act: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(500), default="")
    remarks: Mapped[list[str]] = mapped_column(JSON, default=list)
