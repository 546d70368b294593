"""The papers beside one on the agenda, for reading a meeting's papers one after the other."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from documents.queries import may_see
from ecabinet.access import Person
from ecabinet.meetings import queries
from ecabinet.meetings.agenda_queries import PaperLine


@dataclass(frozen=True)
class Neighbours:
    """The papers before and after, None at the ends."""

    previous: PaperLine | None = None
    next: PaperLine | None = None


def neighbours(db: Session, person: Person, meeting_id: int, document_id: int) -> Neighbours:
    """Those that the person may open, in the order of the agenda; a paper that lies under two items counts once."""
    seen = queries.load(db, person, meeting_id)
    items = queries.agenda(db, seen.meeting, circle=queries.circle(db, seen))
    papers = list({paper.id: paper for item in items for paper in item.papers}.values())
    here = next((place for place, paper in enumerate(papers) if paper.id == document_id), None)
    if here is None:
        return Neighbours()
    before = (paper for paper in reversed(papers[:here]) if may_see(db, paper.id, person.labels))
    after = (paper for paper in papers[here + 1 :] if may_see(db, paper.id, person.labels))
    return Neighbours(next(before, None), next(after, None))
