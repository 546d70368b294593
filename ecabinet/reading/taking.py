"""What a tablet takes along of a meeting or a round of opinions: the pages, and every paper that one may open."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from documents.models import Document, Version
from documents.queries import newest_version
from ecabinet.access import Person
from ecabinet.library import document_access, sending
from ecabinet.meetings import queries as meetings
from ecabinet.notebook import queries as notebook
from ecabinet.opinions import drafting
from ecabinet.opinions import queries as opinions
from ecabinet.opinions.rules import WITH_RECIPIENTS


@dataclass(frozen=True)
class PaperTaken:
    """A paper in the form in which it is read: ``read_as`` and ``etag`` say which, ``size`` in bytes."""

    document_id: int
    version_id: int
    title: str
    read_as: str
    etag: str
    size: int


@dataclass(frozen=True)
class Luggage:
    """All of a meeting or round for one person."""

    title: str
    papers: list[PaperTaken]
    notes: list[int] = field(default_factory=list)
    check_in_code: str | None = None


def of_meeting(db: Session, person: Person, meeting_id: int) -> Luggage:
    """Of a meeting that the person sees, without what is not for them."""
    seen = meetings.load(db, person, meeting_id)
    items = meetings.agenda(db, seen.meeting, circle=meetings.circle(db, seen))
    shown = dict.fromkeys(paper.id for item in items for paper in item.papers)
    notes = [note.id for note in notebook.notes(db, person.member_id, "", meeting_id)]
    code = seen.participant.check_in_code if seen.participant is not None else None
    return Luggage(seen.meeting.title, _papers(db, person, shown), notes, code)


def of_round(db: Session, person: Person, round_id: int) -> Luggage:
    """Of a round of opinions that asks the person."""
    seen = opinions.load(db, person, round_id)
    seen.require_recipient()
    out = seen.round.state in WITH_RECIPIENTS
    shown = dict.fromkeys(document.id for document in drafting.papers(db, round_id)) if out else {}
    return Luggage(seen.round.title, _papers(db, person, shown))


def _papers(db: Session, person: Person, shown: dict[int, None]) -> list[PaperTaken]:
    found = []
    for document_id in shown:
        document, version = db.get(Document, document_id), newest_version(db, document_id)
        if document is not None and version is not None and document_access.opens(db, document_id, person):
            found.append(_taken(db, document, version))
    return found


def _taken(db: Session, document: Document, version: Version) -> PaperTaken:
    kind = sending.read_as(db, version)
    sent = sending.for_reading(db, version, kind)
    return PaperTaken(document.id, version.id, document.title, kind, sent.sha256, sent.size)
