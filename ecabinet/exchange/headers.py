"""A document of the register as the header of a package, and the header of a package as fields of the register."""

from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Problem
from documents.text import exact, fold
from ecabinet.exchange.models import Direction, ExchangeMessage, ExchangeOrgan, ExchangePartner, MessageKind
from ecabinet.exchange.package_rules import (
    TYPES,
    Business,
    Header,
    Organ,
    Reference,
    Trace,
    document_id,
    line,
    type_number,
)
from ecabinet.issuing.models import Delivery
from ecabinet.office import links
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Urgency
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.upload_words import UPLOAD_LABELS

PRIORITIES = tuple(Urgency)
"""Urgency as packages count it, from 0."""
ACTS = {Relation.REPLACES: Business.REPLACE, Relation.AMENDS: Business.UPDATE, Relation.CORRECTS: Business.UPDATE}


def type_names() -> dict[str, str]:
    """Code → name; those of papers are Vietnamese, whoever reads."""
    with force_locale("vi"):
        return {code: str(name) for code, name in UPLOAD_LABELS["document_type"].items()}


def id_of(doc: OfficeDocument, organ: ExchangeOrgan) -> str:
    """The id of a document that we have issued."""
    if doc.issued_on is None:
        raise Problem("office_state", "without a date")
    return document_id(organ.organ_code, doc.issued_on, doc.code)


def written(db: Session, doc: OfficeDocument, organ: ExchangeOrgan, to: tuple[Organ, ...], now: datetime) -> Header:
    """A document that we have issued, for these recipients; what it replaces or changes is said."""
    business, about, replies = Business.NEW, [], []
    for link in links.of(db, LinkKind.OFFICE, doc.id):
        if link.from_id != doc.id or link.to_kind != LinkKind.OFFICE:
            continue
        other = db.get_one(OfficeDocument, link.to_id)
        if link.relation in ACTS and other.issued_on is not None:
            business = ACTS[link.relation]
            about.append(id_of(other, organ))
        elif link.relation == Relation.REPLIES and (reference := _came(db, other)) is not None:
            replies.append(reference)
    names = type_names()
    return Header(
        sender(organ), to, doc.code_number, doc.code_notation, doc.issued_on or now.date(),
        names.get(doc.type_code, doc.type_code) or names["CV"], line(doc.subject),
        type_number=type_number(doc.type_code),
        signer_position=line(doc.signer_position), signer_name=line(doc.signer_name), due_on=doc.due_on,
        to_places=tuple(filter(None, map(line, doc.to_places.split(";")))),
        priority=PRIORITIES.index(Urgency(doc.urgency)), issued_amount=doc.issued_amount, page_amount=doc.page_amount,
        response_for=tuple(replies), business=business, about=tuple(about), traces=(Trace(organ.organ_code, now),),
        document_id=id_of(doc, organ),
    )  # fmt: skip


def recalled(header: Header, reason: str) -> Header:
    """The package that takes a document back."""
    return Header(**vars(header) | {
        "business": Business.RECALL, "about": (header.document_id,), "reason": line(reason)[:500],
    })  # fmt: skip


def sender(organ: ExchangeOrgan) -> Organ:
    """A unit of ours."""
    return Organ(organ.organ_code, line(organ.name))


def recipient(delivery: Delivery, partner: ExchangePartner) -> Organ:
    """One whom a delivery is for."""
    return Organ(partner.organ_code, line(delivery.name))


def _came(db: Session, doc: OfficeDocument) -> Reference | None:
    """A document that came in a package, as an answer names it."""
    message = db.scalar(
        select(ExchangeMessage).where(
            ExchangeMessage.office_document_id == doc.id, ExchangeMessage.direction == Direction.IN,
            ExchangeMessage.kind == MessageKind.DOCUMENT,
        ).limit(1)
    )  # fmt: skip
    return None if message is None else reference(message)


def reference(message: ExchangeMessage) -> Reference:
    """The document of a package that came in."""
    organ_id, day, code = [*message.about.split(",", 2), "", ""][:3]
    issued = datetime.fromisoformat(message.said["issued_on"]).date()
    return Reference(organ_id if day else message.organ_code, code or message.about, issued, message.about)


def offered(header: Header) -> dict[str, str]:
    """What a header says, by the names of the fields of the register."""
    by_name = {fold(exact(name)): code for code, name in type_names().items()}
    number = header.type_number
    type_code = by_name.get(fold(exact(header.type_name)), TYPES[number - 1] if 1 <= number <= len(TYPES) else "")
    values = {
        "code_number": header.code_number, "code_notation": header.code_notation,
        "issued_on": header.issued_on.isoformat(), "organ_name": header.sender.name, "type_code": type_code,
        "subject": header.subject, "signer_position": header.signer_position, "signer_name": header.signer_name,
        "due_on": header.due_on.isoformat() if header.due_on else "",
        "urgency": PRIORITIES[min(header.priority, len(PRIORITIES) - 1)].value,
        "page_amount": str(header.page_amount or ""), "issued_amount": str(header.issued_amount or ""),
        "to_places": "; ".join(header.to_places),
    }  # fmt: skip
    return {name: value for name, value in values.items() if value}
