"""The exchange as its pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from ecabinet.access import Permission, Person
from ecabinet.exchange.models import Direction, ExchangeMessage, MessageState
from ecabinet.exchange.package_rules import MOST_BYTES
from ecabinet.messages import SENTENCES, code_sentence, sentence
from ecabinet.office.desk import Seen
from ecabinet.registry.models import Unit

PAGE = 50
KEEPS, ADMINISTERS = Permission.KEEP_REGISTERS, Permission.MANAGE_ACCOUNTS


@dataclass(frozen=True)
class Line:
    """A package in the log, with the sentence of its fault."""

    message: ExchangeMessage
    reason: str


def log(db: Session, unit_id: int, direction: Direction, before: int | None, *, faulty: bool) -> list[Line]:
    """The packages of a unit, the newest first; ``faulty``: only those that somebody should look at."""
    wanted = select(ExchangeMessage).where(
        ExchangeMessage.unit_id == unit_id, ExchangeMessage.direction == direction
    )  # fmt: skip
    if faulty:
        wanted = wanted.where(ExchangeMessage.state.in_((MessageState.FAILED, MessageState.REFUSED)))
    if before is not None:
        wanted = wanted.where(ExchangeMessage.id < before)
    rows = db.scalars(wanted.order_by(ExchangeMessage.id.desc()).limit(PAGE + 1))
    return [Line(one, reason(one)) for one in rows]


def reason(message: ExchangeMessage) -> str:
    """Why it was refused or did not get through, in the reader's language; "" where nothing is wrong."""
    if not message.fault:
        return ""
    if message.fault not in SENTENCES:
        return str(code_sentence(message.fault))
    values: dict[str, Any] = {"limit": MOST_BYTES // 1024**2, "name": "…", "organ": "…", "document": "…"}
    if message.state == MessageState.REFUSED:
        values |= message.said
    return sentence(Problem(message.fault, **values))


def failed(db: Session, unit_id: int) -> int:
    """How many packages were given up: somebody has to see to them."""
    wanted = select(func.count()).where(
        ExchangeMessage.unit_id == unit_id, ExchangeMessage.direction == Direction.OUT,
        ExchangeMessage.state == MessageState.FAILED,
    )  # fmt: skip
    return db.scalar(wanted) or 0


def load(db: Session, person: Person, message_id: int, *permissions: Permission) -> ExchangeMessage:
    """A package for those who may see it; for others it does not exist."""
    message = db.get(ExchangeMessage, message_id)
    if message is None or not sees(db, person, message.unit_id, *permissions):
        raise NotFound(f"package {message_id}")
    return message


def sees(db: Session, person: Person, unit_id: int, *permissions: Permission) -> bool:
    """Whether this person has one of these permissions on a unit."""
    unit = db.get(Unit, unit_id)
    return unit is not None and any(person.may(permission, unit.path) for permission in permissions)


def of_document(db: Session, seen: Seen) -> Sequence[Line]:
    """The packages of a document, for its page."""
    wanted = select(ExchangeMessage).where(ExchangeMessage.office_document_id == seen.doc.id)
    return [Line(one, reason(one)) for one in db.scalars(wanted.order_by(ExchangeMessage.id).limit(PAGE))]
