"""A document is taken back: it vanishes where nobody has received it, and lies frozen where somebody has, until the
recipient gives it back or says why not. None commits.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Problem
from ecabinet.access import Permission, Person
from ecabinet.issuing import sending
from ecabinet.issuing.delivery_rules import (
    AT_WORK,
    DeliveryStatus,
    RecallStatus,
    RecipientKind,
    after_recall,
    may_refuse_recall,
)
from ecabinet.issuing.models import Delivery, Dispatch
from ecabinet.notices.operations import tell_all
from ecabinet.office import desk
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS
from ecabinet.office.incoming import record
from ecabinet.office.life_rules import OfficeAct, OfficePart
from ecabinet.office.numbering_rules import check_reason
from ecabinet.office.routing_models import Assignment, OfficeEvent

BOTH = (OfficePart.CLERK, OfficePart.LEADER)
TOLD_AT_ONCE = 500


def recall(db: Session, seen: Seen, reason: str, person: Person, now: datetime) -> None:
    """Take an issued document back from all who have it."""
    doc, state = seen.doc, seen.after(OfficeAct.RECALL)
    reason = check_reason(reason)
    dispatch = db.get_one(Dispatch, doc.id)
    gone = list(db.scalars(
        select(Delivery).where(Delivery.office_document_id == doc.id, Delivery.status != DeliveryStatus.PLANNED)
        .with_for_update()
    ))  # fmt: skip
    for one in gone:
        status = DeliveryStatus(one.status)
        one.recall = after_recall(status, RecipientKind(one.kind))
        if status == DeliveryStatus.WAITING:  # it never left
            one.status = DeliveryStatus.PLANNED
    db.flush()
    entries = [one.entry_id for one in gone if one.entry_id is not None and one.status in AT_WORK]
    _freeze(db, entries, reason, person.member_id, now)
    if dispatch.document_id is not None:
        sending.close_to(db, dispatch.document_id, None, now)
    doc.state = state
    said = {"asked": sum(one.recall == RecallStatus.ASKED for one in gone), "recipients": len(gone)}
    record(db, doc, OfficeAct.RECALL, person, now, reason, said)
    _tell(db, doc, [one for one in gone if one.status != DeliveryStatus.PLANNED], entries, reason, now)
    changed(db, "delivery", doc.id)


def freeze(db: Session, entry: OfficeDocument, reason: str, by: int, now: datetime) -> None:
    """The issuer of what came in has taken it back, by whatever way it came; once is enough."""
    if entry.recalled_at is None:
        _freeze(db, [entry.id], reason, by, now)
        db.refresh(entry)


def _freeze(db: Session, entries: Sequence[int], reason: str, by: int, now: datetime) -> None:
    for start in range(0, len(entries), TOLD_AT_ONCE):
        some = entries[start : start + TOLD_AT_ONCE]
        db.execute(update(OfficeDocument).where(OfficeDocument.id.in_(some)).values(recalled_at=now))
        db.execute(insert(OfficeEvent), [
            {"office_document_id": one, "at": now, "by": by, "act": OfficeAct.RECALL, "text": reason,
             "details": {"answer": RecallStatus.ASKED}}
            for one in some
        ])  # fmt: skip
        for one in some:
            changed(db, "office", one)


def _tell(
    db: Session, doc: OfficeDocument, gone: Sequence[Delivery], entries: Sequence[int], reason: str, now: datetime
) -> None:
    """The clerks of all units that had it, the members, and whoever works on it."""
    secret = doc.book in SECRET_BOOKS
    members = {one.member_id for one in gone if one.member_id is not None}
    units = [one.unit_id for one in gone if one.unit_id is not None]
    if not secret:
        members |= {member for _u, member, _n in desk.holders(db, units, Permission.KEEP_REGISTERS)}
    for start in range(0, len(entries), TOLD_AT_ONCE):
        working = select(Assignment.member_id).where(
            Assignment.office_document_id.in_(entries[start : start + TOLD_AT_ONCE]),
            Assignment.withdrawn_at.is_(None), Assignment.member_id.is_not(None),
        )  # fmt: skip
        members |= {one for one in db.scalars(working) if one is not None}
    sending.tell(db, doc, members, "Thu hồi văn bản", now, reason)


def agree(db: Session, seen: Seen, note: str, person: Person, now: datetime) -> None:
    """The recipient gives it back: nothing more is done with it."""
    entry, state = seen.doc, _answer(seen)
    entry.state = state
    _say(db, entry, RecallStatus.AGREED, note)
    record(db, entry, OfficeAct.RECALL, person, now, note, {"answer": RecallStatus.AGREED})


def refuse(db: Session, seen: Seen, reason: str, person: Person, now: datetime) -> None:
    """The work was begun or is done: the recipient keeps it, with the reason, and the issuer is told.

    Raises ``recall_nothing_done`` where nothing was done yet: that is given back.
    """
    entry = seen.doc
    _answer(seen)
    reason = check_reason(reason)
    delivery = _of_entry(db, entry)
    if delivery is None or not may_refuse_recall(DeliveryStatus(delivery.status)):
        raise Problem("recall_nothing_done", field="reason")
    entry.recalled_at = None
    _say(db, entry, RecallStatus.REFUSED, reason)
    record(db, entry, OfficeAct.RECALL, person, now, reason, {"answer": RecallStatus.REFUSED})
    dispatch = db.get_one(Dispatch, delivery.office_document_id)
    if dispatch.issued_by is not None:
        doc = delivery.document
        about = "văn bản mật" if doc.book in SECRET_BOOKS else f"{doc.code} {doc.subject}"
        text = "" if doc.book in SECRET_BOOKS else f"{delivery.name}: {reason}"
        tell_all(
            db, {dispatch.issued_by}, f"Đơn vị không đồng ý thu hồi: {about}", text, f"/office/documents/{doc.id}", now,
            about=f"office:{doc.id}",
        )  # fmt: skip


def _answer(seen: Seen) -> str:
    state = seen.after(OfficeAct.RECALL)
    if seen.doc.recalled_at is None:
        raise Problem("office_state", "not recalled")
    return state


def _of_entry(db: Session, entry: OfficeDocument) -> Delivery | None:
    return db.scalar(select(Delivery).where(Delivery.entry_id == entry.id).with_for_update())


def _say(db: Session, entry: OfficeDocument, answer: RecallStatus, note: str) -> None:
    """Back to the issuer, where it came from inside the system."""
    delivery = _of_entry(db, entry)
    if delivery is not None:
        delivery.recall, delivery.note = answer, note[:500]
        changed(db, "delivery", delivery.office_document_id)
