"""Issuing: from the clerk's press to the last inbox.

The press writes one row and one statement. The worker brings the deliveries home in pieces, each in a transaction of
its own: one that was killed has brought none of its piece, and nobody gets anything twice.
"""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from time import monotonic
from typing import Any

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import Database, changed
from documents.errors import Problem
from documents.models import Document, DocumentLabel, Version
from documents.operations import add_document, request_index
from documents.versions import add_version
from ecabinet.access import Permission, Person, member_label, office_label
from ecabinet.engines import Engines
from ecabinet.issuing import numbering, papers, relating
from ecabinet.issuing.delivery_rules import DeliveryStatus, RecipientKind
from ecabinet.issuing.models import Delivery, Dispatch
from ecabinet.notices.operations import tell_all, write
from ecabinet.office import desk
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS
from ecabinet.office.incoming import record
from ecabinet.office.life_rules import OfficeAct
from ecabinet.office.models import SecretKeeper
from ecabinet.office.numbering_rules import check_reason
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus

KIND = "issued"
KEPT_BY = "issuing"
"""The recipients' copy is nobody's to change: its maker is no person and no unit owns it."""
PIECE = 500
TURN_SECONDS = 1.0
"""The worker's other tasks have their turn again after so long."""
SAID = 3
"""So many names stand in a refusal."""


def issue(db: Session, seen: Seen, reason: str, person: Person, now: datetime) -> None:
    """It goes out to all that are planned. Unsealed only with a reason, which is recorded.

    Raises ``no_recipients``, ``unit_dissolved``, ``recipient_left``, ``no_keeper`` (a secret one to a unit where nobody
    is entrusted), ``unsealed``, ``paper_unfinished``.
    """
    doc, state = seen.doc, seen.after(OfficeAct.ISSUE)
    dispatch = numbering.dispatch_of(db, doc.id)
    if dispatch.filled_version is None:
        raise Problem("paper_unfinished")
    version = papers.paper_of(db, doc)
    if dispatch.sealed_version is None and not dispatch.on_paper and not reason.strip():
        raise Problem("unsealed", field="reason")
    reason = check_reason(reason) if reason.strip() else ""
    count = _check(db, doc)
    relating.apply(db, doc, person, now)
    doc.state, dispatch.issued_at, dispatch.issued_by = state, now, person.member_id
    dispatch.document_id = _copy_for_all(db, doc, version, now).id
    planned = (Delivery.office_document_id == doc.id, Delivery.status == DeliveryStatus.PLANNED)
    db.execute(
        update(Delivery).where(*planned).values(status=DeliveryStatus.WAITING)
        .execution_options(synchronize_session="fetch")
    )  # fmt: skip
    record(db, doc, OfficeAct.ISSUE, person, now, reason, {"recipients": count})
    changed(db, "delivery", doc.id)


def _check(db: Session, doc: OfficeDocument) -> int:
    """How many get it; raises for those who cannot."""
    planned: Select[Any] = select(Delivery.name).where(
        Delivery.office_document_id == doc.id, Delivery.status == DeliveryStatus.PLANNED
    )
    count = len(db.scalars(planned).all())
    if not count:
        raise Problem("no_recipients", field="recipients")
    _refuse(planned.join(Unit, Unit.id == Delivery.unit_id).where(Unit.dissolved_on.is_not(None)), db, "units_gone")
    left = planned.join(Member, Member.id == Delivery.member_id).where(Member.status != MemberStatus.ACTIVE)
    _refuse(left, db, "recipient_left")
    if doc.book in SECRET_BOOKS:
        keepers = select(SecretKeeper.unit_id)
        _refuse(planned.where(Delivery.unit_id.is_not(None), Delivery.unit_id.not_in(keepers)), db, "no_keeper")
    return count


def _refuse(found: Select[Any], db: Session, code: str) -> None:
    names = db.scalars(found.limit(SAID + 1)).all()
    if names:
        said = ", ".join(names[:SAID]) + (", …" if len(names) > SAID else "")
        raise Problem(code, field="recipients", names=said)


def _copy_for_all(db: Session, doc: OfficeDocument, issued: Version, now: datetime) -> Document:
    """The paper as its recipients have it: the bytes that were issued, without the drafts before them."""
    copy = add_document(
        db, title=doc.subject, kind=KIND, labels=[], by=KEPT_BY, now=now, type_code=doc.type_code or None,
        number=doc.code, issuer=doc.organ_name, issued_on=doc.issued_on,
    )  # fmt: skip
    copy.secrecy, copy.signer = doc.secrecy, doc.signer_name or None
    filename = f"{doc.code.replace('/', '-')}{PurePath(issued.filename).suffix}"
    blob = Blob(issued.sha256, issued.size)
    add_version(db, copy, blob, filename=filename, media_type=issued.media_type, by=KEPT_BY, now=now)
    return copy


def deliver_some(engines: Engines, now: datetime) -> bool:
    """The worker's task: bring what waits to its recipients, for :data:`TURN_SECONDS` at a time."""
    begun, found = monotonic(), False
    while monotonic() - begun < TURN_SECONDS and deliver_piece(engines.database, now):
        found = True
    return found


def deliver_piece(database: Database, now: datetime, size: int = PIECE) -> int:
    """One piece, in a transaction of its own; how many it had. Two workers at once take different ones."""
    with database.writing() as db:
        return bring_some(db, now, size)


def bring_some(db: Session, now: datetime, size: int = PIECE) -> int:
    """The same in the caller's transaction."""
    waits = select(Delivery).where(Delivery.status == DeliveryStatus.WAITING).order_by(Delivery.id).limit(size)
    by_document: dict[int, list[Delivery]] = defaultdict(list)
    for one in db.scalars(waits.with_for_update(skip_locked=True)):
        by_document[one.office_document_id].append(one)
    for office_id, some in by_document.items():
        doc = db.get_one(OfficeDocument, office_id)
        _bring(db, doc, db.get_one(Dispatch, office_id), some, now)
    return sum(map(len, by_document.values()))


def _bring(db: Session, doc: OfficeDocument, dispatch: Dispatch, some: Sequence[Delivery], now: datetime) -> None:
    units = [one.unit_id for one in some if one.unit_id is not None]
    members = {one.member_id for one in some if one.member_id is not None}
    secret = doc.book in SECRET_BOOKS
    keepers = _keepers(db, units) if secret else {}
    labels = {member_label(one) for one in members}
    labels |= {member_label(one) for one in keepers} if secret else {office_label(unit_id) for unit_id in units}
    if dispatch.document_id is not None:
        open_to(db, dispatch.document_id, labels, now)
    clerks = keepers or {member for _u, member, _n in desk.holders(db, units, Permission.KEEP_REGISTERS)}
    tell(db, doc, members | set(clerks), "Văn bản mới đến", now)
    for one in some:
        outside = one.kind == RecipientKind.OUTSIDE
        one.status, one.at = (DeliveryStatus.SENT if outside else DeliveryStatus.ARRIVED), now
        if outside and not secret:
            _write_outside(db, doc, one, now)
    db.flush()
    changed(db, "delivery", doc.id)


def _keepers(db: Session, unit_ids: Sequence[int]) -> set[int]:
    return set(db.scalars(select(SecretKeeper.member_id).where(SecretKeeper.unit_id.in_(unit_ids))))


def open_to(db: Session, document_id: int, labels: set[str], now: datetime) -> None:
    """These labels open the recipients' copy too."""
    there = select(DocumentLabel.label).where(DocumentLabel.document_id == document_id, DocumentLabel.label.in_(labels))
    new = labels - set(db.scalars(there))
    if new:
        db.execute(insert(DocumentLabel), [{"document_id": document_id, "label": label} for label in sorted(new)])
        request_index(db, document_id, now)
        changed(db, "document", document_id)


def close_to(db: Session, document_id: int, labels: set[str] | None, now: datetime) -> None:
    """These labels open it no longer; None: none does."""
    gone = delete(DocumentLabel).where(DocumentLabel.document_id == document_id)
    if labels is not None:
        gone = gone.where(DocumentLabel.label.in_(labels))
    db.execute(gone.execution_options(synchronize_session=False))
    request_index(db, document_id, now)
    changed(db, "document", document_id)


def tell(db: Session, doc: OfficeDocument, members: set[int], subject: str, now: datetime, words: str = "") -> None:
    """A notice of it to those; of a secret document it says nothing. Its link leads each to their own delivery."""
    secret = doc.book in SECRET_BOOKS
    about = "văn bản mật" if secret else f"{doc.code} {doc.subject}".strip()
    text = "" if secret else "\n".join(part for part in (doc.organ_name, doc.subject, words) if part)
    tell_all(db, members, f"{subject}: {about}", text, f"/office/inbox/of/{doc.id}", now, about=f"office:{doc.id}")


def _write_outside(db: Session, doc: OfficeDocument, one: Delivery, now: datetime) -> None:
    """An address that opens the paper to an organisation without an account; the letter goes where there is one.
    One with an organ code has it by the exchange.
    """
    one.code = secrets.token_urlsafe(18)
    if one.email and not one.organ_code:
        subject, text = f"{doc.organ_name} gửi văn bản {doc.code}", f"{doc.subject}\nKính gửi: {one.name}"
        write(db, one.name[:100], one.email, subject, text, f"/issued/{one.code}", now, about=f"office:{doc.id}")
