"""Signing in and out."""

import secrets

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.errors import Problem
from ecabinet.messages import sentence
from ecabinet.realtime import LOCALES
from ecabinet.registry import operations, queries
from ecabinet.web import database, now, public, text

bp = Blueprint("registry", __name__)


@bp.get("/login")
@public
def login() -> ResponseReturnValue:
    """Everybody: the sign-in form."""
    if g.get("person") is not None:
        return redirect(_target(), 303)
    return render_template("registry/login.html", login="", fault="", target=_target())


@bp.post("/login")
@public
def sign_in() -> ResponseReturnValue:
    """Everybody, throttled: the same answer in the same time whether or not the login exists."""
    name, password, at = text("login").lower(), request.form.get("password", ""), now()
    address = request.remote_addr or ""
    with database().reading() as db:
        operations.require_not_throttled(db, name, address, at)
        account = queries.account_by_login(db, name)
    fits = operations.password_fits(account, password)
    with database().writing() as db:
        if account is None or not fits:
            operations.record_failure(db, name, address, at)
        else:
            token = secrets.token_urlsafe(32)
            operations.begin_session(db, account.id, token, at)
    if not fits:
        return render_template(
            "registry/login.html", login=name, fault=sentence(Problem("sign_in_failed")), target=_target()
        ), 422
    # A fresh session: what was planted in the cookie before signing in is worth nothing after it.
    _forget()
    session.permanent = True
    session["token"] = token
    return redirect(_target(), 303)


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    """The signed-in person."""
    with database().writing() as db:
        operations.end_session(db, session["token"])
    _forget()
    flash(_("Đồng chí đã đăng xuất."), "info")
    return redirect(url_for("registry.login"), 303)


@bp.post("/language/<code>")
@public
def language(code: str) -> ResponseReturnValue:
    """Everybody: the language of the interface, kept in the session."""
    if code in LOCALES:
        session["lang"] = code
    return redirect(_target(), 303)


def _forget() -> None:
    """Empty the session but for the language, which is the browser's rather than the person's."""
    lang = session.get("lang")
    session.clear()
    if lang in LOCALES:
        session["lang"] = lang


def _target() -> str:
    """Where to go afterwards: a path of ours, never an address given from outside."""
    target = request.values.get("next", "")
    # Browsers leave out tabs and line ends before they read an address, so none may be in it.
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if inside else url_for("meetings.today")
