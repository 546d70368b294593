"""Changes of the agenda and of the papers laid with it. None commits or tells anybody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import changed
from documents.errors import NotFound, Problem
from documents.operations import add_document, add_version
from ecabinet.access import Person, ancestors, meeting_label, member_label, office_label
from ecabinet.clock import ZONE
from ecabinet.meetings import rules
from ecabinet.meetings.models import AgendaItem, Meeting, Paper


def add_item(db: Session, meeting: Meeting, title: str, presenter: str, minutes: int | None) -> AgendaItem:
    """Append an item to the agenda."""
    rules.check_item(title, presenter, minutes)
    last = db.scalar(select(func.max(AgendaItem.position)).where(AgendaItem.meeting_id == meeting.id))
    item = AgendaItem(
        meeting_id=meeting.id, position=(last or 0) + 1, title=title, presenter=presenter, minutes=minutes
    )
    db.add(item)
    db.flush()
    changed(db, "agenda", meeting.id)
    return item


def edit_item(db: Session, item: AgendaItem, title: str, presenter: str, minutes: int | None) -> None:
    """Change an item where it stands."""
    rules.check_item(title, presenter, minutes)
    item.title, item.presenter, item.minutes = title, presenter, minutes or 0
    changed(db, "agenda", item.meeting_id)


def remove_item(db: Session, item: AgendaItem) -> None:
    """Take an item off the agenda. One that carries papers or votes stays: those are on the record."""
    meeting_id = item.meeting_id
    db.delete(item)
    try:
        db.flush()
    except IntegrityError as error:
        raise Problem("item_has_papers") from error
    changed(db, "agenda", meeting_id)


def reorder(db: Session, meeting: Meeting, order: list[int]) -> None:
    """Put the items into this order, given by their ids."""
    items = {item.id: item for item in db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id))}
    rules.check_order(order, items)
    for position, item_id in enumerate(order, start=1):
        items[item_id].position = position
    changed(db, "agenda", meeting.id)


def go_to_item(db: Session, meeting: Meeting, item_id: int, now: datetime) -> None:
    """The chair opens an item: every screen shows it as the present one."""
    item = db.get(AgendaItem, item_id)
    if item is None or item.meeting_id != meeting.id:
        raise NotFound(f"item {item_id} of meeting {meeting.id}")
    meeting.current_item_id, meeting.current_since = item.id, now
    changed(db, "agenda", meeting.id)


@dataclass(frozen=True)
class PaperFile:
    """A file whose bytes are in the blob store already; ``media_type`` was told from its content."""

    title: str
    blob: Blob
    filename: str
    media_type: str


def lay_paper(db: Session, meeting: Meeting, item: AgendaItem, file: PaperFile, by: Person, now: datetime) -> Paper:
    """Lay a file before the meeting; those invited may read it, and the offices above by their role."""
    author = member_label(by.member_id)
    document = add_document(
        db,
        title=file.title,
        kind="paper",
        labels=paper_labels(meeting),
        by=author,
        now=now,
        issuer=meeting.unit.name,
        issued_on=now.astimezone(ZONE).date(),
    )
    add_version(db, document, file.blob, filename=file.filename, media_type=file.media_type, by=author, now=now)
    paper = Paper(item_id=item.id, document_id=document.id)
    db.add(paper)
    db.flush()
    changed(db, "agenda", meeting.id)
    return paper


def paper_labels(meeting: Meeting) -> set[str]:
    """Who may read a paper of the meeting; of a draft only those who prepare it."""
    if meeting.state == rules.MeetingState.DRAFT:
        return {meeting_label(meeting.id)}
    return {meeting_label(meeting.id)} | {office_label(unit_id) for unit_id in ancestors(meeting.unit.path)}
