"""What is read of the registry: the signed-in person, bodies as they stand on a day, members by name."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from documents.text import exact, fold
from ecabinet.access import (
    Permission,
    Person,
    Role,
    ancestors,
    archive_label,
    holding_label,
    member_label,
    office_label,
    preparing_label,
    unit_label,
    within,
)
from ecabinet.registry.account_models import Delegation
from ecabinet.registry.models import Account, Body, Member, Position, SignIn, Term, Unit, UnitRole
from ecabinet.registry.operations import token_hash
from ecabinet.registry.rules import NO_LONGER, MemberStatus


@dataclass(frozen=True)
class Seat:
    """One place in a body on a day: the member, the position held, whether it votes."""

    member_id: int
    name: str
    unit_id: int
    unit_name: str
    title: str
    voting: bool
    weight: int


def _still(status: Any) -> ColumnElement[bool]:
    # Not as one list: SQLAlchemy writes a list out anew at each execution.
    return and_(*(status != gone.value for gone in sorted(NO_LONGER)))


# Asked for every request and every tablet that connects, so built once, and without objects nobody keeps.
_PEOPLE = (
    select(Account.id, Member.id, Member.full_name, Unit.path)
    .select_from(Account)
    .join(Member, Member.id == Account.member_id)
    .join(Unit, Unit.id == Member.unit_id)
    .where(Account.active, _still(Member.status))
)
_BY_ACCOUNT = _PEOPLE.where(Account.id == bindparam("account_id"))
_BY_TOKEN = _PEOPLE.join(SignIn, SignIn.account_id == Account.id).where(
    SignIn.token_hash == bindparam("token_hash"), SignIn.expires_at > bindparam("now")
)
_GIVER, _LENDER = aliased(Account), aliased(Member)
# A role lent counts within its dates, while the lender holds the role and may still sign in.
_ROLES = union_all(
    select(UnitRole.role, Unit.path)
    .join(Unit, Unit.id == UnitRole.unit_id)
    .where(UnitRole.account_id == bindparam("account_id")),
    select(Delegation.role, Unit.path)
    .join(Unit, Unit.id == Delegation.unit_id)
    .join(
        UnitRole,
        and_(
            UnitRole.account_id == Delegation.from_account_id,
            UnitRole.unit_id == Delegation.unit_id,
            UnitRole.role == Delegation.role,
        ),
    )
    .join(_GIVER, and_(_GIVER.id == Delegation.from_account_id, _GIVER.active))
    .join(_LENDER, and_(_LENDER.id == _GIVER.member_id, _still(_LENDER.status)))
    .where(
        Delegation.to_account_id == bindparam("account_id"),
        Delegation.ended_at.is_(None),
        Delegation.starts_at <= bindparam("now"),
        Delegation.ends_at > bindparam("now"),
    ),
)


def person_by_token(db: Session, token: str, now: datetime) -> Person | None:
    """The person of a session token, or None when it is unknown, over, or the account was closed."""
    row = db.execute(_BY_TOKEN, {"token_hash": token_hash(token), "now": now}).first()
    return _person(db, row, now) if row is not None else None


def person_by_account(db: Session, account_id: int, now: datetime) -> Person | None:
    """The same for an account whose holder is not asking, or None when it was closed."""
    row = db.execute(_BY_ACCOUNT, {"account_id": account_id}).first()
    return _person(db, row, now) if row is not None else None


def _person(db: Session, row: Row[int, int, str, str], now: datetime) -> Person:
    account_id, member_id, name, path = row
    held = db.execute(_ROLES, {"account_id": account_id, "now": now})
    roles = tuple((Role(role), unit_path) for role, unit_path in held)
    person = Person(account_id, member_id, name, path, roles, labels=frozenset())
    return replace(person, labels=frozenset(registry_labels(person)))


def registry_labels(person: Person) -> set[str]:
    """The labels that membership and roles give; meetings add theirs."""
    labels = {member_label(person.member_id)}
    labels.update(unit_label(unit_id) for unit_id in ancestors(person.unit_path))
    labels.update(office_label(ancestors(path)[-1]) for path in person.paths(Permission.READ_PAPERS))
    labels.update(archive_label(ancestors(path)[-1]) for path in person.paths(Permission.KEEP_ARCHIVE))
    labels.update(holding_label(ancestors(path)[-1]) for path in person.paths(Permission.HOLD_MEETINGS))
    for permission in (Permission.HOLD_MEETINGS, Permission.APPROVE):
        labels.update(preparing_label(ancestors(path)[-1]) for path in person.paths(permission))
    return labels


def account_by_login(db: Session, login: str) -> Account | None:
    """The account of a login, letter case aside."""
    return db.scalar(select(Account).where(Account.login == login.strip().lower()))


def units_where(db: Session, person: Person, permission: Permission) -> list[Unit]:
    """The units on which a role of the person allows it: where the role was given, not all below."""
    paths = person.paths(permission)
    return list(db.scalars(select(Unit).where(Unit.path.in_(paths)).order_by(Unit.path))) if paths else []


def bodies_below(db: Session, paths: tuple[str, ...]) -> list[tuple[Body, Unit]]:
    """The bodies of the units in these subtrees, from the top down."""
    if not paths:
        return []
    rows = db.execute(
        select(Body, Unit)
        .join(Unit, Unit.id == Body.unit_id)
        .where(or_(*(within(Unit.path, path) for path in paths)))
        .order_by(Unit.path, Body.id)
    )
    return [(body, unit) for body, unit in rows]


def seats_of(db: Session, body_id: int, day: date) -> list[Seat]:
    """A body as it stands on that day, in the order in which it is read out; a position holds within its term only."""
    holds = [
        condition
        for held in (Position, Term)
        for condition in (held.starts_on <= day, or_(held.ends_on.is_(None), held.ends_on >= day))
    ]
    rows = db.execute(
        select(Member, Unit.name, Position)
        .join(Position, Position.member_id == Member.id)
        .join(Term, Term.id == Position.term_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(Term.body_id == body_id, Member.status == MemberStatus.ACTIVE, *holds)
        .order_by(Position.rank, Member.full_name)
    )
    seats: dict[int, Seat] = {}
    for member, unit_name, position in rows:
        # Someone with two positions has one seat: the first in rank names it.
        seats.setdefault(
            member.id,
            Seat(
                member.id, member.full_name, member.unit_id, unit_name, position.title, position.voting, position.weight
            ),
        )
    return list(seats.values())


def members_named(db: Session, text: str, path: str, limit: int = 10) -> list[tuple[Member, str]]:
    """Active members of a subtree whose name contains the text, marks aside, with the name of their unit."""
    rows = db.execute(
        select(Member, Unit.name)
        .join(Unit, Unit.id == Member.unit_id)
        .where(
            Member.search_name.contains(fold(exact(text.strip())), autoescape=True),
            Member.status == MemberStatus.ACTIVE,
            within(Unit.path, path),
        )
        .order_by(Member.search_name)
        .limit(limit)
    )
    return [(member, unit_name) for member, unit_name in rows]
