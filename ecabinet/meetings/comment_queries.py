"""What is read of comments on papers."""

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.errors import NotFound
from documents.models import Document
from documents.queries import may_see, open_to
from ecabinet.access import Person
from ecabinet.meetings import queries
from ecabinet.meetings.comment_models import PaperComment
from ecabinet.meetings.models import AgendaItem, Meeting, Paper


@dataclass
class Thread:
    """A comment with the replies to it."""

    comment: PaperComment
    replies: list[PaperComment] = field(default_factory=list)


def load_paper(db: Session, meeting: Meeting, document_id: int, labels: frozenset[str]) -> Paper:
    """The paper of this meeting that is this document, for one whose labels open it: an item may be hidden, a paper
    withdrawn.
    """
    paper = db.scalar(
        select(Paper)
        .join(AgendaItem, AgendaItem.id == Paper.item_id)
        .where(AgendaItem.meeting_id == meeting.id, Paper.document_id == document_id)
        .order_by(Paper.id)
        .limit(1)
    )
    if paper is None or not may_see(db, document_id, labels):
        raise NotFound(f"paper {document_id} of meeting {meeting.id}")
    return paper


def meeting_of(db: Session, person: Person, document_id: int, meeting_id: int | None) -> int:
    """The meeting that a document is read for: the one named, else the last before which it lies for this person."""
    before = db.scalars(
        select(AgendaItem.meeting_id)
        .join(Paper, Paper.item_id == AgendaItem.id)
        .where(Paper.document_id == document_id)
        .order_by(AgendaItem.meeting_id.desc())
        .distinct()
    ).all()
    for candidate in [meeting_id] if meeting_id is not None else before:
        try:
            queries.load(db, person, candidate)
        except NotFound:
            continue
        if candidate in before and may_see(db, document_id, person.labels):
            return candidate
    raise NotFound(f"no meeting with document {document_id}")


def load(db: Session, meeting: Meeting, comment_id: int, labels: frozenset[str]) -> tuple[PaperComment, int]:
    """A comment on a paper of this meeting that these labels open, with the document."""
    row = db.execute(
        select(PaperComment, Paper.document_id)
        .join(Paper, Paper.id == PaperComment.paper_id)
        .join(AgendaItem, AgendaItem.id == Paper.item_id)
        .where(PaperComment.id == comment_id, AgendaItem.meeting_id == meeting.id)
    ).first()
    if row is None or row[1] is None or not may_see(db, row[1], labels):
        raise NotFound(f"comment {comment_id} of meeting {meeting.id}")
    return row[0], row[1]


def threads(db: Session, paper_id: int) -> list[Thread]:
    """The comments on a paper with their replies: by page, those on the whole paper first, then as they came. A deleted
    one is left out unless somebody has replied to it.
    """
    found = db.scalars(select(PaperComment).where(PaperComment.paper_id == paper_id).order_by(PaperComment.id))
    tops: dict[int, Thread] = {}
    for one in found:
        if one.parent_id is None:
            tops[one.id] = Thread(one)
        elif one.deleted_at is None and one.parent_id in tops:
            tops[one.parent_id].replies.append(one)
    shown = [thread for thread in tops.values() if thread.comment.deleted_at is None or thread.replies]
    return sorted(shown, key=lambda thread: (thread.comment.page or 0, thread.comment.id))


def counts(db: Session, meeting_id: int) -> dict[int, int]:
    """Document id → how many comments and replies stand beside it, for the agenda."""
    rows = db.execute(
        select(Paper.document_id, func.count())
        .join(AgendaItem, AgendaItem.id == Paper.item_id)
        .join(PaperComment, PaperComment.paper_id == Paper.id)
        .where(AgendaItem.meeting_id == meeting_id, PaperComment.deleted_at.is_(None))
        .group_by(Paper.document_id)
    )
    return {document_id: number for document_id, number in rows if document_id is not None}


@dataclass(frozen=True)
class Listed:
    """A comment as it is listed for the whole meeting."""

    number: int
    item: str
    document_id: int
    paper: str
    comment: PaperComment


def listed(db: Session, meeting_id: int, labels: frozenset[str]) -> list[Listed]:
    """All comments of a meeting on papers that these labels open, in the order of its agenda, replies after what they
    reply to; without the deleted.
    """
    rows = db.execute(
        select(AgendaItem.title, Paper.id, Document.id, Document.title)
        .join(Paper, Paper.item_id == AgendaItem.id)
        .join(Document, Document.id == Paper.document_id)
        .where(AgendaItem.meeting_id == meeting_id, open_to(labels))
        .order_by(AgendaItem.position, Paper.position, Paper.id)
    ).all()
    lines: list[Listed] = []
    for item, paper_id, document_id, title in rows:
        for thread in threads(db, paper_id):
            whole = [thread.comment, *thread.replies]
            lines += [
                Listed(len(lines) + n, item, document_id, title, one)
                for n, one in enumerate((one for one in whole if one.deleted_at is None), start=1)
            ]
    return lines
