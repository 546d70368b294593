"""What is read of accounts: the list of a subtree, one account with its roles, invitations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload

from documents.errors import Forbidden, NotFound, Problem
from documents.text import fold, words
from ecabinet.access import Permission, Person, Role, within
from ecabinet.registry import unit_queries
from ecabinet.registry.account_models import Delegation, Invitation
from ecabinet.registry.models import Account, Member, Unit, UnitRole
from ecabinet.registry.operations import token_hash
from ecabinet.registry.rules import NO_LONGER

PAGE = 50


@dataclass(frozen=True)
class Line:
    """One line of the list: a member, with an account or without."""

    member_id: int
    name: str
    unit_name: str
    login: str | None
    active: bool | None
    roles: tuple[str, ...]
    search_name: str


def list_accounts(
    db: Session, person: Person, text: str, after: tuple[str, int] | None = None, size: int = PAGE
) -> tuple[list[Line], bool]:
    """The accounts of the subtrees the person administers, by name, and whether more follow.

    With a text: members whose name begins with it, from the family name or from the given name, or whose login or card
    number it is; also those without an account.
    """
    paths = person.paths(Permission.MANAGE_ACCOUNTS)
    if not paths:
        raise Forbidden
    query = (
        select(Member.id, Member.full_name, Unit.name, Account.login, Account.active, Account.id, Member.search_name)
        .join(Unit, Unit.id == Member.unit_id)
        .outerjoin(Account, Account.member_id == Member.id)
        .where(or_(*(within(Unit.path, path) for path in paths)))
        .order_by(Member.search_name, Member.id)
        .limit(size + 1)
    )
    wanted = text.strip()
    if wanted:
        query = query.where(or_(*_named(wanted), Member.id.in_(_known_as(db, wanted))))
    else:
        query = query.where(Account.id.is_not(None))
    if after is not None:
        query = query.where(tuple_(Member.search_name, Member.id) > after)
    rows = db.execute(query).all()
    roles = _roles_of(db, [row[5] for row in rows if row[5] is not None])
    lines = [Line(*row[:5], roles.get(row[5], ()), row[6]) for row in rows]
    return lines[:size], len(lines) > size


def _named(wanted: str) -> list[ColumnElement[bool]]:
    """Ranges of the two indexes of names: millions of names are not read through for a part of one."""
    folded = [fold(word) for word in words(wanted)]
    if not folded:
        return []
    starts = ((Member.search_name, " ".join(folded)), (Member.name_key, " ".join(reversed(folded))))
    return [and_(column >= start, column < start + "\U0010ffff") for column, start in starts]


def _known_as(db: Session, wanted: str) -> list[int]:
    by_login = select(Account.member_id).where(Account.login == wanted.lower())
    return [*db.scalars(by_login), *db.scalars(select(Member.id).where(Member.card_number == wanted))]


def _roles_of(db: Session, account_ids: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = select(UnitRole.account_id, UnitRole.role).where(UnitRole.account_id.in_(account_ids)).order_by(UnitRole.id)
    for account_id, role in db.execute(rows):
        if role not in found.get(account_id, ()):
            found[account_id] = (*found.get(account_id, ()), role)
    return found


def managed_member(db: Session, person: Person, member_id: int) -> tuple[Member, Account | None]:
    """A member whose account the person administers; to anybody else there is none."""
    member = db.get(Member, member_id, options=[joinedload(Member.unit)])
    if member is None or not person.may(Permission.MANAGE_ACCOUNTS, member.unit.path):
        raise NotFound
    return member, account_of(db, member_id)


def account_of(db: Session, member_id: int) -> Account | None:
    """The account of a member."""
    return db.scalar(select(Account).where(Account.member_id == member_id))


def managed_account(db: Session, person: Person, member_id: int) -> Account:
    """The account of a member whose account the person administers."""
    _member, account = managed_member(db, person, member_id)
    if account is None:
        raise NotFound
    return account


def not_above(db: Session, person: Person, account: Account, now: datetime) -> None:
    """Raise :class:`Forbidden` when the account has a role, or was lent one, outside what the person administers.

    A member of a commune may hold a role at the centre: who administers the commune must not get at that role by a new
    password. Nor does who administers by delegation get at an administrator: that right would outlast the delegation.
    """
    paths = person.paths(Permission.MANAGE_ACCOUNTS)
    held = roles_with_paths(db, account.id)
    if any(not path.startswith(paths) for path in [path for _role, path in held] + _lent_to(db, account.id, now)):
        raise Forbidden("the account has a role above")
    administered = [path for role, path in held if role.role == Role.ADMINISTRATOR]
    own = own_administration(db, person)
    if any(not path.startswith(own) for path in administered):
        raise Forbidden("an administrator is out of reach by delegation")


def own_administration(db: Session, person: Person) -> tuple[str, ...]:
    """The paths of the units that the person administers in the own right, not by delegation."""
    own = UnitRole.account_id == person.account_id, UnitRole.role == Role.ADMINISTRATOR
    return tuple(db.scalars(select(Unit.path).join(UnitRole, UnitRole.unit_id == Unit.id).where(*own)))


def _lent_to(db: Session, account_id: int, now: datetime) -> list[str]:
    lent = Delegation.to_account_id == account_id, Delegation.ended_at.is_(None), Delegation.ends_at > now
    return list(db.scalars(select(Unit.path).join(Delegation, Delegation.unit_id == Unit.id).where(*lent)))


def roles_with_paths(db: Session, account_id: int) -> list[tuple[UnitRole, str]]:
    """The roles an account has in its own right, with the paths of their units."""
    rows = select(UnitRole, Unit.path).join(Unit, Unit.id == UnitRole.unit_id).where(UnitRole.account_id == account_id)
    return [(role, path) for role, path in db.execute(rows.order_by(Unit.path, UnitRole.role))]


def roles_with_units(db: Session, account_id: int) -> list[tuple[UnitRole, Unit]]:
    """The same with the units themselves, for showing."""
    rows = select(UnitRole, Unit).join(Unit, Unit.id == UnitRole.unit_id).where(UnitRole.account_id == account_id)
    return [(role, unit) for role, unit in db.execute(rows.order_by(Unit.path, UnitRole.role))]


def holds(db: Session, account_id: int, role: Role, unit_id: int) -> bool:
    """Whether the account has exactly this role on exactly this unit."""
    held = (UnitRole.account_id == account_id, UnitRole.role == role, UnitRole.unit_id == unit_id)
    return db.scalar(select(UnitRole.id).where(*held)) is not None


def own_role(db: Session, person: Person, unit_role_id: int | None) -> UnitRole:
    """A role of the person's own; anybody else's is not there."""
    unit_role = db.get(UnitRole, unit_role_id) if unit_role_id is not None else None
    if unit_role is None or unit_role.account_id != person.account_id:
        raise NotFound
    return unit_role


def delegations_of(db: Session, account_id: int, now: datetime) -> Sequence[Delegation]:
    """What an account lends or has been lent that is not over, the next to end first."""
    party = or_(Delegation.from_account_id == account_id, Delegation.to_account_id == account_id)
    return db.scalars(
        select(Delegation)
        .options(
            joinedload(Delegation.giver).joinedload(Account.member),
            joinedload(Delegation.taker).joinedload(Account.member),
            joinedload(Delegation.unit),
        )
        .where(party, Delegation.ended_at.is_(None), Delegation.ends_at > now)
        .order_by(Delegation.ends_at, Delegation.id)
    ).all()


def own_delegation(db: Session, person: Person, delegation_id: int) -> Delegation:
    """A role the person lent to somebody, or was lent."""
    delegation = db.get(Delegation, delegation_id)
    if delegation is None or person.account_id not in (delegation.from_account_id, delegation.to_account_id):
        raise NotFound
    return delegation


def unit_by_code(db: Session, person: Person, code: str) -> Unit:
    """A unit the person administers, by its code or by a name that no other has; raises :class:`Problem`
    ``no_such_unit_code`` or ``unit_ambiguous``.
    """
    unit = db.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        unit = unit_queries.meant(unit_queries.receivers(db, person, code), "unit")
    if unit is None or not person.may(Permission.MANAGE_ACCOUNTS, unit.path):
        raise Problem("no_such_unit_code", field="unit")
    return unit


def units_to_offer(db: Session, person: Person, member: Member) -> Sequence[Unit]:
    """Units for a role of this member: the own unit and what is above it, as far as the person administers."""
    paths = person.paths(Permission.MANAGE_ACCOUNTS)
    above = [path for path in _chain(member.unit.path) if path.startswith(paths)]
    return db.scalars(select(Unit).where(Unit.path.in_(above)).order_by(Unit.path.desc())).all()


def _chain(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:n]) + "/" for n in range(1, len(parts) + 1)]


def open_invitation(db: Session, token: str, now: datetime) -> Invitation:
    """The invitation of a token; raises :class:`Problem` ``invitation_over`` when unknown, used or past its date."""
    invitation = db.scalar(
        select(Invitation)
        .options(joinedload(Invitation.member))
        .join(Member, Member.id == Invitation.member_id)
        .where(
            Invitation.token_hash == token_hash(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
            Member.status.not_in(NO_LONGER),
        )
    )
    if invitation is None:
        raise Problem("invitation_over")
    return invitation


def pending_invitation(db: Session, member_id: int, now: datetime) -> Invitation | None:
    """The invitation of a member that may still be used."""
    return db.scalar(
        select(Invitation).where(
            and_(Invitation.member_id == member_id, Invitation.used_at.is_(None), Invitation.expires_at > now)
        )
    )
