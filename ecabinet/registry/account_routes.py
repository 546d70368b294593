"""Accounts of a unit subtree, for those who administer it."""

import segno
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.errors import NotFound, Problem
from ecabinet.access import Role
from ecabinet.clock import now
from ecabinet.fields import text
from ecabinet.messages import sentence
from ecabinet.registry import account_queries, accounts, second_factor
from ecabinet.registry.account_rules import INVITATION_LENGTH
from ecabinet.registry.models import Unit, UnitRole
from ecabinet.web import database, done, engines, person

bp = Blueprint("accounts", __name__)
LONGEST_SEARCH = 120


@bp.get("/accounts")
def index() -> ResponseReturnValue:
    """Administrators: the accounts of the own subtrees; with a search also members without one."""
    query = _printable("q").strip()
    name, _comma, key = _printable("after").rpartition(",")
    after = (name, int(key)) if key.isascii() and key.isdigit() and len(key) < 10 else None
    with database().reading() as db:
        lines, more = account_queries.list_accounts(db, person(), query, after)
    last = f"{lines[-1].search_name},{lines[-1].member_id}" if more else ""
    return render_template("registry/accounts.html", lines=lines, query=query, last=last, paged=after is not None)


def _printable(name: str) -> str:
    # PostgreSQL takes no zero byte in a text.
    return "".join(c for c in request.args.get(name, "") if c.isprintable())[:LONGEST_SEARCH]


@bp.get("/accounts/<int:member_id>")
def page(member_id: int) -> ResponseReturnValue:
    """Administrators of the member's unit: the account with its roles."""
    return _page(member_id, {})


def _page(member_id: int, errors: dict[str, str]) -> str:
    at = now()
    with database().reading() as db:
        member, account = account_queries.managed_member(db, person(), member_id)
        return render_template(
            "registry/account.html",
            member=member,
            account=account,
            invitation=account_queries.pending_invitation(db, member_id, at),
            two_steps=account is not None and second_factor.is_on(db, account.id),
            roles=account_queries.roles_with_units(db, account.id) if account else [],
            delegations=account_queries.delegations_of(db, account.id, at) if account else [],
            units=account_queries.units_to_offer(db, person(), member),
            all_roles=list(Role),
            errors=errors,
            now=at,
        )


@bp.post("/accounts/<int:member_id>/invitation")
def invite(member_id: int) -> ResponseReturnValue:
    """The same: a link with which the member sets the password; shown this once, as text and as QR code."""
    at = now()
    with database().writing() as db:
        member, account = account_queries.managed_member(db, person(), member_id)
        token = accounts.invite(db, person(), member, account, at)
    address = engines().config.public_url + url_for("signing.invitation", token=token)
    return render_template(
        "registry/invited.html",
        member=member,
        has_account=account is not None,
        address=address,
        qr=segno.make(address, error="m").svg_data_uri(scale=6, dark="#0b2545", light="#fff"),
        until=at + INVITATION_LENGTH,
    )


@bp.post("/accounts/<int:member_id>/close")
def close(member_id: int) -> ResponseReturnValue:
    """The same, but not for the own account: nobody signs in with it any more."""
    with database().writing() as db:
        accounts.close(db, person(), account_queries.managed_account(db, person(), member_id), now())
    return done(url_for("accounts.page", member_id=member_id), _("Đã khóa tài khoản."))


@bp.post("/accounts/<int:member_id>/reopen")
def reopen(member_id: int) -> ResponseReturnValue:
    """The same: it may be used again."""
    with database().writing() as db:
        accounts.reopen(db, person(), account_queries.managed_account(db, person(), member_id), now())
    return done(url_for("accounts.page", member_id=member_id), _("Đã mở lại tài khoản."))


@bp.post("/accounts/<int:member_id>/one-step")
def reset_second_step(member_id: int) -> ResponseReturnValue:
    """The same, but not for the own account: for somebody who lost the phone and the recovery codes."""
    with database().writing() as db:
        accounts.reset_second_step(db, person(), account_queries.managed_account(db, person(), member_id), now())
    return done(url_for("accounts.page", member_id=member_id), _("Đã gỡ xác thực hai bước và khóa đăng nhập."))


@bp.post("/accounts/<int:member_id>/roles")
def grant(member_id: int) -> ResponseReturnValue:
    """The same, in the own right: a role on a unit of the own subtree."""
    if text("role") not in set(Role):
        raise Problem("malformed")
    try:
        with database().writing() as db:
            account = account_queries.managed_account(db, person(), member_id)
            unit = account_queries.unit_by_code(db, person(), text("unit"))
            accounts.grant(db, person(), account, Role(text("role")), unit, now())
    except Problem as problem:
        if problem.field is None:
            raise
        return _page(member_id, {problem.field: sentence(problem)}), 422
    return done(url_for("accounts.page", member_id=member_id), _("Đã giao vai trò."))


@bp.post("/accounts/<int:member_id>/roles/<int:role_id>/revoke")
def revoke(member_id: int, role_id: int) -> ResponseReturnValue:
    """The same: take a role away."""
    with database().writing() as db:
        account = account_queries.managed_account(db, person(), member_id)
        unit_role = db.get(UnitRole, role_id)
        if unit_role is None or unit_role.account_id != account.id:
            raise NotFound
        accounts.revoke(db, person(), unit_role, db.get_one(Unit, unit_role.unit_id), now())
    return done(url_for("accounts.page", member_id=member_id), _("Đã thu hồi vai trò."))
