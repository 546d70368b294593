"""Whose device a page is on: a member and a session, told to the browser by names that open nothing."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, Response, g, session
from sqlalchemy.orm import Session

from ecabinet.access import Person
from ecabinet.reading.shell_routes import FILES
from ecabinet.registry.models import SignIn
from ecabinet.registry.operations import token_hash
from ecabinet.registry.sessions import sessions_of

OWNER_HEADER, SHELL_HEADER = "Ecabinet-Device", "Ecabinet-Shell"


def name_of(hashed: str) -> str:
    """What a browser calls a session: made from the hash of its token, of which it tells nothing."""
    return hashlib.sha256(f"device:{hashed}".encode()).hexdigest()[:32]


def owner() -> str:
    """For templates: member and session of the page; empty when nobody is signed in, or it is rendered for many."""
    person: Person | None = g.get("person")
    if person is None or "token" not in session or g.get("pushing"):  # without: who just signed out
        return ""
    return f"{person.member_id}.{name_of(token_hash(session['token']))}"


@dataclass(frozen=True)
class Standing:
    """What a device learns of its session: until when it lives, and whether the one that it was kept for does."""

    until: datetime | None
    held: bool


def standing(db: Session, person: Person, token: str, held: str, now: datetime) -> Standing:
    """Of the session with this token, and of the same account's session that a device calls ``held``."""
    alive: dict[str, SignIn] = {name_of(one.token_hash): one for one in sessions_of(db, person.account_id, now)}
    mine = alive.get(name_of(token_hash(token)))
    return Standing(mine.expires_at if mine is not None else None, held in alive)


def init_app(app: Flask) -> None:
    """Every answer says whose it is, and a page of which files it is made: the service worker shows none to another."""
    app.jinja_env.globals["device_owner"] = owner

    def mark(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers[SHELL_HEADER] = FILES.present().version
        if name := owner():
            response.headers[OWNER_HEADER] = name
        return response

    app.after_request(mark)
