"""One's own account: password, second step, passkeys, sessions, and roles lent for a time."""

import segno
from flask import Blueprint, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.clock import now
from ecabinet.fields import moment, text, whole
from ecabinet.registry import account_queries, accounts, operations, passkeys, queries, second_factor, sessions, signing
from ecabinet.registry.models import Account
from ecabinet.registry.passkey_web import credential, remember, remembered
from ecabinet.registry.passwords import new_password_faults
from ecabinet.web import database, done, fault_texts, person

bp = Blueprint("me", __name__)
PASSKEY_NAME = 60


@bp.get("/me")
def page() -> ResponseReturnValue:
    """The signed-in person: the own account."""
    return _page({})


def _page(errors: dict[str, str]) -> str:
    at, sealer = now(), signing.sealer()
    with database().reading() as db:
        account = _account(db)
        uri = second_factor.uri(db, account, sealer)
        return render_template(
            "registry/me.html",
            account=account,
            errors=errors,
            two_steps=second_factor.is_on(db, account.id),
            qr=segno.make(uri, error="m").svg_data_uri(scale=5, dark="#0b2545", light="#fff") if uri else "",
            secret=uri.split("secret=")[1].split("&")[0] if uri else "",
            codes_left=second_factor.recovery_codes_left(db, account.id),
            passkeys=passkeys.passkeys_of(db, account.id),
            sessions=sessions.sessions_of(db, account.id, at),
            present=operations.token_hash(session["token"]),
            roles=account_queries.roles_with_units(db, account.id),
            delegations=account_queries.delegations_of(db, account.id, at),
            now=at,
        )


def _account(db: Session) -> Account:
    return db.get_one(Account, person().account_id)


def _own_account() -> Account:
    with database().reading() as db:
        return _account(db)


def _refused(problem: Problem, field: str) -> ResponseReturnValue:
    """The page again with what was wrong beside its field."""
    return _page(fault_texts(Invalid({field: problem}))), 422


@bp.post("/me/password")
def change_password() -> ResponseReturnValue:
    """The signed-in person, with the old password: a new one, and signed out everywhere else."""
    at, account, new = now(), _own_account(), request.form.get("password", "")
    faults = new_password_faults(new, request.form.get("again", ""), account.login)
    if faults:
        return _page(fault_texts(Invalid(faults))), 422
    try:
        signing.require_password(account, request.form.get("old", ""), at)
    except Problem as problem:
        return _refused(problem, "old")
    password_hash = operations.hash_password(new)
    with database().writing() as db:
        accounts.change_password(db, account.id, password_hash, session["token"], at)
    return done(url_for("me.page"), _("Đã đổi mật khẩu. Các thiết bị khác của đồng chí đã được đăng xuất."))


@bp.post("/me/second-step")
def begin_second_step() -> ResponseReturnValue:
    """The same: set an authenticator up; it counts once a code was confirmed."""
    account = _own_account()
    try:
        signing.require_password(account, request.form.get("second_password", ""), now())
    except Problem as problem:
        return _refused(problem, "second_password")
    with database().writing() as db:
        second_factor.begin(db, account.id, signing.sealer())
    return redirect(url_for("me.page") + "#second-step", 303)


@bp.post("/me/second-step/confirm")
def confirm_second_step() -> ResponseReturnValue:
    """The same: the first code switches the second step on; recovery codes are shown, once."""
    at, account = now(), _own_account()
    with database().writing() as db:
        operations.require_not_throttled(db, account.login, signing.counted_as(account.login), at)
        codes = second_factor.confirm(db, account.id, text("code"), signing.sealer(), at)
        if codes is None:
            operations.record_failure(db, account.login, signing.counted_as(account.login), at)
        else:
            audit.record(db, account.member_id, "second_step_on", f"account:{account.id}", at)
    if codes is None:
        return _refused(Problem("code_wrong"), "code")
    return render_template("registry/recovery_codes.html", codes=codes)


@bp.post("/me/second-step/codes")
def renew_codes() -> ResponseReturnValue:
    """The same: new recovery codes in place of the former."""
    at, account = now(), _own_account()
    try:
        signing.require_password(account, request.form.get("second_password", ""), at)
    except Problem as problem:
        return _refused(problem, "second_password")
    with database().writing() as db:
        if not second_factor.is_on(db, account.id):
            raise Problem("wrong_state")
        codes = second_factor.renew_recovery_codes(db, account.id, signing.sealer())
        audit.record(db, account.member_id, "recovery_codes_renewed", f"account:{account.id}", at)
    return render_template("registry/recovery_codes.html", codes=codes)


@bp.post("/me/second-step/off")
def end_second_step() -> ResponseReturnValue:
    """The same: one step again."""
    at, account = now(), _own_account()
    try:
        signing.require_password(account, request.form.get("second_password", ""), at)
    except Problem as problem:
        return _refused(problem, "second_password")
    with database().writing() as db:
        second_factor.remove(db, account.id)
        audit.record(db, account.member_id, "second_step_off", f"account:{account.id}", at)
    return done(url_for("me.page"), _("Đã tắt xác thực hai bước."))


@bp.post("/me/passkeys/options")
def passkey_options() -> ResponseReturnValue:
    """The same, with the password: the challenge for a new passkey."""
    at = now()
    account = _own_account()
    signing.require_password(account, request.form.get("passkey_password", ""), at)
    with database().reading() as db:
        options, challenge = passkeys.registration_options(db, _account(db), signing.party())
    remember(challenge, at)
    return jsonify(options)


@bp.post("/me/passkeys")
def add_passkey() -> ResponseReturnValue:
    """The same: the new passkey."""
    at, given = now(), credential()
    challenge, name = remembered(at), text("name")[:PASSKEY_NAME] or _("Khóa đăng nhập")
    with database().writing() as db:
        account = _account(db)
        passkeys.register(db, account.id, given, challenge, signing.party(), name, at)
        audit.record(db, account.member_id, "passkey_added", f"account:{account.id}", at)
    flash(_("Đã thêm khóa đăng nhập “%(name)s”.", name=name), "success")
    return jsonify({"ok": True, "url": url_for("me.page")})


@bp.post("/me/passkeys/<int:passkey_id>/remove")
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """The same: one passkey less."""
    at = now()
    with database().writing() as db:
        passkeys.remove(db, person().account_id, passkey_id)
        audit.record(db, person().member_id, "passkey_removed", f"account:{person().account_id}", at)
    return done(url_for("me.page"), _("Đã xóa khóa đăng nhập."))


@bp.post("/me/sessions/end")
def end_session() -> ResponseReturnValue:
    """The same: sign out on one other device; what is over already stays over."""
    with database().writing() as db:
        sessions.end_one(db, person().account_id, text("session"))
    return done(url_for("me.page"), _("Đã đăng xuất thiết bị đó."))


@bp.post("/me/sessions/end-others")
def end_other_sessions() -> ResponseReturnValue:
    """The same: sign out everywhere but here."""
    with database().writing() as db:
        sessions.end_sessions(db, person().account_id, but=session["token"])
    return done(url_for("me.page"), _("Đã đăng xuất trên tất cả thiết bị khác."))


@bp.post("/me/delegations")
def delegate() -> ResponseReturnValue:
    """Who holds a role in the own right: lend it to somebody for a time."""
    at = now()
    try:
        with database().writing() as db:
            unit_role = account_queries.own_role(db, person(), whole("role"))
            taker = queries.account_by_login(db, text("taker"))
            if taker is None:
                raise Problem("no_such_login", field="taker")
            accounts.delegate(db, person(), unit_role, taker, moment("starts_at"), moment("ends_at"), at)
    except Problem as problem:
        if problem.field is None and problem.code != "not_yourself":
            raise
        return _refused(problem, problem.field or "taker")
    return done(url_for("me.page"), _("Đã ủy quyền vai trò."))


@bp.post("/me/delegations/<int:delegation_id>/end")
def end_delegation(delegation_id: int) -> ResponseReturnValue:
    """Who lent the role, or was lent it: end it now."""
    with database().writing() as db:
        delegation = account_queries.own_delegation(db, person(), delegation_id)
        accounts.end_delegation(db, person(), delegation, now())
    return done(url_for("me.page"), _("Đã kết thúc ủy quyền."))
