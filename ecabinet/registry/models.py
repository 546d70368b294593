"""Tables of the registry."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeEngine

from documents.database import Base, Instant, one_of
from ecabinet.access import Role
from ecabinet.registry.member_rules import name_key
from ecabinet.registry.name_order import order_key
from ecabinet.registry.rules import NO_LONGER, BodyKind, FailedStep, MemberStatus, Sex, UnitKind

# A subtree is a range of paths, so paths must sort by bytes, also where the database sorts by language.
Path = String(200).with_variant(String(200, collation="C"), "postgresql")
# The same holds for a name that is looked up by its beginning.
NameKey = String(100).with_variant(String(100, collation="C"), "postgresql")
OrderKey = String(200).with_variant(String(200, collation="C"), "postgresql")


class CardNumber(TypeDecorator[str]):
    """ "" while the member waits for a card. The table has NULL for it: it equals nothing, so that many may wait and
    none is found by it.
    """

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value or None

    def process_result_value(self, value: str | None, dialect: Dialect) -> str:
        return value or ""


class Print(TypeDecorator[str]):
    """A fingerprint of 32 hexadecimal digits, see :meth:`ecabinet.sealing.Sealer.fingerprint`.

    PostgreSQL keeps it as a UUID: a row more in an index of millions costs half of what it does for text.
    """

    impl = String(64)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(UUID(as_uuid=False) if dialect.name == "postgresql" else String(64))

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return value and value.replace("-", "")


def _name_key(context: Any) -> str:
    return name_key(context.get_current_parameters()["search_name"])


def _order_key(context: Any) -> str:
    return order_key(context.get_current_parameters()["full_name"])


class Unit(Base):
    """A unit of the organisation. ``path`` is the chain of ids from the root, each followed by a slash; ``search_name``
    is the name folded for search without marks. Name and place are those of today: history is in ``UnitPlace``.
    """

    __tablename__ = "unit"
    __table_args__ = (one_of("kind", UnitKind),)

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(Path, unique=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    search_name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    kind: Mapped[str] = mapped_column(String(20))
    exchange_code: Mapped[str | None] = mapped_column(String(20), index=True, unique=True)
    address: Mapped[str] = mapped_column(String(300), default="", server_default="")
    phone: Mapped[str] = mapped_column(String(30), default="", server_default="")
    email: Mapped[str] = mapped_column(String(120), default="", server_default="")
    founded_on: Mapped[date | None]
    dissolved_on: Mapped[date | None]


class Member(Base):
    """A member (đoàn viên) of one unit. ``search_name`` is the name folded for search without marks, ``name_key`` the
    same from the last word to the first, so that a given name is its beginning; ``order_key`` sorts by bytes as names
    are read out: given name, family name, by the Vietnamese alphabet.
    """

    __tablename__ = "member"
    __table_args__ = (
        one_of("sex", Sex),
        one_of("status", MemberStatus),
        Index("ix_member_name_key_id", "name_key", "id"),
        # A name looked for in one province: without these all of that name in the country are walked past.
        Index("ix_member_unit_id_name_key", "unit_id", "name_key"),
        Index("ix_member_unit_id_search_name", "unit_id", "search_name"),
        # One for each order of the list; the newest are those with the highest id.
        Index("ix_member_order_key_id", "order_key", "id"),
        Index("ix_member_born_on_id", "born_on", "id"),
        Index("ix_member_joined_on_id", "joined_on", "id"),
        # Those who are no longer active are few: found without walking past all the others.
        Index("ix_member_inactive", "status", "order_key",
              sqlite_where=text("status <> 'active'"), postgresql_where=text("status <> 'active'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    full_name: Mapped[str] = mapped_column(String(100))
    search_name: Mapped[str] = mapped_column(NameKey, index=True)
    name_key: Mapped[str] = mapped_column(NameKey, default=_name_key, server_default="")
    order_key: Mapped[str] = mapped_column(OrderKey, default=_order_key, server_default="")
    sex: Mapped[str] = mapped_column(String(10))
    born_on: Mapped[date]
    card_number: Mapped[str] = mapped_column(CardNumber, unique=True, nullable=True)
    status: Mapped[str] = mapped_column(String(20), default=MemberStatus.ACTIVE.value)
    joined_on: Mapped[date | None]
    # Sealed: see ecabinet/sealing.py. The fingerprint finds by exact match and keeps a number from being entered twice.
    national_id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    national_id_print: Mapped[str | None] = mapped_column(Print, index=True, unique=True)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_print: Mapped[str | None] = mapped_column(Print, index=True)
    # The rest of the member's papers (birth place, education, …): read with the member, never searched.
    papers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    verified_at: Mapped[datetime | None] = mapped_column(Instant)
    verified_by: Mapped[str | None] = mapped_column(String(60))
    unit: Mapped[Unit] = relationship()


class Body(Base):
    """A body of a unit: its committee, its standing committee, …"""

    __tablename__ = "body"
    __table_args__ = (one_of("kind", BodyKind), UniqueConstraint("unit_id", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    substitutes_vote: Mapped[bool] = mapped_column(default=True)
    unit: Mapped[Unit] = relationship()

    def known_in(self, unit: Unit) -> str:
        """The name among bodies of several units: with that of its own, unless the body's name ends with it."""
        return self.name if self.name.casefold().endswith(unit.name.casefold()) else f"{self.name} · {unit.name}"


class Term(Base):
    """A term (nhiệm kỳ) of a body; ``ends_on`` is open while it runs."""

    __tablename__ = "term"
    __table_args__ = (
        UniqueConstraint("body_id", "name"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"), index=True)
    name: Mapped[str] = mapped_column(String(50))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Position(Base):
    """Who held which position in a term, from–to. ``rank`` orders the list as it is read out."""

    __tablename__ = "position"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        CheckConstraint("weight > 0", name="weight"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("term.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    rank: Mapped[int]
    voting: Mapped[bool] = mapped_column(default=True)
    weight: Mapped[int] = mapped_column(default=1)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Account(Base):
    """The means of a member to sign in."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), unique=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    # Read with the account: whether it may sign in is asked where the transaction is over already.
    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)

    @property
    def may_sign_in(self) -> bool:
        """Whether it is open and still a member's."""
        return self.active and self.member.status not in NO_LONGER


class UnitRole(Base):
    """A role of an account on a unit and all below it."""

    __tablename__ = "unit_role"
    __table_args__ = (one_of("role", Role), UniqueConstraint("account_id", "unit_id", "role"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))


class SignIn(Base):
    """A session of an account. Only the hash of its token is kept: a stolen table opens nothing."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    device: Mapped[str] = mapped_column(String(60), default="", server_default="")
    address: Mapped[str] = mapped_column(String(64), default="", server_default="")


class FailedSignIn(Base):
    """A failed attempt, for the throttle; old ones are swept at the next failure."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (
        one_of("step", FailedStep),
        Index("ix_failed_sign_in_address_at", "address", "at"),
        Index("ix_failed_sign_in_login", "login"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    step: Mapped[str] = mapped_column(String(10), default=FailedStep.PASSWORD.value, server_default="password")
