"""What a file gathers: documents as they are, without copying, in an order. None of these commits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents import holds
from documents.errors import Invalid, NotFound, Problem
from documents.models import Binned, Document, Version
from documents.queries import may_see, open_to
from documents.rules import Secrecy
from ecabinet.access import Person
from ecabinet.clock import ZONE
from ecabinet.filing.file_rules import MOST_PAGES
from ecabinet.filing.history import record
from ecabinet.filing.life_rules import FileAct
from ecabinet.filing.models import FileDocument, OfficeFile
from ecabinet.filing.seeing import SeenFile
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.life_rules import OfficeState

AT_WORK = (
    OfficeState.RECEIVED, OfficeState.PRESENTED, OfficeState.ASSIGNED, OfficeState.DRAFT, OfficeState.SUBMITTED,
    OfficeState.SIGNED, OfficeState.NUMBERED,
)  # fmt: skip
"""Official documents with which somebody still has something to do."""
AT_ONCE = 200
LONGEST_REMARK = 200
NAMED = 5


@dataclass
class Gathered:
    """What became of each document: taken, there already, or refused with the reason."""

    taken: list[int] = field(default_factory=list)
    already: list[int] = field(default_factory=list)
    refused: list[tuple[str, Problem]] = field(default_factory=list)


def holder_of(file_id: int) -> str:
    """As which the library knows a file that holds a document."""
    return f"file:{file_id}"


def add(db: Session, seen: SeenFile, ids: Sequence[int], person: Person, now: datetime) -> Gathered:
    """Put these behind what is there; a planned file is open with that. What the person may not read is not there."""
    file, state = seen.file, seen.after(FileAct.GATHER)
    if len(ids) > AT_ONCE:
        raise Problem("too_many_at_once", limit=AT_ONCE)
    gathered = Gathered()
    last = db.scalar(select(func.max(FileDocument.position)).where(FileDocument.file_id == file.id)) or 0
    there = set(db.scalars(select(FileDocument.document_id).where(FileDocument.file_id == file.id)))
    for document_id in dict.fromkeys(ids):
        if document_id in there:
            gathered.already.append(document_id)
            continue
        document = db.get(Document, document_id) if may_see(db, document_id, person.labels) else None
        if document is None:
            gathered.refused.append((f"#{document_id}", NotFound()))
            continue
        if document.secrecy == Secrecy.SECRET and not file.secret:
            gathered.refused.append((document.title, Problem("secret_file_only")))
            continue
        last += 1
        _put(db, file, document, last, person, now)
        gathered.taken.append(document_id)
    if gathered.taken:
        file.state = state
        file.starts_on = file.starts_on or now.astimezone(ZONE).date()
        for document_id in gathered.taken:
            record(db, file, FileAct.GATHER, person, now, document_id=document_id)
    return gathered


def _put(db: Session, file: OfficeFile, document: Document, position: int, person: Person, now: datetime) -> None:
    # In the bin since it was looked at, or locked by somebody who is throwing it away: it waits for neither.
    db.execute(select(Document.id).where(Document.id == document.id).with_for_update(key_share=True))
    if db.get(Binned, document.id) is not None:
        raise Problem("in_bin")
    db.add(FileDocument(
        file_id=file.id, document_id=document.id, position=position, added_by=person.member_id, added_at=now
    ))  # fmt: skip
    holds.hold(db, document.id, holder_of(file.id))


def take_out(db: Session, seen: SeenFile, line: FileDocument, person: Person, now: datetime) -> None:
    """It does not belong here; the document itself stays where it is."""
    seen.after(FileAct.TAKE_OUT)
    db.delete(line)
    holds.release(db, line.document_id, holder_of(seen.file.id))
    record(db, seen.file, FileAct.TAKE_OUT, person, now, document_id=line.document_id)


def line_of(db: Session, seen: SeenFile, person: Person, document_id: int) -> FileDocument:
    """A line of the contents that this person may read."""
    line = db.scalar(
        select(FileDocument).where(FileDocument.file_id == seen.file.id, FileDocument.document_id == document_id)
    )
    if line is None or not may_see(db, document_id, person.labels):
        raise NotFound(f"document {document_id} in file {seen.file.id}")
    return line


def move(db: Session, seen: SeenFile, line: FileDocument, person: Person, *, up: bool, now: datetime) -> None:
    """One place up or down among what this person sees."""
    seen.after(FileAct.GATHER)
    visible = select(FileDocument).join(Document, Document.id == FileDocument.document_id)
    visible = visible.where(FileDocument.file_id == seen.file.id, open_to(person.labels))
    lines = list(db.scalars(visible.order_by(FileDocument.position, FileDocument.id)))
    here = lines.index(line)
    there = here - 1 if up else here + 1
    if 0 <= there < len(lines):
        other = lines[there]
        line.position, other.position = other.position, line.position
        record(
            db, seen.file, FileAct.DESCRIBE, person, now, document_id=line.document_id,
            details={"position": line.position},
        )  # fmt: skip


def note(
    db: Session, seen: SeenFile, line: FileDocument, remark: str, pages: int | None, person: Person, now: datetime
) -> None:
    """A remark on it, and how many pages it has where the file does not say so."""
    seen.after(FileAct.DESCRIBE)
    faults = {}
    if len(remark) > LONGEST_REMARK:
        faults["remark"] = Problem("too_long", limit=LONGEST_REMARK)
    if pages is not None and not 0 <= pages <= MOST_PAGES:
        faults["pages"] = Problem("not_in_range", low=0, high=MOST_PAGES)
    if faults:
        raise Invalid(faults)
    line.remark, line.pages = remark, pages
    record(
        db, seen.file, FileAct.DESCRIBE, person, now, document_id=line.document_id, details={"noted": True}
    )  # fmt: skip


def at_work(db: Session, file_id: int, labels: frozenset[str]) -> list[str]:
    """Official documents in a file that are not done with: the first few by name, as far as they may be named."""
    rows = db.execute(
        select(Document.id, Document.title, OfficeDocument.code)
        .join(FileDocument, FileDocument.document_id == Document.id)
        .join(OfficeDocument, OfficeDocument.document_id == Document.id)
        .where(FileDocument.file_id == file_id, OfficeDocument.state.in_(AT_WORK))
        .order_by(FileDocument.position)
        .limit(NAMED)
    )
    return [
        " ".join(filter(None, (code, title))) if may_see(db, document_id, labels) else "…"
        for document_id, title, code in rows
    ]


def page_counts(db: Session, document_ids: Iterable[int]) -> dict[int, int]:
    """How many pages the newest version of each has, where that is known."""
    newest = select(func.max(Version.id)).where(Version.document_id.in_(sorted(document_ids)))
    rows = db.execute(
        select(Version.document_id, Version.page_count).where(Version.id.in_(newest.group_by(Version.document_id)))
    )
    return {document_id: count for document_id, count in rows if count is not None}
