"""Versions of a document: never changed, only followed by the next; an older one comes back as a new one.

As :mod:`documents.operations`: in the caller's transaction, and neither blobs nor the index are touched.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import changed
from documents.errors import Problem
from documents.holds import require_loose
from documents.loans import require_free
from documents.models import Document, Loan, Version
from documents.operations import enqueue
from documents.queries import newest_version, open_to
from documents.rules import JobKind, VersionState, clean_filename, clean_note


def add_version(
    db: Session,
    document: Document,
    blob: Blob,
    *,
    filename: str,
    media_type: str,
    by: str,
    now: datetime,
    note: str = "",
    restored_from: int | None = None,
) -> Version:
    """The next version of a document, and why (``note``). ``blob`` must be in the store already; reading it is a job of
    the worker.

    Refused (``on_loan``) while another has the document out, and (``archived``) while something holds it firmly;
    whoever has it out has given it back with this.
    """
    # The counter is raised in the database: two people adding at the same moment get two numbers, and the loan below
    # is what it is until the transaction ends.
    number = db.scalar(
        update(Document)
        .where(Document.id == document.id)
        .values(last_number=Document.last_number + 1)
        .returning(Document.last_number)
        .execution_options(synchronize_session=False)
    )
    db.refresh(document, ["last_number"])
    require_free(db, document.id, by, now)
    require_loose(db, document.id, firm=True)
    db.execute(delete(Loan).where(Loan.document_id == document.id))
    version = Version(
        document_id=document.id,
        number=number,
        sha256=blob.sha256,
        size=blob.size,
        filename=clean_filename(filename),
        note=clean_note(note),
        restored_from=restored_from,
        media_type=media_type,
        state=VersionState.WAITING,
        created_at=now,
        created_by=by,
    )
    db.add(version)
    db.flush()
    enqueue(db, JobKind.EXTRACT, {"version_id": version.id}, now)
    changed(db, "version", version.id)
    return version


def restore(db: Session, document: Document, version: Version, note: str, by: str, now: datetime) -> Version:
    """An older version comes back as the newest one: the same bytes, nothing in between is lost."""
    check_differs(db, document, version.sha256)
    return add_version(
        db,
        document,
        Blob(version.sha256, version.size),
        filename=version.filename,
        media_type=version.media_type,
        by=by,
        now=now,
        note=note,
        restored_from=version.number,
    )


def check_differs(db: Session, document: Document, sha256: str) -> None:
    """Raise ``same_as_newest`` for bytes that the newest version has already."""
    newest = newest_version(db, document.id)
    if newest is not None and newest.sha256 == sha256:
        raise Problem("same_as_newest", number=newest.number)


def same_content(db: Session, sha256: str, labels: frozenset[str], *, but: int) -> list[Document]:
    """Other documents open to these labels that have a version with the same bytes; a few of them."""
    same = select(Version.document_id).where(Version.sha256 == sha256, Version.document_id != but)
    found = select(Document).where(Document.id.in_(same), open_to(labels))
    return list(db.scalars(found.order_by(Document.id).limit(3)))
