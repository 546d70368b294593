"""Asking the national population database whether a member is who the papers say: a queue, retries, a narrow interface.

Only name, date of birth and national id leave the house, and only "match", "mismatch" or "unknown" comes back. The
answer marks the member as verified, with time and source; nothing else of the member is ever changed by it.
"""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from http.client import HTTPException
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import Database, changed
from documents.errors import Problem
from ecabinet import audit
from ecabinet.engines import Engines
from ecabinet.registry.identity_models import IdentityCheck
from ecabinet.registry.members import Act, record
from ecabinet.registry.models import Member
from ecabinet.registry.rules import CheckState, MemberEventKind

MAX_ATTEMPTS = 8
LEASE = timedelta(minutes=2)
TIMEOUT_SECONDS = 15
LARGEST_ANSWER = 10_000


class Answer(StrEnum):
    """All that the service says."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Question:
    """All that the service is told."""

    full_name: str
    born_on: date
    national_id: str


class ServiceDown(Exception):
    """No answer, or none that makes sense: to be asked again later."""


class IdentityService(Protocol):
    """The narrow interface to whatever verifies identities."""

    def verify(self, question: Question) -> Answer:
        """Raises :class:`ServiceDown`."""


class HttpIdentityService:
    """Asks over HTTP: POST of the question as JSON with a bearer token; the answer is ``{"result": "match" | …}``."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def verify(self, question: Question) -> Answer:
        body = {
            "full_name": question.full_name,
            "born_on": question.born_on.isoformat(),
            "national_id": question.national_id,
        }
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        # Config allows http and https only.
        request = urllib.request.Request(self._url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - the same
                said = json.loads(response.read(LARGEST_ANSWER))
            return Answer(said["result"])
        except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
            # The question is not in the message: it would end up in a log.
            raise ServiceDown(type(error).__name__) from error


def ask(db: Session, member: Member, by: int, now: datetime) -> IdentityCheck:
    """Queue the question. One at a time for a member; a member without a national id cannot be asked about."""
    if member.national_id_print is None:
        raise Problem("no_national_id")
    of_member = select(IdentityCheck.id).where(IdentityCheck.member_id == member.id)
    if db.scalar(of_member.where(IdentityCheck.state == CheckState.WAITING)) is not None:
        raise Problem("check_waiting")
    check = IdentityCheck(
        member_id=member.id,
        state=CheckState.WAITING,
        national_id_print=member.national_id_print,
        run_after=now,
        asked_by=by,
        asked_at=now,
    )
    db.add(check)
    db.flush()
    audit.record(db, by, "identity_check_asked", f"member:{member.id}", now)
    changed(db, "identity_check", check.id)
    return check


def run_one(engines: Engines, now: datetime) -> bool:
    """The worker's piece: ask about one member who waits; False when none does or no service is configured."""
    if not engines.config.identity_url:
        return False
    service = HttpIdentityService(engines.config.identity_url, engines.config.identity_token)
    return verify_one(engines, service, now)


def verify_one(engines: Engines, service: IdentityService, now: datetime) -> bool:
    """Claim, ask, write down. The service is asked outside any transaction; one that dies leaves a lease."""
    claimed = _claim(engines.database, now)
    if claimed is None:
        return False
    check_id, member = claimed
    question = Question(member.full_name, member.born_on, engines.sealer.open(member.national_id_sealed or b""))
    try:
        answer = service.verify(question)
    except ServiceDown as error:
        _put_off(engines.database, check_id, str(error), now)
        return True
    _write_down(engines.database, check_id, answer, engines.config.identity_url, now)
    return True


def _claim(database: Database, now: datetime) -> tuple[int, Member] | None:
    with database.writing() as db:
        check = db.scalar(
            select(IdentityCheck)
            .where(IdentityCheck.state == CheckState.WAITING, IdentityCheck.run_after <= now)
            .order_by(IdentityCheck.run_after)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if check is None:
            return None
        member = db.get_one(Member, check.member_id)
        if member.national_id_print != check.national_id_print:
            # Corrected since it was asked: the question would be about somebody else.
            check.state, check.reason = CheckState.FAILED, "changed"
            return None
        check.attempts += 1
        check.run_after = now + LEASE
        return check.id, member


def _put_off(database: Database, check_id: int, error: str, now: datetime) -> None:
    with database.writing() as db:
        check = db.get_one(IdentityCheck, check_id)
        check.reason = error[:60]
        check.run_after = now + timedelta(seconds=min(10 * 4 ** (check.attempts - 1), 3600))
        if check.attempts >= MAX_ATTEMPTS:
            check.state = CheckState.FAILED


def _write_down(database: Database, check_id: int, answer: Answer, source: str, now: datetime) -> None:
    with database.writing() as db:
        check = db.get_one(IdentityCheck, check_id, with_for_update=True)
        if check.state != CheckState.WAITING:
            return
        member = db.get_one(Member, check.member_id)
        check.state, check.answer, check.answered_at, check.reason = CheckState.DONE, answer, now, ""
        if member.national_id_print != check.national_id_print:
            check.state, check.reason = CheckState.FAILED, "changed"
            return
        if answer == Answer.MATCH:
            member.verified_at, member.verified_by = now, source[:60]
        act = Act(on_day=now.date(), decision="", by=check.asked_by, now=now)
        record(db, member, MemberEventKind.VERIFIED, act, answer=answer, source=source[:60])
