"""What the worker destroys for good: documents whose days in the bin are over and which no rule of retention holds."""

import logging
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents import bin as paper_bin
from documents.blobs import BlobLocked, Blobs
from documents.check import GRACE
from documents.database import Database
from documents.models import Binned, Document, Version
from ecabinet import audit
from ecabinet.clock import ZONE
from ecabinet.engines import Engines

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)


def purge_some(engines: Engines, now: datetime) -> bool:
    """A task as :data:`ecabinet.worker.Task` says: one document."""
    return purge_one(engines.database, engines.blobs, now)


def purge_one(database: Database, blobs: Blobs, now: datetime) -> bool:
    """Destroy the document that has been due for the longest, and the bytes that nothing else refers to; False when
    none is due.
    """
    today = now.astimezone(ZONE).date()
    with database.reading() as db:
        due = paper_bin.due(db, now, today, limit=1)
    if not due:
        return False
    try:
        with database.writing() as db:
            unused = _destroy(db, due[0].id, now, today)
    except IntegrityError:
        log.warning("document %d is still referred to and stays in the bin for another day", due[0].id)
        with database.writing() as db:
            db.get_one(Binned, due[0].id).until = now + timedelta(days=1)
        return True
    for sha256 in sorted(unused):
        try:
            blobs.delete(sha256, before=now - GRACE)
        except BlobLocked as locked:
            log.warning("the store keeps the bytes of document %d: %s", due[0].id, locked)
    return True


def _destroy(db: Session, document_id: int, now: datetime, today: date) -> set[str]:
    """Its rows, with what they were on the audit trail; the blobs that nothing refers to any more."""
    binned = db.get(Binned, document_id, with_for_update={"skip_locked": True})
    document = db.get(Document, document_id)
    # Taken out at the last moment, or to be kept after all, or another worker has it.
    if binned is None or document is None or binned.until > now or paper_bin.is_held(document, today):
        return set()
    versions = select(Version.sha256).where(Version.document_id == document_id).order_by(Version.number)
    audit.record(
        db, None, "document_destroyed", f"document:{document_id}", now,
        title=document.title, kind=document.kind, number=document.number, versions=list(db.scalars(versions)),
        retention=document.retention, closed_on=document.closed_on.isoformat() if document.closed_on else None,
        thrown_away_by=binned.by, thrown_away_at=binned.at.isoformat(), reason=binned.reason,
    )  # fmt: skip
    return (paper_bin.empty if binned.content_only else paper_bin.destroy)(db, document, now)
