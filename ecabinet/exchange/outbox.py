"""Packages that go out: what is to be said is found in the tables, written and signed outside any transaction, and
stands in the outbox once, whoever found it first.
"""

import io
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Select, case, exists, false, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from documents.blobs import Blob
from documents.database import changed
from documents.errors import Problem
from documents.models import Version
from ecabinet.engines import Engines
from ecabinet.exchange import edxml, headers, package_values, signatures
from ecabinet.exchange.exchange_rules import FINAL, answers, key_of, says
from ecabinet.exchange.models import (
    Direction,
    ExchangeMessage,
    ExchangeOrgan,
    ExchangePartner,
    MessageKind,
    MessageState,
)
from ecabinet.exchange.package_rules import (
    MOST_BYTES,
    Attachment,
    Business,
    Fault,
    Header,
    Package,
    Status,
    StatusCode,
    line,
)
from ecabinet.issuing import receiving
from ecabinet.issuing.delivery_rules import DeliveryStatus, RecallStatus, RecipientKind
from ecabinet.issuing.models import Delivery, Dispatch
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.life_rules import OfficeAct, OfficeState
from ecabinet.office.routing_models import OfficeEvent
from ecabinet.printing import seals

NAMED = 20
EVERY = timedelta(seconds=5)
"""How long the tables are left alone when nothing was to be said."""


def fill(engines: Engines, now: datetime) -> bool:
    """The worker's task: one more package for each kind of thing to say; False when all is said."""
    return any([send_documents(engines, now), send_recalls(engines, now), send_statuses(engines, now)])


def _of_delivery() -> Select[Delivery, ExchangePartner, ExchangeOrgan]:
    """Deliveries to organisations that the issuing unit exchanges packages with."""
    return (
        select(Delivery, ExchangePartner, ExchangeOrgan)
        .join(OfficeDocument, OfficeDocument.id == Delivery.office_document_id)
        .join(ExchangePartner, (ExchangePartner.unit_id == OfficeDocument.unit_id)
              & (ExchangePartner.organ_code == Delivery.organ_code))
        .join(ExchangeOrgan, ExchangeOrgan.unit_id == OfficeDocument.unit_id)
        .where(Delivery.kind == RecipientKind.OUTSIDE, Delivery.organ_code != "", ExchangePartner.active)
        .where(ExchangePartner.url != "", OfficeDocument.book == Book.OUTGOING)
        .order_by(Delivery.id)
    )  # fmt: skip


def send_documents(engines: Engines, now: datetime) -> bool:
    """One document that was issued to a partner and is in no package yet."""
    there = exists().where(ExchangeMessage.delivery_id == Delivery.id)
    with engines.database.reading() as db:
        row = db.execute(_of_delivery().where(Delivery.status == DeliveryStatus.SENT, ~there).limit(1)).first()
        if row is None:
            return False
        delivery, partner, organ = row
        header = headers.written(db, delivery.document, organ, (headers.recipient(delivery, partner),), now)
        version = receiving.issued_version(db, db.get_one(Dispatch, delivery.office_document_id))
    message = _message(partner, header, delivery.office_document_id, now, delivery.id)
    _put(engines, message, header, now, lambda: (attachment(engines, version),))
    return True


def send_recalls(engines: Engines, now: datetime) -> bool:
    """One recall of a document that went to a partner in a package, or may have."""
    sent, recalled = aliased(ExchangeMessage), aliased(ExchangeMessage)
    left = exists().where(sent.delivery_id == Delivery.id, sent.code != Business.RECALL, sent.state != "failed")
    there = exists().where(recalled.delivery_id == Delivery.id, recalled.code == Business.RECALL)
    with engines.database.reading() as db:
        asked = _of_delivery().where(Delivery.recall == RecallStatus.ASKED, left, ~there)
        row = db.execute(asked.limit(1)).first()
        if row is None:
            return False
        delivery, partner, organ = row
        header = headers.written(db, delivery.document, organ, (headers.recipient(delivery, partner),), now)
        header = headers.recalled(header, _reason(db, delivery.office_document_id))
    _put(engines, _message(partner, header, delivery.office_document_id, now, delivery.id), header, now)
    return True


def _reason(db: Session, office_id: int) -> str:
    words = select(OfficeEvent.text).where(
        OfficeEvent.office_document_id == office_id, OfficeEvent.act == OfficeAct.RECALL
    )  # fmt: skip
    return db.scalar(words.order_by(OfficeEvent.id.desc()).limit(1)) or ""


def send_statuses(engines: Engines, now: datetime) -> bool:
    """One sender who is to hear how far we are with what they sent, or what became of their recall."""
    with engines.database.reading() as db:
        found = _to_tell(db)
        if found is None:
            return False
        message, partner, organ, code = found
        note = _last_words(db, message.office_document_id) if code in FINAL - {StatusCode.DONE} else ""
        said = Status(headers.reference(message), headers.sender(organ), code, now, line(note)[:500])
    answer = _message(partner, said, message.office_document_id, now)
    answer.subject = message.subject
    _put(engines, answer, said, now, also=lambda db: _told(db, message, code))
    return True


def _to_tell(db: Session) -> tuple[ExchangeMessage, ExchangePartner, ExchangeOrgan, StatusCode] | None:
    """The first package whose document stands elsewhere than its sender was told."""
    begun = exists().where(
        OfficeEvent.office_document_id == OfficeDocument.id, OfficeEvent.act == OfficeAct.PROGRESS
    )  # fmt: skip
    open_ones = (
        select(ExchangeMessage, ExchangePartner, ExchangeOrgan, OfficeDocument,
               case((OfficeDocument.state == OfficeState.ASSIGNED, begun), else_=false()))
        .join(ExchangePartner, ExchangePartner.id == ExchangeMessage.partner_id)
        .join(ExchangeOrgan, ExchangeOrgan.unit_id == ExchangeMessage.unit_id)
        .join(OfficeDocument, OfficeDocument.id == ExchangeMessage.office_document_id)
        .where(ExchangeMessage.told != "", ExchangeMessage.told.not_in(("02", "06", "15", "16")))
        .where(ExchangePartner.active, ExchangePartner.url != "")
        .order_by(ExchangeMessage.id)
    )  # fmt: skip
    for message, partner, organ, doc, has_begun in db.execute(open_ones):
        state, frozen = OfficeState(doc.state), doc.recalled_at is not None
        asked = message.code == Business.RECALL
        code = answers(state, frozen=frozen) if asked else says(state, begun=has_begun, frozen=frozen)
        if code is not None and code != message.told:
            return message, partner, organ, code
    return None


def _last_words(db: Session, office_id: int | None) -> str:
    words = select(OfficeEvent.text).where(OfficeEvent.office_document_id == office_id)
    return db.scalar(words.order_by(OfficeEvent.id.desc()).limit(1)) or ""


def _told(db: Session, message: ExchangeMessage, code: StatusCode) -> None:
    """Remember it; of what was given back there is nothing more to say, also not of the document itself."""
    told = update(ExchangeMessage).where(ExchangeMessage.id == message.id)
    if code == StatusCode.RECALL_AGREED:
        told = update(ExchangeMessage).where(
            ExchangeMessage.office_document_id == message.office_document_id, ExchangeMessage.direction == Direction.IN,
            ExchangeMessage.told != "",
        )  # fmt: skip
    db.execute(told.values(told=code).execution_options(synchronize_session=False))


def attachment(engines: Engines, version: Version) -> Attachment:
    """The file of a document; raises ``package_too_large``."""
    if version.size > MOST_BYTES * 3 // 4:  # base64 makes four bytes of three
        raise Problem(Fault.TOO_LARGE, limit=MOST_BYTES // 1024**2)
    content = b"".join(engines.blobs.open(version.sha256))
    return Attachment("file-1", line(version.filename), version.media_type, content)


def packed(engines: Engines, package: Package, now: datetime) -> Blob:
    """The package signed by the organisation, in the store."""
    signed = signatures.sign(edxml.write(package), seals.identity(engines.config, now))
    return engines.blobs.put(io.BytesIO(signed))


def _message(
    partner: ExchangePartner,
    said: Header | Status,
    office_id: int | None,
    now: datetime,
    delivery_id: int | None = None,
) -> ExchangeMessage:
    document = isinstance(said, Header)
    return ExchangeMessage(
        direction=Direction.OUT, kind=MessageKind.DOCUMENT if document else MessageKind.STATUS,
        unit_id=partner.unit_id, partner_id=partner.id, organ_code=partner.organ_code, organ_name=partner.name,
        code=said.business if isinstance(said, Header) else said.code,
        about=said.document_id if isinstance(said, Header) else said.response_for.document_id,
        subject=said.subject if isinstance(said, Header) else "", said=package_values.dumped(said),
        office_document_id=office_id, delivery_id=delivery_id, state=MessageState.WAITING, run_after=now,
        created_at=now,
    )  # fmt: skip


def _put(
    engines: Engines, message: ExchangeMessage, said: Header | Status, now: datetime,
    files: Callable[[], tuple[Attachment, ...]] = tuple, also: Callable[[Session], None] | None = None,
) -> None:  # fmt: skip
    """Into the outbox. What cannot be packed stands there as failed, with the reason: nothing is lost in silence."""
    try:
        blob = packed(engines, Package(said, files()), now)
    except Problem as refused:
        message.state, message.fault, message.detail = MessageState.FAILED, refused.code[:40], refused.detail[:500]
        message.settled_at = now
        blob = engines.blobs.put(io.BytesIO(message.detail.encode()))
    message.sha256, message.size, message.key = blob.sha256, blob.size, key_of(said, blob.sha256)
    with suppress(IntegrityError), engines.database.writing() as db:  # another worker was first
        db.add(message)
        db.flush()
        if also is not None:
            also(db)
        changed(db, "exchange", message.unit_id)


def without_partner(db: Session, unit_id: int) -> Iterable[tuple[str, str]]:
    """Code and name of the organisations to which documents were issued, but no package can be sent."""
    partners = select(ExchangePartner.organ_code).where(
        ExchangePartner.unit_id == unit_id, ExchangePartner.active, ExchangePartner.url != ""
    )  # fmt: skip
    wanted = (
        select(Delivery.organ_code, Delivery.name)
        .join(OfficeDocument, OfficeDocument.id == Delivery.office_document_id)
        .where(OfficeDocument.unit_id == unit_id, Delivery.kind == RecipientKind.OUTSIDE, Delivery.organ_code != "")
        .where(Delivery.status == DeliveryStatus.SENT, OfficeDocument.book == Book.OUTGOING)
        .where(Delivery.organ_code.not_in(partners))
        .distinct().limit(NAMED)
    )  # fmt: skip
    return [(code, name) for code, name in db.execute(wanted)]


def retry(db: Session, message: ExchangeMessage, now: datetime) -> None:
    """Somebody wants it tried again; raises ``exchange_state`` for what is not given up."""
    if message.direction != Direction.OUT or message.state != MessageState.FAILED:
        raise Problem("exchange_state")
    changed(db, "exchange", message.unit_id)
    if not message.attempts:  # it could not even be packed: that is done anew
        db.delete(message)
        return
    message.state, message.attempts, message.run_after, message.fault, message.detail = (
        MessageState.WAITING, 0, now, "", "",
    )  # fmt: skip
    message.settled_at = None
