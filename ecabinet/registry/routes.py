"""Signing in and out."""

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.errors import Problem
from ecabinet.clock import now
from ecabinet.fields import text
from ecabinet.messages import sentence
from ecabinet.realtime import LOCALES
from ecabinet.registry import operations, queries, sessions, signing
from ecabinet.web import database, public

bp = Blueprint("registry", __name__)


@bp.get("/login")
@public
def login() -> ResponseReturnValue:
    """Everybody: the sign-in form."""
    if g.get("person") is not None:
        return redirect(signing.landing(), 303)
    return render_template("registry/login.html", login="", fault="", target=signing.landing())


@bp.post("/login")
@public
def sign_in() -> ResponseReturnValue:
    """Everybody, throttled: the same answer in the same time whether or not the login exists."""
    name, password, at = text("login").lower(), request.form.get("password", ""), now()
    with database().reading() as db:
        operations.require_not_throttled(db, name, signing.counted_as(name), at)
        account = queries.account_by_login(db, name)
    fits = operations.password_fits(account, password)
    if account is None or not fits:
        with database().writing() as db:
            operations.record_failure(db, name, signing.counted_as(name), at)
        fault = sentence(Problem("sign_in_failed"))
        return render_template("registry/login.html", login=name, fault=fault, target=signing.landing()), 422
    return signing.proceed(account, signing.landing(), at)


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    """The signed-in person."""
    with database().writing() as db:
        sessions.end_this(db, session["token"])
    signing.forget()
    flash(_("Đồng chí đã đăng xuất."), "info")
    return redirect(url_for("registry.login"), 303)


@bp.post("/language/<code>")
@public
def language(code: str) -> ResponseReturnValue:
    """Everybody: the language of the interface, kept in the session."""
    if code in LOCALES:
        session["lang"] = code
    return redirect(signing.landing(), 303)
