"""What keepers do with a document of the archive: say what it is, lend it out, give it versions, put it into the bin.

Each is on the audit trail. None commits.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from documents import bin as paper_bin
from documents import loans, versions
from documents.blobs import Blob
from documents.database import changed
from documents.errors import Forbidden, Invalid, Problem
from documents.models import Document, Version
from documents.operations import rename, request_index, set_labels
from documents.queries import newest_version
from documents.retention_rules import MOST_YEARS, Retention
from documents.rules import NOTE_CHARACTERS
from ecabinet import audit
from ecabinet.access import Person, member_label
from ecabinet.library import archive
from ecabinet.library.archive_rules import Facts
from ecabinet.library.document_access import Seen
from ecabinet.meetings import papers
from ecabinet.meetings.agenda import PaperFile

LOAN_HOURS = (4, 24, 72, 168)
"""For how long one can borrow a document at a time."""


@dataclass(frozen=True)
class Keeping:
    """How long a document is kept: a code of the archives, the years where that is "other", the day its time counts
    from.
    """

    retention: Retention | None
    years: int | None
    closed_on: date | None


def check_keeping(keeping: Keeping) -> None:
    """Raise :class:`Invalid` for years that are missing or none."""
    if keeping.retention == Retention.OTHER and not 0 < (keeping.years or 0) <= MOST_YEARS:
        raise Invalid({"keep_years": Problem("not_in_range", low=1, high=MOST_YEARS)})


def check_reason(reason: str, field: str = "reason") -> str:
    """The reason, which must be given and may not be too long."""
    if not reason:
        raise Invalid({field: Problem("missing")})
    if len(reason) > NOTE_CHARACTERS:
        raise Invalid({field: Problem("too_long", limit=NOTE_CHARACTERS)})
    return reason


def edit(db: Session, seen: Seen, facts: Facts, keeping: Keeping, by: Person, now: datetime) -> None:
    """Say what it is. A paper's title is its meeting's; what becomes secret is closed to the unit's people."""
    document = seen.require_edit()
    check_keeping(keeping)
    before = _said(document)
    if facts.title and not seen.uses:
        rename(db, document, facts.title, now)
    document.type_code, document.number, document.issuer = facts.type_code, facts.number, facts.issuer
    document.issued_on, document.signer = facts.issued_on, facts.signer
    document.retention, document.closed_on = keeping.retention, keeping.closed_on
    document.keep_years = keeping.years if keeping.retention == Retention.OTHER else None
    if document.secrecy != facts.secrecy:
        document.secrecy = facts.secrecy
        if document.kind == archive.KIND and seen.unit is not None:
            set_labels(db, document, archive.labels_of(seen.unit, facts.secrecy, document.created_by), now)
    after = _said(document)
    fields = {name: [before[name], value] for name, value in after.items() if value != before[name]}
    if fields:
        audit.record(db, by.member_id, "document_described", f"document:{document.id}", now, fields=fields)
        request_index(db, document.id, now)
        changed(db, "document", document.id)


def _said(document: Document) -> dict[str, str | None]:
    names = ("title", "type_code", "number", "issuer", "issued_on", "signer", "secrecy", "retention", "keep_years")
    values = {name: getattr(document, name) for name in (*names, "closed_on")}
    return {name: str(value) if value is not None else None for name, value in values.items()}


# ------------------------------------------------------------------ versions


def put_version(
    db: Session, seen: Seen, file: archive.File, note: str, by: Person, now: datetime
) -> tuple[Version, list[Document]]:
    """A file in the place of what is there, with the reason; other documents open to this person that have the same
    bytes. Refused (``same_as_newest``) for the bytes that it has already.
    """
    document = seen.require_change()
    versions.check_differs(db, document, file.blob.sha256)
    check_reason(note, "note")
    same = versions.same_content(db, file.blob.sha256, by.labels, but=document.id)
    return _follow(db, seen, file, note, None, by, now), same


def restore(db: Session, seen: Seen, version: Version, note: str, by: Person, now: datetime) -> Version:
    """An older version as the newest one, with the reason."""
    document = seen.require_change()
    versions.check_differs(db, document, version.sha256)
    check_reason(note, "note")
    file = archive.File(Blob(version.sha256, version.size), version.filename, version.media_type)
    return _follow(db, seen, file, note, version.number, by, now)


def _follow(
    db: Session, seen: Seen, file: archive.File, note: str, restored_from: int | None, by: Person, now: datetime
) -> Version:
    document, holder = seen.document, member_label(by.member_id)
    if seen.work is not None:  # by the meeting's way: it may have to be approved first
        work, paper = seen.work, PaperFile(document.title, file.blob, file.filename, file.media_type)
        papers.submit(db, work.meeting, work.paper, paper, by, now, note=note, restored_from=restored_from)
        version = newest_version(db, work.paper.pending_id or document.id)
    else:
        version = versions.add_version(
            db, document, file.blob, filename=file.filename, media_type=file.media_type, by=holder, now=now,
            note=note, restored_from=restored_from,
        )  # fmt: skip
    assert version is not None  # noqa: S101 - for the type checker: it was just added
    audit.record(
        db, by.member_id, "document_version", f"document:{document.id}", now,
        version=version.id, sha256=file.blob.sha256, note=note, restored_from=restored_from,
    )  # fmt: skip
    return version


# ------------------------------------------------------------------ loans


def borrow(db: Session, seen: Seen, hours: int, by: Person, now: datetime) -> None:
    """Take it out to work on it; nobody else adds a version meanwhile."""
    document = seen.require_change()
    if hours not in LOAN_HOURS:
        raise Problem("malformed", f"{hours} hours")
    until = now + timedelta(hours=hours)
    loans.lend(db, document, member_label(by.member_id), by.name, until, now)
    audit.record(db, by.member_id, "document_lent", f"document:{document.id}", now, until=until.isoformat())


def give_back(db: Session, seen: Seen, by: Person, now: datetime) -> None:
    """Done with it, or given up."""
    loans.end_loan(db, seen.document, now, member_label(by.member_id))
    audit.record(db, by.member_id, "document_returned", f"document:{seen.document.id}", now)


def break_loan(db: Session, seen: Seen, reason: str, by: Person, now: datetime) -> None:
    """Take it back from somebody else, with the reason: for an administrator of the document's unit."""
    if not seen.breaks:
        raise Forbidden
    loan = loans.end_loan(db, seen.document, now)
    audit.record(
        db, by.member_id, "loan_broken", f"document:{seen.document.id}", now,
        holder=loan.holder, until=loan.until.isoformat(), reason=check_reason(reason),
    )  # fmt: skip


# ------------------------------------------------------------------ the bin


def throw_away(db: Session, seen: Seen, reason: str, days: int, by: Person, now: datetime) -> None:
    """Into the bin for so many days at least. What a meeting, a round or a task refers to stays."""
    document = seen.require_edit()
    seen.require_unused()
    until = now + timedelta(days=days)
    paper_bin.throw_away(
        db, document, by=member_label(by.member_id), by_name=by.name, reason=check_reason(reason), until=until, now=now
    )
    audit.record(
        db, by.member_id, "document_thrown_away", f"document:{document.id}", now, reason=reason, until=until.isoformat()
    )


def take_out(db: Session, seen: Seen, by: Person, now: datetime) -> None:
    """Out of the bin, as it was."""
    if not seen.keeps:
        raise Forbidden
    paper_bin.take_out(db, seen.document, now)
    audit.record(db, by.member_id, "document_taken_out", f"document:{seen.document.id}", now)
