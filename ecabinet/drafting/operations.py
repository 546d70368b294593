"""Drafts: begun, written, given their next version, thrown away. None of these commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from documents import loans
from documents.blobs import Blob
from documents.database import changed
from documents.errors import Forbidden, Invalid, NotFound, Problem
from documents.media import DOCX, PDF
from documents.models import Loan, Version
from documents.operations import add_document, rename
from documents.queries import newest_version
from documents.versions import add_version
from ecabinet.access import Permission, Person, member_label, unit_label
from ecabinet.drafting import papers
from ecabinet.drafting.form_rules import Fault
from ecabinet.drafting.models import OfficeDraft
from ecabinet.drafting.paper_rules import Content, kept, lines
from ecabinet.drafting.papers import Made, Plan
from ecabinet.office import links, series
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import book_of, searched
from ecabinet.office.incoming import record
from ecabinet.office.life_rules import BEGINNING, OfficeAct, OfficePart
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.office.models import Issuer
from ecabinet.office.numbering_rules import Direction, check_reason
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus

OUT = Direction.OUTGOING
KIND = "outgoing"
KINDS = frozenset({DOCX, PDF})
"""What a draft can be."""
LENT = timedelta(hours=8)
LONGEST_NAME = 50


@dataclass(frozen=True)
class Origin:
    """What a draft comes from."""

    relation: Relation
    kind: LinkKind
    key: int


def issuer_in(db: Session, unit: Unit, issuer_id: int | None) -> Issuer:
    """One of the unit's issuers; without an id the unit itself."""
    if issuer_id is None:
        return series.issuer_of(db, unit)
    issuer = db.get(Issuer, issuer_id)
    if issuer is None or issuer.unit_id != unit.id:
        raise Invalid({"issuer": Problem("unknown_choice")})
    return issuer


def signer_of(db: Session, content: Content) -> Member | None:
    """Who is to sign; raises ``chain_left`` by name for somebody who is no longer there."""
    if content.signer_id is None:
        return None
    member = db.get(Member, content.signer_id)
    if member is None:
        raise Invalid({"signer_id": Problem("no_such_member")})
    if member.status != MemberStatus.ACTIVE:
        raise Invalid({"signer_id": Problem("chain_left", name=member.full_name)})
    if len(member.full_name) > LONGEST_NAME:
        raise Invalid({"signer_id": Problem("too_long", limit=LONGEST_NAME)})
    return member


def begin(
    db: Session, issuer: Issuer, plan: Plan, made: Made, origins: Sequence[Origin], person: Person, now: datetime
) -> OfficeDocument:
    """A draft of its drafter alone, with its first version."""
    unit, content = issuer.unit, plan.paper.content
    person.require(Permission.DRAFT, unit.path)
    document = add_document(
        db, title=content.subject, kind=KIND, labels=[], by=member_label(person.member_id), now=now,
        owner=unit_label(unit.id), issuer=issuer.name,
    )  # fmt: skip
    doc = OfficeDocument(
        direction=OUT, book=book_of(OUT, content.secrecy), unit_id=unit.id, document_id=document.id,
        state=BEGINNING[OUT], subject=content.subject, secrecy=content.secrecy, created_by=person.member_id,
        created_at=now,
    )  # fmt: skip
    doc.unit, doc.document = unit, document
    db.add(doc)
    db.flush()
    draft = OfficeDraft(office_document_id=doc.id)
    draft.faults, draft.reason, draft.round, draft.chain_from = [], "", 0, 1
    _say(db, doc, draft, issuer, plan, now)
    db.add(draft)
    db.flush()
    _add(db, doc, draft, made, person, now)
    for origin in origins:
        link = links.Link(LinkKind.OFFICE, doc.id, origin.relation, origin.kind, origin.key)
        links.add(db, link, person.member_id, now)
    record(db, doc, OfficeAct.EDIT, person, now, details={"begun": True})
    return doc


def _say(db: Session, doc: OfficeDocument, draft: OfficeDraft, issuer: Issuer, plan: Plan, now: datetime) -> None:
    content, signer = plan.paper.content, signer_of(db, plan.paper.content)
    draft.issuer_id, draft.issuer, draft.form = issuer.id, issuer, plan.paper.form
    draft.superior, draft.drafter, draft.place = content.superior, content.drafter, content.place
    draft.authority, draft.authority_of = content.authority, content.authority_of
    draft.signer_id, draft.content = content.signer_id, kept(content)
    draft.template_id = plan.template.id if plan.template is not None else None
    doc.type_code, doc.subject, doc.organ_name = content.type_code, content.subject, issuer.name
    doc.organ_key = searched(issuer.name)[:200]
    doc.urgency, doc.secrecy, doc.due_on = content.urgency, content.secrecy, content.due_on
    doc.book = book_of(OUT, content.secrecy)
    doc.signer_name, doc.signer_position = signer.full_name if signer else "", content.position
    doc.to_places = "; ".join(line.strip("-;. ") for line in lines(content.recipients))[:1000]
    doc.searched = searched(issuer.name, content.subject, doc.signer_name)
    document = doc.document
    document.type_code, document.issuer, document.secrecy = content.type_code, issuer.name, content.secrecy
    document.signer = doc.signer_name or None
    if document.title != content.subject:
        rename(db, document, content.subject, now)


def _add(db: Session, doc: OfficeDocument, draft: OfficeDraft, made: Made, person: Person, now: datetime) -> None:
    version = add_version(
        db, doc.document, made.blob, filename=f"du-thao-{doc.id}.docx", media_type=DOCX,
        by=member_label(person.member_id), now=now,
    )  # fmt: skip
    draft.made_version_id = version.id
    set_check(draft, version, made.faults)


def set_check(draft: OfficeDraft, version: Version, faults: Sequence[Fault]) -> None:
    """Keep what was found in the form of a version."""
    draft.checked_version_id = version.id
    draft.faults = [vars(fault) for fault in faults]


def faults_of(draft: OfficeDraft) -> tuple[Fault, ...]:
    """What was found in the form of the version that was checked last."""
    return tuple(Fault(**fault) for fault in draft.faults)


def draft_of(db: Session, doc: OfficeDocument) -> OfficeDraft:
    """What a draft says; what came in, or was registered without a draft, has none."""
    draft = db.get(OfficeDraft, doc.id)
    if draft is None:
        raise NotFound(f"draft of office document {doc.id}")
    return draft


def newest(db: Session, doc: OfficeDocument) -> Version:
    """The version that is worked on."""
    version = newest_version(db, doc.document_id)
    if version is None:
        raise NotFound(f"version of office document {doc.id}")
    return version


def write(
    db: Session, seen: Seen, issuer: Issuer, plan: Plan, made: Made | None, person: Person, now: datetime
) -> None:  # fmt: skip
    """Say it otherwise; ``made`` is the file that it makes, None to leave the file as somebody changed it by hand."""
    doc, draft = seen.doc, draft_of(db, seen.doc)
    doc.state = seen.after(OfficeAct.EDIT)
    if issuer.unit_id != doc.unit_id:
        raise Forbidden
    _say(db, doc, draft, issuer, plan, now)
    if made is not None and made.blob.sha256 != newest(db, doc).sha256:
        _add(db, doc, draft, made, person, now)
    else:
        draft.checked_version_id = None
    record(db, doc, OfficeAct.EDIT, person, now)


@dataclass(frozen=True)
class Upload:
    """A file in the store that is the next version."""

    blob: Blob
    filename: str
    media_type: str
    note: str = ""


def put(
    db: Session, seen: Seen, file: Upload, faults: Sequence[Fault], person: Person, now: datetime
) -> Version:  # fmt: skip
    """The next version, changed in a word processor, or a PDF that is signed as it is."""
    doc, draft = seen.doc, draft_of(db, seen.doc)
    doc.state = seen.after(OfficeAct.EDIT)
    if file.media_type not in KINDS:
        raise Problem("draft_kind", file.media_type, field="file")
    before = newest(db, doc)
    if before.sha256 == file.blob.sha256:
        raise Problem("same_as_newest", field="file", number=before.number)
    version = add_version(
        db, doc.document, file.blob, filename=file.filename, media_type=file.media_type,
        by=member_label(person.member_id), now=now, note=file.note,
    )  # fmt: skip
    set_check(draft, version, faults)
    details: dict[str, Any] = {"version": version.number, "file": version.filename}
    record(db, doc, OfficeAct.EDIT, person, now, file.note, details)
    return version


def checked(db: Session, seen: Seen, version_id: int, faults: Sequence[Fault]) -> None:
    """The form of the newest version was looked at again."""
    seen.after(OfficeAct.EDIT)
    version = newest(db, seen.doc)
    if version.id != version_id:
        raise Problem("changed_meanwhile")
    set_check(draft_of(db, seen.doc), version, faults)
    changed(db, "office", seen.doc.id)


def take_out(db: Session, seen: Seen, person: Person, now: datetime) -> Version:
    """The drafter takes the file out to work on it: until it is back nobody else gives it a version."""
    seen.after(OfficeAct.EDIT)
    loans.lend(db, seen.doc.document, member_label(person.member_id), person.name, now + LENT, now)
    return newest(db, seen.doc)


def discard(db: Session, seen: Seen, reason: str, person: Person, now: datetime) -> None:
    """Nothing comes of it; draft and reason stay."""
    seen.doc.state = seen.after(OfficeAct.DISCARD)
    record(db, seen.doc, OfficeAct.DISCARD, person, now, check_reason(reason))


def is_drafter(seen: Seen) -> bool:
    """Whether this person wrote it."""
    return OfficePart.DRAFTER in seen.parts


def plan_of(
    db: Session, issuer: Issuer, content: Content, now: datetime
) -> Plan:  # fmt: skip
    """What is to be made of a content: with the name of its signer."""
    signer = signer_of(db, content)
    return papers.plan(db, issuer, content, signer.full_name if signer else "", _today(now))


def _today(now: datetime) -> Any:
    return series.Act(None, now).today


def lent(db: Session, doc: OfficeDocument, now: datetime) -> Loan | None:
    """Who has the file out at this moment."""
    return loans.loan_of(db, doc.document_id, now)
