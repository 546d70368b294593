"""Transfers that wait (chuyển sinh hoạt đang chờ), as those see them who keep a registry."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from ecabinet.access import Permission, Person
from ecabinet.clock import ZONE
from ecabinet.registry import member_queries, transfers
from ecabinet.registry.history_models import Transfer
from ecabinet.registry.models import Unit
from ecabinet.registry.rules import ConsentStep

MOST = 500


class Way(StrEnum):
    """As the one who looks sees it; within the own units it is both, and counts as coming in."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


@dataclass(frozen=True)
class Chain:
    """A transfer that waits: for whose consent, and since which day. ``mine``: for one that the person may give."""

    transfer: Transfer
    way: Way
    step: ConsentStep
    unit: Unit
    since: date
    late: bool
    mine: bool


def waiting(db: Session, person: Person, today: date) -> list[Chain]:
    """All of them, those first that wait for the person, then by their last day."""
    query = (
        select(Transfer)
        .where(*member_queries.open_transfers(person))
        .options(
            joinedload(Transfer.member), joinedload(Transfer.from_unit), joinedload(Transfer.to_unit),
            selectinload(Transfer.consents),
        )
        .order_by(Transfer.due_on, Transfer.id)
        .limit(MOST)
    )  # fmt: skip
    found = []
    for transfer in db.scalars(query):
        awaited = transfers.next_step(db, transfer)
        if awaited is None:
            continue
        step, unit = awaited
        last = max((consent.at.astimezone(ZONE).date() for consent in transfer.consents), default=transfer.asked_on)
        incoming = person.may(Permission.MANAGE_REGISTRY, transfer.to_unit.path)
        mine = person.may(Permission.MANAGE_REGISTRY, unit.path)
        way = Way.INCOMING if incoming else Way.OUTGOING
        found.append(Chain(transfer, way, step, unit, last, today > transfer.due_on, mine))
    return sorted(found, key=lambda chain: not chain.mine)
