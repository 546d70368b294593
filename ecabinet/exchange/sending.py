"""Packages on their way: claimed in one transaction, posted outside any, marked in another.

The receiver knows a package by its document and what it says of it: one that is posted again after its answer was lost
is known there and changes nothing.
"""

import base64
import json
import logging
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http.client import HTTPException, HTTPResponse
from typing import Any

from sqlalchemy import Select, and_, or_, select, update

from documents.database import Database, changed
from documents.errors import Problem
from ecabinet.engines import Engines
from ecabinet.exchange.exchange_rules import CLAIM, TRIES, try_again
from ecabinet.exchange.models import ExchangeMessage, ExchangePartner, MessageKind, MessageState
from ecabinet.exchange.package_rules import Business, StatusCode
from ecabinet.issuing import following
from ecabinet.issuing.delivery_rules import DeliveryStatus
from ecabinet.issuing.models import Delivery

SECONDS = 30.0
LARGEST_ANSWER = 64 * 1024
CONTENT_TYPE = "application/xml"

log = logging.getLogger(__name__)


class SendFault(StrEnum):
    """Why a package did not get through; the last three are for good."""

    UNREACHABLE = "partner_unreachable"
    LATER = "partner_later"
    NO_SENSE = "partner_no_sense"
    TOKEN = "partner_token"  # noqa: S105 - a fault, no token
    REFUSED = "partner_refused"
    GONE = "partner_gone"


FOR_GOOD = frozenset({SendFault.TOKEN, SendFault.REFUSED, SendFault.GONE})
ASKS_TO_WAIT = frozenset({408, 425, 429})


class NotTaken(Exception):
    """A package did not get through; ``said`` are the receiver's words, if any."""

    def __init__(self, fault: SendFault, said: str = "") -> None:
        super().__init__(f"{fault}: {said}")
        self.fault = fault
        self.said = said


class _Straight(urllib.request.HTTPRedirectHandler):
    """Nobody sends a package, and the token with it, somewhere else than agreed."""

    def redirect_request(self, *_asked: Any) -> None:
        return None


@dataclass(frozen=True)
class Parcel:
    """What is posted, to whom."""

    url: str
    token: str
    sha256: str
    size: int


class SendTask:
    """Posts one package in a piece; ``seconds`` each answer is waited for."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds

    def __call__(self, engines: Engines, now: datetime) -> bool:
        """A task as :data:`ecabinet.worker.Task` says."""
        with engines.database.reading() as db:
            if db.scalar(_due(now).limit(1)) is None:
                return False
        claimed = _claim(engines, now)
        if claimed is None:
            return True
        message, parcel = claimed
        try:
            post(engines, parcel, self._seconds)
            fault = None
        except NotTaken as error:
            fault = error
            log.warning("package %d: %s", message.id, error.fault)
        _settle(engines.database, message, fault, now)
        return True


def _due(now: datetime) -> Select[Any]:
    waiting = and_(ExchangeMessage.state == MessageState.WAITING, ExchangeMessage.run_after <= now)
    abandoned = and_(ExchangeMessage.state == MessageState.SENDING, ExchangeMessage.claimed_until <= now)
    wanted = select(ExchangeMessage).where(ExchangeMessage.state.in_(("waiting", "sending")))
    return wanted.where(or_(waiting, abandoned)).order_by(ExchangeMessage.run_after, ExchangeMessage.id)


def _claim(engines: Engines, now: datetime) -> tuple[ExchangeMessage, Parcel] | None:
    with engines.database.writing() as db:
        message: ExchangeMessage | None = db.scalar(_due(now).limit(1).with_for_update(skip_locked=True))
        if message is None:
            return None
        partner = db.get(ExchangePartner, message.partner_id)
        if partner is None or not partner.active or not partner.url:
            _give_up(message, SendFault.GONE, now)
            return None
        if message.attempts > len(TRIES):  # its workers died without a word each time
            _give_up(message, SendFault.UNREACHABLE, now)
            return None
        message.state, message.claimed_until = MessageState.SENDING, now + CLAIM
        message.attempts += 1
        token = engines.sealer.open(partner.token_sealed) if partner.token_sealed else ""
        return message, Parcel(partner.url, token, message.sha256, message.size)


def _give_up(message: ExchangeMessage, fault: SendFault, now: datetime) -> None:
    message.state, message.fault, message.claimed_until, message.settled_at = MessageState.FAILED, fault, None, now


def post(engines: Engines, parcel: Parcel, seconds: float) -> None:
    """Post a package and hear that it was taken; raises :class:`NotTaken`."""
    digest = base64.b64encode(bytes.fromhex(parcel.sha256)).decode()
    sent = urllib.request.Request(  # noqa: S310 - https, or http on this machine: checked when the partner was set
        parcel.url, _chunks(engines, parcel), method="POST", headers={
            "Content-Type": CONTENT_TYPE, "Content-Length": str(parcel.size), "Accept": "application/json",
            "Content-Digest": f"sha-256=:{digest}:", "Authorization": f"Bearer {parcel.token}",
        },
    )  # fmt: skip
    opener = urllib.request.build_opener(_Straight, urllib.request.ProxyHandler({}))
    try:
        with opener.open(sent, timeout=seconds) as response:
            _check_answer(response)
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(error) from error
    except (OSError, HTTPException) as error:
        raise NotTaken(SendFault.UNREACHABLE, type(error).__name__) from error


def _chunks(engines: Engines, parcel: Parcel) -> Iterator[bytes]:
    yield from engines.blobs.open(parcel.sha256)


def _check_answer(response: HTTPResponse) -> None:
    try:
        said = json.loads(response.read(LARGEST_ANSWER))
        taken = bool(said["ok"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotTaken(SendFault.NO_SENSE, "no JSON with ok") from error
    if not taken:
        raise NotTaken(SendFault.REFUSED, str(said.get("error", ""))[:200])


def _refusal(error: urllib.error.HTTPError) -> NotTaken:
    try:
        answer = json.loads(error.read(LARGEST_ANSWER))
        said = f"{error.code} {answer.get('error', '')}: {answer.get('message', '')}"
    except (OSError, HTTPException, ValueError, AttributeError):
        said = str(error.code)
    if error.code in (401, 403):
        return NotTaken(SendFault.TOKEN, said)
    if error.code >= 500 or error.code in ASKS_TO_WAIT:
        return NotTaken(SendFault.LATER, said)
    return NotTaken(SendFault.REFUSED, said)


def _settle(database: Database, message: ExchangeMessage, fault: NotTaken | None, now: datetime) -> None:
    """Write down what became of a claimed package, unless another worker has taken it over since."""
    again = try_again(message.attempts, now) if fault is not None and fault.fault not in FOR_GOOD else None
    state = MessageState.SENT if fault is None else MessageState.WAITING if again else MessageState.FAILED
    ours = (
        ExchangeMessage.id == message.id, ExchangeMessage.state == MessageState.SENDING,
        ExchangeMessage.claimed_until == message.claimed_until,
    )  # fmt: skip
    values = {
        "state": state, "fault": fault.fault if fault else "", "detail": fault.said[:500] if fault else "",
        "claimed_until": None, "run_after": again or message.run_after, "settled_at": None if again else now,
    }  # fmt: skip
    with database.writing() as db:
        done = db.execute(update(ExchangeMessage).where(*ours).values(**values).returning(ExchangeMessage.id)).scalar()
        arrived = message.kind == MessageKind.DOCUMENT and message.code != Business.RECALL and fault is None
        if done is not None and arrived and message.delivery_id is not None:
            delivery = db.get_one(Delivery, message.delivery_id)
            if delivery.status == DeliveryStatus.SENT:
                following.heard(db, delivery, StatusCode.ARRIVED, now)
        changed(db, "exchange", message.unit_id)
    if fault is not None and state == MessageState.FAILED:
        log.warning("package %d is given up: %s", message.id, Problem(fault.fault, fault.said))
