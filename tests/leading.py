"""Papers for leading a room through: laid before the meeting of the usual scene."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.models import Version
from ecabinet.meetings import papers
from ecabinet.meetings.agenda import PaperFile
from ecabinet.meetings.models import AgendaItem, Meeting
from tests.people import NOW, Office

PAGES = 9


def items_of(db: Session, meeting: Meeting) -> list[AgendaItem]:
    """The items of the agenda in order."""
    return list(db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id).order_by(AgendaItem.position)))


def lay(db: Session, office: Office, meeting: Meeting, title: str = "Báo cáo", item: int = 0) -> Version:
    """The version of a paper of nine pages under an item, by its row alone."""
    file = PaperFile(title, Blob("a" * 64, 1), f"{title}.pdf", "application/pdf")
    under, secretary = items_of(db, meeting)[item], office.person(db, "secretary")
    paper = papers.lay_paper(db, meeting, under, file, secretary, NOW)
    db.flush()
    version = db.scalars(select(Version).where(Version.document_id == paper.document_id)).one()
    version.page_count = PAGES
    db.flush()
    return version
