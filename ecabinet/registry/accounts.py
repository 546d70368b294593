"""Changes of accounts: invitations, closing, roles, delegations. Each leaves its line on the audit trail."""

import secrets
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Forbidden, Problem
from ecabinet import audit
from ecabinet.access import Permission, Person, Role
from ecabinet.registry import operations, second_factor, sessions
from ecabinet.registry.account_models import Delegation, Invitation, Passkey
from ecabinet.registry.account_queries import holds, not_above, open_invitation, own_administration
from ecabinet.registry.account_rules import INVITATION_LENGTH, check_delegation
from ecabinet.registry.models import Account, Member, Unit, UnitRole


def invite(db: Session, person: Person, member: Member, account: Account | None, now: datetime) -> str:
    """A fresh token with which the member sets a password (and a login, at the first time); former ones are void."""
    if account is not None:
        # A new password without the old one: on a borrowed tablet that would be the account itself.
        _require_other(person, account)
        not_above(db, person, account, now)
        if not account.active:
            raise Problem("account_closed")
    db.execute(delete(Invitation).where(Invitation.member_id == member.id, Invitation.used_at.is_(None)))
    token = secrets.token_urlsafe(32)
    db.add(
        Invitation(
            member_id=member.id,
            token_hash=operations.token_hash(token),
            created_by=person.account_id,
            created_at=now,
            expires_at=now + INVITATION_LENGTH,
        )
    )
    audit.record(db, person.member_id, "account_invited", f"member:{member.id}", now)
    return token


def accept(db: Session, token: str, login: str, password_hash: str, now: datetime) -> Account:
    """Use an invitation: the account it leads to, signed out everywhere. Login and password were checked before."""
    invitation = open_invitation(db, token, now)
    # One statement decides between two who open the same link at the same moment.
    used = update(Invitation).where(Invitation.id == invitation.id, Invitation.used_at.is_(None)).values(used_at=now)
    if not db.execute(used.returning(Invitation.id)).all():
        raise Problem("invitation_over")
    account = db.scalar(select(Account).where(Account.member_id == invitation.member_id))
    if account is None:
        try:
            account = operations.add_account_hashed(db, invitation.member, login, password_hash)
        except IntegrityError as error:
            raise Problem("login_taken", field="login") from error
    else:
        account.password_hash = password_hash
        sessions.end_sessions(db, account.id)
    audit.record(db, account.member_id, "invitation_used", f"account:{account.id}", now)
    return account


def change_password(db: Session, account_id: int, password_hash: str, token: str, now: datetime) -> None:
    """A new password; signed out everywhere but in the session of ``token``."""
    account = db.get_one(Account, account_id)
    account.password_hash = password_hash
    sessions.end_sessions(db, account_id, but=token)
    audit.record(db, account.member_id, "password_changed", f"account:{account_id}", now)


def close(db: Session, person: Person, account: Account, now: datetime) -> None:
    """Nobody signs in with it any more, and whoever is signed in no longer is."""
    _require_other(person, account)
    not_above(db, person, account, now)
    account.active = False
    sessions.end_sessions(db, account.id)
    _tell_takers(db, account.id)
    db.execute(delete(Invitation).where(Invitation.member_id == account.member_id, Invitation.used_at.is_(None)))
    audit.record(db, person.member_id, "account_closed", f"account:{account.id}", now)


def reopen(db: Session, person: Person, account: Account, now: datetime) -> None:
    """It may be used again, with the password and roles it had."""
    not_above(db, person, account, now)
    account.active = True
    audit.record(db, person.member_id, "account_reopened", f"account:{account.id}", now)


def reset_second_step(db: Session, person: Person, account: Account, now: datetime) -> None:
    """For someone who lost phone and recovery codes: one step again; passkeys go too, and all sessions end."""
    _require_other(person, account)
    not_above(db, person, account, now)
    second_factor.remove(db, account.id)
    db.execute(delete(Passkey).where(Passkey.account_id == account.id))
    sessions.end_sessions(db, account.id)
    audit.record(db, person.member_id, "second_step_reset", f"account:{account.id}", now)


def grant(db: Session, person: Person, account: Account, role: Role, unit: Unit, now: datetime) -> None:
    """Give a role on a unit of the administrator's own subtree; what is there already stays as it is."""
    _require_own_right(db, person, unit)
    if holds(db, account.id, role, unit.id):
        return
    operations.grant(db, account, role, unit)
    audit.record(db, person.member_id, "role_granted", f"account:{account.id}", now, role=role.value, unit=unit.id)


def revoke(db: Session, person: Person, unit_role: UnitRole, unit: Unit, now: datetime) -> None:
    """Take a role away; what was delegated of it ends with it."""
    _require_own_right(db, person, unit)
    if unit_role.account_id == person.account_id and unit_role.role == Role.ADMINISTRATOR:
        raise Problem("not_yourself")
    db.delete(unit_role)
    changed(db, "account", unit_role.account_id)
    _tell_takers(db, unit_role.account_id)
    audit.record(
        db, person.member_id, "role_revoked", f"account:{unit_role.account_id}", now,
        role=unit_role.role, unit=unit.id,
    )  # fmt: skip


def _require_own_right(db: Session, person: Person, unit: Unit) -> None:
    """Who is administrator by delegation stands in for a time: that is no ground to give roles that stay."""
    person.require(Permission.MANAGE_ACCOUNTS, unit.path)
    if not unit.path.startswith(own_administration(db, person)):
        raise Forbidden("administrator by delegation only")


def _tell_takers(db: Session, account_id: int) -> None:
    # What was lent ends with the lender's role: the pages it opened are asked anew.
    lent = select(Delegation.to_account_id).where(
        Delegation.from_account_id == account_id, Delegation.ended_at.is_(None)
    )
    for taker in db.scalars(lent.distinct()):
        changed(db, "account", taker)


def _require_other(person: Person, account: Account) -> None:
    if account.id == person.account_id:
        raise Problem("not_yourself")


def delegate(
    db: Session, person: Person, unit_role: UnitRole, taker: Account,
    starts_at: datetime | None, ends_at: datetime | None, now: datetime,
) -> Delegation:  # fmt: skip
    """Lend an own role to another account for a time."""
    starts_at, ends_at = check_delegation(starts_at, ends_at, now)
    _require_other(person, taker)
    if not taker.active:
        raise Problem("account_closed", field="taker")
    delegation = Delegation(
        from_account_id=person.account_id,
        to_account_id=taker.id,
        unit_id=unit_role.unit_id,
        role=unit_role.role,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=now,
    )
    db.add(delegation)
    audit.record(
        db, person.member_id, "role_delegated", f"account:{taker.id}", now, role=unit_role.role,
        unit=unit_role.unit_id, starts_at=starts_at.isoformat(), ends_at=ends_at.isoformat(),
    )  # fmt: skip
    return delegation


def end_delegation(db: Session, person: Person, delegation: Delegation, now: datetime) -> None:
    """Take a lent role back before its end."""
    if delegation.ended_at is None:
        delegation.ended_at = now
        changed(db, "account", delegation.to_account_id)
        audit.record(
            db, person.member_id, "delegation_ended", f"account:{delegation.to_account_id}", now,
            delegation=delegation.id,
        )  # fmt: skip
