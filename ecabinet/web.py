"""What every page needs: the signed-in person, CSRF, refusals as pages or fragments, headers."""

import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import BaseConverter, IntegerConverter

from documents.database import Database
from documents.errors import Invalid, NotFound, Problem
from ecabinet.access import Permission, Person
from ecabinet.clock import local, now
from ecabinet.config import MIB
from ecabinet.engines import Engines
from ecabinet.messages import sentence

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
STATUS = {
    "not_found": 404,
    "forbidden": 403,
    "invalid": 422,
    "missing": 422,
    "csrf": 400,
    "malformed": 400,
    "signed_out": 401,
    "too_large": 413,
    "package_too_large": 413,
    "partner_unknown": 401,
    "throttled": 429,
    "codes_throttled": 429,
    "too_fast": 429,
    "partner_too_fast": 429,
    "busy": 503,
    "server_fault": 500,
    "store_full": 507,
    "store_down": 503,
}
PUBLIC_BODY = 64 * 1024
RETRY = frozenset({"busy", "too_fast", "store_down", "search_busy", "server_fault"})
"""Refusals that may be over in a moment: a tablet keeps its ballot and sends it again."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

Handler = TypeVar("Handler", bound=Callable[..., Any])


class TwoVersions(Problem):
    """What is sent builds on a state that was changed elsewhere: ``theirs`` says what stands there now, by names for
    the reader; ``again`` are the fields of the request that put mine in its place.
    """

    def __init__(self, code: str, theirs: list[tuple[str, str]], again: dict[str, str]) -> None:
        super().__init__(code)
        self.theirs = theirs
        self.again = again


Identify = Callable[[Session, str, datetime], Person | None]


class _RowId(IntegerConverter):
    """Ids in addresses; what no database holds as a whole number is no address of ours."""

    regex = r"\d{1,18}"


class _Code(BaseConverter):
    """Codes in addresses, as :func:`new_code` makes them."""

    regex = r"[\w-]{1,100}"


@dataclass(frozen=True)
class Services:
    """What handlers reach through :func:`services`: the engines, and who the session token belongs to."""

    engines: Engines
    identify: Identify


def services() -> Services:
    """The services of the running application."""
    found: Services = current_app.extensions["ecabinet"]
    return found


def engines() -> Engines:
    """The engines of the running application."""
    return services().engines


def database() -> Database:
    """The database of the running application."""
    return services().engines.database


def new_code() -> str:
    """A fresh unguessable code for a link."""
    return secrets.token_urlsafe(18)


def person() -> Person:
    """Who asks; raises ``signed_out`` when nobody is signed in."""
    found: Person | None = g.get("person")
    if found is None:
        raise Problem("signed_out")
    return found


def may(permission: str) -> bool:
    """For templates: whether the signed-in person holds this permission on any unit at all."""
    found: Person | None = g.get("person")
    return found is not None and bool(found.paths(Permission(permission)))


def public(handler: Handler) -> Handler:
    """Mark a handler that serves people who are not signed in; all others ask for a sign-in."""
    handler.public = True  # type: ignore[attr-defined]
    return handler


def machine(handler: Handler) -> Handler:
    """Mark a handler that machines of other offices post to: it has no session and no CSRF token to look for, asks for
    a token of its own before it reads anything, and says how much it reads (``request.max_content_length``).
    """
    handler.machine = True  # type: ignore[attr-defined]
    return handler


def init_app(app: Flask) -> None:
    """Hook all of this into the application; the features' addresses come after it."""
    app.url_map.converters.update(int=_RowId, default=_Code)
    app.before_request(_identify)
    app.before_request(_require_sign_in)
    app.before_request(_check_csrf)
    app.after_request(_set_headers)
    app.register_error_handler(Problem, refuse)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(404, lambda _error: refuse(NotFound()))
    app.register_error_handler(HTTPException, _http_error)
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.jinja_env.globals["local"] = local
    app.jinja_env.globals["may"] = may
    app.context_processor(
        lambda: {"person": g.get("person"), "lang": g.get("lang") or app.config["BABEL_DEFAULT_LOCALE"]}
    )


def _identify() -> None:
    token = session.get("token")
    if token and request.endpoint != "static":
        with database().reading() as db:
            g.person = services().identify(db, token, now())


def _require_sign_in() -> None:
    handler = current_app.view_functions.get(request.endpoint or "")
    if handler is None or request.endpoint == "static":
        return
    if getattr(handler, "public", False):
        # Before anything reads the body: whoever has not signed in has no use for more.
        request.max_content_length = PUBLIC_BODY
        return
    if not getattr(handler, "machine", False):
        person()


def csrf_token() -> str:
    """The token that every unsafe request of this session carries; empty where a push is rendered for many sessions."""
    if g.get("pushing"):
        return ""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def _check_csrf() -> None:
    handler = current_app.view_functions.get(request.endpoint or "")
    if request.method in SAFE_METHODS or getattr(handler, "machine", False):
        return
    # The header first: looking into the form reads the whole body, which may be a large upload.
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not hmac.compare_digest(given.encode(), str(session.get("csrf", "")).encode()) or not given:
        raise Problem("csrf")


def _set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if engines().config.secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def wants_json() -> bool:
    """Whether the one who asks is our own script sending data, not a browser showing a page."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def refusal(problem: Problem) -> dict[str, Any]:
    """A refusal as data, the same in a socket acknowledgement and over HTTP."""
    said = {"ok": False, "error": problem.code, "message": sentence(problem), "retry": problem.code in RETRY}
    if isinstance(problem, Invalid):
        said["faults"] = fault_texts(problem)
    elif isinstance(problem, TwoVersions):
        said |= {"theirs": problem.theirs, "again": problem.again}
    return said


def refuse(problem: Problem) -> ResponseReturnValue:
    """A refusal in the form in which the question came: data, a toast, the sign-in page, or a page that says why."""
    status = STATUS.get(problem.code, 409)
    if wants_json():
        return jsonify(refusal(problem)), status
    if request.headers.get("HX-Request"):
        return _toast(make_response("", status), sentence(problem), "error")
    if problem.code == "signed_out":
        return redirect(
            url_for("registry.login", next=request.full_path.rstrip("?") if request.method == "GET" else None), 303
        )
    return render_template("error.html", message=sentence(problem), status=status), status


def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    return refuse(Problem("too_large", limit=engines().config.max_upload // MIB))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error.get_response()
    # An exception of ours arrives here as 500, already logged with its traceback.
    return refuse(Problem("malformed" if error.code is not None and error.code < 500 else "server_fault", str(error)))


def done(url: str, message: str = "", *, carry: dict[str, str] | None = None) -> ResponseReturnValue:
    """A change was made: a live page fetches its blocks again, a plain form goes on to ``url``. ``carry``: fields that
    what the same tablet still has to send of the same thing builds on.
    """
    if wants_json():
        return jsonify({"ok": True} | ({"carry": carry} if carry else {}))
    if request.headers.get("HX-Request"):
        response = make_response("", 204)
        response.headers["HX-Trigger"] = json.dumps({"refresh-blocks": True})
        return _toast(response, message, "success") if message else response
    if message:
        flash(message, "success")
    return redirect(url, 303)


def _toast(response: Response, message: str, tone: str) -> Response:
    triggers = json.loads(response.headers.get("HX-Trigger", "{}"))
    # json.dumps keeps to ASCII, which is all that a header can carry.
    response.headers["HX-Trigger"] = json.dumps(triggers | {"toast": {"message": message, "tone": tone}})
    return response


def fault_texts(invalid: Invalid) -> dict[str, str]:
    """Field name → sentence, for the form that is shown again."""
    return {field: sentence(fault) for field, fault in invalid.faults.items()}
