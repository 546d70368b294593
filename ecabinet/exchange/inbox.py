"""Packages that come in, by the address for partners or by a clerk's hand: opened outside any transaction, then taken
once. What cannot be taken is kept with the reason.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import changed
from documents.errors import Problem
from documents.media import media_type
from ecabinet.engines import Engines
from ecabinet.exchange import headers, package_values, partners
from ecabinet.exchange.exchange_rules import DONE, GIVEN_BACK, PER_MINUTE, key_of
from ecabinet.exchange.models import (
    Direction,
    ExchangeMessage,
    ExchangeOrgan,
    ExchangePartner,
    MessageKind,
    MessageState,
)
from ecabinet.exchange.opening import Opened, open_package
from ecabinet.exchange.package_rules import Business, Fault, Header, Status, StatusCode
from ecabinet.issuing import following, recalling
from ecabinet.office import links, origins
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.incoming import File
from ecabinet.office.life_rules import OfficeAct, OfficeState
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.office.links import Link
from ecabinet.office.origin_models import OriginKind
from ecabinet.office.origins import Origin
from ecabinet.office.routing_models import OfficeEvent
from ecabinet.registry.models import Unit

FOR_NOW = frozenset({"busy", "no_clerk", "store_full", "store_down"})
"""Refusals that may be over when the package comes again: they are no fault of it, and no row is kept."""


@dataclass(frozen=True)
class Taken:
    """A package that was taken, now or before (``known``); ``office_id`` is its document, if it has one."""

    office_id: int | None
    known: bool


def check_rate(db: Session, partner: ExchangePartner, now: datetime) -> None:
    """Ask to come later who sends more than anybody reads; raises ``partner_too_fast``."""
    lately = select(func.count()).where(
        ExchangeMessage.unit_id == partner.unit_id, ExchangeMessage.direction == Direction.IN,
        ExchangeMessage.partner_id == partner.id, ExchangeMessage.created_at > now - timedelta(minutes=1),
    )  # fmt: skip
    if (db.scalar(lately) or 0) >= PER_MINUTE:
        raise Problem("partner_too_fast")


def take(engines: Engines, unit_id: int, blob: Blob, partner_id: int | None, now: datetime) -> Taken:
    """Open a package that is in the store and do what it says. ``partner_id`` is who brought it; None: a clerk has.

    Raises :class:`Problem` with a code of :class:`Fault` (kept as a refused row) or of :data:`FOR_NOW`.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="package-") as folder:
            opened = _opened(engines, unit_id, blob, Path(folder))
            with engines.database.reading() as db:
                _check(db, unit_id, partner_id, opened)
                known = _known(db, unit_id, opened, blob)
            if known is not None:
                return known
            files = [_kept(engines, one.path, one.name) for one in opened.files]
        with engines.database.writing() as db:
            return _take(db, unit_id, opened, files, blob, now)
    except IntegrityError:  # the same package came twice at the same moment
        with engines.database.reading() as db:
            known = _known(db, unit_id, opened, blob)
        if known is None:
            raise
        return known
    except Problem as refused:
        if refused.code not in FOR_NOW:
            with engines.database.writing() as db:
                _refuse(db, unit_id, partner_id, blob, refused, now)
        raise


def _opened(engines: Engines, unit_id: int, blob: Blob, folder: Path) -> Opened:
    path = folder / "package.edxml"
    with path.open("wb") as file:
        file.writelines(engines.blobs.open(blob.sha256))
    with engines.database.reading() as db:
        certificates = partners.certificates(db, unit_id)
    return open_package(path, certificates)


def _kept(engines: Engines, path: Path, name: str) -> File:
    with path.open("rb") as file:
        kind = media_type(file)
        return File(engines.blobs.put(file), name, kind)


def _check(db: Session, unit_id: int, partner_id: int | None, opened: Opened) -> None:
    said, organ = opened.said, db.get(ExchangeOrgan, unit_id)
    ours = organ.organ_code if organ is not None else ""
    if partner_id is not None and db.get_one(ExchangePartner, partner_id).organ_code != said.sender.organ_id:
        raise Problem(Fault.SENDER, said.sender.organ_id, organ=said.sender.organ_id)
    to = {one.organ_id for one in said.to} if isinstance(said, Header) else {said.response_for.organ_id}
    if ours not in to:
        raise Problem(Fault.NOT_OURS, ", ".join(sorted(to))[:200])
    if isinstance(said, Header) and said.business != Business.RECALL and not opened.files:
        raise Problem(Fault.EMPTY)


def _known(db: Session, unit_id: int, opened: Opened, blob: Blob) -> Taken | None:
    wanted = select(ExchangeMessage).where(
        ExchangeMessage.direction == Direction.IN, ExchangeMessage.unit_id == unit_id,
        ExchangeMessage.organ_code == opened.said.sender.organ_id,
        ExchangeMessage.key == key_of(opened.said, blob.sha256), ExchangeMessage.state == MessageState.RECEIVED,
    )  # fmt: skip
    found = db.scalar(wanted)
    return None if found is None else Taken(found.office_document_id, True)


def _take(db: Session, unit_id: int, opened: Opened, files: Sequence[File], blob: Blob, now: datetime) -> Taken:
    said, unit = opened.said, db.get_one(Unit, unit_id)
    wanted = select(ExchangePartner).where(
        ExchangePartner.unit_id == unit_id, ExchangePartner.organ_code == said.sender.organ_id
    )  # fmt: skip
    partner = db.scalar(wanted)
    message = ExchangeMessage(
        direction=Direction.IN, unit_id=unit_id, partner_id=partner.id if partner else None,
        organ_code=said.sender.organ_id, organ_name=said.sender.name, key=key_of(said, blob.sha256),
        said=package_values.dumped(said), sha256=blob.sha256, size=blob.size, signature=opened.signature,
        state=MessageState.RECEIVED, run_after=now, created_at=now, settled_at=now,
    )  # fmt: skip
    if isinstance(said, Status):
        message.kind, message.code, message.about = MessageKind.STATUS, said.code, said.response_for.document_id
        _hear(db, message, said, now)
    else:
        message.kind, message.code, message.subject = MessageKind.DOCUMENT, said.business, said.subject
        message.about = said.about[0] if said.business == Business.RECALL else said.document_id
        act = _recall if said.business == Business.RECALL else _receive
        message.office_document_id = act(db, unit, message, said, files, now)
    db.add(message)
    db.flush()
    changed(db, "exchange", unit_id)
    return Taken(message.office_document_id, False)


def _receive(
    db: Session, unit: Unit, message: ExchangeMessage, said: Header, files: Sequence[File], now: datetime
) -> int:
    sender = f"{said.sender.name} ({said.sender.organ_id})"
    origin = Origin(OriginKind.EXCHANGE, sender, headers.offered(said), said.reason)
    doc = origins.receive(db, unit, files, origin, now)
    message.told = StatusCode.ARRIVED
    relation = Relation.REPLACES if said.business == Business.REPLACE else Relation.AMENDS
    for about in said.about:
        earlier = _earlier(db, unit.id, said.sender.organ_id, about)
        if earlier is None or earlier.id == doc.id:
            continue
        link = Link(LinkKind.OFFICE, doc.id, relation, LinkKind.OFFICE, earlier.id)
        links.add(db, link, doc.created_by, now)
        if said.business == Business.REPLACE and earlier.state not in DONE | GIVEN_BACK:
            recalling.freeze(db, earlier, said.reason, earlier.created_by, now)
    return doc.id


def _recall(
    db: Session, unit: Unit, message: ExchangeMessage, said: Header, _files: Sequence[File], now: datetime
) -> int:
    """Frozen until the clerk gives it back; what is done already is kept, with a line in its history."""
    entry = _earlier(db, unit.id, said.sender.organ_id, said.about[0])
    if entry is None:
        raise Problem(Fault.UNKNOWN_DOCUMENT, said.about[0], document=said.about[0])
    message.told = StatusCode.RECALL_ASKED
    if entry.state in DONE:
        db.add(OfficeEvent(
            office_document_id=entry.id, at=now, by=entry.created_by, act=OfficeAct.RECALL, text=said.reason,
            details={"answer": StatusCode.RECALL_REFUSED},
        ))  # fmt: skip
        changed(db, "office", entry.id)
    elif entry.state not in GIVEN_BACK:
        recalling.freeze(db, entry, said.reason, entry.created_by, now)
    return entry.id


def _earlier(db: Session, unit_id: int, organ_code: str, about: str) -> OfficeDocument | None:
    """The entry of a document that this sender sent before."""
    wanted = select(OfficeDocument).join(ExchangeMessage).where(
        ExchangeMessage.unit_id == unit_id, ExchangeMessage.about == about, ExchangeMessage.organ_code == organ_code,
        ExchangeMessage.direction == Direction.IN, ExchangeMessage.kind == MessageKind.DOCUMENT,
        OfficeDocument.state != OfficeState.DISCARDED,
    )  # fmt: skip
    return db.scalar(wanted.order_by(ExchangeMessage.id).limit(1))


def _hear(db: Session, message: ExchangeMessage, said: Status, now: datetime) -> None:
    """A recipient has said how far they are: to the delivery that it is about."""
    sent = db.scalar(
        select(ExchangeMessage).where(
            ExchangeMessage.unit_id == message.unit_id, ExchangeMessage.about == message.about,
            ExchangeMessage.organ_code == message.organ_code, ExchangeMessage.direction == Direction.OUT,
            ExchangeMessage.kind == MessageKind.DOCUMENT, ExchangeMessage.delivery_id.is_not(None),
        ).order_by(ExchangeMessage.id).limit(1)
    )  # fmt: skip
    if sent is None or sent.delivery is None:
        raise Problem(Fault.UNKNOWN_DOCUMENT, message.about, document=message.about)
    message.office_document_id, message.subject = sent.office_document_id, sent.subject
    message.detail = said.description
    try:
        following.heard(db, sent.delivery, said.code, min(said.at, now), said.description)
    except Problem as late:  # what came out of turn is kept and changes nothing
        message.fault = late.code


def _refuse(db: Session, unit_id: int, partner_id: int | None, blob: Blob, refused: Problem, now: datetime) -> None:
    partner = db.get(ExchangePartner, partner_id) if partner_id is not None else None
    code, key = (partner.organ_code if partner else ""), f"refused|{blob.sha256}"
    wanted = select(ExchangeMessage).where(
        ExchangeMessage.direction == Direction.IN, ExchangeMessage.unit_id == unit_id,
        ExchangeMessage.organ_code == code, ExchangeMessage.key == key,
    )  # fmt: skip
    message = db.scalar(wanted)
    if message is None:
        message = ExchangeMessage(
            direction=Direction.IN, kind=MessageKind.DOCUMENT, unit_id=unit_id, partner_id=partner_id, organ_code=code,
            organ_name=partner.name if partner else "", code="", about="", key=key, said={}, sha256=blob.sha256,
            size=blob.size, state=MessageState.REFUSED, attempts=0, run_after=now, created_at=now,
        )  # fmt: skip
        db.add(message)
    message.attempts += 1
    message.said = refused.values
    message.fault, message.detail, message.settled_at = refused.code[:40], refused.detail[:500], now
    changed(db, "exchange", unit_id)
