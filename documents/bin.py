"""The bin: a document in it is gone for everybody but its keepers, comes back as it was, or is destroyed in the end.

As :mod:`documents.operations`: in the caller's transaction. What refers to a document from outside this library is the
caller's to look after, before it is put here: a row that is referred to cannot be destroyed.
"""

from collections.abc import Callable
from datetime import date, datetime
from itertools import islice

from sqlalchemy import delete, not_, or_, select
from sqlalchemy.orm import Session

from documents.blob_rows import used
from documents.database import changed
from documents.errors import Problem
from documents.holds import require_loose
from documents.loans import require_free
from documents.models import Binned, Document, DocumentLabel, Loan, Rendition, Version
from documents.operations import request_index
from documents.retention_rules import must_be_kept
from documents.rules import IN_BIN, clean_note


def throw_away(
    db: Session,
    document: Document,
    *,
    by: str,
    by_name: str,
    reason: str,
    until: datetime,
    now: datetime,
    content_only: bool = False,
) -> Binned:
    """Into the bin, where it stays at least until then. Refused (``in_bin``) when it is there, (``on_loan``) while
    another has it out, and (``held``) while something holds it. ``content_only``: its row stays for what refers to it.
    """
    db.execute(select(Document.id).where(Document.id == document.id).with_for_update(key_share=True))
    if db.get(Binned, document.id) is not None:
        raise Problem("in_bin")
    require_free(db, document.id, by, now)
    require_loose(db, document.id)
    binned = Binned(
        document_id=document.id, by=by, by_name=by_name, reason=clean_note(reason), at=now, until=until,
        content_only=content_only,
    )  # fmt: skip
    db.add(binned)
    db.execute(delete(Loan).where(Loan.document_id == document.id))
    _relabel(db, document, now, lambda label: IN_BIN + label)
    return binned


def take_out(db: Session, document: Document, now: datetime) -> None:
    """Out of the bin, open to those to whom it was open. Refused (``not_in_bin``) when it is not there, or when its
    destruction has been decided.
    """
    binned = db.get(Binned, document.id, with_for_update=True)
    if binned is None or binned.content_only:
        raise Problem("not_in_bin")
    db.delete(binned)
    db.flush()
    _relabel(db, document, now, lambda label: label.removeprefix(IN_BIN))


def _relabel(db: Session, document: Document, now: datetime, change: Callable[[str], str]) -> None:
    for label in db.scalars(select(DocumentLabel).where(DocumentLabel.document_id == document.id)):
        label.label = change(label.label)
    db.flush()
    db.expire(document, ["labels"])
    request_index(db, document.id, now)
    changed(db, "document", document.id)


def due(db: Session, now: datetime, today: date, limit: int) -> list[Document]:
    """Documents in the bin whose days there are over and which no rule of retention holds any longer."""
    whole = or_(not_(Binned.content_only), select(Version.id).where(Version.document_id == Document.id).exists())
    in_bin = select(Document).join(Binned, Binned.document_id == Document.id).where(Binned.until <= now, whole)
    with db.scalars(in_bin.order_by(Binned.until, Document.id).execution_options(yield_per=100)) as found:
        return list(islice((one for one in found if not is_held(one, today)), limit))


def is_held(document: Document, today: date) -> bool:
    """Whether a rule of retention forbids destroying it today."""
    return must_be_kept(document.retention, document.keep_years, document.closed_on, today)


def destroy(db: Session, document: Document, now: datetime) -> set[str]:
    """Delete its rows for good; the sha256 of the blobs that nothing refers to any longer, for the caller to delete
    after the commit. The database refuses while anything outside the library refers to it.
    """
    blobs = empty(db, document, now)
    db.execute(delete(Document).where(Document.id == document.id))
    return blobs


def empty(db: Session, document: Document, now: datetime) -> set[str]:
    """The same of its versions alone: the row stays, without content."""
    versions = select(Version.id).where(Version.document_id == document.id)
    blobs = set(db.scalars(select(Version.sha256).where(Version.document_id == document.id)))
    blobs |= set(db.scalars(select(Rendition.sha256).where(Rendition.version_id.in_(versions))))
    db.execute(delete(Version).where(Version.document_id == document.id))
    request_index(db, document.id, now)
    changed(db, "document", document.id)
    return blobs - used(db, blobs)
