"""The file of an outgoing document: number and date written into it, the organisation's signature. Each makes a new
version behind the bytes that are there.

The work on the file stands outside of the transaction that keeps it; what a killed process left undone is done at the
next press.
"""

import io
from datetime import date, datetime

from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.errors import Problem
from documents.media import PDF
from documents.models import Version
from documents.queries import newest_version
from documents.versions import add_version
from ecabinet.access import Person, member_label
from ecabinet.engines import Engines
from ecabinet.issuing import copy_paper, numbering, originals
from ecabinet.issuing.delivery_rules import CopyKind
from ecabinet.issuing.models import Dispatch
from ecabinet.office import desk, links
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.incoming import record
from ecabinet.office.life_rules import OfficeAct
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.signing import engine, places, prepare

FILLED = "Ghi số, ngày"
SEALED = "Chữ ký số của cơ quan"
"""Notes of versions are words of papers: Vietnamese, whoever reads."""


def paper_of(db: Session, doc: OfficeDocument) -> Version:
    """The newest version, which is what was signed; raises ``no_file``."""
    version = newest_version(db, doc.document_id)
    if version is None:
        raise Problem("no_file")
    return version


def values_of(doc: OfficeDocument) -> dict[str, str]:
    """What is written into the places of the form: days below 10 and the months 1 and 2 with a zero before them."""
    if doc.issued_on is None:
        raise Problem("office_state", "without a date")
    return {"number": doc.code_number, **_date(doc.issued_on), "year": str(doc.issued_on.year)}


def _date(day: date) -> dict[str, str]:
    return {"day": f"{day.day:02}", "month": f"{day.month:02}" if day.month <= 2 else str(day.month)}


def fill(engines: Engines, office_id: int, person: Person, now: datetime) -> None:
    """Write number and date into the paper that was signed, where its form has room for them; the file of a certified
    copy is made now. Nothing a second time.

    A scan bears them already, and so does a paper without the fields of the form: these stay as they are.
    """
    with engines.database.reading() as db:
        doc, dispatch = desk.load(db, person, office_id).doc, numbering.known_of(db, office_id)
        if dispatch.filled_version is not None:
            return
        source = _copied(db, doc) if dispatch.copy_kind else None
        version = None if source is not None else paper_of(db, doc)
    if source is not None and dispatch.copy_kind:
        pdf = originals.drawn(doc, CopyKind(dispatch.copy_kind), dispatch.copy_pages, _bytes(engines, source))
        blob: Blob | None = engines.blobs.put(io.BytesIO(pdf))
    else:
        blob = _filled(engines, version, values_of(doc)) if version is not None and not dispatch.on_paper else None
    with engines.database.writing() as db:
        doc = desk.load_to_change(db, person, office_id).doc
        dispatch = numbering.dispatch_of(db, office_id)
        if dispatch.filled_version is None:
            kept = version if blob is None else _keep(db, doc, version, blob, FILLED, person, now)
            dispatch.filled_version = kept.id if kept is not None else None


def check_copy(engines: Engines, office_id: int, pages: str) -> None:
    """Raise where an issued document cannot be copied like that, before the copy takes its number."""
    with engines.database.reading() as db:
        source = _issued(db, office_id)
    copy_paper.check(_bytes(engines, source), pages)


def _copied(db: Session, doc: OfficeDocument) -> Version:
    """The issued paper that a document is the copy of."""
    ends = [link.to_id for link in links.of(db, LinkKind.OFFICE, doc.id) if link.relation == Relation.COPIES]
    return _issued(db, ends[0] if ends else 0)


def _issued(db: Session, office_id: int) -> Version:
    dispatch = db.get(Dispatch, office_id)
    version = newest_version(db, dispatch.document_id) if dispatch and dispatch.document_id else None
    if version is None or version.media_type != PDF:
        raise Problem("not_a_pdf")
    return version


def _filled(engines: Engines, version: Version, values: dict[str, str]) -> Blob | None:
    if version.media_type != PDF:
        return None
    pdf = _bytes(engines, version)
    empty = {name for name, said in prepare.fields(pdf).items() if not said}
    wanted = {name: said for name, said in values.items() if name in empty}
    return engines.blobs.put(io.BytesIO(prepare.fill(pdf, wanted))) if wanted else None


def seal(engines: Engines, office_id: int, person: Person, now: datetime) -> None:
    """The organisation signs the paper that bears its number; once."""
    fill(engines, office_id, person, now)
    with engines.database.reading() as db:
        seen = desk.load(db, person, office_id)
        seen.after(OfficeAct.SEAL)
        version = paper_of(db, seen.doc)
        if numbering.known_of(db, office_id).sealed_version is not None:
            raise Problem("sealed_already")
    if version.media_type != PDF:
        raise Problem("not_a_pdf")
    blob = engines.blobs.put(io.BytesIO(_sealed(engines, version, now)))
    with engines.database.writing() as db:
        seen = desk.load_to_change(db, person, office_id)
        seen.after(OfficeAct.SEAL)
        dispatch = numbering.dispatch_of(db, office_id)
        if dispatch.sealed_version is not None:  # two clerks at once: the first one's stands
            raise Problem("sealed_already")
        kept = _keep(db, seen.doc, version, blob, SEALED, person, now)
        dispatch.sealed_version = kept.id
        record(db, seen.doc, OfficeAct.SEAL, person, now)


def _sealed(engines: Engines, version: Version, now: datetime) -> bytes:
    pdf = _bytes(engines, version)
    try:
        return engine.seal(pdf, engines.config, now, SEALED)
    except Problem as refused:
        if refused.code != "field_missing":
            raise
    return engine.seal(pdf, engines.config, now, SEALED, places.find(pdf).organisation)


def _keep(
    db: Session, doc: OfficeDocument, before: Version | None, blob: Blob, note: str, person: Person, now: datetime
) -> Version:
    newest = newest_version(db, doc.document_id)
    if (newest.id if newest else None) != (before.id if before else None):
        # Somebody else gave it a version meanwhile: what was signed is no longer the newest.
        raise Problem("office_state", "another version")
    filename = before.filename if before is not None else f"{doc.code.replace('/', '-')}.pdf"
    return add_version(
        db, doc.document, blob, filename=filename, media_type=PDF, by=member_label(person.member_id), now=now,
        note=note,
    )  # fmt: skip


def _bytes(engines: Engines, version: Version) -> bytes:
    return b"".join(engines.blobs.open(version.sha256))
