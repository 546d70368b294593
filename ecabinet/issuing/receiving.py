"""The recipient's side: what arrived in the inbox of a unit is taken into its register or refused; members read what
was sent to them. None commits.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from documents.blobs import Blob
from documents.database import changed
from documents.errors import Forbidden, NotFound, Problem
from documents.models import Version
from documents.queries import newest_version
from documents.rules import Secrecy
from ecabinet import audit
from ecabinet.access import Permission, Person, office_label
from ecabinet.issuing import relating, sending
from ecabinet.issuing.delivery_rules import DeliveryStatus, check_follows
from ecabinet.issuing.models import Delivery, Dispatch
from ecabinet.office import desk, incoming, links
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS, Facts, Urgency
from ecabinet.office.incoming import File, Registering
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.office.links import Link
from ecabinet.office.numbering_rules import check_reason

IN_THE_OFFICE = (Permission.KEEP_REGISTERS, Permission.ASSIGN)
"""Who sees the inbox of a unit: its clerks, and its leaders."""
UNSEEN = frozenset({DeliveryStatus.PLANNED, DeliveryStatus.WAITING})


@dataclass(frozen=True)
class Arrived:
    """A delivery as one person has to do with it; ``takes``: may take it into the register, or refuse it."""

    delivery: Delivery
    doc: OfficeDocument
    dispatch: Dispatch
    takes: bool

    @property
    def waits(self) -> bool:
        """Nobody has taken it yet, and it was not recalled."""
        return self.delivery.status == DeliveryStatus.ARRIVED and self.delivery.recall is None


def load(db: Session, person: Person, delivery_id: int, *, change: bool = False) -> Arrived:
    """A delivery for those whom it reached; for all others, and once it was taken back, it does not exist."""
    wanted = select(Delivery).where(Delivery.id == delivery_id)
    if change:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    delivery = db.scalar(wanted)
    if delivery is None or delivery.status in UNSEEN or not _reaches(db, person, delivery):
        raise NotFound(f"delivery {delivery_id}")
    doc = db.get_one(OfficeDocument, delivery.office_document_id, options=[joinedload(OfficeDocument.unit)])
    if delivery.recall is not None and delivery.entry_id is None:
        raise NotFound(f"delivery {delivery_id}, recalled")
    takes = delivery.unit is not None and person.may(Permission.KEEP_REGISTERS, delivery.unit.path)
    return Arrived(delivery, doc, db.get_one(Dispatch, doc.id), takes)


def _reaches(db: Session, person: Person, delivery: Delivery) -> bool:
    if delivery.member_id is not None:
        return delivery.member_id == person.member_id
    unit = delivery.unit
    if unit is None or not any(person.may(permission, unit.path) for permission in IN_THE_OFFICE):
        return False
    return delivery.document.book not in SECRET_BOOKS or desk.keeps_secrets(db, unit.id, person)


def issued_version(db: Session, dispatch: Dispatch) -> Version:
    """The file as it was issued."""
    version = newest_version(db, dispatch.document_id) if dispatch.document_id is not None else None
    if version is None:
        raise NotFound(f"issued paper of {dispatch.office_document_id}")
    return version


def note_reading(db: Session, arrived: Arrived, now: datetime) -> None:
    """The first time that it is opened; the first who opens it stands for a unit."""
    if arrived.delivery.read_at is None:
        arrived.delivery.read_at = now
        changed(db, "delivery", arrived.doc.id)


def accept(
    db: Session, arrived: Arrived, arrived_on: date, how: Registering, due_on: date | None, person: Person,
    now: datetime,
) -> OfficeDocument:  # fmt: skip
    """Take it into the unit's register under its next arrival number, with the fields of the issued document.

    Raises :class:`.incoming.Duplicate` unless told otherwise, and as registering does.
    """
    delivery, doc = arrived.delivery, arrived.doc
    if not arrived.takes or delivery.unit is None:
        raise Forbidden
    check_follows(DeliveryStatus(delivery.status), DeliveryStatus.RECEIVED)
    if delivery.entry_id is not None:
        raise Problem("delivery_state", "received already")
    issued = issued_version(db, arrived.dispatch)
    file = File(Blob(issued.sha256, issued.size), issued.filename, issued.media_type)
    secret = doc.book in SECRET_BOOKS
    version = incoming.receive(db, delivery.unit, file, person, now, secret=secret)
    found = select(OfficeDocument.id).where(OfficeDocument.document_id == version.document_id)
    entry_id = db.scalars(found).one()
    facts = facts_of(doc, arrived_on, due_on)
    incoming.register(db, desk.load_to_change(db, person, entry_id), facts, how, person, now)
    entry = db.get_one(OfficeDocument, entry_id)
    delivery.entry_id, delivery.status, delivery.received_at = entry_id, DeliveryStatus.RECEIVED, now
    delivery.read_at, delivery.note = delivery.read_at or now, ""
    db.flush()
    link = Link(LinkKind.OFFICE, entry_id, Relation.RECEIVED_FROM, LinkKind.OFFICE, doc.id)
    links.add(db, link, person.member_id, now)
    relating.carry(db, delivery, entry, person, now)
    if arrived.dispatch.document_id is not None and not secret:  # they have it in their own register now
        sending.close_to(db, arrived.dispatch.document_id, {office_label(delivery.unit.id)}, now)
    changed(db, "delivery", doc.id)
    return entry


def facts_of(doc: OfficeDocument, arrived_on: date, due_on: date | None = None) -> Facts:
    """What the recipient's register says of it, word for word."""
    due = due_on or doc.due_on
    return Facts(
        doc.code_number, doc.code_notation, doc.type_code, doc.issued_on or arrived_on, doc.organ_name, doc.subject,
        arrived_on, Urgency(doc.urgency), Secrecy(doc.secrecy), due if due is None or due >= arrived_on else None,
        doc.language, doc.page_amount, doc.issued_amount, "", doc.signer_position, doc.signer_name, doc.to_places,
    )  # fmt: skip


def refuse(db: Session, arrived: Arrived, reason: str, person: Person, now: datetime) -> None:
    """It is not for this unit: back to the issuer with the reason."""
    delivery, doc = arrived.delivery, arrived.doc
    if not arrived.takes or delivery.unit is None:
        raise Forbidden
    check_follows(DeliveryStatus(delivery.status), DeliveryStatus.REFUSED)
    if delivery.entry_id is not None:
        raise Problem("delivery_state", "in the register: it is voided there")
    delivery.note, delivery.status = check_reason(reason), DeliveryStatus.REFUSED
    if arrived.dispatch.document_id is not None and doc.book not in SECRET_BOOKS:
        sending.close_to(db, arrived.dispatch.document_id, {office_label(delivery.unit.id)}, now)
    audit.record(db, person.member_id, "office_refuse_delivery", f"delivery:{delivery.id}", now, unit=delivery.unit_id)
    if arrived.dispatch.issued_by is not None:
        words = "" if doc.book in SECRET_BOOKS else f"{delivery.name}: {delivery.note}"
        sending.tell(db, doc, {arrived.dispatch.issued_by}, "Đơn vị từ chối nhận văn bản", now, words)
    changed(db, "delivery", doc.id)
