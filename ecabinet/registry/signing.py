"""What every way of signing in ends with: the second step where it is on, then a session."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, after_this_request, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from documents.errors import Problem
from ecabinet.realtime import LOCALES
from ecabinet.registry import operations, second_factor
from ecabinet.registry.account_rules import SECOND_STEP_LENGTH, device
from ecabinet.registry.models import Account
from ecabinet.registry.passkeys import Party
from ecabinet.sealing import Sealer
from ecabinet.web import csrf_token, database, engines

DEVICE = "ecabinet_device"
DEVICE_LENGTH = timedelta(days=365)


@dataclass(frozen=True)
class Pending:
    """Someone whose password was right and who owes the second step."""

    account_id: int
    target: str


def sealer() -> Sealer:
    """Seals the secrets of this installation."""
    return engines().sealer


def party() -> Party:
    """Whom passkeys are made for."""
    return Party.of(engines().config.public_url)


def address() -> str:
    """Where the request comes from, as the throttle counts it."""
    return request.remote_addr or ""


def counted_as(login: str) -> str:
    """Where failures of a login count: a browser that has signed in with it before counts for itself.

    A whole meeting room may sit behind one address: without this, one neighbour could lock another out.
    """
    try:
        known = _devices().loads(request.cookies.get(DEVICE, ""), max_age=int(DEVICE_LENGTH.total_seconds()))
        of, device_id = known["of"], known["id"]
    except (BadSignature, KeyError, TypeError):
        return address()
    return f"device {device_id}" if of == operations.token_hash(login) else address()


def _devices() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(engines().config.secret_key, salt="device")


def _remember_device(login: str) -> None:
    value = _devices().dumps({"of": operations.token_hash(login), "id": secrets.token_urlsafe(12)})

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            DEVICE, value, max_age=DEVICE_LENGTH, httponly=True, samesite="Lax", secure=engines().config.secure
        )
        return response


def proceed(account: Account, target: str, at: datetime) -> ResponseReturnValue:
    """After the password or the provider: in, or on to the second step."""
    with database().reading() as db:
        two_steps = second_factor.is_on(db, account.id)
    if not two_steps:
        start_session(account.id, at)
        return redirect(target, 303)
    session["second"] = {"account": account.id, "at": at.timestamp(), "target": target}
    return redirect(url_for("signing.second"), 303)


def pending(at: datetime) -> Pending | None:
    """Who is between the two steps in this browser; after a few minutes nobody is."""
    kept = session.get("second")
    if not isinstance(kept, dict) or not 0 <= at.timestamp() - kept["at"] < SECOND_STEP_LENGTH.total_seconds():
        return None
    return Pending(kept["account"], kept["target"])


def start_session(account_id: int, at: datetime) -> None:
    """Sign the browser in."""
    token = secrets.token_urlsafe(32)
    with database().writing() as db:
        operations.begin_session(db, account_id, token, at, device(request.user_agent.string), address())
        login = db.get_one(Account, account_id).login
    # A fresh session: what was planted in the cookie before signing in is worth nothing after it.
    forget()
    session.permanent = True
    session["token"] = token
    csrf_token()  # one for all pages: of two asked for at once each would make its own, and only one be kept
    _remember_device(login)


def forget() -> None:
    """Empty the session of this browser but for the chosen language, which is nobody's secret."""
    lang = session.get("lang")
    session.clear()
    if lang in LOCALES:
        session["lang"] = lang


def require_password(account: Account, password: str, at: datetime) -> None:
    """Ask once more before what a borrowed tablet must not do; raises :class:`Problem` ``wrong_password``."""
    with database().reading() as db:
        operations.require_not_throttled(db, account.login, counted_as(account.login), at)
    if not operations.password_fits(account, password):
        with database().writing() as db:
            operations.record_failure(db, account.login, counted_as(account.login), at)
        raise Problem("wrong_password")


def landing() -> str:
    """Where to go afterwards: a path of ours, never an address given from outside."""
    target = request.values.get("next", "")
    # Browsers leave out tabs and line ends before they read an address, so none may be in it.
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if inside else url_for("meetings.today")
