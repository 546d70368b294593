"""Signing in beyond the password: the second step, passkeys, the organisation's provider, invitations."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.clock import now
from ecabinet.fields import text
from ecabinet.messages import sentence
from ecabinet.registry import (
    account_queries,
    accounts,
    oidc,
    operations,
    passkeys,
    passwords,
    queries,
    second_factor,
    signing,
)
from ecabinet.registry.account_rules import login_faults
from ecabinet.registry.models import Account
from ecabinet.registry.passkey_web import credential, remember, remembered
from ecabinet.registry.rules import FailedStep
from ecabinet.web import database, engines, fault_texts, public

bp = Blueprint("signing", __name__)


@bp.get("/login/second")
@public
def second() -> ResponseReturnValue:
    """Whoever gave the right password: the form for the code."""
    if signing.pending(now()) is None:
        return redirect(url_for("registry.login"), 303)
    return render_template("registry/second.html", fault="")


@bp.post("/login/second")
@public
def second_step() -> ResponseReturnValue:
    """The same: a code of the authenticator or a recovery code, throttled like the password."""
    at = now()
    waiting = signing.pending(at)
    if waiting is None:
        return redirect(url_for("registry.login"), 303)
    given = text("code")
    if not _second_fits(waiting.account_id, given):
        return render_template("registry/second.html", fault=sentence(Problem("code_wrong"))), 422
    signing.start_session(waiting.account_id, at)
    return redirect(waiting.target, 303)


def _second_fits(account_id: int, given: str) -> bool:
    at, sealer = now(), signing.sealer()
    step = FailedStep.CODE if "".join(given.split()).isdigit() else FailedStep.RECOVERY
    with database().writing() as db:
        account = db.get_one(Account, account_id)
        address = signing.counted_as(account.login)
        operations.require_not_throttled(db, account.login, address, at)
        if step == FailedStep.CODE:
            second_factor.require_codes_not_throttled(db, account.login, at)
            fits = second_factor.code_fits(db, account_id, given, sealer, at)
        else:
            fits = second_factor.use_recovery_code(db, account_id, given, sealer)
            if fits:
                audit.record(db, account.member_id, "recovery_code_used", f"account:{account_id}", at)
        if not fits:
            operations.record_failure(db, account.login, address, at, step)
        return fits and account.may_sign_in


@bp.post("/login/passkey/options")
@public
def passkey_options() -> ResponseReturnValue:
    """Everybody: the challenge for a passkey."""
    options, challenge = passkeys.sign_in_options(signing.party())
    remember(challenge, now())
    return jsonify(options)


@bp.post("/login/passkey")
@public
def passkey_sign_in() -> ResponseReturnValue:
    """Everybody, throttled: the signed challenge."""
    at, given = now(), credential()
    challenge = remembered(at)
    # An unknown passkey is nobody's login: it counts for itself and for the address.
    counted = str(given.get("id", ""))[:60]
    with database().reading() as db:
        operations.require_not_throttled(db, counted, signing.address(), at)
    try:
        with database().writing() as db:
            account = passkeys.verify(db, given, challenge, signing.party(), at)
    except Problem:
        with database().writing() as db:
            operations.record_failure(db, counted, signing.address(), at)
        raise
    target = signing.landing()
    signing.start_session(account.id, at)
    return jsonify({"ok": True, "url": target})


@bp.get("/login/oidc")
@public
def provider() -> ResponseReturnValue:
    """Everybody: off to the organisation's provider."""
    session["oidc_target"] = signing.landing()
    config = engines().config
    return oidc.send_off(config, config.public_url + url_for("signing.provider_back"))


@bp.get("/login/oidc/callback")
@public
def provider_back() -> ResponseReturnValue:
    """Whoever the provider sends back: in, when an account of that name is there."""
    target = session.pop("oidc_target", "") or url_for("meetings.today")
    names = oidc.names(engines().config)
    with database().reading() as db:
        found = (queries.account_by_login(db, name) for name in names)
        account = next((account for account in found if account is not None), None)
    if account is None or not account.may_sign_in:
        raise Problem("oidc_unknown")
    return signing.proceed(account, target, now())


@bp.get("/invitation/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    """Whoever has the link: the form for login and password."""
    return _invitation_form(token, {})


@bp.post("/invitation/<token>")
@public
def accept_invitation(token: str) -> ResponseReturnValue:
    """The same, once: the account is made, or gets its new password."""
    at, login, password = now(), text("login").lower(), request.form.get("password", "")
    with database().reading() as db:
        member = account_queries.open_invitation(db, token, at).member
        account = account_queries.account_of(db, member.id)
    login = account.login if account is not None else login
    faults = passwords.new_password_faults(password, request.form.get("again", ""), login)
    if account is None:
        faults |= login_faults(login)
    if faults:
        return _invitation_form(token, fault_texts(Invalid(faults))), 422
    password_hash = operations.hash_password(password)
    try:
        with database().writing() as db:
            account = accounts.accept(db, token, login, password_hash, at)
    except Problem as problem:
        if problem.field is None:
            raise
        return _invitation_form(token, {problem.field: sentence(problem)}), 422
    flash(_("Tài khoản của đồng chí đã sẵn sàng."), "success")
    return signing.proceed(account, url_for("meetings.today"), at)


def _invitation_form(token: str, errors: dict[str, str]) -> str:
    with database().reading() as db:
        member = account_queries.open_invitation(db, token, now()).member
        account = account_queries.account_of(db, member.id)
    return render_template(
        "registry/invitation.html", token=token, member=member, account=account, errors=errors, login=text("login")
    )
