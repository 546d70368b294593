"""Changes of the library. Each runs in the caller's transaction, never commits, never touches blobs or the index."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import changed
from documents.models import Document, DocumentLabel, Job, Version
from documents.rules import JobKind, VersionState, clean_filename, clean_title


def add_document(
    db: Session,
    *,
    title: str,
    kind: str,
    labels: Iterable[str],
    by: str,
    now: datetime,
    type_code: str | None = None,
    number: str | None = None,
    issuer: str | None = None,
    issued_on: date | None = None,
) -> Document:
    """A new document without a version yet. Nobody finds it without one of its ``labels``."""
    document = Document(
        title=clean_title(title),
        kind=kind,
        type_code=type_code,
        number=number,
        issuer=issuer,
        issued_on=issued_on,
        created_at=now,
        created_by=by,
        labels=[DocumentLabel(label=label) for label in sorted(set(labels))],
    )
    db.add(document)
    db.flush()
    request_index(db, document.id, now)
    changed(db, "document", document.id)
    return document


def add_version(
    db: Session, document: Document, blob: Blob, *, filename: str, media_type: str, by: str, now: datetime
) -> Version:
    """The next version of a document. ``blob`` must be in the store already; reading it is a job of the worker."""
    # The counter is raised in the database: two people adding at the same moment get two numbers.
    number = db.scalar(
        update(Document)
        .where(Document.id == document.id)
        .values(last_number=Document.last_number + 1)
        .returning(Document.last_number)
        .execution_options(synchronize_session=False)
    )
    db.refresh(document, ["last_number"])
    version = Version(
        document_id=document.id,
        number=number,
        sha256=blob.sha256,
        size=blob.size,
        filename=clean_filename(filename),
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


def read_again(db: Session, version: Version, now: datetime) -> None:
    """Try once more to read a version that failed."""
    version.state, version.reason = VersionState.WAITING, None
    enqueue(db, JobKind.EXTRACT, {"version_id": version.id}, now)
    changed(db, "version", version.id)


def rename(db: Session, document: Document, title: str, now: datetime) -> None:
    document.title = clean_title(title)
    request_index(db, document.id, now)
    changed(db, "document", document.id)


def set_labels(db: Session, document: Document, labels: Iterable[str], now: datetime) -> None:
    """Who may find and open it from now on; the search follows as soon as the worker has indexed it."""
    wanted = set(labels)
    present = set(db.scalars(select(DocumentLabel.label).where(DocumentLabel.document_id == document.id)))
    if wanted == present:
        return
    gone = delete(DocumentLabel).where(DocumentLabel.document_id == document.id, DocumentLabel.label.not_in(wanted))
    db.execute(gone)
    db.add_all(DocumentLabel(document_id=document.id, label=label) for label in sorted(wanted - present))
    db.flush()
    db.expire(document, ["labels"])
    request_index(db, document.id, now)
    changed(db, "document", document.id)


def request_index(db: Session, document_id: int, now: datetime) -> Job:
    """Bring the search up to date with a document, also with one that is no longer there."""
    return enqueue(db, JobKind.INDEX, {"document_id": document_id}, now)


def enqueue(db: Session, kind: JobKind, payload: dict[str, Any], now: datetime) -> Job:
    """A job in the same transaction as the rows that it is about: both are there, or neither."""
    job = Job(kind=kind, payload=payload, run_after=now, created_at=now)
    db.add(job)
    db.flush()
    return job
