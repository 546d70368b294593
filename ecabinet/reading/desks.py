"""Where somebody reads, and as whom: what of a paper's annotations is open to them there.

A paper that lies before a meeting is read *in* that meeting, or by itself. In it one sees and adds to what is shared
with that meeting; only those may who open the paper through it.
"""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from documents.annotations import Reader
from documents.errors import NotFound
from documents.models import Version
from documents.processing import rendition_of
from documents.rules import RenditionKind
from ecabinet.access import Person, meeting_label, member_label
from ecabinet.library import document_access
from ecabinet.library.document_uses import OF_MEETINGS
from ecabinet.meetings import agenda_queries
from ecabinet.meetings import queries as meetings
from ecabinet.meetings.models import AgendaItem, Paper
from ecabinet.meetings.paper_rules import PaperState
from ecabinet.meetings.queries import Seen
from ecabinet.meetings.rules import MeetingState
from ecabinet.reading.models import HiddenLayer


@dataclass(frozen=True)
class Place:
    """A version of a document, read in a meeting or by itself."""

    document_id: int
    version_id: int
    meeting_id: int | None = None


@dataclass(frozen=True)
class Desk:
    """Somebody at a place. ``pages`` of the version, None while they are not counted; ``hidden``: what is shared with
    the meeting is; ``closed``: nothing is shared with it any more; ``runs``: may hide and show it.
    """

    person: Person
    place: Place
    pages: int | None
    hidden: bool = False
    closed: bool = False
    runs: bool = False

    @property
    def reader(self) -> Reader:
        """By what the annotations of others reach them here."""
        labels = {member_label(self.person.member_id)}
        if self.place.meeting_id is not None and not self.hidden:
            labels.add(meeting_label(self.place.meeting_id))
        return Reader(member_label(self.person.member_id), self.person.name, frozenset(labels))


def sit(db: Session, person: Person, place: Place) -> Desk:
    """For those who may open the paper, in the meeting if one is named; for all others it is not there."""
    version = db.get(Version, place.version_id)
    if version is None or version.document_id != place.document_id:
        raise NotFound(f"version {place.version_id} of document {place.document_id}")
    if not document_access.opens(db, place.document_id, person):
        raise NotFound(f"document {place.document_id}")
    made = rendition_of(db, version.id, RenditionKind.PDF)
    pages = made.pages if made is not None else version.page_count
    if place.meeting_id is None:
        return Desk(person, place, pages)
    seen = meetings.load(db, person, place.meeting_id)
    if not _lies_before(db, person, seen, place.document_id):
        raise NotFound(f"document {place.document_id} in meeting {place.meeting_id}")
    return Desk(
        person,
        place,
        pages,
        hidden=is_hidden(db, place.meeting_id),
        closed=seen.meeting.state == MeetingState.ARCHIVED,
        runs=seen.manages,
    )


def is_hidden(db: Session, meeting_id: int) -> bool:
    """Whether what is shared with a meeting is hidden from it."""
    return db.get(HiddenLayer, meeting_id) is not None


def _lies_before(db: Session, person: Person, seen: Seen, document_id: int) -> bool:
    """Whether the person has this document as one of the meeting's: a paper under an item that is theirs to know, or
    what came of the meeting.
    """
    papers = (
        select(Paper)
        .join(AgendaItem, AgendaItem.id == Paper.item_id)
        .where(
            AgendaItem.meeting_id == seen.meeting.id,
            or_(Paper.document_id == document_id, Paper.pending_id == document_id),
        )
        .options(joinedload(Paper.item))
    )
    if any(_is_theirs(db, person, seen, paper, document_id) for paper in db.scalars(papers)):
        return True
    brought = (
        select(table.id).where(table.meeting_id == seen.meeting.id, column == document_id)
        for _kind, table, column in OF_MEETINGS
    )
    return any(db.scalar(one.limit(1)) is not None for one in brought)


def _is_theirs(db: Session, person: Person, seen: Seen, paper: Paper, document_id: int) -> bool:
    if seen.manages or paper.responsible_id == person.member_id:
        return True
    if paper.document_id != document_id or paper.state == PaperState.WITHDRAWN:
        return False
    return not agenda_queries.is_closed(db, paper.item, meetings.circle(db, seen))
