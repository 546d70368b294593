"""Where a document of the archive is used: what refers to it, and of that what a person may know of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from documents.errors import NotFound
from documents.models import Document
from ecabinet.access import Person
from ecabinet.meetings import queries as meetings
from ecabinet.meetings.models import AgendaItem, Meeting, Paper
from ecabinet.meetings.rules import OVER
from ecabinet.minutes.models import Minutes, Resolution
from ecabinet.opinions import queries as opinions
from ecabinet.opinions.models import OpinionPaper, OpinionRound
from ecabinet.opinions.rules import RoundState
from ecabinet.tasks import queries as tasks
from ecabinet.tasks.models import Task, TaskEvent, TaskFile
from ecabinet.tasks.rules import FINAL
from ecabinet.voting.models import Poll

OF_MEETINGS: tuple[tuple[str, Any, InstrumentedAttribute[int | None]], ...] = (
    ("minutes", Minutes, Minutes.document_id),
    ("resolution", Resolution, Resolution.document_id),
    ("count_record", Poll, Poll.record_id),
)
"""What a meeting brings forth."""
OF_THE_OFFICE = frozenset({"incoming", "outgoing"})
"""The kinds of documents that stand in a register: it alone says what becomes of them."""


@dataclass(frozen=True)
class Use:
    """Something that refers to a document; ``over``: it has become part of what was decided. One of the ids says of
    what; ``paper_id`` too where it is a paper of that meeting.
    """

    kind: str
    title: str
    over: bool
    meeting_id: int | None = None
    round_id: int | None = None
    task_id: int | None = None
    paper_id: int | None = None
    registered_id: int | None = None


def uses_of(db: Session, document_id: int) -> list[Use]:
    """Everything that refers to the document, whoever may know of it."""
    return [*_papers(db, document_id), *_of_meetings(db, document_id), *_others(db, document_id)]


def _papers(db: Session, document_id: int) -> Iterator[Use]:
    rows = db.execute(
        select(Paper.id, Meeting.id, Meeting.title, Meeting.state)
        .join(AgendaItem, AgendaItem.id == Paper.item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(or_(Paper.document_id == document_id, Paper.pending_id == document_id))
        .order_by(Paper.id)
    )
    for paper_id, meeting_id, title, state in rows:
        yield Use("paper", title, state in OVER, meeting_id=meeting_id, paper_id=paper_id)


def _of_meetings(db: Session, document_id: int) -> Iterator[Use]:
    for kind, table, column in OF_MEETINGS:
        meeting = select(Meeting.id, Meeting.title, Meeting.state).join(table, table.meeting_id == Meeting.id)
        for meeting_id, title, state in db.execute(meeting.where(column == document_id)):
            yield Use(kind, title, state in OVER, meeting_id=meeting_id)


def _others(db: Session, document_id: int) -> Iterator[Use]:
    rounds = select(OpinionRound).join(OpinionPaper, OpinionPaper.round_id == OpinionRound.id)
    for of in db.scalars(rounds.where(OpinionPaper.document_id == document_id)):
        yield Use("opinion", of.title, of.state != RoundState.DRAFT, round_id=of.id)
    reports = select(Task).join(TaskEvent, TaskEvent.task_id == Task.id).join(TaskFile)
    for task in db.scalars(reports.where(TaskFile.document_id == document_id)):
        yield Use("task_report", task.title, task.state in FINAL, task_id=task.id)
    document = db.get(Document, document_id)
    if document is not None and document.kind in OF_THE_OFFICE:
        yield Use("register", document.title, True, registered_id=document_id)


def known_to(db: Session, person: Person, uses: list[Use]) -> list[Use]:
    """Of these, what exists for the person."""
    return [use for use in uses if _exists_for(db, person, use)]


def _exists_for(db: Session, person: Person, use: Use) -> bool:
    try:
        if use.meeting_id is not None:
            meetings.load(db, person, use.meeting_id)
        elif use.round_id is not None:
            opinions.load(db, person, use.round_id)
        elif use.task_id is not None:
            tasks.load(db, person, use.task_id)
    except NotFound:
        return False
    return True
