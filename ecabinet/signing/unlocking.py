"""A member's key opened in a request: wrong passwords are counted, like those of signing in."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from documents.errors import Problem
from ecabinet.registry import operations, signing
from ecabinet.signing.members import Ready
from ecabinet.signing.signers import Signer
from ecabinet.web import database, engines, person

Opened = TypeVar("Opened")


def opened(ready: Ready, secret: str, at: datetime) -> Signer:
    """The signer; raises as :meth:`Ready.open` does, and ``signing_throttled``. A PIN and a code are counted by the
    device and the service themselves.
    """
    return counted(lambda: ready.open(secret, engines().config, at), at)


def counted(attempt: Callable[[], Opened], at: datetime) -> Opened:
    """What an attempt with a password gives, unless too many were wrong of late."""
    whose, where = f"key:{person().member_id}", signing.address()
    with database().reading() as db:
        try:
            operations.require_not_throttled(db, whose, where, at)
        except Problem as problem:
            raise Problem("signing_throttled") from problem
    try:
        return attempt()
    except Problem as problem:
        if problem.code == "signing_password":
            with database().writing() as db:
                operations.record_failure(db, whose, where, at)
        raise
