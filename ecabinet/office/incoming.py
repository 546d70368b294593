"""Documents that come in: received, registered under their number, corrected, voided. None of these commits."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import changed
from documents.errors import Forbidden, Invalid, Problem
from documents.models import Version
from documents.operations import add_document, rename, set_labels
from documents.rules import Secrecy
from documents.upload_rules import title_of
from documents.versions import add_version
from ecabinet import audit
from ecabinet.access import Permission, Person, member_label, unit_label
from ecabinet.office import series
from ecabinet.office.desk import Seen, keeps_secrets, labels_of
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS, Facts, book_of, code_of, sameness, searched
from ecabinet.office.life_rules import BEGINNING, OfficeAct, OfficePart
from ecabinet.office.models import Issuer, SeriesNumber
from ecabinet.office.numbering_rules import Direction, check_reason
from ecabinet.office.routing_models import OfficeEvent
from ecabinet.office.stamp_rules import PLACES
from ecabinet.registry.models import Unit

IN = Direction.INCOMING
KIND = "incoming"
STAMP = "right"
"""Where the incoming stamp lies until somebody moves it."""


class Duplicate(Problem):
    """What is to be registered may be in the register already; ``found`` are the entries."""

    def __init__(self, found: list[OfficeDocument]) -> None:
        super().__init__("duplicate", ", ".join(str(doc.id) for doc in found), number=found[0].ordinal or "")
        self.found = found


@dataclass(frozen=True)
class File:
    """Bytes that are in the store already; ``media_type`` by their content."""

    blob: Blob
    filename: str
    media_type: str


def receive(db: Session, unit: Unit, file: File, person: Person, now: datetime, *, secret: bool) -> Version:
    """A paper has come in; it waits for its number. A secret one is for those entrusted from the first moment on."""
    if not person.may(Permission.KEEP_REGISTERS, unit.path):
        raise Forbidden
    if secret and not keeps_secrets(db, unit.id, person):
        raise Problem("not_secret_keeper", field="secrecy")
    secrecy = Secrecy.SECRET if secret else Secrecy.NORMAL
    by, title = member_label(person.member_id), title_of(file.filename)
    document = add_document(db, title=title, kind=KIND, labels=[], by=by, now=now, owner=unit_label(unit.id))
    document.secrecy = secrecy
    version = add_version(db, document, file.blob, filename=file.filename, media_type=file.media_type, by=by, now=now)
    doc = OfficeDocument(
        direction=IN, book=book_of(IN, secrecy), unit_id=unit.id, document_id=document.id, state=BEGINNING[IN],
        subject=document.title, secrecy=secrecy, stamp=STAMP, created_by=person.member_id, created_at=now,
    )  # fmt: skip
    doc.unit, doc.document = unit, document
    db.add(doc)
    db.flush()
    record(db, doc, OfficeAct.RECEIVE, person, now, details={"file": version.filename})
    return version


@dataclass(frozen=True)
class Registering:
    """How to register: although it may be there already; ``reason`` for an arrival date of another year."""

    anyway: bool = False
    reason: str = ""


def register(db: Session, seen: Seen, facts: Facts, how: Registering, person: Person, now: datetime) -> None:
    """Give it the next arrival number of its register. Raises :class:`Duplicate` unless told otherwise."""
    doc, state = seen.doc, seen.after(OfficeAct.REGISTER)
    secret = facts.secrecy == Secrecy.SECRET
    if secret and not keeps_secrets(db, doc.unit_id, person):
        raise Invalid({"secrecy": Problem("not_secret_keeper")})
    # Two clerks with the same paper: the second waits here, and then finds what the first has registered.
    issuer = series.issuer_of(db, doc.unit)
    db.execute(select(Issuer.id).where(Issuer.id == issuer.id).with_for_update())
    found = duplicates(db, doc, facts)
    if found and not how.anyway:
        raise Duplicate(found)
    number = _number(db, issuer, facts, series.Act(person.member_id, now, how.reason))
    doc.number_id, doc.ordinal, doc.state = number.id, number.number, state
    _write(db, doc, facts, now)
    details: dict[str, Any] = {"number": number.number, "series": number.series_id}
    if found:
        details["although"] = [one.ordinal for one in found]
    record(db, doc, OfficeAct.REGISTER, person, now, how.reason, details)


def _number(db: Session, issuer: Issuer, facts: Facts, act: series.Act) -> SeriesNumber:
    wanted = series.Wanted(issuer, IN, facts.arrived_on, facts.type_code, facts.secrecy == Secrecy.SECRET)
    try:
        return series.take(db, series.series_for(db, wanted), facts.arrived_on, act)
    except Problem as refused:
        if refused.field == "dated_on":  # here the day of arrival is the date of the number
            raise Invalid({"arrived_on": refused}) from refused
        raise


def duplicates(db: Session, doc: OfficeDocument, facts: Facts) -> list[OfficeDocument]:
    """Entries of the same register with the same number, notation and organ, or with the same file."""
    same = sameness(facts.code_number, facts.code_notation, facts.organ_name)
    mine = select(Version.sha256).where(Version.document_id == doc.document_id)
    likely: list[ColumnElement[bool]] = [
        OfficeDocument.document_id.in_(select(Version.document_id).where(Version.sha256.in_(mine)))
    ]
    if same:
        likely.append(OfficeDocument.sameness == same)
    found = select(OfficeDocument).where(
        OfficeDocument.unit_id == doc.unit_id, OfficeDocument.book == book_of(IN, facts.secrecy),
        OfficeDocument.id != doc.id, OfficeDocument.ordinal.is_not(None), or_(*likely),
    )  # fmt: skip
    return list(db.scalars(found.order_by(OfficeDocument.id.desc()).limit(5)))


def correct(db: Session, seen: Seen, facts: Facts, person: Person, now: datetime) -> None:
    """Put right what was said of it; number, day of arrival and secrecy stay, as the register has them."""
    doc = seen.doc
    doc.state = seen.after(OfficeAct.CORRECT)
    if facts.arrived_on != doc.arrived_on or facts.secrecy != doc.secrecy:
        raise Invalid({"arrived_on": Problem("entry_fixed")})
    before = {name: getattr(doc, name) for name in asdict(facts)}
    _write(db, doc, facts, now)
    details = {
        name: [_plain(was), _plain(getattr(doc, name))] for name, was in before.items() if was != getattr(doc, name)
    }
    if details:
        record(db, doc, OfficeAct.CORRECT, person, now, details={"changed": details})


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def void(db: Session, seen: Seen, reason: str, person: Person, now: datetime) -> None:
    """Registered by mistake: the entry stays, its number is void, with the reason."""
    doc, state = seen.doc, seen.after(OfficeAct.VOID)
    act = series.Act(person.member_id, now, check_reason(reason))
    if doc.number is None:
        raise Problem("office_state", "without a number")
    series.lock(db, doc.number.series_id)
    series.void(db, doc.number, act)
    doc.state, doc.sameness = state, ""
    record(db, doc, OfficeAct.VOID, person, now, act.reason)


def discard(db: Session, seen: Seen, reason: str, person: Person, now: datetime) -> None:
    """What came in is not for this office, or came twice: it takes no number. The paper and the reason stay."""
    seen.doc.state = seen.after(OfficeAct.DISCARD)
    record(db, seen.doc, OfficeAct.DISCARD, person, now, check_reason(reason))


def _write(db: Session, doc: OfficeDocument, facts: Facts, now: datetime) -> None:
    for name, value in asdict(facts).items():
        setattr(doc, name, value)
    doc.code = code_of(facts.code_number, facts.code_notation)
    doc.book = book_of(IN, facts.secrecy)
    doc.organ_key = searched(facts.organ_name)[:200]
    doc.sameness = sameness(facts.code_number, facts.code_notation, facts.organ_name)
    doc.searched = searched(doc.code, facts.organ_name, facts.subject, facts.signer_name, facts.description)
    kept = doc.document
    kept.type_code, kept.number, kept.issuer = facts.type_code, doc.code or None, facts.organ_name
    kept.issued_on, kept.signer, kept.secrecy = facts.issued_on, facts.signer_name or None, facts.secrecy
    rename(db, kept, facts.subject, now)


def record(
    db: Session,
    doc: OfficeDocument,
    act: OfficeAct,
    person: Person,
    now: datetime,
    text: str = "",
    details: dict[str, Any] | None = None,
) -> OfficeEvent:
    """A line of its history and of the audit trail; its readers follow from where it now stands."""
    event = OfficeEvent(
        office_document_id=doc.id, at=now, by=person.member_id, act=act, text=text, details=details or {}
    )  # fmt: skip
    db.add(event)
    db.flush()
    set_labels(db, doc.document, labels_of(db, doc), now)
    secret = doc.book in SECRET_BOOKS
    said = {} if secret else {"number": doc.ordinal, "code": doc.code}
    audit.record(db, person.member_id, f"office_{act}", f"office:{doc.id}", now, state=str(doc.state), **said)
    changed(db, "office", doc.id)
    return event


def move_stamp(db: Session, seen: Seen, place: str, person: Person, now: datetime) -> None:
    """Where the incoming stamp lies; for clerks, as long as the document is at work."""
    doc = seen.doc
    if OfficePart.CLERK not in seen.parts:
        raise Forbidden
    if place not in PLACES:
        raise Problem("unknown_choice", field="place")
    doc.stamp = place
    audit.record(db, person.member_id, "office_stamp_moved", f"office:{doc.id}", now, place=place)
    changed(db, "office", doc.id)
