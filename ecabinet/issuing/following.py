"""How far a document is with each recipient: what the recipients' own work says back by itself, what comes from
outside, reminders. None commits.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from documents.database import Change, Database, changed
from documents.errors import Problem
from ecabinet import audit
from ecabinet.access import Permission, Person
from ecabinet.issuing import sending
from ecabinet.issuing.delivery_rules import (
    NOT_YET,
    DeliveryStatus,
    RecallStatus,
    check_follows,
    status_of,
)
from ecabinet.issuing.models import Delivery, Dispatch
from ecabinet.office import desk
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS
from ecabinet.office.life_rules import OfficeAct, OfficePart, OfficeState
from ecabinet.office.models import SecretKeeper
from ecabinet.office.routing_models import OfficeEvent

REMIND_EVERY = timedelta(hours=12)
LONGEST_NOTE = 500


def keep_told(database: Database) -> None:
    """From now on what a recipient does with their entry is told to the issuer in the same transaction."""
    if follow not in database.followers:
        database.followers.append(follow)


def follow(db: Session, changes: Iterable[Change]) -> None:
    """A follower of the database: entries that were changed say it back to their deliveries."""
    entries = [key for kind, key in changes if kind == "office"]
    if not entries:
        return
    db.flush()
    rows = db.execute(
        select(Delivery, OfficeDocument)
        .join(OfficeDocument, OfficeDocument.id == Delivery.entry_id)
        .where(Delivery.entry_id.in_(entries))
    ).all()
    for delivery, entry in rows:
        before = DeliveryStatus(delivery.status)
        begun = entry.state == OfficeState.ASSIGNED and _has_begun(db, entry.id)
        status = status_of(OfficeState(entry.state), begun=begun, before=before)
        if status != before:
            delivery.status = status
            delivery.note = _last_words(db, entry.id) if status == DeliveryStatus.REFUSED else ""
            changed(db, "delivery", delivery.office_document_id)


def _has_begun(db: Session, entry_id: int) -> bool:
    """Progress reported since it was last given to somebody."""
    reported = exists().where(OfficeEvent.office_document_id == entry_id, OfficeEvent.act == OfficeAct.PROGRESS)
    return bool(db.scalar(select(reported)))


def _last_words(db: Session, entry_id: int) -> str:
    words = select(OfficeEvent.text).where(OfficeEvent.office_document_id == entry_id)
    return (db.scalar(words.order_by(OfficeEvent.id.desc()).limit(1)) or "")[:LONGEST_NOTE]


def heard(db: Session, delivery: Delivery, said: str, at: datetime, note: str = "") -> None:
    """A recipient outside has answered, with a status of edXML; raises ``delivery_state`` for one that cannot come
    now, and ``unknown_choice``. The same one again changes nothing.
    """
    if said in {RecallStatus.AGREED, RecallStatus.REFUSED}:
        if delivery.recall is None:
            raise Problem("delivery_state", f"{said} without a recall")
        delivery.recall = said
    elif said in {*DeliveryStatus} - {DeliveryStatus.PLANNED, DeliveryStatus.WAITING, DeliveryStatus.SENT}:
        if said == delivery.status:
            return
        check_follows(DeliveryStatus(delivery.status), DeliveryStatus(said))
        delivery.status = said
        if said not in {DeliveryStatus.ARRIVED, DeliveryStatus.REFUSED}:
            delivery.received_at = delivery.received_at or at
    else:
        raise Problem("unknown_choice", said)
    delivery.note = note[:LONGEST_NOTE]
    changed(db, "delivery", delivery.office_document_id)


def signed_for(db: Session, seen: Seen, delivery: Delivery, person: Person, now: datetime) -> None:
    """The clerk has the receipt of an organisation outside on paper."""
    if OfficePart.CLERK not in seen.parts or delivery.office_document_id != seen.doc.id:
        raise Problem("forbidden")
    if delivery.outside_id is None:
        raise Problem("delivery_state", "not outside")
    heard(db, delivery, DeliveryStatus.RECEIVED, now)
    audit.record(db, person.member_id, "office_signed_for", f"delivery:{delivery.id}", now)


def remind(db: Session, seen: Seen, person: Person, now: datetime) -> int:
    """Tell all who have not received it once more; how many units. Raises ``reminded_lately``."""
    if OfficePart.CLERK not in seen.parts and OfficePart.LEADER not in seen.parts:
        raise Problem("forbidden")
    doc, dispatch = seen.doc, db.get_one(Dispatch, seen.doc.id)
    if dispatch.reminded_at is not None and now - dispatch.reminded_at < REMIND_EVERY:
        raise Problem("reminded_lately", field="remind")
    if doc.state != OfficeState.ISSUED:
        raise Problem("office_state")
    late = select(Delivery.unit_id).where(
        Delivery.office_document_id == doc.id, Delivery.status.in_(sorted(NOT_YET)), Delivery.unit_id.is_not(None)
    )
    units = [unit_id for unit_id in db.scalars(late) if unit_id is not None]
    if doc.book in SECRET_BOOKS:
        clerks = set(db.scalars(select(SecretKeeper.member_id).where(SecretKeeper.unit_id.in_(units))))
    else:
        clerks = {member for _u, member, _n in desk.holders(db, units, Permission.KEEP_REGISTERS)}
    sending.tell(db, doc, clerks, "Nhắc tiếp nhận văn bản", now)
    dispatch.reminded_at = now
    audit.record(db, person.member_id, "office_remind", f"office:{doc.id}", now, units=len(units))
    return len(units)
