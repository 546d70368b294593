"""The sessions of an account: where it is signed in, when it was last seen there, and signing out from afar."""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime

from flask import Flask, g, session
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from documents.database import Database, changed
from documents.errors import Busy
from ecabinet.clock import now
from ecabinet.registry.account_rules import SEEN_EVERY
from ecabinet.registry.models import Account, SignIn
from ecabinet.registry.operations import token_hash
from ecabinet.web import database

log = logging.getLogger(__name__)


def sessions_of(db: Session, account_id: int, at: datetime) -> Sequence[SignIn]:
    """The sessions that are open, the last seen first."""
    return db.scalars(
        select(SignIn)
        .where(SignIn.account_id == account_id, SignIn.expires_at > at)
        .order_by(SignIn.seen_at.desc(), SignIn.token_hash)
    ).all()


def end_sessions(db: Session, account_id: int, *, but: str = "") -> None:
    """Sign an account out everywhere, but for the session of that token."""
    db.execute(delete(SignIn).where(SignIn.account_id == account_id, SignIn.token_hash != token_hash(but)))
    changed(db, "account", account_id)


def end_sessions_of_member(db: Session, member_id: int) -> None:
    """Sign a member out everywhere; one without an account is nowhere signed in."""
    account_id = db.scalar(select(Account.id).where(Account.member_id == member_id))
    if account_id is not None:
        end_sessions(db, account_id)


def end_one(db: Session, account_id: int, hashed: str) -> None:
    """Sign an account out in one place; a session of somebody else stays."""
    db.execute(delete(SignIn).where(SignIn.account_id == account_id, SignIn.token_hash == hashed))
    changed(db, "account", account_id)


def end_this(db: Session, token: str) -> None:
    """Sign out: the token opens nothing any more, on none of the pages that hold it."""
    ended = delete(SignIn).where(SignIn.token_hash == token_hash(token)).returning(SignIn.account_id)
    for account_id in db.scalars(ended):
        changed(db, "account", account_id)


class LastSeen:
    """Notes which sessions were seen and writes them down together, at most once in :data:`SEEN_EVERY`.

    A room of a thousand tablets costs one short transaction a minute, not a thousand.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, datetime] = {}
        self._written: datetime | None = None

    def note(self, token: str, at: datetime) -> dict[str, datetime]:
        """The session of this token was seen; gives what is to be written now, usually nothing."""
        with self._lock:
            self._seen[token_hash(token)] = at
            if self._written is not None and at - self._written < SEEN_EVERY:
                return {}
            due, self._seen, self._written = self._seen, {}, at
            return due


def write_seen(database: Database, due: dict[str, datetime]) -> None:
    """Write down when sessions were last seen."""
    with database.writing() as db:
        for hashed in sorted(due):  # in one order, so that two processes never wait for each other
            db.execute(update(SignIn).where(SignIn.token_hash == hashed).values(seen_at=due[hashed]))


def init_app(app: Flask) -> None:
    """Note every request of a signed-in person. To be registered after the person is known."""
    last_seen = LastSeen()

    def note() -> None:
        if g.get("person") is None:
            return
        due = last_seen.note(session["token"], now())
        if due:
            try:
                write_seen(database(), due)
            except (OperationalError, Busy):
                # A busy database: the page matters more than the minute in a list.
                log.warning("could not write when sessions were last seen", exc_info=True)

    app.before_request(note)
