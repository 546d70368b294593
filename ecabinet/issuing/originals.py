"""Outgoing documents that begin signed: a paper signed by hand and scanned, and certified copies. None commits."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from documents.errors import Forbidden, Invalid, Problem
from documents.operations import add_document
from documents.rules import Secrecy
from documents.versions import add_version
from ecabinet.access import Permission, Person, member_label, unit_label
from ecabinet.issuing import copy_paper, numbering
from ecabinet.issuing.copy_rules import CopyBlock, check_pages
from ecabinet.issuing.delivery_rules import CopyKind
from ecabinet.issuing.numbering import OUT, Wish
from ecabinet.office import desk, links
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import LARGEST, LENGTHS, Urgency, book_of
from ecabinet.office.incoming import File, record
from ecabinet.office.life_rules import OfficeAct, OfficeState
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.office.links import Link
from ecabinet.registry.models import Unit

KIND = "outgoing"
ON_PAPER = "Ký trên giấy"
"""Words of the history: Vietnamese, whoever reads."""


@dataclass(frozen=True)
class Original:
    """What the clerk says of a paper that was signed by hand."""

    type_code: str
    subject: str
    signer_name: str
    signer_position: str
    to_places: str = ""
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.NORMAL
    page_amount: int | None = None


def original_of(values: Mapping[str, str], types: Collection[str]) -> Original:
    """Read a form; raises :class:`Invalid` naming every fault by its field."""
    names = ("subject", "signer_name", "signer_position", "to_places")
    given = {name: " ".join(values.get(name, "").split()) for name in names}
    faults = {name: Problem("too_long", limit=LENGTHS[name]) for name in names if len(given[name]) > LENGTHS[name]}
    faults |= {name: Problem("missing") for name in ("subject", "signer_name") if not given[name]}
    type_code = values.get("type_code", "")
    if type_code not in types:
        faults["type_code"] = Problem("no_such_type" if type_code else "missing")
    pages = values.get("page_amount", "").strip()
    if pages and not (pages.isascii() and pages.isdigit() and int(pages[:9]) <= LARGEST["page_amount"]):
        faults["page_amount"] = Problem("not_in_range", low=0, high=LARGEST["page_amount"])
    urgency, secrecy = values.get("urgency") or Urgency.NORMAL, values.get("secrecy") or Secrecy.NORMAL
    faults |= {"urgency": Problem("unknown_choice")} if urgency not in list(Urgency) else {}
    faults |= {"secrecy": Problem("unknown_choice")} if secrecy not in list(Secrecy) else {}
    if faults:
        raise Invalid(faults)
    return Original(
        type_code, **given, urgency=Urgency(urgency), secrecy=Secrecy(secrecy),
        page_amount=int(pages) if pages else None,
    )  # fmt: skip


def bring(db: Session, unit: Unit, file: File, said: Original, person: Person, now: datetime) -> OfficeDocument:
    """A paper signed by hand: it waits for its number, as one that was signed here does."""
    if not person.may(Permission.KEEP_REGISTERS, unit.path):
        raise Forbidden
    if said.secrecy == Secrecy.SECRET and not desk.keeps_secrets(db, unit.id, person):
        raise Problem("not_secret_keeper", field="secrecy")
    doc = _begin(db, unit, said, person, now)
    by = member_label(person.member_id)
    add_version(
        db, doc.document, file.blob, filename=file.filename, media_type=file.media_type, by=by, now=now, note=ON_PAPER
    )  # fmt: skip
    numbering.dispatch_of(db, doc.id).on_paper = True
    record(db, doc, OfficeAct.SIGN, person, now, ON_PAPER, {"to": said.signer_name})
    return doc


def _begin(db: Session, unit: Unit, said: Original, person: Person, now: datetime) -> OfficeDocument:
    by = member_label(person.member_id)
    document = add_document(
        db,
        title=said.subject,
        kind=KIND,
        labels=[],
        by=by,
        now=now,
        type_code=said.type_code,
        owner=unit_label(unit.id),
    )
    document.secrecy = said.secrecy
    doc = OfficeDocument(
        direction=OUT, book=book_of(OUT, said.secrecy), unit_id=unit.id, document_id=document.id,
        state=OfficeState.SIGNED, type_code=said.type_code, subject=said.subject, urgency=said.urgency,
        secrecy=said.secrecy, signer_name=said.signer_name, signer_position=said.signer_position,
        to_places=said.to_places, page_amount=said.page_amount, created_by=person.member_id, created_at=now,
    )  # fmt: skip
    doc.unit, doc.document = unit, document
    db.add(doc)
    db.flush()
    return doc


@dataclass(frozen=True)
class CopyWish:
    """What the clerk says of a copy: which kind, of which pages, who signs it, its number."""

    kind: CopyKind
    pages: str
    signer_name: str
    signer_position: str
    number: Wish


def begin_copy(db: Session, seen: Seen, wish: CopyWish, person: Person, now: datetime) -> OfficeDocument:
    """A certified copy of an issued document: a document of its own with the next number of the copies' series. Its
    file is made by :func:`.papers.fill`.
    """
    source = seen.doc
    seen.after(OfficeAct.COPY)
    pages = check_pages(wish.pages, wish.kind)
    said = original_of(
        {"type_code": wish.kind, "subject": source.subject, "signer_name": wish.signer_name,
         "signer_position": wish.signer_position, "urgency": source.urgency, "secrecy": source.secrecy},
        [wish.kind],
    )  # fmt: skip
    doc = _begin(db, source.unit, said, person, now)
    dispatch = numbering.dispatch_of(db, doc.id)
    dispatch.copy_kind, dispatch.copy_pages = wish.kind, pages
    record(db, doc, OfficeAct.SIGN, person, now, "", {"to": said.signer_name})
    link = Link(LinkKind.OFFICE, doc.id, Relation.COPIES, LinkKind.OFFICE, source.id)
    links.add(db, link, person.member_id, now)
    numbering.number(db, desk.load_to_change(db, person, doc.id), wish.number, person, now)
    record(db, source, OfficeAct.COPY, person, now, "", {"to": doc.code, "copy": doc.id})
    return doc


def drawn(doc: OfficeDocument, kind: CopyKind, pages: str, paper: bytes) -> bytes:
    """The file of a copy; raises ``not_pages`` and ``not_copied``."""
    if doc.issued_on is None:
        raise Problem("office_state", "without a date")
    block = CopyBlock(kind, doc.organ_name, doc.code, doc.issued_on, doc.signer_position, doc.signer_name)
    return copy_paper.made(paper, pages, block)
