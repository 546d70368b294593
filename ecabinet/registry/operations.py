"""Changes of the registry. None commits; the clock and fresh tokens are passed in."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from documents.errors import Problem
from documents.text import exact, fold
from ecabinet.access import Role
from ecabinet.registry import rules, unit_rules
from ecabinet.registry.history_models import UnitEvent, UnitPlace
from ecabinet.registry.models import Account, FailedSignIn, Member, SignIn, Unit, UnitRole
from ecabinet.registry.passwords import normal

HASHER = PasswordHasher()


@cache
def nobody() -> str:
    """A hash verified when a login does not exist, so that both answers take the same time."""
    return HASHER.hash("no such account")


def hash_password(password: str) -> str:
    """What is kept of a password. Slow on purpose: make it outside a transaction that others wait for."""
    return HASHER.hash(normal(password))


def add_unit(
    db: Session,
    parent: Unit | None,
    code: str,
    name: str,
    kind: rules.UnitKind,
    founded_on: date | None = None,
    by: int | None = None,
    now: datetime | None = None,
) -> Unit:
    """Enter a unit below ``parent`` (None: the root); see :func:`add_units`."""
    return add_units(db, parent, [(code, name)], kind, founded_on, by, now)[0]


def add_units(
    db: Session,
    parent: Unit | None,
    named: Sequence[tuple[str, str]],
    kind: rules.UnitKind,
    founded_on: date | None = None,
    by: int | None = None,
    now: datetime | None = None,
) -> list[Unit]:
    """Enter units below ``parent`` from (code, name) pairs, without asking the rules; :mod:`~ecabinet.registry.units`
    founds one on a decision. A founding day that nobody knows counts as :data:`unit_rules.FIRST_DAY` in the history;
    what is entered without a clock is recorded as of its founding.
    """
    day = founded_on or unit_rules.FIRST_DAY
    # A path holds the unit's own id, which only the insert gives; the code is unique meanwhile.
    units = [
        Unit(
            parent_id=parent.id if parent else None,
            path=f"?{code}",
            code=code,
            name=name,
            search_name=fold(exact(name)),
            kind=kind,
            founded_on=founded_on,
        )
        for code, name in named
    ]
    db.add_all(units)
    db.flush()
    for unit in units:
        unit.path = f"{parent.path if parent else ''}{unit.id}/"
    db.flush()
    _begin_history(db, units, day, by, now or datetime.combine(day, time(), UTC))
    return units


def _begin_history(db: Session, units: Sequence[Unit], day: date, by: int | None, at: datetime) -> None:
    if not units:
        return
    db.execute(
        insert(UnitPlace),
        [{"unit_id": unit.id, "parent_id": unit.parent_id, "name": unit.name, "from_day": day} for unit in units],
    )
    founded = {"kind": rules.UnitEventKind.FOUNDED, "on_day": day, "details": {}, "recorded_by": by, "recorded_at": at}
    db.execute(insert(UnitEvent), [founded | {"unit_id": unit.id} for unit in units])


def add_member(db: Session, unit: Unit, full_name: str, sex: rules.Sex, born_on: date, card_number: str) -> Member:
    """Enter a member of a unit."""
    member = Member(
        unit_id=unit.id,
        full_name=full_name,
        search_name=fold(exact(full_name)),
        sex=sex,
        born_on=born_on,
        card_number=card_number,
        status=rules.MemberStatus.ACTIVE,
    )
    db.add(member)
    return member


def add_account(db: Session, member: Member, login: str, password: str) -> Account:
    """Let a member sign in."""
    return add_account_hashed(db, member, login, hash_password(password))


def add_account_hashed(db: Session, member: Member, login: str, password_hash: str) -> Account:
    """The same with a hash made before: hashing is slow on purpose and belongs outside a long transaction."""
    account = Account(member_id=member.id, login=login, password_hash=password_hash, active=True)
    db.add(account)
    db.flush()
    return account


def grant(db: Session, account: Account, role: Role, unit: Unit) -> UnitRole:
    """Give an account a role on a unit and all below it."""
    unit_role = UnitRole(account_id=account.id, unit_id=unit.id, role=role)
    db.add(unit_role)
    return unit_role


def token_hash(token: str) -> str:
    """What is kept of a session token."""
    return hashlib.sha256(token.encode()).hexdigest()


def require_not_throttled(db: Session, login: str, address: str, now: datetime) -> None:
    """Raise :class:`Problem` ``throttled`` when too many attempts from this address failed of late."""
    recent = (FailedSignIn.address == address, FailedSignIn.at > now - rules.THROTTLE_WINDOW)
    here = db.scalar(select(func.count()).select_from(FailedSignIn).where(*recent)) or 0
    of_login = (
        db.scalar(select(func.count()).select_from(FailedSignIn).where(*recent, FailedSignIn.login == login)) or 0
    )
    if rules.throttled(of_login, here):
        raise Problem("throttled")


def password_fits(account: Account | None, password: str) -> bool:
    """Whether the password is the account's; takes the same time for an account that is not there."""
    try:
        fits = HASHER.verify(account.password_hash if account else nobody(), normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return fits and account is not None and account.may_sign_in


def record_failure(
    db: Session, login: str, address: str, now: datetime, step: rules.FailedStep = rules.FailedStep.PASSWORD
) -> None:
    """Count a failed attempt and sweep those that no longer count."""
    db.execute(delete(FailedSignIn).where(FailedSignIn.at <= now - rules.THROTTLE_WINDOW))
    db.add(FailedSignIn(login=login[:60], address=address, at=now, step=step))


def begin_session(
    db: Session, account_id: int, token: str, now: datetime, device: str = "", address: str = ""
) -> SignIn:
    """Keep a session under the hash of its token, and sweep expired ones."""
    db.execute(delete(SignIn).where(SignIn.expires_at <= now))
    sign_in = SignIn(
        token_hash=token_hash(token),
        account_id=account_id,
        created_at=now,
        expires_at=now + rules.SESSION_LENGTH,
        seen_at=now,
        device=device[:60],
        address=address[:64],
    )
    db.add(sign_in)
    return sign_in
