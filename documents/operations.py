"""Changes of the library. Each runs in the caller's transaction, never commits, never touches blobs or the index."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from documents.database import changed
from documents.models import Binned, Document, DocumentLabel, Job
from documents.rules import IN_BIN, JobKind, clean_title


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
    owner: str | None = None,
) -> Document:
    """A new document without a version yet. Nobody finds it without one of its ``labels``; ``owner`` is who keeps it,
    for example ``"unit:5"``.
    """
    document = Document(
        title=clean_title(title),
        kind=kind,
        type_code=type_code,
        number=number,
        issuer=issuer,
        issued_on=issued_on,
        owner=owner,
        created_at=now,
        created_by=by,
        labels=[DocumentLabel(label=label) for label in sorted(set(labels))],
    )
    db.add(document)
    db.flush()
    request_index(db, document.id, now)
    changed(db, "document", document.id)
    return document


def rename(db: Session, document: Document, title: str, now: datetime) -> None:
    document.title = clean_title(title)
    request_index(db, document.id, now)
    changed(db, "document", document.id)


def set_labels(db: Session, document: Document, labels: Iterable[str], now: datetime) -> None:
    """Who may find and open it from now on; the search follows as soon as the worker has indexed it. Of a document in
    the bin, who may do so once it is out again.
    """
    wanted = set(labels)
    if db.get(Binned, document.id) is not None:
        wanted = {IN_BIN + label for label in wanted}
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


def request_entries(db: Session, keys: Sequence[str], now: datetime) -> Job:
    """The same for anything that is found, by its keys."""
    return enqueue(db, JobKind.INDEX, {"keys": list(keys)}, now)


def enqueue(db: Session, kind: JobKind, payload: dict[str, Any], now: datetime) -> Job:
    """A job in the same transaction as the rows that it is about: both are there, or neither."""
    job = Job(kind=kind, payload=payload, run_after=now, created_at=now)
    db.add(job)
    db.flush()
    return job
