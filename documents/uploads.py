"""Uploads in pieces, as rows: begun, found again, a piece longer, given up. The bytes are the business of
:mod:`documents.upload_parts`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from documents.errors import NotFound
from documents.rules import clean_filename
from documents.upload_models import Upload, UploadPart
from documents.upload_rules import UploadState, check_begin


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to put in, and where. ``size`` in bytes; see :class:`Upload` for the rest."""

    filename: str
    size: int
    destination: str
    fields: dict[str, Any] = field(default_factory=dict)
    fingerprint: str | None = None
    sha256: str | None = None


def begin(db: Session, wanted: Wanted, owner: str, now: datetime, *, most: int) -> Upload:
    """A new upload, or the unfinished one of the same file to the same place: it goes on where it stands.

    ``most`` bytes may be in one file.
    """
    _one_at_a_time(db, owner)
    found = _unfinished_of(db, wanted, owner)
    if found is not None:
        found.fields, found.touched_at = wanted.fields, now
        return found
    under_way, bytes_under_way = db.execute(
        select(func.count(), func.coalesce(func.sum(Upload.size), 0)).where(
            Upload.owner == owner, Upload.state == UploadState.RECEIVING
        )
    ).one()
    check_begin(wanted.size, most, under_way, bytes_under_way)
    upload = Upload(
        owner=owner, destination=wanted.destination, fields=wanted.fields, filename=clean_filename(wanted.filename),
        size=wanted.size, sha256=wanted.sha256, fingerprint=wanted.fingerprint, received=0,
        state=UploadState.RECEIVING, created_at=now, touched_at=now,
    )  # fmt: skip
    db.add(upload)
    db.flush()
    return upload


def _one_at_a_time(db: Session, owner: str) -> None:
    """Two answers at once to one person would both find nothing of the file, and both find room for it."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(hashtext(:owner), 17)"), {"owner": owner})


def _unfinished_of(db: Session, wanted: Wanted, owner: str) -> Upload | None:
    if wanted.fingerprint is None:
        return None
    same = (
        Upload.owner == owner, Upload.state == UploadState.RECEIVING, Upload.destination == wanted.destination,
        Upload.filename == clean_filename(wanted.filename), Upload.size == wanted.size,
        Upload.fingerprint == wanted.fingerprint,
    )  # fmt: skip
    return db.scalar(select(Upload).where(*same).limit(1))


def mine(db: Session, upload_id: int, owner: str, *, change: bool = False) -> Upload:
    """An upload for the one who began it; for all others it is not there. ``change``: locked to the end."""
    query = select(Upload).where(Upload.id == upload_id, Upload.owner == owner, Upload.state != UploadState.DISCARDED)
    upload = db.scalar(query.with_for_update() if change else query)
    if upload is None:
        raise NotFound(f"upload {upload_id}")
    return upload


def unfinished(db: Session, owner: str, destination: str) -> Sequence[Upload]:
    """What somebody has begun to put there and not finished, the newest first."""
    query = select(Upload).where(
        Upload.owner == owner,
        Upload.state == UploadState.RECEIVING,
        Upload.destination.startswith(destination, autoescape=True),
    )
    return db.scalars(query.order_by(Upload.id.desc())).all()


def add_part(db: Session, upload: Upload, start: int, length: int, sha256: str, now: datetime) -> bool:
    """The upload is longer by a part whose bytes are in the store; False when another was quicker there."""
    longer = (
        update(Upload)
        .where(Upload.id == upload.id, Upload.state == UploadState.RECEIVING, Upload.received == start)
        .values(received=start + length, touched_at=now)
        .returning(Upload.id)
        .execution_options(synchronize_session=False)
    )
    if db.scalar(longer) is None:
        return False
    db.add(UploadPart(upload_id=upload.id, start=start, sha256=sha256))
    return True


def parts(db: Session, upload_id: int) -> Sequence[UploadPart]:
    """The parts of an upload in their order."""
    return db.scalars(select(UploadPart).where(UploadPart.upload_id == upload_id).order_by(UploadPart.start)).all()


def discard(db: Session, upload: Upload) -> None:
    """Give it up; the worker clears its bytes away. What is finished stays."""
    if upload.state == UploadState.RECEIVING:
        upload.state = UploadState.DISCARDED
